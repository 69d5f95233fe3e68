/* Options of registry entries. */
#include "base/base.h"

void spk_opts_default(const spk_opt *table, spk_opts *out) {
    memset(out, 0, sizeof *out);
    for (size_t i = 0; table && table[i].name && i < SPK_OPTS_MAX; i++)
        out->v[i] = table[i].value;
}
