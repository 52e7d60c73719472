"""What a lever is: a policy by what it moves, how strongly, and how it may help or hurt.

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

LEVER_KINDS = ("enforcement", "protection", "prevention", "cooperation")
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
    through: str = ""  # "supplied_from", "cash_out_from": a State acts on the places that its companies supply

    @property
    def channels(self):
        return self.helps_by + self.hurts_by


PEOPLE_SCOPE = ("states", "places", "nationalities", "sex", "age")  # the widest: for some people only
