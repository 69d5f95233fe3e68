/* The time loop. Each part (a range of every population's neurons) runs the steps of a batch by
 * itself; a batch is as long as the shortest delay, so that no part needs another's spikes of the
 * same batch. Batches begin at multiples of their length, however a run is cut. */
#include "network/network.h"

#include <omp.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum {
    BLOCK = 16,  /* slack behind lists of lanes: see history_new */
    PIECE = 512, /* lanes */
};

/* Decaying states end in denormal numbers, which are slow and mean nothing here. */
static unsigned flush_denormals(void) {
#if defined(__x86_64__)
    unsigned before = _mm_getcsr();
    _mm_setcsr(before | 0x8040);
    return before;
#else
    return 0;
#endif
}

static void restore_denormals(unsigned before) {
#if defined(__x86_64__)
    _mm_setcsr(before);
#else
    (void)before;
#endif
}

/* ---- one part of one population, one step ---- */

static void record(spk_network *net, spk__part *part, size_t at, const uint32_t *neuron, uint32_t n,
                   double t_ms) {
    const spk__pop *pop = &net->pop[at];
    spk__record *r = &part->record[at];
    if (r->n + n + BLOCK > r->capacity) {
        size_t capacity = 2 * r->capacity + n + 256;
        uint32_t *grown = spk__realloc(net->ctx, r->neuron, capacity, sizeof *grown);
        double *times = spk__realloc(net->ctx, r->t_ms, capacity, sizeof *times);
        r->neuron = grown ? grown : r->neuron;
        r->t_ms = times ? times : r->t_ms;
        if (!grown || !times) {
            part->st = SPK_ERR_MEMORY;
            return;
        }
        r->capacity = capacity;
    }
    if (net->n_parts == 1) /* whole blocks into the slack: no branch on a small random number */
        for (uint32_t i = 0; i < n; i += BLOCK) {
            memcpy(r->neuron + r->n + i, neuron + i, BLOCK * sizeof *neuron);
            for (size_t j = 0; j < BLOCK; j++)
                r->t_ms[r->n + i + j] = t_ms;
        }
    else
        for (uint32_t i = 0; i < n; i++) {
            r->neuron[r->n + i] = neuron[i];
            r->t_ms[r->n + i] = t_ms;
        }
    if (pop->k->carry)
        for (uint32_t i = 0; i < n; i++)
            r->t_ms[r->n + i] -= pop->real == sizeof(float)
                                     ? (double)((float *)pop->rest)[neuron[i]]
                                     : ((double *)pop->rest)[neuron[i]];
    r->n += n;
}

/* Masks of lanes to a list of lanes, which has room for one vector more. */
static uint32_t list_lanes(const uint32_t *mask, size_t first, size_t last, size_t width,
                           uint32_t *list) {
    uint32_t n = 0;
    for (size_t v = first; v < last; v++)
        for (uint32_t m = mask[v]; m; m &= m - 1)
            list[n++] = (uint32_t)(v * width) + (uint32_t)__builtin_ctz(m);
    return n;
}

#if defined(__x86_64__)
/* Sixteen vectors' masks are looked at together, and a vector's spikes are listed without a branch
 * for each: misses cost more than the rest. */
__attribute__((target("avx512f"))) static uint32_t
list_lanes_avx512(const uint32_t *mask, size_t first, size_t last, size_t width, uint32_t *list) {
    const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    uint32_t n = 0;
    for (size_t v = first; v < last; v += 16) {
        __mmask16 present = last - v < 16 ? (__mmask16)((1u << (last - v)) - 1) : 0xFFFF;
        __m512i masks = _mm512_maskz_loadu_epi32(present, mask + v);
        for (uint32_t m = _mm512_test_epi32_mask(masks, masks); m; m &= m - 1) {
            size_t u = v + (uint32_t)__builtin_ctz(m);
            __m512i at = _mm512_add_epi32(lane, _mm512_set1_epi32((int)(u * width)));
            _mm512_storeu_si512(list + n, _mm512_maskz_compress_epi32((__mmask16)mask[u], at));
            n += (uint32_t)__builtin_popcount(mask[u]);
        }
    }
    return n;
}
#endif

static void list_spikes(spk_network *net, size_t at, size_t part, uint64_t stamp) {
    spk__pop *pop = &net->pop[at];
    size_t first = pop->bound[part], end = pop->bound[part + 1];
    size_t slot = stamp & (pop->n_history - 1);
    uint32_t *list = pop->list + slot * pop->list_stride + first, n;
    size_t v = first / pop->width, last = end / pop->width;
#if defined(__x86_64__)
    /* The slack behind a part's list is the next part's, unless it is the only one. */
    if (net->isa >= SPK_ISA_AVX512 && net->n_parts == 1 && pop->width > 1)
        n = list_lanes_avx512(pop->mask, v, last, pop->width, list);
    else
#endif
        n = list_lanes(pop->mask, v, last, pop->width, list);
    while (n && list[n - 1] >= pop->p->size) /* padding fires too */
        n--;
    pop->list_n[slot * net->n_parts + part] = n;
    if (!n)
        return;
    record(net, &net->part[part], at, list, n, (double)stamp * net->spec.dt_ms);
    net->part[part].n_spikes += n;
    if (pop->first_spike && spk__past_add(net->ctx, pop, &net->part[part].past[at], list, n, stamp))
        net->part[part].st = SPK_ERR_MEMORY;
}

