/* The frame of a file: models and their blocks, and the steps over tokens that all rules share. */
#include "nestml/nestml.h"

#include <stdio.h>

spk_loc spk__token_loc(const compiler *c, const token *t) {
    return (spk_loc){c->file, t->line, t->column, t->length ? t->length : 1};
}

spk_loc spk__span(const compiler *c, size_t first) {
    const token *a = &c->tokens[first];
    spk_loc loc = spk__token_loc(c, a);
    for (size_t i = first; i < c->at && c->tokens[i].line == a->line; i++)
        if (c->tokens[i].length)
            loc.length = c->tokens[i].column + c->tokens[i].length - a->column;
    return loc;
}

void spk__advance(compiler *c) {
    if (c->short_of_memory) /* jump to the end, so that every loop ends */
        c->at = c->n_tokens - 1;
    else if (!next_is(c, T_END))
        c->at++;
}

bool spk__accept(compiler *c, token_kind k) {
    if (!next_is(c, k))
        return false;
    spk__advance(c);
    return true;
}

static void describe(const token *t, char *buf, size_t size) {
    if (t->kind <= T_DEDENT)
        snprintf(buf, size, "%s", spk__token_text(t->kind));
    else
        snprintf(buf, size, "'%.*s'", t->length > 60 ? 60 : t->length, t->start);
}

void spk__unexpected(compiler *c, const char *wanted, const char *hint) {
    char found[80];
    describe(peek(c), found, sizeof found);
    if (!c->panic)
        spk__error(c, spk__token_loc(c, peek(c)), hint, "expected %s, found %s", wanted, found);
    c->panic = true;
}

bool spk__expect(compiler *c, token_kind k, const char *hint) {
    if (spk__accept(c, k))
        return true;
    char wanted[32];
    snprintf(wanted, sizeof wanted, k > T_STRING ? "'%s'" : "%s", spk__token_text(k));
    spk__unexpected(c, wanted, hint);
    return false;
}

void spk__close(compiler *c, size_t open, token_kind k) {
    const token *t = &c->tokens[open];
    if (c->panic || spk__accept(c, k))
        return;
    char hint[64];
    if (next_is(c, T_NEWLINE) || next_is(c, T_END)) {
        snprintf(hint, sizeof hint, "close it with '%s'", spk__token_text(k));
        spk__error(c, spk__token_loc(c, t), hint, "the '%.*s' is never closed", t->length,
                   t->start);
    } else {
        snprintf(hint, sizeof hint, "the '%.*s' is in line %d", t->length, t->start, t->line);
        spk__expect(c, k, hint);
    }
    c->panic = true;
}

/* Skips one indented block, whose INDENT comes next. */
static void skip_block(compiler *c) {
    int depth = 0;
    do {
        depth += next_is(c, T_INDENT);
        depth -= next_is(c, T_DEDENT);
        spk__advance(c);
    } while (depth > 0 && !next_is(c, T_END));
}

void spk__end_line(compiler *c) {
    spk__accept(c, T_SEMICOLON);
    if (!c->panic && !next_is(c, T_NEWLINE) && !next_is(c, T_END))
        spk__unexpected(c, "the end of the line", NULL);
    while (!next_is(c, T_NEWLINE) && !next_is(c, T_END) && !next_is(c, T_DEDENT) &&
           !next_is(c, T_INDENT))
        spk__advance(c);
    spk__accept(c, T_NEWLINE);
    if (next_is(c, T_INDENT)) {
        if (!c->panic)
            spk__error(c, spk__token_loc(c, peek(c)), "begin it in the column of the line above",
                       "this line is indented, but no block begins above it");
        skip_block(c);
    }
    c->panic = false;
}

