"""Services and custody: what happens to people out of captivity until they are home, stay or are lost.

Everybody who may need a scarce service is served in the order of a keyed priority, so that beds,
court time and help to return never go by row.
"""

import numpy as np

from .border_officials import set_out
from .institutions import I
from .kernel import kernel
from .life_course import S, T
from .migrants import IDENTIFIED, NO_OPERATION, begin_spell, change, come_home
from .outcomes import O
from .parameters import P
from .random_numbers import identity, stream_key, uniform
from .relocation import choose_operation
from .screening import detain, detention_chance, meet_authorities, protected, shelter, take
from .streams import R


@kernel
def renew_capacities(senv, places, scale, states, book):
    """Carry over unused screenings, court time and help to return (up to two weeks'), count beds in use."""
    for s in range(states.row.size):
        for credit, variable in (
            (states.row.slot_credit, I.screening_slots), (states.row.court_credit, I.courts), (states.row.return_credit, I.return_help)
        ):  # fmt: skip
            weekly = senv[0, variable, s]
            credit[s] = min(credit[s], 2.0 * weekly + scale) + weekly
        states.row.open_used[s] = 0.0
        states.row.closed_used[s] = 0.0
    for p in range(places.row.size):
        states.row.open_used[places.row.state[p]] += book.stock[0, S.sheltered_open, p] * scale
        states.row.closed_used[places.row.state[p]] += book.stock[0, S.sheltered_closed, p] * scale


@kernel
def needs_service(status):
    return (
        status == S.out or status == S.stranded or status == S.detained or status == S.prosecuted
        or status == S.sheltered_open or status == S.sheltered_closed
    )  # fmt: skip


@kernel
def queue_for_services(week, seed, people):
    """Return the rows of those who may need a scarce service, in the order of their keyed priority."""
    count = 0
    for i in range(people.count[0]):
        count += needs_service(people.status[i])
    rows, priority = np.empty(count, np.int64), np.empty(count)
    key = stream_key(seed, R.ration_services, week)
    n = 0
    for i in range(people.count[0]):
        if needs_service(people.status[i]):
            rows[n], priority[n] = i, uniform(key, people.key[i])
            n += 1
    return rows[np.argsort(priority)]


@kernel
def serve(week, seed, scale, par, env, senv, class_of, places, nations, at_risk, routes, operations, views, market,
          states, people, book):  # fmt: skip
    """Deal with everybody who is out, stranded, in custody or sheltered, in the order of priority."""
    queue = queue_for_services(week, seed, people)
    renew_capacities(senv, places, scale, states, book)
    for i in queue:
        k = class_of[people.nation[i], people.about.sex[i], people.about.child[i]]
        status = people.status[i]
        if status == S.out:
            meet_authorities(i, k, week, seed, scale, par, env, places, nations, at_risk, states, people, book)
        elif status == S.stranded:
            be_stranded(i, k, week, seed, scale, par, env, places, nations, at_risk, routes, operations, views, market, states, people, book)
        elif status == S.detained:
            be_detained(i, k, week, seed, scale, par, env, places, nations, at_risk, routes, operations, views, market, states, people, book)
        elif status == S.prosecuted:
            be_judged(i, k, week, seed, scale, par, env, places, states, people, book)
        elif status == S.sheltered_open:
            be_sheltered(i, k, week, seed, scale, par, env, places, nations, at_risk, states, people, book)
        else:
            be_kept_closed(i, k, week, seed, scale, par, env, places, nations, at_risk, states, people, book)


@kernel
def taken_again(t, i, week, seed, scale, par, env, routes, operations, views, market, people, book):
    """Try to recruit a person again by transition `t`; it needs a vacancy. False if there is none."""
    o = choose_operation(i, week, seed, R.vacancy_choice, scale, views, operations, people, market)
    if o == NO_OPERATION:
        return False
    people.about.spell[i] += 1
    people.key[i] = identity(people.about.person[i], people.about.spell[i])
    p = people.place[i]
    count_as(i, -1, people, book)
    begin_spell(i, week, seed, par, people, par[P.share_willing] * env[0, I.willing_entry, p], par[P.share_forced_again])
    count_as(i, 1, people, book)
    set_out(i, o, t, week, par, routes, operations, people, market, book)
    return True


@kernel
def count_as(i, sign, people, book):
    """Take a person out of the stocks of trafficked people and children, or put them back."""
    status, p = people.status[i], people.place[i]
    book.stock[1, status, p] += sign * people.trafficked[i]
    book.stock[2, status, p] += sign * people.about.child[i]


@kernel
def has_papers(i, k, p, s, par, env, nations, people):
    """Return the monthly chance of papers and fare: consulates, documents, closed borders (V61; E247)."""
    consulate = nations.consulate[people.nation[i], s]
    chance = env[k, I.documents, p] * (par[P.papers_without_consulate] + (1.0 - par[P.papers_without_consulate]) * consulate)
    return chance * (1.0 - env[k, I.closure, p])


