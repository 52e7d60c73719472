"""A scenario read back as plain sentences, drawn from the registries and the world's names."""

from datetime import date, timedelta

from model.registry.calendar import WEEKS, monday, week_of
from model.registry.institutions import INSTITUTIONS
from model.registry.levers import LEVERS, heeds_announcement
from model.registry.outcomes import OUTCOMES
from model.registry.parameters import PARAMETERS

from .world_files import world_graph

PAPER = week_of(date(2023, 8, 31))  # the briefing paper, and with it the known past, ends here
SEX_WORDS = {"male": "men and boys", "female": "women and girls"}
AGES = {"child": "children", "adult": "adults"}
NO_POLICY = "No policy is added."


def explain(scenario, known=()):
    """Return the sentences, one paragraph an item: the question, each policy, what is changed, the past, the end.

    `known`: shocks that the reader can look up; if the scenario has them all, one sentence stands for them.
    """
    changed = [
        f"Changed in the world: {place_name(place)} has {column} {value:g}."
        for place, column, value in scenario.world_changes
    ]
    return [
        f"{scenario.title}: {scenario.question}",
        *([_policy(policy) for policy in sorted(scenario.policies, key=lambda p: (p.start, p.states))] or [NO_POLICY]),
        *changed,
        *[parameter_in_words(name, value) for name, value in scenario.parameters.items()],
        *[f"Weeks start on Mondays: {note}." for note in scenario.notes],
        *_history(scenario, frozenset(known)),
        _ending(scenario),
    ]


# --- words --------------------------------------------------------------------------------------------


def listed(names, link="and"):
    """Return `a, b and c`."""
    *most, last = names
    return f"{', '.join(most)} {link} {last}" if most else last


def day_of(week):
    """Return the day on which a week starts, as `6 January 2025`."""
    day = monday(week)
    return f"{day.day} {day:%B %Y}"


def _state(iso3):
    return world_graph().graph["states"].get(iso3, {"name": iso3})["name"]


def place_name(name):
    """Return the name of a place, by id, or of a State, by ISO code; an unknown one is returned unchanged."""
    places = world_graph().nodes
    return places[name]["name"] if name in places else _state(name)


def where_of(entry):
    """Return where a policy or a shock acts."""
    names = sorted(place_name(name) for name in (*entry.states, *entry.places))
    return listed(names) if names else "all states"


def sentence(text):
    """Return text as a sentence."""
    return text[0].upper() + text[1:] + "."


def _weeks(number):
    return "1 week" if number == 1 else f"{number} weeks"


# --- what happens by itself -------------------------------------------------------------------------


def _history(scenario, known):
    happen = [shock for shock in scenario.shocks if shock.start < scenario.stop]
    if not happen:
        return ["No shock of the past is included."]
    if known and known <= set(happen):
        own = [shock for shock in happen if shock not in known]
        first, last = (monday(pick(shock.start for shock in known)).year for pick in (min, max))
        many = len({shock.name for shock in known})
        return [
            *([f"This happens in this scenario, whatever its policies: {_spans(own)}."] if own else []),
            f"{'Besides, its' if own else 'Its'} past is that of the baseline: {many} shocks from {first} to {last}, "
            "which `displace explain baseline` names.",
        ]
    return [f"This happens in this scenario, whatever its policies: {_spans(happen)}."]


def _spans(shocks):
    spans = {}
    for shock in sorted(shocks, key=lambda s: s.start):
        start, end = spans.get(shock.name, (shock.start, shock.end))
        spans[shock.name] = min(start, shock.start), max(end, shock.end)
    return "; ".join(f"{name} ({_span(*span)})" for name, span in spans.items())


def _span(start, end):
    first, last = monday(start).year, (monday(end) - timedelta(days=1)).year
    return f"from {first} on" if end == WEEKS else f"{first}" if first == last else f"{first} to {last}"


# --- policies ---------------------------------------------------------------------------------------


def _policy(policy):
    lever = LEVERS[policy.lever]
    clauses = [
        pulled(policy) + (f", where 1 means {lever.unit}" if policy.strength else ", so nothing changes"),
        _at_places(policy, lever),
        timing(policy),
        _lead(policy, lever),
        f"It may help: {'; '.join(channel.why for channel in lever.helps_by)}",
        f"It may hurt: {'; '.join(channel.why for channel in lever.hurts_by)}",
    ]
    return " ".join(sentence(clause) for clause in clauses if clause)


