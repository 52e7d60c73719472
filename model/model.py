"""The week of the model, top to bottom, and a run of weeks.

`week()` is one compiled function whose body is one call a phase, in the order in which things happen.
`Simulation` holds the columns, runs weeks, forks and saves; nothing else is state, since every random
number is a pure function of seed, stream, week and identity.
"""

import ast
import inspect
import textwrap
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from . import phases
from .border_officials import Routes
from .compounds import Sites
from .environment import Plans, Policies, compile_plans
from .kernel import kernel
from .migrants import AtRisk, People, Roster, grown
from .operations import Groups, Operations, Views
from .parameters import PARAMETERS, complete
from .policy import WEEKS, Policy, Shock
from .recruiters import Market, Rings
from .records import RECORDS, Book, faults_found
from .start import start_state
from .states import States
from .world import Edges, Nations, Places, World

AUDIT_EVERY = 13  # weeks between two full recounts; transitions are checked at once


class AuditError(RuntimeError):
    """The model broke one of its own rules: a defect, never a result."""


class Still(NamedTuple):
    """What a run never changes."""

    places: Places
    nations: Nations
    edges: Edges
    strata: np.recarray  # migrants.STRATUM
    roster: Roster
    posts: np.recarray  # border_officials.POST
    plans: Plans
    par: np.ndarray  # float64: parameters by P
    base: np.ndarray  # float64 (I, P): institutions without lever or shock
    class_of: np.ndarray  # int8 (N, 2, 2)
    licensed: np.ndarray  # float64 (S)


class State(NamedTuple):
    """What a run changes: the agents, the market, the institutions of the week, the book."""

    people: People
    at_risk: AtRisk
    rings: Rings
    operations: Operations
    groups: Groups
    sites: Sites
    room: np.recarray  # compounds.ROOM
    views: Views
    market: Market
    routes: Routes
    states: States
    policies: Policies
    book: Book
    env: np.ndarray  # float64 (K, I, P)
    senv: np.ndarray  # float64 (K, I, S)
    announced: np.ndarray  # float64 (P)
    hazards: np.ndarray  # float64: scratch, strata


@dataclass(frozen=True)
class Inputs:
    """Everything a run is a function of. Weeks count from 4 January 2016."""

    world: World
    seed: int
    people_per_agent: int = 10
    parameters: Mapping = field(default_factory=lambda: MappingProxyType({}))
    policies: tuple[Policy, ...] = ()
    shocks: tuple[Shock, ...] = ()
    stop: int = WEEKS
    window_start: int = 0
    record: str = "places"
    groups: bool = False
    events: bool = False
    placebo_week: int = -1
    audit_every: int = AUDIT_EVERY

    def __post_init__(self):
        if self.record not in RECORDS:
            raise ValueError(f"record = {self.record!r}: expected one of {', '.join(RECORDS)}")
        if not 0 < self.stop <= WEEKS:
            raise ValueError(f"stop = {self.stop}: expected 1 to {WEEKS} weeks")
        if int(self.people_per_agent) < 1:
            raise ValueError(f"people_per_agent = {self.people_per_agent}: expected a whole number of persons, 1 or more")
        complete(self.parameters)


@kernel
def week(now, seed, scale, placebo, still, state):
    phases.levers_and_shocks(now, still, state)
    phases.pressure_and_raid_plans(now, seed, scale, still, state)
    phases.tip_offs_and_evacuation(now, still, state)
    phases.accounts_and_growth(now, seed, scale, still, state)
    phases.relocation_and_founding(now, seed, scale, still, state)
    phases.vacancies(now, scale, still, state)
    phases.recruiting(now, seed, scale, still, state)
    phases.travel_and_borders(now, seed, still, state)
    phases.captivity(now, seed, scale, placebo, still, state)
    phases.raids(now, seed, scale, still, state)
    phases.screening_and_after(now, seed, scale, still, state)
    phases.home_again(now, seed, scale, still, state)
    phases.beliefs_and_yields(now, scale, still, state)
    phases.record(now, still, state)


@kernel
def weeks(first, last, seed, scale, placebo, audit_every, still, state):
    """Run weeks from `first` up to `last`. Return the week reached: less when columns need room."""
    now = first
    while now < last:
        if not phases.room_for_a_week(scale, state):
            return now
        week(now, seed, scale, placebo, still, state)
        if audit_every > 0 and (now % audit_every == 0 or now + 1 == last):
            phases.recount(state)
        if state.book.faults.any():
            return now + 1
        now += 1
    return now


def phase_names() -> list[str]:
    """Return the names of the phases, read from the body of `week`."""
    body = ast.parse(textwrap.dedent(inspect.getsource(week.py_func))).body[0].body
    return [line.value.func.attr for line in body]


