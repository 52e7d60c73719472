"""What each policy of a factorial adds: averaged over all combinations of the others, and beyond each other.

The main effect of a policy is the mean over the arms with it minus that over those without. The interaction of two is
what both together achieve beyond the sum of each, averaged over the others; it is given only where all combinations
were run.
"""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pyarrow as pa

from experiments.design.arms import AND, BETWEEN
from experiments.results.columns import from_rows
from experiments.results.reader import StoredResults
from model.registry.outcomes import OUTCOMES

from .intervals import LEVEL
from .paired import cube, pairs_of


def pulled(manifest: Mapping) -> tuple[tuple[str, ...], dict[str, tuple[bool, ...]]]:
    """Return the policies of a factorial and which of them each of its arms pulls; nothing if the plan has none.

    Arms that belong to no combination are left out. A factorial is balanced: every policy in half of its arms.
    """
    plan = manifest["plan"]
    names = {arm: tuple(arm.split(BETWEEN)) for arm in plan["arms"] if arm != plan["baseline"]}
    policies = tuple(dict.fromkeys(policy for parts in names.values() if len(parts) > 1 for policy in parts))
    rows = {
        arm: tuple(policy in parts for policy in policies)
        for arm, parts in names.items()
        if set(parts) <= set(policies)
    }
    rows[plan["baseline"]] = (False,) * len(policies)
    half = len(rows) / 2
    balanced = policies and all(sum(row[k] for row in rows.values()) == half for k in range(len(policies)))
    return (policies, rows) if balanced else ((), {})


def titles(manifest: Mapping) -> dict[str, str]:
    """Return the title of each policy of a factorial: its own arm's, its part of a combination's, or its name."""
    arms = manifest["plan"]["arms"]
    policies, rows = pulled(manifest)
    found = {policy: policy for policy in policies}
    for arm in sorted(
        (arm for arm in rows if any(rows[arm])), key=lambda arm: -sum(rows[arm])
    ):  # one policy alone last: its own title holds
        names, title = arm.split(BETWEEN), arms[arm]["title"]
        parts = title.split(AND) if len(names) > 1 else [title]
        if len(parts) == len(names):  # else a title holds what joins them
            found |= dict(zip(names, parts))
    return found


def contributions(results: StoredResults, stamp=None) -> pa.Table:
    """Return table `contributions`: worldwide, every outcome in its own aggregate; empty without a factorial."""
    policies, arms = pulled(results.manifest)
    rows = []
    if policies:
        pairs, runs = pairs_of(results), cube(results, set())
        keys = [k for k, (outcome, _, how) in enumerate(runs.keys) if how == OUTCOMES[outcome].aggregate]
        values = runs.values[[results.arms.index(arm) for arm in arms]][:, :, keys]
        signs = np.array([[1 if there else -1 for there in row] for row in arms.values()])
        terms = [((k,), 2) for k in range(len(policies))]
        if len(arms) == 2 ** len(policies):
            terms += [(both, 4) for both in combinations(range(len(policies)), 2)]
        for term, times in terms:
            contrast = np.prod(signs[:, term], axis=1) * times / len(arms)
            effect = np.tensordot(contrast, values, axes=1)
            estimate, (replicates, draws) = pairs.mean(effect), pairs.counts(np.isfinite(effect))
            for j, key in enumerate(keys):
                outcome = OUTCOMES[runs.keys[key][0]]
                row = {
                    "arm": policies[term[0]],
                    "beside": policies[term[1]] if len(term) > 1 else "",
                    "outcome": outcome.name,
                    "unit": outcome.unit,
                }
                row |= {
                    "aggregate": outcome.aggregate,
                    "value": estimate.mean[j],
                    "low": estimate.low[j],
                    "high": estimate.high[j],
                    "level": LEVEL,
                }
                rows.append(row | {"replicates": int(replicates[j]), "draws": int(draws[j])})
    return from_rows("contributions", rows, stamp)
