"""What a lever or a shock may move: the institutions, as they stand at a place in a week.

One row a variable. Its base value comes from a column of the world's data or from the parameter of
the same name; levers and shocks move it (`model/registry/levers.py`), and agents read it. Nothing else in
the model knows which policies exist.
"""

from dataclasses import dataclass
from enum import IntEnum


@dataclass(frozen=True)
class Institution:
    name: str
    unit: str
    base: str  # "place:<column>", "state:<column>" or "parameter"
    low: float
    high: float
    meaning: str


def _i(name, unit, base, low, high, meaning):
    return Institution(name, unit, base, low, high, meaning)


BIG = 1e9

INSTITUTIONS = (
    # --- where operations are -------------------------------------------------------------------
    _i("control", "share", "place:control", 0, 1, "can the state enter this place?"),
    _i("protection_price", "USD per person-week", "place:protection", 0, BIG, "price of protection"),
    _i("online_demand", "factor", "parameter", 0, 10, "targets reached online, against 2019"),
    _i("laundering_cost", "share of revenue", "parameter", 0, 0.95, "lost between the target and the owner"),
    _i("output_lost", "share of revenue", "parameter", 0, 0.95, "lost to cuts of power and connectivity"),
    _i("licensed_closure", "per week", "parameter", 0, 1, "hazard that a licensed site is closed by order"),
    _i("hidden", "share", "parameter", 0, 1, "how far sites are hidden from view (unlicensed, underground)"),
    _i("guarding", "factor", "parameter", 0, 10, "guards at a site, against the usual"),
    _i("abuse", "factor", "parameter", 0, 10, "abuse and hours at a site, against the usual"),
    _i("contact", "factor", "parameter", 0, 10, "chance that a person held can reach the outside"),
    # --- enforcement ----------------------------------------------------------------------------
    _i(
        "raids",
        "raids per month and state",
        "state:raids_per_month",
        0,
        500,
        "raids that it sets out for; they fail where it cannot enter",
    ),
    _i("site_closed", "probability", "parameter", 0, 1, "that a raided site stays closed"),
    _i("owner_arrest", "probability", "parameter", 0, 1, "that a raid leads to an owner's arrest"),
    _i("tip_off", "probability", "parameter", 0, 1, "that a raid is betrayed beforehand"),
    _i("notice", "share", "parameter", 0, 1, "of raids forewarned by an announced deadline"),
    _i("notice_release", "per week", "parameter", 0, 1, "hazard of being let go ahead of a deadline"),
    _i("spares_payers", "share", "parameter", 0, 1, "how far raids spare those who pay for protection"),
    _i("hardening", "factor per raid", "parameter", 0, 5, "guards and abuse added after a raid or escape"),
    _i("joint_action", "share", "parameter", 0, 1, "share of raids struck in one week by several states"),
    _i("partner_leak", "probability", "parameter", 0, 1, "added tip-off risk with each partner that knows"),
    _i("agreement_delay", "weeks", "parameter", 0, 52, "weeks between joint strikes"),
    _i("intelligence_shared", "share", "parameter", 0, 1, "of intelligence that partners see"),
    _i("intelligence_gain", "factor", "parameter", 0, 10, "intelligence gained from a lead"),
    _i("hotline_share", "share", "parameter", 0, 1, "of alarms from inside that reach hotlines and police"),
    _i("permissive_sites", "factor", "parameter", 0, 1, "how far neighbours let operations settle"),
    # --- recruitment (at home, or where a migrant worker is stranded) -----------------------------
    _i("at_risk", "factor", "parameter", 0, 10, "economic distress behind the acceptance of risky offers"),
    _i("social_media_reach", "factor", "parameter", 0, 10, "reach of false advertisements on social media"),
    _i("job_site_reach", "factor", "parameter", 0, 10, "reach of false advertisements on job sites and agencies"),
    _i("acquaintance_reach", "factor", "parameter", 0, 10, "reach of recruiters who are known to the person"),
    _i("stranded_reach", "factor", "parameter", 0, 50, "reach among stranded migrant workers on the spot"),
    _i("recruiters_stopped", "share", "parameter", 0, 1, "of recruiters' effort ended by detection and arrests"),
    _i("lawful_ads_removed", "share", "parameter", 0, 1, "lawful job advertisements removed"),
    _i("willing_entry", "factor", "parameter", 0, 10, "willing entrants, against the usual"),
    _i("people_market", "factor", "parameter", 0, 10, "ease with which people are sold"),
    # --- borders --------------------------------------------------------------------------------
    _i(
        "exit_stop",
        "probability",
        "parameter",
        0,
        1,
        "that a trafficked traveller who is questioned is refused departure",
    ),
    _i(
        "lawful_stop",
        "probability",
        "parameter",
        0,
        1,
        "that a lawful traveller who is questioned is refused departure",
    ),
    _i("border_referral", "probability", "parameter", 0, 1, "that indicators are seen and the person referred"),
    _i("border_collusion", "probability", "parameter", 0, 1, "that an official is paid to look away"),
    _i("closure", "share", "parameter", 0, 1, "of official crossings closed"),
    _i("smuggling_cost", "factor", "parameter", 0, 10, "cost of irregular routes against regular ones"),
    # --- out: screening -------------------------------------------------------------------------
    _i("screening_slots", "persons per week and state", "state:screening_per_week", 0, BIG, "trained screening"),
    _i("sensitivity", "probability", "parameter", 0, 1, "a trafficked person screened is recognised in the best case"),
    _i("specificity", "probability", "parameter", 0, 1, "a person not trafficked is not taken for one"),
    _i("recognition", "share", "state:recognises_forced_criminality", 0, 1, "forced criminality counts in law"),
    _i("training", "share", "parameter", 0, 1, "of officials trained for this profile"),
    _i("interpreters", "share", "parameter", 0, 1, "of people screened in a language they know"),
    _i("without_testimony", "share", "parameter", 0, 1, "identified although they do not disclose"),
    _i("refers_vulnerable", "share", "parameter", 0, 1, "not trafficked yet referred to services"),
    _i("false_claims", "factor", "parameter", 0, 10, "false claims to have been trafficked"),
    _i("child_found", "probability", "parameter", 0, 1, "a child is recognised as a child"),
    # --- out: punishment ------------------------------------------------------------------------
    _i("np_scope", "share", "state:non_punishment_scope", 0, 1, "of relevant offences under non-punishment"),
    _i("np_practice", "share", "parameter", 0, 1, "of cases where the principle is applied"),
    _i("detains", "probability", "state:detains_irregular", 0, 1, "irregular status leads to detention"),
    _i("detention_places", "persons per state", "state:detention_places", 0, BIG, "places in immigration detention"),
    _i("child_detained", "share", "parameter", 0, 1, "of the detention practice applied to children"),
    _i("charges", "probability", "parameter", 0, 1, "a misidentified person is charged with a crime"),
    _i("grounds_release", "per week", "parameter", 0, 1, "hazard of release on reasonable grounds"),
    _i("lost_on_release", "share", "parameter", 0, 1, "released without shelter and lost from sight"),
    _i("deports_unassessed", "share", "parameter", 0, 1, "deported after a raid without assessment"),
    _i("deportation", "per week", "parameter", 0, 1, "hazard of deportation from detention"),
    _i("fines", "USD", "parameter", 0, BIG, "immigration fines"),
    _i("extortion", "per week", "parameter", 0, 1, "hazard of extortion in custody"),
    _i("collusion", "per week", "parameter", 0, 1, "hazard of being trafficked out of custody"),
    _i("courts", "cases per week and state", "state:court_cases_per_week", 0, BIG, "cases judged"),
    _i("assessed", "share", "parameter", 0, 1, "individually assessed before detention"),
    _i("safeguards", "share", "parameter", 0, 1, "tried with the safeguards of a fair trial"),
    # --- out: protection ------------------------------------------------------------------------
    _i("open_beds", "persons per state", "state:open_beds", 0, BIG, "places in open shelters"),
    _i("closed_beds", "persons per state", "state:closed_beds", 0, BIG, "places in closed shelters"),
    _i("men_admitted", "share", "state:services_for_men", 0, 1, "of services that admit men"),
    _i("uptake", "probability", "parameter", 0, 1, "assistance offered is accepted"),
    _i("support_weeks", "weeks", "parameter", 1, 520, "how long shelter and support last"),
    _i("safe_help", "share", "parameter", 0, 1, "help may be sought without detection by immigration"),
    _i("services_reach", "per week", "parameter", 0, 1, "hazard that services reach a stranded person"),
    _i("unsafe_return_caught", "probability", "parameter", 0, 1, "pre-removal assessment sees that return is unsafe"),
    _i("stay", "per week", "parameter", 0, 1, "hazard of a stay pathway for those who cannot return"),
    _i("return_help", "persons per week and state", "state:return_help_per_week", 0, BIG, "assisted returns"),
    _i("consular_reach", "per week", "parameter", 0, 1, "hazard of extraction by a consulate or family"),
    _i("consular_alarm", "factor", "parameter", 0, 10, "abuse that enquiries bring on the person"),
    _i("documents", "share", "parameter", 0, 1, "chance of papers, on which returns and removals wait"),
    _i("tracing", "per week", "parameter", 0, 1, "hazard that an untraced person is found"),
    _i("debt_relief", "share", "parameter", 0, 1, "of debts relieved by remedy and compensation"),
    _i("testimony", "probability", "parameter", 0, 1, "a protected survivor testifies"),
    _i("civic_space", "share", "state:civic_space", 0, 1, "room for press, defenders and civil society"),
    _i("reprisal", "per week", "parameter", 0, 1, "hazard of reprisal after exit"),
    _i("complaints_weight", "factor", "parameter", 0, 10, "weight of complaints in the pressure on a state"),
    _i("trust_bonus", "share", "parameter", -1, 1, "trust added or taken beside experience"),
    _i("leads_passed", "share", "parameter", 0, 1, "of leads from services that reach the police"),
    # --- home again -----------------------------------------------------------------------------
    _i("charged_at_home", "share", "state:prosecutes_at_home", 0, 1, "of returnees charged"),
    _i("home_penalty", "USD", "parameter", 0, BIG, "fines and bonds on return"),
    _i("reintegration", "share", "parameter", 0, 1, "of returnees with long-term support"),
    _i("record_cleared", "per week", "parameter", 0, 1, "hazard that a record is expunged"),
    _i("stigma", "factor", "parameter", 0, 10, "stigma and harassment after return"),
    _i("institution_return", "share", "parameter", 0, 1, "of children returned into an institution"),
)

I = IntEnum("I", [i.name for i in INSTITUTIONS], start=0)
BY_NAME = {i.name: i for i in INSTITUTIONS}
