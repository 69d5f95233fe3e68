/* Simulation-based calibration: is the posterior as wide as it should be? */
#include <spikefit/posterior.h>

#include "fit/smc.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

enum { MOST_PARTICLES = 200, MOST_BINS = 20, PER_BIN = 5 };

typedef struct {
    spk_ctx *ctx;
    spk_setup *setup;
    const spk_fit_options *o;
    spk_problem *p; /* of the recorded data */
    spk__prior *prior;
    spk__smc_options options;
    spk__journal *journal;
    int threads;
    double *truth, *values; /* [dim], [parameters] */
} calibration;

/* ---- data of one's own ---- */

/* Spikes of the simulated repeats in the place of the recorded ones. */
static void replace(const spk_comparisons *c, const spk_recording *rec, spk_sweep *sweep) {
    size_t n = spk_recording_sweep_count(rec);
    for (size_t i = 0; i < n; i++)
        sweep[i] = *spk_recording_sweep(rec, i);
    for (size_t t = 0; t < c->n; t++) {
        const spk_comparison *k = &c->item[t];
        for (size_t i = 0; i < k->n_data; i++) {
            spk_sweep *s = &sweep[k->sweep[i]];
            const spk_train *m = &k->model[i < k->n_model ? i : 0];
            s->spikes.t_ms = m->t_ms;
            s->spikes.n = m->n;
            s->spikes_detected = false;
        }
    }
}

/* A problem like the recorded one, on data simulated with the truth under noise number i. */
static spk_status make_problem(calibration *c, size_t i, spk_recording **recording,
                               spk_problem **out) {
    const spk_recording *rec = spk_setup_recording(c->setup);
    const spk_model *m = spk_setup_model(c->setup, 0);
    const spk_study *y = spk_setup_study(c->setup);
    spk_comparisons data = {0};
    spk_sweep *sweep = SPK__ARRAY(c->ctx, spk_recording_sweep_count(rec), spk_sweep);
    spk_status st = sweep ? SPK_OK : SPK_ERR_MEMORY;
    spk_problem_decode(c->p, c->truth, c->values);
    if (!st)
        st = spk_problem_compare_noise(c->p, c->values, SPK_TRAIN, 0, ((uint64_t)1 << 50) + i,
                                       &data);
    if (!st) {
        replace(&data, rec, sweep);
        st = spk_recording_make(c->ctx, sweep, spk_recording_sweep_count(rec), NULL,
                                spk_recording_detection(rec), recording);
    }
    size_t n_train;
    const spk_part *train = spk_setup_part(c->setup, SPK_TRAIN, &n_train);
    spk_problem_config config = {.study = y,
                                 .recording = *recording,
                                 .search = spk_problem_kernel(c->p),
                                 .score = spk_model_kernel(m, SPK_FLOAT64),
                                 .dt_ms = spk_problem_dt(c->p),
                                 .train = train,
                                 .n_train = n_train,
                                 .as_recorded = true};
    if (!st)
        st = spk_problem_new(c->ctx, &config, out);
    spk_comparisons_free(&data);
    spk__free(c->ctx, sweep);
    return st;
}

/* ---- ranks ---- */

static spk_status rank_one(calibration *c, size_t i, double *rank) {
    size_t dim = spk_problem_dim(c->p);
    spk_recording *recording = NULL;
    spk_problem *p = NULL;
    spk__smc *smc = NULL;
    spk__rng g;
    spk__rng_init(&g, c->options.seed, SPK__RNG_POSTERIOR, UINT32_MAX, (uint32_t)i);
    for (size_t j = 0; j < dim; j++)
        c->truth[j] = spk__prior_draw(&c->prior[j], &g);
    spk__smc_options o = c->options;
    o.seed = spk__hash(&i, sizeof i, c->options.seed) >> 12;
    spk_status st = make_problem(c, i, &recording, &p);
    if (!st)
        st = spk__smc_new(c->ctx, c->prior, dim, &o, &smc);
    spk__smc_loop l = {.ctx = c->ctx,
                       .smc = smc,
                       .p = p,
                       .journal = c->journal,
                       .index = 1 + (uint32_t)i,
                       .noise = (i + 1) << 42,
                       .threads = c->threads};
    spk__population y = {0};
    if (!st)
        st = spk__smc_run(&l);
    if (!st)
        spk__smc_population(smc, &y);
    if (!st && !y.n)
        st = spk__fail(c->ctx, SPK_ERR_FAILED, NULL,
                       "give 'posterior' more evaluations, or fewer particles",
                       "calibration run %zu finished no generation", i + 1);
    for (size_t j = 0; !st && j < dim; j++) {
        rank[j] = 0;
        for (size_t k = 0; k < y.n; k++)
            rank[j] += y.weight[k] * (y.x[k * dim + j] < c->truth[j]);
    }
    spk__smc_free(smc);
    spk_problem_free(p);
    spk_recording_free(recording);
    return st;
}

