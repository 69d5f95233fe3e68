/* HDF5, believed no further than checked. */
#include "io/h5.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Deflate cannot shrink by more than this (zlib's documentation), other filters hardly so. */
enum { MAX_COMPRESSION = 1100, MAX_NAMES = 1000000 };

bool spk__h5_probe(const spk__probe *p) {
    static const unsigned char signature[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    /* MATLAB 7.3 puts 512 bytes before it; the standard allows any power of two from there on. */
    for (size_t at = 0; at + sizeof signature <= p->n; at = at ? 2 * at : 512)
        if (memcmp(p->head + at, signature, sizeof signature) == 0)
            return true;
    return false;
}

spk_status spk__h5_open(spk_ctx *ctx, const char *path, spk__h5 *out) {
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    *out = (spk__h5){ctx, path, -1};
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access >= 0) {
        /* Objects left open by a failed call must not keep the file. */
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
        out->file = H5Fopen(path, H5F_ACC_RDONLY, access);
        H5Pclose(access);
    }
    if (out->file < 0)
        return spk__fail(ctx, SPK_ERR_INPUT, &(spk_loc){.file = path},
                         "it may be cut short, or still be open for writing elsewhere",
                         "the HDF5 file cannot be opened");
    return SPK_OK;
}

void spk__h5_close(spk__h5 *h) {
    if (h->file >= 0)
        H5Fclose(h->file);
    h->file = -1;
}

spk_status spk__h5_fail(const spk__h5 *h, const char *path, const char *hint, const char *format,
                        ...) {
    char message[400];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return spk__fail(h->ctx, SPK_ERR_INPUT, &(spk_loc){.file = h->path}, hint, "%s: %s", path,
                     message);
}

bool spk__h5_exists(hid_t at, const char *path) {
    char part[512];
    size_t n = strlen(path);
    if (n >= sizeof part)
        return false;
    for (size_t i = 1; i <= n; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (H5Lexists(at, part, H5P_DEFAULT) <= 0 || H5Oexists_by_name(at, part, H5P_DEFAULT) <= 0)
            return false;
    }
    return n > 0;
}

static bool object_info(hid_t at, const char *path, H5O_info_t *info) {
    return spk__h5_exists(at, path) &&
           H5Oget_info_by_name2(at, path, info, H5O_INFO_BASIC, H5P_DEFAULT) >= 0;
}

bool spk__h5_is_group(hid_t at, const char *path) {
    H5O_info_t info;
    return object_info(at, path, &info) && info.type == H5O_TYPE_GROUP;
}

static bool is_dataset(hid_t at, const char *path) {
    H5O_info_t info;
    return object_info(at, path, &info) && info.type == H5O_TYPE_DATASET;
}

uint64_t spk__h5_address(hid_t at, const char *path) {
    H5O_info_t info;
    return object_info(at, path, &info) ? (uint64_t)info.addr : 0;
}

/* ---- members ---- */

typedef struct {
    spk_ctx *ctx;
    char **name;
    size_t n, capacity;
    spk_status st;
} name_list;

static herr_t add_name(hid_t group, const char *name, const H5L_info_t *info, void *data) {
    name_list *l = data;
    (void)group;
    (void)info;
    l->st = SPK_ERR_MEMORY;
    if (!spk__grow(l->ctx, &l->name, l->n, &l->capacity, sizeof *l->name))
        return -1;
    char *copy = spk__strdup(l->ctx, name);
    if (!copy)
        return -1;
    l->name[l->n++] = copy;
    l->st = SPK_OK;
    return l->n > MAX_NAMES ? -1 : 0;
}

void spk__h5_names_free(spk_ctx *ctx, char **names, size_t n) {
    for (size_t i = 0; i < n; i++)
        spk__free(ctx, names[i]);
    spk__free(ctx, names);
}

