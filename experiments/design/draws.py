"""Draws of the parameters: from their priors, or from a file that a calibration has written.

`defaults` (the hand-set values), `prior:256`, `posterior`, `posterior:32` (32 of the committed reference, spread over
its order) and `my/posterior.parquet` are the names by which designs and the command line ask for them.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from experiments.results.folder import write_whole
from model.registry.levers import channels
from model.registry.parameter import Parameter
from model.registry.parameters import DEFAULTS, PARAMETERS
from scenarios.errors import ScenarioError, Where
from scenarios.plain_text import is_printable, printable

from .limits import MOST_DRAWS

REFERENCE_POSTERIOR = Path(__file__).parents[2] / "scenarios" / "fitted" / "posterior.parquet"
METADATA = b"displace.draws"
HELD = "people_held"  # the column of a file of draws that is no parameter
EXPECTED = "defaults, posterior, posterior:N, prior:N, or the path of a posterior.parquet (path:N for N of its draws)"
# What a file says of a posterior's origin, and of how many draws it is worth if it says so.
ORIGIN_OF_FIT = {"targets": dict, "missed": list, "free": list, "not_informed": list, "families": list, "code": str}
WORTH_OF_FIT = {"effective": int | float, "enough": int | float, "k_hat": int | float | None}


class DrawsError(ScenarioError):
    """Draws of the parameters that can't be used; the message says what was expected."""


@dataclass(frozen=True)
class Draws:
    """`values`: parameter overrides, one dict a draw, all equally likely.

    `source`: where they come from, plain values. `held`: people held in each draw's world, by whose order some of many
    are spread; empty where it is not known.
    """

    values: tuple[Mapping[str, float], ...]
    source: Mapping = field(default_factory=dict)
    held: tuple[float, ...] = ()

    def in_order(self) -> "Draws":
        """Return the same draws in the order of people held in their worlds, or as they are where it is not known.

        The order of people held is also that of its log; worlds of which it is not a number come last.
        """
        if not self.held:
            return self
        order = np.argsort(self.held, kind="stable")
        return Draws(tuple(self.values[k] for k in order), self.source, tuple(self.held[k] for k in order))


def uncertain() -> tuple[str, ...]:
    """Return the parameters that have a continuous prior: rules and switches are choices, not drawn."""
    return tuple(p.name for p in PARAMETERS.values() if p.prior and p.prior[0] in ("uniform", "loguniform"))


def of_levers() -> frozenset[str]:
    """Return the parameters that say how strong a lever's channels are."""
    return frozenset(f"{lever.name}.{channel.name}" for lever, channel, _ in channels())


def prior_quantile(kind: str, low: float, high: float, u):
    """Return quantiles at `u` (a number from 0 to 1, or an array) of a uniform or loguniform prior."""
    return low * (high / low) ** u if kind == "loguniform" else low + (high - low) * u


def from_unit(parameter: Parameter, u) -> np.ndarray:
    """Return the prior's quantiles at `u`, an array of numbers between 0 and 1."""
    return prior_quantile(*parameter.prior, np.asarray(u))


def unit_sample(dimensions: int, count: int, seed: int | np.random.Generator) -> np.ndarray:
    """Return a Latin hypercube of the unit cube, float64 (count, dimensions) (McKay, Beckman and Conover 1979).

    Its columns correlate no more than independent draws would, however many there are. Those of Sobol' points do: in
    hundreds of dimensions it takes thousands of points before the columns are distinguishable.
    """
    from scipy.stats import qmc

    return qmc.LatinHypercube(dimensions, rng=np.random.default_rng(seed)).random(count)


def scaled(names: Sequence[str], unit: np.ndarray) -> list[dict[str, float]]:
    """Return points of the unit cube as draws of the parameters `names`."""
    columns = [from_unit(PARAMETERS[name], unit[:, k]).tolist() for k, name in enumerate(names)]
    return [dict(zip(names, row)) for row in zip(*columns)]


