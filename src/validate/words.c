/* What the numbers of a comparison mean, in plain words. */
#include "validate/twosample.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    char *text;
    size_t size, at;
} words;

static void add(words *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(words *w, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(w->text + w->at, w->size - w->at, format, args);
    va_end(args);
    w->at = n < 0 ? w->at : w->at + (size_t)n < w->size ? w->at + (size_t)n : w->size - 1;
}

/* The tests that tell the samples apart, by name. */
static size_t add_tests(words *w, const spk_twosample_row *row, double level) {
    size_t n = 0, run = 0;
    for (size_t k = 0; k < spk_test_count() && k < SPK_TWOSAMPLE_TESTS; k++) {
        run += isnan(row->corrected[k]) ? 0 : 1;
        n += row->corrected[k] < level;
    }
    if (n == run) {
        add(w, run == 1 ? "the test" : "all %zu tests", run);
        return n;
    }
    size_t said = 0;
    for (size_t k = 0; k < spk_test_count() && k < SPK_TWOSAMPLE_TESTS; k++)
        if (row->corrected[k] < level) {
            add(w, "%s%s", said == 0 ? "" : said + 1 == n ? " and " : ", ", spk_test_at(k)->name);
            said++;
        }
    return n;
}

static void add_p(words *w, double p) {
    if (p < 1e-4)
        add(w, "p = %.0e", p);
    else
        add(w, "p = %.2g", p);
}

/* "the model's mean is larger, 25.6 against 22.1 Hz" */
static void add_means(words *w, const spk_twosample_row *row) {
    const spk_effect *e = &row->effect;
    bool equal = fabs(e->d) < 0.005;
    add(w, "the model's mean is %s, %.3g against %.3g%s%s",
        equal      ? "equal"
        : e->d > 0 ? "larger"
                   : "smaller",
        e->mean_x, e->mean_y, row->stat->unit ? " " : "", row->stat->unit ? row->stat->unit : "");
    if (isinf(e->d))
        add(w, ", without any spread");
    else
        add(w, ", a %s difference (d = %.2f, %.2f to %.2f)", spk_effect_word(e->d), e->d, e->low,
            e->high);
}

static void say_unknown(words *w, const spk_twosample_row *row) {
    if (!row->n_data && !row->n_model)
        add(w, "neither data nor model have a value");
    else
        add(w, "too few values to compare: %zu of the data, %zu of the model", row->n_data,
            row->n_model);
}

void spk__twosample_say(spk_twosample_row *row, double level) {
    words w = {row->sentence, sizeof row->sentence, 0};
    add(&w, "%s of %s: ", row->stat->name, row->population);
    if (row->verdict == SPK_UNKNOWN) {
        say_unknown(&w, row);
        return;
    }
    if (row->verdict == SPK_SAME) {
        add(&w, "no test tells them apart (least corrected ");
        add_p(&w, row->least_p);
        add(&w, ")");
        double could = fmax(fabs(row->effect.low), fabs(row->effect.high));
        if (row->has_effect && isfinite(could))
            add(&w, "; a difference of means beyond %.2g standard deviations would have shown",
                could);
        return;
    }
    if (row->has_effect)
        add_means(&w, row);
    else
        add(&w, "they differ");
    add(&w, "; ");
    size_t n_tests = add_tests(&w, row, level);
    add(&w, " %s them apart (least corrected ", n_tests == 1 ? "tells" : "tell");
    add_p(&w, row->least_p);
    add(&w, ")%s", row->verdict == SPK_SLIGHT ? ", but by little" : "");
    if (row->n_runs && row->verdict == SPK_USUAL)
        add(&w, ", but so are other runs of the model: %zu of %zu differ from it as much",
            row->n_as_far, row->n_runs);
    else if (row->n_runs && row->verdict == SPK_DIFFERENT)
        add(&w, "; of %zu other runs of the model %zu differ%s from it as much", row->n_runs,
            row->n_as_far, row->n_as_far == 1 ? "s" : "");
}

void spk__twosample_conclude(spk_twosample *t) {
    words w = {t->sentence, sizeof t->sentence, 0};
    size_t different = 0, slight = 0, usual = 0, said = 0;
    for (size_t i = 0; i < t->n; i++) {
        different += t->row[i].verdict == SPK_DIFFERENT;
        slight += t->row[i].verdict == SPK_SLIGHT;
        usual += t->row[i].verdict == SPK_USUAL;
    }
    if (!t->n_tests) {
        add(&w, "nothing could be compared: there are too few spikes");
        return;
    }
    add(&w, "the model is %s: ", t->accepted ? "accepted" : "rejected");
    if (!t->n_rejected) {
        add(&w,
            "none of %zu tests tells it from the data at a level of %g, corrected for their number",
            t->n_tests, t->level);
        return;
    }
    add(&w, "%zu of %zu tests tell it from the data at a level of %g, corrected for their number",
        t->n_rejected, t->n_tests, t->level);
    if (t->accepted)
        add(&w, usual ? ", but no more than other runs of the model are told from it"
                      : ", but by differences too small to matter");
    for (size_t i = 0; i < t->n && different; i++)
        if (t->row[i].verdict == SPK_DIFFERENT) {
            add(&w, "%s%s of %s", said == 0 ? "; what differs: " : ", ", t->row[i].stat->name,
                t->row[i].population);
            said++;
        }
    if (different && slight + usual)
        add(&w, " (and %zu more by little, or no more than other runs of the model)",
            slight + usual);
}
