"""The paired comparison: every arm against the baseline on the same seeds and draws, over the window and over time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from experiments.results.columns import build, from_rows, mondays, numbers, text, texts
from experiments.results.reader import StoredResults
from experiments.results.schema import AGGREGATES, WORLDWIDE
from model.registry.calendar import WEEK_0, monday
from model.registry.outcomes import OUTCOMES, RIGHTS_FLOOR, Outcome, is_level

from .intervals import CONFIDENCE, Pairs, divide
from .strength import (
    ALARMS,
    DOWN,
    FEWEST_VOTES,
    INDISTINCT,
    OF_SUMS,
    Agreement,
    agreement,
    among_many,
    critical_value,
    discoveries,
    relative,
    worse_together,
)

MONTHS = (6, 12, 24, 60)
DAYS_A_MONTH = 365.25 / 12
A_YEAR = 52


def pairs_of(results: StoredResults) -> Pairs:
    """Return the pairs that the plan may have: all replicates of every draw.

    Where only some draws are repeated (`Design.repeated_draws`), a pair that is not run has no number, as a failed one.
    """
    plan = results.manifest["plan"]
    return Pairs(np.repeat(np.arange(plan["draws"]), plan["replicates"]), plan["seed"])


def pairs_planned(plan: Mapping) -> int:
    """Return how many pairs of draw and seed a plan runs."""
    repeated = min(plan["draws"], plan["repeated_draws"] or plan["draws"])
    return plan["draws"] + repeated * (plan["replicates"] - 1)


def of_interest(results: StoredResults) -> list[Outcome]:
    """Return the outcomes that are followed over time: the design's and the rights floor's, in the registry's order."""
    wanted = {*results.manifest["plan"]["outcomes"], *RIGHTS_FLOOR}
    return [outcome for outcome in OUTCOMES.values() if outcome.name in wanted]


# --- over the window --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cube:
    """Window values of all runs: `values` (arms, pairs, keys); a key is (outcome, place, aggregate)."""

    values: np.ndarray
    keys: list[tuple[str, str, str]]


def cube(results: StoredResults, places: set[str]) -> Cube:
    """Return the window values worldwide and at `places`; not a number where there is none."""
    plan = results.manifest["plan"]
    number: dict[tuple, int] = {}
    filled = []
    for part in results.each("summary"):
        if not part.num_rows:
            continue  # all of its runs failed
        outcome, place, how = (labels_of(part[name]) for name in ("outcome", "place", "aggregate"))
        here = np.array([p == WORLDWIDE or p in places for p in place[1]])[place[0]]
        code = (outcome[0].astype(np.int64) * len(place[1]) + place[0]) * len(how[1]) + how[0]
        _, first, inverse = np.unique(code[here], return_index=True, return_inverse=True)
        names = [column[1][column[0][here][first]] for column in (outcome, place, how)]
        key = np.array([number.setdefault(k, len(number)) for k in zip(*names)], np.int64)[inverse]
        filled.append(
            (arms_of(results, part)[here], pair_numbers(plan, part)[here], key, part["value"].to_numpy()[here])
        )
    values = np.full((len(results.arms), plan["draws"] * plan["replicates"], len(number)), np.nan)
    for arm, pair, key, value in filled:
        values[arm, pair, key] = value
    return Cube(values, list(number))


def labels_of(column) -> tuple[np.ndarray, np.ndarray]:
    """Return (codes, labels) of a text column of a part."""
    array = column.combine_chunks()
    return np.asarray(array.indices, np.int64), np.array(array.dictionary.to_pylist(), object)


def arms_of(results, part) -> np.ndarray:
    """Return the arm's number in the plan, by row."""
    codes, labels = labels_of(part["arm"])
    order = {arm: i for i, arm in enumerate(results.arms)}
    return np.array([order[label] for label in labels], np.int64)[codes]


