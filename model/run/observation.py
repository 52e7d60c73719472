"""What reporters would have reported: expected reports of a run, beside its true state.

A *series* is something that somebody counts and reports: an estimate of the true state, cases known to consulates,
complaints to hotlines, people whom authorities say they freed. Its expected number is the true count times the
probability that the reporter learns of it (`beliefs.gather_leads`) times the share of what it knows that is
published. By place and week, or by state, nationality and quarter.
"""

from dataclasses import dataclass

import numpy as np

from model.registry.outcomes import OUTCOMES, O, is_level
from model.registry.parameters import PARAMETERS

from .results import QUARTER

ESTIMATE, CONSULATES, HOTLINES, AUTHORITIES, PRESS = "estimate", "consulates", "hotlines", "authorities", "press"
PERSONS, SITES, FIRMS, MONEY = "persons", "sites", "firms", "money"  # tiers: what one of a count is


@dataclass(frozen=True)
class Series:
    """`of`: outcomes that are added up; `published`: the parameter that says which share of them is reported, or none.

    `cases` restricts what consulates know: "all", "held" (an alarm from inside), "out" or "detained" (of those out).
    """

    name: str
    label: str
    reporter: str
    tier: str
    of: tuple[str, ...]
    published: str = ""
    cases: str = ""

    @property
    def level(self) -> bool:
        """Whether it is a level at a week's end, which averages over time, and no flow."""
        return is_level(OUTCOMES[self.of[0]])

    @property
    def by_nationality(self) -> bool:
        """Whether it can be reported by nationality."""
        return bool(self.cases) or all(OUTCOMES[name].by_group for name in self.of)


_BY_CONSULATES, _BY_AUTHORITIES, _BY_HOTLINES = (
    "published_by_consulates",
    "published_by_authorities",
    "published_by_hotlines",
)
_CASES = ("reports_to_consulates",)

SERIES = (
    Series("people_held", "people held in operations", ESTIMATE, PERSONS, ("people_held",)),
    Series("trafficked_held", "people held who are trafficked", ESTIMATE, PERSONS, ("trafficked_held",)),
    Series("newly_held", "people newly held", ESTIMATE, PERSONS, ("newly_held",)),
    Series("retrafficked", "people trafficked again", ESTIMATE, PERSONS, ("retrafficked",)),
    Series("deaths_in_captivity", "deaths in captivity", ESTIMATE, PERSONS, ("deaths_in_captivity",)),
    Series("stranded", "people stranded", ESTIMATE, PERSONS, ("stranded",)),
    Series("compounds", "compounds standing", ESTIMATE, SITES, ("compounds",)),
    Series("operations", "operations at work", ESTIMATE, FIRMS, ("operations",)),
    Series("money_defrauded", "money defrauded", ESTIMATE, MONEY, ("money_defrauded",)),
    Series("cases", "cases known to consulates", CONSULATES, PERSONS, _CASES, _BY_CONSULATES, "all"),
    Series("cases_held", "cases known to consulates, still held", CONSULATES, PERSONS, _CASES, _BY_CONSULATES, "held"),
    Series(
        "cases_out", "cases known to consulates, out of captivity", CONSULATES, PERSONS, _CASES, _BY_CONSULATES, "out"
    ),
    Series(
        "cases_detained",
        "cases known to consulates, out but detained",
        CONSULATES,
        PERSONS,
        _CASES,
        _BY_CONSULATES,
        "detained",
    ),
    Series(
        "brought_out", "people whose rescue their own state reports", CONSULATES, PERSONS, ("freed",), _BY_CONSULATES
    ),
    Series(
        "complaints", "complaints to hotlines and police", HOTLINES, PERSONS, ("reports_to_hotlines",), _BY_HOTLINES
    ),
    Series("rescued", "people freed, as authorities tell", AUTHORITIES, PERSONS, ("freed",), _BY_AUTHORITIES),
    Series(
        "identified", "people identified, as authorities tell", AUTHORITIES, PERSONS, ("identified",), _BY_AUTHORITIES
    ),
    Series("detained", "people detained, as authorities tell", AUTHORITIES, PERSONS, ("detained",), _BY_AUTHORITIES),
    Series(
        "deported", "people sent back, as authorities tell", AUTHORITIES, PERSONS, ("coerced_returns",), _BY_AUTHORITIES
    ),
    Series("press_reports", "cases reported by press and civil society", PRESS, PERSONS, ("reports_in_press",)),
)
BY_SERIES = {series.name: series for series in SERIES}


