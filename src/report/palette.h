/* The colours of the page and of figures for papers, each for light and dark ground: Okabe and
 * Ito's (https://jfly.uni-koeln.de/color/), told apart by colour-blind eyes; darkened for text-like
 * contrast on white, lifted on black. */
#ifndef SPK_REPORT_PALETTE_H
#define SPK_REPORT_PALETTE_H

#include <stdint.h>

typedef enum {
#define SPK__COLOUR(symbol, name, light, dark) SPK__COLOUR_##symbol,
#include "report/palette.def"
#undef SPK__COLOUR
    SPK__COLOUR_COUNT
} spk__colour;

typedef struct {
    const char *name;     /* of the page's CSS variable */
    uint32_t light, dark; /* 0xrrggbb */
} spk__palette_entry;
spk__palette_entry spk__palette(spk__colour c);

#endif
