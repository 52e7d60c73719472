"""Displacement: measures of field studies against published examples, the ratio and its split against known worlds."""

import numpy as np
import pytest
from made_up import COUNTRY, PLACES, manifest, policy, results, row, rows
from scipy import stats

from experiments.comparison.displacement import DISPLACEMENT_MEASURES, NotMeaningful, displacement, target_of, wdd, wdq
from experiments.comparison.intervals import Pairs, fieller

# --- field studies -----------------------------------------------------------------------------------


def test_wdq_of_a_complete_displacement():
    """Success measure -0.5, buffer measure +0.5: all that left the target is in the buffer."""
    assert wdq(100, 50, 100, 150, 100, 100) == -1


def test_wdq_agrees_with_the_total_net_effect_on_published_counts():
    """Counts of Wheeler and Ratcliffe 2018; formulas of Guerette 2009, appendix B.

    The total net effect TNE = A0 C1/C0 - A1 + B0 C1/C0 - B1 is -C1 (1 + WDQ) times the success measure.
    """
    a0, a1, b0, b1, c0, c1 = 207, 110, 178, 157, 308, 318
    success, buffer = a1 / c1 - a0 / c0, b1 / c1 - b0 / c0
    total_net_effect = a0 * c1 / c0 - a1 + b0 * c1 / c0 - b1
    found = wdq(a0, a1, b0, b1, c0, c1)
    assert found == pytest.approx(buffer / success) == pytest.approx(0.258, abs=5e-4)
    assert total_net_effect == pytest.approx(-c1 * (1 + found) * success) == pytest.approx(130.5, abs=0.05)


@pytest.mark.parametrize(
    ("b1", "meaning"),
    [
        (40, "diffusion larger than the effect"),
        (75, "diffusion"),
        (120, "partial displacement"),
        (180, "displacement exceeds the effect"),
    ],
)
def test_wdq_reads_as_published(b1, meaning):
    value = wdq(100, 50, 100, b1, 100, 100)
    read = {
        value > 1: "diffusion larger than the effect",
        0 < value <= 1: "diffusion",
        -1 < value < 0: "partial displacement",
        value < -1: "displacement exceeds the effect",
    }
    assert read[True] == meaning


@pytest.mark.parametrize(
    "counts",
    [(100, 100, 50, 60, 100, 100), (100, 120, 50, 60, 100, 100), (100, 90, 50, 60, 100, 50), (100, 50, 1, 1, 0, 10)],
)
def test_wdq_is_refused_where_it_means_nothing(counts):
    with pytest.raises(NotMeaningful):
        wdq(*counts)


def test_wdd_of_the_published_example():
    """Wheeler and Ratcliffe 2018: -118, the displacement area measured against a control of its own."""
    assert wdd(target=(207, 110), control=(308, 318), displaced=(178, 157), displaced_control=(150, 140)) == -118


def test_wdd_of_unsigned_counts_does_not_wrap_around_and_negative_ones_are_refused():
    areas = ((207, 110), (308, 318), (178, 157), (150, 140))
    unsigned = [tuple(np.array([count], np.uint32) for count in area) for area in areas]
    assert wdd(*unsigned) == [-118.0]
    with pytest.raises(NotMeaningful, match="negative"):
        wdd(*areas[:3], (150, -140))


# --- the target ---------------------------------------------------------------------------------------


def target(arm, baseline=()):
    return target_of(manifest({"baseline": list(baseline), "arm": list(arm)}, 1, 1, 40, 10), "arm")


def test_the_target_is_where_the_arm_enforces_and_the_baseline_does_not():
    found = target(
        [
            policy("crackdown", ["AAA"], start=12) | {"announced": 11},
            policy("police_training", places=["far"], start=14) | {"announced": 9},
            policy("screening", ["BBB"]),
        ]
    )
    assert [place for place, inside in zip(PLACES, found.places) if inside] == ["a1", "a2", "far"]
    assert (found.named, found.start) == (
        "AAA, far",
        11,
    )  # from when operations expect raids; on training nobody acts ahead


