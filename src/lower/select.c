/* From values to machine operations. A sum becomes a chain of fused multiply-adds that starts with
 * what is known earliest and ends with what takes longest; p * q + c * p is taken as p * (q + c),
 * which saves a multiplication; the removable singularity x / (exp(x) - 1) becomes a quotient and a
 * series, blended.
 */
#include "lower/lower.h"

typedef struct {
    spk__dag *d;
    size_t n;          /* nodes there were at the start */
    spk__node *chosen; /* by old node */
    uint32_t *uses;    /* by old node */
    uint16_t *depth;   /* by any node; grows */
    unsigned char *has_depth;
    size_t room;
} selector;

typedef struct {
    spk__node c, x;
    unsigned depth;
    bool fuse; /* x is a product that nobody else needs */
} term;

static unsigned latency(spk__dag_op op) {
    switch (op) {
    case SPK__N_BLEND:
    case SPK__N_AND:
    case SPK__N_OR:
    case SPK__N_NOT:
        return 2;
    case SPK__N_DIV:
    case SPK__N_SQRT:
        return 14;
    case SPK__N_EXP2:
        return 36;
    case SPK__N_EXP:
        return 44;
    default:
        return op >= SPK__N_POW && op <= SPK__N_XSERIES ? 50 : 4;
    }
}

static bool grow(selector *s) {
    if (s->room >= s->d->n_nodes)
        return true;
    size_t room = s->d->n_nodes * 2;
    uint16_t *depth = spk__realloc(s->d->ctx, s->depth, room, sizeof *depth);
    if (depth)
        s->depth = depth;
    unsigned char *has = spk__realloc(s->d->ctx, s->has_depth, room, 1);
    if (has)
        s->has_depth = has;
    if (!depth || !has) {
        s->d->failed = true;
        return false;
    }
    memset(has + s->room, 0, room - s->room);
    s->room = room;
    return true;
}

/* How long a machine value takes from the start of a lane's step. */
static unsigned depth_of(selector *s, spk__node n) {
    const spk__dag_node *node = &s->d->node[n];
    if (!(node->deps & SPK__ON_LANE) || !grow(s))
        return 0;
    if (s->has_depth[n])
        return s->depth[n];
    unsigned deepest = 0;
    for (uint32_t i = 0; i < node->n_args; i++) {
        unsigned k = depth_of(s, spk__dag_arg(s->d, n, i));
        deepest = k > deepest ? k : deepest;
        node = &s->d->node[n];
    }
    unsigned k = deepest + (node->n_args ? latency(node->op) : 0);
    s->depth[n] = (uint16_t)(k > UINT16_MAX ? UINT16_MAX : k);
    s->has_depth[n] = 1;
    return s->depth[n];
}

static spk__node make(selector *s, spk__dag_op op, spk__node a, spk__node b, spk__node c) {
    spk__node args[3] = {a, b, c};
    return spk__dag_raw(s->d, op, 0, 0, 0, args, (size_t)spk__dag_ops[op].n_args);
}

static spk__node choose(selector *s, spk__node n);
static spk__node choose_blend(selector *s, spk__node n);

/* ---- sums ---- */

/* Common to all lanes: computed once a step. */
static bool is_common(const spk__dag *d, spk__node n) {
    return !(d->node[n].deps & (SPK__ON_LANE | SPK__ON_PARAMETER));
}

static void sort_terms(term *t, size_t n) {
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j > 0 && t[j - 1].depth > t[j].depth; j--) {
            term swap = t[j];
            t[j] = t[j - 1];
            t[j - 1] = swap;
        }
}

static bool is_product(const selector *s, spk__node x) {
    return spk__dag_is(s->d, x, SPK__N_MUL) && x < s->n && s->uses[x] == 1;
}

/* c1 p q + c2 p -> p (c1 q + c2): rewrites terms i and j of old nodes, if they are such a pair. */
static bool factor(selector *s, term *t, size_t i, size_t j) {
    if (!is_product(s, t[i].x))
        return false;
    spk__node p = spk__dag_arg(s->d, t[i].x, 0), q = spk__dag_arg(s->d, t[i].x, 1);
    if (t[j].x != p && t[j].x != q)
        return false;
    if (t[j].x == q) {
        q = p;
        p = t[j].x;
    }
    spk__node parts[3] = {t[j].c, t[i].c, q};
    if (!spk__dag_is(s->d, q, SPK__N_SUM)) {
        spk__node inner = spk__dag_raw(s->d, SPK__N_SUM, 0, 0, 0, parts, 3);
        t[i].x = make(s, SPK__N_MUL, choose(s, p), choose(s, inner), 0);
    } else {
        spk__node inner = make(s, SPK__N_FMA, t[i].c, choose(s, q), t[j].c);
        t[i].x = make(s, SPK__N_MUL, choose(s, p), inner, 0);
    }
    t[i].c = spk__dag_number(s->d, 1);
    return true;
}

