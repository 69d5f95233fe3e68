/* Elementary functions for AVX2 and FMA; cmake/rooms.cmake gives the flags by the file's name. */
#define SPK_ISA 1
#define SPK_PRECISION 64
#define ELEMENTARY_TABLE spk__elementary_avx2
#include "num/elementary_body.h"
