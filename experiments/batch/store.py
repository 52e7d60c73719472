"""The results folder: a plan written first, parts committed one piece of work at a time, final tables last.

A part is written beside its place and renamed, so a file is whole or absent. The record of a piece of work in
`committed/`, written after its parts, is its commit mark: it holds size and SHA-256 of each of them, and a hash of its
own. What is not whole, or not of this plan, is moved to `set-aside/` and named, never read. One batch at a time holds
the folder's lock.
"""

import errno
import fcntl
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from experiments.design.design import Chunk, Design
from experiments.results.folder import (
    ASIDE,
    BLOCKS,
    COMMITTED,
    LOCK,
    MANIFEST,
    REPORT,
    digest,
    is_sealed,
    is_whole,
    parts_of,
    record_of,
    sealed,
    write_whole,
)
from experiments.results.parquet import encode, stamp
from experiments.results.schema import TABLES

from .block import Done
from .manifest import manifest_of, plan_of
from .versions import unlike

EDITED = "was edited or damaged since it was written"
PARTS = tuple(table.name for table in TABLES if table.parts)
WHOLE_TABLES = tuple(table.name for table in TABLES if table.whole)


class StoreError(Exception):
    """A results folder that can't be used as asked; the message says what to do."""


class DiskFull(StoreError):
    """No room is left in the middle of a batch; what is committed stays."""


class StoreBusy(StoreError):
    """A folder that another batch uses, or that holds something else than results."""


