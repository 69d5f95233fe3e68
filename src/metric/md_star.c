/* Md*: how alike two sets of trials are, with the trial-to-trial variability taken out, so that a
 * perfect model gets 1 however few trials there are.
 *
 *     Md* = 2 <d,m> / (<d,d> + <m,m>)
 *
 * where <x,y> is the mean over pairs of trials of the number of pairs of spikes within the window.
 * In <d,d> and <m,m> only different trials are paired, which removes the bias; a single trial is
 * paired with itself, as is right for a deterministic model. */
#include "metric/pool.h"

enum { WINDOW };

static const spk_opt options[] = {{"window", "largest time between spikes that count as a pair",
                                   SPK_OPT_REAL, "ms", 4, 1e-3, 1e3, NULL},
                                  {.name = NULL}};

/* Mean over pairs of different trials, from all pairs less each trial with itself. */
static double own(const spk_train *t, size_t n, const double *pooled, double window) {
    size_t count = spk__pool_count(t, n);
    double all = spk__pairs_within(pooled, count, pooled, count, window);
    if (n == 1)
        return all;
    for (size_t i = 0; i < n; i++)
        all -= spk__pairs_within(t[i].t_ms, t[i].n, t[i].t_ms, t[i].n, window);
    return all / ((double)n * (double)(n - 1));
}

typedef struct {
    double own, unused;
    double t[];
} prepared;

static size_t prepared_size(const double *opt, const spk_train *data, size_t n) {
    (void)opt;
    return sizeof(prepared) + spk__pool_count(data, n) * sizeof(double);
}

static void prepare(const double *opt, const spk_train *data, size_t n, void *out) {
    prepared *p = out;
    spk__pool(data, n, p->t);
    p->own = own(data, n, p->t, opt[WINDOW] + SPK__TIME_SLACK_MS);
}

static spk_status group(const spk_metric_call *c, const spk_train *data, size_t n_data,
                        const spk_train *model, size_t n_model, double *value) {
    const prepared *p = c->prepared;
    size_t nd = spk__pool_count(data, n_data), nm = spk__pool_count(model, n_model);
    if (!nd && !nm) {
        *value = 1.0;
        return SPK_OK;
    }
    double *room = spk__scratch_get(c->scratch, SPK__SCRATCH_WORK, nm * sizeof(double));
    if (!room)
        return SPK_ERR_MEMORY;
    const double *t = spk__pool_or_lend(model, n_model, room);
    double window = c->opt[WINDOW] + SPK__TIME_SLACK_MS;
    double across = spk__pairs_within(p->t, nd, t, nm, window) / ((double)n_data * (double)n_model);
    double within = p->own + own(model, n_model, t, window);
    *value = within > 0.0 ? 2.0 * across / within : 0.0;
    return SPK_OK;
}

const spk_metric spk__metric_md_star = {
    .name = "md_star",
    .sentence =
        "coincidences of two sets of trials, corrected for the variability between trials (Md*)",
    .reference =
        "Naud, Gerhard, Mensi & Gerstner 2011, doi:10.1162/NECO_a_00208 (Kistler's window)",
    .edges =
        "no spike at all: 1; in one set: 0; a single trial is paired with itself; trials that have "
        "nothing in common with each other, in both sets: 0",
    .kind = SPK_METRIC_SIMILARITY,
    .low = 0,
    .high = __builtin_inf(),
    .symmetric = true,
    .options = options,
    .prepared_size = prepared_size,
    .prepare = prepare,
    .group = group,
};