spk_status spk__h5_names(const spk__h5 *h, const char *group, char ***names, size_t *n) {
    name_list l = {.ctx = h->ctx};
    hsize_t at = 0;
    hid_t g = spk__h5_is_group(h->file, group) ? H5Gopen2(h->file, group, H5P_DEFAULT) : -1;
    herr_t bad = g < 0 ? -1 : H5Literate(g, H5_INDEX_NAME, H5_ITER_INC, &at, add_name, &l);
    if (g >= 0)
        H5Gclose(g);
    if (bad >= 0 && !l.st) {
        *names = l.name;
        *n = l.n;
        return SPK_OK;
    }
    spk__h5_names_free(h->ctx, l.name, l.n);
    return l.st ? l.st : spk__h5_fail(h, group, NULL, "the group cannot be listed");
}

/* ---- attributes and scalars ---- */

static hid_t open_attr(hid_t at, const char *path, const char *name) {
    const char *object = *path ? path : ".";
    if (*path && strcmp(path, ".") != 0 && !spk__h5_exists(at, path))
        return -1;
    if (H5Aexists_by_name(at, object, name, H5P_DEFAULT) <= 0)
        return -1;
    return H5Aopen_by_name(at, object, name, H5P_DEFAULT, H5P_DEFAULT);
}

static bool is_number(hid_t type) {
    H5T_class_t c = H5Tget_class(type);
    return c == H5T_INTEGER || c == H5T_FLOAT;
}

bool spk__h5_attr_number(hid_t at, const char *path, const char *name, double *out) {
    hid_t a = open_attr(at, path, name);
    if (a < 0)
        return false;
    hid_t type = H5Aget_type(a), space = H5Aget_space(a);
    bool ok = type >= 0 && is_number(type) && H5Sget_simple_extent_npoints(space) == 1 &&
              H5Aread(a, H5T_NATIVE_DOUBLE, out) >= 0;
    H5Tclose(type);
    H5Sclose(space);
    H5Aclose(a);
    return ok;
}

/* Reads all strings of an attribute or dataset into memory of the C library and copies the last. */
static bool copy_text(hid_t type, hid_t space, hid_t attr, hid_t dset, char *buf, size_t size) {
    hssize_t n = H5Sget_simple_extent_npoints(space);
    if (H5Tget_class(type) != H5T_STRING || n < 1 || n > 64)
        return false;
    bool variable = H5Tis_variable_str(type) > 0;
    size_t each = variable ? sizeof(char *) : H5Tget_size(type);
    if (each == 0 || each > 65536)
        return false;
    char *data = calloc((size_t)n, each);
    bool ok = data && (attr >= 0 ? H5Aread(attr, type, data)
                                 : H5Dread(dset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data)) >= 0;
    if (ok) {
        char *last = data + (size_t)(n - 1) * each;
        if (variable) {
            char *text;
            memcpy(&text, last, sizeof text);
            snprintf(buf, size, "%s", text ? text : "");
        } else {
            snprintf(buf, size, "%.*s", (int)each, last);
        }
        if (variable)
            H5Dvlen_reclaim(type, space, H5P_DEFAULT, data);
    }
    free(data);
    return ok;
}

bool spk__h5_attr_text(hid_t at, const char *path, const char *name, char *buf, size_t size) {
    hid_t a = open_attr(at, path, name);
    if (a < 0)
        return false;
    hid_t type = H5Aget_type(a), space = H5Aget_space(a);
    bool ok = type >= 0 && space >= 0 && copy_text(type, space, a, -1, buf, size);
    H5Tclose(type);
    H5Sclose(space);
    H5Aclose(a);
    return ok;
}

bool spk__h5_number(hid_t at, const char *path, double *out) {
    hid_t d = is_dataset(at, path) ? H5Dopen2(at, path, H5P_DEFAULT) : -1;
    if (d < 0)
        return false;
    hid_t type = H5Dget_type(d), space = H5Dget_space(d);
    bool ok = type >= 0 && is_number(type) && H5Sget_simple_extent_npoints(space) == 1 &&
              H5Dread(d, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) >= 0;
    H5Tclose(type);
    H5Sclose(space);
    H5Dclose(d);
    return ok;
}

