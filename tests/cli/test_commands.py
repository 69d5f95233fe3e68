"""Every command as a user calls it, from a recording that the program makes to a report."""
import glob
import json
import os
import pty
import re
import select
import struct

from tap import *


@case
def simulate_makes_a_recording():
    r = make_recording()
    check(re.fullmatch(r"\d+ spikes in 3000 ms\n", r.err) and r.out == "", r)
    lines = read("cell.csv", "r").splitlines()
    same(lines[0], "t_ms,I_pA,V_mV")
    check(len(lines) == 15001, len(lines))


@case
def inspect_finds_the_spikes_that_simulate_told():
    n = int(make_recording().err.split()[0])
    r = spikefit("inspect", "cell.csv")
    check(r.code == 0 and r.err == "", r)
    row = [l for l in r.out.splitlines() if l.startswith("  cell ")][0].split()
    same(row[:4], ["cell", "3000", "0.2", str(n)])


@case
def init_writes_a_study_that_fit_takes():
    r = spikefit("init", "iaf_psc_exp", "cell.csv")
    check(r.code == 0 and r.err == "", r)
    write("study.yaml", r.out)
    r = spikefit("fit", "study.yaml", "--out", "run", "--evaluations", 400)
    check(r.code == 0, r)
    for name in ("result.h5", "result.json", "journal"):
        check(os.path.exists(path("run", name)), name)
    same(sorted(os.listdir(path("run"))), ["journal", "result.h5", "result.json"])
    check("100 % of 400" in r.err or "% of 400" in r.err, r.err)


@case
def init_out_sets_paths_right():
    os.makedirs(path("elsewhere/deep"), exist_ok=True)
    r = spikefit("init", "iaf_psc_exp", "cell.csv", "--out", "elsewhere/study.yaml")
    check(r.code == 0, r)
    check(os.path.realpath(path("cell.csv")) in read("elsewhere/study.yaml", "r"), "absolute")
    os.rename(path("cell.csv"), path("elsewhere/deep/it.csv"))
    r = spikefit("init", "iaf_psc_exp", "elsewhere/deep/it.csv", "--out", "elsewhere/two.yaml")
    os.rename(path("elsewhere/deep/it.csv"), path("cell.csv"))
    check(r.code == 0 and '- "deep/it.csv"' in read("elsewhere/two.yaml", "r"), r)


@case
def score_reads_train_and_test():
    for part in ("test", "train"):
        r = spikefit("score", "run", "--on", part)
        check(r.code == 0 and re.search(rf"^  {part} +coincidence_factor ", r.out, re.M), r)
    r = spikefit("score", "run", "--metric", "van_rossum")
    check(r.code == 0 and "van_rossum" in r.out and "coincidence" not in r.out, r)


@case
def score_finds_the_run_from_another_folder():
    os.makedirs(path("sub"), exist_ok=True)
    r = spikefit("score", "../run", cwd=path("sub"))
    check(r.code == 0 and r.err == "", r)


@case
def changed_data_are_noticed():
    good = read("cell.csv")
    with open(path("cell.csv"), "ab") as f:
        f.write(b"3000,300,-70\n")
    r = spikefit("score", "run")
    with open(path("cell.csv"), "wb") as f:
        f.write(good)
    check("cell.csv: warning: the file has changed since the model was fitted to it" in r.err, r)


@case
def simulate_a_run():
    r = spikefit("simulate", "run", "--out", "model.csv")
    check(r.code == 0, r)
    check(read("model.csv", "r").startswith("t_ms,I_pA,V_mV\n"), "header")
    r = spikefit("simulate", "run", "--out", "model.csv", "--record", "I_syn_ex")
    check(read("model.csv", "r").startswith("t_ms,I_pA,V_mV,I_syn_ex_pA\n"), "header")
    spikes = spikefit("simulate", "run")
    check(all(float(t) >= 0 for t in spikes.out.split()), spikes)


@case
def metric_compares_files():
    write("a.txt", "# ms\n# stop: 100 ms\n10\n20\n30\n")
    write("b.txt", "# ms\n# stop: 100 ms\n11\n20\n30\n")
    r = spikefit("metric", "spike_count_error", "a.txt", "b.txt")
    check(r.code == 0 and r.out == "0\n", r)
    # One spike moved by 1 ms costs q = 0.1/ms.
    r = spikefit("metric", "vp", "a.txt", "b.txt", "--set", "cost=0.1/ms")
    check(r.code == 0 and float(r.out) == 0.1, r)


@case
def init_divides_sweeps_of_unequal_length_as_fit_takes_them():
    make_recording("short.csv", duration=2000)
    make_recording("long.csv", duration=3000, seed=2)
    for files in (["short.csv", "long.csv"], ["cell.csv", "cell.csv"]):
        r = spikefit("init", "iaf_psc_exp", *files)
        check(r.code == 0 and "{}" not in r.out, r)
        write("unequal.yaml", r.out)
        r = spikefit("fit", "unequal.yaml", "--out", "unequal" + str(len(files[0])), "--evaluations", 200)
        check(r.code == 0, r)


