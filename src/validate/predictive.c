/* Posterior-predictive check: does what the posterior simulates look like the data? */
#include <spikefit/posterior.h>
#include <spikefit/stat.h>

#include "base/base.h"

#include <math.h>

/* Noises that no sampler counts up to. */
static const uint64_t UNSEEN = (uint64_t)1 << 41;

/* A number of the repeats of one stimulus: the mean of a statistic of the stat room, or a function.
 */
typedef struct {
    const char *name, *stat;
    double (*of)(const spk_train *t, size_t n);
} statistic;

static double first_spike(const spk_train *t, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += t[i].n ? t[i].t_ms[0] - t[i].start_ms : NAN;
    return sum / (double)n;
}

/* How much the repeats differ in number: variance over mean. */
static double fano(const spk_train *t, size_t n) {
    double mean = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        mean += (double)t[i].n / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += ((double)t[i].n - mean) * ((double)t[i].n - mean);
    return n > 1 && mean > 0 ? squares / ((double)n - 1) / mean : NAN;
}

static const statistic statistics[] = {
    {"spikes in a repeat", "spike_count", NULL},    {"first spike (ms)", NULL, first_spike},
    {"variation of intervals (CV)", "cv", NULL},    {"local variation (LV)", "lv", NULL},
    {"adaptation index", "adaptation_index", NULL}, {"counts of repeats (Fano)", NULL, fano}};
enum { N_STATISTICS = sizeof statistics / sizeof *statistics };

static double of_trains(const statistic *s, const spk_train *t, size_t n) {
    if (s->of)
        return s->of(t, n);
    for (size_t i = 0; i < spk_stat_count(); i++) {
        const spk_stat *k = spk_stat_at(i);
        if (strcmp(k->name, s->stat) != 0)
            continue;
        spk_opts o;
        double sum = 0;
        spk_opts_default(k->options, &o);
        for (size_t q = 0; q < n; q++)
            sum += k->of_train(o.v, &t[q]);
        return sum / (double)n;
    }
    return NAN;
}

/* The mean over stimuli where it is defined. */
static void measure(const spk_comparisons *c, bool model, double out[N_STATISTICS]) {
    for (size_t k = 0; k < N_STATISTICS; k++) {
        double sum = 0, n = 0;
        for (size_t i = 0; i < c->n; i++) {
            const spk_comparison *m = &c->item[i];
            size_t n_model = m->n_model < m->n_data ? m->n_model : m->n_data;
            double v =
                of_trains(&statistics[k], model ? m->model : m->data, model ? n_model : m->n_data);
            if (isfinite(v)) {
                sum += v;
                n++;
            }
        }
        out[k] = n > 0 ? sum / n : NAN;
    }
}

/* Particle i of n draws at even steps of the summed weights: the same for equal posteriors. */
static size_t choose(const spk_result_posterior *y, size_t i, size_t n) {
    double sum = 0, want = ((double)i + 0.5) / (double)n;
    for (size_t k = 0; k < y->n; k++) {
        sum += y->weight[k];
        if (sum >= want)
            return k;
    }
    return y->n - 1;
}

static spk_status simulate(spk_problem *p, const spk_result_posterior *y, size_t particle,
                           uint64_t noise, double *values, double *x, double out[N_STATISTICS]) {
    const spk_kernel *k = spk_problem_kernel(p);
    for (size_t j = 0; j < y->dim; j++)
        values[y->parameter[j]] =
            y->value[particle * y->dim + j] * k->parameters[y->parameter[j]].scale;
    spk_problem_encode(p, values, x);
    spk_problem_decode(p, x, values);
    spk_comparisons c = {0};
    spk_status st = spk_problem_compare_noise(p, values, SPK_TRAIN, 0, noise, &c);
    if (!st)
        measure(&c, true, out);
    spk_comparisons_free(&c);
    return st;
}

/* v: the draws' values, [n]; reordered. */
static spk_status add_check(spk_result *r, size_t k, double observed, double *v, size_t n) {
    size_t m = 0;
    double sum = 0, below = 0, above = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(v[i]))
            v[m++] = v[i];
    if (!m || !isfinite(observed))
        return SPK_OK;
    spk__sort(v, m);
    for (size_t i = 0; i < m; i++) {
        sum += v[i];
        below += v[i] <= observed;
        above += v[i] >= observed;
    }
    double side = fmin(below, above) / (double)m;
    char *name = spk__strdup(r->ctx, statistics[k].name);
    if (!name)
        return SPK_ERR_MEMORY;
    r->posterior.check[r->posterior.n_checks++] =
        (spk_result_check){.name = name,
                           .observed = observed,
                           .mean = sum / (double)m,
                           .low = v[(size_t)(0.025 * (double)(m - 1))],
                           .high = v[(size_t)(0.975 * (double)(m - 1) + 0.999)],
                           .p = fmin(1, 2 * side)};
    return SPK_OK;
}

spk_status spk_posterior_check(spk_ctx *ctx, spk_problem *p, size_t n, spk_result *r) {
    spk_result_posterior *y = &r->posterior;
    const spk_kernel *k = spk_problem_kernel(p);
    double *values = SPK__ARRAY(ctx, k->n_parameters, double), *x = SPK__ARRAY(ctx, y->dim, double);
    double *v = SPK__ARRAY(ctx, n * N_STATISTICS, double), observed[N_STATISTICS],
           one[N_STATISTICS];
    spk_comparisons c = {0};
    y->check = SPK__ARRAY(ctx, N_STATISTICS, spk_result_check);
    spk_status st = values && x && v && y->check ? SPK_OK : SPK_ERR_MEMORY;
    for (size_t i = 0; !st && i < k->n_parameters; i++)
        values[i] = r->parameter[i].value * k->parameters[i].scale;
    for (size_t i = 0; !st && i < n; i++) {
        st = spk_ctx_cancelled(ctx) ? SPK_ERR_CANCELLED
                                    : simulate(p, y, choose(y, i, n), UNSEEN + i, values, x, one);
        for (size_t s = 0; !st && s < N_STATISTICS; s++)
            v[s * n + i] = one[s];
    }
    if (!st)
        st = spk_problem_compare(p, values, SPK_TRAIN, 0, &c);
    if (!st)
        measure(&c, false, observed);
    for (size_t s = 0; !st && s < N_STATISTICS; s++)
        st = add_check(r, s, observed[s], v + s * n, n);
    spk_comparisons_free(&c);
    spk__free(ctx, values);
    spk__free(ctx, x);
    spk__free(ctx, v);
    return st;
}
