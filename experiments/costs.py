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
from .intervals import LEVEL
from .results import Results
from .unit_costs import BY_NAME, ITEMS, PROGRAMME, PUBLIC, STATE, WEEKS_A_YEAR, states_of, used_where_recorded

RESAMPLES = 2000
LEVELS = ("deprived_by_a_state",)  # persons at a time: every week counts
MEASURES = {
    # name: (unit, meaning)
    **{item.name: ("million USD", f"change in what {item.payer} bear for {item.label}") for item in ITEMS},
    "public": ("million USD", "change in public spending: raids, protection, custody and programmes; null where a policy waits for a trigger, whose weeks are not recorded"),
    "captivity_avoided": ("person-weeks", "fewer weeks of captivity, in operations, another sector or with an armed group"),
    "per_week_avoided": ("USD", "public spending for each person-week of captivity avoided; null unless fewer clearly are"),
}


def programme_years(manifest: Mapping, arm: str) -> float:
    """Return strength x States x years of the policies of an arm that its baseline lacks and that leave no recorded effort.

    Not a number where one of them waits for a trigger: how long it acted is not recorded.
    """
    plan = manifest["plan"]
    known = plan["arms"][plan["baseline"]]["policies"]
    country_of = {place["id"]: place["country"] for place in manifest["places"]}
    acting = len({place["country"] for place in manifest["places"] if place["host"]})
    total = 0.0
    for p in plan["arms"][arm]["policies"]:
        if p not in known and not used_where_recorded(p["lever"]):
            if p.get("when"):
                return math.nan
            first, last = max(p["start"], plan["window_start"]), min(p["end"], plan["stop"])
            weeks = last - first - sum(max(0, min(b, last) - max(a, first)) for a, b in p["pauses"])
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
    """Yield the rows of one arm; none where no pair of runs is complete."""
    quantity, avoided = _quantities(results, runs, arm)
    there = np.isfinite(avoided)
    if not there.any():
        return
    pairs = pairs.only(there)
    found = _spent({name: values[there] for name, values in quantity.items()}, prices, pairs)
    saved = pairs.mean(avoided[there][:, None])  # no price in it: the usual interval of a paired difference
    found["captivity_avoided"] = saved.mean[0], saved.low[0], saved.high[0]
    public, drawn = found.pop("public")
    found["public"] = public, *_interval(drawn)
    if saved.low[0] > 0:
        found["per_week_avoided"] = 1e6 * public / saved.mean[0], *_interval(1e6 * drawn / (_resampled(pairs) @ avoided[there]))
    draws = len(np.unique(pairs.draw))
    for measure, (unit, _) in MEASURES.items():
        value, low, high = found.get(measure, (math.nan,) * 3)
        payer = BY_NAME[measure].payer if measure in BY_NAME else STATE if measure == "public" else ""
        row = {"measure": measure, "payer": payer, "unit": unit, "value": value, "low": low, "high": high}
        yield row | {"level": LEVEL, "replicates": math.ceil(len(pairs.draw) / draws), "draws": draws}


def _quantities(results, runs, arm) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return what is paid for, by item, and weeks of captivity avoided: paired differences over the window, (pairs) each."""
    number = {key: k for k, key in enumerate(runs.keys)}
    weeks = results.window[1] - results.window[0]
    difference = runs.values[results.arms.index(arm)] - runs.values[results.arms.index(results.baseline)]

    def change(outcome: str, level: bool) -> np.ndarray:
        return difference[:, number[outcome, tables.WORLDWIDE, "mean" if level else "sum"]] * (weeks if level else 1)

    quantity = {item.name: change(item.outcome, item.outcome in LEVELS) for item in ITEMS if item.outcome}
    quantity[PROGRAMME] = np.full(len(difference), programme_years(results.manifest, arm))
    return quantity, -change("in_captivity", True)


def _spent(quantity, prices, pairs) -> dict[str, tuple]:
    """Return (value, low, high) of each item in million USD, and of `public` (value, draws)."""
    weights = _resampled(pairs)
    scale = {item.name: 1.0 if item.low == item.high else 1e-6 for item in ITEMS}  # losses are recorded in million USD
    middle = {name: BY_NAME[name].middle * scale[name] * values.mean() for name, values in quantity.items()}
    drawn = {name: prices[name] * scale[name] * (weights @ values) for name, values in quantity.items()}
    found = {name: (middle[name], *_interval(drawn[name])) for name in quantity}
    return found | {"public": tuple(sum(of[name] for name in PUBLIC) for of in (middle, drawn))}


def _resampled(pairs) -> np.ndarray:
    """Return the weight of each pair in each resample, (RESAMPLES, pairs): draws outside, their pairs inside.

    Not a number with one pair, which has no interval. Fixed by the design's seed.
    """
    if len(pairs.draw) < 2:
        return np.full((RESAMPLES, len(pairs.draw)), np.nan)
    rng = np.random.default_rng(np.random.SeedSequence(pairs.seed, spawn_key=(len(pairs.draw),)))
    draws = np.unique(pairs.draw)
    taken = rng.multinomial(len(draws), np.full(len(draws), 1 / len(draws)), size=RESAMPLES)
    weights = np.zeros((RESAMPLES, len(pairs.draw)))
    for times, draw in zip(taken.T, draws):
        inside = np.flatnonzero(pairs.draw == draw)
        weights[:, inside] = rng.multinomial(times * len(inside), np.full(len(inside), 1 / len(inside)))
    return weights / len(pairs.draw)


def _interval(drawn: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
