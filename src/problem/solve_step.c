/* Solving the amplitude of a current step for each candidate, in lanes: all bisect together. The step
 * is the model's constant current I_e, on between on_ms and off_ms. */
#include "problem/problem.h"

#include <math.h>

static void set_current(spk_problem *p, spk__worker *w, size_t n_lanes, const double *amplitude) {
    for (size_t i = 0; i < n_lanes; i++)
        w->parameters[i * p->k->n_parameters + (size_t)p->current_parameter] =
            amplitude ? amplitude[i] : 0;
}

/* One run: before the step, the step, after it. */
static void run_step(spk_problem *p, spk__worker *w, const spk__stimulus *s, size_t n_lanes,
                     size_t n_steps, double dt_ms) {
    size_t on = (size_t)(s->on_ms / dt_ms + 0.5), off = (size_t)(s->off_ms / dt_ms + 0.5);
    on = on < n_steps ? on : n_steps;
    off = off < n_steps ? off : n_steps;
    set_current(p, w, n_lanes, NULL);
    spk__block_load(w->block, w->parameters, n_lanes, dt_ms, p->c.study->seed, w->ids);
    spk__block_run(w->block, NULL, 0, on, NULL);
    set_current(p, w, n_lanes, w->amplitude);
    spk__block_reload(w->block, w->parameters, dt_ms);
    spk__block_run(w->block, NULL, on, off, NULL);
    set_current(p, w, n_lanes, NULL);
    spk__block_reload(w->block, w->parameters, dt_ms);
    spk__block_run(w->block, NULL, off, n_steps, NULL);
    set_current(p, w, n_lanes, w->amplitude); /* what the caller sees */
}

/* The mean number of spikes that the data have under this stimulus. */
static double wanted_count(const spk_problem *p, const spk__stimulus *s) {
    double sum = 0, n = 0;
    for (size_t t = 0; t < p->train.n_targets; t++) {
        const spk__target *target = &p->train.target[t];
        if (p->train.stimulus[target->stimulus].number != s->number)
            continue;
        for (size_t i = 0; i < target->n; i++, n++)
            sum += (double)target->data[i].n;
    }
    return n > 0 ? sum / n : 0;
}

void spk__solve_step(spk_problem *p, spk__worker *w, const spk__stimulus *s, size_t n_lanes,
                     size_t n_steps, double dt_ms) {
    double want = wanted_count(p, s);
    for (size_t i = 0; i < n_lanes; i++) {
        w->amp_low[i] = s->low_pA;
        w->amp_high[i] = s->high_pA;
    }
    /* Counts grow with the current; the lanes of a candidate's trials each find their own. Where several
     * amplitudes give the right count, bisection ends inside their range. */
    for (int k = 0; k < SPK__STEP_RUNS; k++) {
        for (size_t i = 0; i < n_lanes; i++)
            w->amplitude[i] = 0.5 * (w->amp_low[i] + w->amp_high[i]);
        run_step(p, w, s, n_lanes, n_steps, dt_ms);
        bool all_right = true;
        for (size_t i = 0; i < n_lanes; i++) {
            double got = (double)spk__block_spike_count(w->block, i);
            if (fabs(got - want) < 0.5)
                continue;
            all_right = false;
            *(got < want ? &w->amp_low[i] : &w->amp_high[i]) = w->amplitude[i];
        }
        if (all_right)
            break;
    }
}
