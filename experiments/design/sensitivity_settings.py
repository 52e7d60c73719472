"""The `[sensitivity]` table of a design: what is varied, and how many runs each stage of the analysis takes."""

from collections.abc import Mapping
from dataclasses import dataclass

from model.registry.outcomes import HEADLINE, OUTCOMES

FEEDBACKS = "feedbacks"
HELPS, HURTS = "helping channels", "hurting channels"
VARIED_TOGETHER = {"mobility cost": ("moving_cost", "moving_cost_per_km", "moving_cost_abroad")}
# Always judged by themselves: what may decide whether a crackdown displaces or deters.
NAMED_FACTORS = (
    "crackdown.raids",
    "tip_off",
    "refill_elasticity",
    "market_saturation",
    "moving_cost_beyond",
    *VARIED_TOGETHER,
    "relocation_rule",
    FEEDBACKS,
    HELPS,
    HURTS,
)


@dataclass(frozen=True)
class Settings:
    """What a design's `[sensitivity]` table says; each key with its default.

    `by`: "groups" screens named factors, feedbacks and the rest by topic; "parameters" every parameter. `rest`: the
    part of its prior's width, around its default, that each parameter gets which is neither named nor a channel.
    """

    outcomes: tuple[str, ...] = HEADLINE
    named: tuple[str, ...] = NAMED_FACTORS
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
            {"type": "string", "enum": list(OUTCOMES), "description": "an outcome"},
            "the outcomes that are explained; none = the headline",
        ),
        "named": some(name, "factors that are always judged by themselves"),
        "pairs": some(some(name, "two factors", 2), "pairs whose interaction is estimated (second order)"),
        "by": {
            "type": "string",
            "enum": ["groups", "parameters"],
            "description": "screen the rest by topic, or every parameter",
        },
        "rest": {
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "description": "part of the priors' width given to parameters that are neither named nor channels; "
            "1 = whole",
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
