/* The result as JSON, for people and scripts. */
#include "result/json.h"

#include <math.h>

static void put_text(spk__str *s, const char *text) {
    if (!text) {
        spk__str_add(s, "null");
        return;
    }
    spk__str_add(s, "\"");
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\')
            spk__str_add(s, "\\%c", c);
        else if (c == '\n')
            spk__str_add(s, "\\n");
        else if (c < 0x20)
            spk__str_add(s, "\\u%04x", c);
        else
            spk__str_addn(s, p, 1);
    }
    spk__str_add(s, "\"");
}

static void put_number(spk__str *s, double x) {
    char buf[32];
    spk__str_add(s, "%s", isfinite(x) ? spk__print_double(x, buf) : "null");
}

/* Fields of an object; the comma before is the caller's format. */
static void text_field(spk__str *s, const char *before, const char *name, const char *text) {
    spk__str_add(s, "%s\"%s\": ", before, name);
    put_text(s, text);
}

static void number_field(spk__str *s, const char *before, const char *name, double x) {
    spk__str_add(s, "%s\"%s\": ", before, name);
    put_number(s, x);
}

static void put_parameter(const spk_result_parameter *p, spk__str *s) {
    put_text(s, p->name);
    number_field(s, ": {", "value", p->value);
    text_field(s, ", ", "unit", p->unit);
    spk__str_add(s, ", \"free\": %s", p->free ? "true" : "false");
    if (p->free) {
        number_field(s, ", ", "min", p->low);
        number_field(s, ", ", "max", p->high);
        text_field(s, ", ", "scale", p->log_scale ? "log" : "linear");
        text_field(s, ", ", "at_bound", p->bound < 0 ? "lower" : p->bound > 0 ? "upper" : NULL);
        number_field(s, ", ", "near_min", p->near_low);
        number_field(s, ", ", "near_max", p->near_high);
    }
    spk__str_add(s, "}");
}

static void put_score(const spk_result_score *c, spk__str *s) {
    text_field(s, "{", "part", c->part);
    text_field(s, ", ", "measure", c->measure);
    number_field(s, ", ", "value", c->value);
    number_field(s, ", ", "low_95", c->low);
    number_field(s, ", ", "high_95", c->high);
    number_field(s, ", ", "reliability", c->reliability);
    spk__str_add(s, "}");
}

static void put_numbers(spk__str *s, const char *name, const double *x, size_t n) {
    spk__str_add(s, ", \"%s\": [", name);
    for (size_t i = 0; i < n; i++) {
        spk__str_add(s, i ? ", " : "");
        put_number(s, x[i]);
    }
    spk__str_add(s, "]");
}

static void put_profile(const spk_result *r, const spk_result_profile *p, spk__str *s) {
    put_text(s, r->parameter[p->parameter].name);
    text_field(s, ": {", "verdict", spk_determined_words(p->determined));
    number_field(s, ", ", "min", p->low);
    number_field(s, ", ", "max", p->high);
    number_field(s, ", ", "alone_min", p->held_low);
    number_field(s, ", ", "alone_max", p->held_high);
    number_field(s, ", ", "restarts_min", p->restart_low);
    number_field(s, ", ", "restarts_max", p->restart_high);
    text_field(s, ", ", "sentence", p->sentence);
    put_numbers(s, "value", p->value, p->n);
    put_numbers(s, "loss", p->refitted, p->n);
    put_numbers(s, "loss_alone", p->held, p->n);
    spk__str_add(s, "}");
}

