"""What a person's life may do here: one table of statuses and one of transitions.

The audit refuses any change that is not in this table, and the documentation draws it.
Sections are those of the briefing paper; V numbers are the mechanisms of `model/registry/mechanisms.py`.
"""

from dataclasses import dataclass
from enum import IntEnum

STATUSES = (
    # name, what it means
    ("at_home", "on the roster of people at risk; no row of their own"),
    ("travelling", "recruited and on the way"),
    ("stopped", "refused at a border or at departure"),
    ("held", "held in an operation and forced to defraud"),
    ("held_other_sector", "sold into another sector and held there"),
    ("held_by_armed_group", "held by an armed group"),
    ("out", "out of captivity this week, before any authority or service has acted"),
    ("stranded", "out, without shelter, means or papers to go home"),
    ("detained", "in immigration detention or prison"),
    ("prosecuted", "charged and awaiting judgment in custody"),
    ("sheltered_open", "in an open shelter, free to leave"),
    ("sheltered_closed", "in a closed shelter: a deprivation of liberty"),
    ("staying", "with a legal status in the country where they were held"),
    ("resettled", "resettled in a third country"),
    ("untraced", "no one knows where"),
    ("returned", "home again, or sent back before arrival"),
    ("prosecuted_at_home", "charged in their own country"),
    ("reintegrated", "settled again at home; not beyond being trafficked again"),
    ("dead", "dead"),
)

S = IntEnum("S", [name for name, _ in STATUSES], start=0)

IN_CAPTIVITY = ("held", "held_other_sector", "held_by_armed_group")
DEPRIVED_BY_A_STATE = ("detained", "prosecuted", "sheltered_closed")
FREE_AND_SAFE = ("sheltered_open", "staying", "resettled", "reintegrated")

# How somebody came out of captivity; RELEASED: of custody; OTHERWISE: of a shelter, or not held on this journey.
ALONE, BY_RAID, BY_CONSULATE, RELEASED, OTHERWISE = 0, 1, 2, 3, 4

UNSEEN, IDENTIFIED, MISIDENTIFIED = 0, 1, 2  # what officials say of somebody


@dataclass(frozen=True)
class Transition:
    name: str
    source: str
    target: str
    cause: str
    section: str


def _t(name, source, target, cause, section):
    return Transition(name, source, target, cause, section)


