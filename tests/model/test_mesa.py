"""The model as Mesa's users know it: agents by type, AgentSets, cells, DataCollector, scenarios; and no view
unasked.
"""

import copy
import pickle
import subprocess
import sys
import warnings
from pathlib import Path

import mesa
import numpy as np
import pytest
from mesa.discrete_space import Network
from small import same_bytes, tiny_inputs

from model import (
    BorderPost,
    Compound,
    Migrant,
    Operation,
    Policy,
    Recruiter,
    ScamModel,
    ScamScenario,
    Simulation,
    State,
)
from model.registry.calendar import monday
from model.registry.life_course import S
from model.registry.outcomes import HEADLINE

INPUTS = tiny_inputs(seed=4, people_per_agent=10, stop=40, parameters={}, policies=(Policy("crackdown", 1.0, 5, 8),))
KINDS = (Compound, Operation, Recruiter, BorderPost, State, Migrant)


def model_after(weeks=20, inputs=INPUTS, **scenario) -> ScamModel:
    model = ScamModel(ScamScenario(inputs=inputs, **scenario))
    for _ in range(weeks):
        model.step()
    return model


@pytest.fixture(scope="module")
def model():
    return model_after()


# --- a run ----------------------------------------------------------------------------------------------


def test_a_step_is_the_compiled_week():
    """Asking for agents every week changes nothing: the same bytes as a Simulation, which needs no Mesa."""
    model = model_after(0)
    while model.running:
        model.step()
        assert len(model.agents) and model.agents_by_type[Migrant]
    assert same_bytes(model.simulation.result(), Simulation(INPUTS).advance().result())
    assert model.time == model.simulation.week == 40 and model.date == monday(40)
    model.step()
    assert len(model.datacollector.get_model_vars_dataframe()) == 40


def test_no_view_is_made_unless_asked_for(model):
    assert model_after(3).agent_id_counter == 1
    code = """
import sys
import experiments.batch.block
from model import Inputs, Simulation
from model.world.tiny_world import tiny_world
Simulation(Inputs(tiny_world(), 1))
assert "mesa" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=True, timeout=120)


def test_nothing_that_mesa_deprecates_is_used():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = model_after(2)
        assert [len(model.agents_by_type[kind]) for kind in KINDS]
        model.step()
        assert model.agents.shuffle().select(at_most=3).get("unique_id")


def test_the_scenario_carries_the_seed():
    """`rng` rules over the inputs' seed, so that the browser's Reset repeats a run; without a scenario there is
    nothing to run.
    """
    given, own = model_after(5, rng=9), model_after(5)
    assert given.simulation.inputs.seed == given.scenario.rng == 9 and own.scenario.rng == INPUTS.seed
    assert not same_bytes(given.simulation.result(), own.simulation.result())
    again = ScamModel(scenario=ScamScenario(rng=given.scenario.rng, inputs=INPUTS))
    assert same_bytes(again.simulation.advance(5).result(), given.simulation.result())
    assert again.random.random() == ScamModel(ScamScenario(inputs=INPUTS, rng=9)).random.random()
    with pytest.raises(ValueError, match="needs inputs"):
        ScamModel()


def test_a_scenario_may_build_its_inputs_from_levers():
    """As a browser's page does: parameters with defaults, among them the seed, and inputs made of them."""

    class Page(ScamScenario):
        raids: float = 1.0

        @property
        def inputs(self):
            policies = (Policy("crackdown", self.raids, 2, 2),) if self.raids else ()
            return tiny_inputs(seed=self.rng, stop=10, policies=policies)

    model = ScamModel(Page(raids=2.0, rng=3))
    assert model.simulation.inputs.policies[0].strength == 2.0 and model.simulation.inputs.seed == 3
    assert not ScamModel(Page(raids=0.0)).simulation.inputs.policies


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["deepcopy", "pickle"]
)
def test_a_copy_goes_on_exactly(copied):
    model = model_after(10)
    assert model.agents
    other = copied(model)
    for _ in range(5):
        model.step()
        other.step()
    assert same_bytes(model.simulation.result(), other.simulation.result())
    assert other.agents_by_type[Operation].get("held") == model.agents_by_type[Operation].get("held")


