/* The events of a synapse: scalar code in double, since a row's synapses are woken one by one and
 * what they cost is their exponentials and the memory they lie in. */
#include "emit/writer.h"

static void write_event(spk__writer *w, const spk__step *s, const char *side) {
    const spk__program *p = w->p;
    char value[64];
    spk__put(w,
             "\n/* A %ssynaptic spike, dt after the last one of the synapse. */\n"
             "static double %s_%s(const double *p, double dt, double t, double *state) {\n"
             "    (void)p, (void)dt, (void)t, (void)state;\n",
             side, w->name, side);
    spk__begin_scope(w, SPK__IN_SCALAR, "    ");
    /* Values of states that others also become are read before any is overwritten. */
    for (size_t i = 0; i < p->n_all_states; i++) {
        spk__write_value(w, s->next[i], value);
        spk__put(w, "    const double next%zu = %s;\n", i, value);
    }
    strcpy(value, "0.0");
    if (s->weight)
        spk__write_value(w, s->weight, value);
    spk__put(w, "    const double handed_on = %s;\n", value);
    for (size_t i = 0; i < p->n_all_states; i++)
        spk__put(w, "    state[%zu] = next%zu; /* %s */\n", i, i, p->states[i].name);
    spk__put(w, "    return handed_on;\n}\n");
}

/* One limit of a state; a comparison with NaN fails. */
static void write_limit(spk__writer *w, size_t state, spk__node limit, const char *order) {
    char value[64];
    if (!limit)
        return;
    spk__write_value(w, limit, value);
    spk__put(w, "    if (!(state[%zu] %s %s))\n        return %zu; /* %s */\n", state, order, value,
             state, w->p->states[state].name);
}

static void write_allows(spk__writer *w) {
    const spk__program *p = w->p;
    spk__put(w,
             "\nstatic int %s_allows(const double *p, const double *state) {\n"
             "    (void)p, (void)state;\n",
             w->name);
    spk__begin_scope(w, SPK__IN_SCALAR, "    ");
    for (size_t i = 0; i < p->n_all_states; i++) {
        write_limit(w, i, p->low[i], ">=");
        write_limit(w, i, p->high[i], "<=");
    }
    spk__put(w, "    return -1;\n}\n");
}

void spk__emit_events(spk__writer *w) {
    const spk__program *p = w->p;
    write_event(w, &p->run, "pre");
    if (p->has_post)
        write_event(w, &p->step, "post");
    write_allows(w);
    spk__put(w,
             "\nstatic const spk_synapse %s_events = {\n    .weight_is_parameter = %d,\n"
             "    .weight = %zu,\n    .is_static = %d,\n    .allows = %s_allows,\n"
             "    .pre = %s_pre,\n    .post = %s%s,\n};\n",
             w->name, p->weight_is_parameter, p->weight, p->hands_on_weight, w->name, w->name,
             p->has_post ? w->name : "0", p->has_post ? "_post" : "");
}
