"""What is to be run: arms, replicates and parameter draws, as a plan that is known before the first run.

A design is a TOML file with `[[arm]]` entries or a `[factorial]`, or is made from a list of scenarios. A block is one
(draw, replicate) with all its arms; a chunk is a run of blocks and the unit of work. Both, and every seed,
follow from the plan alone: never from workers, timing or order of completion.
"""

import hashlib
import json
import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from itertools import batched
from pathlib import Path

from experiments.sensitivity.plan import settings_schema
from model.registry import outcomes
from model.registry.policy import WEEKS
from scenarios import loading
from scenarios.checking import check
from scenarios.errors import ScenarioError, Where
from scenarios.file_format import NAME, json_schema, scenario_schema
from scenarios.scenario import Scenario
from scenarios.toml_files import flat
from scenarios.world_files import world_graph

from .arms import checked, load, read, schema, with_budget, with_parameters
from .draws import DrawsError, draws_of
from .limits import MOST_DRAWS, MOST_PEOPLE_PER_AGENT, MOST_SEED
from .observed import Quantity

SHIPPED = Path(__file__).parents[1] / "designs"
SCHEMA_VERSION = 1
RECORDS = ("places", "totals", "summary", "window", "observed")
ARMS = frozenset(("arm", "factorial"))  # keys that tell a design from a scenario
PLACEBO = "placebo"  # the arm with one irrelevant perturbation, beside which changed fates are read
SECONDS_A_CHUNK = 10.0
SECONDS_TO_WRITE = {"places": 0.1, "totals": 0.02}  # a run, of one core; what is recorded else takes a tenth of that
MORE_IF_DRAWN = 2.0  # worlds with other parameters than the defaults hold more people, on average
BYTES_A_RUN = {"places": 2.6e6, "totals": 0.07e6, "summary": 0.02e6, "window": 0.004e6, "observed": 0.02e6}
BOUNDS = {"replicates": (1, None), "people_per_agent": (1, MOST_PEOPLE_PER_AGENT), "seed": (0, MOST_SEED)}


class DesignError(ScenarioError):
    """A design that can't be used. The message: `<file>: <key>: <what is wrong>; expected <what>`."""


@dataclass(frozen=True)
class Block:
    """One draw of the parameters and one seed, for all arms."""

    draw: int
    replicate: int
    seed: int
    parameters: Mapping[str, float]

    @property
    def name(self) -> str:
        return f"d{self.draw:04d}-r{self.replicate:04d}"


@dataclass(frozen=True)
class Chunk:
    """Blocks that are run in one task and stored in one part of every table."""

    blocks: tuple[Block, ...]

    @property
    def name(self) -> str:
        first, last = self.blocks[0].name, self.blocks[-1].name
        return f"block-{first}" if first == last else f"block-{first}-to-{last}"


