/* The files that the page carries, embedded by the assembler. */
#include "report/html.h"

/* The paths come from the build (CMakeLists.txt), which also makes this file depend on them. */
#define EMBED(symbol, path)                                                                        \
    __asm__(".pushsection .rodata\n"                                                               \
            ".global spk__embed_" #symbol "\n"                                                     \
            ".global spk__embed_" #symbol "_end\n"                                                 \
            "spk__embed_" #symbol ":\n"                                                            \
            ".incbin \"" path "\"\n"                                                               \
            "spk__embed_" #symbol "_end:\n"                                                        \
            ".popsection\n");                                                                      \
    extern const char spk__embed_##symbol[], spk__embed_##symbol##_end[];

EMBED(css, SPK_ASSETS "/report.css")
EMBED(page, SPK_ASSETS "/page.js")
EMBED(core, SPK_ASSETS "/core.js")
EMBED(traces, SPK_ASSETS "/traces.js")
EMBED(spikes, SPK_ASSETS "/spikes.js")
EMBED(fit, SPK_ASSETS "/fit.js")
EMBED(front, SPK_ASSETS "/front.js")
EMBED(posterior, SPK_ASSETS "/posterior.js")
EMBED(network, SPK_ASSETS "/network.js")
EMBED(live, SPK_ASSETS "/live.js")
EMBED(cells, SPK_ASSETS "/cells.js")
EMBED(d3, SPK_D3)

#define ASSET(symbol)                                                                              \
    (spk__asset) {                                                                                 \
        spk__embed_##symbol, (size_t)(spk__embed_##symbol##_end - spk__embed_##symbol)             \
    }

spk__asset spk__asset_css(void) {
    return ASSET(css);
}
spk__asset spk__asset_live(void) {
    return ASSET(live);
}
spk__asset spk__asset_d3(void) {
    return ASSET(d3);
}

spk__asset spk__asset_cells(void) {
    return ASSET(cells);
}

spk__asset spk__asset_script(size_t i) {
    const spk__asset script[] = {ASSET(page), ASSET(core),  ASSET(traces),    ASSET(spikes),
                                 ASSET(fit),  ASSET(front), ASSET(posterior), ASSET(network)};
    return i < sizeof script / sizeof script[0] ? script[i] : (spk__asset){"", 0};
}
