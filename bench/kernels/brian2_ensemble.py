#!/usr/bin/env python3
"""Ensembles in Brian2 (standalone C++) beside bench_kernels, in one run on one core.

    python3 brian2_ensemble.py BUILD_FOLDER [LANES [MODEL_MS]]

Needs Brian2 (Debian: python3-brian; PyPI: Brian2 with numpy < 2). N neurons, each its own parameters, one
fluctuating current for all, Euler, dt 0.1 ms, spikes recorded, as in bench_kernels: the same ranges of
parameters, the same kind of current. Prints the time of Brian2's simulation loop alone (without code
generation and compilation) and the ratio of every variant of bench_kernels to it.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np

ADEX = """
dV/dt = (-g_L*(V - E_L) + g_L*Delta_T*exp((V - V_th)/Delta_T) - w + current(t))/C_m : 1
dw/dt = (a*(V - E_L) - w)/tau_w : 1
C_m : 1 (constant)
g_L : 1 (constant)
E_L : 1 (constant)
V_th : 1 (constant)
Delta_T : 1 (constant)
V_reset : 1 (constant)
a : 1 (constant)
b : 1 (constant)
tau_w : 1 (constant)
"""
IZHIKEVICH = """
dV/dt = 0.04*V**2 + 5*V + 140 - U + R*current(t) : 1
dU/dt = a*(b*V - U) : 1
a : 1 (constant)
b : 1 (constant)
c : 1 (constant)
d : 1 (constant)
R : 1 (constant)
"""
RANGES = {
    "adex": dict(C_m=(100, 300), g_L=(5, 20), E_L=(-75, -65), V_th=(-55, -45), Delta_T=(1, 4),
                 V_reset=(-65, -55), a=(0, 10), b=(0, 100), tau_w=(30, 300)),
    "izhikevich": dict(a=(0.01, 0.1), b=(0.18, 0.24), c=(-65, -50), d=(2, 8), R=(0.01, 0.03)),
}


def drive(steps, rng):
    """The current of bench_kernels: fluctuates with 5 ms, held for 0.2 ms."""
    z, out = 0.0, np.empty(steps + 1)
    for i in range(steps + 1):
        if i % 2 == 0:
            z += -z * 0.04 + np.sqrt(0.08) * rng.standard_normal()
        out[i] = 350 + 250 * z
    return out


def run_brian(model, single, lanes, ms):
    """Seconds of the simulation loop, and spikes a neuron."""
    import brian2 as b2

    b2.device.reinit()
    b2.device.activate()
    folder = tempfile.mkdtemp(prefix="brian2_ensemble")
    b2.set_device("cpp_standalone", directory=folder, build_on_run=False)
    b2.prefs.core.default_float_dtype = np.float32 if single else np.float64
    b2.prefs.devices.cpp_standalone.openmp_threads = 0
    dt = 0.1 * b2.ms
    b2.defaultclock.dt = dt
    rng = np.random.default_rng(1)
    # Equations count time in ms; Brian2 counts it in seconds.
    text = (ADEX if model == "adex" else IZHIKEVICH)
    text = re.sub(r"^(d\w/dt = )(.*)( : 1)$", r"\1(\2)/ms\3", text, flags=re.M)
    current = b2.TimedArray(drive(int(ms / 0.1), rng), dt=dt)
    reset = "V = V_reset; w += b" if model == "adex" else "V = c; U += d"
    group = b2.NeuronGroup(lanes, text, threshold="V >= 0" if model == "adex" else "V >= 30",
                           reset=reset, method="euler", namespace={"current": current})
    for name, (low, high) in RANGES[model].items():
        setattr(group, name, rng.uniform(low, high, lanes))
    if model == "adex":
        group.V = "E_L"
    else:
        group.V = -65
        group.U = "b*V"
    monitor = b2.SpikeMonitor(group)
    b2.run(ms * b2.ms)
    b2.device.build(directory=folder, compile=True, run=True)
    seconds, spikes = b2.device._last_run_time, monitor.num_spikes / lanes
    shutil.rmtree(folder)
    return seconds, spikes


def run_ours(build, lanes, ms):
    """{(model, float or double): [(variant, G steps/s, spikes a lane)]} of bench_kernels."""
    program = os.path.join(build, "bench", "kernels", "bench_kernels")
    text = subprocess.run([program, str(lanes), str(ms), "5"], check=True, capture_output=True,
                          text=True).stdout
    out, key = {}, None
    for line in text.splitlines():
        title = re.match(r"(\w.*), (float|double)$", line)
        if title:
            name = {"AdEx without timer and bound": "adex", "Izhikevich": "izhikevich"}.get(title[1])
            key = (name, title[2]) if name else None
            if key:
                out[key] = []
        row = re.match(r"  (\w.{37}) +([\d.]+) +[\d.]+ +[\d.]+ +([\d.]+)", line)
        if row and key:
            out[key].append((row[1].strip(), float(row[2]), float(row[3])))
    return out


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    build = sys.argv[1]
    lanes = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
    ms = float(sys.argv[3]) if len(sys.argv) > 3 else 2000
    ours = run_ours(build, lanes, ms)
    for model in ("adex", "izhikevich"):
        for kind in ("float", "double"):
            runs = [run_brian(model, kind == "float", lanes, ms) for _ in range(3)]
            seconds, spikes = sorted(runs)[1]
            speed = lanes * ms / 0.1 / seconds * 1e-9
            print(f"\n{model}, {kind}: Brian2 standalone {speed:.3f} G steps/s, "
                  f"{spikes:.1f} spikes a neuron")
            for name, g, n in ours[(model, kind)]:
                print(f"  {name:38s} {g:8.3f} G steps/s {g / speed:8.1f} x   ({n:.1f} spikes)")
            sys.stdout.flush()


main()
