"""Screening: what a person meets in the week they come out, within capacities.

True status (trafficked or not) is kept apart from what officials say, so that both errors of
screening exist. Scarce things (screenings, beds, help to return) go in the order of a keyed priority.
"""

from model.engine.kernel import kernel
from model.engine.random_numbers import draw, identity, uniform
from model.registry.institutions import I
from model.registry.life_course import ALONE, BY_RAID, IDENTIFIED, MISIDENTIFIED, OTHERWISE, T
from model.registry.outcomes import O
from model.registry.parameters import P
from model.registry.streams import R

from .person import DECEIVED_CONDITIONS, WILLING, change, come_home, people_class
from .reprisals import reprisal_risk, unafraid
from .roster import MALE

# ------------------------------------------------------------------------------------ capacities --


@kernel
def take_screening(s, m):
    """Use one agent's worth of a state's screening, if it is there."""
    if m.par[P.feedback_capacity] == 0.0:
        return True
    if m.states[s].slot_credit < m.scale:
        return False
    m.states[s].slot_credit -= m.scale
    return True


@kernel
def agents_in(beds, s, m):
    """Return how many agents' beds a state has: persons' beds, rounded once for all by its key."""
    if m.par[P.feedback_capacity] == 0.0:
        return 1_000_000_000
    return int(beds / m.scale + m.states[s].rounding)


@kernel
def give_open_bed(t, i, k, m):
    """Take a person into an open shelter by transition `t`, if one has a bed. False if not."""
    p = m.people[i].place
    state = m.states[m.places[p].state]
    if state.open_used >= agents_in(m.senv[0, I.open_beds, m.places[p].state], m.places[p].state, m):
        return False
    state.open_used += 1
    m.people[i].until = m.now + int(m.env[k, I.support_weeks, p])
    m.people[i].came_out = OTHERWISE
    change(t, i, p, m)
    return True


@kernel
def comes_in(i, k, u, v, m):
    """Say whether services admit a person, by the mark `u`, and the person accepts them, by `v` (V64, V65)."""
    me = m.people[i]
    admitted = me.sex != MALE or me.child == 1 or u <= m.env[k, I.men_admitted, me.place]
    return admitted and v <= accepts_help(i, k, m)


@kernel
def accepts_help(i, k, m):
    """Return the chance that a person accepts help: fear of being reported keeps some away (V65).

    Help that is tied to cooperating with the police is for those alone who trust them and fear no reprisal (D2).
    """
    p = m.people[i].place
    uptake = m.env[k, I.uptake, p]
    untied = uptake + (1.0 - uptake) * m.par[P.declines_for_fear] * m.env[k, I.safe_help, p]
    return untied * (1.0 - m.env[k, I.tied, p] * (1.0 - trust_of(i, k, m) * unafraid(reprisal_risk(k, p, m), m)))


@kernel
def come_into_open_bed(t, i, k, m):
    """Take a person who is let out of custody into an open shelter, if it admits them, they accept and it has a bed."""
    key = m.people[i].key
    u, v = draw(R.after_detail, m, identity(key, 2)), draw(R.after_detail, m, identity(key, 3))
    return comes_in(i, k, u, v, m) and give_open_bed(t, i, k, m)


@kernel
def shelter(i, k, u, v, to_open, to_closed, m):
    """Give a bed, if one is free for this person and they accept; open shelters first. False if not."""
    me, p = m.people[i], m.people[i].place
    if not comes_in(i, k, u, v, m):
        return False
    if give_open_bed(to_open, i, k, m):
        return True
    state = m.states[m.places[p].state]
    if state.closed_used >= agents_in(m.senv[0, I.closed_beds, m.places[p].state], m.places[p].state, m):
        return False
    state.closed_used += 1
    me.until = m.now + int(m.env[k, I.support_weeks, p])
    me.came_out = OTHERWISE
    change(to_closed, i, p, m)
    return True


@kernel
def lawyer_is_free(s, m):
    """Say whether a State's lawyers can act for one person more this week (C4, D1)."""
    return m.par[P.feedback_legal_aid] > 0.0 and m.states[s].lawyer_credit >= m.scale


# ------------------------------------------------------------------------- punishment and trust --


@kernel
def at_home_here(i, m):
    """Say whether a person is in their own country."""
    return m.nations[m.people[i].nation].state == m.places[m.people[i].place].state


@kernel
def protected(k, p, m):
    """Return the share of cases in which non-punishment protects in law and in practice (IV.C)."""
    return m.env[k, I.np_scope, p] * m.env[k, I.np_practice, p]


@kernel
def won_by_lawyer(k, p, m):
    """Return the share of cases in which non-punishment protects for a lawyer alone: as far as the law covers them."""
    return m.env[k, I.np_scope, p] * (1.0 - m.env[k, I.np_practice, p]) * m.par[P.lawyers_win]


