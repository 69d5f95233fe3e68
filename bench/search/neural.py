"""Evaluations that searches need to fit neurons: recovery of AdEx, Izhikevich and GLIF parameters from spikes
under noise current, and real cells of ../shared/data. Our methods beside nevergrad's.

    python bench/search/neural.py --methods cmaes lshade ng-CMA ng-DE --budget 3000 --seeds 5

Every method sees the same loss (evaluated by spikefit) on the unit cube, is asked for 8 points at a time where it
lets itself be asked so (ng-DE: 30, as brian2modelfitting's examples do), and starts in the middle if it starts somewhere. For each cell: the median loss
at the end, and, against the best of nevergrad's portfolio (--portfolio) and against its DE, the evaluations after which the
median over seeds of the best loss is as low as theirs at the end, as a part of the budget. SPK_BIN names the build
(default build/release). A method may be followed by options in order: cmaes:96.
"""

import argparse
import ctypes
import os
import pathlib
import re
import subprocess
import tempfile
import time
import warnings

import numpy as np
from bridge import DOUBLES, Search, _doubles, _library

DATA = pathlib.Path(__file__).resolve().parents[2] / ".." / "shared" / "data"

# name, model, stimulus, true parameters
RECOVERY = [
    ("AdEx", "aeif_psc_exp", "noise: mean 450 pA, sd 350 pA, tau 5 ms",
     "C_m=200 pF, g_L=12 nS, E_L=-65 mV, V_th=-48 mV, Delta_T=1.5 mV, V_reset=-60 mV, a=3 nS, b=60 pA, tau_w=90 ms"),
    ("Izhikevich", "izhikevich", "noise: mean 5 pA, sd 8 pA, tau 5 ms", "a=0.03, b=0.22, c=-60 mV, d=5 mV"),
    ("GLIF 3", "glif3_psc", "noise: mean 150 pA, sd 220 pA, tau 5 ms", "C_m=80 pF, g=7 nS, E_L=-75 mV, V_th=-48 mV"),
]
# name, model, files, end of the training data (ms)
REAL = [("cell 05", "aeif_psc_exp", "cortical_ou_current/set05_rep*.csv", 3400),
        ("cell 08", "aeif_psc_exp", "cortical_ou_current/set08_rep*.csv", 3400),
        ("frozen noise", "glif4_psc", "cortical_frozen_noise/rep*.csv", 6000)]


class Loss:
    """The loss of a study on the unit cube; notes the best value after each evaluation."""

    def __init__(self, study):
        self.lib = _library()
        self.lib.neural_new.restype = ctypes.c_void_p
        self.lib.neural_new.argtypes = [ctypes.c_char_p]
        self.lib.neural_dim.restype = ctypes.c_size_t
        self.lib.neural_dim.argtypes = [ctypes.c_void_p]
        self.lib.neural_cost.restype = ctypes.c_double
        self.lib.neural_cost.argtypes = [ctypes.c_void_p]
        self.lib.neural_evaluate.argtypes = [ctypes.c_void_p, DOUBLES, ctypes.c_size_t, DOUBLES]
        self.handle = self.lib.neural_new(str(study).encode())
        if not self.handle:
            raise SystemExit(f"{study} cannot be opened")
        self.dim = self.lib.neural_dim(self.handle)

    def begin(self, budget):
        self.best = np.full(budget, np.inf)
        self.n, self.budget = 0, budget

    def __call__(self, x):
        x = np.ascontiguousarray(np.atleast_2d(x), float)
        f = np.empty(len(x))
        if self.lib.neural_evaluate(self.handle, _doubles(x), len(x), _doubles(f)):
            raise SystemExit("a simulation failed")
        for v in f:
            if self.n < self.budget:
                before = self.best[self.n - 1] if self.n else np.inf
                self.best[self.n] = min(v, before)
                self.n += 1
        return f


def make_studies(program, folder):
    """(name, study file) of each cell."""
    def run(*arguments):
        subprocess.run([program, *map(str, arguments)], check=True, capture_output=True, cwd=folder)

    studies = []
    for name, model, stimulus, truth in RECOVERY:
        stem = name.replace(" ", "").lower()
        run("simulate", model, "--stimulus", stimulus, "--duration", 4000, "--set", truth, "--seed", 7,
            "--out", f"{stem}.csv")
        run("init", model, f"{stem}.csv", "--out", f"{stem}.yaml")
        studies.append((name, folder / f"{stem}.yaml"))
    for name, model, files, end in REAL:
        found = sorted(DATA.glob(files))
        if not found:
            print(f"no {files} below {DATA}: {name} is left out")
            continue
        stem = name.replace(" ", "")
        study = folder / f"{stem}.yaml"
        run("init", model, *[f.resolve() for f in found], "--out", study.name)
        text = re.sub(r"  train: .*", f"  train: {{window: [0 ms, {end} ms]}}", study.read_text())
        study.write_text(re.sub(r"  test: .*", f"  test: {{window: [{end} ms, {end + 3000} ms]}}", text))
        studies.append((name, study))
    return studies


