"""January 2016: the compounds, operations and people with which a run begins.

Who is held at the start are the people of the roster with the lowest thresholds, as if recruitment had
gone on before: so they are the same people in every arm, and nobody is drawn twice.
"""

import numpy as np

from .border_officials import empty_routes, plan_routes, start_posts
from .captivity import trap_week
from .compounds import NOBODY, build_site, empty_sites, site_with_room
from .environment import average_by_state, start_policies
from .kernel import kernel
from .life_course import S
from .migrants import (
    COHORTS, NO_OPERATION, build_roster, build_strata, empty_people, enter_cohorts, leave_home, start_at_risk,
    threshold_of,
)  # fmt: skip
from .operations import empty_operations, empty_views, open_operation
from .parameters import P
from .random_numbers import exponential, identity, stream_key, uniform
from .records import new_book
from .recruiters import Market, base_hazards, entry_shares, start_rings
from .states import draw_corruption, start_states
from .streams import R

GROUPS = 40  # owner groups
SITE_ROWS = 2048
OPERATION_ROWS = 8192


def shared_parts(world, values, seed, scale):
    """Return what all arms of a comparison share: strata, roster, posts."""
    strata, persons = build_strata(world, values)
    return {"strata": strata, "roster": build_roster(persons, np.uint64(seed), scale), "posts": start_posts(world, values)}


def start_state(inputs, still, classes):
    """Return the parts of `State`, in its order, as they stand before the first week."""
    world, scale = inputs.world, inputs.people_per_agent
    values = {name: still.par[P[name]] for name in P.__members__}
    places, states = len(world.place_ids), len(world.states)
    sites, room = empty_sites(SITE_ROWS, places)
    operations, groups = empty_operations(OPERATION_ROWS, GROUPS, places)
    env = np.repeat(still.base[None], classes, axis=0)
    senv = np.zeros((classes, len(still.base), states))
    for k in range(classes):
        average_by_state(env[k], still.places, senv[k])
    market = Market(np.zeros(places), np.zeros((places, places)), np.zeros(8))
    routes = empty_routes(world)
    plan_routes(still.par, env, still.edges, still.places, routes, market)
    authorities = start_states(world, values, GROUPS)
    seed = np.uint64(inputs.seed)
    draw_corruption(seed, still.par, authorities)
    waiting = 4096 + 200_000 // scale
    at_risk = start_at_risk(still.strata, still.roster, len(world.nationalities), waiting)
    rings = start_rings(world, values)
    people = empty_people(8192 + int(1.5 * still.places.row.start_people.sum() / scale))
    book = new_book(
        world, scale, inputs.stop, inputs.record, inputs.window_start, inputs.groups, len(people.key) if inputs.events else 0
    )
    hazards = np.zeros(len(still.strata))
    build_up(seed, float(scale), still.par, still.licensed, still.places, sites, room, operations, groups, book)
    people_up(
        seed, float(scale), still.par, env, still.strata, still.roster, still.nations, still.places, at_risk, rings,
        hazards, market, operations, sites, people, book,
    )  # fmt: skip
    views = empty_views(GROUPS, world.places, values)
    return (
        people, at_risk, rings, operations, groups, sites, room, views, market, routes,
        authorities, start_policies(still.plans), book, env, senv, np.zeros(places), hazards,
    )  # fmt: skip


@kernel
def build_up(seed, scale, par, licensed, places, sites, room, operations, groups, book):
    """Put up the compounds of January 2016 and the operations in them."""
    key = stream_key(seed, R.start, 0)
    for k in range(places.hosts.size):
        p = places.hosts[k]
        for slot in range(places.row.start_sites[p]):
            cover = licensed[places.row.state[p]] > 0.0 and uniform(key, identity(p, slot)) < 0.5
            build_site(p, places.row.site_capacity[p], np.int8(cover), sites, room)
        wanted = places.row.start_people[p] * 1.25
        slot = 0
        while wanted > 0.0 and slot < 2000:
            u = uniform(key, identity(identity(p, slot), 1))
            target = par[P.smallest_operation] + 250.0 * u * u
            group = int(uniform(key, identity(identity(p, slot), 2)) * groups.row.size)
            site = site_with_room(p, target, identity(p, slot), key, sites, room)
            if site != NOBODY:
                open_operation(group, p, site, 0, slot, target, operations, groups, sites, room, book)
            wanted -= target
            slot += 1
    book.tally[:] = 0.0


