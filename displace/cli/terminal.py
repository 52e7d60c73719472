"""What the command line prints: tables, sentences, progress. Colour only on a terminal, and never alone; NO_COLOR is honoured."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import batched

from rich.console import Console
from rich.table import Table
from rich.text import Text

from displace.wording import words

STYLE = {words.BETTER: "blue", words.WORSE: "red"}
LABEL_WIDTH, CELL_WIDTH = 30, 19
SECONDS_BETWEEN_LINES = 5.0

console = Console(highlight=False)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = ""):
    """Print a table; off a terminal every row stays on one line."""
    table = Table(
        title=title or None,
        title_justify="left",
        box=None,
        header_style="bold",
        pad_edge=False,
        show_edge=False,
        show_header=any(columns),
    )
    for i, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=not console.is_terminal or i == 0)
    for row in rows:
        table.add_row(*(Text(value) for value in row))
    _wide().print(table)


def _wide() -> Console:
    """The console; off a terminal one that breaks no line."""
    return console if console.is_terminal else Console(highlight=False, width=10_000)


def say(text: str):
    """Print a line of progress to standard error, above a bar that may be drawn there."""
    print(text, file=sys.stderr, flush=True)


def show_sentences(sentences: Sequence[str]):
    """Print sentences, a paragraph each."""
    print("\n\n".join(sentences))


# --- before and while it runs -----------------------------------------------------------------------


def show_plan(design, workers: int | None):
    """Print how many runs a design takes, how long and how much disk."""
    from displace.wording.origin_of_parameters import standing
    from experiments.batch.workers import usable_cores

    count = workers or usable_cores()
    blocks = len(design.draws) * design.replicates
    seconds = design.seconds_a_block() * blocks / min(count, blocks)
    rows = [
        ["arms", ", ".join(design.arms)],
        [
            "runs",
            f"{design.runs:,} ({words.count(len(design.arms), 'arm')} x {words.count(design.replicates, 'replicate')} x {words.count(len(design.draws), 'draw')})",
        ],
        ["time", f"{words.duration(seconds)} with {words.count(count, 'worker')}"],
        ["disk", words.room(design.bytes_on_disk())],
    ]
    if design.draws_from or not any(design.draws):
        rows.append(["parameters", standing(design.plan()).head])
    show_table(("plan", ""), rows)


def show_cautions(design):
    """Print to the error stream what may not be meant in a design."""
    from experiments.design.cautions import cautions

    for text in cautions(design):
        print(f"Note: {text}.", file=sys.stderr)


def show_objection(folder, design):
    """Print to the error stream why a folder can't take the results of a design as it is."""
    from experiments.batch.store import objection

    text = objection(folder, design)
    if text:
        print(f"Note: {text}.", file=sys.stderr)


