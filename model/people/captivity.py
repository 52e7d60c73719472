"""Captivity: the competing risks of a person held, and what becomes of people when a firm moves.

A person is looked at only in weeks in which a risk may act (`thinning.next_candidate`). In such a week their
number, uniform in (0, 1), is compared with their hazards in turn.
"""

import math

from model.engine.columns import NO_OPERATION
from model.engine.kernel import entry, kernel
from model.engine.prefetch import fetch_ahead
from model.engine.random_numbers import draw
from model.operations.compounds import harden
from model.operations.operations import CLOSES, MOVES, SPLITS, STAYS, TRADED_IN, TRADED_OUT, bury
from model.operations.relocation import note_relocation
from model.operations.vacancies import find_place
from model.registry.calendar import WEEKS_A_YEAR
from model.registry.institutions import I
from model.registry.life_course import ALONE, BY_CONSULATE, S, T
from model.registry.outcomes import O
from model.registry.parameters import P
from model.registry.streams import R
from model.world.places import MILITIA

from .debts import debt_now
from .diary import INSIDE_LANE, NO_VISIT, enter_in_diary, take_due
from .hazard_bounds import keep_bound, number_of
from .members import add_member, members, remove_member
from .person import TARGET, change, count_as, next_visit, people_class
from .roster import FEMALE


@kernel
def belief_now(i, m):
    """Return a held person's belief that they would be punished outside.

    What they brought along fades into what is said inside, which changes only through arrivals,
    hidden phones and returns: nobody inside hears of a law on its first day (IV.B V48).
    """
    inside = m.known[m.people[i].place].inside
    stayed = m.now - m.people[i].held_from
    return inside + (m.people[i].belief - inside) * math.exp(-m.par[P.talk_rate] * stayed)


@kernel
def leave_operation(i, m):
    """Take a person out of their operation: settle debt, abuse, health and time held."""
    me = m.people[i]
    me.debt = debt_now(i, m)
    me.debt_week = m.now
    me.health = health_now(i, m)
    me.abuse += m.operations[me.operation].abuse_total - me.abuse_mark
    remove_member(i, m)


@kernel
def health_now(i, m):
    """Return a held person's health, which abuse wears down (V73)."""
    me = m.people[i]
    return me.health * math.exp(-m.par[P.health_loss] * (m.operations[me.operation].abuse_total - me.abuse_mark))


@kernel
def end_stay(t, i, brought, m):
    """End a person's stay in an operation by transition `t`: they come out, die, or pass into other hands."""
    me = m.people[i]
    spell = m.now - me.held_from
    me.weeks_held += spell
    if TARGET[t] == S.out:
        m.tally[O.weeks_at_exit, me.place] += spell * m.scale
    me.belief = belief_now(i, m)
    leave_operation(i, m)
    me.debt = 0.0
    me.came_out = brought
    change(t, i, me.place, m)


@kernel
def pay(o, price, m):
    """Let an operation pay for a person, or with a negative price be paid."""
    m.operations[o].cash -= price
    m.operations[o].paid_for_people += price


@kernel
def sell(i, m):
    """Sell a person to another operation; the debt grows with each sale (V33, E109). False if nobody buys."""
    me = m.people[i]
    buyer = find_place(i, R.sale_choice, m)
    if buyer == NO_OPERATION or buyer == me.operation:
        return False
    price = m.par[P.sale_price] * m.scale
    pay(me.operation, -price, m)
    pay(buyer, price, m)
    leave_operation(i, m)
    me.debt = max(me.debt, min(me.debt * (1.0 + m.par[P.sale_markup]), m.par[P.debt_ceiling]))
    me.sold = min(100, me.sold + 1)
    add_member(i, buyer, m)
    change(T.sold, i, m.operations[buyer].place, m)
    return True


# ------------------------------------------------------------- when an operation moves or closes --


@kernel
def settle_fates(m):
    """Deal with the people of every operation that moves, splits or closes this week (O07)."""
    for o in range(m.used[0].operations):
        firm = m.operations[o]
        if firm.alive == 0 or firm.fate == STAYS:
            continue
        for i in members(o, R.ration_sales, m):
            settle_fate(i, o, m)
        if firm.fate == CLOSES:
            bury(o, m)


@kernel
def settle_fate(i, o, m):
    """Decide whether a person is carried along, sold or abandoned."""
    firm = m.operations[o]
    u = draw(R.fate_of_closure, m, m.people[i].key)
    if firm.fate == SPLITS:
        if u < m.par[P.branch_share]:
            leave_operation(i, m)
            add_member(i, firm.branch, m)
            carry(i, m.operations[firm.branch].place, m)
        return
    kept = m.par[P.feedback_carrying]
    carried = kept * m.par[P.carried_share] if firm.fate == MOVES else 0.0
    if u < carried:
        carry(i, firm.place, m)
    elif u >= carried + (1.0 - carried) * kept * m.par[P.sold_share] or not sell(i, m):
        end_stay(T.abandoned, i, ALONE, m)


