/* The customary text of a unit. */
#include "unit/unit.h"

#include <stdio.h>

/* The coherent ones first: they are the first choice when a unit is written as a product of two.
 * The first N_PAIRED take part in such products. */
enum { N_PAIRED = 43 };
const char *const spk__unit_customary[] = {
    "ms",   "mV",   "pA",  "nS", "pF", "GOhm", "fC",  "s",  "us",  "V",    "uV", "nV", "nA",
    "uA",   "mA",   "A",   "fA", "uS", "mS",   "S",   "pS", "nF",  "uF",   "F",  "fF", "MOhm",
    "kOhm", "Ohm",  "pC",  "nC", "C",  "m",    "cm",  "mm", "um",  "mM",   "uM", "nM", "M",
    "mmol", "umol", "mol", "K",  "Hz", "kHz",  "MHz", "nm", "min", "hour", "g",  "kg", "mg",
    "l",    "J",    "nJ",  "pJ", "N",  "W",    "Pa",  "T",  "Wb",  "H",    "cd", NULL,
};

/* Products that the field writes in a way of its own, tried before the names above. */
static const char *const compounds[] = {
    "1/ms",     "Hz",      "nS/mV",      "pA/ms",    "nS/ms",   "mV/ms",    "mV/s",     "V/s",
    "1/mV",     "1/mV/ms", "mS/cm**2",   "uS/cm**2", "S/cm**2", "uF/cm**2", "uA/cm**2", "nA/cm**2",
    "pA/cm**2", "Ohm*cm",  "kOhm*cm**2", "1/um",     "mM/ms",   "um/ms",    "m/s",      NULL,
};

static bool equals(spk_unit a, spk_unit b) {
    return spk_unit_same_dimension(a, b) && a.scale == b.scale;
}

static spk_unit known(const char *text) {
    spk_unit u = {.scale = 1.0};
    spk__unit_problem ignored;
    spk__unit_read(text, strlen(text), &u, &ignored);
    return u;
}

static const char *find(const char *const *list, size_t n, spk_unit u) {
    for (size_t i = 0; i < n && list[i]; i++)
        if (equals(known(list[i]), u))
            return list[i];
    return NULL;
}

/* u as a power of one customary unit. */
static bool print_power(spk_unit u, char *buf) {
    for (int n = 1; n <= 4; n++) {
        char power[8] = "";
        if (n > 1)
            snprintf(power, sizeof power, "**%d", n);
        for (size_t i = 0; i < N_PAIRED; i++) {
            spk_unit p = spk_unit_power(known(spk__unit_customary[i]), n);
            if (equals(p, u))
                return snprintf(buf, 64, "%s%s", spk__unit_customary[i], power), true;
            if (equals(spk_unit_power(p, -1), u))
                return snprintf(buf, 64, "1/%s%s", spk__unit_customary[i], power), true;
        }
    }
    return false;
}

/* u as a power of one customary unit times or over another one. */
static bool print_pair(spk_unit u, char *buf) {
    for (int n = 1; n <= 4; n++) {
        char power[8] = "";
        if (n > 1)
            snprintf(power, sizeof power, "**%d", n);
        for (size_t i = 0; i < N_PAIRED; i++) {
            const char *a = spk__unit_customary[i], *b;
            spk_unit first = spk_unit_power(known(a), n);
            if ((b = find(spk__unit_customary, N_PAIRED, spk_unit_divide(first, u))) != NULL)
                return snprintf(buf, 64, "%s%s/%s", a, power, b), true;
            if ((b = find(spk__unit_customary, N_PAIRED, spk_unit_divide(u, first))) != NULL)
                return snprintf(buf, 64, "%s%s*%s", a, power, b), true;
        }
    }
    return false;
}

static const char *const base_name[SPK_DIMS] = {"s", "m", "kg", "A", "K", "mol", "cd"};

static void print_base(spk_unit u, char *buf) {
    spk_unit product = {.scale = 1.0};
    for (int i = 0; i < SPK_DIMS; i++)
        product = spk_unit_multiply(product, spk_unit_power(known(base_name[i]), u.dim[i]));
    char number[32];
    double factor = spk_unit_divide(u, product).scale;
    size_t at = 0;
    buf[0] = '\0';
    if (factor != 1.0)
        at += (size_t)snprintf(buf, 64, "%s", spk__print_double(factor, number));
    const char *separator = at ? " " : "";
    for (int pass = 0; pass < 2; pass++) { /* what is above the line, then what is below */
        for (int i = 0; i < SPK_DIMS && at < 63; i++) {
            int n = pass ? -u.dim[i] : u.dim[i];
            if (n <= 0)
                continue;
            const char *before = pass ? (*separator == '*' ? "/" : "1/") : separator;
            if (pass && at && *separator == ' ')
                before = "/";
            at += (size_t)snprintf(buf + at, 64 - at, n == 1 ? "%s%s" : "%s%s**%d", before,
                                   base_name[i], n);
            separator = "*";
        }
    }
    if (!buf[0])
        snprintf(buf, 64, "1");
}

char *spk_unit_print(spk_unit u, char *buf) {
    const char *name = spk_unit_is_plain(u) && u.scale == 1.0 ? "1" : find(compounds, SIZE_MAX, u);
    if (!name)
        name = find(spk__unit_customary, SIZE_MAX, u);
    if (name)
        snprintf(buf, 64, "%s", name);
    else if (spk_unit_is_plain(u) || (!print_power(u, buf) && !print_pair(u, buf)))
        print_base(u, buf);
    return buf;
}
