"""Recruiters: rings with a base, who split their effort over areas and approaches by recent yield.

An area is where people at risk live: an origin, or a community of migrant workers abroad. Approaches:
advertisements on social media, job sites and agencies, acquaintances (those held or returned who are
made to recruit, included), private groups and messages, and stranded migrant workers on the spot (V03,
V04, V09-V11). Platforms see the first alone: what they remove sends recruiters elsewhere (G1, G8, O16).
"""

import math

import numpy as np

from model.engine.columns import record
from model.engine.kernel import entry, kernel
from model.engine.random_numbers import identity, mix, uniform
from model.registry.institutions import I
from model.registry.outcomes import O
from model.registry.parameters import P
from model.registry.streams import R

from .diary import ranked
from .person import leave_home
from .roster import CHILD, COHORTS, YOUNG, enter_cohorts, point_to_next

SOCIAL_MEDIA, JOB_SITES, ACQUAINTANCES, PRIVATE_GROUPS = 0, 1, 2, 3  # the fifth approach is on the spot
APPROACHES = 5
FIRST_IN_PRIVATE = 0.001  # share of effort at first in private groups, from which rings see what they yield

RING = (
    ("weight", "f8", "size of the ring, as of the roster of its base"),
    ("home", "f8", "share of its effort spent at its base"),
    ("returned", "f8", "thousands of persons there who recruit after having been held"),
)

MARKET = (
    (
        "size",
        "f8",
        "persons: by how many held in the world, against it, targets are shared out (`accounts.measure_market`)",
    ),
    ("supply", "f8", "persons whom recruiters expect to bring in a week at the reference fee"),
    ("demand", "f8", "persons: vacancies of all operations"),
    (
        "others",
        "f8",
        "persons who sought or were offered a place last week other than by recruiters: trafficked again, sold",
    ),
    ("others_now", "f8", "the same, this week so far"),
    ("fee", "f8", "USD a recruit"),
    ("value", "f8", "USD: what a person is expected to earn for an operation"),
    ("multiplier", "f8", "of recruitment, by the fee"),
)


def start_rings(world, parameters):
    """Place one ring at every area, working at first mostly where it is at home.

    Return the rings (records RING, A areas) and how they split their effort among areas and approaches,
    float64 (A, APPROACHES) each: at home (a row sums to 1), and away from their base (all sums to 1). Hardly
    anybody works through private groups yet.
    """
    persons = [row["at_risk"] for row in world.origins] + [row["persons"] for row in world.diaspora]
    weight = np.array(persons, float) / np.mean(persons)
    areas = len(weight)
    first = FIRST_IN_PRIVATE if parameters["affinity_private"] > 0.0 else 0.0
    shares = np.full(APPROACHES, (1.0 - first) / (APPROACHES - 1))
    shares[PRIVATE_GROUPS] = first
    away = weight[:, None] / weight.sum() * shares
    rings = record(RING, areas, weight=weight, home=parameters["ring_at_home"])
    return rings, np.tile(shares, (areas, 1)), away


@kernel
def sum_effort(m):
    """Add up the effort of all rings per person at risk of each area and approach."""
    travelling = 0.0
    for a in range(m.rings.size):
        travelling += m.rings[a].weight * (1.0 - m.rings[a].home)
    for a in range(m.rings.size):
        for c in range(APPROACHES):
            m.effort[a, c] = m.rings[a].home * m.mix[a, c] + travelling * m.away[a, c] / m.rings[a].weight


@kernel
def affinity(approach, kind, m):
    """Return how readily a stratum answers an approach (V07, V08, V09)."""
    if approach == SOCIAL_MEDIA:
        return m.par[P.affinity_social] * (1.0 + m.par[P.affinity_educated] * kind.educated)
    if approach == JOB_SITES:
        return m.par[P.affinity_job_sites] * (1.0 + m.par[P.affinity_educated] * kind.educated)
    if approach == ACQUAINTANCES:
        return m.par[P.affinity_acquaintances]
    if approach == PRIVATE_GROUPS:
        return m.par[P.affinity_private]
    return m.par[P.affinity_on_the_spot] * kind.abroad


