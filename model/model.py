"""The week of the model, top to bottom, and a run of weeks.

`week()` is one compiled function whose body is one call a phase, in the order in which things happen.
`Simulation` holds the columns, runs weeks, forks and saves; nothing else is state, since every random
number is a pure function of seed, stream, week and identity.
"""

import ast
import inspect
import textwrap
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache

import numpy as np

from model.engine.faults import faults_found
from model.engine.handle import Handle
from model.engine.kernel import entry, kernel
from model.people.person import look_again
from model.registry.calendar import WEEKS
from model.registry.levers import acted_on_from
from model.registry.parameters import complete, per_week
from model.registry.policy import Policy, Shock, in_order
from model.run import phases
from model.run.all_columns import MOVING, Columns, copied
from model.run.records import RECORDS, audit, open_quarter
from model.run.results import Result, make_result, quarter_end
from model.run.start import (
    bound_hazards,
    columns_of_policies,
    empty_columns,
    fixed_columns,
    set_what_follows,
    start,
    with_more_room,
)
from model.world.places import World

AUDIT_EVERY = 13  # weeks between two full recounts; transitions are checked at once


class AuditError(RuntimeError):
    """The model broke one of its own rules: a defect, never a result."""


class Frozen(dict):
    """A dict that refuses to be changed: what is written to it later would change nothing in a run."""

    def _refuse(self, *_, **__):
        raise TypeError("the inputs of a run can't be changed: make others, with dataclasses.replace(inputs, ...)")

    __setitem__ = __delitem__ = __ior__ = update = setdefault = pop = popitem = clear = _refuse

    def __reduce__(self):
        return Frozen, (dict(self),)


@dataclass(frozen=True)
class Inputs:
    """Everything a run is a function of. Weeks count from 4 January 2016."""

    world: World
    seed: int
    people_per_agent: int = 10
    parameters: Mapping = field(default_factory=dict)
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
            raise ValueError(
                f"people_per_agent = {self.people_per_agent}: expected a whole number of persons, 1 or more"
            )
        complete(self.parameters)
        object.__setattr__(self, "parameters", Frozen(self.parameters))
        object.__setattr__(self, "policies", in_order(self.policies))
        object.__setattr__(self, "shocks", in_order(self.shocks))


@kernel
def week(m):
    phases.levers_and_shocks(m)
    phases.pressure_and_raid_plans(m)
    phases.tip_offs_and_evacuation(m)
    phases.accounts_and_growth(m)
    phases.relocation_and_founding(m)
    phases.vacancies(m)
    phases.recruiting(m)
    phases.travel_and_borders(m)
    phases.captivity(m)
    phases.raids(m)
    phases.screening_and_after(m)
    phases.home_again(m)
    phases.beliefs_and_yields(m)
    phases.record(m)


@entry
def weeks(first, last, audit_every, m):
    """Run weeks from `first` up to `last`. Return the week reached: less when columns need room or a rule broke."""
    for now in range(first, last):
        if people_wanted(m) > m.people.size or events_wanted(m) > m.events.size:
            return now
        m.now = now
        week(m)
        if audit_every > 0 and (now % audit_every == 0 or now + 1 == last):
            audit(m)
        if m.faults[:].any():
            return now + 1
    return last


@kernel
def most_recruits(m):
    """Return more rows than a week can add: everybody waiting, or the room for people that operations rent."""
    wanted = 0.0
    for p in range(m.places.size):
        wanted += m.room[p].rented
    return m.queue.size + 256 + int(1.2 * wanted / m.scale)


@entry
def people_wanted(m):
    return m.used[0].people + most_recruits(m)


@entry
def events_wanted(m):
    """Return how long the event log may be after this week; 0 without one."""
    if m.events.size == 0:
        return 0
    return m.used[0].events + m.used[0].people + 3 * most_recruits(m)


@entry
def set_week(now, m):
    m.now = now


def phase_names() -> list[str]:
    """Return the names of the phases, read from the body of `week`."""
    body = ast.parse(textwrap.dedent(inspect.getsource(week.py_func))).body[0].body
    return [line.value.func.attr for line in body]


