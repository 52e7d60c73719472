"""Operations: the firms in the compounds. They earn, post vacancies, learn, relocate, split, close.

An operation weighs places by expected revenue, the price of protection, what it believes of raids,
the cost of moving and its group's ties. Relocation is a nested logit: one keyed draw whether to
move, Gumbel over places only for movers. Rival rules can be selected (`relocation_rule`).
"""

import math
from typing import NamedTuple

import numpy as np

from .compounds import NOBODY
from .columns import record
from .institutions import I
from .kernel import kernel
from .outcomes import O
from .parameters import P
from .random_numbers import exponential, identity, stream_key, uniform
from .recruiters import DEMAND, VALUE
from .streams import R

LEARNED, NEVER, AT_RANDOM, NEAREST, MOST_PERMISSIVE = 0, 1, 2, 3, 4
STAYS, MOVES, CLOSES, SPLITS = 0, 1, 2, 3

# The ledger: money that entered or left operations and groups since the run began, USD.
EARNED, CONSUMED, INVESTED, TRADED_IN, TRADED_OUT, SEIZED, WRITTEN_OFF = range(7)
LEDGER = 7


OPERATION = (
    ("key", "u8", "identity: group, founding place and week, slot"),
    ("group", "i2", "owner group"),
    ("place", "i2", "index"),
    ("site", "i4", "the compound it rents in"),
    ("born", "i2", "week of founding; with the row, tells a row that is used again"),
    ("alive", "i1", ""),
    ("target", "f8", "persons it wants to hold and rents room for"),
    ("held", "i8", "agents"),
    ("coming", "i8", "agents on the way"),
    ("wanted", "f8", "persons: vacancies left this week"),
    ("cash", "f8", "USD"),
    ("idle", "i2", "weeks without anybody held"),
    ("hidden_until", "i2", "week: people are kept out of sight"),
    ("shaken_until", "i2", "week: the location is under review after a raid"),
    ("abuse_total", "f8", "abuse of its site, summed over weeks"),
    ("fate", "i1", "STAYS, MOVES, CLOSES or SPLITS this week"),
    ("left", "i2", "place left this week"),
    ("branch", "i4", "the operation that split off this week"),
    ("next", "i4", "next operation of the same place"),
    # weekly hazards of its people before their own traits, set anew every week
    ("escape", "f8", "per week"),
    ("ransom", "f8", "per week"),
    ("release", "f8", "per week"),
    ("consulate", "f8", "per week"),
    ("sale", "f8", "per week"),
    ("death", "f8", "per week"),
    ("armed", "f8", "per week"),
    ("bound", "f8", "no person's total exceeds this"),
)

GROUP = (
    ("capital", "f8", "USD to invest"),
    ("weakened", "f8", "share of founding lost to arrests, fading"),
)

VIEW = (
    ("margin", "f8", "USD per person-week before the risk of raids"),
    ("revenue", "f8", "USD defrauded per person-week"),
    ("signal", "f8", "raids per site and week that everybody hears of"),
    ("first", "i4", "head of the list of operations"),
    ("persons", "f8", "persons held"),
)


class Operations(NamedTuple):
    count: np.ndarray  # int64 (1): rows ever used
    free: np.ndarray  # int32: stack of rows to use again
    free_count: np.ndarray  # int64 (1)
    row: np.recarray  # OPERATION


class Groups(NamedTuple):
    row: np.recarray  # GROUP (G)
    raid_belief: np.ndarray  # float64 (G, P): raids per site and week feared from the group's own experience
    present: np.ndarray  # float64 (G, P): operations of the group at each place


class Views(NamedTuple):
    """What operations see of each place."""

    row: np.recarray  # VIEW (P)
    pull: np.ndarray  # float64 (G, P): exp(utility / scale) of each place
    reachable: np.ndarray  # float64 (P, P): exp(-moving cost / scale)


def empty_operations(rows: int, groups: int, places: int):
    operations = Operations(np.zeros(1, np.int64), np.zeros(rows, np.int32), np.zeros(1, np.int64), record(OPERATION, rows))
    return operations, Groups(record(GROUP, groups), np.zeros((groups, places)), np.zeros((groups, places)))


