/* Virtual nodes of a SONATA circuit: sources that fire when input files say. */
#include "netstudy/sonata_circuit.h"

#include <spikefit/io.h>

#include <math.h>

typedef struct {
    spk__circuit_builder *b;
    const spk__sonata_table *nodes;
    spk_train *train; /* [nodes->n] */
    double **time;
    size_t *room;
} reader;

/* NEST keeps times as whole numbers of 0.001 ms, which it then moves up to the next step. */
static double to_tics(double t_ms) {
    return floor(t_ms * 1000 + 0.5) / 1000;
}

static spk_status add_spikes(reader *r, const spk__named_file *file, const spk_recording *rec) {
    spk_ctx *ctx = r->b->s->ctx;
    for (size_t k = 0; k < spk_recording_sweep_count(rec); k++) {
        const spk_sweep *s = spk_recording_sweep(rec, k);
        int64_t id = spk_recording_cell_id(rec, (size_t)s->cell);
        if (!s->spikes.n)
            continue;
        if (id < 0 || id >= (int64_t)r->nodes->n)
            return spk__fail(ctx, SPK_ERR_INPUT, &file->loc, "nodes are counted from 0",
                             "%s has spikes of node %lld of %s, which has %zu", file->path,
                             (long long)id, r->nodes->name, r->nodes->n);
        spk_train *t = &r->train[id];
        for (size_t i = 0; i < s->spikes.n; i++) {
            if (!spk__grow(ctx, &r->time[id], t->n, &r->room[id], sizeof(double)))
                return SPK_ERR_MEMORY;
            r->time[id][t->n++] = to_tics(s->spikes.t_ms[i]);
        }
    }
    return SPK_OK;
}

static spk_status read_input(reader *r, const spk__named_file *file) {
    spk_read_options o = SPK_READ_OPTIONS_INIT;
    const spk_format *format = NULL;
    spk_recording *rec = NULL;
    spk_ctx *ctx = r->b->s->ctx;
    spk_status st = spk_format_detect(ctx, file->path, &format);
    if (!st && !strcmp(format->name, "sonata"))
        o.select = r->nodes->name;
    if (!st)
        st = spk_recording_read(ctx, &file->path, 1, &o, &rec);
    if (!st)
        st = add_spikes(r, file, rec);
    spk_recording_free(rec);
    return st;
}

/* Into the arena, in order. */
static spk_status keep(reader *r) {
    for (size_t i = 0; i < r->nodes->n; i++) {
        spk_train *t = &r->train[i];
        double *kept = spk__arena_alloc(r->b->s->arena, t->n, sizeof *kept);
        if (!kept)
            return SPK_ERR_MEMORY;
        if (t->n) {
            memcpy(kept, r->time[i], t->n * sizeof *kept);
            spk__sort(kept, t->n);
            t->stop_ms = kept[t->n - 1];
            t->start_ms = fmin(kept[0], 0);
        }
        t->t_ms = kept;
    }
    return SPK_OK;
}

/* The study gives spikes or a rate of its own. */
static bool is_chosen(const reader *r) {
    const spk__node *n = spk__node_find(r->b->chosen, r->nodes->name);
    return spk__node_find(n, "spikes") || spk__node_find(n, "rate");
}

static spk_status read_inputs(reader *r, const spk_loc *loc) {
    const spk__sonata *config = r->b->config;
    size_t found = 0;
    spk_status st = SPK_OK;
    for (size_t i = 0; i < config->n_inputs && !st; i++)
        if (!strcmp(config->input[i].population, r->nodes->name)) {
            st = read_input(r, &config->input[i].file);
            found++;
        }
    if (!st && !found)
        spk__warn(r->b->s->ctx, loc,
                  "name a file in the simulation configuration's inputs, or in a study: "
                  "populations: {NAME: {spikes: FILE}}",
                  "nothing says when the virtual nodes of %s fire: they are silent",
                  r->nodes->name);
    return st ? st : keep(r);
}

spk_status spk__sonata_add_source(spk__circuit_builder *b, const spk__sonata_table *nodes,
                                  const spk_loc *loc) {
    spk_ctx *ctx = b->s->ctx;
    spk_population *p;
    reader r = {.b = b, .nodes = nodes};
    spk_status st = spk__circuit_add_population(b, nodes->name, &p);
    if (st)
        return st;
    p->size = (uint32_t)nodes->n;
    p->loc = *loc;
    if (is_chosen(&r))
        return SPK_OK;
    r.train = spk__arena_alloc(b->s->arena, nodes->n, sizeof *r.train);
    r.time = (double **)spk__alloc(ctx, nodes->n, sizeof(double *));
    r.room = SPK__ARRAY(ctx, nodes->n, size_t);
    st = r.train && r.time && r.room ? read_inputs(&r, loc) : SPK_ERR_MEMORY;
    for (size_t i = 0; r.time && i < nodes->n; i++)
        spk__free(ctx, r.time[i]);
    spk__free(ctx, r.time);
    spk__free(ctx, r.room);
    p->trains = r.train;
    return st;
}