@kernel
def be_stranded(i, k, week, seed, scale, par, env, places, nations, at_risk, routes, operations, views, market, states,
                people, book):  # fmt: skip
    """A week stranded: reached by services, arrested, recruited again, home, lost or dead (IV.F)."""
    p = people.place[i]
    s = places.row.state[p]
    own = nations.row.state[people.nation[i]] == s
    key = stream_key(seed, R.after, week)
    detail = stream_key(seed, R.after_detail, week)
    who = people.key[i]
    u, v, w = uniform(key, who), uniform(detail, who), uniform(detail, identity(who, 1))
    trust = min(1.0, max(0.0, states.of.trust[people.nation[i]] + env[k, I.trust_bonus, p]))
    u -= env[k, I.services_reach, p] * (par[P.reach_without_firewall] + (1.0 - par[P.reach_without_firewall]) * env[k, I.safe_help, p]) * (0.5 + 0.5 * trust)
    if u < 0.0:
        shelter(i, k, p, s, v, w, week, scale, par, env, states, people, book, T.found_by_services, T.found_and_kept_closed)
        return
    if not own:
        u -= par[P.arrest_rate] * detention_chance(i, k, own, p, par, env, people) * (1.0 - protected(k, p, env) * (people.about.label[i] == IDENTIFIED))
        if u < 0.0:
            detain(T.arrested_while_stranded, i, p, k, week, scale, env, people, book)
            return
    u -= par[P.again_stranded] * env[k, I.stranded_reach, p] ** 0.5 * (1.0 + par[P.again_debt] * people.about.debt[i] / par[P.debt_scale])
    if u < 0.0:
        taken_again(T.retrafficked_while_stranded, i, week, seed, scale, par, env, routes, operations, views, market, people, book)
        return
    papers = 1.0 if own else has_papers(i, k, p, s, par, env, nations, people)
    willing = par[P.unsafe_return_anyway] if people.about.unsafe[i] else 1.0
    u -= par[P.returns_alone] * papers * willing * min(2.0, people.about.means[i])
    if u < 0.0:
        come_home(T.returned_alone, i, week, seed, par, nations, at_risk, people, book)
        return
    u -= par[P.returns_with_help] * papers * willing
    if u < 0.0:
        if take(states.row.return_credit, s, scale):
            book.tally[O.protection_effort, p] += scale
            come_home(T.returned_with_help, i, week, seed, par, nations, at_risk, people, book)
        return
    if people.about.unsafe[i]:
        u -= env[k, I.stay, p]
        if u < 0.0:
            change(T.stayed_from_stranded, i, p, week, people, book)
            return
    u -= par[P.lost_rate] + par[P.lost_rate_after_release] * env[k, I.lost_on_release, p]
    if u < 0.0:
        change(T.lost_trace, i, p, week, people, book)
        return
    u -= par[P.death_stranded] + par[P.reprisal_deadly] * env[k, I.reprisal, p]
    if u < 0.0:
        change(T.died_stranded, i, p, week, people, book)


@kernel
def be_detained(i, k, week, seed, scale, par, env, places, nations, at_risk, routes, operations, views, market, states,
                people, book):  # fmt: skip
    """A week in detention: extorted, identified after all, released, deported, trafficked again (IV.C-F)."""
    p = people.place[i]
    s = places.row.state[p]
    own = nations.row.state[people.nation[i]] == s
    key = stream_key(seed, R.after, week)
    detail = stream_key(seed, R.after_detail, week)
    who = people.key[i]
    u, v, w = uniform(key, who), uniform(detail, who), uniform(detail, identity(who, 1))
    u -= env[k, I.extortion, p]
    if u < 0.0:
        people.about.debt[i] += par[P.extortion_sum]
        if v < par[P.extortion_frees] * min(1.0, people.about.means[i]):
            change(T.released_on_payment, i, p, week, people, book)
        else:
            change(T.extorted, i, p, week, people, book)
        return
    if people.trafficked[i]:
        grounds = env[k, I.grounds_release, p] * env[k, I.recognition, p] + par[P.defence_raised] * protected(k, p, env)
        u -= grounds
        if u < 0.0:
            if people.about.label[i] != IDENTIFIED and v < env[k, I.sensitivity, p]:
                people.about.label[i] = IDENTIFIED
                if states.row.open_used[s] + scale <= env[k, I.open_beds, p]:
                    states.row.open_used[s] += scale
                    people.until[i] = week + int(env[k, I.support_weeks, p])
                    change(T.identified_in_detention, i, p, week, people, book)
                    return
            change(T.released_on_grounds, i, p, week, people, book)
            return
    u -= env[k, I.collusion, p]
    if u < 0.0:
        taken_again(T.retrafficked_from_detention, i, week, seed, scale, par, env, routes, operations, views, market, people, book)
        return
    u -= par[P.charged_later] * env[k, I.charges, p] * (1.0 - protected(k, p, env)) * (people.about.record[i] == 0) * (people.about.child[i] == 0)
    if u < 0.0:
        change(T.charged_in_detention, i, p, week, people, book)
        return
    fines = 1.0 / (1.0 + env[k, I.fines, p] / par[P.fine_scale])
    if own:
        u -= par[P.own_nationals_released]
        if u < 0.0:
            change(T.released_on_grounds, i, p, week, people, book)
            return
    else:
        u -= env[k, I.deportation, p] * fines * (0.5 + 0.5 * has_papers(i, k, p, s, par, env, nations, people)) * (1.0 - env[k, I.closure, p])
        if u < 0.0:
            if people.about.unsafe[i] and v < env[k, I.unsafe_return_caught, p]:
                if w < par[P.stay_when_caught]:
                    change(T.stayed_from_detention, i, p, week, people, book)
            else:
                people.about.debt[i] += env[k, I.fines, p]
                come_home(T.deported, i, week, seed, par, nations, at_risk, people, book)
            return
    u -= par[P.flees_custody]
    if u < 0.0:
        change(T.escaped_custody, i, p, week, people, book)
        return
    u -= par[P.death_detained]
    if u < 0.0:
        change(T.died_detained, i, p, week, people, book)


