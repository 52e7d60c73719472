"""Limits with known answers: one hazard alone, competing hazards, recruitment alone; and an audit that finds what is
planted.

Each statistical test refuses a correct model once in 10 000 seeds (`ALARM`); its seed is fixed, so it does not flicker.
"""

import math
from collections import Counter

import numpy as np
import pytest
from scipy.stats import binomtest, chisquare
from small import ALIKE, NO_FEEDBACK, NO_RISKS, NO_SCARCITY, histories, small_world, tiny_inputs, weekly

from model import AuditError, Inputs, Shock, Simulation
from model.registry.calendar import WEEKS_A_YEAR
from model.registry.life_course import TRANSITIONS, T

ALARM = 1e-4
FREE_OF_DEBT = dict(debt_markup=0, debt_growth=0, escape_fine=0, escape_debt=0, means_spread=0)
CAPTIVES = small_world(
    {"AAA": {**ALIKE, "at_risk": 30_000}},
    1,
    dict(kind="militia_area", start_people=5000.0, start_sites=1, site_capacity=1e5),
    **NO_SCARCITY,
)


def first_exits(parameters, weeks):
    """Hold some 5000 people under constant hazards.

    Return how many there were, and (week, transition) of each one's first exit.
    """
    values = NO_FEEDBACK | NO_RISKS | FREE_OF_DEBT | dict(share_young=1) | parameters
    inputs = Inputs(CAPTIVES, 7, 1, values, stop=weeks, events=True)
    people = len(Simulation(inputs).result().fates)
    lives = histories(Simulation(inputs).advance().result())
    held = {person: life for person, life in lives.items() if life[0][1] not in (T.recruited, T.received)}
    leaves = (next(((week, t) for week, t in life if TRANSITIONS[t].target != "held"), None) for life in held.values())
    return people, [exit for exit in leaves if exit]


def test_one_hazard_alone_gives_the_geometric_distribution():
    """People who can only die, with probability h a week, live through k weeks with probability (1 - h)^k."""
    hazard, weeks = 0.02, 60
    people, exits = first_exits(weekly(death_rate=hazard), weeks)
    assert {T(t).name for _, t in exits} == {"died_held"} and people > 4000
    died = np.bincount([week for week, _ in exits], minlength=weeks)
    expected = people * hazard * (1 - hazard) ** np.arange(weeks)
    assert chisquare([*died, people - died.sum()], [*expected, people - expected.sum()]).pvalue > ALARM


@pytest.mark.parametrize(
    ("parameters", "out"),
    [
        (dict(death_rate=0.3), 0.3),
        (dict(ransom_rate=0.6), 0.6),
        (dict(sale_rate=0.5, other_sector_share=1), 1 - math.exp(-0.5)),
    ],
    ids=("share", "another share", "times"),
)
def test_the_share_out_after_a_year_is_the_parameter(parameters, out):
    """What is stated as a share in a year is the share of people held who have left after one, where nothing else
    happens; what is stated as times a year is a Poisson process's.
    """
    weeks = round(WEEKS_A_YEAR)
    people, exits = first_exits(parameters, weeks)
    expected = 1 - (1 - out) ** (weeks / WEEKS_A_YEAR)
    assert binomtest(len(exits), people, expected).pvalue > ALARM


def test_competing_hazards_share_the_exits():
    """Under constant hazards each way out gets its hazard's share of all exits, and escapes divide by how they end."""
    parameters = weekly(
        escape_rate=0.03,
        ransom_rate=0.015,
        release_rate=0.01,
        consular_reach=0.02,
        sale_rate=0.012,
        death_rate=0.008,
        armed_group_rate=0.01,
    ) | dict(
        escape_success=0.4,
        escape_death=0.1,
        escape_distance=1e5,
        release_weeks=1,
        other_sector_share=1,
        rescue_delay=0,
        consular_capacity=1e5,
        target_pressure=0,
    )
    attempts = 0.03 * math.exp(-CAPTIVES.distance[0, 1] / 1e5)
    hazards = {
        "escaped": 0.4 * attempts,
        "died_escaping": 0.1 * attempts,
        "ransomed": 0.015,
        "released": 0.01,
        "freed_by_consulate": 0.02 * 0.7,
        "sold_to_other_sector": 0.012,
        "died_held": 0.008,
        "taken_by_armed_group": 0.01,
    }
    _, exits = first_exits(parameters, 60)
    counts = Counter(T(t).name for week, t in exits if week > 0)  # release needs a week inside
    assert counts.keys() == hazards.keys()
    total = sum(hazards.values())
    assert (
        chisquare([counts[name] for name in hazards], [counts.total() * h / total for h in hazards.values()]).pvalue
        > ALARM
    )


