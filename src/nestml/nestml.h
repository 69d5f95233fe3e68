/* Inside the nestml room: tokens, the tree as parsed, and the steps that turn it into a checked
 * model.
 *
 *     text --lex--> tokens --parse--> spk__draft --resolve--> names bound --check--> spk__model
 *
 * Memory: everything lives in the arena of the result. Where memory runs short, a node is handed
 * out from a spare place in the compiler and `short_of_memory` is set, so that no step needs to
 * test every node; the steps stop at the next token, and the next step is not begun.
 *
 * Errors: a step reports all it finds, up to MAX_ERRORS, and the next one begins only if there were
 * none, except that names and types are checked together. An expression with an error has the
 * poisoned type, which agrees with every other, so that one mistake gives one message. */
#ifndef SPK_NESTML_NESTML_H
#define SPK_NESTML_NESTML_H

#include "nestml/model.h"

enum {
    MAX_ERRORS = 20,
    MAX_EXPR_DEPTH = 256, /* of parentheses and operators on the way from root to leaf */
    MAX_BLOCK_DEPTH = 64, /* of ifs and loops inside one another */
    MAX_INDENTS = 100,
    MAX_LENGTH = 1 << 20, /* bytes of a file */
    MAX_MODELS = 1000,    /* of a file */
    MAX_NAMES = 2000,     /* of a model */
    MAX_LOCALS = 500,     /* in sight at one place */
};

/* ---- tokens ---- */

/* kind, text as written in messages */
#define TOKEN_LIST(X)                                                                              \
    X(END, "the end of the file")                                                                  \
    X(NEWLINE, "the end of the line")                                                              \
    X(INDENT, "an indented line")                                                                  \
    X(DEDENT, "the end of the block")                                                              \
    X(NAME, "a name")                                                                              \
    X(INT, "a number")                                                                             \
    X(FLOAT, "a number")                                                                           \
    X(STRING, "a string") X(INTEGER, "integer") X(REAL, "real") X(STRING_TYPE, "string")           \
        X(BOOLEAN, "boolean") X(VOID, "void") X(FUNCTION, "function") X(INLINE, "inline") X(       \
            RETURN, "return") X(IF, "if") X(ELIF, "elif") X(ELSE, "else") X(FOR, "for")            \
            X(WHILE, "while") X(IN, "in") X(STEP, "step") X(INF, "inf") X(AND, "and") X(OR, "or")  \
                X(NOT, "not") X(RECORDABLE, "recordable") X(KERNEL, "kernel") X(MODEL, "model")    \
                    X(STATE, "state") X(PARAMETERS, "parameters") X(INTERNALS, "internals") X(     \
                        UPDATE, "update") X(EQUATIONS, "equations") X(INPUT, "input")              \
                        X(OUTPUT, "output") X(CONTINUOUS, "continuous") X(ON_RECEIVE, "onReceive") \
                            X(ON_CONDITION, "onCondition") X(SPIKE, "spike")                       \
                                X(INHIBITORY, "inhibitory") X(EXCITATORY, "excitatory") X(         \
                                    INCLUDE, "include") X(TRUE, "true") X(FALSE, "false")          \
                                    X(ELLIPSIS, "...") X(ARROW, "<-") X(SHL, "<<") X(              \
                                        SHR, ">>") X(LE, "<=") X(GE, ">=") X(PLUS_EQ, "+=")        \
                                        X(MINUS_EQ, "-=") X(STAR_EQ, "*=")                         \
                                            X(SLASH_EQ, "/=") X(EQ, "==") X(NE, "!=") X(NE2, "<>") \
                                                X(POWER, "**") X(COLONS, "::") X(LPAREN, "(") X(   \
                                                    RPAREN, ")") X(LBRACKET, "[")                  \
                                                    X(RBRACKET, "]") X(PLUS, "+") X(MINUS, "-") X( \
                                                        STAR, "*") X(SLASH, "/") X(PERCENT, "%")   \
                                                        X(TILDE, "~") X(PIPE, "|") X(CARET, "^")   \
                                                            X(AMPERSAND, "&") X(LT, "<")           \
                                                                X(GT, ">") X(COMMA, ",") X(ASSIGN, \
                                                                                           "=")    \
                                                                    X(QUESTION, "?") X(COLON, ":") \
                                                                        X(SEMICOLON, ";")          \
                                                                            X(PRIME, "'")          \
                                                                                X(DOT, ".")        \
                                                                                    X(AT, "@")

typedef enum {
#define TOKEN_ENUM(name, text) T_##name,
    TOKEN_LIST(TOKEN_ENUM)
#undef TOKEN_ENUM
        T_COUNT
} token_kind;

enum { T_FIRST_WORD = T_INTEGER, T_LAST_WORD = T_FALSE, T_FIRST_SIGN = T_ELLIPSIS };

typedef struct {
    token_kind kind;
    int line, column, length;
    const char *start;
} token;

typedef struct {
    int line, last_line;
    const char *start;
    size_t length;
    bool alone; /* no code before it on its line */
} comment;

