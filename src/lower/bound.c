/* A bound that the reset makes redundant. Where the last onCondition that touches X is
 *
 *     onCondition(X >= B):  X = R ...
 *
 * with lane constants B and R, and a guard says R < B, X begins every step below B (or is NaN), so
 * that min(X, B) in a rate at the start of a step is X. AdEx models bound V_m this way, which costs
 * 3 to 15 %.
 */
#include "lower/internal.h"

static bool assigns(const spk__stmt *s, const spk__symbol *to) {
    for (; s; s = s->next)
        if ((s->kind == SPK__ST_ASSIGN && s->target == to) || assigns(s->body, to) ||
            assigns(s->otherwise, to))
            return true;
    return false;
}

static bool contains(const spk__dag *d, spk__node guard, spk__node fact) {
    if (guard == fact)
        return true;
    return guard && spk__dag_is(d, guard, SPK__N_AND) &&
           (contains(d, spk__dag_arg(d, guard, 0), fact) ||
            contains(d, spk__dag_arg(d, guard, 1), fact));
}

/* R of the assignment X = R at the top of a body, if it is the only one. */
static spk__node reset_value(spk__lowering *l, const spk__stmt *body, const spk__symbol *x) {
    spk__node value = SPK__NONE;
    for (const spk__stmt *s = body; s; s = s->next) {
        if (s->kind == SPK__ST_ASSIGN && s->target == x) {
            if (value)
                return SPK__NONE;
            l->is_fixed = true;
            value = s->value->kind == SPK__EX_SYMBOL && s->value->symbol->kind == SPK__SYM_PARAMETER
                        ? spk__eval_real(l, s->value)
                        : SPK__NONE;
            l->is_fixed = false;
            if (!value)
                return SPK__NONE;
        } else if (assigns(s->body, x) || assigns(s->otherwise, x)) {
            return SPK__NONE;
        }
    }
    return value;
}

void spk__find_bound(spk__lowering *l) {
    spk__dag *d = l->d;
    for (size_t i = l->model->n_on_condition; i-- > 0;) {
        const spk__handler *h = &l->model->on_condition[i];
        const spk__expr *c = h->condition;
        if (c->kind != SPK__EX_BINARY || c->op != SPK__OP_GE || c->arg[0]->kind != SPK__EX_SYMBOL ||
            c->arg[0]->symbol->kind != SPK__SYM_STATE || c->arg[0]->symbol->vector_size ||
            c->arg[1]->kind != SPK__EX_SYMBOL || c->arg[1]->symbol->kind != SPK__SYM_PARAMETER)
            continue;
        const spk__symbol *x = c->arg[0]->symbol;
        bool later = false;
        for (size_t j = i + 1; j < l->model->n_on_condition; j++)
            later = later || assigns(l->model->on_condition[j].body, x);
        spk__node reset = later ? SPK__NONE : reset_value(l, h->body, x);
        size_t slot = spk__state_slot(l, x);
        if (!reset || slot == SIZE_MAX)
            continue;
        spk__node bound = spk__eval_real(l, c->arg[1]);
        spk__node fact = spk__dag_compare(d, SPK__N_LT, reset, bound);
        for (size_t k = 0; k < l->p->n_parameters; k++)
            if (contains(d, l->p->guards[k], fact)) {
                d->below_state = spk__dag_leaf(d, SPK__N_STATE, (uint32_t)slot);
                d->below_bound = bound;
                return;
            }
    }
}
