"""Inside the declared bounds nothing impossible comes out: no negative outcome, no belief or share outside 0 to 1.

Two or three parameters at a time stand at an end of their bounds, such as one formula reads together. Were all of them
at random ends, one would hide what another does: nobody is held where everybody escapes.
"""

import ast
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from small import tiny_inputs

import model
from model import AuditError, Simulation
from model.registry.outcomes import O
from model.registry.parameters import PARAMETERS

WEEKS = 20
# Pairs and triples that once went wrong.
KNOWN = {
    "abuse below 0": {"alarm_abuse": 10.0, "consular_alarm": 0.0},
    "a belief above 1, from talk": {"phones": 1.0, "arrivals_talk": 1.0, "contact": 10.0},
    "a belief below 0, and reports with it": {"phones": 1.0, "contact": 10.0, "fear_silences": 1.0},
}


def read_together() -> list[list[str]]:
    """Return the parameters that each function of the model reads, of those that read two or more."""
    groups = set()
    for file in Path(model.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                read = {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}
                groups.add(tuple(sorted(read & {*PARAMETERS})))
    return sorted(group for group in groups if len(group) > 1)


TOGETHER = read_together()


@st.composite
def corners(draw) -> dict[str, float]:
    names = draw(st.sampled_from(TOGETHER).flatmap(some_of))
    return {name: draw(st.sampled_from((PARAMETERS[name].low, PARAMETERS[name].high))) for name in names}


def some_of(names):
    return st.lists(st.sampled_from(names), min_size=2, max_size=3, unique=True)


def run_at(corner) -> Simulation:
    return Simulation(tiny_inputs(1, 200, WEEKS, parameters=corner, audit_every=1)).advance()


@pytest.mark.parametrize("corner", KNOWN.values(), ids=KNOWN)
def test_what_once_left_its_range_stays_in_it(corner):
    run = run_at(corner)
    weekly = run.result().weekly
    assert weekly.min() >= 0 and weekly[:, O.people_held].sum() > 0
    assert 0 <= run.columns.known["inside"].min() <= run.columns.known["inside"].max() <= 1
    assert run.columns.sites["abuse"].min() >= 0


@settings(
    max_examples=300, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(corners())
def test_nothing_impossible_comes_out_at_a_corner(corner):
    run_at(corner)


PLANTED = {
    "an outcome": lambda columns: columns.lawful_stops.fill(-1.0),
    "abuse": lambda columns: columns.sites["abuse"].fill(-1.0),
    "guards": lambda columns: columns.sites["guards"].fill(np.nan),
    "a belief": lambda columns: columns.known["inside"].fill(1.5),
    "trust": lambda columns: columns.heard["trust"].fill(-0.5),
    "health": lambda columns: columns.people["health"].fill(2.0),
}


@pytest.mark.parametrize("plant", PLANTED.values(), ids=PLANTED)
def test_the_audit_refuses_what_cannot_be(plant):
    run = Simulation(tiny_inputs(people_per_agent=100, audit_every=1)).advance(5)
    plant(run.columns)
    with pytest.raises(AuditError, match="outside 0 to 1"):
        run.step()
