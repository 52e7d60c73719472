"""The `[sensitivity]` table of a design: what is varied, how many runs each stage takes, and the designs of the stages."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from model.registry.outcomes import BY_NAME, HEADLINE
from scenarios.errors import Where

from .factors import DUMMY, FEEDBACKS, NAMED, PERTURBED, SEED, Factor, check_names, chosen, factors_of

STAGES = {
    "ensemble": "worlds drawn from all priors at once: noise, PAWN, robustness, trade-offs, discovery",
    "screening": "Morris over every factor: which of them matter at all",
    "indices": "Sobol over those that matter: how much each explains, alone and with others",
    "doses": "each policy in parts of its dose: how effective it must be",
}


@dataclass(frozen=True)
class Settings:
    """What a design's `[sensitivity]` table says; each key with its default.

    `by`: "groups" screens named factors, feedbacks and the rest by topic; "parameters" every parameter. `rest`: the part
    of its prior's width, around its default, that each parameter gets which is neither named nor a channel.
    """

    outcomes: tuple[str, ...] = HEADLINE
    named: tuple[str, ...] = NAMED
    pairs: tuple[tuple[str, str], ...] = (("crackdown.raids", "tip_off"),)
    by: str = "groups"
    rest: float = 1.0
    worlds: int = 256
    world_replicates: int = 2
    trajectories: int = 10
    levels: int = 4
    most: int = 12
    points: int = 32
    scrambles: int = 8
    replicates: int = 1
    doses: tuple[float, ...] = (0.1, 0.25, 0.5, 0.75, 1.0, 1.25)
    dose_draws: int = 16

    @classmethod
    def of(cls, table: Mapping) -> "Settings":
        """Return the settings of a checked table."""
        values = dict(table)
        if "pairs" in values:
            values["pairs"] = tuple(tuple(pair) for pair in values["pairs"])
        return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})


def settings_schema() -> dict:
    """Return the JSON Schema of the table."""
    name = {
        "type": "string",
        "minLength": 1,
        "description": "a factor: a parameter, 'mobility cost', 'feedbacks', 'helping channels' or 'hurting channels'",
    }

    def whole(low, meaning):
        return {"type": "integer", "minimum": low, "description": meaning}

    def some(items, meaning, least=1):
        return {"type": "array", "minItems": least, "uniqueItems": True, "items": items, "description": meaning}

    keys = {
        "outcomes": some(
            {"type": "string", "enum": list(BY_NAME), "description": "an outcome"},
            "the outcomes that are explained; none = the headline",
        ),
        "named": some(name, "factors that are always judged by themselves"),
        "pairs": some(some(name, "two factors", 2), "pairs whose interaction is told (second order)"),
        "by": {
            "type": "string",
            "enum": ["groups", "parameters"],
            "description": "screen the rest by topic, or every parameter",
        },
        "rest": {
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "description": "part of the priors' width given to parameters that are neither named nor channels; 1 = whole",
        },
        "worlds": whole(8, "draws of all priors in the ensemble"),
        "world_replicates": whole(2, "seeds a draw of the ensemble"),
        "trajectories": whole(2, "Morris trajectories"),
        "levels": {"type": "integer", "enum": [4, 6, 8], "description": "levels of Morris' grid: 4, 6 or 8"},
        "most": whole(2, "most factors of the Sobol stage"),
        "points": whole(4, "base rows of each scramble; a power of 2"),
        "scrambles": whole(2, "independent scrambles, from which intervals come"),
        "replicates": whole(1, "seeds a row of the Sobol stage"),
        "doses": some(
            {"type": "number", "minimum": 0, "maximum": 4, "description": "a part of the dose"},
            "parts of each policy's dose",
        ),
        "dose_draws": whole(2, "draws of the priors, each on one seed, for dose curves"),
    }
    return {
        "type": "object",
        "properties": keys,
        "required": [],
        "additionalProperties": False,
        "description": "how the sensitivity analysis is done",
    }


@dataclass(frozen=True)
class Plan:
    """A sensitivity analysis: a design (arms, seed, scale) and its settings. Raises ScenarioError for a name that is no factor."""

    design: object  # experiments.design.design.Design
    settings: Settings
    file: str

    def __post_init__(self):
        where, settings = Where(self.file, "sensitivity"), self.settings
        if not self.design.compared:
            raise where.error("there is no policy", "at least one arm besides the baseline")
        if settings.points & (settings.points - 1):
            raise where.at("points").error(f"{settings.points} is no power of 2", "a power of 2, as Sobol' points need")
        if len({round(100 * dose) for dose in settings.doses}) < len(settings.doses):
            raise where.at("doses").error(
                f"{list(settings.doses)} holds two that are equal in per cent",
                "doses that differ by a per cent at least",
            )
        for name, scenario in self.design.arms.items():
            if PERTURBED in scenario.parameters:
                raise where.error(
                    f"arm '{name}' sets {PERTURBED}",
                    "arms that leave it free: the dummy, which shows what noise is, changes it",
                )
        everything = [*self.factors, *self.screened]
        if settings.named != NAMED:
            check_names(settings.named, everything, where.at("named"))
        for pair in settings.pairs:
            if len(pair) != 2 or pair[0] == pair[1]:
                raise where.at("pairs").error(f"{list(pair)} is no pair", "two different factors")
            if settings.pairs != Settings.pairs:
                check_names(pair, everything, where.at("pairs"))

    @property
    def named(self) -> tuple[str, ...]:
        """The named factors that can act in these arms, with those of named pairs."""
        wanted = dict.fromkeys((*self.settings.named, *(name for pair in self.pairs for name in pair)))
        there = {factor.name for factor in factors_of(self.design.arms, wanted)}
        return tuple(name for name in wanted if name in there)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The named pairs that can act in these arms."""
        there = {
            factor.name
            for factor in factors_of(self.design.arms, {name for pair in self.settings.pairs for name in pair})
        }
        return tuple(pair for pair in self.settings.pairs if there >= {*pair})

    @property
    def factors(self) -> tuple[Factor, ...]:
        """What varies in the ensemble: everything, feedbacks as one factor."""
        return self.partition(self.named)

    @property
    def screened(self) -> tuple[Factor, ...]:
        """What is screened: feedbacks one by one, and the rest by topic or by parameter."""
        return self.partition(self.named, self.settings.by == "groups", switches_apart=True)

    def partition(self, *how, **more) -> tuple[Factor, ...]:
        """Return factors of these arms (`factors.factors_of`) with the widths that the settings ask for."""
        return factors_of(self.design.arms, *how, rest=self.settings.rest, whole=self.named, **more)

    def judged(self, found: Sequence[str]) -> tuple[Factor, ...]:
        """Return the factors of the Sobol stage: the named ones, and the first of `found` up to `most`."""
        more = [name for name in found if name not in (*self.named, DUMMY, SEED)]
        names = [*self.named, *more][: max(self.settings.most, len(self.named))]
        singles = [name for name in names if name in self._single]
        return chosen(self.partition(singles), [*names, FEEDBACKS] if FEEDBACKS in self.named else names)

    @property
    def _single(self) -> set[str]:
        return {*self.named, *(factor.name for factor in self.screened if len(factor.columns) == 1)}

    def as_json(self) -> dict:
        """Return the settings as plain values."""
        return {
            name: [list(x) if isinstance(x, tuple) else x for x in value] if isinstance(value, tuple) else value
            for name, value in asdict(self.settings).items()
        }

    def runs(self) -> dict[str, int]:
        """Return how many runs each stage takes at most: the Sobol stage runs what the screening finds, and rows that coincide once."""
        s, arms = self.settings, len(self.design.arms)
        judged = max(s.most, len(self.named)) + 1 + len(self.pairs)  # the seed; the dummy is another run, too
        doses = 1 + (arms - 1) * (2 * len({*s.doses} - {1.0}) + 1)
        return {
            "ensemble": s.worlds * s.world_replicates * arms,
            "screening": s.trajectories * (len(self.screened) + 1) * arms,
            "indices": s.points * s.scrambles * (judged + 3) * s.replicates * arms,
            "doses": s.dose_draws * doses,
        }

    def seconds(self) -> float:
        """Return about how long all stages take on one core."""
        return self.stage().seconds_a_block(drawn=True) / len(self.design.arms) * sum(self.runs().values())

    def bytes_on_disk(self) -> int:
        """Return about how much room all stages take."""
        return int(self.stage().bytes_a_run() * sum(self.runs().values()) + 1e7 * len(STAGES))

    def stage(self, **changes):
        """Return the design of one stage: window only, no groups, no placebo."""
        return replace(
            self.design, record="window", groups=False, events=False, outcomes=self.settings.outcomes, **changes
        )


def has_settings(names: Sequence[str]) -> bool:
    """Tell whether `names` (as of `design.from_names`) mean a design with a [sensitivity] table."""
    from experiments.design.design import _read, design_path

    path = design_path(names[0])
    return path is not None and "sensitivity" in _read(path)


def load(name: str, **given) -> Plan:
    """Return the plan of a shipped design's name or a path, with a `[sensitivity]` table. Raises ScenarioError."""
    from experiments.design.design import DesignError, _label, _read, design_path, from_names

    path = design_path(name)
    if path is None:
        raise DesignError(
            f"{name}: is a scenario; expected a design with [[arm]] entries and a [sensitivity] table, such as sensitivity-quick"
        )
    table = _read(path).get("sensitivity")
    design = from_names([name], **given)
    if table is None:
        raise DesignError(
            f"{_label(path)}: sensitivity: is missing; expected a table [sensitivity] (empty for the defaults)"
        )
    return Plan(design, Settings.of(table), _label(path))
