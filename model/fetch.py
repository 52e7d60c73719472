"""A hint to the processor: fetch a row that is needed soon. It changes no result, only how long memory is waited for."""

from numba.core import cgutils, types
from numba.core.cgutils import ir
from numba.extending import intrinsic
from numba.np import arrayobj

from .columns import LINE
from .kernel import kernel

AHEAD = 12  # rows between the hint and the use


@intrinsic
def fetch(context, table, row):
    """Fetch the lines of memory that a row of a record array lies on."""

    def generate(context, builder, signature, arguments):
        kind, byte, number = signature.args[0], ir.IntType(8), ir.IntType(32)
        array = arrayobj.make_array(kind)(context, builder, arguments[0])
        place = builder.bitcast(cgutils.get_item_pointer(context, builder, kind, array, [arguments[1]]), byte.as_pointer())
        of_llvm = ir.FunctionType(ir.VoidType(), [byte.as_pointer(), number, number, number])
        prefetch = cgutils.get_or_insert_function(builder.module, of_llvm, "llvm.prefetch.p0")
        for offset in range(0, kind.dtype.size, LINE):
            line = builder.gep(place, [ir.IntType(64)(offset)])
            builder.call(prefetch, [line, number(0), number(3), number(1)])  # to read, to keep, data
        return context.get_dummy_value()

    return types.void(table, types.int64), generate


@kernel
def fetch_ahead(rows, n, m):
    """Fetch the person who comes some places after the `n`th of `rows`."""
    if n + AHEAD < rows.size:
        fetch(m.people, rows[n + AHEAD])
