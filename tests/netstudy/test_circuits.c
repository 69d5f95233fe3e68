/* What networks can be described with: every built-in model, and a circuit of SONATA files. */
#include "io/network_seeds.h"
#include "test.h"
#include <spikefit/model.h>
#include <spikefit/netstudy.h>

static spk_netstudy *parse(spk_ctx *ctx, const char *text) {
    spk_netstudy *s = NULL;
    spk_ctx_diag_clear(ctx);
    spk_status st = spk_netstudy_parse(ctx, "study.yaml", text, strlen(text), &s);
    return st ? NULL : s;
}

/* Each built-in model in a network: parameters that differ, a current, and a weight in its unit at
 * each port. */
TEST(every_model_works_in_a_network) {
    for (size_t i = 0; i < spk_builtin_model_count(); i++) {
        const char *name = spk_builtin_model_at(i)->name;
        spk_ctx *ctx = spk_ctx_new(NULL);
        spk_model *m = NULL;
        char text[2048];
        REQUIRE(spk_model_open(ctx, name, NULL, &m) == SPK_OK);
        const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
        size_t at = (size_t)snprintf(text, sizeof text,
                                     "populations:\n"
                                     "  E: {model: %s, size: 20, I_e: {uniform: [0 pA, 400 pA]}}\n"
                                     "  S: {size: 20, rate: 100 Hz}\n"
                                     "inputs: {d: {to: E, noise: {mean: 5 pA, std: 2 pA}}}\n"
                                     "simulation: {duration: 50 ms}\n"
                                     "projections:\n",
                                     name);
        for (size_t p = 0; p < k->n_spike_ports; p++) {
            const spk_quantity *port = &k->spike_ports[p];
            at += (size_t)snprintf(text + at, sizeof text - at,
                                   "  p%zu: {from: S, to: E, port: %s, weight: %s0.5 %s}\n", p,
                                   port->name, port->high <= 0 ? "-" : "", port->unit);
        }
        spk_netstudy *s = parse(ctx, text);
        spk_outcome o = {0};
        spk_recording *r = NULL;
        spk_status st = s ? spk_netstudy_simulate(s, NULL, NULL, &o, &r) : SPK_ERR_INPUT;
        if (st || o.n_nonfinite) {
            printf("# %s\n", name);
            print_diags(ctx);
        }
        CHECK(st == SPK_OK && o.n_nonfinite == 0);
        spk_recording_free(r);
        spk_netstudy_free(s);
        spk_model_free(m);
        spk_ctx_free(ctx);
    }
}

/* Some of the allocations, since there are thousands. */
static void check_allocations(spk_status (*work)(spk_ctx *ctx), long step) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_status whole = work(ctx);
    print_diags(ctx);
    CHECK(whole == SPK_OK);
    spk_ctx_free(ctx);
    for (long n = 0; n < 4000; n += step) {
        test_memory m = {.fail_at = n};
        spk_allocator a = {test__realloc, test__free, &m};
        ctx = spk_ctx_new(&a);
        if (!ctx)
            continue;
        spk_status st = work(ctx);
        spk_ctx_free(ctx);
        CHECK(st == SPK_ERR_MEMORY || st == SPK_OK);
        CHECK(m.live == 0);
        if (st == SPK_OK)
            break;
    }
}

/* Five nodes of two models and six edges, as the fuzzers have them. */
static spk_status parse_circuit(spk_ctx *ctx) {
    static const char text[] =
        "network: circuit.json\npopulations: {cells/iaf_psc_alpha: {I_e: 3 pA}}\n"
        "projections: {cells: {scale: 2}}\n";
    spk_netstudy *s = NULL;
    spk_status st = spk_netstudy_parse(ctx, "study.yaml", text, sizeof text - 1, &s);
    if (!st) {
        const spk_network_spec *spec = spk_netstudy_spec(s, NULL);
        CHECK(spec->n_populations == 2 && spec->populations[0].size == 3);
        CHECK(spec->n_projections == 3 && spec->projections[0].scale == 2);
    }
    spk_netstudy_free(s);
    return st;
}

TEST(a_circuit_without_memory_is_given_up_cleanly) {
    static const struct {
        const char *name, *text;
    } files[] = {
        {"circuit.json",
         "{\"components\": {\"point_neuron_models_dir\": \".\", \"synaptic_models_dir\": \".\"},\n"
         "\"networks\": {\"nodes\": [{\"nodes_file\": \"nodes.h5\", \"node_types_file\": "
         "\"nodes.csv\"}],\n"
         "\"edges\": [{\"edges_file\": \"edges.h5\", \"edge_types_file\": \"edges.csv\"}]}}\n"},
        {"nodes.csv",
         "node_type_id model_type model_template dynamics_params\n"
         "7 point_neuron nest:iaf_psc_alpha p.json\n9 point_neuron nest:iaf_psc_delta NULL\n"},
        {"edges.csv", "edge_type_id dynamics_params syn_weight\n7 NULL 3\n9 e.json NULL\n"},
        {"p.json", "{\"C_m\": 100.0}\n"},
        {"e.json", "{\"delay\": 2.0}\n"},
    };
    enum { N = sizeof files / sizeof files[0] };
    spk_ctx *ctx = spk_ctx_new(NULL);
    for (size_t i = 0; i < N; i++) {
        FILE *f = fopen(files[i].name, "w");
        REQUIRE(f && fputs(files[i].text, f) >= 0 && !fclose(f));
    }
    REQUIRE(write_table(ctx, "nodes.h5", false) == SPK_OK);
    REQUIRE(write_table(ctx, "edges.h5", true) == SPK_OK);
    spk_ctx_free(ctx);
    check_allocations(parse_circuit, 3);
    for (size_t i = 0; i < N; i++)
        remove(files[i].name);
    remove("nodes.h5");
    remove("edges.h5");
}

int main(void) {
    RUN(every_model_works_in_a_network);
    RUN(a_circuit_without_memory_is_given_up_cleanly);
    return test_end();
}
