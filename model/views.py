"""Mesa agents: light views of the columns, made when they are asked for and never in a batch run.

`ScamModel` is a `mesa.Model` whose week is the compiled week of `model.py`. Each kind of agent has a
subclass of `mesa.Agent` that reads one row; compounds, operations, rings, posts and states stand in
cells of a `Network` of the world's places. People are many: they come only by
`model.agents_by_type[Migrant]`, those away from home, and never stand in a cell.
"""

import mesa
import networkx as nx
import numpy as np
from mesa.agent import AgentSet
from mesa.discrete_space import FixedAgent, Network
from mesa.experimental.scenarios import Scenario

from .life_course import S
from .model import Inputs, Simulation
from .outcomes import RECORDED, O
from .policy import monday

HOME_AGAIN = (S.at_home, S.returned, S.reintegrated, S.prosecuted_at_home, S.dead)


class ScamScenario(Scenario):
    """What a model is made of, with the seed inside (`rng`), as Mesa's browser wants it.

    `inputs` is a `model.Inputs`; its own seed is replaced by `rng`.
    """

    inputs: Inputs = None


class View:
    """A row of columns that reads like an agent: `view.debt` is the column `debt` at the row."""

    def _look_up(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        columns = self._columns()
        if name not in columns.dtype.names:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}; its columns: {', '.join(columns.dtype.names)}")
        return columns[name][self.row].item()

    def __getattr__(self, name):
        return self._look_up(name)

    @property
    def place_name(self):
        return self.model.world.place_names[self.place]


class Placed(View, FixedAgent):
    """A view that stands in the cell of its place."""

    def __init__(self, model, row, place):
        super().__init__(model)
        self.row = row
        self.cell = model.space[place]


class Compound(Placed):
    """A site: capacity, guards, abuse, who is inside (see `compounds.SITE`)."""

    def _columns(self):
        return self.model.state.sites.row

    @property
    def people_held(self):
        """Persons held in the compound."""
        return self.occupants * self.model.scale


class Operation(Placed):
    """A firm in a compound (see `operations.OPERATION`)."""

    def _columns(self):
        return self.model.state.operations.row

    @property
    def people_held(self):
        """Persons held by the operation."""
        return self.held * self.model.scale


class Recruiter(Placed):
    """A ring of recruiters with its base (see `recruiters.RING`)."""

    def _columns(self):
        return self.model.state.rings.row

    @property
    def place(self):
        return int(self.model.areas[self.row])


class BorderPost(Placed):
    """A post with staff and workload (see `border_officials.POST`); posts are numbered, not named."""

    def _columns(self):
        return self.model.simulation.still.posts

    @property
    def place(self):
        return int(self.model.post_places[self.row])


class State(Placed):
    """A state with its pressure, capacities left and intelligence (see `states.STATE`)."""

    def _columns(self):
        return self.model.state.states.row

    @property
    def iso3(self):
        return self.model.world.states[self.row]

    @property
    def place(self):
        return int(np.flatnonzero(self.model.world.places.row.state == self.row)[0])

    def institution(self, name):
        """Return an institution's present value, as the mean over the state's places of operation."""
        from .institutions import I

        return float(self.model.state.senv[0, I[name], self.row])


class Migrant(View, mesa.Agent):
    """A person away from home (one agent stands for `people_per_agent` persons; see `migrants.py`)."""

    def __init__(self, model, row):
        super().__init__(model)
        self.row = row

    def _look_up(self, name):
        people = self.model.state.people
        if name in people._fields and name not in ("count", "about"):
            return getattr(people, name)[self.row].item()
        return super()._look_up(name)

    def _columns(self):
        return self.model.state.people.about

    @property
    def status_name(self):
        return S(self.status).name


class AgentTypes(dict):
    """`model.agents_by_type`: each kind's AgentSet, made from the columns as they stand."""

    def __init__(self, model):
        super().__init__()
        self._model = model

    def __missing__(self, kind):
        return self._model.views_of(kind)


KINDS = (Compound, Operation, Recruiter, BorderPost, State)


