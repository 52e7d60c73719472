"""Designs: combinations, parts, assumptions and budgets become the arms that they say, and nothing else."""

from dataclasses import replace
from datetime import date
from itertools import combinations

import numpy as np
import pytest

from displace.report.comparison import render
from displace.wording.study import Study
from experiments import compare
from experiments.batch.manifest import manifest_of
from experiments.comparison.paired import cube, pairs_planned
from experiments.design import unit_costs
from experiments.design.arms import assignments, chosen
from experiments.design.cautions import cautions
from experiments.design.design import DesignError
from experiments.design.draws import Draws, write_draws
from experiments.design.explain import explain
from experiments.design.files import from_names, list_designs
from model.registry.calendar import week_of
from model.registry.parameters import DEFAULTS
from scenarios.compose import changed, together
from scenarios.diff import differences
from scenarios.errors import ScenarioError, Where
from scenarios.loading import from_dict, load
from scenarios.world_files import world_graph

HEAD = 'title = "T"\nquestion = "Q?"\n'
FOUR = '[factorial]\npolicies = ["unilateral-crackdown", "non-punishment", "firewalls", "regional-cooperation"]\n'
HERE = Where("here")


@pytest.fixture
def design(tmp_path):
    def made(text):
        (tmp_path / "d.toml").write_text(HEAD + text, encoding="utf-8")
        return from_names([tmp_path / "d.toml"])

    return made


@pytest.mark.parametrize("name", [name for name, *_ in list_designs()])
def test_a_shipped_design_loads_compares_something_and_says_which_question_it_answers(name):
    found = from_names([name])
    assert len(found.arms) >= 4 and "section" in found.question
    assert cautions(found) == []
    assert all(arm.question for arm in found.arms.values())


# --- combinations -----------------------------------------------------------------------------------


def test_a_factorial_has_every_combination_once(design):
    found = design(FOUR)
    alone = {
        name: {*load(name).policies}
        for name in ("unilateral-crackdown", "non-punishment", "firewalls", "regional-cooperation")
    }
    expected = {
        "--".join(some): set().union(*(alone[name] for name in some))
        for size in range(1, 5)
        for some in combinations(alone, size)
    }
    assert {name: {*arm.policies} for name, arm in found.arms.items() if name != "baseline"} == expected
    assert len(found.arms) == 16 and found.arms["firewalls"].hash == load("firewalls").hash


@pytest.mark.parametrize(("factors", "runs", "clear"), [(3, 4, 1), (4, 8, 2), (5, 16, 2), (7, 8, 1)])
def test_a_fraction_is_balanced_and_mixes_no_policy_with_another(factors, runs, clear):
    """Every policy is in half of the combinations, every two together in a quarter.

    Resolution IV also keeps single effects from pairs.
    """
    rows = chosen(factors, runs, HERE)
    signs = [[1 if there else -1 for there in column] for column in zip(*rows)]
    assert rows[0] == (False,) * factors and len({*rows}) == runs
    assert all(sum(column) == 0 for column in signs)
    assert all(sum(a * b for a, b in zip(*two)) == 0 for two in combinations(signs, 2))
    if clear == 2:
        assert all(sum(a * b * c for a, b, c in zip(*three)) == 0 for three in combinations(signs, 3))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FOUR + "arms = 6\n", "factorial . arms: 6 for 4 policies; expected one of 8, 16"),
        ('[factorial]\npolicies = ["firewalls"]\n', "factorial . policies: has only 1; expected at least 2"),
        ("[factorial]\npolicies = []\n", "factorial . policies: is empty; expected at least 2"),
        ('[factorial]\npolicies = ["firewals", "non-punishment"]\n', "did you mean 'firewalls'?"),
        ('[factorial]\npolicies = ["unilateral-crackdown", "simultaneous-crackdown"]\n', "contradicts"),
        ('[[arm]]\nname = "a"\n', "arm 1: names no scenario"),
        ('[[arm]]\n[[arm.part]]\nscenario = "firewalls"\n', "arm 1 . name: is missing"),
        (
            '[[arm]]\nscenario = "unilateral-crackdown"\nstates = ["THA"]\n',
            "no policy of it acts in 'THA'; expected some of KHM",
        ),
        (
            '[[arm]]\nscenario = "firewalls"\nstrength = 2.0\n',
            "2 times 1 is out of range for 'firewall'; expected at most 1.5",
        ),
        ('[[arm]]\nscenario = "crackdown-that-ends"\nend = 2024-01-01\n', "would end before it starts"),
        (
            'budget = 900.0\n[[arm]]\nscenario = "firewalls"\n',
            "'firewalls' can't spend 900 million USD a year: its levers would be pulled beyond their maximum",
        ),
        ('[parameters]\nrefil_elasticity = 1\n[[arm]]\nscenario = "firewalls"\n', "did you mean 'refill_elasticity'?"),
    ],
)
def test_what_cannot_be_is_refused_with_its_key(design, text, said):
    with pytest.raises(DesignError) as error:
        design(text)
    assert said in str(error.value) and "d.toml" in str(error.value)


