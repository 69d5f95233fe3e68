/* convolve(kernel, port) as linear ODEs.
 *
 * A kernel that is a function of time must be a sum of c t^k exp(-t / tau) and c delta(t). Since
 * t^k exp(-lambda t) / k! is the last state of the chain
 *
 *     y_0' = -lambda y_0,  y_j' = -lambda y_j + y_(j-1),  y_0 += weight on arrival,
 *
 * one chain for each port and lambda serves every kernel with that lambda. A kernel given as a
 * system of ODEs gets its states once for each port; on arrival they jump by initial value times
 * weight.
 */
#include "lower/internal.h"

#include <math.h>

enum { MAX_TERMS = 24, MAX_ORDER = 8 };

/* A sum of c t^k exp(-decay t), and of delta * delta(t). */
typedef struct {
    spk__node c[MAX_TERMS], decay[MAX_TERMS];
    unsigned k[MAX_TERMS];
    size_t n;
    spk__node delta;
} wave;

static bool has_time(const spk__expr *e) {
    if (e->kind == SPK__EX_SYMBOL && e->symbol->kind == SPK__SYM_TIME)
        return true;
    if (e->kind == SPK__EX_SYMBOL && e->symbol->kind == SPK__SYM_INLINE && e->symbol->value)
        return has_time(e->symbol->value);
    for (size_t i = 0; i < e->n_args; i++)
        if (has_time(e->arg[i]))
            return true;
    return false;
}

static bool too_hard(spk__lowering *l, const spk__expr *e) {
    spk__lower_fail(
        l, &e->loc,
        "a kernel is a sum of c * t**k * exp(-t / tau) and c * delta(t), or a system of "
        "linear ODEs",
        "this part of a kernel cannot be made into linear ODEs");
    return false;
}

static void add_term(spk__lowering *l, wave *w, spk__node c, unsigned k, spk__node decay,
                     const spk__expr *e) {
    for (size_t i = 0; i < w->n; i++)
        if (w->k[i] == k && w->decay[i] == decay) {
            w->c[i] = spk__dag_add(l->d, w->c[i], c);
            return;
        }
    if (w->n == MAX_TERMS || k > MAX_ORDER) {
        too_hard(l, e);
        return;
    }
    w->c[w->n] = c;
    w->k[w->n] = k;
    w->decay[w->n++] = decay;
}

static bool analyse(spk__lowering *l, const spk__expr *e, wave *w);

static void times(spk__lowering *l, wave *w, spk__node factor) {
    for (size_t i = 0; i < w->n; i++)
        w->c[i] = spk__dag_mul(l->d, w->c[i], factor);
    w->delta = spk__dag_mul(l->d, w->delta, factor);
}

static bool multiply(spk__lowering *l, const spk__expr *e, const wave *a, const wave *b, wave *w) {
    spk__dag *d = l->d;
    *w = (wave){.delta = spk__dag_number(d, 0)};
    bool deltas = !spk__dag_is_number(d, a->delta, 0) || !spk__dag_is_number(d, b->delta, 0);
    if (deltas)
        return too_hard(l, e);
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < b->n; j++)
            add_term(l, w, spk__dag_mul(d, a->c[i], b->c[j]), a->k[i] + b->k[j],
                     spk__dag_add(d, a->decay[i], b->decay[j]), e);
    return !l->st;
}

/* exp(a0 + a1 t) */
static bool exponential(spk__lowering *l, const spk__expr *e, wave *w) {
    wave x;
    spk__dag *d = l->d;
    if (!analyse(l, e->arg[0], &x))
        return false;
    spk__node constant = spk__dag_number(d, 0), slope = constant;
    for (size_t i = 0; i < x.n; i++) {
        if (x.k[i] > 1 || !spk__dag_is_number(d, x.decay[i], 0))
            return too_hard(l, e);
        if (x.k[i])
            slope = x.c[i];
        else
            constant = x.c[i];
    }
    if (!spk__dag_is_number(d, x.delta, 0))
        return too_hard(l, e);
    add_term(l, w, spk__dag_unary(d, SPK__N_EXP, constant), 0, spk__dag_neg(d, slope), e);
    return true;
}

static bool power(spk__lowering *l, const spk__expr *e, const spk__expr *base, const spk__expr *to,
                  wave *w) {
    spk__node n = has_time(to) ? SPK__NONE : spk__eval_fixed(l, to, "a power in a kernel");
    if (!n || !spk__dag_is(l->d, n, SPK__N_CONST))
        return too_hard(l, e);
    double x = spk__dag_at(l->d, n)->number;
    wave b, product = {.delta = spk__dag_number(l->d, 0)};
    if (x < 1 || x > MAX_ORDER || x != floor(x) || !analyse(l, base, &b))
        return too_hard(l, e);
    add_term(l, &product, spk__dag_number(l->d, 1), 0, spk__dag_number(l->d, 0), e);
    for (int i = 0; i < (int)x; i++) {
        if (!multiply(l, e, &product, &b, w))
            return false;
        product = *w;
    }
    return true;
}

