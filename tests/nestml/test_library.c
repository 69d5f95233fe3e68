/* Every neuron and synapse model of NESTML's own library passes the front end as published, and so
 * do the built-in models. The library is read where the package NESTML of tools/test-packages.txt
 * puts it. */
#include "test.h"

#include "nestml/model.h"

#include <glob.h>

/* Compiles every file of a pattern below the source folder; counts files, and those with errors. */
static void compile_all(const char *pattern, bool may_warn, int *files, int *bad) {
    const char *root = getenv("SPK_SOURCE");
    char path[4096];
    glob_t found;
    snprintf(path, sizeof path, "%s/%s", root ? root : ".", pattern);
    *files = *bad = 0;
    if (glob(path, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        spk_ctx *ctx = spk_ctx_new(NULL);
        char *text = NULL;
        size_t length = 0;
        spk__nestml *n = NULL;
        spk_status st = spk__read_file(ctx, found.gl_pathv[i], 0, &text, &length);
        if (st == SPK_OK)
            st = spk__nestml_compile(ctx, found.gl_pathv[i], text, length, &n);
        bool wrong = st != SPK_OK || n->n_models == 0 || (!may_warn && spk_ctx_diag_count(ctx));
        if (wrong)
            print_diags(ctx);
        *bad += wrong;
        (*files)++;
        spk__nestml_free(n);
        spk__free(ctx, text);
        spk_ctx_free(ctx);
    }
    globfree(&found);
}

TEST(all_published_models_compile) {
    int neurons, synapses, bad_neurons, bad_synapses;
    compile_all(".venv/models/neurons/*.nestml", true, &neurons, &bad_neurons);
    compile_all(".venv/models/synapses/*.nestml", true, &synapses, &bad_synapses);
    if (!neurons) {
        printf("# skipped: the package NESTML is not installed (tools/install-deps --tests)\n");
        return;
    }
    CHECK(neurons == 30 && bad_neurons == 0);
    CHECK(synapses == 10 && bad_synapses == 0);
}

TEST(built_in_models_compile_without_a_warning) {
    int files, bad;
    compile_all("models/*.nestml", false, &files, &bad);
    CHECK(files > 0 && bad == 0);
}

int main(void) {
    RUN(all_published_models_compile);
    RUN(built_in_models_compile_without_a_warning);
    return test_end();
}
