/* Storage of the graph: nodes, their arguments in one pool, and the table that makes equal nodes
 * one. */
#include "lower/dag.h"

const spk__dag_op_info spk__dag_ops[SPK__N_COUNT] = {
#define KIND_r false
#define KIND_m true
#define ROW(op, n, kind, name) {#op, name, n, KIND_##kind},
    SPK__DAG_OPS(ROW)
#undef ROW
};

spk_status spk__dag_init(spk__dag *d, spk_ctx *ctx) {
    *d = (spk__dag){.ctx = ctx};
    d->table_size = 1024;
    d->table = SPK__ARRAY(ctx, d->table_size, spk__node);
    if (!d->table || !spk__grow(ctx, &d->node, 0, &d->node_room, sizeof *d->node)) {
        spk__dag_free(d);
        return SPK_ERR_MEMORY;
    }
    d->node[0] = (spk__dag_node){0};
    d->n_nodes = 1; /* node 0 is SPK__NONE */
    return SPK_OK;
}

void spk__dag_free(spk__dag *d) {
    if (!d || !d->ctx)
        return;
    spk__free(d->ctx, d->node);
    spk__free(d->ctx, d->pool);
    spk__free(d->ctx, d->matrix);
    spk__free(d->ctx, d->table);
    *d = (spk__dag){0};
}

spk_status spk__dag_too_large(const spk__dag *d, const spk_loc *model, const char *name) {
    return spk__fail(d->ctx, SPK_ERR_INPUT, model, "loops are unrolled: shorten them",
                     "the model '%s' is too large to be compiled", name);
}

static uint64_t hash_node(const spk__dag_node *n, const spk__node *args) {
    struct {
        uint64_t op, index, at, bits;
    } key = {n->op, n->index, n->at, 0};
    memcpy(&key.bits, &n->number, sizeof key.bits);
    uint64_t h = spk__hash(&key, sizeof key, 0);
    return n->n_args ? spk__hash(args, n->n_args * sizeof *args, h) : h;
}

static bool same_node(const spk__dag *d, const spk__dag_node *a, const spk__dag_node *b,
                      const spk__node *b_args) {
    if (a->op != b->op || a->index != b->index || a->at != b->at || a->n_args != b->n_args ||
        memcmp(&a->number, &b->number, sizeof a->number) != 0)
        return false;
    return !a->n_args || memcmp(d->pool + a->first, b_args, a->n_args * sizeof *b_args) == 0;
}

static bool grow_table(spk__dag *d) {
    size_t size = d->table_size * 2;
    spk__node *table = SPK__ARRAY(d->ctx, size, spk__node);
    if (!table)
        return false;
    for (spk__node n = 1; n < d->n_nodes; n++) {
        size_t at = (size_t)hash_node(&d->node[n], d->pool + d->node[n].first) & (size - 1);
        while (table[at])
            at = (at + 1) & (size - 1);
        table[at] = n;
    }
    spk__free(d->ctx, d->table);
    d->table = table;
    d->table_size = size;
    return true;
}

static uint8_t leaf_deps(const spk__dag *d, const spk__dag_node *n) {
    switch (n->op) {
    case SPK__N_CONST:
    case SPK__N_BOOL:
        return 0;
    case SPK__N_DT:
        return SPK__ON_DT;
    case SPK__N_PARAM:
        return SPK__ON_PARAMETER;
    case SPK__N_DRIVE:
    case SPK__N_TIME:
        return SPK__ON_STEP;
    case SPK__N_EXPM:
        return d->matrix[n->index].deps;
    default:
        return SPK__ON_LANE;
    }
}

static spk__node fail(spk__dag *d) {
    d->failed = true;
    return SPK__NONE;
}