/* A growing array of pointers in the arena. */
typedef struct {
    void **item;
    size_t n, capacity;
} list;

/* ---- the tree as parsed ---- */

/* name' = rhs, of the given order; name = value is order 0 (a kernel as a function of time). */
typedef struct {
    const char *name;
    int order;
    spk_loc loc;
    spk__expr *rhs;
} equation;

typedef struct {
    list equations; /* equation */
    spk_loc loc;
    const char *doc;
} kernel;

/* A handler's port before it is resolved stands in `port_name`. */
typedef struct {
    spk__handler handler;
    spk__expr *port_name;
} draft_handler;

typedef struct {
    spk__model *model;
    list states, parameters, internals, inlines, ports; /* spk__symbol */
    list equations;                                     /* equation */
    list kernels;                                       /* kernel */
    list functions;                                     /* spk__function */
    list on_receive, on_condition;                      /* draft_handler */
    spk_loc update_loc;
    bool has_update;
} spk__draft;

/* ---- the compiler ---- */

typedef struct {
    spk_ctx *ctx;
    spk__arena *arena;
    const char *file, *text, *end;
    token *tokens;
    size_t n_tokens, tokens_capacity;
    comment *comments;
    size_t n_comments, comments_capacity;
    size_t at; /* next token */
    int errors;
    bool panic; /* an error was reported in this line: say no more until the next */
    bool short_of_memory;
    int expr_depth, block_depth;
    int height;  /* of the expression parsed last */
    list drafts; /* spk__draft */
    list messages;
    _Alignas(16) unsigned char spare[512];
} compiler;

/* compile.c */
void *spk__node(compiler *c, size_t size);
#define NODE(c, type) ((type *)spk__node((c), sizeof(type)))
void spk__list_add(compiler *c, list *l, void *item);
char *spk__text(compiler *c, const char *s, size_t n);
const char *spk__primed(compiler *c, const char *name, size_t order); /* name'' */

