"""Nothing lost, and the same bits: on any number of threads, killed, interrupted, extended, out of room."""
import filecmp
import json
import random
import resource
import shutil
import signal
import time

from tap import *

random.seed(4)
EVALUATIONS = 6000


def study(name, method="cmaes", model="iaf_psc_exp"):
    write(name, f"model: {model}\ndata: {{recording: cell.csv}}\n"
                f"search: {{method: {method}, evaluations: {EVALUATIONS}}}\nseed: 3\n")


make_recording()
study("study.yaml")
study("planner.yaml", "jso")
study("two.yaml", model="[iaf_psc_exp, izhikevich_2007]")
write("noisy.yaml", "model: gif_psc_exp\ndata: {recording: cell.csv}\nsearch: {evaluations: 1000}\n")


def fit(study_name, run, *options, **keywords):
    return spikefit("fit", study_name, "--out", run, *options, **keywords)


def straight(study_name, run, *options):
    if not os.path.exists(path(run)):
        r = fit(study_name, run, *options)
        check(r.code == 0, r)
    return run


def same_result(a, b):
    check(filecmp.cmp(path(a, "result.h5"), path(b, "result.h5"), shallow=False),
          f"{a}/result.h5 and {b}/result.h5 differ")
    check(filecmp.cmp(path(a, "result.json"), path(b, "result.json"), shallow=False),
          f"{a}/result.json and {b}/result.json differ")


def size_of_journal(run):
    try:
        return os.path.getsize(path(run, "journal"))
    except OSError:
        return 0


def stop_at(study_name, run, size, signal_number, *options):
    """Signals the run once its journal has that size. Returns its exit code and errors."""
    p = start("fit", study_name, "--out", run, *options)
    while p.poll() is None and size_of_journal(run) < size:
        time.sleep(0.001)
    if p.poll() is None:
        p.send_signal(signal_number)
    err = p.communicate(timeout=120)[1].decode()
    return p.returncode, err


@case
def one_and_two_threads_give_equal_files():
    for name in ("study", "noisy", "two"):
        straight(f"{name}.yaml", f"{name}_1", "--threads", 1)
        straight(f"{name}.yaml", f"{name}_2", "--threads", 2)
        same_result(f"{name}_1", f"{name}_2")


def killed_run_ends_the_same(name, kills):
    whole = size_of_journal(straight(f"{name}.yaml", f"{name}_1"))
    run, hit, options = f"{name}_killed", 0, []
    shutil.rmtree(path(run), ignore_errors=True)
    for size in sorted(random.randrange(1, whole) for _ in range(kills)):
        code, err = stop_at(f"{name}.yaml", run, size, signal.SIGKILL, *options)
        hit += code == -signal.SIGKILL
        check(code in (0, -signal.SIGKILL), code, err)
        options = ["--resume", "--threads", random.choice((1, 2))]
    check(hit > 0, "no kill came in time")
    r = fit(f"{name}.yaml", run, "--resume")
    check(r.code == 0, r)
    same_result(f"{name}_1", run)


@case
def a_killed_run_goes_on_to_the_same_file():
    killed_run_ends_the_same("study", 6)


@case
def a_killed_run_of_two_models_goes_on_to_the_same_file():
    killed_run_ends_the_same("two", 4)


