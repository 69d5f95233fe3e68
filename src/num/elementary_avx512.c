/* Elementary functions for AVX-512; cmake/rooms.cmake gives the flags by the file's name. */
#define SPK_ISA 2
#define SPK_PRECISION 64
#define ELEMENTARY_TABLE spk__elementary_avx512
#include "num/elementary_body.h"
