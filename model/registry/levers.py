"""Every policy, declared once: what it moves, how strongly, and how it may help or hurt.

A lever moves institutions (`model/registry/institutions.py`) through channels. Strength has no unit: 0 is as
now, 1 is what a committed state could plausibly reach in 24 months. A channel of effect `e` at
strength `s` moves its variable `x`

- `raise`:  1 - (1 - x) * product(1 - e s)   towards 1
- `lower`:  x * product(1 - e s)             towards 0
- `scale`:  x * (1 + sum(e s))
- `add`:    x + sum(e s)                      in the variable's own unit

so levers compose and their order never matters. Every effect is an assumption: no lever has a
sourced effect size (briefing paper: direction only), so every prior includes zero.
"""

from dataclasses import dataclass

KINDS = ("enforcement", "protection", "prevention", "cooperation")
MODES = ("raise", "lower", "scale", "add")


@dataclass(frozen=True)
class Channel:
    name: str
    moves: str
    mode: str
    effect: float  # at strength 1
    high: float  # the prior is uniform on [0, high], in the sign of the effect
    why: str


@dataclass(frozen=True)
class Lever:
    name: str
    kind: str
    summary: str
    recommendations: tuple
    section: str
    unit: str  # what strength 1 means, in words and numbers
    helps_by: tuple = ()
    hurts_by: tuple = ()
    maximum: float = 1.5
    lead_weeks: int = 0  # law and building take this long from announcement to effect
    scope: tuple = ("states", "places")
    acts_at: str = "destination"  # destination, origin or both
    kinds: tuple = ()  # of places on which it acts; empty = all

    @property
    def channels(self):
        return self.helps_by + self.hurts_by


def _c(name, moves, mode, effect, high, why):
    return Channel(name, moves, mode, effect, high, why)


PEOPLE = ("states", "places", "nationalities", "sex", "age")