@kernel
def carry(i, target, m):
    here = m.people[i].place
    change(T.moved_with_operation, i, target, m)
    note_relocation(here, target, 0, m.scale, m)


# ------------------------------------------------------------------------- a week of captivity --


@kernel
def endure(m):
    """Let everybody whose week it is meet the competing risks of captivity."""
    due = take_due(INSIDE_LANE, m)
    for n in range(due.size):
        fetch_ahead(due, n, m)
        i = due[n]
        me = m.people[i]
        if me.status == S.held:
            if me.trafficked == 0 and m.now >= me.trapped:
                count_as(i, -1, m)
                me.trafficked = 1
                count_as(i, 1, m)
            if me.candidate == m.now:
                bound, drawn = me.bound, number_of(R.captivity, i, m)
                keep_bound(drawn - meet_risks(i, drawn, m), bound, m)
        else:
            held_elsewhere(i, m)
        if m.diary[i] == NO_VISIT:
            enter_in_diary(i, next_visit(i, m), m)


@kernel
def meet_risks(i, u, m):
    """Compare a person's number `u` with their own hazards, one after the other. Return what is left of it."""
    me = m.people[i]
    firm, p = m.operations[me.operation], me.place
    debt = debt_now(i, m) / m.par[P.debt_scale]
    believed = m.par[P.feedback_fear] * belief_now(i, m)
    u -= escape_hazard(i, debt, believed, m)
    if u < 0.0:
        try_to_escape(i, m)
        return u
    contact = m.env[0, I.contact, p]
    asked = m.par[P.ransom_without_contact] + (1.0 - m.par[P.ransom_without_contact]) * contact
    u -= m.par[P.ransom_rate] * asked * me.means / (1.0 + debt)
    if u < 0.0:
        pay_ransom(i, debt, m)
        return u
    u -= (
        m.par[P.release_rate] * min(1.0, (m.now - me.held_from) / m.par[P.release_weeks])
        + m.env[0, I.notice_release, p]
    )
    if u < 0.0:
        end_stay(T.released, i, ALONE, m)
        return u
    u -= consular_hazard(i, contact, believed, m)
    if u < 0.0:
        end_stay(T.freed_by_consulate, i, BY_CONSULATE, m)
        return u
    u -= m.par[P.sale_rate] * m.env[0, I.people_market, p]
    if u < 0.0:
        be_sold(i, m)
        return u
    u -= m.par[P.death_rate] * m.sites[firm.site].abuse * (1.0 + m.par[P.health_risk] * (1.0 - health_now(i, m)))
    if u < 0.0:
        end_stay(T.died_held, i, ALONE, m)
        return u
    u -= m.par[P.armed_group_rate] * (m.places[p].kind == MILITIA)
    if u < 0.0:
        end_stay(T.taken_by_armed_group, i, ALONE, m)
        return u
    u -= m.par[P.made_to_recruit_rate] * (m.par[P.feedback_recruiting_victims] > 0)
    if u < 0.0:
        be_made_to_recruit(i, m)
        return u
    return u


@kernel
def be_made_to_recruit(i, m):
    """Make a held person recruit others; whoever does so already goes on."""
    me = m.people[i]
    if me.recruiter == 0:
        me.recruiter = 1
        m.rings[me.nation].returned += m.scale * 1e-3
        change(T.made_to_recruit, i, me.place, m)


@entry
def measure_distances(m):
    """Fill how much less likely an escape is from each place the farther home is, float64 (P, P): it never changes."""
    for here in range(m.places.size):
        for home in range(m.places.size):
            m.near_home[here, home] = math.exp(-m.distance[here, home] / m.par[P.escape_distance])


@kernel
def escape_hazard(i, debt, believed, m):
    """Return the hazard of an attempt to escape: by guards, distance, debt and the punishment `believed` outside.

    V37, V48. No source says that a law abroad makes people break out: that channel has a strength of its own, which may
    be none; fear acts first on who seeks help.
    """
    me = m.people[i]
    guards = m.sites[m.operations[me.operation].site].guards
    hazard = (
        m.par[P.escape_rate]
        * math.exp(-m.par[P.guard_deterrence] * (guards - 1.0))
        * (1.0 - m.par[P.fear_breakouts] * believed)
    )
    hazard *= 1.0 + m.par[P.escape_debt] * debt / (1.0 + debt)
    return hazard * m.near_home[me.place, m.nations[me.nation].place]


