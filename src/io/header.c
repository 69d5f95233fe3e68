/* Column names and their units: "t_ms", "time (ms)", "V [mV]", "Current/nA", "I_pA_2", "mV". */
#include "io/table.h"

#include <ctype.h>
#include <stdlib.h>

/* ---- units ---- */

static const char *const spelling[][2] = {
    {"msec", "ms"},         {"msecs", "ms"},     {"millisecond", "ms"}, {"milliseconds", "ms"},
    {"sec", "s"},           {"secs", "s"},       {"second", "s"},       {"seconds", "s"},
    {"usec", "us"},         {"usecs", "us"},     {"microseconds", "us"}, {"millivolt", "mV"},
    {"millivolts", "mV"},   {"volt", "V"},       {"volts", "V"},        {"picoampere", "pA"},
    {"picoamperes", "pA"},  {"pamp", "pA"},      {"namp", "nA"},        {"ampere", "A"},
    {"amperes", "A"},       {"amp", "A"},        {"amps", "A"},         {"nanoampere", "nA"},
    {"nanoamperes", "nA"},  {"picoamps", "pA"},  {"nanoamps", "nA"},
};

/* Copies a unit without brackets and blanks, with u for the two micro signs. */
static bool clean_unit(const char *text, size_t n, char buf[32]) {
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i], d = i + 1 < n ? (unsigned char)text[i + 1] : 0;
        if (isspace(c) || strchr("()[]{}\"'", c))
            continue;
        if (k + 1 >= 32)
            return false;
        if ((c == 0xC2 && d == 0xB5) || (c == 0xCE && d == 0xBC)) {
            c = 'u';
            i++;
        }
        buf[k++] = (char)c;
    }
    buf[k] = '\0';
    for (size_t i = 0; i < sizeof spelling / sizeof *spelling; i++)
        if (strcasecmp(buf, spelling[i][0]) == 0)
            strcpy(buf, spelling[i][1]);
    return k > 0;
}

bool spk__unit_of(spk_ctx *ctx, const char *text, size_t n, spk__role *role, double *scale) {
    char buf[32];
    if (!clean_unit(text, n, buf) || !isalpha((unsigned char)*buf))
        return false;
    static const struct {
        const char *unit;
        spk__role role;
    } known[] = {{"ms", SPK__TIME}, {"pA", SPK__CURRENT}, {"mV", SPK__VOLTAGE}};
    size_t said = spk_ctx_diag_count(ctx);
    spk_unit u, want;
    bool found = false;
    if (spk_unit_parse(ctx, buf, NULL, &u) == SPK_OK) {
        for (size_t i = 0; i < sizeof known / sizeof *known && !found; i++) {
            if (spk_unit_parse(ctx, known[i].unit, NULL, &want) == SPK_OK &&
                spk_unit_same_dimension(u, want)) {
                *role = known[i].role;
                *scale = u.scale;
                found = true;
            }
        }
    }
    spk_ctx_diag_truncate(ctx, said);
    return found;
}

/* ---- names ---- */

static const struct {
    const char *name;
    spk__role role;
} roles[] = {
    {"t", SPK__TIME},        {"time", SPK__TIME},        {"times", SPK__TIME},
    {"timestamp", SPK__TIME}, {"timestamps", SPK__TIME},
    {"i", SPK__CURRENT},     {"current", SPK__CURRENT},  {"iinj", SPK__CURRENT},
    {"inj", SPK__CURRENT},   {"injectedcurrent", SPK__CURRENT}, {"stim", SPK__CURRENT},
    {"stimulus", SPK__CURRENT}, {"command", SPK__CURRENT}, {"cmd", SPK__CURRENT},
    {"icmd", SPK__CURRENT},  {"ie", SPK__CURRENT},       {"istim", SPK__CURRENT},
    {"v", SPK__VOLTAGE},     {"vm", SPK__VOLTAGE},       {"voltage", SPK__VOLTAGE},
    {"potential", SPK__VOLTAGE}, {"membranepotential", SPK__VOLTAGE},
    {"membranevoltage", SPK__VOLTAGE}, {"response", SPK__VOLTAGE}, {"vsoma", SPK__VOLTAGE},
    {"dt", SPK__INTERVAL},   {"samplinginterval", SPK__INTERVAL},
    {"sweep", SPK__SWEEP},   {"trial", SPK__SWEEP},      {"rep", SPK__SWEEP},
    {"repeat", SPK__SWEEP},  {"repetition", SPK__SWEEP}, {"episode", SPK__SWEEP},
    {"cell", SPK__CELL},     {"neuron", SPK__CELL},      {"unit", SPK__CELL},
    {"sender", SPK__CELL},   {"senders", SPK__CELL},     {"nodeid", SPK__CELL},
    {"id", SPK__CELL},       {"gid", SPK__CELL},         {"neuronid", SPK__CELL},
    {"cellid", SPK__CELL},   {"unitid", SPK__CELL},
    {"spike", SPK__SPIKE},   {"spikes", SPK__SPIKE},     {"spiketime", SPK__SPIKE},
    {"spiketimes", SPK__SPIKE},
};

