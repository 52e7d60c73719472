"""Vacancies: how many people each operation still wants, the lists of offers, and who takes whom.

Offers are listed by line of business and place, a *desk* each: operations take those who speak the language in which
they defraud (V07, V08), and at a lower rate others and nationals of the place.
"""

import numpy as np

from model.engine.choice import first_to_ring
from model.engine.columns import NOBODY
from model.engine.kernel import entry, inlined, kernel
from model.engine.random_numbers import identity, uniform
from model.registry.outcomes import O
from model.registry.parameters import P

from .operations import CLOSES

DESK = (
    ("first", "i4", "row of the first of its offers"),
    ("offers", "i4", "operations that want people"),
    ("first_step", "i4", "the largest power of two that is no more than `offers`"),
)

OFFER = (
    ("left", "f8", "persons whom this operation still wants"),
    ("operation", "i4", "row"),
)


@entry
def measure_fits(m):
    """Fill how readily operations of each line take each nationality in each State: it never changes."""
    for b in range(m.lines.size):
        for n in range(m.nations.size):
            for s in range(m.states.size):
                fit = m.fits[b, n]
                if m.nations[n].state == s:
                    fit = max(fit, m.par[P.local_fit])
                m.suits[b, n, s] = fit ** m.par[P.line_strength] if fit > 0.0 else 1.0 * (m.par[P.line_strength] == 0.0)


@inlined
def suit(line, nation, p, m):
    return m.suits[line, nation, m.places[p].state]


@kernel
def post_vacancies(m):
    """Post what each operation still wants, and list the offers of every desk."""
    m.vacancies[:] = 0.0
    for b in range(m.lines.size):
        for k in range(m.hosts.size):
            m.desks[b * m.luck.size + m.hosts[k]].offers = 0
    for k in range(m.hosts.size):
        m.outlook[m.hosts[k]].room = 0.0
    demand, value, count = 0.0, 0.0, 0
    rows, left = np.empty(m.used[0].operations, np.int64), np.empty(m.used[0].operations)
    for o in range(m.used[0].operations):
        firm = m.operations[o]
        if firm.alive == 0:
            continue
        p = firm.place
        view = m.outlook[p]
        m.tally[O.operations, p] += 1.0
        if firm.fate != CLOSES:
            view.room += firm.target
        wanted = (firm.berths - firm.held - firm.coming) * m.scale
        if wanted <= 0.0 or firm.hidden_until >= m.now or firm.fate == CLOSES or view.margin <= 0.0:
            continue
        rows[count], left[count] = o, wanted
        count += 1
        m.desks[firm.line * m.luck.size + p].offers += 1
        m.vacancies[firm.line, p] += wanted
        m.tally[O.vacancies, p] += wanted
        demand += wanted
        value += wanted * view.margin * m.par[P.expected_stay]
    m.market[0].demand = demand
    m.market[0].others, m.market[0].others_now = m.market[0].others_now, 0.0
    m.market[0].value = value / max(demand, 1e-9)
    measure_demand(m)
    list_offers(rows[:count], left, m)


@kernel
def measure_demand(m):
    """Fill the share of all vacancies that suits each nationality."""
    total = m.vacancies[:].sum()
    for n in range(m.nations.size):
        suited = 0.0
        for b in range(m.lines.size):
            for k in range(m.hosts.size):
                suited += m.vacancies[b, m.hosts[k]] * suit(b, n, m.hosts[k], m)
        m.heard[n].wanted = suited / total if total > 0.0 else 1.0


