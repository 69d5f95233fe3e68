"""A fit on islands as a user meets it: the same bits however it is run, nothing lost, its messages."""
import filecmp
import json
import shutil
import signal
import time

from tap import *

make_recording(duration=1500)
STUDY = "model: iaf_psc_exp\ndata: {recording: cell.csv}\n"
write("study.yaml", STUDY + "search: {method: lshade, evaluations: 3000, islands: 3, migration: 10}\nseed: 3\n")
write("plain.yaml", STUDY + "search: {method: lshade, evaluations: 3000}\nseed: 3\n")
write("rounds.yaml", STUDY + "search: {method: lshade, evaluations: 2000, round: 1000, population: 40}\nseed: 3\n")
write("objectives.yaml", STUDY + "objectives:\n  spikes: {loss: {coincidence_factor: 1}}\n"
      "  rate: {loss: {rate_error: 1}}\nsearch: {evaluations: 1200}\nseed: 3\n")
write("net.yaml", """populations: {E: {model: izhikevich, size: 30, d: 8}}
projections: {EE: {from: E, to: E, rule: pairwise_bernoulli, p: p_ee, weight: {uniform: [0, sigma]}}}
inputs: {drive: {to: E, constant: {uniform: [9 pA, 13 pA]}}}
simulation: {duration: 100 ms, dt: 1 ms, integrator: euler}
fit: {sigma: [0, 1], p_ee: [0, 1]}
data: {truth: {sigma: 0.6, p_ee: 0.6}, wiring_seed: 9}
loss: {rate: 1, lv: 1}
search: {evaluations: 600}
seed: 3
""")


def fit(study, run, *options):
    r = spikefit("fit", study, "--out", run, *options)
    check(r.code == 0, r)
    return r


def same_result(a, b):
    for file in ("result.h5", "result.json"):
        check(filecmp.cmp(path(a, file), path(b, file), shallow=False), f"{a}/{file} and {b}/{file} differ")



@case
def any_number_of_threads_gives_the_same_files():
    fit("study.yaml", "one", "--threads", 1)
    fit("study.yaml", "two", "--threads", 2)
    same_result("one", "two")


@case
def any_number_of_ranks_gives_the_same_files():
    if not shutil.which("mpirun") or not os.path.exists(os.path.join(os.path.dirname(PROGRAM), "spikefit_mpi.so")):
        skip("no mpirun, or no plug-in for MPI")
        return
    done = subprocess.run(["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n", "3", PROGRAM, "fit",
                           "study.yaml", "--out", "ranks"], cwd=FOLDER, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=200)
    check(done.returncode == 0, done.stderr.decode())
    same_result("one", "ranks")


@case
def a_killed_run_goes_on_to_the_same_files():
    p = start("fit", "study.yaml", "--out", "killed", "--threads", 1)
    while p.poll() is None and not (os.path.exists(path("killed", "journal")) and
                                    os.path.getsize(path("killed", "journal")) > 8000):
        time.sleep(0.001)
    if p.poll() is None:
        p.send_signal(signal.SIGKILL)
    p.communicate(timeout=120)
    check(spikefit("fit", "--resume", "killed").code == 0)
    same_result("one", "killed")


@case
def the_option_is_the_key_of_the_study():
    fit("plain.yaml", "plain")
    fit("plain.yaml", "option", "--islands", 3)
    check(not filecmp.cmp(path("plain", "result.json"), path("option", "result.json"), shallow=False))
    write("key.yaml", STUDY + "search: {method: lshade, evaluations: 3000, islands: 3}\nseed: 3\n")
    fit("key.yaml", "key")
    a, b = (json.loads(read(os.path.join(run, "result.json"))) for run in ("option", "key"))
    same(a["parameters"], b["parameters"], "the parameters")
    r = spikefit("rerun", "option")
    check(r.code == 0 and "same" in r.out, r)


@case
def every_island_is_a_start():
    fit("study.yaml", "starts", "--islands", 5)
    a = json.loads(read("starts/result.json"))["identifiability"]
    check(a["starts"] >= 5, a)


@case
def rounds_are_added_on_every_island():
    fit("rounds.yaml", "straight", "--islands", 2, "--evaluations", 4000)
    fit("rounds.yaml", "longer", "--islands", 2)
    before = os.path.getsize(path("longer", "journal"))
    head = read("longer/journal")[:before]
    r = spikefit("fit", "--resume", "longer", "--extend", 2000)
    check(r.code == 0, r)
    same_result("straight", "longer")
    check(read("longer/journal")[:before] == head)
    added = os.path.getsize(path("longer", "journal")) - before
    check(added < 1.3 * before, f"the first rounds were simulated again: {before} bytes, then {added} more")


@case
def several_objectives_and_networks_have_islands():
    fit("objectives.yaml", "front1", "--islands", 2, "--threads", 1)
    fit("objectives.yaml", "front2", "--islands", 2, "--threads", 2)
    same_result("front1", "front2")
    check(spikefit("front", "front1").code == 0)
    fit("net.yaml", "net1", "--islands", 2, "--threads", 1)
    fit("net.yaml", "net2", "--islands", 2, "--threads", 2)
    same_result("net1", "net2")


def refused(text, *arguments):
    r = spikefit("fit", *arguments)
    check(r.code != 0 and text in r.err, r)


@case
def mistakes_say_what_to_do():
    refused("--islands takes 1 to 4096", "study.yaml", "--islands", 0)
    refused("--islands cannot change how a run that was begun is searched", "--resume", "one", "--islands", 2)
    write("alone.yaml", STUDY + "search: {method: lshade, migration: 5}\n")
    refused("alone.yaml:3:37: error: a search on one island has nowhere to migrate to", "alone.yaml")
    write("none.yaml", STUDY + "search: {method: bobyqa, islands: 3, migration: 5}\n")
    refused("bobyqa takes no points from other islands", "none.yaml")
    write("typo.yaml", STUDY + "search: {island: 3}\n")
    refused("did you mean 'islands'?", "typo.yaml")
    refused("evaluations are less than one generation", "plain.yaml", "--islands", 100, "--evaluations", 100)


run_cases()
