"""Every built-in model on the recordings in ../shared/data: training and test coincidence factor, beside the
repeats' own. Prints docs/real-cells.md's tables. Usage: real_cells.py PROGRAM [EVALUATIONS] [SEED ...]"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

program = os.path.abspath(sys.argv[1])
evaluations = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
seeds = [int(s) for s in sys.argv[3:]] or [1]
data = pathlib.Path(__file__).resolve().parents[1] / ".." / "shared" / "data"
data = data.resolve()
models = [line.split()[0] for line in
          subprocess.run([program, "models"], capture_output=True, text=True, check=True).stdout.splitlines()
          if line[:1].strip()]

# name, files, window of coincidence (ms), train, test (ms)
cells = [(f"set {n}", [f"cortical_ou_current/set{n}_rep{i}.csv" for i in range(4)], 2, (0, 3400), (3400, 6693.8))
         for n in ("04", "05", "08", "12")]
cells.append(("frozen noise", [f"cortical_frozen_noise/rep{i}.csv" for i in range(5)], 4, (0, 6000), (6000, 10000)))
for path in sorted((data / "allen_long_square").glob("*.csv")):
    cells.append((path.name[4:13], [f"allen_long_square/{path.name}"], 4, (0, 805), (805, 1450)))


def study(model, files, window, train, test, seed):
    return f"""model: {model}
data:
  recording: [{", ".join(f'"{data / f}"' for f in files)}]
  train: {{window: [{train[0]} ms, {train[1]} ms]}}
  test: {{window: [{test[0]} ms, {test[1]} ms]}}
loss:
  coincidence_factor: {{weight: 1, window: {window} ms}}
  van_rossum: {{weight: 0.2, tau: 10 ms}}
  rate_error: {{weight: 0.1}}
search: {{method: lshade, evaluations: {evaluations}, islands: {max(1, evaluations // 20000)}, round: 20000}}
seed: {seed}
"""


def fit(folder, *args):
    path = folder / "study.yaml"
    run = folder / "run"
    subprocess.run(["rm", "-rf", str(run)], check=True)
    path.write_text(study(*args))
    done = subprocess.run([program, "fit", str(path), "--out", str(run)], capture_output=True, text=True)
    if done.returncode:
        return None, done.stderr
    result = json.loads((run / "result.json").read_text())
    scores = {(s["part"], s["measure"]): s for s in result["scores"]}
    return {part: scores.get((part, "coincidence_factor"), {}) for part in ("train", "test")}, None


def number(x):
    return "-" if x is None else f"{x:.2f}"


rows, reliability = [], {}
with tempfile.TemporaryDirectory() as name:
    for model in models:
        row = [model]
        for cell, files, window, train, test in cells:
            values = {"train": [], "test": []}
            for seed in seeds:
                scores, error = fit(pathlib.Path(name), model, files, window, train, test, seed)
                for part in values:
                    if scores and scores[part].get("value") is not None:
                        values[part].append(scores[part]["value"])
                if scores:
                    reliability[cell] = scores["test"].get("reliability")
            row.append(" / ".join(number(statistics.mean(values[p]) if values[p] else None)
                                  for p in ("train", "test")))
        rows.append(row)
        print("done:", model, file=sys.stderr, flush=True)

print("| model | " + " | ".join(c[0] for c in cells) + " |")
print("|---" * (len(cells) + 1) + "|")
for row in rows:
    print("| " + " | ".join(row) + " |")
print("| *repeats among themselves, test* | " + " | ".join(number(reliability.get(c[0])) for c in cells) + " |")
