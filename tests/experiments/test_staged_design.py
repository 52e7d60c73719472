"""From a design file to factors, stages and break-evens.

What is varied, on which seeds, and what a bad file is told.
"""

import sys

import numpy as np
import pytest
from made_up import manifest, results

from experiments.comparison.intervals import Pairs
from experiments.design.files import from_names
from experiments.design.sensitivity_settings import FEEDBACKS, HELPS, HURTS
from experiments.sensitivity import breakeven, discovery, stages
from experiments.sensitivity.breakeven import EFFECTIVENESS, STRENGTH, Dose, Point, break_even, dosed
from experiments.sensitivity.factors import DUMMY, SEED_FACTOR, Column, Factor, draw, factors_of
from experiments.sensitivity.quantities import RELATIVE_TO_BOTH, Quantity, balance, quantities, share
from experiments.sensitivity.samples import generator, saltelli, trajectories
from model.registry.parameters import DEFAULTS, PARAMETERS
from scenarios.errors import ScenarioError

DESIGN = 'title = "t"\nquestion = "q"\n{more}\n[sensitivity]\n{settings}\n[[arm]]\nscenario = "unilateral-crackdown"\n'


@pytest.fixture(scope="module")
def design():
    return from_names(["unilateral-crackdown"])


def plan_of(tmp_path, settings="", more=""):
    path = tmp_path / "mine.toml"
    path.write_text(DESIGN.format(settings=settings, more=more), encoding="utf-8")
    return stages.load(str(path))


# --- factors ----------------------------------------------------------------------------------------


def test_factors_hold_every_parameter_that_can_act_once(design):
    for grouped in (True, False):
        factors = factors_of(design.arms, grouped=grouped, switches_apart=True)
        names = [column.name for factor in factors for column in factor.columns]
        assert len(names) == len(set(names))
        priors = {
            p.name for p in PARAMETERS.values() if p.prior and ("." not in p.name or p.name.startswith("crackdown."))
        }
        assert {n for n in names if n not in (DUMMY, SEED_FACTOR) and not n.startswith("feedback_")} == priors


def test_the_named_factors_stand_by_themselves_and_the_rest_is_grouped(design):
    factors = {factor.name: len(factor.columns) for factor in factors_of(design.arms)}
    assert factors["crackdown.raids"] == factors["tip_off"] == factors["refill_elasticity"] == factors[FEEDBACKS] == 1
    assert factors["mobility cost"] == 3
    assert factors[HURTS] == 3 and HELPS not in factors  # its only helping channel, the raids, is named
    assert list(factors)[-2:] == [DUMMY, SEED_FACTOR]


def test_points_of_the_cube_become_priors_rules_and_switches(design):
    columns = [c for f in factors_of(design.arms) for c in f.columns]
    for u in (0.0, 0.37, 1.0):
        values = draw(columns, np.full(len(columns), u))
        assert all(PARAMETERS[name].low <= value <= PARAMETERS[name].high for name, value in values.items())
    at = {c.name: c for c in columns}
    assert at["market_saturation"].value(0.5) == pytest.approx(0.95)
    assert at["moving_cost_beyond"].value(0.5) == pytest.approx(np.sqrt(1000 * 15000))
    assert [at["relocation_rule"].value(u) for u in (0.0, 0.5, 1.0)] == [0, 2, 4]
    assert at[FEEDBACKS].set(0.2) == {} and len(at[FEEDBACKS].set(0.8)) == 1


def test_the_dummy_changes_next_to_nothing():
    values = draw([Column(DUMMY, "dummy")], np.array([1.0]))
    assert values == {"recruitment_rate": pytest.approx(DEFAULTS["recruitment_rate"], rel=2e-4)}


def test_the_rest_may_get_a_part_of_its_priors_width(design):
    half = {c.name: c for f in factors_of(design.arms, rest=0.5) for c in f.columns}
    assert (half["trapping_rate"].low, half["trapping_rate"].high) == (
        pytest.approx(8**0.5),
        pytest.approx(80**0.5),
    )  # of 2 to 20 weeks around 4, in the log
    assert half["market_saturation"].low == 0.4  # named: its whole prior


# --- samples ----------------------------------------------------------------------------------------