@kernel
def consular_hazard(i, contact, believed, m):
    """Return the hazard of being freed through a consulate, where there is one and the state can enter (V40, S13).

    Who believes that punishment waits outside may not call for help (V48).
    """
    me = m.people[i]
    s = m.places[me.place].state
    presence = 1.0 if m.nations[me.nation].state == s else m.consulate[me.nation, s]
    rate = m.env[people_class(i, m), I.consular_reach, me.place]
    if m.par[P.feedback_capacity] > 0:  # staff grows with the reach that a policy pays for
        usual = m.par[P.consular_reach] * m.heard[me.nation].held
        rate *= min(1.0, m.par[P.consular_capacity] / max(1e-9, usual))
    delay = 1.0 + m.par[P.rescue_delay] * (1.0 - m.env[0, I.intelligence_shared, me.place])
    reach = rate * m.env[0, I.control, me.place] * contact / delay
    reach *= 1.0 - m.par[P.fear_silences] * believed
    return reach * (m.par[P.reach_without_consulate] + (1.0 - m.par[P.reach_without_consulate]) * presence)


@kernel
def pay_ransom(i, debt, m):
    """The family pays the debt; what it borrowed for that stays (V36, V69)."""
    me = m.people[i]
    paid = debt * m.par[P.debt_scale] * m.scale
    m.operations[me.operation].cash += paid
    m.ledger[TRADED_IN] += paid
    m.tally[O.ransom_paid, me.place] += paid * 1e-6
    end_stay(T.ransomed, i, ALONE, m)
    me.owed += debt * m.par[P.debt_scale] * m.par[P.debt_after_ransom]


@kernel
def be_sold(i, m):
    """A person is sold: into another sector, or to another operation that wants people (V29, V33)."""
    me = m.people[i]
    other = m.par[P.other_sector_share] * (m.par[P.other_sector_women] if me.sex == FEMALE else 1.0)
    if draw(R.sale_choice, m, me.key) < other:
        end_stay(T.sold_to_other_sector, i, ALONE, m)
    else:
        sell(i, m)


@kernel
def try_to_escape(i, m):
    """An attempt ends outside, in recapture and punishment, or in death (V37, V38)."""
    me = m.people[i]
    j, p = m.operations[me.operation].site, me.place
    guards = m.sites[j].guards
    u = draw(R.escape, m, me.key)
    success = m.par[P.escape_success] * (1.0 + m.par[P.river_help] * m.places[p].river) / guards
    death = min(m.par[P.escape_death_most], m.par[P.escape_death] * guards)
    harden(j, m.par[P.hardening_by_escape] * m.scale / m.sites[j].capacity, m)
    if u < success:
        end_stay(T.escaped, i, ALONE, m)
    elif u < success + death:
        end_stay(T.died_escaping, i, ALONE, m)
    else:
        me.debt = debt_now(i, m) + m.par[P.escape_fine]
        me.debt_week = m.now
        me.abuse += m.par[P.escape_punishment]
        change(T.recaptured, i, p, m)


@kernel
def held_elsewhere(i, m):
    """Let a person held in another sector or by an armed group meet the risks there (V29, O08)."""
    me = m.people[i]
    u, p = number_of(R.captivity, i, m), me.place
    me.came_out = ALONE
    if me.status == S.held_other_sector:
        if u < m.par[P.other_sector_exit]:
            change(T.out_of_other_sector, i, p, m)
        elif u < m.par[P.other_sector_exit] + m.par[P.other_sector_death]:
            change(T.died_in_other_sector, i, p, m)
        return
    u -= m.par[P.armed_group_exit]
    if u < 0.0:
        change(T.let_go_by_armed_group, i, p, m)
        return
    u -= m.par[P.armed_group_return]
    if u < 0.0:
        be_handed_back(i, m)
        return
    if u < m.par[P.death_rate]:
        change(T.died_with_armed_group, i, p, m)


@kernel
def be_handed_back(i, m):
    """An armed group hands a person to an operation, for the price of a person."""
    o = find_place(i, R.sale_choice, m)
    if o == NO_OPERATION:
        return
    add_member(i, o, m)
    m.people[i].held_from, m.people[i].debt_week = m.now, m.now
    price = m.par[P.sale_price] * m.scale
    pay(o, price, m)
    m.ledger[TRADED_OUT] += price
    change(T.returned_by_armed_group, i, m.operations[o].place, m)


@kernel
def measure_harm(m):
    """Count abuse, sexual violence and health lost among people held, from expected rates (V73)."""
    for o in range(m.used[0].operations):
        firm = m.operations[o]
        abuse = m.sites[firm.site].abuse * firm.held * m.scale  # 0 where nobody is held
        m.tally[O.abuse_exposure, firm.place] += abuse
        m.tally[O.sexual_violence_exposure, firm.place] += abuse * m.par[P.sexual_violence_rate]
        m.tally[O.health_lost, firm.place] += abuse * m.par[P.health_loss] / WEEKS_A_YEAR


@kernel
def free_one(m):
    """Let one person go, the same whatever the policy: the irrelevant perturbation of the placebo arm."""
    chosen = NO_OPERATION
    for i in range(m.used[0].people):
        if m.people[i].status == S.held and (chosen == NO_OPERATION or m.people[i].key < m.people[chosen].key):
            chosen = i
    if chosen != NO_OPERATION:
        end_stay(T.released, chosen, ALONE, m)
