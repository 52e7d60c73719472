"""Operations: the firms in the compounds. They earn, post vacancies, learn, and weigh places.

An operation weighs places by expected revenue, the price of protection, what it believes of raids,
the cost of moving and its group's ties; moving, splitting, founding: `relocation.py`.
Rival rules of choice can be selected (`relocation_rule`).
"""

import math

import numpy as np

from model.engine.choice import first_to_ring
from model.engine.faults import ROWS_FULL
from model.engine.kernel import inlined, kernel
from model.engine.random_numbers import identity, uniform
from model.people.diary import NOBODY
from model.registry.institutions import I
from model.registry.life_course import S
from model.registry.outcomes import O
from model.registry.parameters import P
from model.registry.streams import R

LEARNED, NO_MOVES, AT_RANDOM, NEAREST, MOST_PERMISSIVE = 0, 1, 2, 3, 4
STAYS, MOVES, CLOSES, SPLITS = 0, 1, 2, 3

# The ledger: money that entered or left operations and groups since the run began, USD.
EARNED, CONSUMED, INVESTED, TRADED_IN, TRADED_OUT, SEIZED, WRITTEN_OFF = range(7)
LEDGER = 7
OVERFLOW = 60.0  # of exponents: beyond it a choice is certain

OPERATION = (  # what most of the week reads comes first: it lies on one line of memory
    ("key", "u8", "identity: group, founding place and week, slot"),
    ("target", "f8", "persons it wants to hold and rents room for"),
    ("fullness", "f8", "share of its target that is held, as seen by its owners"),
    ("held", "i4", "agents"),
    ("coming", "i4", "agents on the way"),
    ("berths", "i4", "agents it wants in all: its target, rounded once for all by its key"),
    ("site", "i4", "the compound it rents in"),
    ("group", "i2", "owner group"),
    ("place", "i2", "index"),
    ("idle", "i2", "weeks without anybody held"),
    ("hidden_until", "i2", "week: people are kept out of sight"),
    ("shaken_until", "i2", "week: the location is under review after a raid"),
    ("alive", "i1", "0 once it has closed"),
    ("fate", "i1", "STAYS, MOVES, CLOSES or SPLITS this week"),
    ("first_member", "i4", "head of the list of people it holds"),
    ("own_view", "f8", "how far owners go by its own berths rather than by its place"),
    ("ready", "f8", "share of what it will defraud once trust with targets is built"),
    ("cash", "f8", "USD"),
    ("paid_for_people", "f8", "USD, less what it was paid for people: no loss to its owners"),
    ("abuse_total", "f8", "abuse of its site, summed over weeks"),
    ("branch", "i4", "the operation that split off this week"),
    ("born", "i2", "week of founding; with the row, tells a row that is used again"),
)

GROUP = (
    ("capital", "f8", "USD to invest"),
    ("weakened", "f8", "share of founding lost to arrests, fading"),
    ("weighed", "i4", "week in which it last weighed places"),
)

VIEW = (
    ("net", "f8", "USD per person-week that reach the operation"),
    ("margin", "f8", "USD per person-week after costs, before the risk of raids"),
    ("profit", "f8", "the margin against the usual, as far as it drives growth"),
    ("revenue", "f8", "USD defrauded per person-week"),
    ("signal", "f8", "raids per site and week that everybody hears of"),
    ("persons", "f8", "persons held"),
    ("room", "f8", "persons that operations want to hold, sum of their targets"),
    ("first", "i4", "row of the first of its offers"),
    ("offers", "i4", "operations that want people"),
    ("first_step", "i4", "the largest power of two that is no more than `offers`"),
)