def test_enforcement_that_names_no_state_is_everywhere():
    found = target([policy("crackdown", start=12), policy("police_training", places=["far"], start=14)])
    assert found.places.all() and (found.named, found.start) == ("everywhere", 12)


def test_without_enforcement_there_is_no_target():
    assert target([policy("screening", ["AAA"])]) is None
    assert target([policy("crackdown", ["AAA"], strength=0.0)]) is None
    assert target([policy("crackdown", ["AAA"])], baseline=[policy("crackdown", ["AAA"])]) is None


@pytest.mark.parametrize(
    ("where", "known"),
    [
        ({"states": ["AAA"]}, policy("crackdown", ["AAA"], strength=2.0)),
        ({"states": ["AAA"]}, policy("crackdown", ["AAA"], start=8)),
        ({"states": ["AAA"]}, policy("crackdown")),
        ({"places": ["a1", "a2"]}, policy("crackdown", ["AAA"])),
    ],
    ids=["harder", "earlier", "everywhere", "in the whole state"],
)
def test_what_the_baseline_enforces_as_hard_is_no_target(where, known):
    assert target([policy("crackdown", **where)], baseline=[known]) is None


def test_of_enforcement_that_the_baseline_shares_in_part_the_rest_is_the_target():
    def of(mine, known):
        found = target([mine], baseline=[known])
        return [place for place, inside in zip(PLACES, found.places) if inside], found.named, found.start

    mine = policy("crackdown", ["AAA", "BBB"], start=12)
    assert of(mine, policy("crackdown", ["AAA"], start=12, strength=2.0)) == (["b1"], "BBB", 12)
    assert of(mine, policy("crackdown", places=["a1"], start=12)) == (["a2", "b1"], "AAA, BBB", 12)
    assert of(mine, policy("crackdown", ["AAA", "BBB"], start=12, end=30)) == (
        ["a1", "a2", "b1"],
        "AAA, BBB",
        30,
    )  # harder when that has ended
    assert of(mine, policy("crackdown", ["AAA", "BBB"], start=20)) == (["a1", "a2", "b1"], "AAA, BBB", 12)
    assert of(mine, policy("crackdown", ["AAA", "BBB"], start=12) | {"sex": "male"})[0] == ["a1", "a2", "b1"]
    assert of(policy("crackdown", start=12), policy("crackdown", ["AAA"], start=12)) == (["b1", "far"], "BBB, CCC", 12)


# --- the ratio ----------------------------------------------------------------------------------------


MOVES = [("crackdown", 12, "a1", "b1", 30.0), ("crackdown", 5, "a1", "b1", 9.0), ("crackdown", 12, "b1", "far", 9.0)]


def moved_world(elsewhere, pairs=30, fall=100.0, noise=1.0, draws=1, moves=MOVES):
    """Every place holds 1000; from week 10 place a1 loses `fall` and b1 gains a share of that, give or take chance."""

    def weekly(arm, draw, replicate):
        rng = np.random.default_rng((draw, replicate))
        held = np.full((40, 4), 1000.0)
        chance = noise * rng.normal(size=2)
        if arm == "crackdown":
            held[10:, 0] -= fall + chance[0]
            held[10:, 2] += elsewhere * fall + chance[1]
        return {"people_held": held, "newly_held": held / 100, "operations": held / 100}

    plan = manifest({"baseline": [], "crackdown": [policy("crackdown", ["AAA"])]}, pairs, draws, 40, 10)
    return displacement(results(plan, weekly, moves))


