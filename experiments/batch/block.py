"""The work: simulate the blocks of a chunk, all arms of a block from one shared past, and hand back tables.

Runs in worker processes and takes plain values. A run in which the model fails becomes a row that says why; where
the machine ran short, nothing is handed back, since that is no result: `Shortage`.
"""

import json
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from experiments.design.design import Block, Chunk, Design
from experiments.design.expected_reports import ExpectedReport, needs_groups
from experiments.results.columns import from_rows
from experiments.results.folder import PLACEBO, SUMMARY
from experiments.results.parquet import Part
from scenarios.scenario import Scenario

from . import rows
from .changed_fates import nationality_of_strata
from .rows import Tag
from .versions import identity

SUMMARY_BY_PLACE = {
    "places": rows.EVERY_OUTCOME,
    "window": ("people_held",),
}  # outcomes that the summary has by place too
WEEKS_AT_ONCE = 26  # between two looks at whether the user pressed Ctrl-C, which compiled code does not see


@dataclass(frozen=True)
class Setting:
    """What all blocks of a design share; `provenance` goes into every part's metadata."""

    arms: Mapping[str, Scenario]
    baseline: str
    people_per_agent: int
    window_start: int
    stop: int
    record: str
    groups: bool
    events: bool
    provenance: Mapping[str, str]
    expected_reports: tuple[ExpectedReport, ...] = ()

    @classmethod
    def of(cls, design: Design, provenance: Mapping[str, str]) -> "Setting":
        own = (
            "arms",
            "baseline",
            "people_per_agent",
            "window_start",
            "stop",
            "record",
            "groups",
            "events",
            "expected_reports",
        )
        return cls(**{name: getattr(design, name) for name in own}, provenance=provenance)

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that a chunk fills, the commit mark last."""
        if self.record == "window":
            return ("groups",) * self.groups + ("events",) * self.events + ("runs", SUMMARY)
        names = {"places": ("weekly", "worldwide"), "totals": ("worldwide",)}.get(self.record, ())
        names += (
            ("groups",) * self.groups
            + ("relocations",) * (self.record != "expected_reports")
            + ("events",) * self.events
        )
        names += ("expected_reports",) * bool(self.expected_reports)
        return names + ("fates",) * (len(self.arms) > 1) + ("runs", SUMMARY)

    def inputs(self, arm: str, block: Block):
        """Return the model's inputs of one run."""
        inputs = self.arms[arm].inputs(
            seed=block.seed,
            people_per_agent=self.people_per_agent,
            parameters=dict(block.parameters),
            record="places" if self.expected_reports else "summary" if self.record == "window" else self.record,
            window_start=self.window_start,
            groups=self.groups or needs_groups(self.expected_reports),
            events=self.events,
        )
        return replace(inputs, stop=self.stop)

    def values(self, arm: str, parameters: Mapping[str, float]) -> dict[str, float]:
        """Return all parameters of a run; what the scenario sets holds over the draw."""
        from model.registry.parameters import complete

        return complete({**parameters, **self.arms[arm].parameters})


@dataclass(frozen=True)
class Done:
    """A chunk's parts as Parquet files in memory, in the order in which they are to be written."""

    name: str
    parts: Mapping[str, bytes]
    runs: int
    failed: int
    made_by: Mapping  # code and environment that ran it (`versions.identity`)


def run_chunk(setting: Setting, chunk: Chunk, tell: Callable[[str], None] | None = None) -> Done:
    """Run the blocks of a chunk. `tell` is called with the chunk's name after each run. Raises Shortage."""
    parts = {name: Part(name, setting.provenance) for name in setting.tables}
    runs = []
    for block in chunk.blocks:
        try:
            filled, of_block = _run_block(setting, block, (lambda: tell(chunk.name)) if tell else lambda: None)
        except Exception as error:
            filled, of_block = {}, [_run_row(arm, block, error) for arm in setting.arms]
        for name in filled:
            for table in filled[name]:
                parts[name].add(table)
        runs += of_block
    parts["runs"].add(from_rows("runs", runs))
    files = {name: part.bytes() for name, part in parts.items()}
    return Done(chunk.name, files, len(runs), sum(row["status"] != "ok" for row in runs), identity())


class Shortage(Exception):
    """Memory, room on a disk or files ran out while a run was simulated: it may well be done at another time."""


def _refuse_shortage(error: BaseException):
    """Raise Shortage if an error is one, or comes of one, as where the compiler can't keep what it compiled."""
    cause = error
    while cause is not None:
        if isinstance(cause, Shortage):
            raise cause
        if isinstance(cause, MemoryError | OSError):
            raise Shortage(f"{type(cause).__name__}: {cause}") from error
        cause = cause.__cause__ or cause.__context__


