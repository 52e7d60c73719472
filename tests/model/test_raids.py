"""Which raids are made and announced; what operations know of them, and when; closures by order; whether to leave
under rival rules.
"""

from dataclasses import replace

import pytest
from small import small_world, weekly

from model import Inputs, Simulation
from model.model import phases_by_themselves, set_week
from model.registry.calendar import WEEKS_A_MONTH
from model.registry.institutions import I
from model.registry.outcomes import O
from model.registry.policy import Policy, Trigger
from model.world.tiny_world import tiny_world
from scenarios.loading import load

UNBETRAYED = dict(tip_off=0, raid_reach=1e5)


def through(run, last):
    """Call the phases of a week in order, up to and including `last`."""
    set_week(run.week, run._handle)
    for name, phase in phases_by_themselves().items():
        phase(run._handle)
        if name == last:
            return


def test_nobody_acts_on_a_raid_that_was_not_betrayed_before_it_happens():
    """Until the week's raids are carried out, no location is under review for them and no rate of raids is believed
    higher.
    """
    for last in ("relocation_and_founding", "raids"):
        run = Simulation(
            Inputs(tiny_world(raids_per_month=40.0), 1, 20, UNBETRAYED, stop=2)
        ).step()  # in the first week nobody is seen yet
        through(run, last)
        firms, places, struck = run.columns.operations, run.columns.known, run.columns.used[0].struck
        assert struck > 0 and not run.columns.sites.warned.any()
        assert (firms.shaken_until > 0).any() == (last == "raids")
        assert places.raids_here.sum() == (struck if last == "raids" else 0) and (run.columns.outlook.signal == 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_a_compound_that_is_raided_and_closed_by_order_in_one_week_closes_once(seed):
    """The audit recounts the compounds and the room of each place."""
    world = small_world(place=dict(start_sites=30, site_capacity=200.0), raids_per_month=60.0, licensed_gaming=1)
    Simulation(
        Inputs(
            world,
            seed,
            20,
            UNBETRAYED | dict(licensed_closure=0.3, site_closed=1, start_licensed=1),
            stop=20,
            audit_every=1,
        )
    ).advance()


@pytest.mark.parametrize("rule", (0, 2, 3, 4))
def test_operations_leave_a_costly_place_under_every_rule_of_where_to_go(rule):
    """Where protection costs more than elsewhere, operations leave: what a rival rule says is only where to."""
    world = small_world(place=dict(site_capacity=20_000.0), raids_per_month=0.0)
    world.place_columns["protection"][world.place_index["one"]] = 450.0
    run = Simulation(
        Inputs(world, 5, 20, weekly(review_rate=0.5) | dict(relocation_rule=rule), stop=60, record="totals")
    ).advance()
    assert run.result().relocations["operations"].sum() > 0


def test_raids_fail_where_the_state_cannot_enter():
    """Of those set out for, the share that is carried out is how far the State controls the place (O09-O11)."""
    made = {}
    for control in (0.0, 0.3, 1.0):
        world = small_world(place=dict(control=control), raids_per_month=40.0)
        run = Simulation(Inputs(world, 3, 20, dict(feedback_pressure=0, site_closed=0), stop=100)).advance().result()
        made[control] = run.weekly[:, O.raids].sum()
    assert made[0.0] == 0 and made[1.0] > 500
    assert made[0.3] / made[1.0] == pytest.approx(0.3, abs=0.1)  # four standard errors and more


@pytest.mark.parametrize("where", (dict(states=("KHM",)), dict(places=("preah-sihanouk",))))
def test_what_is_announced_is_what_will_be_set_out_for_and_get_in(where):
    """Expected raids, added up over compounds, are the State's rate; a place's share of it is one of the State's
    places of operation.
    """
    baseline = load("baseline").inputs(seed=1, people_per_agent=1000, parameters=dict(announcement_weight=1.0))
    policy = Policy("crackdown", 1.0, 0, 20, **where)
    run = Simulation(replace(baseline, policies=(policy,), stop=5)).advance()
    world, columns = baseline.world, run.columns
    hosts = [p for p in world.host_places if world.place_country[p] == "KHM"]
    meant = [p for p in hosts if "states" in where or world.place_ids[p] in where["places"]]
    control = columns.env[0, I.control]
    into = sum(columns.room.sites[p] * control[p] for p in meant) / sum(columns.room.sites[p] for p in meant)
    expected = 25.0 / WEEKS_A_MONTH * len(meant) / len(hosts) * into
    assert (columns.announced * columns.room.sites).sum() == pytest.approx(
        expected, rel=0.05
    )  # sites are those of a phase before
    assert set(columns.announced.nonzero()[0]) <= set(meant)


def test_a_policy_that_waits_for_a_trigger_announces_no_date():
    baseline = load("baseline").inputs(seed=1, people_per_agent=1000)
    policy = Policy("crackdown", 1.0, 0, 20, states=("KHM",), when=Trigger("people_held", 1e9))
    assert Simulation(replace(baseline, policies=(policy,), stop=5)).advance().columns.announced.sum() == 0
