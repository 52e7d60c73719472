"""Children: their best interests are determined by guardians in limited number, before anybody returns them."""

import pytest
from small import ENOUGH, small_world, weekly

from model import Inputs, Policy, Simulation
from model.registry.life_course import S, T

WEEKS = 150
FOUND = weekly(best_interests=0.2) | dict(
    tip_off=0, sensitivity=1, deports_unassessed=0, child_found=1, child_detained=0, disclosure=1, shame=0, uptake=1,
    susceptibility_child=1, support_weeks=10
)  # fmt: skip
STATE = dict(
    raids_per_month=20.0, screening_per_week=ENOUGH, open_beds=ENOUGH, return_help_per_week=ENOUGH, closed_beds=0.0
)


def run(parameters, policies=(), return_risk=0.3, seed=1):
    origin = dict(at_risk=50_000, share_minor=0.5, return_risk=return_risk)
    world = small_world({"AAA": origin, "CCC": origin}, 2, **STATE)
    return Simulation(Inputs(world, seed, 20, parameters, policies, stop=WEEKS, events=True)).advance()


def happened(run, name) -> int:
    return 20 * int((run.result().events["transition"] == T[name]).sum())


def children(run):
    people = run.columns.people[: run.columns.used[0]["people"]]
    return people[people["child"] == 1]


def test_no_child_goes_before_a_determination_where_that_comes_first():
    last = run(FOUND | dict(guardians=0, best_interests_first=1))
    young = children(last)
    assert (young["status"] == S.sheltered_open).sum() > 5
    assert (young["family"] == 0).all() and happened(last, "placed_in_care") == 0
    free = children(run(FOUND | dict(guardians=0, best_interests_first=0)))
    assert (free["status"] == S.sheltered_open).sum() < 0.5 * (young["status"] == S.sheltered_open).sum()


@pytest.mark.parametrize("guardians", (1, 3))
def test_guardians_act_for_no_more_children_than_they_can(guardians):
    """Nobody's family is found, so that each decision ends in care elsewhere."""
    last = run(FOUND | dict(guardians=guardians, best_interests_first=1, family_found=0))
    assert 0 < happened(last, "placed_in_care") <= 3 * (guardians * (WEEKS + 2) + 20)


def test_children_go_to_a_family_that_is_safe_or_into_care():
    values = FOUND | dict(guardians=ENOUGH, best_interests_first=1, family_found=1)
    safe, unsafe = run(values, return_risk=0.0), run(values, return_risk=1.0)
    assert happened(safe, "placed_in_care") == 0 and (children(safe)["family"] == 1).sum() > 5
    assert happened(unsafe, "placed_in_care") > 100 and (children(unsafe)["family"] == 0).all()


def test_without_the_switch_children_go_as_adults_do():
    last = run(FOUND | dict(guardians=ENOUGH, best_interests_first=1, feedback_children=0))
    assert (children(last)["family"] == 0).all() and happened(last, "placed_in_care") == 0


def test_a_family_spares_a_child_the_stigma_of_an_institution():
    values = FOUND | dict(guardians=ENOUGH, family_found=1, institution_return=1, settles_alone=60, reintegration=0)
    shares = []
    for first in (0, 1):
        young = children(run(values | dict(best_interests_first=1, feedback_children=first), return_risk=0.0))
        home = young[(young["status"] == S.reintegrated) | (young["status"] == S.returned)]
        shares.append((home["status"] == S.reintegrated)[home["weeks_held"] > 0].mean())
    assert shares[1] > 1.1 * shares[0]


def test_the_lever_has_more_children_cared_for_and_more_wait():
    values = FOUND | dict(guardians=0.2, best_interests_first=0, family_found=0)
    policy = (Policy("child_track", 1.0, 0, 5),)
    assert happened(run(values, policy), "placed_in_care") > 1.5 * happened(run(values), "placed_in_care")
    alone = {"child_track.guardians": 0}
    waiting = [(children(run(values | alone, p))["status"] == S.sheltered_open).sum() for p in ((), policy)]
    assert waiting[1] > waiting[0]
