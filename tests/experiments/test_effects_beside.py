"""Tables beside the answer, on results made up by hand.

What each policy adds, what is left after it, what it costs, who bears it.
"""

import numpy as np
import pyarrow as pa
import pytest
from made_up import manifest, policy, results, row, rows
from test_runner import design, tiny, whole  # noqa: F401 (fixtures)

from displace.report import further_tables
from displace.wording import words
from displace.wording.study import Study
from experiments import read
from experiments.comparison.contributions import contributions, pulled, titles
from experiments.comparison.costs import _means, costs, programme_years
from experiments.comparison.endings import end_of, endings, periods
from experiments.comparison.intervals import Pairs
from experiments.comparison.paired import A_YEAR
from experiments.comparison.strength import CLEAR, INDISTINCT
from experiments.design import unit_costs
from model.registry.calendar import WEEKS_A_YEAR

# --- what each adds ---------------------------------------------------------------------------------


LEVERS_OF = {"a": "crackdown", "b": "firewall", "c": "screening"}


def factorial(names):
    """Return arms with the policies that their names join, a lever each."""
    return {name: [policy(LEVERS_OF[part]) for part in name.split("--") if part in LEVERS_OF] for name in names}


def test_a_factorial_tells_what_each_adds_and_what_two_do_beyond_their_sum():
    """a adds 10 people, b takes 4, and together they take 6 more than their sum: over all arms a adds 7, b takes 7."""
    effect = {"none": 0, "a": 10, "b": -4, "a--b": 0}
    plan = manifest(factorial(effect), 10, 1, 20, 10)
    chance = np.random.default_rng(1).normal(size=10)

    def weekly(arm, draw, replicate):
        return {"people_held": np.full((20, 4), (1000 + effect[arm] + chance[replicate]) / 4)}

    table = contributions(results(plan, weekly))
    assert {(r["arm"], r["beside"]): round(r["value"], 3) for r in rows(table, outcome="people_held")} == {
        ("a", ""): 7,
        ("b", ""): -7,
        ("a", "b"): -6,
    }
    assert row(table, arm="a", beside="", outcome="people_held")["low"] == pytest.approx(
        7
    )  # chance is the same in all arms: it cancels


@pytest.mark.parametrize(
    ("names", "policies", "said"),
    [
        (["a--b", "a--c", "b--c"], "ABC", "Only 4 of the 8 combinations were run"),
        (["a", "b", "a--b"], "AB", "Each figure is a Shapley value"),
    ],
    ids=["a fraction", "all"],
)
def test_what_is_added_has_titles_and_says_what_is_mixed_into_it(names, policies, said):
    """Of a fraction no policy need be an arm of its own."""
    plan = manifest(factorial(("base", *names)), 2, 1, 20, 10)
    for name, arm in plan["plan"]["arms"].items():
        arm["title"] = " + ".join(f"Policy {part.upper()}" for part in name.split("--"))
    found = further_tables.contributions(
        Study(results(plan, lambda arm, d, r: {"people_held": np.full((20, 4), 1.0 + len(arm))}))
    )
    assert found.grid.headers == [f"Policy {letter}" for letter in policies]
    assert found.how.startswith(said)


def test_a_title_that_holds_what_joins_two_is_not_taken_apart():
    plan = manifest(factorial(("base", "a", "b", "a--b")), 1, 1, 20, 10)
    for name, title in (("base", "Base"), ("a", "Raids + beds"), ("b", "B"), ("a--b", "Raids + beds + B")):
        plan["plan"]["arms"][name]["title"] = title
    assert titles(plan) == {"a": "Raids + beds", "b": "B"}


def test_arms_that_are_no_factorial_add_nothing():
    for names in (("base", "a", "b"), ("base", "a", "a--b")):
        plan = manifest(factorial(names), 2, 1, 20, 10)
        assert contributions(results(plan, lambda arm, d, r: {"people_held": np.full((20, 4), 1.0)})).num_rows == 0


def test_a_factorial_is_found_in_what_arms_pull_whatever_they_are_called():
    """Arms of other names are one, with an arm beside them; names that look like one are none."""
    a, b, c = (policy(lever) for lever in LEVERS_OF.values())
    usual = policy("shelter_capacity")
    arms = {"now": [usual], "raids": [usual, a], "law": [usual, b, c], "all-of-it": [usual, c, a, b]}
    beside = arms | {"other": [usual, policy("police_training")], "lacks": [a]}
    for given in (arms, beside):
        policies, rows_ = pulled(manifest(given, 2, 1, 20, 10))
        assert policies == ("raids", "law") and {*rows_} == {*arms}
        assert rows_["all-of-it"] == (True, True) and rows_["now"] == (False, False)
    assert (
        pulled(manifest({"base": [], "a": [a], "b": [b], "a--b": [policy("police_training")]}, 2, 1, 20, 10))[0] == ()
    )


