"""The roster: people at risk, who are at home. One agent stands for `people_per_agent` persons.

They have no row: a stratum (nationality, place, sex, age band, education, language) and cohort keeps only the sorted
Exp(1) thresholds of its people. A person is recruited in the week in which the stratum's cumulative hazard passes their
threshold. Identity is (stratum, ordinal, spell), never a position.
"""

import math
from functools import lru_cache

import numpy as np

from model.engine.columns import record
from model.engine.kernel import entry, kernel
from model.engine.random_numbers import FIXED, identity, stream_key, uniform
from model.registry.streams import R

CHILD, YOUNG, OLDER = 0, 1, 2
YEARS = np.array([15.0, 18.0, 30.0, 45.0])  # where the age bands begin and end; who is under 18 is a child
JUST_OF_AGE = 1.0  # years: minors of a later cohort enter at 15
MALE, FEMALE = 0, 1
COHORT_WEEKS = np.array([0, 156, 312, 468, 624], np.int64)  # every three years from January 2016
COHORTS = len(COHORT_WEEKS)
COHORT_SHIFT = 28  # bits of an ordinal below its cohort: which of the cohort's people
ORDINAL_BITS = np.uint64(32)

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

RISK = (
    ("hazard", "f8", "cumulative hazard of recruitment of the stratum"),
    ("weekly", "f8", "hazard of this week at the reference fee"),
    ("left", "i8", "agents still at home"),
    ("next", "f8", "hazard at which the next person of the stratum is recruited"),
)

CELL = (
    ("offset", "f8", "the stratum's cumulative hazard when the cohort entered"),
    ("next", "f8", "hazard at which the next person of the cell is recruited"),
    ("pointer", "i8", "position of that person in the roster"),
)

QUEUE = (("position", "i8", "in the roster"), ("stratum", "i4", "recruited, not yet placed"))


@lru_cache(maxsize=4)
def build_strata(world, share_young: float, diaspora_renewal: float):
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
        first, later = (
            (row["persons"], row["persons"] * diaspora_renewal) if abroad else (row["at_risk"], row["cohort"])
        )
        ages = ages_of_cohorts(first, later, traits["share_minor"], share_young)
        for sex, sex_share in ((MALE, traits["share_male"]), (FEMALE, 1 - traits["share_male"])):
            for age, (in_first, in_later) in ages.items():
                for educated, e_share in (
                    (0, 1 - traits["share_higher_education"]),
                    (1, traits["share_higher_education"]),
                ):
                    for language, l_share in (
                        (0, 1 - traits["share_market_language"]),
                        (1, traits["share_market_language"]),
                    ):
                        share = sex_share * e_share * l_share
                        counts = [in_first * share] + [in_later * share] * (COHORTS - 1)
                        place = world.place_index[row["place"]]
                        rows.append((nation[code], place, area, sex, age, educated, language, abroad, counts))
    *columns, persons = zip(*rows)
    names = [name for name, _, _ in STRATUM]
    return record(STRATUM, len(rows), **dict(zip(names, columns))), np.array(persons, float)


def ages_of_cohorts(first, later, minors, young):
    """Return the persons in the first cohort and in each later one, by age band.

    Minors grow up in three years: each cohort renews all of them.
    """
    new = min(later, first * minors)
    return {
        CHILD: (first * minors, new),
        YOUNG: (first * (1 - minors) * young, (later - new) * young),
        OLDER: (first * (1 - minors) * (1 - young), (later - new) * (1 - young)),
    }


def build_roster(persons, seed: int, scale: int):
    """Draw everybody's threshold and sort them within their cell (stratum, cohort).

    Return the roster, uint64: upper 32 bits the threshold, lower the ordinal; and where each cell
    begins, int64 (K * COHORTS + 1).
    """
    first = np.zeros(persons.size + 1, np.int64)
    _count_cells(persons, np.uint64(seed), scale, first)
    roster = np.empty(first[-1], np.uint64)
    _fill_cells(roster, first, np.uint64(seed))
    return roster, first


@entry
def _count_cells(persons, seed, scale, first):
    key = stream_key(seed, R.roster, FIXED)
    cell = 0
    for stratum in range(persons.shape[0]):
        for cohort in range(COHORTS):
            agents = int(persons[stratum, cohort] / scale + uniform(key, identity(stratum, cohort)))
            first[cell + 1] = first[cell] + agents
            cell += 1


@entry
def _fill_cells(roster, first, seed):
    """Draw the thresholds of each cell's people and sort them.

    Into as many equally likely buckets as there are people, then by insertion.
    """
    key = stream_key(seed, R.roster, 0)
    largest = 1
    for cell in range(first.size - 1):
        largest = max(largest, first[cell + 1] - first[cell])
    drawn, bucket, start = np.empty(largest, np.uint64), np.empty(largest, np.int32), np.empty(largest + 1, np.int32)
    bits = np.empty(1, np.float32)
    as_int = bits.view(np.uint32)
    for cell in range(first.size - 1):
        stratum, cohort, count = cell // COHORTS, cell % COHORTS, first[cell + 1] - first[cell]
        start[: count + 1] = 0
        for k in range(count):
            ordinal = (cohort << COHORT_SHIFT) | k
            u = uniform(key, identity(stratum, ordinal))
            bits[0] = -math.log(u)
            drawn[k] = (np.uint64(as_int[0]) << ORDINAL_BITS) | np.uint64(ordinal)
            bucket[k] = min(count - 1, int((1.0 - u) * count))
            start[bucket[k] + 1] += 1
        for b in range(count):
            start[b + 1] += start[b]
        for k in range(count):
            roster[first[cell] + start[bucket[k]]] = drawn[k]
            start[bucket[k]] += 1
        sort_nearly_sorted(roster[first[cell] : first[cell + 1]])


@kernel
def sort_nearly_sorted(numbers):
    """Sort in place, by insertion: linear where each is near its place."""
    for k in range(1, numbers.size):
        number, place = numbers[k], k
        while place > 0 and numbers[place - 1] > number:
            numbers[place] = numbers[place - 1]
            place -= 1
        numbers[place] = number


@kernel
def threshold_of(packed):
    """Return the threshold in the upper bits of a cell of the roster."""
    bits = np.empty(1, np.uint32)
    bits[0] = np.uint32(packed >> ORDINAL_BITS)
    return np.float64(bits.view(np.float32)[0])


@kernel
def point_to_next(cell, m):
    """Note at which cumulative hazard the next person of a cell is recruited: never, once it is empty."""
    position = m.cells[cell].pointer
    if position < m.roster_first[cell + 1]:
        m.cells[cell].next = m.cells[cell].offset + threshold_of(m.roster[position])
    else:
        m.cells[cell].next = np.inf
    stratum = cell // COHORTS
    m.risk[stratum].next = m.cells[stratum * COHORTS].next
    for other in range(stratum * COHORTS + 1, (stratum + 1) * COHORTS):
        m.risk[stratum].next = min(m.risk[stratum].next, m.cells[other].next)


@kernel
def enter_cohorts(m):
    """Let a cohort enter the roster, at its stratum's cumulative hazard so far."""
    for cohort in range(COHORTS):
        if COHORT_WEEKS[cohort] == max(0, m.now):
            for stratum in range(m.strata.size):
                cell = stratum * COHORTS + cohort
                m.cells[cell].offset = m.risk[stratum].hazard
                m.risk[stratum].left += m.roster_first[cell + 1] - m.roster_first[cell]
                point_to_next(cell, m)
