"""The arms that patterns compare on the same seed: the history as shipped, without a shock, or with one thing added.

Shocks that are taken out of a world are put off to after its end, so that nothing else about it changes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np

from model.engine.kernel import entry
from model.model import Simulation, set_week
from model.people.captivity import end_stay
from model.registry.calendar import WEEKS, WEEKS_A_MONTH, WEEKS_A_YEAR, week_of
from model.registry.life_course import ALONE, S, T
from model.registry.outcomes import GROUPED, O
from model.registry.parameters import complete
from model.registry.policy import Policy, Shock
from model.run.results import quarter_of
from scenarios.loading import load

HUB = "preah-sihanouk"
MOEI = ("shwe-kokko", "myawaddy", "moei-corridor")  # the Thai-Myanmar border
START = week_of(date(2023, 9, 4))  # of everything that is not dated by a shock: just after the briefing paper
PANDEMIC, COUP, RAIDS = week_of(date(2020, 3, 23)), week_of(date(2021, 2, 1)), week_of(date(2022, 8, 22))
BAN, TAIWAN, RELEASE = week_of(date(2019, 8, 19)), week_of(date(2022, 8, 1)), week_of(date(2025, 2, 10))
HOTLINE_ENDS = week_of(date(2023, 4, 17))
MANY_RAIDS = 30.0  # a month and state; in one state in 2025: 92 locations in 16 weeks (E224)


def months(number: float) -> int:
    """Return `number` months in whole weeks."""
    return round(number * WEEKS_A_MONTH)


@dataclass(frozen=True)
class Arm:
    """One world: what is done, what of the history is left out, and the week before which it ends."""

    does: str
    stop: int
    policies: tuple[Policy, ...] = ()
    shocks: tuple[Shock, ...] = ()
    without: tuple[str, ...] = ()  # names of shocks
    release: tuple[str, float, int] | None = None  # place, share of the people held there, week
    events: bool = False


def _policy(lever, strength, start, end=WEEKS, **where):
    return Policy(lever, strength, start, start, end, **where)


def _shocks(start, *rows, **where):
    return tuple(Shock(f"test: {moves}", moves, mode, value, start, **where) for moves, mode, value in rows)


_CRACKDOWN = (_policy("crackdown", 4.0, START, places=(HUB,)),)
_PUNISHMENT = (
    ("detains", "raise", 0.9),
    ("charges", "raise", 0.5),
    ("charged_at_home", "raise", 0.5),
    ("fines", "scale", 4.0),
)
_EVERY_STATE = ("KHM", "LAO", "MMR", "PHL", "THA")

PATTERN_ARMS: Mapping[str, Arm] = {
    "history": Arm("the history as shipped", week_of(date(2025, 11, 3))),
    "no ban": Arm("Cambodia bans no online gambling in 2019", week_of(date(2021, 1, 4)),
        without=("Cambodia's ban of online gambling",)),
    "no pandemic": Arm("no border or casino closes in 2020, nobody is stranded", week_of(date(2021, 4, 5)), without=(
        "pandemic closure of borders", "reopening of borders by steps", "migrant workers stranded by the pandemic",
            "casinos closed by the pandemic")),
    "no coup": Arm("no coup in Myanmar in 2021", COUP + 105, without=("coup in Myanmar",)),
    "no raids": Arm("no raids in Preah Sihanouk in 2022", RAIDS + 36, without=("raids in Preah Sihanouk",)),
    "raids and hotline": Arm("the history up to the end of Cambodia's complaint hotline of 2022-23", HOTLINE_ENDS),
    "no raids or hotline": Arm("neither the raids in Preah Sihanouk nor the hotline", HOTLINE_ENDS,
        without=("raids in Preah Sihanouk", "complaint hotline in Cambodia")),
    "no interception": Arm("no interception or publicity in Taiwan in 2022", week_of(date(2023, 7, 3)),
        without=("interception and publicity in Taiwan",)),
    "crackdown": Arm("crackdown at strength 4 on Preah Sihanouk alone (9 raids a month)", START + 31, _CRACKDOWN),
    "betrayed": Arm("the same crackdown, every raid betrayed", START + 31, _CRACKDOWN,
        _shocks(START, ("tip_off", "raise", 1.0), states=("KHM",))),
    "not betrayed": Arm("the same crackdown, no raid betrayed", START + 31, _CRACKDOWN,
        _shocks(START, ("tip_off", "lower", 1.0), states=("KHM",))),
    "notice": Arm("official notice at strength 1 on the Thai-Myanmar border for 26 weeks", START + 31,
        (_policy("official_notice", 1.0, START, START + 26, places=MOEI),)),
    "punishment": Arm("detention, charges and fines raised everywhere", START + 31, (), _shocks(START, *_PUNISHMENT)),
    "caseload": Arm(f"{MANY_RAIDS:.0f} more raids a month in each of five states", START + 53, (),
        _shocks(START, ("raids", "add", MANY_RAIDS), states=_EVERY_STATE), events=True),
    "no support": Arm("no reintegration, most returnees charged", START + 105, (),
        _shocks(START, ("reintegration", "lower", 1.0), ("charged_at_home", "raise", 0.8))),
    "no shelter": Arm("all shelters close", START + 31, (),
        _shocks(START, ("open_beds", "lower", 1.0), ("closed_beds", "lower", 1.0))),
    "release": Arm("a fifth of the people held at Myawaddy are let go at once", week_of(date(2025, 11, 3)),
        release=("myawaddy", 0.2, RELEASE)),
    "cut": Arm("power and connectivity cut on the Thai-Myanmar border for 26 weeks", START + 31,
        (_policy("telecom_supply", 1.0, START, START + 26, places=MOEI),)),
}  # fmt: skip


@lru_cache
def _history():
    return load("baseline")


def inputs(name: str, seed: int, people_per_agent: int, parameters: Mapping = {}):
    """Return the model's inputs of an arm."""
    arm, history = PATTERN_ARMS[name], _history()
    shocks = tuple(_put_off(shock) if shock.name in arm.without else shock for shock in history.shocks)
    made = history.inputs(seed, people_per_agent, dict(parameters), groups=True, events=arm.events)
    return replace(made, policies=made.policies + arm.policies, shocks=shocks + arm.shocks, stop=arm.stop)


