/* Coincidence factor Gamma: how many data spikes have a model spike nearby, less what a Poisson
 * train of the same rate would score, so that 1 is a perfect match and 0 is chance.
 *
 *     Gamma = (n_coincident - <n>) / ((n_data + n_model) / 2) / (1 - 2 nu window)
 *     <n>   = 2 nu window n_data
 *
 * nu is the model's rate (Kistler 1997, Jolivet 2008) or the data's. Where 2 nu window reaches 1
 * the windows of neighbouring spikes fill the whole time, and the normaliser changes sign: refused
 * in a single call. In a fit a bursting candidate must still feel a slope towards fewer spikes,
 * hence the graded value -(1 + 2 nu window), which is also the floor below that point, where Gamma
 * itself dives to minus infinity. */
#include "metric/metric.h"

enum { WINDOW, MATCHING, RATE };
enum { ONE_TO_ONE, ANY };
enum { MODEL_RATE, DATA_RATE };

static const char *const matchings[] = {"one_to_one", "any", NULL};
static const char *const rates[] = {"model", "data", NULL};
static const spk_opt options[] = {
    {"window", "largest time between coincident spikes", SPK_OPT_REAL, "ms", 4, 1e-3, 1e3, NULL},
    {"matching",
     "one_to_one: a model spike matches one data spike at most; any: one model spike may serve "
     "several data spikes",
     SPK_OPT_CHOICE, NULL, ONE_TO_ONE, 0, 0, matchings},
    {"rate", "whose rate sets the coincidences expected by chance", SPK_OPT_CHOICE, NULL,
     MODEL_RATE, 0, 0, rates},
    {.name = NULL}};

/* A walk along parts of both trains. One to one: both are sorted and all windows are equally wide,
 * so matching the earliest possible pair first gives the largest number of pairs, and both go on.
 * Any: only the data go on. Which train is next is a coin toss, so no branch depends on it. */
typedef struct {
    const double *a, *b, *a_end, *b_end;
    size_t found;
} walk;

static inline bool walking(const walk *w) {
    return w->a < w->a_end && w->b < w->b_end;
}

static inline void step(walk *w, double window, bool any) {
    double d = *w->a - *w->b;
    size_t a_not_later = d <= window, b_not_later = d >= -window, both = a_not_later & b_not_later;
    w->found += both;
    w->a += a_not_later;
    w->b += b_not_later & ~(both & any);
}

/* Somewhere in the middle, where no spike before is within the window of the other train's after.
 */
static bool find_gap(const spk_train *a, const spk_train *b, double window, size_t *at_a,
                     size_t *at_b) {
    size_t i = a->n / 2, low = 0, high = b->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (b->t_ms[mid] < a->t_ms[i])
            low = mid + 1;
        else
            high = mid;
    }
    for (size_t last = i + 8; i < last; i++) {
        while (low < b->n && b->t_ms[low] < a->t_ms[i])
            low++;
        if ((low == 0 || a->t_ms[i] - b->t_ms[low - 1] > window) &&
            (low == b->n || b->t_ms[low] - a->t_ms[i - 1] > window)) {
            *at_a = i;
            *at_b = low;
            return true;
        }
    }
    return false;
}

/* Each step waits for the one before it, so two walks at once go nearly twice as fast as one. */
static size_t count_coincident(const spk_train *a, const spk_train *b, double window, bool any) {
    size_t i = 0, j = 0;
    if (a->n >= 20 && !find_gap(a, b, window, &i, &j))
        i = j = 0;
    walk first = {a->t_ms, b->t_ms, a->t_ms + i, b->t_ms + j, 0};
    walk second = {a->t_ms + i, b->t_ms + j, a->t_ms + a->n, b->t_ms + b->n, 0};
    while (walking(&first) && walking(&second)) {
        step(&first, window, any);
        step(&second, window, any);
    }
    while (walking(&first))
        step(&first, window, any);
    while (walking(&second))
        step(&second, window, any);
    return first.found + second.found;
}

/* 2 nu window: the part of the time that lies in a window around some spike, were they spread out.
 */
static double covered(const double *opt, const spk_train *data, const spk_train *model) {
    const spk_train *t = opt[RATE] == (double)DATA_RATE ? data : model;
    return 2.0 * opt[WINDOW] * (double)t->n / (t->stop_ms - t->start_ms);
}

static spk_status check(spk_ctx *ctx, const double *opt, const spk_train *data,
                        const spk_train *model) {
    bool by_data = opt[RATE] == (double)DATA_RATE;
    if (!model && !by_data)
        return SPK_OK;
    double x = covered(opt, data, model);
    if (x < 1.0)
        return SPK_OK;
    const spk_train *t = by_data ? data : model;
    double length = t->stop_ms - t->start_ms;
    return spk__fail(
        ctx, SPK_ERR_INPUT, NULL,
        "choose a smaller window: below half the mean interval between spikes",
        "the coincidence factor is not defined here: %zu spikes of the %s in %g ms "
        "(%.4g Hz) and a window of +-%g ms give 2 nu window = %.4g, which must be below 1",
        t->n, by_data ? "data" : "model", length, 1e3 * (double)t->n / length, opt[WINDOW], x);
}

static spk_status pair(const spk_metric_call *c, const spk_train *data, const spk_train *model,
                       double *value) {
    if (!data->n || !model->n) {
        double x = c->graded ? covered(c->opt, data, model) : 0.0;
        *value = !data->n && !model->n ? 1.0 : x >= 1.0 ? -(1.0 + x) : 0.0;
        return SPK_OK;
    }
    double window = c->opt[WINDOW] + SPK__TIME_SLACK_MS;
    double n_data = (double)data->n, n_model = (double)model->n;
    double x = covered(c->opt, data, model), gamma = -(1.0 + x);
    if (x < 1.0) {
        bool any = c->opt[MATCHING] == (double)ANY;
        double found = (double)count_coincident(data, model, window, any);
        double g = (found - x * n_data) / (0.5 * (n_data + n_model)) / (1.0 - x);
        gamma = c->graded && g < gamma ? gamma : g;
    }
    *value = gamma;
    return SPK_OK;
}

const spk_metric spk__metric_coincidence_factor = {
    .name = "coincidence_factor",
    .sentence = "coincident spikes beyond chance; 1 perfect, 0 chance (Gamma)",
    .reference =
        "Kistler, Gerstner & van Hemmen 1997, doi:10.1162/neco.1997.9.5.1015; Jolivet et al. "
        "2008, doi:10.1016/j.jneumeth.2007.11.006",
    .edges =
        "no spike in both trains: 1; in one: 0. 2 nu window >= 1 is refused; in a fit the value is "
        "then -(1 + 2 nu window), and never below that elsewhere",
    .kind = SPK_METRIC_SIMILARITY,
    .low = -__builtin_inf(),
    .high = 1,
    .options = options,
    .check = check,
    .pair = pair,
};
