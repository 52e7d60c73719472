"""Scenario files: read, checked, joined with what they extend, and turned into Scenarios.

A scenario is a TOML file; its name is the file's stem. Importing this module is light: the world's data are read
when the first scenario is.
"""

import functools
import re
from pathlib import Path

from model.registry import levers
from model.registry.calendar import WEEKS, monday, week_of
from model.registry.institutions import INSTITUTIONS
from model.registry.lever import PEOPLE_SCOPE
from model.registry.parameters import PARAMETERS
from model.registry.policy import Policy, Shock, Trigger

from .checking import check
from .errors import Where
from .file_format import NAME_PATTERN, PEOPLE_CHOICES, is_no_name, scenario_schema
from .scenario import Scenario, refuse_contradictions, resolved
from .toml_files import flat, label, read_toml
from .world_files import world_graph

SHIPPED_SCENARIOS = Path(__file__).parent
NO_HOST = ("origin", "hub", "border_town")  # kinds of places that never host operations


# --- the doors ----------------------------------------------------------------------------------------


def list_scenarios():
    """Return (name, title, question) of every shipped scenario, the baseline first."""
    files = sorted(SHIPPED_SCENARIOS.glob("*.toml"), key=lambda path: (path.stem != "baseline", path.stem))
    return [(path.stem, data["title"], data["question"]) for path in files for data in [read_toml(path)]]


def load(name_or_path):
    """Return the Scenario of a shipped scenario's name or of a path to a TOML file; raises ScenarioError."""
    if Path(name_or_path).suffix != ".toml" and Path(name_or_path).name == str(name_or_path):
        path = SHIPPED_SCENARIOS / f"{name_or_path}.toml"
        if not path.is_file():
            names = [name for name, _, _ in list_scenarios()]
            wanted = "a name from `displace list scenarios` or a path that ends in .toml"
            raise Where(str(name_or_path)).error("no such scenario", wanted, *meant(str(name_or_path), names))
    else:
        path = Path(name_or_path)
    data = read_toml(path)
    if not (path.suffix == ".toml" and re.fullmatch(NAME_PATTERN, path.stem)):
        raise is_no_name(path.stem, Where(label(path)), path.suffix)
    return _build(data, path.stem, label(path), path)


def meant(name, names):
    """Return (given, valid) for `Where.error`'s suggestion: the file of this name in the current folder, or `names`."""
    file = f"{name}.toml"
    return (file, [file]) if Path(file).is_file() else (name, names)


def from_dict(data, name):
    """Return the Scenario of `data`, shaped as its TOML file would be read; it may extend shipped files."""
    if not re.fullmatch(NAME_PATTERN, name):
        raise is_no_name(name, Where(name))
    return _build(data, name, "", SHIPPED_SCENARIOS / f"({name})")


# --- reading and joining ---------------------------------------------------------------------------------


class _Content:
    """What a file says together with the files that it extends.

    `settings`: (value, Where) by key, the child's over its parents'. `policies`, `shocks`: (item, Where) by file, so
    that a file which is reached by two ways counts once.
    """

    def __init__(self):
        self.settings, self.policies, self.shocks, self.notes = {}, {}, {}, []


def _gather(data, path, shown, chain=()):
    where = Where(shown)
    if isinstance(data.get("parameters"), dict):
        data = data | {"parameters": flat(data["parameters"], where.at("parameters"))}
    check(data, _schema(bool(chain)), where)
    own = _settings(data, where)
    content = _Content()
    parents = data.get("extends", [])
    for name in [parents] if isinstance(parents, str) else parents:
        parent_path = _find(name, path.parent, where.at("extends"))
        line = [*chain, path]
        if parent_path in line:
            circle = [*line[line.index(parent_path) :], parent_path]
            raise where.at("extends").error(
                f"a circle, {' -> '.join(p.stem for p in circle)}", "files that don't extend each other"
            )
        shipped = [SHIPPED_SCENARIOS / part / f"{name}.toml" for part in (".", "parts")]
        if not parent_path.is_relative_to(SHIPPED_SCENARIOS) and any(file.is_file() for file in shipped):
            content.notes.append(f"extends '{label(parent_path)}', not the shipped '{name}'")
        parent = _gather(read_toml(parent_path), parent_path, label(parent_path), line)
        _join(content, parent, own, where)
    content.settings |= own
    content.policies[path] = [(_policy(e, w), w) for e, w in _entries(data, "policy", where)]
    moved = [(f"policy '{entry['lever']}'", entry) for entry in data.get("policy", [])] + [
        (f"shock '{entry['name']}'", entry) for entry in data.get("shock", [])
    ]
    content.notes = [note for what, entry in moved if (note := _moved_to_monday(what, entry))] + content.notes
    content.shocks[path] = [(_shock(e, w), w) for e, w in _entries(data, "shock", where)]
    return content


