/* The list of methods and the names of stop reasons. */
#include "search/search.h"

#define SPK_ENTRY(symbol) extern const spk__search_method symbol;
#include "search/registry.def"
#undef SPK_ENTRY

static const spk__search_method *const methods[] = {
#define SPK_ENTRY(symbol) &symbol,
#include "search/registry.def"
#undef SPK_ENTRY
};

enum { N_METHODS = sizeof methods / sizeof *methods };

size_t spk_search_method_count(void) {
    return N_METHODS;
}

const spk_search_method *spk_search_method_at(size_t i) {
    return i < N_METHODS ? &methods[i]->info : NULL;
}

const spk__search_method *spk__search_method_get(const char *name) {
    for (size_t i = 0; i < N_METHODS; i++)
        if (strcmp(methods[i]->info.name, name) == 0)
            return methods[i];
    return NULL;
}

const spk_search_method *spk_search_method_find(const char *name) {
    const spk__search_method *m = spk__search_method_get(name);
    return m ? &m->info : NULL;
}

const char *spk_stop_name(spk_stop reason) {
    static const char *const names[] = {
#define SPK_WORD(name, word, text) word,
        SPK_STOP_LIST(SPK_WORD)
#undef SPK_WORD
    };
    return (unsigned)reason < SPK_STOP_COUNT ? names[reason] : "unknown";
}

const char *spk_stop_text(spk_stop reason) {
    static const char *const texts[] = {
#define SPK_TEXT(name, word, text) text,
        SPK_STOP_LIST(SPK_TEXT)
#undef SPK_TEXT
    };
    return (unsigned)reason < SPK_STOP_COUNT ? texts[reason] : "unknown reason";
}
