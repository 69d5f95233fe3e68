/* What the files that fill a page share. */
#ifndef SPK_CLI_PAGE_PARTS_H
#define SPK_CLI_PAGE_PARTS_H

#include "cli/page.h"

enum {
    PAGE_PROFILE_POINTS = 41,
    PAGE_MOST_FACTS = 24,
    PAGE_MOST_FAILURES = 3,
    PAGE_MOST_DIRECTIONS = 6,
    PAGE_GLANCE_GENERATIONS = 200
};

/* Everything that the page borrows. */
struct cli_page {
    cli *c;
    cli_page_source from;
    spk_report_data data;
    spk_report_sweep *sweep;
    spk_report_window *window; /* two a sweep */
    spk_sim *sim;              /* n_trials a stimulus */
    spk_train *trial;          /* all but the first of each stimulus */
    size_t n_sims, n_trials;
    spk_report_score *score;
    spk_report_parameter *parameter;
    double *profile_value, *profile_loss;
    const char *direction[PAGE_MOST_DIRECTIONS];
    spk_report_generation *generation;
    double *point, *loss, *failed;
    spk_report_count failure[PAGE_MOST_FAILURES];
    spk_report_fact fact[PAGE_MOST_FACTS];
    char fact_text[PAGE_MOST_FACTS][160];
    char title[256], summary[1024], warning[512], command[512];
    struct cli_page_network *network; /* NULL of a cell */
    struct cli_page_findings *findings;
};

spk_status cli_page_no_memory(cli *c);
spk_status cli_page_fill_sweeps(cli_page *g, unsigned parts);
spk_status cli_page_fill_parameters(cli_page *g, bool profiles);
/* most: how many generations; of more some are left out, their failures counted with the next. */
spk_status cli_page_fill_search(cli_page *g, size_t most);
/* Title, summary, warning, facts, scores: of what has ended. */
spk_status cli_page_fill_words(cli_page *g);

/* ---- what a network's page shares with it ---- */

spk_status cli_page_fill_scores(cli_page *g);
/* What the bands of the parameters are: of profiles, or of the search's candidates. */
void cli_page_say_sure(cli_page *g, bool refitted);
void cli_page_write_warning(cli_page *g);
/* A fact, cut where it is too long; one too many is left out. */
void cli_page_add_fact(cli_page *g, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The text behind what is there already, cut where it does not fit. */
void cli_page_append(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void cli_page_free_network(struct cli_page_network *n);
/* Front, posterior, diagnosis, and what is known of the parameters beyond each one's own sentence: of a cell
 * that has ended, after its parameters. */
spk_status cli_page_fill_findings(cli_page *g);
void cli_page_free_findings(struct cli_page_findings *f);

#endif
