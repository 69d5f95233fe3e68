/* Small named values in an HDF5 file. A file is made in memory and appears at once; equal contents give
 * equal bytes (no dates). */
#ifndef SPK_RESULT_STORE_H
#define SPK_RESULT_STORE_H

#include "base/base.h"
#include <hdf5.h>

/* An open file. The first failure sticks in `status`; later calls do nothing. */
typedef struct {
    spk_ctx *ctx;
    hid_t file;
    const char *path;
    spk_status status;
} spk__store;

/* A new file that lives in memory until spk__store_finish writes it (or, after a failure, drops it). */
void spk__store_create(spk_ctx *ctx, const char *path, spk__store *h);
spk_status spk__store_finish(spk__store *h);
void spk__store_open(spk_ctx *ctx, const char *path, spk__store *h);
void spk__store_close(spk__store *h);

void spk__store_group(spk__store *h, const char *name);
void spk__store_put_doubles(spk__store *h, const char *name, const double *x, size_t n);
void spk__store_put_floats(spk__store *h, const char *name, const float *x, size_t n);
void spk__store_put_u64(spk__store *h, const char *name, const uint64_t *x, size_t n);
void spk__store_put_text(spk__store *h, const char *name, const char *text);

/* Whether the file has it: what was not always written. */
bool spk__store_has(spk__store *h, const char *name);
/* Getters allocate through the context (spk__free); *n is the number of items. */
double *spk__store_get_doubles(spk__store *h, const char *name, size_t *n);
float *spk__store_get_floats(spk__store *h, const char *name, size_t *n);
uint64_t *spk__store_get_u64(spk__store *h, const char *name, size_t *n);
char *spk__store_get_text(spk__store *h, const char *name);

/* Says that what `name` holds cannot be right. */
void spk__store_damaged(spk__store *h, const char *name);
/* Exactly n numbers into x, or as an array of their own; else the file is damaged. */
void spk__store_get_exactly(spk__store *h, const char *name, double *x, size_t n);
double *spk__store_get_column(spk__store *h, const char *name, size_t n);

/* "models/003/name": where a part of an item of a list lives; part "" is the item. */
typedef struct {
    char text[64];
} spk__item_name;
const char *spk__store_item(spk__item_name *n, const char *group, size_t i, const char *part);

#endif