def pair_numbers(plan, part) -> np.ndarray:
    """Return the pair's number in the plan, by row."""
    return part["draw"].to_numpy().astype(np.int64) * plan["replicates"] + part["replicate"].to_numpy()


def paired(results: StoredResults, stamp=None) -> pa.Table:
    """Return table `paired`: worldwide and at the places where operations may be."""
    pairs = pairs_of(results)
    runs = cube(results, set(results.hosts))
    place_order = {place: i for i, place in enumerate((WORLDWIDE, *results.hosts))}
    outcome_order = {outcome.name: i for i, outcome in enumerate(OUTCOMES.values())}
    how_order = {how: i for i, how in enumerate(AGGREGATES)}
    order = sorted(
        range(len(runs.keys)),
        key=lambda k: (outcome_order[runs.keys[k][0]], place_order[runs.keys[k][1]], how_order[runs.keys[k][2]]),
    )
    keys = [runs.keys[k] for k in order]
    values = runs.values[:, :, order]
    start, stop = results.window
    window = {"window_start": monday(start), "window_end": monday(stop - 1)}
    rows = []
    for arm in results.compared:
        effects = effect_of_arm(results, pairs, arm, values, [OUTCOMES[k[0]].unit for k in keys])
        for (outcome, place, how), effect in zip(keys, effects):
            key = {"arm": arm, "outcome": outcome, "unit": OUTCOMES[outcome].unit, "place": place, "aggregate": how}
            rows.append(key | window | effect)
    family = {(o.name, WORLDWIDE, o.aggregate) for o in of_interest(results)}
    mine = [k for k, key in enumerate(keys) if key in family]
    reach = _reach_together(results, pairs, values[:, :, mine]) if rows else np.nan
    inside = {id(row): _key(row) in family for row in rows}
    others = iter(among_many([row for row in rows if not inside[id(row)]]))
    held = next((row["baseline"] for row in rows if _key(row) == ("people_held", WORLDWIDE, "mean")), np.nan)
    made = [row | _together(row, reach) if inside[id(row)] else next(others) for row in rows]
    floor = _floor(results, pairs, values, keys)
    made = [
        row | {"per_thousand": _per_thousand(row, held), "floor_p": floor.get((row["arm"], *_key(row)))} for row in made
    ]
    return from_rows("paired", made, stamp)


def _key(row) -> tuple[str, str, str]:
    return row["outcome"], row["place"], row["aggregate"]


def _reach_together(results, pairs, values) -> float:
    """Return by which factor intervals of the declared family must be longer to cover together; `values` of its keys.

    The family is every compared arm's effect on every outcome of interest, worldwide, in its own aggregate.
    """
    base = values[results.arms.index(results.baseline)]
    votes = [pairs.independent(values[results.arms.index(arm)] - base) for arm in results.compared]
    alone = pairs.reach(len(votes[0]))
    return critical_value(np.concatenate(votes, axis=1), pairs.seed) / alone


def _together(row, reach: float) -> dict:
    return {
        f"simultaneous_{end}": row["difference"] + reach * (row[end] - row["difference"]) for end in ("low", "high")
    }


def _floor(results, pairs, values, keys) -> dict[tuple, float]:
    """Return how likely chance alone makes any right of the floor look as bad as each, by arm and key.

    Of what is counted the change is that of the log, half a simulated person added to each side, and of shares the
    difference: either turns its sign where arm and baseline are exchanged.
    """
    mine = [k for k, key in enumerate(keys) if of_the_floor(*key)]
    half = results.manifest["plan"]["people_per_agent"] / 2
    counted = np.array([OUTCOMES[keys[k][0]].unit != "share" for k in mine], bool)
    signs = np.array([1.0 if OUTCOMES[keys[k][0]].better == DOWN else -1.0 for k in mine])

    def scale(arm):
        level = values[results.arms.index(arm)][:, mine]
        return np.where(counted, np.log(np.maximum(np.where(counted, level, 1.0), 0.0) + half), level)

    found = {}
    for arm in results.compared if mine else ():
        change = pairs.independent(signs * (scale(arm) - scale(results.baseline)))
        p = worse_together(change, pairs.seed)
        found |= {
            (arm, *keys[k]): float(each) for k, each in zip(mine, p) if np.isfinite(change[:, mine.index(k)]).any()
        }
    return found


