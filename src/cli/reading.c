/* What commands that read recordings can be told about the files. */
#include "cli/reading.h"
#include "cli/cli.h"

#include <string.h>

/* "by=pixel, size=8" into names and values; both point into the text, which is changed. */
static spk_status split(cli *c, cli_reading *r) {
    char *keep = NULL;
    size_t n = 0;
    for (char *t = strtok_r(r->text, ",", &keep); t; t = strtok_r(NULL, ",", &keep)) {
        t += strspn(t, " ");
        char *value = strchr(t, '=');
        if (!value || n == sizeof r->item / sizeof *r->item)
            return cli_fail(c, SPK_ERR_USAGE, "write --reader 'by=pixel, polarity=on'",
                            "'%s' sets nothing", t);
        *value++ = '\0';
        r->item[n++] = (spk_setting){.name = t, .value = value};
    }
    r->settings = (spk_settings){r->item, n};
    return SPK_OK;
}

spk_status cli_reading_set(cli *c, cli_reading *r) {
    if (!r->reader)
        return SPK_OK;
    if (strlen(r->reader) >= sizeof r->text)
        return cli_fail(c, SPK_ERR_USAGE, NULL, "--reader is longer than %zu characters",
                        sizeof r->text - 1);
    strcpy(r->text, r->reader);
    spk_status st = split(c, r);
    return st ? st : spk_read_options_set(c->ctx, &r->settings, &r->options);
}
