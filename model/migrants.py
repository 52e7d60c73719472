"""Migrants: the roster of people at risk, and one row for each person who has left home.

People at home have no row: a stratum (nationality, place, sex, age band, education, language) and
cohort keeps only the sorted Exp(1) thresholds of its people. A person is recruited in the week in
which the stratum's cumulative hazard passes their threshold. Identity is (stratum, ordinal, spell),
never a position. One row stands for `people_per_agent` persons.
"""

import math
from typing import NamedTuple

import numpy as np

from .columns import record
from .kernel import kernel
from .life_course import TRANSITIONS, S
from .outcomes import GROUPED, GROUPS, RECORDED, O
from .parameters import P
from .random_numbers import exponential, identity, stream_key, uniform
from .streams import R

CHILD, YOUNG, OLDER = 0, 1, 2
MALE, FEMALE = 0, 1
DECEIVED_JOB, DECEIVED_CONDITIONS, FORCED, WILLING = 0, 1, 2, 3
UNSEEN, IDENTIFIED, MISIDENTIFIED = 0, 1, 2
NO_OPERATION = -1
ALONE, BY_RAID, BY_CONSULATE = 0, 1, 2  # how somebody came out, kept in `until` for that week
COHORT_WEEKS = np.array([0, 156, 312, 468, 624], np.int64)  # every three years from January 2016
COHORTS = len(COHORT_WEEKS)
ORDINAL_BITS = np.uint64(32)
WEEKS_A_YEAR = 52.18


STRATUM = (
    ("nation", "i2", "nationality"),
    ("place", "i2", "where they live, at home or abroad"),
    ("area", "i2", "row of origins, then of diaspora, in which recruiters work"),
    ("sex", "i1", "MALE or FEMALE"),
    ("age", "i1", "CHILD, YOUNG or OLDER when the cohort entered"),
    ("educated", "i1", "higher education"),
    ("language", "i1", "speaks a language in demand"),
    ("abroad", "i1", "migrant workers in a destination country"),
)


class Roster(NamedTuple):
    """Sorted thresholds, never changed in a run: upper 32 bits the threshold, lower the ordinal."""

    cells: np.ndarray  # uint64
    first: np.ndarray  # int64 (K * COHORTS + 1)


class AtRisk(NamedTuple):
    """How far recruitment has come; K strata, K * COHORTS cells."""

    strata: np.recarray  # (K): hazard f8, cumulative; left i8, agents still at home
    cells: np.recarray  # offset f8, that hazard when the cohort entered; pointer i8, next person
    queue: np.recarray  # position i8, stratum i4: recruited, not yet placed
    waiting_count: np.ndarray  # int64 (1)
    again: np.ndarray  # float64 (N): cumulative hazard of being trafficked again


ABOUT = (
    ("person", "u8", "identity of the person"),
    ("stratum", "i2", ""),
    ("ordinal", "i4", "cohort and number within the cell"),
    ("spell", "i2", "how manieth time away, from 0"),
    ("sex", "i1", "MALE or FEMALE"),
    ("birth", "i2", "week"),
    ("child", "i1", "under 18 when this spell began"),
    ("educated", "i1", "higher education"),
    ("language", "i1", "speaks a language in demand"),
    ("how", "i1", "how recruited"),
    ("born", "i2", "founding week of their operation"),
    ("smuggled", "i1", "avoids official crossings"),
    ("means", "f4", "of the family, 1 = median"),
    ("unsafe", "i1", "return home is unsafe"),
    ("debt", "f4", "USD, as of debt_week"),
    ("debt_week", "i2", "week"),
    ("abuse", "f4", "exposure in weeks of usual abuse"),
    ("abuse_mark", "f8", "the operation's total when the person came"),
    ("health", "f4", "1 = full"),
    ("belief", "f4", "on leaving, of the chance of being punished outside"),
    ("label", "i1", "what officials say: UNSEEN, IDENTIFIED, MISIDENTIFIED"),
    ("record", "i1", "convicted"),
    ("sold", "i1", "times, this spell"),
    ("recruiter", "i1", "recruits, or is made to"),
    ("weeks_held", "i2", "of ended spells"),
    ("held_from", "i2", "week"),
    ("drive", "f4", "own factor on the hazard of being trafficked again"),
)

SCANNED = dict(key="u8", status="i1", since="i2", until="i2", place="i2", operation="i4", nation="i1",
               trafficked="i1", trapped="i2", due="f8")  # fmt: skip


