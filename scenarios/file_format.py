"""What a scenario file may say, declared once: a JSON Schema that editors complete from and the loader checks with.

The names in it come from the registries of `model/` and from the world's data, so nothing is listed here twice.
"""

import math
import re
import unicodedata

from model.registry import institutions, levers, outcomes
from model.registry.calendar import WEEKS
from model.registry.lever import MODES, PEOPLE_SCOPE
from model.registry.parameters import PARAMETERS

from .world_files import Place, load_world

NAME_PATTERN = "^[a-z0-9-]+$"
PEOPLE_CHOICES = {"sex": ("male", "female"), "age": ("child", "adult")}
WORLD_COLUMNS = (
    "control", "protection", "infrastructure", "landlords", "start_people", "start_sites", "site_capacity", "host"
)  # fmt: skip


def as_name(text):
    """Return the name that is most like `text`: lower-case, without accents, hyphens for what can't be in a name."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def is_no_name(text, where, ending=""):
    """Return the error that `text` can't name an arm, with the name that is most like it; `ending` is a file's."""
    near = as_name(text)
    hint = f", such as '{near}{ending}'" if near else ""
    return where.error(f"'{text}{ending}' can't name an arm", f"lower-case letters, digits and hyphens{hint}")


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
    return {
        p.name: _name(p.meaning, p.choices) if p.choices else _number(f"{p.meaning} ({p.unit})", p.low, p.high)
        for p in PARAMETERS.values()
    }


def scenario_schema(world, fragment=False):
    """Return the JSON Schema of a scenario file on `world` (a graph of `world_files.load_world`).

    A fragment, which other files extend, needs no title and no question. Parameters stand under their full names.
    """
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
        lever=_name("a lever of `displace list levers`", [lever.name for lever in levers.LEVERS.values()]),
        strength=_number("0 = as now, 1 = what a committed state could plausibly reach in 24 months"),
        announced=_date("first week in which it is known; none = when it starts"),
        nationalities=_some(
            _name("an ISO code of a nationality", {n: state_names[n] for n in world.graph["origins"]}), uniqueItems=True
        ),
        **{key: _name(f"only people of this {key}", choices) for key, choices in PEOPLE_CHOICES.items()},
        pauses=_some(
            _table(["from", "to"], **{"from": _date("first week of the pause"), "to": _date("first week after it")})
        ),
        when=trigger | {"description": "start only when this holds, at the earliest at `start`"},
        **period,
    )
    policy["allOf"] = [_allowed(lever) for lever in levers.LEVERS.values()]
    shock = _table(
        ["name", "moves", "mode", "value", "start"],
        name=_text("what happened, in words"),
        moves=_name(
            "an institution of `displace list institutions`", [i.name for i in institutions.INSTITUTIONS.values()]
        ),
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
    parent = _text("the name of a file to build on", pattern=NAME_PATTERN)
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
    refused = {key: False for key in PEOPLE_SCOPE if key not in lever.scope}
    return {
        "if": {"properties": {"lever": {"const": lever.name}}, "required": ["lever"]},
        "then": {"properties": {"strength": {"minimum": 0, "maximum": lever.maximum}} | refused},
    }


def json_schema(fragment=False):
    """Return the JSON Schema (draft 2020-12) of a scenario file on the shipped world, for editors.

    `fragment`: of a file that others only extend, which needs no title and no question, such as those in `parts/`.
    In TOML a dotted name is a table in a table: `crackdown.raids = 30` is key `raids` of table `crackdown`.
    """
    schema = scenario_schema(load_world(), fragment)
    parameters = _table() | {"description": "parameters and the strengths of levers' channels"}
    for name, value in schema["properties"]["parameters"]["properties"].items():
        *outer, last = name.split(".")
        inside = parameters
        for key in outer:
            inside = inside["properties"].setdefault(key, _table())
        inside["properties"][last] = value
    schema["properties"]["parameters"] = parameters
    title = "displace part of a scenario" if fragment else "displace scenario"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title} | schema
