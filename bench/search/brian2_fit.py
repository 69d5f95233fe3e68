"""A whole fit beside brian2modelfitting's: the same AdEx model, recording, bounds and number of evaluations, one thread.

    python bench/search/brian2_fit.py --evaluations 3000 --samples 100 1000 --seeds 3

The recording is 4 s of AdEx under noise current (dt 0.1 ms, 9 free parameters); the loss is brian2modelfitting's
GammaFactor with its rate correction, which a study says as coincidence_factor (matching any, the data's rate) and twice
rate_error. brian2modelfitting: SpikeFitter, its default NevergradOptimizer('DE'), Euler steps of 0.1 ms, compiled by
Cython, or by standalone C++ (--device cpp), with --samples candidates at a time. Ours: `spikefit fit` on one thread with
--methods, Heun steps of 0.1 ms with spikes within the step. Printed: seconds of all but imports, evaluations a second (theirs:
behind the first round, which compiles), and the loss reached, of which ours too is told by brian2modelfitting's function.

pip install brian2modelfitting "brian2<2.8" "numpy<2" "bayesian-optimization<2" "cython<3.1": its version 0.4 speaks to nevergrad
0.3 alone, which knows no newer ones of these. SPK_BIN names the build (default build/release).
"""

import argparse
import logging
import os
import pathlib
import re
import subprocess
import tempfile
import time
import warnings

import numpy as np

TRUTH = ("C_m=200 pF, g_L=12 nS, E_L=-65 mV, V_th=-48 mV, Delta_T=1.5 mV, V_reset=-60 mV, a=3 nS, b=60 pA, "
         "tau_w=90 ms")
STIMULUS = "noise: mean 450 pA, sd 350 pA, tau 5 ms"
MS, DT = 4000, 0.1
LOSS = """loss:
  coincidence_factor: {weight: 1, window: 4 ms, matching: any, rate: data}
  rate_error: {weight: 2}
"""
MODEL = """
dv/dt = (-g_L*(u - E_L) + g_L*Delta_T*exp((u - V_th)/Delta_T) - w + I)/C_m : volt
dw/dt = (a*(u - E_L) - w)/tau_w : amp
u = clip(v, -1*volt, 0*volt) : volt
C_m : farad (constant)
g_L : siemens (constant)
E_L : volt (constant)
V_th : volt (constant)
Delta_T : volt (constant)
V_reset : volt (constant)
a : siemens (constant)
b : amp (constant)
tau_w : second (constant)
"""
UNITS = {"pF": 1e-12, "nS": 1e-9, "mV": 1e-3, "pA": 1e-12, "ms": 1e-3}


def run(program, folder, *arguments):
    return subprocess.run([program, *map(str, arguments)], check=True, capture_output=True, text=True, cwd=folder).stdout


def make(program, folder):
    """Current (pA), spikes (ms), bounds in SI units; a study is left in the folder."""
    run(program, folder, "simulate", "aeif_psc_exp", "--stimulus", STIMULUS, "--duration", MS, "--set", TRUTH,
        "--seed", 7, "--out", "cell.csv")
    spikes = np.array(run(program, folder, "simulate", "aeif_psc_exp", "--stimulus", STIMULUS, "--duration", MS,
                          "--set", TRUTH, "--seed", 7).split(), float)
    current = np.loadtxt(folder / "cell.csv", delimiter=",", skiprows=1)[:, 1]
    run(program, folder, "init", "aeif_psc_exp", "cell.csv", "--out", "study.yaml")
    text = (folder / "study.yaml").read_text()
    bounds = {}
    for name, low, unit, high in re.findall(r"^  (\w+): {min: (\S+) (\w+), max: (\S+) ", text, re.M):
        bounds[name] = [float(low) * UNITS[unit], float(high) * UNITS[unit]]
    text = re.sub(r"loss:\n(  .*\n)+", LOSS, text)
    text = re.sub(r"  train: .*\n  test: .*\n", f"  train: {{window: [0 ms, {MS} ms]}}\n", text)
    (folder / "study.yaml").write_text(text)
    return current, spikes, bounds


