/* Building a problem. */
#include "problem/problem.h"

#include <math.h>

/* Runs of a stochastic model under each stimulus. */
enum { STOCHASTIC_TRIALS = 8 };

/* ---- life ---- */

static int find_current(const spk_kernel *k) {
    for (size_t i = 0; i < k->n_parameters; i++)
        if (strcmp(k->parameters[i].name, "I_e") == 0)
            return (int)i;
    return -1;
}

static void choose_trials(spk_problem *p) {
    size_t trials = p->c.study->trials ? (size_t)p->c.study->trials : STOCHASTIC_TRIALS;
    if (p->c.as_recorded) {
        trials = 1;
        for (size_t i = 0; i < p->train.n_targets; i++)
            trials = p->train.target[i].n > trials ? p->train.target[i].n : trials;
    }
    p->trials = p->k->uses_random ? trials : 1;
    size_t group = (size_t)p->k->width * (size_t)p->k->unroll;
    p->lanes = (group + p->trials - 1) / p->trials * p->trials;
}

spk_status spk_problem_new(spk_ctx *ctx, const spk_problem_config *c, spk_problem **out) {
    spk_problem *p = SPK__NEW(ctx, spk_problem);
    if (!p)
        return SPK_ERR_MEMORY;
    p->ctx = ctx;
    p->c = *c;
    p->k = c->search;
    p->current_parameter = find_current(p->k);
    spk_status st = spk__problem_parameters(p);
    if (!st)
        st = spk__problem_objectives(p);
    if (!st && spk__problem_solves_step(p) && p->current_parameter < 0)
        st = spk__fail(ctx, SPK_ERR_INPUT, &c->study->loss[0].loc, "add 'I_e pA = 0 pA' to the model",
                       "a loss that solves a step needs a model with a parameter I_e");
    if (!st)
        st = spk__problem_targets(p);
    if (!st)
        choose_trials(p);
    if (st)
        spk_problem_free(p);
    else
        *out = p;
    return st;
}

void spk__worker_free(spk_ctx *ctx, spk__worker *w) {
    spk__block_free(w->block);
    spk_scratch_free(w->scratch);
    void *parts[] = {w->parameters, w->ids,       w->voltage, w->trace,
                     w->trials,     w->amplitude, w->amp_low, w->amp_high,
                     w->first};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        spk__free(ctx, parts[i]);
    *w = (spk__worker){0};
}

void spk_problem_free(spk_problem *p) {
    if (!p)
        return;
    for (size_t i = 0; i < p->n_workers; i++)
        spk__worker_free(p->ctx, &p->worker[i]);
    spk__part_set_free(p->ctx, &p->train, p->n_objectives);
    spk__part_set_free(p->ctx, &p->test, p->n_objectives);
    void *parts[] = {p->free, p->fixed, p->is_set, p->worker,
                     p->cost, p->terms, p->fate, p->objective, p->replicate};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        spk__free(p->ctx, parts[i]);
    spk__free(p->ctx, p);
}

size_t spk_problem_dim(const spk_problem *p) {
    return p->n_free;
}

const spk_free *spk_problem_parameter(const spk_problem *p, size_t i) {
    return i < p->n_free ? &p->free[i] : NULL;
}

const spk_kernel *spk_problem_kernel(const spk_problem *p) {
    return p->k;
}

size_t spk_problem_objectives(const spk_problem *p) {
    return p->n_objectives;
}

const char *spk_problem_objective_name(const spk_problem *p, size_t i) {
    return i < p->n_objectives ? p->objective[i].name : NULL;
}

const spk_loss *spk_problem_loss(const spk_problem *p, size_t objective) {
    return objective < p->n_objectives ? &p->objective[objective].loss : NULL;
}

size_t spk_problem_terms(const spk_problem *p) {
    return p->n_terms;
}

bool spk_problem_stochastic(const spk_problem *p) {
    return p->k->uses_random;
}

size_t spk_problem_trials(const spk_problem *p) {
    return p->trials;
}

const spk_kernel *spk_problem_score_kernel(const spk_problem *p) {
    return p->c.score;
}

uint64_t spk_problem_seed(const spk_problem *p) {
    return p->c.study->seed;
}

