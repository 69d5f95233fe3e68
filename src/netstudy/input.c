/* The block inputs of a network study. */
#include "netstudy/read.h"

static spk_status read_input_kind(spk_netstudy *s, const spk__node *n, spk_input *in) {
    static const char *const noise_keys[] = {"mean", "std", "interval", NULL};
    static const char *const poisson_keys[] = {"rate", "weight", NULL};
    spk__place at = {SPK__IN_INPUT, (char *)s->base.input};
    spk_unit pA = spk__unit_named(s->ctx, "pA"), ms = spk__unit_named(s->ctx, "ms");
    const spk__node *v, *x;
    spk_status st = SPK_OK;
    if ((v = spk__node_find(n, "constant")))
        return spk__read_dist(s, v, "the current", pA, &at, &in->value);
    if ((v = spk__node_find(n, "noise"))) {
        in->kind = SPK_INPUT_NOISE;
        in->value.kind = SPK_DIST_NORMAL;
        st = spk__node_check_keys(s->ctx, v, "noise", noise_keys);
        if (!st && (x = spk__node_find(v, "mean")))
            st = spk__read_number(s, x, "the mean", pA, &at, &in->value.a, false);
        if (!st && (x = spk__node_find(v, "std")))
            st = spk__read_number(s, x, "the standard deviation", pA, &at, &in->value.b, false);
        if (!st && (x = spk__node_find(v, "interval")))
            st = spk__read_number(s, x, "the interval", ms, &at, &in->interval_ms, false);
        return st;
    }
    if ((v = spk__node_find(n, "poisson"))) {
        in->kind = SPK_INPUT_POISSON;
        in->value = (spk_dist)SPK_CONSTANT(1);
        st = spk__node_check_keys(s->ctx, v, "poisson", poisson_keys);
        if (!st && (x = spk__node_find(v, "weight")))
            st = spk__read_number(s, x, "the weight", spk__plain_unit, &at, &in->value.a, false);
        if (!st && (x = spk__node_find(v, "rate")))
            st = spk__read_rate(s, x, &at, &in->rate_Hz);
        return st;
    }
    return spk__fail(s->ctx, SPK_ERR_INPUT, &n->key_loc,
                     "write constant:, noise: or poisson:", "input '%s' has no kind", n->key);
}

spk_status spk__read_input(spk_netstudy *s, const spk__node *n, size_t index) {
    static const char *const keys[] = {"to",      "port",  "constant", "noise",
                                       "poisson", "start", "stop",     NULL};
    spk_input *in = &s->base.input[index];
    *in = (spk_input)SPK_INPUT_INIT;
    in->name = n->key;
    in->loc = n->key_loc;
    spk__place at = {SPK__IN_INPUT, (char *)s->base.input};
    spk_unit ms = spk__unit_named(s->ctx, "ms");
    spk_status st = spk__node_check_keys(s->ctx, n, n->key, keys);
    if (!st)
        st = spk__read_text(s, n, "to", &in->to, &in->to_loc, true);
    if (!st)
        st = spk__read_text(s, n, "port", &in->port, &in->port_loc, false);
    if (!st)
        st = read_input_kind(s, n, in);
    const spk__node *v;
    if (!st && (v = spk__node_find(n, "start")))
        st = spk__read_number(s, v, "the start", ms, &at, &in->start_ms, false);
    if (!st && (v = spk__node_find(n, "stop")))
        st = spk__read_number(s, v, "the stop", ms, &at, &in->stop_ms, false);
    return st;
}
