/* Data and model side by side: what one parameter set does on a part of the data, in float64. */
#include "problem/problem.h"

/* Everything that a set of comparisons lends. */
typedef struct {
    spk_train *data, *model;
    size_t *sweep;
    double *times;
} store;

void spk_comparisons_free(spk_comparisons *c) {
    if (!c || !c->ctx)
        return;
    store *s = c->store;
    for (size_t i = 0; s && i < c->n; i++) {
        spk__free(c->ctx, s[i].data);
        spk__free(c->ctx, s[i].model);
        spk__free(c->ctx, s[i].sweep);
        spk__free(c->ctx, s[i].times);
    }
    spk__free(c->ctx, s);
    spk__free(c->ctx, c->item);
    *c = (spk_comparisons){0};
}

static spk_status keep_model(spk_problem *p, const spk__worker *w, const spk__target *t, double stop,
                             store *s) {
    size_t total = 0;
    for (size_t i = 0; i < p->trials; i++)
        total += spk_train_window(spk__block_train(w->block, i, stop), t->start_ms, t->stop_ms).n;
    s->times = SPK__ARRAY(p->ctx, total, double);
    s->model = SPK__ARRAY(p->ctx, p->trials, spk_train);
    if (!s->times || !s->model)
        return SPK_ERR_MEMORY;
    double *at = s->times;
    for (size_t i = 0; i < p->trials; i++) {
        spk_train v = spk_train_window(spk__block_train(w->block, i, stop), t->start_ms, t->stop_ms);
        if (v.n)
            memcpy(at, v.t_ms, v.n * sizeof *at);
        v.t_ms = at;
        s->model[i] = v;
        at += v.n;
    }
    return SPK_OK;
}

static spk_status keep_target(spk_problem *p, const spk__worker *w, const spk__part_set *set,
                              const spk__target *t, store *s, spk_comparison *out) {
    const spk__stimulus *stimulus = &set->stimulus[t->stimulus];
    s->data = SPK__ARRAY(p->ctx, t->n, spk_train);
    s->sweep = SPK__ARRAY(p->ctx, t->n, size_t);
    if (!s->data || !s->sweep)
        return SPK_ERR_MEMORY;
    memcpy(s->data, t->data, t->n * sizeof *s->data);
    memcpy(s->sweep, t->sweep, t->n * sizeof *s->sweep);
    spk_status st = keep_model(p, w, t, stimulus->stop_ms, s);
    *out = (spk_comparison){stimulus->number, s->data,   t->n,        s->sweep,
                            s->model,         p->trials, t->start_ms, t->stop_ms};
    return st;
}

/* A worker for the scoring kernel, with room for as many spikes as there can be. */
static spk_status scoring_worker(spk_problem *p, spk__worker *w, size_t limit) {
    spk_status st = spk__block_new(p->ctx, p->c.score, p->trials, limit, &w->block);
    w->parameters = SPK__ARRAY(p->ctx, p->trials * p->k->n_parameters, double);
    w->ids = SPK__ARRAY(p->ctx, p->trials, uint32_t);
    w->amplitude = SPK__ARRAY(p->ctx, p->trials, double);
    w->amp_low = SPK__ARRAY(p->ctx, p->trials, double);
    w->amp_high = SPK__ARRAY(p->ctx, p->trials, double);
    if (!st && (!w->parameters || !w->ids || !w->amplitude || !w->amp_low || !w->amp_high))
        st = SPK_ERR_MEMORY;
    return st;
}

static spk_status compare_stimulus(spk_problem *p, const spk__part_set *set, size_t stimulus,
                                   const double *values, double dt_ms, uint64_t noise,
                                   store *stores, spk_comparisons *out) {
    const spk__stimulus *s = &set->stimulus[stimulus];
    spk__drive drive = {0};
    spk__worker w = {.fresh = noise != 0, .noise = noise * p->trials};
    spk_status st = spk__drive_new(p->ctx, p->c.score, s->current_pA, dt_ms, s->stop_ms, &drive);
    if (!st)
        st = scoring_worker(p, &w, drive.n_steps < 1000000 ? drive.n_steps : 1000000);
    if (!st) {
        for (size_t i = 0; i < p->trials; i++)
            memcpy(w.parameters + i * p->k->n_parameters, values,
                   p->k->n_parameters * sizeof *values);
        spk__problem_run(p, &w, s, &drive, p->trials, dt_ms, NULL);
        for (size_t i = 0; i < p->trials; i++)
            out->finite = out->finite && spk__block_finite(w.block, i);
    }
    for (size_t t = 0; !st && t < set->n_targets; t++)
        if (set->target[t].stimulus == stimulus)
            st = keep_target(p, &w, set, &set->target[t], &stores[t], &out->item[t]);
    spk__worker_free(p->ctx, &w);
    spk__drive_free(p->ctx, &drive);
    return st;
}

spk_status spk_problem_compare(spk_problem *p, const double *values, spk_part_kind part,
                               double dt_ms, spk_comparisons *out) {
    return spk_problem_compare_noise(p, values, part, dt_ms, 0, out);
}

spk_status spk_problem_compare_noise(spk_problem *p, const double *values, spk_part_kind part,
                                     double dt_ms, uint64_t noise, spk_comparisons *out) {
    const spk__part_set *set = part == SPK_TRAIN ? &p->train : &p->test;
    spk_comparisons c = {.n = set->n_targets, .finite = true, .ctx = p->ctx};
    store *stores = SPK__ARRAY(p->ctx, set->n_targets, store);
    c.store = stores;
    c.item = SPK__ARRAY(p->ctx, set->n_targets, spk_comparison);
    spk_status st = c.store && c.item ? SPK_OK : SPK_ERR_MEMORY;
    for (size_t i = 0; !st && i < set->n_stimuli; i++)
        st = compare_stimulus(p, set, i, values, dt_ms > 0 ? dt_ms : p->c.dt_ms, noise, stores, &c);
    if (st)
        spk_comparisons_free(&c);
    else
        *out = c;
    return st;
}
