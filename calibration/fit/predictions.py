"""What a fit predicts of reports, and how good that is: beside what the prior predicts, of each report and family.

A report is judged by where it stands among what is predicted (PIT), by the CRPS and by the log score (Gneiting and
Raftery 2007), and by whether the median is off by more than a factor of 2. The fit has seen the reports that it
predicts here: a family's score when it is left out (`checks.sensitivity`) is the sterner one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from calibration.targets.targets import Target

from .ensemble import Ensemble
from .joint import over_replicates, shared, tiers, total_log_likelihood
from .likelihood import predicted, simulated
from .weights import normalised, weighted_quantiles

REPORT_QUANTILES = (0.05, 0.5, 0.95)
FAR_OFF = 2.0  # factor by which a median may be off


@dataclass(frozen=True)
class Predicted:
    """What is predicted of one report, and how good that is.

    `interval`: 5th, 50th and 95th percentile. `pit`: the chance of less than was reported, half of that of the same.
    `crps`: of the log (of a share: of the share), not a number for bounds. `log_score`: log density of the log of the
    report, or log chance of an event; higher is better.
    """

    interval: tuple[float, float, float]
    pit: float
    crps: float
    log_score: float


@dataclass(frozen=True)
class Prediction:
    """One target: its report, and what is predicted of it before and after the fit."""

    target: Target
    report: str
    prior: Predicted
    posterior: Predicted

    @property
    def verdict(self) -> str:
        return verdict(self.target, self.posterior.interval)

    @property
    def off(self) -> float:
        """By which factor the median after the fit is off; 1 inside bounds."""
        return math.exp(distance(self.target, self.posterior.interval[1]))

    @property
    def far_off(self) -> bool:
        return self.off > FAR_OFF


def predictions(ensemble: Ensemble, targets: Sequence[Target], weights: np.ndarray, seed: int = 0) -> list[Prediction]:
    """Return prior and posterior predictive of every target.

    What reports of a tier share is drawn from its prior before the fit, and given each run's reports after it.
    """
    before = normalised(ensemble.log_ratio)
    rng = np.random.default_rng([seed, 1])
    one = {name: values[:, :1] for name, values in ensemble.expected.items()}
    shared_by_tier = {}
    for tier, of in tiers(targets).items():
        found = shared(of, one)
        after = found.draw(rng)
        size = len(after[0])
        prior_shift = rng.choice(found.shifts, size, p=np.exp(found.log_prior))
        shared_by_tier[tier] = (prior_shift, rng.choice(found.means, size)), after
    made = []
    for target in targets:
        x = simulated(target, ensemble.expected)[:, 0]
        known = np.isfinite(x).reshape(len(x), -1).all(axis=1)
        log_likelihood = over_replicates(total_log_likelihood([target], ensemble.expected))
        judged = []
        for w, (shift, mean) in zip((before, weights), shared_by_tier[target.tier]):
            reports = np.full(len(x), np.nan)
            moved = shift[known] if target.of_level else 0.0
            reports[known] = predicted(target, x[known], rng, moved, mean[known])
            judged.append(judge(target, reports, w, float(logsumexp(log_likelihood, b=w))))
        made.append(Prediction(target, report_in_words(target), *judged))
    return made


def judge(target: Target, reports: np.ndarray, weights: np.ndarray, log_score: float) -> Predicted:
    """Return how good `reports` (N), not a number where unknown, of `weights` (N) are as a prediction of a target."""
    known = np.isfinite(reports)
    w = weights[known] / max(weights[known].sum(), 1e-300)
    low, high = bounds(target)
    x = reports[known]
    pit = float(w @ (x < low) + 0.5 * (w @ ((low <= x) & (x <= high))))
    score = crps(_scale(target, x), w, float(_scale(target, low))) if low == high else float("nan")
    return Predicted(tuple(weighted_quantiles(reports, weights, REPORT_QUANTILES)), pit, score, log_score)


def _scale(target: Target, x):
    """Return numbers in the log (Bosse et al. 2023), counts plus a half; shares as they are."""
    if target.kind == "multinomial":
        return np.asarray(x, float)
    return np.log(np.asarray(x) + 0.5) if target.kind == "count" else np.log(np.maximum(x, 1e-9))


def crps(values: np.ndarray, weights: np.ndarray, truth: float) -> float:
    """Return the continuous ranked probability score of weighted values, (N): E|X - truth| - E|X - X'| / 2.

    Gneiting and Raftery (2007), equation 21; 0 is perfect. Weights add up to 1.
    """
    order = np.argsort(values)
    x, w = values[order], weights[order]
    below = np.cumsum(w) - w
    mean_difference = 2.0 * float(np.sum(w * x * (2.0 * below + w - 1.0)))
    return float(w @ np.abs(x - truth)) - 0.5 * mean_difference


# --- a report in words and as bounds ------------------------------------------------------------------------


def bounds(target: Target) -> tuple[float, float]:
    """Return between what a report says that its number lies; twice the same for a number."""
    match target.kind:
        case "multinomial":
            share = target.counts[0] / sum(target.counts)
            return share, share
        case "ordering":
            return 1.0, math.inf
    return (0.0 if target.low is None else target.low), (math.inf if target.high is None else target.high)


def report_in_words(target: Target) -> str:
    """Return the report as text."""
    if target.kind == "multinomial":
        return f"{target.counts[0]:,.0f} of {sum(target.counts):,.0f}"
    if target.kind == "ordering":
        return "the first larger"
    unit = f" {target.unit}" if target.unit else ""
    if target.kind in ("count", "point"):
        return (f"{target.low:,.4g}" if target.low < 1 else f"{target.low:,.0f}") + unit
    return {
        "at_least": f"{target.low or 0:,.0f}{unit} or more",
        "upper": f"{target.high or 0:,.0f}{unit} at most",
    }.get(target.kind) or f"{target.low:,.0f} to {target.high:,.0f}{unit}"


def verdict(target: Target, interval: tuple[float, float, float]) -> str:
    """Return "met" if the report lies within the 90 % interval of what is predicted, else "missed"."""
    low, high = bounds(target)
    return "met" if interval[0] <= high and interval[2] >= low else "missed"


def distance(target: Target, forecast: float) -> float:
    """Return the absolute log of a forecast over the report, 0 inside bounds."""
    low, high = (math.log(max(value, 1e-9)) for value in bounds(target))
    forecast = math.log(max(forecast, 1e-9))
    return max(low - forecast, forecast - high, 0.0)
