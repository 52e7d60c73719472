"""How a run becomes rows: one function for each table that has parts, of the same name."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from experiments.comparison.intervals import divide
from experiments.design.expected_reports import expected_numbers
from experiments.results.columns import build, mondays, numbers, text, texts
from experiments.results.schema import (
    AGGREGATES,
    BY_PLACE,
    HOW_RECRUITED,
    NOT_BY_PLACE,
    SEXES,
    SUMMED,
    WORLDWIDE,
    aggregates,
)
from model.registry.life_course import TRANSITIONS
from model.registry.outcomes import GROUPED, RATIOS, RECORDED, O

from .changed_fates import changes

EVERY_OUTCOME = tuple(o.name for o in SUMMED)


@dataclass(frozen=True)
class Tag:
    """Which run rows belong to: the arm as a number of `arms`."""

    arms: tuple[str, ...]
    arm: str
    draw: int
    replicate: int

    def columns(self, rows: int) -> dict:
        return {
            "arm": text(np.full(rows, self.arms.index(self.arm)), self.arms),
            "draw": np.full(rows, self.draw, np.int32),
            "replicate": np.full(rows, self.replicate, np.int32),
        }


def weekly(tag: Tag, result, world) -> pa.Table:
    """Return rows week by week and, within a week, place by place; `result.weekly` is (weeks, O, P)."""
    weeks, _, places = result.weekly.shape
    columns = {
        "week": mondays(np.repeat(result.first_week + np.arange(weeks), places)),
        "place": text(np.tile(np.arange(places), weeks), world.place_ids),
    }
    for o in BY_PLACE:
        columns[o.name] = result.weekly[:, O[o.name], :].astype(np.float32).ravel()
    return build("weekly", tag.columns(weeks * places) | columns)


def worldwide(tag: Tag, result) -> pa.Table:
    """Return rows week by week; `result.weekly` is (weeks, O, P) or (weeks, O)."""
    total = result.weekly.sum(axis=2) if result.weekly.ndim == 3 else result.weekly
    weeks = result.first_week + np.arange(len(total))
    columns = {o.name: total[:, O[o.name]].astype(np.float32) for o in RECORDED}
    return build("worldwide", tag.columns(len(weeks)) | {"week": mondays(weeks)} | columns)


def groups(tag: Tag, result, world) -> pa.Table:
    rows = result.groups
    months = np.datetime64("2016-01", "M") + 3 * rows["quarter"].astype(np.int64)
    columns = {
        "quarter": pa.array(months.astype("datetime64[D]"), pa.date32()),
        "state": text(rows["state"], world.states),
        "nationality": text(rows["nationality"], world.nationalities),
        "sex": text(rows["sex"], SEXES),
        "child": rows["child"].astype(bool),
        "how_recruited": text(rows["how"], HOW_RECRUITED),
    }
    columns |= {o.name: rows[o.name].astype(np.float32) for o in GROUPED}
    return build("groups", tag.columns(len(rows)) | columns)


def relocations(tag: Tag, result, world) -> pa.Table:
    rows = result.relocations
    columns = {
        "week": mondays(rows["week"]),
        "source": text(rows["source"], world.place_ids),
        "target": text(rows["target"], world.place_ids),
        "operations": rows["operations"].astype(np.int32),
        "people": rows["people"].astype(np.float32),
    }
    return build("relocations", tag.columns(len(rows)) | columns)


def events(tag: Tag, result, world) -> pa.Table:
    rows = result.events
    columns = {
        "person": rows["person"],
        "week": mondays(rows["week"]),
        "transition": text(rows["transition"], [t.name for t in TRANSITIONS]),
        "place": text(rows["place"], world.place_ids),
        "operation": rows["operation"].astype(np.int32),
    }
    return build("events", tag.columns(len(rows)) | columns)


def expected_reports(tag: Tag, asked, result, world, parameters) -> pa.Table:
    """Return one row for each of the `ExpectedReport`s asked for; `parameters`: all of the run's."""
    values = expected_numbers(asked, result, world, parameters)
    columns = {"quantity": texts([report.name for report in asked]), "value": numbers(values)}
    return build("expected_reports", tag.columns(len(values)) | columns)


@cache
def _summary_keys(place_ids: tuple[str, ...], at_places: tuple[str, ...]):
    """Return the codes (aggregate, outcome, place) of a run's summary rows, and their columns; place 0 is worldwide."""
    keys = []
    for number, outcome in enumerate(SUMMED):
        parts = (outcome.name, *outcome.of) if outcome.kind == "ratio" else (outcome.name,)
        rows = len(place_ids) + 1 if outcome.name in at_places and not NOT_BY_PLACE & {*parts} else 1
        keys += [(AGGREGATES.index(how), number, place) for how in aggregates(outcome) for place in range(rows)]
    how, outcome, place = np.array(keys, np.int32).T
    return (how, outcome, place), {
        "outcome": text(outcome, EVERY_OUTCOME),
        "place": text(place, [WORLDWIDE, *place_ids]),
        "aggregate": text(how, AGGREGATES),
    }


def summary(tag: Tag, result, world, at_places: tuple[str, ...]) -> pa.Table:
    """Return every outcome over the window, worldwide first; the outcomes `at_places` at every place too."""
    total = result.window_sum
    values = np.full((len(AGGREGATES), len(SUMMED), 1 + len(world.place_ids)), np.nan)
    for how, by_outcome in enumerate((total, total / max(1, result.window_weeks), result.window_end)):
        values[how, : len(RECORDED)] = _with_total(by_outcome)
    for number, ratio in enumerate(RATIOS, start=len(RECORDED)):
        values[-1, number] = divide(*(values[0, O[name]] for name in ratio.of))
    keys, columns = _summary_keys(tuple(world.place_ids), at_places)
    value = values[keys]
    return build("summary", tag.columns(len(value)) | columns | {"value": numbers(value)})


def _with_total(by_place):
    return np.concatenate([by_place.sum(axis=1, keepdims=True), by_place], axis=1)


def fates(tag: Tag, baseline, arm, strata: tuple[np.ndarray, tuple[str, ...]], people_per_agent: int) -> pa.Table:
    """Return the rows of table `fates` of one run, in persons."""
    nationality, names = strata
    counts = changes(baseline, arm, nationality)
    columns = {name: values * people_per_agent for name, values in counts.items()}
    columns["nationality"] = text(np.arange(len(counts["net_held"])), names)
    return build("fates", tag.columns(len(counts["net_held"])) | columns)
