"""What the pages for users of Python, DuckDB, Polars and pandas say, done; and the data dictionary, complete."""

import re
from pathlib import Path

import pytest

from displace.reference import data_page
from displace.reference import registry_tables as tables
from experiments import compare
from experiments.design.cautions import cautions
from experiments.design.files import from_names
from experiments.results.schema import TABLES

ROOT = Path(__file__).parents[2]
PYTHON = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
DATA = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")


def blocks(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE)


def test_the_data_dictionary_is_what_the_tables_say():
    assert data_page.page(tables.MADE_OF_DATA) == DATA, "stale: run python -m displace.reference.registry_tables"
    assert all(f"`{column.name}`" in DATA for table in TABLES for column in table.own())


def test_the_page_on_python_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    found = blocks(PYTHON)
    assert len(found) >= 6
    exec(compile("\n".join(found), "docs/python.md", "exec"), {"__name__": "page"})
    assert "unilateral-crackdown" in capsys.readouterr().out


def test_the_scenario_and_the_design_of_the_readme_load(tmp_path):
    texts = re.findall(
        r"^```toml\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    for name, text in zip(("my-crackdown.toml", "my-design.toml"), texts, strict=True):
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = from_names([tmp_path / "my-design.toml"])
    raids = [[p for p in found.arms[arm].policies if p.lever == "crackdown"] for arm in ("my-crackdown", "raids-alone")]
    assert raids[0] == raids[1] and cautions(found) == []  # the same raids, with and without beds


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a tiny comparison where the page looks for it."""
    here = tmp_path_factory.mktemp("data")
    scenario = here / "raids.toml"
    scenario.write_text(
        'title = "R"\nquestion = "Q?"\nextends = "history"\n[run]\nend = 2016-04-04\n[[policy]]\nlever = '
        '"crackdown"\nstates = ["KHM"]\nstart = 2016-02-01\nstrength = 1\n'
    )
    compare(scenario, out=here / "outputs" / "compare", replicates=2, people_per_agent=5000, workers=1)
    return here


@pytest.mark.parametrize("block", blocks(DATA), ids=["duckdb", "polars", "pandas"])
def test_the_one_liners_read_a_results_folder(block, folder, monkeypatch, capsys):
    tool = re.match(r"import (\w+)", block)[1]
    pytest.importorskip(tool)
    monkeypatch.chdir(folder)
    exec(compile(block, f"docs/data.md ({tool})", "exec"), {})
    assert "raids" in capsys.readouterr().out
