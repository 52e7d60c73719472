"""Screening: what a person meets in the week they come out, within capacities.

True status (trafficked or not) is kept apart from what officials say, so that both errors of
screening exist. Scarce things (screenings, beds, help to return) go in the order of a keyed priority.
"""

from .institutions import I
from .kernel import kernel
from .life_course import T
from .migrants import ALONE, BY_RAID, IDENTIFIED, MALE, MISIDENTIFIED, DECEIVED_CONDITIONS, WILLING, change, come_home
from .outcomes import O
from .parameters import P
from .random_numbers import identity, stream_key, uniform
from .streams import R


@kernel
def take(credit, s, scale):
    """Use a capacity of state `s` for one agent, if it is there. An agent needs all its persons' worth."""
    if credit[s] >= scale:
        credit[s] -= scale
        return True
    return False


@kernel
def protected(k, p, env):
    """Return the share of cases in which non-punishment protects in law and in practice (IV.C)."""
    return env[k, I.np_scope, p] * env[k, I.np_practice, p]


@kernel
def detention_chance(i, k, own, p, par, env, people):
    """Return the chance that someone in a state's hands is detained for their status (IV.C, IV.F)."""
    chance = env[k, I.detains, p] * (1.0 - par[P.assessment_saves] * env[k, I.assessed, p])
    if own:
        chance *= par[P.detains_own_nationals]
    return chance


@kernel
def detain(t, i, p, k, week, scale, env, people, book):
    book.tally[O.detained_without_assessment, p] += scale * (1.0 - env[k, I.assessed, p])
    change(t, i, p, week, people, book)


@kernel
def shelter(i, k, p, s, u, v, week, scale, par, env, states, people, book, to_open, to_closed):
    """Give a bed, if one is free for this person and they accept; open shelters first. False if not."""
    if people.about.sex[i] == MALE and people.about.child[i] == 0 and u > env[k, I.men_admitted, p]:
        return False
    if v > env[k, I.uptake, p]:
        return False
    people_weeks = int(env[k, I.support_weeks, p])
    if states.row.open_used[s] + scale <= env[k, I.open_beds, p]:
        states.row.open_used[s] += scale
        people.until[i] = week + people_weeks
        change(to_open, i, p, week, people, book)
        return True
    if states.row.closed_used[s] + scale <= env[k, I.closed_beds, p]:
        states.row.closed_used[s] += scale
        people.until[i] = week + people_weeks
        change(to_closed, i, p, week, people, book)
        return True
    return False


@kernel
def recognised(i, k, p, discloses, par, env, people):
    """Return the chance that screening recognises a trafficked person (V43-V49, V12, V32, V41)."""
    chance = env[k, I.sensitivity, p] * env[k, I.recognition, p]
    unusual = 0.5 * (people.about.sex[i] == MALE) + 0.5 * people.about.educated[i]
    chance *= 1.0 - par[P.profile_bias] * unusual * (1.0 - env[k, I.training, p])
    chance *= 1.0 - par[P.language_barrier] * (1.0 - env[k, I.interpreters, p])
    if people.about.how[i] == DECEIVED_CONDITIONS or people.about.how[i] == WILLING:
        chance *= 1.0 - par[P.knew_penalty]
    return chance if discloses else chance * env[k, I.without_testimony, p]