@kernel
def people_up(seed, scale, par, env, strata, roster, nations, places, at_risk, rings, hazards, market, operations,
              sites, people, book):  # fmt: skip
    """Fill the operations with the people whose thresholds are lowest."""
    enter_cohorts(0, strata, roster, at_risk)
    base_hazards(par, env, strata, at_risk, rings, scale, hazards)
    free = np.zeros(places.row.size)
    for o in range(operations.count[0]):
        free[operations.row.place[o]] += operations.row.target[o]
    for p in range(free.size):
        free[p] = min(free[p], places.row.start_people[p])
    reach = reach_for(free.sum() / scale, hazards, at_risk)
    key = stream_key(seed, R.start, 0)
    for k in range(strata.size):
        at_risk.strata.hazard[k] = hazards[k] * reach
        cell = k * COHORTS
        position = at_risk.cells.pointer[cell]
        while position < roster.first[cell + 1] and threshold_of(roster.cells[position]) <= at_risk.strata.hazard[k]:
            willing, forced = entry_shares(k, 0, par, env, strata)
            i = leave_home(0, position, k, seed, par, strata, roster, nations, people, willing, forced)
            position += 1
            at_risk.strata.left[k] -= 1
            o = first_operation(i, key, scale, free, market, operations, people)
            if o == NO_OPERATION:
                people.count[0] -= 1
            else:
                begin_held(i, o, key, seed, par, operations, sites, people, book)
        at_risk.cells.pointer[cell] = position


@kernel
def reach_for(agents, hazards, at_risk):
    """Return the multiple of the weekly hazards at which the expected recruits are `agents` (bisection)."""
    low, high = 0.0, 2000.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        total = 0.0
        for k in range(hazards.size):
            total += at_risk.strata.left[k] * (1.0 - np.exp(-hazards[k] * middle))
        if total < agents:
            low = middle
        else:
            high = middle
    return high


@kernel
def first_operation(i, key, scale, free, market, operations, people):
    """Return an operation with room for a person at the start: a place by Gumbel, then the emptiest."""
    best, chosen = np.inf, NOBODY
    for p in range(free.size):
        weight = free[p] * market.access[people.place[i], p]
        if weight > 0.0:
            clock = exponential(key, identity(people.key[i], p)) / weight
            if clock < best:
                best, chosen = clock, p
    if chosen == NOBODY:
        return NO_OPERATION
    free[chosen] = max(0.0, free[chosen] - scale)
    emptiest, least = NO_OPERATION, np.inf
    for o in range(operations.count[0]):
        if operations.row.place[o] == chosen:
            fill = operations.row.held[o] * scale / operations.row.target[o]
            if fill < least:
                emptiest, least = o, fill
    return emptiest


@kernel
def begin_held(i, o, key, seed, par, operations, sites, people, book):
    """Hold a person from the start, for up to 40 weeks already."""
    earlier = int(40.0 * uniform(key, identity(people.key[i], 77)))
    people.status[i], people.place[i] = S.held, operations.row.place[o]
    people.operation[i], people.about.born[i] = o, operations.row.born[o]
    people.since[i], people.about.held_from[i], people.about.debt_week[i] = -earlier, -earlier, -earlier
    people.about.debt[i] = par[P.reference_fee] * par[P.debt_markup]
    people.about.belief[i] = par[P.belief_at_start]
    people.trapped[i] = trap_week(i, -earlier, seed, par, people)
    operations.row.held[o] += 1
    sites.row.occupants[operations.row.site[o]] += 1
    book.stock[0, S.held, people.place[i]] += 1
    book.stock[1, S.held, people.place[i]] += people.trafficked[i]
    book.stock[2, S.held, people.place[i]] += people.about.child[i]