# --- parts ------------------------------------------------------------------------------------------


def test_a_changed_scenario_acts_elsewhere_harder_and_later():
    before = load("crackdown-that-ends").policies[0]
    after = changed(load("crackdown-that-ends"), HERE, strength=1.5, start=date(2026, 1, 5)).policies[0]
    assert (after.strength, after.start) == (3.0, week_of(date(2026, 1, 5)))
    assert after.end - after.start == before.end - before.start and after.announced == after.start
    everywhere = from_dict({"title": "T", "question": "Q?", "extends": "history", "policy": [
        {"lever": "firewall", "start": date(2025, 1, 6), "strength": 1},
            {"lever": "crackdown", "start": date(2025, 1, 6), "strength": 1, "places": ["bavet", "mong-la"]},
    ]}, "test")  # fmt: skip
    there = changed(everywhere, HERE, states=["KHM"]).policies
    assert [(p.lever, p.states, p.places) for p in there] == [("crackdown", (), ("bavet",)), ("firewall", ("KHM",), ())]
    fewer = changed(load("simultaneous-crackdown"), HERE, states=["KHM", "LAO"]).policies
    assert [policy.states for policy in fewer] == [("KHM", "LAO")]


def test_a_policy_that_is_moved_takes_its_pauses_along_and_ends_when_it_must_at_the_latest():
    def policy_of(**more):
        return {"lever": "crackdown", "strength": 1.0, "start": date(2025, 1, 6), "states": ["KHM"], **more}

    paused = {"from": date(2025, 2, 3), "to": date(2025, 3, 3)}, {"from": date(2025, 9, 1), "to": date(2025, 10, 6)}
    policies = [
        policy_of(announced=date(2024, 12, 2), end=date(2026, 1, 5), pauses=list(paused)),
        policy_of(states=["LAO"], end=date(2025, 3, 3)),
    ]
    before = from_dict({"title": "T", "question": "Q?", "policy": policies}, "before")
    after = {
        policy.states[0]: policy
        for policy in changed(before, HERE, start=date(2025, 1, 20), end=date(2025, 9, 22)).policies
    }
    long, short = after["KHM"], after["LAO"]
    weeks = [week_of(date(2025, month, day)) for month, day in ((1, 20), (9, 22), (2, 17), (3, 17), (9, 15), (9, 22))]
    assert (long.announced, long.start, long.end) == (week_of(date(2024, 12, 16)), *weeks[:2])
    assert long.pauses == ((weeks[2], weeks[3]), (weeks[4], weeks[5]))  # the second is cut short
    assert (short.start, short.end) == (weeks[0], weeks[3])  # ends before it has to


def test_together_has_the_policies_and_the_past_of_all_once():
    both = together([load("firewalls"), load("protection-alone")], HERE, "both", "B", "Q?")
    assert both.hash == load("protection-alone").hash  # which holds the firewalls already
    assert set(both.shocks) == set(load("baseline").shocks)


def test_together_ends_with_the_first_keeps_what_was_noted_and_needs_one_world():
    def made(name, lever, day, **more):
        policy = {"lever": lever, "strength": 1.0, "start": day, "states": ["KHM"]}
        return from_dict({"title": "T", "question": "Q?", "policy": [policy], **more}, name)

    a, b = (
        made("a", "firewall", date(2025, 1, 6)),
        made("b", "screening", date(2025, 1, 8), run={"end": date(2026, 1, 5)}),
    )
    both = together([a, b], HERE, "both", "B", "Q?")
    assert both.stop == b.stop < a.stop and "counts from Monday 2025-01-06" in both.notes[0]
    other = made("c", "screening", date(2025, 1, 6), world=[{"place": "bavet", "set": {"control": 0.5}}])
    with pytest.raises(ScenarioError, match="'a' and 'c' differ in world changes"):
        together([a, other], HERE, "both", "B", "Q?")


