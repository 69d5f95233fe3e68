/* What profiles and directions mean, in sentences. */
#include "validate/landscape.h"

#include <math.h>
#include <stdio.h>

/* Value of a coordinate, in the parameter's own unit. */
static double value_of(const spk__landscape *l, size_t axis, double at) {
    const spk_free *f = spk_problem_parameter(l->p, axis);
    return spk_problem_value(f, at) / spk_problem_kernel(l->p)->parameters[f->index].scale;
}

static const char *name_of(const spk__landscape *l, size_t axis) {
    return spk_problem_kernel(l->p)->parameters[spk_problem_parameter(l->p, axis)->index].name;
}

static const char *unit_of(const spk_result *r, size_t axis) {
    const char *unit = r->parameter[r->identifiability.profile[axis].parameter].unit;
    return strcmp(unit, "1") == 0 ? "" : unit;
}

/* " pF", "" */
static const char *space_before(const char *unit) {
    return *unit ? " " : "";
}

/* The others that move most where the refitted loss is within the limit and the held one far
 * beyond: those that make up for this parameter. Up to three; returns how many. */
static size_t find_partners(const spk__landscape *l, size_t axis, size_t *partner, double *shift) {
    const spk__profile *p = &l->profile[axis];
    size_t point = p->centre, n = 0;
    double far = 0;
    for (size_t k = 0; k < p->n; k++)
        if (p->refitted[k] <= l->limit && p->held[k] > l->limit &&
            fabs(p->at[k] - l->best[axis]) > far) {
            far = fabs(p->at[k] - l->best[axis]);
            point = k;
        }
    double sign = p->at[point] < l->best[axis] ? -1 : 1;
    while (n < 3) {
        size_t most = SIZE_MAX;
        for (size_t j = 0; j < l->dim; j++) {
            double s = sign * (p->x[point * l->dim + j] - l->best[j]) / l->reach[j];
            bool known = j == axis;
            for (size_t k = 0; k < n; k++)
                known = known || partner[k] == j;
            if (known || fabs(s) < 1 || (most != SIZE_MAX && fabs(s) <= fabs(shift[n])))
                continue;
            most = j;
            shift[n] = s;
        }
        if (most == SIZE_MAX || (n > 0 && fabs(shift[n]) < 0.1 * fabs(shift[0])))
            break;
        partner[n++] = most;
    }
    return n;
}

static void say_partners(const spk__landscape *l, const spk_result *r, size_t axis, spk__str *out) {
    const spk__profile *p = &l->profile[axis];
    size_t partner[3];
    double shift[3];
    if (!(p->high - p->low > 2 * (p->held_high - p->held_low)))
        return;
    size_t n = find_partners(l, axis, partner, shift);
    if (!n)
        return;
    const char *unit = unit_of(r, axis);
    spk__str_add(out, " Alone it could go from %.4g to %.4g%s%s only: as it rises, ",
                 value_of(l, axis, p->held_low), value_of(l, axis, p->held_high),
                 space_before(unit), unit);
    for (size_t i = 0; i < n; i++)
        spk__str_add(out, "%s%s %s",
                     i == 0      ? ""
                     : i + 1 < n ? ", "
                                 : " and ",
                     name_of(l, partner[i]), shift[i] > 0 ? "rises" : "falls");
    spk__str_add(out, " to make up for it.");
}

static void say_range(const spk__landscape *l, const spk_result *r, size_t axis, spk__str *out) {
    const spk__profile *p = &l->profile[axis];
    const spk_result_profile *q = &r->identifiability.profile[axis];
    const spk_result_parameter *a = &r->parameter[q->parameter];
    const char *unit = unit_of(r, axis), *space = space_before(unit);
    switch (q->determined) {
    case SPK_DETERMINED_WELL:
        spk__str_add(out, "%s is determined: %.4g%s%s; %.4g to %.4g%s%s are nearly as good.",
                     a->name, a->value, space, unit, q->low, q->high, space, unit);
        break;
    case SPK_DETERMINED_ROUGHLY:
        spk__str_add(
            out,
            "%s is determined only roughly: %.4g%s%s, but %.4g to %.4g%s%s, %.0f %% of its "
            "range, are nearly as good.",
            a->name, a->value, space, unit, q->low, q->high, space, unit, 100 * (p->high - p->low));
        break;
    case SPK_DETERMINED_FROM_BELOW:
        spk__str_add(out,
                     "%s is at least about %.4g%s%s: anything from there to its upper bound, "
                     "%.4g%s%s, is nearly as good as %.4g.",
                     a->name, q->low, space, unit, a->high, space, unit, a->value);
        break;
    case SPK_DETERMINED_FROM_ABOVE:
        spk__str_add(out,
                     "%s is at most about %.4g%s%s: anything from there down to its lower bound, "
                     "%.4g%s%s, is nearly as good as %.4g.",
                     a->name, q->high, space, unit, a->low, space, unit, a->value);
        break;
    default:
        spk__str_add(
            out,
            "%s is not determined by these data: from bound to bound (%.4g to %.4g%s%s) the "
            "fit stays nearly as good; fix it at a value that is known otherwise.",
            a->name, a->low, a->high, space, unit);
    }
}

void spk__say_profile(const spk__landscape *l, const spk_result *r, size_t axis, spk__str *out) {
    const spk_result_profile *q = &r->identifiability.profile[axis];
    const spk_result_parameter *a = &r->parameter[q->parameter];
    const char *unit = unit_of(r, axis), *space = space_before(unit);
    say_range(l, r, axis, out);
    say_partners(l, r, axis, out);
    if (a->bound)
        spk__str_add(out, " It ended at its %s bound, %.4g%s%s: a better value may lie beyond.",
                     a->bound < 0 ? "lower" : "upper", a->bound < 0 ? a->low : a->high, space,
                     unit);
    if (!isnan(q->restart_low))
        spk__str_add(out, " The %llu starts that came as far found %.4g to %.4g%s%s.",
                     (unsigned long long)r->identifiability.starts_near, q->restart_low,
                     q->restart_high, space, unit);
}

/* The weights that matter, at most five: a tenth of the largest or more. */
static size_t choose_weights(const double *weight, size_t dim, bool *chosen) {
    size_t n = 0;
    double largest = 0;
    while (n < 5) {
        size_t next = SIZE_MAX;
        for (size_t j = 0; j < dim; j++)
            if (!chosen[j] && (next == SIZE_MAX || fabs(weight[j]) > fabs(weight[next])))
                next = j;
        if (next == SIZE_MAX || fabs(weight[next]) < 0.1 * largest)
            break;
        largest = fmax(largest, fabs(weight[next]));
        chosen[next] = true;
        n++;
    }
    return n;
}

void spk__say_direction(const spk__landscape *l, const spk_result *r, size_t i, spk__str *out) {
    const spk_result_direction *d = &r->identifiability.direction[i];
    bool chosen[SPK__SHAPE_MOST] = {false};
    size_t n = choose_weights(d->weight, l->dim, chosen), said = 0;
    for (size_t j = 0; j < l->dim; j++) {
        if (!chosen[j])
            continue;
        const char *before = said == 0 ? "" : said + 1 < n ? ", " : " and ";
        spk__str_add(out, "%s%s %s", before, name_of(l, j), d->weight[j] > 0 ? "up" : "down");
        said++;
    }
    spk__str_add(out, d->width < 99.5 ? "%s: %.2g times as far as %s." : "%s: %.0f times as far as %s.",
                 n > 1 ? " together" : "", d->width,
                 n > 1 ? "each can go alone" : "with the others held");
}
