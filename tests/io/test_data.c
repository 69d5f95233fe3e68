/* The facts of data/README.md, from the recordings themselves. */
#include "io/files.h"

TEST(repeats_of_an_ou_current) {
    const int set[] = {4, 5, 8, 12};
    const size_t want[][4] = {{606, 656, 631, 624}, {45, 40, 43, 44}, {80, 75, 76, 99}, {92, 82, 115, 73}};
    for (size_t k = 0; k < 4; k++) {
        static char path[4][4096];
        const char *paths[4];
        for (int i = 0; i < 4; i++) {
            char name[100];
            snprintf(name, sizeof name, "cortical_ou_current/set%02d_rep%d.csv", set[k], i);
            const char *found = data_path(name);
            if (!found)
                return;
            snprintf(path[i], sizeof path[i], "%s", found);
            paths[i] = path[i];
        }
        spk_ctx *ctx = spk_ctx_new(NULL);
        spk_recording *r = NULL;
        CHECK(spk_recording_read(ctx, paths, 4, NULL, &r) == SPK_OK);
        print_diags(ctx);
        REQUIRE(r);
        CHECK(spk_recording_sweep_count(r) == 4 && spk_recording_stimulus_count(r) == 1);
        for (size_t i = 0; i < 4; i++) {
            const spk_sweep *s = spk_recording_sweep(r, i);
            CHECK(s->spikes.n == want[k][i] && s->voltage_mV.dt_ms == 0.2 && s->current_pA.n == 34000);
        }
        spk_recording_free(r);
        spk_ctx_free(ctx);
    }
}

TEST(repeats_of_a_frozen_noise) {
    const size_t want[] = {116, 111, 113, 112, 113};
    static char path[5][4096];
    const char *paths[5];
    for (int i = 0; i < 5; i++) {
        const char *found = data_path_n("cortical_frozen_noise/rep%d.csv", i);
        if (!found)
            return;
        snprintf(path[i], sizeof path[i], "%s", found);
        paths[i] = path[i];
    }
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = NULL;
    CHECK(spk_recording_read(ctx, paths, 5, NULL, &r) == SPK_OK);
    REQUIRE(r);
    CHECK(spk_recording_stimulus_count(r) == 1);
    for (size_t i = 0; i < 5; i++)
        CHECK(spk_recording_sweep(r, i)->spikes.n == want[i]);
    const spk_sweep *s = spk_recording_sweep(r, 3);
    CHECK_STR(s->name, "rep3");
    CHECK(s->voltage_mV.n == 100000 && s->voltage_mV.dt_ms == 0.1);
    spk_recording_free(r);
    spk_ctx_free(ctx);
}

TEST(steps_into_five_cells) {
    static const struct {
        const char *name;
        double pA, first_ms;
        size_t spikes;
    } cell[] = {{"cell509881736_sweep39", 130, 229.52, 25}, {"cell518290966_sweep57", 170, 268.00, 12},
                {"cell532355382_sweep33", 170, 218.02, 22}, {"cell534524026_sweep29", 110, 217.42, 25},
                {"cell566517779_sweep46", 150, 218.60, 20}};
    for (size_t k = 0; k < 5; k++) {
        char name[128], words[128], want[128];
        snprintf(name, sizeof name, "allen_long_square/%s.csv", cell[k].name);
        const char *path = data_path(name);
        if (!path)
            return;
        spk_ctx *ctx = spk_ctx_new(NULL);
        spk_recording *r = NULL;
        CHECK(read_path(ctx, path, NULL, &r) == SPK_OK);
        REQUIRE(r);
        spk_sweep_summary s;
        spk_recording_summary(r, 0, &s);
        CHECK(s.n_spikes == cell[k].spikes && s.dt_ms == 0.02);
        /* The facts name the last sample below 0 mV, we the first at or above it. */
        CHECK_NEAR(s.first_spike_ms, cell[k].first_ms + 0.02, 1e-9);
        spk_recording_stimulus_print(r, 0, words, sizeof words);
        snprintf(want, sizeof want, "step of %g pA, 205 to 1205 ms", cell[k].pA);
        CHECK_STR(words, want);
        spk_recording_free(r);
        spk_ctx_free(ctx);
    }
}

