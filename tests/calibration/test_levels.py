"""Levels: a table whose roles and sources are valid, values and verdicts that are right, a command that shows them."""

import json
import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from calibration.levels import check
from calibration.levels.levels import FITTED, LEFT, LEVELS, PUT_IN, Count, read_levels
from calibration.levels.simulated import held_people, values
from displace.cli.main import app
from displace.wording.levels import in_short, of_baseline
from model.registry.life_course import S
from scenarios.evidence.reports import EvidenceError, read_evidence

ROWS, ALL = read_evidence(), read_levels()
LEVEL = ALL[0]


def test_every_level_has_a_role_a_range_and_a_source_or_a_reason():
    assert len(ALL) >= 30 and {level.role for level in ALL} == {FITTED, PUT_IN, LEFT}
    for level in ALL:
        assert level.evidence or level.elicited, level.name
        numbers = {x for id in level.evidence for x in (ROWS[id].low, ROWS[id].central, ROWS[id].high)}
        stated = {level.low, level.high} - {None}
        assert level.elicited or level.note or stated <= numbers, f"{level.name}: {stated} stands in no row cited"
    assert 5 <= sum(level.short for level in ALL) <= 7


def test_a_level_that_is_fitted_cites_what_the_fit_uses():
    """Or a row that is to be mapped with the next fit."""
    for level in ALL:
        if level.role == FITTED:
            assert any(ROWS[id].use == "fit" or "fit" in ROWS[id].why for id in level.evidence), level.name


@pytest.mark.parametrize(
    ("median", "low", "high", "error", "said"),
    [
        (100.0, 80.0, 120.0, 0.0, "inside"),
        (240.0, 80.0, 120.0, 0.0, "above by a factor of 2"),
        (20.0, 80.0, 120.0, 0.0, "below by a factor of 4"),
        (240.0, 80.0, 120.0, 0.4, "inside"),
        (240.0, 80.0, None, 0.0, "inside"),
        (40.0, 80.0, None, 0.0, "below by a factor of 2"),
        (40.0, None, 80.0, 0.0, "inside"),
        (0.0, 80.0, None, 0.0, "below: none"),
        (math.nan, 80.0, 120.0, 0.0, "no value"),
    ],
)
def test_verdicts_say_by_which_factor_the_widened_range_is_missed(median, low, high, error, said):
    level = replace(LEVEL, low=low, high=high, error=error, elicited="")
    assert check.verdict(level, median) == said
    assert check.verdict(replace(level, elicited="why"), median) == f"{said} (no source: elicited)"


def test_draws_are_summed_up_without_runs_that_have_no_value():
    (row,) = check.judge([LEVEL], [[float(x)] for x in range(101)] + [[math.nan]])
    assert (row.low, row.median, row.high) == (5.0, 50.0, 95.0)


WORLD = SimpleNamespace(place_ids=("a", "b", "c"), place_country=("KHM", "KHM", "LAO"), nationalities=("KHM", "LAO"))
WEEKLY = {"people_held": [[100, 20, 3]] * 4, "deaths": [[2, 1, 0]] * 4, "compounds": [[4, 1, 1]] * 4}


def valued(count, over=None, times=1.0):
    held = np.zeros((3, 2, 2, 2))
    held[0, 0, 0, 0], held[0, 1, 0, 0], held[1, 1, 1, 0], held[2, 0, 0, 1], held[2, 1, 1, 0] = 60, 30, 10, 5, 15
    level = replace(LEVEL, count=count, over=over, first=1, last=3, times=times)
    return values([level], WORLD, lambda name: np.array(WEEKLY[name], float), {3: held})[0]


@pytest.mark.parametrize(
    ("count", "over", "times", "expected"),
    [
        (Count(("people_held",), ("KHM",)), None, 1.0, 120.0),
        (Count(("people_held",), ("c",)), None, 1.0, 3.0),
        (Count(("deaths",)), None, 1.0, 3 * 52.18),
        (Count(("deaths",)), Count(("people_held",)), 5218.0, 3 / 123 * 5218),
        (Count(("people_held",), ("KHM",)), Count(("compounds",), ("KHM",)), 1.0, 24.0),
        (Count(("people_held",), ("KHM",), who="women"), None, 1.0, 10.0),
        (Count(("people_held",), ("KHM",), ("LAO",)), Count(("people_held",), ("KHM",), who="everybody"), 1.0, 0.4),
        (Count(("people_held",), nationals_of_place=True), None, 1.0, 75.0),
        (Count(("people_held",), who="children"), None, 1.0, 5.0),
    ],
)
def test_a_level_is_what_its_words_say(count, over, times, expected):
    assert valued(count, over, times) == pytest.approx(expected)


def test_a_ratio_over_nothing_has_no_value():
    assert math.isnan(valued(Count(("deaths",)), Count(("compounds",), ("d",))))


