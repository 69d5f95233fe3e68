/* Keys of a study's text set to other values, the rest left as it was written; and finding a study
 * again. */
#include "study/yaml.h"
#include <spikefit/study.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- one key ---- */

/* Text that YAML takes for this very string and nothing else. */
static bool is_plain(const char *v) {
    bool digits = true;
    for (const char *p = v; *p; p++) {
        if (!isalnum((unsigned char)*p) && !strchr("_./-", *p))
            return false;
        digits = digits && isdigit((unsigned char)*p);
    }
    return *v && (digits || isalpha((unsigned char)*v) || *v == '/' || (*v == '.' && v[1]));
}

static void put_value(spk__str *s, const char *v) {
    if (is_plain(v)) {
        spk__str_add(s, "%s", v);
        return;
    }
    spk__str_add(s, "'");
    for (; *v; v++)
        spk__str_add(s, *v == '\'' ? "''" : "%c", *v);
    spk__str_add(s, "'");
}

static void put_values(spk__str *s, const spk_study_edit *e) {
    if (e->n != 1)
        spk__str_add(s, "[");
    for (size_t i = 0; i < e->n; i++) {
        spk__str_add(s, i ? ", " : "");
        put_value(s, e->value[i]);
    }
    if (e->n != 1)
        spk__str_add(s, "]");
}

static spk_status check_values(spk_ctx *ctx, const char *path, const spk_study_edit *e) {
    for (size_t i = 0; i < e->n; i++)
        for (const char *p = e->value[i]; *p; p++)
            if ((unsigned char)*p < ' ')
                return spk__fail(
                    ctx, SPK_ERR_INPUT, &(spk_loc){.file = path}, "rename it",
                    "a study cannot hold '%s' as '%s': it has a line break or a control "
                    "character in it",
                    e->value[i], e->key);
    return SPK_OK;
}

typedef struct {
    const char *text;
    size_t length;
    const spk_study_edit *edit;
} change;

/* From behind the colon of its key to its end. */
static void replace(spk__str *s, const change *c, const spk__node *n) {
    const char *colon = memchr(c->text + n->key_to, ':', c->length - n->key_to);
    size_t from = colon ? (size_t)(colon + 1 - c->text) : n->from;
    size_t to = n->to > from && n->to > n->from && n->to <= c->length ? n->to : from;
    spk__str_addn(s, c->text, from);
    spk__str_add(s, " ");
    put_values(s, c->edit);
    spk__str_addn(s, c->text + to, c->length - to);
}

/* Before the first key of a mapping, in its own style. */
static void insert(spk__str *s, const change *c, const spk__node *map, const char *key) {
    bool flow = c->text[map->from] == '{';
    size_t at = flow ? map->from + 1 : map->from;
    spk__str_addn(s, c->text, at);
    spk__str_add(s, "%s: ", key);
    put_values(s, c->edit);
    if (flow)
        spk__str_add(s, map->n ? ", " : "");
    else
        spk__str_add(s, "\n%*s", map->first->key_loc.column - 1, "");
    spk__str_addn(s, c->text + at, c->length - at);
}

/* A key with its value; an empty mapping stays where it was the only one. */
static void cut(spk__str *s, const change *c, const spk__node *map, const spk__node *n) {
    const spk__node *before = NULL;
    bool flow = c->text[map->from] == '{';
    for (const spk__node *k = map->first; k != n; k = k->next)
        before = k;
    size_t from = !n->next && before ? before->to : n->key_from;
    size_t to = n->next ? n->next->key_from : n->to;
    spk__str_addn(s, c->text, from);
    spk__str_add(s, "%s", map->n == 1 && !flow ? "{}" : "");
    spk__str_addn(s, c->text + to, c->length - to);
}

/* At the end of the text: a top key, or a mapping of one key. */
static void append(spk__str *s, const change *c, const char *map, const char *key) {
    spk__str_addn(s, c->text, c->length);
    spk__str_add(s, "%s", c->length && c->text[c->length - 1] != '\n' ? "\n" : "");
    spk__str_add(s, map ? "%s: {%s: " : "%s%s: ", map ? map : "", key);
    put_values(s, c->edit);
    spk__str_add(s, map ? "}\n" : "\n");
}

