/* Every neuron of NESTML's own library becomes a kernel with each integrator that fits it, and
 * every synapse one without, but for three that are refused; the C compiler accepts what is
 * written. The library is read where the package NESTML of tools/test-packages.txt puts it. */
#include "test.h"

#include "emit/catalogue.h"

#include <glob.h>

static spk_ctx *ctx;

static bool compiles(const char *text, const char *name) {
    char path[4096], command[16384];
    const char *bin = getenv("SPK_BIN"), *source = getenv("SPK_SOURCE");
    bin = bin ? bin : "build/ci";
    source = source ? source : ".";
    snprintf(path, sizeof path, "%s/library_%s.c", bin, name);
    FILE *f = fopen(path, "w");
    if (!f)
        return false;
    fputs(text, f);
    fclose(f);
    snprintf(command, sizeof command,
             "cc -std=c17 -fsyntax-only -Wall -Wextra -Wconversion -Wshadow -Werror -DSPK_ISA=0 "
             "-DSPK_PRECISION=32 "
             "-I'%s/lane' -I'%s/src/emit' -I'%s/include/spikefit' '%s'",
             bin, source, source, path);
    bool fine = system(command) == 0;
    if (fine)
        unlink(path);
    return fine;
}

/* NULL if the integrator does not fit the model (exact for nonlinear equations). */
static bool emits(const spk__source *s, const spk__model *m, const char *integrator, bool must,
                  bool compile) {
    spk__str out = {.ctx = ctx};
    spk_ctx_diag_clear(ctx);
    spk_status st = spk__emit_source(ctx, s, m->name, integrator, &out);
    bool fine = st == SPK_OK || (!must && st == SPK_ERR_INPUT);
    if (!fine) {
        printf("# %s with %s\n", m->name, integrator);
        print_diags(ctx);
    }
    if (fine && st == SPK_OK && compile)
        fine = compiles(out.text, m->name);
    spk__str_free(&out);
    return fine;
}

/* Synapses that want more than spikes of their two sides, or random numbers. */
static bool is_refused(const spk__model *m) {
    static const char *const names[] = {"neuromodulated_stdp_synapse", "noisy_synapse",
                                        "stdsp_synapse"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(m->name, names[i]) == 0)
            return true;
    return false;
}

static void emit_all(const char *pattern, int *files, int *bad) {
    static const char *const others[] = {
        "exact", "heun", "rk4", "crank_nicolson", "exponential_euler", "euler", "euler:linear"};
    const char *root = getenv("SPK_SOURCE");
    char path[4096];
    glob_t found;
    snprintf(path, sizeof path, "%s/%s", root ? root : ".", pattern);
    *files = *bad = 0;
    if (glob(path, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        spk__source s = {0};
        (*files)++;
        if (spk__source_open(ctx, found.gl_pathv[i], &s)) {
            print_diags(ctx);
            (*bad)++;
            continue;
        }
        const spk__model *m = s.nestml->models[0];
        bool fine = emits(&s, m, "default", !is_refused(m), true);
        if (is_refused(m))
            fine = fine && last_message(ctx)[0] != '\0';
        for (size_t k = 0; k < sizeof others / sizeof *others && !m->is_synapse; k++)
            fine = emits(&s, m, others[k], k > 0, false) && fine;
        *bad += !fine;
        spk__source_close(ctx, &s);
    }
    globfree(&found);
}

TEST(published_models_become_c) {
    int neurons, synapses, bad_neurons, bad_synapses;
    emit_all(".venv/models/neurons/*.nestml", &neurons, &bad_neurons);
    emit_all(".venv/models/synapses/*.nestml", &synapses, &bad_synapses);
    if (!neurons) {
        printf("# skipped: the package NESTML is not installed (tools/install-deps --tests)\n");
        return;
    }
    CHECK(neurons == 30 && bad_neurons == 0);
    CHECK(synapses == 10 && bad_synapses == 0);
}

int main(void) {
    ctx = spk_ctx_new(NULL);
    RUN(published_models_become_c);
    spk_ctx_free(ctx);
    return test_end();
}
