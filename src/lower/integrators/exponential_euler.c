/* Exponential Euler: each state alone, with the others held, as x' = f + f_x (x - x_0). Exact where
 * the equation is linear in its own state, as those of gates are. First order. */
#include "lower/internal.h"

static void advance(spk__integration *in) {
    spk__dag *d = in->d;
    int where = in->l->p->linear_drive ? 1 : 0;
    for (size_t i = 0; i < in->l->n_states; i++)
        if (in->set[i]) {
            spk__node rate = spk__rate(in, i, in->from, where);
            spk__node z = spk__dag_mul(d, in->h, spk__rate_slope(in, i, in->from, where));
            /* h f (exp(z) - 1) / z */
            spk__node gain = spk__dag_div(d, in->h, spk__dag_unary(d, SPK__N_XEXPM1, z));
            in->to[i] = spk__dag_add(d, in->from[i], spk__dag_mul(d, gain, rate));
        }
}

const spk__integrator spk__integrator_exponential_euler = {
    .name = "exponential_euler",
    .sentence = "exponential Euler, first order: each state exact by itself",
    .reference = "MacGregor 1987, Neural and Brain Modeling",
    .order = 1,
    .exact_parts = true,
    .can_carry = true,
    .advance = advance,
};
