"""Reading what a results folder, or memory, holds: the manifest and every table as Arrow, of unfinished batches too.

Nothing is computed here: tables that compare arms are stored once a batch is finished. `experiments.read` computes
them before.
"""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from model.registry.policy import Policy, Trigger

from .folder import COMMITTED, MANIFEST, PLACEBO, SCHEMA_VERSION, is_sealed, is_whole, parts_of, records
from .schema import BY_TABLE

AGAIN = "run the batch again with --resume, which sets it aside"


class ResultsError(Exception):
    """A folder that can't be read as results; the message says what to do."""


class StoredResults:
    """What is stored of a batch, finished or not, in a folder or in memory: as it was when first asked for.

    Attributes: `manifest` (a dict), `folder` (None in memory), `set_aside` (messages about files that were found not
    whole).
    """

    def __init__(self, manifest: dict, source: Path | Sequence[Mapping[str, bytes]]):
        self.manifest = manifest
        self.folder = source if isinstance(source, Path) else None
        self.set_aside: tuple[str, ...] = ()
        self._memory = None if isinstance(source, Path) else list(source)
        self._whole: dict[str, pa.Table] = {}
        self._vouched: set[Path] = set()  # files that are known to be as they were written

    @classmethod
    def read(cls, folder: str | Path) -> Self:
        """Return what is in `folder`, complete or as far as it is. Raises ResultsError."""
        folder = Path(folder)
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            manifest["plan"]["hash"]
        except (FileNotFoundError, NotADirectoryError):
            what = "is a file" if folder.is_file() else f"no {MANIFEST}"
            of_a_fit = " (this one holds a calibration: its report is fit.md)" if (folder / "fit.md").is_file() else ""
            raise ResultsError(
                f"{folder}: {what}; expected a folder that `displace compare`, `displace run` or, to its end, "
                f"`displace sensitivity` has written{of_a_fit}"
            ) from None
        except (ValueError, KeyError, TypeError):
            raise ResultsError(f"{folder / MANIFEST}: is not the manifest of a results folder") from None
        version = manifest.get("schema_version")
        if version != SCHEMA_VERSION:
            raise ResultsError(
                f"{folder / MANIFEST}: its tables are of version {version}, this version of displace reads "
                f"{SCHEMA_VERSION}; run the batch again, or read it with the version that wrote it"
            )
        if not is_sealed(manifest):
            raise ResultsError(
                f"{folder / MANIFEST}: was edited or damaged since it was written, so nothing vouches for what lies "
                "beside it; run the batch again with --overwrite"
            )
        return cls(manifest, folder)

    # --- what was planned ---------------------------------------------------------------------------

    @property
    def arms(self) -> tuple[str, ...]:
        """All arms in the plan's order, the baseline among them."""
        return tuple(self.manifest["plan"]["arms"])

    @property
    def baseline(self) -> str:
        return self.manifest["plan"]["baseline"]

    @property
    def compared(self) -> tuple[str, ...]:
        """The arms but the baseline."""
        return tuple(arm for arm in self.arms if arm != self.baseline)

    @property
    def window(self) -> tuple[int, int]:
        """First week of the window, and the week before which it ends."""
        return self.manifest["plan"]["window_start"], self.manifest["plan"]["stop"]

    @property
    def hosts(self) -> tuple[str, ...]:
        """The places where operations may be."""
        return tuple(place["id"] for place in self.manifest["places"] if place["host"])

    @property
    def by_week(self) -> bool:
        """Is it recorded what happened in every week?"""
        return self.manifest["plan"]["record"] in ("places", "totals")

    @property
    def recorded_by_place(self) -> bool:
        """Is it recorded in every week where it happened?"""
        return self.manifest["plan"]["record"] == "places"

    @property
    def finished(self) -> bool:
        return self._memory is not None or bool(self.manifest["finished"])

    @property
    def failed(self) -> int:
        """How many runs failed so far."""
        return pc.sum(pc.not_equal(self.runs["status"].cast(pa.string()), "ok")).as_py() or 0

    # --- tables -------------------------------------------------------------------------------------

    @property
    def runs(self) -> pa.Table:
        return self.table("runs")

    @property
    def summary(self) -> pa.Table:
        return self.table("summary")

    @property
    def fates(self) -> pa.Table:
        return self.table("fates")

    def weekly(self, arms: Sequence[str] | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """Return outcomes by week and place; `columns` names outcomes, the keys come along."""
        return self.parts("weekly", arms, columns)

    def worldwide(self, arms: Sequence[str] | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """Return outcomes by week, all places together."""
        return self.parts("worldwide", arms, columns)

    def groups(self, arms: Sequence[str] | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """Return outcomes by quarter, state, nationality, sex, child and how recruited."""
        return self.parts("groups", arms, columns)

    def relocations(self, arms: Sequence[str] | None = None) -> pa.Table:
        """Return operations that moved, by week and pair of places."""
        return self.parts("relocations", arms)

    def events(self, arms: Sequence[str] | None = None) -> pa.Table:
        """Return every change of status, if they were asked for."""
        return self.parts("events", arms)

    def table(self, name: str) -> pa.Table:
        """Return a whole table: its file if the batch is finished, else what the rows committed so far give."""
        if self.folder is not None and self.manifest["finished"] and name in self.manifest["finished"]["tables"]:
            return self._read(self.folder / f"{name}.parquet")
        if name not in self._whole:
            self._whole |= self._gathered(name)
        return self._whole[name]

    def _gathered(self, name: str) -> dict[str, pa.Table]:
        """Return table `name`, and any that come with it, from the committed rows."""
        if not BY_TABLE[name].parts:
            raise ResultsError(f"table {name} is not stored yet; expected a finished batch, or `experiments.read`")
        return {name: self.parts(name)}

    def parts(self, name: str, arms: Sequence[str] | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """Return all committed rows of a table, in the plan's order; empty if it was not recorded."""
        table = BY_TABLE[name]
        unknown = {*(arms or ())} - {*self.arms, PLACEBO}
        if unknown:
            raise KeyError(f"no arm {', '.join(sorted(unknown))}; expected some of {', '.join(self.arms)}")
        wanted = None
        if columns is not None:
            own = [c.name for c in table.own()]
            wanted = [c.name for c in table.columns if c.name in own or c.name in columns]
            unknown = set(columns) - {c.name for c in table.columns}
            if unknown:
                raise KeyError(f"table {name} has no column {', '.join(sorted(unknown))}")
        read = list(self.each(name, wanted))
        if not read:
            empty = table.schema().empty_table()
            return empty.select(wanted) if wanted else empty
        whole = pa.concat_tables(read).unify_dictionaries()
        if arms is None:
            return whole
        return whole.filter(pc.is_in(whole["arm"].cast(pa.string()), pa.array(list(arms), pa.string())))

    def each(self, name: str, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """Yield the committed parts of a table one after the other, in the plan's order."""
        for source in self.sources(name):
            yield self._read(source, columns)

    def sources(self, name: str) -> list:
        """Return the committed parts of a table (paths, or files in memory), in the plan's order."""
        if self._memory is not None:
            return [io.BytesIO(parts[name]) for parts in self._memory if name in parts]
        holding = [record for record in records(self.folder) if name in self._known(record)]
        return [self.folder / name / f"{record.stem}.parquet" for record in holding]

    def _known(self, record: Path) -> Mapping[str, list]:
        parts = parts_of(record)
        if parts is None:
            raise ResultsError(f"{record}: is not whole; {AGAIN}")
        return parts

    def _read(self, source, columns=None) -> pa.Table:
        if isinstance(source, Path):
            self._vouch(source)
        try:
            table = pq.ParquetFile(source).read(columns=columns, use_threads=False)
        except (pa.ArrowException, OSError) as error:
            raise ResultsError(f"{source}: is not whole ({error}); {AGAIN}") from None
        if (table.schema.metadata or {}).get(b"displace.plan", b"").decode() != self.manifest["plan"]["hash"]:
            raise ResultsError(f"{source}: is not of this plan; {AGAIN}")
        return table

    def faults(self) -> list[str]:
        """Return one sentence for each file that is not what was written: all are looked through."""
        found = []
        for record in records(self.folder):
            parts = parts_of(record)
            files = {self.folder / name / f"{record.stem}.parquet": known for name, known in (parts or {}).items()}
            found += [f"{record}: is not whole"] if parts is None else []
            found += [f"{path}: is not whole, or missing" for path, known in files.items() if not is_whole(path, known)]
        tables = (self.manifest["finished"] or {}).get("tables", {})
        whole = {self.folder / f"{name}.parquet": known for name, known in tables.items()}
        return found + [
            f"{path}: is not whole, or missing" for path, known in whole.items() if not is_whole(path, known)
        ]

    def _vouch(self, path: Path):
        """Raise ResultsError unless a file is what was written, to the bit; each is looked through once."""
        if path in self._vouched:
            return
        if path.parent == self.folder:
            known = self.manifest["finished"]["tables"].get(path.stem)
        else:
            known = self._known(self.folder / COMMITTED / f"{path.stem}.json").get(path.parent.name)
        if known is None or not is_whole(path, known):
            raise ResultsError(f"{path}: is not whole, or not of this plan; {AGAIN}")
        self._vouched.add(path)


def policies_of(manifest: Mapping, arm: str) -> list[Policy]:
    """Return the policies of an arm of a manifest as the model takes them."""
    return [_policy(entry) for entry in manifest["plan"]["arms"][arm]["policies"]]


def _policy(entry: Mapping) -> Policy:
    when = entry.get("when")
    return Policy(**_frozen(entry) | {"when": Trigger(**_frozen(when)) if when else None})


def _frozen(values: Mapping) -> dict:
    """Return values as they were before JSON made lists of tuples."""
    return {
        key: tuple(tuple(item) if isinstance(item, list) else item for item in value)
        if isinstance(value, list)
        else value
        for key, value in values.items()
    }