SMALL = (Factor("a", (Column("trapping_rate", "uniform", 0.1, 0.5),)),
    Factor("b", (Column("tip_off", "uniform", 0.1, 0.8), Column("upkeep", "uniform", 1, 2))),
    Factor(DUMMY, (Column(DUMMY, "dummy"),)), Factor(SEED_FACTOR, (Column(SEED_FACTOR, "seed"),)))  # fmt: skip


def test_rows_of_a_base_row_share_their_seed_unless_the_seed_is_what_changes():
    sample = saltelli(SMALL, 4, 2, [("a", "b")], seed=3)
    seeds = sample.seeds.reshape(8, -1)  # A, a, b, dummy, seed, a and b, B
    assert all(len(set(row[[0, 1, 2, 3, 5]])) == 1 and row[4] == row[6] != row[0] for row in seeds)
    assert len(set(seeds[:, 0]) | set(seeds[:, 4])) == 16  # and no two base rows share one
    rows = sample.unit.reshape(8, 7, -1)
    assert (rows[:, 5, :3] == rows[:, 6, :3]).all() and (
        rows[:, 5, 3:] == rows[:, 0, 3:]
    ).all()  # the pair moves together


def test_trajectories_share_their_seed_and_move_one_factor_at_a_time():
    sample = trajectories(SMALL, 3, 4, seed=3)
    steps = np.diff(sample.unit.reshape(3, 5, -1), axis=1) != 0
    owner = np.array([0, 1, 1, 2, 3])
    assert all(len({*owner[np.flatnonzero(step)]}) == 1 for path in steps for step in path)
    assert len(set(sample.seeds)) == 6  # two a trajectory: before and after the seed's own step


def test_seeds_of_a_design_follow_the_numbers_that_its_draws_share():
    design = from_names(
        ["unilateral-crackdown"], draws=({}, {"tip_off": 0.2}, {"tip_off": 0.3}), seeds=(0, 0, 1), replicates=2
    )
    blocks = {(b.draw, b.replicate): b.seed for chunk in design.chunks() for b in chunk.blocks}
    assert blocks[0, 0] == blocks[1, 0] == design.seed != blocks[2, 0]
    assert blocks[0, 1] == blocks[1, 1] != blocks[0, 0]
    assert design.plan()["seeds_hash"] != from_names(["unilateral-crackdown"]).plan()["seeds_hash"]
    with pytest.raises(ScenarioError, match="1 for 3 draws"):
        from_names(["unilateral-crackdown"], draws=({}, {}, {}), seeds=(0,))


# --- files ------------------------------------------------------------------------------------------


def test_shipped_designs_can_be_planned():
    for name in ("sensitivity-quick", "sensitivity-full"):
        plan = stages.load(name)
        assert ("crackdown.raids", "tip_off") in plan.pairs  # raid intensity and leak are always crossed
        assert {
            "crackdown.raids",
            "tip_off",
            "refill_elasticity",
            "market_saturation",
            "moving_cost_beyond",
            "mobility cost",
            FEEDBACKS,
            HELPS,
            HURTS,
        } <= set(plan.named)
        assert min(plan.runs().values()) > 0


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("world = 3", "world: unknown key.*did you mean 'worlds'"),
        ("points = 12", "points: 12 is no power of 2"),
        ('named = ["tip_of"]', "named: unknown 'tip_of'.*did you mean 'tip_off'"),
        ('named = ["firewall.fewer_leads"]', "named: unknown"),  # a lever that no arm pulls
        ('pairs = [["tip_off", "tip_off"]]', "twice|no pair"),
        ('outcomes = ["people_hold"]', "did you mean 'people_held'"),
        ("rest = 2", "rest: 2 is out of range"),
        ("doses = [0.101, 0.104]", "doses: .* equal in per cent"),
        ("[parameters]\nrecruitment_rate = 0.0003", "arm 'baseline' sets recruitment_rate.*dummy"),
    ],
)
def test_a_bad_table_is_told_by_file_and_key(tmp_path, settings, said):
    with pytest.raises(ScenarioError, match=f"mine.toml: .*({said})"):
        plan_of(tmp_path, settings)


def test_a_design_without_the_table_and_a_scenario_are_refused():
    with pytest.raises(ScenarioError, match=r"main\.toml: sensitivity: is missing"):
        stages.load("main")
    with pytest.raises(ScenarioError, match="is a scenario"):
        stages.load("baseline")


