"""When operations move, split, close and are founded: the part of their week that changes the map."""

import math

import numpy as np

from .compounds import NOBODY, site_with_room
from .kernel import kernel
from .operations import (
    CLOSES, INVESTED, MOVES, NEVER, SPLITS, STAYS, choose_place, open_operation, reach, rent, utility,
)  # fmt: skip
from .outcomes import O
from .parameters import P
from .random_numbers import identity, stream_key, uniform
from .streams import R


@kernel
def wants_to_move(o, week, seed, par, env, announced, places, operations, groups, views):
    """Draw whether an operation reviews its location this week and then prefers to leave it."""
    rule = int(par[P.relocation_rule])
    if rule == NEVER:
        return False
    shaken = operations.row.shaken_until[o] >= week
    hazard = par[P.review_rate_after_raid] if shaken else par[P.review_rate]
    if uniform(stream_key(seed, R.review, week), operations.row.key[o]) >= hazard:
        return False
    g, here = operations.row.group[o], operations.row.place[o]
    total = 0.0
    for k in range(places.hosts.size):
        p = places.hosts[k]
        total += views.pull[g, p] * reach(rule, here, p, par, places, views)
    if total <= 0.0:
        return False
    elsewhere = par[P.choice_scale] * math.log(total)
    stay = utility(g, here, par, env, announced, views, groups) + par[P.inertia]
    chance = 1.0 / (1.0 + math.exp(min(60.0, (stay - elsewhere) / par[P.move_scale])))
    return uniform(stream_key(seed, R.relocate, week), operations.row.key[o]) < chance


@kernel
def relocate(week, seed, scale, par, env, announced, places, operations, groups, sites, room, views, book):
    """Let operations review their location and move, split or, when their site is lost, close.

    Movers are taken in keyed order, one at a time, so that no place is overfilled.
    """
    movers = np.empty(operations.count[0], np.int64)
    order = np.empty(operations.count[0])
    key = stream_key(seed, R.place_order, week)
    n = 0
    for o in range(operations.count[0]):
        if operations.row.alive[o] == 0 or operations.row.fate[o] != STAYS:
            continue
        homeless = sites.row.open[operations.row.site[o]] == 0
        if homeless or wants_to_move(o, week, seed, par, env, announced, places, operations, groups, views):
            movers[n], order[n] = o, uniform(key, operations.row.key[o])
            n += 1
    ranked = np.argsort(order[:n])
    choosing = stream_key(seed, R.place_choice, week)
    for r in range(n):
        o = movers[ranked[r]]
        homeless = sites.row.open[operations.row.site[o]] == 0
        target = choose_place(operations.row.group[o], operations.row.place[o], operations.row.key[o], choosing, par, places, views)
        site = NOBODY
        if target != NOBODY and int(par[P.relocation_rule]) != NEVER:
            site = site_with_room(target, operations.row.target[o], operations.row.key[o], key, sites, room)
        if site == NOBODY:
            site = site_with_room(operations.row.place[o], operations.row.target[o], operations.row.key[o], key, sites, room) if homeless else NOBODY
            if site != NOBODY:
                change_site(o, site, operations, sites, room)
            elif homeless:
                operations.row.fate[o] = CLOSES
            continue
        large = operations.row.held[o] * scale >= par[P.split_size]
        if large and not homeless and uniform(key, identity(operations.row.key[o], 3)) < par[P.split_share]:
            split(o, target, site, week, operations, groups, sites, room, book)
        else:
            move(o, target, site, operations, groups, sites, room, book)


@kernel
def change_site(o, site, operations, sites, room):
    """Move an operation to another compound of the same place."""
    old = operations.row.site[o]
    rent(old, -operations.row.target[o], sites, room)
    sites.row.occupants[old] -= operations.row.held[o]
    operations.row.site[o] = site
    sites.row.occupants[site] += operations.row.held[o]
    rent(site, operations.row.target[o], sites, room)


@kernel
def move(o, target, site, operations, groups, sites, room, book):
    """Move an operation; what becomes of its people is decided with them, in captivity."""
    here = operations.row.place[o]
    operations.row.left[o], operations.row.fate[o] = here, MOVES
    change_site(o, site, operations, sites, room)
    operations.row.place[o] = target
    operations.row.shaken_until[o] = -1
    groups.present[operations.row.group[o], here] -= 1.0
    groups.present[operations.row.group[o], target] += 1.0
    book.tally[O.operations_moved_out, here] += 1.0
    book.tally[O.operations_moved_in, target] += 1.0
    book.moves[here, target] += 1.0


