"""Landlords: the few at each place who own compounds, let room in them to operations, and build.

Sites that somebody protects are scarce (II.gov O13, O24): each landlord can cover some compounds, and every one
beyond costs more. So rents, not the operations, take most of what is earned where room is short, and what stops the
number of compounds is that rents no longer pay for the next one.
"""

import math

from model.engine.columns import NOBODY
from model.engine.kernel import kernel
from model.engine.random_numbers import identity, normal, uniform
from model.registry.calendar import WEEKS_A_YEAR
from model.registry.institutions import I
from model.registry.parameters import P
from model.registry.streams import R

from .compounds import build_site, close_site

LANDLORD = (
    ("reach", "f8", "compounds at which one more costs it twice as much"),
    ("sites", "i4", "open compounds that it owns"),
    ("place", "i2", "index"),
)


@kernel
def settle_landlords(m):
    """Give every landlord its reach: log-normal about `landlord_reach`, keyed by place and number."""
    key = m.keys[R.start, 0]
    for owner in range(m.landlords.size):
        me = m.landlords[owner]
        me.reach = m.par[P.landlord_reach] * math.exp(m.par[P.landlord_spread] * normal(key, identity(me.place, owner)))


@kernel
def least_stretched(p, m):
    """Return the landlord of a place whose reach is least used, or -1 where there is none."""
    best, chosen = math.inf, NOBODY
    for owner in range(m.landlords.size):
        me = m.landlords[owner]
        if me.place == p and (1.0 + me.sites) / me.reach < best:
            best, chosen = (1.0 + me.sites) / me.reach, owner
    return chosen


@kernel
def share_let(p, m):
    """Return the share of a place's room that is let, at most 1; where nothing stands, what landlords would expect."""
    room = m.room[p]
    return min(1.0, room.rented / room.capacity) if room.sites > 0 else m.par[P.occupancy_of_empty_places]


@kernel
def rent_of(p, surplus, m):
    """Return the rent at a place, USD per person-week: what is earned beyond costs, as far as room is short.

    surplus x (share of room that is let) ^ `rent_power`.
    """
    let = share_let(p, m)
    return max(0.0, surplus) * let ** m.par[P.rent_power]


@kernel
def cost_of_a_berth(owner, m):
    """Return what a landlord's next berth costs, USD a week over the time in which building is to pay."""
    me = m.landlords[owner]
    stretched = 1.0 + (me.sites / me.reach) ** 2 if m.par[P.feedback_crowding] > 0.0 else 1.0
    usual = m.par[P.building_cost] / (m.par[P.building_years] * WEEKS_A_YEAR)
    return usual * stretched / max(m.par[P.poor_infrastructure], m.places[me.place].infrastructure)


@kernel
def build(m):
    """Let landlords build where rents pay, and close compounds where what they risk exceeds rents (O02, O06, O24)."""
    if m.par[P.feedback_growth] == 0.0:
        return
    key = m.keys[R.building, m.now]
    for owner in range(m.landlords.size):
        me = m.landlords[owner]
        p = me.place
        let = share_let(p, m)
        gain = let * (m.outlook[p].rent - m.env[0, I.landlord_liability, p] * m.env[0, I.control, p])
        if gain < 0.0:
            if uniform(key, identity(owner, 2)) < m.par[P.eviction_rate]:
                evict(owner, m)
            continue
        pays = min(m.par[P.profit_most], gain / cost_of_a_berth(owner, m) - 1.0)
        rate = max(0.0, pays) * m.par[P.building_rate] * m.env[0, I.permissive_sites, p]
        if uniform(key, identity(owner, 0)) < 1.0 - math.exp(-rate):
            issued = m.states[m.places[p].state].licenses and m.env[0, I.licensed_closure, p] == 0.0
            build_site(p, owner, issued and uniform(key, identity(owner, 1)) < m.par[P.share_licensed_new], m)


@kernel
def evict(owner, m):
    """Let a landlord close its emptiest compound; the operations inside must leave."""
    least, chosen = math.inf, NOBODY
    j = m.room[m.landlords[owner].place].first_site
    while j != NOBODY:
        site = m.sites[j]
        if site.open == 1 and site.landlord == owner and site.rented / site.capacity < least:
            least, chosen = site.rented / site.capacity, j
        j = site.next
    if chosen != NOBODY:
        close_site(chosen, m)
