/* From a recording and its parts to stimuli, which are simulated, and targets, which are compared. */
#include "problem/problem.h"

#include <math.h>
#include <stdlib.h>

void spk__part_set_free(spk_ctx *ctx, spk__part_set *s, size_t n_objectives) {
    for (size_t i = 0; i < s->n_stimuli; i++)
        spk__drive_free(ctx, &s->stimulus[i].drive);
    for (size_t i = 0; i < s->n_targets; i++) {
        for (size_t k = 0; s->target[i].loss && k < n_objectives; k++)
            spk_loss_target_free(s->target[i].loss[k]);
        spk__free(ctx, s->target[i].loss);
        spk__free(ctx, s->target[i].weight);
        spk__free(ctx, s->target[i].sweep);
        spk__free(ctx, s->target[i].data);
    }
    spk__free(ctx, s->stimulus);
    spk__free(ctx, s->target);
    *s = (spk__part_set){0};
}

static spk_status find_stimulus(spk_problem *p, spk__part_set *s, const spk_sweep *sweep,
                                size_t *out) {
    for (size_t i = 0; i < s->n_stimuli; i++) {
        if (s->stimulus[i].number == sweep->stimulus) {
            *out = i;
            return SPK_OK;
        }
    }
    spk__stimulus *st = &s->stimulus[s->n_stimuli];
    st->number = sweep->stimulus;
    st->current_pA = spk_recording_mean_current(p->c.recording, sweep->stimulus);
    if (!st->current_pA.n && !spk__problem_solves_step(p))
        return spk__fail(p->ctx, SPK_ERR_INPUT, &(spk_loc){.file = spk_recording_label(p->c.recording)},
                         "add a current column to the recording, or use the loss 'spikenetopt', which "
                         "solves for a step",
                         "%s has no current: there is nothing to drive the model with", sweep->name);
    *out = s->n_stimuli++;
    return SPK_OK;
}

static spk__target *find_target(spk__part_set *s, size_t stimulus, const spk_part *part) {
    for (size_t i = 0; i < s->n_targets; i++)
        if (s->target[i].stimulus == stimulus && s->target[i].start_ms == part->start_ms &&
            s->target[i].stop_ms == part->stop_ms)
            return &s->target[i];
    spk__target *t = &s->target[s->n_targets++];
    t->stimulus = stimulus;
    t->start_ms = part->start_ms;
    t->stop_ms = part->stop_ms;
    return t;
}

static spk_status add_part(spk_problem *p, spk__part_set *s, const spk_part *part, size_t most) {
    const spk_sweep *sweep = spk_recording_sweep(p->c.recording, part->sweep);
    size_t at = 0;
    spk_status st = find_stimulus(p, s, sweep, &at);
    if (st)
        return st;
    spk__stimulus *stimulus = &s->stimulus[at];
    if (part->stop_ms > stimulus->stop_ms)
        stimulus->stop_ms = part->stop_ms;
    spk__target *t = find_target(s, at, part);
    if (!t->sweep) {
        t->sweep = SPK__ARRAY(p->ctx, most, size_t);
        t->data = SPK__ARRAY(p->ctx, most, spk_train);
        if (!t->sweep || !t->data)
            return SPK_ERR_MEMORY;
    }
    t->sweep[t->n] = part->sweep;
    t->data[t->n] = spk_train_window(sweep->spikes, part->start_ms, part->stop_ms);
    t->n++;
    return SPK_OK;
}

static spk_status build(spk_problem *p, const spk_part *parts, size_t n, spk__part_set *out) {
    out->stimulus = SPK__ARRAY(p->ctx, n, spk__stimulus);
    out->target = SPK__ARRAY(p->ctx, n, spk__target);
    if (!out->stimulus || !out->target)
        return SPK_ERR_MEMORY;
    spk_status st = SPK_OK;
    for (size_t i = 0; !st && i < n; i++)
        st = add_part(p, out, &parts[i], n);
    return st;
}

/* Where the step is, and what amplitudes are worth trying: up to ten times the recorded one, or what
 * drives the default model hard where none was recorded. */
