/* Lists of cells, and the state: what is put in comes out, models are ranked, memory may fail. */
#include "cells/cells.h"
#include "test.h"
#include <sys/stat.h>

static char folder[64];

static const char *in_folder(const char *name) {
    static char path[4][256];
    static int at;
    at = (at + 1) % 4;
    snprintf(path[at], sizeof path[at], "%s/%s", folder, name);
    return path[at];
}

static void put(const char *name, const char *text) {
    FILE *f = fopen(in_folder(name), "w");
    REQUIRE(f != NULL);
    fputs(text, f);
    fclose(f);
}

static spk_status list(spk_ctx *ctx, const char *name, spk_cell_list *l) {
    const char *pattern = in_folder(name);
    return spk_cell_list_read(ctx, &pattern, 1, l);
}

TEST(patterns_in_order_of_names) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_cell_list l = {0};
    put("b.csv", "");
    put("a.x.csv", "");
    put("c.csv", "");
    CHECK(list(ctx, "*.csv", &l) == SPK_OK && l.n == 3);
    if (l.n == 3) {
        CHECK_STR(l.item[0].name, "a.x");
        CHECK_STR(l.item[1].name, "b");
        CHECK_STR(l.item[2].path, in_folder("c.csv"));
    }
    spk_cell_list_free(&l);
    spk_ctx_free(ctx);
}

TEST(lists_with_names_and_comments) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_cell_list l = {0};
    put("x.list", "# cells\nmouse 1: b.csv\n\n  c.csv \t# the last\r\n/d/e.nwb\nb.csv");
    CHECK(list(ctx, "x.list", &l) == SPK_OK && l.n == 4);
    if (l.n == 4) {
        CHECK_STR(l.item[0].name, "b");
        CHECK_STR(l.item[1].name, "c");
        CHECK_STR(l.item[1].path, in_folder("c.csv"));
        CHECK_STR(l.item[2].path, "/d/e.nwb");
        CHECK_STR(l.item[3].name, "mouse 1");
    }
    spk_cell_list_free(&l);
    spk_ctx_free(ctx);
}

static void refuses(const char *text, const char *want) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_cell_list l = {0};
    put("y.list", text);
    CHECK(list(ctx, "y.list", &l) == SPK_ERR_INPUT && !l.n);
    CHECK(strstr(last_message(ctx), want) != NULL);
    if (!strstr(last_message(ctx), want))
        CHECK_STR(last_message(ctx), want);
    spk_ctx_free(ctx);
}

TEST(lists_that_make_no_sense) {
    refuses("# nothing\n", "the list of cells is empty");
    refuses("x: b.csv\nx: c.csv\n", "two cells would be called 'x'");
    refuses("../x: b.csv\n", "cannot be the name of a cell's folder");
    refuses(".hidden\n", "cannot be the name of a cell's folder");
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_cell_list l = {0};
    CHECK(list(ctx, "*.nwb", &l) == SPK_ERR_INPUT);
    spk_ctx_free(ctx);
}

/* ---- the state ---- */

static spk_result_score score[] = {
    {"coincidence_factor", "test", 0.5, 0.25, 0.75, NAN},
    {"rate_error", "train", 0.125, NAN, NAN, 1},
};
static spk_result_parameter parameter[] = {
    {.name = "tau",
     .unit = "ms",
     .value = 10,
     .free = true,
     .low = 1,
     .high = 100,
     .near_low = 9,
     .near_high = NAN,
     .bound = -1},
    {.name = "C'",
     .unit = "1",
     .value = -0.5,
     .low = NAN,
     .high = NAN,
     .near_low = NAN,
     .near_high = NAN},
};

static spk_cell_fit row(const char *cell, const char *model, int number) {
    return (spk_cell_fit){.cell = (char *)(uintptr_t)cell,
                          .model = (char *)(uintptr_t)model,
                          .model_number = number,
                          .recording = (char *)(uintptr_t) "r",
                          .folder = (char *)(uintptr_t) "f",
                          .status = SPK_CELL_DONE,
                          .evaluations = 7,
                          .budget = 9,
                          .loss = 0.25,
                          .seconds = 3};
}

