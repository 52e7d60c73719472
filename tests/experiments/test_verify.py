"""No bit of a results folder changes unseen: every file is what was written, or is named."""

import json
import shutil

import numpy as np
import pytest
from typer.testing import CliRunner

from displace.cli.main import app
from experiments import ResultsError, StoreError, compare, read
from experiments.batch import store as batch_store

TABLES = ("weekly", "worldwide", "relocations", "groups", "fates", "runs", "summary", "paired", "effects", "costs")
SMALL = dict(replicates=2, people_per_agent=2000, workers=1, groups=True)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    out = tmp_path_factory.mktemp("verify") / "out"
    compare("firewalls", out=out, **SMALL)
    return out


@pytest.fixture
def copy(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "copy")


def everything(folder) -> dict:
    """Read every table of a folder."""
    results = read(folder)
    return {name: results.table(name) if hasattr(results, name) else results.parts(name) for name in TABLES}


def test_flipped_bits_are_never_read_as_other_values(whole, tmp_path):
    """Twelve bits in every kind of file, one at a time: an error, or, where no reader looks, the same values."""
    rng = np.random.default_rng(5)
    before = everything(whole)
    files = [path for path in sorted(whole.rglob("*")) if path.suffix in (".parquet", ".json")]
    kinds = {path.parent.name if path.parent != whole else path.name: path for path in files}
    unseen = []
    for kind, path in kinds.items():
        content = path.read_bytes()
        for bit in rng.integers(0, 8 * len(content), 12).tolist():
            flipped = bytearray(content)
            flipped[bit // 8] ^= 1 << bit % 8
            path.write_bytes(bytes(flipped))
            try:
                if everything(whole) != before:
                    unseen.append((kind, bit))
            except ResultsError:
                pass
            path.write_bytes(content)
    assert unseen == []
    assert everything(whole) == before


@pytest.mark.parametrize("table", ["weekly", "summary", "committed"])
def test_what_was_damaged_before_a_resume_is_made_again(whole, copy, table):
    """A bit of an unfinished batch: the final tables are those of an undisturbed one."""
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_bytes(batch_store.sealed(manifest | {"finished": None}))
    path = next((copy / table).iterdir())
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(bytes(content))
    compare("firewalls", out=copy, resume=True, **SMALL)
    assert everything(copy) == everything(whole)


def test_a_part_that_vanishes_while_the_batch_runs_is_run_again(whole, tmp_path, monkeypatch):
    out, commit, lost = tmp_path / "out", batch_store.Store.commit, []

    def and_lose_one(self, done):
        commit(self, done)
        if not lost:
            lost.append(self.folder / "weekly" / f"{done.name}.parquet")
            lost[0].unlink()

    monkeypatch.setattr(batch_store.Store, "commit", and_lose_one)
    found = compare("firewalls", out=out, **SMALL)
    assert lost[0].is_file() and found.finished
    assert everything(out) == everything(whole)


def test_an_edited_plan_and_a_version_of_the_future_are_refused(copy):
    manifest = json.loads((copy / "manifest.json").read_text())
    for change, said in (
        ({"plan": manifest["plan"] | {"people_per_agent": 1}}, "was edited or damaged"),
        ({"schema_version": 99}, "of version 99"),
        ({"places": []}, "was edited or damaged"),
    ):
        (copy / "manifest.json").write_text(json.dumps(manifest | change))
        with pytest.raises(ResultsError, match=said):
            read(copy)
    (copy / "manifest.json").write_text(json.dumps(manifest | {"plan": manifest["plan"] | {"people_per_agent": 1}}))
    with pytest.raises(StoreError, match="was edited or damaged"):
        compare("firewalls", out=copy, resume=True, **SMALL)


def test_the_command_names_what_is_not_whole(whole, copy):
    assert "every file is as it was written" in CliRunner().invoke(app, ["verify", str(whole)]).stdout
    part = next((copy / "worldwide").iterdir())
    part.write_bytes(part.read_bytes()[:-1])
    (copy / "paired.parquet").unlink()
    found = CliRunner().invoke(app, ["verify", str(copy)])
    assert found.exit_code == 1 and "--resume" in found.stdout
    assert "paired.parquet" in found.stdout and f"worldwide/{part.name}" in found.stdout
