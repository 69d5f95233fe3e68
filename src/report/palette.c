/* The table of palette.def. */
#include "report/palette.h"

spk__palette_entry spk__palette(spk__colour c) {
    static const spk__palette_entry table[] = {
#define SPK__COLOUR(symbol, name, light, dark) {name, light, dark},
#include "report/palette.def"
#undef SPK__COLOUR
    };
    return table[c];
}
