"""Fits with several objectives: the front, picking from it, the same bits in any way, and what is refused."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../cli"))
from tap import *

check(spikefit("simulate", "aeif_psc_exp", "--out", "cell.csv", "--stimulus",
               "noise: mean 700 pA, sd 300 pA, tau 8 ms", "--duration", 2000, "--sample", 0.2).code == 0)
HEAD = "model: iaf_psc_exp\ndata: {recording: cell.csv}\n"  # a model that cannot have both right
OBJECTIVES = """objectives:
  spikes: {loss: {coincidence_factor: 1, van_rossum: 0.2}}
  voltage: {loss: {voltage: 1}}
"""
write("study.yaml", HEAD + OBJECTIVES + "search: {evaluations: 3000, population: 40}\nseed: 2\n")


def fit(study, run, *options):
    r = spikefit("fit", study, "--out", run, *options)
    check(r.code == 0, r)
    return json.loads(read(f"{run}/result.json"))


whole = fit("study.yaml", "run")
front = whole["front"]


def losses():
    return [row["loss"] for row in json.loads(read("run/result.json"))["front"]["rows"]]


@case
def no_row_dominates_another():
    rows = losses()
    check(front["objectives"] == ["spikes", "voltage"] and len(rows) >= 5, front["objectives"], len(rows))
    check(whole["method"] == "nsga2", whole["method"])
    for i, a in enumerate(rows):
        for j, b in enumerate(rows):
            check(i == j or not (a[0] <= b[0] and a[1] <= b[1]), i, a, j, b)
    check(rows == sorted(rows), "not by the first objective")


def scaled(rows):
    low = [min(r[j] for r in rows) for j in (0, 1)]
    high = [max(r[j] for r in rows) for j in (0, 1)]
    return [[(r[j] - low[j]) / (high[j] - low[j]) for j in (0, 1)] for r in rows]


def picked(how):
    r = spikefit("front", "run", "--pick", how)
    check(r.code == 0, r)
    result = json.loads(read("run/result.json"))
    check(result["front"]["picked_by"] == how, result["front"]["picked_by"])
    row = int(result["front"]["picked"]) - 1
    # The row's values are the result's parameters, and its mean loss the run's.
    values = result["front"]["rows"][row]["value"]
    names = result["front"]["parameters"]
    check(all(result["parameters"][n]["value"] == v for n, v in zip(names, values)), values)
    loss = result["front"]["rows"][row]["loss"]
    check(abs(result["training_loss"] - sum(loss) / 2) < 1e-12, result["training_loss"], loss)
    check(result["scores"], "no scores")
    return row


@case
def rows_are_picked():
    rows, z = losses(), scaled(losses())
    middle = sorted(r[1] for r in rows)[len(rows) // 2]
    # Each rule worked out here anew.
    same(picked("knee"), min(range(len(z)), key=lambda i: sum(z[i])), "knee")
    same(picked("weights=1,0"), 0, "weights=1,0")
    same(picked("weights=1,3"), min(range(len(z)), key=lambda i: z[i][0] + 3 * z[i][1]), "weights=1,3")
    same(picked(f"limit=voltage:{middle!r}"), min(i for i, r in enumerate(rows) if r[1] <= middle), "limit")
    same(picked("3"), 2, "a number")
    r = spikefit("simulate", "run", "--out", "again.csv")
    check(r.code == 0, r)


@case
def picking_back_gives_the_same_file():
    before = fit("study.yaml", "again")
    bytes_before = read("again/result.h5")
    check(spikefit("front", "again", "--pick", "1").code == 0)
    check(read("again/result.h5") != bytes_before, "the pick changed nothing")
    check(spikefit("front", "again", "--pick", "knee").code == 0)
    same(json.loads(read("again/result.json")), before, "result")
    check(read("again/result.h5") == bytes_before, "result.h5 differs")


@case
def threads_and_resuming_change_nothing():
    fit("study.yaml", "one", "--threads", 1, "--evaluations", 1000)
    fit("study.yaml", "one", "--resume", "--evaluations", 3000, "--threads", 2)
    fit("study.yaml", "two")
    check(read("one/result.h5") == read("two/result.h5"), "result.h5 differs")
    r = spikefit("rerun", "two")
    check(r.code == 0 and "the same bits" in r.out, r)


@case
def an_objective_for_each_group_of_sweeps():
    for i, sd in enumerate((100, 250)):
        r = spikefit("simulate", "iaf_psc_exp", "--out", f"sweep{i}.csv", "--stimulus",
                     f"noise: mean 400 pA, sd {sd} pA, tau 5 ms", "--duration", 1000, "--sample", 0.2)
        check(r.code == 0, r)
    study = ("model: iaf_psc_exp\ndata: {recording: [sweep0.csv, sweep1.csv], train: {sweeps: [0, 1]}}\n"
             "loss: {van_rossum: 1}\nsearch: {evaluations: 400, population: 20}\n")
    groups = "objectives: {weak: {sweeps: [0]}, strong: {sweeps: [1]}}\n"
    write("groups.yaml", study + groups)
    rows = fit("groups.yaml", "groups")["front"]["rows"]
    check(all(len(r["loss"]) == 2 for r in rows), rows)
    write("groups.yaml", study + groups.replace("[1]", "[7]"))
    r = spikefit("fit", "groups.yaml")
    check(r.code == 3 and "no sweep of the objective 'strong' is among the training data" in r.err, r)


def refused(study, message, code=3):
    write("bad.yaml", study)
    r = spikefit("fit", "bad.yaml", "--out", "bad")
    check(r.code == code and message in r.err, message, r)
    check(not os.path.exists(path("bad")), "a folder was made")


@case
def methods_and_objectives_must_agree():
    refused(HEAD + OBJECTIVES + "search: {method: cmaes}\n",
            "bad.yaml:6:18: error: cmaes takes one objective, and the study has 2")
    refused(HEAD + "search: {method: nsga2}\n",
            "bad.yaml:3:18: error: nsga2 is for several objectives, and the study has one")
    refused(HEAD + "objectives: {spikes: {loss: {van_rossum: 1}}}\n", "objectives are 2 to 16, not 1")
    refused(HEAD + OBJECTIVES.replace("voltage: 1", "volatge: 1"), "there is no loss or measure 'volatge'")
    refused(HEAD + OBJECTIVES.replace("{voltage: 1}", "{spikenetopt: 1}"), "cannot be one of several objectives")
    refused(HEAD + OBJECTIVES.replace("{loss: {voltage: 1}}", "{los: {voltage: 1}}"), "has no key 'los'")


@case
def the_report_shows_the_front_of_the_result():
    for how in ("knee", "2"):
        check(spikefit("front", "run", "--pick", how).code == 0)
        check(spikefit("report", "run").code == 0)
        page, result = read("run/report.html", "r"), json.loads(read("run/result.json", "r"))
        shown = json.loads(page.split('id="data">')[1].split("</script>")[0])
        front = shown["front"]
        same(front["loss"], losses(), "losses")
        same(front["pick"], how)
        # The row that is marked is the run's: its parameters are the result's.
        fitted = [p["name"] for p in shown["parameters"] if p["low"] is not None]
        for name, value in zip(fitted, front["value"][front["picked"]]):
            check(abs(value - result["parameters"][name]["value"]) <= 1e-9 * abs(value), name, value)
        check('<section id="front">' in page and "to several objectives" in page)
    check(spikefit("front", "run", "--pick", "knee").code == 0)


@case
def bad_picks_change_nothing():
    before = read("run/result.h5")
    for how, message in (("best", "says nothing about which row"), ("weights=1", "must give 2 weights"),
                         ("weights=1,2,3", "must give 2 weights"), ("weights=0,0", "must give 2 weights"),
                         ("limit=volt:1", "names no objective"), ("limit=voltage:-1", "no row of the front"),
                         ("0", "the front has rows 1 to"), ("1.5", "says nothing")):
        r = spikefit("front", "run", "--pick", how)
        check(r.code == 2 and message in r.err, how, r)
    check(read("run/result.h5") == before, "the result was touched")
    write("single.yaml", HEAD + "search: {evaluations: 200}\n")
    fit("single.yaml", "single")
    r = spikefit("front", "single")
    check(r.code == 3 and "it was fitted to one objective" in r.err, r)


run_cases()