def run_ours(method, loss, seed, budget):
    name, *options = method.split(":")
    s = Search(name, loss.dim, start=np.full(loss.dim, 0.5), seed=seed,
               budget=budget, options=[float(o) if o else None for o in options])
    while not s.stopped():
        s.tell(loss(s.ask(8)))


def run_nevergrad(method, loss, seed, budget):
    import nevergrad as ng
    name = method[3:]
    workers = 30 if name == "DE" else 8
    space = ng.p.Array(init=np.full(loss.dim, 0.5)).set_bounds(0, 1)
    space.random_state.seed(seed)
    optimiser = ng.optimizers.registry[name](parametrization=space, budget=budget, num_workers=workers)
    while loss.n < budget:
        points = [optimiser.ask() for _ in range(min(workers, budget - loss.n))]
        for p, v in zip(points, loss([p.value for p in points])):
            optimiser.tell(p, v)


def print_cost(name, loss, points=2000):
    """What an evaluation takes beside what `auto` is told that it takes."""
    x = np.random.default_rng(1).random((points, loss.dim))
    loss.begin(1)
    times = []
    for _ in range(4):
        began = time.process_time()
        loss(x)
        times.append((time.process_time() - began) / points)
    estimate = loss.lib.neural_cost(loss.handle)
    print(f"{name:15} {1e3 * min(times):.4f} ms, estimated {1e3 * estimate:.4f} ms: {min(times) / estimate:.2f}")


def print_per_parameter(name, loss, methods, budgets, seeds):
    """Median losses at so many evaluations a parameter; lshade as fits have it, of twenty generations at least."""
    print(f"\n{name}, {loss.dim} parameters, median of {seeds}; evaluations a parameter:",
          *(f"{k:8}" for k in budgets))
    for method in methods:
        row = []
        for k in budgets:
            budget, ends = k * loss.dim, []
            for seed in range(1, seeds + 1):
                loss.begin(budget)
                few = method == "lshade" and budget // 20 < 18 * loss.dim
                run_ours(f"lshade:{budget // 20}" if few else method, loss, seed, budget)
                ends.append(loss.best[loss.n - 1])
            row.append(np.median(ends))
        print(f"  {method:50}", *(f"{v:8.4f}" for v in row), flush=True)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--methods", nargs="+", default=["cmaes", "lqcmaes", "lshade"])
    p.add_argument("--portfolio", nargs="+",
                   default=["ng-CMA", "ng-TwoPointsDE", "ng-PSO", "ng-DE"])
    p.add_argument("--budget", type=int, default=3000)
    p.add_argument("--seeds", type=int, default=5)
    p.add_argument("--cells", nargs="+")
    p.add_argument("--per-parameter", type=int, nargs="+", help="only --methods, at these budgets")
    p.add_argument("--cost", action="store_true", help="only time evaluations")
    a = p.parse_args()
    warnings.simplefilter("ignore")
    build = os.environ.get("SPK_BIN", os.path.join(os.path.dirname(__file__), "..", "..", "build", "release"))
    program = os.path.abspath(os.path.join(build, "spikefit"))
    with tempfile.TemporaryDirectory() as folder:
        for name, study in make_studies(program, pathlib.Path(folder)):
            if a.cells and name not in a.cells:
                continue
            loss, curves = Loss(study), {}
            if a.cost:
                print_cost(name, loss)
                continue
            if a.per_parameter:
                print_per_parameter(name, loss, a.methods, a.per_parameter, a.seeds)
                continue
            for method in a.methods + a.portfolio:
                runs = []
                for seed in range(1, a.seeds + 1):
                    loss.begin(a.budget)
                    (run_nevergrad if method.startswith("ng-") else run_ours)(method, loss, seed, a.budget)
                    loss.best[loss.n:] = loss.best[loss.n - 1]
                    runs.append(loss.best)
                curves[method] = np.median(runs, 0)
            best = min(a.portfolio, key=lambda m: curves[m][-1])
            print(f"\n{name}, {loss.dim} parameters, {a.budget} evaluations, median of {a.seeds}; best peer {best[3:]}")
            print("  method           loss   to the best peer's   to DE's")
            for method, curve in curves.items():
                parts = []
                for peer in (best, "ng-DE"):
                    there = curve <= curves[peer][-1] if peer in curves else np.zeros(1, bool)
                    parts.append(f"{(np.argmax(there) + 1) / a.budget:.2f}" if there.any() else "-")
                print(f"  {method:15} {curve[-1]:6.4f} {parts[0]:>16} {parts[1]:>12}", flush=True)


main()
