/* The state of a run of many cells, in SQLite: WAL, so that others read while it is written. */
#include "cells/cells.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>

enum { PATIENCE_MS = 10000 }; /* for readers that hold the file */

static void fail(spk__state *s, const char *what) {
    if (s->status)
        return;
    int code = s->db ? sqlite3_errcode(s->db) : SQLITE_NOMEM;
    bool room = code == SQLITE_FULL || code == SQLITE_IOERR;
    s->status = code == SQLITE_NOMEM
                    ? spk__fail(s->ctx, SPK_ERR_MEMORY, NULL, NULL, "out of memory")
                    : spk__fail(s->ctx, code == SQLITE_NOTADB ? SPK_ERR_INPUT : SPK_ERR_IO,
                                &(spk_loc){.file = s->path},
                                room ? "make room and go on with --resume: no fit is lost" : NULL,
                                "cannot %s: %s", what, sqlite3_errmsg(s->db));
}

static void execute(spk__state *s, const char *sql, const char *what) {
    if (!s->status && sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail(s, what);
}

/* A statement with values: i int64_t, d double (NaN: NULL), t text (NULL too). */
static sqlite3_stmt *prepare(spk__state *s, const char *sql, const char *kinds, va_list values) {
    sqlite3_stmt *q = NULL;
    if (s->status)
        return NULL;
    if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK) {
        fail(s, "use the state");
        return NULL;
    }
    for (int i = 1; *kinds; kinds++, i++) {
        if (*kinds == 'i')
            sqlite3_bind_int64(q, i, va_arg(values, int64_t));
        else if (*kinds == 'd')
            sqlite3_bind_double(q, i, va_arg(values, double));
        else
            sqlite3_bind_text(q, i, va_arg(values, const char *), -1, SQLITE_TRANSIENT);
    }
    return q;
}

static void change(spk__state *s, const char *sql, const char *kinds, ...) {
    va_list values;
    va_start(values, kinds);
    sqlite3_stmt *q = prepare(s, sql, kinds, values);
    va_end(values);
    if (q && sqlite3_step(q) != SQLITE_DONE)
        fail(s, "write");
    sqlite3_finalize(q);
}

static sqlite3_stmt *ask(spk__state *s, const char *sql, const char *kinds, ...) {
    va_list values;
    va_start(values, kinds);
    sqlite3_stmt *q = prepare(s, sql, kinds, values);
    va_end(values);
    return q;
}

/* Whether there is another row. */
static bool next(spk__state *s, sqlite3_stmt *q) {
    int r = s->status || !q ? SQLITE_DONE : sqlite3_step(q);
    if (r != SQLITE_ROW && r != SQLITE_DONE)
        fail(s, "read");
    return r == SQLITE_ROW;
}

static char *text(spk__state *s, sqlite3_stmt *q, int column) {
    const char *t = (const char *)sqlite3_column_text(q, column);
    char *copy = t ? spk__strdup(s->ctx, t) : NULL;
    if (t && !copy && !s->status)
        s->status = SPK_ERR_MEMORY;
    return copy;
}

static double number(sqlite3_stmt *q, int column) {
    return sqlite3_column_type(q, column) == SQLITE_NULL ? NAN : sqlite3_column_double(q, column);
}

/* ---- opening ---- */

static void check_format(spk__state *s, bool write) {
    sqlite3_stmt *q = ask(s, "SELECT count(*) FROM sqlite_master WHERE name = 'run'", "");
    bool empty = next(s, q) && sqlite3_column_int(q, 0) == 0;
    sqlite3_finalize(q);
    if (s->status || (empty && write))
        return;
    int64_t format = empty ? 0 : spk__state_get_number(s, "format", 0);
    if (!s->status && format != SPK__CELLS_FORMAT && !(write && format == 0))
        s->status = spk__fail(s->ctx, SPK_ERR_INPUT, &(spk_loc){.file = s->path},
                              "choose another folder with --out",
                              "this is no state of this version of spikefit");
}

void spk__state_open(spk_ctx *ctx, const char *folder, bool write, spk__state *s) {
    spk__str path = {.ctx = ctx};
    spk__str_add(&path, "%s/" SPK__CELLS_FILE, folder);
    *s = (spk__state){.ctx = ctx, .path = path.text};
    if (path.failed) {
        s->status = SPK_ERR_MEMORY;
        return;
    }
    sqlite3 *db = NULL;
    int flags = write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;
    int r = sqlite3_open_v2(s->path, &db, flags, NULL);
    if (r == SQLITE_CANTOPEN && !write) { /* a file or folder that one may only read */
        sqlite3_close(db);
        r = sqlite3_open_v2(s->path, &db, SQLITE_OPEN_READONLY, NULL);
    }
    s->db = db;
    if (r != SQLITE_OK) {
        fail(s, "open");
        return;
    }
    sqlite3_busy_timeout(db, PATIENCE_MS);
    check_format(s, write);
    if (!write)
        return;
    execute(s, "PRAGMA journal_mode = WAL", "write");
    execute(s, "PRAGMA synchronous = NORMAL", "write");
    execute(s, spk__cells_schema, "write");
    spk__state_set_number(s, "format", SPK__CELLS_FORMAT);
}

