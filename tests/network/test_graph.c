/* Graph families: counts and degrees as their definitions say; the same edges as networkx 3.1 or a
 * hand drawing where the family is not random. */
#include "network/kernels.h"
#include "test.h"
#include <spikefit/network.h>

static spk_ctx *ctx;
enum { MOST = 2000 };

typedef struct {
    uint32_t n_edges; /* undirected: each pair once */
    uint32_t degree[MOST];
    bool symmetric, loops, copies;
} graph;

static spk_status build(const char *rule, const double *options, size_t n_options, uint32_t n,
                        const spk_edges *edges, graph *g) {
    static bool has[MOST][MOST];
    spk_population pop = {.name = "cells", .size = n, .kernel = &lif_f64};
    spk_projection p = SPK_PROJECTION_INIT;
    p.name = "graph";
    p.from = p.to = "cells";
    p.rule = rule;
    p.edges = edges;
    for (size_t i = 0; i < n_options; i++)
        p.options.v[i] = options[i];
    spk_network_spec spec = SPK_NETWORK_SPEC_INIT;
    spec.populations = &pop;
    spec.n_populations = 1;
    spec.projections = &p;
    spec.n_projections = 1;
    spec.wiring_seed = 5;
    spk_network *net;
    spk_ctx_diag_clear(ctx);
    spk_status st = spk_network_new(ctx, &spec, NULL, &net);
    if (st)
        return st;
    *g = (graph){.symmetric = true};
    memset(has, 0, sizeof has);
    static uint32_t target[MOST * 4];
    uint32_t total = 0;
    for (uint32_t s = 0; s < n; s++) {
        size_t k = spk_network_row(net, 0, s, MOST * 4, target, NULL, NULL);
        for (size_t i = 0; i < k; i++) {
            g->loops |= target[i] == s;
            g->copies |= has[s][target[i]];
            has[s][target[i]] = true;
        }
        g->degree[s] = (uint32_t)k;
        total += (uint32_t)k;
    }
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t b = 0; b < n; b++)
            g->symmetric &= has[a][b] == has[b][a];
    g->n_edges = total / 2;
    spk_network_free(net);
    return SPK_OK;
}

static void check_simple(const graph *g) {
    CHECK(g->symmetric && !g->loops && !g->copies);
}

TEST(circular_ladder) {
    graph g;
    for (double rungs = 3; rungs <= 30; rungs += 9) {
        REQUIRE(build("circular_ladder", &rungs, 1, 60, NULL, &g) == SPK_OK);
        check_simple(&g);
        CHECK(g.n_edges == 3 * rungs);
        for (int i = 0; i < 60; i++)
            CHECK(g.degree[i] == (i < 2 * rungs ? 3 : 0));
    }
    double many = 31;
    CHECK(build("circular_ladder", &many, 1, 60, NULL, &g) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx),
              "the graph of projection graph has 62 nodes, more than the 60 neurons of cells");
}

TEST(lattice) {
    graph g;
    const double open[] = {5, 0, 0}, closed[] = {5, 4, 1};
    REQUIRE(build("lattice", open, 3, 23, NULL, &g) == SPK_OK);
    check_simple(&g);
    CHECK(g.n_edges == 4 * 4 + 5 * 3 && g.degree[0] == 2 && g.degree[6] == 4 && g.degree[22] == 0);
    REQUIRE(build("lattice", closed, 3, 20, NULL, &g) == SPK_OK);
    check_simple(&g);
    CHECK(g.n_edges == 40 && g.degree[0] == 4);
}

TEST(watts_strogatz) {
    graph g;
    const double ring[] = {6, 0}, some[] = {6, 0.3};
    REQUIRE(build("watts_strogatz", ring, 2, 500, NULL, &g) == SPK_OK);
    check_simple(&g);
    for (int i = 0; i < 500; i++)
        CHECK(g.degree[i] == 6);
    REQUIRE(build("watts_strogatz", some, 2, 500, NULL, &g) == SPK_OK);
    check_simple(&g);
    CHECK(g.n_edges == 1500);
    uint32_t other = 0;
    for (int i = 0; i < 500; i++) {
        CHECK(g.degree[i] >= 3); /* a node keeps its own half */
        other += g.degree[i] != 6;
    }
    CHECK(other > 200);
}

/* Degrees fall off as a power: far more of them are large than in a random graph, whose largest of
 * 2000 nodes with mean degree 6 would lie near 17. */
