"""What reporters would have told of a run: a few numbers, taken where the run is, so that nothing else need be stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

AGGREGATES = ("sum", "mean")


@dataclass(frozen=True)
class Quantity:
    """One number of a run: a series of `model/run/observation.py` over places, nationalities and weeks.

    `places`: ids of places or ISO codes, none = everywhere. `nationalities`: ISO codes, none = all; with any, places are
    ISO codes of states. Weeks `first` to before `last`; of levels the mean is a week's, of flows the sum is the window's.
    """

    name: str
    series: str
    first: int
    last: int
    places: tuple[str, ...] = ()
    nationalities: tuple[str, ...] = ()
    aggregate: str = "sum"


def needs_groups(quantities: Sequence[Quantity]) -> bool:
    """Tell whether any quantity needs what is recorded by group of people."""
    from model.run.observation import BY_SERIES

    return any(q.nationalities or BY_SERIES[q.series].cases for q in quantities)


def observe(quantities: Sequence[Quantity], result, world, values: Mapping[str, float]) -> list[float]:
    """Return the value of each quantity. `result` is recorded by place (see `needs_groups`), `values`: all parameters."""
    from model.run.observation import BY_SERIES, by_nationality, by_place

    made: dict = {}

    def reports(quantity):
        key = quantity.series, bool(quantity.nationalities)
        if key not in made:
            made[key] = (by_nationality if key[1] else by_place)(BY_SERIES[quantity.series], result, world, values)
        return made[key]

    return [_value(q, reports(q), result, world) for q in quantities]


def _value(quantity: Quantity, reports: np.ndarray, result, world) -> float:
    if quantity.last > result.last_week:
        raise ValueError(
            f"{quantity.name}: asks for weeks up to {quantity.last}, the run ends before week {result.last_week}"
        )
    if quantity.nationalities:
        inside = _in_quarters(quantity, result.last_week, len(reports))
        states = [i for i, code in enumerate(world.states) if not quantity.places or code in quantity.places]
        nations = [i for i, code in enumerate(world.nationalities) if code in quantity.nationalities]
        total = float(inside @ reports[:, states][:, :, nations].sum(axis=(1, 2)))
    else:
        pairs = zip(world.place_ids, world.place_country)
        where = [i for i, both in enumerate(pairs) if not quantity.places or set(both) & set(quantity.places)]
        total = float(reports[quantity.first : quantity.last, where].sum())
    return total / (quantity.last - quantity.first) if quantity.aggregate == "mean" else total


def _in_quarters(quantity: Quantity, last_week: int, quarters: int) -> np.ndarray:
    """Return which share of each quarter's weeks, as far as they were simulated, lies in the quantity's window, (quarters)."""
    from model.run.results import QUARTER

    weeks = np.bincount(QUARTER[:last_week], minlength=quarters)[:quarters]
    mine = np.bincount(QUARTER[quantity.first : quantity.last], minlength=quarters)[:quarters]
    return mine / np.maximum(weeks, 1)
