"""Sensitivity of a stochastic model, where the answer is known: Ishigami's function plus noise."""

import numpy as np
import pytest
from scipy import stats

from experiments.design.draws import spread, unit_sample
from experiments.sensitivity import indices, stages
from experiments.sensitivity.factors import DUMMY, SEED_FACTOR, Column, Factor
from experiments.sensitivity.indices import Constant, NotFinite
from experiments.sensitivity.samples import Sample, ensemble, generator, saltelli, trajectories

A, B = 7.0, 0.1
V1, V2, V13 = 0.5 * (1 + B * np.pi**4 / 5) ** 2, A**2 / 8, B**2 * np.pi**8 * (1 / 18 - 1 / 50)
V = V1 + V2 + V13  # of the function itself; the noise has the same variance
FIRST = {"x1": V1 / V, "x2": V2 / V, "x3": 0.0}
TOTAL = {"x1": (V1 + V13) / V, "x2": V2 / V, "x3": V13 / V}
FACTORS = tuple(
    Factor(name, (Column(name, kind),))
    for name, kind in [("x1", "uniform"), ("x2", "uniform"), ("x3", "uniform"), (DUMMY, "dummy"), (SEED_FACTOR, "seed")]
)


def ishigami(sample: Sample, key: int) -> np.ndarray:
    """Return Ishigami's function at each row, plus what its seed draws.

    Noise as large as the function's own variance.
    """
    x = (2 * sample.unit[:, :3] - 1) * np.pi
    value = np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])
    return value + np.sqrt(V) * generator(key).standard_normal(sample.seeds.max() + 1)[sample.seeds]


@pytest.fixture(scope="module")
def found():
    scrambles, points, pairs = 8, 256, [("x1", "x3"), ("x1", "x2")]
    sample = saltelli(FACTORS, points, scrambles, pairs, seed=1)
    values = ishigami(sample, 5).reshape(scrambles, points, -1)
    return {(i.factor + i.other, i.order): i for i in indices.sobol(sample.names, pairs, values)}


def test_indices_of_ishigami_with_noise(found):
    """Half of the variance is noise: raw indices are half of the textbook's, those of the explained part equal."""
    for name in ("x1", "x2", "x3"):
        assert found[name, "first"].explained == pytest.approx(FIRST[name], abs=0.08)
        assert found[name, "total"].explained == pytest.approx(TOTAL[name], abs=0.08)
        assert found[name, "total"].value == pytest.approx(TOTAL[name] / 2, abs=0.05)


def test_the_seed_has_the_share_of_noise_and_the_dummy_none(found):
    assert found[SEED_FACTOR, "first"].value == pytest.approx(0.5, abs=0.06)
    assert found[SEED_FACTOR, "total"].value == pytest.approx(0.5, abs=0.06)
    assert found[DUMMY, "total"].value == 0.0  # a row and its dummy share their seed: they are the same run


def test_interactions_are_told_for_named_pairs(found):
    """x1 and x3 interact (0.244 of the function's variance); x1 and x2 do not."""
    assert found["x1x3", "second"].value == pytest.approx(V13 / V / 2, abs=0.06)
    assert found["x1x2", "second"].value == pytest.approx(0.0, abs=0.06)


def test_intervals_from_scrambles_hold_the_truth(found):
    truth = {
        ("x1", "total"): TOTAL["x1"] / 2,
        ("x2", "total"): TOTAL["x2"] / 2,
        ("x3", "total"): TOTAL["x3"] / 2,
        (SEED_FACTOR, "total"): 0.5,
    }
    inside = [found[key].low <= value <= found[key].high for key, value in truth.items()]
    assert sum(inside) >= 3
    assert all(found[key].high - found[key].low < 0.15 for key in truth)


def test_independent_seeds_would_give_the_dummy_an_index():
    """Without common random numbers a dummy's total index is V_noise / (V + V_noise).

    The floor that is told for that design.
    """
    sample = saltelli(FACTORS[:4], 512, 4, [], seed=2)
    values = ishigami(sample, 5)
    alone = values + np.sqrt(V) * generator(6).standard_normal(len(values))
    found = indices.sobol(sample.names, [], alone.reshape(4, 512, -1))
    told = indices.noise(
        ishigami(ensemble(FACTORS, 512, 3), 7)[:, None] + np.sqrt(V) * generator(8).standard_normal((512, 6))
    )
    (dummy,) = [i for i in found if (i.factor, i.order) == (DUMMY, "total")]
    assert dummy.value == pytest.approx(1 / 3, abs=0.05)  # noise once more, beside function and shared noise
    assert told.share == pytest.approx(1 / 3, abs=0.06)
    assert told.floor_if_independent == pytest.approx(1 / 13, abs=0.02)


