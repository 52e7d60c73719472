"""Bounds on the hazards that a person may meet: they say in which weeks a person need be looked at.

A bound holds for this run's policies and shocks, the person's place, and what of them never changes while they keep a
status or, as the debt of people held does, only grows. Weeks in which a person's number is above it are passed over:
nothing could happen to them. How tight a bound is changes the work, never a result (`thinning`).
"""

import math

from model.engine.faults import ABOVE_BOUND
from model.engine.kernel import entry, kernel
from model.engine.thinning import number_in
from model.registry.institutions import I
from model.registry.life_course import RELEASED, S
from model.registry.parameters import P
from model.world.places import MILITIA

from .debts import debt_now, pressed_by_debt
from .remedy import may_claim

LEAST_STIGMA = 0.01  # as if at least so much slowed settling

BOUND = (
    ("held", "f8", "per week, of all hazards in an operation but those that follow"),
    ("escape", "f8", "per week, of trying to escape, for somebody at home here"),
    ("ransom", "f8", "per week, at median means"),
    ("consular", "f8", "per week, of being freed by a consulate that is there"),
    ("taken", "f8", "per week, of being taken by an armed group"),
    ("stranded", "f8", "per week, but for those that follow"),
    ("arrested", "f8", "per week, abroad"),
    ("helped", "f8", "per week, of going home with help, with all papers"),
    ("alone", "f8", "per week, of going home alone, with all papers, at median means"),
    ("again", "f8", "per week, of being recruited again while stranded, without debt"),
    ("stay", "f8", "per week, of being let stay, where return is unsafe"),
    ("lost", "f8", "per week, of being lost after a release"),
    ("documents", "f8", "chance of papers where there is a consulate"),
    ("returned", "f8", "per week, of settling with support or recruiting"),
    ("settles", "f8", "per week, of settling alone, in full health"),
    ("cleared", "f8", "per week, of a record being cleared"),
    ("claims", "f8", "per week, of a claim to compensation being decided"),
    ("followed", "f8", "per week, that reprisals reach somebody at home"),
    ("untraced", "f8", "per week, of being traced"),
    ("corrupt", "f8", "per week in detention, of extortion or collusion where corruption is usual"),
    ("spared", "f8", "chance that a child in detention is seen to be one"),
    ("grounds", "f8", "per week, that a trafficked person is let out of detention"),
    ("charged", "f8", "per week, of charges in detention"),
    ("deported", "f8", "per week, of removal from detention"),
)


@kernel
def set_bounds(bound, high, low, m):
    """Fill a record BOUND from the highest and the lowest that each institution, float64 (I), can get."""
    contact = high[I.contact]
    usual_abuse = high[I.abuse] * (1.0 + m.par[P.target_pressure])
    usual_abuse *= 1.0 + m.par[P.alarm_abuse] * max(0.0, high[I.consular_alarm] - 1.0)
    bound.held = (
        m.par[P.release_rate] + high[I.notice_release] + m.par[P.sale_rate] * high[I.people_market]
        + (1.0 + m.par[P.health_risk]) * m.par[P.death_rate] * max(m.par[P.abuse_maximum], usual_abuse, 1.0)
        + m.par[P.made_to_recruit_rate]
    )  # fmt: skip
    bound.escape = (
        m.par[P.escape_rate]
        * math.exp(m.par[P.guard_deterrence] * max(0.0, 1.0 - low[I.guarding]))
        * (1.0 + m.par[P.escape_debt])
    )
    unreached = m.par[P.ransom_without_contact]
    bound.ransom = m.par[P.ransom_rate] * max(1.0, unreached + (1.0 - unreached) * contact)
    bound.consular = high[I.consular_reach] * contact
    bound.taken = m.par[P.armed_group_rate]
    bound.stranded = (
        high[I.services_reach]
        + m.par[P.arrest_rate]
        + m.par[P.lost_rate]
        + m.par[P.death_stranded]
        + m.par[P.reprisal_deadly] * high[I.reprisal]
    )
    bound.helped = m.par[P.returns_with_help]
    bound.alone = m.par[P.returns_alone]
    bound.again = m.par[P.again_stranded] * math.sqrt(high[I.stranded_reach])
    bound.stay = high[I.stay]
    bound.lost = m.par[P.lost_rate_after_release] * high[I.lost_on_release]
    bound.documents = high[I.documents]
    bound.returned = high[I.reintegration] * m.par[P.settles_with_support] + m.par[P.recruiter_rate]
    bound.settles = m.par[P.settles_alone] / max(LEAST_STIGMA, low[I.stigma])
    bound.cleared = high[I.record_cleared]
    bound.claims = m.par[P.claims_decided] * high[I.remedy_access]
    bound.followed = m.par[P.reprisal_follows] * high[I.reprisal] * (1.0 - low[I.reprisals_prevented])
    bound.untraced = high[I.tracing]
    bound.corrupt = high[I.extortion] + high[I.collusion]
    bound.spared = high[I.child_found] * (1.0 - low[I.child_detained])
    applied = high[I.np_practice] + (1.0 - high[I.np_practice]) * m.par[P.lawyers_win]  # at most, with a lawyer
    bound.grounds = high[I.grounds_release] * high[I.recognition] + m.par[P.defence_raised] * high[I.np_scope] * applied
    bound.charged = m.par[P.charged_later] * high[I.charges]
    bound.deported = high[I.deportation] * (1.0 - low[I.closure]) / (1.0 + low[I.fines] / m.par[P.fine_scale])


