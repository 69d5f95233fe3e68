/* NSGA-II: children by tournaments for rank, then crowding; parents and children compete, front by
 * front, the last front that has room by crowding. */
#include "search/breed.h"

static const spk_opt options[] = {
    SPK__BREED_OPTION_LIST(100, 0.9, 20),
    {0},
};

typedef struct {
    spk__parents p;
    double *crowding; /* by row, as p.rank */
    double *better;   /* of each parent: rank, and among equals the crowding, as one number */
} state;

static spk_status start(spk_search *s) {
    state *t = s->state;
    spk_status st = spk__parents_start(s, &t->p, (size_t)s->opts.v[SPK__BREED_POPULATION]);
    t->crowding = SPK__SEARCH_ARRAY(s, t->p.room, double);
    t->better = SPK__SEARCH_ARRAY(s, t->p.room, double);
    return st ? st : t->crowding && t->better ? SPK_OK : SPK_ERR_MEMORY;
}

static spk_status ask(spk_search *s) {
    state *t = s->state;
    if (!t->p.begun)
        return spk__parents_first(s, &t->p);
    spk__parents_fight(s, &t->p, t->better);
    return spk__parents_breed(s, &t->p);
}

/* kept: all rows by front, those of the last front that has room by falling crowding. Returns the
 * size of the first front. */
static size_t select_rows(spk_search *s, state *t, size_t rows) {
    spk__parents *p = &t->p;
    size_t fronts = spk__pareto_rank(&p->w, p->f, rows, s->n_objectives, p->rank), kept = 0,
           first = 0;
    for (size_t front = 0; front < fronts && kept < p->n; front++) {
        uint32_t *member = p->kept + kept;
        size_t n = spk__pareto_members(&p->w, front, member);
        spk__pareto_crowding(&p->w, p->f, s->n_objectives, member, n, t->crowding);
        if (kept + n > p->n) {
            for (size_t i = 0; i < n; i++)
                t->better[i] = -t->crowding[member[i]];
            spk__search_rank(t->better, n, p->w.order, p->w.scratch);
            for (size_t i = 0; i < n; i++)
                p->w.order[i] = member[p->w.order[i]];
            memcpy(member, p->w.order, n * sizeof *member);
        }
        first = front == 0 ? n : first;
        kept += n;
    }
    return first;
}

static spk_status tell(spk_search *s) {
    state *t = s->state;
    size_t rows = spk__parents_merge(s, &t->p), first = select_rows(s, t, rows);
    /* 1 / (2 + crowding) lies in [0, 1/2]: rank decides first. */
    for (size_t i = 0; i < t->p.n; i++) {
        uint32_t row = t->p.kept[i];
        t->better[i] = (double)t->p.rank[row] + 1 / (2 + t->crowding[row]);
    }
    spk__parents_keep(s, &t->p, first);
    return SPK_OK;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    state *t = s->state;
    spk__parents_sync(s, &t->p, y);
    spk__sync_f64(y, t->better, t->p.n);
    return SPK_OK;
}

const spk__search_method spk__search_nsga2 = {
    .info =
        {
            .name = "nsga2",
            .sentence = "NSGA-II: a front of two or three objectives, spread by crowding",
            .reference = "Deb, Pratap, Agarwal and Meyarivan 2002, doi:10.1109/4235.996017",
            .options = options,
            .min_objectives = 2,
            .max_objectives = 16,
            .rules = 1u << SPK_STOP_BUDGET,
            .uses_start = true,
            .takes_guests = true,
        },
    .state_size = sizeof(state),
    .start = start,
    .ask = ask,
    .welcome = spk__search_welcome,
    .tell = tell,
    .sync = sync,
    .progress = spk__parents_progress,
    .describe = spk__parents_describe,
    .front = spk__parents_front,
};
