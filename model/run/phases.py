"""The phases of the week, in the words of the week: each hands its agents what they act on."""

from model.engine.columns import NO_OPERATION
from model.engine.kernel import kernel
from model.operations import accounts, compounds, landlords, outlook, relocation
from model.operations import vacancies as posts
from model.operations.vacancies import choose_operation
from model.people import beliefs, border_officials, home, recruiters, services
from model.people import captivity as inside
from model.people.diary import enter_in_diary, open_diary
from model.registry.life_course import T
from model.registry.streams import R
from model.states import call_outs, complicity, states
from model.states import raids as raiding
from model.world import policies_in_force

from . import records


@kernel
def levers_and_shocks(m):
    """Set the institutions of the week from the policies and shocks in force."""
    policies_in_force.watch_triggers(m)
    records.begin_week(m)
    open_diary(m)
    if policies_in_force.apply_levers_and_shocks(m):
        border_officials.plan_routes(m)
        border_officials.expect_lawful_stops(m)


@kernel
def pressure_and_raid_plans(m):
    """Let states feel pressure and plan this week's raids."""
    compounds.keep_sites(m)
    states.feel_pressure(m)
    raiding.plan_raids(m)


@kernel
def tip_offs_and_evacuation(m):
    """Let forewarned operations hide people, and all operations hear of raids."""
    raiding.evacuate(m)
    outlook.hear_of_raids(m)


@kernel
def accounts_and_growth(m):
    """Let operations earn, pay, grow or fail, and landlords build."""
    accounts.price_places(m)
    accounts.keep_accounts(m)
    landlords.build(m)
    compounds.close_by_order(m)


@kernel
def relocation_and_founding(m):
    """Let operations weigh places: stay, move, split or close; let groups found new ones."""
    relocation.relocate(m)
    relocation.found(m)


@kernel
def vacancies(m):
    """Let operations post the people they want."""
    posts.post_vacancies(m)


@kernel
def recruiting(m):
    """Let recruiters reach people at risk; those whose threshold is passed leave home."""
    first = m.used[0].people
    recruiters.draw_recruits(m)
    for i in range(first, m.used[0].people):
        m.people[i].belief = m.heard[m.people[i].nation].home_belief
        o = choose_operation(i, R.vacancy_choice, m)
        if o == NO_OPERATION:
            enter_in_diary(i, m.now + 1, m)
        else:
            border_officials.set_out(i, o, T.recruited, m)


@kernel
def travel_and_borders(m):
    """Bring people past border officials to the compounds; count lawful travellers refused."""
    border_officials.count_lawful_stops(m)
    border_officials.travel(m)


@kernel
def captivity(m):
    """Let people held meet the competing risks of captivity, and what their operation's move or end brings."""
    if m.now == m.placebo:
        inside.free_one(m)
    inside.settle_fates(m)
    inside.endure(m)
    inside.measure_harm(m)


@kernel
def raids(m):
    """Carry out the raids: free people, close sites, arrest owners; answer complaints, a few people each."""
    raiding.raid_compounds(m)
    call_outs.answer_complaints(m)


@kernel
def screening_and_after(m):
    """Screen who comes out, and serve those stranded, detained, charged or sheltered."""
    services.serve(m)


@kernel
def home_again(m):
    """Let returned people be charged, settle, or be trafficked again."""
    home.live_on(m)


@kernel
def beliefs_and_yields(m):
    """Spread what people believe, gather leads and reports, shift recruiters' effort."""
    beliefs.punishment_in_practice(m)
    beliefs.spread_beliefs(m)
    beliefs.gather_leads(m)
    beliefs.adapt_institutions(m)
    complicity.turn_over_officials(m)
    recruiters.take_down(m)
    recruiters.shift_effort(m)


@kernel
def record(m):
    """Write down the week."""
    records.record_week(m)