# --- the agents -----------------------------------------------------------------------------------------


def test_every_kind_is_there(model):
    assert set(model.agent_types) == set(model.agents_by_type) == set(KINDS)
    for kind, agents in model.agents_by_type.items():
        assert isinstance(agents, mesa.agentset.AbstractAgentSet) and len(agents) > 0, kind
        assert {type(agent) for agent in agents} == {kind} and issubclass(kind, mesa.Agent)
    assert {type(agent) for agent in model.agents} == {*KINDS} - {Migrant}
    with pytest.raises(KeyError, match="no kind of agent"):
        model.agents_by_type[mesa.Agent]


def test_agents_add_up_to_the_outcomes(model):
    """Select, get and agg read the columns as they stand."""
    by_kind = model.agents_by_type
    assert (
        by_kind[Compound].agg("people_held", sum)
        == by_kind[Operation].agg("people_held", sum)
        == model.outcome("people_held")
        > 0
    )
    held = by_kind[Migrant].select(lambda person: person.status is S.held)
    assert isinstance(held, mesa.agentset.AbstractAgentSet) and len(held) * model.scale == model.outcome("people_held")
    at_two = [person for person in held if person.place == 2]
    assert len(at_two) * model.scale == model.outcome("people_held", 2)
    assert sum(person.trafficked for person in held) * model.scale == model.outcome("trafficked_held")
    assert not by_kind[Migrant].select(lambda person: person.status in (S.returned, S.dead, S.at_home))
    assert sorted(by_kind[State].get("iso3")) == ["AAA", "BBB", "CCC"]
    assert {state.institution("civic_space") for state in by_kind[State]} == {0.5}


def test_columns_are_read_only_properties_with_their_meaning(model):
    compound = next(iter(model.agents_by_type[Compound]))
    assert (
        Compound.capacity.__doc__ == "persons"
        and type(compound.capacity) is float
        and compound.place_name in ("one", "two")
    )
    with pytest.raises(AttributeError):
        compound.capacity = 0.0
    with pytest.raises(AttributeError):
        _ = compound.belief


def test_agents_stand_in_the_cells_of_a_network_and_people_do_not(model):
    assert isinstance(model.space, Network) and len(model.space.all_cells) == 3
    assert all(agent.cell.coordinate == agent.place and agent in agent.cell.agents for agent in model.agents)
    assert not any(isinstance(agent, Migrant) for cell in model.space.all_cells for agent in cell.agents)
    assert len(model.space.agents) == len(model.agents)
    assert list(model.space[2].position) == [model.world.lon[2], model.world.lat[2]]


def test_a_view_lives_as_long_as_its_agent():
    """The same object while the agent lives, in the cell to which it moved; then gone from model and cell."""
    model = model_after(5)
    seen, moved, ended, born = {}, 0, 0, 0
    for _ in range(30):
        now = {view.identity: (view, view.cell.coordinate) for view in model.agents_by_type[Operation]}
        for identity in seen.keys() & now.keys():
            assert now[identity][0] is seen[identity][0]
            moved += now[identity][1] != seen[identity][1]
        for identity in seen.keys() - now.keys():
            assert seen[identity][0].cell is None and seen[identity][0] not in model.agents
            ended += 1
        born += len(now.keys() - seen.keys())
        assert len({view.unique_id for view, _ in now.values()}) == len(now)
        seen = now
        model.step()
    assert moved and ended and born


# --- collecting -----------------------------------------------------------------------------------------