def test_a_sequence_moves_only_the_part_that_it_names():
    found = from_names(["sequencing"]).arms["protection-later"]
    starts = {policy.lever: policy.start for policy in found.policies}
    assert starts["crackdown"] == week_of(date(2026, 1, 5)) and starts["screening"] == week_of(date(2027, 1, 4))


def test_a_policy_that_no_run_reaches_opens_no_window(design, tmp_path):
    """The arms end with the one that ends first: before the other's policy."""
    (tmp_path / "short.toml").write_text(HEAD + "[run]\nend = 2024-01-01\n")
    found = design('[[arm]]\nscenario = "short.toml"\n[[arm]]\nscenario = "firewalls"\n')
    assert (found.window_start, found.stop) == (0, week_of(date(2024, 1, 1)) + 1)


# --- assumptions ------------------------------------------------------------------------------------


def test_an_assumption_holds_in_every_arm_and_an_arm_may_differ(design):
    found = design(
        '[parameters]\nrefill_elasticity = 0.5\n[[arm]]\nscenario = "firewalls"\n[[arm]]\nscenario = '
        '"non-punishment"\nparameters = { refill_elasticity = 0.7 }\n'
    )
    assert {name: arm.parameters["refill_elasticity"] for name, arm in found.arms.items()} == {
        "baseline": 0.5,
        "firewalls": 0.5,
        "non-punishment": 0.7,
    }
    set_by_hand = from_names(["firewalls"], parameters=assignments(["refill_elasticity=0.2"]))
    assert {arm.parameters["refill_elasticity"] for arm in set_by_hand.arms.values()} == {0.2}
    assert cautions(set_by_hand) == [] and "other values of refill_elasticity" in cautions(found)[0]


def test_an_arm_that_pins_what_the_others_draw_is_told_even_at_the_default(design):
    pinned = '[[arm]]\nscenario = "firewalls"\nparameters = { refill_elasticity = 0.5 }\n'
    assert DEFAULTS["refill_elasticity"] == 0.5 and cautions(design(pinned)) == []
    assert "other values of refill_elasticity" in cautions(design('draws = "prior:2"\n' + pinned))[0]


def test_an_arm_holds_over_its_scenario_and_that_over_the_design(design, tmp_path):
    (tmp_path / "own.toml").write_text(HEAD + "[parameters]\nrefill_elasticity = 0.3\n")
    found = design(
        '[parameters]\nrefill_elasticity = 0.5\n[[arm]]\nscenario = "own.toml"\n[[arm]]\nscenario = '
        '"own.toml"\nname = "mine"\nparameters = { refill_elasticity = 0.7 }\n'
    )
    assert {name: arm.parameters["refill_elasticity"] for name, arm in found.arms.items()} == {
        "baseline": 0.5,
        "own": 0.3,
        "mine": 0.7,
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("refill", "assigns nothing"),
        ("refil_elasticity=1", "did you mean 'refill_elasticity'?"),
        ("refill_elasticity=9", "from 0 to 3"),
        ("refill_elasticity=x", "is no number"),
    ],
)
def test_an_assignment_is_checked(text, said):
    with pytest.raises(ScenarioError, match=said.replace("?", r"\?")):
        assignments([text])


def test_a_design_knows_the_words_that_ask_for_it():
    found = from_names(["sequencing"], parameters={"refill_elasticity": 0.2})
    assert found.asked == ("sequencing", "--set", "refill_elasticity=0.2") and "asked" not in found.plan()


def test_a_design_knows_how_its_draws_were_asked_for(tmp_path):
    found = from_names(["firewalls"], draws="prior:2")
    assert found.draws_asked == "prior:2" and "draws_asked" not in found.plan()
    file = tmp_path / "posterior.parquet"
    write_draws(file, Draws(found.draws, {"kind": "mine"}))
    assert (
        manifest_of(from_names(["firewalls"], draws=f"{file}:1"))["draws_asked"] == "posterior.parquet:1"
    )  # without the machine's folders
    (tmp_path / "mine.toml").write_text(
        'title = "x"\nquestion = "y?"\ndraws = "prior:3"\n[[arm]]\nscenario = "firewalls"\n', encoding="utf-8"
    )
    own = from_names([tmp_path / "mine.toml"], draws=({},))
    assert own.draws_asked == "" and own.draws_from == {}  # nothing is said of draws that others replace


