"""The one rule of strength: its interval, false alarms and power; relative changes; many comparisons at once."""

import ast
from pathlib import Path

import numpy as np
import pytest
from made_up import manifest, policy, results, row, rows
from scipy import stats

from experiments.comparison.intervals import Pairs
from experiments.comparison.paired import agreement_columns, paired, rights_floor, worsens
from experiments.comparison.strength import (
    CLEAR,
    FEWEST_VOTES,
    INDISTINCT,
    LIKELY,
    OF_SUMS,
    PER_DRAW,
    POINTS,
    agreement,
    among_many,
    critical_value,
    discoveries,
    relative,
    worse_together,
)
from model.registry.outcomes import RIGHTS_FLOOR


def votes(draws, up, ties=0):
    return np.repeat([1.0, 0.0, -1.0], [up, ties, draws - up - ties])[:, None]


# --- the rule -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("draws", "up", "ties"), [(64, 58, 0), (64, 6, 0), (10, 10, 0), (20, 12, 4), (9, 4, 1)])
def test_the_share_that_agrees_has_its_jeffreys_interval(draws, up, ties):
    found = agreement(votes(draws, up, ties))
    most = max(up + ties / 2, draws - up - ties / 2)
    low, high = stats.beta(most + 0.5, draws - most + 0.5).ppf([0.025, 0.975])
    assert found.share[0] == most / draws and found.low[0] == pytest.approx(low)
    assert found.high[0] == pytest.approx(high if most < draws else 1.0)
    assert found.sign[0] == np.sign(up + ties / 2 - draws / 2)


@pytest.mark.parametrize(
    ("draws", "up", "word"),
    [
        (64, 62, CLEAR),
        (64, 61, LIKELY),
        (64, 51, LIKELY),
        (64, 50, INDISTINCT),
        (24, 24, CLEAR),
        (23, 23, LIKELY),
        (FEWEST_VOTES, FEWEST_VOTES, LIKELY),
        (FEWEST_VOTES - 1, FEWEST_VOTES - 1, INDISTINCT),
        (0, 0, INDISTINCT),
    ],
)
def test_the_word_follows_from_the_lower_end(draws, up, word):
    assert agreement(votes(draws, up)).strength == agreement(-votes(draws, up)).strength == [word]


@pytest.mark.parametrize(("draws", "up"), [(64, 50), (10, 10), (11, 4)])
def test_p_is_that_of_the_sign_test(draws, up):
    assert agreement(votes(draws, up)).p[0] == pytest.approx(stats.binomtest(up, draws).pvalue)


def test_what_has_no_vote_or_is_even_says_nothing():
    none, even, same = (agreement(np.array(given)[:, None]) for given in ([np.nan] * 9, [1.0, -1] * 20, [0.0] * 40))
    assert np.isnan(none.share[0]) and none.p[0] == even.p[0] == same.p[0] == 1.0
    assert none.direction == even.direction == same.direction == [None]


# --- the rights floor: false alarms and power ----------------------------------------------------------


def flagged(differences) -> float:
    """Return in which share of comparisons the floor is flagged; differences (draws, comparisons, rights)."""
    draws, comparisons, rights = differences.shape
    found = agreement_columns(agreement(differences.reshape(draws, -1)))
    p = np.concatenate([worse_together(differences[:, k], 1) for k in range(comparisons)])
    worse = [
        worsens({"outcome": RIGHTS_FLOOR[k % rights], "floor_p": p[k], "draws": draws} | effect)
        for k, effect in enumerate(found)
    ]
    return np.reshape(worse, (comparisons, rights)).any(axis=1).mean()


def of_counts(rng, shape, mean=8.0):
    """Return changes of the log between Poisson counts, half a person added, in worlds that differ tenfold in size."""
    mean = mean * np.geomspace(1, 10, shape[0])[:, None, None]
    return np.log(rng.poisson(mean, shape) + 0.5) - np.log(rng.poisson(mean, shape) + 0.5)