def test_the_collector_records_model_agents_and_agents_by_type():
    model = model_after(0)
    model.datacollector = mesa.DataCollector(
        model_reporters={
            "held": [model.outcome, ["people_held"]],
            "compounds": lambda m: len(m.agents_by_type[Compound]),
        },
        agent_reporters={"place": "place"},
        agenttype_reporters={
            Operation: {"held": "people_held"},
            Migrant: {"status": lambda person: person.status.name},
        },
    )
    for _ in range(4):
        model.step()
    collected = model.datacollector
    world = collected.get_model_vars_dataframe()
    operations = collected.get_agenttype_vars_dataframe(Operation)
    people = collected.get_agenttype_vars_dataframe(Migrant)
    agents = collected.get_agent_vars_dataframe()
    assert operations["held"].groupby("Step").sum().tolist() == world["held"].tolist()
    assert ((people["status"] == "held").groupby("Step").sum() * model.scale).tolist() == world["held"].tolist()
    assert len(agents.loc[4.0]) == len(model.agents) and set(agents["place"]) == {0, 1, 2}
    assert world["compounds"].iloc[-1] == len(model.agents_by_type[Compound])


def test_headline_outcomes_are_collected_by_default(model):
    collected = model.datacollector.get_model_vars_dataframe()
    weekly = model.simulation.result().weekly
    assert set(collected.columns) <= set(HEADLINE) and len(collected) == 20
    assert np.allclose(collected["people_held"], weekly[:, 0].sum(axis=1))


# --- habits ---------------------------------------------------------------------------------------------


def test_batch_run_takes_inputs_parameters_and_seeds():
    """Once, Mesa's `rng` was no argument, and every batch run ended in a TypeError."""
    rows = mesa.batch_run(
        ScamModel,
        {"inputs": INPUTS, "recruitment_rate": [0.001, 0.9]},
        rng=[1, 2],
        max_steps=12,
        display_progress=False,
    )
    held = {(row["rng"], row["recruitment_rate"]): row["people_held"] for row in rows}
    assert len(held) == 4 and all(held[seed, 0.9] > held[seed, 0.001] for seed in (1, 2))
    alone = ScamModel(inputs=INPUTS, rng=2, recruitment_rate=0.9)
    for _ in range(12):
        alone.step()
    assert alone.outcome("people_held") == held[2, 0.9] and held[1, 0.9] != held[2, 0.9]


def test_a_subclass_steps_and_collects():
    class Mine(ScamModel):
        def __init__(self, weekly=2, **more):
            super().__init__(**more)
            self.weekly = weekly

        def step(self):
            for _ in range(self.weekly):
                super().step()

    model = Mine(inputs=INPUTS, weekly=3)
    model.step()
    assert model.simulation.week == 3 and len(model.datacollector.get_model_vars_dataframe()) == 3


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"seed": 1}, "takes its seed as rng"),
        ({}, "needs inputs"),
        ({"inputs": INPUTS, "no_such": 1}, "unknown parameter 'no_such'"),
        ({"inputs": INPUTS, "scenario": ScamScenario(inputs=INPUTS)}, "not both"),
    ],
)
def test_what_a_model_cannot_be_made_of_is_refused_in_a_sentence(given, said):
    with pytest.raises(ValueError, match=said):
        ScamModel(**given)


def test_no_agent_can_be_removed_from_outside():
    """Once, it vanished until the next step, and those by type with it."""
    model = model_after(3)
    before = len(model.agents_by_type[Operation])
    with pytest.raises(TypeError, match="can't be removed"):
        next(iter(model.agents_by_type[Operation])).remove()
    assert len(model.agents_by_type[Operation]) == before


def test_places_and_outcomes_are_asked_for_by_name(model):
    assert model.outcome("people_held", "two") == model.outcome("people_held", 2) > 0
    for asked, said in (
        (("people_held", "nowhere"), "no place"),
        (("held",), "no outcome"),
        (("raids", 9), "no place"),
    ):
        with pytest.raises(ValueError, match=said):
            model.outcome(*asked)


def test_the_parameters_of_a_run_cannot_be_written_to():
    """Once, it was accepted and did nothing."""
    model = model_after(1)
    for change in (lambda p: p.update(fear=0.5), lambda p: p.__setitem__("fear", 0.5), lambda p: p.clear()):
        with pytest.raises(TypeError, match="can't be changed"):
            change(model.simulation.inputs.parameters)
    assert pickle.loads(pickle.dumps(model.simulation.inputs)).parameters == INPUTS.parameters
