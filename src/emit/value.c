/* One value as C: a statement for each operation, in single assignment. */
#include "emit/writer.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

void spk__put(spk__writer *w, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof text)
        w->failed = true;
    else
        spk__str_addn(w->out, text, (size_t)n);
}

void spk__begin_scope(spk__writer *w, spk__section section, const char *indent) {
    w->section = section;
    w->indent = indent;
    memset(w->written, 0, w->n_marks);
    w->line = 0;
}

bool spk__add_node(spk__writer *w, spk__node_list *list, spk__node n) {
    if (!spk__grow(w->ctx, &list->node, list->n, &list->room, sizeof *list->node)) {
        w->d->failed = true;
        return false;
    }
    list->node[list->n++] = n;
    return true;
}

const char *spk__field(size_t index, const char *name, char *buf) {
    int n = snprintf(buf, 16, "x%zu_", index);
    for (const char *s = name; *s && n < 60; s++) {
        bool plain =
            (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9');
        if (plain || *s == '_')
            buf[n++] = *s;
        else if (*s == '\'')
            buf[n++] = 'd';
        else if (*s != ']')
            buf[n++] = '_';
    }
    buf[n] = '\0';
    return buf;
}

void spk__put_string(spk__writer *w, const char *s) {
    spk__str_addn(w->out, "\"", 1);
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            spk__put(w, "\\%c", *s);
        else if (*s == '\n')
            spk__put(w, "\\n");
        else if ((unsigned char)*s < ' ')
            spk__put(w, " ");
        else
            spk__str_addn(w->out, s, 1);
    }
    spk__str_addn(w->out, "\"", 1);
}

const char *spk__literal(double x, char *buf) {
    if (isnan(x))
        return strcpy(buf, "NAN");
    if (isinf(x))
        return strcpy(buf, x > 0 ? "INFINITY" : "-INFINITY");
    spk__print_double(x, buf);
    if (!strpbrk(buf, ".eEnN"))
        strcat(buf, ".0");
    return buf;
}

/* The NESTML line that a statement comes from. */
static void write_line(spk__writer *w, spk__node n) {
    int32_t line = w->d->node[n].line;
    if (!line || line == w->line)
        return;
    w->line = line;
    const char *s = w->text;
    for (int32_t i = 1; s && i < line; i++) {
        s = strchr(s, '\n');
        s = s ? s + 1 : NULL;
    }
    if (!s)
        return;
    s += strspn(s, " \t");
    size_t length = strcspn(s, "\r\n#");
    while (length && (s[length - 1] == ' ' || s[length - 1] == '\t'))
        length--;
    spk__put(w, "%s/* line %d: ", w->indent, line);
    for (size_t i = 0; i < length && i < 160; i++)
        if (!(s[i] == '/' && i && s[i - 1] == '*'))
            spk__str_addn(w->out, s + i, 1);
    spk__put(w, " */\n");
}

static const char *leaf(spk__writer *w, spk__node n, char *buf) {
    const spk__dag_node *node = &w->d->node[n];
    bool scalar = w->section == SPK__IN_SCALAR;
    char name[64], number[40];
    uint32_t i = node->index;
    switch (node->op) {
    case SPK__N_CONST:
        snprintf(buf, 64, scalar ? "%s" : "vr_set1(%s)", spk__literal(node->number, number));
        break;
    case SPK__N_BOOL:
        snprintf(buf, 64, "%s_%s()", scalar ? "sm" : "vm", node->number != 0 ? "all" : "none");
        break;
    case SPK__N_PARAM:
        snprintf(buf, 64, "p[%u]", i);
        break;
    case SPK__N_DT:
        snprintf(buf, 64, scalar ? "dt" : "vr_set1(dt)");
        break;
    case SPK__N_STATE:
        if (scalar)
            snprintf(buf, 64, "state[%u]", i);
        else
            snprintf(buf, 64, "s->%s", spk__field(i, w->p->states[i].name, name));
        break;
    case SPK__N_DRIVE:
        snprintf(buf, 64, "vr_set1(drive%u[i%s])", i / 2, i % 2 ? " + 1" : "");
        break;
    case SPK__N_INPUT:
        if (scalar)
            snprintf(buf, 64, "(input ? input[%u] : 0.0)", i / 2);
        else
            snprintf(buf, 64, "in->%s%u", i % 2 ? "end" : "start", i / 2);
        break;
    case SPK__N_SPIKES:
        snprintf(buf, 64, "in->weight%u", i);
        break;
    case SPK__N_TIME:
        snprintf(buf, 64, scalar ? "t" : "vr_set1(t)");
        break;
    case SPK__N_UNIFORM:
    case SPK__N_NORMAL:
        if (scalar) /* recorded between steps: its mean */
            snprintf(buf, 64, node->op == SPK__N_NORMAL ? "0.0" : "0.5");
        else
            snprintf(buf, 64, "vr_%s(seed, id, step, %u)",
                     node->op == SPK__N_NORMAL ? "normal" : "uniform", i);
        break;
    case SPK__N_EXPM:
        snprintf(buf, 64, "e%u[%u]", i, node->at);
        break;
    default:
        w->failed = true;
        strcpy(buf, "0");
    }
    return buf;
}

