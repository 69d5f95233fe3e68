/* The study file: one function per block of it. */
#include "study/reader.h"

#include <math.h>

/* The units that study files use, by dimension. */
static spk_unit ms_unit(void) {
    return (spk_unit){.dim = {1}, .scale = 1};
}

spk_status spk__study_names(spk__study_reader *r, const spk__node *n, const char *what,
                            const char ***names, spk_loc **locs, size_t *count) {
    size_t total = n->kind == SPK__SEQUENCE ? n->n : 1;
    *names = spk__arena_alloc(r->arena, total, sizeof **names);
    *locs = spk__arena_alloc(r->arena, total, sizeof **locs);
    if (!*names || !*locs)
        return SPK_ERR_MEMORY;
    const spk__node *item = n->kind == SPK__SEQUENCE ? n->first : n;
    for (size_t i = 0; i < total; i++, item = item->next) {
        spk_status st = spk__node_expect(r->ctx, item, SPK__SCALAR, what);
        if (st)
            return st;
        (*names)[i] = item->text;
        (*locs)[i] = item->loc;
    }
    *count = total;
    return SPK_OK;
}

static spk_status read_integers(spk__study_reader *r, const spk__node *n, const char *what,
                                int **out, size_t *count) {
    size_t total = n->kind == SPK__SEQUENCE ? n->n : 1;
    *out = spk__arena_alloc(r->arena, total, sizeof **out);
    if (!*out)
        return SPK_ERR_MEMORY;
    const spk__node *item = n->kind == SPK__SEQUENCE ? n->first : n;
    spk_status st = SPK_OK;
    for (size_t i = 0; !st && i < total; i++, item = item->next) {
        int64_t x = 0;
        st = spk__node_integer(r->ctx, item, what, 0, INT32_MAX, &x);
        (*out)[i] = (int)x;
    }
    *count = total;
    return st;
}

static spk_status read_window(spk__study_reader *r, const spk__node *n, spk_part_choice *p) {
    spk_status st = spk__node_expect(r->ctx, n, SPK__SEQUENCE, "window");
    if (st)
        return st;
    if (n->n != 2)
        return spk__fail(r->ctx, SPK_ERR_INPUT, &n->loc, "write [0 ms, 3400 ms]",
                         "a window has two times, not %zu", n->n);
    st = spk__node_quantity(r->ctx, n->first, "the window's start", ms_unit(), &p->start_ms);
    if (!st)
        st = spk__node_quantity(r->ctx, n->first->next, "the window's end", ms_unit(), &p->stop_ms);
    if (!st && !(p->start_ms >= 0 && p->stop_ms > p->start_ms))
        st = spk__fail(r->ctx, SPK_ERR_INPUT, &n->loc, NULL,
                       "a window must begin at 0 or later and end after it begins, not %g .. %g ms",
                       p->start_ms, p->stop_ms);
    return st;
}

static spk_status read_part(spk__study_reader *r, const spk__node *n, const char *what,
                            spk_part_choice *p) {
    static const char *const keys[] = {"sweeps", "repeats", "window", NULL};
    *p = (spk_part_choice){.stop_ms = INFINITY};
    if (!n)
        return SPK_OK;
    p->given = true;
    p->loc = n->loc;
    spk_status st = spk__node_check_keys(r->ctx, n, what, keys);
    const spk__node *v;
    spk_loc *locs;
    if (!st && (v = spk__node_find(n, "sweeps")))
        st = spk__study_names(r, v, "a sweep", &p->sweep, &locs, &p->n_sweeps);
    if (!st && (v = spk__node_find(n, "repeats")))
        st = read_integers(r, v, "a repeat's number", &p->repeat, &p->n_repeats);
    if (!st && (v = spk__node_find(n, "window")))
        st = read_window(r, v, p);
    return st;
}

