"""Intervals of paired differences and of ratios of them, by a stated method.

Student's t, and for ratios Fieller (1954), on what is independent: the pairs where there is one draw of the parameters,
the means of the draws where there are several, since pairs of one draw share its parameters. With ten draws a
percentile bootstrap of the mean would be a fifth too narrow. Such an interval is that of the average: more draws narrow
it. What the parameters leave open is the range of the draws themselves (`of_draws`), which they do not.
"""

from dataclasses import dataclass

import numpy as np

CONFIDENCE = 0.95
NINE_IN_TEN = (0.05, 0.95)  # between these quantiles lie nine of ten draws


@dataclass(frozen=True)
class Estimate:
    """Mean with its interval, one number a column; what is unknown is not a number. `pairs` counts what was used."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    pairs: np.ndarray


class Pairs:
    """How pairs of runs lie in draws, and what can be said of their differences.

    `draw`: that of each of the N pairs.
    """

    def __init__(self, draw: np.ndarray, seed: int):
        self.draw, self.seed = np.asarray(draw), seed

    def only(self, which: np.ndarray) -> "Pairs":
        """Return the pairs for which `which` (N) holds."""
        return Pairs(self.draw[which], self.seed)

    def counts(self, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (replicates, draws) behind each column of `known` (N, K); replicates: the most of any draw."""
        by_draw = np.array([known[self.draw == draw].sum(axis=0) for draw in np.unique(self.draw)])
        return by_draw.max(axis=0), (by_draw > 0).sum(axis=0)

    @property
    def several_draws(self) -> bool:
        return len(np.unique(self.draw)) > 1

    def parameter_share(self, values: np.ndarray) -> np.ndarray:
        """Return the share of the variance of `values` (N, K) that lies between draws of the parameters.

        The rest is noise.

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
        return divide(between, between + noise)

    def mean(self, values: np.ndarray) -> Estimate:
        """Return the mean of `values` (N, K) and its interval: over pairs, or over draws where there are several."""
        means = self.independent(values)
        known = np.isfinite(means)
        count = known.sum(axis=0)
        mean = divide(np.where(known, means, 0.0).sum(axis=0), count)
        spread = np.where(known, means - mean, 0.0)
        error = np.sqrt(divide((spread**2).sum(axis=0), count - 1) / np.maximum(count, 1))
        reach = _student(count) * error
        return Estimate(mean, mean - reach, mean + reach, np.isfinite(values).sum(axis=0))

    @staticmethod
    def reach(count: int) -> float:
        """Return how many standard errors the interval of a mean of so many reaches to either side."""
        return float(_student(np.array(count)))

    def of_draws(self, values: np.ndarray) -> np.ndarray:
        """Return between which numbers nine of ten draws' means of `values` (N, K) lie, (2, K); NaN with one draw."""
        means = self.independent(values)
        enough = self.several_draws & (np.isfinite(means).sum(axis=0) > 1)
        found = np.full((2, values.shape[1]), np.nan)
        if enough.any():
            found[:, enough] = np.nanquantile(means[:, enough], NINE_IN_TEN, axis=0)
        return found

    def ratio(self, numerator: np.ndarray, denominator: np.ndarray) -> Estimate:
        """Return mean numerator over mean denominator, (K) from (N, K) each, with its interval.

        Not a number where the denominator's own interval includes zero: the ratio then means nothing.
        """
        top, bottom = self.mean(numerator), self.mean(denominator)
        clear = (bottom.low > 0) | (bottom.high < 0)
        low, high = fieller(self.independent(numerator), self.independent(denominator))
        return Estimate(
            *(np.where(clear, x, np.nan) for x in (divide(top.mean, bottom.mean), low, high)),
            np.minimum(top.pairs, bottom.pairs),
        )

    def independent(self, values):
        """Return `values` (N, K) themselves with one draw, with several the mean of each draw's known ones (D, K)."""
        if not self.several_draws:
            return np.asarray(values, float)
        known = np.isfinite(values)
        filled = np.where(known, values, 0.0)
        return np.array(
            [
                divide(filled[self.draw == draw].sum(axis=0), known[self.draw == draw].sum(axis=0))
                for draw in np.unique(self.draw)
            ]
        )


def fieller(numerator: np.ndarray, denominator: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Fieller's interval of mean numerator over mean denominator, (K) from paired (N, K).

    Rows without a value are left out.

    Not a number where the denominator is not distinguishable from zero: the interval is unbounded there.
    """
    known = np.isfinite(numerator) & np.isfinite(denominator)
    count = known.sum(axis=0)
    x, y = (divide(np.where(known, v, 0.0).sum(axis=0), count) for v in (numerator, denominator))
    dx, dy = np.where(known, numerator - x, 0.0), np.where(known, denominator - y, 0.0)
    vx, vy, covariance = (divide((a * b).sum(axis=0), (count - 1) * count) for a, b in ((dx, dx), (dy, dy), (dx, dy)))
    t2 = _student(count) ** 2
    a = y**2 - t2 * vy
    b = x * y - t2 * covariance
    c = x**2 - t2 * vx
    root = np.sqrt(np.maximum(b**2 - a * c, 0.0))
    bounded = a > 0
    return np.where(bounded, divide(b - root, a), np.nan), np.where(bounded, divide(b + root, a), np.nan)


def divide(numerator, denominator) -> np.ndarray:
    """Divide element by element; what is over 0 is not a number."""
    denominator = np.asarray(denominator, float)
    shape = np.broadcast_shapes(np.shape(numerator), denominator.shape)
    out = np.full(shape, np.nan)
    return np.divide(numerator, denominator, out=out, where=np.broadcast_to(denominator != 0, shape))


def _student(count: np.ndarray) -> np.ndarray:
    """Return Student's t that leaves out the interval's tails, for a mean of so many values (1 counts as 2)."""
    from scipy.special import stdtrit  # here, since a single run needs none and it takes a quarter of a second

    return stdtrit(np.maximum(count - 1, 1), (1 + CONFIDENCE) / 2)
