"""The command `displace sensitivity`: what drives the answer, and who holds up."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer):
    """Add the command to the command line."""
    app.command()(sensitivity)


def sensitivity(
    design: Annotated[str, typer.Argument(metavar="DESIGN", help="A shipped design's name, or a path to a .toml file, with a [sensitivity] table.")] = "sensitivity-quick",
    out: Annotated[Path, typer.Option(help="Folder for tables, report and the stages' runs.")] = Path("outputs/sensitivity"),
    people_per_agent: Annotated[int | None, typer.Option(min=1, help="Persons that one simulated person stands for. Default: the design's.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of samples and runs. Default: the design's.")] = None,
    workers: Annotated[str, typer.Option(help="Processes: a number, or 'auto' for the usable cores.")] = "auto",
    executor: Annotated[str | None, typer.Option(metavar="ADDRESS", help="A Dask cluster instead: dask://host:port, or a scheduler file.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an unfinished analysis: only what is missing is run.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the results of another plan in the folder.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many runs it takes and how long; run nothing.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print no progress, only results and where they are.")] = False,
):
    """Find which assumption drives the answer, and which policy holds up.

    Four stages: worlds drawn from all priors (noise, robustness, trade-offs), Morris screening of every factor, Sobol
    indices of those that matter, and dose curves (how effective must a policy be?). Beside every index stands the same
    of a dummy, which shows what noise alone would. Leaves Parquet tables and report.html in the folder --out.

    \b
    Examples:
      displace sensitivity                                the shipped design 'sensitivity-quick'
      displace sensitivity sensitivity-full --dry-run
      displace sensitivity my-design.toml --out outputs/mine

    A finished folder of the same plan is rendered again without running.
    """
    from experiments.sensitivity_plan import load

    from . import terminal
    from .cli import _executor, _workers
    from .sensitivity_words import show_answer, show_plan

    given = {"people_per_agent": people_per_agent, "seed": seed}
    plan = load(design, **given)
    count = _workers(workers)
    if dry_run:
        show_plan(plan, count)
        return
    from experiments.runner import execute
    from experiments.sensitivity import analyse

    make, count = _executor(executor, count)

    def run(stage, of_stage, folder):
        if not quiet:
            terminal.say_stage(stage, of_stage.runs)
        with terminal.progress(of_stage.runs, quiet) as tell:
            return execute(of_stage, folder, workers_wanted=count, executor=make, resume=resume, overwrite=overwrite, progress=tell)

    analysis = analyse(plan, out, run=run)
    from . import sensitivity_report

    show_answer(analysis)
    terminal.show_where(Results=out, Report=sensitivity_report.write(analysis))
