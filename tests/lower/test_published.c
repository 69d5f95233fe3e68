/* Models against numbers that papers and other programs report: reference/ and README.md of the shared
 * recordings. */
#include "kernel_run.h"

static spk_ctx *ctx;
static spk_model *model;

static const spk_kernel *open_kernel(const char *name, const char *integrator, spk_precision precision) {
    spk_model_options o = SPK_MODEL_OPTIONS_INIT;
    o.integrator = integrator;
    spk_status st = spk_model_open(ctx, name, &o, &model);
    if (st) {
        print_diags(ctx);
        test__bad++;
        return NULL;
    }
    return spk_model_kernel(model, precision);
}

static double step_420(double t) {
    (void)t;
    return 420;
}

/* Resets of an AdEx by LSODAR (reference/adex_lsodar_50ms.txt): 18.7153, 30.5606, 42.4952 ms. */
TEST(adex_resets_as_lsodar) {
    static const double want[] = {18.7153, 30.5606, 42.4952};
    for (int p = 0; p < 2; p++) {
        const spk_kernel *k = open_kernel("aeif_psc_exp", NULL, p ? SPK_FLOAT64 : SPK_FLOAT32);
        REQUIRE(k);
        lanes l;
        lanes_init(&l, k, 1, 0.01);
        lanes_set(&l, 0, "C_m", 200), lanes_set(&l, 0, "g_L", 11), lanes_set(&l, 0, "E_L", -70);
        lanes_set(&l, 0, "V_th", -50), lanes_set(&l, 0, "Delta_T", 2), lanes_set(&l, 0, "a", 3);
        lanes_set(&l, 0, "tau_w", 300), lanes_set(&l, 0, "b", 0), lanes_set(&l, 0, "V_reset", -58);
        lanes_set(&l, 0, "V_peak", 0), lanes_set(&l, 0, "t_ref", 0);
        lanes_prepare(&l);
        lanes_set_state(&l, 0, "w", 5);
        lanes_run(&l, 5000, step_420);
        CHECK(l.n_spikes == 3);
        for (size_t i = 0; i < l.n_spikes && i < 3; i++) {
            printf("# f%d %.5f\n", p ? 64 : 32, l.spike_ms[i]);
            CHECK_NEAR(l.spike_ms[i], want[i], 0.02);
        }
        lanes_free(&l);
        spk_model_free(model);
    }
}

int main(void) {
    ctx = spk_ctx_new(NULL);
    RUN(adex_resets_as_lsodar);
    spk_ctx_free(ctx);
    return test_end();
}
