"""How likely one report is, given what a run says of it.

Every kind has one distribution of the report, given the simulated number X, the reporting error s (sd of the log) and
a shift of the level that reports of a tier share (`joint`); its log-likelihood and its draws agree. A count is
Poisson-lognormal: right by its median, its error symmetric in the log once it is large. A counted or estimated lower
bound (`at_least`) is a report that leaves some out: log report = log X - delta + s z, delta >= 0 exponential. The
other bounds are read as the event that the report names.
"""

import numpy as np
from scipy.special import gammaln, log_ndtr, ndtr, ndtri, wrightomega

from calibration.targets.targets import Target

SHARE_FOR_ZERO = 0.01  # where nothing says how coarse a run is, a simulated zero is read as this share of the report
TINY = 1e-300
LEAST_ERROR = 1e-3
UNDERSTATED = 0.3  # assumption: mean of delta, what a lower bound leaves out in the log, where nothing else is given
NODES, NODE_WEIGHTS = np.polynomial.hermite.hermgauss(21)


def simulated(target: Target, expected: dict[str, np.ndarray]) -> np.ndarray:
    """Return what the runs say of a target: float64 (N), or (N, categories) for a multinomial.

    `expected`: expected reports by name, (N) each. Not a number where a ratio is 0 over 0.
    """
    parts = [np.asarray(expected[part.name], float) for part in target.parts]
    if target.kind == "multinomial":
        return np.stack(parts, axis=-1)
    if len(parts) == 1:
        return parts[0]
    return np.divide(parts[0], parts[1], out=np.full(parts[0].shape, np.nan), where=parts[1] > 0)


def log_likelihood(target: Target, x: np.ndarray, report=None, shift=0.0, understated=UNDERSTATED) -> np.ndarray:
    """Return the log-likelihood of a report, by run: of a number that of its log, of an event its log chance.

    `report`: another than the target's own, as `draw_report` gives them. `shift`: what is added to the log of X;
    `understated`: the mean of delta of an `at_least`; both broadcast with `x`.
    """
    s = error(target)
    if target.kind == "multinomial":
        return _dirichlet_multinomial(np.asarray(target.counts if report is None else report, float), target, x, s)
    number = target.low if report is None else report
    match target.kind:
        case "count":
            return poisson_lognormal(np.round(number), _log_of(target, x) + shift, s)
        case "point":
            return _log_normal(np.log(number) - _log_of(target, x) - shift, s)
        case "at_least":
            return _log_normal_less_exponential(np.log(number) - _log_of(target, x) - shift, s, understated)
    below, above = _tails(target, x, s, shift)
    inside = 1.0 - below - above
    chance = (below, inside, above)[1 if report is None else int(report)]
    return np.log(np.maximum(chance, TINY))


def draw_report(target: Target, x, u, rng: np.random.Generator, shift=0.0, left_out=0.0):
    """Return a report that a world with simulated number `x` (one run) could have made: its quantile `u`.

    `left_out`: the delta of an `at_least`. For intervals, upper bounds and orderings: 0, 1 or 2, whether the report
    lies below, between or above them.
    """
    s = error(target)
    if target.kind == "multinomial":
        total = round(sum(target.counts))
        return rng.multinomial(total, rng.dirichlet(_concentration(target, np.asarray(x, float)[None], s, total)[0]))
    if target.kind in ("count", "point", "at_least"):
        return float(_numbers(target, x, u, rng, shift, left_out if target.kind == "at_least" else 0.0))
    below, above = _tails(target, np.asarray(x), s, shift)
    return 0 if 1.0 - u < below else 2 if u < above else 1


def predicted(target: Target, x: np.ndarray, rng: np.random.Generator, shift=0.0, understated=UNDERSTATED):
    """Return a report drawn for each run, float64 (N): of a multinomial the share of its first category.

    Of an interval, an upper bound or an ordering: the number that the report speaks of.
    """
    s, u = error(target), rng.random(len(x))
    if target.kind == "multinomial":
        total = round(sum(target.counts))
        return np.array(
            [rng.multinomial(total, rng.dirichlet(a))[0] / total for a in _concentration(target, x, s, total)]
        )
    left_out = rng.standard_exponential(len(x)) * understated if target.kind == "at_least" else 0.0
    return _numbers(target, x, u, rng, shift, left_out)


