"""Igor binary waves against igor2: the recordings, and waves of both versions and byte orders."""
import os, struct, sys

sys.path.insert(0, os.path.dirname(__file__))
from reading import close, data, path, refused, run, sweeps

import igor2.binarywave
import numpy as np


def shorts(header, at, order):
    """Puts the checksum at `at`, so that the 16-bit words add up to 0."""
    total = sum(struct.unpack(f"{order}{len(header) // 2}H", header))
    return header[:at] + struct.pack(f"{order}H", (-total) & 0xFFFF) + header[at + 2:]


def version_5(values, order, kind, unit, step, columns=1):
    head = bytearray(64 + 320)
    struct.pack_into(order + "hhi", head, 0, 5, 0, 320 + values.nbytes)
    struct.pack_into(order + "ih", head, 64 + 12, values.size, kind)
    head[64 + 28:64 + 32] = b"wave"
    struct.pack_into(order + "ii", head, 64 + 68, values.size // columns, columns if columns > 1 else 0)
    struct.pack_into(order + "d", head, 64 + 84, step)
    head[64 + 148:64 + 148 + len(unit)] = unit
    head[64 + 152:64 + 153] = b"s"
    return shorts(bytes(head), 2, order) + values.astype(values.dtype.newbyteorder(order)).tobytes()


def version_2(values, order, kind, unit, step):
    head = bytearray(16 + 110)
    struct.pack_into(order + "hiii", head, 0, 2, 126 + values.nbytes, 0, 0)
    struct.pack_into(order + "h", head, 16, kind)
    head[22:26] = b"wave"
    head[16 + 34:16 + 34 + len(unit)] = unit
    head[16 + 38:16 + 40] = b"ms"
    struct.pack_into(order + "i", head, 16 + 42, values.size)
    struct.pack_into(order + "d", head, 16 + 48, step)
    return shorts(bytes(head), 14, order) + values.astype(values.dtype.newbyteorder(order)).tobytes() + bytes(16)


def put(name, content):
    open(path(name), "wb").write(content)
    return path(name)


def recordings():
    for name, factor in (("igor/B6_Ch0_IDRest_183.ibw", 1), ("igor/B6_Ch3_IDRest_183.ibw", 1),
                         ("cortical_frozen_noise/electrode_calibration_V.ibw", 1e3),
                         ("cortical_frozen_noise/electrode_calibration_I.ibw", 1e12)):
        p = data(name)
        if not p:
            return
        wave = igor2.binarywave.load(p)["wave"]
        got = sweeps(p)[0]
        close(got["v"] or got["i"], wave["wData"].astype(float)[::10] * factor)
        assert got["dt_v"] or got["dt_i"]


def versions_orders_and_types():
    x = np.arange(-70, -30)
    for order in "<>":
        for kind, dtype in ((2, "f4"), (4, "f8"), (8, "i1"), (16, "i2"), (32, "i4")):
            p = put("a.ibw", version_5(x.astype(dtype), order, kind, b"mV", 1e-4))
            got = sweeps(p)[0]
            assert got["v"] == x[::10].tolist() and got["dt_v"] == 0.1, got
            p = put("b.ibw", version_2(x.astype(dtype), order, kind, b"pA", 0.05))
            got = sweeps(p)[0]
            assert got["i"] == x[::10].tolist() and got["dt_i"] == 0.05
    got = sweeps(put("m.ibw", version_5(np.arange(60.0) - 90, "<", 4, b"mV", 1e-4, columns=3)))
    assert [s["v"][0] for s in got] == [-90, -70, -50]


def bad_waves():
    good = version_5(np.arange(60.0) - 90, "<", 4, b"mV", 1e-4)
    refused("cut short or damaged", put("c.ibw", good[:-8]))
    refused("checksum", put("d.ibw", good[:20] + b"\7" + good[21:]))
    refused("neither a voltage nor a current", put("e.ibw", version_5(np.arange(60.0), "<", 4, b"kg", 1e-4)))
    refused("the wave has no unit", put("f.ibw", version_5(np.arange(60.0), "<", 4, b"", 1e-4)))
    refused("the wave is complex", put("g.ibw", version_5(np.arange(60.0), "<", 5, b"mV", 1e-4)))
    refused("these look like volts", put("h.ibw", version_5(np.arange(60.0) / 1e3, "<", 4, b"mV", 1e-4)))
    refused("a step of 0 s", put("i.ibw", version_5(np.arange(60.0), "<", 4, b"mV", 0)))


run([recordings, versions_orders_and_types, bad_waves])
