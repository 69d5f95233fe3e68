/* HDF5 files, made in memory. */
#include "io/h5_write.h"

#include <stdlib.h>

enum { CHUNK = 65536 };

static void check(spk__h5w *w, bool ok) {
    w->failed = w->failed || !ok;
}

void spk__h5w_open(spk_ctx *ctx, spk__h5w *w) {
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    *w = (spk__h5w){.ctx = ctx, .file = -1};
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 1 << 20, false);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    w->file = H5Fcreate("spikefit-in-memory", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    check(w, w->file >= 0);
    H5Pclose(access);
}

spk_status spk__h5w_finish(spk__h5w *w, const char *path) {
    spk_status st = w->why;
    void *image = NULL;
    ssize_t n = -1;
    if (!w->failed && H5Fflush(w->file, H5F_SCOPE_GLOBAL) >= 0)
        n = H5Fget_file_image(w->file, NULL, 0);
    if (n > 0 && !(image = spk__alloc(w->ctx, (size_t)n, 1)))
        st = SPK_ERR_MEMORY;
    if (image && H5Fget_file_image(w->file, image, (size_t)n) != n)
        n = -1;
    if (w->file >= 0)
        H5Fclose(w->file);
    w->file = -1;
    if (!st && n <= 0)
        st = spk__fail(w->ctx, SPK_ERR_IO, &(spk_loc){.file = path}, NULL,
                       "the HDF5 library could not make the file");
    if (!st)
        st = spk__write_file_atomic(w->ctx, path, image, (size_t)n);
    spk__free(w->ctx, image);
    return st;
}

/* ---- objects ---- */

static hid_t with_parents(void) {
    hid_t p = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(p, 1);
    return p;
}

void spk__h5w_group(spk__h5w *w, const char *path) {
    if (w->failed)
        return;
    hid_t link = with_parents(), g = H5Gcreate2(w->file, path, link, H5P_DEFAULT, H5P_DEFAULT);
    check(w, g >= 0);
    if (g >= 0)
        H5Gclose(g);
    H5Pclose(link);
}

void spk__h5w_link(spk__h5w *w, const char *path, const char *target) {
    if (!w->failed)
        check(w, H5Lcreate_soft(target, w->file, path, H5P_DEFAULT, H5P_DEFAULT) >= 0);
}

