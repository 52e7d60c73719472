"""Mesa agents: views of the columns, made when they are asked for and never in a batch run.

`ScamModel` is a `mesa.Model` whose week is the compiled week of `model.py`. A view reads one row and
decides nothing. It lives as long as its agent, so that what is collected over time belongs together.
Compounds, operations, recruiters, border posts and states stand in the cells of a `Network` of the
world's places. People are many: they come only by `model.agents_by_type[Migrant]`, and never stand in
a cell.
"""

from collections.abc import Mapping
from dataclasses import replace

import mesa
import networkx as nx
import numpy as np
from mesa.agent import AgentSet
from mesa.discrete_space import CellAgent, FixedAgent, Network
from mesa.experimental.scenarios import Scenario

from model.model import Inputs, Simulation
from model.operations.compounds import SITE
from model.operations.operations import OPERATION
from model.people.border_officials import POST
from model.people.person import PERSON
from model.people.recruiters import RING
from model.registry.institutions import I
from model.registry.life_course import S
from model.registry.outcomes import HEADLINE, O
from model.registry.policy import monday
from model.states.states import STATE
from model.world.places import NO_POST

HOME = (S.at_home, S.returned, S.reintegrated, S.prosecuted_at_home, S.dead)


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


# --- a row that reads like an agent ---------------------------------------------------------------------


class View(mesa.Agent):
    """A row of a kind's table. Each declared column is a read-only property.

    A subclass tells where its table is (`table`), which rows are its agents (`rows`), and what tells an
    agent from the next one in the same row (`identities`). Nothing else knows where columns are.
    """

    def __init_subclass__(cls, columns=(), **more):
        super().__init_subclass__(**more)
        for name, _, meaning in columns:
            if name not in vars(cls):
                setattr(cls, name, _column(name, meaning))

    def __init__(self, model, identity):
        super().__init__(model)
        self.identity, self.row = identity, None

    def __repr__(self):
        return f"<{type(self).__name__} {self.unique_id}>"

    @staticmethod
    def table(run: Simulation) -> np.recarray:
        raise NotImplementedError

    @classmethod
    def column(cls, run: Simulation, name: str) -> np.ndarray:
        return cls.table(run)[name]

    @classmethod
    def rows(cls, run: Simulation) -> np.ndarray:
        """Return the rows that are agents; by default all."""
        return np.arange(len(cls.table(run)))

    @classmethod
    def identities(cls, run: Simulation, rows) -> list:
        """Return what identifies the agents of these rows; by default the row, where none is used again."""
        return rows.tolist()

    def follow(self, row: int):
        """Read this row from now on."""
        self.row = row


def _column(name, meaning):
    return property(lambda view: view.column(view.model.simulation, name)[view.row].item(), doc=meaning)


class Placed(View):
    """A view that stands in the cell of its place (an index; `cell.coordinate` is the same)."""

    def follow(self, row):
        super().follow(row)
        if self.cell is None or self.cell.coordinate != self.place:
            self.cell = self.model.space[self.place]

    @property
    def place_name(self) -> str:
        return self.model.world.place_names[self.place]


class Compound(Placed, FixedAgent, columns=SITE):
    """A site that stands: what is raided, hardened, closed and built."""

    @staticmethod
    def table(run):
        return run.columns.sites

    @classmethod
    def rows(cls, run):
        return np.flatnonzero(cls.column(run, "open"))

    @property
    def people_held(self) -> float:
        """Persons held in the compound."""
        return self.occupants * self.model.scale


class Operation(Placed, CellAgent, columns=OPERATION):
    """A firm in a compound: what holds people, earns and relocates."""

    @staticmethod
    def table(run):
        return run.columns.operations

    @classmethod
    def rows(cls, run):
        return np.flatnonzero(cls.column(run, "alive"))

    @classmethod
    def identities(cls, run, rows):
        return list(zip(rows.tolist(), cls.column(run, "born")[rows].tolist()))

    @property
    def people_held(self) -> float:
        """Persons held by the operation."""
        return self.held * self.model.scale


