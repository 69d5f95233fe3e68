/* The text of a unit: names with prefixes, products, quotients, integer powers, parentheses.
 * Factors are collected as integer powers of ten, so that the scale of the result is exact. */
#include "unit/unit.h"

#include <math.h>
#include <stdio.h>

enum { SECOND, METRE, KILOGRAM, AMPERE, KELVIN, MOLE, CANDELA };
enum { MAX_DEPTH = 16, MAX_EXPONENT = 60 };

/* A unit as it is read: factor * 10^ten in SI. */
typedef struct {
    int dim[SPK_DIMS];
    int ten;
    double factor;
} raw;

static const struct named {
    const char *name;
    signed char dim[SPK_DIMS];
    signed char ten;
    double factor;
    bool takes_prefix;
} names[] = {
    {"s", {1, 0, 0, 0, 0, 0, 0}, 0, 1, true},        {"m", {0, 1, 0, 0, 0, 0, 0}, 0, 1, true},
    {"g", {0, 0, 1, 0, 0, 0, 0}, -3, 1, true},       {"A", {0, 0, 0, 1, 0, 0, 0}, 0, 1, true},
    {"K", {0, 0, 0, 0, 1, 0, 0}, 0, 1, true},        {"mol", {0, 0, 0, 0, 0, 1, 0}, 0, 1, true},
    {"cd", {0, 0, 0, 0, 0, 0, 1}, 0, 1, true},       {"Hz", {-1, 0, 0, 0, 0, 0, 0}, 0, 1, true},
    {"Bq", {-1, 0, 0, 0, 0, 0, 0}, 0, 1, true},      {"V", {-3, 2, 1, -1, 0, 0, 0}, 0, 1, true},
    {"Ohm", {-3, 2, 1, -2, 0, 0, 0}, 0, 1, true},    {"S", {3, -2, -1, 2, 0, 0, 0}, 0, 1, true},
    {"F", {4, -2, -1, 2, 0, 0, 0}, 0, 1, true},      {"C", {1, 0, 0, 1, 0, 0, 0}, 0, 1, true},
    {"J", {-2, 2, 1, 0, 0, 0, 0}, 0, 1, true},       {"N", {-2, 1, 1, 0, 0, 0, 0}, 0, 1, true},
    {"W", {-3, 2, 1, 0, 0, 0, 0}, 0, 1, true},       {"Pa", {-2, -1, 1, 0, 0, 0, 0}, 0, 1, true},
    {"T", {-2, 0, 1, -1, 0, 0, 0}, 0, 1, true},      {"Wb", {-2, 2, 1, -1, 0, 0, 0}, 0, 1, true},
    {"H", {-2, 2, 1, -2, 0, 0, 0}, 0, 1, true},      {"L", {0, 3, 0, 0, 0, 0, 0}, -3, 1, true},
    {"l", {0, 3, 0, 0, 0, 0, 0}, -3, 1, true},       {"M", {0, -3, 0, 0, 0, 1, 0}, 3, 1, true},
    {"rad", {0, 0, 0, 0, 0, 0, 0}, 0, 1, true},      {"min", {1, 0, 0, 0, 0, 0, 0}, 0, 60, false},
    {"hour", {1, 0, 0, 0, 0, 0, 0}, 0, 3600, false}, {"real", {0, 0, 0, 0, 0, 0, 0}, 0, 1, false},
};

static const struct {
    const char *text;
    int ten;
} prefixes[] = {
    {"f", -15}, {"p", -12}, {"n", -9}, {"u", -6}, {"\xC2\xB5", -6}, {"\xCE\xBC", -6}, /* micro sign,
                                                                                         mu */
    {"m", -3},  {"c", -2},  {"da", 1}, {"d", -1}, {"h", 2},         {"k", 3},         {"M", 6},
    {"G", 9},   {"T", 12},
};

/* How many coherent units one SI unit of each dimension is, as a power of ten: ms, pA; the kilogram
 * so that the volt comes out as 1000 (then siemens 1e9 nS, farad 1e12 pF, ohm 1e-9 GOhm). */