@kernel
def susceptibility(kind, m):
    """Return how readily a stratum answers at all, by age and language (I.prof)."""
    factor = 1.0
    if kind.age == CHILD:
        factor = m.par[P.susceptibility_child]
    elif kind.age == YOUNG:
        factor = m.par[P.susceptibility_young]
    return factor * (1.0 + m.par[P.language_premium] * kind.language)


@kernel
def ads_left(nation, p, m):
    """Return the share of false advertisements for a nationality at a place that platforms leave (G1, G8, G9)."""
    return (1.0 - m.env[0, I.ads_removed, p]) * (1.0 - m.heard[nation].taken_down)


@kernel
def take_down(m):
    """Let platforms remove false advertisements that are reported, the fewer of their views the later (G9).

    Reports are those expected about people of a nationality who are held, heard with the delay of the removal.
    """
    if m.par[P.feedback_takedowns] == 0.0:
        return
    a_person = np.zeros(m.hosts.size)
    for k in range(m.hosts.size):
        held = m.held_by[:, m.hosts[k]].sum()
        a_person[k] = m.known[m.hosts[k]].complaints / held if held > 0.0 else 0.0
    for n in range(m.nations.size):
        home, reports = m.nations[n].place, 0.0
        for k in range(m.hosts.size):
            reports += a_person[k] * m.held_by[n, m.hosts[k]]
        weeks = m.env[0, I.takedown_weeks, home]
        reported = reports / (reports + m.par[P.ad_reports_half])
        removed = m.env[0, I.ads_answered, home] * reported * math.exp(-weeks / m.par[P.ad_weeks])
        m.heard[n].taken_down += (removed - m.heard[n].taken_down) / max(1.0, weeks)


@kernel
def approach_reach(approach, nation, p, m):
    if approach == SOCIAL_MEDIA:
        return m.env[0, I.social_media_reach, p] * ads_left(nation, p, m)
    if approach == JOB_SITES:
        return m.env[0, I.job_site_reach, p]
    if approach == ACQUAINTANCES:
        return m.env[0, I.acquaintance_reach, p]
    if approach == PRIVATE_GROUPS:
        return m.env[0, I.private_reach, p]
    return m.env[0, I.stranded_reach, p]


@entry
def measure_answers(m):
    """Fill how readily each stratum answers each approach, float64 (K, APPROACHES): it never changes."""
    for k in range(m.strata.size):
        kind = m.strata[k]
        for c in range(APPROACHES):
            need = m.nations[kind.nation].means ** -m.par[P.offer_pull]
            m.answers[k, c] = m.par[P.recruitment_rate] * susceptibility(kind, m) * affinity(c, kind, m) * need


@kernel
def base_hazards(m):
    """Fill each stratum's weekly hazard at the reference fee. Return expected recruits, persons.

    hazard = how far vacancies suit them x answers (base x susceptibility x affinity x need) x what recruiters achieve
    in the area, over approaches.
    """
    supply = 0.0
    m.recruits[:] = 0.0
    drive = np.empty(APPROACHES)
    area = -1
    for k in range(m.strata.size):
        kind = m.strata[k]
        if kind.area != area:
            area = kind.area
            drive_in_area(area, kind, drive, m)
        persons = m.risk[k].left * m.scale
        hazard = 0.0
        for c in range(APPROACHES):
            part = drive[c] * m.answers[k, c] * m.heard[kind.nation].wanted
            hazard += part
            m.recruits[area, c] += part * persons
        m.risk[k].weekly = hazard
        supply += hazard * persons
    return supply


