"""Distances against PySpike and elephant on random trains, to 1e-9."""
import os
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import pyspike
import quantities as pq
from elephant.spike_train_dissimilarity import van_rossum_distance, victor_purpura_distance
from neo import SpikeTrain

warnings.filterwarnings("ignore")
RNG = np.random.default_rng(7)


def random_train(start, stop, most):
    """Few or many spikes, on a grid or off it, sometimes at the very edges."""
    n = RNG.integers(0, 4) if RNG.random() < 0.2 else RNG.integers(0, most)
    t = RNG.uniform(start, stop, n)
    if RNG.random() < 0.4:
        t = np.clip(np.round(t, 1), start, stop)
    if n and RNG.random() < 0.2:
        t[RNG.integers(n)] = start
    if n and RNG.random() < 0.2:
        t[RNG.integers(n)] = stop
    return np.unique(t)


def pairs(count, most):
    for _ in range(count):
        start = float(RNG.choice([0.0, 0.0, 250.0]))
        stop = start + float(RNG.choice([100.0, 1000.0]))
        a, b = random_train(start, stop, most), random_train(start, stop, most)
        if len(a) and RNG.random() < 0.3:  # nearly the same train
            keep = RNG.random(len(a)) < 0.8
            b = np.unique(np.clip(a[keep] + RNG.normal(0, 1, keep.sum()), start, stop))
        yield start, stop, a, b


def line(metric, opts, start, stop, a, b, expected):
    words = [metric, len(opts), *opts, start, stop, len(a), *a, len(b), *b, expected, 1e-9]
    return " ".join(w if isinstance(w, str) else repr(float(w)) for w in words)


def pyspike_lines():
    for start, stop, a, b in pairs(600, 60):
        sa, sb = pyspike.SpikeTrain(a, [start, stop]), pyspike.SpikeTrain(b, [start, stop])
        for metric, function in (("isi_distance", pyspike.isi_distance),
                                 ("spike_distance", pyspike.spike_distance),
                                 ("spike_synchronization", pyspike.spike_sync)):
            # A single spike exactly at an edge: PySpike divides 0 by 0, or measures the auxiliary
            # spike instead of going on with the last spike's distance.
            if metric != "spike_synchronization" and any(
                    len(t) == 1 and t[0] in (start, stop) for t in (a, b)):
                continue
            yield line(metric, [], start, stop, a, b, function(sa, sb))


def elephant_lines():
    for start, stop, a, b in pairs(120, 40):
        sa, sb = (SpikeTrain(t * pq.ms, t_start=start * pq.ms, t_stop=stop * pq.ms) for t in (a, b))
        for q in (0.0, 0.02, 0.3, 5.0):
            d = victor_purpura_distance([sa, sb], cost_factor=q / pq.ms)[0, 1]
            yield line("victor_purpura", [q], start, stop, a, b, d)
        for tau in (2.0, 10.0, 300.0):
            d = van_rossum_distance([sa, sb], time_constant=tau * pq.ms)[0, 1]
            # elephant takes the root of a difference: its error near 0 is the root of its rounding
            if d > 1e-3:
                yield line("van_rossum", [tau], start, stop, a, b, d)


def main():
    program = os.path.join(os.environ["SPK_BIN"], "tests", "test_metric_values")
    failed = 0
    for i, (name, lines) in enumerate((("pyspike", pyspike_lines), ("elephant", elephant_lines)), 1):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as f:
            f.write("\n".join(lines()) + "\n")
            f.flush()
            run = subprocess.run([program, f.name], stdout=subprocess.PIPE, text=True, check=False)
        print("\n".join("# " + s for s in run.stdout.splitlines()[-20:]))
        failed |= run.returncode
        print(f"{'not ok' if run.returncode else 'ok'} {i} - distances_equal_those_of_{name}")
    print("1..2")
    return failed


sys.exit(main())
