/* Opening models: built-in and user's, the cache of compiled ones, and what goes wrong. */
#include "kernel_run.h"

#include "kernel/catalogue.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>

static spk_ctx *ctx;

static const char user_text[] =
    "# One model of two.\n"
    "model first:\n    state:\n        x real = 1\n    parameters:\n        k real = 0.5\n"
    "    update:\n        x = x * k\n\n"
    "# The other.\n"
    "model second:\n    state:\n        x real = 2\n    parameters:\n        k real = 0.25\n"
    "    update:\n        x = x * k\n";

/* A fresh folder below the build's, and a file in it. */
static const char *folder(void) {
    static char path[4096];
    snprintf(path, sizeof path, "%s/test_open-XXXXXX",
             getenv("SPK_BIN") ? getenv("SPK_BIN") : "/tmp");
    return mkdtemp(path);
}

static const char *in_folder(const char *dir, const char *name) {
    static char path[2][4096];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    return path[turn];
}

static void write_text(const char *path, const char *text) {
    FILE *f = fopen(path, "w");
    REQUIRE(f);
    fputs(text, f);
    fclose(f);
}

static int count_files(const char *dir, const char *suffix) {
    DIR *d = opendir(dir);
    int n = 0;
    for (struct dirent *e; d && (e = readdir(d));)
        n += e->d_name[0] != '.' &&
             (!suffix || (strlen(e->d_name) > strlen(suffix) &&
                          strcmp(e->d_name + strlen(e->d_name) - strlen(suffix), suffix) == 0));
    if (d)
        closedir(d);
    return n;
}

static unsigned long sum_of_inodes(const char *dir) {
    DIR *d = opendir(dir);
    unsigned long sum = 0;
    for (struct dirent *e; d && (e = readdir(d));)
        sum += e->d_name[0] != '.' ? (unsigned long)e->d_ino : 0;
    if (d)
        closedir(d);
    return sum;
}

static void remove_folder(const char *dir) {
    char command[4200];
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    if (system(command) != 0)
        test__bad++;
}

TEST(built_in_models_are_listed_and_open) {
    CHECK(spk_builtin_model_count() >= 15);
    CHECK(spk_builtin_model_at(spk_builtin_model_count()) == NULL);
    for (size_t i = 0; i < spk_builtin_model_count(); i++) {
        const spk_builtin_model *b = spk_builtin_model_at(i);
        spk_model *m = test_open(ctx, b->name, NULL, -1);
        REQUIRE(m);
        CHECK_STR(spk_model_name(m), b->name);
        CHECK_STR(spk_model_text(m), b->text);
        CHECK(strlen(b->sentence) > 10 && !strchr(b->sentence, '\n'));
        CHECK(strncmp(spk_model_doc(m), b->sentence, strlen(b->sentence)) == 0);
        CHECK(spk_model_is_builtin(m) && strlen(spk_model_hash(m)) == 64);
        CHECK(spk_model_default_dt(m) > 0);
        CHECK(strstr(spk_model_equations(m), "V_m' = "));
        for (int p = 0; p < 2; p++) {
            const spk_kernel *k = spk_model_kernel(m, p ? SPK_FLOAT64 : SPK_FLOAT32);
            CHECK_STR(k->model, b->name);
            CHECK_STR(k->integrator, spk_model_integrator(m));
            CHECK(k->isa == (int)spk__cpu_isa());
            CHECK(k->abi == SPK_KERNEL_ABI);
        }
        spk_model_free(m);
    }
}

/* Izhikevich 2004 (doi:10.1109/TNN.2004.832719), figure 2, counts floating-point operations: 13 for an
 * Euler step of his model, 1200 for a millisecond of Hodgkin and Huxley's in ten steps, and says that the
 * rest lies between. Multiply-adds count once here, and exponentials are counted otherwise. */
TEST(operations_are_about_those_that_izhikevich_counts) {
    static const struct {
        const char *name;
        double flops;
    } cases[] = {{"izhikevich", 13}, {"hh_psc_alpha", 120}};
    unsigned run[2] = {0};
    for (size_t i = 0; i < 2; i++) {
        spk_model *m = test_open(ctx, cases[i].name, "euler", -1);
        REQUIRE(m);
        const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
        run[i] = k->run_operations;
        CHECK(run[i] > 0.7 * cases[i].flops && run[i] < 1.5 * cases[i].flops);
        CHECK(k->step_operations > k->run_operations);
        spk_model_free(m);
    }
    spk_model *m = test_open(ctx, "aeif_psc_exp", "euler", -1);
    REQUIRE(m);
    unsigned n = spk_model_kernel(m, SPK_FLOAT64)->run_operations;
    CHECK(n > run[0] && n < run[1]);
    spk_model_free(m);
}

