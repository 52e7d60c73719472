"""Every parameter, declared once: unit, default, bounds, prior, label, evidence and section.

Labels: *evidence* (a reported number), *derived* (computed from reported numbers), *assumption* (no
source; swept, never cited as a fact). A prior is ("uniform", low, high), ("loguniform", low, high) or
None where the value is a convention. Each channel of a lever adds a parameter `lever.channel`.
"""

from enum import IntEnum

from .behaviour import BEHAVIOUR
from .levers import channels
from .parameter import ASSUMPTION, Parameter


def _from_channel(lever, channel, helps):
    low, high = sorted((0.0, channel.high if channel.effect >= 0 else -channel.high))
    return Parameter(
        f"{lever.name}.{channel.name}", f"effect on {channel.moves} ({channel.mode}) at strength 1", channel.effect,
        low, high, ("uniform", low, high), ASSUMPTION, (), lever.section,
        f"how {lever.name} may {'help' if helps else 'hurt'}: {channel.why}", (), "channels",
    )  # fmt: skip


_ROWS = (*(row for rows in BEHAVIOUR for row in rows), *(_from_channel(*row) for row in channels()))
PARAMETERS = {parameter.name: parameter for parameter in _ROWS}
P = IntEnum("P", list(PARAMETERS), start=0)
DEFAULTS = {parameter.name: parameter.default for parameter in PARAMETERS.values()}


def complete(values=()) -> dict:
    """Return all parameters, the given ones over the defaults.

    Raises ValueError for an unknown name or a value out of bounds.
    """
    result = dict(DEFAULTS)
    for name, value in dict(values).items():
        if name not in PARAMETERS:
            raise ValueError(f"unknown parameter {name!r}")
        row = PARAMETERS[name]
        if not row.low <= float(value) <= row.high:
            raise ValueError(f"parameter {name} = {value}: expected between {row.low:g} and {row.high:g} {row.unit}")
        result[name] = float(value)
    return result


def per_week(values=()) -> dict:
    """Return all parameters as the model takes them: as `complete`, with rates per week.

    Users, priors, tables and posteriors have rates in natural units; this is where they are converted.
    """
    return {name: PARAMETERS[name].per_week(value) for name, value in complete(values).items()}
