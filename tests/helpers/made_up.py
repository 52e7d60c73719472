"""Results made up by hand, so that what is computed from them is known: a world of four places, a few weeks."""

from types import SimpleNamespace

import numpy as np

from experiments.batch import rows as of_run
from experiments.comparison.read import Results
from experiments.results.columns import from_rows
from experiments.results.folder import SCHEMA_VERSION
from experiments.results.parquet import Part
from model.registry.outcomes import OUTCOMES, RECORDED, O

STAMP = {"displace.plan": "made-up"}
PLACES = ("a1", "a2", "b1", "far")
COUNTRY = ("AAA", "AAA", "BBB", "CCC")
KINDS = ("city", "zone", "city", "beyond")
WORLD = SimpleNamespace(place_ids=PLACES)


def manifest(
    arms: dict[str, list[dict]], replicates: int, draws: int, stop: int, window_start: int, outcomes=("people_held",)
) -> dict:
    """Return a manifest; `arms` gives each arm's policies, the first arm is the baseline. No key that is not used."""
    return {
        "schema_version": SCHEMA_VERSION,
        "plan": {
            "hash": "made-up",
            "code": "",
            "baseline": next(iter(arms)),
            "replicates": replicates,
            "draws": draws,
            "repeated_draws": None,
            "seed": 7,
            "people_per_agent": 10,
            "record": "places",
            "groups": False,
            "outcomes": list(outcomes),
            "window_start": window_start,
            "stop": stop,
            "arms": {name: {"policies": policies, "hash": name} for name, policies in arms.items()},
        },
        "places": [
            {"id": id, "country": country, "kind": kind, "host": True}
            for id, country, kind in zip(PLACES, COUNTRY, KINDS)
        ],
        "commit": "",
        "lock": "",
        "version": "",
        "versions": {},
        "finished": None,
    }


def policy(lever: str, states=(), places=(), start=10, strength=1.0, end=783) -> dict:
    return {
        "lever": lever,
        "states": list(states),
        "places": list(places),
        "strength": strength,
        "announced": start,
        "start": start,
        "end": end,
        "pauses": [],
    }


def results(plan: dict, weekly, moves=()) -> Results:
    """Return Results of runs whose numbers `weekly(arm, draw, replicate)` gives: {outcome: (weeks, 4)}, 0 for the rest.

    None is a run that failed. `moves`: (arm, week, source, target, people), the same in every run.
    """
    arms = tuple(plan["plan"]["arms"])
    parts = {name: Part(name, STAMP) for name in ("weekly", "worldwide", "relocations", "runs", "summary")}
    runs = []
    for draw in range(plan["plan"]["draws"]):
        for replicate in range(plan["plan"]["replicates"]):
            for arm in arms:
                numbers = weekly(arm, draw, replicate)
                runs.append(
                    {
                        "arm": arm,
                        "draw": draw,
                        "replicate": replicate,
                        "seed": 1,
                        "status": "ok" if numbers else "failed",
                    }
                )
                if numbers:
                    _add(parts, of_run.Tag(arms, arm, draw, replicate), plan["plan"], numbers, moves)
    parts["runs"].add(from_rows("runs", runs))
    return Results(plan, [{name: part.bytes() for name, part in parts.items()}])


def _add(parts, tag, plan, numbers, moves):
    recorded = np.zeros((plan["stop"], len(RECORDED), len(PLACES)))
    for name, values in numbers.items():
        assert name in OUTCOMES
        recorded[:, O[name], :] = values
    mine = [
        (week, PLACES.index(source), PLACES.index(target), 1, people)
        for arm, week, source, target, people in moves
        if arm == tag.arm
    ]
    run = SimpleNamespace(
        first_week=0,
        weekly=recorded,
        window_sum=recorded[plan["window_start"] :].sum(axis=0),
        window_end=recorded[-1],
        window_weeks=plan["stop"] - plan["window_start"],
        relocations=np.array(
            mine, [("week", "i4"), ("source", "i2"), ("target", "i2"), ("operations", "i4"), ("people", "f8")]
        ),
    )
    parts["weekly"].add(of_run.weekly(tag, run, WORLD))
    parts["worldwide"].add(of_run.worldwide(tag, run))
    parts["relocations"].add(of_run.relocations(tag, run, WORLD))
    parts["summary"].add(of_run.summary(tag, run, WORLD, at_places=of_run.EVERY_OUTCOME))


def rows(table, **wanted) -> list[dict]:
    """Return the rows of an Arrow table in which every given column has the given value."""
    return [row for row in table.to_pylist() if all(row[name] == value for name, value in wanted.items())]


def row(table, **wanted) -> dict:
    """Return the one row in which every given column has the given value."""
    found = rows(table, **wanted)
    assert len(found) == 1, f"{len(found)} rows with {wanted}"
    return found[0]
