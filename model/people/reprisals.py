"""Reprisals by those from whom people came out: they silence, follow people home and reach families (IV.A, O22)."""

from model.engine.kernel import kernel
from model.registry.institutions import I
from model.registry.parameters import P


@kernel
def scrutiny(s, m):
    """Return how closely a State is watched by those who inquire into complaints, 0-1 (G4, G5)."""
    inquiry = m.states[s].inquiry
    return m.par[P.feedback_inquiries] * inquiry / (inquiry + m.par[P.inquiry_half])


@kernel
def reprisal_risk(k, p, m):
    """Return the weekly hazard of reprisal at a place: protection of witnesses and scrutiny prevent some."""
    watched = 1.0 - m.par[P.inquiry_protects] * scrutiny(m.places[p].state, m)
    return m.env[k, I.reprisal, p] * (1.0 - m.env[k, I.reprisals_prevented, p]) * watched


@kernel
def unafraid(risk, m):
    """Return the share of those who would speak whom reprisals, at that weekly hazard, do not silence (V48)."""
    return 1.0 - m.par[P.reprisal_fear] * risk / (risk + m.par[P.reprisal_half])


@kernel
def follows_home(i, k, m):
    """Return the weekly hazard that reprisals reach somebody who was held, or their family, at home again."""
    me = m.people[i]
    return m.par[P.feedback_reprisals] * (me.weeks_held > 0) * m.par[P.reprisal_follows] * reprisal_risk(k, me.place, m)


@kernel
def make_family_pay(i, m):
    """Let a threatened family pay: what it borrows for that stays; home is safe no more."""
    me = m.people[i]
    me.owed += m.par[P.reprisal_sum]
    me.unsafe = 1
