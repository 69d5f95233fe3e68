/* Replicates of the training data: what each draws, and what a candidate costs in it. */
#include "problem/problem.h"

#include <math.h>

enum { ENOUGH_TRIALS = 5, ENOUGH_SWEEPS = 5, ENOUGH_BLOCKS = 5 };

/* A target in every replicate. */
typedef struct {
    spk__cuts cuts;         /* of blocks */
    size_t n_drawn;         /* trials or blocks of a replicate; 0: the target is left as it is */
    size_t *drawn;          /* [replicates][n_drawn] */
    size_t *trial;          /* [replicates][n_trials]: of a stochastic model; NULL: all */
    spk_loss_target **loss; /* [replicates][objectives]; NULL: as the data are */
    double *weight;         /* [replicates][objectives] */
} target;

struct spk_replicates {
    spk_ctx *ctx;
    spk_problem *p;
    spk_resample over;
    size_t n, n_trials, units; /* n_trials: that a replicate draws of the model's */
    double block_ms;
    target *target; /* [training targets] */
};

const char *spk_resample_word(spk_resample r) {
    static const char *const words[] = {
#define SPK_WORD(name, word) word,
        SPK_RESAMPLE_LIST(SPK_WORD)
#undef SPK_WORD
    };
    return (unsigned)r < SPK_RESAMPLE_COUNT ? words[r] : "";
}

spk_resample spk_replicates_over(const spk_replicates *r) {
    return r->over;
}

size_t spk_replicates_units(const spk_replicates *r) {
    return r->units;
}

double spk_replicates_block_ms(const spk_replicates *r) {
    return r->block_ms;
}

spk__subset spk__subset_of(const spk_evaluation *e, size_t candidate) {
    return (spk__subset){e->replicates, e->of ? e->of + candidate * e->n_of : NULL,
                         e->of ? e->n_of : e->replicates->n};
}

double spk__replicates_weight(const spk_replicates *r, size_t replicate, size_t t,
                              size_t objective) {
    return r->target[t].weight[replicate * r->p->n_objectives + objective];
}

void spk_replicates_free(spk_replicates *r) {
    if (!r)
        return;
    for (size_t t = 0; r->target && t < r->p->train.n_targets; t++) {
        target *y = &r->target[t];
        for (size_t i = 0; y->loss && i < r->n * r->p->n_objectives; i++)
            spk_loss_target_free(y->loss[i]);
        spk__cuts_free(r->ctx, &y->cuts);
        void *parts[] = {y->drawn, y->trial, y->loss, y->weight};
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            spk__free(r->ctx, parts[i]);
    }
    spk__free(r->ctx, r->target);
    spk__free(r->ctx, r);
}

/* ---- what is drawn ---- */

static spk_resample choose(const spk_problem *p) {
    size_t fewest = SIZE_MAX;
    for (size_t t = 0; t < p->train.n_targets; t++)
        fewest = p->train.target[t].n < fewest ? p->train.target[t].n : fewest;
    return fewest >= ENOUGH_TRIALS               ? SPK_RESAMPLE_TRIALS
           : p->train.n_targets >= ENOUGH_SWEEPS ? SPK_RESAMPLE_SWEEPS
                                                 : SPK_RESAMPLE_BLOCKS;
}

static spk_status too_few(const spk_replicates *r) {
    switch (r->over) {
    case SPK_RESAMPLE_TRIALS:
        return spk__fail(r->ctx, SPK_ERR_INPUT, NULL, "resample blocks of time, or sweeps",
                         "no stimulus was recorded twice: there are no trials to draw from");
    case SPK_RESAMPLE_SWEEPS:
        return spk__fail(r->ctx, SPK_ERR_INPUT, NULL, "resample blocks of time, or trials",
                         "the training data have one stimulus: there are no sweeps to draw from");
    default:
        return spk__fail(r->ctx, SPK_ERR_INPUT, NULL, "train on a longer window, or on more sweeps",
                         "the training data make %zu blocks of time: too few to draw from",
                         r->units);
    }
}

static bool any_voltage(const spk_replicates *r) {
    return spk__problem_needs_voltage(r->p);
}

