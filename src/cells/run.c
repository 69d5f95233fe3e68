/* A run of many cells: hands out fits, writes down what comes back. */
#include "cells/crew.h"
#include "cells/plan.h"
#include "cells/worker.h"

#include <math.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

typedef struct {
    spk_ctx *ctx;
    const spk_cells_options *o;
    spk__plan plan;
    spk__crew *crew;
    size_t n_seats;
    size_t *working; /* [seats]: index of a fit, or NONE */
    size_t next;     /* fit to look at for more work */
    size_t left;     /* fits that are not handed out yet */
    bool stopping;
    uint64_t worked; /* evaluations of this session */
    double began_s, told_s;
    spk_cells_progress counts;
    double counted_s;
} session;

enum { TELL_MS = SPK__TELL_MS };
#define NONE SIZE_MAX

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool is_due(const session *s, const spk_cell_fit *f) {
    return f->status != SPK_CELL_DONE || f->budget != s->plan.budget;
}

static void enter(void *user) {
    session *s = user;
    close(s->plan.lock);
}

static void work(void *user, const spk__message *m, spk__worker_link *link) {
    session *s = user;
    spk__work(s->ctx, s->plan.cells, s->o->folder, m, link);
}

/* ---- who hands out ---- */

static size_t count_working(const session *s) {
    size_t n = 0;
    for (size_t i = 0; i < s->n_seats; i++)
        n += s->working[i] != NONE;
    return n;
}

/* Cores that no other fit needs go to the last ones; that changes no bit of them. */
static uint32_t threads_for(const session *s) {
    size_t fits = s->left + count_working(s), cores = (size_t)spk__thread_count(s->o->threads);
    if (s->o->ranks)
        return 1;
    return fits < cores ? (uint32_t)(cores / (fits ? fits : 1)) : 1;
}

static spk_status hand_out(session *s, size_t seat) {
    spk_cells *c = s->plan.cells;
    while (s->next < c->n && !is_due(s, &c->fit[s->next]))
        s->next++;
    if (s->next == c->n)
        return SPK_OK;
    spk__message m = {
        .kind = SPK__TO_WORK, .threads = threads_for(s), .fit = s->next, .budget = s->plan.budget};
    spk_cell_fit *f = &c->fit[s->next++];
    s->working[seat] = (size_t)m.fit;
    s->left--;
    f->status = SPK_CELL_RUNNING;
    f->budget = s->plan.budget;
    spk__free(s->ctx, f->reason);
    f->reason = NULL;
    spk__state_update(&s->plan.state, f);
    spk_status st = s->plan.state.status;
    spk__str luggage = {.ctx = s->ctx};
    if (!st && s->o->ranks)
        st = spk__luggage_pack(c, f, &luggage);
    if (!st)
        st = spk__crew_give(s->crew, seat, &m, &luggage);
    spk__str_free(&luggage);
    return st;
}

static void count(session *s) {
    const spk_cells *c = s->plan.cells;
    spk_cells_progress p = {.n = c->n};
    for (size_t i = 0; i < c->n; i++) {
        const spk_cell_fit *f = &c->fit[i];
        bool over = f->status == SPK_CELL_FAILED || !is_due(s, f);
        p.n_done += f->status == SPK_CELL_DONE;
        p.n_failed += f->status == SPK_CELL_FAILED;
        p.n_running += f->status == SPK_CELL_RUNNING;
        p.budget += s->plan.budget;
        p.evaluations += over ? s->plan.budget : f->evaluations;
    }
    s->counts = p;
    s->counted_s = now_s();
}

/* Counted anew once in a while: a run of 100,000 fits has other things to do at each end of one. */
static void report(session *s, const spk_cell_fit *ended) {
    enum { RECOUNT_MS = 200 };
    if (!s->o->progress)
        return;
    if (!ended || now_s() - s->counted_s > 1e-3 * RECOUNT_MS)
        count(s);
    spk_cells_progress p = s->counts;
    p.ended = ended;
    p.elapsed_s = now_s() - s->began_s;
    p.left_s = s->worked ? p.elapsed_s * (double)(p.budget - p.evaluations) / (double)s->worked : NAN;
    s->o->progress(s->o->user, &p);
}

static void take_progress(session *s, spk_cell_fit *f, const spk__message *m) {
    if (m->evaluations > f->evaluations)
        s->worked += m->evaluations - f->evaluations;
    f->evaluations = m->evaluations;
    f->loss = m->loss;
}

