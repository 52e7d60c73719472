"""Each mechanism of the paper has a place in the model or a reason; nothing that is declared is read by nobody."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from model.registry import institutions, levers, life_course, outcomes, parameters, streams
from model.registry.mechanisms import MECHANISMS
from scenarios.world_files import SECTION

ROOT = Path(__file__).parents[2]
IDS = [f"{letter}{number:02}" for letter, last in (("V", 80), ("O", 24), ("S", 20)) for number in range(1, last + 1)]
RECOMMENDATIONS = [
    f"{letter}{n}" for letter, last in zip("ABCDEFG", (7, 4, 4, 5, 6, 6, 10), strict=True) for n in range(1, last + 1)
]
NAMES = {
    "parameters": set(parameters.PARAMETERS),
    "institutions": set(institutions.INSTITUTIONS),
    "levers": set(levers.LEVERS),
    "life_course": {row.name for row in life_course.TRANSITIONS},
    "outcomes": set(outcomes.OUTCOMES),
}
MODULES = {
    path.stem: import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for path in (ROOT / "model").rglob("*.py")
    if not path.stem.startswith("__") and path.parent.name not in ("behaviour", "policies")
}
REGISTRIES = {"behaviour", "institutions", "levers", "life_course", "mechanisms", "outcomes", "parameters", "streams"}
KERNELS = "\n".join(
    path.read_text(encoding="utf-8") for path in sorted((ROOT / "model").rglob("*.py")) if path.stem not in REGISTRIES
)


def test_every_mechanism_is_there_once_in_order():
    assert [mechanism.id for mechanism in MECHANISMS] == IDS
    assert (
        len({mechanism.name for mechanism in MECHANISMS}) == len(IDS) == len({mechanism.id for mechanism in MECHANISMS})
    )


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=lambda mechanism: mechanism.id)
def test_a_mechanism_has_a_place_or_a_reason(mechanism):
    assert bool(mechanism.where) != bool(mechanism.left_out)
    assert not (mechanism.partly and mechanism.left_out)
    assert SECTION.fullmatch(f"OHCHR2023:{mechanism.section}")
    for place in mechanism.where:
        module, name = place.split(".")
        if module in NAMES:
            assert name in NAMES[module], place
        else:
            assert callable(getattr(MODULES[module], name, None)), place


def test_every_recommendation_has_a_lever_or_a_reason():
    named = [recommendation for lever in levers.LEVERS.values() for recommendation in lever.recommendations]
    assert set(named) | set(levers.CONTEXT_ONLY) == set(RECOMMENDATIONS)


def unread(registry, letter):
    """Return the rows that no function of the model names."""
    return {row.name for row in registry if not re.search(rf"\b{letter}\.{row.name}\b", KERNELS)}


def test_every_institution_that_a_lever_may_move_is_read():
    assert not unread(institutions.INSTITUTIONS.values(), "I")


def test_every_parameter_is_read():
    others = unread((row for row in parameters.PARAMETERS.values() if row.topic != "channels"), "P")
    bases = {row.name for row in institutions.INSTITUTIONS.values() if row.base == "parameter"}
    assert {name for name in others - bases if f'"{name}"' not in KERNELS} == set()


def test_every_transition_stream_and_measure_is_used():
    assert not unread(life_course.TRANSITIONS, "T")
    assert not unread(streams.STREAMS, "R")
    assert not unread((row for row in outcomes.OUTCOMES.values() if row.kind == "measure"), "O")


def test_every_column_names_the_file_that_declares_it():
    text = (ROOT / "model" / "run" / "all_columns.py").read_text(encoding="utf-8")
    named = re.findall(r"# (\w+)\.(\w+)", text)
    assert len(named) > 20
    assert not [f"{module}.{name}" for module, name in named if not hasattr(MODULES.get(module), name)]
