"""What a page of docs/ tells a reader to type.

An indented block whose first line begins with "$ " is a session: commands, each followed by what it prints on standard
output; "..." on a line of its own stands for any lines. One that begins with "spikefit " is a list of commands.
An indented block after a line that ends in "`NAME`:" is the text of that file.
"""
import os
import re
import shlex

FILE = re.compile(r"`([\w./-]+\.\w+)`[^`]*:$")


class Block:
    def __init__(self, page, line, lines, file):
        self.page, self.line, self.lines, self.file = page, line, lines, file

    def __str__(self):
        return f"{self.page}:{self.line}"

    def is_session(self):
        return self.lines[0].startswith("$ ")

    def is_commands(self):
        return self.lines[0].startswith("spikefit ")

    def session(self):
        """(command, expected lines) of a session or of a list of commands (expected: None)."""
        steps = []
        for line in self.lines:
            if self.is_session() and not line.startswith("$ "):
                steps[-1][1].append(line)
            elif self.is_session():
                steps.append((line[2:], []))
            elif line.strip():
                steps.append((line, None))
        for _, expected in steps:
            while expected and not expected[-1]:
                expected.pop()
        return steps


def blocks(path):
    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    found, before, i = [], "", 0
    while i < len(lines):
        if not lines[i].startswith("    "):
            before = lines[i].rstrip() or before
            i += 1
            continue
        start = i
        while i < len(lines) and (lines[i].startswith("    ") or not lines[i].strip()):
            i += 1
        body = [l[4:].rstrip() for l in lines[start:i]]
        while not body[-1]:
            body.pop()
        name = FILE.search(before)
        found.append(Block(os.path.basename(path), start + 1, body, name and name.group(1)))
        before = ""
    return found


def mentioned(path):
    """Commands in running text, `spikefit COMMAND ... --option`, as (line, command, options)."""
    found = []
    with open(path, encoding="utf-8") as f:
        for n, line in enumerate(f, 1):
            for text in re.findall(r"`spikefit ([^`]+)`", line):
                words = shlex.split(text.replace("'", ""))
                if words[0].islower():
                    found.append((n, words[0], [w.split("=")[0] for w in words if w.startswith("--")]))
    return found


def agrees(printed, expected):
    """Whether the printed lines are the expected ones, "..." standing for any number of lines."""
    if not expected:
        return not printed
    if expected[0].strip() == "...":
        return any(agrees(printed[k:], expected[1:]) for k in range(len(printed) + 1))
    return bool(printed) and printed[0] == expected[0] and agrees(printed[1:], expected[1:])
