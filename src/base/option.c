/* Options of registry entries. */
#include "base/base.h"

#include <math.h>

void spk_opts_default(const spk_opt *table, spk_opts *out) {
    memset(out, 0, sizeof *out);
    for (size_t i = 0; table && table[i].name && i < SPK_OPTS_MAX; i++)
        out->v[i] = table[i].value;
}

static bool valid(const spk_opt *o, double v) {
    size_t n = 0;
    switch (o->kind) {
    case SPK_OPT_REAL:
        return v >= o->min && v <= o->max;
    case SPK_OPT_INT:
        return v >= o->min && v <= o->max && v == floor(v);
    case SPK_OPT_BOOL:
        return v == 0.0 || v == 1.0;
    case SPK_OPT_CHOICE:
        while (o->choices[n])
            n++;
        return v >= 0.0 && v < (double)n && v == floor(v);
    }
    return false;
}

spk_status spk__opts_check(spk_ctx *ctx, const char *owner, const spk_opt *table,
                           const spk_opts *opts) {
    for (size_t i = 0; table && table[i].name && i < SPK_OPTS_MAX; i++) {
        const spk_opt *o = &table[i];
        if (valid(o, opts->v[i]))
            continue;
        const char *unit = o->unit ? o->unit : "", *gap = o->unit ? " " : "";
        if (o->kind == SPK_OPT_REAL || o->kind == SPK_OPT_INT)
            return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL,
                             "option '%s' of %s is %g%s%s; it must be %s from %g to %g%s%s",
                             o->name, owner, opts->v[i], gap, unit,
                             o->kind == SPK_OPT_INT ? "a whole number" : "a number", o->min, o->max,
                             gap, unit);
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL, "option '%s' of %s cannot be %g", o->name,
                         owner, opts->v[i]);
    }
    return SPK_OK;
}

void spk__opts_put(const spk_opt *table, const char *name, double value, spk_opts *opts) {
    for (size_t i = 0; table && table[i].name; i++)
        if (strcmp(table[i].name, name) == 0)
            opts->v[i] = value;
}
