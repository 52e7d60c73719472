"""The paired comparison: means, intervals, probabilities, effects over time and the rights floor, on made-up worlds."""

from datetime import date

import numpy as np
import pytest
from made_up import STAMP, manifest, policy, results, row, rows
from scipy import stats

from experiments.batch.changed_fates import changes
from experiments.batch.rows import Tag
from experiments.comparison import fates, flows
from experiments.comparison.intervals import CONFIDENCE, Pairs
from experiments.comparison.paired import over_time, paired, rights_floor
from experiments.comparison.read import Results
from experiments.results.columns import build, text
from experiments.results.parquet import Part
from model.registry.calendar import WEEKS_A_YEAR, monday

CRACKDOWN = [policy("crackdown", ["AAA"])]


def world(
    effect, replicates=6, draws=1, stop=40, start=10, outcome="people_held", failed=(), outcomes=("people_held",)
):
    """Each place holds 1000, give or take the seed's chance; from `start` the arm differs by `effect` at a1.

    `effect`: a number, or a function of (draw, replicate).
    """

    def weekly(arm, draw, replicate):
        if (arm, draw, replicate) in failed:
            return None
        values = np.full((stop, 4), 1000.0) + np.random.default_rng((draw, replicate)).normal(0, 50)
        if arm == "arm":
            values[start:, 0] += effect(draw, replicate) if callable(effect) else effect
        return {outcome: values}

    return results(manifest({"baseline": [], "arm": CRACKDOWN}, replicates, draws, stop, start, outcomes), weekly)


# --- over the window ----------------------------------------------------------------------------------


def test_levels_are_averaged_and_flows_added_up():
    found = row(paired(world(-100)), outcome="people_held", place="", aggregate="mean")
    assert found["difference"] == pytest.approx(-100, abs=1e-2)
    assert found["baseline"] == pytest.approx(4000, abs=200)
    assert row(paired(world(-100)), outcome="people_held", place="", aggregate="end")["difference"] == pytest.approx(
        -100, abs=1e-2
    )
    found = row(paired(world(-100, outcome="deaths")), outcome="deaths", place="", aggregate="sum")
    assert found["difference"] == pytest.approx(-100 * 30, abs=1)
    assert found["unit"] == "persons"


def test_the_window_is_dated_by_its_first_and_last_week():
    found = row(paired(world(-100)), outcome="people_held", place="", aggregate="mean")
    assert (found["window_start"], found["window_end"]) == (monday(10), monday(39))
    assert isinstance(found["window_start"], date)


def test_places_are_there_and_add_up_to_the_world():
    table = paired(world(-100))
    assert row(table, outcome="people_held", place="a1", aggregate="mean")["difference"] == pytest.approx(
        -100, abs=1e-2
    )
    assert row(table, outcome="people_held", place="b1", aggregate="mean")["difference"] == 0
    places = rows(table, outcome="people_held", aggregate="mean")
    assert sum(found["baseline"] for found in places if found["place"]) == pytest.approx(
        row(table, outcome="people_held", place="", aggregate="mean")["baseline"]
    )


def test_what_could_guide_operators_is_worldwide_only():
    table = paired(world(-100, outcome="escaped"))
    assert {found["place"] for found in rows(table, outcome="escaped")} == {""}
    assert "a1" in {found["place"] for found in rows(table, outcome="freed")}


def test_the_interval_of_one_draw_is_students_t_on_pairs():
    effects = np.array([-90.0, -130.0, -70.0, -110.0, -100.0, -95.0])
    found = row(paired(world(lambda d, r: effects[r])), outcome="people_held", place="a1", aggregate="mean")
    low, high = stats.t.interval(CONFIDENCE, len(effects) - 1, effects.mean(), stats.sem(effects))
    assert (found["difference"], found["low"], found["high"]) == pytest.approx((effects.mean(), low, high), abs=0.05)
    assert (found["level"], found["replicates"], found["draws"]) == (CONFIDENCE, 6, 1)


