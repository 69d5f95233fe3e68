/* Arguments, and printing that commands share. */
#include "cli/cli.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_hint(const char *hint) {
    if (!hint)
        return;
    fprintf(stderr, "  hint: ");
    cli_print_wrapped(stderr, hint, 8, 80);
    fprintf(stderr, "\n");
}

spk_status cli_fail(cli *c, spk_status st, const char *hint, const char *format, ...) {
    va_list args;
    c->failed = true;
    cli_print_diags(c, 0);
    bool colour = isatty(STDERR_FILENO);
    fprintf(stderr, colour ? "\033[1;31merror:\033[0m " : "error: ");
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n");
    print_hint(hint);
    return st;
}

static spk_status set_value(cli *c, const cli_option *o, const char *text) {
    char *end = NULL;
    errno = 0;
    if (o->kind == CLI_TEXT) {
        *(const char **)o->value = text;
        return SPK_OK;
    }
    if (o->kind == CLI_INT || o->kind == CLI_FLAG_OR_INT)
        *(int64_t *)o->value = strtoll(text, &end, 10);
    else
        *(double *)o->value = strtod(text, &end);
    if (end == text || *end || errno)
        return cli_fail(c, SPK_ERR_USAGE, NULL, "%s takes a number, not '%s'", o->name, text);
    return SPK_OK;
}

static const cli_option *find_option(const cli_option *options, const char *name, size_t length) {
    for (const cli_option *o = options; o && o->name; o++)
        if (strlen(o->name) == length && strncmp(o->name, name, length) == 0)
            return o;
    return NULL;
}

/* The option that a mistyped one resembles: equal but for a few letters. */
static const char *near_option(const cli_option *options, const char *name, size_t length) {
    const char *names[64];
    char word[64];
    size_t n = 0;
    for (const cli_option *o = options; o && o->name && n < 64; o++)
        names[n++] = o->name;
    snprintf(word, sizeof word, "%.*s", (int)length, name);
    return spk_nearest(word, names, n);
}

static spk_status unknown_option(cli *c, const cli_option *options, const char *name, size_t length) {
    const char *near = near_option(options, name, length);
    char hint[160];
    snprintf(hint, sizeof hint, near ? "did you mean %s?" : "`spikefit help %s` lists the options",
             near ? near : c->command->name);
    return cli_fail(c, SPK_ERR_USAGE, hint, "unknown option %.*s", (int)length, name);
}

spk_status cli_parse(cli *c, const cli_option *options, int low, int high, int *n) {
    int operands = 0;
    bool only_operands = false;
    for (int i = 0; i < c->argc; i++) {
        char *a = c->argv[i];
        if (only_operands || a[0] != '-' || !a[1]) {
            c->argv[operands++] = a;
            continue;
        }
        if (strcmp(a, "--") == 0) {
            only_operands = true;
            continue;
        }
        const char *equals = strchr(a, '=');
        size_t length = equals ? (size_t)(equals - a) : strlen(a);
        const cli_option *o = find_option(options, a, length);
        if (!o)
            return unknown_option(c, options, a, length);
        if (o->kind == CLI_FLAG && equals)
            return cli_fail(c, SPK_ERR_USAGE, NULL, "%s takes no value", o->name);
        if (o->kind == CLI_FLAG) {
            *(bool *)o->value = true;
            continue;
        }
        if (o->kind == CLI_FLAG_OR_INT && !equals) {
            *(int64_t *)o->value = 0;
            continue;
        }
        if (!equals && i + 1 >= c->argc)
            return cli_fail(c, SPK_ERR_USAGE, NULL, "%s needs a value", a);
        spk_status st = set_value(c, o, equals ? equals + 1 : c->argv[++i]);
        if (st)
            return st;
    }
    if (operands < low || operands > high) {
        char hint[256];
        snprintf(hint, sizeof hint, "spikefit %s %s", c->command->name, c->command->usage);
        return cli_fail(c, SPK_ERR_USAGE, hint,
                        operands < low ? "an argument is missing" : "too many arguments");
    }
    *n = operands;
    return SPK_OK;
}

