"""Spike files of simulators: SONATA (against libsonata and h5py), NEST's ASCII of versions 2 and 3."""
import os, sys

sys.path.insert(0, os.path.dirname(__file__))
from reading import close, data, dump, path, refused, run, sweeps

import h5py
import libsonata
import numpy as np

RNG = np.random.default_rng(2)


def trains(got):
    return {s["cell"]: s["spikes"] for s in got if s["spikes"]}


def put(name, text):
    open(path(name), "w").write(text)
    return path(name)


def sonata_of_both_layouts():
    p = data("sonata/spikes_one_population.h5")
    if not p:
        return
    got = sweeps(p)
    assert len(got) == 14 and sum(len(s["spikes"]) for s in got) == 124
    want = {}
    with h5py.File(p) as f:  # libsonata refuses its attribute "sorting", which is text
        for node, t in zip(f["spikes/v1/node_ids"], f["spikes/v1/timestamps"]):
            want.setdefault(f"v1/{node}", []).append(t)
    assert {k: sorted(v) for k, v in want.items()} == trains(got)
    p = data("sonata/300_pointneurons/inputs/external_spike_trains.h5")
    got = sweeps(p)
    assert len(got) == 100 and sum(len(s["spikes"]) for s in got) == 4334
    with h5py.File(p) as f:
        g, t = f["spikes/gids"][:], f["spikes/timestamps"][:]
    for s in got:
        assert s["spikes"] == sorted(t[g == s["cell_id"]])


def sonata_units_and_silent_cells():
    with h5py.File(path("s.h5"), "w") as f:
        for pop, unit in (("a", "seconds"), ("b", None)):
            g = f.create_group(f"spikes/{pop}")
            d = g.create_dataset("timestamps", data=[0.5, 0.25])
            if unit:
                d.attrs["units"] = unit
            g["node_ids"] = np.array([2, 4], "u8")
    assert trains(sweeps(path("s.h5"))) == {"a/2": [500], "a/4": [250], "b/2": [0.5], "b/4": [0.25]}
    got = sweeps(path("s.h5"), "--select", "b", "--set", "first_id=0", "--set", "last_id=5", "--stop", "100")
    assert len(got) == 6 and trains(got) == {"cell 2": [0.5], "cell 4": [0.25]} or \
        trains(got) == {"b/2": [0.5], "b/4": [0.25]}
    assert got[0]["stop"] == 100
    refused("there is no population c", path("s.h5"), "--select", "c")
    with h5py.File(path("s.h5"), "a") as f:
        del f["spikes/b/node_ids"]
        f["spikes/b/node_ids"] = [1]
    refused("2 times for 1 cells", path("s.h5"))


def sonata_written_reads_in_libsonata():
    ids, t = RNG.integers(0, 50, 500), RNG.uniform(0, 1000, 500).round(3)
    txt = put("t.txt", "neuron,t_ms\n" + "".join(f"{i},{x}\n" for i, x in zip(ids, t)))
    assert dump(txt, "--to", path("w.h5"))["status"] == "OK"
    pop = libsonata.SpikeReader(path("w.h5"))["cells"]
    assert pop.sorting == "by_time"
    got = pop.get_dict()
    order = np.lexsort((ids, t))
    assert got["node_ids"].tolist() == ids[order].tolist() and got["timestamps"].tolist() == t[order].tolist()
    back = sweeps(path("w.h5"))
    assert {k.split("/")[1]: v for k, v in trains(back).items()} == \
        {k.split(" ")[1]: v for k, v in trains(sweeps(txt)).items()}


def nest_of_version_three():
    for name, n in (("7718", 907), ("7720", 8519), ("7722", 2778), ("7724", 1118)):
        p = data(f"nest_ascii/spike_recorder-{name}-0.dat")
        if not p:
            return
        got = sweeps(p)
        assert sum(len(s["spikes"]) for s in got) == n
        rows = [line.split() for line in open(p) if line[0] not in "#s"]
        want = {}
        for sender, t in rows:
            want.setdefault(f"cell {sender}", []).append(float(t))
        assert {k: sorted(v) for k, v in want.items()} == trains(got)
    p = data("nest_ascii/spike_recorder-7718-0.dat")
    assert len(sweeps(p, "--set", "first_id=1", "--set", "last_id=2068")) == 2068
    refused("outside the population", p, "--set", "first_id=100", "--set", "last_id=2068")


def nest_steps_and_multimeters():
    head = "# NEST version: 3.6\n# RecordingBackendASCII version: 2\n"
    steps = put("steps.dat", head + "sender\ttime_step\ttime_offset\n3\t100\t0.05\n3\t200\t0\n4\t150\t0\n")
    refused("times are counted in steps", steps)
    assert trains(sweeps(steps, "--dt", "0.1")) == {"cell 3": [9.95, 20], "cell 4": [15]}
    meter = put("meter.dat", head + "sender\ttime_ms\tV_m\tg_ex\n" +
                "".join(f"{c}\t{k * 0.1:.3f}\t{-70 + c + k}\t0\n" for k in range(1, 31) for c in (1, 2)))
    got = sweeps(meter)
    assert [s["n_v"] for s in got] == [30, 30] and got[1]["v"] == [-67, -57, -47] and got[0]["dt_v"] == 0.1
    assert got[0]["origin"] == 0.1


def gdf_of_version_two():
    text = "12\t1.500\t\n7\t1.600\t\n12\t3.250\t\n9\t0.75\t\n"
    assert trains(sweeps(put("a.gdf", text))) == {"cell 12": [1.5, 3.25], "cell 7": [1.6], "cell 9": [0.75]}
    for name in ("b.gdf", "b.dat"):
        assert dump(path("a.gdf"), "--to", path(name))["status"] == "OK"
        assert trains(sweeps(path(name))) == trains(sweeps(path("a.gdf")))
    refused("a number is wanted here, in column 2", put("c.dat", "sender\ttime_ms\n1\t\n"))


run([sonata_of_both_layouts, sonata_units_and_silent_cells, sonata_written_reads_in_libsonata, nest_of_version_three,
     nest_steps_and_multimeters, gdf_of_version_two])
