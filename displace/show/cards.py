"""What the page says about a place when it is clicked: the paper's words, how many are held, what its State does.

Read from the Mesa agents behind the map (`Compound`, `State`). Never shown: what cover costs, room, routes, beliefs.
"""

from dataclasses import dataclass

from displace.wording import words
from model.mesa_views.agents import Compound, State
from model.registry.calendar import WEEKS
from model.registry.institutions import INSTITUTIONS
from model.registry.levers import LEVERS
from model.registry.outcomes import OUTCOMES
from model.registry.policy import Policy
from model.world.policies_in_force import NONE
from scenarios.explain import trigger_in_words

from .map_ground import places
from .two_worlds import TwoWorlds

YEAR = 52  # weeks that "in the last year" covers
FLOWS = ("raids", "freed_in_raids", "detained")
# Of a State's institutions, those that say how it treats people who come out; nothing that could guide anybody else.
CAPACITIES = (
    "screening_slots",
    "open_beds",
    "closed_beds",
    "detention_places",
    "return_help",
    "recognition",
    "np_scope",
    "detains",
)

# What the briefing paper says of each place that it names, in our own words.
TEXTS = {
    "phnom-penh": "Named among the towns and provinces of Cambodia where centres were reported up to July 2023.",
    "kandal": "A province named among those of Cambodia where centres were reported up to July 2023.",
    "pursat": "A province of Cambodia that the paper names; one of its economic zones is named as well.",
    "henge-thmorda-sez": (
        "An economic zone that the paper names: such zones have rules of their own, and little light falls into them."
    ),
    "koh-kong": "A province of Cambodia that the paper names; one of its economic zones is named as well.",
    "dara-sakor-sez": (
        "An economic zone that the paper names: such zones have rules of their own, and little light falls into them."
    ),
    "bavet": (
        "A casino town in Cambodia that the paper names. Casinos and online gambling are where this industry grew from."
    ),
    "svay-rieng": "A province named among those of Cambodia where centres were reported up to July 2023.",
    "preah-sihanouk": (
        "A casino town in Cambodia that the paper names. Casinos and online gambling are where this industry grew from."
    ),
    "oddar-meanchey": "A province named among those of Cambodia where centres were reported up to July 2023.",
    "shwe-kokko": (
        "A place on Myanmar's border with Thailand that the paper names. Since the coup armed groups, "
        "not courts, decide what goes on in such places."
    ),
    "myawaddy": (
        "Centres around this border town are named, one zone among them. Authority is contested, and the "
        "border is porous."
    ),
    "moei-corridor": "Further compounds along the river are mentioned without names: they are one place here.",
    "kokang": "A self-administered zone in Myanmar that the paper names, where the State's law hardly reaches.",
    "mong-la": "A town in Myanmar on the border with China that the paper names: it is outside the State's control.",
    "golden-triangle-sez": "The zone around which the industry in Lao PDR is said to gather.",
    "clark": (
        "A free port zone in the Philippines that the paper names, where licensed offshore gaming and "
        "scam operations met."
    ),
}
COARSE = "Not one place: it stands for wherever else operations may be there. It is no prediction of a next place."


@dataclass(frozen=True)
class Row:
    """A line of a card: the same figure in both worlds, as text."""

    label: str
    baseline: str
    policy: str


@dataclass(frozen=True)
class Card:
    name: str
    kind: str
    text: str
    state: str
    place_rows: tuple[Row, ...]
    state_rows: tuple[Row, ...]
    policies: tuple[str, ...]


def card(worlds: TwoWorlds, place: str, kinds: dict[str, str]) -> Card:
    """Return the card of a place of operation as it stands in both worlds. `kinds` names the kinds of places."""
    world = worlds.worlds[0].world
    index, shown = world.place_index[place], places()[place]
    state = int(world.places.state[index])
    return Card(
        name=shown["name"],
        kind=kinds[shown["kind"]],
        text=TEXTS.get(place, COARSE),
        state=world.state_names[state],
        place_rows=tuple(_place_rows(worlds, index)),
        state_rows=tuple(_state_rows(worlds, state)),
        policies=tuple(_policies(worlds, place, shown["country"])),
    )


def _place_rows(worlds: TwoWorlds, index: int):
    held = [world.outcome("people_held", index) for world in worlds.worlds]
    yield Row("People held", *map(_number, held))
    standing = [
        len(world.agents_by_type[Compound].select(lambda compound: compound.place == index)) for world in worlds.worlds
    ]
    yield Row("Compounds standing", *map(str, standing))
    for name in FLOWS:
        sums = [worlds.weekly(k, name, max(0, worlds.week - YEAR))[:, index].sum() for k in (0, 1)]
        yield Row(f"{words.start(OUTCOMES[name].label)}, last 12 months", *map(_number, sums))


def _state_rows(worlds: TwoWorlds, state: int):
    agents = [
        next(iter(world.agents_by_type[State].select(lambda agent: agent.row == state))) for world in worlds.worlds
    ]
    for name in CAPACITIES:
        institution = INSTITUTIONS[name]
        values = [agent.institution(name) for agent in agents]
        share = institution.unit in ("share", "probability")
        meaning = f"share {institution.meaning}" if institution.meaning.startswith("of ") else institution.meaning
        label = words.start(meaning) + ("" if share else f" ({institution.unit})")
        yield Row(label, *(words.percent(value) if share else _number(value) for value in values))


def _policies(worlds: TwoWorlds, place: str, country: str):
    """The policies that the scenario has for this place or its State, and whether they act yet."""
    simulation = worlds.worlds[1].simulation
    for policy, at in zip(simulation.inputs.policies, simulation.columns.progress):
        if country in policy.states or place in policy.places or not (policy.states or policy.places):
            yield (
                f"{words.start(LEVERS[policy.lever].summary)} (strength {policy.strength:g}; "
                f"{_acts(policy, at, worlds.week - 1)})"
            )


def _acts(policy: Policy, at, week: int) -> str:
    """Say whether a policy acted in the last week that was run, `at` its row of the model; if not, why not, or when."""
    if at.now > 0:
        return "acts now"
    if policy.when and at.fired == NONE and week < policy.end:
        return f"from {words.day(policy.start)}, but only after {trigger_in_words(policy.when)}"
    pause = next(
        (stop for first, stop in policy.pauses if first <= week < stop and policy.start <= week < policy.end), None
    )
    if pause is not None:
        return f"paused to {words.day(pause)}"
    return f"from {words.day(policy.start)}" + (f" to {words.day(policy.end)}" if policy.end < WEEKS else "")


def _number(value: float) -> str:
    return f"{value:,.0f}"
