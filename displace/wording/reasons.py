"""Why an effect goes the way it goes, where the model knows a direct way from what a policy moves to what is counted.

An institution bears on an outcome here only if agents read it in the very transition that is counted. What works
through the decisions of many (operations that move, people recruited instead) has no such direct way, and no reason.
"""

from collections.abc import Sequence

from model.registry.lever import Lever

from . import words

DETENTION, PUNISHMENT = (
    ("in_detention", "trafficked_detained", "children_detained", "punished_share"),
    ("punished_share", "charged", "convicted"),
)
BEARS_ON = {
    # institution: the outcomes in whose counted transitions it is read
    "raids": ("people_held", "freed", "freed_in_raids"),
    "notice_release": ("people_held",),
    "laundering_cost": ("money_defrauded",),
    "accounts_frozen": ("money_defrauded",),
    "output_lost": ("money_defrauded",),
    "social_media_reach": ("newly_held", "recruited"),
    "ads_removed": ("newly_held", "recruited"),
    "ads_answered": ("newly_held", "recruited"),
    "takedown_weeks": ("newly_held", "recruited"),
    "private_reach": ("newly_held", "recruited"),
    "job_site_reach": ("newly_held", "recruited"),
    "acquaintance_reach": ("newly_held", "recruited"),
    "stranded_reach": ("newly_held", "retrafficked"),
    "exit_stop": ("newly_held",),
    "lawful_stop": ("lawful_travellers_stopped",),
    "closure": ("newly_held",),
    "willing_entry": ("newly_held", "recruited"),
    "screening_slots": ("identified_share",),
    "sensitivity": ("identified_share",),
    "recognition": ("identified_share",),
    "training": ("identified_share",),
    "interpreters": ("identified_share",),
    "without_testimony": ("identified_share",),
    "child_found": ("children_detained",),
    "child_detained": ("children_detained",),
    "detains": DETENTION,
    "grounds_release": ("in_detention",),
    "np_scope": PUNISHMENT,
    "np_practice": PUNISHMENT,
    "deports_unassessed": ("coerced_returns", "identified_share"),
    "deportation": ("coerced_returns", "in_detention"),
    "unsafe_return_caught": ("coerced_returns",),
    "return_help": ("coerced_returns", "free_and_safe"),
    "collusion": ("retrafficked",),
    "debt_relief": ("retrafficked",),
    "reintegration": ("retrafficked", "free_and_safe"),
    "open_beds": ("free_and_safe", "identified_share"),
    "safe_help": ("identified_share", "free_and_safe"),
    "services_reach": ("identified_share", "free_and_safe"),
    "tied": ("free_and_safe",),
    "uptake": ("free_and_safe",),
    "consular_reach": ("people_held",),
}


LESS_FEAR = "fewer fear punishment outside, so more try to escape, and some die of it"
AGAINST = {
    # (institution, outcome): why what helps elsewhere worsens this, by what people then decide (`escape_hazard`)
    ("np_scope", "deaths"): LESS_FEAR,
    ("np_practice", "deaths"): LESS_FEAR,
    ("detains", "deaths"): LESS_FEAR,
    ("safe_help", "deaths"): LESS_FEAR,
}


def reason(levers: Sequence[Lever], outcome: str, verdict: str) -> str:
    """Return the channels by which these levers directly move an outcome in the verdict's direction; empty if none."""
    channels = [c for lever in levers for c in (lever.helps_by if verdict == words.BETTER else lever.hurts_by)]
    texts = dict.fromkeys(c.why for c in channels if outcome in BEARS_ON.get(c.moves, ()))
    if verdict == words.WORSE and not texts:
        texts = dict.fromkeys(
            AGAINST[c.moves, outcome] for lever in levers for c in lever.helps_by if (c.moves, outcome) in AGAINST
        )
    return "; ".join(list(texts)[:2])
