/* Linear subsystems with constant coefficients, advanced exactly: the rows of the matrix
 * exponential (Rotter and Diesmann 1999, doi:10.1007/s004220050570), which `prepare` computes
 * numerically for each lane, so that equal time constants are no special case.
 */
#include "lower/internal.h"

static bool is_hole(const spk__lowering *l, spk__node x, uint32_t *index) {
    *index = spk__dag_at(l->d, x)->index;
    return spk__dag_is(l->d, x, SPK__N_HOLE);
}

bool spk__is_affine(const spk__lowering *l, size_t state) {
    spk__node rhs = l->state[state].rhs;
    if (!rhs)
        return false;
    for (size_t i = 0; i < spk__dag_terms(l->d, rhs); i++) {
        spk__node c, x;
        uint32_t hole;
        spk__dag_term(l->d, rhs, i, &c, &x);
        if (!is_hole(l, x, &hole) || hole >= spk__hole_delta(l, 0))
            return false;
    }
    return true;
}

bool spk__is_timer(const spk__lowering *l, size_t state, double *rate) {
    spk__node rhs = l->state[state].rhs;
    if (!rhs || !spk__dag_is(l->d, rhs, SPK__N_CONST) || spk__dag_at(l->d, rhs)->number >= 0)
        return false;
    *rate = spk__dag_at(l->d, rhs)->number;
    return true;
}

/* The states (of an affine rate) that it depends on are in set or have no ODE. */
static bool closed(const spk__lowering *l, size_t state, const bool *set) {
    spk__node rhs = l->state[state].rhs;
    for (size_t i = 0; i < spk__dag_terms(l->d, rhs); i++) {
        spk__node c, x;
        uint32_t hole;
        spk__dag_term(l->d, rhs, i, &c, &x);
        if (is_hole(l, x, &hole) && hole < l->n_states && l->state[hole].rhs && !set[hole])
            return false;
    }
    return true;
}

void spk__linear_set(const spk__lowering *l, const bool *allowed, bool *set) {
    for (size_t i = 0; i < l->n_states; i++)
        set[i] = allowed[i] && spk__is_affine(l, i);
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < l->n_states; i++)
            if (set[i] && !closed(l, i, set)) {
                set[i] = false;
                changed = true;
            }
    }
}

/* ---- propagation ---- */

enum { MAX_SIZE = 16 }; /* of sd_expm */

/* A linear system x' = A x: moving states, then held ones, the constant 1, and each drive with its
 * slope. what[] tells which; value[] is what multiplies the propagator's column. */
typedef struct {
    spk__lowering *l;
    size_t hole[MAX_SIZE]; /* SIZE_MAX: the constant; SIZE_MAX - 1: a slope */
    spk__node value[MAX_SIZE];
    size_t n, n_moving;
    bool full;
} linear_system;

static size_t column(linear_system *s, size_t hole, spk__node value) {
    for (size_t i = 0; i < s->n; i++)
        if (s->hole[i] == hole && hole != SIZE_MAX - 1)
            return i;
    if (s->n == MAX_SIZE) {
        s->full = true;
        return 0;
    }
    s->hole[s->n] = hole;
    s->value[s->n] = value;
    return s->n++;
}

static void gather_moving(linear_system *s, size_t state, const bool *advancing,
                          const spk__node *from) {
    size_t before = s->n;
    if (column(s, state, from[state]) < before)
        return;
    spk__node rhs = s->l->state[state].rhs;
    for (size_t i = 0; i < spk__dag_terms(s->l->d, rhs); i++) {
        spk__node c, x;
        uint32_t hole;
        spk__dag_term(s->l->d, rhs, i, &c, &x);
        if (is_hole(s->l, x, &hole) && hole < s->l->n_states && advancing[hole])
            gather_moving(s, hole, advancing, from);
    }
}

/* Fills the row of a moving state, adding columns for what it takes in. */
static void fill_row(linear_system *s, size_t row, spk__node *a, const spk__node *from) {
    spk__lowering *l = s->l;
    spk__node rhs = l->state[s->hole[row]].rhs, offset = spk__dag_offset(l->d, rhs);
    for (size_t i = 0; i < spk__dag_terms(l->d, rhs); i++) {
        spk__node c, x;
        uint32_t hole;
        spk__dag_term(l->d, rhs, i, &c, &x);
        if (!is_hole(l, x, &hole))
            continue;
        bool drive = hole >= l->n_states;
        spk__node value = drive ? l->drive0[hole - l->n_states] : from[hole];
        size_t before = s->n, at = column(s, hole, value);
        a[row * MAX_SIZE + at] = c;
        if (!drive || !l->p->linear_drive || at < before)
            continue;
        spk__node rise = spk__dag_sub(l->d, l->drive1[hole - l->n_states], value);
        size_t slope = column(s, SIZE_MAX - 1, rise);
        a[at * MAX_SIZE + slope] =
            spk__dag_div(l->d, spk__dag_number(l->d, 1), spk__dag_leaf(l->d, SPK__N_DT, 0));
    }
    if (!spk__dag_is_number(l->d, offset, 0))
        a[row * MAX_SIZE + column(s, SIZE_MAX, spk__dag_number(l->d, 1))] = offset;
}

