/* A fuzz target is a file fuzz_NAME.c with the function below and a table of valid inputs; the files of corpus/NAME,
 * valid ones and such that once broke a reader, are inputs too. Under libFuzzer (clang -fsanitize=fuzzer) the
 * function alone is used. As a test, driver.c feeds it every input, every truncation of the short ones, and of each
 * a bounded number of random changes that are the same in every run; SPK_FUZZ_RUNS sets another number. */
#ifndef SPK_TESTS_FUZZ_H
#define SPK_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    const void *data;
    size_t size;
} fuzz_seed;

/* The valid inputs; *n: how many. May make them at the first call (they are kept until the end). */
const fuzz_seed *fuzz_seeds(size_t *n);

#endif