@kernel
def drive_in_area(area, kind, drive, m):
    """Fill what recruiters achieve in an area by approach.

    Distress x effort x reach, with willing entrants, less what arrests and closed borders stop.
    """
    p = kind.place
    common = m.env[0, I.at_risk, p] * with_willing(p, m) * (1.0 - m.env[0, I.recruiters_stopped, p])
    common *= 1.0 - m.par[P.border_deterrence] * m.env[0, I.closure, p] * (1 - kind.abroad)
    for c in range(APPROACHES):
        effort = m.effort[area, c]
        if c == ACQUAINTANCES:
            effort += m.rings[area].returned * m.par[P.recruiter_effort]
        drive[c] = common * effort * approach_reach(c, kind.nation, p, m)


@kernel
def set_fee(m):
    """Set the fee at which operations and recruiters meet, and the multiplier of recruitment.

    Operations raise the fee while vacancies exceed what the reference fee brings, up to a share of
    what a person's forced work is worth to them; recruitment answers as fee ** refill_elasticity. With elasticity 0 a
    higher fee brings nobody. Nobody is recruited beyond the vacancies.
    """
    wanted = vacancies_for_recruits(m)
    elasticity = m.par[P.refill_elasticity] * (m.par[P.feedback_refill] > 0)
    highest = max(1.0, m.par[P.fee_share_of_value] * m.market[0].value / m.par[P.reference_fee])
    tightness = wanted / max(m.market[0].supply, 1e-9)
    if elasticity > 1e-9:
        fee = min(highest, max(m.par[P.lowest_fee], tightness ** (1.0 / elasticity)))
    else:
        fee = highest if tightness > 1.0 else m.par[P.lowest_fee]
    m.market[0].fee = fee * m.par[P.reference_fee]
    m.market[0].multiplier = fee**elasticity if elasticity > 1e-9 else 1.0


@kernel
def vacancies_for_recruits(m):
    """Return the vacancies that recruiters fill: all but those taken, last week, by people trafficked again or sold."""
    return max(0.0, m.market[0].demand - m.market[0].others)


@kernel
def find_recruits(m):
    """Advance the hazards; append those whose threshold is passed to the people waiting.

    While more people wait than are wanted, recruiters hold back: effort that would only lengthen
    the queue is not spent.
    """
    if m.now > 0:  # the first cohort is there from the start
        enter_cohorts(m)
    idle = max(0.0, vacancies_for_recruits(m) - m.used[0].waiting * m.scale)
    expected = m.market[0].supply * m.market[0].multiplier
    multiplier = m.market[0].multiplier * min(1.0, idle / max(expected, 1e-9))
    for k in range(m.strata.size):
        m.risk[k].hazard += m.risk[k].weekly * multiplier
        if m.risk[k].next > m.risk[k].hazard:
            continue
        for cohort in range(COHORTS):
            cell = k * COHORTS + cohort
            while m.cells[cell].next <= m.risk[k].hazard and m.used[0].waiting < m.queue.size:
                entry = m.queue[m.used[0].waiting]
                entry.position, entry.stratum = m.cells[cell].pointer, k
                m.used[0].waiting += 1
                m.risk[k].left -= 1
                m.cells[cell].pointer += 1
                point_to_next(cell, m)


@kernel
def entry_shares(k, m):
    """Return the shares recruited willingly and by force or while stranded, for a stratum."""
    p = m.strata[k].place
    most, all_in_all = m.par[P.undeceived_most], with_willing(p, m)
    willing = min(most, m.par[P.share_willing] * m.env[0, I.willing_entry, p] / all_in_all)
    forced = m.par[P.share_forced] / all_in_all
    if m.strata[k].abroad:
        forced = min(
            most - willing, m.par[P.share_forced_abroad] * math.sqrt(m.env[0, I.stranded_reach, p]) / all_in_all
        )
    return willing, forced


@kernel
def with_willing(p, m):
    """Return how many answer offers at a place against the usual: more or fewer willing entrants add to the others."""
    return 1.0 + m.par[P.share_willing] * (m.env[0, I.willing_entry, p] - 1.0)


