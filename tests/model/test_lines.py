"""Lines of business: the language in which operations defraud sets whom they take."""

import numpy as np
import pytest
from small import ORIGIN, same_bytes

from model import Inputs, Simulation, compile_world
from model.registry.life_course import S
from model.world.tiny_world import tiny_world

LINES = {
    "a": dict(line="a", name="A", home="home", share=0.5),
    "b": dict(line="b", name="B", home="one", share=0.5),
}


def world(fits, local=None, lines=LINES):
    """Return the tiny world with people at risk from AAA and BBB, and two lines of business."""
    graph = tiny_world(raids_per_month=0.0).graph.copy()
    graph.graph["origins"] = {
        code: dict(ORIGIN, iso3=code, place=place) for code, place in (("AAA", "home"), ("BBB", "one"))
    }
    graph.graph["diaspora"], graph.graph["lines"] = [], lines
    graph.graph["fits"] = [dict(line=line, nationality=nation, fit=fit) for (line, nation), fit in fits.items()]
    graph.graph["hash"] += f" {fits} {lines}"
    return compile_world(graph)


APART = {("a", "AAA"): 1.0, ("b", "BBB"): 1.0}
STRICT = dict(line_strength=1, local_fit=0)


def held(run):
    """Return the lines of business and nationalities of people held."""
    people = run.columns.people[: run.columns.used[0]["people"]]
    people = people[(people.status == S.held) & (people.held_from > 0)]  # not those of the first week
    return run.columns.operations.line[people.operation], people.nation


def test_operations_of_one_language_take_none_of_another():
    lines, nations = held(Simulation(Inputs(world(APART), 1, 20, STRICT, stop=80)).advance())
    assert len(lines) > 100 and {*zip(lines.tolist(), nations.tolist())} == {(0, 0), (1, 1)}


def test_nationals_of_the_place_are_taken_whatever_their_language():
    lines, nations = held(Simulation(Inputs(world(APART), 1, 20, STRICT | dict(local_fit=1), stop=80)).advance())
    assert ((lines == 0) & (nations == 1)).any() and not ((lines == 1) & (nations == 0)).any()


def test_at_strength_0_languages_do_not_matter():
    """The same bytes whatever fits say, as if every operation took everybody."""
    everybody = {(line, nation): 1.0 for line in LINES for nation in ("AAA", "BBB")}
    runs = [
        Simulation(Inputs(world(fits), 1, 50, dict(line_strength=0), stop=60)).advance() for fits in (APART, everybody)
    ]
    assert same_bytes(*(run.result() for run in runs))


def test_more_is_recruited_where_more_vacancies_suit():
    """With nine in ten operations of one line, nine in ten of those held speak its language."""
    lines = {"a": LINES["a"] | dict(share=0.9), "b": LINES["b"] | dict(share=0.1)}
    run = Simulation(Inputs(world(APART, lines=lines), 2, 20, STRICT | dict(line_nearness=0), stop=150)).advance()
    _, nations = held(run)
    assert (nations == 0).mean() == pytest.approx(0.9, abs=0.12)


@pytest.mark.parametrize("nearness", [0, 5])
def test_operations_are_founded_near_those_who_speak_their_language(nearness):
    """At nearness 0 lines are alike everywhere; else line b, at home in the place one, is commoner there."""
    run = Simulation(
        Inputs(world(APART), 3, 50, dict(line_nearness=nearness, start_spread=0, founding_size=10), stop=1)
    )
    firms = run.columns.operations[: run.columns.used[0]["operations"]]
    share = [np.mean(firms.line[firms.place == place] == 1) for place in (1, 2)]
    assert len(firms) > 300
    assert abs(share[0] - share[1]) < 0.15 if nearness == 0 else share[0] > share[1] + 0.15