def test_noise_by_hand():
    """Two worlds of two runs: 0 and 2, 4 and 6. Noise 2; variance of the means 8, of which noise adds 1."""
    told = indices.noise(np.array([[0.0, 2.0], [4.0, 6.0]]))
    assert (told.noise, told.parameters, told.share) == pytest.approx((2, 7, 2 / 9))
    assert told.floor_if_independent == pytest.approx(1 / 8)  # of means over both runs
    assert told.replicates_wanted == 6  # 2 / 6 is the first part below a twentieth of 7


def test_what_parameters_explain_is_without_all_that_the_seed_has_a_part_in():
    """Y = x (1 + z) with x uniform and z normal.

    V(x) = 1/12, of the seed with all its interactions E(x^2) = 1/3, of 5/12 in all.
    """
    factors = (Factor("x", (Column("x", "uniform"),)), Factor(SEED_FACTOR, (Column(SEED_FACTOR, "seed"),)))
    sample = saltelli(factors, 512, 8, [], seed=4)
    values = sample.unit[:, 0] * (1 + generator(5).standard_normal(sample.seeds.max() + 1)[sample.seeds])
    told = {(i.factor, i.order): i for i in indices.sobol(sample.names, [], values.reshape(8, 512, -1))}
    assert told[SEED_FACTOR, "total"].value == pytest.approx(4 / 5, abs=0.05) and told[
        SEED_FACTOR, "first"
    ].value == pytest.approx(3 / 5, abs=0.08)
    assert told["x", "first"].explained == pytest.approx(1.0, abs=0.3)


def test_screening_ranks_factors_and_leaves_the_dummy_at_nothing():
    sample = trajectories(FACTORS, 40, 4, seed=1)
    effects = {e.factor: e.mu_star for e in indices.screening(sample, ishigami(sample, 5), 4, seed=1)}
    assert effects[DUMMY] < 1e-9 < min(effects[name] for name in ("x1", "x2", "x3"))
    assert effects[SEED_FACTOR] > 0.5
    hundredfold = indices.screening(
        sample, 100 * ishigami(sample, 5), 4, seed=1
    )  # told in standard deviations, whatever the unit
    assert {e.factor: e.mu_star for e in hundredfold} == pytest.approx(effects)


def test_pawn_tells_what_matters_from_its_dummies():
    sample = ensemble(FACTORS[:4], 1024, seed=1)
    x = sample.unit[:, 0]
    skewed = np.where(generator(9).random(1024) < 0.1, np.exp(3 * x), 0.0)
    index, floor = indices.pawn(sample.unit, skewed + np.exp(4 * x), seed=1)
    assert index[0] > 3 * floor
    assert all(index[1:] < floor)


def test_few_columns_that_do_nothing_are_above_the_floor_of_pawn():
    unit = generator(10).random((512, 40))
    index, floor = indices.pawn(unit, generator(11).standard_normal(512), seed=1)
    assert (index > floor).mean() <= 0.25


def test_what_is_not_finite_or_never_changes_is_refused():
    values = np.ones((2, 4, 7))
    with pytest.raises(Constant):
        indices.sobol([f.name for f in FACTORS], [], list(values))
    values[0, 0, 0] = np.nan
    with pytest.raises(NotFinite, match="1 of 56"):
        indices.sobol([f.name for f in FACTORS], [], list(values))


# --- samples --------------------------------------------------------------------------------------


def largest_by_chance(points: int, columns: int, alarm: float = 0.001) -> float:
    """Return the largest |r| of any two of so many independent columns, exceeded in at most a share `alarm` of samples.

    By Student's t for one pair, and Bonferroni over all pairs.
    """
    t = stats.t.isf(alarm / (columns * (columns - 1)), points - 2)
    return t / np.sqrt(points - 2 + t**2)


def largest(unit: np.ndarray) -> float:
    r = np.corrcoef(unit, rowvar=False)
    np.fill_diagonal(r, 0.0)
    return float(np.abs(r).max())


@pytest.mark.parametrize(("points", "columns"), [(32, 400), (128, 356), (512, 400), (2048, 423)])
def test_columns_of_a_sample_correlate_no_more_than_by_chance(points, columns):
    """The ensemble and `prior:N`; Sobol' points reach 0.99, 0.97, 0.9 and 0.4 here."""
    bound = largest_by_chance(points, columns)
    many = [Factor(f"x{i}", (Column(f"x{i}", "uniform"),)) for i in range(columns)]
    for seed in range(3):
        assert largest(unit_sample(columns, points, seed)) < bound
        assert largest(ensemble(many, points, seed).unit) < bound


