/* Writing HDF5: made in memory, so that the file appears whole or not at all, and without times of creation,
 * so that the same content gives the same bytes. Errors are remembered: check once, at the end. */
#ifndef SPK_IO_H5_WRITE_H
#define SPK_IO_H5_WRITE_H

#include "base/base.h"
#include <hdf5.h>

typedef struct {
    spk_ctx *ctx;
    hid_t file;
    bool failed;
    spk_status why; /* of a failure that is not the library's */
} spk__h5w;

void spk__h5w_open(spk_ctx *ctx, spk__h5w *w);
/* Closes, and writes the file if all went well. */
spk_status spk__h5w_finish(spk__h5w *w, const char *path);

/* Parents are made as needed. */
void spk__h5w_group(spk__h5w *w, const char *path);
void spk__h5w_link(spk__h5w *w, const char *path, const char *target);
void spk__h5w_text(spk__h5w *w, const char *path, const char *text);       /* a scalar */
void spk__h5w_text_list(spk__h5w *w, const char *path, const char *text);  /* of one */
void spk__h5w_number(spk__h5w *w, const char *path, double x);
/* n values in rows of `columns` (1: a vector); long ones are compressed. */
void spk__h5w_doubles(spk__h5w *w, const char *path, const double *v, size_t n, size_t columns);
void spk__h5w_ids(spk__h5w *w, const char *path, const int64_t *v, size_t n);
void spk__h5w_counts(spk__h5w *w, const char *path, const uint64_t *v, size_t n);

void spk__h5w_attr_text(spk__h5w *w, const char *path, const char *name, const char *text);
void spk__h5w_attr_texts(spk__h5w *w, const char *path, const char *name, const char *const *texts,
                         size_t n);
void spk__h5w_attr_number(spk__h5w *w, const char *path, const char *name, double x);
void spk__h5w_attr_u32(spk__h5w *w, const char *path, const char *name, const uint32_t *v, size_t n);
void spk__h5w_attr_reference(spk__h5w *w, const char *path, const char *name, const char *target);

/* An enumerated value, of the type that numbers the names from 0. */
void spk__h5w_attr_choice(spk__h5w *w, const char *path, const char *name, const char *const *names,
                          uint8_t n, uint8_t value);

#endif
