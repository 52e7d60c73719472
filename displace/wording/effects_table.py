"""The answer in one table: each headline outcome by policy, as a paired difference against the baseline.

The terminal and the report both draw on it. Rows come from `OUT/paired.parquet`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from model.registry.outcomes import HEADLINE, OUTCOMES, Outcome

from . import words

AGGREGATES = {"sum": "total", "mean": "average", "ratio": "share"}


@dataclass(frozen=True)
class Cell:
    """One policy's effect on one outcome worldwide; numbers as computed, texts as printed."""

    arm: str
    outcome: Outcome
    baseline: float
    low: float | None
    difference: float | None
    high: float | None
    probability: float | None
    pairs: int

    @property
    def verdict(self) -> str:
        return words.verdict(self.outcome.better, self.low, self.high)

    @property
    def change(self) -> str:
        return words.change(self.difference, self.low, self.high, self.outcome.unit)[0]

    @property
    def interval(self) -> str:
        return words.change(self.difference, self.low, self.high, self.outcome.unit)[1]

    @property
    def relative(self) -> str:
        """The change in per cent of the baseline; empty for shares and for a change that rounds to 0."""
        if self.outcome.unit == "share" or not (self.baseline or 0) > 0 or not self.change.strip("0."):
            return ""
        percent = 100 * self.difference / self.baseline
        return words.number(percent, step=max(words.step_of(percent), 0.1), signed=True) + f"{words.SPACE}%"

    @property
    def says(self) -> str:
        """The verdict with the share of pairs that agree, or that lean one way: `worse in 92 %`; ties count half."""
        if self.difference is None:
            return "no pair has a value"
        if self.probability is None or self.verdict == words.UNCHANGED or self.pairs < 2:
            return self.verdict
        better, worse = words.percent(self.probability), words.percent(1 - self.probability)
        if self.verdict == words.UNDETERMINED:
            return "undetermined, " + (f"better in {better}" if self.probability >= 0.5 else f"worse in {worse}")
        return f"{self.verdict} in {better if self.verdict == words.BETTER else worse}"


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
        how = AGGREGATES[self.outcome.aggregate]
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
        cells = tuple(_cell(wanted[name, arm]) for arm in arms if (name, arm) in wanted)
        if cells:
            table.append(Line(OUTCOMES[name], cells[0].baseline, cells))
    return table


def _cell(row: dict) -> Cell:
    return Cell(
        row["arm"],
        OUTCOMES[row["outcome"]],
        row["baseline"],
        row["low"],
        row["difference"],
        row["high"],
        row["probability_better"],
        row["replicates"] * row["draws"],
    )