static spk_status read_detection(spk__study_reader *r, const spk__node *n) {
    static const char *const keys[] = {"rule",      "threshold",   "slope",
                                       "dead_time", "interpolate", NULL};
    static const char *const rules[] = {"threshold", "slope", NULL};
    spk_detection *d = &r->s->detection;
    spk_status st = spk__node_check_keys(r->ctx, n, "detect", keys);
    if (st)
        return st;
    r->s->detection_given = true;
    spk_unit mV, slope;
    st = spk_unit_parse(r->ctx, "mV", NULL, &mV);
    if (!st)
        st = spk_unit_parse(r->ctx, "mV/ms", NULL, &slope);
    const spk__node *v;
    int rule = 0;
    if (!st && (v = spk__node_find(n, "rule"))) {
        st = spk__node_choice(r->ctx, v, "the rule of detection", rules, &rule);
        d->rule = rule ? SPK_DETECT_SLOPE : SPK_DETECT_THRESHOLD;
    }
    if (!st && (v = spk__node_find(n, "threshold")))
        st = spk__node_quantity(r->ctx, v, "the threshold", mV, &d->threshold_mV);
    if (!st && (v = spk__node_find(n, "slope")))
        st = spk__node_quantity(r->ctx, v, "the slope", slope, &d->slope_mV_per_ms);
    if (!st && (v = spk__node_find(n, "dead_time")))
        st = spk__node_quantity(r->ctx, v, "the dead time", ms_unit(), &d->dead_time_ms);
    if (!st && (v = spk__node_find(n, "interpolate")))
        st = spk__node_bool(r->ctx, v, "interpolate", &d->interpolate);
    return st;
}

/* Paths are relative to the study file. */
static spk_status place_paths(spk__study_reader *r) {
    for (size_t i = 0; i < r->s->n_recordings; i++) {
        const char *p = r->s->recording[i];
        if (p[0] == '/')
            continue;
        size_t n = strlen(r->s->folder), m = strlen(p);
        char *whole = spk__arena_alloc(r->arena, n + m + 1, 1);
        if (!whole)
            return SPK_ERR_MEMORY;
        memcpy(whole, r->s->folder, n);
        memcpy(whole + n, p, m + 1);
        r->s->recording[i] = whole;
    }
    return SPK_OK;
}

static spk_status read_data(spk__study_reader *r, const spk__node *n) {
    static const char *const keys[] = {"recording", "reader", "detect", "train", "test", NULL};
    if (!n)
        return spk__fail(r->ctx, SPK_ERR_INPUT, &(spk_loc){.file = r->s->path},
                         "add 'data: {recording: cell.csv}'", "the study names no data");
    spk_status st = spk__node_check_keys(r->ctx, n, "data", keys);
    const spk__node *v = spk__node_find(n, "recording");
    if (!st && !v)
        st = spk__fail(r->ctx, SPK_ERR_INPUT, &n->loc, "add 'recording: cell.csv'",
                       "data names no recording");
    if (!st)
        st = spk__study_names(r, v, "a recording", &r->s->recording, &r->s->recording_loc,
                              &r->s->n_recordings);
    if (!st && r->s->n_recordings == 0)
        st = spk__fail(r->ctx, SPK_ERR_INPUT, &v->loc, NULL, "the list of recordings is empty");
    if (!st)
        st = place_paths(r);
    if (!st && (v = spk__node_find(n, "reader"))) {
        st = spk__node_expect(r->ctx, v, SPK__MAPPING, "reader");
        if (!st)
            st = spk__node_settings(r->ctx, r->arena, v, NULL, &r->s->reader);
    }
    if (!st && (v = spk__node_find(n, "detect")))
        st = read_detection(r, v);
    if (!st)
        st = read_part(r, spk__node_find(n, "train"), "train", &r->s->train);
    if (!st)
        st = read_part(r, spk__node_find(n, "test"), "test", &r->s->test);
    return st;
}

