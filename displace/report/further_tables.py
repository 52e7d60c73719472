"""Further tables of the report: by month, after a policy's end, what each adds, who bears it, what it costs.

Each function returns what the template prints: titles, headers and cells as (text, interval), never a number.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from displace.wording import words
from displace.wording.study import Study
from experiments.design import unit_costs
from model.registry.outcomes import OUTCOMES

BESIDE = (
    "people_held",
    "in_detention",
    "punished_share",
    "coerced_returns",
    "free_and_safe",
)  # of what happens when a policy ends
BORNE = ("newly_held", "detained", "coerced_returns", "deaths")
GROUPS_SHOWN = 8  # of a dimension, those with most of it in the baseline
DIMENSION_TITLES = {
    "sex": "By sex",
    "child": "By age",
    "nationality": "By nationality",
    "how_recruited": "By how people were recruited",
    "state": "By responsible State",
}
COSTS = ("public", "ransom", "fraud", "journeys", "captivity_avoided", "per_week_avoided")


@dataclass(frozen=True)
class Grid:
    """A table: title, headers after the first column, and rows of (name, cells of (text, interval, verdict))."""

    title: str
    headers: list[str]
    rows: list[tuple[str, list[tuple[str, str, str]]]]


def cell(row: Mapping | None, value: str = "difference") -> tuple[str, str, str]:
    """Return (text, what stands beneath, verdict) of a row of results; dashes where there is none.

    The relative change with its range, and the difference at the median draw; where there is none, the mean with its
    interval.
    """
    if row is None or row[value] is None:
        return "–", "", words.NEITHER
    verdict = words.verdict(OUTCOMES[row["outcome"]].better, row)
    if verdict == words.UNCHANGED:
        return words.UNCHANGED, "", verdict
    if "relative" not in row:
        return *words.change(row[value], row["low"], row["high"], row["unit"]), verdict
    middle, ends = words.relative(row, row["unit"])
    return f"{middle} {ends}".strip(), words.at_median(row, row["unit"]), verdict


def _outcome_title(name: str) -> str:
    outcome = OUTCOMES[name]
    return f"{words.start(outcome.label)} ({words.unit_of(outcome.unit, change=True)})"


# --- time -------------------------------------------------------------------------------------------


def months(study: Study) -> list[Grid]:
    """Return the effects after 6, 12, 24 and 60 months, a table an outcome, a row a policy."""
    found = {(row["outcome"], row["arm"], row["months"]): row for row in study.results.effects.to_pylist()}
    columns = sorted({month for _, _, month in found})
    names = [name for name in study.plan["outcomes"] if any(key[0] == name for key in found)]
    return [
        Grid(
            _outcome_title(name),
            [f"{m} months" for m in columns],
            [(title, [cell(found.get((name, arm, m))) for m in columns]) for arm, title in study.titles.items()],
        )
        for name in names
    ]


def worse_before(study: Study) -> list[str]:
    """Say what is worse for some months and better in the end."""
    sentences = []
    for row in study.results.timing.to_pylist():
        if row["temporarily_worse"] and row["arm"] in study.titles:
            sentences.append(
                f"{study.titles[row['arm']]}: {OUTCOMES[row['outcome']].label}, worse from month "
                f"{row['first_worse']}, in {words.count(row['months_worse'], 'month')}"
            )
    return sentences


def endings(study: Study) -> list[Grid]:
    """Return what is left of an effect after a policy has ended, a table an outcome, a row a policy that ends."""
    rows = [row for row in study.results.endings.to_pylist() if row["arm"] in study.titles]
    found = {(row["outcome"], row["arm"], row["period"]): row for row in rows}
    periods = sorted(dict.fromkeys(row["period"] for row in rows), key=lambda period: not period.endswith("before"))
    ended = {row["arm"]: row["ended"] for row in rows}
    named = {arm: f"{study.titles[arm]} (ended {day.day} {day:%B %Y})" for arm, day in ended.items()}
    return [
        Grid(
            _outcome_title(name),
            periods,
            [(title, [cell(found.get((name, arm, p))) for p in periods]) for arm, title in named.items()],
        )
        for name in BESIDE
        if any(key[0] == name for key in found)
    ]


# --- what each adds ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Added:
    """What each policy of a factorial adds, how it is read (and what is confounded), and interacting pairs in words."""

    grid: Grid
    how: str
    pairs: list[str]


def contributions(study: Study) -> Added | None:
    """Return what each policy of a factorial adds; None without one."""
    from experiments.comparison.contributions import pulled, titles

    rows = [row for row in study.results.contributions.to_pylist() if row["outcome"] in study.plan["outcomes"]]
    if not rows:
        return None
    policies = list(dict.fromkeys(row["arm"] for row in rows if not row["beside"]))
    title = titles(study.manifest)
    run, all_of_them = len(pulled(study.manifest)[1]), 2 ** len(policies)
    read = (
        "Each figure is a Shapley value: what the policy adds to the others, averaged over every order in which they "
        "could be added. The figures of an outcome sum to the effect of all policies together."
    )
    mixed = (
        f"Only {run} of the {all_of_them} combinations were run: what several of these policies achieve "
        "together, beyond the sum of each, is mixed into these figures and cannot be separated from what each adds: "
        "they need not sum to the effect of all."
    )
    alone = {(row["outcome"], row["arm"]): row for row in rows if not row["beside"]}
    grid = Grid(
        "",
        [title[name] for name in policies],
        [
            (_outcome_title(o), [cell(alone.get((o, name)), "value") for name in policies])
            for o in study.plan["outcomes"]
            if (o, policies[0]) in alone
        ],
    )
    sentences = []
    for row in rows:
        if row["beside"] and words.shown(row):
            change, interval, verdict = cell(row, "value")
            how = f", which is {verdict}" if verdict in (words.BETTER, words.WORSE) else ""
            sentences.append(
                f"{title[row['arm']]} and {title[row['beside']]}: {OUTCOMES[row['outcome']].label} {change} "
                f"({interval}){how}"
            )
    return Added(grid, mixed if run < all_of_them else read, sentences)


# --- who bears it -----------------------------------------------------------------------------------


def burden(study: Study) -> list[tuple[str, list[Grid]]]:
    """Return each policy's effect by group of people: for each outcome a table a dimension, a row a group."""
    found = {
        (row["outcome"], row["dimension"], row["group"], row["arm"]): row for row in study.results.by_group.to_pylist()
    }
    grids = [
        (
            words.start(OUTCOMES[name].label),
            [grid for dimension in DIMENSION_TITLES if (grid := _by_dimension(study, found, name, dimension)).rows],
        )
        for name in BORNE
    ]
    return [(title, of_outcome) for title, of_outcome in grids if of_outcome]