def _per_thousand(row, held: float) -> float:
    """Return the difference for each 1,000 people held in the baseline, where no draw has a ratio of its own."""
    return 1000 * row["difference"] / held if row["relative_kind"] == OF_SUMS and held > 0 else np.nan


def effect_of_arm(results, pairs, arm, values, units) -> Iterator[dict]:
    """Yield the columns of an effect for each of K quantities; `values` (arms, pairs, K), `units` their names.

    `strength` is the word of each looked at alone: `strength.among_many` takes many of a table together.
    """
    base, other = values[results.arms.index(results.baseline)], values[results.arms.index(arm)]
    difference = other - base
    known = np.isfinite(difference)
    estimate = pairs.mean(difference)
    level_of_baseline = pairs.mean(np.where(known, base, np.nan)).mean
    replicates, draws = pairs.counts(known)
    of_parameters, (draws_low, draws_high) = pairs.parameter_share(difference), pairs.of_draws(difference)
    votes = pairs.independent(difference)
    agreed = agreement_columns(agreement(votes))
    per_draw = (pairs.independent(np.where(known, of, np.nan)) for of in (base, other))
    change = relative(*per_draw, units, results.manifest["plan"]["people_per_agent"])
    median = median_of(votes)
    for k in range(len(units)):
        yield {
            "baseline": level_of_baseline[k],
            "difference": estimate.mean[k],
            "low": estimate.low[k],
            "high": estimate.high[k],
            "level": CONFIDENCE,
            "relative": change.middle[k],
            "relative_low": change.low[k],
            "relative_high": change.high[k],
            "relative_kind": change.kind[k],
            "median": median[k],
            **agreed[k],
            "replicates": int(replicates[k]),
            "draws": int(draws[k]),
            "parameter_share": of_parameters[k],
            "draws_low": draws_low[k],
            "draws_high": draws_high[k],
        }


def agreement_columns(found: Agreement) -> list[dict]:
    """Return the columns of `AGREEMENT` of the tables, a row a quantity."""
    names = ("agree", "agree_low", "agree_high", "direction", "p", "strength")
    columns = (found.share, found.low, found.high, found.direction, found.p, found.strength)
    return [dict(zip(names, row)) for row in zip(*columns)]


def median_of(votes: np.ndarray) -> np.ndarray:
    """Return the median over what is independent (N, K), leaving out what is not a number."""
    known = np.isfinite(votes).any(axis=0)
    found = np.full(votes.shape[1], np.nan)
    found[known] = np.nanmedian(votes[:, known], axis=0)
    return found


# --- over time --------------------------------------------------------------------------------------


def through_time(results: StoredResults, name: str) -> np.ndarray:
    """Return one recorded outcome worldwide, float64 (arms, pairs, weeks); not a number where a run is missing."""
    plan = results.manifest["plan"]
    weeks = np.full((len(results.arms), plan["draws"] * plan["replicates"], plan["stop"]), np.nan)
    for part in results.each("worldwide", ["arm", "draw", "replicate", "week", name]):
        weeks[arms_of(results, part), pair_numbers(plan, part), week_numbers(part["week"])] = part[name].to_numpy()
    return weeks


def week_numbers(dates) -> np.ndarray:
    """Return the weeks of a column of dates."""
    days = dates.to_numpy().astype("datetime64[D]") - np.datetime64(WEEK_0, "D")
    return days.astype(np.int64) // 7


def month_of(weeks_since: np.ndarray) -> np.ndarray:
    """Return the month (0 = first) in which a week lies, counted from a window's start."""
    return (np.asarray(weeks_since) * 7 / DAYS_A_MONTH).astype(np.int64)


