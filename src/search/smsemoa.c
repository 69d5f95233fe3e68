/* SMS-EMOA: the population keeps the points that together dominate the largest volume. Of parents
 * and children the better fronts stay, and of the front that has no room for all leaves, one by
 * one, the point that adds least. The paper makes one child at a time, of any two parents; here a
 * generation is made together, so that it can be evaluated together, and judged in four parts: judged
 * whole it loses pieces of fronts more often (30 runs, ZDT2: 3 for 1, ZDT3: 2 for 1), one by one it
 * takes time with the square of the population. Parents win a fight between two for the better front,
 * which finds fronts behind local ones sooner (ZDT4, ZDT6, DTLZ3).
 *
 * Volumes are exact, measured after the front's own range was scaled to 1, from a reference point
 * at 2 in every objective; so the extremes of a front stay.
 */
#include "search/breed.h"
#include "search/volume.h"

static const spk_opt options[] = {
    SPK__BREED_OPTION_LIST(100, 0.9, 20),
    {0},
};

enum { PARTS = 4 }; /* of a generation, judged one after the other */

typedef struct {
    spk__parents p;
    spk__volume v;
    double *front; /* of each parent */
} state;

static spk_status start(spk_search *s) {
    state *t = s->state;
    spk_status st = spk__parents_start(s, &t->p, (size_t)s->opts.v[SPK__BREED_POPULATION]);
    t->front = SPK__SEARCH_ARRAY(s, t->p.n, double);
    if (st || !t->front)
        return st ? st : SPK_ERR_MEMORY;
    return spk__volume_start(s, &t->v, t->p.room, s->n_objectives);
}

static spk_status ask(spk_search *s) {
    state *t = s->state;
    if (!t->p.begun)
        return spk__parents_first(s, &t->p);
    spk__parents_fight(s, &t->p, t->front);
    return spk__parents_breed(s, &t->p);
}

/* kept: all rows by front, as many as stay. Returns the size of the first front. */
static size_t select_rows(spk_search *s, state *t, size_t rows) {
    spk__parents *p = &t->p;
    size_t k = s->n_objectives, kept = 0, first = 0;
    size_t fronts = spk__pareto_rank(&p->w, p->f, rows, k, p->rank);
    for (size_t front = 0; front < fronts && kept < p->n; front++) {
        size_t n = spk__pareto_members(&p->w, front, p->kept + kept);
        if (kept + n > p->n)
            spk__volume_shrink(&t->v, p->f, k, p->kept + kept, n, p->n - kept);
        first = front == 0 ? n : first;
        kept += n;
    }
    return first;
}

/* The rows that stay become the parents. */
static void keep(spk_search *s, state *t, size_t rows) {
    size_t first = select_rows(s, t, rows);
    for (size_t i = 0; i < t->p.n; i++)
        t->front[i] = t->p.rank[t->p.kept[i]];
    spk__parents_keep(s, &t->p, first);
}

static spk_status tell(spk_search *s) {
    state *t = s->state;
    size_t n = t->p.n, parts = t->p.begun ? PARTS : 1;
    for (size_t part = 0; part < parts; part++)
        keep(s, t, spk__parents_add(s, &t->p, n * part / parts, n * (part + 1) / parts));
    return SPK_OK;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    state *t = s->state;
    spk__parents_sync(s, &t->p, y);
    spk__sync_f64(y, t->front, t->p.n);
    return SPK_OK;
}

const spk__search_method spk__search_smsemoa = {
    .info =
        {
            .name = "smsemoa",
            .sentence =
                "SMS-EMOA: a front that dominates the largest volume; for few, costly points",
            .reference = "Beume, Naujoks and Emmerich 2007, doi:10.1016/j.ejor.2006.08.008",
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
