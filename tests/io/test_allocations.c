/* Every format that we write: reading it and writing it with each allocation failing. */
#include "io/memory.h"
#include "io/seeds.h"
#include "test.h"

#include <dirent.h>

static const char *name;
static bool traces;

static spk_status write_one(spk_ctx *ctx) {
    spk_recording *r = NULL;
    static double i[40], v[40], t[4] = {1, 2.5, 7, 20};
    spk_sweep s = {.name = "a"};
    for (int k = 0; k < 40; k++)
        v[k] = k % 13 == 12 ? 20 : -70;
    if (traces) {
        s.current_pA = (spk_trace){i, 40, 0, 0.1};
        s.voltage_mV = (spk_trace){v, 40, 0, 0.1};
    } else {
        s.spikes = (spk_train){t, 4, 0, 25};
    }
    spk_status st = spk_recording_make(ctx, &s, 1, NULL, NULL, &r);
    if (!st)
        st = spk_recording_write(ctx, r, name, NULL);
    spk_recording_free(r);
    return st;
}

static spk_status read_one(spk_ctx *ctx) {
    spk_recording *r = NULL;
    spk_read_options o = SPK_READ_OPTIONS_INIT;
    if (strstr(name, ".npy"))
        o.columns = traces ? "sweep,t_ms,I_pA,V_mV" : "cell,trial,spikes_ms";
    spk_status st = spk_recording_read(ctx, &name, 1, &o, &r);
    spk_recording_free(r);
    return st;
}

static void both(const char *file, bool with_traces) {
    name = file;
    traces = with_traces;
    check_every_allocation(write_one);
    spk_ctx *ctx = spk_ctx_new(NULL);
    CHECK(write_one(ctx) == SPK_OK);
    CHECK(read_one(ctx) == SPK_OK);
    print_diags(ctx);
    spk_ctx_free(ctx);
    check_every_allocation(read_one);
    remove(file);
}

TEST(traces_survive_it) {
    both("a.csv", true);
    both("a.nwb", true);
    both("a.npy", true);
}

TEST(spikes_survive_it) {
    both("s.csv", false);
    both("s.spikes", false);
    both("s.nwb", false);
    both("s.h5", false);
    both("s.dat", false);
    both("s.gdf", false);
    both("s.npy", false);
}

/* Formats that are only read: the valid files of the fuzzers' corpus. */
static void read_all(const char *folder) {
    char path[4096];
    const char *source = getenv("SPK_SOURCE");
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s", source ? source : ".", folder);
    struct dirent **entry = NULL;
    int n = scandir(path, &entry, NULL, alphasort), read = 0;
    size_t length = strlen(path);
    for (int i = 0; i < n; i++) {
        snprintf(path + length, sizeof path - length, "/%s", entry[i]->d_name);
        free(entry[i]);
        name = path;
        if (path[length + 1] == '.')
            continue;
        spk_ctx *ctx = spk_ctx_new(NULL);
        if (read_one(ctx) == SPK_OK) {
            check_every_allocation(read_one);
            read++;
        }
        spk_ctx_free(ctx);
    }
    free(entry);
    CHECK(read > 0);
}

TEST(what_is_only_read_survives_it) {
    read_all("binary");
    read_all("hdf5");
}

int main(void) {
    RUN(traces_survive_it);
    RUN(spikes_survive_it);
    RUN(what_is_only_read_survives_it);
    return test_end();
}
