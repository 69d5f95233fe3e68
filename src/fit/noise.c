/* Noise of stochastic models: which a search gets, and which candidate is the best.
 *
 * Fresh noise for every evaluation is the default of methods that handle it: on two cortical cells it left
 * the lower training loss over unseen noise in four of six runs, and never much more (docs/trust.md has the
 * table). Methods that do not handle noise would keep lucky draws for ever: they get common noise.
 *
 * Which candidate of a stochastic model is the best. The lowest loss of a search was met by luck:
 * under fresh noise one lucky draw, under common noise a fit to that very noise. So a few
 * candidates compete under noises that the search has not seen, the worse half leaving after each
 * round (successive halving, Karnin, Koren and Somekh 2013), and the winner's loss is its average.
 */
#include "fit/fit.h"

#include <math.h>

enum { CANDIDATES = 32, ROUNDS = 5, NOISES = 8 };
/* Numbers of noises that no search counts up to from 1. */
static const uint64_t UNSEEN = (uint64_t)1 << 40;

bool spk_setup_fresh_noise(const spk_setup *s, const spk_problem *p) {
    const spk_study *y = spk_setup_study(s);
    const spk_search_method *m = spk_search_method_find(spk__study_method(y));
    bool handled = m && m->handles_noise;
    return spk_problem_stochastic(p) &&
           (y->noise == SPK_NOISE_FRESH || (y->noise == SPK_NOISE_AUTO && handled));
}

typedef struct {
    spk_ctx *ctx;
    spk_problem *p;
    int threads;
    size_t dim, n;
    double *x, *f; /* [CANDIDATES][dim], [CANDIDATES] */
    double sum[CANDIDATES];
    size_t seen[CANDIDATES];
    uint64_t noise;
} contest;

static bool has(const contest *c, const double *x) {
    for (size_t i = 0; i < c->n; i++)
        if (memcmp(c->x + i * c->dim, x, c->dim * sizeof *x) == 0)
            return true;
    return false;
}

static void enter(contest *c, const double *x) {
    if (c->n < CANDIDATES && !has(c, x))
        memcpy(c->x + c->n++ * c->dim, x, c->dim * sizeof *x);
}

/* The lowest rows of the history, one after the other. */
static void enter_lowest(contest *c, const spk_result_history *h, double *x) {
    size_t rows = h->n ? h->first[h->n] : 0, last = SIZE_MAX;
    for (size_t k = 0; k < CANDIDATES; k++) {
        size_t next = SIZE_MAX;
        for (size_t row = 0; row < rows; row++) {
            bool after = last == SIZE_MAX || h->f[row] > h->f[last] ||
                         (h->f[row] == h->f[last] && row > last);
            if (after && isfinite(h->f[row]) && (next == SIZE_MAX || h->f[row] < h->f[next]))
                next = row;
        }
        if (next == SIZE_MAX)
            return;
        for (size_t j = 0; j < c->dim; j++)
            x[j] = (double)h->x[next * c->dim + j];
        enter(c, x);
        last = next;
    }
}

/* Every one left, each under as many noises of its own. */
static spk_status compete(contest *c, size_t noises) {
    for (size_t k = 0; k < noises; k++) {
        spk_evaluation e = {
            .x = c->x, .n = c->n, .threads = c->threads, .noise = c->noise, .loss = c->f};
        spk_status st = spk_problem_run(c->p, &e);
        if (st)
            return st;
        c->noise += c->n;
        for (size_t i = 0; i < c->n; i++) {
            c->sum[i] += c->f[i];
            c->seen[i]++;
        }
    }
    return SPK_OK;
}

/* The better half stays; the earlier one of equals. */
static void halve(contest *c) {
    size_t keep = (c->n + 1) / 2, order[CANDIDATES];
    double mean[CANDIDATES];
    for (size_t i = 0; i < c->n; i++) {
        size_t at = i;
        mean[i] = c->sum[i] / (double)c->seen[i];
        for (; at > 0 && mean[order[at - 1]] > mean[i]; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    bool stays[CANDIDATES] = {false};
    for (size_t k = 0; k < keep; k++)
        stays[order[k]] = true;
    for (size_t i = 0, to = 0; i < c->n; i++) {
        if (!stays[i])
            continue;
        memmove(c->x + to * c->dim, c->x + i * c->dim, c->dim * sizeof *c->x);
        c->sum[to] = c->sum[i];
        c->seen[to++] = c->seen[i];
    }
    c->n = keep;
}

spk_status spk__noise_settle(spk_ctx *ctx, spk_problem *p, const spk_search *s, int threads,
                             spk__outcome *o) {
    contest c = {
        .ctx = ctx, .p = p, .threads = threads, .dim = spk_problem_dim(p), .noise = UNSEEN};
    c.x = SPK__ARRAY(ctx, CANDIDATES * c.dim, double);
    c.f = SPK__ARRAY(ctx, CANDIDATES, double);
    double *x = SPK__ARRAY(ctx, c.dim, double);
    spk_status st = c.x && c.f && x ? SPK_OK : SPK_ERR_MEMORY;
    if (!st && spk_search_favourite(s, x))
        enter(&c, x);
    if (!st)
        enter_lowest(&c, &o->history.h, x);
    size_t noises = NOISES;
    for (int round = 0; !st && c.n && round < ROUNDS; round++, noises *= 2) {
        st = compete(&c, noises);
        halve(&c);
    }
    if (!st && c.n) {
        memcpy(o->best_x, c.x, c.dim * sizeof *c.x);
        o->best = c.sum[0] / (double)c.seen[0];
    }
    spk__free(ctx, c.x);
    spk__free(ctx, c.f);
    spk__free(ctx, x);
    return st;
}
