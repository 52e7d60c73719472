"""Two scenarios set against each other, in plain sentences."""

from dataclasses import fields

from model.registry.calendar import WEEKS, monday
from model.registry.levers import LEVERS
from model.registry.parameters import DEFAULTS

from .explain import (
    day_of,
    listed,
    parameter_in_words,
    place_name,
    pulled,
    sentence,
    special_timing,
    trigger_in_words,
    where_of,
)


def differences(first, second) -> list[str]:
    """Return the sentences, none where both are the same simulation; titles and questions are no difference."""
    return [*_policies(first, second), *besides_policies(first, second)]


def besides_policies(first, second) -> list[str]:
    """Return the sentences on all but policies."""
    sentences = [*_shocks(first, second), *_parameters(first, second), *_worlds(first, second)]
    if first.stop != second.stop:
        sentences.append(
            f"'{first.name}' is simulated up to {monday(first.stop - 1)}, '{second.name}' up to "
            f"{monday(second.stop - 1)}."
        )
    return sentences


# --- policies -----------------------------------------------------------------------------------------


def _policies(first, second):
    mine, theirs = set(first.policies) - set(second.policies), set(second.policies) - set(first.policies)
    for lever in dict.fromkeys(policy.lever for policy in (*first.policies, *second.policies)):
        a, b = ([policy for policy in some if policy.lever == lever] for some in (mine, theirs))
        if len(a) == len(b) == 1:
            yield sentence(
                f"{LEVERS[lever].summary} ({lever}): {'; '.join(_changes(first.name, a[0], second.name, b[0]))}"
            )
        else:
            for name, entries in ((first.name, a), (second.name, b)):
                yield from (
                    f"Only in '{name}': {_whole(policy)}"
                    for policy in sorted(entries, key=lambda p: (p.start, p.states))
                )


def _whole(policy):
    how = special_timing(policy)
    return f"{pulled(policy)}." + (f" {sentence(how)}" if how else "")


def _changes(name, a, other, b):
    if (bool(a.states), bool(a.places)) != (bool(b.states), bool(b.places)):
        yield f"acts in {where_of(a)} in '{name}', in {where_of(b)} in '{other}'"
    else:
        yield from (
            _sets(what, name, {*getattr(a, what)}, other, {*getattr(b, what)})
            for what in ("states", "places")
            if getattr(a, what) != getattr(b, what)
        )
    for field in fields(a):
        mine, theirs = getattr(a, field.name), getattr(b, field.name)
        if (
            field.name in ("states", "places")
            or mine == theirs
            or (field.name == "announced" and (mine, theirs) == (a.start, b.start))
        ):
            continue
        if field.name == "nationalities" and mine and theirs:
            yield _sets(field.name, name, {*mine}, other, {*theirs})
        else:
            yield (
                f"{FIELD_WORDS.get(field.name, field.name)} {_shown(field.name, mine)} in '{name}', "
                f"{_shown(field.name, theirs)} in '{other}'"
            )


FIELD_WORDS = {
    "ramp_weeks": "weeks of build-up",
    "when": "a condition:",
    "sex": "only people of sex",
    "age": "only people of age",
}


def _sets(what, name, mine, other, theirs):
    shared = [f"both in {listed(sorted(map(place_name, mine & theirs)))}"] if mine & theirs else []
    only = [
        f"only '{n}' in {listed(sorted(map(place_name, some)))}"
        for n, some in ((name, mine - theirs), (other, theirs - mine))
        if some
    ]
    return f"{what}: {', '.join(shared + only)}"


def _shown(field, value):
    match field:
        case "start" | "announced" | "end":
            return "never" if value >= WEEKS else day_of(value)
        case "nationalities":
            return listed(sorted(map(place_name, value))) if value else "all"
        case "pauses":
            return listed([f"{day_of(a)} to {day_of(b)}" for a, b in value]) if value else "none"
        case "when":
            return trigger_in_words(value) if value else "none"
    return f"{value:g}" if isinstance(value, int | float) else value or "any"


# --- the rest -----------------------------------------------------------------------------------------


def _shocks(first, second):
    for name, mine, theirs in ((first.name, first, second), (second.name, second, first)):
        only = {}
        for shock in sorted(set(mine.shocks) - set(theirs.shocks), key=lambda s: s.start):
            only[shock.name] = only.get(shock.name, 0) + 1
        if only:
            shocks = [shock if count == 1 else f"{shock} ({count} entries)" for shock, count in only.items()]
            yield f"Only in '{name}' happens: {'; '.join(shocks)}."


def _parameters(first, second):
    for name in sorted({*first.parameters, *second.parameters}):
        mine, theirs = (scenario.parameters.get(name, DEFAULTS[name]) for scenario in (first, second))
        if mine != theirs:
            shown = [
                (
                    f"in '{scenario.name}', "
                    f"{parameter_in_words(name, value)[0].lower()}{parameter_in_words(name, value)[1:-1]}"
                )
                for scenario, value in ((first, mine), (second, theirs))
            ]
            yield sentence("; ".join(shown))


def _worlds(first, second):
    mine, theirs = (
        {(place, column): value for place, column, value in scenario.world_changes} for scenario in (first, second)
    )
    for place, column in sorted(mine | theirs):
        a, b = mine.get((place, column)), theirs.get((place, column))
        if a != b:
            shown = ["as in the data" if value is None else f"{value:g}" for value in (a, b)]
            yield f"{place_name(place)} has {column} {shown[0]} in '{first.name}', {shown[1]} in '{second.name}'."
