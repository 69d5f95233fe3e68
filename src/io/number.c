/* Numbers in text, fast. A decimal of at most 19 digits whose value is below 2^53 and whose power of ten
 * is within 22 needs one multiplication or division of two exact doubles, which rounds correctly
 * (Clinger 1990, doi:10.1145/93542.93557); anything else goes the slow way. */
#include "io/table.h"

#include <math.h>

static const double power_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool spk__fast_double(const char *start, const char *end, const char **after, double *out) {
    const char *p = start;
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    uint64_t m = 0;
    int digits = 0, exponent = 0;
    const char *first = p;
    for (; p < end && is_digit(*p); p++, digits++)
        m = m * 10 + (uint64_t)(*p - '0');
    if (p < end && *p == '.') {
        const char *point = ++p;
        for (; p < end && is_digit(*p); p++, digits++)
            m = m * 10 + (uint64_t)(*p - '0');
        exponent = (int)(point - p);
    }
    if (digits == 0 || digits > 19 || p - first > 40)
        return spk__parse_double(start, end, after, out);
    if (p < end && (*p == 'e' || *p == 'E')) {
        const char *q = p + 1;
        bool down = q < end && *q == '-';
        if (q < end && (*q == '-' || *q == '+'))
            q++;
        int e = 0;
        if (q < end && is_digit(*q)) {
            for (; q < end && is_digit(*q) && e < 10000; q++)
                e = e * 10 + (*q - '0');
            exponent += down ? -e : e;
            p = q;
        }
    }
    if (m > (uint64_t)1 << 53 || exponent < -22 || exponent > 22 || (p < end && is_digit(*p)))
        return spk__parse_double(start, end, after, out);
    double x = exponent < 0 ? (double)m / power_of_ten[-exponent] : (double)m * power_of_ten[exponent];
    *out = negative ? -x : x;
    *after = p;
    return true;
}

static bool is_missing(const char *p, const char *end) {
    size_t n = (size_t)(end - p);
    return n == 0 || (n == 2 && strncasecmp(p, "na", 2) == 0) ||
           (n == 4 && strncasecmp(p, "null", 4) == 0) ||
           (n == 1 && *p == '-') || (n == 3 && strncasecmp(p, "n/a", 3) == 0);
}

/* The end of the field at p, blanks after it cut off; *next is the delimiter or the line's end. */
static const char *field_end(const spk__table *t, const char *p, const char *end,
                             const char **next) {
    const char *q = p;
    while (q < end && *q != t->delimiter && !(t->delimiter == ' ' && spk__is_blank(*q)))
        q++;
    *next = q;
    while (q > p && spk__is_blank(q[-1]))
        q--;
    return q;
}

static bool decimal_comma(const char *p, const char *end, double *out) {
    char buf[64];
    size_t n = (size_t)(end - p);
    if (n >= sizeof buf)
        return false;
    memcpy(buf, p, n);
    for (size_t i = 0; i < n; i++)
        if (buf[i] == ',')
            buf[i] = '.';
    const char *after;
    return spk__fast_double(buf, buf + n, &after, out) && after == buf + n;
}

bool spk__table_number(const spk__table *t, const char **at, const char *end, double *out,
                       bool *more) {
    const char *p = *at, *after, *next;
    while (p < end && spk__is_blank(*p) && *p != t->delimiter)
        p++;
    if (t->delimiter == ' ')
        while (p < end && spk__is_blank(*p))
            p++;
    if (!spk__fast_double(p, end, &after, out) ||
        (after < end && *after != t->delimiter && !spk__is_blank(*after))) {
        const char *stop = field_end(t, p, end, &next);
        if (is_missing(p, stop))
            *out = NAN;
        else if (t->decimal != ',' || !decimal_comma(p, stop, out))
            return false;
        after = stop;
    }
    while (after < end && spk__is_blank(*after) && *after != t->delimiter)
        after++;
    if (t->delimiter == ' ') {
        while (after < end && spk__is_blank(*after))
            after++;
        *more = after < end;
    } else {
        *more = after < end && *after == t->delimiter;
        after += *more;
        if (!*more && after < end)
            return false;
    }
    *at = after;
    return true;
}