def test_what_screening_finds_joins_the_named_ones_up_to_the_most(tmp_path):
    plan = plan_of(tmp_path, "most = 11")
    judged = [factor.name for factor in plan.judged(["captivity", "tip_off", "feedback_fear", "operations"])]
    assert "captivity" in judged and "tip_off" in judged and len(judged) == 11 + 2
    fear = [factor for factor in plan.judged(["feedback_fear"]) if factor.name in ("feedback_fear", FEEDBACKS)]
    assert len(fear) == 2 and "feedback_fear" not in fear[-1].columns[0].switches  # not twice


# --- break-even -------------------------------------------------------------------------------------


def test_a_dose_scales_strengths_or_helping_channels_alone(design):
    arm, base = design.arms["unilateral-crackdown"], design.arms["baseline"]
    half = dosed(arm, base, STRENGTH, 0.5)
    assert [p.strength for p in half.policies if p.lever == "crackdown"] == [1.0]
    effective = dosed(arm, base, EFFECTIVENESS, 0.5)
    assert effective.parameters == {"crackdown.raids": 12.5} and effective.policies == arm.policies
    assert dosed(arm, arm, STRENGTH, 0.5).policies == arm.policies  # what the baseline has, too, is no dose
    assert dosed(arm, base, STRENGTH, 9.0).policies[-1].strength == 4.0  # the lever's maximum
    arms, steps = breakeven.arms(design.arms, "baseline", [0.5])
    assert set(arms) == {
        "baseline",
        "unilateral-crackdown",
        "unilateral-crackdown-strength-50",
        "unilateral-crackdown-effectiveness-50",
    }
    assert len({arm.hash for arm in arms.values()}) == 4 and len(steps) == 4


def points(*gains):
    return [
        Point(Dose("x", STRENGTH, dose), "baseline", gain, gain - 1, gain + 1, 0.5)
        for dose, gain in zip((0.25, 0.5, 1.0), gains)
    ]


def test_break_even_lies_where_the_benefit_crosses_for_good():
    assert break_even(points(-3, 1, 5)).least == pytest.approx(0.25 + 0.25 * 3 / 4)
    assert break_even(points(2, -2, 6)).least == pytest.approx(0.5 + 0.5 * 2 / 8)  # not the first crossing
    assert np.isnan(break_even(points(3, 1, -5)).least) and "worse" in break_even(points(3, 1, -5)).says
    assert break_even(points(1, 2, 3)).says == "at every dose tried"


def test_a_break_even_has_the_interval_in_which_its_curve_may_cross():
    """Benefits less and more one: the curve through their lower ends crosses later, through their upper ends before."""
    even = break_even(points(-3, 1, 5))
    assert (even.low, even.high) == (pytest.approx(0.25 + 0.25 * 2 / 4), pytest.approx(0.5))  # -2 to 2, and 0 to 4
    assert (break_even(points(2, 3, 4)).low, break_even(points(2, 3, 4)).high) == (0.25, 0.25)
    shown_at_none = break_even(points(-3, -0.5, 0.5))
    assert shown_at_none.low == pytest.approx(0.25 + 0.25 * 2 / 2.5) and np.isnan(shown_at_none.high)
    assert np.isnan(break_even(points(-3, -2, -2)).low)


def test_the_interval_of_a_break_even_holds_the_truth_as_often_as_it_claims():
    """Worlds differ in what a dose brings; on average it breaks even at 0.6."""
    steps, rng, held = [Dose("x", STRENGTH, dose) for dose in (0.25, 0.5, 0.75, 1.0)], generator(8), 0
    for _ in range(400):
        slope, start = rng.normal(10, 3, 16), rng.normal(-6, 4, 16)
        gains = {step.name: start + slope * step.dose for step in steps}
        even = break_even(breakeven.curve(steps, gains, "baseline", Pairs(np.arange(16), 1)))
        held += even.low <= 0.6 and not even.high < 0.6
    assert 0.92 < held / 400 < 0.985


