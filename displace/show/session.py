"""What one visitor looks at, and what they may do: the state of the page, without its looks."""

import traceback
from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps

import solara
from mesa.visualization.utils import force_update

from displace.wording import words
from experiments.design.limits import MOST_PEOPLE_PER_AGENT, MOST_SEED
from model.registry.calendar import monday, week_of
from scenarios.errors import ScenarioError, Where
from scenarios.explain import PAPER
from scenarios.loading import from_dict, load
from scenarios.scenario import Scenario
from scenarios.toml_files import parsed

from . import opening, policies
from .frames import CHOSEN, STRIPS, Map, Strip, described
from .story import PACES, SCENES, Scene
from .two_worlds import BASELINE, ShowScenario, TwoWorlds

A_LOT = 104  # weeks in one turn, at most


def _whole(name: str, typed: str, low: int, high: int) -> int:
    try:
        number = int(typed)
    except ValueError:
        number = None
    if number is None or not low <= number <= high:
        raise ValueError(f"{name}: {typed!r}; expected a whole number from {low} to {high:,}")
    return number


def error_as_message(act: Callable) -> Callable:
    """Make of a visitor's act one whose error becomes a message on the page, and stops the clock."""

    @wraps(act)
    def tried(self, *args):
        try:
            self.error.value = ""
            return act(self, *args)
        except ValueError as wrong:  # a ScenarioError is one
            self.error.value = str(wrong)
        except Exception as broken:  # a defect: shown, not hidden, and the page stays
            traceback.print_exc()
            self.error.value = (
                f"The model stopped ({type(broken).__name__}: {broken}). Choose a scene or a policy to start anew."
            )
        self.playing.value = False
        return None

    return tried


