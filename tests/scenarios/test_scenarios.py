"""Scenario files: one clear error for bad input, joining by `extends`, the shipped files, and reading back."""

import re
import subprocess
import sys
import tomllib
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.registry import levers, outcomes
from model.registry.calendar import WEEK_0, WEEKS, monday
from model.registry.lever import PEOPLE_SCOPE
from model.registry.parameters import PARAMETERS
from model.registry.policy import Trigger
from scenarios import loading, world_files
from scenarios.checking import is_unseen
from scenarios.errors import ScenarioError
from scenarios.evidence.reports import read_evidence
from scenarios.explain import explain
from scenarios.file_format import json_schema
from scenarios.loading import from_dict, load
from scenarios.toml_files import to_toml
from scenarios.world_files import world_graph

HEAD = 'title = "Test"\nquestion = "What if?"\n'
CRACKDOWN = '\n[[policy]]\nlever = "crackdown"\nstates = ["KHM"]\nstart = 2025-01-06\nstrength = 1\n'
SHOCK = '\n[[shock]]\nname = "flood"\nmoves = "raids"\nmode = "add"\nvalue = 1\nstart = 2020-01-06\n'
SHIPPED = [name for name, _, _ in loading.list_scenarios()]


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a TOML file in a new current folder and return its path from there."""
    monkeypatch.chdir(tmp_path)

    def write(text, name="test.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
        return name

    return write


# --- errors -------------------------------------------------------------------------------------------

BAD = {  # what is wrong: (text of the file, what the message must say after the file's name)
    "empty file": ("", "title: is missing"),
    "no question": ('title = "Test"', "question: is missing"),
    "blank title": (HEAD.replace("Test", " "), "title: is empty"),
    "broken TOML": (HEAD + "x = [1,\n", "expected TOML"),
    "impossible date": (
        HEAD + CRACKDOWN.replace("2025-01-06", "2025-02-30"),
        "line 7, column 9: 2025-02-30 is no date, in `start = 2025-02-30`",
    ),
    "unknown key": (HEAD + 'polcy = "x"', "polcy: unknown key; expected title, question, .*did you mean 'policy'"),
    "unknown key of a policy": (
        HEAD + CRACKDOWN.replace("strength", "strenght"),
        r"policy 1 \(crackdown\) \. strenght: .*did you mean 'strength'",
    ),
    "unknown lever": (
        HEAD + CRACKDOWN.replace("crackdown", "crakdown"),
        r"policy 1 \(crakdown\) \. lever: unknown 'crakdown'; "
        r"expected a lever of `displace list levers` \(did you mean 'crackdown'",
    ),
    "no start": (
        HEAD + CRACKDOWN.replace("start = 2025-01-06", ""),
        r"policy 1 \(crackdown\) \. start: is missing; expected a date",
    ),
    "strength above the maximum": (
        HEAD + CRACKDOWN.replace("= 1\n", "= 5\n"),
        r"strength: 5 is out of range; expected a number from 0 to 4",
    ),
    "strength below 0": (HEAD + CRACKDOWN.replace("= 1\n", "= -0.1\n"), "strength: -0.1 is out of range"),
    "strength NaN": (HEAD + CRACKDOWN.replace("= 1\n", "= nan\n"), "strength: nan is out of range"),
    "strength infinite": (HEAD + CRACKDOWN.replace("= 1\n", "= inf\n"), "strength: inf is out of range"),
    "strength true": (
        HEAD + CRACKDOWN.replace("= 1\n", "= true\n"),
        "strength: true has the wrong type; expected a number",
    ),
    "unknown state": (
        HEAD + CRACKDOWN.replace("KHM", "KMH"),
        r"states: unknown 'KMH'; expected an ISO code of `displace list states` \(did you mean 'KHM'",
    ),
    "state by name": (HEAD + CRACKDOWN.replace("KHM", "Cambodia"), "did you mean 'KHM'"),
    "state in small letters": (HEAD + CRACKDOWN.replace("KHM", "khm"), "did you mean 'KHM'"),
    "one state, no list": (HEAD + CRACKDOWN.replace('["KHM"]', '"KHM"'), "states: 'KHM' is text; expected a list"),
    "no state": (HEAD + CRACKDOWN.replace('["KHM"]', "[]"), "states: is empty"),
    "a state twice": (HEAD + CRACKDOWN.replace('["KHM"]', '["KHM", "KHM"]'), "states: 'KHM' is there twice"),
    "states and places": (HEAD + CRACKDOWN + 'places = ["bavet"]', "places: beside states; expected states or places"),
    "unknown place": (
        HEAD + CRACKDOWN.replace('states = ["KHM"]', 'places = ["bavat"]'),
        "places: unknown 'bavat'; .*did you mean 'bavet'",
    ),
    "quoted date": (
        HEAD + CRACKDOWN.replace("2025-01-06", '"2025-01-06"'),
        "start: '2025-01-06' is text; expected a date without quotes",
    ),
    "date and time": (
        HEAD + CRACKDOWN.replace("2025-01-06", "2025-01-06T10:00:00"),
        "start: .* has the wrong type; expected a date",
    ),
    "no such month": (
        HEAD + CRACKDOWN.replace("2025-01-06", "2025-13-06"),
        "line 7, .*: 2025-13-06 is no date, in `start = 2025-13-06`; expected year-month-day",
    ),
    "day first": (HEAD + CRACKDOWN.replace("2025-01-06", "6.1.2025"), "6.1.2025 is no date"),
    "one bracket": (
        HEAD + CRACKDOWN.replace("[[policy]]", "[policy]"),
        r"policy: is one table; expected two brackets for each entry, \[\[policy\]\]",
    ),
    "date before the calendar": (
        HEAD + CRACKDOWN.replace("2025-01-06", "2016-01-03"),
        "start: 2016-01-03 is outside the calendar; expected .*2016-01-04 to 2030-12-30",
    ),
    "date after the calendar": (
        HEAD + CRACKDOWN.replace("2025-01-06", "2030-12-31"),
        "start: 2030-12-31 is outside the calendar",
    ),
    "end in the week of the start": (
        HEAD + CRACKDOWN + "end = 2025-01-12",
        "end: 2025-01-12 is not in a later week than its start 2025-01-06",
    ),
    "the same column of a place twice": (
        HEAD + 2 * '[[world]]\nplace = "bavet"\nset = { control = 0.1 }\n',
        "'control' of 'bavet' is set twice",
    ),
    "announced after the start": (
        HEAD + CRACKDOWN + "announced = 2025-01-13",
        "announced: 2025-01-13 is after its start",
    ),
    "start after the run's end": (HEAD + "run = {end = 2025-01-05}" + CRACKDOWN, "start: starts after the run ends"),
    "scope that the lever lacks": (
        HEAD + CRACKDOWN + 'sex = "male"',
        "sex: 'crackdown' can't be limited by sex; expected only states, places",
    ),
    "unknown sex": (
        HEAD + CRACKDOWN.replace("crackdown", "screening") + 'sex = "men"',
        "sex: unknown 'men'; expected one of male, female",
    ),
    "ramp of half a week": (
        HEAD + CRACKDOWN + "ramp_weeks = 0.5",
        "ramp_weeks: 0.5 has the wrong type; expected a whole number",
    ),
    "pause outside": (
        HEAD + CRACKDOWN + "pauses = [{from = 2024-01-01, to = 2024-02-05}]",
        "pauses: a pause that .* lies outside",
    ),
    "pause without end": (HEAD + CRACKDOWN + "pauses = [{from = 2025-02-03}]", r"pauses 1 \. to: is missing"),
    "trigger on an unknown outcome": (
        HEAD + CRACKDOWN + 'when = {outcome = "people_hold", above = 1}',
        r"when \. outcome: unknown 'people_hold'; .*'people_held'",
    ),
    "trigger without a bound": (
        HEAD + CRACKDOWN + 'when = {outcome = "people_held"}',
        "when: has both bounds or none; expected above or below",
    ),
    "trigger with two bounds": (
        HEAD + CRACKDOWN + 'when = {outcome = "people_held", above = 1, below = 2}',
        "when: has both bounds or none",
    ),
    "unknown institution": (
        HEAD + SHOCK.replace("raids", "raid"),
        r"shock 1 \(flood\) \. moves: unknown 'raid'; .*'raids'",
    ),
    "share out of range": (
        HEAD + SHOCK.replace("add", "lower").replace("value = 1", "value = 2"),
        "value: 2 is out of range; expected a share from 0 to 1",
    ),
    "raise of no share": (HEAD + SHOCK.replace("add", "raise"), "mode: 'raids' is no share"),
    "scale below nothing": (
        HEAD + SHOCK.replace("add", "scale").replace("value = 1", "value = -2"),
        "value: -2 would make it negative",
    ),
    "unknown parameter": (
        HEAD + "[parameters]\ncrackdown.raid = 3",
        r"parameters \. crackdown\.raid: unknown key; .*did you mean 'crackdown.raids'",
    ),
    "parameter out of bounds": (
        HEAD + "[parameters]\ncrackdown.raids = 1e9",
        r"parameters \. crackdown\.raids: 1000000000.0 is out of range",
    ),
    "unknown column": (
        HEAD + '[[world]]\nplace = "bavet"\nset = {contol = 1}',
        r"world 1 \(bavet\) \. set \. contol: .*'control'",
    ),
    "column out of range": (
        HEAD + '[[world]]\nplace = "bavet"\nset = {control = 2}',
        "set . control: 2 is out of range; expected a number from 0 to 1",
    ),
    "more people than room": (
        HEAD + '[[world]]\nplace = "bavet"\nset = {start_people = 900000}',
        "start_people: 900000 persons held where there is room for",
    ),
    "host that can't be": (HEAD + '[[world]]\nplace = "bangkok"\nset = {host = 1}', "'bangkok' can't host operations"),
    "unknown parent": (HEAD + 'extends = "histori"', "extends: no file 'histori.toml'; .*did you mean 'history'"),
    "path outside": (HEAD + 'extends = "../history"', "extends: '../history' is no name; expected .*not a path"),
    "its own parent": (HEAD + 'extends = "test"', "extends: a circle, test -> test"),
    "contradiction": (
        HEAD + CRACKDOWN + CRACKDOWN,
        r"policy 2 \(crackdown\): contradicts test.toml: policy 1 \(crackdown\)",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_an_error_names_file_key_and_what_was_expected(case, write):
    text, message = BAD[case]
    with pytest.raises(ScenarioError) as caught:
        load(write(text))
    assert re.search(f"^test.toml: .*{message}", str(caught.value)), caught.value
    assert "; expected " in str(caught.value)


@pytest.mark.parametrize(
    "lever",
    [lever for lever in levers.LEVERS.values() if set(PEOPLE_SCOPE) - {*lever.scope}],
    ids=lambda lever: lever.name,
)
def test_a_lever_refuses_the_scope_that_it_lacks(lever):
    for key in set(PEOPLE_SCOPE) - {*lever.scope}:
        value = {"nationalities": ["IDN"], "sex": "male", "age": "child"}[key]
        with pytest.raises(ScenarioError, match=rf"\. {key}: '{lever.name}' can't be limited by {key}"):
            from_dict({**scenario(lever.name), "policy": [policy(lever.name) | {key: value}]}, "test")


def test_a_file_that_is_no_scenario_is_named(write):
    for name, message in {
        "baselin": "baselin: no such scenario; .*did you mean 'baseline'",
        "none.toml": "none.toml: can't be read",
        write("\n", "Two Words.toml"): "can't name an arm; expected lower-case letters",
    }.items():
        with pytest.raises(ScenarioError, match=message):
            load(name)


def test_a_file_that_is_not_text_is_named_with_its_line(tmp_path):
    (tmp_path / "test.toml").write_bytes(b'title = "a"\nquestion = "\xff"\n')
    with pytest.raises(
        ScenarioError, match=r"test.toml: line 2: holds bytes that are not UTF-8 text; expected TOML in UTF-8"
    ):
        load(tmp_path / "test.toml")


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path):
    (tmp_path / "test.toml").write_bytes(b"\xef\xbb\xbf" + (HEAD + CRACKDOWN).replace("\n", "\r\n").encode())
    assert len(load(tmp_path / "test.toml").policies) == 1


def test_validating_and_explaining_load_neither_mesa_nor_numba():
    code = (
        "import sys; from scenarios import loading, explain; explain.explain(loading.load('baseline')); "
        "assert not {'mesa', 'numba'} & {*sys.modules}"
    )
    subprocess.run([sys.executable, "-c", code], cwd=loading.SHIPPED_SCENARIOS.parent, check=True)


# --- what overlaps ------------------------------------------------------------------------------------


def policy(lever="crackdown", **more):
    return {"lever": lever, "states": ["KHM"], "start": monday(470), "strength": 1.0} | more


def scenario(*names, **more):
    return {"title": "Test", "question": "What if?", "policy": [policy(name) for name in names]} | more


def without(entry, key):
    return {k: v for k, v in entry.items() if k != key}


@pytest.mark.parametrize(
    "other",
    [
        policy(states=["MMR", "KHM"]),
        policy(start=monday(600)),
        policy(start=monday(400)),
        without(policy(), "states"),
        without(policy(), "states") | {"places": ["bavet"]},
    ],
    ids=["a shared state", "later without end", "earlier without end", "everywhere", "a place in the state"],
)
def test_the_same_lever_twice_is_a_contradiction(other):
    with pytest.raises(ScenarioError, match=r"policy 2 \(crackdown\): contradicts test: policy 1 \(crackdown\)"):
        from_dict(scenario(policy=[policy(), other]), "test")


@pytest.mark.parametrize(
    "one, other",
    [
        (policy(), policy(states=["MMR"])),
        (policy(), policy("official_notice")),
        (policy(end=monday(500)), policy(start=monday(500))),
        (policy(pauses=[{"from": monday(500), "to": monday(510)}]), policy(start=monday(500), end=monday(510))),
        (without(policy(), "states") | {"places": ["bavet"]}, without(policy(), "states") | {"places": ["kandal"]}),
        (policy("screening", sex="male"), policy("screening", sex="female")),
        (policy("screening", nationalities=["IDN"]), policy("screening", nationalities=["VNM", "IND"])),
    ],
    ids=[
        "other states",
        "other lever",
        "one after the other",
        "in the pause",
        "other places",
        "other sex",
        "other nationalities",
    ],
)
def test_entries_that_share_no_week_place_or_person_stand_together(one, other):
    assert len(from_dict(scenario(policy=[one, other]), "test").policies) == 2


def test_a_contradiction_between_files_names_both(write):
    write(CRACKDOWN, "parent.toml")
    with pytest.raises(
        ScenarioError, match=r"^test.toml: policy 1 \(crackdown\): contradicts parent.toml: policy 1 \(crackdown\)"
    ):
        load(write(HEAD + 'extends = "parent"' + CRACKDOWN))


# --- extends ------------------------------------------------------------------------------------------


def test_tables_merge_the_child_wins_and_entries_append(write):
    write(
        "[run]\nend = 2029-01-01\n[parameters]\ncrackdown.raids = 10\ncrackdown.hardens_guards = 0.1\n"
        + SHOCK
        + CRACKDOWN,
        "parts/parent.toml",
    )
    child = load(
        write(
            HEAD + 'extends = "parent"\n[parameters]\ncrackdown.raids = 20\n' + SHOCK + CRACKDOWN.replace("KHM", "LAO")
        )
    )
    assert child.parameters == {"crackdown.raids": 20.0, "crackdown.hardens_guards": 0.1}
    assert child.stop == load(write(HEAD + "run = {end = 2029-01-01}", "same.toml")).stop < WEEKS
    assert sorted(p.states for p in child.policies) == [("KHM",), ("LAO",)]
    assert len(child.shocks) == 2


def test_places_of_the_world_merge_by_column(write):
    write('[[world]]\nplace = "bavet"\nset = {control = 0.5, infrastructure = 0.1}\n', "parent.toml")
    child = load(write(HEAD + 'extends = "parent"\n[[world]]\nplace = "bavet"\nset = {control = 0.2}'))
    assert child.world_changes == (("bavet", "control", 0.2), ("bavet", "infrastructure", 0.1))


def test_a_title_is_not_inherited(write):
    write(HEAD, "parent.toml")
    with pytest.raises(ScenarioError, match=r"test\.toml: title: is missing"):
        load(write('extends = "parent"'))


def test_a_date_that_a_parent_moves_to_its_monday_is_noted(write):
    write(CRACKDOWN.replace("2025-01-06", "2025-01-08"), "parent.toml")
    assert load(write(HEAD + 'extends = "parent"\n')).notes == (
        "in its policy 'crackdown', start = 2025-01-08 counts from Monday 2025-01-06",
    )


def test_a_file_reached_by_two_ways_counts_once(write):
    write(SHOCK, "root.toml")
    write('extends = "root"', "left.toml")
    write('extends = "root"', "right.toml")
    assert len(load(write(HEAD + 'extends = ["left", "right"]')).shocks) == 1


def test_parents_that_disagree_need_the_child_to_settle_it(write):
    write("[parameters]\ncrackdown.raids = 10", "left.toml")
    write("[parameters]\ncrackdown.raids = 20", "right.toml")
    both = HEAD + 'extends = ["left", "right"]\n'
    with pytest.raises(
        ScenarioError,
        match=(
            r"test.toml: extends: left.toml says 10.0 and right.toml says 20.0 for parameters . crackdown.raids; "
            "expected parents that agree"
        ),
    ):
        load(write(both))
    assert load(write(both + "[parameters]\ncrackdown.raids = 15")).parameters == {"crackdown.raids": 15.0}


def test_a_circle_of_files_is_named(write):
    write('extends = "b"', "a.toml")
    write('extends = "a"', "b.toml")
    with pytest.raises(ScenarioError, match=r"b\.toml: extends: a circle, a -> b -> a"):
        load(write(HEAD + 'extends = "a"'))


def test_an_error_in_a_parent_names_the_parent(write):
    write("x = 1", "parent.toml")
    with pytest.raises(ScenarioError, match=r"^parent\.toml: x: unknown key"):
        load(write(HEAD + 'extends = "parent"'))


def test_the_folder_of_the_file_comes_before_the_shipped_one(write):
    write(SHOCK, "history.toml")
    assert [shock.name for shock in load(write(HEAD + 'extends = "history"')).shocks] == ["flood"]


# --- what the model gets --------------------------------------------------------------------------------


def test_dates_become_the_weeks_that_contain_them():
    entry = policy(
        announced=WEEK_0 + timedelta(days=6), start=WEEK_0 + timedelta(days=7), end=WEEK_0 + timedelta(days=21)
    )
    entry |= {"ramp_weeks": 3, "when": {"outcome": "people_held", "above": 20000, "weeks": 4, "places": ["KHM"]}}
    made = from_dict(scenario(policy=[entry], run={"end": WEEK_0 + timedelta(days=28)}), "test")
    (first,) = made.policies
    assert (first.announced, first.start, first.end, first.ramp_weeks) == (0, 1, 3, 3)
    assert first.when == Trigger("people_held", 20000.0, True, 4, ("KHM",))
    assert (made.stop, made.first_policy_week) == (5, 1)  # what waits for a condition is not acted on before


@pytest.mark.parametrize(("lever", "first"), [("crackdown", 465), ("licence_ban", 470)])
def test_the_first_policy_week_is_that_in_which_anybody_acts_on_it(lever, first):
    """Operations expect announced raids; on an announced ban of licences nobody acts."""
    made = from_dict(scenario(policy=[policy(lever=lever, announced=monday(465), start=monday(470))]), "test")
    assert (made.policies[0].announced, made.first_policy_week) == (465, first)
    assert ("nobody acts before it starts" in " ".join(explain(made))) is (first == 470)


def test_capacity_at_places_is_said_to_be_their_part_of_the_states():
    said = " ".join(
        explain(from_dict(scenario(policy=[without(policy(places=["preah-sihanouk", "bavet"]), "states")]), "test"))
    )
    hosts = [place for place, row in world_graph().nodes(data=True) if row["host"] and row["iso3"] == "KHM"]
    assert f"its places of operation have equal parts: here 2 of {len(hosts)} in Cambodia." in said
    assert "equal parts" not in " ".join(explain(load("unilateral-crackdown")))


def test_a_scenario_without_dates_runs_to_the_end_and_announces_at_the_start():
    made = from_dict(scenario("crackdown"), "test")
    assert (made.stop, made.policies[0].announced, made.policies[0].end) == (WEEKS, 470, WEEKS)
    assert made.first_policy_week == 470
    assert load("baseline").first_policy_week is None


def test_a_choice_is_given_by_its_word():
    name, choices = next((p.name, p.choices) for p in PARAMETERS.values() if p.choices)
    assert from_dict(scenario("crackdown", parameters={name: choices[1]}), "test").parameters == {name: 1.0}
    with pytest.raises(ScenarioError, match=rf"{name}: unknown 'x{choices[1]}'; .*did you mean '{choices[1]}'"):
        from_dict(scenario("crackdown", parameters={name: "x" + choices[1]}), "test")


def test_the_scenarios_own_parameter_holds_over_a_draw():
    made = from_dict(scenario("crackdown", parameters={"crackdown": {"raids": 10}}), "test")
    inputs = made.inputs(
        3, people_per_agent=100, parameters={"crackdown.raids": 20.0, "crackdown.hardens_guards": 0.2}, groups=True
    )
    assert inputs.parameters == {"crackdown.raids": 10.0, "crackdown.hardens_guards": 0.2}
    assert (inputs.seed, inputs.people_per_agent, inputs.groups, inputs.stop) == (3, 100, True, WEEKS)
    assert inputs.world is made.world


def test_a_changed_place_makes_another_world_and_leaves_the_shipped_one():
    changed = from_dict(
        scenario("crackdown", world=[{"place": "bavet", "set": {"start_people": 0, "control": 1}}]), "test"
    )
    plain = from_dict(scenario("crackdown"), "test")
    bavet = plain.world.place_ids.index("bavet")
    assert changed.world.places.start_people[bavet] == 0 < plain.world.places.start_people[bavet]
    assert changed.world.hash != plain.world.hash == world_files.load_world().graph["hash"]
    assert (
        changed.world
        is from_dict(
            scenario("official_notice", world=[{"place": "bavet", "set": {"start_people": 0, "control": 1}}]), "test"
        ).world
    )


# --- hash ---------------------------------------------------------------------------------------------


def test_the_hash_follows_content_not_comments_names_order_or_layout(write):
    other = CRACKDOWN.replace("KHM", "LAO")
    first = load(write(HEAD + CRACKDOWN + other)).hash
    assert (
        load(
            write(
                "# said\n" + HEAD.replace("Test", "Other") + other + CRACKDOWN.replace("= 1\n", "= 1.0 # why\n"),
                "b.toml",
            )
        ).hash
        == first
    )
    write(CRACKDOWN, "parent.toml")
    assert load(write(HEAD + 'extends = "parent"\n' + other, "c.toml")).hash == first


@pytest.mark.parametrize(
    "text",
    [
        CRACKDOWN.replace("= 1\n", "= 2\n"),
        CRACKDOWN.replace("KHM", "LAO"),
        CRACKDOWN.replace("2025-01-06", "2025-01-13"),
        CRACKDOWN + "ramp_weeks = 1",
        CRACKDOWN + SHOCK,
        "run = {end = 2029-01-01}" + CRACKDOWN,
        "parameters = {crackdown.raids = 3}" + CRACKDOWN,
        CRACKDOWN + '[[world]]\nplace = "bavet"\nset = {control = 0.3}',
    ],
)
def test_the_hash_changes_with_what_bears_on_results(text, write):
    assert load(write(HEAD + text)).hash != load(write(HEAD + CRACKDOWN, "plain.toml")).hash


# --- shipped files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_loads_and_reads_back(name):
    made = load(name)
    text = "\n".join(explain(made))
    assert made.question.endswith("?") and "section" in made.question
    assert all(policy.states and policy.start == policy.announced == 470 for policy in made.policies)
    assert all(levers.LEVERS[policy.lever].summary in text for policy in made.policies)
    assert "Nothing else happens after August 2023" in text
    assert made.shocks == load("baseline").shocks


def test_the_four_policies_of_the_paper_are_shipped():
    used = {name: {policy.lever for policy in load(name).policies} for name in SHIPPED}
    protection = {lever.name for lever in levers.LEVERS.values() if lever.kind == "protection"}
    assert used["baseline"] == set()
    assert used["rights-package"] == protection
    assert used["everything-together"] == protection | used["unilateral-crackdown"] | used["regional-cooperation"]
    assert used["crackdown-with-protection"] > used["unilateral-crackdown"] | used["non-punishment"] | used["firewalls"]


def test_a_simultaneous_crackdown_spends_what_a_unilateral_one_does():
    def effort(name):
        return sum(
            policy.strength * len(policy.states) for policy in load(name).policies if policy.lever == "crackdown"
        )

    assert effort("simultaneous-crackdown") == effort("unilateral-crackdown") < effort("simultaneous-crackdown-added")


def test_each_event_of_history_cites_what_is_known():
    evidence = read_evidence()
    for shock in load("baseline").shocks:
        for key in shock.source.split(";"):
            assert key in evidence or world_files.SECTION.fullmatch(key), f"{shock.name}: {key}"


def test_the_raids_in_one_place_are_counted_for_its_whole_state():
    """A State's raids are the mean over its places: 6 more a month are 6 times their number at one place."""
    control = {place: row["control"] for place, row in world_graph().nodes(data=True)}
    hosts = [place for place, row in world_graph().nodes(data=True) if row["iso3"] == "KHM" and row["host"]]
    (raids,) = (shock for shock in load("baseline").shocks if shock.moves == "raids" and shock.places)
    assert raids.value * control[raids.places[0]] == 6 * len(hosts)


