"""Reports in the model's words: `targets.toml` maps rows of evidence to expected reports that a run hands back."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from experiments.design.expected_reports import REPORT_AGGREGATES, ExpectedReport
from model.registry.calendar import monday, week_of
from model.registry.outcomes import OUTCOMES
from model.run.observation import BY_SERIES, MONEY, SERIES
from scenarios.checking import check
from scenarios.errors import ScenarioError, Where
from scenarios.evidence.reports import UNCERTAINTY, EvidenceError, Row
from scenarios.toml_files import read_toml
from scenarios.world_files import world_graph

TARGETS = Path(__file__).parent / "targets.toml"
HOLDOUT = Path(__file__).parent / "holdout.toml"
MAIN = "main"  # the set of a file that has no sets
# The first words of the unit of a report on each tier; shares and orderings have none.
COUNTED = {
    "persons": ("persons", "cases", "complaints"),
    "sites": ("compounds", "sites"),
    "firms": ("centres", "operations", "firms"),
    "money": ("USD",),
}
TARGET_KINDS = ("count", "point", "at_least", "interval", "upper", "ordering", "multinomial")
LEVEL_KINDS = ("count", "point", "at_least", "interval", "upper")
ORDER = "order of magnitude"  # of a phrase such as billions: all of the order in which its number lies
BOUNDS = ("as reported", ORDER)
TIERS = tuple(dict.fromkeys(series.tier for series in SERIES))


@dataclass(frozen=True)
class Target:
    """One report in the model's words.

    `parts`: what is simulated: one expected report; two for a ratio (the first over the second) and for an ordering
    (the first is the larger); one a category for a multinomial. `low`, `high`: the reported number or its bounds, in
    the simulated unit, None where there is no bound. `reporting_error`: its sd of the log, the source's
    reliability in it. `family`: reports that stand or fall together; those `about` the same people (sites, firms,
    money) count once, those about different ones each. `earlier`: the report from which a naive forecast is made, times
    `per_earlier` (windows of another length; other units).

    Set by a calibration: `discrepancy`, sd of the log by which the model itself is off; `understatement`, alike likely
    means of the log by which an `at_least` is too low; `grain`, what one simulated agent adds to the simulated number.
    """

    id: str
    evidence: tuple[str, ...]
    kind: str
    parts: tuple[ExpectedReport, ...]
    low: float | None
    high: float | None
    counts: tuple[float, ...]
    reporting_error: float
    family: str
    tier: str
    sets: tuple[str, ...]
    says: str
    source: str
    earlier: tuple[str, ...] = ()
    per_earlier: float = 1.0
    about: str = ""
    discrepancy: float = 0.0
    understatement: tuple[float, ...] = (0.3,)
    grain: float = 0.0

    @property
    def of_level(self) -> bool:
        """Whether the report is of a level, which a shift moves; in a ratio or a share it cancels out."""
        return len(self.parts) == 1 and self.kind in LEVEL_KINDS

    @property
    def label(self) -> str:
        return f"{self.id} {self.says}"

    @property
    def unit(self) -> str:
        """The unit of an amount of money; empty for counts, and for a ratio, which has none."""
        return OUTCOMES["money_defrauded"].unit if self.tier == MONEY and len(self.parts) == 1 else ""


@dataclass(frozen=True)
class Targets:
    """A file of targets: `sets` are alternative views of conflicting sources.

    `unmapped` gives reasons by evidence id.
    """

    targets: tuple[Target, ...]
    sets: Mapping[str, str]
    unmapped: Mapping[str, str]

    def of_set(self, name: str) -> tuple[Target, ...]:
        """Return the targets of one set. Raises EvidenceError for an unknown one."""
        known = self.sets or (MAIN,)
        if name not in known:
            wanted = (
                f"one of {', '.join(known)}"
                if self.sets
                else f"none: the file of targets has no [sets], so that all are '{MAIN}'"
            )
            raise EvidenceError(str(Where("set").error(f"unknown '{name}'", wanted, name, known)))
        return tuple(target for target in self.targets if not target.sets or name in target.sets)


def expected_reports_of(targets: Sequence[Target]) -> tuple[ExpectedReport, ...]:
    """Return what a run has to hand back for `targets`, each once."""
    return tuple({part.name: part for target in targets for part in target.parts}.values())


def last_week(targets: Sequence[Target]) -> int:
    """Return the week before which a run may end."""
    return max(part.last for target in targets for part in target.parts)


# --- the file -----------------------------------------------------------------------------------------


def _text(meaning, **more):
    return {"type": "string", "minLength": 1, "description": meaning, **more}


def _list(item, **more):
    return {"type": "array", "minItems": 1, "items": item, **more}


def _schema(evidence: Mapping[str, Row], sets) -> dict:
    graph = world_graph()
    states = {iso3: row["name"] for iso3, row in graph.graph["states"].items()}
    places = {id: row["name"] for id, row in graph.nodes(data=True)} | states
    named = lambda what, names: {"type": "string", "enum": [*names], "description": what}  # noqa: E731
    date = {"type": "string", "format": "date", "description": "a date"}
    number = {"type": "number", "description": "a number", "minimum": 0}
    quantity = {
        "series": named("a series of model/run/observation.py", BY_SERIES),
        "places": _list(named("the id of a place or an ISO code", places) | {"x-aliases": places}),
        "nationalities": _list(named("an ISO code of a nationality", graph.graph["origins"])),
        "from": date,
        "to": date,
        "aggregate": named("how a window is summed up", REPORT_AGGREGATES),
    }
    part = {"type": "object", "properties": quantity, "required": [], "additionalProperties": False}
    target = quantity | {
        "evidence": {
            "description": "ids of evidence",
            "anyOf": [
                named("an id of the evidence file", evidence),
                _list(named("an id of the evidence file", evidence)),
            ],
        },
        "kind": named("how the report is read", TARGET_KINDS),
        "says": _text("what is reported, in words"),
        "family": _text("reports that stand or fall together"),
        "about": _text("whom or what of its family a report concerns: those about the same count once"),
        "bounds": named("where the bounds of an interval come from", BOUNDS),
        "tier": named("what one of a count is", TIERS),
        "sigma_log": number,
        "times": number,
        "over": part,
        "part": _list(part),
        "counts": _list(number),
        "sets": _list(named("a set of targets", sets)),
        "earlier": _list(named("an id of the evidence file", evidence)),
        "per_earlier": number,
        "note": _text("why it is mapped so"),
    }
    needed = ["evidence", "kind", "says", "family", "tier", "from", "to", "sigma_log"]
    keys = {
        "sets": {
            "type": "object",
            "properties": {name: _text("what the set holds") for name in sets},
            "required": [],
            "description": "sets of targets",
        },
        "target": _list(
            {"type": "object", "properties": target, "required": needed, "description": "keys of a target"}
        ),
        "unmapped": {
            "type": "object",
            "properties": {id: _text("why it is not used") for id in evidence},
            "required": [],
            "description": "ids of the evidence file",
        },
    }
    return {"type": "object", "properties": keys, "required": ["target"], "description": "keys of a file of targets"}


def read_targets(path: Path, evidence: Mapping[str, Row]) -> Targets:
    """Return the targets of a file. Raises EvidenceError with file, target and key."""
    where = Where(str(path))
    try:
        data = read_toml(path, "a file of targets, as calibration/targets/targets.toml is one")
        sets = data.get("sets", {})
        check(data, _schema(evidence, sets if isinstance(sets, dict) else {}), where)
        targets = tuple(
            _target(entry, evidence, where.at(f"target {n} ({entry['evidence']})"))
            for n, entry in enumerate(data["target"], start=1)
        )
    except ScenarioError as error:
        raise EvidenceError(str(error)) from None
    seen: set[str] = set()
    for target in targets:
        if target.id in seen:
            raise EvidenceError(f"{path}: a second target from {target.id}; expected each evidence id once")
        seen.add(target.id)
    return Targets(targets, dict(sets), data.get("unmapped", {}))


def _target(entry: dict, evidence: Mapping[str, Row], where: Where) -> Target:
    ids = entry["evidence"] if isinstance(entry["evidence"], list) else [entry["evidence"]]
    rows = [evidence[id] for id in ids]
    parts = _parts(entry, ids[0], where)
    kind = entry["kind"]
    if kind == "multinomial" and len(entry.get("counts", ())) != len(parts):
        raise where.at("counts").error("does not fit", f"one count for each of the {len(parts)} entries of 'part'")
    if kind == "multinomial" and not sum(entry["counts"]) > 0:
        raise where.at("counts").error("counts nobody", "one count above 0 at least")
    if kind == "ordering" and len(parts) != 2:
        raise where.at("over").error("is missing", "what the simulated number is to exceed")
    for part in parts:
        if BY_SERIES[part.series].tier != entry["tier"]:
            raise where.at("tier").error(
                f"'{entry['tier']}', and series '{part.series}' counts {BY_SERIES[part.series].tier}",
                "the same: firms are not sites, sites are not persons",
            )
    _check_rows(rows, kind, parts, entry["tier"], where)
    low, high = _bounds(kind, rows, entry.get("times", 1.0), entry.get("bounds") == ORDER, where)
    sigma = math.hypot(entry["sigma_log"], max(UNCERTAINTY[row.confidence] for row in rows))
    return Target(
        ids[0],
        tuple(ids),
        kind,
        parts,
        low,
        high,
        tuple(map(float, entry.get("counts", ()))),
        sigma,
        entry["family"],
        entry["tier"],
        tuple(entry.get("sets", ())),
        entry["says"],
        "; ".join(dict.fromkeys(row.source for row in rows)),
        tuple(entry.get("earlier", ())),
        entry.get("per_earlier", 1.0),
        entry.get("about", ""),
    )


def _check_rows(rows: Sequence[Row], kind: str, parts: Sequence[ExpectedReport], tier: str, where: Where):
    """Refuse a report of other years than its window, and one that counts something else than the tier."""
    first, last = (
        monday(week).year for week in (min(part.first for part in parts), max(part.last for part in parts) - 1)
    )
    for row in rows:
        years = [int(year) for year in re.findall(r"\b20\d\d\b", row.period)]
        if max(years) < first or last < min(years):
            raise where.at("from").error(
                f"the window is {first} to {last}, and row {row.id} is of {row.period}",
                "a window in the years of the report",
            )
        if (
            len(parts) == 1
            and kind not in ("ordering", "multinomial")
            and re.split(r"\W", row.unit)[0] not in COUNTED[tier]
        ):
            raise where.at("tier").error(
                f"'{tier}', and row {row.id} counts {row.unit}",
                f"a row whose unit begins with {' or '.join(COUNTED[tier])}",
            )


def _parts(entry, id, where) -> tuple[ExpectedReport, ...]:
    own = {key: entry[key] for key in ("series", "places", "nationalities", "from", "to", "aggregate") if key in entry}
    if "part" in entry:
        return tuple(
            _expected_report(f"{id}.{n}", own | part, where.at(f"part {n}"))
            for n, part in enumerate(entry["part"], start=1)
        )
    first = _expected_report(id, own, where)
    return (
        (first, _expected_report(f"{id}.over", own | entry["over"], where.at("over"))) if "over" in entry else (first,)
    )


def _expected_report(name, entry, where) -> ExpectedReport:
    if "series" not in entry:
        raise where.at("series").error("is missing", "a series of model/run/observation.py")
    series = BY_SERIES[entry["series"]]
    first, last = week_of(entry["from"]), week_of(entry["to"])
    if not first < last:
        raise where.at("to").error(f"{entry['to']} is not after 'from'", "at least one week")
    nationalities, places = tuple(entry.get("nationalities", ())), tuple(entry.get("places", ()))
    if nationalities and not series.by_nationality:
        able = ", ".join(s.name for s in SERIES if s.by_nationality)
        raise where.at("nationalities").error(f"series '{series.name}' has no nationalities", f"one of {able}")
    if nationalities and any(len(place) != 3 or not place.isupper() for place in places):
        raise where.at("places").error("a place", "ISO codes of States, where nationalities are given")
    aggregate = entry.get("aggregate", "mean" if series.level else "sum")
    if series.level and aggregate == "sum":
        raise where.at("aggregate").error("the sum of a level", "mean")
    return ExpectedReport(name, series.name, first, last, places, nationalities, aggregate)


def _bounds(kind, rows: Sequence[Row], times, whole_order, where) -> tuple[float | None, float | None]:
    if kind in ("ordering", "multinomial"):
        return None, None
    if kind == "count" and all(row.central is not None for row in rows):
        total = times * sum(row.central for row in rows)  # several rows are added up
        return total, total
    row = rows[0]
    low, central, high = (None if v is None else v * times for v in (row.low, row.central, row.high))
    if whole_order:
        if kind != "interval" or not (low or central):
            raise where.at("bounds").error(f"'{kind}', and row {row.id} holds {row.value}", "an interval, of a number")
        low = times * 10.0 ** math.floor(math.log10((low or central) / times))
        high = 10.0 * low
    middle = central if central is not None else math.sqrt(low * high) if low and high else low or high
    given = {
        "count": (middle, middle),
        "point": (middle, middle),
        "interval": (low, high),
        "at_least": (low, low),
        "upper": (None, high),
    }[kind]
    wanted = {"interval": (0, 1), "upper": (1,)}.get(kind, (0, 1))
    if any(given[k] is None or given[k] <= 0 for k in wanted):
        raise where.at("kind").error(
            f"'{kind}', and row {row.id} holds {row.value}", f"a kind that fits a {row.bound_type} above zero"
        )
    return given


def with_errors(targets: Sequence[Target], factor: float, families: Sequence[str]) -> tuple[Target, ...]:
    """Return the targets with the reporting error of some families multiplied."""
    return tuple(replace(t, reporting_error=t.reporting_error * factor) if t.family in families else t for t in targets)
