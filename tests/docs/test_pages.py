"""Every command of README.md and docs/ runs as it stands there, and prints what the page says it prints.

`test_pages.py --update PAGE...` writes what the commands of these pages print now into them.
"""
import glob
import re
import sys

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/cli")
sys.path.insert(0, __file__.rsplit("/", 1)[0])
from tap import *
from pages import agrees, blocks, mentioned

PAGES = [os.path.join(SOURCE, "README.md")] + sorted(glob.glob(os.path.join(SOURCE, "docs", "*.md")))
# A list of commands without printed output need not take as long as it would take a reader: unless one of these
# options is given, another is.
FEWER = [("fit|posterior", "evaluations|extend|resume", "--evaluations 200"), (r"validate run\w*", "runs", "--runs 5")]


def lay_out(page):
    """A folder with what pages speak of: a recording, its study, some cells, the examples."""
    folder = path("pages", page)
    os.makedirs(os.path.join(folder, "cells"))
    os.symlink(os.path.join(SOURCE, "examples"), os.path.join(folder, "examples"))
    os.symlink(os.path.dirname(DATA), os.path.join(folder, "shared"))
    make_recording()
    shutil.copy(path("cell.csv"), folder)
    spikefit("init", "iaf_psc_exp", "cell.csv", "--out", "study.yaml", cwd=folder)
    for i in range(3):
        shutil.copy(path("cell.csv"), os.path.join(folder, "cells", f"cell{i}.csv"))
    return folder


def type_in(command, folder):
    environment = {**ENVIRONMENT, "PATH": os.path.dirname(PROGRAM) + ":" + ENVIRONMENT["PATH"]}
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode())


def shortened(command):
    plain = command.split("#")[0].rstrip()
    for words, known, fewer in FEWER:
        if re.match(rf"spikefit ({words})( |$)", plain) and not re.search(rf"--({known})\b", plain):
            return f"{plain} {fewer}"
    return plain


def run_page(page, update=False):
    folder = None
    printed = {}
    for block in blocks(page):
        if not (block.is_session() or block.is_commands() or block.file):
            continue
        folder = folder or lay_out(os.path.basename(page))
        if not block.is_session() and block.file:
            with open(os.path.join(folder, block.file), "w", encoding="utf-8") as f:
                f.write("\n".join(block.lines) + "\n")
            continue
        for command, expected in block.session():
            r = type_in(command if block.is_session() else shortened(command), folder)
            check(r.code == 0, f"{block}: {command}", r)
            got = [l.rstrip() for l in r.out.rstrip("\n").split("\n")] if r.out.strip() else []
            printed[block.line, command] = got
            check(update or expected is None or agrees(got, expected), f"{block}: {command}", "printed",
                  *got, "the page says", *(expected or []))
    return printed


def rewrite(page):
    """Replaces the output of every session without "..." by what was printed."""
    printed = run_page(page, update=True)
    with open(page, encoding="utf-8") as f:
        lines = f.read().split("\n")
    for block in reversed(blocks(page)):
        if not block.is_session():
            continue
        new = []
        for command, expected in block.session():
            keep = any(l.strip() == "..." for l in expected)
            shown = expected if keep or expected is None else printed[block.line, command]
            new += ["    $ " + command] + [("    " + l).rstrip() for l in shown]
        lines[block.line - 1:block.line - 1 + len(block.lines)] = new
    with open(page, "w", encoding="utf-8") as f:
        f.write("\n".join(lines))


def page_case(page):
    def runs():
        run_page(page)
    runs.__name__ = "commands_of_" + os.path.basename(page) + "_run"
    return runs


def help_of(command):
    """The help of a command and of its first words (`model show`)."""
    r = spikefit(command, "--help")
    return r.out if r.code == 0 else None


@case
def commands_and_options_in_running_text_exist():
    helps, wrong = {}, []
    for page in PAGES:
        for line, command, options in mentioned(page):
            if command not in helps:
                helps[command] = help_of(command)
            for option in options:
                if helps[command] is not None and not re.search(re.escape(option) + r"\b", helps[command]):
                    wrong.append(f"{os.path.basename(page)}:{line}: spikefit {command} has no {option}")
            if helps[command] is None:
                wrong.append(f"{os.path.basename(page)}:{line}: there is no command {command}")
    check(not wrong, *wrong)


@case
def pages_that_the_readme_names_exist_and_all_are_named():
    with open(PAGES[0], encoding="utf-8") as f:
        named = set(re.findall(r"\]\((docs/[\w-]+\.md)\)", f.read()))
    there = {"docs/" + os.path.basename(p) for p in PAGES[1:]}
    check(named == there, "only named:", named - there, "not named:", there - named)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--update"]:
        for page in sys.argv[2:]:
            rewrite(page)
    else:
        for page in PAGES:
            if any(b.is_session() or b.is_commands() for b in blocks(page)):
                case(page_case(page))
        run_cases()
