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


def h5(name):
    return h5py.File(os.path.join(path("circuit"), name), "a")


def replace(name, old, new):
    name = os.path.join(path("circuit"), name)
    text = open(name).read()
    check(old in text, text)
    open(name, "w").write(text.replace(old, new, 1))


def refused(words, file, change, code=3):
    """The changed circuit is refused in these words, which stand behind the name of the file."""
    write_circuit()
    change()
    r = spikefit("simulate", "circuit/simulation.json")
    check(r.code == code and re.search(f"{file}[^\\n]*error: [^\\n]*{words}", r.err), words, r)


def put(name, dataset, value):
    with h5(name) as f:
        attributes = dict(f[dataset].attrs) if dataset in f else {}
        if dataset in f:
            del f[dataset]
        if value is not None:
            f[dataset] = value
            f[dataset].attrs.update(attributes)


def cut(name, n):
    name = os.path.join(path("circuit"), name)
    data = open(name, "rb").read()
    open(name, "wb").write(data[:n])


@case
def what_is_wrong_with_tables_is_told_with_its_place():
    cells, inner = "network/cells.h5", "network/inner.h5"
    refused("cannot be opened", "cells.h5", lambda: cut(cells, 3000))
    refused("no such group: it is no SONATA file of nodes", "cells.h5", lambda: put(cells, "nodes", None))
    refused("node 3 of cells has type 77, which .*cell_types.csv does not list", "cells.h5",
            lambda: put(cells, "nodes/cells/node_type_id", np.array([7, 9, 3, 77] + [7] * 8, "u8")))
    refused("row 0 is node 1", "cells.h5", lambda: put(cells, "nodes/cells/node_id", np.arange(1, 13)))
    refused("11 values for 12 nodes", "cells.h5", lambda: put(cells, "nodes/cells/node_group_id", np.zeros(11, "u4")))
    refused("node_group_index asks for row 99", "cells.h5",
            lambda: put(cells, "nodes/cells/node_group_index", np.full(12, 99)))
    refused("node 0 is of this group, which is not there", "cells.h5",
            lambda: put(cells, "nodes/cells/node_group_id", np.full(12, 5)))
    refused("the value of node 5 is nan", "cells.h5",
            lambda: put(cells, "nodes/cells/1/dynamics_params/V_th", np.array([-50, np.nan])))
    refused("no parameter or state 'V_tt'", "cells.h5",
            lambda: put(cells, "nodes/cells/1/dynamics_params/V_tt", np.array([-50.0, -50])) or
            replace("network/cell_types.csv", "iaf_psc_delta", "iaf_psc_alpha"))
    m = len(INNER["source"])
    refused("edge 0 of rec has the target 12, but cells has 12 nodes", "inner.h5",
            lambda: put(inner, "edges/rec/target_node_id", np.full(m, 12)))
    refused("has type 9, which .*inner_types.csv does not list", "inner.h5",
            lambda: put(inner, "edges/rec/edge_type_id", np.full(m, 9)))
    refused("values for \\d+ edges", "inner.h5", lambda: put(inner, "edges/rec/source_node_id", np.zeros(3, "u8")))
    refused("delay 0.01 ms of projection rec", "inner.h5", lambda: put(inner, "edges/rec/0/delay", np.full(m, 0.01)))
    refused("it does not hold numbers", "inner.h5", lambda: put(inner, "edges/rec/0/delay", ["x"] * m))
    def other_population():
        with h5(inner) as f:
            f["edges/rec/source_node_id"].attrs["node_population"] = "cell"
    refused("there is no population of nodes 'cell'", "inner.h5", other_population)