class People(NamedTuple):
    """One row a person away from home or home again. Columns read every week stand alone."""

    count: np.ndarray  # int64 (1)
    key: np.ndarray  # uint64: identity of the person and spell
    status: np.ndarray  # int8: life_course.S
    since: np.ndarray  # int16, week
    until: np.ndarray  # int16, week: an appointment (arrival, end of support, case, relapse)
    place: np.ndarray  # int16
    operation: np.ndarray  # int32: row of the operation, or NO_OPERATION
    nation: np.ndarray  # int8
    trafficked: np.ndarray  # int8: act, means and purpose are met (true status)
    trapped: np.ndarray  # int16: week from which a willing entrant cannot leave
    due: np.ndarray  # float64: cumulative hazard at which they are trafficked again
    about: np.recarray  # ABOUT


def empty_people(rows: int) -> People:
    """Return columns for `rows` people, none in use."""
    scanned = {name: np.zeros(rows, dtype) for name, dtype in SCANNED.items()}
    return People(count=np.zeros(1, np.int64), about=record(ABOUT, rows), **scanned)


def grown(people: People, rows: int) -> People:
    """Return the same people in columns of at least `rows` rows."""
    larger = empty_people(rows)
    used = people.count[0]
    for old, new in zip(people, larger):
        new[:used] = old[:used]
    larger.count[0] = used
    return larger


# ------------------------------------------------------------------------------- the roster -------


def build_strata(world, parameters):
    """Return the strata (records STRATUM) and their persons, float64 (K, COHORTS).

    Each row of origins and diaspora is split by sex, age band, education and language.
    Shares multiply: the data give margins only (briefing paper I.prof; `origins.csv`).
    """
    home = {row["iso3"]: row for row in world.origins}
    nation = {code: k for k, code in enumerate(world.nationalities)}
    rows = []
    for area, row in enumerate(world.origins + world.diaspora):
        abroad = "nationality" in row
        code = row["nationality"] if abroad else row["iso3"]
        traits = home[code]
        first, later = (row["persons"], row["persons"] * parameters["diaspora_renewal"]) if abroad else (row["at_risk"], row["cohort"])
        minor, young = traits["share_minor"], parameters["share_young"]
        for sex, sex_share in ((MALE, traits["share_male"]), (FEMALE, 1 - traits["share_male"])):
            for age, age_share in ((CHILD, minor), (YOUNG, (1 - minor) * young), (OLDER, (1 - minor) * (1 - young))):
                for educated, e_share in ((0, 1 - traits["share_higher_education"]), (1, traits["share_higher_education"])):
                    for language, l_share in ((0, 1 - traits["share_market_language"]), (1, traits["share_market_language"])):
                        share = sex_share * age_share * e_share * l_share
                        counts = [first * share] + [later * share] * (COHORTS - 1)
                        place = world.place_index[row["place"]]
                        rows.append((nation[code], place, area, sex, age, educated, language, abroad, counts))
    *columns, persons = zip(*rows)
    names = [name for name, _, _ in STRATUM]
    return record(STRATUM, len(rows), **dict(zip(names, columns))), np.array(persons, float)


def build_roster(persons, seed: int, scale: int) -> Roster:
    """Draw everybody's threshold and sort them within their cell (stratum, cohort)."""
    first = np.zeros(persons.size + 1, np.int64)
    _count_cells(persons, seed, scale, first)
    cells = np.empty(first[-1], np.uint64)
    _fill_cells(cells, first, seed)
    return Roster(cells, first)


@kernel
def _count_cells(persons, seed, scale, first):
    key = stream_key(seed, R.roster, -1)
    cell = 0
    for stratum in range(persons.shape[0]):
        for cohort in range(COHORTS):
            agents = int(persons[stratum, cohort] / scale + uniform(key, identity(stratum, cohort)))
            first[cell + 1] = first[cell] + agents
            cell += 1


@kernel
def _fill_cells(cells, first, seed):
    key = stream_key(seed, R.roster, 0)
    bits = np.empty(1, np.float32)
    as_int = bits.view(np.uint32)
    for cell in range(first.size - 1):
        stratum, cohort = cell // COHORTS, cell % COHORTS
        for k in range(first[cell + 1] - first[cell]):
            ordinal = (cohort << 28) | k
            bits[0] = exponential(key, identity(stratum, ordinal))
            cells[first[cell] + k] = (np.uint64(as_int[0]) << ORDINAL_BITS) | np.uint64(ordinal)
        cells[first[cell] : first[cell + 1]].sort()


@kernel
def threshold_of(packed):
    """Return the threshold in the upper bits of a cell of the roster."""
    bits = np.empty(1, np.uint32)
    bits[0] = np.uint32(packed >> ORDINAL_BITS)
    return np.float64(bits.view(np.float32)[0])


