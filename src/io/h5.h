/* Reading HDF5: a thin layer that believes no size, keeps the HDF5 library from printing, and turns its
 * failures into diagnostics. */
#ifndef SPK_IO_H5_H
#define SPK_IO_H5_H

#include "io/io.h"
#include <hdf5.h>

typedef struct {
    spk_ctx *ctx;
    const char *path;
    hid_t file;
} spk__h5;

/* Is the signature at the start of the file, or behind a user block? */
bool spk__h5_probe(const spk__probe *p);
/* Opens for reading, quiet from now on in this thread. ERR_INPUT if it is no HDF5 file or cut short. */
spk_status spk__h5_open(spk_ctx *ctx, const char *path, spk__h5 *out);
void spk__h5_close(spk__h5 *h);

/* Is there an object at a path such as "spikes/timestamps"? Broken links count as none. */
bool spk__h5_exists(hid_t at, const char *path);
bool spk__h5_is_group(hid_t at, const char *path);
/* An address that is equal for two names of one object; 0 if it cannot be opened. */
uint64_t spk__h5_address(hid_t at, const char *path);

/* Names of the members of a group, sorted by name; at most max are listed (more is an error). Freed with
 * spk__h5_names_free. */
spk_status spk__h5_names(const spk__h5 *h, const char *group, char ***names, size_t *n);
void spk__h5_names_free(spk_ctx *ctx, char **names, size_t n);

/* Attributes and scalar datasets; false if absent or of another kind. path "" or ".": the object itself.
 * Of an array of strings the last one is taken. */
bool spk__h5_attr_number(hid_t at, const char *path, const char *name, double *out);
bool spk__h5_attr_text(hid_t at, const char *path, const char *name, char *buf, size_t size);
bool spk__h5_number(hid_t at, const char *path, double *out);
bool spk__h5_text(hid_t at, const char *path, char *buf, size_t size);

/* A numeric dataset as doubles, freed with spk__free. Its shape goes to shape[0 .. *rank-1], rank at most
 * 2. ERR_INPUT for other ranks or types, an unknown filter, or a size that what is stored cannot fill. */
spk_status spk__h5_read(const spk__h5 *h, const char *path, double **values, size_t *n,
                        size_t shape[2], int *rank);
/* The part [first, first + count) of a one-dimensional dataset; count SIZE_MAX: to the end. */
spk_status spk__h5_read_part(const spk__h5 *h, const char *path, size_t first, size_t count,
                             double **values, size_t *n);
/* Whole numbers (identifiers), without passing through double. */
spk_status spk__h5_read_ids(const spk__h5 *h, const char *path, int64_t **values, size_t *n);
/* Checks that a dataset is one-dimensional, readable, and stores what it claims; *n: its length. For
 * datasets that are read otherwise (compounds). */
spk_status spk__h5_check(const spk__h5 *h, const char *path, size_t *n);

/* ERR_INPUT about an object in the file. */
spk_status spk__h5_fail(const spk__h5 *h, const char *path, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
