"""The committed reference: small tables and pictures in outputs/reference/sensitivity/, and docs/sensitivity.md.

    displace sensitivity sensitivity-quick --out outputs/sensitivity
    python -m displace.reference.sensitivity_page outputs/sensitivity

`make reference-sensitivity` does both. Nothing on the page is written by hand. Without a folder, the page says that
there is no reference yet.
"""

import json
import re
import sys
from pathlib import Path

import pyarrow.parquet as pq

from displace.report import sensitivity as sensitivity_report
from displace.report.sensitivity import REFERENCE_ANALYSIS
from displace.wording import words
from displace.wording.sensitivity import Answers
from experiments.results.folder import write_whole
from experiments.sensitivity.analysis import Analysis, read_analysis
from experiments.sensitivity.schema import FILE
from model.registry.outcomes import OUTCOMES

SENSITIVITY_PAGE = Path(__file__).parents[2] / "docs" / "sensitivity.md"
PICTURES = {
    "tornado": sensitivity_report.tornado,
    "heat": sensitivity_report.heat,
    "tradeoffs": sensitivity_report.tradeoffs,
    "doses": sensitivity_report.doses,
}

HOW_TO_READ = """
## Method

Four stages, each a batch of runs that can be interrupted and resumed:

1. **Worlds**, drawn from all priors at once, feedbacks and the relocation rule among them: how much of each outcome is
   chance, which policy holds up, and where a policy does harm.
2. **Screening** (Morris): every factor, one step at a time: which of them matter at all.
3. **Indices** (Sobol): how much of the variance each of those that matter explains, alone (first order) and with its
   interactions (total order). Raid intensity and leaks are always crossed.
4. **Doses**: each policy at fractions of its dose: how effective must it be? Above the full dose, channels that reach
   their bounds stay there. A break-even has the interval of doses at which the mean benefit over draws is not
   distinguishable from none (as Fieller 1954 inverts a test).

Worlds, and the base rows of the indices wherever they have many columns, are Latin hypercubes (McKay, Beckman and
Conover 1979): their columns correlate no more than independent draws do. Sobol' points of hundreds of dimensions alias
parameters, so they serve only where columns are few.

The model is stochastic, so all rows of one base row share their random numbers. The seed is itself a factor: its index
is the part of chance. A dummy, one parameter changed by at most a hundredth of a per cent, is judged like all others:
an index is distinguishable from noise where its difference from the dummy's excludes zero, scramble by scramble (of the
screening, trajectory by trajectory); the floor that is shown is the upper end of the dummy's interval. Intervals come
from independent scrambles. A quantity that some run lacks gets no index; it is not guessed. PAWN, which looks at whole
distributions, gives a second opinion; its floor is the 95th percentile of twenty dummies.

Robustness metrics follow the three stages of McPhail et al. (2018): what to compare (the outcome itself, regret), which
worlds to look at, how to sum up. The baseline is judged like a policy, by its own worlds: by changes alone it would be
zero everywhere, and so the steadiest of all. Under satisficing, policies are judged by whether they are better than the
baseline, which is then no rival. The metrics are different ways to be cautious, so they may disagree. There is no
weighted score above them, and outcomes of people are never traded silently against those of others.

Boxes of assumptions in which a policy harms (PRIM) stand beside a placebo: the share of the same searches that find a
box after harm has been shuffled over worlds.

More: `displace sensitivity --help`, the tables' columns below, the code in `experiments/sensitivity/analysis.py`.
"""


