"""The guard against getting slower: the small run in units of a fixed loop, so that machine and noise cancel.

`history.csv` has one row a record. The best ratio so far is what later ones are held against.
"""

import csv
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from statistics import median

import numba
import numpy as np

HISTORY = Path(__file__).parent / "history.csv"
COLUMNS = ("date", "commit", "ratio", "seconds", "instructions")
SLOWER = 1.5  # times the best ratio: a failure
TABLE = 1 << 16  # numbers that the loop visits: half a megabyte, as much as a small run's people
STEPS = 20_000_000


@numba.njit(cache=False)
def loop(table, steps):
    """Hash, look up, branch: what a run does, in a fixed amount that no change of the model touches."""
    z, total = np.uint64(1), np.uint64(0)
    for _ in range(steps):
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9) + np.uint64(0x9E3779B97F4A7C15)
        k = np.int64(z >> np.uint64(48))
        if table[k] & np.uint64(3):
            total += table[k]
        else:
            table[k] += z
    return total


def loop_seconds() -> float:
    """Return the CPU seconds of the fixed loop."""
    table = np.arange(TABLE, dtype=np.uint64)
    began = time.process_time()
    loop(table, STEPS)
    return time.process_time() - began


def ratio_of(run, times: int = 9) -> tuple[float, float]:
    """Return the cost of `run()` in loops, and its CPU seconds: medians of runs and loops that take turns."""
    loop(np.arange(TABLE, dtype=np.uint64), 1)
    run()
    loops, runs = [], []
    for _ in range(times):
        loops.append(loop_seconds())
        began = time.process_time()
        run()
        runs.append(time.process_time() - began)
    return median(runs) / median(loops), median(runs)


def instructions_a_run(people_per_agent: int) -> int | None:
    """Return the instructions of one run more in a process, or None where they can't be counted."""
    if not shutil.which("perf"):
        return None
    counts = []
    for runs in (2, 3):
        command = [
            "perf",
            "stat",
            "-x,",
            "-e",
            "instructions:u",
            sys.executable,
            "-m",
            "benchmarks.one",
            str(people_per_agent),
            str(runs),
        ]
        said = subprocess.run(command, capture_output=True, text=True).stderr
        found = [line.split(",")[0] for line in said.splitlines() if "instructions" in line]
        if not found or not found[0].isdigit():
            return None
        counts.append(int(found[0]))
    return counts[1] - counts[0]


def best() -> float | None:
    """Return the lowest ratio on record."""
    if not HISTORY.exists():
        return None
    with HISTORY.open(newline="") as file:
        return min((float(row["ratio"]) for row in csv.DictReader(file)), default=None)


def add(ratio: float, seconds: float, instructions: int | None):
    """Add a record to the history."""
    new = not HISTORY.exists()
    with HISTORY.open("a", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        if new:
            rows.writerow(COLUMNS)
        rows.writerow((date.today(), _commit(), f"{ratio:.3f}", f"{seconds:.4f}", instructions or ""))


def _commit() -> str:
    def git(*arguments):
        return subprocess.run(
            ("git", *arguments), capture_output=True, text=True, cwd=HISTORY.parent.parent
        ).stdout.strip()

    return git("rev-parse", "--short", "HEAD") + (
        "+" if git("status", "--porcelain", "--", "model", "scenarios") else ""
    )