void spk__state_close(spk__state *s) {
    sqlite3_close(s->db);
    spk__free(s->ctx, s->path);
    s->db = NULL;
    s->path = NULL;
}

void spk__state_begin(spk__state *s) {
    execute(s, "BEGIN IMMEDIATE", "write");
}

void spk__state_commit(spk__state *s) {
    if (s->status && s->db)
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    execute(s, "COMMIT", "write");
}

/* ---- the run ---- */

void spk__state_set_text(spk__state *s, const char *key, const char *value) {
    change(s, "INSERT OR REPLACE INTO run VALUES(?, ?)", "tt", key, value);
}

void spk__state_set_number(spk__state *s, const char *key, int64_t value) {
    change(s, "INSERT OR REPLACE INTO run VALUES(?, ?)", "ti", key, value);
}

char *spk__state_get_text(spk__state *s, const char *key) {
    sqlite3_stmt *q = ask(s, "SELECT value FROM run WHERE key = ?", "t", key);
    char *value = next(s, q) ? text(s, q, 0) : NULL;
    sqlite3_finalize(q);
    return value;
}

int64_t spk__state_get_number(spk__state *s, const char *key, int64_t otherwise) {
    sqlite3_stmt *q = ask(s, "SELECT value FROM run WHERE key = ?", "t", key);
    int64_t value = next(s, q) ? sqlite3_column_int64(q, 0) : otherwise;
    sqlite3_finalize(q);
    return value;
}

/* ---- writing rows ---- */

void spk__state_add(spk__state *s, const spk_cell_fit *f) {
    change(s,
           "INSERT OR IGNORE INTO fit(cell, model, model_number, recording, folder, status) "
           "VALUES(?, ?, ?, ?, ?, ?)",
           "ttittt", f->cell, f->model, (int64_t)f->model_number, f->recording, f->folder,
           spk_cell_status_name(f->status));
}

void spk__state_update(spk__state *s, const spk_cell_fit *f) {
    change(
        s,
        "UPDATE fit SET status = ?, reason = ?, evaluations = ?, budget = ?, loss = ?, seconds = ? "
        "WHERE cell = ? AND model = ?",
        "ttiiddtt", spk_cell_status_name(f->status), f->reason, (int64_t)f->evaluations,
        (int64_t)f->budget, f->loss, f->seconds, f->cell, f->model);
}

void spk__state_put_results(spk__state *s, const spk_cell_fit *f) {
    change(s, "DELETE FROM score WHERE cell = ? AND model = ?", "tt", f->cell, f->model);
    change(s, "DELETE FROM parameter WHERE cell = ? AND model = ?", "tt", f->cell, f->model);
    for (size_t i = 0; i < f->n_scores; i++) {
        const spk_result_score *c = &f->score[i];
        change(s, "INSERT INTO score VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", "ttttitdddd", f->cell,
               f->model, c->part, c->measure, (int64_t)i, spk_cells_score_unit(c->measure),
               c->value, c->low, c->high, c->reliability);
    }
    for (size_t i = 0; i < f->n_parameters; i++) {
        const spk_result_parameter *p = &f->parameter[i];
        change(s, "INSERT INTO parameter VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
               "tttitdiddddi", f->cell, f->model, p->name, (int64_t)i, p->unit, p->value,
               (int64_t)p->free, p->low, p->high, p->near_low, p->near_high, (int64_t)p->bound);
    }
}

/* ---- reading rows ---- */

static spk_cell_status status_of(const char *name) {
    for (int i = 0; i < SPK_CELL_STATUS_COUNT; i++)
        if (name && strcmp(name, spk_cell_status_name((spk_cell_status)i)) == 0)
            return (spk_cell_status)i;
    return SPK_CELL_WAITING;
}