bool spk__h5_text(hid_t at, const char *path, char *buf, size_t size) {
    hid_t d = is_dataset(at, path) ? H5Dopen2(at, path, H5P_DEFAULT) : -1;
    if (d < 0)
        return false;
    hid_t type = H5Dget_type(d), space = H5Dget_space(d);
    bool ok = type >= 0 && space >= 0 && copy_text(type, space, -1, d, buf, size);
    H5Tclose(type);
    H5Sclose(space);
    H5Dclose(d);
    return ok;
}

/* ---- arrays ---- */

static spk_status check_filters(const spk__h5 *h, const char *path, hid_t d) {
    hid_t plist = H5Dget_create_plist(d);
    int n = plist < 0 ? 0 : H5Pget_nfilters(plist);
    spk_status st = SPK_OK;
    for (int i = 0; i < n && !st; i++) {
        char name[64] = "";
        unsigned flags, info;
        size_t n_values = 0;
        H5Z_filter_t id = H5Pget_filter2(plist, (unsigned)i, &flags, &n_values, NULL, sizeof name,
                                         name, &info);
        if (id < 0 || H5Zfilter_avail(id) <= 0)
            st = spk__h5_fail(h, path, "write it again with gzip, as h5repack -f GZIP=4 does",
                              "compressed by filter %d (%.60s), which is not installed", (int)id,
                              *name ? name : "unnamed");
    }
    H5Pclose(plist);
    return st;
}

/* The claimed size against the bytes that are there. */
static spk_status check_size(const spk__h5 *h, const char *path, hid_t d, hid_t type, size_t n) {
    hsize_t stored = H5Dget_storage_size(d), file = 0;
    size_t each = H5Tget_size(type);
    H5Fget_filesize(h->file, &file);
    if (each == 0 || n > (SIZE_MAX >> 8) / each)
        return spk__h5_fail(h, path, NULL, "it claims %zu values", n);
    hid_t plist = H5Dget_create_plist(d);
    size_t gain = plist >= 0 && H5Pget_nfilters(plist) > 0 ? MAX_COMPRESSION : 1;
    H5Pclose(plist);
    if (stored > file)
        stored = file;
    if (n * each > 65536 && (double)n * (double)each > (double)stored * (double)gain)
        return spk__h5_fail(h, path, "the file is cut short or damaged",
                            "it claims %zu values, but %llu bytes are stored", n,
                            (unsigned long long)stored);
    return SPK_OK;
}

/* Opens a dataset whose claims have been checked. */
static spk_status open_checked(const spk__h5 *h, const char *path, hid_t *out, size_t shape[2],
                               int *rank, bool numbers) {
    if (!is_dataset(h->file, path))
        return spk__h5_fail(h, path, NULL, "there is no such dataset");
    hid_t d = H5Dopen2(h->file, path, H5P_DEFAULT);
    hid_t type = d < 0 ? -1 : H5Dget_type(d), space = d < 0 ? -1 : H5Dget_space(d);
    spk_status st = SPK_OK;
    hsize_t dims[H5S_MAX_RANK] = {0};
    *rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    shape[0] = shape[1] = 1;
    if (type < 0 || space < 0 || *rank < 0 || *rank > 2 || H5Sget_simple_extent_dims(space, dims, NULL) < 0)
        st = spk__h5_fail(h, path, NULL, *rank > 2 ? "it has %d dimensions" : "it cannot be opened",
                          *rank);
    else if (numbers && !is_number(type))
        st = spk__h5_fail(h, path, NULL, "it does not hold numbers");
    for (int i = 0; i < *rank && !st; i++)
        shape[i] = (size_t)dims[i];
    if (!st && shape[1] && shape[0] > SIZE_MAX / 16 / shape[1])
        st = spk__h5_fail(h, path, NULL, "it claims too many values");
    if (!st)
        st = check_filters(h, path, d);
    if (!st)
        st = check_size(h, path, d, type, shape[0] * shape[1]);
    if (type >= 0)
        H5Tclose(type);
    if (space >= 0)
        H5Sclose(space);
    if (!st)
        *out = d;
    else if (d >= 0)
        H5Dclose(d);
    return st;
}

