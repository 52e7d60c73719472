"""Each feedback can be switched off alone: it then changes a run that has its trigger, in the direction that it
names, and no other run.
"""

from dataclasses import replace
from datetime import date

import pytest
from small import ENOUGH, NEVER, same_bytes, weekly

from model import Inputs, Policy, Simulation, compile_world
from model.registry.calendar import week_of
from model.registry.outcomes import O
from model.registry.parameters import PARAMETERS
from model.world.tiny_world import tiny_world
from scenarios.loading import load

SWITCHES = [row.name for row in PARAMETERS.values() if row.name.startswith("feedback_")]
NO_RAIDS = ({}, {"raids_per_month": 0.0})
NOBODY_PUNISHED = dict(detains_irregular=0.0, prosecutes_at_home=0.0)
PLENTY = dict(
    screening_per_week=ENOUGH,
    open_beds=ENOUGH,
    closed_beds=ENOUGH,
    court_cases_per_week=ENOUGH,
    return_help_per_week=ENOUGH,
    detention_places=ENOUGH,
)

# Parameters, and columns of states, under which a feedback's trigger is absent.
WITHOUT_TRIGGER = {
    "feedback_tip_offs": NO_RAIDS,
    "feedback_capacity": (dict(consular_capacity=1e5, shame=0, lawyers=ENOUGH, guardians=ENOUGH), PLENTY),
    "feedback_debt": (dict(again_debt=0, again_record=0), {}),
    "feedback_growth": (dict(founding_rate=0, building_rate=0, target_growth=0), {}),
    "feedback_crowding": (dict(revenue=0), {}),  # where nothing is earned, nothing is let or built
    "feedback_beyond": ({}, {}),  # a world without places beyond the region
    "feedback_smugglers": (dict(exit_stop=0, irregular_seen=0), {}),
    "feedback_learning": NO_RAIDS,
    "feedback_own_experience": NO_RAIDS,
    "feedback_announcement": ({}, {}),  # nothing is announced
    "feedback_hardening": (dict(escape_rate=0), {"raids_per_month": 0.0}),
    "feedback_bribes": NO_RAIDS,
    "feedback_complicity": (dict(officials_turnover=NEVER, accountability=0), {}),
    "feedback_legal_aid": (dict(lawyers=0, requests_alone=1), {}),
    "feedback_remedy": (dict(remedy_fund=0, seized_for_remedy=0, waits_for_claim=0), {}),
    "feedback_reprisals": (dict(reprisal=0), {}),
    "feedback_children": (dict(guardians=0, best_interests_first=0), {}),
    "feedback_pressure": NO_RAIDS,
    "feedback_inquiries": (dict(complaints_heard=0), {}),
    "feedback_intelligence": NO_RAIDS,
    "feedback_reports": (dict(accountability=0), {"raids_per_month": 0.0}),
    "feedback_trust": (dict(trust_rate=NEVER), {}),
    "feedback_fear": (dict(belief_at_start=0, charges=0), NOBODY_PUNISHED),
    "feedback_testimony": NO_RAIDS,
    "feedback_recruiters": (dict(ring_adjustment=0), {}),
    "feedback_takedowns": (dict(ads_answered=0), {}),
    "feedback_recruiting_victims": (dict(made_to_recruit_rate=0, recruiter_rate=0), {}),
    "feedback_refill": (dict(refill_elasticity=0), {}),
    "feedback_carrying": (dict(carried_share=0, sold_share=0), {}),
}


def test_every_switch_is_tried():
    assert list(WITHOUT_TRIGGER) == SWITCHES


@pytest.mark.parametrize("switch", SWITCHES)
def test_without_its_trigger_a_feedback_does_nothing(switch):
    """With the switch on and off, a run in which nothing calls for the feedback is the same to the last bit."""
    parameters, state = WITHOUT_TRIGGER[switch]
    world = tiny_world(**state)
    runs = [
        Simulation(Inputs(world, 2, 20, parameters | {switch: value}, stop=120)).advance().result() for value in (1, 0)
    ]
    assert same_bytes(*runs)


