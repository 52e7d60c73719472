"""States: pressure and raids, and what survivors of captivity meet afterwards is in `services.py`.

Pressure rises with reports and complaints and falls after raids; raids are aimed by intelligence or
by visibility; corruption leaks the date; protected survivors' testimony convicts owners. Institutions
never scale with `people_per_agent`: capacities are persons, pooled by state, with carry-over.
"""

import math
from typing import NamedTuple

import numpy as np

from .captivity import come_out
from .compounds import NOBODY, close_site, harden
from .columns import record
from .institutions import I
from .kernel import kernel
from .life_course import S, T
from .migrants import BY_RAID
from .operations import SEIZED
from .outcomes import O
from .parameters import P
from .random_numbers import exponential, identity, stream_key, uniform
from .streams import R

WEEKS_A_MONTH = 4.345


STATE = (
    ("pressure", "f8", "1 = usual"),
    ("reports", "f8", "expected reports of this week"),
    ("raid_credit", "f8", "raids owed, carried over"),
    ("joint_credit", "f8", "raids saved up for the next joint strike"),
    ("corruption", "f8", "drawn deviation, 1 = usual"),
    ("bribes", "f8", "what a tip-off is worth, 1 = usual"),
    ("testimony", "f8", "protected survivors' statements, fading"),
    ("court_credit", "f8", "cases that may be judged"),
    ("slot_credit", "f8", "screenings left, persons"),
    ("return_credit", "f8", "assisted returns left, persons"),
    ("open_used", "f8", "persons in open shelters"),
    ("closed_used", "f8", "persons in closed shelters"),
)

KNOWN = (
    ("intelligence", "f8", "usable leads"),
    ("raids_here", "f8", "raids since operations last heard"),
    ("inside", "f8", "said inside compounds of being punished outside, 0-1"),
    ("practice", "f8", "expected punishment of who comes out here, 0-1"),
    ("adapted", "f8", "share of cut power and connectivity replaced"),
)

HEARD = (
    ("trust", "f8", "in authorities, 0-1"),
    ("home_belief", "f8", "believed at home of being punished outside, 0-1"),
)


class States(NamedTuple):
    """Institutions and what is known to them: by state, by place and by nationality."""

    row: np.recarray  # STATE (S)
    at: np.recarray  # KNOWN (P)
    of: np.recarray  # HEARD (N)
    group_raids: np.ndarray  # float64 (G, P): raids on sites with the group's operations
    held_by: np.ndarray  # float64 (N, P), persons held, counted now and then


def start_states(world, parameters, groups: int) -> States:
    states, places, nations = len(world.states), len(world.place_ids), len(world.nationalities)
    return States(
        record(STATE, states, pressure=1.0, corruption=1.0, bribes=1.0),
        record(KNOWN, places, inside=parameters["belief_at_start"]),
        record(HEARD, nations, trust=parameters["trust_at_start"], home_belief=parameters["belief_at_start"]),
        np.zeros((groups, places)),
        np.zeros((nations, places)),
    )


@kernel
def draw_corruption(seed, par, states):
    """Draw each state's deviation from the common prior of corruption: no state is singled out by hand."""
    key = stream_key(seed, R.deviation, 0)
    for s in range(states.row.size):
        states.row.corruption[s] = math.exp(par[P.corruption_spread] * (2.0 * uniform(key, s) - 1.0))


@kernel
def feel_pressure(par, senv, states):
    """Let pressure rise with reports and complaints from abroad, and relax (S04, E208-E210)."""
    if par[P.feedback_pressure] == 0.0:
        return
    for s in range(states.row.size):
        reports = states.row.reports[s] * senv[0, I.complaints_weight, s]
        states.row.pressure[s] += par[P.pressure_gain] * math.log(1.0 + reports / par[P.reports_scale])
        states.row.pressure[s] *= 1.0 - par[P.pressure_relaxation]


