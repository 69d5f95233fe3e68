/* What a step costs, before anything is built or run: so that a search can be chosen by it. */
#include "emit/writer.h"

/* In multiply-adds, as long as the lanes' functions are (num/lane_math.h: a table or a polynomial
 * of some six terms, scaling and edges). */
static unsigned weight_of(spk__dag_op op) {
    switch (op) {
    case SPK__N_DIV:
    case SPK__N_SQRT:
        return 4;
    case SPK__N_POW:
    case SPK__N_POISSON:
        return 30;
    case SPK__N_EXP:
    case SPK__N_EXP2:
    case SPK__N_EXPM1:
    case SPK__N_XEXPM1:
    case SPK__N_LN:
    case SPK__N_LOG10:
    case SPK__N_SIN:
    case SPK__N_COS:
    case SPK__N_TAN:
    case SPK__N_SINH:
    case SPK__N_COSH:
    case SPK__N_TANH:
    case SPK__N_ERF:
    case SPK__N_ERFC:
    case SPK__N_UNIFORM:
    case SPK__N_NORMAL:
        return 15;
    default:
        return 1;
    }
}

static unsigned count(spk__writer *w, spk__node n) {
    const spk__dag_node *node = &w->d->node[n];
    if (n == SPK__NONE || w->written[n] || !(node->deps & SPK__ON_LANE))
        return 0;
    w->written[n] = 1;
    bool drawn = node->op == SPK__N_UNIFORM || node->op == SPK__N_NORMAL;
    unsigned sum = node->n_args || drawn ? weight_of((spk__dag_op)node->op) : 0;
    for (uint32_t i = 0; i < node->n_args; i++)
        sum += count(w, spk__dag_arg(w->d, n, i));
    return sum;
}

unsigned spk__count_operations(spk__writer *w, const spk__step *s) {
    spk__begin_scope(w, SPK__IN_LANES, "");
    unsigned sum = count(w, s->spike) + count(w, s->rest);
    for (size_t i = 0; i < w->p->n_all_states; i++)
        sum += count(w, s->next[i]);
    return sum;
}