def interrupted(signal_number, run):
    whole = size_of_journal(straight("study.yaml", "study_1"))
    code, err = stop_at("study.yaml", run, whole // 3, signal_number)
    same(code, 1, "exit code")
    check("interrupted after" in err and "the best so far is kept" in err, err)
    r = spikefit("score", run)
    check(r.code == 0, r)
    r = spikefit("rerun", run)
    check(r.code == 3 and "the run was interrupted" in r.err, r)
    r = fit("study.yaml", run, "--resume")
    check(r.code == 0, r)
    same_result("study_1", run)


@case
def ctrl_c_keeps_the_best_and_goes_on():
    interrupted(signal.SIGINT, "ctrl_c")


@case
def a_scheduler_that_ends_the_run_does_no_harm():
    interrupted(signal.SIGTERM, "term")


@case
def ctrl_c_after_the_search_leaves_a_result():
    make_recording("long.csv", duration=30000)
    write("long.yaml", "model: iaf_psc_exp\ndata: {recording: long.csv}\nsearch: {method: cmaes, evaluations: 20}\n")
    whole = size_of_journal(straight("long.yaml", "long_1"))
    for k in range(8):
        p = start("fit", "long.yaml", "--out", f"long_{k}_stopped")
        while p.poll() is None and size_of_journal(f"long_{k}_stopped") < whole:
            time.sleep(0.001)
        time.sleep(0.02 * k)
        p.send_signal(signal.SIGINT)
        err = p.communicate(timeout=120)[1].decode()
        check(p.returncode in (0, 1), p.returncode, err)
        check(os.path.exists(path(f"long_{k}_stopped", "result.json")), p.returncode, err)
        result = json.loads(read(f"long_{k}_stopped/result.json"))
        check(result["scores"], "no scores")


def extended(name, short, long):
    """Also where the method plans for the budget: it takes over what is the same and repeats the rest."""
    check(fit(f"{name}.yaml", f"{name}_longer", "--evaluations", short).code == 0)
    r = fit(f"{name}.yaml", f"{name}_longer", "--resume", "--evaluations", long)
    check(r.code == 0, r)
    straight(f"{name}.yaml", f"{name}_long", "--evaluations", long)
    same_result(f"{name}_long", f"{name}_longer")


@case
def a_finished_run_is_extended():
    extended("study", 1003, 2500)


@case
def a_run_of_two_models_is_extended():
    extended("two", 500, 1100)


@case
def a_run_of_a_method_that_plans_is_extended():
    extended("planner", 500, 1300)


@case
def a_run_goes_on_by_its_name_alone():
    """It holds the study and the budget that it was begun with; also called from elsewhere."""
    whole = size_of_journal(straight("study.yaml", "study_1"))
    stop_at("study.yaml", "named", whole // 3, signal.SIGKILL)
    r = spikefit("fit", "--resume", "named")
    check(r.code == 0, r)
    same_result("study_1", "named")
    check(spikefit("fit", "--resume", "../named", cwd=path("noisy_1")).code == 0)
    stop_at("study.yaml", "shorter", whole // 6, signal.SIGKILL, "--evaluations", 2500)
    check(spikefit("fit", "--resume", "shorter").code == 0)
    straight("study.yaml", "study_long", "--evaluations", 2500)
    same_result("study_long", "shorter")


@case
def budget_is_added_to_a_run():
    straight("study.yaml", "study_long", "--evaluations", 2500)
    check(fit("study.yaml", "added", "--evaluations", 1000).code == 0)
    check(spikefit("fit", "--resume", "added", "--extend", 700).code == 0)
    check(spikefit("fit", "--extend", 800, "added").code == 0)
    same_result("study_long", "added")


@case
def models_of_the_command_line_are_those_of_the_study_as_run():
    straight("two.yaml", "two_1")
    write("other.yaml", read("two.yaml", "r").replace("[iaf_psc_exp, izhikevich_2007]", "hh_psc_alpha"))
    check(fit("other.yaml", "two_named", "--models", "iaf_psc_exp,izhikevich_2007").code == 0)
    named, listed = (json.loads(read(f"{run}/result.json")) for run in ("two_named", "two_1"))
    check("model: [iaf_psc_exp, izhikevich_2007]" in named["study"], named["study"])
    same({**named, "study": ""}, {**listed, "study": ""}, "result")
    kept = next(m for m in named["models"] if m["chosen"])
    test = next(s for s in named["scores"] if (s["part"], s["measure"]) == ("test", "coincidence_factor"))
    same((kept["held_out"], kept["held_out_low_95"]), (test["value"], test["low_95"]))
    check(all(m["held_out"] is not None for m in named["models"]), named["models"])
    r = spikefit("rerun", "two_named")
    check(r.code == 0 and "the same bits" in r.out, r)


@case
def a_smaller_budget_is_refused():
    before = read("study_long/result.h5")
    r = fit("study.yaml", "study_long", "--resume", "--evaluations", 100)
    same((r.code, r.err.splitlines()[-2:]),
         (2, ["study_long: error: the run has spent 2500 evaluations already; it cannot end at 100",
              "  hint: say --evaluations 2500 or more, or choose another folder"]))
    check(read("study_long/result.h5") == before, "the result was touched")


@case
def resuming_a_finished_run_changes_nothing():
    before = read("study_1/result.h5"), read("study_1/journal")
    check(fit("study.yaml", "study_1", "--resume").code == 0)
    check((read("study_1/result.h5"), read("study_1/journal")) == before, "files changed")


@case
def no_room_on_the_disk_damages_nothing():
    whole = size_of_journal(straight("study.yaml", "study_1"))
    run, options = "full", []
    for share in (0.001, 0.1, 0.45, 0.97, 1.1):
        limit = int(share * whole)
        r = fit("study.yaml", run, *options,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        check(r.code == 4 and "File too large" in r.err, limit, r)
        check(sorted(os.listdir(path(run))) == ["journal"], os.listdir(path(run)))
        options = ["--resume"] if size_of_journal(run) else []
    r = fit("study.yaml", run, *options)
    check(r.code == 0, r)
    same_result("study_1", run)


@case
def two_writers_are_refused():
    whole = size_of_journal(straight("study.yaml", "study_1"))
    p = start("fit", "study.yaml", "--out", "busy")
    while p.poll() is None and size_of_journal("busy") < whole // 10:
        time.sleep(0.001)
    p.send_signal(signal.SIGSTOP)
    r = fit("study.yaml", "busy", "--resume")
    p.send_signal(signal.SIGCONT)
    p.send_signal(signal.SIGKILL)
    p.communicate()
    same((r.code, r.err.splitlines()[-2:]),
         (2, ["busy/journal: error: another process is writing to this run",
              "  hint: wait for it, or choose another folder with --out"]))


@case
def a_damaged_result_is_written_again():
    shutil.copytree(path("study_1"), path("damaged"))
    for keep in (0, 100, 2000):
        with open(path("damaged/result.h5"), "r+b") as f:
            f.truncate(keep)
        r = spikefit("score", "damaged")
        check(r.code == 3 and "error" in r.err, keep, r)
    check(fit("study.yaml", "damaged", "--resume").code == 0)
    same_result("study_1", "damaged")


run_cases()