class Recruiter(Placed, FixedAgent, columns=RING):
    """A ring of recruiters at its base, an origin or a community abroad."""

    @staticmethod
    def table(run):
        return run.columns.rings

    @property
    def place(self) -> int:
        areas = self.model.world.origins + self.model.world.diaspora
        return self.model.world.place_index[areas[self.row]["place"]]


class BorderPost(Placed, FixedAgent, columns=POST):
    """A border post with staff and workload. Posts are numbered, not named."""

    @staticmethod
    def table(run):
        return run.columns.posts

    @classmethod
    def rows(cls, run):
        posts = np.unique(run.inputs.world.edges.post)
        return posts[posts != NO_POST]

    @property
    def place(self) -> int:
        edges = self.model.world.edges
        return int(edges.source[edges.post == self.row][0])


class State(Placed, FixedAgent, columns=STATE):
    """A state: its pressure, what is left of its capacities, its institutions."""

    @staticmethod
    def table(run):
        return run.columns.states

    @classmethod
    def rows(cls, run):
        return np.unique(run.inputs.world.places.state)

    @property
    def iso3(self) -> str:
        return self.model.world.states[self.row]

    @property
    def place(self) -> int:
        """The first of its places."""
        return int(np.flatnonzero(self.model.world.places.state == self.row)[0])

    def institution(self, name: str) -> float:
        """Return an institution (`institutions.py`) as it stands, the mean over the state's places of operation."""
        return float(self.model.simulation.columns.senv[0, I[name], self.row])


class Migrant(View, columns=PERSON):
    """A person away from home; one stands for `model.scale` persons."""

    @staticmethod
    def table(run):
        return run.columns.people[: run.columns.used[0].people]

    @classmethod
    def rows(cls, run):
        return np.flatnonzero(~np.isin(cls.column(run, "status"), HOME))

    @classmethod
    def identities(cls, run, rows):
        return cls.column(run, "person")[rows].tolist()

    @property
    def status(self) -> S:
        return S(self.column(self.model.simulation, "status")[self.row])


STANDING = (Compound, Operation, Recruiter, BorderPost, State)
KINDS = (*STANDING, Migrant)


# --- the model ------------------------------------------------------------------------------------------


class ByKind(Mapping):
    """`model.agents_by_type`: each kind's agents as they stand when they are asked for."""

    def __init__(self, model):
        self._model = model

    def __getitem__(self, kind):
        if kind not in KINDS:
            raise KeyError(f"{kind!r} is no kind of agent here: expected one of {', '.join(k.__name__ for k in KINDS)}")
        return self._model.look_at(kind)

    def __iter__(self):
        return iter(KINDS)

    def __len__(self):
        return len(KINDS)


class ScamModel(mesa.Model):
    """The model as Mesa's users know it: `step()`, `agents_by_type`, `datacollector`, `space`.

    `model.time` counts weeks; the week of `model.date` is the next to be run. All chance is keyed inside the week:
    Mesa's own generators only shuffle what a user asks them to.
    """

    def __init__(self, scenario: ScamScenario | None = None):
        if getattr(scenario, "inputs", None) is None:
            raise ValueError(
                "ScamModel needs a ScamScenario with inputs: ScamScenario(inputs=load('baseline').inputs(seed=1))"
            )
        super().__init__(scenario=scenario)
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

    def outcome(self, name: str, place: int | None = None) -> float:
        """Return an outcome (`outcomes.py`, no ratio) of the last week, worldwide or at a place."""
        values = self.simulation.columns.tally[O[name]]
        return float(values.sum() if place is None else values[place])

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
                view.remove()
        return known.get(kind, AgentSet([], random=self.random))

    # Mesa's three ways to the agents, overridden together: DataCollector's reporters by type would otherwise
    # record nothing and not say so.

    @property
    def agents(self) -> AgentSet:
        """All agents but the people, who are many: ask for `agents_by_type[Migrant]`."""
        return AgentSet([view for kind in STANDING for view in self.look_at(kind)], random=self.random)

    @property
    def agent_types(self) -> list[type[View]]:
        return list(KINDS)

    @property
    def agents_by_type(self) -> ByKind:
        return ByKind(self)
