"""The recipes of CONTRIBUTING.md work as they stand: a lever and an outcome, in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("model", "scenarios", "experiments", "calibration", "displace")
LEVER = """    Lever(
        "night_buses",
        kind="protection",
        summary="run buses from border towns to shelters",
        unit="every second person stranded can reach a service",
        recommendations=(),
        section="IV.F",
        helps_by=(
            Channel("reach", moves="services_reach", mode="scale", effect=0.5, high=2.0, why="services reach more"),
        ),
    ),
)
"""
OUTCOME = """    _flow("left_shelter", label="left open shelter", better=None, of=("TRANSITION",), whose=THE_PERSON),
)
"""
SCENARIO = """title = "Buses"
question = "What do buses change?"
extends = "history"

[[policy]]
lever = "night_buses"
states = ["THA"]
start = 2025-01-06
strength = 1
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Return a copy of the project with a lever and an outcome more."""
    from model.registry.life_course import TRANSITIONS

    folder = tmp_path_factory.mktemp("copy")
    for name in (*PACKAGES, "requirements", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    transition = next(row.name for row in TRANSITIONS if row.source == "sheltered_open")
    for path, row in (
        ("model/registry/levers/protection.py", LEVER),
        ("model/registry/outcomes.py", OUTCOME.replace("TRANSITION", transition)),
    ):
        text = (folder / path).read_text(encoding="utf-8")
        ends = [match.end() for match in re.finditer(r"^\)\n", text, re.MULTILINE)]
        end = ends[-1] if "protection" in path else next(e for e in ends if e > text.index("_ROWS = ("))
        (folder / path).write_text(text[: end - 2] + row + text[end:], encoding="utf-8")
    (folder / "buses.toml").write_text(SCENARIO, encoding="utf-8")
    return folder


def displace(folder, *arguments) -> str:
    environment = os.environ | {"PYTHONPATH": str(folder), "DISPLACE_CACHE": str(folder / ".cache")}
    command = [sys.executable, "-m", "displace", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_lever_is_one_entry(copy):
    assert "buses from border towns" in displace(copy, "list", "levers", "night_buses")
    assert "buses from border towns" in displace(copy, "explain", "buses.toml")


def test_an_outcome_is_one_row_and_a_lever_acts(copy):
    displace(copy, "compare", "buses.toml", "--draws", "defaults", "--replicates", "2", "--people-per-agent", "1000",
             "--out", "out")  # fmt: skip
    paired = pq.read_table(copy / "out" / "paired.parquet").to_pylist()
    assert any(row["outcome"] == "left_shelter" for row in paired)
    assert any(row["difference"] for row in paired if row["place"] == "" and row["arm"] == "buses")
    weekly = next((copy / "out" / "weekly").glob("*.parquet"))
    assert "left_shelter" not in pq.read_schema(weekly).names, "shown by place though its row does not say so"
