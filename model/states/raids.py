"""Raids: planned on what is known, foreseen by those who are tipped off, and carried out."""

import math

import numpy as np

from model.engine.columns import NOBODY
from model.engine.kernel import kernel
from model.engine.random_numbers import draw, exponential, identity, uniform
from model.operations.compounds import close_site, harden
from model.operations.operations import SEIZED
from model.operations.outlook import payers_spared
from model.people.captivity import end_stay
from model.people.members import members
from model.registry.calendar import WEEKS_A_MONTH
from model.registry.institutions import I
from model.registry.life_course import BY_RAID, T
from model.registry.outcomes import O
from model.registry.parameters import P
from model.registry.streams import R


@kernel
def plan_raids(m):
    """Decide how many raids each state sets out for this week, where, and whether they are betrayed.

    Where there are few compounds to find there are few raids. A joint strike falls in one week for all states that
    take part; each partner may leak.
    """
    m.used[0].struck = 0
    count_sites(m)
    partners = 0
    for s in range(m.states.size):
        if m.states[s].hosts and m.senv[0, I.joint_action, s] > m.par[P.partner_from]:
            partners += 1
    for s in range(m.states.size):
        state = m.states[s]
        pressed = 2.0 * state.pressure / (1.0 + state.pressure)
        rate = (
            m.senv[0, I.raids, s]
            / WEEKS_A_MONTH
            * (1.0 - m.par[P.pressure_weight] + m.par[P.pressure_weight] * pressed)
        )
        rate *= 1.0 - m.par[P.idle_for_fear] * state.caution
        rate *= m.states[s].sites / (m.states[s].sites + m.par[P.raid_sites_half])
        joint = m.senv[0, I.joint_action, s]
        state.raid_credit += rate * (1.0 - joint)
        state.joint_credit += rate * joint
        alone, together = int(state.raid_credit), 0
        state.raid_credit -= alone
        if m.now % max(1, int(m.senv[0, I.agreement_delay, s])) == 0:
            together = int(state.joint_credit)
            state.joint_credit -= together
        for slot in range(alone + together):
            strike(s, slot, partners if slot >= alone and joint > m.par[P.partner_from] else 1, m)


@kernel
def count_sites(m):
    """Count the compounds of every state."""
    for s in range(m.states.size):
        m.states[s].sites = 0.0
    for p in range(m.places.size):
        m.states[m.places[p].state].sites += m.room[p].sites


@kernel
def strike(s, slot, partners, m):
    """Choose one place and compound to raid, if the state can enter, and draw whether the raid is betrayed.

    V39, O09 to O11.
    """
    p = choose_target(s, slot, m)
    if p == NOBODY or draw(R.raid_entry, m, identity(s, slot)) >= m.env[0, I.control, p]:
        return
    j = choose_site(s, p, slot, m)
    if j == NOBODY or m.used[0].struck == m.struck.size:
        return
    site, known = m.sites[j], m.known[p]
    safe = 1.0 - min(m.par[P.betrayed_most], m.env[0, I.tip_off, p] * m.states[s].corruption * m.states[s].bribes)
    safe *= (1.0 - m.env[0, I.partner_leak, p]) ** (partners - 1) * (1.0 - m.env[0, I.notice, p])
    betrayed = m.par[P.feedback_tip_offs] > 0 and draw(R.tip_off, m, identity(s, site.slot + 4096 * p)) >= safe
    unaimed = m.par[P.found_unaimed] * (1.0 - m.env[0, I.hidden, p])
    found = unaimed + (1.0 - unaimed) * known.intelligence / (known.intelligence + m.par[P.intelligence_half])
    site.reach = found * min(1.0, m.par[P.raid_reach] / max(site.occupants * m.scale, 1.0))
    site.warned, site.raided = betrayed, m.now
    m.struck[m.used[0].struck] = j
    m.used[0].struck += 1
    known.intelligence *= 1.0 - m.par[P.intelligence_used]
    m.states[s].pressure *= 1.0 - m.par[P.pressure_relief] * m.par[P.feedback_pressure]
    m.tally[O.raids, p] += 1.0
    m.tally[O.raids_betrayed, p] += betrayed
    m.tally[O.enforcement_effort, p] += m.par[P.officers_per_raid]


@kernel
def choose_target(s, slot, m):
    """Return the place that a state strikes, by visibility and by intelligence, or -1."""
    key = m.keys[R.raid_place, m.now]
    best, target = np.inf, NOBODY
    for k in range(m.hosts.size):
        p = m.hosts[k]
        if m.places[p].state != s or m.outlook[p].persons <= 0.0:
            continue
        seen = m.par[P.visibility_weight] * math.sqrt(m.outlook[p].persons) * (1.0 - m.env[0, I.hidden, p])
        known = (1.0 - m.par[P.visibility_weight]) * m.par[P.intelligence_pull] * m.known[p].intelligence
        weight = m.env[0, I.raids, p] * (seen + known * m.par[P.feedback_intelligence])
        if weight > 0.0:
            clock = exponential(key, identity(identity(s, p), slot)) / weight
            if clock < best:
                best, target = clock, p
    return np.int64(target)