@kernel
def split(o, target, site, week, operations, groups, sites, room, book):
    """Split an operation: a branch opens at the target with half of the room and the people."""
    half = 0.5 * operations.row.target[o]
    b = open_operation(operations.row.group[o], target, site, week, 1000 + o, half, operations, groups, sites, room, book)
    if b == NOBODY:
        return
    operations.row.fate[o], operations.row.branch[o], operations.row.left[o] = SPLITS, b, operations.row.place[o]
    rent(operations.row.site[o], -half, sites, room)
    operations.row.target[o] -= half
    book.tally[O.operations_founded, target] -= 1.0
    book.tally[O.operations_moved_in, target] += 1.0
    book.tally[O.operations_moved_out, operations.row.place[o]] += 1.0
    book.moves[operations.row.place[o], target] += 1.0


@kernel
def found(week, seed, scale, par, places, operations, groups, sites, room, views, book):
    """Let groups found operations from their profits (II.gov O06), one at a time in keyed order.

    The chance follows what the group's operations earn against the reference and how full they are;
    arrests of owners and lost capital lower it (a crackdown can work).
    """
    count = groups.row.size
    key = stream_key(seed, R.founding, week)
    order = np.empty(count)
    size, drive = np.zeros(count), np.zeros(count)
    for o in range(operations.count[0]):
        if operations.row.alive[o] == 1:
            g, p = operations.row.group[o], operations.row.place[o]
            fill = min(1.0, operations.row.held[o] * scale / operations.row.target[o])
            size[g] += 1.0
            drive[g] += max(0.0, min(2.0, views.row.margin[p] / par[P.reference_margin])) * fill ** par[P.founding_fill]
    for g in range(count):
        order[g] = uniform(key, identity(g, 0))
    ranked = np.argsort(order)
    choosing = stream_key(seed, R.place_choice, week)
    for r in range(count):
        g = ranked[r]
        expected = par[P.founding_rate] * drive[g] * (1.0 - min(1.0, groups.row.weakened[g]))
        number = int(expected + uniform(key, identity(g, 1)))
        for slot in range(number):
            if groups.row.capital[g] < par[P.founding_cost]:
                break
            who = identity(identity(g, week), slot)
            p = choose_place(g, -1, who, choosing, par, places, views)
            if p == NOBODY:
                break
            site = site_with_room(p, par[P.smallest_operation], who, key, sites, room)
            if site == NOBODY:
                continue
            o = open_operation(g, p, site, week, slot, par[P.smallest_operation], operations, groups, sites, room, book)
            if o != NOBODY:
                groups.row.capital[g] -= par[P.founding_cost]
                book.ledger[INVESTED] += par[P.founding_cost]


@kernel
def choose_operation(i, week, seed, stream, scale, views, operations, people, market):
    """Return the operation that takes a person, or -1: a place by Gumbel, then one of its vacancies.

    Places weigh by vacancies and by how readily people are brought there from where the person is.
    """
    key = stream_key(seed, stream, week)
    here, who = people.place[i], people.key[i]
    best, chosen = np.inf, NOBODY
    for p in range(market.vacancies.size):
        weight = market.vacancies[p] * market.access[here, p]
        if weight > 0.0:
            clock = -math.log(uniform(key, identity(who, p))) / weight
            if clock < best:
                best, chosen = clock, p
    if chosen == NOBODY:
        return NOBODY
    mark = uniform(key, identity(who, -1)) * market.vacancies[chosen]
    o, last = np.int64(views.row.first[chosen]), NOBODY
    while o != NOBODY:
        if operations.row.wanted[o] > 0.0 and operations.row.fate[o] != CLOSES:
            last = o
            mark -= operations.row.wanted[o]
            if mark <= 0.0:
                break
        o = np.int64(operations.row.next[o])
    if last == NOBODY:
        market.vacancies[chosen] = 0.0
        return NOBODY
    used = min(operations.row.wanted[last], scale)
    operations.row.wanted[last] -= used
    market.vacancies[chosen] = max(0.0, market.vacancies[chosen] - used)
    return last
