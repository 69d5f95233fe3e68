/* Small named values in an HDF5 file. */
#include "result/store.h"

#include <stdio.h>

static void fail(spk__store *h, const char *what, const char *name) {
    if (!h->status)
        h->status = spk__fail(h->ctx, SPK_ERR_IO, &(spk_loc){.file = h->path}, NULL,
                              "cannot %s '%s' (HDF5)", what, name);
}

void spk__store_create(spk_ctx *ctx, const char *path, spk__store *h) {
    *h = (spk__store){.ctx = ctx, .file = -1, .path = path};
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 1 << 20, 0);
    hid_t create = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_obj_track_times(create, false);
    h->file = H5Fcreate(path, H5F_ACC_TRUNC, create, access);
    H5Pclose(create);
    H5Pclose(access);
    if (h->file < 0)
        fail(h, "create", path);
}

spk_status spk__store_finish(spk__store *h) {
    if (!h->status && H5Fflush(h->file, H5F_SCOPE_GLOBAL) < 0)
        fail(h, "flush", h->path);
    ssize_t size = h->status ? 0 : H5Fget_file_image(h->file, NULL, 0);
    void *image = size > 0 ? spk__alloc(h->ctx, (size_t)size, 1) : NULL;
    if (!h->status && size > 0 && !image)
        h->status = SPK_ERR_MEMORY;
    if (!h->status && (size <= 0 || H5Fget_file_image(h->file, image, (size_t)size) != size))
        fail(h, "take", h->path);
    if (!h->status)
        h->status = spk__write_file_atomic(h->ctx, h->path, image, (size_t)size);
    spk__free(h->ctx, image);
    spk__store_close(h);
    return h->status;
}

void spk__store_open(spk_ctx *ctx, const char *path, spk__store *h) {
    *h = (spk__store){.ctx = ctx, .file = -1, .path = path};
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    FILE *f = fopen(path, "rb");
    if (!f) {
        h->status = spk__fail(ctx, SPK_ERR_IO, &(spk_loc){.file = path},
                              "name the folder that `spikefit fit --out` wrote", "cannot open");
        return;
    }
    fclose(f);
    h->file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (h->file < 0)
        h->status = spk__fail(ctx, SPK_ERR_INPUT, &(spk_loc){.file = path},
                              "the journal beside it has the run: `spikefit fit STUDY --out RUN --resume` "
                              "writes it again",
                              "the file is no HDF5 file, or damaged");
}

void spk__store_close(spk__store *h) {
    if (h->file >= 0)
        H5Fclose(h->file);
    h->file = -1;
}

void spk__store_group(spk__store *h, const char *name) {
    if (h->status)
        return;
    hid_t create = H5Pcreate(H5P_GROUP_CREATE);
    H5Pset_obj_track_times(create, false);
    hid_t g = H5Gcreate2(h->file, name, H5P_DEFAULT, create, H5P_DEFAULT);
    H5Pclose(create);
    if (g < 0)
        fail(h, "create", name);
    else
        H5Gclose(g);
}

static void put(spk__store *h, const char *name, hid_t file_type, hid_t memory_type, hid_t space,
                size_t n, const void *x) {
    hid_t create = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(create, false);
    if (n > 4096) {
        hsize_t chunk = 4096;
        H5Pset_chunk(create, 1, &chunk);
        H5Pset_shuffle(create);
        H5Pset_deflate(create, 4);
    }
    hid_t set = H5Dcreate2(h->file, name, file_type, space, H5P_DEFAULT, create, H5P_DEFAULT);
    if (set < 0 || (n && H5Dwrite(set, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, x) < 0))
        fail(h, "write", name);
    if (set >= 0)
        H5Dclose(set);
    H5Pclose(create);
}

static void put_array(spk__store *h, const char *name, hid_t file_type, hid_t memory_type,
                      const void *x, size_t n) {
    if (h->status)
        return;
    hsize_t dims = n;
    hid_t space = H5Screate_simple(1, &dims, NULL);
    put(h, name, file_type, memory_type, space, n, x);
    H5Sclose(space);
}

void spk__store_put_doubles(spk__store *h, const char *name, const double *x, size_t n) {
    put_array(h, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, x, n);
}

void spk__store_put_floats(spk__store *h, const char *name, const float *x, size_t n) {
    put_array(h, name, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, x, n);
}