void cli_print_diags(cli *c, size_t from) {
    char text[8192];
    bool colour = isatty(STDERR_FILENO);
    fflush(stdout);
    for (size_t i = from; i < spk_ctx_diag_count(c->ctx); i++) {
        spk_diag d = *spk_ctx_diag(c->ctx, i);
        const char *hint = d.hint;
        d.hint = NULL;
        spk_diag_format(&d, colour, text, sizeof text);
        fputs(text, stderr);
        print_hint(hint);
    }
    if (spk_ctx_diag_dropped(c->ctx))
        fprintf(stderr, "(and %zu more)\n", spk_ctx_diag_dropped(c->ctx));
    if (from == 0)
        spk_ctx_diag_clear(c->ctx);
    else
        spk_ctx_diag_truncate(c->ctx, from);
}

void cli_print_wrapped(FILE *f, const char *text, int at, int width) {
    int column = at;
    for (const char *p = text; *p;) {
        size_t blanks = strspn(p, " "), n = strcspn(p + blanks, " ");
        int letters = 0;
        for (size_t i = 0; i < n; i++)
            letters += ((unsigned char)p[blanks + i] & 0xC0) != 0x80;
        if (column > at && column + (int)blanks + letters > width) {
            fprintf(f, "\n%*s", at, "");
            column = at;
            blanks = 0;
        } else {
            fprintf(f, "%*s", (int)blanks, "");
        }
        p += strspn(p, " ");
        fwrite(p, 1, n, f);
        column += (int)blanks + letters;
        p += n;
        if (!p[strspn(p, " ")])
            return;
    }
}

void cli_print_text(FILE *f, const char *text, int width) {
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, "\n"), indent = strspn(p, " "), last = n;
        /* Lines of a paragraph that was set wider flow into each other. */
        while (last > (size_t)width && p[n] && strspn(p + n + 1, " ") == indent &&
               p[n + 1 + indent] != '\n' && p[n + 1 + indent]) {
            last = strcspn(p + n + 1, "\n");
            n += 1 + last;
        }
        char *line = indent < n ? strndup(p + indent, n - indent) : NULL;
        for (char *q = line; q && (q = strchr(q, '\n')); *q = ' ')
            memmove(q + 1, q + 1 + indent, strlen(q + 1 + indent) + 1);
        if (line) {
            fprintf(f, "%*s", (int)indent, "");
            cli_print_wrapped(f, line, (int)indent, width);
        }
        fputc('\n', f);
        free(line);
        p += n + (p[n] == '\n');
    }
}

const char *cli_counted(size_t n, const char *one, const char *many, char buf[64]) {
    char number[32];
    snprintf(buf, 64, "%s %.20s%s", cli_count(n, number), n == 1 || !many ? one : many,
             n == 1 || many ? "" : "s");
    return buf;
}

const char *cli_number(double x, int digits, char buf[32]) {
    if (isnan(x)) {
        snprintf(buf, 32, "-");
        return buf;
    }
    double size = fabs(x);
    if (size == 0)
        return strcpy(buf, "0");
    if (size >= 1e7 || (size > 0 && size < 1e-4)) {
        snprintf(buf, 32, "%.*g", digits, x);
        return buf;
    }
    int before = size >= 1 ? (int)floor(log10(size)) + 1 : (int)ceil(log10(size));
    int after = digits - before;
    /* 0.9996 has one digit less behind the point once it is rounded to 1.00. */
    if (after > 0 && size + 0.5 * pow(10, -after) >= pow(10, before))
        after--;
    snprintf(buf, 32, "%.*f", after > 0 ? after : 0, x);
    return buf;
}

const char *cli_plain(double x, char buf[32]) {
    snprintf(buf, 32, "%.6g", x);
    return buf;
}

const char *cli_count(uint64_t n, char buf[32]) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n), at = 0;
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            buf[at++] = ' ';
        buf[at++] = digits[i];
    }
    buf[at] = '\0';
    return buf;
}

const char *cli_seconds(double s, char buf[32]) {
    if (!isfinite(s))
        snprintf(buf, 32, "?");
    else if (s < 9.95)
        snprintf(buf, 32, "%.1f s", s);
    else if (s < 120)
        snprintf(buf, 32, "%.0f s", s);
    else if (s < 7200)
        snprintf(buf, 32, "%.0f min", s / 60);
    else
        snprintf(buf, 32, "%.1f h", s / 3600);
    return buf;
}
