"""How fits scale over threads, ranks and cells: the numbers of docs/scaling.md. Runs of each kind are interleaved, and
the fastest of each counts, so that what else the machine does matters little.

    python3 bench/scaling.py BUILD_DIR [ROUNDS]
"""
import os
import resource
import subprocess
import sys
import tempfile
import time

program = os.path.abspath(os.path.join(sys.argv[1], "spikefit"))
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
folder = tempfile.mkdtemp(prefix="spikefit_scaling_")
os.chdir(folder)
MPIRUN = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none"]
number = 0


def run(*command):
    """(wall, CPU) seconds."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wall, after = time.time() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr.decode()
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def fit(*options, launch=()):
    global number
    number += 1
    return run(*launch, program, "fit", *options, "--out", f"run{number}")


def best(kinds):
    """The fastest of each kind, the kinds taking turns."""
    found = {}
    for _ in range(rounds):
        for name, work in kinds.items():
            wall, cpu = work()
            old = found.get(name, (float("inf"),) * 2)
            found[name] = (min(old[0], wall), min(old[1], cpu))
    return found


def recording(name, seed, duration):
    run(program, "simulate", "aeif_psc_exp", "--out", name, "--stimulus", "noise: mean 500 pA, sd 300 pA, tau 5 ms",
        "--duration", duration, "--sample", 0.2, "--seed", seed)


def study(name, data, evaluations, population):
    with open(name, "w") as f:
        f.write(f"model: aeif_psc_exp\ndata: {{{data}}}\nsearch: {{evaluations: {evaluations}, population: {population}}}\n")


os.mkdir("cells")
recording("long.csv", 1, 20000)
for i in range(40):
    recording(f"cells/c{i:02}.csv", i + 1, 1500)
study("long.yaml", "recording: long.csv", 4000, 960)
study("short.yaml", "recording: cells/c00.csv", 9600, 96)
study("cells.yaml", "", 300, 96)

print("strong scaling over threads, one fit (wall s, CPU s)")
for name, t in best({n: (lambda n=n: fit("long.yaml", "--threads", n)) for n in (1, 2)}).items():
    print(f"  {name} threads  {t[0]:.2f}  {t[1]:.2f}")

print("over ranks, the same fit (wall s, CPU s of all)")
for name, t in best({n: (lambda n=n: fit("long.yaml", launch=[*MPIRUN, "-n", n])) for n in (1, 2, 4, 8)}).items():
    print(f"  {name} ranks  {t[0]:.2f}  {t[1]:.2f}")

print("a fit of short generations, 100 of 96 (wall s, CPU s of all)")
kinds = {"no MPI": lambda: fit("short.yaml", "--threads", 1)}
kinds |= {f"{n} ranks": (lambda n=n: fit("short.yaml", launch=[*MPIRUN, "-n", n])) for n in (1, 2, 4, 8)}
for name, t in best(kinds).items():
    print(f"  {name}  {t[0]:.2f}  {t[1]:.2f}")

print("weak scaling over cells: cells, threads (wall s, CPU s)")
lists = {}
for n in (10, 20, 40):
    with open(f"{n}.list", "w") as f:
        f.write("".join(f"cells/c{i:02}.csv\n" for i in range(n)))
kinds = {(n, t): (lambda n=n, t=t: fit("cells.yaml", "--cells", f"{n}.list", "--threads", t))
         for n, t in ((10, 1), (20, 1), (40, 1), (20, 2), (40, 2))}
for name, t in best(kinds).items():
    print(f"  {name[0]} cells on {name[1]}  {t[0]:.2f}  {t[1]:.2f}")
