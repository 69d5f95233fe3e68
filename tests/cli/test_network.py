"""A network fit as a user meets it: nothing lost, the same bits, its files found again, its messages."""
import filecmp
import json
import random
import shutil
import signal
import time

from tap import *

random.seed(5)

NETWORK = """populations:
  E: {model: izhikevich, size: 40, d: 8}
  I: {model: izhikevich, size: 10, a: 0.1, d: 2}
projections:
  EE: {from: E, to: E, rule: pairwise_bernoulli, p: p_ee, weight: {uniform: [0, sigma_ee]}}
  EI: {from: E, to: I, rule: pairwise_bernoulli, p: 0.8, weight: {uniform: [0, 4]}}
  IE: {from: I, to: E, rule: pairwise_bernoulli, p: 0.5, weight: {uniform: [0, -1]}}
inputs: {drive: {to: E, constant: {uniform: [9 pA, 13 pA]}}}
simulation: {duration: 200 ms, dt: 1 ms, integrator: euler}
fit: {sigma_ee: [0, 1], p_ee: [0, 1]}
seed: 3
"""
TRUTH = "data: {truth: {sigma_ee: 0.6, p_ee: 0.6}, wiring_seed: 9}\n"
LOSS = "loss: {rate: 1, lv: 1}\n"

write("net.yaml", NETWORK + TRUTH + LOSS + "search: {evaluations: 900}\n")
write("redraw.yaml", NETWORK + TRUTH + LOSS + "redraw: true\nsearch: {method: cmaes, evaluations: 600}\n")


def fit(study, run, *options):
    r = spikefit("fit", study, "--out", run, *options)
    check(r.code == 0, r)
    return r


def same_result(a, b):
    for name in ("result.h5", "result.json"):
        check(filecmp.cmp(path(a, name), path(b, name), shallow=False), f"{a}/{name} and {b}/{name} differ")


def size_of_journal(run):
    try:
        return os.path.getsize(path(run, "journal"))
    except OSError:
        return 0


def stop_at(study, run, size, number):
    p = start("fit", study, "--out", run)
    while p.poll() is None and size_of_journal(run) < size:
        time.sleep(0.001)
    if p.poll() is None:
        p.send_signal(number)
    err = p.communicate(timeout=120)[1].decode()
    return p.returncode, err


@case
def one_and_two_threads_give_equal_files():
    for name in ("net", "redraw"):
        fit(f"{name}.yaml", f"{name}_1", "--threads", 1)
        fit(f"{name}.yaml", f"{name}_2", "--threads", 2)
        same_result(f"{name}_1", f"{name}_2")


@case
def the_result_says_what_it_is_of():
    r = json.loads(read("net_1/result.json", "r"))
    same((r["kind"], list(r["parameters"]), r["evaluations"]), ("network", ["sigma_ee", "p_ee"], 900))
    same([(s["part"], s["measure"]) for s in r["scores"]],
         [("train", "rate"), ("train", "lv"), ("test", "rate"), ("test", "lv")])
    same([m["name"] for m in r["models"]], ["izhikevich"])
    same([(p["a"], p["b"]) for p in r["products"]], [("sigma_ee", "p_ee")])
    same(sorted(os.listdir(path("net_1"))), ["journal", "result.h5", "result.json"])


@case
def killed_runs_end_the_same():
    for name in ("net", "redraw"):
        whole, run = size_of_journal(f"{name}_1"), f"{name}_killed"
        for share in (0.1, 0.5, 0.8):
            code, err = stop_at(f"{name}.yaml", run, share * whole, signal.SIGKILL) if share == 0.1 else (0, "")
            if share > 0.1:
                p = start("fit", "--resume", run)
                while p.poll() is None and size_of_journal(run) < share * whole:
                    time.sleep(0.001)
                p.kill()
                p.communicate()
            check(code in (0, -signal.SIGKILL), code, err)
        r = spikefit("fit", "--resume", run)
        check(r.code == 0, r)
        same_result(f"{name}_1", run)


