"""The handle `m` by which kernels reach the columns: a pointer to a table of arrays.

To numba a handle is a type of its own, and so is a column of it: `m.people[i]` is one address computed from the table.
Nothing counts who holds what and no index wraps around, which would cost more than most of what kernels do. The
compiler learns that the table and the parameters stay as they are while a kernel runs. A handle keeps its arrays
alive. Of a part of a column (`m.tally[:]`, `m.tally[o]`) a kernel gets an ordinary array.
"""

import operator
from functools import cache
from hashlib import sha256

import numpy as np
from numba.core import cgutils, types
from numba.core.typeconv import Conversion
from numba.core.typing import signature
from numba.core.typing.arraydecl import get_array_index_type
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_global
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_builtin,
    lower_cast,
    lower_getattr,
    lower_getattr_generic,
    lower_setattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)  # fmt: skip
from numba.np import arrayobj
from numba.np.numpy_support import from_dtype

SCALARS = {
    "now": types.int64,
    "seed": types.uint64,
    "scale": types.float64,
    "placebo": types.int64,
    "window": types.int64,
}
UNCHANGING = ("par", "keys")  # columns that no kernel changes
DATA, SHAPE = 4, 5  # where an array keeps its address and its shape


class HandleType(types.Type):
    def __init__(self, fields):
        self.fields = dict(fields)
        whole = ", ".join(f"{name}: {kind}" for name, kind in fields)
        super().__init__(
            f"Handle({sha256(whole.encode()).hexdigest()[:16]})"
        )  # short: it is in the name of every compiled function


class ColumnType(types.Type):
    """A column in the table behind a handle: to numba, a pointer to what it keeps of an `array`."""

    def __init__(self, array, changes):
        self.array, self.changes = array, changes
        super().__init__(f"Column({array}, {changes})")

    def can_convert_to(self, context, other):
        return Conversion.safe if other == self.array else None


register_model(HandleType)(models.OpaqueModel)
register_model(ColumnType)(models.OpaqueModel)


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
        self.type = _handle_type(
            tuple((name, array.dtype, array.ndim) for name, array in zip(columns._fields, columns))
        )


@cache
def _handle_type(columns):
    """Return the type of a handle on columns (name, dtype, dimensions), all of them contiguous."""
    arrays = [(name, types.Array(from_dtype(dtype), ndim, "C")) for name, dtype, ndim in columns]
    return HandleType(
        [(name, ColumnType(array, name not in UNCHANGING)) for name, array in arrays] + list(SCALARS.items())
    )


@typeof_impl.register(Handle)
def _type_of(handle, context):
    return handle.type


@unbox(HandleType)
def _unbox(kind, value, c):
    address = c.pyapi.object_getattr_string(value, "address")
    pointer = c.pyapi.long_as_voidptr(address)
    c.pyapi.decref(address)
    return NativeValue(pointer)


# ---------------------------------------------------------------------- the fields of a handle --


@infer_getattr
class _Fields(AttributeTemplate):
    key = HandleType

    def generic_resolve(self, kind, name):
        return kind.fields.get(name)


def _place(context, builder, kind, pointer, name):
    """Return a pointer to a field in the table behind a handle."""
    kept = [field.array if isinstance(field, ColumnType) else field for field in kind.fields.values()]
    table = cgutils.ir.LiteralStructType([context.get_value_type(field) for field in kept])
    start = builder.bitcast(pointer, table.as_pointer())
    return cgutils.gep_inbounds(builder, start, 0, list(kind.fields).index(name))


@lower_getattr_generic(HandleType)
def _get(context, builder, kind, pointer, name):
    place = _place(context, builder, kind, pointer, name)
    if isinstance(kind.fields[name], ColumnType):
        return builder.bitcast(place, cgutils.voidptr_t)
    return builder.load(place) if name == "now" else _unchanging(builder, builder.load(place))


@lower_setattr_generic(HandleType)
def _set(context, builder, types_given, arguments, name):
    kind, given = types_given.args
    pointer, value = arguments
    value = context.cast(builder, value, given, kind.fields[name])
    builder.store(value, _place(context, builder, kind, pointer, name))


