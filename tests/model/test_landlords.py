"""Landlords: who own and let compounds, build while rents pay, and close what costs them more than it brings."""

from dataclasses import replace

import numpy as np
import pytest
from small import NO_FEEDBACK, NO_RISKS, small_world

from model import Inputs, Simulation
from model.registry.institutions import I
from model.registry.parameters import DEFAULTS, P
from model.registry.policy import Shock
from model.world.tiny_world import tiny_world

LONG = 520
GROWING = dict(raids_per_month=0.0, call_outs_per_month=0.0)


def compounds(parameters=None, stop=LONG, shocks=(), **state) -> float:
    """Return how many compounds stand after `stop` weeks, over three seeds."""
    world = tiny_world(**GROWING | state)
    runs = [Simulation(Inputs(world, seed, 50, parameters or {}, shocks=shocks, stop=stop)) for seed in range(3)]
    return sum(run.advance().columns.room.sites.sum() for run in runs) / len(runs)


@pytest.fixture(scope="module")
def usual():
    return compounds()


def test_the_market_vanishes_where_the_parameter_says():
    """With so many held, at the demand of 2019, what operations keep is what they spend."""
    m = Simulation(Inputs(tiny_world(), 1, 100, stop=1)).columns
    size, value = float(m.market[0]["size"]), DEFAULTS
    kept = value["revenue"] * (1 - value["laundering_cost"]) * value["operator_share"]
    left = kept * (1 + value["vanishing_stock"] / size) ** -value["market_saturation"]
    assert left == pytest.approx(value["upkeep"] + m.base[I.protection_price, 1], rel=1e-9)


@pytest.mark.parametrize("change", [dict(market_saturation=0), dict(revenue=10)])
def test_without_saturation_or_anything_to_earn_the_market_has_no_size(change):
    assert Simulation(Inputs(tiny_world(), 1, 100, change, stop=1)).columns.market[0]["size"] == np.inf


def test_rent_takes_all_where_all_room_is_let_and_half_to_a_power_where_half_is():
    """After a week without building, what places earn is split between rent and margin as the room let says."""
    run = Simulation(Inputs(tiny_world(), 1, 50, dict(building_rate=0, rent_power=3), stop=40))
    for _ in range(40):
        let = {p: run.columns.room[p]["rented"] / run.columns.room[p]["capacity"] for p in (1, 2)}
        run.step()
        for p, share in let.items():
            view, par = run.columns.outlook[p], run.columns.par
            surplus = view["net"] - par[P.upkeep] - run.columns.env[0, I.protection_price, p]
            assert view["rent"] == pytest.approx(max(0.0, surplus) * min(1.0, share) ** 3, rel=1e-9)
            assert view["margin"] == pytest.approx(surplus - view["rent"], rel=1e-9)


def test_landlords_stop_building_when_rents_no_longer_pay(usual):
    """Compounds multiply, then stand still; landlords with a longer reach own more of them, and so do cheaper ones."""
    assert usual > 10  # eight at the start
    assert compounds(stop=2 * LONG - 260) < 1.25 * usual
    assert compounds(dict(landlord_reach=3 * DEFAULTS["landlord_reach"])) > 1.3 * usual
    assert compounds(dict(building_cost=3 * DEFAULTS["building_cost"])) < 0.8 * usual


def test_liability_beyond_the_rent_closes_compounds_where_the_state_can_enter(usual):
    """A little of it slows building, much of it empties a place, and none of it counts where no State enters."""
    liable = lambda usd: (Shock("liability", "landlord_liability", "add", usd, 52, LONG),)  # noqa: E731
    assert compounds(shocks=liable(5000.0)) < 0.2 * usual
    assert compounds(shocks=liable(100.0)) < usual
    beyond = replace(liable(5000.0)[0], moves="control", mode="lower", value=1.0, name="no control")
    assert compounds(shocks=(*liable(5000.0), beyond)) > 0.8 * usual


def test_compounds_are_log_normal_about_what_is_usual_at_their_place():
    world = small_world(place=dict(start_sites=600, site_capacity=500.0), licensed_gaming=1)
    plain, licensed = (
        Simulation(
            Inputs(world, 3, 1000, dict(site_size=2, site_spread=0.5, licensed_held=0.25, start_licensed=x), stop=1)
        )
        for x in (0, 1)
    )
    sizes = plain.columns.sites[: plain.columns.used[0]["sites"]]["capacity"]
    logs = np.log(sizes / 1000.0)
    assert len(logs) == 1200
    assert abs(logs.mean()) < 5 * 0.5 / np.sqrt(1200)  # false alarm: 6 in ten million
    assert abs(logs.std() - 0.5) < 5 * 0.5 / np.sqrt(2 * 1200)
    held = licensed.columns.sites[: licensed.columns.used[0]["sites"]]["capacity"]
    assert held == pytest.approx(0.25 * sizes)  # staff who may leave are no part of the model


def test_every_compound_has_a_landlord_of_its_place():
    run = Simulation(Inputs(tiny_world(**GROWING), 2, 50, stop=200)).advance()
    sites, owners = run.columns.sites[: run.columns.used[0]["sites"]], run.columns.landlords
    assert (owners.place[sites.landlord] == sites.place).all()
    assert (np.bincount(sites.landlord[sites.open == 1], minlength=len(owners)) == owners.sites).all()


def test_what_is_let_never_exceeds_what_stands():
    run = Simulation(Inputs(tiny_world(), 4, 50, NO_FEEDBACK | NO_RISKS, stop=60, audit_every=1)).advance()
    assert (run.columns.room.rented <= run.columns.room.capacity + 1e-6).all()
