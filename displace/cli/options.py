"""Options and arguments that several commands have, each declared once."""

from typing import Annotated

import typer

from experiments.design.limits import MOST_DRAWS, MOST_PEOPLE_PER_AGENT, MOST_SEED


def _one_of_them(context: typer.Context, wanted: bool) -> bool:
    """Refuse --resume together with --overwrite: each is called with the other known or not yet."""
    if wanted and any(context.params.get(name) for name in ("resume", "overwrite")):
        raise typer.BadParameter(
            "both are given: one goes on with what is there, the other starts again; give one",
            param_hint="--resume, --overwrite",
        )
    return wanted


ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A shipped scenario's name, or a path to a .toml file.")
]
Seed = Annotated[
    int | None, typer.Option(min=0, max=MOST_SEED, help="Seed of the first run; those of the others follow from it.")
]
Scale = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=MOST_PEOPLE_PER_AGENT,
        help="People that one simulated person stands for; publish comparisons at 30 or fewer.",
    ),
]
DrawsAWave = Annotated[int | None, typer.Option(min=2, max=MOST_DRAWS, help="Draws of the parameters in each wave.")]
Workers = Annotated[str, typer.Option(help="Processes: a number, or 'auto' for the usable cores.")]
Executor = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="A Dask cluster instead: dask://host:port, or a scheduler file.")
]
Assume = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="An assumption for every run (a parameter of `displace list parameters`); may be repeated.",
    ),
]
Events = Annotated[bool, typer.Option("--events", help="Also write every change of status (large).")]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        callback=_one_of_them,
        help="Go on with what is unfinished in the folder: only what is missing is run.",
    ),
]
Overwrite = Annotated[
    bool,
    typer.Option(
        "--overwrite",
        callback=_one_of_them,
        help="Replace what is in the folder: another plan, or another version of the code.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print no progress, only results and where they are.")]


def workers_of(text: str) -> int | None:
    """Return how many workers are asked for, None for as many as there are cores."""
    if text == "auto":
        return None
    if not text.isdecimal() or int(text) < 1:
        raise typer.BadParameter(f"'{text}' is neither 'auto' nor a whole number of at least 1", param_hint="--workers")
    return int(text)


def executor_of(address: str | None, workers: str, dry_run: bool):
    """Return what makes the executor at an address (None: processes here) and how many tasks it can do at once.

    A dry run only checks that the address may be one.
    """
    count = workers_of(workers)
    if not address:
        return None, count
    from experiments.batch.cluster import connect, location

    if not dry_run:
        return connect(address)
    location(address)
    return None, count
