"""The patterns: a complete registry, a judge whose errors are as rare as it says, a command that reports what fails."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom
from typer.testing import CliRunner

from calibration.patterns import check, judge, measures
from calibration.patterns.arms import (
    HUB,
    PATTERN_ARMS,
    RELEASE,
    START,
    TAIWAN,
    Seen,
    inputs,
    months,
    simulate,
)
from calibration.patterns.judge import FAILS, HOLDS, UNDECIDED, Ratio, ratio_of_means, together, verdict
from calibration.patterns.patterns import LEFT_OUT, PATTERNS, QUESTION, REPORTED, UNIT, kinds
from displace.cli.main import app
from displace.reference import patterns_page
from model.registry.life_course import T
from model.registry.outcomes import O
from model.run.results import quarter_of
from scenarios.evidence.reports import evidence_ids
from scenarios.loading import load
from scenarios.world_files import SECTION

IDS = [f"P{n}" for n in (*range(1, 15), 18, 19, 20)] + ["R1", "R2", "R3", "R6"]
EVIDENCE_FILE = Path(__file__).parents[2] / "scenarios" / "evidence" / "evidence.csv"
KNOWN = {row["id"] for row in csv.DictReader(EVIDENCE_FILE.open(encoding="utf-8"))}


# --- the registry -------------------------------------------------------------------------------------------


def test_every_pattern_is_there_once_in_order():
    assert [pattern.id for pattern in PATTERNS] == IDS
    assert len({pattern.id for pattern in PATTERNS}) == len(IDS)


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.id)
def test_a_pattern_says_what_is_compared_expected_and_whence(pattern):
    assert set(pattern.arms) <= set(PATTERN_ARMS) and len(set(pattern.arms)) == len(pattern.arms)
    assert pattern.use in ("cal", "hold", "cal / hold")
    assert all(SECTION.fullmatch(f"OHCHR2023:{section}") for section in pattern.section.split())
    assert pattern.clauses
    for clause in pattern.clauses:
        assert clause.low < clause.high and (np.isfinite(clause.low) or np.isfinite(clause.high))
    named = evidence_ids(pattern.evidence)
    assert KNOWN & set(named)
    assert {id for id in pattern.evidence.split() if "-" not in id} <= KNOWN


def test_what_holds_by_construction_is_no_evidence_and_the_question_is_neither():
    assert (
        {pattern.id for pattern in PATTERNS if QUESTION in kinds(pattern)}
        == {"P1"}
        == {p.id for p in PATTERNS if kinds(p) == (QUESTION,)}
    )
    assert {pattern.id for pattern in PATTERNS if UNIT in kinds(pattern)} == {
        "P5",
        "P6",
        "P7",
        "P8",
        "P10",
        "P11",
        "P12",
        "P13",
        "P14",
        "P20",
    }
    assert {pattern.id for pattern in PATTERNS if kinds(pattern) == (UNIT,)} == {"P10", "P11", "P12", "P13"}
    assert {pattern.id for pattern in PATTERNS if pattern.separates} == {"P2", "P4", "P7", "P9", "P14", "P19"}


def test_what_is_out_of_reach_is_said():
    text = " ".join(LEFT_OUT)
    assert all(what in text for what in ("P18", "E078", "E262-E267"))


def test_every_world_is_used_and_every_event_left_out_is_in_the_history():
    assert {arm for pattern in PATTERNS for arm in pattern.arms} == set(PATTERN_ARMS)
    events = {shock.name for shock in load("baseline").shocks}
    assert all(set(arm.without) <= events for arm in PATTERN_ARMS.values())


def test_an_event_that_is_left_out_does_not_happen_and_nothing_else_differs():
    with_it, without = inputs("history", 1, 100).shocks, inputs("no coup", 1, 100).shocks
    assert len(with_it) == len(without)
    changed = [(a, b) for a, b in zip(with_it, without) if a != b]
    assert changed and all(
        a.name == b.name == "coup in Myanmar" and b.start >= inputs("no coup", 1, 100).stop for a, b in changed
    )


def test_a_release_lets_a_share_go_at_once():
    place, share, week = PATTERN_ARMS["release"].release
    after, before = (simulate(arm, 1, 100).mean("people_held", week, week + 1, place) for arm in ("release", "history"))
    assert after == pytest.approx((1 - share) * before, rel=0.1)


# --- the judge -----------------------------------------------------------------------------------------------


def made_up(seeds, ratio, rng, skewed):
    """Return numerators and denominators whose means have this ratio, one a seed, correlated as paired runs are."""
    shared = rng.lognormal(0, 0.5, seeds) if skewed else rng.normal(1.1, 0.2, seeds)
    return ratio * shared + ratio * rng.normal(0, 0.3, seeds), shared


@pytest.mark.parametrize("skewed", [False, True])
def test_false_alarms_are_as_rare_as_stated(skewed):
    """A clause that is just true is called false with probability `alarm` at most; a false one holds as rarely."""
    alarm, tables, rng = 0.02, 4000, np.random.default_rng(1)
    verdicts = [verdict(ratio_of_means(*made_up(40, 0.5, rng, skewed), alarm), 0.5, np.inf) for _ in range(tables)]
    most = binom.ppf(0.9999, tables, alarm)
    assert verdicts.count(FAILS) <= most and verdicts.count(HOLDS) <= most
    assert (
        verdicts.count(FAILS) + verdicts.count(HOLDS) > tables * alarm
    )  # nor much rarer: the interval is no wider than it must be


def test_what_is_clear_is_found():
    rng = np.random.default_rng(2)
    assert verdict(ratio_of_means(*made_up(40, 0.9, rng, False), 0.001), 0.5, np.inf) == HOLDS
    assert verdict(ratio_of_means(*made_up(40, 0.2, rng, False), 0.001), 0.5, np.inf) == FAILS
    assert verdict(ratio_of_means(*made_up(40, 0.2, rng, False), 0.001), -np.inf, 0.5) == HOLDS
    assert verdict(ratio_of_means(*made_up(40, 0.9, rng, False), 0.001), -np.inf, 0.5) == FAILS


def test_fieller_is_students_interval_where_the_denominator_is_certain():
    x = np.array([1.0, 2.0, 4.0, 7.0, 6.0])
    seen = ratio_of_means(x, np.ones(5), 0.025)
    reach = 2.7764451 * x.std(ddof=1) / np.sqrt(5)  # t, 4 degrees of freedom
    assert (seen.low, seen.high) == pytest.approx((x.mean() - reach, x.mean() + reach))


def test_what_can_not_be_said_is_undecided():
    assert (
        verdict(ratio_of_means([1, -1, 2, -2, 1, 0], [1, -1, 1, -1, 1, -1], 0.01), 0, 1) == UNDECIDED
    )  # a denominator of about zero
    # too few seeds have the number
    assert verdict(ratio_of_means([1] * 7 + [np.nan] * 3, [1] * 10, 0.01), 0, 2) == UNDECIDED
    assert verdict(ratio_of_means([1, 1], [1, 1], 0.01), 0, 2) == UNDECIDED  # few seeds
    assert verdict(Ratio(0.0, 0.0, 0.0, 40), 0, np.inf) == FAILS  # nothing ever happened


def test_a_pattern_fails_with_one_clause_and_holds_with_all():
    assert together([HOLDS, UNDECIDED, FAILS]) == FAILS
    assert together([HOLDS, UNDECIDED]) == UNDECIDED
    assert together([HOLDS, HOLDS]) == HOLDS
    assert together([]) == UNDECIDED


def test_patterns_and_clauses_share_the_chance_of_a_false_alarm():
    assert sum(check.alarm_of(pattern) * len(pattern.clauses) for pattern in PATTERNS) == pytest.approx(
        judge.FALSE_ALARM
    )


# --- what is measured, by hand ---------------------------------------------------------------------------------


def seen(held=(), moves=(), groups=(), log=(), people=()):
    """Return a world in which nothing is but what is given.

    (place, first week, week after the last, people held) and so on, 0 else.
    """
    made = Seen.__new__(Seen)
    made.world = load("baseline").world
    made.weekly = np.zeros((600, len(O), len(made.world.place_ids)))
    for place, first, last, number in held:
        made.weekly[first:last, O.people_held, made.world.place_ids.index(place)] = number
    ids = made.world.place_index
    made.relocations = np.array(
        [(week, ids[a], ids[b], number) for week, a, b, number in moves],
        [("week", "i4"), ("source", "i4"), ("target", "i4"), ("operations", "i4")],
    )
    made.quarters = np.array(
        [(q, made.world.nationalities.index(code), number) for q, code, number in groups],
        [("quarter", "i4"), ("nationality", "i4"), ("newly_held", "f8")],
    )
    made.log = np.array([(week, T[name]) for name, week in log], [("week", "i4"), ("transition", "i4")])
    made.held = dict(zip(("debt", "sold", "weeks"), np.array(people, float).T))
    return made


def test_what_is_replaced_is_what_is_missing_no_more_eight_months_after_a_release():
    """A fifth of 1000 are let go; in the last four weeks of the eighth month 950 are there."""
    after = RELEASE + months(8)
    history = seen([("myawaddy", 0, 600, 1000.0)])
    release = seen(
        [
            ("myawaddy", 0, RELEASE, 1000.0),
            ("myawaddy", RELEASE, after - 4, 800.0),
            ("myawaddy", after - 4, after, 950.0),
        ]
    )
    assert measures.refilled({"history": history, "release": release}) == (150, 200)


def test_what_is_displaced_is_what_rises_elsewhere_and_near_is_the_country_or_close():
    """The hub holds 100 fewer around the sixth month, other places 60 more.

    Three operations more leave it for near places, one for afar.
    """
    half = START + months(6)
    history = seen([(HUB, 0, 600, 500.0), ("shwe-kokko", 0, 600, 200.0)], [(START + 2, HUB, "bavet", 2)])
    moves = [
        (START + 2, HUB, "bavet", 5),
        (START + 3, HUB, "shwe-kokko", 1),
        (START - 1, HUB, "bavet", 9),
        (START + months(3), HUB, "bavet", 9),
    ]
    crackdown = seen([(HUB, half - 4, half + 4, 400.0), ("shwe-kokko", half - 4, half + 4, 260.0)], moves)
    worlds = {"history": history, "crackdown": crackdown}
    assert measures.displaced(worlds) == pytest.approx((60, 100))
    assert measures.near_share(worlds) == (3, 4)


def test_whom_others_replace_and_how_many_origins_there_are():
    """Of Taiwan's 50 are 30 fewer held with the publicity, of others' 90 are 20 more.

    Two origins of the same size, in other quarters, count two.
    """
    quarter = quarter_of(TAIWAN + months(2))
    without, with_ = (
        seen(groups=[(quarter, "TWN", a), (quarter, "IND", b), (quarter - 1, "IND", 999.0)])
        for a, b in ((50.0, 90.0), (20.0, 110.0))
    )
    assert measures.substituted({"history": with_, "no interception": without}) == (20, 30)
    two = seen(groups=[(8 * 4, "IND", 30.0), (8 * 4 + 3, "VNM", 30.0), (9 * 4, "CHN", 30.0), (8 * 4 - 1, "CHN", 30.0)])
    assert measures.diversity(2024)(two) == pytest.approx(2) and measures.diversity(2023)(two) == pytest.approx(1)


def test_who_finds_no_bed_and_whose_debt_is_larger():
    beds = (
        [("identified_without_bed", START)] * 3
        + [("identified_to_open_shelter", START)] * 2
        + [
            ("identified_to_closed_shelter", START + 1),
            ("identified_without_bed", START + months(2)),
        ]
    )
    assert measures.turned_away({"caseload": seen(log=beds)}) == (3, 6)
    people = [
        (100, 0, 5),
        (300, 0, 12),
        (900, 1, 20),
        (500, 0, 30),
        (2000, 0, 52),
        (4000, 2, 80),
    ]  # debt, times sold, weeks held
    world = {"history": seen(people=people)}
    assert measures.debt_by_time(world) == (3000, 200)
    assert measures.debt_when_sold(world) == (900, 500)


# --- end to end ----------------------------------------------------------------------------------------------


def test_a_unit_check_holds_end_to_end():
    """Debt grows with each sale and with time: simulated, measured, judged."""
    judged = check.gather(seeds=6, workers_wanted=1, ids=("P12",))["learned"]
    assert [row.verdict for row in judged] == [HOLDS] * len(next(p for p in PATTERNS if p.id == "P12").clauses)
    assert check.of_kind(judged, UNIT) == {"P12": HOLDS} and check.of_kind(judged, REPORTED) == {}


@pytest.fixture
def made_up_runs(monkeypatch):
    """Let the command judge made-up numbers.

    Each clause lies well inside what is expected, but those of the patterns named.
    """

    def judged(failing):
        def gather(rules, seeds, *_, **__):
            seen = []
            for noise in np.random.default_rng(3).normal(0, 0.001, seeds):
                numbers = []
                for pattern in PATTERNS:
                    for clause in pattern.clauses:
                        low, high = max(clause.low, -10), min(clause.high, 10)
                        inside = (low + high) / 2
                        outside = low - 1 if np.isfinite(clause.low) else high + 1
                        numbers.append(((outside if pattern.id in failing else inside) + noise, 1.0))
                seen.append(numbers)
            return {rule: check.judge(seen, IDS) for rule in rules}

        monkeypatch.setattr(check, "gather", gather)

    return judged


def test_strict_fails_on_evidence_alone(made_up_runs):
    run = CliRunner().invoke
    for failing, code in (((), 0), (("P1", "P12"), 0), (("P19",), 1)):
        made_up_runs(failing)
        assert run(app, ["check", "patterns", "--strict", "--seeds", "10", "-q"]).exit_code == code
        assert run(app, ["check", "patterns", "--seeds", "10", "-q"]).exit_code == 0


def test_the_command_reports_what_fails(made_up_runs):
    made_up_runs(("P19", "R3"))
    out = CliRunner().invoke(app, ["check", "--seeds", "10", "-q"]).stdout
    assert "2 do not hold (P19, R3)" in out and "left out" in out
    data = json.loads(CliRunner().invoke(app, ["check", "patterns", "--json", "--seeds", "10", "-q"]).stdout)
    clauses = data["rules"]["learned"]["clauses"]
    assert {row["pattern"] for row in clauses if row["verdict"] == FAILS} == {"P19", "R3"}
    assert set(data["rules"]["learned"]["patterns"]) == {
        pattern.id for pattern in PATTERNS if REPORTED in kinds(pattern)
    }


def test_rival_rules_are_judged_on_the_same_patterns(made_up_runs):
    made_up_runs(())
    out = CliRunner().invoke(app, ["check", "patterns", "--rivals", "--seeds", "10", "-q"]).stdout
    assert all(rule in out for rule in check.RULES)
    assert all(pattern.id in out for pattern in PATTERNS)


def test_rival_rules_are_parameters_of_the_model():
    for parameters in check.RULES.values():
        inputs("history", 1, 100, parameters)


def test_the_page_lists_what_the_registry_says():
    """Patterns, worlds and what is left out are up to date; results are of the same clauses, whatever the numbers."""
    text = patterns_page.PATTERNS_PAGE.read_text(encoding="utf-8")
    parts = {
        "patterns": patterns_page.patterns(),
        "worlds": patterns_page.worlds(),
        "left out": patterns_page.left_out(),
    }
    assert patterns_page.filled(text, parts) == text, "stale: run python -m displace.reference.patterns_page"
    for pattern in PATTERNS:
        assert all(
            f"| {pattern.id} | {clause.what} | {clause.window} | {clause.expected} |" in text
            for clause in pattern.clauses
        )