def test_below_two_pairs_there_is_no_interval():
    found = row(paired(world(-100, replicates=1)), outcome="people_held", place="", aggregate="mean")
    assert (found["low"], found["high"], found["replicates"]) == (None, None, 1)
    assert found["difference"] == pytest.approx(-100, abs=1e-2)


def test_a_failed_run_takes_its_pair_out_and_no_other():
    found = row(
        paired(world(-100, failed=[("arm", 0, 2), ("baseline", 0, 4)])),
        outcome="people_held",
        place="",
        aggregate="mean",
    )
    assert found["replicates"] == 4
    assert found["difference"] == pytest.approx(-100, abs=1e-2)


def test_where_a_run_failed_its_draw_is_told_by_its_other_runs():
    """Pairs of draw 0: 100 and 200 fewer, one failed; of draw 1: 300 fewer each.

    The baseline is that of the pairs that are there.
    """

    def weekly(arm, draw, replicate):
        if (arm, draw, replicate) == ("arm", 0, 2):
            return None
        held = np.full((40, 4), 1000.0 if draw else 2000.0 * (replicate == 2) + 500.0)
        if arm == "arm":
            held[10:, 0] -= 300 if draw else 100 * (replicate + 1)
        return {"people_held": held}

    found = row(
        paired(results(manifest({"baseline": [], "arm": CRACKDOWN}, 3, 2, 40, 10), weekly)),
        outcome="people_held",
        place="",
        aggregate="mean",
    )
    assert found["difference"] == pytest.approx((-150 - 300) / 2)
    assert found["baseline"] == pytest.approx(4 * (500 + 1000) / 2)  # draw by draw, too
    assert (found["replicates"], found["draws"]) == (3, 2)


def test_shares_divide_sums_and_are_unknown_over_nothing():
    def weekly(arm, draw, replicate):
        out, identified = np.zeros((40, 4)), np.zeros((40, 4))
        out[10:, 0], identified[10:, 0] = 10.0, 4.0 if arm == "arm" else 2.0
        return {"trafficked_out": out, "identified": identified}

    table = paired(results(manifest({"baseline": [], "arm": CRACKDOWN}, 3, 1, 40, 10), weekly))
    found = row(table, outcome="identified_share", place="")
    assert (found["aggregate"], found["baseline"], found["difference"], found["agree"]) == (
        "ratio",
        pytest.approx(0.2),
        pytest.approx(0.2),
        1.0,
    )
    nowhere = row(table, outcome="identified_share", place="b1")
    assert (nowhere["baseline"], nowhere["difference"], nowhere["replicates"]) == (None, None, 0)


@pytest.mark.parametrize(("pairs", "of_one", "of_many"), [(8, "likely", "not distinguishable"), (64, "clear", "clear")])
def test_of_many_effects_of_a_table_only_discoveries_keep_their_word(pairs, of_one, of_many):
    """All eight of eight pairs agree: of a headline outcome that is likely, among hundreds of places no more."""
    made = world(-100, replicates=pairs)
    table = paired(made)
    assert row(table, outcome="people_held", place="", aggregate="mean")["strength"] == of_one
    assert row(table, outcome="people_held", place="a1", aggregate="mean")["strength"] == of_many
    assert row(table, outcome="people_held", place="", aggregate="end")["strength"] == of_many
    assert row(over_time(made)["effects"], outcome="people_held", months=6)["strength"] == of_many
    moves = [("arm", week, "a1", "b1", 60.0) for week in (12, 20)]
    arms = {"baseline": [], "arm": CRACKDOWN}
    ways = [("baseline", 12, source, target, 10.0) for source in ("a1", "b1") for target in ("a2", "far")]
    still = [(arm, *way) for _, *way in ways for arm in arms]
    plan = manifest(arms, pairs, 1, 40, 10)
    found = flows.flows(results(plan, lambda *_: {"people_held": np.ones((40, 4))}, moves + still))
    assert row(found, source="a1", target="b1")["strength"] == of_many