@case
def init_names_no_division_that_a_study_cannot_name():
    """One stimulus with spikes, and a silent one of another length: each is cut at a time of its own."""
    make_recording("spiking.csv")
    r = spikefit("simulate", "iaf_psc_exp", "--stimulus", "step: amplitude 10 pA", "--duration", 2000,
                 "--out", "silent.csv")
    check(r.code == 0 and r.err.startswith("0 spikes"), r)
    r = spikefit("init", "iaf_psc_exp", "spiking.csv", "silent.csv")
    check(r.code == 0 and "neither 'train' nor 'test' is named" in r.out, r)
    check("  train:" not in r.out and "  test:" not in r.out, r)
    write("apart.yaml", r.out)
    r = spikefit("fit", "apart.yaml", "--out", "apart", "--evaluations", 200)
    check(r.code == 0, r)


@case
def repeats_are_cut_at_one_time():
    """Noise makes each repeat seem to begin and end at a time of its own."""
    cells = sorted(glob.glob(os.path.join(DATA, "cortical_ou_current", "set08_rep*.csv")))
    if not cells:
        return skip("there are no shared recordings")
    r = spikefit("init", "iaf_psc_exp", *cells)
    check(re.search(r"train: {window: \[0 ms, [\d.]+ ms\]}", r.out), r)


def make_events(name):
    """A DVS128's: two pixels, six events, 1 ms from one to the next."""
    events = [(3, 7, 1), (3, 7, 0), (5, 9, 1), (3, 7, 1), (5, 9, 1), (3, 7, 1)]
    with open(path(name), "wb") as f:
        f.write(b"#!AER-DAT2.0\r\n# AEChip: DVS128\r\n")
        for k, (x, y, on) in enumerate(events):
            f.write(struct.pack(">Ii", y << 8 | x << 1 | on, 1000 * k))


@case
def events_of_a_camera_are_counted():
    make_events("dvs.aedat")
    r = spikefit("inspect", "dvs.aedat")
    check(r.code == 0 and "6: 5 on, 1 off" in r.out, r)
    check("5 ms, from 0 us on; 1 200 events a second" in r.out, r)
    check("6 x 10, of which 2 saw something; busiest: x 3, y 7, 4 events" in r.out, r)


@case
def a_reader_takes_the_options_of_its_format():
    make_events("dvs.aedat")
    r = spikefit("convert", "dvs.aedat", "dvs.gdf", "--reader", "by=pixel, polarity=on")
    check(r.code == 0, r)
    same(read("dvs.gdf", "r").split(), "70003 0 90005 2 70003 3 90005 4 70003 5".split())
    r = spikefit("convert", "dvs.aedat", "dvs.csv", "--reader", "bye=pixel")
    check(r.code == 3 and "aedat has no option 'bye'" in r.err and "did you mean 'by'?" in r.err, r)
    r = spikefit("inspect", "dvs.aedat", "--reader", "pixel")
    check(r.code == 2 and "'pixel' sets nothing" in r.err, r)


@case
def a_study_takes_them_too():
    make_recording()
    r = spikefit("init", "iaf_psc_exp", "cell.csv")
    for reader, words in (("{by: pixel}", "study2.yaml:4:12: error: csv has no option 'by'"),
                          ("{trust_units: maybe}", "trust_units cannot be 'maybe'"),
                          ("{dt: 3 mV}", "the sampling interval")):
        write("study2.yaml", r.out.replace("data:\n", f"data:\n  reader: {reader}\n", 1))
        bad = spikefit("fit", "study2.yaml", "--out", "run9")
        check(bad.code == 3 and words in bad.err and "study2.yaml" in bad.err, bad)


@case
def report_is_one_page():
    r = spikefit("report", "run")
    check(r.code == 0 and r.out == "run/report.html\n", r)
    page = read("run/report.html", "r")
    check(page.lstrip().lower().startswith("<!doctype html>"), page[:100])
    check("http://" not in page.replace("http://www.w3.org", ""), "the page needs no network")


@case
def rerun_gives_the_same_bits():
    for threads in (1, 2):
        r = spikefit("rerun", "run", "--threads", threads)
        check(r.code == 0 and r.out.startswith("the same bits: loss "), r)


@case
def result_json_is_json():
    j = json.loads(read("run/result.json", "r"))
    same(j["model"], "iaf_psc_exp")
    same(j["evaluations"], 400)
    check(10 <= j["parameters"]["C_m"]["value"] <= 2000, j["parameters"]["C_m"])


def model_names():
    neurons = spikefit("models").out.split("\n\n")[0]
    return [l.split()[0] for l in neurons.splitlines() if l[0] != " "]