@pytest.mark.parametrize("lever", levers.LEVERS.values(), ids=lambda lever: lever.name)
def test_every_lever_can_be_used_and_explained(lever):
    made = from_dict(
        scenario(policy=[policy(lever.name, strength=lever.maximum, announced=monday(469), end=monday(600))]), "test"
    )
    text = "\n".join(explain(made))
    for channel in lever.channels:
        assert channel.why in text
    assert ("weeks to prepare" in text) == (lever.lead_weeks > 1)


def test_explain_says_who_when_how_and_until_when():
    entry = policy(
        "screening",
        states=["KHM", "LAO"],
        announced=monday(460),
        end=monday(600),
        ramp_weeks=8,
        sex="male",
        age="child",
        nationalities=["IDN"],
        pauses=[{"from": monday(500), "to": monday(510)}],
        when={"outcome": "people_held", "above": 20000, "weeks": 4, "places": ["bavet"]},
    )
    made = from_dict(
        scenario(
            policy=[entry], parameters={"crackdown.raids": 3}, world=[{"place": "bavet", "set": {"control": 0.5}}]
        ),
        "test",
    )
    text = "\n".join(explain(made))
    for words in (
        "Test: What if?",
        "In Cambodia and Lao PDR, from 6 January 2025: screen adequately",
        "only for men and boys, children, nationals of Indonesia",
        "at strength 1, where 1 means 200 more persons a week",
        "only after people held in operations (Bavet) stood above 20,000 persons for 4 weeks",
        "is announced on 28 October 2024",
        "builds up over 8 weeks",
        "pauses from 4 August 2025 to 13 October 2025",
        "ends on 5 July 2027",
        "It may help: more people are screened",
        "It may hurt: people are kept",
        "Bavet has control 0.5",
        "crackdown.raids",
    ):
        assert words in text, (words, text)