/* Letters of the name in lower case, a trailing number and what stands in brackets left out. */
static spk__role role_of(const char *name, size_t n) {
    char buf[32];
    size_t k = 0;
    for (size_t i = 0; i < n && !strchr("([{", name[i]); i++)
        if (isalnum((unsigned char)name[i]) && k + 1 < sizeof buf)
            buf[k++] = (char)tolower((unsigned char)name[i]);
    while (k > 1 && isdigit((unsigned char)buf[k - 1]))
        k--;
    buf[k] = '\0';
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (strcmp(buf, roles[i].name) == 0)
            return roles[i].role;
    return SPK__OTHER;
}

static bool is_quantity(spk__role r) {
    return r == SPK__TIME || r == SPK__CURRENT || r == SPK__VOLTAGE || r == SPK__INTERVAL ||
           r == SPK__SPIKE;
}

/* Times are what intervals and spike times are measured in. */
static spk__role dimension_of(spk__role r) {
    return r == SPK__INTERVAL || r == SPK__SPIKE ? SPK__TIME : r;
}

/* Where a unit may begin: an opening bracket, or behind the last slash, blank or underscore. Returns how
 * long the name before it is; n if there is no unit. */
static size_t split_unit(spk_ctx *ctx, const char *s, size_t n, spk__role *dimension,
                         double *scale) {
    size_t stop = n;
    /* "V_mV_2": the number behind the unit tells repeats apart. */
    while (stop > 0 && isdigit((unsigned char)s[stop - 1]))
        stop--;
    if (stop == 0 || stop == n || !strchr("_ .-", s[stop - 1]))
        stop = n;
    else
        stop--;
    for (size_t i = stop; i-- > 0;) {
        if (!strchr("([{/_ ", s[i]))
            continue;
        if (spk__unit_of(ctx, s + i + 1, stop - i - 1, dimension, scale)) {
            while (i > 0 && strchr("([{/_ ", s[i - 1]))
                i--;
            return i;
        }
    }
    return spk__unit_of(ctx, s, stop, dimension, scale) ? 0 : n;
}

/* What a name would be if what follows its first word were another unit. */
static spk__role meant_role(spk_ctx *ctx, const char *s, size_t n) {
    size_t i = 0;
    char unit[32];
    spk_unit u;
    while (i < n && !strchr("([{/_ ", s[i]))
        i++;
    spk__role r = i < n ? role_of(s, i) : SPK__OTHER;
    if (!is_quantity(r) || !clean_unit(s + i + 1, n - i - 1, unit))
        return SPK__OTHER;
    size_t said = spk_ctx_diag_count(ctx);
    spk_status st = spk_unit_parse(ctx, unit, NULL, &u);
    spk_ctx_diag_truncate(ctx, said);
    return st ? SPK__OTHER : r;
}

static void parse_column(spk__table *t, const char *s, size_t n, spk__column *c) {
    spk__role dimension = SPK__OTHER;
    double scale = 1;
    spk__role whole = role_of(s, n);
    size_t named = n;
    /* A one-letter name is no unit: "V" is a voltage without one, and so is "I". */
    if (!(n == 1 && whole != SPK__OTHER))
        named = split_unit(t->ctx, s, n, &dimension, &scale);
    c->role = named == 0 ? dimension : role_of(s, named);
    c->has_unit = named < n && is_quantity(c->role) && dimension_of(c->role) == dimension;
    if (!c->has_unit && whole != SPK__OTHER) {
        c->role = whole;
        named = n;
    }
    c->scale = c->has_unit ? scale : 1;
    c->meant = c->role == SPK__OTHER ? meant_role(t->ctx, s, n) : SPK__OTHER;
    size_t k = named ? named : n;
    if (k >= sizeof c->name)
        k = sizeof c->name - 1;
    memcpy(c->name, s, k);
    c->name[k] = '\0';
}

static size_t count_fields(const spk__table *t, const char *line, const char *end) {
    size_t n = 1;
    if (t->delimiter != ' ') {
        for (const char *p = line; p < end; p++)
            n += *p == t->delimiter;
        return n;
    }
    n = 0;
    for (const char *p = line; p < end; p++)
        n += !spk__is_blank(*p) && (p == line || spk__is_blank(p[-1]));
    return n;
}

spk_status spk__header_parse(spk__table *t, const char *line, const char *end, int line_number) {
    size_t n = count_fields(t, line, end), k = 0;
    spk__column *columns = SPK__ARRAY(t->ctx, n, spk__column);
    if (!columns)
        return SPK_ERR_MEMORY;
    for (const char *p = line; p <= end && k < n; k++) {
        if (t->delimiter == ' ')
            while (p < end && spk__is_blank(*p))
                p++;
        const char *q = p;
        while (q < end && *q != t->delimiter && !(t->delimiter == ' ' && spk__is_blank(*q)))
            q++;
        const char *a = p, *b = q;
        while (a < b && (spk__is_blank(*a) || *a == '"' || *a == '\''))
            a++;
        while (b > a && (spk__is_blank(b[-1]) || b[-1] == '"' || b[-1] == '\''))
            b--;
        columns[k].loc = (spk_loc){t->path, line_number, (int)(a - line) + 1, (int)(b - a)};
        parse_column(t, a, (size_t)(b - a), &columns[k]);
        p = q + 1;
    }
    spk__free(t->ctx, t->column);
    t->column = columns;
    t->n_columns = k;
    return SPK_OK;
}
