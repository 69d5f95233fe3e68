/* Comments as documentation. */
#include "nestml/nestml.h"

/* Appends the text of a comment without its marks. */
static void add_text(spk__str *s, const comment *k) {
    const char *p = k->start, *end = p + k->length;
    while (p < end) {
        const char *eol = memchr(p, '\n', (size_t)(end - p));
        const char *stop = eol ? eol : end;
        if (*p == '#')
            p++;
        if (p < stop && *p == ' ')
            p++;
        const char *last = stop;
        while (last > p && (last[-1] == ' ' || last[-1] == '\t' || last[-1] == '\r'))
            last--;
        if (s->length)
            spk__str_addn(s, "\n", 1);
        spk__str_addn(s, p, (size_t)(last - p));
        p = eol ? eol + 1 : end;
    }
    if (k->length && !s->length)
        spk__str_addn(s, "", 0);
}

static const char *finish(compiler *c, spk__str *s) {
    const char *text = s->text ? s->text : "";
    size_t n = s->length;
    while (n && *text == '\n')
        text++, n--;
    while (n && text[n - 1] == '\n')
        n--;
    const char *copy = spk__text(c, text, n);
    c->short_of_memory |= s->failed;
    spk__str_free(s);
    return copy;
}

/* The first comment at or behind a line, by bisection. */
static size_t find(const compiler *c, int line) {
    size_t low = 0, high = c->n_comments;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c->comments[middle].line < line)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const char *spk__doc(compiler *c, int first_line, int last_line) {
    spk__str s = {.ctx = c->ctx};
    size_t i = find(c, last_line);
    if (i < c->n_comments && c->comments[i].line == last_line && !c->comments[i].alone) {
        add_text(&s, &c->comments[i]);
        return finish(c, &s);
    }
    size_t end = find(c, first_line), begin = end;
    int line = first_line;
    while (begin > 0 && c->comments[begin - 1].alone &&
           c->comments[begin - 1].last_line == line - 1)
        line = c->comments[--begin].line;
    if (begin == end)
        return NULL;
    for (i = begin; i < end; i++)
        add_text(&s, &c->comments[i]);
    return finish(c, &s);
}

const char *spk__doc_between(compiler *c, int after, int before) {
    spk__str s = {.ctx = c->ctx};
    for (size_t i = find(c, after + 1); i < c->n_comments && c->comments[i].line < before; i++)
        if (c->comments[i].alone)
            add_text(&s, &c->comments[i]);
    return finish(c, &s);
}
