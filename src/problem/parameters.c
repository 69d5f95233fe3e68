/* Free and fixed parameters: bounds, scales, units, the way to the unit cube and back. */
#include "num/num.h"
#include "problem/problem.h"
#include <spikefit/hint.h>

#include <math.h>
#include <stdio.h>

/* ---- the study's parameters ---- */

spk_unit spk__quantity_unit(const spk_quantity *q) {
    spk_unit u = {.scale = 1};
    spk_ctx *quiet = spk_ctx_new(NULL);
    if (quiet)
        spk_unit_parse(quiet, q->unit, NULL, &u);
    spk_ctx_free(quiet);
    return u;
}

/* A study of several models may name parameters that only some have; that one has each, fitting
 * checks. */
static bool is_another_models(const spk_problem *p, const char *name) {
    if (p->c.study->n_models < 2)
        return false;
    for (size_t i = 0; i < p->k->n_parameters; i++)
        if (strcmp(p->k->parameters[i].name, name) == 0)
            return false;
    return true;
}

static spk_status find_parameter(spk_problem *p, const char *name, const spk_loc *loc,
                                 size_t *out) {
    const char *names[256];
    size_t n = p->k->n_parameters < 256 ? p->k->n_parameters : 256;
    for (size_t i = 0; i < n; i++) {
        names[i] = p->k->parameters[i].name;
        if (strcmp(names[i], name) == 0) {
            *out = i;
            return SPK_OK;
        }
    }
    char otherwise[128];
    snprintf(otherwise, sizeof otherwise, "`spikefit model show %s` lists its parameters",
             p->k->model);
    return spk__fail_name(p->ctx, SPK_ERR_INPUT, loc, name, names, n, otherwise,
                          "%s has no parameter '%s'", p->k->model, name);
}

static spk_status read_value(spk_problem *p, size_t i, const char *text, const spk_loc *loc,
                             const char *what, double *out) {
    const spk_quantity *q = &p->k->parameters[i];
    char name[128];
    snprintf(name, sizeof name, "%s of %s", what, q->name);
    spk_status st = spk_quantity_parse_as(p->ctx, text, loc, name, spk__quantity_unit(q), out);
    if (!st && !(*out >= q->low && *out <= q->high))
        st = spk__fail(p->ctx, SPK_ERR_INPUT, loc, "choose a value inside the model's own range",
                       "%s is outside what %s allows (%g .. %g %s)", name, p->k->model,
                       q->low / q->scale, q->high / q->scale, q->unit);
    return st;
}

static spk_status check_bounds(spk_problem *p, const spk_free *f, const char *text,
                               const spk_loc *loc) {
    const spk_quantity *q = &p->k->parameters[f->index];
    if (!(f->low < f->high))
        return spk__fail(p->ctx, SPK_ERR_INPUT, loc, "write the smaller one first",
                         "the lower bound of %s, %g %s, is not below the upper, %g %s", q->name,
                         f->low / q->scale, q->unit, f->high / q->scale, q->unit);
    if (f->log_scale && !(f->low > 0))
        return spk__fail(p->ctx, SPK_ERR_INPUT, loc, "use 'scale: linear', or a bound above 0",
                         "a logarithmic scale needs bounds above 0, but %s may be %g %s", q->name,
                         f->low / q->scale, q->unit);
    if (text && !(f->start >= f->low && f->start <= f->high))
        return spk__fail(p->ctx, SPK_ERR_INPUT, loc, NULL,
                         "the start of %s, %g %s, is outside its bounds, %g .. %g %s", q->name,
                         f->start / q->scale, q->unit, f->low / q->scale, f->high / q->scale,
                         q->unit);
    return SPK_OK;
}

static spk_status read_free(spk_problem *p, const spk_free_parameter *from, spk_free *out) {
    spk_status st = find_parameter(p, from->name, &from->loc, &out->index);
    if (st)
        return st;
    spk_hint s;
    st = spk_hint_parse(p->ctx, &p->k->parameters[out->index], &s);
    if (st)
        return st;
    bool hinted = s.kind != SPK_HINT_NONE;
    if (!hinted && (!from->min || !from->max))
        return spk__fail(p->ctx, SPK_ERR_INPUT, &from->loc, "write [min, max] with units",
                         "%s needs bounds: the model suggests none", from->name);
    out->low = s.low * s.scale;
    out->high = s.high * s.scale;
    out->start = NAN;
    if (from->min)
        st = read_value(p, out->index, from->min, &from->min_loc, "the lower bound", &out->low);
    if (!st && from->max)
        st = read_value(p, out->index, from->max, &from->max_loc, "the upper bound", &out->high);
    if (!st && from->start)
        st = read_value(p, out->index, from->start, &from->start_loc, "the start", &out->start);
    /* A scale that nobody chose is the model's, and where it suggests none logarithmic if the
     * bounds are positive and span more than a factor of ten. */
    out->log_scale =
        from->scale == SPK_SCALE_AUTO
            ? (hinted ? s.log : out->low > 0 && out->high > 10 * out->low) && out->low > 0
            : from->scale == SPK_SCALE_LOG;
    return st ? st : check_bounds(p, out, from->start, from->start ? &from->start_loc : &from->loc);
}

