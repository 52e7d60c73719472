"""The diary: who is looked at in which week, so that a week costs what its events cost.

Each person has at most one entry: a week and a lane, which is the phase that deals with their status. Once a
week the entries are read through; who is due is dealt with in a keyed order, never by row.
"""

import numpy as np

from model.engine.kernel import kernel
from model.engine.pages import PAGE, lowest, rows_due
from model.engine.prefetch import fetch_ahead
from model.engine.random_numbers import mix
from model.engine.thinning import NEVER, ONE
from model.registry.life_course import S
from model.registry.streams import R

ROAD_LANE, INSIDE_LANE, OUT_LANE, HOME_LANE = range(4)
LANES = 4
NO_VISIT = -1


def _lanes():
    lanes = np.full(len(S), HOME_LANE, np.int64)
    lanes[[S.travelling, S.stopped]] = ROAD_LANE
    lanes[[S.held, S.held_other_sector, S.held_by_armed_group]] = INSIDE_LANE
    lanes[[S.out, S.stranded, S.detained, S.prosecuted, S.sheltered_open, S.sheltered_closed]] = OUT_LANE
    return lanes


LANE = _lanes()


@kernel
def enter_in_diary(i, week, m):
    """Have the person in row `i` looked at in `week`, in the phase that deals with their status."""
    lane = LANE[m.people[i].status]
    m.diary[i] = min(week, NEVER // LANES) * LANES + lane
    if week == m.now:
        m.due[lane, m.used[0].due[lane]] = i
        m.used[0].due[lane] += 1


@kernel
def open_diary(m):
    """Note who is due this week, by lane. A page of entries is read at once, as most are for other weeks."""
    first = m.now * LANES
    for lane in range(LANES):
        m.used[0].due[lane] = 0
    for start in range(0, m.used[0].people, PAGE):
        due = rows_due(m.diary, start, np.int16(first), np.int16(LANES))
        while due:
            i = start + lowest(due)
            due &= due - ONE
            lane = m.diary[i] - first
            m.due[lane, m.used[0].due[lane]] = i
            m.used[0].due[lane] += 1


@kernel
def take_due(lane, m):
    """Take everybody who is due this week in a lane out of the diary. Return their rows, in keyed order."""
    entry, count = m.now * LANES + lane, 0
    rows = np.empty(m.used[0].due[lane], np.int64)
    for k in range(rows.size):
        i = m.due[lane, k]
        if m.diary[i] == entry:  # not put off since
            m.diary[i] = NO_VISIT
            rows[count] = i
            count += 1
    return in_keyed_order(rows[:count], R.ration_services, m)


@kernel
def in_keyed_order(rows, stream, m):
    """Return rows of people in the order of a keyed priority: scarce things never go by row."""
    key = m.keys[stream, m.now]
    marks = np.empty(rows.size, np.uint64)
    for r in range(rows.size):
        fetch_ahead(rows, r, m)
        marks[r] = mix(key ^ m.people[rows[r]].key)
    return ranked(rows, marks)


@kernel
def ranked(rows, marks):
    """Return rows in the order of their marks, uniform on 64 bits.

    A sort into twice as many buckets, then one pass of insertion over what is almost sorted: linear.
    """
    n, buckets = rows.size, 2 * rows.size
    start = np.zeros(buckets + 1, np.int32)
    for r in range(n):
        start[bucket(marks[r], buckets) + 1] += 1
    for b in range(buckets):
        start[b + 1] += start[b]
    ranked, mark = np.empty(n, np.int64), np.empty(n, np.uint64)
    for r in range(n):
        b = bucket(marks[r], buckets)
        ranked[start[b]], mark[start[b]] = rows[r], marks[r]
        start[b] += 1
    for r in range(1, n):
        if mark[r - 1] > mark[r]:
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
