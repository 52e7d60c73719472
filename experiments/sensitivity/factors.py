"""What a sensitivity analysis varies: parameters under their priors, rival submodels, a dummy and the seed.

A *column* is one number between 0 and 1 and what it becomes in the model. A *factor* is what is judged: one column, or
a named group of them that moves together. Every column belongs to one factor, so nothing is left at its default
without being said.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.design.draws import prior_quantile
from experiments.design.sensitivity_settings import FEEDBACKS, HELPS, HURTS, NAMED_FACTORS, VARIED_TOGETHER
from model.registry.levers import channels
from model.registry.parameter import Parameter
from model.registry.parameters import DEFAULTS, PARAMETERS
from scenarios.errors import Where

DUMMY, SEED_FACTOR = "dummy", "seed"
PERTURBED, BY = "recruitment_rate", 1e-4  # the dummy: so small a change that only the noise of changed fates answers
SWITCH = "feedback_"
FACTOR_MEANINGS = {
    DUMMY: f"an irrelevant change ({PERTURBED} by at most {BY:.2%}): what it shows is noise",
    SEED_FACTOR: "the random numbers: what chance alone does",
    FEEDBACKS: "all feedbacks on in half of the worlds, one of them off in the other",
    HELPS: "how strongly the levers that are pulled may help",
    HURTS: "how strongly the levers that are pulled may hurt",
    "mobility cost": "what it costs operations to move, at any distance and abroad",
}


@dataclass(frozen=True)
class Column:
    """One coordinate of the unit cube. `kind`: uniform, loguniform, choice, switch, feedbacks, dummy or seed."""

    name: str
    kind: str
    low: float = 0.0
    high: float = 1.0
    switches: tuple[str, ...] = ()

    def value(self, u: float) -> float:
        """Return what `u` becomes in the parameter's unit: a choice's number; of `feedbacks` which is off (-1 none)."""
        if self.kind == "choice":
            return float(self.low + min(int(u * (self.high - self.low + 1)), int(self.high - self.low)))
        if self.kind == "switch":
            return float(u < 0.5)
        if self.kind == "feedbacks":
            return -1.0 if u < 0.5 else float(min(int((2 * u - 1) * len(self.switches)), len(self.switches) - 1))
        return prior_quantile(self.kind, self.low, self.high, u)

    def set(self, u: float) -> dict[str, float]:
        """Return the parameters that `u` sets."""
        if self.kind in ("dummy", "seed"):
            return {}
        if self.kind == "feedbacks":
            off = int(self.value(u))
            return {self.switches[off]: 0.0} if off >= 0 else {}
        return {self.name: self.value(u)}


@dataclass(frozen=True)
class Factor:
    """What is judged together; one column, or several that move at once."""

    name: str
    columns: tuple[Column, ...]

    @property
    def meaning(self) -> str:
        """Say in words what is varied."""
        if self.name in FACTOR_MEANINGS:
            return FACTOR_MEANINGS[self.name]
        if self.name in PARAMETERS:
            return f"{PARAMETERS[self.name].meaning} ({PARAMETERS[self.name].unit})"
        return f"{len(self.columns)} parameters together: {self.name}"


def column_of(parameter: Parameter, width: float = 1.0) -> Column | None:
    """Return the column of a parameter's prior, or of a part of its width around the default.

    None for a convention, which is not varied.
    """
    if parameter.name.startswith(SWITCH):
        return Column(parameter.name, "switch")
    if not parameter.prior or parameter.prior[0] == "choice" or width == 1.0:
        return parameter.prior and Column(parameter.name, *parameter.prior)
    kind, *ends = parameter.prior
    if kind == "loguniform":
        return Column(parameter.name, kind, *(parameter.default * (end / parameter.default) ** width for end in ends))
    return Column(parameter.name, kind, *(parameter.default + width * (end - parameter.default) for end in ends))


def pulled(arms: Mapping) -> set[str]:
    """Return the levers that any arm pulls (`arms`: Scenario by name)."""
    return {policy.lever for scenario in arms.values() for policy in scenario.policies}


def columns_of(arms: Mapping, rest: float = 1.0, whole: Iterable[str] = ()) -> dict[str, Column]:
    """Return every column that can act in `arms`, by name. `rest`: the part of their priors' width that parameters get
    which are neither channels nor in `whole`.

    Left out: channels of levers that no arm pulls, which can't act, and parameters that an arm itself sets.
    """
    own = {lever.name for lever, _, _ in channels()}
    levers = pulled(arms)
    fixed = {name for scenario in arms.values() for name in scenario.parameters}
    found = {}
    for parameter in PARAMETERS.values():
        lever = parameter.name.partition(".")[0]
        idle = "." in parameter.name and lever in own and lever not in levers
        column = column_of(parameter, 1.0 if "." in parameter.name or parameter.name in whole else rest)
        if column and not idle and parameter.name not in fixed:
            found[parameter.name] = column
    return found


def factors_of(
    arms: Mapping,
    singles: Iterable[str] = NAMED_FACTORS,
    grouped: bool = True,
    switches_apart: bool = False,
    rest: float = 1.0,
    whole: Iterable[str] = NAMED_FACTORS,
) -> tuple[Factor, ...]:
    """Return the factors that partition all columns of `arms`, the dummy and the seed last.

    `singles`: names that stand by themselves (parameters, or `mobility cost`, `feedbacks`). The rest is grouped by
    topic, channels by whether they help or hurt; not `grouped`: each parameter is a factor. `switches_apart`: each
    feedback too. `rest`: the part of their priors' width that parameters get which are not in `whole`.
    """
    columns = columns_of(
        arms,
        rest,
        {*whole, *(name for group in VARIED_TOGETHER if group in {*whole} for name in VARIED_TOGETHER[group])},
    )
    helps = {f"{lever.name}.{channel.name}": is_help for lever, channel, is_help in channels()}
    topic = {parameter.name: parameter.topic for parameter in PARAMETERS.values()}
    singles = tuple(singles)
    parts: dict[str, list[Column]] = {}
    together = {name: group for group, names in VARIED_TOGETHER.items() if group in singles for name in names}
    for name in singles:  # in their order
        if name in columns or name in VARIED_TOGETHER:
            parts[name] = []
    for name, column in columns.items():
        if name.startswith(SWITCH) and not switches_apart and name not in singles:
            continue
        if name in singles or name.startswith(SWITCH) or not grouped:
            key = name if grouped or name not in together else together[name]
        elif name in together:
            key = together[name]
        else:
            key = {True: HELPS, False: HURTS}[helps[name]] if name in helps else topic[name]
        parts.setdefault(key, []).append(column)
    if not switches_apart:
        switches = tuple(name for name in columns if name.startswith(SWITCH) and name not in singles)
        parts[FEEDBACKS] = [Column(FEEDBACKS, "feedbacks", switches=switches)]
    parts |= {DUMMY: [Column(DUMMY, "dummy")], SEED_FACTOR: [Column(SEED_FACTOR, "seed")]}
    return tuple(Factor(name, tuple(part)) for name, part in parts.items() if part)


def chosen(factors: Sequence[Factor], names: Iterable[str]) -> tuple[Factor, ...]:
    """Return the factors with these names, in their own order, with the dummy and the seed."""
    wanted = {*names, DUMMY, SEED_FACTOR}
    return tuple(factor for factor in factors if factor.name in wanted)


def draw(columns: Sequence[Column], unit: np.ndarray) -> dict[str, float]:
    """Return the parameters at one point of the unit cube, float64 (columns)."""
    values: dict[str, float] = {}
    for column, u in zip(columns, unit.tolist()):
        values |= column.set(u)
    for column, u in zip(columns, unit.tolist()):
        if column.kind == "dummy":
            values[PERTURBED] = values.get(PERTURBED, DEFAULTS[PERTURBED]) * (1 + BY * (2 * u - 1))
    return values


def check_names(names: Iterable[str], factors: Sequence[Factor], where: Where):
    """Raise ScenarioError for a name that is no factor."""
    valid = [factor.name for factor in factors]
    for name in names:
        if name not in valid:
            raise where.error(
                f"unknown '{name}'",
                "a parameter that can act in these arms, or one of "
                + ", ".join((*VARIED_TOGETHER, FEEDBACKS, HELPS, HURTS)),
                name,
                valid,
            )
