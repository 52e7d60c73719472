"""What States can do: capacities that are pooled, whom a policy for some reaches, who is identified and where."""

from dataclasses import replace

import pytest
from small import NEVER, small_world, weekly

from model import Inputs, Policy, Simulation, compile_world
from model.people.roster import MALE
from model.registry.institutions import I
from model.registry.life_course import S
from model.registry.outcomes import O
from scenarios.loading import load


def test_a_policy_for_some_acts_on_what_is_pooled_by_their_share():
    """Screenings of a State are one pool: a policy for one nationality adds to it in proportion to its people at
    risk.
    """
    baseline = load("baseline").inputs(seed=1, people_per_agent=1000)
    world, row = baseline.world, I["screening_slots"]
    state = world.state_index["KHM"]

    def slots(**whom):
        policy = Policy("screening", states=("KHM",), strength=1.0, start=1, announced=1, **whom)
        run = Simulation(replace(baseline, policies=(policy,), stop=5)).advance()
        return run.columns.senv[0, row, state]

    none, whole, some = (
        Simulation(replace(baseline, stop=5)).advance().columns.senv[0, row, state],
        slots(),
        slots(nationalities=("IDN",)),
    )
    share = world.people_by_class.reshape(-1, 4)[world.nationalities.index("IDN")].sum()
    assert 0.01 < share < 0.5
    assert some - none == pytest.approx(share * (whole - none))


def test_beds_for_some_take_none_from_others():
    """A State's beds are one pool: who is let in never depends on for whom a policy added beds."""
    world = small_world(hosts=1, open_beds=40.0, closed_beds=0.0, raids_per_month=20.0, services_for_men=1.0)
    sheltered = []
    for policies in ((), (Policy("shelter_capacity", 4.0, 0, 0, sex="female"),)):
        runs = [
            Simulation(Inputs(world, seed, 5, dict(sensitivity=1, uptake=1), policies=policies, stop=120)).advance()
            for seed in (1, 2, 3)
        ]
        men = [(run.columns.people.status == S.sheltered_open) & (run.columns.people.sex == MALE) for run in runs]
        sheltered.append(sum(in_shelter.sum() for in_shelter in men))
    assert sheltered[1] > sheltered[0] > 0


def test_a_measure_at_departure_meets_the_people_of_the_state():
    """For all of a State's own nationals it refuses as many lawful travellers as for everybody there, and half of
    them for half.
    """
    baseline = load("baseline").inputs(seed=1, people_per_agent=1000)
    here = baseline.world.place_index["hub-phl"]

    def refused(**whom):
        policies = (
            (Policy("exit_interception", states=("PHL",), strength=1.0, start=1, announced=1, **whom),) if whom else ()
        )
        return Simulation(replace(baseline, policies=policies, stop=5)).advance().columns.lawful_stops[here]

    usual, everybody, nationals, men = (
        refused(**whom) for whom in ({}, dict(sex=None), dict(nationalities=("PHL",)), dict(sex="male"))
    )
    share = next(row["share_male"] for row in baseline.world.origins if row["iso3"] == "PHL")
    assert everybody > usual > 0 and nationals == pytest.approx(everybody)
    assert men - usual == pytest.approx(share * (everybody - usual))


def test_whom_a_state_recognises_in_detention_is_identified_with_or_without_a_bed():
    """Only where they go from there hangs on beds (IV.B V43)."""
    found = {}
    for beds in (0.0, 5000.0):
        world = small_world(
            hosts=1,
            open_beds=beds,
            closed_beds=0.0,
            raids_per_month=20.0,
            screening_per_week=0.0,
            detains_irregular=1.0,
            services_for_men=1.0,
        )
        runs = [
            Simulation(Inputs(world, seed, 5, weekly(grounds_release=0.2) | dict(sensitivity=1, uptake=1), stop=60))
            .advance()
            .result()
            for seed in (1, 2, 3)
        ]
        found[beds] = sum(run.weekly[:, O.identified].sum() for run in runs)
    assert found[0.0] > 200 and found[0.0] == pytest.approx(found[5000.0], rel=0.25)


def test_who_is_handed_over_is_screened_at_home_while_there_is_capacity():
    """With no screening where people are held, all who are identified are so at home; without any they are not
    (V43).
    """

    def identified(at_home):
        graph = small_world(screening_per_week=0.0, raids_per_month=20.0, detains_irregular=1.0).graph.copy()
        states = graph.graph["states"]
        graph.graph["states"] = states | {"AAA": states["AAA"] | {"screening_per_week": at_home}}
        graph.graph["hash"] += f" {at_home} at home"
        inputs = Inputs(
            compile_world(graph), 2, 5, dict(grounds_release=0, defence_raised=NEVER, charges=0, child_found=0), stop=80
        )
        return Simulation(inputs).advance().result().weekly[:, O.identified]

    home = small_world().place_index["home"]
    assert identified(0.0).sum() == 0
    found = identified(1e6)
    assert found[:, home].sum() == found.sum() > 0


def test_minors_at_risk_are_renewed_as_they_grow_up():
    """The share of children among people newly held in the last years is not a small part of that in the first
    (I.prof).
    """
    run = Simulation(
        load("baseline").inputs(seed=1, people_per_agent=100, parameters=dict(susceptibility_child=3.0), groups=True)
    ).advance()
    newly = run.result().groups
    share = {}
    for name, years in (("first", (0, 4)), ("last", (48, 60))):
        rows = newly[(newly["quarter"] >= years[0]) & (newly["quarter"] < years[1])]
        share[name] = rows["newly_held"][rows["child"] == 1].sum() / rows["newly_held"].sum()
    assert share["last"] > 0.4 * share["first"] > 0  # adults at risk pile up, minors do not


def test_more_consular_staff_frees_more_people_where_staff_is_short():
    """Doubling the reach of consulates doubles whom they free also of a nationality that is more than they can deal
    with.
    """
    short = weekly(consular_reach=0.05) | dict(consular_capacity=20, rescue_delay=0)
    policies = (Policy("consular_coverage", 1.0, 0, 0),)
    world = small_world(hosts=1, raids_per_month=0.0)
    freed = [
        Simulation(Inputs(world, 4, 5, short, policies=p, stop=100)).advance().result().weekly[:, O.freed].sum()
        for p in ((), policies)
    ]
    assert 1.6 * freed[0] < freed[1] < 2.4 * freed[0]
