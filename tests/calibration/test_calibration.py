"""The fit: weights on a problem with a known answer, its checks, draws, and the whole path at a small size."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats
from test_reports import target

from calibration.fit import checks as fit_checks
from calibration.fit import joint, posterior
from calibration.fit import predictions as fit_predictions
from calibration.fit.config import read_config
from calibration.fit.ensemble import Ensemble, Wave, first_wave, next_wave, normal_scores, together
from calibration.fit.holdout import Scored, persistence
from calibration.fit.predictions import distance
from calibration.fit.weights import pareto_k, resample, weighted_quantiles
from calibration.targets.targets import HOLDOUT, Target, read_targets
from experiments.comparison.intervals import Pairs
from experiments.design.draws import (
    DrawsError,
    draws_of,
    from_unit,
    of_levers,
    prior_draws,
    read_draws,
    uncertain,
    write_draws,
)
from experiments.design.expected_reports import ExpectedReport
from model.registry.parameters import PARAMETERS
from scenarios.evidence.reports import read_evidence

ROWS = read_evidence()


# --- a problem with a known answer ---------------------------------------------------------------------

FREE = ("upkeep", "calls_home", "revenue")  # only their priors' quantiles matter here
REPORTS = (target("point", 50.0, 50.0, id="T001", family="a"), target("at_least", 40.0, 40.0, id="T002", family="b"))


def toy(unit, log_ratio=None):
    """Two reports on three parameters: one on the first, one on the product of two; the third is told of by nobody."""
    seen = {"T001": 100 * unit[:, :1], "T002": 100 * unit[:, :1] * unit[:, 1:2] * 2}
    return Ensemble(FREE, unit, seen, np.zeros(len(unit)) if log_ratio is None else log_ratio, len(unit), 0)


def exact_mean():
    grid = (np.arange(400) + 0.5) / 400
    a, b = np.meshgrid(grid, grid, indexing="ij")
    weight = np.exp(joint.total_log_likelihood(REPORTS, {"T001": 100 * a, "T002": 200 * a * b}))
    return (weight * a).sum() / weight.sum(), (weight * b).sum() / weight.sum()


def hypercube(count, seed=1):
    from experiments.design.draws import unit_sample

    return unit_sample(3, count, seed)


def test_weights_give_the_exact_posterior():
    ensemble = toy(hypercube(4096))
    weights = posterior.weigh(ensemble, REPORTS)
    assert weights.weights @ ensemble.unit[:, :2] == pytest.approx(exact_mean(), abs=0.01)
    assert weights.effective > 1000 and weights.k_hat < posterior.GOOD_K
    found = fit_checks.learnt(ensemble, weights.weights, FREE, {"product": {"upkeep": 1, "calls_home": 1}})
    assert [row.verdict for row in found[:3]] == ["informed", "informed", "not informed"]


def test_later_waves_leave_the_posterior_as_it_is_and_make_more_draws_count():
    config = replace(read_config(draws=512), free=FREE, rest="defaults", levers="defaults")
    one = first_wave(config)
    start = toy(one.unit)
    weights = posterior.weigh(start, REPORTS)
    two = next_wave(config, 2, start, weights.log_weights)
    z = normal_scores(np.concatenate([one.unit, two.unit]))
    ratio = -np.log((np.exp(one.log_density(z)) + np.exp(two.log_density(z))) / 2)
    both = toy(np.concatenate([one.unit, two.unit]), ratio)
    found = posterior.weigh(both, REPORTS)
    assert found.weights @ both.unit[:, :2] == pytest.approx(exact_mean(), abs=0.02)
    assert found.effective > 2 * weights.effective


PROPOSES = """
import hashlib, numpy as np
from calibration.fit.config import read_config
from calibration.fit.ensemble import Ensemble, first_wave, next_wave, normal_scores
config = read_config(draws=1024)
one = first_wave(config)
z = normal_scores(one.unit[:, : len(config.free)])
two = next_wave(config, 2, Ensemble(config.drawn, one.unit, {}, np.zeros(1024), 1024, 0), -((z - 0.3) ** 2).sum(axis=1))
print(hashlib.sha256(two.unit.tobytes()).hexdigest())
"""


def test_later_waves_are_the_same_on_every_processor():
    kinds = ("Prescott", "Haswell", "Nehalem")  # for which the matrix library has code of its own
    runs = [
        subprocess.run(
            [sys.executable, "-c", PROPOSES],
            env=os.environ | {"OPENBLAS_CORETYPE": kind},
            capture_output=True,
            text=True,
        )
        for kind in kinds
    ]
    assert {run.stderr for run in runs} == {""} and len({run.stdout for run in runs}) == 1


def test_a_proposal_is_a_density():
    wave = Wave(np.zeros((1, 1)), np.array([[0.5], [1.5]]), np.array([0.3, 0.7]), np.array([[0.04]]))
    z = np.linspace(-8, 8, 20_001)
    density = np.exp(wave.log_density(z[:, None])) * stats.norm.pdf(z)
    assert density.sum() * (z[1] - z[0]) == pytest.approx(1, abs=1e-6)


def test_proposals_are_drawn_from_their_density():
    """The prior over the proposal's density is 1 on average over what is proposed, and weighs it back to the prior."""
    config = replace(read_config(draws=4096), free=FREE, rest="defaults", levers="defaults")
    one = first_wave(config)
    two = next_wave(config, 2, toy(one.unit), posterior.weigh(toy(one.unit), REPORTS).log_weights)
    ratio = np.exp(-two.log_density(normal_scores(two.unit)))
    assert ratio.mean() == pytest.approx(1, abs=0.02)
    assert ratio @ two.unit / ratio.sum() == pytest.approx([0.5] * 3, abs=0.02)