def test_recruitment_alone_is_poisson_with_the_hazard_of_the_week():
    """With vacancies to spare, n people at risk lose n (exp(-H before) - exp(-H after)) a week, while a shock
    trebles the hazard.
    """
    rate, weeks = 0.0008, 60
    hazards = np.full(weeks, rate)
    hazards[20:40] *= 3
    channels = dict.fromkeys(("affinity_social", "affinity_job_sites", "affinity_acquaintances"), 4 / 3)
    parameters = (
        NO_FEEDBACK
        | NO_RISKS
        | channels
        | dict(
            share_young=1,
            susceptibility_young=1,
            affinity_educated=0,
            release_rate=0.999,
            release_weeks=1,
            again_base=1e-9,
            again_stranded=0,
            collusion=0,
        )
        | weekly(recruitment_rate=rate)
    )
    world = small_world(
        {"AAA": {**ALIKE, "at_risk": 20_000}},
        1,
        dict(start_people=100.0, start_sites=1, site_capacity=1e5),
        **NO_SCARCITY,
    )
    shock = Shock("distress", "at_risk", "scale", 2.0, 20, 40)
    inputs = Inputs(world, 3, 1, parameters, shocks=(shock,), stop=weeks, events=True)
    at_risk = 20_000 - len(Simulation(inputs).result().fates)
    events = Simulation(inputs).advance().result().events
    recruited = np.bincount(events["week"][events["transition"] == T.recruited], minlength=weeks)
    staying = at_risk * np.exp(-np.cumsum([0, *hazards]))
    assert chisquare([*recruited, at_risk - recruited.sum()], [*-np.diff(staying), staying[-1]]).pvalue > ALARM


# --- the audit ------------------------------------------------------------------------------------------


def plant(run, fault):
    """Corrupt one number of a run."""
    columns = run.columns
    match fault:
        case "a status":
            columns.people.status[0] = 0 if columns.people.status[0] else 1
        case "a place":
            columns.people.place[0] += 1
        case "held":
            columns.operations.held[0] += 1
        case "occupants":
            columns.sites.occupants[0] += 1
        case "rented":
            columns.sites.rented[0] = 2 * columns.sites.capacity[0]
        case "cash":
            columns.operations.cash[0] += 1000.0
        case "trafficked":
            columns.levels[:, :, 1] = -1


FAULTS = {
    "a status": "people by status",
    "a place": "people by status",
    "held": "operations hold",
    "occupants": "a compound holds",
    "rented": "rent more room",
    "cash": "money",
    "trafficked": "negative",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_audit_finds_a_planted_fault(fault):
    """One wrong number stops the run, and the message says what does not add up."""
    run = Simulation(tiny_inputs(people_per_agent=10, audit_every=1)).advance(5)
    plant(run, fault)
    with pytest.raises(AuditError, match=FAULTS[fault]):
        run.step()


def test_the_audit_refuses_a_transition_that_is_not_declared():
    from model.engine.kernel import entry
    from model.people.person import change

    run = Simulation(tiny_inputs(people_per_agent=10, audit_every=0)).advance(5)
    entry(change.py_func)(T.deported, 0, 0, run._handle)  # nobody held is deported
    with pytest.raises(AuditError, match="does not declare"):
        run.step()


def test_the_audit_finds_hazards_above_the_bound_on_them():
    """Who is looked at when follows from a bound on hazards: one that is too low would lose events."""
    run = Simulation(tiny_inputs(people_per_agent=10, audit_every=1)).advance(5)
    run.columns.hazard_bounds.held = run.columns.hazard_bounds.ransom = run.columns.hazard_bounds.escape = 1e-6
    with pytest.raises(AuditError, match="higher than the bound"):
        run.advance()