/* message.c */
void spk__error(compiler *c, spk_loc loc, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void spk__warning(compiler *c, spk_loc loc, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool spk__read_unit(compiler *c, const char *s, size_t n, spk_loc loc, spk_unit *out);
void spk__report(compiler *c); /* hands all messages to the context */

/* lex.c */
void spk__lex(compiler *c);
const char *spk__token_text(token_kind k);

/* comment.c: the comment behind the lines, or directly above them; NULL if none. */
const char *spk__doc(compiler *c, int first_line, int last_line);
/* All comments between two lines, exclusive, that stand alone; "" if none. */
const char *spk__doc_between(compiler *c, int after, int before);

/* parse.c */
void spk__parse(compiler *c);
static inline const token *peek(const compiler *c) {
    return &c->tokens[c->at];
}
static inline token_kind kind_at(const compiler *c, size_t ahead) {
    size_t i = c->at + ahead;
    return i < c->n_tokens ? c->tokens[i].kind : T_END;
}
static inline bool next_is(const compiler *c, token_kind k) {
    return c->tokens[c->at].kind == k;
}
void spk__advance(compiler *c);
bool spk__accept(compiler *c, token_kind k);
/* Takes a token of this kind, or reports that it is missing. */
bool spk__expect(compiler *c, token_kind k, const char *hint);
/* Takes what closes the parenthesis that is token number `open`. */
void spk__close(compiler *c, size_t open, token_kind k);
void spk__unexpected(compiler *c, const char *wanted, const char *hint);
spk_loc spk__token_loc(const compiler *c, const token *t);
/* From token number `first` to the last one taken. */
spk_loc spk__span(const compiler *c, size_t first);
/* Takes the end of the line; after an error skips to it, and over the block behind it. */
void spk__end_line(compiler *c);
/* After ':' -- calls each(c, arg) for every line of the block behind. */
typedef void line_fn(compiler *c, void *arg);
void spk__parse_lines(compiler *c, const char *what, line_fn *each, void *arg);
/* A name, or NULL after an error; *loc is where it stands. */
const char *spk__parse_name(compiler *c, const char *what, spk_loc *loc);

/* parse_expr.c */
spk__expr *spk__parse_expr(compiler *c);
spk__expr *spk__parse_variable(compiler *c);
spk__expr *spk__new_expr(compiler *c, spk__expr_kind kind, spk_loc loc);
spk__expr *spk__copy_expr(compiler *c, const spk__expr *e); /* with all below it */
spk__expr *spk__new_binary(compiler *c, spk__op op, spk__expr *a, spk__expr *b, spk_loc loc);

/* parse_decl.c */
bool spk__parse_type(compiler *c, spk__type *out);
/* Declarations of one line; appends their symbols to out. */
void spk__parse_declaration(compiler *c, spk__symbol_kind kind, list *out);
void spk__parse_equation_line(compiler *c, void *draft);
void spk__parse_input_line(compiler *c, void *draft);
void spk__parse_output(compiler *c, spk__draft *d);
/* "(a ms, b mV)" behind a function's name or an output: locals. */
void spk__parse_arguments(compiler *c, list *out);

/* parse_stmt.c */
spk__stmt *spk__parse_block(compiler *c, const char *what);

/* ---- names ---- */

/* Where an expression stands; decides what it may use. */
typedef enum {
    IN_PARAMETER,
    IN_INTERNAL,
    IN_INITIAL,
    IN_GUARD,
    IN_INLINE,
    IN_EQUATION,
    IN_KERNEL,
    IN_UPDATE,
    IN_RECEIVE,
    IN_CONDITION,
    IN_FUNCTION,
} place;

typedef struct {
    compiler *c;
    spk__draft *draft;
    spk__model *model;
    spk__symbol **table; /* hash table of the model's names */
    size_t table_size;
    list locals; /* spk__symbol, innermost last */
    place place;
    const spk__symbol *receiving; /* the port of the onReceive block, or NULL */
    const spk__symbol *defining;  /* whose default or initial value this is, or NULL */
    const spk__symbol *kernel;    /* whose equations these are, or NULL */
    spk__function *function;      /* whose body this is, or NULL */
    spk__symbol *time;
    bool synapse; /* weights and traces are bare numbers there */
} scope;

/* builtin.c */
int spk__builtin_find(const char *name); /* a spk__builtin, or -1 */
int spk__builtin_min_args(spk__builtin f);
int spk__builtin_max_args(spk__builtin f);
/* integrate_odes, emit_spike, print, ...: functions that are statements. */
bool spk__is_statement(const char *name);
bool spk__is_message(const char *name);            /* print, println, info, warning, error */
const char *const *spk__function_names(size_t *n); /* of the language */

/* scope.c */
bool spk__scope_init(scope *s, compiler *c, spk__draft *d);
/* Adds a model-wide name; reports a second declaration. */
void spk__scope_declare(scope *s, spk__symbol *sym);
void spk__scope_push(scope *s, spk__symbol *local);
spk__symbol *spk__scope_find(const scope *s, const char *name);
spk__symbol *spk__scope_find_global(const scope *s, const char *name);
/* "did you mean 'x'?" for variables, or functions; NULL if nothing is near. */
const char *spk__scope_hint(const scope *s, const char *name, bool functions, char *buf,
                            size_t size);
const char *spk__kind_name(spk__symbol_kind k); /* "parameter", ... */

/* resolve_equations.c: declares all names; gives states and kernels their equations. */
void spk__resolve_declarations(scope *s);
/* resolve.c: binds the names in an expression or a block. */
void spk__resolve_expr(scope *s, spk__expr *e);
void spk__resolve_all(scope *s);
/* resolve_stmt.c */
void spk__resolve_block(scope *s, spk__stmt *first);
/* The value of numbers and sums, products, ... of them. */
bool spk__constant(const spk__expr *e, double *value);
/* The element that e names of a vector, or -1. */
int spk__resolve_index(scope *s, const spk__symbol *sym, const spk__expr *e);

/* ---- types ---- */

static const spk__type poison = {SPK__REAL, {{0}, -1.0}};
static inline bool is_poison(spk__type t) {
    return t.unit.scale < 0.0;
}
static const spk_unit plain_unit = {{0}, 1.0};
static const spk_unit ms_unit = {{1, 0, 0, 0, 0, 0, 0}, 1.0};
static inline spk__type type_of(spk__kind k) {
    return (spk__type){k, plain_unit};
}
static inline bool is_number(spk__type t) {
    return t.kind == SPK__REAL || t.kind == SPK__INTEGER;
}
/* "mV", "a condition", "an integer", ... into buf of 64 bytes. */
const char *spk__type_name(spk__type t, char *buf);

/* check_expr.c: gives e and everything below its type. */
void spk__check_expr(scope *s, spk__expr *e);
/* check_units.c */
/* The common type of *a and *b, whose units must agree; `what` needs that, for the message. Either
 * may be replaced by itself times a unit. */
spk__type spk__unify(scope *s, spk__expr **a, spk__expr **b, spk_loc loc, const char *what);
/* May the value be given to something of that type? what, name: "the state", "V_m". */
void spk__check_assignable(scope *s, spk__type target, spk__expr **value, const char *what,
                           const char *name);
/* The same for what is declared where it gets the value: a real may also get a quantity. */
void spk__check_definition(scope *s, spk__type target, spk__expr **value, const char *what,
                           const char *name);
/* A number without a unit; false if not even with a warning. */
bool spk__check_plain(scope *s, spk__expr **arg, const char *what);
void spk__check_condition(scope *s, spk__expr *e, const char *what);
spk__type spk__power_type(scope *s, spk__expr **base, spk__expr **exponent);
/* check_builtin.c */
void spk__check_builtin(scope *s, spk__expr *e);
/* check_model.c */
void spk__check_model(scope *s);
/* check_stmt.c */
void spk__check_block(scope *s, spk__stmt *first);
bool spk__returns(const spk__stmt *first);
/* check_order.c: no definition may need itself. */
void spk__check_order(scope *s);

/* finish.c: the lists of the model, in their order. */
void spk__finish(compiler *c, spk__draft *d);

#endif
