"""The diary: who is looked at in which week, so that a week costs what its events cost.

Everybody with a row stands in at most one list, of a lane and a week. A lane is a phase of the week.
Lists are linked through the rows themselves; who is due is taken in a keyed order, never by row.
"""

import numpy as np

from .kernel import kernel
from .life_course import S
from .random_numbers import NEVER, mix, stream_key
from .streams import R

ROAD, INSIDE, OUT, HOME = range(4)
LANES = 4
NO_VISIT, NOBODY, NO_OPERATION = -1, -1, -1


def _lanes():
    lanes = np.full(len(S), HOME, np.int64)
    lanes[[S.travelling, S.stopped]] = ROAD
    lanes[[S.held, S.held_other_sector, S.held_by_armed_group]] = INSIDE
    lanes[[S.out, S.stranded, S.detained, S.prosecuted, S.sheltered_open, S.sheltered_closed]] = OUT
    return lanes


LANE = _lanes()


@kernel
def enter_in_diary(i, week, m):
    """Have the person in row `i` looked at in `week`, in the phase that deals with their status."""
    me = m.people[i]
    if week >= m.diary.shape[1]:
        me.visit = NEVER
        return
    lane = LANE[me.status]
    first = m.diary[lane, week]
    me.visit, me.visit_next, me.visit_before = week, first, NOBODY
    if first != NOBODY:
        m.people[first].visit_before = i
    m.diary[lane, week] = i


@kernel
def strike_from_diary(i, m):
    """Take a person out of the diary, before their status changes."""
    me = m.people[i]
    if me.visit != NO_VISIT and me.visit < m.diary.shape[1]:
        if me.visit_before == NOBODY:
            m.diary[LANE[me.status], me.visit] = me.visit_next
        else:
            m.people[me.visit_before].visit_next = me.visit_next
        if me.visit_next != NOBODY:
            m.people[me.visit_next].visit_before = me.visit_before
    me.visit = NO_VISIT


@kernel
def take_due(lane, m):
    """Take everybody who is due this week in a lane out of the diary. Return their rows, in keyed order."""
    count = 0
    i = m.diary[lane, m.now]
    while i != NOBODY:
        count += 1
        i = m.people[i].visit_next
    rows = np.empty(count, np.int64)
    i = m.diary[lane, m.now]
    for n in range(count):
        rows[n] = i
        m.people[i].visit = NO_VISIT
        i = m.people[i].visit_next
    m.diary[lane, m.now] = NOBODY
    return in_keyed_order(rows, R.ration_services, m)


@kernel
def in_keyed_order(rows, stream, m):
    """Return rows of people in the order of a keyed priority: scarce things never go by row.

    A bucket sort of uniform marks, then one pass of insertion over what is almost sorted: linear.
    """
    n = rows.size
    key = stream_key(m.seed, stream, m.now)
    marks, start = np.empty(n, np.uint64), np.zeros(n + 1, np.int64)
    for r in range(n):
        marks[r] = mix(key ^ m.people[rows[r]].key)
        start[bucket(marks[r], n) + 1] += 1
    for b in range(n):
        start[b + 1] += start[b]
    ranked, mark = np.empty(n, np.int64), np.empty(n, np.uint64)
    for r in range(n):
        b = bucket(marks[r], n)
        ranked[start[b]], mark[start[b]] = rows[r], marks[r]
        start[b] += 1
    for r in range(1, n):
        row, high, k = ranked[r], mark[r], r
        while k > 0 and mark[k - 1] > high:
            ranked[k], mark[k] = ranked[k - 1], mark[k - 1]
            k -= 1
        ranked[k], mark[k] = row, high
    return ranked


@kernel
def bucket(mark, n):
    return np.int64((mark >> np.uint64(32)) * np.uint64(n) >> np.uint64(32))


# ------------------------------------------------------------------- the members of an operation --


@kernel
def add_member(i, o, m):
    """Put a person among those whom operation `o` holds."""
    first = m.operations[o].first_member
    m.people[i].member_next, m.people[i].member_before = first, NOBODY
    if first != NOBODY:
        m.people[first].member_before = i
    m.operations[o].first_member = i
    m.operations[o].held += 1
    m.sites[m.operations[o].site].occupants += 1
    m.people[i].operation, m.people[i].born = o, m.operations[o].born
    m.people[i].abuse_mark = m.operations[o].abuse_total


@kernel
def remove_member(i, m):
    """Take a person out of the operation that holds them."""
    me = m.people[i]
    o = me.operation
    if me.member_before == NOBODY:
        m.operations[o].first_member = me.member_next
    else:
        m.people[me.member_before].member_next = me.member_next
    if me.member_next != NOBODY:
        m.people[me.member_next].member_before = me.member_before
    m.operations[o].held -= 1
    m.sites[m.operations[o].site].occupants -= 1
    me.operation = NO_OPERATION


@kernel
def members(o, stream, m):
    """Return the rows of those whom an operation holds, in the order of a keyed priority."""
    rows = np.empty(m.operations[o].held, np.int64)
    i = m.operations[o].first_member
    for n in range(rows.size):
        rows[n] = i
        i = m.people[i].member_next
    return in_keyed_order(rows, stream, m)

