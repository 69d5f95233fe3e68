/* Shared by the files of emit. */
#ifndef SPK_EMIT_WRITER_H
#define SPK_EMIT_WRITER_H

#include "emit/emit.h"

/* Where a value lives. */
typedef enum {
    SPK__HOME_NONE,
    SPK__HOME_CONSTANT, /* lane constant: c[home] */
    SPK__HOME_UNIFORM,  /* from dt alone: u->u[home] */
    SPK__HOME_COMMON    /* from drive and time, once a step for all lanes: k->k[home] */
} spk__home_kind;

typedef struct {
    spk__node *node;
    size_t n, room;
} spk__node_list;

/* The kind of code being written. */
typedef enum {
    SPK__IN_SCALAR, /* doubles: prepare, defaults, guard, record, uniforms */
    SPK__IN_COMMON, /* vectors, once a step */
    SPK__IN_LANES   /* vectors, for each vector of lanes */
} spk__section;

typedef struct {
    spk_ctx *ctx;
    spk__program *p;
    spk__dag *d;
    spk__str *out;
    const char *text; /* of the NESTML file */
    char name[256];   /* prefix of everything */
    const char *form; /* "run" or "step" */
    spk__section section;
    const char *indent;
    spk__node_list constants, uniforms, common; /* common: of the form being written */
    uint8_t *home_kind;                         /* by node */
    uint32_t *home;
    unsigned char *written; /* by node, in this scope */
    size_t n_marks;
    int32_t line;
    bool failed;
} spk__writer;

void spk__put(spk__writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Begins a scope: nothing is written yet. */
void spk__begin_scope(spk__writer *w, spk__section section, const char *indent);
/* Writes the statements that n needs, each once in a scope, and puts the text of its value into buf
 * (room for 64). */
const char *spk__write_value(spk__writer *w, spk__node n, char *buf);
bool spk__add_node(spk__writer *w, spk__node_list *list, spk__node n);
/* "V_m" -> "x3_V_m" */
const char *spk__field(size_t index, const char *name, char *buf);
/* A C string literal. */
void spk__put_string(spk__writer *w, const char *s);
/* A double literal, as short as it reads back. */
const char *spk__literal(double x, char *buf);

/* scalar.c */
void spk__emit_scalars(spk__writer *w);
/* synapse.c: the events, and the kernel that holds them */
void spk__emit_events(spk__writer *w);
/* lanes.c */
void spk__find_homes(spk__writer *w);
void spk__emit_lanes(spk__writer *w);
/* The vectors to interleave for so many states. */
int spk__unroll(size_t n_states);
/* Operations that a step takes a lane (spk_kernel.run_operations), of a program whose values are
 * rewritten. Begins a scope. */
unsigned spk__count_operations(spk__writer *w, const spk__step *s);

#endif
