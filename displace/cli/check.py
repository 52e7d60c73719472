"""`displace check`: the model against what was seen, and the fit against reports that it did not use."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .exit_codes import SOME_FAILED
from .options import Quiet, Scale, Workers, workers_of

Checked = StrEnum("Checked", ["patterns", "levels", "holdout"])


def register(app: typer.Typer):
    """Add the command to the command line."""
    app.command()(check)


def check(
    what: Annotated[
        Checked,
        typer.Argument(
            help=(
                "patterns: what was seen and the model should reproduce; levels: how much of what, beside what is "
                "reported; holdout: reports that the fit did not use."
            )
        ),
    ] = Checked.patterns,
    rivals: Annotated[
        bool, typer.Option("--rivals", help="Judge rival rules of relocation and null rules on the same patterns.")
    ] = False,
    seeds: Annotated[
        int | None,
        typer.Option(
            min=1, help="Paired seeds. Default: 40; with --rivals 14. levels: seeds a draw (20 for defaults, else 1)."
        ),
    ] = None,
    evidence: Annotated[
        Path | None,
        typer.Option(
            help="holdout: another file of reports, as scenarios/evidence/evidence.csv; all of its rows count."
        ),
    ] = None,
    targets: Annotated[
        Path | None, typer.Option(help="holdout: another file of targets, as calibration/targets/holdout.toml.")
    ] = None,
    levels: Annotated[
        Path | None, typer.Option(help="levels: another file of levels, as calibration/levels/levels.toml.")
    ] = None,
    page: Annotated[
        Path | None, typer.Option(help="levels: also write the table as a page, such as docs/levels.md.")
    ] = None,
    draws: Annotated[
        str, typer.Option(help="levels, holdout: draws of the parameters, as in `displace compare`.")
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
        typer.Option("--resume", help="holdout: go on with what is unfinished in the folder (also the default)."),
    ] = False,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite", help="holdout: replace what is in the folder, for instance runs under another posterior."
        ),
    ] = False,
    quiet: Quiet = False,
):
    """Check the model against what was seen, or against held-out reports.

    Patterns, on paired seeds: expected, simulated, and whether each holds, does not hold or is undecided. Unit checks,
    which hold nearly by construction, are kept apart from evidence.
    Levels: the median and nine of ten draws, what is reported, whether it was fitted, put in or left to come out, and
    a verdict.
    Held-out reports: what the posterior predicts for each, whether it was right, and whether a naive forecast was
    nearer; PIT, CRPS and log score of each report and family, beside those of as many draws of the prior.

    \b
    Examples:
      displace check patterns
      displace check patterns --rivals
      displace check patterns --json --strict > patterns.json
      displace check levels --draws defaults
      displace check levels --draws prior:64 --json > levels.json
      displace check holdout
      displace check holdout --evidence later.csv --targets later.toml

    Takes two to five minutes on two cores.
    """
    if what is Checked.holdout:
        _check_holdout(
            evidence, targets, draws, people_per_agent, out, workers_of(workers), json, strict, quiet, overwrite
        )
        return
    if what is Checked.levels:
        _check_levels(levels, draws, seeds, people_per_agent, workers_of(workers), json, strict, quiet, page)
        return
    if seeds == 1:
        raise typer.BadParameter("patterns compare seeds: 2 at least", param_hint="--seeds")
    from calibration.patterns.check import RULES, gather

    from . import print_patterns

    count = seeds or (14 if rivals else 40)
    rules = tuple(RULES) if rivals else ("learned",)
    judged = gather(rules, count, people_per_agent, workers_of(workers), tell=print_patterns.progress(quiet))
    if json:
        from json import dumps

        print(dumps(print_patterns.as_json(judged, count, people_per_agent), indent=1, ensure_ascii=False))
    elif rivals:
        print_patterns.show_rivals(judged, count, people_per_agent)
    else:
        print_patterns.show(judged["learned"], count, people_per_agent)
    if strict and print_patterns.failing(judged["learned"]):
        raise typer.Exit(SOME_FAILED)


def _check_levels(path, draws, seeds, people_per_agent, workers, json, strict, quiet, page):
    """Measure levels in runs of the draws, and print them beside what is reported (`displace check levels`)."""
    from calibration.levels.check import INSIDE, gather
    from calibration.levels.levels import LEVELS, read_levels
    from displace.wording import levels as words
    from experiments.design.draws import draws_of

    from . import print_patterns, terminal

    asked, found = read_levels(path or LEVELS), draws_of(draws)
    seeds = seeds or (20 if len(found.values) == 1 else 1)
    tell = print_patterns.progress(quiet)
    judged = gather(asked, found.values, seeds, people_per_agent, workers, tell)
    how = f"Draws: {draws}; {len(found.values)} of them on {seeds} seeds each, {people_per_agent} people per agent."
    if page:
        picture = page.with_suffix(".png")
        page.write_text(words.page(judged, how, picture.name), encoding="utf-8")
        _draw_ceiling(found.values, judged, picture)
    if json:
        from json import dumps

        settings = {"draws": draws, "seeds": seeds, "people_per_agent": people_per_agent}
        print(dumps(settings | {"levels": words.as_json(judged)}, indent=1, ensure_ascii=False))
    else:
        terminal.show_table(words.COLUMNS, words.rows(judged), "levels")
        print(how)
    if strict and not all(row.verdict.startswith(INSIDE) for row in judged):
        raise typer.Exit(SOME_FAILED)


def _draw_ceiling(draws, judged, path):
    """Draw what stops growth beside the page, where the world's total is among the levels."""
    from displace.figures.ceiling import save_ceiling
    from scenarios.world_files import world_graph

    total = next((row for row in judged if row.level.name == "people held worldwide"), None)
    if total:
        prices = [place["protection"] for _, place in world_graph().nodes(data=True) if place["host"]]
        save_ceiling(draws, (total.low, total.median, total.high), sum(prices) / len(prices), path)


def _check_holdout(evidence, targets, draws, people_per_agent, out, workers, json, strict, quiet, overwrite):
    """Predict reports that were not used, and print how well (`displace check holdout`)."""
    from calibration.fit import holdout
    from calibration.targets.targets import HOLDOUT, read_targets
    from experiments.design.draws import draws_of
    from scenarios.evidence.reports import EVIDENCE_FILE, read_evidence

    from . import print_fit, terminal

    rows = read_evidence(evidence or EVIDENCE_FILE)
    mapping = read_targets(targets or HOLDOUT, rows)
    found = draws_of(draws)
    with terminal.progress(2 * (len(found.values) + len(holdout.prior_of(found, 1))), quiet) as tell:
        result = holdout.check(
            found, rows, mapping, out, all_rows=evidence is not None, people_per_agent=people_per_agent,
            workers_wanted=workers, resume=not overwrite and (out / "manifest.json").exists(), overwrite=overwrite,
            progress=tell,
        )  # fmt: skip
    if json:
        from json import dumps

        print(dumps(print_fit.as_json(result), indent=1, ensure_ascii=False))
    else:
        print_fit.show_holdout(result, found.source)
    if strict and result.covered < len(result.scored):
        raise typer.Exit(SOME_FAILED)
