/* Expressions, by precedence climbing. From loose to tight, as in NESTML: ?: -- and or (equal) --
 * not -- comparisons -- bit operators (equal) -- + - -- * / % -- sign -- ** (to the right). */
#include "nestml/nestml.h"

enum {
    P_CHOICE = 2,
    P_LOGIC = 3,
    P_NOT = 4,
    P_COMPARE = 5,
    P_BIT = 6,
    P_SUM = 7,
    P_PRODUCT = 8,
    P_SIGN = 9,
    P_POWER = 10
};

static spk__expr *parse(compiler *c, int lowest);

spk__expr *spk__new_expr(compiler *c, spk__expr_kind kind, spk_loc loc) {
    spk__expr *e = NODE(c, spk__expr);
    e->kind = kind;
    e->loc = loc;
    e->port_index = -1;
    e->type = type_of(SPK__REAL);
    return e;
}

static void set_args(compiler *c, spk__expr *e, size_t n, spk__expr *const *args) {
    spk__expr **copy = spk__node(c, n * sizeof *copy);
    memcpy(copy, args, n * sizeof *copy);
    e->arg = copy;
    e->n_args = n;
}

spk__expr *spk__new_binary(compiler *c, spk__op op, spk__expr *a, spk__expr *b, spk_loc loc) {
    spk__expr *e = spk__new_expr(c, SPK__EX_BINARY, loc);
    e->op = op;
    set_args(c, e, 2, (spk__expr *[]){a, b});
    return e;
}

spk__expr *spk__copy_expr(compiler *c, const spk__expr *e) {
    if (!e)
        return NULL;
    spk__expr *copy = NODE(c, spk__expr);
    *copy = *e;
    list args = {0};
    for (size_t i = 0; i < e->n_args; i++)
        spk__list_add(c, &args, spk__copy_expr(c, e->arg[i]));
    copy->arg = (spk__expr **)(void *)args.item;
    copy->n_args = args.n;
    return copy;
}

/* Notes how high the tree has become; the later steps walk it by recursion. */
static void grow_to(compiler *c, int height, spk_loc loc) {
    c->height = height;
    if (height > MAX_EXPR_DEPTH && !c->panic) {
        spk__error(c, loc, "split it with an inline", "the expression is nested too deeply");
        c->panic = true;
    }
}

static spk__expr *parse_number(compiler *c) {
    size_t first = c->at;
    const token *t = peek(c);
    spk__advance(c);
    spk__expr *e = spk__new_expr(c, SPK__EX_NUMBER, spk__token_loc(c, t));
    const char *after;
    if (!spk__parse_double(t->start, t->start + t->length, &after, &e->number))
        spk__error(c, e->loc, NULL, "the number is too long");
    e->type = type_of(t->kind == T_INT ? SPK__INTEGER : SPK__REAL);
    if (next_is(c, T_NAME) && peek(c)->line == t->line) { /* a unit */
        const token *u = peek(c);
        spk__advance(c);
        e->loc = spk__span(c, first);
        if (spk__read_unit(c, u->start, (size_t)u->length, spk__token_loc(c, u), &e->type.unit)) {
            e->number *= e->type.unit.scale;
            e->type.kind = SPK__REAL;
        }
    }
    return e;
}

/* Behind the parenthesis of a call. */
static void parse_call_arguments(compiler *c, spk__expr *e) {
    size_t open = c->at - 1;
    list args = {0};
    int height = 0;
    if (!next_is(c, T_RPAREN)) {
        do {
            spk__list_add(c, &args, parse(c, 0));
            height = c->height > height ? c->height : height;
        } while (!c->panic && spk__accept(c, T_COMMA));
    }
    spk__close(c, open, T_RPAREN);
    e->arg = (spk__expr **)(void *)args.item;
    e->n_args = args.n;
    grow_to(c, height + 1, e->loc);
}

