"""A calibration as a file: which scenario, which reports, how many draws, which parameters are to be learnt about."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from calibration.targets.targets import MAIN, TARGETS, Target, Targets, last_week, read_targets
from experiments.design.draws import of_levers, uncertain
from experiments.design.limits import MOST_DRAWS, MOST_PEOPLE_PER_AGENT, MOST_SEED
from scenarios import loading
from scenarios.checking import check
from scenarios.errors import ScenarioError, Where
from scenarios.evidence.reports import EVIDENCE_FILE, EvidenceError, Row, read_evidence
from scenarios.scenario import Scenario
from scenarios.toml_files import read_toml

from . import prior_predictive

SHIPPED_FIT = Path(__file__).parent / "reference.toml"
MOST_FREE, MOST_FAMILIES = 24, 20  # so few reports could not distinguish more
METHODS = ("importance", "abc")


@dataclass(frozen=True)
class Config:
    """What a calibration is.

    `free`: the parameters that reports may tell of. The other uncertain ones are drawn from their priors too (`rest`
    and `levers` = "priors") or stay as they are ("defaults"). `draws` a wave; a further wave is run while fewer than
    `enough` draws are effective, at most `waves`. `posterior`: how many draws are kept. `products`: combinations of
    parameters {name: {parameter: exponent}} of which reports may know more than of each factor. `discrepancy`: sd of
    the log by which the model itself is off, in all levels of a tier alike (an assumption). `understatement`: alike
    likely means of the log by which lower bounds are too low (assumptions, made without looking at what is simulated).
    `emulate`: draws are weighed by an emulator of all runs (`emulator`) instead of by the chance of one run each.
    """

    title: str
    scenario: str
    free: tuple[str, ...]
    products: Mapping[str, Mapping[str, float]]
    evidence: Path = EVIDENCE_FILE
    targets: Path = TARGETS
    set: str = MAIN
    draws: int = 2048
    replicates: int = 1
    people_per_agent: int = 100
    seed: int = 1
    method: str = "importance"
    waves: int = 3
    enough: int = 200
    posterior: int = 64
    discrepancy: float = 0.3
    understatement: tuple[float, ...] = (0.1, 0.3, 0.7)
    rest: str = "priors"
    levers: str = "priors"
    emulate: bool = False

    @cached_property
    def rows(self) -> dict[str, Row]:
        return read_evidence(self.evidence)

    @cached_property
    def all_targets(self) -> Targets:
        """All targets of the file, those of every set: runs hand back what any of them needs."""
        return read_targets(self.targets, self.rows)

    @cached_property
    def chosen(self) -> tuple[Target, ...]:
        """The targets of the chosen set, as `of_set`."""
        return self.of_set(self.set)

    def of_set(self, name: str) -> tuple[Target, ...]:
        """Return the targets of a set, with the errors of this calibration's model."""
        return as_simulated(self.all_targets.of_set(name), self.discrepancy, self.understatement, self.people_per_agent)

    @property
    def drawn(self) -> tuple[str, ...]:
        """All parameters that are drawn, the free ones first."""
        levers = of_levers()
        others = (
            name
            for name in uncertain()
            if name not in self.free and (self.levers if name in levers else self.rest) == "priors"
        )
        return (*self.free, *others)

    @property
    def others(self) -> dict[str, str]:
        """What becomes of the parameters that are not free: `rest` and `levers`."""
        return {"rest": self.rest, "levers": self.levers}

    @property
    def stop(self) -> int:
        """The week before which runs end: no later than the reports."""
        return max(last_week(self.all_targets.targets), prior_predictive.PRESENT_TO)

    def scenario_to_last_report(self) -> Scenario:
        """Return the scenario, up to the last report."""
        scenario = loading.load(self.scenario)
        return replace(scenario, stop=min(scenario.stop, self.stop))


def as_simulated(
    targets: Sequence[Target], discrepancy: float, understatement: Sequence[float], people_per_agent: int
) -> tuple[Target, ...]:
    """Return targets that know how far a model is off, and how coarse its runs are. Money has no coarseness."""
    grain = {"persons": float(people_per_agent), "sites": 1.0, "firms": 1.0}
    return tuple(
        replace(t, discrepancy=discrepancy, understatement=tuple(understatement), grain=grain.get(t.tier, 0.0))
        for t in targets
    )


