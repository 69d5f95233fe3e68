/* Recordings: spike trains, traces, sweeps, how spikes are found, which sweeps repeat one stimulus,
 * and the division into train and test data. Immutable once built; then readable from any thread.
 *
 * Time is in ms, current in pA, voltage in mV. A sweep's time starts at 0 with its first sample.
 */
#ifndef SPIKEFIT_RECORDING_H
#define SPIKEFIT_RECORDING_H

#include <spikefit/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- spike trains and traces: borrowed views ---- */

/* A spike train as everything in the library sees it: spike times in ms, not decreasing, observed on
 * [start_ms, stop_ms]. Times outside the window are not allowed in it. */
typedef struct {
    const double *t_ms;
    size_t n;
    double start_ms, stop_ms;
} spk_train;

/* The part of a train inside [start_ms, stop_ms), observed on the intersection of the windows. */
spk_train spk_train_window(spk_train t, double start_ms, double stop_ms);

/* Sampled signal: value i holds at time start_ms + i * dt_ms, and the signal ends dt_ms after its last
 * sample. NaN marks missing samples (voltage only: a current may not have any). */
typedef struct {
    const double *value;
    size_t n;
    double start_ms, dt_ms;
} spk_trace;

/* ---- spike detection ---- */

/* How spikes are found in a voltage: an upward crossing of threshold_mV (interpolated between samples
 * if `interpolate`, else the first sample at or above), or of dV/dt at slope_mV_per_ms; at least
 * dead_time_ms apart. */
typedef struct {
    enum { SPK_DETECT_THRESHOLD, SPK_DETECT_SLOPE } rule;
    double threshold_mV, slope_mV_per_ms, dead_time_ms;
    bool interpolate;
} spk_detection;
#define SPK_DETECTION_INIT                                                                         \
    { SPK_DETECT_THRESHOLD, 0.0, 20.0, 1.0, false }

/* The rule in words, into buf like snprintf. */
size_t spk_detection_print(const spk_detection *d, char *buf, size_t size);

/* Finds spikes: writes the first `capacity` times and returns how many there are. The voltage must have
 * been below the threshold since the last crossing; missing samples neither end nor start anything. A
 * trace that begins above the threshold has no spike there. */
size_t spk_detect(const spk_trace *voltage_mV, const spk_detection *d, double *t_ms,
                  size_t capacity);

/* ---- recordings ---- */

/* One sweep: a stimulus, the response of one cell, the spikes found in it. Lent by its recording.
 * Current and voltage may differ in sampling interval and length. */
typedef struct {
    const char *name;     /* "sweep 3", a file name, ...; unique in the recording */
    int number;           /* the file's own number, or its index */
    int cell;             /* index of the cell (or unit, pixel, ...) it is from */
    const char *protocol; /* the file's own words for the stimulus, or "" */
    spk_trace current_pA; /* n = 0: none (spike-only data) */
    spk_trace voltage_mV; /* n = 0: none */
    spk_train spikes;     /* given, or detected; window = what was observed */
    bool spikes_detected; /* from the voltage, by the recording's rule */
    int stimulus;         /* sweeps with equal number got one stimulus, 0 .. n_stimuli-1 */
    double origin_ms;     /* time of the first sample in the file's own count */
} spk_sweep;

typedef struct spk_recording spk_recording;

size_t spk_recording_sweep_count(const spk_recording *r);
const spk_sweep *spk_recording_sweep(const spk_recording *r, size_t i);
size_t spk_recording_cell_count(const spk_recording *r);
/* The cell's name in the file ("cell 3", "L4E/2841", ...), and its number there (its index if none). */
const char *spk_recording_cell_name(const spk_recording *r, size_t cell);
int64_t spk_recording_cell_id(const spk_recording *r, size_t cell);

/* Repeats of one stimulus are recognised by the injected current alone. Two sweeps repeat one stimulus
 * if sampling interval and number of samples are equal and either every sample is, or (a recorded
 * current carries noise) the standard deviations differ by at most 0.5 %, the means by at most 2 % of
 * that, and the correlation is at least 0.95. So steps of 200 and 210 pA are two stimuli, and two
 * recordings of one frozen noise are one. Sweeps without a current have one stimulus if they were
 * observed over the same window. */
size_t spk_recording_stimulus_count(const spk_recording *r);
/* The sweeps of a stimulus, in order; returns how many. */
size_t spk_recording_repeats(const spk_recording *r, int stimulus, const size_t **sweeps);
/* The current averaged over the repeats (measurement noise goes down with their number); n = 0 if the
 * sweeps have none. */
spk_trace spk_recording_mean_current(const spk_recording *r, int stimulus);

/* The rule that found the spikes. */
const spk_detection *spk_recording_detection(const spk_recording *r);
/* Where it came from: the paths as given, separated by ", "; SHA-256 of the bytes, in hex (of several
 * files: of their hashes written one after the other). Both "" if it was made in memory. */