@kernel
def screen(i, k, p, s, own, child, week, seed, scale, par, env, states, people, book):
    """Screen one person and act on what is found (IV.B, IV.C)."""
    who = people.key[i]
    key = stream_key(seed, R.screening, week)
    u, v, w = uniform(key, who), uniform(key, identity(who, 1)), uniform(key, identity(who, 2))
    trust = min(1.0, max(0.0, states.of.trust[people.nation[i]] + env[k, I.trust_bonus, p]))
    discloses = uniform(key, identity(who, 3)) < par[P.disclosure] * trust + (1.0 - par[P.disclosure]) * env[k, I.safe_help, p] * trust
    if people.trafficked[i]:
        yes = u < recognised(i, k, p, discloses, par, env, people)
    else:
        yes = u < (1.0 - env[k, I.specificity, p]) * env[k, I.false_claims, p]
    held = detention_chance(i, k, own, p, par, env, people)
    if child:
        held *= env[k, I.child_detained, p]
    if yes:
        people.about.label[i] = IDENTIFIED
        if people.trafficked[i] == 0:
            book.tally[O.wrongly_identified, p] += scale
        if v < held * par[P.identified_detained] * (1.0 - protected(k, p, env)):
            detain(T.identified_but_detained, i, p, k, week, scale, env, people, book)
        elif not shelter(i, k, p, s, w, uniform(key, identity(who, 4)), week, scale, par, env, states, people, book,
                         T.identified_to_open_shelter, T.identified_to_closed_shelter):  # fmt: skip
            change(T.identified_without_bed, i, p, week, people, book)
        return
    if people.trafficked[i]:
        people.about.label[i] = MISIDENTIFIED
    charged = env[k, I.charges, p] * (1.0 - par[P.principle_for_unrecognised] * protected(k, p, env))
    if v < charged and not child:
        change(T.charged_after_screening, i, p, week, people, book)
    elif v < charged + (1.0 - charged) * held * (1.0 - par[P.principle_for_unrecognised] * protected(k, p, env)):
        detain(T.detained_after_screening, i, p, k, week, scale, env, people, book)
    elif people.trafficked[i] == 0 and w < env[k, I.refers_vulnerable, p] and states.row.open_used[s] + scale <= env[k, I.open_beds, p]:
        states.row.open_used[s] += scale
        people.until[i] = week + int(env[k, I.support_weeks, p])
        change(T.referred_as_vulnerable, i, p, week, people, book)
    else:
        change(T.let_go_after_screening, i, p, week, people, book)


@kernel
def meet_authorities(i, k, week, seed, scale, par, env, places, nations, at_risk, states, people, book):
    """The week in which a person comes out: deported, screened, detained or left alone."""
    p = people.place[i]
    s = places.row.state[p]
    own = nations.row.state[people.nation[i]] == s
    who = people.key[i]
    key = stream_key(seed, R.out, week)
    u, v = uniform(key, who), uniform(key, identity(who, 1))
    child = people.about.child[i] == 1 and uniform(key, identity(who, 2)) < env[k, I.child_found, p]
    held = detention_chance(i, k, own, p, par, env, people)
    if child:
        held *= env[k, I.child_detained, p]
    if people.until[i] == BY_RAID:
        if not own and not child and u < env[k, I.deports_unassessed, p]:
            come_home(T.deported_unassessed, i, week, seed, par, nations, at_risk, people, book)
        elif take(states.row.slot_credit, s, scale):
            book.tally[O.protection_effort, p] += scale
            screen(i, k, p, s, own, child, week, seed, scale, par, env, states, people, book)
        elif v < held:
            detain(T.detained_unscreened, i, p, k, week, scale, env, people, book)
        else:
            change(T.not_screened, i, p, week, people, book)
        return
    if people.until[i] == ALONE:
        trust = min(1.0, max(0.0, states.of.trust[people.nation[i]] + env[k, I.trust_bonus, p]))
        afraid = par[P.fear] * par[P.feedback_fear] * people.about.belief[i] * (1.0 - env[k, I.safe_help, p])
        if u > par[P.seeks_help] * trust * (1.0 - afraid):
            change(T.not_screened, i, p, week, people, book)
            return
        if v < par[P.arrest_when_seeking_help] * held * (1.0 - env[k, I.safe_help, p]):
            detain(T.detained_unscreened, i, p, k, week, scale, env, people, book)
            return
    if take(states.row.slot_credit, s, scale):
        book.tally[O.protection_effort, p] += scale
        screen(i, k, p, s, own, child, week, seed, scale, par, env, states, people, book)
    else:
        change(T.not_screened, i, p, week, people, book)
