/* Expressions as NESTML text, with the parentheses that they need. */
#include "nestml/model.h"

#include <math.h>

static const struct {
    const char *text;
    int precedence;
} ops[] = {
    [SPK__OP_ADD] = {" + ", 7},    [SPK__OP_SUB] = {" - ", 7},   [SPK__OP_MUL] = {" * ", 8},
    [SPK__OP_DIV] = {" / ", 8},    [SPK__OP_MOD] = {" % ", 8},   [SPK__OP_POW] = {"**", 10},
    [SPK__OP_NEG] = {"-", 9},      [SPK__OP_PLUS] = {"+", 9},    [SPK__OP_NOT] = {"not ", 4},
    [SPK__OP_BITNOT] = {"~", 9},   [SPK__OP_LT] = {" < ", 5},    [SPK__OP_LE] = {" <= ", 5},
    [SPK__OP_GT] = {" > ", 5},     [SPK__OP_GE] = {" >= ", 5},   [SPK__OP_EQ] = {" == ", 5},
    [SPK__OP_NE] = {" != ", 5},    [SPK__OP_AND] = {" and ", 3}, [SPK__OP_OR] = {" or ", 3},
    [SPK__OP_BITAND] = {" & ", 6}, [SPK__OP_BITOR] = {" | ", 6}, [SPK__OP_BITXOR] = {" ^ ", 6},
    [SPK__OP_SHL] = {" << ", 6},   [SPK__OP_SHR] = {" >> ", 6},
};

enum { TIGHTEST = 11 };

static int precedence(const spk__expr *e) {
    if (e->kind == SPK__EX_UNARY || e->kind == SPK__EX_BINARY)
        return ops[e->op].precedence;
    if (e->kind == SPK__EX_CHOICE)
        return 2;
    return e->kind == SPK__EX_NUMBER && signbit(e->number) ? 9 : TIGHTEST;
}

static void print_number(spk__str *s, const spk__expr *e) {
    char buf[64];
    if (e->type.kind == SPK__BOOLEAN) {
        spk__str_add(s, "%s", e->number != 0.0 ? "true" : "false");
    } else if (e->text && e->text[0] != '#') {
        spk__str_add(s, "%s", e->text);
    } else {
        double scale = e->type.unit.scale > 0.0 ? e->type.unit.scale : 1.0;
        spk__str_add(s, "%s", spk__print_double(e->number / scale, buf));
        if (!spk_unit_is_plain(e->type.unit))
            spk__str_add(s, " %s", spk_unit_print(e->type.unit, buf));
    }
}

static void print_at_least(spk__str *s, const spk__expr *e, int lowest) {
    bool parentheses = precedence(e) < lowest;
    if (parentheses)
        spk__str_add(s, "(");
    spk__expr_print(s, e);
    if (parentheses)
        spk__str_add(s, ")");
}

static void print_arguments(spk__str *s, const char *name, const spk__expr *e) {
    spk__str_add(s, "%s(", name);
    for (size_t i = 0; i < e->n_args; i++) {
        spk__str_add(s, i ? ", " : "");
        spk__expr_print(s, e->arg[i]);
    }
    spk__str_add(s, ")");
}

static void print_element(spk__str *s, const spk__symbol *sym, int index) {
    spk__str_add(s, "%s", sym->name);
    if (index >= 0)
        spk__str_add(s, "[%d]", index);
}

static void print_binary(spk__str *s, const spk__expr *e) {
    int p = ops[e->op].precedence;
    bool right = e->op == SPK__OP_POW; /* a ** b ** c is a ** (b ** c) */
    print_at_least(s, e->arg[0], p + right);
    spk__str_add(s, "%s", ops[e->op].text);
    print_at_least(s, e->arg[1], p + !right);
}

void spk__expr_print(spk__str *s, const spk__expr *e) {
    switch (e->kind) {
    case SPK__EX_NUMBER:
        print_number(s, e);
        break;
    case SPK__EX_STRING:
        spk__str_add(s, "\"%s\"", e->text);
        break;
    case SPK__EX_SYMBOL:
        print_element(s, e->symbol, e->n_args ? (int)e->arg[0]->number : -1);
        break;
    case SPK__EX_UNARY:
        spk__str_add(s, "%s", ops[e->op].text);
        print_at_least(s, e->arg[0], ops[e->op].precedence);
        break;
    case SPK__EX_BINARY:
        print_binary(s, e);
        break;
    case SPK__EX_CHOICE:
        print_at_least(s, e->arg[0], 3);
        spk__str_add(s, " ? ");
        print_at_least(s, e->arg[1], 3);
        spk__str_add(s, " : ");
        print_at_least(s, e->arg[2], 3);
        break;
    case SPK__EX_BUILTIN:
        print_arguments(s, spk__builtin_name(e->builtin), e);
        break;
    case SPK__EX_CALL:
        print_arguments(s, e->function ? e->function->name : e->text, e);
        break;
    case SPK__EX_CONVOLVE:
        spk__str_add(s, "convolve(%s, ", e->symbol->name);
        print_element(s, e->port, e->port_index);
        spk__str_add(s, ")");
        break;
    }
}
