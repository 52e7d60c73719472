"""Displacement: what left the places under enforcement, and how much of it reappeared elsewhere.

The control is the same seed without the policy. With Y the people held (mean over the weeks since enforcement was
known) and d the paired difference from the baseline, the displacement ratio is

    D = - sum over places j outside the target of dY_j / dY_target

1 is full displacement, 0 none, below 0 a diffusion of benefits. It means nothing where the fall at the target is not
`clear` (`strength.py`), and is null there. Beside it stand the measures of field studies, which know one world only:
the weighted displacement quotient (Bowers and Johnson 2003) and the weighted displacement difference (Wheeler and
Ratcliffe 2018), with what the pairs say of the same operations and by how much the field study is wrong.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import batched

import numpy as np
import pyarrow as pa

from experiments.results.columns import from_rows
from experiments.results.reader import StoredResults, policies_of
from experiments.results.schema import WORLDWIDE
from model.registry.calendar import WEEKS
from model.registry.levers import LEVERS, heeds_announcement
from model.registry.policy import Policy

from .intervals import CONFIDENCE, Estimate
from .paired import (
    DAYS_A_MONTH,
    MONTHS,
    agreement_columns,
    arms_of,
    labels_of,
    pair_numbers,
    pairs_of,
    week_numbers,
    weeks_in,
)
from .strength import CLEAR, UP, agreement, among_many

DISPLACEMENT_MEASURES = {
    # name: (unit, meaning)
    "held_at_target": ("persons", "change in people held at the target"),
    "held_elsewhere": ("persons", "change in people held elsewhere; by place: at each destination"),
    "held_worldwide": ("persons", "change in people held worldwide: the two together"),
    "displacement_ratio": ("ratio", "rise elsewhere over fall at the target; by place: each destination's part of it"),
    "moved_from_target": (
        "persons",
        "change in people moved from the target with their operations; by place: where to",
    ),
    "newly_held_at_target": ("persons", "change in people newly held at the target"),
    "newly_held_elsewhere": ("persons", "change in people newly held elsewhere; by place: at each destination"),
    "recruitment_avoided": ("persons", "fewer people newly held worldwide"),
    "wdq": (
        "ratio",
        "weighted displacement quotient of operations, as a field study of the arm's world alone would find it",
    ),
    "wdd": (
        "operations",
        "weighted displacement difference of operations, likewise: the target and the region's other places, each "
        "against the places beyond; interval over the pairs, since operations are a stock, no count of events",
    ),
    "wdd_truth": ("operations", "change in the same operations against the same world without the policy"),
    "wdd_error": ("operations", "by how much the field study is wrong: `wdd` less `wdd_truth`, pair by pair"),
}
EVERYWHERE = "everywhere"
OUTCOMES_READ = ("people_held", "newly_held", "operations")


# --- measures of field studies ----------------------------------------------------------------------


class NotMeaningful(ValueError):
    """A measure that these counts do not allow."""


def wdq(a0: float, a1: float, b0: float, b1: float, c0: float, c1: float) -> float:
    """Return the weighted displacement quotient (Bowers and Johnson 2003).

    Counts before (0) and during (1) an intervention, in the target `a`, in the area `b` to which it may be displaced
    and in a control area `c`. Above 1: the diffusion of benefits is larger than the effect; 0 to 1: diffusion; -1 to 0:
    partial displacement; -1: complete; below: displacement exceeds the effect. Raises NotMeaningful where the target,
    measured against the control, did not fall (Guerette 2009), or the control is empty.
    """
    if not (c0 > 0 and c1 > 0):
        raise NotMeaningful("the control area is empty")
    success = a1 / c1 - a0 / c0
    if not success < 0:
        raise NotMeaningful("the target did not fall against the control: there is nothing to displace")
    return (b1 / c1 - b0 / c0) / success


def wdd(target, control, displaced, displaced_control):
    """Return the weighted displacement difference; each argument is (before, during), numbers or arrays.

    Wheeler and Ratcliffe 2018 (doi 10.1186/s40163-018-0085-5): both the target and the area to which it may be
    displaced are measured against a control. Negative: fewer, displacement included. Their variance, the sum of the
    eight counts, is that of independent events, and does not hold for a stock of operations. Raises NotMeaningful for
    a negative count.
    """
    counts = [np.asarray(side, float) for area in (target, control, displaced, displaced_control) for side in area]
    if any((count < 0).any() for count in counts):
        raise NotMeaningful("a count is negative")
    target, control, displaced, displaced_control = (during - before for before, during in batched(counts, 2))
    return (target - control) + (displaced - displaced_control)


# --- targets ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Target:
    """Where an arm enforces harder than its baseline, from the week in which this is known."""

    arm: str
    named: str  # the states and places, as the policies name them
    places: np.ndarray  # bool (hosts)
    start: int


def target_of(manifest: Mapping, arm: str) -> Target | None:
    """Return the target of an arm's enforcement levers, or None where its baseline enforces as hard or harder."""
    plan = manifest["plan"]
    known = policies_of(manifest, plan["baseline"])
    hosts = [place for place in manifest["places"] if place["host"]]
    where, named, start = np.zeros(len(hosts), bool), set(), plan["stop"]
    for policy in policies_of(manifest, arm):
        if LEVERS[policy.lever].kind != "enforcement":
            continue
        areas = hosts + _without_hosts(policy, hosts)
        weeks = [_known(policy, [other for other in known if _outdoes(other, policy, area)], area) for area in areas]
        harder = [area for area, week in zip(areas, weeks) if week < plan["stop"]]
        where |= np.array([week < plan["stop"] for week in weeks[: len(hosts)]], bool)
        named |= {
            name for area in harder for name in (_names(policy) & {area["id"], area["country"]} or {area["country"]})
        }
        start = min([start, *weeks])
    if start >= plan["stop"]:
        return None
    return Target(arm, EVERYWHERE if where.all() else ", ".join(sorted(named)), where, start)


