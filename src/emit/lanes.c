/* The steps: one function each for one vector of lanes, and the loops around them. */
#include "emit/writer.h"

#include <stdio.h>

/* ---- where values live ---- */

static bool is_cheap(const spk__dag *d, spk__node n) {
    if (spk__dag_is(d, n, SPK__N_EXPM))
        return false;
    spk__dag_op op = d->node[n].op;
    if (op >= SPK__N_POW && op <= SPK__N_XSERIES && op != SPK__N_ABS && op != SPK__N_CEIL &&
        op != SPK__N_FLOOR && op != SPK__N_ROUND && op != SPK__N_TRUNC)
        return false;
    for (uint32_t i = 0; i < d->node[n].n_args; i++)
        if (!is_cheap(d, spk__dag_arg(d, n, i)))
            return false;
    return true;
}

static void settle(spk__writer *w, spk__node n, spk__home_kind kind, spk__node_list *list) {
    if (w->home_kind[n])
        return;
    w->home_kind[n] = (uint8_t)kind;
    w->home[n] = (uint32_t)list->n;
    spk__add_node(w, list, n);
}

static void settle_fixed(spk__writer *w, spk__node n) {
    const spk__dag_node *node = &w->d->node[n];
    if (node->op == SPK__N_CONST || node->op == SPK__N_BOOL)
        return;
    if (spk__dag_is_mask(w->d, n))
        n = spk__dag_from_mask(w->d, n);
    if (!n || n >= w->n_marks) {
        w->failed = true;
        return;
    }
    if (w->d->node[n].deps == SPK__ON_DT && is_cheap(w->d, n))
        settle(w, n, SPK__HOME_UNIFORM, &w->uniforms);
    else
        settle(w, n, SPK__HOME_CONSTANT, &w->constants);
}

static void find_home(spk__writer *w, spk__node n, bool is_lane) {
    spk__dag *d = w->d;
    if (!n || w->failed)
        return;
    if (spk__dag_is_fixed(d, n)) {
        settle_fixed(w, n);
        return;
    }
    bool common = !(d->node[n].deps & (SPK__ON_LANE | SPK__ON_PARAMETER));
    if (common && is_lane && !spk__dag_is_mask(d, n))
        settle(w, n, SPK__HOME_COMMON, &w->common);
    if (w->written[n])
        return;
    w->written[n] = 1;
    for (uint32_t i = 0; i < d->node[n].n_args; i++)
        find_home(w, spk__dag_arg(d, n, i), !common || spk__dag_is_mask(d, n));
}

static void each_root(spk__writer *w, spk__step *s, void (*fn)(spk__writer *w, spk__node n)) {
    for (size_t i = 0; i < w->p->n_all_states; i++)
        fn(w, s->next[i]);
    fn(w, s->spike);
    fn(w, s->rest);
}

static void lane_home(spk__writer *w, spk__node n) {
    find_home(w, n, true);
}

static void forget_common(spk__writer *w) {
    for (size_t i = 0; i < w->common.n; i++)
        w->home_kind[w->common.node[i]] = SPK__HOME_NONE;
    w->common.n = 0;
}

void spk__find_homes(spk__writer *w) {
    spk__begin_scope(w, SPK__IN_LANES, "");
    each_root(w, &w->p->run, lane_home);
    spk__begin_scope(w, SPK__IN_LANES, "");
    each_root(w, &w->p->step, lane_home);
    forget_common(w);
}

/* ---- one vector's step ---- */

static void write_uniforms(spk__writer *w) {
    char value[64];
    spk__put(w, "\n/* What follows from dt alone. */\ntypedef struct {\n    vr none");
    for (size_t i = 0; i < w->uniforms.n; i++)
        spk__put(w, ", u%zu", i);
    spk__put(w,
             ";\n} %s_uniform;\n\nSPK_LANE_FN void %s_set_uniform(%s_uniform *u, double dt) {\n"
             "    (void)dt;\n    u->none = vr_set1(0);\n",
             w->name, w->name, w->name);
    spk__begin_scope(w, SPK__IN_SCALAR, "    ");
    for (size_t i = 0; i < w->uniforms.n; i++) {
        spk__write_value(w, w->uniforms.node[i], value);
        spk__put(w, "    u->u%zu = vr_set1(%s);\n", i, value);
    }
    spk__put(w, "}\n");
}

