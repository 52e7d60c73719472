"""Common random numbers: every draw belongs to an identity, so worlds differ only where something differs.

That no other randomness is used is read from the sources in `test_layers.py`; that two workers give the bytes of one is
tested with the runner.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
from small import ALIKE, NO_FEEDBACK, NO_SCARCITY, histories, same_bytes, small_world, tiny_inputs, weekly

from model import Inputs, Policy, Simulation, Trigger, first_difference
from model.engine.kernel import MODEL_FOLDER
from model.registry.levers import LEVERS
from model.registry.life_course import T

INPUTS = tiny_inputs(seed=5, people_per_agent=10, stop=60, window_start=20, groups=True, events=True)


def policy(lever, announced=20, start=26, states=("BBB",), **more) -> Policy:
    return Policy(lever, 1.0, announced, start, states=states, **more)


ARMS = {
    "crackdown": (policy("crackdown"),),
    "for women, in one of two states": (
        policy("screening", sex="female"),
        policy("shelter_capacity", start=20, states=("CCC",)),
    ),
    "paused and ramped": (policy("platform_oversight", states=(), ramp_weeks=10, pauses=((30, 33),)),),
    "on a trigger": (policy("firewall", when=Trigger("people_held", 100.0, weeks=3)),),
}


HEEDED = ("crackdown", "for women, in one of two states")  # acted on from week 20; others from their start


@pytest.fixture(scope="module")
def baseline():
    return Simulation(INPUTS).advance().result()


# --- the same bytes -------------------------------------------------------------------------------------


def test_two_runs_give_the_same_bytes(baseline):
    assert len(baseline.events) > 1000
    assert same_bytes(baseline, Simulation(INPUTS).advance().result())
    assert not same_bytes(baseline, Simulation(replace(INPUTS, seed=6)).advance().result())


def test_week_by_week_gives_the_bytes_of_one_go(baseline):
    run = Simulation(INPUTS)
    for _ in range(INPUTS.stop):
        run.step()
    assert same_bytes(baseline, run.result())


def test_a_checkpoint_continues_exactly(baseline, tmp_path):
    """Saved in the middle of a quarter and loaded again, a run leaves the same bytes; under other inputs it is
    refused.
    """
    path = tmp_path / "run.npz"
    Simulation(INPUTS).advance(33).save(path)
    assert same_bytes(baseline, Simulation.load(path, INPUTS).advance().result())
    with pytest.raises(ValueError, match="other inputs"):
        Simulation.load(path, replace(INPUTS, seed=6))


def test_what_is_written_down_changes_nothing(baseline):
    """Events, groups, audits and the window only observe."""
    silent = Simulation(replace(INPUTS, groups=False, events=False, audit_every=1, window_start=0)).advance().result()
    assert silent.weekly.tobytes() == baseline.weekly.tobytes()
    assert silent.fates.tobytes() == baseline.fates.tobytes()
    assert silent.relocations.tobytes() == baseline.relocations.tobytes()


@pytest.mark.parametrize("rows", [0, 50_000])
def test_when_columns_grow_does_not_matter(baseline, rows, monkeypatch):
    monkeypatch.setattr("model.run.start.SPARE_PEOPLE", rows)
    assert same_bytes(baseline, Simulation(INPUTS).advance().result())


# --- arms and forks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("arm", ARMS)
def test_an_arm_is_the_baseline_until_anybody_acts_on_its_policy(baseline, arm):
    """Bit for bit before, different after; and a fork in that week gives the bytes of a run from the start."""
    inputs = replace(INPUTS, policies=ARMS[arm])
    week = first_difference(INPUTS, inputs)
    assert week == (20 if arm in HEEDED else 26)
    scratch = Simulation(inputs).advance().result()
    assert scratch.weekly[:week].tobytes() == baseline.weekly[:week].tobytes()
    past = [run.events[run.events["week"] < week] for run in (scratch, baseline)]
    assert past[0].tobytes() == past[1].tobytes()
    assert scratch.weekly.tobytes() != baseline.weekly.tobytes()
    trunk = Simulation(INPUTS).advance(week)
    assert same_bytes(scratch, trunk.fork(inputs).advance().result())
    assert same_bytes(baseline, trunk.advance().result()), "a fork must leave the trunk as it was"


@pytest.mark.parametrize(
    "other",
    [
        dict(seed=6),
        dict(people_per_agent=20),
        dict(stop=70),
        dict(record="totals"),
        dict(groups=False),
        dict(events=False),
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_fork_keeps_what_the_columns_and_the_book_were_made_for(other):
    """Compiled code checks no bounds: a book of another length or kind would be written beyond its end."""
    with pytest.raises(ValueError, match="fork"):
        Simulation(INPUTS).fork(replace(INPUTS, **other))


def test_levers_of_strength_0_change_nothing(baseline):
    """Every lever at once, some for some people only, some announced ahead: the same bytes as without any."""
    people = ({}, dict(sex="female"), dict(age="child"), dict(nationalities=("AAA",)))
    nothing = tuple(
        Policy(lever.name, 0.0, 3 + n % 10, 3 + n % 20, **(people[n % 4] if "sex" in lever.scope else {}))
        for n, lever in enumerate(LEVERS.values())
    )
    assert same_bytes(baseline, Simulation(replace(INPUTS, policies=nothing)).advance().result())


# --- one more person ------------------------------------------------------------------------------------


def test_one_more_person_changes_nobody_elses_history():
    """With feedbacks off and nothing scarce, everybody else lives through the same weeks, transitions and places.

    There is one place of operation and no sale: the choice among places, and whether a buyer is another operation than
    the seller, weigh by the vacancies that others have left.
    """
    hazards = weekly(
        recruitment_rate=0.00025,
        escape_rate=0.012,
        ransom_rate=0.009,
        release_rate=0.008,
        again_base=0.0012,
        sale_rate=0,
    )
    parameters = NO_FEEDBACK | hazards | dict(share_young=1)
    place = dict(start_people=2000.0, start_sites=2, site_capacity=5000.0)

    def lives(persons):
        world = small_world(
            {"AAA": {**ALIKE, "at_risk": persons}, "CCC": {**ALIKE, "at_risk": 500}}, 1, place, **NO_SCARCITY
        )
        return histories(Simulation(Inputs(world, 1, 1, parameters, stop=200, events=True)).advance().result(), "place")

    before, after = lives(1500), lives(1501)
    newcomer = after.keys() - before.keys()
    assert len(newcomer) == 1
    assert {person: after[person] for person in before} == before
    happened = {T(event[1]).name for life in before.values() for event in life}
    assert (
        len(before) > 500
        and {"recruited", "escaped", "detained_after_screening", "returned_alone", "retrafficked_from_home"} <= happened
    )


# --- compiled code --------------------------------------------------------------------------------------


def test_an_edited_phase_file_is_never_shadowed_by_a_stale_cache(tmp_path):
    """A kernel that calls a kernel of another file, which is edited: the caller must not go on running the old one."""
    package = shutil.copytree(MODEL_FOLDER, tmp_path / "model", ignore=shutil.ignore_patterns("__pycache__"))

    def counted():
        code = """if True:
            import numpy as np
            from model.people.roster import _count_cells
            first = np.zeros(101, np.int64)
            _count_cells(np.full((20, 5), 0.5), np.uint64(1), 1.0, first)
            print(first[-1])"""
        environment = {name: value for name, value in os.environ.items() if name != "DISPLACE_CACHE"}
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return int(done.stdout)

    before = counted()
    assert counted() == before > 0
    callee = package / "engine" / "random_numbers.py"
    callee.write_text(re.sub(r"(?m)^_UNIT = .*$", "_UNIT = 2.0**-60", callee.read_text()))
    assert counted() == 0
    assert len([*(tmp_path / ".cache").iterdir()]) == 2
