"""Whatever is written acts, is noted, or is refused: nothing is ignored without a word."""

from datetime import date

import pytest

from experiments.design.cautions import cautions
from experiments.design.files import from_names
from model.registry.calendar import week_of
from scenarios.compose import changed, together
from scenarios.errors import ScenarioError, Where
from scenarios.explain import explain
from scenarios.file_format import json_schema
from scenarios.loading import from_dict, load

WHERE = Where("my design")
POLICY = {"lever": "firewall", "states": ["THA"], "start": date(2025, 1, 6), "strength": 1}


def scenario(*policies, **more):
    given = {"title": "Mine", "question": "Why?", "extends": "history", "policy": [POLICY | p for p in policies]}
    return from_dict(given | more, "mine")


def weeks(found) -> list[tuple[int, int]]:
    return [(policy.start, policy.end) for policy in found.policies]


def test_a_later_end_acts():
    """Once, an end after the policy's own was the policy's own, and two arms were the same without a word."""
    short = scenario({"end": date(2026, 1, 5)})
    assert weeks(changed(short, WHERE, end=date(2027, 1, 4))) == [
        (week_of(date(2025, 1, 6)), week_of(date(2027, 1, 4)))
    ]


def test_an_earlier_end_ends_all_and_a_later_one_the_last():
    two = scenario({"end": date(2026, 1, 5)}, {"lever": "screening", "end": date(2028, 1, 3)})
    ends = {date(2025, 6, 2): [date(2025, 6, 2)] * 2, date(2029, 1, 1): [date(2026, 1, 5), date(2029, 1, 1)]}
    for end, expected in ends.items():
        assert [b for _, b in weeks(changed(two, WHERE, end=end))] == [week_of(day) for day in expected]


def test_a_start_after_a_policys_end_moves_its_end_along():
    """Once, such a policy had no end any more."""
    short = scenario({"end": date(2026, 1, 5)})
    length = weeks(short)[0][1] - weeks(short)[0][0]
    start = week_of(date(2027, 1, 4))
    assert weeks(changed(short, WHERE, start=date(2027, 1, 4))) == [(start, start + length)]


def test_what_a_change_takes_away_is_noted():
    paused = scenario({"pauses": [{"from": date(2026, 1, 5), "to": date(2026, 3, 2)}]})
    assert any("leaves out the pause" in note for note in changed(paused, WHERE, end=date(2025, 12, 1)).notes)
    two = scenario({}, {"lever": "screening", "states": ["KHM"]})
    assert any("leaves out 'screening'" in note for note in changed(two, WHERE, states=["THA"]).notes)
    assert any("changes nothing" in note for note in changed(load("baseline"), WHERE, strength=0.5).notes)


def test_a_part_that_adds_nothing_is_noted():
    found = together([load("firewalls"), load("baseline")], WHERE, "both", "Both", "Why?")
    assert any("gets nothing from 'baseline'" in note for note in found.notes)


def test_a_key_that_is_there_twice_is_refused():
    with pytest.raises(ScenarioError, match="is there twice"):
        scenario(parameters={"crackdown.raids": 3.0, "crackdown": {"raids": 4.0}})


def test_a_trigger_that_can_never_fire_is_refused():
    with pytest.raises(ScenarioError, match="no outcome is ever below"):
        scenario({"when": {"outcome": "people_held", "below": 0}})


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("My Crackdown.toml", "", "such as 'my-crackdown.toml'"),
        ("mine.toml", '[policy]\nlever = "firewall"\n[policy]\nlever = "screening"\n', r"\[\[policy\]\]"),
        ("mine.toml", "places", "did you mean 'preah-sihanouk'"),
    ],
)
def test_messages_say_what_to_write_instead(file, text, said, tmp_path):
    head = 'title = "Mine"\nquestion = "Why?"\nextends = "history"\n'
    if text == "places":
        text = '[[policy]]\nlever = "crackdown"\nplaces = ["sihanoukville"]\nstart = 2025-01-06\nstrength = 1\n'
    (tmp_path / file).write_text(head + text)
    with pytest.raises(ScenarioError, match=said):
        load(str(tmp_path / file))


