"""Fronts of ZDT, DTLZ and WFG problems: hypervolume and inverted generational distance (IGD), our methods
beside pymoo's and pygmo's.

    python bench/search/fronts.py --problems zdt1 zdt4 --budget 20000
    python bench/search/fronts.py --problems dtlz2 wfg4 --methods nsga2 moead --peers NSGA2 pygmo-moead

100 points (91 or 92 where they follow directions for three objectives), --budget evaluations, mean of --seeds runs. Peers: pymoo
with simulated binary crossover (eta 20, probability 0.9; NSGA3: 30, 1) and polynomial mutation (eta 20); pymoo's MOEAD and
pygmo's as they come. Objectives are scaled by the true front's range; the reference point lies at 1.1.
ZDT has two objectives; DTLZ and WFG three with the usual 7, 12 or 22 and 24 coordinates, or two as wfg4-2. --keep FILE
remembers runs, so that a long table can be made in parts. SPK_BIN names the build (default build/release).
"""

import argparse
import json
import os
import warnings

import numpy as np
from bridge import Search

OURS = ["nsga2", "spea2", "nsga3", "smsemoa", "moead", "mocmaes"]
PEERS = ["NSGA2", "SPEA2", "NSGA3", "SMSEMOA", "MOEAD", "pygmo-moead"]
ZDT = ["zdt1", "zdt2", "zdt3", "zdt4", "zdt6"]


def problem_of(name):
    from pymoo.problems import get_problem
    base, _, objectives = name.partition("-")
    k = int(objectives or 3)
    if base.startswith("zdt"):
        return get_problem(base)
    if base.startswith("dtlz"):
        return get_problem(base, n_obj=k, n_var=k + {"1": 4, "7": 19}.get(base[4], 9))
    return get_problem(base, n_var=24, n_obj=k)


# ---- true fronts: formulas of the papers, since pymoo fetches some and computes some with a rounding error ----

def grid(k, steps):
    axes = np.meshgrid(*[np.linspace(0, 1, steps)] * (k - 1))
    return np.stack([a.ravel() for a in axes], 1)


def shape(x, first, last):
    """Huband et al. 2006, doi:10.1109/TEVC.2005.861417: products of first, closed by last."""
    k = x.shape[1] + 1
    return np.stack([np.prod(first(x[:, :k - 1 - m]), 1) * (last(x[:, k - 1 - m]) if m else 1) for m in range(k)], 1)


def wfg_front(number, k):
    x = grid(k, 2000 if k == 2 else 150)
    quarter = x * np.pi / 2
    scale = 2 * np.arange(1, k + 1)
    if number == 3:
        x[:, 1:] = 0.5
        return shape(x, lambda x: x, lambda x: 1 - x) * scale
    if number > 3:
        return shape(quarter, np.sin, np.cos) * scale
    f = shape(quarter, lambda q: 1 - np.cos(q), lambda q: 1 - np.sin(q))
    if number == 1:
        f[:, -1] = 1 - x[:, 0] - np.cos(10 * np.pi * x[:, 0] + np.pi / 2) / (10 * np.pi)
    else:
        f[:, -1] = 1 - x[:, 0] * np.cos(5 * np.pi * x[:, 0]) ** 2
    return f * scale


def dtlz_front(number, k):
    x = grid(k, 2000 if k == 2 else 150)
    if number == 7:
        return np.column_stack([x, 2 * k - np.sum(x * (1 + np.sin(3 * np.pi * x)), 1)])
    if number in (5, 6):
        x[:, 1:] = 0.5
    if number == 1:
        return 0.5 * shape(np.sqrt(x), lambda x: x, lambda x: 1 - x)
    return shape(x * np.pi / 2, np.cos, np.sin)


def thin(f, n=500):
    """The points of f that no other dominates; of many some that are far from each other."""
    from pymoo.util.nds.non_dominated_sorting import find_non_dominated
    f = np.unique(f.round(12), axis=0)
    f = f[find_non_dominated(f)]
    if len(f) <= n:
        return f
    g = (f - f.min(0)) / np.ptp(f, axis=0)
    chosen = sorted({int(i) for i in np.concatenate([g.argmin(0), g.argmax(0)])})
    far = ((g[:, None] - g[chosen]) ** 2).sum(2).min(1)
    while len(chosen) < n:
        chosen.append(int(far.argmax()))
        far = np.minimum(far, ((g - g[chosen[-1]]) ** 2).sum(1))
    return f[chosen]


