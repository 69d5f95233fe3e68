"""Event cameras: recordings, and files of every version made here from their documentation."""
import os, struct, sys

sys.path.insert(0, os.path.dirname(__file__))
from reading import close, data, dump, path, refused, run, sweeps

import lz4.frame
import numpy as np
import zstandard

RNG = np.random.default_rng(4)
N = 5000
T = np.sort(RNG.integers(1000, 2000000, N))
X, Y, ON = RNG.integers(0, 120, N), RNG.integers(0, 100, N), RNG.integers(0, 2, N)


def put(name, content):
    open(path(name), "wb").write(content)
    return path(name)


def version_1():
    a = (Y << 8 | X << 1 | ON).astype(">u2")
    return b"".join(struct.pack(">Hi", v, t) for v, t in zip(a, T))


def version_2(davis):
    a = Y << 22 | X << 12 | ON << 11 if davis else Y << 8 | X << 1 | ON
    chip = b"# AEChip: eu.seebetter.ini.chips.davis.Davis240C\r\n" if davis else b"# AEChip: DVS128\r\n"
    frames = struct.pack(">Ii", 0x80000000 | 5, 1000) * 7 + struct.pack(">Ii", 0x80000C00, 1000) * 3 if davis else b""
    return b"#!AER-DAT2.0\r\n" + chip + b"".join(struct.pack(">Ii", v, t) for v, t in zip(a, T)) + frames


def version_3():
    out = b"#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: DVS128\r\n#!END-HEADER\r\n"
    out += struct.pack("<hhiiiiii", 3, 1, 36, 4, 0, 2, 2, 2) + bytes(72)
    for a in range(0, N, 1000):
        n = min(1000, N - a)
        out += struct.pack("<hhiiiiii", 1, 1, 8, 4, 1, n, n, n)
        for k in range(a, a + n):
            out += struct.pack("<II", X[k] << 17 | Y[k] << 2 | ON[k] << 1 | 1, T[k])
    return out


def flatbuffer(kind, fields, sizes):
    """A root table of scalars, a vtable before it."""
    vt = struct.pack("<HH", 4 + 2 * len(sizes), 4 + sum(sizes))
    at = 4
    for s in sizes:
        vt += struct.pack("<H", at)
        at += s
    head = 8 + len(vt)
    return struct.pack("<I", head) + kind + vt + struct.pack("<i", len(vt)) + fields


def version_4(compression):
    pack = {0: lambda b: b, 1: lz4.frame.compress, 3: zstandard.ZstdCompressor().compress}[compression]
    head = flatbuffer(b"IOHE", struct.pack("<iq", compression, -1), [4, 8])
    out = b"#!AER-DAT4.0\r\n" + struct.pack("<I", len(head)) + head
    for a in range(0, N, 700):
        n = min(700, N - a)
        b = flatbuffer(b"EVTS", struct.pack("<II", 4, n), [4])
        b += b"".join(struct.pack("<qhhbxxx", T[k] + 10**15, X[k], Y[k], ON[k]) for k in range(a, a + n))
        b = struct.pack("<I", len(b)) + b
        b = pack(b)
        out += struct.pack("<ii", 0, len(b)) + b
    imu = pack(struct.pack("<I", 12) + flatbuffer(b"IMUS", b"", []))
    return out + struct.pack("<ii", 1, len(imu)) + imu


def check(p):
    t = (T - T[0]) / 1000
    got = sweeps(p)
    assert [s["cell_id"] for s in got] == [0, 1]
    for s in got:
        close(s["spikes"], t[ON == s["cell_id"]])
        assert s["start"] == 0 and abs(s["stop"] - t[-1]) < 1e-9
    got = sweeps(p, "--set", "by=pixel", "--set", "polarity=on", "--set", "x0=10", "--set", "x1=20")
    want = {}
    for k in np.flatnonzero((ON == 1) & (X >= 10) & (X <= 20)):
        want.setdefault(int(Y[k]) * 10000 + int(X[k]), []).append(t[k])
    assert {s["cell_id"] for s in got} == set(want)
    for s in got:
        close(s["spikes"], want[s["cell_id"]])
    got = sweeps(p, "--set", "by=region", "--set", "size=50")
    assert sorted(s["cell_id"] for s in got) == [0, 1, 2, 10000, 10001, 10002]
    assert sum(len(s["spikes"]) for s in got) == N


def recordings():
    for name, on, off in (("TranslatingSquare", 8000, 8000), ("TranslatingBarX", 10000, 0)):
        p = data(f"aedat/{name}.aedat")
        if not p:
            return
        assert any(f"AEDAT 2: {on} on and {off} off" in d for d in dump(p)["diags"])
    p = data("aedat/sample.aedat4")
    raw = open(p, "rb").read()
    at = 18 + struct.unpack_from("<I", raw, 14)[0]
    end = struct.unpack_from("<q", raw, 18 + 24 + 12)[0]
    t, on = [], []
    end = 945243 if end <= 0 or end > len(raw) else end
    while at < end:
        n = struct.unpack_from("<i", raw, at + 4)[0]
        b = lz4.frame.decompress(raw[at + 8:at + 8 + n])
        at += 8 + n
        if b[8:12] == b"EVTS":
            table = 4 + struct.unpack_from("<I", b, 4)[0]
            vt = table - struct.unpack_from("<i", b, table)[0]
            f = table + struct.unpack_from("<H", b, vt + 4)[0]
            v = f + struct.unpack_from("<I", b, f)[0]
            count = struct.unpack_from("<I", b, v)[0]
            e = np.frombuffer(b, np.dtype([("t", "<i8"), ("x", "<i2"), ("y", "<i2"), ("on", "u1"), ("pad", "V3")]),
                              count, v + 4)
            t.append(e["t"])
            on.append(e["on"])
    t, on = np.concatenate(t), np.concatenate(on)
    got = sweeps(p)
    for s in got:
        close(s["spikes"], np.sort(t[on == s["cell_id"]] - t[0]) / 1000)


def versions():
    check(put("one.aedat", version_1()))
    check(put("two.aedat", version_2(False)))
    check(put("davis.aedat", version_2(True)))
    assert any("skipped: 7 frame records, 3 inertial records" in d for d in dump(path("davis.aedat"))["diags"])
    check(put("three.aedat", version_3()))
    assert any("skipped: 0 frame records, 2 inertial" in d for d in dump(path("three.aedat"))["diags"])
    for compression in (0, 1, 3):
        check(put("four.aedat4", version_4(compression)))
    assert any("the file is AEDAT 4, whatever its name says" in d for d in dump(put("f.aedat", version_4(0)))["diags"])


def damaged_files():
    refused("the file ends in mid-event", put("c.aedat", version_2(True)[:-3]))
    refused("a packet of impossible size", put("c3.aedat", version_3()[:-8]))
    refused("impossible size", put("c4.aedat4", version_4(1)[:-8]))
    refused("AEDAT 3.0 is unknown", put("v.aedat", version_3().replace(b"3.1", b"3.0")))
    bad = bytearray(version_4(1))
    bad[200:230] = bytes(30)
    refused("does not unpack", put("z.aedat4", bytes(bad)))
    refused("none of 5000 events", put("n.aedat", version_2(True)), "--set", "x0=500")


run([recordings, versions, damaged_files])
