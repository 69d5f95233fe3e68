"""`spikefit plot` as a user calls it: files of every format, figures in the terminal, what is refused."""
import os
import re

from tap import *


def fit():
    make_recording()
    write("study.yaml", spikefit("init", "iaf_psc_exp", "cell.csv").out)
    r = spikefit("fit", "study.yaml", "--out", "run", "--evaluations", 300)
    check(r.code == 0, r)


def kinds():
    return [l.split()[0] for l in spikefit("list", "figures").out.splitlines()[1:] if l.startswith("  ") and l[2] != " "]


@case
def every_figure_becomes_a_file():
    fit()
    check({"trace", "raster", "psth", "isi", "scores", "parameters", "profiles", "convergence", "population",
           "failures"} <= set(kinds()), kinds())
    magic = {"svg": b"<?xml", "pdf": b"%PDF", "png": b"\x89PNG"}
    of_others = {"network-raster": "of no network", "distributions": "of no network", "front": "one objective",
                 "posterior": "no posterior"}
    for kind, words in of_others.items():
        r = spikefit("plot", "run", kind, "--to", "none.svg")
        check(r.code == 1 and words in r.err, r)
    for i, kind in enumerate(k for k in kinds() if k not in of_others):
        extension = list(magic)[i % 3]
        r = spikefit("plot", "run", kind, "--to", f"{kind}.{extension}")
        check(r.code == 0 and r.out == f"{kind}.{extension}\n" and r.err == "", kind, r)
        check(read(f"{kind}.{extension}").startswith(magic[extension]), kind)


@case
def equal_calls_give_equal_bytes():
    for extension in ("svg", "pdf", "png"):
        for name in ("a", "b"):
            spikefit("plot", "run", "trace", "--to", f"{name}.{extension}", "--start", "0.5 s", "--stop", "900 ms")
        same(read(f"a.{extension}"), read(f"b.{extension}"), extension)


@case
def a_figure_is_as_wide_as_asked_for():
    spikefit("plot", "run", "convergence", "--to", "wide.svg", "--width", "180 mm", "--height", "6 cm")
    # 180 mm are 510.236 pt, 6 cm are 170.079 pt.
    check(re.search(r'width="510\.23\d*pt" height="170\.07\d*pt"', read("wide.svg", "r")), read("wide.svg", "r")[:300])


@case
def fronts_and_posteriors_are_drawn_from_their_runs():
    study = "model: iaf_psc_exp\ndata: {recording: cell.csv}\nfit: {C_m: [20 pF, 1000 pF], tau_m: [1 ms, 100 ms]}\n"
    write("both.yaml", study + "objectives: {spikes: {loss: {rate_error: 1}}, voltage: {loss: {voltage: 1}}}\n"
          "search: {evaluations: 300}\n")
    write("who.yaml", study + "loss: {rate_error: 1}\nposterior: {particles: 40, evaluations: 400}\n")
    for command, kind in (("fit both", "front"), ("posterior who", "posterior")):
        command, run = command.split()
        r = spikefit(command, f"{run}.yaml", "--out", run)
        check(r.code == 0, r)
        for name in "ab":
            r = spikefit("plot", run, kind, "--to", f"{name}.pdf")
            check(r.code == 0, r)
        same(read("a.pdf"), read("b.pdf"), kind)
    r = spikefit("plot", "both", "front")
    check(r.code == 0 and "voltage" in r.out and r.out in spikefit("front", "both").out, r)
    r = spikefit("plot", "both", "front", "--to", "a.svg", "--up", "spiks")
    check(r.code == 2 and "did you mean 'spikes'?" in r.err, r)


@case
def terminals_get_text_in_eighty_columns():
    for kind, word in (("trace", "V (mV)"), ("raster", "model"), ("psth", "rate (Hz)"), ("isi", "interval"),
                       ("convergence", "loss"), ("scores", "coincidence factor")):
        r = spikefit("plot", "run", kind)
        check(r.code == 0 and word in r.out and max(map(len, r.out.splitlines())) <= 80, kind, r)
        r = spikefit("plot", "run", kind, env={"SPIKEFIT_ASCII": "1"})
        check(r.code == 0 and r.out.isascii(), kind, r)


@case
def what_is_wrong_is_told():
    for arguments, code, words in (
            (("plot", "run", "rastr"), 2, "did you mean 'raster'?"),
            (("plot", "run", "raster", "--to", "a.jpg"), 2, "end its name in .svg, .pdf or .png"),
            (("plot", "run", "raster", "--to", "nowhere/a.svg"), 4, "nowhere/a.svg: error: cannot create"),
            (("plot", "run", "raster", "--to", "a.svg", "--bin", "3 ms"), 2, "has no bins"),
            (("plot", "run", "trace", "--start", "2 mV"), 3, "--start"),
            (("plot", "run", "trace", "--start", "1 hour"), 2, "nothing of the sweep 'cell'"),
            (("plot", "run", "trace", "--sweep", "cel"), 2, "did you mean 'cell'?"),
            (("plot", "run", "population"), 2, "name a file"),
            (("plot", "run", "isi", "--width", "85"), 3, "write 85 mm"),
            (("plot", "nothing", "isi"), 4, "there is no run 'nothing'")):
        r = spikefit(*arguments)
        check(r.code == code and words in r.err and r.out == "", arguments, r)
    check(not os.path.exists(path("a.jpg")), "nothing was written")


@case
def a_failed_figure_leaves_the_one_that_was_there():
    name = next(n for n in os.listdir(FOLDER) if n.startswith("raster."))
    before = read(name)
    r = spikefit("plot", "run", "raster", "--to", name, "--start", "9 hour")
    check(r.code == 2 and read(name) == before, r)


run_cases()
