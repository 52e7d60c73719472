"""How the command line prints: tables, sentences, progress. Colour only on a terminal, never alone; NO_COLOR holds."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table
from rich.text import Text

from displace.wording import words
from scenarios.plain_text import printable

SECONDS_BETWEEN_LINES = 5.0

console = Console(highlight=False)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = ""):
    """Print a table; off a terminal every row stays on one line."""
    table = Table(
        title=Text(printable(title)) if title else None,
        title_justify="left",
        box=None,
        header_style="bold",
        pad_edge=False,
        show_edge=False,
        show_header=any(columns),
    )
    for i, column in enumerate(columns):
        table.add_column(Text(printable(column)), overflow="fold", no_wrap=not console.is_terminal or i == 0)
    for row in rows:
        table.add_row(*(Text(printable(value)) for value in row))
    _wide().print(table)


def _wide() -> Console:
    """The console; off a terminal one that breaks no line."""
    return console if console.is_terminal else Console(highlight=False, width=10_000)


def say(text: str):
    """Print a line of progress to standard error, above a bar that may be drawn there."""
    print(text, file=sys.stderr, flush=True)


def show_notes(notes: Iterable[str]):
    """Print to the error stream what may not be as it was meant, a line each."""
    for note in notes:
        print(printable(f"Note: {note}."), file=sys.stderr)


def show_sentences(sentences: Sequence[str]):
    """Print sentences, a paragraph each."""
    print(printable("\n\n".join(sentences)))


def show_where(**paths):
    """Print where results and report are."""
    for what, path in paths.items():
        print(printable(f"{what + ':':8} {path}"))


# --- while it runs ----------------------------------------------------------------------------------


@contextmanager
def progress(total: int, quiet: bool) -> Iterator[Callable | None]:
    """Yield a sink for `experiments.batch.runner.Progress`: a bar on a terminal, plain lines off it, None if quiet."""
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


RATE_KNOWN_FROM = 5  # runs of a batch; before, its rate says little about the time that remains


def _rest(p) -> str:
    """Return rate, remaining time and failures in words; before the first run, what is being waited for."""
    if not p.fresh and p.done < p.total:
        return (
            "starting" if _compiled() else "compiling the model first: once for each version of it, about half a minute"
        )
    parts = [f"{p.rate:.1f} a second" if p.rate >= 1 else f"{60 * p.rate:.0f} a minute"] if p.fresh else []
    if p.done == p.total:
        parts.append("making the tables")
    elif p.fresh >= RATE_KNOWN_FROM:
        parts.append(f"{_duration(p.seconds_left)} left")
    if p.failed:
        parts.append(f"{p.failed} failed")
    if p.trouble:
        parts.append(f"some are tried again: {p.trouble}")
    return ", ".join(parts)


def _compiled() -> bool:
    from model.engine.kernel import cache_folder

    return cache_folder().exists()


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
