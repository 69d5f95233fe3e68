/* What a study names, opened: the recording, its division, the models and their problems. */
#include "fit/fit.h"
#include <spikefit/io.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct {
    spk_model *model;
    spk_problem *problem;
} opened;

struct spk_setup {
    spk_ctx *ctx;
    const spk_study *study;
    spk_recording *recording;
    spk_part *part[2];
    size_t n_part[2];
    opened *model;
    bool as_recorded;
    char words[512];
};

static spk_status read_recording(spk_setup *s) {
    spk_read_options o = SPK_READ_OPTIONS_INIT;
    o.detection = s->study->detection;
    spk_status st = spk_read_options_set(s->ctx, &s->study->reader, &o);
    if (!st)
        st = spk_recording_read(s->ctx, s->study->recording, s->study->n_recordings, &o,
                                &s->recording);
    for (size_t i = 0; st == SPK_ERR_IO && i < s->study->n_recordings; i++)
        if (access(s->study->recording[i], R_OK) != 0)
            spk__note(s->ctx, &s->study->recording_loc[i], "paths are relative to the study file",
                      "it is named here");
    return st;
}

static spk_status select_part(spk_setup *s, const spk_part_choice *c, spk_part_kind kind) {
    spk_selection selection = SPK_SELECTION_INIT;
    selection.sweeps = c->sweep;
    selection.n_sweeps = c->n_sweeps;
    selection.repeats = c->repeat;
    selection.n_repeats = c->n_repeats;
    selection.start_ms = c->start_ms;
    selection.stop_ms = c->stop_ms;
    return spk_parts_select(s->ctx, s->recording, &selection, kind == SPK_TRAIN ? "train" : "test",
                            &c->loc, &s->part[kind], &s->n_part[kind]);
}

static spk_status divide(spk_setup *s) {
    const spk_study *y = s->study;
    if (!y->train.given && !y->test.given)
        return spk_split_default(s->ctx, s->recording, &s->part[SPK_TRAIN], &s->n_part[SPK_TRAIN],
                                 &s->part[SPK_TEST], &s->n_part[SPK_TEST], s->words,
                                 sizeof s->words);
    if (!y->train.given)
        return spk__fail(s->ctx, SPK_ERR_INPUT, &y->test.loc, "add 'train: {...}'",
                         "the study names test data, but no training data");
    spk_status st = select_part(s, &y->train, SPK_TRAIN);
    if (!st && y->test.given)
        st = select_part(s, &y->test, SPK_TEST);
    if (!st && y->test.given)
        st = spk_split_check(s->ctx, s->recording, s->part[SPK_TRAIN], s->n_part[SPK_TRAIN],
                             s->part[SPK_TEST], s->n_part[SPK_TEST], &y->train.loc);
    snprintf(s->words, sizeof s->words, "as the study says%s",
             y->test.given ? "" : "; nothing is held out");
    return st;
}

spk_status spk_setup_new(spk_ctx *ctx, const spk_study *study, spk_setup **out) {
    spk_setup *s = SPK__NEW(ctx, spk_setup);
    if (!s)
        return SPK_ERR_MEMORY;
    s->ctx = ctx;
    s->study = study;
    s->model = SPK__ARRAY(ctx, study->n_models, opened);
    spk_status st = s->model ? read_recording(s) : SPK_ERR_MEMORY;
    if (!st)
        st = divide(s);
    if (st)
        spk_setup_free(s);
    else
        *out = s;
    return st;
}

void spk_setup_free(spk_setup *s) {
    if (!s)
        return;
    for (size_t i = 0; s->model && i < s->study->n_models; i++) {
        spk_problem_free(s->model[i].problem);
        spk_model_free(s->model[i].model);
    }
    spk_parts_free(s->ctx, s->part[SPK_TRAIN]);
    spk_parts_free(s->ctx, s->part[SPK_TEST]);
    spk_recording_free(s->recording);
    spk__free(s->ctx, s->model);
    spk__free(s->ctx, s);
}

const spk_study *spk_setup_study(const spk_setup *s) {
    return s->study;
}

const spk_recording *spk_setup_recording(const spk_setup *s) {
    return s->recording;
}

const spk_part *spk_setup_part(const spk_setup *s, spk_part_kind part, size_t *n) {
    *n = s->n_part[part];
    return s->part[part];
}

const char *spk_setup_split_words(const spk_setup *s) {
    return s->words;
}

void spk_setup_as_recorded(spk_setup *s) {
    s->as_recorded = true;
}

const spk_model *spk_setup_model(const spk_setup *s, size_t i) {
    return i < s->study->n_models ? s->model[i].model : NULL;
}

/* "heun:grid,held" from the study's three keys; NULL: the default of the model. */
static const char *integrator_text(const spk_study *y, char *buf, size_t size) {
    if (!y->integrator && !y->drive && !y->spike)
        return NULL;
    snprintf(buf, size, "%s%s%s%s%s", y->integrator ? y->integrator : "default",
             y->spike || y->drive ? ":" : "", y->spike ? y->spike : "",
             y->spike && y->drive ? "," : "", y->drive ? y->drive : "");
    return buf;
}

