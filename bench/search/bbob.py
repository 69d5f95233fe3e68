"""COCO's bbob functions: evaluations to targets, our methods beside pycma's, minionpy's and pygmo's.

    python bench/search/bbob.py --methods cmaes pycma --dims 5 10 --budget 20000

Expected running times (ERT: evaluations of all runs over runs that reached the target) to 51 targets
10^2 .. 10^-8 above the minimum. For each method: the share of targets reached, and the geometric mean
of its ERT over the first method's, over the targets that both reached. All search [-5, 5]^dim; the
CMA-ES start uniformly in [-4, 4]^dim with a first step of 2, of ours unless options follow in order:
cmaes::0.1. Peers: pycma, pycma-unbounded, pycma-lq, minion-LSHADE, minion-jSO, pygmo-de, pygmo-pso, pygmo-bee_colony. Needs coco-experiment, and
whichever of cma, minionpy and pygmo is asked for. SPK_BIN names the build (default build/release).
"""

import argparse
import warnings

import numpy as np
from bridge import Search
from cocoex.bare_problem import BareProblem

TARGETS = 10.0 ** np.linspace(2, -8, 51)


class Counter:
    """A function on the unit cube that notes at which evaluation each target was reached."""

    def __init__(self, problem):
        self.problem, self.best = problem, problem.best_value()
        self.n, self.hit, self.next = 0, np.full(len(TARGETS), np.inf), 0

    def __call__(self, u):
        f = self.problem(10 * np.asarray(u) - 5)
        self.n += 1
        while self.next < len(TARGETS) and f - self.best <= TARGETS[self.next]:
            self.hit[self.next] = self.n
            self.next += 1
        return f

    def done(self):
        return self.next == len(TARGETS)


def run_ours(method, f, dim, seed, budget):
    name, *options = method.split(":")
    if name in ("cmaes", "lqcmaes") and not options:
        options = ["", "0.2"]
    s = Search(name, dim, seed=seed, budget=budget, options=[float(o) if o else None for o in options])
    while not s.stopped() and not f.done():
        s.tell([f(x) for x in s.ask()])


def run_pycma(method, f, dim, seed, budget):
    import cma
    rng = np.random.default_rng(seed)
    options = {"verbose": -9, "seed": seed, "maxfevals": budget, "termination_callback": lambda es: f.done(),
               "bounds": [0, 1] if method == "pycma" else None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if method == "pycma-lq":
            cma.fmin_lq_surr2(f, 0.1 + 0.8 * rng.random(dim), 0.2, options)
        else:
            cma.fmin2(f, lambda: 0.1 + 0.8 * rng.random(dim), 0.2, options, restarts=9, bipop=True)


def run_minion(method, f, dim, seed, budget):
    """minion-LSHADE, minion-jSO, ..."""
    import minionpy
    name = method.split("-")[1]
    options = {"x_tol": 1e-300, "population_size": 18 * dim if name == "LSHADE" else 0}
    solver = getattr(minionpy, name)(lambda xs, _=None: [f(x) for x in xs], [(0, 1)] * dim, None, budget,
                                     lambda _: f.done(), seed, options)
    solver.optimize()


def run_pygmo(method, f, dim, seed, budget):
    """pygmo-de, pygmo-pso, pygmo-bee_colony"""
    import pygmo

    class Problem:
        def fitness(self, x):
            return [f(x)]

        def get_bounds(self):
            return [0] * dim, [1] * dim

    name = method.split("-")[1]
    size, options = {"de": (min(max(10 * dim, 20), 500), {"F": 0.5, "CR": 0.9, "variant": 7, "ftol": 0, "xtol": 0}),
                     "pso": (40, {"omega": 0.73, "eta1": 1.5, "eta2": 1.5, "variant": 1, "neighb_type": 1,
                                  "max_vel": 1}),
                     "bee_colony": (40, {"limit": 40 * dim})}[name]
    generations = budget // (2 * size if name == "bee_colony" else size) - 1
    population = pygmo.population(pygmo.problem(Problem()), size, seed=seed)
    pygmo.algorithm(getattr(pygmo, name)(gen=generations, seed=seed, **options)).evolve(population)


RUNNERS = {"pycma": run_pycma, "minion": run_minion, "pygmo": run_pygmo}


def run(method, function, dim, instance, budget):
    f = Counter(BareProblem("bbob", function, dim, instance))
    runner = RUNNERS.get(method.split("-")[0], run_ours)
    runner(method, f, dim, 1000 * function + instance, budget)
    return f.hit, f.n


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--methods", nargs="+", default=["cmaes", "pycma"])
    p.add_argument("--functions", nargs="+", type=int, default=list(range(1, 25)))
    p.add_argument("--dims", nargs="+", type=int, default=[5])
    p.add_argument("--instances", type=int, default=5)
    p.add_argument("--budget", type=int, default=20000, help="evaluations a run")
    a = p.parse_args()
    for dim in a.dims:
        ratios, solved = [], np.zeros(len(a.methods))
        total = 0
        print(f"\ndim {dim}, {a.instances} instances, {a.budget} evaluations: targets reached,"
              " and ERT over the first method's")
        print("  f  " + " ".join(f"{m:>14} {'':6}" for m in a.methods))
        for function in a.functions:
            hits = np.full((len(a.methods), a.instances, len(TARGETS)), np.inf)
            spent = np.zeros((len(a.methods), a.instances))
            for i, method in enumerate(a.methods):
                for k in range(a.instances):
                    hits[i, k], spent[i, k] = run(method, function, dim, k + 1, a.budget)
            good = np.isfinite(hits)
            total += good[0].size
            solved += good.sum((1, 2))
            used = np.where(good, hits, spent[:, :, None]).sum(1)
            with np.errstate(divide="ignore"):
                ert = used / good.sum(1)
            row = []
            for i in range(len(a.methods)):
                both = np.isfinite(ert[0]) & np.isfinite(ert[i])
                ratio = np.exp(np.mean(np.log(ert[i][both] / ert[0][both]))) if both.any() else np.nan
                row.append((good[i].mean(), ratio))
            ratios.append([r for _, r in row])
            print(f"{function:3}  " + " ".join(f"{g:14.2f} {r:6.2f}" for g, r in row), flush=True)
        mean = np.exp(np.nanmean(np.log(ratios), 0))
        print("all  " + " ".join(f"{s / total:14.3f} {m:6.3f}" for s, m in zip(solved, mean)))


main()
