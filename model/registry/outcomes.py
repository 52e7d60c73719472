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
GROUPS = (EVERYONE, TRAFFICKED, CHILDREN)


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
    floor: bool = False  # part of the rights floor

    @property
    def aggregate(self):
        """How a window is summed up by default: flows add, levels average, ratios divide."""
        if self.kind == "ratio":
            return "ratio"
        return "mean" if is_level(self) else "sum"


_LEVELS = ("compounds", "operations", "vacancies")


def is_level(outcome: Outcome) -> bool:
    """Tell whether an outcome is a level at a week's end (averaged over a window), not a flow."""
    return outcome.kind == "level" or outcome.name in _LEVELS


def _flow(name, label, better, of, among=EVERYONE, **more):
    return Outcome(name, label, "persons", "flow", better, of, among, **more)


def _level(name, label, better, of, among=EVERYONE, **more):
    return Outcome(name, label, "persons", "level", better, of, among, **more)


def _measure(name, label, unit, better, **more):
    return Outcome(name, label, unit, "measure", better, (), **more)


def _ratio(name, label, better, numerator, denominator, **more):
    return Outcome(name, label, "share", "ratio", better, (numerator, denominator), **more)


OUT_OF_CAPTIVITY = (
    "escaped",
    "ransomed",
    "released",
    "abandoned",
    "freed_in_raid",
    "freed_by_consulate",
    "let_go_by_armed_group",
    "out_of_other_sector",
)
IDENTIFIED = (
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
MISIDENTIFIED = ("detained_after_screening", "charged_after_screening", "let_go_after_screening")
INTO_DETENTION = (
    "identified_but_detained",
    "detained_after_screening",
    "detained_unscreened",
    "arrested_while_stranded",
)
CHARGED = ("charged_after_screening", "charged_in_detention", "charged_at_home")
COERCED_RETURNS = (
    "deported_unassessed",
    "deported",
    "returned_without_alternative",
    "returned_from_closed_shelter",
)
DEATHS = (
    "died_escaping",
    "died_held",
    "died_with_armed_group",
    "died_in_other_sector",
    "died_stranded",
    "died_detained",
)
TRAFFICKED_AGAIN = (
    "retrafficked_from_home",
    "retrafficked_under_charge",
    "retrafficked_after_reintegration",
    "retrafficked_while_stranded",
    "retrafficked_from_detention",
)
PERSON = "the person"

OUTCOMES = (
    # --- people -----------------------------------------------------------------------------------
    _level(
        "people_held", "people held in operations", "down", ("held",), whose=PERSON, section="I.hist", by_group=True
    ),
    _level("trafficked_held", "people held who are trafficked", "down", ("held",), TRAFFICKED, whose=PERSON),
    _level(
        "in_captivity",
        "people held in operations, another sector or by an armed group",
        "down",
        IN_CAPTIVITY,
        whose=PERSON,
    ),
    _flow("newly_held", "people newly held", "down", ("received",), whose=PERSON, section="III.act", by_group=True),
    _flow("recruited", "people recruited for the first time", "down", ("recruited",), whose=PERSON, by_group=True),
    _flow(
        "retrafficked", "people trafficked again", "down", TRAFFICKED_AGAIN, whose=PERSON, section="IV.D", by_group=True
    ),
    _flow("deaths", "deaths", "down", DEATHS, whose=PERSON, section="III.means", by_group=True, floor=True),
    _measure(
        "abuse_exposure",
        "abuse exposure of people held",
        "person-weeks of usual abuse",
        "down",
        whose=PERSON,
        section="III.means V73",
    ),
    _measure(
        "sexual_violence_exposure",
        "expected exposure to sexual violence",
        "expected persons",
        "down",
        whose=PERSON,
        section="III.means V29",
    ),
    _measure(
        "health_lost", "health lost", "person-years of full health", "down", whose=PERSON, section="III.means V73"
    ),
    _flow("escape_attempts_failed", "failed escape attempts", None, ("recaptured", "died_escaping"), whose=PERSON),
    _flow("escaped", "people who escaped", None, ("escaped",), whose=PERSON, by_group=True),
    _flow("ransomed", "people ransomed", None, ("ransomed",), whose=PERSON, by_group=True),
    _flow(
        "freed",
        "people freed in raids or through consulates",
        None,
        ("freed_in_raid", "freed_by_consulate"),
        whose=PERSON,
        by_group=True,
    ),
    _flow("freed_in_raids", "people freed in raids", None, ("freed_in_raid",), whose=PERSON),
    _flow("sold", "sales of people", "down", ("sold", "sold_to_other_sector"), whose=PERSON, section="III.means V33"),
    _flow("moved", "people moved with an operation", "down", ("moved_with_operation",), whose=PERSON, section="V O07"),
    _flow("out", "people who came out", None, OUT_OF_CAPTIVITY, whose=PERSON, by_group=True),
    _flow("trafficked_out", "trafficked people who came out", None, OUT_OF_CAPTIVITY, TRAFFICKED, whose=PERSON),
    _flow(
        "identified",
        "trafficked people identified",
        None,
        IDENTIFIED,
        TRAFFICKED,
        whose=PERSON,
        section="IV.B",
        by_group=True,
    ),
    _flow(
        "misidentified",
        "trafficked people taken for offenders or not recognised",
        None,
        MISIDENTIFIED,
        TRAFFICKED,
        whose=PERSON,
        section="IV.B",
        by_group=True,
    ),
    _measure("wrongly_identified", "people identified as trafficked who are not", "persons", None, whose="the State"),
    _flow("detained", "people taken into detention", None, INTO_DETENTION, whose=PERSON, section="IV.C", by_group=True),
    _flow(
        "trafficked_detained",
        "trafficked people taken into detention",
        "down",
        INTO_DETENTION,
        TRAFFICKED,
        whose=PERSON,
        section="IV.C",
    ),
    _level(
        "in_detention",
        "trafficked people in detention or prison",
        "down",
        ("detained", "prosecuted"),
        TRAFFICKED,
        whose=PERSON,
        section="IV.C",
    ),
    _measure(
        "detained_without_assessment",
        "detained without an individual assessment",
        "persons",
        "down",
        whose=PERSON,
        section="IV.A S19",
    ),
    _flow(
        "children_detained",
        "children taken into detention",
        "down",
        INTO_DETENTION,
        CHILDREN,
        whose="the child",
        section="IV.F",
        floor=True,
    ),
    _flow(
        "charged",
        "trafficked people charged with crimes",
        "down",
        CHARGED,
        TRAFFICKED,
        whose=PERSON,
        section="IV.C",
        by_group=True,
    ),
    _flow("convicted", "trafficked people convicted", "down", ("convicted",), TRAFFICKED, whose=PERSON, section="IV.C"),
    _measure(
        "convicted_without_safeguards",
        "convicted without the safeguards of a fair trial",
        "persons",
        "down",
        whose=PERSON,
        section="IV.A S19",
    ),
    _measure(
        "punished",
        "trafficked people detained or charged, once each time they come out",
        "persons",
        None,
        whose=PERSON,
        section="IV.C",
    ),
    _flow("extorted", "people extorted in custody", "down", ("extorted",), whose=PERSON, section="IV.E V52"),
    _flow(
        "coerced_returns",
        "coerced returns",
        "down",
        COERCED_RETURNS,
        whose=PERSON,
        section="IV.D V76",
        by_group=True,
        floor=True,
    ),
    _flow(
        "assisted_returns",
        "assisted, chosen returns",
        None,
        ("returned_with_help", "returned_from_shelter"),
        whose=PERSON,
        by_group=True,
    ),
    _level("in_open_shelter", "people in open shelter", None, ("sheltered_open",), whose=PERSON, section="IV.D"),
    _level("stranded", "people stranded", "down", ("stranded",), whose=PERSON, section="IV.F V61", by_group=True),
    _level("deprived_by_a_state", "people deprived of liberty by a state", "down", DEPRIVED_BY_A_STATE, whose=PERSON),
    _flow(
        "remedied",
        "people granted a status or resettled",
        "up",
        ("stayed_from_stranded", "stayed_from_detention", "stayed_from_shelter", "resettled_from_shelter"),
        whose=PERSON,
        section="IV.D D5",
    ),
    _flow(
        "reintegrated",
        "people reintegrated",
        None,
        ("reintegrated_with_support", "reintegrated_alone"),
        whose=PERSON,
        section="IV.D V71",
        by_group=True,
    ),
    _level("free_and_safe", "people out who are free and safe", "up", FREE_AND_SAFE, whose=PERSON),
    _flow("became_recruiters", "returned people who recruit", "down", ("became_recruiter",), whose="others at risk"),
    _flow(
        "stopped",
        "trafficked travellers refused at a border",
        None,
        ("stopped_at_border",),
        whose=PERSON,
        section="IV.G V20",
    ),
    _flow("referred_at_borders", "people referred at a border", None, ("referred_at_border",), whose=PERSON),
    # --- operations -------------------------------------------------------------------------------
    _measure("compounds", "compounds standing", "compounds", None, whose="-"),
    _measure("operations", "operations", "operations", None, whose="-"),
    _measure(
        "operations_moved_in", "operations that moved to this place", "operations", None, whose="-", section="IV.G S05"
    ),
    _measure(
        "operations_moved_out", "operations that left this place", "operations", None, whose="-", section="IV.G S05"
    ),
    _measure("operations_founded", "operations founded", "operations", None, whose="-"),
    _measure("operations_closed", "operations closed", "operations", None, whose="-"),
    _measure("raids", "raids that got in", "raids", None, whose="the State"),
    _measure("raids_betrayed", "raids betrayed beforehand", "raids", "down", whose="the State", section="II.gov V39"),
    _measure("owners_arrested", "owners arrested", "persons", None, whose="the State"),
    _measure("vacancies", "vacancies posted", "persons", None, whose="-"),
    # --- others -----------------------------------------------------------------------------------
    _measure("money_defrauded", "money defrauded", "million USD", "down", whose="people defrauded", section="I.intro"),
    _measure("ransom_paid", "ransom paid", "million USD", "down", whose="families", section="III.means V36"),
    _measure("enforcement_effort", "enforcement effort", "officer-weeks", None, whose="the State"),
    _measure(
        "protection_effort",
        "protection effort",
        "person-weeks of shelter, screenings and returns",
        None,
        whose="the State",
    ),
    _measure(
        "lawful_travellers_stopped",
        "lawful travellers refused (expected)",
        "persons",
        "down",
        whose="lawful travellers",
        section="IV.F F5",
    ),
    _measure(
        "lawful_ads_removed", "lawful job advertisements removed (index)", "share-weeks", "down", whose="job seekers"
    ),
    # --- what reporters would see (expected) ------------------------------------------------------
    _measure(
        "reports_to_consulates",
        "cases reported to consulates (expected)",
        "persons",
        None,
        whose="observer",
        section="IV.G V40",
    ),
    _measure(
        "reports_to_hotlines",
        "complaints about people held, to hotlines and police (expected)",
        "persons",
        None,
        whose="observer",
    ),
    _measure(
        "reports_in_press", "cases reported by press and civil society (expected)", "persons", None, whose="observer"
    ),
    # --- shares -----------------------------------------------------------------------------------
    _ratio(
        "identified_share",
        "identified per trafficked person out",
        "up",
        "identified",
        "trafficked_out",
        whose=PERSON,
        section="IV.B",
    ),
    _ratio(
        "punished_share",
        "punished per trafficked person out",
        "down",
        "punished",
        "trafficked_out",
        whose=PERSON,
        section="IV.C",
        floor=True,
    ),
    _ratio(
        "misidentified_share",
        "misidentified per trafficked person out",
        "down",
        "misidentified",
        "trafficked_out",
        whose=PERSON,
        section="IV.B",
    ),
    _ratio(
        "coerced_return_share",
        "coerced among all returns with a known manner",
        "down",
        "coerced_returns",
        "all_returns",
        whose=PERSON,
        section="IV.D",
    ),
    _flow(
        "all_returns",
        "returns with a known manner",
        None,
        COERCED_RETURNS + ("returned_with_help", "returned_from_shelter", "returned_alone"),
        whose=PERSON,
    ),
    _ratio("replacement_ratio", "people newly held per person who came out", None, "newly_held", "out", whose="-"),
)

O = IntEnum("O", [o.name for o in OUTCOMES if o.kind != "ratio"], start=0)
RECORDED = tuple(o for o in OUTCOMES if o.kind != "ratio")
BY_NAME = {o.name: o for o in OUTCOMES}
RATIOS = tuple(o for o in OUTCOMES if o.kind == "ratio")
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
RIGHTS_FLOOR = tuple(o.name for o in OUTCOMES if o.floor)
