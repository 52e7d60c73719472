"""A scenario: what is simulated, in the model's terms, and the hash that names all that bears on its results.

Neither the model nor the compiled world is loaded before a run needs them.
"""

import functools
import hashlib
import json
from dataclasses import asdict, dataclass, field, replace

from model.registry import levers
from model.registry.policy import Policy, Shock, in_order

from .file_format import PEOPLE_CHOICES
from .world_files import world_graph


@dataclass(frozen=True)
class Scenario:
    """What is simulated: checked, complete, in the model's terms. Policies and shocks are in a fixed order."""

    name: str
    title: str
    question: str
    source_file: str  # "" when composed in memory
    policies: tuple[Policy, ...]
    shocks: tuple[Shock, ...]
    parameters: dict[str, float]
    world_changes: tuple[tuple[str, str, float], ...]  # place, column, value
    stop: int  # weeks simulated: 0 <= week < stop
    hash: str = field(repr=False)  # of all that bears on results, the world included; not of names and comments
    notes: tuple[str, ...] = ()  # what the files say otherwise than it is simulated: dates that were moved

    @property
    def world(self):
        """The compiled world (`model.world.places.World`), compiled once for each set of changes."""
        return _compiled(self.world_changes)

    @property
    def first_policy_week(self):
        """The first week in which anybody acts on a policy, or None without a policy."""
        return min(map(levers.acted_on_from, self.policies), default=None)

    def inputs(self, seed, people_per_agent=10, parameters=None, record="places", window_start=0, **more):
        """Return the `model.model.Inputs` of one run.

        `parameters` (by name) replace the defaults; where the scenario itself sets one, the scenario's value holds.
        """
        from model.model import Inputs  # late: it loads the compiler

        return Inputs(
            world=self.world,
            seed=seed,
            people_per_agent=people_per_agent,
            parameters={**(parameters or {}), **self.parameters},
            policies=self.policies,
            shocks=self.shocks,
            stop=self.stop,
            window_start=window_start,
            record=record,
            **more,
        )


def resolved(scenario, **content):
    """Return `scenario` with other `content`: policies and shocks in a fixed order, and the hash that follows."""
    for key in ("policies", "shocks"):
        if key in content:
            content[key] = in_order(content[key])
    if "parameters" in content:
        content["parameters"] = dict(sorted(content["parameters"].items()))
    scenario = replace(scenario, **content)
    bears = {key: [asdict(item) for item in getattr(scenario, key)] for key in ("policies", "shocks")}
    bears |= {key: getattr(scenario, key) for key in ("parameters", "world_changes", "stop")}
    text = json.dumps([bears, world_graph().graph["hash"]], sort_keys=True)
    return replace(scenario, hash=hashlib.sha256(text.encode()).hexdigest())


def refuse_contradictions(policies):
    """Refuse two entries that set the same lever for the same people, somewhere, in the same week."""
    for number, (policy, where) in enumerate(policies):
        for other, earlier in policies[:number]:
            if policy.lever == other.lever and _overlap(policy, other):
                raise where.error(
                    f"contradicts {earlier}, which pulls the same lever there and then",
                    "other states or dates, or one entry",
                )


def _overlap(a, b):
    def meet(x, y):
        return not x or not y or bool({x} & {y} if isinstance(x, str) else {*x} & {*y})

    people = all(meet(getattr(a, key), getattr(b, key)) for key in ("nationalities", *PEOPLE_CHOICES))
    return people and meet(_places(a), _places(b)) and bool(_active_weeks(a) & _active_weeks(b))


def _places(policy):
    """The places where a policy acts; empty = everywhere."""
    in_states = {place for place, iso3 in world_graph().nodes(data="iso3") if iso3 in policy.states}
    return in_states | {*policy.places}


def _active_weeks(policy):
    return {*range(policy.start, policy.end)}.difference(*(range(*pause) for pause in policy.pauses))


@functools.lru_cache(maxsize=8)
def _compiled(changes):
    from model.world.places import compile_world  # late: it takes the numeric libraries with it

    world = world_graph()
    if changes:
        world = world.copy()
        for place, column, value in changes:
            world.nodes[place][column] = value
        world.graph["hash"] = hashlib.sha256(repr((world.graph["hash"], changes)).encode()).hexdigest()
    return compile_world(world)