@entry
def set_bounds_by_place(high, low, m):
    """Fill the bounds of every place from the extremes of each institution, float64 (I, P), in this run."""
    closed_door = 1.0 - m.par[P.reach_without_firewall]
    for p in range(m.places.size):
        bound = m.hazard_bounds[p]
        set_bounds(bound, high[:, p], low[:, p], m)
        # what few services reach, and arrests by themselves
        bound.stranded -= high[I.services_reach, p] * closed_door * (1.0 - high[I.safe_help, p])
        bound.stranded -= m.par[P.arrest_rate]
        bound.arrested = (
            m.par[P.arrest_rate]
            * high[I.control, p]
            * high[I.detains, p]
            * (1.0 - m.par[P.assessment_saves] * low[I.assessed, p])
        )
        if m.places[p].kind != MILITIA:
            bound.taken = 0.0


@kernel
def rate_of(i, m):
    """Return a bound on a person's weekly hazards while they keep their present status."""
    me, bound = m.people[i], m.hazard_bounds[m.people[i].place]
    home = m.nations[me.nation].state == m.places[me.place].state
    presence = 1.0 if home else m.consulate[me.nation, m.places[me.place].state]
    if me.status == S.held:
        away = m.near_home[me.place, m.nations[me.nation].place]
        reach = m.par[P.reach_without_consulate] + (1.0 - m.par[P.reach_without_consulate]) * presence
        return (
            bound.held
            + bound.escape * away
            + bound.consular * reach
            + bound.taken
            + bound.ransom * me.means / (1.0 + debt_now(i, m) / m.par[P.debt_scale])
        )
    if me.status == S.stranded:
        papers = bound.documents * (
            m.par[P.papers_without_consulate] + (1.0 - m.par[P.papers_without_consulate]) * presence
        )
        able = (1.0 if home else papers) * (m.par[P.unsafe_return_anyway] if me.unsafe else 1.0)
        rate = bound.stranded + able * (bound.helped + bound.alone * min(m.par[P.means_for_return], me.means))
        rate += 0.0 if home else bound.arrested
        return (
            rate + bound.again * pressed_by_debt(i, m) + bound.stay * me.unsafe + bound.lost * (me.came_out == RELEASED)
        )
    if me.status == S.returned:
        return (
            bound.returned
            + bound.settles * me.health / (1.0 + m.par[P.record_stigma] * me.record)
            + bound.cleared * me.record
            + bound.claims * may_claim(i, m)
            + bound.followed * (me.weeks_held > 0)
        )
    if me.status == S.untraced:
        return bound.untraced
    if me.status == S.detained:
        rate = (
            bound.corrupt * m.states[m.places[me.place].state].corruption_most
            + bound.spared * me.child
            + bound.grounds * me.trafficked
        )
        rate += bound.charged if me.record == 0 and me.child == 0 else 0.0
        rate += m.par[P.own_nationals_released] if home else bound.deported
        return rate + m.par[P.flees_custody] + m.par[P.death_detained]
    if me.status == S.staying:
        return m.par[P.status_lost]
    if me.status == S.held_other_sector:
        return m.par[P.other_sector_exit] + m.par[P.other_sector_death]
    if me.status == S.held_by_armed_group:
        return m.par[P.armed_group_exit] + m.par[P.armed_group_return] + m.par[P.death_rate]
    return 1.0


@kernel
def number_of(stream, i, m):
    """Return a person's number of this week, uniform in (0, 1), with which their hazards are compared."""
    return number_in(stream, m.now, m.people[i].key, m)


@kernel
def keep_bound(hazards, bound, m):
    """Report to the audit hazards, as far as they were added up, that exceed the bound on them."""
    if hazards > bound * (1.0 + 1e-9):
        m.faults[ABOVE_BOUND] += 1
