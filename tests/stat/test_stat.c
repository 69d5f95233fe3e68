/* Statistics of spike trains: conformance over the registry, edges, values by hand. With the name
 * of a file: one comparison a line, as tests/stat/test_stat_peers.py writes them: statistic n_opts
 * opt.. start stop n_trains n t.. .. n_values value.. tolerance */
#include "test.h"
#include <spikefit/stat.h>

#include "num/num.h"

enum { ROOM = 70000 };

#define TRAIN(stop, ...)                                                                           \
    ((spk_train){(const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}) / 8, 0, stop})
#define SILENT(stop) ((spk_train){NULL, 0, 0, stop})

/* opts by position, NaN or NULL for the default; returns the number of values, -1 on failure. */
static long compute(const char *name, const double *opts, const spk_train *t, size_t n, double *out,
                    size_t room) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    const spk_stat *s;
    double *v = NULL;
    size_t size = 0;
    spk_status st = spk_stat_find(ctx, name, &s);
    if (!st) {
        spk_opts o;
        spk_opts_default(s->options, &o);
        for (size_t i = 0; opts && s->options && s->options[i].name; i++)
            if (!isnan(opts[i]))
                o.v[i] = opts[i];
        st = spk_stat_new(ctx, s, &o, t, n, &v, &size);
    }
    print_diags(ctx);
    if (!st && size <= room && size)
        memcpy(out, v, size * sizeof *v);
    spk_stat_free(ctx, v);
    spk_ctx_free(ctx);
    return st || size > room ? -1 : (long)size;
}

static double one(const char *name, spk_train t) {
    double v = -77;
    return compute(name, NULL, &t, 1, &v, 1) == 1 ? v : -77;
}

TEST(every_statistic_is_complete) {
    for (size_t i = 0; i < spk_stat_count(); i++) {
        const spk_stat *s = spk_stat_at(i);
        CHECK(s->name && s->sentence && s->reference && s->edges);
        CHECK((s->of_train != NULL) == (s->per == SPK_STAT_PER_TRAIN));
        CHECK((s->values != NULL) == (s->per != SPK_STAT_PER_TRAIN));
        CHECK((s->count && s->axis && s->axis_unit) == (s->per == SPK_STAT_PER_BIN));
        for (size_t j = 0; j < i; j++)
            CHECK(strcmp(s->name, spk_stat_at(j)->name) != 0);
    }
    CHECK(!spk_stat_at(spk_stat_count()));
}

static spk_train random_train(spk__rng *r, double *t, size_t most) {
    size_t n = spk__rng_below(r, 3) == 0 ? spk__rng_below(r, 4) : spk__rng_below(r, most);
    double at = 0;
    for (size_t i = 0; i < n; i++) {
        at += spk__rng_below(r, 8) == 0 ? 0 : spk__rng_uniform(r) * 1000 / (double)n;
        t[i] = spk__rng_below(r, 2) ? floor(at * 10) / 10 : at;
        if (i && t[i] < t[i - 1])
            t[i] = t[i - 1];
    }
    double start = spk__rng_below(r, 3) == 0 && n ? t[0] : 0;
    return (spk_train){t, n, start, n && spk__rng_below(r, 3) == 0 ? t[n - 1] + 1e-3 : 1000};
}

TEST(values_are_finite_or_undefined_and_do_not_depend_on_other_trains) {
    static double t[6][80], v[ROOM], w[ROOM];
    spk__rng r;
    spk__rng_init(&r, 3, SPK__RNG_TEST, 0, 0);
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_scratch *scratch;
    REQUIRE(!spk_scratch_new(ctx, &scratch));
    for (int k = 0; k < 300; k++) {
        spk_train a[6];
        size_t n = 1 + spk__rng_below(&r, 6);
        for (size_t i = 0; i < n; i++)
            a[i] = random_train(&r, t[i], 80);
        for (size_t i = 0; i < spk_stat_count(); i++) {
            const spk_stat *s = spk_stat_at(i);
            long size = compute(s->name, NULL, a, n, v, ROOM);
            REQUIRE(size >= 0 && (size_t)size == spk_stat_size(s, NULL, a, n));
            for (long j = 0; j < size; j++)
                CHECK(!isinf(v[j]));
            REQUIRE(!spk_stat_values(s, NULL, a, n, scratch, w));
            CHECK(memcmp(v, w, (size_t)size * sizeof *v) == 0);
            for (size_t j = 0; s->per == SPK_STAT_PER_TRAIN && j < n; j++) {
                double alone = one(s->name, a[j]);
                CHECK(alone == v[j] || (isnan(alone) && isnan(v[j])));
            }
            CHECK(isnan(spk_stat_axis(s, NULL, a, n, 0)) == (s->per != SPK_STAT_PER_BIN));
        }
    }
    spk_scratch_free(scratch);
    spk_ctx_free(ctx);
}