def empty_views(groups: int, places, parameters) -> Views:
    """Return empty views, with the discount of every place for the cost of moving there."""
    state, beyond = places.row.state, places.row.beyond
    cost = parameters["moving_cost"] + parameters["moving_cost_per_km"] * places.distance
    cost = cost + parameters["moving_cost_abroad"] * (state[:, None] != state)
    cost = cost + parameters["moving_cost_beyond"] * (beyond[:, None] != beyond)
    reachable = np.exp(-cost / parameters["moving_horizon"] / parameters["choice_scale"])
    np.fill_diagonal(reachable, 0.0)
    return Views(record(VIEW, len(state), first=NOBODY), np.zeros((groups, len(state))), reachable)


# ------------------------------------------------------------------------------- opening, closing --


@kernel
def open_operation(group, place, site, week, slot, target, operations, groups, sites, room, book):
    """Found an operation in a site. Return its row, or -1 when the table is full."""
    if operations.free_count[0] > 0:
        operations.free_count[0] -= 1
        o = np.int64(operations.free[operations.free_count[0]])
    elif operations.count[0] < operations.row.size:
        o = operations.count[0]
        operations.count[0] += 1
    else:
        book.faults[2] += 1
        return NOBODY
    operations.row.key[o] = identity(identity(group, place), identity(week, slot))
    operations.row.group[o], operations.row.place[o], operations.row.site[o], operations.row.born[o] = group, place, site, week
    operations.row.alive[o], operations.row.target[o] = 1, target
    operations.row.held[o], operations.row.coming[o], operations.row.wanted[o] = 0, 0, 0.0
    operations.row.cash[o], operations.row.idle[o], operations.row.abuse_total[o] = 0.0, 0, 0.0
    operations.row.hidden_until[o], operations.row.shaken_until[o] = -1, -1
    operations.row.fate[o], operations.row.branch[o] = STAYS, NOBODY
    groups.present[group, place] += 1.0
    rent(site, target, sites, room)
    book.tally[O.operations_founded, place] += 1.0
    return o


@kernel
def rent(site, persons, sites, room):
    """Rent (or with a negative number give up) room for `persons` at a site."""
    sites.row.rented[site] += persons
    room.rented[sites.row.place[site]] += persons


@kernel
def bury(o, operations, groups, sites, room, book):
    """Remove an operation whose people have all been dealt with."""
    p = operations.row.place[o]
    rent(operations.row.site[o], -operations.row.target[o], sites, room)
    groups.present[operations.row.group[o], p] -= 1.0
    book.ledger[WRITTEN_OFF] += operations.row.cash[o]
    operations.row.cash[o] = 0.0
    operations.row.alive[o] = 0
    operations.free[operations.free_count[0]] = o
    operations.free_count[0] += 1
    book.tally[O.operations_closed, p] += 1.0


# --------------------------------------------------------------------------------- weekly accounts --


@kernel
def price_places(par, env, places, persons_held, room, adapted, views):
    """Fill revenue and margin per person-week at each place, from demand, saturation and costs.

    Revenue falls as the world total grows (`market_saturation`); the price of protection rises with
    crowding and, where an armed group protects, with nothing else (II.gov; E087, E301).
    """
    saturation = (1.0 + persons_held / par[P.market_size]) ** (-par[P.market_saturation])
    for k in range(places.hosts.size):
        p = places.hosts[k]
        gross = par[P.revenue] * env[0, I.online_demand, p] * saturation
        gross *= par[P.poor_infrastructure] + (1.0 - par[P.poor_infrastructure]) * places.row.infrastructure[p]
        net = gross * (1.0 - env[0, I.laundering_cost, p]) * (1.0 - env[0, I.output_lost, p] * (1.0 - adapted[p])) * par[P.operator_share]
        crowding = 1.0 + room.sites[p] / par[P.protection_crowding]
        views.row.revenue[p] = gross
        views.row.margin[p] = net - par[P.upkeep] - env[0, I.protection_price, p] * crowding