def pulled(policy):
    """Return what a policy does where, from when, for whom and how strongly, in one clause."""
    return (
        f"in {where_of(policy)}, from {day_of(policy.start)}: {LEVERS[policy.lever].summary}{whom(policy)}, "
        f"at strength {policy.strength:g}"
    )


def whom(policy):
    """Return for whom alone a policy acts, as the end of a clause; empty for everybody."""
    people = [SEX_WORDS[policy.sex]] if policy.sex else []
    people += [AGES[policy.age]] if policy.age else []
    people += (
        [f"nationals of {listed([_state(n) for n in policy.nationalities], 'or')}"] if policy.nationalities else []
    )
    return f", only for {', '.join(people)}" if people else ""


def _at_places(policy, lever):
    """Say that capacity at single places is their share of what is meant for the State; empty for other policies."""
    if not policy.places or not any(
        channel.mode == "add" and INSTITUTIONS[channel.moves].base.startswith("state:")
        for channel in (*lever.helps_by, *lever.hurts_by)
    ):
        return ""
    country = {place: iso3 for place, iso3 in world_graph().nodes(data="iso3") if world_graph().nodes[place]["host"]}
    states = sorted({country[place] for place in policy.places if place in country})
    shares = [
        (
            f"{sum(country.get(place) == s for place in policy.places)} of "
            f"{sum(iso3 == s for iso3 in country.values())} in {_state(s)}"
        )
        for s in states
    ]
    return (
        f"of what is meant for a State, its places of operation have equal parts: here {listed(shares)}"
        if shares
        else ""
    )


def _lead(policy, lever):
    known = policy.start - policy.announced
    if known >= lever.lead_weeks:
        return ""
    before = f"so the work has to begin {_weeks(lever.lead_weeks - known)} before"
    return f"It takes {_weeks(lever.lead_weeks)} to prepare, {before} {'it is announced' if known else 'its start'}"


def timing(policy):
    """Return on what condition, how fast and until when a policy acts, as a clause."""
    parts = []
    if policy.when:
        parts.append(f"starts only after {trigger_in_words(policy.when)}")
    if policy.announced < policy.start:
        nobody = "" if heeds_announcement(policy) else ", on which nobody acts before it starts"
        parts.append(f"is announced on {day_of(policy.announced)}{nobody}")
    if policy.ramp_weeks:
        parts.append(f"builds up over {_weeks(policy.ramp_weeks)}")
    if policy.pauses:
        parts.append("pauses " + listed([f"from {day_of(a)} to {day_of(b)}" for a, b in policy.pauses]))
    parts.append(f"ends on {day_of(policy.end)}" if policy.end < WEEKS else "has no end date")
    return "It " + listed(parts)


def special_timing(policy):
    """Return how a policy is timed, as a clause; empty where it is known and whole from its start, and has no end."""
    plain = policy.end == WEEKS and not (
        policy.ramp_weeks or policy.pauses or policy.when or policy.announced < policy.start
    )
    return "" if plain else timing(policy)


def trigger_in_words(when):
    """Return what a trigger waits for."""
    outcome = OUTCOMES[when.outcome]
    places = listed(sorted(map(place_name, when.places))) if when.places else "worldwide"
    side = "above" if when.above else "below"
    return f"{outcome.label} ({places}) stood {side} {when.bound:,.10g} {outcome.unit} for {_weeks(when.weeks)}"


# --- the rest -----------------------------------------------------------------------------------------


def parameter_in_words(name, value, whose="this scenario"):
    """Return the sentence on an assumption that a scenario, or whose it is, sets."""
    parameter = PARAMETERS[name]
    shown = parameter.choices[int(value)] if parameter.choices else f"{value:g} {parameter.unit}"
    return sentence(f"assumption set for {whose}: {name} ({parameter.meaning}) is {shown}")


def _ending(scenario):
    if scenario.stop <= PAPER:
        return f"It ends in {monday(scenario.stop - 1):%B %Y}."
    later = sorted({shock.name for shock in scenario.shocks if shock.start > PAPER})
    besides = (
        f"Of shocks, only these are assumed after August 2023: {listed(later)}"
        if later
        else "Nothing else happens after August 2023"
    )
    until = f"{monday(scenario.stop - 1):%B %Y}"
    return f"{besides}: the years up to {until} show what these assumptions imply, not what will happen."
