/* Many cells as tables: CSV and JSON. */
#include "report/cells.h"

#include <math.h>

/* ---- columns ---- */

static bool same(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

static const char *unit_of(const char *unit) {
    return unit && *unit && strcmp(unit, "1") != 0 ? unit : NULL;
}

static bool add_column(spk_ctx *ctx, spk__columns *c, size_t *room, spk__column wanted) {
    for (size_t i = 0; i < c->n; i++)
        if (same(c->item[i].part, wanted.part) && same(c->item[i].name, wanted.name) &&
            same(c->item[i].unit, wanted.unit))
            return true;
    if (c->n == *room && !spk__grow(ctx, &c->item, c->n, room, sizeof *c->item))
        return false;
    c->item[c->n++] = wanted;
    return true;
}

spk_status spk__columns_new(spk_ctx *ctx, const spk_cells *cells, spk__columns *out) {
    spk__columns c = {0};
    size_t room = 0;
    bool fits = true;
    for (size_t i = 0; fits && i < cells->n; i++)
        for (size_t k = 0; fits && k < cells->fit[i].n_scores; k++) {
            const spk_result_score *s = &cells->fit[i].score[k];
            fits = add_column(ctx, &c, &room,
                              (spk__column){s->part, s->measure, spk_cells_score_unit(s->measure)});
        }
    c.n_scores = c.n;
    for (size_t i = 0; fits && i < cells->n; i++)
        for (size_t k = 0; fits && k < cells->fit[i].n_parameters; k++) {
            const spk_result_parameter *p = &cells->fit[i].parameter[k];
            fits = add_column(ctx, &c, &room, (spk__column){NULL, p->name, unit_of(p->unit)});
        }
    if (!fits) {
        spk__free(ctx, c.item);
        return SPK_ERR_MEMORY;
    }
    *out = c;
    return SPK_OK;
}

const spk_result_score *spk__column_score(const spk__column *c, const spk_cell_fit *f) {
    return spk_cell_fit_score(f, c->part, c->name);
}

const spk_result_parameter *spk__column_parameter(const spk__column *c, const spk_cell_fit *f) {
    for (size_t i = 0; i < f->n_parameters; i++)
        if (strcmp(f->parameter[i].name, c->name) == 0 &&
            same(unit_of(f->parameter[i].unit), c->unit))
            return &f->parameter[i];
    return NULL;
}

/* ---- CSV (RFC 4180) ---- */

static void csv_text(spk__str *s, const char *text) {
    if (!text)
        return;
    if (!strpbrk(text, ",\"\r\n")) {
        spk__str_add(s, "%s", text);
        return;
    }
    spk__str_addn(s, "\"", 1);
    for (; *text; text++)
        spk__str_addn(s, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    spk__str_addn(s, "\"", 1);
}

static void csv_number(spk__str *s, double x) {
    char buf[32];
    if (!isnan(x))
        spk__str_add(s, ",%s", spk__print_double(x, buf));
    else
        spk__str_addn(s, ",", 1);
}

static void csv_head(spk__str *s, const spk__column *c, const char *what) {
    spk__str name = {.ctx = s->ctx};
    spk__str_add(&name, "%s%s%s%s%s", c->part ? c->part : "", c->part ? " " : "", c->name,
                 *what ? " " : "", what);
    if (c->unit)
        spk__str_add(&name, " [%s]", c->unit);
    spk__str_addn(s, ",", 1);
    csv_text(s, name.failed ? NULL : name.text);
    s->failed = s->failed || name.failed;
    spk__str_free(&name);
}

static void csv_row(spk__str *s, const spk_cell_fit *f, const spk__columns *c) {
    const char *texts[] = {f->cell,   f->model,     spk_cell_status_name(f->status),
                           f->reason, f->recording, f->folder};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        spk__str_add(s, i ? "," : "");
        csv_text(s, texts[i]);
    }
    csv_number(s, f->rank ? (double)f->rank : (double)NAN);
    csv_number(s, (double)f->evaluations);
    csv_number(s, (double)f->budget);
    csv_number(s, f->loss);
    csv_number(s, f->seconds);
    for (size_t i = 0; i < c->n; i++) {
        if (i < c->n_scores) {
            const spk_result_score *x = spk__column_score(&c->item[i], f);
            double v[] = {x ? x->value : NAN, x ? x->low : NAN, x ? x->high : NAN,
                          x ? x->reliability : NAN};
            for (int k = 0; k < 4; k++)
                csv_number(s, v[k]);
        } else {
            const spk_result_parameter *p = spk__column_parameter(&c->item[i], f);
            csv_number(s, p ? p->value : NAN);
            csv_number(s, p ? p->near_low : NAN);
            csv_number(s, p ? p->near_high : NAN);
            spk__str_add(s, ",%s", !p || !p->bound ? "" : p->bound < 0 ? "lower" : "upper");
        }
    }
    spk__str_add(s, "\n");
}

void spk__cells_csv(const spk_cells *cells, const spk__columns *c, spk__str *s) {
    static const char *const of_score[] = {"", "low 95 %", "high 95 %", "repeats"};
    static const char *const of_parameter[] = {"", "near low", "near high"};
    spk__str_add(s,
                 "cell,model,status,reason,recording,folder,rank,evaluations,budget,training loss,"
                 "time [s]");
    for (size_t i = 0; i < c->n; i++) {
        bool score = i < c->n_scores;
        for (int k = 0; k < (score ? 4 : 3); k++)
            csv_head(s, &c->item[i], score ? of_score[k] : of_parameter[k]);
        if (!score)
            csv_head(s, &(spk__column){.name = c->item[i].name}, "at bound");
    }
    spk__str_add(s, "\n");
    for (size_t i = 0; i < cells->n; i++)
        csv_row(s, &cells->fit[i], c);
}

/* ---- JSON ---- */

static void text_field(spk__str *s, const char *before, const char *name, const char *text) {
    spk__str_add(s, "%s\"%s\": ", before, name);
    spk__json_string(s, text);
}

static void number_field(spk__str *s, const char *name, double x) {
    spk__str_add(s, ", \"%s\": ", name);
    spk__json_number(s, x);
}

static void json_fit(spk__str *s, const spk_cell_fit *f) {
    text_field(s, "{", "cell", f->cell);
    text_field(s, ", ", "model", f->model);
    text_field(s, ", ", "status", spk_cell_status_name(f->status));
    text_field(s, ", ", "reason", f->reason);
    text_field(s, ", ", "recording", f->recording);
    text_field(s, ", ", "folder", f->folder);
    number_field(s, "rank", f->rank ? (double)f->rank : (double)NAN);
    number_field(s, "evaluations", (double)f->evaluations);
    number_field(s, "budget", (double)f->budget);
    number_field(s, "training_loss", f->loss);
    number_field(s, "time_s", f->seconds);
    spk__str_add(s, ",\n  \"scores\": [");
    for (size_t i = 0; i < f->n_scores; i++) {
        const spk_result_score *c = &f->score[i];
        text_field(s, i ? ",\n    {" : "\n    {", "part", c->part);
        text_field(s, ", ", "measure", c->measure);
        text_field(s, ", ", "unit", spk_cells_score_unit(c->measure));
        number_field(s, "value", c->value);
        number_field(s, "low_95", c->low);
        number_field(s, "high_95", c->high);
        number_field(s, "reliability", c->reliability);
        spk__str_add(s, "}");
    }
    spk__str_add(s, "],\n  \"parameters\": {");
    for (size_t i = 0; i < f->n_parameters; i++) {
        const spk_result_parameter *p = &f->parameter[i];
        spk__str_add(s, i ? ",\n    " : "\n    ");
        spk__json_string(s, p->name);
        text_field(s, ": {", "unit", unit_of(p->unit));
        number_field(s, "value", p->value);
        spk__str_add(s, ", \"free\": %s", p->free ? "true" : "false");
        number_field(s, "near_min", p->near_low);
        number_field(s, "near_max", p->near_high);
        text_field(s, ", ", "at_bound", p->bound < 0 ? "lower" : p->bound > 0 ? "upper" : NULL);
        spk__str_add(s, "}");
    }
    spk__str_add(s, "}}");
}

void spk__cells_json(const spk_cells *cells, spk__str *s) {
    spk__str_add(s, "[");
    for (size_t i = 0; i < cells->n; i++) {
        spk__str_add(s, i ? ",\n" : "\n");
        json_fit(s, &cells->fit[i]);
    }
    spk__str_add(s, "\n]\n");
}

/* ---- all formats ---- */

spk_status spk_cells_print(spk_ctx *ctx, const spk_cells *cells, const char *folder,
                           spk_cells_format format, char **text, size_t *length) {
    spk__str s = {.ctx = ctx};
    spk__columns c = {0};
    spk_status st = spk__columns_new(ctx, cells, &c);
    if (!st && format == SPK_CELLS_CSV)
        spk__cells_csv(cells, &c, &s);
    else if (!st && format == SPK_CELLS_JSON)
        spk__cells_json(cells, &s);
    else if (!st)
        spk__cells_html(cells, &c, folder, &s);
    spk__free(ctx, c.item);
    if (st || s.failed) {
        spk__str_free(&s);
        return SPK_ERR_MEMORY;
    }
    *text = s.text;
    *length = s.length;
    return SPK_OK;
}

spk_status spk_cells_write(spk_ctx *ctx, const spk_cells *cells, const char *folder,
                           spk_cells_format format, const char *path) {
    char *text = NULL;
    size_t length = 0;
    spk_status st = spk_cells_print(ctx, cells, folder, format, &text, &length);
    if (!st)
        st = spk__write_file_atomic(ctx, path, text, length);
    spk_report_free(ctx, text);
    return st;
}