@kernel
def plan_raids(week, seed, scale, par, env, senv, places, views, sites, room, states, book):
    """Decide how many raids each state makes this week, where, and whether they are betrayed.

    A joint strike falls in one week for all states that take part; each partner may leak.
    """
    partners = 0
    for s in range(states.row.size):
        if senv[0, I.joint_action, s] > 0.01:
            partners += 1
    for s in range(states.row.size):
        pressed = 2.0 * states.row.pressure[s] / (1.0 + states.row.pressure[s])
        rate = senv[0, I.raids, s] / WEEKS_A_MONTH * (1.0 - par[P.pressure_weight] + par[P.pressure_weight] * pressed)
        joint = senv[0, I.joint_action, s]
        states.row.raid_credit[s] += rate * (1.0 - joint)
        states.row.joint_credit[s] += rate * joint
        every = max(1, int(senv[0, I.agreement_delay, s]))
        number = int(states.row.raid_credit[s])
        states.row.raid_credit[s] -= number
        together = 0
        if week % every == 0:
            together = int(states.row.joint_credit[s])
            states.row.joint_credit[s] -= together
        for slot in range(number + together):
            strike(s, slot, slot >= number, partners, week, seed, scale, par, env, places, views, sites, room, states, book)


@kernel
def strike(s, slot, joint, partners, week, seed, scale, par, env, places, views, sites, room, states, book):
    """Choose one place and compound to raid, and draw whether the raid is betrayed (V39)."""
    key = stream_key(seed, R.raid_place, week)
    best, target = np.inf, NOBODY
    for k in range(places.hosts.size):
        p = places.hosts[k]
        if places.row.state[p] != s or views.row.persons[p] <= 0.0:
            continue
        seen = par[P.visibility_weight] * math.sqrt(views.row.persons[p]) * (1.0 - env[0, I.hidden, p])
        known = (1.0 - par[P.visibility_weight]) * par[P.intelligence_pull] * states.at.intelligence[p]
        weight = env[0, I.control, p] * env[0, I.raids, p] * (seen + known * par[P.feedback_intelligence])
        if weight > 0.0:
            clock = exponential(key, identity(identity(s, p), slot)) / weight
            if clock < best:
                best, target = clock, p
    if target == NOBODY:
        return
    site = choose_site(s, target, slot, week, seed, par, env, sites, room)
    if site == NOBODY:
        return
    p = target
    leak = env[0, I.tip_off, p] * states.row.corruption[s] * states.row.bribes[s]
    safe = 1.0 - min(0.95, leak)
    if joint:
        safe *= (1.0 - env[0, I.partner_leak, p]) ** (partners - 1)
    safe *= 1.0 - env[0, I.notice, p]
    betrayed = uniform(stream_key(seed, R.tip_off, week), identity(s, sites.row.slot[site] + 4096 * p)) >= safe
    found = par[P.found_unaimed] + (1.0 - par[P.found_unaimed]) * states.at.intelligence[p] / (states.at.intelligence[p] + par[P.intelligence_half])
    present = sites.row.occupants[site] * scale
    sites.row.reach[site] = found * min(1.0, par[P.raid_reach] / max(present, 1.0))
    sites.row.warned[site] = betrayed
    sites.row.raided[site] = week
    states.at.raids_here[p] += 1.0
    states.at.intelligence[p] *= 1.0 - par[P.intelligence_used]
    states.row.pressure[s] *= 1.0 - par[P.pressure_relief] * par[P.feedback_pressure]
    book.tally[O.raids, p] += 1.0
    book.tally[O.raids_betrayed, p] += betrayed
    book.tally[O.enforcement_effort, p] += par[P.officers_per_raid]


@kernel
def choose_site(s, p, slot, week, seed, par, env, sites, room):
    """Return the compound of a place that is raided: large ones, less so those that pay (II.gov O13)."""
    key = stream_key(seed, R.raid_site, week)
    best, chosen = np.inf, NOBODY
    j = room.first_site[p]
    while j != NOBODY:
        if sites.row.open[j] == 1 and sites.row.occupants[j] > 0 and sites.row.reach[j] == 0.0:
            pays = sites.row.capacity[j] / (sites.row.capacity[j] + par[P.payer_size])
            weight = math.sqrt(sites.row.capacity[j]) * (1.0 - env[0, I.spares_payers, p] * pays)
            clock = exponential(key, identity(identity(p, sites.row.slot[j]), identity(s, slot))) / max(1e-9, weight)
            if clock < best:
                best, chosen = clock, j
        j = sites.row.next[j]
    return chosen


