"""What is said of a fit that failed: each kind of failure is made on purpose."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../cli"))
from tap import *

make_recording(duration=2000)


def fit(name, text):
    write(f"{name}.yaml", "model: iaf_psc_exp\ndata: {recording: cell.csv}\n" + text)
    r = spikefit("fit", f"{name}.yaml", "--out", name)
    check(r.code == 0, r)
    return r, json.loads(read(f"{name}/result.json"))["diagnosis"]


@case
def silent_candidates_are_told():
    # 350 pA into 10 ms and at least 1500 pF lift the voltage by 2.3 mV; the threshold is 15 mV away.
    r, d = fit("silent", "fit: {C_m: [1500 pF, 2000 pF]}\nsearch: {evaluations: 300}\n")
    check(d["poor"], d)
    check("100 % of the candidates never spiked: 100, 100 and 100 % in the thirds" in d["words"], d["words"])
    check("The best fit does not spike" in d["words"], d["words"])
    text = " ".join(r.out.split())
    check("why the fit is poor, and what to try: The fit is poor" in text, r.out)


@case
def a_term_that_never_moved_is_named():
    r, d = fit("still", "fit: {C_m: [1500 pF, 2000 pF]}\nloss: {van_rossum: 1, coincidence_factor: 0.5}\n"
               "search: {evaluations: 200}\n")
    check("The term van_rossum of the loss never moved" in d["words"], d["words"])
    check([t["name"] for t in d["terms"]] == ["van_rossum", "coincidence_factor"], d["terms"])
    check(all(t["low"] == t["high"] == t["best"] for t in d["terms"]), d["terms"])


@case
def bounds_are_told():
    # The recording's neuron has 250 pF.
    r, d = fit("bound", "fit: {C_m: [300 pF, 500 pF]}\nloss: {van_rossum: {tau: 100 ms}}\n"
               "search: {evaluations: 2000}\n")
    check("C_m ended at its lower bound, 300 pF" in d["words"], d["words"])


@case
def a_good_fit_is_left_alone():
    r, d = fit("good", "fit: {C_m: [100 pF, 500 pF], tau_m: [5 ms, 20 ms]}\nsearch: {evaluations: 2000}\n")
    check(not d["poor"] and "why the fit is poor" not in r.out, d)
    check("never moved" not in d["words"] and "bound" not in d["words"], d["words"])
    r = spikefit("explain", "good")
    check(r.code == 0 and "term of the loss" in r.out and "coincidence_factor" in r.out, r)


run_cases()
