/* Values that other programs report. Without arguments: those printed in papers and manuals. With
 * the name of a file: one comparison a line, as tests/metric/test_peers.py writes them: metric
 * n_opts opt.. start stop n_a a.. n_b b.. expected tolerance */
#include "trains.h"

TEST(values_of_pyspike_and_its_manual) {
    /* PySpike's own tests (Mulansky & Kreuz 2016): 100..1200 step 100 against step 110, edges 0,
     * 1300 */
    double ta[12], tb[11];
    for (int i = 0; i < 12; i++)
        ta[i] = 100.0 + 100.0 * i;
    for (int i = 0; i < 11; i++)
        tb[i] = 100.0 + 110.0 * i;
    spk_train a = {ta, 12, 0, 1300}, b = {tb, 11, 0, 1300};
    CHECK_NEAR(pair_of("isi_distance", NULL, a, b), 0.0909090909090909, 1e-9);
    CHECK_NEAR(pair_of("spike_distance", NULL, a, b), 0.211058782487353908, 1e-9);
    CHECK_NEAR(pair_of("spike_synchronization", NULL, a, b), 0.869565217391304, 1e-9);
    /* computed by SPIKY; both trains also have a spike at the very start */
    CHECK_NEAR(pair_of("spike_distance", NULL, TRAIN(10, 0, 2, 5, 8), TRAIN(10, 0, 1, 5, 9)),
               0.186309523809523814, 1e-9);
}

static bool number(char **at, double *x) {
    char *end;
    *x = strtod(*at, &end);
    bool ok = end != *at;
    *at = end;
    return ok;
}

static bool read_train(char **at, double *t, size_t max, spk_train *out) {
    double n;
    if (!number(at, &n) || n < 0 || n > (double)max)
        return false;
    out->t_ms = t;
    out->n = (size_t)n;
    for (size_t i = 0; i < out->n; i++)
        if (!number(at, &t[i]))
            return false;
    return true;
}

static bool check_line(char *line) {
    static double ta[5000], tb[5000];
    double opts[SPK_OPTS_MAX], n_opts, start, stop, expected, tolerance;
    char *at = strchr(line, ' ');
    if (!at)
        return false;
    *at++ = '\0';
    if (!number(&at, &n_opts) || n_opts > SPK_OPTS_MAX)
        return false;
    for (int i = 0; i < SPK_OPTS_MAX; i++)
        opts[i] = NAN;
    for (int i = 0; i < (int)n_opts; i++)
        if (!number(&at, &opts[i]))
            return false;
    spk_train a = {0}, b = {0};
    if (!number(&at, &start) || !number(&at, &stop) || !read_train(&at, ta, 5000, &a) ||
        !read_train(&at, tb, 5000, &b) || !number(&at, &expected) || !number(&at, &tolerance))
        return false;
    a.start_ms = b.start_ms = start;
    a.stop_ms = b.stop_ms = stop;
    double got = pair_of(line, n_opts > 0 ? opts : NULL, a, b);
    if (fabs(got - expected) <= tolerance)
        return true;
    printf("# %s of %zu and %zu spikes: %.17g, not %.17g\n", line, a.n, b.n, got, expected);
    return false;
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
    RUN(values_of_pyspike_and_its_manual);
    return test_end();
}