@case
def what_is_wrong_with_types_and_configurations_is_told_with_its_place():
    types = "network/cell_types.csv"
    refused("there is no built-in model 'iaf_psc_alfa'", "cell_types.csv:2:",
            lambda: replace(types, "iaf_psc_alpha", "iaf_psc_alfa"))
    refused("the model type is 'biophysical'", "cell_types.csv:2:", lambda: replace(types, "point_neuron", "biophysical"))
    refused("cannot read .*neurons/nix.json", "cell_types.csv:2:", lambda: replace(types, "7.json", "nix.json"), 4)
    refused("node_type_id 7 is given twice", "cell_types.csv:3:", lambda: replace(types, "\n3 ", "\n7 "))
    refused("here is one more", "cell_types.csv:2:", lambda: replace(types, '"two words"', "two words"))
    refused("there is no column node_type_id", "cell_types.csv:1:", lambda: replace(types, "node_type_id", "type"))
    refused("no parameter or state 'C_n'", "7.json:1:", lambda: replace("neurons/7.json", "C_m", "C_n"))
    refused("C_m is no number", "7.json:1:", lambda: replace("neurons/7.json", "150.0", "[1]"))
    refused("C_m = -1 pF .* is not what model iaf_psc_alpha allows", "7.json:1:",
            lambda: replace("neurons/7.json", "150.0", "-1"))
    refused("synapses of 'stdp_synapse' are not read", "inner_types.csv:2:",
            lambda: replace("network/inner_types.csv", "static_synapse", "stdp_synapse"))
    refused("a static synapse has no parameter 'tau'", "slow.json:1:",
            lambda: replace("synapses/slow.json", "delay", "tau"))
    refused("syn_weight '40,0' is no number", "outer_types.csv:2:",
            lambda: replace("network/outer_types.csv", "40.0", "40,0"))
    refused("there is no variable .NAT", "circuit.json:4:", lambda: replace("circuit.json", "$BASE_DIR/network", "$NAT"))
    refused("name each other", "circuit.json:", lambda: replace("circuit.json", "$BASE_DIR/network", "$NET"))
    refused("cannot read .*outsid.h5", "circuit.json:", lambda: replace("circuit.json", "outside.h5", "outsid.h5"), 4)
    refused("a run starts at 0, not at 5 ms", "simulation.json:", lambda: replace("simulation.json", '"tstop"', '"tstart": 5, "tstop"'))
    refused("input 'in' is no file of spikes", "simulation.json:", lambda: replace("simulation.json", '"spikes"', '"current_clamp"'))
    refused("spikes go to whole populations", "simulation.json:", lambda: replace("sets.json", "}}", ', "node_id": [1]}}'))
    refused("spikes of node 6 of outside, which has 6", "simulation.json:",
            lambda: put("in.h5", "spikes/outside/node_ids", np.full(INPUTS.size, 6)))


@case
def a_study_changes_a_circuit():
    write_circuit()
    write("study.yaml", """network: circuit/simulation.json
populations:
  outside: {rate: 0 Hz}
  cells/iaf_psc_alpha: {I_e: 700 pA, tau_m: 15 ms}
  cells/iaf_psc_delta: {I_e: 0 pA}
projections:
  rec: {scale: 0}
simulation: {duration: 100 ms}
""")
    r = spikefit("simulate", "study.yaml", "--out", "changed.h5")
    check(r.code == 0, r)
    got = spikes("changed.h5", "cells")
    neurons = {i for i, t in enumerate(NODE_TYPES) if TYPES[t][0] == "iaf_psc_alpha"}
    same({i for i, _ in got}, neurons)
    for i in neurons:  # the first spike of a leaky integrator under 700 pA
        p = dict(dict(C_m=250.0, E_L=-70.0, V_th=-55.0), **TYPES[NODE_TYPES[i]][1])
        p["V_th"] = OWN_V_TH.get(i, p["V_th"])
        end = p["E_L"] + 15 * 700 / p["C_m"]
        first = 15 * np.log((end + 70) / (end - p["V_th"]))
        check(-1e-9 <= min(t for n, t in got if n == i) - first < 0.1 + 1e-9, i, first)
    write("short.yaml", "network: circuit/simulation.json\nsimulation: {duration: 50 ms}\n")
    r = spikefit("inspect", "short.yaml")
    check(r.code == 0 and "run for 50 ms in steps of 0.1 ms" in r.out, r)
    r = spikefit("simulate", "short.yaml", "--out", "short.h5")
    check(r.code == 0 and max(t for _, t in spikes("short.h5", "cells")) <= 50, r)
    write("bad.yaml", "network: circuit/simulation.json\npopulations: {cells: {I_e: 3 pA}}\n")
    r = spikefit("simulate", "bad.yaml")
    check(r.code == 3 and "bad.yaml:2:15: error: the nodes cells are of several models" in r.err, r)


@case
def inspect_says_what_is_in_a_circuit():
    write_circuit()
    r = spikefit("inspect", "circuit/simulation.json")
    check(r.code == 0 and "cells/iaf_psc_alpha" in r.out and "360 spikes" in r.out, r)
    r = spikefit("inspect", "circuit/circuit.json")
    check(r.code == 0 and "they are silent" in r.err, r)
    r = spikefit("inspect", "circuit/network/cells.h5")
    check(r.code == 0 and "12 nodes of 3 types" in r.out and re.search(r"V_th +-59.5 .. -58.5 +\(of 2 nodes\)", r.out), r)
    r = spikefit("inspect", "circuit/network/inner.h5")
    check(r.code == 0 and f"{len(INNER['source'])} edges of 2 types, from cells to cells" in r.out, r)


run_cases()
