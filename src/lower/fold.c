/* Numbers through the graph: folding, and the test whether two lane constants are one and the same.
 */
#include "lower/dag.h"

#include "num/num.h"

#include <math.h>

static double whole(double x) {
    return trunc(x);
}

static double bits(spk__dag_op op, double a, double b) {
    int64_t x = (int64_t)whole(a), y = (int64_t)whole(b);
    return (double)(op == SPK__N_BITAND ? (x & y) : op == SPK__N_BITOR ? (x | y) : (x ^ y));
}

double spk__dag_compute(spk__dag_op op, const double *a) {
    switch (op) {
    case SPK__N_ADD:
        return a[0] + a[1];
    case SPK__N_SUB:
        return a[0] - a[1];
    case SPK__N_NEG:
        return -a[0];
    case SPK__N_MUL:
        return a[0] * a[1];
    case SPK__N_DIV:
        return a[0] / a[1];
    case SPK__N_FMA:
        return fma(a[0], a[1], a[2]);
    case SPK__N_FNMA:
        return fma(-a[0], a[1], a[2]);
    case SPK__N_LET:
        return a[0];
    case SPK__N_MIN:
        return a[0] < a[1] ? a[0] : a[1];
    case SPK__N_MAX:
        return a[0] > a[1] ? a[0] : a[1];
    case SPK__N_POW:
        return spk__pow(a[0], a[1]);
    case SPK__N_ABS:
        return fabs(a[0]);
    case SPK__N_CEIL:
        return ceil(a[0]);
    case SPK__N_FLOOR:
        return floor(a[0]);
    case SPK__N_ROUND:
        return round(a[0]);
    case SPK__N_TRUNC:
        return trunc(a[0]);
    case SPK__N_EXP:
        return spk__exp(a[0]);
    case SPK__N_EXP2:
        return spk__exp2(a[0]);
    case SPK__N_EXPM1:
        return spk__expm1(a[0]);
    case SPK__N_LN:
        return spk__log(a[0]);
    case SPK__N_LOG10:
        return spk__log10(a[0]);
    case SPK__N_SQRT:
        return sqrt(a[0]);
    case SPK__N_SIN:
        return spk__sin(a[0]);
    case SPK__N_COS:
        return spk__cos(a[0]);
    case SPK__N_TAN:
        return spk__tan(a[0]);
    case SPK__N_SINH:
        return spk__sinh(a[0]);
    case SPK__N_COSH:
        return spk__cosh(a[0]);
    case SPK__N_TANH:
        return spk__tanh(a[0]);
    case SPK__N_ERF:
        return spk__erf(a[0]);
    case SPK__N_ERFC:
        return spk__erfc(a[0]);
    case SPK__N_XEXPM1:
        return a[0] == 0 ? 1 : a[0] / spk__expm1(a[0]);
    case SPK__N_BITAND:
    case SPK__N_BITOR:
    case SPK__N_BITXOR:
        return bits(op, a[0], a[1]);
    case SPK__N_BLEND:
        return a[0] != 0 ? a[1] : a[2];
    case SPK__N_LT:
        return a[0] < a[1];
    case SPK__N_LE:
        return a[0] <= a[1];
    case SPK__N_EQ:
        return a[0] == a[1];
    case SPK__N_AND:
        return a[0] != 0 && a[1] != 0;
    case SPK__N_OR:
        return a[0] != 0 || a[1] != 0;
    case SPK__N_NOT:
        return a[0] == 0;
    default:
        return NAN;
    }
}

/* Parameters of a trial: by index, so that any number will do. */
typedef struct {
    const double *parameter; /* NULL: made up from `trial` */
    double dt;
    unsigned trial;
    double *memo;
    unsigned char *known;
} trial;

static double made_up(unsigned number, uint32_t index) {
    uint64_t key[2] = {number, index};
    uint64_t h = spk__hash(key, sizeof key, 17);
    double u = (double)(h >> 11) * 0x1p-53;
    /* Of both signs and several sizes, away from 0. */
    return (h & 1 ? 1 : -1) * (0.25 + 40 * u * u);
}

