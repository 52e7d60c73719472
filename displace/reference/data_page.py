"""`docs/data.md`: every table of a results folder with its columns, drawn from `experiments/results/schema.py`."""

from displace.wording.words import cell
from experiments.comparison import costs, displacement, fates
from experiments.results.schema import BY_PLACE, NOT_BY_PLACE, TABLES, TEXT
from model.registry.outcomes import GROUPED, RECORDED

OUTCOMES = {
    "weekly": f"{len(BY_PLACE)} outcomes",
    "worldwide": f"{len(RECORDED)} outcomes",
    "groups": f"{len(GROUPED)} outcomes",
}
OPEN = """## Opening them

Any tool that reads Parquet does. `OUT` is the folder, here `outputs/compare`. A table in parts has one file for each
piece of work: read all files of its folder. Read an unfinished batch with `experiments.read` only, which knows the
parts that are committed.

DuckDB:

```python
import duckdb

effects = (
    "SELECT arm, difference, low, high FROM 'outputs/compare/paired.parquet' "
    "WHERE outcome = 'people_held' AND place = '' AND aggregate = 'mean'"
)
weeks = "SELECT arm, week, avg(people_held) FROM 'outputs/compare/worldwide/*.parquet' GROUP BY ALL ORDER BY ALL"
print(duckdb.sql(effects))
print(duckdb.sql(weeks))
```

Polars:

```python
import polars
from polars import col

effects = polars.read_parquet("outputs/compare/paired.parquet")
weeks = polars.scan_parquet("outputs/compare/worldwide/*.parquet")
print(effects.filter(col("place") == "", col("outcome") == "people_held"))
print(weeks.group_by("arm").agg(col("people_held").mean()).collect())
```

pandas:

```python
import pandas

print(pandas.read_parquet("outputs/compare/paired.parquet").query("place == '' and outcome == 'people_held'"))
print(pandas.read_parquet("outputs/compare/worldwide").groupby("arm", observed=True)["people_held"].mean())
```

R:

```r
library(arrow); library(dplyr)
read_parquet("outputs/compare/paired.parquet") |> filter(place == "", outcome == "people_held")
open_dataset("outputs/compare/worldwide") |> group_by(arm) |> summarise(people_held = mean(people_held)) |> collect()
```

## What they carry

The schema of every file holds as metadata: `displace.plan` (the hash of everything that bears on the results),
`displace.code`, `displace.commit`, `displace.lock`, `displace.version`, `displace.versions` (of the packages),
`displace.seed`, `displace.people_per_agent` and `displace.scenarios` (the hash of each arm's scenario). Every column
has `unit` and `meaning`.

`manifest.json` holds the plan itself, the places, each arm in sentences, the range of each drawn parameter, and
`finished`: null until everything is there, then the number of runs that failed and the size and SHA-256 of each whole
table.

A null means: in a column of an interval, fewer than two pairs; in a value, that it has no meaning there."""


def page(made: str) -> str:
    """Return the page; `made` is the comment that says how it was made."""
    parts = [made, "# The data that a comparison leaves", "", OPEN, "", "## Tables"]
    for table in TABLES:
        where = " and ".join([f"`{table.name}/`"] * table.parts + [f"`{table.name}.parquet`"] * table.whole)
        parts += ["", f"### {where}", "", f"{table.meaning[0].upper()}{table.meaning[1:]}.", "", *_columns(table)]
    for title, measures in (
        ("displacement", displacement.MEASURES),
        ("costs", costs.MEASURES),
        ("fates_compared", {k: (u, "adds up " + " + ".join(of)) for k, (u, of) in fates.MEASURES.items()}),
    ):
        parts += [
            "",
            f"### Measures of `{title}`",
            "",
            *_table(
                ("measure", "unit", "meaning"),
                [(f"`{name}`", unit, meaning) for name, (unit, meaning) in measures.items()],
            ),
        ]
    hidden = ", ".join(f"`{name}`" for name in sorted(NOT_BY_PLACE))
    parts += [
        "",
        f"Never by place, since it could guide an operator or a raid: {hidden}. All outcomes: "
        "[tables/outcomes.md](tables/outcomes.md). People whom their own State identifies after a handover are counted "
        "at home, not where they came out, so shares of the identified have a meaning worldwide only.",
    ]
    return "\n".join(parts) + "\n"


def _columns(table) -> list[str]:
    rows = [(f"`{c.name}`", "text" if c.type == TEXT else str(c.type), c.unit, c.meaning) for c in table.own()]
    if table.outcomes:
        rows.append(
            (OUTCOMES[table.name], "float", "see there", "one column each, of [tables/outcomes.md](tables/outcomes.md)")
        )
    return _table(("column", "type", "unit", "meaning"), rows)


def _table(header, rows) -> list[str]:
    return [
        "| " + " | ".join(cell(value).replace("|", "\\|") for value in line) + " |"
        for line in (header, ["---"] * len(header), *rows)
    ]