/* A model named by a path is looked for beside the study file. */
static spk_status open_model(spk_setup *s, size_t i) {
    const spk_study *y = s->study;
    char text[128];
    spk_model_options o = SPK_MODEL_OPTIONS_INIT;
    o.integrator = integrator_text(y, text, sizeof text);
    const char *source = y->model[i];
    bool is_path = strstr(source, ".nestml") != NULL && source[0] != '/';
    spk__str path = {.ctx = s->ctx};
    spk__str_add(&path, "%s%s", is_path ? y->folder : "", source);
    if (path.failed)
        return SPK_ERR_MEMORY;
    spk_status st = spk_model_open(s->ctx, path.text, &o, &s->model[i].model);
    if (st == SPK_ERR_USAGE && y->integrator) /* its name is wrong, and here stands where */
        st = spk__fail(s->ctx, SPK_ERR_INPUT, &y->integrator_loc, NULL, "it is named here");
    else if (st)
        spk__note(s->ctx, &y->model_loc[i], NULL, "the model is named here");
    spk__str_free(&path);
    return st;
}

spk_status spk_setup_problem(spk_setup *s, size_t i, spk_problem **out) {
    if (i >= s->study->n_models)
        return spk__fail(s->ctx, SPK_ERR_INTERNAL, NULL, NULL, "the study has no model %zu", i);
    opened *m = &s->model[i];
    spk_status st = m->model ? SPK_OK : open_model(s, i);
    if (!st && !m->problem) {
        const spk_study *y = s->study;
        spk_problem_config c = {
            .study = y,
            .recording = s->recording,
            .search = spk_model_kernel(m->model, y->float32 ? SPK_FLOAT32 : SPK_FLOAT64),
            .score = spk_model_kernel(m->model, SPK_FLOAT64),
            .dt_ms = y->dt_ms > 0 ? y->dt_ms : spk_model_default_dt(m->model),
            .train = s->part[SPK_TRAIN],
            .n_train = s->n_part[SPK_TRAIN],
            .test = s->part[SPK_TEST],
            .n_test = s->n_part[SPK_TEST],
            .as_recorded = s->as_recorded};
        st = spk_problem_new(s->ctx, &c, &m->problem);
    }
    if (!st)
        *out = m->problem;
    return st;
}

static bool any_has(const spk_setup *s, const char *name, const char **near) {
    for (size_t i = 0; i < s->study->n_models; i++) {
        const spk_kernel *k = spk_model_kernel(s->model[i].model, SPK_FLOAT64);
        const char *names[256];
        size_t n = k->n_parameters < 256 ? k->n_parameters : 256;
        for (size_t q = 0; q < n; q++) {
            names[q] = k->parameters[q].name;
            if (strcmp(names[q], name) == 0)
                return true;
        }
        const char *found = spk_nearest(name, names, n);
        *near = found ? found : *near;
    }
    return false;
}

static spk_status check_name(const spk_setup *s, const char *name, const spk_loc *loc) {
    const char *near = NULL;
    if (any_has(s, name, &near))
        return SPK_OK;
    char hint[128];
    snprintf(hint, sizeof hint,
             near ? "did you mean '%s'?" : "`spikefit model show NAME` lists a model's parameters",
             near);
    return spk__fail(s->ctx, SPK_ERR_INPUT, loc, hint, "no model of the study has a parameter '%s'",
                     name);
}

/* A step much coarser than the recording loses what the recording shows. */
static void warn_of_step(const spk_setup *s) {
    double dt = 0;
    for (size_t i = 0; i < spk_recording_sweep_count(s->recording); i++) {
        double sampled = spk_recording_sweep(s->recording, i)->current_pA.dt_ms;
        dt = sampled > dt ? sampled : dt;
    }
    if (dt > 0 && s->study->dt_ms > 2 * dt)
        spk__warn(s->ctx, &(spk_loc){.file = s->study->path},
                  "choose a smaller 'dt' under 'simulation'",
                  "the step of %g ms is coarser than the recording, sampled every %g ms",
                  s->study->dt_ms, dt);
}

static spk_status unknown_method(spk_ctx *ctx, const spk_study *y) {
    const char *names[128];
    size_t n = spk_search_method_count() < 128 ? spk_search_method_count() : 128;
    for (size_t i = 0; i < n; i++)
        names[i] = spk_search_method_at(i)->name;
    return spk__fail_name(ctx, SPK_ERR_INPUT, &y->method_loc, y->method, names, n,
                          "`spikefit list methods` shows them", "there is no search method '%s'",
                          y->method);
}

const char *spk__study_method(const spk_study *y) {
    if (y->method)
        return y->method;
    return y->n_objectives                ? SPK__DEFAULT_FRONT_METHOD
           : y->noise == SPK_NOISE_FRESH ? SPK__DEFAULT_NOISY_METHOD
                                         : SPK__DEFAULT_METHOD;
}