/* How many units each target has to draw from. */
static spk_status count_units(spk_replicates *r) {
    spk_problem *p = r->p;
    double length = 0, step = (double)spk__problem_watch_every(p) * p->c.dt_ms;
    if (r->over == SPK_RESAMPLE_BLOCKS && spk__problem_solves_step(p))
        return spk__fail(
            r->ctx, SPK_ERR_INPUT, NULL, "resample trials or sweeps",
            "a loss that solves a step counts all its spikes: it has no blocks of time");
    for (size_t t = 0; t < p->train.n_targets; t++) {
        const spk__target *from = &p->train.target[t];
        target *y = &r->target[t];
        if (r->over == SPK_RESAMPLE_TRIALS && from->n > 1) {
            y->n_drawn = from->n - 1;
            r->units += from->n;
        } else if (r->over == SPK_RESAMPLE_BLOCKS) {
            spk_status st = spk__cuts_new(r->ctx, from->data, from->n, step, &y->cuts);
            if (st)
                return st;
            y->n_drawn = y->cuts.n ? y->cuts.n - 1 : 0;
            r->units += y->cuts.n;
            if (y->cuts.n)
                length += (double)(y->cuts.edge[y->cuts.n] - y->cuts.edge[0]) * step;
        }
    }
    if (r->over == SPK_RESAMPLE_SWEEPS)
        r->units = p->train.n_targets;
    r->block_ms = r->over == SPK_RESAMPLE_BLOCKS ? length / (double)r->units : NAN;
    return r->units < (r->over == SPK_RESAMPLE_BLOCKS ? ENOUGH_BLOCKS : 2) ? too_few(r) : SPK_OK;
}

/* Numbers below n, with replacement; a stream for each target of each replicate. */
static void draw(uint64_t seed, size_t replicate, size_t stream, size_t n, size_t count,
                 size_t *out) {
    spk__rng g;
    spk__rng_init(&g, seed, SPK__RNG_BOOTSTRAP, (uint32_t)replicate, 1 + (uint32_t)stream);
    for (size_t i = 0; i < count; i++)
        out[i] = (size_t)spk__rng_below(&g, n);
}

static void draw_all(spk_replicates *r, size_t t, uint64_t seed) {
    target *y = &r->target[t];
    size_t targets = r->p->train.n_targets;
    size_t from = r->over == SPK_RESAMPLE_TRIALS ? r->p->train.target[t].n : y->cuts.n;
    for (size_t i = 0; i < r->n; i++) {
        draw(seed, i, t, from, y->n_drawn, y->drawn + i * y->n_drawn);
        if (y->trial)
            draw(seed, i, targets + t, r->p->trials, r->n_trials, y->trial + i * r->n_trials);
    }
}

/* Sweeps: how often each was drawn, and its repeats. */
static spk_status weigh_sweeps(spk_replicates *r, uint64_t seed) {
    size_t targets = r->p->train.n_targets, k = r->p->n_objectives;
    size_t *which = SPK__ARRAY(r->ctx, targets, size_t);
    for (size_t i = 0; which && i < r->n; i++) {
        draw(seed, i, 0, targets, targets - 1, which);
        for (size_t d = 0; d + 1 < targets; d++)
            for (size_t j = 0; j < k; j++)
                r->target[which[d]].weight[i * k + j] += r->p->train.target[which[d]].weight[j];
    }
    spk__free(r->ctx, which);
    return which ? SPK_OK : SPK_ERR_MEMORY;
}

/* ---- the data of a replicate ---- */

/* What a loss target is made of, for one target and objective at a time. */
typedef struct {
    spk_train *train;
    spk_trace *voltage;
    spk_trace current;
    size_t *first; /* of each block in a train */
    double *times, *samples;
} material;

static void material_free(spk_ctx *ctx, material *m) {
    void *parts[] = {m->train, m->voltage, m->first, m->times, m->samples};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        spk__free(ctx, parts[i]);
}

/* The most spikes that the drawn blocks of a train can hold: those of the fullest one each time. */
static size_t fullest(const size_t *first, size_t blocks, size_t drawn) {
    size_t most = 0;
    for (size_t b = 0; b < blocks; b++)
        most = first[b + 1] - first[b] > most ? first[b + 1] - first[b] : most;
    return most * drawn;
}

static size_t longest(const spk__cuts *c, size_t drawn) {
    size_t most = 0;
    for (size_t b = 0; b < c->n; b++)
        most = c->edge[b + 1] - c->edge[b] > most ? c->edge[b + 1] - c->edge[b] : most;
    return most * drawn;
}

static spk_status material_new(const spk_replicates *r, const spk__target *from, const target *y,
                               material *m) {
    size_t blocks = y->cuts.n, spikes = 0;
    bool voltage = blocks && any_voltage(r);
    size_t n = from->n > y->n_drawn ? from->n : y->n_drawn;
    *m = (material){.train = SPK__ARRAY(r->ctx, n, spk_train),
                    .voltage = SPK__ARRAY(r->ctx, n, spk_trace),
                    .first = SPK__ARRAY(r->ctx, from->n * (blocks + 1), size_t)};
    if (!m->train || !m->voltage || !m->first)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; blocks && i < from->n; i++) {
        spk__cuts_find(&y->cuts, &from->data[i], m->first + i * (blocks + 1));
        spikes += fullest(m->first + i * (blocks + 1), blocks, y->n_drawn);
    }
    m->times = SPK__ARRAY(r->ctx, spikes, double);
    m->samples =
        SPK__ARRAY(r->ctx, voltage ? (from->n + 1) * longest(&y->cuts, y->n_drawn) : 0, double);
    return m->times && m->samples ? SPK_OK : SPK_ERR_MEMORY;
}

