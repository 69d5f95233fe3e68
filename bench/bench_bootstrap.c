/* The bootstrap of a run, in which all replicates share their simulations, beside a full search for each replicate
 * on its own.
 *
 *     bench_bootstrap RUN [REPLICATES [EVALUATIONS]]
 *
 * The first of 200 replicates (20) are searched by L-SHADE with so many evaluations each (6000). Printed are how much
 * lower than the shared one each search came, in spikes' worth, and standard errors and intervals of both over these
 * replicates. */
#include <spikefit/validate.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALL = 200, BATCH = 256 };

typedef struct {
    spk_ctx *ctx;
    spk_problem *p;
    spk_replicates *replicates;
    size_t dim, n;
    uint64_t evaluations;
    double *x, *f;     /* of a batch */
    double *value, *loss; /* what the searches found */
} brute;

static spk_status search_one(brute *b, size_t replicate) {
    spk_search_space space = {.dim = b->dim};
    spk_search *s = NULL;
    size_t of[BATCH];
    for (size_t i = 0; i < BATCH; i++)
        of[i] = replicate;
    spk_status st =
        spk_search_new(b->ctx, "lshade", NULL, &space, 1000 + replicate, b->evaluations, &s);
    while (!st && !spk_search_stopped(s, NULL)) {
        size_t n = BATCH;
        st = spk_search_ask(s, b->x, &n);
        if (!st)
            st = spk_problem_run(b->p, &(spk_evaluation){.x = b->x,
                                                         .n = n,
                                                         .threads = 1,
                                                         .replicates = b->replicates,
                                                         .of = of,
                                                         .n_of = 1,
                                                         .replicate = b->f});
        if (!st)
            st = spk_search_tell(s, b->f);
    }
    if (!st)
        spk_search_best(s, b->x, &b->loss[replicate]);
    spk_search_free(s);
    const spk_kernel *k = spk_problem_kernel(b->p);
    for (size_t j = 0; !st && j < b->dim; j++) {
        const spk_free *f = spk_problem_parameter(b->p, j);
        b->value[replicate * b->dim + j] =
            spk_problem_value(f, b->x[j]) / k->parameters[f->index].scale;
    }
    return st;
}

static void compare(const brute *b, const spk_result *r) {
    spk_result_bootstrap shared = r->bootstrap, own = r->bootstrap;
    double worth = spk_problem_spike_worth(b->p), mean = 0;
    size_t lower = 0;
    shared.n = own.n = b->n;
    own.value = b->value;
    for (size_t i = 0; i < b->n; i++) {
        double d = (shared.loss[i] - b->loss[i]) / worth;
        mean += d / (double)b->n;
        lower += d > 1e-6;
    }
    printf("evaluations: %llu shared by %d, %llu for each alone; alone lower in %zu of %zu, on average by "
           "%.3f spikes' worth\n",
           (unsigned long long)r->bootstrap.evaluations, ALL, (unsigned long long)b->evaluations,
           lower, b->n, mean);
    for (size_t j = 0; j < b->dim; j++) {
        double q[4];
        spk_result_bootstrap_range(b->ctx, &shared, j, 0.95, &q[0], &q[1]);
        spk_result_bootstrap_range(b->ctx, &own, j, 0.95, &q[2], &q[3]);
        printf("%-12s shared %.4g (%.5g .. %.5g), alone %.4g (%.5g .. %.5g)\n",
               r->parameter[shared.parameter[j]].name, spk_result_bootstrap_error(&shared, j), q[0],
               q[1], spk_result_bootstrap_error(&own, j), q[2], q[3]);
    }
}

int main(int argc, char **argv) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_result *r = NULL;
    spk_study *y = NULL;
    spk_setup *s = NULL;
    brute b = {.ctx = ctx, .n = argc > 2 ? (size_t)atoi(argv[2]) : 20};
    b.evaluations = argc > 3 ? (uint64_t)atol(argv[3]) : 6000;
    spk_status st = argc > 1 ? spk_result_read(ctx, argv[1], &r) : SPK_ERR_USAGE;
    if (!st)
        st = spk_study_locate(ctx, r->study_name, r->study, strlen(r->study), argv[1], &y);
    if (!st)
        st = spk_setup_new(ctx, y, &s);
    if (!st)
        st = spk_setup_problem(s, 0, &b.p);
    if (!st)
        st = spk_validate_bootstrap(ctx, b.p, NULL, r);
    if (!st)
        st = spk_replicates_new(ctx, b.p, SPK_RESAMPLE_AUTO, ALL, r->seed, &b.replicates);
    b.dim = st ? 0 : spk_problem_dim(b.p);
    b.n = b.n > ALL ? ALL : b.n;
    b.x = malloc(BATCH * (b.dim + 1) * sizeof *b.x);
    b.f = malloc(BATCH * sizeof *b.f);
    b.value = malloc(ALL * (b.dim + 1) * sizeof *b.value);
    b.loss = malloc(ALL * sizeof *b.loss);
    for (size_t i = 0; !st && i < b.n; i++)
        st = search_one(&b, i);
    if (!st)
        compare(&b, r);
    else
        fprintf(stderr, "bench_bootstrap: %s\n", spk_status_name(st));
    spk_replicates_free(b.replicates);
    free(b.x);
    free(b.f);
    free(b.value);
    free(b.loss);
    spk_result_free(r);
    spk_setup_free(s);
    spk_study_free(y);
    spk_ctx_free(ctx);
    return st != SPK_OK;
}
