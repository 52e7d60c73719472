"""Intervals of paired differences and of ratios of them, by a stated method.

One draw of the parameters: Student's t on the pairs. Several: a cluster bootstrap, draws outside and replicates
inside, since pairs of one draw share its parameters. Its resampling is fixed by the design's seed.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import stdtrit

LEVEL = 0.95
RESAMPLES = 2000
COLUMNS_AT_ONCE = 2048


@dataclass(frozen=True)
class Estimate:
    """Mean with its interval, one number a column; what can't be said is not a number. `pairs` counts what was used."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    pairs: np.ndarray


class Pairs:
    """How pairs of runs lie in draws, and what can be said of their differences. `draw`: that of each of the N pairs."""

    def __init__(self, draw: np.ndarray, seed: int):
        self.draw, self.seed = np.asarray(draw), seed

    def only(self, which: np.ndarray) -> "Pairs":
        """Return the pairs for which `which` (N) holds."""
        return Pairs(self.draw[which], self.seed)

    def counts(self, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (replicates, draws) that stand behind each column of `known` (N, K); replicates: the most of any draw."""
        by_draw = np.array([known[self.draw == draw].sum(axis=0) for draw in np.unique(self.draw)])
        return by_draw.max(axis=0), (by_draw > 0).sum(axis=0)

    @cached_property
    def weights(self) -> np.ndarray:
        """Return how often each resample holds each pair, float64 (RESAMPLES, N)."""
        rng = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(len(self.draw),)))
        draws = np.unique(self.draw)
        taken = rng.multinomial(len(draws), np.full(len(draws), 1 / len(draws)), size=RESAMPLES)
        weights = np.zeros((RESAMPLES, len(self.draw)))
        for times, draw in zip(taken.T, draws):
            inside = np.flatnonzero(self.draw == draw)
            weights[:, inside] = rng.multinomial(times * len(inside), np.full(len(inside), 1 / len(inside)))
        return weights

    @property
    def several_draws(self) -> bool:
        return len(np.unique(self.draw)) > 1

    def parameter_share(self, values: np.ndarray) -> np.ndarray:
        """Return which share of the variance of `values` (N, K) lies between draws of the parameters; the rest is noise.

        One-way random effects: the variance of draws' means, less what noise adds to it. Draws that miss a run are left
        out. Not a number without two draws and two seeds a draw, and where nothing varies.
        """
        draws = np.unique(self.draw)
        seeds = min((self.draw == draw).sum() for draw in draws)
        if len(draws) < 2 or seeds < 2:
            return np.full(values.shape[1], np.nan)
        inside = [values[self.draw == draw] for draw in draws]
        noise = np.ma.masked_invalid([runs.var(axis=0, ddof=1) for runs in inside]).mean(axis=0)
        between = np.ma.masked_invalid([runs.mean(axis=0) for runs in inside]).var(axis=0, ddof=1) - noise / seeds
        between, noise = np.ma.filled(np.ma.maximum(between, 0.0), np.nan), np.ma.filled(noise, np.nan)
        return _over(between, between + noise)

    def mean(self, values: np.ndarray) -> Estimate:
        """Return the mean over pairs of `values` (N, K) and its interval. Not a number where a pair has no value."""
        known = np.isfinite(values)
        pairs = known.sum(axis=0)
        filled = np.where(known, values, 0.0)
        mean = _over(filled.sum(axis=0), pairs)
        if self.several_draws:
            low, high = self._bootstrap(filled, known)
        else:
            spread = np.where(known, values - mean, 0.0)
            error = np.sqrt(_over((spread**2).sum(axis=0), pairs - 1) / np.maximum(pairs, 1))
            reach = stdtrit(np.maximum(pairs - 1, 1), (1 + LEVEL) / 2) * error
            low, high = mean - reach, mean + reach
        single = pairs < 2
        return Estimate(mean, np.where(single, np.nan, low), np.where(single, np.nan, high), pairs)

    def _bootstrap(self, filled, known) -> tuple[np.ndarray, np.ndarray]:
        low, high = np.full((2, filled.shape[1]), np.nan)
        for start in range(0, filled.shape[1], COLUMNS_AT_ONCE):
            here = slice(start, start + COLUMNS_AT_ONCE)
            means = _over(self.weights @ filled[:, here], self.weights @ known[:, here].astype(float))
            low[here], high[here] = _quantiles(means)
        return low, high

    def ratio(self, numerator: np.ndarray, denominator: np.ndarray) -> Estimate:
        """Return mean numerator over mean denominator, (K) from (N, K) each, with its interval.

        Not a number where the denominator's own interval includes zero: the ratio then means nothing.
        One draw: Fieller (1954), exact for normal pairs. Several: percentiles of the bootstrap.
        """
        top, bottom = self.mean(numerator), self.mean(denominator)
        pairs = np.minimum(top.pairs, bottom.pairs)
        said = (bottom.low > 0) | (bottom.high < 0)
        if self.several_draws:
            ratios = _over(self.weights @ np.nan_to_num(numerator), self.weights @ np.nan_to_num(denominator))
            low, high = _quantiles(ratios)
        else:
            low, high = fieller(numerator, denominator)
        return Estimate(*(np.where(said, x, np.nan) for x in (_over(top.mean, bottom.mean), low, high)), pairs)


def fieller(numerator: np.ndarray, denominator: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Fieller's interval of mean numerator over mean denominator, (K) from paired (N, K).

    Not a number where the denominator can't be told from zero: the interval is unbounded there.
    """
    count = len(numerator)
    x, y = numerator.mean(axis=0), denominator.mean(axis=0)
    if count < 2:
        return np.full_like(x, np.nan), np.full_like(x, np.nan)
    vx, vy = numerator.var(axis=0, ddof=1) / count, denominator.var(axis=0, ddof=1) / count
    covariance = ((numerator - x) * (denominator - y)).sum(axis=0) / (count - 1) / count
    t2 = stdtrit(count - 1, (1 + LEVEL) / 2) ** 2
    a = y**2 - t2 * vy
    b = x * y - t2 * covariance
    c = x**2 - t2 * vx
    root = np.sqrt(np.maximum(b**2 - a * c, 0.0))
    bounded = a > 0
    return np.where(bounded, _over(b - root, a), np.nan), np.where(bounded, _over(b + root, a), np.nan)


def probability_better(differences: np.ndarray, better: str | None) -> np.ndarray:
    """Return the share of pairs (N, K) that are strictly better, plus half the ties; nan without a direction."""
    known = np.isfinite(differences)
    if better is None:
        return np.full(differences.shape[1], np.nan)
    gain = np.where(known, differences, 0.0) * (1 if better == "up" else -1)
    wins = ((gain > 0) & known).sum(axis=0) + 0.5 * ((gain == 0) & known).sum(axis=0)
    return _over(wins, known.sum(axis=0))


def _quantiles(means):
    """Return the interval's ends, (2, K); a resample that holds no known pair says nothing."""
    ends = np.full((2, means.shape[1]), np.nan)
    known = np.isfinite(means)
    whole, some = known.all(axis=0), known.any(axis=0) & ~known.all(axis=0)
    for which, of in ((whole, np.quantile), (some, np.nanquantile)):
        if which.any():
            ends[:, which] = of(means[:, which], [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return ends


def _over(numerator, denominator):
    denominator = np.asarray(denominator, float)
    shape = np.broadcast_shapes(np.shape(numerator), denominator.shape)
    out = np.full(shape, np.nan)
    return np.divide(numerator, denominator, out=out, where=np.broadcast_to(denominator != 0, shape))
