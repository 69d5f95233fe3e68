/* The study file: whatever the text, a study or located errors. */
#include "fuzz/fuzz.h"
#include <spikefit/study.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    if (!ctx)
        return 0;
    spk_study *s = NULL;
    spk_status st = spk_study_parse(ctx, "fuzz.yaml", (const char *)data, size, &s);
    if ((st == SPK_OK) != (s != NULL) || (st != SPK_OK) != (spk_ctx_diag_count(ctx) > 0))
        abort(); /* an error without a word, or a word without an error */
    for (size_t i = 0; i < spk_ctx_diag_count(ctx); i++)
        if (!spk_ctx_diag(ctx, i)->loc.file)
            abort(); /* a message that points nowhere */
    spk_study_free(s);
    spk_ctx_free(ctx);
    return 0;
}

static const char whole[] =
    "model: [aeif_psc_exp, my.nestml]\n"
    "data:\n"
    "  recording: cell.csv\n"
    "  reader: {dt: 0.1 ms}\n"
    "  detect: {rule: slope, slope: 10 V/s, dead_time: 2 ms}\n"
    "  train: &w {window: [0 s, 3.4 s], sweeps: [3, a]}\n"
    "  test: {repeats: [1, 2]}\n"
    "fit:\n"
    "  C_m: {min: 50 pF, max: 0.5 nF, scale: log, start: 100 pF}\n"
    "  tau_w: [10 ms, 500 ms]\n"
    "fixed: {t_ref: 2 ms}\n"
    "loss: {coincidence_factor: {window: 2 ms, weight: 3}, rate_error: 0.1}\n"
    "simulation: {dt: 50 us, integrator: rk4, precision: float32}\n"
    "search: {method: lshade, evaluations: 1000, \"memory\": '5'}\n"
    "seed: 7\n";

static const fuzz_seed seeds[] = {{whole, sizeof whole - 1}};

const fuzz_seed *fuzz_seeds(size_t *n) {
    *n = sizeof seeds / sizeof *seeds;
    return seeds;
}
