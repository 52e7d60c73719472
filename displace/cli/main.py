"""The command line: a thin layer over `experiments` (run, compare, read) and the registries.

Everything heavy is imported inside the command that needs it. Exit codes: 0 done; 1 some runs failed or were not done,
or `check --strict` found a pattern that does not hold; 2 bad input, nothing written; 3 the folder is in use, can't be
written, holds something else than results, results of another plan or an unfinished batch, or has too little room; 130 interrupted.
"""

import atexit
import errno
import gc
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from experiments.batch.process_setup import set_up

from . import calibrate as commands_calibrate
from . import scenario_commands as commands_batch
from . import sensitivity as commands_sensitivity
from . import show as commands_show
from .listings import COLUMNS, LISTINGS, cell, known
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
    workers_of,
)

PICTURES = (".png", ".svg", ".pdf")
SOME_FAILED, BAD_INPUT, FOLDER, INTERRUPTED = 1, 2, 3, 130

Checked = StrEnum("Checked", ["patterns", "holdout"])
FileKind = StrEnum("FileKind", ["scenario", "design"])

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: quicker by half, and examples keep their lines
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main():
    """Run the command line; an error that a user can mend becomes one message and an exit code."""
    set_up()
    atexit.register(gc.freeze)  # else all that is there is searched for garbage once more before the end
    try:
        try:
            app(prog_name="displace")
        finally:
            sys.stdout.flush()
    except OSError as error:
        if error.errno != errno.ENOSPC:
            if not isinstance(error.filename, str | os.PathLike):
                raise
            print(
                f"Error: {error.filename}: {error.strerror}; give another path, or see to it that this one can be read and written",
                file=sys.stderr,
            )
            sys.exit(BAD_INPUT)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still to be printed has no place
        print("Error: no room is left where the output goes; make room, or print it elsewhere", file=sys.stderr)
        sys.exit(SOME_FAILED)
    except Exception as error:
        code = _code_of(error)
        if code is None:
            raise
        print(f"{'' if code == INTERRUPTED else 'Error: '}{error}", file=sys.stderr)
        sys.exit(code)


def _code_of(error: Exception) -> int | None:
    """Return the exit code of an error that a user can mend, None for a defect. Loads no module that isn't loaded."""
    kinds = {
        "experiments.batch.cluster.ClusterError": BAD_INPUT,
        "experiments.batch.runner.Interrupted": INTERRUPTED,
        "experiments.batch.store.DiskFull": SOME_FAILED,
        "experiments.batch.store.StoreError": FOLDER,
        "experiments.results.reader.ResultsError": BAD_INPUT,
        "experiments.batch.runner.RunnerError": SOME_FAILED,
        "model.model.AuditError": SOME_FAILED,
        "displace.show.opening.ShowError": BAD_INPUT,
        "scenarios.errors.ScenarioError": BAD_INPUT,
        "scenarios.evidence.reports.EvidenceError": BAD_INPUT,
        "scenarios.world_files.WorldError": BAD_INPUT,
    }
    names = (f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__)
    return next((kinds[name] for name in names if name in kinds), None)


def _version(wanted: bool):
    if wanted:
        from experiments.batch.provenance import provenance

        made = provenance()
        print(f"displace {made['version']} (commit {made['commit'] or 'unknown'}, lock {made['lock']})")
        raise typer.Exit()


@app.callback()
def displace(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print version, commit and hash of the lock."),
    ] = False,
):
    """If these states do this, from this date: what happens to people held in online scam operations, and where do operations go?

    Simulates the online scam compounds of South-East Asia, the people trafficked into them, crackdowns and rights-based
    policy, and compares policies in pairs of the same world with and without them.

    Start with: displace compare
    """


# --- run and compare --------------------------------------------------------------------------------


