"""Levels in words: each beside what is reported of it, for the command line, docs/levels.md and a comparison's head."""

import math
from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np

from calibration.levels.check import ELICITED, Judged, judge
from calibration.levels.levels import Level, read_levels
from calibration.levels.simulated import values

COLUMNS = ("quantity", "unit", "reported", "median (5 to 95 %)", "role", "verdict", "sources")


def number(x: float | None) -> str:
    """Return a number to three digits, with thousands."""
    if x is None or not math.isfinite(x):
        return "-"
    return f"{round(x, 2 - math.floor(math.log10(abs(x)))):,.0f}" if abs(x) >= 100 else f"{x:.3g}"


def reported(level: Level) -> str:
    """Return what is reported of a level, or which range is elicited."""
    if level.low is None:
        text = f"{number(level.high)} at most"
    elif level.high is None:
        text = f"{number(level.low)} or more"
    else:
        text = number(level.low) if level.low == level.high else f"{number(level.low)} to {number(level.high)}"
    return f"{text} (elicited)" if level.elicited else text


def rows(judged: Sequence[Judged]) -> list[list[str]]:
    """Return the table's rows, as `COLUMNS` name them."""
    return [
        [
            row.level.name,
            row.level.unit,
            reported(row.level),
            f"{number(row.median)} ({number(row.low)} to {number(row.high)})",
            row.level.role,
            row.verdict,
            " ".join(row.level.evidence) or row.level.elicited,
        ]
        for row in judged
    ]


BY_RUN_AND_PLACE = ("arm", "draw", "replicate", "week", "place")


def of_baseline(results) -> list[Judged]:
    """Return the levels marked `short` as a batch's own baseline holds them; none where it does not say where.

    `results`: as `experiments.read`. Levels of weeks that its runs do not reach are left out.
    """
    if not results.recorded_by_place:
        return []
    levels = [level for level in read_levels() if level.short]
    names = sorted({name for level in levels for count in (level.count, level.over) if count for name in count.of})
    runs = []
    for part in results.each("weekly", [*BY_RUN_AND_PLACE, *names]):
        arm = np.array(part["arm"].to_pylist(), object) == results.baseline
        draw, replicate, week = (part[key].to_numpy() for key in ("draw", "replicate", "week"))
        for pair in sorted(set(zip(draw[arm], replicate[arm]))):
            mine = np.flatnonzero(arm & (draw == pair[0]) & (replicate == pair[1]))
            weeks = len(np.unique(week[mine]))
            places = part["place"].take(mine[: len(mine) // weeks]).to_pylist()
            counts = {name: part[name].to_numpy()[mine].reshape(weeks, -1) for name in names}
            runs.append((places, weeks, counts))
    reached = min((weeks for _, weeks, _ in runs), default=0)
    levels = [level for level in levels if level.last <= reached]
    countries = {place["id"]: place["country"] for place in results.manifest["places"]}
    found = []
    for places, _, counts in runs:
        world = SimpleNamespace(place_ids=places, place_country=[countries[id] for id in places])
        found.append(values(levels, world, counts.__getitem__, {}))
    return judge(levels, found) if levels else []


def in_short(judged: Sequence[Judged]) -> list[str]:
    """Return a line a level: what the draws hold, and what is reported."""
    return [
        f"{row.level.name}: {number(row.median)} ({number(row.low)} to {number(row.high)}); "
        f"{'held likely' if row.level.elicited else 'reported'}: {reported(row.level).removesuffix(' (elicited)')}"
        for row in judged
    ]


def page(judged: Sequence[Judged], how: str, picture: str = "") -> str:
    """Return docs/levels.md."""
    lines = [
        "# Levels: what a world holds, beside what is reported",
        f"Written by `displace check levels --page docs/levels.md`. {how} A verdict is on the median, against what is "
        f"reported, widened by the error of the report; *{ELICITED}* marks a range that no source gives. *Fitted*: the "
        "fit used it; *put in*: an assumption sets it; *left to come out*: neither.",
        "\n".join(["| " + " | ".join(row) + " |" for row in (COLUMNS, ["---"] * len(COLUMNS), *rows(judged))]),
        *_what_stops_growth(picture),
        "How the sources are used: `displace list evidence`. What each quantity is: `calibration/levels/levels.toml`.",
    ]
    return "\n\n".join(lines) + "\n"


def _what_stops_growth(picture: str) -> list[str]:
    if not picture:
        return []
    return [
        "## What stops growth",
        f"![Margins of operations against people held in the world]({picture})",
        "Two things, and no cap: the more people are held in the world, the less each defrauds (black: nothing of the "
        "protected room is let; grey: nine of ten draws), and where protected room runs short its landlords take what "
        "is left (green). Shaded: people held in 2023, nine of ten draws, and their median. Demand as in 2019, where "
        "infrastructure is best.",
    ]


def as_json(judged: Sequence[Judged]) -> list[dict]:
    """Return all of it as plain values; None where nothing can be said."""

    def plain(x):
        return x if x is not None and math.isfinite(x) else None

    return [
        {
            "name": row.level.name,
            "unit": row.level.unit,
            "reported_low": row.level.low,
            "reported_high": row.level.high,
            "error": row.level.error,
            "elicited": row.level.elicited,
            "evidence": list(row.level.evidence),
            "note": row.level.note,
            "role": row.level.role,
            "median": plain(row.median),
            "low": plain(row.low),
            "high": plain(row.high),
            "verdict": row.verdict,
        }
        for row in judged
    ]
