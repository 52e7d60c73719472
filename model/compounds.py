"""Compounds: the sites in which operations rent room. What is raided, hardened, closed and built.

A site belongs to a landlord (a developer of a zone, the owner of a casino: O24) and is not the firm
that rents from it. Capacity is in persons.
"""

import math
from typing import NamedTuple

import numpy as np

from .columns import record
from .institutions import I
from .kernel import kernel
from .outcomes import O
from .parameters import P
from .random_numbers import identity, stream_key, uniform
from .streams import R

NOBODY = -1
LONG_AGO = -10_000


SITE = (
    ("place", "i2", "index"),
    ("slot", "i4", "how manieth site of its place; with the place, its identity"),
    ("capacity", "f8", "persons"),
    ("rented", "f8", "persons: sum of the targets of the operations inside"),
    ("occupants", "i8", "agents held"),
    ("open", "i1", "stands and may be rented"),
    ("licensed", "i1", "stands under cover of licensed gaming"),
    ("guards", "f8", "1 = usual"),
    ("abuse", "f8", "1 = usual"),
    ("raided", "i4", "week of the last raid"),
    ("warned", "i1", "forewarned of this week's raid"),
    ("reach", "f8", "share of those present whom this week's raid finds; 0 = no raid"),
    ("next", "i4", "next site of the same place"),
)

ROOM = (
    ("first_site", "i4", "head of the list of the place's sites"),
    ("sites", "i4", "open compounds"),
    ("built", "i4", "compounds ever built"),
    ("capacity", "f8", "persons, open compounds"),
    ("rented", "f8", "persons"),
)


class Sites(NamedTuple):
    """Compounds: a row each, and how many rows are in use."""

    count: np.ndarray  # int64 (1)
    row: np.recarray  # SITE


def empty_sites(rows: int, places: int):
    """Return no compounds yet, and what stands at each place: nothing (records ROOM)."""
    return Sites(np.zeros(1, np.int64), record(SITE, rows)), record(ROOM, places, first_site=NOBODY)


@kernel
def build_site(place, capacity, licensed, sites, room):
    """Add a compound. Return its row, or -1 when the table is full."""
    j = sites.count[0]
    if j >= sites.row.size:
        return NOBODY
    sites.count[0] += 1
    sites.row.place[j], sites.row.slot[j] = place, room.built[place]
    sites.row.capacity[j], sites.row.rented[j] = capacity, 0.0
    sites.row.open[j], sites.row.licensed[j] = 1, licensed
    sites.row.guards[j], sites.row.abuse[j] = 1.0, 1.0
    sites.row.raided[j] = LONG_AGO
    sites.row.next[j] = room.first_site[place]
    room.first_site[place] = j
    room.built[place] += 1
    room.sites[place] += 1
    room.capacity[place] += capacity
    return j


@kernel
def close_site(j, sites, room):
    """Close a compound; the operations inside must leave."""
    p = sites.row.place[j]
    sites.row.open[j] = 0
    room.sites[p] -= 1
    room.capacity[p] -= sites.row.capacity[j]


@kernel
def site_with_room(place, persons, who, key, sites, room):
    """Return an open site of `place` with room for `persons`, or -1. Ties are broken by key."""
    best, chosen = 2.0, NOBODY
    j = room.first_site[place]
    while j != NOBODY:
        if sites.row.open[j] == 1 and sites.row.capacity[j] - sites.row.rented[j] >= persons:
            u = uniform(key, identity(who, sites.row.slot[j]))
            if u < best:
                best, chosen = u, j
        j = sites.row.next[j]
    return chosen


@kernel
def keep_sites(week, par, env, sites):
    """Forget last week's raids and let guards and abuse settle towards the usual of their place."""
    back = par[P.guard_relaxation]
    for j in range(sites.count[0]):
        sites.row.warned[j] = 0
        sites.row.reach[j] = 0.0
        p = sites.row.place[j]
        sites.row.guards[j] += back * (env[0, I.guarding, p] - sites.row.guards[j])
        sites.row.abuse[j] += back * (env[0, I.abuse, p] - sites.row.abuse[j])


@kernel
def harden(j, amount, par, sites):
    """Raise guards and abuse at a site after a raid or an escape (O06; V37)."""
    if par[P.feedback_hardening] > 0:
        sites.row.guards[j] = min(par[P.guards_maximum], sites.row.guards[j] * (1.0 + amount))
        sites.row.abuse[j] = min(par[P.abuse_maximum], sites.row.abuse[j] * (1.0 + 0.5 * amount))


@kernel
def build_and_close(week, seed, par, env, states_licensed, places, margin, sites, room, book):
    """Landlords build where room is short and renting pays; orders close licensed sites (O02, O06).

    The chance of a new compound rises with occupancy and with what operations earn there, and falls
    as the place fills up (rising cost); nothing else limits the number of compounds.
    """
    building = stream_key(seed, R.building, week)
    for k in range(places.hosts.size):
        p = places.hosts[k]
        if room.capacity[p] > 0.0:
            occupancy = room.rented[p] / room.capacity[p]
        else:
            occupancy = par[P.occupancy_of_empty_places]
        short = occupancy - par[P.building_occupancy]
        profit = min(2.0, margin[p] / par[P.reference_margin])
        if short <= 0.0 or profit <= 0.0:
            continue
        crowding = 1.0 + room.sites[p] / par[P.building_crowding]
        chance = par[P.building_rate] * (1.0 + room.sites[p]) ** 0.5 * short / (1.0 - par[P.building_occupancy])
        chance *= profit * places.row.infrastructure[p] * env[0, I.permissive_sites, p] / crowding
        if uniform(building, identity(p, room.built[p])) < 1.0 - math.exp(-chance):
            build_site(p, places.row.site_capacity[p], 0, sites, room)
    closing = stream_key(seed, R.raid_result, week)
    for j in range(sites.count[0]):
        p = sites.row.place[j]
        if sites.row.open[j] == 1:
            book.tally[O.compounds, p] += 1.0
            if sites.row.licensed[j] == 1 and states_licensed[places.row.state[p]] > 0:
                who = identity(identity(p, sites.row.slot[j]), 7)
                if env[0, I.licensed_closure, p] > 0.0 and uniform(closing, who) < env[0, I.licensed_closure, p]:
                    close_site(j, sites, room)
