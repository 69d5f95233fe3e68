/* Text to tokens. Lines and their indentation become NEWLINE, INDENT and DEDENT, as in Python;
 * inside parentheses, behind a comma and behind a backslash the line goes on. */
#include "nestml/nestml.h"

typedef struct {
    compiler *c;
    const char *p, *line_start;
    int line;
    int open; /* parentheses and brackets */
    bool line_has_token;
    int indents[MAX_INDENTS];
    int n_indents;
} lexer;

static const char *const texts[T_COUNT] = {
#define TOKEN_TEXT(name, text) [T_##name] = text,
    TOKEN_LIST(TOKEN_TEXT)
#undef TOKEN_TEXT
};

const char *spk__token_text(token_kind k) {
    return texts[k];
}

static spk_loc here(const lexer *l, const char *p, int length) {
    return (spk_loc){l->c->file, l->line, (int)(p - l->line_start) + 1, length};
}

static void add(lexer *l, token_kind kind, const char *start, size_t length) {
    compiler *c = l->c;
    if (!spk__grow(c->ctx, &c->tokens, c->n_tokens, &c->tokens_capacity, sizeof *c->tokens)) {
        c->short_of_memory = true;
        return;
    }
    c->tokens[c->n_tokens++] =
        (token){kind, l->line, (int)(start - l->line_start) + 1, (int)length, start};
}

static void add_comment(lexer *l, comment k) {
    compiler *c = l->c;
    if (!spk__grow(c->ctx, &c->comments, c->n_comments, &c->comments_capacity,
                   sizeof *c->comments)) {
        c->short_of_memory = true;
        return;
    }
    c->comments[c->n_comments++] = k;
}

static bool is_letter(char ch) {
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_' || ch == '$';
}

static bool is_digit(char ch) {
    return ch >= '0' && ch <= '9';
}

static void new_line(lexer *l) {
    l->p++;
    l->line++;
    l->line_start = l->p;
}

/* # to the end of the line. */
static void read_comment(lexer *l) {
    const char *start = l->p;
    while (l->p < l->c->end && *l->p != '\n')
        l->p++;
    size_t n = (size_t)(l->p - start);
    add_comment(l, (comment){l->line, l->line, start, n, !l->line_has_token});
}

/* A doc string in three quotes: kept like a comment. */
static void read_doc(lexer *l) {
    const char *start = l->p;
    spk_loc loc = here(l, start, 3);
    int first = l->line;
    bool alone = !l->line_has_token;
    l->p += 3;
    const char *body = l->p;
    while (l->c->end - l->p >= 3 && memcmp(l->p, "\"\"\"", 3) != 0) {
        if (*l->p == '\n')
            new_line(l);
        else
            l->p++;
    }
    if (l->c->end - l->p < 3) {
        l->p = l->c->end;
        spk__error(l->c, loc, "end the text with three quotes", "a doc string does not end");
        return;
    }
    add_comment(l, (comment){first, l->line, body, (size_t)(l->p - body), alone});
    l->p += 3;
}

static void read_string(lexer *l) {
    const char *start = l->p++;
    while (l->p < l->c->end && *l->p != '"' && *l->p != '\n') {
        if (*l->p == '\\' && l->p + 1 < l->c->end && l->p[1] != '\n')
            l->p++;
        l->p++;
    }
    if (l->p == l->c->end || *l->p != '"') {
        spk__error(l->c, here(l, start, (int)(l->p - start)), "end it with \"",
                   "a string does not end in its line");
    } else {
        l->p++;
    }
    add(l, T_STRING, start, (size_t)(l->p - start));
}

static void read_number(lexer *l) {
    const char *start = l->p, *end = l->c->end;
    bool real = false;
    while (l->p < end && is_digit(*l->p))
        l->p++;
    bool ellipsis = end - l->p >= 3 && memcmp(l->p, "...", 3) == 0;
    if (l->p < end && *l->p == '.' && !ellipsis) {
        real = true;
        for (l->p++; l->p < end && is_digit(*l->p);)
            l->p++;
    }
    if (l->p < end && (*l->p == 'e' || *l->p == 'E')) {
        const char *q = l->p + 1;
        if (q < end && (*q == '+' || *q == '-'))
            q++;
        if (q < end && is_digit(*q)) {
            real = true;
            while (q < end && is_digit(*q))
                q++;
            l->p = q;
        }
    }
    add(l, real ? T_FLOAT : T_INT, start, (size_t)(l->p - start));
}

static token_kind word_kind(const char *s, size_t n) {
    for (int k = T_FIRST_WORD; k <= T_LAST_WORD; k++)
        if (strlen(texts[k]) == n && memcmp(texts[k], s, n) == 0)
            return (token_kind)k;
    if ((n == 4 && memcmp(s, "True", 4) == 0) || (n == 5 && memcmp(s, "False", 5) == 0))
        return n == 4 ? T_TRUE : T_FALSE;
    return T_NAME;
}

static size_t word_length(const char *p, const char *end) {
    const char *s = p;
    if (p < end && is_letter(*p))
        while (p < end && (is_letter(*p) || is_digit(*p)))
            p++;
    return (size_t)(p - s);
}

