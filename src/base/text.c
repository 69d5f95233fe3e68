/* Strings: growing text, numbers without a locale, the nearest name. */
#include "base/base.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

void spk__str_addn(spk__str *s, const char *text, size_t n) {
    if (s->failed)
        return;
    if (s->length + n + 1 > s->capacity) {
        size_t wanted = s->capacity ? s->capacity * 2 : 128;
        while (wanted < s->length + n + 1)
            wanted *= 2;
        char *grown = spk__realloc(s->ctx, s->text, wanted, 1);
        if (!grown) {
            s->failed = true;
            return;
        }
        s->text = grown;
        s->capacity = wanted;
    }
    if (n)
        memcpy(s->text + s->length, text, n);
    s->length += n;
    s->text[s->length] = '\0';
}

void spk__str_add(spk__str *s, const char *format, ...) {
    char small[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (n < 0)
        return;
    if ((size_t)n < sizeof small) {
        spk__str_addn(s, small, (size_t)n);
        return;
    }
    char *big = spk__alloc(s->ctx, (size_t)n + 1, 1);
    if (!big) {
        s->failed = true;
        return;
    }
    va_start(args, format);
    vsnprintf(big, (size_t)n + 1, format, args);
    va_end(args);
    spk__str_addn(s, big, (size_t)n);
    spk__free(s->ctx, big);
}

void spk__str_free(spk__str *s) {
    spk__free(s->ctx, s->text);
    *s = (spk__str){.ctx = s->ctx};
}

static locale_t c_locale(void) {
    /* Made once; a race makes two equal ones and leaks none that matter. */
    static _Atomic(locale_t) made;
    locale_t l = made;
    if (!l) {
        l = newlocale(LC_ALL_MASK, "C", (locale_t)0);
        made = l;
    }
    return l;
}

/* How many bytes of [s, end) look like a decimal number. */
static size_t number_length(const char *s, const char *end) {
    const char *p = s;
    if (p < end && (*p == '+' || *p == '-'))
        p++;
    size_t left = (size_t)(end - p);
    if (left >= 8 && strncasecmp(p, "infinity", 8) == 0)
        return (size_t)(p + 8 - s);
    if (left >= 3 && (strncasecmp(p, "inf", 3) == 0 || strncasecmp(p, "nan", 3) == 0))
        return (size_t)(p + 3 - s);
    int digits = 0;
    for (; p < end && *p >= '0' && *p <= '9'; p++)
        digits++;
    if (p < end && *p == '.')
        for (p++; p < end && *p >= '0' && *p <= '9'; p++)
            digits++;
    if (!digits)
        return 0;
    if (p < end && (*p == 'e' || *p == 'E')) {
        const char *q = p + 1;
        if (q < end && (*q == '+' || *q == '-'))
            q++;
        if (q < end && *q >= '0' && *q <= '9') {
            while (q < end && *q >= '0' && *q <= '9')
                q++;
            p = q;
        }
    }
    return (size_t)(p - s);
}

bool spk__parse_double(const char *s, const char *end, const char **after, double *out) {
    char buf[128];
    size_t n = number_length(s, end);
    if (!n || n >= sizeof buf)
        return false;
    memcpy(buf, s, n);
    buf[n] = '\0';
    *out = strtod_l(buf, NULL, c_locale());
    *after = s + n;
    return true;
}

char *spk__print_double(double x, char *buf) {
    locale_t old = uselocale(c_locale());
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(buf, 32, "%.*g", digits, x);
        if (strtod(buf, NULL) == x)
            break;
    }
    /* 250 rather than 2.5e+02 */
    if (x >= -1e15 && x <= 1e15 && x == (double)(long long)x && strchr(buf, 'e'))
        snprintf(buf, 32, "%lld", (long long)x);
    uselocale(old);
    return buf;
}

enum { WORD_MAX = 48 };

/* Edit distance with swaps of neighbours (optimal string alignment). */
static size_t edit_distance(const char *a, const char *b) {
    size_t n = strlen(a), m = strlen(b);
    if (n > WORD_MAX || m > WORD_MAX)
        return WORD_MAX;
    size_t d[WORD_MAX + 1][WORD_MAX + 1];
    for (size_t i = 0; i <= n; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= m; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        for (size_t j = 1; j <= m; j++) {
            size_t best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    }
    return d[n][m];
}

const char *spk_nearest(const char *word, const char *const *names, size_t n) {
    /* One letter is near only to itself in the other case. */
    size_t length = strlen(word), best = length <= 1 ? 1 : length <= 3 ? 2 : length / 3 + 2;
    const char *found = NULL;
    for (size_t i = 0; i < n; i++) {
        size_t d = edit_distance(word, names[i]);
        if (strcasecmp(word, names[i]) == 0)
            d = 0;
        else if (length > 3 && d > 1 && strncasecmp(word, names[i], length) == 0)
            d = 1; /* a name that was not written to its end */
        if (d < best) {
            best = d;
            found = names[i];
        }
    }
    return found;
}
