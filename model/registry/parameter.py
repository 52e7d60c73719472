"""What a parameter is: a number that somebody chose, with what stands behind it.

Labels: *evidence* (a reported number), *derived* (computed from reported numbers), *assumption* (no
source; swept, never cited as a fact). A prior is ("uniform", low, high), ("loguniform", low, high) or
None where the value is a convention.

A rate is stated as something that a reader can judge: the share to whom it happens in a year, how often a year, or
how long until it happens. `weekly` says how that becomes what the model works with, a rate per week.
"""

import math
from dataclasses import dataclass, replace

from .calendar import WEEKS_A_MONTH, WEEKS_A_YEAR

EVIDENCE, DERIVED, ASSUMPTION = "evidence", "derived", "assumption"


@dataclass(frozen=True)
class Share:
    """A share to whom something happens within so many weeks; per week a probability."""

    weeks: float
    unit: str
    low, high = 0.0, 0.999999  # nothing is certain in a finite time at a steady hazard

    def per_week(self, share: float) -> float:
        """Return the probability in a week that leads to that share."""
        return -math.expm1(math.log1p(-share) / self.weeks)

    def natural(self, probability: float) -> float:
        """Return the share that a weekly probability leads to."""
        return -math.expm1(math.log1p(-probability) * self.weeks)


@dataclass(frozen=True)
class Times:
    """How often something happens, or how much of it, within so many weeks."""

    weeks: float
    unit: str
    low = 0.0

    @property
    def high(self) -> float:
        """Once a week."""
        return self.weeks

    def per_week(self, times: float) -> float:
        """Return how often it happens in a week."""
        return times / self.weeks

    def natural(self, rate: float) -> float:
        """Return how often it happens at a weekly rate."""
        return rate * self.weeks


@dataclass(frozen=True)
class Mean:
    """The mean time until something happens, in units of so many weeks; `math.inf` is never."""

    weeks: float
    unit: str
    high = math.inf

    @property
    def low(self) -> float:
        """A week: whatever is due happens at once."""
        return 1.0 / self.weeks

    def per_week(self, time: float) -> float:
        """Return the probability in a week."""
        return min(1.0, 1.0 / (time * self.weeks))

    def natural(self, probability: float) -> float:
        """Return the mean time until what has that probability in a week."""
        return 1.0 / (probability * self.weeks) if probability > 0.0 else math.inf


SHARE_A_YEAR = Share(WEEKS_A_YEAR, "share in a year")
SHARE_IN_FIVE_YEARS = Share(5 * WEEKS_A_YEAR, "share in five years")
TIMES_A_YEAR = Times(WEEKS_A_YEAR, "times a year")
TIMES_A_MONTH = Times(WEEKS_A_MONTH, "times a month")
MEAN_WEEKS = Mean(1.0, "weeks on average")
MEAN_MONTHS = Mean(WEEKS_A_MONTH, "months on average")


@dataclass(frozen=True)
class Parameter:
    name: str
    unit: str
    default: float
    low: float
    high: float
    prior: tuple | None
    label: str
    evidence: tuple  # ids of rows of evidence
    section: str  # of the briefing paper, and mechanisms
    meaning: str
    choices: tuple = ()  # names of the values 0, 1, 2 ... of a rule
    topic: str = ""
    weekly: Share | Times | Mean | None = None  # how a rate becomes one per week; None: the model takes it as it is

    def per_week(self, value: float) -> float:
        """Return the model's own value for one in the parameter's unit."""
        return self.weekly.per_week(value) if self.weekly else value

    def natural(self, value: float) -> float:
        """Return the value in the parameter's unit for one of the model's."""
        return self.weekly.natural(value) if self.weekly else value


def row(
    name, *, default, section, meaning, unit="", bounds=None, prior=None, label=ASSUMPTION, evidence="", choices=(),
    weekly=None,
):  # fmt: skip
    """Return a parameter; `evidence`: ids, with spaces between. A rate has the unit and bounds of its `weekly`."""
    low, high = map(float, bounds or (weekly.low, weekly.high))
    return Parameter(
        name, unit or weekly.unit, float(default), low, high, prior, label, tuple(evidence.split()), section, meaning,
        tuple(choices), weekly=weekly,
    )  # fmt: skip


def topic(name: str, *rows: Parameter) -> tuple[Parameter, ...]:
    """Return the rows of a topic."""
    return tuple(replace(row, topic=name) for row in rows)
