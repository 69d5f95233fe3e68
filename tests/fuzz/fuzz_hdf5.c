/* HDF5 files of NWB and SONATA: whatever the bytes, an error or a recording. */
#include "fuzz/fuzz.h"
#include "io/memory.h"
#include "io/seeds.h"

/* The HDF5 library asks for absurd sizes, and loses memory, over some damaged headers. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "allocator_may_return_null=1";
}

const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:libhdf5\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    read_memory(data, size);
    return 0;
}

const fuzz_seed *fuzz_seeds(size_t *n) {
    static fuzz_seed seeds[3];
    if (!seeds[0].data) {
        seeds[0].data = written_seed("seed.nwb", true, &seeds[0].size);
        seeds[1].data = written_seed("spikes.nwb", false, &seeds[1].size);
        seeds[2].data = written_seed("spikes.h5", false, &seeds[2].size);
    }
    *n = 3;
    return seeds;
}
