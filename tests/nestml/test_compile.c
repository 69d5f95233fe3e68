/* What the front end makes of models. Syntax and meaning: NESTML 8, https://nestml.readthedocs.io.
 */
#include "test.h"

#include "nestml/model.h"

static spk__nestml *compile(spk_ctx *ctx, const char *text) {
    spk__nestml *n = NULL;
    if (spk__nestml_compile(ctx, "m.nestml", text, strlen(text), &n) != SPK_OK)
        print_diags(ctx);
    return n;
}

static const char *const leaky =
    "# A leaky neuron.\n"
    "#\n"
    "# Two lines.\n"
    "model leaky:\n"
    "    state:\n"
    "        V_m mV = E_L     # membrane potential\n"
    "        refr_t ms = 0 ms\n"
    "    equations:\n"
    "        kernel K = exp(-t / tau_s)\n"
    "        recordable inline I_syn pA = w * convolve(K, spikes)\n"
    "        V_m' = -(V_m - E_L) / tau_m + (I_syn + I_e + I_stim) / C_m\n"
    "        refr_t' = -1e3 * ms/s\n"
    "    parameters:\n"
    "        # capacitance\n"
    "        # of the membrane\n"
    "        C_m pF = 250 pF [[C_m > 0 pF]] @homogeneous\n"
    "        tau_m, tau_s s = 0.01 s\n"
    "        E_L mV = -0.07 V\n"
    "        I_e pA = 0 pA\n"
    "        w pA = 1 pA\n"
    "    internals:\n"
    "        h ms = resolution()\n"
    "    input:\n"
    "        spikes <- excitatory spike\n"
    "        I_stim pA <- continuous\n"
    "    output:\n"
    "        spike\n"
    "    update:\n"
    "        if refr_t > 0 ms:\n"
    "            integrate_odes(refr_t)\n"
    "        else:\n"
    "            integrate_odes(V_m)\n"
    "    onReceive(spikes, priority=2):\n"
    "        V_m += spikes * mV * s\n"
    "    onCondition(V_m >= -50 mV):\n"
    "        refr_t = 2 ms\n"
    "        emit_spike()\n";

static const char *printed(spk_ctx *ctx, const spk__expr *e) {
    static char out[512];
    spk__str s = {.ctx = ctx};
    spk__expr_print(&s, e);
    snprintf(out, sizeof out, "%s", s.text ? s.text : "");
    spk__str_free(&s);
    return out;
}

TEST(a_whole_neuron) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__nestml *n = compile(ctx, leaky);
    REQUIRE(n && n->n_models == 1);
    const spk__model *m = n->models[0];
    CHECK_STR(m->name, "leaky");
    CHECK_STR(m->doc, "A leaky neuron.\n\nTwo lines.");
    CHECK(m->n_states == 2 && m->n_parameters == 6 && m->n_internals == 1 && m->n_inlines == 1);
    CHECK(m->n_kernels == 1 && m->n_ports == 2 && m->emits && !m->is_synapse);
    CHECK_STR(m->states[0]->name, "V_m");
    CHECK_STR(m->states[0]->doc, "membrane potential");
    CHECK(m->states[1]->doc == NULL && m->states[1]->index == 1);
    CHECK_STR(printed(ctx, m->states[0]->rhs),
              "-(V_m - E_L) / tau_m + (I_syn + I_e + I_stim) / C_m");
    CHECK_STR(printed(ctx, m->inlines[0]->value), "w * convolve(K, spikes)");
    CHECK(m->inlines[0]->recordable);
    CHECK_STR(m->parameters[0]->doc, "capacitance\nof the membrane");
    CHECK(m->parameters[0]->homogeneous && !m->parameters[1]->homogeneous);
    CHECK_STR(printed(ctx, m->parameters[0]->guard), "C_m > 0 pF");
    CHECK_STR(m->parameters[2]->name, "tau_s");
    CHECK_NEAR(m->parameters[2]->value->number, 10.0, 0); /* 0.01 s in ms */
    CHECK_NEAR(m->parameters[2]->type.unit.scale, 1000.0, 0);
    CHECK(m->parameters[1]->value != m->parameters[2]->value);
    CHECK_STR(printed(ctx, m->parameters[3]->value), "-0.07 V");
    CHECK(m->ports[0]->excitatory && !m->ports[0]->inhibitory);
    CHECK(m->ports[0]->kind == SPK__SYM_SPIKE_PORT &&
          m->ports[1]->kind == SPK__SYM_CONTINUOUS_PORT);
    CHECK_NEAR(m->ports[0]->type.unit.scale, 0.001, 0); /* 1/s */
    CHECK(m->update->kind == SPK__ST_IF && m->update->body->kind == SPK__ST_INTEGRATE);
    CHECK(m->update->body->n_symbols == 1 && m->update->body->symbols[0] == m->states[1]);
    CHECK(m->n_on_receive == 1 && m->on_receive[0].priority == 2);
    CHECK(m->on_receive[0].port == m->ports[0] && m->on_receive[0].port_index == -1);
    const spk__stmt *jump = m->on_receive[0].body;
    CHECK(jump->kind == SPK__ST_ASSIGN && jump->target == m->states[0]);
    CHECK_STR(printed(ctx, jump->value), "V_m + spikes * mV * s");
    CHECK(m->n_on_condition == 1 && m->on_condition[0].body->next->kind == SPK__ST_EMIT);
    CHECK(spk_ctx_diag_count(ctx) == 0);
    spk__nestml_free(n);
    spk_ctx_free(ctx);
}

int main(void) {
    RUN(a_whole_neuron);
    return test_end();
}