# --- budgets ----------------------------------------------------------------------------------------


def test_arms_of_one_budget_are_planned_to_cost_the_same(tmp_path):
    """Whatever is assumed: where a raid takes twice as many officers, half as many are planned."""
    country_of, hosts = (
        dict(world_graph().nodes(data="iso3")),
        {place for place, host in world_graph().nodes(data="host") if host},
    )
    for assumed in ({}, {"officers_per_raid": 120}):
        found = from_names(["equal-budget"], None, assumed)
        for name in found.compared:
            assert unit_costs.planned(
                found.arms[name].policies, country_of, hosts, DEFAULTS | assumed
            ) == pytest.approx(20.0)
    (tmp_path / "none.toml").write_text(HEAD + 'extends = "history"\n')
    assert from_names(["equal-budget"], str(tmp_path / "none.toml")).compared[0] == "baseline"
    with pytest.raises(DesignError, match="a baseline without policies"):
        from_names(["equal-budget"], "rights-package")


def test_raids_are_planned_at_what_they_take():
    """Two strengths of 25 raids a month in one State, at 60 officer-weeks each and the middle cost of one."""
    policies = load("unilateral-crackdown").policies
    cost = unit_costs.planned(policies, {}, (), DEFAULTS)
    assert cost == pytest.approx(2 * 25 * 12 * 60 * unit_costs.BY_NAME["raids"].middle / 1e6)
    assert unit_costs.planned(policies, {}, (), DEFAULTS | {"crackdown.raids": 50.0}) == pytest.approx(2 * cost)
    at_one_of_two = (replace(policies[0], states=(), places=("a",)),)
    assert unit_costs.planned(
        at_one_of_two, {"a": "KHM", "b": "KHM", "c": "KHM"}, ("a", "b"), DEFAULTS
    ) == pytest.approx(cost / 2)
    assert unit_costs.planned(at_one_of_two, {"a": "KHM", "b": "KHM", "c": "LAO"}, ("c",), DEFAULTS) == pytest.approx(
        cost / 2
    )  # of a State without places of operation


def test_a_design_is_read_back_with_the_strength_that_a_budget_makes(design):
    text = "\n".join(explain(from_names(["equal-budget"])))
    strength = from_names(["equal-budget"]).arms["unilateral-crackdown"].policies[0].strength
    assert (
        f"unilateral-crackdown: Raids\n  In Cambodia, from 6 January 2025, at strength {strength:.3g}: raid "
        "compounds more often" in text
    )
    said = explain(
        design('[parameters]\nrefill_elasticity = 0.2\n[[arm]]\nscenario = "firewalls"\nparameters.tip_off = 0.1\n')
    )
    assert (
        any(text.startswith("Assumption set for all arms: refill_elasticity") for text in said)
        and "tip_off" in said[-1]
    )


@pytest.mark.parametrize(("names", "baseline"), [(["baseline"], None), (["firewalls"], "firewalls")])
def test_nothing_is_compared_with_itself(names, baseline):
    with pytest.raises(DesignError, match="would be compared with itself"):
        from_names(names, baseline)


