/* The classical Runge-Kutta method of fourth order. */
#include "lower/internal.h"

/* stage = from + k * rate */
static void move(spk__integration *in, spk__node k, const spk__node *rate, spk__node *stage) {
    for (size_t i = 0; i < in->l->n_states; i++) {
        stage[i] = in->from[i];
        if (in->set[i])
            stage[i] =
                spk__dag_let(in->d, spk__dag_add(in->d, stage[i], spk__dag_mul(in->d, k, rate[i])));
    }
}

static void rates(spk__integration *in, const spk__node *stage, int halves, spk__node *rate) {
    for (size_t i = 0; i < in->l->n_states; i++)
        if (in->set[i])
            rate[i] = spk__dag_let(in->d, spk__rate(in, i, stage, halves));
}

static void advance(spk__integration *in) {
    spk__dag *d = in->d;
    size_t n = in->l->n_states;
    spk__node *rate = SPK__ARRAY(d->ctx, 5 * n, spk__node);
    spk__node half = spk__dag_let(d, spk__dag_scale(d, 0.5, in->h));
    spk__node sixth = spk__dag_let(d, spk__dag_scale(d, 1.0 / 6, in->h));
    if (!rate) {
        d->failed = true;
        return;
    }
    spk__node *k1 = rate, *k2 = rate + n, *k3 = rate + 2 * n, *k4 = rate + 3 * n,
              *stage = rate + 4 * n;
    rates(in, in->from, 0, k1);
    move(in, half, k1, stage);
    rates(in, stage, 1, k2);
    move(in, half, k2, stage);
    rates(in, stage, 1, k3);
    move(in, in->h, k3, stage);
    rates(in, stage, 2, k4);
    for (size_t i = 0; i < n; i++)
        if (in->set[i]) {
            spk__node middle = spk__dag_scale(d, 2, spk__dag_add(d, k2[i], k3[i]));
            spk__node sum = spk__dag_add(d, spk__dag_add(d, k1[i], k4[i]), middle);
            spk__node moved = spk__dag_is_fixed(d, k1[i]) && k1[i] == k4[i]
                                  ? spk__dag_mul(d, in->h, k1[i])
                                  : spk__dag_mul(d, sixth, spk__dag_let(d, sum));
            in->to[i] = spk__dag_add(d, in->from[i], moved);
        }
    spk__free(d->ctx, rate);
}

const spk__integrator spk__integrator_rk4 = {
    .name = "rk4",
    .sentence = "the classical Runge-Kutta method, fourth order: for scores and comparisons",
    .reference = NULL,
    .order = 4,
    .exact_parts = true,
    .can_carry = true,
    .carry = true,
    .linear_drive = true,
    .advance = advance,
};
