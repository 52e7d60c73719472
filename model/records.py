"""The book of a run: stocks and flows as they happen, what is recorded of them, and the audit."""

from typing import NamedTuple

import numpy as np

from .columns import record
from .kernel import kernel
from .life_course import STATUSES, S
from .migrants import group_of
from .operations import CONSUMED, EARNED, INVESTED, LEDGER, SEIZED, TRADED_IN, TRADED_OUT, WRITTEN_OFF
from .outcomes import GROUPED, GROUPS, RECORDED, O

FAULTS = (
    "a person changed status in a way the life course does not declare (transition {1})",
    "",
    "more operations than rows ({2} times)",
    "people by status and place do not add up to the rows",
    "operations hold another number of people than have them as their operation",
    "a compound holds another number of people than its operations",
    "a negative stock",
    "operations rent more room in a compound than it has",
    "money is not accounted for",
    "the event log is full",
)
TRANSITION, WHICH, ROWS, PEOPLE, OPERATIONS, SITES, NEGATIVE, ROOM, MONEY, EVENTS = range(len(FAULTS))
PLACES, TOTALS, SUMMARY = 0, 1, 2
RECORDS = {"places": PLACES, "totals": TOTALS, "summary": SUMMARY}


class Book(NamedTuple):
    """O outcomes, P places, Z statuses, G rows of the group table."""

    scale: np.ndarray  # float64 (1): persons an agent
    nations: np.ndarray  # int64 (1)
    place_state: np.ndarray  # int16 (P)
    stock: np.ndarray  # int64 (3, Z, P): everyone, trafficked, children; agents
    tally: np.ndarray  # float64 (O, P): this week
    last: np.ndarray  # float64 (O, P): last week, for triggers
    weekly: np.ndarray  # float64 (weeks, O, P) or (0, O, P)
    totals: np.ndarray  # float64 (weeks, O) or (0, O)
    window_sum: np.ndarray  # float64 (O, P)
    window: np.ndarray  # int64 (1): first week of the window
    ledger: np.ndarray  # float64 (7), USD: see operations.py
    faults: np.ndarray  # int64: one counter a check of FAULTS
    moves: np.ndarray  # float64 (P, P): operations that moved this week
    carried: np.ndarray  # float64 (P, P): people moved with them
    relocations: np.recarray  # RELOCATION
    by_group: np.ndarray  # float64 (G, grouped outcomes) of this quarter, or (0, ...)
    events: np.recarray  # EVENT
    counts: np.ndarray  # int64 (2): relocations, events written


RELOCATION = (
    ("week", "i4", ""), ("source", "i2", "place"), ("target", "i2", "place"), ("operations", "i4", ""),
    ("people", "f8", "carried along"),
)  # fmt: skip
EVENT = (
    ("person", "u8", "identity"), ("week", "i2", ""), ("transition", "i2", "life_course.T"), ("place", "i2", ""),
    ("operation", "i4", "row, or -1"),
)  # fmt: skip


def new_book(world, scale, weeks, keep, window, groups, events) -> Book:
    """Return an empty book. `keep` is places, totals or summary; `events` is room in the log."""
    outcomes, places = len(RECORDED), len(world.place_ids)
    rows = len(world.states) * len(world.nationalities) * 2 * 2 * 4
    return Book(
        scale=np.array([float(scale)]),
        nations=np.array([len(world.nationalities)]),
        place_state=world.places.row.state.copy(),
        stock=np.zeros((3, len(STATUSES), places), np.int64),
        tally=np.zeros((outcomes, places)),
        last=np.zeros((outcomes, places)),
        weekly=np.zeros((weeks if keep == "places" else 0, outcomes, places)),
        totals=np.zeros((weeks if keep == "totals" else 0, outcomes)),
        window_sum=np.zeros((outcomes, places)),
        window=np.array([window]),
        ledger=np.zeros(LEDGER),
        faults=np.zeros(len(FAULTS), np.int64),
        moves=np.zeros((places, places)),
        carried=np.zeros((places, places)),
        relocations=record(RELOCATION, 1 << 14),
        by_group=np.zeros((rows if groups else 0, len(GROUPED))),
        events=record(EVENT, events),
        counts=np.zeros(2, np.int64),
    )


def _stock_table():
    """Which outcomes are stocks, of which statuses, among whom: rows (outcome, among, status)."""
    rows = [
        (O[row.name], GROUPS.index(row.among), S[status]) for row in RECORDED if row.kind == "stock" for status in row.of
    ]
    return np.array(rows, np.int64)


