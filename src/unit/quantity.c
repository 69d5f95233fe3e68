/* Numbers with units. */
#include "unit/unit.h"

#include <math.h>
#include <stdio.h>

/* Splits "-70 mV" into a number and the rest; a rest that starts with / continues 1 ("0.02/ms"). hint: how
 * to write it; NULL where a plain number is wanted. */
static spk_status split(spk_ctx *ctx, const char *text, const spk_loc *loc, const char *hint,
                        double *number, spk_unit *unit) {
    const char *end = text + strlen(text), *p = text;
    while (*p == ' ' || *p == '\t')
        p++;
    while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    spk_loc at = loc ? *loc : (spk_loc){0};
    if (at.column > 0)
        at.column += (int)(p - text);
    at.length = end > p ? (int)(end - p) : 1;
    double x;
    const char *after;
    if (!spk__parse_double(p, end, &after, &x) || isnan(x))
        return spk__fail(ctx, SPK_ERR_INPUT, &at, hint, "'%.*s' is not %s", (int)(end - p), p,
                         hint ? "a quantity" : "a number");
    at.column += at.column > 0 ? (int)(after - p) : 0;
    while (after < end && (*after == ' ' || *after == '\t')) {
        after++;
        at.column += at.column > 0;
    }
    spk_unit u = {.scale = 1.0};
    if (after < end) {
        char buf[128];
        bool slash = *after == '/';
        int n = snprintf(buf, sizeof buf, "%s%.*s", slash ? "1" : "", (int)(end - after), after);
        at.length = (int)(end - after);
        if (n >= (int)sizeof buf)
            return spk__fail(ctx, SPK_ERR_INPUT, &at, NULL, "the unit is too long");
        at.column -= slash && at.column > 0;
        spk_status st = spk_unit_parse(ctx, buf, &at, &u);
        if (st)
            return st;
    }
    *number = x;
    *unit = u;
    return SPK_OK;
}

spk_status spk_quantity_parse(spk_ctx *ctx, const char *text, const spk_loc *loc, double *value,
                              spk_unit *unit) {
    double number;
    spk_unit u;
    spk_status st = split(ctx, text, loc, "write a number and its unit, like 50 pF", &number, &u);
    if (st)
        return st;
    *value = number * u.scale;
    *unit = u;
    return SPK_OK;
}

/* The number in the unit `want`: exactly as written where it was written in that unit. */
static spk_status parse_in(spk_ctx *ctx, const char *text, const spk_loc *loc, const char *what,
                           spk_unit want, double *number) {
    double x;
    spk_unit u;
    char wanted[64], got[64], plain[32], hint[160];
    snprintf(hint, sizeof hint, "write a number and its unit, like 50 %s", spk_unit_print(want, wanted));
    spk_status st = split(ctx, text, loc, spk_unit_is_plain(want) ? NULL : hint, &x, &u);
    if (st)
        return st;
    spk_loc at = loc ? *loc : (spk_loc){0};
    at.length = (int)strlen(text);
    if (!spk_unit_same_dimension(u, want)) {
        if (spk_unit_is_plain(u)) {
            snprintf(hint, sizeof hint, "write %s %s", spk__print_double(x, plain), wanted);
            return spk__fail(ctx, SPK_ERR_INPUT, &at, hint, "%s needs a unit", what);
        }
        if (spk_unit_is_plain(want))
            return spk__fail(ctx, SPK_ERR_INPUT, &at, "leave the unit out",
                             "%s is a plain number, not in %s", what, spk_unit_print(u, got));
        snprintf(hint, sizeof hint, "give it in %s", wanted);
        return spk__fail(ctx, SPK_ERR_INPUT, &at, hint, "%s must be in %s, not in %s", what, wanted,
                         spk_unit_print(u, got));
    }
    *number = u.scale == want.scale ? x : x * u.scale / want.scale;
    return SPK_OK;
}

spk_status spk_quantity_parse_as(spk_ctx *ctx, const char *text, const spk_loc *loc,
                                 const char *what, spk_unit want, double *value) {
    double number;
    spk_status st = parse_in(ctx, text, loc, what, want, &number);
    if (!st)
        *value = number * want.scale;
    return st;
}

/* ---- options of registry entries ---- */