static spk_status edit_tree(spk_ctx *ctx, const change *c, const spk__node *root, spk__str *out) {
    const char *key = c->edit->key, *dot = strchr(key, '.');
    char top[64] = "";
    snprintf(top, sizeof top, "%.*s", dot ? (int)(dot - key) : 0, key);
    const spk__node *map = dot ? spk__node_find(root, top) : root;
    const char *last = dot ? dot + 1 : key;
    const spk__node *n = spk__node_find(map, last);
    bool flow_root = root->n && c->text[root->from] == '{';
    if (root->kind != SPK__MAPPING || (map && map->kind != SPK__MAPPING) || (!map && flow_root))
        return spk__fail(ctx, SPK_ERR_INPUT, map ? &map->loc : &root->loc,
                         "write it as a mapping: {key: value}", "there is no place for '%s' here",
                         key);
    if (n && !c->edit->n)
        cut(out, c, map, n);
    else if (n)
        replace(out, c, n);
    else if (!c->edit->n)
        spk__str_addn(out, c->text, c->length);
    else if (map && map->n)
        insert(out, c, map, last);
    else if (map && dot) /* data: {} */
        insert(out, c, map, last);
    else
        append(out, c, dot ? top : NULL, last);
    return out->failed ? SPK_ERR_MEMORY : SPK_OK;
}

static spk_status edit(spk_ctx *ctx, const char *path, const spk_study_edit *e, spk__str *text) {
    spk__arena *arena = spk__arena_new(ctx);
    if (!arena)
        return SPK_ERR_MEMORY;
    spk__str out = {.ctx = ctx};
    spk__node *root = NULL;
    spk_status st = check_values(ctx, path, e);
    if (!st)
        st = spk__yaml_parse(ctx, arena, path, text->text, text->length, &root);
    change c = {text->text, text->length, e};
    if (!st)
        st = edit_tree(ctx, &c, root, &out);
    spk__arena_free(arena);
    if (st) {
        spk__str_free(&out);
        return st;
    }
    spk__str_free(text);
    *text = out;
    return SPK_OK;
}

static spk_status edit_all(spk_ctx *ctx, const char *path, const spk_study_edit *edits, size_t n,
                           spk__str *text) {
    spk_status st = text->failed ? SPK_ERR_MEMORY : SPK_OK;
    for (size_t i = 0; !st && i < n; i++)
        st = edit(ctx, path, &edits[i], text);
    return st;
}

/* ---- studies ---- */

spk_status spk__study_edit_file(spk_ctx *ctx, const char *path, const spk_study_edit *edits, size_t n,
                                spk__str *text) {
    char *file = NULL;
    size_t length = 0;
    spk_status st = spk__read_file(ctx, path, (size_t)64 << 20, &file, &length);
    if (!st) {
        spk__str_addn(text, file, length);
        st = edit_all(ctx, path, edits, n, text);
    }
    spk__free(ctx, file);
    return st;
}

spk_status spk_study_parse_edited(spk_ctx *ctx, const char *path, const char *text, size_t length,
                                  const spk_study_edit *edits, size_t n, spk_study **out) {
    spk__str t = {.ctx = ctx};
    spk__str_addn(&t, text, length);
    spk_status st = edit_all(ctx, path, edits, n, &t);
    if (!st)
        st = spk_study_parse(ctx, path, t.text, t.length, out);
    spk__str_free(&t);
    return st;
}

spk_status spk_study_read_edited(spk_ctx *ctx, const char *path, const spk_study_edit *edits,
                                 size_t n, spk_study **out) {
    spk__str text = {.ctx = ctx};
    spk_status st = spk__study_edit_file(ctx, path, edits, n, &text);
    if (!st)
        st = spk_study_parse(ctx, path, text.text, text.length, out);
    spk__str_free(&text);
    return st;
}

spk_status spk_study_read(spk_ctx *ctx, const char *path, spk_study **out) {
    return spk_study_read_edited(ctx, path, NULL, 0, out);
}

static bool has_recordings(const spk_study *y) {
    for (size_t i = 0; i < y->n_recordings; i++)
        if (access(y->recording[i], R_OK) != 0)
            return false;
    return true;
}

spk_status spk_study_locate(spk_ctx *ctx, const char *path, const char *text, size_t length,
                            const char *folder, spk_study **out) {
    enum { FOLDERS_UP = 6 };
    spk_study *first = NULL;
    spk_status st = spk_study_parse(ctx, path, text, length, &first);
    if (st)
        return st;
    char *base = path[0] == '/' || has_recordings(first) ? NULL : realpath(folder, NULL), *slash;
    for (int up = 0; base && up < FOLDERS_UP && (slash = strrchr(base, '/')) != NULL; up++) {
        *slash = '\0';
        spk__str moved = {.ctx = ctx};
        spk_study *y = NULL;
        spk__str_add(&moved, "%s/%s", base, path);
        st = moved.failed ? SPK_ERR_MEMORY : spk_study_parse(ctx, moved.text, text, length, &y);
        spk__str_free(&moved);
        if (st || has_recordings(y)) {
            spk_study_free(first);
            first = st ? NULL : y;
            break;
        }
        spk_study_free(y);
    }
    free(base);
    if (!st)
        *out = first;
    return st;
}
