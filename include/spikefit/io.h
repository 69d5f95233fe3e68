/* Files in and out. A format is recognised by what is in the file, not by its name.
 */
#ifndef SPIKEFIT_IO_H
#define SPIKEFIT_IO_H

#include <spikefit/recording.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the formats ---- */

typedef struct {
    const char *name, *sentence;
    const char *extensions; /* separated by spaces, the customary one first; for choosing a writer */
    const spk_opt *options; /* what reading can be told; NULL: nothing */
    bool reads, writes;
} spk_format;

size_t spk_format_count(void);
const spk_format *spk_format_at(size_t i);
const spk_format *spk_format_find(const char *name); /* NULL: there is none */

/* The format of a file, by its content. ERR_IO if it cannot be read, ERR_INPUT if it is empty or no
 * reader knows it. */
spk_status spk_format_detect(spk_ctx *ctx, const char *path, const spk_format **out);

/* ---- reading ---- */

typedef struct {
    const char *format;  /* NULL: recognised by content */
    const char *columns; /* header that a table of numbers lacks: "t_ms,I_pA,V_mV" */
    /* Units of columns and times that name none; NULL: such a column is an error (spike times: ms). */
    const char *time_unit, *current_unit, *voltage_unit;
    double dt_ms;             /* sampling interval of files that do not say; 0: none given */
    double start_ms, stop_ms; /* what spike-only files observed; NaN: as the file says, else 0 to the
                                 last spike of any of its trains */
    bool trust_units;         /* take voltages that look like volts, and the like, as they are */
    const char *select;       /* which part of a file that holds several things: a population, an array */
    const spk_setting *settings; /* of the format's own options; those that name one of the above are
                                    passed over */
    size_t n_settings;
    spk_detection detection;
} spk_read_options;
#define SPK_READ_OPTIONS_INIT                                                                      \
    {                                                                                              \
        .start_ms = __builtin_nan(""), .stop_ms = __builtin_nan(""),                               \
        .detection = SPK_DETECTION_INIT                                                            \
    }

/* Sets options from text, as data.reader of a study and --reader of the program do: format, columns,
 * time_unit, current_unit, voltage_unit, dt, trust_units, select; what else is named must be an option of
 * the format and is checked when a file is read. The settings and their texts are borrowed: they must
 * outlive the options. ERR_INPUT, located, for a value that cannot be. */
spk_status spk_read_options_set(spk_ctx *ctx, const spk_settings *settings, spk_read_options *o);

/* Reads files into one recording: the sweeps of the first, then those of the second, and so on. They
 * may be of different formats, sampling and length. Sweeps with only a current and sweeps with only a
 * voltage, from different files and as many of either, are joined: by the last number in their names if
 * those are unique, else in order. options NULL: the defaults.
 *
 * ERR_INPUT, located in the file, for what cannot be right: NaN in a current, time that does not
 * increase, uneven sampling (more than a tenth of a step off the grid), an empty file, a column
 * without a unit, rows of different length, and, unless trust_units is set, magnitudes that belong
 * to another unit: a voltage that stays within 0.2 mV or leaves 1000 mV, a current within 0.1 fA or
 * beyond 1 uA, voltage sampled at more than 2 MHz or less than 20 Hz, unlabelled spike times of which
 * half are less than 1 ms apart. What was assumed is a note or a warning in the context. */
spk_status spk_recording_read(spk_ctx *ctx, const char *const *paths, size_t n,
                              const spk_read_options *options, spk_recording **out);

/* ---- events of cameras ---- */

/* What a pixel saw: brighter (on) or darker. Time as the file counts it. */
typedef struct {
    int64_t t_us;
    uint16_t x, y;
    bool on;
} spk_event;

typedef struct {
    int version;               /* of AEDAT: 1 to 4 */
    uint64_t n_on, n_off;
    uint64_t n_frames, n_imu, n_other; /* skipped: frames, inertial samples, triggers and the rest */
    uint64_t n_backward;       /* events earlier than the one before */
    int64_t first_us, last_us; /* least and greatest time */
    uint16_t max_x, max_y;
} spk_event_summary;

/* Reads an AEDAT file (1.0, 2.0, 3.1, 4) in constant memory, handing batches to fn (NULL: only counts);
 * fn's failure ends it. ERR_INPUT, naming the byte, where the file is damaged: batches up to there have
 * then been handed out. */
typedef spk_status spk_event_fn(void *arg, const spk_event *events, size_t n);
spk_status spk_events_stream(spk_ctx *ctx, const char *path, spk_event_fn *fn, void *arg,
                             spk_event_summary *summary);

/* ---- networks ---- */

/* A population of nodes or edges in a SONATA file, and the range of what its members have of their own:
 * parameters of nodes; syn_weight, delay and nsyns of edges. */
typedef struct {
    const char *name;
    double low, high; /* as the file has them */
    size_t n;         /* how many members have it */
} spk_attribute_range;
typedef struct {
    const char *name;
    const char *source, *target; /* populations that the edges join; NULL: these are nodes */
    size_t n, n_types;
    const spk_attribute_range *attribute;
    size_t n_attributes;
} spk_sonata_population;

/* *out NULL: the file holds neither nodes nor edges. ERR_INPUT, naming the dataset, where it is wrong. */
typedef struct spk_sonata_file spk_sonata_file;
spk_status spk_sonata_file_read(spk_ctx *ctx, const char *path, spk_sonata_file **out);
const spk_sonata_population *spk_sonata_file_populations(const spk_sonata_file *f, size_t *n); /* lent */
void spk_sonata_file_free(spk_sonata_file *f);

/* ---- writing ---- */

/* Writes a recording. format NULL: by the extension of the path. Each thing that the format cannot hold
 * is a warning that names what is lost; ERR_USAGE if it can hold nothing of it. The file appears whole
 * or not at all. */
spk_status spk_recording_write(spk_ctx *ctx, const spk_recording *r, const char *path,
                               const char *format);

/* A table of numbers with units in the header; columns may differ in length (missing: empty). */
typedef struct {
    const char *name, *unit; /* written as name_unit; unit NULL or "": the name alone */
    const double *value;
    size_t n;
} spk_column;
/* As CSV; comment (may be NULL) goes before the header, each line behind "# ". */
spk_status spk_table_write(spk_ctx *ctx, const char *path, const spk_column *columns, size_t n,
                           const char *comment);

#ifdef __cplusplus
}
#endif
#endif
