"""What the program says where the input is wrong, whole: messages.txt is the transcript.

    ## what is wrong
    < FILE                the lines that follow, up to an empty one, are this file
    ~ FILE: OLD => NEW    FILE is base.yaml, base.yml (a network) or base.nestml with this change
    $ spikefit ...        is run; the lines that follow are what it prints (output, then errors)
    [3]                   and its exit code

`test_messages.py --update` writes the transcript anew, to be read before it is committed."""
import re
import shlex
import sys

from tap import *

TRANSCRIPT = os.path.join(SOURCE, "tests/cli/messages.txt")

make_recording()
write("quiet.csv", "t_ms,I_pA,V_mV\n" + "".join(f"{i},{i % 7},-70\n" for i in range(3000)))
write("base.yaml", """model: aeif_psc_exp
data:
  recording: cell.csv
  train: {window: [0 ms, 1800 ms]}
  test: {window: [1800 ms, 3000 ms]}
  detect: {rule: threshold, threshold: 0 mV, dead_time: 1 ms}
fit:
  C_m: {min: 20 pF, max: 1000 pF, scale: log}
  V_th: [-65 mV, -30 mV]
  tau_w: auto
fixed: {t_ref: 2 ms}
loss:
  coincidence_factor: {weight: 1, window: 4 ms}
  van_rossum: {weight: 0.2, tau: 10 ms}
simulation: {dt: 0.1 ms, integrator: heun, precision: float64}
search: {method: cmaes, evaluations: 20}
seed: 1
""")
write("base.yml", """populations:
  E: {model: iaf_psc_alpha, size: 20}
  I: {model: iaf_psc_delta, size: 5}
  stim: {size: 10, rate: 5 Hz}
projections:
  EE: {from: E, to: E, rule: pairwise_bernoulli, p: 0.2, weight: 20 pA}
  EI: {from: E, to: I, rule: fixed_indegree, indegree: 10, weight: 0.5}
  II: {from: I, to: I, rule: explicit, file: edges.csv}
inputs:
  drive: {to: E, constant: 300 pA}
simulation: {duration: 20 ms}
""")
write("edges.csv", "source,target,weight_mV,delay_ms\n0,1,-0.5,1\n1,2,-0.5,2\n")
write("base.nestml", spikefit("model", "show", "--text", "iaf_psc_exp").out)
os.makedirs(path("folder"))
check(spikefit("fit", "base.yaml", "--out", "run").code == 0)
shell = {**ENVIRONMENT, "PATH": "/nonexistent"}


def change(line):
    name, edit = line[2:].split(": ", 1)
    old, new = edit.split(" => ")
    base = read("base" + os.path.splitext(name)[1], "r")
    check(old in base, f"{old} is not in the base of {name}")
    write(name, base.replace(old, new.replace("\\t", "\t"), 1))


def run_line(line):
    words = shlex.split(line[2:])
    env = shell if words[0] == "PATH=" else None
    words = words[1:] if env else words
    check(words[0] == "spikefit", line)
    r = spikefit(*words[1:], env=env)
    return r.out + r.err, r.code


class Section:
    def __init__(self, title):
        self.title, self.steps = title, []

    def play(self):
        """The section as it would be written now."""
        lines = [f"## {self.title}"]
        for step in self.steps:
            lines.append(step[0])
            if step[0][0] == "<":
                write(step[0][2:], "".join(l + "\n" for l in step[1:]))
                lines += step[1:] + [""]
            elif step[0][0] == "~":
                change(step[0])
            else:
                text, code = run_line(step[0])
                lines += text.splitlines() + [f"[{code}]"]
        return "\n".join(lines) + "\n"


def read_transcript():
    with open(TRANSCRIPT, encoding="utf-8") as f:
        text = f.read()
    sections, step = [], None
    for line in text.splitlines():
        if line.startswith("## "):
            sections.append(Section(line[3:]))
            step = None
        elif step and step[0][0] == "<" and line:
            step.append(line)
        elif line[:2] in ("< ", "~ ", "$ "):
            step = [line]
            sections[-1].steps.append(step)
        elif step and step[0][0] == "$":
            step.append(line)
        elif not line:
            step = None
    return text, sections


text, sections = read_transcript()
if "--update" in sys.argv:
    with open(TRANSCRIPT, "w", encoding="utf-8") as f:
        f.write("\n".join(s.play() for s in sections))
    sys.exit()
wanted = re.split(r"^(?=## )", text, flags=re.M)[1:]


def compare(section, want):
    def one():
        same(section.play().rstrip("\n"), want.rstrip("\n"), "the transcript")
    one.__name__ = section.title
    return one


for section, want in zip(sections, wanted):
    cases.append(compare(section, want))


@case
def no_message_is_wider_than_the_screen_but_for_quoted_lines():
    wide = [l for l in text.splitlines() if len(l) > 120 and not l.startswith(("    ", "$", "~"))]
    check(not wide, *wide)


@case
def nothing_was_written_where_something_failed():
    left = [n for n in os.listdir(FOLDER) if n.endswith(".tmp") or n.startswith("never")]
    check(not left, left)


run_cases()