def _unchanging(builder, load):
    """Tell the compiler that nothing stores to where something is loaded from."""
    load.set_metadata("invariant.load", builder.module.add_metadata([]))
    return load


# ---------------------------------------------------------------------- the elements of a column --


def _as_index(column, index):
    """Return the type of an index of one element, or None where it is of a part."""
    parts = tuple(index) if isinstance(index, types.BaseTuple) else (index,)
    if len(parts) != column.array.ndim or not all(
        isinstance(part, (types.Integer, types.IntEnumMember)) for part in parts
    ):
        return None
    return types.UniTuple(types.intp, len(parts)) if isinstance(index, types.BaseTuple) else types.intp


@infer_global(operator.getitem)
class _GetItem(AbstractTemplate):
    def generic(self, arguments, names):
        column, index = arguments
        if isinstance(column, ColumnType):
            one = _as_index(column, index)
            if one is not None:
                return signature(column.array.dtype, column, one)
            part = get_array_index_type(column.array, index)
            return part and signature(part.result, column.array, part.index)
        return None


@infer_global(operator.setitem)
class _SetItem(AbstractTemplate):
    def generic(self, arguments, names):
        column, index, value = arguments
        if isinstance(column, ColumnType):
            one = _as_index(column, index)
            if one is not None:
                return signature(types.none, column, one, column.array.dtype)
            part = self.context.resolve_setitem(column.array, index, value)
            return part and signature(types.none, column, *part.args[1:])
        return None


def _kept(context, builder, column, pointer, *where):
    """Return what the table keeps of a column, which does not change while a kernel runs."""
    table = builder.bitcast(pointer, context.get_value_type(column.array).as_pointer())
    return _unchanging(builder, builder.load(cgutils.gep_inbounds(builder, table, 0, *where)))


def element(context, builder, column, pointer, index):
    """Return the address of one element of a column."""
    first, *others = cgutils.unpack_tuple(builder, index) if column.array.ndim > 1 else [index]
    for axis, other in enumerate(others, start=1):
        first = builder.add(builder.mul(first, _kept(context, builder, column, pointer, SHAPE, axis)), other)
    return builder.gep(_kept(context, builder, column, pointer, DATA), [first])


@lower_builtin(operator.getitem, ColumnType, types.Integer)
@lower_builtin(operator.getitem, ColumnType, types.UniTuple)
def _get_item(context, builder, given, arguments):
    column = given.args[0]
    item = arrayobj.load_item(context, builder, column.array, element(context, builder, column, *arguments))
    if not column.changes:
        _unchanging(builder, item)
    return item


@lower_builtin(operator.setitem, ColumnType, types.Any, types.Any)
def _set_item(context, builder, given, arguments):
    column, index, value = given.args
    if _as_index(column, index) is not None:
        arrayobj.store_item(
            context, builder, column.array, arguments[2], element(context, builder, column, *arguments[:2])
        )
    else:
        array = _as_array(context, builder, column, column.array, arguments[0])
        arrayobj.setitem_array(
            context, builder, signature(types.none, column.array, index, value), (array, *arguments[1:])
        )


# ---------------------------------------------------------------------- a column as an array --


@infer_getattr
class _OfColumn(AttributeTemplate):
    key = ColumnType

    def resolve_size(self, column):
        return types.intp

    def resolve_shape(self, column):
        return types.UniTuple(types.intp, column.array.ndim)


@lower_getattr(ColumnType, "size")
def _size(context, builder, column, pointer):
    shape = [_kept(context, builder, column, pointer, SHAPE, axis) for axis in range(column.array.ndim)]
    size = shape[0]
    for more in shape[1:]:
        size = builder.mul(size, more)
    return size


@lower_getattr(ColumnType, "shape")
def _shape(context, builder, column, pointer):
    return cgutils.pack_array(
        builder, [_kept(context, builder, column, pointer, SHAPE, axis) for axis in range(column.array.ndim)]
    )


@lower_cast(ColumnType, types.Array)
def _as_array(context, builder, column, array, pointer):
    return builder.load(builder.bitcast(pointer, context.get_value_type(column.array).as_pointer()))
