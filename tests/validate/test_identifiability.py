"""What a fit says about its parameters, where the answer is known.

A leaky integrate-and-fire neuron's spikes do not tell where its voltage begins: E_L, V_th and V_reset may rise
together by any amount, exactly. So none of the three is determined when all are free, that direction is the one
that is left most open, each of them alone is determined closely, and tau_m does not depend on it."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../cli"))
from tap import *

make_recording(duration=4000)
BOUNDS = {"E_L": (-80, -60), "V_th": (-65, -45), "V_reset": (-80, -60)}
write("study.yaml", """model: iaf_psc_exp
data: {recording: cell.csv, train: {window: [0 ms, 4000 ms]}}
fit:
  tau_m: [2 ms, 50 ms]
""" + "".join(f"  {name}: [{low} mV, {high} mV]\n" for name, (low, high) in BOUNDS.items()) +
      "loss: {van_rossum: 1}\nsearch: {evaluations: 20000}\n")
run = spikefit("fit", "study.yaml", "--out", "run")


def found():
    return json.loads(read("run/result.json"))["identifiability"]


@case
def the_origin_of_the_voltage_is_left_open():
    check(run.code == 0, run)
    for name, (low, high) in BOUNDS.items():
        p = found()["parameters"][name]
        # The other two stop at their bounds: at least half of the range stays.
        check(p["max"] - p["min"] > 0.5 * (high - low), name, p["min"], p["max"])
        check(p["alone_max"] - p["alone_min"] < 0.1 * (high - low), name, p["alone_min"], p["alone_max"])
        others = [other for other in BOUNDS if other != name]
        check(all(f"{other} rises" in p["sentence"] for other in others), p["sentence"])


@case
def the_time_constant_is_determined():
    p = found()["parameters"]["tau_m"]
    # The recording was made with 10 ms, the model's default.
    check(p["verdict"] == "determined" and 9 < p["min"] < 10 < p["max"] < 11, p["verdict"], p["min"], p["max"])


@case
def the_widest_direction_is_the_shift():
    d = found()["directions"][0]
    check(d["width"] > 10, d)
    for name in BOUNDS:
        check(f"{name} up" in d["sentence"], d["sentence"])
    check(found()["directions"][1]["width"] < d["width"] / 3, found()["directions"])


@case
def profiles_have_their_minimum_at_the_fit():
    result = json.loads(read("run/result.json"))
    for name, p in found()["parameters"].items():
        at = min(range(len(p["value"])), key=lambda i: abs(p["value"][i] - result["parameters"][name]["value"]))
        check(p["loss_alone"][at] <= min(p["loss_alone"]) + 1e-3, name)
        check(all(a <= b for a, b in zip(p["loss"], p["loss_alone"])), name, "refitting made it worse")
        check(p["value"] == sorted(p["value"]), name)


@case
def any_number_of_threads_gives_the_same_bits():
    before = read("run/result.json")
    r = spikefit("fit", "study.yaml", "--out", "run1", "--threads", 1)
    check(r.code == 0, r)
    check(read("run1/result.json") == before, "the files differ")


@case
def the_command_prints_it():
    r = spikefit("explain", "run")
    check(r.code == 0 and found()["directions"][0]["sentence"].split()[0] in r.out, r)
    for name in BOUNDS:
        check(f"  {name} is " in r.out, r)


run_cases()
