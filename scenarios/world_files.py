"""The world as data: eight tables of `scenarios/world/`, read, checked and joined into one graph.

Each row says where it comes from: `source` holds keys of `scenarios/evidence/evidence.csv` or sections of the
briefing paper (or the word `assumption`), and `assumed` names the columns of the row that no source gives.
A table that breaks a rule is refused with one `WorldError`: file, line, column, what is wrong, what was expected.
"""

import csv
import difflib
import functools
import hashlib
import io
import re
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import networkx as nx
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from model.registry.parameter import ASSUMPTION

from .evidence.reports import read_evidence

SHIPPED_WORLD = Path(__file__).parent / "world"
SECTION = re.compile(
    r"OHCHR2023:(I\.(intro|hist|prof)|II\.(org|dig|gov)|III\.(act|means|purp)|IV(\.[A-G])?|V|n[1-9]\d*)"
)


class WorldError(ValueError):
    """A table of the world that can't be used: `<file>:<line>: <column>: <what is wrong>; expected <what>`."""


# --- the rows: one model a file, its fields the columns of the file --------------------------------


def _tenth(degrees):
    if abs(degrees * 10 - round(degrees * 10)) > 1e-9:
        raise ValueError("tenths of a degree, so that no building can be found")
    return degrees


def _split(text):
    return tuple(part.strip() for part in text.split(";") if part.strip())


