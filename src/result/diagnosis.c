/* The diagnosis of a fit, in the result's file. */
#include "result/diagnosis.h"

enum { TERM_NUMBERS = 4, MOST_TERMS = 1000 };
static const char group[] = "diagnosis/terms";

void spk_result_clear_diagnosis(spk_result *r) {
    spk_result_diagnosis *d = &r->diagnosis;
    for (size_t i = 0; i < d->n_terms; i++)
        spk__free(r->ctx, d->term[i].name);
    spk__free(r->ctx, d->term);
    spk__free(r->ctx, d->words);
    *d = (spk_result_diagnosis){0};
}

void spk__diagnosis_put(spk__store *h, const spk_result_diagnosis *d) {
    spk__item_name name;
    const uint64_t counts[2] = {d->n_terms, d->poor};
    spk__store_group(h, "diagnosis");
    spk__store_group(h, group);
    spk__store_put_u64(h, "diagnosis/counts", counts, 2);
    spk__store_put_text(h, "diagnosis/words", d->words);
    for (size_t i = 0; i < d->n_terms; i++) {
        const spk_result_term *t = &d->term[i];
        const double x[TERM_NUMBERS] = {t->weight, t->best, t->low, t->high};
        spk__store_group(h, spk__store_item(&name, group, i, ""));
        spk__store_put_text(h, spk__store_item(&name, group, i, "name"), t->name);
        spk__store_put_doubles(h, spk__store_item(&name, group, i, "numbers"), x, TERM_NUMBERS);
    }
}

void spk__diagnosis_get(spk__store *h, spk_result_diagnosis *d) {
    spk__item_name name;
    size_t found;
    uint64_t *c = spk__store_get_u64(h, "diagnosis/counts", &found);
    if (!h->status && (found != 2 || c[0] > MOST_TERMS))
        spk__store_damaged(h, "diagnosis/counts");
    if (!h->status) {
        d->term = SPK__ARRAY(h->ctx, c[0], spk_result_term);
        d->n_terms = d->term ? (size_t)c[0] : 0;
        d->poor = c[1] != 0;
        if (!d->term)
            h->status = SPK_ERR_MEMORY;
    }
    spk__free(h->ctx, c);
    d->words = spk__store_get_text(h, "diagnosis/words");
    for (size_t i = 0; i < d->n_terms && !h->status; i++) {
        double x[TERM_NUMBERS] = {0};
        char *text = spk__store_get_text(h, spk__store_item(&name, group, i, "name"));
        spk__store_get_exactly(h, spk__store_item(&name, group, i, "numbers"), x, TERM_NUMBERS);
        d->term[i] = (spk_result_term){text, x[0], x[1], x[2], x[3]};
    }
}