def test_a_local_file_that_hides_a_shipped_one_is_noted(tmp_path):
    (tmp_path / "firewalls.toml").write_text('title = "Other"\nquestion = "Why?"\nextends = "history"\n')
    (tmp_path / "mine.toml").write_text('title = "Mine"\nquestion = "Why?"\nextends = "firewalls"\n')
    assert any("not the shipped 'firewalls'" in note for note in load(str(tmp_path / "mine.toml")).notes)


HEAD = 'title = "Mine"\nquestion = "Why?"\nextends = "history"\n'


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ('lever = "crackdown"\nstates = ["IND", "KHM"]\n', "'crackdown' in IND too, where there is nothing"),
        (
            'lever = "crackdown"\nstates = ["KHM"]\nend = 2025-03-03\nramp_weeks = 52\n',
            "over 52 weeks, of which it has 8: it never gets to strength 1",
        ),
    ],
    ids=["a State in which a lever cannot act", "a longer ramp than the policy"],
)
def test_what_cannot_act_as_written_is_noted(policy, said, tmp_path):
    (tmp_path / "mine.toml").write_text(HEAD + f"[[policy]]\nstart = 2025-01-06\nstrength = 1\n{policy}")
    assert any(said in caution for caution in cautions(from_names([str(tmp_path / "mine.toml")])))


def test_an_arms_own_event_does_not_happen_anyway():
    """Once, it "happened anyway, with and without a policy"; and of late events alone, an empty list was read back."""
    event = {"name": "A flood", "moves": "closure", "mode": "raise", "value": 0.5, "start": date(2025, 1, 6)}
    read = explain(scenario({}, shock=[event]))[-2]
    assert (
        "A flood (from 2025 on)" in read and read.startswith("This happens in this scenario") and "anyway" not in read
    )
    late = from_dict({"title": "Mine", "question": "Why?", "shock": [event], "run": {"end": date(2024, 1, 1)}}, "mine")
    assert explain(late)[-2] == "No shock of the past is included."


def test_the_policy_comes_first_and_the_known_past_in_a_line():
    """Once, sixteen dated events stood between the question and what the scenario does about it."""
    known = load("baseline").shocks
    _, policy, past, _ = explain(scenario({}), known)
    assert policy.startswith("In Thailand, from 6 January 2025") and past.startswith(
        "Its past is that of the baseline: "
    )
    event = {"name": "A flood", "moves": "closure", "mode": "raise", "value": 0.5, "start": date(2025, 1, 6)}
    own, past = explain(scenario({}, shock=[event]), known)[2:4]
    assert own.endswith(": A flood (from 2025 on).") and past.startswith("Besides, its past is that of the baseline: ")
    without = from_dict({"title": "Mine", "question": "Why?", "shock": [event]}, "mine")
    assert "baseline" not in " ".join(explain(without, known))


@pytest.mark.parametrize("letter", ["\n", "\t", "\x1b", "\x07", "\x7f", "\u0085", "\u2028", "\u202e"])
def test_a_title_with_a_control_character_is_refused(letter):
    """Once, a title could clear the reader's terminal, or turn the rest of a line around."""
    for key in ("title", "question"):
        with pytest.raises(ScenarioError, match="control character"):
            from_dict({"title": "Mine", "question": "Why?"} | {key: f"A{letter}B"}, "mine")


def test_a_title_in_any_script_is_taken():
    title = "ការ​បង្ក្រាប မြန်မာ ไทย 中文 \u200d é"
    assert from_dict({"title": title, "question": "Why?"}, "mine").title == title


def test_a_part_has_a_schema_of_its_own():
    whole, part = json_schema(), json_schema(fragment=True)
    assert part["required"] == [] and part["title"] != whole["title"]
    same = ("required", "title")
    assert {k: v for k, v in part.items() if k not in same} == {k: v for k, v in whole.items() if k not in same}


def test_an_arm_in_which_nothing_differs_is_noted(tmp_path):
    """Once, a scenario without policies was compared with the same world, without a word."""
    (tmp_path / "mine.toml").write_text(HEAD)
    same = "has no policy, shock or assumption that 'baseline' has not"
    assert any(same in caution for caution in cautions(from_names([str(tmp_path / "mine.toml")])))
    assert not any(same in caution for caution in cautions(from_names(["firewalls"])))
    slower = from_names([str(tmp_path / "mine.toml")], parameters={"refill_elasticity": 0.2})
    assert any(same in caution for caution in cautions(slower)), "an assumption of all arms sets none apart"
