"""SONATA circuits: NEST's example to the spike, small ones against a simulation in numpy (NEST's order
of a step), and what is wrong with a file told where it is."""
import os, re, shutil, sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../cli"))
from tap import *

import h5py
import json
import numpy as np

NEST = os.path.join(DATA, "sonata/300_pointneurons")
RNG = np.random.default_rng(3)


def spikes(name, population):
    with h5py.File(path(name)) as f:
        g = f["spikes"].get(population)
        return set() if g is None else \
            {(int(n), round(float(t), 6)) for n, t in zip(g["node_ids"], g["timestamps"])}


# ---- a circuit of 12 neurons of three types and two models, and 6 sources ----

STEP, STOP = 0.1, 400.0
TYPES = {7: ("iaf_psc_alpha", dict(tau_m=12.0, C_m=150.0, E_L=-68.0, t_ref=3.0)),
         3: ("iaf_psc_alpha", dict(tau_syn_ex=1.5, V_reset=-65.0)),
         9: ("iaf_psc_delta", dict(V_th=-58.0, I_e=120.0))}
NODE_TYPES = [7, 9, 3, 7, 7, 9, 3, 3, 9, 7, 3, 9]


def draw():
    n, m = 12, 6
    source, target = np.nonzero(RNG.random((n, n)) < 0.5)
    inner = dict(source=source, target=target, weight=np.round(RNG.normal(0.5, 4, len(source)), 1),
                 delay=RNG.integers(10, 60, len(source)) * STEP, type=RNG.integers(1, 3, len(source)))
    source, target = np.nonzero(RNG.random((m, n)) < 0.8)
    outer = dict(source=source, target=target, type=np.full(len(source), 5))
    inputs = np.sort(RNG.random((m, 60)) * STOP, axis=1)
    return inner, outer, inputs


INNER, OUTER, INPUTS = draw()
OWN_V_TH = {1: -59.5, 5: -58.5}  # in the second group of nodes


def write_circuit(folder="circuit"):
    root = path(folder)
    shutil.rmtree(root, ignore_errors=True)
    for sub in ("network", "neurons", "synapses"):
        os.makedirs(os.path.join(root, sub))
    put = lambda name, text: open(os.path.join(root, name), "w").write(text)
    put("circuit.json", json.dumps({
        "manifest": {"$BASE_DIR": "${configdir}", "$NET": "$BASE_DIR/network"},
        "components": {"point_neuron_models_dir": "$BASE_DIR/neurons",
                       "synaptic_models_dir": "$BASE_DIR/synapses"},
        "networks": {
            "nodes": [{"nodes_file": "$NET/cells.h5", "node_types_file": "$NET/cell_types.csv"},
                      {"nodes_file": "$NET/outside.h5", "node_types_file": "$NET/outside_types.csv"}],
            "edges": [{"edges_file": "${NET}/inner.h5", "edge_types_file": "$NET/inner_types.csv"},
                      {"edges_file": "$NET/outer.h5", "edge_types_file": "$NET/outer_types.csv"},
                      {"edges_file": "nowhere.h5", "edge_types_file": None, "enabled": False}]},
    }, indent=1))
    put("simulation.json", json.dumps({
        "manifest": {"$BASE_DIR": "."}, "network": "$BASE_DIR/circuit.json",
        "run": {"tstop": STOP, "dt": STEP},
        "node_sets_file": "sets.json",
        "inputs": {"in": {"input_type": "spikes", "module": "h5", "input_file": "$BASE_DIR/in.h5",
                          "node_set": "drivers"}},
    }, indent=1))
    put("sets.json", json.dumps({"drivers": {"population": "outside"}}))
    for id, (model, parameters) in TYPES.items():
        put(f"neurons/{id}.json", json.dumps(parameters))
    put("synapses/empty.json", "{}")
    put("synapses/slow.json", json.dumps({"delay": 2.5}))
    put("network/cell_types.csv", "node_type_id model_type model_template dynamics_params \"a text\"\n" +
        "".join(f"{i} point_neuron nest:{m} {i}.json \"two words\"\n" for i, (m, _) in TYPES.items()))
    put("network/outside_types.csv", "node_type_id model_type\n1 virtual\n")
    put("network/inner_types.csv", "edge_type_id model_template dynamics_params nsyns\n"
        "1 static_synapse empty.json NULL\n2 static_synapse NULL 3\n")
    put("network/outer_types.csv", "edge_type_id source_query syn_weight dynamics_params\n5 * 40.0 slow.json\n")
    nodes(os.path.join(root, "network/cells.h5"), "cells", NODE_TYPES, OWN_V_TH)
    nodes(os.path.join(root, "network/outside.h5"), "outside", [1] * 6)
    edges(os.path.join(root, "network/inner.h5"), "rec", "cells", "cells", INNER)
    edges(os.path.join(root, "network/outer.h5"), "ff", "outside", "cells", OUTER)
    with h5py.File(os.path.join(root, "in.h5"), "w") as f:
        g = f.create_group("spikes/outside")
        order = RNG.permutation(INPUTS.size)
        g["timestamps"] = INPUTS.ravel()[order]
        g["node_ids"] = np.repeat(np.arange(6, dtype="u8"), INPUTS.shape[1])[order]
    return root