def phase_plan() -> list[tuple[str, str]]:
    """Return (phase, what it does) in the order of the week."""
    return [(name, inspect.getdoc(getattr(phases, name).py_func).splitlines()[0]) for name in phase_names()]


@dataclass
class Result:
    """What a run leaves behind; O outcomes (`outcomes.RECORDED`), P places. See `Simulation.result`."""

    first_week: int
    last_week: int
    weekly: np.ndarray | None
    window_sum: np.ndarray
    window_end: np.ndarray
    window_weeks: int
    relocations: np.ndarray
    groups: np.ndarray | None
    events: np.ndarray | None
    fates: np.ndarray


class Simulation:
    """A run in progress: the columns and the week reached.

    Raises ValueError for inputs out of bounds, AuditError when the model breaks its own rules.
    """

    def __init__(self, inputs: Inputs):
        self.inputs = inputs
        self.week = 0
        self.quarters = []
        self._prepare()
        self.state = State(*start_state(inputs, self.still, self._classes))

    def _prepare(self):
        inputs = self.inputs
        values = complete(inputs.parameters)
        self.seed = np.uint64(inputs.seed)
        self.scale = float(inputs.people_per_agent)
        shared = _shared(inputs.world, tuple(sorted(values.items())), inputs.seed, inputs.people_per_agent)
        plans, class_of = compile_plans(inputs.world, inputs.policies, inputs.shocks)
        self._classes = plans.whom.shape[1]
        self.still = Still(
            inputs.world.places, inputs.world.nations, inputs.world.edges, shared["strata"], shared["roster"],
            shared["posts"], plans, np.array([values[row.name] for row in PARAMETERS]),
            inputs.world.base_institutions(values), class_of, inputs.world.state_columns["licensed_gaming"],
        )  # fmt: skip

    def advance(self, to_week: int | None = None, stop_flag=None):
        """Run up to (not including) `to_week`, by default to the end; `stop_flag()` true stops earlier."""
        last = self.inputs.stop if to_week is None else min(to_week, self.inputs.stop)
        while self.week < last and not (stop_flag and stop_flag()):
            target = min(last, self._next_quarter()) if self.inputs.groups else last
            reached = int(weeks(self.week, target, self.seed, self.scale, self.inputs.placebo_week,
                                self.inputs.audit_every, self.still, self.state))  # fmt: skip
            faults = faults_found(self.state.book)
            if faults:
                raise AuditError(f"audit, in or before week {reached - 1}: " + "; ".join(faults))
            self.week = reached
            if reached < target:
                self._make_room()
            elif self.inputs.groups and (reached == self._next_quarter() or reached == self.inputs.stop):
                self._close_quarter()
        return self

    def step(self):
        """Run one week."""
        return self.advance(self.week + 1)

    # --- forks, checkpoints ------------------------------------------------------------------------

    def fork(self, inputs: Inputs) -> "Simulation":
        """Return an exact copy that goes on under other inputs (same seed, scale and world)."""
        mine = self.inputs
        if (inputs.seed, inputs.people_per_agent, inputs.world.hash) != (mine.seed, mine.people_per_agent, mine.world.hash):
            raise ValueError("a fork keeps seed, people_per_agent and world: these differ")
        other = object.__new__(Simulation)
        other.inputs, other.week = inputs, self.week
        other.quarters = list(self.quarters)
        other._prepare()
        state = copy_state(self.state)
        fresh = State(*start_state(inputs, other.still, other._classes))
        other.state = state._replace(policies=_carry_policies(self, other, fresh), env=fresh.env, senv=fresh.senv)
        other.state.book.window[0] = inputs.window_start
        return other

    def save(self, path):
        """Write a checkpoint (npz): the columns, the week and a fingerprint of the inputs."""
        arrays = {f"{part}.{name}": column for part, name, column in _columns(self.state)}
        arrays["week"] = np.array([self.week])
        arrays["fingerprint"] = np.frombuffer(fingerprint(self.inputs).encode(), np.uint8)
        with open(path, "wb") as file:
            np.savez_compressed(file, **arrays, quarters=np.array(self.quarters) if self.quarters else np.zeros(0))

    @classmethod
    def load(cls, path, inputs: Inputs) -> "Simulation":
        """Read a checkpoint made under the same inputs. Raises ValueError under others."""
        run = cls(inputs)
        with np.load(path, allow_pickle=False) as arrays:
            if bytes(arrays["fingerprint"]).decode() != fingerprint(inputs):
                raise ValueError(f"{path}: a checkpoint of other inputs or another version of the model")
            parts = {}
            for part, name, _ in _columns(run.state):
                parts.setdefault(part, {})[name] = arrays[f"{part}.{name}"]
            run.state = State(*(
                value if part not in parts else (parts[part][""] if "" in parts[part] else type(value)(**parts[part]))
                for part, value in zip(State._fields, run.state)
            ))  # fmt: skip
            run.week = int(arrays["week"][0])
            run.quarters = [row for row in arrays["quarters"]] if arrays["quarters"].size else []
        return run

    # --- what comes out ------------------------------------------------------------------------------

    def result(self) -> Result:
        """Return the records so far: weekly (weeks, O, P) or (weeks, O), window sums, relocations, groups, fates."""
        from .results import make_result

        return make_result(self)

    def profile(self) -> list[tuple[str, float]]:
        """Run to the end phase by phase; return (phase, seconds) in the order of the week."""
        spent = dict.fromkeys(phase_names(), 0.0)
        while self.week < self.inputs.stop:
            if not phases.room_for_a_week(self.scale, self.state):
                self._make_room()
            known = dict(now=self.week, seed=self.seed, scale=self.scale, placebo=self.inputs.placebo_week,
                         still=self.still, state=self.state)  # fmt: skip
            for name in spent:
                phase = getattr(phases, name)
                arguments = [known[a] for a in inspect.signature(phase.py_func).parameters]
                began = time.perf_counter()
                phase(*arguments)
                spent[name] += time.perf_counter() - began
            self.week += 1
        return list(spent.items())

    # --- room ----------------------------------------------------------------------------------------

    def _make_room(self):
        """Let the columns that are nearly full grow."""
        from .results import with_more_events

        state = self.state
        people = state.people
        if phases.people_short(self.scale, state):
            needed = int(people.count[0] + phases.most_recruits(self.scale, state))
            people = grown(people, max(needed, 2 * len(people.key)))
        book = with_more_events(state.book, len(people.key) + 1000) if self.inputs.events else state.book
        self.state = state._replace(people=people, book=book)

    def _next_quarter(self):
        from .results import quarter_end

        return quarter_end(self.week)

    def _close_quarter(self):
        self.quarters.append(self.state.book.by_group.copy())
        self.state.book.by_group[:] = 0.0