@pytest.mark.parametrize(("share", "draws"), [(1.0, 1), (0.6, 1), (0.6, 25), (0.0, 1), (-0.3, 1)])
def test_the_ratio_is_the_rise_elsewhere_over_the_fall_at_the_target(share, draws):
    table = moved_world(share, pairs=30 if draws == 1 else 2, draws=draws)
    months = max(table["months"].to_pylist())
    whole = row(table, measure="displacement_ratio", place="", months=months)
    assert whole["value"] == pytest.approx(share, abs=0.03)
    assert whole["low"] <= share <= whole["high"]
    assert whole["high"] - whole["low"] < 0.12
    assert (whole["replicates"], whole["draws"]) == (30 if draws == 1 else 2, draws)
    assert row(table, measure="displacement_ratio", place="b1", months=months)["value"] == pytest.approx(
        share, abs=0.03
    )
    assert row(table, measure="displacement_ratio", place="far", months=months)["value"] == pytest.approx(0.0)


def test_numerator_denominator_and_total_stand_beside_the_ratio():
    table = moved_world(0.6)
    parts = {name: row(table, measure=name, place="", months=7)["value"] for name in DISPLACEMENT_MEASURES}
    assert parts["held_at_target"] == pytest.approx(-100, abs=2)
    assert parts["held_elsewhere"] == pytest.approx(60, abs=2)
    assert parts["held_worldwide"] == pytest.approx(parts["held_at_target"] + parts["held_elsewhere"])
    assert parts["displacement_ratio"] == pytest.approx(-parts["held_elsewhere"] / parts["held_at_target"])
    assert parts["newly_held_at_target"] == pytest.approx(-30, abs=0.6)  # one a week fewer, for 30 weeks
    assert parts["recruitment_avoided"] == pytest.approx(
        -(parts["newly_held_at_target"] + parts["newly_held_elsewhere"])
    )


def test_people_moved_are_those_who_left_the_target_since_enforcement_was_known():
    table = moved_world(0.6)
    assert row(table, measure="moved_from_target", place="", months=7)["value"] == 30
    assert row(table, measure="moved_from_target", place="b1", months=7)["value"] == 30


def test_people_who_would_have_moved_anyway_or_move_later_are_not_counted():
    moves = [("crackdown", 12, "a1", "b1", 30.0), ("crackdown", 38, "a1", "b1", 5.0), ("baseline", 12, "a1", "b1", 8.0)]
    table = moved_world(0.6, moves=moves)
    assert [row(table, measure="moved_from_target", place="b1", months=months)["value"] for months in (6, 7)] == [
        22,
        27,
    ]


def test_a_ratio_over_nothing_is_not_meaningful():
    """The target's fall is not clear (of ten worlds even all are not enough), or it rose."""
    worlds = ({"fall": 0.0, "noise": 5.0}, {"fall": -100.0}, {"pairs": 1}, {"pairs": 10})
    for table in (moved_world(0.5, **world) for world in worlds):
        found = row(table, measure="displacement_ratio", place="", months=7)
        assert (found["value"], found["low"], found["high"]) == (None, None, None)


def test_a_field_study_misses_what_went_beyond_the_region():
    """Operations are 10 a place; the target loses 1 of 20, the buffer gains 0.6 of 10, the control stays."""
    table = moved_world(0.6, noise=0.0)
    assert row(table, measure="wdq", place="", months=7)["value"] == pytest.approx(-0.6, abs=1e-4)
    field, truth, error = (row(table, measure=f"wdd{of}", place="", months=7) for of in ("", "_truth", "_error"))
    assert [x["value"] for x in (field, truth, error)] == pytest.approx([-0.4, -0.4, 0.0], abs=1e-4)