def test_months_that_differ_by_chance_alone_show_nothing():
    """Ninety months of two worlds without a policy: of single intervals some five differ, often in a row."""

    def weekly(arm, draw, replicate):
        chance = np.random.default_rng((5, replicate, arm == "arm")).normal(0, 50, size=(400, 1)).cumsum(axis=0)
        return {"people_held": 1000.0 + np.repeat(chance, 4, axis=1)}

    found = over_time(results(manifest({"baseline": [], "arm": CRACKDOWN}, 24, 1, 400, 10), weekly))["timing"]
    assert row(found, outcome="people_held")["first_month"] is None


# --- several draws ------------------------------------------------------------------------------------


def test_pairs_of_one_draw_are_not_taken_for_independent():
    """The effect differs between draws only: 4 draws x 6 replicates must not pass for 24 pairs."""
    effects = [-160.0, -40.0, -120.0, -80.0]
    clustered = row(
        paired(world(lambda d, r: effects[d], draws=4)), outcome="people_held", place="a1", aggregate="mean"
    )
    assert clustered["difference"] == pytest.approx(-100, abs=0.01)
    assert (clustered["replicates"], clustered["draws"]) == (6, 4)
    naive = 2 * stats.t.ppf(0.975, 23) * np.std(np.repeat(effects, 6), ddof=1) / np.sqrt(24)
    assert clustered["high"] - clustered["low"] > 1.7 * naive


@pytest.mark.parametrize(("draws", "seeds"), [(20, 3), (10, 1), (4, 2)])
def test_intervals_over_draws_cover_as_often_as_they_say(draws, seeds):
    """1000 studies, noise within and between draws: 93 to 97 % of intervals hold the truth, however few the draws."""
    rng = np.random.default_rng(11)
    values = (rng.normal(0, 1, size=(draws, 1, 1000)) + rng.normal(0, 1, size=(draws, seeds, 1000))).reshape(
        draws * seeds, 1000
    )
    found = Pairs(np.repeat(np.arange(draws), seeds), seed=1).mean(values)
    assert 0.93 < np.mean((found.low <= 0) & (found.high >= 0)) < 0.97


# --- over time ----------------------------------------------------------------------------------------


def test_effects_are_followed_from_the_windows_start():
    made = over_time(world(-100, stop=10 + 261))  # up to the very end of the longest
    half, year = (row(made["effects"], outcome="people_held", months=m) for m in (6, 12))
    assert half["difference"] == pytest.approx(-100, abs=1e-2) == year["difference"]
    assert {found["months"] for found in made["effects"].to_pylist()} == {6, 12, 24, 60}


def test_an_effect_is_dated_from_the_month_in_which_it_is_told_from_chance():
    def weekly(arm, draw, replicate):
        values = np.full((150, 4), 1000.0) + np.random.default_rng((9, replicate, arm == "arm")).normal(
            0, 5, size=(150, 4)
        )
        if arm == "arm":
            values[20:50, 0] += 200  # worse first: more people held
            values[50:, 0] -= 400
        return {"people_held": values}

    found = row(
        over_time(results(manifest({"baseline": [], "arm": CRACKDOWN}, 16, 1, 150, 10), weekly))["timing"],
        outcome="people_held",
    )
    assert found["first_month"] == found["first_worse"] == 3
    assert found["first_better"] == 10 or found["first_better"] == 11
    assert found["temporarily_worse"] is True
    assert 6 <= found["months_worse"] <= 8


def test_what_is_worse_first_and_no_better_in_all_is_not_worse_for_a_time_only():
    """200 more in 30 weeks and 60 fewer in the 100 that follow: over the whole window the two balance."""

    def weekly(arm, draw, replicate):
        values = np.full((150, 4), 1000.0) + np.random.default_rng((9, replicate, arm == "arm")).normal(
            0, 5, size=(150, 4)
        )
        if arm == "arm":
            values[20:50, 0] += 200
            values[50:, 0] -= 60
        return {"people_held": values}

    found = row(
        over_time(results(manifest({"baseline": [], "arm": CRACKDOWN}, 16, 1, 150, 10), weekly))["timing"],
        outcome="people_held",
    )
    assert found["first_worse"] == 3 and found["first_better"] and found["temporarily_worse"] is False


