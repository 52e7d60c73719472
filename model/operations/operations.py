"""Operations: the firms in the compounds. They earn, post vacancies, learn, and weigh places.

An operation weighs places by expected revenue, the price of protection, what it believes of raids,
the cost of moving and its owner's ties; moving, splitting, founding: `relocation.py`.
Rival rules of choice can be selected (`relocation_rule`).
"""

import math

import numpy as np

from model.engine.columns import NOBODY
from model.engine.faults import ROWS_FULL
from model.engine.kernel import inlined, kernel
from model.engine.random_numbers import identity, uniform
from model.registry.outcomes import O
from model.registry.parameters import P
from model.registry.streams import R

LEARNED, NO_MOVES, AT_RANDOM, NEAREST, MOST_PERMISSIVE = 0, 1, 2, 3, 4
STAYS, MOVES, CLOSES, SPLITS = 0, 1, 2, 3

# The ledger: money that entered or left operations and owners since the run began, USD.
EARNED, CONSUMED, INVESTED, TRADED_IN, TRADED_OUT, SEIZED, WRITTEN_OFF = range(7)
LEDGER = 7

OPERATION = (  # what most of the week reads comes first: it lies on one line of memory
    ("key", "u8", "identity: owner, founding place and week, slot"),
    ("target", "f8", "persons it wants to hold and rents room for"),
    ("fullness", "f8", "share of its target that is held, as seen by its owners"),
    ("held", "i4", "agents"),
    ("coming", "i4", "agents on the way"),
    ("berths", "i4", "agents it wants in all: its target, rounded once for all by its key"),
    ("site", "i4", "the compound it rents in"),
    ("owner", "i2", "owner group"),
    ("place", "i2", "index"),
    ("line", "i1", "line of business"),
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
    ("born", "i2", "week of founding; with the row, identifies a firm whose row is used again"),
)

OWNER = (
    ("capital", "f8", "USD to invest"),
    ("weakened", "f8", "share of founding lost to arrests, fading"),
    ("weighed", "i4", "week in which it last weighed places"),
)


# ------------------------------------------------------------------------------- opening, closing --


@kernel
def open_operation(owner, place, site, slot, target, m):
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
    firm.key = identity(identity(owner, place), identity(m.now, slot))
    firm.owner, firm.place, firm.site, firm.born = owner, place, site, m.now
    firm.line = line_of(firm.key, place, m)
    firm.alive, firm.target, firm.fullness = 1, 0.0, 0.0
    firm.held, firm.coming, firm.first_member = 0, 0, NOBODY
    firm.cash, firm.idle, firm.abuse_total, firm.ready, firm.paid_for_people = 0.0, 0, 0.0, 0.0, 0.0
    firm.hidden_until, firm.shaken_until = -1, -1
    firm.fate, firm.branch = STAYS, NOBODY
    count_present(owner, place, 1.0, m)
    change_target(firm, target, m)
    m.tally[O.operations_founded, place] += 1.0
    return o


@kernel
def line_of(key, place, m):
    """Return the line of business of an operation founded at a place: the language in which it defrauds (V07, V08).

    Lines weigh by their share ^ `line_concentration`, and by how near those are who speak the language.
    """
    total, mark = 0.0, uniform(m.keys[R.line, 0], key)
    for b in range(m.lines.size):
        total += line_weight(b, place, m)
    chosen = np.int64(m.lines.size - 1)
    mark *= total
    for b in range(m.lines.size):
        mark -= line_weight(b, place, m)
        if mark < 0.0:
            chosen = np.int64(b)
            break
    return chosen


@inlined
def line_weight(b, place, m):
    near = m.access[m.lines[b].home, place] ** m.par[P.line_nearness]
    return m.lines[b].share ** m.par[P.line_concentration] * near


@inlined
def change_target(firm, more, m):
    """Let an operation want `more` persons (or with a negative number fewer), and rent room for them.

    Owners of few agents judge how full they are by their place: own berths weigh
    target : own_view (persons an agent - 1),
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
def count_present(owner, place, more, m):
    """Note that an owner has an operation more (or with -1 one fewer) at a place, and the ties that it has there."""
    m.present[owner, place] += more
    m.ties[owner, place] = m.par[P.ties] * math.log(1.0 + m.present[owner, place])


@kernel
def bury(o, m):
    """Remove an operation whose people have all been dealt with."""
    firm = m.operations[o]
    rent(firm.site, -firm.target, m)
    count_present(firm.owner, firm.place, -1.0, m)
    m.ledger[WRITTEN_OFF] += firm.cash
    firm.cash = 0.0
    firm.alive = 0
    m.free_rows[m.used[0].free] = o
    m.used[0].free += 1
    m.tally[O.operations_closed, firm.place] += 1.0


# --------------------------------------------------------------------------------- weekly accounts --


# --------------------------------------------------------------------------------- beliefs, places --
