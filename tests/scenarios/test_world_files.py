"""The shipped world is the paper's, and a broken table is refused with file, line and column."""

import csv
import re
import shutil
import tomllib

import networkx as nx
import pytest

from scenarios.world_files import ROWS, SHIPPED_WORLD, WorldError, load_world

NAMED_BY_THE_PAPER = {
    "phnom-penh": "KHM",
    "kandal": "KHM",
    "pursat": "KHM",
    "henge-thmorda-sez": "KHM",
    "koh-kong": "KHM",
    "dara-sakor-sez": "KHM",
    "bavet": "KHM",
    "svay-rieng": "KHM",
    "preah-sihanouk": "KHM",
    "oddar-meanchey": "KHM",
    "shwe-kokko": "MMR",
    "myawaddy": "MMR",
    "moei-corridor": "MMR",
    "kokang": "MMR",
    "mong-la": "MMR",
    "golden-triangle-sez": "LAO",
    "clark": "PHL",
}
NATIONALITIES = (
    "IDN LAO MYS MMR PHL SGP THA VNM KHM CHN HKG TWN KOR BGD IND NPL PAK LKA ETH KEN TZA EGY TUR BRA".split()
)


@pytest.fixture(scope="module")
def world():
    return load_world()


def hosts(world):
    return {id: place for id, place in world.nodes(data=True) if place["host"]}


def test_only_places_that_the_paper_names_are_named_places_of_operation(world):
    named = {id: p["iso3"] for id, p in hosts(world).items() if p["kind"] not in ("elsewhere", "beyond")}
    assert named == NAMED_BY_THE_PAPER
    for place in hosts(world).values():
        assert place["kind"] not in ("elsewhere", "beyond") or "not a prediction" in place["note"]


def test_legal_facts_of_the_paper(world):
    states = world.graph["states"]
    provisions = {iso3 for iso3, state in states.items() if state["non_punishment_provision"]}
    assert provisions == {"BRN", "IDN", "LAO", "MYS", "MMR", "PHL", "THA"}
    assert {iso3 for iso3, state in states.items() if state["recognises_forced_criminality"]} == {"MYS"}
    assert sum(state["asean"] for state in states.values()) == 10
    for iso3, state in states.items():  # where the paper has a concern over services for men, and nowhere else
        concern = iso3 in ("VNM", "KHM", "LAO")
        assert ("E048" in state["source"]) == concern
        assert (state["services_for_men"] <= 0.1) == concern


def test_no_state_or_nationality_is_given_corruption_or_a_share_of_willing_entrants():
    forbidden = re.compile("corrupt|collusion|bribe|tip_off|willing|complicit")
    columns = [column for model in ROWS.values() for column in model.model_fields]
    assert not [column for column in columns if forbidden.search(column)]
    shocks = tomllib.loads((SHIPPED_WORLD.parent / "parts" / "history.toml").read_text(encoding="utf-8"))["shock"]
    assert not [shock["name"] for shock in shocks if forbidden.search(shock["moves"])]


@pytest.mark.parametrize(
    "moves, state, start, end",
    [
        ("protection_price", "KHM", "2016-01-04", "2019-08-19"),  # casinos from 57 in 2014 to 150 in 2019
        ("protection_price", "PHL", "2016-09-05", "2020-03-23"),  # offshore gaming licences since 2016
        ("licensed_closure", "KHM", "2019-08-19", "2020-01-27"),  # online gambling banned
        ("closure", None, "2020-03-23", "2021-11-01"),  # borders closed by the pandemic
        ("closure", None, "2021-11-01", "2022-05-02"),  # and opened in the course of 2021-22
        ("online_demand", None, "2020-03-30", "2022-01-03"),  # people at home and online
        ("control", "MMR", "2021-02-01", None),  # the coup
        ("at_risk", "MMR", "2021-02-01", None),
        ("social_media_reach", "THA", "2022-03-14", None),  # public notice of March 2022
        ("raids", "PHL", "2022-09-26", "2023-08-28"),  # about 200 operations ordered closed
        ("deports_unassessed", "PHL", "2022-09-26", "2023-08-28"),  # and hundreds of workers deported
    ],
)
def test_dated_events_of_the_paper_stand_in_the_history(moves, state, start, end):
    shocks = tomllib.loads((SHIPPED_WORLD.parent / "parts" / "history.toml").read_text(encoding="utf-8"))["shock"]
    same = [s for s in shocks if s["moves"] == moves and str(s["start"]) == start and str(s.get("end")) == str(end)]
    assert any(state in s.get("states", ()) if state else not {"states", "places"} & set(s) for s in same)


