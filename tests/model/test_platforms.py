"""Platforms remove false advertisements, unasked or after reports; recruiters turn to what platforms do not see."""

import math

import pytest
from small import small_world, weekly

from model import Inputs, Policy, Simulation
from model.people.recruiters import PRIVATE_GROUPS, SOCIAL_MEDIA
from model.registry.outcomes import O
from model.world.tiny_world import tiny_world

FEW = weekly(recruitment_rate=0.0001) | dict(refill_elasticity=0)  # recruits are fewer than vacancies
ALL_REMOVED = {"platform_due_diligence.found_first": 0.6, "platform_due_diligence.private_groups": 0}


def run_of(seed=1, policies=(), stop=150, **parameters):
    return Simulation(Inputs(tiny_world(), seed, 20, FEW | parameters, policies, stop=stop)).advance()


def newly_held(first, policies=(), **parameters) -> float:
    """Return how many are newly held from week `first` on, in three runs."""
    found = (run_of(seed, policies, **parameters).result().weekly[first:, O.newly_held].sum() for seed in (1, 2, 3))
    return float(sum(found))


def test_what_is_reported_is_removed_with_the_delay_of_the_platforms():
    """Nothing at first; later the share that reports, answers and the time until the removal make."""
    run = run_of(stop=300, ads_answered=0.8, takedown_weeks=10, ad_weeks=10, ad_reports_half=0.01)
    early = run_of(stop=3, ads_answered=0.8, takedown_weeks=10, ad_weeks=10, ad_reports_half=0.01)
    assert run.columns.heard["taken_down"][0] == pytest.approx(0.8 * math.exp(-1), rel=0.01)
    assert 0 < early.columns.heard["taken_down"][0] < 0.3 * run.columns.heard["taken_down"][0]


def test_a_platform_to_which_nobody_reports_removes_only_what_it_finds_itself():
    silent = dict(calls_home=0, consular_contact=0, press_out=0, ads_answered=1, takedown_weeks=0)
    run = run_of(**silent)
    assert (run.columns.heard["taken_down"] == 0).all()
    policy = (Policy("platform_due_diligence", 1.5, 20, 20),)
    assert newly_held(40, policy, **silent, **ALL_REMOVED) < 0.9 * newly_held(40, **silent)


def test_recruiters_turn_to_private_groups_which_platforms_do_not_see():
    """So fewer are spared than where recruiters have no such groups; people elsewhere are not reached more at once."""
    policy = (Policy("platform_due_diligence", 1.5, 20, 20),)
    watched, free = run_of(policies=policy, **ALL_REMOVED), run_of()
    for seen, more in ((SOCIAL_MEDIA, False), (PRIVATE_GROUPS, True)):
        share, usual = (run.columns.mix[:, seen].mean() for run in (watched, free))
        assert (share > 1.1 * usual) if more else (share < 0.9 * usual)
    through = [run.columns.recruits[:, PRIVATE_GROUPS].sum() for run in (watched, free)]
    assert through[0] > 1.1 * through[1] > 0


def test_without_an_answer_to_them_nobody_works_through_private_groups():
    run = run_of(affinity_private=0)
    assert (run.columns.mix[:, PRIVATE_GROUPS] == 0).all() and (run.columns.away[:, PRIVATE_GROUPS] == 0).all()


def test_who_was_reached_before_the_removal_is_not_unreached():
    """What recruiters have achieved with a person stays: nobody's hazard falls, and who waits is still recruited."""
    world = small_world(hosts=1)
    everything = {"platform_due_diligence.found_first": 0.6}
    policies = (Policy("platform_due_diligence", 1.5, 30, 30), Policy("platform_oversight", 1.5, 30, 30))
    inputs = Inputs(world, 1, 20, dict(share_forced=0) | everything, policies, stop=60)
    run = Simulation(inputs).advance(30)
    before, waiting = run.columns.risk["hazard"].copy(), int(run.columns.used[0].waiting)
    left = run.columns.risk["left"].copy()
    run.advance(34)
    assert (run.columns.risk["hazard"] >= before).all()
    assert waiting > 0 and int(run.columns.used[0].waiting) + (run.columns.risk["left"].sum() - left.sum()) <= waiting


def test_lawful_advertisements_go_with_the_false_ones():
    policy = (Policy("platform_due_diligence", 1.5, 20, 20),)
    off = {"platform_due_diligence.lawful_ads": 0} | ALL_REMOVED
    without, with_false = (
        run_of(policies=policy, lawful_with_false=share, ads_answered=0, **off).result().weekly[-1]
        for share in (0, 0.1)
    )
    row = O.lawful_ads_removed
    more = float(with_false[row].sum() - without[row].sum())
    assert more == pytest.approx((1 - float(without[row].sum())) * 0.1 * 0.9, rel=1e-6)