@case
def interrupted_runs_keep_the_best_and_go_on():
    for number, run in ((signal.SIGINT, "ctrl_c"), (signal.SIGTERM, "term")):
        code, err = stop_at("net.yaml", run, size_of_journal("net_1") // 3, number)
        same(code, 1, "exit code")
        check("interrupted after" in err and "the best so far is kept" in err, err)
        r = spikefit("rerun", run)
        check(r.code == 3 and "the run was interrupted" in r.err, r)
        check(spikefit("fit", "--resume", run).code == 0)
        same_result("net_1", run)


@case
def a_run_is_extended():
    fit("net.yaml", "longer", "--evaluations", 300)
    r = spikefit("fit", "--resume", "longer", "--extend", 600)
    check(r.code == 0, r)
    same_result("net_1", "longer")
    r = spikefit("fit", "--resume", "longer", "--evaluations", 100)
    check(r.code == 2 and "it cannot end at 100" in r.err, r)


@case
def a_run_of_another_study_is_refused():
    write("other.yaml", NETWORK.replace("size: 40", "size: 41") + TRUTH + LOSS + "search: {evaluations: 900}\n")
    r = spikefit("fit", "other.yaml", "--out", "net_1", "--resume")
    check(r.code == 3 and "in line 2 of the study" in r.err, r)
    r = spikefit("fit", "net.yaml", "--out", "net_1")
    check(r.code == 2 and "holds a run already" in r.err, r)


@case
def rerun_gives_the_same_bits():
    for name in ("net_1", "redraw_1"):
        r = spikefit("rerun", name)
        check(r.code == 0 and r.out.startswith("the same bits: loss "), r)


@case
def simulate_makes_the_recovered_network():
    r = spikefit("simulate", "net_1", "--out", "model.gdf")
    check(r.code == 0 and "40 neurons" in r.out, r)
    r = spikefit("simulate", "net_1", "--set", "a=1")
    check(r.code == 2 and "a network takes --out and --weights" in r.err, r)


PLASTIC = """populations:
  noise: {size: 30, rate: 40 Hz}
  E: {model: iaf_psc_exp, size: 20}
projections:
  in: {from: noise, to: E, weight: 200, delay: 1.5 ms, synapse: {model: stdp_synapse, lambda: rate, Wmax: 600}}
  EE: {from: E, to: E, rule: pairwise_bernoulli, p: 0.2, weight: 50, synapse: tsodyks_synapse}
simulation: {duration: 300 ms}
"""


@case
def weights_that_change_are_written():
    write("plastic.yaml", PLASTIC + "values: {rate: 0.05}\n")
    r = spikefit("simulate", "plastic.yaml", "--weights", "w.csv")
    check(r.code == 0, r)
    rows = [l.split(",") for l in read("w.csv", "r").splitlines()]
    check(rows[0] == ["projection", "source", "target", "weight", "delay (ms)"], rows[0])
    first = [float(l[3]) for l in rows if l[0] == "in"]
    check(len(first) == 600 and len(set(first)) > 100 and all(0 <= w <= 600 for w in first), first[:5])
    check({l[3] for l in rows if l[0] == "EE"} == {"50"} and rows[1][:3] == ["in", "0", "0"], rows[1])
    check({l[4] for l in rows if l[0] == "in"} == {"1.5"}, rows[1])
    import h5py
    check(spikefit("simulate", "plastic.yaml", "--weights", "w.h5").code == 0, "h5")
    with h5py.File(path("w.h5")) as f:
        g = f["projections/in"]
        check(list(g["weight"]) == first and list(g["source"]) == [int(l[1]) for l in rows if l[0] == "in"], "h5")
        check(g.attrs["from"] in ("noise", b"noise"), dict(g.attrs))


@case
def rates_of_learning_are_found():
    write("learn.yaml", PLASTIC + "fit: {rate: {min: 0.001, max: 0.5, scale: log}}\n"
          "data: {truth: {rate: 0.05}}\nloss: {van_rossum: 1}\nsearch: {evaluations: 300}\n")
    r = spikefit("fit", "learn.yaml", "--out", "learn")
    check(r.code == 0, r)
    found = json.loads(read("learn/result.json", "r"))
    value = found["parameters"]["rate"]["value"]
    check(0.045 < value < 0.055, value)


@case
def mistakes_in_synapses_are_located():
    for old, new, words in (
            ("lambda:", "lamda:", "plastic2.yaml:5:87: error: "),
            ("model: stdp_synapse", "model: iaf_psc_exp", "iaf_psc_exp is a neuron, and a synapse is wanted"),
            ("model: iaf_psc_exp", "model: stdp_synapse", "stdp_synapse is a synapse, and a neuron is wanted"),
            ("Wmax: 600", "Wmax: 20", "w = 200 of projection in is not what synapse stdp_synapse allows"),
            ("Wmax: 600", "w: 20", "w is the weight of the synapses of in"),
            ("model: stdp_synapse, ", "", "the synapse of in names no model"),
            ("delay: 1.5 ms", "release: 0.5", "release must be 1")):
        write("plastic2.yaml", PLASTIC.replace(old, new, 1) + "values: {rate: 0.05}\n")
        r = spikefit("simulate", "plastic2.yaml")
        check(r.code == 3 and words in r.err and "plastic2.yaml:" in r.err, r)
    r = spikefit("simulate", "plastic.yaml", "--weights", "w.txt")
    check(r.code == 2 and not os.path.exists(path("w.txt")), r)
    r = spikefit("simulate", "iaf_psc_exp", "--weights", "w.csv")
    check(r.code == 2 and "--weights is for networks" in r.err, r)


@case
def data_in_files_are_found_hashed_and_watched():
    os.makedirs(path("lab"), exist_ok=True)
    write("truth.yaml", NETWORK + "values: {sigma_ee: 0.6, p_ee: 0.6}\n")
    r = spikefit("simulate", "truth.yaml", "--out", "all.csv")
    check(r.code == 0, r)
    lines = read("all.csv", "r").splitlines(keepends=True)
    cells = {l.split(",")[0] for l in lines if l[0].isdigit()}
    check(max(map(int, cells)) >= 40, "the populations are numbered through: E/0 is not I/0", cells)
    for population, first, last in (("E", 0, 39), ("I", 40, 49)):
        write(f"lab/{population}.csv", "".join(l for l in lines if not l[0].isdigit()
                                               or first <= int(l.split(",")[0]) <= last))
    write("lab/net.yaml", NETWORK + LOSS + "data: {E: E.csv, I: I.csv}\nsearch: {evaluations: 100}\n")
    fit("lab/net.yaml", "lab/run")
    r = json.loads(read("lab/run/result.json", "r"))
    same([os.path.basename(d["path"]) for d in r["data"]], ["E.csv", "I.csv"])
    r = spikefit("score", "run", cwd=path("lab"))
    check(r.code == 0 and "run, network, 120 to 200 ms" in r.out, r)
    with open(path("lab/E.csv"), "a") as f:
        f.write("39,39,199.5\n")
    r = spikefit("score", "lab/run")
    check("E.csv: warning: the file has changed since the network was fitted to it" in r.err, r)
    r = spikefit("rerun", "lab/run")
    check(r.code == 1 and "is not the file that the run read" in r.err, r)
    os.remove(path("lab/I.csv"))
    r = spikefit("score", "lab/run")
    check(r.code == 4 and "lab/I.csv" in r.err, r)


@case
def validate_tests_the_recovered_network():
    r = spikefit("validate", "net_1", "--runs", 19)
    check(r.code == 0 and r.out.startswith("net_1, 200 to 400 ms (test)\n\nE: 40 neurons of the data, "), r)
    check("The model is " in r.out and max(map(len, r.out.splitlines())) <= 80, r)
    texts = [spikefit("validate", "net_1", "--runs", 19, "--format", "json", "--threads", n).out for n in (1, 2)]
    check(texts[0] == texts[1], "threads change the numbers")
    v = json.loads(texts[0])
    same([(c["population"], c["statistic"]) for c in v["comparisons"]][:6],
         [("E", "rate"), ("E", "cv"), ("E", "lv"), ("E", "isi"), ("E", "correlation"), ("I", "rate")])
    check(v["comparisons"][0]["runs"] == 19 and 0 <= v["comparisons"][0]["runs_as_far"] <= 19, v)
    check({"welch_t", "student_t", "mann_whitney_u", "kolmogorov_smirnov", "levene", "kullback_leibler"}
          <= set(v["comparisons"][0]["tests"]), v)
    r = spikefit("validate", "net_1", "--on", "train", "--runs", 0, "--statistic", "rate", "--tests")
    check(r.code == 0 and "0 to 200 ms (train)" in r.out and "student_t" in r.out and "lv" not in r.out, r)


@case
def report_shows_the_network():
    r = spikefit("report", "net_1")
    check(r.code == 0 and r.out == "net_1/report.html\n", r)
    page = read("net_1/report.html", "r")
    data = json.loads(page.split('id="data">')[1].split("</script>")[0])
    same([r["title"] for r in data["rasters"]], ["E", "I"])
    same([len(data["rasters"][0][side]) for side in ("recorded", "model")], [40, 40])
    titles = [d["title"] for d in data["distributions"]]
    same(titles[:10], [f"{p}: {s}" for p in "EI" for s in ("rate", "cv", "lv", "isi", "correlation")])
    same([t.split(":")[0] for t in titles[10:]], ["EE", "EI", "IE"])
    check(all(d["verdict"] for d in data["distributions"][:10]), data["distributions"])
    weights = data["distributions"][10]["model"]  # uniform from 0 to sigma
    sigma = json.loads(read("net_1/result.json", "r"))["parameters"]["sigma_ee"]["value"]
    check(0 <= min(weights) < 0.1 * sigma and 0.9 * sigma < max(weights) <= sigma, sigma, max(weights))
    same([p["name"] for p in data["parameters"]], ["sigma_ee", "p_ee"])
    check("the model is " in page and "http://" not in page.replace("http://www.w3.org", ""))


@case
def validate_compares_files():
    for seed in (1, 2, 3):
        write("v.yaml", NETWORK + f"values: {{sigma_ee: 0.6, p_ee: 0.6}}\nwiring_seed: {seed}\n")
        check(spikefit("simulate", "v.yaml", "--out", f"v{seed}.h5").code == 0)
    r = spikefit("validate", "v1.h5", "v1.h5")
    check(r.code == 0 and "The model is accepted: none of 44 tests" in r.out, r)
    r = spikefit("validate", "v1.h5", "v2.h5", "v3.h5", "--start", 50, "--format", "json")
    check(r.code == 0 and json.loads(r.out)["comparisons"][0]["runs"] == 1, r)
    r = spikefit("validate", "v1.h5", "v2.h5", "--on", "test")
    check(r.code == 2 and "are for runs of a fit, not for files" in r.err, r)
    r = spikefit("validate", "v1.h5", "v2.h5", "--start", 5000)
    check(r.code == 3 and "v1.h5 has nothing between 5000 and" in r.err, r)
    r = spikefit("validate", "net_1", "--statistic", "ratte")
    check(r.code == 3 and "did you mean 'rate'?" in r.err, r)
    r = spikefit("validate", "net_1", "--on", "tset")
    check(r.code == 2 and "--on takes 'train' or 'test'" in r.err, r)


@case
def raster_shows_data_above_model():
    r = spikefit("raster", "net_1", "--neurons", 6)
    check(r.code == 0 and r.err == "", r)
    lines = r.out.splitlines()
    same(lines[0], "data: 6 of 50 neurons")
    check("model: 6 of 50 neurons" in lines and max(map(len, lines)) <= 80, r)
    check(lines[1].startswith("E/0 ") and any(l.startswith("I/0 ") for l in lines), r)
    r = spikefit("raster", "v1.h5", "--population", "I", "--stop", 100)
    check(r.code == 0 and r.out.startswith("v1.h5: 10 neurons\nI/0 "), r)
    r = spikefit("raster", "v1.h5", "--population", "J")
    check(r.code == 2 and "there is no population 'J'" in r.err, r)
    r = spikefit("raster", "nowhere")
    check(r.code == 4, r)


@case
def commands_of_cells_say_so():
    if not os.path.exists(path("cell.csv")):
        make_recording()
    write("cell.yaml", "model: iaf_psc_exp\ndata: {recording: cell.csv}\nsearch: {evaluations: 100}\n")
    check(spikefit("fit", "cell.yaml", "--out", "cell").code == 0)
    for command in ("validate", "raster"):
        r = spikefit(command, "cell")
        check(r.code == 2 and "the run 'cell' is of a cell, not of a network" in r.err, r)
    r = spikefit("explain", "net_1")
    check(r.code == 2 and "the run 'net_1' is of a network, not of a cell" in r.err, r)

    r = spikefit("score", "net_1", "--figure")
    check(r.code == 2 and "--metric and --figure are for cells" in r.err, r)
    r = spikefit("fit", "net.yaml", "--models", "a,b")
    check(r.code == 2 and "--models is for studies of single cells" in r.err, r)


run_cases()