TEST(ports_say_what_a_weight_does) {
    static const char *const cases[][4] = {
        {"izhikevich", "spikes", "mV", "added to V_m on arrival"},
        {"aeif_psc_exp", "exc_spikes", "pA", "added to I_syn_ex on arrival"},
        {"iaf_cond_exp", "inh_spikes", "nS", "added to g_in on arrival"},
        {"hh_psc_alpha", "exc_spikes", "pA", "times the kernel psc_ex on arrival"},
        {"glif5_psc", "spikes", "pA", "times the kernel psc on arrival"}};
    for (size_t i = 0; i < 5; i++) {
        spk_model *m = test_open(ctx, cases[i][0], NULL, -1);
        REQUIRE(m);
        const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
        const spk_quantity *q =
            &k->spike_ports[find_quantity(k->spike_ports, k->n_spike_ports, cases[i][1])];
        CHECK_STR(q->unit, cases[i][2]);
        CHECK_STR(q->doc, cases[i][3]);
        CHECK(q->scale == 1);
        spk_model_free(m);
    }
}

TEST(integrators_by_name) {
    spk_model *m = test_open(ctx, "aeif_psc_exp", "heun:carry,linear", -1);
    REQUIRE(m);
    CHECK_STR(spk_model_integrator(m), "heun"); /* its defaults, spelled out: no compiler needed */
    spk_model_free(m);
    m = test_open(ctx, "aeif_psc_exp", "heun:grid", -1);
    REQUIRE(m);
    CHECK_STR(spk_model_integrator(m), "heun:grid");
    CHECK(!spk_model_kernel(m, SPK_FLOAT64)->carry);
    CHECK(spk_model_kernel(m, SPK_FLOAT64)->drive_kind == SPK_LINEAR);
    spk_model_free(m);
}

TEST(a_users_file_compiles_once) {
    const char *dir = folder();
    REQUIRE(dir);
    const char *path = in_folder(dir, "mine.nestml"), *cache = in_folder(dir, "cache/deep");
    char both[4200];
    snprintf(both, sizeof both, "%s:second", path);
    write_text(path, user_text);
    spk_model_options o = SPK_MODEL_OPTIONS_INIT;
    o.cache = cache;
    unsigned long made = 0;
    for (int round = 0; round < 2; round++) {
        spk_model *m = NULL;
        CHECK(spk_model_open(ctx, both, &o, &m) == SPK_OK);
        REQUIRE(m);
        CHECK_STR(spk_model_name(m), "second");
        CHECK(!spk_model_is_builtin(m));
        lanes l;
        lanes_init(&l, spk_model_kernel(m, SPK_FLOAT64), 1, 0.1);
        lanes_prepare(&l);
        lanes_run(&l, 2, NULL);
        CHECK_NEAR(lanes_state(&l, 0, "x"), 0.125, 0);
        lanes_free(&l);
        spk_model_free(m);
        CHECK(!round || made == sum_of_inodes(cache)); /* the second time, the first's files */
        made = sum_of_inodes(cache);
    }
    CHECK(count_files(cache, ".so") == 2 &&
          count_files(cache, NULL) == 2); /* and nothing else stays */
    remove_folder(dir);
}

static void damage(const char *dir) {
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.')
            write_text(in_folder(dir, e->d_name), "not a kernel");
    if (d)
        closedir(d);
}

TEST(a_damaged_cache_is_compiled_anew) {
    const char *dir = folder();
    REQUIRE(dir);
    spk_model_options o = SPK_MODEL_OPTIONS_INIT;
    o.cache = dir;
    for (int round = 0; round < 2; round++) {
        spk_model *m = NULL;
        spk_ctx_diag_clear(ctx);
        CHECK(spk_model_open_text(ctx, "t", user_text, strlen(user_text), "first", &o, &m) ==
              SPK_OK);
        CHECK(spk_ctx_diag_count(ctx) == 0);
        spk_model_free(m);
        damage(dir);
    }
    remove_folder(dir);
}

TEST(two_processes_compile_the_same_model) {
    const char *dir = folder();
    REQUIRE(dir);
    pid_t child[3];
    for (int i = 0; i < 3; i++) {
        child[i] = fork();
        if (child[i] == 0) {
            spk_ctx *own = spk_ctx_new(NULL);
            spk_model_options o = SPK_MODEL_OPTIONS_INIT;
            o.cache = dir;
            spk_model *m = NULL;
            spk_status st =
                spk_model_open_text(own, "t", user_text, strlen(user_text), "first", &o, &m);
            spk_model_free(m);
            spk_ctx_free(own);
            _exit(st == SPK_OK ? 0 : 1);
        }
    }
    for (int i = 0; i < 3; i++) {
        int status = -1;
        CHECK(waitpid(child[i], &status, 0) == child[i] && WIFEXITED(status) &&
              WEXITSTATUS(status) == 0);
    }
    CHECK(count_files(dir, NULL) == 2);
    remove_folder(dir);
}

static spk_status open_with(const char *source, const char *compiler, const char *cache) {
    spk_model_options o = SPK_MODEL_OPTIONS_INIT;
    o.compiler = compiler;
    o.cache = cache;
    spk_model *m = NULL;
    spk_ctx_diag_clear(ctx);
    spk_status st = spk_model_open(ctx, source, &o, &m);
    spk_model_free(m);
    return st;
}

