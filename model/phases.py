"""The phases of the week, in the words of the week: each hands its agents what they act on."""

import numpy as np

from . import beliefs, border_officials, captivity as held, compounds, environment, operations as firms, relocation
from . import records, recruiters, services, states as authorities
from .home import live_on
from .kernel import kernel
from .life_course import S
from .migrants import NO_OPERATION
from .border_officials import set_out
from .life_course import T
from .relocation import choose_operation
from .streams import R


@kernel
def levers_and_shocks(now, still, state):
    """Set the institutions of the week from the policies and shocks in force."""
    records.begin_week(state.book)
    environment.apply_levers_and_shocks(
        now, still.par, still.base, still.plans, state.policies, still.places, state.room, state.env, state.senv,
        state.announced, state.book,
    )  # fmt: skip
    border_officials.plan_routes(still.par, state.env, still.edges, still.places, state.routes, state.market)


@kernel
def pressure_and_raid_plans(now, seed, scale, still, state):
    """Let states feel pressure and plan this week's raids."""
    compounds.keep_sites(now, still.par, state.env, state.sites)
    authorities.feel_pressure(still.par, state.senv, state.states)
    authorities.plan_raids(
        now, seed, scale, still.par, state.env, state.senv, still.places, state.views, state.sites, state.room,
        state.states, state.book,
    )  # fmt: skip


@kernel
def tip_offs_and_evacuation(now, still, state):
    """Let forewarned operations hide people, and all operations hear of raids."""
    authorities.evacuate(now, still.par, state.operations, state.sites)
    firms.hear_of_raids(
        still.par, still.places, state.room, state.groups, state.views, state.states.at.raids_here, state.states.group_raids
    )


@kernel
def accounts_and_growth(now, seed, scale, still, state):
    """Let operations earn, pay, grow or fail, and landlords build."""
    total = 0.0
    for p in range(state.views.row.size):
        state.views.row.persons[p] = state.book.stock[0, S.held, p] * scale
        total += state.views.row.persons[p]
    firms.price_places(still.par, state.env, still.places, total, state.room, state.states.at.adapted, state.views)
    firms.keep_accounts(
        now, seed, scale, still.par, state.views, state.operations, state.groups, state.sites, state.book
    )
    firms.grow_targets(scale, still.par, state.views, state.operations, state.sites, state.room)
    compounds.build_and_close(
        now, seed, still.par, state.env, still.licensed, still.places, state.views.row.margin, state.sites, state.room, state.book
    )


@kernel
def relocation_and_founding(now, seed, scale, still, state):
    """Let operations weigh places: stay, move, split or close; let groups found new ones."""
    firms.weigh_places(still.par, state.env, state.announced, still.places, state.room, state.groups, state.views)
    relocation.relocate(
        now, seed, scale, still.par, state.env, state.announced, still.places, state.operations, state.groups,
        state.sites, state.room, state.views, state.book,
    )  # fmt: skip
    relocation.found(
        now, seed, scale, still.par, still.places, state.operations, state.groups, state.sites, state.room, state.views,
        state.book,
    )  # fmt: skip


@kernel
def vacancies(now, scale, still, state):
    """Let operations post the people they want."""
    firms.post_vacancies(now, scale, still.par, state.env, state.views, state.operations, state.market, state.book)


@kernel
def recruiting(now, seed, scale, still, state):
    """Let recruiters reach people at risk; those whose threshold is passed leave home."""
    people = state.people
    first = people.count[0]
    recruiters.draw_recruits(
        now, seed, still.par, state.env, still.strata, still.roster, still.nations, state.at_risk, state.rings, people,
        scale, state.hazards, state.market, state.book,
    )  # fmt: skip
    for i in range(first, people.count[0]):
        people.about.belief[i] = state.states.of.home_belief[people.nation[i]]
        people.trapped[i] = held.trap_week(i, now, seed, still.par, people)
        o = choose_operation(i, now, seed, R.vacancy_choice, scale, state.views, state.operations, people, state.market)
        if o == NO_OPERATION:
            people.status[i] = S.at_home
            continue
        set_out(i, o, T.recruited, now, still.par, state.routes, state.operations, people, state.market, state.book)