def _names(policy: Policy) -> set[str]:
    return {*policy.states, *policy.places}


def _acts_in(policy: Policy, area: Mapping) -> bool:
    return not _names(policy) or not _names(policy).isdisjoint((area["id"], area["country"]))


def _without_hosts(policy: Policy, hosts: Sequence[Mapping]) -> list[dict]:
    """Return what a policy names where no operations may be, as areas like the others."""
    return [
        {"id": name, "country": name}
        for name in sorted(_names(policy))
        if not any(name in (host["id"], host["country"]) for host in hosts)
    ]


def _outdoes(other: Policy, policy: Policy, area: Mapping) -> bool:
    """Return whether a baseline's policy does as an arm's in an area, to all the same people, on no condition."""
    alike = all(
        getattr(other, key) in (None, (), getattr(policy, key)) for key in ("nationalities", "sex", "age", "when")
    )
    return alike and other.lever == policy.lever and _acts_in(other, area)


def _known(policy: Policy, others: Sequence[Policy], area: Mapping) -> int:
    """Return the week in which anybody acts on a policy that is stronger in an area than all others; WEEKS if never."""
    weeks = np.arange(policy.start, policy.end)
    mine = _strength(policy, weeks) * _acts_in(policy, area)
    harder = weeks[mine > np.max([_strength(other, weeks) for other in others], axis=0, initial=0.0) + 1e-9]
    if not harder.size:
        return WEEKS
    return policy.announced if harder[0] == weeks[mine > 0][0] and heeds_announcement(policy) else int(harder[0])


def _strength(policy: Policy, weeks: np.ndarray) -> np.ndarray:
    """Return a policy's strength by week, from its start on even where it waits for a trigger."""
    acts = (weeks >= policy.start) & (weeks < policy.end)
    for first, stop in policy.pauses:
        acts &= (weeks < first) | (weeks >= stop)
    return policy.strength * acts * np.clip((weeks - policy.start + 1) / max(policy.ramp_weeks, 1), 0.0, 1.0)


# --- what the runs say --------------------------------------------------------------------------------


