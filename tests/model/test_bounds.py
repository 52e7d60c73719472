"""No hazard is above the bound on it, whatever the parameters, policies and shocks: so no week is passed over in which
something could have happened.

Hazards and bounds are written in different files. Here all hazards that a person may meet are added up, person by
person, and compared with the bound by which weeks are passed over; the audit sees only those of weeks looked at.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from small import small_world

from model import Inputs, Policy, Shock, Simulation
from model.engine.kernel import entry
from model.people import captivity, home, services
from model.people.hazard_bounds import BOUND, rate_of
from model.people.person import people_class
from model.registry.institutions import INSTITUTIONS, I
from model.registry.lever import MODES
from model.registry.levers import LEVERS
from model.registry.life_course import S
from model.registry.parameters import PARAMETERS, P

STOP = 60
AT = (8, 30, STOP)  # weeks after which everybody is looked at
SAFE = 1e3  # a number that no sum of hazards reaches: nothing happens to whoever meets it
# Whose weeks are passed over by a bound.
BOUNDED = (
    "held",
    "stranded",
    "returned",
    "untraced",
    "detained",
    "staying",
    "held_other_sector",
    "held_by_armed_group",
)


@entry
def add_up(hazard, bound, m):
    """Fill all hazards of this week that each person may meet, and the bound on them; float64 (people)."""
    for i in range(m.used[0].people):
        me, k = m.people[i], people_class(i, m)
        bound[i] = rate_of(i, m)
        if me.candidate > m.now:  # as it was when their next week was found
            bound[i] = min(bound[i], me.bound)
        if me.status == S.held:
            hazard[i] = SAFE - captivity.meet_risks(i, SAFE, m)
        elif me.status == S.stranded:
            hazard[i] = SAFE - services.meet_chances(i, k, SAFE, m)
        elif me.status == S.detained:
            hazard[i] = SAFE - services.meet_custody(i, k, SAFE, m)
        elif me.status == S.returned:
            hazard[i] = SAFE - home.settle_in(i, SAFE, m)
        elif me.status == S.untraced:
            hazard[i] = m.env[0, I.tracing, me.place]
        elif me.status == S.staying:
            hazard[i] = m.par[P.status_lost]
        elif me.status == S.held_other_sector:
            hazard[i] = m.par[P.other_sector_exit] + m.par[P.other_sector_death]
        elif me.status == S.held_by_armed_group:
            hazard[i] = m.par[P.armed_group_exit] + m.par[P.armed_group_return] + m.par[P.death_rate]


def above_bound(inputs: Inputs, planted=lambda columns: None) -> set[str]:
    """Return the statuses in which somebody's hazards exceed their bound; `planted` lowers bounds for the look."""
    run, above = Simulation(inputs), set()
    for week in AT:
        columns = run.advance(week).columns
        kept = columns.hazard_bounds.copy(), columns.people["bound"].copy()
        planted(columns)
        count = int(columns.used[0]["people"])
        hazard, bound = np.zeros(count), np.full(count, np.inf)
        add_up(hazard, bound, run._handle)
        columns.hazard_bounds[:], columns.people["bound"] = kept
        above |= {S(status).name for status in columns.people["status"][:count][hazard > bound + 1e-9]}
    return above


share = st.floats(0, 1)
weeks = st.integers(0, STOP - 1)
KINDS = ("zone", "city", "militia_area")


@st.composite
def shocks(draw) -> Shock:
    moved, mode = draw(st.sampled_from(list(INSTITUTIONS))), draw(st.sampled_from(MODES))
    value = draw(st.floats(-1, 3)) if mode == "scale" else draw(share)
    return Shock("an event", moved, mode, value, draw(weeks), STOP, places=draw(st.sampled_from([(), ("one",)])))


@st.composite
def policies(draw) -> Policy:
    """Return a policy at its maximum."""
    lever, start = draw(st.sampled_from(list(LEVERS.values()))), draw(weeks)
    return Policy(lever.name, lever.maximum, 0, start, STOP, states=draw(st.sampled_from([(), ("BBB",)])))