def test_a_file_of_the_name_is_what_was_meant(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-crackdown.toml").write_text(HEAD)
    for door in (load, lambda name: from_names([name])):
        with pytest.raises(ScenarioError, match=r"did you mean 'my-crackdown\.toml'"):
            door("my-crackdown")


# --- what may not be meant, and what differs ----------------------------------------------------------


def test_what_may_not_be_meant_is_told(tmp_path):
    (tmp_path / "odd.toml").write_text(
        HEAD + '[[policy]]\nlever = "crackdown"\nstates = ["CHN"]\nstart = 2025-01-08\nstrength = '
        '1\n[[policy]]\nlever = "screening"\nstart = 2022-01-03\nstrength = 1\n'
    )
    said = cautions(from_names([tmp_path / "odd.toml"]))
    for part in (
        "lacks 16 shocks of the past",
        "'crackdown' in CHN, where there is nothing",
        "'screening' in every State",
        "'screening' from 2022-01-03, in years of which reports are known",
        "counts from Monday 2025-01-06",
    ):
        assert sum(part in text for text in said) == 1, part


def test_two_scenarios_are_told_apart_in_sentences(tmp_path):
    said = " ".join(differences(load("unilateral-crackdown"), load("simultaneous-crackdown")))
    assert (
        "strength 2 in 'unilateral-crackdown', 0.5 in 'simultaneous-crackdown'" in said and "both in Cambodia" in said
    )
    said = " ".join(differences(load("crackdown-with-protection"), load("protection-alone")))
    assert (
        said.startswith(
            "Only in 'crackdown-with-protection': in Cambodia, from 6 January 2025: raid compounds more often"
        )
        and "protection-alone'" not in said
    )
    assert differences(load("firewalls"), load("firewalls")) == []
    entry = '[[policy]]\nlever = "crackdown"\nstates = ["%s"]\nstart = 2025-01-06\nstrength = 1\n'
    for name, more in (("to-the-end", ""), ("for-a-year", "end = 2026-01-05\nramp_weeks = 8\n")):
        (tmp_path / f"{name}.toml").write_text(HEAD + "".join(entry % state + more for state in ("KHM", "LAO")))
    said = differences(*(load(tmp_path / f"{name}.toml") for name in ("to-the-end", "for-a-year")))
    assert len(said) == 4 and sum("It builds up over 8 weeks and ends on 5 January 2026." in text for text in said) == 2
    (tmp_path / "bare.toml").write_text(HEAD + "[run]\nend = 2026-01-05\n[parameters]\nrefill_elasticity = 0.7\n")
    said = " ".join(differences(load("baseline"), load(tmp_path / "bare.toml")))
    assert "Only in 'baseline' happens: " in said and "refill_elasticity" in said and "up to 2026-01-05" in said


def test_every_change_of_a_policy_and_of_a_place_is_told():
    """Each key that may differ is changed alone, and said with both values; what is the same is not."""
    entry = {"lever": "screening", "states": ["KHM"], "start": date(2025, 1, 6), "strength": 1.0}
    pause, when = {"from": date(2025, 2, 3), "to": date(2025, 3, 3)}, {"outcome": "people_held", "above": 20000}
    changes = {
        "strength": 0.5, "end": date(2026, 1, 5), "announced": date(2024, 12, 2), "ramp_weeks": 8, "pauses": [pause],
            "when": when,
        "nationalities": ["IDN"], "sex": "female", "age": "child",
    }  # fmt: skip
    said = {
        "strength": "strength 1 in 'one', 0.5 in 'two'", "end": "end never in 'one', 5 January 2026 in 'two'",
            "announced": "announced 6 January 2025 in 'one', 2 December 2024 in 'two'",
        "ramp_weeks": "weeks of build-up 0 in 'one', 8 in 'two'",
            "pauses": "pauses none in 'one', 3 February 2025 to 3 March 2025 in 'two'",
            "when": "a condition: none in 'one', people held in operations (worldwide) stood above 20,000 persons",
        "nationalities": "nationalities all in 'one', Indonesia in 'two'",
            "sex": "only people of sex any in 'one', female in 'two'",
            "age": "only people of age any in 'one', child in 'two'",
    }  # fmt: skip
    one = from_dict({"title": "T", "question": "Q?", "policy": [entry]}, "one")
    for key, value in changes.items():
        (sentence,) = differences(
            one, from_dict({"title": "T", "question": "Q?", "policy": [entry | {key: value}]}, "two")
        )
        assert sentence.endswith("."), sentence
        assert said[key] in sentence and sentence.count("'two'") == 1, (key, sentence)
    world = from_dict(
        {"title": "T", "question": "Q?", "policy": [entry], "world": [{"place": "bavet", "set": {"control": 0.5}}]},
        "two",
    )
    assert differences(one, world) == ["Bavet has control as in the data in 'one', 0.5 in 'two'."]


# --- refused early ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[[arm]]\nscenario = "nowhere"', "arm 1 . scenario: .*no such scenario"),
        ('[[arm]]\nscenario = "firewals"', "did you mean 'firewalls'"),
        ('[[arm]]\nscenaro = "firewalls"', "scenaro.*did you mean 'scenario'"),
        ('[[arm]]\nscenario = "firewalls"\n[[arm]]\nscenario = "firewalls"', "arm 2: a second arm called 'firewalls'"),
        ('outcomes = ["people_hold"]\n[[arm]]\nscenario = "firewalls"', "outcomes.*did you mean 'people_held'"),
        ('[[arm]]\nscenario = "firewalls"\nparameters.crackdown.raid = 3', "did you mean 'crackdown.raids'"),
        ('[[arm]]\nscenario = "firewalls"\nname = "placebo"', "another name"),
        ("arm = []", "arm.*is empty"),
        ("replicates = 4", r"arm: is missing; expected \[\[arm\]\] entries"),
        ('draws = "prior:4"\nseed = 2', r"arm: is missing; expected \[\[arm\]\] entries"),
    ],
)
def test_a_wrong_design_is_refused_with_file_and_key(tmp_path, content, message):
    path = tmp_path / "wrong.toml"
    path.write_text('title = "t"\nquestion = "q"\n' + content)
    with pytest.raises(DesignError, match=message):
        from_names([path])


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["mian"], "did you mean 'main'"),
        (["main", "firewalls"], "one design alone"),
        ([], "no scenario"),
        (["firewalls", "firewalls"], "a second arm"),
    ],
)
def test_wrong_names_are_refused(names, message):
    with pytest.raises(ScenarioError, match=message):
        from_names(names)