def test_all_waves_together_are_weighed_back_to_the_prior(tmp_path, monkeypatch):
    """Many draws of the prior, and fewer around the better ones, which are then too many there."""
    config = replace(read_config(draws=4096), free=FREE, rest="defaults", levers="defaults")
    one = first_wave(config)
    two = next_wave(replace(config, draws=2048), 2, toy(one.unit), posterior.weigh(toy(one.unit), REPORTS).log_weights)
    monkeypatch.setattr("calibration.fit.ensemble.read", lambda folder: SimpleNamespace(failed=2))
    monkeypatch.setattr("calibration.fit.ensemble.expected_in", lambda results: {})
    both = together(config, tmp_path, [one, two])
    prior_over_proposal = np.exp(both.log_ratio)
    assert prior_over_proposal.mean() == pytest.approx(1, abs=0.01)
    assert prior_over_proposal @ both.unit / prior_over_proposal.sum() == pytest.approx([0.5] * 3, abs=0.01)
    assert abs(both.unit[:, 0].mean() - 0.5) > 0.01  # as they were drawn, they are not the prior's
    assert (both.first, both.failed, len(both.unit)) == (4096, 4, 6144)


@pytest.mark.parametrize(
    "reports", [REPORTS, (*REPORTS, replace(REPORTS[0], id="T003"))], ids=["once", "the same error in two reports"]
)
def test_intervals_hold_the_truth_as_often_as_they_say(reports):
    ensemble = toy(hypercube(4096))
    found, judged = fit_checks.coverage(ensemble, reports, posterior.weigh(ensemble, reports), FREE, truths=200)
    assert judged > 0.95
    assert all(0.84 <= row.covered <= 0.96 and row.uniform > 0.01 for row in found)


def test_a_tail_too_heavy_is_told():
    rng = np.random.default_rng(3)
    light, heavy = 0.5 * rng.normal(size=2000), np.log1p(stats.genpareto.rvs(1.5, size=2000, random_state=rng))
    assert pareto_k(light) < posterior.GOOD_K < pareto_k(heavy)


def test_what_reports_tell_is_the_variance_that_is_gone_and_the_mean_that_moved():
    """All weight on the lower half of a uniform prior.

    A quarter of its variance is left, its mean moves by a quarter.
    """
    unit = np.tile(((np.arange(1000) + 0.5) / 1000)[:, None], 3)
    lower = np.where(unit[:, 0] < 0.5, 1 / 500, 0.0)
    row = fit_checks.learnt(toy(unit), lower, FREE)[0]
    assert row.contraction == pytest.approx(0.75, abs=1e-3) and row.shift == pytest.approx(-0.25 * 12**0.5, abs=1e-3)
    assert row.effective == pytest.approx(500)


