/* The registry. */
#include "metric/metric.h"

static const spk_metric *const registry[] = {
#define SPK_ENTRY(symbol) &symbol,
#include "metric/registry.def"
#undef SPK_ENTRY
};
enum { COUNT = sizeof registry / sizeof *registry };

size_t spk_metric_count(void) {
    return COUNT;
}

const spk_metric *spk_metric_at(size_t i) {
    return i < COUNT ? registry[i] : NULL;
}

spk_status spk_metric_find(spk_ctx *ctx, const char *name, const spk_metric **out) {
    const char *names[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        names[i] = registry[i]->name;
        if (strcmp(name, names[i]) == 0) {
            *out = registry[i];
            return SPK_OK;
        }
    }
    return spk__fail_name(ctx, SPK_ERR_INPUT, NULL, name, names, COUNT, NULL,
                          "there is no metric '%s'", name);
}

double spk_metric_cost(const spk_metric *m, double value) {
    return m->kind == SPK_METRIC_DISTANCE ? value : 1.0 - value;
}
