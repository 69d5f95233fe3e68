/* Physical units: parse, convert, print, compare.
 *
 * Everything inside the library is a plain double in the coherent system of the field: ms, mV, pA, nS,
 * pF, GOhm, fC (pA ms), 1/ms. A unit is the product of its dimension and one factor to that system, so
 * a value enters by value * unit.scale and leaves by value / unit.scale.
 */
#ifndef SPIKEFIT_UNIT_H
#define SPIKEFIT_UNIT_H

#include <spikefit/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SPK_DIMS = 7 };
/* Exponents of second, metre, kilogram, ampere, kelvin, mole, candela; how many coherent units one of
 * this unit is (s: 1000, Hz: 0.001, nA: 1000, V: 1000, dimensionless: 1). */
typedef struct {
    int8_t dim[SPK_DIMS];
    double scale;
} spk_unit;

/* Parses "mV", "pA/ms", "1/s", "nS*mV", "ms**-1", "uS/cm**2", "real" and "1" (dimensionless). Prefixes
 * f p n u m c d da h k M G T on SI and derived units (s m g A K mol cd Hz V Ohm S F C J N W Pa T Wb H L l
 * min hour, rad, M for mol/l). ERR_INPUT with the nearest unit as hint; loc (may be NULL) is where text
 * begins, and the diagnostic points into it. */
spk_status spk_unit_parse(spk_ctx *ctx, const char *text, const spk_loc *loc, spk_unit *out);

bool spk_unit_same_dimension(spk_unit a, spk_unit b);
bool spk_unit_is_plain(spk_unit a); /* no dimension */
spk_unit spk_unit_multiply(spk_unit a, spk_unit b);
spk_unit spk_unit_divide(spk_unit a, spk_unit b);
spk_unit spk_unit_power(spk_unit a, int exponent);
/* The unit whose degree-th power a is; false if there is none (mV has no square root, mV**2 has). */
bool spk_unit_root(spk_unit a, int degree, spk_unit *out);

/* The customary text of a unit: a named one of the field where it fits in dimension and scale (mV, pA,
 * nS, pF, ms, Hz, pA/ms, ...), else a product of base units with its factor; "1" if plain. buf has room
 * for 64. Returns buf. */
char *spk_unit_print(spk_unit u, char *buf);

/* "50 pF", "-70mV", "0.1", "2e3 1/s": a number and an optional unit. *value comes out in coherent
 * units. Errors as spk_unit_parse. */
spk_status spk_quantity_parse(spk_ctx *ctx, const char *text, const spk_loc *loc, double *value,
                              spk_unit *unit);
/* The same, and it must have the dimension of `want`; what is what the value is for ("the window").
 * A plain number is refused where want has a dimension, with the customary unit as hint. */
spk_status spk_quantity_parse_as(spk_ctx *ctx, const char *text, const spk_loc *loc,
                                 const char *what, spk_unit want, double *value);

/* Sets one option of a table from text: "4 ms", "12", "true", or a choice's name. The value is stored in
 * the option's own unit. Unknown names, wrong units and values outside the limits are located errors
 * with the nearest name, the unit or the limits. owner is the entry's name, for the message. */
spk_status spk_opts_set(spk_ctx *ctx, const spk_opt *table, const char *owner, const char *name,
                        const char *value, const spk_loc *loc, spk_opts *opts);
/* The same where the name has a place of its own. */
spk_status spk_opts_set_at(spk_ctx *ctx, const spk_opt *table, const char *owner, const char *name,
                           const char *value, const spk_loc *name_loc, const spk_loc *value_loc,
                           spk_opts *opts);

#ifdef __cplusplus
}
#endif
#endif
