"""Mesa agents: views of the columns, made when they are asked for and never in a batch run.

`ScamModel` is a `mesa.Model` whose week is the compiled week of `model.py`. A view reads one row and
decides nothing. It lives as long as its agent, so that what is collected over time belongs together.
Compounds, operations, recruiters, border posts and states stand in the cells of a `Network` of the
world's places. People are many: they come only by `model.agents_by_type[Migrant]`, and never stand in
a cell.
"""

import mesa
import numpy as np
from mesa.discrete_space import CellAgent, FixedAgent

from model.model import Simulation
from model.operations.compounds import SITE
from model.operations.operations import OPERATION
from model.people.border_officials import POST
from model.people.person import PERSON
from model.people.recruiters import RING
from model.registry.institutions import I
from model.registry.life_course import S
from model.states.states import STATE
from model.world.places import NO_POST

NOT_ABROAD = (S.at_home, S.returned, S.reintegrated, S.prosecuted_at_home, S.dead)


# --- a row that reads like an agent ---------------------------------------------------------------------


class View(mesa.Agent):
    """A row of a kind's table. Each declared column is a read-only property.

    A subclass says where its table is (`table`), which rows are its agents (`rows`), and what tells an
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

    def remove(self):
        """Refuse: a view only shows an agent, and taking it away would change nothing in the run."""
        raise TypeError(f"{self!r} shows an agent of the run and can't be removed: policies and events change a run")

    def leave(self):
        """Go, with the agent that is shown."""
        super().remove()


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
        return np.flatnonzero(~np.isin(cls.column(run, "status"), NOT_ABROAD))

    @classmethod
    def identities(cls, run, rows):
        return cls.column(run, "person")[rows].tolist()

    @property
    def status(self) -> S:
        return S(self.column(self.model.simulation, "status")[self.row])


STANDING = (Compound, Operation, Recruiter, BorderPost, State)
AGENT_KINDS = (*STANDING, Migrant)


# --- the model ------------------------------------------------------------------------------------------
