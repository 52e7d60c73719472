"""What policies cost, and whom: recorded effort, losses and custody at the unit costs of `unit_costs.py`.

Every interval is over the pairs of runs and the unit costs together: pairs are resampled, and each unit cost is drawn
log-uniformly within its range. Single figures stand at the middle of every range.
"""

import math
from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from . import tables
from .comparison import cube, pairs_of
from .intervals import LEVEL, RESAMPLES
from .results import Results
from .unit_costs import BY_NAME, ITEMS, PROGRAMME, PUBLIC, STATE, WEEKS_A_YEAR, states_of, used_where_recorded

LEVELS = ("deprived_by_a_state",)  # persons at a time: every week counts
MEASURES = {
    # name: (unit, meaning)
    **{item.name: ("million USD", f"change in what {item.payer} bear for {item.label}") for item in ITEMS},
    "public": ("million USD", "change in public spending: raids, protection, custody and programmes"),
    "captivity_avoided": ("person-weeks", "fewer weeks of captivity, in operations, another sector or with an armed group"),
    "per_week_avoided": ("USD", "public spending for each person-week of captivity avoided; null unless fewer clearly are"),
}


def programme_years(manifest: Mapping, arm: str) -> float:
    """Return strength x States x years of the policies of an arm that its baseline lacks and that leave no recorded effort."""
    plan = manifest["plan"]
    known = plan["arms"][plan["baseline"]]["policies"]
    country_of = {place["id"]: place["country"] for place in manifest["places"]}
    acting = len({place["country"] for place in manifest["places"] if place["host"]})
    total = 0.0
    for p in plan["arms"][arm]["policies"]:
        if p not in known and not used_where_recorded(p["lever"]):
            weeks = min(p["end"], plan["stop"]) - max(p["start"], plan["window_start"]) - sum(b - a for a, b in p["pauses"])
            total += p["strength"] * states_of(p["states"], p["places"], country_of, acting) * max(0, weeks) / WEEKS_A_YEAR
    return total


def costs(results: Results, stamp=None) -> pa.Table:
    """Return table `costs`: who bears what under each arm, and public spending for each week of captivity avoided."""
    rows = []
    if results.compared:
        pairs, runs = pairs_of(results), cube(results, set())
        prices = _prices(results.manifest["plan"]["seed"])
        for arm in results.compared:
            rows += [{"arm": arm} | row for row in _of_arm(results, pairs, runs, prices, arm)]
    return tables.from_rows("costs", rows, stamp)


def _prices(seed: int) -> dict[str, np.ndarray]:
    """Return RESAMPLES draws of every unit cost: the same for all arms, so that they differ by what they do alone."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(len(ITEMS), 1)))
    return {item.name: np.exp(rng.uniform(math.log(item.low), math.log(item.high), RESAMPLES)) for item in ITEMS}


def _of_arm(results, pairs, runs, prices, arm) -> Iterator[dict]:
    number = {key: k for k, key in enumerate(runs.keys)}
    start, stop = results.window
    weeks = stop - start
    base, mine = (runs.values[results.arms.index(name)] for name in (results.baseline, arm))

    def change(outcome: str, level: bool) -> np.ndarray:
        key = number[outcome, tables.WORLDWIDE, "mean" if level else "sum"]
        return (mine - base)[:, key] * (weeks if level else 1)

    avoided = -change("in_captivity", True)
    there = np.isfinite(avoided)
    if not there.any():
        return
    pairs = pairs.only(there)
    quantity = {item.name: change(item.outcome, item.outcome in LEVELS)[there] for item in ITEMS if item.outcome}
    quantity[PROGRAMME] = np.full(int(there.sum()), programme_years(results.manifest, arm))
    scale = {item.name: 1.0 if item.low == item.high else 1e-6 for item in ITEMS}  # losses are recorded in million USD
    whole = pairs.weights if len(pairs.draw) > 1 else np.full((RESAMPLES, len(pairs.draw)), np.nan)
    whole = whole / whole.sum(axis=1, keepdims=True)
    middle = {name: BY_NAME[name].middle * scale[name] * values.mean() for name, values in quantity.items()}
    drawn = {name: prices[name] * scale[name] * (whole @ values) for name, values in quantity.items()}
    middle["public"], drawn["public"] = (sum(of[name] for name in PUBLIC) for of in (middle, drawn))
    middle["captivity_avoided"], drawn["captivity_avoided"] = avoided[there].mean(), whole @ avoided[there]
    if len(pairs.draw) > 1 and np.quantile(drawn["captivity_avoided"], (1 - LEVEL) / 2) > 0:
        middle["per_week_avoided"], drawn["per_week_avoided"] = (1e6 * of["public"] / of["captivity_avoided"] for of in (middle, drawn))
    draws = len(np.unique(pairs.draw))
    for measure, (unit, _) in MEASURES.items():
        low, high = np.quantile(drawn[measure], [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) if measure in drawn else (math.nan, math.nan)
        payer = BY_NAME[measure].payer if measure in BY_NAME else STATE if measure == "public" else ""
        row = {"measure": measure, "payer": payer, "unit": unit, "value": middle.get(measure, math.nan), "low": low, "high": high}
        yield row | {"level": LEVEL, "replicates": math.ceil(len(pairs.draw) / draws), "draws": draws}