def fit_ours(program, folder, method, evaluations, seed):
    text = (folder / "study.yaml").read_text()
    text = re.sub(r"search: .*", f"search: {{method: {method}, evaluations: {evaluations}}}", text)
    name = f"{method}{seed}"
    (folder / f"{name}.yaml").write_text(re.sub(r"seed: .*", f"seed: {seed}", text))
    began = time.time()
    run(program, folder, "fit", f"{name}.yaml", "--out", name, "--threads", 1)
    seconds = time.time() - began
    spikes = np.array(run(program, folder, "simulate", name).split(), float)
    return seconds, spikes


def fit_brian(current, spikes, bounds, samples, evaluations, seed, device, folder):
    import brian2 as b2
    from brian2modelfitting import GammaFactor, NevergradOptimizer, SpikeFitter
    b2.seed(seed)
    np.random.seed(seed)
    rounds = max(1, evaluations // samples)
    began = time.time()
    if device == "cpp":
        b2.set_device("cpp_standalone", directory=str(folder / f"brian{samples}_{seed}"), clean=False)
    fitter = SpikeFitter(model=MODEL, input=current[None, :] * b2.pA, output=[spikes * b2.ms], input_var="I",
                         dt=DT * b2.ms, n_samples=samples, threshold="v > 0*mV", reset="v = V_reset; w += b",
                         param_init={"v": "E_L"}, method="euler")
    metric = GammaFactor(delta=4 * b2.ms, time=MS * b2.ms)
    ends = []
    best = []

    def note(parameters, errors, best_parameters, best_error, index):
        ends.append(time.time())
        best.append(float(best_error))

    fitter.fit(n_rounds=rounds, optimizer=NevergradOptimizer("DE", budget=evaluations, num_workers=samples), metric=metric,
               callback=note, **bounds)
    if device == "cpp":
        b2.device.reinit()
        b2.device.activate()
    rate = (rounds - 1) * samples / (ends[-1] - ends[0]) if rounds > 1 else np.nan
    return time.time() - began, rate, best[-1]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--evaluations", type=int, default=3000)
    p.add_argument("--samples", type=int, nargs="+", default=[100, 1000])
    p.add_argument("--methods", nargs="+", default=["lqcmaes", "cmaes", "lshade"])
    p.add_argument("--seeds", type=int, default=3)
    p.add_argument("--device", choices=["runtime", "cpp"], default="runtime")
    a = p.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    for old in ("float", "int", "bool"):  # names that nevergrad 0.3 takes from numpy below 1.24
        setattr(np, old, __builtins__.__dict__[old])
    import brian2 as b2
    from brian2modelfitting.metric import get_gamma_factor
    b2.prefs.codegen.target = "cython"
    build = os.environ.get("SPK_BIN", os.path.join(os.path.dirname(__file__), "..", "..", "build", "release"))
    program = os.path.abspath(os.path.join(build, "spikefit"))
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        current, spikes, bounds = make(program, folder)
        print(f"{len(spikes)} spikes in {MS / 1000:g} s, {len(bounds)} parameters, {a.evaluations} evaluations")
        for seed in range(1, a.seeds + 1):
            for method in a.methods:
                seconds, got = fit_ours(program, folder, method, a.evaluations, seed)
                loss = get_gamma_factor(got * b2.ms, spikes * b2.ms, 4 * b2.ms, MS * b2.ms, DT * b2.ms)
                rows.append((f"spikefit {method}", seconds, a.evaluations / seconds, float(loss)))
            for samples in a.samples:
                rows.append((f"brian2modelfitting DE, {samples} at a time",
                             *fit_brian(current, spikes, bounds, samples, a.evaluations, seed, a.device, folder)))
    print(f"\n{'':40} {'s':>8} {'evaluations/s':>14} {'loss':>7}   (medians)")
    for who in dict.fromkeys(r[0] for r in rows):
        s, rate, loss = np.median([r[1:] for r in rows if r[0] == who], 0)
        print(f"{who:40} {s:8.2f} {rate:14.0f} {loss:7.3f}")


main()
