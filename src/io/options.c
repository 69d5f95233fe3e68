/* What reading can be told whatever the format, from text. */
#include "io/io.h"
#include <spikefit/unit.h>

#include <stddef.h>

typedef struct {
    const char *name;
    size_t offset; /* of a text in spk_read_options; SIZE_MAX: a value of its own kind */
} general;

static const general table[] = {
    {"format", offsetof(spk_read_options, format)},
    {"columns", offsetof(spk_read_options, columns)},
    {"time_unit", offsetof(spk_read_options, time_unit)},
    {"current_unit", offsetof(spk_read_options, current_unit)},
    {"voltage_unit", offsetof(spk_read_options, voltage_unit)},
    {"select", offsetof(spk_read_options, select)},
    {"dt", SIZE_MAX},
    {"trust_units", SIZE_MAX},
};
enum { N_GENERAL = sizeof table / sizeof *table };

static const general *find(const char *name) {
    for (size_t i = 0; i < N_GENERAL; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

bool spk__read_option_is_general(const char *name) {
    return find(name) != NULL;
}

static spk_status set_truth(spk_ctx *ctx, const spk_setting *t, bool *out) {
    *out = strcmp(t->value, "true") == 0 || strcmp(t->value, "yes") == 0;
    if (*out || strcmp(t->value, "false") == 0 || strcmp(t->value, "no") == 0)
        return SPK_OK;
    return spk__fail(ctx, SPK_ERR_INPUT, &t->value_loc, "write true or false", "%s cannot be '%s'",
                     t->name, t->value);
}

spk_status spk_read_options_set(spk_ctx *ctx, const spk_settings *settings, spk_read_options *o) {
    static const spk_unit ms = {.dim = {1}, .scale = 1};
    spk_status st = SPK_OK;
    o->settings = settings->item;
    o->n_settings = settings->n;
    for (size_t i = 0; i < settings->n && !st; i++) {
        const spk_setting *t = &settings->item[i];
        const general *g = find(t->name);
        if (g && g->offset != SIZE_MAX)
            memcpy((char *)o + g->offset, &t->value, sizeof t->value);
        else if (g && strcmp(g->name, "dt") == 0)
            st = spk_quantity_parse_as(ctx, t->value, &t->value_loc, "the sampling interval", ms,
                                       &o->dt_ms);
        else if (g)
            st = set_truth(ctx, t, &o->trust_units);
    }
    return st;
}