def error(target: Target) -> float:
    """Return the sd of the log by which a report is off by itself.

    What the model is off by in a level is shared (`joint`); in shares, ratios and orderings, where that cancels out,
    it is each report's own.
    """
    return max(float(np.hypot(target.reporting_error, 0.0 if target.of_level else target.discrepancy)), LEAST_ERROR)


# --- distributions --------------------------------------------------------------------------------------


def _numbers(target, x, u, rng, shift, left_out):
    log = _log_of(target, x) + shift + error(target) * ndtri(u) - left_out
    return 1.0 * rng.poisson(np.exp(np.minimum(log, 40.0))) if target.kind == "count" else np.exp(log)


def _log_of(target: Target, x):
    """Return log X; a run that saw n agents is read as n + 1/2 of them (Jeffreys' posterior mean of a Poisson rate)."""
    known = np.where(np.isfinite(x), x, 0.0)
    if target.of_level and target.grain > 0:
        return np.log(known + target.grain / 2)
    return np.log(np.maximum(known, SHARE_FOR_ZERO * (target.low or target.high or 1.0)))


def _log_normal(off, s):
    return -0.5 * (off / s) ** 2 - np.log(s) - 0.5 * np.log(2 * np.pi)


def _log_normal_less_exponential(off, s, mean):
    """Return the log density of s z - delta at `off`: an exponentially modified normal (Grushka 1972), mirrored."""
    return -np.log(mean) + off / mean + 0.5 * (s / mean) ** 2 + log_ndtr(-off / s - s / mean)


def poisson_lognormal(count, log_median, s) -> np.ndarray:
    """Return the log chance of `count` if its rate is e^(log_median + s z).

    Gauss-Hermite quadrature over the log rate, centred and scaled at the mode of the integrand (Liu and Pierce 1994).
    The mode solves count - e^r = (r - log_median) / s^2, in closed form by Wright's omega function.
    """
    reach = np.asarray(log_median) + count * s**2
    mode = reach - wrightomega(2 * np.log(s) + reach)
    scale = np.sqrt(2.0) / np.sqrt(1 / s**2 + np.exp(mode))
    integrand = lambda rate: count * rate - np.exp(rate) - 0.5 * ((rate - log_median) / s) ** 2  # noqa: E731
    highest = integrand(mode)
    total = sum(
        weight * np.exp(integrand(mode + scale * node) - highest)
        for node, weight in zip(NODES, NODE_WEIGHTS * np.exp(NODES**2))
    )
    return np.log(total * scale) + highest - gammaln(count + 1.0) - np.log(s) - 0.5 * np.log(2 * np.pi)


def _tails(target: Target, x, s, shift=0.0):
    """Return the chances that a report of `x` lies below and above the bounds (of an ordering: that it is reversed)."""
    if target.kind == "ordering":
        ratio = np.log(np.maximum(np.where(np.isfinite(x), x, 0.0), SHARE_FOR_ZERO))
        return ndtr(-ratio / s), np.zeros_like(ratio)
    known = _log_of(target, x) + shift
    below = ndtr((np.log(target.low) - known) / s) if target.low is not None else np.zeros_like(known)
    above = ndtr((known - np.log(target.high)) / s) if target.high is not None else np.zeros_like(known)
    return below, above


def _concentration(target: Target, x, s, cases):
    """Return the Dirichlet parameters by run, (N, categories): shares of the simulated counts, as sure as cases allow.

    The strength A is that of as many cases as the report counts, less what its error takes away: 1/A = 1/cases +
    s^2 p (1 - p), by which the log odds of a share p are off with an sd of s.
    """
    counts = np.where(np.isfinite(x), x, 0.0) + max(target.grain / 2, 1e-9)
    share = counts / counts.sum(axis=-1, keepdims=True)
    share = np.maximum(share, SHARE_FOR_ZERO / 2)
    share = share / share.sum(axis=-1, keepdims=True)
    spread = (1.0 - (share**2).sum(axis=-1, keepdims=True)) / share.shape[-1]
    return share / (1.0 / cases + s**2 * spread)


def _dirichlet_multinomial(counts, target, x, s):
    total = counts.sum()
    alpha = _concentration(target, x, s, total)
    strength = alpha.sum(axis=-1)
    each = gammaln(counts + alpha) - gammaln(alpha) - gammaln(counts + 1.0)
    return gammaln(total + 1.0) + gammaln(strength) - gammaln(total + strength) + each.sum(axis=-1)