static const int coherent[SPK_DIMS] = {[SECOND] = 3, [METRE] = 0, [KILOGRAM] = 24, [AMPERE] = 12,
                                       [KELVIN] = 0, [MOLE] = 0,  [CANDELA] = 0};

typedef struct {
    const char *start, *p, *end;
    spk__unit_problem problem;
    int depth;
} reader;

static bool fail(reader *r, const char *phrase, const char *at, size_t length) {
    r->problem = (spk__unit_problem){phrase, (size_t)(at - r->start), length};
    return false;
}

static void skip_space(reader *r) {
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\t'))
        r->p++;
}

static bool is_name_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || (c & 0x80);
}

static const struct named *find_name(const char *s, size_t n) {
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].name) == n && memcmp(names[i].name, s, n) == 0)
            return &names[i];
    return NULL;
}

static bool read_name(reader *r, raw *out) {
    const char *s = r->p;
    while (r->p < r->end && (is_name_byte(*r->p) || (r->p > s && *r->p >= '0' && *r->p <= '9')))
        r->p++;
    size_t n = (size_t)(r->p - s);
    const struct named *found = find_name(s, n);
    int ten = 0;
    for (size_t i = 0; !found && i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t k = strlen(prefixes[i].text);
        if (n <= k || memcmp(s, prefixes[i].text, k) != 0)
            continue;
        found = find_name(s + k, n - k);
        if (found && !found->takes_prefix)
            found = NULL;
        ten = found ? prefixes[i].ten : 0;
    }
    if (!found)
        return fail(r, NULL, s, n);
    *out = (raw){.ten = found->ten + ten, .factor = found->factor};
    for (int i = 0; i < SPK_DIMS; i++)
        out->dim[i] = found->dim[i];
    return true;
}

static bool read_product(reader *r, raw *out);

static bool read_atom(reader *r, raw *out) {
    skip_space(r);
    if (r->p == r->end)
        return fail(r, "a unit is missing", r->p, 1);
    if (*r->p == '(') {
        const char *open = r->p++;
        if (++r->depth > MAX_DEPTH)
            return fail(r, "too many parentheses in a unit", open, 1);
        if (!read_product(r, out))
            return false;
        r->depth--;
        skip_space(r);
        if (r->p == r->end || *r->p != ')')
            return fail(r, "')' is missing in a unit", open, 1);
        r->p++;
        return true;
    }
    if (*r->p == '1' && (r->p + 1 == r->end || !(r->p[1] >= '0' && r->p[1] <= '9'))) {
        r->p++;
        *out = (raw){.factor = 1.0};
        return true;
    }
    if (!is_name_byte(*r->p))
        return fail(r, "a unit is missing", r->p, 1);
    return read_name(r, out);
}

/* An integer, maybe signed and in parentheses. */
static bool read_exponent(reader *r, int *out) {
    skip_space(r);
    const char *s = r->p;
    bool paren = r->p < r->end && *r->p == '(';
    r->p += paren;
    bool minus = r->p < r->end && *r->p == '-';
    if (r->p < r->end && (*r->p == '-' || *r->p == '+'))
        r->p++;
    int value = 0, digits = 0;
    for (; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++, digits++)
        if (value <= MAX_EXPONENT)
            value = value * 10 + (*r->p - '0');
    if (paren && r->p < r->end && *r->p == ')')
        r->p++;
    else if (paren)
        digits = 0;
    if (!digits)
        return fail(r, "the exponent of a unit must be an integer", s,
                    r->p > s ? (size_t)(r->p - s) : 1);
    if (value > MAX_EXPONENT)
        return fail(r, "the exponent of a unit is too large", s, (size_t)(r->p - s));
    *out = minus ? -value : value;
    return true;
}

static bool read_factor(reader *r, raw *out) {
    if (!read_atom(r, out))
        return false;
    skip_space(r);
    bool power = r->end - r->p >= 2 && r->p[0] == '*' && r->p[1] == '*';
    bool caret = r->p < r->end && *r->p == '^';
    if (!power && !caret)
        return true;
    r->p += power ? 2 : 1;
    int n;
    if (!read_exponent(r, &n))
        return false;
    for (int i = 0; i < SPK_DIMS; i++)
        out->dim[i] *= n;
    out->ten *= n;
    out->factor = pow(out->factor, n);
    return true;
}

