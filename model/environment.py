"""Levers and shocks: from dated policies to the institutions that agents meet at each place.

Policies are compiled to arrays once; each week their strengths are read off and, when one has
changed, all institutions are set anew from their base: scaled, added to, lowered, then raised, so that
the order of policies never matters.
"""

from typing import NamedTuple

import numpy as np

from .columns import record
from .institutions import INSTITUTIONS, I
from .kernel import kernel
from .levers import INDEX, LEVERS, MODES
from .outcomes import O
from .parameters import P
from .policy import Policy, Shock
from .states import WEEKS_A_MONTH

RAISE, LOWER, SCALE, ADD = range(4)
assert MODES == ("raise", "lower", "scale", "add")
NEVER = -1

CHANNEL_FIRST = np.cumsum([0] + [len(lever.channels) for lever in LEVERS])
_CHANNELS = [(lever, channel) for lever in LEVERS for channel in lever.channels]
CHANNEL_MOVES = np.array([I[c.moves] for _, c in _CHANNELS], np.int64)
CHANNEL_MODE = np.array([MODES.index(c.mode) for _, c in _CHANNELS], np.int64)
CHANNEL_EFFECT = np.array([P[f"{lever.name}.{c.name}"] for lever, c in _CHANNELS], np.int64)
LOW = np.array([row.low for row in INSTITUTIONS], np.float64)
HIGH = np.array([row.high for row in INSTITUTIONS], np.float64)


PLAN = (
    ("lever", "i4", "-1 for a shock"),
    ("moves", "i4", "a shock's institution"),
    ("mode", "i4", "a shock's mode"),
    ("strength", "f8", ""),
    ("announced", "i4", "week"),
    ("start", "i4", "week"),
    ("end", "i4", "week"),
    ("ramp", "i4", "weeks"),
    ("trigger", "i4", "an outcome, or -1"),
    ("bound", "f8", "of the trigger"),
    ("above", "i1", "fires above the bound, or below"),
    ("patience", "i4", "weeks the condition must hold"),
)

PROGRESS = (
    ("now", "f8", "strength of this week"),
    ("waited", "i4", "weeks for which a trigger's condition has held"),
    ("fired", "i4", "week in which it fired, or -1"),
)


class Plans(NamedTuple):
    """Policies (rows first) and shocks (rows after) with their dates, strengths and reach."""

    row: np.recarray  # PLAN
    where: np.ndarray  # bool (rows, P)
    whom: np.ndarray  # bool (rows, K): classes of people
    pauses: np.ndarray  # int32 (pauses, 3): row, from, to
    watch: np.ndarray  # bool (rows, P): where a trigger looks


class Policies(NamedTuple):
    row: np.recarray  # PROGRESS
    stale: np.ndarray  # int64 (1): institutions must be set anew


def compile_plans(world, policies: tuple[Policy, ...], shocks: tuple[Shock, ...]):
    """Return `(Plans, class_of)`.

    `class_of` (N, 2, 2) numbers the classes of people (nationality, sex, child) that policies treat
    alike; class 0 is that of nobody in particular: what policies do for everybody.
    """
    rows = list(policies) + list(shocks)
    count, places = len(rows), len(world.place_ids)
    classes = len(world.nationalities) * 4
    signature = np.array([_people(world, row) for row in policies], bool).reshape(len(policies), classes)
    restricted = [r for r in range(len(policies)) if not signature[r].all()]
    seen = {(False,) * len(restricted): 0}
    numbers = [seen.setdefault(tuple(signature[restricted, c].tolist()), len(seen)) for c in range(classes)]
    class_of = np.array(numbers, np.int8).reshape(len(world.nationalities), 2, 2)
    whom = np.ones((count, len(seen)), bool)
    for k, pattern in enumerate(seen):
        whom[restricted, k] = pattern
    pauses = [(r, a, b) for r, row in enumerate(policies) for a, b in row.pauses]
    triggers = [getattr(row, "when", None) for row in rows]

    table = record(PLAN, count, lever=NEVER, moves=NEVER, mode=NEVER, trigger=NEVER, above=1, patience=1)
    for r, row in enumerate(rows):
        plan = table[r]
        plan.start, plan.end, plan.ramp = row.start, row.end, row.ramp_weeks
        if isinstance(row, Policy):
            plan.lever, plan.strength, plan.announced = INDEX[row.lever], row.strength, row.announced
        else:
            plan.moves, plan.mode = I[row.moves], MODES.index(row.mode)
            plan.strength, plan.announced = row.value, row.start
        if triggers[r]:
            plan.trigger, plan.bound = O[triggers[r].outcome], triggers[r].bound
            plan.above, plan.patience = triggers[r].above, triggers[r].weeks
    where = [_covered(world, row.states, row.places) for row in rows]
    watch = [_covered(world, t.places if t else (), ()) for t in triggers]
    plans = Plans(
        table, np.array(where, bool).reshape(count, places), whom, np.array(pauses, np.int32).reshape(-1, 3),
        np.array(watch, bool).reshape(count, places),
    )  # fmt: skip
    return plans, class_of


def _covered(world, codes, places):
    """Return which places a scope covers: ISO codes and place ids; nothing named means everywhere."""
    names = set(codes) | set(places)
    if not names:
        return [True] * len(world.place_ids)
    return [place in names or country in names for place, country in zip(world.place_ids, world.place_country)]


def _people(world, policy):
    """Return which classes (nationality, sex, child) a policy covers, flattened."""
    nations = [not policy.nationalities or code in policy.nationalities for code in world.nationalities]
    sexes = [policy.sex in (None, sex) for sex in ("male", "female")]
    ages = [policy.age in (None, age) for age in ("adult", "child")]
    return [n and s and a for n in nations for s in sexes for a in ages]


