"""Help that is tied or not, complaints that lead to inquiries, and who then comes forward."""

import numpy as np
import pytest
from small import NEVER

from model import Inputs, Policy, Simulation
from model.registry.outcomes import O
from model.world.tiny_world import tiny_world

PLENTY = dict(screening_per_week=1e6, open_beds=1e6, services_for_men=1.0, raids_per_month=12.0)
SURE = dict(sensitivity=1, uptake=1, declines_for_fear=0)
AFRAID = dict(reprisal=0.9, reprisal_fear=0.8)


def run_of(seed=1, policies=(), stop=120, state=PLENTY, **parameters):
    return Simulation(Inputs(tiny_world(**state), seed, 20, SURE | parameters, policies, stop=stop)).advance()


def total(outcome, policies=(), **parameters) -> float:
    return float(sum(run_of(seed, policies, **parameters).result().weekly[:, O[outcome]].sum() for seed in (1, 2, 3)))


def in_shelter(**parameters) -> int:
    """Return how many are in open shelters in the end, in three runs."""
    return sum(int(run_of(seed, **parameters).columns.states["open_used"].sum()) for seed in (1, 2, 3))


def test_tied_help_is_for_those_who_trust_the_police_and_fear_no_reprisal():
    """Without ties, neither keeps anybody who is found from help; with them both do."""
    trusting = dict(trust_at_start=0.9, trust_rate=NEVER) | dict(reprisal_fear=0)
    wary = dict(trust_at_start=0.1, trust_rate=NEVER) | AFRAID
    same = dict(
        seeks_help=0,
        reach_without_trust=1,
        feedback_remedy=0,
        disclosure=1,
        without_testimony=1,
        shame=0,
        feedback_testimony=0,
    )
    tied = in_shelter(tied=1, **same, **wary) / in_shelter(tied=1, **same, **trusting)
    untied = in_shelter(tied=0, **same, **wary) / in_shelter(tied=0, **same, **trusting)
    assert tied < 0.5 * untied and untied > 0.6


def test_dropping_conditions_brings_more_into_shelter_and_fewer_statements_from_each():
    policy = (Policy("unconditional", 1.0, 0, 0),)
    tied, untied = run_of(tied=1), run_of(policies=policy, tied=1)
    beds = [run.columns.states["open_used"].sum() for run in (tied, untied)]
    assert beds[1] > 1.2 * beds[0] > 0
    statements = [run.columns.states["testimony"].sum() for run in (tied, untied)]
    assert statements[1] / beds[1] < 0.8 * statements[0] / beds[0]


def test_complaints_that_are_taken_up_lead_to_scrutiny_of_the_state_that_they_name():
    """In the State in which a body hears complaints, and there alone; where civil society has no room it hears none."""
    policy = (Policy("regional_complaints", 1.5, 20, 20, states=("BBB",)),)
    heard = run_of(policies=policy, complaints_heard=0).columns.states["inquiry"]
    here = tiny_world().state_index["BBB"]
    assert heard[here] > 0 and np.delete(heard, here).max() == 0
    closed = run_of(policies=policy, complaints_heard=0, state=PLENTY | dict(civic_space=0.0))
    assert closed.columns.states["inquiry"].max() == 0


def test_inquiries_keep_a_complaint_in_view_for_a_time():
    policy = (Policy("regional_complaints", 1.0, 0, 0, 60),)
    off = {"complaints_heard": 0, "inquiry_weeks": 10}
    later = [run_of(policies=policy, stop=week, **off).columns.states["inquiry"].max() for week in (70, 80)]
    assert later[1] == pytest.approx(later[0] * 0.9**10)


def test_scrutiny_protects_those_who_speak_and_is_answered_by_closing_civic_space():
    """Of people found, more are identified since more disclose; fewer complaints reach the press."""
    heard = dict(complaints_heard=1, inquiry_half=1, feedback_pressure=0)
    speak = AFRAID | dict(without_testimony=0, tied=0) | heard
    assert total("identified", inquiry_protects=1, civic_backlash=0, **speak) > 1.1 * total(
        "identified", inquiry_protects=0, civic_backlash=0, **speak
    )
    assert total("reports_in_press", civic_backlash=0.6, **speak) < 0.7 * total(
        "reports_in_press", civic_backlash=0, **speak
    )