@kernel
def travel_and_borders(now, seed, still, state):
    """Bring people past border officials to the compounds; count lawful travellers refused."""
    border_officials.count_lawful_stops(state.env, still.edges, still.places, still.posts, state.book)
    border_officials.travel(
        now, seed, still.par, state.env, still.class_of, still.places, still.nations, still.edges, still.posts,
        state.routes, state.at_risk, state.people, state.operations, state.sites, state.book,
    )  # fmt: skip


@kernel
def captivity(now, seed, scale, placebo, still, state):
    """Let everybody held meet the competing risks of captivity."""
    if now == placebo:
        held.free_one(now, still.par, state.operations, state.sites, state.people, state.book)
    held.endure(
        now, seed, scale, still.par, state.env, still.class_of, still.places, still.nations, state.operations,
        state.sites, state.room, state.groups, state.views, state.market, state.states, state.rings, state.people, state.book,
    )  # fmt: skip
    held.measure_harm(still.par, scale, state.operations, state.sites, state.book)


@kernel
def raids(now, seed, scale, still, state):
    """Carry out the raids: free people, close sites, arrest owners."""
    authorities.raid_compounds(
        now, seed, scale, still.par, state.env, still.places, state.operations, state.groups, state.sites, state.room,
        state.states, state.people, state.book,
    )  # fmt: skip


@kernel
def screening_and_after(now, seed, scale, still, state):
    """Screen who comes out, and serve those stranded, detained, charged or sheltered."""
    services.serve(
        now, seed, scale, still.par, state.env, state.senv, still.class_of, still.places, still.nations, state.at_risk,
        state.routes, state.operations, state.views, state.market, state.states, state.people, state.book,
    )  # fmt: skip


@kernel
def home_again(now, seed, scale, still, state):
    """Let returned people be charged, settle, or be trafficked again."""
    live_on(
        now, seed, scale, still.par, state.env, still.class_of, still.places, still.nations, state.at_risk, state.rings,
        state.routes, state.operations, state.sites, state.views, state.market, state.states, state.people, state.book,
    )  # fmt: skip


@kernel
def beliefs_and_yields(now, scale, still, state):
    """Spread what people believe, gather leads and reports, shift recruiters' effort."""
    beliefs.count_held(now, scale, state.people, state.states)
    beliefs.punishment_in_practice(still.par, state.env, still.places, state.states)
    beliefs.spread_beliefs(still.par, state.env, still.places, still.nations, state.states)
    beliefs.gather_leads(still.par, state.env, state.senv, still.places, still.nations, state.states, state.book)
    beliefs.adapt_institutions(still.par, state.env, state.senv, still.places, state.views, state.states, state.book, scale)
    recruiters.shift_effort(now, still.par, state.rings)


@kernel
def record(now, still, state):
    """Write down the week."""
    records.record_week(now, state.people, state.book)


# --- room for a week -----------------------------------------------------------------------------------


@kernel
def most_recruits(scale, state):
    """Return more rows than a week can add: everybody waiting or wanted, and some more."""
    wanted = 0.0
    for o in range(state.operations.count[0]):
        wanted += state.operations.row.target[o]
    return state.at_risk.queue.size + 256 + int(1.2 * wanted / scale)


@kernel
def people_short(scale, state):
    return state.people.count[0] + most_recruits(scale, state) > state.people.key.size


@kernel
def room_for_a_week(scale, state):
    """Tell whether the columns have room for whatever may happen in a week."""
    if people_short(scale, state):
        return False
    events = state.book.events.size
    return events == 0 or state.book.counts[1] + 6 * state.people.count[0] // 10 + 2 * most_recruits(scale, state) < events


@kernel
def recount(state):
    records.audit(
        state.people, state.operations, state.groups, state.sites, state.room, state.book,
        state.book.stock[0].copy(), np.zeros(state.operations.row.size, np.int64), np.zeros(state.sites.row.size, np.int64),
    )  # fmt: skip
