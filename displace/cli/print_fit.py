"""What the command line prints of a fit, and of the reports that it did not use."""

from collections.abc import Mapping
from dataclasses import asdict

from calibration.fit.fit import Fit, plain
from calibration.fit.holdout import MODEL_NEARER, NAIVE_NEARER, Holdout, summary
from calibration.fit.predictions import FAR_OFF
from displace.wording import fit as fit_in_words
from displace.wording import words

from . import terminal


def show_fit(fit: Fit):
    """Print a fit."""
    print()
    for sentence in fit_in_words.sentences(fit):
        print(sentence)
    for title, columns, rows, note in fit_in_words.tables(fit):
        print()
        terminal.show_table(columns, rows, title)
        print(note)
    print()


def show_holdout(result: Holdout, source: Mapping):
    """Print how well held-out reports were predicted, beside naive forecasts."""
    columns = ("report", "reported", "predicted", "", "off by (log)", "naive", "off by (log)", "nearer")
    marked = {True: "!", False: ""}
    rows = [
        [
            r.target.label,
            r.report,
            fit_in_words.interval(r.posterior.interval),
            r.verdict,
            f"{r.error:.2f}{marked[r.far_off]}",
            fit_in_words.three_digits(r.naive),
            fit_in_words.three_digits(r.naive_error),
            r.nearer,
        ]
        for r in result.scored
    ]
    terminal.show_table(columns, rows, "Reports that were not used")
    print(f"Marked with !: the median is off by more than {FAR_OFF:g} times.")
    for title, columns, rows, note in fit_in_words.held_out(result):
        print()
        terminal.show_table(columns, rows, title)
        print(note)
    print()
    print(
        f"{result.covered} of {len(result.scored)} lie within the 90 % interval of what {result.draws} "
        f"draws ({source.get('kind', 'given')}) predict."
    )
    model, naive = summary(result.scored)
    if naive is not None:
        wins = result.nearer(NAIVE_NEARER)
        print(
            "Where a naive forecast exists (the last report persists; flows continue at the same rate): "
            f"median error {model:.2f} for the model, {naive:.2f} for the naive forecast."
        )
        print(
            f"The naive forecast is nearer for {len(wins)}: {', '.join(wins) or 'none'}; the model for "
            f"{len(result.nearer(MODEL_NEARER))}."
        )
    print()
    terminal.show_table(
        ("not predicted", "why"),
        [[id, why] for id, why in result.unmapped.items()],
        f"{words.count(len(result.unmapped), 'row')} without a prediction",
    )


def as_json(result: Holdout) -> dict:
    """Return what is printed of held-out reports as plain values, for JSON."""
    model, naive = summary(result.scored)
    rows = [
        {
            "id": r.target.id,
            "says": r.target.says,
            "told": r.report,
            "family": r.target.family,
            "prior": plain(asdict(r.prior)),
            "posterior": plain(asdict(r.posterior)),
            "verdict": r.verdict,
            "error": r.error,
            "far_off": r.far_off,
            "naive": r.naive,
            "naive_error": r.naive_error,
            "nearer": r.nearer,
            "source": r.target.source,
        }
        for r in result.scored
    ]
    errors = {"model": None if model != model else model, "naive": naive}
    return {
        "covered": result.covered,
        "of": len(result.scored),
        "draws": result.draws,
        "median_error": errors,
        "reports": rows,
        "families": [plain(asdict(family)) for family in result.families],
        "not_predicted": result.unmapped,
    }
