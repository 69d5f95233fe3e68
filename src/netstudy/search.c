/* How a network study is searched: the method and its options, seeds, threads. */
#include "netstudy/netstudy.h"

static spk_status find_method(spk_netstudy *s, const spk__node *v, const spk_search_method **out) {
    enum { MOST = 128 };
    const char *names[MOST];
    size_t n = spk_search_method_count() < MOST ? spk_search_method_count() : MOST;
    spk_status st = spk__node_expect(s->ctx, v, SPK__SCALAR, "the method");
    if (st)
        return st;
    *out = spk_search_method_find(v->text);
    if (*out)
        return SPK_OK;
    for (size_t i = 0; i < n; i++)
        names[i] = spk_search_method_at(i)->name;
    return spk__fail_name(s->ctx, SPK_ERR_INPUT, &v->loc, v->text, names, n,
                          "`spikefit list methods` shows them", "there is no search method '%s'",
                          v->text);
}

/* One round finds SpikeNetOpt's network from some seeds and ends beside it from others. */
enum { ROUND = 24000, ROUNDS = 4 };

static spk_status read_islands(spk_netstudy *s, const spk__node *n) {
    const spk__node *v;
    int64_t islands = 0, migration = 0;
    spk_status st = SPK_OK;
    if ((v = spk__node_find(n, "islands")))
        st = spk__node_integer(s->ctx, v, "islands", 1, SPK_ISLANDS_MAX, &islands);
    if (!st && (v = spk__node_find(n, "migration")))
        st = spk__node_integer(s->ctx, v, "migration", 0, 1000000, &migration);
    s->search.islands = (spk_islands){(size_t)islands, (uint64_t)migration};
    return st;
}

static spk_status read_search(spk_netstudy *s, const spk__node *n) {
    static const char *const own[] = {"method", "evaluations", "islands", "migration", NULL};
    spk_netsearch *q = &s->search;
    /* With fixed wiring the loss is rugged far from the solution: many local minima. With wiring
     * that changes it is noisy. */
    const spk_search_method *m = spk_search_method_find(q->redraw ? "cmaes" : "lshade");
    const spk__node *v;
    q->evaluations = q->redraw ? ROUND : ROUNDS * ROUND;
    spk_status st = n ? spk__node_expect(s->ctx, n, SPK__MAPPING, "search") : SPK_OK;
    if (!st && (v = spk__node_find(n, "method")))
        st = find_method(s, v, &m);
    if (!st && (v = spk__node_find(n, "evaluations")))
        st = spk__node_integer(s->ctx, v, "evaluations", 1, INT32_MAX, &q->evaluations);
    if (!st)
        st = read_islands(s, n);
    if (st)
        return st;
    q->method = m->name;
    spk_opts_default(m->options, &q->options);
    q->round = !spk__node_find(n, "method") && !q->redraw ? ROUND : 0;
    if (q->round)
        spk__opts_put(m->options, "round", ROUND, &q->options);
    if (n)
        st = spk__node_options(s->ctx, n, m->name, m->options, own, &q->options);
    if (!st && q->redraw && !m->handles_noise)
        spk__warn(s->ctx, n ? &n->loc : NULL, "cmaes does",
                  "%s takes no account of noise, which wiring that is redrawn brings", m->name);
    return st;
}

spk_status spk__netsearch_read(spk_netstudy *s, const spk__node *root) {
    const spk__node *v;
    int64_t threads = 0, seed = 1, wiring;
    spk_status st = SPK_OK;
    if ((v = spk__node_find(root, "redraw")))
        st = spk__node_bool(s->ctx, v, "redraw", &s->search.redraw);
    if (!st)
        st = read_search(s, spk__node_find(root, "search"));
    if (!st && (v = spk__node_find(root, "threads")))
        st = spk__node_integer(s->ctx, v, "threads", 0, 4096, &threads);
    if (!st && (v = spk__node_find(root, "seed")))
        st = spk__node_integer(s->ctx, v, "the seed", 0, INT32_MAX, &seed);
    wiring = seed;
    if (!st && (v = spk__node_find(root, "wiring_seed")))
        st = spk__node_integer(s->ctx, v, "the wiring seed", 0, INT32_MAX, &wiring);
    s->search.threads = (int)threads;
    s->search.seed = (uint64_t)seed;
    s->base.spec.seed = (uint64_t)seed;
    s->base.spec.wiring_seed = (uint64_t)wiring;
    return st;
}

const spk_netsearch *spk_netstudy_search(const spk_netstudy *s) {
    return &s->search;
}
