"""Complicity: officials who come to take bribes, are found out and removed, and what fear of that changes.

A State's officials are one stock: the share on the take. It follows what bribes are worth, which follows the risk of
raids, and falls with removals. Fear of removal keeps officials from bribes, and some of them from acting at all.
"""

from model.engine.kernel import kernel
from model.registry.institutions import I
from model.registry.parameters import P


@kernel
def found_out(s, m):
    """Return the chance that an official on the take is found out: by reports and press, by statements, or by others.

    Reports and statements count as in the pressure on a State and in the arrest of owners (E5, A7).
    """
    state = m.states[s]
    proof = state.reports / m.par[P.reports_scale] + state.testimony / m.par[P.testimony_half]
    unreported = m.par[P.found_unreported]
    return unreported + (1.0 - unreported) * proof / (1.0 + proof)


@kernel
def turn_over_officials(m):
    """Let officials take to bribes or tire of them, and remove some who are found out (II.gov, IV.E; S07, S08).

    Bribes pay more where a tip-off is worth more; who fears for their post takes fewer, and does less for them.
    """
    if m.par[P.feedback_complicity] == 0.0:
        return
    for s in range(m.states.size):
        state = m.states[s]
        removed = m.senv[0, I.accountability, s] * found_out(s, m)
        state.caution = m.par[P.removal_fear] * removed / (removed + m.par[P.removal_half])
        odds = state.temptation * state.bribes * (1.0 - state.caution)
        state.complicit += m.par[P.officials_turnover] * (odds / (1.0 + odds) - state.complicit)
        state.complicit *= 1.0 - removed
        state.corruption = corruption_of(state.complicit, m) * (1.0 - state.caution)


@kernel
def corruption_of(complicit, m):
    """Return what bribes buy where that share of officials take them, without fear; 1 where it is as usual."""
    return complicit / m.par[P.officials_complicit]