def start_at_risk(strata, roster: Roster, nations: int, waiting: int) -> AtRisk:
    """Return recruitment as it stands before the first week; at most `waiting` people wait to be placed."""
    cells = record((("offset", "f8", ""), ("pointer", "i8", "")), len(roster.first) - 1, pointer=roster.first[:-1])
    return AtRisk(
        strata=record((("hazard", "f8", ""), ("left", "i8", "")), len(strata)),
        cells=cells,
        queue=record((("position", "i8", ""), ("stratum", "i4", "")), waiting),
        waiting_count=np.zeros(1, np.int64),
        again=np.zeros(nations),
    )


@kernel
def enter_cohorts(week, strata, roster, at_risk):
    """Let a cohort enter the roster, at its stratum's cumulative hazard so far."""
    for cohort in range(COHORTS):
        if COHORT_WEEKS[cohort] == week:
            for stratum in range(strata.size):
                cell = stratum * COHORTS + cohort
                at_risk.cells.offset[cell] = at_risk.strata.hazard[stratum]
                at_risk.strata.left[stratum] += roster.first[cell + 1] - roster.first[cell]


# ------------------------------------------------------------------- a person's row and life ------


@kernel
def leave_home(week, position, stratum, seed, par, strata, roster, nations, people, willing_share, forced_share):
    """Give a recruited person a row and their fixed traits, all keyed by identity. Return the row."""
    i = people.count[0]
    people.count[0] += 1
    ordinal = np.int64(roster.cells[position] & np.uint64(0xFFFFFFFF))
    who = identity(stratum, ordinal)
    nation = strata.nation[stratum]
    people.about.person[i], people.key[i] = who, identity(who, 0)
    people.about.stratum[i], people.about.ordinal[i], people.about.spell[i] = stratum, ordinal, 0
    people.nation[i], people.about.sex[i] = nation, strata.sex[stratum]
    people.about.educated[i], people.about.language[i] = strata.educated[stratum], strata.language[stratum]
    traits = stream_key(seed, R.traits, 0)
    years = uniform(traits, identity(who, 1))
    age = strata.age[stratum]
    if age == CHILD:
        years = 15.0 + 3.0 * years
    elif age == YOUNG:
        years = 18.0 + 12.0 * years
    else:
        years = 30.0 + 15.0 * years
    people.about.birth[i] = COHORT_WEEKS[ordinal >> 28] - int(years * WEEKS_A_YEAR)
    people.about.means[i] = nations.row.means[nation] * math.exp(par[P.means_spread] * (2.0 * uniform(traits, identity(who, 2)) - 1.0))
    people.about.unsafe[i] = uniform(traits, identity(who, 3)) < nations.row.return_risk[nation]
    people.about.health[i] = 1.0
    people.place[i] = strata.place[stratum]
    people.status[i] = S.at_home
    begin_spell(i, week, seed, par, people, willing_share, forced_share)
    return i


@kernel
def begin_spell(i, week, seed, par, people, willing_share, forced_share):
    """Draw how a person is recruited this time, and with it whether they are trafficked.

    A child is trafficked by act and purpose alone; an adult also needs the means (deception, force);
    a willing entrant becomes trafficked when they cannot leave (III.act, III.means, III.purp).
    """
    key = stream_key(seed, R.deception, 0)
    who = people.key[i]
    people.about.child[i] = week - people.about.birth[i] < 18 * WEEKS_A_YEAR
    u = uniform(key, who)
    if u < forced_share:
        people.about.how[i] = FORCED
    elif u < forced_share + willing_share:
        people.about.how[i] = WILLING
    elif uniform(key, identity(who, 1)) < par[P.share_deceived_on_conditions]:
        people.about.how[i] = DECEIVED_CONDITIONS
    else:
        people.about.how[i] = DECEIVED_JOB
    people.trafficked[i] = people.about.how[i] != WILLING or people.about.child[i] == 1
    people.trapped[i] = 0
    people.about.label[i] = UNSEEN
    people.operation[i] = NO_OPERATION
    people.about.smuggled[i] = 0
    people.about.sold[i] = 0


@kernel
def age_in_years(i, week, people):
    return (week - people.about.birth[i]) / WEEKS_A_YEAR


@kernel
def debt_now(i, week, par, people):
    """Return a person's debt: it grows while they are held (III.means V25)."""
    debt = np.float64(people.about.debt[i])
    if people.status[i] == S.held:
        debt += par[P.debt_growth] * (week - people.about.debt_week[i])
    return debt


