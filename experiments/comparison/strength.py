"""How strongly a comparison shows an effect: the one rule behind every word and colour of strength.

What is independent (the draws' means, or the pairs where there is one draw) votes on the sign of an effect. The share
of the majority, with half of the ties, has its Jeffreys interval (Brown, Cai and DasGupta 2001). The effect is `clear`
where the lower end of that is 0.9 or more, `likely` where it is 0.67 or more, else `not distinguishable`. Unlike the
interval of a mean, the share does not narrow to nothing with more draws, and no single large world decides it.

Where one table holds many effects, the rate of false discoveries among those that are called likely or clear is held
at 5 % by the procedure of Benjamini and Yekutieli (2001), which allows for any dependence.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .intervals import CONFIDENCE, NINE_IN_TEN, divide

CLEAR, LIKELY, INDISTINCT = "clear", "likely", "not distinguishable"
CLEAR_FROM, LIKELY_FROM = 0.9, 0.67  # lower ends of the Jeffreys interval
FEWEST_VOTES = 7  # votes: with fewer, not even all of one sign make an effect likely
FALSE_DISCOVERIES = 0.05
UP, DOWN = "up", "down"

FEWEST_AGENTS = 10  # expected in every draw's baseline before a ratio of one draw means anything
PER_DRAW, POINTS, OF_SUMS = "per draw", "points", "of sums"  # kinds of relative change


@dataclass(frozen=True)
class Agreement:
    """How many agree on the sign, for K quantities; what is unknown is not a number.

    `share` of the majority's sign (half of the ties), `low` and `high` its interval, `sign` +1, -1 or 0, `p` of the
    two-sided sign test.
    """

    share: np.ndarray
    low: np.ndarray
    high: np.ndarray
    sign: np.ndarray
    p: np.ndarray

    @property
    def strength(self) -> list[str]:
        """The word for each quantity, looked at alone."""
        return [
            CLEAR if low >= CLEAR_FROM else LIKELY if low >= LIKELY_FROM else INDISTINCT for low in self.low.tolist()
        ]

    @property
    def direction(self) -> list[str | None]:
        """`up` or `down`, as the majority says; None where neither has one."""
        return [{1: UP, -1: DOWN}.get(int(sign)) for sign in self.sign]

    def shown(self) -> np.ndarray:
        """Return the sign of each quantity that is likely or clear, else 0; int (K)."""
        return np.where(np.array(self.strength, object) != INDISTINCT, self.sign, 0).astype(int)


def agreement(votes: np.ndarray) -> Agreement:
    """Return how far independent differences (N, K) agree on their sign."""
    from scipy.special import betainc, betaincinv  # here: loading takes a quarter of a second

    known = np.isfinite(votes)
    count = known.sum(axis=0)
    up = ((votes > 0) & known).sum(axis=0) + 0.5 * ((votes == 0) & known).sum(axis=0)
    most = np.maximum(up, count - up)
    tail = (1 - CONFIDENCE) / 2
    some = count > 0
    low, high = (np.where(some, betaincinv(most + 0.5, count - most + 0.5, end), np.nan) for end in (tail, 1 - tail))
    high = np.where(some & (most == count), 1.0, high)
    p = np.where(some, np.minimum(1.0, 2 * betainc(np.maximum(most, 0.5), count - most + 1, 0.5)), 1.0)
    return Agreement(divide(most, count), low, high, np.sign(2 * up - count).astype(int), p)


def discoveries(p: Sequence[float] | np.ndarray) -> np.ndarray:
    """Return which of many p-values are discoveries at a false discovery rate of 5 %, bool (N).

    Benjamini and Yekutieli 2001, Annals of Statistics 29, theorem 1.3.
    """
    p = np.asarray(p, float)
    count = len(p)
    if not count:
        return np.zeros(0, bool)
    order = np.argsort(p)
    limit = FALSE_DISCOVERIES * np.arange(1, count + 1) / (count * (1 / np.arange(1, count + 1)).sum())
    passed = np.flatnonzero(p[order] <= limit)
    found = np.zeros(count, bool)
    if passed.size:
        found[order[: passed[-1] + 1]] = True
    return found


def among_many(rows: list[dict]) -> list[dict]:
    """Return the rows of one table with the words of those that are no discovery among them taken back."""
    found = discoveries([row["p"] for row in rows])
    return [row if kept else row | {"strength": INDISTINCT} for row, kept in zip(rows, found)]


# --- worsening on balance -------------------------------------------------------------------------------


FLIPS = 1999  # random flips of signs, where there are more than as many
ALARMS = 0.03  # false alarms of a whole family


def worse_together(change: np.ndarray, seed: int) -> np.ndarray:
    """Return how likely chance makes any of a family's K quantities look as bad as each, (K).

    `change` (N, K): up is worse.

    Signed ranks of the N independent changes (Wilcoxon 1945), standardised and tested to one side. If an arm does
    nothing, it and the baseline could be exchanged in any draw, so all signs of a draw may be flipped together: the
    largest of K statistics under such flips is what chance gives, whatever the shape of the changes and however they
    correlate (max-t: Westfall and Young 1993). All flips are tried, or FLIPS of them with a fixed seed. A change that
    is not a number has no rank.
    """
    from scipy.stats import rankdata

    change = np.where(np.isfinite(change), change, 0.0)
    ranks = rankdata(np.abs(change), axis=0) * np.sign(change)
    ranks = np.where(ranks == 0, 0.0, divide(ranks, np.sqrt((ranks**2).sum(axis=0))))
    count = len(change)
    if every := 2**count <= FLIPS + 1:
        flips = 1.0 - 2.0 * (np.arange(2**count)[:, None] >> np.arange(count) & 1)
    else:
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(count, FLIPS)))
        flips = rng.choice([-1.0, 1.0], (FLIPS, count))
    by_chance = np.max(flips @ ranks, axis=1, initial=-np.inf)
    as_bad = (by_chance[:, None] >= ranks.sum(axis=0) - 1e-9).sum(axis=0)
    return as_bad / len(flips) if every else (as_bad + 1) / (len(flips) + 1)


@dataclass(frozen=True)
class Relative:
    """A relative change of K quantities with the range of nine of ten draws: `kind` says of which sort."""

    middle: np.ndarray
    low: np.ndarray
    high: np.ndarray
    kind: list[str]


def relative(baseline: np.ndarray, arm: np.ndarray, units: Sequence[str], people_per_agent: int) -> Relative:
    """Return the change of an arm relative to the baseline, both (N, K) over what is independent.

    Per draw: the median of log(arm / baseline) and its 5 and 95 % quantiles, as relative changes (-0.12: 12 % less).
    Shares: the same of the difference, in points (0.01 is one). Where some draw's baseline expects fewer than
    FEWEST_AGENTS simulated people, or some level is not above zero, a draw's ratio is mostly chance: the sum of the arm
    over that of the baseline, less 1, without a range.
    """
    known = np.isfinite(baseline) & np.isfinite(arm)
    baseline, arm = (np.where(known, values, np.nan) for values in (baseline, arm))
    fewest = np.array([FEWEST_AGENTS * people_per_agent if unit.startswith("person") else 0.0 for unit in units])
    with np.errstate(invalid="ignore"):
        enough = np.all(~known | ((baseline >= fewest) & (baseline > 0) & (arm > 0)), axis=0) & known.any(axis=0)
    points = np.array([unit == "share" for unit in units], bool)
    middle, low, high = (np.full(len(units), np.nan) for _ in range(3))
    for which, values in (
        (points & known.any(axis=0), arm - baseline),
        (~points & enough, np.log(np.where(enough & (arm > 0), arm, 1.0)) - np.log(np.where(enough, baseline, 1.0))),
    ):
        if which.any():
            values = np.where(known, values, np.nan)[:, which]
            middle[which] = np.nanmedian(values, axis=0)
            if len(values) > 1:
                low[which], high[which] = np.nanquantile(values, NINE_IN_TEN, axis=0)
    logs = ~points & enough
    middle[logs], low[logs], high[logs] = np.expm1(middle[logs]), np.expm1(low[logs]), np.expm1(high[logs])
    sums = ~points & ~enough
    total = [np.where(known, values, 0.0).sum(axis=0) for values in (arm, baseline)]
    of_sums = divide(total[0], np.where(total[1] > 0, total[1], 0.0)) - 1
    middle[sums] = of_sums[sums]
    kind = [POINTS if p else PER_DRAW if e else OF_SUMS for p, e in zip(points, enough)]
    return Relative(middle, low, high, kind)


MOST_SIMULATED = 64  # draws: beyond, the critical value hardly falls
FAMILIES_SIMULATED = 4000


def critical_value(votes: np.ndarray, seed: int) -> float:
    """Return how many standard errors make intervals of all K means of `votes` (N, K) cover together.

    The 95 % point of the largest |t| among K, each a Student's t of N independent draws whose effects correlate as the
    given ones do, simulated with a fixed seed (max-t: Westfall and Young 1993; Hothorn, Bretz and Westfall 2008). The
    correlation is shrunk towards none by what the sample leaves open (Schaefer and Strimmer 2005). Columns that do not
    vary need no interval; not a number below two whole rows or without any column that varies.
    """
    known = np.isfinite(votes).sum(axis=0)
    votes = votes[:, 2 * known > known.max(initial=0)]  # a share of nothing in most draws leaves the others theirs
    votes = votes[np.isfinite(votes).all(axis=1)]
    count = len(votes)
    if count < 2 or not (varies := votes.std(axis=0) > 0).any():
        return np.nan
    votes = votes[:, varies]
    root = np.linalg.cholesky(_shrunk(votes) + 1e-9 * np.eye(votes.shape[1]))
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(count, votes.shape[1])))
    drawn = min(count, MOST_SIMULATED)
    largest = []
    for _ in range(0, FAMILIES_SIMULATED, 200):
        family = rng.standard_normal((200, drawn, votes.shape[1])) @ root.T
        largest.append(np.abs(family.mean(axis=1) / family.std(axis=1, ddof=1)).max(axis=1) * np.sqrt(drawn))
    return float(np.quantile(np.concatenate(largest), CONFIDENCE))


def _shrunk(votes: np.ndarray) -> np.ndarray:
    """Return the correlation of the columns of `votes` (N, K), (K, K), shrunk towards none."""
    count, size = votes.shape
    z = (votes - votes.mean(axis=0)) / votes.std(axis=0, ddof=1)
    found = z.T @ z / (count - 1)
    variance = (count / (count - 1) ** 3) * ((z**2).T @ z**2 - (z.T @ z) ** 2 / count)
    off = ~np.eye(size, dtype=bool)
    weight = min(1.0, max(0.0, divide(variance[off].sum(), (found[off] ** 2).sum()).item())) if size > 1 else 0.0
    weight = 1.0 if count < 4 else weight
    return np.where(off, (1 - weight) * found, 1.0)
