/* result.h5 and result.json: writing and reading. */
#include <spikefit/result.h>

#include "result/bootstrap.h"
#include "result/diagnosis.h"
#include "result/front.h"
#include "result/identifiability.h"
#include "result/json.h"
#include "result/posterior.h"
#include "result/store.h"


/* Numbers of one item, in the order of its "numbers" table. */
enum { MODEL_NUMBERS = 8, PARAMETER_NUMBERS = 9, SCORE_NUMBERS = 4, PAIR_NUMBERS = 7, RESULT_NUMBERS = 3 };
enum { N_COUNTS = 15 };

/* ---- writing ---- */

static void put_models(spk__store *h, const spk_result *r) {
    spk__item_name n;
    spk__store_group(h, "models");
    for (size_t i = 0; i < r->n_models; i++) {
        const spk_result_model *m = &r->model[i];
        spk__store_group(h, spk__store_item(&n, "models", i, ""));
        spk__store_put_text(h, spk__store_item(&n, "models", i, "name"), m->name);
        spk__store_put_text(h, spk__store_item(&n, "models", i, "sha256"), m->hash);
        spk__store_put_text(h, spk__store_item(&n, "models", i, "nestml"), m->text);
        spk__store_put_text(h, spk__store_item(&n, "models", i, "integrator"), m->integrator);
        double x[MODEL_NUMBERS] = {m->dt_ms,     m->loss,     m->selection,    (double)m->evaluations,
                                   m->chosen, m->held_out, m->held_out_low, m->held_out_high};
        spk__store_put_doubles(h, spk__store_item(&n, "models", i, "numbers"), x, MODEL_NUMBERS);
        spk__store_put_doubles(h, spk__store_item(&n, "models", i, "values"), m->value, m->n_values);
    }
}

static void put_parameters(spk__store *h, const spk_result *r) {
    spk__item_name n;
    spk__store_group(h, "parameters");
    for (size_t i = 0; i < r->n_parameters; i++) {
        const spk_result_parameter *p = &r->parameter[i];
        spk__store_group(h, spk__store_item(&n, "parameters", i, ""));
        spk__store_put_text(h, spk__store_item(&n, "parameters", i, "name"), p->name);
        spk__store_put_text(h, spk__store_item(&n, "parameters", i, "unit"), p->unit);
        double x[PARAMETER_NUMBERS] = {p->value, p->free,      p->low,   p->high,    p->start,
                                       p->log_scale, p->bound, p->near_low, p->near_high};
        spk__store_put_doubles(h, spk__store_item(&n, "parameters", i, "numbers"), x, PARAMETER_NUMBERS);
    }
}

static void put_scores(spk__store *h, const spk_result *r) {
    spk__item_name n;
    spk__store_group(h, "scores");
    for (size_t i = 0; i < r->n_scores; i++) {
        const spk_result_score *s = &r->score[i];
        spk__store_group(h, spk__store_item(&n, "scores", i, ""));
        spk__store_put_text(h, spk__store_item(&n, "scores", i, "measure"), s->measure);
        spk__store_put_text(h, spk__store_item(&n, "scores", i, "part"), s->part);
        double x[SCORE_NUMBERS] = {s->value, s->low, s->high, s->reliability};
        spk__store_put_doubles(h, spk__store_item(&n, "scores", i, "numbers"), x, SCORE_NUMBERS);
    }
}

static void put_pairs(spk__store *h, const spk_result *r) {
    spk__item_name n;
    spk__store_group(h, "pairs");
    for (size_t i = 0; i < r->n_pairs; i++) {
        const spk_result_pair *p = &r->pair[i];
        spk__store_group(h, spk__store_item(&n, "pairs", i, ""));
        spk__store_put_text(h, spk__store_item(&n, "pairs", i, "a"), p->a);
        spk__store_put_text(h, spk__store_item(&n, "pairs", i, "b"), p->b);
        double x[PAIR_NUMBERS] = {p->a_low,   p->a_high,      p->b_low,       p->b_high,
                                  p->product, p->product_low, p->product_high};
        spk__store_put_doubles(h, spk__store_item(&n, "pairs", i, "numbers"), x, PAIR_NUMBERS);
    }
}

static void put_data(spk__store *h, const spk_result *r) {
    spk__item_name n;
    spk__store_group(h, "data");
    for (size_t i = 0; i < r->n_data; i++) {
        spk__store_group(h, spk__store_item(&n, "data", i, ""));
        spk__store_put_text(h, spk__store_item(&n, "data", i, "path"), r->data_path[i]);
        spk__store_put_text(h, spk__store_item(&n, "data", i, "sha256"), r->data_hash[i]);
    }
}

