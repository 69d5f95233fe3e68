/* Statements, executed symbolically: an assignment under a condition becomes a blend, loops are
 * unrolled, functions inlined. Where branches hold integrate_odes, their calls are gathered into
 * one integration in which each lane advances the states of its own branch.
 */
#include "lower/internal.h"

enum { MAX_TURNS = 64, MAX_FOR = 4096, MAX_THREADS = 16, MAX_NESTING = 8 };

static void exec_one(spk__lowering *l, const spk__stmt *s, spk__node mask);

static bool going(const spk__lowering *l) {
    return !l->st && !l->d->failed;
}

/* Lanes that have not returned from the function being inlined. */
static spk__node still(spk__lowering *l, spk__node mask) {
    return l->in_function ? spk__dag_and(l->d, mask, spk__dag_not(l->d, l->returned)) : mask;
}

static bool is_false(const spk__lowering *l, spk__node mask) {
    return mask && spk__dag_is(l->d, mask, SPK__N_BOOL) && spk__dag_at(l->d, mask)->number == 0;
}

static void push_local(spk__lowering *l, const spk__symbol *s, spk__node value) {
    if (!spk__grow(l->ctx, &l->local, l->n_locals, &l->local_room, sizeof *l->local)) {
        l->d->failed = true;
        return;
    }
    l->local[l->n_locals++] = (spk__local){s, value};
}

static spk__node as_type(spk__lowering *l, const spk__symbol *target, const spk__expr *from,
                         spk__node n) {
    if (n && target->type.kind == SPK__INTEGER &&
        (!from || from->type.kind != SPK__INTEGER || from->kind == SPK__EX_BINARY))
        return spk__dag_unary(l->d, SPK__N_TRUNC, n);
    return n;
}

static spk__node *place_of(spk__lowering *l, const spk__stmt *s, size_t *state) {
    size_t element = s->target_index > 0 ? (size_t)s->target_index : 0;
    *state = SIZE_MAX;
    if (s->target->kind == SPK__SYM_STATE) {
        *state = spk__state_slot(l, s->target);
        if (*state == SIZE_MAX) {
            spk__lower_fail(l, &s->loc, NULL,
                            "'%s' is the state of a kernel and cannot be assigned",
                            s->target->name);
            return NULL;
        }
        *state += element;
        return &l->value[*state];
    }
    for (size_t i = l->n_locals; i > l->frame; i--)
        if (l->local[i - 1].symbol == s->target) {
            size_t first = i - 1;
            while (first > l->frame && l->local[first - 1].symbol == s->target)
                first--;
            return &l->local[first + element].value;
        }
    spk__lower_fail(l, &s->loc, NULL, "'%s' cannot be assigned here", s->target->name);
    return NULL;
}

static void assign(spk__lowering *l, const spk__stmt *s, spk__node mask) {
    spk__node value = as_type(l, s->target, s->value, spk__eval_real(l, s->value));
    size_t state;
    spk__node *place = place_of(l, s, &state);
    if (!place || !value)
        return;
    if (state != SIZE_MAX) {
        if (l->state[state].clamp_low)
            value = spk__dag_binary(l->d, SPK__N_MAX, l->state[state].clamp_low, value);
        if (l->state[state].clamp_high)
            value = spk__dag_binary(l->d, SPK__N_MIN, l->state[state].clamp_high, value);
    }
    *place = spk__dag_blend(l->d, mask, value, *place);
}

static void declare(spk__lowering *l, const spk__stmt *s) {
    spk__node value = s->value ? as_type(l, s->target, s->value, spk__eval_real(l, s->value))
                               : spk__dag_number(l->d, 0);
    int n = s->target->vector_size ? s->target->vector_size : 1;
    for (int i = 0; i < n; i++)
        push_local(l, s->target, value);
}

/* The value is worked out knowing that the mask holds: blends of earlier branches drop out. */
static void know(spk__lowering *l, spk__node mask, spk__node *saved) {
    for (size_t i = 0; i < l->n_states; i++) {
        saved[i] = l->value[i];
        l->value[i] = spk__dag_where(l->d, l->value[i], mask);
    }
}

/* Executes body (only its first statement, if so asked) in the lanes of mask. */
static void exec_where(spk__lowering *l, const spk__stmt *body, bool first_only, spk__node mask) {
    if (!body || is_false(l, mask))
        return;
    spk__node *saved = SPK__ARRAY(l->ctx, 2 * l->n_states, spk__node);
    if (!saved) {
        l->d->failed = true;
        return;
    }
    spk__node *known = saved + l->n_states;
    know(l, mask, saved);
    memcpy(known, l->value, l->n_states * sizeof *known);
    if (first_only)
        exec_one(l, body, mask);
    else
        spk__exec(l, body, mask);
    for (size_t i = 0; i < l->n_states; i++)
        l->value[i] =
            l->value[i] == known[i] ? saved[i] : spk__dag_blend(l->d, mask, l->value[i], saved[i]);
    spk__free(l->ctx, saved);
}

