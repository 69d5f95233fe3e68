#!/usr/bin/env python3
"""Spike times of the built-in models by another route: the papers' equations in Python, integrated by scipy's
DOP853 with event location (relative tolerance 1e-10). Writes tests/models/reference.txt, which the tests compare
the compiled kernels with; `reference.py --check` says whether the file is what this program makes.

Nothing here reads models/*.nestml: parameters are NEST's defaults, or stand below.

The file, line by line: `case NAME MODEL`, `set PARAMETER VALUE` (in the parameter's own unit), `current` mean,
amplitude and period (ms) of two sines (pA), `stop` (ms), `spike` times (ms), `sample` time and potential (ms, mV).
"""
import sys
from math import exp, expm1, pi, sin
from pathlib import Path

import numpy as np
from scipy.integrate import solve_ivp

REFERENCE = Path(__file__).with_name("reference.txt")


def lif(p):
    """State V. Rotter & Diesmann 1999."""
    return dict(
        start=[p["E_L"]],
        rhs=lambda y, i: [-(y[0] - p["E_L"]) / p["tau_m"] + i / p["C_m"]],
        over=lambda y: y[0] - p["V_th"],
        reset=lambda y: [p["V_reset"]],
        hold=[0], t_ref=p["t_ref"])


def cond_lif(p):
    return lif(dict(p, tau_m=p["C_m"] / p["g_L"]))


def izhikevich(p):
    """State v, u. Izhikevich 2003. Above the peak v is held back, or a trial step runs to infinity."""
    def rhs(y, i):
        v = min(y[0], p["V_th"] + 1)
        return [0.04 * v ** 2 + 5 * v + 140 - y[1] + p["R"] * i, p["a"] * (p["b"] * v - y[1])]
    return dict(
        start=[-65.0, p["b"] * -65.0], rhs=rhs,
        over=lambda y: y[0] - p["V_th"],
        reset=lambda y: [p["c"], y[1] + p["d"]],
        hold=[], t_ref=0)


def izhikevich_2007(p):
    """State v, u. Izhikevich 2007, equations 8.5 and 8.6."""
    def rhs(y, i):
        v = min(y[0], p["v_peak"] + 1)
        return [(p["k"] * (v - p["v_r"]) * (v - p["v_t"]) - y[1] + i) / p["C"],
                p["a"] * (p["b"] * (v - p["v_r"]) - y[1])]
    return dict(
        start=[p["v_r"], 0.0], rhs=rhs,
        over=lambda y: y[0] - p["v_peak"],
        reset=lambda y: [p["c"], y[1] + p["d"]],
        hold=[], t_ref=0)


def adex(p):
    """State V, w. Brette & Gerstner 2005."""
    def rhs(y, i):
        v = min(y[0], p["V_peak"])
        spike = p["g_L"] * p["Delta_T"] * exp((v - p["V_th"]) / p["Delta_T"])
        return [(-p["g_L"] * (v - p["E_L"]) + spike - y[1] + i) / p["C_m"],
                (p["a"] * (v - p["E_L"]) - y[1]) / p["tau_w"]]
    return dict(
        start=[p["E_L"], 0.0], rhs=rhs,
        over=lambda y: y[0] - p["V_peak"],
        reset=lambda y: [p["V_reset"], y[1] + p["b"]],
        hold=[0], t_ref=p["t_ref"])


def mat2(p):
    """State V, two threshold parts. Kobayashi et al. 2009; the refractory time only forbids spikes."""
    return dict(
        start=[p["E_L"], 0.0, 0.0],
        rhs=lambda y, i: [-(y[0] - p["E_L"]) / p["tau_m"] + i / p["C_m"], -y[1] / p["tau_1"],
                          -y[2] / p["tau_2"]],
        over=lambda y: y[0] - p["omega"] - y[1] - y[2],
        reset=lambda y: [y[0], y[1] + p["alpha_1"], y[2] + p["alpha_2"]],
        hold=[], t_ref=p["t_ref"])


def glif(level):
    """State V, two after-spike currents, two threshold parts. Teeter et al. 2018, equations 1 to 7; everything
    stands still while the spike is cut out, and the jumps lead to the values after it."""
    rules, asc, adapts = level in (2, 4, 5), level in (3, 4, 5), level == 5

    def make(p):
        def rhs(y, i):
            v = y[0] - p["E_L"]
            return [(-p["g"] * v + y[1] + y[2] + i) / p["C_m"],
                    -p["asc_decay_1"] * y[1] if asc else 0, -p["asc_decay_2"] * y[2] if asc else 0,
                    -p["th_spike_decay"] * y[3] if rules else 0,
                    p["th_voltage_index"] * v - p["th_voltage_decay"] * y[4] if adapts else 0]

        def reset(y):
            z = list(y)
            z[0] = p["V_reset"] if not rules else \
                p["E_L"] + p["voltage_reset_fraction"] * (y[0] - p["E_L"]) + p["voltage_reset_add"]
            if asc:
                for j in (1, 2):
                    z[j] = p[f"asc_r_{j}"] * y[j] * exp(-p[f"asc_decay_{j}"] * p["t_ref"]) + p[f"asc_amps_{j}"]
            if rules:
                z[3] = y[3] * exp(-p["th_spike_decay"] * p["t_ref"]) + p["th_spike_add"]
            return z
        return dict(start=[p["E_L"], 0.0, 0.0, 0.0, 0.0], rhs=rhs,
                    over=lambda y: y[0] - p["V_th"] - y[3] - y[4],
                    reset=reset, hold=[0, 1, 2, 3, 4], t_ref=p["t_ref"])
    return make


