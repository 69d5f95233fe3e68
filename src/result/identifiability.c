/* What a fit says about its parameters: its life, and its place in the result's file. */
#include "result/identifiability.h"

enum { SUMMARY_NUMBERS = 8, PROFILE_NUMBERS = 8 };

const char *spk_determined_words(spk_determined d) {
    static const char *const words[] = {
#define SPK_WORDS(name, words) words,
        SPK_DETERMINED_LIST(SPK_WORDS)
#undef SPK_WORDS
    };
    return (unsigned)d < SPK_DETERMINED_COUNT ? words[d] : "";
}

void spk_result_clear_identifiability(spk_result *r) {
    spk_result_identifiability *y = &r->identifiability;
    for (size_t i = 0; i < y->n; i++) {
        const spk_result_profile *p = &y->profile[i];
        void *parts[] = {p->value, p->held, p->refitted, p->path, p->sentence};
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
            spk__free(r->ctx, parts[k]);
    }
    for (size_t i = 0; i < y->n_directions; i++) {
        spk__free(r->ctx, y->direction[i].weight);
        spk__free(r->ctx, y->direction[i].sentence);
    }
    spk__free(r->ctx, y->profile);
    spk__free(r->ctx, y->direction);
    *y = (spk_result_identifiability){0};
}

/* ---- the file ---- */

static const char group[] = "identifiability", profiles[] = "identifiability/profiles",
                  directions[] = "identifiability/directions";

static void put_profile(spk__store *h, const spk_result_profile *p, size_t i, size_t n) {
    spk__item_name name;
    spk__store_group(h, spk__store_item(&name, profiles, i, ""));
    double x[PROFILE_NUMBERS] = {
        (double)p->parameter, (double)p->determined, p->low,         p->high,
        p->held_low,          p->held_high,          p->restart_low, p->restart_high};
    spk__store_put_doubles(h, spk__store_item(&name, profiles, i, "numbers"), x, PROFILE_NUMBERS);
    spk__store_put_doubles(h, spk__store_item(&name, profiles, i, "value"), p->value, p->n);
    spk__store_put_doubles(h, spk__store_item(&name, profiles, i, "held"), p->held, p->n);
    spk__store_put_doubles(h, spk__store_item(&name, profiles, i, "refitted"), p->refitted, p->n);
    spk__store_put_doubles(h, spk__store_item(&name, profiles, i, "path"), p->path, p->n * n);
    spk__store_put_text(h, spk__store_item(&name, profiles, i, "sentence"), p->sentence);
}

void spk__identifiability_put(spk__store *h, const spk_result_identifiability *y) {
    spk__item_name name;
    spk__store_group(h, group);
    spk__store_group(h, profiles);
    spk__store_group(h, directions);
    double x[SUMMARY_NUMBERS] = {
        (double)y->n,           (double)y->n_directions, y->limit, y->lowest, (double)y->starts,
        (double)y->starts_near, (double)y->evaluations,  y->best};
    spk__store_put_doubles(h, "identifiability/numbers", x, SUMMARY_NUMBERS);
    for (size_t i = 0; i < y->n; i++)
        put_profile(h, &y->profile[i], i, y->n);
    for (size_t i = 0; i < y->n_directions; i++) {
        const spk_result_direction *d = &y->direction[i];
        spk__store_group(h, spk__store_item(&name, directions, i, ""));
        spk__store_put_doubles(h, spk__store_item(&name, directions, i, "width"), &d->width, 1);
        spk__store_put_doubles(h, spk__store_item(&name, directions, i, "weight"), d->weight, y->n);
        spk__store_put_text(h, spk__store_item(&name, directions, i, "sentence"), d->sentence);
    }
}

static void get_profile(spk__store *h, spk_result_profile *p, size_t i, size_t n, size_t most) {
    spk__item_name name;
    double x[PROFILE_NUMBERS] = {0};
    spk__store_get_exactly(h, spk__store_item(&name, profiles, i, "numbers"), x, PROFILE_NUMBERS);
    p->value = spk__store_get_doubles(h, spk__store_item(&name, profiles, i, "value"), &p->n);
    p->held = spk__store_get_column(h, spk__store_item(&name, profiles, i, "held"), p->n);
    p->refitted = spk__store_get_column(h, spk__store_item(&name, profiles, i, "refitted"), p->n);
    p->path = spk__store_get_column(h, spk__store_item(&name, profiles, i, "path"), p->n * n);
    p->sentence = spk__store_get_text(h, spk__store_item(&name, profiles, i, "sentence"));
    bool known = x[0] >= 0 && x[0] < (double)most && x[1] >= 0 && x[1] < SPK_DETERMINED_COUNT;
    if (!known)
        spk__store_damaged(h, profiles);
    p->parameter = known ? (size_t)x[0] : 0;
    p->determined = known ? (spk_determined)x[1] : SPK_DETERMINED_NOT;
    p->low = x[2];
    p->high = x[3];
    p->held_low = x[4];
    p->held_high = x[5];
    p->restart_low = x[6];
    p->restart_high = x[7];
}

static uint64_t count_of(double x) {
    return x > 0 && x < 1e18 ? (uint64_t)x : 0;
}

void spk__identifiability_get(spk__store *h, size_t n_parameters, spk_result_identifiability *y) {
    double x[SUMMARY_NUMBERS] = {0};
    spk__item_name name;
    spk__store_get_exactly(h, "identifiability/numbers", x, SUMMARY_NUMBERS);
    size_t n = (size_t)count_of(x[0]), m = (size_t)count_of(x[1]);
    if (n > n_parameters || m > n)
        spk__store_damaged(h, group);
    if (h->status)
        return;
    y->profile = SPK__ARRAY(h->ctx, n, spk_result_profile);
    y->direction = SPK__ARRAY(h->ctx, m, spk_result_direction);
    if (!y->profile || !y->direction) {
        h->status = SPK_ERR_MEMORY;
        return;
    }
    y->n = n;
    y->n_directions = m;
    y->limit = x[2];
    y->lowest = x[3];
    y->starts = count_of(x[4]);
    y->starts_near = count_of(x[5]);
    y->evaluations = count_of(x[6]);
    y->best = x[7];
    for (size_t i = 0; i < n; i++)
        get_profile(h, &y->profile[i], i, n, n_parameters);
    for (size_t i = 0; i < m; i++) {
        spk_result_direction *d = &y->direction[i];
        spk__store_get_exactly(h, spk__store_item(&name, directions, i, "width"), &d->width, 1);
        d->weight = spk__store_get_column(h, spk__store_item(&name, directions, i, "weight"), n);
        d->sentence = spk__store_get_text(h, spk__store_item(&name, directions, i, "sentence"));
    }
}
