"""What a fit is worth: predictions of every target, what was learnt of each parameter, whether to trust the method.

Everything here re-weighs runs that are there; nothing is run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.targets.targets import Target, with_errors
from experiments.design.draws import from_unit
from model.registry.parameters import PARAMETERS

from .ensemble import Ensemble, normal_scores
from .likelihood import draw_report, over_replicates, predicted, simulated, total_log_likelihood
from .posterior import Weights, weigh
from .weights import effective, normalised, weighted_moments, weighted_quantiles

INSIDE = (0.05, 0.5, 0.95)
NOT_INFORMED = 0.1  # less of the prior's variance gone than this: reports do not tell of the parameter
NOT_MOVED = 0.25  # and a mean that moves by less than so many sd of the prior
CHANCE = 2.5  # sd of what so few effective draws would show by luck, below which neither is believed
PSEUDO_TRUTHS = 300
ENOUGH_FOR_A_RANK = 20.0  # effective draws below which a pseudo-truth's interval is too coarse to be judged


@dataclass(frozen=True)
class Prediction:
    """One target: its report, and 5th, 50th and 95th percentile of reports predicted before and after the fit."""

    target: Target
    report: str
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]
    verdict: str


def predictions(ensemble: Ensemble, targets: Sequence[Target], weights: np.ndarray, seed: int = 0) -> list[Prediction]:
    """Return prior and posterior predictive of every target."""
    before = normalised(ensemble.log_ratio)
    rng = np.random.default_rng([seed, 1])
    made = []
    for target in targets:
        x = simulated(target, ensemble.observed)[:, 0]
        known = np.isfinite(x).reshape(len(x), -1).all(axis=1)
        reports = np.full(len(x), np.nan)
        reports[known] = predicted(target, x[known], rng)
        prior, posterior = (tuple(weighted_quantiles(reports, w, INSIDE)) for w in (before, weights))
        made.append(Prediction(target, report_in_words(target), prior, posterior, verdict(target, posterior)))
    return made


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
        "lower": f"{target.low or 0:,.0f}{unit} or more",
        "upper": f"{target.high or 0:,.0f}{unit} at most",
    }.get(target.kind) or f"{target.low:,.0f} to {target.high:,.0f}{unit}"


def verdict(target: Target, interval: tuple[float, float, float]) -> str:
    """Return "met" if the report lies within the 90 % interval of what is predicted, else "missed"."""
    low, _, high = interval
    match target.kind:
        case "multinomial":
            met = low <= target.counts[0] / sum(target.counts) <= high
        case "ordering":
            met = high > 1
        case "lower":
            met = high >= target.low
        case "upper":
            met = low <= target.high
        case _:
            met = low <= target.high and high >= target.low
    return "met" if met else "missed"


# --- what was learnt --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Learnt:
    """A parameter, or a product of some, before and after the fit.

    `contraction`: the share of variance that is gone.
    """

    name: str
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]
    contraction: float
    shift: float  # of the mean, in sd of the prior
    free: bool
    effective: float  # draws

    @property
    def verdict(self) -> str:
        by_luck = CHANCE / np.sqrt(self.effective)  # of the mean; of a uniform's variance, sqrt(0.8) of that
        narrower = self.contraction >= max(NOT_INFORMED, np.sqrt(0.8) * by_luck)
        return "informed" if narrower or abs(self.shift) >= max(NOT_MOVED, by_luck) else "not informed"


def learnt(
    ensemble: Ensemble, weights: np.ndarray, free: Sequence[str], products: Mapping[str, Mapping[str, float]] = {}
) -> list[Learnt]:
    """Return what reports say of each parameter and product, the free ones first."""
    before = normalised(ensemble.log_ratio)
    rows = []
    for k, name in enumerate(ensemble.names):
        values = np.array([draw[name] for draw in ensemble.values()]) if name in free else None
        rows.append(_learnt(name, ensemble.unit[:, k], values, before, weights, name in free))
    drawn = {name: k for k, name in enumerate(ensemble.names)}
    for name, exponents in products.items():
        logs = sum(power * np.log(_column(ensemble, drawn, parameter)) for parameter, power in exponents.items())
        rows.append(_learnt(name, _prior_quantile(logs, before), np.exp(logs), before, weights, True))
    return rows


def _prior_quantile(values, before):
    """Return the prior's distribution function at each of `values`, as drawn: so that no tail rules a variance."""
    order = np.argsort(values)
    share = np.empty(len(values))
    share[order] = np.cumsum(before[order])
    return share


def _column(ensemble, drawn, name):
    return (
        from_unit(PARAMETERS[name], ensemble.unit[:, drawn[name]])
        if name in drawn
        else np.full(len(ensemble.unit), PARAMETERS[name].default)
    )


def _learnt(name, scale, values, before, after, free) -> Learnt:
    (mean0, var0), (mean1, var1) = weighted_moments(scale, before), weighted_moments(scale, after)
    shown = scale if values is None else values
    return Learnt(
        name,
        tuple(weighted_quantiles(shown, before, INSIDE)),
        tuple(weighted_quantiles(shown, after, INSIDE)),
        float(1 - var1 / var0),
        float((mean1 - mean0) / np.sqrt(var0)),
        free,
        effective(after),
    )


# --- what hangs on which source -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Dropped:
    """A fit without a family of reports, with its errors doubled, or to another set.

    Effective draws, and what moves most.
    """

    family: str
    how: str
    effective: float
    parameter: str
    shift: float  # of its mean, in sd of the prior
    still_met: str  # of a family left out, and of another set: how many of its reports are predicted


