/* A crew of forked processes. A worker has a thread that listens while it works: to be stopped, or
 * to go when the one who hands out work is gone, so that a killed run leaves nobody writing to its
 * folder. */
#include "cells/crew.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    pid_t pid; /* 0: empty */
    int fd;
} seat;

struct spk__crew {
    spk_ctx *ctx;
    seat *seat; /* of this machine */
    size_t n;
    spk__crew_plan plan;
};

struct spk__worker_link {
    spk_ctx *ctx;
    int fd;
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    spk__message next;
    bool has_next;
};

/* ---- in a worker ---- */

void spk__worker_send(spk__worker_link *link, const spk__message *m) {
    while (send(link->fd, m, sizeof *m, MSG_NOSIGNAL) < 0 && errno == EINTR)
        ;
}

static void *listen_for_messages(void *user) {
    spk__worker_link *link = user;
    for (;;) {
        spk__message m;
        ssize_t n = recv(link->fd, &m, sizeof m, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n != (ssize_t)sizeof m)
            _exit(0);
        if (m.kind == SPK__TO_STOP) {
            spk_ctx_cancel(link->ctx);
            continue;
        }
        pthread_mutex_lock(&link->lock);
        link->next = m;
        link->has_next = true;
        pthread_cond_signal(&link->arrived);
        pthread_mutex_unlock(&link->lock);
    }
    return NULL;
}

static _Noreturn void be_worker(spk__crew *c, int fd) {
    spk__worker_link link = {.ctx = c->ctx, .fd = fd};
    pthread_t listener;
    /* Who is to stop hears it from the one who hands out work, and only from him. */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    for (size_t i = 0; i < c->n; i++)
        if (c->seat[i].pid)
            close(c->seat[i].fd); /* or they would outlive their master */
    if (c->plan.enter)
        c->plan.enter(c->plan.user);
    pthread_mutex_init(&link.lock, NULL);
    pthread_cond_init(&link.arrived, NULL);
    if (pthread_create(&listener, NULL, listen_for_messages, &link) != 0)
        _exit(1);
    for (;;) {
        pthread_mutex_lock(&link.lock);
        while (!link.has_next)
            pthread_cond_wait(&link.arrived, &link.lock);
        spk__message m = link.next;
        link.has_next = false;
        pthread_mutex_unlock(&link.lock);
        c->plan.work(c->plan.user, &m, &link);
    }
}

/* ---- who hands out work ---- */

spk_status spk__crew_new(spk_ctx *ctx, const spk__crew_plan *plan, spk__crew **out) {
    spk__crew *c = SPK__NEW(ctx, spk__crew);
    seat *seats = SPK__ARRAY(ctx, plan->n, seat);
    if (!c || !seats) {
        spk__free(ctx, c);
        spk__free(ctx, seats);
        return SPK_ERR_MEMORY;
    }
    *c = (spk__crew){ctx, seats, plan->n, *plan};
    *out = c;
    return SPK_OK;
}

/* The rank that a seat of another one is on. */
static int rank_of(const spk__crew *c, size_t i) {
    return 1 + (int)((i - c->n) / c->plan.each);
}

/* Closing its line ends a worker; how it ended is what is waited for. */
static int leave(seat *s) {
    int status = 0;
    close(s->fd);
    while (waitpid(s->pid, &status, 0) < 0 && errno == EINTR)
        ;
    *s = (seat){0};
    return status;
}

void spk__crew_free(spk__crew *c) {
    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++)
        if (c->seat[i].pid) {
            kill(c->seat[i].pid, SIGKILL);
            leave(&c->seat[i]);
        }
    spk__free(c->ctx, c->seat);
    spk__free(c->ctx, c);
}

static spk_status fill(spk__crew *c, seat *s) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return spk__fail(c->ctx, SPK_ERR_IO, NULL, NULL, "cannot talk to a worker: %s",
                         strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        close(pair[0]);
        be_worker(c, pair[1]);
    }
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        return spk__fail(c->ctx, SPK_ERR_IO, NULL, "use fewer with --threads",
                         "cannot start a worker: %s", strerror(errno));
    }
    *s = (seat){pid, pair[0]};
    return SPK_OK;
}