@contextmanager
def progress(total: int, quiet: bool) -> Iterator[Callable | None]:
    """Yield what takes `experiments.batch.runner.Progress`: a bar on a terminal, plain lines off it, nothing if quiet."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        yield from _bar(total)
    else:
        yield _lines()


def say_stage(name: str, runs: int):
    """Say which stage of an analysis begins."""
    print(f"{name}: {runs:,} runs", file=sys.stderr, flush=True)


def _bar(total: int):
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    columns = (
        SpinnerColumn("line"),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rest]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("runs", total=total, rest="")
        yield lambda p: bar.update(task, completed=p.done, rest=_rest(p))


def _lines() -> Callable:
    last = 0.0

    def tell(p):
        nonlocal last
        now = time.monotonic()
        if now - last >= SECONDS_BETWEEN_LINES or p.done == p.total:
            last = now
            print(f"{p.done} of {words.count(p.total, 'run')}; {_rest(p)}", file=sys.stderr, flush=True)

    return tell


TOLD_FROM = 5  # runs of a batch, before which its rate says nothing of the time that remains


def _rest(p) -> str:
    """Return rate, remaining time and failures in words; before the first run, what is being waited for."""
    if not p.fresh and p.done < p.total:
        return (
            "starting" if _compiled() else "compiling the model first: once for each version of it, about half a minute"
        )
    parts = [f"{p.rate:.1f} a second" if p.rate >= 1 else f"{60 * p.rate:.0f} a minute"] if p.fresh else []
    if p.done == p.total:
        parts.append("making the tables")
    elif p.fresh >= TOLD_FROM:
        parts.append(f"{_duration(p.seconds_left)} left")
    if p.failed:
        parts.append(f"{p.failed} failed")
    return ", ".join(parts)


def _compiled() -> bool:
    from model.engine.kernel import cache_folder

    return cache_folder().exists()


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


# --- what came out ----------------------------------------------------------------------------------


def show_headline(study):
    """Print the paired differences of the headline outcomes by policy, displacement, and the rights floor."""
    from displace.wording.headline import lines

    console.print()
    console.print(Text(study.plan["title"], style="bold"))
    if study.unfinished:
        console.print(Text(study.unfinished, style="bold"))
    if study.lost:
        console.print(Text(study.lost, style="bold"))
    print(
        f"Change against the baseline worldwide, {study.window}: {words.count(study.pairs, 'pair')} of runs, {study.level} intervals, {study.plan['people_per_agent']} people an agent."
    )
    print(
        f"{study.standing.head} 'better', 'worse': the interval excludes no change, with the share of pairs that agree (a tie counts half)."
    )
    names = list(study.titles)
    width = console.width if console.is_terminal else LABEL_WIDTH + CELL_WIDTH * len(names)
    at_once = max(1, (width - LABEL_WIDTH) // CELL_WIDTH)
    answer = lines(study.paired, names, study.plan["outcomes"])
    for shown in batched(names, at_once):
        table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column("outcome", width=LABEL_WIDTH - 1)
        for name in shown:
            table.add_column(study.titles[name], width=CELL_WIDTH - 1, vertical="top")
        for line in answer:
            cells = {cell.arm: cell for cell in line.cells}
            label = Text(f"{line.outcome.label}\n").append(f"{line.level}; {line.unit}", style="dim")
            table.add_row(label, *(_cell(cells.get(name)) for name in shown))
        print()
        Console(highlight=False, width=max(width, LABEL_WIDTH + CELL_WIDTH)).print(table)
    print()
    _show_timing(study, answer)
    _show_displacement(study)
    _show_floor(study)
    for text in study.cautions:
        print(f"Note: {text}.")


def _show_timing(study, answer):
    console.print(
        Text(
            "When does it show? (first month since the window's start that, with the two after it, is told from chance)",
            style="bold",
        )
    )
    for name, title in study.titles.items():
        found = (
            (line.outcome.label, study.first_effect(cell)) for line in answer for cell in line.cells if cell.arm == name
        )
        print(
            f"  {title}: "
            + (
                "; ".join(f"{label}, {when}" for label, when in found if when)
                or "in no month is an effect told from chance (see the table for the whole time)"
            )
        )
    print()


def _show_displacement(study):
    from displace.wording.displacement import moved

    console.print(Text("Did operations end, or move?", style="bold"))
    found = moved(study)
    for row in found:
        print(f"  {row.title}. {row.sentence}")
    if not study.results.by_place:
        print("  This comparison records no places, so it cannot tell.")
    elif not found:
        print("  No policy here enforces in some place harder than the baseline: there is nothing to displace.")
    print()


def _show_floor(study):
    console.print(Text("Rights floor", style="bold"))
    for name, title in study.titles.items():
        print(f"  {title}: {study.floor(name) or study.no_floor(name)}")
    print()


def _cell(cell) -> Text:
    if cell is None:
        return Text("–")
    if cell.verdict == words.UNCHANGED:
        return Text(cell.says)
    middle, interval = words.change(cell.difference, cell.low, cell.high, cell.outcome.unit, words.SHORT)
    text = Text(middle, style="bold")
    if cell.relative:
        text.append(f" ({cell.relative})", style="not bold")
    text.append(f"\n{interval}\n", style="not bold dim")
    return text.append(cell.says, style=f"not bold {STYLE.get(cell.verdict, '')}")


def show_run(results, scenario):
    """Print one run's headline outcomes over its window, and where its tables are."""
    from displace.wording.headline import AGGREGATES
    from displace.wording.origin_of_parameters import standing
    from model.registry.calendar import monday
    from model.registry.outcomes import BY_NAME

    first, stop = results.window
    values = {
        (row["outcome"], row["aggregate"]): row["value"] for row in results.summary.to_pylist() if not row["place"]
    }
    rows = []
    for name in results.manifest["plan"]["outcomes"]:
        outcome = BY_NAME[name]
        value = values.get((name, outcome.aggregate))
        rows.append(
            [
                outcome.label,
                words.number(value, outcome.unit),
                words.unit_of(outcome.unit),
                AGGREGATES[outcome.aggregate],
            ]
        )
    console.print()
    console.print(Text(f"{scenario.title}: one run, {monday(first):%B %Y} to {monday(stop - 1):%B %Y}", style="bold"))
    show_table(("outcome", "worldwide", "unit", "over the window"), rows)
    print(
        f"{standing(results.manifest['plan']).head} One run alone shows no effect of a policy: compare pairs with `displace compare`."
    )
    show_where(Results=results.folder)


def show_where(**paths):
    """Print where results and report are."""
    for what, path in paths.items():
        print(f"{what + ':':8} {path}")
