"""Debts: what people owe whoever recruited or holds them, and how it presses them afterwards."""

import numpy as np

from model.engine.kernel import kernel
from model.registry.life_course import S
from model.registry.parameters import P


@kernel
def debt_now(i, m):
    """Return a person's debt: it grows while they are held (III.means V25)."""
    me = m.people[i]
    debt = np.float64(me.debt)
    if me.status == S.held:
        debt = max(debt, min(m.par[P.debt_ceiling], debt + m.par[P.debt_growth] * (m.now - me.debt_week)))
    return debt


@kernel
def pressed_by_debt(i, m):
    """Return by how much debt multiplies what drives a person to leave again (V69)."""
    return 1.0 + m.par[P.feedback_debt] * m.par[P.again_debt] * m.people[i].debt / m.par[P.debt_scale]
