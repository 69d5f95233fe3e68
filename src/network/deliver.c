/* Spikes to inputs. A row is a scalar loop: at 0.75 ns an event it beats vector gather and scatter.
 */
#include "network/network.h"

/* Lists of spikes that one step hands over, in the order of neurons. */
typedef struct {
    const uint32_t *list;
    size_t n;
} spikes;

typedef struct {
    uint32_t keep; /* UINT32_MAX: every spike is handed on */
    uint64_t seed, stamp;
    uint32_t key;
} release;

enum { FAR_BYTES = 1 << 19, LANES = 16 };
typedef float vec_weight __attribute__((vector_size(LANES * sizeof(float))));

enum { LINE = 16 }; /* numbers in a cache line */

/* Keyed by the pair and the stamp, whose bits above 24 change the key; copy tells multiple synapses
 * (and spikes) of a pair apart. */
static bool released(const release *r, uint32_t source, uint32_t target, uint32_t copy) {
    uint32_t counter[4] = {
        target, (uint32_t)SPK__RNG_RELEASE << 24 | (uint32_t)(r->stamp & 0xFFFFFF), r->key, source};
    uint32_t key[2] = {(uint32_t)r->seed, (uint32_t)(r->seed >> 32) ^ (uint32_t)(r->stamp >> 24)};
    uint32_t out[4];
    spk__philox(counter, key, out);
    return out[copy & 3] < r->keep;
}

#define REAL float
#define NAME(x) x##_f32
#include "network/deliver.inc"
#undef REAL
#undef NAME
#define REAL double
#define NAME(x) x##_f64
#include "network/deliver.inc"

static void deliver(spk_network *net, size_t link, size_t part, uint32_t slot, uint64_t stamp) {
    const spk__link *l = &net->link[link];
    const spk__projection *p = &net->checked.projections[link];
    const spk__pop *from = &net->pop[p->from];
    spk__pop *to = &net->pop[p->to];
    release rel = {.keep = l->release, .seed = net->spec.seed, .stamp = stamp, .key = p->job.key};
    size_t at = (stamp & (from->n_history - 1));
    for (size_t q = 0; q < net->n_parts; q++) {
        spikes list = {NULL, from->list_n[at * net->n_parts + q]};
        if (!list.n)
            continue;
        list.list = from->list + at * from->list_stride + from->bound[q] * from->list_factor;
        to->port[to->n_continuous + p->port].dirty[part] = 1;
        if (to->real == sizeof(float))
            link_now_f32(net, link, part, slot, &list, &rel);
        else
            link_now_f64(net, link, part, slot, &list, &rel);
    }
}

void spk__deliver(spk_network *net, size_t part, uint64_t step) {
    for (size_t i = 0; i < net->spec.n_projections; i++) {
        const spk__projection *p = &net->checked.projections[i];
        if (p->ahead || step + 1 < p->delay_steps)
            continue;
        const spk__pop *to = &net->pop[p->to];
        uint32_t n = to->port[to->n_continuous + p->port].n_slots;
        deliver(net, i, part, n > 1 ? (uint32_t)(step % n) : 0, step + 1 - p->delay_steps);
    }
}

void spk__deliver_ahead(spk_network *net, size_t part, uint64_t stamp) {
    for (size_t i = 0; i < net->spec.n_projections; i++) {
        const spk__projection *p = &net->checked.projections[i];
        if (!p->ahead)
            continue;
        const spk__pop *to = &net->pop[p->to];
        uint32_t n = to->port[to->n_continuous + p->port].n_slots;
        deliver(net, i, part, (uint32_t)((stamp + n - 1) % n), stamp);
    }
}
