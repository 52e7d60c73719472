"""A reason in a report names an institution that the code really reads where the outcome comes about."""

import ast
from functools import cache
from pathlib import Path

import pytest

from displace.wording.reasons import AGAINST, BEARS_ON
from model.registry.institutions import INSTITUTIONS
from model.registry.life_course import TRANSITIONS
from model.registry.outcomes import OUTCOMES

MODEL = Path(__file__).parents[2] / "model"
NEAR = 3  # calls between where an institution is read and where the transition happens
HANDED_ON = {"struck", "lawful_stops", "recruits"}  # columns by which one phase hands what it decided to another


def functions() -> dict[str, tuple[set, set]]:
    """Return, by name of a function of the model, (the registries' names that it uses, the functions it calls)."""
    found = {}
    for path in MODEL.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and "registry" not in path.parts and node.name != "week":
                inside = list(ast.walk(node))
                named = [x for x in inside if isinstance(x, ast.Attribute) and isinstance(x.value, ast.Name)]
                called = [x.func for x in inside if isinstance(x, ast.Call)]
                found[node.name] = (
                    {(x.value.id, x.attr) for x in named if x.value.id in "ITO" or x.attr in HANDED_ON},
                    {x.id if isinstance(x, ast.Name) else getattr(x, "attr", "") for x in called},
                )
    return found


FUNCTIONS = functions()


@cache
def within(name: str, calls: int) -> frozenset:
    """Return the registries' names that a function uses, by itself or within so many calls."""
    own, called = FUNCTIONS[name]
    return frozenset(own).union(*(within(c, calls - 1) for c in called if c in FUNCTIONS) if calls else ())


def events(outcome: str) -> set:
    """Return the transitions, and the measure, by which an outcome changes, with those that lead straight to them."""
    row = OUTCOMES[outcome]
    if row.kind == "ratio":
        return set().union(*(events(part) for part in row.of))
    if row.kind == "measure":
        return {("O", outcome)}
    changing = [
        t for t in TRANSITIONS if t.name in row.of or (row.kind == "level" and {t.source, t.target} & {*row.of})
    ]
    before = [t for t in TRANSITIONS if t.target in {change.source for change in changing if row.kind == "flow"}]
    return {("T", t.name) for t in (*changing, *before)}


def bears_on(institution: str, outcome: str) -> bool:
    seen = [within(name, NEAR) for name in FUNCTIONS]
    wanted = events(outcome)
    handed = {("m", column) for column in HANDED_ON}
    carriers = handed & set().union(*(names for names in seen if names & wanted))
    return any(("I", institution) in names and names & (wanted | carriers) for names in seen)


@pytest.mark.parametrize("institution", BEARS_ON)
def test_an_institution_is_read_where_the_outcome_comes_about(institution):
    assert [outcome for outcome in BEARS_ON[institution] if not bears_on(institution, outcome)] == []


@pytest.mark.parametrize("institution, outcome", AGAINST)
def test_what_works_against_is_read_there_too(institution, outcome):
    assert bears_on(institution, outcome)


def test_what_is_read_elsewhere_would_be_found_out():
    """Most pairs of an institution and an outcome have no such place, so a wrong entry is likely to fail."""
    pairs = [(institution, outcome) for institution in INSTITUTIONS for outcome in OUTCOMES]
    assert 0.1 < sum(bears_on(*pair) for pair in pairs) / len(pairs) < 0.6
    assert not bears_on("laundering_cost", "deaths") and not bears_on("record_cleared", "freed")