@pytest.mark.parametrize("draws", [7, 8, 10, 12, 20, 64])
@pytest.mark.parametrize("noise", ["normal", "correlated", "heavy tails", "counts"])
def test_a_policy_that_does_nothing_is_flagged_in_at_most_one_comparison_of_twenty(noise, draws):
    """A/A arms: 1,000 comparisons of two worlds that differ by chance, four rights each."""
    rng = np.random.default_rng(5)
    shape = draws, 1000, len(RIGHTS_FLOOR)
    made = {
        "normal": lambda: rng.normal(size=shape),
        "correlated": lambda: rng.normal(size=shape) + rng.normal(size=(draws, 1000, 1)),
        "heavy tails": lambda: rng.standard_t(2, size=shape),
        "counts": lambda: of_counts(rng, shape),
    }
    assert flagged(made[noise]()) <= 0.05


# Chance between two worlds that differ by next to nothing (raids at 0.2 % of strength in one State), standard deviation
# of the log ratio over 16 draws of the posterior at 30 people an agent. Of children detained it is 0.125 there, some
# thirteen agents in the smallest world.
CHANCE = {"deaths": 0.024, "coerced_returns": 0.025, "punished_share": 0.005, "children_detained": 0.125}


@pytest.mark.parametrize("name", RIGHTS_FLOOR)
def test_a_worsening_of_a_tenth_is_flagged_in_four_comparisons_of_five(name):
    """At 64 draws and 30 people an agent, one right of four: the others do as chance has it."""
    rng = np.random.default_rng(6)
    differences = rng.normal(0, [CHANCE[right] for right in RIGHTS_FLOOR], size=(64, 200, len(RIGHTS_FLOOR)))
    differences[:, :, RIGHTS_FLOOR.index(name)] += np.log(1.1)
    assert flagged(differences) >= 0.95


@pytest.mark.parametrize("draws", [8, 64])
def test_how_bad_chance_makes_a_family_look_is_counted_over_exchanges_of_arm_and_baseline(draws):
    """Of eight draws all 256 exchanges, by hand; of a right without a value nothing; alike rights are as one."""
    rng = np.random.default_rng(2)
    change = rng.normal(0.3, 1.0, (draws, 2)) * [1.0, 1e6]
    p = worse_together(change, 1)
    if draws == 8:
        ranks = np.sign(change) * stats.rankdata(np.abs(change), axis=0)
        flips = np.array(np.meshgrid(*[[-1, 1]] * draws)).reshape(draws, -1).T
        by_chance = (flips @ ranks).max(axis=1)
        assert p == pytest.approx([(by_chance >= total - 1e-9).mean() for total in ranks.sum(axis=0)])
    alone = stats.wilcoxon(change[:, 0], alternative="greater").pvalue
    assert worse_together(change[:, [0, 0]], 1)[0] == pytest.approx(alone, abs=0.02) and p[0] >= alone - 0.02
    assert (worse_together(np.full((draws, 1), np.nan), 1) == 1).all()


def test_the_floor_weighs_logs_of_counts_and_points_of_shares():
    """A tenth more deaths in 14 of 20 small worlds and a hundredth fewer in six large ones: worse on balance."""

    def weekly(arm, draw, replicate):
        large = draw < 6
        deaths = (10_000.0 if large else 1000.0) * (1 + (arm == "arm") * (-0.01 if large else 0.1))
        return {"people_held": np.full((40, 4), 1e5), "deaths": np.full((40, 4), deaths)}

    arms = {"baseline": [], "arm": [policy("crackdown", ["AAA"])]}
    table = paired(results(manifest(arms, 1, 20, 40, 10), weekly))
    (flag,) = rights_floor(table)
    assert (flag["outcome"], flag["strength"]) == ("deaths", INDISTINCT) and flag["floor_p"] <= 0.03
    others = {r["floor_p"] for r in table.to_pylist() if r["outcome"] != "deaths" and r["floor_p"] is not None}
    assert others == {1.0}  # where nothing happens in either world, nothing looks bad


# --- one rule ---------------------------------------------------------------------------------------------


SOURCES = [
    path
    for folder in ("experiments", "calibration", "displace", "scenarios", "model")
    for path in sorted((Path(__file__).parents[2] / folder).rglob("*.py"))
    if path.name != "strength.py"
]
VOTED = {"agree", "agree_low", "agree_high", "p"}  # columns from which a word may follow