/* A name as it is used: with an index, and with ' for each derivative. */
spk__expr *spk__parse_variable(compiler *c) {
    size_t first = c->at;
    spk_loc loc;
    const char *name = spk__parse_name(c, "a name", &loc);
    spk__expr *e = spk__new_expr(c, SPK__EX_SYMBOL, loc);
    c->height = 1;
    if (name && next_is(c, T_LBRACKET) && kind_at(c, 1) != T_LBRACKET) {
        spk__advance(c);
        set_args(c, e, 1, (spk__expr *[]){parse(c, 0)});
        spk__close(c, first + 1, T_RBRACKET);
    }
    size_t order = 0;
    while (spk__accept(c, T_PRIME))
        order++;
    if (next_is(c, T_DOT) && !c->panic) {
        spk__error(c, spk__token_loc(c, peek(c)), "spikes carry a weight only",
                   "attributes of spikes are not supported");
        c->panic = true;
    }
    e->text = spk__primed(c, name ? name : "", order);
    e->loc = spk__span(c, first);
    return e;
}

static spk__expr *parse_name_or_call(compiler *c) {
    if (kind_at(c, 1) != T_LPAREN)
        return spk__parse_variable(c);
    size_t first = c->at;
    const token *t = peek(c);
    spk__expr *e = spk__new_expr(c, SPK__EX_CALL, spk__token_loc(c, t));
    e->text = spk__text(c, t->start, (size_t)t->length);
    spk__advance(c);
    spk__advance(c);
    parse_call_arguments(c, e);
    e->loc = spk__span(c, first);
    return e;
}

static spk__expr *parse_word(compiler *c) {
    const token *t = peek(c);
    spk__expr *e = spk__new_expr(c, SPK__EX_NUMBER, spk__token_loc(c, t));
    spk__advance(c);
    if (t->kind == T_STRING) {
        e->kind = SPK__EX_STRING;
        e->type = type_of(SPK__STRING);
        e->text = spk__text(c, t->start + 1, (size_t)(t->length > 1 ? t->length - 2 : 0));
    } else if (t->kind == T_INF) {
        e->number = __builtin_inf();
        e->text = "inf";
    } else {
        e->number = t->kind == T_TRUE;
        e->type = type_of(SPK__BOOLEAN);
    }
    return e;
}

static spk__expr *parse_parentheses(compiler *c) {
    size_t open = c->at;
    spk__advance(c);
    spk__expr *e = parse(c, 0);
    spk__close(c, open, T_RPAREN);
    return e;
}

static spk__expr *parse_unary(compiler *c, spk__op op, int lowest) {
    size_t first = c->at;
    spk__advance(c);
    spk__expr *operand = parse(c, lowest);
    spk__expr *e = spk__new_expr(c, SPK__EX_UNARY, spk__span(c, first));
    e->op = op;
    set_args(c, e, 1, &operand);
    grow_to(c, c->height + 1, e->loc);
    return e;
}

static spk__expr *parse_operand(compiler *c) {
    c->height = 1;
    switch (peek(c)->kind) {
    case T_INT:
    case T_FLOAT:
        return parse_number(c);
    case T_NAME:
        return parse_name_or_call(c);
    case T_STRING:
    case T_INF:
    case T_TRUE:
    case T_FALSE:
        return parse_word(c);
    case T_LPAREN:
        return parse_parentheses(c);
    case T_PLUS:
        return parse_unary(c, SPK__OP_PLUS, P_SIGN);
    case T_MINUS:
        return parse_unary(c, SPK__OP_NEG, P_SIGN);
    case T_TILDE:
        return parse_unary(c, SPK__OP_BITNOT, P_SIGN);
    case T_NOT:
        return parse_unary(c, SPK__OP_NOT, P_NOT);
    default:
        spk__unexpected(c, "an expression",
                        next_is(c, T_AMPERSAND) ? "write 'and'"
                        : next_is(c, T_PIPE)    ? "write 'or'"
                                                : NULL);
        return spk__new_expr(c, SPK__EX_NUMBER, spk__token_loc(c, peek(c)));
    }
}

