"""A page of the diary at a time: which of its rows are due, as the bits of one number."""

from numba.core import types
from numba.core.cgutils import ir
from numba.extending import intrinsic

from .handle import element

PAGE = 64  # rows: as many as the number has bits


@intrinsic
def rows_due(context, diary, start, first, lanes):
    """Return a uint64: bit k is set where the entry (int16) of row `start` + k is `first` or less than `lanes` more."""

    def generate(context, builder, signature, arguments):
        column, start, first, lanes = arguments
        entries = ir.VectorType(ir.IntType(16), PAGE)
        page = builder.bitcast(element(context, builder, signature.args[0], column, start), entries.as_pointer())
        later = builder.sub(builder.load(page, align=2), everywhere(builder, first, PAGE))
        return builder.bitcast(builder.icmp_unsigned("<", later, everywhere(builder, lanes, PAGE)), ir.IntType(64))

    return types.uint64(diary, types.int64, types.int16, types.int16), generate


def everywhere(builder, number, places):
    """Return a vector that has a number in all its places."""
    kind = ir.VectorType(number.type, places)
    one = builder.insert_element(ir.Constant(kind, ir.Undefined), number, ir.IntType(32)(0))
    return builder.shuffle_vector(
        one, ir.Constant(kind, ir.Undefined), ir.Constant(ir.VectorType(ir.IntType(32), places), [0] * places)
    )


@intrinsic
def lowest(context, bits):
    """Return the place of the lowest bit that is set in a uint64."""

    def generate(context, builder, signature, arguments):
        return builder.cttz(arguments[0], ir.IntType(1)(1))

    return types.int64(types.uint64), generate


def whole_pages(rows: int) -> int:
    """Return the least number of rows, `rows` or more, that fills pages."""
    return -(-rows // PAGE) * PAGE
