/* The journal of a run: losses told, generation by generation. See fit.h. */
#include "fit/fit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

/* File: magic line; a line with the lengths of identity and place; these two; then records. Numbers are those
 * of the machine (little-endian, like every machine that kernels are built for). */
static const char magic[] = "spikefit journal 3\n";

/* A record of this model holds no losses: its tally[0] is the budget from there on. */
enum { BUDGET = UINT32_MAX };

typedef struct {
    uint32_t model, n;
    uint64_t tally[4];
    uint64_t points; /* hash of the points that the losses belong to */
    uint64_t check;  /* hash of the fields above and the losses */
} record;

struct spk__journal {
    spk_ctx *ctx;
    char *path;
    int fd;
    char *old;    /* what was there when it was opened */
    size_t first; /* where its records begin */
    size_t valid; /* where whole ones end */
    size_t old_size;
    /* The model that is being replayed, how far, and whether it has left what was there. */
    uint32_t model;
    size_t at;
    bool left;
    bool writing;
    struct timespec synced;
};

static spk_status io_error(spk__journal *j, const char *what) {
    return spk__fail(j->ctx, SPK_ERR_IO, &(spk_loc){.file = j->path},
                     errno == ENOSPC || errno == EDQUOT || errno == EFBIG
                         ? "make room and go on with --resume: nothing before this is lost"
                         : NULL,
                     "cannot %s: %s", what, strerror(errno));
}

static uint64_t check_of(const record *r, const double *loss) {
    uint64_t h = spk__hash(r, offsetof(record, check), 1);
    return r->n ? spk__hash(loss, r->n * sizeof *loss, h) : h;
}

