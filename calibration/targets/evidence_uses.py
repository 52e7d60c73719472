"""What else a row of the evidence is used for: priors of parameters, the world as put in, patterns."""

from collections.abc import Iterable
from functools import cache

from model.registry.parameters import PARAMETERS
from scenarios import loading, world_files
from scenarios.evidence.reports import evidence_ids


@cache
def _cited_by_the_world() -> frozenset[str]:
    files = [
        *sorted(world_files.SHIPPED_WORLD.glob("*.csv")),
        *sorted((loading.SHIPPED_SCENARIOS / "parts").glob("*.toml")),
    ]
    return frozenset(evidence_ids(" ".join(path.read_text(encoding="utf-8") for path in files)))


def parameters_citing(id: str) -> list[str]:
    """Return the parameters whose value or prior cites a row."""
    return [p.name for p in PARAMETERS.values() if id in p.evidence]


def other_uses(id: str, patterns: Iterable) -> list[str]:
    """Return what a row is used for beside targets: priors of parameters, initial conditions and events, patterns."""
    priors = parameters_citing(id)
    mine = [pattern.id for pattern in patterns if id in evidence_ids(pattern.evidence)]
    uses = [f"prior of {', '.join(priors)}"] if priors else []
    uses += ["the world as put in: places, States or dated events"] if id in _cited_by_the_world() else []
    return uses + ([f"pattern {', '.join(mine)}"] if mine else [])
