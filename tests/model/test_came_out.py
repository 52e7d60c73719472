"""How somebody came out is kept in a column of its own: no week of an appointment can be taken for it."""

import numpy as np
import pytest
from small import histories, tiny_inputs

from model import Simulation
from model.registry.life_course import (
    ALONE,
    BY_CONSULATE,
    BY_RAID,
    OTHERWISE,
    RELEASED,
    TRANSITIONS,
    S,
    T,
)

BY = {
    "freed_in_raid": BY_RAID, "freed_by_consulate": BY_CONSULATE, "referred_at_border": BY_CONSULATE,
    "released_on_grounds": RELEASED, "identified_and_released": RELEASED,
}  # fmt: skip
NEW_START = ("travelling", "sheltered_open", "sheltered_closed")
FROM_CAPTIVITY = ("out", "held_other_sector", "held_by_armed_group")


def came_out_by(t: int, before: int) -> int:
    """Return how somebody has come out after transition `t`, by the life course."""
    row = TRANSITIONS[t]
    if row.name in BY:
        return BY[row.name]
    if row.target in NEW_START:
        return OTHERWISE
    return ALONE if row.target in FROM_CAPTIVITY or row.source in FROM_CAPTIVITY[1:] else before


@pytest.fixture(scope="module")
def runs():
    """Short runs, whose weeks have the numbers of the ways of coming out, and one that goes on."""
    return [Simulation(tiny_inputs(1, 20, stop, events=True)).advance() for stop in (3, 4, 5, 60)]


def test_it_is_what_last_happened(runs):
    seen = set()
    for run in runs:
        people = run.columns.people[: run.columns.used[0].people]
        lives = histories(run.result())
        for person, came_out, status in zip(*(people[name].tolist() for name in ("person", "came_out", "status"))):
            if person not in lives or status in (S.at_home, S.dead):
                continue
            expected = ALONE
            for _, t in lives[person]:
                expected = came_out_by(t, expected)
            assert came_out == expected, [T(t).name for _, t in lives[person]]
            seen.add(expected)
    assert seen == {ALONE, BY_RAID, BY_CONSULATE, RELEASED, OTHERWISE}


def test_an_appointment_in_week_3_is_no_release(runs):
    """Who was left on the way in week 3 was taken for somebody whom a State had released: 3 stood for both."""
    for run in runs:
        people = run.columns.people[: run.columns.used[0].people]
        travelling = people[people.status == S.travelling]
        assert len(travelling) and (travelling.came_out == OTHERWISE).all()
    assert any((np.asarray(run.columns.people.until) == RELEASED).any() for run in runs)
