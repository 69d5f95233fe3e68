/* The parts of a kernel that work on one lane in double: tables, defaults, guard, prepare, record.
 */
#include "emit/writer.h"

#include <math.h>
#include <stdio.h>

static void write_table(spk__writer *w, const char *what, const spk__variable *v, size_t n) {
    if (!n)
        return;
    spk__put(w, "static const spk_quantity %s_%s[%zu] = {\n", w->name, what, n);
    for (size_t i = 0; i < n; i++) {
        char scale[40], low[40], high[40];
        spk__put(w, "    {");
        spk__put_string(w, v[i].name);
        spk__put(w, ", ");
        spk__put_string(w, v[i].unit);
        spk__put(w, ", ");
        spk__put_string(w, v[i].doc);
        spk__put(w, ", %s, %s, %s},\n", spk__literal(v[i].scale, scale),
                 spk__literal(v[i].low, low), spk__literal(v[i].high, high));
    }
    spk__put(w, "};\n");
}

static void write_defaults(spk__writer *w) {
    const spk__program *p = w->p;
    spk__put(w,
             "\nstatic void %s_defaults(double *p, const unsigned char *is_set, double dt) {\n"
             "    (void)p, (void)is_set, (void)dt;\n",
             w->name);
    for (size_t k = 0; k < p->n_parameters; k++) {
        size_t i = p->default_order[k];
        char value[64];
        spk__put(w, "    if (!is_set[%zu]) { /* %s */\n", i, p->parameters[i].name);
        spk__begin_scope(w, SPK__IN_SCALAR, "        ");
        spk__write_value(w, p->defaults[i], value);
        spk__put(w, "        p[%zu] = %s;\n    }\n", i, value);
    }
    spk__put(w, "}\n");
}

static void write_guard(spk__writer *w) {
    const spk__program *p = w->p;
    spk__put(w, "\nstatic int %s_guard(const double *p, double dt) {\n    (void)p, (void)dt;\n",
             w->name);
    for (size_t i = 0; i < p->n_parameters; i++) {
        if (!p->guards[i])
            continue;
        char value[64];
        spk__put(w, "    { /* %s */\n", p->parameters[i].name);
        spk__begin_scope(w, SPK__IN_SCALAR, "        ");
        spk__write_value(w, p->guards[i], value);
        spk__put(w, "        if (!%s)\n            return %zu;\n    }\n", value, i);
    }
    spk__put(w, "    return -1;\n}\n");
}

static void write_prepare(spk__writer *w) {
    const spk__program *p = w->p;
    char value[64];
    spk__put(
        w,
        "\n/* Lane constants and initial state. */\n"
        "static void %s_prepare(const double *p, double dt, double *constant, double *state) {\n"
        "    (void)p, (void)dt, (void)constant, (void)state;\n",
        w->name);
    spk__begin_scope(w, SPK__IN_SCALAR, "    ");
    for (size_t i = 0; i < w->constants.n; i++) {
        spk__write_value(w, w->constants.node[i], value);
        spk__put(w, "    constant[%zu] = %s;\n", i, value);
    }
    for (size_t i = 0; i < p->n_all_states; i++) {
        spk__write_value(w, p->initial[i], value);
        spk__put(w, "    state[%zu] = %s; /* %s */\n", i, value, p->states[i].name);
    }
    spk__put(w, "}\n");
}

static void write_record(spk__writer *w) {
    const spk__program *p = w->p;
    char value[64];
    spk__put(
        w,
        "\nstatic void %s_record(const double *p, const double *constant, const double *state,\n"
        "    const double *input, double dt, double t, double *out) {\n"
        "    (void)p, (void)constant, (void)state, (void)input, (void)dt, (void)t, (void)out;\n",
        w->name);
    spk__begin_scope(w, SPK__IN_SCALAR, "    ");
    for (size_t i = 0; i < p->n_recordables; i++) {
        spk__write_value(w, p->record[i], value);
        spk__put(w, "    out[%zu] = %s; /* %s */\n", i, value, p->recordables[i].name);
    }
    spk__put(w, "}\n");
}

void spk__emit_scalars(spk__writer *w) {
    const spk__program *p = w->p;
    write_table(w, "parameters", p->parameters, p->n_parameters);
    write_table(w, "states", p->states, p->n_all_states);
    write_table(w, "recordables", p->recordables, p->n_recordables);
    write_table(w, "continuous", p->continuous, p->n_continuous);
    write_table(w, "spike_ports", p->spike_ports, p->n_spike_ports);
    write_defaults(w);
    write_guard(w);
    write_prepare(w);
    if (!p->model->is_synapse)
        write_record(w);
}
