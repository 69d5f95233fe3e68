/* Models against numbers that papers and other programs report: reference/ and README.md of the
 * shared recordings. */
#include "kernel_run.h"

static spk_ctx *ctx;
static spk_model *model;

static const spk_kernel *open_kernel(const char *name, const char *integrator,
                                     spk_precision precision) {
    model = test_open(ctx, name, integrator, -1);
    return model ? spk_model_kernel(model, precision) : NULL;
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

static double patterns_I;
static double pattern_drive(double t) {
    (void)t;
    return patterns_I;
}

/* The eight patterns of Naud et al. 2008, 600 ms from V = E_L, w = 0: tonic spiking has 62 spikes,
 * the first at 14.22 ms; adaptation 12, 14.90 ms (reference/adex_naud2008_patterns.csv). */
TEST(adex_fires_in_nauds_patterns) {
    const char *path = data_path("reference/adex_naud2008_patterns.csv");
    if (!path)
        return;
    static const char *const names[] = {"C_m", "g_L",   "E_L", "V_th",   "Delta_T",
                                        "a",   "tau_w", "b",   "V_reset"};
    const spk_kernel *k = open_kernel("aeif_psc_exp", NULL, SPK_FLOAT64);
    REQUIRE(k);
    FILE *f = fopen(path, "r");
    char line[256];
    REQUIRE(f);
    CHECK(fgets(line, sizeof line, f));
    int n = 0;
    while (fgets(line, sizeof line, f)) {
        char *at = strchr(line, ',');
        REQUIRE(at);
        *at++ = '\0';
        lanes l;
        lanes_init(&l, k, 1, 0.01);
        for (int i = 0; i < 9; i++, at += *at == ',')
            lanes_set(&l, 0, names[i], strtod(at, &at));
        patterns_I = strtod(at, NULL);
        lanes_set(&l, 0, "t_ref", 0);
        lanes_set(&l, 0, "V_peak", 0);
        lanes_prepare(&l);
        lanes_run(&l, 60000, pattern_drive);
        printf("# %s: %zu spikes, first at %.3f ms\n", line, l.n_spikes,
               l.n_spikes ? l.spike_ms[0] : 0);
        CHECK(l.n_spikes > 0);
        if (strcmp(line, "tonic spiking") == 0) {
            CHECK(l.n_spikes == 62);
            CHECK_NEAR(l.spike_ms[0], 14.22, 0.011);
        } else if (strcmp(line, "adaptation") == 0) {
            CHECK(l.n_spikes == 12);
            CHECK_NEAR(l.spike_ms[0], 14.90, 0.011);
        }
        lanes_free(&l);
        n++;
    }
    fclose(f);
    CHECK(n == 8);
    spk_model_free(model);
}

/* First samples with V >= 0 of Izhikevich's own script (Euler, dt 0.25 ms; README.md of the
 * recordings). The value after step i is the script's sample at i * dt. */
TEST(izhikevich_times_as_the_published_script) {
    static const double rs[] = {18.25, 24.0, 54.25, 87.5, 120.75};
    static const double ib[] = {18.5, 21.0, 24.75, 58.25, 87.5, 117.25, 146.75};
    const struct {
        double c, d, V_0, amplitude;
        size_t n;
        const double *at;
    } cell[] = {{-65, 8, -63, 14, 5, rs}, {-55, 4, -70, 11, 7, ib}};
    const char *path = source_path("tests/lower/izhikevich_script.nestml");
    for (int p = 0; p < 2; p++) {
        const spk_kernel *k = open_kernel(path, NULL, p ? SPK_FLOAT64 : SPK_FLOAT32);
        REQUIRE(k);
        for (int i = 0; i < 2; i++) {
            lanes l;
            lanes_init(&l, k, 1, 0.25);
            lanes_set(&l, 0, "c", cell[i].c), lanes_set(&l, 0, "d", cell[i].d);
            lanes_set(&l, 0, "V_0", cell[i].V_0), lanes_set(&l, 0, "amplitude", cell[i].amplitude);
            lanes_prepare(&l);
            size_t n = 0;
            bool above = false;
            for (int s = 0; s <= 600; s++) {
                size_t fired = l.n_spikes;
                lanes_run(&l, 1, NULL);
                bool now = l.n_spikes > fired || lanes_state(&l, 0, "V_m") >= 0;
                if (now && !above) {
                    CHECK(n < cell[i].n && s * 0.25 == cell[i].at[n]);
                    n++;
                }
                above = now;
            }
            CHECK(n == cell[i].n);
            lanes_free(&l);
        }
        spk_model_free(model);
    }
}

int main(void) {
    ctx = spk_ctx_new(NULL);
    RUN(adex_fires_in_nauds_patterns);
    RUN(izhikevich_times_as_the_published_script);
    RUN(adex_resets_as_lsodar);
    spk_ctx_free(ctx);
    return test_end();
}
