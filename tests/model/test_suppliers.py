"""Power, lines and cash-out come from companies of some State: who can press them, what is replaced, what is lost."""

import numpy as np
import pytest

from model import Inputs, Policy, Simulation, compile_world
from model.operations.operations import SEIZED
from model.registry.institutions import I
from model.world.tiny_world import tiny_world

START = 30
PRESSED = Policy("telecom_supply", 1.0, START, START, states=("CCC",))


def supplied(**columns):
    """Return the tiny world with other suppliers of place `one`, which is in BBB."""
    graph = tiny_world().graph.copy()
    graph.nodes["one"].update(columns)
    graph.graph["hash"] += repr(columns)
    return compile_world(graph)


def moved(lever: str, institution: str, state: str, **columns) -> dict[str, bool]:
    """Return at which places a lever that a State pulls moves an institution."""
    world = supplied(**columns)
    run = Simulation(Inputs(world, 1, 100, policies=(Policy(lever, 1.0, 1, 1, states=(state,)),), stop=3)).advance()
    now, before = run.columns.env[0, I[institution]], run.columns.base[I[institution]]
    return {place: bool(now[p] != before[p]) for place, p in world.place_index.items()}


@pytest.mark.parametrize(
    ("lever", "institution", "column"),
    [
        ("telecom_supply", "output_lost", "supplied_from"),
        ("telecom_supply", "contact", "supplied_from"),
        ("cashout_control", "laundering_cost", "cash_out_from"),
        ("cashout_control", "accounts_frozen", "cash_out_from"),
    ],
)
def test_a_state_presses_those_who_supply_from_it_at_home_and_across_the_border(lever, institution, column):
    across = {column: "CCC"}
    assert moved(lever, institution, "CCC", **across) == {"home": False, "one": True, "two": True}
    assert moved(lever, institution, "BBB", **across) == {"home": False, "one": False, "two": False}
    assert moved(lever, institution, "BBB") == {"home": False, "one": True, "two": False}


def net_of_one(week: int, policies=(), **parameters) -> float:
    values = dict(market_saturation=0, closure_rate=0) | parameters
    run = Simulation(Inputs(supplied(supplied_from="CCC"), 1, 100, values, policies, stop=week)).advance()
    return float(run.columns.outlook["net"][run.inputs.world.place_index["one"]])


def test_a_cut_is_replaced_with_a_lag_and_at_a_cost():
    whole = net_of_one(START)
    lost = {
        (weeks, cost): 1 - net_of_one(START + weeks, (PRESSED,), substitution_ceiling=1, substitution_cost=cost) / whole
        for weeks in (1, 80)
        for cost in (0, 0.4)
    }
    assert lost[1, 0] == lost[1, 0.4] == pytest.approx(0.3)
    assert lost[80, 0] == pytest.approx(0, abs=1e-6)
    assert lost[80, 0.4] == pytest.approx(0.4 * 0.3, rel=1e-6)


def freeze(rate: float, seed=1, **parameters):
    """Return a run in which accounts are frozen from week `START` on at a rate, and nothing else moves."""
    off = {"cashout_control.costlier": 0, "cashout_control.harder_work": 0, "cashout_control.frozen": rate}
    policy = (Policy("cashout_control", 1.0, START, START),)
    return Simulation(Inputs(tiny_world(), seed, 20, off | parameters, policy, stop=START + 1)).advance()


def test_frozen_accounts_take_the_working_capital_of_operations_and_close_some():
    """Cash and weeks of takings are gone at once; who cannot bear it closes. Margins stay as they were."""
    hit, spared = freeze(0.05), freeze(0)
    assert hit.columns.ledger[SEIZED] > spared.columns.ledger[SEIZED]
    np.testing.assert_array_equal(hit.columns.outlook["margin"], spared.columns.outlook["margin"])
    alive, usual = (run.columns.operations["alive"].astype(bool) for run in (hit, spared))
    still = alive & usual
    gone = spared.columns.operations["cash"][still] - hit.columns.operations["cash"][still]
    assert 0 < (gone > 0).mean() < 0.5
    poor = dict(debt_limit=0, takings_in_accounts=4)
    left = [
        sum(freeze(rate, seed, **poor).columns.operations["alive"].sum() for seed in range(8)) for rate in (0.05, 0)
    ]
    assert left[0] < left[1]
