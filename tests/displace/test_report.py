"""The report: self-contained, escaped, honest about direction, and silent about what is never shown."""

import csv
import html
import re
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import unquote

import matplotlib
import numpy as np
import pytest
from made_up import manifest, policy, results

from displace.figures import comparison as pictures
from displace.figures import drawing
from displace.report import assumptions as assumed
from displace.report import comparison as report
from displace.report import further_tables as further
from displace.wording import words
from displace.wording.displacement import moved
from displace.wording.effects_table import Cell, lines
from displace.wording.study import Study
from experiments.comparison.paired import agreement_columns
from experiments.comparison.read import Results
from experiments.comparison.strength import agreement
from model.registry.outcomes import HEADLINE, OUTCOMES
from model.registry.parameters import DEFAULTS
from scenarios.explain import NO_POLICY, parameter_in_words

NASTY = "</script><img src=x onerror=alert(1)> & $x_1$ =cmd"
WEEKS, START = 260, 200
TITLES = {"baseline": "Baseline", "raids": NASTY, "firewall": "Firewalls"}
AT = {"a1": (11.6, 104.9), "a2": (12.0, 103.0), "b1": (20.4, 100.1), "far": (0.0, 20.0)}


@pytest.fixture(scope="module")
def study():
    return study_of(28)


@pytest.fixture(scope="module")
def alone():
    return study_of(1)


ARMS = {
    "baseline": [],
    "raids": [policy("crackdown", states=["AAA"], start=START)],
    "firewall": [policy("firewall", states=["AAA"], start=START)],
}


def study_of(replicates, arms=ARMS):
    plan = manifest(arms, replicates, 1, WEEKS, START, HEADLINE)
    plan["plan"] |= {"title": NASTY, "question": NASTY, "draws_hash": "d" * 64}
    for name, arm in plan["plan"]["arms"].items():
        arm |= {"title": TITLES[name], "question": f"What of {NASTY}?", "parameters": {}}
    plan["explained"] = {name: ["title", "history", f"policies of {name}"] for name in arms}
    plan["window"] = {"start": "2019-11-04", "end": "2020-12-21"}
    plan |= {"version": "0", "machine": "m", "created": "now"}
    for place in plan["places"]:
        place["name"] = f"Place {place['id']}"
        place["lat"], place["lon"] = AT[place["id"]]
    return Study(results(plan, numbers, [("raids", START + 5, "a1", "b1", 120.0)]))


def numbers(arm, draw, replicate):
    """The raids halve the people held at a1, a tenth of that reappears at b1; with the firewall more people die."""
    replicate %= 4
    held = np.tile([1000.0 + 7 * replicate, 300, 200, 50], (WEEKS, 1))
    if arm == "raids":
        held[START:, 0] -= 500 + replicate
        held[START:, 2] += 50 + replicate
    out = np.full((WEEKS, 4), 3.0)
    deaths = out + replicate + (arm == "firewall")
    return {"people_held": held, "identified": out / 3, "trafficked_out": out, "punished": out / 2, "deaths": deaths}


@pytest.fixture(scope="module")
def page(study):
    return report.render(study)


def effect(direction=None):
    """Return a row of results that shows a rise or a fall, or nothing."""
    strength = "clear" if direction else "not distinguishable"
    agreed = {"agree": 60 / 64 if direction else 40 / 64, "direction": direction or "up", "strength": strength}
    row = dict.fromkeys(("relative", "relative_kind", "relative_low", "relative_high", "median"))
    return row | {"difference": 1.0, "low": -9.0, "high": 9.0, "replicates": 1, "draws": 64} | agreed


