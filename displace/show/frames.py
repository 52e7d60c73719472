"""What a week looks like, as the few numbers that are sent to the browser."""

from dataclasses import dataclass

import numpy as np

from displace.wording import words
from model.registry.institutions import I
from model.registry.life_course import S
from model.registry.outcomes import OUTCOMES, RECORDED, Outcome, is_level

from .map_ground import places
from .two_worlds import TwoWorlds

NEWLY = 13  # weeks: people who came so lately make the arcs of trafficking
LATELY = 26  # weeks of relocation that the arcs show
FROM_HOME, MOVED = 0, 1  # kinds of arcs
ARCS = {FROM_HOME: 9, MOVED: 8}  # the widest alone are drawn
CLOSED = 0.3  # a country's borders are drawn as closed when this share of its crossings is


# --- the map ----------------------------------------------------------------------------------------


class Map:
    """Reads two worlds for the map. Places and nationalities are indices into `map_ground.places()` and `.homes()`."""

    def __init__(self, worlds: TwoWorlds):
        world = worlds.worlds[0].world
        self.worlds, self.world = worlds, world
        self.shown = np.array([world.place_index[name] for name in places()])
        self.index = np.full(len(world.place_ids), -1)
        self.index[self.shown] = np.arange(len(self.shown))

    def week(self, raids_since: int) -> list[dict]:
        """Return for each world: people held and raids (in a week) by place, arcs, closed borders by State, total."""
        return [self._of(k, raids_since) for k in range(len(self.worlds.worlds))]

    def _of(self, k: int, raids_since: int) -> dict:
        run = self.worlds.worlds[k].simulation
        week = self.worlds.week
        held = self.worlds.weekly(k, "people_held")[-1] if week else _held_at_start(run)
        raids = self.worlds.weekly(k, "raids", max(0, min(raids_since, week - 1)))
        return {
            "held": held[self.shown].round().astype(int).tolist(),
            "total": round(float(held.sum())),
            "raids": raids.sum(axis=0)[self.shown].round().astype(int).tolist() if len(raids) else [],
            "arcs": self._trafficked(run, week) + self._moved(run, week),
            "closed": [self.world.states[s] for s in np.flatnonzero(run.columns.senv[0, I.closure] > CLOSED)],
        }

    def _trafficked(self, run, week: int) -> list[list[int]]:
        """People held who came in the last weeks, from the country of their nationality to where they are."""
        people = run.columns.people[: run.columns.used[0].people]
        new = np.flatnonzero((people.status == S.held) & (people.held_from >= max(0, week - NEWLY)))
        table = np.zeros((len(self.world.nationalities), len(self.world.place_ids)), int)
        np.add.at(table, (people.nation[new], people.place[new]), run.inputs.people_per_agent)
        return self._widest(FROM_HOME, table)

    def _moved(self, run, week: int) -> list[list[int]]:
        """People carried along by operations that moved in the last weeks, from place to place."""
        rows = run.columns.relocations[: run.columns.used[0].relocations]
        rows = rows[np.searchsorted(rows.week, week - LATELY) :]
        table = np.zeros((len(self.shown), len(self.world.place_ids)))
        np.add.at(table, (self.index[rows.source], rows.target), rows.people)
        return self._widest(MOVED, table)

    def _widest(self, kind: int, table) -> list[list[int]]:
        """Return the widest arcs of a table as rows (kind, from, to, people)."""
        order = np.argsort(-table, axis=None, kind="stable")[: ARCS[kind]]
        arcs = [
            (source, target, table[source, target]) for source, target in zip(*np.unravel_index(order, table.shape))
        ]
        return [[kind, int(a), int(self.index[b]), round(people)] for a, b, people in arcs if people > 0]


def _held_at_start(run) -> np.ndarray:
    return run.columns.levels[S.held, :, 0] * float(run.inputs.people_per_agent)


# --- the strip of differences -----------------------------------------------------------------------


@dataclass(frozen=True)
class Strip:
    """One panel under the maps: the policy's world minus the baseline's, at the time or as a total that grows."""

    key: str
    label: str
    outcomes: tuple[str, ...]
    note: str  # who is counted, and when
    names: tuple[str, ...] = ()  # of the lines, where there are several
    where_policy_acts: bool = False

    @property
    def grows(self) -> bool:
        return not is_level(OUTCOMES[self.outcomes[0]])

    def lines(self, worlds: TwoWorlds, first: int, levels: bool = False) -> list[list[float]]:
        """Return each line by week since `first`: the difference, or the baseline's level where nothing can differ."""
        at = worlds.places_of_policy if self.where_policy_acts else slice(None)
        start = 0 if self.grows else first
        found = []
        for name in self.outcomes:
            values = (
                worlds.weekly(0, name, start)
                if levels
                else worlds.weekly(1, name, start) - worlds.weekly(0, name, start)
            )
            line = values[:, at].sum(axis=1)
            found.append(np.round(np.cumsum(line)[first:] if self.grows else line, 1).tolist())
        return found


def _note(outcome: Outcome) -> str:
    return f"{outcome.unit}, {'at the time' if is_level(outcome) else 'in total'}"


CHOSEN = (
    Strip("held", "Held worldwide", ("people_held",), "people, at the time"),
    Strip("held_here", "Held where policy acts", ("people_held",), "people, at the time", where_policy_acts=True),
    Strip("newly_held", "Newly held", ("newly_held",), "people, in total"),
    Strip(
        "recognised",
        "Identified or not",
        ("identified", "misidentified"),
        "trafficked people out, in total",
        names=("yes", "no"),
    ),
    Strip("punished", "Punished", ("punished",), "trafficked people out, in total"),
    Strip("detained", "In detention", ("in_detention",), "trafficked people, at the time"),
    Strip("deaths", "Deaths", ("deaths",), "in total"),
)
STRIPS = {strip.key: strip for strip in CHOSEN} | {
    f"outcome:{o.name}": Strip(f"outcome:{o.name}", words.start(o.label), (o.name,), _note(o)) for o in RECORDED
}


def described(strip: Strip) -> dict:
    """Return what the browser must know of a panel."""
    better = [OUTCOMES[name].better or "" for name in strip.outcomes]
    return {"key": strip.key, "label": strip.label, "note": strip.note, "names": list(strip.names), "better": better}
