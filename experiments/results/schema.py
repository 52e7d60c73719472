"""The tables of a results folder, declared once: columns with type, unit and meaning, and how runs become rows.

Outcomes come from the registry of `model/`, so a new one appears here by itself.
"""

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.design.observed import observe
from model.registry.calendar import WEEK_0
from model.registry.life_course import TRANSITIONS
from model.registry.outcomes import GROUPED, RATIOS, RECORDED, O, Outcome, is_level

TEXT = pa.dictionary(pa.int32(), pa.string())
COMMIT_MARK = "summary"  # the part of a piece of work that is written last
WORLDWIDE = ""  # the place that stands for all places together
# By place these would tell where people are intercepted, where escapes succeed and where there is room: worldwide only.
NOT_BY_PLACE = frozenset(
    ("escaped", "escape_attempts_failed", "stopped", "referred_at_borders", "lawful_travellers_stopped", "vacancies")
)
BY_PLACE = tuple(o for o in RECORDED if o.name not in NOT_BY_PLACE)
SEXES = ("male", "female")
HOW_RECRUITED = ("deceived about the job", "deceived about the conditions", "forced or stranded", "willing")


@dataclass(frozen=True)
class Column:
    name: str
    type: pa.DataType
    unit: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """`parts`: a folder with a Parquet file for each piece of work. `whole`: one file, written at the end."""

    name: str
    parts: bool
    whole: bool
    meaning: str
    own: Callable[[], tuple[Column, ...]]
    outcomes: tuple[Outcome, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.own() + tuple(Column(o.name, pa.float32(), o.unit, o.label) for o in self.outcomes)

    def schema(self, metadata: Mapping[str, str] | None = None) -> pa.Schema:
        """Return the Arrow schema: units and meanings on the fields, provenance on the whole."""
        return _fields_of(self).with_metadata(metadata)


@cache
def _fields_of(table: Table) -> pa.Schema:
    return pa.schema([pa.field(c.name, c.type, metadata={"unit": c.unit, "meaning": c.meaning}) for c in table.columns])


ARM = Column("arm", TEXT, "", "the arm: a scenario's name")
RUN = (
    ARM,
    Column("draw", pa.int32(), "", "which draw of the parameters, from 0"),
    Column("replicate", pa.int32(), "", "which seed, from 0"),
)
WEEK = Column("week", pa.date32(), "date", "Monday of the week")
OUTCOME = Column("outcome", TEXT, "", "the outcome's name")
UNIT = Column("unit", TEXT, "", "the unit of the numbers in the row")
PLACE = Column("place", TEXT, "", "the place's id; empty = worldwide")
AGGREGATE = Column("aggregate", TEXT, "", "over the window: sum; mean; end = last week; ratio = sum over sum")
INTERVAL = (
    Column("low", pa.float64(), "", "lower end of the interval; null below two pairs"),
    Column("high", pa.float64(), "", "upper end of the interval; null below two pairs"),
    Column("level", pa.float64(), "share", "level of the interval"),
)
PAIRS = (
    Column("replicates", pa.int32(), "", "seeds a draw that were compared (the largest number)"),
    Column("draws", pa.int32(), "", "draws that were compared"),
)
EFFECT = (
    Column("baseline", pa.float64(), "", "mean of the baseline over the pairs"),
    Column("difference", pa.float64(), "", "mean over the pairs of arm minus baseline"),
    *INTERVAL,
    Column(
        "probability_better",
        pa.float64(),
        "share",
        "share of pairs strictly better, plus half the ties; null without a better direction",
    ),
    *PAIRS,
    Column(
        "parameter_share",
        pa.float64(),
        "share",
        "of the variance of differences, that between draws; the rest is between seeds; null without several of both",
    ),
    Column("draws_low", pa.float64(), "", "5th percentile of the draws' mean differences; null with one draw"),
    Column(
        "draws_high",
        pa.float64(),
        "",
        "95th percentile of them: more draws do not narrow this range, as they do the interval",
    ),
)


def _persons(name, meaning):
    return Column(name, pa.int64(), "persons", meaning)


TABLES = (
    Table("weekly", True, False, "every outcome by week and place (record = places)",
          lambda: (*RUN, WEEK, Column("place", TEXT, "", "the place's id")), BY_PLACE),
    Table("worldwide", True, False, "every outcome by week, all places together (not with record = summary)",
          lambda: (*RUN, WEEK), RECORDED),
    Table("groups", True, False, "outcomes by quarter and group of people; people at a time are counted in person-weeks",
          lambda: (*RUN, Column("quarter", pa.date32(), "date", "first day of the quarter"),
                   Column("state", TEXT, "", "the responsible state (ISO code)"),
                   Column("nationality", TEXT, "", "ISO code"),
                   Column("sex", TEXT, "", "male or female"),
                   Column("child", pa.bool_(), "", "under 18 years"),
                   Column("how_recruited", TEXT, "", "how the person was recruited")), GROUPED),
    Table("relocations", True, False, "operations that moved, by week and pair of places",
          lambda: (*RUN, WEEK, Column("source", TEXT, "", "the place that they left"),
                   Column("target", TEXT, "", "the place that they moved to"),
                   Column("operations", pa.int32(), "operations", "operations that moved"),
                   Column("people", pa.float32(), "persons", "people moved along with them"))),
    Table("events", True, False, "every change of status (on request)",
          lambda: (*RUN, Column("person", pa.uint64(), "", "a simulated person; nobody real"), WEEK,
                   Column("transition", TEXT, "", "what happened (`displace list transitions`)"),
                   Column("place", TEXT, "", "where (a place's id)"),
                   Column("operation", pa.int32(), "", "number of the operation in the run; -1 = none"))),
    Table("fates", True, True, "people whose time in captivity differs from the baseline's, either way, in numbers only;"
          " the arm `placebo` differs from the baseline by one irrelevant perturbation",
          lambda: (*RUN, Column("nationality", TEXT, "", "ISO code"),
                   _persons("held_only_in_baseline", "held at some time in the baseline, never in the arm"),
                   _persons("held_only_in_arm", "held at some time in the arm, never in the baseline"),
                   _persons("held_shorter", "held in both, for fewer weeks in the arm"),
                   _persons("held_longer", "held in both, for more weeks in the arm"),
                   _persons("held_as_long", "held in both, for as long"),
                   _persons("net_held", "held only in the arm minus held only in the baseline"),
                   Column("net_weeks_held", pa.int64(), "person-weeks", "weeks held in the arm minus in the baseline"))),
    Table("observed", True, False, "what reporters would have told of a run (designs that ask for it)",
          lambda: (*RUN, Column("quantity", TEXT, "", "what is told"), Column("value", pa.float64(), "that of its series", "expected number"))),
    Table("runs", True, True, "every run with its seed, and the error of those that failed",
          lambda: (*RUN, Column("seed", pa.int64(), "", "the model's seed"),
                   Column("status", TEXT, "", "ok or failed"),
                   Column("error", pa.string(), "", "what went wrong"),
                   Column("traceback", pa.string(), "", "where"),
                   Column("parameters", pa.string(), "JSON", "the draw's parameters, of a failed run"))),
    Table("summary", True, True, "every outcome over the window, a row a run, outcome, place and aggregate",
          lambda: (*RUN, OUTCOME, PLACE, AGGREGATE, Column("value", pa.float64(), "see `displace list outcomes`", "over the window; null = 0 over 0"))),
    Table("paired", False, True, "every outcome over the window, each arm against the baseline on the same seeds and draws",
          lambda: (ARM, OUTCOME, UNIT, PLACE, AGGREGATE,
                   Column("window_start", pa.date32(), "date", "Monday of the window's first week"),
                   Column("window_end", pa.date32(), "date", "Monday of its last week"), *EFFECT)),
    Table("effects", False, True, "the same worldwide, from the window's start to 6, 12, 24 and 60 months later",
          lambda: (ARM, OUTCOME, UNIT, AGGREGATE,
                   Column("months", pa.int32(), "months", "since the window's start"), *EFFECT)),
    Table("timing", False, True, "when an effect is first told from chance, month by month, worldwide",
          lambda: (ARM, OUTCOME,
                   Column("first_month", pa.int32(), "months", "first month of the window of three in a row whose intervals exclude zero on one side"),
                   Column("first_better", pa.int32(), "months", "first such month in which it is better"),
                   Column("first_worse", pa.int32(), "months", "first such month in which it is worse"),
                   Column("months_worse", pa.int32(), "months", "how many such months it is worse"),
                   Column("temporarily_worse", pa.bool_(), "", "worse in some such month, and better over the whole window"))),
    Table("series", False, True, "worldwide, week by week: the arm's own level and its paired difference (outcomes of interest)",
          lambda: (ARM, OUTCOME, UNIT, WEEK,
                   Column("mean", pa.float64(), "", "mean over runs; of a share, over the past year"),
                   Column("run_low", pa.float64(), "", "5th percentile of the runs"),
                   Column("run_high", pa.float64(), "", "95th percentile of the runs"),
                   Column("difference", pa.float64(), "", "mean paired difference; 0 for the baseline"), *INTERVAL)),
    Table("displacement", False, True, "what left the places under enforcement, and where it reappeared",
          lambda: (ARM, Column("target", TEXT, "", "states (ISO codes) or places under enforcement in the arm, not in the baseline"),
                   Column("months", pa.int32(), "months", "since enforcement began in the arm"),
                   Column("measure", TEXT, "", "what the row says (`experiments/comparison/displacement.py`)"),
                   Column("place", TEXT, "", "the destination; empty = all together"), UNIT,
                   Column("value", pa.float64(), "", "mean over pairs; null = not meaningful"), *INTERVAL, *PAIRS)),
    Table("flows", False, True, "people carried along by operations that move, from place to place, a year of the window",
          lambda: (ARM, Column("source", TEXT, "", "the place that they left"),
                   Column("target", TEXT, "", "the place that they moved to"), UNIT, *EFFECT)),
    Table("endings", False, True, "the effect in the year before the last of an arm's policies ends, and in the years after, worldwide",
          lambda: (ARM, Column("ended", pa.date32(), "date", "Monday of the first week without the policy"), OUTCOME, UNIT, AGGREGATE,
                   Column("period", TEXT, "", "`year before` (`20 weeks before` where there are no more), `year 1 after` ..."), *EFFECT)),
    Table("by_group", False, True, "each arm against the baseline by group of people, from the quarter in which the window starts on",
          lambda: (ARM, OUTCOME, UNIT, AGGREGATE,
                   Column("dimension", TEXT, "", "nationality, sex, child, state (the responsible one) or how_recruited"),
                   Column("group", TEXT, "", "which of them"), *EFFECT)),
    Table("contributions", False, True, "what each policy of a factorial adds on average over the combinations of the others, worldwide",
          lambda: (ARM, Column("beside", TEXT, "", "another policy: what the two achieve beyond the sum of each; empty = the policy's own effect"),
                   OUTCOME, UNIT, AGGREGATE, Column("value", pa.float64(), "", "mean over pairs"), *INTERVAL, *PAIRS)),
    Table("costs", False, True, "who bears what, and public spending for each person-week of captivity avoided; unit costs are drawn within wide ranges",
          lambda: (ARM, Column("measure", TEXT, "", "what the row says (`experiments/comparison/costs.py`)"),
                   Column("payer", TEXT, "", "who bears it; empty = nobody"), UNIT,
                   Column("value", pa.float64(), "", "change against the baseline over the window, mean over pairs at the middle unit costs; null = not meaningful"),
                   *INTERVAL, *PAIRS)),
    Table("fates_compared", False, True, "whose time in captivity an arm changes, in numbers only; read it beside the arm `placebo`",
          lambda: (ARM, Column("nationality", TEXT, "", "ISO code; empty = all"),
                   Column("measure", TEXT, "", "`held_in_one_world_only` (gross), `net_held` or `net_weeks_held`"), UNIT,
                   Column("value", pa.float64(), "", "mean over pairs"), *INTERVAL, *PAIRS)),
)  # fmt: skip
BY_TABLE = {table.name: table for table in TABLES}


def aggregates(outcome: Outcome) -> tuple[str, ...]:
    """Return how an outcome is summed up over a window: levels also by their last week."""
    if outcome.kind == "ratio":
        return ("ratio",)
    return ("mean", "end") if is_level(outcome) else ("sum",)


# --- columns ----------------------------------------------------------------------------------------


def text(codes, labels: Sequence[str]) -> pa.DictionaryArray:
    """Return a text column from codes into `labels`."""
    return pa.DictionaryArray.from_arrays(pa.array(np.asarray(codes, np.int32)), pa.array(list(labels), pa.string()))


def texts(values: Sequence[str]) -> pa.DictionaryArray:
    """Return a text column from its values."""
    labels = list(dict.fromkeys(values))
    number = {label: i for i, label in enumerate(labels)}
    return text([number[value] for value in values], labels)


def mondays(weeks) -> pa.Array:
    """Return the dates on which weeks start."""
    return pa.array((np.datetime64(WEEK_0, "D") + 7 * np.asarray(weeks, np.int64)).astype("datetime64[D]"), pa.date32())


def numbers(values) -> pa.Array:
    """Return a float64 column; what is not a number is null."""
    return pa.array(np.asarray(values, float), pa.float64(), from_pandas=True)


def build(name: str, columns: Mapping[str, object], metadata: Mapping[str, str] | None = None) -> pa.Table:
    """Return table `name` from its columns, given by name."""
    schema = BY_TABLE[name].schema(metadata)
    return pa.table([_column(columns[field.name], field.type) for field in schema], schema=schema)


def from_rows(name: str, rows: Sequence[Mapping], metadata: Mapping[str, str] | None = None) -> pa.Table:
    """Return table `name` from rows; what a row does not have is null, and so is what is not a number."""
    columns = {}
    for column in BY_TABLE[name].columns:
        values = [row.get(column.name) for row in rows]
        if pa.types.is_floating(column.type):
            columns[column.name] = numbers([np.nan if value is None else value for value in values])
        else:
            columns[column.name] = texts(values) if column.type == TEXT else pa.array(values, column.type)
    return build(name, columns, metadata)


def _column(values, type):
    if isinstance(values, np.ndarray):
        values = pa.array(values)
    return values if values.type == type else values.cast(type)


# --- from a run to rows -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Tag:
    """Which run rows belong to: the arm as a number of `arms`."""

    arms: tuple[str, ...]
    arm: str
    draw: int
    replicate: int

    def columns(self, rows: int) -> dict:
        return {
            "arm": text(np.full(rows, self.arms.index(self.arm)), self.arms),
            "draw": np.full(rows, self.draw, np.int32),
            "replicate": np.full(rows, self.replicate, np.int32),
        }


def weekly(tag: Tag, result, world) -> pa.Table:
    """Return rows week by week and, within a week, place by place; `result.weekly` is (weeks, O, P)."""
    weeks, _, places = result.weekly.shape
    columns = {
        "week": mondays(np.repeat(result.first_week + np.arange(weeks), places)),
        "place": text(np.tile(np.arange(places), weeks), world.place_ids),
    }
    for o in BY_PLACE:
        columns[o.name] = result.weekly[:, O[o.name], :].astype(np.float32).ravel()
    return build("weekly", tag.columns(weeks * places) | columns)


def worldwide(tag: Tag, result) -> pa.Table:
    """Return rows week by week; `result.weekly` is (weeks, O, P) or (weeks, O)."""
    total = result.weekly.sum(axis=2) if result.weekly.ndim == 3 else result.weekly
    weeks = result.first_week + np.arange(len(total))
    columns = {o.name: total[:, O[o.name]].astype(np.float32) for o in RECORDED}
    return build("worldwide", tag.columns(len(weeks)) | {"week": mondays(weeks)} | columns)


def groups(tag: Tag, result, world) -> pa.Table:
    rows = result.groups
    months = np.datetime64("2016-01", "M") + 3 * rows["quarter"].astype(np.int64)
    columns = {
        "quarter": pa.array(months.astype("datetime64[D]"), pa.date32()),
        "state": text(rows["state"], world.states),
        "nationality": text(rows["nationality"], world.nationalities),
        "sex": text(rows["sex"], SEXES),
        "child": rows["child"].astype(bool),
        "how_recruited": text(rows["how"], HOW_RECRUITED),
    }
    columns |= {o.name: rows[o.name].astype(np.float32) for o in GROUPED}
    return build("groups", tag.columns(len(rows)) | columns)


def relocations(tag: Tag, result, world) -> pa.Table:
    rows = result.relocations
    columns = {
        "week": mondays(rows["week"]),
        "source": text(rows["source"], world.place_ids),
        "target": text(rows["target"], world.place_ids),
        "operations": rows["operations"].astype(np.int32),
        "people": rows["people"].astype(np.float32),
    }
    return build("relocations", tag.columns(len(rows)) | columns)


def events(tag: Tag, result, world) -> pa.Table:
    rows = result.events
    columns = {
        "person": rows["person"],
        "week": mondays(rows["week"]),
        "transition": text(rows["transition"], [t.name for t in TRANSITIONS]),
        "place": text(rows["place"], world.place_ids),
        "operation": rows["operation"].astype(np.int32),
    }
    return build("events", tag.columns(len(rows)) | columns)


def observed(tag: Tag, quantities, result, world, values) -> pa.Table:
    """Return one row a quantity (`observed.Quantity`); `values` are the run's parameters."""
    told = observe(quantities, result, world, values)
    return build(
        "observed", tag.columns(len(told)) | {"quantity": texts([q.name for q in quantities]), "value": numbers(told)}
    )


AGGREGATES = ("sum", "mean", "end", "ratio")
SUMMED = (*RECORDED, *RATIOS)  # what a run's summary tells
ALL = tuple(o.name for o in SUMMED)


@cache
def _summary_keys(place_ids: tuple[str, ...], by_place: tuple[str, ...]):
    """Return the codes (aggregate, outcome, place) of a run's summary rows, and their columns; place 0 is worldwide."""
    keys = []
    for number, outcome in enumerate(SUMMED):
        parts = (outcome.name, *outcome.of) if outcome.kind == "ratio" else (outcome.name,)
        rows = len(place_ids) + 1 if outcome.name in by_place and not NOT_BY_PLACE & {*parts} else 1
        keys += [(AGGREGATES.index(how), number, place) for how in aggregates(outcome) for place in range(rows)]
    how, outcome, place = np.array(keys, np.int32).T
    return (how, outcome, place), {
        "outcome": text(outcome, ALL),
        "place": text(place, [WORLDWIDE, *place_ids]),
        "aggregate": text(how, AGGREGATES),
    }


def summary(tag: Tag, result, world, by_place: tuple[str, ...]) -> pa.Table:
    """Return every outcome over the window, worldwide first; the outcomes `by_place` at every place too."""
    total = result.window_sum
    values = np.full((len(AGGREGATES), len(SUMMED), 1 + len(world.place_ids)), np.nan)
    for how, by_outcome in enumerate((total, total / max(1, result.window_weeks), result.window_end)):
        values[how, : len(RECORDED)] = _with_total(by_outcome)
    for number, ratio in enumerate(RATIOS, start=len(RECORDED)):
        values[-1, number] = divide(*(values[0, O[name]] for name in ratio.of))
    keys, columns = _summary_keys(tuple(world.place_ids), by_place)
    value = values[keys]
    return build("summary", tag.columns(len(value)) | columns | {"value": numbers(value)})


def _with_total(by_place):
    return np.concatenate([by_place.sum(axis=1, keepdims=True), by_place], axis=1)


def divide(numerator, denominator):
    """Divide element by element; what is over 0 is not a number."""
    denominator = np.asarray(denominator, float)
    return np.divide(numerator, denominator, out=np.full(denominator.shape, np.nan), where=denominator != 0)


# --- Parquet ----------------------------------------------------------------------------------------

ROWS_AT_ONCE = 1 << 17  # that make a row group, or what is left at the end


class Part:
    """A Parquet file in memory, to which runs are added one at a time; small ones share a row group."""

    def __init__(self, name: str, metadata: Mapping[str, str]):
        schema = BY_TABLE[name].schema(metadata)
        self._sink = io.BytesIO()
        text_columns = [field.name for field in schema if field.type == TEXT]
        self._writer = pq.ParquetWriter(self._sink, schema, compression="zstd", use_dictionary=text_columns)
        self._waiting, self._rows = [], 0

    def add(self, table: pa.Table):
        self._waiting.append(table)
        self._rows += len(table)
        if self._rows >= ROWS_AT_ONCE:
            self._write()

    def _write(self):
        if self._waiting:
            self._writer.write_table(pa.concat_tables(self._waiting))
            self._waiting, self._rows = [], 0

    def bytes(self, **more: str) -> bytes:
        """End the file, with `more` metadata, and return it."""
        self._write()
        if more:
            self._writer.add_key_value_metadata(more)
        self._writer.close()
        return self._sink.getvalue()


def digest(content: bytes) -> list:
    """Return size and SHA-256 of a file's content, to tell later whether it is whole."""
    return [len(content), hashlib.sha256(content).hexdigest()]


def encode(name: str, table: pa.Table, metadata: Mapping[str, str]) -> bytes:
    """Return `table` as a Parquet file."""
    part = Part(name, metadata)
    part.add(table)
    return part.bytes()
