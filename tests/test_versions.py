"""What tells one version of the code from another: no file that a result depends on may be overlooked."""

import pytest

from experiments.batch.versions import code_hashes
from model.engine.kernel import sources_hash

PARTS = (
    "model",
    "model/people",
    "scenarios",
    "scenarios/evidence",
    "scenarios/world",
    "scenarios/parts",
    "experiments",
    "experiments/batch",
)


@pytest.fixture
def tree(tmp_path):
    """Return a folder with one source file at every depth."""
    for name in PARTS:
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / name / "some.py").write_text("x = 1\n")
    (tmp_path / "scenarios/world/places.csv").write_text("id\n")
    (tmp_path / "scenarios/parts/history.toml").write_text("")
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements/core.txt").write_text("")
    return tmp_path


@pytest.mark.parametrize("name", ["model/some.py", "model/people/some.py"])
def test_compiled_kernels_are_of_the_sources_in_every_room(tree, name):
    before = sources_hash(tree / "model")
    (tree / name).write_text("x = 2\n")
    assert sources_hash(tree / "model") != before


def test_a_source_that_moves_to_another_room_is_another_version(tree):
    before = sources_hash(tree / "model")
    (tree / "model/people/some.py").rename(tree / "model/people/other.py")
    assert sources_hash(tree / "model") != before


@pytest.mark.parametrize(
    "name, which",
    [
        ("model/people/some.py", "code"),
        ("scenarios/evidence/some.py", "code"),
        ("scenarios/world/places.csv", "code"),
        ("scenarios/parts/history.toml", "code"),
        ("requirements/core.txt", "code"),
        ("experiments/batch/some.py", "experiments"),
    ],
)
def test_results_are_of_the_sources_in_every_room(tree, name, which):
    before = code_hashes(tree)
    (tree / name).write_text("x = 2\n")
    after = code_hashes(tree)
    assert {key for key in before if before[key] != after[key]} == {which}
