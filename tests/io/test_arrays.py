"""Named arrays: NumPy's npy and npz, MATLAB's files as scipy writes them and, for 7.3, as MATLAB lays them out."""
import os, sys

sys.path.insert(0, os.path.dirname(__file__))
from reading import close, dump, path, refused, run, sweeps

import h5py
import numpy as np
import scipy.io

RNG = np.random.default_rng(3)
T = np.arange(200) * 0.1
V = RNG.normal(-70, 1, (200, 3))
V[50] = 20
I = RNG.normal(100, 10, 200)


def check(got, n=3):
    assert len(got) == n, len(got)
    for k, s in enumerate(got):
        close(s["v"], V[::10, k], 1e-12)
        close(s["i"], I[::10], 1e-12)
        assert s["dt_v"] == 0.1 and s["spikes"] == [5.0]


def npz():
    for save in (np.savez, np.savez_compressed):
        save(path("a.npz"), t_ms=T, V_mV=V, I_pA=I)
        check(sweeps(path("a.npz")))
    np.savez(path("b.npz"), dt_ms=0.1, voltage_V=V.T / 1e3, I_nA=I / 1e3)
    check(sweeps(path("b.npz")))
    np.savez(path("c.npz"), vm=V, stim=I, dt_ms=0.1)
    check(sweeps(path("c.npz"), "--select", "V_mV=vm,I_pA=stim,dt_ms=dt_ms"))
    refused("no array's name says", path("c.npz"), "--select", "dt_ms=dt_ms")
    np.savez(path("d.npz"), spikes_s=[0.25, 0.5])
    got = sweeps(path("d.npz"), "--stop", "1000")
    assert got[0]["spikes"] == [250, 500] and got[0]["stop"] == 1000


def npy_types_and_orders():
    for dtype in ("<f8", ">f8", "<f4", "<i2", ">i4"):
        for order in "CF":
            x = np.asarray(np.round(V), dtype=dtype, order=order)
            np.save(path("vm.npy"), x)
            got = sweeps(path("vm.npy"), "--select", "V_mV=vm", "--dt", "0.1")
            assert [s["v"] for s in got] == [x[::10, k].astype(float).tolist() for k in range(3)]
    np.save(path("text.npy"), np.array(["a"]))
    refused("it holds no plain numbers", path("text.npy"), "--dt", "0.1")
    np.save(path("cube.npy"), np.zeros((2, 2, 2)))
    refused("more than two dimensions", path("cube.npy"), "--dt", "0.1")
    good = open(path("vm.npy"), "rb").read()
    open(path("cut.npy"), "wb").write(good[:-8])
    refused("claims more values", path("cut.npy"))


def what_is_written_reads_in_numpy():
    np.savez(path("w.npz"), t_ms=T, V_mV=V[:, :1], I_pA=I)
    assert dump(path("w.npz"), "--to", path("w.npy"))["status"] == "OK"
    x = np.load(path("w.npy"))
    assert x.shape == (200, 4)
    close(x[:, 1], T, 1e-12, 1e-12)
    close(x[:, 2], I, 0, 0)
    close(x[:, 3], V[:, 0], 0, 0)


def mat_version_5():
    for packed in (False, True):
        scipy.io.savemat(path("a.mat"), dict(t_ms=T, V_mV=V, I_pA=I, note="text", s={"a": 1}), do_compression=packed)
        check(sweeps(path("a.mat")))
        assert any("2 things that are no arrays" in d for d in dump(path("a.mat"))["diags"])
    # Whole numbers are kept in fewer bytes than their class says.
    scipy.io.savemat(path("i.mat"), dict(dt_ms=0.1, V_mV=np.round(V).astype("i4"), I_pA=np.round(I).astype("u1")))
    got = sweeps(path("i.mat"))
    assert got[1]["v"] == np.round(V)[::10, 1].tolist() and got[1]["i"] == np.round(I)[::10].tolist()
    good = open(path("a.mat"), "rb").read()
    open(path("cut.mat"), "wb").write(good[:-20])
    refused("cut short or damaged", path("cut.mat"))


def mat_version_7_3():
    with h5py.File(path("b.mat"), "w", userblock_size=512) as f:
        for name, x in (("t_ms", T.reshape(1, -1)), ("V_mV", V), ("I_pA", I.reshape(-1, 1))):
            d = f.create_dataset(name, data=x.T, compression="gzip")
            d.attrs["MATLAB_class"] = np.bytes_("double")
        d = f.create_dataset("note", data=np.array([[72, 105]], "u2"))
        d.attrs["MATLAB_class"] = np.bytes_("char")
    with open(path("b.mat"), "r+b") as f:
        f.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM")
    check(sweeps(path("b.mat")))


run([npz, npy_types_and_orders, what_is_written_reads_in_numpy, mat_version_5, mat_version_7_3])
