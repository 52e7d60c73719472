"""From the book of a run to plain arrays."""

import numpy as np

from .columns import record
from .life_course import S
from .model import Result
from .outcomes import GROUPED
from .policy import WEEKS, monday
from .records import EVENT

FATES = np.dtype([("stratum", "i4"), ("ordinal", "i4"), ("spells", "i2"), ("weeks_held", "i4"), ("status", "i1"), ("trafficked", "b1")])


def quarter_of(week: int) -> int:
    """Return the quarter in which a week starts; 0 is January to March 2016."""
    day = monday(week)
    return (day.year - 2016) * 4 + (day.month - 1) // 3


QUARTER = np.array([quarter_of(week) for week in range(WEEKS + 1)])


def quarter_end(week: int) -> int:
    """Return the first week of the next quarter."""
    return int(np.searchsorted(QUARTER, QUARTER[week], side="right"))


def make_result(run) -> Result:
    """Collect what a run has recorded so far."""
    inputs, book, reached = run.inputs, run.state.book, run.week
    weekly = None
    if inputs.record == "places":
        weekly = book.weekly[:reached].copy()
    elif inputs.record == "totals":
        weekly = book.totals[:reached].copy()
    return Result(
        first_week=0,
        last_week=reached,
        weekly=weekly,
        window_sum=book.window_sum.copy(),
        window_end=book.tally.copy(),
        window_weeks=max(0, reached - inputs.window_start),
        relocations=_plain(book.relocations[: book.counts[0]]),
        groups=_groups(run) if inputs.groups else None,
        events=_plain(book.events[: book.counts[1]]) if inputs.events else None,
        fates=_fates(run),
    )


def _plain(records):
    return np.array(records.view(np.ndarray))


def _groups(run):
    """Unfold the group table: one row a quarter, state, nationality, sex, child and how, where anything happened."""
    names = [row.name for row in GROUPED]
    dtype = np.dtype(
        [("quarter", "i4"), ("state", "i2"), ("nationality", "i2"), ("sex", "i1"), ("child", "i1"), ("how", "i1")]
        + [(name, "f8") for name in names]
    )
    shape = (len(run.inputs.world.states), len(run.inputs.world.nationalities), 2, 2, 4)
    parts = []
    for quarter, table in enumerate(run.quarters):
        used = np.flatnonzero(table.any(axis=1))
        rows = np.zeros(len(used), dtype)
        rows["quarter"] = quarter
        for name, index in zip(("state", "nationality", "sex", "child", "how"), np.unravel_index(used, shape)):
            rows[name] = index
        for k, name in enumerate(names):
            rows[name] = table[used, k]
        parts.append(rows)
    return np.concatenate(parts) if parts else np.zeros(0, dtype)


def _fates(run):
    """Return one row a person who ever left home, sorted by identity; weeks held include the present spell."""
    people = run.state.people
    count = int(people.count[0])
    rows = np.zeros(count, FATES)
    rows["stratum"], rows["ordinal"] = people.about.stratum[:count], people.about.ordinal[:count]
    rows["spells"] = people.about.spell[:count] + 1
    held = people.status[:count] == S.held
    rows["weeks_held"] = people.about.weeks_held[:count] + np.where(held, run.week - people.about.held_from[:count], 0)
    rows["status"], rows["trafficked"] = people.status[:count], people.trafficked[:count]
    return np.sort(rows, order=("stratum", "ordinal"))


def with_more_events(book, extra: int):
    """Return the book with room for `extra` more events, at least doubling."""
    larger = record(EVENT, 2 * len(book.events) + 4 * extra)
    larger[: len(book.events)] = book.events
    return book._replace(events=larger)
