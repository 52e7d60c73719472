"""What policies cost, and whom: recorded effort, losses and custody at the unit costs of `unit_costs.py`.

Every interval is over the runs and the unit costs together: the mean difference is drawn as its Student's t interval
over what is independent has it (`intervals.py`), all quantities together, and each unit cost log-uniformly within its
range. Single figures stand at the middle of every range. What takes no price has the interval of every paired
difference, so that one quantity never has two. How strongly a change is shown, and by how much of its baseline,
is found as of every other effect (`strength.py`), at the middle unit costs: a price changes no sign and no ratio.
"""

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from experiments.design.unit_costs import (
    BY_NAME,
    COST_ITEMS,
    PROGRAMME,
    PUBLIC,
    STATES,
    states_of,
    used_where_recorded,
)
from experiments.results.columns import from_rows
from experiments.results.reader import StoredResults
from experiments.results.schema import WORLDWIDE
from model.registry.calendar import WEEKS_A_YEAR
from model.registry.outcomes import OUTCOMES

from .intervals import CONFIDENCE
from .paired import agreement_columns, cube, pairs_of
from .strength import CLEAR, UP, agreement, among_many, relative

DRAWN = 4000
NO_RATIO = {"relative_kind": ""}  # of what has no relative change
TIME_HELD = "in_captivity"
COSTS_OF_LEVELS = ("deprived_by_a_state", TIME_HELD)  # persons at a time: every week counts
COST_MEASURES = {
    # name: (unit, meaning)
    **{item.name: ("million USD", f"change in what {item.payer} bear for {item.label}") for item in COST_ITEMS},
    "public": (
        "million USD",
        "change in public spending: raids, protection, custody and programmes; null where a policy waits for "
        "a trigger, whose weeks are not recorded",
    ),
    "captivity_avoided": (
        "person-weeks",
        "fewer weeks of captivity, in operations, another sector or with an armed group",
    ),
    "per_week_avoided": (
        "USD",
        "public spending for each person-week of captivity avoided; null unless fewer clearly are",
    ),
}


def programme_years(manifest: Mapping, arm: str) -> float:
    """Return the excess, in strength x States x years, of an arm's policies that leave no recorded effort.

    What the arm leaves out of the baseline is subtracted. Not a number where an entry that only one of the two has
    waits for a trigger: how long it acted is not recorded.
    """
    arms, baseline = manifest["plan"]["arms"], manifest["plan"]["baseline"]
    own, usual = arms[arm]["policies"], arms[baseline]["policies"]
    added, left_out = (
        sum(_years(manifest, p) for p in _without(these, those)) for these, those in ((own, usual), (usual, own))
    )
    return added - left_out


def _without(these: Sequence[Mapping], those: Sequence[Mapping]) -> list[Mapping]:
    """Return the policies of `these` that `those` lack, as often as they do; only such as leave no recorded effort."""
    lacked, rest = [], list(those)
    for p in these:
        if p in rest:
            rest.remove(p)
        elif not used_where_recorded(p["lever"]):
            lacked.append(p)
    return lacked


def _years(manifest: Mapping, policy: Mapping) -> float:
    """Return strength x States x years of a policy within the window; not a number where it waits for a trigger."""
    if policy.get("when"):
        return math.nan
    plan, places = manifest["plan"], manifest["places"]
    country_of = {place["id"]: place["country"] for place in places}
    acting = len({place["country"] for place in places if place["host"]})
    first, last = max(policy["start"], plan["window_start"]), min(policy["end"], plan["stop"])
    weeks = last - first - sum(max(0, min(b, last) - max(a, first)) for a, b in policy["pauses"])
    return (
        policy["strength"]
        * states_of(policy["states"], policy["places"], country_of, acting)
        * max(0, weeks)
        / WEEKS_A_YEAR
    )


def costs(results: StoredResults, stamp=None) -> pa.Table:
    """Return table `costs`: who bears what under each arm, and public spending for each week of captivity avoided."""
    rows: list[dict] = []
    if results.compared:
        pairs, runs = pairs_of(results), cube(results, set())
        prices = _prices(results.manifest["plan"]["seed"])
        for arm in results.compared:
            rows += [{"arm": arm} | row for row in _of_arm(results, pairs, runs, prices, arm)]
    tested = iter(among_many([row for row in rows if "strength" in row]))
    return from_rows("costs", [next(tested) if "strength" in row else row for row in rows], stamp)


def _prices(seed: int) -> dict[str, np.ndarray]:
    """Return DRAWN draws of every unit cost: the same for all arms, so that they differ by what they do alone."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(len(COST_ITEMS), 1)))
    return {item.name: np.exp(rng.uniform(math.log(item.low), math.log(item.high), DRAWN)) for item in COST_ITEMS}


def _of_arm(results, pairs, runs, prices, arm) -> Iterator[dict]:
    """Yield the rows of one arm; none where no pair of runs is complete."""
    quantity, avoided = _quantities(results, runs, arm)
    there = np.isfinite(avoided)
    if not there.any():
        return
    pairs = pairs.only(there)
    found = _spent({name: values[there] for name, values in quantity.items()}, prices, pairs)
    saved = found["captivity_avoided"] = _usual(pairs, avoided[there])
    public, drawn = found.pop("public")
    found["public"] = public, *_interval(drawn)
    shown = _shown(results, pairs, runs, arm, {name: values[there] for name, values in quantity.items()}, there)
    fewer = shown["captivity_avoided"]
    if fewer["strength"] == CLEAR and fewer["direction"] == UP and saved[1] > 0:
        found["per_week_avoided"] = 1e6 * public / saved[0], *_interval(1e6 * drawn / _means(pairs, avoided[there]))
    draws = len(np.unique(pairs.draw))
    for measure, (unit, _) in COST_MEASURES.items():
        value, low, high = found.get(measure, (math.nan,) * 3)
        payer = BY_NAME[measure].payer if measure in BY_NAME else STATES if measure == "public" else ""
        row = {"measure": measure, "payer": payer, "unit": unit, "value": value, "low": low, "high": high}
        yield (
            row
            | NO_RATIO
            | shown.get(measure, {})
            | {"level": CONFIDENCE, "replicates": math.ceil(len(pairs.draw) / draws), "draws": draws}
        )


def _quantities(results, runs, arm) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return what is paid for, by item, and weeks of captivity avoided; paired differences over the window, (pairs)."""
    quantity = {item.name: _change(results, runs, arm, item.outcome) for item in COST_ITEMS if item.outcome}
    captivity = _change(results, runs, arm, TIME_HELD)
    quantity[PROGRAMME] = np.full(len(captivity), programme_years(results.manifest, arm))
    return quantity, -captivity