static void plan_step(spk_problem *p, spk__stimulus *s) {
    spk_sweep_summary sum;
    const size_t *sweeps;
    spk_recording_repeats(p->c.recording, s->number, &sweeps);
    spk_recording_summary(p->c.recording, sweeps[0], &sum);
    s->on_ms = sum.active_start_ms;
    s->off_ms = sum.active_stop_ms;
    double size = s->current_pA.n ? fmax(fabs(sum.i_max_pA), fabs(sum.i_min_pA)) : 0;
    s->low_pA = 0;
    s->high_pA = size > 0 ? 10 * size : 5000;
}

/* Whether an objective counts a sweep; names are the file's, or numbers. */
bool spk__problem_counts(const spk__objective *o, const spk_sweep *sweep) {
    if (!o->choice || !o->choice->n_sweeps)
        return true;
    for (size_t i = 0; i < o->choice->n_sweeps; i++) {
        const char *name = o->choice->sweep[i];
        char *end;
        long number = strtol(name, &end, 10);
        if (strcmp(name, sweep->name) == 0 || (*name && !*end && number == sweep->number))
            return true;
    }
    return false;
}

/* The repeats of a target that an objective counts, as its data. */
static spk_status prepare_loss(spk_problem *p, spk__target *t, size_t objective) {
    spk__objective *o = &p->objective[objective];
    spk_train *data = SPK__ARRAY(p->ctx, t->n, spk_train);
    spk_trace *voltage = SPK__ARRAY(p->ctx, t->n, spk_trace);
    size_t n = 0;
    spk_status st = data && voltage ? SPK_OK : SPK_ERR_MEMORY;
    for (size_t r = 0; !st && r < t->n; r++) {
        const spk_sweep *sweep = spk_recording_sweep(p->c.recording, t->sweep[r]);
        if (!spk__problem_counts(o, sweep))
            continue;
        data[n] = t->data[r];
        voltage[n++] = sweep->voltage_mV;
    }
    if (!st && n)
        st = spk_loss_target_new(p->ctx, &o->loss, data, voltage, n,
                                 p->train.stimulus[t->stimulus].current_pA, &t->loss[objective]);
    if (!st && n && spk_loss_limit(t->loss[objective]) > p->spike_limit)
        p->spike_limit = spk_loss_limit(t->loss[objective]);
    t->weight[objective] = (double)n;
    o->weight += (double)n;
    spk__free(p->ctx, data);
    spk__free(p->ctx, voltage);
    return st;
}

static spk_status check_objectives(const spk_problem *p) {
    for (size_t i = 0; i < p->n_objectives; i++)
        if (!(p->objective[i].weight > 0))
            return spk__fail(p->ctx, SPK_ERR_INPUT, &p->objective[i].choice->loc,
                             "`spikefit inspect` names the sweeps; those of 'train' are trained on",
                             "no sweep of the objective '%s' is among the training data",
                             p->objective[i].name);
    return SPK_OK;
}

static spk_status prepare_training(spk_problem *p) {
    size_t spikes = 0;
    spk_status st = SPK_OK;
    for (size_t i = 0; !st && i < p->train.n_stimuli; i++) {
        spk__stimulus *s = &p->train.stimulus[i];
        if (spk__problem_solves_step(p))
            plan_step(p, s);
        st = spk__drive_new(p->ctx, p->k, s->current_pA, p->c.dt_ms, s->stop_ms, &s->drive);
    }
    for (size_t i = 0; !st && i < p->train.n_targets; i++) {
        spk__target *t = &p->train.target[i];
        t->loss = SPK__ARRAY(p->ctx, p->n_objectives, spk_loss_target *);
        t->weight = SPK__ARRAY(p->ctx, p->n_objectives, double);
        st = t->loss && t->weight ? SPK_OK : SPK_ERR_MEMORY;
        for (size_t k = 0; !st && k < p->n_objectives; k++)
            st = prepare_loss(p, t, k);
        for (size_t r = 0; r < t->n; r++)
            spikes += t->data[r].n;
    }
    if (!st && !spikes && !p->c.as_recorded)
        st = spk__fail(p->ctx, SPK_ERR_INPUT, &(spk_loc){.file = spk_recording_label(p->c.recording)},
                       "choose other sweeps or a longer window; `spikefit inspect` shows the spikes",
                       "the training data hold no spike");
    return st ? st : check_objectives(p);
}

spk_status spk__problem_targets(spk_problem *p) {
    spk_status st = build(p, p->c.train, p->c.n_train, &p->train);
    if (!st)
        st = build(p, p->c.test, p->c.n_test, &p->test);
    return st ? st : prepare_training(p);
}
