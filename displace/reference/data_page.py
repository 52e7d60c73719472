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

Any tool that reads Parquet does. `OUT` is the folder, `outputs/compare` here. Parts are one file for each piece of work; read all of a
folder, but no file of a batch that is not finished without `experiments.read`, which knows what is committed.

DuckDB:

```python
import duckdb
print(duckdb.sql("SELECT arm, difference, low, high FROM 'outputs/compare/paired.parquet' WHERE outcome = 'people_held' AND place = '' AND aggregate = 'mean'"))
print(duckdb.sql("SELECT arm, week, avg(people_held) FROM 'outputs/compare/worldwide/*.parquet' GROUP BY ALL ORDER BY ALL"))
```

Polars:

```python
import polars
print(polars.read_parquet("outputs/compare/paired.parquet").filter(polars.col("place") == "", polars.col("outcome") == "people_held"))
print(polars.scan_parquet("outputs/compare/worldwide/*.parquet").group_by("arm").agg(polars.col("people_held").mean()).collect())
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

Every file has in its schema's metadata: `displace.plan` (the hash of all that bears on the results), `displace.code`, `displace.commit`,
`displace.lock`, `displace.version`, `displace.versions` (of the packages), `displace.seed`, `displace.people_per_agent`, `displace.scenarios`
(the hash of each arm's scenario). Every column has `unit` and `meaning`. `manifest.json` holds the plan itself, the places, each arm in
sentences, the range of each parameter that is drawn, and `finished`: null until all is there, then how many runs failed and the size and SHA-256 of each whole table. Null in a column
of an interval: fewer than two pairs; in a value: it means nothing there."""


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
        f"Never by place, since it could guide an operator or a raid: {hidden}. All outcomes: [tables/outcomes.md](tables/outcomes.md). Whom their own State identifies "
        "after they were handed over is counted at home, not where they came out: shares of the identified mean something worldwide.",
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
