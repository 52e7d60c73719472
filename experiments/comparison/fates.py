"""Whose fate a policy changed: people held in one world and not in the other, counted, never named.

Two worlds that differ by one irrelevant perturbation also hold different people. So every count has its excess over
the placebo's in the same pair, with an interval: only that is the policy's.
"""

import numpy as np
import pyarrow as pa

from experiments.results.columns import from_rows
from experiments.results.folder import PLACEBO
from experiments.results.reader import StoredResults

from .intervals import CONFIDENCE
from .paired import labels_of, pair_numbers, pairs_of

FATE_MEASURES = {
    # name: (unit, the columns of table `fates` that it adds up)
    "held_in_one_world_only": ("persons", ("held_only_in_baseline", "held_only_in_arm")),
    "net_held": ("persons", ("net_held",)),
    "net_weeks_held": ("person-weeks", ("net_weeks_held",)),
}


def fates_compared(results: StoredResults, stamp=None) -> pa.Table:
    """Return table `fates_compared`: changed fates of every arm and the placebo, in all and by nationality."""
    pairs = pairs_of(results)
    arms = (*results.compared, PLACEBO) if results.compared and results.sources("fates") else ()
    names, counts = _counted(results, arms)
    rows = []
    counts = np.concatenate([counts.sum(axis=3, keepdims=True), counts], axis=3)  # the first: all nationalities
    for arm, by_measure in zip(arms, counts):
        for (measure, (unit, _)), values, placebo in zip(FATE_MEASURES.items(), by_measure, counts[-1]):
            estimate, (replicates, draws) = pairs.mean(values), pairs.counts(np.isfinite(values))
            excess = pairs.mean(np.full_like(values, np.nan) if arm == PLACEBO else values - placebo)
            for k, nationality in enumerate(("", *names)):
                row = {"arm": arm, "nationality": nationality, "measure": measure, "unit": unit, "level": CONFIDENCE}
                row |= {"value": estimate.mean[k], "low": estimate.low[k], "high": estimate.high[k]}
                row |= {"excess": excess.mean[k], "excess_low": excess.low[k], "excess_high": excess.high[k]}
                rows.append(row | {"replicates": int(replicates[k]), "draws": int(draws[k])})
    return from_rows("fates_compared", rows, stamp)


def _counted(results, arms) -> tuple[list[str], np.ndarray]:
    """Return nationalities and counts (arms, measures, pairs, nationalities); not a number where a run is missing."""
    plan = results.manifest["plan"]
    parts = list(results.each("fates"))
    names = sorted({name for part in parts for name in labels_of(part["nationality"])[1]})
    counts = np.full((len(arms), len(FATE_MEASURES), plan["draws"] * plan["replicates"], len(names)), np.nan)
    for part in parts:
        (arm, labels), (nation, nations) = labels_of(part["arm"]), labels_of(part["nationality"])
        arm = np.array([arms.index(label) if label in arms else -1 for label in labels], np.int64)[arm]
        nation = np.array([names.index(name) for name in nations], np.int64)[nation]
        for k, (_, columns) in enumerate(FATE_MEASURES.values()):
            counts[arm, k, pair_numbers(plan, part), nation] = sum(part[name].to_numpy() for name in columns)
    return names, counts