static const char *at_home(spk__writer *w, spk__node n, char *buf) {
    if (w->section == SPK__IN_SCALAR)
        return NULL;
    switch (w->home_kind[n]) {
    case SPK__HOME_CONSTANT:
        snprintf(buf, 64, "vr_load(c + %u * VR_WIDTH)", w->home[n]);
        return buf;
    case SPK__HOME_UNIFORM:
        snprintf(buf, 64, "u->u%u", w->home[n]);
        return buf;
    case SPK__HOME_COMMON:
        if (w->section == SPK__IN_COMMON)
            return NULL;
        snprintf(buf, 64, "k->k%u", w->home[n]);
        return buf;
    default:
        return NULL;
    }
}

static void write_expm(spk__writer *w, uint32_t index) {
    spk__dag_matrix m = w->d->matrix[index];
    char text[64];
    for (uint32_t i = 0; i < m.size * m.size; i++)
        spk__write_value(w, w->d->pool[m.first + i], text);
    spk__put(w, "%sconst double a%u[%u] = {", w->indent, index, m.size * m.size);
    for (uint32_t i = 0; i < m.size * m.size; i++)
        spk__put(w, "%s%s", i ? ", " : "", spk__write_value(w, w->d->pool[m.first + i], text));
    spk__put(w, "};\n%sdouble e%u[%u];\n", w->indent, index, m.size * m.size);
    spk__put(w, "%ssd_expm(%u, a%u, e%u);\n", w->indent, m.size, index, index);
}

/* The name of the operation: a comparison under a NOT is one operation. */
static void write_operation(spk__writer *w, spk__node n, char arg[3][64]) {
    const spk__dag_node *node = &w->d->node[n];
    bool scalar = w->section == SPK__IN_SCALAR;
    const char *real = scalar ? "sd" : "vr", *mask = scalar ? "sm" : "vm";
    const spk__dag_op_info *info = &spk__dag_ops[node->op];
    if (node->op == SPK__N_NOT) {
        spk__node inner = spk__dag_arg(w->d, n, 0);
        spk__dag_op op = w->d->node[inner].op;
        if (op == SPK__N_LT || op == SPK__N_LE || op == SPK__N_EQ) {
            spk__put(w, "%s_%s(%s, %s);\n", mask,
                     op == SPK__N_EQ   ? "ne"
                     : op == SPK__N_LT ? "nlt"
                                       : "nle",
                     arg[0], arg[1]);
            return;
        }
    }
    if (node->op == SPK__N_POISSON) {
        if (scalar)
            spk__put(w, "%s;\n", arg[0]);
        else
            spk__put(w, "vr_poisson(seed, id, step, %u, %s);\n", node->index, arg[0]);
        return;
    }
    spk__put(w, "%s_%s(%s", info->is_mask ? mask : real, info->name, arg[0]);
    for (int i = 1; i < info->n_args; i++)
        spk__put(w, ", %s", arg[i]);
    spk__put(w, ");\n");
}

/* A mask that lane constants decide is kept as 1 or 0. */
static const char *fixed_mask(spk__writer *w, spk__node n, char *buf) {
    char value[64];
    snprintf(buf, 64, "m%u", n);
    if (!w->written[n]) {
        w->written[n] = 1;
        spk__write_value(w, spk__dag_from_mask(w->d, n), value);
        spk__put(w, "%sconst vm m%u = vm_ne(%s, vr_set1(0.0));\n", w->indent, n, value);
    }
    return buf;
}

const char *spk__write_value(spk__writer *w, spk__node n, char *buf) {
    const spk__dag_node *node = &w->d->node[n];
    spk__dag_op op = node->op;
    if (!n || n >= w->n_marks) {
        w->failed = true;
        return strcpy(buf, "0");
    }
    if (op == SPK__N_EXPM && w->section == SPK__IN_SCALAR) {
        /* the matrix is marked by its first element's node */
        spk__node mark = spk__dag_leaf(w->d, SPK__N_EXPM, node->index);
        if (mark < w->n_marks && !w->written[mark]) {
            w->written[mark] = 1;
            write_expm(w, w->d->node[n].index);
        }
        return leaf(w, n, buf);
    }
    if (at_home(w, n, buf))
        return buf;
    if (!node->n_args && op != SPK__N_UNIFORM && op != SPK__N_NORMAL)
        return leaf(w, n, buf);
    bool is_mask = spk__dag_ops[op].is_mask;
    if (is_mask && w->section != SPK__IN_SCALAR && spk__dag_is_fixed(w->d, n))
        return fixed_mask(w, n, buf);
    if (!w->written[n]) {
        char arg[3][64] = {"", "", ""};
        spk__node from = n;
        if (op == SPK__N_NOT) {
            spk__node inner = spk__dag_arg(w->d, n, 0);
            spk__dag_op o = w->d->node[inner].op;
            if (o == SPK__N_LT || o == SPK__N_LE || o == SPK__N_EQ)
                from = inner;
        }
        for (uint32_t i = 0; i < w->d->node[from].n_args && i < 3; i++)
            spk__write_value(w, spk__dag_arg(w->d, from, i), arg[i]);
        write_line(w, n);
        w->written[n] = 1;
        const char *type = w->section == SPK__IN_SCALAR ? (is_mask ? "int" : "double")
                           : is_mask                    ? "vm"
                                                        : "vr";
        spk__put(w, "%sconst %s %c%u = ", w->indent, type, is_mask ? 'm' : 'v', n);
        if (!w->d->node[n].n_args) {
            char text[64];
            spk__put(w, "%s;\n", leaf(w, n, text));
        } else {
            write_operation(w, n, arg);
        }
    }
    snprintf(buf, 64, "%c%u", is_mask ? 'm' : 'v', n);
    return buf;
}
