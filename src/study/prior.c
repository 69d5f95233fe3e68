/* What is believed of a parameter before the data. */
#include "study/reader.h"

spk_status spk__study_prior(spk__study_reader *r, const spk__node *n, spk_prior_choice *out) {
    static const char *const names[] = {"auto",   "uniform",   "log-uniform",
                                        "normal", "lognormal", NULL};
    static const char *const shapes[] = {"normal", "lognormal", NULL};
    if (!n)
        return SPK_OK;
    out->loc = n->loc;
    int kind = 0;
    if (n->kind == SPK__SCALAR) {
        spk_status st = spk__node_choice(r->ctx, n, "the prior", names, &kind);
        out->kind = (spk_prior_kind)kind;
        if (!st && out->kind >= SPK_PRIOR_NORMAL)
            st = spk__fail(r->ctx, SPK_ERR_INPUT, &n->loc,
                           out->kind == SPK_PRIOR_NORMAL
                               ? "write {normal: [mean, standard deviation]} with units"
                               : "write {lognormal: [median, standard deviation of the logarithm]}",
                           "the prior %s needs its two numbers", names[kind]);
        return st;
    }
    spk_status st = spk__node_expect(r->ctx, n, SPK__MAPPING, "prior");
    if (!st)
        st = spk__node_check_keys(r->ctx, n, "prior", shapes);
    const spk__node *v = st ? NULL : n->first;
    if (!st && (!v || v->next || v->kind != SPK__SEQUENCE || v->n != 2))
        st = spk__fail(
            r->ctx, SPK_ERR_INPUT, v ? &v->loc : &n->loc, NULL,
            "a prior is {normal: [mean, standard deviation]} or {lognormal: [median, standard "
            "deviation of the logarithm]}");
    if (st)
        return st;
    out->kind = strcmp(v->key, "normal") == 0 ? SPK_PRIOR_NORMAL : SPK_PRIOR_LOGNORMAL;
    st = spk__study_text(r, v->first, "the prior's centre", &out->centre, &out->centre_loc);
    return st ? st
              : spk__study_text(r, v->first->next, "the prior's width", &out->width,
                                &out->width_loc);
}
