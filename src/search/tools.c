/* Ranking, scattering, spread: what several methods need. */
#include "search/search.h"

#include "num/num.h"
#include <math.h>

/* Merge sort from runs of eight: stable, and without a call for each comparison. */
void spk__search_rank(const double *f, size_t n, uint32_t *order, uint32_t *scratch) {
    enum { RUN = 8 };
    for (size_t a = 0; a < n; a += RUN)
        for (size_t i = a; i < n && i < a + RUN; i++) {
            size_t j = i;
            for (; j > a && f[order[j - 1]] > f[i]; j--)
                order[j] = order[j - 1];
            order[j] = (uint32_t)i;
        }
    uint32_t *from = order, *to = scratch;
    for (size_t width = RUN; width < n; width *= 2) {
        for (size_t a = 0; a < n; a += 2 * width) {
            size_t m = a + width < n ? a + width : n, b = a + 2 * width < n ? a + 2 * width : n;
            size_t i = a, j = m;
            for (size_t k = a; k < b; k++) {
                bool right = j < b && (i >= m || f[from[j]] < f[from[i]]);
                to[k] = right ? from[j++] : from[i++];
            }
        }
        uint32_t *t = from;
        from = to;
        to = t;
    }
    if (from != order)
        memcpy(order, from, n * sizeof *order);
}

void spk__search_scatter(const spk_search *s, uint64_t generation, size_t n, double *x) {
    for (size_t i = 0; i < n; i++) {
        spk__rng r = spk__search_rng(s, generation, i);
        for (size_t d = 0; d < s->dim; d++)
            x[i * s->dim + d] = spk__rng_uniform(&r);
    }
    if (s->start && n)
        memcpy(x, s->start, s->dim * sizeof *x);
}

void spk__search_normals(const spk_search *s, uint64_t generation, size_t n, double *z) {
    for (size_t k = 0; k < n; k++) {
        spk__rng r = spk__search_rng(s, generation, k);
        for (size_t d = 0; d < s->dim; d++)
            z[d * n + k] = spk__rng_normal(&r);
    }
}

double spk__search_spread(const double *x, size_t n, size_t dim) {
    double largest = 0;
    for (size_t d = 0; d < dim && n; d++) {
        double sum = 0, sum2 = 0;
        for (size_t i = 0; i < n; i++)
            sum += x[i * dim + d];
        double mean = sum / (double)n;
        for (size_t i = 0; i < n; i++) {
            double e = x[i * dim + d] - mean;
            sum2 += e * e;
        }
        if (sum2 > largest)
            largest = sum2;
    }
    return n ? sqrt(largest / (double)n) : NAN;
}
