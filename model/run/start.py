"""January 2016: the compounds, operations and people with which a run begins.

It compiles the policies and shocks of a run to plans, and fills what follows from its inputs alone.

Who is held at the start are the people of the roster with the lowest thresholds, as if recruitment had
gone on before: so they are the same people in every arm, and nobody is drawn twice.
"""

import numpy as np

from model.engine.choice import first_to_ring
from model.engine.columns import NOBODY, grown, record
from model.engine.faults import FAULTS
from model.engine.kernel import entry, kernel
from model.engine.pages import whole_pages
from model.engine.random_numbers import identity, stream_keys, uniform
from model.operations.accounts import measure_market
from model.operations.compounds import ROOM, SITE, build_site, site_with_room
from model.operations.landlords import LANDLORD, least_stretched, settle_landlords
from model.operations.operations import LEDGER, OPERATION, OWNER, open_operation
from model.operations.outlook import OUTLOOK, discounts
from model.operations.vacancies import DESK, OFFER, measure_demand, measure_fits, suit
from model.people.border_officials import expect_lawful_stops, plan_routes, start_posts
from model.people.captivity import measure_distances
from model.people.diary import LANES, NO_VISIT, enter_in_diary
from model.people.hazard_bounds import BOUND, set_bounds_by_place
from model.people.members import add_member
from model.people.person import PERSON, count_as, leave_home, next_visit
from model.people.recruiters import (
    APPROACHES,
    MARKET,
    base_hazards,
    entry_shares,
    measure_answers,
    start_rings,
    sum_effort,
)
from model.people.roster import CELL, COHORTS, QUEUE, RISK, build_roster, build_strata, enter_cohorts, point_to_next
from model.registry.life_course import STATUSES, S
from model.registry.outcomes import GROUPED, RECORDED
from model.registry.parameters import P
from model.registry.streams import R
from model.states.states import HEARD, KNOWN, STATE, draw_deviations
from model.world.places import FAR, NO_EDGE
from model.world.policies_in_force import PROGRESS, average_by_state, compile_plans, extremes

from .all_columns import USED, Columns
from .records import EVENT, RELOCATION

SPARE_PEOPLE = (
    5_000_000  # persons who may leave home: their rows cost nothing until they are used; the table grows when it must
)
SITE_ROWS = 16384
OPERATION_ROWS = 65536
RELOCATION_ROWS = 1 << 17  # of pairs of places and weeks
STRUCK_ROWS = 1024
MOST_SLOTS = 2000  # operations at one place at the start
STARTING = 1_000_000  # slots of operations there from the start: no founder's


def fixed_columns(inputs, values) -> dict:
    """Return the columns that a run never changes, by name."""
    world = inputs.world
    strata, persons = build_strata(world, values["share_young"], values["diaspora_renewal"])
    roster, roster_first = build_roster(persons, inputs.seed, inputs.people_per_agent)
    return {
        "par": np.array([values[name] for name in P.__members__]),
        "base": world.base_institutions(values),
        "places": world.places,
        "distance": world.distance,
        "hosts": world.host_places,
        "nations": world.nations,
        "lines": world.lines,
        "fits": world.fits,
        "consulate": world.consulate,
        "edges": world.edges,
        "edge_first": world.edge_first,
        "reachable": discounts(world.places, world.distance, values),
        "strata": strata,
        "area_first": np.unique(strata["area"], return_index=True)[1],
        "roster": roster,
        "roster_first": roster_first,
        "keys": stream_keys(np.uint64(inputs.seed)),
        "posts": start_posts(world, values),
    }


def columns_of_policies(inputs, base) -> dict:
    """Return the columns that policies decide on, by name, as they are before a week has begun."""
    world = inputs.world
    plans = compile_plans(world, inputs.policies, inputs.shocks)
    classes = plans["plan_whom"].shape[1]
    return plans | {
        "hazard_bounds": record(BOUND, len(world.place_ids)),
        "progress": record(PROGRESS, len(plans["plans"]), fired=-1),
        "env": np.repeat(base[None], classes, axis=0),
        "senv": np.zeros((classes, len(base), len(world.states))),
        "moved": np.ones((classes, len(base)), np.bool_),
    }


