"""`docs/data.md`: every table of a results folder with its columns, drawn from `experiments/results/schema.py`."""

from displace.wording.words import cell
from experiments.comparison import costs, displacement, fates
from experiments.comparison.strength import ALARMS, CLEAR_FROM, FEWEST_AGENTS, FEWEST_VOTES, LIKELY_FROM
from experiments.results.schema import BY_PLACE, NOT_BY_PLACE, TABLES, TEXT
from model.registry.outcomes import GROUPED, RECORDED

OUTCOME_COUNTS = {
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

`committed/` has a record for each piece of work, written after its parts: their size and SHA-256. Manifest and records
bear a hash of themselves. `read`, the report and every command look at these before they believe a file, and
`displace verify OUT` looks at all of them. DuckDB, Polars, pandas and R do not: verify a folder first. What was found
not whole lies in `set-aside/`.

A null means: in a column of an interval, fewer than two pairs; in a value, that it has no meaning there."""

STRENGTH_SECTION = f"""## How strongly an effect is shown

One rule carries every word and colour of terminal, report, figures and page (`experiments/comparison/strength.py`).
What is independent has one vote on the sign of an effect: each draw of the parameters (the mean over its seeds), or
each pair of runs where there is one draw. `agree` is the share of the majority, with half of the ties, `agree_low` and
`agree_high` its 95 % Jeffreys interval (Brown, Cai and DasGupta 2001). `strength` is *clear* from a lower end of
{CLEAR_FROM:g} (62 of 64 draws), *likely* from {LIKELY_FROM:g} (51 of 64, all of {FEWEST_VOTES}), else *not
distinguishable*.
The interval `low` to `high` is that of a mean, which more draws narrow and the largest worlds decide: it carries no
word.

**Sizes.** `relative` is the median over draws of the change relative to the draw's own baseline, `relative_low` and
`relative_high` the range of nine of ten draws; of shares, in points. Where some draw's baseline expects fewer than
{FEWEST_AGENTS} simulated people (persons / people per agent), or a level is not above zero, a ratio of one draw is
mostly chance: `relative_kind` is *of sums*, `relative` the ratio of the sums, without a range, and `per_thousand` the
mean difference for each 1,000 people **held in the baseline** at a time. `median` is the difference at the median draw.

**Many comparisons.** One family is declared: all compared arms, the design's outcomes and those of the rights floor,
worldwide, each in its own aggregate. Their words stand as they are, and `simultaneous_low` to `simultaneous_high` are
intervals of their means that cover together in 95 % (max-t: the largest |t| among means that correlate as the draws'
effects do, shrunk as by Schaefer and Strimmer 2005, simulated with the plan's seed). Everything else (other outcomes,
places, groups, months, flows, endings, contributions) keeps its word only if its sign test (`p`) is a discovery at a
rate of 5 % within its table (Benjamini and Yekutieli 2001). With ten draws few of these can be discoveries.

**The rights floor** flags what is likely or clear and for the worse, and what is worse *on balance*: `floor_p` of at
most {ALARMS:g}. That is the chance that a policy that does nothing makes any of the four rights look as bad as this:
signed ranks of the draws' changes (Wilcoxon 1945; of the log, half a simulated person added; of shares, in points), the
largest of four, beside what it is when the signs of whole draws are flipped (max-t: Westfall and Young 1993). If a
policy does nothing, its arm and the baseline could be exchanged, so this is exact. With the words, a policy that does
nothing is flagged in at most 4 % of comparisons, however many the draws. At 64 draws and 30 people an agent a worsening
of 10 % is flagged in more than 95 % of comparisons where chance between two worlds is as measured: over 16 draws of the
posterior, raids at 0.2 % of strength change deaths by a standard deviation of 2.4 % of a draw's baseline, coerced
returns by 2.5 %, the punished share by 0.5 %, children taken into detention by 12.5 % (the smallest world expects 13
simulated children). Of children, the words alone would flag it in 42 %; 32 draws suffice for nine of ten, ten draws for
four. Resampled from 64 draws of two such arms at 60 people an agent, false alarms are 1 to 3 %, that power 96 %.
A policy whose effect itself differs between draws (a unilateral crackdown: standard deviations of 6 %, 25 %, 2 %
and 36 %) is flagged where more draws worsen than improve, or by more, not where one large world does.

**A field study** of the arm's world alone would find `wdq` and `wdd`. They are shown to say how wrong it would be:
`wdd_truth` is what the pairs show of the same operations, `wdd_error` the difference. Target and displacement area are
each measured against the places beyond the region (Wheeler and Ratcliffe 2018 take a control for each); their variance
is that of independent events and not used, since operations are a stock.

**Contributions** are found in what the arms pull, whatever they are called. With all combinations they are Shapley
values, which sum to the effect of all policies together; in a fraction, means with a policy less means without
(Banzhaf's measure), which do not from three policies on."""


def page(made: str) -> str:
    """Return the page; `made` is the comment that says how it was made."""
    parts = [made, "# The data that a comparison leaves", "", OPEN, "", STRENGTH_SECTION, "", "## Tables"]
    for table in TABLES:
        where = " and ".join([f"`{table.name}/`"] * table.parts + [f"`{table.name}.parquet`"] * table.whole)
        parts += ["", f"### {where}", "", f"{table.meaning[0].upper()}{table.meaning[1:]}.", "", *_columns(table)]
    for title, measures in (
        ("displacement", displacement.DISPLACEMENT_MEASURES),
        ("costs", costs.COST_MEASURES),
        ("fates_compared", {k: (u, "adds up " + " + ".join(of)) for k, (u, of) in fates.FATE_MEASURES.items()}),
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
            (
                OUTCOME_COUNTS[table.name],
                "float",
                "see there",
                "one column each, of [tables/outcomes.md](tables/outcomes.md)",
            )
        )
    return _table(("column", "type", "unit", "meaning"), rows)


def _table(header, rows) -> list[str]:
    return [
        "| " + " | ".join(cell(value).replace("|", "\\|") for value in line) + " |"
        for line in (header, ["---"] * len(header), *rows)
    ]
