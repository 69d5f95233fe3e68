/* The folder of a run: made, its journal opened, its budget checked. */
#include "fit/fit.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

/* The folder and those above it that are missing. */
static spk_status make_folder(spk_ctx *ctx, const char *path) {
    char *part = spk__strdup(ctx, path);
    if (!part)
        return SPK_ERR_MEMORY;
    for (char *p = part + 1; *part && *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        mkdir(part, 0777); /* what is wrong with one shows at the last */
        *p = '/';
    }
    spk__free(ctx, part);
    struct stat info;
    bool made = mkdir(path, 0777) == 0;
    int problem = errno;
    if (made || (stat(path, &info) == 0 && S_ISDIR(info.st_mode)))
        return SPK_OK;
    return spk__fail(ctx, SPK_ERR_IO, &(spk_loc){.file = path}, "choose another folder with --out",
                     problem == EEXIST ? "is not a folder" : "cannot make the folder: %s",
                     strerror(problem));
}

/* A budget below what was spent would end in a result worse than the one that is there. */
static spk_status check_budget(spk_ctx *ctx, const char *folder, const spk__journal *j,
                               size_t n_searches, uint64_t budget) {
    for (size_t i = 0; i < n_searches; i++) {
        uint64_t spent = spk__journal_evaluations(j, (uint32_t)i);
        char hint[128];
        if (spent <= budget)
            continue;
        snprintf(hint, sizeof hint, "say --evaluations %llu or more, or choose another folder",
                 (unsigned long long)spent);
        return spk__fail(ctx, SPK_ERR_USAGE, &(spk_loc){.file = folder}, hint,
                         "the run has spent %llu evaluations already; it cannot end at %llu",
                         (unsigned long long)spent, (unsigned long long)budget);
    }
    return SPK_OK;
}

spk_status spk__folder_open(spk_ctx *ctx, const spk_fit_options *o, const char *place,
                            const char *identity, size_t n_searches, uint64_t *budget,
                            spk__journal **out) {
    spk_status st = make_folder(ctx, o->folder);
    if (!st)
        st = spk__journal_open(ctx, o->folder, identity, place, o->resume, out);
    if (st)
        return st;
    uint64_t before = spk__journal_budget(*out);
    if (before && o->evaluations <= 0)
        *budget = before + (uint64_t)o->extend;
    st = check_budget(ctx, o->folder, *out, n_searches, *budget);
    return st ? st : spk__journal_set_budget(*out, *budget);
}

spk_status spk_run_study(spk_ctx *ctx, const char *folder, spk_study **out) {
    spk__str place = {.ctx = ctx}, text = {.ctx = ctx};
    spk_status st = spk__journal_study(ctx, folder, &place, &text);
    if (!st)
        st = spk_study_locate(ctx, place.text, text.text, text.length, folder, out);
    spk__str_free(&place);
    spk__str_free(&text);
    return st;
}
