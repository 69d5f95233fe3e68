/* Declarations: types, variables, equations, kernels, ports. */
#include "nestml/nestml.h"

/* Does the token belong to the text of a unit? Names and factors alternate: "1/ms", "nS*mV",
 * "ms**-1". */
static bool unit_goes_on(const compiler *c, int depth, bool want_operand) {
    switch (peek(c)->kind) {
    case T_NAME:
    case T_INT:
        return want_operand;
    case T_LPAREN:
        return want_operand;
    case T_RPAREN:
        return depth > 0 && !want_operand;
    case T_STAR:
    case T_SLASH:
    case T_POWER:
        return !want_operand;
    case T_MINUS:
    case T_PLUS:
        return want_operand && c->tokens[c->at - 1].kind == T_POWER;
    default:
        return false;
    }
}

static bool parse_unit(compiler *c, spk_unit *out) {
    size_t first = c->at;
    int depth = 0;
    bool want_operand = true;
    while (unit_goes_on(c, depth, want_operand)) {
        token_kind k = peek(c)->kind;
        depth += k == T_LPAREN;
        depth -= k == T_RPAREN;
        if (k == T_NAME || k == T_INT || k == T_RPAREN)
            want_operand = false;
        else if (k == T_STAR || k == T_SLASH || k == T_POWER)
            want_operand = true;
        spk__advance(c);
    }
    if (c->at == first || c->short_of_memory) {
        spk__unexpected(c, "a type",
                        "types are units such as mV and 1/ms, real, integer and boolean");
        return false;
    }
    const token *a = &c->tokens[first], *b = &c->tokens[c->at - 1];
    spk_loc loc = spk__span(c, first);
    if (a->line != b->line) {
        spk__error(c, loc, NULL, "a unit must stand in one line");
        return false;
    }
    return spk__read_unit(c, a->start, (size_t)(b->start + b->length - a->start), loc, out);
}

bool spk__parse_type(compiler *c, spk__type *out) {
    token_kind k = peek(c)->kind;
    *out = type_of(SPK__REAL);
    switch (k) {
    case T_REAL:
        break;
    case T_INTEGER:
        out->kind = SPK__INTEGER;
        break;
    case T_BOOLEAN:
        out->kind = SPK__BOOLEAN;
        break;
    case T_STRING_TYPE:
        out->kind = SPK__STRING;
        break;
    case T_VOID:
        out->kind = SPK__VOID;
        break;
    default:
        if (parse_unit(c, &out->unit))
            return true;
        *out = poison;
        return false;
    }
    spk__advance(c);
    return true;
}

static spk__symbol *new_symbol(compiler *c, spk__symbol_kind kind, const char *name, spk_loc loc) {
    spk__symbol *s = NODE(c, spk__symbol);
    s->kind = kind;
    s->name = name;
    s->loc = loc;
    s->type = type_of(SPK__REAL);
    return s;
}

/* The size of a vector is a number. */
static int vector_size(compiler *c, const spk__expr *size) {
    if (size->kind == SPK__EX_NUMBER && size->type.kind == SPK__INTEGER && size->number >= 1 &&
        size->number <= 10000)
        return (int)size->number;
    spk__error(c, size->loc, "write the number itself",
               "the size of a vector must be an integer from 1 to 10000");
    return 1;
}

void spk__parse_arguments(compiler *c, list *out) {
    spk__expect(c, T_LPAREN, NULL);
    if (!next_is(c, T_RPAREN)) {
        do {
            spk_loc loc;
            const char *name = spk__parse_name(c, "the name of an argument", &loc);
            if (!name)
                return;
            spk__symbol *s = new_symbol(c, SPK__SYM_LOCAL, name, loc);
            if (!spk__parse_type(c, &s->type) && c->panic)
                return;
            spk__list_add(c, out, s);
        } while (spk__accept(c, T_COMMA));
    }
    spk__expect(c, T_RPAREN, NULL);
}

/* @homogeneous, @heterogeneous, @nest::weight. The last kind speaks to other programs. */
static bool parse_decorators(compiler *c) {
    bool homogeneous = false;
    while (!c->panic && spk__accept(c, T_AT)) {
        spk_loc loc;
        const char *name = spk__parse_name(c, "the name of a decorator", &loc);
        if (!name)
            return false;
        if (spk__accept(c, T_COLONS)) {
            spk__parse_name(c, "the name of a decorator", &loc);
        } else if (strcmp(name, "homogeneous") == 0) {
            homogeneous = true;
        } else if (strcmp(name, "heterogeneous") != 0) {
            spk__error(c, loc, "known are @homogeneous, @heterogeneous and @namespace::name",
                       "unknown decorator '@%s'", name);
        }
    }
    return homogeneous;
}

