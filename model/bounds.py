"""Bounds on the hazards that a person may meet: they say in which weeks a person need be looked at.

A bound holds for all levers at their maximum and for all shocks of the run (`environment.extremes`), and for what
never changes while a person keeps a status. So it is the same in every arm, whatever its policies.
"""

import math

from .institutions import I
from .kernel import kernel
from .life_course import S
from .parameters import P
from .random_numbers import as_bound

BOUND = (
    ("held", "f8", "per week, of all hazards in an operation but ransom"),
    ("ransom", "f8", "per week, at median means"),
    ("stranded", "f8", "per week, but for the two that follow"),
    ("alone", "f8", "per week, of going home alone, at median means"),
    ("again", "f8", "per week, of being recruited again while stranded, without debt"),
    ("returned", "f8", "per week, of settling or recruiting"),
    ("cleared", "f8", "per week, of a record being cleared"),
    ("staying", "f8", "per week, of losing a status"),
    ("untraced", "f8", "per week, of being traced"),
)


@kernel
def set_bounds(high, low, m):
    """Fill the bounds from the highest and the lowest that each institution, float64 (I), can get."""
    bound, contact = m.bound[0], high[I.contact]
    usual_abuse = high[I.abuse] * (1.0 + m.par[P.target_pressure])
    usual_abuse *= 1.0 + m.par[P.alarm_abuse] * max(0.0, high[I.consular_alarm] - 1.0)
    escape = m.par[P.escape_rate] * math.exp(m.par[P.guard_deterrence] * max(0.0, 1.0 - low[I.guarding]))
    bound.held = (
        escape * (1.0 + m.par[P.escape_debt]) + m.par[P.release_rate] + high[I.notice_release]
        + high[I.consular_reach] * contact + m.par[P.sale_rate] * high[I.people_market]
        + (1.0 + m.par[P.health_risk]) * m.par[P.death_rate] * max(m.par[P.abuse_maximum], usual_abuse, 1.0)
        + m.par[P.armed_group_rate] + m.par[P.made_to_recruit_rate]
    )  # fmt: skip
    unreached = m.par[P.ransom_without_contact]
    bound.ransom = m.par[P.ransom_rate] * max(1.0, unreached + (1.0 - unreached) * contact)
    bound.stranded = (
        high[I.services_reach] + m.par[P.arrest_rate] + m.par[P.returns_with_help] + high[I.stay]
        + m.par[P.lost_rate] + m.par[P.lost_rate_after_release] * high[I.lost_on_release]
        + m.par[P.death_stranded] + m.par[P.reprisal_deadly] * high[I.reprisal]
    )  # fmt: skip
    bound.alone = m.par[P.returns_alone]
    bound.again = m.par[P.again_stranded] * math.sqrt(high[I.stranded_reach])
    bound.returned = (
        high[I.reintegration] * m.par[P.settles_with_support] + m.par[P.settles_alone] / max(0.01, low[I.stigma])
        + m.par[P.recruiter_rate]
    )  # fmt: skip
    bound.cleared = high[I.record_cleared]
    bound.staying = m.par[P.status_lost]
    bound.untraced = high[I.tracing]


@kernel
def rate_of(i, m):
    """Return the bound on a person's weekly hazards in their present status."""
    me, bound = m.people[i], m.bound[0]
    if me.status == S.held:
        rate = bound.held + bound.ransom * me.means
    elif me.status == S.stranded:
        rate = bound.stranded + bound.alone * min(m.par[P.means_for_return], me.means) + bound.again * up_to_a_power_of_two(pressed_by_debt(i, m))
    elif me.status == S.returned:
        rate = bound.returned + bound.cleared * me.record
    elif me.status == S.staying:
        rate = bound.staying
    else:
        rate = bound.untraced
    return as_bound(rate)


@kernel
def up_to_a_power_of_two(x):
    """Return the least power of two that is no less than `x` (1 or more): small differences between arms change no bound."""
    power = 1.0
    while power < x:
        power *= 2.0
    return power


@kernel
def pressed_by_debt(i, m):
    """Return by how much debt multiplies what drives a person to leave again (V69)."""
    return 1.0 + m.par[P.feedback_debt] * m.par[P.again_debt] * m.people[i].debt / m.par[P.debt_scale]


@kernel
def keep_bound(hazards, bound, m):
    """Report to the audit hazards, as far as they were added up, that exceed the bound on them."""
    if bound < 1.0 and hazards > bound * (1.0 + 1e-9):
        m.faults[10] += 1
