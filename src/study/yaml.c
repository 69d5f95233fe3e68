/* YAML events of libfyaml to a tree with places. */
#include "study/yaml.h"

#include <libfyaml.h>
#include <stdio.h>

enum { MAX_DEPTH = 64 };

typedef struct anchor {
    struct anchor *next;
    const char *name;
    spk__node *node;
} anchor;

typedef struct {
    spk_ctx *ctx;
    spk__arena *arena;
    const char *name;
    anchor *anchors;
    /* open collections; key: the key waiting for its value */
    struct {
        spk__node *node, *last, *key;
    } open[MAX_DEPTH];
    int depth;
    spk__node *root;
} builder;

static spk_loc place(const builder *b, const struct fy_mark *m, int length) {
    if (!m)
        return (spk_loc){.file = b->name};
    return (spk_loc){b->name, m->line + 1, m->column + 1, length};
}

/* The bytes that an event covers; block collections end with their last child. */
static void cover(spk__node *node, struct fy_event *e) {
    const struct fy_mark *from = fy_event_start_mark(e), *to = fy_event_end_mark(e);
    node->from = from ? from->input_pos : 0;
    node->to = to ? to->input_pos : node->from;
}

static const char *copy_text(builder *b, struct fy_token *t) {
    size_t n = 0;
    const char *s = t ? fy_token_get_text(t, &n) : NULL;
    return spk__arena_strndup(b->arena, s ? s : "", s ? n : 0);
}

static spk_status remember(builder *b, struct fy_token *t, spk__node *node) {
    if (!t)
        return SPK_OK;
    anchor *a = spk__arena_alloc(b->arena, 1, sizeof *a);
    const char *name = copy_text(b, t);
    if (!a || !name)
        return SPK_ERR_MEMORY;
    *a = (anchor){b->anchors, name, node};
    b->anchors = a;
    return SPK_OK;
}

/* Puts a finished or just opened node where the parser stands. */
static spk_status attach(builder *b, spk__node *node) {
    if (b->depth == 0) {
        b->root = node;
        return SPK_OK;
    }
    spk__node *parent = b->open[b->depth - 1].node;
    if (parent->kind == SPK__MAPPING) {
        spk__node *key = b->open[b->depth - 1].key;
        if (!key) {
            if (node->kind != SPK__SCALAR)
                return spk__fail(b->ctx, SPK_ERR_INPUT, &node->loc, NULL,
                                 "a key must be plain text");
            if (spk__node_find(parent, node->text))
                return spk__fail(b->ctx, SPK_ERR_INPUT, &node->loc, "keep one of the two",
                                 "the key '%s' is given twice", node->text);
            b->open[b->depth - 1].key = node;
            return SPK_OK;
        }
        node->key = key->text;
        node->key_loc = key->loc;
        node->key_from = key->from;
        node->key_to = key->to;
        b->open[b->depth - 1].key = NULL;
    }
    spk__node *last = b->open[b->depth - 1].last;
    *(last ? &last->next : &parent->first) = node;
    b->open[b->depth - 1].last = node;
    parent->n++;
    return SPK_OK;
}

static spk_status open_collection(builder *b, spk__node_kind kind, struct fy_event *e,
                                  struct fy_token *anchor_token) {
    spk__node *node = spk__arena_alloc(b->arena, 1, sizeof *node);
    if (!node)
        return SPK_ERR_MEMORY;
    node->kind = kind;
    node->loc = place(b, fy_event_start_mark(e), 1);
    cover(node, e);
    spk_status st = attach(b, node);
    if (st)
        return st;
    if (b->depth == MAX_DEPTH)
        return spk__fail(b->ctx, SPK_ERR_INPUT, &node->loc, NULL, "nested deeper than %d levels",
                         MAX_DEPTH);
    b->open[b->depth].node = node;
    b->open[b->depth].last = b->open[b->depth].key = NULL;
    b->depth++;
    return remember(b, anchor_token, node);
}

static spk_status add_scalar(builder *b, struct fy_event *e) {
    spk__node *node = spk__arena_alloc(b->arena, 1, sizeof *node);
    const char *text = copy_text(b, e->scalar.value);
    if (!node || !text)
        return SPK_ERR_MEMORY;
    node->text = text;
    node->loc = place(b, fy_event_start_mark(e), (int)strlen(text));
    cover(node, e);
    enum fy_scalar_style style =
        e->scalar.value ? fy_token_scalar_style(e->scalar.value) : FYSS_PLAIN;
    node->quoted = style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
    if (node->quoted) {
        node->loc.length += 2;
        node->to++; /* the mark is before the closing quote */
    }
    spk_status st = attach(b, node);
    return st ? st : remember(b, e->scalar.anchor, node);
}

