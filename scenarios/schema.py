"""What a scenario file may say, declared once: a JSON Schema that editors complete from and that the loader checks with.

The names in it come from the registries of `model/` and from the world's data, so nothing is listed here twice.
`check` knows the keywords that the schema uses and refuses the first thing that breaks one, with the nearest valid name.
"""

import difflib
import math
from datetime import date, datetime

from model.registry import institutions, levers, outcomes
from model.registry.calendar import WEEKS, monday
from model.registry.lever import MODES

FIRST_DAY, LAST_DAY = monday(0), monday(WEEKS - 1)
NAME = "^[a-z0-9-]+$"
PEOPLE = {"sex": ("male", "female"), "age": ("child", "adult")}
SCOPE = ("states", "places", "nationalities", *PEOPLE)
WORLD_COLUMNS = ("control", "protection", "infrastructure", "start_people", "start_sites", "site_capacity", "host")


class ScenarioError(ValueError):
    """A scenario that can't be used. The message: `<file>: <key or entry>: <what is wrong>; expected <what>`."""


class Where:
    """A file and a key in it, to say where something is wrong."""

    def __init__(self, file, *keys):
        self.file, self.keys = file, keys

    def __str__(self):
        return ": ".join([self.file, *([" . ".join(self.keys)] if self.keys else [])])

    def at(self, *keys):
        return Where(self.file, *self.keys, *keys)

    def entry(self, number, content):
        """Return the place of an entry of this array of tables, by number and by what it is about."""
        about = [content[key] for key in ("lever", "name", "place") if isinstance(content.get(key), str)]
        *outer, key = self.keys
        return Where(self.file, *outer, f"{key} {number} ({about[0]})" if about else f"{key} {number}")

    def error(self, wrong, expected, given=None, valid=()):
        """Return the error; with `given`, it suggests the nearest of `valid` (names, or a dict of names and their aliases)."""
        near = nearest(given, valid)
        return ScenarioError(f"{self}: {wrong}; expected {expected}" + (f" (did you mean '{near}'?)" if near else ""))


def nearest(given, valid):
    """Return the name in `valid` that begins with `given` or is most like it, by itself or by its alias, or None."""
    aliases = {name.lower(): name for name in valid}
    if isinstance(valid, dict):
        aliases = {alias.lower(): name for name, alias in valid.items() if isinstance(alias, str)} | aliases
    if given is None:
        return None
    given = str(given).lower()
    found = [alias for alias in aliases if len(given) > 2 and alias.startswith(given)]
    found = found or difflib.get_close_matches(given, aliases, n=1, cutoff=0.6)
    return aliases[found[0]] if found else None


# --- the schema -------------------------------------------------------------------------------------


def _text(meaning, **more):
    return {"type": "string", "minLength": 1, "description": meaning, **more}


def _date(meaning):
    return {"type": "string", "format": "date", "description": meaning}


def _number(meaning, low=None, high=None, kind="number"):
    bounds = {"minimum": low, "maximum": high}
    return {"type": kind, "description": meaning} | {
        k: v for k, v in bounds.items() if v is not None and math.isfinite(v)
    }


def _name(what, names):
    """One of `names`; a dict gives each an alias that is understood in suggestions."""
    aliases = {"x-aliases": names} if isinstance(names, dict) else {}
    return {"type": "string", "enum": [*names], "description": what, **aliases}


def _some(item, **more):
    return {"type": "array", "minItems": 1, "items": item, **more}


def _table(required=(), **keys):
    return {"type": "object", "properties": keys, "required": [*required], "additionalProperties": False}


def _parameters():
    from model.registry.parameters import PARAMETERS

    return {
        p.name: _name(p.meaning, p.choices) if p.choices else _number(f"{p.meaning} ({p.unit})", p.low, p.high)
        for p in PARAMETERS
    }