static void read_fits(spk__state *s, spk_cells *out) {
    size_t capacity = 0;
    sqlite3_stmt *q = ask(s,
                          "SELECT cell, model, model_number, recording, folder, status, reason, "
                          "evaluations, budget, loss, seconds FROM fit ORDER BY cell, model_number",
                          "");
    while (next(s, q)) {
        if (out->n == capacity &&
            !spk__grow(s->ctx, &out->fit, out->n, &capacity, sizeof *out->fit)) {
            s->status = SPK_ERR_MEMORY;
            break;
        }
        out->fit[out->n++] = (spk_cell_fit){
            .cell = text(s, q, 0),
            .model = text(s, q, 1),
            .model_number = sqlite3_column_int(q, 2),
            .recording = text(s, q, 3),
            .folder = text(s, q, 4),
            .status = status_of((const char *)sqlite3_column_text(q, 5)),
            .reason = text(s, q, 6),
            .evaluations = (uint64_t)sqlite3_column_int64(q, 7),
            .budget = (uint64_t)sqlite3_column_int64(q, 8),
            .loss = number(q, 9),
            .seconds = number(q, 10),
        };
    }
    sqlite3_finalize(q);
}

/* Rows of the other tables come in the order of the fits: *at walks along. */
static spk_cell_fit *fit_of(spk_cells *out, size_t *at, sqlite3_stmt *q) {
    const char *cell = (const char *)sqlite3_column_text(q, 0);
    const char *model = (const char *)sqlite3_column_text(q, 1);
    for (; *at < out->n; ++*at)
        if (strcmp(out->fit[*at].cell, cell) == 0 && strcmp(out->fit[*at].model, model) == 0)
            return &out->fit[*at];
    return NULL;
}

static void read_scores(spk__state *s, spk_cells *out) {
    size_t at = 0, capacity = 0;
    sqlite3_stmt *q = ask(
        s,
        "SELECT score.cell, score.model, part, measure, value, low_95, high_95, reliability FROM "
        "score JOIN fit ON fit.cell = score.cell AND fit.model = score.model "
        "ORDER BY fit.cell, fit.model_number, number",
        "");
    for (spk_cell_fit *f, *before = NULL; next(s, q) && (f = fit_of(out, &at, q)); before = f) {
        capacity = f == before ? capacity : 0;
        if (f->n_scores == capacity &&
            !spk__grow(s->ctx, &f->score, f->n_scores, &capacity, sizeof *f->score)) {
            s->status = SPK_ERR_MEMORY;
            break;
        }
        f->score[f->n_scores++] = (spk_result_score){.part = text(s, q, 2),
                                                     .measure = text(s, q, 3),
                                                     .value = number(q, 4),
                                                     .low = number(q, 5),
                                                     .high = number(q, 6),
                                                     .reliability = number(q, 7)};
    }
    sqlite3_finalize(q);
}

static void read_parameters(spk__state *s, spk_cells *out) {
    size_t at = 0, capacity = 0;
    sqlite3_stmt *q =
        ask(s,
            "SELECT parameter.cell, parameter.model, name, unit, value, free, min, max, near_min, "
            "near_max, at_bound FROM parameter "
            "JOIN fit ON fit.cell = parameter.cell AND fit.model = parameter.model "
            "ORDER BY fit.cell, fit.model_number, number",
            "");
    for (spk_cell_fit *f, *before = NULL; next(s, q) && (f = fit_of(out, &at, q)); before = f) {
        capacity = f == before ? capacity : 0;
        if (f->n_parameters == capacity &&
            !spk__grow(s->ctx, &f->parameter, f->n_parameters, &capacity, sizeof *f->parameter)) {
            s->status = SPK_ERR_MEMORY;
            break;
        }
        f->parameter[f->n_parameters++] =
            (spk_result_parameter){.name = text(s, q, 2),
                                   .unit = text(s, q, 3),
                                   .value = number(q, 4),
                                   .free = sqlite3_column_int(q, 5) != 0,
                                   .low = number(q, 6),
                                   .high = number(q, 7),
                                   .start = NAN,
                                   .near_low = number(q, 8),
                                   .near_high = number(q, 9),
                                   .bound = sqlite3_column_int(q, 10)};
    }
    sqlite3_finalize(q);
}

void spk__state_read(spk__state *s, spk_cells *out) {
    execute(s, "BEGIN", "read"); /* one moment of a state that others write to */
    out->study = spk__state_get_text(s, "study");
    out->study_name = spk__state_get_text(s, "study_name");
    out->budget = (uint64_t)spk__state_get_number(s, "budget", 0);
    out->shard = (int)spk__state_get_number(s, "shard", 1);
    out->n_shards = (int)spk__state_get_number(s, "shards", 1);
    out->n_cells = (size_t)spk__state_get_number(s, "cells", 0);
    read_fits(s, out);
    read_scores(s, out);
    read_parameters(s, out);
    execute(s, "COMMIT", "read");
}
