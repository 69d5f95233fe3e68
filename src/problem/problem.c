/* Building a problem and evaluating candidates: blocks of lanes times stimuli go to threads, costs come
 * together in a fixed order. */
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

spk_status spk_problem_new(spk_ctx *ctx, const spk_problem_config *c, spk_problem **out) {
    spk_problem *p = SPK__NEW(ctx, spk_problem);
    if (!p)
        return SPK_ERR_MEMORY;
    p->ctx = ctx;
    p->c = *c;
    p->k = c->search;
    p->trials = p->k->uses_random ? STOCHASTIC_TRIALS : 1;
    size_t group = (size_t)p->k->width * (size_t)p->k->unroll;
    p->lanes = (group + p->trials - 1) / p->trials * p->trials;
    p->current_parameter = find_current(p->k);
    spk_status st = spk__problem_parameters(p);
    if (!st)
        st = spk__problem_losses(p);
    if (!st && spk_loss_solves_step(&p->loss) && p->current_parameter < 0)
        st = spk__fail(ctx, SPK_ERR_INPUT, &c->study->loss[0].loc, "add 'I_e pA = 0 pA' to the model",
                       "a loss that solves a step needs a model with a parameter I_e");
    if (!st)
        st = spk__problem_targets(p);
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
                     w->trials,     w->amplitude, w->amp_low, w->amp_high};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        spk__free(ctx, parts[i]);
    *w = (spk__worker){0};
}