@case
def models_are_listed_shown_and_checked():
    names = model_names()
    check("aeif_psc_exp" in names and len(names) >= 13, names)
    r = spikefit("model", "show", "aeif_psc_exp")
    check(r.code == 0 and "C_m " in r.out and "pF" in r.out and "doi:" in r.out, r)
    os.makedirs(path("a folder"), exist_ok=True)
    write("a folder/my neuron.nestml", spikefit("model", "show", "--text", "iaf_psc_exp").out)
    r = spikefit("model", "check", "a folder/my neuron.nestml")
    check(r.code == 0 and r.out == "iaf_psc_exp: compiles; integrator exact\n", r)


@case
def a_model_of_ones_own_is_fitted():
    text = read("study.yaml", "r").replace("model: iaf_psc_exp", "model: a folder/my neuron.nestml")
    write("own.yaml", text)
    r = spikefit("fit", "own.yaml", "--out", "own", "--evaluations", 100)
    check(r.code == 0, r)


@case
def several_models_are_fitted_and_one_is_kept():
    write("several.yaml", "model: [iaf_psc_exp, izhikevich]\ndata: {recording: cell.csv}\n"
                          "fit: {C_m: auto, tau_m: auto, a: auto, d: auto}\n")
    r = spikefit("fit", "several.yaml", "--out", "several", "--evaluations", 150)
    check(r.code == 0, r)
    check(re.search(r"^ \* \w+ ", r.out, re.M) and "2/2 izhikevich" in r.err, r)


@case
def auto_says_what_an_evaluation_takes():
    """An estimate, not a measurement: the same each time."""
    text = read("study.yaml", "r")
    text = re.sub(r"search:.*", "search: {method: auto, evaluations: 40}", text)
    write("auto.yaml", text)
    first, again = (spikefit("fit", "auto.yaml", "--out", f"auto{i}") for i in range(2))
    check(first.code == 0, first)
    said = re.search(r"chosen by auto: [^()]*\([^()]*, about \d+\s+[mun]s\s+each\)", first.err)
    check(said and said.group(0) in again.err, first)


def everything_that_prints():
    yield "help",
    for command in re.findall(r"^  (\w+) ", spikefit("help").out, re.M):
        if command != "spikefit":
            yield "help", command
    yield "list",
    yield "list", "--options"
    yield "models",
    yield "inspect", "cell.csv"
    yield "score", "run", "--figure"
    yield "fit", "study.yaml", "--evaluations", "96"
    for name in model_names():
        yield "model", "show", name


@case
def output_fits_80_columns():
    wide = []
    for arguments in everything_that_prints():
        r = spikefit(*arguments)
        check(r.code == 0, arguments, r)
        wide += [f"{' '.join(arguments)}: {l}" for l in (r.out + r.err).splitlines()
                 if len(l) > 80]
        trailing = [l for l in r.out.splitlines() if l != l.rstrip() and arguments[0] != "fit"
                    and arguments[0] != "score"]
        check(not trailing, arguments, *trailing[:3])
    check(not wide, *wide[:20])


@case
def a_failing_output_is_an_error():
    with open("/dev/full", "wb") as full:
        r = subprocess.run([PROGRAM, "list"], stdout=full, stderr=subprocess.PIPE, env=ENVIRONMENT)
    check(r.returncode == 4 and r.stderr == b"error: writing the output failed\n", r)


@case
def a_reader_that_leaves_does_not_end_a_fit():
    p = start("fit", "study.yaml", "--out", "unread", "--evaluations", 300)
    p.stdout.close()
    p.stderr.close()
    p.wait(timeout=120)
    check(os.path.exists(path("unread/result.h5")), os.listdir(path("unread")))


@case
def progress_on_a_terminal_is_one_line():
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(FOLDER)
        os.execve(PROGRAM, [PROGRAM, "fit", "study.yaml", "--evaluations", "4000"],
                  {**ENVIRONMENT, "TERM": "xterm"})
    seen = b""
    while select.select([fd], [], [], 60)[0]:
        try:
            more = os.read(fd, 65536)
        except OSError:
            break
        if not more:
            break
        seen += more
    same(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0, "exit code")
    lines = re.findall(rb"\r\x1b\[K([^\r\n\x1b]*)", seen)
    check(any(b"% of 4 000  loss" in l and b"left" in l for l in lines), seen[:2000])
    check(all(len(l) < 80 for l in lines), lines)


@case
def recordings_of_real_cells():
    files = sorted(glob.glob(os.path.join(DATA, "cortical_ou_current/set05_rep?.csv")))
    if len(files) != 4:
        skip(f"no recordings below {DATA}")
        return
    r = spikefit("inspect", *files)
    check(r.code == 0 and "the repeats agree by a coincidence factor of" in r.out, r)
    check(max(map(len, r.out.splitlines()[1:])) <= 80, r)
    r = spikefit("init", "aeif_psc_exp", *files, "--out", "real.yaml")
    check(r.code == 0, r)
    r = spikefit("fit", "real.yaml", "--out", "real", "--evaluations", 200)
    check(r.code == 0 and "set05_rep0.csv and 3 more files" in r.err, r)


run_cases()
