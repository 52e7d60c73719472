"""What is found for many weeks or places at once is what would be found one by one, and more looks find nothing
more.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small import same_bytes

from experiments.design.draws import prior_draws
from model import Simulation
from model.engine.choice import first_to_ring
from model.engine.kernel import entry
from model.engine.thinning import BYTE_VALUES, NEVER, next_candidate, number_in
from model.model import set_week
from model.registry.calendar import WEEKS
from model.registry.streams import R
from scenarios.loading import load

numbers = st.integers(0, 2**64 - 1)


@pytest.fixture(scope="module")
def run():
    return Simulation(load("baseline").inputs(seed=3, people_per_agent=2000))


def mixed(z):
    """The finaliser of splitmix64 (Steele, Lea and Flood 2014), in whole numbers of Python."""
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
    return z ^ z >> 31


def draw(key, who):
    return mixed((int(key) + 0x9E3779B97F4A7C15 * who) % 2**64)


def strikes(keys, stream, who, bound, now):
    """Yield the weeks after `now` in which a hazard may act, by the definition."""
    for week in range(now + 1, WEEKS + 1):
        byte = draw(keys[R.candidates, week // 8], who) >> 8 * (week % 8) & 255
        rest = ((draw(keys[stream, week], who) >> 11) + 0.5) * 2.0**-53
        if (byte + rest) / BYTE_VALUES < bound:
            yield week


seek = entry(next_candidate.py_func)
ring = entry(first_to_ring.py_func)


@settings(max_examples=300, deadline=None)
@given(
    who=numbers,
    bound=st.one_of(st.floats(0, 1), st.integers(0, BYTE_VALUES).map(lambda n: n / BYTE_VALUES)),
    now=st.integers(-1, WEEKS),
)
def test_the_next_strike_is_the_first_week_of_the_definition(run, who, bound, now):
    set_week(now, run._handle)
    found = seek(np.int64(R.after), np.uint64(who), bound, run._handle)
    assert found == next(strikes(run.columns.keys, R.after, who, bound, now), NEVER)


def test_a_persons_numbers_are_uniform_and_independent_between_weeks(run):
    """4 000 people, 100 weeks: the rate below any hazard is right, and one week's number says nothing of the next."""
    number = entry(number_in.py_func)
    found = np.array(
        [[number(np.int64(R.after), w, np.uint64(who), run._handle) for w in range(100)] for who in range(4000)]
    )
    for hazard in (0.001, 1 / 256, 0.01, 0.3):
        expected, spread = hazard, np.sqrt(hazard * (1 - hazard) / found.size)
        assert abs((found < hazard).mean() - expected) < 4 * spread
    assert abs(np.corrcoef(found[:, :-1].ravel(), found[:, 1:].ravel())[0, 1]) < 4 / np.sqrt(found.size)


@settings(max_examples=300, deadline=None)
@given(seed=numbers, empty=st.floats(0, 1))
def test_the_place_chosen_is_the_one_whose_clock_rings_first(run, seed, empty):
    rng = np.random.default_rng(seed)
    count = len(run.columns.luck)
    luck, weight = 1.0 - rng.random(count), rng.lognormal(0, 4, count) * (rng.random(count) >= empty)
    run.columns.luck[:], run.columns.weight[:] = luck, weight
    with np.errstate(divide="ignore"):
        clocks = -np.log(luck) / weight
    assert ring(run._handle) == (np.argmin(clocks) if weight.any() else -1)


@pytest.mark.parametrize("draw", range(4, 8))  # recruitment more than doubles within weeks in some of them
def test_looks_in_weeks_in_which_nothing_can_happen_change_nothing(draw):
    inputs = load("baseline").inputs(
        seed=5 + draw, people_per_agent=200, record="places", parameters=prior_draws(8, 1)[draw]
    )
    few, many = Simulation(inputs), Simulation(inputs)
    for bound in many.columns.hazard_bounds.dtype.names:
        many.columns.hazard_bounds[bound] += 1.0
    assert same_bytes(few.advance(400).result(), many.advance(400).result())
