"""The decorators of compiled functions, with a cache that a changed source can never shadow.

Numba's file cache looks only at the file of the function it compiles: a caller would go on running
an old version of a function in another file. So the cache folder bears a hash of all sources of the
model and of the versions of numba and numpy, and is set before anything is decorated.
"""

import hashlib
import os
import tempfile
from functools import partial
from pathlib import Path

import numba
import numpy
from numba.core import types
from numba.core.codegen import JITCodeLibrary
from numba.core.registry import CPUDispatcher, cpu_target

MODEL = Path(__file__).parents[1]


def sources_hash(folder: Path = MODEL) -> str:
    """Return a hash of all Python sources under `folder` (but `mesa_views.py`: no kernel uses it) and the compiler's versions."""
    digest = hashlib.sha256(f"{numba.__version__} {numpy.__version__}".encode())
    for path in sorted(set(folder.rglob("*.py")) - {folder / "run" / "mesa_views.py"}):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Return the folder of compiled kernels: in the checkout, or beside temporary files if read-only."""
    root = os.environ.get("DISPLACE_CACHE")
    root = Path(root) if root else MODEL.parent / ".cache"
    try:
        root.mkdir(exist_ok=True)
        if not os.access(root, os.W_OK):
            raise PermissionError
    except OSError:
        root = Path(tempfile.gettempdir()) / f"displace-cache-{os.getuid()}"
        root.mkdir(exist_ok=True)
    return root / f"kernels-{sources_hash()}"


numba.config.CACHE_DIR = str(cache_folder())


class _Linked(JITCodeLibrary):
    """The code of one function, linked into those that call it: optimised and made machine code only if Python may call it.

    Numba would optimise each function by itself, with all that it calls, and make machine code of it that is never used:
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
_codegen._library_class = _Linked
_codegen.set_env = _set_env

_options = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True, "no_rewrites": True}
entry = partial(numba.njit, cache=True, **_options)  # of a function that Python calls


class _Kernel(CPUDispatcher):
    """A compiled function that only compiled functions call; made once for all kinds of whole numbers, which it gets as 64 bits."""

    def get_call_template(self, arguments, named):
        return super().get_call_template(tuple(map(_widest, arguments)), named)

    def __call__(self, *arguments):
        raise TypeError(
            f"{self.py_func.__qualname__} is called by other kernels only: from Python, call entry({self.py_func.__name__}.py_func)"
        )


def _widest(kind):
    """Return the 64-bit type of a whole number, any other type as it is."""
    if isinstance(kind, (types.Integer, types.IntEnumMember)):
        return types.uint64 if isinstance(kind, types.Integer) and not kind.signed else types.int64
    return kind


def kernel(function, forceinline=False):
    """Compile a function for those that are compiled themselves."""
    compiled = numba.njit(no_cpython_wrapper=True, forceinline=forceinline, **_options)(function)
    compiled.__class__ = _Kernel
    return compiled


inlined = partial(kernel, forceinline=True)  # of a function that another one calls for every agent
