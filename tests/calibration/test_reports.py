"""Reports as data: the evidence, the targets that are made of it, and how likely a report is."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, stats

from calibration.fit import checks as fit_checks
from calibration.fit import likelihood
from calibration.fit.config import MOST_FAMILIES, MOST_FREE, read_config
from calibration.fit.holdout import persistence
from calibration.targets.evidence_uses import other_uses
from calibration.targets.targets import HOLDOUT, TARGETS, Target, read_targets
from experiments.design.draws import of_levers, uncertain
from experiments.design.expected_reports import ExpectedReport
from scenarios.evidence.reports import EVIDENCE, EvidenceError, read_evidence

ROWS = read_evidence()


# --- evidence and targets -----------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "use"), [(TARGETS, "target"), (HOLDOUT, "holdout")])
def test_every_row_is_mapped_or_says_why_not(path, use):
    mapping = read_targets(path, ROWS)
    mapped = {id for target in mapping.targets for id in target.evidence}
    wanted = {id for id, row in ROWS.items() if row.use == use}
    assert wanted == mapped | (set(mapping.unmapped) & wanted) and not mapped & set(mapping.unmapped)


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
        (",lower_bound,target,", ",lowerbound,target,", r"line 2 \(E001\): bound_type"),
        ("E002,people", "E001,people", "a second row 'E001'"),
        ("80000,,100000,persons,interval", "180000,,100000,persons,interval", "not in this order"),
        ("MMR,2023,120000", "MMR,20233,120000", r"line 2 \(E001\): period: does not begin with a year"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(tmp_path, old, new, said):
    path = tmp_path / "mine.csv"
    path.write_text(EVIDENCE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EvidenceError, match=said):
        read_evidence(path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('series = "people_held"', 'series = "people_hold"', "did you mean 'people_held'"),
        ('tier = "persons"', 'tier = "firms"', "firms are not sites"),
        ('evidence = "E001"', 'evidence = "E999"', "unknown 'E999'"),
        ('places = ["MMR"]', 'places = ["MNR"]', r"places"),
        ("to = 2023-09-04", "to = 2022-09-04", "is not after 'from'"),
        ('kind = "lower"', 'kind = "upper"', "row E001 holds 120,000 or more"),
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
    assert found.sigma_log == pytest.approx((0.7**2 + 0.4**2) ** 0.5)


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
    told = {t.id: fit_checks.report_in_words(t) for t in read_targets(TARGETS, ROWS).targets}
    assert told["E018"] == "1,000 million USD or more" and told["E089"] == "18,000 to 37,000 million USD"
    assert told["E001"] == "120,000 or more"


def test_a_file_without_sets_has_no_other_set():
    targets = read_targets(TARGETS, ROWS)
    with pytest.raises(EvidenceError, match="has no \\[sets\\]"):
        replace(targets, sets={}).of_set("nope")


# --- likelihoods --------------------------------------------------------------------------------------


def target(kind, low=None, high=None, sigma=0.3, counts=(), id="T001", family="one", parts=1):
    quantities = tuple(ExpectedReport(f"{id}.{n}" if parts > 1 else id, "people_held", 0, 1) for n in range(parts))
    return Target(id, (id,), kind, quantities, low, high, counts, sigma, family, "persons", (), "", "")


def test_a_lower_bound_says_nothing_against_far_more():
    found = likelihood.log_likelihood(target("lower", 120_000), np.array([60_000.0, 120_000.0, 400_000.0, 4e6]))
    assert found == pytest.approx(stats.norm.logcdf(np.log([0.5, 1, 400 / 120, 4e6 / 120_000]) / 0.3), abs=1e-6)
    assert found[1] == pytest.approx(np.log(0.5)) and found[2] > -0.01


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
def test_likelihoods_of_counts_and_points_are_distributions(x):
    counts = likelihood.log_likelihood(target("count", 50.0), np.array([x]), np.arange(20_000.0)[:, None])
    assert np.exp(counts).sum() == pytest.approx(1, abs=1e-3)
    point = lambda log: np.exp(likelihood.log_likelihood(target("point", 50.0), np.array([x]), np.exp(log)))[0]  # noqa: E731
    assert integrate.quad(point, -15, 15, limit=500, points=[np.log(max(x, 0.5))])[0] == pytest.approx(1, abs=1e-6)


def test_a_count_is_told_right_on_average_and_its_error_is_that_of_the_log():
    """A Poisson count whose rate is off by a factor with a log-sd of 0.3.

    That of a lognormal rate has the variance e^(0.3^2) - 1.
    """
    counts = np.arange(5000.0)
    chance = np.exp(likelihood.log_likelihood(target("count", 50.0), np.array([400.0]), counts[:, None])).ravel()
    mean = chance @ counts
    assert mean == pytest.approx(400, rel=1e-6)
    assert chance @ (counts - mean) ** 2 == pytest.approx(400 + 400**2 * np.expm1(0.3**2), rel=1e-4)


def test_shares_are_told_as_surely_as_their_error_says():
    """Of very many, three in four: the share varies as a Dirichlet's of strength 1 / s^2 does."""
    many = target("multinomial", counts=(3e6, 1e6), sigma=0.5, parts=2)
    told = likelihood.predicted(many, np.tile([300.0, 100.0], (4000, 1)), np.random.default_rng(1))
    assert (told.mean(), told.var()) == pytest.approx((0.75, 0.75 * 0.25 / (4 + 1)), rel=0.05)


