"""`explain --bootstrap`: what it prints and keeps, for any number of threads, again by `rerun`, in the report; and the
standard error of a rate that theory gives.

Spikes of a Poisson process with 2 ms of dead time, 40 Hz in all for 20 s: intervals have a coefficient of variation of
1 - 2 / 25, and the rate's standard error is that times sqrt(rate / T) (Cox 1962, Renewal Theory, ch. 4), 1.3 Hz. A leaky
integrate-and-fire neuron under a constant current has the rate 1 / (t_ref + tau_m ln(I R / (I R - V_th + E_L))); its
capacitance, tau_m / R, is fitted to the rate, so that its error follows by the slope."""
import json
import math
import os
import random
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../cli"))
from tap import *

SECONDS, RATE, TAU, REFRACTORY, CURRENT, THRESHOLD = 20, 40, 10.0, 2.0, 500.0, 15.0
r = random.Random(5)
t, times = 1.0, []
while t < SECONDS * 1000:
    t += REFRACTORY + r.expovariate(RATE / 1000 / (1 - RATE / 1000 * REFRACTORY))
    times.append(t)
STEP = 0.5
voltage = ["-70"] * int(SECONDS * 1000 / STEP)
times = [t for t in times if t < SECONDS * 1000 - 1]
for t in times:
    voltage[int(t / STEP)] = "20"
write("rate.csv", "t_ms,I_pA,V_mV\n" + "".join(f"{STEP * i},{CURRENT},{v}\n" for i, v in enumerate(voltage)))

make_recording(model="gif_psc_exp", duration=4000)
write("study.yaml", """model: iaf_psc_exp
data: {recording: cell.csv, train: {window: [0 ms, 4000 ms]}}
fit: {tau_m: [2 ms, 50 ms], C_m: [50 pF, 500 pF], t_ref: [0.5 ms, 10 ms]}
search: {evaluations: 3000}
seed: 3
""")
run = spikefit("fit", "study.yaml", "--out", "run")
check(run.code == 0, run)
before = read("run/result.json")
told = spikefit("explain", "run", "--bootstrap=50")


def found(name="run"):
    return json.loads(read(name + "/result.json"))


@case
def a_table_with_units_is_printed():
    check(told.code == 0, told)
    check("50 replicates of the training data, resampled over 20 blocks of time of about\n200 ms:" in told.out, told)
    for name, unit in (("tau_m", "ms"), ("C_m", "pF"), ("t_ref", "ms")):
        p = found()["bootstrap"]["parameters"][name]
        row = [l.split() for l in told.out.splitlines() if l.startswith(f"  {name} ")
               and l.endswith(unit) and " .. " in l][0]
        check(row[-1] == unit and row[4] == "..", row)
        check(abs(float(row[2]) / p["standard_error"] - 1) < 0.01, row, p)
        check(abs(float(row[3]) / p["low_95"] - 1) < 0.001 and abs(float(row[5]) / p["high_95"] - 1) < 0.001, row, p)
    check("candidates" in told.err, told.err)


@case
def the_rest_of_the_result_stays():
    old, new = json.loads(before), found()
    y = new.pop("bootstrap")
    check("bootstrap" not in old and old == new, "other keys changed")
    check(y["over"] == "blocks" and y["replicates"] == 50 and y["units"] == 20, y)
    c = {a: p["correlation"] for a, p in y["parameters"].items()}
    check(c["tau_m"]["C_m"] == c["C_m"]["tau_m"] and abs(c["tau_m"]["C_m"]) <= 1, c)


@case
def any_number_of_threads_gives_the_same_bits():
    want = read("run/result.h5")
    r = spikefit("explain", "run", "--bootstrap=50", "--threads", 1)
    check(r.code == 0 and read("run/result.h5") == want, r)


@case
def explain_alone_shows_what_is_kept():
    r = spikefit("explain", "run")
    check(r.code == 0 and r.out == told.out and r.err == "", r)


@case
def rerun_repeats_it():
    r = spikefit("rerun", "run")
    check(r.code == 0 and "the same bits" in r.out and "bootstrap:" in r.err, r)
    import h5py
    with h5py.File(path("run/result.h5"), "r+") as f:
        f["bootstrap/value"][7] *= 1.0000001
    r = spikefit("rerun", "run")
    check(r.code == 1 and "the same fit, but another bootstrap" in r.err, r)
    with h5py.File(path("run/result.h5"), "r+") as f:
        f["bootstrap/value"][7] /= 1.0000001


