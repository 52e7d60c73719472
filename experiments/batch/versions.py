"""What a result depends on, named once: which files a run depends on, and which the tables of a comparison do.

A change to any other file (words of reports, Mesa's views, sensitivity analysis, calibration, the front doors) leaves
an unfinished batch and the fitted posterior what they were: of this version.
"""

import hashlib
import os
import platform
import subprocess
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]

PACKAGES = ("llvmlite", "mesa", "numba", "numpy", "pyarrow", "scipy")  # another of them may give other bytes


class Sources(NamedTuple):
    """Files by glob patterns relative to the checkout; those that a pattern of `without` matches are left out."""

    patterns: tuple[str, ...]
    without: tuple[str, ...] = ()

    def files(self, root: Path = ROOT) -> list[Path]:
        """Return the files, in the order of their paths."""
        chosen, left_out = (
            {path for pattern in patterns for path in root.glob(pattern)} for patterns in (self.patterns, self.without)
        )
        return sorted(chosen - left_out)

    def hash(self, root: Path = ROOT) -> str:
        """Return 16 hexadecimal digits that change when a file is added, removed, moved or changed."""
        digest = hashlib.sha256()
        for path in self.files(root):
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()[:16]


RUN_SOURCES = Sources(
    patterns=(
        "model/**/*.py",
        "scenarios/**/*.py",
        "scenarios/**/*.toml",
        "scenarios/world/*.csv",
        "requirements/core.txt",
    ),
    without=(
        "model/mesa_views/*.py",  # looks at a run, never changes it
        "scenarios/explain.py",  # these two only put scenarios into words
        "scenarios/diff.py",
    ),
)
TABLE_SOURCES = Sources(
    patterns=(
        "experiments/results/**/*.py",
        "experiments/design/**/*.py",
        "experiments/comparison/**/*.py",
        "experiments/batch/**/*.py",
    ),
)


def code_hash(root: Path = ROOT) -> str:
    """Return the version of what simulates: that of a run and of a posterior."""
    return RUN_SOURCES.hash(root)


def code_hashes(root: Path = ROOT) -> dict[str, str]:
    """Return the versions of what simulates and of what turns runs into tables, by their keys in a plan."""
    return {"code": RUN_SOURCES.hash(root), "experiments": TABLE_SOURCES.hash(root)}


def environment() -> dict[str, str]:
    """Return Python's minor version and those of the packages on which the bytes of a result depend."""
    python = ".".join(platform.python_version_tuple()[:2])
    return {"python": python} | {name: package_version(name) for name in PACKAGES}


@lru_cache
def identity() -> dict:
    """Return what makes results here, as first found: hashes of the code, and the environment; as in a plan."""
    return {**code_hashes(), "environment": environment()}


def unlike(theirs: Mapping, ours: Mapping) -> str:
    """Say in what one identity (or plan) differs from another; empty if they make the same bytes."""
    if any(theirs.get(key) != ours[key] for key in ("code", "experiments")):
        return "the version of the code"
    there, here = theirs.get("environment", {}), ours["environment"]
    differing = [
        f"{name} {there.get(name) or 'none'} there, {here.get(name) or 'none'} here"
        for name in dict.fromkeys([*here, *there])
        if there.get(name) != here.get(name)
    ]
    return f"the environment: {'; '.join(differing)}" if differing else ""


def provenance() -> dict[str, str]:
    """Return what made, or would make, results here: the version of `displace`, its commit and its lock."""
    return {"version": package_version("displace"), "commit": commit(), "lock": lock_hash()}


def commit() -> str:
    """Return the checkout's commit, with `+` if tracked files differ from it; empty outside a checkout of ours."""
    try:
        if Path(_git("rev-parse", "--show-toplevel")).resolve() != ROOT.resolve():
            return ""  # the sources lie inside another repository
        head = _git("rev-parse", "HEAD")
        return head + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def _git(*arguments: str) -> str:
    """Return what git says of this folder, whatever repository its variables name."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True, env=plain)
    return done.stdout.strip()


def lock_hash() -> str:
    """Return the hash of the lock of the core packages."""
    return hashlib.sha256((ROOT / "requirements" / "core.txt").read_bytes()).hexdigest()


def package_version(package: str) -> str:
    """Return the version of an installed package, empty if there is none."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
