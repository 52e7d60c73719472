"""Run draws of the parameters, and judge each level by what is reported or elicited of it."""

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass

import numpy as np

from experiments.batch import workers

from .levels import Level
from .simulated import simulate

Z95 = 1.96  # two-sided normal quantile: bounds are widened to where 95 of 100 reports lie
INSIDE, ELICITED = "inside", "no source: elicited"


@dataclass(frozen=True)
class Judged:
    """A level as draws hold it: median, 5th and 95th percentile over all runs in which it has a value."""

    level: Level
    median: float
    low: float
    high: float
    verdict: str


def verdict(level: Level, median: float) -> str:
    """Say whether a median lies within what is reported, widened by its error, or by which factor it misses that."""
    wide = math.exp(Z95 * level.error)
    low = 0.0 if level.low is None else level.low / wide
    high = math.inf if level.high is None else level.high * wide
    if not math.isfinite(median):
        found = "no value"
    elif median > high:
        found = f"above by a factor of {median / high:.3g}" if high > 0 else "above"
    elif median < low:
        found = f"below by a factor of {low / median:.3g}" if median > 0 else "below: none"
    else:
        found = INSIDE
    return f"{found} ({ELICITED})" if level.elicited else found


def judge(levels: Sequence[Level], runs: Sequence[Sequence[float]]) -> list[Judged]:
    """Judge levels by their values, a list a run."""
    judged = []
    for k, level in enumerate(levels):
        x = np.array([run[k] for run in runs], float)
        x = x[np.isfinite(x)]
        low, median, high = np.quantile(x, (0.05, 0.5, 0.95)) if len(x) else [math.nan] * 3
        judged.append(Judged(level, float(median), float(low), float(high), verdict(level, float(median))))
    return judged


def gather(
    levels: Sequence[Level],
    draws: Sequence[Mapping[str, float]],
    seeds: int,
    people_per_agent: int,
    workers_wanted: int | None = None,
    tell: Callable[[int, int], None] = lambda done, total: None,
    scenario: str = "baseline",
) -> list[Judged]:
    """Run every draw on `seeds` seeds of its own and judge; `tell` hears how many runs are done."""
    jobs = [(draw, k * seeds + r + 1) for k, draw in enumerate(draws) for r in range(seeds)]
    runs: dict[int, list[float]] = {}
    executor = workers.local(min(len(jobs), workers_wanted or workers.usable_cores()))
    try:
        futures = {
            executor.submit(simulate, levels, seed, people_per_agent, draw, scenario): seed for draw, seed in jobs
        }
        for done, future in enumerate(as_completed(futures), start=1):
            runs[futures[future]] = future.result()
            tell(done, len(jobs))
    except BaseException:
        executor.end()
        raise
    executor.shutdown()
    return judge(levels, [runs[seed] for seed in sorted(runs)])