TEST(intervals_by_hand) {
    spk_train t = TRAIN(1000, 100, 110, 130, 170, 250); /* intervals 10 20 40 80 */
    double v[4], mean = 37.5, var = (27.5 * 27.5 + 17.5 * 17.5 + 2.5 * 2.5 + 42.5 * 42.5) / 4;
    CHECK(one("spike_count", t) == 5 && one("rate", t) == 5);
    CHECK(compute("isi", NULL, &t, 1, v, 4) == 4 && v[0] == 10 && v[3] == 80);
    CHECK_NEAR(one("cv", t), sqrt(var) / mean, 1e-15);
    CHECK_NEAR(one("cv2", t), 2.0 / 3, 1e-15); /* each interval doubles */
    CHECK_NEAR(one("lv", t), 1.0 / 3, 1e-15);
    CHECK_NEAR(one("lvr", t), (1 + 20.0 / 30 + 1 + 20.0 / 60 + 1 + 20.0 / 120) / 9, 1e-15);
    CHECK_NEAR(one("adaptation_index", t), 1.0 / 3, 1e-15);
    CHECK_NEAR(one("burst_index", TRAIN(100, 1, 6.5, 40, 46, 52, 99)), 5.0 / 6, 1e-15);
    /* 10 windows of 100 ms hold 0 4 1 0 ... */
    CHECK_NEAR(one("fano_factor", t), (17 / 10.0 - 0.25) / 0.5, 1e-15);
}

TEST(too_few_spikes_are_undefined) {
    spk_train few[] = {SILENT(1000), TRAIN(1000, 5), TRAIN(1000, 5, 7), TRAIN(1000, 5, 5, 5)};
    const char *local[] = {"cv", "cv2", "lv", "lvr", "adaptation_index"};
    for (size_t i = 0; i < 5; i++) {
        for (size_t j = 0; j < 3; j++)
            CHECK(isnan(one(local[i], few[j])));
        double same_time = one(local[i], few[3]);
        CHECK(i == 0 ? isnan(same_time) : same_time == 0);
    }
    CHECK(isnan(one("fano_factor", few[0])) && isnan(one("burst_index", few[0])));
    CHECK(one("burst_index", few[1]) == 0);
    double v[4];
    CHECK(compute("isi", NULL, few, 4, v, 4) == 3 && v[0] == 2 && v[1] == 0);
    CHECK(compute("correlation", NULL, few, 2, v, 4) == 1 && isnan(v[0]));
    CHECK(compute("rate", NULL, few, 0, v, 4) == 0);
    v[0] = NAN, v[1] = 3, v[2] = NAN, v[3] = 4;
    CHECK(spk_stat_defined(v, 4) == 2 && v[0] == 3 && v[1] == 4);
}

TEST(histograms_and_trials) {
    spk_train t[] = {TRAIN(100, 5, 15, 15, 100), TRAIN(100, 5, 95)};
    double v[20];
    CHECK(compute("psth", NULL, t, 2, v, 20) == 10);
    CHECK(v[0] == 100 && v[1] == 100 && v[2] == 0 && v[9] == 100);
    spk_train longer = {t[0].t_ms, 4, 0, 109};
    CHECK(compute("psth", NULL, &longer, 1, v, 20) == 10 &&
          v[9] == 100); /* 100 ends the last bin */
    double coarse[2] = {20, 100};
    CHECK(compute("isi_histogram", coarse, t, 2, v, 20) == 5);
    CHECK(v[0] == 2 && v[1] == 0 && v[4] == 2);
    const spk_stat *s = NULL;
    for (size_t i = 0; i < spk_stat_count(); i++)
        if (strcmp(spk_stat_at(i)->name, "psth") == 0)
            s = spk_stat_at(i);
    CHECK(spk_stat_axis(s, NULL, t, 2, 3) == 35);
    CHECK(compute("trial_fano_factor", NULL, t, 2, v, 20) == 1 && v[0] == 1.0 / 3);
    /* only what both were observed for counts */
    t[1] = spk_train_window(t[1], 0, 50);
    CHECK(compute("psth", NULL, t, 2, v, 20) == 5);
    CHECK(compute("trial_fano_factor", NULL, t, 2, v, 20) == 1 && v[0] == 0.5);
}

TEST(synchrony_goes_from_one_over_n_to_one) {
    static double times[20][400];
    spk_train t[20];
    spk__rng r;
    spk__rng_init(&r, 5, SPK__RNG_TEST, 0, 0);
    for (size_t i = 0; i < 20; i++) {
        double at = 0;
        for (size_t k = 0; k < 400; k++)
            times[i][k] = at += -25 * log(spk__rng_uniform(&r)); /* Poisson, 40 Hz */
        size_t n = 400;
        while (times[i][n - 1] > 8000)
            n--;
        t[i] = (spk_train){times[i], n, 0, 8000};
    }
    double v;
    CHECK(compute("synchrony", NULL, t, 20, &v, 1) == 1 && fabs(v - 0.05) < 0.01);
    double spectrum[128], mean = 0;
    CHECK(compute("power_spectrum", NULL, t, 20, spectrum, 128) == 128);
    for (int i = 0; i < 128; i++)
        mean += spectrum[i] / 128;
    CHECK_NEAR(mean, 1, 0.05);
    double pairs[190];
    mean = 0;
    CHECK(compute("correlation", NULL, t, 20, pairs, 190) == 190);
    for (int i = 0; i < 190; i++)
        mean += pairs[i] / 190;
    CHECK_NEAR(mean, 0, 0.01);
    for (size_t i = 0; i < 20; i++)
        t[i] = t[0];
    CHECK(compute("synchrony", NULL, t, 20, &v, 1) == 1);
    CHECK_NEAR(v, 1, 1e-12);
    CHECK(compute("correlation", NULL, t, 3, pairs, 190) == 3);
    CHECK_NEAR(pairs[2], 1, 1e-12);
}