class ScamModel(mesa.Model):
    """The model as Mesa users know it: `step()`, `agents_by_type`, `datacollector`, `space`.

    `scenario` is a `ScamScenario`. `model.time` counts weeks; `model.date` is the Monday reached.
    """

    def __init__(self, scenario: ScamScenario | None = None):
        super().__init__(scenario=scenario)
        inputs = self.scenario.inputs
        if inputs is None:
            raise ValueError("ScamScenario needs `inputs`: for instance scenarios.files.load('baseline').inputs(seed=1)")
        self.world = inputs.world
        self.scale = inputs.people_per_agent
        self.simulation = Simulation(inputs)
        layout = {k: (lon, lat) for k, (lon, lat) in enumerate(zip(self.world.lon, self.world.lat))}
        numbered = nx.relabel_nodes(nx.Graph(self.world.graph), self.world.place_index)
        self.space = Network(numbered, layout=layout, random=self.random)
        rows = self.world.origins + self.world.diaspora
        self.areas = np.array([self.world.place_index[row["place"]] for row in rows])
        edges = self.world.edges.row
        self.post_places = np.zeros(len(self.simulation.still.posts), int)
        watched = edges.post >= 0
        self.post_places[edges.post[watched]] = edges.source[watched]
        self.datacollector = mesa.DataCollector(model_reporters={"people_held": people_held})
        self._views, self._views_week = {}, -1

    @property
    def state(self):
        return self.simulation.state

    @property
    def date(self):
        """The Monday of the week to come."""
        return monday(self.simulation.week)

    def step(self):
        """Run one week and collect."""
        self.simulation.step()
        self.datacollector.collect(self)
        self.running = self.simulation.week < self.simulation.inputs.stop

    def outcome(self, name, place=None):
        """Return an outcome of the last week, worldwide or at a place (an index)."""
        values = self.state.book.tally[O[name]]
        return float(values.sum() if place is None else values[place])

    def views_of(self, kind) -> AgentSet:
        """Return the agents of a kind as they stand, making their views when a week has passed."""
        if kind not in KINDS and kind is not Migrant:
            raise KeyError(f"{kind!r} is no kind of agent here; expected one of {', '.join(k.__name__ for k in (*KINDS, Migrant))}")
        if self._views_week != self.simulation.week:
            for views in self._views.values():
                for view in list(views):
                    view.remove()
            self._views, self._views_week = {}, self.simulation.week
        if kind not in self._views:
            self._views[kind] = AgentSet(self._make(kind), random=self.random)
        return self._views[kind]

    def _make(self, kind):
        state = self.state
        if kind is Migrant:
            used = state.people.count[0]
            away = ~np.isin(state.people.status[:used], HOME_AGAIN)
            return [Migrant(self, int(i)) for i in np.flatnonzero(away)]
        if kind is Compound:
            table = state.sites.row
            rows = np.flatnonzero(table.open[: state.sites.count[0]])
            return [Compound(self, int(j), int(table.place[j])) for j in rows]
        if kind is Operation:
            table = state.operations.row
            rows = np.flatnonzero(table.alive[: state.operations.count[0]])
            return [Operation(self, int(o), int(table.place[o])) for o in rows]
        if kind is Recruiter:
            return [Recruiter(self, a, int(place)) for a, place in enumerate(self.areas)]
        if kind is BorderPost:
            return [BorderPost(self, b, int(place)) for b, place in enumerate(self.post_places)]
        first = {int(s): p for p, s in reversed(list(enumerate(self.world.places.row.state)))}
        return [State(self, s, first[s]) for s in range(len(self.world.states)) if s in first]

    # Mesa's own ways to the agents, overridden together: otherwise DataCollector's reporters by type
    # would silently record nothing.

    @property
    def agents(self):
        """All agents but the people, who are many: ask for `agents_by_type[Migrant]`."""
        return AgentSet([view for kind in KINDS for view in self.views_of(kind)], random=self.random)

    @property
    def agent_types(self):
        return [*KINDS, Migrant]

    @property
    def agents_by_type(self):
        return AgentTypes(self)


def people_held(model):
    """Reporter: people held worldwide at the end of the last week."""
    return model.outcome("people_held")


OUTCOME_NAMES = tuple(row.name for row in RECORDED)