/* States that this form of the step reads or changes. */
static bool has_state(const spk__writer *w, const spk__step *s, size_t i) {
    (void)w;
    return s->next[i] != SPK__NONE;
}

static void write_types(spk__writer *w, const spk__step *s) {
    char name[64];
    spk__put(w, "\ntypedef struct {\n    vr none;\n");
    for (size_t i = 0; i < w->p->n_all_states; i++)
        if (has_state(w, s, i))
            spk__put(w, "    vr %s;\n", spk__field(i, w->p->states[i].name, name));
    spk__put(w, "} %s_%s_state;\n", w->name, w->form);
    spk__put(w, "typedef struct {\n    vr none");
    for (size_t i = 0; i < w->common.n; i++)
        spk__put(w, ", k%zu", i);
    spk__put(w, ";\n} %s_%s_common;\n", w->name, w->form);
    spk__put(w, "typedef struct {\n    vr none");
    for (size_t i = 0; i < w->p->n_continuous; i++)
        spk__put(w, ", start%zu, end%zu", i, i);
    for (size_t i = 0; i < w->p->n_spike_ports; i++)
        spk__put(w, ", weight%zu", i);
    spk__put(w, ";\n} %s_%s_input;\n", w->name, w->form);
}

static void write_moves(spk__writer *w, const spk__step *s, bool load) {
    char name[64];
    spk__put(w,
             "SPK_LANE_FN void %s_%s_%s(%s%s_%s_state *s, %svr_real *x) {\n    (void)s, (void)x;\n",
             w->name, w->form, load ? "load" : "store", load ? "" : "const ", w->name, w->form,
             load ? "const " : "");
    for (size_t i = 0; i < w->p->n_all_states; i++) {
        if (!has_state(w, s, i))
            continue;
        spk__field(i, w->p->states[i].name, name);
        spk__node same = spk__dag_leaf(w->d, SPK__N_STATE, (uint32_t)i);
        if (load)
            spk__put(w, "    s->%s = vr_load(x + %zu * VR_WIDTH);\n", name, i);
        else if (s->next[i] != same)
            spk__put(w, "    vr_store(x + %zu * VR_WIDTH, s->%s);\n", i, name);
    }
    spk__put(w, "}\n");
}

static void write_common(spk__writer *w) {
    char value[64];
    spk__begin_scope(w, SPK__IN_COMMON, "            ");
    for (size_t i = 0; i < w->common.n; i++) {
        spk__write_value(w, w->common.node[i], value);
        spk__put(w, "            common.k%zu = %s;\n", i, value);
    }
}

/* ---- what only spiking lanes need ----
 *
 * Carrying a spike to its place in the step takes a division and a dozen operations more, in the
 * longest chain of the step. Behind a branch, which few steps take, a Heun step with carry is 1.2
 * to 1.5 times as fast at 20 to 60 Hz in lanes of different parameters, more where lanes fire
 * together (only Izhikevich's in float on AVX-512 at 60 Hz loses a little, 5 %). A reset alone, a
 * blend for each state, is cheaper than the mispredicted branch. */
enum { WORTH_A_BRANCH = 6 };

/* n = blend(spike, fired, quiet) */
static bool by_spike(const spk__writer *w, spk__node spike, spk__node n, spk__node *fired,
                     spk__node *quiet) {
    const spk__dag *d = w->d;
    if (!spk__dag_is(d, n, SPK__N_BLEND) || spk__dag_is_fixed(d, spike))
        return false;
    spk__node mask = spk__dag_arg(d, n, 0);
    bool contrary = spk__dag_is(d, spike, SPK__N_NOT) && spk__dag_arg(d, spike, 0) == mask;
    if (mask != spike && !contrary)
        return false;
    *fired = spk__dag_arg(d, n, contrary ? 2 : 1);
    *quiet = spk__dag_arg(d, n, contrary ? 1 : 2);
    return true;
}

