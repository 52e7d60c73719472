"""TOML files as data, with messages that say which line is wrong and what was expected there."""

import os
import re
import tomllib
from datetime import date
from pathlib import Path

from .schema import Where

SUCH_AS = "TOML such as start = 2025-01-06"


def label(path):
    """The path as messages show it: short where it lies below the current folder."""
    path = Path(os.path.abspath(path))
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def read_toml(path, wanted="a scenario file in TOML"):
    """Return what a file holds. Raises ScenarioError; `wanted` is what the file should be."""
    where, text = Where(label(path)), ""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return tomllib.loads(text)
    except OSError as broken:
        raise where.error(f"can't be read ({broken.strerror.lower()})", wanted) from None
    except UnicodeDecodeError as broken:
        line = broken.object[: broken.start].count(b"\n") + 1
        raise where.at(f"line {line}").error("holds bytes that are not UTF-8 text", "TOML in UTF-8") from None
    except tomllib.TOMLDecodeError as broken:
        what, place = re.fullmatch(r"(.*?)(?: \(at (.*)\))?", str(broken), re.DOTALL).groups()
        line = re.match(r"line (\d+)", place or "")
        quoted = text.split("\n")[int(line[1]) - 1].strip() if line else ""
        raise where.at(place or "file").error(*_wrong(what, quoted)) from None


def _wrong(what, quoted):
    """Return what is wrong in a line, and what was expected."""
    for found in re.findall(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{4}", quoted):
        if not _is_date(found):
            return f"{found} is no date, in `{quoted}`", "year-month-day in digits, such as 2025-01-06"
    return what[0].lower() + what[1:] + (f", in `{quoted}`" if quoted else ""), SUCH_AS


def _is_date(text):
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False
