"""When operations move, split, close and are founded: the part of their week that changes the map."""

import math

import numpy as np

from model.engine.columns import NOBODY
from model.engine.faults import ROWS_FULL
from model.engine.kernel import inlined, kernel
from model.engine.random_numbers import draw, identity, uniform
from model.registry.outcomes import O
from model.registry.parameters import P
from model.registry.streams import R

from .compounds import site_with_room
from .operations import (
    CLOSES,
    INVESTED,
    LEARNED,
    MOVES,
    NO_MOVES,
    SPLITS,
    STAYS,
    change_target,
    count_present,
    open_operation,
    rent,
)
from .outlook import OVERFLOW, choose_place, learned_pull, may_take, utility, weigh_places


@inlined
def reviews_place(firm, key, m):
    """Draw whether an operation reviews its location this week: after a raid, more readily."""
    hazard = m.par[P.review_rate_after_raid] if firm.shaken_until >= m.now else m.par[P.review_rate]
    return uniform(key, firm.key) < hazard and int(m.par[P.relocation_rule]) != NO_MOVES


@kernel
def wants_to_move(firm, takes, m):
    """Draw whether an operation that reviews its location leaves, where places `takes` others: a nested logit.

    Whether to leave follows what places are worth under every rule; a rival rule says only where movers go.
    """
    weigh_places(firm.owner, m)
    learned = int(m.par[P.relocation_rule]) == LEARNED
    total = 0.0
    for k in range(m.hosts.size):
        p = m.hosts[k]
        pull = m.pull[firm.owner, p] if learned else learned_pull(firm.owner, p, m)
        total += takes[p] * pull * m.reachable[firm.place, p]
    if total <= 0.0:
        return False
    elsewhere = m.par[P.choice_scale] * math.log(total)
    trust_lost = m.outlook[firm.place].net * firm.ready * m.par[P.trust_weeks] / m.par[P.moving_horizon]
    stay = utility(firm.owner, firm.place, m) + m.par[P.inertia] + trust_lost
    chance = 1.0 / (1.0 + math.exp(min(OVERFLOW, (stay - elsewhere) / m.par[P.move_scale])))
    return draw(R.relocate, m, firm.key) < chance


@kernel
def relocate(m):
    """Let operations review their location and move, split or, when their site is lost, close.

    Movers are taken in keyed order, one at a time, so that no place is overfilled.
    """
    movers = np.empty(m.used[0].operations, np.int64)
    order = np.empty(m.used[0].operations)
    takes = np.zeros(m.places.size)
    for k in range(m.hosts.size):
        takes[m.hosts[k]] = may_take(NOBODY, m.hosts[k], m)
    n = 0
    reviews = m.keys[R.review, m.now]
    for o in range(m.used[0].operations):
        firm = m.operations[o]
        if firm.alive == 0 or firm.fate != STAYS:
            continue
        if m.sites[firm.site].open == 0 or (reviews_place(firm, reviews, m) and wants_to_move(firm, takes, m)):
            movers[n], order[n] = o, draw(R.place_order, m, firm.key)
            n += 1
    for o in movers[np.argsort(order[:n])]:
        go_elsewhere(o, m)


@kernel
def go_elsewhere(o, m):
    """Move an operation to the place that it chooses; one that lost its site and finds no other closes."""
    firm = m.operations[o]
    key = m.keys[R.place_order, m.now]
    homeless = m.sites[firm.site].open == 0
    site = NOBODY
    target = NOBODY
    if int(m.par[P.relocation_rule]) != NO_MOVES:
        target = choose_place(firm.owner, firm.place, firm.key, m.keys[R.place_choice, m.now], m)
    if target != NOBODY:
        site = site_with_room(target, firm.target, firm.key, key, m)
    if site == NOBODY:
        if homeless:
            site = site_with_room(firm.place, firm.target, firm.key, key, m)
            if site == NOBODY:
                firm.fate = CLOSES
            else:
                change_site(firm, site, m)
        return
    large = firm.held * m.scale >= m.par[P.split_size]
    if large and not homeless and draw(R.split, m, firm.key) < m.par[P.split_share]:
        split(o, target, site, m)
    else:
        move(firm, target, site, m)