def true_front(name, k):
    if name.startswith("zdt"):
        return problem_of(name).pareto_front()
    make = dtlz_front if name.startswith("dtlz") else wfg_front
    return thin(make(int(name.partition("-")[0][-1]), k))


# ---- runs ----

def run_ours(method, p, seed, budget):
    s = Search(method, p.n_var, p.n_obj, seed=seed, budget=budget)
    while not s.stopped():
        s.tell(p.evaluate(p.xl + s.ask() * (p.xu - p.xl)))
    return s.front()[1]


def run_pymoo(name, p, seed, budget):
    from pymoo.algorithms.moo import moead, nsga2, nsga3, sms, spea2
    from pymoo.operators.crossover.sbx import SBX
    from pymoo.optimize import minimize
    from pymoo.util.ref_dirs import get_reference_directions
    sbx = SBX(eta=20, prob=0.9)
    lines = get_reference_directions("das-dennis", p.n_obj, n_partitions=99 if p.n_obj == 2 else 12)
    make = {"NSGA2": lambda: nsga2.NSGA2(pop_size=100, crossover=sbx),
            "SPEA2": lambda: spea2.SPEA2(pop_size=100, crossover=sbx),
            "SMSEMOA": lambda: sms.SMSEMOA(pop_size=100, crossover=sbx),
            "MOEAD": lambda: moead.MOEAD(lines),
            "NSGA3": lambda: nsga3.NSGA3(lines, pop_size=100 if p.n_obj == 2 else 92)}
    return minimize(p, make[name](), ("n_eval", budget), seed=seed, verbose=False).F


class Wrapped:
    """A problem as pygmo wants it."""

    def __init__(self, name):
        self.name = name

    def fitness(self, x):
        self.p = getattr(self, "p", None) or problem_of(self.name)
        return self.p.evaluate(x[None])[0]

    def get_nobj(self):
        return problem_of(self.name).n_obj

    def get_bounds(self):
        p = problem_of(self.name)
        return list(p.xl), list(p.xu)


def run_pygmo(name, problem, seed, budget):
    import pygmo
    p = pygmo.problem(Wrapped(problem))
    n = 91 if p.get_nobj() == 3 else 100
    make = {"pygmo-moead": lambda g: pygmo.moead(gen=g, seed=seed), "pygmo-nsga2": lambda g: pygmo.nsga2(gen=g, seed=seed)}
    points = pygmo.population(p, n + n % 2 * (name == "pygmo-nsga2"), seed=seed)
    points = pygmo.algorithm(make[name](budget // len(points) - 1)).evolve(points)
    f = points.get_f()
    return f[pygmo.fast_non_dominated_sorting(f)[0][0]]


def score(method, name, p, seed, budget, front):
    from pymoo.indicators.hv import HV
    from pymoo.indicators.igd import IGD
    if method.startswith("pygmo"):
        f = run_pygmo(method, name, seed, budget)
    else:
        f = (run_pymoo if method[0].isupper() else run_ours)(method, p, seed, budget)
    low, high = front.min(0), front.max(0)
    f = (f - low) / (high - low)
    return float(HV(ref_point=np.full(p.n_obj, 1.1))(f)), float(IGD((front - low) / (high - low))(f))


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--methods", nargs="*", default=OURS)
    a.add_argument("--peers", nargs="*", default=PEERS)
    a.add_argument("--problems", nargs="+", default=ZDT)
    a.add_argument("--budget", type=int, default=20000)
    a.add_argument("--seeds", type=int, default=3)
    a.add_argument("--keep", help="a file of runs that were made already")
    a = a.parse_args()
    warnings.simplefilter("ignore")
    done = {}
    if a.keep and os.path.exists(a.keep):
        done = {tuple(key): value for key, value in map(json.loads, open(a.keep))}
    print("hypervolume / IGD\n" + " " * 8 + " ".join(f"{m:>15}" for m in a.methods + a.peers))
    for name in a.problems:
        p = problem_of(name)
        front = true_front(name, p.n_obj)
        cells = []
        for method in a.methods + a.peers:
            for seed in range(1, a.seeds + 1):
                key = (method, name, seed, a.budget)
                if key not in done:
                    done[key] = score(method, name, p, seed, a.budget, front)
                    if a.keep:
                        with open(a.keep, "a") as f:
                            f.write(json.dumps([key, done[key]]) + "\n")
            mean = np.mean([done[method, name, seed, a.budget] for seed in range(1, a.seeds + 1)], axis=0)
            cells.append("{:.4f} / {:.4f}".format(*mean))
        print(f"{name:8}" + " ".join(f"{c:>15}" for c in cells), flush=True)


if __name__ == "__main__":
    main()