static bool analyse_binary(spk__lowering *l, const spk__expr *e, wave *w) {
    wave a, b;
    if (e->op == SPK__OP_POW)
        return power(l, e, e->arg[0], e->arg[1], w);
    if (e->op == SPK__OP_DIV) {
        if (has_time(e->arg[1]) || !analyse(l, e->arg[0], w))
            return too_hard(l, e);
        spk__node by = spk__eval_fixed(l, e->arg[1], "a divisor in a kernel");
        times(l, w, spk__dag_div(l->d, spk__dag_number(l->d, 1), by));
        return true;
    }
    if (!analyse(l, e->arg[0], &a) || !analyse(l, e->arg[1], &b))
        return false;
    if (e->op == SPK__OP_MUL)
        return multiply(l, e, &a, &b, w);
    if (e->op != SPK__OP_ADD && e->op != SPK__OP_SUB)
        return too_hard(l, e);
    if (e->op == SPK__OP_SUB)
        times(l, &b, spk__dag_number(l->d, -1));
    *w = a;
    for (size_t i = 0; i < b.n; i++)
        add_term(l, w, b.c[i], b.k[i], b.decay[i], e);
    w->delta = spk__dag_add(l->d, a.delta, b.delta);
    return true;
}

static bool analyse(spk__lowering *l, const spk__expr *e, wave *w) {
    spk__dag *d = l->d;
    spk__node zero = spk__dag_number(d, 0), one = spk__dag_number(d, 1);
    *w = (wave){.delta = zero};
    if (l->st)
        return false;
    if (e->kind == SPK__EX_BUILTIN && e->builtin == SPK__FN_delta) {
        w->delta = one;
        return true;
    }
    if (!has_time(e)) {
        spk__node c = spk__eval_fixed(l, e, "a kernel's coefficient");
        if (c)
            add_term(l, w, c, 0, zero, e);
        return c != SPK__NONE;
    }
    switch (e->kind) {
    case SPK__EX_SYMBOL:
        if (e->symbol->kind == SPK__SYM_INLINE)
            return analyse(l, e->symbol->value, w);
        add_term(l, w, one, 1, zero, e);
        return true;
    case SPK__EX_UNARY:
        if (!analyse(l, e->arg[0], w) || (e->op != SPK__OP_NEG && e->op != SPK__OP_PLUS))
            return too_hard(l, e);
        if (e->op == SPK__OP_NEG)
            times(l, w, spk__dag_number(d, -1));
        return true;
    case SPK__EX_BINARY:
        return analyse_binary(l, e, w);
    case SPK__EX_BUILTIN:
        if (e->builtin == SPK__FN_exp)
            return exponential(l, e, w);
        if (e->builtin == SPK__FN_pow)
            return power(l, e, e->arg[0], e->arg[1], w);
        return too_hard(l, e);
    default:
        return too_hard(l, e);
    }
}

/* ---- states ---- */

static size_t add_state(spk__lowering *l, spk__lstate s) {
    if (!spk__grow(l->ctx, &l->state, l->n_states, &l->state_room, sizeof *l->state)) {
        l->d->failed = true;
        return SIZE_MAX;
    }
    s.is_convolution = true;
    l->state[l->n_states] = s;
    return l->n_states++;
}

static size_t chain_state(spk__lowering *l, size_t port, spk__node decay, unsigned order,
                          int line) {
    for (size_t i = 0; i < l->n_states; i++)
        if (l->state[i].is_convolution && l->state[i].port == port && l->state[i].decay == decay &&
            l->state[i].order == order)
            return i;
    spk__dag *d = l->d;
    size_t below = order ? chain_state(l, port, decay, order - 1, line) : 0;
    spk__lstate s = {.port = port, .decay = decay, .order = order, .line = line};
    s.kick = spk__dag_number(d, order ? 0 : 1);
    size_t at = add_state(l, s);
    if (at == SIZE_MAX || below == SIZE_MAX)
        return SIZE_MAX;
    spk__node self = spk__dag_leaf(d, SPK__N_HOLE, (uint32_t)at);
    spk__node rate = spk__dag_neg(d, spk__dag_mul(d, decay, self));
    if (order)
        rate = spk__dag_add(d, rate, spk__dag_leaf(d, SPK__N_HOLE, (uint32_t)below));
    l->state[at].rhs = rate;
    return at;
}