static spk_status read_into(const spk__h5 *h, const char *path, hid_t d, hid_t as, size_t first,
                            size_t n, bool whole, void *out) {
    hid_t file_space = H5S_ALL, memory_space = H5S_ALL;
    hsize_t start = first, count = n;
    herr_t bad = 0;
    if (n == 0)
        return SPK_OK;
    if (!whole) {
        file_space = H5Dget_space(d);
        memory_space = H5Screate_simple(1, &count, NULL);
        bad = H5Sselect_hyperslab(file_space, H5S_SELECT_SET, &start, NULL, &count, NULL);
    }
    if (bad >= 0)
        bad = H5Dread(d, as, memory_space, file_space, H5P_DEFAULT, out);
    if (!whole) {
        H5Sclose(file_space);
        H5Sclose(memory_space);
    }
    return bad < 0 ? spk__h5_fail(h, path, "the file is damaged", "it cannot be read") : SPK_OK;
}

spk_status spk__h5_read(const spk__h5 *h, const char *path, double **values, size_t *n,
                        size_t shape[2], int *rank) {
    hid_t d;
    spk_status st = open_checked(h, path, &d, shape, rank, true);
    if (st)
        return st;
    size_t total = shape[0] * shape[1];
    double *v = SPK__ARRAY(h->ctx, total, double);
    st = v ? read_into(h, path, d, H5T_NATIVE_DOUBLE, 0, total, true, v) : SPK_ERR_MEMORY;
    H5Dclose(d);
    if (st) {
        spk__free(h->ctx, v);
        return st;
    }
    *values = v;
    *n = total;
    return SPK_OK;
}

static spk_status open_vector(const spk__h5 *h, const char *path, hid_t *d, size_t *n, bool numbers) {
    size_t shape[2];
    int rank;
    spk_status st = open_checked(h, path, d, shape, &rank, numbers);
    if (!st && rank > 1) {
        H5Dclose(*d);
        st = spk__h5_fail(h, path, NULL, "it has %zu columns", shape[1]);
    }
    *n = shape[0];
    return st;
}

spk_status spk__h5_read_part(const spk__h5 *h, const char *path, size_t first, size_t count,
                             double **values, size_t *n) {
    hid_t d;
    size_t total;
    spk_status st = open_vector(h, path, &d, &total, true);
    if (st)
        return st;
    if (count == SIZE_MAX && first <= total)
        count = total - first;
    if (first > total || count > total - first) {
        H5Dclose(d);
        return spk__h5_fail(h, path, NULL, "samples %zu to %zu are asked for, %zu are there", first,
                            first + count, total);
    }
    double *v = SPK__ARRAY(h->ctx, count, double);
    st = v ? read_into(h, path, d, H5T_NATIVE_DOUBLE, first, count, first == 0 && count == total, v)
           : SPK_ERR_MEMORY;
    H5Dclose(d);
    if (st) {
        spk__free(h->ctx, v);
        return st;
    }
    *values = v;
    *n = count;
    return SPK_OK;
}

spk_status spk__h5_read_ids(const spk__h5 *h, const char *path, int64_t **values, size_t *n) {
    hid_t d;
    size_t total;
    spk_status st = open_vector(h, path, &d, &total, true);
    if (st)
        return st;
    int64_t *v = SPK__ARRAY(h->ctx, total, int64_t);
    st = v ? read_into(h, path, d, H5T_NATIVE_INT64, 0, total, true, v) : SPK_ERR_MEMORY;
    H5Dclose(d);
    if (st) {
        spk__free(h->ctx, v);
        return st;
    }
    *values = v;
    *n = total;
    return SPK_OK;
}

spk_status spk__h5_check(const spk__h5 *h, const char *path, size_t *n) {
    hid_t d;
    spk_status st = open_vector(h, path, &d, n, false);
    if (!st)
        H5Dclose(d);
    return st;
}