static void put_identifiability(const spk_result *r, spk__str *s) {
    const spk_result_identifiability *y = &r->identifiability;
    if (!y->n)
        return;
    number_field(s, ",\n  \"identifiability\": {\n    ", "loss", y->best);
    number_field(s, ", ", "limit", y->limit);
    number_field(s, ", ", "lowest_loss", y->lowest);
    number_field(s, ", ", "starts", (double)y->starts);
    number_field(s, ", ", "starts_near", (double)y->starts_near);
    number_field(s, ", ", "evaluations", (double)y->evaluations);
    spk__str_add(s, ",\n    \"parameters\": {");
    for (size_t i = 0; i < y->n; i++) {
        spk__str_add(s, i ? ",\n      " : "\n      ");
        put_profile(r, &y->profile[i], s);
    }
    spk__str_add(s, "\n    },\n    \"directions\": [");
    for (size_t i = 0; i < y->n_directions; i++) {
        number_field(s, i ? ",\n      {" : "\n      {", "width", y->direction[i].width);
        text_field(s, ", ", "sentence", y->direction[i].sentence);
        put_numbers(s, "weights", y->direction[i].weight, y->n);
        spk__str_add(s, "}");
    }
    spk__str_add(s, "\n    ]\n  }");
}

static void put_pair(const spk_result_pair *p, spk__str *s) {
    text_field(s, "{", "a", p->a);
    text_field(s, ", ", "b", p->b);
    number_field(s, ", ", "product", p->product);
    number_field(s, ", ", "product_min", p->product_low);
    number_field(s, ", ", "product_max", p->product_high);
    number_field(s, ", ", "a_min", p->a_low);
    number_field(s, ", ", "a_max", p->a_high);
    number_field(s, ", ", "b_min", p->b_low);
    number_field(s, ", ", "b_max", p->b_high);
    spk__str_add(s, "}");
}

static void put_pairs(const spk_result *r, spk__str *s) {
    if (!r->n_pairs)
        return;
    spk__str_add(s, ",\n  \"products\": [");
    for (size_t i = 0; i < r->n_pairs; i++) {
        spk__str_add(s, "%s\n    ", i ? "," : "");
        put_pair(&r->pair[i], s);
    }
    spk__str_add(s, "\n  ]");
}

/* Rows of losses and values, headed by the names of both. */
static void put_front(const spk_result *r, spk__str *s) {
    const spk_result_front *f = &r->front;
    if (!f->n_objectives)
        return;
    text_field(s, ",\n  \"front\": {\n    ", "picked_by", f->pick);
    number_field(s, ", ", "picked", (double)f->picked + 1);
    spk__str_add(s, ",\n    \"objectives\": [");
    for (size_t i = 0; i < f->n_objectives; i++) {
        spk__str_add(s, i ? ", " : "");
        put_text(s, f->name[i]);
    }
    spk__str_add(s, "],\n    \"parameters\": [");
    for (size_t i = 0, n = 0; i < r->n_parameters; i++) {
        if (!r->parameter[i].free)
            continue;
        spk__str_add(s, n++ ? ", " : "");
        put_text(s, r->parameter[i].name);
    }
    spk__str_add(s, "],\n    \"rows\": [");
    for (size_t i = 0; i < f->n; i++) {
        number_field(s, i ? ",\n      {" : "\n      {", "row", (double)i + 1);
        put_numbers(s, "loss", f->loss + i * f->n_objectives, f->n_objectives);
        put_numbers(s, "value", f->value + i * f->dim, f->dim);
        spk__str_add(s, "}");
    }
    spk__str_add(s, "\n    ]\n  }");
}

static void put_marginal(const spk_result *r, size_t column, spk__str *s) {
    const spk_result_posterior *y = &r->posterior;
    static const double share[] = {0.025, 0.5, 0.975};
    double q[3] = {NAN, NAN, NAN};
    if (spk_posterior_quantiles(s->ctx, y, column, share, 3, q))
        s->failed = true;
    put_text(s, r->parameter[y->parameter[column]].name);
    number_field(s, ": {", "mean", spk_posterior_mean(y, column));
    number_field(s, ", ", "sd", sqrt(spk_posterior_covariance(y, column, column)));
    number_field(s, ", ", "low", q[0]);
    number_field(s, ", ", "median", q[1]);
    number_field(s, ", ", "high", q[2]);
    if (y->n_ranks)
        number_field(s, ", ", "calibration_p", y->rank_p[column]);
    spk__str_add(s, "}");
}