static void put_history(spk__store *h, const spk_result_history *y) {
    spk__store_group(h, "history");
    spk__store_put_doubles(h, "history/evaluations", y->evaluations, y->n);
    spk__store_put_doubles(h, "history/best", y->best, y->n);
    spk__store_put_doubles(h, "history/median", y->median, y->n);
    spk__store_put_doubles(h, "history/silent", y->silent, y->n);
    spk__store_put_doubles(h, "history/exploding", y->exploding, y->n);
    spk__store_put_doubles(h, "history/nonfinite", y->nonfinite, y->n);
    spk__store_put_doubles(h, "history/restart", y->restart, y->n);
    size_t rows = y->n ? y->first[y->n] : 0;
    uint64_t *first = SPK__ARRAY(h->ctx, y->n + 1, uint64_t);
    if (!first) {
        h->status = SPK_ERR_MEMORY;
        return;
    }
    for (size_t i = 0; y->n && i <= y->n; i++)
        first[i] = y->first[i];
    spk__store_put_u64(h, "history/first", first, y->n + 1);
    spk__free(h->ctx, first);
    spk__store_put_floats(h, "history/x", y->x, rows * y->dim);
    spk__store_put_floats(h, "history/loss", y->f, rows);
    spk__store_put_floats(h, "history/start", y->start, rows);
}

static spk_status write_h5(spk_ctx *ctx, const spk_result *r, const char *path) {
    spk__store h;
    spk__store_create(ctx, path, &h);
    uint64_t counts[N_COUNTS] = {SPK_RESULT_FORMAT, r->seed,         r->evaluations, r->n_silent,
                                 r->n_exploding,    r->n_nonfinite,  r->interrupted, r->history.dim,
                                 r->n_models,       r->n_parameters, r->n_scores,    r->n_data,
                                 r->budget,         r->n_pairs,       (uint64_t)r->kind};
    double x[RESULT_NUMBERS] = {r->best_loss, r->spike_shift_ms, r->spike_shift_unmatched};
    spk__store_put_text(&h, "format", "spikefit result");
    spk__store_put_text(&h, "version", r->version);
    spk__store_put_u64(&h, "counts", counts, N_COUNTS);
    spk__store_put_doubles(&h, "numbers", x, RESULT_NUMBERS);
    spk__store_put_text(&h, "study", r->study);
    spk__store_put_text(&h, "study_name", r->study_name);
    spk__store_put_text(&h, "method", r->method);
    spk__store_put_text(&h, "stop_reason", r->stop_reason);
    put_data(&h, r);
    put_models(&h, r);
    put_parameters(&h, r);
    put_scores(&h, r);
    put_pairs(&h, r);
    put_history(&h, &r->history);
    spk__identifiability_put(&h, &r->identifiability);
    spk__front_put(&h, &r->front);
    spk__posterior_put(&h, &r->posterior);
    spk__diagnosis_put(&h, &r->diagnosis);
    spk__bootstrap_put(&h, &r->bootstrap);
    return spk__store_finish(&h);
}

spk_status spk_result_write(spk_ctx *ctx, const spk_result *r, const char *folder) {
    spk__str path = {.ctx = ctx}, text = {.ctx = ctx};
    spk__str_add(&path, "%s/result.h5", folder);
    spk_status st = path.failed ? SPK_ERR_MEMORY : write_h5(ctx, r, path.text);
    if (!st) {
        spk__result_json(r, &text);
        path.length = 0;
        spk__str_add(&path, "%s/result.json", folder);
        st = path.failed || text.failed
                 ? SPK_ERR_MEMORY
                 : spk__write_file_atomic(ctx, path.text, text.text, text.length);
    }
    spk__str_free(&path);
    spk__str_free(&text);
    return st;
}

/* ---- reading ---- */

static void get_models(spk__store *h, spk_result *r) {
    spk__item_name n;
    for (size_t i = 0; i < r->n_models && !h->status; i++) {
        spk_result_model *m = &r->model[i];
        double x[MODEL_NUMBERS] = {0};
        m->name = spk__store_get_text(h, spk__store_item(&n, "models", i, "name"));
        m->hash = spk__store_get_text(h, spk__store_item(&n, "models", i, "sha256"));
        m->text = spk__store_get_text(h, spk__store_item(&n, "models", i, "nestml"));
        m->integrator = spk__store_get_text(h, spk__store_item(&n, "models", i, "integrator"));
        spk__store_get_exactly(h, spk__store_item(&n, "models", i, "numbers"), x, MODEL_NUMBERS);
        m->dt_ms = x[0];
        m->loss = x[1];
        m->selection = x[2];
        m->evaluations = x[3] > 0 && x[3] < 1e18 ? (uint64_t)x[3] : 0;
        m->chosen = x[4] != 0;
        m->held_out = x[5];
        m->held_out_low = x[6];
        m->held_out_high = x[7];
        m->value =
            spk__store_get_doubles(h, spk__store_item(&n, "models", i, "values"), &m->n_values);
    }
}

