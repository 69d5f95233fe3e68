/* A SONATA circuit as populations and projections. */
#include "netstudy/sonata_circuit.h"

#include <stdio.h>

spk_status spk__sonata_parameters(spk__circuit_builder *b, const char *folder, const char *key,
                                  spk__sonata_field field, const spk__node **out) {
    spk_ctx *ctx = b->s->ctx;
    *out = NULL;
    if (!field.text)
        return SPK_OK;
    if (!folder)
        return spk__fail(ctx, SPK_ERR_INPUT, &field.loc, "name it in the circuit's components",
                         "there is no %s to find it in", key);
    spk__str path = {.ctx = ctx};
    spk__str_add(&path, "%s/%s", folder, field.text);
    const char *name = path.failed ? NULL : spk__arena_strndup(b->s->arena, path.text, path.length);
    spk__str_free(&path);
    char *text = NULL;
    size_t length;
    if (!name)
        return SPK_ERR_MEMORY;
    size_t said = spk_ctx_diag_count(ctx);
    spk_status st = spk__read_file(ctx, name, 1 << 24, &text, &length);
    if (st == SPK_ERR_IO) {
        spk_ctx_diag_truncate(ctx, said);
        return spk__fail(ctx, st, &field.loc, NULL, "cannot read %s", name);
    }
    spk__node *root = NULL;
    if (!st)
        st = spk__yaml_parse(ctx, b->s->arena, name, text, length, &root);
    if (!st)
        st = spk__node_expect(ctx, root, SPK__MAPPING, "a file of parameters");
    spk__free(ctx, text);
    *out = root;
    return st;
}

spk_status spk__sonata_number(spk_ctx *ctx, const spk__node *n, double *out) {
    const char *after, *end = n->kind == SPK__SCALAR ? n->text + strlen(n->text) : NULL;
    if (!end || !spk__parse_double(n->text, end, &after, out) || after != end)
        return spk__fail(ctx, SPK_ERR_INPUT, &n->loc, NULL, "%s is no number", n->key);
    return SPK_OK;
}

spk_status spk__circuit_add_population(spk__circuit_builder *b, const char *base,
                                       spk_population **out) {
    spk__circuit *c = b->out;
    if (!spk__grow(b->s->ctx, &c->population, c->n_populations, &b->population_room,
                   sizeof *c->population) ||
        !spk__grow(b->s->ctx, &c->model, c->n_populations, &b->model_room, sizeof *c->model) ||
        !spk__grow(b->s->ctx, &c->population_base, c->n_populations, &b->base_room,
                   sizeof *c->population_base) ||
        !spk__grow(b->s->ctx, &c->node, c->n_populations, &b->node_room, sizeof *c->node))
        return SPK_ERR_MEMORY;
    c->model[c->n_populations] = NULL;
    c->node[c->n_populations] = NULL;
    c->population_base[c->n_populations] = base;
    *out = &c->population[c->n_populations++];
    **out = (spk_population){.name = base};
    return SPK_OK;
}

spk_status spk__circuit_read(spk_netstudy *s, const spk__sonata *config, const spk__node *chosen,
                             spk__circuit *out) {
    spk__circuit made = {0};
    spk__circuit_builder b = {.s = s, .config = config, .chosen = chosen, .out = &made};
    spk_status st = SPK_OK;
    for (size_t i = 0; i < config->n_nodes && !st; i++)
        st = spk__sonata_add_nodes(&b, &config->nodes[i], &config->node_types[i]);
    for (size_t i = 0; i < config->n_edges && !st; i++)
        st = spk__sonata_add_edges(&b, &config->edges[i], &config->edge_types[i]);
    spk__free(s->ctx, b.map);
    if (st)
        spk__circuit_free(s, &made);
    else
        *out = made;
    return st;
}

void spk__circuit_free(spk_netstudy *s, spk__circuit *c) {
    for (size_t i = 0; c->model && i < c->n_populations; i++)
        spk_model_free(c->model[i]);
    spk__free(s->ctx, c->population);
    spk__free(s->ctx, c->model);
    spk__free(s->ctx, c->population_base);
    spk__free(s->ctx, c->node);
    spk__free(s->ctx, c->projection);
    spk__free(s->ctx, c->projection_base);
    *c = (spk__circuit){0};
}
