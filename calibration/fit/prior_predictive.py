"""The prior predictive: what the state of 2023 is like under draws from the priors alone, before any fit.

Priors may be wide; what they say together must be possible (Gelman, Simpson and Betancourt 2017; Gabry et al. 2019).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from experiments.design.expected_reports import ExpectedReport
from model.registry.calendar import WEEKS_A_YEAR, week_of

# the half year whose state is looked at
PRESENT_FROM, PRESENT_TO = week_of(date(2023, 1, 2)), week_of(date(2023, 7, 3))
REPORTED_HELD = 220_000  # people held in Cambodia and Myanmar, at least (E056, E057)
WITHIN = 3.0  # times
TOO_MANY = 3_000_000  # people held in the world
_QUANTILES = (0.05, 0.5, 0.95)

_COUNTS = {
    "held in Cambodia and Myanmar": ("people_held", ("KHM", "MMR"), "mean"),
    "held in the world": ("people_held", (), "mean"),
    "newly held": ("newly_held", (), "sum"),
    "trafficked again": ("retrafficked", (), "sum"),
    "deaths in captivity": ("deaths_in_captivity", (), "sum"),
    "stranded": ("stranded", (), "mean"),
}


def counts_wanted() -> tuple[ExpectedReport, ...]:
    """Return what a run has to hand back for the prior predictive."""
    return tuple(
        ExpectedReport(f"2023: {name}", series, PRESENT_FROM, PRESENT_TO, places, (), aggregate)
        for name, (series, places, aggregate) in _COUNTS.items()
    )


@dataclass(frozen=True)
class PriorPredictive:
    """`rows`: (what, 5 %, median, 95 %) over draws; the shares of draws that are near the reports and far beyond."""

    draws: int
    rows: list[tuple[str, float, float, float]]
    near: float
    beyond: float


def prior_predictive(expected: Mapping[str, np.ndarray]) -> PriorPredictive:
    """Return the prior predictive of counts by name, float64 (draws, replicates) each; a draw is its mean over seeds.

    Draws without any run are left out. Raises ValueError if there is no other.
    """
    counts = {name: np.asarray(expected[f"2023: {name}"], float) for name in _COUNTS}
    ran = np.all([np.isfinite(values).any(axis=1) for values in counts.values()], axis=0)
    if not ran.any():
        raise ValueError("prior predictive: no draw has a run")
    of = {name: np.nanmean(values[ran], axis=1) for name, values in counts.items()}
    held, new = of["held in the world"], of["newly held"]
    years = (PRESENT_TO - PRESENT_FROM) / WEEKS_A_YEAR
    quantities = {
        "people held in Cambodia and Myanmar": of["held in Cambodia and Myanmar"],
        "people held in the world": held,
        "deaths in captivity per 100 person-years held": 100 * _over(of["deaths in captivity"], held * years),
        "of the newly held, share trafficked again": _over(of["trafficked again"], new),
        "people stranded": of["stranded"],
    }
    two = of["held in Cambodia and Myanmar"]
    return PriorPredictive(
        len(held),
        [(name, *(float(x) for x in np.nanquantile(values, _QUANTILES))) for name, values in quantities.items()],
        float(np.mean((two >= REPORTED_HELD / WITHIN) & (two <= REPORTED_HELD * WITHIN))),
        float(np.mean(held > TOO_MANY)),
    )


def _over(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    return np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0)


def in_words(found: PriorPredictive) -> str:
    """Return the two shares by which priors are judged, as a sentence."""
    return (
        f"Of {found.draws:,} draws from the priors {found.near:.0%} hold within a factor of {WITHIN:g} of "
        f"{REPORTED_HELD:,} people in Cambodia and Myanmar, and {found.beyond:.1%} more than {TOO_MANY:,} in the world."
    )
