/* Small valid files, made by our own writers. */
#ifndef SPK_TESTS_IO_SEEDS_H
#define SPK_TESTS_IO_SEEDS_H

#include <spikefit/io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two sweeps of 40 samples, or the trains of three cells. */
static inline spk_recording *small_recording(spk_ctx *ctx, bool traces) {
    static double i[40], v[40], t[3][4] = {{1, 2.5, 7, 20}, {3, 4, 5, 6}, {0}};
    for (int k = 0; k < 40; k++) {
        i[k] = k > 10 ? 100 : 0;
        v[k] = k % 13 == 12 ? 20 : -70 + 0.5 * k;
    }
    spk_sweep s[3] = {{.name = "a", .number = 3}, {.name = "b", .number = 4}, {.name = "c", .number = 5}};
    for (int k = 0; k < 3; k++) {
        if (traces) {
            s[k].current_pA = (spk_trace){i, 40, 0, 0.1};
            s[k].voltage_mV = (spk_trace){v, 40, 0, 0.1};
        } else {
            s[k].cell = k;
            s[k].number = 0;
            s[k].spikes = (spk_train){t[k], k < 2 ? 4 : 0, 0, 25};
        }
    }
    spk_recording *r = NULL;
    const char *cells[] = {"cell 5", "cell 7", "cell 9"};
    if (spk_recording_make(ctx, s, traces ? 2 : 3, traces ? NULL : cells, NULL, &r))
        abort();
    return r;
}

/* The bytes of that recording in the format of the name's extension; kept by the caller. */
static inline void *written_seed(const char *name, bool traces, size_t *size) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = small_recording(ctx, traces);
    if (spk_recording_write(ctx, r, name, NULL))
        abort();
    spk_recording_free(r);
    spk_ctx_free(ctx);
    FILE *f = fopen(name, "rb");
    void *data = malloc(1 << 20);
    if (!f || !data)
        abort();
    *size = fread(data, 1, 1 << 20, f);
    fclose(f);
    remove(name);
    return data;
}

#endif
