"""What `displace list` shows, read from the registries: one function a list, one dict a row.

The dicts are the JSON; `LISTING_COLUMNS` says which of their keys the terminal shows. Of a place only its name,
kind, country and sources are listed: its control, protection and room are never shown.
"""

from dataclasses import asdict

from displace.wording.words import cell


def levers() -> list[dict]:
    """Return every lever with what it moves, how it may help and hurt, and its range."""
    from model.registry.levers import LEVERS

    return [
        asdict(lever)
        | {
            "moves": sorted({channel.moves for channel in lever.channels}),
            "plausible_24_months": 1.0,
        }
        for lever in LEVERS.values()
    ]


def parameters() -> list[dict]:
    """Return every parameter with unit, default, bounds, prior, label and evidence."""
    from model.registry.parameters import PARAMETERS

    return [asdict(parameter) for parameter in PARAMETERS.values()]


def outcomes() -> list[dict]:
    """Return every outcome with unit, better direction, denominator and whose right it is."""
    from model.registry.outcomes import HEADLINE, OUTCOMES

    return [
        asdict(outcome)
        | {
            "aggregate": outcome.aggregate,
            "denominator": outcome.of[1] if outcome.kind == "ratio" else None,
            "headline": outcome.name in HEADLINE,
        }
        for outcome in OUTCOMES.values()
    ]


def transitions() -> list[dict]:
    """Return every change of status that a person's life may make, with its cause."""
    from model.registry.life_course import TRANSITIONS

    return [asdict(transition) for transition in TRANSITIONS]


def institutions() -> list[dict]:
    """Return what levers and shocks may move, with unit, bounds and the levers that move it."""
    from model.registry.institutions import INSTITUTIONS
    from model.registry.levers import channels

    moved_by: dict[str, list[str]] = {}
    for lever, channel, _ in channels():
        names = moved_by.setdefault(channel.moves, [])
        if lever.name not in names:
            names.append(lever.name)
    return [asdict(row) | {"moved_by": moved_by.get(row.name, [])} for row in INSTITUTIONS.values()]


def mechanisms() -> list[dict]:
    """Return every mechanism of the briefing paper: its place in the model, or the reason why it is left out."""
    from model.registry.mechanisms import MECHANISMS

    return [asdict(row) | {"status": row.status, "place_or_reason": row.left_out or [*row.where]} for row in MECHANISMS]


def places() -> list[dict]:
    """Return the places of the shipped world: id, name, country, kind, whether operations may be there, sources."""
    from scenarios.world_files import load_world

    world = load_world()
    states = world.graph["states"]
    return [
        {
            "id": id,
            "name": place["name"],
            "country": place["iso3"],
            "country_name": states[place["iso3"]]["name"],
            "kind": place["kind"],
            "host": bool(place["host"]),
            "sources": list(place["source"]),
        }
        for id, place in world.nodes(data=True)
    ]


def states() -> list[dict]:
    """Return the States of the shipped world: ISO code, name, may it host operations, do people leave from it."""
    from scenarios.world_files import load_world

    world = load_world()
    rows = {
        code: {
            "name": code,
            "state": row["name"],
            "operations": False,
            "people_from_there": code in world.graph["origins"],
            "places": [],
        }
        for code, row in world.graph["states"].items()
    }
    for id, place in world.nodes(data=True):
        row = rows[place["iso3"]]
        row["operations"] |= bool(place["host"])
        row["places"].append(id)
    return list(rows.values())


def glossary() -> list[dict]:
    """Return the terms of the field and of this project; levers, outcomes and institutions have lists of their own."""
    from displace.wording.glossary import terms

    return [
        {"term": term, "meaning": meaning}
        for term, meaning in sorted(terms().items(), key=lambda item: item[0].lower())
    ]


def scenarios() -> list[dict]:
    """Return the shipped scenarios: name, title and the question each answers."""
    from scenarios.loading import list_scenarios

    return [{"name": name, "title": title, "question": question} for name, title, question in list_scenarios()]


def designs() -> list[dict]:
    """Return the shipped designs: name, title, the question each answers, its file and its arms."""
    from experiments.design.files import SHIPPED_DESIGNS, from_names, list_designs

    folder = SHIPPED_DESIGNS.relative_to(SHIPPED_DESIGNS.parent.parent)
    return [
        {
            "name": name,
            "title": title,
            "question": question,
            "file": f"{folder}/{name}.toml",
            "arms": list(from_names([name]).arms),
        }
        for name, title, question in list_designs()
    ]


def reports() -> list[dict]:
    """Return the series that observers report in a run: channel, outcomes, and the parameter of the share published."""
    from model.run.observation import SERIES

    return [asdict(series) | {"by_nationality": series.by_nationality} for series in SERIES]


def evidence() -> list[dict]:
    """Return every reported estimate and its uses: a target (in which sets), held out, a prior, put in; or why none."""
    from calibration.patterns.patterns import PATTERNS
    from calibration.targets.evidence_uses import other_uses
    from calibration.targets.targets import HOLDOUT, TARGETS, read_targets
    from scenarios.evidence.reports import USES, read_evidence

    rows = read_evidence()
    fitted, kept = read_targets(TARGETS, rows), read_targets(HOLDOUT, rows)
    used: dict[str, list[str]] = {id: [] for id in rows}
    reasons = {id: row.why for id, row in rows.items()} | fitted.unmapped | kept.unmapped
    for mapping, how in ((fitted, "target"), (kept, "held out")):
        for target in mapping.targets:
            for id in target.evidence:
                used[id].append(f"{how}: {target.family}" + (f" (set {', '.join(target.sets)})" if target.sets else ""))
    for id in rows:
        used[id] += other_uses(id, PATTERNS)
    return [
        row.model_dump()
        | {"value": row.amount, "used_as": used[id] or [USES[rows[id].use]], "why_no_target": reasons.get(id, "")}
        for id, row in rows.items()
    ]


LISTINGS = {
    f.__name__: f
    for f in (
        levers,
        parameters,
        outcomes,
        transitions,
        states,
        places,
        scenarios,
        designs,
        institutions,
        mechanisms,
        reports,
        evidence,
        glossary,
    )
}

LISTING_COLUMNS = {
    "levers": ("name", "kind", "summary", "section"),
    "parameters": ("name", "default", "low", "high", "unit", "label", "evidence", "meaning"),
    "outcomes": ("name", "label", "unit", "kind", "better", "whose", "section"),
    "transitions": ("name", "source", "target", "cause", "section"),
    "states": ("name", "state", "operations", "people_from_there", "places"),
    "glossary": ("term", "meaning"),
    "places": ("id", "name", "country", "kind", "sources"),
    "scenarios": ("name", "title", "question"),
    "designs": ("name", "title", "question"),
    "institutions": ("name", "unit", "base", "meaning", "moved_by"),
    "reports": ("name", "label", "reporter", "tier", "of", "published", "by_nationality"),
    "evidence": ("id", "quantity", "place", "period", "value", "use", "used_as", "why_no_target", "source"),
    "mechanisms": ("id", "name", "section", "status", "place_or_reason", "partly"),
}


HEADINGS = {"plausible_24_months": "strength plausible in 24 months", "maximum": "strength at most"}


def known(row: dict) -> list[list[str]]:
    """Return what is known of one row, (field, value) as a terminal shows them."""
    shown = {HEADINGS.get(field, field.replace("_", " ")): cell(value) for field, value in row.items()}
    return [[field, value] for field, value in shown.items() if value]
