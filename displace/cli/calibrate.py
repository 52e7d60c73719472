"""`displace calibrate`: fit to reported estimates. See also `check holdout`, `list evidence`, `compare --draws`."""

from pathlib import Path
from typing import Annotated

import typer

from .options import DrawsAWave, Executor, Overwrite, Quiet, Resume, Scale, Workers, executor_of


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
    targets: Annotated[
        str | None,
        typer.Option(
            metavar="SET", help="Another set of targets than the file's: an alternative view of conflicting sources."
        ),
    ] = None,
    draws_a_wave: DrawsAWave = None,
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

    Draws the parameters from their priors, runs each draw, weights it by the likelihood of the reports, and draws
    again around the better ones while too few are effective. Says what the reports show about each parameter, and
    what they do not.

    \b
    Examples:
      displace calibrate                                   the shipped calibration
      displace calibrate mine.toml --out outputs/my-fit
      displace calibrate --targets government --out outputs/my-fit   another view of conflicting sources: no new run
      displace compare --draws outputs/my-fit/posterior.parquet:32

    A finished folder is weighed again without running. Exit code 1: no posterior could be made.
    """
    from calibration.fit.config import SHIPPED_FIT, read_config

    from . import print_comparison, terminal

    chosen = read_config(config or SHIPPED_FIT, set=targets, draws=draws_a_wave, people_per_agent=people_per_agent)
    make, count = executor_of(executor, workers, dry_run)
    if dry_run:
        from calibration.fit.ensemble import design_of, first_wave

        print_comparison.show_plan(design_of(chosen, first_wave(chosen), 1), count)
        print(
            "That is one wave, and there is no other."
            if chosen.waves == 1
            else f"That is one wave; at most {chosen.waves} are run."
        )
        return
    from calibration.fit.ensemble import POSTERIOR
    from calibration.fit.fit import FIT
    from displace.report.fit import FIT_PAGE, page

    from . import print_fit

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
    (out / FIT_PAGE).write_text(page(fit), encoding="utf-8")
    if not quiet:
        print_fit.show_fit(fit)
    terminal.show_where(Posterior=out / POSTERIOR, Fit=out / FIT, Page=out / FIT_PAGE)
