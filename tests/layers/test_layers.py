"""Every include of src/ obeys src/LAYERS: a room uses only the rooms listed behind its colon."""
import pathlib
import re

root = pathlib.Path(__file__).resolve().parents[2]
layers = {}
for line in (root / "src/LAYERS").read_text().splitlines():
    if line and not line.startswith("#"):
        room, _, allowed = line.partition(":")
        layers[room.strip()] = set(allowed.split()) | {room.strip()}

# Which room a public header belongs to: its own name, or where it is implemented.
public = {"hint": "model", "stimulus": "recording", "figure": "report", "netfit": "fit", "twosample": "validate"}
number = failed = 0


def case(name, bad):
    global number, failed
    number += 1
    failed += bool(bad)
    for b in bad:
        print("#", b)
    print(f"{'not ok' if bad else 'ok'} {number} - {name}")


folders = {p.name for p in (root / "src").iterdir() if p.is_dir()}
case("every room is in src/LAYERS", sorted(f"src/{f} is not listed" for f in folders - set(layers)))

order, bad = [], []
for room, allowed in layers.items():
    bad += [f"{room} may use {a}, which stands below it" for a in allowed - set(order) - {room}]
    order.append(room)
case("the list has no circle", bad)

bad = []
for path in sorted((root / "src").glob("*/**/*.[ch]")):
    room = path.relative_to(root / "src").parts[0]
    for n, line in enumerate(path.read_text().splitlines(), 1):
        own = re.match(r'\s*#include "([a-z]+)/', line)
        shared = re.match(r"\s*#include <spikefit/([a-z_]+)\.h>", line)
        if room == "cli":
            if own and own.group(1) != "cli":
                bad.append(f"{path.relative_to(root)}:{n}: the program uses public headers alone: {line}")
            continue
        used = own.group(1) if own else public.get(shared.group(1), shared.group(1)) if shared else None
        if used and used in layers and used not in layers.get(room, set()):
            bad.append(f"{path.relative_to(root)}:{n}: {room} may not use {used}")
case("includes obey the list", bad)

bad = []
for path in sorted((root / "src").glob("*/**/*.[ch]")):
    lines = len(path.read_text().splitlines())
    if lines > 700:
        bad.append(f"{path.relative_to(root)} has {lines} lines")
case("no file is longer than 700 lines", bad)
print(f"1..{number}")
raise SystemExit(failed > 0)
