"""Reprisals follow people home and reach families, are lowered by protection, and silence those who would testify."""

import pytest
from small import ENOUGH

from model import Inputs, Policy, Simulation
from model.registry.life_course import T
from model.registry.outcomes import O
from model.world.tiny_world import tiny_world

STATE = dict(raids_per_month=20.0, screening_per_week=ENOUGH, open_beds=ENOUGH)
THREATENED = dict(reprisal=0.9, reprisal_follows=1, reprisals_prevented=0, tip_off=0, reprisal_fear=0)


def run(parameters, policies=(), stop=150, seed=1):
    inputs = Inputs(tiny_world(**STATE), seed, 20, parameters, policies, stop=stop, events=True)
    return Simulation(inputs).advance()


def killed(run) -> int:
    return int((run.result().events["transition"] == T.killed_at_home).sum())


def test_reprisals_follow_people_home_and_kill_some():
    values = THREATENED | dict(reprisal_deadly=0.5)
    assert killed(run(values)) > 20
    for without in (
        dict(reprisal_follows=0),
        dict(reprisal=0),
        dict(reprisals_prevented=1),
        dict(feedback_reprisals=0),
    ):
        assert killed(run(values | without)) == 0


def test_families_borrow_to_end_a_threat_and_home_is_safe_no_more():
    values = THREATENED | dict(reprisal_deadly=0, again_debt=0, reprisal_sum=100_000)
    owed = []
    for follows in (0, 1):
        last = run(values | dict(reprisal_follows=follows))
        people = last.columns.people[: last.columns.used[0]["people"]]
        owed.append((people["owed"] > 90_000).sum())
        assert (people["unsafe"][people["owed"] > 90_000] == 1).all()
    assert owed[0] == 0 and owed[1] > 50


def test_what_a_threat_costs_drives_people_to_leave_again():
    values = THREATENED | dict(reprisal_deadly=0, again_debt=2, debt_at_home=0, debt_after_ransom=0, again_base=0.5)
    again = []
    for cost in (0, 20_000):
        results = [run(values | dict(reprisal_sum=cost), seed=seed).result() for seed in (1, 2, 3)]
        again.append(sum(result.weekly[:, O.retrafficked].sum() for result in results))
    assert again[1] > 1.1 * again[0]


@pytest.mark.parametrize("protection", (0.0, 1.0))
def test_fewer_testify_where_they_fear_reprisals_more_with_protection(protection):
    """Statements of people in open shelters are the share that fear leaves."""
    values = dict(reprisal=0.5, reprisal_half=0.5, reprisals_prevented=protection, testimony=1, disclosure=1, shame=0)
    fearless, afraid = (
        run(values | dict(reprisal_fear=fear), stop=60).columns.states["testimony"].sum() for fear in (0, 0.8)
    )
    assert fearless > 0
    assert afraid == fearless if protection else afraid < 0.75 * fearless


def test_the_lever_protects_and_has_its_price():
    values = THREATENED | dict(reprisal_deadly=0.5)
    free = {"witness_protection.rules_deter": 0, "witness_protection.officers_taken": 0}
    policy = (Policy("witness_protection", 1.5, 0, 5),)
    none, protected = killed(run(values)), killed(run(values | free, policy))
    assert protected < 0.75 * none
    idle = {"witness_protection.protected": 0, "witness_protection.officers_taken": 0.2}
    steady = values | dict(site_closed=0, feedback_pressure=0)
    raids = [run(steady | idle, policies).result().weekly[:, O.raids].sum() for policies in ((), policy)]
    assert raids[1] < 0.85 * raids[0]
