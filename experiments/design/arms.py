"""The arms of a design file: scenarios as they are, changed, packed together, or all combinations of several.

Each arm becomes a Scenario before anything runs, so a wrong name, date or strength is refused at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path

from model.registry.levers import LEVERS
from scenarios import loading
from scenarios.compose import changed, together
from scenarios.errors import ScenarioError, Where
from scenarios.file_format import NAME_PATTERN
from scenarios.scenario import Scenario, resolved
from scenarios.world_files import world_graph

from . import unit_costs

BETWEEN = "--"  # two policies in the name of a combination; no shipped scenario has it in its own
AND = " + "  # two titles in that of a combination
MOST_POLICIES = 7  # of a factorial: 128 combinations


def schema(of_scenario: Mapping) -> dict:
    """Return the JSON Schema of keys `arm`, `factorial` and `parameters`; `of_scenario`: that of a scenario file."""
    entry = of_scenario["properties"]["policy"]["items"]["properties"]
    part = {
        "scenario": _text("a shipped scenario's name, or a path relative to the design"),
        "states": entry["states"] | {"description": "its policies act in these states only"},
        "strength": {"type": "number", "minimum": 0, "description": "a factor on the strength of its policies"},
        "start": entry["start"] | {"description": "the day on which its earliest policy starts; the others move along"},
        "end": entry["end"] | {"description": "the day on which all of its policies have ended"},
    }
    arm = part | {
        "part": {
            "type": "array",
            "minItems": 1,
            "items": _table(["scenario"], part),
            "description": "scenarios taken together",
        },
        "name": {"type": "string", "pattern": NAME_PATTERN, "description": "the arm's name; none = the scenario's"},
        "title": _text("the arm's name in tables; none = the scenario's"),
        "question": _text("what this arm answers; none = the scenario's question"),
        "parameters": of_scenario["properties"]["parameters"],
    }
    factorial = {
        "policies": {"type": "array", "minItems": 2, "uniqueItems": True, "items": part["scenario"]},
        "arms": {
            "type": "integer",
            "minimum": 4,
            "description": "how many of the combinations, a power of two; none = all",
        },
    }
    return {
        "arm": {"type": "array", "minItems": 1, "items": _table([], arm)},
        "factorial": _table(["policies"], factorial) | {"description": "an arm for every combination of policies"},
        "budget": {
            "type": "number",
            "minimum": 0,
            "description": "million USD a year to which the strength of every arm's policies is scaled",
        },
        "parameters": of_scenario["properties"]["parameters"]
        | {"description": "assumptions of all arms; what a scenario or an arm itself sets holds over them"},
    }


def _text(meaning):
    return {"type": "string", "minLength": 1, "description": meaning}


def _table(required, keys):
    return {"type": "object", "properties": keys, "required": required, "additionalProperties": False}


# --- arms -------------------------------------------------------------------------------------------


def read(data: Mapping, path: Path, where: Where) -> Iterator[tuple[Where, str, Scenario]]:
    """Yield (place in the file, what it was called there, scenario) of every arm of a checked design file."""
    entries = [
        _arm(entry, path, where.at(f"arm {number}")) for number, entry in enumerate(data.get("arm", ()), start=1)
    ]
    if "factorial" in data:
        entries += _combinations(data["factorial"], path, where.at("factorial"))
    for place, given, scenario in entries:
        yield place, given, with_parameters(scenario, data.get("parameters", {}) | scenario.parameters)


def load(name: str, design: Path, where: Where) -> Scenario:
    """Return the scenario that a design file names: beside it, or shipped."""
    beside = design.parent / name
    try:
        return loading.load(beside if beside.is_file() else name)
    except ScenarioError as error:
        raise ScenarioError(f"{where}: {error}") from None


def _arm(entry: Mapping, path: Path, where: Where):
    if ("scenario" in entry) == ("part" in entry):
        raise where.error(
            "names a scenario and parts" if "part" in entry else "names no scenario",
            'scenario = "..." or [[arm.part]] entries, one of them',
        )
    if "part" in entry:
        if "name" not in entry:
            raise where.at("name").error("is missing", "a name for the parts together")
        parts = [_part(part, path, where.at(f"part {number}")) for number, part in enumerate(entry["part"], start=1)]
        title = entry.get("title", AND.join(part.title for part in parts))
        question = entry.get("question", " ".join(part.question for part in parts))
        scenario = together(parts, where, entry["name"], title, question)
    else:
        scenario = _part(entry, path, where)
        scenario = replace(scenario, **{key: entry[key] for key in ("name", "title", "question") if key in entry})
    return (
        where,
        entry.get("scenario", scenario.name),
        with_parameters(scenario, scenario.parameters | numbers(entry.get("parameters", {}))),
    )


def _part(entry: Mapping, path: Path, where: Where) -> Scenario:
    scenario = load(entry["scenario"], path, where.at("scenario"))
    changes = {key: entry[key] for key in ("states", "strength", "start", "end") if key in entry}
    return changed(scenario, where, **changes) if changes else scenario


# --- combinations -----------------------------------------------------------------------------------


def _combinations(table: Mapping, path: Path, where: Where) -> list[tuple[Where, str, Scenario]]:
    """Return the arms of a factorial; the combination without any policy is the baseline's and is left out."""
    policies = [load(name, path, where.at("policies")) for name in table["policies"]]
    if len(policies) > MOST_POLICIES:
        raise where.at("policies").error(f"{len(policies)} policies", f"at most {MOST_POLICIES}")
    wanted = table.get("arms", 2 ** len(policies))
    arms = []
    for pulled in chosen(len(policies), wanted, where):
        mine = [policy for policy, there in zip(policies, pulled) if there]
        if mine:
            arms.append((where, BETWEEN.join(p.name for p in mine), _combined(mine, where)))
    return arms


