"""The same small life course in plain Mesa, in Starsim and as this model has it; the full model beside them.

`make peers` installs the two frameworks in an environment of their own, build/peers, and runs this. Each is timed in a
process of its own, weeks only: starting and setting up the people is left out, but of the full model it counts.
"""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from .chances import STATUSES

PEERS = Path("build/peers/bin/python")
ROSTER = 9_934_839  # people at risk whom the full model has at one person an agent
FEW, MANY = 2_000, 300_000
AIMS = (("toy_mesa", FEW, 200), ("toy_mesa", MANY, 200), ("toy_starsim", FEW, 100), ("toy_starsim", MANY, 5))


def run(python, module: str, *arguments: int) -> dict:
    """Run a module of this package in a process; return what it prints, with person-steps a CPU second as `speed`."""
    command = [str(python), "-m", f"benchmarks.{module}", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    found = json.loads(done.stdout.splitlines()[-1])
    found["second"] = median(found["seconds"])
    found["speed"] = sum(found["people"]) * found["steps"] / found["second"]
    return found


def measure() -> dict:
    """Return what was measured, by (module, people)."""
    found = {}
    for people, runs in ((FEW, 9), (MANY, 3)):
        found["toy_mesa", people] = run(PEERS, "toy_mesa", people, 520 if people == FEW else 26, min(runs, 3))
        found["toy_starsim", people] = run(PEERS, "toy_starsim", people, 520, min(runs, 5), 1)
        found["toy_starsim, off", people] = run(PEERS, "toy_starsim", people, 520, min(runs, 5), 0)
        found["toy_ours", people] = run(sys.executable, "toy_ours", people, 520, runs)
        found["one", people] = run(sys.executable, "one", round(ROSTER / people), runs)
    return found


def check(found):
    """Stop if the frameworks did not run the same life course: shares at the end differ by luck alone."""
    ours = found["toy_ours", MANY]["people"]
    theirs = found["toy_starsim", MANY]["people"]
    for name, a, b in zip(STATUSES, ours, theirs, strict=True):
        if abs(a - b) > 5.0 * (2.0 * max(a, b)) ** 0.5:
            sys.exit(f"not the same life course: {a:,} people {name} in ours, {b:,} in Starsim")


def main():
    if not PEERS.exists():
        sys.exit("the other frameworks are not installed; run: make peers")
    found = measure()
    check(found)
    names = (
        ("toy_mesa", "Mesa 3.5.1, an object a person"),
        ("toy_starsim", "Starsim 3.7.2, common random numbers"),
        ("toy_starsim, off", "Starsim 3.7.2, without them"),
        ("toy_ours", "ours: columns, keyed draws"),
        ("one", "the full model, all its phases"),
    )
    table = Table(title="People x weeks a CPU second, million")
    for head in ("", *(f"{people:,} people" for people in (FEW, MANY))):
        table.add_column(head, justify="right" if head else "left")
    for key, name in names:
        table.add_row(name, *(f"{found[key, people]['speed'] / 1e6:,.2f}" for people in (FEW, MANY)))
    console = Console(width=110)
    console.print(table)
    missed = False
    for key, people, aim in AIMS:
        ratio = found["toy_ours", people]["speed"] / found[key, people]["speed"]
        missed |= ratio < aim
        console.print(f"ours against {dict(names)[key]}, {people:,} people: {ratio:,.0f} times (to reach: {aim})")
    ratio = found["one", MANY]["speed"] / found["toy_starsim", MANY]["speed"]
    missed |= ratio < 1.0
    console.print(
        f"the full model against Starsim's small life course, {MANY:,} people: {ratio:.2f} times (to reach: 1)"
    )
    return missed


if __name__ == "__main__":
    sys.exit(main())
