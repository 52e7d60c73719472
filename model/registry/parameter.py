"""What a parameter is: a number that somebody chose, with what stands behind it.

Labels: *evidence* (a reported number), *derived* (computed from reported numbers), *assumption* (no
source; swept, never cited as a fact). A prior is ("uniform", low, high), ("loguniform", low, high) or
None where the value is a convention.
"""

from dataclasses import dataclass, replace

EVIDENCE, DERIVED, ASSUMPTION = "evidence", "derived", "assumption"


@dataclass(frozen=True)
class Parameter:
    name: str
    unit: str
    default: float
    low: float
    high: float
    prior: tuple | None
    label: str
    evidence: tuple  # ids of rows of evidence
    section: str  # of the briefing paper, and mechanisms
    meaning: str
    choices: tuple = ()  # names of the values 0, 1, 2 ... of a rule
    topic: str = ""


def row(name, *, unit, default, bounds, section, meaning, prior=None, label=ASSUMPTION, evidence="", choices=()):
    """Return a parameter; `evidence`: ids, with spaces between."""
    low, high = map(float, bounds)
    return Parameter(
        name, unit, float(default), low, high, prior, label, tuple(evidence.split()), section, meaning, tuple(choices)
    )


def topic(name: str, *rows: Parameter) -> tuple[Parameter, ...]:
    """Return the rows of a topic."""
    return tuple(replace(row, topic=name) for row in rows)