/* Points a call to lanes [first, end), but for what arrives on spike ports. */
static void aim_call(const spk_network *net, size_t at, spk__call *call, size_t first, size_t end) {
    const spk__pop *pop = &net->pop[at];
    size_t v = first / pop->width;
    bool ends = false;
    for (size_t i = 0; i < pop->n_continuous; i++) {
        const spk__port *port = &pop->port[i];
        call->in[i] = port->ring ? (char *)port->ring + first * pop->real : NULL;
        call->in_end[i] = port->end ? (char *)port->end + first * pop->real : call->in[i];
        ends |= port->end != NULL;
    }
    call->args = (spk_step_args){
        .n_vectors = end / pop->width - v,
        .dt_ms = net->spec.dt_ms,
        .input = call->in,
        .input_end = ends ? call->in_end : NULL,
        .state = (char *)pop->state + first * pop->k->n_kernel_states * pop->real,
        .constant = (char *)pop->constant + v * pop->constant_stride * pop->real,
        .constant_stride = pop->constant_stride,
        .seed = net->spec.seed ^ pop->seed,
        .lane_id = pop->lane_id + first,
        .spiked = pop->mask + v,
        .rest = pop->k->carry ? (char *)pop->rest + first * pop->real : NULL,
    };
}

spk_status spk__engine_prepare(spk_network *net) {
    for (size_t part = 0; part < net->n_parts; part++)
        for (size_t i = 0; i < net->spec.n_populations; i++) {
            const spk__pop *pop = &net->pop[i];
            spk__call *call = &net->part[part].call[i];
            if (!pop->k)
                continue;
            call->in = (const void **)spk__alloc(net->ctx, pop->n_ports, sizeof(void *));
            call->in_end = (const void **)spk__alloc(net->ctx, pop->n_ports, sizeof(void *));
            if (!call->in || !call->in_end)
                return SPK_ERR_MEMORY;
            aim_call(net, i, call, pop->bound[part], pop->bound[part + 1]);
        }
    return SPK_OK;
}

/* What has arrived is cleared while it is still near. */
static void step_lanes(spk__pop *pop, spk__call *call, size_t part, size_t first, uint64_t step) {
    size_t n = call->args.n_vectors * pop->width;
    for (size_t i = pop->n_continuous; i < pop->n_ports; i++) {
        spk__port *port = &pop->port[i];
        size_t slot = port->n_slots > 1 ? step % port->n_slots : 0;
        bool comes = port->ring && (port->n_slots > 1 || port->dirty[part]);
        call->in[i] = comes ? (char *)port->ring + (slot * pop->lanes + first) * pop->real : NULL;
    }
    call->args.step = step;
    pop->k->step(&call->args);
    for (size_t i = pop->n_continuous; i < pop->n_ports; i++)
        if (call->in[i])
            memset((void *)call->in[i], 0, n * pop->real);
}

/* Large populations go to and fro in pieces: the lanes stepped last are still in the nearest cache
 * when the next step begins with them. */
static void step_neurons(spk_network *net, size_t at, size_t part, uint64_t step) {
    spk__pop *pop = &net->pop[at];
    spk__call *call = &net->part[part].call[at];
    size_t first = pop->bound[part], end = pop->bound[part + 1];
    size_t n = (end - first + PIECE - 1) / PIECE;
    for (size_t i = 0; i < n; i++) {
        size_t low = first + (step & 1 ? n - 1 - i : i) * PIECE;
        if (n > 1)
            aim_call(net, at, call, low, low + PIECE < end ? low + PIECE : end);
        step_lanes(pop, call, part, low, step);
    }
    for (size_t i = pop->n_continuous; i < pop->n_ports; i++)
        if (pop->port[i].dirty)
            pop->port[i].dirty[part] = 0;
}