@pytest.mark.parametrize(
    ("report", "met", "missed"),
    [
        (target("at_least", 100.0, 100.0), (50, 80, 101), (50, 80, 99)),
        (target("at_least", 100.0, 100.0), (90, 800, 2000), (101, 800, 2000)),
        (target("upper", None, 100.0), (99, 120, 150), (101, 120, 150)),
        (target("interval", 80.0, 100.0), (20, 50, 81), (101, 120, 150)),
        (target("point", 90.0, 90.0), (50, 80, 91), (50, 80, 89)),
        (target("ordering", parts=2), (0.5, 0.9, 1.1), (0.5, 0.7, 0.9)),
        (target("multinomial", counts=(30.0, 10.0), parts=2), (0.5, 0.7, 0.8), (0.5, 0.6, 0.7)),
    ],
    ids=lambda value: value.kind if isinstance(value, Target) else "",
)
def test_a_report_is_met_if_it_lies_within_what_is_predicted(report, met, missed):
    assert (fit_predictions.verdict(report, met), fit_predictions.verdict(report, missed)) == ("met", "missed")


def test_a_report_that_is_doubted_or_left_out_leaves_more_draws_to_count():
    ensemble, reports = toy(hypercube(2048)), (replace(REPORTS[0], high=50.0), REPORTS[1])
    weights = posterior.weigh(ensemble, reports)
    found = {(row.family, row.how): row for row in fit_checks.sensitivity(ensemble, reports, weights, FREE)}
    assert weights.effective < found["a", "error doubled"].effective < found["a", "left out"].effective
    without = posterior.weigh(ensemble, reports[1:])
    assert found["a", "left out"].effective == pytest.approx(without.effective)
    assert found["a", "left out"].shift == pytest.approx(
        12**0.5 * max((without.weights - weights.weights) @ ensemble.unit, key=abs), rel=0.01
    )


def test_what_was_proposed_more_often_is_recovered_no_sooner():
    """Uninformative reports leave it the prior's interval, though most draws lie in its upper half."""
    unit = hypercube(4096)
    unit[:, 0] = np.sqrt(unit[:, 0])  # density 2u
    nothing = [replace(report, reporting_error=20.0) for report in REPORTS]
    ensemble = toy(unit, -np.log(2 * unit[:, 0]))
    found, _ = fit_checks.recovery(ensemble, nothing, posterior.weigh(ensemble, nothing), FREE)
    low, high = from_unit(PARAMETERS["upkeep"], [0.05, 0.95])
    assert (found[0].low, found[0].high) == pytest.approx((low, high), rel=0.02)
    surely = [target("point", 50.0, 50.0, sigma=1e-3)]
    (found,) = fit_predictions.predictions(ensemble, surely, posterior.weigh(ensemble, surely).weights)
    assert found.prior.interval == pytest.approx((5, 50, 95), rel=0.03)


def test_k_hat_is_that_of_arviz():
    stats_of_arviz = pytest.importorskip("arviz_stats.base").array_stats
    for size in (60, 4000):
        log_weights = np.random.default_rng(4).normal(size=size) * 1.5
        assert pareto_k(log_weights) == pytest.approx(float(stats_of_arviz.psislw(-log_weights)[1]), abs=1e-6)


def test_resampling_keeps_the_proportions_in_any_first_part():
    which = resample(np.array([0.5, 0.25, 0.25, 0.0]), 400, 1)
    assert np.bincount(which, minlength=4) == pytest.approx([200, 100, 100, 0], abs=1)
    assert np.bincount(which[:100], minlength=4)[0] == pytest.approx(50, abs=15)