def test_series_hold_levels_and_differences_week_by_week():
    series = over_time(world(-100))["series"]
    late = row(series, arm="arm", outcome="people_held", week=monday(30))
    early = row(series, arm="arm", outcome="people_held", week=monday(5))
    assert late["difference"] == pytest.approx(-100, abs=1e-2) and early["difference"] == 0
    assert late["run_low"] < late["mean"] < late["run_high"]
    assert row(series, arm="baseline", outcome="people_held", week=monday(30))["difference"] == 0
    assert len(rows(series, arm="arm", outcome="people_held")) == 40


def test_a_share_in_a_series_is_one_of_the_past_year_and_a_band_holds_nine_of_ten_runs():
    """Ten come out a week, two of them identified, from week 60 six; people held: run by run 0, 1 ... 20."""

    def weekly(arm, draw, replicate):
        identified = np.zeros((90, 4))
        identified[:60, 0], identified[60:, 0] = 2.0, 6.0
        return {
            "trafficked_out": np.tile([10.0, 0, 0, 0], (90, 1)),
            "identified": identified,
            "people_held": np.tile([replicate, 0.0, 0, 0], (90, 1)),
        }

    series = over_time(
        results(
            manifest({"baseline": [], "arm": CRACKDOWN}, 21, 1, 90, 10, ("people_held", "identified_share")), weekly
        )
    )["series"]
    assert row(series, arm="arm", outcome="identified_share", week=monday(59))["mean"] == pytest.approx(0.2)
    assert row(series, arm="arm", outcome="identified_share", week=monday(85))["mean"] == pytest.approx(
        (26 * 2 + 26 * 6) / 520
    )
    held = row(series, arm="arm", outcome="people_held", week=monday(50))
    assert (held["run_low"], held["mean"], held["run_high"]) == pytest.approx((1, 10, 19))


# --- the rights floor ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effect", "strength"),
    [
        (lambda d, r: 50.0 + r, "clear"),
        (lambda d, r: 50.0 if r else -9000.0, "likely"),
        (lambda d, r: 300.0 if r > 3 else -100.0, "likely"),
        (lambda d, r: 300.0 if r > 9 else -10.0, "not distinguishable"),
        (lambda d, r: 300.0 if r > 14 else -300.0, None),
        (0.0, None),
        (-50.0, None),
    ],
    ids=["worse", "one world far better", "mostly worse", "worse on balance", "half worse", "same", "better"],
)
def test_the_rights_floor_flags_what_is_worse_likely_clearly_or_on_balance(effect, strength):
    """Of 30 pairs; one world that is far better does not outvote all others."""
    flags = rights_floor(paired(world(effect, replicates=30, outcome="deaths")))
    assert [flag["strength"] for flag in flags if flag["outcome"] == "deaths"] == ([strength] if strength else [])


@pytest.mark.parametrize("replicates", [1, 4, 6])
def test_few_pairs_flag_nothing(replicates):
    assert rights_floor(paired(world(300.0, replicates=replicates, outcome="deaths"))) == []


def test_pairs_of_one_draw_have_one_vote():
    """Ten draws of two pairs: a draw in which the two disagree votes as its mean does."""
    table = paired(world(lambda draw, r: 400.0 if r else -300.0, replicates=2, draws=10, outcome="deaths"))
    found = row(table, outcome="deaths", place="", aggregate="sum")
    assert (found["agree"], found["direction"], found["strength"], found["draws"]) == (1.0, "up", "likely", 10)


# --- fates --------------------------------------------------------------------------------------------


def people(*rows_):
    return np.array(
        list(rows_),
        [
            ("stratum", "i4"),
            ("ordinal", "i4"),
            ("spells", "i2"),
            ("weeks_held", "i4"),
            ("status", "i1"),
            ("trafficked", "?"),
        ],
    )


