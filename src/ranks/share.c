/* Evaluations spread over ranks: rank 0 sends each its stretch of the points, evaluates its own,
 * and puts the losses where they belong. A point's loss does not depend on who evaluates it, or
 * beside which others. */
#include "ranks/ranks.h"

#include <stdio.h>

/* Points go out by as many as fill the lanes of a vector. */
enum { GRAIN = 8 };

static size_t stretch(const spk_ranks *r, size_t n) {
    size_t each = (n + (size_t)r->size - 1) / (size_t)r->size;
    return (each + GRAIN - 1) / GRAIN * GRAIN;
}

/* First point of a rank, and how many are its. */
static size_t part_of(const spk_ranks *r, size_t n, int rank, size_t *count) {
    size_t each = stretch(r, n), first = each * (size_t)rank;
    first = first < n ? first : n;
    *count = n - first < each ? n - first : each;
    return first;
}

/* Numbers that go with each point, all outputs together. */
static size_t width_of(const spk__ranks_head *h) {
    size_t n = 0;
    for (int i = 0; i < SPK__RANKS_OUTPUTS; i++)
        n += h->wanted[i];
    return n;
}

static void outputs_of(const spk_evaluation *e, double *out[SPK__RANKS_OUTPUTS]) {
    out[0] = e->loss;
    out[1] = e->each;
    out[2] = e->terms;
}

/* An evaluation of count points from `first` on, its outputs in their places. */
static spk_evaluation stretch_of(const spk_evaluation *e, const spk__ranks_head *h, size_t dim,
                                 size_t first, size_t count) {
    spk_evaluation s = *e;
    s.x += first * dim;
    s.n = count;
    s.noise += e->noise ? first : 0;
    s.loss = e->loss ? e->loss + first : NULL;
    s.each = e->each ? e->each + first * h->wanted[1] : NULL;
    s.terms = e->terms ? e->terms + first * h->wanted[2] : NULL;
    return s;
}

/* ---- rank 0 ---- */

static spk_status send_points(spk_ranks *r, int to, const spk__ranks_head *h, const double *x,
                              size_t dim) {
    size_t bytes = (size_t)h->n * dim * sizeof *x;
    char *message = spk__alloc(r->ctx, sizeof *h + bytes, 1);
    if (!message)
        return SPK_ERR_MEMORY;
    memcpy(message, h, sizeof *h);
    memcpy(message + sizeof *h, x, bytes);
    spk_status st = spk_ranks_send(r, to, message, sizeof *h + bytes);
    spk__free(r->ctx, message);
    return st;
}

/* The next message from another rank, and which. */
static spk_status get_head(spk_ranks *r, int *from, spk__ranks_head *h, const char **rest,
                           size_t *n) {
    const void *data;
    size_t bytes;
    spk_status st = spk_ranks_receive(r, -1, from, &data, &bytes);
    if (st)
        return st;
    if (bytes < sizeof *h)
        return spk__fail(r->ctx, SPK_ERR_INTERNAL, NULL, NULL, "rank %d sent a message cut short",
                         *from);
    memcpy(h, data, sizeof *h);
    *rest = (const char *)data + sizeof *h;
    *n = bytes - sizeof *h;
    return SPK_OK;
}

static spk_status take_losses(spk_ranks *r, const spk__ranks_head *asked, const spk_evaluation *e) {
    int from;
    spk__ranks_head h;
    const char *rest;
    size_t bytes, count;
    spk_status st = get_head(r, &from, &h, &rest, &bytes);
    if (st)
        return st;
    size_t first = part_of(r, e->n, from, &count);
    if (h.status == SPK_ERR_CANCELLED)
        return SPK_ERR_CANCELLED;
    if (h.status)
        return spk__fail(r->ctx, (spk_status)h.status, NULL, NULL, "rank %d: %s", from, h.words);
    if (h.kind != SPK__RANKS_LOSSES || bytes != count * width_of(asked) * sizeof(double))
        return spk__fail(r->ctx, SPK_ERR_INTERNAL, NULL, NULL,
                         "rank %d sent what was not asked for", from);
    double *out[SPK__RANKS_OUTPUTS];
    outputs_of(e, out);
    for (int i = 0; i < SPK__RANKS_OUTPUTS; i++) {
        size_t part = count * asked->wanted[i];
        if (out[i])
            memcpy(out[i] + first * asked->wanted[i], rest, part * sizeof(double));
        rest += part * sizeof(double);
    }
    if (e->tally) {
        e->tally->evaluations += h.tally.evaluations;
        e->tally->silent += h.tally.silent;
        e->tally->exploding += h.tally.exploding;
        e->tally->nonfinite += h.tally.nonfinite;
    }
    return SPK_OK;
}