/* Operations that n still needs, counted up to limit. */
static unsigned count_missing(const spk__writer *w, spk__node n, unsigned limit) {
    const spk__dag_node *node = &w->d->node[n];
    if (!limit || w->written[n] || w->home_kind[n] || !node->n_args || spk__dag_is_fixed(w->d, n))
        return 0;
    unsigned count = 1;
    for (uint32_t i = 0; i < node->n_args && count < limit; i++)
        count += count_missing(w, spk__dag_arg(w->d, n, i), limit - count);
    return count;
}

/* One result of a step: the next value of a state, or the rest. */
typedef struct {
    char name[24];
    spk__node value, fired, quiet; /* fired = NONE: does not depend on the spike alone */
} result;

static size_t find_results(const spk__writer *w, const spk__step *s, result *r) {
    size_t n = 0;
    for (size_t i = 0; i <= w->p->n_all_states; i++) {
        bool rest = i == w->p->n_all_states;
        spk__node same = rest ? SPK__NONE : spk__dag_leaf(w->d, SPK__N_STATE, (uint32_t)i);
        if (!rest && (!has_state(w, s, i) || s->next[i] == same))
            continue;
        r[n] = (result){.value = rest ? s->rest : s->next[i]};
        if (rest)
            strcpy(r[n].name, "next_rest");
        else
            snprintf(r[n].name, sizeof r[n].name, "next%zu", i);
        if (!by_spike(w, s->spike, r[n].value, &r[n].fired, &r[n].quiet))
            r[n].fired = r[n].quiet = SPK__NONE;
        n++;
    }
    return n;
}

static void write_results(spk__writer *w, const spk__step *s, result *r, size_t n) {
    char value[64], quiet[64], spike[64];
    for (size_t i = 0; i < n; i++)
        spk__write_value(w, r[i].fired ? r[i].quiet : r[i].value, value);
    spk__write_value(w, s->spike, spike);
    unsigned missing = 0;
    for (size_t i = 0; i < n; i++)
        if (r[i].fired)
            missing += count_missing(w, r[i].fired, WORTH_A_BRANCH);
    bool branch = missing >= WORTH_A_BRANCH;
    for (size_t i = 0; i < n; i++) {
        bool late = branch && r[i].fired;
        spk__write_value(w, late ? r[i].quiet : r[i].value, value);
        spk__put(w, "    %svr %s = %s;\n", late ? "" : "const ", r[i].name, value);
    }
    if (!branch)
        return;
    spk__put(w, "    if (vm_bits(%s)) {\n", spike);
    w->indent = "        ";
    for (size_t i = 0; i < n; i++)
        if (r[i].fired) {
            spk__write_value(w, r[i].fired, value);
            spk__write_value(w, r[i].quiet, quiet);
            spk__put(w, "        %s = vr_blend(%s, %s, %s);\n", r[i].name, spike, value, quiet);
        }
    spk__put(w, "    }\n");
}

static void write_body(spk__writer *w, const spk__step *s) {
    char value[64], name[64];
    size_t n = w->p->n_all_states;
    result *results = spk__arena_alloc(w->p->arena, n + 1, sizeof *results);
    if (!results) {
        w->failed = true;
        return;
    }
    spk__put(
        w,
        "\n/* One step of one vector of lanes. */\n"
        "SPK_LANE_FN vm %s_%s_step(%s_%s_state *s, const vr_real *c, const %s_uniform *u,\n"
        "    const %s_%s_common *k, const %s_%s_input *in, uint64_t seed, uint64_t step, vu id,\n"
        "    vr *rest) {\n"
        "    (void)s, (void)c, (void)u, (void)k, (void)in, (void)seed, (void)step, (void)id;\n",
        w->name, w->form, w->name, w->form, w->name, w->name, w->form, w->name, w->form);
    spk__begin_scope(w, SPK__IN_LANES, "    ");
    /* Values of states that others also become are read before any is overwritten. */
    write_results(w, s, results, find_results(w, s, results));
    spk__put(w, "    *rest = next_rest;\n");
    for (size_t i = 0; i < n; i++) {
        if (!has_state(w, s, i) || s->next[i] == spk__dag_leaf(w->d, SPK__N_STATE, (uint32_t)i))
            continue;
        spk__put(w, "    s->%s = next%zu;\n", spk__field(i, w->p->states[i].name, name), i);
    }
    spk__put(w, "    return %s;\n}\n", spk__write_value(w, s->spike, value));
}

/* ---- loops ---- */

