"""Quantities whose size a reader would check first: `levels.toml`, what is measured and what is reported of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from model.registry.calendar import week_of
from model.registry.outcomes import RECORDED, is_level
from scenarios.checking import check
from scenarios.errors import ScenarioError, Where
from scenarios.evidence.reports import UNCERTAINTY, EvidenceError, read_evidence
from scenarios.toml_files import read_toml
from scenarios.world_files import world_graph

LEVELS = Path(__file__).parent / "levels.toml"
STATE_OF_2023 = (date(2023, 1, 2), date(2023, 9, 4))  # the weeks of 2023 up to the briefing paper
FITTED, PUT_IN, LEFT = "fitted", "put in", "left to come out"
RECORDED_BY_NAME = {outcome.name: outcome for outcome in RECORDED}


@dataclass(frozen=True)
class Count:
    """What is counted: outcomes added up, at places (ids or ISO codes; none = everywhere).

    With `nationalities`, "men", "women" or "children" in `who`, or `nationals_of_place`: of the people held there
    when the window ends.
    """

    of: tuple[str, ...]
    places: tuple[str, ...] = ()
    nationalities: tuple[str, ...] = ()
    who: str = ""
    nationals_of_place: bool = False

    @property
    def of_people_there(self) -> bool:
        """Whether it is counted among people, at the window's end."""
        return bool(self.nationalities or self.who or self.nationals_of_place)


@dataclass(frozen=True)
class Level:
    """One quantity and what is reported of it.

    `count`, and `over` for a ratio, which is taken of sums over the window; alone, a stock is its weekly mean and a
    flow a year's. `times`: what the number is multiplied by, to be in `unit`. `low`, `high`: what is reported or, with
    `elicited`, what is held likely for the reason given there; None where there is no bound. `error`: sd of the log.
    """

    name: str
    unit: str
    count: Count
    over: Count | None
    first: int
    last: int
    times: float
    low: float | None
    high: float | None
    error: float
    evidence: tuple[str, ...]
    elicited: str
    role: str
    short: bool
    note: str


def _schema() -> dict:
    graph = world_graph()
    places = [*dict(graph.nodes), *graph.graph["states"]]

    def text(meaning, **more):
        return {"type": "string", "minLength": 1, "description": meaning, **more}

    def several(meaning, names):
        item = {"type": "string", "enum": [*names], "description": meaning}
        return {"type": "array", "minItems": 1, "items": item, "description": meaning}

    number = {"type": "number", "minimum": 0, "description": "a number"}
    count = {
        "of": several("an outcome of `displace list outcomes`", RECORDED_BY_NAME),
        "places": several("the id of a place or an ISO code", places),
        "nationalities": several("an ISO code of a nationality", graph.graph["origins"]),
        "who": text("whom of those there", enum=["men", "women", "children"]),
        "nationals_of_place": {"type": "boolean", "description": "only nationals of the state where they are held"},
    }
    over = {"type": "object", "properties": count, "required": ["of"], "description": "keys of what is divided by"}
    day = {"type": "string", "format": "date", "description": "a date"}
    keys = count | {
        "name": text("the quantity in words"),
        "unit": text("its unit"),
        "over": over,
        "from": day,
        "to": day,
        "times": number,
        "low": number,
        "high": number,
        "error": number,
        "evidence": several("an id of the evidence file", read_evidence()),
        "elicited": text("why the range is held likely where no source gives one"),
        "role": text("fitted, put in or left to come out", enum=[FITTED, PUT_IN, LEFT]),
        "short": {"type": "boolean", "description": "whether it stands in the report's first screen"},
        "note": text("how bounds follow from what is cited"),
    }
    level = {"type": "object", "properties": keys, "required": ["name", "unit", "of", "role"]}
    properties = {"level": {"type": "array", "minItems": 1, "items": level | {"description": "keys of a level"}}}
    return {"type": "object", "properties": properties, "required": ["level"], "description": "keys of levels"}


def read_levels(path: Path = LEVELS) -> tuple[Level, ...]:
    """Return the levels of a file. Raises EvidenceError with file, level and key."""
    where = Where(str(path))
    try:
        data = read_toml(path, "a file of levels, as calibration/levels/levels.toml is one")
        check(data, _schema(), where)
        levels = tuple(_level(entry, where.at(f"level '{entry['name']}'")) for entry in data["level"])
        names = [level.name for level in levels]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise where.at(f"level '{twice}'").error("stands twice", "each name once")
    except ScenarioError as error:
        raise EvidenceError(str(error)) from None
    return levels


def _level(entry: dict, where: Where) -> Level:
    first, last = (entry.get(key, day) for key, day in zip(("from", "to"), STATE_OF_2023))
    if not week_of(first) < week_of(last):
        raise where.at("to").error(f"{last} is not after 'from'", "at least one week")
    low, high = entry.get("low"), entry.get("high")
    if low is None and high is None:
        raise where.at("low").error("is missing, and so is 'high'", "one of them at least")
    if low is not None and high is not None and low > high:
        raise where.at("low").error(f"{low:g} is above 'high'", f"at most {high:g}")
    evidence, elicited = tuple(entry.get("evidence", ())), entry.get("elicited", "")
    if not evidence and not elicited:
        raise where.at("evidence").error("is missing", "rows of evidence, or in 'elicited' why the range is likely")
    rows = read_evidence()
    blind = next((id for id in evidence if rows[id].use in ("holdout", "unused")), None)
    if blind:
        raise where.at("evidence").error(f"row {blind} is {rows[blind].use}", "rows that may be shown")
    count = _count(entry, where)
    over = _count(entry["over"], where.at("over")) if "over" in entry else None
    if over and count.of_people_there != over.of_people_there:
        over = Count(over.of, over.places, over.nationalities, over.who or "everybody", over.nationals_of_place)
    doubt = max((UNCERTAINTY[rows[id].confidence] for id in evidence), default=0.0)
    return Level(
        entry["name"], entry["unit"], count, over, week_of(first), week_of(last), entry.get("times", 1.0), low, high,
        (entry.get("error", 0.0) ** 2 + doubt**2) ** 0.5, evidence, elicited, entry["role"],
        entry.get("short", False), entry.get("note", ""),
    )  # fmt: skip


def _count(entry: dict, where: Where) -> Count:
    several = ("of", "places", "nationalities")
    made = Count(
        *(tuple(entry.get(key, ())) for key in several), entry.get("who", ""), entry.get("nationals_of_place", False)
    )
    if made.of_people_there and made.of != ("people_held",):
        raise where.at("of").error("is not known by nationality, sex or age at places", "people_held")
    if len({is_level(RECORDED_BY_NAME[name]) for name in made.of}) > 1:
        raise where.at("of").error("adds stocks and flows", "either stocks or flows")
    return made


def last_week(levels: Sequence[Level]) -> int:
    """Return the week before which a run may end."""
    return max(level.last for level in levels)