Flag = Annotated[int, Field(ge=0, le=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]
Iso3 = Annotated[str, Field(pattern="^[A-Z]{3}$")]
PlaceId = Annotated[str, Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
Name = Annotated[str, Field(min_length=1)]
Keys = Annotated[tuple[str, ...], BeforeValidator(_split)]
Latitude = Annotated[float, Field(ge=-90, le=90), AfterValidator(_tenth)]
Longitude = Annotated[float, Field(ge=-180, le=180), AfterValidator(_tenth)]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False, str_strip_whitespace=True)
    source: Annotated[Keys, Field(min_length=1)]
    assumed: Keys
    note: str


class Place(_Row):
    id: PlaceId
    name: Name
    iso3: Iso3
    kind: Literal["origin", "hub", "border_town", "zone", "militia_area", "city", "elsewhere", "beyond"]
    lat: Latitude
    lon: Longitude
    host: Flag  # may operations be here?
    control: Share  # can the state enter?
    protection: Amount  # USD per person held and week
    infrastructure: Share  # power, telecom, roads
    supplied_from: Iso3  # the State whose companies supply power and lines to compounds
    cash_out_from: Iso3  # the State whose banks and exchanges turn what is defrauded into money
    landlords: Count  # who own its compounds
    start_sites: Count  # compounds standing in January 2016
    site_capacity: Count  # persons per typical compound
    start_people: Count  # persons held in January 2016
    river: Flag  # is a river border the usual way out?


class State(_Row):
    """Capacities are of the whole State, in persons; `return_help_per_week` as a State of origin or of destination."""

    iso3: Iso3
    name: Name
    asean: Flag
    destination: Flag
    non_punishment_provision: Flag
    non_punishment_scope: Share  # of the offences that people held are made to commit
    recognises_forced_criminality: Flag
    services_for_men: Share  # of services that are open to men
    raids_per_month: (
        Amount  # against compounds, before August 2023: set out for; where the state cannot enter (`control`) they fail
    )
    call_outs_per_month: Amount  # after complaints, for single people
    screening_per_week: Amount
    open_beds: Count
    closed_beds: Count
    detention_places: Count
    court_cases_per_week: Amount
    return_help_per_week: Amount
    detains_irregular: Share
    prosecutes_at_home: Share  # of those who return
    civic_space: Share
    licensed_gaming: Flag


class Origin(_Row):
    iso3: Iso3
    place: str
    at_risk: Count  # persons on the roster in January 2016
    cohort: Count  # persons who enter it every three years
    share_male: Share
    share_minor: Share  # aged 15 to 17
    share_higher_education: Share
    share_market_language: Share  # speak a language in demand for the fraud
    return_risk: Share  # of people for whom return is unsafe
    family_means: Annotated[float, Field(gt=0)]  # 1 = median


class Migrants(_Row):
    nationality: Iso3
    place: str
    persons: Count


class Route(_Row):
    """A directed edge. Posts are numbers, never names; both directions of a crossing share one."""

    origin: str = Field(alias="from")
    target: str = Field(alias="to")
    mode: Literal["air", "road", "river", "foot"]
    official: Flag
    days: Annotated[float, Field(gt=0)]
    cost_usd: Amount
    post: Annotated[Annotated[int, Field(ge=1)] | None, BeforeValidator(lambda text: text.strip() or None)]
    lawful_per_week: Count
    distance_km: Annotated[float, Field(gt=0)]


class Consulate(_Row):
    nationality: Iso3
    host: Iso3
    presence: Flag


class Line(_Row):
    """A line of business: the language in which operations defraud."""

    line: PlaceId
    name: Name
    home: str  # the place from which most of those come who speak it: operations of the line are founded near it
    share: Annotated[float, Field(gt=0)]  # of operations founded, before nearness


class Fit(_Row):
    line: str
    nationality: Iso3
    fit: Share  # how readily an operation of the line takes them, against native speakers


ROWS = {
    "places.csv": Place,
    "states.csv": State,
    "origins.csv": Origin,
    "diaspora.csv": Migrants,
    "routes.csv": Route,
    "consulates.csv": Consulate,
    "lines.csv": Line,
    "fits.csv": Fit,
}


# --- reading one table ------------------------------------------------------------------------------


class _Table(NamedTuple):
    file: str
    rows: list[dict]
    lines: list[int]

    def __iter__(self):
        return zip(self.lines, self.rows, strict=True)

    def error(self, line, column, wrong, expected, given=None, valid=()):
        return _error(self.file, line, column, wrong, expected, given, valid)


def _error(file, line, column, wrong, expected, given=None, valid=()):
    near = difflib.get_close_matches(str(given), [str(name) for name in valid], n=1, cutoff=0.5)
    hint = f" (did you mean '{near[0]}'?)" if near else ""
    return WorldError(f"{file}:{line}: {column}: {wrong}; expected {expected}{hint}")


def _columns(model):
    """The file's columns in their order: the row's own, then where it comes from."""
    fields = model.model_fields
    return [fields[name].alias or name for name in sorted(fields, key=lambda name: name in _Row.model_fields)]


def _records(folder, file):
    """The lines of a CSV file with their numbers; a quoted field may span several."""
    try:
        text = (folder / file).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise _error(file, 1, "file", f"not found in {folder}", f"the files {', '.join(ROWS)}") from None
    except UnicodeDecodeError as broken:
        line = broken.object[: broken.start].count(b"\n") + 1
        raise _error(file, line, "file", "is not UTF-8 text", "a comma-separated file in UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for fields in reader:
            if fields:
                yield line, fields
            line = reader.line_num + 1
    except csv.Error as broken:
        raise _error(
            file, line, "row", f"is not readable ({broken})", "comma-separated fields, quoted where they hold commas"
        ) from None


def _read_table(folder, file, evidence):
    model = ROWS[file]
    columns = _columns(model)
    records = _records(folder, file)
    _, header = next(records, (1, []))
    for column in header:
        if column not in columns or header.count(column) > 1:
            missing = [name for name in columns if name not in header]
            raise _error(
                file, 1, column, "unknown or repeated column", f"the header {','.join(columns)}", column, missing
            )
    for column in columns:
        if column not in header:
            raise _error(file, 1, column, "the column is missing", f"the header {','.join(columns)}")
    table = _Table(file, [], [])
    for line, fields in records:
        if len(fields) != len(header):
            raise _error(file, line, "row", f"has {len(fields)} fields", f"{len(header)}, as in the header")
        given = dict(zip(header, fields, strict=True))
        try:
            row = model.model_validate(given).model_dump(by_alias=True)
        except ValidationError as broken:
            raise _explained(file, line, given, broken.errors()[0]) from None
        _check_source(table, line, row, columns, evidence)
        table.rows.append(row)
        table.lines.append(line)
    return table


def _explained(file, line, given, problem):
    column = str(problem["loc"][0])
    value, context = given[column], problem.get("ctx", {})
    if problem["type"] == "literal_error":
        expected = f"one of {context['expected']}"
        return _error(
            file, line, column, f"'{value}' is not known", expected, value, re.findall("'([^']*)'", context["expected"])
        )
    if problem["type"] == "value_error":
        return _error(file, line, column, f"{value} is too fine", str(context["error"]))
    if problem["type"] == "string_pattern_mismatch":
        form = (
            "an ISO 3166 alpha-3 code in capitals"
            if "A-Z" in context["pattern"]
            else "lower-case words joined by hyphens"
        )
        return _error(file, line, column, f"'{value}' has the wrong form", form)
    if not value:
        return _error(file, line, column, "is empty", "a value")
    return _error(
        file, line, column, f"'{value}' is refused", problem["msg"].removeprefix("Input should be ").split(",")[0]
    )


def _check_source(table, line, row, columns, evidence):
    keys = row["source"]
    for key in keys:
        if key == ASSUMPTION and len(keys) > 1:
            raise table.error(
                line,
                "source",
                "joins 'assumption' to a source",
                "the sources alone, with the assumed columns in 'assumed'",
            )
        if not (key == ASSUMPTION or SECTION.fullmatch(key) or key in evidence):
            expected = "an id of scenarios/evidence/evidence.csv, OHCHR2023:<section>, or assumption"
            raise table.error(
                line, "source", f"unknown key '{key}'", expected, key, [*evidence, ASSUMPTION, "OHCHR2023:I.hist"]
            )
    if keys == (ASSUMPTION,) and not row["assumed"]:
        raise table.error(line, "assumed", "is empty beside the source 'assumption'", "the columns that are assumed")
    for column in row["assumed"]:
        if column not in columns:
            raise table.error(
                line, "assumed", f"'{column}' is not a column", f"some of {', '.join(columns)}", column, columns
            )


# --- what must hold between tables -------------------------------------------------------------------


def _keyed(table, *columns):
    """The rows by their key, in file order; refuses a key that is there twice."""
    keyed, seen = {}, {}
    for line, row in table:
        key = tuple(row[column] for column in columns)
        if key in seen:
            raise table.error(
                line, columns[0], f"duplicate '{' / '.join(map(str, key))}' (line {seen[key]} has it too)", "each once"
            )
        seen[key] = line
        keyed[key if len(columns) > 1 else key[0]] = row
    return keyed


def _known(table, line, column, given, valid, expected):
    if given not in valid:
        raise table.error(line, column, f"unknown '{given}'", expected, given, valid)


def _check_places(table, states):
    numbers = ("protection", "landlords", "start_sites", "site_capacity", "start_people")
    for line, row in table:
        for name in ("iso3", "supplied_from", "cash_out_from"):
            _known(table, line, name, row[name], states, "an iso3 of states.csv")
        if row["host"] and row["kind"] in ("origin", "hub", "border_town"):
            raise table.error(line, "host", f"operations in a place of kind '{row['kind']}'", "0")
        for column in numbers:
            if not row["host"] and row[column]:
                raise table.error(line, column, f"{row[column]} where no operation may be", "0")
        if row["host"] and not row["site_capacity"]:
            raise table.error(line, "site_capacity", "0 where operations may be", "persons per typical compound")
        if row["host"] and not row["landlords"]:
            raise table.error(line, "landlords", "0 where operations may be", "at least one")
        room = row["start_sites"] * row["site_capacity"]
        if row["start_people"] > room:
            raise table.error(
                line, "start_people", f"{row['start_people']} persons", f"at most start_sites x site_capacity = {room}"
            )


def _check_states(table, places):
    hosts = {row["iso3"] for row in places.values() if row["host"]}
    for line, row in table:
        if row["destination"] != (row["iso3"] in hosts):
            raise table.error(
                line,
                "destination",
                f"{row['destination']} for {row['iso3']}",
                "1 where places.csv has a host place, else 0",
            )
        if row["non_punishment_scope"] and not row["non_punishment_provision"]:
            raise table.error(line, "non_punishment_scope", "a scope without a provision", "0")


def _check_origins(table, places_table, places, states):
    homes = {row["place"] for row in table.rows}
    for line, row in table:
        _known(table, line, "iso3", row["iso3"], states, "an iso3 of states.csv")
        _known(table, line, "place", row["place"], places, "an id of places.csv")
        place = places[row["place"]]
        if place["kind"] != "origin" or place["iso3"] != row["iso3"]:
            raise table.error(
                line,
                "place",
                f"'{row['place']}' is not a home of {row['iso3']}",
                f"a place of kind origin in {row['iso3']}",
            )
    for line, row in places_table:
        if row["kind"] == "origin" and row["id"] not in homes:
            raise places_table.error(
                line, "id", f"'{row['id']}' is the home of nobody", "a row in origins.csv for each place of kind origin"
            )


def _check_diaspora(table, places, origins):
    for line, row in table:
        _known(table, line, "nationality", row["nationality"], origins, "a nationality of origins.csv")
        _known(table, line, "place", row["place"], places, "an id of places.csv")
        if places[row["place"]]["iso3"] == row["nationality"]:
            raise table.error(line, "place", f"'{row['place']}' is in {row['nationality']} itself", "a place abroad")


def _check_routes(table, places):
    for line, row in table:
        for end in ("from", "to"):
            _known(table, line, end, row[end], places, "an id of places.csv")
        if row["from"] == row["to"]:
            raise table.error(line, "to", f"'{row['to']}' leads to itself", "another place")
        abroad = places[row["from"]]["iso3"] != places[row["to"]]["iso3"]
        if abroad and row["official"] and row["post"] is None:
            raise table.error(line, "post", "an official crossing without a post", "the number of its post")
        if not abroad and row["post"] is not None:
            raise table.error(line, "post", "a post inside one country", "empty")
        if row["lawful_per_week"] and not row["official"]:
            raise table.error(line, "lawful_per_week", "lawful travellers on an irregular route", "0")
    posts = {row["post"] for row in table.rows} - {None}
    for line, row in table:
        if row["post"] is not None and row["post"] > len(posts):
            raise table.error(
                line, "post", f"post {row['post']} of {len(posts)} posts", "posts numbered 1, 2, 3 ... without gaps"
            )


def _check_reach(graph, places_table, origins):
    """People get from every home to every place, and back."""
    for home in (row["place"] for row in origins.values()):
        out, back = nx.descendants(graph, home) | {home}, nx.ancestors(graph, home) | {home}
        for line, row in places_table:
            if row["id"] not in out:
                raise places_table.error(
                    line, "id", f"'{row['id']}' can't be reached from '{home}'", "a path in routes.csv"
                )
            if row["id"] not in back:
                raise places_table.error(
                    line, "id", f"no way from '{row['id']}' back to '{home}'", "a path in routes.csv"
                )


def _check_consulates(table, origins, states):
    hosts = [iso3 for iso3, row in states.items() if row["destination"]]
    for line, row in table:
        _known(table, line, "nationality", row["nationality"], origins, "a nationality of origins.csv")
        _known(table, line, "host", row["host"], hosts, "a destination state of states.csv")
        if row["nationality"] == row["host"]:
            raise table.error(line, "host", f"{row['host']} is the nationals' own state", "another state")
    there = {(row["nationality"], row["host"]) for row in table.rows}
    for nationality in origins:
        for host in hosts:
            if nationality != host and (nationality, host) not in there:
                line = table.lines[-1] + 1 if table.lines else 2
                expected = "one row for each nationality and destination state"
                raise table.error(line, "host", f"no row for {nationality} in {host}", expected)


def _check_lines(lines_table, fits, places, lines, origins):
    for line, row in lines_table:
        _known(lines_table, line, "home", row["home"], places, "an id of places.csv")
    for line, row in fits:
        _known(fits, line, "line", row["line"], lines, "a line of lines.csv")
        _known(fits, line, "nationality", row["nationality"], origins, "a nationality of origins.csv")


def _without(row, *columns):
    return {column: value for column, value in row.items() if column not in columns}


# --- the world ----------------------------------------------------------------------------------------


def load_world(folder=SHIPPED_WORLD):
    """Reads the world of `folder` (the shipped one by default) into a networkx MultiDiGraph.

    A node is a place (its attributes the other columns of `places.csv`), an edge a route (those of
    `routes.csv`; `post` is None where nobody watches). Rows are dicts of typed values, in file order; `source`
    and `assumed` are tuples. `graph.graph` holds `states` and `origins` (by ISO code), `diaspora` (a list),
    `consulates` (by nationality and host), `lines`, `fits` (by line and nationality), `hash` (SHA-256 over the bytes of
    the files, in order of their names).

    Raises WorldError for the first thing that is wrong, EvidenceError if the reports that rows cite can't be read.
    """
    folder = Path(folder)
    evidence = {*read_evidence()}
    tables = {file: _read_table(folder, file, evidence) for file in ROWS}
    places_table = tables["places.csv"]

    places = _keyed(places_table, "id")
    states = _keyed(tables["states.csv"], "iso3")
    origins = _keyed(tables["origins.csv"], "iso3")
    _keyed(tables["diaspora.csv"], "nationality", "place")
    consulates = _keyed(tables["consulates.csv"], "nationality", "host")
    lines = _keyed(tables["lines.csv"], "line")
    fits = _keyed(tables["fits.csv"], "line", "nationality")
    _keyed(tables["routes.csv"], "from", "to", "mode", "official")

    _check_places(places_table, states)
    _check_states(tables["states.csv"], places)
    _check_origins(tables["origins.csv"], places_table, places, states)
    _check_diaspora(tables["diaspora.csv"], places, origins)
    _check_routes(tables["routes.csv"], places)
    _check_consulates(tables["consulates.csv"], origins, states)

    _check_lines(tables["lines.csv"], tables["fits.csv"], places, lines, origins)

    bytes_in_order = b"".join((folder / file).read_bytes() for file in sorted(ROWS))
    graph = nx.MultiDiGraph(
        states=states,
        origins=origins,
        diaspora=tables["diaspora.csv"].rows,
        consulates=consulates,
        lines=lines,
        fits=fits,
        hash=hashlib.sha256(bytes_in_order).hexdigest(),
    )
    for id, place in places.items():
        graph.add_node(id, **_without(place, "id"))
    for route in tables["routes.csv"].rows:
        graph.add_edge(route["from"], route["to"], **_without(route, "from", "to"))
    _check_reach(graph, places_table, origins)
    return graph


@functools.cache
def world_graph():
    """The shipped world as a network (not to be changed), read once."""
    return load_world()
