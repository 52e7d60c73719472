"""Which pictures a report has, from a study's tables to the arrays that `charts.py` and `maps.py` draw."""

from pathlib import Path

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

from displace.wording import words
from displace.wording.effects_table import Line
from displace.wording.study import KNOWN_UNTIL, Study
from displace.wording.words import CONDITIONAL
from model.registry.outcomes import OUTCOMES

from . import charts, drawing, maps, series
from .drawing import Picture

THROUGH_TIME = ("people_held", "newly_held", "in_detention", "free_and_safe")
LEAST_WEEKS = 2 * series.FOUR_WEEKS  # two points make a line
FLOWS_OF_A_WORLD, FLOWS_OF_A_POLICY = 14, 6
RELATIVE_COLUMNS = ("relative", "relative_low", "relative_high")
IN_SHORT = ("people_held", "in_detention", "coerced_returns", "identified_share")  # of the one picture that says most


# --- outcomes by policy -----------------------------------------------------------------------------


def outcomes(study: Study, answer: list[Line], stamp: str) -> Picture:
    """Return the picture of every headline outcome by policy."""
    title = "What each policy changes"
    alt = "Relative changes against the baseline with ranges; the same numbers are in the table of the answer."
    svg = charts.dots(list(study.titles.values()), [_panel(line) for line in answer], title=title, alt=alt, stamp=stamp)
    caption = (
        f"Each mark is the relative change at the median {study.voter}, {study.window}; each bar holds nine of ten. "
        f"Without a bar: a ratio of sums, where a {study.voter} has too few people for a ratio each. The vertical line "
        f"is no change. {CONDITIONAL}"
    )
    return Picture(title, Markup(svg), caption)


def _panel(line: Line) -> charts.Dots:
    unit = line.outcome.unit
    rows = [
        (*(None if cell.row[k] is None else 100 * cell.row[k] for k in RELATIVE_COLUMNS), cell.verdict)
        for cell in line.cells
    ]
    of = words.unit_of(unit, change=True) if unit == "share" else "%"
    return charts.Dots(words.start(line.outcome.label), f"{of}; {line.wish}", rows)


# --- maps -------------------------------------------------------------------------------------------


def relocation(study: Study, stamp: str) -> list[Picture]:
    """Return the map of the baseline and the maps of what each policy changes."""
    held = study.held_by_place
    if not held:
        return []
    spots = [study.spots[id] for id in held]
    levels = {id: next(iter(by_arm.values()))["baseline"] for id, by_arm in held.items()}
    top = "; ".join(f"{spot.name}: {words.number(levels[spot.id])}" for spot in spots[:5])
    under = (
        f"under the baseline: {study.plan['arms'][study.baseline]['title']}"
        if study.of_baseline
        else "if nothing changes"
    )
    title = f"Where people are held and operations move, {under}"
    alt = f"Map of the baseline, average over {study.window}. Most people are held in: {top}."
    still = maps.people_map(spots, levels, study.flows(FLOWS_OF_A_WORLD), title=title, alt=alt, stamp=stamp)
    caption = (
        f"The baseline, average over {study.window}. Places are those that the briefing paper names; a "
        "pale disc stands for the rest of a country or continent. "
        f"Arrows: the {FLOWS_OF_A_WORLD} largest flows of people carried along when operations move. {CONDITIONAL}"
    )
    drawn = Picture(title, Markup(still), caption)
    title = "Where people are held: what each policy changes"
    alt = (
        "One small map per policy of the change in people held by place; the numbers are in the table of "
        "people held by place."
    )
    changes = [_change(study, arm) for arm in study.titles]
    svg = maps.change_maps(spots, changes, title=title, alt=alt, stamp=stamp)
    caption = (
        f"Change in people held against the baseline, average over {study.window}: discs are places with "
        "fewer, diamonds with more, hollow where the change is not "
        f"distinguishable. Named: where a rise is shown and largest. Arrows: up to {FLOWS_OF_A_POLICY} flows of "
        "people carried along by moving operations to which the policy adds "
        "most, where a rise is shown. All maps have one scale; the numbers are "
        f"in the table of people held by place. {CONDITIONAL}"
    )
    return [Picture(title, Markup(svg), caption), drawn]


def _change(study: Study, arm: str) -> maps.Change:
    rows = {id: by_arm[arm] for id, by_arm in study.held_by_place.items() if arm in by_arm}
    held = {id: (row["difference"], words.shown(row)) for id, row in rows.items()}
    return maps.Change(study.titles[arm], held, study.added_flows(arm, FLOWS_OF_A_POLICY))


# --- through the years ------------------------------------------------------------------------------


def years(study: Study, stamp: str) -> list[Picture]:
    """Return the first outcome's level through the years, then each outcome's difference from the baseline.

    Nothing where `no_years` gives a reason."""
    if no_years(study):
        return []
    names = _through_time(study)
    drawn = [_levels(study, name, stamp) for name in names[:1]]
    return drawn + [_differences(study, name, stamp, folded=name != names[0]) for name in names]


def no_years(study: Study) -> str:
    """Say why no picture through the years can be drawn; empty if one can."""
    if study.plan["stop"] < LEAST_WEEKS:
        return (
            f"Only {words.count(study.plan['stop'], 'week')} were simulated: a picture through time takes at "
            f"least {LEAST_WEEKS}."
        )
    if not study.results.by_week:
        return "This comparison records no weeks: there is no picture through time."
    if not _through_time(study):
        return (
            "None of the outcomes that are drawn through the years is one of this comparison: "
            f"{words.listed([OUTCOMES[name].label for name in THROUGH_TIME])}."
        )
    return ""


