"""Helpers of the io tests in Python: run io_dump, print TAP lines."""
import json, os, subprocess, sys, tempfile, traceback

BIN = os.path.join(os.environ.get("SPK_BIN", "build/ci"), "tests", "io_dump")
DATA = os.environ.get("SPK_DATA", "../shared/data")
FOLDER = tempfile.mkdtemp(prefix="spikefit-io-")


def path(name):
    return os.path.join(FOLDER, name)


def dump(*args):
    out = subprocess.run([BIN, *map(str, args)], capture_output=True, text=True)
    assert out.returncode == 0, (out.returncode, out.stderr)
    return json.loads(out.stdout)


def sweeps(*args):
    got = dump(*args)
    assert got["status"] == "OK", got["diags"]
    return got["sweeps"]


def refused(words, *args):
    got = dump(*args)
    assert got["status"] == "ERR_INPUT", got["status"]
    assert any(words in d for d in got["diags"]), got["diags"]


def data(name):
    """A shared recording, or None (and the case is skipped)."""
    p = os.path.join(DATA, name)
    if os.path.exists(p):
        return p
    print(f"# skipped: no recording {p}")
    return None


def close(a, b, rel=1e-12, abs_=1e-12):
    assert len(a) == len(b), (len(a), len(b))
    for x, y in zip(a, b):
        assert abs(x - y) <= abs_ + rel * abs(y), (x, y)


def run(cases):
    bad = 0
    for i, case in enumerate(cases, 1):
        try:
            case()
            print(f"ok {i} - {case.__name__}", flush=True)
        except Exception:
            bad += 1
            for line in traceback.format_exc().splitlines():
                print("#", line)
            print(f"not ok {i} - {case.__name__}", flush=True)
    print(f"1..{len(cases)}")
    import shutil
    shutil.rmtree(FOLDER, ignore_errors=True)
    sys.exit(bad != 0)
