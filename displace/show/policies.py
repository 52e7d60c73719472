"""What a visitor composes: policies as plain entries, read back as sentences, as a scenario file and as a command."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from model.registry.calendar import WEEKS, monday
from model.registry.lever import LEVER_KINDS
from model.registry.levers import LEVERS
from model.registry.policy import Policy, Shock
from scenarios.errors import ScenarioError
from scenarios.explain import explain
from scenarios.loading import from_dict, load
from scenarios.scenario import Scenario
from scenarios.toml_files import to_toml
from scenarios.world_files import world_graph

from .two_worlds import BASELINE, ShowScenario

NEW_NAME = "my-policy"
STARTS = date(2025, 1, 6)  # where the shipped policies start
HISTORY = "history"


# --- what may be chosen -----------------------------------------------------------------------------


def levers() -> list[tuple[str, str]]:
    """Return (name, words) of every lever, kind by kind."""
    return [
        (lever.name, f"{lever.kind}: {lever.summary}")
        for kind in LEVER_KINDS
        for lever in LEVERS.values()
        if lever.kind == kind
    ]


@cache
def states() -> dict[str, str]:
    """Return {ISO code: name} of the States, by name."""
    names = {iso3: row["name"] for iso3, row in world_graph().graph["states"].items()}
    return dict(sorted(names.items(), key=lambda item: item[1]))


def new_entry() -> dict:
    """Return the entry with which a new policy starts."""
    return {"lever": next(iter(LEVERS)), "states": ["KHM"], "start": STARTS, "strength": 1.0}


# --- from a scenario to entries and back ------------------------------------------------------------


def entries(scenario: Scenario) -> list[dict]:
    """Return a scenario's policies, shaped as `[[policy]]` entries of its file."""
    return [_entry(policy) for policy in scenario.policies]


def day(text: str) -> date | None:
    """Return the day that a visitor typed, None if it is none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def composed(policies: Sequence[Mapping], title: str, like: Scenario) -> Scenario:
    """Return the scenario of these entries, with what else `like` sets.

    Raises ScenarioError as for a file: the start that was typed may not be a date."""
    for number, entry in enumerate(policies, 1):
        if not isinstance(entry["start"], date):
            raise ScenarioError(
                f"policy {number} ({entry['lever']}): {entry['start']!r} is no date; expected a start such as {STARTS}"
            )
    return from_dict(_data(policies, title, like) | {"question": _question(policies, title, like)}, NEW_NAME)


def _question(policies: Sequence[Mapping], title: str, like: Scenario) -> str:
    """The question of `like` as long as the same is pulled in the same States; without policies the baseline's."""

    def pulled(rows):
        return {(row["lever"], *row.get("states", ()), *row.get("places", ())) for row in rows}

    if not policies:
        return load(BASELINE).question
    return (
        like.question
        if pulled(policies) == pulled(entries(like))
        else f"{title}: who is still held, and where do operations go?"
    )


def file_of(scenario: Scenario) -> str:
    """Return a scenario as one file that loads to the same: complete but for the shipped history that it extends."""
    return to_toml(_data(entries(scenario), scenario.title, scenario))


def sentences(scenario: Scenario) -> list[str]:
    """Return a scenario read back, without its title and what every world shares."""
    shared = set(explain(load(BASELINE))[1:])
    return [sentence for sentence in explain(scenario)[1:] if sentence not in shared]


def command(shown: ShowScenario) -> str:
    """Return the command line that runs what is on the page: the pair, or the one world, of the same seed and size."""
    policy, baseline = shown.policy or load(BASELINE), shown.baseline or load(BASELINE)
    what = f"run {_argument(policy)}"
    if policy.hash != baseline.hash:
        what = f"compare {_argument(policy)} --baseline {_argument(baseline)} --replicates 1"
    return f"displace {what} --seed {shown.rng} --people-per-agent {shown.people_per_agent} --out outputs/{policy.name}"


def _argument(scenario: Scenario) -> str:
    """The shipped scenario's name, or the file that was downloaded or given."""
    return (
        scenario.name
        if scenario.hash == _shipped_hash(scenario.name)
        else scenario.source_file or f"{scenario.name}.toml"
    )


@cache
def _shipped_hash(name: str) -> str | None:
    from scenarios.loading import SHIPPED_SCENARIOS

    return load(name).hash if (SHIPPED_SCENARIOS / f"{name}.toml").is_file() else None


def _data(policies: Sequence[Mapping], title: str, like: Scenario) -> dict:
    """The scenario's file as a table. Shocks of the shipped history are not repeated where all of them are there."""
    history = set(load(BASELINE).shocks)
    extends = history <= set(like.shocks)
    own = [shock for shock in like.shocks if not (extends and shock in history)]
    world: dict[str, dict] = {}
    for place, column, value in like.world_changes:
        world.setdefault(place, {})[column] = value
    data = {"title": title, "question": like.question}
    data |= {"extends": HISTORY} if extends else {}
    data |= {"run": {"end": monday(like.stop - 1)}} if like.stop < WEEKS else {}
    data |= (
        {"parameters": {name: _choice(name, value) for name, value in like.parameters.items()}}
        if like.parameters
        else {}
    )
    data |= {"policy": [dict(entry) for entry in policies]} if policies else {}
    data |= {"shock": [_shock(shock) for shock in own]} if own else {}
    return data | ({"world": [{"place": place, "set": changed} for place, changed in world.items()]} if world else {})


def _choice(name: str, value: float):
    from model.registry.parameters import PARAMETERS

    choices = PARAMETERS[name].choices
    return choices[int(value)] if choices else value


def _entry(policy: Policy) -> dict:
    entry = {"lever": policy.lever} | _extent(policy)
    entry |= {key: list(value) for key in ("nationalities",) if (value := getattr(policy, key))}
    entry |= {key: value for key in ("sex", "age") if (value := getattr(policy, key))}
    entry |= {"announced": monday(policy.announced)} if policy.announced < policy.start else {}
    entry |= _period(policy) | {"strength": policy.strength}
    entry |= {"pauses": [{"from": monday(a), "to": monday(b)} for a, b in policy.pauses]} if policy.pauses else {}
    if policy.when:
        trigger = {
            "outcome": policy.when.outcome,
            "above" if policy.when.above else "below": policy.when.bound,
            "weeks": policy.when.weeks,
        }
        entry["when"] = trigger | ({"places": list(policy.when.places)} if policy.when.places else {})
    return entry


def _shock(shock: Shock) -> dict:
    return (
        {"name": shock.name, "moves": shock.moves, "mode": shock.mode, "value": shock.value}
        | _extent(shock)
        | _period(shock)
        | {"source": shock.source}
    )


def _extent(row) -> dict:
    return {key: list(value) for key in ("states", "places") if (value := getattr(row, key))}


def _period(row) -> dict:
    period = {"start": monday(row.start)}
    period |= {"end": monday(row.end)} if row.end < WEEKS else {}
    return period | ({"ramp_weeks": row.ramp_weeks} if row.ramp_weeks else {})
