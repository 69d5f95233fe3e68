/* Running the compiler, and folders. */
#include "model/model.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

spk_status spk__run_program(spk_ctx *ctx, const char *const *argv, const char *output, int *code) {
    posix_spawn_file_actions_t files;
    pid_t pid;
    int status = 0;
    if (posix_spawn_file_actions_init(&files) != 0)
        return spk__fail(ctx, SPK_ERR_MEMORY, NULL, NULL, "out of memory");
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, output ? output : "/dev/null",
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&files, 1, 2);
    char *const *arguments;
    memcpy(&arguments, &argv, sizeof arguments); /* posix_spawn does not write to them */
    int failed = posix_spawnp(&pid, argv[0], &files, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&files);
    if (failed) {
        *code = 127;
        return SPK_OK;
    }
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return spk__fail(ctx, SPK_ERR_FAILED, NULL, NULL, "%s was lost: %s", argv[0],
                             strerror(errno));
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return SPK_OK;
}

spk_status spk__make_folder(spk_ctx *ctx, const char *path) {
    char *copy = spk__strdup(ctx, path);
    if (!copy)
        return SPK_ERR_MEMORY;
    spk_status st = SPK_OK;
    for (char *s = copy + 1; !st; s++) {
        char c = *s;
        if (c && c != '/')
            continue;
        *s = '\0';
        if (mkdir(copy, 0700) != 0 && errno != EEXIST) {
            spk_loc loc = {.file = copy};
            st = spk__fail(ctx, SPK_ERR_IO, &loc, NULL, "the folder cannot be made: %s",
                           strerror(errno));
        }
        *s = c;
        if (!c)
            break;
    }
    spk__free(ctx, copy);
    return st;
}

void spk__remove_folder(spk_ctx *ctx, const char *path) {
    DIR *dir = opendir(path);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        spk__str file = {.ctx = ctx};
        spk__str_add(&file, "%s/%s", path, e->d_name);
        if (file.text && !file.failed && e->d_name[0] != '.')
            unlink(file.text);
        spk__str_free(&file);
    }
    if (dir)
        closedir(dir);
    rmdir(path);
}