TRANSITIONS = (
    _t("recruited", "at_home", "travelling", "the stratum's hazard passes the person's threshold", "III.act V03"),
    _t("retrafficked_from_home", "returned", "travelling", "debt, record, stigma and no support", "IV.D V70"),
    _t("retrafficked_under_charge", "prosecuted_at_home", "travelling", "work denied while charges pend", "IV.D V68"),
    _t("retrafficked_after_reintegration", "reintegrated", "travelling", "settling did not hold", "IV.D V71"),
    _t("stopped_at_border", "travelling", "stopped", "questioned and refused, at departure or entry", "IV.G V20"),
    _t("referred_at_border", "travelling", "out", "an official sees the indicators and refers", "IV.B"),
    _t("sent_home", "stopped", "returned", "turned back", "IV.G V20"),
    _t("turned_to_smuggler", "stopped", "travelling", "a second attempt by an irregular route", "I.prof V17"),
    _t("received", "travelling", "held", "collected and locked in", "III.act V21"),
    _t("left_on_the_way", "travelling", "stranded", "the operation is gone or full", "IV.F V61"),
    _t("sold", "held", "held", "sold to another operation; the debt grows", "III.means V33"),
    _t("moved_with_operation", "held", "held", "the operation relocates and takes people along", "V O07"),
    _t("sold_to_other_sector", "held", "held_other_sector", "sold on, also as punishment", "III.means V29"),
    _t("recaptured", "held", "held", "a failed escape, punished", "III.means V37"),
    _t("made_to_recruit", "held", "held", "made to recruit others", "III.act"),
    _t("escaped", "held", "out", "a successful escape", "III.means V37"),
    _t("died_escaping", "held", "dead", "a failed escape", "III.means V37"),
    _t("died_held", "held", "dead", "mistreatment, no medical care", "III.means V30"),
    _t("ransomed", "held", "out", "the family pays", "III.means V36"),
    _t("released", "held", "out", "let go when of no more use", "III.means V26"),
    _t("abandoned", "held", "out", "left behind when the operation moves or closes", "V O07"),
    _t("freed_in_raid", "held", "out", "found in a raid", "II.gov V39"),
    _t("freed_on_complaint", "held", "out", "police come for the few whom a complaint is about", "IV.E V40"),
    _t("freed_by_consulate", "held", "out", "located and extracted for a consulate or family", "IV.G V40"),
    _t("taken_by_armed_group", "held", "held_by_armed_group", "taken over by those who guard", "II.gov O08"),
    _t("returned_by_armed_group", "held_by_armed_group", "held", "handed back for payment", "II.gov O08"),
    _t("let_go_by_armed_group", "held_by_armed_group", "out", "handed over", "II.gov O08"),
    _t("died_with_armed_group", "held_by_armed_group", "dead", "mistreatment", "III.means V30"),
    _t("out_of_other_sector", "held_other_sector", "out", "escape, release or rescue", "III.means V29"),
    _t("died_in_other_sector", "held_other_sector", "dead", "mistreatment", "III.means V30"),
    _t("identified_to_open_shelter", "out", "sheltered_open", "identified as trafficked, with a bed", "IV.B V42"),
    _t("identified_to_closed_shelter", "out", "sheltered_closed", "identified, kept in a closed shelter", "IV.D V75"),
    _t("identified_without_bed", "out", "stranded", "identified, no bed or assistance refused", "IV.D V63"),
    _t("identified_but_detained", "out", "detained", "identified and detained all the same", "IV.C V50"),
    _t("referred_as_vulnerable", "out", "sheltered_open", "not trafficked, referred to services", "IV.B B4"),
    _t("went_home", "out", "returned", "out by themselves, with papers and a fare", "IV.D V58"),
    _t("charged_unscreened", "out", "prosecuted", "taken for a criminal without anyone having asked", "IV.B V45"),
    _t("detained_after_screening", "out", "detained", "taken for an immigration offender", "IV.B V46"),
    _t("charged_after_screening", "out", "prosecuted", "taken for a criminal", "IV.B V45"),
    _t("detained_unscreened", "out", "detained", "detained without anyone having asked", "IV.C V50"),
    _t("not_screened", "out", "stranded", "comes out on their own and meets no official", "IV.F V61"),
    _t("let_go_after_screening", "out", "stranded", "not identified, not detained", "IV.F V61"),
    _t("deported_unassessed", "out", "returned", "deported after a raid without individual assessment", "II.gov S06"),
    _t("found_by_services", "stranded", "sheltered_open", "a service finds or is found", "IV.D V63"),
    _t("found_and_kept_closed", "stranded", "sheltered_closed", "a closed shelter takes the person in", "IV.D V75"),
    _t("arrested_while_stranded", "stranded", "detained", "irregular status is found out", "IV.F S09"),
    _t("retrafficked_while_stranded", "stranded", "travelling", "destitute and recruited again", "IV.F V62"),
    _t("returned_alone", "stranded", "returned", "finds the fare and the papers", "IV.D V58"),
    _t("returned_with_help", "stranded", "returned", "papers and fare provided, freely chosen", "IV.F F4"),
    _t("stayed_from_stranded", "stranded", "staying", "a stay pathway", "IV.F F3"),
    _t("lost_trace", "stranded", "untraced", "lost from sight", "IV.G V80"),
    _t("traced", "untraced", "stranded", "traced across borders", "IV.G V80"),
    _t("died_stranded", "stranded", "dead", "destitution, reprisal", "IV.A O22"),
    _t("extorted", "detained", "detained", "charged for food, bedding, phone or release", "IV.E V52"),
    _t("released_on_payment", "detained", "stranded", "fines and bribes paid", "IV.F V51"),
    _t("released_on_grounds", "detained", "stranded", "reasonable grounds end the detention", "IV.C C2"),
    _t("identified_in_detention", "detained", "sheltered_open", "identified after all", "IV.B V43"),
    _t(
        "identified_and_released",
        "detained",
        "stranded",
        "identified after all, no bed or assistance refused",
        "IV.B V43",
    ),
    _t("retrafficked_from_detention", "detained", "travelling", "with the collusion of guards", "IV.F V53"),
    _t("charged_in_detention", "detained", "prosecuted", "charged later", "IV.C"),
    _t("deported", "detained", "returned", "removed from custody: a coerced return", "IV.C V50"),
    _t("stayed_from_detention", "detained", "staying", "return is unsafe and this is recognised", "IV.F V59"),
    _t("escaped_custody", "detained", "stranded", "flees the custody of a state", "IV.C"),
    _t("died_detained", "detained", "dead", "conditions of detention", "IV.F"),
    _t("convicted", "prosecuted", "detained", "convicted; a record", "IV.C V45"),
    _t("case_dropped", "prosecuted", "sheltered_open", "the non-punishment principle is applied", "IV.C V78"),
    _t("case_dropped_no_bed", "prosecuted", "stranded", "the principle is applied; no bed", "IV.C V78"),
    _t("returned_from_shelter", "sheltered_open", "returned", "an assisted, informed return", "IV.F F4"),
    _t("returned_without_alternative", "sheltered_open", "returned", "sent back although unsafe", "IV.D V60"),
    _t("stayed_from_shelter", "sheltered_open", "staying", "a stay pathway", "IV.D D5"),
    _t("resettled_from_shelter", "sheltered_open", "resettled", "resettlement", "IV.F"),
    _t("placed_in_care", "sheltered_open", "staying", "a child, in care that is in their best interests", "IV.D V74"),
    _t("left_shelter", "sheltered_open", "stranded", "support ended or was left", "IV.D V65"),
    _t("opened_door", "sheltered_closed", "sheltered_open", "moved to an open shelter", "IV.D V75"),
    _t("returned_from_closed_shelter", "sheltered_closed", "returned", "sent back from a closed shelter", "IV.D V75"),
    _t("left_closed_shelter", "sheltered_closed", "stranded", "leaves or flees", "IV.D V75"),
    _t("lost_status", "staying", "stranded", "the status ends", "IV.F V59"),
    _t(
        "identified_at_home",
        "returned",
        "returned",
        "their own State, to which they were handed over, identifies them",
        "IV.B V43",
    ),
    _t("charged_at_home", "returned", "prosecuted_at_home", "charged in their own country", "IV.C V55"),
    _t("reintegrated_with_support", "returned", "reintegrated", "long-term support at home", "IV.D V71"),
    _t("reintegrated_alone", "returned", "reintegrated", "finds a footing alone", "IV.D V67"),
    _t("became_recruiter", "returned", "returned", "recruits others", "III.act"),
    _t("charges_ended", "prosecuted_at_home", "returned", "the case ends, with or without a record", "IV.D V68"),
    _t("killed_at_home", "returned", "dead", "reprisal follows them home", "IV.A O22"),
    _t("fell_back", "reintegrated", "returned", "stigma or debt undo it", "IV.D V67"),
)

T = IntEnum("T", [t.name for t in TRANSITIONS], start=0)