@kernel
def keep_accounts(week, seed, scale, par, views, operations, groups, sites, book):
    """Earn and pay, operation by operation, and decide which ones close."""
    closing = stream_key(seed, R.closure, week)
    for o in range(operations.count[0]):
        operations.row.fate[o] = STAYS
        if operations.row.alive[o] == 0:
            continue
        p, g = operations.row.place[o], operations.row.group[o]
        persons = operations.row.held[o] * scale
        earned = views.row.margin[p] * persons - par[P.fixed_cost]
        profit = max(0.0, earned)
        operations.row.cash[o] += earned - profit * (par[P.reinvested] + par[P.consumed])
        groups.row.capital[g] += profit * par[P.reinvested]
        book.ledger[EARNED] += earned
        book.ledger[CONSUMED] += profit * par[P.consumed]
        book.tally[O.money_defrauded, p] += views.row.revenue[p] * persons * 1e-6
        operations.row.abuse_total[o] += sites.row.abuse[operations.row.site[o]]
        operations.row.idle[o] = operations.row.idle[o] + 1 if operations.row.held[o] == 0 else 0
        if fails(o, closing, par, views.row.margin[p], operations):
            operations.row.fate[o] = CLOSES


@kernel
def berths(o, scale, operations):
    """Return how many agents an operation wants in all: its target, rounded once for all by its key."""
    return int(operations.row.target[o] / scale + np.float64(operations.row.key[o] >> np.uint64(11)) * 2.0**-53)


@kernel
def post_vacancies(week, scale, par, env, views, operations, market, book):
    """Post what each operation still wants, and list the operations of every place."""
    market.vacancies[:] = 0.0
    views.row.first[:] = NOBODY
    demand, value = 0.0, 0.0
    for o in range(operations.count[0]):
        if operations.row.alive[o] == 0:
            continue
        p = operations.row.place[o]
        operations.row.next[o] = views.row.first[p]
        views.row.first[p] = o
        book.tally[O.operations, p] += 1.0
        operations.row.wanted[o] = 0.0
        wanted = (berths(o, scale, operations) - operations.row.held[o] - operations.row.coming[o]) * scale
        hiding = operations.row.hidden_until[o] >= week or operations.row.fate[o] == CLOSES
        if wanted <= 0.0 or hiding or views.row.margin[p] <= 0.0:
            continue
        wanted *= 1.0 - env[0, I.notice, p]
        operations.row.wanted[o] = wanted
        market.vacancies[p] += wanted
        book.tally[O.vacancies, p] += wanted
        demand += wanted
        value += wanted * views.row.margin[p] * par[P.expected_stay]
    market.scalars[DEMAND] = demand
    market.scalars[VALUE] = value / max(demand, 1e-9)


@kernel
def fails(o, key, par, margin, operations):
    """Tell whether an operation closes: bankrupt, long idle, or for reasons of its own."""
    if operations.row.cash[o] < -par[P.debt_limit]:
        return True
    if operations.row.idle[o] > par[P.idle_weeks]:
        return True
    hazard = par[P.closure_rate] + (par[P.closure_rate_at_loss] if margin <= 0.0 else 0.0)
    return uniform(key, operations.row.key[o]) < hazard


@kernel
def grow_targets(scale, par, views, operations, sites, room):
    """Let operations that are full and earn rent more room, up to the largest size (50-500 people)."""
    for o in range(operations.count[0]):
        if operations.row.alive[o] == 0 or operations.row.fate[o] == CLOSES:
            continue
        j, p = operations.row.site[o], operations.row.place[o]
        full = operations.row.held[o] * scale >= par[P.full_share] * operations.row.target[o]
        if full and views.row.margin[p] > 0.0 and operations.row.target[o] < par[P.largest_operation]:
            more = operations.row.target[o] * par[P.target_growth] * min(2.0, views.row.margin[p] / par[P.reference_margin])
            more = min(more, par[P.largest_operation] - operations.row.target[o], sites.row.capacity[j] - sites.row.rented[j])
            if more > 0.0 and sites.row.open[j] == 1:
                operations.row.target[o] += more
                rent(j, more, sites, room)