@pytest.mark.parametrize("name", ["sensitivity-quick", "sensitivity-full"])
def test_base_rows_of_the_shipped_index_designs_alias_no_factors(name):
    """A group of parameters counts with all of its columns: there are over a hundred, of few points."""
    plan = stages.load(name)
    points, scrambles = plan.settings.points, plan.settings.scrambles
    sample = saltelli(plan.judged(["captivity", "operations"]), points, scrambles, [], plan.design.seed)
    rows = sample.unit.reshape(points * scrambles, -1, len(sample.columns))
    both = np.concatenate([rows[:, 0], rows[:, -1]], axis=1)
    assert largest(both) < largest_by_chance(*both.shape)


def test_every_column_of_a_latin_hypercube_has_one_point_in_each_part():
    unit = unit_sample(7, 40, 3)
    assert (np.sort((unit * 40).astype(int), axis=0) == np.arange(40)[:, None]).all()
    assert (unit == unit_sample(7, 40, 3)).all() and (unit != unit_sample(7, 40, 4)).any()


def test_few_of_many_draws_are_spread_over_their_order():
    assert spread(64, 64) == list(range(64))
    assert spread(64, 4) == [8, 24, 40, 56] and spread(10, 3) == [1, 5, 8] and spread(5, 1) == [2]
    held = np.sort(np.exp(generator(3).standard_normal(64)))
    few = held[spread(64, 16)]
    assert np.log(few).mean() == pytest.approx(np.log(held).mean(), abs=0.1)
    assert np.log(few).std() == pytest.approx(np.log(held).std(), rel=0.1)


# --- noise floors -----------------------------------------------------------------------------------


def noisy(rng, scrambles=8, points=32, factors=10):
    """Return Saltelli's rows of a function of nothing: runs that differ by noise alone, and their names."""
    names = [*(f"x{i}" for i in range(factors)), DUMMY]
    return names, list(rng.standard_normal((scrambles, points, 2 + len(names))))


def test_a_factor_that_does_nothing_is_seldom_above_the_floor():
    """By its difference from the dummy, one in forty should be: the interval leaves out as much at either end."""
    rng, above, count = generator(21), 0, 0
    for _ in range(150):
        names, scrambles = noisy(rng)
        totals = [i for i in indices.sobol(names, [], scrambles) if i.order == "total" and i.factor != DUMMY]
        above += sum(i.above > 0 for i in totals)
        count += len(totals)
    assert 0.01 < above / count < 0.045


def test_the_floor_is_the_upper_end_of_the_dummy_and_what_acts_is_above_it():
    sample = saltelli(FACTORS, 128, 8, [("x1", "x3")], seed=6)
    values = ishigami(sample, 5) + 0.3 * generator(7).standard_normal(len(sample.unit))
    rows = values.reshape(8, 128, -1)
    found = indices.sobol(sample.names, [("x1", "x3")], list(rows))
    at = {(i.factor, i.order): i for i in found}
    assert indices.floor(found, "total") == at[DUMMY, "total"].high > at[DUMMY, "total"].value
    assert indices.floor(found, "second") == indices.floor(found, "total")
    assert min(at[name, "total"].above for name in ("x1", "x2", "x3")) > 0 and at["x1", "second"].above > 0
    assert not at[DUMMY, "total"].above > 0


def test_elementary_effects_are_salibs_and_the_dummy_is_beside_each_trajectory():
    grouped = (Factor("both", (Column("a", "uniform"), Column("b", "uniform"))), *FACTORS[2:])
    for factors in (FACTORS, grouped):
        sample = trajectories(factors, 12, 4, seed=2)
        values = sample.unit @ np.arange(1, sample.unit.shape[1] + 1) + sample.unit[:, 0] ** 2
        effects = indices.screening(sample, values, 4, seed=1)
        sizes = indices.elementary(sample, values / values.std(), 4)
        assert sizes.shape == (12, len(factors))
        assert [e.mu_star for e in effects] == pytest.approx(sizes.mean(axis=0))
    above = {e.factor: e.above for e in indices.screening(sample, ishigami(sample, 5), 4, seed=1)}
    assert above[SEED_FACTOR] > 0 and not above[DUMMY] > 0
