"""What holds in every world: on random tiny worlds, parameters drawn from their priors or at an end of their bounds,
and random policies.

Each run is audited every week. The tests here look at it from outside, at what it leaves behind.
"""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from small import histories, small_world

from model import Inputs, Policy, Simulation
from model.engine.kernel import entry
from model.engine.random_numbers import identity
from model.registry.levers import LEVERS
from model.registry.life_course import TRANSITIONS, S
from model.registry.outcomes import EVERYONE, GROUPED, RECORDED, TRAFFICKED, O
from model.registry.parameters import PARAMETERS, complete

STOP = 70
identity_of = entry(identity.py_func)
share = st.floats(0, 1)
AT_AN_END = 0.05  # of the parameters of a world stand at an end of their bounds
STATES = st.fixed_dictionaries(
    dict(
        raids_per_month=st.floats(0, 20),
        open_beds=st.floats(0, 500),
        closed_beds=st.floats(0, 200),
        screening_per_week=st.floats(0, 100),
        court_cases_per_week=st.floats(0, 20),
        return_help_per_week=st.floats(0, 50),
        detains_irregular=share,
        services_for_men=share,
        non_punishment_scope=share,
        prosecutes_at_home=share,
        civic_space=share,
        licensed_gaming=st.integers(0, 1),
    )
)
ORIGINS = st.fixed_dictionaries(
    dict(at_risk=st.integers(10_000, 300_000), share_minor=st.floats(0, 0.5), share_male=share, return_risk=share)
)
PLACES = st.fixed_dictionaries(
    dict(
        kind=st.sampled_from(["zone", "city", "militia_area"]),
        control=share,
        protection=st.floats(0, 400),
        site_capacity=st.floats(100, 2000),
    )
)


@st.composite
def policies(draw) -> Policy:
    lever = draw(st.sampled_from(list(LEVERS.values())))
    announced, lead, length = draw(st.integers(0, 40)), draw(st.integers(0, 10)), draw(st.integers(1, STOP))
    start = announced + lead
    return Policy(
        lever.name,
        draw(st.floats(0, lever.maximum)),
        announced,
        start,
        start + length,
        draw(st.integers(0, 20)),
        states=draw(st.sampled_from([(), ("BBB",), ("AAA", "CCC")])),
        pauses=draw(st.sampled_from([(), ((start + 1, start + 4),)])),
        sex=draw(st.sampled_from([None, "female"])) if "sex" in lever.scope else None,
        age=draw(st.sampled_from([None, "child"])) if "age" in lever.scope else None,
    )


def from_prior(prior, u):
    kind, low, high = prior
    if kind == "choice":
        return round(low + u * (high - low))
    return (
        low + u * (high - low) if kind == "uniform" else math.exp(math.log(low) + u * (math.log(high) - math.log(low)))
    )


@st.composite
def worlds(draw) -> Inputs:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    values = {row.name: from_prior(row.prior, rng.uniform()) for row in PARAMETERS.values() if row.prior}
    values |= {row.name: rng.choice([row.low, row.high]) for row in PARAMETERS.values() if rng.uniform() < AT_AN_END}
    world = small_world(
        {"AAA": draw(ORIGINS), "CCC": draw(ORIGINS)}, draw(st.sampled_from([1, 2])), draw(PLACES), **draw(STATES)
    )
    return Inputs(
        world,
        draw(st.integers(0, 2**64 - 1)),
        draw(st.sampled_from([5, 20, 100])),
        values,
        tuple(draw(st.lists(policies(), max_size=5))),
        stop=STOP,
        groups=True,
        events=True,
        audit_every=1,
    )


