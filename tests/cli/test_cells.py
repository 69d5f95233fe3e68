"""Many cells: each fit the same as alone, one that fails or crashes takes no other with it, nothing is lost."""
import csv
import filecmp
import io
import json
import re
import resource
import signal
import sqlite3
import time

from tap import *

EVALUATIONS = 1500
NAMES = ["a1", "a2", "b1"]
os.makedirs(path("cells"))
os.makedirs(path("studies"))
for seed, name in enumerate(NAMES, 1):
    make_recording(f"cells/{name}.csv", duration=1500, seed=seed)
write("studies/s.yaml", f"model: iaf_psc_exp # to be replaced\nsearch: {{evaluations: {EVALUATIONS}}}\nseed: 3\n")
write("nonsense.csv", "no recording\n")


def fit(run, *options, cells="cells/*.csv", **keywords):
    return spikefit("fit", "studies/s.yaml", "--cells", cells, "--out", run, *options, **keywords)


def query(run, sql):
    with sqlite3.connect(f"file:{path(run, 'cells.sqlite')}?mode=ro", uri=True, timeout=10) as db:
        return db.execute(sql).fetchall()


def same_fits(a, b, folders=NAMES):
    for name in folders:
        for file in ("result.h5", "result.json"):
            check(filecmp.cmp(path(a, name, file), path(b, name, file), shallow=False), f"{a} {b} {name}/{file}")


def workers_of(pid):
    return [int(p) for p in open(f"/proc/{pid}/task/{pid}/children").read().split()]


def wait_for(what, seconds=60):
    end = time.time() + seconds
    while not what():
        check(time.time() < end, "nothing happened")
        time.sleep(0.002)


def begin(run, *options):
    p = start("fit", "studies/s.yaml", "--cells", "cells/*.csv", "--out", run, *options)
    journals = [path(run, n, "journal") for n in NAMES]
    wait_for(lambda: workers_of(p.pid))
    wait_for(lambda: sum(os.path.getsize(j) for j in journals if os.path.exists(j)) > 6000)
    return p


@case
def every_cell_is_fitted_as_if_it_were_alone():
    r = fit("run")
    check(r.code == 0 and r.out.startswith("3 fits: 3 done\n"), r)
    text = json.loads(read("run/a2/result.json"))["study"]
    check("recording: ../cells/a2.csv" in text and "# to be replaced" in text, text)
    kept = read("studies/s.yaml", "r")
    write("studies/s.yaml", text)
    r = spikefit("fit", "studies/s.yaml", "--out", "alone/a2", "--threads", 2)
    write("studies/s.yaml", kept)
    check(r.code == 0, r)
    same_fits("run", "alone", ["a2"])


@case
def the_state_holds_what_the_results_hold():
    for name, loss, evaluations in query("run", "SELECT cell, loss, evaluations FROM fit WHERE status = 'done'"):
        result = json.loads(read(f"run/{name}/result.json"))
        same((loss, evaluations), (result["training_loss"], result["evaluations"]))
        scores = query("run", "SELECT part, measure, value, low_95, high_95, reliability FROM score "
                              f"WHERE cell = '{name}' ORDER BY number")
        same(scores, [tuple(s[k] for k in ("part", "measure", "value", "low_95", "high_95", "reliability"))
                      for s in result["scores"]])
        values = query("run", f"SELECT name, value, unit FROM parameter WHERE cell = '{name}' ORDER BY number")
        same(values, [(k, p["value"], p["unit"]) for k, p in result["parameters"].items()])
    same([r[0] for r in query("run", "SELECT cell FROM held_out WHERE value IS NOT NULL ORDER BY cell")], NAMES)


@case
def a_cell_that_cannot_be_read_is_no_harm_to_the_others():
    r = fit("bad", "--models", "iaf_psc_exp,izhikevich_2007", "--evaluations", 200, cells="bad.list")
    check(r.code == 3 and "bad.list" in r.err, r)
    write("bad.list", "# three\ngood: cells/a1.csv\n\nnonsense.csv   # is none\ncells/a2.csv\n")
    r = fit("bad", "--models", "iaf_psc_exp,izhikevich_2007", "--evaluations", 200, cells="bad.list")
    check(r.code == 1 and "2 of 6 fits failed" in r.err, r)
    same(query("bad", "SELECT cell, model, status, reason, folder FROM fit ORDER BY cell, model"),
         [(c, m, "failed" if c == "nonsense" else "done",
           "studies/../nonsense.csv: no known format of recording" if c == "nonsense" else None, f"{c}/{m}")
          for c in ("a2", "good", "nonsense") for m in ("iaf_psc_exp", "izhikevich_2007")])


@case
def what_failed_is_tried_again():
    write("nonsense.csv", read("cells/b1.csv", "r"))
    r = spikefit("fit", "--resume", "bad")
    check(r.code == 0 and "6 done" in r.out and "good" not in r.err, r)