/* Numbers in a raw stay small: products are checked after each factor. */
static bool in_range(const raw *u) {
    for (int i = 0; i < SPK_DIMS; i++)
        if (u->dim[i] > 120 || u->dim[i] < -120)
            return false;
    return u->ten < 1000 && u->ten > -1000 && u->factor < 1e100 && u->factor > 1e-100;
}

static bool read_product(reader *r, raw *out) {
    const char *s = r->p;
    if (!read_factor(r, out))
        return false;
    for (;;) {
        skip_space(r);
        if (r->p == r->end || (*r->p != '*' && *r->p != '/'))
            break;
        int sign = *r->p++ == '*' ? 1 : -1;
        raw next;
        if (!read_factor(r, &next))
            return false;
        for (int i = 0; i < SPK_DIMS; i++)
            out->dim[i] += sign * next.dim[i];
        out->ten += sign * next.ten;
        out->factor = sign > 0 ? out->factor * next.factor : out->factor / next.factor;
        if (!in_range(out))
            break;
    }
    return in_range(out) || fail(r, "the unit is out of range", s, (size_t)(r->p - s));
}

bool spk__unit_read(const char *text, size_t n, spk_unit *out, spk__unit_problem *problem) {
    reader r = {text, text, text + n, {0}, 0};
    raw u = {0};
    bool good = read_product(&r, &u);
    skip_space(&r);
    if (good && r.p != r.end)
        good = fail(&r, "this does not belong to a unit", r.p, (size_t)(r.end - r.p));
    int ten = u.ten;
    spk_unit result = {.scale = 0};
    for (int i = 0; good && i < SPK_DIMS; i++) {
        ten += coherent[i] * u.dim[i];
        result.dim[i] = (int8_t)u.dim[i];
    }
    if (good) {
        result.scale = u.factor * spk__ten_to(ten);
        if (!(result.scale >= 1e-280 && result.scale <= 1e280))
            good = fail(&r, "the unit is out of range", text, n);
    }
    if (good)
        *out = result;
    else
        *problem = r.problem;
    return good;
}

/* Words that people write for units. */
static const struct {
    const char *word, *unit;
} spoken[] = {
    {"sec", "s"},          {"second", "s"},   {"seconds", "s"},    {"msec", "ms"},
    {"millisecond", "ms"}, {"volt", "V"},     {"volts", "V"},      {"millivolt", "mV"},
    {"amp", "A"},          {"ampere", "A"},   {"siemens", "S"},    {"farad", "F"},
    {"hertz", "Hz"},       {"minute", "min"}, {"minutes", "min"},  {"h", "hour"},
    {"hours", "hour"},     {"Mohm", "MOhm"},  {"megaohm", "MOhm"},
};

static const char *suggestion(const char *word) {
    for (size_t i = 0; i < sizeof spoken / sizeof *spoken; i++)
        if (strcmp(word, spoken[i].word) == 0)
            return spoken[i].unit;
    size_t n = 0;
    while (spk__unit_customary[n])
        n++;
    return spk_nearest(word, spk__unit_customary, n);
}

spk_status spk_unit_parse(spk_ctx *ctx, const char *text, const spk_loc *loc, spk_unit *out) {
    spk__unit_problem bad;
    if (spk__unit_read(text, strlen(text), out, &bad))
        return SPK_OK;
    spk_loc at = loc ? *loc : (spk_loc){0};
    if (at.column > 0)
        at.column += (int)bad.at;
    at.length = (int)bad.length;
    if (bad.problem)
        return spk__fail(ctx, SPK_ERR_INPUT, &at, "write for example mV, pA/ms, 1/s or ms**-1",
                         "%s", bad.problem);
    char word[64], hint[96];
    snprintf(word, sizeof word, "%.*s", (int)bad.length, text + bad.at);
    const char *near = suggestion(word);
    snprintf(hint, sizeof hint, "did you mean '%s'?", near ? near : "");
    return spk__fail(ctx, SPK_ERR_INPUT, &at,
                     near ? hint : "units are SI with prefixes: mV, pA, nS, pF, ms, Hz, MOhm, ...",
                     "unknown unit '%s'", word);
}