static spk_status evaluate(void *user, spk_problem *p, const spk_evaluation *e) {
    const spk__shared *s = user;
    spk_ranks *r = s->ranks;
    size_t dim = spk_problem_dim(p), count, asked = 0;
    spk__ranks_head h = {.kind = SPK__RANKS_EVALUATE, .model = s->model};
    h.wanted[0] = e->loss ? 1 : 0;
    h.wanted[1] = e->each ? (uint32_t)spk_problem_objectives(p) : 0;
    h.wanted[2] = e->terms ? (uint32_t)spk_problem_terms(p) : 0;
    spk_status st = SPK_OK;
    for (int rank = 1; !st && rank < r->size; rank++) {
        size_t first = part_of(r, e->n, rank, &count);
        if (!count)
            break;
        h.n = count;
        h.noise = e->noise ? e->noise + first : 0;
        st = send_points(r, rank, &h, e->x + first * dim, dim);
        asked += !st;
    }
    part_of(r, e->n, 0, &count);
    spk_evaluation own = stretch_of(e, &h, dim, 0, count);
    if (!st)
        st = spk_problem_run_here(p, &own);
    /* What was asked is heard, whatever happened, or it would be taken for an answer to the next
     * question. */
    for (; asked; asked--) {
        spk_status one = take_losses(r, &h, e);
        st = st ? st : one;
    }
    return st;
}

static spk_status hear_hellos(spk_ranks *r, uint64_t hash) {
    spk_status st = SPK_OK;
    r->waited_for = true;
    for (int i = 1; i < r->size; i++) {
        int from;
        spk__ranks_head h;
        const char *rest;
        size_t n;
        spk_status one = get_head(r, &from, &h, &rest, &n);
        if (one)
            return one;
        if (!st && h.status)
            st = spk__fail(r->ctx, (spk_status)h.status, NULL, "all ranks must see the same files",
                           "rank %d: %s", from, h.words);
        else if (!st && hash && h.hash != hash)
            st = spk__fail(r->ctx, SPK_ERR_INPUT, NULL, "all ranks must see the same files",
                           "rank %d has read another study, recording or model than rank 0", from);
    }
    return st;
}

/* ---- other ranks ---- */

static void first_words(spk_ctx *ctx, spk_status st, char *buf, size_t size) {
    snprintf(buf, size, "%s", spk_status_text(st));
    for (size_t i = 0; i < spk_ctx_diag_count(ctx); i++)
        if (spk_ctx_diag(ctx, i)->severity == SPK_ERROR) {
            snprintf(buf, size, "%s", spk_ctx_diag(ctx, i)->message);
            return;
        }
}

static spk_status work_out(spk_setup *setup, const spk__ranks_head *h, const double *x,
                           size_t bytes, int threads, double *out, spk_tally *tally) {
    spk_problem *p = NULL;
    spk_status st = setup ? spk_setup_problem(setup, (size_t)h->model, &p) : SPK_ERR_INTERNAL;
    size_t n = (size_t)h->n;
    if (!st && bytes != n * spk_problem_dim(p) * sizeof(double))
        st = SPK_ERR_INTERNAL;
    if (st)
        return st;
    spk_evaluation e = {.x = x, .n = n, .threads = threads, .noise = h->noise, .tally = tally};
    e.loss = h->wanted[0] ? out : NULL;
    e.each = h->wanted[1] ? out + n * h->wanted[0] : NULL;
    e.terms = h->wanted[2] ? out + n * (h->wanted[0] + h->wanted[1]) : NULL;
    return spk_problem_run_here(p, &e);
}

