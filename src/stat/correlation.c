/* Correlation of the spike counts of pairs of trains.
 *
 * Counts are mostly 0, so trains are kept as lists of (bin, count), and the sum of products of a
 * pair is a walk along two lists. */
#include "stat/stat.h"

enum { BIN };

static const spk_opt options[] = {{"bin", "width of the bins in which spikes are counted",
                                   SPK_OPT_REAL, "ms", 5, 1e-3, 1e6, NULL},
                                  {.name = NULL}};

typedef struct {
    uint32_t bin, count;
} entry;

typedef struct {
    size_t first, last; /* entries */
    double mean, variance;
} summary;

static size_t list(const spk_train *t, double bin_ms, size_t bins, entry *e) {
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        size_t bin = spk__bin_of(t, bin_ms, bins, t->t_ms[i]);
        if (bin >= bins)
            break;
        if (n && e[n - 1].bin == bin)
            e[n - 1].count++;
        else
            e[n++] = (entry){(uint32_t)bin, 1};
    }
    return n;
}

static summary summarise(const entry *e, size_t first, size_t last, size_t bins) {
    double total = 0.0, squares = 0.0;
    for (size_t i = first; i < last; i++) {
        total += e[i].count;
        squares += (double)e[i].count * e[i].count;
    }
    double mean = total / (double)bins;
    return (summary){first, last, mean, squares / (double)bins - mean * mean};
}

static double products(const entry *e, const summary *a, const summary *b) {
    double sum = 0.0;
    size_t i = a->first, j = b->first;
    while (i < a->last && j < b->last) {
        uint32_t x = e[i].bin, y = e[j].bin;
        if (x == y)
            sum += (double)e[i].count * e[j].count;
        i += x <= y;
        j += y <= x;
    }
    return sum;
}

static spk_status values(const double *opt, const spk_train *t, size_t n, spk_scratch *scratch,
                         double *out) {
    size_t bins = spk__bin_count(t, opt[BIN]), total = 0;
    for (size_t i = 0; i < n; i++)
        total += t[i].n;
    summary *s = spk__scratch_get(scratch, SPK__STAT_WORK, n * sizeof *s + total * sizeof(entry));
    if (!s)
        return SPK_ERR_MEMORY;
    entry *e = (entry *)(void *)(s + n);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        size_t more = list(&t[i], opt[BIN], bins, e + used);
        s[i] = summarise(e, used, used + more, bins);
        used += more;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            double scale = sqrt(s[i].variance * s[j].variance);
            double covariance = products(e, &s[i], &s[j]) / (double)bins - s[i].mean * s[j].mean;
            *out++ =
                bins > 1 && s[i].variance > 0.0 && s[j].variance > 0.0 ? covariance / scale : NAN;
        }
    return SPK_OK;
}

const spk_stat spk__stat_correlation = {
    .name = "correlation",
    .sentence = "Pearson correlation of binned spike counts of each pair of trains",
    .reference = "Perkel, Gerstein & Moore 1967, doi:10.1016/S0006-3495(67)86597-4",
    .edges = "not defined below 2 bins, or with a train whose count is the same in every bin",
    .per = SPK_STAT_PER_PAIR,
    .options = options,
    .values = values,
};
