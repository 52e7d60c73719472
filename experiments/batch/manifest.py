"""What `manifest.json` says of a batch: the plan with its hash, the places, the arms in words, and what made it."""

import platform
from datetime import UTC, datetime
from pathlib import Path

from experiments.design.cautions import cautions
from experiments.design.design import Design
from experiments.design.draws import ranges
from experiments.results.folder import SCHEMA_VERSION, content_hash
from model.registry.calendar import monday
from scenarios.explain import explain

from .versions import environment, identity, provenance


def plan_of(design: Design) -> dict:
    """Return the design's plan with code and environment and, over all of it, its own hash: the results' identity."""
    plan = {"schema_version": SCHEMA_VERSION} | identity() | design.plan()
    return {"hash": content_hash(plan)} | plan


def manifest_of(design: Design) -> dict:
    """Return what `manifest.json` says before the first run."""
    world = design.arms[design.baseline].world
    return {
        "schema_version": SCHEMA_VERSION,
        "plan": plan_of(design),
        "window": {"start": str(monday(design.window_start)), "end": str(monday(design.stop - 1))},
        "asked": [_without_folder(word) for word in design.asked],
        "draws_asked": _without_folder(design.draws_asked),
        "cautions": cautions(design),
        "drawn": ranges(design.draws),
        "explained": {name: explain(scenario) for name, scenario in design.arms.items()},
        "places": [
            {
                "id": id,
                "name": name,
                "country": country,
                "kind": kind,
                "host": bool(host),
                "lat": float(lat),
                "lon": float(lon),
            }
            for id, name, country, kind, host, lat, lon in zip(
                world.place_ids,
                world.place_names,
                world.place_country,
                world.place_kinds,
                world.hosts,
                world.lat,
                world.lon,
            )
        ],
        **provenance(),
        "versions": environment() | {"python": platform.python_version()},
        "machine": f"{platform.system()} {platform.machine()}",
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "finished": None,
    }


def _without_folder(word: str) -> str:
    """Return a word of a command without the folders of one's machine."""
    return Path(word).name if Path(word).is_absolute() else word