@pytest.mark.parametrize(
    "setting",
    [
        {"replicates": 0},
        {"seed": -1},
        {"seed": 2**63},
        {"people_per_agent": 0},
        {"people_per_agent": 10**8},
        {"record": "everything"},
    ],
)
def test_wrong_settings_are_refused(setting):
    with pytest.raises(DesignError, match=next(iter(setting))):
        from_names(["firewalls"], **setting)


@pytest.mark.parametrize(
    ("names", "more"),
    [
        (["no-such-arm"], {}),
        (["firewalls"], {"parameters": {"refil_elasticity": 1}}),
        (["firewalls"], {"parameters": {"refill_elasticity": 1e9}}),
        (["firewalls"], {"workers": 0}),
    ],
)
def test_nothing_is_written_for_bad_input(tmp_path, names, more):
    with pytest.raises(DesignError):
        compare(*names, out=tmp_path / "out", **more)
    assert not (tmp_path / "out").exists()


# --- draws with one seed, and with two ----------------------------------------------------------------

TIPS = tuple({"tip_off": 0.1 * k} for k in range(1, 5))


def test_some_draws_are_repeated_spread_over_their_order_and_the_others_run_once():
    found = from_names(["firewalls"], draws=TIPS, replicates=2, repeated_draws=2)
    assert [block.name for block in found.blocks] == [
        *("d0000-r0000", "d0001-r0000", "d0001-r0001", "d0002-r0000", "d0003-r0000", "d0003-r0001")
    ]
    every = from_names(["firewalls"], draws=TIPS, replicates=2)
    seeds = {block.name: block.seed for block in every.blocks}
    assert all(seeds[block.name] == block.seed for block in found.blocks)  # what is left out changes no other run
    assert (found.runs, every.runs) == (2 * 6, 2 * 8) and pairs_planned(found.plan()) == 6
    assert "seeds: 2 on 2 of the draws and one on the others, draws of the parameters: 4" in explain(found)[1]
    assert len(replace(found, repeated_draws=99).blocks) == 8
    with pytest.raises(DesignError, match="repeated_draws: 0; expected a whole number of at least 1"):
        replace(found, repeated_draws=0)


def test_a_pair_that_is_not_planned_is_no_failed_run(tmp_path):
    settings = dict(draws=TIPS, replicates=2, repeated_draws=2, people_per_agent=5000, groups=True)
    results = compare("unilateral-crackdown", out=tmp_path / "out", workers=1, **settings)
    study = Study(results)
    assert (results.failed, study.lost, study.unfinished) == (0, "", "")
    assert (study.pairs, study.planned, results.runs.num_rows) == (6, 6, 12)
    values = cube(results, set())
    key = values.keys.index(("people_held", "", "mean"))
    difference = (values.values[1] - values.values[0])[:, key].reshape(4, 2)
    assert np.isfinite(difference).tolist() == [[True, False], [True, True], [True, False], [True, True]]
    wanted = ("people_held", "", "mean")
    (row,) = [r for r in results.paired.to_pylist() if (r["outcome"], r["place"], r["aggregate"]) == wanted]
    assert row["difference"] == pytest.approx(np.nanmean(difference, axis=1).mean())  # each draw counts once
    assert row["baseline"] == pytest.approx(np.nanmean(values.values[0][:, key].reshape(4, 2), axis=1).mean())
    assert (row["replicates"], row["draws"]) == (2, 4) and row["low"] < row["high"]
    assert row["parameter_share"] is not None  # from the draws that have two
    effort = values.keys.index(("enforcement_effort", "", "sum"))
    raids = np.nanmean((values.values[1] - values.values[0])[:, effort].reshape(4, 2), axis=1).mean()
    (spent,) = [r for r in results.costs.to_pylist() if r["measure"] == "raids"]
    assert spent["value"] == pytest.approx(unit_costs.BY_NAME["raids"].middle * 1e-6 * raids)
    assert results.by_group.num_rows and results.displacement.num_rows and results.flows.num_rows
    assert "6 (4 draws of the parameters, 2 of them on 2 seeds)" in render(study)