def empty_columns(inputs, fixed, values) -> Columns:
    """Return all columns as they are before anything stands: `fixed` shared, the rest new."""
    world, scale = inputs.world, inputs.people_per_agent
    places, states, edges, outcomes = len(world.place_ids), len(world.states), len(world.edges), len(RECORDED)
    rings, mix, away = start_rings(world, values)
    destinations, owners = int(world.host_places.max()) + 1, int(values["owner_groups"])
    groups_of_people = states * len(world.nationalities) * 2 * 2 * 4
    people = whole_pages(2048 + int((SPARE_PEOPLE + 1.5 * world.places.start_people.sum()) / scale))
    weekly = {name: inputs.stop if inputs.record == name else 0 for name in ("places", "totals")}
    return Columns(
        **fixed,
        **columns_of_policies(inputs, fixed["base"]),
        near_home=np.zeros((places, places)),
        answers=np.zeros((len(fixed["strata"]), APPROACHES)),
        people=record(PERSON, people),
        diary=np.full(people, NO_VISIT, np.int16),
        due=np.zeros((LANES, people), np.int32),
        risk=record(RISK, len(fixed["strata"])),
        cells=record(CELL, len(fixed["roster_first"]) - 1, pointer=fixed["roster_first"][:-1], next=np.inf),
        queue=record(QUEUE, 4096 + 200_000 // scale),
        rings=rings,
        mix=mix,
        away=away,
        effort=np.zeros((len(rings), APPROACHES)),
        recruits=np.zeros((len(rings), APPROACHES)),
        market=record(MARKET, 1, multiplier=1.0),
        luck=np.ones(destinations),
        weight=np.zeros(destinations),
        early=np.zeros(destinations, np.int64),
        suits=np.zeros((*world.fits.shape, states)),
        vacancies=np.zeros((len(world.lines), destinations)),
        desks=record(DESK, len(world.lines) * destinations),
        access=np.zeros((places, places)),
        route_cost=np.full((places, places), FAR),
        route_expected=np.full((places, places), FAR),
        route_days=np.full((places, places), FAR),
        route_into=np.full((places, places), NO_EDGE, np.int32),
        edge_weight=np.full(edges, -1.0),
        edge_fresh=np.zeros(edges),
        edge_fare=np.zeros(edges),
        lawful_stops=np.zeros(places),
        operations=record(OPERATION, OPERATION_ROWS),
        offers=record(OFFER, OPERATION_ROWS),
        sums=np.zeros(OPERATION_ROWS),
        free_rows=np.zeros(OPERATION_ROWS, np.int32),
        owners=record(OWNER, owners, weighed=-1),
        raid_belief=np.zeros((owners, places)),
        owner_raids=np.zeros((owners, places)),
        present=np.zeros((owners, places)),
        ties=np.zeros((owners, places)),
        pull=np.zeros((owners, places)),
        sites=record(SITE, SITE_ROWS),
        room=record(ROOM, places, first_site=NOBODY),
        landlords=record(
            LANDLORD, world.places.landlords.sum(), place=np.repeat(np.arange(places), world.places.landlords)
        ),
        struck=np.zeros(STRUCK_ROWS, np.int64),
        outlook=record(OUTLOOK, places),
        states=record(
            STATE,
            states,
            pressure=1.0,
            corruption=1.0,
            bribes=1.0,
            asean=world.state_columns["asean"],
            licenses=world.state_columns["licensed_gaming"],
            hosts=np.isin(range(states), world.places.state[world.host_places]),
        ),
        known=record(KNOWN, places, inside=values["belief_at_start"]),
        heard=record(
            HEARD, len(world.nationalities), trust=values["trust_at_start"], home_belief=values["belief_at_start"]
        ),
        held_by=np.zeros((len(world.nationalities), places)),
        announced=np.zeros(places),
        used=record(USED, 1, stale=1),
        levels=np.zeros((len(STATUSES), places, 3), np.int32),
        tally=np.zeros((outcomes, places)),
        weekly=np.zeros((weekly["places"], outcomes, places)),
        totals=np.zeros((weekly["totals"], outcomes)),
        window_sum=np.zeros((outcomes, places)),
        ledger=np.zeros(LEDGER),
        faults=np.zeros(len(FAULTS), np.int64),
        relocations=record(RELOCATION, RELOCATION_ROWS),
        by_group=np.zeros((groups_of_people if inputs.groups else 0, len(GROUPED))),
        events=record(EVENT, people if inputs.events else 0),
    )


def set_what_follows(inputs, columns, values, m):
    """Fill what follows from the inputs: bounds on hazards, answers to recruiters, distances."""
    bound_hazards(inputs, columns, values, m)
    measure_answers(m)
    measure_distances(m)
    measure_market(m)
    measure_fits(m)


def bound_hazards(inputs, columns, values, m):
    """Fill the bounds on hazards, which follow from parameters, shocks and policies."""
    set_bounds_by_place(*extremes(columns.base, values, inputs.shocks, inputs.policies), m)


def start(m):
    """Put up the compounds of January 2016, the operations in them and the people whom they hold."""
    build_up(m)
    people_up(m)


@entry
def build_up(m):
    """Put up the compounds of January 2016 and the operations in them."""
    for k in range(m.env.shape[0]):
        average_by_state(k, m)
    plan_routes(m)
    expect_lawful_stops(m)
    draw_deviations(m)
    sum_effort(m)
    settle_landlords(m)
    key = m.keys[R.start, 0]
    for k in range(m.hosts.size):
        p = m.hosts[k]
        for slot in range(m.places[p].start_sites):
            cover = m.states[m.places[p].state].licenses and uniform(key, identity(p, slot)) < m.par[P.start_licensed]
            build_site(p, least_stretched(p, m), cover, m)
        wanted = m.places[p].start_people * m.par[P.start_room]
        slot = 0
        while wanted > 0.0 and slot < MOST_SLOTS:
            u = uniform(key, identity(identity(p, slot), 1))
            target = m.par[P.founding_size] + m.par[P.start_spread] * u * u
            owner = int(uniform(key, identity(identity(p, slot), 2)) * m.owners.size)
            site = site_with_room(p, target, identity(p, slot), key, m)
            if site != NOBODY:
                m.operations[open_operation(owner, p, site, STARTING + slot, target, m)].ready = 1.0
            wanted -= target
            slot += 1
    for o in range(m.used[0].operations):
        firm = m.operations[o]
        m.outlook[firm.place].room += firm.target
        m.vacancies[firm.line, firm.place] += firm.target
    measure_demand(m)
    m.tally[:] = 0.0


@entry
def people_up(m):
    """Fill the operations with the people whose thresholds are lowest."""
    enter_cohorts(m)
    base_hazards(m)
    free = np.empty(m.luck.size)
    for p in range(free.size):
        free[p] = min(m.outlook[p].room, m.places[p].start_people)
    reach = reach_for(free.sum() / m.scale, m)
    key = m.keys[R.start, 0]
    for k in range(m.strata.size):
        m.risk[k].hazard = m.risk[k].weekly * reach
        cell = k * COHORTS
        while m.cells[cell].next <= m.risk[k].hazard:
            willing, forced = entry_shares(k, m)
            i = leave_home(m.cells[cell].pointer, k, willing, forced, m)
            m.cells[cell].pointer += 1
            point_to_next(cell, m)
            m.risk[k].left -= 1
            o = first_operation(i, key, free, m)
            if o == NOBODY:
                m.used[0].people -= 1
            else:
                begin_held(i, o, key, m)


@kernel
def reach_for(agents, m):
    """Return the multiple of the weekly hazards at which the expected recruits are `agents` (bisection)."""
    low, high = 0.0, 2000.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        total = 0.0
        for k in range(m.strata.size):
            total += m.risk[k].left * (1.0 - np.exp(-m.risk[k].weekly * middle))
        if total < agents:
            low = middle
        else:
            high = middle
    return high


@kernel
def first_operation(i, key, free, m):
    """Return an operation with room for a person at the start: by Gumbel, then the emptiest that suits."""
    me = m.people[i]
    for p in range(free.size):
        m.luck[p] = uniform(key, identity(me.key, p))
        m.weight[p] = free[p] * m.access[me.place, p]
    chosen = first_to_ring(m)
    if chosen == NOBODY:
        return NOBODY
    free[chosen] = max(0.0, free[chosen] - m.scale)
    readiest, least = NOBODY, np.inf
    for o in range(m.used[0].operations):
        firm = m.operations[o]
        if firm.place == chosen:
            full = (firm.held + 1) * m.scale / firm.target / max(1e-3, suit(firm.line, me.nation, chosen, m))
            if full < least:
                readiest, least = o, full
    return readiest


@kernel
def begin_held(i, o, key, m):
    """Hold a person from the start, for some weeks already."""
    me, firm = m.people[i], m.operations[o]
    earlier = int(m.par[P.start_weeks_held] * uniform(key, identity(me.key, 77)))
    add_member(i, o, m)
    me.status, me.place = S.held, firm.place
    me.since, me.held_from, me.debt_week = -earlier, -earlier, -earlier
    me.trapped -= earlier
    me.debt = m.par[P.reference_fee] * m.par[P.debt_markup]
    me.belief = m.par[P.belief_at_start]
    count_as(i, 1, m)
    enter_in_diary(i, next_visit(i, m), m)


def with_more_room(columns: Columns, people: int, events: int) -> Columns:
    """Return the columns with room for at least so many people and events."""
    people = whole_pages(max(people, len(columns.people)))
    diary = grown(columns.diary, people)
    diary[len(columns.diary) :] = NO_VISIT
    return columns._replace(
        people=grown(columns.people, people), diary=diary, events=grown(columns.events, events),
        due=np.zeros((LANES, people), np.int32),
    )  # fmt: skip
