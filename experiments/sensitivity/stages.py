"""The stages of a sensitivity analysis: what each varies, how many runs it takes, and its design."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from experiments.design.design import Design, DesignError
from experiments.design.files import design_path, from_names, label_of, read_design
from experiments.design.sensitivity_settings import FEEDBACKS, NAMED_FACTORS, Settings
from scenarios.errors import Where

from .factors import DUMMY, PERTURBED, SEED_FACTOR, Factor, check_names, chosen, factors_of

STAGES = {
    "ensemble": "worlds drawn from all priors at once: noise, PAWN, robustness, trade-offs, discovery",
    "screening": "Morris over every factor: which of them matter at all",
    "indices": "Sobol over those that matter: how much each explains, alone and with others",
    "doses": "each policy in parts of its dose: how effective it must be",
}


@dataclass(frozen=True)
class StagedDesign:
    """What a sensitivity analysis runs: a design (arms, seed, scale) in stages, as its settings ask.

    Raises ScenarioError for a name that is no factor.
    """

    design: Design
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
        if settings.named != NAMED_FACTORS:
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
        more = [name for name in found if name not in (*self.named, DUMMY, SEED_FACTOR)]
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
        """Return how many runs each stage takes at most.

        The Sobol stage runs what the screening finds, and rows that coincide once.
        """
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


def load(name: str, **given) -> StagedDesign:
    """Return the staged design of a shipped design's name or a path, with a `[sensitivity]` table.

    Raises ScenarioError.
    """
    path = design_path(name)
    if path is None:
        raise DesignError(
            f"{name}: is a scenario; expected a design with [[arm]] entries and a [sensitivity] table, such "
            "as sensitivity-quick"
        )
    table = read_design(path).get("sensitivity")
    design = from_names([name], **given)
    if table is None:
        raise DesignError(
            f"{label_of(path)}: sensitivity: is missing; expected a table [sensitivity] (empty for the defaults)"
        )
    return StagedDesign(design, Settings.of(table), label_of(path))
