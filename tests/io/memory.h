/* Reading bytes as a file that is only in memory, and looking at all that came of it. */
#ifndef SPK_TESTS_IO_MEMORY_H
#define SPK_TESTS_IO_MEMORY_H

#include <spikefit/io.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Every sample and spike, so that a sanitizer sees a bad pointer. */
static inline double touch(const spk_recording *r) {
    double sum = 0;
    for (size_t k = 0; k < spk_recording_sweep_count(r); k++) {
        const spk_sweep *s = spk_recording_sweep(r, k);
        for (size_t i = 0; i < s->current_pA.n; i++)
            sum += s->current_pA.value[i];
        for (size_t i = 0; i < s->voltage_mV.n; i++)
            sum += s->voltage_mV.value[i];
        for (size_t i = 0; i < s->spikes.n; i++) {
            if (s->spikes.t_ms[i] < s->spikes.start_ms || s->spikes.t_ms[i] > s->spikes.stop_ms ||
                (i && s->spikes.t_ms[i] < s->spikes.t_ms[i - 1]))
                abort();
        }
        if ((size_t)s->cell >= spk_recording_cell_count(r) ||
            (size_t)s->stimulus >= spk_recording_stimulus_count(r))
            abort();
    }
    return sum;
}

/* Aborts if what was read breaks the contract, or a failure has no words. */
static inline spk_status read_memory(const void *data, size_t size) {
    char path[64];
    static int fd = -1; /* one for all: to make one takes longer than to read it */
    if (fd < 0)
        fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    const char *paths[] = {path};
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = NULL;
    spk_status st = spk_recording_read(ctx, paths, 1, NULL, &r);
    if ((st == SPK_OK) != (r != NULL) || (st && !spk_ctx_diag_count(ctx)))
        abort();
    if (r) {
        spk_sweep_summary s;
        char words[64];
        touch(r);
        spk_recording_summary(r, 0, &s);
        spk_recording_stimulus_print(r, 0, words, sizeof words);
        spk_recording_warn(ctx, r);
    }
    spk_recording_free(r);
    spk_ctx_free(ctx);
    return st;
}

#endif
