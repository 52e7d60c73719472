"""The flow matrix: people carried along by operations that move, from place to place, each arm against the baseline."""

import numpy as np
import pyarrow as pa

from experiments.results.columns import from_rows
from experiments.results.reader import StoredResults
from model.registry.calendar import WEEKS_A_YEAR

from .paired import arms_of, effect_of_arm, labels_of, pair_numbers, pairs_of, week_numbers
from .strength import among_many


def flows(results: StoredResults, stamp=None) -> pa.Table:
    """Return table `flows`: a row for each arm and pair of places between which an operation moved in any run."""
    start, stop = results.window
    ways, moved = _moved(results)
    persons = moved * WEEKS_A_YEAR / (stop - start)
    pairs = pairs_of(results)
    rows = []
    for arm in results.compared:
        for (source, target), effect in zip(
            ways, effect_of_arm(results, pairs, arm, persons, ["persons a year"] * len(ways))
        ):
            rows.append({"arm": arm, "source": source, "target": target, "unit": "persons a year"} | effect)
    return from_rows("flows", among_many(rows), stamp)


def _moved(results) -> tuple[list[tuple[str, str]], np.ndarray]:
    """Return the pairs of places, in order, and people moved between them in the window, (arms, pairs, ways)."""
    plan = results.manifest["plan"]
    number: dict[tuple[str, str], int] = {}
    found = []
    for part in results.each("relocations"):
        here = week_numbers(part["week"]) >= results.window[0]
        (source, sources), (target, targets) = (labels_of(part[end]) for end in ("source", "target"))
        code, inverse = np.unique(source[here] * len(targets) + target[here], return_inverse=True)
        way = np.array(
            [number.setdefault((sources[c // len(targets)], targets[c % len(targets)]), len(number)) for c in code],
            np.int64,
        )
        found.append(
            (
                arms_of(results, part)[here],
                pair_numbers(plan, part)[here],
                way[inverse] if len(way) else inverse,
                part["people"].to_numpy()[here],
            )
        )
    moved = np.full((len(results.arms), plan["draws"] * plan["replicates"], len(number)), np.nan)
    for run in results.runs.to_pylist():
        if run["status"] == "ok":
            moved[results.arms.index(run["arm"]), run["draw"] * plan["replicates"] + run["replicate"]] = 0.0
    for arm, pair, way, people in found:
        np.add.at(moved, (arm, pair, way), people)
    order = sorted(range(len(number)), key=list(number).__getitem__)
    return [list(number)[k] for k in order], moved[:, :, order]
