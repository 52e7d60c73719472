"""What operations know of raids, and when; raids beside closures by order; whether to leave under rival rules."""

import pytest

from model import Inputs, Simulation
from model.model import phases_by_themselves, set_week
from model.tiny import tiny_world
from small import small_world

UNBETRAYED = dict(tip_off=0, raid_reach=1e5)


def through(run, last):
    """Call the phases of a week in order, up to and including `last`."""
    set_week(run.week, run._handle)
    for name, phase in phases_by_themselves().items():
        phase(run._handle)
        if name == last:
            return


def test_nobody_acts_on_a_raid_that_was_not_betrayed_before_it_happens():
    """Until the week's raids are carried out, no location is under review for them and no rate of raids is believed higher."""
    for last in ("relocation_and_founding", "raids"):
        run = Simulation(Inputs(tiny_world(raids_per_month=40.0), 1, 20, UNBETRAYED, stop=2)).step()  # in the first week nobody is seen yet
        through(run, last)
        firms, places, struck = run.columns.operations, run.columns.known, run.columns.used[0].struck
        assert struck > 0 and not run.columns.sites.warned.any()
        assert (firms.shaken_until > 0).any() == (last == "raids")
        assert places.raids_here.sum() == (struck if last == "raids" else 0) and (run.columns.views.signal == 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_a_compound_that_is_raided_and_closed_by_order_in_one_week_closes_once(seed):
    """The audit recounts the compounds and the room of each place."""
    world = small_world(place=dict(start_sites=30, site_capacity=200.0), raids_per_month=60.0, licensed_gaming=1)
    Simulation(Inputs(world, seed, 20, UNBETRAYED | dict(licensed_closure=0.3, site_closed=1, start_licensed=1), stop=20, audit_every=1)).advance()


@pytest.mark.parametrize("rule", (0, 2, 3, 4))
def test_operations_leave_a_costly_place_under_every_rule_of_where_to_go(rule):
    """Where protection costs more than elsewhere, operations leave: what a rival rule says is only where to."""
    world = small_world(place=dict(site_capacity=20_000.0), raids_per_month=0.0)
    world.place_columns["protection"][world.place_index["one"]] = 450.0
    run = Simulation(Inputs(world, 5, 20, dict(relocation_rule=rule, review_rate=0.5), stop=60, record="totals")).advance()
    assert run.result().relocations["operations"].sum() > 0
