/* Products, quotients, powers and roots of units.
 *
 * Scales are powers of ten nearly always. A product of rounded powers of ten may be one unit in the
 * last place off the power of ten that it stands for, so every result is moved onto the nearest one
 * if it is that close: mV is then exactly 1 however it was computed. */
#include "unit/unit.h"

#include <math.h>
#include <stdio.h>

double spk__ten_to(int k) {
    double power = 1.0;
    if (k >= -22 && k <= 22) {
        for (int i = k < 0 ? -k : k; i > 0; i--)
            power *= 10.0; /* exact up to 10^22 */
        return k < 0 ? 1.0 / power : power;
    }
    char text[16];
    int n = snprintf(text, sizeof text, "1e%d", k);
    const char *after;
    spk__parse_double(text, text + n, &after, &power);
    return power;
}

static double snapped(double scale) {
    if (!(scale > 0.0) || isinf(scale))
        return scale;
    double power = spk__ten_to((int)lround(log10(scale)));
    return fabs(scale - power) <= 1e-13 * power ? power : scale;
}

static int8_t saturated(int exponent) {
    return (int8_t)(exponent > 127 ? 127 : exponent < -127 ? -127 : exponent);
}

bool spk_unit_same_dimension(spk_unit a, spk_unit b) {
    return memcmp(a.dim, b.dim, sizeof a.dim) == 0;
}

bool spk_unit_is_plain(spk_unit a) {
    return spk_unit_same_dimension(a, (spk_unit){.scale = 1.0});
}

spk_unit spk_unit_multiply(spk_unit a, spk_unit b) {
    spk_unit r = {.scale = snapped(a.scale * b.scale)};
    for (int i = 0; i < SPK_DIMS; i++)
        r.dim[i] = saturated(a.dim[i] + b.dim[i]);
    return r;
}

spk_unit spk_unit_divide(spk_unit a, spk_unit b) {
    spk_unit r = {.scale = snapped(a.scale / b.scale)};
    for (int i = 0; i < SPK_DIMS; i++)
        r.dim[i] = saturated(a.dim[i] - b.dim[i]);
    return r;
}

spk_unit spk_unit_power(spk_unit a, int exponent) {
    spk_unit r = {.scale = snapped(pow(a.scale, exponent))};
    for (int i = 0; i < SPK_DIMS; i++) {
        long long e = (long long)a.dim[i] * exponent;
        r.dim[i] = saturated(e > 127 ? 127 : e < -127 ? -127 : (int)e);
    }
    return r;
}

bool spk_unit_root(spk_unit a, int degree, spk_unit *out) {
    if (degree <= 0)
        return false;
    spk_unit r = {.scale = snapped(pow(a.scale, 1.0 / degree))};
    for (int i = 0; i < SPK_DIMS; i++) {
        if (a.dim[i] % degree)
            return false;
        r.dim[i] = (int8_t)(a.dim[i] / degree);
    }
    *out = r;
    return true;
}
