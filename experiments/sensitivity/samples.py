"""Where a sensitivity analysis looks: points of the unit cube, as draws of a design with their seeds.

Samplers are SALib's and scipy's: Latin hypercubes, and Sobol' points only where columns are few. Common random numbers:
all rows of one base row, and all of one trajectory, share their seed, except where the seed itself is the factor that
changes. Rows that are the same run are run once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from experiments.design.draws import unit_sample

from .factors import SEED_FACTOR, Column, Factor, draw

SOBOL_FROM = 8  # points a column from which on Sobol' points are the better sample; of fewer, columns alias each other


@dataclass(frozen=True)
class Sample:
    """Rows of a sensitivity design.

    `unit`: float64 (rows, columns) in [0, 1]; `base`: int64 (rows), which base row or trajectory a row belongs to.
    """

    factors: tuple[Factor, ...]
    unit: np.ndarray
    base: np.ndarray

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(column for factor in self.factors for column in factor.columns)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(factor.name for factor in self.factors)

    @cached_property
    def seeds(self) -> np.ndarray:
        """Return the number of each row's seed, int64 (rows): one for each base row and value of the seed's column."""
        at = [i for i, column in enumerate(self.columns) if column.name == SEED_FACTOR]
        key = np.column_stack([self.base, self.unit[:, at[0]] if at else np.zeros(len(self.base))])
        return np.unique(key, axis=0, return_inverse=True)[1].ravel()

    @cached_property
    def _distinct(self):
        number: dict[tuple, int] = {}
        draws, seeds, of_row = [], [], []
        for unit, seed in zip(self.unit, self.seeds.tolist()):
            parameters = draw(self.columns, unit)
            key = (seed, *sorted(parameters.items()))
            if key not in number:
                number[key] = len(draws)
                draws.append(parameters)
                seeds.append(seed)
            of_row.append(number[key])
        return tuple(draws), tuple(seeds), np.array(of_row)

    @property
    def draws(self) -> tuple[Mapping[str, float], ...]:
        """The design's draws: rows that are the same run, once."""
        return self._distinct[0]

    @property
    def draw_seeds(self) -> tuple[int, ...]:
        """The number of each draw's seed (`Design.seeds`)."""
        return self._distinct[1]

    @property
    def draw_of_row(self) -> np.ndarray:
        """Which draw each row is, int64 (rows)."""
        return self._distinct[2]

    def only(self, rows: np.ndarray) -> "Sample":
        """Return the rows for which `rows` (bool) holds; to be analysed, no longer to be run."""
        return Sample(self.factors, self.unit[rows], self.base[rows])

    def problem(self) -> dict:
        """Return SALib's description: columns, and the factor that each belongs to."""
        names = [column.name for column in self.columns]
        groups = [factor.name for factor in self.factors for _ in factor.columns]
        return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names), "groups": groups}


def generator(seed: int, *key: int) -> np.random.Generator:
    """Return a generator that `seed` and `key` fix."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def ensemble(factors: Sequence[Factor], points: int, seed: int) -> Sample:
    """Return a Latin hypercube of all factors' columns, each point on its own seeds."""
    columns = sum(len(factor.columns) for factor in factors)
    return Sample(tuple(factors), unit_sample(columns, points, generator(seed, 1)), np.arange(points))


def trajectories(factors: Sequence[Factor], count: int, levels: int, seed: int) -> Sample:
    """Return Morris trajectories over factors: (count x (factors + 1)) rows, one factor moved a step."""
    from SALib.sample import morris

    empty = Sample(tuple(factors), np.empty((0, 0)), np.empty(0))
    unit = morris.sample(empty.problem(), count, num_levels=levels, seed=int(generator(seed, 2).integers(1, 2**31)))
    return Sample(tuple(factors), unit, np.repeat(np.arange(count), len(factors) + 1))


def saltelli(
    factors: Sequence[Factor], points: int, scrambles: int, pairs: Sequence[tuple[str, str]], seed: int
) -> Sample:
    """Return Saltelli's rows for each of `scrambles` independent samples of `points` base rows.

    These are scrambled Sobol' points where there are SOBOL_FROM for the factors' columns, else Latin hypercubes.
    A base row has its rows one after the other: A, A with each factor from B, A with each pair of factors from B, B;
    the design of all reshapes to (scrambles, points, 2 + factors + pairs).
    """
    owner = np.array([i for i, factor in enumerate(factors) for _ in factor.columns])
    number = {factor.name: i for i, factor in enumerate(factors)}
    blocks = []
    for m in range(scrambles):
        a, b = np.split(_base_rows(2 * len(owner), points, generator(seed, 3, m))[:, None, :], 2, axis=2)
        moved = [[i] for i in range(len(factors))] + [[number[name] for name in pair] for pair in pairs]
        blocks.append(np.concatenate([a, *(np.where(np.isin(owner, which), b, a) for which in moved), b], axis=1))
    unit = np.concatenate(blocks)
    return Sample(tuple(factors), unit.reshape(-1, unit.shape[-1]), np.repeat(np.arange(len(unit)), unit.shape[1]))


def _base_rows(columns: int, points: int, rng: np.random.Generator) -> np.ndarray:
    """Return base rows A and B side by side, float64 (points, columns)."""
    from scipy.stats import qmc

    return (
        qmc.Sobol(columns, rng=rng).random(points)
        if points >= SOBOL_FROM * columns
        else unit_sample(columns, points, rng)
    )
