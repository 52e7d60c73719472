"""Which pictures a report has, from a study's tables to the arrays that `figures.py` draws."""

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.outcomes import BY_NAME as OUTCOMES

from . import figures, series, words
from .headline import Line
from .study import KNOWN_UNTIL, Study

THROUGH_TIME = ("people_held", "newly_held", "detained_stock", "free_and_safe")
FLOWS_OF_A_WORLD, FLOWS_OF_A_POLICY = 14, 6


@dataclass(frozen=True)
class Picture:
    title: str
    svg: Markup
    caption: str
    folded: bool = False


def all_of(study: Study, answer: list[Line], stamp: str) -> list[Picture]:
    """Return the report's pictures in their order; `stamp` is the small print of each."""
    return [_outcomes(study, answer, stamp), *_maps(study, stamp), *_years(study, stamp)]


# --- outcomes by policy -----------------------------------------------------------------------------


def _outcomes(study: Study, answer: list[Line], stamp: str) -> Picture:
    panels = []
    for line in answer:
        unit = line.outcome.unit
        rows = [(*(None if v is None else words.scaled(v, unit) for v in (cell.difference, cell.low, cell.high)), cell.verdict) for cell in line.cells]
        panels.append(figures.Dots(words.start(line.outcome.label), f"{words.unit_of(unit, change=True)}; {line.wish}", rows))
    title = "What each policy changes"
    alt = "Paired differences against the baseline with intervals; the same numbers stand in the table of the answer."
    svg = figures.dots(list(study.titles.values()), panels, title=title, alt=alt, stamp=stamp)
    caption = f"Each mark is the mean difference of the pairs, {study.window}; each bar is its {study.level} interval. The upright line is no change."
    return Picture(title, Markup(svg), caption)


# --- maps -------------------------------------------------------------------------------------------


def _maps(study: Study, stamp: str) -> list[Picture]:
    held, flows = study.held_by_place, study.flows()
    spots = [study.spots[id] for id in held]
    levels = {id: next(iter(by_arm.values()))["baseline"] for id, by_arm in held.items()}
    top = "; ".join(f"{spot.name}: {words.number(levels[spot.id])}" for spot in spots[:5])
    title = "Where people are held and operations move, if nothing changes"
    alt = f"Map of the baseline, average over {study.window}. Most people are held in: {top}."
    still = figures.people_map(spots, levels, _largest(flows[study.baseline], held, FLOWS_OF_A_WORLD), title=title, alt=alt, stamp=stamp)
    caption = (
        f"The baseline, average over {study.window}. Places are those that the briefing paper names; a pale disc stands for the rest of a country or continent. "
        f"Arcs: the {FLOWS_OF_A_WORLD} largest flows of people carried along when operations move."
    )
    drawn = [Picture(title, Markup(still), caption)]

    changes = []
    for arm, name in study.titles.items():
        change = {id: by_arm[arm]["difference"] for id, by_arm in held.items() if arm in by_arm}
        added = {way: people - flows[study.baseline].get(way, 0.0) for way, people in flows[arm].items()}
        changes.append(figures.Change(name, change, _largest(added, held, FLOWS_OF_A_POLICY)))
    title = "Where people are held under each policy, against the baseline"
    alt = "One small map a policy of the change in people held by place; the numbers stand in the table of people held by place."
    maps = figures.change_maps(spots, changes, title=title, alt=alt, stamp=stamp)
    caption = (
        f"Change in people held, average over {study.window}: discs are places with fewer, diamonds with more. Arcs: the {FLOWS_OF_A_POLICY} flows of people carried "
        "along by moving operations to which the policy adds most. All maps have one scale; the numbers, with intervals, are in the table of people held by place."
    )
    return [*drawn, Picture(title, Markup(maps), caption)]


def _largest(flows: dict[tuple[str, str], float], shown, most: int) -> list[figures.Flow]:
    kept = [figures.Flow(source, target, people) for (source, target), people in flows.items() if source in shown and target in shown and people > 0]
    return sorted(kept, key=lambda flow: (-flow.people, flow.source, flow.target))[:most]


# --- through the years ------------------------------------------------------------------------------


def _years(study: Study, stamp: str) -> list[Picture]:
    """Return the first outcome's level through the years, then the difference from the baseline of each outcome."""
    names = [name for name in THROUGH_TIME if name in study.plan["outcomes"]]
    drawn = [_levels(study, name, stamp) for name in names[:1]]
    return drawn + [_differences(study, name, stamp, folded=name != names[0]) for name in names]


def _starts(study: Study, arm: str) -> list[float]:
    return [float(year) for year in series.decimal_year(np.array(study.starts(arm), "datetime64[D]"))]


def _levels(study: Study, name: str, stamp: str) -> Picture:
    outcome = OUTCOMES[name]
    years, by_arm = series.through_time(study.results.series, name)
    level = {arm: figures.Band(study.plan["arms"][arm]["title"], v["mean"], v["run_low"], v["run_high"], _starts(study, arm)) for arm, v in by_arm.items()}
    title = f"{words.start(outcome.label)} through the years"
    alt = "At the end, " + _ends(level[arm] for arm in study.results.arms) + "."
    arms = [level[arm] for arm in study.titles]
    svg = figures.bands(years, level[study.baseline], arms, _weekly(outcome), KNOWN_UNTIL, "policy", title=title, alt=alt, stamp=stamp, key=f"level-{name}")
    caption = (
        "Lines are means of the runs, bands hold nine runs in ten (four-week averages). After August 2023 this is a conditional world: nothing else happens. "
        "Bands that overlap say little: the runs come in pairs, and the difference of the pairs, below, is what tells."
    )
    return Picture(title, Markup(svg), caption)


def _differences(study: Study, name: str, stamp: str, folded: bool) -> Picture:
    outcome = OUTCOMES[name]
    years, by_arm = series.through_time(study.results.series, name)
    first = min((_starts(study, arm)[0] for arm in study.titles if study.starts(arm)), default=years[0])
    shown = years >= first - 0.5
    arms = [figures.Band(study.titles[arm], *(by_arm[arm][column][shown] for column in ("difference", "low", "high")), _starts(study, arm)) for arm in study.titles]
    title = f"{words.start(outcome.label)}: difference from the baseline"
    alt = "At the end, " + _ends(arms, signed=True) + "."
    svg = figures.bands(years[shown], None, arms, _weekly(outcome), KNOWN_UNTIL, "difference", title=title, alt=alt, stamp=stamp, key=f"change-{name}")
    better = {"down": "Below zero is better.", "up": "Above zero is better.", None: "There is no better direction."}[outcome.better]
    caption = (
        f"Mean difference of the pairs with its {study.level} interval, week by week (four-week averages). {better} "
        "After August 2023 this is a conditional world: nothing else happens."
    )
    return Picture(title, Markup(svg), caption, folded)


def _weekly(outcome) -> str:
    unit = words.unit_of(outcome.unit)
    return unit if outcome.aggregate == "mean" else f"{unit} a week"


def _ends(bands, signed=False) -> str:
    return "; ".join(f"{band.title}: {words.number(float(band.middle[-1]), signed=signed)}" for band in bands)
