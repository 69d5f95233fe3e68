/* Staggered Crank-Nicolson for Hodgkin-Huxley models: gates live half a step before the voltage, so
 * that each is linear while the other is known, and both take an implicit trapezoidal step without
 * iteration (Hines 1984; Mascagni and Sherman 1998). A gate's stored value belongs to half a step
 * before the stamp. Where an equation is not linear in its own state, its slope takes the place of
 * the coefficient. */
#include "lower/internal.h"

/* x + h f / (1 - h f_x / 2): the trapezoidal rule for f linear in x */
static spk__node trapezoid(spk__integration *in, size_t i, const spk__node *x, int halves) {
    spk__dag *d = in->d;
    spk__node half = spk__dag_scale(d, 0.5, in->h);
    spk__node slope = spk__rate_slope(in, i, x, halves),
              move = spk__dag_mul(d, in->h, spk__rate(in, i, x, halves));
    spk__node damp = spk__dag_sub(d, spk__dag_number(d, 1), spk__dag_mul(d, half, slope));
    return spk__dag_add(d, x[i], spk__dag_div(d, move, damp));
}

static bool takes_drive(const spk__lowering *l, size_t i) {
    for (size_t p = 0; p < l->p->n_continuous; p++) {
        spk__node hole = spk__dag_leaf(l->d, SPK__N_HOLE, spk__hole_drive(l, p));
        if (spk__dag_uses(l->d, l->state[i].rhs, hole))
            return true;
    }
    return false;
}

static void advance(spk__integration *in) {
    spk__lowering *l = in->l;
    size_t n = l->n_states;
    spk__node *x = SPK__ARRAY(l->ctx, n, spk__node);
    bool *voltage = SPK__ARRAY(l->ctx, n, bool), any = false;
    if (!x || !voltage) {
        l->d->failed = true;
        goto out;
    }
    memcpy(x, in->from, n * sizeof *x);
    for (size_t i = 0; i < n; i++) {
        voltage[i] = in->set[i] && takes_drive(l, i);
        any = any || voltage[i];
    }
    for (size_t i = 0; i < n && !any; i++) /* no input: the first state of the text */
        if (in->set[i])
            any = voltage[i] = true;
    for (size_t i = 0; i < n; i++)
        if (in->set[i] && !voltage[i])
            in->to[i] = trapezoid(in, i, in->from, 0);
    for (size_t i = 0; i < n; i++)
        if (in->set[i] && !voltage[i])
            x[i] = in->to[i];
    for (size_t i = 0; i < n; i++)
        if (in->set[i] && voltage[i])
            in->to[i] = trapezoid(in, i, x, 1);
out:
    spk__free(l->ctx, x);
    spk__free(l->ctx, voltage);
}

const spk__integrator spk__integrator_crank_nicolson = {
    .name = "crank_nicolson",
    .sentence = "staggered Crank-Nicolson, second order: gates, then the voltage, both implicit",
    .reference = "Mascagni and Sherman 1998, in Methods in Neuronal Modeling, 2nd ed., ch. 14",
    .order = 2,
    .exact_parts = true,
    .linear_drive = true,
    .advance = advance,
};