def test_who_is_held_where_adds_up_to_the_people_held():
    from model.model import Simulation
    from model.registry.outcomes import O
    from scenarios.loading import load

    run = Simulation(replace(load("baseline").inputs(1, 1000, {}), stop=160))
    counts = held_people(run.advance())
    assert counts.sum(axis=(1, 2, 3)) == pytest.approx(run.result().weekly[-1, O.people_held])
    people = run.columns.people[: run.columns.used[0].people]
    assert counts.sum() == 1000 * (people.status == S.held).sum() > 0


def test_exits_by_cause_and_time_held_agree_with_who_came_out():
    """Weeks held at exit are those of the people out, and causes add up to all who came out of operations."""
    from model.model import Simulation
    from model.registry.outcomes import O
    from scenarios.loading import load

    run = Simulation(replace(load("baseline").inputs(1, 1000, {}), stop=200))
    run.advance()
    weekly = run.result().weekly.sum(axis=(0, 2))
    causes = sum(weekly[O[name]] for name in ("escaped", "ransomed", "released", "abandoned", "freed"))
    assert 0 < causes <= weekly[O.out] and np.isclose(
        weekly[O.freed],
        weekly[O.freed_in_raids] + weekly[O.freed_by_consulates] + weekly[O.freed_on_complaints],
    )
    assert 0 < weekly[O.weeks_at_exit] <= weekly[O.people_held]  # who came out was held before, each week once
    assert weekly[O.deaths_in_captivity] + weekly[O.deaths_escaping] <= weekly[O.deaths]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('of = ["people_held"]', 'of = ["people_hold"]', "did you mean 'people_held'"),
        ('role = "fitted"', 'role = "guessed"', "fitted"),
        ('evidence = ["E002", "E058"]', 'evidence = ["E077"]', "row E077 is holdout"),
        ('evidence = ["E002", "E058"]\n', "", "evidence: is missing"),
        ("low = 100000\n", "low = 900000\n", "is above 'high'"),
    ],
)
def test_a_level_that_cannot_be_used_is_named(tmp_path, old, new, said):
    path = tmp_path / "mine.toml"
    path.write_text(LEVELS.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EvidenceError, match=said):
        read_levels(path)


MINE = """[[level]]
name = "people held in Cambodia, 2018"
unit = "persons"
of = ["people_held"]
places = ["KHM"]
from = 2018-01-01
to = 2018-03-05
low = 1
evidence = ["E002"]
role = "left to come out"
"""


def test_the_command_judges_a_file_of_ones_own(tmp_path):
    (tmp_path / "mine.toml").write_text(MINE, encoding="utf-8")
    arguments = ("--levels", tmp_path / "mine.toml", "--draws", "defaults", "--seeds", 1, "--people-per-agent", 1000)
    page = tmp_path / "levels.md"
    words = ("check", "levels", *arguments, "--workers", 1, "--json", "--quiet", "--page", page)
    done = CliRunner().invoke(app, [str(word) for word in words])
    (row,) = json.loads(done.stdout)["levels"]
    assert done.exit_code == 0 and row["role"] == LEFT and row["median"] > 1 and row["verdict"] == "inside"
    assert "| people held in Cambodia, 2018 | persons | 1 or more |" in page.read_text(encoding="utf-8")


def test_a_comparison_is_headed_by_its_own_baseline():
    """Each run of the baseline counts once, other arms do not, and places keep their countries."""
    ids = ["preah-sihanouk", "myawaddy"]
    stop = LEVEL.last
    rows = [(arm, r, w, p) for arm in ("base", "other") for r in range(2) for w in range(stop) for p in range(2)]
    held = [(1000.0 if p == 0 else 50.0) * (1 + 2 * r) * (1 if arm == "base" else 9) for arm, r, _, p in rows]
    table = {
        "arm": [arm for arm, *_ in rows],
        "draw": np.zeros(len(rows), np.int32),
        "replicate": np.array([r for _, r, *_ in rows], np.int32),
        "week": np.array([w for _, _, w, _ in rows]),
        "place": [ids[p] for *_, p in rows],
    }
    names = {name for level in ALL if level.short for c in (level.count, level.over) if c for name in c.of}
    part = pa.table(table | {name: np.array(held, np.float32) for name in names})
    places = [dict(id="preah-sihanouk", country="KHM"), dict(id="myawaddy", country="MMR")]
    results = SimpleNamespace(
        recorded_by_place=True, baseline="base", each=lambda name, columns: [part], manifest={"places": places}
    )
    judged = {row.level.name: row for row in of_baseline(results)}
    assert judged["people held in Cambodia"].median == pytest.approx(2000)
    assert judged["people held in Myanmar"].median == pytest.approx(100)
    assert judged["people held worldwide"].median == pytest.approx(2100)
    assert any("people held in Cambodia: 2,000 (" in line and "reported" in line for line in in_short(judged.values()))
    assert of_baseline(SimpleNamespace(recorded_by_place=False)) == []
