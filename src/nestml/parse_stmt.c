/* Statements. */
#include "nestml/nestml.h"

typedef struct {
    spk__stmt *first, **end;
} chain;

static void statement_line(compiler *c, void *arg);

static spk__stmt *new_stmt(compiler *c, spk__stmt_kind kind, spk_loc loc) {
    spk__stmt *s = NODE(c, spk__stmt);
    s->kind = kind;
    s->loc = loc;
    s->target_index = -1;
    return s;
}

static void append(compiler *c, chain *to, spk__stmt *s) {
    if (c->short_of_memory)
        return;
    *to->end = s;
    to->end = &s->next;
}

spk__stmt *spk__parse_block(compiler *c, const char *what) {
    chain body = {NULL, &body.first};
    if (++c->block_depth > MAX_BLOCK_DEPTH && !c->panic) {
        spk__error(c, spk__token_loc(c, peek(c)), "move a part into a function",
                   "blocks are nested too deeply");
        c->panic = true;
    }
    spk__parse_lines(c, what, statement_line, &body);
    c->block_depth--;
    return body.first;
}

/* Behind if or elif. */
static spk__stmt *parse_if(compiler *c) {
    size_t first = c->at - 1;
    spk__stmt *s = new_stmt(c, SPK__ST_IF, spk__span(c, first));
    s->condition = spk__parse_expr(c);
    s->body = spk__parse_block(c, "a statement");
    if (spk__accept(c, T_ELIF)) {
        if (++c->block_depth <= MAX_BLOCK_DEPTH)
            s->otherwise = parse_if(c);
        else if (!c->panic)
            spk__error(c, spk__token_loc(c, peek(c)), "move a part into a function",
                       "blocks are nested too deeply");
        c->block_depth--;
    } else if (spk__accept(c, T_ELSE)) {
        s->otherwise = spk__parse_block(c, "a statement");
    }
    return s;
}

static spk__stmt *parse_for(compiler *c) {
    spk__stmt *s = new_stmt(c, SPK__ST_FOR, spk__span(c, c->at - 1));
    spk_loc loc;
    const char *name = spk__parse_name(c, "the name of the loop's variable", &loc);
    s->target = NODE(c, spk__symbol);
    *s->target = (spk__symbol){.kind = SPK__SYM_LOCAL, .name = name, .loc = loc, .type = poison};
    if (!c->panic)
        spk__expect(c, T_IN, "a loop is written: for i in 0 ... 9 step 1:");
    if (!c->panic)
        s->value = spk__parse_expr(c);
    if (!c->panic)
        spk__expect(c, T_ELLIPSIS, "a loop is written: for i in 0 ... 9 step 1:");
    if (!c->panic)
        s->limit = spk__parse_expr(c);
    if (!c->panic)
        spk__expect(c, T_STEP, "a loop is written: for i in 0 ... 9 step 1:");
    if (!c->panic)
        s->step = spk__parse_expr(c);
    s->body = spk__parse_block(c, "a statement");
    return s;
}

static spk__stmt *parse_while(compiler *c) {
    spk__stmt *s = new_stmt(c, SPK__ST_WHILE, spk__span(c, c->at - 1));
    s->condition = spk__parse_expr(c);
    s->body = spk__parse_block(c, "a statement");
    return s;
}

static spk__stmt *parse_return(compiler *c) {
    spk__stmt *s = new_stmt(c, SPK__ST_RETURN, spk__span(c, c->at - 1));
    if (!next_is(c, T_NEWLINE) && !next_is(c, T_SEMICOLON))
        s->value = spk__parse_expr(c);
    return s;
}

/* name ( ... ) and the end of the line: else a type in parentheses follows the name. */
static bool is_call(const compiler *c) {
    if (kind_at(c, 0) != T_NAME || kind_at(c, 1) != T_LPAREN)
        return false;
    size_t i = 1;
    int depth = 0;
    do {
        token_kind k = kind_at(c, i);
        depth += k == T_LPAREN;
        depth -= k == T_RPAREN;
        if (k == T_NEWLINE || k == T_END)
            return true; /* the call reports what is missing */
        i++;
    } while (depth > 0);
    return kind_at(c, i) != T_ASSIGN;
}