def weeks_in(months: int) -> int:
    """Return the weeks that `months` months have."""
    return round(months * DAYS_A_MONTH / 7)


class Course:
    """One outcome worldwide through time, for all runs, however it is to be summed up."""

    def __init__(self, results: StoredResults, outcome: Outcome):
        self.outcome = outcome
        parts = outcome.of if outcome.kind == "ratio" else (outcome.name,)
        self.parts = [through_time(results, part) for part in parts]

    def over(self, start: int, stop: int) -> np.ndarray:
        """Return its value over the weeks from `start` to before `stop`, (arms, pairs)."""
        sums = [part[:, :, start:stop].sum(axis=2) for part in self.parts]
        if self.outcome.kind == "ratio":
            return divide(*sums)
        return sums[0] / (stop - start) if is_level(self.outcome) else sums[0]

    def weekly(self) -> np.ndarray:
        """Return its value week by week, (arms, pairs, weeks); a share is one over the past year."""
        if self.outcome.kind != "ratio":
            return self.parts[0]
        return divide(*(_past_year(part) for part in self.parts))


def _past_year(weeks: np.ndarray) -> np.ndarray:
    total = np.cumsum(weeks, axis=2)
    total[:, :, A_YEAR:] -= total[:, :, :-A_YEAR].copy()
    return total


def over_time(results: StoredResults, stamp=None) -> dict[str, pa.Table]:
    """Return the tables `effects`, `timing` and `series`."""
    pairs = pairs_of(results)
    rows: dict[str, list] = {"effects": [], "timing": []}
    series = [from_rows("series", [], stamp)]
    monthly = []
    for outcome in of_interest(results) if results.by_week else ():
        course = Course(results, outcome)
        rows["effects"] += _at_months(results, pairs, course)
        monthly += _monthly(results, pairs, course)
        series.append(_series(results, pairs, course, stamp))
    rows["effects"], rows["timing"] = among_many(rows["effects"]), _timing(monthly)
    made = {name: from_rows(name, given, stamp) for name, given in rows.items()}
    return made | {"series": pa.concat_tables(series).unify_dictionaries().combine_chunks()}


def _at_months(results, pairs, course) -> list[dict]:
    start, stop = results.window
    rows = []
    for months in MONTHS:
        if start + weeks_in(months) > stop:
            continue
        values = course.over(start, start + weeks_in(months))[:, :, None]
        for arm in results.compared:
            effect = next(effect_of_arm(results, pairs, arm, values, [course.outcome.unit]))
            key = {
                "arm": arm,
                "outcome": course.outcome.name,
                "unit": course.outcome.unit,
                "aggregate": course.outcome.aggregate,
                "months": months,
            }
            rows.append(key | effect)
    return rows


@dataclass(frozen=True)
class Monthly:
    """How far the draws agree on an arm's effect on an outcome: in every whole month, and over the whole window."""

    arm: str
    outcome: Outcome
    months: Agreement
    window: int  # the sign of the whole window's effect where it is likely or clear, else 0


def _monthly(results, pairs, course) -> list[Monthly]:
    start, stop = results.window
    month = month_of(np.arange(stop - start))
    first = start + np.flatnonzero(np.diff(month, prepend=-1))
    if len(first) < 2:
        return []
    monthly = np.stack([course.over(a, b) for a, b in pairwise(first)], axis=2)  # the last month is not whole
    whole = course.over(start, stop)[:, :, None]

    def agreed(values, arm):
        difference = values[results.arms.index(arm)] - values[results.arms.index(results.baseline)]
        return agreement(pairs.independent(difference))

    return [
        Monthly(arm, course.outcome, agreed(monthly, arm), int(agreed(whole, arm).shown()[0]))
        for arm in results.compared
    ]


