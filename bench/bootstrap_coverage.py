#!/usr/bin/env python3
"""How often the bootstrap's 95 % intervals hold the truth, over many data sets of a known neuron.

    python3 bootstrap_coverage.py BUILD_FOLDER jitter|repeats|noise [DATA_SETS [LOSS]]

LOSS is as in a study, 'van_rossum: 1' for instance.

jitter:  a leaky integrate-and-fire neuron under 10 s of a current of its own for each data set; every spike is moved by
         1 ms (standard deviation), one in twenty is left out, as many are put in at random. One sweep: blocks.
repeats: the same, 4 s of one current, recorded eight times with other errors: trials.
noise:   a neuron with escape noise (gif_psc_exp), ten repeats of 4 s of one current: trials, and the model's own.

Prints how many intervals hold the truth, how many of value +- 1.96 standard errors do, and how the fits scatter
beside what the standard error says (root mean square).
"""
import csv
import json
import math
import os
import random
import subprocess
import sys
import tempfile

PROGRAM = os.path.join(os.path.abspath(sys.argv[1]), "spikefit")
KIND, SETS = sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 40
LOSS = sys.argv[4] if len(sys.argv) > 4 else "md_star: 1, rate_error: 0.3" if KIND == "noise" else None
DT, ERROR = 0.1, 0.05
NOISE = "noise: mean 450 pA, sd 250 pA, tau 5 ms"
SINES = ("step: amplitude 350 pA, start 0 ms; sine: amplitude 130 pA, frequency 3.1 Hz; "
         "sine: amplitude 130 pA, frequency 11.7 Hz; sine: amplitude 130 pA, frequency 29.3 Hz")
LIF = {"tau_m": ("2 ms", "50 ms", 10), "C_m": ("100 pF", "600 pF", 250), "V_reset": ("-85 mV", "-60 mV", -70)}
GIF = {"C_m": ("20 pF", "200 pF", 83.1), "V_T_star": ("-60 mV", "-20 mV", -39.6), "g_L": ("1 nS", "30 nS", 3.7)}


def spikefit(*arguments):
    r = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    if r.returncode:
        sys.exit(f"spikefit {arguments}\n{r.stdout}{r.stderr}")
    return r.stdout


def simulate(model, stimulus, seconds, seed):
    """Its spike times, and the current."""
    a = ("simulate", model, "--stimulus", stimulus, "--duration", 1000 * seconds, "--sample", DT, "--seed", seed)
    spikefit(*a, "--out", "clean.csv")
    with open("clean.csv") as f:
        return [float(t) for t in spikefit(*a).split()], [row[1] for row in list(csv.reader(f))[1:]]


def record(name, times, current):
    voltage = ["-70"] * len(current)
    for t in times:
        k = int(t / DT + 0.5)
        if 0 < k < len(voltage):
            voltage[k] = "20"
    with open(name, "w") as f:
        f.write("t_ms,I_pA,V_mV\n" + "".join(f"{DT * i:.1f},{c},{v}\n" for i, (c, v) in enumerate(zip(current, voltage))))
    return name


def spoilt(times, seconds, r):
    moved = [t + r.gauss(0, 1) for t in times if r.random() > ERROR]
    return moved + [r.uniform(0, 1000 * seconds) for _ in times if r.random() < ERROR]


def recordings(i):
    r = random.Random(1000 + i)
    if KIND == "noise":
        return [record(f"cell{k}.csv", *simulate("gif_psc_exp", SINES, 4, 1000 * (i + 1) + k)) for k in range(10)]
    seconds, repeats = (10, 1) if KIND == "jitter" else (4, 8)
    times, current = simulate("iaf_psc_exp", NOISE, seconds, 77 + (i if repeats == 1 else 0))
    return [record(f"cell{k}.csv", spoilt(times, seconds, r), current) for k in range(repeats)]


def fit(i):
    free = GIF if KIND == "noise" else LIF
    with open("study.yaml", "w") as f:
        f.write(f"model: {'gif_psc_exp' if KIND == 'noise' else 'iaf_psc_exp'}\n"
                f"data: {{recording: [{', '.join(recordings(i))}], train: {{window: [0 s, {10 if KIND == 'jitter' else 4} s]}}}}\n"
                f"fit: {{{', '.join(f'{k}: [{a}, {b}]' for k, (a, b, _) in free.items())}}}\n"
                + (f"loss: {{{LOSS}}}\n" if LOSS else "")
                + f"search: {{evaluations: 6000}}\nseed: {i + 1}\n")
    subprocess.run(["rm", "-rf", "run"])
    spikefit("fit", "study.yaml", "--out", "run", "--threads", 1)
    spikefit("explain", "run", "--bootstrap", "--threads", 1)
    with open("run/result.json") as f:
        return json.load(f)


def main():
    os.chdir(tempfile.mkdtemp(prefix="coverage_"))
    free = GIF if KIND == "noise" else LIF
    found = {name: [] for name in free}
    settled = 0
    for i in range(SETS):
        y = fit(i)
        settled += y["bootstrap"]["settled"]
        for name in free:
            b = y["bootstrap"]["parameters"][name]
            found[name].append((y["parameters"][name]["value"], b["standard_error"], b["low_95"], b["high_95"]))
        if (i + 1) % 10 == 0:
            report(i + 1, free, found, settled)


def report(n, free, found, settled):
    print(f"{n} data sets, {settled} settled")
    for name, rows in found.items():
        truth = free[name][2]
        mean = sum(r[0] for r in rows) / n
        print(f"  {name:8} interval {sum(r[2] <= truth <= r[3] for r in rows)}, "
              f"+- 1.96 {sum(abs(r[0] - truth) <= 1.96 * r[1] for r in rows)}; mean {mean:.4g} ({truth:.4g}), "
              f"fits scatter by {math.sqrt(sum((r[0] - mean) ** 2 for r in rows) / (n - 1)):.3g}, "
              f"standard error {math.sqrt(sum(r[1] ** 2 for r in rows) / n):.3g}", flush=True)


main()
