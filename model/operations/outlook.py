"""What owners believe of places, and how they weigh them: raids they hear of, what a place is worth, the choice."""

import math

import numpy as np

from model.engine.choice import first_to_ring
from model.engine.columns import NOBODY
from model.engine.kernel import inlined, kernel
from model.engine.random_numbers import identity, uniform
from model.registry.institutions import I
from model.registry.parameters import P

from .operations import AT_RANDOM, MOST_PERMISSIVE, NEAREST

OVERFLOW = 60.0  # of exponents: beyond it a choice is certain


OUTLOOK = (
    ("net", "f8", "USD per person-week that reach the operation"),
    ("margin", "f8", "USD per person-week after costs and rent, before the risk of raids"),
    ("rent", "f8", "USD per person-week that landlords take"),
    ("profit", "f8", "the margin against the usual, as far as it drives growth"),
    ("revenue", "f8", "USD defrauded per person-week"),
    ("signal", "f8", "raids per site and week that everybody hears of"),
    ("persons", "f8", "persons held"),
    ("room", "f8", "persons that operations want to hold, sum of their targets"),
)


def discounts(places, distance, parameters):
    """Return the discount of every place for the cost of moving there from every other, float64 (P, P)."""
    state, beyond = places.state, places.beyond
    cost = parameters["moving_cost"] + parameters["moving_cost_per_km"] * distance
    cost = cost + parameters["moving_cost_abroad"] * (state[:, None] != state)
    cost = cost + parameters["moving_cost_beyond"] * (beyond[:, None] != beyond)
    reachable = np.exp(-cost / parameters["moving_horizon"] / parameters["choice_scale"])
    np.fill_diagonal(reachable, 0.0)
    return reachable


@kernel
def hear_of_raids(m):
    """Update what is believed of raids last week, from neighbours', own and the owner's (O06)."""
    for k in range(m.hosts.size):
        p = m.hosts[k]
        rate = m.known[p].raids_here / max(1.0, np.float64(m.room[p].sites))
        m.outlook[p].signal += m.par[P.learning] * (rate - m.outlook[p].signal)
        m.known[p].raids_here = 0.0
    for g in range(m.owners.size):
        for k in range(m.hosts.size):
            p = m.hosts[k]
            m.raid_belief[g, p] *= 1.0 - m.par[P.forgetting]
            if m.owner_raids[g, p] > 0.0:
                m.raid_belief[g, p] += m.par[P.own_experience] * m.owner_raids[g, p] / max(1.0, m.present[g, p])
                m.owner_raids[g, p] = 0.0
        m.owners[g].weakened *= 1.0 - m.par[P.recovery_of_groups]


@inlined
def believed_risk(g, p, m):
    """Return the raids per site and week that owner `g` expects at place `p`."""
    risk = m.outlook[p].signal * m.par[P.feedback_learning] + m.announced[p] * m.par[P.feedback_announcement]
    return risk + m.raid_belief[g, p] * m.par[P.feedback_own_experience]


@inlined
def payers_spared(p, m):
    """Return how far raids at a place spare those who pay: as far as officials there can be bought (O13)."""
    return min(1.0, m.env[0, I.spares_payers, p] * m.states[m.places[p].state].corruption)


@inlined
def utility(g, p, m):
    """Return what a place is worth to an owner, USD per person-week."""
    loss = m.par[P.raid_loss] * (1.0 - payers_spared(p, m) * m.par[P.payer_share])
    return m.outlook[p].margin - believed_risk(g, p, m) * loss + m.ties[g, p]


@inlined
def learned_pull(g, p, m):
    """Return the pull of a place on an owner by what it is worth to it: exp(utility / scale).

    Places that neighbours keep closed to operations (`permissive_sites`) pull less (IV.G).
    """
    return math.exp(min(OVERFLOW, utility(g, p, m) / m.par[P.choice_scale])) * m.env[0, I.permissive_sites, p]


@kernel
def weigh_places(g, m):
    """Fill the pull of every place on an owner by the rule of choice, once a week."""
    if m.owners[g].weighed == m.now:
        return
    m.owners[g].weighed = m.now
    rule = int(m.par[P.relocation_rule])
    for k in range(m.hosts.size):
        p = m.hosts[k]
        if rule == AT_RANDOM or rule == NEAREST:
            m.pull[g, p] = 1.0
        elif rule == MOST_PERMISSIVE:
            m.pull[g, p] = math.exp(-m.env[0, I.control, p] / m.par[P.permissive_scale])
        else:
            m.pull[g, p] = learned_pull(g, p, m)


@inlined
def may_take(here, p, m):
    """Say whether a place other than `here` has room for an operation."""
    if m.room[p].capacity - m.room[p].rented < m.par[P.founding_size] or p == here:
        return False
    return m.places[p].beyond == 0 or m.par[P.feedback_beyond] > 0


@inlined
def pull_from(g, here, p, m):
    """Return how strongly a place draws a mover of owner `g` from `here`, or a founder (`here` = -1)."""
    if not may_take(here, p, m):
        return 0.0
    if here == NOBODY:
        return m.pull[g, p]
    rule = int(m.par[P.relocation_rule])
    if rule == AT_RANDOM or rule == MOST_PERMISSIVE:
        return m.pull[g, p]
    if rule == NEAREST:
        return math.exp(-m.distance[here, p] / m.par[P.nearest_scale])
    return m.pull[g, p] * m.reachable[here, p]


@kernel
def choose_place(g, here, who, key, m):
    """Return the place to which a mover (`here` >= 0) or founder (`here` = -1) goes, or -1."""
    weigh_places(g, m)
    for p in range(m.luck.size):
        m.luck[p] = uniform(key, identity(who, p))
        m.weight[p] = 0.0
    for k in range(m.hosts.size):
        m.weight[m.hosts[k]] = pull_from(g, here, m.hosts[k], m)
    return first_to_ring(m)
