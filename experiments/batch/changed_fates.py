"""Whose time in captivity differs between two runs of a block: people counted, never named."""

import numpy as np


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


def nationality_of_strata(inputs) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the number of the nationality by stratum, and the nationalities' codes."""
    from model.people.roster import build_strata
    from model.registry.parameters import complete

    values = complete(inputs.parameters)
    strata, _ = build_strata(inputs.world, values["share_young"], values["diaspora_renewal"])
    return strata.nation.astype(np.int64), inputs.world.nationalities