@kernel
def put_queue_in_order(m):
    """Sort those who wait by their keyed priority of this week."""
    waiting = m.used[0].waiting
    key = m.keys[R.ration_recruits, m.now]
    marks = np.empty(waiting, np.uint64)
    for w in range(waiting):
        ordinal = m.roster[m.queue[w].position] & np.uint64(0xFFFFFFFF)
        marks[w] = mix(key ^ identity(m.queue[w].stratum, ordinal))
    before, order = m.queue[:waiting].copy(), ranked(np.arange(waiting), marks)
    for w in range(waiting):
        m.queue[w].position, m.queue[w].stratum = before[order[w]].position, before[order[w]].stratum


@kernel
def draw_recruits(m):
    """Recruit for one week: as many as vacancies allow get a row, still at home, and who waits goes on waiting."""
    m.market[0].supply = base_hazards(m)
    set_fee(m)
    find_recruits(m)
    waiting = m.used[0].waiting
    wanted = vacancies_for_recruits(m) / m.scale
    places_left = int(wanted + uniform(m.keys[R.ration_recruits, m.now], 0))
    taken = min(waiting, places_left)
    put_queue_in_order(m)
    for w in range(taken):
        k = m.queue[w].stratum
        willing, forced = entry_shares(k, m)
        leave_home(m.queue[w].position, k, willing, forced, m)
    for w in range(taken, waiting):
        m.queue[w - taken].position, m.queue[w - taken].stratum = m.queue[w].position, m.queue[w].stratum
    m.used[0].waiting = waiting - taken
    count_lawful_ads(m)


@kernel
def count_lawful_ads(m):
    """Count lawful advertisements that are removed with the false ones, area by area."""
    for a in range(m.rings.size):
        kind = m.strata[m.area_first[a]]
        p = kind.place
        lost = m.env[0, I.lawful_ads_removed, p]
        lost += (1.0 - lost) * m.par[P.lawful_with_false] * (1.0 - ads_left(kind.nation, p, m))
        m.tally[O.lawful_ads_removed, p] += lost / m.rings.size


@kernel
def shift_effort(m):
    """Move effort towards the areas and approaches that yield most per effort (P14).

    Yields are expected recruits, not sampled ones. A ring adjusts its own base and follows the others
    elsewhere; it leaves its base only slowly, because language and acquaintances are there.
    """
    for a in range(m.rings.size):
        m.rings[a].returned *= 1.0 - m.par[P.recruiter_quits]
    if m.par[P.feedback_recruiters] == 0 or m.now % int(m.par[P.ring_review_weeks]) != 0:
        return
    areas = m.rings.size
    score = np.zeros((areas, APPROACHES))
    best, total = 0.0, 0.0
    for a in range(areas):
        for c in range(APPROACHES):
            score[a, c] = m.recruits[a, c] / max(m.effort[a, c] * m.rings[a].weight, 1e-12)
            best = max(best, score[a, c])
    if best <= 0.0:
        return
    abroad = 0.0
    for a in range(areas):
        for c in range(APPROACHES):
            score[a, c] = (score[a, c] / best) ** m.par[P.ring_choice]
            total += m.rings[a].weight * score[a, c]
            abroad += m.away[a, c] * score[a, c]
    move, own = m.par[P.ring_adjustment], m.par[P.ring_at_home]
    for a in range(areas):
        here, at_base = 0.0, 0.0
        for c in range(APPROACHES):
            here += score[a, c]
            at_base += m.mix[a, c] * score[a, c]
        stay = own * at_base / max(own * at_base + (1.0 - own) * abroad, 1e-12)
        m.rings[a].home += move * (stay - m.rings[a].home)
        for c in range(APPROACHES):
            m.mix[a, c] += move * (score[a, c] / max(here, 1e-12) - m.mix[a, c])
            m.away[a, c] += move * (m.rings[a].weight * score[a, c] / total - m.away[a, c])
    sum_effort(m)