/* Sources: the spikes of this stamp among a part's lanes. */
static void step_source(spk_network *net, size_t at, size_t part_at, uint64_t stamp) {
    spk__pop *pop = &net->pop[at];
    spk__part *part = &net->part[part_at];
    size_t first = pop->bound[part_at], end = pop->bound[part_at + 1];
    size_t slot = (stamp & (pop->n_history - 1));
    uint32_t *list = pop->list + slot * pop->list_stride + first * pop->list_factor, n = 0;
    size_t next = part->given_next[at];
    for (; next < pop->n_given && pop->given_stamp[next] <= stamp; next++)
        if (pop->given_stamp[next] == stamp && pop->given_source[next] >= first &&
            pop->given_source[next] < end)
            list[n++] = pop->given_source[next];
    part->given_next[at] = next;
    if (pop->poisson && stamp > 0 && end > first) {
        spk__draw_words(net->spec.seed ^ pop->seed, SPK__RNG_INPUT, 0, (uint32_t)stamp,
                        (uint32_t)(first / 4), (end - first) / 4, part->words);
        for (size_t i = first; i < end && i < pop->p->size; i++)
            for (uint32_t k = spk__poisson_count(pop->poisson, part->words[i - first]); k; k--)
                list[n++] = (uint32_t)i;
    }
    pop->list_n[slot * net->n_parts + part_at] = n;
}

/* Given spikes at time 0 come before the first step. */
void spk__engine_start(spk_network *net) {
    for (size_t part = 0; part < net->n_parts; part++)
        for (size_t i = 0; i < net->spec.n_populations; i++)
            if (!net->pop[i].k)
                step_source(net, i, part, 0);
}

/* ---- batches ---- */

static void exchange(spk_network *net, size_t part, uint64_t last) {
    for (uint64_t stamp = net->part[part].exchanged; stamp <= last; stamp++)
        spk__deliver_ahead(net, part, stamp);
    net->part[part].exchanged = last + 1;
}

static void run_batch(spk_network *net, size_t part, uint64_t from, uint64_t to) {
    exchange(net, part, from);
    for (uint64_t s = from; s < to; s++) {
        spk__deliver(net, part, s);
        for (size_t i = 0; i < net->spec.n_populations; i++) {
            if (!net->pop[i].k)
                continue;
            spk__inputs_apply(net, i, part, s);
            step_neurons(net, i, part, s);
        }
        /* Behind all kernels: masks just written would be waited for. */
        for (size_t i = 0; i < net->spec.n_populations; i++)
            if (net->pop[i].k)
                list_spikes(net, i, part, s + 1);
            else
                step_source(net, i, part, s + 1);
    }
}

typedef struct {
    spk_network *net;
    uint64_t end;
    double limit; /* spikes */
} run_job;

/* After a batch: whether to go on. Decided by one thread for all. */
static bool goes_on(run_job *job, uint64_t step) {
    spk_network *net = job->net;
    uint64_t n = 0;
    for (size_t i = 0; i < net->n_parts; i++) {
        n += net->part[i].n_spikes;
        if (net->part[i].st)
            return false;
    }
    net->step = step;
    net->exploded |= (double)n > job->limit;
    return !net->exploded && step < job->end && !spk_ctx_cancelled(net->ctx);
}

static void run_parts(run_job *job, int thread, int n_threads, bool *go) {
    spk_network *net = job->net;
    unsigned csr = flush_denormals();
    for (uint64_t from = net->step; *go;) {
        uint64_t to = (from / net->batch + 1) * net->batch;
        to = to < job->end ? to : job->end;
        for (size_t part = (size_t)thread; part < net->n_parts; part += (size_t)n_threads)
            run_batch(net, part, from, to);
#pragma omp barrier
        if (thread == 0)
            *go = goes_on(job, to);
#pragma omp barrier
        from = to;
    }
    restore_denormals(csr);
}

static double spike_limit(const spk_network *net, uint64_t end_step) {
    double neurons = 0;
    for (size_t i = 0; i < net->spec.n_populations; i++)
        neurons += net->pop[i].k ? net->pop[i].p->size : 0;
    return net->spec.max_rate_Hz / 1000 * neurons * (double)end_step * net->spec.dt_ms;
}

spk_status spk__engine_run(spk_network *net, uint64_t end_step) {
    run_job job = {net, end_step, spike_limit(net, end_step)};
    bool go = net->step < end_step && !net->exploded;
    if (net->n_parts == 1) {
        unsigned csr = flush_denormals();
        while (go) {
            uint64_t to = (net->step / net->batch + 1) * net->batch;
            to = to < end_step ? to : end_step;
            run_batch(net, 0, net->step, to);
            go = goes_on(&job, to);
        }
        restore_denormals(csr);
    } else {
#pragma omp parallel num_threads((int)net->n_parts)
        run_parts(&job, omp_get_thread_num(), omp_get_num_threads(), &go);
    }
    for (size_t i = 0; i < net->n_parts; i++)
        if (net->part[i].st)
            return net->part[i].st;
    /* What has been fired has reached the synapses, whose weights may now be asked for. */
    unsigned csr = flush_denormals();
    for (size_t i = 0; i < net->n_parts; i++)
        exchange(net, i, net->step);
    restore_denormals(csr);
    return spk_ctx_cancelled(net->ctx) ? SPK_ERR_CANCELLED : SPK_OK;
}