def _through_time(study: Study) -> list[str]:
    return [name for name in THROUGH_TIME if name in study.plan["outcomes"]]


def _dates(study: Study, arm: str) -> list[float]:
    return [float(year) for year in series.decimal_year(np.array(study.dates(arm), "datetime64[D]"))]


def _levels(study: Study, name: str, stamp: str) -> Picture:
    outcome = OUTCOMES[name]
    time, by_arm = series.through_time(study.results.series, name)
    level = {
        arm: charts.Band(study.plan["arms"][arm]["title"], v["mean"], v["run_low"], v["run_high"], _dates(study, arm))
        for arm, v in by_arm.items()
    }
    title = f"{words.start(outcome.label)} through the years"
    alt = "At the end, " + _ends(level[arm] for arm in study.results.arms) + "."
    arms = [level[arm] for arm in study.titles]
    svg = charts.bands(
        time,
        level[study.baseline],
        arms,
        _weekly(outcome),
        KNOWN_UNTIL,
        "policy",
        title=title,
        alt=alt,
        stamp=stamp,
        key=f"level-{name}",
    )
    caption = (
        f"Lines are means of the runs, bands hold nine runs in ten (four-week averages). {CONDITIONAL} "
        "Overlapping bands say little: the runs come in pairs, and what counts is the difference of the pairs, below."
    )
    return Picture(title, Markup(svg), caption)


def _differences(study: Study, name: str, stamp: str, folded: bool) -> Picture:
    outcome = OUTCOMES[name]
    time, by_arm = series.through_time(study.results.series, name)
    first = min((_dates(study, arm)[0] for arm in study.titles if study.dates(arm)), default=time[0])
    shown = time >= first - 0.5
    arms = [
        charts.Band(
            study.titles[arm],
            *(by_arm[arm][column][shown] for column in ("difference", "low", "high")),
            _dates(study, arm),
        )
        for arm in study.titles
    ]
    title = f"{words.start(outcome.label)}: difference from the baseline"
    alt = "At the end, " + _ends(arms, signed=True) + "."
    svg = charts.bands(
        time[shown],
        None,
        arms,
        _weekly(outcome),
        KNOWN_UNTIL,
        "difference",
        title=title,
        alt=alt,
        stamp=stamp,
        key=f"change-{name}",
    )
    better = {"down": "Below zero is better.", "up": "Above zero is better.", None: "There is no better direction."}[
        outcome.better
    ]
    caption = (
        f"Mean difference of the pairs with the {study.level} interval of this average, week by week (four-week "
        f"averages). {better} {CONDITIONAL}"
    )
    return Picture(title, Markup(svg), caption, folded)


def _weekly(outcome) -> str:
    unit = words.unit_of(outcome.unit)
    return unit if outcome.aggregate == "mean" else f"{unit} a week"


def _ends(bands, signed=False) -> str:
    return "; ".join(f"{band.title}: {words.number(float(band.middle[-1]), signed=signed)}" for band in bands)


# --- one picture for a slide or a page ----------------------------------------------------------------


def save_headline(study: Study, answer: list[Line], path: Path, stamp: str, warning: str) -> str:
    """Write the one picture that says most: people held under the first enforcing policy, and four outcomes.

    Return the letters for which there is no font here.
    """
    chosen = [line for line in answer if line.outcome.name in IN_SHORT] or answer[:4]
    enforced = next((row["arm"] for row in study.results.displacement.to_pylist()), next(iter(study.titles)))
    return drawing.save(_headline, path, study, chosen, enforced, stamp, warning)


def _headline(study: Study, chosen: list[Line], arm: str, stamp: str, warning: str) -> Figure:
    figure = Figure(figsize=(11.5, 6.2), facecolor="white")
    title = drawing.wrapped(study.plan["title"], 95)
    figure.text(0.012, 0.99 if "\n" in title else 0.965, title, fontsize=13, fontweight="bold", va="top")
    figure.text(
        0.012,
        0.91,
        (
            f"Change against the baseline, {study.window}: {words.count(study.pairs, 'pair')} of runs, "
            f"the median {study.voter} and nine of ten. {CONDITIONAL}"
        ),
        fontsize=8.5,
        va="top",
    )
    change = _change(study, arm)
    spots = [study.spots[id] for id in change.held]
    axes = figure.add_axes((0.012, 0.13, 0.385, 0.69))
    axes.set_title(drawing.wrapped(f"{change.title}: change in people held", 52), fontsize=9)
    maps.change_map(axes, spots, change, *maps.scale_of([change]), 700.0, names=4)
    maps.change_key(figure.add_axes((0.008, 0.085, 0.98, 0.04)), maps.scale_of([change])[0], bool(change.flows))
    grid = figure.add_gridspec(2, 2, left=0.585, right=0.99, top=0.82, bottom=0.215, wspace=0.1, hspace=0.5).subplots(
        sharey=True
    )
    for panel in grid.flat[len(chosen) :]:
        panel.axis("off")
    for panel, line in zip(grid.flat, chosen):
        charts.dots_of(panel, list(study.titles.values()), _panel(line))
    charts.dots_key(figure.add_axes((0.008, 0.05, 0.8, 0.04)))
    figure.text(0.012, 0.02, warning, fontsize=8.5, fontweight="bold", va="bottom")
    drawing.sign(figure, stamp)
    return figure