def linoid(x):
    """x / (exp(x) - 1)."""
    return 1 - x / 2 + x * x / 12 if abs(x) < 1e-5 else x / expm1(x)


def hodgkin_huxley(rates, start, spike_at):
    """State V, m, h, n; rates(V, p) gives alpha and beta of each."""
    def make(p):
        def rhs(y, i):
            v, m, h, n = y
            (am, bm), (ah, bh), (an, bn) = rates(v, p)
            current = -p["g_Na"] * m ** 3 * h * (v - p["E_Na"]) - p["g_K"] * n ** 4 * (v - p["E_K"]) \
                - p["g_L"] * (v - p["E_L"]) + i
            return [current / p["C_m"], am * (1 - m) - bm * m, ah * (1 - h) - bh * h, an * (1 - n) - bn * n]
        v = start(p)
        return dict(start=[v] + [a / (a + b) for a, b in rates(v, p)], rhs=rhs,
                    over=lambda y: y[0] - spike_at, reset=None, hold=[], t_ref=0)
    return make


def squid_rates(v, p):
    """Hodgkin & Huxley 1952, with the resting potential at -65 mV."""
    return ((linoid(-(v + 40) / 10), 4 * exp(-(v + 65) / 18)),
            (0.07 * exp(-(v + 65) / 20), 1 / (1 + exp(-(v + 35) / 10))),
            (0.1 * linoid(-(v + 55) / 10), 0.125 * exp(-(v + 65) / 80)))


def traub_rates(v, p):
    """Traub & Miles 1991, as in Brette et al. 2007."""
    u = v - p["V_T"]
    return ((0.32 * 4 * linoid((13 - u) / 4), 0.28 * 5 * linoid((u - 40) / 5)),
            (0.128 * exp((17 - u) / 18), 4 / (1 + exp((40 - u) / 5))),
            (0.032 * 5 * linoid((15 - u) / 5), 0.5 * exp((10 - u) / 40)))


def simulate(model, current, stop, sample_every):
    """Spike times and samples of the potential."""
    mean, a1, period1, a2, period2 = current

    def drive(t):
        return mean + a1 * sin(2 * pi * t / period1) + a2 * sin(2 * pi * t / period2)

    def free(t, y):
        return model["rhs"](y, drive(t))

    def held(t, y):
        d = list(model["rhs"](y, drive(t)))
        for k in model["hold"]:
            d[k] = 0.0
        return d

    def over(t, y):
        return model["over"](y)
    over.direction = 1
    over.terminal = model["reset"] is not None

    grid = np.arange(sample_every, stop - 1e-9, sample_every)
    spikes, samples = [], []
    t, y = 0.0, np.array(model["start"])

    def run(f, until, events):
        """To the end or the first event; returns whether there was one."""
        nonlocal t, y
        s = solve_ivp(f, (t, until), y, method="DOP853", rtol=1e-10, atol=1e-10, max_step=1.0, events=events,
                      dense_output=True)
        assert s.success, s.message
        end = s.t[-1]
        inside = grid[(grid > t) & (grid <= end)]
        samples.extend((g, s.sol(g)[0]) for g in inside)
        if events and not events.terminal:
            spikes.extend(s.t_events[0])
        t, y = end, s.y[:, -1]
        return s.status == 1

    while t < stop:
        if not run(free, stop, over):
            break
        spikes.append(t)
        y = np.array(model["reset"](y))
        if model["t_ref"] > 0 and t < stop:
            run(held, min(t + model["t_ref"], stop), None)
        # MAT: a potential above the threshold at the end of the refractory time fires at once.
        while model["hold"] == [] and model["t_ref"] > 0 and model["over"](y) >= 0:
            raise SystemExit("choose another current: the crossing has no derivative")
    return spikes, samples


LIF = dict(C_m=250.0, tau_m=10.0, E_L=-70.0, V_th=-55.0, V_reset=-70.0, t_ref=2.0)
COND = dict(C_m=250.0, g_L=16.6667, E_L=-70.0, V_th=-55.0, V_reset=-60.0, t_ref=2.0)
IZH = dict(a=0.02, b=0.2, c=-65.0, d=8.0, R=1.0, V_th=30.0)
IZH7 = dict(C=100.0, k=0.7, v_r=-60.0, v_t=-40.0, v_peak=35.0, a=0.03, b=-2.0, c=-50.0, d=100.0)
ADEX = dict(C_m=281.0, g_L=30.0, E_L=-70.6, V_th=-50.4, Delta_T=2.0, V_peak=0.0, V_reset=-60.0, t_ref=0.0, a=4.0,
            b=80.5, tau_w=144.0)
