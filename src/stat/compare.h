/* What the two-sample tests share. */
#ifndef SPK_STAT_COMPARE_H
#define SPK_STAT_COMPARE_H

#include "base/base.h"
#include "num/num.h"
#include <spikefit/compare.h>

#include <math.h>

#define SPK_ENTRY(symbol) extern const spk_test symbol;
#include "stat/tests.def"
#undef SPK_ENTRY

#endif
