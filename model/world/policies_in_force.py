"""Levers and shocks: from dated policies to the institutions that agents meet at each place.

Policies are compiled to arrays once; each week their strengths are read off and, when one has
changed, the institutions that move are set anew from their base: scaled, added to, lowered, then raised, so that
the order of policies never matters.
"""

from functools import lru_cache

import numpy as np

from model.engine.columns import record
from model.engine.kernel import kernel
from model.registry.calendar import WEEKS_A_MONTH
from model.registry.institutions import INSTITUTIONS, I
from model.registry.lever import MODES
from model.registry.levers import INDEX, LEVERS
from model.registry.outcomes import O
from model.registry.parameters import P
from model.registry.policy import Policy, Shock

RAISE, LOWER, SCALE, ADD = range(4)
assert MODES == ("raise", "lower", "scale", "add")
NONE = -1  # no lever, no trigger, not fired

CHANNEL_FIRST = np.cumsum([0] + [len(lever.channels) for lever in LEVERS.values()])
_CHANNELS = [(lever, channel) for lever in LEVERS.values() for channel in lever.channels]
CHANNEL_MOVES = np.array([I[c.moves] for _, c in _CHANNELS], np.int64)
CHANNEL_MODE = np.array([MODES.index(c.mode) for _, c in _CHANNELS], np.int64)
CHANNEL_EFFECT = np.array([P[f"{lever.name}.{c.name}"] for lever, c in _CHANNELS], np.int64)
LOW = np.array([row.low for row in INSTITUTIONS.values()], np.float64)
HIGH = np.array([row.high for row in INSTITUTIONS.values()], np.float64)


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


@lru_cache(maxsize=64)
def compile_plans(world, policies: tuple[Policy, ...], shocks: tuple[Shock, ...]):
    """Return the columns of policies (rows first) and shocks (rows after), by name.

    `plans` (records PLAN): dates and strengths. `plan_where`, bool (rows, P): places that each covers. `plan_whom`,
    float64 (rows, K): how much of a class of people it covers. `watch`, bool (rows, P): where a trigger looks.
    `pauses`,
    int32 (pauses, 3): row, from, to. `class_of` (N, 2, 2) numbers the classes of people (nationality, sex, child) that
    policies treat alike. Class 0 is that of nobody in particular, by which what is pooled over people is read
    (screenings, beds, help to return, what is heard): a policy for some acts there by their share of people at risk.
    `travellers`, float64 (S, K): the shares of the classes among who leaves a State.
    """
    rows = list(policies) + list(shocks)
    count, places = len(rows), len(world.place_ids)
    classes = len(world.nationalities) * 4
    signature = np.array([_people(world, row) for row in policies], bool).reshape(len(policies), classes)
    restricted = [r for r in range(len(policies)) if not signature[r].all()]
    share = world.people_by_class
    seen = {
        tuple((signature[restricted] @ share).tolist()): 0
    }  # nobody in particular; everybody, where no policy is restricted
    numbers = [
        seen.setdefault(tuple(signature[restricted, c].astype(float).tolist()), len(seen)) for c in range(classes)
    ]
    class_of = np.array(numbers, np.int8).reshape(len(world.nationalities), 2, 2)
    whom = np.ones((count, len(seen)))
    for k, covered in enumerate(seen):
        whom[restricted, k] = covered
    pauses = [(r, a, b) for r, row in enumerate(policies) for a, b in row.pauses]
    triggers = [getattr(row, "when", None) for row in rows]

    table = record(PLAN, count, lever=NONE, moves=NONE, mode=NONE, trigger=NONE, above=1, patience=1)
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
    where = [_covered(world, row.states, row.places, getattr(row, "lever", None)) for row in rows]
    watch = [_covered(world, t.places if t else (), ()) for t in triggers]
    return {
        "plans": table,
        "plan_where": np.array(where, bool).reshape(count, places),
        "plan_whom": whom,
        "watch": np.array(watch, bool).reshape(count, places),
        "pauses": np.array(pauses, np.int32).reshape(-1, 3),
        "class_of": class_of,
        "travellers": _travellers(world, class_of, len(seen)),
    }


def _travellers(world, class_of, classes):
    """Return the shares of the classes among those who leave a State's places, float64 (S, K).

    Its people at risk; where it has none, nobody in particular.
    """
    share = np.zeros((len(world.states), classes))
    persons = world.people_by_class.reshape(class_of.shape)
    for s, code in enumerate(world.states):
        if code not in world.nationalities:
            share[s, 0] = 1.0
            continue
        n = world.nationalities.index(code)
        np.add.at(share[s], class_of[n], persons[n] / persons[n].sum())
    return share


