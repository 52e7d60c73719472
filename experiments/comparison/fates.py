"""Whose fate a policy changed: people held in one world and not in the other, counted, never named.

Two worlds that differ by one irrelevant perturbation also hold different people. So gross counts are
read beside the placebo's, and only net counts are the policy's.
"""

import numpy as np
import pyarrow as pa

from experiments.design.design import PLACEBO
from experiments.results import schema as tables
from experiments.results.reader import Results

from .intervals import LEVEL
from .paired import labels_of, pair_numbers, pairs_of

MEASURES = {
    # name: (unit, the columns of table `fates` that it adds up)
    "held_in_one_world_only": ("persons", ("held_only_in_baseline", "held_only_in_arm")),
    "net_held": ("persons", ("net_held",)),
    "net_weeks_held": ("person-weeks", ("net_weeks_held",)),
}


def changes(baseline: np.ndarray, arm: np.ndarray, nationality: np.ndarray) -> dict[str, np.ndarray]:
    """Count people by how their time in captivity differs, int64 (N) by nationality.

    `baseline`, `arm`: fates sorted by (stratum, ordinal), one row a person who ever left home. `nationality`:
    number of the nationality by stratum.
    """
    people, before, after = align(baseline, arm)
    group = nationality[people >> 32]
    count = int(nationality.max()) + 1

    def counted(which):
        return np.bincount(group[which], minlength=count)

    weeks = np.bincount(group, weights=after - before, minlength=count)
    only_before, only_after = (before > 0) & (after == 0), (before == 0) & (after > 0)
    both = (before > 0) & (after > 0)
    return {
        "held_only_in_baseline": counted(only_before),
        "held_only_in_arm": counted(only_after),
        "held_shorter": counted(both & (after < before)),
        "held_longer": counted(both & (after > before)),
        "held_as_long": counted(both & (after == before)),
        "net_held": counted(only_after) - counted(only_before),
        "net_weeks_held": np.rint(weeks).astype(np.int64),
    }


def align(baseline: np.ndarray, arm: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (identity, weeks held in the baseline, weeks held in the arm) of everybody who left home in either."""
    keys = [(rows["stratum"].astype(np.int64) << 32) | rows["ordinal"].astype(np.int64) for rows in (baseline, arm)]
    people = np.union1d(*keys)
    weeks = np.zeros((2, len(people)), np.int64)
    for held, key, rows in zip(weeks, keys, (baseline, arm)):
        held[np.searchsorted(people, key)] = rows["weeks_held"]
    return people, weeks[0], weeks[1]


def table(
    tag: tables.Tag, baseline, arm, strata: tuple[np.ndarray, tuple[str, ...]], people_per_agent: int
) -> pa.Table:
    """Return the rows of table `fates` of one run, in persons."""
    nationality, names = strata
    counts = changes(baseline, arm, nationality)
    columns = {name: values * people_per_agent for name, values in counts.items()}
    columns["nationality"] = tables.text(np.arange(len(counts["net_held"])), names)
    return tables.build("fates", tag.columns(len(counts["net_held"])) | columns)


def nationality_of_strata(inputs) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the number of the nationality by stratum, and the nationalities' codes."""
    from model.people.roster import build_strata
    from model.registry.parameters import complete

    values = complete(inputs.parameters)
    strata, _ = build_strata(inputs.world, values["share_young"], values["diaspora_renewal"])
    return strata.nation.astype(np.int64), inputs.world.nationalities


def fates_compared(results: Results, stamp=None) -> pa.Table:
    """Return table `fates_compared`: changed fates of every arm and the placebo, in all and by nationality."""
    pairs = pairs_of(results)
    arms = (*results.compared, PLACEBO) if results.compared and results.sources("fates") else ()
    names, counts = _counted(results, arms)
    rows = []
    for arm, by_measure in zip(arms, counts):
        for (measure, (unit, _)), values in zip(MEASURES.items(), by_measure):
            values = np.concatenate([values.sum(axis=1, keepdims=True), values], axis=1)
            estimate, (replicates, draws) = pairs.mean(values), pairs.counts(np.isfinite(values))
            for k, nationality in enumerate(("", *names)):
                row = {"arm": arm, "nationality": nationality, "measure": measure, "unit": unit, "level": LEVEL}
                row |= {"value": estimate.mean[k], "low": estimate.low[k], "high": estimate.high[k]}
                rows.append(row | {"replicates": int(replicates[k]), "draws": int(draws[k])})
    return tables.from_rows("fates_compared", rows, stamp)


def _counted(results, arms) -> tuple[list[str], np.ndarray]:
    """Return nationalities and counts (arms, measures, pairs, nationalities); not a number where a run is missing."""
    plan = results.manifest["plan"]
    parts = list(results.each("fates"))
    names = sorted({name for part in parts for name in labels_of(part["nationality"])[1]})
    counts = np.full((len(arms), len(MEASURES), plan["draws"] * plan["replicates"], len(names)), np.nan)
    for part in parts:
        (arm, labels), (nation, nations) = labels_of(part["arm"]), labels_of(part["nationality"])
        arm = np.array([arms.index(label) if label in arms else -1 for label in labels], np.int64)[arm]
        nation = np.array([names.index(name) for name in nations], np.int64)[nation]
        for k, (_, columns) in enumerate(MEASURES.values()):
            counts[arm, k, pair_numbers(plan, part), nation] = sum(part[name].to_numpy() for name in columns)
    return names, counts