def test_of_three_policies_what_each_adds_sums_to_the_effect_of_all():
    """a and b do 12 only where both and c are: 4 each. Half of the arms with each less half without would give 3."""
    names = ["none", "a", "b", "c", "a--b", "a--c", "b--c", "a--b--c"]
    plan = manifest(factorial(names), 10, 1, 20, 10)
    table = contributions(
        results(plan, lambda arm, d, r: {"people_held": np.full((20, 4), 25.0 + 3.0 * (arm == "a--b--c"))})
    )
    own = {r["arm"]: r["value"] for r in rows(table, outcome="people_held", beside="")}
    assert own == pytest.approx({"a": 4, "b": 4, "c": 4})


# --- after the end ----------------------------------------------------------------------------------


def test_what_is_left_of_an_effect_is_read_year_by_year_after_the_end():
    """200 fewer while it acts, half of that in the first year after, none in the second."""
    start, end, stop = 10, 10 + A_YEAR, 10 + 3 * A_YEAR + 5

    def weekly(arm, draw, replicate):
        held = np.full((stop, 4), 1000.0 + replicate)
        if arm == "raids":
            held[start:end, 0] -= 200
            held[end : end + A_YEAR, 0] -= 100
        return {"people_held": held}

    plan = manifest(
        {"baseline": [], "raids": [policy("crackdown", ["AAA"], end=end)], "lasting": [policy("crackdown", ["AAA"])]},
        3,
        1,
        stop,
        start,
    )
    table = endings(results(plan, weekly))
    assert {r["period"]: r["difference"] for r in rows(table, outcome="people_held")} == {
        "year before": -200,
        "year 1 after": -100,
        "year 2 after": 0,
    }
    assert {r["arm"] for r in table.to_pylist()} == {"raids"}


def test_an_arm_ends_with_the_last_of_its_policies_that_end_within_the_run():
    def ended(*ends):
        return end_of(
            manifest({"baseline": [], "arm": [policy("crackdown", ["AAA"], end=end) for end in ends]}, 1, 1, 100, 10),
            "arm",
        )

    assert (ended(60, 80, 783), ended(100), ended(783)) == (80, None, None)
    assert list(periods(100, 10, 204)) == [
        ("year before", 48, 100),
        ("year 1 after", 100, 152),
        ("year 2 after", 152, 204),
    ]
    assert next(periods(30, 10, 204)) == ("20 weeks before", 10, 30)  # no further back than the window


# --- what it costs ----------------------------------------------------------------------------------


def spent(saved=50.0, replicates=30):
    """Raids take 100 officer-weeks a week and free people; a law leaves no recorded effort."""

    def weekly(arm, draw, replicate):
        effort, held = np.zeros((114, 4)), np.full((114, 4), 1000.0 + replicate)
        if arm == "raids":
            effort[10:, 0] = 100.0
            held[10:, 0] -= saved + replicate / 10
        return {"enforcement_effort": effort, "in_captivity": held}

    plan = manifest(
        {
            "baseline": [],
            "raids": [policy("crackdown", ["AAA"])],
            "law": [policy("non_punishment_scope", ["AAA", "BBB"], strength=0.5)],
        },
        replicates,
        1,
        114,
        10,
    )
    return costs(results(plan, weekly)), plan


def test_raids_cost_what_is_recorded_at_the_middle_price_and_the_interval_spans_the_prices():
    table, _ = spent()
    item = unit_costs.BY_NAME["raids"]
    found = row(table, arm="raids", measure="raids")
    assert found["value"] == pytest.approx(104 * 100 * item.middle / 1e6)
    drawn = [104 * 100 * item.low * (item.high / item.low) ** u / 1e6 for u in (0.025, 0.975)]  # of a log-uniform price
    assert (found["low"], found["high"]) == pytest.approx(drawn, rel=0.03)
    avoided = row(table, arm="raids", measure="captivity_avoided")["value"]
    assert avoided == pytest.approx(104 * 51.45)
    each = row(table, arm="raids", measure="per_week_avoided")
    assert [each[name] for name in ("value", "low", "high")] == pytest.approx(
        [1e6 * found[name] / avoided for name in ("value", "low", "high")], rel=0.01
    )