def choosing(tree: ast.AST) -> list[str]:
    """Return where a module writes a word of strength itself, or weighs what draws vote: only `strength.py` may."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in (CLEAR, LIKELY, INDISTINCT):
            found.append(f"{node.lineno}: {node.value!r}")
        elif isinstance(node, ast.Compare):
            sides = (node.left, *node.comparators)
            numbers = any(isinstance(side, ast.Constant) and isinstance(side.value, int | float) for side in sides)
            voted = any(
                isinstance(side, ast.Subscript) and isinstance(side.slice, ast.Constant) and side.slice.value in VOTED
                for side in sides
            )
            if numbers and voted:
                found.append(f"{node.lineno}: {ast.unparse(node)}")
    return found


def test_no_module_but_this_one_chooses_a_word_of_strength():
    """The terminal, the report, pictures, pages and the sensitivity's tables take words from `strength.py`."""
    assert {str(path): found for path in SOURCES if (found := choosing(ast.parse(path.read_text())))} == {}
    planted = "says = 'likely' if row['agree_low'] > 0.6 else words.INDISTINCT"
    assert sorted(choosing(ast.parse(planted))) == ["1: 'likely'", "1: row['agree_low'] > 0.6"]


# --- relative changes ------------------------------------------------------------------------------------


def test_relative_changes_are_of_each_draw_and_no_large_world_decides():
    """Nine worlds of 1,000 lose a tenth, one of 100,000 gains a half."""
    base = np.array([1e3] * 9 + [1e5])[:, None]
    arm = np.array([900.0] * 9 + [1.5e5])[:, None]
    found = relative(base, arm, ["persons"], 10)
    assert found.middle[0] == pytest.approx(-0.1) and found.kind == [PER_DRAW]
    low, high = np.expm1(np.quantile(np.log(arm / base), [0.05, 0.95]))
    assert (found.low[0], found.high[0]) == pytest.approx((low, high))


@pytest.mark.parametrize(
    ("base", "arm", "unit", "per_agent", "kind", "middle"),
    [
        ([100.0, 299.0], [50.0, 100.0], "persons", 10, PER_DRAW, None),
        ([100.0, 299.0], [50.0, 100.0], "persons", 30, OF_SUMS, 150 / 399 - 1),
        ([100.0, 99.0], [50.0, 100.0], "persons", 10, OF_SUMS, 150 / 199 - 1),
        ([100.0, 200.0], [0.0, 100.0], "persons", 10, OF_SUMS, 100 / 300 - 1),
        ([3.0, 4.0], [6.0, 8.0], "raids", 30, PER_DRAW, 1.0),
        ([0.0, 4.0], [6.0, 8.0], "raids", 30, OF_SUMS, 2.5),
        ([0.0, 0.0], [6.0, 8.0], "raids", 30, OF_SUMS, np.nan),
        ([0.2, 0.4], [0.3, 0.4], "share", 30, POINTS, 0.05),
    ],
)
def test_a_ratio_of_a_draw_takes_ten_expected_agents_and_levels_above_zero(base, arm, unit, per_agent, kind, middle):
    found = relative(np.array(base)[:, None], np.array(arm)[:, None], [unit], per_agent)
    assert found.kind == [kind]
    assert (found.low[0] <= found.middle[0] <= found.high[0]) if kind != OF_SUMS else np.isnan(found.low[0])
    if middle is not None:
        assert found.middle[0] == pytest.approx(middle, nan_ok=True)


def test_seeds_of_a_draw_are_averaged_before_its_ratio_and_a_lost_pair_leaves_both_sides():
    def weekly(arm, draw, replicate):
        if (arm, draw, replicate) == ("arm", 2, 1):
            return None
        held = 1000.0 * (1 + 9 * (draw == 2) * replicate) + 500.0 * replicate
        return {"people_held": np.full((40, 4), held * (0.8 if arm == "arm" else 1.0) + 40.0 * draw * (arm == "arm"))}

    arms = {"baseline": [], "arm": [policy("crackdown", ["AAA"])]}
    found = row(
        paired(results(manifest(arms, 2, 3, 40, 10), weekly)), outcome="people_held", place="", aggregate="mean"
    )
    logs = np.log([0.8, 0.8 + 40 / 1250, 0.8 + 80 / 1000])
    assert found["relative"] == pytest.approx(np.expm1(np.median(logs)))
    assert [found[f"relative_{end}"] for end in ("low", "high")] == pytest.approx(
        np.expm1(np.quantile(logs, [0.05, 0.95]))
    )
    assert found["median"] == pytest.approx(4 * np.median([-250, -210, -120]))


