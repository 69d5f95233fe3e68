/* Inside the HTML report: JSON text, packed numbers, the assets. */
#ifndef SPK_REPORT_HTML_H
#define SPK_REPORT_HTML_H

#include "base/base.h"
#include <spikefit/report.h>

/* ---- JSON and HTML text ---- */

/* A JSON string (or null) that may stand inside a <script>: < is escaped. */
void spk__json_string(spk__str *s, const char *text);
/* The shortest number that reads back; null where it is not finite. */
void spk__json_number(spk__str *s, double x);
/* A member of an object that has one already: the comma, the name, a value. */
void spk__json_key(spk__str *s, const char *name);
void spk__json_text_of(spk__str *s, const char *name, const char *text);
void spk__json_number_of(spk__str *s, const char *name, double x);
void spk__json_numbers(spk__str *s, const double *v, size_t n);
/* Text of an HTML element. */
void spk__html_text(spk__str *s, const char *text);
void spk__html_textn(spk__str *s, const char *text, size_t n);

/* A page up to its heading, with style and theme button; the header is left open. live: it may fetch
 * from where it came. */
void spk__html_head(spk__str *s, const char *title, bool live);

/* ---- packed numbers ---- */

/* Numbers for the page, each block in a <script type="text/plain" id="pN"> of its own, so that the
 * page decodes only what it shows: zlib, in base64. Equal blocks are stored once. */
typedef struct {
    spk_ctx *ctx;
    spk__str blocks; /* the elements, or with `json` the base64 as strings with commas between */
    bool json;
    uint64_t *hash;
    size_t n, capacity;
} spk__packer;

/* A trace: 16-bit codes, code c being offset + c * step, the code -32768 a gap; differences of
 * successive codes, the low bytes of all, then the high bytes. Appends
 * {"block":..,"n":..,"start":..,"dt":..,"offset":..,"step":..} to s. resolution: a step that is
 * fine enough (used where the range allows); 0: none. */
spk_status spk__pack_trace(spk__packer *p, spk__str *s, const spk_trace *t, double resolution);
/* float32, little-endian. Appends {"block":..,"n":..}. Infinities stay, NaN too. */
spk_status spk__pack_floats(spk__packer *p, spk__str *s, const float *v, size_t n);
void spk__packer_free(spk__packer *p);

/* ---- the parts of the data ---- */

/* The page's data as one JSON object. */
spk_status spk__report_json(const spk_report_data *d, spk__packer *p, spk__str *s);
/* Of it the front and the posterior, as further members. */
spk_status spk__report_findings(const spk_report_data *d, spk__packer *p, spk__str *s);

/* ---- assets, embedded when the program is built ---- */

typedef struct {
    const char *text;
    size_t length;
} spk__asset;
spk__asset spk__asset_css(void);
spk__asset spk__asset_d3(void);
spk__asset spk__asset_cells(void); /* the script of the page of many cells, which needs no other */
/* Our scripts, in the order of loading; index from 0 (what every page has); length 0 past the end. */
spk__asset spk__asset_script(size_t i);
/* What makes a page follow a running fit; loaded last. */
spk__asset spk__asset_live(void);

#endif
