"""Does a change leave every result as it was? `python -m benchmarks.same_bytes --keep FILE`, then `--against FILE`.

Runs the command line in processes of their own: one run at two sizes, with its event log, one small comparison, and one
under draws of the priors. Prints a checksum of each table, over its rows alone: what a file says of the code that wrote
it is left out. Exits with 1 where a checksum differs.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

RUNS = {
    "run at 1000": ("run", "rights-package", "--seed", "3", "--people-per-agent", "1000", "--events"),
    "run at 100": ("run", "simultaneous-crackdown", "--seed", "5", "--people-per-agent", "100", "--events"),
    "comparison": ("compare", "main", "--draws", "defaults", "--replicates", "3", "--people-per-agent", "300"),
    "draws of the priors": ("compare", "main", "--draws", "prior:3", "--people-per-agent", "1000"),
    "posterior": ("compare", "firewalls", "--draws", "posterior:2", "--people-per-agent", "1000"),
}
COMMAND = (sys.executable, "-m", "displace")


def checksum(paths: list[Path]) -> str:
    """Return a checksum of the rows of a table, in one file or several."""
    digest = hashlib.sha256()
    for path in paths:
        read = pq.read_table(path)
        names = [
            name for name in read.column_names if name not in ("error", "traceback")
        ]  # a traceback names files and lines
        rows = pa.table({name: read[name].combine_chunks() for name in names})  # without its metadata
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, rows.schema) as stream:
            stream.write_table(rows)
        digest.update(sink.getvalue())
    return digest.hexdigest()[:16]


def checksums() -> dict[str, str]:
    """Return the checksum of every table of every run."""
    found = {}
    for name, arguments in RUNS.items():
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder, "out")
            done = subprocess.run((*COMMAND, *arguments, "--out", str(out), "--quiet"), capture_output=True, text=True)
            if not (out / "summary.parquet").is_file():  # where some runs failed, the tables say which
                sys.exit(f"{name}: exit code {done.returncode}\n{done.stderr}")
            tables = sorted(
                {path.relative_to(out).parts[0].removesuffix(".parquet") for path in out.rglob("*.parquet")}
            )
            for table in tables:
                one = out / f"{table}.parquet"
                paths = [one] if one.is_file() else sorted((out / table).glob("*.parquet"))
                found[f"{name}: {table}"] = checksum(paths)
        print(name, file=sys.stderr)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", type=Path, help="write the checksums to this file")
    parser.add_argument("--against", type=Path, help="compare with the checksums in this file")
    options = parser.parse_args()
    found = checksums()
    if options.keep:
        options.keep.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    before = json.loads(options.against.read_text(encoding="utf-8")) if options.against else found
    for name in sorted({*found, *before}):
        print(
            f"{found.get(name, 'missing'):16}  {'same' if found.get(name) == before.get(name) else 'DIFFERS'}  {name}"
        )
    sys.exit(found != before)


if __name__ == "__main__":
    main()