static double value_of(spk__dag *d, spk__node n, trial *t) {
    if (t->known[n])
        return t->memo[n];
    const spk__dag_node *node = &d->node[n];
    double y, x[3] = {0, 0, 0};
    switch (node->op) {
    case SPK__N_CONST:
    case SPK__N_BOOL:
        y = node->number;
        break;
    case SPK__N_DT:
        y = t->parameter ? t->dt : 0.0625 + 0.03 * t->trial;
        break;
    case SPK__N_PARAM:
        y = t->parameter ? t->parameter[node->index] : made_up(t->trial, node->index);
        break;
    case SPK__N_EXPM:
        y = t->parameter ? NAN : made_up(t->trial, n + 1000003u);
        break;
    default:
        for (uint32_t i = 0; i < node->n_args && i < 3; i++)
            x[i] = value_of(d, spk__dag_arg(d, n, i), t);
        y = spk__dag_compute(node->op, x);
    }
    t->known[n] = 1;
    t->memo[n] = y;
    return y;
}

static bool trial_begin(spk__dag *d, trial *t) {
    t->memo = SPK__ARRAY(d->ctx, d->n_nodes, double);
    t->known = SPK__ARRAY(d->ctx, d->n_nodes, unsigned char);
    if (t->memo && t->known)
        return true;
    d->failed = true;
    return false;
}

static void trial_end(spk__dag *d, trial *t) {
    spk__free(d->ctx, t->memo);
    spk__free(d->ctx, t->known);
}

double spk__dag_value(spk__dag *d, spk__node n, const double *parameter, double dt) {
    trial t = {.parameter = parameter, .dt = dt};
    double y = trial_begin(d, &t) ? value_of(d, n, &t) : NAN;
    trial_end(d, &t);
    return y;
}

/* Is a * e == b * c for made-up parameters? (c, e may be SPK__NONE: 1) */
static bool same_products(spk__dag *d, spk__node a, spk__node e, spk__node b, spk__node c) {
    int tried = 0;
    bool same = true;
    for (unsigned k = 1; k <= 12 && tried < 4 && same; k++) {
        trial t = {.trial = k};
        if (trial_begin(d, &t)) {
            double x = value_of(d, a, &t) * (e ? value_of(d, e, &t) : 1);
            double y = value_of(d, b, &t) * (c ? value_of(d, c, &t) : 1);
            if (isfinite(x) && isfinite(y)) {
                tried++;
                same = fabs(x - y) <= 1e-11 * (fabs(x) + fabs(y));
            }
        }
        trial_end(d, &t);
        if (d->failed)
            return false;
    }
    return same && tried >= 3;
}

bool spk__dag_same(spk__dag *d, spk__node a, spk__node b) {
    if (!a || !b || a == b)
        return a == b && a;
    if (spk__dag_is(d, a, SPK__N_CONST) && spk__dag_is(d, b, SPK__N_CONST))
        return d->node[a].number == d->node[b].number;
    return same_products(d, a, SPK__NONE, b, SPK__NONE);
}

spk__node spk__dag_ratio(spk__dag *d, spk__node a, spk__node b) {
    size_t n = spk__dag_terms(d, a);
    if (!n || n != spk__dag_terms(d, b))
        return SPK__NONE;
    spk__node ka, kb, xa, xb;
    spk__dag_term(d, a, 0, &ka, &xa);
    spk__dag_term(d, b, 0, &kb, &xb);
    if (xa != xb || !same_products(d, spk__dag_offset(d, a), kb, spk__dag_offset(d, b), ka))
        return SPK__NONE;
    for (size_t i = 1; i < n; i++) {
        spk__node ca, cb;
        spk__dag_term(d, a, i, &ca, &xa);
        spk__dag_term(d, b, i, &cb, &xb);
        if (xa != xb || !same_products(d, ca, kb, cb, ka))
            return SPK__NONE;
    }
    return spk__dag_div(d, ka, kb);
}