/* A fit that ended well has a result to read; one whose result cannot be read has failed. */
static spk_status take_end(session *s, size_t index, const spk__message *m, bool died) {
    spk_ctx *ctx = s->ctx;
    spk__state *state = &s->plan.state;
    spk_cell_fit *f = &s->plan.cells->fit[index];
    size_t before = spk_ctx_diag_count(ctx);
    f->seconds += m->seconds;
    f->status = died ? SPK_CELL_FAILED : (spk_cell_status)m->status;
    if (!died && m->evaluations)
        take_progress(s, f, m);
    bool has_result =
        f->status == SPK_CELL_DONE || (f->status == SPK_CELL_INTERRUPTED && m->evaluations);
    const char *reason = f->status == SPK_CELL_FAILED ? m->reason : NULL;
    if (has_result && spk__cell_fit_load(ctx, s->o->folder, f)) {
        f->status = SPK_CELL_FAILED;
        reason = "its result cannot be read";
    }
    spk_ctx_diag_truncate(ctx, before);
    f->reason = reason ? spk__strdup(ctx, reason) : NULL;
    f->budget = s->plan.budget;
    spk__state_begin(state);
    spk__state_update(state, f);
    if (f->n_scores + f->n_parameters)
        spk__state_put_results(state, f);
    spk__state_commit(state);
    report(s, f);
    return state->status;
}

/* What runs is written down about once a second, so that it can be followed. */
static spk_status keep_up(session *s) {
    spk__state *state = &s->plan.state;
    if (now_s() - s->told_s < 1e-3 * TELL_MS)
        return SPK_OK;
    s->told_s = now_s();
    spk__state_begin(state);
    for (size_t i = 0; i < s->n_seats; i++)
        if (s->working[i] != NONE)
            spk__state_update(state, &s->plan.cells->fit[s->working[i]]);
    spk__state_commit(state);
    report(s, NULL);
    return state->status;
}

static spk_status one_event(session *s) {
    spk__message m;
    size_t seat;
    spk__crew_event e = spk__crew_wait(s->crew, TELL_MS / 5, &seat, &m);
    size_t index = e == SPK__CREW_NOTHING ? NONE : s->working[seat];
    spk_status st = SPK_OK;
    if (index != NONE && e == SPK__CREW_MESSAGE && m.kind == SPK__GOING) {
        take_progress(s, &s->plan.cells->fit[index], &m);
    } else if (index != NONE) {
        s->working[seat] = NONE;
        st = take_end(s, index, &m, e == SPK__CREW_DEATH);
    }
    return st ? st : keep_up(s);
}

static spk_status work_through(session *s) {
    spk_status st = SPK_OK;
    while (!st) {
        if (spk_ctx_cancelled(s->ctx) && !s->stopping) {
            s->stopping = true;
            spk__crew_stop(s->crew);
        }
        for (size_t i = 0; !st && !s->stopping && i < s->n_seats; i++)
            if (s->working[i] == NONE)
                st = hand_out(s, i);
        if (st || !count_working(s))
            break;
        st = one_event(s);
    }
    return st;
}

static spk_status start(session *s) {
    size_t cores = (size_t)spk__thread_count(s->o->threads);
    spk__crew_plan plan = {.work = work, .enter = enter, .user = s, .ranks = s->o->ranks};
    for (size_t i = 0; i < s->plan.cells->n; i++)
        s->left += is_due(s, &s->plan.cells->fit[i]);
    plan.each = s->o->threads > 0 ? (size_t)s->o->threads : 1;
    plan.n = s->o->ranks ? plan.each : s->left < cores ? s->left : cores;
    s->n_seats = plan.n;
    if (s->o->ranks)
        s->n_seats += plan.each * (size_t)(spk_ranks_size(s->o->ranks) - 1);
    s->working = SPK__ARRAY(s->ctx, s->n_seats, size_t);
    if (!s->working)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < s->n_seats; i++)
        s->working[i] = NONE;
    return spk__crew_new(s->ctx, &plan, &s->crew);
}

/* What a session that fails or stops leaves behind is not running any more. */
static void settle(session *s) {
    spk__state *state = &s->plan.state;
    for (size_t i = 0; i < s->n_seats; i++)
        if (s->working && s->working[i] != NONE) {
            spk_cell_fit *f = &s->plan.cells->fit[s->working[i]];
            f->status = SPK_CELL_INTERRUPTED;
            spk__state_update(state, f);
        }
}

spk_status spk_cells_run(spk_ctx *ctx, const spk_cells_options *o) {
    session s = {.ctx = ctx, .o = o, .began_s = now_s()};
    if (o->ranks && spk_ranks_rank(o->ranks) > 0)
        return spk__serve_cells(ctx, o);
    spk_status st = spk__plan_open(ctx, o, &s.plan);
    if (o->ranks)
        st = spk_ranks_meet(o->ranks, st);
    /* A session that was killed left these. */
    for (size_t i = 0; !st && i < s.plan.cells->n; i++)
        if (s.plan.cells->fit[i].status == SPK_CELL_RUNNING) {
            s.plan.cells->fit[i].status = SPK_CELL_INTERRUPTED;
            spk__state_update(&s.plan.state, &s.plan.cells->fit[i]);
            st = s.plan.state.status;
        }
    if (!st)
        st = start(&s);
    if (!st)
        st = work_through(&s);
    spk__crew_free(s.crew);
    settle(&s);
    spk__free(ctx, s.working);
    spk__plan_close(ctx, &s.plan);
    return st ? st : s.stopping ? SPK_ERR_CANCELLED : SPK_OK;
}