/* The token behind a variable at the beginning of a line. */
static token_kind behind_variable(const compiler *c) {
    size_t i = 1;
    if (kind_at(c, i) == T_LBRACKET && kind_at(c, i + 1) != T_LBRACKET) {
        int depth = 0;
        do {
            token_kind k = kind_at(c, i);
            if (k == T_NEWLINE || k == T_END)
                return k;
            depth += k == T_LBRACKET;
            depth -= k == T_RBRACKET;
            i++;
        } while (depth > 0);
    }
    while (kind_at(c, i) == T_PRIME)
        i++;
    return kind_at(c, i);
}

static spk__stmt *parse_assignment(compiler *c) {
    size_t first = c->at;
    spk__expr *target = spk__parse_variable(c);
    token_kind k = peek(c)->kind;
    spk__advance(c);
    spk__expr *value = spk__parse_expr(c);
    spk_loc loc = spk__span(c, first);
    if (k != T_ASSIGN) {
        spk__op op = k == T_PLUS_EQ    ? SPK__OP_ADD
                     : k == T_MINUS_EQ ? SPK__OP_SUB
                     : k == T_STAR_EQ  ? SPK__OP_MUL
                                       : SPK__OP_DIV;
        value = spk__new_binary(c, op, spk__copy_expr(c, target), value, loc);
    }
    spk__stmt *s = new_stmt(c, SPK__ST_ASSIGN, loc);
    s->limit = target; /* until its name is resolved */
    s->value = value;
    return s;
}

static void parse_local(compiler *c, chain *to) {
    size_t first = c->at;
    list locals = {0};
    spk__parse_declaration(c, SPK__SYM_LOCAL, &locals);
    for (size_t i = 0; i < locals.n && !c->panic; i++) {
        spk__symbol *sym = locals.item[i];
        spk__stmt *s = new_stmt(c, SPK__ST_DECLARE, spk__span(c, first));
        s->target = sym;
        s->value = sym->value;
        sym->value = NULL;
        append(c, to, s);
    }
}

static void simple_statement(compiler *c, chain *to) {
    switch (behind_variable(c)) {
    case T_ASSIGN:
    case T_PLUS_EQ:
    case T_MINUS_EQ:
    case T_STAR_EQ:
    case T_SLASH_EQ:
        append(c, to, parse_assignment(c));
        break;
    case T_EQ:
        spk__parse_variable(c);
        spk__unexpected(c, "'='", "'==' compares; '=' assigns");
        break;
    default:
        if (is_call(c)) {
            spk__stmt *s = new_stmt(c, SPK__ST_EVALUATE, spk__token_loc(c, peek(c)));
            s->value = spk__parse_expr(c);
            s->loc = s->value->loc;
            append(c, to, s);
        } else {
            parse_local(c, to);
        }
    }
    spk__end_line(c);
}

static void statement_line(compiler *c, void *arg) {
    chain *to = arg;
    switch (peek(c)->kind) {
    case T_IF:
        spk__advance(c);
        append(c, to, parse_if(c));
        break;
    case T_FOR:
        spk__advance(c);
        append(c, to, parse_for(c));
        break;
    case T_WHILE:
        spk__advance(c);
        append(c, to, parse_while(c));
        break;
    case T_RETURN:
        spk__advance(c);
        append(c, to, parse_return(c));
        spk__end_line(c);
        break;
    case T_NAME:
    case T_RECORDABLE:
        simple_statement(c, to);
        break;
    default:
        spk__unexpected(c, "a statement",
                        next_is(c, T_ELSE) || next_is(c, T_ELIF)
                            ? "it needs an if above it, indented alike"
                            : NULL);
        spk__end_line(c);
    }
}
