"""Call-outs: police go to an operation after a complaint and bring out the few whom it is about.

Frequent and small (some 512 actions of 2023 in one country brought out four people each: G032), where a raid is rare
and strikes a whole site. They follow complaints, not visibility; they close nothing and arrest nobody (E282).
"""

import numpy as np

from model.engine.kernel import kernel
from model.engine.random_numbers import uniform
from model.people.captivity import end_stay
from model.people.members import members
from model.registry.calendar import WEEKS_A_MONTH
from model.registry.institutions import I
from model.registry.life_course import BY_RAID, T
from model.registry.outcomes import O
from model.registry.parameters import P
from model.registry.streams import R


@kernel
def plan_call_outs(m):
    """Fill how many call-outs are to be expected at each place this week: answers to complaints, as far as staff go."""
    complaints = np.zeros(m.states.size)
    for k in range(m.hosts.size):
        p = m.hosts[k]
        complaints[m.places[p].state] += m.known[p].complaints
    for k in range(m.hosts.size):
        p = m.hosts[k]
        s = m.places[p].state
        m.known[p].call_outs = 0.0
        staff = m.senv[0, I.call_outs, s] / WEEKS_A_MONTH
        if staff > 0.0 and complaints[s] > 0.0:
            answered = m.par[P.complaints_answered] * staff / (staff + complaints[s])
            m.known[p].call_outs = answered * m.known[p].complaints * m.env[0, I.control, p]


@kernel
def answer_complaints(m):
    """Let police bring people out of the operations that complaints of last week were about (V39, V40; E286, E291)."""
    plan_call_outs(m)
    where, whom = m.keys[R.call_out, m.now], m.keys[R.called_out, m.now]
    for o in range(m.used[0].operations):
        firm = m.operations[o]
        if firm.alive == 0 or firm.held == 0 or m.known[firm.place].call_outs <= 0.0:
            continue
        held = firm.held * m.scale
        if uniform(where, firm.key) >= m.known[firm.place].call_outs * held / m.outlook[firm.place].persons:
            continue
        m.tally[O.call_outs, firm.place] += 1.0
        share = min(1.0, m.par[P.freed_per_call_out] / held)
        for i in members(o, R.called_out, m):
            if uniform(whom, m.people[i].key) < share:
                end_stay(T.freed_on_complaint, i, BY_RAID, m)
