"""Migrants: one row for each person who has left home, and what happens in their life; who is at home is in `roster`.

One row stands for `people_per_agent` persons.
"""

import math

import numpy as np

from model.engine.columns import NO_OPERATION
from model.engine.faults import UNDECLARED, WHICH
from model.engine.kernel import entry, inlined, kernel
from model.engine.random_numbers import exponential, identity, uniform
from model.engine.thinning import NEVER, next_candidate
from model.registry.calendar import WEEKS_A_YEAR
from model.registry.life_course import STATUSES, TRANSITIONS, UNSEEN, S
from model.registry.outcomes import AMONG_WHOM, CHARGED, GROUPED, INTO_DETENTION, RECORDED, O
from model.registry.parameters import P
from model.registry.streams import R

from .debts import pressed_by_debt
from .diary import HOME_LANE, LANES, NO_VISIT, enter_in_diary
from .hazard_bounds import rate_of
from .roster import CHILD, COHORT_SHIFT, COHORT_WEEKS, JUST_OF_AGE, YEARS, YOUNG

DECEIVED_JOB, DECEIVED_CONDITIONS, FORCED, WILLING = 0, 1, 2, 3
JUST_HOME = -1  # in `until`: the state has yet to deal with a return
NOT_HELD = -10_000  # in `held_from`: not held in this spell
LONGEST = 2000  # weeks to an appointment: after every run, and within its column
FASTER = 2.0  # growth of the pace at which thresholds come near that looks at them allow for
SLOWER = 0.98  # of what they allow for is left after a week that needs less: a lull is not the end
LEAST_DRIVE = 1e-12  # keeps a threshold finite where nothing drives anybody to leave again

PERSON = (  # what most looks read comes first: it lies on one line of memory
    ("key", "u8", "identity of the person and spell"),
    ("due", "f8", "cumulative hazard at which they are trafficked again"),
    ("operation", "i4", "row of the operation, or NO_OPERATION"),
    ("debt", "f4", "USD, by the ledger of who holds them, as of debt_week"),
    ("owed", "f4", "USD, outside: for the journey, a ransom, fines, extortion; below 0: what compensation left them"),
    ("means", "f4", "of the family, 1 = median"),
    ("health", "f4", "1 = full"),
    ("belief", "f4", "on leaving, of the chance of being punished outside"),
    ("candidate", "i2", "week in which a hazard may act next"),
    ("since", "i2", "week in which the status began"),
    ("until", "i2", "week of an appointment (arrival, end of support, case, relapse), or JUST_HOME"),
    ("place", "i2", "index"),
    ("held_from", "i2", "week"),
    ("debt_week", "i2", "week"),
    ("trapped", "i2", "week from which a willing entrant cannot leave"),
    ("status", "i1", "life_course.S"),
    ("nation", "i1", "nationality"),
    ("sex", "i1", "MALE or FEMALE"),
    ("child", "i1", "under 18 when this spell began"),
    ("trafficked", "i1", "act, means and purpose are met (true status)"),
    ("record", "i1", "convicted"),
    ("unsafe", "i1", "return home is unsafe"),
    ("recruiter", "i1", "recruits, or is made to"),
    ("label", "i1", "what officials say: UNSEEN, IDENTIFIED, MISIDENTIFIED"),
    ("how", "i1", "how recruited"),
    ("banned", "i1", "may not enter again after a deportation"),
    ("smuggled", "i1", "avoids official crossings"),
    ("came_out", "i1", "how they came out last: ALONE, BY_RAID, BY_CONSULATE, RELEASED or OTHERWISE (life_course)"),
    ("person", "u8", "identity of the person"),
    ("abuse_mark", "f8", "the operation's total when the person came"),
    ("member_next", "i4", "next person of the same operation"),
    ("member_before", "i4", "the one before"),
    ("ordinal", "i4", "cohort and number within the cell"),
    ("abuse", "f4", "exposure in weeks of usual abuse"),
    ("drive", "f4", "own factor on the hazard of being trafficked again"),
    ("bound", "f4", "on the hazards that they may meet, per week, rounded up (hazard_bounds)"),
    ("stratum", "i2", "index"),
    ("spell", "i2", "number of times away before this one"),
    ("weeks_held", "i2", "of ended spells"),
    ("birth", "i2", "week"),
    ("born", "i2", "founding week of their operation"),
    ("educated", "i1", "higher education"),
    ("language", "i1", "speaks a language in demand"),
    ("contract", "i1", "had a contract or some pay"),
    ("sold", "i1", "times, this spell"),
    ("punished", "i1", "detained or charged since captivity"),
    ("compensated", "i1", "for this spell"),
    ("family", "i1", "a child brought back to a family, found safe for them"),
    ("defended", "i1", "a lawyer has acted in the case that is pending"),
)


