"""Services and custody: what happens to people out of captivity until they are home, stay or are lost.

Everybody is dealt with in the order of a keyed priority, so that beds, court time and help to return
never go by row. In each week a person's number is compared with the hazards of their status in turn.
"""

from model.engine.columns import NO_OPERATION
from model.engine.kernel import kernel
from model.engine.prefetch import fetch_ahead
from model.engine.random_numbers import draw, identity
from model.operations.vacancies import find_place
from model.registry.institutions import I
from model.registry.life_course import RELEASED, S, T
from model.registry.outcomes import O
from model.registry.parameters import P
from model.registry.streams import R

from .beliefs import reprisals
from .border_officials import set_out
from .debts import pressed_by_debt
from .diary import NO_VISIT, OUT_LANE, enter_in_diary, take_due
from .hazard_bounds import keep_bound, number_of
from .person import IDENTIFIED, begin_spell, change, come_home, count_as, next_visit, people_class
from .screening import (
    accepts_help,
    at_home_here,
    come_into_open_bed,
    detain,
    detention_chance,
    give_open_bed,
    hand_over,
    meet_authorities,
    papers,
    protected,
    shelter,
    trust_of,
)

UNLIMITED = 1e12


@kernel
def renew_capacities(m):
    """Carry over unused screenings, court time and help to return (up to `carry_over` weeks'), count beds in use."""
    for s in range(m.states.size):
        state = m.states[s]
        state.slot_credit = renewed(state.slot_credit, m.senv[0, I.screening_slots, s], m)
        state.court_credit = renewed(state.court_credit, m.senv[0, I.courts, s], m)
        state.return_credit = renewed(state.return_credit, m.senv[0, I.return_help, s], m)
        state.open_used, state.closed_used, state.detained_used = 0, 0, 0
    for p in range(m.places.size):
        m.states[m.places[p].state].open_used += m.levels[S.sheltered_open, p, 0]
        m.states[m.places[p].state].closed_used += m.levels[S.sheltered_closed, p, 0]
        m.states[m.places[p].state].detained_used += m.levels[S.detained, p, 0]


@kernel
def renewed(credit, weekly, m):
    if m.par[P.feedback_capacity] == 0.0:
        return UNLIMITED
    return min(credit, m.par[P.carry_over] * weekly + m.scale) + weekly


@kernel
def serve(m):
    """Deal with everybody who is out, stranded, in custody or sheltered."""
    renew_capacities(m)
    due = take_due(OUT_LANE, m)
    for n in range(due.size):
        fetch_ahead(due, n, m)
        i = due[n]
        k, status = people_class(i, m), m.people[i].status
        if status == S.out:
            meet_authorities(i, k, m)
        elif status == S.stranded:
            be_stranded(i, k, m)
        elif status == S.detained:
            be_detained(i, k, m)
        elif status == S.prosecuted:
            be_judged(i, k, m)
        elif status == S.sheltered_open:
            be_sheltered(i, k, m)
        else:
            be_kept_closed(i, k, m)
        if m.diary[i] == NO_VISIT:
            enter_in_diary(i, next_visit(i, m), m)


@kernel
def taken_again(t, i, m):
    """Try to recruit a person again by transition `t`; it needs a vacancy. False if there is none."""
    o = find_place(i, R.vacancy_choice, m)
    if o == NO_OPERATION:
        return False
    me = m.people[i]
    me.spell += 1
    me.key = identity(me.person, me.spell)
    count_as(i, -1, m)
    forced = m.par[P.share_forced_again]
    willing = min(
        m.par[P.share_willing] * m.env[0, I.willing_entry, me.place], max(0.0, m.par[P.undeceived_most] - forced)
    )
    begin_spell(i, willing, forced, m)
    count_as(i, 1, m)
    if at_home_here(i, m):
        me.belief = m.heard[me.nation].home_belief
    set_out(i, o, t, m)
    return True


@kernel
def return_with_help(t, i, m):
    """Bring a person home by transition `t` if the state they are in has help left; at home none is needed."""
    state = m.states[m.places[m.people[i].place].state]
    if not at_home_here(i, m):
        if state.return_credit < m.scale:
            return
        state.return_credit -= m.scale
    m.tally[O.protection_effort, m.people[i].place] += m.scale
    hand_over(t, i, m)


# ---------------------------------------------------------------------------------- the stranded --


@kernel
def be_stranded(i, k, m):
    """A week stranded: reached by services or police, trafficked again, home, a status, lost, dead (IV.D, IV.F)."""
    bound, drawn = m.people[i].bound, number_of(R.after, i, m)
    keep_bound(drawn - meet_chances(i, k, drawn, m), bound, m)


