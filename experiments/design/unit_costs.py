"""Unit costs, declared here and nowhere else, and what policies are planned to cost at the middle of them.

No unit cost has a source: each is a wide range. What the model records (officer-weeks, weeks of shelter) is paid for as
it is used; what a policy costs that leaves no recorded effort, such as training or a law, is a sum for each State and
year.
"""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from model.registry.calendar import WEEKS_A_YEAR
from model.registry.levers import LEVERS

STATES, FAMILIES, DEFRAUDED, TRAVELLERS = (
    "the States that act, or who funds them",
    "families",
    "people defrauded",
    "lawful travellers",
)
PROGRAMME = "programmes"


@dataclass(frozen=True)
class Item:
    """One kind of cost: `low` to `high` USD for each `per`. `outcome`: what the model records, None for programmes."""

    name: str
    label: str
    payer: str
    outcome: str | None
    per: str
    low: float
    high: float
    why: str

    @property
    def middle(self) -> float:
        """The geometric mean of the range: what equal budgets and single figures are counted at."""
        return math.sqrt(self.low * self.high)


COST_ITEMS = (
    Item("raids", "raids", STATES, "enforcement_effort", "officer-week", 100, 1500,
        "pay, transport and follow-up, from the poorest to the richest State of the region"),
    Item("protection", "shelter, screenings and returns", STATES, "protection_effort",
        "week of shelter, screening or return", 50, 1000,
        "a bed with services, an interview with an interpreter, a ticket with papers"),
    Item("custody", "detention, prison and closed shelter", STATES, "deprived_by_a_state", "person-week", 10, 150,
        "food, guards and buildings"),
    Item(PROGRAMME, "laws, training, oversight and cooperation", STATES, None, "State and year at strength 1", 1e5, 1e7,
        "from a handful of staff to an agency"),
    Item("ransom", "ransom", FAMILIES, "ransom_paid", "USD", 1, 1, "as simulated"),
    Item("fraud", "money defrauded", DEFRAUDED, "money_defrauded", "USD", 1, 1, "as simulated"),
    Item("journeys", "journeys lost by wrongful refusal", TRAVELLERS, "lawful_travellers_stopped", "traveller", 50,
        2000, "a ticket, or a season's work"),
)  # fmt: skip
BY_NAME = {item.name: item for item in COST_ITEMS}
PUBLIC = tuple(item.name for item in COST_ITEMS if item.payer == STATES)

# What levers add to a capacity that is recorded where it is used: (item, units a year for one unit of the institution).
CAPACITY = {
    "raids": ("raids", 12.0),  # a month; each takes `officers_per_raid`
    "open_beds": ("protection", WEEKS_A_YEAR),
    "closed_beds": ("protection", WEEKS_A_YEAR),
    "screening_slots": ("protection", WEEKS_A_YEAR),
    "return_help": ("protection", WEEKS_A_YEAR),
}


# --- before anything runs -----------------------------------------------------------------------------


def planned(
    policies: Sequence, country_of: Mapping[str, str], hosts: Collection[str], parameters: Mapping[str, float]
) -> float:
    """Return what policies cost a year, in million USD at the middle of every unit cost.

    All capacity that they add counts as used, and all raids as getting in. `country_of`: {place: ISO code}; `hosts`:
    the places where operations may be. A policy that names no State means all that have one; capacity at single places
    is their part of their State's.
    """
    acting, total = len({country_of[place] for place in hosts}), 0.0
    for p in policies:
        count = (
            parts_of_states(p.places, country_of, hosts)
            if p.places and used_where_recorded(p.lever)
            else states_of(p.states, p.places, country_of, acting)
        )
        total += _a_year(p.lever, parameters) * p.strength * count
    return total


def _a_year(lever: str, parameters: Mapping[str, float]) -> float:
    """Return the cost of a lever at strength 1 in one State for a year, in million USD."""
    added = [c for c in LEVERS[lever].channels if c.moves in CAPACITY and c.mode == "add" and c.effect > 0]
    if not added:
        return BY_NAME[PROGRAMME].middle / 1e6
    total = 0.0
    for channel in added:
        item, units = CAPACITY[channel.moves]
        each = parameters["officers_per_raid"] if channel.moves == "raids" else 1.0
        total += parameters.get(f"{lever}.{channel.name}", channel.effect) * units * each * BY_NAME[item].middle
    return total / 1e6


def used_where_recorded(lever: str) -> bool:
    """Say whether a lever's cost is recorded as effort, rather than a programme's sum."""
    return any(c.moves in CAPACITY and c.mode == "add" and c.effect > 0 for c in LEVERS[lever].channels)


def parts_of_states(places: Sequence[str], country_of: Mapping[str, str], hosts: Collection[str]) -> float:
    """Return the part of a State's places at which a policy acts, summed over States.

    The places of operation count, or all places of a State that has none.
    """
    hosting = {country_of[place] for place in hosts}
    counted = {place for place, country in country_of.items() if place in hosts or country not in hosting}
    number = Counter(country_of[place] for place in counted)
    return sum(1 / number[country_of[place]] for place in places if place in counted)


def states_of(states: Sequence[str], places: Sequence[str], country_of: Mapping[str, str], acting: int) -> int:
    """Return in how many States a policy acts."""
    return len({*states, *(country_of[place] for place in places)}) or acting
