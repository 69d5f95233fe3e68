/* GraphML through igraph. igraph keeps its error handler in one place for the whole program: it is
 * changed under a lock, for the time of the call. */
#include "network/graph.h"

#include <igraph.h>
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t igraph_lock = PTHREAD_MUTEX_INITIALIZER;

struct spk_graph {
    spk_ctx *ctx;
    spk_edges edges;
    uint32_t *source, *target;
};

const spk_edges *spk_graph_edges(const spk_graph *g) {
    return &g->edges;
}

void spk_graph_free(spk_graph *g) {
    if (!g)
        return;
    spk__free(g->ctx, g->source);
    spk__free(g->ctx, g->target);
    spk__free(g->ctx, g);
}

static spk_status take_edges(spk_ctx *ctx, const igraph_t *from, spk_graph *to) {
    bool directed = igraph_is_directed(from);
    size_t m = (size_t)igraph_ecount(from), n = 0;
    to->source = SPK__ARRAY(ctx, 2 * m, uint32_t);
    to->target = SPK__ARRAY(ctx, 2 * m, uint32_t);
    if (!to->source || !to->target)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < m; i++) {
        uint32_t a = (uint32_t)IGRAPH_FROM(from, (igraph_integer_t)i);
        uint32_t b = (uint32_t)IGRAPH_TO(from, (igraph_integer_t)i);
        to->source[n] = a;
        to->target[n++] = b;
        if (directed || a == b)
            continue;
        to->source[n] = b;
        to->target[n++] = a;
    }
    to->edges = (spk_edges){.source = to->source,
                            .target = to->target,
                            .n = n,
                            .n_nodes = (uint32_t)igraph_vcount(from)};
    return SPK_OK;
}

spk_status spk_graph_read(spk_ctx *ctx, const char *path, const spk_loc *loc, spk_graph **out) {
    FILE *f = fopen(path, "rb");
    if (!f)
        return spk__fail(ctx, SPK_ERR_IO, loc, NULL, "cannot read %s", path);
    igraph_t graph;
    pthread_mutex_lock(&igraph_lock);
    igraph_error_handler_t *before = igraph_set_error_handler(igraph_error_handler_ignore);
    igraph_warning_handler_t *warned = igraph_set_warning_handler(igraph_warning_handler_ignore);
    igraph_error_t failed = igraph_read_graph_graphml(&graph, f, 0);
    igraph_set_error_handler(before);
    igraph_set_warning_handler(warned);
    pthread_mutex_unlock(&igraph_lock);
    fclose(f);
    if (failed)
        return spk__fail(ctx, failed == IGRAPH_ENOMEM ? SPK_ERR_MEMORY : SPK_ERR_INPUT, loc, NULL,
                         "%s is no GraphML file: %s", path, igraph_strerror(failed));
    spk_graph *g = SPK__NEW(ctx, spk_graph);
    spk_status st = SPK_ERR_MEMORY;
    if (g) {
        g->ctx = ctx;
        st = take_edges(ctx, &graph, g);
    }
    igraph_destroy(&graph);
    if (st)
        spk_graph_free(g);
    else
        *out = g;
    return st;
}
