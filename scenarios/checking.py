"""Data checked against a JSON Schema: the first thing that breaks it is refused, with the nearest valid name.

`check` knows the keywords that the schemas of this project use, and no others.
"""

import math
import unicodedata
from datetime import date, datetime

from model.registry.calendar import WEEKS, monday

FIRST_DAY, LAST_DAY = monday(0), monday(WEEKS - 1)


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
            if unseen := next((letter for letter in value if is_unseen(letter)), ""):
                raise where.error(f"holds {_name_of(unseen)}", "one line of text without control characters")
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


def is_unseen(letter):
    """Say whether a letter breaks lines, or moves the cursor or the direction of what is printed around it."""
    turns = unicodedata.bidirectional(letter) in ("LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI")
    return turns or unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")


def _name_of(letter):
    return {"\n": "a line break", "\t": "a tab"}.get(letter, f"the control character U+{ord(letter):04X}")


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
            return isinstance(value, {"array": list, "object": dict, "boolean": bool}[kind])


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