def reports_by_place(series: Series, result, world, values) -> np.ndarray:
    """Return expected reports by week and place, float64 (weeks, P), in the outcome's unit.

    `result` is recorded by place, with groups where `series.cases` restricts; `values`: all parameters by name,
    in their natural units.
    """
    counts = result.weekly[:, [O[name] for name in series.of], :].sum(axis=1) * _published(series, values)
    if series.cases in ("", "all"):
        return counts
    parts, total = (_known_cases(which, result, world, values).sum(axis=2) for which in (series.cases, "all"))
    share = np.divide(parts, total, out=np.zeros_like(total), where=total > 0)
    return counts * share[QUARTER[: len(counts)]][:, world.places.state]


def reports_by_nationality(series: Series, result, world, values) -> np.ndarray:
    """Return expected reports by quarter, responsible state and nationality, float64 (quarters, S, N).

    A level is in person-weeks of the quarter. What consulates know of in a state is spread over nationalities by whom
    alarms and people who came out concern, and by where their consulates are, as in `beliefs.gather_leads`.
    """
    if not series.cases:
        return _groups(series.of, result, world) * _published(series, values)
    known, every = (_known_cases(which, result, world, values) for which in (series.cases, "all"))
    recorded, total = _recorded(result, world) * _published(series, values), every.sum(axis=2)
    return known * np.divide(recorded, total, out=np.zeros_like(total), where=total > 0)[:, :, None]


def _published(series, values) -> float:
    return values[series.published] if series.published else 1.0


def _groups(names, result, world) -> np.ndarray:
    rows = result.groups
    counts = np.zeros((int(QUARTER[result.last_week - 1]) + 1, len(world.states), len(world.nationalities)))
    for name in names:
        np.add.at(counts, (rows["quarter"], rows["state"], rows["nationality"]), rows[name])
    return counts


def _known_cases(which, result, world, values) -> np.ndarray:
    """Return how many cases consulates would know of, (quarters, S, N), up to a factor by quarter and state."""
    alone = values["reports_without_consulate"]
    reach = alone + (1.0 - alone) * world.consulate.T
    out = _groups(("out",), result, world) * values["consular_contact"] * reach
    held = _groups(("people_held",), result, world) * PARAMETERS["calls_home"].per_week(values["calls_home"]) * reach
    held *= _share_of_calls(held.sum(axis=2), out.sum(axis=2), _recorded(result, world))[:, :, None]
    if which == "detained":
        came, taken = (_groups((name,), result, world) for name in ("out", "detained"))
        return out * np.divide(np.minimum(taken, came), came, out=np.zeros_like(came), where=came > 0)
    return {"held": held, "out": out, "all": held + out}[which]


def _recorded(result, world) -> np.ndarray:
    """Return the cases that consulates came to know of, (quarters, S)."""
    weekly = result.weekly[:, O[_CASES[0]], :]
    recorded = np.zeros((int(QUARTER[result.last_week - 1]) + 1, len(world.states)))
    np.add.at(recorded, (QUARTER[: len(weekly)][:, None], world.places.state[None, :]), weekly)
    return recorded


def _share_of_calls(held, out, recorded) -> np.ndarray:
    """Return the share made of the calls that usual contact and no fear would bring: beyond those who came out."""
    return np.clip(np.divide(recorded - out, held, out=np.zeros_like(held), where=held > 0), 0.0, None)