def _covered(world, codes, places, lever=None):
    """Return the places that a scope covers: ISO codes and place ids, of the kinds on which a lever acts.

    Nothing named means everywhere. A lever that acts through suppliers covers the places that those of a State supply,
    in the country and across its borders, and none that are supplied from elsewhere.
    """
    names = set(codes) | set(places)
    kinds = LEVERS[lever].kinds if lever else ()
    countries = world.suppliers[LEVERS[lever].through] if lever and LEVERS[lever].through else world.place_country
    return [
        (not names or place in names or country in names) and (not kinds or kind in kinds)
        for place, country, kind in zip(world.place_ids, countries, world.place_kinds)
    ]


def _people(world, policy):
    """Return which classes (nationality, sex, child) a policy covers, flattened."""
    nations = [not policy.nationalities or code in policy.nationalities for code in world.nationalities]
    sexes = [policy.sex in (None, sex) for sex in ("male", "female")]
    ages = [policy.age in (None, age) for age in ("adult", "child")]
    return [n and s and a for n in nations for s in sexes for a in ages]


def extremes(base, values, shocks, policies):
    """Return the highest and the lowest that each institution can get in any week, float64 (I, P) each.

    All shocks and all policies at once, in full and wherever they act.
    """
    levers = [(LEVERS[policy.lever], policy.strength) for policy in policies]
    moved = [
        (c.moves, c.mode, values[f"{lever.name}.{c.name}"] * strength)
        for lever, strength in levers
        for c in lever.channels
    ]
    moved += [(shock.moves, shock.mode, shock.value) for shock in shocks]
    scale_up, scale_down = np.ones(len(I)), np.ones(len(I))
    add_up, add_down = np.zeros(len(I)), np.zeros(len(I))
    lowered, raised = np.ones(len(I)), np.ones(len(I))
    for name, mode, effect in moved:
        v = I[name]
        if mode == "scale":
            scale_up[v] += max(0.0, effect)
            scale_down[v] += min(0.0, effect)
        elif mode == "add":
            add_up[v] += max(0.0, effect)
            add_down[v] += min(0.0, effect)
        elif mode == "lower":
            lowered[v] *= max(0.0, 1.0 - effect)
        else:
            raised[v] *= max(0.0, 1.0 - effect)
    high = 1.0 - (1.0 - (base * scale_up[:, None] + add_up[:, None])) * np.where(raised < 1.0, raised, 1.0)[:, None]
    low = (base * np.maximum(0.0, scale_down)[:, None] + add_down[:, None]) * lowered[:, None]
    return np.clip(high, LOW[:, None], HIGH[:, None]), np.clip(low, LOW[:, None], HIGH[:, None])


# --------------------------------------------------------------------------------------- weekly --


@kernel
def strength_in(r, m):
    """Return a policy's strength in a week, 0 before it starts, while paused and after it ended."""
    plan = m.plans[r]
    start = np.int64(plan.start)
    if plan.trigger != NONE:
        if m.progress[r].fired == NONE:
            return 0.0
        start = max(start, np.int64(m.progress[r].fired))
    if m.now < start or m.now >= plan.end:
        return 0.0
    for k in range(m.pauses.shape[0]):
        if m.pauses[k, 0] == r and m.pauses[k, 1] <= m.now < m.pauses[k, 2]:
            return 0.0
    if plan.ramp > 0:
        return plan.strength * min(1.0, (m.now - start + 1) / plan.ramp)
    return plan.strength


@kernel
def watch_triggers(m):
    """Fire triggers whose condition has held long enough, by last week's outcomes, which `tally` still has."""
    for r in range(m.plans.size):
        plan, progress = m.plans[r], m.progress[r]
        if plan.trigger == NONE or progress.fired != NONE or m.now < plan.start:
            continue
        total = 0.0
        for p in range(m.places.size):
            if m.watch[r, p]:
                total += m.tally[plan.trigger, p]
        holds = total > plan.bound if plan.above else total < plan.bound
        progress.waited = progress.waited + 1 if holds else 0
        if progress.waited >= plan.patience:
            progress.fired = m.now


