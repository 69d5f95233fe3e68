/* The study's objectives: each a mix of losses, on some of the training sweeps. */
#include "study/reader.h"

static spk_status read_objective(spk__study_reader *r, const spk__node *n,
                                 spk_objective_choice *o) {
    static const char *const keys[] = {"loss", "sweeps", NULL};
    *o = (spk_objective_choice){.name = n->key, .loc = n->key_loc};
    spk_status st = spk__node_expect(r->ctx, n, SPK__MAPPING, n->key);
    if (!st)
        st = spk__node_check_keys(r->ctx, n, n->key, keys);
    const spk__node *loss = spk__node_find(n, "loss"), *sweeps = spk__node_find(n, "sweeps");
    spk_loc *locs;
    if (!st && !loss && !sweeps)
        return spk__fail(r->ctx, SPK_ERR_INPUT, &n->loc,
                         "add 'loss: {...}', 'sweeps: [...]', or both",
                         "the objective %s says neither a loss nor sweeps", n->key);
    if (!st && loss)
        st = spk__study_losses(r, loss, &o->loss, &o->n_losses);
    if (!st && sweeps)
        st = spk__study_names(r, sweeps, "a sweep", &o->sweep, &locs, &o->n_sweeps);
    return st;
}

spk_status spk__study_objectives(spk__study_reader *r, const spk__node *n) {
    if (!n)
        return SPK_OK;
    spk_study *s = r->s;
    spk_status st = spk__node_expect(r->ctx, n, SPK__MAPPING, "objectives");
    if (st)
        return st;
    if (n->n < 2 || n->n > SPK_OBJECTIVES_MAX)
        return spk__fail(r->ctx, SPK_ERR_INPUT, &n->loc,
                         n->n < 2 ? "for one, use 'loss'" : "put some together in one loss",
                         "objectives are 2 to %d, not %zu", SPK_OBJECTIVES_MAX, n->n);
    s->objective = spk__arena_alloc(r->arena, n->n, sizeof *s->objective);
    if (!s->objective)
        return SPK_ERR_MEMORY;
    for (const spk__node *v = n->first; !st && v; v = v->next)
        st = read_objective(r, v, &s->objective[s->n_objectives++]);
    return st;
}