TEST(what_goes_wrong) {
    const char *dir = folder();
    REQUIRE(dir);
    const char *path = in_folder(dir, "mine.nestml");
    write_text(path, user_text);
    char first[4200];
    snprintf(first, sizeof first, "%s:first", path);
    CHECK(open_with(first, "no-such-compiler", dir) == SPK_ERR_FAILED);
    CHECK_STR(last_message(ctx),
              "compiling a model needs a C compiler, and 'no-such-compiler' cannot be run");
    CHECK(strstr(spk_ctx_diag(ctx, 0)->hint, "apt install gcc"));
    CHECK(open_with("aeif_psc_exp", "no-such-compiler", dir) == SPK_OK);
    CHECK(open_with(first, "false", dir) == SPK_ERR_FAILED);
    CHECK(strstr(last_message(ctx), "the C compiler 'false' failed with code 1"));
    CHECK(open_with("aeif_psc_ex", NULL, dir) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "there is no model 'aeif_psc_ex'");
    CHECK_STR(spk_ctx_diag(ctx, 0)->hint, "did you mean 'aeif_psc_exp'?");
    CHECK(open_with(path, NULL, dir) == SPK_ERR_INPUT); /* two models: which one? */
    CHECK(open_with("/nowhere/x.nestml", NULL, dir) == SPK_ERR_IO);
    CHECK(open_with(first, NULL, "/proc/no/cache") == SPK_ERR_IO);
    CHECK(count_files(dir, NULL) == 1);
    remove_folder(dir);
}

/* A shared object made from this C text. */
static spk_status load_object(const char *dir, const char *text) {
    char command[9000];
    const char *c = in_folder(dir, "x.c");
    write_text(c, text);
    snprintf(command, sizeof command, "cc -shared -fPIC -I'%s' -o '%s/x.so' '%s'",
             source_path("include"), dir, c);
    if (system(command) != 0)
        return SPK_ERR_INTERNAL;
    spk__kernel_file *f = NULL;
    const spk_kernel *k = NULL;
    spk_ctx_diag_clear(ctx);
    spk_status st = spk__kernel_load(ctx, in_folder(dir, "x.so"), &f, &k);
    spk__kernel_unload(ctx, f);
    return st;
}

TEST(a_kernel_of_another_interface_is_refused) {
    const char *dir = folder();
    REQUIRE(dir);
    char text[512], want[200];
    snprintf(text, sizeof text,
             "#include <spikefit/kernel.h>\nconst spk_kernel spk_kernel_entry = {.abi = %d, .width "
             "= 1, .unroll = 1};\n",
             SPK_KERNEL_ABI + 1);
    CHECK(load_object(dir, text) == SPK_ERR_INPUT);
    snprintf(want, sizeof want, "the kernel was made for interface %d and this program has %d",
             SPK_KERNEL_ABI + 1, SPK_KERNEL_ABI);
    CHECK_STR(last_message(ctx), want);
    CHECK(load_object(dir, "#include <spikefit/kernel.h>\nconst spk_kernel spk_kernel_entry = "
                           "{.abi = SPK_KERNEL_ABI, "
                           ".isa = 99};\n") == SPK_ERR_INPUT);
    CHECK(strstr(last_message(ctx), "an unknown instruction set"));
    CHECK(load_object(dir, "#include <spikefit/kernel.h>\nconst spk_kernel spk_kernel_entry = "
                           "{.abi = SPK_KERNEL_ABI};\n") == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "the kernel is damaged");
    CHECK(load_object(dir, "int something;\n") == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "there is no kernel in this file");
    remove_folder(dir);
}

static spk_status open_builtin(spk_ctx *c) {
    spk_model *m = NULL;
    spk_status st = spk_model_open(c, "izhikevich", NULL, &m);
    spk_model_free(m);
    return st;
}

static spk_status open_cached(spk_ctx *c) {
    spk_model *m = NULL;
    spk_model_options o = SPK_MODEL_OPTIONS_INIT;
    o.cache = test_cache();
    spk_status st = spk_model_open_text(c, "t", user_text, strlen(user_text), "first", &o, &m);
    spk_model_free(m);
    return st;
}

TEST(every_allocation_may_fail) {
    check_every_allocation(open_builtin);
    CHECK(open_cached(ctx) == SPK_OK);
    check_every_allocation(open_cached);
}

int main(void) {
    ctx = spk_ctx_new(NULL);
    RUN(built_in_models_are_listed_and_open);
    RUN(operations_are_about_those_that_izhikevich_counts);
    RUN(ports_say_what_a_weight_does);
    RUN(integrators_by_name);
    RUN(a_users_file_compiles_once);
    RUN(a_damaged_cache_is_compiled_anew);
    RUN(two_processes_compile_the_same_model);
    RUN(what_goes_wrong);
    RUN(a_kernel_of_another_interface_is_refused);
    RUN(every_allocation_may_fail);
    spk_ctx_free(ctx);
    return test_end();
}