def _join(content, parent, own, where):
    for key, (value, source) in parent.settings.items():
        known, other = content.settings.setdefault(key, (value, source))
        if known != value and key not in own:
            wrong = f"{other.file} says {known} and {source.file} says {value} for {' . '.join(source.keys)}"
            raise where.at("extends").error(wrong, "parents that agree, or the key in this file")
    content.policies |= parent.policies
    content.shocks |= parent.shocks
    content.notes += parent.notes


def _find(name, folder, where):
    """The file that `extends` names: in the folder of the file and its `parts`, then in the shipped ones."""
    folders = [folder / part for folder in (folder, SHIPPED_SCENARIOS) for part in (".", "parts")]
    for candidate in folders:
        path = candidate / f"{name}.toml"
        if path.is_file():
            return path.resolve()
    names = [path.stem for candidate in folders for path in candidate.glob("*.toml")]
    raise where.error(f"no file '{name}.toml'", "a file in the same folder or a shipped one", name, names)


def _entries(data, key, where):
    return [(entry, where.at(key).entry(number, entry)) for number, entry in enumerate(data.get(key, []), start=1)]


@functools.cache
def _schema(fragment):
    return scenario_schema(world_graph(), fragment)


def _settings(data, where):
    """The file's single values with their places: ("run", "end"), ("parameters", name), ("world", place, column)."""
    settings = {}
    if "end" in data.get("run", {}):
        settings["run", "end"] = week_of(data["run"]["end"]) + 1, where.at("run", "end")
    for name, value in data.get("parameters", {}).items():
        number = PARAMETERS[name].choices.index(value) if isinstance(value, str) else value
        settings["parameters", name] = float(number), where.at("parameters", name)
    for entry, place in _entries(data, "world", where):
        for column, value in entry["set"].items():
            if ("world", entry["place"], column) in settings:
                raise place.at("set", column).error(
                    f"'{column}' of '{entry['place']}' is set twice", "each column of a place once"
                )
            settings["world", entry["place"], column] = value, place.at("set", column)
    return settings


# --- entries ----------------------------------------------------------------------------------------------


def _period(entry, where):
    start, end = week_of(entry["start"]), week_of(entry["end"]) if "end" in entry else WEEKS
    if end <= start:
        raise where.at("end").error(
            f"{entry['end']} is not in a later week than its start {entry['start']}", "a later date"
        )
    return start, end


def _moved_to_monday(what, entry):
    """Say that a date of a policy or a shock is no Monday, since weeks start on Mondays; empty if all are."""
    dates = [(key, entry[key]) for key in ("announced", "start", "end") if key in entry]
    dates += [(f"pauses . {key}", day) for pause in entry.get("pauses", []) for key, day in pause.items()]
    texts = [f"{key} = {day} counts from Monday {monday(week_of(day))}" for key, day in dates if day.weekday()]
    return f"in its {what}, {'; '.join(texts)}" if texts else ""


def _extent(entry, where):
    if "states" in entry and "places" in entry:
        raise where.at("places").error("beside states", "states or places, not both")
    return {key: tuple(sorted(entry.get(key, ()))) for key in ("states", "places")}


def _policy(entry, where):
    lever, strength = levers.LEVERS[entry["lever"]], float(entry["strength"])
    if not 0 <= strength <= lever.maximum:
        raise where.at("strength").error(
            f"{entry['strength']} is out of range", f"a number from 0 to {lever.maximum:g}"
        )
    for key in PEOPLE_SCOPE:
        if key in entry and key not in lever.scope:
            raise where.at(key).error(
                f"'{lever.name}' can't be limited by {key}", f"only {', '.join(lever.scope)} to limit it"
            )
    start, end = _period(entry, where)
    announced = week_of(entry.get("announced", entry["start"]))
    if announced > start:
        raise where.at("announced").error(
            f"{entry['announced']} is after its start {entry['start']}", "an earlier date, or none"
        )
    return Policy(
        lever=lever.name,
        strength=strength,
        announced=announced,
        start=start,
        end=end,
        ramp_weeks=entry.get("ramp_weeks", 0),
        **_extent(entry, where),
        nationalities=tuple(sorted(entry.get("nationalities", ()))),
        **{key: entry.get(key) for key in PEOPLE_CHOICES},
        pauses=_pauses(entry, start, end, where),
        when=_trigger(entry["when"], where.at("when")) if "when" in entry else None,
    )


