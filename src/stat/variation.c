/* How irregular the intervals between spikes are: over the whole train (CV), or from each interval
 * to the next (CV2, LV, LvR), which does not take slow changes of the rate for irregularity. All
 * are 1 on average for a Poisson train and 0 for a regular one. */
#include "stat/stat.h"

enum { REFRACTORY };

static const spk_opt lvr_options[] = {{"refractoriness",
                                       "the constant R, about the refractory period", SPK_OPT_REAL,
                                       "ms", 5, 0, 1000, NULL},
                                      {.name = NULL}};

static double cv(const double *opt, const spk_train *t) {
    (void)opt;
    size_t n = spk__interval_count(t);
    if (n < 2)
        return NAN;
    double mean = (t->t_ms[n] - t->t_ms[0]) / (double)n, squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        double d = spk__interval(t, i) - mean;
        squares += d * d;
    }
    return mean > 0.0 ? sqrt(squares / (double)n) / mean : NAN;
}

typedef double local_term(double before, double after, double refractory);

/* The mean of a term over neighbouring intervals; where both are 0 they do not differ: 0. */
static double local_mean(const spk_train *t, double refractory, local_term *term) {
    size_t n = spk__interval_count(t);
    if (n < 2)
        return NAN;
    double sum = 0.0;
    for (size_t i = 0; i + 1 < n; i++) {
        double before = spk__interval(t, i), after = spk__interval(t, i + 1);
        sum += before + after > 0.0 ? term(before, after, refractory) : 0.0;
    }
    return sum / (double)(n - 1);
}

static double cv2_term(double before, double after, double refractory) {
    (void)refractory;
    return 2.0 * fabs(after - before) / (after + before);
}

static double lv_term(double before, double after, double refractory) {
    (void)refractory;
    double d = (before - after) / (before + after);
    return 3.0 * d * d;
}

static double lvr_term(double before, double after, double refractory) {
    return lv_term(before, after, 0.0) * (1.0 + 4.0 * refractory / (before + after));
}

static double cv2(const double *opt, const spk_train *t) {
    (void)opt;
    return local_mean(t, 0.0, cv2_term);
}

static double lv(const double *opt, const spk_train *t) {
    (void)opt;
    return local_mean(t, 0.0, lv_term);
}

static double lvr(const double *opt, const spk_train *t) {
    return local_mean(t, opt[REFRACTORY], lvr_term);
}

const spk_stat spk__stat_cv = {
    .name = "cv",
    .sentence = "coefficient of variation of the intervals: standard deviation over mean",
    .reference = "Softky & Koch 1993, doi:10.1523/JNEUROSCI.13-01-00334.1993; divisor n",
    .edges = "not defined below 3 spikes, or if all are at one time",
    .per = SPK_STAT_PER_TRAIN,
    .of_train = cv,
};

const spk_stat spk__stat_cv2 = {
    .name = "cv2",
    .sentence = "mean relative difference of neighbouring intervals",
    .reference = "Holt et al. 1996, doi:10.1152/jn.1996.75.5.1806",
    .edges = "not defined below 3 spikes; two intervals of 0 do not differ",
    .per = SPK_STAT_PER_TRAIN,
    .of_train = cv2,
};

const spk_stat spk__stat_lv = {
    .name = "lv",
    .sentence =
        "local variation: mean squared relative difference of neighbouring intervals, times 3",
    .reference = "Shinomoto et al. 2003, doi:10.1162/089976603322518759",
    .edges = "not defined below 3 spikes; two intervals of 0 do not differ",
    .per = SPK_STAT_PER_TRAIN,
    .of_train = lv,
};

const spk_stat spk__stat_lvr = {
    .name = "lvr",
    .sentence = "local variation, revised to remove the effect of the refractory period",
    .reference = "Shinomoto et al. 2009, doi:10.1371/journal.pcbi.1000433",
    .edges = "not defined below 3 spikes; two intervals of 0 do not differ",
    .per = SPK_STAT_PER_TRAIN,
    .options = lvr_options,
    .of_train = lvr,
};
