"""What every results folder has in common: the names in it, and how a file is written, hashed and known to be whole."""

import hashlib
import json
import os
from pathlib import Path

SCHEMA_VERSION = 2
MANIFEST, LOCK, REPORT = "manifest.json", "lock", "report.html"
COMMIT_MARK = "summary"  # the part of a piece of work that is written last
PLACEBO = "placebo"  # the arm with one irrelevant perturbation, beside which changed fates are read


def content_hash(content) -> str:
    """Return the SHA-256 of plain values, whatever the order of their keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, allow_nan=False).encode()).hexdigest()


def digest(content: bytes) -> list:
    """Return size and SHA-256 of a file's content, to tell later whether it is whole."""
    return [len(content), hashlib.sha256(content).hexdigest()]


def write_whole(path: Path, content: bytes):
    """Write a file so that, whatever happens, it is whole or as it was before."""
    beside = path.with_name(f"{path.name}.tmp")
    try:
        with open(beside, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
