"""The patterns that the briefing paper and later reports describe, each as a check of the model.

A pattern compares worlds of `calibration/patterns/arms.py` on the same seeds. Each of its clauses expects a ratio (or a
mean) of what is seen there (`calibration/patterns/measures.py`) above `low` and below `high`; a star marks a bound that
is chosen here because the source is ordinal. Clauses are *evidence*, or *unit checks* that hold nearly by construction,
or *the question itself* (P1), which is shown and never used to choose anything. `use`: cal = may be fitted to (the
world up to August 2023); hold = falls after it.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from model.people.person import FORCED
from model.people.roster import MALE

from . import measures as m
from .arms import BAN, HUB, MOEI, RAIDS, START, Seen, months

REPORTED, UNIT, QUESTION = "evidence", "unit check", "the question itself"


@dataclass(frozen=True)
class Clause:
    """One thing that is expected: `seen` gives numerator and denominator of one seed."""

    what: str
    window: str
    seen: Callable[[Mapping[str, Seen]], tuple[float, float]]
    low: float = -math.inf
    high: float = math.inf
    kind: str = REPORTED
    starred: bool = False

    @property
    def expected(self) -> str:
        """The expectation in words."""
        star = "*" if self.starred else ""
        if math.isfinite(self.low) and math.isfinite(self.high):
            return f"{self.low:.3g} to {self.high:.3g}{star}"
        return f"above {self.low:.3g}{star}" if math.isfinite(self.low) else f"below {self.high:.3g}{star}"


@dataclass(frozen=True)
class Pattern:
    """`arms`: the worlds that are compared, the treated one first."""

    id: str
    title: str
    arms: tuple[str, ...]
    evidence: str
    section: str
    use: str
    clauses: tuple[Clause, ...]
    separates: bool = False  # rival rules of behaviour


C = Clause

PATTERNS: tuple[Pattern, ...] = (
    Pattern("P1", "a crackdown on one hub moves people instead of freeing them", ("crackdown", "history"),
            "E035 E034 E203-E207 E217 E218 E219 E299 E300", "IV.G", "cal", (
        C("people held at the hub, crackdown over none", "month 6",
            m.over(m.held(HUB, first=m.HALF - 4, last=m.HALF + 4), "crackdown", "history"), high=0.5, kind=QUESTION,
            starred=True),
        C("displacement: rise elsewhere over fall at the hub", "month 6", m.displaced, low=0.5, kind=QUESTION,
            starred=True))),
    Pattern("P2", "operations go to near places first, within days or weeks", ("crackdown", "history"),
            "E217", "IV.G", "cal / hold", (
        C("more operations leave the hub than without a crackdown", "3 months",
            lambda w: (m.extra_moves(w, True) + m.extra_moves(w, False), 1.0), low=0),
        C("share of these that stay in the country or within 400 km", "3 months", m.near_share, low=0.5, starred=True),
        C("mean distance moved, over that of all places in the region", "3 months", m.distance, high=0.75,
            starred=True),
        C("weeks to the first arrival near", "4 to 20 days", m.mean(lambda w: m.first_week(w["crackdown"], True)),
            high=3),
        C("weeks by which the first arrival far is later", "3 months",
            m.mean(lambda w: m.first_week(w["crackdown"], False) - m.first_week(w["crackdown"], True)), low=0)),
            separates=True),
    Pattern("P3", "raids in Preah Sihanouk raise the number held in Myanmar and Lao PDR", ("history", "no raids"),
            "E218 E208-E212 E042", "I.hist", "cal", (
        C("held at the Thai-Myanmar border and Golden Triangle, raids over none", "months 1 to 3",
            m.over(m.held(*MOEI, "golden-triangle-sez", first=RAIDS + 4, last=RAIDS + 13), "history", "no raids"),
            low=1),
        C("held in Cambodia, raids over none: does not fall to zero", "months 1 to 3",
            m.over(m.held("KHM", first=RAIDS + 4, last=RAIDS + 13), "history", "no raids"), low=0.1, starred=True))),
    Pattern("P4", "a place refills after a mass release", ("release", "history"),
            "E244 E251 E068-E070", "I.intro", "hold", (
        C("share of the people let go who are replaced", "8 months", m.refilled, low=0.8, starred=True),
        C("compounds at the Thai-Myanmar border, after over before", "7 months", m.rebuilt, low=1)), separates=True),
    Pattern("P5", "closed borders: fewer come, more are recruited on the spot and by force", ("history", "no pandemic"),
            "E038 E039", "I.hist", "cal", (
        C("recruits at home, pandemic over none", "months 3 to 12",
            m.over(lambda s: m.recruits(s, lambda rows: ~s.abroad(rows)), "history", "no pandemic"), high=1, kind=UNIT),
        C("rise of the share recruited among people abroad", "months 3 to 12",
            m.rise(m.share_of_recruits(lambda s, rows: s.abroad(rows)), "history", "no pandemic"), low=0),
        C("rise of the share recruited by force", "months 3 to 12",
            m.rise(m.share_of_recruits(lambda s, rows: rows["how"] == FORCED), "history", "no pandemic"), low=0))),
    Pattern("P6", "after the coup, compounds on the Thai-Myanmar border multiply", ("history", "no coup"),
            "E037 E068 E069 E070", "I.hist", "cal / hold", (
        C("compounds there, coup over none", "year 2", m.over(m.compounds(MOEI, m.YEAR_2), "history", "no coup"), low=1,
            kind=UNIT),
        C("compounds there, year 2 over the coup: on the way to 2 in year 4", "year 2", m.grew(m.YEAR_2), low=2**0.5,
            starred=True),
        C("compounds there, year 4 over the coup", "year 4", m.grew(m.YEAR_4), low=2),
        C("growth factor there, less that of all places", "year 2", m.grew_more_than_elsewhere, low=0))),
    Pattern("P7", "a betrayed raid finds few; an announced deadline empties little",
            ("betrayed", "crackdown", "not betrayed", "notice", "history"),
            "E044 E211-E213 E241 E303", "II.gov", "cal / hold", (
        C("people found per raid, all betrayed over the usual", "6 months", m.found("betrayed", "crackdown"), high=1,
            kind=UNIT),
        C("people found per raid, all betrayed over none betrayed", "6 months", m.found("betrayed", "not betrayed"),
            high=0.5, kind=UNIT, starred=True),
        C("rise of people held in all, all betrayed against the usual", "months 2 to 6",
            m.rise(m.held(first=START + 9, last=m.HALF), "betrayed", "crackdown"), low=0, kind=UNIT),
        C("people held at the border after half a year's notice, over none", "6 months",
            m.over(m.held(*MOEI, first=START + 22, last=START + 26), "notice", "history"), low=0.8, starred=True)),
            separates=True),
    Pattern("P8", "punishing people who come out keeps people in", ("punishment", "history"),
            "E046 E024 E139 E142 E143", "IV.B", "cal", (
        C("complaints to hotlines and police, punishment over none", "months 3 to 6",
            m.over(lambda s: s.sum("reports_to_hotlines", *m.LATER), "punishment", "history"), high=1, kind=UNIT),
        C("rise of the share who come out by ransom or escape", "months 3 to 6",
            m.rise(m.unaided, "punishment", "history"), low=0),
        C("weeks held per person who comes out, punishment over none", "months 3 to 6",
            m.over(m.weeks_held, "punishment", "history"), low=1))),
    Pattern("P9", "more cases on fixed screening: fewer are identified", ("caseload", "history"),
            "E131 E132 E135-E138", "IV.B", "hold", (
        C("change of people identified per person freed by authorities", "months 3 to 12",
            m.rise(lambda s: m.identified(s, m.SCREENED), "caseload", "history"), high=-0.1, starred=True),
        C("change of the share truly trafficked", "months 3 to 12", m.rise(m.truly_trafficked, "caseload", "history"),
            low=-0.05, high=0.05, starred=True),
        C("spread among four states of the share identified of those screened", "4 years", m.between_assessors, low=0.1,
            starred=True)), separates=True),
    Pattern("P10", "return without support: more are trafficked again", ("no support", "history"),
            "E045 E047 E146-E148 E298", "IV.D IV.F", "cal", (
        C("people trafficked again, no support over the usual", "24 months",
            m.over(lambda s: s.sum("retrafficked", START, START + 104), "no support", "history"), low=1, kind=UNIT),
        C("returned people who come to recruit, persons", "24 months",
            m.mean(lambda w: w["no support"].sum("became_recruiters", START, START + 104)), low=0, kind=UNIT))),
    Pattern("P11", "without shelter, people are stranded and held again", ("no shelter", "caseload", "history"),
            "E245-E247", "IV.D IV.F", "hold", (
        C("people stranded, no shelter over the usual", "months 1 to 2",
            m.over(lambda s: s.mean("stranded", START + 4, START + 9), "no shelter", "history"), low=1, kind=UNIT),
        C("share of the identified who find no bed, in the world of many raids", "2 months", m.turned_away, low=0.5,
            kind=UNIT),
        C("people trafficked again, no shelter over the usual", "6 months",
            m.over(lambda s: s.sum("retrafficked", START, m.HALF), "no shelter", "history"), low=1, kind=UNIT))),
    Pattern("P12", "debt ratchets up with each sale and with time", ("history",),
            "E041 E108-E110", "III.means", "cal", (
        C("median debt, sold over never sold, of people held 3 to 12 months", "end of 2025", m.debt_when_sold, low=1.2,
            kind=UNIT, starred=True),
        C("median debt, held over a year over held under 3 months", "end of 2025", m.debt_by_time, low=1, kind=UNIT),
        C("hazard of ransom, as debt sets it, sold over never sold", "end of 2025", m.ransom_when_sold, high=1,
            kind=UNIT))),
    Pattern("P13", "a cut of power alone is soon replaced", ("cut", "history"), "E249 E250", "IV.G", "cal / hold", (
        C("money defrauded at the border, cut over none", "weeks 1 and 2",
            m.over(lambda s: s.sum("money_defrauded", START, START + 2, *MOEI), "cut", "history"), high=0.95, kind=UNIT,
            starred=True),
        C("loss of money in month 2 over that in weeks 1 and 2", "1 to 2 months",
            lambda w: (m.output_lost(4, 9)(w), m.output_lost(0, 2)(w)), high=0.5, kind=UNIT, starred=True),
        C("people held there, cut over none", "months 4 to 6",
            m.over(m.held(*MOEI, first=START + 13, last=START + 26), "cut", "history"), low=0.9, kind=UNIT,
            starred=True))),
    Pattern("P14", "one origin stops people at the airport: others take its place", ("history", "no interception"),
            "E195-E197 E173 E174", "IV.G", "cal / hold", (
        C("newly held from Taiwan, interception over none", "months 2 to 11",
            m.over(m.cases("TWN"), "history", "no interception"), high=0.25, kind=UNIT),
        C("newly held in all, interception over none", "months 2 to 11",
            m.over(m.all_cases, "history", "no interception"), low=0.9, starred=True),
        C("newly held from elsewhere for each from Taiwan fewer", "months 2 to 11", m.substituted, low=0.5,
            starred=True),
        C("effective number of origins, 2024 over 2020", "4 years", m.over_years(2024, 2020), low=1)), separates=True),
    Pattern("P18", "who is found: mostly men, mostly foreign, mostly 18 to 40", ("history",),
            "E149-E157 E160-E166", "I.prof", "hold", (
        C("share of men among people freed", "mid-2021 to mid-2023", m.share_found(lambda s, rows: rows["sex"] == MALE),
            low=0.5),
        C("share of foreigners among people freed", "mid-2021 to mid-2023",
            m.share_found(lambda s, rows: s.abroad(rows)), low=0.5),
        C("share of 18 to 40 among people held", "end of 2025", m.of_age, low=0.5))),
    Pattern("P19", "rescue depends on who protects the place", ("history",), "E292-E296", "II.gov", "cal", (
        C("people freed a week, Thailand over Cambodia", "mid-2021 to mid-2023", m.better_freed("THA", "KHM"), high=1),
        C("people freed a week, Cambodia over Lao PDR", "mid-2021 to mid-2023", m.better_freed("KHM", "LAO"), low=1),
        C("people freed a week, Lao PDR over Myanmar", "mid-2021 to mid-2023", m.better_freed("LAO", "MMR"), low=1),
        C("people freed a week, Cambodia over Myanmar (reported: 11)", "mid-2021 to mid-2023",
            m.better_freed("KHM", "MMR"), low=3, starred=True)), separates=True),
    Pattern("P20", "a hotline opens during a crackdown", ("raids and hotline", "no raids or hotline"),
            "E208-E210 E286-E291", "I.hist IV.G", "cal", (
        C("complaints, with raids and hotline over without", "2 months",
            m.over(m.in_the_rush("reports_to_hotlines"), "raids and hotline", "no raids or hotline"), low=2, kind=UNIT,
            starred=True),
        C("people rescued per complaint (reported: 2.5)", "8 months",
            m.ratio_in_cambodia("freed", "reports_to_hotlines"), low=2.5 / 3, high=7.5, starred=True),
        C("owners arrested per person rescued (reported: 0.06 suspects)", "8 months",
            m.ratio_in_cambodia("owners_arrested", "freed"), low=0.02, high=0.18, starred=True),
        C("compounds closed per complaint", "8 months", m.closures, high=0.01),
        C("people rescued, share of the people held (reported: 0.02)", "8 months", m.rescued_of_held, low=0.02 / 3,
            high=0.06, starred=True))),
    Pattern("R1", "Cambodia's ban of online gambling sends operations to Shwe Kokko", ("history", "no ban"),
            "E203-E207", "I.hist", "cal", (
        C("more operations move from Cambodia to Shwe Kokko than without the ban", "16 months",
            m.extra_moved(("KHM",), ("shwe-kokko",), "history", "no ban", BAN, BAN + months(16)), low=0),)),
    Pattern("R2", "raids in Preah Sihanouk send operations to Bavet", ("history", "no raids"),
            "E217", "I.hist", "cal", (
        C("more operations move from Preah Sihanouk to Bavet than without raids", "3 weeks",
            m.extra_moved((HUB,), ("bavet",), "history", "no raids", RAIDS, RAIDS + 3), low=0),
        C("people held at Bavet, raids over none", "months 1 and 2",
            m.over(m.held("bavet", first=RAIDS + 4, last=RAIDS + 9), "history", "no raids"), low=1))),
    Pattern("R3", "Cambodia's raids send operations to Myanmar and Lao PDR", ("history", "no raids"),
            "E218", "I.hist", "cal", (
        C("more operations move from Cambodia to Myanmar and Lao PDR than without raids", "3 months",
            m.extra_moved(("KHM",), ("MMR", "LAO"), "history", "no raids", RAIDS, RAIDS + 13), low=0),)),
    Pattern("R6", "operations go from Cambodia and the Philippines to the Thai-Myanmar border", ("history",),
            "E219", "I.hist", "cal", (
        C("operations that move there, less those that move back", "2019 to 2023",
            m.net_moved(("KHM", "PHL"), MOEI, "history", *m.FIVE_YEARS), low=0),)),
)  # fmt: skip


LEFT_OUT: Mapping[str, str] = {
    "P5, operators shift to online fraud": (
        "the model knows one trade, online fraud; the switch from gambling is an input (demand rises by a dated shock)"
    ),
    "P18, site mixes (E149-E162)": (
        "the mix of origins and sexes by site is set by roster and routes, that is by inputs; it is out of reach of "
        "the few places here"
    ),
    "E078, number of origin countries": "the list of origins is an input",
    "E262-E267, licensed operators and their workers in the Philippines": (
        "an input: the rate at which licences ended is taken from these counts"
    ),
    "R2, Bavet emptied in turn (E313)": "the history has no raids in Bavet: no source dates or counts them",
    "P4, restart of building within one month": (
        "building resumed within one to seven months (E251); the check takes the seven"
    ),
}


def kinds(pattern: Pattern) -> tuple[str, ...]:
    """Return of which kinds a pattern's clauses are."""
    return tuple(kind for kind in (QUESTION, REPORTED, UNIT) if any(clause.kind == kind for clause in pattern.clauses))