def test_nationalities_and_consulates(world):
    origins, consulates = world.graph["origins"], world.graph["consulates"]
    assert set(origins) == set(NATIONALITIES)
    destinations = {iso3 for iso3, state in world.graph["states"].items() if state["destination"]}
    assert set(consulates) == {(n, d) for n in NATIONALITIES for d in destinations if n != d}
    assert consulates["BGD", "KHM"]["presence"] == 0
    assert consulates["BGD", "KHM"]["source"] == ("E049", "OHCHR2023:n123")


def test_every_home_and_every_host_place_reach_each_other(world):
    ends = [row["place"] for row in world.graph["origins"].values()] + list(hosts(world))
    assert set(ends) <= max(nx.strongly_connected_components(world), key=len)


def test_orders_of_magnitude(world):
    by_state = {}
    for place in hosts(world).values():
        by_state[place["iso3"]] = by_state.get(place["iso3"], 0) + place["start_people"]
    assert by_state["KHM"] == 25_000
    assert by_state["PHL"] == 15_000
    assert 50_000 < sum(by_state.values()) < 60_000
    assert 4.5e6 < sum(origin["at_risk"] for origin in world.graph["origins"].values()) < 6.5e6


def test_crossings_are_watched_from_both_sides_by_one_post(world):
    posts = {}
    for start, end, route in world.edges(data=True):
        if route["official"] and route["post"]:
            posts.setdefault((frozenset((start, end)), route["mode"]), []).append(route["post"])
    assert all(len(numbers) == 2 and len(set(numbers)) == 1 for numbers in posts.values())


def test_hash_follows_the_bytes(world, tmp_path):
    folder = shutil.copytree(SHIPPED_WORLD, tmp_path / "world")
    assert load_world(folder).graph["hash"] == world.graph["hash"]
    with (folder / "routes.csv").open("a") as file:
        file.write("\n")
    assert load_world(folder).graph["hash"] != world.graph["hash"]


def broken(folder, file, key, changes):
    """Changes columns of the row whose first columns are `key`; returns its line."""
    path = folder / file
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    line, row = next((i, row) for i, row in enumerate(rows, start=2) if row[: len(key)] == list(key))
    for column, value in changes.items():
        row[header.index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    return line


@pytest.mark.parametrize(
    "file, key, changes, column, says",
    [
        ("places.csv", ["kandal"], {"iso3": "KMH"}, "iso3", "did you mean 'KHM'?"),
        ("places.csv", ["kandal"], {"iso3": "Cambodia"}, "iso3", "ISO 3166 alpha-3"),
        ("places.csv", ["kandal"], {"id": "pursat"}, "id", "duplicate 'pursat'"),
        ("places.csv", ["kandal"], {"lat": "91"}, "lat", "less than or equal to 90"),
        ("places.csv", ["kandal"], {"lon": "105.13"}, "lon", "tenths of a degree"),
        ("places.csv", ["kandal"], {"lat": "nan"}, "lat", "finite number"),
        ("places.csv", ["kandal"], {"kind": "cities"}, "kind", "did you mean 'city'?"),
        ("places.csv", ["kandal"], {"start_people": "1801"}, "start_people", "= 1800"),
        ("places.csv", ["bangkok"], {"start_sites": "1"}, "start_sites", "expected 0"),
        ("places.csv", ["bangkok"], {"host": "1"}, "host", "expected 0"),
        ("places.csv", ["kandal"], {"source": "E999"}, "source", "unknown key 'E999'"),
        ("places.csv", ["kandal"], {"source": "OHCHR2023:I.history"}, "source", "did you mean 'OHCHR2023:I.hist'?"),
        ("places.csv", ["kandal"], {"assumed": "latitude"}, "assumed", "did you mean 'lat'?"),
        ("states.csv", ["KHM"], {"destination": "0"}, "destination", "expected 1"),
        ("states.csv", ["KHM"], {"non_punishment_scope": "0.3"}, "non_punishment_scope", "without a provision"),
        ("states.csv", ["KHM"], {"open_beds": ""}, "open_beds", "is empty"),
        ("origins.csv", ["IDN"], {"place": "origin-ind"}, "place", "a place of kind origin in IDN"),
        ("origins.csv", ["IDN"], {"place": "orign-idn"}, "place", "did you mean 'origin-idn'?"),
        ("diaspora.csv", ["VNM", "bavet"], {"place": "bavett"}, "place", "did you mean 'bavet'?"),
        ("routes.csv", ["border-tha-khm", "pursat"], {"to": "pursatt"}, "to", "did you mean 'pursat'?"),
        ("routes.csv", ["bangkok", "phnom-penh"], {"post": ""}, "post", "the number of its post"),
        ("routes.csv", ["bangkok", "phnom-penh"], {"post": "99"}, "post", "without gaps"),
        (
            "consulates.csv",
            ["BGD", "KHM"],
            {"assumed": "", "source": "assumption"},
            "assumed",
            "the columns that are assumed",
        ),
        ("consulates.csv", ["BGD", "KHM"], {"host": "BGD"}, "host", "a destination state"),
    ],
)
def test_one_error_names_file_line_and_column(tmp_path, file, key, changes, column, says):
    folder = shutil.copytree(SHIPPED_WORLD, tmp_path / "world")
    line = broken(folder, file, key, changes)
    if "duplicate" in says:
        line += 1  # the second of the two is refused
    with pytest.raises(WorldError) as refused:
        load_world(folder)
    assert str(refused.value).startswith(f"{file}:{line}: {column}: ")
    assert "; expected " in str(refused.value)
    assert says in str(refused.value)


def dropped(folder, file, drops):
    path = folder / file
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not drops(line)), encoding="utf-8")


