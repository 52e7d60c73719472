"""The documentation says what the registries and the code say."""

import ast
import re
from pathlib import Path

import pytest

from displace.reference import registry_tables as tables
from displace.wording.limits import LIMITS
from model.registry.mechanisms import MECHANISMS

ROOT = Path(__file__).parents[2]
ODD = (ROOT / "docs" / "ODD.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", tables.PAGES)
def test_a_table_is_what_the_registries_say(name):
    assert (tables.TABLES_FOLDER / name).read_text(encoding="utf-8") == tables.PAGES[name](), (
        "stale: run python -m displace.reference.registry_tables"
    )


def test_every_table_is_made_and_linked():
    assert {path.name for path in tables.TABLES_FOLDER.iterdir()} == set(tables.PAGES)
    assert all(f"(tables/{name})" in ODD for name in tables.PAGES)


# By name; the tables of parameters and levers in the registry's own folders are no places of functions.
MODULES = {
    path.stem: path
    for path in (ROOT / "model").rglob("*.py")
    if path.parent.name not in ("behaviour", "policies") and path.stem != "__init__"
}


def defined(module):
    """Return what a module of the model defines at its top."""
    names = set()
    for node in ast.parse(MODULES[module].read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def test_every_function_that_the_description_names_exists():
    named = {(module, name) for module, name in re.findall(r"`(\w+)\.(\w+)`", ODD) if module in MODULES}
    assert len({module for module, _ in named}) >= 12
    assert not [f"{module}.{name}" for module, name in sorted(named) if name != "csv" and name not in defined(module)]


def test_the_description_lists_the_phases_of_the_week():
    (week,) = (
        n
        for n in ast.parse((ROOT / "model" / "model.py").read_text(encoding="utf-8")).body
        if getattr(n, "name", "") == "week"
    )
    phases = [line.value.func.attr for line in week.body]
    assert re.findall(r"^\d+\. `(\w+)`:", ODD, flags=re.MULTILINE) == phases


def test_every_mechanism_that_the_description_names_exists():
    assert set(re.findall(r"\b[VOS]\d\d\b", ODD)) <= {mechanism.id for mechanism in MECHANISMS}


def test_every_parameter_that_an_equation_names_exists():
    from model.registry import institutions, parameters

    known = set(parameters.PARAMETERS) | set(institutions.INSTITUTIONS)
    equations = re.findall(r"^    (.*)$", ODD, flags=re.MULTILINE)
    assert equations
    names = {name for line in equations for name in re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", line)}
    defined = set(re.findall(r"^    ([a-z_]+)(?:\([^)]*\))?(?:\[[^]]*\])? +[=←]", ODD, flags=re.MULTILINE))
    explained = set(re.findall(r"`([a-z_]+)`:", ODD))
    assert names - known - defined - explained == set()


def test_the_page_on_limits_begins_with_those_that_every_report_states():
    page = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    section = page.split("## In short", 1)[1].split("\n## ", 1)[0]
    points = [" ".join(point.split()) for point in re.split(r"^- ", section, flags=re.MULTILINE)[1:]]
    assert points == [f"**{lead}** {text}" for lead, text in LIMITS], "displace/wording/limits.py says otherwise"


def test_counts_of_reports_on_the_page_on_limits_are_those_that_were_fitted_are_targets_and_are_held_out():
    from calibration.fit.config import read_config
    from calibration.targets.targets import HOLDOUT, read_targets
    from experiments.design.draws import draws_of

    config = read_config()
    fitted, now = len(draws_of("posterior").source["targets"]), len(config.chosen)
    held_out = len(read_targets(HOLDOUT, config.rows).targets)
    page = " ".join((ROOT / "docs" / "limits.md").read_text(encoding="utf-8").split())
    assert (
        f"The parameters are fitted to {fitted} reports" in page and f"Of {held_out} reports that were not used" in page
    )
    assert fitted == now or f"so that {now} are targets now" in page
    others = (ROOT / "README.md", ROOT / "docs" / "calibration.md", ROOT / "docs" / "python.md")
    counted = re.compile(r"\b\d+ (reported estimates|reports up to|targets in)")
    assert {path.name: found for path in others if (found := counted.findall(path.read_text(encoding="utf-8")))} == {}


def test_every_fault_that_the_page_on_reliability_lists_is_a_test():
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")))
    there = {
        name for path in (ROOT / "tests").rglob("test_*.py") for name in re.findall(r"def (test_\w+)", path.read_text())
    }
    assert named and named <= there, named - there