/* Repeats that the objective counts, their drawn blocks; how many. */
static size_t gather_blocks(const spk_replicates *r, const spk__target *from, const target *y,
                            const spk__objective *o, const size_t *block, material *m) {
    size_t n = 0, samples = spk__cuts_samples(&y->cuts, block, y->n_drawn);
    double *times = m->times, *to = m->samples;
    bool voltage = any_voltage(r);
    for (size_t i = 0; i < from->n; i++) {
        const spk_sweep *s = spk_recording_sweep(r->p->c.recording, from->sweep[i]);
        if (!spk__problem_counts(o, s))
            continue;
        m->train[n] = spk__cuts_train(&y->cuts, &from->data[i], m->first + i * (y->cuts.n + 1),
                                      block, y->n_drawn, times);
        times += m->train[n].n;
        m->voltage[n] = (spk_trace){0};
        if (voltage && s->voltage_mV.n) {
            m->voltage[n] = spk__cuts_trace(&y->cuts, &s->voltage_mV, block, y->n_drawn, to);
            to += samples;
        }
        n++;
    }
    const spk_trace *current = &r->p->train.stimulus[from->stimulus].current_pA;
    m->current = (spk_trace){0};
    if (voltage && current->n)
        m->current = spk__cuts_trace(&y->cuts, current, block, y->n_drawn, to);
    return n;
}

/* Drawn trials, those that the objective counts; how many. */
static size_t gather_trials(const spk_replicates *r, const spk__target *from, const target *y,
                            const spk__objective *o, const size_t *trial, material *m) {
    size_t n = 0;
    for (size_t i = 0; i < y->n_drawn; i++) {
        const spk_sweep *s = spk_recording_sweep(r->p->c.recording, from->sweep[trial[i]]);
        if (!spk__problem_counts(o, s))
            continue;
        m->train[n] = from->data[trial[i]];
        m->voltage[n++] = s->voltage_mV;
    }
    m->current = r->p->train.stimulus[from->stimulus].current_pA;
    return n;
}

/* The losses of a target in every replicate. */
static spk_status make_losses(spk_replicates *r, size_t t) {
    const spk__target *from = &r->p->train.target[t];
    target *y = &r->target[t];
    size_t k = r->p->n_objectives;
    material m = {0};
    y->loss = SPK__ARRAY(r->ctx, r->n * k, spk_loss_target *);
    spk_status st = y->loss ? material_new(r, from, y, &m) : SPK_ERR_MEMORY;
    for (size_t i = 0; !st && i < r->n * k; i++) {
        const spk__objective *o = &r->p->objective[i % k];
        const size_t *drawn = y->drawn + i / k * y->n_drawn;
        size_t n = y->cuts.n ? gather_blocks(r, from, y, o, drawn, &m)
                             : gather_trials(r, from, y, o, drawn, &m);
        /* As much as the target counts in the data, in the part that was drawn. */
        y->weight[i] = y->cuts.n ? from->weight[i % k] : (double)(n * from->n) / (double)y->n_drawn;
        if (n)
            st = spk_loss_target_new(r->ctx, &o->loss, m.train, m.voltage, n, m.current,
                                     &y->loss[i]);
    }
    material_free(r->ctx, &m);
    return st;
}

static spk_status make_target(spk_replicates *r, size_t t, uint64_t seed) {
    const spk__target *from = &r->p->train.target[t];
    target *y = &r->target[t];
    size_t k = r->p->n_objectives;
    y->weight = SPK__ARRAY(r->ctx, r->n * k, double);
    y->drawn = SPK__ARRAY(r->ctx, r->n * y->n_drawn, size_t);
    if (!y->weight || !y->drawn)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; r->over != SPK_RESAMPLE_SWEEPS && i < r->n * k; i++)
        y->weight[i] = from->weight[i % k];
    if (r->over == SPK_RESAMPLE_TRIALS && r->n_trials) {
        y->trial = SPK__ARRAY(r->ctx, r->n * r->n_trials, size_t);
        if (!y->trial)
            return SPK_ERR_MEMORY;
    }
    if (!y->n_drawn)
        return SPK_OK;
    draw_all(r, t, seed);
    return make_losses(r, t);
}