def test_every_payer_has_its_own_bill():
    """By hand, over 104 weeks, one run of six lost.

    10 more in custody at 38.73 USD a week, half a million of ransom and 2 million of fraud a week.
    """

    def weekly(arm, draw, replicate):
        if (arm, replicate) == ("law", 3):
            return None
        numbers = {
            name: np.zeros((114, 4))
            for name in ("deprived_by_a_state", "ransom_paid", "money_defrauded", "in_captivity")
        }
        if arm == "law":
            (
                numbers["deprived_by_a_state"][10:, 0],
                numbers["ransom_paid"][10:, 1],
                numbers["money_defrauded"][10:, 2],
            ) = 10.0, 0.5, -2.0
        return numbers

    plan = manifest({"baseline": [], "law": [policy("non_punishment_scope", ["AAA"], places=["a2"])]}, 6, 1, 114, 10)
    found = {r["measure"]: r for r in costs(results(plan, weekly)).to_pylist()}
    custody, law = (
        104 * 10 * 38.7298 / 1e6,
        104 / WEEKS_A_YEAR,
    )  # the law: a million USD a year in one State, named twice
    assert [found[name]["value"] for name in ("custody", "programmes", "public", "ransom", "fraud")] == pytest.approx(
        [custody, law, custody + law, 52, -208]
    )
    assert {r["replicates"] for r in found.values()} == {5}
    assert (found["ransom"]["low"], found["ransom"]["high"]) == pytest.approx((52, 52))


def test_a_law_costs_by_state_and_year_and_nothing_is_divided_by_no_captivity_avoided():
    table, plan = spent()
    assert programme_years(plan, "law") == pytest.approx(0.5 * 2 * 104 / WEEKS_A_YEAR)
    assert programme_years(plan, "raids") == 0
    assert (
        programme_years(plan | {"plan": plan["plan"] | {"baseline": "law"}}, "law") == 0
    )  # nothing that the baseline does not do
    assert row(table, arm="law", measure="per_week_avoided")["value"] is None
    assert row(spent(replicates=1)[0], arm="raids", measure="public")["low"] is None


def test_a_programme_costs_the_weeks_in_which_it_acts():
    def weeks(**keys):
        return (
            programme_years(
                manifest({"baseline": [], "law": [policy("non_punishment_scope", ["AAA"]) | keys]}, 2, 1, 114, 10),
                "law",
            )
            * WEEKS_A_YEAR
        )

    assert weeks() == pytest.approx(104)
    assert weeks(pauses=[(4, 14), (50, 60), (110, 130)]) == pytest.approx(
        104 - 4 - 10 - 4
    )  # of pauses, what lies in the window
    assert np.isnan(weeks(when={"outcome": "people_held", "above": True, "bound": 1e12, "weeks": 1, "places": []}))


def test_of_a_programme_only_what_exceeds_the_baseline_costs():
    law, other = policy("non_punishment_scope", ["AAA"]), policy("firewall", ["AAA", "BBB"])
    waits = law | {"when": {"outcome": "people_held", "above": True, "bound": 1e12, "weeks": 1, "places": []}}
    arms = {
        "baseline": [law, waits],
        "stronger": [law | {"strength": 1.5}, waits],
        "instead": [other, waits],
        "none": [waits],
        "all": [],
    }
    plan = manifest(arms, 2, 1, 114, 10)
    weeks = {arm: programme_years(plan, arm) * WEEKS_A_YEAR for arm in arms}
    assert weeks["baseline"] == 0 and weeks["stronger"] == pytest.approx(0.5 * 104)
    assert weeks["instead"] == pytest.approx(2 * 104 - 104) and weeks["none"] == pytest.approx(-104)
    assert np.isnan(weeks["all"])  # how long what waits acted is not recorded


def test_what_takes_no_price_has_one_interval():
    """Money defrauded in the costs is the money defrauded of the answer."""

    def weekly(arm, draw, replicate):
        return {"money_defrauded": np.full((114, 4), 5.0 + replicate - (1 + replicate % 3) * (arm == "raids"))}

    found = results(
        manifest({"baseline": [], "raids": [policy("crackdown", ["AAA"])]}, 6, 1, 114, 10, ("money_defrauded",)), weekly
    )
    answer = row(found.paired, outcome="money_defrauded", place="", aggregate="sum")
    cost = row(costs(found), measure="fraud")
    assert [cost[key] for key in ("value", "low", "high")] == pytest.approx(
        [answer[key] for key in ("difference", "low", "high")]
    )


@pytest.mark.parametrize(("draws", "seeds"), [(1, 6), (5, 3)])
def test_the_interval_of_a_cost_is_students_times_the_price(draws, seeds):
    """What the mean may be has the quantiles of Student's interval over what is independent, however few that is."""
    pairs = Pairs(np.repeat(np.arange(draws), seeds), 3)
    values = np.random.default_rng(4).normal(100, 30, draws * seeds)
    found, drawn = pairs.mean(values[:, None]), _means(pairs, values)
    width = found.high[0] - found.low[0]
    assert np.quantile(drawn, [0.025, 0.975]) == pytest.approx([found.low[0], found.high[0]], abs=0.04 * width)
    assert drawn.mean() == pytest.approx(found.mean[0], abs=0.02 * width)
    assert _means(pairs, 2 * values) == pytest.approx(2 * drawn)  # two quantities move together


