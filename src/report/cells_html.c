/* Many cells as a page. The rows are data of the page; its script makes the table. */
#include "report/cells.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

static bool has_file(const char *folder, const char *fit, const char *file) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s/%s", folder, fit, file);
    return access(path, F_OK) == 0;
}

static void put_heads(spk__str *s, const spk__columns *c) {
    for (size_t i = 0; i < c->n; i++) {
        spk__str_add(s, i ? "," : "");
        spk__str_add(s, "{\"part\":");
        spk__json_string(s, i < c->n_scores ? c->item[i].part : NULL);
        spk__str_add(s, ",\"name\":");
        spk__json_string(s, c->item[i].name);
        spk__str_add(s, ",\"unit\":");
        spk__json_string(s, c->item[i].unit);
        spk__str_add(s, "}");
    }
}

/* Six digits are enough for a table: the files have the rest. */
static void put_number(spk__str *s, double x) {
    spk__str_add(s, isfinite(x) ? "%.6g" : "null", x);
}

/* A score is [value, low, high, repeats], a parameter [value, near low, near high, bound]. */
static void put_cell(spk__str *s, const spk__columns *c, size_t i, const spk_cell_fit *f) {
    double v[4] = {NAN, NAN, NAN, NAN};
    const spk_result_score *x = i < c->n_scores ? spk__column_score(&c->item[i], f) : NULL;
    const spk_result_parameter *p = i < c->n_scores ? NULL : spk__column_parameter(&c->item[i], f);
    if (x)
        memcpy(v, (double[]){x->value, x->low, x->high, x->reliability}, sizeof v);
    else if (p)
        memcpy(v, (double[]){p->value, p->near_low, p->near_high, p->bound ? (double)p->bound : (double)NAN},
               sizeof v);
    if (!x && !p) {
        spk__str_add(s, "null");
        return;
    }
    for (int k = 0; k < 4; k++) {
        spk__str_add(s, k ? "," : "[");
        put_number(s, v[k]);
    }
    spk__str_add(s, "]");
}

static void put_fit(spk__str *s, const spk__columns *c, const char *folder, const spk_cell_fit *f) {
    spk__str_add(s, "{\"cell\":");
    spk__json_string(s, f->cell);
    spk__str_add(s, ",\"model\":");
    spk__json_string(s, f->model);
    spk__str_add(s, ",\"status\":\"%s\",\"reason\":", spk_cell_status_name(f->status));
    spk__json_string(s, f->reason);
    spk__str_add(s, ",\"folder\":");
    spk__json_string(s, f->folder);
    spk__str_add(s, ",\"page\":\"%s\",\"rank\":%d,\"evaluations\":%llu,\"loss\":",
                 has_file(folder, f->folder, "report.html")   ? "report.html"
                 : has_file(folder, f->folder, "result.json") ? "result.json"
                                                              : "",
                 f->rank, (unsigned long long)f->evaluations);
    put_number(s, f->loss);
    spk__str_add(s, ",\"seconds\":");
    put_number(s, f->seconds);
    spk__str_add(s, ",\"x\":[");
    for (size_t i = 0; i < c->n; i++) {
        spk__str_add(s, i ? "," : "");
        put_cell(s, c, i, f);
    }
    spk__str_add(s, "]}");
}

static void put_data(spk__str *s, const spk_cells *cells, const spk__columns *c,
                     const char *folder) {
    spk__str_add(s,
                 "<script type=\"application/json\" id=\"data\">{\"measure\":\"%s\",\"columns\":[",
                 SPK_CELLS_RANK_MEASURE);
    put_heads(s, c);
    spk__str_add(s, "],\"fits\":[");
    for (size_t i = 0; i < cells->n; i++) {
        spk__str_add(s, i ? ",\n" : "\n");
        put_fit(s, c, folder, &cells->fit[i]);
    }
    spk__str_add(s, "]}</script>\n");
}

static void put_summary(spk__str *s, const spk_cells *cells) {
    size_t n[SPK_CELL_STATUS_COUNT] = {0};
    for (size_t i = 0; i < cells->n; i++)
        n[cells->fit[i].status]++;
    spk__str_add(s, "<p class=\"summary\">%zu %s:", cells->n, cells->n == 1 ? "fit" : "fits");
    for (int i = 0, any = 0; i < SPK_CELL_STATUS_COUNT; i++)
        if (n[i])
            spk__str_add(s, "%s %zu %s", any++ ? "," : "", n[i],
                         spk_cell_status_name((spk_cell_status)i));
    spk__str_add(s, ".</p>\n");
    if (cells->n_shards > 1)
        spk__str_add(s, "<p class=\"warning\">Shard %d of %d: the other cells are elsewhere.</p>\n",
                     cells->shard, cells->n_shards);
}

void spk__cells_html(const spk_cells *cells, const spk__columns *c, const char *folder,
                     spk__str *s) {
    const char *slash = strrchr(folder, '/'), *name = slash && slash[1] ? slash + 1 : folder;
    spk__html_head(s, name, false);
    put_summary(s, cells);
    spk__str_add(s, "</header>\n<main>\n<section id=\"models\" hidden><h2>Models on held-out "
                    "data</h2></section>\n"
                    "<section id=\"fits\"><h2>Fits</h2></section>\n"
                    "<section id=\"origin\"><h2>The study as run</h2>\n<pre>");
    spk__html_text(s, cells->study);
    spk__str_add(
        s, "</pre>\n</section>\n</main>\n<footer>Made by spikefit. This page needs no network: "
           "everything it shows is inside it.</footer>\n");
    put_data(s, cells, c, folder);
    const spk__asset scripts[] = {spk__asset_script(0), spk__asset_cells()};
    for (int i = 0; i < 2; i++) {
        spk__str_add(s, "<script>\n");
        spk__str_addn(s, scripts[i].text, scripts[i].length);
        spk__str_add(s, "</script>\n");
    }
    spk__str_add(s, "</body>\n</html>\n");
}
