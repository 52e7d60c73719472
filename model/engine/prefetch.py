"""A hint to the processor: fetch a row that is needed soon. It changes no result, only how long we wait for memory."""

from numba.core import cgutils, types
from numba.core.cgutils import ir
from numba.extending import intrinsic

from .columns import LINE
from .handle import element
from .kernel import kernel

AHEAD = 12  # rows between the hint and the use


@intrinsic
def fetch(context, table, row):
    """Fetch the lines of memory that a row of a column lies on."""

    def generate(context, builder, signature, arguments):
        column, byte, number = signature.args[0], ir.IntType(8), ir.IntType(32)
        place = builder.bitcast(element(context, builder, column, *arguments), byte.as_pointer())
        of_llvm = ir.FunctionType(ir.VoidType(), [byte.as_pointer(), number, number, number])
        prefetch = cgutils.get_or_insert_function(builder.module, of_llvm, "llvm.prefetch.p0")
        for offset in range(0, getattr(column.array.dtype, "size", 1), LINE):
            line = builder.gep(place, [ir.IntType(64)(offset)])
            builder.call(prefetch, [line, number(0), number(3), number(1)])  # to read, to keep, data
        return context.get_dummy_value()

    return types.void(table, types.int64), generate


@kernel
def fetch_ahead(rows, n, m):
    """Fetch the person who comes some places after the `n`th of `rows`, and their entry in the diary."""
    if n + AHEAD < rows.size:
        fetch(m.people, rows[n + AHEAD])
        fetch(m.diary, rows[n + AHEAD])
