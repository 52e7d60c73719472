"""The handle `m` by which kernels reach the columns: a pointer to a table of arrays.

To numba it is a type of its own: `m.people` reads the array's place, shape and strides from the table, and nothing
counts who holds what, which would cost more than most of what kernels do. A handle keeps its arrays alive.
"""

import numba as nb
import numpy as np
from numba.core import cgutils, types
from numba.core.imputils import impl_ret_borrowed
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue, infer_getattr, lower_getattr_generic, lower_setattr_generic, models, register_model, typeof_impl, unbox,
)  # fmt: skip

SCALARS = {"now": types.int64, "seed": types.uint64, "scale": types.float64, "placebo": types.int64, "window": types.int64}


class HandleType(types.Type):
    def __init__(self, fields):
        self.fields = dict(fields)
        super().__init__(f"Handle({', '.join(f'{name}: {kind}' for name, kind in fields)})")


register_model(HandleType)(models.OpaqueModel)


class Handle:
    """What kernels call `m`: all arrays of `columns` (a NamedTuple) by name, and the numbers of SCALARS.

    The table is what numba's arrays are made of: two unused words, size, bytes an item, address, shape, strides.
    """

    def __init__(self, columns, now: int, seed: int, scale: float, placebo: int, window: int):
        words = []
        for array in columns:
            words += [0, 0, array.size, array.itemsize, array.ctypes.data, *array.shape, *array.strides]
        numbers = np.array([now, 0, 0, placebo, window], np.int64)
        numbers[1:2].view(np.uint64)[0] = seed
        numbers[2:3].view(np.float64)[0] = scale
        self.columns = columns
        self.words = np.concatenate([np.array(words, np.int64), numbers])
        self.address = self.words.ctypes.data
        arrays = [(name, nb.typeof(array)) for name, array in zip(columns._fields, columns)]
        self.type = HandleType(arrays + list(SCALARS.items()))


@typeof_impl.register(Handle)
def _type_of(handle, context):
    return handle.type


@unbox(HandleType)
def _unbox(kind, value, c):
    address = c.pyapi.object_getattr_string(value, "address")
    pointer = c.pyapi.long_as_voidptr(address)
    c.pyapi.decref(address)
    return NativeValue(pointer)


@infer_getattr
class _Attributes(AttributeTemplate):
    key = HandleType

    def generic_resolve(self, kind, name):
        return kind.fields.get(name)


def _place(context, builder, kind, pointer, name):
    """Return a pointer to a field in the table behind a handle."""
    table = cgutils.ir.LiteralStructType([context.get_value_type(field) for field in kind.fields.values()])
    start = builder.bitcast(pointer, table.as_pointer())
    return cgutils.gep_inbounds(builder, start, 0, list(kind.fields).index(name))


@lower_getattr_generic(HandleType)
def _get(context, builder, kind, pointer, name):
    value = builder.load(_place(context, builder, kind, pointer, name))
    return impl_ret_borrowed(context, builder, kind.fields[name], value)


@lower_setattr_generic(HandleType)
def _set(context, builder, signature, arguments, name):
    kind, given = signature.args
    pointer, value = arguments
    value = context.cast(builder, value, given, kind.fields[name])
    builder.store(value, _place(context, builder, kind, pointer, name))