/* Summaries; the particles are in result.h5. */
static void put_posterior(const spk_result *r, spk__str *s) {
    const spk_result_posterior *y = &r->posterior;
    if (!y->n)
        return;
    number_field(s, ",\n  \"posterior\": {\n    ", "particles", (double)y->n);
    number_field(s, ", ", "effective", y->effective);
    number_field(s, ", ", "tolerance", y->tolerance);
    number_field(s, ", ", "generations", (double)y->n_generations);
    text_field(s, ", ", "stop", y->stop);
    spk__str_add(s, ",\n    \"parameters\": {");
    for (size_t j = 0; j < y->dim; j++) {
        spk__str_add(s, j ? ",\n      " : "\n      ");
        put_marginal(r, j, s);
    }
    spk__str_add(s, "\n    },\n    \"checks\": [");
    for (size_t i = 0; i < y->n_checks; i++) {
        const spk_result_check *c = &y->check[i];
        text_field(s, i ? ",\n      {" : "\n      {", "name", c->name);
        number_field(s, ", ", "data", c->observed);
        number_field(s, ", ", "mean", c->mean);
        number_field(s, ", ", "low", c->low);
        number_field(s, ", ", "high", c->high);
        number_field(s, ", ", "p", c->p);
        spk__str_add(s, "}");
    }
    spk__str_add(s, "\n    ]\n  }");
}

static void put_spread(const spk_result *r, size_t column, spk__str *s) {
    const spk_result_bootstrap *y = &r->bootstrap;
    double low = NAN, high = NAN;
    if (spk_result_bootstrap_range(s->ctx, y, column, 0.95, &low, &high))
        s->failed = true;
    put_text(s, r->parameter[y->parameter[column]].name);
    number_field(s, ": {", "standard_error", spk_result_bootstrap_error(y, column));
    number_field(s, ", ", "low_95", low);
    number_field(s, ", ", "high_95", high);
    spk__str_add(s, ", \"correlation\": {");
    for (size_t i = 0, n = 0; i < y->dim; i++)
        if (i != column)
            number_field(s, n++ ? ", " : "", r->parameter[y->parameter[i]].name,
                         spk_result_bootstrap_correlation(y, column, i));
    spk__str_add(s, "}}");
}

/* Summaries; the replicates are in result.h5. */
static void put_bootstrap(const spk_result *r, spk__str *s) {
    const spk_result_bootstrap *y = &r->bootstrap;
    if (!y->n)
        return;
    number_field(s, ",\n  \"bootstrap\": {\n    ", "replicates", (double)y->n);
    text_field(s, ", ", "over", y->over);
    number_field(s, ", ", "units", (double)y->units);
    number_field(s, ", ", "block_ms", y->block_ms);
    number_field(s, ", ", "evaluations", (double)y->evaluations);
    spk__str_add(s, ", \"settled\": %s", y->settled ? "true" : "false");
    spk__str_add(s, ",\n    \"parameters\": {");
    for (size_t j = 0; j < y->dim; j++) {
        spk__str_add(s, j ? ",\n      " : "\n      ");
        put_spread(r, j, s);
    }
    spk__str_add(s, "\n    }\n  }");
}

static void put_diagnosis(const spk_result *r, spk__str *s) {
    const spk_result_diagnosis *d = &r->diagnosis;
    if (!d->n_terms)
        return;
    spk__str_add(s, ",\n  \"diagnosis\": {\n    \"poor\": %s", d->poor ? "true" : "false");
    text_field(s, ", ", "words", d->words ? d->words : "");
    spk__str_add(s, ",\n    \"terms\": [");
    for (size_t i = 0; i < d->n_terms; i++) {
        text_field(s, i ? ",\n      {" : "\n      {", "name", d->term[i].name);
        number_field(s, ", ", "weight", d->term[i].weight);
        number_field(s, ", ", "best", d->term[i].best);
        number_field(s, ", ", "low", d->term[i].low);
        number_field(s, ", ", "high", d->term[i].high);
        spk__str_add(s, "}");
    }
    spk__str_add(s, "\n    ]\n  }");
}