def sensitivity(
    ensemble: Ensemble,
    targets: Sequence[Target],
    weights: np.ndarray,
    free: Sequence[str],
    others: Mapping[str, Sequence[Target]] = {},
) -> list[Dropped]:
    """Return what changes when a family of reports is left out or its errors are doubled, and with `others`, by set."""
    rows = []
    for name, reports in others.items():
        instead = weigh(ensemble, reports).weights
        met = [p.verdict == "met" for p in predictions(ensemble, reports, instead)]
        rows.append(
            _dropped(ensemble, weights, instead, free, f"set {name}", "taken instead", f"{sum(met)} of {len(met)} met")
        )
    for family in dict.fromkeys(target.family for target in targets):
        without = weigh(ensemble, targets, (family,)).weights
        mine = [t for t in targets if t.family == family]
        met = [p.verdict == "met" for p in predictions(ensemble, mine, without)]
        rows.append(_dropped(ensemble, weights, without, free, family, "left out", f"{sum(met)} of {len(met)} met"))
        doubled = weigh(ensemble, with_errors(targets, 2.0, (family,))).weights
        rows.append(_dropped(ensemble, weights, doubled, free, family, "error doubled", ""))
    return rows


def _dropped(ensemble, weights, other, free, family, how, met) -> Dropped:
    unit = ensemble.unit[:, : len(free)]
    spread = np.sqrt(weighted_moments(unit, normalised(ensemble.log_ratio))[1])
    shift = (other @ unit - weights @ unit) / spread
    k = int(np.argmax(np.abs(shift)))
    return Dropped(family, how, effective(other), free[k], float(shift[k]), met)


# --- whether the method can be trusted ------------------------------------------------------------------------


@dataclass(frozen=True)
class Coverage:
    """By free parameter: how often the 90 % interval holds the truth, and the p-value of uniform ranks (Talts et al.

    2018).
    """

    name: str
    covered: float
    uniform: float
    truths: int


def coverage(
    ensemble: Ensemble, targets: Sequence[Target], free: Sequence[str], seed: int = 0, truths: int = PSEUDO_TRUTHS
) -> tuple[list[Coverage], float]:
    """Return simulation-based calibration by reuse: draws of the first wave act as truths.

    Their reports weigh the others.

    One error is drawn for each family: its reports tell of one thing. Truths whose posterior rests on too few draws are
    left out; the second value is the share that is kept.
    """
    from scipy.stats import kstest

    prior = ensemble.only(slice(0, ensemble.first))
    x = {target.id: simulated(target, prior.observed)[:, 0] for target in targets}
    alive = np.flatnonzero(np.all([np.isfinite(v).reshape(len(v), -1).all(axis=1) for v in x.values()], axis=0))
    rng = np.random.default_rng([seed, 2])
    chosen = rng.choice(alive, min(truths, len(alive)), replace=False)
    ranks, inside = [], []
    for truth in chosen:
        weights = _weights_of_pseudo_reports(prior, targets, x, truth, rng)
        if effective(weights) < ENOUGH_FOR_A_RANK:
            continue
        unit = prior.unit[:, : len(free)]
        ranks.append([float(weights @ (unit[:, k] < unit[truth, k])) for k in range(len(free))])
        inside.append([0.05 <= r <= 0.95 for r in ranks[-1]])
    ranks, inside = np.array(ranks).reshape(-1, len(free)), np.array(inside).reshape(-1, len(free))
    found = [
        Coverage(name, float(inside[:, k].mean()), float(kstest(ranks[:, k], "uniform").pvalue), len(ranks))
        for k, name in enumerate(free)
        if len(ranks)
    ]
    return found, len(ranks) / max(1, len(chosen))


def _weights_of_pseudo_reports(prior, targets, x, truth, rng) -> np.ndarray:
    errors: dict[str, float] = {}
    reports = {}
    for target in targets:
        u = errors.setdefault(target.family, float(rng.random()))
        reports[target.id] = draw_report(target, x[target.id][truth], u, rng)
    log_weights = over_replicates(sum(total_log_likelihood(targets, prior.observed, reports).values()))
    log_weights[truth] = -np.inf
    return normalised(log_weights)


@dataclass(frozen=True)
class Recovered:
    """A known parameter, and the 90 % interval that the fit gives it from the reports which its own world made."""

    name: str
    truth: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        return "inside" if self.low <= self.truth <= self.high else "outside"


def recovery(
    ensemble: Ensemble, targets: Sequence[Target], weights: Weights, free: Sequence[str], seed: int = 0
) -> tuple[list[Recovered], float]:
    """Return how known parameters are recovered.

    A draw near the posterior's middle makes reports that weigh the others.

    The second value is how many draws are effective.
    """
    z = normal_scores(ensemble.unit[:, : len(free)])
    mean, variance = weighted_moments(z, weights.weights)
    x = {target.id: simulated(target, ensemble.observed)[:, 0] for target in targets}
    far = ((z - mean) ** 2 / variance).sum(axis=1)
    far[~np.all([np.isfinite(v).reshape(len(v), -1).all(axis=1) for v in x.values()], axis=0)] = np.inf
    truth = int(np.argmin(far))
    rng = np.random.default_rng([seed, 3])
    log_likelihoods = np.log(np.maximum(_weights_of_pseudo_reports(ensemble, targets, x, truth, rng), 1e-300))
    other = normalised(np.where(np.arange(len(z)) == truth, -np.inf, log_likelihoods + ensemble.log_ratio))
    drawn = {name: k for k, name in enumerate(ensemble.names)}
    rows = []
    for name in free:
        values = _column(ensemble, drawn, name)
        low, _, high = weighted_quantiles(values, other, INSIDE)
        rows.append(Recovered(name, float(values[truth]), float(low), float(high)))
    return rows, effective(other)
