"""Numbers and chances in words: what the terminal and the report print, the same in both."""

import math
from collections.abc import Mapping, Sequence

from experiments.comparison.strength import CLEAR, FEWEST_VOTES, INDISTINCT, LIKELY, OF_SUMS, UP
from model.registry.calendar import monday

MINUS, SPACE = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"
CONDITIONAL = "After August 2023 this is a conditional world: nothing else happens."
ILLUSTRATIVE = "Illustrative: hand-set parameters."
BETTER, WORSE, UNCHANGED, NEITHER = "better", "worse", "unchanged", "neither"
HOW = {CLEAR: "clearly", LIKELY: LIKELY}  # better or worse


def step_of(*values: float) -> float:
    """Return the unit to which `values` are rounded together: two significant digits of the largest."""
    largest = max((abs(v) for v in values if v is not None and math.isfinite(v)), default=0.0)
    return 10.0 ** (math.floor(math.log10(largest)) - 1) if largest > 0 else 1.0


def scaled(value: float, unit: str) -> float:
    """Return `value` in the unit that is printed: shares in per cent, money in USD."""
    return value * {"share": 100.0, "million USD": 1e6}.get(unit, 1.0)


def unit_of(unit: str, change: bool = False) -> str:
    """Return the unit as printed beside a level, or beside a change of it."""
    if unit == "share":
        return "percentage points" if change else "%"
    return {"million USD": "USD"}.get(unit, unit)


LONG_STEPS = ((1e9, f"{SPACE}billion"), (1e6, f"{SPACE}million"))
SHORT_STEPS = ((1e9, "bn"), (1e6, "M"), (1e4, "k"))  # for a terminal; five digits and more


def number(
    value: float | None, unit: str = "", step: float | None = None, signed: bool = False, sizes=LONG_STEPS
) -> str:
    """Return `value` rounded to `step` (two significant digits without one), as text.

    `step` is in the printed unit (`scaled`). Nothing known (None, NaN) is a dash.
    """
    if value is None or not math.isfinite(value):
        return "–"
    value = scaled(value, unit)
    step = step_of(value) if step is None else step
    rounded = round(value / step) * step
    sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    return sign + _plain(abs(rounded), step, sizes) + ("" if unit != "share" or signed else f"{SPACE}%")


def _plain(value: float, step: float, sizes) -> str:
    for size, name in sizes:
        if value >= size:
            size = min(size, 1e3) if name == "k" else size
            return f"{value / size:,.{_decimals(step / size)}f}{name}"
    return f"{value:,.{_decimals(step)}f}"


def _decimals(step: float) -> int:
    return max(0, -math.floor(math.log10(step) + 1e-9))


def change(
    difference: float | None, low: float | None, high: float | None, unit: str, sizes=LONG_STEPS
) -> tuple[str, str]:
    """Return (difference, interval) as text, rounded together to what the interval supports.

    A difference that is left with a single digit gets one more."""
    if difference is None:
        return "–", ""
    values = [None if v is None else scaled(v, unit) for v in (difference, low, high)]
    step = step_of(*values)
    own = step / 10 if values[0] is not None and step / 2 <= abs(values[0]) < 10 * step else step
    middle, *ends = (
        number(v, unit, s if not _one_sided(low, high) else _step_that_tells(v, unit, s), True, sizes)
        for v, s in ((difference, own), (low, step), (high, step))
    )
    return middle, "one pair only" if low is None else " to ".join(ends)


def _step_that_tells(value: float, unit: str, step: float) -> float:
    """Return a finer step where the usual one would round an end to zero of an interval that excludes it."""
    size = abs(scaled(value, unit))
    return step if size >= step / 2 or size == 0 else 10.0 ** math.floor(math.log10(size))


def between(low: float | None, high: float | None) -> str:
    """Return the interval of a count, which is never below none."""
    if low is None or high is None:
        return "one pair only"
    step = step_of(low, high)
    return f"{number(max(0.0, low), step=step)} to {number(high, step=step)}"


def verdict(better: str | None, row: Mapping) -> str:
    """Return `better` or `worse` where a row of results is likely or clear (`experiments/comparison/strength.py`).

    Else `not distinguishable`; `unchanged` where no pair differs, `neither` for an outcome without a better direction.
    """
    if row["low"] == row["high"] == 0:
        return UNCHANGED
    if better is None:
        return NEITHER
    if not shown(row):
        return INDISTINCT
    return BETTER if row["direction"] == better else WORSE


def shown(row: Mapping) -> bool:
    """Return whether a row of results shows an effect, likely or clearly, either way."""
    return row["strength"] in (LIKELY, CLEAR)


