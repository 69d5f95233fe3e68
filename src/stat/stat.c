/* The registry, and what all statistics share. */
#include "stat/stat.h"

static const spk_stat *const registry[] = {
#define SPK_ENTRY(symbol) &symbol,
#include "stat/registry.def"
#undef SPK_ENTRY
};
enum { COUNT = sizeof registry / sizeof *registry };

size_t spk_stat_count(void) {
    return COUNT;
}

const spk_stat *spk_stat_at(size_t i) {
    return i < COUNT ? registry[i] : NULL;
}

spk_status spk_stat_find(spk_ctx *ctx, const char *name, const spk_stat **out) {
    const char *names[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        names[i] = registry[i]->name;
        if (strcmp(name, names[i]) == 0) {
            *out = registry[i];
            return SPK_OK;
        }
    }
    return spk__fail_name(ctx, SPK_ERR_INPUT, NULL, name, names, COUNT, NULL,
                          "there is no statistic '%s'", name);
}

/* ---- bins ---- */

enum { MOST_BINS = 1 << 26 };

size_t spk__bin_count(const spk_train *t, double bin_ms) {
    double n = floor((t->stop_ms - t->start_ms) / bin_ms + 1e-6);
    return n < MOST_BINS ? (size_t)n : MOST_BINS;
}

size_t spk__bin_of(const spk_train *t, double bin_ms, size_t n_bins, double time_ms) {
    double x = floor((time_ms - t->start_ms) / bin_ms + 1e-9);
    size_t bin = x < MOST_BINS ? (size_t)x : MOST_BINS;
    return bin == n_bins && time_ms <= t->stop_ms &&
                   time_ms - t->start_ms <= (double)n_bins * bin_ms * (1.0 + 1e-9)
               ? n_bins - 1
               : bin;
}

void spk__bin_add(const spk_train *t, double bin_ms, size_t n_bins, double *counts) {
    for (size_t i = 0; i < t->n; i++) {
        size_t bin = spk__bin_of(t, bin_ms, n_bins, t->t_ms[i]);
        if (bin < n_bins)
            counts[bin] += 1.0;
    }
}

/* ---- calls ---- */

static bool needs_common_window(const spk_stat *s) {
    return s->per != SPK_STAT_PER_TRAIN && s->per != SPK_STAT_PER_INTERVAL;
}

/* The window all share; of no length if there is none. */
static spk_train window(const spk_train *t, size_t n) {
    spk_train w = spk__train_common(t, n);
    if (w.stop_ms < w.start_ms)
        w.stop_ms = w.start_ms;
    return w;
}

/* Trains cut to the window they share, in the scratch; the trains themselves if they share it all.
 */
static const spk_train *common(const spk_train *t, size_t n, spk_scratch *scratch) {
    spk_train w = window(t, n);
    bool same = true;
    for (size_t i = 0; i < n; i++)
        same = same && t[i].start_ms == w.start_ms && t[i].stop_ms == w.stop_ms;
    if (same)
        return t;
    spk_train *c = spk__scratch_get(scratch, SPK__STAT_TRAINS, n * sizeof *c);
    for (size_t i = 0; c && i < n; i++)
        c[i] = spk__train_cut(&t[i], w.start_ms, w.stop_ms);
    return c;
}

size_t spk_stat_size(const spk_stat *s, const spk_opts *opts, const spk_train *t, size_t n) {
    spk_opts defaults;
    spk_opts_default(s->options, &defaults);
    const double *opt = opts ? opts->v : defaults.v;
    size_t size = 0;
    switch (s->per) {
    case SPK_STAT_PER_TRAIN:
        return n;
    case SPK_STAT_PER_INTERVAL:
        for (size_t i = 0; i < n; i++)
            size += spk__interval_count(&t[i]);
        return size;
    case SPK_STAT_PER_PAIR:
        return n ? n * (n - 1) / 2 : 0;
    case SPK_STAT_PER_BIN:
        if (n) {
            spk_train w = window(t, n);
            size = s->count(opt, &w, 1);
        }
        return size;
    case SPK_STAT_SINGLE:
        return n ? 1 : 0;
    }
    return 0;
}

spk_status spk_stat_values(const spk_stat *s, const spk_opts *opts, const spk_train *t, size_t n,
                           spk_scratch *scratch, double *out) {
    spk_opts defaults;
    spk_opts_default(s->options, &defaults);
    const double *opt = opts ? opts->v : defaults.v;
    if (s->per == SPK_STAT_PER_TRAIN) {
        for (size_t i = 0; i < n; i++)
            out[i] = s->of_train(opt, &t[i]);
        return SPK_OK;
    }
    if (!n)
        return SPK_OK;
    if (needs_common_window(s))
        t = common(t, n, scratch);
    return t ? s->values(opt, t, n, scratch, out) : SPK_ERR_MEMORY;
}

double spk_stat_axis(const spk_stat *s, const spk_opts *opts, const spk_train *t, size_t n,
                     size_t bin) {
    if (!s->axis || !n)
        return NAN;
    spk_opts defaults;
    spk_opts_default(s->options, &defaults);
    spk_train w = window(t, n);
    return s->axis(opts ? opts->v : defaults.v, &w, 1, bin);
}

size_t spk_stat_defined(double *values, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i]))
            values[kept++] = values[i];
    return kept;
}

static spk_status check(spk_ctx *ctx, const spk_stat *s, const spk_opts *opts, const spk_train *t,
                        size_t n) {
    if (opts) {
        spk_status st = spk__opts_check(ctx, s->name, s->options, opts);
        if (st)
            return st;
    }
    for (size_t i = 0; i < n; i++) {
        spk_status st = spk__train_check(ctx, &t[i], "given");
        if (st)
            return st;
    }
    return SPK_OK;
}

spk_status spk_stat_new(spk_ctx *ctx, const spk_stat *s, const spk_opts *opts, const spk_train *t,
                        size_t n, double **values, size_t *size) {
    spk_status st = check(ctx, s, opts, t, n);
    if (st)
        return st;
    size_t count = spk_stat_size(s, opts, t, n);
    double *v = SPK__ARRAY(ctx, count, double);
    spk_scratch *scratch = NULL;
    st = v ? spk_scratch_new(ctx, &scratch) : SPK_ERR_MEMORY;
    if (!st)
        st = spk_stat_values(s, opts, t, n, scratch, v);
    spk_scratch_free(scratch);
    if (st) {
        spk__free(ctx, v);
        return st;
    }
    *values = v;
    *size = count;
    return SPK_OK;
}

void spk_stat_free(spk_ctx *ctx, double *values) {
    spk__free(ctx, values);
}