/* [[ condition ]] */
static spk__expr *parse_guard(compiler *c) {
    if (c->panic || !next_is(c, T_LBRACKET) || kind_at(c, 1) != T_LBRACKET)
        return NULL;
    size_t open = c->at;
    spk__advance(c);
    spk__advance(c);
    spk__expr *e = spk__parse_expr(c);
    spk__close(c, open + 1, T_RBRACKET);
    spk__close(c, open, T_RBRACKET);
    return e;
}

/* One declared variable: name, size, order of its derivative. */
static spk__symbol *parse_declared(compiler *c, spk__symbol_kind kind) {
    spk__expr *v = spk__parse_variable(c);
    spk__symbol *s = new_symbol(c, kind, v->text, v->loc);
    if (v->n_args && !c->panic)
        s->vector_size = vector_size(c, v->arg[0]);
    return s;
}

void spk__parse_declaration(compiler *c, spk__symbol_kind kind, list *out) {
    size_t first = c->at, begin = out->n;
    bool recordable = spk__accept(c, T_RECORDABLE);
    if (next_is(c, T_INLINE)) {
        spk__error(c, spk__token_loc(c, peek(c)), "move it to the equations",
                   "an inline cannot stand here");
        c->panic = true;
        return;
    }
    do
        spk__list_add(c, out, parse_declared(c, kind));
    while (!c->panic && spk__accept(c, T_COMMA));
    spk__type type = poison;
    if (!c->panic && next_is(c, T_ASSIGN))
        spk__unexpected(c, "a type",
                        "write the type behind the name: x mV = 1 mV, or n integer = 0");
    if (!c->panic)
        spk__parse_type(c, &type);
    spk__expr *value = NULL;
    if (!c->panic && spk__accept(c, T_ASSIGN))
        value = spk__parse_expr(c);
    spk__expr *guard = parse_guard(c);
    bool homogeneous = parse_decorators(c);
    if (c->short_of_memory)
        return;
    const char *doc = spk__doc(c, c->tokens[first].line, c->tokens[c->at - (c->at > 0)].line);
    for (size_t i = begin; i < out->n; i++) {
        spk__symbol *s = out->item[i];
        s->type = type;
        s->value = i > begin ? spk__copy_expr(c, value) : value;
        s->guard = i > begin ? spk__copy_expr(c, guard) : guard;
        s->doc = doc;
        s->recordable = recordable || kind == SPK__SYM_STATE;
        s->homogeneous = homogeneous;
    }
}

/* ---- equations ---- */

/* Splits "g''" into its name and order. */
static equation *parse_equation(compiler *c) {
    equation *q = NODE(c, equation);
    spk__expr *v = spk__parse_variable(c);
    if (v->n_args && !c->panic) {
        spk__error(c, v->loc, NULL, "equations of vectors are not supported");
        c->panic = true;
    }
    size_t n = strlen(v->text);
    while (n && v->text[n - 1] == '\'') {
        n--;
        q->order++;
    }
    q->name = spk__text(c, v->text, n);
    q->loc = v->loc;
    if (!c->panic)
        spk__expect(c, T_ASSIGN, NULL);
    if (!c->panic)
        q->rhs = spk__parse_expr(c);
    return q;
}

static void parse_kernel(compiler *c, spk__draft *d) {
    kernel *k = NODE(c, kernel);
    size_t first = c->at;
    do
        spk__list_add(c, &k->equations, parse_equation(c));
    while (!c->panic && spk__accept(c, T_COMMA));
    if (c->panic || c->short_of_memory)
        return;
    k->loc = ((equation *)k->equations.item[0])->loc;
    k->doc = spk__doc(c, c->tokens[first].line, c->tokens[c->at - 1].line);
    spk__list_add(c, &d->kernels, k);
}

static void parse_inline(compiler *c, spk__draft *d, bool recordable) {
    size_t first = c->at;
    spk_loc loc;
    const char *name = spk__parse_name(c, "the name of an inline", &loc);
    if (!name)
        return;
    spk__symbol *s = new_symbol(c, SPK__SYM_INLINE, name, loc);
    s->recordable = recordable;
    if (next_is(c, T_ASSIGN))
        spk__unexpected(c, "a type", "write the type behind the name: inline I pA = 1 pA");
    if (!c->panic)
        spk__parse_type(c, &s->type);
    if (!c->panic)
        spk__expect(c, T_ASSIGN, NULL);
    if (!c->panic)
        s->value = spk__parse_expr(c);
    s->homogeneous = parse_decorators(c);
    if (c->panic || c->short_of_memory)
        return;
    s->doc = spk__doc(c, c->tokens[first].line, c->tokens[c->at - 1].line);
    spk__list_add(c, &d->inlines, s);
}