static void exec_branch(spk__lowering *l, const spk__stmt *body, spk__node mask) {
    exec_where(l, body, false, mask);
}

static void exec_if(spk__lowering *l, const spk__stmt *s, spk__node mask) {
    spk__node c = spk__eval_mask(l, s->condition);
    if (!c)
        return;
    exec_branch(l, s->body, spk__dag_and(l->d, mask, c));
    exec_branch(l, s->otherwise, spk__dag_and(l->d, mask, spk__dag_not(l->d, c)));
}

static bool constant(spk__lowering *l, const spk__expr *e, const char *what, double *x) {
    spk__node n = spk__eval_real(l, e);
    if (!n)
        return false;
    if (!spk__dag_is(l->d, n, SPK__N_CONST)) {
        spk__lower_fail(l, &e->loc, "loops are unrolled: write a number",
                        "%s of a for loop must be a number known when the model is compiled", what);
        return false;
    }
    *x = spk__dag_at(l->d, n)->number;
    return true;
}

static void exec_for(spk__lowering *l, const spk__stmt *s, spk__node mask) {
    double from, to, by = 1;
    if (!constant(l, s->value, "the start", &from) || !constant(l, s->limit, "the end", &to) ||
        (s->step && !constant(l, s->step, "the step", &by)))
        return;
    if (by == 0 || (to - from) / by > MAX_FOR) {
        spk__lower_fail(l, &s->loc, NULL,
                        by == 0 ? "a for loop with a step of 0 does not end"
                                : "a for loop of more than %d turns is too long",
                        MAX_FOR);
        return;
    }
    size_t locals = l->n_locals;
    for (double i = from; going(l) && (by > 0 ? i < to : i > to); i += by) {
        l->n_locals = locals;
        push_local(l, s->target, spk__dag_number(l->d, i));
        spk__exec(l, s->body, mask);
    }
    l->n_locals = locals;
}

/* Unrolled while lanes may go on; lanes that have not finished after MAX_TURNS become NaN, which
 * the caller sees, rather than silently wrong. */
static void exec_while(spk__lowering *l, const spk__stmt *s, spk__node mask) {
    for (int turn = 0; going(l); turn++) {
        spk__node c = spk__eval_mask(l, s->condition);
        mask = still(l, spk__dag_and(l->d, mask, c));
        if (!mask || is_false(l, mask))
            return;
        if (turn == MAX_TURNS)
            break;
        exec_branch(l, s->body, mask);
    }
    if (!going(l))
        return;
    if (spk__dag_is(l->d, mask, SPK__N_BOOL)) {
        spk__lower_fail(l, &s->loc, "loops are unrolled",
                        "this while loop does not end within %d turns", MAX_TURNS);
        return;
    }
    spk__node nan = spk__dag_div(l->d, spk__dag_number(l->d, 0), spk__dag_number(l->d, 0));
    for (size_t i = 0; i < l->n_states; i++)
        l->value[i] = spk__dag_blend(l->d, mask, nan, l->value[i]);
    for (size_t i = l->frame; i < l->n_locals; i++)
        l->local[i].value = spk__dag_blend(l->d, mask, nan, l->local[i].value);
}

static void exec_emit(spk__lowering *l, const spk__stmt *s, spk__node mask) {
    spk__dag *d = l->d;
    l->spike = spk__dag_or(d, l->spike, mask);
    if (s->value) {
        spk__node w = spk__eval_real(l, s->value);
        l->weight = l->weight ? spk__dag_blend(d, mask, w, l->weight) : w;
    }
}

static void exec_return(spk__lowering *l, const spk__stmt *s, spk__node mask) {
    if (!l->in_function) {
        spk__lower_fail(l, &s->loc, NULL, "return is supported in functions only");
        return;
    }
    spk__node value = s->value ? spk__eval(l, s->value) : spk__dag_number(l->d, 0);
    if (value && l->result && spk__dag_is_mask(l->d, value) != spk__dag_is_mask(l->d, l->result))
        l->result = spk__dag_is_mask(l->d, value) ? spk__dag_to_mask(l->d, l->result) : l->result;
    l->result = l->result ? spk__dag_blend(l->d, mask, value, l->result) : value;
    l->returned = spk__dag_or(l->d, l->returned, mask);
}

static bool has_integrate(const spk__stmt *s) {
    for (; s; s = s->next)
        if (s->kind == SPK__ST_INTEGRATE || has_integrate(s->body) || has_integrate(s->otherwise))
            return true;
    return false;
}

/* ---- branches with integrate_odes ---- */

/* A branch on its way: what is left of it, innermost block last. */
typedef struct {
    const spk__stmt *rest[MAX_NESTING];
    int depth;
    spk__node mask;
} thread;

typedef struct {
    thread at[MAX_THREADS];
    size_t n;
} threads;

