/* What Python calls through ctypes: a search by plain arguments. Built as a shared library. */
#include <spikefit/search.h>

#include <stdlib.h>
#include <string.h>

typedef struct {
    spk_ctx *ctx;
    spk_search *search;
    char line[256];
} bridge;

void *bridge_new(const char *method, size_t dim, size_t objectives, int noisy, const double *start,
                 const double *options, size_t n_options, uint64_t seed, uint64_t budget);
void bridge_free(bridge *b);
size_t bridge_ask(bridge *b, double *x, size_t room);
int bridge_tell(bridge *b, const double *f);
size_t bridge_front(bridge *b, const double **x, const double **f);
int bridge_favourite(bridge *b, double *x);
const char *bridge_stopped(bridge *b);
const char *bridge_describe(bridge *b);

/* options: NaN for a default. Returns NULL on failure. */
void *bridge_new(const char *method, size_t dim, size_t objectives, int noisy, const double *start,
                 const double *options, size_t n_options, uint64_t seed, uint64_t budget) {
    bridge *b = calloc(1, sizeof *b);
    const spk_search_method *m = spk_search_method_find(method);
    if (!b || !m || !(b->ctx = spk_ctx_new(NULL))) {
        free(b);
        return NULL;
    }
    spk_opts opts;
    spk_opts_default(m->options, &opts);
    for (size_t i = 0; i < n_options && i < SPK_OPTS_MAX; i++)
        if (options[i] == options[i])
            opts.v[i] = options[i];
    spk_search_space space = {
        .dim = dim, .n_objectives = objectives, .start = start, .noisy = noisy};
    if (spk_search_new(b->ctx, method, &opts, &space, seed, budget, &b->search)) {
        bridge_free(b);
        return NULL;
    }
    return b;
}

void bridge_free(bridge *b) {
    spk_search_free(b->search);
    spk_ctx_free(b->ctx);
    free(b);
}

size_t bridge_ask(bridge *b, double *x, size_t room) {
    return spk_search_ask(b->search, x, &room) ? 0 : room;
}

int bridge_tell(bridge *b, const double *f) {
    return spk_search_tell(b->search, f);
}

size_t bridge_front(bridge *b, const double **x, const double **f) {
    size_t n;
    spk_search_front(b->search, x, f, &n);
    return n;
}

int bridge_favourite(bridge *b, double *x) {
    return spk_search_favourite(b->search, x);
}

/* NULL while it runs, then the reason. */
const char *bridge_stopped(bridge *b) {
    spk_stop reason;
    return spk_search_stopped(b->search, &reason) ? spk_stop_name(reason) : NULL;
}

const char *bridge_describe(bridge *b) {
    spk_search_describe(b->search, b->line, sizeof b->line);
    return b->line;
}
