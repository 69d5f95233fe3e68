/* Every measure stands in the manual, with its options. */
#include "test.h"
#include <spikefit/compare.h>
#include <spikefit/metric.h>
#include <spikefit/stat.h>

static char *manual(spk_ctx *ctx) {
    const char *root = getenv("SPK_SOURCE");
    char path[4096], *text = NULL;
    size_t length;
    snprintf(path, sizeof path, "%s/docs/measures.md", root ? root : ".");
    CHECK(!spk__read_file(ctx, path, 0, &text, &length));
    return text;
}

/* The line of the table that starts with the name, in quotes. */
static bool has_line(const char *text, const char *name, const spk_opt *options) {
    char start[80], option[80];
    snprintf(start, sizeof start, "\n| `%s` |", name);
    const char *line = text ? strstr(text, start) : NULL;
    if (!line)
        return false;
    const char *end = strchr(line + 1, '\n');
    for (size_t i = 0; options && options[i].name; i++) {
        snprintf(option, sizeof option, "`%s`", options[i].name);
        const char *found = strstr(line, option);
        if (!found || found > end)
            return false;
    }
    return true;
}

TEST(every_measure_is_in_the_manual) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    char *text = manual(ctx);
    for (size_t i = 0; i < spk_metric_count(); i++)
        if (!has_line(text, spk_metric_at(i)->name, spk_metric_at(i)->options)) {
            printf("# not in docs/measures.md: %s\n", spk_metric_at(i)->name);
            CHECK(false);
        }
    for (size_t i = 0; i < spk_stat_count(); i++)
        if (!has_line(text, spk_stat_at(i)->name, spk_stat_at(i)->options)) {
            printf("# not in docs/measures.md: %s\n", spk_stat_at(i)->name);
            CHECK(false);
        }
    for (size_t i = 0; text && i < spk_test_count(); i++) {
        char name[80];
        snprintf(name, sizeof name, "`%s`", spk_test_at(i)->name);
        CHECK(strstr(text, name));
    }
    spk__free(ctx, text);
    spk_ctx_free(ctx);
}

int main(void) {
    RUN(every_measure_is_in_the_manual);
    return test_end();
}