STOCKS = _stock_table()
GROUPED_STOCKS = np.array(
    [(S[status], GROUPED.index(row)) for row in GROUPED if row.kind == "stock" for status in row.of], np.int64
)


@kernel
def begin_week(book):
    book.last[:] = book.tally
    book.tally[:] = 0.0


@kernel
def record_week(week, people, book):
    """Write the stocks of the week's end, and keep what is recorded of the week."""
    for r in range(STOCKS.shape[0]):
        outcome, among, status = STOCKS[r]
        for p in range(book.tally.shape[1]):
            book.tally[outcome, p] += book.stock[among, status, p] * book.scale[0]
    if book.weekly.shape[0] > 0:
        book.weekly[week] = book.tally
    if book.totals.shape[0] > 0:
        for o in range(book.tally.shape[0]):
            book.totals[week, o] = book.tally[o].sum()
    if week >= book.window[0]:
        book.window_sum[:] += book.tally
    record_relocations(week, book)
    if book.by_group.shape[0] > 0:
        record_group_stocks(people, book)


@kernel
def record_relocations(week, book):
    """Append who moved where this week, and forget it."""
    places = book.moves.shape[0]
    for a in range(places):
        for b in range(places):
            if book.moves[a, b] > 0.0 or book.carried[a, b] > 0.0:
                n = book.counts[0]
                book.relocations.week[n], book.relocations.source[n], book.relocations.target[n] = week, a, b
                book.relocations.operations[n] = int(book.moves[a, b])
                book.relocations.people[n] = book.carried[a, b]
                book.counts[0] = n + 1
                book.moves[a, b] = 0.0
                book.carried[a, b] = 0.0


@kernel
def record_group_stocks(people, book):
    """Add a week of everybody held or stranded to their group: person-weeks in the quarter."""
    for i in range(people.count[0]):
        for r in range(GROUPED_STOCKS.shape[0]):
            if people.status[i] == GROUPED_STOCKS[r, 0]:
                row = group_of(i, book.place_state[people.place[i]], book.nations[0], people)
                book.by_group[row, GROUPED_STOCKS[r, 1]] += book.scale[0]


# ----------------------------------------------------------------------------------- the audit ----


@kernel
def audit(people, operations, groups, sites, room, book, stock, held, occupants):
    """Recount everything and compare; `stock`, `held`, `occupants` are scratch arrays.

    Every person is in one status and place, operations and compounds hold whom they say, nothing is
    negative, rented room exists, and money is conserved. Counts of faults go to `book.faults`.
    """
    stock[:] = 0
    held[:] = 0
    occupants[:] = 0
    for i in range(people.count[0]):
        stock[people.status[i], people.place[i]] += 1
        if people.status[i] == S.held:
            held[people.operation[i]] += 1
            occupants[operations.row.site[people.operation[i]]] += 1
    for z in range(stock.shape[0]):
        for p in range(stock.shape[1]):
            if stock[z, p] != book.stock[0, z, p]:
                book.faults[PEOPLE] += z != S.at_home
            for among in range(1, 3):
                if z != S.at_home and not 0 <= book.stock[among, z, p] <= book.stock[0, z, p]:
                    book.faults[NEGATIVE] += 1
    money = groups.row.capital.sum()
    for o in range(operations.count[0]):
        money += operations.row.cash[o]
        if operations.row.held[o] != held[o] or (operations.row.alive[o] == 0 and held[o] > 0):
            book.faults[OPERATIONS] += 1
        if operations.row.coming[o] < 0:
            book.faults[NEGATIVE] += 1
    for j in range(sites.count[0]):
        if sites.row.occupants[j] != occupants[j]:
            book.faults[SITES] += 1
        if sites.row.rented[j] > sites.row.capacity[j] * (1.0 + 1e-9) + 1e-6:
            book.faults[ROOM] += 1
    accounts = book.ledger
    expected = accounts[EARNED] - accounts[CONSUMED] - accounts[INVESTED] + accounts[TRADED_IN]
    expected -= accounts[TRADED_OUT] + accounts[SEIZED] + accounts[WRITTEN_OFF]
    turnover = np.abs(accounts).sum()
    if abs(money - expected) > 1e-6 * (1.0 + turnover):
        book.faults[MONEY] += 1


def faults_found(book: Book) -> list[str]:
    """Return what the audit found, in words."""
    counts = book.faults
    return [
        text.format(*counts) for k, text in enumerate(FAULTS) if text and counts[k] > 0
    ]  # fmt: skip
