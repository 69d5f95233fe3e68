/* Do the means differ? Student's t for samples of equal variance, Welch's for any. */
#include "stat/compare.h"

#include <gsl/gsl_cdf.h>

/* Where both samples are constant: no difference, or one without any doubt. */
static void finish(double difference, double error, double df, spk_test_result *out) {
    out->statistic = difference == 0.0 ? 0.0 : difference / error;
    out->df1 = df;
    out->p = out->statistic == 0.0   ? 1.0
             : isinf(out->statistic) ? 0.0
                                     : 2.0 * gsl_cdf_tdist_Q(fabs(out->statistic), df);
}

static spk_status student(spk_ctx *ctx, const double *opt, double *x, size_t n_x, double *y,
                          size_t n_y, spk_test_result *out) {
    (void)ctx, (void)opt;
    double var_x, var_y, nx = (double)n_x, ny = (double)n_y, df = nx + ny - 2.0;
    double difference = spk__mean_var(n_x, x, &var_x) - spk__mean_var(n_y, y, &var_y);
    double pooled = ((nx - 1.0) * var_x + (ny - 1.0) * var_y) / df;
    finish(difference, sqrt(pooled * (1.0 / nx + 1.0 / ny)), df, out);
    return SPK_OK;
}

static spk_status welch(spk_ctx *ctx, const double *opt, double *x, size_t n_x, double *y,
                        size_t n_y, spk_test_result *out) {
    (void)ctx, (void)opt;
    double var_x, var_y, nx = (double)n_x, ny = (double)n_y;
    double difference = spk__mean_var(n_x, x, &var_x) - spk__mean_var(n_y, y, &var_y);
    double ex = var_x / nx, ey = var_y / ny, all = ex + ey;
    double df =
        all > 0.0 ? all * all / (ex * ex / (nx - 1.0) + ey * ey / (ny - 1.0)) : nx + ny - 2.0;
    finish(difference, sqrt(all), df, out);
    return SPK_OK;
}

#define EDGES "both samples constant: t is 0 (p 1) if they are equal, else infinite (p 0)"

const spk_test spk__test_student_t = {
    .name = "student_t",
    .sentence = "do the means differ, the variances being equal",
    .reference = "Student 1908, doi:10.1093/biomet/6.1.1",
    .edges = EDGES,
    .statistic = "t",
    .least = 2,
    .has_p = true,
    .run = student,
};

const spk_test spk__test_welch_t = {
    .name = "welch_t",
    .sentence = "do the means differ, whatever the variances",
    .reference = "Welch 1947, doi:10.1093/biomet/34.1-2.28",
    .edges = EDGES,
    .statistic = "t",
    .least = 2,
    .has_p = true,
    .run = welch,
};