const char *spk__parse_name(compiler *c, const char *what, spk_loc *loc) {
    const token *t = peek(c);
    *loc = spk__token_loc(c, t);
    if (t->kind == T_NAME) {
        spk__advance(c);
        return spk__text(c, t->start, (size_t)t->length);
    }
    if ((int)t->kind >= T_FIRST_WORD && (int)t->kind <= T_LAST_WORD && !c->panic) {
        spk__error(c, *loc, "choose another name",
                   "'%.*s' is a word of the language and cannot be %s", t->length, t->start, what);
        c->panic = true;
    }
    spk__unexpected(c, what, NULL);
    return NULL;
}

void spk__parse_lines(compiler *c, const char *what, line_fn *each, void *arg) {
    spk__expect(c, T_COLON, next_is(c, T_ASSIGN) ? "'==' compares; '=' assigns" : NULL);
    if (c->panic) {
        spk__end_line(c);
        return;
    }
    spk_loc colon = spk__token_loc(c, peek(c) - 1);
    if (!next_is(c, T_NEWLINE)) {
        spk__unexpected(c, "the end of the line", "a block begins in the next line, indented");
        spk__end_line(c);
        return;
    }
    spk__advance(c);
    if (!spk__accept(c, T_INDENT)) {
        spk__error(c, colon, "indent the lines of a block by four columns",
                   "this block is empty; it needs %s", what);
        return;
    }
    while (!next_is(c, T_DEDENT) && !next_is(c, T_END) && c->errors < MAX_ERRORS) {
        size_t before = c->at;
        each(c, arg);
        c->panic = false;
        if (c->at == before) /* never stand still */
            spk__advance(c);
    }
    spk__accept(c, T_DEDENT);
}

/* ---- blocks of a model ---- */

typedef struct {
    spk__symbol_kind kind;
    list *out;
} declarations;

static void declaration_line(compiler *c, void *arg) {
    declarations *d = arg;
    spk__parse_declaration(c, d->kind, d->out);
    spk__end_line(c);
}

static void parse_declarations(compiler *c, const char *what, spk__symbol_kind kind, list *out) {
    declarations d = {kind, out};
    spk__parse_lines(c, what, declaration_line, &d);
}

static void parse_function(compiler *c, spk__draft *d) {
    spk__function *f = NODE(c, spk__function);
    f->name = spk__parse_name(c, "the name of a function", &f->loc);
    list args = {0};
    f->returns = type_of(SPK__VOID);
    if (!c->panic)
        spk__parse_arguments(c, &args);
    if (!c->panic && !next_is(c, T_COLON))
        spk__parse_type(c, &f->returns);
    bool good = !c->panic;
    f->arg = (spk__symbol **)(void *)args.item;
    f->n_args = args.n;
    f->body = spk__parse_block(c, "the statements of the function");
    if (good)
        spk__list_add(c, &d->functions, f);
}

/* ", priority=1)" */
static void parse_priority(compiler *c, spk__handler *h) {
    while (spk__accept(c, T_COMMA)) {
        const token *t = peek(c);
        spk_loc loc;
        const char *name = spk__parse_name(c, "'priority'", &loc);
        if (!name)
            return;
        if (strcmp(name, "priority") != 0) {
            spk__error(c, loc, "only priority=1, 2, ... is known", "unknown property '%.*s'",
                       t->length, t->start);
            c->panic = true;
        }
        spk__expect(c, T_ASSIGN, NULL);
        bool minus = spk__accept(c, T_MINUS);
        t = peek(c);
        if (!spk__expect(c, T_INT, "a priority is an integer"))
            return;
        double value = 0;
        const char *after;
        spk__parse_double(t->start, t->start + t->length, &after, &value);
        if (value > 1e9) {
            spk__error(c, spk__token_loc(c, t), NULL, "a priority of %.*s is too large", t->length,
                       t->start);
            return;
        }
        h->priority = (int)(minus ? -value : value);
    }
    spk__expect(c, T_RPAREN, NULL);
}