def _run_block(setting: Setting, block: Block, tell: Callable[[], None]) -> tuple[dict[str, list], list[dict]]:
    """Return the tables of a block, by name and in the order of the arms, and a row for each of its runs."""
    made, errors, fate = {}, {}, {}
    for arm, result in simulate(setting, block):
        try:
            if isinstance(result, Exception):
                raise result
            if arm != PLACEBO:
                tag = Tag(tuple(setting.arms), arm, block.draw, block.replicate)
                made[arm] = _tables(setting, tag, block.parameters, result)
            fate[arm] = result.fates
        except Exception as error:
            errors[arm] = error
        if arm != PLACEBO:
            tell()
    of_block = [_run_row(arm, block, errors.get(arm)) for arm in setting.arms]
    filled = {
        name: [made[arm][name] for arm in setting.arms if arm in made]
        for name in setting.tables
        if name not in ("runs", "fates")
    }
    if "fates" in setting.tables and setting.baseline in fate:
        filled["fates"] = _fates(setting, block, fate)
    return filled, of_block


def _fates(setting, block, fate) -> list:
    arms = (*setting.arms, PLACEBO)
    strata = nationality_of_strata(setting.inputs(setting.baseline, block))
    return [
        rows.fates(
            Tag(arms, arm, block.draw, block.replicate),
            fate[setting.baseline],
            fate[arm],
            strata,
            setting.people_per_agent,
        )
        for arm in arms
        if arm in fate and arm != setting.baseline
    ]


def _tables(setting, tag, parameters, result) -> dict:
    world = setting.arms[tag.arm].world
    makers = {
        "weekly": lambda: rows.weekly(tag, result, world),
        "worldwide": lambda: rows.worldwide(tag, result),
        "groups": lambda: rows.groups(tag, result, world),
        "relocations": lambda: rows.relocations(tag, result, world),
        "events": lambda: rows.events(tag, result, world),
        "expected_reports": lambda: rows.expected_reports(
            tag, setting.expected_reports, result, world, setting.values(tag.arm, parameters)
        ),
        "summary": lambda: rows.summary(tag, result, world, SUMMARY_BY_PLACE.get(setting.record, ())),
    }
    return {name: makers[name]() for name in setting.tables if name in makers}


def _run_row(arm, block, error=None) -> dict:
    row = {"arm": arm, "draw": block.draw, "replicate": block.replicate, "seed": block.seed, "status": "ok"}
    if error is not None:
        _refuse_shortage(error)
        row["status"] = "failed"
        row["error"] = f"{type(error).__name__}: {error}"
        row["traceback"] = "".join(traceback.format_exception(error))
        row["parameters"] = json.dumps(dict(block.parameters), sort_keys=True)
    return row


def simulate(setting: Setting, block: Block) -> Iterator[tuple[str, object]]:
    """Yield (arm, Result or Exception) for every arm of a block and the placebo, the baseline last.

    The baseline is simulated once. Each arm forks from it in the first week in which any of its inputs
    differs, in the order of these weeks; one that differs from the start has a run of its own.
    """
    from model.model import Simulation, first_difference

    others = [arm for arm in setting.arms if arm != setting.baseline]
    try:
        base = setting.inputs(setting.baseline, block)
        past = Simulation(base)
    except Exception as error:
        yield from ((arm, error) for arm in setting.arms)
        return
    forks = []
    for arm in others:
        try:
            inputs = setting.inputs(arm, block)
            forks.append((min(first_difference(base, inputs), setting.stop), arm, inputs))
        except Exception as error:
            yield arm, error
    if others and setting.record != "window":
        forks.append((setting.window_start, PLACEBO, replace(base, placebo_week=setting.window_start)))
    forks.sort(key=lambda fork: fork[0])
    while forks:
        week, arm, inputs = forks[0]
        try:
            _advance(past, week)
        except Exception as error:
            yield from ((arm, error) for _, arm, _ in forks)
            yield setting.baseline, error
            return
        forks.pop(0)
        yield arm, _branch(past if week > 0 else None, inputs, Simulation)
    try:
        _advance(past, setting.stop)
        result = past.result()
    except Exception as error:
        result = error
    yield setting.baseline, result


def _branch(past, inputs, Simulation):
    try:
        branch = past.fork(inputs) if past else Simulation(inputs)
        _advance(branch, inputs.stop)
        return branch.result()
    except Exception as error:
        return error


def _advance(simulation, week: int):
    while simulation.week < week:
        simulation.advance(min(week, simulation.week + WEEKS_AT_ONCE))
