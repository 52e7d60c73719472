"""What people, families and states come to believe: punishment outside, trust, leads, reports.

All follow expected counts, not sampled events, so that they do not jump with `people_per_agent`.
"""

from .institutions import I
from .kernel import kernel
from .life_course import S
from .outcomes import O
from .parameters import P

COUNT_EVERY = 4  # weeks between two counts of who is held where


@kernel
def count_held(week, scale, people, states):
    """Count people held by nationality and place, every few weeks (weights of what is heard at home)."""
    if week % COUNT_EVERY != 0:
        return
    states.held_by[:] = 0.0
    for i in range(people.count[0]):
        if people.status[i] == S.held:
            states.held_by[people.nation[i], people.place[i]] += scale


@kernel
def punishment_in_practice(par, env, places, states):
    """Fill what awaits who comes out at each place: the expected share punished (IV.B, IV.C)."""
    for p in range(places.row.size):
        shielded = env[0, I.np_scope, p] * env[0, I.np_practice, p]
        detained = env[0, I.detains, p] * (1.0 - 0.5 * env[0, I.safe_help, p])
        states.at.practice[p] = (1.0 - (1.0 - detained) * (1.0 - env[0, I.charges, p])) * (1.0 - shielded)


@kernel
def spread_beliefs(par, env, places, nations, states):
    """Let homes hear, slowly, how people like them fared; trust follows; words reach the inside late.

    Lags are weeks to a year: what is heard at home comes from those who return (IV.B V48, V77).
    """
    for n in range(nations.row.size):
        home = nations.row.place[n]
        total, punished = 0.0, 0.0
        for k in range(places.hosts.size):
            p = places.hosts[k]
            total += states.held_by[n, p]
            punished += states.held_by[n, p] * states.at.practice[p]
        if total <= 0.0:
            continue
        shielded = env[0, I.np_scope, home] * env[0, I.np_practice, home]
        at_home = env[0, I.charged_at_home, home] * (1.0 - shielded)
        fared = 1.0 - (1.0 - punished / total) * (1.0 - at_home)
        states.of.home_belief[n] += par[P.news_rate] * (fared - states.of.home_belief[n])
        if par[P.feedback_trust] > 0:
            states.of.trust[n] += par[P.trust_rate] * (par[P.trust_ceiling] * (1.0 - fared) - states.of.trust[n])
    for k in range(places.hosts.size):
        p = places.hosts[k]
        total, told = 0.0, 0.0
        for n in range(nations.row.size):
            total += states.held_by[n, p]
            told += states.held_by[n, p] * states.of.home_belief[n]
        if total > 0.0:
            rate = par[P.arrivals_talk] + par[P.phones] * env[0, I.contact, p]
            states.at.inside[p] += rate * (told / total - states.at.inside[p])


@kernel
def gather_leads(par, env, senv, places, nations, states, book):
    """Turn people who came out, families, consulates, press and complaints into leads and reports (V40, A7).

    Survivors speak as far as they trust; services pass on what they may (a firewall passes less).
    """
    states.row.reports[:] = 0.0
    for k in range(places.hosts.size):
        p = places.hosts[k]
        s = places.row.state[p]
        held = 0.0
        trusting, covered = 0.0, 0.0
        for n in range(nations.row.size):
            persons = states.held_by[n, p]
            held += persons
            trusting += persons * states.of.trust[n]
            covered += persons * nations.consulate[n, s]
        if held <= 0.0:
            states.at.intelligence[p] *= 1.0 - par[P.intelligence_fading]
            continue
        out = book.tally[O.out, p]
        testified = out * trusting / held * par[P.testifies_share] * env[0, I.leads_passed, p]
        calls = held * par[P.calls_home] * env[0, I.contact, p]
        consular = (calls + out * par[P.consular_contact]) * (0.3 + 0.7 * covered / held)
        press = (par[P.press_calls] * calls + par[P.press_out] * out) * env[0, I.civic_space, p]
        hotline = calls * par[P.hotline_share] * trusting / held + testified
        book.tally[O.reports_to_consulates, p] += consular
        book.tally[O.reports_in_press, p] += press
        book.tally[O.reports_to_hotlines, p] += hotline
        gain = (testified + par[P.lead_of_report] * (consular + press)) * env[0, I.intelligence_gain, p]
        gain *= 1.0 + par[P.sharing_gain] * env[0, I.intelligence_shared, p]
        states.at.intelligence[p] += gain * par[P.feedback_reports]
        states.at.intelligence[p] *= 1.0 - par[P.intelligence_fading]
        states.row.reports[s] += (consular + press + hotline) * par[P.feedback_reports]


@kernel
def adapt_institutions(par, env, senv, places, views, states, book, scale):
    """Let bribes follow the risk of raids, testimony follow protection, and operators replace what was cut."""
    for s in range(states.row.size):
        states.row.testimony[s] *= 1.0 - par[P.testimony_fading]
        states.row.testimony[s] += states.row.open_used[s] * senv[0, I.testimony, s] * par[P.testimony_rate]
    for s in range(states.row.size):
        worst = 0.0
        for k in range(places.hosts.size):
            if places.row.state[places.hosts[k]] == s:
                worst = max(worst, views.row.signal[places.hosts[k]])
        worth = 1.0 + par[P.bribe_response] * par[P.feedback_bribes] * worst / (worst + par[P.bribe_half])
        states.row.bribes[s] += par[P.bribe_rate] * (worth - states.row.bribes[s])
    for k in range(places.hosts.size):
        p = places.hosts[k]
        if env[0, I.output_lost, p] > 0.0:
            states.at.adapted[p] += par[P.substitution_rate] * (par[P.substitution_ceiling] - states.at.adapted[p])
        else:
            states.at.adapted[p] *= 1.0 - par[P.substitution_rate]
