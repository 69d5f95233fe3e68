"""What the tests of the program share: running it, a folder to run it in, TAP lines."""
import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import traceback

BIN = os.environ.get("SPK_BIN", "build/ci")
SOURCE = os.path.abspath(os.environ.get("SPK_SOURCE", os.path.join(os.path.dirname(__file__), "../..")))
DATA = os.path.abspath(os.environ.get("SPK_DATA", os.path.join(SOURCE, "../shared/data")))
PROGRAM = os.path.abspath(os.path.join(BIN, "spikefit"))

FOLDER = tempfile.mkdtemp(prefix="spikefit_cli_")
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

# What the program reads of its surroundings, fixed: width, colour, language, where compiled models go.
ENVIRONMENT = {
    "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
    "HOME": FOLDER,
    "LC_ALL": "C.UTF-8",
    "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", ""),
}


class Run:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return f"exit {self.code}\n{self.out}{self.err}"


def spikefit(*arguments, cwd=FOLDER, env=None, **options):
    done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, env={**ENVIRONMENT, **(env or {})},
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          timeout=300, **options)
    return Run(done.returncode, done.stdout.decode("utf-8", "replace"),
               done.stderr.decode("utf-8", "replace"))


def start(*arguments, cwd=FOLDER, **options):
    return subprocess.Popen([PROGRAM, *map(str, arguments)], cwd=cwd, env=ENVIRONMENT,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            **options)


def path(*parts):
    return os.path.join(FOLDER, *parts)


def write(name, text):
    with open(path(name), "w", encoding="utf-8") as f:
        f.write(text)


def read(name, mode="rb"):
    with open(path(name), mode) as f:
        return f.read()


class Failed(Exception):
    pass


def check(condition, *facts):
    if not condition:
        raise Failed("\n".join(str(f) for f in facts))


def same(got, want, what="text"):
    check(got == want, f"{what} is", got, "not", want)


def skip(why):
    print(f"# skipped: {why}")


cases = []


def case(function):
    cases.append(function)
    return function


def run_cases():
    bad = 0
    for i, function in enumerate(cases, 1):
        name = function.__name__.replace("_", " ")
        try:
            function()
            print(f"ok {i} - {name}", flush=True)
        except Exception as e:  # one failing case must not hide the others
            bad += 1
            text = str(e) if isinstance(e, Failed) else traceback.format_exc()
            for line in text.splitlines():
                print("#", line)
            print(f"not ok {i} - {name}", flush=True)
    print(f"1..{len(cases)}")
    sys.exit(bad != 0)


def make_recording(name="cell.csv", model="iaf_psc_exp", duration=3000, seed=1):
    """A recording of some 70 spikes; every test has one without any data."""
    r = spikefit("simulate", model, "--out", name, "--stimulus",
                 "noise: mean 350 pA, sd 200 pA, tau 5 ms", "--duration", duration, "--sample", 0.2,
                 "--seed", seed)
    check(r.code == 0, r)
    return r
