/* What sanitizers are to overlook in a library that is not ours. */
#ifndef SPK_TESTS_FUZZ_HDF5_FAULTS_H
#define SPK_TESTS_FUZZ_HDF5_FAULTS_H

/* The HDF5 library asks for absurd sizes, and loses memory, over some damaged headers. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "allocator_may_return_null=1";
}

const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:libhdf5\n";
}

#endif