@kernel
def be_judged(i, k, week, seed, scale, par, env, places, states, people, book):
    """Wait for a court; non-punishment, a trafficking defence or a conviction (IV.C; V78)."""
    p = people.place[i]
    s = places.row.state[p]
    if week - people.since[i] < par[P.case_weeks_least] or not take(states.row.court_credit, s, scale):
        return
    key = stream_key(seed, R.after, week)
    u = uniform(key, people.key[i])
    defence = protected(k, p, env) * (1.0 if people.trafficked[i] else par[P.defence_of_others] * env[k, I.false_claims, p])
    if u < defence:
        people.about.label[i] = IDENTIFIED
        if states.row.open_used[s] + scale <= env[k, I.open_beds, p]:
            states.row.open_used[s] += scale
            people.until[i] = week + int(env[k, I.support_weeks, p])
            change(T.case_dropped, i, p, week, people, book)
        else:
            change(T.case_dropped_no_bed, i, p, week, people, book)
        return
    people.about.record[i] = 1
    if people.trafficked[i]:
        book.tally[O.convicted_without_safeguards, p] += scale * (1.0 - env[k, I.safeguards, p])
    change(T.convicted, i, p, week, people, book)


@kernel
def be_sheltered(i, k, week, seed, scale, par, env, places, nations, at_risk, states, people, book):
    """A week in an open shelter: return by choice, a status, resettlement, or support ends (IV.D)."""
    p = people.place[i]
    s = places.row.state[p]
    own = nations.row.state[people.nation[i]] == s
    key = stream_key(seed, R.after, week)
    u = uniform(key, people.key[i])
    v = uniform(stream_key(seed, R.after_detail, week), people.key[i])
    book.tally[O.protection_effort, p] += scale
    people.about.debt[i] *= 1.0 - env[k, I.debt_relief, p] * par[P.relief_per_week]
    papers = 1.0 if own else has_papers(i, k, p, s, par, env, nations, people)
    if people.about.unsafe[i] == 0:
        u -= par[P.returns_from_shelter] * papers
        if u < 0.0:
            if own or take(states.row.return_credit, s, scale):
                come_home(T.returned_from_shelter, i, week, seed, par, nations, at_risk, people, book)
            return
    else:
        u -= par[P.sent_back_from_shelter] * papers
        if u < 0.0:
            if v >= env[k, I.unsafe_return_caught, p]:
                come_home(T.returned_without_alternative, i, week, seed, par, nations, at_risk, people, book)
            return
        u -= env[k, I.stay, p]
        if u < 0.0:
            change(T.stayed_from_shelter, i, p, week, people, book)
            return
        u -= par[P.resettlement] * env[k, I.unsafe_return_caught, p]
        if u < 0.0:
            change(T.resettled_from_shelter, i, p, week, people, book)
            return
    if week >= people.until[i]:
        change(T.left_shelter, i, p, week, people, book)


@kernel
def be_kept_closed(i, k, week, seed, scale, par, env, places, nations, at_risk, states, people, book):
    """A week in a closed shelter, which is a deprivation of liberty (V75)."""
    p = people.place[i]
    s = places.row.state[p]
    own = nations.row.state[people.nation[i]] == s
    u = uniform(stream_key(seed, R.after, week), people.key[i])
    book.tally[O.protection_effort, p] += scale
    u -= par[P.opens_door]
    if u < 0.0:
        if states.row.open_used[s] + scale <= env[k, I.open_beds, p]:
            states.row.open_used[s] += scale
            change(T.opened_door, i, p, week, people, book)
        return
    u -= par[P.returns_from_shelter] * (1.0 if own else has_papers(i, k, p, s, par, env, nations, people))
    if u < 0.0:
        if own or take(states.row.return_credit, s, scale):
            come_home(T.returned_from_closed_shelter, i, week, seed, par, nations, at_risk, people, book)
        return
    if week >= people.until[i]:
        change(T.left_closed_shelter, i, p, week, people, book)