/* args may point into the pool, which may move. */
static bool add_to_pool(spk__dag *d, const spk__node *args, size_t n_args) {
    bool inside = args >= d->pool && args < d->pool + d->n_pool;
    size_t offset = inside ? (size_t)(args - d->pool) : 0;
    while (d->pool_room < d->n_pool + n_args)
        if (!spk__grow(d->ctx, &d->pool, d->pool_room, &d->pool_room, sizeof *d->pool))
            return false;
    const spk__node *from = inside ? d->pool + offset : args;
    memcpy(d->pool + d->n_pool, from, n_args * sizeof *args);
    d->n_pool += n_args;
    return true;
}

spk__node spk__dag_raw(spk__dag *d, spk__dag_op op, uint32_t index, uint32_t at, double number,
                       const spk__node *args, size_t n_args) {
    spk__dag_node n = {.op = (uint8_t)op,
                       .index = index,
                       .at = at,
                       .number = number,
                       .n_args = (uint32_t)n_args,
                       .line = d->line};
    if (d->failed)
        return SPK__NONE;
    for (size_t i = 0; i < n_args; i++) {
        if (!args[i])
            return SPK__NONE;
        n.deps |= d->node[args[i]].deps;
        uint16_t depth = d->node[args[i]].depth;
        n.depth = depth >= n.depth ? (uint16_t)(depth + 1) : n.depth;
    }
    if (!n_args)
        n.deps = leaf_deps(d, &n);
    if (op == SPK__N_POISSON)
        n.deps |= SPK__ON_LANE;
    size_t slot = (size_t)hash_node(&n, args) & (d->table_size - 1);
    while (d->table[slot]) {
        if (same_node(d, &d->node[d->table[slot]], &n, args))
            return d->table[slot];
        slot = (slot + 1) & (d->table_size - 1);
    }
    n.first = (uint32_t)d->n_pool;
    if (d->n_nodes > SPK__DAG_MAX_NODES || n.depth > SPK__DAG_MAX_DEPTH) {
        d->too_large = true;
        return fail(d);
    }
    if ((n_args && !add_to_pool(d, args, n_args)) ||
        !spk__grow(d->ctx, &d->node, d->n_nodes, &d->node_room, sizeof *d->node))
        return fail(d);
    d->node[d->n_nodes] = n;
    d->table[slot] = (spk__node)d->n_nodes++;
    spk__node made = d->table[slot];
    if (d->n_nodes * 2 > d->table_size && !grow_table(d))
        return fail(d);
    return made;
}

spk__node spk__dag_leaf(spk__dag *d, spk__dag_op op, uint32_t index) {
    return spk__dag_raw(d, op, index, 0, 0, NULL, 0);
}

spk__node spk__dag_number(spk__dag *d, double x) {
    return spk__dag_raw(d, SPK__N_CONST, 0, 0, x == 0 ? 0.0 : x, NULL, 0);
}

spk__node spk__dag_bool(spk__dag *d, bool x) {
    return spk__dag_raw(d, SPK__N_BOOL, 0, 0, x, NULL, 0);
}

bool spk__dag_is_number(const spk__dag *d, spk__node n, double x) {
    return d->node[n].op == SPK__N_CONST && n && d->node[n].number == x;
}

spk__node spk__dag_expm(spk__dag *d, const spk__node *entries, uint32_t size, uint32_t row,
                        uint32_t column) {
    size_t n = (size_t)size * size, m = 0;
    uint8_t deps = 0;
    for (size_t i = 0; i < n; i++) {
        if (!entries[i])
            return SPK__NONE;
        deps |= d->node[entries[i]].deps;
    }
    while (m < d->n_matrices && (d->matrix[m].size != size || memcmp(d->pool + d->matrix[m].first,
                                                                     entries, n * sizeof *entries)))
        m++;
    if (m == d->n_matrices) {
        uint32_t first = (uint32_t)d->n_pool;
        if (!add_to_pool(d, entries, n) ||
            !spk__grow(d->ctx, &d->matrix, d->n_matrices, &d->matrix_room, sizeof *d->matrix))
            return fail(d);
        d->matrix[d->n_matrices++] = (spk__dag_matrix){size, first, deps};
    }
    return spk__dag_raw(d, SPK__N_EXPM, (uint32_t)m, row * size + column, 0, NULL, 0);
}