def _put_off(shock):
    return replace(shock, start=WEEKS - 1, end=WEEKS, ramp_weeks=0)


def simulate(name: str, seed: int, people_per_agent: int, parameters: Mapping = {}) -> "Seen":
    """Run one world to its end."""
    run = Simulation(inputs(name, seed, people_per_agent, parameters))
    if PATTERN_ARMS[name].release:
        place, share, week = PATTERN_ARMS[name].release
        let_go(run.advance(week), place, share)
    return Seen(run.advance())


@entry
def _release(i, m):
    end_stay(T.released, i, ALONE, m)


def let_go(run, place, share):
    """Let a share of the people held at a place go at once, in the order of their identities."""
    people = run.columns.people[: run.columns.used[0].people]
    held = np.flatnonzero((people.status == S.held) & (people.place == run.inputs.world.place_index[place]))
    set_week(run.week, run._handle)
    for i in held[np.argsort(people.key[held])][: round(share * len(held))]:
        _release(int(i), run._handle)


class Seen:
    """What a run leaves behind, by outcome, place and week.

    Places are named by id or by ISO code; none = everywhere.
    """

    def __init__(self, run):
        self.world, self.stop = run.inputs.world, run.week
        result = run.result()
        self.weekly, self.relocations, self.quarters, self.log = (
            result.weekly,
            result.relocations,
            result.groups,
            result.events,
        )
        self.closed = _closed_compounds(run)
        self.held = _people_held(run)

    def where(self, *names) -> np.ndarray:
        """Return the indices of places."""
        if not names:
            return np.arange(len(self.world.place_ids))
        return np.array(
            [
                i
                for i, (id, country) in enumerate(zip(self.world.place_ids, self.world.place_country))
                if id in names or country in names
            ]
        )

    def sum(self, outcome: str, first: int, last: int, *where: str) -> float:
        """Return an outcome added up over places and the weeks from `first` up to `last`."""
        return float(self.weekly[first:last, O[outcome]][:, self.where(*where)].sum())

    def mean(self, outcome: str, first: int, last: int, *where: str) -> float:
        """Return the same, a week."""
        return self.sum(outcome, first, last, *where) / (last - first)

    def moves(self, sources: Iterable[str], targets: Iterable[str], first: int, last: int) -> np.ndarray:
        """Return the relocations of operations between places (records), by week."""
        rows = self.relocations
        mine = np.isin(rows["source"], self.where(*sources)) & np.isin(rows["target"], self.where(*targets))
        return rows[mine & (rows["week"] >= first) & (rows["week"] < last) & (rows["operations"] > 0)]

    def moved(self, sources, targets, first: int, last: int) -> float:
        """Return how many operations moved."""
        return float(self.moves(sources, targets, first, last)["operations"].sum())

    def group(self, outcome: str, first: int, last: int, which=lambda rows: True) -> float:
        """Return an outcome summed over the rows of `which`, from the quarter of week `first` up to that of `last`."""
        assert outcome in {row.name for row in GROUPED}
        rows = self.quarters[
            (self.quarters["quarter"] >= quarter_of(first)) & (self.quarters["quarter"] < quarter_of(last))
        ]
        return float((rows[outcome] * which(rows)).sum())

    def of(self, *codes: str):
        """Select nationalities."""
        return lambda rows: np.isin(rows["nationality"], [self.world.nationalities.index(code) for code in codes])

    def abroad(self, rows):
        """Select those who are in a state that is not their own."""
        return np.array(self.world.states)[rows["state"]] != np.array(self.world.nationalities)[rows["nationality"]]

    def at(self, code: str):
        """Select a state."""
        return lambda rows: rows["state"] == self.world.state_index[code]

    def times(self, transition: str, first: int, last: int) -> float:
        """Return how often a transition happened (needs the event log)."""
        weeks = self.log["week"]
        return float(((self.log["transition"] == T[transition]) & (weeks >= first) & (weeks < last)).sum())


def _closed_compounds(run):
    """Return how many compounds that were raided and closed stand empty, by place."""
    sites = run.columns.sites[: run.columns.used[0].sites]
    closed = (sites.open == 0) & (sites.raided >= RAIDS)
    return np.bincount(sites.place[closed], minlength=len(run.inputs.world.place_ids))


def _people_held(run):
    """Return debt in USD, times sold, weeks held and age in years of the people held at the end."""
    people = run.columns.people[: run.columns.used[0].people]
    people = people[people.status == S.held]
    growth = complete(run.inputs.parameters)["debt_growth"]
    now = run.week - 1
    return {
        "debt": people.debt + growth * (now - people.debt_week),
        "sold": people.sold.copy(),
        "weeks": now - people.held_from,
        "age": (now - people.birth) / WEEKS_A_YEAR,
    }