@kernel
def detention_chance(i, k, m):
    """Return the chance that a state detains someone in its hands for their status, while it has room (IV.C, IV.F)."""
    p = m.people[i].place
    s = m.places[p].state
    if m.states[s].detained_used >= agents_in(m.senv[0, I.detention_places, s] * m.par[P.overcrowding], s, m):
        return 0.0
    chance = m.env[k, I.detains, p] * (1.0 - m.par[P.assessment_saves] * m.env[k, I.assessed, p])
    return chance * m.par[P.detains_own_nationals] if at_home_here(i, m) else chance


@kernel
def detain(t, i, k, m):
    p = m.people[i].place
    m.tally[O.detained_without_assessment, p] += m.scale * (1.0 - m.env[k, I.assessed, p])
    m.states[m.places[p].state].detained_used += 1
    change(t, i, p, m)


@kernel
def trust_of(i, k, m):
    """Return a person's trust in authorities: what people from home have lived through, and what policy adds."""
    me = m.people[i]
    return min(1.0, max(0.0, m.heard[me.nation].trust + m.env[k, I.trust_bonus, me.place]))


# -------------------------------------------------------------------------------- coming out ------


@kernel
def meet_authorities(i, k, m):
    """The week in which a person comes out: deported, screened, detained or left alone."""
    me, p = m.people[i], m.people[i].place
    key = m.keys[R.out, m.now]
    u, v = uniform(key, me.key), uniform(key, identity(me.key, 1))
    child = me.child == 1 and uniform(key, identity(me.key, 2)) < m.env[k, I.child_found, p]
    held = detention_chance(i, k, m)
    if child:
        held *= m.env[k, I.child_detained, p]
    if (
        me.came_out == BY_RAID
        and not at_home_here(i, m)
        and not child
        and u < m.env[k, I.deports_unassessed, p] * (1.0 - m.env[k, I.assessed, p])
    ):
        hand_over(T.deported_unassessed, i, m)
        return
    if me.came_out == ALONE:
        if goes_straight_home(i, k, m):
            come_home(T.went_home, i, m)
            return
        afraid = m.par[P.fear] * m.par[P.feedback_fear] * me.belief * (1.0 - m.env[k, I.safe_help, p])
        afraid = 1.0 - (1.0 - afraid) * (1.0 - m.env[k, I.tied, p] * (1.0 - unafraid(reprisal_risk(k, p, m), m)))
        if u > m.par[P.seeks_help] * trust_of(i, k, m) * (1.0 - afraid):
            change(T.not_screened, i, p, m)
            return
        if v < m.par[P.arrest_when_seeking_help] * held * (1.0 - m.env[k, I.safe_help, p]):
            detain(T.detained_unscreened, i, k, m)
            return
    in_hands = me.came_out != ALONE
    liable = to_be_charged(i, k, child, m)
    if take_screening(m.places[p].state, m):
        screen(i, k, held * in_hands, v, liable, m)
    elif liable:
        change(T.charged_unscreened, i, p, m)
    elif me.came_out == BY_RAID and v < held:
        detain(T.detained_unscreened, i, k, m)
    else:
        change(T.not_screened, i, p, m)


@kernel
def goes_straight_home(i, k, m):
    """Say whether someone who came out by themselves, and may return safely, is home within the week (V58)."""
    me = m.people[i]
    mark = uniform(m.keys[R.out, m.now], identity(me.key, 3))
    return me.unsafe == 0 and mark < m.par[P.straight_home] * papers(i, k, m)


@kernel
def to_be_charged(i, k, child, m):
    """Say whether a person would be charged, unless screening sees that they were trafficked (V45, V46).

    The risk is the same whether anybody screens them or not: screening never creates a charge. Who comes forward meets
    it only as far as those who help inform the police.
    """
    me = m.people[i]
    met = 1.0
    if me.came_out == ALONE:
        met = m.par[P.arrest_when_seeking_help] * (1.0 - m.env[k, I.safe_help, me.place])
    spared = m.par[P.principle_for_unrecognised] * protected(k, me.place, m)
    mark = uniform(m.keys[R.out, m.now], identity(me.key, 4))
    return mark < m.env[k, I.charges, me.place] * (1.0 - spared) * met and not child


@kernel
def papers(i, k, m):
    """Return the chance of papers and fare: consulates, documents, closed borders; 1 at home (V61; E247)."""
    if at_home_here(i, m):
        return 1.0
    me = m.people[i]
    consulate = m.consulate[me.nation, m.places[me.place].state]
    chance = m.env[k, I.documents, me.place] * (
        m.par[P.papers_without_consulate] + (1.0 - m.par[P.papers_without_consulate]) * consulate
    )
    return chance * (1.0 - m.env[k, I.closure, me.place])