static void get_parameters(spk__store *h, spk_result *r) {
    spk__item_name n;
    for (size_t i = 0; i < r->n_parameters && !h->status; i++) {
        spk_result_parameter *p = &r->parameter[i];
        double x[PARAMETER_NUMBERS] = {0};
        p->name = spk__store_get_text(h, spk__store_item(&n, "parameters", i, "name"));
        p->unit = spk__store_get_text(h, spk__store_item(&n, "parameters", i, "unit"));
        spk__store_get_exactly(h, spk__store_item(&n, "parameters", i, "numbers"), x, PARAMETER_NUMBERS);
        *p = (spk_result_parameter){.name = p->name,
                                    .unit = p->unit,
                                    .value = x[0],
                                    .free = x[1] != 0,
                                    .low = x[2],
                                    .high = x[3],
                                    .start = x[4],
                                    .log_scale = x[5] != 0,
                                    .bound = x[6] < 0 ? -1 : x[6] > 0,
                                    .near_low = x[7],
                                    .near_high = x[8]};
    }
}

static void get_scores(spk__store *h, spk_result *r) {
    spk__item_name n;
    for (size_t i = 0; i < r->n_scores && !h->status; i++) {
        spk_result_score *s = &r->score[i];
        double x[SCORE_NUMBERS] = {0};
        s->measure = spk__store_get_text(h, spk__store_item(&n, "scores", i, "measure"));
        s->part = spk__store_get_text(h, spk__store_item(&n, "scores", i, "part"));
        spk__store_get_exactly(h, spk__store_item(&n, "scores", i, "numbers"), x, SCORE_NUMBERS);
        s->value = x[0];
        s->low = x[1];
        s->high = x[2];
        s->reliability = x[3];
    }
}

static void get_pairs(spk__store *h, spk_result *r) {
    spk__item_name n;
    for (size_t i = 0; i < r->n_pairs && !h->status; i++) {
        spk_result_pair *p = &r->pair[i];
        double x[PAIR_NUMBERS] = {0};
        p->a = spk__store_get_text(h, spk__store_item(&n, "pairs", i, "a"));
        p->b = spk__store_get_text(h, spk__store_item(&n, "pairs", i, "b"));
        spk__store_get_exactly(h, spk__store_item(&n, "pairs", i, "numbers"), x, PAIR_NUMBERS);
        *p = (spk_result_pair){p->a, p->b, x[0], x[1], x[2], x[3], x[4], x[5], x[6]};
    }
}

static void get_history(spk__store *h, spk_result_history *y) {
    size_t rows = 0, found = 0, n_x = 0, n_start = 0;
    y->evaluations = spk__store_get_doubles(h, "history/evaluations", &y->n);
    y->best = spk__store_get_column(h, "history/best", y->n);
    y->median = spk__store_get_column(h, "history/median", y->n);
    y->silent = spk__store_get_column(h, "history/silent", y->n);
    y->exploding = spk__store_get_column(h, "history/exploding", y->n);
    y->nonfinite = spk__store_get_column(h, "history/nonfinite", y->n);
    y->restart = spk__store_get_column(h, "history/restart", y->n);
    uint64_t *first = spk__store_get_u64(h, "history/first", &found);
    y->f = spk__store_get_floats(h, "history/loss", &rows);
    y->start = spk__store_get_floats(h, "history/start", &n_start);
    y->x = spk__store_get_floats(h, "history/x", &n_x);
    bool fits = !h->status && found == y->n + 1 && first[y->n] == rows && n_x == rows * y->dim &&
                n_start == rows;
    for (size_t i = 0; fits && i < y->n; i++)
        fits = first[i] <= first[i + 1];
    for (size_t i = 0; fits && i < rows; i++)
        fits = y->start[i] >= 0 && y->start[i] < 0x1p24f;
    if (!fits)
        spk__store_damaged(h, "history");
    y->first = h->status ? NULL : SPK__ARRAY(h->ctx, y->n + 1, size_t);
    if (!h->status && !y->first)
        h->status = SPK_ERR_MEMORY;
    for (size_t i = 0; !h->status && i <= y->n; i++)
        y->first[i] = (size_t)first[i];
    spk__free(h->ctx, first);
}