@case
def a_worker_that_is_killed_fails_its_cell_alone():
    p = begin("killed", "--threads", 2)
    os.kill(workers_of(p.pid)[0], signal.SIGKILL)
    out, err = p.communicate(timeout=120)
    check(p.returncode == 1, err)
    same([s for s, in query("killed", "SELECT status FROM fit ORDER BY status")], ["done", "done", "failed"])
    same(query("killed", "SELECT reason FROM fit WHERE status = 'failed'"),
         [("its process was ended by signal 9 (Killed)",)])
    check(spikefit("fit", "--resume", "killed").code == 0)
    same_fits("run", "killed")


@case
def a_killed_run_leaves_nobody_behind_and_goes_on_to_the_same_bits():
    options = []
    for _ in range(2):
        p = begin("gone", *options)
        workers = workers_of(p.pid)
        p.kill()
        p.communicate(timeout=60)
        check(workers, "no workers")
        wait_for(lambda: not any(os.path.exists(f"/proc/{w}") for w in workers), 10)
        options = ["--resume"]
    check(spikefit("fit", "--resume", "gone", "--threads", 1).code == 0)
    same_fits("run", "gone")


@case
def a_stopped_run_keeps_the_best_and_goes_on():
    p = begin("stopped")
    p.send_signal(signal.SIGTERM)
    out, err = p.communicate(timeout=60)
    check(p.returncode == 1 and b"interrupted; what was done is kept" in err, err)
    states = [s for s, in query("stopped", "SELECT status FROM fit")]
    check("interrupted" in states and "running" not in states, states)
    r = fit("stopped", "--resume")
    check(r.code == 0, r)
    same_fits("run", "stopped")


@case
def the_state_can_be_read_while_it_grows_and_has_one_writer():
    p = begin("busy")
    check("running" in [s for s, in query("busy", "SELECT status FROM fit")], "nothing runs")
    r = fit("busy", "--resume")
    same((r.code, r.err.splitlines()[-2:]),
         (2, ["busy: error: another process is writing to this run",
              "  hint: wait for it, or choose another folder with --out"]))
    check(p.wait(timeout=120) == 0)
    p.communicate()
    same_fits("run", "busy")


@case
def budget_is_added_to_every_cell():
    check(fit("longer", "--evaluations", 700).code == 0)
    check(spikefit("fit", "--extend", EVALUATIONS - 700, "longer").code == 0)
    same_fits("run", "longer")
    r = spikefit("fit", "--resume", "longer", "--evaluations", 900)
    check(r.code == 2 and f"was given {EVALUATIONS} evaluations for each fit; it cannot end at 900" in r.err, r)


@case
def mistakes_are_said_before_anything_is_written():
    def refused(code, words, *arguments):
        r = spikefit("fit", *arguments)
        check(r.code == code and words in r.err, arguments, r)

    refused(2, "many cells need a folder", "studies/s.yaml", "--cells", "cells/*.csv")
    refused(3, "there is no cell 'celsl/*.csv'", "studies/s.yaml", "--cells", "celsl/*.csv", "--out", "no")
    refused(3, "there is no model 'nono'", "studies/s.yaml", "--cells", "cells/*.csv", "--models", "nono", "--out", "no")
    refused(2, "which study", "--cells", "cells/a1.csv", "cells/a2.csv", "--out", "no")
    refused(2, "--shard takes K/N", "studies/s.yaml", "--cells", "cells/*.csv", "--shard", "4/3", "--out", "no")
    refused(3, "the run was begun with 'model: iaf_psc_exp # to be replaced' in line 1 of the study",
            "studies/s.yaml", "--cells", "cells/*.csv", "--models", "izhikevich_2007", "--out", "run", "--resume")
    refused(2, "the folder holds a run already", "studies/s.yaml", "--cells", "cells/*.csv", "--out", "run")
    os.makedirs(path("other"), exist_ok=True)
    write("other/a1.csv", "x\n")
    refused(3, "two cells would be called 'a1': cells/a1.csv and other/a1.csv",
            "studies/s.yaml", "--cells", "cells/a1.csv", "other/a1.csv", "--out", "no")
    check(not os.path.exists(path("no")), "a folder was made")


def table(run, *options):
    r = spikefit("table", run, *options)
    check(r.code == 0, r)
    return r.out


@case
def the_table_shows_every_fit_and_ranks_the_models():
    lines = table("bad").splitlines()
    rows = {tuple(l.split()[:2]): l.split() for l in lines[1:7]}
    for cell in ("a2", "good", "nonsense"):
        scores = {m: v for m, v in query("bad", f"SELECT model, value FROM held_out WHERE cell = '{cell}'")}
        best = max(scores, key=scores.get)
        for m in scores:
            same(rows[cell, m][-1], "1" if m == best else "2", f"rank of {cell} {m}")
    same([l.split()[0] for l in lines[9:11]],
         [m for m, in query("bad", "SELECT model FROM held_out GROUP BY model ORDER BY avg(value) DESC")])