def test_the_shipped_comparison_has_64_draws_at_30_people_an_agent_and_a_second_seed_on_16():
    found = from_names(["main"])
    assert (len(found.draws), len(found.blocks), found.people_per_agent) == (64, 80, 30)
    assert len({tuple(sorted(draw.items())) for draw in found.draws}) >= 60  # a likely draw may stand twice
    assert len(from_names(["main"], replicates=2).blocks) == 128  # replicates that are asked for are those of all


@pytest.mark.parametrize(
    ("asked", "settings", "draws", "pairs", "size"),
    [
        ("main", {}, "posterior:16", 16, 100),
        ("main", {"draws": "posterior:8", "people_per_agent": 30}, "posterior:8", 8, 30),
        ("main", {"draws": "posterior"}, "posterior", 64, 100),
        ("main", {"draws": "defaults"}, "defaults", 4, 100),
        ("main", {"replicates": 2}, "posterior:16", 32, 100),
        ("firewalls", {}, "", 4, 100),
        ("firewalls", {"draws": "prior:20"}, "prior:20", 20, 100),
    ],
)
def test_a_quick_look_takes_few_draws_of_large_agents_unless_told_otherwise(asked, settings, draws, pairs, size):
    found = from_names([asked], quick=True, **settings)
    assert (found.draws_asked, len(found.blocks), found.people_per_agent) == (draws, pairs, size)


FILE = 'title = "Raids"\nquestion = "Why?"\nextends = "history"\n\n[[policy]]\nlever = "crackdown"\nstrength = 1\n'


def _folder(tmp_path):
    folder = tmp_path / "raids"
    folder.mkdir()
    for month in (1, 2, 10):
        (folder / f"raid-{month}.toml").write_text(f"{FILE}start = 2025-{month:02d}-06\n")
    (folder / "design.toml").write_text('title = "D"\nquestion = "Q?"\n[[arm]]\nscenario = "raid-1.toml"\n')
    return folder


def test_a_folder_stands_for_the_scenarios_in_it_in_natural_order(tmp_path):
    folder = _folder(tmp_path)
    design = from_names([f"{folder}/"])
    assert design.compared == ("raid-1", "raid-2", "raid-10") and design.asked == (f"{folder}/",)
    files = sorted(str(path) for path in folder.glob("raid*"))
    assert from_names(files).compared == design.compared
    assert from_names(files[::-1]).compared == ("raid-2", "raid-10", "raid-1"), "an order of one's own is kept"
    (tmp_path / "empty").mkdir()
    with pytest.raises(DesignError, match="a folder without scenarios"):
        from_names([str(tmp_path / "empty")])


def test_arms_with_one_title_are_distinguishable(tmp_path):
    """Once, three arms stood in tables and pictures as 'Raids', 'Raids' and 'Raids'."""
    titles = {name: arm.title for name, arm in from_names([str(_folder(tmp_path))]).arms.items()}
    assert len(set(titles.values())) == len(titles) == 4 and titles["raid-2"] == "Raids (raid-2)"
    path = tmp_path / "mine.toml"
    path.write_text(
        'title = "D"\nquestion = "Q?"\n[[arm]]\nscenario = "baseline"\nname = "slow"\n'
        "parameters = { refill_elasticity = 0.2 }\n"
    )
    arms = from_names([str(path)]).arms
    plain = load("baseline").title
    assert (arms["baseline"].title, arms["slow"].title) == (plain, f"{plain} (slow)")
    assert [arm.title for arm in from_names(["firewalls"]).arms.values()] == [plain, load("firewalls").title]