@kernel
def evacuate(week, par, operations, sites):
    """Let forewarned operations take most people out of sight, and raided ones review their place (II.gov)."""
    for o in range(operations.count[0]):
        if operations.row.alive[o] == 0:
            continue
        j = operations.row.site[o]
        if sites.row.raided[j] == week and sites.row.reach[j] > 0.0:
            operations.row.shaken_until[o] = week + int(par[P.shaken_weeks])
            if sites.row.warned[j] == 1:
                operations.row.hidden_until[o] = week + int(par[P.hiding_weeks])


@kernel
def raid_compounds(week, seed, scale, par, env, places, operations, groups, sites, room, states, people, book):
    """Carry out this week's raids: find and free people, close sites, arrest owners, seize cash."""
    key = stream_key(seed, R.raid_found, week)
    struck = False
    for j in range(sites.count[0]):
        struck = struck or sites.row.reach[j] > 0.0
    if not struck:
        return
    for i in range(people.count[0]):
        if people.status[i] != S.held:
            continue
        o = people.operation[i]
        found = sites.row.reach[operations.row.site[o]]
        if found > 0.0:
            if operations.row.hidden_until[o] >= week:
                found *= 1.0 - par[P.hidden_share]
            if uniform(key, people.key[i]) < found:
                come_out(T.freed_in_raid, i, week, BY_RAID, par, operations, sites, people, book)
    strike_owners(week, seed, par, env, places, operations, groups, sites, states, book)
    for j in range(sites.count[0]):
        if sites.row.reach[j] > 0.0:
            settle_site(j, week, seed, par, env, sites, room)


@kernel
def strike_owners(week, seed, par, env, places, operations, groups, sites, states, book):
    """Arrest owners and seize cash; founding falls while a group is weakened (S02; E288, E289)."""
    key = stream_key(seed, R.raid_result, week)
    for o in range(operations.count[0]):
        if operations.row.alive[o] == 0 or sites.row.reach[operations.row.site[o]] == 0.0:
            continue
        p, g = operations.row.place[o], operations.row.group[o]
        states.group_raids[g, p] += 1.0
        proof = states.row.testimony[places.row.state[p]] * par[P.feedback_testimony]
        chance = env[0, I.owner_arrest, p] * (1.0 + par[P.testimony_effect] * proof / (proof + par[P.testimony_half]))
        if sites.row.warned[operations.row.site[o]] == 1:
            chance *= 1.0 - par[P.hidden_share]
        if uniform(key, operations.row.key[o]) < chance:
            book.tally[O.owners_arrested, p] += 1.0
            groups.row.weakened[g] = min(1.0, groups.row.weakened[g] + par[P.weakened_by_arrest])
            taken = max(0.0, operations.row.cash[o]) * par[P.cash_seized]
            operations.row.cash[o] -= taken
            capital = groups.row.capital[g] * par[P.capital_seized]
            groups.row.capital[g] -= capital
            book.ledger[SEIZED] += taken + capital


@kernel
def settle_site(j, week, seed, par, env, sites, room):
    """Close a raided site or harden it; compounds nearby harden too (O06)."""
    p = sites.row.place[j]
    key = stream_key(seed, R.raid_result, week)
    if uniform(key, identity(identity(p, sites.row.slot[j]), 1)) < env[0, I.site_closed, p] and sites.row.warned[j] == 0:
        close_site(j, sites, room)
        return
    harden(j, env[0, I.hardening, p], par, sites)
    k = room.first_site[p]
    while k != NOBODY:
        if k != j:
            harden(k, env[0, I.hardening, p] * par[P.hardening_nearby] / max(1.0, np.float64(room.sites[p])), par, sites)
        k = sites.row.next[k]
