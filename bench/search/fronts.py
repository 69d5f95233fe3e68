"""Fronts of ZDT, DTLZ and WFG problems: hypervolume and inverted generational distance (IGD), our methods
beside pymoo's.

    python bench/search/fronts.py --methods nsga2 smsemoa --peers NSGA2 SMSEMOA --problems zdt1 dtlz2 wfg4

100 points, --budget evaluations, mean of --seeds runs, pymoo with simulated binary crossover (eta 20, probability 0.9; NSGA3:
30, 1) and polynomial mutation (eta 20). Objectives are scaled by the true front's range; the reference point lies at 1.1.
ZDT has two objectives, DTLZ three, WFG two unless named as wfg4-3. Needs pymoo. SPK_BIN names the build (default
build/release).
"""

import argparse
import warnings

import numpy as np
from bridge import Search


def problem_of(name):
    from pymoo.problems import get_problem
    if name.startswith("zdt"):
        return get_problem(name)
    if name.startswith("dtlz"):
        return get_problem(name, n_obj=3)
    base, _, objectives = name.partition("-")
    k = int(objectives or 2)
    return get_problem(base, n_var=24, n_obj=k)


def true_front(p):
    from pymoo.util.ref_dirs import get_reference_directions
    if p.n_obj == 2:
        return p.pareto_front()
    return p.pareto_front(get_reference_directions("das-dennis", p.n_obj, n_partitions=30))


def run_ours(method, p, seed, budget):
    s = Search(method, p.n_var, p.n_obj, seed=seed, budget=budget)
    while not s.stopped():
        s.tell(p.evaluate(p.xl + s.ask() * (p.xu - p.xl)))
    return s.front()[1]


def run_pymoo(name, p, seed, budget):
    from pymoo.algorithms.moo import nsga2, nsga3, sms, spea2
    from pymoo.operators.crossover.sbx import SBX
    from pymoo.optimize import minimize
    from pymoo.util.ref_dirs import get_reference_directions
    sbx = SBX(eta=20, prob=0.9)
    make = {"NSGA2": lambda: nsga2.NSGA2(pop_size=100, crossover=sbx),
            "SPEA2": lambda: spea2.SPEA2(pop_size=100, crossover=sbx),
            "SMSEMOA": lambda: sms.SMSEMOA(pop_size=100, crossover=sbx),
            "NSGA3": lambda: nsga3.NSGA3(get_reference_directions(
                "das-dennis", p.n_obj, n_partitions=99 if p.n_obj == 2 else 12), pop_size=100 if p.n_obj == 2 else 92)}
    return minimize(p, make[name](), ("n_eval", budget), seed=seed, verbose=False).F


def main():
    from pymoo.indicators.hv import HV
    from pymoo.indicators.igd import IGD
    a = argparse.ArgumentParser()
    a.add_argument("--methods", nargs="+", default=["nsga2", "spea2", "nsga3", "smsemoa", "moead", "mocmaes"])
    a.add_argument("--peers", nargs="*", default=["NSGA2", "NSGA3"])
    a.add_argument("--problems", nargs="+", default=["zdt1", "zdt2", "zdt3", "zdt4", "zdt6", "dtlz1", "dtlz2", "wfg1",
                                                     "wfg2", "wfg4", "wfg9"])
    a.add_argument("--budget", type=int, default=20000)
    a.add_argument("--seeds", type=int, default=3)
    a = a.parse_args()
    warnings.simplefilter("ignore")
    print("hypervolume / IGD\n" + " " * 8 + " ".join(f"{m:>15}" for m in a.methods + a.peers))
    for name in a.problems:
        p = problem_of(name)
        front = true_front(p)
        low, high = front.min(0), front.max(0)
        volume, distance = HV(ref_point=np.full(p.n_obj, 1.1)), IGD((front - low) / (high - low))
        cells = []
        for method in a.methods + a.peers:
            run = run_pymoo if method in a.peers else run_ours
            fs = [(run(method, p, seed + 1, a.budget) - low) / (high - low) for seed in range(a.seeds)]
            cells.append(f"{np.mean([volume(f) for f in fs]):.4f} / {np.mean([distance(f) for f in fs]):.4f}")
        print(f"{name:8}" + " ".join(f"{c:>15}" for c in cells), flush=True)


main()