class Page(HTMLParser):
    """Collects every element with its attributes, and the text."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data


def test_titles_are_text_wherever_they_stand(page):
    parsed = Page(page)
    assert not {"script", "img"} & {tag for tag, _ in parsed.elements}
    assert not [name for _, attributes in parsed.elements for name in attributes if name.startswith("on")]
    assert NASTY in parsed.text


def test_nothing_is_fetched(page):
    """A page that is mailed to someone without a network shows all of itself, and tells nobody that it was read."""
    fetching = {"src", "href", "xlink:href", "data", "action", "poster", "srcset"}
    for tag, attributes in Page(page).elements:
        for name in fetching & attributes.keys():
            assert re.match(r"#|data:text/csv|data:image/png;base64", attributes[name]), (
                f"<{tag} {name}={attributes[name][:60]}>"
            )
    assert not re.search(r"@import|url\((?!['\"]?#)", page)


def test_every_picture_says_what_it_shows_and_where_it_comes_from(page):
    pictures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(pictures) >= 4
    for svg in pictures:
        assert re.search(r'role="img"', svg) and re.search(r"<title[^>]*>[^<]+</title><desc[^>]*>[^<]+</desc>", svg)
        assert re.search(r"displace \S+ · commit \w+ · plan \S+ · ", svg)
    assert sum("displace 0 · commit unknown · plan made-up · scenarios" in svg for svg in pictures) >= 4
    ids = re.findall(r'\bid="([^"]+-(?:title|desc))"', page)
    assert len(ids) == len(set(ids)) == 2 * len(pictures)


def test_the_same_results_give_the_same_bytes(study, page):
    assert report.render(study) == page


def test_the_reader_is_warned(page):
    text = " ".join(Page(page).text.split())
    assert "Illustrative: hand-set parameters" in text
    assert "after August 2023 this is a conditional world: nothing else happens" in text
    assert "It is not a forecast." in text and "not a ranking" in text


class Partial(Results):
    """Results of a batch that is still running."""

    finished = False


def test_what_may_not_be_meant_and_what_is_unfinished_stand_at_the_head(study):
    begun = study.manifest | {"cautions": [f"'raids' lacks {NASTY}"], "plan": study.plan | {"replicates": 35}}
    page = report.render(Study(Partial(begun, study.results._memory)))
    head = " ".join(Page(page).text.split("The answer", 1)[0].split())
    assert "Unfinished: 28 of 35 pairs of runs so far." in head and "'raids' lacks" in head


def test_runs_that_failed_are_told_and_a_policy_without_a_pair_is_left_out(study):
    """Of three seeds the raids fail in all but one, or in all: every figure says how many pairs it is of."""

    def study_in_which(fails):
        raids = study.plan["arms"]["raids"] | {
            "policies": [policy("crackdown", states=["AAA"], start=START, end=START + 20)]
        }
        plan = study.manifest | {"plan": study.plan | {"replicates": 3, "arms": study.plan["arms"] | {"raids": raids}}}
        return Study(
            results(plan, lambda arm, draw, replicate: None if fails(arm, replicate) else numbers(arm, draw, replicate))
        )

    some, all_ = study_in_which(lambda arm, r: arm == "raids" and r > 0), study_in_which(lambda arm, r: arm == "raids")
    assert (some.pairs_of, some.pairs) == ({"raids": 1, "firewall": 3}, 1) and "1 to 3 of 3 pairs remain" in some.lost
    assert list(all_.titles) == ["firewall"] and all_.lost.endswith(f"Left out, since no pair is complete: {NASTY}.")
    for failed in (some, all_):
        assert " ".join(failed.lost.split()) in " ".join(
            Page(report.render(failed)).text.split("The answer", 1)[0].split()
        )
    assert study.lost == ""


def test_a_policy_whose_condition_never_holds_is_said_to_change_nothing(study):
    waiting = Study(results(study.manifest, lambda arm, draw, replicate: numbers("baseline", draw, replicate)))
    assert moved(waiting)[0].sentence == "Under enforcement (AAA): nothing changes, there or elsewhere."
    assert moved(study)[0].short != moved(waiting)[0].short


def test_where_all_is_enforced_nothing_can_reappear(study):
    raids = [policy("crackdown", start=START)]
    everywhere = moved(
        Study(
            results(
                study.manifest
                | {
                    "plan": study.plan
                    | {"arms": study.plan["arms"] | {"raids": study.plan["arms"]["raids"] | {"policies": raids}}}
                },
                numbers,
            )
        )
    )[0]
    assert (
        everywhere.sentence.startswith("Under enforcement everywhere:")
        and "nowhere else" in everywhere.sentence
        and "elsewhere:" not in everywhere.sentence
    )


def test_cards_give_sizes_and_the_direct_way_where_there_is_one(page):
    text = " ".join(Page(page).text.split())
    assert re.search(
        r"people held in operations: −\d+ % \[−\d+, −\d+\], −[\d,]+ persons, clearly better, 28 of 28 pairs ?"
        r"assumed: raids find and free people, close sites and arrest owners",
        text.replace("\xa0", " "),
    )


@pytest.mark.parametrize("drawn", [{"refill_elasticity": [0.2, 0.8]}, None], ids=["kept", "not kept"])
def test_what_was_assumed_is_what_was_used(drawn):
    """A value that the arms or the draws set stands in the hand-set value's place, in the page and in its table."""
    found = study_of(1)
    for name, arm in found.plan["arms"].items():
        arm["parameters"] = {"tip_off": 0.125} | ({"upkeep": 123.0} if name == "raids" else {})
    found.manifest.update(
        {"drawn": drawn} if drawn is not None else {"plan": found.plan | {"draws_from": {"kind": "prior", "draws": 1}}}
    )
    page = report.render(Study(found.results))
    rows = {
        row["name"]: row
        for row in csv.DictReader(
            unquote(
                re.search(r'download="parameters.csv" href="data:text/csv;charset=utf-8,([^"]+)', page)[1]
            ).splitlines()
        )
    }
    value = "value" if drawn is not None else assumed.HAND_SET
    assert (rows["tip_off"][value], rows["tip_off"]["hand_set"]) == ("0.125", f"{DEFAULTS['tip_off']:g}")
    assert (rows["upkeep"][value], rows["upkeep"]["differs"]) == (f"{DEFAULTS['upkeep']:g}", "123 in raids")
    assert rows["refill_elasticity"][value] == ("0.2 to 0.8, drawn" if drawn else f"{DEFAULTS['refill_elasticity']:g}")
    text = " ".join(Page(page).text.split())
    assert f"tip_off0.125hand-set: {DEFAULTS['tip_off']:g}" in text and (assumed.HAND_SET in text) is (drawn is None)