static void write_dataset(spk__h5w *w, const char *path, hid_t stored, hid_t memory, hid_t space,
                          size_t n, const void *data) {
    if (w->failed)
        return;
    hid_t link = with_parents(), create = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(create, false);
    hsize_t chunk = CHUNK;
    if (n > CHUNK && H5Sget_simple_extent_ndims(space) == 1) {
        H5Pset_chunk(create, 1, &chunk);
        H5Pset_shuffle(create);
        H5Pset_deflate(create, 4);
    }
    hid_t d = H5Dcreate2(w->file, path, stored, space, link, create, H5P_DEFAULT);
    check(w, d >= 0);
    if (d >= 0 && n)
        check(w, H5Dwrite(d, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
    if (d >= 0)
        H5Dclose(d);
    H5Pclose(create);
    H5Pclose(link);
}

static hid_t text_type(void) {
    hid_t t = H5Tcopy(H5T_C_S1);
    H5Tset_size(t, H5T_VARIABLE);
    H5Tset_cset(t, H5T_CSET_UTF8);
    return t;
}

static void write_text(spk__h5w *w, const char *path, hid_t space, const char *text) {
    hid_t type = text_type();
    write_dataset(w, path, type, type, space, 1, &text);
    H5Tclose(type);
    H5Sclose(space);
}

void spk__h5w_text(spk__h5w *w, const char *path, const char *text) {
    write_text(w, path, H5Screate(H5S_SCALAR), text);
}

void spk__h5w_text_list(spk__h5w *w, const char *path, const char *text) {
    hsize_t one = 1;
    write_text(w, path, H5Screate_simple(1, &one, NULL), text);
}

void spk__h5w_number(spk__h5w *w, const char *path, double x) {
    hid_t space = H5Screate(H5S_SCALAR);
    write_dataset(w, path, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, space, 1, &x);
    H5Sclose(space);
}

void spk__h5w_doubles(spk__h5w *w, const char *path, const double *v, size_t n, size_t columns) {
    hsize_t shape[2] = {n / columns, columns};
    hid_t space = H5Screate_simple(columns > 1 ? 2 : 1, shape, NULL);
    write_dataset(w, path, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, space, n, v);
    H5Sclose(space);
}

void spk__h5w_ids(spk__h5w *w, const char *path, const int64_t *v, size_t n) {
    hsize_t length = n;
    hid_t space = H5Screate_simple(1, &length, NULL);
    write_dataset(w, path, H5T_STD_I64LE, H5T_NATIVE_INT64, space, n, v);
    H5Sclose(space);
}

void spk__h5w_counts(spk__h5w *w, const char *path, const uint64_t *v, size_t n) {
    hsize_t length = n;
    hid_t space = H5Screate_simple(1, &length, NULL);
    write_dataset(w, path, H5T_STD_U64LE, H5T_NATIVE_UINT64, space, n, v);
    H5Sclose(space);
}

/* ---- attributes ---- */

static void write_attr(spk__h5w *w, const char *path, const char *name, hid_t stored, hid_t memory,
                       hid_t space, const void *data) {
    if (w->failed)
        return;
    hid_t a = H5Acreate_by_name(w->file, path, name, stored, space, H5P_DEFAULT, H5P_DEFAULT,
                                H5P_DEFAULT);
    check(w, a >= 0 && H5Awrite(a, memory, data) >= 0);
    if (a >= 0)
        H5Aclose(a);
}

void spk__h5w_attr_text(spk__h5w *w, const char *path, const char *name, const char *text) {
    hid_t type = text_type(), space = H5Screate(H5S_SCALAR);
    write_attr(w, path, name, type, type, space, &text);
    H5Tclose(type);
    H5Sclose(space);
}

void spk__h5w_attr_texts(spk__h5w *w, const char *path, const char *name, const char *const *texts,
                         size_t n) {
    hsize_t length = n;
    hid_t type = text_type(), space = H5Screate_simple(1, &length, NULL);
    write_attr(w, path, name, type, type, space, texts);
    H5Tclose(type);
    H5Sclose(space);
}

void spk__h5w_attr_number(spk__h5w *w, const char *path, const char *name, double x) {
    hid_t space = H5Screate(H5S_SCALAR);
    write_attr(w, path, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, space, &x);
    H5Sclose(space);
}

void spk__h5w_attr_u32(spk__h5w *w, const char *path, const char *name, const uint32_t *v, size_t n) {
    hsize_t length = n;
    hid_t space = n == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &length, NULL);
    write_attr(w, path, name, H5T_STD_U32LE, H5T_NATIVE_UINT32, space, v);
    H5Sclose(space);
}

void spk__h5w_attr_reference(spk__h5w *w, const char *path, const char *name, const char *target) {
    hobj_ref_t ref;
    if (w->failed)
        return;
    check(w, H5Rcreate(&ref, w->file, target, H5R_OBJECT, -1) >= 0);
    hid_t space = H5Screate(H5S_SCALAR);
    write_attr(w, path, name, H5T_STD_REF_OBJ, H5T_STD_REF_OBJ, space, &ref);
    H5Sclose(space);
}

void spk__h5w_attr_choice(spk__h5w *w, const char *path, const char *name, const char *const *names,
                          uint8_t n, uint8_t value) {
    hid_t type = H5Tenum_create(H5T_NATIVE_UINT8), space = H5Screate(H5S_SCALAR);
    for (uint8_t i = 0; i < n; i++)
        check(w, H5Tenum_insert(type, names[i], &i) >= 0);
    write_attr(w, path, name, type, type, space, &value);
    H5Tclose(type);
    H5Sclose(space);
}