def test_weighted_quantiles_are_the_usual_ones_of_values_repeated():
    """With equal weights Hazen's; a value of weight 2 lies in the middle of the two that it stands for.

    What is unknown has no part.
    """
    values = np.array([5.0, 1.0, np.nan, 9.0, 2.0])
    known = values[np.isfinite(values)]
    at = (0.05, 0.3, 0.5, 0.95)
    assert weighted_quantiles(values, np.full(5, 0.2), at) == pytest.approx(np.quantile(known, at, method="hazen"))
    assert weighted_quantiles(np.array([1.0, 2.0, 3.0]), np.array([0.25, 0.5, 0.25]), [0.5]) == pytest.approx([2.0])


def test_abc_keeps_draws_by_their_weights_and_free_parameters_as_proposed(tmp_path, monkeypatch):
    """Particles that are found have the values of their prior's quantiles, the rest follows from them.

    One has all the weight.
    """
    pyabc = pytest.importorskip("pyabc")
    import pandas as pd

    from calibration.fit import abc_smc as abc
    from displace.wording.parameter_sources import standing

    config = replace(read_config(), posterior=8, people_per_agent=10_000)
    names = list(config.free)
    frame = pd.DataFrame([dict.fromkeys(names, u) for u in (0.1, 0.3, 0.9)])

    class Found:
        total_nr_simulations = 99

        def get_distribution(self):
            return frame, np.array([0.0, 1.0, 0.0])

        def get_all_populations(self):
            return pd.DataFrame({"epsilon": [8.0, 1.5]})

    made = type("Made", (), {"new": lambda *_: None, "run": lambda *_, **__: Found()})()
    monkeypatch.setattr(pyabc, "ABCSMC", lambda *_, **__: made)
    draws = read_draws(abc.calibrate(config, tmp_path, workers=1))
    source = draws.source
    assert (source["runs"], source["temperature"], source["k_hat"]) == (99, 1.5, None)
    assert (source["discrepancy"], source["understatement"]) == (config.discrepancy, list(config.understatement))
    assert source["not_informed"] == list(config.free) and source["effective"] == 1.0
    assert source["missed"] and set(source["missed"]) | set(source["far_off"]) <= source["targets"].keys()
    assert len(draws.held) == 8 and np.isfinite(draws.held).all()
    head = standing({"draws_from": source, "baseline": "b", "arms": {"b": {}}}).head
    assert "not to be trusted without more particles of ABC: 1 are effective (asked for: 200)" in head
    assert "a likelihood weakened 1.5 times" in head and "k-hat" not in head
    assert len(draws.values) == 8 and all(draw == draws.values[0] for draw in draws.values)
    assert [draws.values[0][name] for name in names] == pytest.approx(
        [float(from_unit(PARAMETERS[name], 0.3)) for name in names]
    )
    values = abc.Likelihood(config).values
    first, other = values(dict.fromkeys(names, 0.3)), values(dict.fromkeys(names, 0.31))
    assert first == pytest.approx(draws.values[0]) and all(first[name] != other[name] for name in first)


# --- draws ---------------------------------------------------------------------------------------------


def test_priors_are_sampled_within_their_bounds():
    draws = prior_draws(64)
    assert len(draws[0]) == len(uncertain()) > 200 and of_levers() & set(draws[0])
    for name in ("upkeep", "sensitivity"):
        values = np.array([draw[name] for draw in draws])
        assert PARAMETERS[name].prior[1] <= values.min() and values.max() <= PARAMETERS[name].prior[2]
        assert np.mean(values <= from_unit(PARAMETERS[name], 0.5)) == pytest.approx(0.5, abs=0.02)


def test_draws_come_back_as_written(tmp_path):
    path = tmp_path / "posterior.parquet"
    made = draws_of("prior:8")
    write_draws(path, replace(made, source={"kind": "mine"}))
    assert read_draws(path).values == made.values
    few = draws_of(f"{path}:3")
    assert few.values == tuple(made.values[k] for k in (1, 4, 6)) and few.source == {"kind": "mine", "draws": 3}
    with pytest.raises(DrawsError, match="holds 8 draws"):
        draws_of(f"{path}:9")


