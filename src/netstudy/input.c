/* The block inputs of a network study. */
#include "netstudy/read.h"

#include <stdio.h>

/* ---- kinds ---- */

typedef spk_status read_kind(spk_netstudy *s, const spk__node *n, const spk__place *at,
                             spk_input *in);

static spk_status read_constant(spk_netstudy *s, const spk__node *n, const spk__place *at,
                                spk_input *in) {
    in->kind = SPK_INPUT_CONSTANT;
    return spk__read_dist(s, n, "the current", spk__unit_named(s->ctx, "pA"), at, &in->value);
}

static spk_status read_noise(spk_netstudy *s, const spk__node *n, const spk__place *at,
                             spk_input *in) {
    static const char *const keys[] = {"mean", "std", "interval", NULL};
    spk_unit pA = spk__unit_named(s->ctx, "pA"), ms = spk__unit_named(s->ctx, "ms");
    const spk__node *v;
    in->kind = SPK_INPUT_NOISE;
    in->value.kind = SPK_DIST_NORMAL;
    spk_status st = spk__node_check_keys(s->ctx, n, "noise", keys);
    if (!st && (v = spk__node_find(n, "mean")))
        st = spk__read_number(s, v, "the mean", pA, at, &in->value.a, false);
    if (!st && (v = spk__node_find(n, "std")))
        st = spk__read_number(s, v, "the standard deviation", pA, at, &in->value.b, false);
    if (!st && (v = spk__node_find(n, "interval")))
        st = spk__read_number(s, v, "the interval", ms, at, &in->interval_ms, false);
    return st;
}

static spk_status read_poisson(spk_netstudy *s, const spk__node *n, const spk__place *at,
                               spk_input *in) {
    static const char *const keys[] = {"rate", "weight", NULL};
    const spk__node *v;
    spk__weight_unit unit = spk__weight_unit_of(s, in->to, in->port);
    in->kind = SPK_INPUT_POISSON;
    in->value = (spk_dist)SPK_CONSTANT(1);
    spk_status st = spk__node_check_keys(s->ctx, n, "poisson", keys);
    if (!st)
        st = spk__check_port(s, in->to, in->port, &in->port_loc);
    if (!st && (v = spk__node_find(n, "weight")))
        st = spk__read_weight(s, v, &unit, at, &in->value);
    if (!st && in->value.kind != SPK_DIST_CONSTANT)
        st = spk__fail(s->ctx, SPK_ERR_INPUT, &v->loc,
                       "a population with a rate: projects by weights that differ",
                       "the weight of Poisson spikes is one number");
    if (!st && (v = spk__node_find(n, "rate")))
        st = spk__read_rate(s, v, at, &in->rate_Hz);
    return st;
}

/* The sweep of a number or name; the only one where none is asked for. */
static spk_status find_sweep(spk_netstudy *s, const spk__node *n, const spk_recording *r,
                             size_t *out) {
    const spk__node *v = spk__node_find(n, "sweep"), *file = spk__node_find(n, "file");
    size_t count = spk_recording_sweep_count(r), found = count == 1 ? 0 : count;
    spk_status st = v ? spk__node_expect(s->ctx, v, SPK__SCALAR, "the sweep") : SPK_OK;
    char number[32];
    for (size_t i = 0; i < count && v && !st; i++) {
        const spk_sweep *sweep = spk_recording_sweep(r, i);
        snprintf(number, sizeof number, "%d", sweep->number);
        if (!strcmp(number, v->text) || !strcmp(sweep->name, v->text))
            found = i;
        else if (found == i)
            found = count;
    }
    if (!st && found == count)
        st = spk__fail(s->ctx, SPK_ERR_INPUT, v ? &v->loc : &file->loc,
                       "`spikefit inspect` shows their numbers and names",
                       v ? "%s has no sweep '%s'" : "%s has %s sweeps: name one with sweep:",
                       file->text, v ? v->text : "several");
    if (!st && !spk_recording_sweep(r, found)->current_pA.n)
        st =
            spk__fail(s->ctx, SPK_ERR_INPUT, v ? &v->loc : &file->loc, NULL,
                      "%s has no current in '%s'", file->text, spk_recording_sweep(r, found)->name);
    *out = found;
    return st;
}

static spk_status read_trace(spk_netstudy *s, const spk__node *n, const spk__place *at,
                             spk_input *in) {
    static const char *const keys[] = {"file", "reader", "sweep", "scale", NULL};
    const spk__node *file = spk__node_find(n, "file"), *v;
    const spk_recording *r = NULL;
    size_t sweep = 0;
    in->kind = SPK_INPUT_TRACE;
    in->value = (spk_dist)SPK_CONSTANT(1);
    spk_status st = SPK_OK;
    if (!file)
        st = spk__fail(s->ctx, SPK_ERR_INPUT, &n->key_loc, "trace: {file: cell.nwb, sweep: 3}",
                       "the trace has no file");
    if (!st)
        st = spk__read_recording(s, n, keys, &r);
    if (!st)
        st = find_sweep(s, n, r, &sweep);
    if (!st)
        in->trace = spk_recording_sweep(r, sweep)->current_pA;
    if (!st && (v = spk__node_find(n, "scale")))
        st = spk__read_number(s, v, "the scale", spk__plain_unit, at, &in->value.a, false);
    return st;
}

static const struct {
    const char *key;
    read_kind *read;
} kinds[] = {
    {"constant", read_constant},
    {"noise", read_noise},
    {"poisson", read_poisson},
    {"trace", read_trace},
};
enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

static spk_status read_input_kind(spk_netstudy *s, const spk__node *n, spk_input *in) {
    const spk__place at = {SPK__IN_INPUT, (char *)s->base.input};
    const spk__node *given = NULL, *v;
    size_t kind = 0;
    for (size_t i = 0; i < N_KINDS; i++) {
        if (!(v = spk__node_find(n, kinds[i].key)))
            continue;
        if (given)
            return spk__fail(s->ctx, SPK_ERR_INPUT, &v->key_loc, "make two inputs of it",
                             "input '%s' is of two kinds", n->key);
        given = v;
        kind = i;
    }
    if (!given)
        return spk__fail(s->ctx, SPK_ERR_INPUT, &n->key_loc,
                         "write constant:, noise:, poisson: or trace:", "input '%s' has no kind",
                         n->key);
    return kinds[kind].read(s, given, &at, in);
}

/* ---- inputs ---- */

spk_status spk__read_input(spk_netstudy *s, const spk__node *n, size_t index) {
    static const char *const keys[] = {"to",    "port",  "constant", "noise", "poisson",
                                       "trace", "start", "stop",     NULL};
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