@pytest.fixture(scope="module")
def crackdown():
    """Return the inputs of the shipped unilateral crackdown, announced half a year ahead."""
    scenario = load("unilateral-crackdown")
    announced = tuple(replace(policy, announced=policy.start - 26) for policy in scenario.policies)
    return replace(scenario.inputs(3, 100, record="totals"), policies=announced, stop=week_of(date(2025, 7, 7)))


@pytest.fixture(scope="module")
def as_it_is(crackdown):
    return Simulation(crackdown).advance().result()


@pytest.mark.parametrize("switch", SWITCHES)
def test_under_a_crackdown_every_feedback_matters(switch, crackdown, as_it_is):
    """Switching one feedback off changes what happens in the shipped world when one state raids harder."""
    off = Simulation(replace(crackdown, parameters={switch: 0})).advance().result()
    assert not same_bytes(off, as_it_is)


RAIDED = dict(raids_per_month=12.0)


def world_with_posts(**state):
    """Return the tiny world with officials on every road."""
    graph = tiny_world(**state).graph.copy()
    for _, _, road in graph.edges(data=True):
        road.update(post=1)
    graph.graph["hash"] += "posts"
    return compile_world(graph)


# Switch, outcomes added up, whether the feedback raises them, parameters, columns of states.
DIRECTIONS = {
    "fear of punishment lowers escape attempts": (
        "feedback_fear",
        ("escaped", "escape_attempts_failed"),
        False,
        dict(fear_breakouts=0.7),
        dict(detains_irregular=1.0),
    ),
    "tip-offs lower the people found in raids": (
        "feedback_tip_offs",
        ("freed_in_raids",),
        False,
        dict(feedback_pressure=0),
        RAIDED,
    ),
    "testimony of people sheltered raises arrests of owners": (
        "feedback_testimony",
        ("owners_arrested",),
        True,
        dict(testimony_half=1, testimony_effect=20, owner_arrest=0.03),
        RAIDED | PLENTY,
    ),
    "debt raises re-trafficking": (
        "feedback_debt",
        ("retrafficked",),
        True,
        weekly(again_base=0.004) | dict(again_debt=2),
        {},
    ),
    "full institutions identify fewer": (
        "feedback_capacity",
        ("identified",),
        False,
        dict(feedback_tip_offs=0, sensitivity=1),
        RAIDED | dict(screening_per_week=2.0),
    ),
    "raids harden guards and fewer escape": (
        "feedback_hardening",
        ("escaped",),
        False,
        dict(hardening=0.6, feedback_fear=0),
        RAIDED,
    ),
    "reports raise pressure and so raids": (
        "feedback_pressure",
        ("raids",),
        True,
        weekly(pressure_gain=0.2) | dict(pressure_relief=0.005),
        dict(raids_per_month=4.0),
    ),
    "inquiries into complaints press a State to raid": (
        "feedback_inquiries",
        ("raids",),
        True,
        weekly(inquiry_pressure=0.1) | dict(complaints_heard=1, inquiry_half=1, feedback_reports=0),
        dict(raids_per_month=4.0, civic_space=1.0),
    ),
    "the risk of raids raises bribes and so betrayals": (
        "feedback_bribes",
        ("raids_betrayed",),
        True,
        weekly(bribe_half=0.001) | dict(tip_off=0.2, bribe_response=2, feedback_pressure=0),
        RAIDED,
    ),
    "lawyers have charges dropped and fewer are convicted": (
        "feedback_legal_aid",
        ("convicted",),
        False,
        dict(lawyers=ENOUGH, lawyers_win=0.8, charges=0.5),
        RAIDED | PLENTY | dict(non_punishment_scope=0.8),
    ),
    "officials removed betray fewer raids": (
        "feedback_complicity",
        ("raids_betrayed",),
        False,
        weekly(accountability=0.02) | dict(found_unreported=1, tip_off=0.6, feedback_bribes=0, feedback_pressure=0),
        RAIDED,
    ),
    "a higher fee brings more recruits": (
        "feedback_refill",
        ("newly_held",),
        True,
        weekly(recruitment_rate=0.0001) | dict(refill_elasticity=1.5),
        {},
    ),
    "profits found operations": ("feedback_growth", ("operations_founded",), True, {}, {}),
    "where room runs short landlords take the profits and fewer operations are founded": (
        "feedback_crowding",
        ("operations_founded",),
        False,
        dict(rent_power=0.3, building_rate=0),
        {},
    ),
    "smugglers bring some of those refused": (
        "feedback_smugglers",
        ("newly_held",),
        True,
        weekly(recruitment_rate=0.0001) | dict(exit_stop=1, smuggler_retry=1, border_collusion=0, refill_elasticity=0),
        {},
    ),
    "where nobody is punished trust grows and more are identified": (
        "feedback_trust",
        ("identified",),
        True,
        weekly(trust_rate=0.04) | dict(charges=0, sensitivity=1),
        NOBODY_PUNISHED | PLENTY,
    ),
    "what survivors and families report brings raids": (
        "feedback_reports",
        ("raids",),
        True,
        weekly(pressure_gain=0.2),
        dict(raids_per_month=4.0),
    ),
    "operations that leave carry people along": (
        "feedback_carrying",
        ("moved",),
        True,
        weekly(review_rate=0.1) | dict(inertia=0),
        {},
    ),
    "platforms that remove what is reported lower recruitment": (
        "feedback_takedowns",
        ("newly_held",),
        False,
        weekly(recruitment_rate=0.0001)
        | dict(ads_answered=1, takedown_weeks=0, ad_reports_half=0.1, affinity_private=0, refill_elasticity=0),
        {},
    ),
    "people made to recruit bring others": (
        "feedback_recruiting_victims",
        ("newly_held",),
        True,
        weekly(made_to_recruit_rate=0.02, recruitment_rate=0.0001) | dict(recruiter_effort=1),
        {},
    ),
}