# ------------------------------------------------------------------- a person's row and life ------


@kernel
def leave_home(position, stratum, willing_share, forced_share, m):
    """Give a recruited person a row and their fixed traits, all keyed by identity. Return the row."""
    i = m.used[0].people
    m.used[0].people += 1
    ordinal = np.int64(m.roster[position] & np.uint64(0xFFFFFFFF))
    who = identity(stratum, ordinal)
    me, kind = m.people[i], m.strata[stratum]
    me.person, me.key = who, identity(who, 0)
    me.stratum, me.ordinal, me.spell = stratum, ordinal, 0
    me.nation, me.sex, me.educated, me.language = kind.nation, kind.sex, kind.educated, kind.language
    traits = m.keys[R.traits, 0]
    cohort = ordinal >> COHORT_SHIFT
    band = JUST_OF_AGE if kind.age == CHILD and cohort > 0 else YEARS[kind.age + 1] - YEARS[kind.age]
    years = YEARS[kind.age] + band * uniform(traits, identity(who, 1))
    me.birth = COHORT_WEEKS[cohort] - int(years * WEEKS_A_YEAR)
    me.means = min(
        m.par[P.means_maximum],
        m.nations[me.nation].means * math.exp(m.par[P.means_spread] * (2.0 * uniform(traits, identity(who, 2)) - 1.0)),
    )
    me.unsafe = uniform(traits, identity(who, 3)) < m.nations[me.nation].return_risk
    me.health = 1.0
    me.place = kind.place
    me.status = S.at_home
    m.diary[i], me.candidate, me.since = NO_VISIT, NO_VISIT, m.now
    begin_spell(i, willing_share, forced_share, m)
    return i


@kernel
def begin_spell(i, willing_share, forced_share, m):
    """Draw how a person is recruited this time, and with it whether they are trafficked.

    A child is trafficked by act and purpose alone; an adult also needs the means (deception, force);
    a willing entrant becomes trafficked when they cannot leave (III.act, III.means, III.purp).
    """
    me = m.people[i]
    key = m.keys[R.deception, 0]
    me.child = m.now - me.birth < YEARS[YOUNG] * WEEKS_A_YEAR
    u = uniform(key, me.key)
    if u < forced_share:
        me.how = FORCED
    elif u < forced_share + willing_share:
        me.how = WILLING
    elif uniform(key, identity(me.key, 1)) < m.par[P.share_deceived_on_conditions]:
        me.how = DECEIVED_CONDITIONS
    else:
        me.how = DECEIVED_JOB
    me.trafficked = me.how != WILLING or me.child == 1
    me.trapped = m.now if me.trafficked else trap_week(i, m.now, m)
    me.label = UNSEEN
    me.operation = NO_OPERATION
    me.smuggled = me.banned
    me.contract = uniform(key, identity(me.key, 3)) < m.par[P.share_with_contract]
    me.held_from = NOT_HELD
    me.punished = 0
    me.compensated = 0
    me.family = 0
    me.sold = 0


@kernel
def trap_week(i, week, m):
    """Return the week from which a willing entrant can no longer leave (geometric), counted from `week`."""
    u = uniform(m.keys[R.deception, 0], identity(m.people[i].key, 2))
    return week + 1 + min(LONGEST, int(math.log(u) / math.log(1.0 - m.par[P.trapping_rate])))


@kernel
def people_class(i, m):
    """Return the class of a person in the institutions: those whom policies treat alike share one."""
    me = m.people[i]
    return m.class_of[me.nation, me.sex, me.child]


# ------------------------------------------------------------------- the table of transitions -----


def _flow_table():
    """Which outcomes count a transition, and among whom: a CSR table over transitions."""
    first, outcome, among = [0], [], []
    for transition in TRANSITIONS:
        for row in RECORDED:
            if row.kind == "flow" and transition.name in row.of:
                outcome.append(O[row.name])
                among.append(AMONG_WHOM.index(row.among))
        first.append(len(outcome))
    return (np.array(x, np.int64) for x in (first, outcome, among))


