"""What happens when a policy ends: the effect in the year before, and in the years after.

An arm's end is the week in which the last of its policies that end have ended. Effects are paired differences, as
everywhere; a year after is read beside the year before.
"""

from collections.abc import Iterator, Mapping

import pyarrow as pa

from experiments.results.columns import from_rows
from experiments.results.reader import StoredResults
from model.registry.calendar import monday

from .paired import A_YEAR, Course, effect_of_arm, of_interest, pairs_of
from .strength import among_many

YEARS_AFTER = 3


def end_of(manifest: Mapping, arm: str) -> int | None:
    """Return the week in which the last policy of an arm that ends within the run has ended, or None."""
    plan = manifest["plan"]
    known = plan["arms"][plan["baseline"]]["policies"]
    ends = [
        p["end"]
        for p in plan["arms"][arm]["policies"]
        if p not in known and plan["window_start"] < p["end"] < plan["stop"]
    ]
    return max(ends, default=None)


def periods(ended: int, start: int, stop: int) -> Iterator[tuple[str, int, int]]:
    """Yield (name, first week, week after the last) of the year before an end and of the whole years after it.

    Of the year before, as much as there is.
    """
    first = max(start, ended - A_YEAR)
    yield (
        "year before" if ended - first == A_YEAR else f"{ended - first} week{'s' * (ended - first > 1)} before",
        first,
        ended,
    )
    for year in range(YEARS_AFTER):
        first = ended + year * A_YEAR
        if first + A_YEAR <= stop:
            yield f"year {year + 1} after", first, first + A_YEAR


def endings(results: StoredResults, stamp=None) -> pa.Table:
    """Return table `endings`: worldwide, for the outcomes of interest of every arm in which a policy ends."""
    ended = {arm: week for arm in results.compared if (week := end_of(results.manifest, arm)) is not None}
    rows = []
    for outcome in of_interest(results) if ended and results.by_week else ():
        course, pairs = Course(results, outcome), pairs_of(results)
        for arm, week in ended.items():
            for period, first, after in periods(week, *results.window):
                effect = next(effect_of_arm(results, pairs, arm, course.over(first, after)[:, :, None], [outcome.unit]))
                key = {
                    "arm": arm,
                    "ended": monday(week),
                    "outcome": outcome.name,
                    "unit": outcome.unit,
                    "aggregate": outcome.aggregate,
                    "period": period,
                }
                rows.append(key | effect)
    return from_rows("endings", among_many(rows), stamp)