def test_a_policy_is_set_against_its_rival_in_full_and_half_of_the_ties_are_wins():
    """Against the baseline x gains 1 at half its dose and 3 in full, y 1 in full.

    Over y, x at half gains nothing on average.
    """
    gains = {"x": [2.0, 4.0], "x-strength-50": [1.0, 1.0], "y": [1.0, 1.0], "y-strength-50": [0.0, 0.0]}
    steps = [Dose(arm, STRENGTH, dose) for arm in ("x", "y") for dose in (0.5, 1.0)]
    found = {}
    for curve in breakeven.curves(
        steps, {name: np.array(gain) for name, gain in gains.items()}, "baseline", Pairs(np.arange(2), 1)
    ):
        found |= {(p.step.arm, p.rival, p.step.dose): (p.benefit, p.wins) for p in curve}
    assert found["x", "baseline", 0.5] == (1, 1) and found["x", "baseline", 1.0] == (3, 1)
    assert found["x", "y", 0.5] == (0, 0.5) and found["x", "y", 1.0] == (2, 1)
    assert found["y", "x", 1.0] == (-2, 0)


# --- displacement and discovery ---------------------------------------------------------------------


def test_balance_goes_from_deterred_through_displaced_to_more():
    fall = np.array([-100.0, -100.0, -100.0, 0.0, np.nan])
    rise = np.array([0.0, 100.0, 50.0, 0.0, 1.0])
    assert balance(fall, rise)[:4].tolist() == [-1.0, 0.0, pytest.approx(-1 / 3), 0.0]
    assert np.isnan(balance(fall, rise)[4])
    assert share(np.array([-2.0]), np.array([1.0])) == -2.0


def test_a_relative_change_is_over_the_mean_of_both_worlds():
    plan = manifest({"baseline": [], "arm": []}, 1, 1, 20, 10)
    held = quantities(
        results(plan, lambda arm, d, r: {"people_held": np.full((20, 4), 100.0 if arm == "baseline" else 75.0)}),
        ["people_held"],
    )
    assert held[Quantity("arm", "people_held", RELATIVE_TO_BOTH)] == pytest.approx(-100 / 350)


def test_a_known_box_of_harm_is_found_and_none_is_seen_in_noise():
    pytest.importorskip("ema_workbench", reason="the extra [discovery]")
    rng = generator(1)
    unit = rng.random((400, 6))
    columns = [Column(f"p{i}", "uniform", 0, 10) for i in range(6)]
    harm = ((unit[:, 0] > 0.6) & (unit[:, 3] < 0.5)) ^ (rng.random(400) < 0.05)
    box = discovery.box(columns, unit, harm)
    bounds = {b.column.name: (b.low, b.high) for b in box.bounds}
    assert bounds.keys() == {"p0", "p3"}
    assert bounds["p0"][0] == pytest.approx(6, abs=0.6) and bounds["p3"][1] == pytest.approx(5, abs=0.6)
    assert box.density > 0.85 and box.coverage > 0.7
    assert discovery.box(columns, unit, rng.random(400) < 0.3) is None
    assert discovery.placebo(columns, unit, harm, seed=1) <= 0.05


def test_a_search_that_finds_boxes_anywhere_is_told_by_its_placebo(monkeypatch):
    """Without the demand that a box be denser than chance makes it, shuffled harm has boxes, too."""
    pytest.importorskip("ema_workbench", reason="the extra [discovery]")
    monkeypatch.setattr(discovery, "ERRORS", 0.0)
    monkeypatch.setattr(discovery, "LEAST_COVERAGE", 0.1)
    rng = generator(2)
    unit, columns = rng.random((100, 8)), [Column(f"p{i}", "uniform", 0, 10) for i in range(8)]
    assert discovery.placebo(columns, unit, rng.random(100) < 0.3, seed=1) > 0.3


def test_harm_is_told_by_counting_outcomes_not_by_weighing_them():
    assert discovery.harmful(np.array([[-1.0, -1.0, 900.0], [1.0, 0.0, -1.0], [1.0, 1.0, -900.0]])).tolist() == [
        True,
        False,
        False,
    ]


def test_without_the_extra_the_message_says_what_to_install(monkeypatch):
    for name in ("ema_workbench", "ema_workbench.analysis"):
        monkeypatch.setitem(sys.modules, name, None)
    unit = generator(2).random((100, 2))
    with pytest.raises(discovery.NotInstalled, match="discovery"):
        discovery.box([Column("a", "uniform"), Column("b", "uniform")], unit, unit[:, 0] > 0.5)
