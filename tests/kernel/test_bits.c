/* Every built-in kernel gives the same bits on every instruction set: spikes, times and final
 * states of lanes with parameters of their own. The instruction sets interleave different numbers
 * of vectors, so the test covers that too. */
#include "kernel_run.h"

#include "kernel/catalogue.h"

enum { LANES = 37, STEPS = 1500 };

static double noise(double t) {
    spk__rng r;
    spk__rng_init(&r, 7, SPK__RNG_TEST, (uint32_t)(t * 1000 + 0.5), 0);
    return 400 + 900 * (spk__rng_uniform(&r) - 0.5);
}

static double small_noise(double t) {
    return noise(t) / 40;
}

static void vary_parameters(lanes *l) {
    const spk_kernel *k = l->k;
    spk__rng r;
    spk__rng_init(&r, 3, SPK__RNG_TEST, 1, 0);
    double *trial = calloc(k->n_parameters + 1, sizeof *trial);
    for (size_t i = 0; i < l->n_lanes; i++) {
        double *p = l->parameter + i * k->n_parameters;
        memcpy(trial, p, k->n_parameters * sizeof *p);
        for (size_t j = 0; j < k->n_parameters; j++) {
            trial[j] = p[j] * (1 + 0.1 * (spk__rng_uniform(&r) - 0.5));
            if (k->guard(trial, l->dt_ms) < 0)
                p[j] = trial[j];
            trial[j] = p[j];
        }
    }
    free(trial);
}

static void simulate(const spk_kernel *k, lanes *l) {
    lanes_init(l, k, LANES, 0.1);
    vary_parameters(l);
    lanes_prepare(l);
    lanes_run(l, STEPS, strncmp(k->model, "izhikevich", 10) ? noise : small_noise);
    double weight[8] = {30, 20, 0, 0, 0, 0, 0, 0};
    for (int i = 0; i < 40; i++) /* and the network's form */
        lanes_step(l, 300, 310, weight);
}

static int order_spikes(const void *a, const void *b) {
    return memcmp(a, b, sizeof(double) + sizeof(uint32_t));
}

/* Spikes in an order that does not depend on how vectors were interleaved. */
static uint64_t hash_lanes(const lanes *l) {
    const spk_kernel *k = l->k;
    uint64_t h = 0;
    char *all = calloc(l->n_spikes + 1, 16);
    for (size_t i = 0; i < l->n_spikes; i++) {
        memcpy(all + 16 * i, &l->spike_ms[i], sizeof(double));
        memcpy(all + 16 * i + 8, &l->spike_lane[i], sizeof(uint32_t));
    }
    qsort(all, l->n_spikes, 16, order_spikes);
    h = spk__hash(all, 16 * l->n_spikes, h);
    free(all);
    for (size_t i = 0; i < LANES; i++)
        for (size_t j = 0; j < k->n_kernel_states; j++) {
            size_t width = (size_t)k->width;
            double x = get_real(k, l->packed_state,
                                (i / width * k->n_kernel_states + j) * width + i % width);
            x = isnan(x) ? 12345 : x; /* the hardware chooses a NaN's sign and payload */
            h = spk__hash(&x, sizeof x, h);
        }
    return h;
}

static size_t n_kernels, n_silent;

static void compare(const spk__builtin_model *m, const spk__builtin_integrator *i, int precision) {
    uint64_t want = 0;
    for (int isa = 0; isa <= (int)spk__cpu_isa(); isa++) {
        const spk_kernel *k = i->kernel[precision][isa];
        lanes l;
        CHECK(k->isa == isa && k->precision == (precision ? SPK_FLOAT64 : SPK_FLOAT32));
        simulate(k, &l);
        uint64_t h = hash_lanes(&l);
        if (isa == 0)
            want = h;
        n_silent += l.n_spikes == 0;
        if (h != want) {
            printf("# %s %s f%d: %s differs\n", m->name, i->label, precision ? 64 : 32,
                   spk__isa_name((spk_isa)isa));
            test__bad++;
        }
        n_kernels++;
        lanes_free(&l);
    }
}

TEST(all_instruction_sets_give_the_same_bits) {
    for (const spk__builtin_model *m = spk__builtin_models; m->name; m++)
        for (const spk__builtin_integrator *i = m->integrators; i->label && !m->about.is_synapse; i++)
            for (int precision = 0; precision < 2; precision++)
                compare(m, i, precision);
    printf("# %zu kernels, %zu of them without spikes\n", n_kernels, n_silent);
    CHECK(n_kernels > 0);
}

int main(void) {
    RUN(all_instruction_sets_give_the_same_bits);
    return test_end();
}
