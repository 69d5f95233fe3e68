/* Spike trains with their edges worked out, and the merging of two. */
#include "metric/edged.h"

size_t spk__edged_size(size_t n, size_t extra) {
    size_t most = n < 2 ? 2 : n;
    return (sizeof(spk__edged) + (2 * most + 3 + extra) * sizeof(double) + 15) / 16 * 16;
}

void spk__edged_build(const spk_train *train, void *out) {
    spk__edged *e = out;
    e->start = train->start_ms;
    e->stop = train->stop_ms;
    double *t = e->data + 1;
    size_t n = 0;
    for (size_t i = 0; i < train->n; i++) {
        t[n] = train->t_ms[i];
        n += i + 1 == train->n || train->t_ms[i + 1] != train->t_ms[i];
    }
    if (!n) {
        t[0] = e->start;
        t[1] = e->stop;
        n = 2;
    }
    e->n = n;
    t[-1] = -__builtin_inf();
    t[n] = __builtin_inf();
    double *isi = t + n + 1;
    double first = t[0] - e->start, last = e->stop - t[n - 1];
    for (size_t i = 1; i < n; i++)
        isi[i] = t[i] - t[i - 1];
    isi[0] = n > 1 && isi[1] > first ? isi[1] : first;
    isi[n] = n > 1 && isi[n - 1] > last ? isi[n - 1] : last;
    e->before = t[0] - isi[0];
    e->after = t[n - 1] + isi[n];
}

size_t spk__edged_prepared_size(const double *opt, const spk_train *data, size_t n) {
    (void)opt, (void)n;
    return spk__edged_size(data->n, 0);
}

void spk__edged_prepare(const double *opt, const spk_train *data, size_t n, void *prepared) {
    (void)opt, (void)n;
    spk__edged_build(data, prepared);
}

/* From both ends at once: each step waits for the one before it, so two chains go twice as fast.
 * Which list is next is a coin toss, so no branch depends on it. */
void spk__merge(const double *a, size_t na, const double *b, size_t nb, uint32_t *ia) {
    size_t n = na + nb, half = n / 2, i = 0, j = 0, p = na, q = nb;
    ia[n] = (uint32_t)p;
    for (size_t k = 0; k < half; k++) {
        ia[k] = (uint32_t)i;
        bool from_a = a[i] <= b[j];
        i += from_a;
        j += !from_a;
        bool last_b = b[q - 1] >= a[p - 1];
        p -= !last_b;
        q -= last_b;
        ia[n - 1 - k] = (uint32_t)p;
    }
    if (n % 2)
        ia[half] = (uint32_t)i;
}