def test_what_a_field_study_gets_wrong_is_shown_with_its_size():
    """Operations grow by 10 at every place in every world; raids take 6. Two areas, one control: 10 are missed."""

    def weekly(arm, draw, replicate):
        operations = np.full((40, 4), 50.0) + np.random.default_rng(replicate).normal(0, 1, size=4)
        operations[25:] += 10.0
        operations[25:, 0] -= 6.0 * (arm == "crackdown")
        return {"operations": operations}

    plan = manifest({"baseline": [], "crackdown": [policy("crackdown", ["AAA"], start=25)]}, 30, 1, 40, 10)
    table = displacement(results(plan, weekly))
    field, truth, error = (row(table, measure=f"wdd{of}", place="") for of in ("", "_truth", "_error"))
    assert truth["value"] == pytest.approx(-6, abs=1e-3)
    assert field["value"] == pytest.approx(4, abs=1e-3)  # (20 - 6) - 10 + 10 - 10
    assert error["value"] == pytest.approx(10, abs=1e-3) and error["strength"] == "clear"


def test_a_field_study_looks_at_the_arms_own_world_for_as_long_before_as_during():
    """From week 25 to 40 against 10 to 25.

    The target goes from 20 operations to 14, the buffer from 10 to 12, the control stays.
    """

    def weekly(arm, draw, replicate):
        operations = np.full((40, 4), 10.0)
        if arm == "crackdown":
            operations[:10, 0], operations[25:, 0], operations[25:, 2] = 99.0, 4.0, 12.0
        return {"operations": operations}

    def found(**where):
        return displacement(
            results(
                manifest({"baseline": [], "crackdown": [policy("crackdown", start=25, **where)]}, 2, 1, 40, 10), weekly
            )
        )

    table = found(states=["AAA"])
    assert row(table, measure="wdq", place="")["value"] == pytest.approx((12 / 10 - 10 / 10) / (14 / 10 - 20 / 10))
    assert row(table, measure="wdd", place="")["value"] == pytest.approx(-6 + 2)  # of the control's 0, both areas
    assert (
        row(found(states=["AAA"], places=["far"]), measure="wdq", place="")["value"] is None
    )  # where all beyond is raided, too, there is no control


def test_targets_that_leave_nothing_elsewhere_have_no_ratio():
    plan = manifest({"baseline": [], "crackdown": [policy("crackdown", COUNTRY)]}, 3, 1, 40, 10)
    table = displacement(
        results(plan, lambda arm, d, r: {"people_held": np.full((40, 4), 900.0 + r if arm == "crackdown" else 1000.0)})
    )
    assert row(table, measure="displacement_ratio", place="", months=7)["value"] is None
    assert row(table, measure="held_at_target", place="", months=7)["value"] == pytest.approx(-396)
    assert not rows(table, measure="displacement_ratio", place="b1")


def test_fieller_covers_the_true_ratio_as_often_as_it_says():
    """2000 samples of 12 pairs with a true ratio of 0.6: the 95 % interval holds it in 93.5 to 96.5 %."""
    rng = np.random.default_rng(3)
    fall = rng.normal(100, 40, size=(12, 2000))
    rise = 0.6 * fall + rng.normal(0, 30, size=(12, 2000))
    low, high = fieller(rise, fall)
    assert np.isfinite(low).mean() > 0.99
    assert 0.935 < np.mean((low <= 0.6) & (high >= 0.6)) < 0.965


def test_fieller_ends_where_students_test_of_the_ratio_turns():
    """A ratio r is within if the mean of rise - r fall is not distinguishable from zero.

    At both ends the p-value is that of the interval.
    """
    fall, rise = np.array([90.0, 130, 70, 110]), np.array([50.0, 95, 45, 60])
    for end in fieller(rise[:, None], fall[:, None]):
        assert stats.ttest_1samp(rise - end[0] * fall, 0.0).pvalue == pytest.approx(0.05)


def test_fieller_is_unbounded_where_the_denominator_may_be_zero():
    values = np.array([[1.0], [2.0], [3.0]])
    low, high = fieller(values, np.array([[-1.0], [0.5], [1.0]]))
    assert np.isnan(low).all() and np.isnan(high).all()
    assert np.isnan(Pairs(np.zeros(3, int), 1).ratio(values, np.array([[-1.0], [0.5], [1.0]])).mean).all()