class Held:
    """Weekly numbers at host places, per run: `at[name]` is float32 (arms, pairs, weeks, hosts)."""

    def __init__(self, results: StoredResults):
        plan = results.manifest["plan"]
        self.results = results
        shape = (len(results.arms), plan["draws"] * plan["replicates"], plan["stop"], len(results.hosts))
        self.at = {name: np.full(shape, np.nan, np.float32) for name in OUTCOMES_READ}
        for part in results.each("weekly", ["arm", "draw", "replicate", "week", "place", *OUTCOMES_READ]):
            host = _hosts_of(results, part["place"])
            here = host >= 0
            rows = (
                arms_of(results, part)[here],
                pair_numbers(plan, part)[here],
                week_numbers(part["week"])[here],
                host[here],
            )
            for name in OUTCOMES_READ:
                self.at[name][rows] = part[name].to_numpy()[here]

    def over(self, name: str, arm: str, start: int, stop: int) -> np.ndarray:
        """Return the mean (of a level) or sum over weeks, (pairs, hosts)."""
        weeks = self.at[name][self.results.arms.index(arm), :, start:stop].astype(float)
        return weeks.sum(axis=1) if name == "newly_held" else weeks.mean(axis=1)

    def change(self, name: str, arm: str, start: int, stop: int) -> np.ndarray:
        """Return the paired difference from the baseline, (pairs, hosts)."""
        return self.over(name, arm, start, stop) - self.over(name, self.results.baseline, start, stop)

    @cached_property
    def moves(self) -> list[tuple[np.ndarray, ...]]:
        """Return people moved: (arm, pair, week, source, target, people) of each part; hosts by number."""
        results, plan = self.results, self.results.manifest["plan"]
        found = []
        for part in results.each("relocations"):
            ends = (_hosts_of(results, part["source"]), _hosts_of(results, part["target"]))
            found.append(
                (
                    arms_of(results, part),
                    pair_numbers(plan, part),
                    week_numbers(part["week"]),
                    *ends,
                    part["people"].to_numpy(),
                )
            )
        return found

    def moved_from(self, target: Target, arm: str, start: int, stop: int) -> np.ndarray:
        """Return people moved from the target to each other place, (pairs, hosts)."""
        moved = np.zeros((self.at["people_held"].shape[1], len(target.places)))
        for arms, pair, week, source, to, people in self.moves:
            which = (
                (arms == self.results.arms.index(arm))
                & (week >= start)
                & (week < stop)
                & target.places[source]
                & ~target.places[to]
            )
            which &= (source >= 0) & (to >= 0)
            np.add.at(moved, (pair[which], to[which]), people[which])
        return moved


def _hosts_of(results, column) -> np.ndarray:
    codes, labels = labels_of(column)
    number = {place: i for i, place in enumerate(results.hosts)}
    return np.array([number.get(label, -1) for label in labels], np.int64)[codes]


def displacement(results: StoredResults, stamp=None) -> pa.Table:
    """Return table `displacement`: every measure at 6, 12, 24 and 60 months and in all, for each arm that enforces."""
    rows: list[dict] = []
    targets = [target for arm in results.compared if (target := target_of(results.manifest, arm))]
    if targets and results.manifest["plan"]["record"] == "places":
        held = Held(results)
        stop = results.window[1]
        for target in targets:
            ends = {
                months: target.start + weeks_in(months) for months in MONTHS if target.start + weeks_in(months) < stop
            }
            ends[round((stop - target.start) * 7 / DAYS_A_MONTH)] = stop
            for months, end in ends.items():
                key = {"arm": target.arm, "target": target.named, "months": months}
                rows += [key | row for row in _measures(held, target, end)]
    return from_rows("displacement", _by_place_among_many(rows), stamp)


def _by_place_among_many(rows: list[dict]) -> list[dict]:
    """Return the rows; of single places only those keep their word that are discoveries among all of them."""
    single = iter(among_many([row for row in rows if row["place"] and "p" in row]))
    return [next(single) if row["place"] and "p" in row else row for row in rows]