def nodes(name, population, types, own=()):
    with h5py.File(name, "w") as f:
        g = f.create_group(f"nodes/{population}")
        n = len(types)
        g["node_type_id"] = np.array(types, "u8")
        g["node_id"] = np.arange(n, dtype="u8")
        group = np.array([i in own for i in range(n)])
        g["node_group_id"] = group.astype("u4")
        g["node_group_index"] = np.where(group, np.cumsum(group) - 1, np.cumsum(~group) - 1).astype("u8")
        g.create_group("0")
        if own:
            g["1/dynamics_params/V_th"] = np.array([own[i] for i in sorted(own)])


def edges(name, population, source, target, e):
    with h5py.File(name, "w") as f:
        g = f.create_group(f"edges/{population}")
        n = len(e["source"])
        for end, of in (("source", source), ("target", target)):
            g[f"{end}_node_id"] = e[end].astype("u8")
            g[f"{end}_node_id"].attrs["node_population"] = of
        g["edge_type_id"] = e["type"].astype("u4")
        g["edge_group_id"] = np.zeros(n, "u2")
        g["edge_group_index"] = np.arange(n, dtype="u4")
        g.create_group("0")
        for key, column in (("weight", "syn_weight"), ("delay", "delay")):
            if key in e:
                g[f"0/{column}"] = e[key]


def steps(t):
    return np.ceil(np.round(np.asarray(t) * 1000) / 1000 / STEP - 1e-6).astype(int)


def simulate():
    """Every neuron by exact propagators; spikes by their stamps in steps."""
    n = len(NODE_TYPES)
    default = dict(tau_m=10.0, C_m=250.0, E_L=-70.0, V_th=-55.0, V_reset=-70.0, t_ref=2.0, tau_syn_ex=2.0,
                   tau_syn_in=2.0, I_e=0.0)
    p = [dict(default, **TYPES[t][1]) for t in NODE_TYPES]
    for i, v in OWN_V_TH.items():
        p[i]["V_th"] = v
    delta = [TYPES[t][0] == "iaf_psc_delta" for t in NODE_TYPES]
    V, ref = np.full(n, -70.0), np.zeros(n, int)
    dI, I = np.zeros((2, n)), np.zeros((2, n))
    arriving = {}
    def send(t, e, k, w, d):
        arriving.setdefault(t + int(np.floor(d / STEP + 0.5)), []).append((int(e["target"][k]), w))
    out_of = lambda e, s: np.flatnonzero(e["source"] == s)
    def fire_inner(s, t):
        for k in out_of(INNER, s):
            send(t, INNER, k, float(np.float32(INNER["weight"][k] * (3 if INNER["type"][k] == 2 else 1))),
                 INNER["delay"][k])
    for s in range(6):
        for t in steps(INPUTS[s]):
            for k in out_of(OUTER, s):
                send(t, OUTER, k, 40.0, 2.5)
    found = set()
    for t in range(1, int(round(STOP / STEP)) + 1):
        held = ref > 0
        for i in range(n):
            q = p[i]
            if ref[i]:
                ref[i] -= 1
            else:
                a, h = 1 / q["tau_m"], STEP
                move = q["tau_m"] / q["C_m"] * -np.expm1(-h * a) * q["I_e"]
                for c, key in enumerate(("tau_syn_ex", "tau_syn_in")):
                    b = 1 / q[key]
                    d = b - a
                    ea, eb = np.exp(-a * h), np.exp(-b * h)
                    move += (I[c, i] * (ea - eb) / d + dI[c, i] * ((ea - eb) / d ** 2 - h * eb / d)) / q["C_m"]
                V[i] = q["E_L"] + (V[i] - q["E_L"]) * np.exp(-h * a) + move
            for c, key in enumerate(("tau_syn_ex", "tau_syn_in")):
                e = np.exp(-STEP / q[key])
                I[c, i] = e * (I[c, i] + STEP * dI[c, i])
                dI[c, i] *= e
        for i, w in arriving.pop(t, ()):
            if delta[i]:
                V[i] += 0 if held[i] else w  # lost while refractory
            else:
                dI[int(w < 0), i] += np.e / p[i]["tau_syn_in" if w < 0 else "tau_syn_ex"] * w
        for i in range(n):
            if V[i] >= p[i]["V_th"]:
                V[i], ref[i] = p[i]["V_reset"], int(round(p[i]["t_ref"] / STEP))
                found.add((i, round(t * STEP, 6)))
                fire_inner(i, t)
    return found


@case
def nests_example_fires_18828_times():
    if not os.path.exists(NEST):
        return skip("no SONATA example")
    r = spikefit("simulate", os.path.join(NEST, "simulation_config.json"), "--out", "nest.h5")
    check(r.code == 0 and "300 neurons     18828 spikes" in r.out, r)
    same(len(spikes("nest.h5", "internal")), 18828)


@case
def a_small_circuit_fires_as_numpy_says():
    write_circuit()
    r = spikefit("simulate", "circuit/simulation.json", "--out", "small.h5")
    check(r.code == 0, r)
    got, want = spikes("small.h5", "cells"), simulate()
    check(len(want) > 100, len(want))
    same(got, want, "set of spikes")


def main():
    run_cases()


if __name__ == "__main__":
    main()
