"""What people, families and states come to believe: punishment outside, trust, leads, reports.

All follow expected counts, not sampled events, so that they do not jump with `people_per_agent`.
"""

import numpy as np

from model.engine.kernel import kernel
from model.registry.institutions import I
from model.registry.outcomes import O
from model.registry.parameters import P

from .reprisals import reprisal_risk, scrutiny, unafraid


@kernel
def punishment_in_practice(m):
    """Fill what awaits who comes out at each place: the expected share punished (IV.B, IV.C)."""
    for p in range(m.places.size):
        shielded = m.env[0, I.np_scope, p] * m.env[0, I.np_practice, p]
        detained = m.env[0, I.detains, p] * (1.0 - m.par[P.firewall_spares] * m.env[0, I.safe_help, p])
        m.known[p].practice = (1.0 - (1.0 - detained) * (1.0 - m.env[0, I.charges, p])) * (1.0 - shielded)


@kernel
def spread_beliefs(m):
    """Let homes hear, slowly, how people like them fared; trust follows; words reach the inside late.

    Lags are weeks to a year: what is heard at home comes from those who return (IV.B V48, V77).
    """
    for n in range(m.nations.size):
        home = m.nations[n].place
        total, punished = 0.0, 0.0
        for k in range(m.hosts.size):
            p = m.hosts[k]
            total += m.held_by[n, p]
            punished += m.held_by[n, p] * m.known[p].practice
        m.heard[n].held = total
        if total <= 0.0:
            continue
        shielded = m.env[0, I.np_scope, home] * m.env[0, I.np_practice, home]
        at_home = m.env[0, I.charged_at_home, home] * (1.0 - shielded)
        fared = 1.0 - (1.0 - punished / total) * (1.0 - at_home)
        m.heard[n].home_belief += m.par[P.news_rate] * (fared - m.heard[n].home_belief)
        if m.par[P.feedback_trust] > 0:
            m.heard[n].trust += m.par[P.trust_rate] * (m.par[P.trust_ceiling] * (1.0 - fared) - m.heard[n].trust)
    for k in range(m.hosts.size):
        p = m.hosts[k]
        total, heard = 0.0, 0.0
        for n in range(m.nations.size):
            total += m.held_by[n, p]
            heard += m.held_by[n, p] * m.heard[n].home_belief
        if total > 0.0:
            rate = min(1.0, m.par[P.arrivals_talk] + m.par[P.phones] * m.env[0, I.contact, p])
            m.known[p].inside += rate * (heard / total - m.known[p].inside)


@kernel
def civic_room(p, m):
    """Return the room for press, defenders and civil society: a State under scrutiny closes some of it (S14)."""
    return m.env[0, I.civic_space, p] * (1.0 - m.par[P.civic_backlash] * scrutiny(m.places[p].state, m))


@kernel
def gather_leads(m):
    """Turn people who came out, families, consulates, press and complaints into leads and reports (V40, A7).

    Survivors speak as far as they trust; services pass on what they may (a firewall passes less).
    """
    taken_up, speaking, present = np.zeros(m.states.size), np.zeros(m.states.size), np.zeros(m.states.size)
    for s in range(m.states.size):
        m.states[s].reports = 0.0
    for k in range(m.hosts.size):
        p = m.hosts[k]
        s = m.places[p].state
        held = 0.0
        trusting, covered = 0.0, 0.0
        for n in range(m.nations.size):
            persons = m.held_by[n, p]
            held += persons
            trusting += persons * m.heard[n].trust
            covered += persons * m.consulate[n, s]
        if held <= 0.0:
            m.known[p].intelligence *= 1.0 - m.par[P.intelligence_fading]
            m.known[p].complaints = 0.0
            continue
        out = m.tally[O.out, p]
        testified = (
            out
            * trusting
            / held
            * m.par[P.testifies_share]
            * m.env[0, I.leads_passed, p]
            * unafraid(reprisal_risk(0, p, m), m)
        )
        calls = held * m.par[P.calls_home] * m.env[0, I.contact, p]
        unafraid_calls = calls * (1.0 - m.par[P.fear_silences] * m.par[P.feedback_fear] * m.known[p].inside)
        alone = m.par[P.reports_without_consulate]
        consular = (unafraid_calls + out * m.par[P.consular_contact]) * (alone + (1.0 - alone) * covered / held)
        press = (m.par[P.press_calls] * calls + m.par[P.press_out] * out) * civic_room(p, m)
        hotline = unafraid_calls * m.env[0, I.hotline_share, p]
        m.tally[O.reports_to_consulates, p] += consular
        m.tally[O.reports_in_press, p] += press
        m.tally[O.reports_to_hotlines, p] += hotline
        m.known[p].complaints = consular + press + hotline
        taken_up[s] += m.known[p].complaints * m.env[0, I.complaints_heard, p] * civic_room(p, m)
        speaking[s] += trusting * unafraid(reprisal_risk(0, p, m), m)
        present[s] += held
        gain = (testified + m.par[P.lead_of_report] * (consular + press + hotline)) * m.env[0, I.intelligence_gain, p]
        gain *= 1.0 + m.par[P.sharing_gain] * m.env[0, I.intelligence_shared, p]
        m.known[p].intelligence += gain * m.par[P.feedback_reports]
        m.known[p].intelligence *= 1.0 - m.par[P.intelligence_fading]
        m.states[s].reports += (consular + press + hotline + testified) * m.par[P.feedback_reports]
    for s in range(m.states.size):
        m.states[s].inquiry += taken_up[s] - m.par[P.inquiry_weeks] * m.states[s].inquiry
        m.states[s].willing = speaking[s] / present[s] if present[s] > 0.0 else 0.0


@kernel
def adapt_institutions(m):
    """Let bribes follow the risk of raids, testimony follow protection, and operators replace what was cut."""
    for s in range(m.states.size):
        m.states[s].testimony *= 1.0 - m.par[P.testimony_fading]
        risk = m.senv[0, I.reprisal, s] * (1.0 - m.senv[0, I.reprisals_prevented, s]) * m.par[P.feedback_reprisals]
        risk *= 1.0 - m.par[P.inquiry_protects] * scrutiny(s, m)
        tied = m.senv[0, I.tied, s]
        cooperate = tied * unafraid(risk, m) + (1.0 - tied) * m.states[s].willing
        speaking = m.states[s].open_used * m.scale * m.senv[0, I.testimony, s] * cooperate
        m.states[s].testimony += speaking * m.par[P.testimony_rate]
    for s in range(m.states.size):
        worst = 0.0
        for k in range(m.hosts.size):
            if m.places[m.hosts[k]].state == s:
                worst = max(worst, m.outlook[m.hosts[k]].signal)
        worth = 1.0 + m.par[P.bribe_response] * m.par[P.feedback_bribes] * worst / (worst + m.par[P.bribe_half])
        m.states[s].bribes += m.par[P.bribe_rate] * (worth - m.states[s].bribes)
    for k in range(m.hosts.size):
        p = m.hosts[k]
        if m.env[0, I.output_lost, p] > 0.0:
            m.known[p].adapted += m.par[P.substitution_rate] * (m.par[P.substitution_ceiling] - m.known[p].adapted)
        else:
            m.known[p].adapted *= 1.0 - m.par[P.substitution_rate]
