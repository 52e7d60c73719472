"""The answer in one table: each headline outcome by policy, as a change against the baseline: relative, or in
percentage points for a share.

The terminal and the report both draw on it. Rows come from `OUT/paired.parquet`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from model.registry.outcomes import HEADLINE, OUTCOMES, Outcome

from . import words

AGGREGATE_WORDS = {"sum": "total", "mean": "average", "ratio": "share"}


@dataclass(frozen=True)
class Cell:
    """One policy's effect on one outcome worldwide: `row` is that of `paired.parquet`, texts are as printed."""

    arm: str
    outcome: Outcome
    row: Mapping

    @property
    def verdict(self) -> str:
        return words.verdict(self.outcome.better, self.row)

    @property
    def relative(self) -> str:
        return words.relative(self.row, self.outcome.unit)[0]

    @property
    def range(self) -> str:
        """The range of the relative change in nine of ten draws."""
        return words.relative(self.row, self.outcome.unit)[1]

    @property
    def median(self) -> str:
        """The difference at the median draw, in the outcome's unit."""
        return words.at_median(self.row, self.outcome.unit)

    @property
    def average(self) -> str:
        """The mean difference with the interval of this mean."""
        middle, interval = words.change(*(self.row[k] for k in ("difference", "low", "high")), self.outcome.unit)
        return f"{middle} ({interval})" if interval else middle

    @property
    def says(self) -> str:
        """How strongly the effect is shown, and by how many of the draws."""
        return "no pair has a value" if self.row["difference"] is None else words.says(self.outcome.better, self.row)


@dataclass(frozen=True)
class Line:
    """One outcome's row of the table: its baseline level and a cell for each policy, in the plan's order."""

    outcome: Outcome
    baseline: float
    cells: tuple[Cell, ...]

    @property
    def level(self) -> str:
        return words.number(self.baseline, self.outcome.unit)

    @property
    def unit(self) -> str:
        unit = words.unit_of(self.outcome.unit)
        how = AGGREGATE_WORDS[self.outcome.aggregate]
        return "change in percentage points" if unit == "%" else f"{unit}, {how}"

    @property
    def wish(self) -> str:
        return {"down": "lower is better", "up": "higher is better", None: "no better direction"}[self.outcome.better]


def lines(paired: Iterable[dict], arms: list[str], outcomes: Iterable[str] = HEADLINE) -> list[Line]:
    """Return the table's rows for `outcomes`, worldwide and in each outcome's own aggregate, for `arms` in order."""
    wanted = {}
    for row in paired:
        if not row["place"] and row["aggregate"] == OUTCOMES[row["outcome"]].aggregate:
            wanted[row["outcome"], row["arm"]] = row
    table = []
    for name in outcomes:
        cells = tuple(Cell(arm, OUTCOMES[name], wanted[name, arm]) for arm in arms if (name, arm) in wanted)
        if cells:
            table.append(Line(OUTCOMES[name], cells[0].row["baseline"], cells))
    return table