SOURCE = np.array([S[t.source] for t in TRANSITIONS], np.int64)
TARGET = np.array([S[t.target] for t in TRANSITIONS], np.int64)
FLOW_FIRST, FLOW_OUTCOME, FLOW_AMONG = _flow_table()
PUNISHES = np.array([t.name in INTO_DETENTION + CHARGED for t in TRANSITIONS])
COUNTED_ON_ARRIVAL = np.array([t.name in ("received", "left_on_the_way") for t in TRANSITIONS])
GROUPED_AT = np.array([GROUPED.index(o) if o in GROUPED else -1 for o in RECORDED], np.int64)
LEVEL_AT = np.array(
    [next((GROUPED.index(o) for o in GROUPED if o.kind == "level" and o.of == (name,)), -1) for name, _ in STATUSES],
    np.int64,
)


@kernel
def group_of(i, place, m):
    """Return the row of the group table for a person: state, nationality, sex, child, how."""
    me = m.people[i]
    row = (m.places[place].state * m.nations.size + me.nation) * 2 + me.sex
    return (row * 2 + me.child) * 4 + me.how


@inlined
def count_as(i, sign, m):
    """Put a person into the levels of their status and place, or take them out."""
    me = m.people[i]
    status, p = me.status, me.place
    m.levels[status, p, 0] += sign
    m.levels[status, p, 1] += sign * me.trafficked
    m.levels[status, p, 2] += sign * me.child
    if status == S.held:
        m.held_by[me.nation, p] += sign * m.scale
    if m.by_group.shape[0] > 0 and LEVEL_AT[status] >= 0:
        weeks_left = m.used[0].quarter_end - m.now
        m.by_group[group_of(i, p, m), LEVEL_AT[status]] += sign * m.scale * weeks_left


@kernel
def change(t, i, place, m):
    """Let transition `t` happen to the person in row `i`, who is at `place` afterwards.

    The one way in which a status changes: it keeps the levels, counts the flows by place and group,
    writes the event log and the diary, and reports to the audit what the life course does not allow.
    """
    me = m.people[i]
    here = me.place
    if me.status != SOURCE[t]:
        m.faults[UNDECLARED] += 1
        m.faults[WHICH] = t
    count_as(i, -1, m)
    if me.status != TARGET[t]:
        me.since = m.now
    me.status, me.place, me.candidate = TARGET[t], place, NO_VISIT
    count_as(i, 1, m)
    if PUNISHES[t] and me.trafficked and me.punished == 0:
        me.punished = 1
        m.tally[O.punished, here] += m.scale
    count_flow(t, i, place if COUNTED_ON_ARRIVAL[t] else here, m)
    if m.events.size > 0:
        event = m.events[m.used[0].events]
        event.person, event.week, event.transition, event.place, event.operation = (
            me.person,
            m.now,
            t,
            place,
            me.operation,
        )
        m.used[0].events += 1
    enter_in_diary(i, next_visit(i, m), m)


@inlined
def count_flow(t, i, where, m):
    """Count a transition in the outcomes that it belongs to, at a place and in the person's group."""
    me = m.people[i]
    for k in range(FLOW_FIRST[t], FLOW_FIRST[t + 1]):
        if FLOW_AMONG[k] == 0 or (FLOW_AMONG[k] == 1 and me.trafficked) or (FLOW_AMONG[k] == 2 and me.child):
            outcome = FLOW_OUTCOME[k]
            m.tally[outcome, where] += m.scale
            if m.by_group.shape[0] > 0 and GROUPED_AT[outcome] >= 0:
                m.by_group[group_of(i, where, m), GROUPED_AT[outcome]] += m.scale