def test_the_command_asks_for_the_draws_as_they_were_asked_for():
    found = study_of(1)
    assert "--draws" not in report._command(found)
    found.manifest["plan"] |= {"draws_from": {"kind": "posterior", "draws": 10}}
    assert "--draws posterior:10 " in report._command(found)  # of a folder that does not tell
    found.manifest["draws_asked"] = "my/posterior.parquet:10"
    assert "--draws my/posterior.parquet:10 " in report._command(found)


def test_what_is_not_traced_to_a_source_is_not_among_the_sources():
    sources, untraced = dict(assumed.cited()), dict(assumed.untraced())
    assert not sources.keys() & untraced.keys() and not any("unverified" in text.lower() for text in sources.values())
    assert {*sources, *untraced} == {row.id for row in assumed._cited()}
    assert all(text.endswith(")") and " (for " in text for text in untraced.values())


@pytest.mark.parametrize(
    ("months", "direction", "said"),
    [
        ((2, 2, None), "down", "better in month 2"),
        ((1, 62, 1), None, "worse in month 1, better in month 62"),
        ((None, None, None), "up", "worse over the whole window only"),
        ((None, None, None), None, ""),
    ],
)
def test_an_effect_shows_each_way_that_it_goes(study, months, direction, said):
    shown = Study(study.results)
    shown._timing = {("raids", "deaths"): dict(zip(("first_month", "first_better", "first_worse"), months))}
    assert shown.first_effect(Cell("raids", OUTCOMES["deaths"], effect(direction=direction))) == said


def test_cards_tell_each_entry_with_its_timing():
    """Two entries of one lever that differ in place, strength and end are not told as one."""
    entries = [
        policy("crackdown", states=["AAA"], start=START, end=230),
        policy("crackdown", states=["BBB"], start=START + 8, strength=0.5) | {"pauses": [[220, 230]]},
    ]
    text = " ".join(Page(report.render(study_of(1, ARMS | {"raids": entries}))).text.split())
    assert re.search(r"AAA, from 4 November 2019, at strength 1: [^.]+\. It ends on 1 June 2020\.", text)
    assert re.search(
        r"BBB, from 30 December 2019, at strength 0.5: [^.]+\. "
        r"It pauses from 23 March 2020 to 1 June 2020 and has no end date\.",
        text,
    )


def test_an_assumption_of_all_arms_is_not_called_one_scenarios():
    found = study_of(1)
    for name, arm in found.plan["arms"].items():
        arm["parameters"] = {"tip_off": 0.125}
        found.manifest["explained"][name] = ["title", parameter_in_words("tip_off", 0.125), f"policies of {name}"]
    (said,) = found.history
    assert said.startswith("Assumption set for all arms: tip_off") and said not in found.only_some


