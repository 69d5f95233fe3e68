/* Text for the page. */
#include "report/html.h"

#include <math.h>

void spk__json_string(spk__str *s, const char *text) {
    if (!text) {
        spk__str_add(s, "null");
        return;
    }
    spk__str_addn(s, "\"", 1);
    const char *run = text;
    for (;; text++) {
        unsigned char c = (unsigned char)*text;
        if (c >= 0x20 && c != '"' && c != '\\' && c != '<' && c != 0x7f)
            continue;
        spk__str_addn(s, run, (size_t)(text - run));
        if (c == 0)
            break;
        spk__str_add(s, "\\u%04x", c);
        run = text + 1;
    }
    spk__str_addn(s, "\"", 1);
}

void spk__json_number(spk__str *s, double x) {
    char buf[32];
    if (isfinite(x))
        spk__str_add(s, "%s", spk__print_double(x, buf));
    else
        spk__str_add(s, "null");
}

void spk__json_key(spk__str *s, const char *name) {
    spk__str_add(s, ",\"%s\":", name);
}

void spk__json_text_of(spk__str *s, const char *name, const char *text) {
    spk__json_key(s, name);
    spk__json_string(s, text);
}

void spk__json_number_of(spk__str *s, const char *name, double x) {
    spk__json_key(s, name);
    spk__json_number(s, x);
}

void spk__json_numbers(spk__str *s, const double *v, size_t n) {
    spk__str_addn(s, "[", 1);
    for (size_t i = 0; i < n; i++) {
        if (i)
            spk__str_addn(s, ",", 1);
        spk__json_number(s, v[i]);
    }
    spk__str_addn(s, "]", 1);
}

void spk__html_textn(spk__str *s, const char *text, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '<')
            spk__str_add(s, "&lt;");
        else if (text[i] == '>')
            spk__str_add(s, "&gt;");
        else if (text[i] == '&')
            spk__str_add(s, "&amp;");
        else
            spk__str_addn(s, text + i, 1);
    }
}

void spk__html_text(spk__str *s, const char *text) {
    spk__html_textn(s, text, text ? strlen(text) : 0);
}
