"""Reports as data: the evidence, the targets that are made of it, and how likely a report is."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, special, stats
from typer.testing import CliRunner

from calibration.fit import ensemble, joint, likelihood
from calibration.fit.config import MOST_FAMILIES, MOST_FREE, SHIPPED_FIT, read_config
from calibration.fit.holdout import persistence
from calibration.fit.predictions import report_in_words
from calibration.levels.levels import read_levels
from calibration.patterns.patterns import PATTERNS
from calibration.targets.evidence_uses import other_uses
from calibration.targets.targets import HOLDOUT, TARGETS, Target, read_targets
from displace.cli.main import app
from experiments.design.draws import of_levers, uncertain
from experiments.design.expected_reports import ExpectedReport
from scenarios.evidence.reports import EVIDENCE_FILE, USES, EvidenceError, read_evidence

ROWS = read_evidence()


# --- evidence and targets -----------------------------------------------------------------------------


SEEN = {"E055", "E056", "E057", "E069", "E071", *(f"E{n}" for n in range(149, 158)), "E165", "E309"}


@pytest.mark.parametrize(("path", "use"), [(TARGETS, "fit"), (HOLDOUT, "holdout")])
def test_every_row_is_mapped_or_says_why_not(path, use):
    mapping = read_targets(path, ROWS)
    mapped = {id for target in mapping.targets for id in target.evidence}
    wanted = {id for id, row in ROWS.items() if row.use == use}
    assert wanted == mapped | set(mapping.unmapped) and not mapped & set(mapping.unmapped)


def test_every_row_has_one_use_and_what_is_unused_has_a_reason():
    assert {row.use for row in ROWS.values()} == set(USES)
    assert not [row.id for row in ROWS.values() if row.use == "unused" and not row.why]
    assert SEEN <= {row.id for row in ROWS.values() if row.use in ("seen", "fit")}


def test_what_is_held_out_or_unused_shapes_nothing():
    """No parameter, world, part, event, pattern, target or level cites it; the held-out reports alone may."""
    shapes_nothing = [row.id for row in ROWS.values() if row.use in ("holdout", "unused")]
    assert not {id: uses for id in shapes_nothing if (uses := other_uses(id, PATTERNS))}
    levels = {id for level in read_levels() for id in level.evidence}
    assert not levels & {id for id in shapes_nothing if ROWS[id].use == "holdout"}


def test_an_unused_row_without_a_reason_is_refused(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(
        EVIDENCE_FILE.read_text(encoding="utf-8").replace("lower_bound,fit,,", "lower_bound,unused,,", 1), "utf-8"
    )
    with pytest.raises(EvidenceError, match=r"line 2 \(E001\).*unused row without the reason"):
        read_evidence(path)


def test_the_fit_and_the_held_out_reports_share_no_row():
    fitted, kept = ({id for t in read_targets(path, ROWS).targets for id in t.evidence} for path in (TARGETS, HOLDOUT))
    assert not fitted & kept


def test_no_held_out_report_is_behind_a_prior_or_put_into_the_world():
    assert not [id for t in read_targets(HOLDOUT, ROWS).targets for id in t.evidence if other_uses(id, ())]


def test_no_more_is_asked_of_the_reports_than_they_can_tell():
    config = read_config()
    for name in config.all_targets.sets:
        assert len({target.family for target in config.all_targets.of_set(name)}) <= MOST_FAMILIES
    assert len(config.free) <= MOST_FREE and set(config.free) <= set(uncertain())


def test_kinds_fit_what_is_reported():
    """Counted or estimated bounds leave some out, phrases are intervals over their order, caseloads are counts.

    Sums of other rows stay out.
    """
    mapping = read_targets(TARGETS, ROWS)
    kinds = {t.id: t.kind for t in mapping.targets}
    assert {id for id, kind in kinds.items() if kind == "at_least"} == {"E001", "E002", "E062", "E063"}
    assert kinds["E169"] == "count" and ROWS["E003"].use == ROWS["E188"].use == "unused"
    orders = {t.id: (t.low, t.high) for t in mapping.targets if t.id in ("E004", "E018")}
    assert orders == {"E004": (1e5, 1e6), "E018": (1e3, 1e4)}


def test_conflicting_sources_are_alternatives():
    config = read_config()
    main, government = ({t.id for t in config.all_targets.of_set(name)} for name in ("main", "government"))
    assert "E002" in main - government and "E059" in government - main


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "E001,people_held_forced_scam,MMR,2023,120000,,",
            "E001,people_held_forced_scam,MMR,2023,,,",
            r"line 2 \(E001\).*lower_bound without",
        ),
        (",lower_bound,fit,", ",lowerbound,fit,", r"line 2 \(E001\): bound_type"),
        ("E002,people", "E001,people", "a second row 'E001'"),
        *(
            ("MMR,2023,120000", f"MMR,2023,{number}", r"line 2 \(E001\): low: .*finite")
            for number in ("nan", "NaN", "inf", "-inf", "1e999")
        ),
        ("MMR,2023,120000", f"MMR,2023,{'1' * 200_000}", r"line 2 \(E001\): low: has 200,000 letters"),
        ("MMR,2023,120000", f"MMR,2023,{'x' * 9_000}", r"line 2 \(E001\): low: .* \(9,002 letters\)$"),
        ("place,period", "place,place", "columns period are missing"),
        ("confidence,note", "confidence,note,note", "columns note are there twice"),
        ("MMR,2023,120000,", "MMR,2023,120,000,", r"line 2 \(E001\): has more fields"),
        ("80000,,100000,persons,interval", "180000,,100000,persons,interval", "not in this order"),
        ("MMR,2023,120000", "MMR,20233,120000", r"line 2 \(E001\): period: does not begin with a year"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(tmp_path, old, new, said):
    path = tmp_path / "mine.csv"
    path.write_text(EVIDENCE_FILE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EvidenceError, match=said):
        read_evidence(path)


def test_an_evidence_file_that_cannot_be_used_ends_a_calibration_before_anything_runs(tmp_path):
    """Once, a number that is none was found after a whole wave, by the likelihood."""
    text = EVIDENCE_FILE.read_text(encoding="utf-8").replace("MMR,2023,120000", "MMR,2023,nan", 1)
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
    config = tmp_path / "mine.toml"
    config.write_text('title = "Mine"\nevidence = "mine.csv"\nfree = ["refill_elasticity"]\n', encoding="utf-8")
    found = CliRunner().invoke(app, ["calibrate", str(config), "--out", str(tmp_path / "out")])
    assert isinstance(found.exception, EvidenceError) and not (tmp_path / "out").exists()


@pytest.mark.parametrize("kept", [0, 10, 200, -30])
def test_a_wave_that_is_not_whole_is_set_aside_and_made_again(kept, tmp_path):
    """Once, a truncated file of points ended in BadZipFile."""
    config, path, notes = read_config(SHIPPED_FIT, draws=32), tmp_path / "wave-1.npz", []
    wave = ensemble.first_wave(config)
    ensemble._write(path, wave, config)
    assert np.array_equal(ensemble._read(path, config, notes.append).unit, wave.unit) and not notes
    path.write_bytes(path.read_bytes()[:kept])
    assert ensemble._read(path, config, notes.append) is None
    assert not path.exists() and [*tmp_path.glob("set-aside/wave-1.npz*")] and "set aside" in notes[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('series = "people_held"', 'series = "people_hold"', "did you mean 'people_held'"),
        ('tier = "persons"', 'tier = "firms"', "firms are not sites"),
        ('evidence = "E001"', 'evidence = "E999"', "unknown 'E999'"),
        ('places = ["MMR"]', 'places = ["MNR"]', r"places"),
        ("to = 2023-09-04", "to = 2022-09-04", "is not after 'from'"),
        ('kind = "at_least"', 'kind = "upper"', "row E001 holds 120,000 or more"),
        ('evidence = "E001"', 'evidence = "E057"', "the window is 2023 to 2023, and row E057 is of 2024"),
    ],
)
def test_a_target_that_cannot_be_used_is_named(tmp_path, old, new, said):
    path = tmp_path / "mine.toml"
    path.write_text(TARGETS.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EvidenceError, match=said):
        read_targets(path, ROWS)


def test_a_row_that_counts_something_else_is_no_target():
    with pytest.raises(EvidenceError, match=r"E001.*tier: 'persons', and row E001 counts bananas"):
        read_targets(TARGETS, ROWS | {"E001": ROWS["E001"].model_copy(update={"unit": "bananas"})})


def test_several_rows_are_added_up_and_told_as_surely_as_the_least_sure():
    """Indians rescued from three countries, 44, 74 and 338; one of the sources made doubtful."""
    doubtful = ROWS | {"E179": ROWS["E179"].model_copy(update={"confidence": "low"})}
    found = next(t for t in read_targets(TARGETS, doubtful).targets if t.id == "E175")
    assert found.low == found.high == 456
    assert found.reporting_error == pytest.approx((0.7**2 + 0.4**2) ** 0.5)


def test_a_point_between_bounds_is_their_geometric_mean():
    bounds = ROWS | {
        "E076": ROWS["E076"].model_copy(update={"low": 100.0, "central": None, "high": 400.0, "bound_type": "interval"})
    }
    assert {t.id: t.low for t in read_targets(TARGETS, bounds).targets}["E076"] == pytest.approx(200)
    kept = {t.id: t for t in read_targets(HOLDOUT, bounds).targets}  # and so is the naive forecast from it
    assert persistence(kept["E077"], bounds) == pytest.approx(200)


def test_levers_and_the_rest_are_drawn_or_not_each_by_itself():
    config, levers = read_config(), of_levers()
    only_levers, only_rest = (
        replace(config, rest=rest, levers=levers_).drawn
        for rest, levers_ in (("defaults", "priors"), ("priors", "defaults"))
    )
    assert set(only_levers) - set(config.free) == (levers & set(uncertain())) - set(config.free)
    assert set(only_rest) == set(uncertain()) - (levers - set(config.free))


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("E001", "120,000 or more persons"),
        ("E188", "0.558 (168 of 301)"),
        ("E034", "direction only"),
        ("E166", "20 to 35 years"),
    ],
)
def test_evidence_is_listed_with_its_unit(id, said):
    assert ROWS[id].amount == said


def test_a_year_has_no_thousands():
    assert [row.amount for row in ROWS.values() if row.unit == "year"] == ["2016 (year)"]


def test_money_is_told_with_its_unit():
    told = {t.id: report_in_words(t) for t in read_targets(TARGETS, ROWS).targets}
    assert told["E018"] == "1,000 to 10,000 million USD" and told["E089"] == "18,000 to 37,000 million USD"
    assert told["E001"] == "120,000 or more" and told["E004"] == "100,000 to 1,000,000"


def test_a_file_without_sets_has_no_other_set():
    targets = read_targets(TARGETS, ROWS)
    with pytest.raises(EvidenceError, match="has no \\[sets\\]"):
        replace(targets, sets={}).of_set("nope")


# --- likelihoods --------------------------------------------------------------------------------------


def target(kind, low=None, high=None, sigma=0.3, counts=(), id="T001", family="one", parts=1, about=""):
    quantities = tuple(ExpectedReport(f"{id}.{n}" if parts > 1 else id, "people_held", 0, 1) for n in range(parts))
    return Target(id, (id,), kind, quantities, low, high, counts, sigma, family, "persons", (), "", "", about=about)


def test_ten_times_a_lower_bound_costs_something_and_a_tenth_far_more():
    bound = target("at_least", 120_000, 120_000)
    short, met, above, far_above = likelihood.log_likelihood(bound, 120_000 * np.array([0.1, 1.0, np.exp(0.3), 10.0]))
    assert above > met and 5 < above - far_above < 8 and above - short > 20


@pytest.mark.parametrize("mean", [0.1, 0.3, 0.7])
@pytest.mark.parametrize("s", [0.05, 0.3, 0.8])
def test_a_lower_bound_is_a_report_that_leaves_some_out(mean, s):
    """Log report = log X - delta + s z, by brute force over delta; far in both tails too."""
    bound = target("at_least", 100.0, 100.0, sigma=s)
    for x in (20.0, 100.0, 150.0, 2000.0):
        off = np.log(100 / x)
        peak = max(0.0, -off - s**2 / mean)
        density, _ = integrate.quad(
            lambda delta, off: np.exp(-delta / mean) / mean * stats.norm.pdf(off + delta, 0, s),
            0, peak + 40 * s, points=[peak], limit=500, epsabs=0, epsrel=1e-9, args=(off,),
        )  # fmt: skip
        assert likelihood.log_likelihood(bound, np.array([x]), understated=mean)[0] == pytest.approx(
            np.log(density), abs=0.01
        )


def test_an_upper_bound_says_nothing_against_far_less_and_an_ordering_asks_for_the_larger():
    found = likelihood.log_likelihood(target("upper", None, 1000.0), np.array([50.0, 1000.0, 2000.0]))
    assert found == pytest.approx(stats.norm.logsf(np.log([0.05, 1, 2]) / 0.3), abs=1e-6)
    larger = target("ordering", parts=2)
    told = likelihood.simulated(
        larger, {"T001.0": np.array([40.0, 10.0, 10.0]), "T001.1": np.array([10.0, 10.0, 20.0])}
    )
    assert likelihood.log_likelihood(larger, told) == pytest.approx(
        stats.norm.logcdf(np.log([4, 1, 0.5]) / 0.3), abs=1e-6
    )


def test_an_interval_keeps_its_reporting_error():
    inside, just_outside = likelihood.log_likelihood(target("interval", 80.0, 100.0), np.array([90.0, 101.0]))
    assert just_outside > inside - 0.3  # a hard interval would have said: impossible


def test_an_interval_is_as_likely_as_that_what_is_told_lies_inside():
    x, told = 70.0, np.log([80, 100])
    inside = stats.norm.cdf(told, np.log(x), 0.3)
    assert np.exp(likelihood.log_likelihood(target("interval", 80.0, 100.0), np.array([x]))) == pytest.approx(
        inside[1] - inside[0]
    )


@pytest.mark.parametrize("x", [0.0, 3.0, 400.0])
def test_likelihoods_of_counts_and_numbers_are_distributions(x):
    counts = likelihood.log_likelihood(target("count", 50.0), np.array([x]), np.arange(20_000.0)[:, None])
    assert np.exp(counts).sum() == pytest.approx(1, abs=1e-3)
    for kind in ("point", "at_least"):
        of = lambda log: np.exp(likelihood.log_likelihood(target(kind, 50.0), np.array([x]), np.exp(log)))[0]  # noqa: B023, E731
        assert integrate.quad(of, -15, 15, limit=500, points=[np.log(max(x, 0.5))])[0] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("s", [0.02, 0.3, 0.7, 1.5])
@pytest.mark.parametrize("report", [0, 1, 3, 20, 50, 420, 2132, 100_000])
def test_a_count_is_a_poisson_count_of_a_lognormal_rate(report, s):
    """Against brute force over the log of the rate, from a rate far too low to one far too high."""
    for x in (0.5, 5.0, 50.0, 850.0, 20_000.0, 1e6):
        rate = np.linspace(np.log(x) - 60 * s - 25, np.log(x) + 60 * s + 25, 2_000_001)
        log = report * rate - np.exp(rate) - special.gammaln(report + 1) + stats.norm.logpdf(rate, np.log(x), s)
        exact = special.logsumexp(log) + np.log(rate[1] - rate[0])
        assert likelihood.poisson_lognormal(report, np.log(x), s) == pytest.approx(exact, abs=0.01)


@pytest.mark.parametrize("report", [50, 420, 2132])
@pytest.mark.parametrize("s", [0.3, 0.6])
def test_a_count_tenfold_short_costs_as_much_as_one_tenfold_over(report, s):
    right, short, over = likelihood.log_likelihood(
        target("count", report, report, sigma=s), report * np.array([1.0, 0.1, 10.0])
    )
    assert right - short == pytest.approx(right - over, rel=0.1)


def test_a_simulated_zero_counts_as_half_an_agent():
    """At 100 people an agent, a run that saw none has 50 expected, and one that saw three 350; money has no agents."""
    coarse = replace(target("count", 300.0, 300.0), grain=100.0)
    assert likelihood.log_likelihood(coarse, np.array([0.0, 300.0])) == pytest.approx(
        likelihood.poisson_lognormal(300, np.log([50.0, 350.0]), 0.3)
    )
    config = read_config()
    assert {(t.tier, t.grain) for t in config.chosen} == {
        ("persons", 100.0),
        ("sites", 1.0),
        ("firms", 1.0),
        ("money", 0.0),
    }


def test_a_count_is_told_right_by_its_median():
    """As many reports lie below the simulated number as above it; their mean lies above it."""
    counts = np.arange(40_000.0)
    chance = np.exp(
        likelihood.log_likelihood(target("count", 50.0, sigma=0.7), np.array([400.0]), counts[:, None])
    ).ravel()
    assert np.interp(0.5, np.cumsum(chance), counts + 0.5) == pytest.approx(400, rel=0.01)
    assert chance @ counts == pytest.approx(400 * np.exp(0.7**2 / 2), rel=0.01)


def test_shares_are_told_as_surely_as_their_error_says():
    """Of very many, three in four: the log odds vary by s, so the share by s p (1 - p)."""
    many = target("multinomial", counts=(3e6, 1e6), sigma=0.3, parts=2)
    told = likelihood.predicted(many, np.tile([300.0, 100.0], (4000, 1)), np.random.default_rng(1))
    assert (told.mean(), told.std()) == pytest.approx((0.75, 0.3 * 0.75 * 0.25), rel=0.05)


def test_shares_of_more_cases_are_told_more_surely():
    few, many = (target("multinomial", counts=(3.0 * n, 1.0 * n), sigma=0.3, parts=2) for n in (1, 100))
    gain = [np.subtract(*likelihood.log_likelihood(t, np.array([[75.0, 25.0], [25.0, 75.0]]))) for t in (few, many)]
    assert gain[1] > 2 * gain[0] > 0


def test_the_contrast_between_destinations_counts():
    """Of Malaysians reported, 153 of 158 were rescued in Cambodia, 5 of 59 in Myanmar, 28 of 56 in Lao PDR.

    A world in which it is alike everywhere explains that far worse than one where it is not.
    """
    rescued = [t for t in read_config().chosen if t.family == "what became of Malaysians reported"]
    assert {"E292", "E293", "E294"} <= {t.id for t in rescued}
    shares = {"E292": (0.9, 0.65), "E293": (0.1, 0.65), "E294": (0.5, 0.65), "E193": (0.1, 0.1)}
    seen = {}
    for t in rescued:
        whole = np.array([[5000.0, 5000.0]])
        part = whole * np.array(shares[t.id])
        seen |= {t.parts[0].name: part.T, t.parts[1].name: (whole - part if t.kind == "multinomial" else whole).T}
    contrast, alike = joint.total_log_likelihood(rescued, seen).ravel()
    assert contrast - alike > 6


@pytest.mark.parametrize(
    "report",
    [
        target("count", 9.0, 9.0, sigma=0.5),
        target("point", 9.0, 9.0),
        target("at_least", 9.0, 9.0),
        target("interval", 8.0, 12.0),
        target("upper", None, 12.0),
        target("multinomial", counts=(7.0, 3.0), sigma=0.5, parts=2),
    ],
    ids=lambda t: t.kind,
)
def test_what_is_drawn_and_predicted_is_as_likely_as_the_likelihood_says(report):
    """Monte Carlo of the two ways to draw a report against its distribution, summed up from the log-likelihood."""
    rng, n, mean = np.random.default_rng(1), 20_000, 0.3
    shares = report.kind == "multinomial"
    x = np.array([6.0, 4.0]) if shares else np.float64(10.0)
    left_out = rng.standard_exponential(n) * mean
    drawn = [likelihood.draw_report(report, x, rng.random(), rng, 0.1, delta) for delta in left_out]
    of = lambda value: np.exp(likelihood.log_likelihood(report, x[None], value, 0.1, mean))[0]  # noqa: E731
    if report.kind in ("interval", "upper"):
        for event in (0, 1, 2):
            assert np.mean(np.array(drawn) == event) == pytest.approx(of(event), abs=0.015)
        told = likelihood.predicted(report, np.full(n, 10.0), rng, 0.1, mean)
        assert np.mean(((report.low or 0) <= told) & (told <= report.high)) == pytest.approx(of(1), abs=0.015)
        return
    told = likelihood.predicted(report, np.tile(x, (n, 1)) if shares else np.full(n, 10.0), rng, 0.1, mean)
    if shares:
        grid, drawn = np.arange(11.0), [d[0] for d in drawn]
        chance, told = [of(np.array([k, 10 - k])) for k in grid], told * 10
    elif report.kind == "count":
        grid = np.arange(300.0)
        chance = [of(k) for k in grid]
    else:
        grid = np.exp(np.linspace(-4, 8, 4001))
        chance = np.array([of(v) for v in grid]) * 12 / 4000
    for level in (0.1, 0.5, 0.9):
        at = grid[np.searchsorted(np.cumsum(chance), level)]
        whole = np.cumsum(chance)[np.searchsorted(grid, at)]
        for found in (drawn, told):
            assert np.mean(np.array(found) <= at + 1e-9) == pytest.approx(whole, abs=0.015)


def test_what_is_about_the_same_counts_once_and_what_is_about_others_each():
    once = [target("point", 100.0, about="a")]
    same, other = ([*once, target("point", 100.0, id="T002", about=about)] for about in "ab")
    seen = {"T001": np.array([[90.0]]), "T002": np.array([[90.0]])}
    alone = joint.total_log_likelihood(once, seen)
    assert joint.total_log_likelihood(same, seen) == pytest.approx(alone)
    assert joint.total_log_likelihood(other, seen) == pytest.approx(2 * alone)


def test_what_the_model_is_off_by_is_shared_by_the_reports_of_a_tier():
    """Points of normal errors: together they have the covariance s^2 on the diagonal and discrepancy^2 everywhere.

    Across tiers nothing is shared; and three reports that are off alike cost less than three that are off each its own.
    """
    points = [
        replace(target("point", r, r, id=f"T{r}", about=str(r), sigma=s), discrepancy=0.4)
        for r, s in ((80.0, 0.3), (120.0, 0.5), (90.0, 0.1))
    ]
    seen = {t.id: np.array([[60.0, 100.0, 1000.0]]) for t in points}
    covariance = np.diag([0.3**2, 0.5**2, 0.1**2]) + 0.4**2
    off = [np.log([80, 120, 90]) - np.log(x) for x in (60.0, 100.0, 1000.0)]
    wanted = stats.multivariate_normal(np.zeros(3), covariance).logpdf(off)
    assert joint.total_log_likelihood(points, seen).ravel() == pytest.approx(wanted, abs=1e-5)
    apart = [replace(t, tier=tier) for t, tier in zip(points, ("persons", "firms", "money"))]
    alone = stats.norm.logpdf(off, 0, np.sqrt(np.diag(covariance))).sum(axis=1)
    assert joint.total_log_likelihood(apart, seen).ravel() == pytest.approx(alone, abs=1e-5)
    alike = {t.id: np.array([[t.low * 2.0]]) for t in points}
    assert joint.total_log_likelihood(points, alike) > joint.total_log_likelihood(apart, alike)


def test_what_bounds_leave_out_is_marginalised_together_with_the_models_shift():
    """Brute force over the shift and the mean of what two bounds leave out, both of which they share."""
    bounds = [
        replace(target("at_least", r, r, id=f"T{r}", about=str(r)), discrepancy=0.3, understatement=(0.1, 0.7))
        for r in (100.0, 130.0)
    ]
    seen = {t.id: np.array([[90.0, 700.0]]) for t in bounds}
    shift = np.linspace(-3, 3, 4001)
    for k, x in enumerate((90.0, 700.0)):
        each = [
            np.sum([likelihood.log_likelihood(t, np.array([x]), None, shift, m) for t in bounds], axis=0)
            for m in (0.1, 0.7)
        ]
        density = np.exp(each) * stats.norm.pdf(shift, 0, 0.3)
        exact = np.log(density.sum(axis=1).mean() * (shift[1] - shift[0]))
        assert joint.total_log_likelihood(bounds, seen)[0, k] == pytest.approx(exact, abs=1e-4)


def test_a_shift_leaves_shares_and_ratios_alone():
    shares = replace(target("multinomial", counts=(30.0, 10.0), parts=2), discrepancy=0.4)
    ratio = replace(target("point", 0.2, 0.2, parts=2, id="T002"), discrepancy=0.4)
    numbers = {"T001.0": 3.0, "T001.1": 1.0, "T002.0": 3.0, "T002.1": 9.0}
    seen = {name: np.array([[number]]) for name, number in numbers.items()}
    assert not shares.of_level and not ratio.of_level
    assert likelihood.error(ratio) == pytest.approx(0.5)
    wider = [replace(t, discrepancy=0.0, reporting_error=0.5) for t in (shares, ratio)]
    assert joint.total_log_likelihood([shares, ratio], seen) == pytest.approx(joint.total_log_likelihood(wider, seen))


def test_pseudo_reports_share_what_the_model_is_off_by():
    points = [replace(target("point", 100.0, id=id, about=id, sigma=0.01), discrepancy=0.4) for id in ("T001", "T002")]
    seen, rng = {t.id: np.array([100.0]) for t in points}, np.random.default_rng(1)
    logs = np.log([[*joint.draw_reports(points, seen, 0, rng).values()] for _ in range(2000)]) - np.log(100)
    assert np.corrcoef(logs.T)[0, 1] > 0.99 and logs.std() == pytest.approx(0.4, rel=0.06)


def test_the_likelihood_of_a_draw_is_the_mean_over_its_runs():
    found = joint.over_replicates(np.log(np.array([[0.1, 0.3], [0.2, 0.0]]) + 1e-320))
    assert np.exp(found) == pytest.approx([0.2, 0.1])
    assert joint.over_replicates(np.array([[np.nan, np.nan]]))[0] == -np.inf  # both runs failed


@pytest.mark.parametrize(
    "upper", [target("upper", None, 1000.0), target("multinomial", counts=(30.0, 10.0), parts=2), target("point", 50.0)]
)
def test_a_run_that_failed_can_have_made_no_report(upper):
    seen = {part.name: np.array([[np.nan, 5.0], [np.nan, np.nan], [0.0, 0.0]]) for part in upper.parts}
    found = joint.over_replicates(joint.total_log_likelihood([upper], seen))
    assert np.isfinite(found[[0, 2]]).all() and found[1] == -np.inf