def test_policies_of_the_baseline_are_not_those_of_every_world():
    """An arm that lacks one says so, and no card names ways of a policy that both worlds have."""
    raids, firewall = ARMS["raids"], ARMS["firewall"]
    found = study_of(2, {"baseline": raids, "raids": [*raids, *firewall], "firewall": firewall})
    explained = {
        "baseline": ["title", "history", "raids"],
        "raids": ["title", "history", "raids", "firewall"],
        "firewall": ["title", "history", NO_POLICY],
    }
    found.manifest["explained"] = explained
    assert (found.history, found.only_some, found.sentences("firewall")) == (["history"], ["raids"], [])
    assert found.pulled("firewall")[1].startswith("Left out: In AAA, from 4 November 2019, at strength 1: raid")
    assert [lever.name for lever in found.levers("raids")] == ["firewall"]
    text = " ".join(Page(report.render(found)).text.split())
    assert (
        "Left out: In AAA" in text
        and NO_POLICY not in text
        and "if nothing changes" not in text
        and "which has policies of its own (Baseline)" in text
    )


@pytest.mark.parametrize(
    ("changes", "said"), [({}, ""), ({"outcomes": ["deaths"]}, "None of the outcomes"), ({"stop": 7}, "Only 7 weeks")]
)
def test_a_section_without_pictures_through_time_says_why(study, changes, said):
    other = Study(Results(study.manifest | {"plan": study.plan | changes}, study.results._memory))
    assert pictures.no_years(other).startswith(said) and bool(pictures.no_years(other)) == bool(said)
    assert not said or pictures.years(other, "stamp") == []


def test_many_policies_stand_in_several_tables():
    batches = report._batches({f"p{i}": f"P{i}" for i in range(15)})
    assert [len(batch) for batch in batches] == [8, 7] and [name for batch in batches for name in batch] == [
        f"p{i}" for i in range(15)
    ]


def test_displacement_is_told_as_numerator_denominator_and_ratio(page):
    text = " ".join(Page(page).text.split())
    assert "500 fewer people held; elsewhere: 52 more" in text
    assert (
        "Displacement ratio 0.10 (0.10 to 0.10): 10 of every 100 reappeared elsewhere. More are held: Place b1 (+52)."
        in text
    )


@pytest.mark.parametrize(
    ("low", "high", "direction", "said"),
    [
        (0.2, 1.4, "up", "of every 100, between 20 and all of them reappeared elsewhere"),
        (-0.2, 0.6, "up", "of every 100, between few and 60 reappeared elsewhere"),
        (0.2, 0.6, "up", "40 of every 100 reappeared elsewhere"),
        (0.2, 0.6, None, "at most 60 of every 100 reappeared elsewhere, and possibly none"),
        (-0.9, -0.1, "down", "none reappeared elsewhere, where fewer are held too (a diffusion of benefits)"),
        (-2.0, 3.0, None, "whether they reappeared elsewhere is not distinguishable"),
    ],
)
def test_of_displacement_only_that_is_said_which_the_draws_support(study, low, high, direction, said):
    found = moved(study)[0]
    elsewhere = found.at["held_elsewhere"] | effect(direction=direction)
    found = replace(found, at=found.at | {"held_elsewhere": elsewhere})
    ratio = found.at["displacement_ratio"] | {"value": 0.4, "low": low, "high": high}
    assert replace(found, at=found.at | {"displacement_ratio": ratio}).short.endswith(said)


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ({"strength": "likely"}, "the fall is likely, not clear"),
        ({"strength": "not distinguishable"}, "the fall is not distinguishable"),
        ({"strength": "clear"}, "the average fall may be none"),
        ({"value": 5.0}, "there is no fall"),
    ],
)
def test_where_the_fall_is_not_clear_no_share_is_displaced(study, there, said):
    found = moved(study)[0]
    null = dict.fromkeys(("value", "low", "high"))
    at = found.at | {"held_at_target": found.at["held_at_target"] | there, "displacement_ratio": null}
    assert replace(found, at=at).short == f"{said}, so no share of it can be called displaced"


