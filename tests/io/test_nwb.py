"""NWB against pynwb: files it writes are read, files we write are valid to it and hold the same numbers."""
import os, sys
import warnings
from datetime import datetime, timezone

sys.path.insert(0, os.path.dirname(__file__))
from reading import close, data, dump, path, refused, run, sweeps

import h5py
import numpy as np
import pynwb
from pynwb import NWBFile, NWBHDF5IO
from pynwb.icephys import CurrentClampSeries, CurrentClampStimulusSeries, VoltageClampSeries

warnings.simplefilter("ignore")
RNG = np.random.default_rng(1)


def new_file():
    nwb = NWBFile("a session", "id", datetime(2020, 1, 1, tzinfo=timezone.utc))
    device = nwb.create_device("amplifier")
    return nwb, [nwb.create_icephys_electrode(name=f"e{k}", description="x", device=device) for k in (0, 1)]


def save(nwb, name):
    with NWBHDF5IO(path(name), "w") as io:
        io.write(nwb)
    return path(name)


def voltage(n):
    v = RNG.normal(-70, 1, n)
    v[n // 2] = 20
    return v


def real_recording():
    p = data("nwb/ca1_pyramidal_steps.nwb")
    if not p:
        return
    got = sweeps(p)
    with NWBHDF5IO(p, "r") as io:
        nwb = io.read()
        for k, s in enumerate(got, 1):
            v = nwb.acquisition[f"CurrentClampSeries_{k:02d}"].data[:].astype(float) * 1e3
            i = nwb.stimulus[f"CurrentClampStimulusSeries_{k:02d}"].data[:].astype(float) * 1e12
            close(s["v"], v[::10])
            close(s["i"], i[::10])
            spikes = np.flatnonzero((v[1:] >= 0) & (v[:-1] < 0)) + 1
            close(s["spikes"], spikes * 0.1)
            assert s["dt_v"] == 0.1 and s["number"] == k and s["cell"] == "icephys_electrode"
    assert len(got) == 13


def integers_with_conversion_and_offset():
    nwb, e = new_file()
    raw = RNG.integers(-3000, 3000, 200).astype("i2")
    for k in range(2):
        s = CurrentClampStimulusSeries(name=f"s{k}", data=raw[:150], conversion=2e-13, offset=1e-12, rate=2e4,
                                       electrode=e[k], gain=1.0, sweep_number=np.uint32(7))
        r = CurrentClampSeries(name=f"r{k}", data=raw + k, conversion=1e-5, offset=-0.05, rate=1e4,
                               starting_time=3.0, electrode=e[k], gain=1.0, sweep_number=np.uint32(7))
        s.fields["starting_time"] = 3.0
        nwb.add_stimulus(s)
        nwb.add_acquisition(r)
    got = sweeps(save(nwb, "int.nwb"))
    assert [s["cell"] for s in got] == ["e0", "e1"] and got[0]["number"] == 7
    for k, s in enumerate(got):
        close(s["v"], ((raw.astype(float) + k) * 1e-5 - 0.05)[::10] * 1e3, 1e-9)
        close(s["i"], (raw[:150].astype(float) * 2e-13 + 1e-12)[::10] * 1e12, 1e-9)
        assert s["dt_i"] == 0.05 and s["dt_v"] == 0.1 and s["origin"] == 3000


def timestamps_and_tables():
    nwb, e = new_file()
    v, i = voltage(300) * 1e-3, RNG.normal(1e-10, 1e-11, 300)
    t = 5 + np.arange(300) / 2e4
    s = CurrentClampStimulusSeries(name="first", data=i, timestamps=t, electrode=e[0], gain=1.0)
    r = CurrentClampSeries(name="second", data=v, timestamps=t, electrode=e[0], gain=1.0)
    clamp = VoltageClampSeries(name="third", data=i, rate=1e4, electrode=e[0], gain=1.0)
    nwb.add_intracellular_recording(electrode=e[0], stimulus=s, response=r, stimulus_start_index=100,
                                    stimulus_index_count=150, response_start_index=100, response_index_count=200)
    nwb.add_acquisition(clamp)
    p = save(nwb, "table.nwb")
    got = sweeps(p)
    assert len(got) == 1
    close(got[0]["v"], v[100:300:10] * 1e3, 1e-12)
    close(got[0]["i"], i[100:250:10] * 1e12, 1e-12)
    assert got[0]["dt_v"] == 0.05 and abs(got[0]["origin"] - 5005) < 1e-6
    assert any("1 voltage-clamp sweeps are left out" in d for d in dump(p)["diags"])
    assert any("the stimulus lasts 7.5 ms, the response 10 ms" in d for d in dump(p)["diags"])


def spikes_of_units():
    nwb, _ = new_file()
    trains = [np.sort(RNG.uniform(0, 10, n)) for n in (50, 3, 0, 1)]
    for k, train in enumerate(trains):
        nwb.add_unit(id=10 + k, spike_times=train, obs_intervals=[[0.0, 4.0], [5.0, 10.0]])
    p = save(nwb, "units.nwb")
    got = sweeps(p)
    for k, (s, train) in enumerate(zip(got, trains)):
        close(s["spikes"], train * 1e3)
        assert s["cell_id"] == 10 + k and (s["start"], s["stop"]) == (0, 10000)
    assert any("observed with gaps" in d for d in dump(p)["diags"])
    nwb, _ = new_file()
    nwb.add_unit(spike_times=trains[0] * 1e3 + 11, obs_intervals=[[0.0, 10.0]])
    refused("NWB keeps times in seconds", save(nwb, "ms.nwb"))


def version_one():
    """The layout of the Allen Institute's NWB 1 files."""
    v, i = voltage(400), np.repeat([0.0, 150.0, 0.0], [100, 200, 100])
    with h5py.File(path("one.nwb"), "w") as f:
        f["nwb_version"] = "NWB-1.0.5"
        f["session_start_time"] = "then"
        for number in (4, 39):
            for where, x, unit, scale, kind in (("acquisition/timeseries", v, "Volts", 1e-3, "CurrentClampSeries"),
                                                ("stimulus/presentation", i, "Amps", 1e-12, "CurrentClampStimulusSeries")):
                g = f.create_group(f"{where}/Sweep_{number}")
                g.attrs["ancestry"] = np.array([b"TimeSeries", b"PatchClampSeries", kind.encode()])
                g.attrs["neurodata_type"] = b"TimeSeries"
                d = g.create_dataset("data", data=(x * 100).astype("f4"), compression="gzip", shuffle=True)
                d.attrs["conversion"] = scale / 100
                d.attrs["unit"] = unit.encode()
                g.create_dataset("starting_time", data=1.5).attrs["rate"] = 5e4
                g["num_samples"] = 400
                g["aibs_stimulus_name"] = b"Long Square"
                g["electrode_name"] = b"Electrode 1"
                g["bias_current"] = 0.0
    got = sweeps(path("one.nwb"))
    assert [s["number"] for s in got] == [4, 39] and got[0]["stimulus"] == got[1]["stimulus"] == 0
    close(got[1]["v"], v[::10], 1e-6, 1e-6)
    close(got[1]["i"], i[::10], 1e-6, 1e-6)
    assert got[0]["dt_v"] == 0.02 and got[0]["cell"] == "Electrode 1" and len(got[0]["spikes"]) == 1


def bad_files():
    def series(name, change):
        nwb, e = new_file()
        r = CurrentClampSeries(name="r", data=voltage(100) * 1e-3, rate=1e4, electrode=e[0], gain=1.0)
        nwb.add_acquisition(r)
        p = save(nwb, name)
        with h5py.File(p, "a") as f:
            change(f["acquisition/r"])
        return p

    def millivolts(g):
        g["data"][:] = g["data"][:] * 1e3
    refused("no membrane has that", series("mv.nwb", millivolts))

    def no_conversion(g):
        del g["data"].attrs["conversion"]
    assert any("has no conversion: 1 is assumed" in d for d in dump(series("nc.nwb", no_conversion))["diags"])

    def no_rate(g):
        del g["starting_time"]
    refused("neither a rate nor timestamps", series("nr.nwb", no_rate))

    def huge(g):
        del g["data"]
        d = g.create_dataset("data", shape=(10**12,), chunks=(1000,), dtype="f4", compression="gzip")
        d[0] = 1
        d.attrs["conversion"], d.attrs["unit"] = 1.0, "volts"
    refused("it claims 1000000000000 values", series("huge.nwb", huge))

    def unknown_filter(g):
        del g["data"]
        d = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        d.set_chunk((10,))
        d.set_filter(32015, h5py.h5z.FLAG_OPTIONAL, (3,))
        h5py.h5d.create(g.id, b"data", h5py.h5t.NATIVE_FLOAT, h5py.h5s.create_simple((100,)), dcpl=d)
    refused("compressed by filter 32015", series("filter.nwb", unknown_filter))
    nwb, e = new_file()
    nwb.add_acquisition(VoltageClampSeries(name="v", data=np.zeros(10), rate=1e4, electrode=e[0], gain=1.0))
    refused("all 1 sweeps are voltage clamp", save(nwb, "vc.nwb"))


def what_is_written_is_valid():
    n = 70000  # more than a chunk
    v, i = voltage(n), RNG.normal(100, 10, n)
    csv = path("two.csv")
    with open(csv, "w") as f:
        f.write("sweep,t_ms,I_pA,V_mV\n")
        for k in (3, 5):
            for j in range(n):
                f.write(f"{k},{j * 0.1:.1f},{i[j]:.3f},{v[j]:.3f}\n")
    out = path("out.nwb")
    assert dump(csv, "--to", out)["status"] == "OK"
    assert not pynwb.validate(path=out)
    with NWBHDF5IO(out, "r") as io:
        nwb = io.read()
        r, s = nwb.acquisition["sweep_001_response"], nwb.stimulus["sweep_001_stimulus"]
        close(r.data[::1000], v[::1000].round(3) * 1e-3)
        close(s.data[::1000], i[::1000].round(3) * 1e-12, 1e-9, 0)
        assert r.rate == 1e4 and r.sweep_number == 5 and r.starting_time == 7.0
        close(nwb.units["spike_times"][0], [3.5, 10.5], 1e-6)
        assert nwb.units["obs_intervals"][0].tolist() == [[0, 7], [7, 14]]
    a, b = sweeps(csv), sweeps(out)
    for x, y in zip(a, b):
        close(x["v"], y["v"])
        close(x["i"], y["i"])
        close(x["spikes"], y["spikes"])
        assert x["number"] == y["number"] and x["stimulus"] == y["stimulus"] and x["dt_v"] == y["dt_v"]
    again = path("again.nwb")
    dump(csv, "--to", again)
    assert open(out, "rb").read() == open(again, "rb").read()
    from nwbinspector import inspect_nwbfile
    from nwbinspector import Importance
    found = list(inspect_nwbfile(nwbfile_path=out))
    # A simulated cell has no animal to describe.
    grave = [m for m in found if m.importance in (Importance.CRITICAL, Importance.ERROR, Importance.PYNWB_VALIDATION)]
    assert [m.check_function_name for m in grave] in ([], ["check_subject_exists"]), grave


def spikes_are_written_as_units():
    txt = path("s.txt")
    open(txt, "w").write("# s\n# stop: 10 s\nneuron,t_s\n3,0.5\n3,2.25\n8,1.125\n")
    out = path("s.nwb")
    assert dump(txt, "--to", out)["status"] == "OK"
    assert not pynwb.validate(path=out)
    a, b = sweeps(txt), sweeps(out)
    assert [(s["cell_id"], s["spikes"], s["stop"]) for s in a] == [(s["cell_id"], s["spikes"], s["stop"]) for s in b]


run([real_recording, integers_with_conversion_and_offset, timestamps_and_tables, spikes_of_units, version_one,
     bad_files, what_is_written_is_valid, spikes_are_written_as_units])
