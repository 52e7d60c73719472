"""Vacancies: how many people each operation still wants, the list of a place's offers, and who takes whom."""

import numpy as np

from model.engine.choice import first_to_ring
from model.engine.columns import NOBODY
from model.engine.kernel import kernel
from model.engine.random_numbers import identity, uniform
from model.registry.outcomes import O
from model.registry.parameters import P

from .operations import CLOSES

OFFER = (
    ("left", "f8", "persons whom this operation still wants"),
    ("operation", "i4", "row"),
)


@kernel
def post_vacancies(m):
    """Post what each operation still wants, and list the offers of every place."""
    m.vacancies[:] = 0.0
    for k in range(m.hosts.size):
        view = m.outlook[m.hosts[k]]
        view.offers, view.room = 0, 0.0
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
    """List the operations `rows`, which want `left` persons, place by place.

    Each list is a tree of sums (Fenwick 1994), in which an offer is found quickly.
    """
    row = 0
    for k in range(m.hosts.size):
        view = m.outlook[m.hosts[k]]
        view.first = row
        row += view.offers
        view.offers = 0
    for n in range(rows.size):
        view = m.outlook[m.operations[rows[n]].place]
        offer = m.offers[view.first + view.offers]
        offer.operation, offer.left = rows[n], left[n]
        m.sums[view.first + view.offers] = left[n]
        view.offers += 1
    for k in range(m.hosts.size):
        view = m.outlook[m.hosts[k]]
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


NEARLY_NONE = 1e-9  # persons: what rounding leaves of a vacancy that is taken up


@kernel
def choose_operation(i, stream, m):
    """Return the operation that takes a person, or -1: a place by Gumbel, then one of its vacancies.

    Places weigh by vacancies and by how readily people are brought there from where the person is.
    """
    me = m.people[i]
    key = m.keys[stream, m.now]
    here, mine = me.place, identity(key, me.key)
    for p in range(m.luck.size):
        m.luck[p] = uniform(mine, p)
        m.weight[p] = m.vacancies[p] * m.access[here, p]
    chosen = first_to_ring(m)
    if chosen == NOBODY:
        return NOBODY
    return take_vacancy(chosen, uniform(key, identity(me.key, -1)), m)


@kernel
def find_place(i, stream, m):
    """Return the operation that takes someone whom no recruiter brings (trafficked again, sold, handed over), or -1."""
    m.market[0].others_now += m.scale
    return choose_operation(i, stream, m)


@kernel
def take_vacancy(p, mark, m):
    """Take one of the vacancies of a place, at `mark` (0-1) along the list of its offers. Return whose, or -1.

    The sums in the list are exact but for rounding: an offer that is taken up is passed over for the next.
    """
    view = m.outlook[p]
    position = offer_at(mark * m.vacancies[p], view, m)
    for _ in range(view.offers):
        offer = m.offers[view.first + position]
        if offer.left > NEARLY_NONE:
            used = min(offer.left, m.scale)
            take_offer(position, used, view, m)
            m.vacancies[p] = max(0.0, m.vacancies[p] - used)
            return np.int64(offer.operation)
        position = (position + 1) % view.offers
    m.vacancies[p] = 0.0
    return np.int64(NOBODY)
