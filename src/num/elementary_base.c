/* Elementary functions for any machine; cmake/rooms.cmake gives the flags by the file's name. */
#define SPK_ISA 0
#define SPK_PRECISION 64
#define ELEMENTARY_TABLE spk__elementary_base
#include "num/elementary_body.h"
