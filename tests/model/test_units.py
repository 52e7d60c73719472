"""Rates in natural units: what users write, and the rate per week that the model works with."""

import math

import numpy as np
import pytest
from small import NEVER, tiny_inputs

from model import Simulation
from model.registry.calendar import WEEKS_A_MONTH, WEEKS_A_YEAR
from model.registry.institutions import INSTITUTIONS, I
from model.registry.parameter import MEAN_MONTHS, MEAN_WEEKS, SHARE_A_YEAR, SHARE_IN_FIVE_YEARS, TIMES_A_YEAR
from model.registry.parameters import DEFAULTS, PARAMETERS, P, complete, per_week

RATES = [row for row in PARAMETERS.values() if row.weekly]


@pytest.mark.parametrize("row", RATES, ids=lambda row: row.name)
def test_bounds_and_priors_convert_to_what_a_week_can_hold(row):
    assert 0.0 <= row.per_week(row.low) <= 1.0 and 0.0 <= row.per_week(row.high) <= 1.0
    assert row.low <= row.default <= row.high
    if row.prior:
        assert row.low <= row.prior[1] <= row.default <= row.prior[2] < row.high


@pytest.mark.parametrize("row", RATES, ids=lambda row: row.name)
def test_a_rate_comes_back_from_its_week_and_keeps_its_order(row):
    _, low, high = row.prior or ("", row.default / 2, min(row.default * 2, row.high))
    values = np.linspace(low, high, 41)
    weekly = [row.per_week(value) for value in values]
    assert [row.natural(rate) for rate in weekly] == pytest.approx(values)
    steps = np.diff(weekly)
    assert (steps > 0).all() or (steps < 0).all()


def test_units_mean_what_they_say():
    assert 1 - (1 - SHARE_A_YEAR.per_week(0.3)) ** WEEKS_A_YEAR == pytest.approx(0.3)
    assert 1 - (1 - SHARE_IN_FIVE_YEARS.per_week(0.06)) ** (5 * WEEKS_A_YEAR) == pytest.approx(0.06)
    assert TIMES_A_YEAR.per_week(0.5) * WEEKS_A_YEAR == pytest.approx(0.5)
    assert MEAN_WEEKS.per_week(8) == 1 / 8 and MEAN_MONTHS.per_week(3) == pytest.approx(1 / (3 * WEEKS_A_MONTH))
    assert MEAN_WEEKS.per_week(0.5) == 1.0  # no sooner than the next week
    assert MEAN_WEEKS.per_week(NEVER) == 0.0 and MEAN_WEEKS.natural(0.0) == math.inf


def test_users_keep_natural_units_and_the_model_takes_rates_per_week():
    given = {"death_rate": 0.2, "consular_reach": 0.3, "returns_alone": 4, "crackdown.raids": 7.0, "tip_off": 0.5}
    assert complete(given) == DEFAULTS | given
    run = Simulation(tiny_inputs(parameters=given, stop=2))
    par, base = run.columns.par, run.columns.base
    assert par[P.death_rate] == pytest.approx(SHARE_A_YEAR.per_week(0.2)) and par[P.returns_alone] == 0.25
    assert par[P["crackdown.raids"]] == 7.0 and par[P.tip_off] == 0.5  # effects of levers are no rates
    assert base[I.consular_reach] == pytest.approx(SHARE_A_YEAR.per_week(0.3))
    for name, value in per_week(given).items():
        assert par[P[name]] == value
        if name in INSTITUTIONS and INSTITUTIONS[name].base == "parameter":
            assert (base[I[name]] == value).all()


def test_bounds_on_hazards_follow_from_rates_per_week_in_a_fork_too():
    inputs = tiny_inputs(parameters={"consular_reach": 0.3})
    run = Simulation(inputs)
    assert run.fork(inputs).columns.hazard_bounds.tobytes() == run.columns.hazard_bounds.tobytes()