def _measures(held: Held, target: Target, stop: int) -> Iterator[dict]:
    """Yield the rows of one target and horizon."""
    arm, start = target.arm, target.start
    people = held.change("people_held", arm, start, stop)
    whole = np.isfinite(people).all(axis=1)
    if not whole.any():
        return
    pairs = pairs_of(held.results).only(whole)
    people, newly = people[whole], held.change("newly_held", arm, start, stop)[whole]
    moved = (held.moved_from(target, arm, start, stop) - held.moved_from(target, held.results.baseline, start, stop))[
        whole
    ]
    inside, outside = target.places, ~target.places
    places = np.array(held.results.hosts, object)[outside]

    def rows(measure, values, by_place=None):
        yield from _mean_rows(measure, [WORLDWIDE], pairs, values.sum(axis=1, keepdims=True))
        if by_place is not None:
            yield from _mean_rows(measure, by_place, pairs, values)

    yield from rows("held_at_target", people[:, inside])
    yield from rows("held_elsewhere", people[:, outside], places)
    yield from rows("held_worldwide", people)
    yield from _ratio_rows(pairs, people[:, inside], people[:, outside], places)
    yield from rows("moved_from_target", moved[:, outside], places)
    yield from rows("newly_held_at_target", newly[:, inside])
    yield from rows("newly_held_elsewhere", newly[:, outside], places)
    yield from rows("recruitment_avoided", -newly)
    yield from _field_rows(held, target, stop, whole, pairs)


def _ratio_rows(pairs, target, elsewhere, places) -> Iterator[dict]:
    rise = np.concatenate([elsewhere.sum(axis=1, keepdims=True), elsewhere], axis=1)
    fall = np.repeat(-target.sum(axis=1, keepdims=True), rise.shape[1], axis=1)
    ratio = pairs.ratio(rise, fall)
    fell = agreement(pairs.independent(fall[:, :1]))
    meaningful = fell.strength == [CLEAR] and fell.direction == [UP] and elsewhere.shape[1] > 0
    shown = Estimate(*(np.where(meaningful, x, np.nan) for x in (ratio.mean, ratio.low, ratio.high)), ratio.pairs)
    yield from _rows("displacement_ratio", [WORLDWIDE, *places], pairs, shown)


def _mean_rows(measure, places, pairs, values) -> Iterator[dict]:
    """Yield rows of the means of `values` (pairs, places), with how far the draws agree on their sign."""
    agreed = agreement_columns(agreement(pairs.independent(values)))
    for row, columns in zip(_rows(measure, places, pairs, pairs.mean(values)), agreed):
        yield row | columns


def _rows(measure, places, pairs, estimate) -> Iterator[dict]:
    draws = len(np.unique(pairs.draw))
    for i, place in enumerate(places):
        yield {
            "measure": measure,
            "place": place,
            "unit": DISPLACEMENT_MEASURES[measure][0],
            "value": estimate.mean[i],
            "low": estimate.low[i],
            "high": estimate.high[i],
            "level": CONFIDENCE,
            "replicates": math.ceil(len(pairs.draw) / draws),
            "draws": draws,
        }


def _field_rows(held: Held, target: Target, stop: int, whole, pairs) -> Iterator[dict]:
    """Yield what a field study of the arm's world would find: operations in equally long times before and during.

    Target: the places under enforcement. Where it may be displaced to: the region's other places. Control of both:
    beyond the region.
    """
    if target.start == 0:
        return  # there is no before
    before = max(0, 2 * target.start - stop)
    times = ((before, target.start), (target.start, stop))
    counts = [held.over("operations", target.arm, *weeks)[whole] for weeks in times]
    beyond = np.array([place["kind"] == "beyond" for place in held.results.manifest["places"] if place["host"]])
    control = beyond & ~target.places
    region = ~target.places & ~control
    a, b, c = ([count[:, area].sum(axis=1) for count in counts] for area in (target.places, region, control))
    try:
        quotient = wdq(*(float(values.mean()) for area in (a, b, c) for values in area))
    except NotMeaningful:
        quotient = math.nan
    yield from _rows("wdq", [WORLDWIDE], pairs, Estimate(*np.array([[quotient], [math.nan], [math.nan], [0]])))
    field = wdd(a, c, b, c)
    truth = held.change("operations", target.arm, target.start, stop)[whole][:, ~control].sum(axis=1)
    for measure, values in (("wdd", field), ("wdd_truth", truth), ("wdd_error", field - truth)):
        yield from _mean_rows(measure, [WORLDWIDE], pairs, values[:, None])
