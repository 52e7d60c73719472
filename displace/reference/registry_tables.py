"""The tables of the documentation, made from the registries.

`python -m displace.reference.registry_tables` writes `docs/tables/` and `docs/data.md`. A test fails while a table
differs from what the registries say.
"""

from pathlib import Path

from displace.wording.words import cell, start
from model.registry.institutions import INSTITUTIONS
from model.registry.lever import LEVER_KINDS
from model.registry.levers import CONTEXT_ONLY, LEVERS, channels
from model.registry.life_course import STATUSES, TRANSITIONS
from model.registry.mechanisms import MECHANISMS
from model.registry.outcomes import HEADLINE, OUTCOMES, RIGHTS_FLOOR
from model.registry.parameters import PARAMETERS
from model.registry.streams import STREAMS

from . import data_page

TABLES_FOLDER = Path(__file__).parents[2] / "docs" / "tables"
DATA_PAGE = TABLES_FOLDER.parent / "data.md"
MADE_OF_DATA = (
    "<!-- Made by `python -m displace.reference.registry_tables` from experiments/results/schema.py. Do not edit. -->"
)
MADE = "<!-- Made by `python -m displace.reference.registry_tables` from the registries of model/. Do not edit. -->"
MECHANISM_GROUPS = {"V": "The life of a person who is trafficked", "O": "Operators", "S": "States and their officials"}


def _table(header, rows) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell(value).replace("|", "\\|") for value in line) + " |" for line in lines)


def _page(title, intro, *parts) -> str:
    return "\n\n".join([MADE, f"# {title}", intro, *parts]) + "\n"


def _prior(parameter) -> str:
    if parameter.choices:
        return "choice of " + ", ".join(parameter.choices)
    if parameter.prior is None:
        return "fixed"
    name, low, high = parameter.prior
    return f"{name} {low:g} to {high:g}"


def parameters() -> str:
    """Every parameter of behaviour, by topic."""
    header = ("parameter", "default", "unit", "bounds", "prior", "label", "evidence", "section", "meaning")
    parts = []
    for topic in dict.fromkeys(p.topic for p in PARAMETERS.values() if p.topic != "channels"):
        rows = [
            (
                f"`{p.name}`",
                p.default,
                p.unit,
                f"{p.low:g} to {p.high:g}",
                _prior(p),
                p.label,
                p.evidence,
                p.section,
                p.meaning,
            )
            for p in PARAMETERS.values()
            if p.topic == topic
        ]
        parts += [f"## {start(topic)}", _table(header, rows)]
    intro = (
        "*Evidence*: a reported number. *Derived*: computed from reported numbers. *Assumption*: no "
        "source, swept over its prior and never "
        "cited as a fact. Evidence ids are rows of `scenarios/evidence/evidence.csv`; sections are those "
        "of the briefing paper. The effects of the "
        "levers' channels are in [levers.md](levers.md)."
    )
    return _page("Parameters", intro, *parts)


def levers() -> str:
    """Every lever, and the effect and prior of each of its channels."""
    names = {f"{lever.name}.{channel.name}": (lever, channel, helps) for lever, channel, helps in channels()}
    parts = []
    for kind in LEVER_KINDS:
        chosen = [lever for lever in LEVERS.values() if lever.kind == kind]
        rows = [
            (
                f"`{lv.name}`",
                lv.summary,
                lv.recommendations,
                lv.section,
                lv.unit,
                lv.maximum,
                lv.lead_weeks,
                lv.acts_at,
                lv.scope,
            )
            for lv in chosen
        ]
        header = (
            "lever",
            "policy",
            "recommendations",
            "section",
            "strength 1 is",
            "most",
            "lead, weeks",
            "acts at",
            "scope",
        )
        effects = [
            (
                f"`{p.name}`",
                "helps" if helps else "hurts",
                f"`{channel.moves}`",
                channel.mode,
                p.default,
                _prior(p),
                channel.why,
            )
            for p in PARAMETERS.values()
            if p.name in names
            for lever, channel, helps in [names[p.name]]
            if lever in chosen
        ]
        parts += [f"## {start(kind)}", _table(header, rows)]
        parts += [_table(("channel", "may", "moves", "mode", "effect", "prior", "because"), effects)]
    left = _table(("recommendation", "why no lever moves it"), CONTEXT_ONLY.items())
    intro = (
        "Strength 0 is as now, 1 what a committed State could plausibly reach in 24 months. No lever has "
        "a sourced effect size: every "
        "effect is an assumption, and every prior includes zero. Modes combine as in the ODD description, section 7.1."
    )
    return _page("Levers", intro, *parts, "## Recommendations without a lever", left)