static spk__node add_term(selector *s, spk__node sum, const term *t) {
    spk__dag *d = s->d;
    bool plus = spk__dag_is_number(d, t->c, 1), minus = spk__dag_is_number(d, t->c, -1);
    if (!sum) {
        if (plus)
            return t->x;
        return minus ? make(s, SPK__N_NEG, t->x, 0, 0) : make(s, SPK__N_MUL, t->c, t->x, 0);
    }
    if ((plus || minus) && t->fuse && spk__dag_is(d, t->x, SPK__N_MUL))
        return make(s, plus ? SPK__N_FMA : SPK__N_FNMA, spk__dag_arg(d, t->x, 0),
                    spk__dag_arg(d, t->x, 1), sum);
    if (plus)
        return make(s, SPK__N_ADD, sum, t->x, 0);
    if (minus)
        return make(s, SPK__N_SUB, sum, t->x, 0);
    if (spk__dag_is(d, t->c, SPK__N_NEG)) /* c and -c are one lane constant */
        return make(s, SPK__N_FNMA, spk__dag_arg(d, t->c, 0), t->x, sum);
    return make(s, SPK__N_FMA, t->c, t->x, sum);
}

/* Pairs p * q + c * p among the terms, each taken once. Returns how many terms are left. */
static size_t factor_all(selector *s, term *t, size_t n) {
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        t[i].fuse = is_product(s, t[i].x);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (i != j && t[i].x && t[j].x && t[i].fuse && !t[i].depth && !t[j].depth &&
                factor(s, t, i, j)) {
                t[j].x = SPK__NONE;
                t[i].depth = 1; /* its x is a machine node now */
            }
    for (size_t i = 0; i < n; i++)
        if (t[i].x)
            t[m++] = t[i];
    return m;
}

/* Terms are old nodes, all depths 0; yields the chain. */
static spk__node chain(selector *s, spk__node offset, term *t, size_t n) {
    spk__dag *d = s->d;
    n = factor_all(s, t, n);
    for (size_t i = 0; i < n; i++) {
        t[i].x = t[i].depth ? t[i].x : choose(s, t[i].x);
        t[i].depth = t[i].x ? depth_of(s, t[i].x) : 0;
    }
    sort_terms(t, n);
    spk__node sum = spk__dag_is_number(d, offset, 0) ? SPK__NONE : offset;
    for (size_t i = 0; i < n && !sum; i++) /* begin with a term that needs no multiplication */
        if (spk__dag_is_number(d, t[i].c, 1) && !t[i].fuse) {
            term first = t[i];
            memmove(t + 1, t, i * sizeof *t);
            t[0] = first;
            break;
        }
    for (size_t i = 0; i < n; i++)
        sum = add_term(s, sum, &t[i]);
    return sum;
}

static spk__node choose_terms(selector *s, spk__node n, size_t terms, term *own, term *common) {
    spk__dag *d = s->d;
    size_t n_common = 0, n_own = 0;
    spk__node offset = spk__dag_offset(d, n);
    for (size_t i = 0; i < terms; i++) {
        term t = {0};
        spk__dag_term(d, n, i, &t.c, &t.x);
        if (is_common(d, t.c) && is_common(d, t.x))
            common[n_common++] = t;
        else
            own[n_own++] = t;
    }
    if (!n_common || !n_own)
        return n_own ? chain(s, offset, own, n_own) : chain(s, offset, common, n_common);
    bool with_offset = is_common(d, offset);
    spk__node zero = spk__dag_number(d, 0);
    spk__node part = chain(s, with_offset ? offset : zero, common, n_common);
    if (with_offset)
        return chain(s, part, own, n_own);
    return chain(s, make(s, SPK__N_ADD, part, offset, 0), own, n_own);
}