@app.command()
def compare(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SCENARIO...|DESIGN]",
            help="Scenarios (names or paths), or one design. Default: the shipped design 'main'.",
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
            help="Draws of the parameters, the same for all policies: defaults (hand-set), posterior, posterior:N, prior:N, or a posterior.parquet (FILE:N for N draws)."
        ),
    ] = None,
    workers: Workers = "auto",
    executor: Executor = None,
    out: Annotated[Path, typer.Option(help="Folder for results and report.")] = Path("outputs/compare"),
    assume: Assume = None,
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
      displace compare my-design.toml --dry-run   a file with [[arm]] entries or a [factorial]
      displace compare firewalls --set refill_elasticity=0.2 --out outputs/slow-refill
      displace compare firewalls --draws posterior:16 --replicates 2   under the parameters fitted to reports

    Where --replicates, --seed or --people-per-agent is not given, the design's holds, else 20, 1 and 10. A finished
    folder of the same plan is rendered again without running. Exit code 1: some runs failed.
    """
    from experiments.design.arms import assignments
    from experiments.design.design import from_names
    from experiments.sensitivity.plan import has_settings

    from . import terminal

    settings = {
        "replicates": replicates,
        "seed": seed,
        "people_per_agent": people_per_agent,
        "events": events or None,
        "draws": draws,
    }
    design = from_names(scenarios or ["main"], baseline, assignments(assume or ()), **settings)
    make, count = executor_of(executor, workers, dry_run)
    terminal.show_cautions(design)
    if has_settings(scenarios or ["main"]):
        terminal.say("Note: the design's [sensitivity] is not used here: `displace sensitivity` does that analysis.")
    if dry_run:
        terminal.show_plan(design, count)
        if not overwrite:
            terminal.show_objection(out, design)
        return
    from experiments import execute

    with terminal.progress(design.runs, quiet) as tell:
        results = execute(
            design, out, workers_wanted=count, executor=make, resume=resume, overwrite=overwrite, progress=tell
        )
    _finish(results, terminal)


@app.command()
def run(
    scenario: ScenarioName,
    seed: Seed = None,
    people_per_agent: Scale = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the results. Default: outputs/run/<scenario>, with -seed<seed>, -people<people per agent> and -<name>=<value> at its end where given."
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
    from experiments.design.design import assuming, single

    from . import terminal
    from .loading import scenario_of

    assumed = assignments(assume or ())
    loaded = assuming(scenario_of(scenario), assumed)
    settings = {"seed": seed, "people_per_agent": people_per_agent, "events": events or None}
    design = single(loaded, **settings)
    terminal.show_cautions(design)
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
        terminal.show_run(results, loaded)
    if results.failed:
        raise typer.Exit(SOME_FAILED)


def _folder_of_run(
    name: str, seed: int | None, people_per_agent: int | None, assumed: Mapping[str, float | str]
) -> Path:
    asked = {"seed": seed, "people": people_per_agent} | {f"{key}=": value for key, value in sorted(assumed.items())}
    return Path("outputs/run") / "-".join(
        [name, *(f"{what}{value}" for what, value in asked.items() if value is not None)]
    )


@app.command()
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
        typer.Option(help="Also write the headline picture, for a slide or a page: a .png, .svg or .pdf file."),
    ] = None,
):
    """Write report.html anew from a results folder.

    Works while a batch is unfinished too: on the runs that are there.

    \b
    Examples:
      displace report outputs/compare
      displace report outputs/compare --picture headline.png
    """
    if picture:
        _check_picture(picture)
    from experiments import read
    from experiments.sensitivity.schema import FILE

    from . import terminal

    if (folder / FILE).is_file():
        commands_sensitivity.report(folder, picture)
    else:
        _finish(read(folder), terminal, picture)


def _check_picture(picture: Path):
    if picture.suffix.lower() not in PICTURES:
        raise typer.BadParameter(f"'{picture}' does not end in {', '.join(PICTURES)}", param_hint="--picture")
    if picture.is_dir():
        raise typer.BadParameter(f"'{picture}' is a folder; expected a file in it", param_hint="--picture")
    if not picture.parent.is_dir():
        raise typer.BadParameter(
            f"'{picture}' can't be written: '{picture.parent}' is no folder", param_hint="--picture"
        )


def _finish(results, terminal, picture=None):
    """Print the headline table, write the report and the picture, and say where they are."""
    _say_what_went_wrong(results)
    missing = _missing(results)
    if missing and picture:
        raise typer.BadParameter(f"there is nothing to draw. {missing}", param_hint="--picture")
    if missing:
        print(missing)
        terminal.show_where(Results=results.folder)
    else:
        from displace.report import report
        from displace.report.contents import Study

        study = Study(results)
        if picture and not results.by_place:
            raise typer.BadParameter(
                "there is no map to draw: this comparison records no places", param_hint="--picture"
            )
        if picture:
            report.write_picture(study, picture)  # first: where it can't be written, nothing else is done
        written = report.write(study)  # before what is printed, which may be cut off
        terminal.show_headline(study)
        terminal.show_where(Results=results.folder, Report=written)
        if picture:
            terminal.show_where(Picture=picture)
    if results.failed or not results.runs.num_rows:
        raise typer.Exit(SOME_FAILED)


def _missing(results) -> str:
    """Say why nothing is compared in results; empty if something is."""
    if not results.runs.num_rows:
        return "No run is done: the same command with --resume goes on."
    if not results.compared:
        return "Nothing was compared: one scenario alone was run."
    complete = results.paired.num_rows > results.paired["difference"].null_count
    return "" if complete else "No pair of runs is complete."


def _say_what_went_wrong(results):
    for message in results.set_aside:
        print(f"Note: {message}", file=sys.stderr)
    failed = [row for row in results.runs.to_pylist() if row["status"] != "ok"]
    for row in failed[:5]:
        print(
            f"Failed: {row['arm']}, draw {row['draw']}, replicate {row['replicate']} (seed {row['seed']}): {row['error']}",
            file=sys.stderr,
        )
    if failed:
        print(
            f"{len(failed)} of {results.runs.num_rows} runs failed; all are in runs.parquet, with their errors.",
            file=sys.stderr,
        )


# --- check ------------------------------------------------------------------------------------------


@app.command()
def check(
    what: Annotated[
        Checked,
        typer.Argument(
            help="What to check: patterns, what was observed and the model ought to do; holdout, reports that the fit did not use."
        ),
    ] = Checked.patterns,
    rivals: Annotated[
        bool, typer.Option("--rivals", help="Judge rival rules of relocation and null rules on the same patterns.")
    ] = False,
    seeds: Annotated[int | None, typer.Option(min=2, help="Paired seeds. Default: 40; with --rivals 14.")] = None,
    evidence: Annotated[
        Path | None,
        typer.Option(
            help="holdout: another file of reports, as scenarios/evidence/evidence.csv; all of its rows count."
        ),
    ] = None,
    targets: Annotated[
        Path | None, typer.Option(help="holdout: another file of targets, as calibration/targets/holdout.toml.")
    ] = None,
    draws: Annotated[
        str, typer.Option(help="holdout: draws of the parameters, as in `displace compare`.")
    ] = "posterior",
    out: Annotated[Path, typer.Option(help="holdout: folder for the runs.")] = Path("outputs/holdout"),
    people_per_agent: Scale = 100,
    workers: Workers = "auto",
    json: Annotated[bool, typer.Option("--json", help="Print JSON, with every field, instead of tables.")] = False,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="Exit with 1 when a pattern does not hold by its evidence, or a report is missed."
        ),
    ] = False,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="holdout: go on with what is unfinished in the folder, as is done without it."),
    ] = False,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite", help="holdout: replace what is in the folder, such as runs under another posterior."
        ),
    ] = False,
    quiet: Quiet = False,
):
    """Check the model against what was observed, or against reports that were not used.

    Every pattern on paired seeds: expected, observed, and whether it holds, does not hold or is undecided.
    Unit checks, which hold nearly by construction, are kept apart from evidence. A pattern that fails is reported.
    Held-out reports: what the posterior predicts of each, whether it was right, and whether a naive forecast was nearer.

    \b
    Examples:
      displace check patterns
      displace check patterns --rivals
      displace check patterns --json --strict > patterns.json
      displace check holdout
      displace check holdout --evidence later.csv --targets later.toml

    Takes two to five minutes on two cores.
    """
    if what is Checked.holdout:
        commands_calibrate.check_holdout(
            evidence, targets, draws, people_per_agent, out, workers_of(workers), json, strict, quiet, overwrite
        )
        return
    from . import checks

    count = seeds or (14 if rivals else 40)
    rules = tuple(checks.RULES) if rivals else ("learned",)
    judged = checks.gather(rules, count, people_per_agent, workers_of(workers), tell=checks.progress(quiet))
    if json:
        from json import dumps

        print(dumps(checks.as_json(judged, count, people_per_agent), indent=1, ensure_ascii=False))
    elif rivals:
        checks.show_rivals(judged, count, people_per_agent)
    else:
        checks.show(judged["learned"], count, people_per_agent)
    if strict and checks.failing(judged["learned"]):
        raise typer.Exit(SOME_FAILED)


# --- look -------------------------------------------------------------------------------------------


@app.command("list")
def list_(
    what: Annotated[str, typer.Argument(metavar=f"[{'|'.join(LISTINGS)}]", help="What to list.")],
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One of them, with all that is known of it.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, with every field, instead of a table.")] = False,
):
    """List levers, parameters, outcomes, scenarios ...

    What can be named in a file or asked about, from the registries and the shipped files.

    \b
    Examples:
      displace list levers
      displace list levers crackdown
      displace list glossary
      displace list parameters --json
    """
    from scenarios.errors import Where

    if what not in LISTINGS:
        raise Where("list").error(f"unknown '{what}'", f"one of {', '.join(LISTINGS)}", what, LISTINGS)
    rows = LISTINGS[what]()
    key = COLUMNS[what][0]
    if name is not None:
        names = [row[key] for row in rows]
        if name not in names:
            raise Where(f"list {what}").error(f"unknown '{name}'", f"a name of `displace list {what}`", name, names)
        rows = [row for row in rows if row[key] == name]
    if json:
        from json import dumps

        print(dumps(rows, indent=1, ensure_ascii=False))
        return
    from . import terminal

    if name is not None:
        terminal.show_table(("", ""), known(rows[0]))
    else:
        terminal.show_table(COLUMNS[what], [[cell(row[key]) for key in COLUMNS[what]] for row in rows])


@app.command()
def plan():
    """Print the phases of the simulated week.

    In their order, as the body of the compiled week has them.
    """
    from model.model import phase_plan

    from . import terminal

    terminal.show_table(
        ("", "phase", "what it does"), [[str(i), name, what] for i, (name, what) in enumerate(phase_plan(), start=1)]
    )


@app.command()
def explain(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A shipped scenario's or design's name, or a path to a .toml file.")
    ],
):
    """Read a scenario or a design back as plain sentences.

    A scenario: its question, what happens anyway, each policy, and how it may help and hurt. A design: its arms, and
    what each changes, how strongly.

    \b
    Examples:
      displace explain crackdown-with-protection
      displace explain equal-budget
    """
    from experiments.design.design import design_path, from_names, single

    from . import terminal

    if design_path(name):
        from experiments.design.explain import explain

        terminal.show_sentences(explain(from_names([name])))
    else:
        from scenarios.explain import explain
        from scenarios.loading import load

        scenario = load(name)
        terminal.show_sentences(explain(scenario))
        terminal.show_cautions(single(replace(scenario, notes=())))  # the sentences have these


@app.command()
def profile(
    scenario: ScenarioName = "baseline",
    seed: Seed = 1,
    people_per_agent: Scale = 100,
):
    """Print the time that each phase of the week takes.

    \b
    Example:
      displace profile baseline --people-per-agent 100
    """
    from model.model import Simulation

    from . import terminal
    from .loading import scenario_of

    inputs = scenario_of(scenario).inputs(seed=seed, people_per_agent=people_per_agent, record="summary")
    terminal.say(
        "Each phase is loaded by itself; it is compiled once for each version of the model, which takes a while."
    )
    Simulation(inputs).profile()
    spent = Simulation(inputs).profile()
    total = sum(seconds for _, seconds in spent)
    rows = [[name, f"{1000 * seconds:,.1f}", f"{seconds / total:.0%}"] for name, seconds in spent]
    terminal.show_table(("phase", "ms", "share"), [*rows, ["all phases", f"{1000 * total:,.1f}", "100%"]])


@app.command()
def schema(kind: Annotated[FileKind, typer.Argument(help="Of which file.")] = FileKind.scenario):
    """Print the JSON Schema of scenario files.

    With it, editors complete and check what is written; also of design files.

    \b
    Example:
      displace schema > scenario.schema.json
    """
    from json import dumps

    if kind is FileKind.scenario:
        from scenarios.file_format import json_schema as of_kind
    else:
        from experiments.design.design import design_schema as of_kind
    print(dumps(of_kind(), indent=1, ensure_ascii=False))


for commands in (commands_batch, commands_calibrate, commands_sensitivity, commands_show):
    commands.register(app)
