"""Limits of many: a homogeneous world against its differential equation, a full shelter against its queue, choices
against their logit.

Each statistical test refuses a correct model once in 10 000 seeds (`ALARM`); its seeds are fixed, so it does not
flicker.
"""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.stats import chi2
from small import ALIKE, NEVER, NO_FEEDBACK, NO_RISKS, NO_SCARCITY, small_world, weekly

from model import Inputs, Simulation, World, compile_world
from model.registry.life_course import S, T
from model.registry.outcomes import O
from model.world.tiny_world import ROUTE, tiny_world

ALARM = 1e-4
NOBODY_ELSE = dict(  # out of captivity nothing happens to people until a test says what
    services_reach=NEVER,
    arrest_rate=0,
    returns_alone=NEVER,
    returns_with_help=NEVER,
    again_stranded=0,
    lost_rate=0,
    lost_rate_after_release=NEVER,
    death_stranded=0,
    reprisal_deadly=0,
    settles_alone=NEVER,
    reintegration=0,
    recruiter_rate=0,
    seeks_help=0,
    documents=1,
    straight_home=0,
    again_base=1e-9,
)
NO_DEBT = dict(debt_markup=0, debt_growth=0, debt_scale=1e6, reference_fee=50, means_spread=0, share_young=1)
QUIET = NO_FEEDBACK | NO_RISKS | NO_DEBT | NOBODY_ELSE
LENIENT = NO_SCARCITY | dict(
    detains_irregular=0.0, prosecutes_at_home=0.0, services_for_men=1.0, recognises_forced_criminality=1
)
EVERYBODY = 20_000  # persons, all of them held at first


def captives(**state):
    """Return a world of one origin whose people at risk are all held at one place from the start."""
    origins = {"AAA": {**ALIKE, "at_risk": EVERYBODY, "return_risk": 0.0}}
    return small_world(
        origins,
        1,
        dict(control=1.0, start_people=float(EVERYBODY), start_sites=1, site_capacity=1e5),
        **(LENIENT | state),
    )


# --- held, out, home: the mean field ------------------------------------------------------------------------


LEAVES, RETURNS, AGAIN, WEEKS = 0.008, 0.010, 0.006, 260


def mean_field():
    """Return the expected shares held, stranded and home after WEEKS: three compartments in a circle with constant
    hazards.

    Weekly probabilities become rates. Home again takes two weeks more: the week of arrival, and the week of travel to
    an operation.
    """
    a, b = -math.log(1 - LEAVES), -math.log(1 - RETURNS)
    c = 1 / (1 / AGAIN + 2)

    def flow(_, y):
        held, out, home = y
        return [c * home - a * held, a * held - b * out, b * out - c * home]

    return solve_ivp(flow, (0, WEEKS), [1, 0, 0], rtol=1e-8, atol=1e-10).y[:, -1]


def shares(seed, people_per_agent):
    """Simulate the same and return the three shares, and how many agents there are."""
    values = QUIET | weekly(
        ransom_rate=LEAVES, returns_alone=RETURNS, again_base=AGAIN, recruitment_rate=0.01, release_rate=0
    )
    run = Simulation(Inputs(captives(), seed, people_per_agent, values, stop=WEEKS)).advance()
    by_status = run.columns.levels[:, :, 0].sum(axis=1)
    counts = [by_status[S.held], by_status[S.stranded], by_status[S.returned] + by_status[S.travelling]]
    assert sum(counts) >= 0.999 * EVERYBODY / people_per_agent  # some may find no room at the start
    return np.array(counts) / sum(counts), sum(counts)


@pytest.mark.parametrize(("people_per_agent", "seeds"), [(100, 24), (10, 12), (1, 4)])
def test_the_error_against_the_mean_field_shrinks_as_one_over_the_root_of_n(people_per_agent, seeds):
    """People do not touch each other here, so shares miss the mean field by the multinomial's error: neither more
    nor less.
    """
    expected = mean_field()
    distance = 0.0
    for seed in range(seeds):
        found, agents = shares(seed, people_per_agent)
        distance += float((agents * (found - expected) ** 2 / expected).sum())
    assert ALARM / 2 < chi2.sf(distance, 2 * seeds) < 1 - ALARM / 2


# --- a shelter that is full ----------------------------------------------------------------------------------


