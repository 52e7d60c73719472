"""Recruiters: rings with a base, who split their effort over areas and channels by recent yield.

An area is where people at risk live: an origin, or a community of migrant workers abroad. Channels:
advertisements on social media, job sites and agencies, acquaintances (those held or returned who are
made to recruit, included), and stranded workers on the spot (V03, V04, V09-V11).
"""

import math
from typing import NamedTuple

import numpy as np

from .columns import record
from .institutions import I
from .kernel import kernel
from .migrants import CHILD, COHORTS, YOUNG, enter_cohorts, leave_home, threshold_of
from .outcomes import O
from .parameters import P
from .random_numbers import identity, stream_key, uniform
from .streams import R

SOCIAL_MEDIA, JOB_SITES, ACQUAINTANCES, ON_THE_SPOT = 0, 1, 2, 3
CHANNELS = 4


RING = (
    ("weight", "f8", "size of the ring, as of the roster of its base"),
    ("home", "f8", "share of its effort spent at its base"),
    ("returned", "f8", "thousands of persons there who recruit after having been held"),
)


class Rings(NamedTuple):
    """Ring `a` has its base in area `a`; A areas."""

    row: np.recarray  # RING (A)
    mix: np.ndarray  # float64 (A, CHANNELS): how it splits its effort at home
    away: np.ndarray  # float64 (A, CHANNELS): where rings work away from their base; sums to 1
    total: np.ndarray  # float64 (A, CHANNELS): effort per person at risk; 1 over channels = usual
    recruits: np.ndarray  # float64 (A, CHANNELS): expected recruits of this week, persons


class Market(NamedTuple):
    """The market for people: what operations ask and offer, week by week."""

    vacancies: np.ndarray  # float64 (P), persons still wanted at each place
    access: np.ndarray  # float64 (P, P): how readily people are brought from one place to another
    scalars: np.ndarray  # float64: see the constants below


SUPPLY, DEMAND, FEE, VALUE, MULTIPLIER = 0, 1, 2, 3, 4


def start_rings(world, parameters) -> Rings:
    """Place one ring at every area, working at first mostly where it is at home."""
    persons = [row["at_risk"] for row in world.origins] + [row["persons"] for row in world.diaspora]
    weight = np.array(persons, float) / np.mean(persons)
    areas = len(weight)
    away = np.repeat(weight[:, None] / weight.sum() / CHANNELS, CHANNELS, axis=1)
    rings = Rings(
        record(RING, areas, weight=weight, home=parameters["ring_at_home"]), np.full((areas, CHANNELS), 1 / CHANNELS),
        away, np.zeros((areas, CHANNELS)), np.zeros((areas, CHANNELS)),
    )  # fmt: skip
    sum_effort(rings)
    return rings


@kernel
def sum_effort(rings):
    """Add up the effort of all rings per person at risk of each area and channel."""
    travelling = 0.0
    for a in range(rings.row.size):
        travelling += rings.row.weight[a] * (1.0 - rings.row.home[a])
    for a in range(rings.row.size):
        for c in range(CHANNELS):
            rings.total[a, c] = rings.row.home[a] * rings.mix[a, c] + travelling * rings.away[a, c] / rings.row.weight[a]


@kernel
def affinity(channel, k, par, strata):
    """Return how readily a stratum answers a channel (V07, V08, V09)."""
    if channel == SOCIAL_MEDIA:
        return par[P.affinity_social] * (1.0 + par[P.affinity_educated] * strata.educated[k])
    if channel == JOB_SITES:
        return par[P.affinity_job_sites] * (1.0 + par[P.affinity_educated] * strata.educated[k])
    if channel == ACQUAINTANCES:
        return par[P.affinity_acquaintances]
    return par[P.affinity_on_the_spot] * strata.abroad[k]


@kernel
def susceptibility(k, par, strata):
    """Return how readily a stratum answers at all, by age and language (I.prof)."""
    factor = 1.0
    if strata.age[k] == CHILD:
        factor = par[P.susceptibility_child]
    elif strata.age[k] == YOUNG:
        factor = par[P.susceptibility_young]
    return factor * (1.0 + par[P.language_premium] * strata.language[k])


