/* Which sweeps got one stimulus. The rule and its figures are in <spikefit/recording.h>; they were set
 * on recorded currents of frozen noise, whose repeats correlate at 0.977 or better and agree in
 * standard deviation to 0.05 %, and on step protocols, whose neighbours differ by 1 % or more. */
#include "recording/recording.h"

#include <math.h>

#define MAX_GAIN 0.005
#define MAX_OFFSET 0.02
#define MIN_CORRELATION 0.95

typedef struct {
    double mean, sd;
} moments;

static moments moments_of(const spk_trace *t) {
    moments m = {0, 0};
    for (size_t i = 0; i < t->n; i++)
        m.mean += t->value[i];
    m.mean /= t->n ? (double)t->n : 1;
    for (size_t i = 0; i < t->n; i++)
        m.sd += (t->value[i] - m.mean) * (t->value[i] - m.mean);
    m.sd = sqrt(m.sd / (t->n ? (double)t->n : 1));
    return m;
}

static double correlation(const spk_trace *a, moments ma, const spk_trace *b, moments mb) {
    double c = 0;
    for (size_t i = 0; i < a->n; i++)
        c += (a->value[i] - ma.mean) * (b->value[i] - mb.mean);
    return c / (double)a->n / (ma.sd * mb.sd);
}

static bool same_stimulus(const spk_sweep *a, moments ma, const spk_sweep *b, moments mb) {
    const spk_trace *x = &a->current_pA, *y = &b->current_pA;
    if (x->n != y->n)
        return false;
    if (!x->n)
        return a->spikes.start_ms == b->spikes.start_ms && a->spikes.stop_ms == b->spikes.stop_ms;
    if (fabs(x->dt_ms - y->dt_ms) > 1e-6 * x->dt_ms)
        return false;
    double sd = ma.sd > mb.sd ? ma.sd : mb.sd;
    double level = fabs(ma.mean) > fabs(mb.mean) ? fabs(ma.mean) : fabs(mb.mean);
    if (sd <= 1e-9 * level || sd == 0)
        return fabs(ma.mean - mb.mean) <= 1e-9 * level;
    if (fabs(ma.sd - mb.sd) > MAX_GAIN * sd || fabs(ma.mean - mb.mean) > MAX_OFFSET * sd)
        return false;
    return memcmp(x->value, y->value, x->n * sizeof(double)) == 0 ||
           correlation(x, ma, y, mb) >= MIN_CORRELATION;
}

/* Numbers the stimuli in order of first appearance; first[s] is the sweep it first appears in. */
static void number_stimuli(spk_recording *r, moments *m, size_t *first) {
    for (size_t i = 0; i < r->n; i++) {
        spk_sweep *s = &r->sweep[i];
        m[i] = moments_of(&s->current_pA);
        size_t k = 0;
        while (k < r->n_stimuli && !same_stimulus(&r->sweep[first[k]], m[first[k]], s, m[i]))
            k++;
        if (k == r->n_stimuli)
            first[r->n_stimuli++] = i;
        s->stimulus = (int)k;
    }
}

/* Counting sort of the sweeps by stimulus. */
static void list_repeats(spk_recording *r) {
    size_t *end = r->first_repeat;
    for (size_t i = 0; i < r->n; i++)
        end[r->sweep[i].stimulus]++;
    for (size_t k = 1; k < r->n_stimuli; k++)
        end[k] += end[k - 1];
    end[r->n_stimuli] = r->n;
    for (size_t i = r->n; i-- > 0;)
        r->repeat[--end[r->sweep[i].stimulus]] = i;
}

static spk_status mean_current(spk_recording *r, int stimulus) {
    const size_t *sweep;
    size_t count = spk_recording_repeats(r, stimulus, &sweep);
    r->mean[stimulus] = r->sweep[sweep[0]].current_pA;
    size_t n = r->mean[stimulus].n;
    if (count == 1 || !n)
        return SPK_OK;
    double *mean = SPK__ARRAY(r->ctx, n, double);
    if (!mean || !spk__recording_own_take(r, mean))
        return SPK_ERR_MEMORY;
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < n; i++)
            mean[i] += r->sweep[sweep[k]].current_pA.value[i];
    for (size_t i = 0; i < n; i++)
        mean[i] /= (double)count;
    r->mean[stimulus].value = mean;
    return SPK_OK;
}

spk_status spk__recording_find_repeats(spk_recording *r) {
    r->n_stimuli = 0;
    moments *m = SPK__ARRAY(r->ctx, r->n, moments);
    size_t *first = SPK__ARRAY(r->ctx, r->n, size_t);
    spk_status st = SPK_ERR_MEMORY;
    if (!m || !first)
        goto out;
    number_stimuli(r, m, first);
    r->repeat = SPK__ARRAY(r->ctx, r->n, size_t);
    r->first_repeat = SPK__ARRAY(r->ctx, r->n_stimuli + 1, size_t);
    r->mean = SPK__ARRAY(r->ctx, r->n_stimuli, spk_trace);
    if (!r->repeat || !r->first_repeat || !r->mean)
        goto out;
    list_repeats(r);
    st = SPK_OK;
    for (size_t k = 0; k < r->n_stimuli && !st; k++)
        st = mean_current(r, (int)k);
out:
    spk__free(r->ctx, m);
    spk__free(r->ctx, first);
    return st;
}
