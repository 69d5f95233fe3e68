/* Forward Euler: every state moves by its rate at the start of the step. First order; here to
 * reproduce the numbers of other programs. With linear inputs it takes their mean over the step. */
#include "lower/internal.h"

static void advance(spk__integration *in) {
    int where = in->l->p->linear_drive ? 1 : 0;
    for (size_t i = 0; i < in->l->n_states; i++)
        if (in->set[i]) {
            spk__node move = spk__dag_mul(in->d, in->h, spk__rate(in, i, in->from, where));
            in->to[i] = spk__dag_add(in->d, in->from[i], move);
        }
}

const spk__integrator spk__integrator_euler = {
    .name = "euler",
    .sentence = "forward Euler, first order: to reproduce the numbers of other programs",
    .reference = NULL,
    .order = 1,
    .can_carry = true,
    .advance = advance,
};