/* "at least 0 ms", "between 1 and 5", ... */
static void print_limits(const spk_opt *o, char *buf, size_t size) {
    char low[32], high[32];
    const char *space = o->unit ? " " : "", *unit = o->unit ? o->unit : "";
    spk__print_double(o->min, low);
    spk__print_double(o->max, high);
    if (isinf(o->max))
        snprintf(buf, size, "at least %s%s%s", low, space, unit);
    else if (isinf(o->min))
        snprintf(buf, size, "at most %s%s%s", high, space, unit);
    else
        snprintf(buf, size, "between %s and %s%s%s", low, high, space, unit);
}

static spk_status set_number(spk_ctx *ctx, const spk_opt *o, const char *owner, const char *text,
                             const spk_loc *loc, double *out) {
    spk_unit want = {.scale = 1.0};
    spk_status st = o->unit ? spk_unit_parse(ctx, o->unit, NULL, &want) : SPK_OK;
    char what[160], limits[128];
    snprintf(what, sizeof what, "option '%s' of %s", o->name, owner);
    double x;
    if (st || (st = parse_in(ctx, text, loc, what, want, &x)) != SPK_OK)
        return st;
    if (o->kind == SPK_OPT_INT && x != floor(x))
        return spk__fail(ctx, SPK_ERR_INPUT, loc, NULL, "%s must be an integer, not %s", what,
                         text);
    if (!(x >= o->min && x <= o->max)) {
        print_limits(o, limits, sizeof limits);
        return spk__fail(ctx, SPK_ERR_INPUT, loc, NULL, "%s must be %s, not %s", what, limits,
                         text);
    }
    *out = x;
    return SPK_OK;
}

static spk_status set_bool(spk_ctx *ctx, const spk_opt *o, const char *owner, const char *text,
                           const spk_loc *loc, double *out) {
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};
    for (int i = 0; i < 8; i++) {
        if (strcasecmp(text, words[i]) == 0) {
            *out = i & 1;
            return SPK_OK;
        }
    }
    return spk__fail(ctx, SPK_ERR_INPUT, loc, NULL,
                     "option '%s' of %s must be true or false, not '%s'", o->name, owner, text);
}

/* "did you mean 'x'?", or the whole list. */
static void hint_names(const char *word, const char *const *list, size_t n, const char *lead,
                       char *buf, size_t size) {
    const char *near = spk_nearest(word, list, n);
    if (near) {
        snprintf(buf, size, "did you mean '%s'?", near);
        return;
    }
    size_t at = (size_t)snprintf(buf, size, "%s", lead);
    for (size_t i = 0; i < n && at < size; i++)
        at += (size_t)snprintf(buf + at, size - at, i ? ", %s" : "%s", list[i]);
}

static spk_status set_choice(spk_ctx *ctx, const spk_opt *o, const char *owner, const char *text,
                             const spk_loc *loc, double *out) {
    size_t n = 0;
    for (; o->choices[n]; n++) {
        if (strcmp(text, o->choices[n]) == 0) {
            *out = (double)n;
            return SPK_OK;
        }
    }
    char hint[512];
    hint_names(text, o->choices, n, "one of: ", hint, sizeof hint);
    return spk__fail(ctx, SPK_ERR_INPUT, loc, hint, "option '%s' of %s cannot be '%s'", o->name,
                     owner, text);
}

spk_status spk_opts_set(spk_ctx *ctx, const spk_opt *table, const char *owner, const char *name,
                        const char *value, const spk_loc *loc, spk_opts *opts) {
    return spk_opts_set_at(ctx, table, owner, name, value, loc, loc, opts);
}

spk_status spk_opts_set_at(spk_ctx *ctx, const spk_opt *table, const char *owner, const char *name,
                           const char *value, const spk_loc *name_loc, const spk_loc *loc,
                           spk_opts *opts) {
    const char *names[SPK_OPTS_MAX];
    size_t n = 0;
    for (; table && table[n].name && n < SPK_OPTS_MAX; n++) {
        const spk_opt *o = &table[n];
        if (strcmp(o->name, name) == 0) {
            if (o->kind == SPK_OPT_BOOL)
                return set_bool(ctx, o, owner, value, loc, &opts->v[n]);
            if (o->kind == SPK_OPT_CHOICE)
                return set_choice(ctx, o, owner, value, loc, &opts->v[n]);
            return set_number(ctx, o, owner, value, loc, &opts->v[n]);
        }
        names[n] = o->name;
    }
    char hint[512] = "it has no options";
    if (n)
        hint_names(name, names, n, "it has: ", hint, sizeof hint);
    return spk__fail(ctx, SPK_ERR_INPUT, name_loc, hint, "%s has no option '%s'", owner, name);
}