def start_policies(plans: Plans) -> Policies:
    return Policies(record(PROGRESS, len(plans.row), fired=NEVER), np.ones(1, np.int64))


@kernel
def strength_in(week, r, plans, policies):
    """Return a policy's strength in a week, 0 before it starts, while paused and after it ended."""
    start = plans.row.start[r]
    if plans.row.trigger[r] != NEVER:
        if policies.row.fired[r] == NEVER:
            return 0.0
        start = max(start, policies.row.fired[r])
    if week < start or week >= plans.row.end[r]:
        return 0.0
    for k in range(plans.pauses.shape[0]):
        if plans.pauses[k, 0] == r and plans.pauses[k, 1] <= week < plans.pauses[k, 2]:
            return 0.0
    if plans.row.ramp[r] > 0:
        return plans.row.strength[r] * min(1.0, (week - start + 1) / plans.row.ramp[r])
    return plans.row.strength[r]


@kernel
def watch_triggers(week, plans, policies, book):
    """Fire triggers whose condition has held long enough, by last week's outcomes."""
    for r in range(plans.row.size):
        if plans.row.trigger[r] == NEVER or policies.row.fired[r] != NEVER or week < plans.row.start[r]:
            continue
        total = 0.0
        for p in range(plans.watch.shape[1]):
            if plans.watch[r, p]:
                total += book.last[plans.row.trigger[r], p]
        holds = total > plans.row.bound[r] if plans.row.above[r] else total < plans.row.bound[r]
        policies.row.waited[r] = policies.row.waited[r] + 1 if holds else 0
        if policies.row.waited[r] >= plans.row.patience[r]:
            policies.row.fired[r] = week


@kernel
def apply_levers_and_shocks(week, par, base, plans, policies, places, room, env, senv, announced, book):
    """Set the institutions of this week, by class of people and place, and by state."""
    watch_triggers(week, plans, policies, book)
    announced[:] = 0.0
    for r in range(plans.row.size):
        strength = strength_in(week, r, plans, policies)
        if strength != policies.row.now[r]:
            policies.row.now[r] = strength
            policies.stale[0] = 1
        if plans.row.lever[r] != NEVER and plans.row.announced[r] <= week < plans.row.start[r]:
            announce(r, par, plans, places, room, announced)
    if policies.stale[0] == 1:
        policies.stale[0] = 0
        for k in range(env.shape[0]):
            set_institutions(k, par, base, plans, policies, env[k])
            average_by_state(env[k], places, senv[k])


@kernel
def announce(r, par, plans, places, room, announced):
    """Add the raids per site and week that an announced policy lets operations expect (IV.G)."""
    lever = plans.row.lever[r]
    for c in range(CHANNEL_FIRST[lever], CHANNEL_FIRST[lever + 1]):
        if CHANNEL_MOVES[c] == I.raids and CHANNEL_MODE[c] == ADD:
            sites = 0.0
            for p in range(places.row.size):
                if plans.where[r, p]:
                    sites += room.sites[p]
            expected = par[CHANNEL_EFFECT[c]] * plans.row.strength[r] / WEEKS_A_MONTH / max(1.0, sites)
            for p in range(places.row.size):
                if plans.where[r, p]:
                    announced[p] += expected * par[P.announcement_weight]


@kernel
def set_institutions(k, par, base, plans, policies, env):
    """Combine all channels at work for class `k` into the institutions, float64 (I, P)."""
    count, places = env.shape
    scaled, added = np.ones((count, places)), np.zeros((count, places))
    lowered, raised = np.ones((count, places)), np.ones((count, places))
    for r in range(plans.row.size):
        strength = policies.row.now[r]
        if strength == 0.0 or not plans.whom[r, k]:
            continue
        if plans.row.lever[r] == NEVER:
            combine(plans.row.moves[r], plans.row.mode[r], strength, plans.where[r], scaled, added, lowered, raised)
            continue
        for c in range(CHANNEL_FIRST[plans.row.lever[r]], CHANNEL_FIRST[plans.row.lever[r] + 1]):
            effect = par[CHANNEL_EFFECT[c]] * strength
            combine(CHANNEL_MOVES[c], CHANNEL_MODE[c], effect, plans.where[r], scaled, added, lowered, raised)
    for v in range(count):
        for p in range(places):
            x = (base[v, p] * scaled[v, p] + added[v, p]) * lowered[v, p]
            x = 1.0 - (1.0 - x) * raised[v, p]
            env[v, p] = min(HIGH[v], max(LOW[v], x))


@kernel
def combine(v, mode, effect, where, scaled, added, lowered, raised):
    """Add one channel's effect on institution `v` to the running products and sums."""
    for p in range(where.size):
        if where[p]:
            if mode == RAISE:
                raised[v, p] *= max(0.0, 1.0 - effect)
            elif mode == LOWER:
                lowered[v, p] *= max(0.0, 1.0 - effect)
            elif mode == SCALE:
                scaled[v, p] += effect
            else:
                added[v, p] += effect


@kernel
def average_by_state(env, places, senv):
    """Fill each institution's mean over a state's places: its host places where it has any."""
    hosts = np.zeros(senv.shape[1])
    every = np.zeros(senv.shape[1])
    for p in range(places.row.size):
        every[places.row.state[p]] += 1.0
        hosts[places.row.state[p]] += places.row.host[p]
    for v in range(env.shape[0]):
        senv[v, :] = 0.0
        for p in range(places.row.size):
            s = places.row.state[p]
            if hosts[s] == 0.0:
                senv[v, s] += env[v, p] / every[s]
            elif places.row.host[p]:
                senv[v, s] += env[v, p] / hosts[s]