@kernel
def meet_chances(i, k, u, m):
    """Compare a stranded person's number `u` with the hazards of their week. Return what is left of it."""
    me, p = m.people[i], m.people[i].place
    u -= reached(i, k, m)
    if u < 0.0:
        v, w = draw(R.after_detail, m, me.key), draw(R.after_detail, m, identity(me.key, 1))
        if not shelter(i, k, v, w, T.found_by_services, T.found_and_kept_closed, m):
            help_without_a_bed(i, k, w, m)
        return u
    u -= arrested(i, k, m)
    if u < 0.0:
        detain(T.arrested_while_stranded, i, k, m)
        return u
    u -= m.par[P.again_stranded] * m.env[k, I.stranded_reach, p] ** 0.5 * pressed_by_debt(i, m)
    if u < 0.0:
        taken_again(T.retrafficked_while_stranded, i, m)
        return u
    able = papers(i, k, m) * (m.par[P.unsafe_return_anyway] if me.unsafe else 1.0)
    u -= m.par[P.returns_alone] * able * min(m.par[P.means_for_return], me.means)
    if u < 0.0:
        come_home(T.returned_alone, i, m)
        return u
    u -= m.par[P.returns_with_help] * able
    if u < 0.0:
        return_with_help(T.returned_with_help, i, m)
        return u
    u -= m.env[k, I.stay, p] * me.unsafe
    if u < 0.0:
        change(T.stayed_from_stranded, i, p, m)
        return u
    u -= m.par[P.lost_rate] + m.par[P.lost_rate_after_release] * m.env[k, I.lost_on_release, p] * (
        me.came_out == RELEASED
    )
    if u < 0.0:
        change(T.lost_trace, i, p, m)
        return u
    u -= m.par[P.death_stranded] + m.par[P.reprisal_deadly] * reprisals(k, p, m)
    if u < 0.0:
        change(T.died_stranded, i, p, m)
        return u
    return u


@kernel
def help_without_a_bed(i, k, w, m):
    """Let services without a bed help a person home, if it is safe, they accept by `w`, and papers are had."""
    key = m.people[i].key
    if m.people[i].unsafe == 0 and w <= accepts_help(i, k, m):
        if draw(R.after_detail, m, identity(key, 4)) < papers(i, k, m):
            return_with_help(T.returned_with_help, i, m)


@kernel
def reached(i, k, m):
    """Return the hazard that services reach a stranded person: more so behind a firewall, and with trust (V63, V66)."""
    p = m.people[i].place
    open_door = m.par[P.reach_without_firewall] + (1.0 - m.par[P.reach_without_firewall]) * m.env[k, I.safe_help, p]
    trusting = m.par[P.reach_without_trust] + (1.0 - m.par[P.reach_without_trust]) * trust_of(i, k, m)
    return m.env[k, I.services_reach, p] * open_door * trusting


@kernel
def arrested(i, k, m):
    """Return the hazard that a stranded person is arrested for irregular status, where the state can enter (S09)."""
    if at_home_here(i, m):
        return 0.0
    me = m.people[i]
    shielded = protected(k, me.place, m) * (me.label == IDENTIFIED or me.came_out == RELEASED)
    hazard = m.par[P.arrest_rate] * m.env[0, I.control, me.place] * detention_chance(i, k, m) * (1.0 - shielded)
    return hazard * (1.0 - spared_as_child(i, k, m))


@kernel
def spared_as_child(i, k, m):
    """Return the chance that a child is seen to be one and not detained for it (V72, V74)."""
    p = m.people[i].place
    return m.people[i].child * m.env[k, I.child_found, p] * (1.0 - m.env[k, I.child_detained, p])


# ------------------------------------------------------------------------------------ in custody --


@kernel
def be_detained(i, k, m):
    """A week in detention: extorted, identified after all, trafficked again, charged, deported (IV.C-F)."""
    bound, drawn = m.people[i].bound, number_of(R.after, i, m)
    keep_bound(drawn - meet_custody(i, k, drawn, m), bound, m)


@kernel
def meet_custody(i, k, u, m):
    """Compare a detained person's number `u` with the hazards of their week. Return what is left of it."""
    me, p = m.people[i], m.people[i].place
    corruption = m.states[m.places[p].state].corruption
    u -= m.env[k, I.extortion, p] * corruption
    if u < 0.0:
        be_extorted(i, m)
        return u
    u -= spared_as_child(i, k, m)
    if u < 0.0:
        be_released_on_grounds(i, k, m)
        return u
    u -= me.trafficked * (
        m.env[k, I.grounds_release, p] * m.env[k, I.recognition, p] + m.par[P.defence_raised] * protected(k, p, m)
    )
    if u < 0.0:
        be_released_on_grounds(i, k, m)
        return u
    u -= m.env[k, I.collusion, p] * corruption
    if u < 0.0:
        taken_again(T.retrafficked_from_detention, i, m)
        return u
    if me.record == 0 and me.child == 0:
        u -= m.par[P.charged_later] * m.env[k, I.charges, p] * (1.0 - protected(k, p, m))
        if u < 0.0:
            change(T.charged_in_detention, i, p, m)
            return u
    if at_home_here(i, m):
        u -= m.par[P.own_nationals_released]
        if u < 0.0:
            me.came_out = RELEASED
            change(T.released_on_grounds, i, p, m)
            return u
    else:
        wait = 1.0 / (1.0 + m.env[k, I.fines, p] / m.par[P.fine_scale])
        ready = m.par[P.removal_without_papers] + (1.0 - m.par[P.removal_without_papers]) * papers(i, k, m)
        u -= m.env[k, I.deportation, p] * wait * ready * (1.0 - m.env[k, I.closure, p])
        if u < 0.0:
            be_deported(i, k, m)
            return u
    u -= m.par[P.flees_custody]
    if u < 0.0:
        change(T.escaped_custody, i, p, m)
        return u
    u -= m.par[P.death_detained]
    if u < 0.0:
        change(T.died_detained, i, p, m)
    return u


