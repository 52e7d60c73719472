"""What a run holds of each level: from its weekly counts by place, and from the people held when a window ends."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from model.people.roster import FEMALE, MALE
from model.registry.calendar import WEEKS_A_YEAR
from model.registry.life_course import S
from model.registry.outcomes import OUTCOMES, O, is_level
from scenarios.loading import load

from .levels import Count, Level, last_week


@lru_cache
def _history(name: str):
    return load(name)


def simulate(
    levels: Sequence[Level], seed: int, people_per_agent: int, parameters: Mapping[str, float], scenario="baseline"
) -> list[float]:
    """Run one world and return the value of each level, NaN where a ratio divides by nothing."""
    from model.model import Simulation

    stop = last_week(levels)
    run = Simulation(replace(_history(scenario).inputs(seed, people_per_agent, dict(parameters)), stop=stop))
    people = {}
    for week in sorted({level.last for level in levels if level.count.of_people_there}):
        people[week] = held_people(run.advance(week))
    run.advance(stop)
    world, weekly = run.inputs.world, run.result().weekly
    return values(levels, world, lambda outcome: weekly[:, O[outcome], :], people)


def held_people(run) -> np.ndarray:
    """Return persons held by place, nationality, sex and child, float64 (P, N, 2, 2)."""
    world = run.inputs.world
    counts = np.zeros((len(world.place_ids), len(world.nationalities), 2, 2))
    people = run.columns.people[: run.columns.used[0].people]
    held = people[people.status == S.held]
    np.add.at(counts, (held.place, held.nation, held.sex, held.child), float(run.inputs.people_per_agent))
    return counts


def values(levels: Sequence[Level], world, weekly: Callable[[str], np.ndarray], people: Mapping) -> list[float]:
    """Return the value of each level.

    `weekly(outcome)`: float (weeks, P); `people`: by the week at which a window ends, as `held_people`.
    """
    return [_value(level, world, weekly, people) for level in levels]


def _value(level, world, weekly, people) -> float:
    def total(count: Count) -> float:
        where = [k for k, both in enumerate(_places(world)) if not count.places or set(both) & set(count.places)]
        if count.of_people_there:
            return _people(count, world, people[level.last], where)
        return float(sum(weekly(name)[level.first : level.last][:, where].sum() for name in count.of))

    value = total(level.count)
    if level.over:
        below = total(level.over)
        return value / below * level.times if below > 0 else float("nan")
    if level.count.of_people_there:
        return value * level.times
    a_year = 1.0 if is_level(OUTCOMES[level.count.of[0]]) else WEEKS_A_YEAR
    return value / (level.last - level.first) * a_year * level.times


def _people(count: Count, world, held: np.ndarray, where) -> float:
    sexes = {"men": [MALE], "women": [FEMALE]}.get(count.who, [MALE, FEMALE])
    ages = [1] if count.who == "children" else [0, 1]
    chosen = 0.0
    for place in where:
        mine = [
            n
            for n, code in enumerate(world.nationalities)
            if (not count.nationalities or code in count.nationalities)
            and (not count.nationals_of_place or code == world.place_country[place])
        ]
        chosen += held[place][np.ix_(mine, sexes, ages)].sum()
    return float(chosen)


def _places(world):
    return zip(world.place_ids, world.place_country)
