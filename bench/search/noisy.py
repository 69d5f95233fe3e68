"""COCO's bbob-noisy functions: how far from the minimum, without noise, the point is that a search believes in.

    python bench/search/noisy.py --methods cmaes pycma --dims 5 10 20 --budget 5000

The function behind the noise is the bbob function of the same instance, which holds for 24 of the 30 (f116 to
f118 and f125 to f127 are scaled otherwise and left out). For each method: its favourite's distance from the minimum (pycma:
xfavorite), median over instances; at the end the geometric mean over functions of that over the first method's. turbo and
other peers are named as in bbob.py. Needs coco-experiment and cma. SPK_BIN names the build (default build/release).
"""

import argparse
import warnings

import cocoex
import numpy as np
from bridge import Search
from cocoex.bare_problem import BareProblem

BEHIND = {first + k: base for first, base in
          [(101, 1), (104, 8), (107, 1), (110, 8), (113, 7), (119, 14), (122, 17), (128, 21)] for k in range(3)}


def run_ours(method, f, dim, seed, budget):
    name, *options = method.split(":")
    s = Search(name, dim, noisy=True, seed=seed, budget=budget, options=[float(o) if o else None for o in options])
    while not s.stopped():
        s.tell([f(x) for x in s.ask()])
    return s.favourite()


def run_pycma(f, dim, seed, budget):
    import cma
    rng = np.random.default_rng(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, es = cma.fmin2(f, lambda: 0.1 + 0.8 * rng.random(dim), 0.2,
                          {"verbose": -9, "seed": seed, "maxfevals": budget, "bounds": [0, 1]}, restarts=9, bipop=True)
    return np.asarray(es.result.xfavorite)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--methods", nargs="+", default=["cmaes", "pycma"])
    p.add_argument("--dims", nargs="+", type=int, default=[5])
    p.add_argument("--instances", type=int, default=3)
    p.add_argument("--budget", type=int, default=5000)
    a = p.parse_args()
    for dim in a.dims:
        print(f"\ndim {dim}, {a.instances} instances, {a.budget} evaluations: distance of the favourite from the minimum")
        print("   f  " + " ".join(f"{m:>12}" for m in a.methods))
        logs = []
        instances = ",".join(str(k + 1) for k in range(a.instances))
        suite = cocoex.Suite("bbob-noisy", "", f"dimensions:{dim} instance_indices:{instances}")
        problems = {}
        for problem in suite.ids():
            q = suite.get_problem(problem)
            problems.setdefault(q.id_function, []).append(q)
        for function, base in BEHIND.items():
            row = []
            for method in a.methods:
                errors = []
                for k, q in enumerate(problems[function]):
                    def f(u, q=q):
                        return q(10 * np.asarray(u) - 5)
                    seed = 1000 * function + k + 1
                    x = run_pycma(f, dim, seed, a.budget) if method == "pycma" else \
                        run_ours(method, f, dim, seed, a.budget)
                    plain = BareProblem("bbob", base, dim, k + 1)
                    errors.append(plain(10 * x - 5) - plain.best_value())
                row.append(max(np.median(errors), 1e-8))
            logs.append(np.log(row))
            print(f"{function:4}  " + " ".join(f"{e:12.3g}" for e in row), flush=True)
        mean = np.exp(np.mean(np.array(logs) - np.array(logs)[:, :1], 0))
        print("mean  " + " ".join(f"{m:12.2f}" for m in mean))


main()
