"""Nothing lost: runs killed at random moments and runs out of room, each resumed to the same bits. SPK_KILLS=200
SPK_FULL=20 make it long."""
import filecmp
import random
import resource
import shutil
import signal
import time

from tap import *

KILLS, FULL = int(os.environ.get("SPK_KILLS", 6)), int(os.environ.get("SPK_FULL", 4))
random.seed(int(os.environ.get("SPK_SEED", 1)))
make_recording(duration=1500)
write("study.yaml", "model: [iaf_psc_exp, izhikevich_2007]\ndata: {recording: cell.csv}\n"
                    "search: {evaluations: 3000}\nseed: 3\n")
began = time.time()
check(spikefit("fit", "study.yaml", "--out", "straight", "--threads", 1).code == 0)
DURATION = time.time() - began


def size(name):
    try:
        return os.path.getsize(path(name))
    except OSError:
        return 0


WHOLE = size("straight/journal")


def same_result(run):
    for file in ("result.h5", "result.json"):
        check(filecmp.cmp(path("straight", file), path(run, file), shallow=False), f"{run}/{file} differs")


def resume(run):
    r = spikefit("fit", "study.yaml", "--out", run, "--resume", "--threads", random.choice((1, 2)))
    check(r.code == 0, r)
    same_result(run)
    shutil.rmtree(path(run))
    return r


@case
def a_run_killed_at_any_moment_goes_on_to_the_same_bits():
    """Some at a random time, from the start of the program on; others at a random size of the journal."""
    hit = 0
    for k in range(KILLS):
        run = f"killed{k}"
        p = start("fit", "study.yaml", "--out", run, "--threads", random.choice((1, 2)))
        if k % 2:
            time.sleep(random.uniform(0, DURATION))
        else:
            limit = random.randrange(0, WHOLE)
            while p.poll() is None and size(f"{run}/journal") <= limit:
                time.sleep(0.0005)
        hit += p.poll() is None
        p.kill()
        p.communicate()
        resume(run)
    print(f"# {hit} of {KILLS} kills hit a running fit; all went on to the same bits")
    check(hit > KILLS // 4, "too few kills came in time")


@case
def a_full_disk_damages_nothing():
    for k in range(FULL):
        run, limit = f"full{k}", random.randrange(1, WHOLE + 20000)
        r = spikefit("fit", "study.yaml", "--out", run,
                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        check(r.code == 4 and "File too large" in r.err, limit, r)
        resume(run)
    print(f"# {FULL} runs out of room went on to the same bits")


@case
def the_journal_is_read_while_it_grows():
    """Whoever reads a run in progress meets whole generations, of which there are more and more."""
    p = start("fit", "study.yaml", "--out", "growing", "--threads", 1)
    seen = []
    while p.poll() is None:
        if size("growing/journal"):
            os.makedirs(path("copy"))
            shutil.copy(path("growing/journal"), path("copy"))
            r = spikefit("fit", "--resume", "copy", "--evaluations", 1)
            spent = r.err.split("has spent ")[-1].split(" ")[0]
            seen += [int(spent)] if spent.isdigit() else []
            check("damaged" not in r.err.replace("cut short or damaged", ""), r)
            shutil.rmtree(path("copy"))
    p.communicate()
    check(seen == sorted(seen), seen)
    same_result("growing")


run_cases()