def prior_draws(count: int, seed: int = 1, names: Iterable[str] | None = None) -> list[dict[str, float]]:
    """Return draws of parameters (default: all uncertain ones) from their priors."""
    chosen = tuple(uncertain() if names is None else names)
    return scaled(chosen, unit_sample(len(chosen), count, seed))


def spread(count: int, wanted: int) -> list[int]:
    """Return which `wanted` of `count` draws in order are taken: one from the middle of each of so many equal parts.

    This is systematic sampling. Of draws in the order of people held in their worlds (`Draws.in_order`), it covers
    small and large worlds far more evenly than the first so many would; any other order makes it no worse than those.
    """
    return [(2 * k + 1) * count // (2 * wanted) for k in range(wanted)]


def ranges(draws: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """Return the lowest and the highest value of each parameter that is drawn."""
    drawn = {
        name: [draw.get(name, DEFAULTS[name]) for draw in draws]
        for name in sorted({name for draw in draws for name in draw})
    }
    return {name: [min(values), max(values)] for name, values in drawn.items()}


# --- by name ----------------------------------------------------------------------------------------


def draws_of(name: str, seed: int = 1) -> Draws:
    """Return the draws that `name` means. Raises DrawsError."""
    if name == "defaults":
        return Draws(({},), {})
    if match := re.fullmatch(r"prior:([1-9]\d*)", name):
        return Draws(tuple(prior_draws(_few(name, match[1]), seed)), {"kind": "prior", "draws": int(match[1])})
    match = re.fullmatch(r"(posterior|.+\.parquet)(?::([1-9]\d*))?", name)
    if match is None:
        raise DrawsError(str(_misunderstood(name)))
    path = REFERENCE_POSTERIOR if match[1] == "posterior" else Path(match[1])
    if "\0" in name or not path.is_file():
        made = (
            "the reference posterior is made by `make reference-posterior`"
            if path == REFERENCE_POSTERIOR
            else "no such file"
        )
        raise DrawsError(f"draws: '{name}': {made}; expected {EXPECTED}")
    read = read_draws(path).in_order()
    wanted = _few(name, match[2] or len(read.values))
    if wanted > len(read.values):
        raise DrawsError(f"draws: '{name}': holds {len(read.values)} draws; expected at most that many")
    return Draws(tuple(read.values[k] for k in spread(len(read.values), wanted)), {**read.source, "draws": wanted})


def _few(name: str, number: str | int) -> int:
    """Return how many draws are asked for."""
    if len(str(number)) > len(str(MOST_DRAWS)) or int(number) > MOST_DRAWS:
        raise DrawsError(f"draws: '{name}': too many; expected at most {MOST_DRAWS:,} draws")
    return int(number)


def _misunderstood(name: str) -> ScenarioError:
    """Return what is wrong with a name that means no draws."""
    where, (kind, colon, number) = Where("draws"), name.partition(":")
    if kind == "prior" and not colon:
        return where.error("'prior' does not say how many", "prior:N, such as prior:16")
    if kind in ("prior", "posterior") or kind.endswith(".parquet"):
        return where.error(f"'{name}' asks for '{number}' draws", f"a whole number above zero, such as {kind}:16")
    if Path(name).is_file():
        return where.error(f"'{name}' is no .parquet", EXPECTED)
    return where.error(f"unknown '{name}'", EXPECTED, name, ("defaults", "posterior"))


def write_draws(path: Path, draws: Draws):
    """Write draws as Parquet: a column a parameter, with unit and meaning, and people held if known.

    The file is written whole or not at all.
    """
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    names = list(draws.values[0])
    fields = [
        pa.field(n, pa.float64(), metadata={"unit": PARAMETERS[n].unit, "meaning": PARAMETERS[n].meaning})
        for n in names
    ]
    columns = [[draw[n] for draw in draws.values] for n in names]
    if draws.held:
        meaning = "people held in the draw's world, by whose order some of many draws are spread"
        fields.append(pa.field(HELD, pa.float64(), metadata={"unit": "persons", "meaning": meaning}))
        columns.append(list(draws.held))
    schema = pa.schema(fields, metadata={METADATA: json.dumps(dict(draws.source), sort_keys=True).encode()})
    sink = io.BytesIO()
    pq.write_table(pa.table(columns, schema=schema), sink, compression="zstd")
    write_whole(path, sink.getvalue())


def read_draws(path: Path) -> Draws:
    """Return the draws in a file that `write_draws` has written.

    Raises DrawsError, with what is wrong, wherever the file holds anything else: it may come from anybody.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    where = Where(printable(str(path)))
    try:
        file = pq.ParquetFile(path)
        schema, count = file.schema_arrow, file.metadata.num_rows
        source = json.loads(schema.metadata[METADATA], parse_constant=_refused)
        _refuse_source(source)
        _refuse_columns(schema, where)
        if not 0 < count <= MOST_DRAWS:
            raise _no(where, f"holds {count:,} draws", f"1 to {MOST_DRAWS:,}")
        table = file.read()
    except DrawsError:
        raise
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError, RecursionError):
        raise DrawsError(
            f"{where}: holds no draws of the parameters; expected a posterior.parquet of `displace calibrate`"
        ) from None
    columns = {name: table[name].to_pylist() for name in table.column_names}
    for name, values in columns.items():
        parameter = PARAMETERS.get(name)
        low, high = (parameter.low, parameter.high) if parameter else (0.0, math.inf)
        for number, value in enumerate(values):
            unknown_size = name == HELD and value is not None and math.isnan(value)
            if value is None or not (low <= value <= high or unknown_size) or (parameter and math.isinf(value)):
                shown = "nothing" if value is None else f"{value:g}"
                raise _no(where.at(name), f"draw {number} is {shown}", f"numbers from {low:g} to {high:g}")
    held = tuple(columns.pop(HELD, ()))
    return Draws(tuple(dict(zip(columns, row)) for row in zip(*columns.values())), source, held)


def _refused(constant: str):
    raise ValueError(f"{constant} is no JSON")


def _refuse_source(source):
    """Raise TypeError or KeyError unless the origin of draws is as a fit states it."""
    if not isinstance(source, dict) or not all(map(is_printable, _texts(source))):
        raise TypeError
    wanted = (ORIGIN_OF_FIT if source.get("kind") == "posterior" else {}) | (
        WORTH_OF_FIT if "effective" in source else {}
    )
    if not all(isinstance(source[key], kind) for key, kind in wanted.items()):
        raise TypeError


def _texts(value) -> Iterator[str]:
    """Yield every text in plain values, keys too."""
    match value:
        case str():
            yield value
        case dict():
            yield from (text for pair in value.items() for one in pair for text in _texts(one))
        case list():
            yield from (text for one in value for text in _texts(one))


def _refuse_columns(schema, where: Where):
    """Raise DrawsError at a column that is no parameter, is there twice, holds no numbers, or has another unit."""
    import pyarrow as pa

    names = [name for name in schema.names if name != HELD]
    if not names:
        raise _no(where, "has no column of a parameter", "a posterior.parquet of `displace calibrate`")
    for name in schema.names:
        if schema.names.count(name) > 1:
            raise _no(where, f"'{printable(name)}' is there twice", "each parameter once")
        if not pa.types.is_floating(schema.field(name).type):
            raise _no(where.at(printable(name)), f"holds {schema.field(name).type}", "numbers (double)")
    for name in names:
        if name not in PARAMETERS:
            raise _no(
                where, f"unknown parameter '{printable(name)}'", "draws made with this version of the model", name,
                PARAMETERS,
            )  # fmt: skip
        unit = (schema.field(name).metadata or {}).get(b"unit", b"").decode(errors="replace")
        if unit != PARAMETERS[name].unit:
            raise _no(where, f"'{name}' is in '{printable(unit)}'", f"draws in '{PARAMETERS[name].unit}'")


def _no(where: Where, *said) -> DrawsError:
    return DrawsError(str(where.error(*said)))