spk_status spk__study_text(spk__study_reader *r, const spk__node *n, const char *what,
                           const char **text, spk_loc *loc) {
    if (!n)
        return SPK_OK;
    spk_status st = spk__node_expect(r->ctx, n, SPK__SCALAR, what);
    if (!st) {
        *text = n->text;
        *loc = n->loc;
    }
    return st;
}

static spk_status read_free(spk__study_reader *r, const spk__node *n, spk_free_parameter *p) {
    static const char *const keys[] = {"min", "max", "scale", "start", "prior", NULL};
    static const char *const scales[] = {"auto", "linear", "log", NULL};
    *p = (spk_free_parameter){.name = n->key, .loc = n->key_loc};
    if (n->kind == SPK__SEQUENCE) {
        if (n->n != 2)
            return spk__fail(r->ctx, SPK_ERR_INPUT, &n->loc, "write [min, max] with units",
                             "%s needs two bounds, not %zu", n->key, n->n);
        spk_status st = spk__study_text(r, n->first, "the lower bound", &p->min, &p->min_loc);
        return st ? st
                  : spk__study_text(r, n->first->next, "the upper bound", &p->max, &p->max_loc);
    }
    if (n->kind == SPK__SCALAR && strcmp(n->text, "auto") == 0)
        return SPK_OK; /* bounds as the model suggests */
    if (n->kind == SPK__SCALAR)
        return spk__fail(
            r->ctx, SPK_ERR_INPUT, &n->loc,
            "write [min, max] with units, or auto for the bounds that the model suggests",
            "'%s' are no bounds for %s", n->text, n->key);
    spk_status st = spk__node_check_keys(r->ctx, n, n->key, keys);
    int scale = 0;
    const spk__node *v;
    if (!st && (v = spk__node_find(n, "scale")))
        st = spk__node_choice(r->ctx, v, "the scale", scales, &scale);
    p->scale = (spk_scale)scale;
    if (!st)
        st = spk__study_text(r, spk__node_find(n, "min"), "min", &p->min, &p->min_loc);
    if (!st)
        st = spk__study_text(r, spk__node_find(n, "max"), "max", &p->max, &p->max_loc);
    if (!st)
        st = spk__study_text(r, spk__node_find(n, "start"), "start", &p->start, &p->start_loc);
    return st ? st : spk__study_prior(r, spk__node_find(n, "prior"), &p->prior);
}

static spk_status read_fit(spk__study_reader *r, const spk__node *n) {
    if (!n || (n->kind == SPK__SCALAR && strcmp(n->text, "auto") == 0))
        return SPK_OK;
    spk_status st = spk__node_expect(r->ctx, n, SPK__MAPPING, "fit");
    if (st)
        return st;
    r->s->free_given = true;
    r->s->free = spk__arena_alloc(r->arena, n->n, sizeof *r->s->free);
    if (!r->s->free)
        return SPK_ERR_MEMORY;
    for (const spk__node *v = n->first; v; v = v->next) {
        spk_status one = read_free(r, v, &r->s->free[r->s->n_free++]);
        st = one ? one : st;
    }
    return st;
}

spk_status spk__study_losses(spk__study_reader *r, const spk__node *n, spk_loss_choice **out,
                             size_t *count) {
    static const char *const own[] = {"weight", NULL};
    if (!n)
        return SPK_OK;
    spk_status st = spk__node_expect(r->ctx, n, SPK__MAPPING, "loss");
    if (st)
        return st;
    *out = spk__arena_alloc(r->arena, n->n, sizeof **out);
    if (!*out)
        return SPK_ERR_MEMORY;
    for (const spk__node *v = n->first; !st && v; v = v->next) {
        spk_loss_choice *c = &(*out)[(*count)++];
        *c = (spk_loss_choice){.name = v->key, .loc = v->key_loc, .weight = 1};
        const spk__node *weight = v->kind == SPK__SCALAR ? v : spk__node_find(v, "weight");
        if (weight)
            st = spk__node_number(r->ctx, weight, "a weight", 0, 1e9, &c->weight);
        if (!st && v->kind != SPK__SCALAR) {
            st = spk__node_expect(r->ctx, v, SPK__MAPPING, v->key);
            if (!st)
                st = spk__node_settings(r->ctx, r->arena, v, own, &c->options);
        }
    }
    return st;
}