@dataclass(frozen=True)
class Design:
    """What is compared with what, on which seeds and parameters.

    `arms`: Scenario by arm's name, the baseline among them. `draws`: parameter overrides, one dict a draw; what an
    arm's scenario itself sets holds over them. `draws_from`: what is known of where they come from. `seeds`: which draws
    share their seeds, a number a draw (draws of one number run on the same random numbers); None = each draw has its own.
    `record`: "places" (weekly by place and worldwide), "totals" (weekly worldwide), "summary" (window only), "window"
    (window only, people held by place, no placebo and no comparison: what a sensitivity analysis reads) or "observed"
    (window only, no relocations: what a fit reads). `observed`: quantities that reporters would have told, each kept as
    one number a run.
    """

    title: str
    question: str
    arms: Mapping[str, Scenario]
    baseline: str
    replicates: int = 20
    seed: int = 1
    people_per_agent: int = 10
    draws: tuple[Mapping[str, float], ...] = ({},)
    draws_from: Mapping = field(default_factory=dict)
    seeds: tuple[int, ...] | None = None
    record: str = "places"
    groups: bool = True
    events: bool = False
    outcomes: tuple[str, ...] = field(default=outcomes.HEADLINE)
    observed: tuple[Quantity, ...] = ()
    asked: tuple[str, ...] = ()  # the words of a command that asks for it; bears on nothing
    budget: float | None = None  # million USD a year that every arm is planned to cost; None = strengths are as written
    draws_asked: str = ""  # the name by which the draws were asked for; bears on nothing

    def __post_init__(self):
        where = Where(self.title)
        if self.baseline not in self.arms:
            raise _error(where.at("baseline"), "is no arm", "one of the arms", self.baseline, self.arms)
        if PLACEBO in self.arms:
            raise _error(
                where, f"an arm called '{PLACEBO}'", "another name: every comparison has a placebo arm of its own"
            )
        for key, (low, high) in BOUNDS.items():
            value = getattr(self, key)
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= (high or value):
                raise _error(
                    where.at(key),
                    f"{value!r}",
                    f"a whole number of at least {low}" + (f" and at most {high:,}" if high else ""),
                )
        if not 0 < len(self.draws) <= MOST_DRAWS:
            raise _error(
                where.at("draws"),
                f"{len(self.draws):,}",
                f"1 to {MOST_DRAWS:,} draws of the parameters (an empty one is the defaults)",
            )
        if self.seeds is not None and len(self.seeds) != len(self.draws):
            raise _error(
                where.at("seeds"), f"{len(self.seeds)} for {len(self.draws)} draws", "one number a draw, or None"
            )
        for name in self.outcomes:
            if name not in outcomes.BY_NAME:
                raise _error(
                    where.at("outcomes"),
                    f"unknown '{name}'",
                    "outcomes of `displace list outcomes`",
                    name,
                    outcomes.BY_NAME,
                )
        late = next((q for q in self.observed if q.last > self.stop), None)
        if late:
            raise _error(
                where.at("observed"),
                f"'{late.name}' asks for weeks up to {late.last}",
                f"weeks before the end of all arms, {self.stop}",
            )
        if self.record not in RECORDS:
            raise _error(
                where.at("record"), f"unknown '{self.record}'", f"one of {', '.join(RECORDS)}", self.record, RECORDS
            )
        if self.record == "observed" and len(self.arms) > 1:
            raise _error(
                where.at("record"),
                "'observed' of several arms",
                "one arm, or another record: of what is observed nothing is compared",
            )

    @cached_property
    def stop(self) -> int:
        """The week before which all arms end: that of the arm which ends first."""
        return min(scenario.stop for scenario in self.arms.values())

    @cached_property
    def window_start(self) -> int:
        """The first week of the summary window: the earliest in which anybody acts on a policy of any arm; else the first."""
        known = [scenario.first_policy_week for scenario in self.arms.values()]
        first = min((week for week in known if week is not None), default=0)
        return first if first < self.stop else 0

    @property
    def compared(self) -> tuple[str, ...]:
        """The arms that are compared with the baseline, in their order."""
        return tuple(name for name in self.arms if name != self.baseline)

    @property
    def runs(self) -> int:
        """How many runs the design has, the placebo's left out."""
        return len(self.arms) * len(self.draws) * self.replicates

    def block_seed(self, draw: int, replicate: int) -> int:
        """Return the model's seed of a block: that of the design for the very first, mixed for the others.

        The arm has no part in it, nor has the draw beyond its number in `seeds`. At most MOST_SEED.
        """
        group = draw if self.seeds is None else self.seeds[draw]
        if group == replicate == 0:
            return self.seed
        digest = hashlib.sha256(f"{self.seed}/{group}/{replicate}".encode()).digest()
        return int.from_bytes(digest[:8], "big") >> 12

    def chunks(self) -> list[Chunk]:
        """Return all work in order. By-place records are large: one block a chunk; else as many as take some seconds."""
        blocks = [
            Block(d, r, self.block_seed(d, r), parameters)
            for d, parameters in enumerate(self.draws)
            for r in range(self.replicates)
        ]
        size = 1
        if self.record != "places":
            size = max(1, min(int(SECONDS_A_CHUNK / self.seconds_a_block()), math.ceil(len(blocks) / 64)))
        return [Chunk(blocks) for blocks in batched(blocks, size)]

    def seconds_a_block(self, drawn: bool | None = None) -> float:
        """Return about how long a block takes on one core; measured once, only as good as that.

        A week takes more the later it is, since the industry grows. `drawn`: under drawn parameters (default: as the design).
        """
        forks = len(self.arms) - (self.record == "window") if len(self.arms) > 1 else 0  # the placebo is one more
        weeks = self.stop + forks * (self.stop - self.window_start)
        grown = (self.stop**2 + forks * (self.stop**2 - self.window_start**2)) / WEEKS
        seconds = (
            0.00005 * weeks
            + 0.0135 / self.people_per_agent * grown
            + SECONDS_TO_WRITE.get(self.record, 0.01) * len(self.arms)
        )
        return seconds * (MORE_IF_DRAWN if drawn or (drawn is None and any(self.draws)) else 1.0)

    def bytes_a_run(self) -> float:
        """Return about how much room a run takes; measured once at several scales."""
        a_run = BYTES_A_RUN[self.record] * self.stop / WEEKS
        if self.record == "places":
            a_run *= max(0.2, 1.0 - 0.33 * math.log10(self.people_per_agent / 10))
        return a_run + 0.2e6 * self.groups + 2.0e7 * self.events * 10 / self.people_per_agent

    def bytes_on_disk(self) -> int:
        """Return about how much room the results take."""
        return int(self.bytes_a_run() * self.runs + 5e6)

    def plan(self) -> dict:
        """Return all that bears on the results, as plain JSON values (draws as a hash: they can be many)."""
        return {
            "title": self.title,
            "question": self.question,
            "baseline": self.baseline,
            "replicates": self.replicates,
            "seed": self.seed,
            "people_per_agent": self.people_per_agent,
            "draws": len(self.draws),
            "draws_hash": content_hash([dict(sorted(draw.items())) for draw in self.draws]),
            "draws_from": dict(self.draws_from),
            "observed": json.loads(json.dumps([asdict(quantity) for quantity in self.observed])),  # as it is read back
            "seeds_hash": content_hash(self.seeds),
            "record": self.record,
            "groups": self.groups,
            "events": self.events,
            "outcomes": list(self.outcomes),
            "window_start": self.window_start,
            "stop": self.stop,
            "budget": self.budget,
            "arms": {name: _content(scenario) for name, scenario in self.arms.items()},
        }


