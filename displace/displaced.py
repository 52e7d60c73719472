"""Displacement in words: what left the places under enforcement, and how much of it reappeared elsewhere."""

import math
from dataclasses import dataclass

from . import words
from .study import Study


@dataclass(frozen=True)
class Moved:
    """One policy over the whole time since its enforcement was known; `at` holds the table's rows by measure."""

    arm: str
    title: str
    target: str  # names of states and places
    months: int
    at: dict[str, dict]
    to: tuple[tuple[str, dict], ...]  # the places where more people are held, the largest first

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
        there, elsewhere = (words.more_or_fewer(self.at[measure]["value"]) for measure in ("held_at_target", "held_elsewhere"))
        said = f"Under enforcement ({self.target}): {there} people held; elsewhere: {elsewhere}."
        return f"{said} {words.start(self.short)}.{self._where()}"

    @property
    def short(self) -> str:
        """The displacement ratio, and of it only what its interval supports."""
        ratio, interval = self.text("displacement_ratio")
        if ratio == "–":
            fell = self.at["held_at_target"]["value"] < 0
            return f"{'the fall is not clear' if fell else 'there is no fall'}, so no share of it can be called displaced"
        return f"displacement ratio {ratio} ({interval}): {self._tells()}"

    def _tells(self) -> str:
        value, low, high = (self.at["displacement_ratio"][column] for column in ("value", "low", "high"))
        if low > 0:
            return f"{100 * value:.0f} of every 100 reappeared elsewhere"
        if high <= 0:
            return "none reappeared elsewhere, where fewer are held too (a diffusion of benefits)"
        return f"at most {100 * high:.0f} of every 100 reappeared elsewhere" if high < 1 else "whether they reappeared elsewhere cannot be told"

    def _where(self) -> str:
        most = [f"{place} ({words.number(row['value'], signed=True)})" for place, row in self.to[:3]]
        return f" More are held: {words.listed(most)}." if most else ""

    @property
    def numbers(self) -> dict:
        """The row of the table to download."""
        columns = {"arm": self.arm, "target": self.target, "months": self.months}
        for measure, row in self.at.items():
            columns |= {measure: row["value"], f"{measure}_low": row["low"], f"{measure}_high": row["high"]}
        return columns


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
        gains = sorted((row for row in last if row["measure"] == "held_elsewhere" and row["place"]), key=lambda row: -row["value"])
        to = tuple((study.place_names.get(row["place"], row["place"]), row) for row in gains if row["low"] is not None and row["low"] > 0)
        found.append(Moved(arm, title, target, months, at, to))
    return found
