"""The presenter's page without its browser: two worlds in step, what is told of them, and who may ask."""

import asyncio
import json
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small import same_bytes

from displace.cli import show as commands_show
from displace.show import cards, doctor, frames, map_ground, opening, policies, story
from displace.show.two_worlds import ShowScenario, TwoWorlds
from experiments.design.limits import MOST_SEED
from model import Simulation
from model.registry.calendar import monday, week_of
from model.registry.levers import LEVERS
from model.registry.outcomes import O
from model.registry.policy import Policy, Trigger
from scenarios.errors import ScenarioError
from scenarios.loading import list_scenarios, load
from scenarios.scenario import resolved

ROOT = Path(__file__).parents[2]
COARSE = 1000  # people per agent: quick
POLICY = load("unilateral-crackdown")
AFTER = week_of(POLICY_START := monday(POLICY.first_policy_week)) + 40


def shown(policy=POLICY, **more) -> TwoWorlds:
    return TwoWorlds(ShowScenario(policy=policy, people_per_agent=COARSE, rng=3, **more))


@pytest.fixture(scope="module")
def after() -> TwoWorlds:
    """Two worlds 40 weeks after a crackdown began."""
    return shown().advance(AFTER)


# --- the worlds -------------------------------------------------------------------------------------


def test_each_world_is_the_run_of_its_scenario(after):
    """The page shows what the command line computes: same seed, same size, same bytes."""
    for world, name in zip(after.worlds, ("baseline", POLICY.name)):
        alone = Simulation(replace(load(name).inputs(seed=3, people_per_agent=COARSE), stop=after.stop)).advance(AFTER)
        assert same_bytes(world.simulation.result(), alone.result())
        assert world.time == after.time == AFTER


def test_worlds_differ_from_the_policy_on_and_not_before(after):
    held = [after.weekly(world, "people_held") for world in (0, 1)]
    known = POLICY.first_policy_week
    assert np.array_equal(held[0][:known], held[1][:known]) and not np.array_equal(held[0], held[1])


def test_going_back_in_time_and_starting_again_repeat_the_same_weeks(after):
    back = after.at(monday(300))
    assert back is not after and back.week == 301 and after.week == AFTER
    assert np.array_equal(back.weekly(1, "raids"), after.weekly(1, "raids")[:301])
    assert back.at(monday(310)) is back and back.week == 311
    again = back.again()
    assert again.week == 0 and again.scenario.rng == 3 and again.advance(5).week == 5


def test_the_last_week_is_the_end():
    worlds = shown(replace(POLICY, stop=AFTER)).advance(10_000)
    assert worlds.week == AFTER and not worlds.running
    worlds.step()
    assert worlds.week == AFTER


# --- what is sent and told --------------------------------------------------------------------------


def test_a_week_is_a_few_numbers_and_they_add_up(after):
    reader = frames.Map(after)
    week = reader.week(after.week - 1)
    assert len(json.dumps(week)) < 4000
    for k, world in enumerate(week):
        assert world["total"] == after.weekly(k, "people_held")[-1].sum() == sum(world["held"])
        assert len(world["held"]) == len(map_ground.places())
        kinds = [kind for kind, *_ in world["arcs"]]
        assert all(kinds.count(kind) <= most for kind, most in frames.ARCS.items())
    assert frames.Map(shown()).week(0)[0]["total"] > 0


def test_differences_are_policy_minus_baseline_and_come_in_pieces(after):
    held, deaths = frames.STRIPS["held"], frames.STRIPS["deaths"]
    change = [after.worlds[1].outcome(name) - after.worlds[0].outcome(name) for name in ("people_held",)]
    assert held.lines(after, 0)[0][-1] == pytest.approx(change[0])
    total = [after.weekly(k, "deaths").sum() for k in (0, 1)]
    assert deaths.lines(after, 0)[0][-1] == pytest.approx(total[1] - total[0])
    for strip in frames.CHOSEN:
        whole = strip.lines(after, 0)
        assert [len(line) for line in whole] == [after.week] * len(strip.outcomes)
        assert [line[500:] for line in whole] == strip.lines(after, 500)
        assert frames.described(strip)["better"][0] in ("", "up", "down")


def test_circles_stand_apart_and_on_the_map():
    places = list(map_ground.places().values())
    assert all(0 <= place["x"] <= map_ground.WIDTH and 0 <= place["y"] <= map_ground.HEIGHT for place in places)
    spots = np.array([(place["x"], place["y"]) for place in places])
    gap = np.hypot(*(spots[:, None] - spots[None]).T) + np.eye(len(places)) * 1e9
    assert gap.min() > 30
    assert json.loads(json.dumps(map_ground.ground()))["places"][0]["id"] == places[0]["id"]


