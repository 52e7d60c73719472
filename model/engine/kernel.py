"""The decorators of compiled functions, with a cache that a changed source can never shadow.

Numba's file cache looks only at the file of the function it compiles: a caller would go on running
an old version of a function in another file. So the cache folder bears a hash of all sources of the
model and of the versions of numba and numpy, and is set before anything is decorated.
"""

import atexit
import hashlib
import os
import shutil
import stat
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path

import numba
import numpy

from . import quick_compile

MODEL_FOLDER = Path(__file__).parents[1]
CACHE = "DISPLACE_CACHE"  # in the environment: the folder in which the folder of compiled kernels is made
PLAIN = "DISPLACE_PLAIN_NUMBA"  # in the environment: compile as numba does by itself
QUICK = numba.__version__.rpartition(".")[0] in quick_compile.TESTED and not os.environ.get(PLAIN)


class CannotCompile(ImportError):
    """The model can't be compiled here; the message says what to do."""


if numba.config.DISABLE_JIT:
    raise CannotCompile("the model runs compiled only: unset NUMBA_DISABLE_JIT")


def sources_hash(folder: Path = MODEL_FOLDER) -> str:
    """Return a hash of all Python sources under `folder`, but for the Mesa views, and of the compiler's versions."""
    digest = hashlib.sha256(f"{numba.__version__} {numpy.__version__}".encode())
    for path in sorted(set(folder.rglob("*.py")) - set(folder.glob("mesa_views/*.py"))):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Return the folder of compiled kernels: in the checkout, or beside temporary files if read-only.

    What a read-only folder holds compiled is copied there. Numba unpickles what it finds, so where anybody may put
    files, it is one that nobody else could have filled. Raises CannotCompile if neither can be written.
    """
    given = os.environ.get(CACHE)
    root, name = Path(given) if given else MODEL_FOLDER.parent / ".cache", kernels_name()
    try:
        root.mkdir(exist_ok=True)
        if not os.access(root, os.W_OK):
            raise PermissionError
    except OSError:
        return _beside_temporary_files(root, name)
    return root / name


def kernels_name() -> str:
    """Return the name of the folder of compiled kernels of this version."""
    return f"kernels-{sources_hash()}{'' if QUICK else '-plain'}"


def _beside_temporary_files(root: Path, name: str) -> Path:
    try:
        other = _private_folder(Path(tempfile.gettempdir()) / f"displace-cache-{os.getuid()}")
        if (root / name).is_dir() and not (other / name).exists():
            partly = tempfile.mkdtemp(dir=other)
            shutil.copytree(root / name, Path(partly) / name)
            with suppress(OSError):  # another process was quicker
                (Path(partly) / name).rename(other / name)
            shutil.rmtree(partly)
    except OSError:
        raise CannotCompile(
            f"neither {root} nor a folder for temporary files can be written; set DISPLACE_CACHE to one that can"
        ) from None
    return other / name


def _private_folder(folder: Path) -> Path:
    """Return the folder, made if it is not there, if it is ours alone; else a fresh one, for this command."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077:
            return folder
    except OSError:
        pass
    fresh = tempfile.mkdtemp(prefix="displace-cache-")  # private by itself
    atexit.register(shutil.rmtree, fresh, ignore_errors=True)
    os.environ[CACHE] = fresh  # of its workers, too
    return Path(fresh)


# Numba reads its settings from the environment again whenever that changes, so the folder is set there.
os.environ["NUMBA_CACHE_DIR"] = numba.config.CACHE_DIR = str(cache_folder())

_options = {"nogil": True, "error_model": "numpy"}
_linked = {}  # what more a kernel is compiled with
if QUICK:
    quick_compile.install()
    _options |= {"no_cfunc_wrapper": True, "no_rewrites": True}
    _linked = {"no_cpython_wrapper": True}
entry = partial(numba.njit, cache=True, **_options)  # of a function that Python calls


def kernel(function, forceinline=False):
    """Compile a function for those that are compiled themselves."""
    compiled = numba.njit(forceinline=forceinline, **_options, **_linked)(function)
    if QUICK:
        compiled.__class__ = quick_compile.Kernel
    return compiled


inlined = partial(kernel, forceinline=True)  # of a function that another one calls for every agent
