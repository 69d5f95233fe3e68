/* Heun's method: an Euler step, then the mean of the rates at both ends. Second order, and inputs
 * that are linear in the step cost nothing. */
#include "lower/internal.h"

static void advance(spk__integration *in) {
    spk__dag *d = in->d;
    size_t n = in->l->n_states;
    spk__node *rate = SPK__ARRAY(d->ctx, 2 * n, spk__node);
    if (!rate) {
        d->failed = true;
        return;
    }
    spk__node *stage = rate + n, half = spk__dag_let(d, spk__dag_scale(d, 0.5, in->h));
    for (size_t i = 0; i < n; i++) {
        stage[i] = in->from[i];
        if (in->set[i]) {
            rate[i] = spk__dag_let(d, spk__rate(in, i, in->from, 0));
            spk__node move = spk__dag_mul(d, in->h, rate[i]);
            stage[i] = spk__dag_let(d, spk__dag_add(d, in->from[i], move));
        }
    }
    for (size_t i = 0; i < n; i++)
        if (in->set[i]) {
            spk__node end = spk__rate(in, i, stage, 2),
                      both = spk__dag_let(d, spk__dag_add(d, rate[i], end));
            spk__node move =
                end == rate[i] ? spk__dag_mul(d, in->h, end) : spk__dag_mul(d, half, both);
            in->to[i] = spk__dag_add(d, in->from[i], move);
        }
    spk__free(d->ctx, rate);
}

const spk__integrator spk__integrator_heun = {
    .name = "heun",
    .sentence = "Heun's method, second order; spikes between grid points where the model resets",
    .reference = NULL,
    .order = 2,
    .exact_parts = true,
    .can_carry = true,
    .carry = true,
    .linear_drive = true,
    .advance = advance,
};
