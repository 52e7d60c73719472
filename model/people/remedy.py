"""Remedy: claims to compensation, decided slowly and for few, paid from what a State has seized or sets aside (D5)."""

from model.engine.kernel import kernel
from model.registry.institutions import I
from model.registry.life_course import IDENTIFIED
from model.registry.parameters import P


@kernel
def fill_funds(m):
    """Let every State set aside money for compensation; what it seizes comes in with the raids."""
    for s in range(m.states.size):
        m.states[s].fund += m.par[P.feedback_remedy] * m.senv[0, I.remedy_fund, s]


@kernel
def may_claim(i, m):
    """Say whether a person is one who can claim: identified, rightly or wrongly, held, and not compensated yet."""
    me = m.people[i]
    return m.par[P.feedback_remedy] * (me.label == IDENTIFIED and me.compensated == 0 and me.weeks_held > 0)


@kernel
def claimants(i, k, m):
    """Return the share of people like this one who have a claim pending, while there is money for it."""
    p = m.people[i].place
    if m.states[m.places[p].state].fund <= 0.0:
        return 0.0
    return may_claim(i, m) * m.env[k, I.remedy_access, p]


@kernel
def compensate(i, m):
    """Pay a person what they owe and back pay for the weeks that they were held, as far as the State's fund goes."""
    me = m.people[i]
    state = m.states[m.places[me.place].state]
    paid = min(state.fund / m.scale, max(0.0, me.owed) + m.par[P.back_pay] * me.weeks_held)
    state.fund -= paid * m.scale
    me.owed -= paid
    me.compensated = paid > 0.0
