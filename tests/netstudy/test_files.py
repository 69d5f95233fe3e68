"""Files that a network study names: explicit edges, parameters of single neurons, recorded currents.
Each is compared with the same network described without the file."""
import os, sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../cli"))
from tap import *

NEURONS = "model: iaf_psc_alpha, size: 4"
DRIVE = "drive: {to: E, constant: 800 pA}"


def spikes(populations, projections="", inputs=DRIVE, more="", name="study.yaml"):
    """{(population, neuron): [ms]}"""
    write(name, f"populations:\n  {populations}\nprojections: {{{projections}}}\ninputs:\n  {inputs}\n"
                f"simulation: {{duration: 300 ms{more}}}\n")
    r = spikefit("simulate", name, "--out", "out.h5")
    check(r.code == 0, r)
    import h5py
    found = {}
    with h5py.File(path("out.h5")) as f:
        for population, g in f["spikes"].items():
            for n, t in zip(g["node_ids"], g["timestamps"]):
                found.setdefault((population, int(n)), []).append(round(float(t), 6))
    check(sum(map(len, found.values())) > 20, found)
    return found


@case
def edges_of_a_file_are_those_of_a_rule():
    want = spikes(f"E: {{{NEURONS}, V_m: {{uniform: [-70 mV, -60 mV]}}}}",
                  "EE: {from: E, to: E, rule: one_to_one, weight: 150, delay: 2 ms}")
    alone = spikes(f"E: {{{NEURONS}, V_m: {{uniform: [-70 mV, -60 mV]}}}}")
    check(want != alone)
    for header, rows, more in (
            ("source,target,weight,delay_ms", "{0},{0},150,2", ""),
            ("source;target;weight (nA);delay [us]", "{0};{0};0.15;2000", ""),
            ("target source delay_ms", "{0} {0} 2.0", ", weight: 0.15 nA"),
            ("source,target,weight_pA", "{0},{0},50", ", delay: 2 ms, scale: 3"),
            ("source,target,weight_pA,delay_ms", "{0},{0},-50,2", ", scale: -3")):
        write("edges.csv", header + "\n" + "".join(rows.format(i) + "\n" for i in (2, 0, 3, 1)))
        got = spikes(f"E: {{{NEURONS}, V_m: {{uniform: [-70 mV, -60 mV]}}}}",
                     f"EE: {{from: E, to: E, rule: explicit, file: edges.csv{more}}}")
        same(got, want, f"what {header} gives")


@case
def edges_of_a_sonata_file_are_those_of_a_table():
    import h5py
    import numpy as np
    edges = [(0, 1, 150.0, 2.0), (1, 2, 75.0, 1.5), (3, 0, -90.0, 3.0)]
    write("edges.csv", "source,target,weight,delay_ms\n" + "".join("%d,%d,%g,%g\n" % e for e in edges))
    with h5py.File(path("edges.h5"), "w") as f:
        for name in ("rec", "other"):
            g = f.create_group(f"edges/{name}")
            for i, end in enumerate(("source", "target")):
                g[f"{end}_node_id"] = np.array([e[i] for e in edges], "u8")
                g[f"{end}_node_id"].attrs["node_population"] = "E"
            g["edge_type_id"] = np.zeros(3, "u4")
            g["edge_group_id"], g["edge_group_index"] = np.zeros(3, "u4"), np.arange(3)
            g["0/syn_weight"] = [e[2] / 2 for e in edges]
            g["0/nsyns"] = [2, 2, 2]
            g["0/delay"] = [e[3] for e in edges]
    cells = "E: {model: iaf_psc_delta, size: 4, V_m: {uniform: [-70 mV, -60 mV]}}"
    want = spikes(cells, "EE: {from: E, to: E, rule: explicit, file: edges.csv, scale: 0.1}")
    check(want != spikes(cells))
    same(spikes(cells, "EE: {from: E, to: E, rule: explicit, file: edges.h5, select: rec, scale: 0.1}"), want)
    for more, words in (("", "has 2 populations of edges"), (", select: rex", "has no edges 'rex'"),
                        (", select: rec, delay: 1 ms", "the file gives a delay for each edge")):
        write("bad.yaml", f"populations: {{{cells}}}\nprojections: {{a: {{from: E, to: E, rule: explicit, "
                          f"file: edges.h5{more}}}}}\n")
        r = spikefit("simulate", "bad.yaml")
        check(r.code == 3 and "bad.yaml:2:" in r.err and "error: " in r.err and words in r.err, r)