@kernel
def channel_reach(channel, p, env):
    if channel == SOCIAL_MEDIA:
        return env[0, I.social_media_reach, p]
    if channel == JOB_SITES:
        return env[0, I.job_site_reach, p]
    if channel == ACQUAINTANCES:
        return env[0, I.acquaintance_reach, p]
    return env[0, I.stranded_reach, p]


@kernel
def base_hazards(par, env, strata, at_risk, rings, scale, hazards):
    """Fill each stratum's weekly hazard at the reference fee. Return expected recruits, persons.

    hazard = base x susceptibility x distress x sum over channels of effort x reach x affinity.
    """
    supply = 0.0
    rings.recruits[:] = 0.0
    for k in range(strata.size):
        p, area = strata.place[k], strata.area[k]
        common = par[P.recruitment_rate] * env[0, I.at_risk, p] * susceptibility(k, par, strata)
        common *= 1.0 - par[P.border_deterrence] * env[0, I.closure, p] * (1 - strata.abroad[k])
        persons = at_risk.strata.left[k] * scale
        hazard = 0.0
        for c in range(CHANNELS):
            effort = rings.total[area, c]
            if c == ACQUAINTANCES:
                effort += rings.row.returned[area] * par[P.recruiter_effort]
            part = common * effort * channel_reach(c, p, env) * affinity(c, k, par, strata)
            hazard += part
            rings.recruits[area, c] += part * persons
        hazards[k] = hazard
        supply += hazard * persons
    return supply


@kernel
def set_fee(supply, par, market):
    """Set the fee at which operations and recruiters meet, and the multiplier of recruitment.

    Operations raise the fee while vacancies exceed what the reference fee brings, up to a share of
    a worker's value to them; recruitment answers as fee ** refill_elasticity. With elasticity 0 a
    higher fee brings nobody. Nobody is recruited beyond the vacancies.
    """
    wanted = market.scalars[DEMAND]
    elasticity = par[P.refill_elasticity] * (par[P.feedback_refill] > 0)
    highest = max(1.0, par[P.fee_share_of_value] * market.scalars[VALUE] / par[P.reference_fee])
    tightness = wanted / max(supply, 1e-9)
    if elasticity > 1e-9:
        fee = min(highest, max(par[P.lowest_fee], tightness ** (1.0 / elasticity)))
    else:
        fee = highest if tightness > 1.0 else par[P.lowest_fee]
    market.scalars[SUPPLY] = supply
    market.scalars[FEE] = fee * par[P.reference_fee]
    market.scalars[MULTIPLIER] = fee**elasticity if elasticity > 1e-9 else 1.0


@kernel
def find_recruits(week, scale, hazards, strata, roster, at_risk, market):
    """Advance the hazards; append those whose threshold is passed to the people waiting.

    While more people wait than are wanted, recruiters hold back: effort that would only lengthen
    the queue is not spent.
    """
    enter_cohorts(week, strata, roster, at_risk)
    waiting = at_risk.waiting_count[0]
    idle = max(0.0, market.scalars[DEMAND] - waiting * scale)
    expected = market.scalars[SUPPLY] * market.scalars[MULTIPLIER]
    multiplier = market.scalars[MULTIPLIER] * min(1.0, idle / max(expected, 1e-9))
    for k in range(strata.size):
        at_risk.strata.hazard[k] += hazards[k] * multiplier
        reached = at_risk.strata.hazard[k]
        for cohort in range(COHORTS):
            cell = k * COHORTS + cohort
            last = roster.first[cell + 1]
            position = at_risk.cells.pointer[cell]
            while position < last and waiting < at_risk.queue.size:
                if at_risk.cells.offset[cell] + threshold_of(roster.cells[position]) > reached:
                    break
                if at_risk.strata.left[k] == 0:
                    break
                at_risk.queue.position[waiting], at_risk.queue.stratum[waiting] = position, k
                waiting += 1
                at_risk.strata.left[k] -= 1
                position += 1
            at_risk.cells.pointer[cell] = position
    at_risk.waiting_count[0] = waiting
    return multiplier