void spk__store_put_u64(spk__store *h, const char *name, const uint64_t *x, size_t n) {
    put_array(h, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, x, n);
}

void spk__store_put_text(spk__store *h, const char *name, const char *text) {
    if (h->status)
        return;
    text = text ? text : "";
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, strlen(text) + 1);
    H5Tset_cset(type, H5T_CSET_UTF8);
    hid_t space = H5Screate(H5S_SCALAR);
    put(h, name, type, type, space, 1, text);
    H5Sclose(space);
    H5Tclose(type);
}

bool spk__store_has(spk__store *h, const char *name) {
    return !h->status && H5Lexists(h->file, name, H5P_DEFAULT) > 0;
}

/* A damaged file may claim anything: no more is believed than a result could hold. */
static const hssize_t most_items = (hssize_t)1 << 31;

static void *get(spk__store *h, const char *name, hid_t memory_type, size_t size, size_t *n) {
    *n = 0;
    if (h->status)
        return NULL;
    hid_t set = H5Dopen2(h->file, name, H5P_DEFAULT);
    hid_t space = set < 0 ? -1 : H5Dget_space(set);
    hssize_t count = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    bool plausible = count >= 0 && count <= most_items;
    void *x = plausible ? spk__alloc(h->ctx, (size_t)count, size) : NULL;
    if (plausible && !x)
        h->status = SPK_ERR_MEMORY;
    else if (!plausible ||
             (count && H5Dread(set, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, x) < 0))
        fail(h, "read", name);
    else
        *n = (size_t)count;
    if (space >= 0)
        H5Sclose(space);
    if (set >= 0)
        H5Dclose(set);
    if (h->status) {
        spk__free(h->ctx, x);
        return NULL;
    }
    return x;
}

double *spk__store_get_doubles(spk__store *h, const char *name, size_t *n) {
    return get(h, name, H5T_NATIVE_DOUBLE, sizeof(double), n);
}

float *spk__store_get_floats(spk__store *h, const char *name, size_t *n) {
    return get(h, name, H5T_NATIVE_FLOAT, sizeof(float), n);
}

uint64_t *spk__store_get_u64(spk__store *h, const char *name, size_t *n) {
    return get(h, name, H5T_NATIVE_UINT64, sizeof(uint64_t), n);
}

char *spk__store_get_text(spk__store *h, const char *name) {
    if (h->status)
        return NULL;
    hid_t set = H5Dopen2(h->file, name, H5P_DEFAULT);
    hid_t type = set < 0 ? -1 : H5Dget_type(set);
    bool fixed = type >= 0 && H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0;
    size_t size = fixed ? H5Tget_size(type) : 0;
    bool plausible = size && size < (size_t)1 << 28;
    char *text = plausible ? spk__alloc(h->ctx, size + 1, 1) : NULL;
    if (plausible && !text)
        h->status = SPK_ERR_MEMORY;
    else if (!plausible || H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text) < 0)
        fail(h, "read", name);
    if (type >= 0)
        H5Tclose(type);
    if (set >= 0)
        H5Dclose(set);
    if (h->status) {
        spk__free(h->ctx, text);
        return NULL;
    }
    return text;
}

void spk__store_damaged(spk__store *h, const char *name) {
    if (!h->status)
        h->status = spk__fail(h->ctx, SPK_ERR_INPUT, &(spk_loc){.file = h->path},
                              "run the fit again, or take the file from a copy",
                              "'%s' does not hold what it should: the file is damaged", name);
}

void spk__store_get_exactly(spk__store *h, const char *name, double *x, size_t n) {
    size_t found;
    double *all = spk__store_get_doubles(h, name, &found);
    if (!h->status && found != n)
        spk__store_damaged(h, name);
    if (!h->status)
        memcpy(x, all, n * sizeof *x);
    spk__free(h->ctx, all);
}

double *spk__store_get_column(spk__store *h, const char *name, size_t n) {
    size_t found;
    double *x = spk__store_get_doubles(h, name, &found);
    if (!h->status && found != n)
        spk__store_damaged(h, name);
    return x;
}

const char *spk__store_item(spk__item_name *n, const char *group, size_t i, const char *part) {
    snprintf(n->text, sizeof n->text, "%s/%03zu%s%s", group, i, *part ? "/" : "", part);
    return n->text;
}