@kernel
def change_site(firm, site, m):
    """Move an operation to another compound."""
    rent(firm.site, -firm.target, m)
    m.sites[firm.site].occupants -= firm.held
    firm.site = site
    m.sites[site].occupants += firm.held
    rent(site, firm.target, m)


@kernel
def move(firm, target, site, m):
    """Move an operation; what becomes of its people is decided with them, in captivity."""
    here = firm.place
    firm.fate = MOVES
    change_site(firm, site, m)
    firm.place = target
    firm.shaken_until, firm.ready = -1, 0.0
    count_present(firm.owner, here, -1.0, m)
    count_present(firm.owner, target, 1.0, m)
    count_move(here, target, m)


@kernel
def count_move(here, target, m):
    m.tally[O.operations_moved_out, here] += 1.0
    m.tally[O.operations_moved_in, target] += 1.0
    note_relocation(here, target, 1, 0.0, m)


@kernel
def note_relocation(source, target, operations, persons, m):
    """Add to what moved between two places this week."""
    for n in range(m.used[0].week_relocations, m.used[0].relocations):
        row = m.relocations[n]
        if row.source == source and row.target == target:
            row.operations += operations
            row.people += persons
            return
    if m.used[0].relocations == m.relocations.size:
        m.faults[ROWS_FULL] += 1
        return
    row = m.relocations[m.used[0].relocations]
    m.used[0].relocations += 1
    row.week, row.source, row.target, row.operations, row.people = m.now, source, target, operations, persons


@kernel
def split(o, target, site, m):
    """Split an operation: a branch opens at the target with a share of the room and the people."""
    firm = m.operations[o]
    part = m.par[P.branch_share] * firm.target
    slot = np.int64(firm.key >> np.uint64(34)) + 2_000_000  # no founder's slot
    branch = open_operation(firm.owner, target, site, slot, part, m)
    if branch == NOBODY:
        return
    firm.fate, firm.branch, m.operations[branch].line = SPLITS, branch, firm.line
    change_target(firm, -part, m)
    m.tally[O.operations_founded, target] -= 1.0
    count_move(firm.place, target, m)


@kernel
def found(m):
    """Let owners found operations from their profits (II.gov O06), one at a time in keyed order.

    The chance follows what the owner's operations earn against the reference and how full they are;
    arrests of owners and lost capital lower it (a crackdown can work).
    """
    if m.par[P.feedback_growth] == 0.0:
        return
    drive, order = np.zeros(m.owners.size), np.empty(m.owners.size)
    for o in range(m.used[0].operations):
        firm = m.operations[o]
        if firm.alive:
            drive[firm.owner] += max(0.0, m.outlook[firm.place].profit) * min(1.0, firm.fullness) ** 2
    key = m.keys[R.founding, m.now]
    for g in range(m.owners.size):
        order[g] = uniform(key, identity(g, 0))
    for g in np.argsort(order):
        expected = m.par[P.founding_rate] * drive[g] * (1.0 - min(1.0, m.owners[g].weakened))
        for slot in range(int(expected + uniform(key, identity(g, 1)))):
            if m.owners[g].capital < m.par[P.founding_cost] or not found_one(g, slot, m):
                break


@kernel
def found_one(g, slot, m):
    """Found an operation of an owner where it wants one and finds room. False when no place has room."""
    who = identity(identity(g, m.now), slot)
    p = choose_place(g, NOBODY, who, m.keys[R.place_choice, m.now], m)
    if p == NOBODY:
        return False
    size = m.par[P.founding_size]
    site = site_with_room(p, size, who, m.keys[R.founding, m.now], m)
    if site != NOBODY and open_operation(g, p, site, slot, size, m) != NOBODY:
        m.owners[g].capital -= m.par[P.founding_cost]
        m.ledger[INVESTED] += m.par[P.founding_cost]
    return True
