/* Sets of trials as one sorted list of spikes. */
#include "metric/pool.h"

size_t spk__pool_count(const spk_train *t, size_t n) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += t[i].n;
    return count;
}

/* Merges train after train into what is there, from the back, so that no second buffer is needed.
 */
void spk__pool(const spk_train *t, size_t n, double *out) {
    size_t have = 0;
    for (size_t k = 0; k < n; k++) {
        size_t i = have, j = t[k].n, to = have + t[k].n;
        have = to;
        while (j) {
            bool old = i && out[i - 1] > t[k].t_ms[j - 1];
            out[--to] = old ? out[i - 1] : t[k].t_ms[j - 1];
            i -= old;
            j -= !old;
        }
    }
}

double spk__pairs_within(const double *a, size_t na, const double *b, size_t nb, double window) {
    size_t low = 0, high = 0;
    double pairs = 0.0;
    for (size_t i = 0; i < na; i++) {
        while (low < nb && b[low] < a[i] - window)
            low++;
        while (high < nb && b[high] <= a[i] + window)
            high++;
        pairs += (double)(high - low);
    }
    return pairs;
}
