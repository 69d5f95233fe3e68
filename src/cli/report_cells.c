/* spikefit report on a run of many cells: a page for each fit, and the index of them. */
#include "cli/page.h"
#include <spikefit/cells.h>

#include <unistd.h>

static spk_status write_page(cli *c, const char *folder) {
    char path[4200];
    cli_run r = {0};
    cli_page *page = NULL;
    spk_status st = cli_run_open_cell(c, folder, &r);
    if (st)
        return st;
    snprintf(path, sizeof path, "%s/report.html", folder);
    cli_page_source source = cli_page_source_of(&r, folder);
    st = cli_page_new(c, &source, CLI_PAGE_ALL, &page);
    if (!st)
        st = spk_report_write(c->ctx, cli_page_data(page), path);
    cli_page_free(page);
    cli_run_close(c, &r);
    return st;
}

/* A page that cannot be made is said, and the others are made all the same; a full disk ends it. */
static spk_status write_pages(cli *c, const char *run, const spk_cells *s, size_t *written) {
    bool terminal = isatty(STDERR_FILENO);
    spk_status failed = SPK_OK;
    for (size_t i = 0; i < s->n; i++) {
        char folder[4096];
        if (s->fit[i].status != SPK_CELL_DONE && s->fit[i].status != SPK_CELL_INTERRUPTED)
            continue;
        if (spk_ctx_cancelled(c->ctx))
            return SPK_ERR_CANCELLED;
        if (terminal)
            fprintf(stderr, "\r\033[K%zu of %zu %s", i + 1, s->n, s->fit[i].folder);
        snprintf(folder, sizeof folder, "%s/%s", run, s->fit[i].folder);
        spk_status st = write_page(c, folder);
        cli_print_diags(c, 0);
        if (st == SPK_ERR_IO || st == SPK_ERR_MEMORY)
            return st;
        failed = st ? st : failed;
        *written += !st;
    }
    if (terminal)
        fprintf(stderr, "\r\033[K");
    return failed;
}

spk_status cli_report_cells(cli *c, const char *run) {
    spk_cells *s = NULL;
    size_t written = 0;
    char index[4096];
    spk_status st = spk_cells_read(c->ctx, run, &s);
    if (st)
        return st;
    st = write_pages(c, run, s, &written);
    snprintf(index, sizeof index, "%s/index.html", run);
    spk_status last = spk_cells_write(c->ctx, s, run, SPK_CELLS_HTML, index);
    if (!last)
        printf("%s, %zu reports\n", index, written);
    spk_cells_free(s);
    return st ? st : last;
}