def test_reports_are_drawn_from_their_likelihood():
    rng = np.random.default_rng(1)
    interval = target("interval", 80.0, 100.0)
    drawn = np.array([likelihood.draw_report(interval, 90.0, u, rng) for u in (np.arange(4000) + 0.5) / 4000])
    for report in (0, 1, 2):
        assert (drawn == report).mean() == pytest.approx(
            np.exp(likelihood.log_likelihood(interval, np.array([90.0]), report))[0], abs=0.01
        )
    several = target("multinomial", counts=(30.0, 10.0), sigma=0.5, parts=2)
    x = np.array([3.0, 1.0])
    drawn = [tuple(likelihood.draw_report(several, x, 0.5, rng)) for _ in range(4000)]
    chance = np.exp(likelihood.log_likelihood(several, x[None], np.array([30, 10])))[0]
    assert drawn.count((30, 10)) / 4000 == pytest.approx(chance, abs=0.01)


def test_what_tells_of_one_thing_counts_once():
    once = [target("point", 100.0)]
    twice = [*once, target("point", 100.0, id="T002")]
    seen = {"T001": np.array([[90.0]]), "T002": np.array([[90.0]])}
    assert likelihood.total_log_likelihood(twice, seen)["one"] == pytest.approx(
        likelihood.total_log_likelihood(once, seen)["one"]
    )


def test_the_likelihood_of_a_draw_is_the_mean_over_its_runs():
    found = likelihood.over_replicates(np.log(np.array([[0.1, 0.3], [0.2, 0.0]]) + 1e-320))
    assert np.exp(found) == pytest.approx([0.2, 0.1])
    assert likelihood.over_replicates(np.array([[np.nan, np.nan]]))[0] == -np.inf  # both runs failed


@pytest.mark.parametrize(
    "upper", [target("upper", None, 1000.0), target("multinomial", counts=(30.0, 10.0), parts=2), target("point", 50.0)]
)
def test_a_run_that_failed_can_have_made_no_report(upper):
    seen = {part.name: np.array([[np.nan, 5.0], [np.nan, np.nan], [0.0, 0.0]]) for part in upper.parts}
    found = likelihood.over_replicates(likelihood.total_log_likelihood([upper], seen)["one"])
    assert np.isfinite(found[[0, 2]]).all() and found[1] == -np.inf
