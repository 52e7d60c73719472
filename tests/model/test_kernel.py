"""How kernels are compiled: another version of numba changes how long it takes, and no result."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from model.engine import kernel
from model.engine.kernel import PLAIN, QUICK

RUN = """
import hashlib
from model.model import Inputs, Simulation
from model.world.tiny_world import tiny_world

run = Simulation(Inputs(tiny_world(), seed=3, people_per_agent=100, stop=120)).advance()
print(hashlib.sha256(run.result().weekly.tobytes()).hexdigest())
"""


def in_a_process_of_its_own(code: str, **environment) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_plain_numba_gives_the_same_bytes():
    assert in_a_process_of_its_own(RUN) == in_a_process_of_its_own(RUN, **{PLAIN: "1"})


def test_private_classes_of_numba_are_used_under_tested_versions_only():
    assert QUICK, "no quick compilation under the locked version of numba"
    code = "import numba; numba.__version__ = '9.9.9'; from model.engine import kernel; print(kernel.QUICK)"
    assert in_a_process_of_its_own(code) == "False"


def test_the_folder_of_compiled_kernels_outlives_a_change_of_the_environment():
    """Numba reads its settings anew when the environment changes; kernels must not be kept elsewhere then."""
    code = """
import os
import numba
from model.engine.kernel import cache_folder
os.environ["NUMBA_NUM_THREADS"] = "1"
numba.njit(lambda x: x + 1)(1)
assert numba.config.CACHE_DIR == str(cache_folder()), numba.config.CACHE_DIR
"""
    in_a_process_of_its_own(code)


def test_a_read_only_cache_is_read_and_what_must_be_writable_is_named(tmp_path, monkeypatch):
    """Once, an image of a container that holds the compiled model compiled it anew in every container."""
    compiled, other = tmp_path / "image" / kernel.kernels_name(), tmp_path / "other"
    compiled.mkdir(parents=True)
    other.mkdir()
    (compiled / "week.nbc").write_bytes(b"compiled")
    monkeypatch.setenv("DISPLACE_CACHE", str(tmp_path / "image"))
    assert kernel.cache_folder() == compiled
    monkeypatch.setattr(kernel.os, "access", lambda *_: False)
    monkeypatch.setattr(kernel.tempfile, "tempdir", str(other))
    for _ in range(2):
        found = kernel.cache_folder()
        assert found.is_relative_to(other) and (found / "week.nbc").read_bytes() == b"compiled"
        assert [path.name for path in found.parent.iterdir()] == [found.name]
    monkeypatch.setattr(kernel.tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(kernel.CannotCompile, match="set DISPLACE_CACHE"):
        kernel.cache_folder()


def test_without_the_compiler_the_model_is_refused_in_a_sentence(tmp_path):
    """Once, it was a TypeError of a class assignment."""
    line = [sys.executable, "-m", "displace", "run", "baseline", "--out", str(tmp_path)]
    found = subprocess.run(
        line, env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True, timeout=100
    )
    assert found.returncode == 2 and found.stderr == ("Error: the model runs compiled only: unset NUMBA_DISABLE_JIT\n")


@pytest.mark.parametrize("there", ["nothing", "our own", "open to others", "somebody else's", "a link", "a file"])
def test_compiled_kernels_are_read_from_no_folder_that_others_could_fill(there, tmp_path, monkeypatch):
    """Numba unpickles what it finds: where the checkout is read-only, a folder of a known name may be anybody's."""
    mine = os.getuid() + (there == "somebody else's")
    folder = tmp_path / f"displace-cache-{mine}"
    monkeypatch.setattr(kernel.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(kernel.os, "getuid", lambda: mine)
    monkeypatch.setenv(kernel.CACHE, "/dev/null/read-only")
    if there == "a link":
        (tmp_path / "theirs").mkdir(mode=0o700)
        folder.symlink_to(tmp_path / "theirs")
    elif there == "a file":
        folder.touch()
    elif there != "nothing":
        folder.mkdir(mode=0o700)
        folder.chmod(0o777 if there == "open to others" else 0o700)
    used = kernel.cache_folder().parent
    assert (used == folder) is (there in ("nothing", "our own"))
    assert stat.S_IMODE(used.lstat().st_mode) == 0o700 and not used.is_symlink()
    assert kernel.cache_folder().parent == used  # as workers find it
