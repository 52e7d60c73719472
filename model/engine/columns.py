"""Populations as columns: how a kind of agent is declared and made.

A kind is declared once, as rows (column, dtype, meaning), in the file that bears its name. Its agents are
the rows of one record array: `m.sites[j].guards` in a kernel, `columns.sites.guards[j]` from outside.
"""

import mmap

import numpy as np

NOBODY = NO_OPERATION = -1  # in a column of rows: none
LARGE = 1 << 22  # bytes of a table from which large pages pay
LINE = 64  # bytes that memory is read by: a long row begins on such a line, so that it lies on as few as it can


def record(declaration, rows: int, **columns) -> np.recarray:
    """Return `rows` records of the declared columns, zero where no column is given."""
    dtype = np.dtype([(name, dtype) for name, dtype, _ in declaration], align=True)
    if dtype.itemsize > LINE:
        whole = -(-dtype.itemsize // LINE) * LINE
        fields = {
            "names": dtype.names,
            "formats": [dtype[k] for k in range(len(dtype))],
            "offsets": [dtype.fields[name][1] for name in dtype.names],
        }
        dtype = np.dtype(fields | {"itemsize": whole}, align=True)
    table = _on_lines(rows, dtype).view(np.recarray)
    for name, values in columns.items():
        table[name] = values
    return table


def _on_lines(rows, dtype):
    """Return zeros that begin on a line; a large table lies on large pages of memory, where the system has them."""
    size = rows * dtype.itemsize
    if size >= LARGE and hasattr(mmap, "MADV_HUGEPAGE"):
        memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        memory.madvise(mmap.MADV_HUGEPAGE)
        return np.frombuffer(memory, dtype)
    raw = np.zeros(size + LINE, np.uint8)
    first = -raw.ctypes.data % LINE
    return raw[first : first + size].view(dtype)


def grown(table: np.ndarray, rows: int) -> np.ndarray:
    """Return the same records in a table of at least `rows` rows."""
    if rows <= len(table):
        return table
    larger = _on_lines(rows, table.dtype).view(type(table))
    _copy_rows(table, larger, len(table))
    return larger


def copy_of(table: np.ndarray, used: int) -> np.ndarray:
    """Return a copy of the first `used` rows, zeros after them; records begin on a line again."""
    if table.dtype.names is None:
        copy = np.zeros_like(table)
        copy[:used] = table[:used]
    else:
        copy = _on_lines(table.size, table.dtype).view(type(table)).reshape(table.shape)
        _copy_rows(table, copy, used)
    return copy


def _copy_rows(table, other, rows):
    """Copy records as the bytes that they are: numpy would go through them field by field."""
    size = rows * table[:1].nbytes
    other.view(np.ndarray).reshape(-1).view(np.uint8)[:size] = table.view(np.ndarray).reshape(-1).view(np.uint8)[:size]