# --------------------------------------------------------------------------------- beliefs, places --


@kernel
def hear_of_raids(par, places, room, groups, views, raids_here, group_raids):
    """Update what is believed of raids, from neighbours', own and the group's (O06).

    `raids_here` (P) are last week's raids at each place, `group_raids` (G, P) those on the group's own sites.
    """
    for k in range(places.hosts.size):
        p = places.hosts[k]
        rate = raids_here[p] / max(1.0, np.float64(room.sites[p]))
        views.row.signal[p] += par[P.learning] * (rate - views.row.signal[p])
        raids_here[p] = 0.0
    for g in range(groups.row.size):
        for k in range(places.hosts.size):
            p = places.hosts[k]
            groups.raid_belief[g, p] *= 1.0 - par[P.forgetting]
            if group_raids[g, p] > 0.0:
                groups.raid_belief[g, p] += par[P.own_experience] * group_raids[g, p] / max(1.0, groups.present[g, p])
                group_raids[g, p] = 0.0
        groups.row.weakened[g] *= 1.0 - par[P.recovery_of_groups]


@kernel
def believed_risk(g, p, par, announced, views, groups):
    """Return the raids per site and week that group `g` expects at place `p`."""
    risk = views.row.signal[p] * par[P.feedback_learning] + announced[p] * par[P.feedback_announcement]
    return risk + groups.raid_belief[g, p] * par[P.feedback_own_experience]


@kernel
def utility(g, p, par, env, announced, views, groups):
    """Return what a place is worth to a group, USD per person-week."""
    loss = par[P.raid_loss] * (1.0 - env[0, I.spares_payers, p] * par[P.payer_share])
    ties = par[P.ties] * math.log(1.0 + groups.present[g, p])
    return views.row.margin[p] - believed_risk(g, p, par, announced, views, groups) * loss + ties


@kernel
def weigh_places(par, env, announced, places, room, groups, views):
    """Fill the pull of every place on every group: exp(utility / scale), 0 where there is no room."""
    rule = int(par[P.relocation_rule])
    for k in range(places.hosts.size):
        p = places.hosts[k]
        free = room.capacity[p] - room.rented[p] >= par[P.smallest_operation]
        for g in range(groups.row.size):
            if not free:
                views.pull[g, p] = 0.0
            elif rule == AT_RANDOM:
                views.pull[g, p] = 1.0
            elif rule == NEAREST:
                views.pull[g, p] = 1.0
            elif rule == MOST_PERMISSIVE:
                views.pull[g, p] = math.exp(-env[0, I.control, p] / par[P.permissive_scale])
            else:
                worth = utility(g, p, par, env, announced, views, groups) * env[0, I.permissive_sites, p]
                views.pull[g, p] = math.exp(min(60.0, worth / par[P.choice_scale]))


@kernel
def reach(rule, here, there, par, places, views):
    """Return the discount of a place for its distance, under each rule."""
    if rule == AT_RANDOM or rule == MOST_PERMISSIVE:
        return 1.0 if here != there else 0.0
    if rule == NEAREST:
        return math.exp(-places.distance[here, there] / par[P.nearest_scale]) if here != there else 0.0
    return views.reachable[here, there]


@kernel
def choose_place(g, here, who, key, par, places, views):
    """Return the place to which a mover (`here` >= 0) or founder (`here` = -1) goes, or -1."""
    rule = int(par[P.relocation_rule])
    best, chosen = np.inf, NOBODY
    for k in range(places.hosts.size):
        p = places.hosts[k]
        weight = views.pull[g, p]
        if here >= 0:
            weight *= reach(rule, here, p, par, places, views)
        if weight > 0.0:
            clock = exponential(key, identity(who, p)) / weight
            if clock < best:
                best, chosen = clock, p
    return chosen