def content_hash(content) -> str:
    """Return the SHA-256 of plain values, whatever the order of their keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, allow_nan=False).encode()).hexdigest()


def _content(scenario: Scenario) -> dict:
    content = {key: value for key, value in asdict(scenario).items() if key not in ("name", "source_file", "notes")}
    return json.loads(json.dumps(content, allow_nan=False))


def _error(where, wrong, expected, given=None, valid=()):
    return DesignError(str(where.error(wrong, expected, given, valid)))


# --- doors ------------------------------------------------------------------------------------------


def from_names(
    names: Sequence[str], baseline: str | None = None, parameters: Mapping[str, float | str] = {}, **settings
) -> Design:
    """Return the design of scenarios (names or paths), or of one design (a name or a path of a file with `[[arm]]` or `[factorial]`).

    `settings` that are not None hold over the defaults and over the file; `parameters` (by name) over all else that sets them. The baseline is added if not listed.
    Raises DesignError, or ScenarioError for a scenario.
    """
    names = [str(name) for name in names]
    if not names:
        raise _error(Where("compare"), "no scenario", "names of `displace list scenarios`, paths, or one design")
    paths = [design_path(name) for name in names]
    if any(paths):
        if len(names) > 1:
            raise _error(Where(names[1]), "a design and something else", "scenarios, or one design alone")
        written = _from_file(paths[0])
        design = _assuming(_with(written, baseline, settings), parameters, names)
        return _something_to_compare(_on_budget(design, paths[0], written.baseline))
    arms = _arms((Where(name), name, loading.load(name)) for name in names)
    wanted = baseline or "baseline"
    if wanted not in arms:
        scenario = loading.load(wanted)
        arms = {scenario.name: scenario} | arms
        wanted = scenario.name
    several = [arm for name, arm in arms.items() if name != wanted] or list(arms.values())
    title = several[0].title if len(several) == 1 else f"{len(several)} policies against: {arms[wanted].title}"
    question = several[0].question if len(several) == 1 else "What does each of these policies change?"
    design = Design(title, question, arms, wanted, **_given(settings))
    return _something_to_compare(_assuming(design, parameters, names))


def _something_to_compare(design: Design) -> Design:
    if not design.compared:
        raise _error(
            Where(design.asked[0]),
            f"'{design.baseline}' would be compared with itself",
            "another scenario beside it, or `displace run` for one run",
        )
    return design


def _assuming(design: Design, parameters: Mapping[str, float | str], names: Sequence[str]) -> Design:
    """Return the design with these parameters in all arms, and with the words that ask for it."""
    asked = (*names, *(f"--set {name}={value}" for name, value in parameters.items()))
    arms = {name: assuming(scenario, parameters) for name, scenario in design.arms.items()}
    return replace(design, arms=arms, asked=asked)


def assuming(scenario: Scenario, parameters: Mapping[str, float | str]) -> Scenario:
    """Return the scenario with these parameters over its own. Raises DesignError."""
    try:
        return with_parameters(scenario, scenario.parameters | checked(parameters)) if parameters else scenario
    except ScenarioError as error:
        raise DesignError(str(error)) from None


def single(scenario: Scenario, **settings) -> Design:
    """Return the design of one run of one scenario, which is compared with nothing."""
    return Design(
        scenario.title, scenario.question, {scenario.name: scenario}, scenario.name, replicates=1, **_given(settings)
    )


def list_designs() -> list[tuple[str, str, str]]:
    """Return (name, title, question) of every shipped design."""
    return [
        (path.stem, data["title"], data["question"])
        for path in sorted(SHIPPED.glob("*.toml"))
        for data in [_read(path)]
    ]


def _given(settings):
    """Return the settings that are not None; draws may be a name (`draws.draws_of`)."""
    given = {key: value for key, value in settings.items() if value is not None}
    if isinstance(name := given.get("draws"), str):
        found = draws_of(name)
        return given | {"draws": found.values, "draws_from": found.source, "draws_asked": name}
    return (
        {"draws_from": {}, "draws_asked": ""} if "draws" in given else {}
    ) | given  # nothing of draws that these replace


def _with(design, baseline, settings):
    arms = design.arms
    if baseline and baseline not in arms:
        scenario = loading.load(baseline)
        arms, baseline = {scenario.name: scenario} | arms, scenario.name
    return replace(design, arms=arms, baseline=baseline or design.baseline, **_given(settings))


def _arms(entries: Iterable[tuple[Where, str, Scenario]]) -> dict:
    arms = {}
    for where, given, scenario in entries:
        if scenario.name in arms:
            raise _error(
                where, f"a second arm called '{scenario.name}'", f"each arm once, or another name for '{given}'"
            )
        arms[scenario.name] = scenario
    return arms


# --- files ------------------------------------------------------------------------------------------


def design_path(name: str) -> Path | None:
    """Return the path of the design that `name` means, or None if it means a scenario. Raises DesignError if neither."""
    if Path(name).suffix != ".toml" and Path(name).name == name:
        path = SHIPPED / f"{name}.toml"
        scenarios = [path.stem for path in loading.SHIPPED.glob("*.toml")]
        if path.is_file():
            return path
        if name not in scenarios:
            both = [*scenarios, *(path.stem for path in SHIPPED.glob("*.toml"))]
            wanted = "a name of `displace list scenarios` or `displace list designs`, or a path that ends in .toml"
            raise _error(Where(name), "no such scenario or design", wanted, *loading.meant(name, both))
        return None
    path = Path(name)
    return path if path.is_file() and _is_design(path) else None


def _is_design(path: Path) -> bool:
    try:
        keys = {*tomllib.loads(path.read_bytes().decode("utf-8-sig"))}
        return not ARMS.isdisjoint(key.removesuffix("s") for key in keys)  # a plural is told what it is called
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, OSError):
        return False  # the loader of scenarios says what is wrong with it


def _read(path: Path) -> dict:
    return tomllib.loads(path.read_bytes().decode("utf-8-sig"))


def _whole(meaning, key):
    low, high = BOUNDS[key]
    return {"type": "integer", "minimum": low, "description": meaning} | ({"maximum": high} if high else {})


def _text(meaning):
    return {"type": "string", "minLength": 1, "description": meaning}


def design_schema() -> dict:
    """Return the JSON Schema of a design file, for editors: dotted names of parameters are tables in tables."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "displace design"} | _schema(
        json_schema()
    )


