"""Tables as Parquet files in memory, with the provenance that each of them carries."""

import io
import json
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.parquet as pq

from .schema import BY_TABLE, TEXT

ROWS_AT_ONCE = 1 << 17  # that make a row group, or what is left at the end


class Part:
    """A Parquet file in memory, to which runs are added one at a time; small ones share a row group."""

    def __init__(self, name: str, metadata: Mapping[str, str]):
        schema = BY_TABLE[name].schema(metadata)
        self._sink = io.BytesIO()
        text_columns = [field.name for field in schema if field.type == TEXT]
        self._writer = pq.ParquetWriter(self._sink, schema, compression="zstd", use_dictionary=text_columns)
        self._waiting, self._rows = [], 0

    def add(self, table: pa.Table):
        self._waiting.append(table)
        self._rows += len(table)
        if self._rows >= ROWS_AT_ONCE:
            self._write()

    def _write(self):
        if self._waiting:
            self._writer.write_table(pa.concat_tables(self._waiting))
            self._waiting, self._rows = [], 0

    def bytes(self) -> bytes:
        """End the file and return it."""
        self._write()
        self._writer.close()
        return self._sink.getvalue()


def encode(name: str, table: pa.Table, metadata: Mapping[str, str]) -> bytes:
    """Return `table` as a Parquet file."""
    part = Part(name, metadata)
    part.add(table)
    return part.bytes()


def stamp(manifest: dict) -> dict[str, str]:
    """Return the provenance that every part and table carries in its schema metadata; no time, no machine."""
    plan = manifest["plan"]
    return {
        "displace.schema_version": str(manifest["schema_version"]),
        "displace.plan": plan["hash"],
        "displace.code": plan["code"],
        "displace.commit": manifest["commit"],
        "displace.lock": manifest["lock"],
        "displace.version": manifest["version"],
        "displace.versions": json.dumps(manifest["versions"]),
        "displace.seed": str(plan["seed"]),
        "displace.people_per_agent": str(plan["people_per_agent"]),
        "displace.scenarios": json.dumps({name: arm["hash"] for name, arm in plan["arms"].items()}),
    }
