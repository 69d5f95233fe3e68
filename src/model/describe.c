/* What a model says, one equation a line. */
#include "model/model.h"

static void line(spk__str *out, const char *what, const char *name, const spk__expr *e) {
    spk__str_add(out, "%s%s = ", what, name);
    spk__expr_print(out, e);
    spk__str_add(out, "\n");
}

static void kernels(const spk__model *m, spk__str *out) {
    for (size_t i = 0; i < m->n_kernels; i++) {
        const spk__symbol *k = m->kernels[i];
        if (k->value && !k->n_kernel_states)
            line(out, "kernel ", k->name, k->value);
        for (size_t j = 0; j < k->n_kernel_states; j++) {
            spk__str_add(out, "kernel %s' = ", k->kernel_states[j]->name);
            spk__expr_print(out, k->kernel_states[j]->rhs);
            spk__str_add(out, "\n");
        }
    }
}

static void statements(spk__str *out, const spk__stmt *s) {
    for (; s; s = s->next) {
        if (s->kind == SPK__ST_ASSIGN) {
            line(out, "    ", s->target->name, s->value);
        } else if (s->kind == SPK__ST_IF) {
            spk__str_add(out, "    if ");
            spk__expr_print(out, s->condition);
            spk__str_add(out, ":\n");
            statements(out, s->body);
            statements(out, s->otherwise);
        } else if (s->kind == SPK__ST_EMIT) {
            spk__str_add(out, "    a spike\n");
        }
    }
}

void spk__describe_equations(const spk__model *m, spk__str *out) {
    kernels(m, out);
    for (size_t i = 0; i < m->n_inlines; i++)
        line(out, "", m->inlines[i]->name, m->inlines[i]->value);
    for (size_t i = 0; i < m->n_states; i++)
        if (m->states[i]->rhs) {
            spk__str_add(out, "%s' = ", m->states[i]->name);
            spk__expr_print(out, m->states[i]->rhs);
            spk__str_add(out, "\n");
        }
    for (size_t i = 0; i < m->n_on_receive; i++) {
        spk__str_add(out, "on a spike at %s:\n", m->on_receive[i].port->name);
        statements(out, m->on_receive[i].body);
    }
    for (size_t i = 0; i < m->n_on_condition; i++) {
        spk__str_add(out, "when ");
        spk__expr_print(out, m->on_condition[i].condition);
        spk__str_add(out, ":\n");
        statements(out, m->on_condition[i].body);
    }
}