@pytest.mark.parametrize(
    "file, drops, message",
    [
        ("routes.csv", lambda line: ",clark," in line, "'clark' can't be reached from 'origin-idn'"),
        ("routes.csv", lambda line: line.startswith("clark,"), "no way from 'clark' back to 'origin-idn'"),
        (
            "routes.csv",
            lambda line: line.startswith("hub-sgp,origin-sgp,"),
            "'origin-sgp' can't be reached from 'origin-idn'",
        ),
        ("places.csv", lambda line: line.startswith("origin-bra,"), "origins.csv:25: place: unknown 'origin-bra'"),
        ("origins.csv", lambda line: line.startswith("BRA,"), "'origin-bra' is the home of nobody"),
        ("consulates.csv", lambda line: line.startswith("BGD,KHM,"), "consulates.csv:329: host: no row for BGD in KHM"),
        ("places.csv", lambda line: line.startswith("id,"), "places.csv:1: phnom-penh: unknown or repeated column"),
        ("diaspora.csv", lambda line: True, "diaspora.csv:1: nationality: the column is missing"),
    ],
)
def test_what_is_missing_is_named(tmp_path, file, drops, message):
    folder = shutil.copytree(SHIPPED_WORLD, tmp_path / "world")
    dropped(folder, file, drops)
    with pytest.raises(WorldError) as refused:
        load_world(folder)
    assert message in str(refused.value)


def test_a_route_is_there_once(tmp_path):
    folder = shutil.copytree(SHIPPED_WORLD, tmp_path / "world")
    lines = (folder / "routes.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "routes.csv").write_text("".join([*lines, lines[1]]), encoding="utf-8")
    with pytest.raises(WorldError, match=rf"routes\.csv:{len(lines) + 1}: from: duplicate '.*' \(line 2 has it too\)"):
        load_world(folder)


def test_unreadable_files(tmp_path):
    folder = shutil.copytree(SHIPPED_WORLD, tmp_path / "world")
    (folder / "states.csv").write_bytes((SHIPPED_WORLD / "states.csv").read_bytes() + b'\n"open,quote')
    with pytest.raises(WorldError, match=r"states\.csv:3\d: row: is not readable"):
        load_world(folder)
    (folder / "states.csv").write_bytes(b"iso3\n\xff")
    with pytest.raises(WorldError, match=r"states\.csv:2: file: is not UTF-8"):
        load_world(folder)
    (folder / "states.csv").unlink()
    with pytest.raises(WorldError, match=r"states\.csv:1: file: not found"):
        load_world(folder)