static spk__node choose_sum(selector *s, spk__node n) {
    size_t terms = spk__dag_terms(s->d, n);
    term *room = SPK__ARRAY(s->d->ctx, 2 * terms + 1, term); /* not on the stack: this recurses */
    spk__node sum = SPK__NONE;
    if (room)
        sum = choose_terms(s, n, terms, room, room + terms);
    else
        s->d->failed = true;
    spk__free(s->d->ctx, room);
    return sum;
}

/* ---- the rest ---- */

static spk__node choose_xexpm1(selector *s, spk__node z) {
    spk__dag *d = s->d;
    spk__node e = spk__dag_unary(d, SPK__N_EXP, z), x = choose(s, z);
    if (!e)
        return SPK__NONE;
    /* exp of a sum is 2^ of a scaled one: a new node, but made of old terms */
    spk__node y = make(s, d->node[e].op, choose(s, spk__dag_arg(d, e, 0)), 0, 0);
    spk__node far = make(s, SPK__N_DIV, x, make(s, SPK__N_SUB, y, spk__dag_number(d, 1), 0), 0);
    spk__node near = make(s, SPK__N_XSERIES, x, 0, 0);
    spk__node is_near =
        make(s, SPK__N_LT, make(s, SPK__N_ABS, x, 0, 0), spk__dag_number(d, 0.3), 0);
    return make(s, SPK__N_BLEND, is_near, near, far);
}

static spk__node choose(selector *s, spk__node n) {
    spk__dag *d = s->d;
    if (!n || d->failed || spk__dag_is_fixed(d, n) || !d->node[n].n_args)
        return d->failed ? SPK__NONE : n;
    if (n < s->n && s->chosen[n])
        return s->chosen[n];
    int32_t line = d->line;
    d->line = d->node[n].line;
    spk__dag_op op = d->node[n].op;
    spk__node result;
    if (op == SPK__N_SUM) {
        result = choose_sum(s, n);
    } else if (op == SPK__N_LET) {
        result = choose(s, spk__dag_arg(d, n, 0));
    } else if (op == SPK__N_XEXPM1) {
        result = choose_xexpm1(s, spk__dag_arg(d, n, 0));
    } else if (op == SPK__N_BLEND) {
        result = choose_blend(s, n);
    } else {
        spk__node a[3] = {0, 0, 0};
        uint32_t n_args = d->node[n].n_args;
        for (uint32_t i = 0; i < n_args && i < 3; i++)
            a[i] = choose(s, spk__dag_arg(d, n, i));
        result = spk__dag_raw(d, op, d->node[n].index, 0, 0, a, n_args);
    }
    d->line = line;
    if (n < s->n)
        s->chosen[n] = result;
    return result;
}

/* A comparison that is needed in both senses is made once, in the sense that is true for NaN;
 * blends on the other swap their arms. */
static spk__node choose_blend(selector *s, spk__node n) {
    spk__dag *d = s->d;
    spk__node m = spk__dag_arg(d, n, 0), a = choose(s, spk__dag_arg(d, n, 1));
    spk__node b = choose(s, spk__dag_arg(d, n, 2));
    spk__dag_op op = d->node[m].op;
    bool comparison = op == SPK__N_LT || op == SPK__N_LE || op == SPK__N_EQ;
    spk__node contrary = comparison && !spk__dag_is_fixed(d, m) ? spk__dag_not(d, m) : SPK__NONE;
    if (contrary && contrary < s->n && s->uses[contrary])
        return make(s, SPK__N_BLEND, choose(s, contrary), b, a);
    return make(s, SPK__N_BLEND, choose(s, m), a, b);
}

static void count_uses(selector *s, spk__node n) {
    if (!n || s->uses[n]++)
        return;
    for (uint32_t i = 0; i < s->d->node[n].n_args; i++)
        count_uses(s, spk__dag_arg(s->d, n, i));
}

void spk__select(spk__dag *d, spk__node *const *roots, size_t n_roots) {
    selector s = {.d = d, .n = d->n_nodes};
    s.chosen = SPK__ARRAY(d->ctx, s.n, spk__node);
    s.uses = SPK__ARRAY(d->ctx, s.n, uint32_t);
    if (s.chosen && s.uses) {
        for (size_t i = 0; i < n_roots; i++)
            count_uses(&s, *roots[i]);
        for (size_t i = 0; i < n_roots; i++)
            *roots[i] = choose(&s, *roots[i]);
    } else {
        d->failed = true;
    }
    spk__free(d->ctx, s.chosen);
    spk__free(d->ctx, s.uses);
    spk__free(d->ctx, s.depth);
    spk__free(d->ctx, s.has_depth);
}