static spk_status read_simulation(spk__study_reader *r, const spk__node *n) {
    static const char *const keys[] = {"dt",        "integrator", "drive",  "spike",
                                       "precision", "noise",      "trials", NULL};
    static const char *const noises[] = {"auto", "common", "fresh", NULL};
    static const char *const drives[] = {"held", "linear", NULL};
    static const char *const spikes[] = {"grid", "carry", NULL};
    static const char *const precisions[] = {"float64", "float32", NULL};
    spk_study *s = r->s;
    spk_status st = spk__node_check_keys(r->ctx, n, "simulation", keys);
    const spk__node *v;
    int i;
    if (!st && (v = spk__node_find(n, "dt"))) {
        st = spk__node_quantity(r->ctx, v, "the step", ms_unit(), &s->dt_ms);
        if (!st && !(s->dt_ms >= 1e-4 && s->dt_ms <= 10))
            st = spk__fail(r->ctx, SPK_ERR_INPUT, &v->loc, NULL,
                           "a step of %g ms is outside 0.0001 .. 10 ms", s->dt_ms);
    }
    if (!st)
        st = spk__study_text(r, spk__node_find(n, "integrator"), "the integrator", &s->integrator,
                             &s->integrator_loc);
    if (!st && (v = spk__node_find(n, "drive"))) {
        st = spk__node_choice(r->ctx, v, "the drive", drives, &i);
        s->drive = st ? NULL : drives[i];
    }
    if (!st && (v = spk__node_find(n, "spike"))) {
        st = spk__node_choice(r->ctx, v, "the place of spikes", spikes, &i);
        s->spike = st ? NULL : spikes[i];
    }
    if (!st && (v = spk__node_find(n, "precision")))
        st = spk__node_choice(r->ctx, v, "the precision", precisions, &s->float32);
    i = 0;
    if (!st && (v = spk__node_find(n, "noise")))
        st = spk__node_choice(r->ctx, v, "the noise", noises, &i);
    s->noise = (spk_noise)i;
    int64_t trials = 0;
    if (!st && (v = spk__node_find(n, "trials")))
        st = spk__node_integer(r->ctx, v, "trials", 1, 1000, &trials);
    s->trials = (int)trials;
    return st;
}

static spk_status read_search(spk__study_reader *r, const spk__node *n) {
    static const char *const own[] = {"method", "evaluations", "islands", "migration", NULL};
    if (!n)
        return SPK_OK;
    spk_status st = spk__node_expect(r->ctx, n, SPK__MAPPING, "search");
    const spk__node *v;
    if (!st)
        st = spk__study_text(r, spk__node_find(n, "method"), "the method", &r->s->method,
                             &r->s->method_loc);
    if (!st && (v = spk__node_find(n, "evaluations")))
        st = spk__node_integer(r->ctx, v, "evaluations", 1, (int64_t)1 << 50, &r->s->evaluations);
    if (!st && (v = spk__node_find(n, "islands")))
        st = spk__node_integer(r->ctx, v, "islands", 1, 4096, &r->s->islands);
    if (!st && (v = spk__node_find(n, "migration"))) {
        r->s->migration_loc = v->loc;
        st = spk__node_integer(r->ctx, v, "migration", 0, 1000000, &r->s->migration);
    }
    return st ? st : spk__node_settings(r->ctx, r->arena, n, own, &r->s->search);
}

static spk_status read_fixed(spk__study_reader *r, const spk__node *n) {
    if (!n)
        return SPK_OK;
    spk_status st = spk__node_expect(r->ctx, n, SPK__MAPPING, "fixed");
    return st ? st : spk__node_settings(r->ctx, r->arena, n, NULL, &r->s->fixed);
}