def _combined(policies: Sequence[Scenario], where: Where) -> Scenario:
    if len(policies) == 1:
        return policies[0]
    titles = [policy.title for policy in policies]
    question = f"What do these achieve together: {'; '.join(titles)}?"
    return together(policies, where, BETWEEN.join(p.name for p in policies), AND.join(titles), question)


def chosen(factors: int, runs: int, where: Where) -> list[tuple[bool, ...]]:
    """Return which policies are pulled in each combination, none first: all 2**factors, or a regular fraction of them.

    A fraction (Box and Hunter 1961) sets the last policies by the parity of others; of all choices of these it takes
    the first with the highest resolution, and that is at least III: no policy's effect is mixed up with another's
    alone.
    """
    free = runs.bit_length() - 1
    if runs != 2**free or not factors < runs <= 2**factors:
        possible = [str(2**k) for k in range(2, factors + 1) if 2**k > factors]
        raise where.at("arms").error(f"{runs} for {factors} policies", f"one of {', '.join(possible)}")
    words = [word for size in range(free, 1, -1) for word in combinations(range(free), size)]
    generators = max(combinations(words, factors - free), key=lambda given: _resolution(given, free))
    rows = [base + tuple(_bit(base, word) for word in generators) for base in product((False, True), repeat=free)]
    return sorted(rows, key=lambda row: (sum(row), [not there for there in row]))


def _bit(base: tuple[bool, ...], word: tuple[int, ...]) -> bool:
    """Return whether the policy that `word` sets is pulled: such that without any other it is not."""
    return sum(base[k] for k in word) % 2 == 1


def _resolution(generators: Sequence[tuple[int, ...]], free: int) -> int:
    """Return the length of the shortest word of the defining relation; without generators, of a full factorial."""
    masks = [sum(1 << k for k in word) | 1 << (free + number) for number, word in enumerate(generators)]
    products = {0}
    for mask in masks:
        products |= {word ^ mask for word in products}
    return min((word.bit_count() for word in products - {0}), default=free + 1)


