#!/usr/bin/env python3
"""Networks in Brian2 (standalone C++, one thread) beside bench_network, in one run.

    python3 brian2_network.py BUILD_FOLDER [cuba | seed | 20000 | 100000 ...]

Needs Brian2 (PyPI: Brian2, setuptools, numpy < 2). The networks of bench_network with the same numbers, in
float32 as there: seconds of Brian2's simulation loop alone, without code generation, compilation and
connecting, the better of two runs. Each case runs bench_network before and after.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import brian2 as b2
import numpy as np

IZHIKEVICH = """
dV/dt = (0.04*V**2 + 5*V + 140 - U + I)/ms : 1
dU/dt = a*(b*V - U)/ms : 1
I : 1 (constant)
a : 1 (constant)
b : 1 (constant)
c : 1 (constant)
d : 1 (constant)
"""
CUBA = """
dv/dt = (ge + gi - (v + 49*mV))/(20*ms) : volt (unless refractory)
dge/dt = -ge/(5*ms) : volt
dgi/dt = -gi/(10*ms) : volt
"""


def cuba():
    group = b2.NeuronGroup(4000, CUBA, threshold="v > -50*mV", reset="v = -60*mV",
                           refractory=5 * b2.ms, method="exact")
    group.v = "-60*mV + 10*rand()*mV"
    exc = b2.Synapses(group[:3200], group, on_pre="ge += 1.62*mV")
    inh = b2.Synapses(group[3200:], group, on_pre="gi -= 9*mV")
    exc.connect(p=0.02)
    inh.connect(p=0.02)
    return group, [exc, inh], 0.1 * b2.ms


def izhikevich(n, targets, scale):
    """targets: synapses a neuron, to random targets; or a probability below 1."""
    n_e = n // 5 * 4
    group = b2.NeuronGroup(n, IZHIKEVICH, threshold="V >= 30", reset="V = c; U += d",
                           method="euler")
    exc, inh = group[:n_e], group[n_e:]
    exc.a, exc.b, exc.c, exc.d = 0.02, 0.2, -65, 8
    inh.a, inh.b, inh.c, inh.d = 0.1, 0.2, -65, 2
    exc.I = "5 + 7*rand()"
    group.V = -65
    group.U = "b*V"
    synapses = []
    rng = np.random.default_rng(1)
    for source, size, weight in ((exc, n_e, 0.5 * scale), (inh, n - n_e, -scale)):
        s = b2.Synapses(source, group, "w : 1 (constant)", on_pre="V_post += w")
        if targets < 1:
            s.connect(p=targets)
        else:
            pre = np.repeat(np.arange(size, dtype=np.int32), targets)
            post = rng.integers(0, n, size * targets, dtype=np.int32)
            s.connect(i=pre, j=post)
        s.w = f"{weight}*rand()"
        s.delay = 1 * b2.ms
        synapses.append(s)
    return group, synapses, 1 * b2.ms


CASES = {  # what to build, and until when
    "cuba": (cuba, 1000),
    "seed": (lambda: izhikevich(250, 0.5, 1), 1000),
    "20000": (lambda: izhikevich(20000, 1000, 0.1), 1000),
    "100000": (lambda: izhikevich(100000, 1000, 0.1), 1000),
}


def run_brian(name):
    """Seconds of the simulation loop, and spikes a neuron and second."""
    make, stop = CASES[name]
    b2.device.reinit()
    b2.device.activate()
    folder = tempfile.mkdtemp(prefix="brian2_network")
    b2.set_device("cpp_standalone", directory=folder, build_on_run=False)
    b2.prefs.core.default_float_dtype = np.float32
    b2.prefs.devices.cpp_standalone.openmp_threads = 0
    b2.start_scope()
    group, synapses, dt = make()
    b2.defaultclock.dt = dt
    monitor = b2.SpikeMonitor(group)
    network = b2.Network(group, synapses, monitor)
    network.run(stop * b2.ms)
    b2.device.build(directory=folder, compile=True, run=False)
    seconds = []
    for _ in range(2):
        b2.device.run(directory=folder, with_output=False, run_args=[])
        seconds.append(b2.device._last_run_time)
    rate = monitor.num_spikes / len(group) / (stop / 1000)
    shutil.rmtree(folder)
    return min(seconds), rate


def run_ours(build, name):
    """The line that bench_network prints for a case, and its seconds."""
    text = subprocess.run([os.path.join(build, "bench", "bench_network"), name], check=True,
                          capture_output=True, text=True).stdout
    line = text.splitlines()[0]
    return line, float(re.search(r"([\d.]+) ms;", line)[1]) / 1000


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for name in sys.argv[2:] or ["cuba", "seed", "20000"]:
        line, before = run_ours(sys.argv[1], name)
        seconds, rate = run_brian(name)
        again, after = run_ours(sys.argv[1], name)
        ours = min(before, after)
        print(line if before <= after else again)
        print(f"{name}: Brian2 standalone {1e3 * seconds:.3f} ms ({rate:.1f} Hz), "
              f"{seconds / ours:.1f} times ours")
        sys.stdout.flush()


main()
