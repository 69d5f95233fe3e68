/* A current in one file and the voltage in another: two halves of a sweep. */
#include "recording/build.h"

#include <stdlib.h>

typedef struct {
    size_t sweep, file;
    long number; /* last number in the name, or -1 */
} half;

static long last_number(const char *name) {
    size_t k = strlen(name);
    while (k > 0 && !(name[k - 1] >= '0' && name[k - 1] <= '9'))
        k--;
    size_t end = k;
    while (k > 0 && name[k - 1] >= '0' && name[k - 1] <= '9')
        k--;
    return k < end && end - k < 10 ? strtol(name + k, NULL, 10) : -1;
}

/* The halves of one kind; returns how many. */
static size_t collect(const spk_recording *r, const size_t *ends, bool voltage, half *out) {
    size_t n = 0, file = 0;
    for (size_t i = 0; i < r->n; i++) {
        const spk_sweep *s = &r->sweep[i];
        while (i >= ends[file])
            file++;
        bool v = s->voltage_mV.n > 0, c = s->current_pA.n > 0, given = s->spikes.n > 0;
        if (v != c && v == voltage && !given)
            out[n++] = (half){i, file, last_number(s->name)};
    }
    return n;
}

/* Do the numbers tell the halves of either kind apart? */
static bool numbers_are_unique(const half *h, size_t n) {
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (h[i].number < 0 || h[k].number == h[i].number)
                return false;
    return n < 2 || h[0].number >= 0;
}

/* The voltage that belongs to current k. */
static size_t partner(const half *current, const half *voltage, size_t n, size_t k, bool by_number) {
    for (size_t i = 0; i < n && by_number; i++)
        if (voltage[i].number == current[k].number)
            return i;
    return k;
}

/* Keeps the sweeps that are not marked, in order. */
static void drop(spk_recording *r, const bool *gone) {
    size_t kept = 0;
    for (size_t i = 0; i < r->n; i++)
        if (!gone[i])
            r->sweep[kept++] = r->sweep[i];
    r->n = kept;
}

spk_status spk__builder_pair(spk__builder *b, const size_t *ends, size_t n_files, size_t *n_joined) {
    spk_recording *r = b->r;
    *n_joined = 0;
    if (n_files < 2)
        return SPK_OK;
    half *current = SPK__ARRAY(b->ctx, r->n, half), *voltage = SPK__ARRAY(b->ctx, r->n, half);
    bool *gone = SPK__ARRAY(b->ctx, r->n, bool);
    spk_status st = current && voltage && gone ? SPK_OK : SPK_ERR_MEMORY;
    size_t n = 0;
    if (!st) {
        n = collect(r, ends, false, current);
        n = collect(r, ends, true, voltage) == n ? n : 0;
    }
    bool by_number = n && numbers_are_unique(current, n) && numbers_are_unique(voltage, n);
    for (size_t k = 0; k < n; k++) {
        const half *v = &voltage[partner(current, voltage, n, k, by_number)];
        if (v->file == current[k].file || r->sweep[v->sweep].current_pA.n)
            continue;
        r->sweep[v->sweep].current_pA = r->sweep[current[k].sweep].current_pA;
        gone[current[k].sweep] = true;
        ++*n_joined;
    }
    if (*n_joined) {
        drop(r, gone);
        for (size_t i = 0; i < r->n; i++)
            r->sweep[i].number = (int)i;
    }
    spk__free(b->ctx, current);
    spk__free(b->ctx, voltage);
    spk__free(b->ctx, gone);
    return st;
}
