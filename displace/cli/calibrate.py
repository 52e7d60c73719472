"""`displace calibrate`: fit to reported estimates. The other doors to the fit: `check holdout`, `list evidence`, `compare --draws`."""

from pathlib import Path
from typing import Annotated

import typer

from .options import DrawsAWave, Executor, Overwrite, Quiet, Resume, Scale, Workers, executor_of

SOME_FAILED = 1


def register(app: typer.Typer):
    app.command()(calibrate)


def calibrate(
    config: Annotated[
        Path | None,
        typer.Argument(
            metavar="[CONFIG.toml]", help="A calibration. Default: the shipped one, calibration/fit/reference.toml."
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the waves of runs, posterior.parquet and fit.json.")] = Path(
        "outputs/calibrate"
    ),
    set_: Annotated[
        str | None,
        typer.Option(
            "--set", help="Another set of targets than the file's: an alternative view of conflicting sources."
        ),
    ] = None,
    draws: DrawsAWave = None,
    people_per_agent: Scale = None,
    workers: Workers = "auto",
    executor: Executor = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many runs a wave takes and how long; run nothing.")
    ] = False,
    quiet: Quiet = False,
):
    """Fit the model to reported estimates; write a posterior.

    Draws the parameters from their priors, runs each, weighs it by how well it would have made the reports, and draws
    anew around the better ones while too few count. Says what the reports tell of each parameter, and what they do not.

    \b
    Examples:
      displace calibrate                                   the shipped calibration
      displace calibrate mine.toml --out outputs/my-fit
      displace calibrate --set government --out outputs/my-fit   another view of conflicting sources: no new run
      displace compare --draws outputs/my-fit/posterior.parquet:32

    A finished folder is weighed again without running. Exit code 1: no posterior could be made.
    """
    from calibration.fit.config import SHIPPED, read_config

    from . import terminal

    chosen = read_config(config or SHIPPED, set=set_, draws=draws, people_per_agent=people_per_agent)
    make, count = executor_of(executor, workers, dry_run)
    if dry_run:
        from calibration.fit.ensemble import design_of, first_wave

        terminal.show_plan(design_of(chosen, first_wave(chosen), 1), count)
        print(
            "That is one wave, and there is no other."
            if chosen.waves == 1
            else f"That is one wave; at most {chosen.waves} are run."
        )
        return
    from calibration.fit.ensemble import POSTERIOR
    from calibration.fit.fit import FIT
    from displace.report import fit as fit_report

    if chosen.method == "abc":
        from calibration.fit.abc_smc import calibrate as fit_by_abc

        path = fit_by_abc(
            chosen, out, count, tell=lambda text: None if quiet else print(text, flush=True), overwrite=overwrite
        )
        terminal.show_where(Posterior=path)
        return
    from calibration.fit.fit import calibrate as fit_to_reports

    with terminal.progress(chosen.draws * chosen.replicates, quiet) as tell:
        fit = fit_to_reports(
            chosen, out, lambda text: None if quiet else terminal.say(text),
            progress=tell, workers_wanted=count, executor=make, resume=resume, overwrite=overwrite,
        )  # fmt: skip
    (out / fit_report.PAGE).write_text(fit_report.page(fit), encoding="utf-8")
    if not quiet:
        fit_report.show(fit)
    terminal.show_where(Posterior=out / POSTERIOR, Fit=out / FIT, Page=out / fit_report.PAGE)


def check_holdout(evidence, targets, draws, people_per_agent, out, workers, json, strict, quiet, overwrite):
    """Predict reports that were not used, and print how well (`displace check holdout`)."""
    from calibration.fit import holdout
    from calibration.targets.targets import HOLDOUT, read_targets
    from displace.report import fit as fit_report
    from experiments.design.draws import draws_of
    from scenarios.evidence.reports import EVIDENCE, read_evidence

    from . import terminal

    rows = read_evidence(evidence or EVIDENCE)
    mapping = read_targets(targets or HOLDOUT, rows)
    found = draws_of(draws)
    with terminal.progress(2 * len(found.values), quiet) as tell:
        result = holdout.check(
            found, rows, mapping, out, all_rows=evidence is not None, people_per_agent=people_per_agent,
            workers_wanted=workers, resume=not overwrite and (out / "manifest.json").exists(), overwrite=overwrite, progress=tell,
        )  # fmt: skip
    if json:
        from json import dumps

        print(dumps(fit_report.holdout_as_json(result), indent=1, ensure_ascii=False))
    else:
        fit_report.show_holdout(result, found.source)
    if strict and result.covered < len(result.scored):
        raise typer.Exit(SOME_FAILED)