@kernel
def apply_levers_and_shocks(m):
    """Set the institutions of this week, by class of people and place, and by state. True if they changed."""
    m.announced[:] = 0.0
    for r in range(m.plans.size):
        strength = strength_in(r, m)
        if strength != m.progress[r].now:
            m.progress[r].now = strength
            m.used[0].stale = 1
        if m.plans[r].lever != NONE and m.plans[r].trigger == NONE and m.plans[r].announced <= m.now < m.plans[r].start:
            announce(r, m)
    if m.used[0].stale == 0:
        return False
    m.used[0].stale = 0
    for k in range(m.env.shape[0]):
        set_institutions(k, m)
    return True


@kernel
def announce(r, m):
    """Add the raids per site and week that an announced policy lets operations expect (IV.G; see `plan_raids`)."""
    lever = m.plans[r].lever
    hosts, covered, sites = np.zeros(m.states.size), np.zeros(m.states.size), np.zeros(m.states.size)
    for k in range(m.hosts.size):
        p = m.hosts[k]
        s = m.places[p].state
        hosts[s] += 1.0
        covered[s] += m.plan_where[r, p]
        sites[s] += m.plan_where[r, p] * m.room[p].sites
    for c in range(CHANNEL_FIRST[lever], CHANNEL_FIRST[lever + 1]):
        if CHANNEL_MOVES[c] == I.raids and CHANNEL_MODE[c] == ADD:
            expected = m.par[CHANNEL_EFFECT[c]] * m.plans[r].strength / WEEKS_A_MONTH * m.par[P.announcement_weight]
            for k in range(m.hosts.size):
                p = m.hosts[k]
                s = m.places[p].state
                m.announced[p] += (
                    m.plan_where[r, p] * expected * covered[s] / hosts[s] * m.env[0, I.control, p] / max(1.0, sites[s])
                )


@kernel
def set_institutions(k, m):
    """Combine all channels at work for class `k` into the institutions, float64 (I, P); set those that move."""
    moves = np.zeros(m.base.shape[0], np.bool_)
    effects = np.empty((4, m.base.shape[0], m.places.size))
    for r in range(m.plans.size):
        plan, strength = m.plans[r], m.progress[r].now * m.plan_whom[r, k]
        if strength == 0.0:
            continue
        if plan.lever == NONE:
            combine(plan.moves, plan.mode, strength, m.plan_where[r], moves, effects)
            continue
        for c in range(CHANNEL_FIRST[plan.lever], CHANNEL_FIRST[plan.lever + 1]):
            effect = m.par[CHANNEL_EFFECT[c]] * strength
            combine(CHANNEL_MOVES[c], CHANNEL_MODE[c], effect, m.plan_where[r], moves, effects)
    for v in range(moves.size):
        if m.moved[k, v] and not moves[v]:
            begin_without(v, effects)
        m.moved[k, v] |= moves[v]
        if m.moved[k, v]:
            for p in range(m.places.size):
                raised = effects[RAISE, v, p]
                x = (m.base[v, p] * effects[SCALE, v, p] + effects[ADD, v, p]) * effects[LOWER, v, p]
                x = 1.0 - (1.0 - x) * raised if raised != 1.0 else x
                m.env[k, v, p] = min(HIGH[v], max(LOW[v], x))
    average_by_state(k, m)
    m.moved[k] = moves


@kernel
def combine(v, mode, effect, where, moves, effects):
    """Add one channel's effect on institution `v` to the running products and sums of each mode, float64 (4, I, P)."""
    if not moves[v]:
        begin_without(v, effects)
        moves[v] = True
    for p in range(where.size):
        if where[p]:
            if mode == RAISE or mode == LOWER:
                effects[mode, v, p] *= max(0.0, 1.0 - effect)
            else:
                effects[mode, v, p] += effect


@kernel
def begin_without(v, effects):
    """Begin the products and sums of institution `v` as they are where nothing moves it."""
    effects[:, v] = 1.0
    effects[ADD, v] = 0.0


@kernel
def average_by_state(k, m):
    """Fill the means over a state's places of institutions that have moved: over its host places where it has any."""
    hosts, every = np.zeros(m.states.size), np.zeros(m.states.size)
    for p in range(m.places.size):
        every[m.places[p].state] += 1.0
        hosts[m.places[p].state] += m.places[p].host
    among = np.full(m.places.size, np.inf)  # places over which the mean is taken
    for p in range(m.places.size):
        s = m.places[p].state
        if m.places[p].host or hosts[s] == 0.0:
            among[p] = hosts[s] if hosts[s] > 0.0 else every[s]
    for v in range(m.base.shape[0]):
        if m.moved[k, v]:
            m.senv[k, v, :] = 0.0
            for p in range(m.places.size):
                m.senv[k, v, m.places[p].state] += m.env[k, v, p] / among[p]
