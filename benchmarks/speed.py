"""Measure the model's speed and memory on this machine beside the figures to reach. `python -m benchmarks.speed`.

CPU seconds of one process, medians, kernels compiled before. Exit code 1 when the small run costs half as much again as
the best on record (`guard`). `--record` adds this measurement to the record; `--quick` measures what the guard needs.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table

from experiments.batch.process_setup import set_up

from . import batches, guard
from .one import PERSON_PHASES, SMALL, timed

DISPLACE = (sys.executable, "-m", "displace")


@dataclass(frozen=True)
class Figure:
    """Something measured; `least` and `most` bound it where a figure is to be reached."""

    what: str
    value: float
    shown: str
    most: float | None = None
    least: float | None = None

    @property
    def aim(self) -> str:
        if self.most is None and self.least is None:
            return ""
        return f"at most {self.most:g}" if self.least is None else f"at least {self.least:,g}"

    @property
    def verdict(self) -> str:
        if not self.aim:
            return ""
        reached = self.value <= self.most if self.least is None else self.value >= self.least
        return "reached" if reached else "[bold]missed[/bold]"


def child(*command: str, **environment: str) -> tuple[float, float, str]:
    """Run a command. Return its wall-clock seconds, its CPU seconds and what it printed."""
    with tempfile.TemporaryFile("w+") as said:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, env=os.environ | environment)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - began
        said.seek(0)
        text = said.read()
    if status:
        sys.exit(f"{' '.join(command)} failed:\n{text}")
    return wall, used.ru_utime + used.ru_stime, text


def one(*arguments: int) -> dict:
    return json.loads(child(sys.executable, "-m", "benchmarks.one", *map(str, arguments))[2].splitlines()[-1])


def full_size():
    """Yield the figures of runs with every person an agent of their own."""
    tenth, full = one(10, 3), one(1, 3, 1)
    seconds = median(full["seconds"])
    yield Figure("full size: a run, CPU s", seconds, f"{seconds:.1f}", most=6)
    yield Figure("full size: peak memory, MB", full["peak_mb"], f"{full['peak_mb']:,.0f}", most=1024)
    yield Figure("full size: people held at peak", full["held_at_peak"], f"{full['held_at_peak']:,}", least=300_000)
    yield Figure("full size: people at risk", full["people"][0], f"{full['people'][0]:,}")
    yield Figure("full size: people who ever left home", full["rows"], f"{full['rows']:,}")
    active, of_persons = full["active_person_weeks"] / 1e6, sum(full["phases"][name] for name in PERSON_PHASES)
    yield Figure("full size: active person-weeks, million", active, f"{active:,.0f}")
    yield Figure(
        "full size: of these a CPU s of the person phases, million",
        active / of_persons,
        f"{active / of_persons:.1f}",
        least=60,
    )
    times = seconds / median(tenth["seconds"])
    yield Figure("ten times the people: times the CPU", times, f"{times:.1f}", most=11)


def in_batches():
    """Yield the figures of many runs."""
    ms = 1000 * batches.overhead()
    yield Figure("runner: added to a run, CPU ms", ms, f"{ms:.1f}", most=2)
    times = batches.speed_up()
    yield Figure("two workers against one, times by the wall clock", times, f"{times:.2f}", least=1.8)
    share = 100 * batches.shared_past()
    yield Figure("seven arms from 2025 (one the placebo), % of seven full runs", share, f"{share:.0f}", most=60)


def start_up():
    """Yield the figures of the first seconds."""
    help_ = median(child(*DISPLACE, "--help")[1] for _ in range(5))
    yield Figure("displace --help, CPU s", help_, f"{help_:.2f}", most=0.3)
    with tempfile.TemporaryDirectory() as folder:
        command = (
            *DISPLACE,
            "run",
            "baseline",
            "--people-per-agent",
            str(SMALL),
            "--overwrite",
            "--out",
            folder + "/run",
        )
        run = median(child(*command)[1] for _ in range(3))
        yield Figure("displace run of a small scenario, CPU s", run, f"{run:.2f}", most=2)
        compiled = child(sys.executable, "-m", "model", DISPLACE_CACHE=folder)[1]
        yield Figure("first compile, CPU s", compiled, f"{compiled:.0f}", most=30)


def show(console: Console, figures):
    table = Table(title="Speed and memory beside the figures to reach")
    for head, justify in (("", "left"), ("measured", "right"), ("to reach", "left"), ("", "left")):
        table.add_column(head, justify=justify)
    for figure in figures:
        table.add_row(figure.what, figure.shown, figure.aim, figure.verdict)
    console.print(table)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="only the small run and the guard")
    parser.add_argument("--record", action="store_true", help="add this measurement to benchmarks/history.csv")
    wanted = parser.parse_args()
    set_up()  # as the command line is
    console = Console(width=110)
    ratio, seconds = guard.ratio_of(lambda: timed(SMALL, 1))
    figures = [
        Figure("small run, CPU s", seconds, f"{seconds:.3f}", most=0.08),
        Figure("small run, fixed loops", ratio, f"{ratio:.2f}"),
    ]
    sections = () if wanted.quick else (full_size, in_batches, start_up)
    for section in sections:
        console.print(f"measuring {section.__name__.replace('_', ' ')} ...", style="dim")
        figures += section()
    show(console, figures)
    record = guard.best()
    if wanted.record:
        guard.add(ratio, seconds, guard.instructions_a_run(SMALL))
    if record is not None and ratio > guard.SLOWER * record:
        console.print(
            f"Slower: {ratio:.2f} fixed loops a small run, {ratio / record:.2f} times the record of {record:.2f}; "
            f"at most {guard.SLOWER} times"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
