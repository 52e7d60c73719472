"""Home again: charges, debts, support, stigma, settling, and being trafficked again (IV.C, IV.D, IV.F).

Whoever returns carries a fresh threshold. A nationality's cumulative hazard of being trafficked again
rises week by week; a person's own drive (debt, record, stigma, support) sets where it meets theirs.
"""

import math

from model.engine.columns import NO_OPERATION
from model.engine.kernel import kernel
from model.engine.prefetch import fetch_ahead
from model.engine.random_numbers import draw
from model.operations.vacancies import choose_operation
from model.registry.institutions import I
from model.registry.life_course import IDENTIFIED, S, T
from model.registry.parameters import P
from model.registry.streams import R

from .border_officials import set_out
from .debts import relieve
from .diary import HOME_LANE, LANES, NO_VISIT, enter_in_diary, take_due
from .hazard_bounds import LEAST_STIGMA, keep_bound, number_of
from .person import (
    FASTER,
    JUST_HOME,
    LONGEST,
    NOT_HELD,
    SLOWER,
    change,
    next_visit,
    people_class,
    see_anew,
    set_drive,
)
from .recruiters import ads_left
from .remedy import claimants, compensate
from .reprisals import follows_home, make_family_pay
from .screening import lawyer_is_free, protected
from .services import taken_again


@kernel
def accumulate_again(m):
    """Advance every nationality's hazard of being trafficked again; nobody whose threshold it passes is overlooked."""
    any_faster = False
    for n in range(m.nations.size):
        home = m.nations[n].place
        known = m.par[P.again_by_acquaintances]
        effort = (1.0 - known) * m.env[0, I.social_media_reach, home] * ads_left(n, home, m)
        effort += known * m.env[0, I.acquaintance_reach, home]
        effort *= 1.0 - m.env[0, I.recruiters_stopped, home]
        heard, step = m.heard[n], m.env[0, I.at_risk, home] * effort * m.market[0].multiplier
        heard.again += step
        heard.faster = step > heard.pace
        any_faster |= heard.faster
        if heard.faster:
            heard.pace = FASTER * step
        else:
            heard.pace = min(heard.pace, max(FASTER * step, SLOWER * heard.pace))
    if any_faster:
        see_anew(m)


@kernel
def live_on(m):
    """Deal with those whose week it is among people home again, staying, untraced or waiting to leave."""
    accumulate_again(m)
    wait_on(m)
    due = take_due(HOME_LANE, m)
    for n in range(due.size):
        fetch_ahead(due, n, m)
        i = due[n]
        status = m.people[i].status
        if status == S.returned:
            be_home(i, m)
        elif status == S.reintegrated:
            be_settled(i, m)
        elif status == S.prosecuted_at_home:
            await_judgment(i, m)
        elif status == S.staying:
            be_staying(i, m)
        elif status == S.untraced:
            be_untraced(i, m)
        elif status == S.at_home:
            leave_at_last(i, m)
        if m.diary[i] == NO_VISIT:
            enter_in_diary(i, next_visit(i, m), m)


@kernel
def wait_on(m):
    """Put off those who were due only for their threshold and have not passed it: most of those who are due."""
    entry, due = m.now * LANES + HOME_LANE, m.due[HOME_LANE, : m.used[0].due[HOME_LANE]]
    for n in range(due.size):
        fetch_ahead(due, n, m)
        if m.diary[due[n]] == entry and waits(due[n], m):
            enter_in_diary(due[n], next_visit(due[n], m), m)


@kernel
def waits(i, m):
    """Say whether this is a week like any other for a person home again."""
    me = m.people[i]
    if me.status == S.returned:
        quiet = me.until != JUST_HOME and me.candidate != m.now
    else:
        quiet = (me.status == S.reintegrated or me.status == S.prosecuted_at_home) and m.now < me.until
    return quiet and not threshold_passed(i, m)


@kernel
def threshold_passed(i, m):
    """Say whether what drives a person to leave again has passed their threshold."""
    return m.heard[m.people[i].nation].again >= m.people[i].due


@kernel
def be_home(i, m):
    """A week at home: charged on return, recruited again, a record cleared, settling, recruiting others."""
    me = m.people[i]
    if me.until == JUST_HOME:
        me.until = m.now
        if me.held_from != NOT_HELD:
            face_the_state(i, m)
        return
    if threshold_passed(i, m):
        taken_again(T.retrafficked_from_home, i, m)
        return
    if me.candidate != m.now:
        return
    bound, drawn = me.bound, number_of(R.after, i, m)
    keep_bound(drawn - settle_in(i, drawn, m), bound, m)


