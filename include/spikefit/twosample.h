/* Do two sets of spike trains, data and model, come from one network? Statistics of populations
 * whose neurons need no counterpart, compared by every two-sample test of <spikefit/compare.h>, as
 * NetworkUnit does (Gutzen et al. 2018, doi:10.3389/fninf.2018.00090), with effect sizes, corrected
 * for how many tests were made, and in words.
 */
#ifndef SPIKEFIT_TWOSAMPLE_H
#define SPIKEFIT_TWOSAMPLE_H

#include <spikefit/compare.h>
#include <spikefit/netstudy.h>
#include <spikefit/result.h>
#include <spikefit/stat.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SPK_TWOSAMPLE_TESTS = 16 };

typedef enum {
    SPK_SAME,   /* no corrected p is below the level */
    SPK_SLIGHT, /* one is, but means and distributions hardly differ: |d| < 0.2, KS distance < 0.1
                 */
    SPK_USUAL,  /* one is, but other runs of the model differ as much */
    SPK_DIFFERENT,
    SPK_UNKNOWN, /* too few values on one side, or on both */
} spk_verdict;
/* "same", "slight", "usual", "different", "unknown" */
const char *spk_verdict_word(spk_verdict v);

/* One statistic of one population. x of a test is the model, y the data: positive d, more in the
 * model. */
typedef struct {
    const char *population; /* lent by the caller's sets */
    const spk_stat *stat;
    double *data, *model; /* the values that are defined */
    size_t n_data, n_model;
    bool has_effect;
    spk_effect effect;
    spk_test_result test[SPK_TWOSAMPLE_TESTS]; /* in the order of spk_test_at; NaN where not run */
    double corrected[SPK_TWOSAMPLE_TESTS];     /* p by Holm over all rows and tests */
    double least_p;                            /* of the corrected; NaN: none */
    size_t n_runs, n_as_far; /* other runs of the model; those as far from it as the data are */
    double p_runs;           /* the same as a probability, corrected for all rows; NaN: no runs */
    spk_verdict verdict;
    char sentence[640];
} spk_twosample_row;

typedef struct {
    spk_twosample_row *row; /* populations in order, statistics in theirs */
    size_t n;
    size_t n_tests;    /* p values that were corrected for */
    size_t n_rejected; /* below the level */
    double level;
    bool accepted; /* no row is different, and at least one is known */
    char sentence[640];
    spk_ctx *ctx;
} spk_twosample;

/* Trains of one population; data and model may differ in number. */
typedef struct {
    const char *name;
    const spk_train *data, *model;
    size_t n_data, n_model;
} spk_twosample_set;

/* The tests take values as independent. Neurons of one network are not: they share its rhythm, and
 * in one that is synchronous two runs with other wiring are told apart by every test. So other runs
 * of the model say what is usual: data and runs are compared with the model by effect size and KS
 * distance, in units of their spread, and the data are beyond what is usual where hardly a run is
 * as far in anything (the largest over all rows; Westfall & Young 1993). At least 19 runs are
 * needed to reject at 0.05. */
typedef struct {
    double level;                  /* of significance, after correction */
    const char *const *statistics; /* names; NULL: rate, cv, lv, isi, correlation */
    size_t n_statistics;
    const spk_twosample_set *run; /* [n_runs][n sets], of which `model` is used; NULL: none */
    size_t n_runs;
} spk_twosample_options;
#define SPK_TWOSAMPLE_OPTIONS_INIT                                                                 \
    { 0.05, NULL, 0, NULL, 0 }

/* ERR_INPUT for an unknown statistic or one that gives bins (which are no sample), a level outside
 * (0, 1), trains that cannot be. Sets and their names must outlive the result. */
spk_status spk_twosample_compare(spk_ctx *ctx, const spk_twosample_set *sets, size_t n,
                                 const spk_twosample_options *options, spk_twosample *out);
void spk_twosample_free(spk_twosample *t);

/* The scores of a network's numbers on a part of its data: each loss over the whole part and
 * without its weight. Appended to r->score. A part without data adds nothing. */
spk_status spk_validate_network(spk_ctx *ctx, spk_netstudy *study, const double *numbers,
                                spk_part_kind part, spk_result *r);

#ifdef __cplusplus
}
#endif
#endif
