"""Landlords weigh rents against what they are held liable for, and what follows for operations and people."""

from small import same_bytes

from model import Inputs, Policy, Simulation, compile_world
from model.registry.outcomes import O
from model.world.tiny_world import tiny_world

START = 40
QUIET = dict(feedback_pressure=0, rent_power=2, revenue=1500)


def two_places():
    """Return the tiny world without raids, where the State of `one` can enter and that of `two` cannot."""
    graph = tiny_world(raids_per_month=0.0, call_outs_per_month=0.0).graph.copy()
    graph.nodes["one"].update(control=0.9)
    graph.nodes["two"].update(control=0.0)
    graph.graph["hash"] += "two places"
    return compile_world(graph)


def runs(strength: float, **parameters) -> tuple:
    """Return three runs, with owners held liable everywhere from week `START` on."""
    policy = (Policy("landlord_accountability", strength, START, START),) if strength else ()
    return tuple(
        Simulation(Inputs(two_places(), seed, 20, QUIET | parameters, policy, stop=200)).advance() for seed in (1, 2, 3)
    )


def total(found, outcome: str, place: str, first: int = START) -> float:
    rows = (run.result().weekly[first:, O[outcome], run.inputs.world.place_index[place]] for run in found)
    return float(sum(row.sum() for row in rows))


def test_owners_who_risk_more_than_rents_bring_close_compounds_where_the_state_can_enter():
    liable, free = runs(1.5), runs(0)
    assert total(liable, "compounds", "one", 150) < 0.5 * total(free, "compounds", "one", 150)
    assert total(liable, "compounds", "two", 150) >= 0.9 * total(free, "compounds", "two", 150)


def test_operations_whose_landlord_closes_leave_for_where_the_state_cannot_enter():
    """Their people are carried along or abandoned: it moves, and frees, without a raid."""
    liable, free = runs(1.5), runs(0)
    assert total(liable, "operations_moved_in", "two") > 1.5 * total(free, "operations_moved_in", "two")
    assert total(liable, "abandoned", "two") > 1.5 * total(free, "abandoned", "two")
    assert total(liable, "people_held", "two", 150) > 1.1 * total(free, "people_held", "two", 150)


def test_without_liability_the_lever_changes_nothing():
    off = {f"landlord_accountability.{name}": 0 for name in ("liability", "seized", "straw_men")}
    for liable, free in zip(runs(1.5, **off), runs(0, **off)):
        assert same_bytes(liable.result(), free.result())
