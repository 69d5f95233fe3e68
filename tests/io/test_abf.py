"""Axon binary files, made here by their layout and read by pyabf as well."""
import os, struct, sys

sys.path.insert(0, os.path.dirname(__file__))
from reading import close, dump, path, refused, run, sweeps

import numpy as np
import pyabf
import pyabf.abfWriter

RNG = np.random.default_rng(5)
SWEEPS, N = 4, 2000


def put(name, content):
    open(path(name), "wb").write(content)
    return path(name)


def version_2(units=("mV",), command="pA", kind=1, floats=False):
    """Two or one channels, four sweeps, epochs of holding, a step that grows, and holding."""
    channels = len(units)
    raw = RNG.integers(-3000, 3000, (SWEEPS * N, channels))
    strings = b"\0".join([b"x", b"channel", *[u.encode() for u in units], command.encode(), b""])
    blocks = []

    def section(body, size, n):
        at = 1 + sum(len(b) for b in blocks) // 512
        blocks.append(body + bytes(-len(body) % 512))
        return struct.pack("<IIq", at, size, n)

    protocol = bytearray(512)
    struct.pack_into("<hf", protocol, 0, 5, 50.0)
    struct.pack_into("<i", protocol, 22, N * channels)
    struct.pack_into("<fi", protocol, 110, 10.0, 0)
    struct.pack_into("<i", protocol, 118, 32768)
    struct.pack_into("<h", protocol, 142, 0)
    adc = b""
    for i in range(channels):
        a = bytearray(128)
        struct.pack_into("<hh", a, 0, i, 1)
        struct.pack_into("<f", a, 6, 2.0)
        struct.pack_into("<f", a, 28, 1.0)
        struct.pack_into("<ffff", a, 40, 0.01 if units[i] == "mV" else 0.0005, 0.5, 1.0, 0.25)
        struct.pack_into("<ii", a, 74, 2, 3 + i)
        adc += bytes(a)
    dac = bytearray(256)
    struct.pack_into("<f", dac, 12, -20.0)
    struct.pack_into("<ii", dac, 24, 2, 3 + channels)
    struct.pack_into("<hhh", dac, 40, 1, 1, 0)
    epochs = b""
    for k, (level, step, samples) in enumerate(((-20, 0, 300), (50, 25, 1000), (-20, 0, 200))):
        e = bytearray(48)
        struct.pack_into("<hhhffii", e, 0, k, 0, kind if k == 1 else 1, level, step, samples, 0)
        epochs += bytes(e)
    body = raw.astype("<f4" if floats else "<i2").tobytes()
    head = bytearray(512)
    head[0:4] = b"ABF2"
    struct.pack_into("<BBBB", head, 4, 0, 0, 0, 2)
    struct.pack_into("<II", head, 8, 512, SWEEPS)
    struct.pack_into("<I", head, 16, 20200101)
    struct.pack_into("<HH", head, 28, 1, 1 if floats else 0)
    strings = b"SSCH" + bytes(40) + strings
    for at, args in ((76, (bytes(protocol), 512, 1)), (92, (adc, 128, channels)), (108, (bytes(dac), 256, 1)),
                     (156, (epochs, 48, 3)),
                     (124, (b"".join(struct.pack("<hh", k, 0).ljust(32, b"\0") for k in range(3)), 32, 3)), (220, (strings, len(strings), 1)),
                     (316, (b"".join(struct.pack("<ii", k * N, N * channels) for k in range(SWEEPS)), 8, SWEEPS)),
                     (236, (body, 4 if floats else 2, raw.size))):
        head[at:at + 16] = section(*args)
    return bytes(head) + b"".join(blocks), raw


def against_pyabf(p):
    abf, got = pyabf.ABF(p), sweeps(p)
    assert len(got) == abf.sweepCount == SWEEPS
    for k, s in enumerate(got):
        abf.setSweep(k)
        close(s["v"], abf.sweepY[::10].astype(float), 1e-5, 1e-4)
        yield abf, s


def version_2_with_a_command():
    content, raw = version_2()
    p = put("a.abf", content)
    for k, (abf, s) in enumerate(against_pyabf(p)):
        assert s["dt_v"] == 0.05 and s["n_v"] == N and s["number"] == k
        # The whole of the epochs, and the 64th of the sweep before them.
        want = np.full(N, -20.0)
        want[N // 64 + 300:N // 64 + 1300] = 50 + 25 * k
        assert s["i"] == want[::10].tolist() == abf.sweepC[::10].tolist()
    # By hand: range over resolution, over the product of the gains.
    gain = 10 / 32768 / (0.01 * 2)
    close(sweeps(p)[0]["v"], raw[:N:10, 0] * gain + 0.25, 1e-6, 1e-6)


def version_2_with_a_recorded_current():
    content, raw = version_2(units=("mV", "pA"))
    p = put("b.abf", content)
    got = sweeps(p)
    gain = 10 / 32768 / (0.0005 * 2)
    close(got[2]["i"], raw[2 * N:3 * N:10, 1] * gain + 0.25, 1e-6, 1e-5)
    abf = pyabf.ABF(p)
    abf.setSweep(2, channel=1)
    close(got[2]["i"], abf.sweepY[::10].astype(float), 1e-5, 1e-3)
    content, raw = version_2(floats=True)
    close(sweeps(put("f.abf", content), "--trust")[1]["v"], raw[N:2 * N:10, 0].astype(float))


def version_1():
    v = RNG.normal(-70, 5, (SWEEPS, N))
    pyabf.abfWriter.writeABF1(v, path("c.abf"), 20000, "mV")
    for k, (abf, s) in enumerate(against_pyabf(path("c.abf"))):
        close(s["v"], v[k, ::10], 1e-2, 1e-2)
        assert s["dt_v"] == 0.05


def bad_files():
    content, _ = version_2()
    refused("it claims 8000 samples", put("d.abf", content[:-600]))
    refused("too few for a header", put("e.abf", content[:900]))
    refused("voltage clamp", put("g.abf", version_2(units=("pA",), command="mV")[0]))
    refused("none of 1 channels is a voltage", put("h.abf", version_2(units=("pA",), command="")[0]))
    p = put("i.abf", version_2(kind=3)[0])
    assert any("it is not used" in d for d in dump(p)["diags"]) and sweeps(p)[0]["n_i"] == 0


run([version_2_with_a_command, version_2_with_a_recorded_current, version_1, bad_files])