def _change(results, runs, arm, outcome: str) -> np.ndarray:
    """Return the paired differences of a recorded outcome over the window, (pairs): levels in weeks times persons."""
    difference = runs.values[results.arms.index(arm)] - runs.values[results.arms.index(results.baseline)]
    level = outcome in COSTS_OF_LEVELS
    weeks = results.window[1] - results.window[0] if level else 1
    return difference[:, runs.keys.index((outcome, WORLDWIDE, "mean" if level else "sum"))] * weeks


def _shown(results, pairs, runs, arm, quantity, there) -> dict[str, dict]:
    """Return the columns of strength and of relative change, by measure; not of the ratio, on which no draw votes.

    A programme has no relative change, nor has public spending: what the baseline's own programmes cost is not known.
    """
    unit_of = {item.name: OUTCOMES[item.outcome].unit for item in COST_ITEMS if item.outcome}
    unit_of["captivity_avoided"] = OUTCOMES[TIME_HELD].unit
    outcome_of = {item.name: item.outcome for item in COST_ITEMS if item.outcome} | {"captivity_avoided": TIME_HELD}
    number = {key: k for k, key in enumerate(runs.keys)}
    keys = [number[name, WORLDWIDE, "mean" if name in COSTS_OF_LEVELS else "sum"] for name in outcome_of.values()]
    levels = [
        pairs.independent(runs.values[results.arms.index(name)][there][:, keys]) for name in (results.baseline, arm)
    ]
    change = relative(*levels, list(unit_of.values()), results.manifest["plan"]["people_per_agent"])
    found = {
        name: {"relative": middle, "relative_low": low, "relative_high": high, "relative_kind": kind}
        for name, middle, low, high, kind in zip(unit_of, change.middle, change.low, change.high, change.kind)
    }
    saved = found["captivity_avoided"]
    found["captivity_avoided"] = saved | {
        "relative": -saved["relative"],
        "relative_low": -saved["relative_high"],
        "relative_high": -saved["relative_low"],
    }
    at_middle = sum(BY_NAME[name].middle * quantity[name] for name in PUBLIC)
    votes = quantity | {"public": at_middle, "captivity_avoided": -_change(results, runs, arm, TIME_HELD)[there]}
    agreed = agreement_columns(agreement(pairs.independent(np.stack(list(votes.values()), axis=1))))
    return {name: found.get(name, {}) | columns for name, columns in zip(votes, agreed)}


def _spent(quantity, prices, pairs) -> dict[str, tuple]:
    """Return (value, low, high) of each item in million USD, and of `public` (value, draws)."""
    scale = {
        item.name: 1.0 if _no_price(item.name) else 1e-6 for item in COST_ITEMS
    }  # losses are recorded in million USD
    middle = {name: BY_NAME[name].middle * scale[name] * _usual(pairs, values)[0] for name, values in quantity.items()}
    drawn = {name: prices[name] * scale[name] * _means(pairs, values) for name, values in quantity.items()}
    found = {
        name: _usual(pairs, values) if _no_price(name) else (middle[name], *_interval(drawn[name]))
        for name, values in quantity.items()
    }
    return found | {"public": tuple(sum(of[name] for name in PUBLIC) for of in (middle, drawn))}


def _no_price(name: str) -> bool:
    """Say whether an item is recorded in money, so that no unit cost is in doubt."""
    return BY_NAME[name].low == BY_NAME[name].high


def _usual(pairs, values) -> tuple[float, float, float]:
    """Return (mean, low, high) of `values` (pairs) as of every paired difference."""
    found = pairs.mean(values[:, None])
    return float(found.mean[0]), float(found.low[0]), float(found.high[0])


def _means(pairs, values) -> np.ndarray:
    """Return what the mean of `values` (pairs) may be, (DRAWN): of two quantities, the same draws go together.

    Drawn from the t distribution of the mean over what is independent: with x_i those values, n of them, z_i standard
    normals and c a chi-squared of n - 1, it is mean + sum z_i (x_i - mean) / sqrt(n c), whose quantiles are the ends
    of Student's interval. Not a number with one value, which has no interval. Fixed by the design's seed.
    """
    values = pairs.independent(values[:, None])[:, 0]
    count = len(values)
    if count < 2:
        return np.full(DRAWN, np.nan)
    rng = np.random.default_rng(np.random.SeedSequence(pairs.seed, spawn_key=(count,)))
    z, chi = rng.standard_normal((DRAWN, count)), rng.chisquare(count - 1, DRAWN)
    return values.mean() + z @ (values - values.mean()) / np.sqrt(count * chi)


def _interval(drawn: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)
