"""From values to the columns of a table: dates, dictionaries of text, numbers with nulls."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from model.registry.calendar import WEEK_0

from .schema import BY_TABLE, TEXT


def text(codes, labels: Sequence[str]) -> pa.DictionaryArray:
    """Return a text column from codes into `labels`."""
    return pa.DictionaryArray.from_arrays(pa.array(np.asarray(codes, np.int32)), pa.array(list(labels), pa.string()))


def texts(values: Sequence[str]) -> pa.DictionaryArray:
    """Return a text column from its values."""
    labels = list(dict.fromkeys(values))
    number = {label: i for i, label in enumerate(labels)}
    return text([number[value] for value in values], labels)


def mondays(weeks) -> pa.Array:
    """Return the dates on which weeks start."""
    return pa.array((np.datetime64(WEEK_0, "D") + 7 * np.asarray(weeks, np.int64)).astype("datetime64[D]"), pa.date32())


def numbers(values) -> pa.Array:
    """Return a float64 column; what is not a number is null."""
    return pa.array(np.asarray(values, float), pa.float64(), from_pandas=True)


def build(name: str, columns: Mapping[str, object], metadata: Mapping[str, str] | None = None) -> pa.Table:
    """Return table `name` from its columns, given by name."""
    schema = BY_TABLE[name].schema(metadata)
    return pa.table([_column(columns[field.name], field.type) for field in schema], schema=schema)


def from_rows(name: str, rows: Sequence[Mapping], metadata: Mapping[str, str] | None = None) -> pa.Table:
    """Return table `name` from rows; what a row does not have is null, and so is what is not a number."""
    columns = {}
    for column in BY_TABLE[name].columns:
        values = [row.get(column.name) for row in rows]
        if pa.types.is_floating(column.type):
            columns[column.name] = numbers([np.nan if value is None else value for value in values])
        else:
            columns[column.name] = texts(values) if column.type == TEXT else pa.array(values, column.type)
    return build(name, columns, metadata)


def _column(values, type):
    if isinstance(values, np.ndarray):
        values = pa.array(values)
    return values if values.type == type else values.cast(type)
