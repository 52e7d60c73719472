"""States: pressure and raids, and what survivors of captivity meet afterwards is in `services.py`.

Pressure rises with reports and complaints and falls after raids; raids are aimed by intelligence or
by visibility; corruption leaks the date; protected survivors' testimony convicts owners. Institutions
never scale with `people_per_agent`: capacities are persons, pooled by state, with carry-over.
"""

import math

from model.engine.kernel import kernel
from model.engine.random_numbers import FIXED, stream_key, uniform
from model.people.reprisals import scrutiny
from model.registry.parameters import P
from model.registry.streams import R

from .complicity import corruption_of

STATE = (
    ("asean", "i1", "a member of ASEAN"),
    ("licenses", "i1", "licenses gaming"),
    ("hosts", "i1", "has places where operations may be"),
    ("pressure", "f8", "1 = usual"),
    ("reports", "f8", "expected reports of this week"),
    ("inquiry", "f8", "complaints under inquiry, fading"),
    ("willing", "f8", "share of people held there who would speak to the police: trust, less fear of reprisal"),
    ("sites", "f8", "compounds in the state"),
    ("raid_credit", "f8", "raids owed, carried over"),
    ("joint_credit", "f8", "raids saved up for the next joint strike"),
    ("temptation", "f8", "odds of an official being on the take where bribes are worth the usual and safe"),
    ("complicit", "f8", "share of officials on the take"),
    ("caution", "f8", "share of what officials on the take would do that fear of removal prevents"),
    ("corruption", "f8", "what bribes buy, 1 = usual"),
    ("corruption_most", "f8", "most that it can get"),
    ("rounding", "f8", "0-1: how its beds are rounded to agents, once for all"),
    ("bribes", "f8", "what a tip-off is worth, 1 = usual"),
    ("testimony", "f8", "protected survivors' statements, fading"),
    ("court_credit", "f8", "cases that may be judged"),
    ("fund", "f8", "USD left for compensation"),
    ("guardian_credit", "f8", "children for whom guardians may still act"),
    ("lawyer_credit", "f8", "people whom lawyers may still act for"),
    ("slot_credit", "f8", "screenings left, persons"),
    ("return_credit", "f8", "assisted returns left, persons"),
    ("open_used", "i8", "agents in open shelters"),
    ("closed_used", "i8", "agents in closed shelters"),
    ("detained_used", "i8", "agents in detention"),
)

KNOWN = (
    ("intelligence", "f8", "usable leads"),
    ("complaints", "f8", "expected last week: cases that consulates, hotlines and press heard of"),
    ("call_outs", "f8", "expected this week"),
    ("raids_here", "f8", "raids since operations last heard"),
    ("inside", "f8", "said inside compounds of being punished outside, 0-1"),
    ("practice", "f8", "expected punishment of who comes out here, 0-1"),
    ("adapted", "f8", "share of cut power and connectivity replaced"),
)

HEARD = (
    ("held", "f8", "persons held anywhere"),
    ("wanted", "f8", "share of all vacancies that suits them"),
    ("trust", "f8", "in authorities, 0-1"),
    ("home_belief", "f8", "believed at home of being punished outside, 0-1"),
    ("taken_down", "f8", "share of false advertisements for them that platforms remove once reported"),
    ("again", "f8", "cumulative hazard of being trafficked again, before a person's own drive"),
    ("pace", "f8", "by how much it may grow in a week before people are looked at anew"),
    ("faster", "i1", "it grew by more this week"),
)


@kernel
def draw_deviations(m):
    """Draw how far each state's officials are on the take to begin with, and how its beds are rounded.

    No state is singled out by hand. What becomes of it: `complicity.turn_over_officials`.
    """
    usual = m.par[P.officials_complicit]
    worth = 1.0 + m.par[P.bribe_response] * m.par[P.feedback_bribes]  # most that a tip-off is worth
    key = m.keys[R.deviation, 0]
    for s in range(m.states.size):
        m.states[s].rounding = uniform(stream_key(m.seed, R.deviation, FIXED), s)
        odds = usual / (1.0 - usual) * math.exp(m.par[P.corruption_spread] * (2.0 * uniform(key, s) - 1.0))
        m.states[s].temptation = odds
        m.states[s].complicit = odds / (1.0 + odds)
        m.states[s].corruption = corruption_of(m.states[s].complicit, m)
        m.states[s].corruption_most = corruption_of(odds * worth / (1.0 + odds * worth), m)


# ------------------------------------------------------------------------------- planning raids --


@kernel
def feel_pressure(m):
    """Let pressure rise with reports, complaints from abroad and inquiries, and relax (S04, G4, E208-E210)."""
    if m.par[P.feedback_pressure] == 0.0:
        return
    for s in range(m.states.size):
        state = m.states[s]
        state.pressure += m.par[P.pressure_gain] * math.log(1.0 + state.reports / m.par[P.reports_scale])
        state.pressure += m.par[P.inquiry_pressure] * scrutiny(s, m)
        state.pressure *= 1.0 - m.par[P.pressure_relaxation]


# --------------------------------------------------------------------------- carrying raids out --
