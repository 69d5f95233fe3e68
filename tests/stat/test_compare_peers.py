"""Two-sample tests against SciPy: statistic and p value to 1e-9, relative to p + 1e-9."""
import os
import subprocess
import sys
import tempfile

import numpy as np
from scipy import stats

RNG = np.random.default_rng(3)


def samples(count, most):
    for _ in range(count):
        n, m = RNG.integers(3, most, 2)
        x = RNG.normal(0, 1, n)
        y = RNG.normal(RNG.choice([0, 0.5, 3]), RNG.choice([1, 2]), m)
        if RNG.random() < 0.3:  # ties
            x, y = np.round(x, 1), np.round(y, 1)
        if RNG.random() < 0.2:
            x = RNG.exponential(2, n)
        yield x, y


def line(name, opts, x, y, statistic, p):
    words = [len(opts), *opts, len(x), *x, len(y), *y, statistic, p, 1e-9]
    return name + " " + " ".join(repr(float(w)) for w in words)


def divergence(x, y, bins):
    edges = np.linspace(min(x.min(), y.min()), max(x.max(), y.max()), bins + 1)
    p, q = (np.histogram(v, edges)[0] + 0.5 for v in (x, y))
    return stats.entropy(p / p.sum(), q / q.sum())


def lines():
    for most in (8, 60, 300):
        for x, y in samples(150, most):
            t = stats.ttest_ind(x, y)
            yield line("student_t", [], x, y, t.statistic, t.pvalue)
            t = stats.ttest_ind(x, y, equal_var=False)
            yield line("welch_t", [], x, y, t.statistic, t.pvalue)
            u = stats.mannwhitneyu(x, y)
            yield line("mann_whitney_u", [], x, y, u.statistic, u.pvalue)
            d = stats.ks_2samp(x, y, method="exact")
            yield line("kolmogorov_smirnov", [], x, y, d.statistic, d.pvalue)
            for i, center in enumerate(("median", "mean")):
                w = stats.levene(x, y, center=center)
                yield line("levene", [i], x, y, w.statistic, w.pvalue)
            yield line("wasserstein", [], x, y, stats.wasserstein_distance(x, y), np.nan)
            if not np.allclose(x, np.round(x, 1)):  # values on the edges of bins are a matter of rounding
                yield line("kullback_leibler", [15], x, y, divergence(x, y, 15), np.nan)


def main():
    program = os.path.join(os.environ["SPK_BIN"], "tests", "test_stat_compare")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as f:
        f.write("\n".join(lines()) + "\n")
        f.flush()
        run = subprocess.run([program, f.name], stdout=subprocess.PIPE, text=True, check=False)
    print("\n".join("# " + s for s in run.stdout.splitlines()[-20:]))
    print(f"{'not ok' if run.returncode else 'ok'} 1 - tests_equal_those_of_scipy")
    print("1..1")
    return run.returncode


sys.exit(main())
