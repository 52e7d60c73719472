"""Every outcome, declared once.

A *flow* counts transitions of a week (`model/registry/life_course.py`), a *level* counts people by status at
the end of a week, a *measure* is written by a phase, and a *ratio* divides two other outcomes over a
window. `among` restricts flows and levels to people who are truly trafficked, or to children.
Direction is the better one: "down", "up", or none, since many process counts have no better
direction and only their shares do.
"""

from dataclasses import dataclass
from enum import IntEnum

from .life_course import DEPRIVED_BY_A_STATE, FREE_AND_SAFE, IN_CAPTIVITY

EVERYONE, TRAFFICKED, CHILDREN = "everyone", "trafficked", "children"
AMONG_WHOM = (EVERYONE, TRAFFICKED, CHILDREN)


@dataclass(frozen=True)
class Outcome:
    name: str
    label: str
    unit: str
    kind: str  # flow, level, measure or ratio
    better: str | None  # "up", "down" or None
    of: tuple  # transitions, statuses, or (numerator, denominator)
    among: str = EVERYONE
    whose: str = ""  # whose right, or whose cost
    section: str = ""
    by_group: bool = False
    stock: bool = False  # of a measure: as it stands at a week's end, averaged over weeks, not summed
    by_place: bool = False  # may it be shown by place? Not where it would say where people escape or are intercepted
    floor: bool = False  # part of the rights floor

    @property
    def aggregate(self):
        """How a window is summed up by default: flows add, levels average, ratios divide."""
        if self.kind == "ratio":
            return "ratio"
        return "mean" if is_level(self) else "sum"


def is_level(outcome: Outcome) -> bool:
    """Say whether an outcome is a level at a week's end (averaged over a window), not a flow."""
    return outcome.kind == "level" or outcome.stock


def _flow(name, *, label, better, of, among=EVERYONE, **more):
    return Outcome(name, label, "persons", "flow", better, of, among, **more)


def _level(name, *, label, better, of, among=EVERYONE, **more):
    return Outcome(name, label, "persons", "level", better, of, among, **more)


def _measure(name, *, label, unit, better, **more):
    return Outcome(name, label, unit, "measure", better, (), **more)


def _ratio(name, *, label, better, numerator, denominator, **more):
    return Outcome(name, label, "share", "ratio", better, (numerator, denominator), **more)


OUT_OF_CAPTIVITY = (
    "escaped",
    "ransomed",
    "released",
    "abandoned",
    "freed_in_raid",
    "freed_on_complaint",
    "freed_by_consulate",
    "let_go_by_armed_group",
    "out_of_other_sector",
)
IDENTIFICATIONS = (
    "identified_to_open_shelter",
    "identified_to_closed_shelter",
    "identified_without_bed",
    "identified_but_detained",
    "identified_in_detention",
    "identified_and_released",
    "case_dropped",
    "case_dropped_no_bed",
    "identified_at_home",
)
MISIDENTIFICATIONS = ("detained_after_screening", "charged_after_screening", "let_go_after_screening")
INTO_DETENTION = (
    "identified_but_detained",
    "detained_after_screening",
    "detained_unscreened",
    "arrested_while_stranded",
)
CHARGED = ("charged_after_screening", "charged_unscreened", "charged_in_detention", "charged_at_home")
COERCED_RETURNS = (
    "deported_unassessed",
    "deported",
    "returned_without_alternative",
    "returned_from_closed_shelter",
)
DEATHS_IN_CAPTIVITY = ("died_held", "died_with_armed_group", "died_in_other_sector")
DEATHS = ("died_escaping", *DEATHS_IN_CAPTIVITY, "died_stranded", "died_detained", "killed_at_home")
TRAFFICKED_AGAIN = (
    "retrafficked_from_home",
    "retrafficked_under_charge",
    "retrafficked_after_reintegration",
    "retrafficked_while_stranded",
    "retrafficked_from_detention",
)
THE_PERSON = "the person"