def rises(row: Mapping) -> bool:
    """Return whether a row of results shows a rise."""
    return shown(row) and row["direction"] == UP


def voters(row: Mapping) -> tuple[int, str]:
    """Return how many draws, or pairs of the one draw, a row of results rests on, and which of the two they are."""
    return (row["draws"], "draw") if row["draws"] > 1 else (row["replicates"], "pair")


def says(better: str | None, row: Mapping) -> str:
    """Return what a row shows, with those that agree: `clearly better, 62 of 64 draws`; ties count half."""
    how = verdict(better, row)
    many, one = voters(row)
    if how == UNCHANGED:
        return how
    if many < FEWEST_VOTES:
        return f"{'one ' + one + ' only' if many == 1 else f'{count(many, one)}: too few to tell'}"
    agree = f"{row['agree'] * many:g} of {count(many, one)}"
    if not shown(row):
        return f"{INDISTINCT}, {agree} agree"
    if how == NEITHER:
        how = "more" if row["direction"] == UP else "less"
    return f"{HOW[row['strength']]} {how}, {agree}"


def relative(row: Mapping, unit: str) -> tuple[str, str]:
    """Return the relative change of a row of results and the range of nine of ten draws: `-12 %`, `[-20, -4]`.

    Of shares in percentage points. Without a range where it is a ratio of sums.
    """
    if row["relative"] is None:
        return "–", ""
    middle, ends = change(row["relative"], row["relative_low"], row["relative_high"], "share")
    of = "points" if unit == "share" else "% in sum" if row["relative_kind"] == OF_SUMS else "%"
    return f"{middle}{SPACE}{of}", f"[{ends.replace(' to ', ', ')}]" if row["relative_low"] is not None else ""


def at_median(row: Mapping, unit: str, sizes=LONG_STEPS) -> str:
    """Return the difference at the median draw with its unit; nothing for shares, whose points say it already.

    Where a draw has too few people, the mean difference for each 1,000 people held, if that is known.
    """
    if unit == "share" or row["median"] is None:
        return ""
    if row.get("per_thousand") is not None:
        return f"{number(row['per_thousand'], signed=True)} for each 1,000 people held"
    return f"{change(row['median'], row['low'], row['high'], unit, sizes)[0]} {unit_of(unit)}"


def _one_sided(low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and (low > 0 or high < 0)


def percent(share: float) -> str:
    """Return a share as whole per cents."""
    return f"{100 * share:.0f}{SPACE}%"


def start(text: str) -> str:
    """Return `text` as the start of a sentence."""
    return text[:1].upper() + text[1:]


def count(number: int, one: str, many: str = "") -> str:
    """Return `1 pair` or `2,000 pairs`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def seeds_of_draws(plan) -> str:
    """Return how pairs lie in draws: `10 draws of the parameters x 2 seeds`, or with how many draws are repeated."""
    draws, seeds, repeated = plan["draws"], plan["replicates"], plan["repeated_draws"]
    worlds = f"{count(draws, 'draw')} of the parameters"
    if seeds > 1 and repeated and repeated < draws:
        return f"{worlds}, {repeated} of them on {seeds} seeds"
    return f"{worlds} x {count(seeds, 'seed')}"


def duration(seconds: float) -> str:
    """Return an estimate of a time, rounded up: `about 2 minutes`, `about 3 hours`."""
    units = ((60, "minute", 90), (3600, "hour", 48), (86_400, "day", math.inf))
    size, name = next((size, name) for size, name, most in units if math.ceil(seconds / size) <= most)
    return f"about {count(max(1, math.ceil(seconds / size)), name)}"


def room(size: float) -> str:
    """Return an estimate of room on a disk: `about 60 MB`, `about 2.5 GB`."""
    large = [(unit, name) for unit, name in ((1e12, "TB"), (1e9, "GB")) if size >= unit]
    unit, name = large[0] if large else (1e6, "MB")
    return f"about {size / unit:,.{int(bool(large))}f} {name}"


def listed(names: Sequence[str]) -> str:
    """Return `a, b and c`."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def day(week: int) -> str:
    """Return the day on which a week starts, as `6 January 2025`."""
    date = monday(week)
    return f"{date.day} {date:%B %Y}"


def more_or_fewer(value: float) -> str:
    """Return a change in people as `2,300 fewer` or `150 more`."""
    return f"{number(abs(value))} {'fewer' if value < 0 else 'more'}"


def cell(value) -> str:
    """Return the value of a registry's field as a cell of a table: lists joined, nothing for None, numbers short."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(cell(part) for part in value)
    if isinstance(value, dict):
        return f"{value['name']} ({value['why']}: {value['moves']}, {value['mode']} {value['effect']:g})"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
