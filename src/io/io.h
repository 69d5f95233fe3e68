/* What a format is made of, and what readers share. */
#ifndef SPK_IO_IO_H
#define SPK_IO_IO_H

#include "base/base.h"
#include "recording/recording.h"
#include <spikefit/io.h>
#include <spikefit/unit.h>

/* One file on its way into a recording. */
typedef struct {
    spk_ctx *ctx;
    const char *path;
    const spk_read_options *options;
    spk_opts opts; /* values of the format's own options */
    spk__builder *builder;
    size_t first; /* sweeps that were there before this file */
    bool alone;   /* no other file is read into this recording */
} spk__reader;

/* The beginning of a file, for recognising it. */
typedef struct {
    const char *path;
    const unsigned char *head;
    size_t n;      /* at most SPK__HEAD */
    uint64_t size; /* of the whole file */
    const spk_read_options *options;
} spk__probe;
enum { SPK__HEAD = 1 << 16 };

/* A format: one file of this folder ends in one of these, and registry.def names it. */
typedef struct {
    spk_format info;
    /* How sure this format is, 0 (not mine) to 100; -1 if memory is short. Diagnostics that it leaves are
     * dropped. */
    int (*probe)(spk_ctx *ctx, const spk__probe *p);
    /* Adds at least one sweep to the builder, or fails with a located diagnostic. */
    spk_status (*read)(spk__reader *in);
    spk_status (*write)(spk_ctx *ctx, const spk_recording *r, const char *path); /* or NULL */
} spk__format;

/* ---- magnitudes that belong to another unit ---- */

/* Each checks what a reader made of a file, in our units, and fails as <spikefit/io.h> says. what names
 * the data ("column V_mV"). Samples that are NaN are passed over. */
spk_status spk__question_voltage(const spk__reader *in, const spk_loc *loc, const char *what,
                                 const double *v, size_t n);
spk_status spk__question_current(const spk__reader *in, const spk_loc *loc, const char *what,
                                 const double *i, size_t n);
spk_status spk__question_sampling(const spk__reader *in, const spk_loc *loc, double dt_ms);
/* t: sorted spike times whose unit was assumed to be ms. */
spk_status spk__question_times(const spk__reader *in, const spk_loc *loc, const double *t, size_t n);

/* The interval of sample times that should be even: (last - first) / (n - 1), freed of rounding where a
 * number of nine digits serves. *bad is the first sample that does not increase or is off the grid by
 * more than a tenth of a step, or n. */
double spk__sampling_interval(const double *t, size_t n, size_t *bad);

/* A sampling interval freed of rounding: the number of nine digits next to it, if n samples stay in place
 * to a tenth of a step. */
double spk__tidy(double dt_ms, size_t n);

/* The file's name without folders and extension, for naming a sweep; buf of 128 bytes. */
const char *spk__stem(const char *path, char *buf);

/* Whether a setting is one of spk_read_options, whatever the format. */
bool spk__read_option_is_general(const char *name);

#endif