@kernel
def entry_shares(k, week, par, env, strata):
    """Return the shares recruited willingly and by force or while stranded, for a stratum."""
    p = strata.place[k]
    willing = min(0.9, par[P.share_willing] * env[0, I.willing_entry, p])
    forced = par[P.share_forced]
    if strata.abroad[k]:
        forced = min(0.9 - willing, par[P.share_forced_abroad] * math.sqrt(env[0, I.stranded_reach, p]))
    return willing, forced


@kernel
def put_in_order(waiting, key, roster, at_risk):
    """Sort those who wait by their keyed priority of this week."""
    order = np.empty(waiting)
    for w in range(waiting):
        ordinal = roster.cells[at_risk.queue.position[w]] & np.uint64(0xFFFFFFFF)
        order[w] = uniform(key, identity(at_risk.queue.stratum[w], ordinal))
    rank = np.argsort(order)
    positions, strata = at_risk.queue.position[:waiting].copy(), at_risk.queue.stratum[:waiting].copy()
    for w in range(waiting):
        at_risk.queue.position[w], at_risk.queue.stratum[w] = positions[rank[w]], strata[rank[w]]


@kernel
def draw_recruits(week, seed, par, env, strata, roster, nations, at_risk, rings, people, scale, hazards, market, book):
    """Recruit for one week. New people get a row, still at home: the next phase sends them off.

    Returns how many rows were added. Who comes first when vacancies are short is drawn by key.
    """
    supply = base_hazards(par, env, strata, at_risk, rings, scale, hazards)
    set_fee(supply, par, market)
    find_recruits(week, scale, hazards, strata, roster, at_risk, market)
    waiting = at_risk.waiting_count[0]
    places_left = int(market.scalars[DEMAND] / scale)
    key = stream_key(seed, R.ration_recruits, week)
    if market.scalars[DEMAND] / scale - places_left > uniform(key, 0):
        places_left += 1
    taken = min(waiting, places_left)
    if taken < waiting:
        put_in_order(waiting, key, roster, at_risk)
    for w in range(taken):
        k = at_risk.queue.stratum[w]
        willing, forced = entry_shares(k, week, par, env, strata)
        leave_home(week, at_risk.queue.position[w], k, seed, par, strata, roster, nations, people, willing, forced)
    for w in range(taken, waiting):
        at_risk.queue.position[w - taken] = at_risk.queue.position[w]
        at_risk.queue.stratum[w - taken] = at_risk.queue.stratum[w]
    at_risk.waiting_count[0] = waiting - taken
    for k in range(strata.size):
        book.tally[O.lawful_ads_removed, strata.place[k]] += env[0, I.lawful_ads_removed, strata.place[k]] / strata.size
    return taken


@kernel
def shift_effort(week, par, rings):
    """Move effort towards the areas and channels that yield most per effort (P14).

    Yields are expected recruits, not sampled ones. A ring adjusts its own base and follows the others
    elsewhere; it leaves its base only slowly, because language and acquaintances are there.
    """
    if par[P.feedback_recruiters] == 0 or week % int(par[P.ring_review_weeks]) != 0:
        return
    areas = rings.row.size
    score = np.zeros((areas, CHANNELS))
    best, total = 0.0, 0.0
    for a in range(areas):
        for c in range(CHANNELS):
            score[a, c] = rings.recruits[a, c] / max(rings.total[a, c] * rings.row.weight[a], 1e-12)
            best = max(best, score[a, c])
    if best <= 0.0:
        return
    abroad = 0.0
    for a in range(areas):
        for c in range(CHANNELS):
            score[a, c] = (score[a, c] / best) ** par[P.ring_choice]
            total += rings.row.weight[a] * score[a, c]
            abroad += rings.away[a, c] * score[a, c]
    move, own = par[P.ring_adjustment], par[P.ring_at_home]
    for a in range(areas):
        here, at_base = 0.0, 0.0
        for c in range(CHANNELS):
            here += score[a, c]
            at_base += rings.mix[a, c] * score[a, c]
        stay = own * at_base / max(own * at_base + (1.0 - own) * abroad, 1e-12)
        rings.row.home[a] += move * (stay - rings.row.home[a])
        for c in range(CHANNELS):
            rings.mix[a, c] += move * (score[a, c] / max(here, 1e-12) - rings.mix[a, c])
            rings.away[a, c] += move * (rings.row.weight[a] * score[a, c] / total - rings.away[a, c])
    sum_effort(rings)
