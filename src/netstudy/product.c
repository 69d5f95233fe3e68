/* Which free numbers multiply each other: the weight of a projection and what says how many
 * synapses it has. Data tell such a product, the mean input, better than its factors. */
#include "netstudy/netstudy.h"

typedef enum { NEITHER, WEIGHT, DENSITY } role;

static role role_of(const spk__binding *b) {
    size_t within = b->offset % sizeof(spk_projection);
    if (b->array != SPK__IN_PROJECTION)
        return NEITHER;
    if (within >= offsetof(spk_projection, weight) &&
        within < offsetof(spk_projection, weight) + sizeof(spk_dist))
        return WEIGHT;
    if (within >= offsetof(spk_projection, options) &&
        within < offsetof(spk_projection, options) + sizeof(spk_opts))
        return DENSITY;
    return NEITHER;
}

static bool is_known(const spk_number_product *p, size_t n, size_t a, size_t b) {
    for (size_t i = 0; i < n; i++)
        if (p[i].a == a && p[i].b == b)
            return true;
    return false;
}

size_t spk_netstudy_products(const spk_netstudy *s, size_t capacity, spk_number_product *out) {
    size_t n = 0;
    for (size_t i = 0; i < s->n_bindings; i++)
        for (size_t k = 0; k < s->n_bindings; k++) {
            const spk__binding *w = &s->binding[i], *d = &s->binding[k];
            bool same = w->offset / sizeof(spk_projection) == d->offset / sizeof(spk_projection);
            if (role_of(w) != WEIGHT || role_of(d) != DENSITY || !same || w->number >= s->n_free ||
                d->number >= s->n_free || is_known(out, n, w->number, d->number))
                continue;
            if (n < capacity)
                out[n++] = (spk_number_product){w->number, d->number};
        }
    return n;
}