const char *spk_recording_source(const spk_recording *r);
const char *spk_recording_hash(const spk_recording *r);
/* The source in few words, for messages: "a.csv and 3 more files"; NULL if it was made in memory. */
const char *spk_recording_label(const spk_recording *r);
void spk_recording_free(spk_recording *r);

/* A recording from sweeps in memory, copied. cell_names may be NULL, else has an entry for each cell
 * number used. Where `spikes_detected` is set, or there are neither spikes nor a window but a voltage,
 * spikes are found in the voltage; `stimulus` is ignored and worked out. detection NULL: the default.
 * ERR_INPUT where a current has NaN, times decrease or leave their window, or nothing is there. */
spk_status spk_recording_make(spk_ctx *ctx, const spk_sweep *sweeps, size_t n,
                              const char *const *cell_names, const spk_detection *detection,
                              spk_recording **out);

/* ---- what is in a recording ---- */

/* Numbers of one sweep. Those that do not exist (fewer than two spikes, no voltage) are NaN. */
typedef struct {
    double duration_ms, dt_ms; /* of the voltage, else the current; dt NaN for spike-only data */
    size_t n_spikes;
    double rate_Hz;            /* spikes over the stimulus' active part */
    double first_spike_ms, isi_mean_ms, isi_cv, isi_min_ms;
    double v_min_mV, v_max_mV, v_rest_mV; /* rest: mean before the stimulus' active part */
    size_t v_missing;
    double i_min_pA, i_max_pA, i_mean_pA, i_sd_pA; /* mean and sd over the active part */
    double active_start_ms, active_stop_ms;        /* where the current departs from its first value by more
                                                      than a tenth of its largest departure; whole
                                                      sweep if it never does */
} spk_sweep_summary;
void spk_recording_summary(const spk_recording *r, size_t sweep, spk_sweep_summary *out);

/* The stimulus in words ("step of 130 pA, 205 to 1205 ms", "fluctuating, 467 +- 182 pA, ...",
 * "not recorded"), into buf like snprintf. */
size_t spk_recording_stimulus_print(const spk_recording *r, int stimulus, char *buf, size_t size);

/* Adds to the context a warning for everything that should make a user look twice: sweeps without
 * spikes, voltage that stays far from the threshold, missing samples, spikes closer than 1 ms,
 * repeats whose spike counts differ widely. */
void spk_recording_warn(spk_ctx *ctx, const spk_recording *r);

/* ---- train and test ---- */

/* A stretch of a sweep: [start_ms, stop_ms). */
typedef struct {
    size_t sweep;
    double start_ms, stop_ms;
} spk_part;

/* Which stretches: sweeps by number or name, by repeat, by window; an empty list or an infinite
 * window means all. Zero-initialise through the macro. */
typedef struct {
    const char *const *sweeps; /* names or numbers as text */
    size_t n_sweeps;
    const int *repeats; /* 0 = the first repeat of each stimulus, ... */
    size_t n_repeats;
    double start_ms, stop_ms;
} spk_selection;
#define SPK_SELECTION_INIT                                                                         \
    { NULL, 0, NULL, 0, 0.0, __builtin_inf() }

/* Writes the parts into *parts (freed by spk_parts_free), in the order of the sweeps, windows cut to what
 * each sweep observed. ERR_INPUT, with loc, for an unknown sweep (with the nearest name), a repeat that
 * no stimulus has, or a window outside every selected sweep; sweeps that the window misses are left
 * out with a warning. what: "train", "test". */
spk_status spk_parts_select(spk_ctx *ctx, const spk_recording *r, const spk_selection *s,
                            const char *what, const spk_loc *loc, spk_part **parts, size_t *n);
void spk_parts_free(spk_ctx *ctx, spk_part *parts);

/* Checks a division: ERR_INPUT if a part leaves its sweep or any train part shares time with a test part
 * of the same sweep; a warning if one side has no spikes, or if test repeats, at the same time, a
 * stimulus that was trained on (a score there says nothing about new stimuli). */
spk_status spk_split_check(spk_ctx *ctx, const spk_recording *r, const spk_part *train,
                           size_t n_train, const spk_part *test, size_t n_test,
                           const spk_loc *loc);

/* The division where the user gives none. One stimulus (or only one that makes spikes): the first 60 %
 * of its active part, and all before it, are for training, the rest for testing, in each repeat.
 * Several: every third stimulus that makes spikes, from the second on, is for testing. words (like
 * snprintf) says what was done. ERR_INPUT if there are fewer than two spikes. */
spk_status spk_split_default(spk_ctx *ctx, const spk_recording *r, spk_part **train,
                             size_t *n_train, spk_part **test, size_t *n_test, char *words,
                             size_t size);

#ifdef __cplusplus
}
#endif
#endif