@kernel
def recognised(i, k, discloses, m):
    """Return the chance that screening recognises a trafficked person (V43-V49, V12, V32, V41)."""
    me, p = m.people[i], m.people[i].place
    chance = m.env[k, I.sensitivity, p] * m.env[k, I.recognition, p]
    unusual = m.par[P.unusual_men] * (me.sex == MALE) + (1.0 - m.par[P.unusual_men]) * me.educated
    chance *= 1.0 - m.par[P.profile_bias] * unusual * (1.0 - m.env[k, I.training, p])
    if not at_home_here(i, m):
        chance *= 1.0 - m.par[P.language_barrier] * (1.0 - m.env[k, I.interpreters, p])
    if me.how == DECEIVED_CONDITIONS or me.how == WILLING:
        chance *= 1.0 - m.par[P.knew_penalty]
    if me.contract:
        chance *= 1.0 - m.par[P.contract_penalty] * (1.0 - m.env[k, I.training, p])
    if uniform(m.keys[R.traits, 0], identity(me.key, 9)) < m.par[P.evidence_lost]:
        chance *= 1.0 - m.par[P.evidence_weight] * (1.0 - m.env[k, I.without_testimony, p])
    return chance if discloses else chance * m.env[k, I.without_testimony, p]


@kernel
def benefit(i, k, m):
    """Return what being identified promises: the share of open beds free, if services admit the person (V49)."""
    me = m.people[i]
    s = m.places[me.place].state
    beds = agents_in(m.senv[0, I.open_beds, s], s, m)
    free = max(0.0, 1.0 - m.states[s].open_used / beds) if beds > 0 else 0.0
    return free * m.env[k, I.men_admitted, me.place] if me.sex == MALE and me.child == 0 else free


@kernel
def screen(i, k, held, v, liable, m):
    """Screen one person and act on what is found; `v` is the mark of detention, `held` its chance (IV.B, IV.C)."""
    if identify(i, k, m.keys[R.screening, m.now], m):
        treat_as_victim(i, k, held, v, m)
    else:
        treat_as_offender(i, k, held, v, liable, m)


@kernel
def identify(i, k, key, m):
    """Screen one person: tell whether officials identify them, rightly or wrongly, and note it (IV.B)."""
    me, p = m.people[i], m.people[i].place
    m.tally[O.protection_effort, p] += m.scale
    safe = 1.0 if at_home_here(i, m) else m.env[k, I.safe_help, p]  # nobody is irregular at home
    open_to_tell = m.par[P.disclosure] + (1.0 - m.par[P.disclosure]) * safe
    open_to_tell *= unafraid(reprisal_risk(k, p, m), m) * (1.0 - m.par[P.shame] * (1.0 - benefit(i, k, m)))
    discloses = uniform(key, identity(me.key, 3)) < open_to_tell * trust_of(i, k, m)
    if me.trafficked:
        found = recognised(i, k, discloses, m)
    else:
        found = (1.0 - m.env[k, I.specificity, p]) * m.env[k, I.false_claims, p]
    if uniform(key, me.key) >= found:
        return False
    me.label = IDENTIFIED
    if me.trafficked == 0:
        m.tally[O.wrongly_identified, p] += m.scale
    return True


@kernel
def hand_over(t, i, m):
    """Bring a person home by transition `t` to their own State, which screens while it has capacity (V43)."""
    come_home(t, i, m)
    me = m.people[i]
    if (
        me.label != IDENTIFIED
        and take_screening(m.places[me.place].state, m)
        and identify(i, people_class(i, m), m.keys[R.screening, m.now], m)
    ):
        change(T.identified_at_home, i, me.place, m)


@kernel
def treat_as_victim(i, k, held, v, m):
    """What follows when officials identify a person, rightly or wrongly: shelter, or detention all the same."""
    me, p = m.people[i], m.people[i].place
    key = m.keys[R.screening, m.now]
    w, x = uniform(key, identity(me.key, 2)), uniform(key, identity(me.key, 4))
    if v < held * m.par[P.identified_detained] * (1.0 - protected(k, p, m)):
        detain(T.identified_but_detained, i, k, m)
    elif not shelter(i, k, w, x, T.identified_to_open_shelter, T.identified_to_closed_shelter, m):
        change(T.identified_without_bed, i, p, m)


@kernel
def treat_as_offender(i, k, held, v, liable, m):
    """What follows when officials do not identify a person: charges, detention, or to be let go."""
    me, p = m.people[i], m.people[i].place
    if me.trafficked:
        me.label = MISIDENTIFIED
    w = uniform(m.keys[R.screening, m.now], identity(me.key, 2))
    exposed = 1.0 - m.par[P.principle_for_unrecognised] * protected(k, p, m)
    if liable:
        change(T.charged_after_screening, i, p, m)
    elif v < held * exposed:
        detain(T.detained_after_screening, i, k, m)
    elif me.trafficked or w >= m.env[k, I.refers_vulnerable, p] or not give_open_bed(T.referred_as_vulnerable, i, k, m):
        change(T.let_go_after_screening, i, p, m)