@kernel
def next_visit(i, m):
    """Return the week in which a person is looked at next, by their status.

    People held, stranded, detained, at home, staying or untraced are looked at when a hazard may act on them
    (`next_candidate`), those with an appointment when it comes, those in a shelter every week.
    """
    me = m.people[i]
    status = me.status
    if status == S.held:
        candidate = foresee(R.captivity, i, m)
        return candidate if me.trafficked else min(candidate, max(m.now + 1, np.int64(me.trapped)))
    if status == S.out:
        return np.int64(m.now)
    if status == S.travelling:
        return np.int64(me.until)
    if status == S.prosecuted:
        return max(np.int64(m.now + 1), np.int64(me.since + int(m.par[P.case_weeks_least])))
    if status == S.held_other_sector or status == S.held_by_armed_group:
        return foresee(R.captivity, i, m)
    if status == S.stranded or status == S.detained or status == S.staying or status == S.untraced:
        return foresee(R.after, i, m)
    if status == S.returned:
        if me.until == JUST_HOME:
            return np.int64(m.now + 1)
        return min(foresee(R.after, i, m), next_look_at_threshold(i, m))
    if status == S.reintegrated or status == S.prosecuted_at_home:
        return min(max(m.now + 1, np.int64(me.until)), next_look_at_threshold(i, m))
    if status == S.dead or status == S.resettled:
        return np.int64(NEVER)
    return np.int64(m.now + 1)


@kernel
def foresee(stream, i, m):
    """Return the next week in which a hazard may act on a person, found anew when the last one found is past."""
    me = m.people[i]
    if me.candidate <= m.now:
        bound = rate_of(i, m)
        me.bound = bound * (1.0 + 2.0**-23)  # kept in single precision: rounded up
        me.candidate = next_candidate(stream, me.key, bound, m)
    return np.int64(me.candidate)


@entry
def look_again(m):
    """Set anew when everybody is looked at whom other policies may now reach: bounds on hazards have changed."""
    for i in range(m.used[0].people):
        me = m.people[i]
        me.candidate = NO_VISIT
        if me.status == S.held or me.status == S.stranded or me.status == S.detained or me.status == S.untraced:
            enter_in_diary(i, next_visit(i, m), m)
        elif me.status == S.returned and me.until != JUST_HOME:
            enter_in_diary(i, min(m.diary[i] // LANES, foresee(R.after, i, m)), m)


@kernel
def next_look_at_threshold(i, m):
    """Return when to see again whether a returned person's threshold is passed: not before it can be.

    No week brings it nearer by more than the nationality's `pace`; when one does, all are looked at anew (`see_anew`).
    """
    me = m.people[i]
    heard = m.heard[me.nation]
    return m.now + max(1, int(min(float(NEVER), (me.due - heard.again) / max(heard.pace, 1e-300))))


@kernel
def see_anew(m):
    """Set anew when those home again are looked at whose thresholds come near faster.

    One pass over the diary serves all nationalities.
    """
    later = (m.now + 1) * LANES
    for i in range(m.used[0].people):
        if (
            m.diary[i] >= later
            and m.diary[i] % LANES == HOME_LANE
            and m.heard[m.people[i].nation].faster
            and awaits_threshold(i, m)
        ):
            week = m.now if m.heard[m.people[i].nation].again >= m.people[i].due else next_look_at_threshold(i, m)
            if week < m.diary[i] // LANES:
                enter_in_diary(i, week, m)


@inlined
def awaits_threshold(i, m):
    """Say whether a person home again is one whose threshold may be passed."""
    me = m.people[i]
    return (
        me.status == S.reintegrated
        or me.status == S.prosecuted_at_home
        or (me.status == S.returned and me.until != JUST_HOME)
    )


@kernel
def come_home(t, i, m):
    """Bring a person home by transition `t`, with a fresh threshold of being trafficked again.

    Their own hazard grows with debt and a record; the threshold is keyed by the new spell, so that
    what happened in one arm never changes the luck of another person (IV.D V67-V71).
    """
    me = m.people[i]
    me.operation = NO_OPERATION
    me.until = JUST_HOME
    me.spell += 1
    me.key = identity(me.person, me.spell)
    me.drive = 1.0
    me.due = m.heard[me.nation].again + exponential(m.keys[R.return_threshold, 0], me.key)
    set_drive(i, 1.0, m)
    change(t, i, m.nations[me.nation].place, m)


@kernel
def set_drive(i, support, m):
    """Set anew what drives a returned person to leave again; hazard already lived through still counts."""
    me = m.people[i]
    drive = max(LEAST_DRIVE, m.par[P.again_base] * support) * pressed_by_debt(i, m)
    if me.record:
        drive *= 1.0 + m.par[P.again_record] * m.par[P.feedback_debt]
    now = m.heard[me.nation].again
    me.due = now + max(0.0, me.due - now) * me.drive / drive
    me.drive = drive