def write(analysis: Analysis, folder: Path = REFERENCE_ANALYSIS, page: Path = SENSITIVITY_PAGE) -> list[Path]:
    """Write the reference folder and the page from a finished analysis; return what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    answers = Answers(analysis)
    written = []
    for name, table in analysis.tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
        written.append(folder / f"{name}.parquet")
    for name, draw in PICTURES.items():
        svg = str(draw(answers).svg)
        if svg:
            content = (
                svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
                if "xmlns=" not in svg[:400]
                else svg
            )
            write_whole(folder / f"{name}.svg", content.encode())
            written.append(folder / f"{name}.svg")
    write_whole(folder / FILE, (json.dumps(analysis.manifest, indent=1, ensure_ascii=False) + "\n").encode())
    write_whole(page, text(answers).encode())
    return [*written, folder / FILE, page]


def text(answers: Answers) -> str:
    """Return the page as Markdown. The same tables give the same bytes."""
    m = answers.manifest
    runs = sum(stage["runs"] for stage in m["stages"].values())
    parts = [
        "# What drives the answer",
        f"*{answers.manifest['question']}*",
        f"Made by `make reference-sensitivity` from the design `{Path(m['design']).stem}`: {runs:,} runs "
        f"at {m['people_per_agent']} people per agent, "
        f"{m['window']['start']} to {m['window']['end']}. Code {m['code']}, plan `{m['plan'][:16]}`. "
        "**Illustrative**: priors are set by hand, nothing is fitted to data. "
        "An index says which assumption matters within these priors, not which is true.",
    ]
    for question, sentences in answers.in_short():
        parts += [f"## {question}", "\n".join(f"- {sentence}" for sentence in sentences)]
    parts += ["## Pictures", *(f"![{name}](../outputs/reference/sensitivity/{name}.svg)" for name in PICTURES)]
    columns, rows = answers.breakeven_table()
    parts += [
        "## How effective must each policy be?",
        (
            "Least part of the assumed effectiveness of the helping channels, with hurting channels in full, "
            "from which a policy is better on average."
        ),
        table(columns, rows),
    ]
    parts.append("## Who is first, under which metric?")
    for outcome in dict.fromkeys(row["outcome"] for row in answers.rows("robustness")):
        columns, rows = answers.rank_table(outcome)
        parts += [
            f"**{words.start(OUTCOMES[outcome].label)}**: rank, and how often first when worlds are resampled.",
            table(columns, rows),
        ]
    parts += [
        "## How sure?",
        "\n".join(f"- {sentence}" for sentence in answers.how_sure()),
        HOW_TO_READ.strip(),
        "## A design of your own",
        settings(),
        "## The tables",
        columns_of_tables(),
    ]
    return "\n\n".join(parts) + "\n"


def without_reference() -> str:
    """Return the page as it is before any reference was made with this version: the method and the tables."""
    parts = [
        "# What drives the answer",
        (
            "No reference result has been made with this version of the model yet: `make "
            "reference-sensitivity` makes it and this page."
        ),
        HOW_TO_READ.strip(),
        "## A design of your own",
        settings(),
        "## The tables",
        columns_of_tables(),
    ]
    return "\n\n".join(parts) + "\n"


def settings() -> str:
    """Return what a design's table may say."""
    from dataclasses import asdict

    from experiments.design.sensitivity_settings import Settings, settings_schema

    defaults = asdict(Settings())

    def shown(value):
        return (
            ", ".join(" x ".join(v) if isinstance(v, tuple) else str(v) for v in value)
            if isinstance(value, tuple)
            else value
        )

    return table(
        ["key of `[sensitivity]`", "what", "default"],
        [
            [f"`{key}`", row["description"], shown(defaults[key])]
            for key, row in settings_schema()["properties"].items()
        ],
    )


def columns_of_tables() -> str:
    """Return what every table holds."""
    from experiments.sensitivity.schema import SENSITIVITY_TABLES

    return table(
        ["table", "what", "columns"],
        [
            [f"`{name}.parquet`", meaning, ", ".join(column.name for column in columns)]
            for name, (meaning, columns) in SENSITIVITY_TABLES.items()
        ],
    )


def table(columns, rows) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(columns) + " |", "| " + " | ".join("---" for _ in columns) + " |"]
    return "\n".join(lines + ["| " + " | ".join(re.sub(r"\|", "/", str(cell)) for cell in row) + " |" for row in rows])


if __name__ == "__main__":
    if sys.argv[1:]:
        print(*write(read_analysis(sys.argv[1])), sep="\n")
    else:
        write_whole(SENSITIVITY_PAGE, without_reference().encode())
