/* Ranking, scattering, spread: what several methods need. */
#include "search/search.h"

#include <math.h>

/* Merge sort from runs of eight: stable, and without a call for each comparison. */
static void merge_rank(const double *f, size_t n, uint32_t *order, uint32_t *scratch) {
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

/* A whole number in the order of the doubles; both zeros alike. */
static uint64_t sort_key(double x) {
    uint64_t bits;
    x += 0.0;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

enum { BITS = 11, DIGITS = 6, BINS = 1 << BITS };

/* Counting sort by eleven bits at a time, from digit `first` up: no comparisons to guess. */
static void radix_rank(const double *f, size_t n, unsigned first, uint32_t *order,
                       uint32_t *scratch) {
    uint32_t count[DIGITS][BINS];
    memset(count + first, 0, (DIGITS - first) * sizeof *count);
    for (size_t i = 0; i < n; i++) {
        uint64_t key = sort_key(f[i]);
        order[i] = (uint32_t)i;
        for (unsigned d = first; d < DIGITS; d++)
            count[d][key >> (d * BITS) & (BINS - 1)]++;
    }
    uint32_t *from = order, *to = scratch;
    for (unsigned d = first; d < DIGITS; d++) {
        if (count[d][sort_key(f[0]) >> (d * BITS) & (BINS - 1)] == n)
            continue;
        uint32_t place = 0;
        for (size_t b = 0; b < BINS; b++) {
            uint32_t here = count[d][b];
            count[d][b] = place;
            place += here;
        }
        for (size_t i = 0; i < n; i++) {
            uint32_t k = from[i];
            to[count[d][sort_key(f[k]) >> (d * BITS) & (BINS - 1)]++] = k;
        }
        uint32_t *t = from;
        from = to;
        to = t;
    }
    if (from != order)
        memcpy(order, from, n * sizeof *order);
}

/* Insertion, for values that are nearly in order; false if they are not. */
static bool settle(const double *f, size_t n, uint32_t *order) {
    size_t moves = 0;
    for (size_t i = 1; i < n && moves < 2 * n; i++) {
        uint32_t moving = order[i];
        size_t j = i;
        for (; j > 0 && f[order[j - 1]] > f[moving] && moves < 2 * n; j--, moves++)
            order[j] = order[j - 1];
        order[j] = moving;
    }
    return moves < 2 * n;
}

void spk__search_rank(const double *f, size_t n, uint32_t *order, uint32_t *scratch) {
    if (n < 400) {
        merge_rank(f, n, order, scratch);
        return;
    }
    /* The upper half of the bits tells most values apart. */
    radix_rank(f, n, DIGITS / 2, order, scratch);
    if (!settle(f, n, order))
        radix_rank(f, n, 0, order, scratch);
}

/* Hoare's selection. */
double spk__search_select(double *a, size_t n, size_t wanted) {
    size_t low = 0, high = n - 1;
    while (low < high) {
        double p = a[low], q = a[high], m = a[low + (high - low) / 2];
        double pivot = p < q ? (m < p ? p : m > q ? q : m) : (m < q ? q : m > p ? p : m);
        size_t i = low, j = high;
        for (;;) {
            while (a[i] < pivot)
                i++;
            while (a[j] > pivot)
                j--;
            if (i >= j)
                break;
            double t = a[i];
            a[i++] = a[j];
            a[j--] = t;
        }
        if (wanted <= j)
            high = j;
        else
            low = j + 1;
    }
    return a[wanted];
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
