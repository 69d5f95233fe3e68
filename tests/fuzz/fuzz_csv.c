/* Text tables: whatever the bytes, an error or a recording. */
#include "fuzz/fuzz.h"
#include "io/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    read_memory(data, size);
    return 0;
}

#define SEED(text) {text, sizeof text - 1}
static const fuzz_seed seeds[] = {
    SEED("t_ms,I_pA,V_mV\n0.0,1.5,-70\n0.1,2.5,-69.75\n0.2,-3e0,20\n"),
    SEED("# dt: 0.1 ms\nsweep;I [nA];V (mV)\r\n1;0,5;-70,2\r\n1;0,25;-60\r\n2;0;NaN\r\n2;0;-70\r\n"),
    SEED("time/s\tV1/V\tV2/V\n0\t-0.07\t-0.07\n0.001\t-0.06\t0.01\n"),
    SEED("# unit: s\n# stop: 2 s\n# trains: 3\n0.25 0.5 1\n\n0.5,1.5\n"),
    SEED("neuron,trial,t_s\n2,1,0.5\n1,1,0.25\n2,1,0.25\n2,2,0.125\n"),
    SEED("10\n20\n35.5\n"),
    SEED("# NEST\nsender\ttime_ms\n448\t503.400\n12\t505.1\n448\t507\n"),
    SEED("sender\ttime_ms\tV_m\n1\t0.1\t-70\n1\t0.2\t-69\n2\t0.1\t-70\n2\t0.2\t-70\n"),
    SEED("12\t1.500\t\n7\t1.600\t\n12\t3.250\t\n9\t0.75\t\n"),
};

const fuzz_seed *fuzz_seeds(size_t *n) {
    *n = sizeof seeds / sizeof *seeds;
    return seeds;
}
