"""Designs from files and from names: a TOML file with `[[arm]]` entries or a `[factorial]`, or a list of scenarios."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from model.registry import outcomes
from scenarios import loading
from scenarios.checking import check
from scenarios.errors import ScenarioError, Where
from scenarios.file_format import NAME_PATTERN, json_schema, scenario_schema
from scenarios.scenario import Scenario
from scenarios.toml_files import flat, read_toml
from scenarios.world_files import world_graph

from .arms import checked, load, read, schema, with_budget, with_parameters
from .design import ALLOWED, Design, DesignError, error
from .draws import DrawsError, draws_of
from .sensitivity_settings import settings_schema

SHIPPED_DESIGNS = Path(__file__).parents[1] / "designs"
QUICK_DRAWS, QUICK_SEEDS, QUICK_SIZE = 16, 4, 100  # of a quick look
ARM_KEYS = frozenset(("arm", "factorial"))  # keys that tell a design from a scenario
SCENARIO_KEYS = frozenset(("policy", "shock", "world", "extend", "run"))  # and those, without an s, that tell the other


def from_names(
    names: Sequence[str],
    baseline: str | None = None,
    parameters: Mapping[str, float | str] = {},
    quick: bool = False,
    **settings,
) -> Design:
    """Return the design of scenarios, or of one design file with `[[arm]]` or `[factorial]`; each by name or path.

    A folder stands for the scenarios in it, in natural order: raid-2 before raid-10. So do names in alphabetical order,
    which is that of a shell.
    `settings` that are not None hold over the defaults and over the file; `parameters` (by name) hold over all else
    that sets them. `replicates` among the settings are those of all draws. `quick`: the same question asked roughly,
    in fewer worlds of larger agents (`quick_look`). The baseline is added if it is not listed.
    Raises DesignError, or ScenarioError for a scenario.
    """
    asked = [str(name) for name in names]
    if not asked:
        raise error(Where("compare"), "no scenario", "names of `displace list scenarios`, paths, or one design")
    names = [name for given in asked for name in _in_folder(given)]
    names = sorted(names, key=_natural) if names == sorted(names) else names
    paths = [design_path(name) for name in names]
    if any(paths):
        if len(names) > 1:
            raise error(Where(names[1]), "a design and something else", "scenarios, or one design alone")
        written = _from_file(paths[0])
        settings = quick_look(written, settings) if quick else settings
        design = _assuming(_with(written, baseline, settings), parameters, asked)
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
    design = Design(title, question, arms, wanted)
    design = replace(design, **_given(quick_look(design, settings) if quick else settings))
    return _something_to_compare(_assuming(design, parameters, asked))


def _in_folder(name: str) -> list[str]:
    """Return the paths of the scenarios in a folder, or the name itself where it means none."""
    shipped = (loading.SHIPPED_SCENARIOS / f"{name}.toml", SHIPPED_DESIGNS / f"{name}.toml")
    if not Path(name).is_dir() or any(path.is_file() for path in shipped):
        return [name]
    files = sorted(str(path) for path in Path(name).glob("*.toml") if not _is_design(path))
    if not files:
        raise error(Where(name), "a folder without scenarios", "files that end in .toml in it")
    return files


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """Return a key by which numbers in names are in the order of their values."""
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in re.split(r"(\d+)", name)]


def quick_look(design: Design, settings: Mapping) -> dict:
    """Return settings for a quick look: QUICK_DRAWS of the draws with a seed each, or QUICK_SEEDS under the defaults.

    At QUICK_SIZE people an agent. What `settings` give holds over it.
    """
    settings = {key: value for key, value in settings.items() if value is not None}
    draws = settings.get("draws", design.draws_asked)
    if draws == design.draws_asked and len(design.draws) > QUICK_DRAWS:
        draws = f"{draws.removesuffix(f':{len(design.draws)}')}:{QUICK_DRAWS}"
    seeds = QUICK_SEEDS if draws in ("", "defaults") else 1
    quick = {"replicates": seeds, "people_per_agent": max(QUICK_SIZE, design.people_per_agent)}
    return quick | ({"draws": draws} if draws else {}) | settings


def _something_to_compare(design: Design) -> Design:
    if not design.compared:
        raise error(
            Where(design.asked[0]),
            f"'{design.baseline}' would be compared with itself",
            "another scenario beside it, or `displace run` for one run",
        )
    return design


def _assuming(design: Design, parameters: Mapping[str, float | str], names: Sequence[str]) -> Design:
    """Return the design with these parameters in all arms, and with the words that ask for it."""
    asked = (*names, *(word for name, value in parameters.items() for word in ("--set", f"{name}={value}")))
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
        for path in sorted(SHIPPED_DESIGNS.glob("*.toml"))
        for data in [read_design(path)]
    ]


def _given(settings):
    """Return the settings that are not None; draws may be a name (`draws.draws_of`).

    Replicates that are given are those of every draw, unless it is also given how many are repeated.
    """
    given = {key: value for key, value in settings.items() if value is not None}
    if "replicates" in given:
        given = {"repeated_draws": None} | given
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
            raise error(
                where, f"a second arm called '{scenario.name}'", f"each arm once, or another name for '{given}'"
            )
        arms[scenario.name] = scenario
    return arms


# --- files ------------------------------------------------------------------------------------------


def design_path(name: str) -> Path | None:
    """Return the path of the design that `name` means, or None if it means a scenario.

    Raises DesignError if neither.
    """
    if Path(name).suffix != ".toml" and Path(name).name == name:
        path = SHIPPED_DESIGNS / f"{name}.toml"
        scenarios = [path.stem for path in loading.SHIPPED_SCENARIOS.glob("*.toml")]
        if path.is_file():
            return path
        if name not in scenarios:
            both = [*scenarios, *(path.stem for path in SHIPPED_DESIGNS.glob("*.toml"))]
            wanted = "a name of `displace list scenarios` or `displace list designs`, or a path that ends in .toml"
            raise error(Where(name), "no such scenario or design", wanted, *loading.meant(name, both))
        return None
    path = Path(name)
    return path if path.is_file() and _is_design(path) else None


def has_sensitivity_table(names: Sequence[str]) -> bool:
    """Say whether `names` (as of `from_names`) mean a design with a [sensitivity] table."""
    path = design_path(names[0])
    return path is not None and "sensitivity" in read_design(path)


def _is_design(path: Path) -> bool:
    try:
        keys = {key.removesuffix("s") for key in read_toml(path)}  # with [[arms]], the check names the right key
    except ScenarioError:
        return False  # the loader of scenarios says what is wrong with it
    armless = not keys.isdisjoint(("draw", "replicate", "baseline", "budget")) and keys.isdisjoint(SCENARIO_KEYS)
    return not keys.isdisjoint(ARM_KEYS) or armless


def read_design(path: Path) -> dict:
    """Return what is written in a design file. Raises ScenarioError."""
    return read_toml(path, "a design in TOML")


def _whole(meaning, key):
    low, high = ALLOWED[key]
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
            "pattern": NAME_PATTERN,
            "description": "the arm that the others are compared with; none = baseline",
        },
        "replicates": _whole("how many seeds", "replicates"),
        "repeated_draws": _whole(
            "how many of the draws have all of these seeds, the others one; none = all", "repeated_draws"
        ),
        "people_per_agent": _whole("persons that one simulated person stands for", "people_per_agent"),
        "seed": _whole("the seed of the first replicate", "seed"),
        "draws": _text(
            "draws of the parameters: posterior, posterior:N, prior:N or a posterior.parquet; none = the defaults"
        ),
        "outcomes": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string", "enum": list(outcomes.OUTCOMES), "description": "an outcome"},
        },
        "sensitivity": settings_schema(),
        **schema(of_scenario),
    }
    return {"type": "object", "properties": keys, "required": ["title", "question"], "additionalProperties": False}


def _from_file(path: Path) -> Design:
    data = read_design(path)
    where = Where(label_of(path))
    try:
        for place, table in ((where, data), *_tables(data.get("arm"), where)):
            if isinstance(table.get("parameters"), dict):
                table["parameters"] = flat(table["parameters"], place.at("parameters"))
        check(data, _schema(scenario_schema(world_graph())), where)
        if ARM_KEYS.isdisjoint(data):
            raise where.at("arm").error("is missing", '[[arm]] entries, each with scenario = "...", or a [factorial]')
        found = _arms(read(data, path, where))
        baseline = data.get("baseline", "baseline")
        if baseline not in found:
            scenario = load(baseline, path, where.at("baseline"))
            found = {scenario.name: with_parameters(scenario, data.get("parameters", {}) | scenario.parameters)} | found
    except ScenarioError as error:
        raise DesignError(str(error)) from None
    settings = {key: data[key] for key in (*ALLOWED, "draws") if key in data}
    if "outcomes" in data:
        settings["outcomes"] = tuple(data["outcomes"])
    try:
        return Design(data["title"], data["question"], found, baseline, **_given(settings))
    except DrawsError as error:
        raise DesignError(f"{where}: {error}") from None


def _on_budget(design: Design, path: Path, unpaid: str) -> Design:
    """Return the design of a file with the strengths that its budget, if it has one, buys.

    `unpaid`: the baseline of the file, which has no budget where another takes its place either.
    """
    budget = read_design(path).get("budget")
    if budget is None:
        return design
    where, baseline = Where(label_of(path)).at("budget"), design.arms[design.baseline]
    try:
        scaled = {
            name: with_budget(design.arms[name], baseline, budget, where) for name in design.compared if name != unpaid
        }
    except ScenarioError as error:
        raise DesignError(str(error)) from None
    return replace(design, arms=design.arms | scaled, budget=budget)


def _tables(entries, where: Where) -> list[tuple[Where, dict]]:
    """Return (place, entry) of the entries of an array of tables; those that are no table the check refuses."""
    listed = entries if isinstance(entries, list) else []
    return [(where.at(f"arm {k}"), entry) for k, entry in enumerate(listed, start=1) if isinstance(entry, dict)]


def label_of(path: Path) -> str:
    """Return how messages name a design file: a shipped one by its name alone."""
    return path.name if path.parent == SHIPPED_DESIGNS else str(path)