@pytest.mark.parametrize("what", DIRECTIONS)
def test_a_feedback_works_in_the_direction_that_it_names(what):
    """Over three seeds, the feedback moves its outcome by a tenth at least, the way that the paper says."""
    switch, outcomes, raises, parameters, state = DIRECTIONS[what]
    world, total = world_with_posts(**state), {}
    for value in (0, 1):
        runs = [
            Simulation(Inputs(world, seed, 20, parameters | {switch: value}, stop=120)).advance().result()
            for seed in (1, 2, 3)
        ]
        total[value] = sum(float(run.weekly[:, O[outcome]].sum()) for run in runs for outcome in outcomes)
    assert total[1] > 1.1 * total[0] if raises else total[1] < 0.9 * total[0]


@pytest.mark.parametrize(
    ("switch", "policy"),
    [
        ("feedback_learning", Policy("crackdown", 4.0, 20, 20, states=("BBB",))),
        ("feedback_own_experience", Policy("crackdown", 4.0, 20, 20, states=("BBB",))),
        ("feedback_announcement", Policy("crackdown", 4.0, 20, 119, states=("BBB",))),
    ],
)
def test_operations_leave_the_place_where_they_expect_raids(switch, policy):
    """Fewer stand where one State raids, or only says that it will, than where they do not learn of it."""
    values = dict.fromkeys(("feedback_learning", "feedback_own_experience", "feedback_announcement"), 0)
    values |= dict(
        raid_loss=30000,
        announcement_weight=0.8,
        site_closed=0,
        own_experience=1,
    )
    values |= weekly(review_rate=0.1, review_rate_after_raid=0.1)
    world = tiny_world()
    here = world.place_index["one"]
    stand = []
    for value in (0, 1):
        runs = [
            Simulation(Inputs(world, seed, 20, values | {switch: value}, (policy,), stop=110)).advance().result()
            for seed in (1, 2, 3)
        ]
        stand.append(sum(float(run.weekly[40:, O.operations, here].sum()) for run in runs))
    assert stand[1] < 0.9 * stand[0]