@case
def a_fit_can_scale_the_weights_of_a_file():
    write("edges.csv", "source,target,weight\n" + "".join(
        f"{i},{j},{20 + i}\n" for i in range(4) for j in range(4) if i != j))
    write("fit.yaml", """populations: {E: {model: iaf_psc_alpha, size: 4, V_m: {uniform: [-70 mV, -56 mV]}}}
projections: {EE: {from: E, to: E, rule: explicit, file: edges.csv, scale: s}}
inputs: {drive: {to: E, constant: 420 pA}}
simulation: {duration: 200 ms}
fit: {s: [0, 4]}
data: {truth: {s: 2.5}}
search: {evaluations: 400}
seed: 3
""")
    r = spikefit("fit", "fit.yaml", "--out", "fitted", "--threads", 1)
    check(r.code == 0, r)
    value = [float(line.split()[1]) for line in r.out.splitlines() if line.split()[:1] == ["s"]]
    check(len(value) == 1 and abs(value[0] - 2.5) < 0.05, r.out)


@case
def parameters_of_a_file_are_those_of_single_neurons():
    write("cells.csv", "V_th_mV,lag (us),V_m\n-55,2000,-70\n-52,4000,-60\n-58,1500,-65\n-54.5,2000,-70\n")
    got = spikes(f"E: {{{NEURONS}, V_th: {{file: cells.csv}}, t_ref: {{file: cells.csv, column: lag}}, "
                 "V_m: {file: cells.csv}}")
    for i, (v, t, start) in enumerate(((-55, 2, -70), (-52, 4, -60), (-58, 1.5, -65), (-54.5, 2, -70))):
        one = spikes(f"E: {{model: iaf_psc_alpha, size: 4, V_th: {v} mV, t_ref: {t} ms, V_m: {start} mV}}")
        same(got.get(("E", i)), one.get(("E", i)), f"neuron {i}")


@case
def a_recorded_current_begins_at_its_start():
    write("step.csv", "t_ms,I_pA\n" + "".join(f"{0.1 * i:.1f},{400 if i >= 200 else 0}\n" for i in range(1500)))
    held = ", integrator: 'exact:held'"  # by default the current is linear between samples
    want = spikes(f"E: {{{NEURONS}}}", "", "d: {to: E, constant: 800 pA, start: 70 ms, stop: 200 ms}", held)
    got = spikes(f"E: {{{NEURONS}}}", "", "d: {to: E, trace: {file: step.csv, scale: 2}, start: 50 ms}", held)
    same(got, want)


@case
def events_of_a_camera_drive_a_network_and_are_its_target():
    """The square of the example is 32 pixels wide and moves by one in 50 ms: 1.6 s, less the delay of a spike."""
    if not os.path.exists(os.path.join(DATA, "aedat/TranslatingSquare.aedat")):
        return skip("no recording of events")
    example = open(os.path.join(SOURCE, "examples/events.yaml")).read()
    write("events.yaml", example.replace("../../shared/data", DATA))
    r = spikefit("fit", "events.yaml", "--threads", 1)
    check(r.code == 0, r)
    value = {}
    for line in r.out.splitlines():
        words = line.split()
        if len(words) > 2 and words[0] in ("d", "w"):
            value[words[0]] = float(words[1]) * {"s": 1000, "nA": 1000}.get(words[2], 1)
    check(1585 < value["d"] < 1600 and value["w"] > 1000, r.out)
    r = spikefit("simulate", "events.yaml")
    check("64 active" in r.out, r)


run_cases()