class Store:
    """An open results folder, locked until `close`. Use `open_store`."""

    def __init__(self, folder: Path, lock, chunks: list[Chunk]):
        self.folder, self.chunks = folder, chunks
        self.manifest: dict = {}
        self.committed: set[str] = set()
        self.set_aside: list[str] = []
        self._lock = lock

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Let others use the folder."""
        self._lock.close()

    @property
    def finished(self) -> bool:
        return bool(self.manifest.get("finished"))

    @property
    def missing(self) -> list[Chunk]:
        """The work that is not yet committed, in order."""
        return [chunk for chunk in self.chunks if chunk.name not in self.committed]

    def commit(self, done: Done):
        """Write the parts of a piece of work, then its record with the digest of each: the commit mark."""
        for name, content in done.parts.items():
            self._write(self.folder / name / f"{done.name}.parquet", content)
        self._write(self._record(done.name), record_of(done.parts))
        self.committed.add(done.name)

    def vanished(self) -> list[str]:
        """Forget the pieces of work whose record or parts are no longer there, and return their names."""
        gone = []
        for name in sorted(self.committed):
            parts = parts_of(self._record(name))
            files = {table: self.folder / table / f"{name}.parquet" for table in parts or ()}
            if parts is None or any(not f.is_file() or f.stat().st_size != parts[t][0] for t, f in files.items()):
                self._record(name).unlink(missing_ok=True)
                gone.append(name)
        self.committed -= {*gone}
        return gone

    def _record(self, name: str) -> Path:
        return self.folder / COMMITTED / f"{name}.json"

    def _write(self, path: Path, content: bytes):
        try:
            if path.parent != self.folder:
                path.parent.mkdir(exist_ok=True)
            write_whole(path, content)
        except OSError as error:
            if not self.folder.is_dir():
                raise StoreError(
                    f"{self.folder}: was removed or moved while the batch ran, and what was done with it; put it back "
                    "and run the same command with --resume, or start again"
                ) from None
            kept = f"{len(self.committed)} of {len(self.chunks)} pieces of work are kept"
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull(
                    f"{self.folder}: the disk is full; {kept}: make room, then run the same command with --resume"
                ) from None
            raise StoreError(
                f"{path}: can't be written ({error.strerror}); {kept}: mend that, then run the same command with "
                "--resume"
            ) from None

    def finish(self, whole: Mapping[str, pa.Table], failed: int):
        """Write the final tables, then say in the manifest that all is there."""
        metadata = stamp(self.manifest)
        digests = {}
        for name, table in whole.items():
            content = encode(name, table, metadata)
            self._write(self.folder / f"{name}.parquet", content)
            digests[name] = digest(content)
        self._write_manifest(self.manifest | {"finished": {"failed_runs": failed, "tables": digests}})

    def _write_manifest(self, manifest):
        self.manifest = manifest
        self._write(self.folder / MANIFEST, sealed(manifest))

    # --- opening ------------------------------------------------------------------------------------

    def begin(self, design: Design):
        """Write the plan, before the first run."""
        self._write_manifest(manifest_of(design))

    def check(self):
        """Find what is committed; set aside what is not whole or not of this plan."""
        expected = {chunk.name for chunk in self.chunks}
        for table in (*PARTS, COMMITTED):
            for path in _ours(self.folder, table):
                if path.suffix == ".tmp":
                    path.unlink()
                elif path.stem not in expected:
                    self._put_aside(path, "not of this plan")
        for name in sorted(expected):
            if self._record(name).is_file() and self._is_whole(name):
                self.committed.add(name)
        if self.finished and not (self.committed >= expected and self._has_final_tables()):
            self._write_manifest(self.manifest | {"finished": None})

    def _is_whole(self, name: str) -> bool:
        record = self._record(name)
        parts = parts_of(record)
        if parts is None:
            self._put_aside(record, "not whole")
            return False
        files = {table: self.folder / table / f"{name}.parquet" for table in parts}
        broken = [path for table, path in files.items() if not is_whole(path, parts[table])]
        for path in broken:
            if path.exists():
                self._put_aside(path, "not whole")
        if broken:
            record.unlink()  # the work is to be done again
        return not broken

    def _has_final_tables(self) -> bool:
        whole = True
        for name, known in self.manifest["finished"]["tables"].items():
            path = self.folder / f"{name}.parquet"
            if not is_whole(path, known):
                whole = False
                if path.exists():
                    self._put_aside(path, "not whole")
        return whole

    def _put_aside(self, path: Path, why: str):
        """Move a file to where no reader looks."""
        aside = self.folder / ASIDE
        aside.mkdir(exist_ok=True)
        name, number = "-".join(path.relative_to(self.folder).parts), 1
        while (target := aside / f"{name}.{number}").exists():
            number += 1
        path.rename(target)
        self.set_aside.append(f"{path.relative_to(self.folder)}: {why}, set aside as {ASIDE}/{target.name}")


def open_store(folder: str | Path, design: Design, resume: bool = False, overwrite: bool = False) -> Store:
    """Open `folder` for the results of `design` and lock it; nothing is written if it can't be used.

    Raises StoreBusy if another batch uses it or it holds something else, StoreError if it holds another plan (and not
    `overwrite`), is unfinished (and neither `resume` nor `overwrite`), or there is too little room on the disk.
    """
    folder = Path(folder)
    manifest, other = _what_is_in(folder, plan_of(design))
    if manifest is None or overwrite:
        _refuse_full_disk(folder, design)
    elif other:
        raise StoreError(other)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _refuse_links(folder)
        lock = _lock(folder)
    except OSError as error:
        raise StoreError(f"{folder}: can't be written ({error.strerror}); use another --out") from None
    store = Store(folder, lock, design.chunks())
    try:
        if overwrite:
            _clear(folder)
        if manifest is None or overwrite:
            store.begin(design)
            store.check()
        else:
            store.manifest = manifest
            was_finished = store.finished
            store.check()
            if not (store.finished or resume):
                state = (
                    "was damaged since it was finished" if was_finished else "holds an unfinished batch of this plan"
                )
                done = f"{len(store.committed)} of {len(store.chunks)} pieces of work are there"
                raise StoreError(
                    "; ".join([f"{folder}: {state} ({done})", *store.set_aside])
                    + "; use --resume to complete it, or --overwrite to start again"
                )
    except BaseException:
        store.close()
        raise
    return store


def forget(folder: str | Path):
    """Remove the results in a folder, if it holds any.

    Raises StoreBusy if a batch uses it or it holds something else.
    """
    folder = Path(folder)
    if _what_is_there(folder):
        _refuse_links(folder)
        with _lock(folder):
            _clear(folder)


def objection(folder: str | Path, design: Design) -> str | None:
    """Return why `folder` can't take the results of `design` as it is: it holds another plan's, or something else."""
    try:
        return _what_is_in(Path(folder), plan_of(design))[1]
    except StoreBusy as error:
        return str(error)


def _what_is_in(folder: Path, plan: dict) -> tuple[dict | None, str | None]:
    """Return the manifest in a folder, if anything would be lost with it, and what to say where it is of another plan.

    Raises StoreBusy.
    """
    manifest = _what_is_there(folder)
    if manifest is None:
        return None, None
    if not is_sealed(manifest):
        return manifest, f"{folder / MANIFEST}: {EDITED}; use another --out, or --overwrite to start again"
    if manifest["plan"]["hash"] == plan["hash"]:
        return manifest, None
    if not _holds_runs(folder):
        return None, None  # another plan failed or was stopped before its first run: nothing is lost with it
    differs = _difference(manifest["plan"], plan)
    go_on = "go on in the environment that began it, " if unlike(manifest["plan"], plan).startswith("the env") else ""
    return (
        manifest,
        f"{folder}: holds the results of another plan (it differs in: {differs}); {go_on}use another --out, or "
        "--overwrite to replace them (with make: RESULTS=--overwrite)",
    )


def refuse_foreign(folder: Path, marks: Sequence[str], besides: Sequence[str], what: str):
    """Raise StoreBusy if `folder` holds more than `besides`, and none of the `marks` of a folder for `what`."""
    wanted = f"expected a folder for {what}, new or made by this command (--out)"
    there = _nearest(folder)
    if not there.is_dir():
        raise StoreBusy(f"{there}: is a file; {wanted}")
    names = (
        {path.name for path in folder.iterdir()} - {*besides, *(f"{mark}.tmp" for mark in marks)}
        if folder.is_dir()
        else set()
    )
    if names and names.isdisjoint(marks):
        raise StoreBusy(f"{folder}: holds {', '.join(sorted(names)[:3])} but no {marks[0]}; {wanted}")


def _nearest(folder: Path) -> Path:
    """Return the folder, or what of the path to it is there."""
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())


def _what_is_there(folder: Path) -> dict | None:
    refuse_foreign(folder, (MANIFEST,), (LOCK,), "results")
    return _read_manifest(folder)


def _read_manifest(folder: Path) -> dict | None:
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        manifest["plan"]["hash"]
    except (ValueError, KeyError, TypeError):
        raise StoreBusy(f"{path}: is not the manifest of a results folder; use another --out") from None
    return manifest


def _holds_runs(folder: Path) -> bool:
    return any(path for name in PARTS for path in (folder / name).glob("*"))


def _difference(old: dict, new: dict) -> str:
    if made_otherwise := unlike(old, new):
        return made_otherwise
    keys = [
        key.removesuffix("_hash").removesuffix("_from")
        for key in new
        if key not in ("hash", "arms") and old.get(key) != new[key]
    ]
    return ", ".join(dict.fromkeys([*(key.replace("_", " ") for key in keys), *_of_arms(old["arms"], new["arms"])]))


def _of_arms(old: dict, new: dict) -> list[str]:
    """Say in what the arms of two plans differ."""
    if old.keys() != new.keys():
        return ["arms"]
    differences = []
    for name, arm in new.items():
        before = old[name]
        mine, theirs = (set(one["parameters"].items()) for one in (arm, before))
        differences += sorted(f"assumption {parameter}" for parameter, _ in mine ^ theirs)
        if any(arm[key] != before.get(key) for key in arm if key not in ("parameters", "hash")):
            differences.append(f"scenario '{name}'")
    return differences


def _refuse_full_disk(folder: Path, design: Design):
    free, needed = shutil.disk_usage(_nearest(folder)).free, design.bytes_on_disk()
    if free < needed:
        raise StoreError(
            f"{folder}: the results take about {needed / 1e6:,.0f} MB and {free / 1e6:,.0f} MB are free; make "
            "room, or use another --out or fewer --replicates"
        )


def _refuse_links(folder: Path):
    """Raise StoreBusy at a link in the place of a folder or file that a batch writes or clears."""
    for name in (*PARTS, COMMITTED, ASIDE, LOCK):
        if (folder / name).is_symlink():
            raise StoreBusy(f"{folder / name}: is a link, and nothing is written through one; remove it, or use --out")


def _lock(folder: Path):
    lock = open(folder / LOCK, "a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        if error.errno not in (errno.EAGAIN, errno.EACCES):
            raise StoreError(
                f"{folder}: its file system can't lock files ({error.strerror}), so nothing would keep two batches "
                "apart; use an --out on another"
            ) from None
        raise StoreBusy(f"{folder}: another batch is writing here; wait for it, or use another --out") from None
    return lock


def _ours(folder: Path, name: str) -> list[Path]:
    """Return what a batch may have written in a folder inside a results folder: known by its name, no link."""
    names = {
        COMMITTED: rf"{BLOCKS}\.json(\.tmp)?",
        ASIDE: rf"(\w+-{BLOCKS}\.(parquet|json)|({'|'.join(WHOLE_TABLES)})\.parquet)\.\d+",
    }
    known = names.get(name, rf"{BLOCKS}\.parquet(\.tmp)?")
    found = sorted((folder / name).glob("*"))
    return [path for path in found if re.fullmatch(known, path.name) and path.is_file() and not path.is_symlink()]


def _clear(folder: Path):
    """Remove what a batch wrote and the report on it, and nothing else."""
    for name in (*PARTS, COMMITTED, ASIDE):
        for path in _ours(folder, name):
            path.unlink()
        if (folder / name).is_dir() and not any((folder / name).iterdir()):
            (folder / name).rmdir()
    for name in (*(f"{name}.parquet" for name in WHOLE_TABLES), REPORT, MANIFEST):
        (folder / name).unlink(missing_ok=True)
        (folder / f"{name}.tmp").unlink(missing_ok=True)
