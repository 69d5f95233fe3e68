/* Kinds of stimuli: a function that adds a term to a current, and a row of the table below. */
#include "num/num.h"
#include <spikefit/stimulus.h>

#include <math.h>

/* Where a term acts, and what it was given. */
typedef struct {
    const double *v; /* option values by position */
    double dt_ms, start_ms;
    size_t first, stop; /* samples [first, stop) */
    uint64_t seed;
    uint32_t term;
} acting;

typedef struct {
    spk_stimulus_kind info;
    void (*add)(const acting *a, double *I_pA);
} kind;

/* Every table begins with these two. */
enum { START, STOP, FIRST_OWN };
#define WINDOW                                                                                     \
    {.name = "start", .sentence = "when it begins", .kind = SPK_OPT_REAL, .unit = "ms",            \
     .value = 0, .min = 0, .max = INFINITY},                                                       \
    {.name = "stop", .sentence = "when it ends", .kind = SPK_OPT_REAL, .unit = "ms",               \
     .value = INFINITY, .min = 0, .max = INFINITY}
#define REAL(n, s, u, d, low, high)                                                                \
    {.name = n, .sentence = s, .kind = SPK_OPT_REAL, .unit = u, .value = d, .min = low, .max = high}
#define CURRENT(n, s, d) REAL(n, s, "pA", d, -1e6, 1e6)
#define END {.name = NULL}

static double time_in(const acting *a, size_t i) {
    return (double)i * a->dt_ms - a->start_ms;
}

static const spk_opt step_options[] = {WINDOW, CURRENT("amplitude", "the current", 100), END};

static void add_step(const acting *a, double *I_pA) {
    for (size_t i = a->first; i < a->stop; i++)
        I_pA[i] += a->v[FIRST_OWN];
}

static const spk_opt ramp_options[] = {WINDOW, CURRENT("from", "the current at its start", 0),
                                       CURRENT("to", "the current at its stop", 100), END};

static void add_ramp(const acting *a, double *I_pA) {
    double from = a->v[FIRST_OWN], to = a->v[FIRST_OWN + 1];
    double length = fmin(a->v[STOP], (double)a->stop * a->dt_ms) - a->start_ms;
    for (size_t i = a->first; i < a->stop; i++)
        I_pA[i] += from + (to - from) * (time_in(a, i) / length);
}

static const spk_opt sine_options[] = {WINDOW, CURRENT("amplitude", "half of peak to peak", 100),
                                       REAL("frequency", "how often it repeats", "Hz", 10, 0, 1e5),
                                       REAL("phase", "where in its cycle it starts, 0 to 1", NULL, 0, -1, 1),
                                       END};

static void add_sine(const acting *a, double *I_pA) {
    const double two_pi = 6.283185307179586;
    for (size_t i = a->first; i < a->stop; i++) {
        double cycles = a->v[FIRST_OWN + 1] * time_in(a, i) / 1000 + a->v[FIRST_OWN + 2];
        I_pA[i] += a->v[FIRST_OWN] * spk__sin(two_pi * (cycles - floor(cycles)));
    }
}

static const spk_opt noise_options[] = {
    WINDOW, CURRENT("mean", "its mean", 0), REAL("sd", "its standard deviation", "pA", 100, 0, 1e6),
    REAL("tau", "its correlation time; 0: a fresh value each sample", "ms", 3, 0, 1e6),
    {.name = "seed", .sentence = "another number, another noise", .kind = SPK_OPT_INT,
     .value = 0, .min = 0, .max = 4294967295.0}, END};

/* Ornstein-Uhlenbeck process, begun in its stationary state and stepped exactly (Gillespie 1996,
 * doi:10.1103/PhysRevE.54.2084), so that its statistics do not depend on dt. */
