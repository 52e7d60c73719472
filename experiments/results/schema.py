"""The tables of a results folder, declared once: columns with type, unit and meaning.

Outcomes come from the registry of `model/`, so a new one appears here by itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import pyarrow as pa

from model.registry.outcomes import GROUPED, RATIOS, RECORDED, Outcome, is_level

TEXT = pa.dictionary(pa.int32(), pa.string())
WORLDWIDE = ""  # the place that stands for all places together
BY_PLACE = tuple(o for o in RECORDED if o.by_place)  # all others are shown worldwide only
NOT_BY_PLACE = frozenset(o.name for o in RECORDED if not o.by_place)
AGGREGATES = ("sum", "mean", "end", "ratio")
SUMMED = (*RECORDED, *RATIOS)  # the outcomes of table `summary`
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
RUN_COLUMNS = (
    ARM,
    Column("draw", pa.int32(), "", "which draw of the parameters, from 0"),
    Column("replicate", pa.int32(), "", "which seed, from 0"),
)
WEEK = Column("week", pa.date32(), "date", "Monday of the week")
OUTCOME = Column("outcome", TEXT, "", "the outcome's name")
UNIT_COLUMN = Column("unit", TEXT, "", "the unit of the numbers in the row")
PLACE_COLUMN = Column("place", TEXT, "", "the place's id; empty = worldwide")
AGGREGATE = Column("aggregate", TEXT, "", "over the window: sum; mean; end = last week; ratio = sum over sum")
INTERVAL = (
    Column("low", pa.float64(), "", "lower end of the interval; null below two pairs"),
    Column("high", pa.float64(), "", "upper end of the interval; null below two pairs"),
    Column("level", pa.float64(), "share", "level of the interval"),
)
AGREEMENT = (
    Column(
        "agree",
        pa.float64(),
        "share",
        "share of draws (of pairs with one draw) on the majority's side; ties count half",
    ),
    Column("agree_low", pa.float64(), "share", "lower end of its 95 % Jeffreys interval"),
    Column("agree_high", pa.float64(), "share", "upper end of it"),
    Column("direction", pa.string(), "", "the majority's side: up or down; null where they are even"),
    Column("p", pa.float64(), "probability", "of the two-sided sign test of these draws or pairs, looked at alone"),
    Column(
        "strength",
        pa.string(),
        "",
        "clear (agree_low of 0.9 or more), likely (0.67 or more) or not distinguishable; outside the declared family "
        "(see `simultaneous_low`) only what the false discovery rate of the table allows",
    ),
)
PAIRS = (
    Column("replicates", pa.int32(), "", "seeds a draw that were compared (the largest number)"),
    Column("draws", pa.int32(), "", "draws that were compared"),
)
RELATIVE = (
    Column("relative", pa.float64(), "share", "relative change (-0.12: 12 % less); of shares: change in points"),
    Column("relative_low", pa.float64(), "share", "5th percentile of it over draws (over pairs with one draw)"),
    Column("relative_high", pa.float64(), "share", "95th percentile of it; null without two draws, and `of sums`"),
    Column(
        "relative_kind",
        TEXT,
        "",
        "per draw: median of the draws' ratios; points: median of their differences, of a share; of sums: ratio of "
        "sums, where a draw's baseline has fewer than 10 simulated people or a level is not above zero; empty: none",
    ),
)
EFFECT = (
    Column("baseline", pa.float64(), "", "mean of the baseline over the pairs"),
    Column("difference", pa.float64(), "", "mean over the pairs of arm minus baseline"),
    *INTERVAL,
    *RELATIVE,
    Column("median", pa.float64(), "", "difference at the median draw (pair with one draw)"),
    *AGREEMENT,
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
    Table(
        "weekly",
        True,
        False,
        "outcomes that may be shown by place, by week and place (record = places)",
        lambda: (*RUN_COLUMNS, WEEK, Column("place", TEXT, "", "the place's id")),
        BY_PLACE,
    ),
    Table(
        "worldwide",
        True,
        False,
        "every outcome by week, all places together (not with record = summary)",
        lambda: (*RUN_COLUMNS, WEEK),
        RECORDED,
    ),
    Table(
        "groups",
        True,
        False,
        "outcomes by quarter and group of people; people at a time are counted in person-weeks",
        lambda: (
            *RUN_COLUMNS,
            Column("quarter", pa.date32(), "date", "first day of the quarter"),
            Column("state", TEXT, "", "the responsible state (ISO code)"),
            Column("nationality", TEXT, "", "ISO code"),
            Column("sex", TEXT, "", "male or female"),
            Column("child", pa.bool_(), "", "under 18 years"),
            Column("how_recruited", TEXT, "", "how the person was recruited"),
        ),
        GROUPED,
    ),
    Table(
        "relocations",
        True,
        False,
        "operations that moved, by week and pair of places",
        lambda: (
            *RUN_COLUMNS,
            WEEK,
            Column("source", TEXT, "", "the place that they left"),
            Column("target", TEXT, "", "the place that they moved to"),
            Column("operations", pa.int32(), "operations", "operations that moved"),
            Column("people", pa.float32(), "persons", "people moved along with them"),
        ),
    ),
    Table(
        "events",
        True,
        False,
        "every change of status (on request)",
        lambda: (
            *RUN_COLUMNS,
            Column("person", pa.uint64(), "", "a simulated person; nobody real"),
            WEEK,
            Column("transition", TEXT, "", "what happened (`displace list transitions`)"),
            Column("place", TEXT, "", "where (a place's id)"),
            Column("operation", pa.int32(), "", "number of the operation in the run; -1 = none"),
        ),
    ),
    Table(
        "fates",
        True,
        True,
        "people whose time in captivity differs from the baseline's, either way, in numbers "
        "only;"
        " the arm `placebo` differs from the baseline by one irrelevant perturbation",
        lambda: (
            *RUN_COLUMNS,
            Column("nationality", TEXT, "", "ISO code"),
            _persons("held_only_in_baseline", "held at some time in the baseline, never in the arm"),
            _persons("held_only_in_arm", "held at some time in the arm, never in the baseline"),
            _persons("held_shorter", "held in both, for fewer weeks in the arm"),
            _persons("held_longer", "held in both, for more weeks in the arm"),
            _persons("held_as_long", "held in both, for as long"),
            _persons("net_held", "held only in the arm minus held only in the baseline"),
            Column("net_weeks_held", pa.int64(), "person-weeks", "weeks held in the arm minus in the baseline"),
        ),
    ),
    Table(
        "expected_reports",
        True,
        False,
        "expected reports of a run (designs that ask for them)",
        lambda: (
            *RUN_COLUMNS,
            Column("quantity", TEXT, "", "which expected report"),
            Column("value", pa.float64(), "that of its series", "expected number"),
        ),
    ),
    Table(
        "runs",
        True,
        True,
        "every run with its seed, and the error of those that failed",
        lambda: (
            *RUN_COLUMNS,
            Column("seed", pa.int64(), "", "the model's seed"),
            Column("status", TEXT, "", "ok or failed"),
            Column("error", pa.string(), "", "what went wrong"),
            Column("traceback", pa.string(), "", "where"),
            Column("parameters", pa.string(), "JSON", "the draw's parameters, of a failed run"),
        ),
    ),
    Table(
        "summary",
        True,
        True,
        "every outcome over the window, a row a run, outcome, place and aggregate",
        lambda: (
            *RUN_COLUMNS,
            OUTCOME,
            PLACE_COLUMN,
            AGGREGATE,
            Column("value", pa.float64(), "see `displace list outcomes`", "over the window; null = 0 over 0"),
        ),
    ),
    Table(
        "paired",
        False,
        True,
        "every outcome over the window, each arm against the baseline on the same seeds and draws",
        lambda: (
            ARM,
            OUTCOME,
            UNIT_COLUMN,
            PLACE_COLUMN,
            AGGREGATE,
            Column("window_start", pa.date32(), "date", "Monday of the window's first week"),
            Column("window_end", pa.date32(), "date", "Monday of its last week"),
            *EFFECT,
            Column(
                "per_thousand",
                pa.float64(),
                "",
                "difference for each 1,000 people held in the baseline (worldwide, on average); only `of sums`",
            ),
            Column(
                "floor_p",
                pa.float64(),
                "probability",
                "of chance making any right of the floor look as bad as this one under the arm (signed ranks, max-t "
                "over flips of signs); null of other rows",
            ),
            Column(
                "simultaneous_low",
                pa.float64(),
                "",
                "lower end of the interval of the mean that covers together with all others of the declared family: "
                "all arms, the design's outcomes and the rights floor's, worldwide, each in its own aggregate",
            ),
            Column("simultaneous_high", pa.float64(), "", "upper end of it; null outside of the family"),
        ),
    ),
    Table(
        "effects",
        False,
        True,
        "the same worldwide, from the window's start to 6, 12, 24 and 60 months later",
        lambda: (
            ARM,
            OUTCOME,
            UNIT_COLUMN,
            AGGREGATE,
            Column("months", pa.int32(), "months", "since the window's start"),
            *EFFECT,
        ),
    ),
    Table(
        "timing",
        False,
        True,
        "when an effect is first distinguishable from chance, month by month, worldwide",
        lambda: (
            ARM,
            OUTCOME,
            Column(
                "first_month",
                pa.int32(),
                "months",
                "first month of the window whose effect is likely or clear and a discovery among all of the table",
            ),
            Column("first_better", pa.int32(), "months", "first such month in which it is better"),
            Column("first_worse", pa.int32(), "months", "first such month in which it is worse"),
            Column("months_worse", pa.int32(), "months", "how many such months it is worse"),
            Column("temporarily_worse", pa.bool_(), "", "worse in some such month, and better over the whole window"),
        ),
    ),
    Table(
        "series",
        False,
        True,
        "worldwide, week by week: the arm's own level and its paired difference (outcomes of interest)",
        lambda: (
            ARM,
            OUTCOME,
            UNIT_COLUMN,
            WEEK,
            Column("mean", pa.float64(), "", "mean over runs; of a share, over the past year"),
            Column("run_low", pa.float64(), "", "5th percentile of the runs"),
            Column("run_high", pa.float64(), "", "95th percentile of the runs"),
            Column("difference", pa.float64(), "", "mean paired difference; 0 for the baseline"),
            *INTERVAL,
        ),
    ),
    Table(
        "displacement",
        False,
        True,
        "what left the places under enforcement, and where it reappeared",
        lambda: (
            ARM,
            Column(
                "target", TEXT, "", "states (ISO codes) or places under enforcement in the arm, not in the baseline"
            ),
            Column("months", pa.int32(), "months", "since enforcement began in the arm"),
            Column("measure", TEXT, "", "what the row says (`experiments/comparison/displacement.py`)"),
            Column("place", TEXT, "", "the destination; empty = all together"),
            UNIT_COLUMN,
            Column("value", pa.float64(), "", "mean over pairs; null = not meaningful"),
            *INTERVAL,
            *AGREEMENT,
            *PAIRS,
        ),
    ),
    Table(
        "flows",
        False,
        True,
        "people carried along by operations that move, from place to place, a year of the window",
        lambda: (
            ARM,
            Column("source", TEXT, "", "the place that they left"),
            Column("target", TEXT, "", "the place that they moved to"),
            UNIT_COLUMN,
            *EFFECT,
        ),
    ),
    Table(
        "endings",
        False,
        True,
        "the effect in the year before the last of an arm's policies ends, and in the years after, worldwide",
        lambda: (
            ARM,
            Column("ended", pa.date32(), "date", "Monday of the first week without the policy"),
            OUTCOME,
            UNIT_COLUMN,
            AGGREGATE,
            Column("period", TEXT, "", "`year before` (`20 weeks before` where there are no more), `year 1 after` ..."),
            *EFFECT,
        ),
    ),
    Table(
        "by_group",
        False,
        True,
        "each arm against the baseline by group of people, from the quarter in which the window starts on",
        lambda: (
            ARM,
            OUTCOME,
            UNIT_COLUMN,
            AGGREGATE,
            Column("dimension", TEXT, "", "nationality, sex, child, state (the responsible one) or how_recruited"),
            Column("group", TEXT, "", "which of them"),
            *EFFECT,
        ),
    ),
    Table(
        "contributions",
        False,
        True,
        "what each policy of a factorial adds to the others, worldwide (all combinations: Shapley values, which sum to "
        "the effect of all; a fraction: mean with less mean without)",
        lambda: (
            ARM,
            Column(
                "beside",
                TEXT,
                "",
                "another policy: what the two achieve beyond the sum of each; empty = the policy's own effect",
            ),
            OUTCOME,
            UNIT_COLUMN,
            AGGREGATE,
            Column("value", pa.float64(), "", "mean over pairs"),
            *INTERVAL,
            *AGREEMENT,
            *PAIRS,
        ),
    ),
    Table(
        "costs",
        False,
        True,
        "who bears what, and public spending for each person-week of captivity avoided; unit "
        "costs are drawn within wide ranges",
        lambda: (
            ARM,
            Column("measure", TEXT, "", "what the row says (`experiments/comparison/costs.py`)"),
            Column("payer", TEXT, "", "who bears it; empty = nobody"),
            UNIT_COLUMN,
            Column(
                "value",
                pa.float64(),
                "",
                "change against the baseline over the window, mean over pairs at the middle unit costs; null = "
                "not meaningful",
            ),
            *INTERVAL,
            *RELATIVE,
            *AGREEMENT,
            *PAIRS,
        ),
    ),
    Table(
        "fates_compared",
        False,
        True,
        "whose time in captivity an arm changes, in numbers only; read it beside the arm `placebo`",
        lambda: (
            ARM,
            Column("nationality", TEXT, "", "ISO code; empty = all"),
            Column("measure", TEXT, "", "`held_in_one_world_only` (gross), `net_held` or `net_weeks_held`"),
            UNIT_COLUMN,
            Column("value", pa.float64(), "", "mean over pairs"),
            *INTERVAL,
            Column(
                "excess",
                pa.float64(),
                "",
                "mean over pairs of what exceeds the placebo's of the same pair; null for it",
            ),
            Column("excess_low", pa.float64(), "", "lower end of the interval of the excess"),
            Column("excess_high", pa.float64(), "", "upper end of it"),
            *PAIRS,
        ),
    ),
)
BY_TABLE = {table.name: table for table in TABLES}


def aggregates(outcome: Outcome) -> tuple[str, ...]:
    """Return how an outcome is summed up over a window: levels also by their last week."""
    if outcome.kind == "ratio":
        return ("ratio",)
    return ("mean", "end") if is_level(outcome) else ("sum",)
