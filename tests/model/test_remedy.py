"""Compensation: for whom it is, who pays it and how much, and what it does to leaving again."""

import pytest
from small import ENOUGH, weekly

from model import Inputs, Policy, Simulation
from model.engine.kernel import entry
from model.people.debts import pressed_by_debt
from model.registry.life_course import IDENTIFIED
from model.registry.outcomes import O
from model.world.tiny_world import tiny_world

SEEN = dict(raids_per_month=20.0, screening_per_week=ENOUGH, open_beds=ENOUGH)
EASY = weekly(claims_decided=0.2) | dict(
    tip_off=0, sensitivity=1, deports_unassessed=0, remedy_access=1, remedy_fund=1e6, waits_for_claim=0, shame=0
)

NOTHING_OWED = weekly(extortion=0) | dict(reprisal=0, debt_at_home=0, debt_after_ransom=0, fines=0, home_penalty=0)


def run(parameters, state=SEEN, policies=(), seed=1, stop=150):
    return Simulation(Inputs(tiny_world(**state), seed, 20, parameters, policies, stop=stop)).advance()


def people(run):
    return run.columns.people[: run.columns.used[0]["people"]]


def test_who_is_compensated_was_held_and_identified_and_has_debts_paid():
    paid = people(run(EASY | dict(back_pay=0)))
    paid = paid[paid["compensated"] == 1]
    assert len(paid) > 20
    assert (paid["label"] == IDENTIFIED).all() and (paid["weeks_held"] > 0).all()
    assert paid["owed"].max() < 1000  # fines after it, no more


def test_back_pay_is_for_the_weeks_held():
    paid = people(run(EASY | NOTHING_OWED | dict(back_pay=10)))
    paid = paid[(paid["compensated"] == 1) & (paid["spell"] <= 1)]
    assert len(paid) > 20 and paid["owed"] == pytest.approx(-10.0 * paid["weeks_held"])


@pytest.mark.parametrize(
    "without", (dict(remedy_access=0), dict(remedy_fund=0, seized_for_remedy=0), dict(feedback_remedy=0))
)
def test_nobody_is_compensated_without_access_or_money(without):
    assert not people(run(EASY | without))["compensated"].any()


def test_a_fund_pays_no_more_than_it_has():
    """What was set aside is what was paid and what is left: nobody owes anything that compensation has not changed."""
    last = run(EASY | NOTHING_OWED | dict(remedy_fund=300, seized_for_remedy=0, again_debt=0))
    paid = -20 * people(last)["owed"].sum(dtype=float)
    assert paid > 10_000
    assert paid + last.columns.states["fund"].sum() == pytest.approx(150 * 300 * len(last.columns.states), rel=1e-4)


def test_seized_assets_pay_too():
    parameters = EASY | dict(remedy_fund=0, owner_arrest=0.5)
    none, all_of_it = (run(parameters | dict(seized_for_remedy=share)) for share in (0, 1))
    assert not people(none)["compensated"].any() and people(all_of_it)["compensated"].sum() > 20


@entry
def pressed(row, m):
    return pressed_by_debt(row, m)


def test_what_compensation_leaves_keeps_people_from_leaving_as_debt_drives_them():
    last = run(dict(again_debt=1.5), stop=30)
    rows = last.columns.people
    rows["owed"][:3] = (-2000, 0, 2000)
    below, nothing, above = (pressed(row, last._handle) for row in range(3))
    assert below < nothing == 1 < above and below * above == pytest.approx(1)


def test_compensation_lowers_retrafficking():
    parameters = EASY | weekly(again_base=0.003) | dict(again_debt=2, back_pay=500)
    again = []
    for share in (0, 1):
        results = [run(parameters | dict(remedy_access=share), seed=seed).result() for seed in (1, 2, 3)]
        again.append(sum(result.weekly[:, O.retrafficked].sum() for result in results))
    assert again[1] < 0.9 * again[0]


def test_who_waits_for_a_claim_stays_longer_in_shelter():
    """The hurt: beds are taken longer while procedure lasts."""
    parameters = EASY | weekly(claims_decided=0.001, returns_from_shelter=0.1) | dict(support_weeks=100)
    results = [run(parameters | dict(waits_for_claim=share)).result() for share in (0, 1)]
    beds = [result.weekly[:, O.in_open_shelter].sum() for result in results]
    assert beds[1] > 1.2 * beds[0]


def test_the_lever_compensates_more_people():
    base = EASY | dict(remedy_access=0.1, remedy_fund=100)
    counts = [people(run(base, policies=p))["compensated"].sum() for p in ((), (Policy("remedy", 1.0, 0, 10),))]
    assert counts[1] > 1.5 * counts[0] > 0