def test_some_of_many_draws_are_spread_over_the_order_of_people_held_in_their_worlds(tmp_path):
    """By the sizes in the file, whatever the order there: a whole file too, whose repeated draws are spread over it."""
    path = tmp_path / "posterior.parquet"
    held = (500.0, 10.0, 90_000.0, 4_000.0, float("nan"), 300.0, 20.0, 7_000.0)
    made = replace(draws_of("prior:8"), held=held)
    write_draws(path, made)
    assert read_draws(path).held == pytest.approx(held, nan_ok=True)
    taken = lambda name: [made.values.index(draw) for draw in draws_of(name).values]  # noqa: E731
    assert taken(f"{path}:3") == [6, 3, 2] and taken(f"{path}") == [1, 6, 5, 0, 3, 7, 2, 4]


def test_draws_in_other_units_are_refused(tmp_path, monkeypatch):
    """A rate per week must not be read as a share in a year."""
    path, row = tmp_path / "posterior.parquet", PARAMETERS["death_rate"]
    with monkeypatch.context() as older:
        older.setitem(PARAMETERS, "death_rate", replace(row, unit="per week"))
        write_draws(path, draws_of("prior:2"))
    with pytest.raises(DrawsError, match="'death_rate' is in 'per week'"):
        read_draws(path)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("posteriour", "did you mean 'posterior'"),
        ("none.parquet", "no such file"),
        ("prior:0", "above zero"),
        ("prior", "how many"),
        ("prior:99999999999", "at most 65,536"),
    ],
)
def test_draws_that_are_not_there_are_named(name, said):
    with pytest.raises(DrawsError, match=said):
        draws_of(name)


def test_a_design_names_its_draws(tmp_path):
    from experiments.design.files import from_names

    path = tmp_path / "mine.toml"
    path.write_text(
        'title = "x"\nquestion = "y?"\ndraws = "prior:3"\n[[arm]]\nscenario = "firewalls"\n', encoding="utf-8"
    )
    design = from_names([path])
    assert len(design.draws) == 3 and design.plan()["draws_from"] == {"kind": "prior", "draws": 3}
    assert len(from_names([path], draws="prior:5").draws) == 5  # the command line's hold over the file's


def test_the_spread_of_differences_is_split_between_parameters_and_chance():
    rng = np.random.default_rng(5)
    draw = np.repeat(np.arange(300), 4)
    values = 2.0 * rng.normal(size=300)[draw] + rng.normal(size=1200)
    share = Pairs(draw, 1).parameter_share(np.stack([values, rng.normal(size=1200)], axis=1))
    assert share == pytest.approx([0.8, 0.0], abs=0.06)
    values[5] = np.nan  # a draw that misses a run is left out
    assert Pairs(draw, 1).parameter_share(values[:, None]) == pytest.approx([0.8], abs=0.06)
    assert np.isnan(Pairs(np.arange(4), 1).parameter_share(np.ones((4, 1)))).all()


def test_noise_in_the_means_of_draws_is_not_taken_for_parameters():
    """Two draws of two runs: 0 and 2, 4 and 6.

    Variance of the means 8, of which noise adds 2 / 2: 7 of 9 lie between draws.
    """
    assert Pairs(np.array([0, 0, 1, 1]), 1).parameter_share(np.array([[0.0], [2.0], [4.0], [6.0]])) == pytest.approx(
        [7 / 9]
    )


def test_more_draws_narrow_the_interval_of_their_average_but_not_how_far_they_differ():
    for draws in (40, 400):
        pairs = Pairs(np.repeat(np.arange(draws), 2), 1)
        values = np.repeat(stats.norm.ppf((np.arange(draws) + 0.5) / draws), 2)[:, None]
        low, high = pairs.of_draws(values)
        assert high[0] - low[0] == pytest.approx(2 * 1.645, rel=0.07)
        mean = pairs.mean(values)
        assert mean.high[0] - mean.low[0] == pytest.approx(2 * 1.96 / draws**0.5, rel=0.1)
    assert np.isnan(Pairs(np.zeros(4), 1).of_draws(np.ones((4, 1)))).all()


def test_a_draw_whose_runs_failed_leaves_an_interval_to_the_others():
    values = np.array([1.0, 2.0, 3.0, 2.5, np.nan, np.nan])[:, None]
    found = Pairs(np.repeat(np.arange(3), 2), 1).mean(values)
    assert found.pairs == 4 and found.low < found.mean < found.high


