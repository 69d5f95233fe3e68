/* What Python calls through ctypes: the loss of a study's first model on the unit cube. */
#include <spikefit/fit.h>

#include <stdio.h>
#include <stdlib.h>

typedef struct {
    spk_ctx *ctx;
    spk_study *study;
    spk_setup *setup;
    spk_problem *problem;
} neural;

void *neural_new(const char *study);
void neural_free(neural *b);
size_t neural_dim(const neural *b);
double neural_cost(const neural *b);
int neural_evaluate(neural *b, const double *x, size_t n, double *loss);

/* NULL on failure, with the reason on standard error. */
void *neural_new(const char *study) {
    neural *b = calloc(1, sizeof *b);
    if (!b || !(b->ctx = spk_ctx_new(NULL))) {
        free(b);
        return NULL;
    }
    if (spk_study_read(b->ctx, study, &b->study) || spk_setup_new(b->ctx, b->study, &b->setup) ||
        spk_setup_problem(b->setup, 0, &b->problem)) {
        char line[1000];
        for (size_t i = 0; i < spk_ctx_diag_count(b->ctx); i++) {
            spk_diag_format(spk_ctx_diag(b->ctx, i), false, line, sizeof line);
            fputs(line, stderr);
        }
        neural_free(b);
        return NULL;
    }
    return b;
}

void neural_free(neural *b) {
    spk_setup_free(b->setup);
    spk_study_free(b->study);
    spk_ctx_free(b->ctx);
    free(b);
}

size_t neural_dim(const neural *b) {
    return spk_problem_dim(b->problem);
}

double neural_cost(const neural *b) {
    return spk_problem_cost(b->problem);
}

int neural_evaluate(neural *b, const double *x, size_t n, double *loss) {
    return spk_problem_evaluate(b->problem, x, n, 1, loss, NULL);
}
