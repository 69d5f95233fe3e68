/* What a worker does, on this machine or for another rank. */
#include "cells/worker.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef struct {
    spk__worker_link *link;
    spk__message m;
    double told_s;
} teller;

static void tell(void *user, const spk_cell_fit *f) {
    teller *t = user;
    if (now_s() - t->told_s < 1e-3 * SPK__TELL_MS)
        return;
    t->told_s = now_s();
    t->m.kind = SPK__GOING;
    t->m.evaluations = f->evaluations;
    t->m.loss = f->loss;
    spk__worker_send(t->link, &t->m);
}

void spk__work(spk_ctx *ctx, spk_cells *cells, const char *run, const spk__message *m,
               spk__worker_link *link) {
    spk_cell_fit *f = &cells->fit[m->fit];
    teller to = {.link = link, .m = *m};
    spk__task t = {.run = run,
                   .study = cells->study,
                   .study_name = cells->study_name,
                   .threads = (int)m->threads,
                   .progress = tell,
                   .user = &to};
    f->budget = m->budget;
    f->seconds = 0;
    f->loss = NAN;
    spk__task_run(ctx, &t, f);
    spk__message *back = &to.m;
    back->kind = SPK__ENDED;
    back->status = f->status;
    back->evaluations = f->evaluations;
    back->loss = f->loss;
    back->seconds = f->seconds;
    snprintf(back->reason, sizeof back->reason, "%s", f->reason ? f->reason : "");
    spk__worker_send(link, back);
}

/* ---- for another rank ---- */

enum { TEXTS = 6 };

static void texts_of(const spk_cells *c, const spk_cell_fit *f, const char *text[TEXTS]) {
    const char *all[TEXTS] = {c->study, c->study_name, f->cell, f->model, f->recording, f->folder};
    memcpy(text, all, sizeof all);
}

spk_status spk__luggage_pack(const spk_cells *cells, const spk_cell_fit *f, spk__str *out) {
    const char *text[TEXTS];
    texts_of(cells, f, text);
    for (int i = 0; i < TEXTS; i++)
        spk__str_addn(out, text[i], strlen(text[i]) + 1);
    return out->failed ? SPK_ERR_MEMORY : SPK_OK;
}

/* One seat of this rank: what it fits, and how rank 0 calls that. */
typedef struct {
    spk_cells cells;
    uint64_t fit;
    bool busy;
} place;

typedef struct {
    spk_ctx *ctx;
    const spk_cells_options *o;
    spk__crew *crew;
    place *place;
    size_t n;
} server;

static void clear_place(server *s, place *p) {
    if (p->cells.n)
        spk__cell_fit_clear(s->ctx, p->cells.fit);
    spk__free(s->ctx, p->cells.fit);
    spk__free(s->ctx, p->cells.study);
    spk__free(s->ctx, p->cells.study_name);
    *p = (place){0};
}

static spk_status unpack(server *s, place *p, const char *at, size_t n) {
    char *text[TEXTS] = {0};
    bool whole = true;
    clear_place(s, p);
    for (int i = 0; i < TEXTS && whole; i++) {
        const char *end = memchr(at, 0, n);
        text[i] = end ? spk__strdup(s->ctx, at) : NULL;
        whole = text[i] != NULL;
        n -= whole ? (size_t)(end + 1 - at) : 0;
        at = whole ? end + 1 : at;
    }
    p->cells.fit = SPK__NEW(s->ctx, spk_cell_fit);
    if (!whole || !p->cells.fit) {
        for (int i = 0; i < TEXTS; i++)
            spk__free(s->ctx, text[i]);
        return SPK_ERR_MEMORY;
    }
    p->cells.n = 1;
    p->cells.study = text[0];
    p->cells.study_name = text[1];
    *p->cells.fit =
        (spk_cell_fit){.cell = text[2], .model = text[3], .recording = text[4], .folder = text[5]};
    return SPK_OK;
}

static void work_at(void *user, const spk__message *m, spk__worker_link *link) {
    server *s = user;
    spk__message own = *m;
    own.fit = 0;
    spk__work(s->ctx, &s->place[m->seat].cells, s->o->folder, &own, link);
}

/* *go_on: false once dismissed. */
static spk_status hear_rank_0(server *s, bool *go_on) {
    int from = -1;
    size_t n = 0;
    const void *data = NULL;
    uint32_t kind = 0;
    spk__message m;
    spk_status st = spk_ranks_receive(s->o->ranks, 0, &from, &data, &n);
    if (st || from < 0)
        return st;
    if (n >= sizeof kind)
        memcpy(&kind, data, sizeof kind);
    *go_on = kind != SPK_RANKS_DISMISS;
    if (!*go_on || n < sizeof m)
        return SPK_OK;
    memcpy(&m, data, sizeof m);
    if (m.kind == SPK__TO_STOP)
        spk__crew_stop(s->crew);
    if (m.kind != SPK__TO_WORK || m.seat >= s->n)
        return SPK_OK;
    place *p = &s->place[m.seat];
    st = unpack(s, p, (const char *)data + sizeof m, n - sizeof m);
    p->fit = m.fit;
    p->busy = !st;
    /* A new process each time: it inherits what it is to fit. */
    return st ? st : spk__crew_give(s->crew, (size_t)m.seat, &m, NULL);
}

static spk_status serve(server *s) {
    enum { TURN_MS = 5 };
    bool go_on = true;
    spk_status st = SPK_OK;
    while (!st && go_on) {
        spk__message m;
        size_t seat;
        spk__crew_event e = spk__crew_wait(s->crew, TURN_MS, &seat, &m);
        if (e != SPK__CREW_NOTHING && s->place[seat].busy) {
            m.seat = seat;
            m.fit = s->place[seat].fit;
            if (e == SPK__CREW_DEATH)
                m.status = SPK_CELL_FAILED;
            if (m.kind == SPK__ENDED) {
                s->place[seat].busy = false;
                spk__crew_dismiss(s->crew, seat);
            }
            st = spk_ranks_send(s->o->ranks, 0, &m, sizeof m);
        }
        if (!st)
            st = hear_rank_0(s, &go_on);
    }
    return st;
}

spk_status spk__serve_cells(spk_ctx *ctx, const spk_cells_options *o) {
    server s = {.ctx = ctx, .o = o, .n = o->threads > 0 ? (size_t)o->threads : 1};
    spk__crew_plan plan = {.n = s.n, .work = work_at, .user = &s};
    s.place = SPK__ARRAY(ctx, s.n, place);
    spk_status st = s.place ? spk__crew_new(ctx, &plan, &s.crew) : SPK_ERR_MEMORY;
    spk_status met = spk_ranks_meet(o->ranks, st);
    st = st ? st : met;
    if (!st)
        st = serve(&s);
    spk__crew_free(s.crew);
    for (size_t i = 0; s.place && i < s.n; i++)
        clear_place(&s, &s.place[i]);
    spk__free(ctx, s.place);
    return st;
}