def _schema() -> dict:
    names = list(uncertain())

    def whole(meaning, low, high=math.inf):
        largest = {"maximum": high} if high < math.inf else {}
        return {"type": "integer", "minimum": low, "description": meaning} | largest

    def text(meaning):
        return {"type": "string", "minLength": 1, "description": meaning}

    def one(meaning, of):
        return {"type": "string", "enum": [*of], "description": meaning}

    exponents = {
        "type": "object",
        "properties": {n: {"type": "number"} for n in names},
        "required": [],
        "description": "uncertain parameters (`displace list parameters`)",
    }
    keys = {
        "title": text("what this calibration is"),
        "scenario": text("a shipped scenario's name, or a path"),
        "evidence": text("a CSV file of reports, relative to this file; none = the shipped one"),
        "targets": text("a file of targets, relative to this file; none = the shipped one"),
        "set": text("a set of targets"),
        "draws": whole("draws a wave", 2, MOST_DRAWS),
        "replicates": whole("seeds a draw", 1),
        "people_per_agent": whole("persons that one simulated person stands for", 1, MOST_PEOPLE_PER_AGENT),
        "seed": whole("seed of the draws and of the first run", 0, MOST_SEED),
        "method": one("how the posterior is found", METHODS),
        "waves": whole("most waves", 1),
        "enough": whole("effective draws that suffice", 2),
        "posterior": whole("draws of the posterior that are kept", 2, MOST_DRAWS),
        "discrepancy": {
            "type": "number",
            "minimum": 0,
            "description": "sd of the log by which the model itself is off",
        },
        "understatement": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "number", "exclusiveMinimum": 0},
            "description": "means of the log by which lower bounds are too low",
        },
        "rest": one("what becomes of the other uncertain parameters", ("priors", "defaults")),
        "emulate": {"type": "boolean", "description": "whether draws are weighed by an emulator of the runs"},
        "levers": one("what becomes of the strengths of levers' channels", ("priors", "defaults")),
        "free": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": one("an uncertain parameter of `displace list parameters`", names),
        },
        "products": {
            "type": "object",
            "properties": _AnyKey(exponents),
            "required": [],
            "description": "names of products",
        },
    }
    return {
        "type": "object",
        "properties": keys,
        "required": ["title", "free"],
        "additionalProperties": False,
        "description": "keys of a calibration",
    }


class _AnyKey(dict):
    """Properties of a table whose keys are free: each is checked alike."""

    def __init__(self, schema):
        super().__init__()
        self.schema = schema

    def __contains__(self, key):
        return True

    def __getitem__(self, key):
        return self.schema


def read_config(path: str | Path = SHIPPED_FIT, **settings) -> Config:
    """Return the calibration of a file; `settings` that are not None hold over it.

    Raises EvidenceError or ScenarioError.
    """
    path = Path(path)
    where = Where(str(path))
    try:
        data = {"scenario": "baseline", "products": {}} | read_toml(
            path, "a calibration, as calibration/fit/reference.toml is one"
        )
        check(data, _schema(), where)
    except ScenarioError as error:
        raise EvidenceError(str(error)) from None
    for key in ("evidence", "targets"):
        if key in data:
            data[key] = path.parent / data[key]
    if "understatement" in data:
        data["understatement"] = tuple(data["understatement"])
    config = Config(
        **data | {"free": tuple(data["free"])} | {key: value for key, value in settings.items() if value is not None}
    )
    drawn = config.draws * config.waves
    if config.posterior > drawn and config.method == "importance":
        raise EvidenceError(
            str(
                where.at("posterior").error(
                    f"{config.posterior:,} of {drawn:,} draws",
                    f"at most {drawn:,}, the draws of all waves (draws x waves)",
                )
            )
        )
    families = {target.family for target in config.chosen}
    for found, most, what in ((config.free, MOST_FREE, "free"), (families, MOST_FAMILIES, "targets")):
        if len(found) > most:
            raise EvidenceError(
                str(
                    where.at(what).error(
                        f"{len(found)} are too many", f"at most {most}: so few reports can't tell more apart"
                    )
                )
            )
    return config