def institutions() -> str:
    """What levers and shocks may move."""
    moved_by: dict[str, list[str]] = {}
    for lever, channel, _ in channels():
        moved_by.setdefault(channel.moves, []).append(lever.name)
    rows = [
        (f"`{i.name}`", i.meaning, i.unit, i.base, f"{i.low:g} to {i.high:g}", sorted(set(moved_by.get(i.name, ()))))
        for i in INSTITUTIONS.values()
    ]
    header = ("institution", "meaning", "unit", "base", "bounds", "moved by")
    return _page(
        "Institutions", "What a place is like in a week; agents read these and know of no policy.", _table(header, rows)
    )


def transitions() -> str:
    """The statuses of a person and every change between them."""
    pairs = dict.fromkeys((t.source, t.target) for t in TRANSITIONS if t.source != t.target)
    diagram = "\n".join(["```mermaid", "stateDiagram-v2", *(f"    {a} --> {b}" for a, b in pairs), "```"])
    rows = [(f"`{t.name}`", t.source, t.target, t.cause, t.section) for t in TRANSITIONS]
    return _page(
        "The life course",
        "One status at a time. The audit refuses any change that is not declared here.",
        "## Statuses",
        _table(("status", "meaning"), STATUSES),
        "## Transitions",
        _table(("transition", "from", "to", "cause", "section, mechanism"), rows),
        diagram,
    )


def outcomes() -> str:
    """Every outcome."""
    marks = {
        o.name: [word for word, names in (("headline", HEADLINE), ("rights floor", RIGHTS_FLOOR)) if o.name in names]
        for o in OUTCOMES.values()
    }
    rows = [
        (f"`{o.name}`", o.label, o.unit, o.kind, o.better or "none", o.of, o.among, o.whose, o.section, marks[o.name])
        for o in OUTCOMES.values()
    ]
    header = ("outcome", "label", "unit", "kind", "better", "counts", "among", "whose", "section", "")
    intro = (
        "A *flow* counts transitions, a *level* people by status at a week's end, a *measure* is written "
        "by a phase, a *ratio* divides two others."
    )
    return _page("Outcomes", intro, _table(header, rows))


def streams() -> str:
    """Every named purpose of a random number."""
    rows = [(number, f"`{s.name}`", s.identity, s.purpose) for number, s in enumerate(STREAMS)]
    intro = "Every draw is a pure function of seed, stream, week and identity. A stream never changes its number."
    return _page("Streams of random numbers", intro, _table(("number", "stream", "identity", "purpose"), rows))


def mechanisms() -> str:
    """Where each mechanism of the paper is, and what is left out and why."""
    parts = []
    for letter, title in MECHANISM_GROUPS.items():
        there = [m for m in MECHANISMS if m.id[0] == letter and m.where]
        rows = [(m.id, m.name, m.section, [f"`{place}`" for place in m.where], m.partly) for m in there]
        parts += [f"## {title}", _table(("id", "mechanism", "section", "where", "but"), rows)]
    gone = [(m.id, m.name, m.section, m.left_out) for m in MECHANISMS if m.left_out]
    parts += ["## Left out, and why", _table(("id", "mechanism", "section", "reason"), gone)]
    return _page(
        "Mechanisms of the briefing paper",
        "A reason that begins with MISSING is a gap to be closed, not a choice.",
        *parts,
    )


PAGES = {
    f"{page.__name__}.md": page
    for page in (parameters, levers, institutions, transitions, outcomes, streams, mechanisms)
}


def main() -> None:
    """Write every page."""
    TABLES_FOLDER.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (TABLES_FOLDER / name).write_text(page(), encoding="utf-8")
        print(TABLES_FOLDER / name)
    DATA_PAGE.write_text(data_page.page(MADE_OF_DATA), encoding="utf-8")
    print(DATA_PAGE)


if __name__ == "__main__":
    main()