spk_status spk_replicates_new(spk_ctx *ctx, spk_problem *p, spk_resample over, size_t n,
                              uint64_t seed, spk_replicates **out) {
    spk_replicates *r = SPK__NEW(ctx, spk_replicates);
    if (!r)
        return SPK_ERR_MEMORY;
    *r = (spk_replicates){.ctx = ctx, .p = p, .n = n, .over = over ? over : choose(p)};
    r->n_trials = p->trials > 1 ? p->trials - 1 : 0;
    r->target = SPK__ARRAY(ctx, p->train.n_targets, target);
    spk_status st = r->target ? count_units(r) : SPK_ERR_MEMORY;
    for (size_t t = 0; !st && t < p->train.n_targets; t++)
        st = make_target(r, t, seed);
    if (!st && r->over == SPK_RESAMPLE_SWEEPS)
        st = weigh_sweeps(r, seed);
    if (st)
        spk_replicates_free(r);
    else
        *out = r;
    return st;
}

/* ---- what a candidate costs ---- */

/* Spikes of all trials where some of the trials are looked at. */
static size_t share(size_t spikes, size_t some, size_t all) {
    return spikes ? 1 + (spikes - 1) * some / all : 0;
}

static spk_status cost_trials(const spk__subset *s, const target *y, spk__worker *w, size_t k,
                              const spk_loss_candidate *c, double *cost) {
    const spk_replicates *r = s->replicates;
    spk_loss_candidate drawn = *c;
    spk_train *trial = NULL;
    if (y->trial) {
        trial = spk__scratch_get(w->scratch, SPK__SCRATCH_RESAMPLED, r->n_trials * sizeof *trial);
        if (!trial)
            return SPK_ERR_MEMORY;
        drawn.trial = trial;
        drawn.n_trials = r->n_trials;
        drawn.n_spikes = share(c->n_spikes, r->n_trials, c->n_trials);
    }
    spk_status st = SPK_OK;
    for (size_t q = 0; !st && q < s->n; q++) {
        size_t i = spk__subset_at(s, q);
        const spk_loss_target *loss = y->loss[i * r->p->n_objectives + k];
        spk_fate fate;
        for (size_t j = 0; trial && j < r->n_trials; j++)
            trial[j] = c->trial[y->trial[i * r->n_trials + j]];
        if (loss)
            st = spk_loss_eval(loss, &drawn, w->scratch, NULL, &cost[q], &fate);
    }
    return st;
}

static spk_status cost_blocks(const spk__subset *s, const target *y, spk__worker *w, size_t k,
                              const spk_loss_candidate *c, double *cost) {
    const spk_replicates *r = s->replicates;
    size_t blocks = y->cuts.n, spikes = 0, n = c->n_trials;
    size_t samples = c->voltage_mV.n ? longest(&y->cuts, y->n_drawn) : 0;
    size_t *first = w->first;
    for (size_t i = 0; i < n; i++) {
        spk__cuts_find(&y->cuts, &c->trial[i], first + i * (blocks + 1));
        spikes += fullest(first + i * (blocks + 1), blocks, y->n_drawn);
    }
    spk_train *trial = spk__scratch_get(w->scratch, SPK__SCRATCH_RESAMPLED,
                                        n * sizeof *trial + (spikes + samples) * sizeof(double));
    if (!trial)
        return SPK_ERR_MEMORY;
    double *times = (double *)(trial + n), *value = times + spikes;
    spk_loss_candidate drawn = *c;
    drawn.trial = trial;
    spk_status st = SPK_OK;
    for (size_t q = 0; !st && q < s->n; q++) {
        size_t i = spk__subset_at(s, q);
        const spk_loss_target *loss = y->loss[i * r->p->n_objectives + k];
        const size_t *block = y->drawn + i * y->n_drawn;
        double *to = times;
        spk_fate fate;
        for (size_t j = 0; j < n; j++) {
            trial[j] = spk__cuts_train(&y->cuts, &c->trial[j], first + j * (blocks + 1), block,
                                       y->n_drawn, to);
            to += trial[j].n;
        }
        if (samples)
            drawn.voltage_mV = spk__cuts_trace(&y->cuts, &c->voltage_mV, block, y->n_drawn, value);
        if (loss)
            st = spk_loss_eval(loss, &drawn, w->scratch, NULL, &cost[q], &fate);
    }
    return st;
}

size_t spk__replicates_room(const spk_replicates *r) {
    size_t most = 0;
    for (size_t t = 0; t < r->p->train.n_targets; t++)
        most = r->target[t].cuts.n > most ? r->target[t].cuts.n : most;
    return r->p->trials * (most + 1);
}

spk_status spk__replicates_cost(const spk__subset *s, spk__worker *w, size_t t, size_t objective,
                                const spk_loss_candidate *c, double base, spk_fate fate,
                                double *cost) {
    const target *y = &s->replicates->target[t];
    for (size_t i = 0; i < s->n; i++)
        cost[i] = base;
    if (!y->loss || fate == SPK_FATE_EXPLODING || fate == SPK_FATE_NONFINITE)
        return SPK_OK;
    return y->cuts.n ? cost_blocks(s, y, w, objective, c, cost)
                     : cost_trials(s, y, w, objective, c, cost);
}
