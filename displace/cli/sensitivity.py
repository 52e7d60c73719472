"""The command `displace sensitivity`: what drives the answer, and who holds up."""

from pathlib import Path
from typing import Annotated

import typer

from .options import Executor, Overwrite, Quiet, Resume, Scale, Seed, Workers, executor_of


def register(app: typer.Typer):
    """Add the command to the command line."""
    app.command()(sensitivity)


def sensitivity(
    design: Annotated[
        str,
        typer.Argument(
            metavar="DESIGN", help="A shipped design's name, or a path to a .toml file, with a [sensitivity] table."
        ),
    ] = "sensitivity-quick",
    out: Annotated[Path, typer.Option(help="Folder for tables, report and the stages' runs.")] = Path(
        "outputs/sensitivity"
    ),
    people_per_agent: Scale = None,
    seed: Seed = None,
    workers: Workers = "auto",
    executor: Executor = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many runs it takes and how long; run nothing.")
    ] = False,
    quiet: Quiet = False,
):
    """Find which assumption drives the answer, and which policy holds up.

    Four stages: worlds drawn from all priors (noise, robustness, trade-offs), Morris screening of every factor, Sobol
    indices of those that matter, and dose curves (how effective must a policy be?). Beside every index stands the same
    of a dummy, which shows what noise alone would. Leaves Parquet tables and report.html in the folder --out.

    \b
    Examples:
      displace sensitivity                                the shipped design 'sensitivity-quick'
      displace sensitivity sensitivity-full --dry-run
      displace sensitivity my-design.toml --out outputs/my-sensitivity

    A finished folder of the same plan is rendered again without running.
    """
    from experiments.sensitivity.stages import load

    from . import print_sensitivity, terminal

    given = {"people_per_agent": people_per_agent, "seed": seed}
    plan = load(design, **given)
    make, count = executor_of(executor, workers, dry_run)
    if dry_run:
        print_sensitivity.show_plan(plan, count)
        return
    from experiments.batch.runner import execute
    from experiments.sensitivity.analysis import analyse

    def run(stage, of_stage, folder):
        if not quiet:
            terminal.say_stage(stage, of_stage.runs)
        with terminal.progress(of_stage.runs, quiet) as tell:
            return execute(
                of_stage, folder, workers_wanted=count, executor=make, resume=resume, overwrite=overwrite, progress=tell
            )

    _show(analyse(plan, out, run=run, overwrite=overwrite))


def report(folder: Path, picture: Path | None):
    """Print the answer of an analysis in a folder and write its report anew (`displace report`)."""
    if picture:
        raise typer.BadParameter(
            "a sensitivity analysis has no headline picture: its pictures are in report.html", param_hint="--picture"
        )
    from experiments.sensitivity.analysis import read_analysis

    _show(read_analysis(folder))


def _show(analysis):
    from displace.report import sensitivity as sensitivity_report

    from . import print_sensitivity, terminal

    print_sensitivity.show_answer(analysis)
    terminal.show_where(Results=analysis.folder, Report=sensitivity_report.write(analysis))