/* "nsga2, smsemoa": the methods for several objectives. */
static void list_methods(char *buf, size_t size) {
    size_t at = 0;
    for (size_t i = 0; i < spk_search_method_count() && at < size; i++) {
        const spk_search_method *m = spk_search_method_at(i);
        if (m->min_objectives > 1)
            at += (size_t)snprintf(buf + at, size - at, "%s%s", at ? ", " : "", m->name);
    }
}

static spk_status check_objectives(spk_ctx *ctx, const spk_study *y, const spk_search_method *m) {
    size_t n = y->n_objectives ? y->n_objectives : 1;
    char names[160], hint[256];
    const spk_loc *loc = y->method ? &y->method_loc : n > 1 ? &y->objective[0].loc : NULL;
    list_methods(names, sizeof names);
    if (n > m->max_objectives) {
        snprintf(hint, sizeof hint, "methods for several objectives: %s; or put them together in one 'loss'",
                 names);
        if (m->max_objectives > 1)
            return spk__fail(ctx, SPK_ERR_INPUT, loc, hint, "%s takes at most %zu objectives, and the study has %zu",
                             m->name, m->max_objectives, n);
        return spk__fail(ctx, SPK_ERR_INPUT, loc, hint, "%s takes one objective, and the study has %zu",
                         m->name, n);
    }
    if (n < m->min_objectives)
        return spk__fail(ctx, SPK_ERR_INPUT, loc,
                         "give it 'objectives: {...}', or choose a method for one, such as cmaes",
                         "%s is for several objectives, and the study has one", m->name);
    return SPK_OK;
}

/* Each round is an island: side by side they fill lanes and cores that one population would leave empty in the
 * end. */
size_t spk__default_islands(int64_t planned, uint64_t budget, uint64_t round) {
    enum { MOST = 16 };
    uint64_t least = (uint64_t)planned < budget ? (uint64_t)planned : budget;
    uint64_t n = round ? least / round : 1;
    return n < 1 ? 1 : n > MOST ? MOST : (size_t)n;
}

spk_status spk__study_islands(spk_ctx *ctx, const spk_study *y, uint64_t budget, spk_islands *out) {
    const char *method = spk__study_method(y);
    bool in_rounds = !y->method && strcmp(method, SPK__DEFAULT_METHOD) == 0;
    size_t n = spk__default_islands(y->evaluations, budget, in_rounds ? SPK__DEFAULT_ROUND : 0);
    *out = (spk_islands){y->islands ? (size_t)y->islands : n, (uint64_t)y->migration};
    return spk_islands_check(ctx, out, method, &y->migration_loc);
}

spk_status spk__search_options(spk_ctx *ctx, const spk_study *y, const spk_search_method **method,
                               spk_opts *options) {
    static const spk_opt none[] = {{0}};
    static const char *const own[] = {"method", "evaluations", "islands", "migration"};
    const spk_search_method *m =
        spk_search_method_find(spk__study_method(y));
    if (!m)
        return unknown_method(ctx, y);
    const spk_opt *table = m->options ? m->options : none;
    spk_islands islands;
    spk_status st = SPK_OK;
    spk_opts_default(table, options);
    if (!y->method)
        spk__opts_put(table, "round", SPK__DEFAULT_ROUND, options);
    for (size_t i = 0; i < y->search.n; i++) {
        const spk_setting *t = &y->search.item[i];
        bool known = false;
        for (const spk_opt *o = table; o->name; o++)
            known = known || strcmp(o->name, t->name) == 0;
        const char *near = known ? NULL : spk_nearest(t->name, own, 4);
        char hint[96];
        snprintf(hint, sizeof hint, "did you mean '%s'?", near ? near : "");
        st = near ? spk__fail(ctx, SPK_ERR_INPUT, &t->name_loc, hint,
                                         "search has no key '%s'", t->name)
                             : spk_opts_set_at(ctx, table, m->name, t->name, t->value, &t->name_loc,
                                               &t->value_loc, options);
        if (st)
            return st;
    }
    *method = m;
    st = check_objectives(ctx, y, m);
    return st ? st : spk__study_islands(ctx, y, (uint64_t)y->evaluations, &islands);
}

spk_status spk_setup_check(spk_setup *s) {
    const spk_study *y = s->study;
    const spk_search_method *method;
    spk_opts options;
    spk_status st = spk__search_options(s->ctx, y, &method, &options);
    for (size_t i = 0; !st && i < y->n_models; i++) {
        spk_problem *p;
        st = spk_setup_problem(s, i, &p);
    }
    if (st)
        return st;
    for (size_t i = 0; i < y->n_free; i++) {
        spk_status one = check_name(s, y->free[i].name, &y->free[i].loc);
        st = one ? one : st;
    }
    for (size_t i = 0; i < y->fixed.n; i++) {
        spk_status one = check_name(s, y->fixed.item[i].name, &y->fixed.item[i].name_loc);
        st = one ? one : st;
    }
    if (!st)
        warn_of_step(s);
    return st;
}