@cache
def phases_by_themselves() -> dict:
    """Return the phases by name, each compiled by itself, as Python may call it."""
    return {name: entry(getattr(phases, name).py_func) for name in phase_names()}


def phase_plan() -> list[tuple[str, str]]:
    """Return (phase, what it does) in the order of the week."""
    return [(name, inspect.getdoc(getattr(phases, name).py_func).splitlines()[0]) for name in phase_names()]


class Simulation:
    """A run in progress: the columns and the week reached.

    Raises ValueError for inputs out of bounds, AuditError when the model breaks its own rules.
    """

    def __init__(self, inputs: Inputs):
        self.inputs = inputs
        self.week = 0
        self.quarters = []
        self.columns = self._empty()
        self._bind()
        start(self._handle)
        self._begin_quarter()

    def _empty(self) -> Columns:
        values = per_week(self.inputs.parameters)
        fixed = _shared(self.inputs, values)
        columns = empty_columns(self.inputs, fixed, values)
        set_what_follows(self.inputs, columns, values, self._handle_on(columns))
        return columns

    def _handle_on(self, columns):
        inputs = self.inputs
        return Handle(
            columns, self.week - 1, inputs.seed, inputs.people_per_agent, inputs.placebo_week, inputs.window_start
        )

    def _bind(self):
        self._handle = self._handle_on(self.columns)

    def __getstate__(self):
        return {name: value for name, value in vars(self).items() if name != "_handle"}

    def __setstate__(self, kept):
        vars(self).update(kept)
        self._bind()

    def advance(self, to_week: int | None = None, stop_flag=None):
        """Run up to (not including) `to_week`, by default to the end; `stop_flag()` true stops earlier."""
        last = self.inputs.stop if to_week is None else min(to_week, self.inputs.stop)
        while self.week < last and not (stop_flag and stop_flag()):
            target = min(last, quarter_end(self.week)) if self.inputs.groups else last
            reached = int(weeks(self.week, target, self.inputs.audit_every, self._handle))
            faults = faults_found(self.columns.faults)
            if faults:
                raise AuditError(f"audit, in or before week {reached - 1}: " + "; ".join(faults))
            self.week = reached
            if reached < target:
                self._make_room()
            elif self.inputs.groups and (reached == quarter_end(reached - 1) or reached == self.inputs.stop):
                self._close_quarter()
        return self

    def step(self):
        """Run one week."""
        return self.advance(self.week + 1)

    # --- forks, checkpoints ------------------------------------------------------------------------

    def fork(self, inputs: Inputs) -> "Simulation":
        """Return an exact copy that goes on under other policies and shocks (same seed, scale, world, parameters).

        Raises ValueError where anything else differs.
        """
        kept = ("seed", "people_per_agent", "stop", "window_start", "record", "groups", "events")
        other = [name for name in kept if getattr(inputs, name) != getattr(self.inputs, name)]
        other += ["world"] * (inputs.world.hash != self.inputs.world.hash)
        other += ["parameters"] * (complete(inputs.parameters) != complete(self.inputs.parameters))
        if other:
            raise ValueError(f"a fork differs in its policies and shocks alone; these differ too: {', '.join(other)}")
        other = object.__new__(Simulation)
        other.inputs, other.week, other.quarters = inputs, self.week, list(self.quarters)
        other.columns = copied(self.columns)._replace(**columns_of_policies(inputs, self.columns.base))
        _carry_policies(self, other)
        other.columns.used.stale = 1
        other._bind()
        bound_hazards(inputs, other.columns, per_week(inputs.parameters), other._handle)
        if inputs.policies != self.inputs.policies or inputs.shocks != self.inputs.shocks:
            look_again(other._handle)
        return other

    def save(self, path):
        """Write a checkpoint (npz): what a run changes, the week and a fingerprint of the inputs."""
        arrays = {name: getattr(self.columns, name).view(np.ndarray) for name in MOVING}
        arrays["week"] = np.array([self.week])
        arrays["fingerprint"] = np.frombuffer(fingerprint(self.inputs).encode(), np.uint8)
        with open(path, "wb") as file:
            np.savez_compressed(file, **arrays, quarters=np.array(self.quarters))

    @classmethod
    def load(cls, path, inputs: Inputs) -> "Simulation":
        """Read a checkpoint made under the same inputs. Raises ValueError under others."""
        run = cls(inputs)
        with np.load(path, allow_pickle=False) as arrays:
            if bytes(arrays["fingerprint"]).decode() != fingerprint(inputs):
                raise ValueError(f"{path}: a checkpoint of other inputs or another version of the model")
            read = {name: arrays[name].view(type(getattr(run.columns, name))) for name in MOVING}
            run.columns = run.columns._replace(**read)
            run.week = int(arrays["week"][0])
            run.quarters = list(arrays["quarters"])
        run._bind()
        return run

    # --- what comes out ------------------------------------------------------------------------------

    def result(self) -> Result:
        """Return the records so far: weekly (weeks, O, P) or (weeks, O), window sums, relocations, groups, fates."""
        return make_result(self)

    def profile(self) -> list[tuple[str, float]]:
        """Run to the end phase by phase; return (phase, CPU seconds) in the order of the week."""
        called = phases_by_themselves()
        spent = dict.fromkeys(called, 0.0)
        while self.week < self.inputs.stop:
            if people_wanted(self._handle) > len(self.columns.people):
                self._make_room()
            set_week(self.week, self._handle)
            for name, phase in called.items():
                began = time.process_time()
                phase(self._handle)
                spent[name] += time.process_time() - began
            self.week += 1
        return list(spent.items())

    # --- room ----------------------------------------------------------------------------------------

    def _make_room(self):
        """Let the columns that are nearly full grow."""
        people, events = int(people_wanted(self._handle)), int(events_wanted(self._handle))
        people = max(people, 2 * len(self.columns.people)) if people > len(self.columns.people) else people
        self.columns = with_more_room(self.columns, people, 2 * events)
        self._bind()

    def _begin_quarter(self):
        if self.inputs.groups:
            open_quarter(self._handle, self.week, min(self.inputs.stop, quarter_end(self.week)))

    def _close_quarter(self):
        self.quarters.append(self.columns.by_group.copy())
        if self.week < self.inputs.stop:
            self._begin_quarter()