def _pauses(entry, start, end, where):
    pauses = sorted((week_of(pause["from"]), week_of(pause["to"])) for pause in entry.get("pauses", []))
    over = start
    for first, last in pauses:
        if not over <= first < last <= end:
            raise where.at("pauses").error(
                "a pause that is empty, overlaps another or lies outside",
                "pauses between start and end, one after the other",
            )
        over = last
    return tuple(pauses)


def _trigger(when, where):
    if ("above" in when) == ("below" in when):
        raise where.error("has both bounds or none", "above or below, one of them")
    above = "above" in when
    if not above and not when["below"]:
        raise where.at("below").error("0 can't be: no outcome is ever below it", "a number above 0")
    bound = float(when["above"] if above else when["below"])
    return Trigger(when["outcome"], bound, above, when.get("weeks", 1), tuple(sorted(when.get("places", ()))))


def _shock(entry, where):
    institution = INSTITUTIONS[entry["moves"]]
    mode, value = entry["mode"], float(entry["value"])
    if mode in ("raise", "lower") and not 0 <= value <= 1:
        raise where.at("value").error(
            f"{entry['value']} is out of range", f"a share from 0 to 1, since mode is '{mode}'"
        )
    if mode == "raise" and institution.high > 1:
        raise where.at("mode").error(f"'{institution.name}' is no share but {institution.unit}", "lower, scale or add")
    if mode == "scale" and value < -1:
        raise where.at("value").error(
            f"{entry['value']} would make it negative", "at least -1 (scale multiplies by 1 + value)"
        )
    start, end = _period(entry, where)
    return Shock(
        name=entry["name"],
        moves=institution.name,
        mode=mode,
        value=value,
        start=start,
        end=end,
        ramp_weeks=entry.get("ramp_weeks", 0),
        **_extent(entry, where),
        source=entry.get("source", "assumption"),
    )


# --- the whole ----------------------------------------------------------------------------------------------


def _build(data, name, source_file, path):
    content = _gather(data, path.resolve(), source_file or name)
    policies = [pair for of_file in content.policies.values() for pair in of_file]
    stop = content.settings.get(("run", "end"), (WEEKS,))[0]
    for policy, where in policies:
        if policy.start >= stop:
            raise where.at("start").error("starts after the run ends", "a date before run . end")
    refuse_contradictions(policies)
    of_kind = {
        kind: {key[1:]: pair for key, pair in content.settings.items() if key[0] == kind}
        for kind in ("parameters", "world")
    }
    empty = Scenario(
        name,
        data["title"],
        data["question"],
        source_file,
        (),
        (),
        {},
        (),
        stop,
        hash="",
        notes=tuple(dict.fromkeys(content.notes)),
    )
    return resolved(
        empty,
        policies=[policy for policy, _ in policies],
        shocks=[shock for of_file in content.shocks.values() for shock, _ in of_file],
        parameters={name: value for (name,), (value, _) in of_kind["parameters"].items()},
        world_changes=_world_changes(of_kind["world"]),
    )


def _world_changes(settings):
    """Check the changed places as a whole and return the changes, in the type of what they replace."""
    world = world_graph()
    for place in {place for place, _ in settings}:
        row = world.nodes[place] | {column: value for (id, column), (value, _) in settings.items() if id == place}
        where = next(where for (id, _), (_, where) in settings.items() if id == place)
        room = row["start_sites"] * row["site_capacity"]
        if row["start_people"] > room:
            raise where.error(
                f"{row['start_people']} persons held where there is room for {room}",
                "start_people of at most start_sites x site_capacity",
            )
        if row["host"] and (row["kind"] in NO_HOST or not world.graph["states"][row["iso3"]]["destination"]):
            raise where.error(f"'{place}' can't host operations", "a place of the data where operations may be")
        if row["host"] and not row["site_capacity"]:
            raise where.error("no site_capacity where operations may be", "a site_capacity above 0")
        if row["host"] and not row["landlords"]:
            raise where.error("no landlords where operations may be", "landlords above 0")
        if not row["host"] and (row["start_people"] or row["start_sites"]):
            raise where.error("operations where host is 0", "start_people = 0 and start_sites = 0")
    changes = (
        (place, column, type(world.nodes[place][column])(value)) for (place, column), (value, _) in settings.items()
    )
    return tuple(sorted(changes))
