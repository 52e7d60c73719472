"""The version of the code that makes results: a hash over the model, the scenarios and the lock."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ("model/**/*.py", "scenarios/**/*.py", "scenarios/**/*.csv", "scenarios/**/*.toml", "requirements/core.txt")


def code_hash(root: Path = ROOT) -> str:
    """Return 16 hexadecimal digits that change when the model, the scenarios, the world or the lock changes."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in PARTS for path in root.glob(pattern)}):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