static const struct {
    token_kind token;
    int precedence;
    spk__op op;
} operators[] = {
    {T_POWER, P_POWER, SPK__OP_POW},      {T_STAR, P_PRODUCT, SPK__OP_MUL},
    {T_SLASH, P_PRODUCT, SPK__OP_DIV},    {T_PERCENT, P_PRODUCT, SPK__OP_MOD},
    {T_PLUS, P_SUM, SPK__OP_ADD},         {T_MINUS, P_SUM, SPK__OP_SUB},
    {T_AMPERSAND, P_BIT, SPK__OP_BITAND}, {T_PIPE, P_BIT, SPK__OP_BITOR},
    {T_CARET, P_BIT, SPK__OP_BITXOR},     {T_SHL, P_BIT, SPK__OP_SHL},
    {T_SHR, P_BIT, SPK__OP_SHR},          {T_LT, P_COMPARE, SPK__OP_LT},
    {T_LE, P_COMPARE, SPK__OP_LE},        {T_GT, P_COMPARE, SPK__OP_GT},
    {T_GE, P_COMPARE, SPK__OP_GE},        {T_EQ, P_COMPARE, SPK__OP_EQ},
    {T_NE, P_COMPARE, SPK__OP_NE},        {T_NE2, P_COMPARE, SPK__OP_NE},
    {T_AND, P_LOGIC, SPK__OP_AND},        {T_OR, P_LOGIC, SPK__OP_OR},
};

static int find_operator(token_kind k) {
    for (int i = 0; i < (int)(sizeof operators / sizeof *operators); i++)
        if (operators[i].token == k)
            return i;
    return -1;
}

/* Behind '?'. What stands behind ':' binds tighter than another '?', in NESTML: who chains two must
 * say with parentheses what he means. */
static spk__expr *parse_choice(compiler *c, spk__expr *condition, size_t first) {
    int height = c->height;
    spk__expr *yes = parse(c, 0);
    height = c->height > height ? c->height : height;
    spk__expr *no = condition;
    if (spk__expect(c, T_COLON, "a choice is written: condition ? value : value"))
        no = parse(c, P_LOGIC);
    height = c->height > height ? c->height : height;
    spk__expr *e = spk__new_expr(c, SPK__EX_CHOICE, spk__span(c, first));
    set_args(c, e, 3, (spk__expr *[]){condition, yes, no});
    grow_to(c, height + 1, e->loc);
    if (next_is(c, T_QUESTION) && !c->panic) {
        spk__error(c, spk__token_loc(c, peek(c)), "put one of the choices in parentheses",
                   "two choices in a row can be read in two ways");
        c->panic = true;
    }
    return e;
}

/* a or b and c is (a or b) and c in NESTML, which few expect. */
static void warn_of_logic(compiler *c, const spk__expr *left, bool parenthesised, spk__op op,
                          spk_loc loc) {
    if (op == SPK__OP_AND && left->kind == SPK__EX_BINARY && left->op == SPK__OP_OR &&
        !parenthesised)
        spk__warning(c, loc, "put parentheses where they are meant",
                     "'and' and 'or' bind alike in NESTML: this is (... or ...) and ...");
}

static spk__expr *parse(compiler *c, int lowest) {
    size_t first = c->at;
    if (++c->expr_depth > MAX_EXPR_DEPTH && !c->panic) {
        spk__error(c, spk__token_loc(c, peek(c)), "split it with an inline",
                   "the expression is nested too deeply");
        c->panic = true;
    }
    if (c->panic) {
        c->expr_depth--;
        return spk__new_expr(c, SPK__EX_NUMBER, spk__token_loc(c, peek(c)));
    }
    bool parenthesised = next_is(c, T_LPAREN);
    spk__expr *left = parse_operand(c);
    while (!c->panic) {
        int i = find_operator(peek(c)->kind);
        if (next_is(c, T_ARROW)) {
            spk__unexpected(c, "an operator",
                            "a comparison with a negative number needs a space: a < -b");
            break;
        }
        if (i < 0 || operators[i].precedence < lowest)
            break;
        spk__op op = operators[i].op;
        int height = c->height;
        spk__advance(c);
        spk__expr *right = parse(c, operators[i].precedence + (op != SPK__OP_POW));
        height = c->height > height ? c->height : height;
        spk_loc loc = spk__span(c, first);
        warn_of_logic(c, left, parenthesised, op, loc);
        left = spk__new_binary(c, op, left, right, loc);
        grow_to(c, height + 1, loc);
        parenthesised = false;
    }
    if (!c->panic && lowest <= P_CHOICE && spk__accept(c, T_QUESTION))
        left = parse_choice(c, left, first);
    c->expr_depth--;
    return left;
}

spk__expr *spk__parse_expr(compiler *c) {
    c->expr_depth = 0;
    return parse(c, 0);
}