def test_fates_are_matched_by_identity_and_counted_by_nationality():
    nationality = np.array([0, 1])
    baseline = people((0, 1, 1, 10, 3, True), (0, 2, 1, 5, 3, True), (0, 9, 1, 0, 3, True), (1, 1, 1, 7, 3, True))
    arm = people((0, 2, 1, 8, 3, True), (0, 9, 1, 4, 3, True), (1, 1, 1, 7, 3, True), (1, 2, 1, 1, 3, True))
    found = changes(baseline, arm, nationality)
    assert {name: values.tolist() for name, values in found.items()} == {
        "held_only_in_baseline": [1, 0],
        "held_only_in_arm": [1, 1],
        "held_shorter": [0, 0],
        "held_longer": [1, 0],
        "held_as_long": [0, 1],
        "net_held": [0, 1],
        "net_weeks_held": [-10 + 3 + 4, 1],
    }


# --- whose fate changes, and where operations move ------------------------------------------------------


def test_flows_between_places_are_compared_in_pairs():
    """In every run of the arm 60 people move along from a1 to b1 in the window; before it, nobody counts."""
    plan = manifest({"baseline": [], "arm": CRACKDOWN}, 3, 1, 62, 10)
    moves = [("arm", 10, "a1", "b1", 60.0), ("arm", 9, "a1", "b1", 999.0), ("baseline", 30, "a2", "far", 52.0)]
    found = flows.flows(results(plan, lambda *_: {"people_held": np.ones((62, 4))}, moves))
    year = WEEKS_A_YEAR / 52
    assert row(found, source="a1", target="b1")["difference"] == pytest.approx(60 * year)
    assert row(found, source="a2", target="far")["baseline"] == pytest.approx(52 * year)
    assert row(found, source="a2", target="far")["difference"] == pytest.approx(-52 * year)


def test_changed_fates_stand_beside_the_placebos():
    """Gross counts add both ways, net counts subtract; missing runs are left out."""
    plan = manifest({"baseline": [], "arm": CRACKDOWN}, 2, 1, 20, 10)
    made_up = results(plan, lambda arm, draw, replicate: {"people_held": np.ones((20, 4))})
    part, arms = Part("fates", STAMP), ("baseline", "arm", "placebo")
    for arm, lost, won in (("arm", 30, 10), ("placebo", 20, 20)):
        for replicate in range(2):
            columns = dict.fromkeys(("held_shorter", "held_longer", "held_as_long"), np.zeros(2, np.int64))
            columns |= {
                "held_only_in_baseline": np.array([lost, 0]),
                "held_only_in_arm": np.array([won + replicate, 0]),
            }
            columns |= {
                "net_held": columns["held_only_in_arm"] - columns["held_only_in_baseline"],
                "net_weeks_held": np.array([-50, 5]),
            }
            columns["nationality"] = text([0, 1], ("AAA", "BBB"))
            part.add(build("fates", Tag(arms, arm, 0, replicate).columns(2) | columns))
    found = fates.fates_compared(Results(plan, [made_up._memory[0] | {"fates": part.bytes()}]))
    by = {(r["arm"], r["nationality"], r["measure"]): r for r in found.to_pylist()}
    said = {key: found_row["value"] for key, found_row in by.items()}
    assert said["arm", "", "held_in_one_world_only"] == said["placebo", "", "held_in_one_world_only"] == 40.5
    assert (said["arm", "", "net_held"], said["placebo", "", "net_held"]) == (-19.5, 0.5)
    excess = {
        key: [found_row[name] for name in ("excess", "excess_low", "excess_high")] for key, found_row in by.items()
    }
    assert excess["arm", "", "net_held"] == [-20, -20, -20]  # what chance adds to both, pair by pair, cancels
    assert excess["arm", "", "held_in_one_world_only"] == [0, 0, 0]
    assert excess["placebo", "", "net_held"] == [None] * 3
    assert (said["arm", "", "net_weeks_held"], said["arm", "BBB", "net_weeks_held"]) == (-45, 5)