@kernel
def be_extorted(i, m):
    """Guards charge a person; some buy their way out (V51, V52)."""
    me = m.people[i]
    me.owed += m.par[P.extortion_sum]
    frees = draw(R.after_detail, m, me.key) < m.par[P.extortion_frees] * min(1.0, me.means)
    change(T.released_on_payment if frees else T.extorted, i, me.place, m)


@kernel
def be_released_on_grounds(i, k, m):
    """Reasonable grounds end a detention; who is recognised then may get a bed (C2, V78)."""
    me = m.people[i]
    if me.label != IDENTIFIED and draw(R.after_detail, m, me.key) < m.env[k, I.sensitivity, me.place]:
        me.label = IDENTIFIED
        if not come_into_open_bed(T.identified_in_detention, i, k, m):
            me.came_out = RELEASED
            change(T.identified_and_released, i, me.place, m)
        return
    me.came_out = RELEASED
    change(T.released_on_grounds, i, me.place, m)


@kernel
def be_deported(i, k, m):
    """A removal from custody, unless it is seen in time that return is unsafe (V59, V60, V76)."""
    me = m.people[i]
    if me.unsafe and draw(R.after_detail, m, me.key) < m.env[k, I.unsafe_return_caught, me.place]:
        if draw(R.after_detail, m, identity(me.key, 1)) < m.par[P.stay_when_caught]:
            change(T.stayed_from_detention, i, me.place, m)
        return
    me.owed += m.env[k, I.fines, me.place]
    me.banned = 1
    hand_over(T.deported, i, m)


@kernel
def be_judged(i, k, m):
    """Wait for a court; non-punishment, a trafficking defence or a conviction (IV.C; V78)."""
    me, p = m.people[i], m.people[i].place
    state = m.states[m.places[p].state]
    if state.court_credit < m.scale:
        return
    state.court_credit -= m.scale
    defence = protected(k, p, m)
    if me.trafficked == 0:
        defence *= m.par[P.defence_of_others] * m.env[k, I.false_claims, p]
    if draw(R.after, m, me.key) < defence:
        me.label = IDENTIFIED
        if not come_into_open_bed(T.case_dropped, i, k, m):
            change(T.case_dropped_no_bed, i, p, m)
        return
    me.record = 1
    if me.trafficked:
        m.tally[O.convicted_without_safeguards, p] += m.scale * (1.0 - m.env[k, I.safeguards, p])
    change(T.convicted, i, p, m)


# ------------------------------------------------------------------------------------ in shelter --


@kernel
def be_sheltered(i, k, m):
    """A week in an open shelter: return by choice, a status, resettlement, or support ends (IV.D)."""
    me, p = m.people[i], m.people[i].place
    m.tally[O.protection_effort, p] += m.scale
    me.owed *= 1.0 - m.env[k, I.debt_relief, p] * m.par[P.relief_per_week]
    me.health += m.par[P.recovery] * (1.0 - me.health)
    u = draw(R.after, m, me.key)
    if me.unsafe == 0:
        u -= m.par[P.returns_from_shelter] * papers(i, k, m)
        if u < 0.0:
            return_with_help(T.returned_from_shelter, i, m)
            return
    else:
        u -= m.par[P.sent_back_from_shelter] * papers(i, k, m)
        if u < 0.0:
            if draw(R.after_detail, m, me.key) >= m.env[k, I.unsafe_return_caught, p]:
                hand_over(T.returned_without_alternative, i, m)
            return
        u -= m.env[k, I.stay, p]
        if u < 0.0:
            change(T.stayed_from_shelter, i, p, m)
            return
        u -= m.par[P.resettlement] * m.env[k, I.unsafe_return_caught, p]
        if u < 0.0:
            change(T.resettled_from_shelter, i, p, m)
            return
    if m.now >= me.until:
        change(T.left_shelter, i, p, m)


@kernel
def be_kept_closed(i, k, m):
    """A week in a closed shelter, which is a deprivation of liberty (V75)."""
    me, p = m.people[i], m.people[i].place
    m.tally[O.protection_effort, p] += m.scale
    u = draw(R.after, m, me.key) - m.par[P.opens_door]
    if u < 0.0:
        until = me.until
        if give_open_bed(T.opened_door, i, k, m):
            me.until = until
        return
    u -= m.par[P.returns_from_shelter] * papers(i, k, m)
    if u < 0.0:
        return_with_help(T.returned_from_closed_shelter, i, m)
        return
    if m.now >= me.until:
        change(T.left_closed_shelter, i, p, m)
