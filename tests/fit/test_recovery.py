"""An AdEx neuron with nine unknown parameters, recovered from ten seconds of noise current by the default search:
under a current that it never saw, the fitted neuron spikes where the true one does. The truth is made here."""
import os
import subprocess
import tempfile

program = os.environ["SPK_BIN"] + "/spikefit"
truth = "C_m=200 pF, g_L=10 nS, E_L=-68 mV, V_th=-48 mV, Delta_T=2 mV, V_reset=-58 mV, a=2 nS, b=60 pA, tau_w=120 ms"
noise = ["--stimulus", "noise: mean 350 pA, sd 250 pA, tau 8 ms", "--duration", "10000"]


def run(*args):
    done = subprocess.run([program, *args], capture_output=True, text=True)
    if done.returncode:
        print("#", " ".join(args), done.stderr.replace("\n", "\n# "))
    return done.stdout


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    run("simulate", "aeif_psc_exp", "--set", truth, *noise, "--seed", "1", "--out", "train.csv")
    with open("study.yaml", "w") as f:
        # Nothing is held out: the test is new noise.
        f.write("model: aeif_psc_exp\ndata:\n  recording: train.csv\n  train: {window: [0 ms, 10000 ms]}\n")
    run("fit", "study.yaml", "--out", "fitted")
    values = []
    for seed in range(2, 8):
        for name, source in (("truth", ["aeif_psc_exp", "--set", truth]), ("model", ["fitted"])):
            with open(name + ".txt", "w") as f:
                f.write("# ms\n" + run("simulate", *source, *noise, "--seed", str(seed)))
        values.append(float(run("metric", "coincidence_factor", "truth.txt", "model.txt") or "nan"))
value = sum(values) / len(values)
print("# coincidence factors under new noise:", *values)
good = value >= 0.98
print("ok 1 - recovery" if good else "not ok 1 - recovery")
print("1..1")
raise SystemExit(not good)