def test_where_more_are_held_the_large_and_undetermined_is_told_before_the_small_and_clear(study):
    def rise(value, shown):
        return effect(direction="up" if shown else None) | {"value": value}

    found = moved(study)[0]
    total = found.at["held_elsewhere"] | rise(9_000.0, True)
    rises = [
        ("Big", rise(6_000.0, False)),
        ("Clear", rise(2_000.0, True)),
        *((f"Small {k}", rise(300.0 - k, False)) for k in range(3)),
        ("Tiny", rise(9.0, False)),
    ]
    large = replace(found, at=found.at | {"held_elsewhere": total}, rises=tuple(rises))
    assert large.sentence.endswith(
        "Of the 9,000, 7,000 cannot be assigned to single places: the largest rises, not distinguishable, "
        "are those of Big (+6,000), "
        "Small 0 (+300), Small 1 (+300) and 1 other place. A rise is shown for Clear (+2,000)."
    )
    vague = replace(large, at=found.at | {"held_elsewhere": rise(9_000.0, False)}, rises=tuple(rises[:1]))
    assert "9,000 more (not distinguishable)" in vague.sentence and vague.sentence.endswith(
        "Of single places, the largest rises, not distinguishable, are those of Big (+6,000)."
    )


def test_the_rights_floor_names_what_is_likely_or_clearly_worse(study, page):
    assert study.floor("firewall") == "clearly worse for deaths" and study.floor("raids") == ""
    assert "Rights floor: clearly worse for deaths." in " ".join(Page(page).text.split())
    balance = Study(study.results)
    row = {"arm": "raids", "outcome": "coerced_returns", "strength": "not distinguishable"}
    balance.__dict__["_floor"] = [row, row | {"outcome": "deaths", "strength": "likely"}]
    assert balance.floor("raids") == (
        f"likely worse for deaths; on balance, though too few agree to call it likely, worse for "
        f"{OUTCOMES['coerced_returns'].label}"
    )


def test_an_outcome_that_no_pair_changes_is_called_unchanged(study):
    line = next(line for line in lines(study.paired, ["raids"]) if line.outcome.name == "coerced_returns")
    assert line.cells[0].says == words.UNCHANGED


def test_a_comparison_of_one_pair_has_a_report_without_intervals(alone):
    text = " ".join(Page(report.render(alone)).text.split())
    assert "one pair only" in text and "so no share of it can be called displaced" in text
    assert "1 pair is too few to tell" in text and not re.search(r"(clearly|likely) (better|worse), \d", text)


@pytest.mark.parametrize(
    ("draws", "agree", "said"),
    [
        (64, 62, "clearly worse, 62 of 64 draws"),
        (64, 58, "likely worse, 58 of 64 draws"),
        (64, 40, "not distinguishable, 40 of 64 draws agree"),
        (10, 10, "likely worse, 10 of 10 draws"),
        (5, 5, "5 draws: too few to tell"),
    ],
)
def test_the_words_of_an_effect_follow_from_the_draws_that_agree(draws, agree, said):
    """No interval of a mean has a say: in one world an effect of the other sign is huge. All that agree are no tie."""
    votes = np.where(np.arange(draws) < agree, 1.0, -1e9 if agree < draws else 1.0)[:, None]
    (found,) = agreement_columns(agreement(votes))
    cell = Cell("raids", OUTCOMES["deaths"], effect() | found | {"draws": draws})
    assert cell.says == said and (cell.verdict == words.WORSE) == ("worse" in said)


def test_an_answer_leads_with_the_relative_change_and_its_range():
    numbers_ = {"relative": -0.12, "relative_low": -0.2, "relative_high": -0.04, "median": -12345.0}
    cell = Cell("raids", OUTCOMES["people_held"], effect(direction="down") | numbers_)
    shown = [text.replace("\N{NO-BREAK SPACE}", " ") for text in (cell.relative, cell.range, cell.median)]
    assert shown == ["−12 %", "[−20, −4]", "−12,000 persons"]
    few = effect() | numbers_ | {"relative_low": None, "relative_high": None, "per_thousand": -0.5}
    assert Cell("raids", OUTCOMES["deaths"], few).range == ""
    assert Cell("raids", OUTCOMES["deaths"], few).median == "−0.50 for each 1,000 people held"
    share = Cell("raids", OUTCOMES["identified_share"], effect() | numbers_)
    assert share.relative.replace("\N{NO-BREAK SPACE}", " ") == "−12 points" and share.median == ""