def test_spending_for_a_week_avoided_takes_clearly_fewer_weeks():
    assert row(spent(replicates=10)[0], arm="raids", measure="per_week_avoided")["value"] is None  # ten are not enough
    assert row(spent()[0], arm="raids", measure="per_week_avoided")["value"] > 0


# --- who bears it -----------------------------------------------------------------------------------


def test_a_quarter_of_the_table_begins_in_the_week_in_which_the_model_begins_it():
    from datetime import date

    from experiments.comparison.by_group import quarter_numbers
    from model.registry.calendar import week_of
    from model.run.results import QUARTER

    dates = pa.chunked_array([[date(2016 + n // 4, 3 * (n % 4) + 1, 1) for n in range(60)]])
    first = np.searchsorted(QUARTER, quarter_numbers(dates))
    wanted = [
        max(0, week_of(day) + (day.weekday() > 0)) for day in dates.to_pylist()
    ]  # the first Monday of the quarter
    assert first.tolist() == wanted


def test_groups_add_up_to_the_world(whole):  # noqa: F811
    """Flows of every dimension sum to the worldwide effect.

    A quarter that the window cuts differs in no pair before it.
    """
    found = read(whole)
    worldwide = {
        (r["arm"], r["outcome"]): r["difference"]
        for r in found.paired.to_pylist()
        if not r["place"] and r["aggregate"] == "sum"
    }
    sums: dict[tuple, float] = {}
    for r in found.by_group.to_pylist():
        if r["aggregate"] == "sum":
            key = r["arm"], r["outcome"], r["dimension"]
            sums[key] = sums.get(key, 0.0) + r["difference"]
    assert len({dimension for *_, dimension in sums}) == 5
    held = {
        arm: np.mean(found.worldwide([arm], ["people_held"])["people_held"].to_numpy()) for arm in found.arms
    }  # of all weeks: the first quarter, too, is in the window
    by_sex = sum(r["difference"] for r in rows(found.by_group, arm="raids", outcome="people_held", dimension="sex"))
    assert by_sex == pytest.approx(held["raids"] - held["baseline"], rel=1e-4) and by_sex
    for (arm, outcome, _), value in sums.items():
        assert value == pytest.approx(worldwide[arm, outcome], abs=1e-3), (arm, outcome)


def test_a_cost_is_shown_as_strongly_as_the_effect_that_it_prices():
    """Ransom and captivity have the words, agreement and relative change of `paired`; captivity avoided the reverse."""

    def weekly(arm, draw, replicate):
        rng = np.random.default_rng([draw, 7])
        times = np.where(arm == "raids", [1.0, 0.8 + 0.1 * (draw < 9), rng.choice([0.9, 1.1])], 1.0)
        size = 1000.0 * (1 + draw)
        levels = {"in_captivity": size * times[1], "ransom_paid": size * times[2], "deprived_by_a_state": size}
        return {name: np.full((114, 4), level) for name, level in levels.items()}

    arms = {"baseline": [], "raids": [policy("crackdown", ["AAA"])], "law": [policy("non_punishment_scope", ["AAA"])]}
    found = results(manifest(arms, 1, 30, 114, 10, ("in_captivity", "ransom_paid")), weekly)
    table = costs(found)
    names = "relative relative_low relative_high relative_kind agree agree_low p direction strength".split()
    ransom = row(table, arm="raids", measure="ransom")
    answer = row(found.paired, arm="raids", outcome="ransom_paid", place="", aggregate="sum")
    assert {name: ransom[name] for name in names} == {name: answer[name] for name in names}
    assert ransom["strength"] == INDISTINCT
    avoided = row(table, arm="raids", measure="captivity_avoided")
    answer = row(found.paired, arm="raids", outcome="in_captivity", place="", aggregate="mean")
    assert (avoided["strength"], avoided["direction"], answer["direction"]) == (CLEAR, "up", "down")
    assert [avoided[f"relative{end}"] for end in ("", "_low", "_high")] == pytest.approx(
        [-answer[f"relative{end}"] for end in ("", "_high", "_low")]
    )
    law = row(table, arm="law", measure="programmes")
    assert law["strength"] == CLEAR and law["direction"] == "up" and law["relative"] is None
    assert row(table, arm="raids", measure="per_week_avoided")["strength"] is None
    for name, arm in found.manifest["plan"]["arms"].items():
        arm["title"] = name
    grid = further_tables.costs(Study(found))
    cell_of = dict(zip(grid.headers, dict(grid.rows)["raids"]))
    ransom, weeks = (next(cell_of[head] for head in cell_of if part in head) for part in ("ransom", "captivity"))
    assert "not distinguishable" in ransom[1] and ransom[2] == words.INDISTINCT
    assert "clearly more, 30 of 30 draws" in weeks[1] and weeks[2] == words.NEITHER
