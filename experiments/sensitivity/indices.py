"""Which factor drives an outcome of a stochastic model, and beside every figure what noise alone would show.

Estimators are SALib's. With Y a quantity, theta the parameters and s the seed, which is a factor like another:

- `noise`: one-way random effects over points and replicates; the noise share is V_noise / (V_noise + V_parameters).
- `screening`: Morris' mu*, in standard deviations of Y. The seed's is the size of chance.
- `sobol`: first and total order. Rows of a base row share their seed, so a factor's effect is not blurred by luck; the
  seed's total index T_s is the noise share, and an index over 1 - T_s is the share of what parameters explain.
  Intervals: from independent scrambles, since SALib's bootstrap over-covers.
- The dummy's upper end is the floor of both. A factor is above it where the difference between the two, trajectory by
  trajectory or scramble by scramble, excludes zero: one dummy's estimate alone would be a draw of noise, not its size.
- `pawn`: the second opinion for skewed quantities (median Kolmogorov-Smirnov distance; design choices can mis-rank:
  Puy, Lo Piano and Saltelli 2020).
"""

import warnings
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from experiments.comparison.intervals import CONFIDENCE

from .factors import DUMMY, SEED_FACTOR
from .samples import Sample, generator

ORDERS = ("first", "total", "second")
NOISE_ALLOWED = 0.05  # replicates are enough when noise is at most this part of the parameters' variance
DUMMIES = 20  # dummy factors of PAWN, whose 95th percentile is its floor


class NotFinite(ValueError):
    """A quantity that some run does not have: an index of it would be wrong without a word (SALib returns 0)."""


class Constant(ValueError):
    """A quantity that never changes: nothing drives it."""


def refuse(values: np.ndarray):
    """Raise NotFinite or Constant if `values` have no index."""
    bad = ~np.isfinite(values)
    if bad.any():
        raise NotFinite(f"{int(bad.sum())} of {values.size} runs have no value")
    if np.ptp(values) <= 1e-12 * max(1.0, float(np.abs(values).max())):
        raise Constant("it is the same in every run")


# --- noise ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Noise:
    """Variance components of a quantity over points (N) with replicates (R) each."""

    mean: float
    sd: float
    noise: float
    parameters: float
    replicates: int

    @property
    def share(self) -> float:
        """V_noise / (V_noise + V_parameters): of one run's variance, what chance makes."""
        return self.noise / (self.noise + self.parameters)

    @property
    def floor_if_independent(self) -> float:
        """The total index that a dummy would have, were every row run on seeds of its own: why seeds are shared."""
        return self.noise / self.replicates / (self.parameters + self.noise / self.replicates)

    @property
    def replicates_wanted(self) -> float:
        """How many replicates make noise at most 5 % of the parameters' variance; infinite if parameters have none."""
        return float(np.ceil(self.noise / (NOISE_ALLOWED * self.parameters))) if self.parameters > 0 else np.inf


def noise(values: np.ndarray) -> Noise:
    """Return the variance components of `values` (points, replicates), at least two of each."""
    refuse(values)
    count = values.shape[1]
    within = float(values.var(axis=1, ddof=1).mean())
    between = float(values.mean(axis=1).var(ddof=1)) - within / count
    return Noise(float(values.mean()), float(values.std(ddof=1)), within, max(0.0, between), count)


@contextmanager
def _quiet():
    """Keep SALib's warnings of its own arithmetic from the reader: what has no value comes back as not a number."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


# --- Morris -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Effect:
    """Morris' measure of one factor, in standard deviations of the quantity."""

    factor: str
    mu_star: float
    low: float
    high: float
    sigma: float  # of the elementary effects: curvature and interactions; not a number for a group
    above: float = np.nan  # lower end of its difference from the dummy's


def screening(sample: Sample, values: np.ndarray, levels: int, seed: int) -> list[Effect]:
    """Return Morris' measures of every factor; `values` (rows)."""
    from SALib.analyze import morris

    refuse(values)
    scale = values.std()
    with _quiet():
        found = morris.analyze(
            sample.problem(),
            sample.unit,
            values / scale,
            num_levels=levels,
            num_resamples=200,
            conf_level=CONFIDENCE,
            seed=seed,
        )
    rows = zip(found["names"], found["mu_star"], found["mu_star_conf"], found["sigma"])
    above = dict(zip(sample.names, _above(elementary(sample, values / scale, levels), sample.names)))
    return [
        Effect(
            str(name),
            float(mu),
            max(0.0, float(mu - conf)),
            float(mu + conf),
            float(np.ma.filled(sigma, np.nan)),
            above[str(name)],
        )
        for name, mu, conf, sigma in rows
    ]


def elementary(sample: Sample, values: np.ndarray, levels: int) -> np.ndarray:
    """Return the sizes of elementary effects, float64 (trajectories, factors): change over the step of the factor."""
    count = len(sample.factors)
    owner = np.array([i for i, factor in enumerate(sample.factors) for _ in factor.columns])
    moved = np.diff(sample.unit.reshape(-1, count + 1, len(owner)), axis=1) != 0
    which = owner[moved.argmax(axis=2)]  # (trajectories, steps)
    change = np.abs(np.diff(values.reshape(-1, count + 1), axis=1)) * 2 * (levels - 1) / levels
    sizes = np.empty_like(change)
    np.put_along_axis(sizes, which, change, axis=1)
    return sizes