static void add_weight(spk__lowering *l, spk__convolution *c, size_t state, spk__node weight) {
    size_t room = c->room;
    if (state == SIZE_MAX || !spk__grow(l->ctx, &c->state, c->n_terms, &room, sizeof *c->state) ||
        !spk__grow(l->ctx, &c->weight, c->n_terms, &c->room, sizeof *c->weight)) {
        l->d->failed = true;
        return;
    }
    c->state[c->n_terms] = state;
    c->weight[c->n_terms++] = weight;
}

static void from_function(spk__lowering *l, spk__convolution *c) {
    wave w;
    int line = c->kernel->loc.line;
    if (!analyse(l, c->kernel->value, &w))
        return;
    c->direct = w.delta;
    for (size_t i = 0; i < w.n && !l->d->failed; i++) {
        double factorial = 1;
        for (unsigned k = 2; k <= w.k[i]; k++)
            factorial *= k;
        size_t state = chain_state(l, c->port, w.decay[i], w.k[i], line);
        add_weight(l, c, state, spk__dag_scale(l->d, factorial, w.c[i]));
    }
}

static void from_system(spk__lowering *l, spk__convolution *c) {
    const spk__symbol *kernel = c->kernel;
    size_t first = l->n_states;
    for (size_t i = 0; i < kernel->n_kernel_states; i++) {
        const spk__symbol *s = kernel->kernel_states[i];
        spk__lstate state = {.port = c->port, .line = s->rhs_loc.line};
        state.kick = s->value ? spk__eval_fixed(l, s->value, "a kernel's initial value")
                              : spk__dag_number(l->d, 0);
        if (add_state(l, state) == SIZE_MAX)
            return;
    }
    l->kernel = kernel;
    l->kernel_first = first;
    for (size_t i = 0; i < kernel->n_kernel_states; i++)
        l->state[first + i].rhs = spk__eval_real(l, kernel->kernel_states[i]->rhs);
    l->kernel = NULL;
    add_weight(l, c, first, spk__dag_number(l->d, 1));
    for (size_t i = 0; i < kernel->n_kernel_states && !l->st && !l->d->failed; i++)
        if (!spk__is_affine(l, first + i) ||
            !spk__dag_is_number(l->d, spk__dag_offset(l->d, l->state[first + i].rhs), 0))
            spk__lower_fail(
                l, &kernel->kernel_states[i]->rhs_loc, NULL,
                "the kernel '%s' is not a system of linear ODEs with constant coefficients",
                kernel->name);
}

const spk__convolution *spk__convolve(spk__lowering *l, const spk__expr *e) {
    size_t port = spk__port_slot(l, e->port, e->port_index);
    for (size_t i = 0; i < l->n_convolutions; i++)
        if (l->convolution[i].kernel == e->symbol && l->convolution[i].port == port)
            return &l->convolution[i];
    if (!spk__grow(l->ctx, &l->convolution, l->n_convolutions, &l->convolution_room,
                   sizeof *l->convolution)) {
        l->d->failed = true;
        return NULL;
    }
    spk__convolution *c = &l->convolution[l->n_convolutions++];
    *c = (spk__convolution){.kernel = e->symbol, .port = port, .direct = spk__dag_number(l->d, 0)};
    bool was = l->is_fixed;
    l->is_fixed = true;
    if (c->kernel->n_kernel_states)
        from_system(l, c);
    else
        from_function(l, c);
    l->is_fixed = was;
    return l->st || l->d->failed ? NULL : c;
}

/* ---- all of a model, before its equations are evaluated ---- */

static void in_expr(spk__lowering *l, const spk__expr *e) {
    if (!e || l->st || l->d->failed)
        return;
    if (e->kind == SPK__EX_CONVOLVE)
        spk__convolve(l, e);
    for (size_t i = 0; i < e->n_args; i++)
        in_expr(l, e->arg[i]);
}

static void in_stmts(spk__lowering *l, const spk__stmt *s) {
    for (; s; s = s->next) {
        in_expr(l, s->value);
        in_expr(l, s->limit);
        in_expr(l, s->step);
        in_expr(l, s->condition);
        in_stmts(l, s->body);
        in_stmts(l, s->otherwise);
    }
}

spk_status spk__find_convolutions(spk__lowering *l) {
    const spk__model *m = l->model;
    for (size_t i = 0; i < m->n_states; i++)
        in_expr(l, m->states[i]->rhs);
    for (size_t i = 0; i < m->n_inlines; i++)
        in_expr(l, m->inlines[i]->value);
    for (size_t i = 0; i < m->n_functions; i++)
        in_stmts(l, m->functions[i]->body);
    in_stmts(l, m->update);
    for (size_t i = 0; i < m->n_on_receive; i++)
        in_stmts(l, m->on_receive[i].body);
    for (size_t i = 0; i < m->n_on_condition; i++) {
        in_expr(l, m->on_condition[i].condition);
        in_stmts(l, m->on_condition[i].body);
    }
    return l->d->failed ? SPK_ERR_MEMORY : l->st;
}
