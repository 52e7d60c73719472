"""Policies and shocks as the model takes them: dated data in weeks, already validated.

`scenarios/` reads and checks files and builds these; the model only obeys them.
Weeks count as in `calendar.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .calendar import WEEKS


@dataclass(frozen=True)
class Trigger:
    """Start when `outcome`, summed over `places`, is above or below a bound for `weeks` weeks."""

    outcome: str
    bound: float
    above: bool = True
    weeks: int = 1
    places: tuple[str, ...] = ()  # place ids or ISO codes; empty = worldwide


@dataclass(frozen=True)
class Policy:
    """One lever, pulled somewhere for some time. Weeks are half open: `start <= week < end`."""

    lever: str
    strength: float
    announced: int
    start: int
    end: int = WEEKS
    ramp_weeks: int = 0
    states: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    nationalities: tuple[str, ...] = ()  # empty = all
    sex: str | None = None  # "male", "female" or None = all
    age: str | None = None  # "child", "adult" or None = all
    pauses: tuple[tuple[int, int], ...] = ()
    when: Trigger | None = None


@dataclass(frozen=True)
class Shock:
    """A dated change of an institution (`model/registry/institutions.py`) that is nobody's policy."""

    name: str
    moves: str
    mode: str  # one of lever.MODES
    value: float
    start: int
    end: int = WEEKS
    ramp_weeks: int = 0
    states: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    source: str = "assumption"


def in_order(items: Iterable) -> tuple:
    """Return policies or shocks in the order in which effects are added up: however listed, the bytes are the same."""
    return tuple(sorted(items, key=repr))
