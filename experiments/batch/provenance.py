"""Where results come from: the plan's hash, the code and its commit, the versions of what it runs on."""

import hashlib
import json
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from experiments.design.design import SCHEMA_VERSION, Design, content_hash
from experiments.design.draws import ranges

ROOT = Path(__file__).parents[2]
PACKAGES = ("mesa", "numba", "numpy", "pyarrow", "scipy")


def provenance() -> dict[str, str]:
    """Return what made, or would make, results here: the version of `displace`, its commit and its lock."""
    return {"version": _version("displace"), "commit": commit(), "lock": lock_hash()}


def plan_of(design: Design) -> dict:
    """Return the design's plan with the code's hashes and, over all of it, its own hash: the results' identity."""
    plan = {"schema_version": SCHEMA_VERSION} | code_hashes() | design.plan()
    return {"hash": content_hash(plan)} | plan


def code_hashes(root: Path = ROOT) -> dict[str, str]:
    """Return the hashes of what simulates (the version of the model) and of this package, which turns runs into tables."""
    from model.run.version import code_hash

    digest = hashlib.sha256()
    for path in sorted((root / "experiments").rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return {"code": code_hash(root), "experiments": digest.hexdigest()[:16]}


def manifest_of(design: Design) -> dict:
    """Return what `manifest.json` says before the first run."""
    from experiments.design.cautions import cautions
    from model.registry.calendar import monday
    from scenarios.explain import explain

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
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES},
        "machine": f"{platform.system()} {platform.machine()}",
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "finished": None,
    }


def _without_folder(word: str) -> str:
    """Return a word of a command without the folders of one's machine."""
    return Path(word).name if Path(word).is_absolute() else word


def stamp(manifest: dict) -> dict[str, str]:
    """Return the provenance that every part and table carries in its schema metadata; no time, no machine."""
    plan = manifest["plan"]
    return {
        "displace.schema_version": str(manifest["schema_version"]),
        "displace.plan": plan["hash"],
        "displace.code": plan["code"],
        "displace.commit": manifest["commit"],
        "displace.lock": manifest["lock"],
        "displace.version": manifest["version"],
        "displace.versions": json.dumps(manifest["versions"]),
        "displace.seed": str(plan["seed"]),
        "displace.people_per_agent": str(plan["people_per_agent"]),
        "displace.scenarios": json.dumps({name: arm["hash"] for name, arm in plan["arms"].items()}),
    }


def commit() -> str:
    """Return the checkout's commit, with `+` if tracked files differ from it; empty outside a checkout."""
    try:
        head = _git("rev-parse", "HEAD")
        return head + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def lock_hash() -> str:
    """Return the hash of the lock of the core packages."""
    return hashlib.sha256((ROOT / "requirements" / "core.txt").read_bytes()).hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
