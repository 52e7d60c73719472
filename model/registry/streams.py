"""The named purposes for which random numbers are drawn.

Every draw is a pure function of (seed, stream, week, identity); see `model/engine/random_numbers.py`.
A stream never changes its number: a new purpose is added at the end.
"""

from dataclasses import dataclass
from enum import IntEnum


@dataclass(frozen=True)
class Stream:
    name: str
    identity: str  # what the draw is keyed by, beside seed and week
    purpose: str


STREAMS = (
    Stream("roster", "person", "the threshold at which a person at risk is recruited"),
    Stream("traits", "person", "fixed traits: birth week, education, languages, means, return risk"),
    Stream("deception", "person, spell", "how the person is recruited: deceived, forced, willing"),
    Stream("ration_recruits", "person", "who is recruited first when vacancies are fewer than people recruited"),
    Stream("vacancy_choice", "person, operation", "which operation receives a recruit (Gumbel)"),
    Stream("border", "person, post", "what an official does at a border post"),
    Stream("captivity", "person", "which of the competing risks of captivity happens"),
    Stream("escape", "person", "how an escape attempt ends"),
    Stream("fate_of_closure", "person", "carried, sold or abandoned when an operation moves or closes"),
    Stream("sale_choice", "person, operation", "which operation buys a person (Gumbel)"),
    Stream("raid_found", "person", "whether a person held is found in a raid"),
    Stream("raid_place", "state, place, slot", "where a state strikes (Gumbel)"),
    Stream("raid_site", "state, site, slot", "which compound is struck (Gumbel)"),
    Stream("tip_off", "state, site", "whether a raid is betrayed beforehand"),
    Stream("raid_result", "state, site, slot", "site closed, owners arrested, cash seized"),
    Stream("review", "operation", "whether an operation reviews its location this week"),
    Stream("relocate", "operation", "stay or move"),
    Stream("place_choice", "operation, place", "where a mover goes (Gumbel)"),
    Stream("place_order", "operation", "in which order movers and founders fill places"),
    Stream("founding", "group, slot", "whether and where a group founds an operation"),
    Stream("building", "group, place", "whether a compound is built"),
    Stream("closure", "operation", "whether an operation closes"),
    Stream("out", "person", "what happens in the week after coming out"),
    Stream("screening", "person", "what screening finds"),
    Stream("ration_services", "person", "who is served first when slots, beds or help are scarce"),
    Stream("after", "person", "what happens while stranded, detained, sheltered or home again"),
    Stream("after_detail", "person", "which variant of that event"),
    Stream("return_threshold", "person, spell", "the threshold of being trafficked again"),
    Stream("start", "place, slot", "the operations and people of the first week"),
    Stream("deviation", "state", "unsourced differences between states (corruption)"),
    Stream("ration_sales", "person", "who is dealt with first when an operation moves or closes"),
    Stream("candidates", "person, block of weeks", "the weeks in which a hazard may act"),
    Stream("raid_entry", "state, slot", "whether a state can enter where it means to raid"),
    Stream("split", "operation", "whether an operation that moves leaves a part behind"),
    Stream("call_out", "operation", "whether police come to an operation after a complaint"),
    Stream("called_out", "person", "whom they bring out"),
    Stream("line", "operation", "the line of business of an operation"),
    Stream("freeze", "operation", "whether an operation's accounts are frozen"),
)

R = IntEnum("R", [s.name for s in STREAMS], start=0)