static spk_status read_posterior(spk__study_reader *r, const spk__node *n) {
    if (!n)
        return SPK_OK;
    spk_status st = spk__node_expect(r->ctx, n, SPK__MAPPING, "posterior");
    return st ? st : spk__node_settings(r->ctx, r->arena, n, NULL, &r->s->posterior);
}

static spk_status read_rest(spk__study_reader *r, const spk__node *root) {
    spk_status st = SPK_OK;
    const spk__node *v;
    int64_t x = 1;
    if ((v = spk__node_find(root, "seed")))
        st = spk__node_integer(r->ctx, v, "the seed", 0, (int64_t)1 << 53, &x);
    r->s->seed = (uint64_t)x;
    x = 0;
    if (!st && (v = spk__node_find(root, "threads")))
        st = spk__node_integer(r->ctx, v, "threads", 0, 4096, &x);
    r->s->threads = (int)x;
    return st;
}

static spk_status read_model(spk__study_reader *r, const spk__node *n) {
    if (!n)
        return spk__fail(r->ctx, SPK_ERR_INPUT, &(spk_loc){.file = r->s->path},
                         "add 'model: aeif_psc_exp'; `spikefit models` lists the built-in ones",
                         "the study names no model");
    return spk__study_names(r, n, "a model", &r->s->model, &r->s->model_loc, &r->s->n_models);
}

static spk_status read_study(spk__study_reader *r, const spk__node *root) {
    static const char *const keys[] = {"model",     "data",       "fit",        "fixed",
                                       "loss",      "objectives", "simulation", "search",
                                       "posterior", "seed",       "threads",    NULL};
    /* Every block is read even where one has a mistake: all of them are worth knowing at once. */
    spk_status each[] = {
        spk__node_check_keys(r->ctx, root, "the study", keys),
        root->kind == SPK__MAPPING ? read_model(r, spk__node_find(root, "model")) : SPK_OK,
        root->kind == SPK__MAPPING ? read_data(r, spk__node_find(root, "data")) : SPK_OK,
        read_fit(r, spk__node_find(root, "fit")),
        read_fixed(r, spk__node_find(root, "fixed")),
        spk__study_losses(r, spk__node_find(root, "loss"), &r->s->loss, &r->s->n_losses),
        spk__study_objectives(r, spk__node_find(root, "objectives")),
        read_simulation(r, spk__node_find(root, "simulation")),
        read_search(r, spk__node_find(root, "search")),
        read_posterior(r, spk__node_find(root, "posterior")),
        read_rest(r, root)};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        if (each[i])
            return each[i];
    return SPK_OK;
}

spk_status spk_study_parse(spk_ctx *ctx, const char *path, const char *text, size_t length,
                           spk_study **out) {
    spk__arena *arena = spk__arena_new(ctx);
    if (!arena)
        return SPK_ERR_MEMORY;
    spk_study *s = spk__arena_alloc(arena, 1, sizeof *s);
    const char *slash = strrchr(path, '/');
    spk_status st = SPK_ERR_MEMORY;
    if (!s)
        goto out;
    *s = (spk_study){.arena = arena,
                     .path = spk__arena_strndup(arena, path, strlen(path)),
                     .folder =
                         spk__arena_strndup(arena, path, slash ? (size_t)(slash + 1 - path) : 0),
                     .text = spk__arena_strndup(arena, text, length),
                     .text_length = length,
                     .detection = SPK_DETECTION_INIT,
                     .evaluations = 60000};
    if (!s->path || !s->folder || !s->text)
        goto out;
    spk__study_reader r = {ctx, arena, s};
    spk__node *root = NULL;
    st = spk__yaml_parse(ctx, arena, s->path, text, length, &root);
    if (!st)
        st = read_study(&r, root);
out:
    if (st)
        spk__arena_free(arena);
    else
        *out = s;
    return st;
}

void spk_study_free(spk_study *s) {
    if (s)
        spk__arena_free(s->arena);
}
