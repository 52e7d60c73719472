"""What every results folder has in common: the names in it, and how a file is written, hashed and known to be whole."""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

SCHEMA_VERSION = 3
MANIFEST, LOCK, REPORT = "manifest.json", "lock", "report.html"
SUMMARY = "summary"  # the table that every piece of work has, whatever else is recorded
COMMITTED = "committed"  # a record for each piece of work, written after its parts: the commit mark
BLOCKS = r"block-d\d+-r\d+(-to-d\d+-r\d+)?"  # the name of a piece of work in its files' names
ASIDE = "set-aside"  # what was found not whole, where no reader looks
PLACEBO = "placebo"  # the arm with one irrelevant perturbation, beside which changed fates are read


def content_hash(content) -> str:
    """Return the SHA-256 of plain values, whatever the order of their keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, allow_nan=False).encode()).hexdigest()


def digest(content: bytes) -> list:
    """Return size and SHA-256 of a file's content, to tell later whether it is whole."""
    return [len(content), hashlib.sha256(content).hexdigest()]


def is_whole(path: Path, known: list) -> bool:
    """Say whether a file has the size and the SHA-256 that `digest` gave."""
    try:
        return path.stat().st_size == known[0] and digest(path.read_bytes()) == known
    except OSError:
        return False


def sealed(content: Mapping) -> bytes:
    """Return plain values as a JSON file that bears a hash of them."""
    seal = {"hash": content_hash({key: value for key, value in content.items() if key != "hash"})}
    return (json.dumps({**content, **seal}, indent=1, ensure_ascii=False) + "\n").encode()


def is_sealed(content: Mapping) -> bool:
    """Say whether values are those whose hash they bear."""
    return content.get("hash") == content_hash({key: value for key, value in content.items() if key != "hash"})


def record_of(parts: Mapping[str, bytes]) -> bytes:
    """Return the record of a piece of work: the digest of each of its parts."""
    return sealed({"parts": {name: digest(content) for name, content in parts.items()}})


def records(folder: Path) -> list[Path]:
    """Return the records of all pieces of work that are committed in a results folder, in the plan's order."""
    found = [path for path in (folder / COMMITTED).glob("*.json") if re.fullmatch(BLOCKS, path.stem)]
    return sorted(found, key=lambda path: [int(number) for number in re.findall(r"\d+", path.stem)])


def parts_of(record: Path) -> dict[str, list] | None:
    """Return the digests that a record keeps, by table; None where it is not whole."""
    try:
        content = json.loads(record.read_bytes())
        return content["parts"] if is_sealed(content) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_whole(path: Path, content: bytes):
    """Write a file so that, whatever happens, it is whole or as it was before. No link there is written through."""
    beside = path.with_name(f"{path.name}.tmp")
    try:
        beside.unlink(missing_ok=True)
        with open(beside, "xb") as file:
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


def put_aside(path: Path) -> Path:
    """Move a file that is not whole into the folder `set-aside` beside it, where no reader looks; return its path."""
    aside = path.parent / ASIDE
    aside.mkdir(exist_ok=True)
    number = 1
    while (target := aside / f"{path.name}.{number}").exists():
        number += 1
    return path.rename(target)