def test_a_naive_forecast_holds_the_last_report_on():
    kept = {t.id: t for t in read_targets(HOLDOUT, ROWS).targets}
    assert persistence(kept["E177"], ROWS) == 207
    assert persistence(kept["E170"], ROWS) == pytest.approx(1800 * kept["E170"].per_earlier)
    assert persistence(kept["E086"], ROWS) is None
    of_median = lambda median: fit_predictions.Predicted((1.0, median, 1e4), 0.5, 0.0, 0.0)  # noqa: E731
    forecasts = [
        Scored(kept["E177"], "", of_median(1.0), of_median(median), naive)
        for median, naive in ((900.0, 207.0), (200.0, 207.0), (207.0, 207.0), (900.0, None))
    ]
    assert [row.nearer for row in forecasts] == ["model", "naive", "neither", ""]
    assert [row.far_off for row in forecasts] == [False, True, True, False]
    assert distance(kept["E177"], 207.0) == pytest.approx(np.log(982 / 207))


# --- a real run ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run():
    from model.model import Simulation
    from scenarios.loading import load

    scenario = load("baseline")
    inputs = replace(scenario.inputs(3, 1000, groups=True), stop=120)
    return Simulation(inputs).advance().result(), scenario.world


def test_expected_reports_add_up(run):
    from experiments.design.expected_reports import expected_numbers
    from model.registry.outcomes import O
    from model.registry.parameters import DEFAULTS
    from model.run.observation import BY_SERIES, SERIES, reports_by_nationality, reports_by_place

    result, world = run
    cases = BY_SERIES["cases"]
    by_week = reports_by_place(cases, result, world, DEFAULTS)
    assert by_week == pytest.approx(result.weekly[:, O.reports_to_consulates, :] * DEFAULTS["published_by_consulates"])
    assert reports_by_nationality(cases, result, world, DEFAULTS).sum() == pytest.approx(by_week.sum(), rel=0.02)
    parts = [reports_by_nationality(BY_SERIES[name], result, world, DEFAULTS) for name in ("cases_held", "cases_out")]
    assert sum(parts) == pytest.approx(reports_by_nationality(cases, result, world, DEFAULTS))
    full = {**DEFAULTS, "published_by_authorities": 1.0}
    for series in SERIES:
        told = reports_by_place(series, result, world, full)
        assert told.shape == (120, len(world.place_ids)) and (told >= 0).all()
    freed = reports_by_nationality(BY_SERIES["rescued"], result, world, full).sum()
    assert freed == pytest.approx(result.weekly[:, O.freed, :].sum(), rel=1e-6)
    khm = np.array(world.place_country) == "KHM"
    (counted,) = expected_numbers([ExpectedReport("a", "cases", 26, 78, ("KHM",))], result, world, DEFAULTS)
    assert counted == pytest.approx(
        result.weekly[26:78, O.reports_to_consulates, khm].sum() * DEFAULTS["published_by_consulates"]
    )
    held = [
        ExpectedReport("a", "people_held", 26, 78, ("KHM",), (), "mean"),
        ExpectedReport("b", "people_held", 26, 78, ("KHM",), world.nationalities, "mean"),
    ]
    by_place_, by_nation = expected_numbers(held, result, world, DEFAULTS)
    assert by_nation == pytest.approx(by_place_, rel=0.05)


GUIDE = Path(__file__).parents[2] / "docs" / "calibration.md"


