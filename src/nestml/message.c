/* Errors and warnings are kept until the end and then given out in the order of the text, as a
 * reader meets them, whichever step found them. */
#include "nestml/nestml.h"

#include <stdio.h>

enum { MAX_MESSAGES = 150 }; /* errors come first: the first MAX_ERRORS always find room */

typedef struct {
    spk_severity severity;
    spk_loc loc;
    const char *text, *hint;
} message;

static void keep(compiler *c, spk_severity severity, spk_loc loc, const char *hint,
                 const char *text) {
    if (c->messages.n >= MAX_MESSAGES && severity != SPK_ERROR)
        return;
    message *m = NODE(c, message);
    *m = (message){severity, loc, spk__text(c, text, strlen(text)), NULL};
    if (hint)
        m->hint = spk__text(c, hint, strlen(hint));
    spk__list_add(c, &c->messages, m);
}

void spk__error(compiler *c, spk_loc loc, const char *hint, const char *format, ...) {
    if (c->errors++ >= MAX_ERRORS)
        return;
    char text[900];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    keep(c, SPK_ERROR, loc, hint, text);
}

void spk__warning(compiler *c, spk_loc loc, const char *hint, const char *format, ...) {
    char text[900];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    keep(c, SPK_WARNING, loc, hint, text);
}

bool spk__read_unit(compiler *c, const char *s, size_t n, spk_loc loc, spk_unit *out) {
    char text[256];
    if (n >= sizeof text) {
        spk__error(c, loc, NULL, "the unit is too long");
        return false;
    }
    memcpy(text, s, n);
    text[n] = '\0';
    size_t before = spk_ctx_diag_count(c->ctx);
    if (spk_unit_parse(c->ctx, text, &loc, out) == SPK_OK)
        return true;
    const spk_diag *d = spk_ctx_diag(c->ctx, before);
    if (d && d->message) {
        spk_loc at = d->loc;
        at.file = c->file;
        spk__error(c, at, d->hint, "%s", d->message);
    } else { /* the context is full, or memory short */
        spk__error(c, loc, NULL, "'%s' is not a unit", text);
    }
    spk_ctx_diag_truncate(c->ctx, before);
    return false;
}

static bool comes_before(const message *a, const message *b) {
    return a->loc.line != b->loc.line ? a->loc.line < b->loc.line : a->loc.column < b->loc.column;
}

void spk__report(compiler *c) {
    message **m = (message **)(void *)c->messages.item;
    for (size_t i = 1; i < c->messages.n; i++) { /* few, and nearly in order */
        message *moved = m[i];
        size_t k = i;
        for (; k > 0 && comes_before(moved, m[k - 1]); k--)
            m[k] = m[k - 1];
        m[k] = moved;
    }
    for (size_t i = 0; i < c->messages.n; i++) {
        if (m[i]->severity == SPK_ERROR)
            spk__fail(c->ctx, SPK_ERR_INPUT, &m[i]->loc, m[i]->hint, "%s", m[i]->text);
        else
            spk__warn(c->ctx, &m[i]->loc, m[i]->hint, "%s", m[i]->text);
    }
}