static void read_sign(lexer *l) {
    size_t left = (size_t)(l->c->end - l->p);
    for (int k = T_FIRST_SIGN; k < T_COUNT; k++) {
        size_t n = strlen(texts[k]);
        if (n > left || memcmp(texts[k], l->p, n) != 0)
            continue;
        if (k == T_LPAREN || k == T_LBRACKET)
            l->open++;
        else if ((k == T_RPAREN || k == T_RBRACKET) && l->open > 0)
            l->open--;
        add(l, (token_kind)k, l->p, n);
        l->p += n;
        return;
    }
    unsigned char ch = (unsigned char)*l->p;
    int n = 1; /* a whole character of UTF-8 is one mistake */
    while (ch >= 0xC0 && n < 4 && (size_t)n < left && ((unsigned char)l->p[n] & 0xC0) == 0x80)
        n++;
    if (ch >= 0x80)
        spk__error(l->c, here(l, l->p, n),
                   ch == 0xC2 || ch == 0xCE ? "write u for micro: uV, us"
                                            : "names are made of letters, digits, _ and $",
                   "'%.*s' cannot stand here", n, l->p);
    else if (ch > ' ' && ch < 0x7F)
        spk__error(l->c, here(l, l->p, n), ch == '!' ? "write 'not'" : NULL,
                   "'%c' cannot stand here", ch);
    else
        spk__error(l->c, here(l, l->p, n), NULL, "the character with code %d cannot stand here",
                   ch);
    l->p += n;
}

/* Does the next line start with a word that only begins a line? Then a parenthesis was left open.
 */
static bool begins_statement(const lexer *l) {
    const char *p = l->p + 1, *end = l->c->end;
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    size_t n = word_length(p, end);
    token_kind k = n ? word_kind(p, n) : T_NAME;
    return (k >= T_FUNCTION && k <= T_WHILE) || (k >= T_RECORDABLE && k <= T_OUTPUT) ||
           k == T_ON_RECEIVE || k == T_ON_CONDITION;
}

/* At the newline character: does the statement go on in the next line? */
static bool continues(const lexer *l) {
    const compiler *c = l->c;
    if (!l->line_has_token || begins_statement(l))
        return false;
    return l->open > 0 || (c->n_tokens && c->tokens[c->n_tokens - 1].kind == T_COMMA);
}

static void end_line(lexer *l) {
    if (l->line_has_token)
        add(l, T_NEWLINE, l->p, 0);
    l->line_has_token = false;
    l->open = 0;
}

/* Called before the first token of a line. */
static void indent(lexer *l) {
    int width = 0;
    for (const char *q = l->line_start; q < l->p; q++)
        width = *q == '\t' ? (width / 8 + 1) * 8 : width + 1;
    if (width > l->indents[l->n_indents - 1]) {
        if (l->n_indents == MAX_INDENTS) {
            spk__error(l->c, here(l, l->p, 1), NULL, "blocks are nested too deeply");
            l->p = l->c->end;
            return;
        }
        l->indents[l->n_indents++] = width;
        add(l, T_INDENT, l->p, 0);
    }
    while (width < l->indents[l->n_indents - 1]) {
        l->n_indents--;
        add(l, T_DEDENT, l->p, 0);
    }
    if (width > l->indents[l->n_indents - 1]) {
        spk__error(l->c, here(l, l->p, 1), "indent all lines of a block alike",
                   "this line is indented by %d columns; the block above it by %d", width,
                   l->indents[l->n_indents - 1]);
        l->indents[l->n_indents++] = width;
        add(l, T_INDENT, l->p, 0);
    }
}

/* A backslash, maybe blanks, and the end of the line. */
static bool read_continuation(lexer *l) {
    const char *q = l->p + 1;
    while (q < l->c->end && (*q == ' ' || *q == '\t' || *q == '\r'))
        q++;
    if (q == l->c->end || *q != '\n')
        return false;
    l->p = q;
    new_line(l);
    return true;
}

static void read_token(lexer *l) {
    const char *end = l->c->end;
    char ch = *l->p;
    if (end - l->p >= 3 && memcmp(l->p, "\"\"\"", 3) == 0) {
        read_doc(l);
        return;
    }
    if (!l->line_has_token)
        indent(l);
    if (l->p == end)
        return;
    l->line_has_token = true;
    size_t n = word_length(l->p, end);
    if (n) {
        add(l, word_kind(l->p, n), l->p, n);
        l->p += n;
    } else if (is_digit(ch) || (ch == '.' && end - l->p > 1 && is_digit(l->p[1]))) {
        read_number(l);
    } else if (ch == '"') {
        read_string(l);
    } else {
        read_sign(l);
    }
}

void spk__lex(compiler *c) {
    lexer l = {.c = c, .p = c->text, .line_start = c->text, .line = 1, .n_indents = 1};
    if (c->end - c->text >= 3 && memcmp(c->text, "\xEF\xBB\xBF", 3) == 0)
        l.p = l.line_start = c->text + 3; /* a byte order mark */
    while (l.p < c->end && !c->short_of_memory && c->errors < MAX_ERRORS) {
        char ch = *l.p;
        if (ch == ' ' || ch == '\t' || ch == '\r') {
            l.p++;
        } else if (ch == '\n') {
            if (!continues(&l))
                end_line(&l);
            new_line(&l);
        } else if (ch == '#') {
            read_comment(&l);
        } else if (ch != '\\' || !read_continuation(&l)) {
            read_token(&l);
        }
    }
    end_line(&l);
    for (; l.n_indents > 1; l.n_indents--)
        add(&l, T_DEDENT, l.p, 0);
    add(&l, T_END, l.p, 0);
}
