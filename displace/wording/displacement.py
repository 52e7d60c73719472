"""Displacement in words: what left the places under enforcement, and how much of it reappeared elsewhere."""

import math
from dataclasses import dataclass

from experiments.comparison.displacement import EVERYWHERE
from experiments.comparison.strength import CLEAR, LIKELY

from . import words
from .study import Study

COUNTRIES_NAMED = 3  # places that a sentence names


@dataclass(frozen=True)
class Moved:
    """One policy over the whole time since its enforcement was known; `at` holds the table's rows by measure."""

    arm: str
    title: str
    target: str  # names of states and places
    months: int
    at: dict[str, dict]
    rises: tuple[
        tuple[str, dict], ...
    ]  # the places elsewhere where more people are held, clearly or not, the largest first

    def text(self, measure: str) -> tuple[str, str]:
        """Return (value, interval) as text; a dash where it means nothing."""
        row = self.at.get(measure)
        if row is None or row["value"] is None or not math.isfinite(row["value"]):
            return "–", ""
        if row["unit"] != "ratio":
            return words.change(row["value"], row["low"], row["high"], row["unit"])
        ends = [row[end] for end in ("low", "high")]
        interval = "" if None in ends else " to ".join(words.number(end, step=0.01) for end in ends)
        return words.number(row["value"], step=0.01), interval

    @property
    def sentence(self) -> str:
        """The policy's displacement as one or two sentences."""
        if self._unchanged:
            return f"Under enforcement ({self.target}): {self.short}."
        there, elsewhere = (
            words.more_or_fewer(self.at[measure]["value"]) for measure in ("held_at_target", "held_elsewhere")
        )
        if self.target == EVERYWHERE:
            return f"Under enforcement everywhere: {there} people held. {words.start(self.short)}."
        unclear = "" if words.shown(self.at["held_elsewhere"]) else " (not distinguishable)"
        text = f"Under enforcement ({self.target}): {there} people held; elsewhere: {elsewhere}{unclear}."
        return f"{text} {words.start(self.short)}.{self._where()}"

    @property
    def short(self) -> str:
        """The displacement ratio, and of it only what is shown."""
        if self._unchanged:
            return "nothing changes, there or elsewhere"
        if self.target == EVERYWHERE:
            return "there is nowhere else where anything could reappear"
        ratio, interval = self.text("displacement_ratio")
        if ratio == "–":
            return f"{self._fall()}, so no share of it can be called displaced"
        return f"displacement ratio {ratio} ({interval}): {self._supported()}"

    @property
    def _unchanged(self) -> bool:
        """Whether no pair differs, as with a policy whose condition never holds."""
        return all(
            self.at[measure][column] == 0.0
            for measure in ("held_at_target", "held_elsewhere")
            for column in ("value", "low", "high")
        )

    def _fall(self) -> str:
        """Say why the fall at the target has no ratio; a ratio takes a clear one."""
        there = self.at["held_at_target"]
        if there["value"] >= 0 or words.rises(there):
            return "there is no fall"
        return {CLEAR: "the average fall may be none", LIKELY: "the fall is likely, not clear"}.get(
            there["strength"], "the fall is not distinguishable"
        )

    def _supported(self) -> str:
        value, low, high = (self.at["displacement_ratio"][column] for column in ("value", "low", "high"))
        elsewhere = self.at["held_elsewhere"]
        if words.rises(elsewhere):
            most = "all of them" if high >= 1 else f"{100 * high:.0f}"
            least = f"{100 * low:.0f}" if low > 0 else "few"
            return (
                f"{100 * value:.0f} of every 100 reappeared elsewhere"
                if 0 < low and high < 1
                else f"of every 100, between {least} and {most} reappeared elsewhere"
            )
        if words.shown(elsewhere):
            return "none reappeared elsewhere, where fewer are held too (a diffusion of benefits)"
        if 0 < high < 1:
            return f"at most {100 * high:.0f} of every 100 reappeared elsewhere, and possibly none"
        return "whether they reappeared elsewhere is not distinguishable"

    def _where(self) -> str:
        """Where more are held. What can't be assigned to places comes first: a clear rise is not always a large one."""
        clear = [rise for rise in self.rises if words.rises(rise[1])]
        least = words.step_of(self.at["held_elsewhere"]["value"]) / 2
        unclear = [rise for rise in self.rises if not words.rises(rise[1]) and rise[1]["value"] >= least]
        if not unclear:
            return f" More are held: {_named(clear)}." if clear else ""
        text = f" {self._unassigned(clear)} the largest rises, not distinguishable, are those of {_named(unclear)}."
        return f"{text} A rise is shown for {_named(clear)}." if clear else text

    def _unassigned(self, clear: list[tuple[str, dict]]) -> str:
        total = self.at["held_elsewhere"]
        rest = total["value"] - sum(row["value"] for _, row in clear)
        if not words.rises(total) or rest <= 0:
            return "Of single places,"
        if not clear:
            return "They cannot be assigned to single places:"
        return f"Of the {words.number(total['value'])}, {words.number(rest)} cannot be assigned to single places:"

    @property
    def numbers(self) -> dict:
        """The row of the table to download."""
        columns = {"arm": self.arm, "target": self.target, "months": self.months}
        for measure, row in self.at.items():
            columns |= {measure: row["value"], f"{measure}_low": row["low"], f"{measure}_high": row["high"]}
        return columns


def _named(rises: list[tuple[str, dict]]) -> str:
    """Return the largest by name and the others by number."""
    largest = [f"{place} ({words.number(row['value'], signed=True)})" for place, row in rises[:COUNTRIES_NAMED]]
    others = len(rises) - len(largest)
    return words.listed([*largest, words.count(others, "other place")] if others else largest)


def moved(study: Study) -> list[Moved]:
    """Return the policies that enforce somewhere, in the design's order, each at its longest horizon."""
    rows = study.results.displacement.to_pylist()
    found = []
    for arm, title in study.titles.items():
        mine = [row for row in rows if row["arm"] == arm]
        if not mine:
            continue
        months = max(row["months"] for row in mine)
        last = [row for row in mine if row["months"] == months]
        at = {row["measure"]: row for row in last if not row["place"]}
        target = words.listed([study.place_names.get(id, id) for id in mine[0]["target"].split(", ")])
        gains = [row for row in last if row["measure"] == "held_elsewhere" and row["place"] and row["value"] > 0]
        rises = tuple(
            (study.place_names.get(row["place"], row["place"]), row)
            for row in sorted(gains, key=lambda row: -row["value"])
        )
        found.append(Moved(arm, title, target, months, at, rises))
    return found
