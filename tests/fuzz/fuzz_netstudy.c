/* Network studies and SONATA configurations: whatever the text, a study or located errors. None of
 * the files that the seeds name is there. */
#include "fuzz/fuzz.h"
#include <spikefit/netstudy.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    if (!ctx)
        return 0;
    spk_netstudy *s = NULL;
    spk_status st = spk_netstudy_parse(ctx, "fuzz.yaml", (const char *)data, size, &s);
    if ((st == SPK_OK) != (s != NULL) || (st != SPK_OK && !spk_ctx_diag_count(ctx)))
        abort(); /* an error without a word */
    bool located = st == SPK_OK;
    for (size_t i = 0; i < spk_ctx_diag_count(ctx); i++)
        located |= spk_ctx_diag(ctx, i)->loc.file != NULL;
    if (!located)
        abort(); /* messages that point nowhere */
    if (s)
        (void)spk_netstudy_spec(s, NULL);
    spk_netstudy_free(s);
    spk_ctx_free(ctx);
    return 0;
}

static const char study[] =
    "populations:\n"
    "  E: {model: iaf_psc_alpha, size: 20, V_m: {uniform: [-70 mV, -60 mV]}, tau_m: tau}\n"
    "  S: {size: 10, rate: 5 Hz}\n"
    "projections:\n"
    "  EE: {from: E, to: E, rule: pairwise_bernoulli, p: p, weight: {normal: [20 pA, w], min: 0},\n"
    "       delay: 1.5 ms, port: exc_spikes, release: 0.5, autapses: false, scale: 2}\n"
    "  SE: {from: S, to: E, rule: fixed_indegree, indegree: 3, weight: -0.3 nA}\n"
    "inputs:\n"
    "  a: {to: E, constant: 300 pA, start: 5 ms}\n"
    "  b: {to: E, noise: {mean: 0 pA, std: 20 pA, interval: 1 ms}}\n"
    "  c: {to: E, poisson: {rate: 1 kHz, weight: 0.02 nA}, port: exc_spikes}\n"
    "simulation: {duration: 20 ms, dt: 0.1 ms, warmup: 5 ms, precision: float32, max_rate: 1 kHz}\n"
    "fit: {p: [0, 1], w: {min: 1 pA, max: 9 pA, start: 2 pA, scale: log}}\n"
    "values: {tau: 12 ms}\n"
    "search: {method: lshade, evaluations: 100}\n"
    "seed: 3\n"
    "threads: 1\n";

static const char files[] =
    "network: nowhere/circuit.json\n"
    "populations: {E: {model: izhikevich, size: 3, a: {file: no.csv, column: a}},\n"
    "  S: {spikes: {file: no.aedat, reader: {by: pixel}}}}\n"
    "projections: {x: {from: S, to: E, rule: explicit, file: no.csv}}\n"
    "inputs: {d: {to: E, trace: {file: no.nwb, sweep: 3, scale: 2}}}\n"
    "data: {E: no.h5}\n";

static const char sonata[] =
    "{\"manifest\": {\"$BASE_DIR\": \"${configdir}\", \"$NET\": \"$BASE_DIR/net\"},\n"
    " \"components\": {\"point_neuron_models_dir\": \"$NET/cells\"},\n"
    " \"networks\": {\"nodes\": [{\"nodes_file\": \"$NET/n.h5\", \"node_types_file\": null}],\n"
    "  \"edges\": [{\"edges_file\": \"$NET/e.h5\", \"edge_types_file\": \"e.csv\", \"enabled\": "
    "false}]},\n"
    " \"run\": {\"tstop\": 100.0, \"dt\": 0.1}, \"conditions\": {\"v_init\": -80},\n"
    " \"inputs\": {\"a\": {\"input_type\": \"spikes\", \"input_file\": \"x.h5\", \"node_set\": "
    "{\"population\": \"x\"}}}}\n";

static const fuzz_seed seeds[] = {
    {study, sizeof study - 1}, {files, sizeof files - 1}, {sonata, sizeof sonata - 1}};

const fuzz_seed *fuzz_seeds(size_t *n) {
    *n = sizeof seeds / sizeof *seeds;
    return seeds;
}
