"""Who bears it: each arm's effect by nationality, sex, age, responsible State and how people were recruited."""

import numpy as np
import pyarrow as pa

from experiments.results.columns import from_rows
from experiments.results.reader import StoredResults
from model.registry.outcomes import GROUPED, is_level
from model.run.results import QUARTER

from .paired import arms_of, effect_of_arm, labels_of, pair_numbers, pairs_of
from .strength import among_many

DIMENSIONS = ("nationality", "sex", "child", "state", "how_recruited")


def by_group(results: StoredResults, stamp=None) -> pa.Table:
    """Return table `by_group`: paired differences from the quarter in which the window starts on."""
    if not (results.compared and results.manifest["plan"]["groups"]):
        return from_rows("by_group", [], stamp)
    pairs, rows = pairs_of(results), []
    sums, weeks = _sums(results)
    for dimension, (groups, values) in sums.items():
        for k, outcome in enumerate(GROUPED):
            here = values[:, :, :, k] / (weeks if is_level(outcome) else 1)
            for arm in results.compared:
                key = {
                    "arm": arm,
                    "outcome": outcome.name,
                    "unit": outcome.unit,
                    "aggregate": outcome.aggregate,
                    "dimension": dimension,
                }
                effects = effect_of_arm(results, pairs, arm, here, [outcome.unit] * len(groups))
                rows += [key | {"group": group} | effect for group, effect in zip(groups, effects)]
    return from_rows("by_group", among_many(rows), stamp)


def _sums(results) -> tuple[dict, int]:
    """Return {dimension: (groups, sums (arms, pairs, groups, outcomes))} and how many weeks they are over.

    Levels are recorded as person-weeks. Not a number where a run is missing; a group that a run does not have counts 0.
    """
    plan = results.manifest["plan"]
    shape = (len(results.arms), plan["draws"] * plan["replicates"])
    found: dict[str, dict[str, np.ndarray]] = {dimension: {} for dimension in DIMENSIONS}
    start, first = results.window[0], results.window[1]
    for part in results.each("groups"):
        quarter = quarter_numbers(part["quarter"])
        here = quarter >= QUARTER[start]
        if here.any():
            first = min(first, int(np.searchsorted(QUARTER, quarter[here].min())))
            _add(found, results, part.filter(pa.array(here)), shape)
    missing = _missing(results, shape)
    sums = {}
    for dimension, by_label in found.items():
        labels = sorted(by_label)
        values = (
            np.stack([by_label[label] for label in labels], axis=2) if labels else np.zeros((*shape, 0, len(GROUPED)))
        )
        values[missing] = np.nan
        sums[dimension] = labels, values
    return sums, max(1, results.window[1] - first)


def quarter_numbers(dates) -> np.ndarray:
    """Return the quarter of each date by `model.run.results.QUARTER`, which counts from January 2016; int64 (N)."""
    months = dates.to_numpy().astype("datetime64[M]").astype(np.int64) - np.datetime64("2016-01", "M").astype(np.int64)
    return months // 3


def _add(found, results, part, shape):
    """Add a part's rows to the sums of their groups, each (arms, pairs, outcomes)."""
    run = arms_of(results, part) * shape[1] + pair_numbers(results.manifest["plan"], part)
    values = np.stack([part[o.name].to_numpy().astype(float) for o in GROUPED], axis=1)
    for dimension in DIMENSIONS:
        code, labels = _groups(part, dimension)
        key = run * len(labels) + code
        order = np.argsort(key, kind="stable")
        keys, starts = np.unique(key[order], return_index=True)
        total = np.zeros((shape[0] * shape[1] * len(labels), len(GROUPED)))
        total[keys] = np.add.reduceat(values[order], starts)
        for label, of_label in zip(labels, np.moveaxis(total.reshape(*shape, len(labels), -1), 2, 0)):
            found[dimension][label] = found[dimension].get(label, 0.0) + of_label


def _groups(part, dimension) -> tuple[np.ndarray, list[str]]:
    if dimension == "child":
        return part["child"].to_numpy().astype(int), ["adults", "children"]
    codes, labels = labels_of(part[dimension])
    return codes, list(labels)


def _missing(results, shape) -> np.ndarray:
    missing, plan = np.ones(shape, bool), results.manifest["plan"]
    for run in results.runs.to_pylist():
        if run["status"] == "ok":
            missing[results.arms.index(run["arm"]), run["draw"] * plan["replicates"] + run["replicate"]] = False
    return missing
