/* sd_expm: the exponential of a small matrix, for exact propagators.
 *
 * Scaling and squaring with the Taylor series, in pairs of doubles (high + low): the result is right to the
 * last place or so, entry by entry, wherever the entries of the powers do not cancel, which they do not for
 * the decay chains of neuron models (rates and couplings of one sign). Only sums and products: an entry
 * that is 0 in all powers of the matrix is exactly 0 in the result. Zero entries cost nothing, so a
 * triangular system is cheap. Pade approximants would need fewer products but a solve, which loses both. */

enum { SD_EXPM_MAX = 16 };

typedef struct {
    double h[SD_EXPM_MAX * SD_EXPM_MAX], l[SD_EXPM_MAX * SD_EXPM_MAX];
} sd_pair_matrix;

/* (*h, *l) += (xh + xl)(yh + yl) */
SPK_LANE_FN void sd_pair_fma(double xh, double xl, double yh, double yl, double *h, double *l) {
    double p = xh * yh;
    double e = sd_fma(xh, yh, -p) + sd_fma(xh, yl, xl * yh);
    double s = *h + p;
    double b = s - *h;
    *l += ((*h - (s - b)) + (p - b)) + e;
    *h = s;
}

/* out = x y; out is neither. */
static inline __attribute__((unused)) void sd_pair_matmul(size_t n, const sd_pair_matrix *x,
                                                          const sd_pair_matrix *y,
                                                          sd_pair_matrix *out) {
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            double xh = x->h[i * n + k], xl = x->l[i * n + k];
            if (xh == 0)
                continue;
            for (size_t j = 0; j < n; j++)
                if (y->h[k * n + j] != 0)
                    sd_pair_fma(xh, xl, y->h[k * n + j], y->l[k * n + j], &out->h[i * n + j],
                                &out->l[i * n + j]);
        }
    for (size_t i = 0; i < n * n; i++) {
        double s = out->h[i] + out->l[i];
        out->l[i] = (out->h[i] - s) + out->l[i];
        out->h[i] = s;
    }
}

/* t = 1 + t / m */
static inline __attribute__((unused)) void sd_pair_series_step(size_t n, double m,
                                                               sd_pair_matrix *t) {
    for (size_t i = 0; i < n * n; i++) {
        double q = t->h[i] / m;
        t->l[i] = (sd_fma(-q, m, t->h[i]) + t->l[i]) / m;
        t->h[i] = q;
    }
    for (size_t i = 0; i < n * n; i += n + 1) {
        double h = t->h[i], s = 1 + h;
        double b = s - 1;
        t->l[i] += (1 - (s - b)) + (h - b);
        t->h[i] = s;
    }
}

/* out = exp(a), n x n, row after row, n <= 16 (more: NaN); out may be a. NaN where a is not finite. */
static inline __attribute__((unused)) void sd_expm(size_t n, const double *a, double *out) {
    double norm = 0;
    int usable = n <= SD_EXPM_MAX;
    for (size_t j = 0; usable && j < n; j++) {
        double s = 0;
        for (size_t i = 0; i < n; i++)
            s += sd_abs(a[i * n + j]);
        usable = s < 0x1p60;
        norm = s > norm ? s : norm;
    }
    if (!usable) {
        for (size_t i = 0; i < n * n; i++)
            out[i] = (double)NAN;
        return;
    }
    int halvings = 0;
    double scale = 1;
    for (; norm * scale > 0.5; halvings++)
        scale *= 0.5;
    /* An entry may first appear in the power n-1; the terms after it must still fall below 2^-60 of it. */
    double theta = norm * scale, bound = 1;
    int terms = (int)n;
    for (; bound > 0x1p-60 && terms < 40; terms++)
        bound *= theta / (terms + 1);

    sd_pair_matrix x, t, next;
    memset(&x, 0, sizeof x);
    memset(&t, 0, sizeof t);
    for (size_t i = 0; i < n * n; i++)
        x.h[i] = a[i] * scale;
    for (size_t i = 0; i < n * n; i += n + 1)
        t.h[i] = 1;
    for (int m = terms; m > 0; m--) {
        sd_pair_matmul(n, &x, &t, &next);
        sd_pair_series_step(n, m, &next);
        t = next;
    }
    for (int i = 0; i < halvings; i++) {
        sd_pair_matmul(n, &t, &t, &next);
        t = next;
    }
    for (size_t i = 0; i < n * n; i++)
        out[i] = t.h[i] + t.l[i];
}