def _schema(of_scenario: dict) -> dict:
    keys = {
        "title": _text("the design's name in the report"),
        "question": _text("the question that this design answers, in one sentence"),
        "baseline": {
            "type": "string",
            "pattern": NAME,
            "description": "the arm that the others are compared with; none = baseline",
        },
        "replicates": _whole("how many seeds", "replicates"),
        "people_per_agent": _whole("persons that one simulated person stands for", "people_per_agent"),
        "seed": _whole("the seed of the first replicate", "seed"),
        "draws": _text(
            "draws of the parameters: posterior, posterior:N, prior:N or a posterior.parquet; none = the defaults"
        ),
        "outcomes": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string", "enum": list(outcomes.BY_NAME), "description": "an outcome"},
        },
        "sensitivity": settings_schema(),
        **schema(of_scenario),
    }
    return {"type": "object", "properties": keys, "required": ["title", "question"], "additionalProperties": False}


def _from_file(path: Path) -> Design:
    data = _read(path)
    where = Where(_label(path))
    for table in (data, *(entry for entry in _list(data.get("arm")) if isinstance(entry, dict))):
        if isinstance(table.get("parameters"), dict):
            table["parameters"] = flat(table["parameters"])
    try:
        check(data, _schema(scenario_schema(world_graph())), where)
        found = _arms(read(data, path, where))
        baseline = data.get("baseline", "baseline")
        if baseline not in found:
            scenario = load(baseline, path, where.at("baseline"))
            found = {scenario.name: with_parameters(scenario, data.get("parameters", {}) | scenario.parameters)} | found
    except ScenarioError as error:
        raise DesignError(str(error)) from None
    settings = {key: data[key] for key in ("replicates", "people_per_agent", "seed", "draws") if key in data}
    if "outcomes" in data:
        settings["outcomes"] = tuple(data["outcomes"])
    try:
        return Design(data["title"], data["question"], found, baseline, **_given(settings))
    except DrawsError as error:
        raise DesignError(f"{where}: {error}") from None


def _on_budget(design: Design, path: Path, unpaid: str) -> Design:
    """Return the design of a file with the strengths that its budget, if it has one, buys under all else that is asked for.

    `unpaid`: the baseline of the file, which has no budget where another takes its place either.
    """
    budget = _read(path).get("budget")
    if budget is None:
        return design
    where, baseline = Where(_label(path)).at("budget"), design.arms[design.baseline]
    try:
        scaled = {
            name: with_budget(design.arms[name], baseline, budget, where) for name in design.compared if name != unpaid
        }
    except ScenarioError as error:
        raise DesignError(str(error)) from None
    return replace(design, arms=design.arms | scaled, budget=budget)


def _list(value) -> list:
    return value if isinstance(value, list) else []


def _label(path: Path) -> str:
    return path.name if path.parent == SHIPPED else str(path)