# --- TOML and JSON Schema ---------------------------------------------------------------------------------

days = st.integers(0, WEEKS - 60).map(monday)
entries = st.builds(
    lambda lever, strength, start, length, ramp, states: {
        "lever": lever.name,
        "states": sorted(states),
        "start": start,
        "end": start + timedelta(weeks=length),
        "strength": strength * lever.maximum,
        "ramp_weeks": ramp,
    },
    st.sampled_from(list(levers.LEVERS.values())),
    st.floats(0, 1),
    days,
    st.integers(1, 50),
    st.integers(0, 52),
    st.sets(st.sampled_from(["KHM", "MMR", "LAO", "PHL"]), min_size=1),
)
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


@settings(deadline=None, max_examples=50)
@given(words, words, st.lists(entries, max_size=4, unique_by=lambda entry: entry["lever"]), st.floats(0, 50))
def test_what_is_written_as_toml_reads_back_the_same(title, question, policies, raids):
    data = {"title": title, "question": question, "parameters": {"crackdown": {"raids": raids}}} | (
        {"policy": policies} if policies else {}
    )
    again = tomllib.loads(to_toml(data))
    assert again == data
    if not any(is_unseen(letter) for letter in title + question):
        assert from_dict(again, "test") == from_dict(data, "test")


def test_all_kinds_of_entries_survive_a_round_trip(write):
    data = scenario(
        "screening",
        extends=["history"],
        run={"end": monday(700)},
        parameters={"crackdown.raids": 3},
        world=[{"place": "bavet", "set": {"control": 0.5, "start_people": 10}}],
        shock=[
            {
                "name": 'a "flood" \\\\ ',
                "moves": "raids",
                "mode": "add",
                "value": -1,
                "start": monday(3),
                "states": ["KHM"],
                "source": "assumption",
            }
        ],
    )
    data["policy"][0] |= {
        "pauses": [{"from": monday(500), "to": monday(501)}],
        "when": {"outcome": "deaths", "below": 3},
    }
    text = to_toml(data)
    assert "crackdown.raids = 3\n" in text and "pauses = [{from = 2025-08-04, to = 2025-08-11}]\n" in text
    assert load(write(text)).hash == from_dict(data, "test").hash


def test_the_json_schema_draws_on_the_registries():
    schema = json_schema()
    keys = schema["properties"]
    entry = keys["policy"]["items"]
    assert schema["required"] == ["title", "question"]
    assert entry["properties"]["lever"]["enum"] == [lever.name for lever in levers.LEVERS.values()]
    assert entry["properties"]["when"]["properties"]["outcome"]["enum"] == [o.name for o in outcomes.RECORDED]
    assert (
        keys["parameters"]["properties"]["crackdown"]["properties"]["raids"]["maximum"]
        == PARAMETERS["crackdown.raids"].high
    )
    crackdown = next(
        rule["then"] for rule in entry["allOf"] if rule["if"]["properties"]["lever"]["const"] == "crackdown"
    )
    assert crackdown["properties"] == {
        "strength": {"minimum": 0, "maximum": 4.0},
        "nationalities": False,
        "sex": False,
        "age": False,
    }
