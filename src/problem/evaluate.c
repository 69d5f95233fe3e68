/* Evaluating candidates: blocks of lanes times stimuli go to threads, costs come together in a
 * fixed order. */
#include "problem/problem.h"

#include <math.h>

typedef struct {
    spk_problem *p;
    const spk_evaluation *e;
    size_t per_block, n_blocks;
} batch;

void spk__problem_run(spk_problem *p, spk__worker *w, const spk__stimulus *s,
                      const spk__drive *drive, size_t n_lanes, double dt_ms, spk__watch *watch) {
    /* Under common random numbers trial i of every candidate gets the same noise. */
    for (size_t i = 0; i < n_lanes; i++)
        w->ids[i] = (uint32_t)(w->noise + (w->fresh ? i : i % p->trials));
    /* Streams are told apart by 32 bits; the rest of a noise's number makes another seed. */
    uint64_t far = w->noise >> 32,
             seed = p->c.study->seed ^ (far ? spk__hash(&far, sizeof far, 3) : 0);
    if (spk__problem_solves_step(p)) {
        spk__solve_step(p, w, s, n_lanes, drive->n_steps, dt_ms);
        return;
    }
    spk__block_load(w->block, w->parameters, n_lanes, dt_ms, seed, w->ids);
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

/* A parameter set that the model forbids, but that may point the way back, costs this more. */
static const double FORBIDDEN = 10;

/* The same in every replicate of the data. */
static spk_status cost_replicates(spk_problem *p, const spk__subset *s, spk__worker *w, size_t row,
                                  size_t t, size_t k, const spk_loss_candidate *c, bool allowed,
                                  double base, spk_fate fate) {
    double *cost = p->replicate + (row * p->n_objectives + k) * s->n;
    spk_status st = spk__replicates_cost(s, w, t, k, c, base, fate, cost);
    for (size_t i = 0; !allowed && i < s->n; i++)
        cost[i] += FORBIDDEN;
    return st;
}

/* The costs of one candidate on one target, for every objective. */
static spk_status cost_target(spk_problem *p, spk__worker *w, size_t candidate, size_t t,
                              bool allowed, const spk_evaluation *e, const spk_loss_candidate *c) {
    const spk__target *target = &p->train.target[t];
    size_t row = candidate * p->train.n_targets + t;
    p->fate[row] = 0;
    for (size_t k = 0; k < p->n_objectives; k++) {
        double *cost = &p->cost[row * p->n_objectives + k];
        double *term = e->terms ? p->terms + row * p->n_terms + p->objective[k].first_term : NULL;
        *cost = 0;
        if (!target->loss[k]) {
            for (size_t i = 0; term && i < p->objective[k].loss.n; i++)
                term[i] = 0;
            continue;
        }
        spk_fate fate;
        spk_status st = spk_loss_eval(target->loss[k], c, w->scratch, term, cost, &fate);
        if (st)
            return st;
        if (e->replicates) {
            spk__subset s = spk__subset_of(e, candidate);
            st = cost_replicates(p, &s, w, row, t, k, c, allowed, *cost, fate);
            if (st)
                return st;
        }
        if (!allowed)
            *cost += FORBIDDEN;
        if (fate > p->fate[row])
            p->fate[row] = (unsigned char)fate;
    }
    return SPK_OK;
}

static spk_status cost_candidate(spk_problem *p, spk__worker *w, size_t stimulus, size_t candidate,
                                 size_t slot, const spk__watch *watch, size_t n_lanes,
                                 const spk_evaluation *e) {
    size_t lane = slot * p->trials;
    spk_trace voltage = lane_voltage(p, w, watch, lane, n_lanes);
    bool allowed = p->k->guard(w->parameters + lane * p->k->n_parameters, p->c.dt_ms) < 0;
    for (size_t t = 0; t < p->train.n_targets; t++) {
        const spk__target *target = &p->train.target[t];
        if (target->stimulus != stimulus)
            continue;
        spk_loss_candidate c = {.trial = w->trials,
                                .n_trials = p->trials,
                                .voltage_mV = voltage,
                                .peak_mV = -INFINITY,
                                .finite = true};
        if (p->c.as_recorded && target->n < p->trials)
            c.n_trials = target->n;
        for (size_t i = 0; i < c.n_trials; i++) {
            c.n_spikes += spk__block_spike_count(w->block, lane + i);
            c.peak_mV = fmax(c.peak_mV, spk__block_peak_mV(w->block, lane + i));
            c.finite = c.finite && spk__block_finite(w->block, lane + i);
            w->trials[i] = spk_train_window(
                spk__block_train(w->block, lane + i, p->train.stimulus[stimulus].stop_ms),
                target->start_ms, target->stop_ms);
        }
        spk_status st = cost_target(p, w, candidate, t, allowed, e, &c);
        if (st)
            return st;
    }
    return SPK_OK;
}

static spk_status run_item(void *arg, size_t i, int worker) {
    batch *b = arg;
    spk_problem *p = b->p;
    const spk_evaluation *e = b->e;
    spk__worker *w = &p->worker[worker];
    size_t stimulus = i / b->n_blocks, first = i % b->n_blocks * b->per_block;
    size_t n = e->n - first < b->per_block ? e->n - first : b->per_block;
    const spk__stimulus *s = &p->train.stimulus[stimulus];
    for (size_t c = 0; c < n; c++) {
        double *values = w->parameters + c * p->trials * p->k->n_parameters;
        spk_problem_decode(p, e->x + (first + c) * p->n_free, values);
        for (size_t t = 1; t < p->trials; t++)
            memcpy(values + t * p->k->n_parameters, values, p->k->n_parameters * sizeof *values);
    }
    w->fresh = e->noise != 0;
    w->noise = w->fresh ? (e->noise + first) * p->trials : 0;
    int voltage = spk__block_voltage(w->block);
    spk__watch watch = {.every = spk__problem_watch_every(p),
                        .out = voltage >= 0 ? w->voltage : NULL};
    watch.state = voltage >= 0 ? (size_t)voltage : 0;
    spk__problem_run(p, w, s, &s->drive, n * p->trials, p->c.dt_ms, watch.out ? &watch : NULL);
    spk_status st = SPK_OK;
    for (size_t c = 0; !st && c < n; c++)
        st = cost_candidate(p, w, stimulus, first + c, c, &watch, n * p->trials, e);
    return st;
}

/* Where the data are resampled: the costs in each replicate, and what workers need for them. */
static spk_status make_replicate_room(spk_problem *p, const spk_evaluation *e) {
    size_t numbers = e->n * p->train.n_targets * p->n_objectives * spk__subset_of(e, 0).n;
    size_t places = spk__replicates_room(e->replicates);
    if (numbers > p->replicate_room) {
        double *more = spk__realloc(p->ctx, p->replicate, numbers, sizeof *more);
        if (!more)
            return SPK_ERR_MEMORY;
        p->replicate = more;
        p->replicate_room = numbers;
    }
    for (size_t i = 0; i < p->n_workers; i++) {
        spk__worker *w = &p->worker[i];
        size_t *more = places > w->first_room
                           ? spk__realloc(p->ctx, w->first, places, sizeof *more)
                           : w->first;
        if (!more)
            return SPK_ERR_MEMORY;
        w->first = more;
        w->first_room = places > w->first_room ? places : w->first_room;
    }
    return SPK_OK;
}

static spk_status make_room(spk_problem *p, size_t n, bool terms) {
    size_t targets = p->train.n_targets;
    if (n > p->room) {
        double *cost = spk__realloc(p->ctx, p->cost, n * targets * p->n_objectives, sizeof *cost);
        if (!cost)
            return SPK_ERR_MEMORY;
        p->cost = cost;
        unsigned char *fate = spk__realloc(p->ctx, p->fate, n * targets, 1);
        if (!fate)
            return SPK_ERR_MEMORY;
        p->fate = fate;
        p->room = n;
    }
    if (terms && n > p->term_room) {
        double *more = spk__realloc(p->ctx, p->terms, n * targets * p->n_terms, sizeof *more);
        if (!more)
            return SPK_ERR_MEMORY;
        p->terms = more;
        p->term_room = n;
    }
    return SPK_OK;
}

/* The targets of a candidate together, each by its repeats. */
static void gather(const spk_problem *p, const spk_evaluation *e, size_t c) {
    double mean = 0;
    for (size_t k = 0; k < p->n_objectives; k++) {
        const spk__objective *o = &p->objective[k];
        double loss = 0;
        for (size_t i = 0; e->terms && i < o->loss.n; i++)
            e->terms[c * p->n_terms + o->first_term + i] = 0;
        for (size_t t = 0; t < p->train.n_targets; t++) {
            size_t row = c * p->train.n_targets + t;
            double weight = p->train.target[t].weight[k];
            loss += p->cost[row * p->n_objectives + k] * weight / o->weight;
            for (size_t i = 0; e->terms && i < o->loss.n; i++)
                e->terms[c * p->n_terms + o->first_term + i] +=
                    p->terms[row * p->n_terms + o->first_term + i] * weight / o->weight;
        }
        if (e->each)
            e->each[c * p->n_objectives + k] = loss;
        mean += loss / (double)p->n_objectives;
    }
    if (e->loss)
        e->loss[c] = mean;
}

/* The same in each replicate; one that drew nothing that an objective counts takes the data as they are. */
static void gather_replicates(const spk_problem *p, const spk_evaluation *e, size_t c) {
    const spk__subset s = spk__subset_of(e, c);
    size_t n = s.n, objectives = p->n_objectives;
    for (size_t i = 0; i < n * objectives; i++) {
        size_t q = i / objectives, k = i % objectives, replicate = spk__subset_at(&s, q);
        double sum = 0, weight = 0, base = 0;
        for (size_t t = 0; t < p->train.n_targets; t++) {
            size_t row = (c * p->train.n_targets + t) * objectives + k;
            double one = spk__replicates_weight(e->replicates, replicate, t, k);
            weight += one;
            sum += one > 0 ? one * p->replicate[row * n + q] : 0;
            base += p->train.target[t].weight[k] * p->cost[row];
        }
        e->replicate[c * n * objectives + i] = weight > 0 ? sum / weight : base / p->objective[k].weight;
    }
}

static void count(const spk_problem *p, size_t c, spk_tally *tally) {
    unsigned char worst = 0;
    for (size_t t = 0; t < p->train.n_targets; t++) {
        unsigned char fate = p->fate[c * p->train.n_targets + t];
        worst = fate > worst ? fate : worst;
    }
    tally->evaluations++;
    tally->silent += worst == SPK_FATE_SILENT;
    tally->exploding += worst == SPK_FATE_EXPLODING;
    tally->nonfinite += worst == SPK_FATE_NONFINITE;
}

void spk_problem_share(spk_problem *p, spk_evaluate_fn *fn, void *user) {
    p->share = fn;
    p->share_user = user;
}

spk_status spk_problem_run(spk_problem *p, const spk_evaluation *e) {
    return p->share && !e->replicates ? p->share(p->share_user, p, e) : spk_problem_run_here(p, e);
}

spk_status spk_problem_run_here(spk_problem *p, const spk_evaluation *e) {
    batch b = {.p = p, .e = e, .per_block = p->lanes / p->trials};
    b.n_blocks = (e->n + b.per_block - 1) / b.per_block;
    spk_status st = make_room(p, e->n, e->terms != NULL);
    if (!st)
        st = spk__problem_workers(p, e->threads);
    if (!st && e->replicates)
        st = make_replicate_room(p, e);
    if (!st)
        st = spk__parallel_for(p->ctx, b.n_blocks * p->train.n_stimuli, e->threads, run_item, &b);
    for (size_t c = 0; !st && c < e->n; c++) {
        gather(p, e, c);
        if (e->replicates)
            gather_replicates(p, e, c);
        if (e->tally)
            count(p, c, e->tally);
    }
    return st;
}

spk_status spk_problem_evaluate(spk_problem *p, const double *x, size_t n, int threads,
                                double *loss, spk_tally *tally) {
    return spk_problem_run(
        p, &(spk_evaluation){.x = x, .n = n, .threads = threads, .loss = loss, .tally = tally});
}
