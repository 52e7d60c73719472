"""What a sensitivity analysis explains: levels, paired differences and displacement, run by run.

`level`: an outcome in the baseline. `difference`: an arm minus the baseline on the same seed and draw. `relative`: the
same over the mean of both (-2 to 2), which a larger industry alone does not make larger; not of shares. For arms that
enforce somewhere, people held `at_target`, `elsewhere`, and the `balance` of the two: the change worldwide over the
sum of both changes' sizes. -1: what left the target reappeared nowhere (deterred), 0: all of it did (displaced),
1: more are held than before. Unlike a ratio it is finite wherever the target moves; where nothing changes it is 0.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from experiments.comparison.displacement import target_of
from experiments.comparison.paired import cube
from experiments.results.reader import StoredResults
from experiments.results.schema import WORLDWIDE
from model.registry.outcomes import OUTCOMES

LEVEL, DIFFERENCE, RELATIVE_TO_BOTH = "level", "difference", "relative"
DISPLACEMENT = {
    "at_target": "change in people held at the target",
    "elsewhere": "change in people held elsewhere",
    "balance": "deterred (-1), displaced (0) or more held (1)",
}


@dataclass(frozen=True)
class Quantity:
    """One number a run. `outcome`: its name; of displacement people_held.

    `measure`: level, difference, or of DISPLACEMENT.
    """

    arm: str
    outcome: str
    measure: str

    @property
    def key(self) -> dict[str, str]:
        """Return the columns that name it in a table."""
        return {
            "arm": self.arm,
            "outcome": self.outcome,
            "measure": self.measure,
            "unit": "share" if self.measure in ("balance", RELATIVE_TO_BOTH) else OUTCOMES[self.outcome].unit,
        }

    @property
    def better(self) -> str | None:
        return "down" if self.measure in DISPLACEMENT else OUTCOMES[self.outcome].better


def quantities(results: StoredResults, outcomes: Iterable[str]) -> dict[Quantity, np.ndarray]:
    """Return every quantity of a batch, float64 (draws, replicates), NaN where a run failed or has no value."""
    plan = results.manifest["plan"]
    targets = {arm: target for arm in results.compared if (target := target_of(results.manifest, arm))}
    places = set(results.hosts) if targets else set()
    runs = cube(results, places)
    at = {key: i for i, key in enumerate(runs.keys)}
    shape = (plan["draws"], plan["replicates"])
    arm_number = {arm: i for i, arm in enumerate(results.arms)}
    base = arm_number[results.baseline]

    def value(arm, outcome, place=WORLDWIDE):
        key = (outcome, place, OUTCOMES[outcome].aggregate)
        return runs.values[arm, :, at[key]].reshape(shape) if key in at else np.full(shape, np.nan)

    found = {}
    for outcome in outcomes:
        level = value(base, outcome)
        found[Quantity(results.baseline, outcome, LEVEL)] = level
        for arm in results.compared:
            mine = value(arm_number[arm], outcome)
            found[Quantity(arm, outcome, DIFFERENCE)] = mine - level
            if OUTCOMES[outcome].kind != "ratio":
                found[Quantity(arm, outcome, RELATIVE_TO_BOTH)] = share(
                    mine - level, (np.abs(mine) + np.abs(level)) / 2
                )
    for arm, target in targets.items():
        change = {
            place: value(arm_number[arm], "people_held", place) - value(base, "people_held", place)
            for place in results.hosts
        }
        inside = sum(
            (change[place] for place, is_target in zip(results.hosts, target.places) if is_target), np.zeros(shape)
        )
        outside = sum(
            (change[place] for place, is_target in zip(results.hosts, target.places) if not is_target), np.zeros(shape)
        )
        for measure, of_measure in zip(DISPLACEMENT, (inside, outside, balance(inside, outside))):
            found[Quantity(arm, "people_held", measure)] = of_measure
    return found


def balance(inside: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """Return the balance of changes at the target and elsewhere, between -1 and 1; 0 where nothing changes."""
    return share(inside + outside, np.abs(inside) + np.abs(outside))


def share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return part over whole; 0 where there is neither, not a number where a run failed."""
    return np.divide(part, whole, out=np.where(np.isfinite(whole), 0.0, np.nan), where=whole > 0)