@kernel
def choose_site(s, p, slot, m):
    """Return the compound of a place that is raided: large ones, less so those that pay (II.gov O13)."""
    key = m.keys[R.raid_site, m.now]
    best, chosen = np.inf, NOBODY
    j = m.room[p].first_site
    while j != NOBODY:
        site = m.sites[j]
        if site.open == 1 and site.rented > 0.0 and site.reach == 0.0:
            pays = site.capacity / (site.capacity + m.par[P.payer_size])
            weight = (
                math.sqrt(site.rented)
                * (1.0 - payers_spared(p, m) * pays)
                * (1.0 - m.par[P.licence_cover] * site.licensed)
            )
            clock = exponential(key, identity(identity(p, site.slot), identity(s, slot))) / max(1e-9, weight)
            if clock < best:
                best, chosen = clock, j
        j = site.next
    return np.int64(chosen)


@kernel
def evacuate(m):
    """Let forewarned operations hide most people and review their place; the others know nothing yet (II.gov)."""
    warned = False
    for n in range(m.used[0].struck):
        warned = warned or m.sites[m.struck[n]].warned == 1
    if not warned:
        return
    for o in range(m.used[0].operations):
        firm = m.operations[o]
        if firm.alive and m.sites[firm.site].warned:
            firm.shaken_until = m.now + int(m.par[P.shaken_weeks])
            firm.hidden_until = m.now + int(m.par[P.hiding_weeks])


@kernel
def raid_compounds(m):
    """Carry out this week's raids: find and free people, arrest owners, close or harden sites."""
    if m.used[0].struck == 0:
        return
    key = m.keys[R.raid_found, m.now]
    for o in range(m.used[0].operations):
        firm = m.operations[o]
        if firm.alive == 0 or m.sites[firm.site].reach == 0.0:
            continue
        firm.shaken_until = m.now + int(m.par[P.shaken_weeks])
        found = m.sites[firm.site].reach
        if firm.hidden_until >= m.now:
            found *= 1.0 - m.par[P.hidden_share]
        for i in members(o, R.raid_found, m):
            if uniform(key, m.people[i].key) < found:
                end_stay(T.freed_in_raid, i, BY_RAID, m)
        strike_owners(firm, m)
    for n in range(m.used[0].struck):
        settle_site(m.struck[n], m)


@kernel
def strike_owners(firm, m):
    """Arrest owners and seize cash; founding falls while an owner is weakened (S02; E288, E289)."""
    p, owner = firm.place, m.owners[firm.owner]
    m.owner_raids[firm.owner, p] += 1.0
    proof = m.states[m.places[p].state].testimony * m.par[P.feedback_testimony]
    chance = m.env[0, I.owner_arrest, p] * (1.0 + m.par[P.testimony_effect] * proof / (proof + m.par[P.testimony_half]))
    if m.sites[firm.site].warned:
        chance *= 1.0 - m.par[P.hidden_share]
    if draw(R.raid_result, m, firm.key) < chance:
        m.tally[O.owners_arrested, p] += 1.0
        owner.weakened = min(1.0, owner.weakened + m.par[P.weakened_by_arrest])
        cash = max(0.0, firm.cash) * m.par[P.cash_seized]
        capital = owner.capital * m.par[P.capital_seized]
        firm.cash -= cash
        owner.capital -= capital
        m.ledger[SEIZED] += cash + capital
        for_people = m.env[0, I.seized_for_remedy, p] * m.par[P.feedback_remedy]
        m.states[m.places[p].state].fund += for_people * (cash + capital)


@kernel
def settle_site(j, m):
    """Close a raided site or harden it; compounds nearby harden too (O06)."""
    site = m.sites[j]
    p = site.place
    m.known[p].raids_here += 1.0
    if site.open == 0:  # closed by order this week
        return
    if not site.warned and draw(R.raid_result, m, identity(identity(p, site.slot), 1)) < m.env[0, I.site_closed, p]:
        close_site(j, m)
        return
    harden(j, m.env[0, I.hardening, p], m)
    nearby = m.env[0, I.hardening, p] * m.par[P.hardening_nearby] / max(1.0, np.float64(m.room[p].sites))
    k = m.room[p].first_site
    while k != NOBODY:
        if k != j:
            harden(k, nearby, m)
        k = m.sites[k].next