static void fork_thread(spk__lowering *l, threads *t, size_t i, const spk__stmt *s) {
    spk__node c = spk__eval_mask(l, s->condition);
    if (!c)
        return;
    if (t->n == MAX_THREADS || t->at[i].depth == MAX_NESTING) {
        spk__lower_fail(l, &s->loc, NULL, "integrate_odes stands in too many nested branches");
        return;
    }
    thread other = t->at[i], *mine = &t->at[i];
    mine->mask = spk__dag_and(l->d, mine->mask, c);
    other.mask = spk__dag_and(l->d, other.mask, spk__dag_not(l->d, c));
    mine->rest[mine->depth++] = s->body;
    other.rest[other.depth++] = s->otherwise;
    t->at[t->n++] = other;
}

/* Runs branch i up to its next integrate_odes, which it returns, or to its end. */
static const spk__stmt *run_thread(spk__lowering *l, threads *t, size_t i) {
    while (going(l) && t->at[i].depth) {
        thread *at = &t->at[i];
        const spk__stmt *s = at->rest[at->depth - 1];
        if (!s || is_false(l, at->mask)) {
            at->depth--;
            continue;
        }
        at->rest[at->depth - 1] = s->next;
        if (s->kind == SPK__ST_INTEGRATE)
            return s;
        if (s->kind == SPK__ST_IF && (has_integrate(s->body) || has_integrate(s->otherwise)))
            fork_thread(l, t, i, s);
        else if (has_integrate(s->body))
            spk__lower_fail(l, &s->loc, NULL, "integrate_odes in a loop is not supported");
        else
            exec_where(l, s, true, at->mask);
    }
    return NULL;
}

static void exec_integrating(spk__lowering *l, const spk__stmt *s, spk__node mask) {
    threads t = {.n = 1};
    t.at[0] = (thread){.depth = 1, .mask = mask};
    if (s->kind == SPK__ST_INTEGRATE) {
        spk__arm arm = {mask, s};
        spk__integrate(l, &arm, 1);
        return;
    }
    t.at[0].depth = 0;
    fork_thread(l, &t, 0, s);
    for (;;) {
        spk__arm arms[MAX_THREADS];
        size_t n = 0;
        for (size_t i = 0; i < t.n; i++) {
            const spk__stmt *call = run_thread(l, &t, i);
            if (call)
                arms[n++] = (spk__arm){t.at[i].mask, call};
        }
        if (!n || !going(l))
            return;
        spk__integrate(l, arms, n);
    }
}

/* ---- dispatch ---- */

static void exec_one(spk__lowering *l, const spk__stmt *s, spk__node mask) {
    switch (s->kind) {
    case SPK__ST_ASSIGN:
        assign(l, s, mask);
        break;
    case SPK__ST_DECLARE:
        declare(l, s);
        break;
    case SPK__ST_IF:
        exec_if(l, s, mask);
        break;
    case SPK__ST_FOR:
        exec_for(l, s, mask);
        break;
    case SPK__ST_WHILE:
        exec_while(l, s, mask);
        break;
    case SPK__ST_RETURN:
        exec_return(l, s, mask);
        break;
    case SPK__ST_EMIT:
        exec_emit(l, s, mask);
        break;
    case SPK__ST_INTEGRATE:
    case SPK__ST_EVALUATE:
        break;
    }
}

void spk__exec(spk__lowering *l, const spk__stmt *s, spk__node mask) {
    size_t locals = l->n_locals;
    for (; s && going(l); s = s->next) {
        l->d->line = s->loc.line;
        bool nested =
            s->kind == SPK__ST_IF && (has_integrate(s->body) || has_integrate(s->otherwise));
        if (s->kind == SPK__ST_INTEGRATE || nested)
            exec_integrating(l, s, mask);
        else if (has_integrate(s->body))
            spk__lower_fail(l, &s->loc, NULL, "integrate_odes in a loop is not supported");
        else
            exec_one(l, s, still(l, mask));
    }
    l->n_locals = locals;
}

spk__node spk__inline_call(spk__lowering *l, const spk__expr *call) {
    const spk__function *f = call->function;
    if (l->n_calls == SPK__MAX_CALLS)
        return spk__lower_fail(l, &call->loc, NULL, "'%s' calls itself", f->name);
    size_t locals = l->n_locals, frame = l->frame;
    spk__node returned = l->returned, result = l->result;
    bool inside = l->in_function;
    int32_t line = l->d->line;
    for (size_t i = 0; i < f->n_args && i < call->n_args; i++)
        push_local(l, f->arg[i], spk__eval_real(l, call->arg[i]));
    l->frame = locals;
    l->in_function = true;
    l->returned = spk__dag_bool(l->d, false);
    l->result = SPK__NONE;
    l->n_calls++;
    spk__exec(l, f->body, spk__dag_bool(l->d, true));
    l->n_calls--;
    spk__node value = l->result;
    l->n_locals = locals;
    l->frame = frame;
    l->in_function = inside;
    l->returned = returned;
    l->result = result;
    l->d->line = line;
    if (!value && going(l))
        return spk__lower_fail(l, &f->loc, NULL, "the function '%s' returns no value", f->name);
    return value;
}