/* Chi-square of ranks in equal bins. */
static double uniformity(const double *rank, size_t n, size_t dim, size_t j) {
    size_t bins = n / PER_BIN > MOST_BINS ? MOST_BINS : n / PER_BIN;
    double counts[MOST_BINS] = {0}, chi = 0;
    if (bins < 2)
        return NAN;
    for (size_t i = 0; i < n; i++) {
        size_t b = (size_t)(rank[i * dim + j] * (double)bins);
        counts[b < bins ? b : bins - 1]++;
    }
    double expected = (double)n / (double)bins;
    for (size_t b = 0; b < bins; b++)
        chi += (counts[b] - expected) * (counts[b] - expected) / expected;
    return gsl_cdf_chisq_Q(chi, (double)bins - 1);
}

static spk_status check(const calibration *c) {
    const spk_loss *loss = spk_problem_loss(c->p, 0);
    if (spk_loss_needs_voltage(loss) || spk_loss_solves_step(loss))
        return spk__fail(
            c->ctx, SPK_ERR_INPUT, NULL, "leave 'voltage' and 'spikenetopt' out of the loss",
            "calibration simulates spikes under the recorded stimuli; the loss compares more");
    return SPK_OK;
}

static spk_status open_journal(calibration *c) {
    const spk_study *y = spk_setup_study(c->setup);
    if (!c->o->folder)
        return SPK_OK;
    char *identity = NULL;
    spk_status st = spk__fit_identity(c->ctx, c->setup, "calibration\n", &identity);
    spk__str folder = {.ctx = c->ctx};
    spk__str_add(&folder, "%s/calibration", c->o->folder);
    spk_fit_options o = {.folder = folder.text, .resume = true};
    uint64_t budget = UINT64_MAX;
    if (!st && folder.failed)
        st = SPK_ERR_MEMORY;
    if (!st)
        st = spk__folder_open(c->ctx, &o, y->path, identity, 1, &budget, &c->journal);
    spk__str_free(&folder);
    spk__free(c->ctx, identity);
    return st;
}

spk_status spk_posterior_calibrate(spk_ctx *ctx, spk_setup *setup, const spk_fit_options *o,
                                   size_t n, spk_result *r) {
    calibration c = {.ctx = ctx, .setup = setup, .o = o};
    const spk_study *y = spk_setup_study(setup);
    spk_result_posterior *out = &r->posterior;
    spk_opts opts;
    c.threads = o->threads ? o->threads : y->threads;
    spk_status st = spk_setup_problem(setup, 0, &c.p);
    if (!st)
        st = check(&c);
    if (!st)
        st = spk_posterior_read_options(ctx, y, &opts);
    if (st)
        return st;
    size_t dim = spk_problem_dim(c.p);
    c.options = spk__smc_options_of(&opts, y->seed);
    c.options.particles =
        c.options.particles < MOST_PARTICLES ? c.options.particles : MOST_PARTICLES;
    c.prior = SPK__ARRAY(ctx, dim, spk__prior);
    c.truth = SPK__ARRAY(ctx, dim, double);
    c.values = SPK__ARRAY(ctx, spk_problem_kernel(c.p)->n_parameters, double);
    out->rank = SPK__ARRAY(ctx, n * dim, double);
    out->rank_p = SPK__ARRAY(ctx, dim, double);
    if (!c.prior || !c.truth || !c.values || !out->rank || !out->rank_p)
        st = SPK_ERR_MEMORY;
    if (!st)
        st = spk__priors_read(ctx, y, c.p, c.prior);
    if (!st)
        st = open_journal(&c);
    for (size_t i = 0; !st && i < n; i++)
        st = rank_one(&c, i, out->rank + i * dim);
    for (size_t j = 0; !st && j < dim; j++)
        out->rank_p[j] = uniformity(out->rank, n, dim, j);
    out->n_ranks = st ? 0 : n;
    spk__journal_close(c.journal);
    spk__free(ctx, c.prior);
    spk__free(ctx, c.truth);
    spk__free(ctx, c.values);
    return st;
}
