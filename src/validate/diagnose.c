/* Why a fit came out as it did: fates of its candidates over time, terms of the loss that never
 * moved, bounds, progress at its end; and what to try. */
#include <spikefit/validate.h>

#include "base/base.h"

#include <math.h>
#include <stdio.h>

enum { SAMPLE = 256 };
/* A loss above this share of what a silent model costs is poor. */
static const double POOR = 0.7;

typedef struct {
    spk_ctx *ctx;
    spk_problem *p;
    const spk_result *r;
    spk__str words;
} diagnosis;

/* ---- terms of the loss ---- */

/* Rows spread evenly over the search, and the best fit behind them. */
static size_t take_sample(const diagnosis *d, double *x) {
    const spk_result_history *h = &d->r->history;
    size_t dim = spk_problem_dim(d->p), rows = h->n && h->dim == dim ? h->first[h->n] : 0;
    size_t n = rows < SAMPLE ? rows : SAMPLE;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < dim; j++)
            x[i * dim + j] = (double)h->x[i * rows / n * dim + j];
    return n;
}

static spk_status encode_best(const diagnosis *d, double *x) {
    const spk_kernel *k = spk_problem_kernel(d->p);
    double *values = SPK__ARRAY(d->ctx, k->n_parameters, double);
    if (!values)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < k->n_parameters && i < d->r->n_parameters; i++)
        values[i] = d->r->parameter[i].value * k->parameters[i].scale;
    spk_problem_encode(d->p, values, x);
    spk__free(d->ctx, values);
    return SPK_OK;
}

static const char *term_name(const spk_loss_term *t) {
    return t->metric ? t->metric->name : t->kind->name;
}

static spk_status fill_terms(const diagnosis *d, const double *terms, size_t n,
                             spk_result_diagnosis *out) {
    size_t total = spk_problem_terms(d->p), at = 0;
    out->term = SPK__ARRAY(d->ctx, total, spk_result_term);
    if (!out->term)
        return SPK_ERR_MEMORY;
    for (size_t k = 0; k < spk_problem_objectives(d->p); k++) {
        const spk_loss *loss = spk_problem_loss(d->p, k);
        for (size_t i = 0; i < loss->n; i++, at++) {
            spk_result_term *t = &out->term[out->n_terms];
            *t = (spk_result_term){.weight = loss->term[i].weight,
                                   .best = terms[n * total + at],
                                   .low = terms[n * total + at],
                                   .high = terms[n * total + at]};
            for (size_t row = 0; row < n; row++) {
                t->low = fmin(t->low, terms[row * total + at]);
                t->high = fmax(t->high, terms[row * total + at]);
            }
            if (!(t->name = spk__strdup(d->ctx, term_name(&loss->term[i]))))
                return SPK_ERR_MEMORY;
            out->n_terms++;
        }
    }
    return SPK_OK;
}

static spk_status find_terms(const diagnosis *d, int threads, spk_result_diagnosis *out) {
    size_t dim = spk_problem_dim(d->p), total = spk_problem_terms(d->p);
    double *x = SPK__ARRAY(d->ctx, (SAMPLE + 1) * dim, double);
    double *terms = SPK__ARRAY(d->ctx, (SAMPLE + 1) * total, double);
    spk_status st = x && terms ? SPK_OK : SPK_ERR_MEMORY;
    size_t n = st ? 0 : take_sample(d, x);
    if (!st)
        st = encode_best(d, x + n * dim);
    if (!st)
        st = spk_problem_run(
            d->p, &(spk_evaluation){.x = x, .n = n + 1, .threads = threads, .terms = terms});
    if (!st)
        st = fill_terms(d, terms, n, out);
    spk__free(d->ctx, x);
    spk__free(d->ctx, terms);
    return st;
}

/* ---- words ---- */