double spk_problem_dt(const spk_problem *p) {
    return p->c.dt_ms;
}

double spk_problem_spikes(const spk_problem *p) {
    double sum = 0;
    for (size_t t = 0; t < p->train.n_targets; t++)
        for (size_t i = 0; i < p->train.target[t].n; i++)
            sum += (double)p->train.target[t].data[i].n / (double)p->train.target[t].n;
    return sum;
}

double spk_problem_spike_worth(const spk_problem *p) {
    double sum = 0;
    for (size_t k = 0; k < p->n_objectives; k++)
        for (size_t i = 0; i < p->objective[k].loss.n; i++)
            sum += p->objective[k].loss.term[i].weight;
    return sum / (double)p->n_objectives / spk_problem_spikes(p);
}

double spk_problem_near(const spk_problem *p, double best) {
    return best + fmax(0.05 * fabs(best), 2 * spk_problem_spike_worth(p));
}

/* ---- what an evaluation takes ---- */

/* In double, between what cores with AVX2 (0.04) and AVX-512 (0.02) take over the built-in models with
 * their own integrators, losses included (bench/search/neural.py --cost). */
static const double NS_PER_OPERATION = 0.03;

double spk_problem_cost(const spk_problem *p) {
    double steps = 0;
    for (size_t i = 0; i < p->train.n_stimuli; i++)
        steps += (double)p->train.stimulus[i].drive.n_steps;
    if (spk__problem_solves_step(p))
        steps *= SPK__STEP_RUNS;
    return 1e-9 * NS_PER_OPERATION * fmax(1, p->k->run_operations) * steps * (double)p->trials;
}

/* ---- workers ---- */

/* The voltage is compared every half millisecond or so. */
size_t spk__problem_watch_every(const spk_problem *p) {
    double n = floor(0.5 / p->c.dt_ms + 1e-9);
    return n < 1 ? 1 : (size_t)n;
}

static size_t most_samples(const spk_problem *p) {
    size_t most = 0;
    for (size_t i = 0; i < p->train.n_stimuli; i++)
        if (p->train.stimulus[i].drive.n_steps > most)
            most = p->train.stimulus[i].drive.n_steps;
    return most / spk__problem_watch_every(p) + 2;
}

static spk_status worker_new(spk_problem *p, spk__worker *w) {
    spk_ctx *ctx = p->ctx;
    spk_status st = spk__block_new(ctx, p->k, p->lanes, p->spike_limit, &w->block);
    if (!st)
        st = spk_scratch_new(ctx, &w->scratch);
    if (st)
        return st;
    w->parameters = SPK__ARRAY(ctx, p->lanes * p->k->n_parameters, double);
    w->ids = SPK__ARRAY(ctx, p->lanes, uint32_t);
    w->trials = SPK__ARRAY(ctx, p->trials, spk_train);
    w->amplitude = SPK__ARRAY(ctx, p->lanes, double);
    w->amp_low = SPK__ARRAY(ctx, p->lanes, double);
    w->amp_high = SPK__ARRAY(ctx, p->lanes, double);
    if (spk__problem_needs_voltage(p)) {
        w->voltage = SPK__ARRAY(ctx, most_samples(p) * p->lanes, double);
        w->trace = SPK__ARRAY(ctx, most_samples(p), double);
        if (!w->voltage || !w->trace)
            return SPK_ERR_MEMORY;
    }
    return w->parameters && w->ids && w->trials && w->amplitude && w->amp_low && w->amp_high
               ? SPK_OK
               : SPK_ERR_MEMORY;
}

spk_status spk__problem_workers(spk_problem *p, int threads) {
    size_t wanted = (size_t)spk__thread_count(threads);
    if (wanted <= p->n_workers)
        return SPK_OK;
    spk__worker *grown = spk__realloc(p->ctx, p->worker, wanted, sizeof *grown);
    if (!grown)
        return SPK_ERR_MEMORY;
    p->worker = grown;
    while (p->n_workers < wanted) {
        spk__worker *w = &p->worker[p->n_workers];
        *w = (spk__worker){0};
        spk_status st = worker_new(p, w);
        if (st) {
            spk__worker_free(p->ctx, w);
            return st;
        }
        p->n_workers++;
    }
    return SPK_OK;
}