static void put_model(const spk_result_model *m, bool several, spk__str *s) {
    text_field(s, "{", "name", m->name);
    text_field(s, ", ", "sha256", m->hash);
    text_field(s, ", ", "integrator", m->integrator);
    number_field(s, ", ", "dt_ms", m->dt_ms);
    if (several) {
        number_field(s, ", ", "training_loss", m->loss);
        number_field(s, ", ", "selection_loss", m->selection);
        number_field(s, ", ", "evaluations", (double)m->evaluations);
        spk__str_add(s, ", \"chosen\": %s", m->chosen ? "true" : "false");
        number_field(s, ", ", "held_out", m->held_out);
        number_field(s, ", ", "held_out_low_95", m->held_out_low);
        number_field(s, ", ", "held_out_high_95", m->held_out_high);
    }
    spk__str_add(s, "}");
}

void spk__result_json(const spk_result *r, spk__str *s) {
    const spk_result_model *m = spk_result_chosen(r);
    text_field(s, "{\n  ", "spikefit", r->version);
    text_field(s, ",\n  ", "kind", r->kind == SPK_RESULT_NETWORK ? "network" : "cell");
    if (r->kind == SPK_RESULT_CELL)
        text_field(s, ",\n  ", "model", m ? m->name : NULL);
    number_field(s, ",\n  ", "seed", (double)r->seed);
    number_field(s, ",\n  ", "training_loss", r->best_loss);
    text_field(s, ",\n  ", "method", r->method);
    text_field(s, ",\n  ", "stop_reason", r->stop_reason);
    spk__str_add(s, ",\n  \"interrupted\": %s", r->interrupted ? "true" : "false");
    number_field(s, ",\n  ", "evaluations", (double)r->evaluations);
    number_field(s, ",\n  ", "silent", (double)r->n_silent);
    number_field(s, ",\n  ", "exploding", (double)r->n_exploding);
    number_field(s, ",\n  ", "non_finite", (double)r->n_nonfinite);
    if (r->kind == SPK_RESULT_CELL) {
        number_field(s, ",\n  ", "spike_shift_at_quarter_step_ms", r->spike_shift_ms);
        number_field(s, ",\n  ", "spikes_unmatched_at_quarter_step", r->spike_shift_unmatched);
    }
    spk__str_add(s, ",\n  \"parameters\": {");
    for (size_t i = 0; i < r->n_parameters; i++) {
        spk__str_add(s, "%s\n    ", i ? "," : "");
        put_parameter(&r->parameter[i], s);
    }
    spk__str_add(s, "\n  },\n  \"scores\": [");
    for (size_t i = 0; i < r->n_scores; i++) {
        spk__str_add(s, "%s\n    ", i ? "," : "");
        put_score(&r->score[i], s);
    }
    spk__str_add(s, "\n  ]");
    put_identifiability(r, s);
    put_pairs(r, s);
    put_front(r, s);
    put_posterior(r, s);
    put_bootstrap(r, s);
    put_diagnosis(r, s);
    spk__str_add(s, ",\n  \"models\": [");
    for (size_t i = 0; i < r->n_models; i++) {
        spk__str_add(s, "%s\n    ", i ? "," : "");
        put_model(&r->model[i], r->kind == SPK_RESULT_CELL, s);
    }
    spk__str_add(s, "\n  ],\n  \"data\": [");
    for (size_t i = 0; i < r->n_data; i++) {
        text_field(s, i ? ",\n    {" : "\n    {", "path", r->data_path[i]);
        text_field(s, ", ", "sha256", r->data_hash[i]);
        spk__str_add(s, "}");
    }
    text_field(s, "\n  ],\n  ", "study", r->study);
    spk__str_add(s, "\n}\n");
}