@st.composite
def worlds(draw) -> Inputs:
    """Return a tiny world: two or three parameters at an end of their bounds, policies at their maximum, shocks."""
    ends = st.sampled_from([(row.name, end) for row in PARAMETERS.values() for end in (row.low, row.high)])
    values = dict(draw(st.lists(ends, min_size=2, max_size=3, unique_by=lambda end: end[0])))
    state = dict(
        detains_irregular=draw(share),
        non_punishment_scope=draw(share),
        prosecutes_at_home=draw(share),
        raids_per_month=draw(st.floats(0, 20)),
        open_beds=draw(st.floats(0, 100)),
    )
    place = dict(kind=draw(st.sampled_from(KINDS)), control=draw(share))
    origin = dict(at_risk=50_000, share_minor=draw(st.floats(0, 0.5)), return_risk=draw(share))
    return Inputs(
        small_world({"AAA": origin, "CCC": origin}, 2, place, **state),
        draw(st.integers(0, 2**32)),
        draw(st.sampled_from([10, 50])),
        values,
        tuple(draw(st.lists(policies(), max_size=3, unique_by=lambda policy: policy.lever))),
        tuple(draw(st.lists(shocks(), max_size=2))),
        stop=STOP,
        audit_every=10,
    )


def every(test, examples=300):
    """Run a test on so many worlds, the same each time."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(given(worlds())(test))


@every
def test_no_hazard_is_above_its_bound_in_any_status(inputs):
    assert not above_bound(inputs)


# What else is as it must be for a part of a bound to matter beside the others.
RARE = {"escape_rate": 0.0, "ransom_rate": 0.0}
HIGH = {name: row.high for name, row in PARAMETERS.items()}
ALSO = {
    "consular": RARE | {"consular_reach": HIGH["consular_reach"], "consular_capacity": HIGH["consular_capacity"]},
    "again": {"again_stranded": HIGH["again_stranded"], "straight_home": 0.0},
    "stay": {"stay": 0.9, "straight_home": 0.0},
    "charged": {"charged_later": HIGH["charged_later"], "extortion": 0.0, "collusion": 0.0},
    "lost": {"lost_rate_after_release": 1.0, "lost_on_release": 1.0},
    "followed": {"reprisal_follows": 1.0, "reprisal": HIGH["reprisal"], "reprisals_prevented": 0.0},
    "claims": {"remedy_access": 1.0, "claims_decided": 1.0, "sensitivity": 1.0},
    "taken": RARE | {"armed_group_rate": HIGH["armed_group_rate"]},
}
PARTS = {
    "held": ("held", "escape", "ransom", "consular", "taken"),
    "stranded": ("stranded", "arrested", "helped", "alone", "again", "stay", "lost", "documents"),
    "returned": ("returned", "settles", "cleared", "claims", "followed"),
    "detained": ("corrupt", "spared", "grounds", "charged", "deported"),
    "untraced": ("untraced",),
}
KEPT_ALONE = ("staying", "held_other_sector", "held_by_armed_group")  # their bounds are sums of parameters


def test_every_part_of_a_bound_is_planted_once():
    assert sorted(part for parts in PARTS.values() for part in parts) == sorted(name for name, *_ in BOUND)
    assert {*PARTS, *KEPT_ALONE} == {*BOUNDED}


@pytest.mark.parametrize(("status", "part"), [(status, part) for status, parts in PARTS.items() for part in parts])
def test_a_bound_that_forgets_a_hazard_is_found(status, part):
    def forget(columns):
        columns.hazard_bounds[part] = 0.0

    assert seen_in(forget, ALSO.get(part, {})) == {status}


@pytest.mark.parametrize("status", KEPT_ALONE)
def test_a_kept_bound_that_is_too_low_is_found(status):
    def halve(columns):
        columns.people["bound"][columns.people["status"] == S[status]] *= 0.5

    assert seen_in(halve, {}) == {status}


class Seen(Exception):
    """Ends a search: its argument is the set of statuses in which a fault is seen."""


def seen_in(planted, also) -> set[str]:
    """Return the statuses in which a planted fault is seen, in the first world that shows it; none if none does."""

    def look(inputs):
        if above := above_bound(replace(inputs, parameters=dict(inputs.parameters) | also), planted):
            raise Seen(above)

    try:
        every(look)()
    except Seen as seen:
        return seen.args[0]
    return set()