def test_every_place_of_the_paper_has_its_sentence_and_no_other():
    named = {id for id, place in map_ground.places().items() if place["kind"] != "elsewhere"}
    assert named == cards.TEXTS.keys()


def test_a_card_tells_both_worlds_and_nothing_that_guides_anybody(after):
    card = cards.card(after, "preah-sihanouk", map_ground.PLACE_KINDS)
    held = next(row for row in card.place_rows if row.label == "People held")
    index = after.worlds[0].world.place_index["preah-sihanouk"]
    assert [held.baseline, held.policy] == [f"{after.weekly(k, 'people_held')[-1, index]:,.0f}" for k in (0, 1)]
    assert card.policies and "acts now" in card.policies[0]
    assert not cards.card(after, "clark", map_ground.PLACE_KINDS).policies
    never = {
        "tip_off",
        "protection_price",
        "spares_payers",
        "border_collusion",
        "collusion",
        "control",
        "notice",
        "hidden",
        "guarding",
    }
    assert not never & {*cards.CAPACITIES} and {*cards.FLOWS} <= {o.name for o in O}


def test_a_card_says_whether_a_policy_acts_is_paused_or_waits():
    at = {"lever": "crackdown", "strength": 1.0, "announced": 4, "start": 4, "states": ("KHM",)}
    waits = Trigger("people_held", 1e9, places=("KHM",), weeks=3)
    entries = [
        Policy(**at, pauses=((8, 12),)),
        Policy(**at | {"lever": "screening"}, when=waits),
        Policy(**at | {"lever": "shelter_capacity"}, end=10),
    ]
    worlds = shown(resolved(POLICY, policies=entries))

    def said(week):
        return [
            text.rsplit("; ", 1)[1]
            for text in cards.card(worlds.advance(week), "preah-sihanouk", map_ground.PLACE_KINDS).policies
        ]

    only_after = (
        "from 1 February 2016, but only after people held in operations (Cambodia) stood above "
        "1,000,000,000 persons for 3 weeks)"
    )
    ends = "from 1 February 2016 to 14 March 2016)"
    assert dict(zip(entries, ("from 1 February 2016)", only_after, ends))) == dict(
        zip(worlds.worlds[1].simulation.inputs.policies, said(4))
    )
    assert sorted(said(9)) == sorted(["paused to 28 March 2016)", only_after, "acts now)"])
    assert sorted(said(13)) == sorted(["acts now)", only_after, ends])


# --- story and policies -----------------------------------------------------------------------------


def test_scenes_are_five_to_seven_and_each_can_be_played():
    assert 5 <= len(story.SCENES) <= 7
    for scene_ in story.SCENES:
        assert (
            load(scene_.scenario)
            and 0 <= week_of(scene_.opens) < week_of(scene_.ends)
            and scene_.says.endswith((".", "?"))
        )
        assert scene_.weeks_a_second in story.PACES


@pytest.mark.parametrize("name", [name for name, _, _ in list_scenarios()])
def test_a_shipped_scenario_becomes_entries_and_a_file_and_stays_itself(name, tmp_path):
    scenario = load(name)
    assert policies.composed(policies.entries(scenario), scenario.title, scenario).hash == scenario.hash
    file = tmp_path / "same.toml"
    file.write_text(policies.file_of(scenario), encoding="utf-8")
    assert load(file).hash == scenario.hash


def test_everything_that_a_file_may_say_survives_the_download(tmp_path):
    file = tmp_path / "all.toml"
    file.write_text(
        'title = "All"\nquestion = "All of it?"\nextends = "history"\n[run]\nend = '
        '2027-01-04\n[parameters]\nrefill_elasticity = 0.5\nrelocation_rule = "nearest"\n'
        '[[policy]]\nlever = "screening"\nstates = ["KHM"]\nannounced = 2024-06-03\nstart = '
        '2025-01-06\nend = 2026-01-05\nstrength = 0.5\nramp_weeks = 4\nsex = "male"\nage = "adult"\n'
        'nationalities = ["IDN"]\npauses = [{from = 2025-03-03, to = 2025-04-07}]\nwhen = {outcome = '
        '"people_held", above = 1000, weeks = 2, places = ["KHM"]}\n'
        '[[shock]]\nname = "a drought"\nmoves = "at_risk"\nmode = "scale"\nvalue = 0.2\nstart = '
        '2025-06-02\nstates = ["LAO"]\n'
        '[[world]]\nplace = "clark"\nset = {infrastructure = 0.5}\n',
        encoding="utf-8",
    )
    scenario = load(file)
    (tmp_path / "again.toml").write_text(policies.file_of(scenario), encoding="utf-8")
    assert load(tmp_path / "again.toml").hash == scenario.hash


def test_what_is_composed_is_checked_like_a_file():
    entry = policies.new_entry()
    assert policies.composed([entry], "Mine", load("baseline")).policies[0].lever == entry["lever"]
    with pytest.raises(ScenarioError, match="out of range"):
        policies.composed([entry | {"strength": 99.0}], "Mine", load("baseline"))


