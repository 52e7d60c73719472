"""Lawyers in limited number: they have charges dropped, custody ended where the law protects, and records cleared."""

import pytest
from small import ENOUGH, weekly

from model import Inputs, Policy, Simulation
from model.registry.life_course import S, T
from model.registry.outcomes import O
from model.world.tiny_world import tiny_world

WEEKS = 150
# Everybody found in a raid is charged, no court has time, and the principle is law but not applied.
ALL_CHARGED = weekly(charged_later=0) | dict(
    charges=1, sensitivity=0, np_practice=0, lawyers_win=1, deports_unassessed=0, tip_off=0, case_weeks_least=4
)
NO_COURT = dict(raids_per_month=20.0, court_cases_per_week=0.0, non_punishment_scope=1.0)


def run(parameters, state, policies=(), seed=1):
    inputs = Inputs(tiny_world(**state), seed, 20, parameters, policies, stop=WEEKS, events=True)
    return Simulation(inputs).advance()


def happened(run, *transitions) -> int:
    """Return how many persons' lives had one of the transitions."""
    return 20 * sum(int((run.result().events["transition"] == T[name]).sum()) for name in transitions)


def dropped(run) -> int:
    return happened(run, "case_dropped", "case_dropped_no_bed")


@pytest.mark.parametrize("lawyers", (0, 5, 10))
def test_no_more_cases_are_dropped_than_lawyers_can_act_in(lawyers):
    """Two States host operations; what lawyers do not use is kept for some weeks, to begin with for one."""
    count = dropped(run(ALL_CHARGED | dict(lawyers=lawyers), NO_COURT))
    most = 2 * (lawyers * (WEEKS + 2) + 20 * (lawyers > 0))
    assert 0.3 * most <= count <= most


def test_a_lawyer_shortens_custody_while_courts_have_no_time():
    few, many = (
        run(ALL_CHARGED | dict(lawyers=lawyers), NO_COURT).result().weekly[:, O.in_detention].sum()
        for lawyers in (1, ENOUGH)
    )
    assert many < 0.7 * few


@pytest.mark.parametrize("without", (dict(lawyers_win=0), dict(feedback_legal_aid=0)))
def test_lawyers_who_win_nothing_change_nothing(without):
    assert dropped(run(ALL_CHARGED | dict(lawyers=ENOUGH) | without, NO_COURT)) == 0


def test_lawyers_apply_the_law_no_further_than_it_reaches():
    assert dropped(run(ALL_CHARGED | dict(lawyers=ENOUGH), NO_COURT | dict(non_punishment_scope=0.0))) == 0


def test_lawyers_end_detention_where_the_law_protects():
    parameters = weekly(defence_raised=0.1, deportation=0.01, grounds_release=0) | dict(
        charges=0, sensitivity=0, np_practice=0, lawyers_win=0.8, deports_unassessed=0, tip_off=0, child_found=0
    )
    state = dict(raids_per_month=20.0, detains_irregular=1.0, non_punishment_scope=1.0, detention_places=ENOUGH)
    released = [
        happened(run(parameters | dict(lawyers=lawyers), state), "released_on_grounds") for lawyers in (0, 9, ENOUGH)
    ]
    assert released[0] < 0.3 * released[1] < 0.3 * released[2]


@pytest.mark.parametrize(("alone", "few"), ((0.1, True), (1.0, False)))
def test_records_are_cleared_on_request_for_which_most_need_a_lawyer(alone, few):
    """Without lawyers records are cleared as often as people can ask for it alone."""
    parameters = weekly(record_cleared=0.05) | dict(
        charges=1, sensitivity=0, np_practice=0, lawyers_win=0, requests_alone=alone, case_weeks_least=1
    )
    state = dict(raids_per_month=20.0, court_cases_per_week=ENOUGH, prosecutes_at_home=1.0)
    marked = []
    for lawyers in (0, ENOUGH):
        people = run(
            parameters | dict(lawyers=lawyers, convicted_at_home=1, case_weeks_at_home=4), state
        ).columns.people
        home = people[(people["status"] == S.returned) & (people["person"] > 0)]
        marked.append(home["record"].mean())
    assert (marked[1] < 0.6 * marked[0]) == few and marked[0] > 0.05


def test_the_lever_has_more_cases_dropped_and_takes_court_time():
    policy = (Policy("legal_aid", 1.0, 0, 10),)
    state = NO_COURT | dict(court_cases_per_week=20.0)
    off = {"legal_aid.lawyers": 0, "legal_aid.false_claims": 0}
    none, without, lawyers = (
        run(ALL_CHARGED | dict(lawyers=1) | values, state, policies)
        for values, policies in (({}, ()), (off, policy), ({}, policy))
    )
    assert dropped(lawyers) > 1.5 * dropped(none)
    assert happened(without, "convicted") < happened(none, "convicted")