def test_no_place_calls_an_effect_otherwise_than_the_others_do(study, page):
    """Terminal, cards, tables and pictures take a verdict from the same words."""
    answer = lines(study.paired, list(study.titles), study.plan["outcomes"])
    for line in answer:
        assert [row[3] for row in pictures._panel(line).rows] == [cell.verdict for cell in line.cells]
        for cell in line.cells:
            assert further.cell(cell.row)[2] in (cell.verdict, words.NEITHER)
            assert cell.verdict not in (words.BETTER, words.WORSE) or cell.says.split(",")[0].endswith(cell.verdict)
    held = pictures._change(study, "raids").held
    assert held["a1"][1] and not held["a2"][1]


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_headline_picture_is_the_same_bytes_again(study, tmp_path, kind):
    for name in ("a", "b"):
        report.write_picture(study, tmp_path / f"{name}.{kind}")
    picture = (tmp_path / f"a.{kind}").read_bytes()
    assert picture == (tmp_path / f"b.{kind}").read_bytes()
    assert kind == "png" or (b"Illustrative: hand-set parameters." in picture and b"conditional world" in picture)


def test_the_headline_picture_has_room_for_long_titles_and_no_empty_panels(study):
    long = Study(study.results)
    long.plan = study.plan | {"title": "How much of it moves elsewhere, " * 6}
    long.titles = dict.fromkeys(
        study.titles, "A crackdown with screening, shelter and a firewall between aid and police"
    )
    with matplotlib.rc_context(drawing.STYLE):
        figure = pictures._headline(
            long, lines(study.paired, list(study.titles), ["people_held", "deaths"]), "raids", "stamp", ""
        )
        figure.draw_without_rendering()
    drawn = [axes for axes in figure.axes if axes.axison]
    assert len(drawn) == 3  # the map and two outcomes
    head, beneath, *_ = figure.texts
    boxes = [text.get_window_extent() for text in (head, beneath, drawn[0]._left_title)]
    assert head.get_text().count("\n") == 1 and all(box.x1 < figure.bbox.x1 for box in boxes)
    assert boxes[0].y0 > boxes[1].y1 > boxes[1].y0 > boxes[2].y1 and boxes[2].x1 < drawn[1].get_window_extent().x0


def test_a_spreadsheet_runs_nothing():
    table = report.csv_table("t", [{"title": "=1+1", "other": "-2", "number": -2.5, "plain": "a,b"}])
    text = unquote(table.href.split(",", 1)[1])
    assert text == "title,other,number,plain\r\n'=1+1,'-2,-2.5,\"a,b\"\r\n"


def test_a_process_count_has_no_better_direction(study):
    line = lines(study.paired, ["raids"], ["raids"])[0]
    cell = replace(line.cells[0], row=effect(direction="up"))
    assert cell.verdict == words.NEITHER and OUTCOMES["raids"].better is None


@pytest.mark.parametrize(
    ("difference", "low", "high", "unit", "said"),
    [
        (-12345.0, -15678.0, -9012.0, "persons", ("−12,000", "−16,000 to −9,000")),
        (0.0341, -0.012, 0.08, "share", ("+3.4", "−1.2 to +8.0")),
        (-31500.0, -40000.0, -20000.0, "million USD", ("−32\xa0billion", "−40\xa0billion to −20\xa0billion")),
        (-68400.0, -131000.0, -9000.0, "persons", ("−68,000", "−130,000 to −10,000")),
        (-0.0061, -0.012, 0.0002, "share", ("−0.61", "−1.2 to 0.0")),
        (3.0, None, None, "persons", ("+3.0", "one pair only")),
    ],
)  # fmt: skip
def test_numbers_are_rounded_to_what_the_interval_supports(difference, low, high, unit, said):
    assert words.change(difference, low, high, unit) == said


def test_better_follows_the_outcomes_direction_and_the_strength():
    assert words.verdict("down", effect(direction="down")) == words.BETTER
    assert words.verdict("up", effect(direction="down")) == words.WORSE
    assert words.verdict("down", effect()) == "not distinguishable"
    assert words.verdict(None, effect(direction="up")) == words.NEITHER


def test_a_report_without_a_readable_sensitivity_analysis_says_what_to_run(study, monkeypatch, tmp_path):
    monkeypatch.setattr("displace.report.sensitivity.REFERENCE_ANALYSIS", tmp_path)
    page = report.render(study)
    assert page.count("What drives the answer") == 2  # of the navigation and the section
    assert "To make it anew, run `make reference-sensitivity`" in html.unescape(page)