@settings(
    max_examples=100, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(worlds())
def test_every_world_keeps_the_rules(inputs):
    """The audit never faults, and everything that a run leaves behind tells the same story of the same people."""
    run = Simulation(inputs)
    first = run.result().fates
    result = run.advance().result()
    nobody_appears_or_vanishes(first, result)
    every_life_is_a_chain_of_declared_transitions(result)
    the_weekly_record_is_the_log_counted(inputs, result)
    nothing_is_negative_and_no_bed_is_given_twice(inputs, result)
    tables_agree(inputs, result)


def persons(fates) -> list[int]:
    return [int(identity_of(stratum, ordinal)) for stratum, ordinal in fates[["stratum", "ordinal"]].tolist()]


def nobody_appears_or_vanishes(first, result):
    """Who was held at the start and who was recruited since: these people, each once, are in some status at the end."""
    start, end = persons(first), persons(result.fates)
    assert len({*end}) == len(end) and {*start} <= {*end}
    recruited = [
        person for person, life in histories(result).items() for _, t in life if TRANSITIONS[t].name == "recruited"
    ]
    waiting = [person for person, status in zip(end, result.fates["status"]) if status == S.at_home]
    assert sorted(start + recruited + waiting) == sorted(end)


def every_life_is_a_chain_of_declared_transitions(result):
    """Each transition starts from the status in which the last one ended, in no earlier week; the last is that of
    the fates.
    """
    final = dict(zip(persons(result.fates), result.fates["status"].tolist()))
    for person, life in histories(result).items():
        steps = [TRANSITIONS[t] for _, t in life]
        assert steps[0].source in ("at_home", "held")
        assert [step.target for step in steps[:-1]] == [step.source for step in steps[1:]]
        assert S(final[person]).name == steps[-1].target
        assert [week for week, _ in life] == sorted(week for week, _ in life)


def the_weekly_record_is_the_log_counted(inputs, result):
    """Flows are the transitions of the week, levels the people in these statuses, in persons."""
    happened = Counter(zip(result.events["week"].tolist(), result.events["transition"].tolist()))
    is_now = Counter(result.fates["status"].tolist())
    trafficked = Counter(result.fates["status"][result.fates["trafficked"]].tolist())
    for row in RECORDED:
        weekly = result.weekly[:, O[row.name]].sum(axis=1)
        if row.kind == "flow" and row.among == EVERYONE:
            flow = [
                sum(happened[week, t] for t, step in enumerate(TRANSITIONS) if step.name in row.of)
                for week in range(STOP)
            ]
            assert weekly == pytest.approx(np.array(flow) * inputs.people_per_agent), row.name
        elif row.kind == "level" and row.among in (EVERYONE, TRAFFICKED):
            among = is_now if row.among == EVERYONE else trafficked
            assert weekly[-1] == sum(among[S[status]] for status in row.of) * inputs.people_per_agent, row.name


def nothing_is_negative_and_no_bed_is_given_twice(inputs, result):
    assert np.isfinite(result.weekly).all() and result.weekly.min() > -1e-6
    values, world = complete(inputs.parameters), inputs.world
    if values["feedback_capacity"] == 0.0:
        return  # this switch makes room for everybody
    more = {
        lever.name: [f"{lever.name}.{c.name}" for c in lever.channels if c.moves == "open_beds"]
        for lever in LEVERS.values()
    }
    added = sum(values[channel] * policy.strength for policy in inputs.policies for channel in more[policy.lever])
    for s in range(len(world.states)):
        sheltered = result.weekly[:, O.in_open_shelter][:, world.places.state == s].sum(axis=1)
        assert sheltered.max() <= world.state_columns["open_beds"][s] + added + inputs.people_per_agent


def tables_agree(inputs, result):
    """Groups and relocations add up to the weekly record."""
    for row in GROUPED:
        assert result.groups[row.name].sum() == pytest.approx(result.weekly[:, O[row.name]].sum()), row.name
    moves, places = result.relocations, result.weekly.shape[2]
    for end, outcome in (("target", O.operations_moved_in), ("source", O.operations_moved_out)):
        assert np.bincount(moves[end], moves["operations"], places) == pytest.approx(
            result.weekly[:, outcome].sum(axis=0)
        )
    assert moves["people"].sum() == pytest.approx(result.weekly[:, O.moved].sum())