@case
def csv_has_units_and_json_the_same_numbers():
    rows = list(csv.DictReader(io.StringIO(table("bad", "--csv"))))
    fits = json.loads(table("bad", "--format", "json"))
    same(len(rows), 6)
    for row, fit in zip(rows, fits):
        same((row["cell"], row["model"]), (fit["cell"], fit["model"]))
        for s in fit["scores"]:
            name = f"{s['part']} {s['measure']}"
            unit = f" [{s['unit']}]" if s["unit"] else ""
            same(row[name + unit], "" if s["value"] is None else row[name + unit])
            check(s["value"] is None or float(row[name + unit]) == s["value"], name)
            check(s["low_95"] is None or float(row[f"{name} low 95 %{unit}"]) == s["low_95"], name)
        for name, p in fit["parameters"].items():
            unit = f" [{p['unit']}]" if p["unit"] else ""
            same(float(row[name + unit]), p["value"])
    check("tau_m [ms]" in rows[0] and "test first_spike_latency [ms]" in rows[0], list(rows[0]))
    same([r["tau_m [ms]"] == "" for r in rows], [m == "izhikevich_2007" for m in (r["model"] for r in rows)])
    spikefit("table", "bad", "--to", "fits.csv")
    same(read("fits.csv", "r"), table("bad", "--csv"))


@case
def odd_tables_are_refused():
    for code, words, arguments in ((3, "holds no run of many cells", ["cells"]),
                                   (2, "there is no table of format 'xls'", ["run", "--format", "xls"]),
                                   (2, "there is no table of format 'txt'", ["run", "--to", "x.txt"])):
        r = spikefit("table", *arguments)
        check(r.code == code and words in r.err, r)


@case
def every_fit_gets_its_page_and_the_index_links_it():
    r = spikefit("report", "bad")
    check(r.code == 0 and r.out == "bad/index.html, 6 reports\n", r)
    index = read("bad/index.html", "r")
    data = json.loads(re.search(r'id="data">(.*?)</script>', index, re.S).group(1))
    for f in data["fits"]:
        check(os.path.exists(path("bad", f["folder"], f["page"])) and f["page"] == "report.html", f)


@case
def shards_are_joined_to_the_run_that_they_are_parts_of():
    for k in (1, 2):
        check(fit(f"part{k}", "--shard", f"{k}/2").code == 0)
    same([[c for c, in query(f"part{k}", "SELECT cell FROM fit")] for k in (1, 2)], [["a1", "b1"], ["a2"]])

    def refused(words, *runs):
        r = spikefit("merge", *runs, "--out", "no")
        check(r.code == 3 and words in r.err and not os.path.exists(path("no")), r)

    refused("shards are missing: 2/2", "part1")
    refused("part1: error: is shard 1/2, as is part1", "part1", "part1", "part2")
    refused("run: error: is a run of another number of shards than part1", "part1", "run")
    refused("holds no run of many cells", "part1", "cells")
    r = spikefit("merge", "part2", "part1", "--out", "joint")
    check(r.code == 0 and r.out == "joint: 3 fits of 3 cells\n", r)
    same_fits("run", "joint")
    for sql in ("SELECT cell, model, status, evaluations, loss FROM fit", "SELECT * FROM score", "SELECT * FROM parameter",
                "SELECT * FROM run ORDER BY key"):
        same(query("joint", sql), query("run", sql))
    r = spikefit("merge", "part2", "part1", "--out", "joint")
    check(r.code == 2 and "the folder holds a run already" in r.err, r)
    check(spikefit("fit", "--extend", 100, "joint").code == 0)


@case
def a_study_of_several_models_may_name_parameters_of_each():
    write("studies/list.yaml", "model: [iaf_psc_exp, izhikevich_2007]\ndata:\n  recording: x.csv\nfit:\n  C_m: auto\n"
                               "  tau_m: [5 ms, 50 ms]\n  C: auto\nfixed: {k: 0.5 nS/mV}\nsearch: {evaluations: 200}\n")
    r = spikefit("fit", "studies/list.yaml", "--cells", "cells/a1.csv", "--out", "list")
    check(r.code == 0, r)
    for model, free in (("iaf_psc_exp", ["C_m", "tau_m"]), ("izhikevich_2007", ["C"])):
        result = json.loads(read(f"list/a1/{model}/result.json"))
        same([n for n, p in result["parameters"].items() if p["free"]], free)
        r = spikefit("rerun", f"list/a1/{model}")
        check(r.code == 0 and "the same bits" in r.out, r)
    write("studies/list.yaml", read("studies/list.yaml", "r").replace("tau_m", "tua_m"))
    r = spikefit("fit", "studies/list.yaml", "--cells", "cells/a1.csv", "--out", "typo")
    check(r.code == 3 and "no model of the study has a parameter 'tua_m'" in r.err, r)


@case
def a_full_disk_loses_no_fit():
    """Too little room for the state, then for the results: an error of writing, or fits that say so."""
    for limit in (20000, 90000):
        r = fit("full", "--resume",
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        check(r.code in (1, 4) and ("cannot write" in r.err or "File too large" in r.err), limit, r)
    check(spikefit("fit", "--resume", "full").code == 0)
    same_fits("run", "full")


run_cases()
