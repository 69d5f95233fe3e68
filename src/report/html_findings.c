/* The page's data on what a fit found besides one best set: a front, a posterior. */
#include "report/html.h"
#include "report/series.h"

static void texts(spk__str *s, const char *name, const char *const *text, size_t n) {
    spk__json_key(s, name);
    for (size_t i = 0; i < n; i++) {
        spk__str_add(s, i ? "," : "[");
        spk__json_string(s, text[i]);
    }
    spk__str_add(s, n ? "]" : "[]");
}

/* Rows of a matrix as arrays. */
static void rows(spk__str *s, const char *name, const double *v, size_t n, size_t columns) {
    spk__json_key(s, name);
    for (size_t i = 0; i < n; i++) {
        spk__str_add(s, i ? "," : "[");
        spk__json_numbers(s, v + i * columns, columns);
    }
    spk__str_add(s, n ? "]" : "[]");
}

static void front(spk__str *s, const spk_report_front *f, size_t fitted) {
    spk__str_add(s, ",\"front\":{\"picked\":%zu,\"knee\":%zu", f->picked, f->knee);
    spk__json_text_of(s, "pick", f->pick);
    texts(s, "names", f->name, f->n_objectives);
    rows(s, "loss", f->loss, f->n, f->n_objectives);
    rows(s, "value", f->value, f->n, fitted);
    spk__str_add(s, "}");
}

static void check(spk__str *s, const spk_report_check *k) {
    spk__str_add(s, "{\"observed\":");
    spk__json_number(s, k->observed);
    spk__json_text_of(s, "name", k->name);
    spk__json_number_of(s, "mean", k->mean);
    spk__json_number_of(s, "low", k->low);
    spk__json_number_of(s, "high", k->high);
    spk__json_number_of(s, "p", k->p);
    spk__str_add(s, "}");
}

static void marginal(spk__str *s, const spk_report_data *d, size_t column) {
    spk__marginal m;
    spk__marginal_find(d, column, &m);
    spk__str_add(s, "{\"top\":");
    spk__json_number(s, m.top);
    spk__json_key(s, "edges");
    spk__json_numbers(s, m.edge, SPK__MARGINAL_BINS + 1);
    spk__json_key(s, "density");
    spk__json_numbers(s, m.density, SPK__MARGINAL_BINS);
    spk__json_key(s, "prior");
    spk__json_numbers(s, m.prior, SPK__MARGINAL_BINS);
    spk__str_add(s, "}");
}

/* Particles packed: dim values and the weight of each. */
static spk_status particles(spk__packer *p, spk__str *s, const spk_report_posterior *y, size_t dim) {
    float *all = SPK__ARRAY(p->ctx, y->n * (dim + 1), float);
    size_t m = 0;
    if (!all)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < y->n; i++) {
        for (size_t j = 0; j < dim; j++)
            all[m++] = (float)y->value[i * dim + j];
        all[m++] = (float)y->weight[i];
    }
    spk__json_key(s, "particles");
    spk_status st = spk__pack_floats(p, s, all, m);
    spk__free(p->ctx, all);
    return st;
}

static spk_status posterior(spk__packer *p, spk__str *s, const spk_report_data *d) {
    const spk_report_posterior *y = &d->posterior;
    size_t dim = spk__fitted_count(d);
    spk__str_add(s, ",\"posterior\":{\"n\":%zu", y->n);
    spk__json_text_of(s, "words", y->words);
    spk__json_key(s, "median");
    spk__json_numbers(s, y->median, dim);
    spk__json_key(s, "low");
    spk__json_numbers(s, y->low, dim);
    spk__json_key(s, "high");
    spk__json_numbers(s, y->high, dim);
    rows(s, "correlation", y->correlation, dim, dim);
    spk__json_key(s, "marginals");
    for (size_t j = 0; j < dim; j++) {
        spk__str_add(s, j ? "," : "[");
        marginal(s, d, j);
    }
    spk__str_add(s, dim ? "]" : "[]");
    spk__json_key(s, "checks");
    for (size_t i = 0; i < y->n_checks; i++) {
        spk__str_add(s, i ? "," : "[");
        check(s, &y->check[i]);
    }
    spk__str_add(s, y->n_checks ? "]" : "[]");
    rows(s, "ranks", y->rank, y->n_ranks, dim);
    spk__json_key(s, "rankP");
    spk__json_numbers(s, y->rank_p, y->n_ranks ? dim : 0);
    texts(s, "rankWords", y->rank_words, y->n_ranks ? dim : 0);
    spk__json_key(s, "rounds");
    for (size_t i = 0; i < y->n_rounds; i++) {
        const spk_report_round *r = &y->round[i];
        spk__str_add(s, i ? "," : "[");
        spk__json_numbers(
            s, (double[]){r->evaluations, r->tolerance, r->acceptance, r->effective}, 4);
    }
    spk__str_add(s, y->n_rounds ? "]" : "[]");
    spk_status st = particles(p, s, y, dim);
    spk__str_add(s, "}");
    return st;
}

spk_status spk__report_findings(const spk_report_data *d, spk__packer *p, spk__str *s) {
    if (d->front.n)
        front(s, &d->front, spk__fitted_count(d));
    return d->posterior.n ? posterior(p, s, d) : SPK_OK;
}