def _by_dimension(study: Study, found: Mapping, name: str, dimension: str) -> Grid:
    first = next(iter(study.titles))
    level = {
        key[2]: row["baseline"] or 0
        for key, row in found.items()
        if (key[0], key[1], key[3]) == (name, dimension, first)
    }
    there = sorted((group for group in level if level[group] > 0), key=lambda group: -level[group])
    shown = there[:GROUPS_SHOWN]
    most = f", the {len(shown)} of {len(there)} with most in the baseline" if len(there) > len(shown) else ""
    rows = [
        (
            f"{study.place_names.get(g, g)} (baseline {words.number(level[g])})",
            [cell(found.get((name, dimension, g, arm))) for arm in study.titles],
        )
        for g in shown
    ]
    return Grid(
        f"{words.start(OUTCOMES[name].label)}. {DIMENSION_TITLES[dimension]}{most}", list(study.titles.values()), rows
    )


# --- what it costs ----------------------------------------------------------------------------------


NOT_KNOWN = {
    "USD": "fewer weeks are not clear, or spending is not known",
    "million USD": "a policy waits for a trigger: how long it acted is not recorded",
}


def costs(study: Study) -> Grid | None:
    """Return who bears what under each policy, and public spending for each week of captivity avoided."""
    from experiments.comparison.costs import COST_MEASURES

    found = {(row["arm"], row["measure"]): row for row in study.results.costs.to_pylist()}
    if not found:
        return None
    headers = [
        "Public spending",
        "Families: ransom",
        "People defrauded",
        "Lawful travellers: journeys lost",
        "Weeks of captivity avoided (operations, another sector, armed groups)",
        "USD for each such week",
    ]
    rows = [
        (title, [_cost(found.get((arm, measure)), COST_MEASURES[measure][0]) for measure in COSTS])
        for arm, title in study.titles.items()
    ]
    return Grid("", headers, rows)


def _cost(row: Mapping | None, unit: str) -> tuple[str, str, str]:
    if row is None or row["value"] is None:
        return "–", NOT_KNOWN.get(unit, ""), words.NEITHER
    middle, ends = words.change(row["value"], row["low"], row["high"], unit)
    if row["strength"] is None:
        return middle, ends, words.NEITHER
    relative = words.relative(row, unit)[0] + ", " if row["relative"] is not None else ""
    shown = words.NEITHER if words.shown(row) else words.INDISTINCT
    return middle, f"{ends}; {relative}{words.says(None, row)}", shown


def unit_cost_rows() -> list[dict]:
    """Return the unit costs as they are declared."""
    return [
        {
            "label": words.start(item.label),
            "range": "as simulated" if item.low == item.high else f"{item.low:,.0f} to {item.high:,.0f} USD",
            "per": item.per,
            "payer": item.payer,
            "why": item.why,
        }
        for item in unit_costs.COST_ITEMS
    ]
