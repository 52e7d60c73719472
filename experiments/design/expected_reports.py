"""Expected reports of a run: a few numbers, taken where the run is, so that nothing else need be stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

REPORT_AGGREGATES = ("sum", "mean")


@dataclass(frozen=True)
class ExpectedReport:
    """One number of a run: a series of `model/run/observation.py` over places, nationalities and weeks.

    `places`: ids of places or ISO codes, none = everywhere. `nationalities`: ISO codes, none = all; with any, places
    are ISO codes of states. Weeks `first` to before `last`; of levels the mean is a week's, of flows the sum is the
    window's.
    """

    name: str
    series: str
    first: int
    last: int
    places: tuple[str, ...] = ()
    nationalities: tuple[str, ...] = ()
    aggregate: str = "sum"


def needs_groups(asked: Sequence[ExpectedReport]) -> bool:
    """Say whether any report needs what is recorded by group of people."""
    from model.run.observation import BY_SERIES

    return any(report.nationalities or BY_SERIES[report.series].cases for report in asked)


def expected_numbers(asked: Sequence[ExpectedReport], result, world, values: Mapping[str, float]) -> list[float]:
    """Return the value of each report. `result` is recorded by place (see `needs_groups`), `values`: all parameters."""
    from model.run.observation import BY_SERIES, reports_by_nationality, reports_by_place

    made: dict = {}

    def series_of(report):
        key = report.series, bool(report.nationalities)
        if key not in made:
            made[key] = (reports_by_nationality if key[1] else reports_by_place)(
                BY_SERIES[report.series], result, world, values
            )
        return made[key]

    return [_value(report, series_of(report), result, world) for report in asked]


def _value(report: ExpectedReport, series: np.ndarray, result, world) -> float:
    if report.last > result.last_week:
        raise ValueError(
            f"{report.name}: asks for weeks up to {report.last}, the run ends before week {result.last_week}"
        )
    if report.nationalities:
        inside = _in_quarters(report, result.last_week, len(series))
        states = [i for i, code in enumerate(world.states) if not report.places or code in report.places]
        nations = [i for i, code in enumerate(world.nationalities) if code in report.nationalities]
        total = float(inside @ series[:, states][:, :, nations].sum(axis=(1, 2)))
    else:
        pairs = zip(world.place_ids, world.place_country)
        where = [i for i, both in enumerate(pairs) if not report.places or set(both) & set(report.places)]
        total = float(series[report.first : report.last, where].sum())
    return total / (report.last - report.first) if report.aggregate == "mean" else total


def _in_quarters(report: ExpectedReport, last_week: int, quarters: int) -> np.ndarray:
    """Return the share of each quarter's simulated weeks that lies in the report's window, (quarters)."""
    from model.run.results import QUARTER

    weeks = np.bincount(QUARTER[:last_week], minlength=quarters)[:quarters]
    mine = np.bincount(QUARTER[report.first : report.last], minlength=quarters)[:quarters]
    return mine / np.maximum(weeks, 1)
