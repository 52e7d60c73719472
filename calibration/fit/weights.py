"""Weights of draws as numbers: how many they are worth, how heavy their tail is, and what they say of values."""

from collections.abc import Sequence

import numpy as np
from scipy.special import logsumexp

from scenarios.evidence.reports import EvidenceError


def normalised(log_weights: np.ndarray) -> np.ndarray:
    highest = np.max(log_weights)
    if not np.isfinite(highest):
        raise EvidenceError(
            "no draw can have made these reports: all runs failed, or every weight is zero; look at "
            "runs.parquet of the waves"
        )
    return np.exp(log_weights - logsumexp(log_weights))


def effective(weights: np.ndarray) -> float:
    return float(1.0 / np.sum(weights**2))


def pareto_k(log_weights: np.ndarray) -> float:
    """Return k-hat of the largest weights, as Vehtari et al. (2024) define it; ArviZ gives the same number.

    Not a number where too few weights differ from zero to tell.
    """
    finite = log_weights[np.isfinite(log_weights)]
    if len(finite) < 25:
        return float("nan")
    count = len(finite) // 5 if len(finite) <= 225 else int(3.0 * np.sqrt(len(finite)))
    weights = np.sort(np.exp(finite - finite.max()))
    return _shape(weights[-count:] - weights[-count - 1])


def _shape(tail: np.ndarray) -> float:
    """Return the shape of the generalised Pareto distribution of `tail`, in rising order, shrunk weakly towards 0.5.

    The estimator is that of Zhang and Stephens (2009).
    """
    count = len(tail)
    quartile = tail[int(count / 4 + 0.5) - 1]
    if quartile <= tail[0]:
        return float("nan")
    grid = 30 + int(np.sqrt(count))
    b = (1.0 - np.sqrt(grid / (np.arange(grid) + 0.5))) / (3.0 * quartile) + 1.0 / tail[-1]
    k = np.log1p(-b[:, None] * tail).mean(axis=1)
    log_likelihood = count * (np.log(-b / k) - k - 1.0)
    chance = np.exp(log_likelihood - logsumexp(log_likelihood))
    fitted = np.log1p(-(chance @ b) * tail).mean()
    return float((count * fitted + 10 * 0.5) / (count + 10))


def resample(weights: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return the draws that stand for the posterior, (count), resampled systematically.

    In random order, so the first n do too.
    """
    rng = np.random.default_rng([seed, count])
    points = (np.arange(count) + rng.random()) / count
    return rng.permutation(np.minimum(np.searchsorted(np.cumsum(weights), points), len(weights) - 1))


def weighted_quantiles(values: np.ndarray, weights: np.ndarray, at: Sequence[float]) -> np.ndarray:
    """Return weighted quantiles of `values` (N), not a number where none is known."""
    known = np.isfinite(values)
    if not known.any():
        return np.full(len(at), np.nan)
    order = np.argsort(values[known])
    share = np.cumsum(weights[known][order])
    middle = (share - 0.5 * weights[known][order]) / share[-1]
    return np.interp(at, middle, values[known][order])


def weighted_moments(values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return weighted mean and variance over the first axis."""
    mean = weights @ values
    return mean, weights @ (values - mean) ** 2