def erlang_loss(load, beds):
    """Return the share turned away of a loss system (Erlang 1917): it depends on the mean stay alone."""
    blocked = 1.0
    for n in range(1, beds + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


@pytest.mark.parametrize(("beds", "stay"), [(60, 20), (40, 20), (12, 10)])
def test_a_full_shelter_turns_away_as_its_queue_says(beds, stay):
    """Of a steady stream of identified people those who find all beds taken are Erlang's share of loss.

    A bed that is given up is free from the next week on, so that it is taken for half a week longer than the stay.
    """
    hazard, warm, weeks = 0.0001, 60, 783
    identified = dict(
        sensitivity=1,
        without_testimony=1,
        profile_bias=0,
        language_barrier=0,
        knew_penalty=0,
        contract_penalty=0,
        evidence_weight=0,
        uptake=1,
        tied=0,
        share_willing=0,
        share_forced=0,
        charges=0,
        deports_unassessed=0,
    )
    values = (
        QUIET
        | identified
        | weekly(recruitment_rate=0.01, consular_reach=hazard)
        | dict(
            consular_capacity=1e5,
            rescue_delay=0,
            support_weeks=stay,
            feedback_capacity=1,
            returns_from_shelter=NEVER,
            sent_back_from_shelter=NEVER,
            record_cleared=0,
            tracing=0,
        )
    )
    taken, refused, arrivals = 0, 0, 0.0
    for seed in range(4):
        world = captives(open_beds=float(beds), closed_beds=0.0)
        events = Simulation(Inputs(world, seed, 1, values, stop=weeks, events=True)).advance().result().events
        events = events[events["week"] >= warm]
        taken += int((events["transition"] == T.identified_to_open_shelter).sum())
        refused += int((events["transition"] == T.identified_without_bed).sum())
        arrivals += sum(EVERYBODY * (1 - hazard) ** week * hazard for week in range(warm, weeks))
    assert abs(taken + refused - arrivals) < 4 * math.sqrt(arrivals)
    load = arrivals / 4 / (weeks - warm) * (stay + 0.5)
    # Refusals come in runs, which widens their spread about 1 + load / beds times on either of two counts.
    share, loss = refused / (taken + refused), erlang_loss(load, beds)
    assert abs(share - loss) < 3.9 * math.sqrt(2 * (1 + load / beds) * loss * (1 - loss) / (taken + refused))


# --- where operations go -----------------------------------------------------------------------------------------


PLACES = {"one": 1.0, "two": 2.0, "three": 4.0, "four": 7.0}  # latitudes
INFRASTRUCTURE = {"one": 0.8, "two": 0.75, "three": 0.82, "four": 0.9}


def four_places() -> World:
    """Return a world of four places of operation, which differ in distance, state and what an operation earns."""
    graph = tiny_world(raids_per_month=0.0).graph.copy()
    for name in ("three", "four"):
        graph.add_node(name, **graph.nodes["two"] | {"name": name})
    for name, lat in PLACES.items():
        graph.nodes[name].update(
            lat=lat, infrastructure=INFRASTRUCTURE[name], start_people=20_000.0, start_sites=10, site_capacity=1e5
        )
        for other in graph.nodes:
            if other != name and name in ("three", "four"):
                graph.add_edge(name, other, **ROUTE)
                graph.add_edge(other, name, **ROUTE)
    graph.graph["hash"] += "four places"
    return compile_world(graph)


def test_operations_choose_places_as_the_logit_says():
    """With utilities that stay as they are, as many move as the nested logit says, and movers divide as exp(utility
    / scale).
    """
    scale, horizon, nest, weeks = 40.0, 26.0, 500.0, 150
    values = (
        NO_FEEDBACK
        | NO_RISKS
        | weekly(review_rate=1, recruitment_rate=0.0003)
        | dict(
            relocation_rule=0,
            inertia=20,
            move_scale=nest,
            ties=0,
            choice_scale=scale,
            moving_horizon=horizon,
            moving_cost=300,
            moving_cost_per_km=1,
            moving_cost_abroad=500,
            trust_weeks=1,
            split_size=10_000,
        )
    )
    world = four_places()
    run = Simulation(Inputs(world, 5, 100, values, stop=weeks)).advance()
    hosts, views, result = world.host_places, run.columns.outlook, run.result()
    worth, net = np.array([views[p].margin for p in hosts]), np.array([views[p].net for p in hosts])
    found, expected, leaves = np.zeros((4, 4)), np.zeros((4, 4)), np.zeros(4)
    rank = {p: k for k, p in enumerate(hosts)}
    for row in result.relocations[result.relocations["week"] > 0]:
        found[rank[row["source"]], rank[row["target"]]] += row["operations"]
    for a, source in enumerate(hosts):
        cost = 300 + world.distance[source, hosts] + 500 * (world.places.state[hosts] != world.places.state[source])
        weight = np.exp((worth - cost / horizon) / scale)
        weight[a] = 0
        expected[a] = found[a].sum() * weight / weight.sum()
        stay = worth[a] + 20 + net[a] / horizon
        leaves[a] = 1 / (1 + math.exp((stay - scale * math.log(weight.sum())) / nest))
    apart = ~np.eye(4, dtype=bool)
    assert found.sum() > 3000 and not found[~apart].any()
    distance = ((found - expected)[apart] ** 2 / expected[apart]).sum()
    assert chi2.sf(distance, 4 * 2) > ALARM
    stood = result.weekly[:-1, O.operations][:, hosts].sum(axis=0)  # at the end of the week before
    error = math.sqrt((stood * leaves * (1 - leaves)).sum())
    assert abs(found.sum() - (stood * leaves).sum()) < 3.9 * error
