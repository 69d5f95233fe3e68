/* The synapses of a network as they stand, as a table: CSV or HDF5. */
#include "io/h5_write.h"
#include "network/network.h"

static bool ends_in(const char *path, const char *end) {
    size_t n = strlen(path), k = strlen(end);
    return n >= k && !strcmp(path + n - k, end);
}

/* One projection's synapses, by source and target. */
typedef struct {
    int64_t *source, *target;
    double *weight, *delay_ms;
    size_t n;
} table;

static void table_free(spk_ctx *ctx, table *t) {
    spk__free(ctx, t->source);
    spk__free(ctx, t->target);
    spk__free(ctx, t->weight);
    spk__free(ctx, t->delay_ms);
}

static spk_status fill(const spk_network *net, size_t projection, uint32_t *target, uint32_t *delay,
                       table *t) {
    uint32_t n_source = net->checked.projections[projection].job.n_source;
    size_t at = 0;
    for (uint32_t s = 0; s < n_source; s++) {
        size_t n = spk_network_row(net, projection, s, t->n - at, target, t->weight + at, delay);
        for (size_t i = 0; i < n; i++, at++) {
            t->source[at] = s;
            t->target[at] = target[i];
            t->delay_ms[at] = delay[i] * net->spec.dt_ms;
        }
    }
    return SPK_OK;
}

static spk_status table_new(const spk_network *net, size_t projection, table *t) {
    size_t n = (size_t)spk_network_synapse_count(net, projection);
    spk_ctx *ctx = net->ctx;
    *t = (table){.source = SPK__ARRAY(ctx, n + 1, int64_t),
                 .target = SPK__ARRAY(ctx, n + 1, int64_t),
                 .weight = SPK__ARRAY(ctx, n + 1, double),
                 .delay_ms = SPK__ARRAY(ctx, n + 1, double),
                 .n = n};
    uint32_t *target = SPK__ARRAY(ctx, n + 1, uint32_t);
    uint32_t *delay = SPK__ARRAY(ctx, n + 1, uint32_t);
    bool room = t->source && t->target && t->weight && t->delay_ms && target && delay;
    spk_status st = room ? fill(net, projection, target, delay, t) : SPK_ERR_MEMORY;
    spk__free(ctx, target);
    spk__free(ctx, delay);
    if (st)
        table_free(ctx, t);
    return st;
}

/* ---- CSV ---- */

static void add_quoted(spk__str *out, const char *name) {
    if (!strpbrk(name, ",\"\n\r")) {
        spk__str_add(out, "%s", name);
        return;
    }
    spk__str_add(out, "\"");
    for (; *name; name++)
        spk__str_add(out, *name == '"' ? "\"\"" : "%c", *name);
    spk__str_add(out, "\"");
}

static void add_rows(spk__str *out, const char *name, const table *t) {
    char weight[40], delay[40];
    for (size_t i = 0; i < t->n; i++) {
        add_quoted(out, name);
        spk__str_add(out, ",%lld,%lld,%s,%s\n", (long long)t->source[i], (long long)t->target[i],
                     spk__print_double(t->weight[i], weight),
                     spk__print_double(t->delay_ms[i], delay));
    }
}

static spk_status write_csv(const spk_network *net, const char *path) {
    spk__str out = {.ctx = net->ctx};
    spk__str_add(&out, "projection,source,target,weight,delay (ms)\n");
    spk_status st = SPK_OK;
    for (size_t i = 0; i < net->spec.n_projections && !st; i++) {
        table t;
        if ((st = table_new(net, i, &t)))
            break;
        add_rows(&out, net->spec.projections[i].name, &t);
        table_free(net->ctx, &t);
    }
    if (!st)
        st = out.failed ? SPK_ERR_MEMORY
                        : spk__write_file_atomic(net->ctx, path, out.text, out.length);
    spk__str_free(&out);
    return st;
}

/* ---- HDF5 ---- */

static const char *path_of(spk__str *s, const char *projection, const char *column) {
    s->length = 0;
    spk__str_add(s, "/projections/%s%s%s", projection, *column ? "/" : "", column);
    return s->failed ? "/" : s->text;
}

static void write_group(spk__h5w *w, const spk_projection *p, const table *t) {
    spk__str s = {.ctx = w->ctx};
    spk__h5w_ids(w, path_of(&s, p->name, "source"), t->source, t->n);
    spk__h5w_ids(w, path_of(&s, p->name, "target"), t->target, t->n);
    spk__h5w_doubles(w, path_of(&s, p->name, "weight"), t->weight, t->n, 1);
    spk__h5w_doubles(w, path_of(&s, p->name, "delay_ms"), t->delay_ms, t->n, 1);
    spk__h5w_attr_text(w, path_of(&s, p->name, ""), "from", p->from);
    spk__h5w_attr_text(w, path_of(&s, p->name, ""), "to", p->to);
    if (s.failed) {
        w->failed = true;
        w->why = SPK_ERR_MEMORY;
    }
    spk__str_free(&s);
}

static spk_status write_h5(const spk_network *net, const char *path) {
    spk__h5w w;
    spk__h5w_open(net->ctx, &w);
    for (size_t i = 0; i < net->spec.n_projections && !w.failed; i++) {
        table t;
        spk_status st = table_new(net, i, &t);
        if (st) {
            w.failed = true;
            w.why = st;
            break;
        }
        write_group(&w, &net->spec.projections[i], &t);
        table_free(net->ctx, &t);
    }
    return spk__h5w_finish(&w, path);
}

spk_status spk__synapse_file_check(spk_ctx *ctx, const char *path) {
    spk_loc loc = {.file = path};
    return ends_in(path, ".csv") || ends_in(path, ".h5")
               ? SPK_OK
               : spk__fail(ctx, SPK_ERR_USAGE, &loc, "end the name in .csv or .h5",
                           "synapses are written as CSV or HDF5");
}

spk_status spk_network_write_synapses(const spk_network *net, const char *path) {
    spk_status st = spk__synapse_file_check(net->ctx, path);
    if (st)
        return st;
    return ends_in(path, ".h5") ? write_h5(net, path) : write_csv(net, path);
}
