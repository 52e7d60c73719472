"""Two worlds are the same to the last bit until the first week in which anything of them differs, whatever it is."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small import same_bytes

from model import Policy, Shock, Simulation, Trigger, first_difference
from model.registry.calendar import WEEKS
from model.registry.institutions import INSTITUTIONS
from model.registry.lever import MODES
from model.registry.levers import LEVERS, acted_on_from
from scenarios.loading import load

STOP = 330
BASELINE = load("baseline").inputs(seed=11, people_per_agent=2000)
INPUTS = replace(BASELINE, stop=STOP, events=True, record="places")
PLACES, STATES = BASELINE.world.place_ids, BASELINE.world.states
weeks = st.integers(1, STOP - 1)
wheres = st.one_of(
    st.just({}),
    st.builds(lambda code: {"states": (code,)}, st.sampled_from(STATES)),
    st.builds(lambda place: {"places": (place,)}, st.sampled_from(PLACES)),
)


@st.composite
def events(draw) -> Shock:
    moved = draw(st.sampled_from(list(INSTITUTIONS.values())))
    mode = draw(st.sampled_from(MODES))
    value = draw(st.floats(-0.9, 3.0) if mode == "scale" else st.floats(0.01, 0.9))
    start = draw(weeks)
    end = draw(st.integers(start + 1, WEEKS))
    return Shock("an event", moved.name, mode, value, start, end, draw(st.integers(0, 20)), **draw(wheres))


@st.composite
def policies(draw) -> Policy:
    lever = draw(st.sampled_from(list(LEVERS.values())))
    start = draw(weeks)
    announced = draw(st.integers(0, start))
    strength = draw(st.floats(0.05, lever.maximum))
    some = {name: draw(value) for name, value in PEOPLE.items() if draw(st.booleans()) and name in lever.scope}
    when = draw(st.none() | st.builds(Trigger, st.just("people_held"), st.floats(0, 1e6)))
    return Policy(
        lever.name, strength, announced, start, draw(st.integers(start + 1, WEEKS)), **draw(wheres), **some, when=when
    )


PEOPLE = {
    "nationalities": st.sampled_from([("CHN",), ("VNM", "IND")]),
    "sex": st.sampled_from(["male", "female"]),
    "age": st.sampled_from(["child", "adult"]),
}


@pytest.fixture(scope="module")
def baseline():
    return Simulation(INPUTS).advance()


@settings(max_examples=60, deadline=None)
@given(more=st.lists(st.one_of(events(), policies()), min_size=1, max_size=3))
def test_any_difference_leaves_every_earlier_week_as_it_was(baseline, more):
    """Whatever an arm adds, where and when: its past is the baseline's, and a fork gives the bytes of a run alone."""
    arm = replace(
        INPUTS,
        policies=(*INPUTS.policies, *(row for row in more if isinstance(row, Policy))),
        shocks=(*INPUTS.shocks, *(row for row in more if isinstance(row, Shock))),
    )
    week = first_difference(INPUTS, arm)
    assert week == min(acted_on_from(row) if isinstance(row, Policy) else row.start for row in more)
    alone, without = Simulation(arm).advance().result(), baseline.result()
    assert alone.weekly[:week].tobytes() == without.weekly[:week].tobytes()
    ours, theirs = (run.events[run.events["week"] < week] for run in (alone, without))
    assert ours.tobytes() == theirs.tobytes()
    forked = Simulation(INPUTS).advance(week).fork(arm).advance().result()
    assert same_bytes(alone, forked)


def test_an_event_where_nobody_is_changes_nothing_before_it():
    """The last week of a run, a place without anybody: once, its bound on a hazard shuffled all luck from 2016 on."""
    empty = next(place for place, host in zip(PLACES, BASELINE.world.hosts, strict=True) if not host)
    event = Shock("notice", "notice_release", "add", 0.02, STOP - 1, places=(empty,))
    arm = replace(INPUTS, shocks=(*INPUTS.shocks, event))
    ours, theirs = Simulation(arm).advance().result(), Simulation(INPUTS).advance().result()
    assert ours.weekly.tobytes() == theirs.weekly.tobytes()


@settings(max_examples=10, deadline=None)
@given(factor=st.floats(1.0, 50.0), name=st.sampled_from([None, "held", "escape", "stranded", "returned", "charged"]))
def test_a_wider_bound_changes_the_work_and_no_result(baseline, factor, name):
    """Bounds say who need be looked at. Twice as wide, or fifty times, all or one of them: the same bytes."""
    wide = Simulation(INPUTS)
    for column in [name] if name else wide.columns.hazard_bounds.dtype.names:
        wide.columns.hazard_bounds[column] *= factor
    assert same_bytes(baseline.result(), wide.advance().result())


def test_the_order_in_which_policies_and_events_are_named_changes_nothing():
    rng = np.random.default_rng(4)
    more = [Policy(lever.name, 0.7, 50, 60, states=("THA", "KHM")) for lever in LEVERS.values()]
    shocks = [*INPUTS.shocks, *(Shock("x", "abuse", "scale", 0.3, 40 + n, places=()) for n in range(3))]
    found = []
    for _ in range(2):
        rng.shuffle(more)
        rng.shuffle(shocks)
        found.append(
            Simulation(replace(INPUTS, policies=tuple(more), shocks=tuple(shocks), stop=150)).advance().result()
        )
    assert same_bytes(*found)
