"""Populations as columns: how a kind of agent is declared and made.

A kind is declared once, as rows (column, dtype, meaning), in the file that bears its name. Its agents are
the rows of one record array: `m.sites[j].guards` in a kernel, `columns.sites.guards[j]` from outside.
"""

import numpy as np


def record(declaration, rows: int, **columns) -> np.recarray:
    """Return `rows` records of the declared columns, zero where no column is given."""
    dtype = np.dtype([(name, dtype) for name, dtype, _ in declaration], align=True)
    table = np.zeros(rows, dtype).view(np.recarray)
    for name, values in columns.items():
        table[name] = values
    return table


def grown(table: np.ndarray, rows: int) -> np.ndarray:
    """Return the same records in a table of at least `rows` rows."""
    if rows <= len(table):
        return table
    larger = np.zeros(rows, table.dtype).view(type(table))
    larger[: len(table)] = table
    return larger