static void write_state(spk_ctx *ctx, spk__state *s) {
    spk__state_open(ctx, folder, true, s);
    spk__state_begin(s);
    spk__state_set_text(s, "study", "model: [b, a]\n");
    spk__state_set_number(s, "budget", 9);
    const double value[] = {0.5, 0.75, 0.5};
    const char *const model[] = {"b", "a", "c"};
    for (int i = 0; i < 3; i++) {
        spk_cell_fit f = row("x", model[i], i);
        score[0].value = value[i];
        f.score = score;
        f.n_scores = 2;
        f.parameter = parameter;
        f.n_parameters = i == 1 ? 0 : 2;
        spk__state_add(s, &f);
        spk__state_update(s, &f);
        spk__state_put_results(s, &f);
        spk__state_put_results(s, &f); /* in place of the first */
    }
    spk_cell_fit waiting = row("y", "b", 0);
    waiting.status = SPK_CELL_WAITING;
    spk__state_add(s, &waiting);
    spk__state_add(s, &waiting); /* it is there already */
    spk__state_commit(s);
}

static spk_status state_work(spk_ctx *ctx) {
    spk__state s;
    spk_cells *c = NULL;
    unlink(in_folder(SPK__CELLS_FILE));
    write_state(ctx, &s);
    spk_status st = s.status;
    spk__state_close(&s);
    if (!st)
        st = spk_cells_read(ctx, folder, &c);
    spk_cells_free(c);
    return st;
}

TEST(rows_come_back) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_cells *c = NULL;
    CHECK(state_work(ctx) == SPK_OK);
    CHECK(spk_cells_is_run(folder));
    CHECK(spk_cells_read(ctx, folder, &c) == SPK_OK);
    print_diags(ctx);
    REQUIRE(c && c->n == 4);
    CHECK_STR(c->study, "model: [b, a]\n");
    CHECK(c->budget == 9 && c->shard == 1 && c->n_shards == 1);
    const spk_cell_fit *f = &c->fit[0];
    CHECK_STR(f->model, "b"); /* in the order of the study */
    CHECK(f->status == SPK_CELL_DONE && f->evaluations == 7 && f->loss == 0.25 && f->seconds == 3);
    REQUIRE(f->n_scores == 2 && f->n_parameters == 2 && c->fit[1].n_parameters == 0);
    CHECK_STR(f->score[1].measure, "rate_error");
    CHECK(isnan(f->score[1].low) && f->score[1].reliability == 1 && f->score[0].high == 0.75);
    CHECK_STR(f->parameter[1].name, "C'");
    CHECK(f->parameter[0].free && f->parameter[0].bound == -1 && isnan(f->parameter[0].near_high));
    CHECK(c->fit[3].status == SPK_CELL_WAITING && c->fit[3].rank == 0 && c->fit[3].n_scores == 0);
    spk_cells_free(c);
    spk_ctx_free(ctx);
}

/* 0.5, 0.75, 0.5: the second is first; of equals, the one that the study names first. */
TEST(models_are_ranked_on_held_out_data) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_cells *c = NULL;
    CHECK(state_work(ctx) == SPK_OK && spk_cells_read(ctx, folder, &c) == SPK_OK);
    REQUIRE(c && c->n == 4);
    CHECK(c->fit[0].rank == 2 && c->fit[1].rank == 1 && c->fit[2].rank == 3);
    spk_cells_free(c);
    spk_ctx_free(ctx);
}

TEST(what_is_no_state_is_refused) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_cells *c = NULL;
    put(SPK__CELLS_FILE,
        "this is no database, but text that is long enough to be looked at as one\n");
    CHECK(spk_cells_read(ctx, folder, &c) == SPK_ERR_INPUT);
    unlink(in_folder(SPK__CELLS_FILE));
    CHECK(spk_cells_read(ctx, folder, &c) == SPK_ERR_IO && !c && !spk_cells_is_run(folder));
    spk_ctx_free(ctx);
}

static spk_status list_work(spk_ctx *ctx) {
    spk_cell_list l = {0};
    spk_status st = list(ctx, "x.list", &l);
    spk_cell_list_free(&l);
    return st;
}

TEST(failing_allocations) {
    check_every_allocation(list_work);
    check_every_allocation(state_work);
}

int main(void) {
    snprintf(folder, sizeof folder, "/tmp/spk_cells_%ld", (long)getpid());
    mkdir(folder, 0777);
    RUN(patterns_in_order_of_names);
    RUN(lists_with_names_and_comments);
    RUN(lists_that_make_no_sense);
    RUN(rows_come_back);
    RUN(models_are_ranked_on_held_out_data);
    RUN(what_is_no_state_is_refused);
    RUN(failing_allocations);
    const char *const files[] = {"a.x.csv", "b.csv", "c.csv", "x.list", "y.list", SPK__CELLS_FILE};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        unlink(in_folder(files[i]));
    rmdir(folder);
    return test_end();
}
