/* Recordings: spike trains, traces, sweeps, and their division into train and test data.
 * Immutable once built; then readable from any thread.
 *
 * Time is in ms, current in pA, voltage in mV. A sweep's time starts at 0 with its first sample.
 */
#ifndef SPIKEFIT_RECORDING_H
#define SPIKEFIT_RECORDING_H

#include <spikefit/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A spike train as everything in the library sees it: spike times in ms, not decreasing, observed on
 * [start_ms, stop_ms]. A borrowed view. Times outside the window are not allowed in it. */
typedef struct {
    const double *t_ms;
    size_t n;
    double start_ms, stop_ms;
} spk_train;

/* The part of a train inside [start_ms, stop_ms), observed on the intersection of the windows. */
spk_train spk_train_window(spk_train t, double start_ms, double stop_ms);

/* Sampled signal: value i holds at time start_ms + i * dt_ms. NaN marks missing samples (voltage only:
 * a current may not have any). */
typedef struct {
    const double *value;
    size_t n;
    double start_ms, dt_ms;
} spk_trace;

/* One sweep: a stimulus, the response, the spikes found in it. Lent by its recording. */
typedef struct {
    const char *name;      /* "sweep 3", a file name, ... unique in the recording */
    int number;            /* the file's own number, or its index */
    spk_trace current_pA;  /* n = 0: none (spike-only data) */
    spk_trace voltage_mV;  /* n = 0: none */
    spk_train spikes;      /* given, or detected; window = what was observed */
    bool spikes_detected;  /* from the voltage, by the recording's rule */
    int stimulus;          /* sweeps with equal number are repeats of one stimulus, 0 .. n_stimuli-1 */
} spk_sweep;

typedef struct spk_recording spk_recording;

size_t spk_recording_sweep_count(const spk_recording *r);
const spk_sweep *spk_recording_sweep(const spk_recording *r, size_t i);
size_t spk_recording_stimulus_count(const spk_recording *r);
/* Where it came from: the path as given; SHA-256 of the bytes, in hex. */
const char *spk_recording_source(const spk_recording *r);
const char *spk_recording_hash(const spk_recording *r);
void spk_recording_free(spk_recording *r);

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

#ifdef __cplusplus
}
#endif
#endif