void spk__parse_equation_line(compiler *c, void *draft) {
    spk__draft *d = draft;
    bool recordable = spk__accept(c, T_RECORDABLE);
    if (spk__accept(c, T_INLINE)) {
        parse_inline(c, d, recordable);
    } else if (recordable) {
        spk__unexpected(c, "'inline'", "states are always recordable");
    } else if (spk__accept(c, T_KERNEL)) {
        parse_kernel(c, d);
    } else {
        equation *q = parse_equation(c);
        spk__accept(c, T_SEMICOLON);
        parse_decorators(c);
        if (!c->panic && q->order == 0)
            spk__error(c, q->loc, "write inline in front, or ' behind the name of a state",
                       "'%s' is no derivative", q->name);
        else if (!c->panic)
            spk__list_add(c, &d->equations, q);
    }
    spk__end_line(c);
}

/* ---- ports ---- */

void spk__parse_input_line(compiler *c, void *draft) {
    spk__draft *d = draft;
    size_t first = c->at;
    spk__symbol *s = parse_declared(c, SPK__SYM_SPIKE_PORT);
    bool typed = !c->panic && !next_is(c, T_ARROW);
    if (typed)
        spk__parse_type(c, &s->type);
    if (!c->panic)
        spk__expect(c, T_ARROW, "a port is written: name <- spike, or name pA <- continuous");
    for (bool more = !c->panic; more;) {
        if (spk__accept(c, T_EXCITATORY))
            s->excitatory = true;
        else if (spk__accept(c, T_INHIBITORY))
            s->inhibitory = true;
        else
            more = false;
    }
    if (!c->panic && spk__accept(c, T_CONTINUOUS)) {
        s->kind = SPK__SYM_CONTINUOUS_PORT;
        if (!typed)
            spk__error(c, s->loc, "write for example I_stim pA <- continuous",
                       "the continuous port '%s' needs a unit", s->name);
        if (s->excitatory || s->inhibitory)
            spk__error(c, s->loc, "leave out excitatory and inhibitory",
                       "the continuous port '%s' takes no spikes", s->name);
    } else if (!c->panic && spk__accept(c, T_SPIKE)) {
        if (typed)
            spk__error(c, s->loc, "leave the unit out", "the spikes of port '%s' have the unit 1/s",
                       s->name);
        if (next_is(c, T_LPAREN))
            spk__error(c, spk__token_loc(c, peek(c)), "spikes carry a weight only",
                       "attributes of spikes are not supported");
        c->panic = c->panic || next_is(c, T_LPAREN);
        spk__type per_second = {
            SPK__REAL,
            spk_unit_divide(plain_unit, spk_unit_multiply(ms_unit, (spk_unit){{0}, 1000.0}))};
        s->type = per_second;
    } else {
        spk__unexpected(c, "'spike' or 'continuous'", NULL);
    }
    if (!c->panic && !c->short_of_memory) {
        s->doc = spk__doc(c, c->tokens[first].line, c->tokens[c->at - 1].line);
        spk__list_add(c, &d->ports, s);
    }
    spk__end_line(c);
}

static void output_line(compiler *c, void *draft) {
    spk__draft *d = draft;
    spk_loc loc = spk__token_loc(c, peek(c));
    if (spk__accept(c, T_CONTINUOUS)) {
        spk__error(c, loc, "use 'spike'", "continuous output is not supported");
        c->panic = true;
    } else {
        spk__expect(c, T_SPIKE, NULL);
    }
    list attributes = {0};
    if (!c->panic && next_is(c, T_LPAREN))
        spk__parse_arguments(c, &attributes);
    for (size_t i = 0; i < attributes.n; i++) {
        const spk__symbol *a = attributes.item[i];
        if (strcmp(a->name, "weight") != 0 && strcmp(a->name, "delay") != 0)
            spk__error(c, a->loc, "known are weight and delay", "spikes cannot carry '%s'",
                       a->name);
    }
    d->model->emits = true;
    spk__end_line(c);
}

void spk__parse_output(compiler *c, spk__draft *d) {
    if (kind_at(c, 1) != T_SPIKE && kind_at(c, 1) != T_CONTINUOUS) {
        spk__parse_lines(c, "'spike'", output_line, d);
        return;
    }
    spk__expect(c, T_COLON, NULL); /* output: spike */
    output_line(c, d);
}