/* Measured over the built-in models on AVX2 and AVX-512 (bench/kernels): one vector waits for its
 * own results, two to five fill the pipes, more spill registers; too many costs less than too few.
 * The more states, the more a step has to do beside each result. */
int spk__unroll(size_t n_states) {
    return n_states <= 3 ? 5 : n_states <= 5 ? 4 : 3;
}

static void write_unroll(spk__writer *w) {
    size_t n = 0;
    for (size_t i = 0; i < w->p->n_all_states; i++)
        n += has_state(w, &w->p->run, i);
    int unroll = spk__unroll(n);
    spk__put(w,
             "\n/* Vectors that run() interleaves. */\n"
             "#define %s_UNROLL %d\n#define %s_EACH SPK_EACH_%d\n",
             w->name, unroll, w->name, unroll);
}

static void write_run(spk__writer *w) {
    const char *name = w->name;
    bool carry = w->p->carry, random = w->p->uses_random;
    spk__put(w, "\nstatic void %s_run(spk_run_args *a) {\n    const double dt = a->dt_ms;\n", name);
    spk__put(w,
             "    %s_uniform uniform;\n    const %s_uniform *const u = &uniform;\n"
             "    %s_set_uniform(&uniform, dt);\n",
             name, name, name);
    for (size_t i = 0; i < w->p->n_continuous; i++)
        spk__put(w, "    const vr_real *const drive%zu = a->drive[%zu];\n    (void)drive%zu;\n", i,
                 i, i);
    spk__put(
        w,
        "    vr_real *const state = a->state;\n    const vr_real *const constant = a->constant;\n"
        "    uint64_t *const log = a->log;\n    uint64_t n_log = 0;\n");
    if (carry)
        spk__put(w, "    vr_real *const log_rest = a->log_rest;\n");
    spk__put(w, "    for (size_t v = 0; v < a->n_vectors; v += %s_UNROLL) {\n", name);
    spk__put(w,
             "#define LOAD(j) \\\n        %s_run_state s##j; \\\n"
             "        const vr_real *const c##j = constant + (v + j) * (size_t)%zu * VR_WIDTH; \\\n"
             "        const vu id##j = %s; \\\n"
             "        s##j.none = u->none; \\\n"
             "        %s_run_load(&s##j, state + (v + j) * (size_t)%zu * VR_WIDTH);\n"
             "        %s_EACH(LOAD)\n",
             name, w->constants.n,
             random ? "vu_load(a->lane_id + (v + j) * VR_WIDTH)" : "vu_set1(0)", name,
             w->p->n_all_states, name);
    spk__put(w,
             "        for (uint64_t i = 0; i < a->n_steps; i++) {\n"
             "            const uint64_t step = a->step + i;\n"
             "            const double t = (double)step * dt;\n            (void)t;\n"
             "            %s_run_common common;\n            common.none = u->none;\n",
             name);
    write_common(w);
    /* With carry the step itself branches on a spike (write_results), so its log does too. */
    spk__put(w,
             "#define STEP(j) { \\\n            vr rest; \\\n"
             "            const vm spiked = %s_run_step(&s##j, c##j, u, &common, 0, a->seed, step, "
             "id##j, &rest); \\\n"
             "            const uint32_t mask = vm_bits(spiked); \\\n%s"
             "            log[n_log] = (uint64_t)(v + j) << 32 | i << 16 | mask; \\\n%s"
             "            }\n            %s_EACH(STEP)\n        }\n",
             name, carry ? "            if (mask) { \\\n" : "",
             carry ? "            vr_store(log_rest + n_log * VR_WIDTH, rest); \\\n"
                     "            n_log++; } \\\n"
                   : "            n_log += mask != 0; \\\n",
             name);
    spk__put(w,
             "#define STORE(j) \\\n"
             "        %s_run_store(&s##j, state + (v + j) * (size_t)%zu * VR_WIDTH);\n"
             "        %s_EACH(STORE)\n    }\n    a->n_log = n_log;\n}\n"
             "#undef LOAD\n#undef STEP\n#undef STORE\n",
             name, w->p->n_all_states, name);
}