static void parse_handler(compiler *c, spk__draft *d, bool receive) {
    draft_handler *h = NODE(c, draft_handler);
    size_t first = c->at - 1;
    spk__expect(c, T_LPAREN, receive ? "write onReceive(port):" : "write onCondition(condition):");
    h->handler.port_index = -1;
    if (!c->panic && receive)
        h->port_name = spk__parse_variable(c);
    else if (!c->panic)
        h->handler.condition = spk__parse_expr(c);
    if (!c->panic)
        parse_priority(c, &h->handler);
    h->handler.loc = spk__span(c, first);
    bool good = !c->panic;
    h->handler.body = spk__parse_block(c, "the statements of the block");
    if (good)
        spk__list_add(c, receive ? &d->on_receive : &d->on_condition, h);
}

static void parse_update(compiler *c, spk__draft *d) {
    spk_loc loc = spk__token_loc(c, peek(c) - 1);
    if (d->has_update)
        spk__error(c, loc, "put the statements into one block",
                   "there are two update blocks; the first is in line %d", d->update_loc.line);
    d->has_update = true;
    d->update_loc = loc;
    d->model->update = spk__parse_block(c, "the statements of the block");
}

static void model_line(compiler *c, void *arg) {
    spk__draft *d = arg;
    token_kind k = peek(c)->kind;
    spk__advance(c);
    switch (k) {
    case T_STATE:
        parse_declarations(c, "a state variable, like V_m mV = -70 mV", SPK__SYM_STATE, &d->states);
        break;
    case T_PARAMETERS:
        parse_declarations(c, "a parameter, like C_m pF = 250 pF", SPK__SYM_PARAMETER,
                           &d->parameters);
        break;
    case T_INTERNALS:
        parse_declarations(c, "a definition, like h ms = resolution()", SPK__SYM_INTERNAL,
                           &d->internals);
        break;
    case T_EQUATIONS:
        spk__parse_lines(c, "an equation, like V_m' = -V_m / tau", spk__parse_equation_line, d);
        break;
    case T_INPUT:
        spk__parse_lines(c, "a port, like spikes <- spike", spk__parse_input_line, d);
        break;
    case T_OUTPUT:
        spk__parse_output(c, d);
        break;
    case T_UPDATE:
        parse_update(c, d);
        break;
    case T_FUNCTION:
        parse_function(c, d);
        break;
    case T_ON_RECEIVE:
    case T_ON_CONDITION:
        parse_handler(c, d, k == T_ON_RECEIVE);
        break;
    default:
        c->at -= c->at > 0;
        spk__unexpected(
            c, "a block of the model",
            "blocks are: state, equations, parameters, internals, input, output, update, "
            "function, onReceive, onCondition");
        spk__end_line(c);
    }
}

static void parse_model(compiler *c) {
    spk__draft *d = NODE(c, spk__draft);
    spk__model *m = d->model = NODE(c, spk__model);
    const token *word = peek(c);
    int after = c->at > 0 ? c->tokens[c->at - 1].line : 0;
    m->doc = spk__doc_between(c, after, word->line);
    spk__advance(c);
    m->name = spk__parse_name(c, "the name of a model", &m->loc);
    bool good = !c->panic;
    int body = peek(c)->line;
    size_t next = c->at;
    spk__parse_lines(c, "a block of the model", model_line, d);
    while (next < c->n_tokens && (c->tokens[next].kind == T_COLON || c->tokens[next].length == 0))
        next++;
    if (!*m->doc && next < c->n_tokens) /* a doc string below the model's name */
        m->doc = spk__doc_between(c, body, c->tokens[next].line);
    if (c->drafts.n == MAX_MODELS)
        spk__error(c, m->loc, "split the file", "there are more than %d models", MAX_MODELS);
    else if (good)
        spk__list_add(c, &c->drafts, d);
}

void spk__parse(compiler *c) {
    while (!next_is(c, T_END) && c->errors < MAX_ERRORS) {
        if (next_is(c, T_MODEL)) {
            parse_model(c);
        } else {
            spk__unexpected(c, "'model name:'", "everything else stands inside a model, indented");
            if (next_is(c, T_INDENT))
                skip_block(c);
            else if (next_is(c, T_DEDENT))
                spk__advance(c);
            else
                spk__end_line(c);
        }
        c->panic = false;
    }
}
