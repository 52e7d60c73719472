"""Compiling the kernels in a third of the time, by means that numba keeps to itself.

Numba optimises each function by itself, with all that it calls, and makes machine code of it that is never used. Here a
kernel is linked into those that call it, and made machine code only where Python may call it; and it is compiled once
for all kinds of whole numbers, which it gets as 64 bits. The whole model takes 27 CPU seconds to compile instead of 81
(`python -m model` with an empty cache, and the same with DISPLACE_PLAIN_NUMBA=1). It changes no result. Since these
classes are private, `kernel.py` uses them only under the versions of numba that they were tested with, and plain `njit`
under any other.
"""

from numba.core import types
from numba.core.codegen import JITCodeLibrary
from numba.core.registry import CPUDispatcher, cpu_target

TESTED = ("0.68",)  # versions of numba


class _Linked(JITCodeLibrary):
    """The code of one function, linked into its callers: optimised and made machine code only if Python may call it.

    Numba would optimise each function by itself, with all that it calls, and make machine code that is never used:
    twice the time to compile.
    """

    _is_code = False

    def _optimize_final_module(self):
        if not self._object_caching_enabled:  # a part of numba
            super()._optimize_final_module()

    def _finalize_final_module(self):
        if self._object_caching_enabled and self._compiled_object is None:  # compiled just now, not from the cache
            self._finalize_dynamic_globals()
            self._finalized = True
        else:
            self._make_code()

    def _make_code(self):
        if self._object_caching_enabled and self._compiled_object is None:
            super()._optimize_final_module()
        super()._finalize_final_module()
        self._is_code = True

    def get_pointer_to_function(self, name):
        self._ensure_finalized()
        if not self._is_code:
            if name not in {function.name for function in self.get_defined_functions()}:
                return 0
            self._make_code()
        return super().get_pointer_to_function(name)


def _set_env(name, env):
    """Note what a function needs of Python, if machine code of it has a place for that."""
    if _codegen._engine.get_global_value_address(name):
        type(_codegen).set_env(_codegen, name, env)


_codegen = cpu_target.target_context.codegen()


def install():
    """Have all that is compiled from now on linked instead of optimised one by one."""
    _codegen._library_class = _Linked
    _codegen.set_env = _set_env


class Kernel(CPUDispatcher):
    """A function that only compiled functions call, made once for all kinds of integers, which it gets as 64 bits."""

    def get_call_template(self, arguments, named):
        return super().get_call_template(tuple(map(_widest, arguments)), named)

    def __call__(self, *arguments):
        raise TypeError(
            f"{self.py_func.__qualname__} is called by other kernels only: "
            f"from Python, call entry({self.py_func.__name__}.py_func)"
        )


def _widest(kind):
    """Return the 64-bit type of a whole number, any other type as it is."""
    if isinstance(kind, (types.Integer, types.IntEnumMember)):
        return types.uint64 if isinstance(kind, types.Integer) and not kind.signed else types.int64
    return kind
