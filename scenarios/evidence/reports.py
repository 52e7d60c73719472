"""The reported estimates: `evidence.csv`, one row a report, checked as it is read."""

import csv
import re
import sys
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

EVIDENCE_FILE = Path(__file__).parent / "evidence.csv"
USES = {
    "fit": "a target of the fit",
    "prior": "behind the prior of a parameter, or free to stand behind one",
    "initial": "the world as it stands at the start",
    "input": "put in: an event of the history or a column of the world",
    "pattern": "judged as a pattern",
    "seen": "shown beside what the draws hold, or kept for a fit that is not made yet; never scored as blind",
    "holdout": "shapes nothing: predicted, and scored as blind",
    "unused": "shapes nothing and is not scored, for the reason in `why`",
}
UNCERTAINTY = {"high": 0.0, "medium": 0.15, "low": 0.4}  # assumption: sd of the log, added for a source's reliability
MOST_LETTERS = 10_000  # of a field
MOST_SHOWN = 80  # letters of a field that a message repeats


class EvidenceError(ValueError):
    """Reported estimates or their mapping that can't be used. The message: `<file>: <row and key>: <what is wrong>`."""


class Row(BaseModel):
    """One report. `low`, `central`, `high` in `unit`; which of them are given follows from `bound_type`.

    `use` is one of `USES`; `why` says why the row has no other use: a must where the use is `unused`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[A-Z]{1,3}\d{3}$", description="letters and three digits")
    quantity: str = Field(min_length=1)
    place: str = Field(min_length=1)
    period: str
    low: float | None = Field(allow_inf_nan=False)
    central: float | None = Field(allow_inf_nan=False)
    high: float | None = Field(allow_inf_nan=False)
    unit: str = Field(min_length=1)
    bound_type: Literal["point", "interval", "lower_bound", "upper_bound", "ordinal"]
    use: Literal["fit", "prior", "initial", "input", "pattern", "seen", "holdout", "unused"]
    why: str = ""
    source: str = Field(min_length=1)
    source_key: str = Field(min_length=1)
    confidence: Literal["high", "medium", "low"]
    note: str

    @field_validator("low", "central", "high", mode="before")
    @classmethod
    def _empty_is_none(cls, value):
        return None if value == "" else value

    @field_validator("period")
    @classmethod
    def _begins_with_a_year(cls, value):
        if not re.match(r"(19|20)\d\d(?!\d)", value):
            raise ValueError("does not begin with a year, such as 2023, 2023-06 or 2021-2023")
        return value

    @model_validator(mode="after")
    def _bounds_agree(self):
        known = [v for v in (self.low, self.central, self.high) if v is not None]
        if known != sorted(known):
            raise ValueError("low, central and high are not in this order")
        needed = {"point": self.central, "lower_bound": self.low, "upper_bound": self.high}
        if self.bound_type in needed and needed[self.bound_type] is None:
            raise ValueError(f"a {self.bound_type} without its number")
        if self.bound_type == "interval" and (self.low is None or self.high is None):
            raise ValueError("an interval without both ends")
        if self.use == "unused" and not self.why:
            raise ValueError("an unused row without the reason in 'why'")
        return self

    @property
    def value(self) -> str:
        """The number, as text: 120,000 or more; 80,000 to 100,000; 301; of a year 2016."""
        low, central, high = (
            None if v is None else f"{v:g}" if self.unit == "year" else f"{v:,g}"
            for v in (self.low, self.central, self.high)
        )
        match self.bound_type:
            case "ordinal":
                return "direction only"
            case "lower_bound":
                return f"{low} or more"
            case "upper_bound":
                return f"{high} at most"
            case "interval":
                return f"{low} to {high}"
        return central

    @property
    def amount(self) -> str:
        """The number with its unit: 120,000 or more persons; 0.558 (168 of 301)."""
        if self.bound_type == "ordinal":
            return self.value
        apart = (
            self.unit == "year" or self.unit.startswith("share") or self.unit[0].isdigit()
        )  # what does not read on from a number
        return f"{self.value} ({self.unit})" if apart else f"{self.value} {self.unit}"


def read_evidence(path: Path = EVIDENCE_FILE) -> dict[str, Row]:
    """Return the rows of a file of reports by id, in its order. Raises EvidenceError."""
    rows: dict[str, Row] = {}
    usual = csv.field_size_limit(sys.maxsize)  # a field that is too long is refused with its column
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            _check_columns(path, reader.fieldnames or ())
            for line in reader:
                number = reader.line_num
                if None in line or None in line.values():
                    which = "more" if None in line else "fewer"
                    raise EvidenceError(
                        f"{path}: line {number} ({_short(line['id'] or '')}): has {which} fields than columns; "
                        f"expected {len(reader.fieldnames)}, with quotes around any text with a comma"
                    )
                row = _row(path, number, line)
                if row.id in rows:
                    raise EvidenceError(f"{path}: line {number}: a second row '{row.id}'; expected each id once")
                rows[row.id] = row
    except csv.Error as error:
        raise EvidenceError(f"{path}: line {reader.reader.line_num}: {error}; expected a CSV file") from None
    except OSError as error:
        raise EvidenceError(
            f"{path}: can't be read ({error.strerror.lower()}); expected a CSV file of reported estimates"
        ) from None
    except UnicodeDecodeError:
        raise EvidenceError(f"{path}: holds bytes that are not UTF-8 text; expected a CSV file in UTF-8") from None
    finally:
        csv.field_size_limit(usual)
    return rows


def _check_columns(path, names):
    known, wanted = [*Row.model_fields], {n for n, f in Row.model_fields.items() if f.is_required()}
    if missing := sorted(wanted - set(names)):
        raise EvidenceError(f"{path}: columns {', '.join(missing)} are missing; expected {', '.join(known)}")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise EvidenceError(f"{path}: line 1: columns {', '.join(twice)} are there twice; expected each column once")


def _row(path, number, line) -> Row:
    for key, text in line.items():
        if len(text) > MOST_LETTERS:
            raise EvidenceError(
                f"{path}: line {number} ({_short(line['id'])}): {key}: has {len(text):,} letters; expected at most "
                f"{MOST_LETTERS:,}"
            )
    try:
        return Row.model_validate(line)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "row"
        raise EvidenceError(
            f"{path}: line {number} ({_short(line['id'])}): {key}: {first['msg'].removeprefix('Value error, ')}; "
            f"given {_short(repr(first['input'])) if key != 'row' else 'low, central, high'}"
        ) from None


def _short(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}... ({len(text):,} letters)"


def evidence_ids(text: str) -> list[str]:
    """Return the ids that a text cites, one by one: 'E001 E003-E005' as E001, E003, E004, E005."""
    ids = []
    for letter, first, last in re.findall(r"\b([EG])(\d{3})(?:-\1(\d{3}))?\b", text):
        ids += [f"{letter}{n:03d}" for n in range(int(first), int(last or first) + 1)]
    return ids
