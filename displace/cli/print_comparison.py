"""What the command line prints of a comparison or a run: the plan before it, the answer after it."""

from itertools import batched

from rich.console import Console
from rich.table import Table
from rich.text import Text

from displace.wording import words
from displace.wording.displacement import moved
from displace.wording.effects_table import AGGREGATE_WORDS, lines
from displace.wording.parameter_sources import standing
from experiments.batch.workers import usable_cores
from experiments.comparison.strength import CLEAR_FROM, LIKELY_FROM
from model.registry.calendar import monday
from model.registry.outcomes import OUTCOMES

from . import terminal

WORD_STYLES = {words.BETTER: "blue", words.WORSE: "red"}
LABEL_WIDTH, CELL_WIDTH = 30, 22
STRENGTH_NOTE = (
    "Clearly or likely better or worse: draws (pairs, if there is one draw) agree, with a 95 % Jeffreys interval of "
    f"their share from {CLEAR_FROM:g} or {LIKELY_FROM:g} up; a tie counts half."
)


def show_plan(design, workers: int | None):
    """Print how many runs a design takes, how long and how much disk."""
    count = workers or usable_cores()
    blocks = len(design.blocks)
    seconds = design.seconds_a_block() * blocks / min(count, blocks)
    rows = [
        ["arms", ", ".join(design.arms)],
        [
            "runs",
            (
                f"{design.runs:,} ({words.count(len(design.arms), 'arm')} x {blocks:,}: "
                f"{words.seeds_of_draws(design.plan())})"
            ),
        ],
        ["time", f"{words.duration(seconds)} with {words.count(count, 'worker')}"],
        ["disk", words.room(design.bytes_on_disk())],
    ]
    if design.draws_from or not any(design.draws):
        rows.append(["parameters", standing(design.plan()).head])
    terminal.show_table(("plan", ""), rows)


# --- what came out ----------------------------------------------------------------------------------


def show_headline(study):
    """Print the paired differences of the headline outcomes by policy, displacement, and the rights floor."""
    terminal.console.print()
    terminal.console.print(Text(study.plan["title"], style="bold"))
    if study.unfinished:
        terminal.console.print(Text(study.unfinished, style="bold"))
    if study.lost:
        terminal.console.print(Text(study.lost, style="bold"))
    print(
        f"Relative change against the baseline worldwide, {study.window}: {words.count(study.pairs, 'pair')} of "
        f"runs, {study.plan['people_per_agent']} people per agent. "
        f"The median {study.voter} with the range of nine of ten, then the difference at the median {study.voter}."
    )
    print(f"{study.standing.head} {STRENGTH_NOTE}")
    if study.levels:
        print("The baseline in 2023, median (5 to 95 % of runs), beside what is reported:")
        print("\n".join(f"  {line}" for line in study.levels))
    names = list(study.titles)
    width = terminal.console.width if terminal.console.is_terminal else LABEL_WIDTH + CELL_WIDTH * len(names)
    at_once = max(1, (width - LABEL_WIDTH) // CELL_WIDTH)
    answer = lines(study.paired, names, study.plan["outcomes"])
    for shown in batched(names, at_once):
        table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column("outcome", width=LABEL_WIDTH - 1)
        for name in shown:
            table.add_column(Text(study.titles[name]), width=CELL_WIDTH - 1, vertical="top")
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
    terminal.console.print(
        Text(
            ("When does it show? (first month in which an effect is distinguishable from chance)"),
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
                or "no month shows an effect distinguishable from chance (see the table for the whole window)"
            )
        )
    print()


def _show_displacement(study):
    terminal.console.print(Text("Did operations end, or move?", style="bold"))
    found = moved(study)
    for row in found:
        print(f"  {row.title}. {row.sentence}")
    if not study.results.recorded_by_place:
        print("  This comparison records no places, so it cannot say.")
    elif not found:
        print("  No policy here enforces harder than the baseline anywhere: there is nothing to displace.")
    print()


def _show_floor(study):
    terminal.console.print(Text("Rights floor", style="bold"))
    for name, title in study.titles.items():
        print(f"  {title}: {study.floor(name) or study.no_floor(name)}")
    print()


def _cell(cell) -> Text:
    if cell is None:
        return Text("–")
    if cell.verdict == words.UNCHANGED:
        return Text(cell.says)
    text = Text(cell.relative, style="bold").append(f" {cell.range}\n", style="not bold dim")
    if persons := words.at_median(cell.row, cell.outcome.unit, words.SHORT_STEPS):
        text.append(f"{persons}\n", style="not bold dim")
    return text.append(cell.says, style=f"not bold {WORD_STYLES.get(cell.verdict, '')}")


def show_run(results, scenario):
    """Print one run's headline outcomes over its window, and where its tables are."""
    first, stop = results.window
    values = {
        (row["outcome"], row["aggregate"]): row["value"] for row in results.summary.to_pylist() if not row["place"]
    }
    rows = []
    for name in results.manifest["plan"]["outcomes"]:
        outcome = OUTCOMES[name]
        value = values.get((name, outcome.aggregate))
        rows.append(
            [
                outcome.label,
                words.number(value, outcome.unit),
                words.unit_of(outcome.unit),
                AGGREGATE_WORDS[outcome.aggregate],
            ]
        )
    terminal.console.print()
    terminal.console.print(
        Text(f"{scenario.title}: one run, {monday(first):%B %Y} to {monday(stop - 1):%B %Y}", style="bold")
    )
    terminal.show_table(("outcome", "worldwide", "unit", "over the window"), rows)
    print(
        f"{standing(results.manifest['plan']).head} One run alone shows no effect of a policy: compare "
        "pairs with `displace compare`."
    )
    terminal.show_where(Results=results.folder)
