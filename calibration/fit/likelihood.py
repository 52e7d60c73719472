"""How likely reports are, given the expected reports of a run.

Every kind has one distribution of the report, given the simulated number X and the reporting error s (sd of the log):
its log-likelihood, its quantiles (for predictive checks) and its draws (for pseudo-truths) agree. Bounds are read as
the event that the report names: a lower bound L says that X e^(s z) is at least L, and nothing more.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats
from scipy.special import gammaln, ndtr, ndtri

from calibration.targets.targets import Target

NONE = (
    0.01  # a simulated zero is read as this share of the report: a run that saw none of few is unlikely, not impossible
)
TINY = 1e-300


def simulated(target: Target, observed: dict[str, np.ndarray]) -> np.ndarray:
    """Return what the runs say of a target: float64 (N), or (N, categories) for a multinomial.

    `observed`: expected reports by name, (N) each. Not a number where a ratio is 0 over 0.
    """
    parts = [np.asarray(observed[part.name], float) for part in target.parts]
    if target.kind == "multinomial":
        return np.stack(parts, axis=-1)
    if len(parts) == 1:
        return parts[0]
    return np.divide(parts[0], parts[1], out=np.full(parts[0].shape, np.nan), where=parts[1] > 0)


def log_likelihood(target: Target, x: np.ndarray, report=None) -> np.ndarray:
    """Return the log-likelihood of a report, by run.

    `report`: another than the target's own, as `draw_report` gives them.
    """
    s = max(target.sigma_log, 1e-3)
    match target.kind:
        case "multinomial":
            return _dirichlet_multinomial(np.asarray(target.counts if report is None else report), x, s)
        case "count":
            number = target.low if report is None else report
            return stats.nbinom.logpmf(np.round(number), *_negative_binomial(_above_zero(x, target.low), s))
        case "point":
            number = target.low if report is None else report
            return stats.norm.logpdf(np.log(number), np.log(_above_zero(x, target.low)), s)
    below, above = _tails(target, x, s)
    inside = 1.0 - below - above
    chances = np.stack([below, inside, above])  # the true number is below the bounds, between them, above them
    return np.log(np.maximum(chances[1 if report is None else int(report)], TINY))


def draw_report(target: Target, x, u: float, rng: np.random.Generator):
    """Return a report that a world with simulated number `x` (one run) could have made: its quantile `u`.

    For bounds: 0, 1 or 2, whether the report lies below, between or above them.
    """
    s = max(target.sigma_log, 1e-3)
    if target.kind == "multinomial":
        total = round(sum(target.counts))
        return rng.multinomial(total, rng.dirichlet(_concentration(np.asarray(x)[None], s)[0]))
    if target.kind == "count":
        return float(stats.nbinom.ppf(u, *_negative_binomial(_above_zero(x, target.low), s)))
    if target.kind == "point":
        return float(_above_zero(x, target.low) * np.exp(s * ndtri(u)))
    below, above = _tails(target, np.asarray(x), s)
    return 0 if 1.0 - u < below else 2 if u < above else 1


def predicted(target: Target, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a report drawn for each run, float64 (N): of a multinomial the share of its first category."""
    u = rng.random(len(x))
    s = max(target.sigma_log, 1e-3)
    if target.kind == "multinomial":
        total = round(sum(target.counts))
        return np.array([rng.multinomial(total, rng.dirichlet(a))[0] / total for a in _concentration(x, s)])
    scale = target.low or target.high or 1.0
    if target.kind == "count":
        return stats.nbinom.ppf(u, *_negative_binomial(_above_zero(x, scale), s))
    return _above_zero(x, scale) * np.exp(s * ndtri(u))


def total_log_likelihood(
    targets: Sequence[Target], observed: dict[str, np.ndarray], reports: Mapping = {}
) -> dict[str, np.ndarray]:
    """Return the log-likelihood of each family, (N): the mean over its targets, so that one thing counts once.

    `reports`: others than the targets' own, by target. A run that failed, of which nothing is known, has none: not a
    number.
    """
    families: dict[str, list[np.ndarray]] = {}
    for target in targets:
        families.setdefault(target.family, []).append(
            log_likelihood(target, simulated(target, observed), reports.get(target.id))
        )
    failed = np.all([np.isnan(values) for values in observed.values()], axis=0)
    return {family: np.where(failed, np.nan, np.mean(found, axis=0)) for family, found in families.items()}


def over_replicates(log_likelihoods: np.ndarray) -> np.ndarray:
    """Return the log of the mean likelihood over replicates, (draws) from (draws, replicates).

    Unlike the likelihood of the mean run it is unbiased.
    """
    known = np.where(np.isfinite(log_likelihoods), log_likelihoods, -np.inf)
    highest = known.max(axis=1)
    safe = np.where(np.isfinite(highest), highest, 0.0)
    with np.errstate(divide="ignore"):
        return np.log(np.exp(known - safe[:, None]).mean(axis=1)) + safe


# --- distributions --------------------------------------------------------------------------------------


def _above_zero(x, report):
    return np.maximum(np.where(np.isfinite(x), x, 0.0), NONE * report)


def _tails(target: Target, x, s):
    """Return the chances that a report of `x` lies below and above the bounds (of an ordering: that it is reversed)."""
    if target.kind == "ordering":
        ratio = np.log(np.maximum(np.where(np.isfinite(x), x, 0.0), NONE))
        return ndtr(-ratio / s), np.zeros_like(ratio)
    known = np.log(_above_zero(x, target.low or target.high))
    below = ndtr((np.log(target.low) - known) / s) if target.low is not None else np.zeros_like(known)
    above = ndtr((known - np.log(target.high)) / s) if target.high is not None else np.zeros_like(known)
    return below, above


def _negative_binomial(mean, s):
    """Return scipy's (n, p) of counts with `mean` whose rate has a log-sd of about `s`."""
    size = 1.0 / np.expm1(s**2)
    return size, size / (size + mean)


def _concentration(x, s):
    """Return the Dirichlet parameters by run, (N, categories): shares of the simulated counts, as sure as `s` says."""
    counts = np.where(np.isfinite(x), x, 0.0) + 1e-9
    share = counts / counts.sum(axis=-1, keepdims=True)
    return np.maximum(share, NONE / 2) / s**2


def _dirichlet_multinomial(counts, x, s):
    alpha = _concentration(x, s)
    total, strength = counts.sum(), alpha.sum(axis=-1)
    each = gammaln(counts + alpha) - gammaln(alpha) - gammaln(counts + 1.0)
    return gammaln(total + 1.0) + gammaln(strength) - gammaln(total + strength) + each.sum(axis=-1)