def scenario_schema(world, fragment=False):
    """Return the JSON Schema of a scenario file on `world` (a graph of `world_files.load_world`).

    A fragment, which other files extend, needs no title and no question. Parameters stand under their full names.
    """
    from .world_files import Place

    state_names = {iso3: row["name"] for iso3, row in world.graph["states"].items()}
    place_names = {id: row["name"] for id, row in world.nodes(data=True)}
    columns = Place.model_json_schema()["properties"]
    states = _some(_name("an ISO code of `displace list states`", state_names), uniqueItems=True)
    places = _some(_name("an id of `displace list places`", place_names), uniqueItems=True)
    period = {
        "start": _date("first week in which it acts"),
        "end": _date("first week in which it no longer acts; none = to the end"),
        "ramp_weeks": _number("weeks over which it builds up", 0, WEEKS, "integer"),
        "states": states,
        "places": places,
    }
    trigger = _table(
        ["outcome"],
        outcome=_name("an outcome of `displace list outcomes`", [o.name for o in outcomes.RECORDED]),
        above=_number("start when the outcome is above this", 0),
        below=_number("start when the outcome is below this", 0),
        weeks=_number("for so many weeks on end", 1, WEEKS, "integer"),
        places=_some(
            _name("an id of `displace list places` or an ISO code", place_names | state_names), uniqueItems=True
        ),
    )
    trigger["oneOf"] = [{"required": ["above"]}, {"required": ["below"]}]
    policy = _table(
        ["lever", "start", "strength"],
        lever=_name("a lever of `displace list levers`", [lever.name for lever in levers.LEVERS]),
        strength=_number("0 = as now, 1 = what a committed state could plausibly reach in 24 months"),
        announced=_date("first week in which it is known; none = when it starts"),
        nationalities=_some(
            _name("an ISO code of a nationality", {n: state_names[n] for n in world.graph["origins"]}), uniqueItems=True
        ),
        **{key: _name(f"only people of this {key}", choices) for key, choices in PEOPLE.items()},
        pauses=_some(
            _table(["from", "to"], **{"from": _date("first week of the pause"), "to": _date("first week after it")})
        ),
        when=trigger | {"description": "start only when this holds, at the earliest at `start`"},
        **period,
    )
    policy["allOf"] = [_allowed(lever) for lever in levers.LEVERS]
    shock = _table(
        ["name", "moves", "mode", "value", "start"],
        name=_text("what happened, in words"),
        moves=_name("an institution of `displace list institutions`", [i.name for i in institutions.INSTITUTIONS]),
        mode=_name("how it moves", MODES),
        value=_number("how far"),
        source=_text("keys of scenarios/evidence/evidence.csv, sections of the paper, or assumption"),
        **period,
    )
    change = _table(
        ["place", "set"],
        place=_name("the id of a place", place_names),
        set=_table(**{c: columns[c] for c in WORLD_COLUMNS}),
    )
    parent = _text("the name of a file to build on", pattern=NAME)
    return _table(
        [] if fragment else ["title", "question"],
        title=_text("the arm's name in tables"),
        question=_text("the question that this scenario answers, in one sentence"),
        extends={"description": "one or several files to build on", "anyOf": [parent, _some(parent, uniqueItems=True)]},
        run=_table(end=_date("the last week to simulate")),
        parameters=_table(**_parameters()) | {"description": "the name of a parameter or of a lever's channel"},
        policy=_some(policy),
        shock=_some(shock),
        world=_some(change),
    )


def _allowed(lever):
    """What one lever allows, for editors; the loader says it in words."""
    refused = {key: False for key in SCOPE if key not in lever.scope}
    return {
        "if": {"properties": {"lever": {"const": lever.name}}, "required": ["lever"]},
        "then": {"properties": {"strength": {"minimum": 0, "maximum": lever.maximum}} | refused},
    }


def json_schema():
    """Return the JSON Schema (draft 2020-12) of a scenario file on the shipped world, for editors.

    In TOML a dotted name is a table in a table: `crackdown.raids = 30` is key `raids` of table `crackdown`.
    """
    from .world_files import load_world

    schema = scenario_schema(load_world())
    parameters = _table() | {"description": "parameters and the strengths of levers' channels"}
    for name, value in schema["properties"]["parameters"]["properties"].items():
        *outer, last = name.split(".")
        inside = parameters
        for key in outer:
            inside = inside["properties"].setdefault(key, _table())
        inside["properties"][last] = value
    schema["properties"]["parameters"] = parameters
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "displace scenario"} | schema


