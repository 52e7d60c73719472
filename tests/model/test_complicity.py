"""Officials take bribes as far as these are worth it, are found out and removed, and fear it."""

import numpy as np
import pytest
from small import NEVER, weekly

from model import Inputs, Policy, Simulation
from model.registry.outcomes import O
from model.world.tiny_world import tiny_world

RAIDED = dict(raids_per_month=12.0)
HOST = 1  # row of the first State where operations are


def run(parameters, state=RAIDED, policies=(), stop=150, seed=1):
    return Simulation(Inputs(tiny_world(**state), seed, 20, parameters, policies, stop=stop)).advance()


def test_the_stock_of_officials_on_the_take_follows_temptation_and_removals():
    """With bribes worth the usual and everybody found out, it is a recursion of one line."""
    parameters = weekly(officials_turnover=0.02, accountability=0.01, removal_half=0.03) | dict(
        found_unreported=1, removal_fear=0.8, feedback_bribes=0
    )
    before = run(parameters | dict(feedback_complicity=0)).columns.states
    after = run(parameters).columns.states
    share, odds, caution = before["complicit"].copy(), before["temptation"], 0.8 * 0.01 / 0.04
    for _ in range(150):
        tempted = odds * (1 - caution)
        share = (share + 0.02 * (tempted / (1 + tempted) - share)) * 0.99
    assert after["complicit"] == pytest.approx(share)
    assert after["corruption"] == pytest.approx(share / 0.25 * (1 - caution))
    assert (after["corruption"] < 0.8 * before["corruption"]).all()


def test_the_risk_of_raids_draws_officials_to_bribes():
    parameters = weekly(officials_turnover=0.05) | dict(accountability=0)
    quiet, raided = (run(parameters, state).columns.states for state in (dict(raids_per_month=0.0), RAIDED))
    assert raided["complicit"][HOST] > 1.2 * quiet["complicit"][HOST]


@pytest.mark.parametrize("silent", (dict(feedback_reports=0), dict(reports_scale=1e5)))
def test_reports_and_press_find_officials_out(silent):
    parameters = weekly(accountability=0.02, officials_turnover=0.001) | dict(found_unreported=0, testimony_half=1e5)
    heard, unheard = (run(parameters | more).columns.states["complicit"][HOST] for more in (dict(calls_home=1), silent))
    assert heard < 0.9 * unheard


def test_statements_of_protected_survivors_find_officials_out():
    parameters = weekly(accountability=0.02, officials_turnover=0.001) | dict(found_unreported=0, feedback_reports=0)
    shares = [
        run(parameters | dict(testimony=share, testimony_half=1), RAIDED | dict(open_beds=1e6)).columns.states
        for share in (0, 1)
    ]
    assert shares[1]["complicit"][HOST] < 0.9 * shares[0]["complicit"][HOST]


def test_fear_of_removal_idles_honest_officials_too():
    """The lever's hurt: fewer raids are set out for, in proportion to the fear."""
    parameters = dict(accountability=0.99, removal_half=0.0005, removal_fear=1, found_unreported=1)
    parameters |= dict(feedback_pressure=0, site_closed=0)
    raids = [run(parameters | dict(idle_for_fear=share)).result().weekly[:, O.raids].sum() for share in (0, 0.5)]
    assert raids[1] == pytest.approx(0.5 * raids[0], rel=0.15)


@pytest.mark.parametrize(
    ("outcome", "parameters"),
    [("raids_betrayed", dict(tip_off=0.4)), ("extorted", weekly(extortion=0.1))],
)
def test_removals_lower_what_bribes_buy(outcome, parameters):
    """Under the lever fewer raids are betrayed and fewer people extorted; with removals of no effect, as many."""
    parameters = parameters | dict(feedback_pressure=0, found_unreported=1, idle_for_fear=0, feedback_bribes=0)
    off = {f"anti_corruption.{name}": 0 for name in ("dearer_protection", "investigators_taken", "harder_guarding")}
    policy = (Policy("anti_corruption", 1.5, 0, 10),)
    counts = []
    for policies, removals in (((), 0.04), (policy, 0.04), (policy, 0.0)):
        values = parameters | off | {"anti_corruption.removals": removals, "anti_corruption.reprisals": 0}
        runs = [run(values, policies=policies, seed=seed).result() for seed in (1, 2, 3)]
        counts.append(sum(result.weekly[:, O[outcome]].sum() for result in runs))
    assert counts[1] < 0.85 * counts[0] and counts[2] == counts[0]


def test_without_removals_and_turnover_corruption_stays_as_drawn():
    parameters = dict(officials_turnover=NEVER, accountability=0)
    first, last = (run(parameters, stop=stop).columns.states["corruption"] for stop in (1, 150))
    assert np.array_equal(first, last) and len(set(first)) == len(first)
