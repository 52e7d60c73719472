"""Scenarios made from scenarios: a copy that acts elsewhere, harder or at another time, and several taken together.

What comes out is a Scenario like one that was read from a file, and is refused for the same reasons.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from model.registry.calendar import WEEKS, monday, week_of
from model.registry.levers import LEVERS
from model.registry.policy import Policy

from .errors import Where
from .scenario import Scenario, refuse_contradictions, resolved
from .world_files import world_graph

ITEM_LISTS = ("policies", "shocks")  # what a scenario is made of, item by item


def changed(
    scenario: Scenario,
    where: Where,
    *,
    states=None,
    strength: float = 1.0,
    start: date | None = None,
    end: date | None = None,
) -> Scenario:
    """Return `scenario` with other policies' places, strengths and dates; the rest, and its shocks, stay.

    `states`: its policies act only in these; those that act in none of them are left out. `strength` multiplies theirs.
    `start` moves all of them so that the earliest starts then. `end` is when the last of them ends: it may be earlier
    or later than before, and none ends after it. What can't be as it is written is noted (`Scenario.notes`).
    Raises ScenarioError.
    """
    policies, notes = scenario.policies, []
    if states is not None:
        policies = _only_in(policies, states, where)
        gone = dict.fromkeys(p.lever for p in scenario.policies if not any(_of(q, p) for q in policies))
        notes += [f"leaves out '{lever}', which acts in none of {', '.join(states)}" for lever in gone]
    if not policies:
        written = [f"{key} = {value}" for key, value in (("start", start), ("end", end)) if value is not None]
        written += [f"strength = {strength:g}"] if strength != 1.0 else []
        notes += [f"{text} changes nothing, since it has no policy" for text in written]
    shift = 0 if start is None or not policies else week_of(start) - min(policy.start for policy in policies)
    latest = max((_moved_end(policy, shift) for policy in policies), default=WEEKS)
    stop = None if end is None else week_of(end)
    moved = []
    for policy in policies:
        last = _moved_end(policy, shift)
        if stop is not None:
            last = stop if last == latest else min(last, stop)
        moved.append(_moved(policy, strength, shift, last, scenario.stop, where, "start" if stop is None else "end"))
        notes += _lost(policy, moved[-1], shift, last)
    return resolved(scenario, policies=moved, notes=tuple(dict.fromkeys((*scenario.notes, *notes))))


def _of(policy: Policy, origin: Policy) -> bool:
    """Tell whether a policy is `origin`, but for where it acts."""
    return replace(policy, states=origin.states, places=origin.places) == origin


def _moved_end(policy: Policy, shift: int) -> int:
    """Return the week in which a policy ends that is moved; beyond the calendar for one that would end after it."""
    return WEEKS if policy.end == WEEKS else policy.end + shift


def _lost(policy: Policy, moved: Policy, shift: int, end: int) -> Iterator[str]:
    """Yield what of a policy's dates a move takes away."""
    if end > WEEKS:
        yield f"moves the end of '{policy.lever}' to {monday(end)}, after the calendar: it goes on to the run's end"
    for first, last in policy.pauses[len(moved.pauses) :]:
        yield (
            f"leaves out the pause of '{policy.lever}' from {monday(first + shift)} to {monday(last + shift)}, "
            "which begins after its end"
        )
    if policy.announced + shift < 0:
        yield f"moves the announcement of '{policy.lever}' before {monday(0)}: it is known from that day"


def _only_in(policies, states, where) -> list[Policy]:
    """Return the policies as far as they act in these states: one without states or places acts in all of them."""
    country = dict(world_graph().nodes(data="iso3"))
    acts_in = [{*policy.states, *(country[place] for place in policy.places)} or {*states} for policy in policies]
    known = sorted(set().union(*acts_in))
    for state in states:
        if state not in known:
            raise where.at("states").error(
                f"no policy of it acts in '{state}'",
                f"some of {', '.join(known) or 'none: it has no policy'}",
                state,
                known,
            )
    return [_there(policy, states, country) for policy, there in zip(policies, acts_in) if there & {*states}]


def _there(policy: Policy, states, country) -> Policy:
    if policy.places:
        return replace(policy, places=tuple(place for place in policy.places if country[place] in states))
    return replace(
        policy, states=tuple(sorted(state for state in states if state in policy.states or not policy.states))
    )


def _moved(policy: Policy, strength: float, shift: int, end: int, last: int, where: Where, key: str) -> Policy:
    most, wanted = LEVERS[policy.lever].maximum, round(policy.strength * strength, 9)
    if not 0 <= wanted <= most:
        raise where.at("strength").error(
            f"{strength:g} times {policy.strength:g} is out of range for '{policy.lever}'",
            f"at most {most / policy.strength:.4g}",
        )
    start, end = policy.start + shift, min(end, WEEKS)
    if not 0 <= start < min(end, last):
        raise where.at(key).error(
            f"'{policy.lever}' would end before it starts", "dates within the run, the start first"
        )
    pauses = tuple((a + shift, min(b + shift, end)) for a, b in policy.pauses if a + shift < end)
    return replace(
        policy, strength=wanted, announced=max(0, policy.announced + shift), start=start, end=end, pauses=pauses
    )


def together(scenarios: Sequence[Scenario], where: Where, name: str, title: str, question: str) -> Scenario:
    """Return one scenario with the policies, shocks and changes of all. Raises ScenarioError where two contradict."""
    first, *others = scenarios
    for other in others:
        for key in ("parameters", "world_changes"):
            if (mine := getattr(first, key)) != (theirs := getattr(other, key)):
                raise where.error(
                    f"'{first.name}' and '{other.name}' differ in {key.replace('_', ' ')} ({mine} and {theirs})",
                    "scenarios that assume the same",
                )
    notes = [note for scenario in scenarios for note in scenario.notes]
    for number, other in enumerate(others, start=1):
        before = scenarios[:number]
        if all({*getattr(other, key)} <= {item for s in before for item in getattr(s, key)} for key in ITEM_LISTS):
            notes.append(f"gets nothing from '{other.name}' that its other parts have not")
    stop = min(scenario.stop for scenario in scenarios)
    notes += [
        f"ends on {monday(stop)} as a whole, before '{s.name}' does by itself" for s in scenarios if s.stop > stop
    ]
    policies = list(dict.fromkeys(policy for scenario in scenarios for policy in scenario.policies))
    refuse_contradictions([(policy, where.at(f"policy '{policy.lever}'")) for policy in policies])
    whole = replace(
        first,
        name=name,
        title=title,
        question=question,
        source_file="",
        stop=stop,
        notes=tuple(dict.fromkeys(notes)),
    )
    return resolved(whole, policies=policies, shocks=dict.fromkeys(shock for s in scenarios for shock in s.shocks))