def _carry_policies(old, new):
    """Carry over what triggers have seen, for policies that both runs have in common."""
    was = {policy: row for row, policy in enumerate(old.inputs.policies) if policy.when}
    for row, policy in enumerate(new.inputs.policies):
        if policy in was:
            for name in ("waited", "fired"):
                new.columns.progress[name][row] = old.columns.progress[name][was[policy]]


_SHARED: dict = {}


def _shared(inputs, values) -> dict:
    """Return the fixed columns, which all arms of a comparison share (the last few are kept)."""
    key = (inputs.world.hash, tuple(sorted(values.items())), inputs.seed, inputs.people_per_agent)
    if key not in _SHARED:
        while len(_SHARED) >= 2:
            _SHARED.pop(next(iter(_SHARED)))
        _SHARED[key] = fixed_columns(inputs, values)
    return _SHARED[key]


def fingerprint(inputs: Inputs) -> str:
    """Return what identifies a run: its inputs and the model's code."""
    from model.engine.kernel import sources_hash

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

    A policy counts from when anybody acts on it (`levers.acted_on_from`), a shock from its start. Parameters, world,
    seed or scale that differ count from week 0: such runs share no past.
    """
    same = (
        a.world.hash == b.world.hash and a.seed == b.seed and a.people_per_agent == b.people_per_agent
        and complete(a.parameters) == complete(b.parameters)
    )  # fmt: skip
    if not same:
        return 0
    ours, theirs = Counter((*a.policies, *a.shocks)), Counter((*b.policies, *b.shocks))
    weeks_ = [
        acted_on_from(row) if isinstance(row, Policy) else row.start for row in ((ours - theirs) + (theirs - ours))
    ]
    for run in (a, b):
        if run.placebo_week >= 0 and a.placebo_week != b.placebo_week:
            weeks_.append(run.placebo_week)
    return max(0, min(weeks_, default=min(a.stop, b.stop)))