def _above(each: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Return the lower ends of the mean differences of `each` (repeats, names) from the dummy's; NaN without one."""
    if DUMMY not in names or len(each) < 2:
        return np.full(each.shape[1], np.nan)
    excess = each - np.abs(each[:, [list(names).index(DUMMY)]])
    return excess.mean(axis=0) - _reach(excess)


def _reach(each: np.ndarray) -> np.ndarray:
    """Return half of the width of Student's interval of the mean of `each` (repeats, ...)."""
    return stdtrit(len(each) - 1, (1 + CONFIDENCE) / 2) * each.std(axis=0, ddof=1) / np.sqrt(len(each))


# --- Sobol ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Index:
    """One Sobol' index. `order`: first, total, or second (a pair's interaction, `factor` and `other`)."""

    factor: str
    order: str
    value: float
    low: float
    high: float
    half: float  # the same from half of the base rows: has it converged?
    explained: float  # share of the variance that parameters explain; not a number if that is below 5 %
    above: float  # lower end of its difference from the dummy's; of a second order, from the dummy's total
    other: str = ""


def sobol(names: Sequence[str], pairs: Sequence[tuple[str, str]], scrambles: Sequence[np.ndarray]) -> list[Index]:
    """Return all indices.

    `scrambles`: for each, float64 (base rows, 2 + factors + pairs), as `samples.saltelli` has them.

    The estimate is that of all base rows together; its interval is Student's, on the spread of the scrambles' own.
    """
    every = np.concatenate(list(scrambles))
    refuse(every)
    whole, half = (
        _raw(names, pairs, every),
        _raw(names, pairs, np.concatenate([part[: len(part) // 2] for part in scrambles])),
    )
    each = np.array([_raw(names, pairs, part) for part in scrambles if len(part) > 1])
    reach = _reach(each) if len(each) > 1 else np.full(whole.shape, np.nan)
    first, total, second = np.split(each, [len(names), 2 * len(names)], axis=1)
    beside = [*names, *("".join(pair) for pair in pairs)]
    above = np.concatenate(
        [_above(first, names), _above(total, names), _above(np.hstack([total, second]), beside)[len(names) :]]
    )
    explained = 1.0 - (whole[len(names) + list(names).index(SEED_FACTOR)] if SEED_FACTOR in names else 0.0)
    keys = (
        [(name, "first", "") for name in names]
        + [(name, "total", "") for name in names]
        + [(a, "second", b) for a, b in pairs]
    )
    return [
        Index(
            factor,
            order,
            float(v),
            float(v - r),
            float(v + r),
            float(h),
            float(v / explained) if explained >= NOISE_ALLOWED else np.nan,
            float(a),
            other,
        )
        for (factor, order, other), v, r, h, a in zip(keys, whole, reach, half, above)
    ]


def _raw(names, pairs, rows) -> np.ndarray:
    """Return first orders, total orders and pairs' interactions from (base rows, 2 + factors + pairs)."""
    count = len(names)
    single = _salib(rows[:, [*range(count + 1), -1]], count)
    closed = [_salib(rows[:, [0, 1 + count + p, -1]], 1)[0] for p in range(len(pairs))]
    number = {name: i for i, name in enumerate(names)}
    second = [both - single[number[a]] - single[number[b]] for both, (a, b) in zip(closed, pairs)]
    return np.array([*single, *second])


def _salib(rows, count) -> np.ndarray:
    """Return SALib's first and total orders; where every run of a part is the same, 0."""
    from SALib.analyze import sobol as estimator

    if np.ptp(rows) == 0:
        return np.zeros(2 * count)
    problem = {"num_vars": count, "names": [str(i) for i in range(count)], "bounds": [[0, 1]] * count}
    with _quiet():
        found = estimator.analyze(problem, rows.ravel(), calc_second_order=False, num_resamples=2, seed=1)
    return np.concatenate([found["S1"], found["ST"]])


def floor(indices: Sequence[Index], order: str) -> float:
    """Return the upper end of the dummy's index of an order (of `second`, of its total): what noise alone may show."""
    wanted = "total" if order == "second" else order
    return next((max(abs(i.low), abs(i.high)) for i in indices if (i.factor, i.order) == (DUMMY, wanted)), np.nan)


# --- PAWN -------------------------------------------------------------------------------------------


def pawn(unit: np.ndarray, values: np.ndarray, seed: int) -> tuple[np.ndarray, float]:
    """Return the median PAWN index of each column of `unit` (points, columns), and the floor that dummies set."""
    from SALib.analyze import pawn as estimator

    refuse(values)
    columns = unit.shape[1]
    both = np.column_stack([unit, generator(seed, 4).random((len(unit), DUMMIES))])
    problem = {
        "num_vars": both.shape[1],
        "names": [str(i) for i in range(both.shape[1])],
        "bounds": [[0, 1]] * both.shape[1],
    }
    slides = int(np.clip(len(unit) // 25, 4, 10))
    with _quiet():
        found = np.asarray(estimator.analyze(problem, both, values, S=slides)["median"], float)
    return found[:columns], float(np.quantile(found[columns:], 0.95))
