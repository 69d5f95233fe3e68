/* Look-up in the table of built-in models. */
#include "kernel/catalogue.h"

const spk__builtin_model *spk__builtin_model_find(const char *name) {
    for (const spk__builtin_model *m = spk__builtin_models; m->name; m++)
        if (strcmp(m->name, name) == 0)
            return m;
    return NULL;
}

const spk__builtin_integrator *spk__builtin_integrator_find(const spk__builtin_model *m,
                                                            const char *label) {
    bool any = strcmp(label, "default") == 0;
    for (const spk__builtin_integrator *i = m->integrators; i->label; i++)
        if (any ? i->is_default : strcmp(i->label, label) == 0)
            return i;
    return NULL;
}
