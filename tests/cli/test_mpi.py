"""Fits over MPI's processes: the same bits for any number, and a process that dies ends the run without harm. Skipped
where there is no mpirun, or the build has no plug-in for it."""
import filecmp
import re
import shutil
import signal
import time

from tap import *

MPIRUN = shutil.which("mpirun")
PLUGIN = os.path.join(os.path.dirname(PROGRAM), "spikefit_mpi.so")
make_recording(duration=1500)
write("study.yaml", "model: [iaf_psc_exp, izhikevich_2007]\ndata: {recording: cell.csv}\n"
                    "search: {evaluations: 2000}\nseed: 3\n")


def launch(ranks, *arguments):
    return subprocess.Popen([MPIRUN, "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n", str(ranks),
                             PROGRAM, *map(str, arguments)], cwd=FOLDER, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def mpirun(ranks, *arguments):
    p = launch(ranks, *arguments)
    out, err = p.communicate(timeout=120)
    return Run(p.returncode, out.decode(), err.decode())


def same_result(a, b):
    for file in ("result.h5", "result.json"):
        check(filecmp.cmp(path(a, file), path(b, file), shallow=False), f"{a}/{file} and {b}/{file} differ")


@case
def without_the_plug_in_a_run_under_mpirun_says_so():
    os.makedirs(path("alone"))
    shutil.copy(PROGRAM, path("alone", "spikefit"))
    env = {**ENVIRONMENT, "OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "0"}
    r = subprocess.run([path("alone", "spikefit"), "fit", "study.yaml", "--out", "none"], cwd=FOLDER, env=env,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    same(r.stderr.decode(), "error: this build of spikefit has no MPI, and cannot share a fit with other processes\n"
         "  hint: run it without mpirun, or install libopenmpi-dev and build again\n")
    check(r.returncode == 2 and not os.path.exists(path("none")), r)


if not MPIRUN or not os.path.exists(PLUGIN):
    skip("no mpirun, or no plug-in for MPI")
    run_cases()

check(spikefit("fit", "study.yaml", "--out", "one").code == 0)


@case
def any_number_of_ranks_gives_the_same_files():
    for n in (2, 3, 8):
        r = mpirun(n, "fit", "study.yaml", "--out", f"ranks{n}")
        check(r.code == 0 and r.out.count("result:") == 1, r)
        same_result("one", f"ranks{n}")


@case
def other_numbers_of_ranks_and_threads_go_on_with_a_run():
    check(mpirun(2, "fit", "study.yaml", "--out", "mixed", "--evaluations", 700).code == 0)
    check(mpirun(3, "fit", "--resume", "mixed", "--extend", 600, "--threads", 2).code == 0)
    check(spikefit("fit", "--resume", "mixed", "--extend", 700).code == 0)
    same_result("one", "mixed")


def ranks_of(p):
    return [int(c) for c in open(f"/proc/{p.pid}/task/{p.pid}/children").read().split()]


def stop_one(which, run, signal_number):
    p = launch(3, "fit", "study.yaml", "--out", run, "--evaluations", 200000)
    while p.poll() is None and not (os.path.exists(path(run, "journal")) and os.path.getsize(path(run, "journal")) > 8000):
        time.sleep(0.005)
    os.kill(ranks_of(p)[which], signal_number)
    err = p.communicate(timeout=60)[1].decode()
    check(p.returncode != 0, err)
    return err


@case
def a_rank_that_dies_ends_the_run_and_the_journal_is_whole():
    """What was spent counts: a smaller budget is refused. Then both are ended at one and the same number."""
    ends = []
    for which in (2, 0):
        run = f"dead{which}"
        stop_one(which, run, signal.SIGKILL)
        r = spikefit("fit", "--resume", run, "--evaluations", 1)
        spent = re.search(r"has spent (\d+) evaluations already", r.err)
        check(r.code == 2 and spent, r)
        ends.append(int(spent.group(1)) + 200)
    for which in (2, 0):
        check(spikefit("fit", "--resume", f"dead{which}", "--evaluations", max(ends)).code == 0)
    check(spikefit("fit", "study.yaml", "--out", "long", "--evaluations", max(ends)).code == 0)
    same_result("long", "dead2")
    same_result("long", "dead0")


@case
def cells_are_spread_over_ranks():
    os.makedirs(path("cells"))
    for i in range(4):
        make_recording(f"cells/c{i}.csv", duration=1000, seed=i + 1)
    write("cells/bad.csv", "no recording\n")
    write("cells.yaml", "model: iaf_psc_exp\nsearch: {evaluations: 500}\n")
    check(spikefit("fit", "cells.yaml", "--cells", "cells/*.csv", "--out", "here").code == 1)
    r = mpirun(3, "fit", "cells.yaml", "--cells", "cells/*.csv", "--out", "there")
    check(r.code == 1 and "4 done, 1 failed" in r.out and r.out.count("fits:") == 1, r)
    for i in range(4):
        same_result(f"here/c{i}", f"there/c{i}")
    same(spikefit("table", "there").out, spikefit("table", "here").out)


@case
def a_mistake_is_said_once():
    write("typo.yaml", read("study.yaml", "r").replace("search", "serach"))
    r = mpirun(3, "fit", "typo.yaml", "--out", "no")
    same(r.err.count("the study has no key 'serach'"), 1, "times that it was said")
    check(r.code == 3 and not os.path.exists(path("no")), r)


run_cases()
