"""How a pattern is judged: an interval over paired seeds against what is expected.

What is simulated of a clause is a ratio of means (or a mean: a denominator of 1) over seeds, with Fieller's interval
(1954; exact for normal numbers). A clause

- *holds* when its whole interval lies where it is expected,
- *does not hold* when its whole interval lies elsewhere,
- else is *undecided*: more seeds are needed, or the ratio means nothing because its denominator may be zero.

A pattern does not hold when one of its clauses does not; it holds when all do. False alarms: of all patterns of a
table, were all true, one is called false with a probability of at most `FALSE_ALARM`; this is shared equally among
patterns, and a pattern's share among its clauses (Bonferroni). That a false pattern is called true is rarer still, as
all of its clauses must.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

HOLDS, FAILS, UNDECIDED = "holds", "does not hold", "undecided"
FALSE_ALARM = 0.05
FEWEST_SEEDS = 5  # seeds below which nothing is judged
KNOWN_SHARE = 0.8  # least share of seeds in which the numbers exist


@dataclass(frozen=True)
class Ratio:
    """A ratio of means over seeds, with the interval by which it was judged."""

    value: float
    low: float
    high: float
    seeds: int


def ratio_of_means(numerator: Sequence[float], denominator: Sequence[float], alarm: float) -> Ratio:
    """Return mean numerator over mean denominator with its interval; `alarm`.

    The probability outside of it on either side.
    """
    pairs = np.column_stack([numerator, denominator]).astype(float)
    known = pairs[np.isfinite(pairs).all(axis=1)]
    count = len(known)
    if count < max(2, KNOWN_SHARE * len(pairs)):
        return Ratio(math.nan, math.nan, math.nan, count)
    (x, y), covariance = known.mean(axis=0), np.cov(known.T) / count
    value = x / y if y > 0 else math.nan
    t2 = stdtrit(count - 1, 1 - alarm) ** 2
    a = y**2 - t2 * covariance[1, 1]
    b = x * y - t2 * covariance[0, 1]
    c = x**2 - t2 * covariance[0, 0]
    if y <= 0 or a <= 0:
        return Ratio(value, math.nan, math.nan, count)
    root = math.sqrt(max(b**2 - a * c, 0.0))
    return Ratio(value, (b - root) / a, (b + root) / a, count)


def verdict(ratio: Ratio, low: float, high: float) -> str:
    """Judge one clause: expected above `low` and below `high`."""
    if ratio.seeds < FEWEST_SEEDS or not (math.isfinite(ratio.low) and math.isfinite(ratio.high)):
        return UNDECIDED
    if ratio.high <= low or ratio.low >= high:
        return FAILS
    return HOLDS if low < ratio.low and ratio.high < high else UNDECIDED


def together(verdicts: Sequence[str]) -> str:
    """Judge a pattern by its clauses."""
    if FAILS in verdicts:
        return FAILS
    return HOLDS if verdicts and all(v == HOLDS for v in verdicts) else UNDECIDED