@case
def the_report_has_it():
    r = spikefit("report", "run", "--out", "page.html")
    page = read("page.html", "r")
    check(r.code == 0 and page.count('"errorLow":') == 3, r, page.count('"errorLow":'))


@case
def wrong_words_are_refused():
    for arguments, words in ((("--over", "trials"), "--over says what --bootstrap draws"),
                             (("--bootstrap", "--over", "spikes"), "--over takes trials, sweeps or blocks"),
                             (("--bootstrap=3",), "--bootstrap takes 20 to 10000"),
                             (("--bootstrap", "--over", "trials"), "there are no trials to draw from")):
        r = spikefit("explain", "run", *arguments)
        check(r.code in (2, 3) and words in r.err, r)


@case
def an_interruption_leaves_the_run_as_it_was():
    want = read("run/result.h5")
    p = start("explain", "run", "--bootstrap=2000")
    p.send_signal(signal.SIGINT) if b"candidates" in p.stderr.readline() else None
    out, err = p.communicate(timeout=300)
    check(p.returncode not in (0, -2) and b"interrupted" in err and out == b"", p.returncode, out, err)
    check(read("run/result.h5") == want, "the file changed")


@case
def voltage_moves_with_its_spikes():
    # Data that the model makes itself: each replicate's voltage and spikes fit as well as those of all of them.
    make_recording("own.csv", duration=3000)
    write("own.yaml", """model: iaf_psc_exp
data: {recording: own.csv, train: {window: [0 ms, 3000 ms]}}
fit: {tau_m: [5 ms, 20 ms]}
loss: {van_rossum: 1, voltage: 1}
search: {evaluations: 1000}
""")
    r = spikefit("fit", "own.yaml", "--out", "own")
    check(r.code == 0, r)
    r = spikefit("explain", "own", "--bootstrap=40")
    check(r.code == 0, r)
    import h5py
    with h5py.File(path("own/result.h5")) as f:
        loss, value = f["bootstrap/loss"][...], f["bootstrap/value"][...]
    whole = found("own")["training_loss"]
    print(f"# whole {whole:.5f} replicates {loss.min():.5f} .. {loss.max():.5f}")
    check(loss.max() < 1.3 * whole < 0.13 and abs(value - 10).max() < 0.1, whole, loss, value)


@case
def a_rate_has_the_error_of_renewal_theory():
    write("rate.yaml", f"""model: iaf_psc_exp
data: {{recording: rate.csv, train: {{window: [0 s, {SECONDS} s]}}}}
fit: {{C_m: [100 pF, 330 pF]}}
fixed: {{tau_m: {TAU} ms, t_ref: {REFRACTORY} ms, E_L: -70 mV, V_th: {THRESHOLD - 70} mV, V_reset: -70 mV}}
loss: {{rate_error: 1}}
search: {{evaluations: 2000}}
""")
    r = spikefit("fit", "rate.yaml", "--out", "rate")
    check(r.code == 0, r)
    r = spikefit("explain", "rate", "--bootstrap=200")
    check(r.code == 0, r)
    y = found("rate")
    rate = len(times) / SECONDS / 1000
    grown = math.exp((1 / rate - REFRACTORY) / TAU)  # I R = V_th / (1 - 1 / grown)
    C = CURRENT * TAU / THRESHOLD * (1 - 1 / grown)
    check(abs(y["parameters"]["C_m"]["value"] / C - 1) < 0.01, y["parameters"]["C_m"], C)
    slope = CURRENT * TAU / THRESHOLD / grown / TAU / rate ** 2  # dC / d rate
    want = slope * (1 - rate * REFRACTORY) * math.sqrt(rate * 1000 / SECONDS) / 1000
    got = y["bootstrap"]["parameters"]["C_m"]["standard_error"]
    # Twenty blocks tell a variance to a third, its root to a sixth.
    print(f"# {got:.3f} ({want:.3f})")
    check(0.6 < got / want < 1.5, got, want)


run_cases()
