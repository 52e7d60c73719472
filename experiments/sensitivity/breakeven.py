"""How effective must a policy be? Dose curves and the least dose at which it beats the baseline and each rival.

Two scales. `strength`: every lever of the arm is pulled less or more, with what helps and what hurts. `effectiveness`:
the levers are pulled as designed and their hurting channels act in full, but the helping channels only in part: what
must be true of a policy whose harm is certain and whose help is not. Effects on fixed channels are at their defaults.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from experiments.comparison.intervals import Pairs
from experiments.results.folder import content_hash
from model.registry.levers import LEVERS
from model.registry.parameters import PARAMETERS
from scenarios.scenario import Scenario

STRENGTH, EFFECTIVENESS = "strength", "effectiveness"
SCALES = (STRENGTH, EFFECTIVENESS)
FULL = 1.0


@dataclass(frozen=True)
class Dose:
    """An arm at a part of its dose; `arm` is the policy's own name."""

    arm: str
    scale: str
    dose: float

    @property
    def name(self) -> str:
        return self.arm if self.dose == FULL else f"{self.arm}-{self.scale}-{round(100 * self.dose)}"


def dosed(scenario: Scenario, baseline: Scenario, scale: str, dose: float) -> Scenario:
    """Return an arm at a part of its dose; what it shares with the baseline stays.

    Capped at levers' and channels' bounds.
    """
    mine = [policy for policy in scenario.policies if policy not in baseline.policies]
    if scale == STRENGTH:
        weaker = {id(p): replace(p, strength=min(p.strength * dose, LEVERS[p.lever].maximum)) for p in mine}
        changed = {"policies": tuple(weaker.get(id(policy), policy) for policy in scenario.policies)}
    else:
        helping = [f"{p.lever}.{channel.name}" for p in mine for channel in LEVERS[p.lever].helps_by]
        changed = {
            "parameters": scenario.parameters | {name: _part(name, scenario.parameters, dose) for name in helping}
        }
    name = Dose(scenario.name, scale, dose).name
    return replace(scenario, name=name, hash=content_hash([scenario.hash, scale, dose]), **changed)


def _part(name: str, own: Mapping[str, float], dose: float) -> float:
    row = PARAMETERS[name]
    return float(np.clip(own.get(name, row.default) * dose, row.low, row.high))


def arms(
    scenarios: Mapping[str, Scenario], baseline: str, doses: Sequence[float]
) -> tuple[dict[str, Scenario], list[Dose]]:
    """Return the arms of a dose design, the baseline and each policy in full among them, and which dose each arm is."""
    made = dict(scenarios)
    steps = []
    for name, scenario in scenarios.items():
        if name == baseline:
            continue
        for scale in SCALES:
            for dose in sorted({*doses, FULL}):
                step = Dose(name, scale, dose)
                made.setdefault(step.name, dosed(scenario, scenarios[baseline], scale, dose))
                steps.append(step)
    return made, steps


# --- reading the curves -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Point:
    """One step of a dose curve against a rival.

    Benefit (more is better) with its interval, and the share of pairs won.
    """

    step: Dose
    rival: str
    benefit: float
    low: float
    high: float
    wins: float


@dataclass(frozen=True)
class BreakEven:
    """`least`: where the mean benefit crosses zero for good (not a number: nowhere).

    `low` to `high`: the doses at which the interval of the mean benefit over draws includes zero, so that with its
    level's chance the crossing lies there (as Fieller 1954 inverts a test). `low` is the least dose tried if worse is
    excluded at none, `high` not a number if better is shown at none.
    """

    arm: str
    scale: str
    rival: str
    least: float
    low: float
    high: float
    says: str


def curve(steps: Sequence[Dose], benefit: Mapping[str, np.ndarray], rival: str, pairs: Pairs) -> list[Point]:
    """Return the points of one policy on one scale against a rival in full.

    `benefit`: that of each arm against the baseline, (pairs).
    """
    points = []
    for step in steps:
        gain = benefit[step.name] - benefit.get(rival, 0.0)
        found = pairs.mean(gain[:, None])
        wins = float(np.mean(gain > 0) + np.mean(gain == 0) / 2)
        points.append(Point(step, rival, *(float(x[0]) for x in (found.mean, found.low, found.high)), wins))
    return points


def break_even(points: Sequence[Point]) -> BreakEven:
    """Return the least dose from which a policy beats its rival at every dose tried above; linear between doses."""
    points = sorted(points, key=lambda p: p.step.dose)
    first = points[0]
    doses = np.array([p.step.dose for p in points])
    least, low, high = (
        _above_zero_from(doses, np.array(of_points))
        for of_points in zip(*((p.benefit, p.high, p.low) for p in points), strict=True)
    )
    if all(p.benefit > 0 for p in points):
        says = "at every dose tried"
    elif np.isnan(least):
        says = "at no dose tried: it is worse" if points[-1].high < 0 else "at no dose tried"
    else:
        says = f"from about {least:.0%}" + (" on" if least < doses[-2] else "")
    return BreakEven(first.step.arm, first.step.scale, first.rival, least, low, high, says)


def _above_zero_from(doses: np.ndarray, values: np.ndarray) -> float:
    """Return the dose from which a curve stays above zero, linear between doses; not a number if it does nowhere."""
    not_above = np.flatnonzero(~(values > 0))
    if not len(not_above):
        return float(doses[0])
    last = not_above[-1]
    if last == len(doses) - 1:
        return np.nan
    part = -values[last] / (values[last + 1] - values[last])
    return float(doses[last] + (doses[last + 1] - doses[last]) * part)


def curves(
    steps: Sequence[Dose], benefit: Mapping[str, np.ndarray], baseline: str, pairs: Pairs
) -> Iterator[list[Point]]:
    """Yield every curve: each policy and scale, against the baseline and against each rival in full."""
    policies = list(dict.fromkeys(step.arm for step in steps))
    for arm in policies:
        for scale in SCALES:
            mine = [step for step in steps if step.arm == arm and step.scale == scale]
            for rival in (baseline, *(other for other in policies if other != arm)):
                yield curve(mine, benefit, rival, pairs)