def test_a_composed_scenario_asks_what_it_is_about():
    pulled = policies.entries(POLICY)
    same = policies.composed([pulled[0] | {"strength": 0.5}, *pulled[1:]], "Weaker", POLICY)
    other = policies.composed([*pulled, policies.new_entry() | {"lever": "screening"}], "Mine", POLICY)
    none = policies.composed([], "Mine", POLICY)
    assert same.question == POLICY.question and none.question == load("baseline").question
    assert other.question == "Mine: who is still held, and where do operations go?"


def test_the_form_offers_every_lever_and_the_command_line_names_the_pair():
    assert {name for name, _ in policies.levers()} == LEVERS.keys()
    assert policies.command(ShowScenario(policy=POLICY, rng=7)).startswith(
        "displace compare unilateral-crackdown --baseline baseline --replicates 1 --seed 7 "
    )
    assert policies.command(ShowScenario()).startswith("displace run baseline --seed 1 ")
    own = policies.composed([policies.new_entry()], "Mine", load("baseline"))
    assert "my-policy.toml" in policies.command(ShowScenario(policy=own))


# --- doors ------------------------------------------------------------------------------------------


def call(*arguments, **environment):
    command = [sys.executable, "-m", "displace", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_a_missing_extra_a_bad_file_and_a_taken_port_are_one_message_each(tmp_path, monkeypatch):
    (tmp_path / "bad.toml").write_text('title = "Bad"\n', encoding="utf-8")
    bad = call("show", tmp_path / "bad.toml")
    assert bad.returncode == 2 and "question" in bad.stderr and "Traceback" not in bad.stderr
    if commands_show.find_spec("solara") is None:
        missing = call("show", "--no-open")
        assert missing.returncode == 2 and "make show" in missing.stderr
        return
    with socket.socket() as taken:
        taken.bind((opening.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        busy = call("show", "--no-open", "--port", port)
    assert busy.returncode == 2 and f"port {port} is in use" in busy.stderr and "Traceback" not in busy.stderr


def test_a_slow_page_is_no_obstacle_for_the_doctor():
    late, quick, gone = (doctor._served(*found) for found in ((True, 14.3), (True, 2.0), (False, 1.0)))
    assert (late.mark, late.says) == ("slow", "served after 14.3 s (more than 10 s: the machine is busy; try again)")
    assert (quick.mark, quick.says, gone.mark) == ("ok", "served after 2.0 s", "NO")


def test_the_doctor_names_what_is_missing_and_what_to_do():
    done = call("doctor", "--port", 8799)
    ready = commands_show.find_spec("solara") is not None
    assert "solara-assets" in done.stdout and "compiled model" in done.stdout and "Traceback" not in done.stderr
    assert ready or (done.returncode == 1 and "make show" in done.stdout)


def asked(kind, query="", **headers) -> list[dict]:
    """Return what `OwnPagesOnly` at port 9 sends to a request with these headers; empty if it lets it through."""
    from displace.show.server import OwnPagesOnly

    sent = []

    async def inner(scope, receive, send):
        pass

    async def send(message):
        sent.append(message)

    scope = {"type": kind, "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}
    asyncio.run(OwnPagesOnly(inner, 9, "secret")(scope | {"query_string": query.encode()}, None, send))
    return sent


OWN = {"host": "127.0.0.1:9", "origin": "http://127.0.0.1:9", "cookie": "other=1; displace-9=secret"}


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "foreign",
    [{"origin": "http://example.org"}, {"host": "example.org:9"}, {"host": "127.0.0.1:10"}, {"origin": "null"}],
    ids=str,
)
def test_another_site_can_neither_read_nor_steer(kind, foreign):
    assert not asked(kind, **OWN)
    refused = asked(kind, **(OWN | foreign))
    assert refused[0].get("status") == 403 or refused[0] == {"type": "websocket.close", "code": 1008}


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("cookie", ["", "displace-9=guessed", "displace-10=secret", "displace-9="])
def test_without_the_token_nothing_is_shown(kind, cookie):
    refused = asked(kind, **(OWN | {"cookie": cookie}))
    assert refused[0].get("status") == 403 or refused[0] == {"type": "websocket.close", "code": 1008}


def test_the_link_gives_the_token_once_as_a_cookie():
    answer, _ = asked("http", "token=secret", host="127.0.0.1:9")
    headers = dict(answer["headers"])
    assert answer["status"] == 303 and headers[b"location"] == b"/"
    assert headers[b"set-cookie"] == b"displace-9=secret; Path=/; HttpOnly; SameSite=Lax"
    assert headers[b"content-security-policy"] == b"frame-ancestors 'none'"
    assert asked("http", "token=guessed", host="127.0.0.1:9")[0]["status"] == 403
    assert asked("http", "token=secret", host="example.org:9")[0]["status"] == 403


def test_a_socket_without_an_origin_is_refused_and_a_page_is_not():
    plain = {"host": OWN["host"], "cookie": OWN["cookie"]}
    assert asked("websocket", **plain) and not asked("http", **plain)


def test_no_answer_may_stand_in_a_frame():
    from displace.show.server import OwnPagesOnly

    sent = []

    async def inner(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x", b"y")]})

    async def send(message):
        sent.append(message)

    headers = [(name.encode(), value.encode()) for name, value in OWN.items()]
    asyncio.run(OwnPagesOnly(inner, 9, "secret")({"type": "http", "headers": headers}, None, send))
    assert dict(sent[0]["headers"])[b"content-security-policy"] == b"frame-ancestors 'none'"


# --- one visitor ------------------------------------------------------------------------------------


@pytest.fixture
def visitor():
    pytest.importorskip("solara", reason="the page's state needs the extra viz (make test DISPLACE_BROWSER=required)")
    from displace.show.session import Session

    return Session(opening.Opening(people_per_agent=COARSE, seed=3))


def test_a_visitor_opens_a_file_or_is_told_why_not(visitor):
    shown = visitor.worlds.value
    for content, said in (
        (b"title = ", "mine.toml: end of document: invalid value"),
        (b'title = "X"\n', "question"),
        (b"\xff", "UTF-8"),
        (b"#" * 2_000_000, "bytes"),
    ):
        visitor.open_file("mine.toml", content)
        assert said in visitor.error.value and visitor.worlds.value is shown
    visitor.open_file("Mine.toml", b'title = "X"\nquestion = "Y?"\nextends = "history"\n')
    assert (
        not visitor.error.value and visitor.titles[1].startswith("The same") and visitor.worlds.value.scenario.rng == 3
    )


def test_composing_keeps_the_day_and_a_defect_is_said(visitor, monkeypatch):
    visitor.jump(400)
    visitor.choose("rights-package")
    visitor.compose(policies.entries(visitor.policy), "Mine", visitor.policy)
    assert visitor.worlds.value.week == 401 and visitor.policy.name == "my-policy" and visitor.conditional
    visitor.play(True)
    monkeypatch.setattr(visitor.worlds.value, "step", lambda: 1 / 0)
    visitor.advance(1)
    assert "ZeroDivisionError" in visitor.error.value and not visitor.playing.value


def test_frames_carry_each_week_once_and_a_new_run_starts_anew(visitor):
    first = visitor.frame()
    visitor.advance(5)
    second = visitor.frame()
    assert (first["week"], second["first"], second["week"]) == (0, 0, 5) and len(second["points"][0][0]) == 5
    visitor.advance(2)
    assert visitor.frame()["first"] == 5 and not visitor.frame()["points"][0][0]
    visitor.resend()
    assert visitor.frame()["first"] == 0
    visitor.reset()
    assert visitor.frame()["run"] == first["run"] + 1


def test_weeks_that_the_browser_asked_for_before_it_knew_better_are_not_run(visitor):
    run = visitor.frame()["run"]
    visitor.play(True)
    visitor.due({"run": run, "weeks": 3})
    assert visitor.worlds.value.week == 3
    visitor.reset()
    visitor.due({"run": run, "weeks": 3})
    visitor.play(True)
    visitor.due({"run": run, "weeks": 3})
    assert visitor.worlds.value.week == 0
    visitor.due({"run": visitor.frame()["run"], "weeks": 3})
    visitor.play(False)
    visitor.due({"run": run + 1, "weeks": 3})
    assert visitor.worlds.value.week == 3


def test_a_scene_stops_where_it_ends(visitor):
    visitor.open_scene(1)
    assert visitor.playing.value and visitor.worlds.value.week == week_of(story.SCENES[1].opens) + 1
    visitor.advance(100)
    assert not visitor.playing.value and visitor.worlds.value.week == week_of(story.SCENES[1].ends)


def test_what_is_typed_as_seed_or_size_is_told_if_it_cannot_be_and_forgotten_when_it_can(visitor):
    shown = visitor.worlds.value
    for seed, size, said in (
        ("-1", "100", "seed"),
        (str(MOST_SEED + 1), "100", "seed"),
        ("", "100", "seed"),
        ("1.5", "100", "seed"),
        ("1", "0", "people"),
        ("1", "100000", "people"),
    ):
        visitor.resize(seed, size)
        assert (
            said in visitor.error.value
            and "expected a whole number" in visitor.error.value
            and visitor.worlds.value is shown
        )
    visitor.resize(str(MOST_SEED), str(COARSE))
    assert not visitor.error.value and visitor.worlds.value.scenario.rng == MOST_SEED
