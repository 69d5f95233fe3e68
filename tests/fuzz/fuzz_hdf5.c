/* HDF5 files of NWB and SONATA: whatever the bytes, an error or a recording. */
#include "fuzz/fuzz.h"
#include "fuzz/hdf5_faults.h"
#include "io/memory.h"
#include "io/seeds.h"

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
