"""Home again: charges, debts, support, stigma, settling, and being trafficked again (IV.C, IV.D, IV.F).

Whoever returns carries a fresh threshold. A nationality's cumulative hazard of being trafficked again
rises week by week; a person's own drive (debt, record, stigma, support) sets where it meets theirs.
"""

import math

from .border_officials import set_out
from .captivity import held_elsewhere
from .institutions import I
from .kernel import kernel
from .life_course import S, T
from .migrants import NO_OPERATION, change, set_drive
from .parameters import P
from .random_numbers import stream_key, uniform
from .recruiters import MULTIPLIER
from .relocation import choose_operation
from .services import taken_again
from .streams import R


@kernel
def accumulate_again(par, env, nations, at_risk, market):
    """Advance every nationality's hazard of being trafficked again."""
    for n in range(nations.row.size):
        home = nations.row.place[n]
        effort = 0.5 * (env[0, I.social_media_reach, home] + env[0, I.acquaintance_reach, home])
        at_risk.again[n] += env[0, I.at_risk, home] * effort * market.scalars[MULTIPLIER]


@kernel
def live_on(week, seed, scale, par, env, class_of, places, nations, at_risk, rings, routes, operations, sites, views,
            market, states, people, book):  # fmt: skip
    """Let those who are home, staying, untraced or held elsewhere live through the week."""
    accumulate_again(par, env, nations, at_risk, market)
    key = stream_key(seed, R.after, week)
    for i in range(people.count[0]):
        status = people.status[i]
        if status == S.reintegrated:
            if at_risk.again[people.nation[i]] >= people.due[i]:
                taken_again(T.retrafficked_after_reintegration, i, week, seed, scale, par, env, routes, operations, views, market, people, book)
            elif week >= people.until[i]:
                fall_back(i, week, par, at_risk, people, book)
        elif status == S.returned:
            be_home(i, key, week, seed, scale, par, env, class_of, nations, at_risk, rings, routes, operations, views, market, people, book)
        elif status == S.prosecuted_at_home:
            await_judgment(i, week, seed, scale, par, env, nations, at_risk, routes, operations, views, market, people, book)
        elif status == S.staying:
            if uniform(key, people.key[i]) < par[P.status_lost]:
                change(T.lost_status, i, people.place[i], week, people, book)
        elif status == S.untraced:
            if uniform(key, people.key[i]) < env[0, I.tracing, people.place[i]]:
                change(T.traced, i, people.place[i], week, people, book)
        elif status == S.at_home:
            leave_at_last(i, week, seed, scale, par, routes, operations, views, market, people, book)
        elif (status == S.held_other_sector or status == S.held_by_armed_group) and people.since[i] < week:
            held_elsewhere(i, week, seed, scale, par, operations, sites, views, market, people, book)


@kernel
def be_home(i, key, week, seed, scale, par, env, class_of, nations, at_risk, rings, routes, operations, views, market,
            people, book):  # fmt: skip
    """A week at home: charged on return, recruited again, recruiting, or settling in."""
    p = people.place[i]
    k = class_of[people.nation[i], people.about.sex[i], people.about.child[i]]
    u = uniform(key, people.key[i])
    if people.since[i] == week - 1 and people.about.weeks_held[i] > 0:
        people.about.debt[i] += env[k, I.home_penalty, p]
        excused = env[k, I.np_scope, p] * env[k, I.np_practice, p]
        if people.about.child[i] == 0 and u < env[k, I.charged_at_home, p] * (1.0 - excused):
            people.until[i] = week + int(par[P.case_weeks_at_home])
            change(T.charged_at_home, i, p, week, people, book)
        else:
            set_drive(i, 1.0, par, at_risk, people)
        return
    if at_risk.again[people.nation[i]] >= people.due[i]:
        taken_again(T.retrafficked_from_home, i, week, seed, scale, par, env, routes, operations, views, market, people, book)
        return
    if people.about.record[i] and u > 1.0 - env[k, I.record_cleared, p]:
        people.about.record[i] = 0
        set_drive(i, 1.0, par, at_risk, people)
    supported = env[k, I.reintegration, p] * par[P.settles_with_support]
    u -= supported
    if u < 0.0:
        people.until[i] = week + settled_weeks(people.key[i], week, seed, par[P.settled_with_support])
        people.about.debt[i] *= 1.0 - env[k, I.debt_relief, p]
        change(T.reintegrated_with_support, i, p, week, people, book)
        set_drive(i, par[P.drive_with_support], par, at_risk, people)
        return
    stigma = env[k, I.stigma, p] * (1.0 + par[P.record_stigma] * people.about.record[i])
    if people.about.child[i]:
        stigma *= 1.0 + env[k, I.institution_return, p]
    u -= par[P.settles_alone] * people.about.health[i] / stigma
    if u < 0.0:
        people.until[i] = week + settled_weeks(people.key[i], week, seed, par[P.settled_alone])
        change(T.reintegrated_alone, i, p, week, people, book)
        set_drive(i, par[P.drive_when_settled], par, at_risk, people)
        return
    if people.about.recruiter[i] == 0 and people.about.weeks_held[i] > 0:
        u -= par[P.recruiter_rate]
        if u < 0.0 and par[P.feedback_recruiting_victims] > 0:
            people.about.recruiter[i] = 1
            rings.row.returned[people.nation[i]] += scale * 1e-3
            change(T.became_recruiter, i, p, week, people, book)


@kernel
def settled_weeks(who, week, seed, mean):
    """Draw how long settling holds, in weeks (exponential)."""
    u = uniform(stream_key(seed, R.after_detail, week), who)
    return min(2000, 1 + int(-mean * math.log(u)))


@kernel
def await_judgment(i, week, seed, scale, par, env, nations, at_risk, routes, operations, views, market, people, book):
    """A week under charge at home; work is denied while it pends (V68)."""
    if at_risk.again[people.nation[i]] >= people.due[i]:
        if taken_again(T.retrafficked_under_charge, i, week, seed, scale, par, env, routes, operations, views, market, people, book):
            return
    if week >= people.until[i]:
        u = uniform(stream_key(seed, R.after_detail, week), people.key[i])
        if u < par[P.convicted_at_home]:
            people.about.record[i] = 1
        change(T.charges_ended, i, people.place[i], week, people, book)
        set_drive(i, 1.0, par, at_risk, people)


@kernel
def fall_back(i, week, par, at_risk, people, book):
    """Settling did not hold (V67)."""
    change(T.fell_back, i, people.place[i], week, people, book)
    set_drive(i, 1.0, par, at_risk, people)


@kernel
def leave_at_last(i, week, seed, scale, par, routes, operations, views, market, people, book):
    """Someone recruited for whom no vacancy could be reached waits at home for one."""
    o = choose_operation(i, week, seed, R.vacancy_choice, scale, views, operations, people, market)
    if o != NO_OPERATION:
        set_out(i, o, T.recruited, week, par, routes, operations, people, market, book)