def _timing(monthly: list[Monthly]) -> list[dict]:
    """Return the rows of table `timing`: a month shows an effect that is a discovery among all months of the table."""
    found = discoveries(np.concatenate([one.months.p for one in monthly])) if monthly else ()
    rows = []
    for one in monthly:
        mine, found = found[: len(one.months.p)], found[len(one.months.p) :]
        shown = np.where(mine, one.months.shown(), 0)
        sign = {"up": 1, "down": -1, None: 0}[one.outcome.better]
        better, worse = (shown == sign) & (sign != 0), (shown == -sign) & (sign != 0)
        rows.append(
            {
                "arm": one.arm,
                "outcome": one.outcome.name,
                "first_month": _first(shown != 0),
                "first_better": _first(better),
                "first_worse": _first(worse),
                "months_worse": int(worse.sum()) if sign else None,
                "temporarily_worse": bool(worse.any() and one.window == sign) if sign else None,
            }
        )
    return rows


def _first(which: np.ndarray) -> int | None:
    """Return the first month, counted from 1, or None."""
    found = np.flatnonzero(which)
    return int(found[0]) + 1 if len(found) else None


def _series(results, pairs, course, stamp) -> pa.Table:
    values = course.weekly()
    baseline = results.arms.index(results.baseline)
    weeks = values.shape[2]
    made = []
    for number in range(len(results.arms)):
        estimate = pairs.mean(values[number] - values[baseline])
        bands = _run_bands(values[number])
        columns = {
            "arm": text(np.full(weeks, number), results.arms),
            "outcome": texts([course.outcome.name] * weeks),
            "unit": texts([course.outcome.unit] * weeks),
            "week": mondays(np.arange(weeks)),
            "mean": numbers(pairs.mean(values[number]).mean),
            "run_low": numbers(bands[0]),
            "run_high": numbers(bands[1]),
            "difference": numbers(estimate.mean),
            "low": numbers(estimate.low),
            "high": numbers(estimate.high),
            "level": numbers(np.full(weeks, CONFIDENCE)),
        }
        made.append(build("series", columns, stamp))
    return pa.concat_tables(made)


def _run_bands(values: np.ndarray) -> np.ndarray:
    """Return the 5th and 95th percentile of runs, (2, weeks) from (pairs, weeks)."""
    there = values[np.isfinite(values).any(axis=1)]
    bands = np.full((2, values.shape[1]), np.nan)
    known = np.isfinite(there).all(axis=0) & (len(there) > 0)
    if known.any():
        bands[:, known] = np.quantile(there[:, known], (0.05, 0.95), axis=0)
    return bands


# --- the rights floor -------------------------------------------------------------------------------


def rights_floor(paired: pa.Table) -> list[dict]:
    """Return the rows of `paired`, worldwide, in which an arm worsens a right of the floor.

    Likely or clearly, or on balance: where chance would make any right look as bad in at most ALARMS of comparisons
    (`strength.worse_together`). A policy that does nothing is flagged in at most 4 % of comparisons, whatever the
    number of draws. It takes FEWEST_VOTES draws, or pairs of the one draw.
    """
    return [row for row in paired.to_pylist() if of_the_floor(*_key(row)) and worsens(row)]


def of_the_floor(outcome: str, place: str, aggregate: str) -> bool:
    """Tell whether a key is a right of the floor: worldwide, in its own aggregate."""
    return OUTCOMES[outcome].floor and not place and aggregate == OUTCOMES[outcome].aggregate


def worsens(row: Mapping) -> bool:
    """Tell whether a row of the rights floor is for the worse: likely, clearly or on balance."""
    better = OUTCOMES[row["outcome"]].better
    shown = row["strength"] != INDISTINCT and better is not None and row["direction"] not in (better, None)
    voters = row["draws"] if row["draws"] > 1 else row["replicates"]
    return shown or (voters >= FEWEST_VOTES and row["floor_p"] is not None and row["floor_p"] <= ALARMS)