# --- checking -----------------------------------------------------------------------------------------


def check(value, schema, where):
    """Raise ScenarioError for the first thing in `value` that `schema` refuses; `where` is its place."""
    if "anyOf" in schema:
        one, several = schema["anyOf"]
        schema = several if isinstance(value, list) else one
    if not _has_type(value, schema):
        if isinstance(value, dict) and _are_tables(schema):
            raise where.error("is one table", f"two brackets for each entry, [[{where.keys[-1]}]]")
        raise where.error(
            _shown(value) + (" is text" if isinstance(value, str) else " has the wrong type"), expected(schema)
        )
    if "enum" in schema and value not in schema["enum"]:
        raise where.error(f"unknown '{value}'", expected(schema), value, schema.get("x-aliases", schema["enum"]))
    low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    match value:
        case dict():
            _check_table(value, schema, where)
        case list():
            if len(value) < (least := schema.get("minItems", 0)):
                raise where.error(
                    f"has only {len(value)}" if value else "is empty",
                    "at least one, or no such key" if least == 1 else f"at least {least}",
                )
            for number, item in enumerate(value, start=1):
                if schema.get("uniqueItems") and item in value[: number - 1]:
                    raise where.error(f"{_shown(item)} is there twice", "each once")
                check(item, schema["items"], where.entry(number, item) if isinstance(item, dict) else where)
        case str():
            if not value.strip():
                raise where.error("is empty", expected(schema))
            if "pattern" in schema and not set(value) <= set("abcdefghijklmnopqrstuvwxyz0123456789-"):
                raise where.error(
                    f"'{value}' is no name", "lower-case letters, digits and hyphens (a name, not a path)"
                )
        case date():
            if not FIRST_DAY <= value <= LAST_DAY:
                raise where.error(f"{value} is outside the calendar", expected(schema))
        case int() | float():
            if not (math.isfinite(value) and low <= value <= high):
                raise where.error(f"{value} is out of range", expected(schema))


def _check_table(value, schema, where):
    keys = schema["properties"]
    for key in value:
        if key not in keys:
            listed = ", ".join(keys) if len(keys) <= 20 else schema["description"]
            raise where.at(key).error("unknown key", listed, key, [*keys])
    for key in schema["required"]:
        if key not in value:
            raise where.at(key).error("is missing", expected(keys[key]))
    for key, item in value.items():
        check(item, keys[key], where.at(key))


def _has_type(value, schema):
    match schema["type"]:
        case "string" if schema.get("format") == "date":
            return isinstance(value, date) and not isinstance(value, datetime)
        case "string":
            return isinstance(value, str)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case kind:
            return isinstance(value, {"array": list, "object": dict}[kind])


def _are_tables(schema):
    return schema.get("type") == "array" and schema["items"].get("type") == "object"


def _shown(value):
    match value:
        case str():
            return f"'{value}'"
        case bool():
            return str(value).lower()
        case dict() | list():
            return "a table" if isinstance(value, dict) else "a list"
    return str(value)


def expected(schema):
    """Say in words what `schema` asks for."""
    low, high = schema.get("minimum"), schema.get("maximum")
    kind = {"number": "a number", "integer": "a whole number"}.get(schema.get("type"))
    if schema.get("format") == "date":
        return f"a date without quotes from {FIRST_DAY} to {LAST_DAY}"
    if "enum" in schema:
        few = len(schema["enum"]) <= 8
        return "one of " + ", ".join(schema["enum"]) if few else schema["description"]
    if kind and low is not None:
        return f"{kind} from {low:,.15g} to {high:,.15g}" if high is not None else f"{kind} of at least {low:,.15g}"
    if kind:
        return kind
    if schema.get("type") == "array":
        return "an array of tables" if _are_tables(schema) else f"a list, each {expected(schema['items'])}"
    return "a table" if schema.get("type") == "object" else f"text: {schema.get('description', 'not empty')}"