@kernel
def settle_in(i, u, m):
    """Compare the number `u` of someone home again with the hazards of their week. Return what is left of it."""
    me = m.people[i]
    p, k = me.place, people_class(i, m)
    if me.record:
        u = ask_to_clear(i, k, u, m)
        if u < 0.0:
            return u
    u -= m.env[k, I.reintegration, p] * m.par[P.settles_with_support]
    if u < 0.0:
        relieve(i, m.env[k, I.debt_relief, p], m)
        settle(T.reintegrated_with_support, i, m.par[P.settled_with_support], m.par[P.drive_with_support], m)
        return u
    u -= claimants(i, k, m) * m.par[P.claims_decided]
    if u < 0.0:
        compensate(i, m)
        set_drive(i, 1.0, m)
        return u
    followed = follows_home(i, k, m)
    u -= followed * m.par[P.reprisal_deadly]
    if u < 0.0:
        change(T.killed_at_home, i, p, m)
        return u
    u -= followed * (1.0 - m.par[P.reprisal_deadly])
    if u < 0.0:
        make_family_pay(i, m)
        set_drive(i, 1.0, m)
        return u
    stigma = max(LEAST_STIGMA, m.env[k, I.stigma, p]) * (1.0 + m.par[P.record_stigma] * me.record)
    if me.child and (me.family == 0 or m.par[P.feedback_children] == 0.0):
        stigma *= 1.0 + m.env[k, I.institution_return, p]
    u -= m.par[P.settles_alone] * me.health / stigma
    if u < 0.0:
        settle(T.reintegrated_alone, i, m.par[P.settled_alone], m.par[P.drive_when_settled], m)
        return u
    u -= m.par[P.recruiter_rate]
    if u < 0.0 and me.recruiter == 0 and me.weeks_held > 0 and m.par[P.feedback_recruiting_victims] > 0:
        me.recruiter = 1
        m.rings[me.nation].returned += m.scale * 1e-3
        change(T.became_recruiter, i, p, m)
    return u


@kernel
def ask_to_clear(i, k, u, m):
    """Compare what is left of a person's number with the hazards that their record is cleared. Return what is left.

    Records are cleared on request (C3); some need a lawyer to make one.
    """
    me = m.people[i]
    s = m.places[me.place].state
    hazard = m.env[k, I.record_cleared, me.place]
    alone = m.par[P.requests_alone] if m.par[P.feedback_legal_aid] > 0.0 else 1.0
    u -= hazard * alone
    helped = u >= 0.0 and alone < 1.0 and lawyer_is_free(s, m)
    if helped:
        u -= hazard * (1.0 - alone)
    if u < 0.0:
        if helped:
            m.states[s].lawyer_credit -= m.scale
        me.record = 0
        set_drive(i, 1.0, m)
    return u


@kernel
def face_the_state(i, m):
    """The week after return: fines and, for some, charges; the law spares some of those identified (V55 to V57)."""
    me, p, k = m.people[i], m.people[i].place, people_class(i, m)
    me.owed += m.env[k, I.home_penalty, p]
    set_drive(i, 1.0, m)
    excused = protected(k, p, m) * (1.0 if me.label == IDENTIFIED else m.par[P.principle_for_unrecognised])
    if me.child == 0 and draw(R.after, m, me.key) < m.env[k, I.charged_at_home, p] * (1.0 - excused):
        me.until = m.now + int(m.par[P.case_weeks_at_home])
        set_drive(i, m.par[P.drive_under_charge], m)
        change(T.charged_at_home, i, p, m)


@kernel
def settle(t, i, mean_weeks, drive, m):
    """Let a person settle in by transition `t`, for an exponential time of that mean."""
    me = m.people[i]
    weeks = -mean_weeks * math.log(draw(R.after_detail, m, me.key))
    me.until = m.now + min(LONGEST, 1 + int(weeks))
    set_drive(i, drive, m)
    change(t, i, me.place, m)


@kernel
def be_settled(i, m):
    """A person settled at home is trafficked again, or settling does not hold (V67)."""
    if threshold_passed(i, m):
        taken_again(T.retrafficked_after_reintegration, i, m)
    elif m.now >= m.people[i].until:
        set_drive(i, 1.0, m)
        change(T.fell_back, i, m.people[i].place, m)


@kernel
def await_judgment(i, m):
    """A week under charge at home; work is denied while it pends (V68)."""
    me = m.people[i]
    if threshold_passed(i, m) and taken_again(T.retrafficked_under_charge, i, m):
        return
    if m.now >= me.until:
        if draw(R.after_detail, m, me.key) < m.par[P.convicted_at_home]:
            me.record = 1
        set_drive(i, 1.0, m)
        change(T.charges_ended, i, me.place, m)


@kernel
def be_staying(i, m):
    """A legal status may end (V59)."""
    me = m.people[i]
    if number_of(R.after, i, m) < m.par[P.status_lost]:
        change(T.lost_status, i, me.place, m)


@kernel
def be_untraced(i, m):
    """Somebody whom nobody could find may be traced (V80)."""
    me = m.people[i]
    if number_of(R.after, i, m) < m.env[0, I.tracing, me.place]:
        change(T.traced, i, me.place, m)


@kernel
def leave_at_last(i, m):
    """Someone recruited for whom no vacancy could be reached waits at home for one."""
    o = choose_operation(i, R.vacancy_choice, m)
    if o != NO_OPERATION:
        set_out(i, o, T.recruited, m)
