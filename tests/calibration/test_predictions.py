"""How good predictions of reports are, and whether the method can be trusted: with known answers."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import special, stats
from test_calibration import FREE, REPORTS, hypercube, toy
from test_reports import target

from calibration.fit import checks, holdout, joint, predictions
from calibration.fit.posterior import trusted, weigh
from experiments.design.draws import Draws, uncertain


def test_crps_is_that_of_the_distribution_that_is_sampled():
    """Of a standard normal it is known in closed form; weights stand for values repeated."""
    x = np.random.default_rng(1).normal(size=40_000)
    for truth in (-1.5, 0.0, 2.0):
        exact = truth * (2 * stats.norm.cdf(truth) - 1) + 2 * stats.norm.pdf(truth) - 1 / np.pi**0.5
        assert predictions.crps(x, np.full(len(x), 1 / len(x)), truth) == pytest.approx(exact, abs=0.015)
    values, weights = np.array([3.0, 1.0]), np.array([0.25, 0.75])
    repeated = predictions.crps(np.array([1.0, 3.0, 1.0, 1.0]), np.full(4, 0.25), 1.4)
    assert predictions.crps(values, weights, 1.4) == pytest.approx(repeated)
    assert predictions.crps(np.array([2.0]), np.array([1.0]), 5.0) == pytest.approx(3.0)


def test_a_report_is_placed_among_what_is_predicted():
    reports, weights = np.array([1.0, 2.0, 3.0, 4.0, np.nan]), np.full(5, 0.2)
    pit = lambda of: predictions.judge(of, reports, weights, 0.0).pit  # noqa: E731
    assert pit(target("count", 3.0, 3.0)) == pytest.approx(0.625)  # two of four below, one the same
    assert pit(target("interval", 1.5, 3.5)) == pytest.approx(0.5)
    assert pit(target("at_least", 9.0, 9.0)) == 1.0 and pit(target("upper", None, 0.5)) == 0.0


def test_a_median_off_by_more_than_twice_is_marked_though_the_report_is_met():
    ensemble = toy(hypercube(2048))
    wide = [target("point", r, r, sigma=3.0) for r in (30.0, 200.0)]
    close, far = (predictions.predictions(ensemble, [t], np.full(2048, 1 / 2048))[0] for t in wide)
    assert [p.verdict for p in (close, far)] == ["met", "met"] and not close.far_off and far.far_off
    assert 3 < far.off < 7  # the median of 100 u e^(3 z) is some 37


def test_what_was_learnt_improves_every_score_of_a_report():
    ensemble = toy(hypercube(4096))
    found, _ = predictions.predictions(ensemble, REPORTS, weigh(ensemble, REPORTS).weights)
    assert found.posterior.log_score > found.prior.log_score and found.posterior.crps < found.prior.crps
    assert abs(found.posterior.pit - 0.5) < 0.2


def test_what_the_model_is_off_by_is_learnt_before_it_is_predicted_from():
    """All runs are a factor of e^0.8 short of two reports, and only the shared shift can make it up."""
    unit = hypercube(2048)
    seen = {name: np.full((2048, 1), 100.0) for name in ("T001", "T002")}
    reports = [
        replace(target("point", 100 * np.exp(0.8), 100 * np.exp(0.8), id=id, about=id, sigma=0.1), discrepancy=0.5)
        for id in ("T001", "T002")
    ]
    ensemble = replace(toy(unit), expected=seen)
    found = predictions.predictions(ensemble, reports, weigh(ensemble, reports).weights)
    shift, precision = 0.8 * 200 / (200 + 4), 200 + 4
    for row in found:
        low, middle, high = np.log(np.array(row.posterior.interval) / 100)
        assert middle == pytest.approx(shift, abs=0.02)
        assert high - low == pytest.approx(2 * 1.645 * (0.1**2 + 1 / precision) ** 0.5, rel=0.1)
        assert np.log(row.prior.interval[1] / 100) == pytest.approx(0, abs=0.05)


def test_held_out_reports_are_scored_one_by_one_and_by_family_beside_the_prior():
    """Runs near the reports and runs far away: each score in closed form, and both reports of a family counted."""
    near, far = np.full((40, 2), 100.0), np.full((40, 2), 400.0)
    reports = [target("point", 100.0, 100.0, id=id, about=id, family="a", sigma=0.5) for id in ("T001", "T002")]
    reports.append(replace(target("interval", 90.0, 110.0, id="T003", about="T003"), family="b"))
    seen = [{t.id: of for t in reports} for of in (far, near)]
    scored = [
        holdout.Scored(t, "", holdout.predict(t, seen[0], 1), holdout.predict(t, seen[1], 1), None) for t in reports
    ]
    density = stats.norm.logpdf([np.log(4), 0.0], scale=0.5)
    assert [scored[0].prior.log_score, scored[0].posterior.log_score] == pytest.approx(density)
    assert scored[0].far_off is False and scored[0].prior.pit < 0.05 < scored[0].posterior.pit < 0.95
    a, b = holdout.by_family(scored, *seen)
    assert a.reports == 2 and [a.prior_log_score, a.log_score] == pytest.approx(2 * density)
    assert a.prior_crps == pytest.approx((scored[0].prior.crps + scored[1].prior.crps) / 2) and a.prior_crps > a.crps
    assert b.reports == 1 and np.isnan(b.crps) and b.log_score > b.prior_log_score


def test_the_priors_draws_beside_a_posterior_are_of_what_it_draws():
    posterior = Draws(({"upkeep": 300.0, "revenue": 900.0},) * 5, {"kind": "posterior"})
    before = holdout.prior_of(posterior, 1)
    assert len(before) == 5 and all(draw.keys() == {"upkeep", "revenue"} for draw in before)
    assert len({draw["upkeep"] for draw in before}) == 5
    assert holdout.prior_of(replace(posterior, source={"kind": "prior"}), 1) == ()
    assert holdout.prior_of(Draws(({},), {}), 1)[0].keys() == set(uncertain())


def test_a_family_left_out_is_scored_as_the_others_predict_it():
    """Log p(a | b) by a grid over the two parameters, beside log p(a)."""
    ensemble = toy(hypercube(4096))
    rows = checks.sensitivity(ensemble, REPORTS, weigh(ensemble, REPORTS), FREE)
    left_out = next(row for row in rows if (row.family, row.how) == ("a", "left out"))
    grid = (np.arange(400) + 0.5) / 400
    a, b = np.meshgrid(grid, grid, indexing="ij")
    seen = {"T001": 100 * a, "T002": 200 * a * b}
    both, of_b, of_a = (
        special.logsumexp(joint.total_log_likelihood(r, seen)) for r in (REPORTS, REPORTS[1:], REPORTS[:1])
    )
    assert left_out.log_score == pytest.approx(both - of_b, abs=0.02)
    assert left_out.prior_log_score == pytest.approx(of_a - np.log(a.size), abs=0.02)
    shown = [row.how for row in rows if row.family == "lower bounds"]
    assert shown == ["too low by 0.1 on average", "too low by 0.3 on average", "too low by 0.7 on average"]


def test_truths_that_cannot_be_judged_are_failures():
    """With so few draws no pseudo-truth leaves twenty effective ones."""
    ensemble = toy(hypercube(16))
    found, judged = checks.coverage(ensemble, REPORTS, weigh(ensemble, REPORTS), FREE, truths=40)
    assert judged == 0 and all(row.covered == 0 and row.truths == 40 for row in found)


def test_intervals_that_are_too_narrow_are_seen(monkeypatch):
    """Pseudo-reports with three times the error that the fit believes: its intervals hold the truth less often."""
    ensemble, doubted = toy(hypercube(4096)), [replace(t, reporting_error=0.9) for t in REPORTS]
    draw = checks.draw_reports
    monkeypatch.setattr(checks, "draw_reports", lambda targets, *given: draw(doubted, *given))
    found, _ = checks.coverage(ensemble, REPORTS, weigh(ensemble, REPORTS), FREE, truths=200)
    assert found[0].covered < 0.8


def test_few_particles_of_abc_are_not_trusted():
    source = {"method": "abc", "enough": 200, "effective": 300.0, "k_hat": None, "temperature": 1.0}
    assert trusted(source)
    assert not trusted(source | {"effective": 60.0}) and not trusted(source | {"temperature": 4.0})


def test_what_particles_tell_is_measured_against_the_prior():
    unit = (np.arange(2000) + 0.5) / 2000
    equal = np.full(2000, 1 / 2000)
    assert checks.of_quantiles("upkeep", unit, equal).verdict == "not informed"
    half = checks.of_quantiles("upkeep", unit / 2, equal)
    assert half.verdict == "informed" and half.contraction == pytest.approx(0.75, abs=0.01)


def test_the_shipped_posterior_can_be_read():
    """It was fitted before bounds were read as understatements, and does not say by how much."""
    from calibration.fit.config import as_simulated
    from displace.wording.parameter_sources import standing
    from experiments.design.draws import draws_of

    source = draws_of("posterior").source
    assert standing({"draws_from": source, "baseline": "b", "arms": {"b": {}}}).head.startswith("Fitted")
    assert trusted(source) and as_simulated([REPORTS[0]], source["discrepancy"], (0.3,), 100)[0].discrepancy == 0.3