# ------------------------------------------------------------------- the table of transitions -----


def _flow_table():
    """Which outcomes count a transition, and among whom: a CSR table over transitions."""
    first, outcome, among = [0], [], []
    for transition in TRANSITIONS:
        for row in RECORDED:
            if row.kind == "flow" and transition.name in row.of:
                outcome.append(O[row.name])
                among.append(GROUPS.index(row.among))
        first.append(len(outcome))
    return (np.array(x, np.int64) for x in (first, outcome, among))


SOURCE = np.array([S[t.source] for t in TRANSITIONS], np.int64)
TARGET = np.array([S[t.target] for t in TRANSITIONS], np.int64)
FLOW_FIRST, FLOW_OUTCOME, FLOW_AMONG = _flow_table()
COUNTED_ON_ARRIVAL = np.array([t.name in ("received", "left_on_the_way") for t in TRANSITIONS])
GROUPED_AT = np.array([GROUPED.index(o) if o in GROUPED else -1 for o in RECORDED], np.int64)


@kernel
def group_of(i, state, nations, people):
    """Return the row of the group table for a person: state, nationality, sex, child, how."""
    row = (state * nations + people.nation[i]) * 2 + people.about.sex[i]
    return (row * 2 + people.about.child[i]) * 4 + people.about.how[i]


@kernel
def change(t, i, place, week, people, book):
    """Let transition `t` happen to the person in row `i`, who is at `place` afterwards.

    The one way in which a status changes: it keeps the stocks, counts the flows by place and group,
    writes the event log, and reports to the audit what the life course does not allow.
    """
    before, after, here = np.int64(people.status[i]), TARGET[t], np.int64(people.place[i])
    if before != SOURCE[t]:
        book.faults[0] += 1
        book.faults[1] = t
    people.status[i] = after
    people.place[i] = place
    if before != after:
        people.since[i] = week
    trafficked, child = people.trafficked[i], people.about.child[i]
    book.stock[0, before, here] -= 1
    book.stock[0, after, place] += 1
    if trafficked:
        book.stock[1, before, here] -= 1
        book.stock[1, after, place] += 1
    if child:
        book.stock[2, before, here] -= 1
        book.stock[2, after, place] += 1
    where = place if COUNTED_ON_ARRIVAL[t] else here
    for k in range(FLOW_FIRST[t], FLOW_FIRST[t + 1]):
        if FLOW_AMONG[k] == 0 or (FLOW_AMONG[k] == 1 and trafficked) or (FLOW_AMONG[k] == 2 and child):
            outcome = FLOW_OUTCOME[k]
            book.tally[outcome, where] += book.scale[0]
            if book.by_group.shape[0] > 0 and GROUPED_AT[outcome] >= 0:
                row = group_of(i, book.place_state[where], book.nations[0], people)
                book.by_group[row, GROUPED_AT[outcome]] += book.scale[0]
    if book.events.size > 0:
        n = book.counts[1]
        book.events.person[n], book.events.week[n], book.events.transition[n] = people.about.person[i], week, t
        book.events.place[n], book.events.operation[n] = place, people.operation[i]
        book.counts[1] = n + 1


@kernel
def come_home(t, i, week, seed, par, nations, at_risk, people, book):
    """Bring a person home by transition `t`, with a fresh threshold of being trafficked again.

    Their own hazard grows with debt and a record; the threshold is keyed by the new spell, so that
    what happened in one arm never changes the luck of another person (IV.D V67-V71).
    """
    nation = people.nation[i]
    people.operation[i] = NO_OPERATION
    people.about.spell[i] += 1
    people.key[i] = identity(people.about.person[i], people.about.spell[i])
    change(t, i, nations.row.place[nation], week, people, book)
    threshold = exponential(stream_key(seed, R.return_threshold, 0), people.key[i])
    people.about.drive[i] = 1.0
    people.due[i] = at_risk.again[nation] + threshold
    set_drive(i, 1.0, par, at_risk, people)


@kernel
def set_drive(i, support, par, at_risk, people):
    """Set anew what drives a returned person to leave again; hazard already lived through still counts."""
    drive = par[P.again_base] * support * (1.0 + par[P.again_debt] * people.about.debt[i] / par[P.debt_scale])
    if people.about.record[i]:
        drive *= 1.0 + par[P.again_record]
    now = at_risk.again[people.nation[i]]
    people.due[i] = now + max(0.0, people.due[i] - now) * people.about.drive[i] / drive
    people.about.drive[i] = drive