static void say(diagnosis *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(diagnosis *d, const char *format, ...) {
    char line[512];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    spk__str_add(&d->words, "%s%s", d->words.length ? "\n" : "", line);
}

/* The share of candidates of one fate in a part of the generations: thirds from 0 to 2, 3: all. */
static double share_of(const spk_result_history *h, const double *fate, int third) {
    size_t from = third == 3 ? 0 : h->n * (size_t)third / 3,
           to = third == 3 ? h->n : h->n * ((size_t)third + 1) / 3;
    double sum = 0, all = 0;
    for (size_t g = from; g < to; g++) {
        sum += fate[g];
        all += (double)(h->first[g + 1] - h->first[g]);
    }
    return all > 0 ? sum / all : 0;
}

static void say_fate(diagnosis *d, const double *fate, double worth_saying, const char *what,
                     const char *advice) {
    const spk_result_history *h = &d->r->history;
    double all = share_of(h, fate, 3), last = share_of(h, fate, 2);
    if (all < worth_saying)
        return;
    say(d, "%.0f %% of the candidates %s: %.0f, %.0f and %.0f %% in the thirds of the search. %s",
        100 * all, what, 100 * share_of(h, fate, 0), 100 * share_of(h, fate, 1), 100 * last,
        last < 0.5 * worth_saying
            ? "The search left them behind: tighter bounds would save their cost."
            : advice);
}

static void say_terms(diagnosis *d, const spk_result_diagnosis *out) {
    for (size_t i = 0; i < out->n_terms; i++) {
        const spk_result_term *t = &out->term[i];
        if (t->weight > 0 && t->high - t->low < 1e-3 * t->weight)
            say(d,
                "The term %s of the loss never moved: it was %.3g for every candidate looked at, "
                "so it told "
                "the search nothing. Widen its window or time constant, or choose a measure that "
                "grows "
                "steadily, such as van_rossum.",
                t->name, t->best);
    }
}

static void say_bounds(diagnosis *d) {
    for (size_t i = 0; i < d->r->n_parameters; i++) {
        const spk_result_parameter *p = &d->r->parameter[i];
        if (p->free && p->bound)
            say(d, "%s ended at its %s bound, %.4g %s: a better value may lie beyond.", p->name,
                p->bound < 0 ? "lower" : "upper", p->bound < 0 ? p->low : p->high,
                strcmp(p->unit, "1") == 0 ? "" : p->unit);
    }
}

/* Still falling by a fiftieth or more in the last tenth of a search that its budget ended. */
static void say_progress(diagnosis *d) {
    const spk_result_history *h = &d->r->history;
    if (h->n < 20 || strcmp(d->r->stop_reason, "budget") != 0)
        return;
    double before = h->best[h->n - 1 - h->n / 10], now = h->best[h->n - 1];
    if (before - now > 0.02 * fabs(before))
        say(d,
            "The loss was still falling when the budget ended, from %.4g to %.4g in the last "
            "tenth: "
            "`spikefit fit --resume RUN --extend N` goes on.",
            before, now);
}

static spk_status say_counts(diagnosis *d) {
    const spk_kernel *k = spk_problem_kernel(d->p);
    double *values = SPK__ARRAY(d->ctx, k->n_parameters, double), model = 0, data = 0;
    spk_comparisons c = {0};
    if (!values)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < k->n_parameters && i < d->r->n_parameters; i++)
        values[i] = d->r->parameter[i].value * k->parameters[i].scale;
    spk_status st = spk_problem_compare(d->p, values, SPK_TRAIN, 0, &c);
    for (size_t i = 0; !st && i < c.n; i++) {
        for (size_t q = 0; q < c.item[i].n_data; q++)
            data += (double)c.item[i].data[q].n / (double)c.item[i].n_data;
        for (size_t q = 0; q < c.item[i].n_model; q++)
            model += (double)c.item[i].model[q].n / (double)c.item[i].n_model;
    }
    spk_comparisons_free(&c);
    spk__free(d->ctx, values);
    if (st || (model >= 0.5 * data && model <= 2 * data))
        return st;
    if (model == 0)
        say(d,
            "The best fit does not spike, where the data have %.3g spikes. Check the unit and the "
            "sign of the "
            "current (`spikefit inspect`), then free the threshold, the leak, or I_e.",
            data);
    else
        say(d,
            "The best fit has %.3g spikes where the data have %.3g: more weight on rate_error "
            "brings the "
            "number right first.",
            model, data);
    return SPK_OK;
}

static bool is_poor(const diagnosis *d) {
    double silence = spk_problem_spike_worth(d->p) * spk_problem_spikes(d->p);
    return d->r->best_loss > POOR * silence;
}

spk_status spk_validate_diagnosis(spk_ctx *ctx, spk_problem *p, int threads, spk_result *r) {
    diagnosis d = {.ctx = ctx, .p = p, .r = r, .words = {.ctx = ctx}};
    const spk_result_history *h = &r->history;
    spk_result_clear_diagnosis(r);
    spk_result_diagnosis *out = &r->diagnosis;
    spk_status st = find_terms(&d, threads, out);
    if (!st) {
        out->poor = is_poor(&d);
        if (out->poor)
            say(&d,
                "The fit is poor: its loss, %.3g, is %.0f %% of what a model without spikes would "
                "cost.",
                r->best_loss,
                100 * r->best_loss / (spk_problem_spike_worth(p) * spk_problem_spikes(p)));
        say_fate(&d, h->silent, 0.3, "never spiked",
                 "The stimulus hardly reaches the threshold within these bounds: lower the "
                 "threshold's or the "
                 "leak's, or free I_e.");
        say_fate(
            &d, h->exploding, 0.2, "spiked far too much",
            "Bounds that allow less excitability, or a longer refractory period, keep them away.");
        say_fate(&d, h->nonfinite, 0.02, "ended in numbers that are not finite",
                 "The step is too long for these parameters: a smaller 'dt', or the model's own "
                 "integrator.");
        say_terms(&d, out);
        st = say_counts(&d);
        say_bounds(&d);
        say_progress(&d);
        if (out->poor)
            say(&d, "Also worth a try: several models (`--models`), another seed, `method: "
                    "lshade`, and "
                    "`spikefit inspect` for the repeats' own reliability: no model can be better.");
    }
    if (!st && d.words.failed)
        st = SPK_ERR_MEMORY;
    if (st) {
        spk__str_free(&d.words);
        spk_result_clear_diagnosis(r);
        return st;
    }
    out->words = d.words.text;
    return SPK_OK;
}