TEST(sorted_units_of_an_antennal_lobe) {
    const char *path = data_path("multi_unit/cockroach_e060517spont.csv");
    if (!path)
        return;
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = NULL;
    CHECK(read_path(ctx, path, NULL, &r) == SPK_OK);
    REQUIRE(r);
    const size_t want[] = {356, 490, 216};
    CHECK(spk_recording_cell_count(r) == 3);
    for (size_t i = 0; i < 3; i++)
        CHECK(spk_recording_sweep(r, i)->spikes.n == want[i]);
    CHECK(spk_recording_sweep(r, 0)->spikes.stop_ms > 59000 && spk_recording_sweep(r, 0)->spikes.stop_ms < 61500);
    spk_recording_free(r);
    spk_ctx_free(ctx);
}

TEST(spikes_of_a_receptor) {
    const char *path = data_path("stimulus_spikes/grasshopper_spike_times1.txt");
    if (!path)
        return;
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = NULL;
    spk_read_options o = SPK_READ_OPTIONS_INIT;
    o.time_unit = "us";
    o.stop_ms = 10000;
    CHECK(read_path(ctx, path, &o, &r) == SPK_OK);
    REQUIRE(r);
    spk_sweep_summary s;
    spk_recording_summary(r, 0, &s);
    CHECK(s.n_spikes == 929);
    CHECK_NEAR(s.isi_cv, 0.53, 0.005);
    spk_recording_free(r);
    spk_ctx_free(ctx);
}

TEST(steps_into_a_pyramidal_cell) {
    const char *path = data_path("nwb/ca1_pyramidal_steps.nwb");
    if (!path)
        return;
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = NULL;
    spk_read_options o = SPK_READ_OPTIONS_INIT;
    o.detection.threshold_mV = -10;
    CHECK(read_path(ctx, path, &o, &r) == SPK_OK);
    print_diags(ctx);
    REQUIRE(r);
    const size_t want[] = {0, 0, 1, 2, 3, 4, 7, 7, 8, 8, 10, 8, 9};
    CHECK(spk_recording_sweep_count(r) == 13 && spk_recording_stimulus_count(r) == 13);
    for (size_t i = 0; i < 13; i++)
        CHECK(spk_recording_sweep(r, i)->spikes.n == want[i]);
    spk_recording_free(r);
    spk_ctx_free(ctx);
}

TEST(igor_waves_of_two_channels) {
    static char path[10][4096];
    const char *paths[10];
    for (int i = 0; i < 10; i++) {
        char name[100];
        snprintf(name, sizeof name, "igor/B6_Ch%d_IDRest_%d.ibw", i < 5 ? 0 : 3, 181 + i % 5);
        const char *found = data_path(name);
        if (!found)
            return;
        snprintf(path[i], sizeof path[i], "%s", found);
        paths[i] = path[i];
    }
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = NULL;
    const size_t want[] = {26, 50, 68, 82, 89};
    CHECK(spk_recording_read(ctx, paths, 10, NULL, &r) == SPK_OK);
    print_diags(ctx);
    REQUIRE(r);
    CHECK(spk_recording_sweep_count(r) == 5);
    for (size_t i = 0; i < 5; i++) {
        const spk_sweep *s = spk_recording_sweep(r, i);
        CHECK(s->spikes.n == want[i] && s->voltage_mV.dt_ms == 0.25 && s->current_pA.n == 12000);
    }
    spk_recording_free(r);
    spk_ctx_free(ctx);
}

int main(void) {
    RUN(repeats_of_an_ou_current);
    RUN(repeats_of_a_frozen_noise);
    RUN(steps_into_five_cells);
    RUN(sorted_units_of_an_antennal_lobe);
    RUN(spikes_of_a_receptor);
    RUN(steps_into_a_pyramidal_cell);
    RUN(igor_waves_of_two_channels);
    return test_end();
}
