"""Two worlds in step, the baseline and a policy: a Mesa model on one seed and one clock. It knows no browser."""

import threading
from dataclasses import replace

import mesa
import numpy as np
from mesa.experimental.scenarios import Scenario as MesaScenario

from model.mesa_views.scam_model import ScamModel, ScamScenario
from model.registry.calendar import monday, week_of
from model.registry.outcomes import O
from scenarios.loading import load
from scenarios.scenario import Scenario

from .opening import OPENING_SCALE, OPENING_SEED

BASELINE = "baseline"


class ShowScenario(MesaScenario):
    """What is played: a policy beside a baseline, and the people per agent. The seed is `rng`."""

    policy: Scenario | None = None
    baseline: Scenario | None = None
    people_per_agent: int = OPENING_SCALE

    def __init__(self, *, rng: int | None = OPENING_SEED, **given):
        super().__init__(rng=OPENING_SEED if rng is None else int(rng), **given)

    def inputs(self):
        """Return the model's inputs of both worlds, which end with the one that ends first."""
        scenarios = (self.baseline or load(BASELINE), self.policy or load(BASELINE))
        stop = min(scenario.stop for scenario in scenarios)
        made = [scenario.inputs(seed=self.rng, people_per_agent=self.people_per_agent) for scenario in scenarios]
        return [replace(inputs, stop=stop) for inputs in made]


class TwoWorlds(mesa.Model):
    """The baseline and a policy, week by week together. `worlds` are `ScamModel`s, the baseline's first.

    Both have the same seed: until the policy is known to anybody they are the same to the last bit.
    """

    def __init__(self, scenario: ShowScenario | None = None):
        scenario = scenario or ShowScenario()
        super().__init__(scenario=scenario)
        self.worlds = tuple(ScamModel(ScamScenario(inputs=inputs)) for inputs in scenario.inputs())
        self.turn = (
            threading.RLock()
        )  # held for a week, and by who reads both worlds: Mesa's own controls run in another thread

    @property
    def week(self) -> int:
        """The week to come; so many have been run."""
        return self.worlds[0].simulation.week

    @property
    def stop(self) -> int:
        return self.worlds[0].simulation.inputs.stop

    @property
    def date(self):
        """The Monday of the last week that was run."""
        return monday(max(0, self.week - 1))

    @property
    def policy_week(self) -> int | None:
        """The first week in which any policy acts, None without one."""
        return min((policy.start for policy in self.worlds[1].simulation.inputs.policies), default=None)

    def step(self):
        """Run one week in both worlds; after the last, nothing."""
        with self.turn:
            for world in self.worlds:
                world.step()
            self.running = self.week < self.stop

    def advance(self, week: int) -> "TwoWorlds":
        """Run both worlds up to `week`, not included."""
        while self.week < min(week, self.stop):
            self.step()
        return self

    def again(self) -> "TwoWorlds":
        """Return the same two worlds before their first week."""
        kept = self.scenario
        return TwoWorlds(
            ShowScenario(
                rng=kept.rng, policy=kept.policy, baseline=kept.baseline, people_per_agent=kept.people_per_agent
            )
        )

    def at(self, day) -> "TwoWorlds":
        """Return these worlds on a day: as they are if it lies ahead, else from the start."""
        week = min(max(week_of(day) + 1, 0), self.stop)
        return (self if week >= self.week else self.again()).advance(week)

    # --- what is read of them ----------------------------------------------------------------------

    def weekly(self, world: int, outcome: str, first: int = 0) -> np.ndarray:
        """Return an outcome by week and place since week `first`, float64 (weeks, P)."""
        return self.worlds[world].simulation.columns.weekly[first : self.week, O[outcome]]

    @property
    def places_of_policy(self) -> np.ndarray:
        """Where the policy acts: the places of operation that it names, or those of its states; bool (P)."""
        world = self.worlds[1].world
        policies = self.worlds[1].simulation.inputs.policies
        named = {name for policy in policies for name in (*policy.states, *policy.places)}
        everywhere = any(not policy.states and not policy.places for policy in policies)
        return np.array(
            [
                everywhere or place in named or country in named
                for place, country in zip(world.place_ids, world.place_country)
            ]
        )