/* One state by itself with held inputs: exp(a h) x + h (exp(a h) - 1) / (a h) * inputs. */
static spk__node alone(linear_system *s, const spk__node *a, spk__node h) {
    spk__dag *d = s->l->d;
    spk__node z = spk__dag_mul(d, a[0], h), inputs = spk__dag_number(d, 0);
    spk__node gain = spk__dag_div(d, h, spk__dag_unary(d, SPK__N_XEXPM1, z));
    for (size_t i = 1; i < s->n; i++)
        inputs = spk__dag_add(d, inputs, spk__dag_mul(d, a[i], s->value[i]));
    spk__node kept = spk__dag_mul(d, spk__dag_unary(d, SPK__N_EXP, z), s->value[0]);
    return spk__dag_add(d, kept, spk__dag_mul(d, gain, inputs));
}

static spk__node by_exponential(linear_system *s, const spk__node *a, spk__node h) {
    spk__dag *d = s->l->d;
    spk__node *m = SPK__ARRAY(d->ctx, s->n * s->n, spk__node), total = spk__dag_number(d, 0);
    if (!m) {
        d->failed = true;
        return SPK__NONE;
    }
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < s->n; j++)
            m[i * s->n + j] = spk__dag_mul(d, a[i * MAX_SIZE + j], h);
    for (size_t j = 0; j < s->n; j++) {
        spk__node e = spk__dag_expm(d, m, (uint32_t)s->n, 0, (uint32_t)j);
        total = spk__dag_add(d, total, spk__dag_mul(d, e, s->value[j]));
    }
    spk__free(d->ctx, m);
    return total;
}

/* The chain of a convolution: exp(-decay h) * sum of h^i / i! * y_(j-i). */
static spk__node chain(spk__lowering *l, size_t state, const spk__node *from, spk__node h) {
    spk__dag *d = l->d;
    spk__node total = from[state], factor = spk__dag_number(d, 1);
    spk__node decay = l->state[state].decay;
    for (unsigned i = 1; i <= l->state[state].order; i++) {
        size_t below = 0;
        while (l->state[below].decay != decay || l->state[below].port != l->state[state].port ||
               l->state[below].order != l->state[state].order - i)
            below++;
        factor = spk__dag_scale(d, 1.0 / i, spk__dag_mul(d, factor, h));
        total = spk__dag_add(d, total, spk__dag_mul(d, factor, from[below]));
    }
    spk__node z = spk__dag_neg(d, spk__dag_mul(d, decay, h));
    return spk__dag_mul(d, spk__dag_unary(d, SPK__N_EXP, z), total);
}

spk__node spk__propagate(spk__lowering *l, size_t state, const bool *advancing,
                         const spk__node *from, int halves) {
    spk__dag *d = l->d;
    if (halves == 0)
        return from[state];
    spk__node h = spk__dag_scale(d, 0.5 * halves, spk__dag_leaf(d, SPK__N_DT, 0));
    if (l->state[state].decay)
        return chain(l, state, from, h);
    linear_system s = {.l = l};
    gather_moving(&s, state, advancing, from);
    s.n_moving = s.n;
    spk__node a[MAX_SIZE * MAX_SIZE];
    for (size_t i = 0; i < MAX_SIZE * MAX_SIZE; i++)
        a[i] = spk__dag_number(d, 0);
    for (size_t i = 0; i < s.n_moving; i++)
        fill_row(&s, i, a, from);
    if (s.full) {
        spk__lower_fail(l, &l->model->loc, "use heun or rk4",
                        "the linear system is too large for exact propagation");
        return SPK__NONE;
    }
    bool slopes = false;
    for (size_t i = 0; i < s.n; i++)
        slopes = slopes || s.hole[i] == SIZE_MAX - 1;
    return s.n_moving == 1 && !slopes ? alone(&s, a, h) : by_exponential(&s, a, h);
}
