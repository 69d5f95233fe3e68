"""PySpike's matrices and this library's on the same trains, in one run: ratios per metric.

    .venv/bin/python bench/pyspike_matrix.py [BUILD_DIR [SPIKES]]
"""
import os
import subprocess
import sys
import tempfile
import time

import numpy as np
import pyspike

NAMES = {"spike_distance": pyspike.spike_distance_matrix,
         "isi_distance": pyspike.isi_distance_matrix,
         "spike_synchronization": pyspike.spike_sync_matrix}


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else "build/release"
    spikes = sys.argv[2] if len(sys.argv) > 2 else "100"
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "trains.txt")
        run = subprocess.run([os.path.join(build, "bench", "bench_metrics"), spikes, path],
                             stdout=subprocess.PIPE, text=True, check=True)
        print(run.stdout, end="")
        times = [np.array(line.split(), float) for line in open(path, encoding="ascii")]
    ours = {w[0]: float(w[2]) for w in map(str.split, run.stdout.splitlines()) if len(w) == 3 and w[0] != "metric"}
    stop = max(t[-1] for t in times) + 100
    trains = [pyspike.SpikeTrain(t, [0, stop]) for t in times]
    pairs = len(trains) * (len(trains) - 1) / 2
    print(f"\n{'metric':24} {'PySpike us':>10} {'ours us':>10} {'ratio':>8}")
    for name, function in NAMES.items():
        best = min(timed(function, trains) for _ in range(5)) / pairs * 1e6
        print(f"{name:24} {best:10.2f} {ours[name]:10.3f} {best / ours[name]:8.1f}")


def timed(function, trains):
    start = time.perf_counter()
    function(trains)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
