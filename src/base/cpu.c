/* CPU detection. Built without ISA flags, so that it runs on every machine it is to tell apart. */
#include "base/base.h"

spk_isa spk__cpu_isa(void) {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"))
        return SPK_ISA_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return SPK_ISA_AVX2;
    return SPK_ISA_BASE;
}

const char *spk__isa_name(spk_isa isa) {
    static const char *const names[] = {"base", "avx2", "avx512"};
    return (unsigned)isa < SPK_ISA_COUNT ? names[isa] : "unknown";
}
