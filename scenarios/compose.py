"""Scenarios made from scenarios: a copy that acts elsewhere, harder or at another time, and several taken together.

What comes out is a Scenario like one that was read from a file, and is refused for the same reasons.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from model.registry.calendar import WEEKS, week_of
from model.registry.levers import LEVERS
from model.registry.policy import Policy

from .errors import Where
from .scenario import Scenario, refuse_contradictions, resolved
from .world_files import world_graph


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
    `start` moves all of them so that the earliest starts then, `end` ends all of them. Raises ScenarioError.
    """
    policies = scenario.policies
    if states is not None:
        policies = _only_in(policies, states, where)
    shift = 0 if start is None or not policies else week_of(start) - min(policy.start for policy in policies)
    stop = None if end is None else week_of(end)
    return resolved(
        scenario, policies=[_moved(policy, strength, shift, stop, scenario.stop, where) for policy in policies]
    )


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


def _moved(policy: Policy, strength: float, shift: int, stop: int | None, last: int, where: Where) -> Policy:
    most, wanted = LEVERS[policy.lever].maximum, round(policy.strength * strength, 9)
    if not 0 <= wanted <= most:
        raise where.at("strength").error(
            f"{strength:g} times {policy.strength:g} is out of range for '{policy.lever}'",
            f"at most {most / policy.strength:.4g}",
        )
    start, end = policy.start + shift, policy.end if policy.end == WEEKS else min(policy.end + shift, WEEKS)
    if stop is not None:
        end = min(end, stop)
    if not 0 <= start < min(end, last):
        raise where.at("start" if stop is None else "end").error(
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
    policies = list(dict.fromkeys(policy for scenario in scenarios for policy in scenario.policies))
    refuse_contradictions([(policy, where.at(f"policy '{policy.lever}'")) for policy in policies])
    whole = replace(
        first,
        name=name,
        title=title,
        question=question,
        source_file="",
        stop=min(s.stop for s in scenarios),
        notes=tuple(dict.fromkeys(n for s in scenarios for n in s.notes)),
    )
    return resolved(whole, policies=policies, shocks=dict.fromkeys(shock for s in scenarios for shock in s.shocks))
