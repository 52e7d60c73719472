"""What a run leaves behind, from its columns to plain arrays."""

from dataclasses import dataclass

import numpy as np

from model.engine.kernel import entry, kernel
from model.people.roster import COHORT_SHIFT, COHORTS
from model.registry.calendar import WEEKS, monday
from model.registry.life_course import S
from model.registry.outcomes import GROUPED

FATES = np.dtype(
    [
        ("stratum", "i4"),
        ("ordinal", "i4"),
        ("spells", "i2"),
        ("weeks_held", "i4"),
        ("status", "i1"),
        ("trafficked", "b1"),
    ]
)


@dataclass
class Result:
    """What a run leaves behind; O outcomes (`outcomes.RECORDED`), P places. See `Simulation.result`."""

    first_week: int
    last_week: int
    weekly: np.ndarray | None
    window_sum: np.ndarray
    window_end: np.ndarray
    window_weeks: int
    relocations: np.ndarray
    groups: np.ndarray | None
    events: np.ndarray | None
    fates: np.ndarray


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
    inputs, columns, reached = run.inputs, run.columns, run.week
    kept = {"places": columns.weekly, "totals": columns.totals}.get(inputs.record)
    used = columns.used[0]
    return Result(
        first_week=0,
        last_week=reached,
        weekly=None if kept is None else kept[:reached].copy(),
        window_sum=columns.window_sum.copy(),
        window_end=columns.tally.copy(),
        window_weeks=max(0, reached - inputs.window_start),
        relocations=_plain(columns.relocations[: used.relocations]),
        groups=_groups(run) if inputs.groups else None,
        events=_plain(columns.events[: used.events]) if inputs.events else None,
        fates=_fates(run),
    )


def _plain(records):
    """Return records without padding, as the plain arrays that results are made of."""
    packed = np.dtype([(name, records.dtype[name]) for name in records.dtype.names])
    return records.view(np.ndarray).astype(packed)


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
    people = run.columns.people[: run.columns.used[0].people]
    rows, first = np.empty(len(people), FATES), run.columns.roster_first
    _write_fates(rows, run.week, people, first, np.zeros(first[-1] + 1, np.int32))
    return rows


@entry
def _write_fates(rows, now, people, first, place):
    """Fill the fates of `people`. `first` is where each cell of the roster begins, within which ordinals count people.

    `place`, zeros (agents on the roster + 1), receives how many of those who left home come before each.
    """
    for i in range(people.size):
        place[on_roster(people[i], first) + 1] = 1
    for k in range(first[-1]):
        place[k + 1] += place[k]
    for i in range(people.size):
        row, me = rows[place[on_roster(people[i], first)]], people[i]
        row.stratum, row.ordinal, row.spells = me.stratum, me.ordinal, me.spell + 1
        row.weeks_held = me.weeks_held + (now - me.held_from if me.status == S.held else 0)
        row.status, row.trafficked = me.status, me.trafficked != 0


@kernel
def on_roster(me, first):
    """Return a person's place on the roster, were each cell sorted by ordinal."""
    return first[me.stratum * COHORTS + (me.ordinal >> COHORT_SHIFT)] + (me.ordinal & ((1 << COHORT_SHIFT) - 1))
