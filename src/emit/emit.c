/* A section of emitted C: tables and scalar functions, the lanes, and the kernel's struct. */
#include "emit/emit.h"
#include "emit/writer.h"

#include <stdio.h>

const char *spk__emit_name(const char *model, const char *label, char *buf) {
    char text[256];
    int n = snprintf(text, sizeof text, "%.120s_%.60s", model, label);
    size_t k = 0;
    for (int i = 0; i < n && k < 250; i++) {
        char c = text[i];
        bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        buf[k++] = plain ? c : '_';
    }
    buf[k] = '\0';
    return buf;
}

void spk__emit_head(spk__str *out, const char *source) {
    spk__str_add(
        out,
        "/* Made from %s by the model compiler of spikefit; changes belong there.\n"
        " *\n"
        " * Build with -DSPK_ISA=0, 1 or 2 (base, AVX2 with FMA, AVX-512), -DSPK_PRECISION=32 or "
        "64,\n"
        " * -O3 -ffp-contract=off -fno-math-errno -fno-trapping-math. Names: v values, m masks, c "
        "lane\n"
        " * constants, u what follows from dt, k what all lanes have in common in a step.\n"
        " */\n"
        "#include \"spk_emit.h\"\n",
        source);
}

static const char *if_any(size_t n, const char *prefix, const char *what, char *buf, size_t size) {
    if (n)
        snprintf(buf, size, "%s_%s", prefix, what);
    else
        snprintf(buf, size, "0");
    return buf;
}

static void write_kernel(spk__writer *w) {
    const spk__program *p = w->p;
    const char *name = w->name;
    char table[5][300];
    spk__put(w,
             "\nextern const spk_kernel SPK_KERNEL_NAME(%s);\n"
             "const spk_kernel SPK_KERNEL_NAME(%s) = {\n    .abi = SPK_KERNEL_ABI,\n    .model = ",
             name, name);
    spk__put_string(w, p->model->name);
    spk__put(w, ",\n    .doc = ");
    spk__put_string(w, p->model->doc ? p->model->doc : "");
    spk__put(w, ",\n    .integrator = \"%s\",\n    .carry = %d,\n", p->label, p->carry);
    spk__put(
        w,
        "    .precision = SPK_PRECISION == 32 ? SPK_FLOAT32 : SPK_FLOAT64,\n    .isa = SPK_ISA,\n"
        "    .width = VR_WIDTH,\n    .unroll = %s%s,\n    .drive_kind = %s,\n",
        p->model->is_synapse ? "1" : name, p->model->is_synapse ? "" : "_UNROLL",
        p->linear_drive ? "SPK_LINEAR" : "SPK_HELD");
    spk__put(w,
             "    .n_parameters = %zu,\n    .n_states = %zu,\n    .n_recordables = %zu,\n"
             "    .n_continuous = %zu,\n    .n_spike_ports = %zu,\n    .n_constants = %zu,\n"
             "    .n_kernel_states = %zu,\n",
             p->n_parameters, p->n_states, p->n_recordables, p->n_continuous, p->n_spike_ports,
             w->constants.n, p->n_all_states);
    if (!p->model->is_synapse)
        spk__put(w, "    .run_operations = %u,\n    .step_operations = %u,\n",
                 spk__count_operations(w, &p->run),
                 spk__count_operations(w, &p->step));
    spk__put(
        w,
        "    .parameters = %s,\n    .states = %s,\n    .recordables = %s,\n    .continuous = %s,\n"
        "    .spike_ports = %s,\n    .uses_random = %d,\n",
        if_any(p->n_parameters, name, "parameters", table[0], 300),
        if_any(p->n_all_states, name, "states", table[1], 300),
        if_any(p->n_recordables, name, "recordables", table[2], 300),
        if_any(p->n_continuous, name, "continuous", table[3], 300),
        if_any(p->n_spike_ports, name, "spike_ports", table[4], 300), p->uses_random);
    spk__put(w,
             "    .defaults = %s_defaults,\n    .guard = %s_guard,\n    .prepare = %s_prepare,\n",
             name, name, name);
    if (p->model->is_synapse)
        spk__put(w, "    .synapse = &%s_events,\n};\n", name);
    else
        spk__put(w,
                 "    .run = %s_run,\n    .step = %s_step,\n    .record = %s_record,\n};\n"
                 "#undef %s_UNROLL\n#undef %s_EACH\n",
                 name, name, name, name, name);
}

static bool begin(spk__writer *w) {
    /* Blends of fixed masks and marks of matrices may still be made: leave room. */
    w->n_marks = w->d->n_nodes * 2 + 64;
    w->written = spk__alloc(w->ctx, w->n_marks, 1);
    w->home_kind = spk__alloc(w->ctx, w->n_marks, 1);
    w->home = SPK__ARRAY(w->ctx, w->n_marks, uint32_t);
    return w->written && w->home_kind && w->home;
}

/* Every value of the steps and of record, for selection. */
static spk_status select_all(spk__program *p) {
    size_t n = 0, room = 2 * (p->n_all_states + 2) + p->n_recordables;
    spk__node **root = SPK__ARRAY(p->ctx, room, spk__node *);
    if (!root)
        return SPK_ERR_MEMORY;
    spk__step *forms[2] = {&p->run, &p->step};
    bool synapse = p->model->is_synapse;
    for (int f = 0; f < 2; f++) {
        for (size_t i = 0; i < p->n_all_states; i++)
            root[n++] = &forms[f]->next[i];
        root[n++] = synapse ? &forms[f]->weight : &forms[f]->spike;
        root[n++] = &forms[f]->rest;
    }
    /* Each form and record by itself: what one shares another need not. */
    size_t each = p->n_all_states + 2;
    spk__select(&p->dag, root, each);
    spk__select(&p->dag, root + each, each);
    for (size_t i = 0; i < p->n_recordables; i++)
        root[i] = &p->record[i];
    spk__select(&p->dag, root, p->n_recordables);
    spk__free(p->ctx, root);
    return p->dag.failed ? SPK_ERR_MEMORY : SPK_OK;
}

spk_status spk__emit_kernel(spk_ctx *ctx, spk__program *p, const char *text, spk__str *out) {
    spk__writer w = {.ctx = ctx, .p = p, .d = &p->dag, .out = out, .text = text};
    bool synapse = p->model->is_synapse;
    spk_status st = select_all(p);
    if (!st && !begin(&w))
        st = SPK_ERR_MEMORY;
    if (!st) {
        spk__emit_name(p->model->name, p->label, w.name);
        spk__put(&w, "\n/* ---- %s, integrator %s ---- */\n\n", p->model->name, p->label);
        if (!synapse)
            spk__find_homes(&w);
        spk__emit_scalars(&w);
        if (synapse)
            spk__emit_events(&w);
        else
            spk__emit_lanes(&w);
        write_kernel(&w);
        if (w.failed || out->failed || p->dag.failed)
            st = out->failed || p->dag.failed
                     ? SPK_ERR_MEMORY
                     : spk__fail(ctx, SPK_ERR_INTERNAL, NULL, NULL,
                                 "the model %s could not be written as C", p->model->name);
    }
    if (p->dag.too_large)
        st = spk__dag_too_large(&p->dag, &p->model->loc, p->model->name);
    spk__free(ctx, w.written);
    spk__free(ctx, w.home_kind);
    spk__free(ctx, w.home);
    spk__free(ctx, w.constants.node);
    spk__free(ctx, w.uniforms.node);
    spk__free(ctx, w.common.node);
    return st;
}
