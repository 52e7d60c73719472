"""What a result depends on: no file may be overlooked, and none that it does not depend on may count."""

import shutil
import subprocess
from pathlib import Path

import pytest

from experiments.batch import versions
from experiments.batch.versions import ROOT, RUN_SOURCES, TABLE_SOURCES, code_hashes
from model.engine.kernel import sources_hash

FOLDERS = ("model", "scenarios", "experiments", "calibration", "displace", "requirements")


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """Return a copy of all source folders."""
    copy = tmp_path_factory.mktemp("checkout")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def changed_by(tree: Path, name: str) -> set[str]:
    """Return the keys of the hashes that change with a file, which is afterwards as it was."""
    before, path = code_hashes(tree), tree / name
    content = path.read_bytes() if path.exists() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((content or b"") + b"\n# changed\n")
    after = code_hashes(tree)
    path.unlink() if content is None else path.write_bytes(content)
    return {key for key in before if before[key] != after[key]}


@pytest.mark.parametrize(
    "name, which",
    [
        ("model/model.py", "code"),
        ("model/people/captivity.py", "code"),
        ("model/some/room/below/new.py", "code"),
        ("scenarios/loading.py", "code"),
        ("scenarios/evidence/reports.py", "code"),
        ("scenarios/world/places.csv", "code"),
        ("scenarios/parts/history.toml", "code"),
        ("requirements/core.txt", "code"),
        ("experiments/results/schema.py", "experiments"),
        ("experiments/design/design.py", "experiments"),
        ("experiments/comparison/paired.py", "experiments"),
        ("experiments/batch/rows.py", "experiments"),
        ("experiments/batch/some/room/new.py", "experiments"),
    ],
)
def test_what_a_result_depends_on_is_another_version(whole, name, which):
    assert changed_by(whole, name) == {which}


@pytest.mark.parametrize(
    "name",
    [
        "scenarios/explain.py",
        "scenarios/diff.py",
        "scenarios/evidence/evidence.csv",
        "scenarios/fitted/fit.md",
        "scenarios/fitted/posterior.parquet",
        "experiments/__init__.py",
        "experiments/sensitivity/indices.py",
        "experiments/designs/main.toml",
        "calibration/fit/fit.py",
        "calibration/targets/targets.toml",
        "displace/report/comparison.py",
        "displace/wording/words.py",
        "requirements/test.txt",
    ],
)
def test_what_no_result_depends_on_leaves_the_version(whole, name):
    assert (whole / name).is_file()
    assert not changed_by(whole, name)


@pytest.mark.parametrize("name", ["agents.py", "scam_model.py", "new.py"])
def test_mesas_views_leave_the_version(whole, name):
    assert not changed_by(whole, f"model/mesa_views/{name}")


@pytest.mark.parametrize("sources", [RUN_SOURCES, TABLE_SOURCES], ids=["run", "tables"])
def test_every_pattern_names_a_file(sources):
    """A pattern that matches nothing is of a file that has moved."""
    assert all(any(ROOT.glob(pattern)) for pattern in (*sources.patterns, *sources.without))


def test_a_source_that_moves_to_another_room_is_another_version(whole):
    before, kernels = code_hashes(whole), sources_hash(whole / "model")
    moved = (whole / "model/people/captivity.py").rename(whole / "model/states/captivity.py")
    after, kernels_after = code_hashes(whole), sources_hash(whole / "model")
    moved.rename(whole / "model/people/captivity.py")
    assert before["code"] != after["code"] and before["experiments"] == after["experiments"]
    assert kernels != kernels_after


@pytest.mark.parametrize("name", ["model/model.py", "model/people/captivity.py"])
def test_compiled_kernels_are_of_the_sources_in_every_room(whole, name):
    before, path = sources_hash(whole / "model"), whole / name
    content = path.read_text(encoding="utf-8")
    path.write_text(content + "\nx = 2\n", encoding="utf-8")
    after = sources_hash(whole / "model")
    path.write_text(content, encoding="utf-8")
    assert before != after


def a_repository(folder: Path) -> str:
    """Make a repository with one commit there; return that commit."""
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    for command in (("init", "-q"), (*who, "commit", "-q", "--allow-empty", "-m", "other")):
        subprocess.run(["git", "-C", str(folder), *command], check=True)
    done = subprocess.run(["git", "-C", str(folder), "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_another_repositorys_commit_is_never_ours(tmp_path, monkeypatch):
    """Once, sources that were unpacked inside another checkout, or an exported GIT_DIR, bore that one's commit."""
    ours, other = versions.commit(), a_repository(tmp_path)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / ".git"))
    assert versions.commit() == ours
    monkeypatch.delenv("GIT_DIR")
    inside = tmp_path / "unpacked"
    inside.mkdir()
    monkeypatch.setattr(versions, "ROOT", inside)
    assert versions.commit() == ""
    monkeypatch.setattr(versions, "ROOT", tmp_path)
    assert versions.commit() == other
