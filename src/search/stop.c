/* The stop rules, in one place so that each means one thing for every method.
 *
 * ftol: the best values of the last 10 + 30 dim / n generations, and the values at hand, lie within
 * ftol. With a sample drawn anew each generation the best values alone, within ftol / 10, are
 * enough (TolFun and TolHistFun of Hansen 2016, arXiv:1604.00772, with pycma's defaults).
 * stagnation: over two windows of recent generations, neither the median of the best values nor
 * that of the median values is lower in the later one (pycma's rule and lengths, times the option).
 * Looked at every tenth generation, since it takes a sort.
 */
#include "search/search.h"

#include <math.h>

static const spk_opt options[] = {
    [SPK_STOP_OPT_TARGET] = {"target", "stop once a value at or below this is found", SPK_OPT_REAL,
                             NULL, -INFINITY, -INFINITY, INFINITY, NULL},
    [SPK_STOP_OPT_FTOL] = {"ftol", "range of the values at hand and of recent best values; 0: off",
                           SPK_OPT_REAL, NULL, 1e-11, 0, INFINITY, NULL},
    [SPK_STOP_OPT_XTOL] =
        {"xtol", "standard deviation of the points at hand, in parts of the range; 0: off",
         SPK_OPT_REAL, NULL, 1e-12, 0, 1, NULL},
    [SPK_STOP_OPT_STAGNATION] = {"stagnation",
                                 "patience without progress, as a multiple of the usual number of "
                                 "generations; 0: off",
                                 SPK_OPT_REAL, NULL, 1, 0, 1000, NULL},
    [SPK_STOP_OPT_CONDITION] = {"condition", "condition number of the covariance; 0: off",
                                SPK_OPT_REAL, NULL, 1e14, 0, INFINITY, NULL},
    {0},
};

const spk_opt *spk_search_stop_options(void) {
    return options;
}

spk_status spk__stop_start(spk_search *s) {
    spk__stop_state *r = &s->rules;
    spk_opts_default(options, &r->opts);
    r->best = SPK__SEARCH_ARRAY(s, SPK__STOP_HISTORY, double);
    r->median = SPK__SEARCH_ARRAY(s, SPK__STOP_HISTORY, double);
    r->window = SPK__SEARCH_ARRAY(s, SPK__STOP_HISTORY, double);
    return r->best && r->median && r->window ? SPK_OK : SPK_ERR_MEMORY;
}

void spk__stop_restart(spk_search *s) {
    s->rules.n = 0;
}

void spk__stop_sync(spk_search *s, spk__sync *y) {
    spk__stop_state *r = &s->rules;
    spk__sync_f64(y, r->opts.v, SPK_OPTS_MAX);
    spk__sync_u64(y, &r->n);
    size_t used = r->n < SPK__STOP_HISTORY ? (size_t)r->n : SPK__STOP_HISTORY;
    spk__sync_f64(y, r->best, used);
    spk__sync_f64(y, r->median, used);
}

/* The value `back` generations ago. */
static double past(const spk__stop_state *r, const double *ring, size_t back) {
    return ring[(r->n - 1 - back) % SPK__STOP_HISTORY];
}

/* The lower median; a is reordered. */
static double median(double *a, size_t n) {
    return spk__search_select(a, n, (n - 1) / 2);
}

static double window_median(spk__stop_state *r, const double *ring, size_t from, size_t length) {
    for (size_t i = 0; i < length; i++)
        r->window[i] = past(r, ring, from + i);
    return median(r->window, length);
}

static bool stagnated(spk_search *s, size_t population) {
    spk__stop_state *r = &s->rules;
    double patience = r->opts.v[SPK_STOP_OPT_STAGNATION];
    double dim = (double)s->dim, n = (double)r->n, p = (double)population;
    if (patience <= 0 || r->n % 10 || n <= 100 * patience || n <= patience * dim * (5 + 100 / p))
        return false;
    double usual = 100 + 100 * dim * sqrt(dim) / p;
    double length = fmax(patience * usual / 10, n / 10);
    size_t l = length > SPK__STOP_HISTORY / 2 ? SPK__STOP_HISTORY / 2 : (size_t)length;
    if (2 * l > r->n)
        return false;
    return window_median(r, r->best, 0, l) >= window_median(r, r->best, l, l) &&
           window_median(r, r->median, 0, l) >= window_median(r, r->median, l, l);
}

/* A range in which equal infinities do not differ. */
static bool within(double low, double high, double tolerance) {
    return low == high || high - low < tolerance;
}

spk_stop spk__stop_values(spk_search *s, const double *f, size_t n, bool fresh) {
    spk__stop_state *r = &s->rules;
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        low = f[i] < low ? f[i] : low;
        high = f[i] > high ? f[i] : high;
    }
    r->best[r->n % SPK__STOP_HISTORY] = low;
    /* A median needs scratch: of a larger generation take the first values. */
    size_t middle = n < SPK__STOP_HISTORY ? n : SPK__STOP_HISTORY;
    bool wanted = r->opts.v[SPK_STOP_OPT_STAGNATION] > 0;
    memcpy(r->window, f, middle * sizeof *f);
    r->median[r->n % SPK__STOP_HISTORY] = wanted ? median(r->window, middle) : low;
    r->n++;
    double ftol = r->opts.v[SPK_STOP_OPT_FTOL];
    size_t window = 10 + (30 * s->dim + n - 1) / n;
    window = window > SPK__STOP_HISTORY ? SPK__STOP_HISTORY : window;
    if (ftol > 0 && r->n >= window) {
        double best_low = INFINITY, best_high = -INFINITY;
        for (size_t i = 0; i < window; i++) {
            double v = past(r, r->best, i);
            best_low = v < best_low ? v : best_low;
            best_high = v > best_high ? v : best_high;
        }
        low = best_low < low ? best_low : low;
        high = best_high > high ? best_high : high;
        if (within(low, high, ftol) || (fresh && within(best_low, best_high, ftol / 10)))
            return SPK_STOP_FTOL;
    }
    return stagnated(s, n) ? SPK_STOP_STAGNATION : SPK_STOP_RUNNING;
}

spk_stop spk__stop_spread(const spk_search *s, double spread) {
    return spread < s->rules.opts.v[SPK_STOP_OPT_XTOL] ? SPK_STOP_XTOL : SPK_STOP_RUNNING;
}

spk_stop spk__stop_condition(const spk_search *s, double condition) {
    double limit = s->rules.opts.v[SPK_STOP_OPT_CONDITION];
    return limit > 0 && !(condition <= limit) ? SPK_STOP_CONDITION : SPK_STOP_RUNNING;
}
