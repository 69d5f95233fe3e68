/* What shows a fit while it runs, besides the progress line: figures in the terminal, a page on the
 * loopback address. */
#ifndef SPK_CLI_VIEW_H
#define SPK_CLI_VIEW_H

#include "cli/page.h"

/* ---- all of it, for a fit of single cells ---- */

typedef struct cli_view cli_view;

typedef struct {
    bool live;     /* draw in the terminal, where standard output is one */
    int64_t serve; /* -1: no page; 0: at any port; else at this one */
} cli_view_options;

/* Takes the options' progress callback and calls the one that was there where the terminal is not
 * drawn on. With serve, the address is printed to standard error. ERR_IO where the port is taken.
 * *out is NULL where nothing is asked for. */
spk_status cli_view_begin(cli *c, spk_setup *setup, const char *name, const cli_view_options *want,
                          spk_fit_options *o, cli_view **out);
/* The search has ended: clears the drawing, tells the page. v may be NULL. */
void cli_view_ended(cli_view *v, const spk_result *r);
/* Waits a moment for a page that is still looking, and closes. */
void cli_view_free(cli_view *v);

/* Seconds on a clock that nobody sets. */
double cli_now_s(void);

/* ---- the terminal ---- */

typedef struct {
    int lines; /* that were drawn last, to be drawn over */
    int width;
} cli_screen;
/* Draws a line of words and three figures over what was drawn before. */
spk_status cli_screen_draw(cli *c, cli_screen *s, const spk_report_data *d, const char *words);
void cli_screen_clear(cli_screen *s);

/* ---- the page ---- */

typedef struct cli_server cli_server;
/* On 127.0.0.1 alone, at an address with a random token. Serves two texts from memory, nothing from
 * disk. */
spk_status cli_server_start(cli *c, int port, cli_server **out);
const char *cli_server_address(const cli_server *s);
/* Gives the server what it answers with from now on: copies. */
spk_status cli_server_publish(cli_server *s, uint64_t version, const char *html, size_t html_length,
                              const char *json, size_t json_length);
/* Whether somebody asked within the last seconds, and was not given this version yet. */
bool cli_server_awaited(cli_server *s, double seconds, uint64_t version);
void cli_server_stop(cli_server *s);

#endif
