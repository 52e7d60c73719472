"""What each policy of a factorial adds, and what two achieve beyond the sum of each.

With all combinations, what a policy adds is its Shapley value (1953): its effect beside each combination of the others,
averaged over every order in which they could be added. Shapley values sum to the effect of all policies together.
In a fraction it is the mean over the arms with the policy less that over those without (with all combinations: its
Banzhaf value), which does not sum to that from three policies on, and holds a part of what several achieve together.
The interaction of two is what both achieve beyond the sum of each, averaged over the combinations of the others; it is
given only where all were run.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import combinations
from math import factorial

import numpy as np
import pyarrow as pa

from experiments.design.arms import AND, BETWEEN
from experiments.results.columns import from_rows
from experiments.results.reader import StoredResults
from model.registry.outcomes import OUTCOMES

from .intervals import CONFIDENCE
from .paired import agreement_columns, cube, pairs_of
from .strength import agreement, among_many


def pulled(manifest: Mapping) -> tuple[tuple[str, ...], dict[str, tuple[bool, ...]]]:
    """Return the policies of a factorial and which of them each of its arms pulls; nothing if the arms are none.

    Read from what the arms pull beyond the baseline, not from what they are called: entries that always stand together
    are one policy, which half of the arms have, and each two of them a quarter. Entries that several policies share
    tell nothing of them. An arm with an entry that no other arm has belongs to no combination and is left out.
    """
    arms = _entries(manifest)
    while lone := [arm for arm, own in arms.items() if any(_holders(arms, entry) == {arm} for entry in own)]:
        arms = {arm: own for arm, own in arms.items() if arm not in lone}
    patterns = {frozenset(_holders(arms, entry)): None for own in arms.values() for entry in own}  # in order
    factors = [holders for holders in patterns if 2 * len(holders) == len(arms)]
    orthogonal = all(4 * len(one & other) == len(arms) for one, other in combinations(factors, 2))
    rows = {arm: tuple(arm in holders for holders in factors) for arm in arms}
    if len(factors) < 2 or not orthogonal or len(set(rows.values())) < len(rows):
        return (), {}
    return tuple(_name(k, rows) for k in range(len(factors))), rows


def _entries(manifest: Mapping) -> dict[str, tuple[str, ...]]:
    """Return what each arm pulls beyond the baseline, as text; the baseline comes first.

    Of arms that are made equally dear the strengths differ and are left out.
    """
    plan = manifest["plan"]
    left_out = {"strength"} if plan.get("budget") else set()

    def of(arm):
        policies = plan["arms"][arm]["policies"]
        return [json.dumps({k: v for k, v in p.items() if k not in left_out}, sort_keys=True) for p in policies]

    usual = {*of(plan["baseline"])}
    names = (plan["baseline"], *(arm for arm in plan["arms"] if arm != plan["baseline"]))
    return {arm: tuple(entry for entry in of(arm) if entry not in usual) for arm in names if usual <= {*of(arm)}}


def _holders(arms: Mapping, entry: str) -> set[str]:
    return {arm for arm, own in arms.items() if entry in own}


def _name(k: int, rows: Mapping[str, tuple[bool, ...]]) -> str:
    """Return what the k-th policy is called: as its own arm, or as what its arms' names have in common, or a number."""
    alone = [arm for arm, row in rows.items() if row[k] and sum(row) == 1]
    common = [
        part
        for part in dict.fromkeys(part for arm in rows for part in arm.split(BETWEEN))
        if all((part in arm.split(BETWEEN)) == row[k] for arm, row in rows.items())
    ]
    return (alone or common or [f"policy-{k + 1}"])[0]


def titles(manifest: Mapping) -> dict[str, str]:
    """Return the title of each policy of a factorial: its own arm's, its part of a combination's, or its name."""
    arms = manifest["plan"]["arms"]
    policies, rows = pulled(manifest)
    found = {policy: policy for policy in policies}
    for arm in rows:
        names, title = arm.split(BETWEEN), arms[arm]["title"]
        parts = title.split(AND)
        if len(parts) == len(names):  # else a title holds what joins them
            found |= {name: part for name, part in zip(names, parts) if name in found}
    return found | {policy: arms[policy]["title"] for policy in policies if policy in arms}


def terms(policies: int, rows: list[tuple[bool, ...]]) -> Iterator[tuple[tuple[int, ...], np.ndarray]]:
    """Yield (the policy, or two of them; the weight of each arm) of everything that a factorial tells."""
    signs = np.where(np.array(rows), 1, -1)
    whole = len(rows) == 2**policies
    beside = np.array(rows).sum(axis=1)
    for k in range(policies):
        others = beside - (signs[:, k] > 0)
        orders = [factorial(n) * factorial(policies - n - 1) / factorial(policies) for n in others]
        yield (k,), signs[:, k] * (np.array(orders) if whole else 2 / len(rows))
    for both in combinations(range(policies), 2) if whole else ():
        yield both, np.prod(signs[:, both], axis=1) * 4 / len(rows)


def contributions(results: StoredResults, stamp=None) -> pa.Table:
    """Return table `contributions`: worldwide, every outcome in its own aggregate; empty without a factorial."""
    policies, arms = pulled(results.manifest)
    rows = []
    if policies:
        pairs, runs = pairs_of(results), cube(results, set())
        keys = [k for k, (outcome, _, how) in enumerate(runs.keys) if how == OUTCOMES[outcome].aggregate]
        values = runs.values[[results.arms.index(arm) for arm in arms]][:, :, keys]
        for term, weights in terms(len(policies), list(arms.values())):
            effect = np.tensordot(weights, values, axes=1)
            estimate, (replicates, draws) = pairs.mean(effect), pairs.counts(np.isfinite(effect))
            agreed = agreement_columns(agreement(pairs.independent(effect)))
            for j, key in enumerate(keys):
                outcome = OUTCOMES[runs.keys[key][0]]
                row = {
                    "arm": policies[term[0]],
                    "beside": policies[term[1]] if len(term) > 1 else "",
                    "outcome": outcome.name,
                    "unit": outcome.unit,
                    "aggregate": outcome.aggregate,
                    "value": estimate.mean[j],
                    "low": estimate.low[j],
                    "high": estimate.high[j],
                    "level": CONFIDENCE,
                }
                rows.append(row | agreed[j] | {"replicates": int(replicates[j]), "draws": int(draws[j])})
    return from_rows("contributions", among_many(rows), stamp)