# fmt: off
_ROWS = (
    # --- people -----------------------------------------------------------------------------------
    _level("people_held", label="people held in operations", better="down", of=("held",), whose=THE_PERSON,
        section="I.hist", by_group=True, by_place=True),
    _level("trafficked_held", label="people held who are trafficked", better="down", of=("held",), among=TRAFFICKED,
        whose=THE_PERSON, by_place=True),
    _level("in_captivity", label="people held in operations, another sector or by an armed group", better="down",
        of=IN_CAPTIVITY, whose=THE_PERSON, by_place=True),
    _flow("newly_held", label="people newly held", better="down", of=("received",), whose=THE_PERSON, section="III.act",
        by_group=True, by_place=True),
    _flow("recruited", label="people recruited for the first time", better="down", of=("recruited",), whose=THE_PERSON,
        by_group=True, by_place=True),
    _flow("retrafficked", label="people trafficked again", better="down", of=TRAFFICKED_AGAIN, whose=THE_PERSON,
        section="IV.D", by_group=True, by_place=True),
    _flow("deaths", label="deaths", better="down", of=DEATHS, whose=THE_PERSON, section="III.means", by_group=True,
        floor=True, by_place=True),
    _flow("deaths_in_captivity", label="deaths in captivity, by mistreatment and lack of care", better="down",
        of=DEATHS_IN_CAPTIVITY, whose=THE_PERSON, section="III.means V30", by_place=True),
    _flow("deaths_escaping", label="deaths in attempts to escape", better="down", of=("died_escaping",),
        whose=THE_PERSON, section="III.means V37"),
    _flow("deaths_stranded", label="deaths of people stranded", better="down", of=("died_stranded",),
        whose=THE_PERSON, section="IV.F", by_place=True),
    _flow("deaths_in_custody", label="deaths in detention", better="down", of=("died_detained",),
        whose=THE_PERSON, section="IV.F", by_place=True),
    _measure("abuse_exposure", label="abuse exposure of people held", unit="person-weeks of usual abuse",
        better="down", whose=THE_PERSON, section="III.means V73", by_place=True),
    _measure("sexual_violence_exposure", label="expected exposure to sexual violence", unit="expected persons",
        better="down", whose=THE_PERSON, section="III.means V29", by_place=True),
    _measure("health_lost", label="health lost", unit="person-years of full health", better="down", whose=THE_PERSON,
        section="III.means V73", by_place=True),
    _flow("escape_attempts_failed", label="failed escape attempts", better=None, of=("recaptured", "died_escaping"),
        whose=THE_PERSON),
    _flow("escaped", label="people who escaped", better=None, of=("escaped",), whose=THE_PERSON, by_group=True),
    _flow("ransomed", label="people ransomed", better=None, of=("ransomed",), whose=THE_PERSON, by_group=True,
        by_place=True),
    _flow("freed", label="people freed in raids, on complaints or through consulates", better=None,
        of=("freed_in_raid", "freed_on_complaint", "freed_by_consulate"), whose=THE_PERSON, by_group=True,
        by_place=True),
    _flow("freed_in_raids", label="people freed in raids", better=None, of=("freed_in_raid",), whose=THE_PERSON,
        by_place=True),
    _flow("freed_on_complaints", label="people freed by police on complaints", better=None, of=("freed_on_complaint",),
        whose=THE_PERSON, by_place=True),
    _flow("freed_by_consulates", label="people freed through consulates", better=None, of=("freed_by_consulate",),
        whose=THE_PERSON, by_place=True),
    _flow("released", label="people let go by an operation", better=None, of=("released",), whose=THE_PERSON,
        by_place=True),
    _flow("abandoned", label="people left behind by an operation", better=None, of=("abandoned",), whose=THE_PERSON,
        by_place=True),
    _measure("weeks_at_exit", label="time that people who came out of operations had been held", unit="person-weeks",
        better=None, whose=THE_PERSON, by_place=True),
    _flow("sold", label="sales of people", better="down", of=("sold", "sold_to_other_sector"), whose=THE_PERSON,
        section="III.means V33", by_place=True),
    _flow("moved", label="people moved with an operation", better="down", of=("moved_with_operation",),
        whose=THE_PERSON, section="V O07", by_place=True),
    _flow("out", label="people who came out", better=None, of=OUT_OF_CAPTIVITY, whose=THE_PERSON, by_group=True,
        by_place=True),
    _flow("trafficked_out", label="trafficked people who came out", better=None, of=OUT_OF_CAPTIVITY,
        among=TRAFFICKED, whose=THE_PERSON, by_place=True),
    _flow("identified", label="trafficked people identified", better=None, of=IDENTIFICATIONS, among=TRAFFICKED,
        whose=THE_PERSON, section="IV.B", by_group=True, by_place=True),
    _flow("misidentified", label="trafficked people taken for offenders or not recognised", better=None,
        of=MISIDENTIFICATIONS, among=TRAFFICKED, whose=THE_PERSON, section="IV.B", by_group=True, by_place=True),
    _measure("wrongly_identified", label="people identified as trafficked who are not", unit="persons", better=None,
        whose="the State", by_place=True),
    _flow("detained", label="people taken into detention", better=None, of=INTO_DETENTION, whose=THE_PERSON,
        section="IV.C", by_group=True, by_place=True),
    _flow("trafficked_detained", label="trafficked people taken into detention", better="down", of=INTO_DETENTION,
        among=TRAFFICKED, whose=THE_PERSON, section="IV.C", by_place=True),
    _level("in_detention", label="trafficked people in detention or prison", better="down",
        of=("detained", "prosecuted"), among=TRAFFICKED, whose=THE_PERSON, section="IV.C", by_place=True),
    _measure("detained_without_assessment", label="detained without an individual assessment", unit="persons",
        better="down", whose=THE_PERSON, section="IV.A S19", by_place=True),
    _flow("children_detained", label="children taken into detention", better="down", of=INTO_DETENTION,
        among=CHILDREN, whose="the child", section="IV.F", floor=True, by_place=True),
    _flow("charged", label="trafficked people charged with crimes", better="down", of=CHARGED, among=TRAFFICKED,
        whose=THE_PERSON, section="IV.C", by_group=True, by_place=True),
    _flow("convicted", label="trafficked people convicted", better="down", of=("convicted",), among=TRAFFICKED,
        whose=THE_PERSON, section="IV.C", by_place=True),
    _measure("convicted_without_safeguards", label="convicted without the safeguards of a fair trial", unit="persons",
        better="down", whose=THE_PERSON, section="IV.A S19", by_place=True),
    _measure("punished", label="trafficked people detained or charged, once each time they come out", unit="persons",
        better=None, whose=THE_PERSON, section="IV.C", by_place=True),
    _flow("extorted", label="people extorted in custody", better="down", of=("extorted",), whose=THE_PERSON,
        section="IV.E V52", by_place=True),
    _flow("coerced_returns", label="coerced returns", better="down", of=COERCED_RETURNS, whose=THE_PERSON,
        section="IV.D V76", by_group=True, floor=True, by_place=True),
    _flow("assisted_returns", label="assisted, chosen returns", better=None,
        of=("returned_with_help", "returned_from_shelter"), whose=THE_PERSON, by_group=True, by_place=True),
    _level("in_open_shelter", label="people in open shelter", better=None, of=("sheltered_open",), whose=THE_PERSON,
        section="IV.D", by_place=True),
    _level("stranded", label="people stranded", better="down", of=("stranded",), whose=THE_PERSON, section="IV.F V61",
        by_group=True, by_place=True),
    _level("deprived_by_a_state", label="people deprived of liberty by a state", better="down",
        of=DEPRIVED_BY_A_STATE, whose=THE_PERSON, by_place=True),
    _flow("remedied", label="people granted a status or resettled", better="up",
        of=("stayed_from_stranded", "stayed_from_detention", "stayed_from_shelter", "resettled_from_shelter"),
        whose=THE_PERSON, section="IV.D D5", by_place=True),
    _flow("reintegrated", label="people reintegrated", better=None,
        of=("reintegrated_with_support", "reintegrated_alone"), whose=THE_PERSON, section="IV.D V71", by_group=True,
        by_place=True),
    _level("free_and_safe", label="people out who are free and safe", better="up", of=FREE_AND_SAFE, whose=THE_PERSON,
        by_place=True),
    _flow("became_recruiters", label="returned people who recruit", better="down", of=("became_recruiter",),
        whose="others at risk", by_place=True),
    _flow("stopped", label="trafficked travellers refused at a border", better=None, of=("stopped_at_border",),
        whose=THE_PERSON, section="IV.G V20"),
    _flow("referred_at_borders", label="people referred at a border", better=None, of=("referred_at_border",),
        whose=THE_PERSON),
    # --- operations -------------------------------------------------------------------------------
    _measure("compounds", stock=True, label="compounds standing", unit="compounds", better=None, whose="-",
        by_place=True),
    _measure("operations", stock=True, label="operations", unit="operations", better=None, whose="-", by_place=True),
    _measure("operations_moved_in", label="operations that moved to this place", unit="operations", better=None,
        whose="-", section="IV.G S05", by_place=True),
    _measure("operations_moved_out", label="operations that left this place", unit="operations", better=None,
        whose="-", section="IV.G S05", by_place=True),
    _measure("operations_founded", label="operations founded", unit="operations", better=None, whose="-",
        by_place=True),
    _measure("operations_closed", label="operations closed", unit="operations", better=None, whose="-",
        by_place=True),
    _measure("raids", label="raids that got in", unit="raids", better=None, whose="the State", by_place=True),
    _measure("call_outs", label="police call-outs on complaints", unit="call-outs", better=None, whose="the State",
        by_place=True),
    _measure("raids_betrayed", label="raids betrayed beforehand", unit="raids", better="down", whose="the State",
        section="II.gov V39", by_place=True),
    _measure("owners_arrested", label="owners arrested", unit="persons", better=None, whose="the State",
        by_place=True),
    _measure("vacancies", stock=True, label="vacancies posted", unit="persons", better=None, whose="-"),
    # --- others -----------------------------------------------------------------------------------
    _measure("money_defrauded", label="money defrauded", unit="million USD", better="down", whose="people defrauded",
        section="I.intro", by_place=True),
    _measure("ransom_paid", label="ransom paid", unit="million USD", better="down", whose="families",
        section="III.means V36", by_place=True),
    _measure("enforcement_effort", label="enforcement effort", unit="officer-weeks", better=None, whose="the State",
        by_place=True),
    _measure("protection_effort", label="protection effort", unit="person-weeks of shelter, screenings and returns",
        better=None, whose="the State", by_place=True),
    _measure("lawful_travellers_stopped", label="lawful travellers refused (expected)", unit="persons", better="down",
        whose="lawful travellers", section="IV.F F5"),
    _measure("lawful_ads_removed", label="lawful job advertisements removed (index)", unit="share-weeks",
        better="down", whose="job seekers", by_place=True),
    # --- what reporters would see (expected) ------------------------------------------------------
    _measure("reports_to_consulates", label="cases reported to consulates (expected)", unit="persons", better=None,
        whose="observer", section="IV.G V40", by_place=True),
    _measure("reports_to_hotlines", label="complaints about people held, to hotlines and police (expected)",
        unit="persons", better=None, whose="observer", by_place=True),
    _measure("reports_in_press", label="cases reported by press and civil society (expected)", unit="persons",
        better=None, whose="observer", by_place=True),
    # --- shares -----------------------------------------------------------------------------------
    _ratio("identified_share", label="identified per trafficked person out", better="up", numerator="identified",
        denominator="trafficked_out", whose=THE_PERSON, section="IV.B"),
    _ratio("punished_share", label="punished per trafficked person out", better="down", numerator="punished",
        denominator="trafficked_out", whose=THE_PERSON, section="IV.C", floor=True),
    _ratio("misidentified_share", label="misidentified per trafficked person out", better="down",
        numerator="misidentified", denominator="trafficked_out", whose=THE_PERSON, section="IV.B"),
    _ratio("coerced_return_share", label="coerced among all returns with a known manner", better="down",
        numerator="coerced_returns", denominator="all_returns", whose=THE_PERSON, section="IV.D"),
    _flow("all_returns", label="returns with a known manner", better=None,
        of=(*COERCED_RETURNS, "returned_with_help", "returned_from_shelter", "returned_alone", "went_home"),
        whose=THE_PERSON,
        by_place=True),
    _ratio("replacement_ratio", label="people newly held per person who came out", better=None,
        numerator="newly_held", denominator="out", whose="-"),
)
# fmt: on

OUTCOMES = {o.name: o for o in _ROWS}
O = IntEnum("O", [o.name for o in OUTCOMES.values() if o.kind != "ratio"], start=0)  # noqa: E741
RECORDED = tuple(o for o in OUTCOMES.values() if o.kind != "ratio")
RATIOS = tuple(o for o in OUTCOMES.values() if o.kind == "ratio")
GROUPED = tuple(o for o in RECORDED if o.by_group)
HEADLINE = (
    "people_held",
    "newly_held",
    "retrafficked",
    "deaths",
    "identified_share",
    "punished_share",
    "in_detention",
    "children_detained",
    "coerced_returns",
    "free_and_safe",
    "money_defrauded",
    "lawful_travellers_stopped",
)
RIGHTS_FLOOR = tuple(o.name for o in OUTCOMES.values() if o.floor)
