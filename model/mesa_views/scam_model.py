"""A run as a Mesa model: `ScamModel`, which DataCollector and SolaraViz know, over a `Simulation`."""

from collections.abc import Mapping
from dataclasses import replace

import mesa
import networkx as nx
from mesa.agent import AgentSet
from mesa.discrete_space import Network
from mesa.experimental.scenarios import Scenario

from model.model import Inputs, Simulation
from model.registry.calendar import monday
from model.registry.outcomes import HEADLINE, O

from .agents import AGENT_KINDS, STANDING, View


class ScamScenario(Scenario):
    """What a run of the model is a function of: `inputs`, whose seed gives way to `rng` where that is given.

    A subclass may declare parameters of its own and build `inputs` from them in a property.
    """

    inputs: Inputs | None = None

    def __init__(self, *, rng: int | None = None, inputs: Inputs | None = None, **parameters):
        if inputs is not None:
            rng = inputs.seed if rng is None else rng
            inputs = replace(inputs, seed=rng)
        super().__init__(rng=0 if rng is None else rng, inputs=inputs, **parameters)


class ByKind(Mapping):
    """`model.agents_by_type`: each kind's agents as they stand when they are asked for."""

    def __init__(self, model):
        self._model = model

    def __getitem__(self, kind):
        if kind not in AGENT_KINDS:
            raise KeyError(
                f"{kind!r} is no kind of agent here: expected one of {', '.join(k.__name__ for k in AGENT_KINDS)}"
            )
        return self._model.look_at(kind)

    def __iter__(self):
        return iter(AGENT_KINDS)

    def __len__(self):
        return len(AGENT_KINDS)


class ScamModel(mesa.Model):
    """The model as Mesa's users know it: `step()`, `agents_by_type`, `datacollector`, `space`.

    `model.time` counts weeks; the week of `model.date` is the next to be run. All chance is keyed inside the week:
    Mesa's own generators only shuffle what a user asks them to.
    """

    def __init__(
        self,
        scenario: ScamScenario | None = None,
        *,
        rng: int | None = None,
        inputs: Inputs | None = None,
        **parameters,
    ):
        """Make a model of a `scenario`, or of `inputs` with other `parameters` (by name), as `mesa.batch_run` does.

        `rng` is the seed, by default that of the inputs. Raises ValueError where there are no inputs, for an unknown
        parameter, and for `seed`, which Mesa gave up.
        """
        if "seed" in parameters:
            raise ValueError("ScamModel takes its seed as rng: ScamModel(inputs=..., rng=1)")
        if scenario is not None and (inputs is not None or parameters):
            raise ValueError("ScamModel takes a scenario, or inputs and parameters, not both")
        if scenario is None and inputs is not None:
            values = {**inputs.parameters, **parameters}
            scenario = ScamScenario(rng=rng, inputs=replace(inputs, parameters=values))
        if getattr(scenario, "inputs", None) is None:
            raise ValueError(
                "ScamModel needs inputs: ScamModel(inputs=load('baseline').inputs(seed=1)), or a ScamScenario with them"
            )
        super().__init__(scenario=scenario, rng=rng)
        self.simulation = Simulation(scenario.inputs)
        self.world, self.scale = scenario.inputs.world, scenario.inputs.people_per_agent
        roads = nx.DiGraph(list(zip(self.world.edges.source.tolist(), self.world.edges.target.tolist())))
        roads.add_nodes_from(range(len(self.world.place_ids)))
        where = dict(enumerate(zip(self.world.lon, self.world.lat)))
        self.space = Network(roads, layout=where, random=self.random)
        self.datacollector = mesa.DataCollector(
            model_reporters={name: [self.outcome, [name]] for name in HEADLINE if name in O.__members__}
        )
        self._looked = {}

    @property
    def date(self):
        """The Monday of the week to come."""
        return monday(self.simulation.week)

    def step(self):
        """Run one week and collect; after the last week, nothing."""
        run = self.simulation
        if run.week < run.inputs.stop:
            run.step()
            self.datacollector.collect(self)
        self.running = run.week < run.inputs.stop

    def outcome(self, name: str, place: int | str | None = None) -> float:
        """Return an outcome (`outcomes.py`, no ratio) of the last week, worldwide or at a place, by number or id.

        Raises ValueError for an unknown outcome or place.
        """
        ids = self.world.place_ids
        if name not in O.__members__:
            raise ValueError(f"{name!r} is no outcome of a week: expected one of {', '.join(O.__members__)}")
        if place is not None and place not in ids and place not in range(len(ids)):
            raise ValueError(f"{place!r} is no place: expected an id, such as {ids[0]!r}, or 0 to {len(ids) - 1}")
        values = self.simulation.columns.tally[O[name]]
        if place is None:
            return float(values.sum())
        return float(values[self.world.place_index[place] if isinstance(place, str) else place])

    def look_at(self, kind: type[View]) -> AgentSet:
        """Return the agents of a kind as they stand: once a week, new ones get a view and those gone lose theirs."""
        run, known = self.simulation, super().agents_by_type
        if self._looked.get(kind) != run.week:
            self._looked[kind] = run.week
            gone = {view.identity: view for view in known.get(kind, ())}
            rows = kind.rows(run)
            for identity, row in zip(kind.identities(run, rows), rows.tolist()):
                (gone.pop(identity, None) or kind(self, identity)).follow(row)
            for view in gone.values():
                view.leave()
        return known.get(kind, AgentSet([], random=self.random))

    # Mesa's three ways to the agents, overridden together: DataCollector's reporters by type would otherwise
    # record nothing and not say so.

    @property
    def agents(self) -> AgentSet:
        """All agents but the people, who are many: ask for `agents_by_type[Migrant]`."""
        return AgentSet([view for kind in STANDING for view in self.look_at(kind)], random=self.random)

    @property
    def agent_types(self) -> list[type[View]]:
        return list(AGENT_KINDS)

    @property
    def agents_by_type(self) -> ByKind:
        return ByKind(self)
