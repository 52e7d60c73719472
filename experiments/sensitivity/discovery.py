"""In which worlds does a policy do more harm than good? Boxes of assumptions, by PRIM (Friedman and Fisher 1999).

The algorithm is EMA Workbench's, an extra, which `make extras` installs.
"""

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .factors import Column
from .samples import generator

MOST = 3  # factors that a box may restrict, so that it can be read
LEAST_COVERAGE = 0.5
ALPHA = 0.05  # a restriction that chance makes as often is dropped
FEW = 10  # harmful worlds below which no box is sought
PLACEBOS = 20  # searches after harm is shuffled over worlds
ERRORS = 4.0  # standard errors by which a box must be denser than all worlds: the search alone finds some


class NotInstalled(Exception):
    """EMA Workbench is missing; the message says how to get it."""

    def __init__(self):
        super().__init__(
            "naming the worlds in which a policy harms needs EMA Workbench, the extra [discovery], which "
            "`make extras` installs"
        )


@dataclass(frozen=True)
class Bound:
    """One side or both of a box: `low` and `high` in the parameter's unit; None where the box is open."""

    column: Column
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Box:
    """A box of assumptions.

    `coverage`: the part of all harmful worlds in it; `density`: the part of its worlds that are harmful; `mass`: the
    part of all worlds in it; `base`: the part of all worlds that are harmful.
    """

    bounds: tuple[Bound, ...]
    coverage: float
    density: float
    mass: float
    base: float


def harmful(gains: np.ndarray) -> np.ndarray:
    """Return in which worlds more outcomes worsen than improve, bool (worlds).

    `gains` (worlds, outcomes), more is better.
    """
    return (gains < 0).sum(axis=1) > (gains > 0).sum(axis=1)


def box(columns: Sequence[Column], unit: np.ndarray, harm: np.ndarray) -> Box | None:
    """Return the box of `unit` (worlds, columns) that holds most harmful worlds most densely.

    None if chance would do as well.

    Raises NotInstalled without EMA Workbench.
    """
    base = float(harm.mean())
    if min(harm.sum(), (~harm).sum()) < FEW:
        return None
    trajectory = _peel(columns, unit, harm)
    readable = [
        step
        for step in trajectory
        if 0 < len(step.bounds) <= MOST
        and step.coverage >= LEAST_COVERAGE
        and step.density - base > ERRORS * np.sqrt(base * (1 - base) / (step.mass * len(harm)))
    ]
    return max(
        readable, key=lambda step: 2 * step.coverage * step.density / (step.coverage + step.density), default=None
    )


def placebo(columns: Sequence[Column], unit: np.ndarray, harm: np.ndarray, seed: int) -> float:
    """Return in which share of PLACEBOS searches a box is found though nothing is there: harm is shuffled over worlds.

    A permutation test of the whole search, its choice of factors and of sides included.
    """
    rng = generator(seed, 7)
    return float(np.mean([box(columns, unit, rng.permutation(harm)) is not None for _ in range(PLACEBOS)]))


def _peel(columns, unit, harm) -> list[Box]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pandas as pd
            from ema_workbench.analysis import prim
    except ImportError:
        raise NotInstalled from None
    logging.getLogger("EMA").setLevel(logging.WARNING)
    names = [column.name for column in columns]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = prim.Prim(pd.DataFrame(unit, columns=names), harm.astype(int), threshold=0.0, mass_min=0.1).find_box()
    steps = []
    for i in range(len(found.peeling_trajectory) if found else 0):
        limits, chance = found.box_lims[i], found.qp[i]
        bounds = [
            _bound(column, *(float(limits[column.name].iloc[side]) for side in (0, 1)), unit[:, k], chance)
            for k, column in enumerate(columns)
        ]
        row = found.peeling_trajectory.iloc[i]
        kept = tuple(bound for bound in bounds if bound)
        steps.append(
            _measured(kept, columns, unit, harm)
            if kept
            else Box((), 1.0, float(row["density"]), 1.0, float(harm.mean()))
        )
    return steps


def _bound(column: Column, low: float, high: float, u: np.ndarray, chance) -> Bound | None:
    """Return what a box says of one column, without sides that chance explains or that cut nothing off."""
    quasi = [float(p) for p in np.ravel(chance.get(column.name, (-1, -1)))]
    sides = [
        limit if cuts and 0 <= p < ALPHA else None
        for limit, cuts, p in zip((low, high), (low > u.min(), high < u.max()), quasi)
    ]
    return Bound(column, *sides) if any(side is not None for side in sides) else None


def _measured(bounds, columns, unit, harm) -> Box:
    inside = np.ones(len(unit), bool)
    for bound in bounds:
        u = unit[:, list(columns).index(bound.column)]
        inside &= (u >= (0.0 if bound.low is None else bound.low)) & (u <= (1.0 if bound.high is None else bound.high))
    in_units = tuple(
        Bound(b.column, *(None if side is None else b.column.value(side) for side in (b.low, b.high))) for b in bounds
    )
    caught = float((harm & inside).sum())
    return Box(
        in_units,
        caught / float(harm.sum()),
        caught / max(1.0, float(inside.sum())),
        float(inside.mean()),
        float(harm.mean()),
    )