/* A signal may reach every rank; rank 0 is told by the answer, and decides. */
static spk_status answer(spk_ranks *r, spk_setup *setup, const spk__ranks_head *h, const char *x,
                         size_t bytes, int threads) {
    spk__ranks_head back = {.kind = SPK__RANKS_LOSSES};
    size_t numbers = (size_t)h->n * width_of(h), size = sizeof back + numbers * sizeof(double);
    double *points = SPK__ARRAY(r->ctx, bytes / sizeof(double), double);
    double *out = SPK__ARRAY(r->ctx, numbers, double);
    char *message = spk__alloc(r->ctx, size, 1);
    spk_status st = points && out && message ? SPK_OK : SPK_ERR_MEMORY;
    if (!st) {
        memcpy(points, x, bytes);
        st = work_out(setup, h, points, bytes, threads, out, &back.tally);
    }
    back.status = st;
    if (st)
        first_words(r->ctx, st, back.words, sizeof back.words);
    if (!st)
        memcpy(message + sizeof back, out, numbers * sizeof *out);
    if (message)
        memcpy(message, &back, sizeof back);
    st = message ? spk_ranks_send(r, 0, message, size) : spk_ranks_send(r, 0, &back, sizeof back);
    spk_ctx_go_on(r->ctx);
    spk__free(r->ctx, points);
    spk__free(r->ctx, out);
    spk__free(r->ctx, message);
    return st;
}

static spk_status serve(spk_ranks *r, spk_setup *setup, int threads) {
    for (;;) {
        int from;
        spk__ranks_head h;
        const char *rest;
        size_t n;
        spk_status st = get_head(r, &from, &h, &rest, &n);
        if (st || h.kind == SPK_RANKS_DISMISS)
            return st;
        st = answer(r, setup, &h, rest, n, threads);
        if (st)
            return st;
    }
}

/* ---- both ---- */

static uint64_t hash_of(spk_setup *s) {
    const spk_study *y = spk_setup_study(s);
    const char *data = spk_recording_hash(spk_setup_recording(s));
    uint64_t h = spk__hash(y->text, y->text_length, spk__hash(data, strlen(data), 1));
    for (size_t i = 0; i < y->n_models; i++) {
        const char *model = spk_model_hash(spk_setup_model(s, i));
        h = spk__hash(model, strlen(model), h);
    }
    return h ? h : 1;
}

static spk_status share(spk_ranks *r, spk_setup *setup) {
    size_t n = spk_setup_study(setup)->n_models;
    r->shared = SPK__ARRAY(r->ctx, n, spk__shared);
    if (!r->shared)
        return SPK_ERR_MEMORY;
    r->setup = setup;
    for (r->n_shared = 0; r->n_shared < n; r->n_shared++) {
        spk_problem *p;
        spk_status st = spk_setup_problem(setup, r->n_shared, &p);
        if (st)
            return st;
        r->shared[r->n_shared] = (spk__shared){r, r->n_shared};
        spk_problem_share(p, evaluate, &r->shared[r->n_shared]);
    }
    return SPK_OK;
}

static spk_status meet(spk_ranks *r, spk_status failed, uint64_t hash) {
    size_t before = spk_ctx_diag_count(r->ctx);
    spk__ranks_head hello = {.kind = SPK__RANKS_HELLO, .status = failed, .hash = hash};
    if (r->rank == 0) {
        spk_status st = hear_hellos(r, hash);
        if (failed) /* and the others most likely for the same reason */
            spk_ctx_diag_truncate(r->ctx, before);
        return failed ? failed : st;
    }
    r->waited_for = true;
    if (failed)
        first_words(r->ctx, failed, hello.words, sizeof hello.words);
    return spk_ranks_send(r, 0, &hello, sizeof hello);
}

spk_status spk_ranks_meet(spk_ranks *r, spk_status failed) {
    return meet(r, failed, 0);
}

spk_status spk_ranks_share(spk_ranks *r, spk_setup *setup, spk_status failed, int threads) {
    spk_status st = meet(r, failed, failed || !setup ? 0 : hash_of(setup));
    if (st)
        return st;
    return r->rank == 0 ? share(r, setup) : serve(r, failed ? NULL : setup, threads);
}

void spk_ranks_close(spk_ranks *r) {
    if (!r)
        return;
    spk_ctx *ctx = r->ctx;
    for (size_t i = 0; i < r->n_shared; i++) {
        spk_problem *p;
        if (!spk_setup_problem(r->setup, i, &p))
            spk_problem_share(p, NULL, NULL);
    }
    if (!r->waited_for) /* it failed before it came so far */
        spk_ranks_share(r, NULL, SPK_ERR_FAILED, 1);
    if (r->rank == 0) {
        spk__ranks_head bye = {.kind = SPK_RANKS_DISMISS};
        for (int i = 1; i < r->size; i++)
            spk_ranks_send(r, i, &bye, sizeof bye);
    }
    r->plugin->finish();
    spk__free(ctx, r->shared);
    spk__free(ctx, r->buffer);
    spk__free(ctx, r);
}
