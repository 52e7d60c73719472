"""Debts: the ledger of whoever holds a person, which ends when they come out, and what they owe elsewhere.

What remains is what the paper names: what a household borrowed for the journey or for a ransom, fines, sums extorted.
A remedy ends it: relief, or compensation (`remedy`).
"""

import numpy as np

from model.engine.kernel import kernel
from model.registry.life_course import S
from model.registry.parameters import P


@kernel
def debt_now(i, m):
    """Return what a compound's ledger says that a person owes: it grows while they are held (III.means V25)."""
    me = m.people[i]
    debt = np.float64(me.debt)
    if me.status == S.held:
        debt = max(debt, min(m.par[P.debt_ceiling], debt + m.par[P.debt_growth] * (m.now - me.debt_week)))
    return debt


@kernel
def pressed_by_debt(i, m):
    """Return by how much what a person owes outside multiplies what drives them to leave again (V69); it saturates.

    What compensation left them divides it likewise (V70).
    """
    owed = m.people[i].owed / m.par[P.debt_scale]
    pressed = 1.0 + m.par[P.feedback_debt] * m.par[P.again_debt] * abs(owed) / (1.0 + abs(owed))
    return pressed if owed >= 0.0 else 1.0 / pressed


@kernel
def relieve(i, share, m):
    """Relieve a person of a share of what they owe outside."""
    me = m.people[i]
    if me.owed > 0.0:
        me.owed *= 1.0 - share