/* An alias is a copy of the node (its children are shared). */
static spk_status add_alias(builder *b, struct fy_event *e) {
    const char *name = copy_text(b, e->alias.anchor);
    spk_loc loc = place(b, fy_event_start_mark(e), 1);
    for (anchor *a = b->anchors; a && name; a = a->next) {
        if (strcmp(a->name, name) != 0)
            continue;
        for (int i = 0; i < b->depth; i++)
            if (b->open[i].node == a->node)
                return spk__fail(b->ctx, SPK_ERR_INPUT, &loc, NULL, "'%s' contains itself", name);
        spk__node *node = spk__arena_alloc(b->arena, 1, sizeof *node);
        if (!node)
            return SPK_ERR_MEMORY;
        *node = *a->node;
        node->next = NULL;
        cover(node, e);
        return attach(b, node);
    }
    return name ? spk__fail(b->ctx, SPK_ERR_INPUT, &loc, NULL, "there is no anchor '%s'", name)
                : SPK_ERR_MEMORY;
}

static void close_collection(builder *b, struct fy_event *e) {
    spk__node *node = b->open[--b->depth].node, *last = b->open[b->depth].last, end;
    cover(&end, e);
    bool flow = end.to > end.from; /* the closing bracket; the end of a block has no text */
    node->to = flow ? end.to : last ? last->to : node->from;
}

static spk_status take_event(builder *b, struct fy_event *e) {
    switch (e->type) {
    case FYET_SCALAR:
        return add_scalar(b, e);
    case FYET_ALIAS:
        return add_alias(b, e);
    case FYET_SEQUENCE_START:
        return open_collection(b, SPK__SEQUENCE, e, e->sequence_start.anchor);
    case FYET_MAPPING_START:
        return open_collection(b, SPK__MAPPING, e, e->mapping_start.anchor);
    case FYET_SEQUENCE_END:
    case FYET_MAPPING_END:
        close_collection(b, e);
        return SPK_OK;
    case FYET_DOCUMENT_START:
        if (b->root)
            return spk__fail(b->ctx, SPK_ERR_INPUT, &(spk_loc){.file = b->name}, NULL,
                             "the file holds more than one document");
        return SPK_OK;
    default:
        return SPK_OK;
    }
}

static spk_status syntax_error(builder *b, struct fy_diag *diag) {
    void *iterator = NULL;
    struct fy_diag_error *e = fy_diag_errors_iterate(diag, &iterator);
    if (!e)
        return spk__fail(b->ctx, SPK_ERR_INPUT, &(spk_loc){.file = b->name}, NULL,
                         "the text is not valid YAML");
    spk_loc loc = {b->name, e->line, e->column, 1};
    return spk__fail(b->ctx, SPK_ERR_INPUT, &loc,
                     "YAML: 'key: value' lines, indented by spaces; quote text with ': ' in it",
                     "%s", e->msg);
}

static spk_status run_parser(builder *b, struct fy_parser *parser, struct fy_diag *diag) {
    for (;;) {
        struct fy_event *e = fy_parser_parse(parser);
        if (!e)
            return fy_diag_got_error(diag) ? syntax_error(b, diag) : SPK_OK;
        spk_status st = take_event(b, e);
        bool end = e->type == FYET_STREAM_END;
        fy_parser_event_free(parser, e);
        if (st || end)
            return st;
    }
}

spk_status spk__yaml_parse(spk_ctx *ctx, spk__arena *arena, const char *name, const char *text,
                           size_t length, spk__node **out) {
    builder b = {.ctx = ctx, .arena = arena, .name = name};
    spk_status st = spk__ctx_add_source(ctx, name, text, length);
    if (st)
        return st;
    if (memchr(text, 0, length))
        return spk__fail(ctx, SPK_ERR_INPUT, &(spk_loc){.file = name}, NULL,
                         "the file is binary, not YAML text");
    struct fy_diag_cfg quiet = {.level = FYET_ERROR, .module_mask = ~0u};
    struct fy_diag *diag = fy_diag_create(&quiet);
    if (!diag)
        return SPK_ERR_MEMORY;
    fy_diag_set_collect_errors(diag, true);
    struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG, .diag = diag};
    struct fy_parser *parser = fy_parser_create(&cfg);
    if (!parser || fy_parser_set_string(parser, text, length) != 0)
        st = SPK_ERR_MEMORY;
    else
        st = run_parser(&b, parser, diag);
    if (parser)
        fy_parser_destroy(parser);
    fy_diag_destroy(diag);
    if (!st && !b.root) {
        b.root = spk__arena_alloc(arena, 1, sizeof *b.root);
        if (!b.root)
            return SPK_ERR_MEMORY;
        b.root->kind = SPK__MAPPING;
        b.root->loc = (spk_loc){.file = name};
    }
    if (!st)
        *out = b.root;
    return st;
}
