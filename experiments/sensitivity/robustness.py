"""Which policy holds up whatever the assumptions: the three-stage family of McPhail et al. (2018), trade-offs, ranks.

A robustness metric transforms performance (as it is, regret, or satisficed or not), selects worlds (all, the worst,
some percentiles) and aggregates them (doi 10.1002/2017EF000649). So metrics are settings of one function; they may
disagree, which is shown, not averaged away. Performance is absolute, the outcome in each world, and is turned so that
more is better before anything else: were it the change against the baseline, the baseline's own row would be zeros.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from .samples import generator

RESAMPLES = 500

# --- stage 1: transform -----------------------------------------------------------------------------


def identity(table: np.ndarray, **_) -> np.ndarray:
    """Performance as it is, (policies, worlds), more is better."""
    return table


def regret(table: np.ndarray, **_) -> np.ndarray:
    """Less what the best policy reaches in the same world (Savage): 0 is best, below is regret."""
    return table - table.max(axis=0)


def deviation(table: np.ndarray, **_) -> np.ndarray:
    """Less the policy's own median over worlds."""
    return table - np.median(table, axis=1, keepdims=True)


def satisficed(table: np.ndarray, threshold: float = 0.0, **_) -> np.ndarray:
    """1 where performance is above `threshold`, else 0."""
    return (table > threshold).astype(float)


# --- stage 2: select --------------------------------------------------------------------------------


def every(values: np.ndarray) -> np.ndarray:
    """All worlds."""
    return values


def worst(values: np.ndarray) -> np.ndarray:
    return values.min(axis=1, keepdims=True)


def best(values: np.ndarray) -> np.ndarray:
    return values.max(axis=1, keepdims=True)


def ends(values: np.ndarray) -> np.ndarray:
    """The worst and the best world."""
    return np.concatenate([worst(values), best(values)], axis=1)


def worst_half(values: np.ndarray) -> np.ndarray:
    return np.sort(values, axis=1)[:, : -(-values.shape[1] // 2)]


def percentiles(*which: float) -> Callable[[np.ndarray], np.ndarray]:
    """These percentiles over worlds."""
    return lambda values: np.percentile(values, which, axis=1).T


# --- stage 3: aggregate -----------------------------------------------------------------------------


def mean(values: np.ndarray) -> np.ndarray:
    return values.mean(axis=1)


def total(values: np.ndarray) -> np.ndarray:
    return values.sum(axis=1)


def mean_less_sd(values: np.ndarray) -> np.ndarray:
    return values.mean(axis=1) - values.std(axis=1)


def skewness(values: np.ndarray) -> np.ndarray:
    """((q90 + q10) / 2 - q50) / ((q90 - q10) / 2) of three percentiles."""
    low, middle, high = values.T
    return _over((high + low) / 2 - middle, (high - low) / 2)


def peakedness(values: np.ndarray) -> np.ndarray:
    """(q90 - q10) / (q75 - q25) of four percentiles."""
    low, lower, upper, high = values.T
    return _over(high - low, upper - lower)


def _over(a, b):
    return np.divide(a, b, out=np.zeros(np.broadcast_shapes(np.shape(a), np.shape(b))), where=np.asarray(b) != 0)


# --- the family -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Metric:
    """One setting of the three stages. `says`: what it asks, in plain words.

    `beside_baseline`: it judges policies by their change against the baseline, which is then none of them.
    """

    name: str
    says: str
    transform: Callable
    select: Callable
    aggregate: Callable
    beside_baseline: bool = False

    def of(self, table: np.ndarray, threshold: float = 0.0) -> np.ndarray:
        """Return each policy's robustness, float64 (policies), from performance (policies, worlds); more is better."""
        return self.aggregate(self.select(self.transform(table, threshold=threshold)))


METRICS = (
    Metric("expected value", "on average over worlds (Laplace)", identity, every, mean),
    Metric("maximin", "in its worst world (Wald)", identity, worst, mean),
    Metric("maximax", "in its best world", identity, best, mean),
    Metric("Hurwicz", "half way between its worst and its best world", identity, ends, mean),
    Metric("minimax regret", "its largest regret against the best policy of each world (Savage)", regret, worst, mean),
    Metric("90th percentile regret", "its regret in all but the worst tenth of worlds", regret, percentiles(10), mean),
    Metric("mean less sd", "on average, less one standard deviation", identity, every, mean_less_sd),
    Metric("undesirable deviations", "how little its worse half falls below its own median", deviation, worst_half,
        total),
    Metric("percentile skewness", "whether its good worlds lie further out than its bad ones", identity,
        percentiles(10, 50, 90), skewness),
    Metric("percentile peakedness", "how many worlds lie near the middle", identity, percentiles(10, 25, 75, 90),
        peakedness),
    Metric("satisficing", "in how many worlds it is better than the baseline (Starr's domain criterion)", satisficed,
        every, mean, beside_baseline=True),
)  # fmt: skip


def ranks(values: np.ndarray) -> np.ndarray:
    """Return ranks from 1, the best; policies that tie share the mean of their ranks. Last axis: policies."""
    from scipy.stats import rankdata

    return rankdata(-np.round(values, 12), axis=-1)


def agreement(values: Mapping[str, np.ndarray]) -> list[tuple[str, str, float]]:
    """Return Kendall's tau-b between the rankings of every two metrics; not a number where one does not rank.

    Over the policies that both judge: those that have a value.
    """
    from scipy.stats import kendalltau

    def tau(a, b):
        both = np.isfinite(a) & np.isfinite(b)
        return float(kendalltau(a[both], b[both]).statistic) if both.sum() > 1 else np.nan

    return [(a, b, tau(values[a], values[b])) for a, b in combinations(values, 2)]


def rank_probabilities(metric: Metric, table: np.ndarray, seed: int, threshold: float = 0.0) -> np.ndarray:
    """Return the probability of each rank, (policies, ranks).

    Worlds resampled, ties shared among the ranks they span.
    """
    count, worlds = table.shape
    rng = generator(seed, 5)
    chance = np.zeros((count, count))
    for _ in range(RESAMPLES):
        values = np.round(metric.of(table[:, rng.integers(worlds, size=worlds)], threshold), 12)
        better = (values[None, :] > values[:, None]).sum(axis=1)
        ties = (values[None, :] == values[:, None]).sum(axis=1)
        for policy in range(count):
            chance[policy, better[policy] : better[policy] + ties[policy]] += 1 / ties[policy]
    return chance / RESAMPLES


# --- trade-offs -------------------------------------------------------------------------------------


def efficient(scores: np.ndarray) -> np.ndarray:
    """Return which policies no other dominates, bool (policies): as good in every outcome, better in one.

    More is better.
    """
    as_good = (scores[None, :, :] >= scores[:, None, :]).all(axis=2)
    better = (scores[None, :, :] > scores[:, None, :]).any(axis=2)
    return ~(as_good & better).any(axis=1)


def efficient_probability(tables: Sequence[np.ndarray], seed: int) -> np.ndarray:
    """Return how often each policy is efficient when worlds are resampled; `tables`: (policies, worlds) an outcome."""
    rng = generator(seed, 6)
    worlds = tables[0].shape[1]
    count = np.zeros(len(tables[0]))
    for _ in range(RESAMPLES):
        taken = rng.integers(worlds, size=worlds)
        count += efficient(np.column_stack([table[:, taken].mean(axis=1) for table in tables]))
    return count / RESAMPLES