static void add_noise(const acting *a, double *I_pA) {
    double mean = a->v[FIRST_OWN], sd = a->v[FIRST_OWN + 1], tau = a->v[FIRST_OWN + 2];
    double decay = tau > 0 ? spk__exp(-a->dt_ms / tau) : 0, fresh = sqrt(1 - decay * decay);
    spk__rng rng;
    spk__rng_init(&rng, a->seed, SPK__RNG_STIMULUS, a->term, (uint32_t)a->v[FIRST_OWN + 3]);
    double x = spk__rng_normal(&rng);
    for (size_t i = a->first; i < a->stop; i++) {
        I_pA[i] += mean + sd * x;
        x = decay * x + fresh * spk__rng_normal(&rng);
    }
}

static const spk_opt pulse_options[] = {
    WINDOW, CURRENT("amplitude", "the current of a pulse", 1000),
    REAL("width", "how long a pulse lasts", "ms", 2, 0, 1e9),
    REAL("period", "from one pulse's start to the next one's", "ms", 100, 0, 1e9), END};

static void add_pulses(const acting *a, double *I_pA) {
    double width = a->v[FIRST_OWN + 1], period = a->v[FIRST_OWN + 2];
    /* Samples a hair before an edge belong behind it: 3 * 0.1 ms is 0.3 ms. */
    double hair = 1e-6 * a->dt_ms;
    for (size_t i = a->first; i < a->stop; i++) {
        double t = time_in(a, i) + hair;
        if (t - floor(t / period) * period < width)
            I_pA[i] += a->v[FIRST_OWN];
    }
}

static const kind kinds[] = {
    {{"step", "a constant current between two times", step_options}, add_step},
    {{"ramp", "a current that changes steadily", ramp_options}, add_ramp},
    {{"sine", "a sinusoidal current", sine_options}, add_sine},
    {{"noise", "an Ornstein-Uhlenbeck current", noise_options}, add_noise},
    {{"pulses", "rectangular pulses at a fixed period", pulse_options}, add_pulses},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

size_t spk_stimulus_kind_count(void) {
    return N_KINDS;
}

const spk_stimulus_kind *spk_stimulus_kind_at(size_t i) {
    return &kinds[i].info;
}

const spk_stimulus_kind *spk_stimulus_kind_find(const char *name) {
    for (size_t i = 0; i < N_KINDS; i++)
        if (strcmp(kinds[i].info.name, name) == 0)
            return &kinds[i].info;
    return NULL;
}

size_t spk_stimulus_samples(double duration_ms, double dt_ms) {
    double n = floor(duration_ms / dt_ms + 0.5);
    return n >= 1 && n < 9e15 ? (size_t)n : 0;
}

/* The first sample at or after a time, at most n. */
static size_t sample_at(double t_ms, double dt_ms, size_t n) {
    double i = ceil(t_ms / dt_ms - 1e-6);
    return i <= 0 ? 0 : i >= (double)n ? n : (size_t)i;
}

spk_status spk_stimulus_make(spk_ctx *ctx, const spk_stimulus *terms, size_t n_terms, uint64_t seed,
                             double dt_ms, double *I_pA, size_t n) {
    if (!(dt_ms > 0) || !isfinite(dt_ms))
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL, "a sampling interval of %g ms", dt_ms);
    for (size_t i = 0; i < n; i++)
        I_pA[i] = 0;
    for (size_t k = 0; k < n_terms; k++) {
        const double *v = terms[k].opts.v;
        const kind *what = (const kind *)terms[k].kind; /* info is its first member */
        if (v[STOP] <= v[START])
            return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL,
                             "term %zu of the stimulus (%s) stops at %g ms, before it starts at %g ms",
                             k + 1, what->info.name, v[STOP], v[START]);
        if (what->add == add_pulses && !(v[FIRST_OWN + 1] < v[FIRST_OWN + 2]))
            return spk__fail(ctx, SPK_ERR_INPUT, NULL, "use a step, or a longer period",
                             "pulses of %g ms every %g ms leave no gap", v[FIRST_OWN + 1],
                             v[FIRST_OWN + 2]);
        acting a = {.v = v, .dt_ms = dt_ms, .start_ms = v[START], .seed = seed, .term = (uint32_t)k};
        a.first = sample_at(v[START], dt_ms, n);
        a.stop = sample_at(v[STOP], dt_ms, n);
        what->add(&a, I_pA);
    }
    return SPK_OK;
}
