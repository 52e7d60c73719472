"""What to know before trusting a comparison: arms that differ by more than policy, policies that cannot act.

None of these is an error: each may be meant. They are shown before anything runs, and at the head of the report.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from model.registry.calendar import monday, week_of
from model.registry.levers import LEVERS
from model.registry.parameters import DEFAULTS
from model.registry.policy import Policy
from scenarios.scenario import Scenario
from scenarios.world_files import world_graph

from .design import Design

CONDITIONAL_FROM = week_of(date(2023, 9, 1))  # after the briefing paper nothing of the past is put in
MOST_NAMED = 3


def cautions(design: Design) -> list[str]:
    """Return one sentence for each thing that may not be meant; none if all is as expected.

    Of one scenario alone: what it has by itself.
    """
    baseline = design.arms[design.baseline]
    found = []
    for name in design.compared or (design.baseline,):
        scenario = design.arms[name]
        found += [
            f"'{name}' {text}"
            for text in (
                *_same(name, scenario, baseline, design),
                *_differs(scenario, baseline, design),
                *_cannot_act(scenario),
                *_begins_in_the_past(scenario, baseline.policies if design.compared else ()),
            )
        ]
        found += [f"'{name}': {note}" for note in scenario.notes]
    return list(dict.fromkeys(found))


def _same(name: str, scenario: Scenario, baseline: Scenario, design: Design) -> Iterator[str]:
    """An arm in which nothing differs from the baseline."""
    mine, theirs = (
        (set(one.policies), set(one.shocks), one.parameters, set(one.world_changes)) for one in (scenario, baseline)
    )
    if name != design.baseline and mine == theirs:
        yield f"has no policy, shock or assumption that '{design.baseline}' has not: the two are the same"


def _differs(scenario: Scenario, baseline: Scenario, design: Design) -> Iterator[str]:
    """What sets an arm apart from the baseline besides its policies."""
    name = design.baseline
    missing, added = (
        list(dict.fromkeys(s.name for s in one.shocks if s not in other.shocks))
        for one, other in ((baseline, scenario), (scenario, baseline))
    )
    if missing:
        hint = '; extends = "history" may be missing from its file' if not scenario.shocks else ""
        yield (
            f"lacks {_events(missing)} of the past that '{name}' has ({_some(missing)}): the difference is not "
            f"its policies' alone{hint}"
        )
    if added:
        yield f"has {_events(added)} that '{name}' lacks ({_some(added)}): the difference is not its policies' alone"
    known = {key: value for key, value in DEFAULTS.items() if not any(key in draw for draw in design.draws)}
    mine, theirs = (known | one.parameters for one in (scenario, baseline))
    parameters = [key for key in DEFAULTS if mine.get(key) != theirs.get(key)]
    if parameters:
        yield (
            f"assumes other values of {_some(parameters)} than '{name}', so these arms share no past: to change an "
            "assumption for all arms, use --set or [parameters] in a design"
        )
    if scenario.world_changes != baseline.world_changes:
        yield (
            f"has another world than '{name}' "
            f"({_some([f'{place} {column}' for place, column, _ in scenario.world_changes] or ['as in the data'])}): "
            "these arms share no past, and the difference is not its policies' alone"
        )
    if scenario.stop != baseline.stop:
        yield (
            f"is simulated up to {monday(scenario.stop - 1)}, '{name}' up to {monday(baseline.stop - 1)}: both "
            "end with the earlier"
        )


def _cannot_act(scenario: Scenario) -> Iterator[str]:
    """Policies that no place can feel, and policies that name no State."""
    world = world_graph()
    hosts = {place for place, host in world.nodes(data="host") if host}
    hosts = {
        place
        for place in world
        if {(p, c): v for p, c, v in scenario.world_changes}.get((place, "host"), place in hosts)
    }
    members = {iso3 for iso3, row in world.graph["states"].items() if row["asean"]}
    for policy in scenario.policies:
        lever = LEVERS[policy.lever]
        nowhere = [name for name in (*policy.states, *policy.places) if not _reached(world, lever, name, hosts)]
        if policy.strength == 0:
            yield f"pulls '{policy.lever}' at strength 0, which changes nothing"
        elif nowhere and len(nowhere) == len(policy.states) + len(policy.places):
            changes = (
                "it changes nothing" if lever.kind == "enforcement" else "it changes next to nothing"
            )  # some pass through, or return
            yield f"pulls '{policy.lever}' in {_some(nowhere)}, where there is nothing that it could act on: {changes}"
        elif lever.kind == "enforcement" and (idle := [name for name in nowhere if name not in members]):
            # But for protection, and for members of ASEAN, which are named as such.
            yield f"pulls '{policy.lever}' in {_some(idle)} too, where there is nothing that it could act on"
        elif not policy.states and not policy.places:
            yield f"pulls '{policy.lever}' in every State of the world, since it names none"
        lasts = min(policy.end, scenario.stop) - policy.start
        if policy.strength and policy.ramp_weeks > lasts:
            yield (
                f"builds up '{policy.lever}' over {policy.ramp_weeks} weeks, of which it has {lasts}: it never gets to "
                f"strength {policy.strength:g}"
            )


def _begins_in_the_past(scenario: Scenario, known: Sequence[Policy]) -> Iterator[str]:
    """Policies that change years of which something is known."""
    for policy in scenario.policies:
        if policy not in known and policy.start < CONDITIONAL_FROM:
            yield (
                f"pulls '{policy.lever}' from {monday(policy.start)}, in years of which reports are known: what "
                "happened in them is put in and answers to no policy"
            )


def _reached(world, lever, name: str, hosts: set[str]) -> bool:
    """Return whether a lever can act at a place or in a State; one at destinations needs a place of operation."""
    there = [
        place
        for place, row in world.nodes(data=True)
        if name in (place, row["iso3"]) and (not lever.kinds or row["kind"] in lever.kinds)
    ]
    return bool(hosts & {*there}) if lever.acts_at == "destination" else bool(there)


def _events(names: list[str]) -> str:
    return "1 shock" if len(names) == 1 else f"{len(names)} shocks"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
