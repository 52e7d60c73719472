"""The book of a run: levels and flows as they happen, what is recorded of them, and the audit."""

import numpy as np

from model.engine.faults import (
    DIARY,
    MONEY_FAULT,
    NEGATIVE,
    OPERATIONS_FAULT,
    PEOPLE_FAULT,
    RANGE,
    ROOM_FAULT,
    SITES_FAULT,
)
from model.engine.kernel import entry, kernel
from model.engine.prefetch import AHEAD, fetch
from model.operations.operations import CONSUMED, EARNED, INVESTED, SEIZED, TRADED_IN, TRADED_OUT, WRITTEN_OFF
from model.people.diary import LANES
from model.people.person import LEVEL_AT, group_of
from model.registry.life_course import S
from model.registry.outcomes import AMONG_WHOM, RECORDED, O

RECORDS = ("places", "totals", "summary")  # how much of each week is kept

RELOCATION = (
    ("people", "f8", "carried along"),
    ("week", "i4", ""),
    ("operations", "i4", "that moved or branched off"),
    ("source", "i2", "place"),
    ("target", "i2", "place"),
)
EVENT = (
    ("person", "u8", "identity"),
    ("operation", "i4", "row, or -1"),
    ("week", "i2", ""),
    ("transition", "i2", "life_course.T"),
    ("place", "i2", ""),
)


def _level_table():
    """Which outcomes are levels, of which statuses, among whom: rows (outcome, among, status)."""
    rows = [
        (O[row.name], AMONG_WHOM.index(row.among), S[status])
        for row in RECORDED
        if row.kind == "level"
        for status in row.of
    ]
    return np.array(rows, np.int64)


LEVEL_ROWS = _level_table()


@kernel
def begin_week(m):
    m.tally[:] = 0.0
    m.used[0].week_relocations = m.used[0].relocations


@kernel
def record_week(m):
    """Write the levels of the week's end, and keep what is recorded of the week."""
    for r in range(LEVEL_ROWS.shape[0]):
        outcome, among, status = LEVEL_ROWS[r]
        for p in range(m.places.size):
            m.tally[outcome, p] += m.levels[status, p, among] * m.scale
    if m.weekly.shape[0] > 0:
        m.weekly[m.now] = m.tally[:]
    if m.totals.shape[0] > 0:
        for o in range(m.tally.shape[0]):
            m.totals[m.now, o] = m.tally[o].sum()
    if m.now >= m.window:
        m.window_sum[:] += m.tally[:]


@entry
def open_quarter(m, now, end):
    """Begin the group table of a quarter, weeks `now` to `end`: person-weeks of those in it, should they stay."""
    m.now = now
    m.used[0].quarter_end = end
    m.by_group[:] = 0.0
    for i in range(m.used[0].people):
        me = m.people[i]
        if LEVEL_AT[me.status] >= 0:
            m.by_group[group_of(i, me.place, m), LEVEL_AT[me.status]] += m.scale * (end - m.now)


# ----------------------------------------------------------------------------------- the audit ----


@kernel
def audit(m):
    """Recount everything and compare. Counts of faults go to `m.faults`.

    Every person is in one status and place, operations and compounds hold whom they say, nothing is
    negative, beliefs and shares are in 0 to 1, rented room exists, nobody due was passed over, and money is
    conserved.
    """
    audit_people(m)
    audit_operations(m)
    audit_ranges(m)
    passed_over, due = 0, np.int16((m.now + 1) * LANES)
    for i in range(m.used[0].people):
        passed_over += (m.diary[i] >= 0) & (m.diary[i] < due)
    m.faults[DIARY] += passed_over


@kernel
def audit_people(m):
    counted = np.zeros((m.levels.shape[0], m.levels.shape[1]), np.int64)
    held, occupants = np.zeros(m.operations.size + 1, np.int64), np.zeros(m.sites.size, np.int64)
    for i in range(m.used[0].people):
        fetch(m.people, i + AHEAD)
        me = m.people[i]
        counted[me.status, me.place] += 1
        m.faults[RANGE] += beyond(me.health, 1.0) or beyond(me.belief, 1.0)
        held[me.operation if me.status == S.held else m.operations.size] += 1
    for z in range(counted.shape[0]):
        if z == S.at_home:
            continue
        for p in range(m.places.size):
            m.faults[PEOPLE_FAULT] += counted[z, p] != m.levels[z, p, 0]
            for among in range(1, 3):
                m.faults[NEGATIVE] += not 0 <= m.levels[z, p, among] <= m.levels[z, p, 0]
    for o in range(m.used[0].operations):
        occupants[m.operations[o].site] += held[o]
        m.faults[OPERATIONS_FAULT] += m.operations[o].alive and m.operations[o].held != held[o]
        m.faults[OPERATIONS_FAULT] += m.operations[o].alive == 0 and held[o] > 0
    for j in range(m.used[0].sites):
        m.faults[SITES_FAULT] += m.sites[j].occupants != occupants[j]


@kernel
def beyond(value, high):
    """Tell whether a number is below 0, above `high` or no number."""
    return not -1e-6 <= value <= high + 1e-6


@kernel
def audit_ranges(m):
    """Look at what the week counted, and at what is believed and known."""
    for o in range(m.tally.shape[0]):
        for p in range(m.places.size):
            m.faults[RANGE] += beyond(m.tally[o, p], np.inf)
    for n in range(m.nations.size):
        m.faults[RANGE] += beyond(m.heard[n].home_belief, 1.0) or beyond(m.heard[n].trust, 1.0)
    for p in range(m.places.size):
        known = m.known[p]
        m.faults[RANGE] += beyond(known.inside, 1.0) or beyond(known.practice, 1.0) or beyond(known.adapted, 1.0)
        m.faults[RANGE] += beyond(known.intelligence, np.inf)
    for j in range(m.used[0].sites):
        m.faults[RANGE] += beyond(m.sites[j].abuse, np.inf) or beyond(m.sites[j].guards, np.inf)


@kernel
def audit_operations(m):
    money = 0.0
    for g in range(m.owners.size):
        money += m.owners[g].capital
    for o in range(m.used[0].operations):
        firm = m.operations[o]
        money += firm.cash
        m.faults[NEGATIVE] += firm.alive and (firm.coming < 0 or firm.held < 0 or firm.target <= 0.0)
    audit_room(m)
    expected = m.ledger[EARNED] - m.ledger[CONSUMED] - m.ledger[INVESTED] + m.ledger[TRADED_IN]
    expected -= m.ledger[TRADED_OUT] + m.ledger[SEIZED] + m.ledger[WRITTEN_OFF]
    m.faults[MONEY_FAULT] += abs(money - expected) > 1e-6 * (1.0 + np.abs(m.ledger[:]).sum())


@kernel
def audit_room(m):
    """Recount the compounds of each place and the room in them."""
    sites, capacity, rented = np.zeros(m.places.size), np.zeros(m.places.size), np.zeros(m.places.size)
    for j in range(m.used[0].sites):
        site = m.sites[j]
        m.faults[ROOM_FAULT] += site.rented > site.capacity * (1.0 + 1e-9) + 1e-6
        sites[site.place] += site.open
        capacity[site.place] += site.open * site.capacity
        rented[site.place] += site.rented
    for p in range(m.places.size):
        room = m.room[p]
        m.faults[ROOM_FAULT] += sites[p] != room.sites
        m.faults[ROOM_FAULT] += abs(capacity[p] - room.capacity) > 1e-3 or abs(rented[p] - room.rented) > 1e-3
