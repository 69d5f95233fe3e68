/* The thread loop: OpenMP, one index at a time, results by slot. */
#include "base/base.h"

#include <omp.h>
#include <stdatomic.h>

int spk__thread_count(int threads) {
    return threads > 0 ? threads : omp_get_num_procs();
}

spk_status spk__parallel_for(spk_ctx *ctx, size_t n, int threads, spk__loop_fn *fn, void *arg) {
    threads = spk__thread_count(threads);
    if ((size_t)threads > n)
        threads = n ? (int)n : 1;
    size_t failed_at = SIZE_MAX;
    spk_status failure = SPK_OK;
    atomic_bool stop = false;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (size_t i = 0; i < n; i++) {
        if (atomic_load_explicit(&stop, memory_order_relaxed) || spk_ctx_cancelled(ctx))
            continue;
        spk_status st = fn(arg, i, omp_get_thread_num());
        if (!st)
            continue;
        atomic_store(&stop, true);
#pragma omp critical(spk__parallel_for_failure)
        if (i < failed_at) {
            failed_at = i;
            failure = st;
        }
    }
    if (!failure && spk_ctx_cancelled(ctx))
        return SPK_ERR_CANCELLED;
    return failure;
}
