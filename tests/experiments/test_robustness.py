"""Robustness on a table worked by hand: three policies in three worlds, more is better."""

import numpy as np
import pytest

from experiments.design.files import from_names
from experiments.sensitivity import stages
from experiments.sensitivity.findings import Findings, robust
from experiments.sensitivity.quantities import DIFFERENCE, LEVEL, Quantity
from experiments.sensitivity.robustness import METRICS, agreement, efficient, rank_probabilities, ranks
from experiments.sensitivity.samples import generator

TABLE = np.array([[10.0, 2.0, 3.0], [6.0, 5.0, 4.0], [12.0, -3.0, 0.0]])  # a bold, a steady and a reckless policy
# Best of each world: 12, 5, 4. Regrets: (-2, -3, -1), (-6, 0, 0), (0, -8, -4). Medians: 3, 5, 0; the worse half is two
# worlds.
BY_HAND = {
    "expected value": [5, 5, 3],
    "maximin": [2, 4, -3],
    "maximax": [10, 6, 12],
    "Hurwicz": [6, 5, 4.5],
    "minimax regret": [-3, -6, -8],
    "90th percentile regret": [-2.8, -4.8, -7.2],  # a fifth of the way from the worst regret to the second worst
    "mean less sd": [5 - np.sqrt(38 / 3), 5 - np.sqrt(2 / 3), 3 - np.sqrt(42)],
    "undesirable deviations": [-1, -1, -3],
    # q10, q50, q90: (2.2, 3, 8.6), (4.2, 5, 5.8), (-2.4, 0, 9.6)
    "percentile skewness": [(5.4 - 3) / 3.2, 0, 3.6 / 6],
    # q25, q75: (2.5, 6.5), (4.5, 5.5), (-1.5, 6)
    "percentile peakedness": [6.4 / 4, 1.6 / 1, 12 / 7.5],
    "satisficing": [1, 1, 1 / 3],
}


@pytest.mark.parametrize("metric", METRICS, ids=lambda m: m.name)
def test_every_metric_by_hand(metric):
    assert metric.of(TABLE) == pytest.approx(BY_HAND[metric.name])


def test_ranks_share_ties_and_metrics_disagree():
    values = {metric.name: metric.of(TABLE) for metric in METRICS}
    assert ranks(values["expected value"]).tolist() == [1.5, 1.5, 3]
    assert ranks(values["maximax"]).tolist() == [2, 3, 1]
    tau = {(a, b): value for a, b, value in agreement(values)}
    assert tau["maximin", "maximax"] == -1.0
    assert tau["Hurwicz", "minimax regret"] == 1.0


def test_rank_probabilities_sum_to_one_and_know_a_certain_winner():
    sure = np.array([[3.0, 4.0, 5.0], [1.0, 1.0, 1.0], [0.0, 2.0, 0.5]])
    chance = rank_probabilities(METRICS[0], sure, seed=1)
    assert chance.sum(axis=0) == pytest.approx(1) and chance.sum(axis=1) == pytest.approx(1)
    assert chance[0, 0] == 1.0
    assert 0.2 < chance[1, 1] < 0.8


def test_who_is_dominated_is_told_and_who_trades_is_not():
    scores = np.array([[3.0, 1.0], [2.0, 2.0], [1.0, 2.0], [2.0, 2.0]])
    assert efficient(scores).tolist() == [True, True, False, True]


# --- the baseline among policies ------------------------------------------------------------------


@pytest.fixture
def rows():
    """Rows of table `robustness`: worlds of very different size, in each of which one policy halves who is held."""
    held = np.exp(generator(4).normal(10, 1, 60))
    change = {
        "unilateral-crackdown": -held / 2,
        "firewalls": 0.01 * held,
        "non-punishment": np.where(np.arange(60) % 2, 1.0, -1.0) * 0.3 * held,
    }
    staged = stages.StagedDesign(from_names(list(change)), stages.Settings(outcomes=("people_held",)), "mine.toml")
    values = {Quantity("baseline", "people_held", LEVEL): held[:, None]}
    values |= {Quantity(arm, "people_held", DIFFERENCE): gain[:, None] for arm, gain in change.items()}
    found = Findings(staged)
    robust(found, values)
    return {(row["metric"], row["policy"]): row for row in found.rows["robustness"]}, found.rows["agreement"]


def test_a_policy_that_is_better_in_every_world_comes_before_the_baseline(rows):
    """By its change alone the baseline would come first under three of these: a row of zeros has no worst world."""
    for metric in ("expected value", "maximin", "maximax", "Hurwicz", "mean less sd", "minimax regret"):
        assert rows[0][metric, "unilateral-crackdown"]["rank"] == 1, metric
        assert rows[0][metric, "baseline"]["rank"] > 1
    assert rows[0]["undesirable deviations", "unilateral-crackdown"]["rank"] == 1
    assert rows[0]["undesirable deviations", "unilateral-crackdown"]["probability_first"] > 0.9


def test_the_baseline_is_judged_by_its_own_worlds_and_is_no_rival_of_itself(rows):
    values, agreements = rows
    assert values["maximin", "baseline"]["value"] < -1e4 and values["mean less sd", "baseline"]["value"] < 0
    assert values["maximin", "firewalls"]["value"] == pytest.approx(1.01 * values["maximin", "baseline"]["value"])
    assert ("satisficing", "baseline") not in values
    better = {policy: row["value"] for (metric, policy), row in values.items() if metric == "satisficing"}
    assert better == {"unilateral-crackdown": 1.0, "firewalls": 0.0, "non-punishment": 0.5}
    (tau,) = [row["tau"] for row in agreements if (row["metric"], row["other"]) == ("expected value", "satisficing")]
    assert tau == pytest.approx(1 / 3)  # over the three policies, of which two change places
