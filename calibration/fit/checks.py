"""What a fit is worth: what was learnt of each parameter, what hangs on which source, whether to trust the method.

Everything here re-weighs runs that are there; nothing is run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logsumexp

from calibration.targets.targets import Target, with_errors
from experiments.design.draws import from_unit
from model.registry.parameters import PARAMETERS

from .ensemble import Ensemble, normal_scores
from .joint import draw_reports, over_replicates, total_log_likelihood
from .likelihood import simulated
from .posterior import Weights, weigh
from .predictions import REPORT_QUANTILES, predictions
from .weights import effective, normalised, weighted_moments, weighted_quantiles

NOT_INFORMED = 0.1  # less of the prior's variance gone than this: reports do not tell of the parameter
NOT_MOVED = 0.25  # and a mean that moves by less than so many sd of the prior
CHANCE = 2.5  # sd of what so few effective draws would show by luck, below which neither is believed
PSEUDO_TRUTHS = 100
UNDERSTATEMENTS = (0.1, 0.3, 0.7)  # means of the log by which lower bounds are too low, each shown alone
ENOUGH_FOR_A_RANK = 20.0  # effective draws below which a pseudo-truth's interval is too coarse: a failure


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


def of_quantiles(name: str, unit: np.ndarray, after: np.ndarray) -> Learnt:
    """Return what is learnt of a parameter by draws as quantiles of its prior, (N), of weights `after`, (N)."""
    mean, variance = weighted_moments(unit, after)
    shift, contraction = (mean - 0.5) * np.sqrt(12.0), 1.0 - 12.0 * variance
    quantiles = tuple(weighted_quantiles(unit, after, REPORT_QUANTILES))
    return Learnt(name, REPORT_QUANTILES, quantiles, float(contraction), float(shift), True, effective(after))


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
        tuple(weighted_quantiles(shown, before, REPORT_QUANTILES)),
        tuple(weighted_quantiles(shown, after, REPORT_QUANTILES)),
        float(1 - var1 / var0),
        float((mean1 - mean0) / np.sqrt(var0)),
        free,
        effective(after),
    )


# --- what hangs on which source -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Dropped:
    """A fit without a family of reports, with its errors doubled, under another understatement, or to another set.

    Effective draws, and what moves most. Of a family left out, the log score of all its reports together as the others
    predict them, and as the prior does: it is log p(these | others), so nothing is used twice.
    """

    family: str
    how: str
    effective: float
    parameter: str
    shift: float  # of its mean, in sd of the prior
    still_met: str  # of a family left out, and of another set: how many of its reports are predicted
    log_score: float | None = None
    prior_log_score: float | None = None


def sensitivity(
    ensemble: Ensemble,
    targets: Sequence[Target],
    weights: Weights,
    free: Sequence[str],
    others: Mapping[str, Sequence[Target]] = {},
) -> list[Dropped]:
    """Return what changes with `others`, by set, with each understatement alone, and with each family left out or
    its errors doubled."""
    rows = []
    changed = lambda instead, *said: _dropped(ensemble, weights.weights, instead, free, *said)  # noqa: E731
    for name, reports in others.items():
        instead = weigh(ensemble, reports).weights
        met = [p.verdict == "met" for p in predictions(ensemble, reports, instead)]
        rows.append(changed(instead, f"set {name}", "taken instead", f"{sum(met)} of {len(met)} met"))
    if any(target.kind == "at_least" for target in targets):
        for mean in UNDERSTATEMENTS:
            alone = [replace(target, understatement=(mean,)) for target in targets]
            rows.append(changed(weigh(ensemble, alone).weights, "lower bounds", f"too low by {mean:g} on average", ""))
    nothing = float(logsumexp(ensemble.log_ratio))
    for family in dict.fromkeys(target.family for target in targets):
        without = weigh(ensemble, targets, (family,))
        mine = [t for t in targets if t.family == family]
        met = [p.verdict == "met" for p in predictions(ensemble, mine, without.weights)]
        row = changed(without.weights, family, "left out", f"{sum(met)} of {len(met)} met")
        score = weights.evidence - without.evidence
        rows.append(replace(row, log_score=score, prior_log_score=weigh(ensemble, mine).evidence - nothing))
        doubled = weigh(ensemble, with_errors(targets, 2.0, (family,))).weights
        rows.append(changed(doubled, family, "error doubled", ""))
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
    """By free parameter: how often the 90 % interval holds the truth, and the p-value of uniform ranks.

    A truth that could not be judged counts as not held; its rank is unknown.
    """

    name: str
    covered: float
    uniform: float
    truths: int


def coverage(
    ensemble: Ensemble,
    targets: Sequence[Target],
    weights: Weights,
    free: Sequence[str],
    seed: int = 0,
    truths: int = PSEUDO_TRUTHS,
) -> tuple[list[Coverage], float]:
    """Return posterior simulation-based calibration (Säilynoja et al. 2025) by reuse of draws.

    Those of the posterior are truths. Each makes reports of its own, which weigh the other draws together with those
    that there are: among these the truth's rank is to be uniform (Talts et al. 2018). So the method is tried where it
    is used, not all over the prior, of which most could not be judged. Truths that leave too few effective draws are
    failures; the second value is the share that was judged.
    """
    from scipy.stats import kstest

    x = {target.id: simulated(target, ensemble.expected)[:, 0] for target in targets}
    alive = np.all([np.isfinite(v).reshape(len(v), -1).all(axis=1) for v in x.values()], axis=0) & (weights.weights > 0)
    rng = np.random.default_rng([seed, 2])
    chance = np.where(alive, weights.weights, 0.0)
    if not chance.any():
        return [], 0.0
    chosen = rng.choice(len(chance), truths, p=chance / chance.sum())
    unit, ranks = ensemble.unit[:, : len(free)], []
    for truth in chosen:
        log_weights = weights.log_weights + _log_likelihood_of_pseudo_reports(ensemble, targets, x, truth, rng)
        log_weights[truth] = -np.inf
        if not np.isfinite(log_weights).any():
            continue
        others = normalised(log_weights)
        if effective(others) >= ENOUGH_FOR_A_RANK:
            ranks.append(others @ (unit < unit[truth]))
    ranks = np.array(ranks).reshape(-1, len(free))
    inside = ((ranks >= 0.05) & (ranks <= 0.95)).sum(axis=0) / len(chosen)
    uniform = [float(kstest(ranks[:, k], "uniform").pvalue) if len(ranks) else float("nan") for k in range(len(free))]
    found = [Coverage(name, float(inside[k]), uniform[k], len(chosen)) for k, name in enumerate(free)]
    return found, len(ranks) / len(chosen)


def _log_likelihood_of_pseudo_reports(ensemble, targets, x, truth, rng) -> np.ndarray:
    reports = draw_reports(targets, x, truth, rng)
    return over_replicates(total_log_likelihood(targets, ensemble.expected, reports))


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
    x = {target.id: simulated(target, ensemble.expected)[:, 0] for target in targets}
    far = ((z - mean) ** 2 / variance).sum(axis=1)
    far[~np.all([np.isfinite(v).reshape(len(v), -1).all(axis=1) for v in x.values()], axis=0)] = np.inf
    truth = int(np.argmin(far))
    rng = np.random.default_rng([seed, 3])
    log_weights = _log_likelihood_of_pseudo_reports(ensemble, targets, x, truth, rng) + ensemble.log_ratio
    other = normalised(np.where(np.arange(len(z)) == truth, -np.inf, log_weights))
    drawn = {name: k for k, name in enumerate(ensemble.names)}
    rows = []
    for name in free:
        values = _column(ensemble, drawn, name)
        low, _, high = weighted_quantiles(values, other, REPORT_QUANTILES)
        rows.append(Recovered(name, float(values[truth]), float(low), float(high)))
    return rows, effective(other)