LEVERS = (
    # ------------------------------------------------------------------------------ enforcement --
    Lever(
        "crackdown",
        "enforcement",
        "raid compounds more often",
        (),
        "I.hist II.gov IV.G",
        "25 more raids a month in each named state, where it can enter (E224: 92 locations in 16 weeks)",
        maximum=4.0,
        helps_by=(
            _c("raids", "raids", "add", 25.0, 50.0, "raids find and free people, close sites and arrest owners"),
        ),
        hurts_by=(
            _c("hardens_guards", "hardening", "scale", 0.5, 2.0, "sites that are spared guard harder"),
            _c("spares_payers", "spares_payers", "raise", 0.2, 0.6, "raids concentrate the industry in those who pay"),
            _c(
                "detains_freed",
                "detains",
                "raise",
                0.2,
                0.6,
                "where mass raids are made, irregular people are detained as a rule",
            ),
        ),
    ),
    Lever(
        "mass_deportation",
        "enforcement",
        "deport after raids without individual assessment",
        (),
        "II.gov S06 IV.C",
        "half of those found are deported unassessed",
        maximum=1.5,
        helps_by=(_c("shortens_detention", "deportation", "add", 0.10, 0.3, "people wait less in detention"),),
        hurts_by=(
            _c("skips_assessment", "deports_unassessed", "raise", 0.5, 0.9, "no one asks who was trafficked"),
            _c("unsafe_return", "unsafe_return_caught", "lower", 0.5, 1.0, "unsafe returns go unseen"),
        ),
    ),
    Lever(
        "official_notice",
        "enforcement",
        "announce a deadline before enforcement",
        (),
        "later episodes; V39",
        "a public deadline some weeks ahead (E241: 16 days; E303: 181 days)",
        helps_by=(
            _c(
                "release_ahead",
                "notice_release",
                "add",
                0.01,
                0.05,
                "some operations let people go before the deadline",
            ),
        ),
        hurts_by=(_c("forewarns", "notice", "raise", 0.5, 0.9, "operations leave before the raids"),),
    ),
    Lever(
        "licence_ban",
        "enforcement",
        "end licensed gaming that covers operations",
        (),
        "I.hist O02 O12",
        "all licences end",
        lead_weeks=13,
        helps_by=(_c("closes_licensed", "licensed_closure", "add", 0.02, 0.1, "licensed sites are closed by order"),),
        hurts_by=(_c("drives_underground", "hidden", "raise", 0.2, 0.6, "what remains is harder to see"),),
    ),
    Lever(
        "sez_access",
        "enforcement",
        "enforce the law and inspect inside special economic zones",
        ("A5",),
        "II.gov O10 O11",
        "inspectors enter half of what was closed to them",
        lead_weeks=26,
        kinds=("zone",),
        helps_by=(
            _c("opens_zones", "control", "raise", 0.4, 0.8, "the state can enter"),
            _c("dearer_cover", "protection_price", "scale", 0.2, 1.0, "cover in zones costs more"),
        ),
        hurts_by=(_c("more_to_sell", "tip_off", "raise", 0.1, 0.4, "more officials have something to sell"),),
    ),
    Lever(
        "police_training",
        "enforcement",
        "train police in rights-based investigation and joint cases",
        ("A6",),
        "II.org S02",
        "half of the investigators trained",
        lead_weeks=13,
        helps_by=(
            _c("case_success", "owner_arrest", "scale", 0.5, 2.0, "cases reach owners"),
            _c("recognises", "training", "raise", 0.2, 0.5, "people found are recognised"),
            _c("less_harm", "detains", "lower", 0.1, 0.4, "fewer irregular people are detained"),
        ),
        hurts_by=(_c("fewer_raids", "raids", "lower", 0.1, 0.3, "officers in training do not raid"),),
    ),
    Lever(
        "anti_corruption",
        "enforcement",
        "investigate and prosecute complicit officials",
        ("E5",),
        "II.gov S07 S08",
        "half of complicit officials face investigation",
        lead_weeks=26,
        acts_at="both",
        helps_by=(
            _c("fewer_tip_offs", "tip_off", "lower", 0.4, 0.9, "raids are betrayed less"),
            _c("dearer_protection", "protection_price", "scale", 0.25, 1.0, "protection costs more"),
            _c("spares_fewer", "spares_payers", "lower", 0.3, 0.8, "raids spare fewer of those who pay"),
            _c("less_border_collusion", "border_collusion", "lower", 0.4, 0.9, "officials look away less"),
            _c("less_extortion", "extortion", "lower", 0.4, 0.9, "less extortion in custody"),
            _c("less_collusion", "collusion", "lower", 0.4, 0.9, "fewer people are trafficked out of custody"),
        ),
        hurts_by=(
            _c("reprisals", "reprisal", "scale", 0.2, 1.0, "those who speak are threatened"),
            _c("harder_guarding", "guarding", "scale", 0.1, 0.5, "what can't be bought is guarded"),
        ),
    ),
    Lever(
        "cashout_control",
        "enforcement",
        "make it costlier to turn crypto into money",
        (),
        "IV.G O18",
        "a further 15 % of revenue is lost in laundering",
        lead_weeks=13,
        helps_by=(_c("costlier", "laundering_cost", "raise", 0.15, 0.5, "operations earn less"),),
        hurts_by=(_c("harder_work", "abuse", "scale", 0.1, 0.5, "more is forced out of people held"),),
    ),
    Lever(
        "telecom_supply",
        "enforcement",
        "cut power and connectivity to compounds",
        (),
        "IV.G O17",
        "a third of output lost until it is substituted (E249)",
        helps_by=(_c("lost_output", "output_lost", "raise", 0.3, 0.7, "operations earn less until they substitute"),),
        hurts_by=(_c("cut_off", "contact", "lower", 0.3, 0.8, "people held reach no one"),),
    ),
    # ------------------------------------------------------------------------------- prevention --
    Lever(
        "decent_work",
        "prevention",
        "work, social protection and less discrimination where people leave",
        ("A1",),
        "I.hist IV.A V01",
        "a fifth less distress among people at risk",
        acts_at="origin",
        lead_weeks=52,
        helps_by=(
            _c("less_distress", "at_risk", "lower", 0.2, 0.5, "risky offers are refused"),
            _c("better_return", "reintegration", "raise", 0.1, 0.4, "returnees find work"),
        ),
        hurts_by=(_c("more_can_leave", "acquaintance_reach", "scale", 0.02, 0.2, "more people can pay for a journey"),),
    ),
    Lever(
        "recruiter_regulation",
        "prevention",
        "license and police recruiters and agencies",
        ("A4", "F6"),
        "IV.F V03",
        "a third of false offers through agencies and job sites removed, a tenth of recruiters' effort ended",
        acts_at="origin",
        lead_weeks=26,
        helps_by=(
            _c("fewer_false_offers", "job_site_reach", "lower", 0.35, 0.8, "false offers are removed"),
            _c("recruiters_stopped", "recruiters_stopped", "raise", 0.1, 0.4, "recruiters are detected and prosecuted"),
        ),
        hurts_by=(
            _c("goes_informal", "acquaintance_reach", "scale", 0.05, 0.3, "recruitment goes to informal brokers"),
            _c("victims_charged", "charged_at_home", "raise", 0.03, 0.2, "people who were made to recruit are charged"),
        ),
    ),
    Lever(
        "platform_oversight",
        "prevention",
        "regulate platforms that carry false job advertisements",
        ("G1", "G9"),
        "IV.G II.dig O14",
        "a third of false advertisements taken down early",
        acts_at="both",
        lead_weeks=13,
        helps_by=(
            _c("fewer_false_ads", "social_media_reach", "lower", 0.35, 0.8, "fewer people see false offers"),
            _c("fewer_sales", "people_market", "lower", 0.15, 0.5, "people are sold less easily"),
        ),
        hurts_by=(_c("lawful_ads", "lawful_ads_removed", "raise", 0.03, 0.2, "lawful advertisements go too"),),
    ),
    Lever(
        "platform_due_diligence",
        "prevention",
        "platforms assess and reduce misuse",
        ("G8", "G7"),
        "IV.G",
        "a fifth less misuse",
        acts_at="both",
        lead_weeks=26,
        helps_by=(
            _c("less_misuse", "social_media_reach", "lower", 0.2, 0.6, "fewer people see false offers"),
            _c("fewer_sales", "people_market", "lower", 0.1, 0.4, "people are sold less easily"),
        ),
        hurts_by=(_c("lawful_ads", "lawful_ads_removed", "raise", 0.02, 0.1, "lawful advertisements go too"),),
    ),
    Lever(
        "safe_pathways",
        "prevention",
        "open safe and regular ways to migrate",
        ("F1",),
        "IV.F V17",
        "15 % less distress among people at risk, smugglers less used",
        acts_at="origin",
        lead_weeks=52,
        helps_by=(
            _c("real_offers", "at_risk", "lower", 0.15, 0.5, "real offers displace false ones"),
            _c(
                "regular_travel",
                "smuggling_cost",
                "scale",
                0.5,
                2.0,
                "fewer need smugglers, where an irregular way begins",
            ),
        ),
        hurts_by=(_c("cover", "exit_stop", "lower", 0.05, 0.3, "traffickers hide among regular travellers"),),
    ),
    Lever(
        "exit_interception",
        "prevention",
        "question travellers and refuse departure",
        (),
        "IV.G V20 P14",
        "a trafficked traveller who is questioned is refused departure with probability 0.4",
        acts_at="origin",
        scope=PEOPLE,
        helps_by=(_c("stops", "exit_stop", "raise", 0.4, 0.9, "people are stopped before they are held"),),
        hurts_by=(
            _c("lawful_stopped", "lawful_stop", "raise", 0.01, 0.05, "lawful travellers are refused"),
            _c(
                "smugglers",
                "smuggling_cost",
                "lower",
                0.2,
                0.6,
                "others turn to smugglers, where an irregular way begins",
            ),
        ),
    ),
    Lever(
        "exit_control",
        "prevention",
        "keep prevention within the right to leave and return",
        ("F5",),
        "IV.F F5",
        "most wrongful refusals are ended by rules and review",
        acts_at="origin",
        helps_by=(_c("fewer_wrongful", "lawful_stop", "lower", 0.6, 1.0, "lawful travellers are let go"),),
        hurts_by=(_c("fewer_stops", "exit_stop", "lower", 0.2, 0.6, "some who are being trafficked pass"),),
    ),
    Lever(
        "border_closure",
        "prevention",
        "close official crossings",
        (),
        "I.hist IV.F S17",
        "seven crossings in ten closed",
        acts_at="both",
        helps_by=(_c("closed", "closure", "raise", 0.7, 1.0, "fewer people arrive by official routes"),),
        hurts_by=(
            _c("strands", "stranded_reach", "scale", 1.0, 4.0, "stranded migrant workers are recruited on the spot"),
            _c("no_way_home", "return_help", "lower", 0.6, 1.0, "people cannot go home"),
            _c("smugglers", "smuggling_cost", "lower", 0.2, 0.6, "smugglers are used"),
        ),
    ),
    Lever(
        "return_penalties",
        "prevention",
        "fine, tag or prosecute returnees as a deterrent",
        (),
        "IV.C V56 V57",
        "a fine of 140 USD (E142) and charges for a third more returnees",
        acts_at="origin",
        helps_by=(_c("deters", "willing_entry", "lower", 0.1, 0.4, "fewer enter willingly"),),
        hurts_by=(
            _c("fines", "home_penalty", "add", 140.0, 1000.0, "debts grow"),
            _c("charges", "charged_at_home", "raise", 0.3, 0.8, "returnees are charged"),
            _c("stigma", "stigma", "scale", 0.2, 1.0, "returnees are shamed"),
        ),
    ),
    # ------------------------------------------------------------------------------- protection --
    Lever(
        "law_covers_forced_criminality",
        "protection",
        "name forced criminality and victims' protection in law",
        ("A2", "E4", "E1"),
        "IV.E V44",
        "the law covers it and guidance is issued",
        acts_at="both",
        lead_weeks=52,
        helps_by=(_c("recognised", "recognition", "raise", 0.7, 1.0, "people can be identified in law"),),
        hurts_by=(_c("false_claims", "false_claims", "scale", 0.1, 1.0, "more false claims"),),
    ),
    Lever(
        "harm_review",
        "protection",
        "end laws and fines that harm victims unintended",
        ("A3",),
        "IV.A A3",
        "fines halved, detention a little rarer",
        acts_at="both",
        lead_weeks=26,
        helps_by=(
            _c("lower_fines", "fines", "lower", 0.5, 1.0, "smaller debts, shorter detention"),
            _c("less_detention", "detains", "lower", 0.1, 0.4, "fewer are detained"),
        ),
        hurts_by=(_c("less_deterrence", "willing_entry", "scale", 0.02, 0.2, "a little more willing entry"),),
    ),
    Lever(
        "screening",
        "protection",
        "screen adequately, rapidly and accurately",
        ("B1",),
        "IV.B V43",
        "200 more persons a week in each state, half of missed cases found",
        acts_at="both",
        scope=PEOPLE,
        helps_by=(
            _c("slots", "screening_slots", "add", 200.0, 600.0, "more people are screened"),
            _c("sees_more", "sensitivity", "raise", 0.4, 0.8, "trafficked people are recognised"),
            _c("errs_less", "specificity", "raise", 0.2, 0.6, "fewer false positives"),
        ),
        hurts_by=(_c("kept_waiting", "detains", "raise", 0.05, 0.3, "people are kept while they wait"),),
    ),
    Lever(
        "proactive_investigation",
        "protection",
        "investigate without leaning on testimony",
        ("B2",),
        "IV.B",
        "a third of those who do not disclose are identified",
        acts_at="both",
        lead_weeks=13,
        helps_by=(
            _c("finds_silent", "without_testimony", "raise", 0.35, 0.8, "the silent are identified"),
            _c("intelligence", "intelligence_gain", "scale", 0.3, 1.0, "raids are better aimed"),
        ),
        hurts_by=(_c("distrust", "trust_bonus", "add", -0.02, 0.1, "surveillance costs trust"),),
    ),
    Lever(
        "official_capacity",
        "protection",
        "train officials and give them languages",
        ("B3",),
        "IV.B V47",
        "half of officials trained, interpreters for most",
        acts_at="both",
        lead_weeks=13,
        scope=PEOPLE,
        helps_by=(
            _c("trained", "training", "raise", 0.4, 0.8, "men, the educated, the unexpected are recognised"),
            _c("languages", "interpreters", "raise", 0.5, 0.9, "people can tell"),
        ),
        hurts_by=(_c("staff_taken", "raids", "lower", 0.03, 0.2, "staff in training"),),
    ),
    Lever(
        "universal_screening",
        "protection",
        "screen all migrants for vulnerability and refer",
        ("B4",),
        "IV.B",
        "half of those not trafficked but vulnerable are referred",
        helps_by=(_c("refers", "refers_vulnerable", "raise", 0.5, 1.0, "others in need are referred"),),
        hurts_by=(_c("takes_slots", "screening_slots", "lower", 0.2, 0.5, "slots are shared with more people"),),
    ),
    Lever(
        "non_punishment_scope",
        "protection",
        "legislate broad, open-ended non-punishment",
        ("C1",),
        "IV.C S10",
        "all relevant offences are covered in law",
        acts_at="both",
        lead_weeks=52,
        helps_by=(_c("covers", "np_scope", "raise", 0.8, 1.0, "fewer charges, fines and detentions"),),
        hurts_by=(
            _c("willing_entry", "willing_entry", "scale", 0.05, 0.5, "some enter willingly, unafraid"),
            _c("false_claims", "false_claims", "scale", 0.2, 1.0, "more false claims"),
        ),
    ),
    Lever(
        "no_detention",
        "protection",
        "never detain victims; act at reasonable grounds",
        ("C2",),
        "IV.C",
        "half of detentions of likely victims end or never begin",
        lead_weeks=13,
        helps_by=(
            _c("not_detained", "detains", "lower", 0.5, 1.0, "fewer are detained"),
            _c("released", "grounds_release", "add", 0.15, 0.5, "those detained are released"),
        ),
        hurts_by=(_c("lost", "lost_on_release", "raise", 0.1, 0.4, "released without shelter, lost from sight"),),
    ),
    Lever(
        "expungement",
        "protection",
        "clear convictions that came of being trafficked",
        ("C3",),
        "IV.C",
        "one record in twenty cleared each week",
        lead_weeks=52,
        acts_at="both",
        helps_by=(_c("clears", "record_cleared", "add", 0.05, 0.2, "records no longer bar work"),),
        hurts_by=(_c("court_time", "courts", "lower", 0.05, 0.2, "court time"),),
    ),
    Lever(
        "justice_training",
        "protection",
        "train justice and services to apply non-punishment",
        ("C4", "E4"),
        "IV.C V78",
        "the principle is applied in half of the cases where it was not",
        acts_at="both",
        lead_weeks=26,
        helps_by=(
            _c("applied", "np_practice", "raise", 0.5, 0.9, "the law is applied"),
            _c("fair_trial", "safeguards", "raise", 0.2, 0.6, "trials are fairer"),
        ),
        hurts_by=(_c("court_time", "courts", "lower", 0.03, 0.2, "court time"),),
    ),
    Lever(
        "shelter_capacity",
        "protection",
        "early and inclusive shelter, legal and psychosocial help",
        ("D1",),
        "IV.D V63 V64",
        "1000 more open beds in each state, most services open to men",
        lead_weeks=13,
        scope=PEOPLE,
        maximum=4.0,
        helps_by=(
            _c("beds", "open_beds", "add", 1000.0, 3000.0, "people find shelter"),
            _c("admits_men", "men_admitted", "raise", 0.7, 1.0, "men are admitted"),
            _c("longer", "support_weeks", "scale", 0.5, 2.0, "support lasts"),
        ),
        hurts_by=(_c("closed_too", "closed_beds", "add", 100.0, 500.0, "some new shelters are closed"),),
    ),
    Lever(
        "unconditional",
        "protection",
        "assistance without conditions",
        ("D2",),
        "IV.D V65",
        "most conditions dropped",
        helps_by=(_c("accepted", "uptake", "raise", 0.5, 0.9, "more accept help"),),
        hurts_by=(_c("fewer_testify", "testimony", "lower", 0.15, 0.5, "fewer testify against owners"),),
    ),
    Lever(
        "firewall",
        "protection",
        "separate services from immigration and police",
        ("D3",),
        "IV.D V66",
        "help can be sought in safety in most cases",
        lead_weeks=13,
        helps_by=(
            _c("safe", "safe_help", "raise", 0.7, 1.0, "seeking help no longer leads to arrest"),
            _c("reached", "services_reach", "scale", 0.5, 2.0, "stranded people come forward"),
        ),
        hurts_by=(_c("fewer_leads", "leads_passed", "lower", 0.4, 0.9, "fewer leads reach the police"),),
    ),
    Lever(
        "child_track",
        "protection",
        "find children fast and treat them apart",
        ("D4",),
        "IV.D V72 V74",
        "most children are recognised and none is detained knowingly",
        scope=("states", "places", "nationalities", "sex"),
        helps_by=(
            _c("found", "child_found", "raise", 0.6, 1.0, "children are recognised"),
            _c("not_detained", "child_detained", "lower", 0.8, 1.0, "children are not detained"),
        ),
        hurts_by=(_c("institutions", "institution_return", "raise", 0.1, 0.4, "children are placed in institutions"),),
    ),
    Lever(
        "remedy",
        "protection",
        "compensation, rehabilitation and ways to stay",
        ("D5",),
        "IV.D V69 V70",
        "a third of debts relieved",
        lead_weeks=26,
        acts_at="both",
        helps_by=(
            _c("debts", "debt_relief", "raise", 0.35, 0.8, "debts no longer drive people back"),
            _c("stay", "stay", "add", 0.02, 0.1, "those who cannot return may stay"),
        ),
        hurts_by=(_c("false_claims", "false_claims", "scale", 0.1, 0.5, "more false claims"),),
    ),
    Lever(
        "destination_resourcing",
        "protection",
        "budgets and rules of a destination country",
        ("E2",),
        "IV.E S01",
        "300 beds, 100 screenings a week, a sixth more officials trained, in each state",
        lead_weeks=26,
        helps_by=(
            _c("beds", "open_beds", "add", 300.0, 900.0, "people find shelter"),
            _c("slots", "screening_slots", "add", 100.0, 300.0, "more people are screened"),
            _c("trained", "training", "raise", 0.15, 0.5, "officials recognise"),
        ),
        hurts_by=(_c("fewer_raids", "raids", "lower", 0.05, 0.3, "money moved from enforcement"),),
    ),
    Lever(
        "due_process",
        "protection",
        "fair trial and individual assessment for everybody",
        ("E5",),
        "IV.A S19",
        "most detentions follow an individual assessment",
        lead_weeks=26,
        helps_by=(
            _c("assessed", "assessed", "raise", 0.6, 1.0, "no detention without assessment"),
            _c("safeguards", "safeguards", "raise", 0.6, 1.0, "no conviction without safeguards"),
        ),
        hurts_by=(_c("slow_courts", "courts", "lower", 0.15, 0.5, "cases take longer"),),
    ),
    Lever(
        "decriminalise",
        "protection",
        "irregular entry is no crime; presume against detention",
        ("F2",),
        "IV.F S09",
        "half of immigration detentions end",
        lead_weeks=52,
        acts_at="both",
        helps_by=(
            _c("no_detention", "detains", "lower", 0.5, 1.0, "fewer are detained"),
            _c("no_fines", "fines", "lower", 0.5, 1.0, "smaller debts"),
        ),
        hurts_by=(_c("irregular_travel", "smuggling_cost", "lower", 0.05, 0.3, "more travel irregularly"),),
    ),
    Lever(
        "non_refoulement",
        "protection",
        "no unsafe return; alternatives to return",
        ("F3",),
        "IV.F V59 V60",
        "most unsafe returns are seen and stopped",
        lead_weeks=26,
        helps_by=(
            _c("seen", "unsafe_return_caught", "raise", 0.6, 1.0, "unsafe returns are stopped"),
            _c("stay", "stay", "add", 0.03, 0.1, "those who cannot return may stay"),
        ),
        hurts_by=(_c("longer_wait", "deportation", "lower", 0.1, 0.4, "assessment takes time in custody"),),
    ),
    Lever(
        "assisted_return",
        "protection",
        "rights-based return and reintegration, with documents",
        ("F4",),
        "IV.F V71",
        "200 assisted returns a week in each state, support for a third of returnees",
        acts_at="both",
        scope=PEOPLE,
        helps_by=(
            _c("returns", "return_help", "add", 200.0, 600.0, "people can go home"),
            _c("papers", "documents", "raise", 0.4, 0.8, "papers are found"),
            _c("support", "reintegration", "raise", 0.3, 0.7, "returnees are supported"),
        ),
        hurts_by=(_c("pressed_to_leave", "unsafe_return_caught", "lower", 0.05, 0.3, "return becomes the only offer"),),
    ),
    Lever(
        "civic_space",
        "protection",
        "protect journalists, defenders and civil society",
        ("A7",),
        "IV S14",
        "a third of lost civic space regained",
        lead_weeks=13,
        helps_by=(
            _c("detects", "civic_space", "raise", 0.35, 0.8, "compounds are found"),
            _c("refers", "services_reach", "scale", 0.2, 1.0, "people are referred"),
            _c("fewer_reprisals", "reprisal", "lower", 0.3, 0.8, "those who speak are protected"),
        ),
        hurts_by=(_c("reprisals", "reprisal", "scale", 0.1, 0.5, "those who speak are threatened"),),
    ),
    # ------------------------------------------------------------------------------ cooperation --
    Lever(
        "id_sharing",
        "cooperation",
        "origin and destination identify people together",
        ("G2",),
        "IV.G",
        "each week one in twenty detained is identified with the origin's help",
        helps_by=(
            _c("faster", "grounds_release", "add", 0.05, 0.2, "identified while detained"),
            _c("papers", "documents", "raise", 0.3, 0.7, "papers are found"),
        ),
        hurts_by=(_c("data_used", "trust_bonus", "add", -0.02, 0.1, "data reaches those who punish"),),
    ),
    Lever(
        "regional_coordination",
        "cooperation",
        "joint investigations, intelligence and tracing",
        ("G3",),
        "IV.G S04 S05",
        "most raids are joint; intelligence is shared",
        lead_weeks=26,
        helps_by=(
            _c("joint", "joint_action", "raise", 0.7, 1.0, "several states strike in one week"),
            _c("intelligence", "intelligence_shared", "raise", 0.5, 0.9, "what one state learns, others know"),
            _c("case_success", "owner_arrest", "scale", 1.0, 4.0, "cases reach owners across borders"),
            _c("nowhere_to_go", "permissive_sites", "lower", 0.2, 0.6, "neighbours stop letting operations settle"),
            _c("traces", "tracing", "add", 0.01, 0.05, "missing people are traced"),
        ),
        hurts_by=(
            _c("wider_circle", "partner_leak", "add", 0.05, 0.2, "each partner may leak"),
            _c("delay", "agreement_delay", "add", 4.0, 12.0, "agreement takes time"),
        ),
    ),
    Lever(
        "regional_complaints",
        "cooperation",
        "regional bodies and NHRIs receive complaints",
        ("G4", "G5"),
        "IV.G",
        "complaints weigh a fifth more",
        lead_weeks=26,
        helps_by=(
            _c("pressure", "complaints_weight", "scale", 0.2, 1.0, "states feel complaints"),
            _c("referral", "services_reach", "scale", 0.1, 0.5, "people are referred"),
        ),
        hurts_by=(_c("reprisals", "reprisal", "scale", 0.02, 0.2, "complainants are threatened"),),
    ),
    Lever(
        "consular_coverage",
        "cooperation",
        "consulates that reach, free and document their nationals",
        ("G6",),
        "IV.G V40",
        "twice as many people freed through consulates; papers for most",
        scope=PEOPLE,
        helps_by=(
            _c("frees", "consular_reach", "scale", 1.0, 4.0, "people are extracted"),
            _c("papers", "documents", "raise", 0.4, 0.8, "papers are found"),
        ),
        hurts_by=(_c("alarms", "consular_alarm", "scale", 0.2, 1.0, "enquiries bring abuse or sale"),),
    ),
)

BY_NAME = {lever.name: lever for lever in LEVERS}
INDEX = {lever.name: i for i, lever in enumerate(LEVERS)}

# Recommendations of the paper that no lever moves, and why.
CONTEXT_ONLY = {
    "E3": "lawful investigation and privacy: no mechanism at this scale",
    "E6": "safeguards in cybercrime law: no mechanism at this scale",
    "G10": "coherent technology policy and remediation gaps: no mechanism at this scale",
}


def heeds_announcement(policy) -> bool:
    """Tell whether anybody acts on a policy before it starts: operations expect raids that are announced (`environment.announce`)."""
    lever = BY_NAME[policy.lever]
    return policy.when is None and any(
        c.moves == "raids" and c.mode == "add" for c in (*lever.helps_by, *lever.hurts_by)
    )


def channels():
    """Yield `(lever, channel, helps)` for every channel of every lever, in registry order."""
    for lever in LEVERS:
        for channel in lever.helps_by:
            yield lever, channel, True
        for channel in lever.hurts_by:
            yield lever, channel, False