/* Sizes first: everything else is read into arrays of these. */
static void get_counts(spk__store *h, spk_result *r) {
    size_t n = 0;
    uint64_t *c = spk__store_get_u64(h, "counts", &n);
    bool known = !h->status && n == N_COUNTS && c[0] == SPK_RESULT_FORMAT;
    for (size_t i = 7; known && i < N_COUNTS - 1; i++)
        known = i == 12 || c[i] < 100000;
    known = known && c[14] <= SPK_RESULT_NETWORK;
    if (!h->status && !known)
        h->status = spk__fail(h->ctx, SPK_ERR_INPUT, &(spk_loc){.file = h->path},
                              "it comes from another version of spikefit",
                              "is no result of format %d", SPK_RESULT_FORMAT);
    if (!h->status) {
        r->seed = c[1];
        r->evaluations = c[2];
        r->n_silent = c[3];
        r->n_exploding = c[4];
        r->n_nonfinite = c[5];
        r->interrupted = c[6] != 0;
        r->budget = c[12];
        r->history.dim = (size_t)c[7];
        r->model = SPK__ARRAY(h->ctx, c[8], spk_result_model);
        r->parameter = SPK__ARRAY(h->ctx, c[9], spk_result_parameter);
        r->score = SPK__ARRAY(h->ctx, c[10], spk_result_score);
        r->pair = SPK__ARRAY(h->ctx, c[13], spk_result_pair);
        r->kind = (spk_result_kind)c[14];
        r->data_path = SPK__ARRAY(h->ctx, c[11], char *);
        r->data_hash = SPK__ARRAY(h->ctx, c[11], char *);
        r->n_models = r->model ? (size_t)c[8] : 0;
        r->n_parameters = r->parameter ? (size_t)c[9] : 0;
        r->n_scores = r->score ? (size_t)c[10] : 0;
        r->n_pairs = r->pair ? (size_t)c[13] : 0;
        r->n_data = r->data_path && r->data_hash ? (size_t)c[11] : 0;
        if (!r->model || !r->parameter || !r->score || !r->pair || !r->data_path || !r->data_hash)
            h->status = SPK_ERR_MEMORY;
    }
    spk__free(h->ctx, c);
}

static void get_all(spk__store *h, spk_result *r) {
    spk__item_name n;
    double x[RESULT_NUMBERS] = {0};
    get_counts(h, r);
    r->version = spk__store_get_text(h, "version");
    r->study = spk__store_get_text(h, "study");
    r->study_name = spk__store_get_text(h, "study_name");
    r->method = spk__store_get_text(h, "method");
    r->stop_reason = spk__store_get_text(h, "stop_reason");
    spk__store_get_exactly(h, "numbers", x, RESULT_NUMBERS);
    r->best_loss = x[0];
    r->spike_shift_ms = x[1];
    r->spike_shift_unmatched = x[2];
    for (size_t i = 0; i < r->n_data && !h->status; i++) {
        r->data_path[i] = spk__store_get_text(h, spk__store_item(&n, "data", i, "path"));
        r->data_hash[i] = spk__store_get_text(h, spk__store_item(&n, "data", i, "sha256"));
    }
    get_models(h, r);
    get_parameters(h, r);
    get_scores(h, r);
    get_pairs(h, r);
    if (!h->status)
        get_history(h, &r->history);
    spk__identifiability_get(h, r->n_parameters, &r->identifiability);
    spk__front_get(h, r->n_parameters, &r->front);
    spk__posterior_get(h, r->n_parameters, &r->posterior);
    spk__diagnosis_get(h, &r->diagnosis);
    spk__bootstrap_get(h, r->n_parameters, &r->bootstrap);
}

spk_status spk_result_read(spk_ctx *ctx, const char *folder, spk_result **out) {
    spk__str path = {.ctx = ctx};
    spk__str_add(&path, "%s/result.h5", folder);
    spk_result *r = SPK__NEW(ctx, spk_result);
    if (path.failed || !r) {
        spk__str_free(&path);
        spk__free(ctx, r);
        return SPK_ERR_MEMORY;
    }
    r->ctx = ctx;
    spk__store h;
    spk__store_open(ctx, path.text, &h);
    if (!h.status)
        get_all(&h, r);
    spk__store_close(&h);
    spk__str_free(&path);
    if (h.status) {
        spk_result_free(r);
        return h.status;
    }
    *out = r;
    return SPK_OK;
}