def _columns(state):
    for part, value in zip(State._fields, state):
        if isinstance(value, np.ndarray):
            yield part, "", value
        else:
            for name, column in zip(value._fields, value):
                yield part, name, column


def copy_state(state: State) -> State:
    """Return a deep copy of all columns."""
    return State(*(
        value.copy() if isinstance(value, np.ndarray) else type(value)(*(column.copy() for column in value))
        for value in state
    ))  # fmt: skip


def _carry_policies(old, new, fresh):
    """Carry over what triggers have seen, for rows that both runs have in common."""
    was = {row: k for k, row in enumerate(old.inputs.policies + old.inputs.shocks)}
    for k, row in enumerate(new.inputs.policies + new.inputs.shocks):
        if row in was:
            for name in ("waited", "fired"):
                fresh.policies.row[name][k] = old.state.policies.row[name][was[row]]
    return fresh.policies


_SHARED: dict = {}


def _shared(world, values, seed, scale):
    """Return strata, roster and posts, which all arms of a comparison share (the last few are kept)."""
    from .start import shared_parts

    key = (world.hash, values, seed, scale)
    if key not in _SHARED:
        while len(_SHARED) >= 2:
            _SHARED.pop(next(iter(_SHARED)))
        _SHARED[key] = shared_parts(world, dict(values), seed, scale)
    return _SHARED[key]


def fingerprint(inputs: Inputs) -> str:
    """Return what identifies a run: its inputs and the model's code."""
    from .kernel import sources_hash

    parts = [sources_hash()]
    for row in fields(inputs):
        value = getattr(inputs, row.name)
        if row.name == "world":
            value = value.hash
        elif row.name == "parameters":
            value = sorted(complete(value).items())
        parts.append(repr(value))
    return "|".join(parts)


def first_difference(a: Inputs, b: Inputs) -> int:
    """Return the first week in which a compiled input of `b` differs from `a`'s.

    A policy counts from its announcement, since agents may act on it. Parameters, world, shocks,
    seed or scale that differ count from week 0.
    """
    same = (
        a.world.hash == b.world.hash and a.seed == b.seed and a.people_per_agent == b.people_per_agent
        and complete(a.parameters) == complete(b.parameters) and a.shocks == b.shocks
    )  # fmt: skip
    if not same:
        return 0
    only = set(a.policies) ^ set(b.policies)
    weeks_ = [min(row.announced, row.start) for row in only]
    for run in (a, b):
        if run.placebo_week >= 0 and a.placebo_week != b.placebo_week:
            weeks_.append(run.placebo_week)
    return max(0, min(weeks_, default=min(a.stop, b.stop)))