class Session:
    """One visitor's worlds and clock. Nothing is shared between two visitors but the still map."""

    def __init__(self, first: opening.Opening | None = None):
        first = first or opening.first
        self.playing = solara.reactive(False)
        self.pace = solara.reactive(13)
        self.picked = solara.reactive("")
        self.scene: solara.Reactive[int | None] = solara.reactive(None)
        self.error = solara.reactive("")
        self.strips = solara.reactive([strip.key for strip in CHOSEN])
        self.drawer = solara.reactive(False)
        self.until: int | None = None
        self._run, self._sent = 0, 0
        self._of: TwoWorlds | None = None
        self._map: Map | None = None
        scenario = ShowScenario(
            rng=first.seed, people_per_agent=first.people_per_agent, policy=self._first(first.scenario)
        )
        self.worlds = solara.reactive(TwoWorlds(scenario))

    def _first(self, scenario: str) -> Scenario | None:
        """Return the scenario, or None with a message if it cannot be read: it was fine when the server started."""
        try:
            return load(scenario)
        except ScenarioError as wrong:
            self.error.value = str(wrong)
            return None

    # --- acts ---------------------------------------------------------------------------------------

    @error_as_message
    def choose(self, scenario: str):
        """Show a shipped scenario, at the date that is on the page."""
        self._play(load(scenario), self._today)
        self.scene.value = None

    @error_as_message
    def compose(self, entries: Sequence[dict], title: str, like: Scenario):
        """Show the policies of these entries, at the date that is on the page."""
        self._play(policies.composed(entries, title, like), self._today)
        self.scene.value = None

    @error_as_message
    def open_file(self, name: str, content: bytes):
        """Show the scenario of a file's content, at the date that is on the page."""
        self._play(from_dict(parsed(content, Where(name)), name.removesuffix(".toml").lower()), self._today)
        self.scene.value = None

    @error_as_message
    def resize(self, seed: str, people_per_agent: str):
        """Start anew, as typed, on another seed or with simulated people that stand for more or fewer persons."""
        self._play(
            self.policy,
            None,
            _whole("seed", seed, 0, MOST_SEED),
            _whole("people per agent", people_per_agent, 1, MOST_PEOPLE_PER_AGENT),
        )

    @error_as_message
    def open_scene(self, number: int):
        """Open a scene of the story: its scenario on its first day, playing until its last."""
        if number >= len(SCENES):
            return
        scene: Scene = SCENES[number]
        self._play(load(scene.scenario), scene.opens)
        self.scene.value, self.pace.value = number, scene.weeks_a_second
        self.until = week_of(scene.ends)
        self.playing.value = True

    @error_as_message
    def advance(self, weeks: int):
        """Run so many weeks in both worlds; stops playing at the end of a scene and of time."""
        worlds = self.worlds.value
        target = worlds.week + min(max(int(weeks), 0), A_LOT)
        ends = self.until if self.playing.value and self.until is not None and worlds.week < self.until else worlds.stop
        worlds.advance(min(target, ends))
        if worlds.week >= ends:
            self.playing.value, self.until = False, None
        force_update()

    def due(self, asked: dict):
        """Run the weeks due by the browser's clock, unless it asked before it knew of a pause or of other worlds."""
        if self.playing.value and self.worlds.value is self._of and asked["run"] == self._run:
            self.advance(asked["weeks"])

    @error_as_message
    def jump(self, week: int):
        """Show a week, run up to it from where the worlds are or from the start."""
        self.until = None
        self.worlds.value = self.worlds.value.at(monday(min(max(int(week), 0), self.worlds.value.stop - 1)))
        force_update()

    @error_as_message
    def reset(self, *_):
        """Show the first week of the same worlds."""
        self.playing.value, self.until = False, None
        self.worlds.value = self.worlds.value.again()

    def play(self, on: bool):
        """Start or stop the clock; at the end of time it starts from the beginning."""
        if on and self.worlds.value.week >= self.worlds.value.stop:
            self.reset()
        self.playing.value = bool(on)

    def hurry(self, pace: float):
        self.pace.value = pace if pace in PACES else 13

    def pick(self, place: str):
        """Open a place's card, or close it."""
        self.picked.value = "" if self.picked.value == place else place

    def close(self, *_):
        """Close the card and the drawer."""
        self.picked.value, self.drawer.value = "", False

    @property
    def _today(self) -> date | None:
        """The day on the page, None before the first week."""
        return monday(self.worlds.value.week - 1) if self.worlds.value.week else None

    def _play(
        self, policy: Scenario, day: date | None = None, seed: int | None = None, people_per_agent: int | None = None
    ):
        shown = self.worlds.value.scenario
        scenario = ShowScenario(
            rng=shown.rng if seed is None else seed,
            policy=policy,
            people_per_agent=people_per_agent or shown.people_per_agent,
        )
        worlds = TwoWorlds(scenario)
        self.playing.value, self.until = False, None
        self.worlds.value = worlds.at(day) if day else worlds

    # --- what is on the page ------------------------------------------------------------------------

    @property
    def policy(self) -> Scenario:
        return self.worlds.value.scenario.policy or load(BASELINE)

    @property
    def compares(self) -> bool:
        """Whether the two worlds can differ at all."""
        return self.policy.hash != load(BASELINE).hash

    @property
    def titles(self) -> list[str]:
        return ["Baseline: nothing more is done", self.policy.title if self.compares else "The same (no policy chosen)"]

    @property
    def day(self) -> str:
        return words.day(max(0, self.worlds.value.week - 1))

    @property
    def conditional(self) -> bool:
        """Whether the week on the page lies after what the briefing paper knows."""
        return self.worlds.value.week > PAPER

    @property
    def shocks(self) -> list[dict]:
        """The shocks of the past, each where it begins."""
        begins: dict[str, int] = {}
        for shock in self.worlds.value.worlds[1].simulation.inputs.shocks:
            begins[shock.name] = min(shock.start, begins.get(shock.name, shock.start))
        return [{"name": f"{words.start(name)}, from {words.day(week)}", "week": week} for name, week in begins.items()]

    @property
    def years(self) -> list[dict]:
        """Where each year begins on the line of time."""
        stop = self.worlds.value.stop
        years = range(monday(0).year, monday(stop - 1).year + 1)
        return [
            {"name": str(year), "week": max(0, week_of(date(year, 1, 4)))}
            for year in years
            if week_of(date(year, 1, 4)) < stop
        ]

    def shown_strips(self) -> list[Strip]:
        """Return the panels under the maps; where no policy acts, there is nothing to say of where it does."""
        return [strip for strip in map(STRIPS.get, self.strips.value) if self.compares or not strip.where_policy_acts]

    def panels(self) -> list[dict]:
        return [described(strip) for strip in self.shown_strips()]

    def resend(self, *_):
        """Send the differences of all weeks again: the browser missed some."""
        self._sent = 0
        force_update()

    def frame(self) -> dict:
        """Return what the browser is sent: the maps of this week, and the differences since the last week sent."""
        worlds = self.worlds.value
        if worlds is not self._of:  # other worlds, or the same from the start
            self._of, self._map, self._sent = worlds, Map(worlds), 0
            self._run += 1
        with worlds.turn:
            first, self._sent = min(self._sent, worlds.week), worlds.week
            points = [strip.lines(worlds, first, not self.compares) for strip in self.shown_strips()]
            return {
                "run": self._run,
                "week": worlds.week,
                "worlds": self._map.week(first),
                "first": first,
                "points": points,
            }
