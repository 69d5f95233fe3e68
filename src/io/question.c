/* Magnitudes that belong to another unit. A hundred mailing-list threads begin with volts where
 * millivolts were meant; the fit then runs for an hour on a cell that never spikes. */
#include "io/io.h"

#include <math.h>
#include <stdio.h>

typedef struct {
    double least, most;
    size_t n;
} range;

static range range_of(const double *v, size_t n) {
    range r = {INFINITY, -INFINITY, 0};
    for (size_t i = 0; i < n; i++) {
        if (isnan(v[i]))
            continue;
        r.least = fmin(r.least, v[i]);
        r.most = fmax(r.most, v[i]);
        r.n++;
    }
    return r;
}

static spk_status question(const spk__reader *in, const spk_loc *loc, const char *what, range r,
                           const char *unit, const char *suspect) {
    char a[32], b[32], hint[160];
    double span_digits = 4;
    snprintf(a, sizeof a, "%.*g", (int)span_digits, r.least);
    snprintf(b, sizeof b, "%.*g", (int)span_digits, r.most);
    snprintf(hint, sizeof hint,
             "name the true unit; if %s is right, say --trust-units, or trust_units: true in a study", unit);
    return spk__fail(in->ctx, SPK_ERR_INPUT, loc, hint, "%s runs from %s to %s %s: %s", what, a, b,
                     unit, suspect);
}

spk_status spk__question_voltage(const spk__reader *in, const spk_loc *loc, const char *what,
                                 const double *v, size_t n) {
    range r = range_of(v, n);
    if (in->options->trust_units || !r.n || (r.least == 0 && r.most == 0))
        return SPK_OK;
    double size = fmax(fabs(r.least), fabs(r.most));
    if (size < 0.2)
        return question(in, loc, what, r, "mV", "these look like volts");
    if (size > 1000)
        return question(in, loc, what, r, "mV", "no membrane has that");
    return SPK_OK;
}

spk_status spk__question_current(const spk__reader *in, const spk_loc *loc, const char *what,
                                 const double *i, size_t n) {
    range r = range_of(i, n);
    if (in->options->trust_units || !r.n || (r.least == 0 && r.most == 0))
        return SPK_OK;
    double size = fmax(fabs(r.least), fabs(r.most));
    if (size < 1e-4)
        return question(in, loc, what, r, "pA", "these look like amperes");
    if (size > 1e6)
        return question(in, loc, what, r, "pA", "no electrode injects that");
    return SPK_OK;
}

spk_status spk__question_sampling(const spk__reader *in, const spk_loc *loc, double dt_ms) {
    if (in->options->trust_units || (dt_ms >= 0.0005 && dt_ms <= 50))
        return SPK_OK;
    return spk__fail(in->ctx, SPK_ERR_INPUT, loc,
                     "name the true unit of time, or say --trust-units (trust_units: true in a study)",
                     "a sample every %g ms: the time looks like %s", dt_ms,
                     dt_ms < 1 ? "seconds read as ms" : "ms read as s");
}

spk_status spk__question_times(const spk__reader *in, const spk_loc *loc, const double *t, size_t n) {
    if (in->options->trust_units || n < 3)
        return SPK_OK;
    double *isi = SPK__ARRAY(in->ctx, n - 1, double);
    if (!isi)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i + 1 < n; i++)
        isi[i] = t[i + 1] - t[i];
    spk__sort(isi, n - 1);
    double median = isi[(n - 1) / 2];
    spk__free(in->ctx, isi);
    if (median >= 1)
        return SPK_OK;
    return spk__fail(in->ctx, SPK_ERR_INPUT, loc,
                     "name the unit in a comment (# s), or as an option",
                     "half of the spikes come within %g ms of the one before: the times look like "
                     "seconds",
                     median);
}

double spk__tidy(double dt, size_t n) {
    char text[40];
    double round;
    const char *after;
    /* Seven digits serve rates that were kept in single precision. */
    for (int digits = 7; digits <= 9; digits += 2) {
        snprintf(text, sizeof text, "%.*g", digits, dt);
        if (spk__parse_double(text, text + strlen(text), &after, &round) &&
            fabs(round - dt) * (double)n <= 0.1 * dt)
            return round;
    }
    return dt;
}

double spk__sampling_interval(const double *t, size_t n, size_t *bad) {
    *bad = n;
    for (size_t i = 1; i < n; i++) {
        if (!(t[i] > t[i - 1])) {
            *bad = i;
            return NAN;
        }
    }
    if (n < 2)
        return NAN;
    double dt = (t[n - 1] - t[0]) / (double)(n - 1);
    for (size_t i = 1; i < n; i++) {
        if (fabs(t[i] - (t[0] + (double)i * dt)) > 0.1 * dt) {
            /* The grid that the first samples span shows where the irregularity is. */
            double first = t[1] - t[0];
            *bad = i;
            for (size_t k = 2; k < n; k++) {
                if (fabs(t[k] - t[k - 1] - first) > 0.1 * first) {
                    *bad = k;
                    break;
                }
            }
            return NAN;
        }
    }
    return spk__tidy(dt, n);
}
