"""Small made-up worlds in which one mechanism can be watched alone, and how to read their runs."""

import math
from collections import defaultdict
from dataclasses import fields

import numpy as np

from model import Inputs, Result, World, compile_world
from model.registry.parameters import PARAMETERS
from model.world.tiny_world import ORIGIN, tiny_world

ENOUGH = 1e6
NEVER = math.inf  # of a mean time until something happens
NO_SCARCITY = dict(
    raids_per_month=0.0,
    call_outs_per_month=0.0,
    screening_per_week=ENOUGH,
    open_beds=ENOUGH,
    closed_beds=ENOUGH,
    court_cases_per_week=ENOUGH,
    return_help_per_week=ENOUGH,
)
# What becomes of firms and institutions no longer depends on who is held, or on what happened to whom.
NO_FEEDBACK = {row.name: 0 for row in PARAMETERS.values() if row.name.startswith("feedback_")} | dict(
    relocation_rule=1,
    market_saturation=0,
    fee_share_of_value=0,
    founding_rate=0,
    building_rate=0,
    site_spread=0,
    licensed_held=1,
    target_growth=0,
    closure_rate=0,
    closure_rate_at_loss=NEVER,
    idle_weeks=500,
    debt_limit=1e9,
    founding_size=1000,
)
# Nothing happens to people held, until a test says what.
NO_RISKS = dict.fromkeys(
    (
        "escape_rate",
        "ransom_rate",
        "release_rate",
        "consular_reach",
        "sale_rate",
        "death_rate",
        "armed_group_rate",
        "made_to_recruit_rate",
        "health_loss",
    ),
    0,
)
ALIKE = dict(
    cohort=0, share_male=1.0, share_minor=0.0, share_higher_education=0.0, share_market_language=0.0
)  # one stratum, if `share_young` is 1


def weekly(**rates) -> dict[str, float]:
    """Return parameters in their natural units, given what the model makes of them: rates per week."""
    return {name: PARAMETERS[name].natural(rate) for name, rate in rates.items()}


def small_world(origins=None, hosts=2, place=None, **state) -> World:
    """Return the tiny world with other origins (rows by country), one or two places of operation, other places and
    states.
    """
    graph = tiny_world(**state).graph.copy()
    for node in graph.nodes.values():
        node.update(place or {})
    if hosts == 1:
        graph.nodes["two"].update(host=0, start_people=0.0, start_sites=0)
    if origins:
        home = {row["iso3"]: name for name, row in graph.nodes.items()}
        graph.graph["origins"] = {
            code: {**ORIGIN, "iso3": code, "place": home[code], **row} for code, row in origins.items()
        }
        graph.graph["diaspora"] = []
        graph.graph["fits"] = [dict(line="any", nationality=code, fit=1.0) for code in origins]
    graph.graph["hash"] += f" {origins} {hosts} {place or {}}"
    return compile_world(graph)


def tiny_inputs(seed: int = 1, people_per_agent: int = 100, stop: int = 60, **more) -> Inputs:
    """Return inputs for a short run of the tiny world."""
    return Inputs(tiny_world(), seed, people_per_agent, stop=stop, **more)


def same_bytes(a: Result, b: Result) -> bool:
    """Tell whether two runs left the same behind, to the last bit."""
    return all(
        np.asarray(getattr(a, row.name)).tobytes() == np.asarray(getattr(b, row.name)).tobytes()
        for row in fields(Result)
    )


def histories(result: Result, *columns) -> dict[int, list[tuple]]:
    """Return what the event log tells of each person, in order: the week, the transition and `columns`."""
    found = defaultdict(list)
    names = ["week", "transition", *columns]
    for person, *event in zip(result.events["person"].tolist(), *(result.events[name].tolist() for name in names)):
        found[person].append(tuple(event))
    return dict(found)