OFFER = (
    ("left", "f8", "persons whom this operation still wants"),
    ("operation", "i4", "row"),
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


# ------------------------------------------------------------------------------- opening, closing --


@kernel
def open_operation(group, place, site, slot, target, m):
    """Found an operation in a site. Return its row, or -1 when the table is full."""
    if m.used[0].free > 0:
        m.used[0].free -= 1
        o = np.int64(m.free_rows[m.used[0].free])
    elif m.used[0].operations < m.operations.size:
        o = np.int64(m.used[0].operations)
        m.used[0].operations += 1
    else:
        m.faults[ROWS_FULL] += 1
        return NOBODY
    firm = m.operations[o]
    firm.key = identity(identity(group, place), identity(m.now, slot))
    firm.group, firm.place, firm.site, firm.born = group, place, site, m.now
    firm.alive, firm.target, firm.fullness = 1, 0.0, 0.0
    firm.held, firm.coming, firm.first_member = 0, 0, NOBODY
    firm.cash, firm.idle, firm.abuse_total, firm.ready, firm.paid_for_people = 0.0, 0, 0.0, 0.0, 0.0
    firm.hidden_until, firm.shaken_until = -1, -1
    firm.fate, firm.branch = STAYS, NOBODY
    count_present(group, place, 1.0, m)
    change_target(firm, target, m)
    m.tally[O.operations_founded, place] += 1.0
    return o


@inlined
def change_target(firm, more, m):
    """Let an operation want `more` persons (or with a negative number fewer), and rent room for them.

    Owners of few agents see how full they are by their place: own berths weigh target : own_view (persons an agent - 1),
    so that what owners decide hardly depends on the scale.
    """
    firm.target += more
    rent(firm.site, more, m)
    firm.berths = int(firm.target / m.scale + np.float64(firm.key >> np.uint64(11)) * 2.0**-53)
    firm.own_view = firm.target / (firm.target + m.par[P.own_view] * (m.scale - 1.0)) if firm.berths > 0 else 0.0


@inlined
def rent(site, persons, m):
    """Rent (or with a negative number give up) room for `persons` at a site."""
    m.sites[site].rented += persons
    m.room[m.sites[site].place].rented += persons


@kernel
def count_present(group, place, more, m):
    """Note that a group has an operation more (or with -1 one fewer) at a place, and the ties that it has there."""
    m.present[group, place] += more
    m.ties[group, place] = m.par[P.ties] * math.log(1.0 + m.present[group, place])


@kernel
def bury(o, m):
    """Remove an operation whose people have all been dealt with."""
    firm = m.operations[o]
    rent(firm.site, -firm.target, m)
    count_present(firm.group, firm.place, -1.0, m)
    m.ledger[WRITTEN_OFF] += firm.cash
    firm.cash = 0.0
    firm.alive = 0
    m.free_rows[m.used[0].free] = o
    m.used[0].free += 1
    m.tally[O.operations_closed, firm.place] += 1.0


# --------------------------------------------------------------------------------- weekly accounts --


@kernel
def price_places(m):
    """Fill revenue and margin per person-week at each place, from demand, saturation and costs.

    Revenue falls as the world total grows (`market_saturation`); the price of protection rises with
    crowding (II.gov; E087, E301).
    """
    total = 0.0
    for k in range(m.hosts.size):
        view = m.views[m.hosts[k]]
        view.persons = m.levels[S.held, m.hosts[k], 0] * m.scale
        total += view.persons
    saturation = (1.0 + total / m.par[P.market_size]) ** (-m.par[P.market_saturation])
    for k in range(m.hosts.size):
        p = m.hosts[k]
        gross = m.par[P.revenue] * m.env[0, I.online_demand, p] * saturation
        gross *= m.par[P.poor_infrastructure] + (1.0 - m.par[P.poor_infrastructure]) * m.places[p].infrastructure
        lost = m.env[0, I.output_lost, p] * (1.0 - m.known[p].adapted)
        net = gross * (1.0 - m.env[0, I.laundering_cost, p]) * (1.0 - lost) * m.par[P.operator_share]
        crowding = 1.0 + m.par[P.feedback_crowding] * m.room[p].sites / m.par[P.protection_crowding]
        view = m.views[p]
        view.revenue, view.net = gross * (1.0 - lost), net
        view.margin = net - m.par[P.upkeep] - m.env[0, I.protection_price, p] * crowding
        view.profit = min(m.par[P.profit_most], view.margin / m.par[P.reference_margin])


@kernel
def keep_accounts(m):
    """Let each operation see how full it is, earn and pay; one that does not close may grow."""
    closing = m.keys[R.closure, m.now]
    earned, consumed = m.ledger[EARNED], m.ledger[CONSUMED]
    for o in range(m.used[0].operations):
        firm = m.operations[o]
        firm.fate = STAYS
        if firm.alive:
            fullness = seen_fullness(firm, m)
            firm.fullness = fullness
            profit, cash = earn(firm, fullness, m)
            firm.cash = cash
            earned += profit
            consumed += max(0.0, profit) * m.par[P.consumed]
            if fails(firm, cash, closing, m):
                firm.fate = CLOSES
            else:
                grow_target(firm, fullness, m)
    m.ledger[EARNED], m.ledger[CONSUMED] = earned, consumed


@inlined
def seen_fullness(firm, m):
    """Return how full owners see an operation: the share of its own berths that are taken, and its place's share."""
    view = m.views[firm.place]
    share = firm.held / max(1, firm.berths)
    return firm.own_view * share + (1.0 - firm.own_view) * view.persons / view.room


@inlined
def earn(firm, fullness, m):
    """Let an operation earn and pay for a week. Return what is left, and with what is not consumed or reinvested its cash, USD."""
    view = m.views[firm.place]
    ready = firm.ready + (1.0 - firm.ready) / m.par[P.trust_weeks]
    firm.ready = ready
    m.tally[O.money_defrauded, firm.place] += view.revenue * ready * firm.held * m.scale * 1e-6
    earned = (view.margin - view.net * (1.0 - ready)) * fullness * firm.target - m.par[P.fixed_cost]
    profit = max(0.0, earned)
    m.groups[firm.group].capital += profit * m.par[P.reinvested]
    firm.abuse_total += m.sites[firm.site].abuse
    firm.idle = firm.idle + 1 if fullness * firm.target < 1.0 else 0
    return earned, firm.cash + (earned - profit * (m.par[P.reinvested] + m.par[P.consumed]))


@inlined
def fails(firm, cash, key, m):
    """Tell whether an operation closes: bankrupt, long idle, or for reasons of its own."""
    if -cash - firm.paid_for_people > m.par[P.debt_limit] or firm.idle > m.par[P.idle_weeks]:
        return True
    hazard = m.par[P.closure_rate] + (m.par[P.closure_rate_at_loss] if m.views[firm.place].margin <= 0.0 else 0.0)
    return uniform(key, firm.key) < hazard


@inlined
def grow_target(firm, fullness, m):
    """Let an operation that is full and earns rent more room, up to the largest size (50-500 people)."""
    if fullness < m.par[P.full_share] or m.par[P.feedback_growth] == 0.0:
        return
    site, profit = m.sites[firm.site], m.views[firm.place].profit
    if site.open == 1 and profit > 0.0 and firm.target < m.par[P.largest_operation]:
        more = firm.target * m.par[P.target_growth] * profit
        more = min(more, m.par[P.largest_operation] - firm.target, site.capacity - site.rented)
        if more > 0.0:
            change_target(firm, more, m)


@kernel
def post_vacancies(m):
    """Post what each operation still wants, and list the offers of every place."""
    m.vacancies[:] = 0.0
    for k in range(m.hosts.size):
        view = m.views[m.hosts[k]]
        view.offers, view.room = 0, 0.0
    demand, value, count = 0.0, 0.0, 0
    rows, left = np.empty(m.used[0].operations, np.int64), np.empty(m.used[0].operations)
    for o in range(m.used[0].operations):
        firm = m.operations[o]
        if firm.alive == 0:
            continue
        p = firm.place
        view = m.views[p]
        m.tally[O.operations, p] += 1.0
        if firm.fate != CLOSES:
            view.room += firm.target
        wanted = (firm.berths - firm.held - firm.coming) * m.scale
        if wanted <= 0.0 or firm.hidden_until >= m.now or firm.fate == CLOSES or view.margin <= 0.0:
            continue
        rows[count], left[count] = o, wanted
        count += 1
        view.offers += 1
        m.vacancies[p] += wanted
        m.tally[O.vacancies, p] += wanted
        demand += wanted
        value += wanted * view.margin * m.par[P.expected_stay]
    m.market[0].demand = demand
    m.market[0].others, m.market[0].others_now = m.market[0].others_now, 0.0
    m.market[0].value = value / max(demand, 1e-9)
    list_offers(rows[:count], left, m)


@kernel
def list_offers(rows, left, m):
    """List the operations `rows`, which want `left` persons, place by place: each list a tree of sums in which one is found quickly."""
    row = 0
    for k in range(m.hosts.size):
        view = m.views[m.hosts[k]]
        view.first = row
        row += view.offers
        view.offers = 0
    for n in range(rows.size):
        view = m.views[m.operations[rows[n]].place]
        offer = m.offers[view.first + view.offers]
        offer.operation, offer.left = rows[n], left[n]
        m.sums[view.first + view.offers] = left[n]
        view.offers += 1
    for k in range(m.hosts.size):
        view = m.views[m.hosts[k]]
        view.first_step = 1
        while 2 * view.first_step <= view.offers:
            view.first_step *= 2
        for n in range(1, view.offers + 1):
            above = n + (n & -n)
            if above <= view.offers:
                m.sums[view.first + above - 1] += m.sums[view.first + n - 1]


@kernel
def offer_at(mark, view, m):
    """Return the position in a place's list of the offer at `mark`, persons along it; beyond the end it is the last."""
    position, step = 0, np.int64(view.first_step)
    while step > 0:  # without a branch: which way it goes cannot be foreseen
        there = min(position + step, view.offers)
        wanted = m.sums[view.first + there - 1]
        beyond = position + step <= view.offers and wanted <= mark
        mark -= wanted if beyond else 0.0
        position = there if beyond else position
        step //= 2
    return min(position, view.offers - 1)


@kernel
def take_offer(position, persons, view, m):
    """Note that some of the persons whom an offer wants are found."""
    m.offers[view.first + position].left -= persons
    n = position + 1
    while n <= view.offers:
        m.sums[view.first + n - 1] -= persons
        n += n & -n


# --------------------------------------------------------------------------------- beliefs, places --


@kernel
def hear_of_raids(m):
    """Update what is believed of raids last week, from neighbours', own and the group's (O06)."""
    for k in range(m.hosts.size):
        p = m.hosts[k]
        rate = m.known[p].raids_here / max(1.0, np.float64(m.room[p].sites))
        m.views[p].signal += m.par[P.learning] * (rate - m.views[p].signal)
        m.known[p].raids_here = 0.0
    for g in range(m.groups.size):
        for k in range(m.hosts.size):
            p = m.hosts[k]
            m.raid_belief[g, p] *= 1.0 - m.par[P.forgetting]
            if m.group_raids[g, p] > 0.0:
                m.raid_belief[g, p] += m.par[P.own_experience] * m.group_raids[g, p] / max(1.0, m.present[g, p])
                m.group_raids[g, p] = 0.0
        m.groups[g].weakened *= 1.0 - m.par[P.recovery_of_groups]


@inlined
def believed_risk(g, p, m):
    """Return the raids per site and week that group `g` expects at place `p`."""
    risk = m.views[p].signal * m.par[P.feedback_learning] + m.announced[p] * m.par[P.feedback_announcement]
    return risk + m.raid_belief[g, p] * m.par[P.feedback_own_experience]


@inlined
def utility(g, p, m):
    """Return what a place is worth to a group, USD per person-week."""
    loss = m.par[P.raid_loss] * (1.0 - m.env[0, I.spares_payers, p] * m.par[P.payer_share])
    return m.views[p].margin - believed_risk(g, p, m) * loss + m.ties[g, p]


@inlined
def learned_pull(g, p, m):
    """Return the pull of a place on a group by what it is worth to it: exp(utility / scale).

    Places that neighbours keep closed to operations (`permissive_sites`) pull less (IV.G).
    """
    return math.exp(min(OVERFLOW, utility(g, p, m) / m.par[P.choice_scale])) * m.env[0, I.permissive_sites, p]


@kernel
def weigh_places(g, m):
    """Fill the pull of every place on a group by the rule of choice, once a week."""
    if m.groups[g].weighed == m.now:
        return
    m.groups[g].weighed = m.now
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
    """Tell whether a place other than `here` has room for an operation."""
    if m.room[p].capacity - m.room[p].rented < m.par[P.smallest_operation] or p == here:
        return False
    return m.places[p].beyond == 0 or m.par[P.feedback_beyond] > 0


@inlined
def pull_from(g, here, p, m):
    """Return how strongly a place draws a mover of group `g` from `here`, or a founder (`here` = -1)."""
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
