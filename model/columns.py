"""Populations as columns: how a kind of agent is declared, made and grown.

A kind is declared once, as rows (column, dtype, meaning). Columns that are read together live in one
record array (`sites.row.guards[j]`); what is scanned every week for everybody is an array of its own.
"""

import numpy as np


def record(declaration, rows: int, **columns) -> np.recarray:
    """Return `rows` records of the declared columns, zero where no column is given."""
    table = np.zeros(rows, np.dtype([(name, dtype) for name, dtype, _ in declaration])).view(np.recarray)
    for name, values in columns.items():
        table[name] = values
    return table