def test_the_guide_runs_as_it_stands(tmp_path, monkeypatch, capsys):
    """Every file and every block of code of docs/calibration.md, in order: from reports to a policy comparison."""
    import re

    monkeypatch.chdir(tmp_path)
    names = {}
    for language, name, text in re.findall(
        r"^```(\w+)(?: (\S+))?\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    ):
        if name:
            (tmp_path / name).write_text(text, encoding="utf-8")
        elif language == "python":
            exec(compile(text, str(GUIDE), "exec"), names)
    fit = names["fit"]
    assert {p.target.id for p in fit.predictions} == {"X001", "X002", "X003"}
    assert fit.weights.effective > 2 and len(read_draws(tmp_path / "outputs/my-fit/posterior.parquet").values) == 6
    assert names["kept"].scored[0].naive == 600 and not names["kept"].unmapped.get("X004")
    results = names["results"]
    assert results.manifest["plan"]["draws_from"]["targets"].keys() == {"X001", "X002", "X003"}
    assert max(row["parameter_share"] or 0 for row in results.paired.to_pylist()) > 0

    from displace.report.comparison import render
    from displace.wording.study import Study

    page = render(Study(results))
    not_informed = results.manifest["plan"]["draws_from"]["not_informed"]
    informed = len(fit.config.free) - len(not_informed)
    says = (
        f"inform {informed} of 4 fitted parameters" if informed else "Not informed by the reports (4 fitted parameters)"
    )
    assert not_informed
    assert (
        "itted to reported estimates (3 targets in 3 families)" in page
        and says in page
        and "all others stay as set by hand" in page
        and "an estimate made up for this page" in page
    )
    results.manifest["plan"]["draws_from"]["enough"] = 1000
    assert "and not to be trusted without more draws" in render(Study(results))
    capsys.readouterr()

    again = names["calibrate"](
        replace(names["read_config"]("mine.toml"), set="main"), tmp_path / "outputs/my-fit", progress=None
    )
    assert (
        again.weights.weights.tolist() == fit.weights.weights.tolist()
    )  # nothing is run again, and the bytes are the same


@pytest.mark.parametrize(
    ("stamp", "said"),
    [
        ({}, "inform 1 of 2 fitted parameters; all others are drawn from their priors."),
        ({"rest": "defaults", "levers": "defaults"}, "all others stay as set by hand."),
        (
            {"rest": "defaults", "levers": "priors"},
            "the effects of policies are drawn from their priors, all others stay as set by hand.",
        ),
        ({"not_informed": ["upkeep", "revenue"]}, "Not informed by the reports (2 fitted parameters)"),
    ],
)
def test_a_posterior_says_what_became_of_all_parameters(stamp, said):
    from displace.wording.parameter_sources import standing

    source = {
        "kind": "posterior",
        "targets": {"X": "x"},
        "families": ["x"],
        "missed": [],
        "free": ["upkeep", "revenue"],
        "not_informed": ["upkeep"],
        "code": "",
    }
    found = standing({"draws_from": source | stamp, "baseline": "b", "arms": {"b": {}}})
    assert said in found.text and found.head.startswith("Not informed") == found.text.startswith("Not informed")


# --- the command line ----------------------------------------------------------------------------------


@pytest.fixture
def displace(capsys, monkeypatch):
    """Call the command line in this process; returns (exit code, output, errors)."""
    import sys

    from displace.cli import main as cli

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["displace", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return call


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('title = "x"\nfree = ["upkeap"]', "did you mean 'upkeep'?"),
        ('title = "x"\nfre = ["upkeep"]\nfree = ["upkeep"]', "fre: unknown key"),
        ('title = "x"\nfree = ["upkeep"]\nset = "unn"', "unknown 'unn'; expected one of main, government, usip"),
        ('title = "x"\nfree = ["upkeep"]\ntargets = "none.toml"', "none.toml: can't be read"),
        ('title = "x"\nfree = ["upkeep"]\ndraws = 8\nwaves = 2\nposterior = 17', "posterior: 17 of 16 draws"),
    ],
)
def test_a_calibration_that_cannot_be_run_is_told_so_before_anything_runs(displace, tmp_path, text, said):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    code, out, err = displace("calibrate", path, "--out", tmp_path / "out")
    assert code == 2 and said in err and not out and not (tmp_path / "out").exists()


@pytest.mark.parametrize("method", ["importance", "abc"])
def test_a_folder_of_something_else_is_left_alone(displace, tmp_path, method):
    mine = {"manifest.json": "of a comparison", "fit.md": "my own"}
    for name, text in mine.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "mine.toml").write_text(f'title = "x"\nfree = ["upkeep"]\nmethod = "{method}"', encoding="utf-8")
    code, _, err = displace("calibrate", tmp_path / "mine.toml", "--overwrite", "--out", tmp_path)
    assert code == 3 and "expected a folder for a calibration" in err
    assert {path.name: path.read_text() for path in tmp_path.iterdir() if path.name != "mine.toml"} == mine
    code, _, err = displace("calibrate", "--out", tmp_path / "fit.md")
    assert code == 3 and "is a file" in err


