/* A YAML text as a tree with places: libfyaml parses, this keeps what the readers of studies need.
 */
#ifndef SPK_STUDY_YAML_H
#define SPK_STUDY_YAML_H

#include "base/base.h"
#include <spikefit/study.h>
#include <spikefit/unit.h>

typedef enum { SPK__SCALAR, SPK__SEQUENCE, SPK__MAPPING } spk__node_kind;

/* Children of a sequence or mapping are linked by next; a mapping's child carries its key. */
typedef struct spk__node spk__node;
struct spk__node {
    spk__node_kind kind;
    const char *key; /* of a mapping's child, else NULL */
    spk_loc key_loc;
    const char *text; /* of a scalar */
    bool quoted;
    spk_loc loc;
    size_t from, to; /* the bytes of the text that it takes up */
    size_t key_from, key_to; /* those of its key */
    size_t n;
    spk__node *first, *next;
};

/* Parses one document. Nodes live in the arena; name (for diagnostics) must outlive them. An empty
 * text is an empty mapping. ERR_INPUT with the place on a syntax error, a duplicate key, or nesting
 * deeper than 64. */
spk_status spk__yaml_parse(spk_ctx *ctx, spk__arena *arena, const char *name, const char *text,
                           size_t length, spk__node **out);

/* The child of that key, or NULL. map may be NULL. */
const spk__node *spk__node_find(const spk__node *map, const char *key);

/* ERR_INPUT unless every key of map is among the names (NULL-terminated); suggests the nearest.
 * what names the mapping: "data". map may be NULL. */
spk_status spk__node_check_keys(spk_ctx *ctx, const spk__node *map, const char *what,
                                const char *const *names);
/* ERR_INPUT unless the node is of that kind. */
spk_status spk__node_expect(spk_ctx *ctx, const spk__node *n, spk__node_kind kind,
                            const char *what);

/* Scalars. want: the dimension that the value must have; comes out in coherent units. */
spk_status spk__node_quantity(spk_ctx *ctx, const spk__node *n, const char *what, spk_unit want,
                              double *out);
spk_status spk__node_number(spk_ctx *ctx, const spk__node *n, const char *what, double low,
                            double high, double *out);
spk_status spk__node_integer(spk_ctx *ctx, const spk__node *n, const char *what, int64_t low,
                             int64_t high, int64_t *out);
spk_status spk__node_bool(spk_ctx *ctx, const spk__node *n, const char *what, bool *out);
/* The index of the text among choices (NULL-terminated); suggests the nearest. */
spk_status spk__node_choice(spk_ctx *ctx, const spk__node *n, const char *what,
                            const char *const *choices, int *out);

/* The text of a study's file with keys replaced or added (spk_study_read_edited). text: zero but for its
 * context. */
spk_status spk__study_edit_file(spk_ctx *ctx, const char *path, const spk_study_edit *edits, size_t n,
                                spk__str *text);

/* Sets the options of a table from a mapping; keys listed in `skip` (NULL-terminated, may be NULL)
 * are someone else's. */
spk_status spk__node_options(spk_ctx *ctx, const spk__node *map, const char *owner,
                             const spk_opt *table, const char *const *skip, spk_opts *out);
/* The same as texts with places, for whoever owns the table. map may be NULL. */
spk_status spk__node_settings(spk_ctx *ctx, spk__arena *arena, const spk__node *map,
                              const char *const *skip, spk_settings *out);

#endif
