/* Which cells: patterns, paths and lists of them. */
#include "cells/cells.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>

typedef struct {
    spk_ctx *ctx;
    spk_cell_list *list;
    size_t capacity;
} collector;

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* A name makes a folder of its own, and stands in tables. */
static spk_status check_name(spk_ctx *ctx, const char *name, const char *path, const spk_loc *loc) {
    bool bad = !*name || *name == '.' || strlen(name) > 200;
    for (const char *p = name; *p; p++)
        bad = bad || (unsigned char)*p < ' ' || *p == '/';
    return !bad ? SPK_OK
                : spk__fail(ctx, SPK_ERR_INPUT, loc,
                            "name it in a list file (names.list): 'name: path' on a line",
                            "'%s' (%s) cannot be the name of a cell's folder", name, path);
}

/* path is taken over as it is; name NULL: after the file. */
static spk_status add(collector *c, const char *name, size_t length, const char *path,
                      const spk_loc *loc) {
    spk_cell_list *l = c->list;
    const char *file = file_name(path), *dot = strrchr(file, '.');
    if (!name) {
        name = file;
        length = dot && dot > file ? (size_t)(dot - file) : strlen(file);
    }
    if (l->n == c->capacity && !spk__grow(c->ctx, &l->item, l->n, &c->capacity, sizeof *l->item))
        return SPK_ERR_MEMORY;
    spk_cell *cell = &l->item[l->n++];
    *cell = (spk_cell){spk__strndup(c->ctx, name, length), spk__strdup(c->ctx, path)};
    if (!cell->name || !cell->path)
        return SPK_ERR_MEMORY;
    return check_name(c->ctx, cell->name, path, loc);
}

/* One line of a list. */
static spk_status add_line(collector *c, const char *list, int number, char *line) {
    char *hash = strchr(line, '#');
    if (hash && (hash == line || hash[-1] == ' ' || hash[-1] == '\t'))
        *hash = '\0';
    for (size_t n = strlen(line); n && strchr(" \t\r", line[n - 1]); n--)
        line[n - 1] = '\0';
    line += strspn(line, " \t");
    if (!*line)
        return SPK_OK;
    char *colon = strstr(line, ": ");
    char *path = colon ? colon + 2 + strspn(colon + 2, " \t") : line;
    const char *name = file_name(list);
    spk__str whole = {.ctx = c->ctx};
    spk__str_addn(&whole, list, path[0] == '/' ? 0 : (size_t)(name - list));
    spk__str_add(&whole, "%s", path);
    spk_loc loc = {.file = list, .line = number};
    spk_status st = whole.failed ? SPK_ERR_MEMORY
                                 : add(c, colon ? line : NULL, colon ? (size_t)(colon - line) : 0,
                                       whole.text, &loc);
    spk__str_free(&whole);
    return st;
}

static spk_status add_list(collector *c, const char *path) {
    char *text = NULL;
    size_t length;
    spk_status st = spk__read_file(c->ctx, path, (size_t)64 << 20, &text, &length);
    int number = 1;
    for (char *at = text, *line; !st && (line = strsep(&at, "\n")); number++)
        st = add_line(c, path, number, line);
    spk__free(c->ctx, text);
    return st;
}

static bool is_list(const char *path) {
    const char *dot = strrchr(path, '.');
    return dot && strcmp(dot, ".list") == 0;
}

static spk_status add_pattern(collector *c, const char *pattern) {
    glob_t found = {0};
    struct stat info;
    int r = stat(pattern, &info) == 0 ? GLOB_NOMATCH : glob(pattern, 0, NULL, &found);
    spk_status st = SPK_OK;
    if (r == GLOB_NOSPACE)
        st = SPK_ERR_MEMORY;
    else if (r == 0)
        for (size_t i = 0; !st && i < found.gl_pathc; i++)
            st = add(c, NULL, 0, found.gl_pathv[i], &(spk_loc){.file = found.gl_pathv[i]});
    else if (stat(pattern, &info) != 0)
        st = spk__fail(c->ctx, SPK_ERR_INPUT, NULL, "quote a pattern: --cells 'cells/*.nwb'",
                       "there is no cell '%s'", pattern);
    else if (is_list(pattern))
        st = add_list(c, pattern);
    else
        st = add(c, NULL, 0, pattern, &(spk_loc){.file = pattern});
    globfree(&found);
    return st;
}

static int by_name(const void *a, const void *b) {
    const spk_cell *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : strcmp(x->path, y->path);
}

/* The same file twice is one cell; two files of one name are a mistake. */
static spk_status settle(spk_ctx *ctx, spk_cell_list *l) {
    size_t n = 0;
    if (l->n)
        qsort(l->item, l->n, sizeof *l->item, by_name);
    for (size_t i = 0; i < l->n; i++) {
        spk_cell *a = n ? &l->item[n - 1] : NULL, *b = &l->item[i];
        if (!a || strcmp(a->name, b->name) != 0) {
            spk_cell keep = *b;
            *b = (spk_cell){0};
            l->item[n++] = keep;
            continue;
        }
        if (strcmp(a->path, b->path) != 0)
            return spk__fail(
                ctx, SPK_ERR_INPUT, NULL,
                "give them names in a list file, 'name: path' on each line: --cells names.list",
                "two cells would be called '%s': %s and %s", a->name, a->path, b->path);
        spk__free(ctx, b->name);
        spk__free(ctx, b->path);
        *b = (spk_cell){0};
    }
    l->n = n;
    return n ? SPK_OK
             : spk__fail(ctx, SPK_ERR_INPUT, NULL, "quote a pattern: --cells 'cells/*.nwb'",
                         "the list of cells is empty");
}

spk_status spk_cell_list_read(spk_ctx *ctx, const char *const *patterns, size_t n,
                              spk_cell_list *out) {
    spk_cell_list list = {.ctx = ctx};
    collector c = {.ctx = ctx, .list = &list};
    spk_status st = SPK_OK;
    for (size_t i = 0; !st && i < n; i++)
        st = add_pattern(&c, patterns[i]);
    size_t all = list.n;
    if (!st)
        st = settle(ctx, &list);
    if (st) {
        list.n = all;
        spk_cell_list_free(&list);
        return st;
    }
    *out = list;
    return SPK_OK;
}

void spk_cell_list_free(spk_cell_list *l) {
    for (size_t i = 0; i < l->n; i++) {
        spk__free(l->ctx, l->item[i].name);
        spk__free(l->ctx, l->item[i].path);
    }
    spk__free(l->ctx, l->item);
    *l = (spk_cell_list){0};
}
