"""Compounds: the sites in which operations rent room. What is raided, hardened, closed and built.

A site belongs to a landlord (a developer of a zone, the owner of a casino: O24) and is not the firm
that rents from it. Capacity is in persons who can be held there; sites differ in size (log-normal).
"""

import math

from model.engine.columns import NOBODY
from model.engine.faults import ROWS_FULL
from model.engine.kernel import kernel
from model.engine.random_numbers import identity, normal, uniform
from model.registry.institutions import I
from model.registry.outcomes import O
from model.registry.parameters import P
from model.registry.streams import R

LONG_AGO = -10_000


SITE = (
    ("capacity", "f8", "persons"),
    ("rented", "f8", "persons: sum of the targets of the operations inside"),
    ("guards", "f8", "1 = usual"),
    ("abuse", "f8", "1 = usual"),
    ("reach", "f8", "share of those present whom this week's raid finds; 0 = no raid"),
    ("occupants", "i4", "agents held"),
    ("raided", "i4", "week of the last raid"),
    ("slot", "i4", "number of the site at its place; with the place, its identity"),
    ("next", "i4", "next site of the same place"),
    ("place", "i2", "index"),
    ("landlord", "i2", "who owns it"),
    ("open", "i1", "stands and may be rented"),
    ("licensed", "i1", "stands under cover of licensed gaming"),
    ("warned", "i1", "forewarned of this week's raid"),
)

ROOM = (
    ("first_site", "i4", "head of the list of the place's sites"),
    ("sites", "i4", "open compounds"),
    ("built", "i4", "compounds ever built"),
    ("capacity", "f8", "persons, open compounds"),
    ("rented", "f8", "persons"),
)


@kernel
def build_site(place, landlord, licensed, m):
    """Add a compound of a landlord. Return its row, or -1 when the table is full."""
    j = m.used[0].sites
    if j >= m.sites.size:
        m.faults[ROWS_FULL] += 1
        return NOBODY
    m.used[0].sites += 1
    site, room = m.sites[j], m.room[place]
    site.place, site.slot, site.landlord = place, room.built, landlord
    site.capacity, site.rented, site.occupants = size_of_site(place, room.built, licensed, m), 0.0, 0
    site.open, site.licensed = 1, licensed
    site.guards, site.abuse = 1.0, 1.0
    site.raided = LONG_AGO
    site.next = room.first_site
    room.first_site = j
    room.built += 1
    room.sites += 1
    room.capacity += site.capacity
    m.landlords[landlord].sites += 1
    return j


@kernel
def size_of_site(place, slot, licensed, m):
    """Return how many people a compound can hold: log-normal about what is usual at its place, keyed by its identity.

    Of a licensed site only the share counts where people are held; staff who may leave are no part of the model.
    """
    spread = math.exp(m.par[P.site_spread] * normal(m.keys[R.building, 0], identity(place, slot)))
    held = m.par[P.licensed_held] if licensed else 1.0
    return m.places[place].site_capacity * m.par[P.site_size] * spread * held


@kernel
def close_site(j, m):
    """Close a compound; the operations inside must leave."""
    site = m.sites[j]
    site.open = 0
    m.room[site.place].sites -= 1
    m.room[site.place].capacity -= site.capacity
    m.landlords[site.landlord].sites -= 1


@kernel
def site_with_room(place, persons, who, key, m):
    """Return an open site of `place` with room for `persons`, or -1. Ties are broken by key."""
    best, chosen = 2.0, NOBODY
    j = m.room[place].first_site
    while j != NOBODY:
        site = m.sites[j]
        if site.open == 1 and site.capacity - site.rented >= persons:
            u = uniform(key, identity(who, site.slot))
            if u < best:
                best, chosen = u, j
        j = site.next
    return chosen


@kernel
def keep_sites(m):
    """Forget last week's raids and let guards and abuse settle towards the usual of their place.

    Abuse is worse where operations earn little (V28), and where consulates enquire (IV.G).
    """
    back = m.par[P.guard_relaxation]
    for j in range(m.used[0].sites):
        site = m.sites[j]
        site.warned, site.reach = 0, 0.0
        site.guards += back * (m.env[0, I.guarding, site.place] - site.guards)
        poor = max(0.0, 1.0 - m.outlook[site.place].margin / m.par[P.reference_margin]) if m.now > 0 else 0.0
        usual = m.env[0, I.abuse, site.place] * (1.0 + m.par[P.target_pressure] * min(1.0, poor))
        usual *= max(0.0, 1.0 + m.par[P.alarm_abuse] * (m.env[0, I.consular_alarm, site.place] - 1.0))
        site.abuse += back * (usual - site.abuse)


@kernel
def harden(j, amount, m):
    """Raise guards and abuse at a site after a raid or an escape (O06; V37)."""
    if m.par[P.feedback_hardening] > 0:
        site = m.sites[j]
        site.guards = min(max(site.guards, m.par[P.guards_maximum]), site.guards * (1.0 + amount))
        site.abuse = min(
            max(site.abuse, m.par[P.abuse_maximum]), site.abuse * (1.0 + m.par[P.hardening_abuse] * amount)
        )


@kernel
def close_by_order(m):
    """Close licensed sites by order, and count the compounds that stand (O02)."""
    closing = m.keys[R.raid_result, m.now]
    for j in range(m.used[0].sites):
        site = m.sites[j]
        if site.open == 0:
            continue
        m.tally[O.compounds, site.place] += 1.0
        order = m.env[0, I.licensed_closure, site.place]
        if site.licensed and order > 0.0 and uniform(closing, identity(identity(site.place, site.slot), 7)) < order:
            close_site(j, m)
