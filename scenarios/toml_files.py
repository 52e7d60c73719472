"""TOML files: read as data, with messages that say which line is wrong and what was expected; and data as TOML."""

import json
import os
import re
import tomllib
from datetime import date
from pathlib import Path

from .errors import ScenarioError, Where
from .plain_text import is_printable, printable

SUCH_AS = "TOML such as start = 2025-01-06"
# The most that a file may ask of its reader; those that people write come nowhere near.
MOST_BYTES, MOST_LETTERS_A_LINE, MOST_DEPTH, MOST_NUMBER = 2**20, 4_000, 20, 2**53


def label(path):
    """The path as messages show it: short where it lies below the current folder."""
    path = Path(os.path.abspath(path))
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def read_toml(path, wanted="a scenario file in TOML"):
    """Return what a file holds. Raises ScenarioError; `wanted` is what the file should be."""
    where = Where(label(path))
    try:
        with open(path, "rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as broken:
        raise where.error(f"can't be read ({broken.strerror.lower()})", wanted) from None
    except ValueError:  # no path of any system, as one that holds a NUL
        raise where.error("can't be read (no such path)", wanted) from None
    return parsed(content, where)


def parsed(content, where):
    """Return what the bytes of a TOML file say. Raises ScenarioError.

    Refused is also what is TOML but would cost its reader hours or gigabytes (long lines, deep nesting, numbers of
    thousands of digits), and text that holds control characters, which a terminal would obey.
    """
    if len(content) > MOST_BYTES:
        raise where.error("is too large", f"a file of at most {MOST_BYTES:,} bytes")
    text = ""
    try:
        text = content.decode("utf-8-sig")
        for number, line in enumerate(text.split("\n"), start=1):
            if len(line) > MOST_LETTERS_A_LINE:
                raise where.at(f"line {number}").error("is too long", f"at most {MOST_LETTERS_A_LINE:,} letters a line")
        data = tomllib.loads(text)
    except UnicodeDecodeError as broken:
        line = broken.object[: broken.start].count(b"\n") + 1
        raise where.at(f"line {line}").error("holds bytes that are not UTF-8 text", "TOML in UTF-8") from None
    except tomllib.TOMLDecodeError as broken:
        what, place = re.fullmatch(r"(.*?)(?: \(at (.*)\))?", str(broken), re.DOTALL).groups()
        line = re.match(r"line (\d+)", place or "")
        quoted = printable(text.split("\n")[int(line[1]) - 1].strip()) if line else ""
        raise where.at(place or "file").error(*_wrong(what, quoted)) from None
    except ScenarioError:
        raise
    except ValueError:
        raise where.error("holds a number of thousands of digits", f"numbers of at most {MOST_NUMBER:,}") from None
    except RecursionError:
        raise where.error("is nested too deeply", f"tables and lists at most {MOST_DEPTH} deep") from None
    _refuse_excess(data, where)
    return data


def _refuse_excess(data, where):
    """Raise ScenarioError at what is nested too deeply, too large a number, or text with control characters."""
    waiting = [(where, data)]
    while waiting:
        place, value = waiting.pop()
        if len(place.keys) - len(where.keys) > MOST_DEPTH:
            raise where.at(place.keys[len(where.keys)]).error(
                "is nested too deeply", f"tables and lists at most {MOST_DEPTH} deep"
            )
        match value:
            case dict():
                for key, item in value.items():
                    if not is_printable(key):
                        raise place.at(printable(key)).error("is a key with a control character", "plain text")
                    waiting.append((place.at(key), item))
            case list():
                waiting += [(place.at(f"entry {number}"), item) for number, item in enumerate(value, start=1)]
            case str() if not is_printable(value):
                raise place.error(f"'{printable(value)}' holds a control character", "plain text")
            case int() if abs(value) > MOST_NUMBER:
                raise place.error("is too large", f"a number of at most {MOST_NUMBER:,}")


def _wrong(what, quoted):
    """Return what is wrong in a line, and what was expected."""
    for found in re.findall(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{4}", quoted):
        if not _is_date(found):
            return f"{found} is no date, in `{quoted}`", "year-month-day in digits, such as 2025-01-06"
    table = re.match(r"^\[\s*(policy|shock|world|arm|arm\s*\.\s*part)\s*\]", quoted)
    if table:
        return f"a second table, in `{quoted}`", f"two brackets for each entry, [[{table[1]}]]"
    return what[0].lower() + what[1:] + (f", in `{quoted}`" if quoted else ""), SUCH_AS


def _is_date(text):
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def flat(table, where, prefix=""):
    """Return {'a': {'b': 1}} and {'a.b': 1} both as {'a.b': 1}. Raises ScenarioError at `where` if a key is twice."""
    found = {}
    for key, value in table.items():
        inside = flat(value, where, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
        for name in inside:
            if name in found:
                raise where.at(name).error("is there twice, with quotes and without", "each key once")
        found |= inside
    return found


def to_toml(data):
    """Return `data`, shaped as a scenario file is read, as TOML text with one key a line."""
    plain, tables, arrays = [], [], []
    for key, value in data.items():
        if isinstance(value, dict):
            pairs = [f"{_key(name)} = {_value(item)}" for name, item in flat(value, Where(key)).items()]
            tables.append("\n".join([f"[{_key(key)}]", *pairs]))
        elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            for entry in value:
                arrays.append(
                    "\n".join([f"[[{_key(key)}]]", *(f"{_key(name)} = {_value(item)}" for name, item in entry.items())])
                )
        else:
            plain.append(f"{_key(key)} = {_value(value)}")
    return "\n\n".join(["\n".join(plain), *tables, *arrays]).strip() + "\n"


def _key(name):
    return ".".join(part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else _value(part) for part in name.split("."))


def _value(value):
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case dict():
            return "{" + ", ".join(f"{_key(name)} = {_value(item)}" for name, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_value, value)) + "]"
    return str(value)  # numbers as Python writes them, dates as ISO 8601
