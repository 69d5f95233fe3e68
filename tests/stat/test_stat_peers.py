"""Statistics against elephant, NumPy and SciPy on random trains, to 1e-9."""
import os
import subprocess
import sys
import tempfile
import warnings

import numpy as np
from elephant import statistics
from scipy import signal

warnings.filterwarnings("ignore")
RNG = np.random.default_rng(11)


def random_train(stop, rate_hz):
    n = RNG.poisson(rate_hz * stop / 1000)
    return np.sort(RNG.uniform(0, stop, n))


def line(name, opts, stop, trains, values):
    words = [len(opts), *opts, 0, stop, len(trains)]
    for t in trains:
        words += [len(t), *t]
    words += [len(values), *values, 1e-9]
    return name + " " + " ".join(repr(float(w)) for w in words)


def counts(t, stop, width):
    return np.histogram(t, bins=int(round(stop / width)), range=(0, stop))[0]


def interval_lines():
    for _ in range(200):
        stop = float(RNG.choice([500, 2000]))
        t = random_train(stop, RNG.uniform(0, 60))
        isi = np.diff(t)
        yield line("isi", [], stop, [t], isi)
        enough = len(isi) >= 2
        yield line("cv", [], stop, [t], [statistics.cv(isi) if enough else np.nan])
        yield line("cv2", [], stop, [t], [statistics.cv2(isi) if enough else np.nan])
        yield line("lv", [], stop, [t], [statistics.lv(isi) if enough else np.nan])
        r = float(RNG.choice([0, 2, 5]))
        lvr = statistics.lvr(isi, R=r) if enough else np.nan
        yield line("lvr", [r], stop, [t], [lvr])
        c = counts(t, stop, 50)
        fano = c.var() / c.mean() if len(t) else np.nan
        yield line("fano_factor", [50], stop, [t], [fano])


def population_lines():
    for _ in range(40):
        stop = float(RNG.choice([1000, 3000]))
        n = RNG.integers(2, 8)
        common = random_train(stop, 10)
        trains = [np.unique(np.concatenate([random_train(stop, RNG.uniform(0, 40)),
                                            common[RNG.random(len(common)) < 0.5]]))
                  for _ in range(n)]
        if RNG.random() < 0.2:
            trains[0] = np.array([])
        for width in (2.0, 5.0, 10.0):
            c = np.array([counts(t, stop, width) for t in trains])
            r = np.corrcoef(c)
            yield line("correlation", [width], stop, trains, r[np.triu_indices(n, 1)])
            chi2 = c.mean(0).var() / c.var(1).mean()
            yield line("synchrony", [width], stop, trains, [chi2])
            yield line("psth", [width], stop, trains, c.mean(0) / width * 1000)
        sizes = np.array([len(t) for t in trains])
        yield line("trial_fano_factor", [], stop, trains, [sizes.var() / sizes.mean()])
        total = sum(counts(t, stop, 1.0) for t in trains)
        for segment in (64, 300):
            m = 2 ** int(np.log2(segment))
            f, p = signal.welch(total, fs=1000, nperseg=m, detrend="constant", scaling="density")
            p[-1] *= 2  # the last of a one-sided density is not doubled
            rate = total.sum() / (stop / 1000)
            yield line("power_spectrum", [1, segment], stop, trains, p[1:] * 1000**2 / 2 / rate)


def main():
    program = os.path.join(os.environ["SPK_BIN"], "tests", "test_stat_stat")
    failed = 0
    cases = (("intervals_equal_elephants", interval_lines),
             ("populations_equal_numpys_and_scipys", population_lines))
    for i, (name, lines) in enumerate(cases, 1):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as f:
            f.write("\n".join(lines()) + "\n")
            f.flush()
            run = subprocess.run([program, f.name], stdout=subprocess.PIPE, text=True, check=False)
        print("\n".join("# " + s for s in run.stdout.splitlines()[-20:]))
        failed |= run.returncode
        print(f"{'not ok' if run.returncode else 'ok'} {i} - {name}")
    print(f"1..{len(cases)}")
    return failed


sys.exit(main())