static void write_step_inputs(spk__writer *w) {
    const spk__program *p = w->p;
    for (size_t i = 0; i < p->n_continuous; i++)
        spk__put(w,
                 "    const vr_real *const start%zu = a->input ? a->input[%zu] : 0;\n"
                 "    const vr_real *const end%zu = a->input_end && a->input_end[%zu] ? "
                 "a->input_end[%zu] : start%zu;\n",
                 i, i, i, i, i, i);
    for (size_t i = 0; i < p->n_spike_ports; i++)
        spk__put(w, "    const vr_real *const weight%zu = a->input ? a->input[%zu] : 0;\n", i,
                 p->n_continuous + i);
}

static void write_step_loads(spk__writer *w) {
    const spk__program *p = w->p;
    for (size_t i = 0; i < p->n_continuous; i++)
        spk__put(w,
                 "        in.start%zu = start%zu ? vr_load(start%zu + v * VR_WIDTH) : u->none;\n"
                 "        in.end%zu = end%zu ? vr_load(end%zu + v * VR_WIDTH) : u->none;\n",
                 i, i, i, i, i, i);
    for (size_t i = 0; i < p->n_spike_ports; i++)
        spk__put(
            w, "        in.weight%zu = weight%zu ? vr_load(weight%zu + v * VR_WIDTH) : u->none;\n",
            i, i, i);
}

/* The loop is written once and compiled twice: where all lanes share their constants (stride 0)
 * these stay in registers. */
static void write_step(spk__writer *w) {
    const char *name = w->name;
    spk__put(w,
             "\nSPK_LANE_FN void %s_step_lanes(const spk_step_args *a, const size_t stride) {\n"
             "    const double dt = a->dt_ms;\n",
             name);
    spk__put(w,
             "    %s_uniform uniform;\n    const %s_uniform *const u = &uniform;\n"
             "    %s_set_uniform(&uniform, dt);\n",
             name, name, name);
    spk__put(w,
             "    vr_real *restrict const state = a->state, *restrict const rests = a->rest;\n"
             "    uint32_t *restrict const masks = a->spiked;\n"
             "    const vr_real *restrict const constant = a->constant;\n"
             "    const size_t n_vectors = a->n_vectors;\n"
             "    const uint64_t step = a->step, seed = a->seed;\n"
             "    const double t = (double)step * dt;\n    (void)t;\n"
             "    %s_step_common common;\n    common.none = u->none;\n    {\n",
             name);
    write_common(w);
    spk__put(w, "    }\n");
    write_step_inputs(w);
    spk__put(w,
             "    for (size_t v = 0; v < n_vectors; v++) {\n"
             "        vr_real *const x = state + v * (size_t)%zu * VR_WIDTH;\n"
             "        %s_step_state s;\n        s.none = u->none;\n        %s_step_load(&s, x);\n"
             "        %s_step_input in;\n        in.none = u->none;\n",
             w->p->n_all_states, name, name, name);
    write_step_loads(w);
    spk__put(w,
             "        const vu id = %s;\n        vr rest;\n"
             "        const vm spiked = %s_step_step(&s, constant + v * stride, u, &common, &in, "
             "seed,\n            step, id, &rest);\n"
             "        %s_step_store(&s, x);\n"
             "        masks[v] = vm_bits(spiked);\n"
             "        if (rests)\n            vr_store(rests + v * VR_WIDTH, rest);\n    }\n}\n",
             w->p->uses_random ? "vu_load(a->lane_id + v * VR_WIDTH)" : "vu_set1(0)", name, name);
    spk__put(w,
             "\nstatic void %s_step(const spk_step_args *a) {\n"
             "    if (a->constant_stride)\n        %s_step_lanes(a, a->constant_stride);\n"
             "    else\n        %s_step_lanes(a, 0);\n}\n",
             name, name, name);
}

static void write_form(spk__writer *w, spk__step *s, const char *form) {
    w->form = form;
    forget_common(w);
    spk__begin_scope(w, SPK__IN_LANES, "");
    each_root(w, s, lane_home);
    write_types(w, s);
    write_moves(w, s, true);
    write_moves(w, s, false);
    write_body(w, s);
}

void spk__emit_lanes(spk__writer *w) {
    write_uniforms(w);
    write_unroll(w);
    write_form(w, &w->p->run, "run");
    write_run(w);
    write_form(w, &w->p->step, "step");
    write_step(w);
}
