/* The loss around a best fit: what profile.c and curvature.c share. Coordinates are those of the
 * unit cube. */
#ifndef SPK_VALIDATE_LANDSCAPE_H
#define SPK_VALIDATE_LANDSCAPE_H

#include "base/base.h"
#include <spikefit/problem.h>
#include <spikefit/result.h>

/* Points of a profile: a ladder of nine to each bound, each step twice the one before, the best
 * itself, the outermost of the search's candidates that were nearly as good, and three where the
 * loss crosses the limit on either side. */
enum {
    SPK__LADDER = 7,
    SPK__CROSSING = 3,
    SPK__PROFILE_POINTS = 2 * SPK__LADDER + 1 + 2 + 2 * SPK__CROSSING
};

/* The loss along one coordinate. */
typedef struct {
    size_t n, centre;               /* centre: the best fit */
    double at[SPK__PROFILE_POINTS]; /* rising */
    double held[SPK__PROFILE_POINTS], refitted[SPK__PROFILE_POINTS];
    double *x; /* [SPK__PROFILE_POINTS][dim]: where `refitted` was found */
    double low, high, held_low, held_high;
    size_t low_point, high_point; /* the outermost within the limit */
} spk__profile;

typedef struct {
    spk_ctx *ctx;
    spk_problem *p;
    int threads;
    uint64_t seed;
    size_t dim;
    double *best, *reach; /* [dim]; reach: how far a coordinate can go alone within the limit */
    double *weight;       /* of the objectives, where there are several; else NULL */
    double *each;         /* scratch for them */
    size_t each_room;
    double best_loss, limit;
    double lowest; /* seen so far */
    uint64_t evaluations;
    spk__profile *profile; /* [dim] */
    /* The region within the limit near the best: an ellipsoid, its half axes (not orthogonal ones)
     * as rows, in units of the reaches. */
    double *shape; /* [dim][dim] */
    double *room;  /* scratch of 3 dim * dim + 2 dim */
} spk__landscape;

/* What the objectives weigh in one loss: the knee of a front is the minimum of their sum, each scaled to its
 * range there. NULL where there is one. */
spk_status spk__objective_weights(spk_ctx *ctx, const spk_problem *p, const spk_result_front *f,
                                  double **out);

/* Losses of n points. */
spk_status spk__landscape_evaluate(spk__landscape *l, const double *x, size_t n, double *f);

/* Fills the reaches, the shape and the profiles. effort: evaluations to spend on refitting, about.
 */
spk_status spk__profiles_make(spk__landscape *l, const spk_result_history *h, uint64_t effort);

/* The shape from the candidates of the search, then from quadratics. effort: evaluations, about.
 * Where there are too many parameters: as far as each can go alone. */
spk_status spk__shape_find(spk__landscape *l, const spk_result_history *h, uint64_t effort);
enum { SPK__SHAPE_MOST = 48 };
/* Its half axes as orthogonal ones, the widest first: width[dim], axis[dim][dim] one a row. False
 * if they are not found. */
bool spk__shape_axes(spk__landscape *l, double *width, double *axis);

/* The sentences of a profile and of a direction, appended. */
void spk__say_profile(const spk__landscape *l, const spk_result *r, size_t axis, spk__str *out);
void spk__say_direction(const spk__landscape *l, const spk_result *r, size_t i, spk__str *out);

#endif