static spk_status take_suggested(spk_problem *p) {
    for (size_t i = 0; i < p->k->n_parameters; i++) {
        spk_hint s;
        spk_status st = spk_hint_parse(p->ctx, &p->k->parameters[i], &s);
        if (st)
            return st;
        if (s.kind == SPK_HINT_FIT && !p->is_set[i])
            p->free[p->n_free++] = (spk_free){i, s.low * s.scale, s.high * s.scale, NAN, s.log};
    }
    if (p->n_free)
        return SPK_OK;
    return spk__fail(p->ctx, SPK_ERR_INPUT, &(spk_loc){.file = p->c.study->path},
                     "add 'fit: {name: [min, max]}'",
                     "the study frees no parameter, and %s suggests none", p->k->model);
}

static spk_status take_fixed(spk_problem *p) {
    const spk_settings *f = &p->c.study->fixed;
    for (size_t i = 0; i < f->n; i++) {
        size_t at;
        if (is_another_models(p, f->item[i].name))
            continue;
        spk_status st = find_parameter(p, f->item[i].name, &f->item[i].name_loc, &at);
        if (!st)
            st = read_value(p, at, f->item[i].value, &f->item[i].value_loc, "the value",
                            &p->fixed[at]);
        if (st)
            return st;
        p->is_set[at] = 1;
    }
    return SPK_OK;
}

spk_status spk__problem_parameters(spk_problem *p) {
    const spk_study *s = p->c.study;
    size_t n = p->k->n_parameters;
    p->free = SPK__ARRAY(p->ctx, n + s->n_free, spk_free);
    p->fixed = SPK__ARRAY(p->ctx, n, double);
    p->is_set = SPK__ARRAY(p->ctx, n, unsigned char);
    if (!p->free || !p->fixed || !p->is_set)
        return SPK_ERR_MEMORY;
    spk_status st = take_fixed(p);
    if (!st && !s->free_given)
        st = take_suggested(p);
    for (size_t i = 0; i < s->n_free; i++) {
        if (is_another_models(p, s->free[i].name))
            continue;
        spk_status one = read_free(p, &s->free[i], &p->free[p->n_free]);
        if (!one && p->is_set[p->free[p->n_free].index])
            one = spk__fail(p->ctx, SPK_ERR_INPUT, &s->free[i].loc, "keep one of the two",
                            "%s is both fitted and fixed", s->free[i].name);
        if (one)
            st = one;
        else
            p->n_free++;
    }
    if (!st && !p->n_free)
        st = spk__fail(p->ctx, SPK_ERR_INPUT, &(spk_loc){.file = s->path},
                       "add 'fit: {name: [min, max]}'", "the study frees no parameter of %s",
                       p->k->model);
    for (size_t i = 0; !st && i < p->n_free; i++)
        p->is_set[p->free[i].index] = 1;
    return st;
}

/* ---- the cube ---- */

double spk_problem_value(const spk_free *f, double x) {
    if (x <= 0)
        return f->low;
    if (x >= 1)
        return f->high;
    if (!f->log_scale)
        return f->low + x * (f->high - f->low);
    double a = spk__log(f->low), b = spk__log(f->high);
    double v = spk__exp(a + x * (b - a));
    return v < f->low ? f->low : v > f->high ? f->high : v;
}

static double to_unit(const spk_free *f, double v) {
    double x = f->log_scale
                   ? (spk__log(v) - spk__log(f->low)) / (spk__log(f->high) - spk__log(f->low))
                   : (v - f->low) / (f->high - f->low);
    return x > 0 ? (x < 1 ? x : 1) : 0;
}

void spk_problem_decode(const spk_problem *p, const double *x, double *values) {
    memcpy(values, p->fixed, p->k->n_parameters * sizeof *values);
    for (size_t i = 0; i < p->n_free; i++)
        values[p->free[i].index] = spk_problem_value(&p->free[i], x[i]);
    p->k->defaults(values, p->is_set, p->c.dt_ms);
}

void spk_problem_encode(const spk_problem *p, const double *values, double *x) {
    for (size_t i = 0; i < p->n_free; i++)
        x[i] = to_unit(&p->free[i], values[p->free[i].index]);
}

void spk_problem_start(const spk_problem *p, double *x) {
    /* The model's defaults, as they are when nothing is free. */
    enum { MOST = 256 };
    double values[MOST];
    unsigned char is_set[MOST];
    size_t n = p->k->n_parameters;
    bool known = n <= MOST;
    if (known) {
        memcpy(values, p->fixed, n * sizeof *values);
        memcpy(is_set, p->is_set, n);
        for (size_t i = 0; i < p->n_free; i++)
            is_set[p->free[i].index] = 0;
        p->k->defaults(values, is_set, p->c.dt_ms);
    }
    for (size_t i = 0; i < p->n_free; i++) {
        const spk_free *f = &p->free[i];
        double v = isnan(f->start) && known ? values[f->index] : f->start;
        x[i] = v >= f->low && v <= f->high ? to_unit(f, v) : 0.5;
    }
}
