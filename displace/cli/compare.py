"""`displace compare`, `run` and `report`: run policies in pairs, or one scenario once, and write what came out."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from .exit_codes import SOME_FAILED
from .options import (
    Assume,
    Events,
    Executor,
    Overwrite,
    Quiet,
    Resume,
    Scale,
    ScenarioName,
    Seed,
    Workers,
    executor_of,
)
from .sensitivity import report as report_of_sensitivity

PICTURE_ENDINGS = (".png", ".svg", ".pdf")


def register(app: typer.Typer):
    """Add the commands to the command line."""
    for command in (compare, run, report):
        app.command()(command)


def compare(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SCENARIO...|DESIGN]",
            help=("Scenarios (names, paths, or a folder of them), or one design. Default: the shipped design 'main'."),
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(help="The scenario that the others are compared with; added if not listed. Default: 'baseline'."),
    ] = None,
    replicates: Annotated[int | None, typer.Option(min=1, help="Pairs of runs, each with its own seed.")] = None,
    seed: Seed = None,
    people_per_agent: Scale = None,
    draws: Annotated[
        str | None,
        typer.Option(
            help=(
                "Draws of the parameters, the same for all policies: defaults (hand-set), posterior, "
                "posterior:N, prior:N, or a posterior.parquet (FILE:N for N draws)."
            )
        ),
    ] = None,
    workers: Workers = "auto",
    executor: Executor = None,
    out: Annotated[Path, typer.Option(help="Folder for results and report.")] = Path("outputs/compare"),
    assume: Assume = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A quick look: 16 draws with a seed each, 100 people an agent.")
    ] = False,
    events: Events = False,
    resume: Resume = False,
    overwrite: Overwrite = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many runs it takes, how long and how much disk; run nothing.")
    ] = False,
    quiet: Quiet = False,
):
    """Compare policies in pairs; write tables and report.

    Each scenario is run beside the baseline on the same seeds. Leaves the tables and report.html in the folder --out.

    \b
    Examples:
      displace compare                            the shipped design 'main'
      displace compare unilateral-crackdown firewalls --out outputs/two
      displace compare --quick --out outputs/quick   the same, roughly, in a minute
      displace compare my-design.toml --dry-run   a file with [[arm]] entries or a [factorial]
      displace compare firewalls --set refill_elasticity=0.2 --out outputs/slow-refill
      displace compare firewalls --draws posterior:16 --replicates 2   under the parameters fitted to reports

    Where --replicates, --seed or --people-per-agent is not given, the design's holds, else 20, 1 and 10. A finished
    folder of the same plan is rendered again without running. Exit code 1: some runs failed.
    """
    from experiments.design.arms import assignments
    from experiments.design.cautions import cautions
    from experiments.design.files import from_names, has_sensitivity_table

    from . import print_comparison, terminal

    settings = {
        "replicates": replicates,
        "seed": seed,
        "people_per_agent": people_per_agent,
        "events": events or None,
        "draws": draws,
    }
    design = from_names(scenarios or ["main"], baseline, assignments(assume or ()), quick, **settings)
    make, count = executor_of(executor, workers, dry_run)
    terminal.show_notes(cautions(design))
    if has_sensitivity_table(scenarios or ["main"]):
        terminal.show_notes(["the design's [sensitivity] is not used here: `displace sensitivity` does that analysis"])
    if dry_run:
        from experiments.batch.store import objection

        print_comparison.show_plan(design, count)
        if not overwrite:
            terminal.show_notes(filter(None, [objection(out, design)]))
        return
    from experiments import execute

    with terminal.progress(design.runs, quiet) as tell:
        results = execute(
            design, out, workers_wanted=count, executor=make, resume=resume, overwrite=overwrite, progress=tell
        )
    _finish(results)


def run(
    scenario: ScenarioName,
    seed: Seed = None,
    people_per_agent: Scale = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help=(
                "Folder for the results. Default: outputs/run/<scenario>, with -seed<seed>, -people<people per "
                "agent> and -<name>=<value> at its end where given."
            )
        ),
    ] = None,
    assume: Assume = None,
    events: Events = False,
    resume: Resume = False,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
):
    """Run one scenario once and write its tables.

    The run is replicate 0 of a comparison with the same seed.

    \b
    Examples:
      displace run unilateral-crackdown --seed 7 --people-per-agent 100 --out outputs/one
      displace run unilateral-crackdown --set refill_elasticity=0.2

    One run alone shows no effect of a policy: that takes pairs (displace compare).
    """
    from experiments import execute
    from experiments.design.arms import assignments
    from experiments.design.cautions import cautions
    from experiments.design.files import assuming, single

    from . import print_comparison, terminal
    from .loading import scenario_of

    assumed = assignments(assume or ())
    loaded = assuming(scenario_of(scenario), assumed)
    settings = {"seed": seed, "people_per_agent": people_per_agent, "events": events or None}
    design = single(loaded, **settings)
    terminal.show_notes(cautions(design))
    with terminal.progress(design.runs, quiet) as tell:
        results = execute(
            design,
            out or _folder_of_run(loaded.name, seed, people_per_agent, assumed),
            workers_wanted=1,
            resume=resume,
            overwrite=overwrite,
            progress=tell,
        )
    _say_what_went_wrong(results)
    if not results.failed:
        print_comparison.show_run(results, loaded)
    if results.failed:
        raise typer.Exit(SOME_FAILED)


def _folder_of_run(
    name: str, seed: int | None, people_per_agent: int | None, assumed: Mapping[str, float | str]
) -> Path:
    asked = {"seed": seed, "people": people_per_agent} | {f"{key}=": value for key, value in sorted(assumed.items())}
    return Path("outputs/run") / "-".join(
        [name, *(f"{what}{value}" for what, value in asked.items() if value is not None)]
    )


def report(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="OUT",
            help="A folder that `displace compare` has written, finished or not, or `displace sensitivity`.",
        ),
    ],
    picture: Annotated[
        Path | None,
        typer.Option(help="Also write the headline picture, for a slide or a page, as a .png, .svg or .pdf file."),
    ] = None,
):
    """Write report.html again from a results folder.

    Also works on an unfinished batch, with the runs that are there.

    \b
    Examples:
      displace report outputs/compare
      displace report outputs/compare --picture headline.png
    """
    if picture:
        _check_picture(picture)
    from experiments import read
    from experiments.sensitivity.schema import FILE

    if (folder / FILE).is_file():
        report_of_sensitivity(folder, picture)
    else:
        _finish(read(folder), picture)


def _check_picture(picture: Path):
    if picture.suffix.lower() not in PICTURE_ENDINGS:
        raise typer.BadParameter(f"'{picture}' does not end in {', '.join(PICTURE_ENDINGS)}", param_hint="--picture")
    if picture.is_dir():
        raise typer.BadParameter(f"'{picture}' is a folder; expected a file in it", param_hint="--picture")
    if not picture.parent.is_dir():
        raise typer.BadParameter(
            f"'{picture}' can't be written: '{picture.parent}' is no folder", param_hint="--picture"
        )


def _finish(results, picture=None):
    """Print the headline table, write the report and the picture, and say where they are."""
    from . import print_comparison, terminal

    _say_what_went_wrong(results)
    missing = _missing(results)
    if missing and picture:
        raise typer.BadParameter(f"there is nothing to draw. {missing}", param_hint="--picture")
    if missing:
        print(missing)
        terminal.show_where(Results=results.folder)
    else:
        from displace.report import comparison
        from displace.wording.study import Study

        study = Study(results)
        if picture and not results.recorded_by_place:
            raise typer.BadParameter(
                "there is no map to draw: this comparison records no places", param_hint="--picture"
            )
        if picture:
            unread = comparison.write_picture(study, picture)  # first: where it can't be written, nothing else is done
            if unread:
                terminal.show_notes(
                    [f"no font here has the picture's letters '{unread}'; install Noto Sans of its script"]
                )
        written = comparison.write(study)  # before what is printed, which may be cut off
        print_comparison.show_headline(study)
        terminal.show_where(Results=results.folder, Report=written)
        if picture:
            terminal.show_where(Picture=picture)
    if results.failed or not results.runs.num_rows:
        raise typer.Exit(SOME_FAILED)


def _missing(results) -> str:
    """Say why nothing is compared in results; empty if something is."""
    if not results.runs.num_rows:
        return "No run is done: repeat the command with --resume to go on."
    if not results.compared:
        return "Nothing was compared: only one scenario was run."
    complete = results.paired.num_rows > results.paired["difference"].null_count
    return "" if complete else "No pair of runs is complete."


def _say_what_went_wrong(results):
    for message in results.set_aside:
        print(f"Note: {message}", file=sys.stderr)
    failed = [row for row in results.runs.to_pylist() if row["status"] != "ok"]
    for row in failed[:5]:
        print(
            (
                f"Failed: {row['arm']}, draw {row['draw']}, replicate {row['replicate']} (seed {row['seed']}): "
                f"{row['error']}"
            ),
            file=sys.stderr,
        )
    if failed:
        print(
            f"{len(failed)} of {results.runs.num_rows} runs failed; all are in runs.parquet, with their errors.",
            file=sys.stderr,
        )