# --- the same budget --------------------------------------------------------------------------------


def with_budget(scenario: Scenario, baseline: Scenario, budget: float, where: Where) -> Scenario:
    """Return the scenario with its policies' strength scaled by one factor, so that they are planned to cost `budget`.

    In million USD a year, at the middle of every unit cost (`unit_costs.py`), if all capacity that they add is used.
    """
    from model.registry.parameters import DEFAULTS

    world = world_graph()
    country_of, hosts = dict(world.nodes(data="iso3")), {place for place, host in world.nodes(data="host") if host}
    cost = unit_costs.planned(scenario.policies, country_of, hosts, DEFAULTS | scenario.parameters)
    if baseline.policies:
        raise where.error("beside a baseline with policies", "a baseline without policies")
    if not cost:
        raise where.error(f"'{scenario.name}' has no policy that costs anything", "an arm with policies")
    highest = min(
        (LEVERS[policy.lever].maximum / policy.strength for policy in scenario.policies if policy.strength), default=0.0
    )
    if budget / cost > highest:
        raise where.error(
            f"'{scenario.name}' can't spend {budget:g} million USD a year: its levers would be pulled beyond "
            "their maximum, under these parameters",
            f"at most {highest * cost:.3g}",
        )
    return changed(scenario, where.at(f"arm '{scenario.name}'"), strength=budget / cost)


# --- assumptions ------------------------------------------------------------------------------------


def numbers(values: Mapping[str, float | str]) -> dict[str, float]:
    """Return values of parameters as numbers: a choice is its number in the registry."""
    from model.registry.parameters import PARAMETERS

    return {
        name: float(PARAMETERS[name].choices.index(value) if isinstance(value, str) else value)
        for name, value in values.items()
    }


def with_parameters(scenario: Scenario, parameters: Mapping[str, float | str]) -> Scenario:
    """Return the scenario with these parameters in place of its own."""
    parameters = dict(sorted(numbers(parameters).items()))
    return scenario if parameters == scenario.parameters else resolved(scenario, parameters=parameters)


def checked(parameters: Mapping[str, float | str]) -> Mapping[str, float | str]:
    """Return the parameters as they are, if there are such and they may have these values. Raises ScenarioError."""
    from model.registry.parameters import PARAMETERS

    for name, value in parameters.items():
        where = Where("parameters", name)
        if name not in PARAMETERS:
            raise where.error("unknown parameter", "a name of `displace list parameters`", name, PARAMETERS)
        _value(PARAMETERS[name], str(value), where)
    return parameters


def assignments(texts: Sequence[str]) -> dict[str, float | str]:
    """Return {parameter: value} of `name=value` texts, checked against the registry. Raises ScenarioError."""
    from model.registry.parameters import PARAMETERS

    values: dict[str, float | str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        where = Where("--set", name)
        if not equals:
            raise Where("--set").error(f"'{text}' assigns nothing", "name=value, such as refill_elasticity=0.5")
        if name not in PARAMETERS:
            raise where.error("unknown parameter", "a name of `displace list parameters`", name, PARAMETERS)
        if name in values:
            raise where.error("is there twice", "each parameter once")
        values[name] = _value(PARAMETERS[name], value, where)
    return values


def _value(parameter, text: str, where: Where) -> float | str:
    if parameter.choices:
        if text not in parameter.choices:
            raise where.error(f"unknown '{text}'", f"one of {', '.join(parameter.choices)}", text, parameter.choices)
        return text
    try:
        number = float(text)
    except ValueError:
        raise where.error(
            f"'{text}' is no number", f"a number from {parameter.low:g} to {parameter.high:g} ({parameter.unit})"
        ) from None
    if not parameter.low <= number <= parameter.high:
        raise where.error(
            f"{text} is out of range", f"a number from {parameter.low:g} to {parameter.high:g} ({parameter.unit})"
        )
    return number