TEST(bad_input_is_refused_with_words) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    const spk_stat *s = NULL;
    double *v;
    size_t n;
    CHECK(spk_stat_find(ctx, "corelation", &s) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "there is no statistic 'corelation'");
    CHECK_STR(spk_ctx_diag(ctx, 0)->hint, "did you mean 'correlation'?");
    REQUIRE(!spk_stat_find(ctx, "psth", &s));
    spk_train unsorted = TRAIN(10, 3, 2), good = TRAIN(10, 3);
    CHECK(spk_stat_new(ctx, s, NULL, &unsorted, 1, &v, &n) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx),
              "spike 1 of the given train is at 2 ms, after 3 ms and observed on [0, 10] ms");
    spk_opts o;
    spk_opts_default(s->options, &o);
    o.v[0] = 0;
    CHECK(spk_stat_new(ctx, s, &o, &good, 1, &v, &n) == SPK_ERR_INPUT);
    spk_ctx_free(ctx);
}

static spk_status everything(spk_ctx *ctx) {
    spk_train t[] = {TRAIN(100, 5, 15, 15, 100), TRAIN(90, 5, 9)};
    for (size_t i = 0; i < spk_stat_count(); i++) {
        double *v = NULL;
        size_t n;
        spk_status st = spk_stat_new(ctx, spk_stat_at(i), NULL, t, 2, &v, &n);
        spk_stat_free(ctx, v);
        if (st)
            return st;
    }
    return SPK_OK;
}

TEST(failing_allocations_leave_nothing_behind) {
    check_every_allocation(everything);
}

/* ---- comparisons from a file ---- */

static bool number(char **at, double *x) {
    char *end;
    *x = strtod(*at, &end);
    bool ok = end != *at;
    *at = end;
    return ok;
}

static bool check_line(char *line) {
    static double room[ROOM], got[ROOM];
    spk_train t[64];
    double opts[SPK_OPTS_MAX], x, start, stop, n, tolerance;
    size_t used = 0;
    char *at = strchr(line, ' ');
    if (!at)
        return false;
    *at++ = '\0';
    for (int i = 0; i < SPK_OPTS_MAX; i++)
        opts[i] = NAN;
    if (!number(&at, &x))
        return false;
    for (int i = 0; i < (int)x; i++)
        if (!number(&at, &opts[i]))
            return false;
    if (!number(&at, &start) || !number(&at, &stop) || !number(&at, &n) || n > 64)
        return false;
    for (size_t i = 0; i < (size_t)n; i++) {
        if (!number(&at, &x) || used + (size_t)x > ROOM)
            return false;
        t[i] = (spk_train){room + used, (size_t)x, start, stop};
        for (size_t k = 0; k < t[i].n; k++)
            if (!number(&at, &room[used++]))
                return false;
    }
    long size = compute(line, opts, t, (size_t)n, got, ROOM);
    if (!number(&at, &x) || size != (long)x || used + (size_t)x > ROOM)
        return false;
    double *want = room + used;
    for (long i = 0; i < size; i++)
        if (!number(&at, &want[i]))
            return false;
    if (!number(&at, &tolerance))
        return false;
    for (long i = 0; i < size; i++)
        if (!(fabs(got[i] - want[i]) <= tolerance) && !(isnan(got[i]) && isnan(want[i]))) {
            printf("# %s, value %ld: %.17g, not %.17g\n", line, i, got[i], want[i]);
            return false;
        }
    return true;
}

static int check_file(const char *path) {
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t size = 0, n = 0, bad = 0;
    while (f && getline(&line, &size, f) > 0) {
        n++;
        bad += !check_line(line);
    }
    free(line);
    if (f)
        fclose(f);
    printf("%zu compared, %zu differ\n", n, bad);
    return n == 0 || bad != 0;
}

int main(int argc, char **argv) {
    if (argc > 1)
        return check_file(argv[1]);
    RUN(every_statistic_is_complete);
    RUN(values_are_finite_or_undefined_and_do_not_depend_on_other_trains);
    RUN(intervals_by_hand);
    RUN(too_few_spikes_are_undefined);
    RUN(histograms_and_trials);
    RUN(synchrony_goes_from_one_over_n_to_one);
    RUN(bad_input_is_refused_with_words);
    RUN(failing_allocations_leave_nothing_behind);
    return test_end();
}
