/* Priors: read from the study, their density on the unit cube, draws. */
#include "fit/smc.h"

#include <spikefit/posterior.h>

#include "num/num.h"
#include "problem/problem.h"
#include <spikefit/unit.h>

#include <math.h>
#include <stdio.h>

/* ---- reading ---- */

static spk_status read_number(spk_ctx *ctx, const spk_prior_choice *c, const char *name,
                              double *out) {
    const char *after, *end = c->width + strlen(c->width);
    if (spk__parse_double(c->width, end, &after, out) && after == end)
        return SPK_OK;
    return spk__fail(ctx, SPK_ERR_INPUT, &c->width_loc, "0.3 means about 30 %",
                     "the width of %s's lognormal prior must be a plain number, not '%s'", name,
                     c->width);
}

/* The share of the prior that lies between the bounds. */
static double mass(const spk__prior *p) {
    bool log = p->kind == SPK_PRIOR_LOGNORMAL;
    double low = log ? spk__log(p->free.low) : p->free.low,
           high = log ? spk__log(p->free.high) : p->free.high;
    double c = log ? spk__log(p->centre) : p->centre, s = p->width * sqrt(2);
    return 0.5 * (spk__erfc((low - c) / s) - spk__erfc((high - c) / s));
}

static spk_status check_shape(spk_ctx *ctx, const spk_prior_choice *c, const char *name,
                              const spk__prior *p) {
    if (!(p->width > 0))
        return spk__fail(ctx, SPK_ERR_INPUT, &c->width_loc, NULL,
                         "the width of %s's prior must be above 0", name);
    if (p->kind == SPK_PRIOR_LOGNORMAL && !(p->centre > 0 && p->free.low > 0))
        return spk__fail(ctx, SPK_ERR_INPUT, &c->loc, "use a normal prior, or bounds above 0",
                         "a lognormal prior needs a median and bounds above 0, as %s has not",
                         name);
    if (!(mass(p) >= 1e-3))
        return spk__fail(ctx, SPK_ERR_INPUT, &c->loc, "move the bounds, or the prior",
                         "less than a thousandth of %s's prior lies between its bounds", name);
    return SPK_OK;
}

static spk_status read_prior(spk_ctx *ctx, const spk_prior_choice *c, const spk_quantity *q,
                             spk__prior *p) {
    char what[128];
    p->kind = c->kind;
    if (c->kind == SPK_PRIOR_LOG_UNIFORM && !(p->free.low > 0))
        return spk__fail(ctx, SPK_ERR_INPUT, &c->loc, "use uniform, or bounds above 0",
                         "a log-uniform prior needs bounds above 0, as %s has not", q->name);
    if (c->kind < SPK_PRIOR_NORMAL)
        return SPK_OK;
    snprintf(what, sizeof what, "the centre of %s's prior", q->name);
    spk_status st =
        spk_quantity_parse_as(ctx, c->centre, &c->centre_loc, what, spk__quantity_unit(q), &p->centre);
    snprintf(what, sizeof what, "the width of %s's prior", q->name);
    if (!st && c->kind == SPK_PRIOR_NORMAL)
        st = spk_quantity_parse_as(ctx, c->width, &c->width_loc, what, spk__quantity_unit(q), &p->width);
    else if (!st)
        st = read_number(ctx, c, q->name, &p->width);
    return st ? st : check_shape(ctx, c, q->name, p);
}

spk_status spk__priors_read(spk_ctx *ctx, const spk_study *study, const spk_problem *p,
                            spk__prior *prior) {
    const spk_kernel *k = spk_problem_kernel(p);
    for (size_t i = 0; i < spk_problem_dim(p); i++) {
        const spk_quantity *q = &k->parameters[spk_problem_parameter(p, i)->index];
        prior[i] = (spk__prior){.free = *spk_problem_parameter(p, i)};
        for (size_t j = 0; j < study->n_free; j++) {
            if (strcmp(study->free[j].name, q->name) != 0)
                continue;
            spk_status st = read_prior(ctx, &study->free[j].prior, q, &prior[i]);
            if (st)
                return st;
        }
    }
    return SPK_OK;
}

/* ---- densities and draws ---- */

double spk__prior_log(const spk__prior *p, double x) {
    if (!(x >= 0 && x <= 1))
        return -INFINITY;
    if (p->kind == SPK_PRIOR_AUTO)
        return 0;
    double v = spk_problem_value(&p->free, x), log_v = p->free.low > 0 ? spk__log(v) : 0, z;
    /* The value's density times dv/dx, which grows with v where the cube has its logarithm. */
    double slope = p->free.log_scale ? log_v : 0;
    switch (p->kind) {
    case SPK_PRIOR_UNIFORM:
        return slope;
    case SPK_PRIOR_LOG_UNIFORM:
        return slope - log_v;
    case SPK_PRIOR_NORMAL:
        z = (v - p->centre) / p->width;
        return slope - 0.5 * z * z;
    default:
        z = (log_v - spk__log(p->centre)) / p->width;
        return slope - log_v - 0.5 * z * z;
    }
}

static double to_cube(const spk_free *f, double v) {
    if (!f->log_scale)
        return (v - f->low) / (f->high - f->low);
    double low = spk__log(f->low);
    return (spk__log(v) - low) / (spk__log(f->high) - low);
}

double spk__prior_draw(const spk__prior *p, spk__rng *g) {
    const spk_free *f = &p->free;
    double u = spk__rng_uniform(g), v;
    switch (p->kind) {
    case SPK_PRIOR_AUTO:
        return u;
    case SPK_PRIOR_UNIFORM:
        v = f->low + u * (f->high - f->low);
        break;
    case SPK_PRIOR_LOG_UNIFORM:
        v = spk__exp(spk__log(f->low) + u * (spk__log(f->high) - spk__log(f->low)));
        break;
    default:
        do { /* a thousandth of the draws lies within the bounds at the least */
            double step = p->width * spk__rng_normal(g);
            v = p->kind == SPK_PRIOR_NORMAL ? p->centre + step : p->centre * spk__exp(step);
        } while (!(v >= f->low && v <= f->high));
    }
    double x = to_cube(f, v < f->low ? f->low : v > f->high ? f->high : v);
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

spk_status spk_posterior_priors(spk_ctx *ctx, const spk_study *study, const spk_problem *p, size_t n,
                                double *density) {
    size_t dim = spk_problem_dim(p);
    spk__prior *prior = SPK__ARRAY(ctx, dim, spk__prior);
    spk_status st = prior ? spk__priors_read(ctx, study, p, prior) : SPK_ERR_MEMORY;
    for (size_t j = 0; !st && j < dim; j++) {
        double *d = density + j * n, highest = -INFINITY, sum = 0;
        for (size_t i = 0; i < n; i++) {
            d[i] = spk__prior_log(&prior[j], (double)i / (double)(n - 1));
            highest = d[i] > highest ? d[i] : highest;
        }
        for (size_t i = 0; i < n; i++) {
            d[i] = spk__exp(d[i] - highest);
            sum += d[i] * (i == 0 || i == n - 1 ? 0.5 : 1);
        }
        for (size_t i = 0; i < n; i++)
            d[i] *= (double)(n - 1) / sum;
    }
    spk__free(ctx, prior);
    return st;
}
