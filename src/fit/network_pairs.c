/* How well two numbers that multiply each other are told apart: the loss is followed from the best
 * along constant product and along constant ratio, in steps that double, until it leaves what
 * cannot be told from the best. */
#include "fit/network.h"
#include "num/num.h"

#include <math.h>

enum { STEPS = 9, MOST_PAIRS = 32 };
static const double first_step =
    0.005; /* of a logarithm: half a per cent; the last is a factor of 3.6 */

double spk__network_near(const spk_netstudy *s, double best) {
    return best + fmax(0.05 * fabs(best), 0.01 * spk_netstudy_weights(s));
}

spk_status spk__network_judge(spk_netstudy *s, const double *x, size_t n, bool others, int threads,
                              double *loss, double *deviation) {
    size_t judges = others ? SPK__JUDGES : 1;
    spk_ctx *ctx = spk_netstudy_context(s);
    double *f = SPK__ARRAY(ctx, n * judges, double);
    spk_status st = f ? SPK_OK : SPK_ERR_MEMORY;
    for (size_t k = 0; k < judges && !st; k++)
        st = spk_netstudy_evaluate(s, x, n, others ? UINT64_MAX - k : 0, threads, f + k * n, NULL);
    for (size_t i = 0; i < n && !st; i++) {
        loss[i] = 0;
        for (size_t k = 0; k < judges; k++)
            loss[i] += f[k * n + i] / (double)judges;
    }
    double square = 0;
    for (size_t k = 0; k < judges && !st; k++)
        square += (f[k * n] - loss[0]) * (f[k * n] - loss[0]);
    if (!st && deviation)
        *deviation = judges > 1 ? sqrt(square / (double)(judges - 1)) : 0;
    spk__free(ctx, f);
    return st;
}

/* How losses are compared: under which wirings, with what the best costs there, and up to where
 * others are as good. */
typedef struct {
    spk_netstudy *study;
    bool others;
    int threads;
    double best, limit;
} bench;

/* A line through the best in the plane of the logarithms: a grows by exp(u), b by exp(sign * u). */
typedef struct {
    const spk_named_number *a, *b;
    size_t at_a, at_b;
    double best_a, best_b, sign;
} line;

static double point_on(const line *l, double u, double *b) {
    *b = l->best_b * spk__exp(l->sign * u);
    return l->best_a * spk__exp(u);
}

static bool is_inside(const line *l, double u) {
    double b, a = point_on(l, u, &b);
    return a >= l->a->low && a <= l->a->high && b >= l->b->low && b <= l->b->high;
}

/* How far one can go in a direction (a signed logarithm) before the loss exceeds the limit; a bound
 * ends it too. loss: of the steps in this direction. */
static double reach(const bench *j, const line *l, double direction, const double *loss) {
    double at = 0, before = j->best;
    for (int i = 0; i < STEPS; i++) {
        double u = direction * first_step * (double)(1 << i);
        if (!is_inside(l, u))
            return at;
        if (loss[i] > j->limit)
            return at + (u - at) * fmax(0, (j->limit - before) / (loss[i] - before));
        at = u;
        before = loss[i];
    }
    return at;
}

/* Losses of all steps both ways: [2][STEPS]. Those beyond the bounds are not used. */
static spk_status follow(const bench *j, const line *l, const double *best, double *loss) {
    spk_ctx *ctx = spk_netstudy_context(j->study);
    size_t n = spk_netstudy_number_count(j->study), dim = spk_netstudy_free_count(j->study);
    double *x = SPK__ARRAY(ctx, 2 * STEPS * dim, double), *numbers = SPK__ARRAY(ctx, n, double);
    spk_status st = x && numbers ? SPK_OK : SPK_ERR_MEMORY;
    for (int i = 0; i < 2 * STEPS && !st; i++) {
        double u = (i < STEPS ? -first_step : first_step) * (double)(1 << i % STEPS);
        memcpy(numbers, best, n * sizeof *numbers);
        numbers[l->at_a] = point_on(l, u, &numbers[l->at_b]);
        spk_netstudy_encode(j->study, numbers, x + (size_t)i * dim);
    }
    if (!st)
        st = spk__network_judge(j->study, x, 2 * STEPS, j->others, j->threads, loss, NULL);
    spk__free(ctx, x);
    spk__free(ctx, numbers);
    return st;
}