void spk_problem_free(spk_problem *p) {
    if (!p)
        return;
    for (size_t i = 0; i < p->n_workers; i++)
        spk__worker_free(p->ctx, &p->worker[i]);
    spk__part_set_free(p->ctx, &p->train);
    spk__part_set_free(p->ctx, &p->test);
    void *parts[] = {p->free, p->fixed, p->is_set, p->worker, p->cost, p->fate};
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

const spk_loss *spk_problem_loss(const spk_problem *p) {
    return &p->loss;
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
    for (size_t i = 0; i < p->loss.n; i++)
        sum += p->loss.term[i].weight;
    return sum / spk_problem_spikes(p);
}

double spk_problem_near(const spk_problem *p, double best) {
    return best + fmax(0.05 * fabs(best), 2 * spk_problem_spike_worth(p));
}

/* ---- workers ---- */

/* The voltage is compared every half millisecond or so. */
static size_t watch_every(const spk_problem *p) {
    double n = floor(0.5 / p->c.dt_ms + 1e-9);
    return n < 1 ? 1 : (size_t)n;
}

static size_t most_samples(const spk_problem *p) {
    size_t most = 0;
    for (size_t i = 0; i < p->train.n_stimuli; i++)
        if (p->train.stimulus[i].drive.n_steps > most)
            most = p->train.stimulus[i].drive.n_steps;
    return most / watch_every(p) + 2;
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
    if (spk_loss_needs_voltage(&p->loss)) {
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

/* ---- evaluation ---- */

typedef struct {
    spk_problem *p;
    const double *x;
    size_t n, per_block, n_blocks;
} batch;

void spk__problem_run(spk_problem *p, spk__worker *w, const spk__stimulus *s,
                      const spk__drive *drive, size_t n_lanes, double dt_ms, spk__watch *watch) {
    /* Common random numbers: trial i of every candidate gets the same noise. */
    for (size_t i = 0; i < n_lanes; i++)
        w->ids[i] = (uint32_t)(i % p->trials);
    if (spk_loss_solves_step(&p->loss)) {
        spk__solve_step(p, w, s, n_lanes, drive->n_steps, dt_ms);
        return;
    }
    spk__block_load(w->block, w->parameters, n_lanes, dt_ms, p->c.study->seed, w->ids);
    spk__block_run(w->block, drive, 0, drive->n_steps, watch);
}

static spk_trace lane_voltage(const spk_problem *p, spk__worker *w, const spk__watch *watch,
                              size_t lane, size_t n_lanes) {
    if (!watch->out)
        return (spk_trace){0};
    for (size_t k = 0; k < watch->n_samples; k++)
        w->trace[k] = watch->out[k * n_lanes + lane];
    return (spk_trace){w->trace, watch->n_samples, 0, (double)watch->every * p->c.dt_ms};
}

static spk_status cost_candidate(spk_problem *p, spk__worker *w, size_t stimulus, size_t candidate,
                                 size_t slot, const spk__watch *watch, size_t n_lanes) {
    size_t lane = slot * p->trials;
    spk_loss_candidate c = {.trial = w->trials,
                            .n_trials = p->trials,
                            .voltage_mV = lane_voltage(p, w, watch, lane, n_lanes),
                            .peak_mV = -INFINITY,
                            .finite = true};
    for (size_t i = 0; i < p->trials; i++) {
        c.n_spikes += spk__block_spike_count(w->block, lane + i);
        c.peak_mV = fmax(c.peak_mV, spk__block_peak_mV(w->block, lane + i));
        c.finite = c.finite && spk__block_finite(w->block, lane + i);
    }
    bool allowed = p->k->guard(w->parameters + lane * p->k->n_parameters, p->c.dt_ms) < 0;
    for (size_t t = 0; t < p->train.n_targets; t++) {
        const spk__target *target = &p->train.target[t];
        if (target->stimulus != stimulus)
            continue;
        for (size_t i = 0; i < p->trials; i++)
            w->trials[i] = spk_train_window(
                spk__block_train(w->block, lane + i, p->train.stimulus[stimulus].stop_ms),
                target->start_ms, target->stop_ms);
        double *cost = &p->cost[candidate * p->train.n_targets + t];
        spk_fate fate;
        spk_status st = spk_loss_eval(target->loss, &c, w->scratch, NULL, cost, &fate);
        if (st)
            return st;
        if (!allowed) /* a parameter set that the model forbids, but that may point the way back */
            *cost += 10;
        p->fate[candidate * p->train.n_targets + t] = (unsigned char)fate;
    }
    return SPK_OK;
}

static spk_status run_item(void *arg, size_t i, int worker) {
    batch *b = arg;
    spk_problem *p = b->p;
    spk__worker *w = &p->worker[worker];
    size_t stimulus = i / b->n_blocks, first = i % b->n_blocks * b->per_block;
    size_t n = b->n - first < b->per_block ? b->n - first : b->per_block;
    const spk__stimulus *s = &p->train.stimulus[stimulus];
    for (size_t c = 0; c < n; c++) {
        double *values = w->parameters + c * p->trials * p->k->n_parameters;
        spk_problem_decode(p, b->x + (first + c) * p->n_free, values);
        for (size_t t = 1; t < p->trials; t++)
            memcpy(values + t * p->k->n_parameters, values, p->k->n_parameters * sizeof *values);
    }
    int voltage = spk__block_voltage(w->block);
    spk__watch watch = {.every = watch_every(p), .out = voltage >= 0 ? w->voltage : NULL};
    watch.state = voltage >= 0 ? (size_t)voltage : 0;
    spk__problem_run(p, w, s, &s->drive, n * p->trials, p->c.dt_ms, watch.out ? &watch : NULL);
    spk_status st = SPK_OK;
    for (size_t c = 0; !st && c < n; c++)
        st = cost_candidate(p, w, stimulus, first + c, c, &watch, n * p->trials);
    return st;
}

static spk_status make_room(spk_problem *p, size_t n) {
    if (n <= p->room)
        return SPK_OK;
    double *cost = spk__realloc(p->ctx, p->cost, n * p->train.n_targets, sizeof *cost);
    if (!cost)
        return SPK_ERR_MEMORY;
    p->cost = cost;
    unsigned char *fate = spk__realloc(p->ctx, p->fate, n * p->train.n_targets, 1);
    if (!fate)
        return SPK_ERR_MEMORY;
    p->fate = fate;
    p->room = n;
    return SPK_OK;
}

spk_status spk_problem_evaluate(spk_problem *p, const double *x, size_t n, int threads,
                                double *loss, spk_tally *tally) {
    batch b = {.p = p, .x = x, .n = n, .per_block = p->lanes / p->trials};
    b.n_blocks = (n + b.per_block - 1) / b.per_block;
    spk_status st = make_room(p, n);
    if (!st)
        st = spk__problem_workers(p, threads);
    if (!st)
        st = spk__parallel_for(p->ctx, b.n_blocks * p->train.n_stimuli, threads, run_item, &b);
    if (st)
        return st;
    double weights = 0;
    for (size_t t = 0; t < p->train.n_targets; t++)
        weights += p->train.target[t].weight;
    for (size_t c = 0; c < n; c++) {
        const double *cost = p->cost + c * p->train.n_targets;
        unsigned char worst = 0;
        loss[c] = 0;
        for (size_t t = 0; t < p->train.n_targets; t++) {
            unsigned char fate = p->fate[c * p->train.n_targets + t];
            loss[c] += cost[t] * p->train.target[t].weight / weights;
            worst = fate > worst ? fate : worst;
        }
        if (!tally)
            continue;
        tally->evaluations++;
        tally->silent += worst == SPK_FATE_SILENT;
        tally->exploding += worst == SPK_FATE_EXPLODING;
        tally->nonfinite += worst == SPK_FATE_NONFINITE;
    }
    return SPK_OK;
}
