/* The objectives of a problem: the study's loss, or several mixes. */
#include "problem/problem.h"

static spk_status set_option(spk_problem *p, spk_loss_term *t, const spk_loss_choice *c, size_t i) {
    const spk_setting *s = &c->options.item[i];
    const spk_opt *table = t->metric ? t->metric->options : t->kind->options;
    static const spk_opt none[] = {{0}};
    const char *own = "weight", *near = spk_nearest(s->name, &own, 1);
    bool known = false;
    for (const spk_opt *o = table; o && o->name; o++)
        known = known || strcmp(o->name, s->name) == 0;
    if (near && !known)
        return spk__fail(p->ctx, SPK_ERR_INPUT, &s->name_loc, "did you mean 'weight'?",
                         "%s has no option '%s'", c->name, s->name);
    return spk_opts_set_at(p->ctx, table ? table : none, c->name, s->name, s->value, &s->name_loc,
                           &s->value_loc, &t->options);
}

static spk_status read_losses(spk_problem *p, const spk_loss_choice *choice, size_t n,
                              spk_loss *out) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        spk_status st = spk_loss_add(p->ctx, out, choice[i].name, choice[i].weight, &choice[i].loc);
        for (size_t k = 0; !st && k < choice[i].options.n; k++)
            st = set_option(p, &out->term[out->n - 1], &choice[i], k);
        if (st)
            return st;
        sum += choice[i].weight;
    }
    if (n && !(sum > 0))
        return spk__fail(p->ctx, SPK_ERR_INPUT, &choice[0].loc, "give one of them a weight above 0",
                         "all terms of the loss have weight 0");
    return n ? SPK_OK : spk_loss_default(p->ctx, out);
}

static spk_status read_objective(spk_problem *p, const spk_objective_choice *c, spk__objective *o) {
    const spk_study *s = p->c.study;
    bool own = c && c->n_losses;
    o->name = c ? c->name : "loss";
    o->choice = c;
    o->first_term = p->n_terms;
    spk_status st =
        read_losses(p, own ? c->loss : s->loss, own ? c->n_losses : s->n_losses, &o->loss);
    p->n_terms += o->loss.n;
    if (!st && c && spk_loss_solves_step(&o->loss))
        st = spk__fail(
            p->ctx, SPK_ERR_INPUT, &c->loc, "use it as the only loss",
            "a loss that solves a step has a stimulus of its own and cannot be one of several "
            "objectives");
    return st;
}

spk_status spk__problem_objectives(spk_problem *p) {
    const spk_study *s = p->c.study;
    size_t n = s->n_objectives ? s->n_objectives : 1;
    p->objective = SPK__ARRAY(p->ctx, n, spk__objective);
    spk_status st = p->objective ? SPK_OK : SPK_ERR_MEMORY;
    for (size_t i = 0; !st && i < n; i++, p->n_objectives++)
        st = read_objective(p, s->n_objectives ? &s->objective[i] : NULL, &p->objective[i]);
    return st;
}

bool spk__problem_needs_voltage(const spk_problem *p) {
    for (size_t i = 0; i < p->n_objectives; i++)
        if (spk_loss_needs_voltage(&p->objective[i].loss))
            return true;
    return false;
}

bool spk__problem_solves_step(const spk_problem *p) {
    return p->n_objectives == 1 && spk_loss_solves_step(&p->objective[0].loss);
}