@pytest.mark.parametrize("method", ["importance", "abc"])
def test_a_posterior_without_its_runs_is_not_replaced_unasked(displace, tmp_path, method):
    (tmp_path / "mine.toml").write_text(f'title = "x"\nfree = ["upkeep"]\nmethod = "{method}"', encoding="utf-8")
    kept = tmp_path / "out" / "posterior.parquet"
    kept.parent.mkdir()
    kept.write_text("kept")
    code, _, err = displace("calibrate", tmp_path / "mine.toml", "--out", kept.parent)
    assert code == 3 and "--overwrite" in err and kept.read_text() == "kept"


def test_a_fit_that_is_overwritten_and_interrupted_can_go_on(tmp_path):
    from calibration.fit.fit import calibrate
    from experiments.batch.runner import Interrupted
    from experiments.batch.store import StoreError

    config = replace(read_config(), draws=8, posterior=8, people_per_agent=10_000, waves=2, enough=10_000)
    calibrate(config, tmp_path, workers_wanted=1)

    def stop(progress):
        if progress.fresh >= 2:
            raise KeyboardInterrupt

    other = replace(config, people_per_agent=9_000)
    with pytest.raises(Interrupted, match=r"wave 1.*--resume"):
        calibrate(other, tmp_path, workers_wanted=1, overwrite=True, progress=stop)
    fit = calibrate(other, tmp_path, workers_wanted=1, resume=True)
    assert fit.waves == 2 and len(fit.ensemble.unit) == 16
    kept, sizes = read_draws(tmp_path / "posterior.parquet"), fit.ensemble.expected["people_held"][:, 0]
    upkeep = np.array([draw["upkeep"] for draw in fit.ensemble.values()])
    own = [sizes[np.abs(upkeep - draw["upkeep"]).argmin()] for draw in kept.values]
    assert kept.held == pytest.approx(own) and max(kept.held) > 0
    with pytest.raises(StoreError, match="another calibration"):
        calibrate(replace(other, seed=other.seed + 1), tmp_path, workers_wanted=1, resume=True)
    assert read_draws(tmp_path / "posterior.parquet").source["k_hat"] is None  # of so few draws, it can't be told


def test_a_dry_run_runs_nothing(displace, tmp_path):
    code, out, _ = displace("calibrate", "--dry-run", "--draws-a-wave", 128, "--out", tmp_path / "out")
    assert code == 0 and "128 draws" in out and not (tmp_path / "out").exists()
    code, out, _ = displace("compare", "firewalls", "--draws", "prior:4", "--replicates", 2, "--dry-run")
    assert code == 0 and "4 draws of the parameters x 2 seeds" in out


def test_held_out_reports_are_predicted_from_any_draws(displace, tmp_path):
    import json

    arguments = ("--draws", "prior:2", "--people-per-agent", 1000, "--workers", 1, "--out", tmp_path / "out", "--quiet")
    code, out, _ = displace("check", "holdout", "--json", *arguments)
    found = json.loads(out)
    assert code == 0 and found["of"] == len(found["reports"]) == len(read_targets(HOLDOUT, ROWS).targets)
    assert all(row["prior"] == row["posterior"] for row in found["reports"])  # the draws are the prior's
    assert sum(family["reports"] for family in found["families"]) == found["of"]
    assert {id for id, row in ROWS.items() if row.use == "holdout"} == {row["id"] for row in found["reports"]} | found[
        "not_predicted"
    ].keys()
    code, table, _ = displace("check", "holdout", *arguments)  # the runs are there
    assert code == 0 and "rows without a prediction" in table and "naive forecast is nearer" in table
    each, family = (table[table.index(title) :] for title in ("How well each is predicted", "The same by family"))
    assert (
        all(head in each for head in ("PIT prior's", "CRPS prior's", "log score prior's")) and "CRPS prior's" in family
    )
    assert all(row["family"] in family for row in found["families"])
