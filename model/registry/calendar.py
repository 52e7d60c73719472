"""Weeks of the simulation as dates. Weeks count from Monday 4 January 2016 (week 0)."""

from datetime import date, timedelta

WEEK_0 = date(2016, 1, 4)
WEEKS = 783  # up to and including the week of 30 December 2030
WEEKS_A_MONTH = 4.345
WEEKS_A_YEAR = 52.18


def week_of(day: date) -> int:
    """Return the week that contains `day` (week 0 starts on 4 January 2016)."""
    return (day - WEEK_0).days // 7


def monday(week: int) -> date:
    """Return the Monday on which `week` starts."""
    return WEEK_0 + timedelta(weeks=int(week))