TEST(barabasi_albert) {
    graph g;
    double m = 3;
    REQUIRE(build("barabasi_albert", &m, 1, 2000, NULL, &g) == SPK_OK);
    check_simple(&g);
    CHECK(g.n_edges == 3 + 3 * (2000 - 4));
    uint32_t most = 0, least = 100, three = 0;
    for (int i = 0; i < 2000; i++) {
        most = g.degree[i] > most ? g.degree[i] : most;
        if (i > 3)
            least = g.degree[i] < least ? g.degree[i] : least;
        three += g.degree[i] == 3;
    }
    CHECK(least == 3 && most > 60);
    /* share of degree m: 2 / (m + 2) (Bollobas et al. 2001, doi:10.1002/rsa.1009) */
    CHECK_NEAR(three / 2000.0, 0.4, 0.04);
}

TEST(erdos_renyi) {
    graph g;
    const double undirected[] = {0.1, 0}, directed[] = {0.1, 1};
    REQUIRE(build("erdos_renyi", undirected, 2, 400, NULL, &g) == SPK_OK);
    check_simple(&g);
    CHECK_NEAR(g.n_edges, 7980, 4 * sqrt(79800 * 0.1 * 0.9));
    REQUIRE(build("erdos_renyi", directed, 2, 400, NULL, &g) == SPK_OK);
    CHECK(!g.symmetric && !g.loops && !g.copies);
    CHECK_NEAR(2 * g.n_edges, 15960, 4 * sqrt(159600 * 0.1 * 0.9));
}

TEST(stochastic_block_model) {
    graph g;
    const double in_only[] = {4, 1, 0}, mixed[] = {4, 0.5, 0.1};
    REQUIRE(build("stochastic_block_model", in_only, 3, 40, NULL, &g) == SPK_OK);
    check_simple(&g);
    for (int i = 0; i < 40; i++)
        CHECK(g.degree[i] == 9);
    REQUIRE(build("stochastic_block_model", mixed, 3, 400, NULL, &g) == SPK_OK);
    CHECK_NEAR(g.n_edges, 4 * 4950 * 0.5 + 6e4 * 0.1, 4 * sqrt(4 * 4950 * 0.25 + 6e4 * 0.09));
}

TEST(graph_file) {
    static const char text[] =
        "<?xml version=\"1.0\"?><graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">"
        "<graph id=\"g\" edgedefault=\"undirected\"><node id=\"a\"/><node id=\"b\"/><node "
        "id=\"c\"/>"
        "<node id=\"d\"/><edge source=\"a\" target=\"b\"/><edge source=\"b\" target=\"c\"/>"
        "</graph></graphml>";
    char path[] = "/tmp/spk_graph_XXXXXX";
    int fd = mkstemp(path);
    REQUIRE(fd >= 0);
    CHECK(write(fd, text, sizeof text - 1) == (ssize_t)sizeof text - 1);
    close(fd);
    spk_graph *file = NULL;
    spk_status st = spk_graph_read(ctx, path, NULL, &file);
    REQUIRE(st == SPK_OK);
    graph g;
    CHECK(build("graph_file", NULL, 0, 4, spk_graph_edges(file), &g) == SPK_OK);
    check_simple(&g);
    CHECK(g.n_edges == 2 && g.degree[1] == 2 && g.degree[3] == 0);
    CHECK(build("graph_file", NULL, 0, 3, spk_graph_edges(file), &g) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx),
              "the graph of projection graph has 4 nodes, more than the 3 neurons of cells");
    spk_graph_free(file);
    FILE *f = fopen(path, "w");
    REQUIRE(f != NULL);
    fputs("<graphml><graph><node", f);
    fclose(f);
    CHECK(spk_graph_read(ctx, path, NULL, &file) == SPK_ERR_INPUT);
    unlink(path);
    CHECK(spk_graph_read(ctx, path, NULL, &file) == SPK_ERR_IO);
}

TEST(every_rule_is_described_and_found) {
    for (size_t i = 0; i < spk_rule_count(); i++) {
        const spk_rule *r = spk_rule_at(i), *found = NULL;
        CHECK(r->name && r->sentence && r->reference);
        CHECK(spk_rule_find(ctx, r->name, NULL, &found) == SPK_OK && found == r);
        for (const spk_opt *o = r->options; o && o->name; o++) {
            CHECK(o->sentence != NULL);
            CHECK(o->kind == SPK_OPT_BOOL || (o->value >= o->min && o->value <= o->max));
        }
    }
}

int main(void) {
    ctx = spk_ctx_new(NULL);
    RUN(circular_ladder);
    RUN(lattice);
    RUN(watts_strogatz);
    RUN(barabasi_albert);
    RUN(erdos_renyi);
    RUN(stochastic_block_model);
    RUN(graph_file);
    RUN(every_rule_is_described_and_found);
    spk_ctx_free(ctx);
    return test_end();
}
