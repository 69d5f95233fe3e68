/* Loading the plug-in, sending and receiving. */
#include "ranks/ranks.h"

#include <dlfcn.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

static spk_status broken(spk_ranks *r, const char *what) {
    return spk__fail(r->ctx, SPK_ERR_IO, NULL, "the journal is whole: go on with --resume",
                     "%s: cannot %s", r->plugin->name, what);
}

static spk_status load(spk_ranks *r, const char *path) {
    /* The parts that MPI loads by itself look for its symbols among the global ones. */
    r->library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (!r->library)
        return spk__fail(r->ctx, SPK_ERR_FAILED, &(spk_loc){.file = path},
                         "install Open MPI (openmpi-bin)", "cannot load: %s", dlerror());
    void *symbol = dlsym(r->library, SPK_RANKS_PLUGIN_SYMBOL);
    spk_ranks_plugin_get_fn *get = NULL;
    memcpy(&get, &symbol, sizeof symbol);
    r->plugin = get ? get() : NULL;
    if (!r->plugin || r->plugin->version != SPK_RANKS_PLUGIN_VERSION)
        return spk__fail(r->ctx, SPK_ERR_FAILED, &(spk_loc){.file = path},
                         "build and install it again",
                         "this plug-in is of another version of spikefit");
    return r->plugin->start(&r->rank, &r->size) ? broken(r, "start") : SPK_OK;
}

spk_status spk_ranks_open(spk_ctx *ctx, const char *const *plugins, size_t n, spk_ranks **out) {
    size_t i = 0;
    while (i < n && access(plugins[i], R_OK) != 0)
        i++;
    if (i == n)
        return spk__fail(
            ctx, SPK_ERR_USAGE, NULL,
            "run it without mpirun, or install libopenmpi-dev and build again",
            "this build of spikefit has no MPI, and cannot share a fit with other processes");
    spk_ranks *r = SPK__NEW(ctx, spk_ranks);
    if (!r)
        return SPK_ERR_MEMORY;
    r->ctx = ctx;
    spk_status st = load(r, plugins[i]);
    if (st) {
        if (r->library)
            dlclose(r->library);
        spk__free(ctx, r);
        return st;
    }
    *out = r;
    return SPK_OK;
}

int spk_ranks_rank(const spk_ranks *r) {
    return r->rank;
}

int spk_ranks_size(const spk_ranks *r) {
    return r->size;
}

spk_status spk_ranks_send(spk_ranks *r, int to, const void *data, size_t n) {
    return r->plugin->send(to, data, n) ? broken(r, "send") : SPK_OK;
}

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

/* MPI's own waiting burns a core; this gives it to those who have work, more and more. */
static void rest(unsigned *tries) {
    enum { SPINS = 200, YIELDS = 400 };
    ++*tries;
    if (*tries < SPINS)
        return;
    if (*tries < YIELDS) {
        sched_yield();
        return;
    }
    long ns = 20000L * (*tries - YIELDS + 1);
    nanosleep(&(struct timespec){.tv_nsec = ns < 500000 ? ns : 500000}, NULL);
}

spk_status spk_ranks_receive(spk_ranks *r, int milliseconds, int *from, const void **data,
                             size_t *n) {
    double began = now_ms();
    unsigned tries = 0;
    for (;;) {
        if (r->plugin->poll(from, n))
            return broken(r, "wait");
        if (*from >= 0)
            break;
        if (milliseconds >= 0 && now_ms() - began >= milliseconds)
            return SPK_OK;
        rest(&tries);
    }
    if (*n > r->room) {
        char *grown = spk__realloc(r->ctx, r->buffer, *n, 1);
        if (!grown)
            return SPK_ERR_MEMORY;
        r->buffer = grown;
        r->room = *n;
    }
    *data = r->buffer;
    return r->plugin->receive(*from, r->buffer, *n) ? broken(r, "receive") : SPK_OK;
}