@kernel
def list_offers(rows, left, m):
    """List the operations `rows`, which want `left` persons, desk by desk.

    Each list is a tree of sums (Fenwick 1994), in which an offer is found quickly.
    """
    row = 0
    for b in range(m.lines.size):
        for k in range(m.hosts.size):
            desk = m.desks[b * m.luck.size + m.hosts[k]]
            desk.first = row
            row += desk.offers
            desk.offers = 0
    for n in range(rows.size):
        firm = m.operations[rows[n]]
        desk = m.desks[firm.line * m.luck.size + firm.place]
        offer = m.offers[desk.first + desk.offers]
        offer.operation, offer.left = rows[n], left[n]
        m.sums[desk.first + desk.offers] = left[n]
        desk.offers += 1
    for b in range(m.lines.size):
        for k in range(m.hosts.size):
            desk = m.desks[b * m.luck.size + m.hosts[k]]
            desk.first_step = 1
            while 2 * desk.first_step <= desk.offers:
                desk.first_step *= 2
            for n in range(1, desk.offers + 1):
                above = n + (n & -n)
                if above <= desk.offers:
                    m.sums[desk.first + above - 1] += m.sums[desk.first + n - 1]


@kernel
def offer_at(mark, desk, m):
    """Return the position in a desk's list of the offer at `mark`, persons along it; beyond the end it is the last."""
    position, step = 0, np.int64(desk.first_step)
    while step > 0:  # without a branch: which way it goes cannot be foreseen
        there = min(position + step, desk.offers)
        wanted = m.sums[desk.first + there - 1]
        beyond = position + step <= desk.offers and wanted <= mark
        mark -= wanted if beyond else 0.0
        position = there if beyond else position
        step //= 2
    return min(position, desk.offers - 1)


@kernel
def take_offer(position, persons, desk, m):
    """Note that some of the persons whom an offer wants are found."""
    m.offers[desk.first + position].left -= persons
    n = position + 1
    while n <= desk.offers:
        m.sums[desk.first + n - 1] -= persons
        n += n & -n


NEARLY_NONE = 1e-9  # persons: what rounding leaves of a vacancy that is taken up


@kernel
def choose_operation(i, stream, m):
    """Return the operation that takes a person, or -1: a place by Gumbel, then one of its vacancies.

    Places weigh by vacancies that suit the person and by how readily people are brought there from where they are.
    """
    me = m.people[i]
    key = m.keys[stream, m.now]
    here, mine = me.place, identity(key, me.key)
    for p in range(m.luck.size):
        m.luck[p] = uniform(mine, p)
        m.weight[p] = 0.0
    for b in range(m.lines.size):
        for k in range(m.hosts.size):
            p = m.hosts[k]
            m.weight[p] += m.vacancies[b, p] * suit(b, me.nation, p, m)
    for p in range(m.luck.size):
        m.weight[p] *= m.access[here, p]
    chosen = first_to_ring(m)
    if chosen == NOBODY:
        return NOBODY
    mark = uniform(key, identity(me.key, -1)) * m.weight[chosen] / m.access[here, chosen]
    for b in range(m.lines.size):
        weight = m.vacancies[b, chosen] * suit(b, me.nation, chosen, m)
        if mark < weight:
            return take_vacancy(b, chosen, mark / weight, m)
        mark -= weight
    return NOBODY


@kernel
def find_place(i, stream, m):
    """Return the operation that takes someone whom no recruiter brings (trafficked again, sold, handed over), or -1."""
    m.market[0].others_now += m.scale
    return choose_operation(i, stream, m)


@kernel
def take_vacancy(b, p, mark, m):
    """Take one of the vacancies of a desk, at `mark` (0-1) along the list of its offers. Return whose, or -1.

    The sums in the list are exact but for rounding: an offer that is taken up is passed over for the next.
    """
    desk = m.desks[b * m.luck.size + p]
    position = offer_at(mark * m.vacancies[b, p], desk, m)
    for _ in range(desk.offers):
        offer = m.offers[desk.first + position]
        if offer.left > NEARLY_NONE:
            used = min(offer.left, m.scale)
            take_offer(position, used, desk, m)
            m.vacancies[b, p] = max(0.0, m.vacancies[b, p] - used)
            return np.int64(offer.operation)
        position = (position + 1) % desk.offers
    m.vacancies[b, p] = 0.0
    return np.int64(NOBODY)
