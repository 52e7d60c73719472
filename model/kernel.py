"""The one decorator for compiled functions, with a cache that a changed source can never shadow.

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

MODEL = Path(__file__).parent


def sources_hash(folder: Path = MODEL) -> str:
    """Return a hash of the Python sources in `folder` (but `views.py`: no kernel uses it) and the compiler's versions."""
    digest = hashlib.sha256(f"{numba.__version__} {numpy.__version__}".encode())
    for path in sorted(set(folder.glob("*.py")) - {folder / "views.py"}):
        digest.update(path.name.encode())
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

kernel = partial(numba.njit, cache=True, nogil=True, error_model="numpy", no_cfunc_wrapper=True)
inlined = partial(kernel, forceinline=True)  # of a function that another one calls for every agent