# --- many comparisons ------------------------------------------------------------------------------------


def test_false_discoveries_are_few_among_correlated_effects():
    """400 tables of 60 effects, 20 of them real: of what is called a discovery at most 5 % is none, on average."""
    rng = np.random.default_rng(8)
    rates, power = [], []
    for _ in range(400):
        differences = rng.normal(size=(64, 60)) + rng.normal(size=(64, 1))
        differences[:, :20] += 1.2
        found = discoveries(agreement(differences).p)
        rates.append(found[20:].sum() / max(1, found.sum()))
        power.append(found[:20].mean())
    assert np.mean(rates) <= 0.05 and np.mean(power) > 0.5


def test_discoveries_are_those_of_the_published_procedure():
    p = np.array([0.0001, 0.004, 0.011, 0.02, 0.5, 1.0])
    expected = stats.false_discovery_control(p, method="by") <= 0.05
    assert discoveries(p[::-1])[::-1].tolist() == expected.tolist() and expected.any() and not expected.all()
    assert discoveries([]).size == 0


def test_a_word_that_is_no_discovery_is_taken_back():
    alone = [{"p": 0.002, "strength": LIKELY}]
    assert among_many(alone) == alone
    many = among_many(alone + [{"p": 1.0, "strength": INDISTINCT}] * 50)
    assert {found["strength"] for found in many} == {INDISTINCT}


@pytest.mark.parametrize("draws", [8, 20])
def test_intervals_of_a_family_cover_together_as_often_as_they_say(draws):
    """300 families of 24 correlated means: all are covered in 95 %, give or take chance."""
    rng = np.random.default_rng(9)
    root = np.linalg.cholesky(0.5 * np.eye(24) + 0.5 * np.kron(np.eye(4), np.ones((6, 6))))
    covered = []
    for _ in range(300):
        sample = rng.normal(size=(draws, 24)) @ root.T
        reach = critical_value(sample, 1) * sample.std(axis=0, ddof=1) / draws**0.5
        covered.append((np.abs(sample.mean(axis=0)) <= reach).all())
    assert 0.92 < np.mean(covered) < 0.985


def test_the_family_is_the_headline_and_its_intervals_contain_those_of_one():
    rng = np.random.default_rng(3)
    chance = rng.normal(size=(12, 3))

    def weekly(arm, draw, replicate):
        number = ("baseline", "one", "two").index(arm)
        held = np.full((40, 4), 1000.0 + chance[draw, number])
        return {"people_held": held, "deaths": held / 100, "newly_held": held / 50}

    arms = {"baseline": [], "one": [policy("crackdown", ["AAA"])], "two": [policy("firewall", ["AAA"])]}
    table = paired(results(manifest(arms, 1, 12, 40, 10), weekly))
    inside = [found for found in table.to_pylist() if found["simultaneous_low"] is not None]
    assert {(r["outcome"], r["place"]) for r in inside} == {("people_held", ""), *((o, "") for o in RIGHTS_FLOOR)} - {
        ("punished_share", "")  # 0 over 0
    }
    held = rows(table, outcome="people_held", place="", aggregate="mean")
    for found in held:
        assert found["simultaneous_low"] < found["low"] < found["high"] < found["simultaneous_high"]
        assert found["simultaneous_high"] + found["simultaneous_low"] == pytest.approx(2 * found["difference"])
    wider = [(f["simultaneous_high"] - f["difference"]) / (f["high"] - f["difference"]) for f in held]
    assert wider[0] == pytest.approx(wider[1])


def test_no_family_of_one_pair():
    assert np.isnan(critical_value(np.ones((1, 3)), 1)) and np.isnan(critical_value(np.ones((9, 3)), 1))
    assert np.isfinite(Pairs.reach(9))