static spk_status give_to_rank(spk__crew *c, size_t i, const spk__message *m,
                               const spk__str *luggage) {
    spk__str whole = {.ctx = c->ctx};
    spk__message to = *m;
    to.seat = (i - c->n) % c->plan.each;
    spk__str_addn(&whole, (const char *)&to, sizeof to);
    spk__str_addn(&whole, luggage->text, luggage->length);
    spk_status st = whole.failed
                        ? SPK_ERR_MEMORY
                        : spk_ranks_send(c->plan.ranks, rank_of(c, i), whole.text, whole.length);
    spk__str_free(&whole);
    return st;
}

spk_status spk__crew_give(spk__crew *c, size_t i, const spk__message *m, const spk__str *luggage) {
    if (i >= c->n)
        return give_to_rank(c, i, m, luggage);
    spk_status st = c->seat[i].pid ? SPK_OK : fill(c, &c->seat[i]);
    /* A worker that is gone shows as a death. */
    while (!st && send(c->seat[i].fd, m, sizeof *m, MSG_NOSIGNAL) < 0 && errno == EINTR)
        ;
    return st;
}

void spk__crew_dismiss(spk__crew *c, size_t i) {
    if (c->seat[i].pid)
        leave(&c->seat[i]);
}

void spk__crew_stop(spk__crew *c) {
    spk__message m = {.kind = SPK__TO_STOP};
    for (size_t i = 0; i < c->n; i++)
        if (c->seat[i].pid)
            send(c->seat[i].fd, &m, sizeof m, MSG_NOSIGNAL);
    for (int i = 1; c->plan.ranks && i < spk_ranks_size(c->plan.ranks); i++)
        spk_ranks_send(c->plan.ranks, i, &m, sizeof m);
}

static spk__crew_event die(spk__crew *c, size_t i, spk__message *m) {
    int status = leave(&c->seat[i]);
    *m = (spk__message){.kind = SPK__ENDED};
    if (WIFSIGNALED(status))
        snprintf(m->reason, sizeof m->reason, "its process was ended by signal %d (%s)",
                 WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        snprintf(m->reason, sizeof m->reason, "its process ended by itself, with code %d",
                 WEXITSTATUS(status));
    return SPK__CREW_DEATH;
}

static spk__crew_event wait_here(spk__crew *c, int milliseconds, size_t *at, spk__message *m) {
    struct pollfd *line = SPK__ARRAY(c->ctx, c->n, struct pollfd);
    spk__crew_event event = SPK__CREW_NOTHING;
    for (size_t i = 0; line && i < c->n; i++)
        line[i] = (struct pollfd){.fd = c->seat[i].pid ? c->seat[i].fd : -1, .events = POLLIN};
    if (line && poll(line, c->n, milliseconds) > 0) {
        size_t i = 0;
        while (i < c->n && !line[i].revents)
            i++;
        *at = i;
        ssize_t n = recv(c->seat[i].fd, m, sizeof *m, 0);
        if (n == (ssize_t)sizeof *m)
            event = SPK__CREW_MESSAGE;
        else if (n >= 0 || errno != EINTR)
            event = die(c, i, m);
    }
    spk__free(c->ctx, line);
    return event;
}

static spk__crew_event hear_ranks(spk__crew *c, size_t *at, spk__message *m) {
    int from = -1;
    size_t n = 0;
    const void *data = NULL;
    if (spk_ranks_receive(c->plan.ranks, 0, &from, &data, &n) || from < 1 || n < sizeof *m)
        return SPK__CREW_NOTHING;
    memcpy(m, data, sizeof *m);
    *at = c->n + (size_t)(from - 1) * c->plan.each + (size_t)m->seat;
    return SPK__CREW_MESSAGE;
}

spk__crew_event spk__crew_wait(spk__crew *c, int milliseconds, size_t *at, spk__message *m) {
    enum { TURN_MS = 5 };
    if (!c->plan.ranks)
        return wait_here(c, milliseconds, at, m);
    spk__crew_event e = SPK__CREW_NOTHING;
    for (int passed = 0; !e && passed < milliseconds; passed += TURN_MS) {
        e = hear_ranks(c, at, m);
        if (!e)
            e = wait_here(c, TURN_MS, at, m);
    }
    return e;
}
