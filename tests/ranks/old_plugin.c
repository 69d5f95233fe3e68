/* A plug-in that is of another version, or none at all: for test_ranks. */
#include "ranks/plugin.h"

#ifdef SPK_OLD_VERSION
static const spk_ranks_plugin plugin = {.version = SPK_RANKS_PLUGIN_VERSION + 1, .name = "old"};

const spk_ranks_plugin *spk_ranks_plugin_get(void);
const spk_ranks_plugin *spk_ranks_plugin_get(void) {
    return &plugin;
}
#else
int spk_no_plugin;
#endif
