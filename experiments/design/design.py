"""What is to be run: arms, replicates and parameter draws, as a plan that is known before the first run.

A block is one
(draw, replicate) with all its arms; a chunk is a run of blocks and the unit of work. Both, and every seed,
follow from the plan alone: never from workers, timing or order of completion.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from itertools import batched

from experiments.results.folder import PLACEBO, content_hash
from model.registry import outcomes
from model.registry.calendar import WEEKS
from scenarios.errors import ScenarioError, Where
from scenarios.scenario import Scenario

from .draws import spread
from .expected_reports import ExpectedReport
from .limits import MOST_DRAWS, MOST_PEOPLE_PER_AGENT, MOST_SEED

WAYS_OF_RECORDING = ("places", "totals", "summary", "window", "expected_reports")
SECONDS_A_CHUNK = 10.0
SECONDS_TO_WRITE = {"places": 0.1, "totals": 0.02}  # a run, of one core; what is recorded else takes a tenth of that
MORE_IF_DRAWN = 2.0  # worlds with other parameters than the defaults hold more people, on average
BYTES_A_RUN = {"places": 2.6e6, "totals": 0.07e6, "summary": 0.02e6, "window": 0.004e6, "expected_reports": 0.02e6}
ALLOWED = {
    "replicates": (1, None),
    "people_per_agent": (1, MOST_PEOPLE_PER_AGENT),
    "seed": (0, MOST_SEED),
    "repeated_draws": (1, None),
}


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

    `arms`: Scenario by arm's name, the baseline among them; of arms with one title, all but the baseline bear their
    name in it. `draws`: parameter overrides, one dict a draw; what an
    arm's scenario itself sets holds over them. `draws_from`: what is known of where they come from. `repeated_draws`:
    how many of the draws, spread over their order, are run on all `replicates`, the others on one; None = all. Few
    suffice to tell chance from parameters. `seeds`: which draws share their seeds, a number a draw (draws of one number
    run on the same random numbers); None = each draw has its own. `record`: "places" (weekly by place and worldwide),
    "totals" (weekly worldwide), "summary" (window only), "window" (window only, people held by place, no placebo and no
    comparison: what a sensitivity analysis needs) or "expected_reports" (no relocations either: what a fit reads).
    `expected_reports`: the expected reports that are kept, each as one number a run.
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
    repeated_draws: int | None = None
    record: str = "places"
    groups: bool = True
    events: bool = False
    outcomes: tuple[str, ...] = field(default=outcomes.HEADLINE)
    expected_reports: tuple[ExpectedReport, ...] = ()
    asked: tuple[str, ...] = ()  # the words of a command that asks for it; bears on nothing
    budget: float | None = None  # million USD a year that every arm is planned to cost; None = strengths are as written
    draws_asked: str = ""  # the name by which the draws were asked for; bears on nothing

    def __post_init__(self):
        where = Where(self.title)
        if self.baseline not in self.arms:
            raise error(where.at("baseline"), "is no arm", "one of the arms", self.baseline, self.arms)
        object.__setattr__(self, "arms", _distinguishable(self.arms, self.baseline))
        if PLACEBO in self.arms:
            raise error(
                where, f"an arm called '{PLACEBO}'", "another name: every comparison has a placebo arm of its own"
            )
        for key, (low, high) in ALLOWED.items():
            value = getattr(self, key)
            if key == "repeated_draws" and value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= (high or value):
                raise error(
                    where.at(key),
                    f"{value!r}",
                    f"a whole number of at least {low}" + (f" and at most {high:,}" if high else ""),
                )
        if not 0 < len(self.draws) <= MOST_DRAWS:
            raise error(
                where.at("draws"),
                f"{len(self.draws):,}",
                f"1 to {MOST_DRAWS:,} draws of the parameters (an empty one is the defaults)",
            )
        if self.seeds is not None and len(self.seeds) != len(self.draws):
            raise error(
                where.at("seeds"), f"{len(self.seeds)} for {len(self.draws)} draws", "one number a draw, or None"
            )
        for name in self.outcomes:
            if name not in outcomes.OUTCOMES:
                raise error(
                    where.at("outcomes"),
                    f"unknown '{name}'",
                    "outcomes of `displace list outcomes`",
                    name,
                    outcomes.OUTCOMES,
                )
        late = next((q for q in self.expected_reports if q.last > self.stop), None)
        if late:
            raise error(
                where.at("expected_reports"),
                f"'{late.name}' asks for weeks up to {late.last}",
                f"weeks before the end of all arms, {self.stop}",
            )
        if self.record not in WAYS_OF_RECORDING:
            raise error(
                where.at("record"),
                f"unknown '{self.record}'",
                f"one of {', '.join(WAYS_OF_RECORDING)}",
                self.record,
                WAYS_OF_RECORDING,
            )
        if self.record == "expected_reports" and len(self.arms) > 1:
            raise error(
                where.at("record"),
                "'expected_reports' of several arms",
                "one arm, or another record: of expected reports nothing is compared",
            )

    @cached_property
    def stop(self) -> int:
        """The week before which all arms end: that of the arm which ends first."""
        return min(scenario.stop for scenario in self.arms.values())

    @cached_property
    def window_start(self) -> int:
        """The first week of the summary window: the earliest in which anybody acts on an arm's policy.

        Else the first.
        """
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
        return len(self.arms) * len(self.blocks)

    def block_seed(self, draw: int, replicate: int) -> int:
        """Return the model's seed of a block: that of the design for the very first, mixed for the others.

        The arm has no part in it, nor has the draw beyond its number in `seeds`. At most MOST_SEED.
        """
        group = draw if self.seeds is None else self.seeds[draw]
        if group == replicate == 0:
            return self.seed
        digest = hashlib.sha256(f"{self.seed}/{group}/{replicate}".encode()).digest()
        return int.from_bytes(digest[:8], "big") >> 12

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks in order: draw by draw, and within a draw replicate by replicate."""
        count = len(self.draws)
        repeated = set(spread(count, min(count, self.repeated_draws or count)))
        return tuple(
            Block(d, r, self.block_seed(d, r), parameters)
            for d, parameters in enumerate(self.draws)
            for r in range(self.replicates if d in repeated else 1)
        )

    def chunks(self) -> list[Chunk]:
        """Return all work in order.

        By-place records are large: one block a chunk; else as many as take some seconds.
        """
        size = 1
        if self.record != "places":
            size = max(1, min(int(SECONDS_A_CHUNK / self.seconds_a_block()), math.ceil(len(self.blocks) / 64)))
        return [Chunk(blocks) for blocks in batched(self.blocks, size)]

    def seconds_a_block(self, drawn: bool | None = None) -> float:
        """Return about how long a block takes on one core; measured once, only as good as that.

        A week takes more the later it is, since the industry grows. `drawn`: under drawn parameters (default: as the
        design).
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
            "repeated_draws": self.repeated_draws,
            "seed": self.seed,
            "people_per_agent": self.people_per_agent,
            "draws": len(self.draws),
            "draws_hash": content_hash([dict(sorted(draw.items())) for draw in self.draws]),
            "draws_from": dict(self.draws_from),
            "expected_reports": json.loads(
                json.dumps([asdict(report) for report in self.expected_reports])
            ),  # as it is read back
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


def _distinguishable(arms: Mapping[str, Scenario], baseline: str) -> dict[str, Scenario]:
    """Return the arms with titles by which a reader tells one from another."""
    plain = {name: " ".join(scenario.title.casefold().split()) for name, scenario in arms.items()}
    shared = {name for name, title in plain.items() if list(plain.values()).count(title) > 1} - {baseline}
    return {
        name: replace(scenario, title=f"{scenario.title} ({name})") if name in shared else scenario
        for name, scenario in arms.items()
    }


def _content(scenario: Scenario) -> dict:
    content = {key: value for key, value in asdict(scenario).items() if key not in ("name", "source_file", "notes")}
    return json.loads(json.dumps(content, allow_nan=False))


def error(where: Where, wrong: str, expected: str, given: str | None = None, valid: Iterable[str] = ()) -> DesignError:
    """Return the error that says what is wrong at a place of a design, and what was expected."""
    return DesignError(str(where.error(wrong, expected, given, valid)))
