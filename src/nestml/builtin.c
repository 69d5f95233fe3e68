/* The functions of the language. */
#include "nestml/nestml.h"

static const struct {
    const char *name;
    int low, high;
} builtins[SPK__FN_COUNT] = {
#define BUILTIN_ENTRY(name, low, high) [SPK__FN_##name] = {#name, low, high},
    SPK__BUILTIN_LIST(BUILTIN_ENTRY)
#undef BUILTIN_ENTRY
};

/* For suggestions: everything that may be called. */
static const char *const names[] = {
#define BUILTIN_NAME(name, low, high) #name,
    SPK__BUILTIN_LIST(BUILTIN_NAME)
#undef BUILTIN_NAME
        "convolve",
    "integrate_odes",
    "emit_spike",
    "print",
    "println",
    "info",
    "warning",
    "error",
};

const char *spk__builtin_name(spk__builtin f) {
    return builtins[f].name;
}

int spk__builtin_min_args(spk__builtin f) {
    return builtins[f].low;
}

int spk__builtin_max_args(spk__builtin f) {
    return builtins[f].high;
}

int spk__builtin_find(const char *name) {
    for (int i = 0; i < SPK__FN_COUNT; i++)
        if (strcmp(builtins[i].name, name) == 0)
            return i;
    return -1;
}

const char *const *spk__function_names(size_t *n) {
    *n = sizeof names / sizeof *names;
    return names;
}

bool spk__is_message(const char *name) {
    for (size_t i = SPK__FN_COUNT + 3; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

bool spk__is_statement(const char *name) {
    return spk__is_message(name) || strcmp(name, "integrate_odes") == 0 ||
           strcmp(name, "emit_spike") == 0;
}
