"""A results folder as the report sees it: what was compared, and what a reader may be shown of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from experiments.comparison.paired import pairs_planned, rights_floor
from experiments.comparison.strength import FEWEST_VOTES, INDISTINCT
from experiments.design.explain import policies_in_words
from experiments.results.reader import policies_of
from model.registry.calendar import monday
from model.registry.lever import Lever
from model.registry.levers import LEVERS
from model.registry.outcomes import OUTCOMES
from model.registry.parameters import PARAMETERS
from model.registry.policy import Policy
from scenarios.explain import NO_POLICY, parameter_in_words
from scenarios.world_files import world_graph

from . import words
from .effects_table import Cell
from .parameter_sources import Standing, standing

KNOWN_UNTIL = 2023 + 8 / 12  # the briefing paper of August 2023: then the conditional world begins


@dataclass(frozen=True)
class Spot:
    """A place on a map: `coarse` ones stand for the rest of a country or continent, not for a location."""

    id: str
    name: str
    kind: str
    longitude: float
    latitude: float

    @property
    def coarse(self) -> bool:
        return self.kind in ("elsewhere", "beyond")

    @property
    def short(self) -> str:
        return self.name.removeprefix("beyond the region: ")


@dataclass(frozen=True)
class Flow:
    """People carried along by operations from one place to another, a year."""

    source: str
    target: str
    people: float


class Study:
    """One comparison, complete or as far as it is. `results` is what `experiments.read` returns."""

    def __init__(self, results):
        self.results = results
        self.manifest: Mapping = results.manifest
        self.plan: Mapping = results.manifest["plan"]
        self.folder: Path = results.folder
        self.baseline: str = results.baseline

    @cached_property
    def levels(self) -> list[str]:
        """A line for each quantity that a reader would check first: what the baseline holds, and what is reported."""
        from .levels import in_short, of_baseline

        return in_short(of_baseline(self.results))

    # --- what was compared --------------------------------------------------------------------------

    @cached_property
    def titles(self) -> dict[str, str]:
        """The policies' titles by arm, in the design's order; without the baseline and arms with no complete pair."""
        return {name: self.plan["arms"][name]["title"] for name in self.results.compared if self.pairs_of[name]}

    @property
    def window(self) -> str:
        first, stop = self.results.window
        return f"{monday(first):%B %Y} to {monday(stop - 1):%B %Y}"

    @cached_property
    def pairs_of(self) -> dict[str, int]:
        """How many pairs of runs each arm makes with the baseline, so far."""
        done = {name: set() for name in self.results.arms}
        for run in self.results.runs.to_pylist():
            if run["status"] == "ok":
                done[run["arm"]].add((run["draw"], run["replicate"]))
        return {name: len(done[name] & done[self.baseline]) for name in self.results.compared}

    @property
    def pairs(self) -> int:
        """How many pairs of runs each policy has, at least."""
        return min((self.pairs_of[name] for name in self.titles), default=0)

    @property
    def voter(self) -> str:
        """What has one vote on the sign of an effect: a draw of the parameters, or a pair where there is one draw."""
        return "draw" if self.plan["draws"] > 1 else "pair"

    @property
    def planned(self) -> int:
        """How many pairs of runs the plan has."""
        return pairs_planned(self.plan)

    @property
    def unfinished(self) -> str:
        """Say how far an unfinished batch is; empty when it is finished."""
        if self.results.finished or self.pairs == self.planned:
            return ""
        return (
            f"Unfinished: {self.pairs} of {words.count(self.planned, 'pair')} of runs so far. Every figure "
            "may still change."
        )

    @cached_property
    def lost(self) -> str:
        """Say which runs failed and what is left out with them; empty if none failed."""
        runs = self.results.runs.to_pylist()
        failed = [run for run in runs if run["status"] != "ok"]
        if not failed:
            return ""
        most = max(self.pairs_of.values())
        left = f"{self.pairs}" if self.pairs == most else f"{self.pairs} to {most}"
        said = (
            f"{len(failed)} of {words.count(len(runs), 'run')} failed: {left} of "
            f"{words.count(self.planned, 'pair')} remain, and worlds in which runs fail may differ from the "
            f"others. The first error: {failed[0]['error']}."
        )
        without = [self.plan["arms"][name]["title"] for name in self.results.compared if name not in self.titles]
        return said + (f" Left out, since no pair is complete: {words.listed(without)}." if without else "")

    @property
    def cautions(self) -> list[str]:
        """What may not be meant as it is."""
        return list(self.manifest.get("cautions", ()))

    @property
    def drawn(self) -> Mapping | None:
        """The lowest and highest value of each drawn parameter; None if the folder's version did not keep them."""
        return self.manifest.get("drawn", None if self.plan["draws"] > 1 or self.plan.get("draws_from") else {})

    @cached_property
    def of_baseline(self) -> list[Policy]:
        """The baseline's own policies; mostly it has none."""
        return policies_of(self.manifest, self.baseline)

    def dates(self, arm: str) -> list:
        """Return the days on which a policy starts or ends that only the arm or only its baseline has."""
        weeks = {
            week
            for policy in {*policies_of(self.manifest, arm)} ^ {*self.of_baseline}
            for week in (policy.start, policy.end)
        }
        return sorted(monday(week) for week in weeks if week < self.plan["stop"])

    def levers(self, arm: str) -> list[Lever]:
        """Return the levers that an arm pulls otherwise than its baseline, in the registry's order."""
        pulled = {policy.lever for policy in policies_of(self.manifest, arm) if policy not in self.of_baseline}
        return [lever for lever in LEVERS.values() if lever.name in pulled]

    def pulled(self, arm: str) -> list[str]:
        """Return in sentences what an arm pulls beyond its baseline, each entry with its timing, and what it omits."""
        return policies_in_words(policies_of(self.manifest, arm), self.of_baseline) or [
            "Its policies are those of the baseline."
        ]

    def _explained(self, arm: str) -> list[str]:
        return [sentence for sentence in self.manifest["explained"][arm][1:] if sentence != NO_POLICY]

    def sentences(self, arm: str) -> list[str]:
        """Return what an arm is, without what it shares with the baseline and without its title."""
        return [sentence for sentence in self._explained(arm) if sentence not in self._explained(self.baseline)]

    @cached_property
    def _shared(self) -> list[str]:
        """What holds in the baseline and in every arm, as each of them says it."""
        return [
            sentence
            for sentence in self._explained(self.baseline)
            if all(sentence in self._explained(arm) for arm in self.titles)
        ]

    @property
    def history(self) -> list[str]:
        """What holds in the baseline and in every arm; an assumption that all of them set is not one scenario's."""
        own = self.plan["arms"][self.baseline].get("parameters", {})
        of_all = {
            parameter_in_words(name, value): parameter_in_words(name, value, "all arms")
            for name, value in own.items()
            if name in PARAMETERS
        }
        return [of_all.get(sentence, sentence) for sentence in self._shared]

    @property
    def only_some(self) -> list[str]:
        """What holds in the baseline, but not in every arm."""
        return [sentence for sentence in self._explained(self.baseline) if sentence not in self._shared]

    @cached_property
    def spots(self) -> dict[str, Spot]:
        """The places where operations may be, by id: names and rounded coordinates alone."""
        hosts = (place for place in self.manifest["places"] if place["host"])
        return {p["id"]: Spot(p["id"], p["name"], p["kind"], p["lon"], p["lat"]) for p in hosts}

    @cached_property
    def place_names(self) -> dict[str, str]:
        """Names of places by id and of states by ISO code."""
        return {iso3: row["name"] for iso3, row in world_graph().graph["states"].items()} | {
            p["id"]: p["name"] for p in self.manifest["places"]
        }

    @cached_property
    def standing(self) -> Standing:
        """Where the parameters come from, and what is to be said of it."""
        return standing(self.plan)

    @property
    def scenarios_hash(self) -> str:
        """One hash over the scenarios of all arms, in their order."""
        return hashlib.sha256("".join(arm["hash"] for arm in self.plan["arms"].values()).encode()).hexdigest()

    # --- what came out ------------------------------------------------------------------------------

    @cached_property
    def paired(self) -> list[dict]:
        """The rows of `paired.parquet` of the policies."""
        return [row for row in self.results.paired.to_pylist() if row["arm"] in self.titles]

    @cached_property
    def level(self) -> str:
        """The level of the intervals, as `95 %`."""
        return next((f"{100 * row['level']:g} %" for row in self.paired if row["level"]), "95 %")

    @cached_property
    def held_by_place(self) -> dict[str, dict[str, dict]]:
        """Rows of people held on average over the window, {place: {arm: row}}, the largest in the baseline first."""
        rows: dict[str, dict[str, dict]] = {}
        for row in self.paired:
            if row["outcome"] == "people_held" and row["aggregate"] == "mean" and row["place"] in self.spots:
                rows.setdefault(row["place"], {})[row["arm"]] = row
        return dict(sorted(rows.items(), key=lambda item: -next(iter(item[1].values()))["baseline"]))

    @cached_property
    def _floor(self) -> list[dict]:
        return rights_floor(self.results.paired)

    def floor(self, arm: str) -> str:
        """Say which rights of the floor an arm worsens: clearly, likely, or on balance; empty without any."""
        parts = []
        for strength, how in (*words.HOW.items(), (INDISTINCT, "on balance, though too few agree to call it likely,")):
            labels = [
                OUTCOMES[row["outcome"]].label
                for row in self._floor
                if row["arm"] == arm and row["strength"] == strength
            ]
            parts += [f"{how} {words.WORSE} for {words.listed(labels)}"] if labels else []
        return "; ".join(parts)

    def no_floor(self, arm: str) -> str:
        """Say what is known where an arm worsens no right of the floor."""
        row = next(row for row in self.paired if row["arm"] == arm)
        many, one = words.voters(row)
        if many < FEWEST_VOTES:
            verb = "is" if many == 1 else "are"
            return f"{words.count(many, one)} {verb} too few to tell; {FEWEST_VOTES} are the fewest"
        return "nothing on it is worse clearly, likely or on balance"

    @cached_property
    def _timing(self) -> dict[tuple[str, str], dict]:
        return {(row["arm"], row["outcome"]): row for row in self.results.timing.to_pylist()}

    def first_effect(self, cell: Cell) -> str:
        """Return the month from which an effect is distinguishable from chance, in each direction; empty if none."""
        row = self._timing.get((cell.arm, cell.outcome.name))
        if row is None:
            return ""
        if row["first_month"] is None:
            return self._whole_only(cell)
        ways = sorted(
            (month, way)
            for month, way in ((row["first_better"], words.BETTER), (row["first_worse"], words.WORSE))
            if month
        )
        return ", ".join(f"{way} in month {month}" for month, way in ways) or f"month {row['first_month']}"

    @staticmethod
    def _whole_only(cell: Cell) -> str:
        """Return whether an effect without such a month shows over the whole window; empty if not."""
        if not words.shown(cell.row):
            return ""
        return (f"{cell.verdict} " if cell.outcome.better else "") + "over the whole window only"

    @cached_property
    def _flows(self) -> list[dict]:
        return [
            row for row in self.results.flows.to_pylist() if row["source"] in self.spots and row["target"] in self.spots
        ]

    def flows(self, most: int) -> list[Flow]:
        """Return the widest flows of people carried along by moving operations in the baseline, at most so many."""
        first = next(iter(self.titles))
        return _widest(
            [Flow(row["source"], row["target"], row["baseline"]) for row in self._flows if row["arm"] == first], most
        )

    def added_flows(self, arm: str, most: int) -> list[Flow]:
        """Return the flows to which an arm adds most, of those alone that show a rise, among all flows of the table."""
        mine = [row for row in self._flows if row["arm"] == arm and words.rises(row)]
        return _widest([Flow(row["source"], row["target"], row["difference"]) for row in mine], most)


def _widest(flows: list[Flow], most: int) -> list[Flow]:
    return sorted(
        (flow for flow in flows if flow.people > 0), key=lambda flow: (-flow.people, flow.source, flow.target)
    )[:most]
