"""Runs of the shipped baseline in a process of its own: `python -m benchmarks.one PEOPLE_PER_AGENT RUNS [PHASES]`.

Prints one line of JSON: CPU seconds a run, world set-up, audit and result included, the first run left out; peak
memory; and, with PHASES = 1, where the time goes and how many people there were.
"""

import json
import resource
import sys
import time
from dataclasses import replace
from functools import cache

from model.model import Simulation
from model.registry.life_course import S
from scenarios import loading

# Statuses in which people are somewhere between leaving home and having somewhere to stay.
ACTIVE = (
    S.travelling, S.stopped, S.held, S.held_other_sector, S.held_by_armed_group, S.out, S.stranded, S.detained,
    S.prosecuted, S.sheltered_open, S.sheltered_closed,
)  # fmt: skip
SMALL = 100  # people an agent of a small run
PERSON_PHASES = ("recruiting", "travel_and_borders", "captivity", "raids", "screening_and_after", "home_again")


def inputs_of(people_per_agent: int, seed: int = 1, record: str = "summary"):
    """Return the inputs of the run that everything here measures."""
    return _baseline().inputs(seed=seed, people_per_agent=people_per_agent, record=record)


@cache
def _baseline():
    """Return the scenario, which is read once however many runs there are."""
    return loading.load("baseline")


def timed(people_per_agent: int, seed: int):
    """Run once. Return CPU seconds and the run."""
    began = time.process_time()
    run = Simulation(inputs_of(people_per_agent, seed)).advance()
    run.result()
    return time.process_time() - began, run


def peak_mb() -> float:
    """Return the most memory that this process has had, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def people_by_week(people_per_agent: int) -> dict:
    """Run once more, week by week, and count people; the audit, which would look every week, is off."""
    run = Simulation(replace(inputs_of(people_per_agent), audit_every=0))
    held = active = 0
    while run.week < run.inputs.stop:
        run.step()
        by_status = run.columns.levels[:, :, 0].sum(axis=1) * people_per_agent
        held = max(held, int(by_status[S.held]))
        active += int(by_status[list(ACTIVE)].sum())
    return {"held_at_peak": held, "active_person_weeks": active, "rows": int(run.columns.used[0].people)}


def main(people_per_agent: int, runs: int, phases: int = 0):
    timed(max(100, people_per_agent), 1)  # loads the compiled kernels
    seconds, run = [], None
    for seed in range(1, runs + 1):
        del run
        spent, run = timed(people_per_agent, seed)
        seconds.append(spent)
    found = {"seconds": seconds, "steps": run.week, "people": [len(run.columns.roster)], "peak_mb": peak_mb()}
    if phases:
        del run
        Simulation(inputs_of(100)).profile()  # loads the phases one by one
        found["phases"] = dict(Simulation(inputs_of(people_per_agent)).profile())
        found |= people_by_week(people_per_agent)
    print(json.dumps(found))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
