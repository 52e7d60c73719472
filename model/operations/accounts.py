"""The accounts of operations: what they earn and pay, when they fail, and how large they want to be."""

import math

from model.engine.kernel import entry, inlined, kernel
from model.engine.random_numbers import uniform
from model.registry.institutions import I
from model.registry.life_course import S
from model.registry.outcomes import O
from model.registry.parameters import P
from model.registry.streams import R

from .landlords import rent_of
from .operations import CLOSES, CONSUMED, EARNED, SEIZED, STAYS, change_target


@entry
def measure_market(m):
    """Fill the market's size, persons: at `vanishing_stock`, with the demand of 2019, margins vanish before any rent.

    revenue kept x (1 + vanishing_stock / size) ^ -market_saturation = upkeep + protection, where a place is well
    connected and protection as usual; without saturation, or where nothing would ever be earned, it is infinite.
    """
    protection = 0.0
    for k in range(m.hosts.size):
        protection += m.base[I.protection_price, m.hosts[k]] / m.hosts.size
    kept = m.par[P.revenue] * (1.0 - m.par[P.laundering_cost]) * m.par[P.operator_share]
    times, power = kept / max(1e-9, m.par[P.upkeep] + protection), m.par[P.market_saturation]
    m.market[0].size = math.inf
    if times > 1.0 and power > 0.0:
        m.market[0].size = m.par[P.vanishing_stock] / (times ** (1.0 / power) - 1.0)


@kernel
def price_places(m):
    """Fill revenue and margin per person-week at each place, from demand, saturation and costs.

    Revenue falls as the world total grows (`market_saturation`); landlords take the more of what is left, the less
    room there is (`landlords.rent_of`; II.gov; E087, E301).
    """
    total = 0.0
    for k in range(m.hosts.size):
        view = m.outlook[m.hosts[k]]
        view.persons = m.levels[S.held, m.hosts[k], 0] * m.scale
        total += view.persons
    saturation = (1.0 + total / m.market[0].size) ** (-m.par[P.market_saturation])
    for k in range(m.hosts.size):
        p = m.hosts[k]
        gross = m.par[P.revenue] * m.env[0, I.online_demand, p] * saturation
        gross *= m.par[P.poor_infrastructure] + (1.0 - m.par[P.poor_infrastructure]) * m.places[p].infrastructure
        lost = m.env[0, I.output_lost, p] * (1.0 - m.known[p].adapted * (1.0 - m.par[P.substitution_cost]))
        net = gross * (1.0 - m.env[0, I.laundering_cost, p]) * (1.0 - lost) * m.par[P.operator_share]
        surplus = net - m.par[P.upkeep] - m.env[0, I.protection_price, p]
        view = m.outlook[p]
        view.revenue, view.net, view.rent = gross * (1.0 - lost), net, rent_of(p, surplus, m)
        view.margin = surplus - view.rent * m.par[P.feedback_crowding]
        view.profit = min(m.par[P.profit_most], view.margin / m.par[P.reference_margin])


@kernel
def keep_accounts(m):
    """Let each operation see how full it is, earn and pay; one that does not close may grow."""
    closing, freezing = m.keys[R.closure, m.now], m.keys[R.freeze, m.now]
    earned, consumed = m.ledger[EARNED], m.ledger[CONSUMED]
    for o in range(m.used[0].operations):
        firm = m.operations[o]
        firm.fate = STAYS
        if firm.alive:
            fullness = seen_fullness(firm, m)
            firm.fullness = fullness
            profit, cash = earn(firm, fullness, m)
            if m.env[0, I.accounts_frozen, firm.place] > 0.0:
                cash -= frozen(firm, cash, fullness, freezing, m)
            firm.cash = cash
            earned += profit
            consumed += max(0.0, profit) * (1.0 - m.par[P.reinvested]) * m.par[P.consumed]
            if fails(firm, cash, closing, m):
                firm.fate = CLOSES
            else:
                grow_target(firm, fullness, m)
    m.ledger[EARNED], m.ledger[CONSUMED] = earned, consumed


@inlined
def seen_fullness(firm, m):
    """Return how full owners see an operation: the share of its own berths that are taken, and its place's share."""
    view = m.outlook[firm.place]
    share = firm.held / max(1, firm.berths)
    return firm.own_view * share + (1.0 - firm.own_view) * view.persons / view.room


@inlined
def earn(firm, fullness, m):
    """Let an operation earn and pay for a week.

    Return what is left, and its cash with what of that is neither consumed nor reinvested, USD.
    """
    view = m.outlook[firm.place]
    ready = firm.ready + (1.0 - firm.ready) / m.par[P.trust_weeks]
    firm.ready = ready
    m.tally[O.money_defrauded, firm.place] += view.revenue * ready * firm.held * m.scale * 1e-6
    earned = (view.margin - view.net * (1.0 - ready)) * fullness * firm.target - m.par[P.fixed_cost]
    profit = max(0.0, earned)
    m.owners[firm.owner].capital += profit * m.par[P.reinvested]
    firm.abuse_total += m.sites[firm.site].abuse
    firm.idle = firm.idle + 1 if fullness * firm.target < 1.0 else 0
    return earned, firm.cash + (
        earned - profit * (m.par[P.reinvested] + (1.0 - m.par[P.reinvested]) * m.par[P.consumed])
    )


@inlined
def frozen(firm, cash, fullness, key, m):
    """Return what an operation loses of its working capital this week, USD: all that lies in its accounts (O18)."""
    if uniform(key, firm.key) >= m.env[0, I.accounts_frozen, firm.place]:
        return 0.0
    takings = m.outlook[firm.place].net * firm.ready * fullness * firm.target
    lost = max(0.0, cash) + takings * m.par[P.takings_in_accounts]
    m.ledger[SEIZED] += lost
    return lost


@inlined
def fails(firm, cash, key, m):
    """Say whether an operation closes: bankrupt, long idle, or for reasons of its own."""
    if -cash - firm.paid_for_people > m.par[P.debt_limit] or firm.idle > m.par[P.idle_weeks]:
        return True
    hazard = m.par[P.closure_rate] + (m.par[P.closure_rate_at_loss] if m.outlook[firm.place].margin <= 0.0 else 0.0)
    return uniform(key, firm.key) < hazard


@inlined
def grow_target(firm, fullness, m):
    """Let an operation that is full and earns rent more room, up to the largest size (50-500 people)."""
    if fullness < m.par[P.full_share] or m.par[P.feedback_growth] == 0.0:
        return
    site, profit = m.sites[firm.site], m.outlook[firm.place].profit
    if site.open == 1 and profit > 0.0 and firm.target < m.par[P.largest_operation]:
        more = firm.target * m.par[P.target_growth] * profit
        more = min(more, m.par[P.largest_operation] - firm.target, site.capacity - site.rented)
        if more > 0.0:
            change_target(firm, more, m)