static spk_status write_all(spk__journal *j, const void *data, size_t n) {
    const char *p = data;
    while (n) {
        ssize_t k = write(j->fd, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return io_error(j, "write");
        p += k;
        n -= (size_t)k;
    }
    return SPK_OK;
}

/* The line of a text that begins at byte `at`. */
static int line_at(const char *text, size_t at, size_t end) {
    const char *eol = memchr(text + at, '\n', end - at);
    size_t n = eol ? (size_t)(eol - text) - at : end - at;
    return n < 200 ? (int)n : 200;
}

/* A posterior's journal is asked to go on with a fit, or the other way round; NULL: neither. */
static const char *other_command(const char *old, const char *now) {
    static const char posterior[] = "posterior\n";
    if (strncmp(old, posterior, sizeof posterior - 1) == 0)
        return "`spikefit posterior --resume RUN` goes on with it";
    return strncmp(now, posterior, sizeof posterior - 1) == 0 ? "`spikefit fit --resume RUN` goes on with it"
                                                              : NULL;
}

/* Says what differs: the first line that does, and which line of the study if it is one of its. */
static spk_status other_identity(spk__journal *j, const char *old, size_t n, const char *now) {
    size_t line = 0, study = 0, number = 0, n_now = strlen(now);
    for (size_t i = 0; i < n && now[i] && old[i] == now[i]; i++) {
        if (old[i] != '\n')
            continue;
        if (strncmp(old + line, SPK__IDENTITY_STUDY, i + 1 - line) == 0)
            study = i + 1;
        number += study && i + 1 > study;
        line = i + 1;
    }
    const char *command = study ? NULL : other_command(old + line, now + line);
    if (command)
        return spk__fail(j->ctx, SPK_ERR_INPUT, &(spk_loc){.file = j->path}, command,
                         "the run cannot be resumed so: it was begun by another command");
    char where[64] = "";
    if (study)
        snprintf(where, sizeof where, " in line %zu of the study", number + 1);
    return spk__fail(j->ctx, SPK_ERR_INPUT, &(spk_loc){.file = j->path},
                     study ? "--evaluations and --threads may differ; for another study choose another "
                             "folder with --out"
                           : "go on with what the run was begun with, or choose another folder with "
                             "--out",
                     "the run cannot be resumed: it was begun with '%.*s'%s, not '%.*s'",
                     line_at(old, line, n), old + line, where, line_at(now, line, n_now), now + line);
}

typedef struct {
    size_t identity, identity_length, place, place_length, end; /* bytes of the file */
} head;

/* False if the head is damaged or none. */
static bool parse_head(const char *text, size_t size, head *h) {
    unsigned long n = 0, k = 0;
    int used = 0;
    size_t m = sizeof magic - 1;
    char number[48] = "";
    if (size <= m || memcmp(text, magic, m) != 0)
        return false;
    snprintf(number, sizeof number, "%.44s", text + m);
    if (sscanf(number, "%lu %lu%n", &n, &k, &used) != 2 || m + (size_t)used + 1 > size)
        return false;
    size_t left = size - m - (size_t)used - 1;
    if (n > left || k > left - n)
        return false;
    *h = (head){.identity = m + (size_t)used + 1, .identity_length = n, .place_length = k};
    h->place = h->identity + n;
    h->end = h->place + k;
    return true;
}

static spk_status no_journal(spk_ctx *ctx, const char *path) {
    return spk__fail(ctx, SPK_ERR_INPUT, &(spk_loc){.file = path},
                     "choose another folder with --out, or remove this file",
                     "this is no journal of this version of spikefit, or its head is damaged");
}

static spk_status read_head(spk__journal *j, const char *identity) {
    head h;
    if (!parse_head(j->old, j->old_size, &h))
        return no_journal(j->ctx, j->path);
    if (strlen(identity) != h.identity_length ||
        memcmp(j->old + h.identity, identity, h.identity_length) != 0)
        return other_identity(j, j->old + h.identity, h.identity_length, identity);
    j->first = j->at = h.end;
    return SPK_OK;
}

/* The record at byte `at`, if it is whole. */
static bool get_record(const spk__journal *j, size_t at, record *r, size_t *end) {
    if (j->old_size - at < sizeof *r)
        return false;
    memcpy(r, j->old + at, sizeof *r);
    if ((j->old_size - at - sizeof *r) / sizeof(double) < r->n)
        return false;
    *end = at + sizeof *r + r->n * sizeof(double);
    return true;
}

/* Finds where whole records end. A crash leaves at most one that is cut short. */
static spk_status check_records(spk__journal *j) {
    record r;
    size_t end;
    j->valid = j->first;
    while (get_record(j, j->valid, &r, &end)) {
        double *loss = SPK__ARRAY(j->ctx, r.n, double);
        if (!loss)
            return SPK_ERR_MEMORY;
        memcpy(loss, j->old + j->valid + sizeof r, r.n * sizeof *loss);
        bool whole = check_of(&r, loss) == r.check;
        spk__free(j->ctx, loss);
        if (!whole)
            break;
        j->valid = end;
    }
    if (j->valid < j->old_size)
        spk__note(j->ctx, &(spk_loc){.file = j->path}, NULL,
                  "its last %zu bytes are cut short or damaged, and are dropped: the run goes on from "
                  "before them",
                  j->old_size - j->valid);
    j->old_size = j->valid;
    return SPK_OK;
}

static spk_status write_head(spk__journal *j, const spk__str *text) {
    j->writing = true;
    if (ftruncate(j->fd, 0) != 0)
        return io_error(j, "empty");
    spk_status st = write_all(j, text->text, text->length);
    if (!st && fsync(j->fd) != 0)
        st = io_error(j, "sync");
    return st;
}

static spk_status open_locked(spk__journal *j) {
    j->fd = open(j->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (j->fd < 0)
        return io_error(j, "open");
    if (flock(j->fd, LOCK_EX | LOCK_NB) != 0)
        return spk__fail(j->ctx, SPK_ERR_USAGE, &(spk_loc){.file = j->path},
                         "wait for it, or choose another folder with --out",
                         "another process is writing to this run");
    return spk__read_file(j->ctx, j->path, 0, &j->old, &j->old_size);
}

/* Where the records begin, if there is none but of budgets. */
static bool is_unspent(const spk__journal *j, const head *h) {
    record r;
    size_t end = h->end;
    while (get_record(j, end, &r, &end))
        if (r.model != BUDGET)
            return false;
    return j->old_size - end < sizeof r;
}

/* Nothing is lost by beginning anew where nothing was spent, or where the head of this very run was cut
 * short. */
static bool is_fresh(const spk__journal *j, const spk__str *text, bool resume) {
    head h;
    if (!j->old_size || (j->old_size < text->length && memcmp(j->old, text->text, j->old_size) == 0))
        return true;
    return !resume && parse_head(j->old, j->old_size, &h) && is_unspent(j, &h);
}

static spk_status begin(spk__journal *j, const char *identity, const char *place, bool resume) {
    spk__str text = {.ctx = j->ctx};
    spk__str_add(&text, "%s%zu %zu\n", magic, strlen(identity), strlen(place));
    spk__str_addn(&text, identity, strlen(identity));
    spk__str_addn(&text, place, strlen(place));
    spk_status st = text.failed ? SPK_ERR_MEMORY : open_locked(j);
    bool fresh = !st && is_fresh(j, &text, resume);
    if (!st && fresh)
        st = write_head(j, &text);
    else if (!st && !resume)
        st = spk__fail(j->ctx, SPK_ERR_USAGE, &(spk_loc){.file = j->path},
                       "add --resume to go on with it, or choose another folder with --out",
                       "the folder holds a run already");
    spk__str_free(&text);
    if (fresh) {
        spk__free(j->ctx, j->old);
        j->old = NULL;
        j->old_size = j->valid = 0;
        return st;
    }
    if (!st)
        st = read_head(j, identity);
    return st ? st : check_records(j);
}

spk_status spk__journal_open(spk_ctx *ctx, const char *folder, const char *identity,
                             const char *place, bool resume, spk__journal **out) {
    spk__journal *j = SPK__NEW(ctx, spk__journal);
    spk__str path = {.ctx = ctx};
    spk__str_add(&path, "%s/journal", folder);
    if (!j || path.failed) {
        spk__free(ctx, j);
        spk__str_free(&path);
        return SPK_ERR_MEMORY;
    }
    j->ctx = ctx;
    j->path = path.text;
    j->fd = -1;
    spk_status st = begin(j, identity, place, resume);
    if (st)
        spk__journal_close(j);
    else
        *out = j;
    return st;
}

void spk__journal_close(spk__journal *j) {
    if (!j)
        return;
    if (j->fd >= 0) {
        if (j->writing)
            fsync(j->fd);
        close(j->fd); /* gives the lock back */
    }
    spk__free(j->ctx, j->old);
    spk__free(j->ctx, j->path);
    spk__free(j->ctx, j);
}

uint64_t spk__journal_evaluations(const spk__journal *j, uint32_t model) {
    record r;
    size_t end;
    uint64_t most = 0;
    for (size_t at = j->first; j->old && get_record(j, at, &r, &end); at = end)
        if (r.model == model && r.tally[0] > most)
            most = r.tally[0];
    return most;
}

uint64_t spk__journal_budget(const spk__journal *j) {
    record r;
    size_t end;
    uint64_t budget = 0;
    for (size_t at = j->first; j->old && get_record(j, at, &r, &end); at = end)
        if (r.model == BUDGET)
            budget = r.tally[0];
    return budget;
}

spk_status spk__journal_set_budget(spk__journal *j, uint64_t budget) {
    spk_tally t = {.evaluations = budget};
    return spk__journal_budget(j) == budget ? SPK_OK
                                            : spk__journal_append(j, BUDGET, 0, 0, NULL, &t);
}

uint64_t spk__journal_points(const double *x, size_t n) {
    return spk__hash(x, n * sizeof *x, 2);
}

bool spk__journal_next(spk__journal *j, uint32_t model, uint64_t points, size_t n, double *loss,
                       spk_tally *tally) {
    if (model != j->model) {
        j->model = model;
        j->at = j->first;
        j->left = false;
    }
    record r;
    size_t end;
    for (size_t at = j->at; j->old && !j->left && get_record(j, at, &r, &end); at = end) {
        if (r.model != model || r.n != n || r.points != points)
            continue;
        memcpy(loss, j->old + at + sizeof r, n * sizeof *loss);
        *tally = (spk_tally){r.tally[0], r.tally[1], r.tally[2], r.tally[3]};
        j->at = end;
        return true;
    }
    j->left = true;
    return false;
}

static spk_status start_writing(spk__journal *j) {
    j->writing = true;
    if (ftruncate(j->fd, (off_t)j->valid) != 0 || lseek(j->fd, 0, SEEK_END) < 0)
        return io_error(j, "go on with");
    return SPK_OK;
}

spk_status spk__journal_append(spk__journal *j, uint32_t model, uint64_t points, size_t n,
                               const double *loss, const spk_tally *tally) {
    spk_status st = j->writing ? SPK_OK : start_writing(j);
    record r = {.model = model,
                .n = (uint32_t)n,
                .tally = {tally->evaluations, tally->silent, tally->exploding, tally->nonfinite},
                .points = points};
    r.check = check_of(&r, loss);
    if (!st)
        st = write_all(j, &r, sizeof r);
    if (!st && n)
        st = write_all(j, loss, n * sizeof *loss);
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!st && now.tv_sec > j->synced.tv_sec) {
        j->synced = now;
        if (fdatasync(j->fd) != 0)
            st = io_error(j, "sync");
    }
    return st;
}

spk_status spk__journal_study(spk_ctx *ctx, const char *folder, spk__str *place, spk__str *text) {
    static const char mark[] = "\n" SPK__IDENTITY_STUDY;
    spk__str path = {.ctx = ctx};
    spk__str_add(&path, "%s/journal", folder);
    char *file = NULL;
    size_t size = 0;
    head h;
    spk_status st = path.failed ? SPK_ERR_MEMORY : spk__read_file(ctx, path.text, 0, &file, &size);
    if (!st && !parse_head(file, size, &h))
        st = no_journal(ctx, path.text);
    const char *at = st ? NULL : memmem(file + h.identity, h.identity_length, mark, sizeof mark - 1);
    if (!st && !at)
        st = no_journal(ctx, path.text);
    if (!st) {
        at += sizeof mark - 1;
        spk__str_addn(place, file + h.place, h.place_length);
        spk__str_addn(text, at, (size_t)(file + h.place - at));
        st = place->failed || text->failed ? SPK_ERR_MEMORY : SPK_OK;
    }
    spk__free(ctx, file);
    spk__str_free(&path);
    return st;
}