static spk_status range_along(const bench *j, line *l, double sign, const double *best, double *low,
                              double *high) {
    double loss[2 * STEPS];
    l->sign = sign;
    spk_status st = follow(j, l, best, loss);
    *low = st ? 0 : reach(j, l, -1, loss);
    *high = st ? 0 : reach(j, l, 1, loss + STEPS);
    return st;
}

static spk_status fill_pair(const bench *j, line *l, const double *best, spk_result_pair *p) {
    double low, high, other, unit = l->a->scale * l->b->scale;
    spk_status st = range_along(j, l, -1, best, &low, &high);
    if (st)
        return st;
    p->a_low = point_on(l, low, &p->b_high) / l->a->scale;
    p->a_high = point_on(l, high, &p->b_low) / l->a->scale;
    p->b_low /= l->b->scale;
    p->b_high /= l->b->scale;
    st = range_along(j, l, 1, best, &low, &high);
    if (st)
        return st;
    p->product = l->best_a * l->best_b / unit;
    p->product_low = point_on(l, low, &other) * other / unit;
    p->product_high = point_on(l, high, &other) * other / unit;
    return SPK_OK;
}

/* If the best costs much less under the study's own wiring than under any other, that wiring is the
 * data's, and its loss is compared. Else the wiring is as good as any, the loss under it a matter
 * of luck, and the mean over others is compared; one recording has one wiring, so a difference that
 * another wiring makes too is none. */
static spk_status choose_bench(bench *j, const double *x) {
    double own, mean, deviation;
    spk_status st = spk__network_judge(j->study, x, 1, false, j->threads, &own, NULL);
    if (!st)
        st = spk__network_judge(j->study, x, 1, true, j->threads, &mean, &deviation);
    if (st)
        return st;
    j->others =
        spk_netstudy_search(j->study)->redraw || !(own < 0.5 * mean && own < mean - 4 * deviation);
    j->best = j->others ? mean : own;
    j->limit = spk__network_near(j->study, j->best);
    if (j->others)
        j->limit = fmax(j->limit, mean + deviation);
    return SPK_OK;
}

spk_status spk__network_pairs(spk_netstudy *s, const double *best, int threads, spk_result *r) {
    spk_number_product product[MOST_PAIRS];
    spk_ctx *ctx = spk_netstudy_context(s);
    bench j = {.study = s, .threads = threads};
    size_t n = spk_netstudy_products(s, MOST_PAIRS, product);
    double *x = SPK__ARRAY(ctx, spk_netstudy_free_count(s), double);
    r->pair = SPK__ARRAY(ctx, n, spk_result_pair);
    spk_status st = x && r->pair ? SPK_OK : SPK_ERR_MEMORY;
    if (!st && n) {
        spk_netstudy_encode(s, best, x);
        st = choose_bench(&j, x);
    }
    for (size_t i = 0; i < n && !st; i++) {
        size_t a = product[i].a, b = product[i].b;
        if (!(best[a] > 0 && best[b] > 0))
            continue;
        line l = {spk_netstudy_number(s, a), spk_netstudy_number(s, b), a, b, best[a], best[b], 1};
        spk_result_pair *p = &r->pair[r->n_pairs++];
        p->a = spk__strdup(ctx, l.a->name);
        p->b = spk__strdup(ctx, l.b->name);
        st = p->a && p->b ? fill_pair(&j, &l, best, p) : SPK_ERR_MEMORY;
    }
    spk__free(ctx, x);
    return st;
}
