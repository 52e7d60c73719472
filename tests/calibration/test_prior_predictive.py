"""What the priors alone say of 2023, on made-up draws."""

import math

import numpy as np
import pytest

from calibration.fit.prior_predictive import PRESENT_FROM, PRESENT_TO, counts_wanted, in_words, prior_predictive
from model.registry.calendar import WEEKS_A_YEAR

YEARS = (PRESENT_TO - PRESENT_FROM) / WEEKS_A_YEAR


def made_up(**changed):
    """Return counts of four draws with two seeds each; of the fifth draw both runs failed."""
    counts = {
        "held in Cambodia and Myanmar": [73_000, 74_000, 660_000, 661_000],
        "held in the world": [100_000, 200_000, 3_000_000, 3_000_001],
        "newly held": [1000, 1000, 1000, 0],
        "trafficked again": [0, 100, 300, 0],
        "deaths in captivity": [100 * YEARS, 200 * YEARS, 3000 * YEARS, 3000.001 * YEARS],
        "stranded": [1, 2, 3, 4],
    } | changed
    each = {name: np.repeat(np.array([*values, math.nan])[:, None], 2, axis=1) for name, values in counts.items()}
    return {f"2023: {name}": values for name, values in each.items()}


def test_draws_near_the_reports_and_far_beyond_them_are_counted():
    found = prior_predictive(made_up())
    assert found.draws == 4
    assert found.near == 0.5  # 74,000 and 660,000; a third of 220,000 is 73,333
    assert found.beyond == 0.25  # three million itself is not beyond
    assert "Of 4 draws" in in_words(found) and "50%" in in_words(found) and "25.0%" in in_words(found)


def test_quantities_are_rates_and_shares_of_their_own_draw():
    rows = {name: values for name, *values in prior_predictive(made_up()).rows}
    assert rows["deaths in captivity per 100 person-years held"] == pytest.approx([0.1] * 3)
    assert rows["of the newly held, share trafficked again"][1] == pytest.approx(0.1)  # where any are newly held
    assert rows["people stranded"][1] == 2.5


def test_a_draw_is_the_mean_over_its_seeds_that_ran():
    expected = made_up()
    expected["2023: stranded"][0] = [math.nan, 9.0]
    rows = {name: values for name, *values in prior_predictive(expected).rows}
    assert rows["people stranded"][1] == 3.5
    with pytest.raises(ValueError, match="no draw has a run"):
        prior_predictive({name: values[4:] for name, values in expected.items()})


def test_what_is_wanted_of_a_run_is_what_is_read():
    assert {part.name for part in counts_wanted()} == set(made_up())