MAT = dict(C_m=100.0, tau_m=5.0, E_L=-70.0, omega=-51.0, alpha_1=37.0, alpha_2=2.0, tau_1=10.0, tau_2=200.0,
           t_ref=2.0)
GLIF = dict(C_m=58.72, g=9.43, E_L=-78.85, V_th=-51.68, t_ref=3.75, V_reset=-78.85, th_spike_add=0.37,
            th_spike_decay=0.009, voltage_reset_fraction=0.2, voltage_reset_add=18.51, th_voltage_index=0.005,
            th_voltage_decay=0.09, asc_decay_1=0.003, asc_decay_2=0.1, asc_amps_1=-9.18, asc_amps_2=-198.94,
            asc_r_1=1.0, asc_r_2=1.0)
HH = dict(C_m=100.0, g_Na=12000.0, g_K=3600.0, g_L=30.0, E_Na=50.0, E_K=-77.0, E_L=-54.402)
TRAUB = dict(C_m=200.0, g_Na=20000.0, g_K=6000.0, g_L=10.0, E_Na=50.0, E_K=-90.0, E_L=-60.0, V_T=-63.0)
squid = hodgkin_huxley(squid_rates, lambda p: -65.0, 0.0)
traub = hodgkin_huxley(traub_rates, lambda p: p["E_L"], -33.0)

# name, model, maker, defaults, changed parameters, current, stop


def waves(mean):
    return (mean, 0.3 * mean, 31.0, 0.2 * mean, 7.3)


def steady(mean):
    return (mean, 0.0, 1.0, 0.0, 1.0)


# AdEx with V_peak = V_th + 10 Delta_T: at 0 mV the upstroke is too steep for any tolerance.
CASES = [
    ("lif_step", "iaf_psc_exp", lif, LIF, {}, steady(500.0), 200.0),
    ("lif_waves", "iaf_psc_exp", lif, LIF, dict(V_reset=-62.0, t_ref=3.3), waves(420.0), 500.0),
    ("lif_alpha_waves", "iaf_psc_alpha", lif, LIF, dict(tau_m=8.0, t_ref=3.0), waves(600.0), 200.0),
    ("lif_delta_waves", "iaf_psc_delta", lif, LIF, dict(E_L=-65.0, t_ref=4.0), waves(450.0), 300.0),
    ("cond_waves", "iaf_cond_exp", cond_lif, COND, {}, waves(320.0), 500.0),
    ("izhikevich_regular", "izhikevich", izhikevich, IZH, {}, steady(10.0), 500.0),
    ("izhikevich_chattering", "izhikevich", izhikevich, IZH, dict(c=-50.0, d=2.0), waves(9.0), 300.0),
    ("izhikevich_scaled", "izhikevich", izhikevich, IZH, dict(R=0.05), waves(200.0), 300.0),
    ("izhikevich_2007_regular", "izhikevich_2007", izhikevich_2007, IZH7, {}, steady(100.0), 1000.0),
    ("izhikevich_2007_bursting", "izhikevich_2007", izhikevich_2007, IZH7,
     dict(C=150.0, k=1.2, v_r=-75.0, v_t=-45.0, a=0.01, b=5.0, c=-56.0, d=130.0, v_peak=50.0), waves(500.0), 500.0),
    ("adex_step", "aeif_psc_exp", adex, ADEX, dict(V_peak=-30.0), steady(1000.0), 300.0),
    ("adex_waves", "aeif_psc_exp", adex, ADEX, dict(V_peak=-30.0, t_ref=2.0), waves(900.0), 300.0),
    ("adex_cond_waves", "aeif_cond_exp", adex, ADEX, dict(V_peak=-30.0, a=2.0, b=40.0, V_reset=-65.0),
     waves(800.0), 300.0),
    ("mat_waves", "mat2_psc_exp", mat2, MAT, {}, waves(550.0), 500.0),
    ("squid_step", "hh_psc_alpha", squid, HH, {}, steady(1000.0), 200.0),
    ("squid_waves", "hh_psc_alpha", squid, HH, {}, waves(900.0), 200.0),
    ("traub_step", "hh_cond_exp_traub", traub, TRAUB, {}, steady(500.0), 200.0),
    ("traub_waves", "hh_cond_exp_traub", traub, TRAUB, {}, waves(600.0), 200.0),
] + [(f"glif{k}_waves", f"glif{k}_psc", glif(k), GLIF, {}, waves(330.0), 300.0) for k in range(1, 6)]


def write():
    lines = ["# Made by tests/models/reference.py; see there."]
    for name, model, make, defaults, changed, current, stop in CASES:
        spikes, samples = simulate(make(dict(defaults, **changed)), current, stop, stop / 20)
        lines.append(f"case {name} {model}")
        lines += [f"set {k} {v!r}" for k, v in changed.items()]
        lines.append("current " + " ".join(repr(x) for x in current))
        lines.append(f"stop {stop!r}")
        lines += [f"spike {t:.6f}" for t in spikes]
        lines += [f"sample {t:.6f} {v:.6f}" for t, v in samples]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(write() != REFERENCE.read_text())
    REFERENCE.write_text(write())
