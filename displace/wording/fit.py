"""What a fit and its checks say, as tables: in the terminal, and as a page of Markdown beside the posterior."""

from collections.abc import Iterator, Sequence
from math import isfinite

from calibration.fit.checks import CHANCE, ENOUGH_FOR_A_RANK, NOT_INFORMED, NOT_MOVED
from calibration.fit.fit import Fit
from calibration.fit.holdout import Holdout, Scored
from calibration.fit.posterior import GOOD_K
from calibration.fit.predictions import FAR_OFF, Prediction
from calibration.fit.prior_predictive import in_words
from calibration.targets.evidence_uses import other_uses
from displace.wording import words

NOT_INFORMED_MEANS = (
    f"Not informed: less than {NOT_INFORMED:.0%} of the prior's variance is gone and the mean moved "
    f"by less than {NOT_MOVED:g} sd, or, of each, less "
    f"than {CHANCE:g} times what so few effective draws would show by chance."
)
SCORES = (
    "PIT: the chance of less than was reported, near 0 or 1 if the report surprises. CRPS: how far the "
    "prediction lies from the log of the report (a share: from the share), 0 is perfect; none for intervals. "
    "Log score: higher is better."
)
MOST_OF_REST = 5  # parameters that were not free and still moved, shown by name


def three_digits(x: float | None) -> str:
    """Return a number with three significant digits; a dash for none."""
    if x is None or x != x:
        return "–"
    return f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.3g}"


def interval(of: Sequence[float]) -> str:
    low, middle, high = of
    return f"{three_digits(middle)} [{three_digits(low)}, {three_digits(high)}]"


Table = tuple[str, tuple[str, ...], list[list[str]], str]  # title, columns, rows, note


def tables(fit: Fit) -> Iterator[Table]:
    """Yield the tables of a fit, each with its note."""
    yield (
        "The priors alone, in the first half of 2023",
        ("quantity", "median and 90 % interval"),
        [[name, interval(values)] for name, *values in fit.prior.rows],
        in_words(fit.prior),
    )
    yield (
        "Reports, before and after the fit",
        ("report", "reported", "predicted before", "predicted after", "", "median off", "source"),
        [
            [
                p.target.label,
                p.report,
                interval(p.prior.interval),
                interval(p.posterior.interval),
                p.verdict.upper() if p.verdict == "missed" else p.verdict,
                f"{p.off:.1f} times{'!' if p.far_off else ''}",
                p.target.source,
            ]
            for p in fit.predictions
        ],
        (
            "Median and 90 % interval of reports, reporting error included. A report is met where it lies within "
            f"the interval; a median off by more than {FAR_OFF:g} times is marked. {_used_twice(fit)}"
        ).strip(),
    )
    yield (
        "How well each report is predicted, before and after the fit",
        ("report", "PIT before", "after", "CRPS before", "after", "log score before", "after"),
        [[p.target.label, *(three_digits(v) for pair in _scores(p) for v in pair)] for p in fit.predictions],
        f"{SCORES} The fit has seen these reports; families are left out further below.",
    )
    yield (
        "What the reports say about the parameters",
        ("parameter", "before", "after", "variance gone", "mean moved by (sd)", ""),
        [
            [
                row.name,
                interval(row.prior),
                interval(row.posterior),
                f"{row.contraction:.0%}",
                f"{row.shift:+.2f}",
                row.verdict,
            ]
            for row in fit.learnt
            if row.free
        ],
        _of_the_rest(fit),
    )
    yield (
        "What depends on which source",
        (
            "family or set of reports",
            "changed",
            "effective draws",
            "moves most",
            "by (sd)",
            "its reports predicted",
            "log score",
            "prior's",
        ),
        [
            [
                row.family,
                row.how,
                f"{row.effective:.0f}",
                row.parameter,
                f"{row.shift:+.2f}",
                row.still_met,
                three_digits(row.log_score),
                three_digits(row.prior_log_score),
            ]
            for row in fit.sensitivity
        ],
        (
            "Of the means of free parameters, the one that moves most, in standard deviations of its prior. "
            "A family left out is predicted from the others; a log score below the prior's says that the others "
            "mislead about it. Lower bounds are too low by an exponential amount of the log, whose mean the fit "
            f"takes as {' or '.join(f'{mean:g}' for mean in fit.config.understatement)}, alike likely."
        ),
    )
    yield (
        "Can the method be trusted?",
        ("parameter", "90 % interval holds the truth", "ranks uniform (p)", "known value", "recovered", ""),
        _trust(fit),
        f"Draws from the posterior act as truths, whose own reports are fitted beside those that there are: "
        f"{fit.judged:.0%} of them leave {ENOUGH_FOR_A_RANK:.0f} effective draws or more; the others "
        "count as not held. "
        f"Recovered from reports that one known world made, by {fit.recovered_from:.0f} effective draws.",
    )


def held_out(found: Holdout) -> Iterator[Table]:
    """Yield the tables of how well held-out reports are predicted beside the prior, each with its note."""
    yield (
        "How well each is predicted, by the prior and by the draws",
        ("report", "PIT prior's", "draws'", "CRPS prior's", "draws'", "log score prior's", "draws'"),
        [[row.target.label, *(three_digits(v) for pair in _scores(row) for v in pair)] for row in found.scored],
        SCORES,
    )
    yield (
        "The same by family",
        ("family", "reports", "CRPS prior's", "draws'", "log score prior's", "draws'"),
        [
            [
                row.family,
                str(row.reports),
                *(three_digits(v) for v in (row.prior_crps, row.crps, row.prior_log_score, row.log_score)),
            ]
            for row in found.families
        ],
        "CRPS: the mean of a family's reports. Log score: of all its reports together.",
    )


def _scores(p: Prediction | Scored):
    return (
        (p.prior.pit, p.posterior.pit),
        (p.prior.crps, p.posterior.crps),
        (p.prior.log_score, p.posterior.log_score),
    )


def _used_twice(fit: Fit) -> str:
    """Say which reports are also behind a prior or put into the world, and so count twice."""
    twice = [p.target.id for p in fit.predictions if any(other_uses(id, ()) for id in p.target.evidence)]
    return (
        f"Also behind a prior or put into the world, so that they are used twice: {words.listed(twice)}."
        if twice
        else ""
    )


def _of_the_rest(fit: Fit) -> str:
    rest = [row for row in fit.learnt if not row.free]
    if not rest:
        return f"{NOT_INFORMED_MEANS} All other parameters stay as they are."
    moved = sorted((row for row in rest if row.verdict == "informed"), key=lambda row: -row.contraction)
    named = ", ".join(f"{row.name} ({row.contraction:.0%})" for row in moved[:MOST_OF_REST])
    drawn = words.count(
        len(rest), "more parameter is drawn from its prior", "more parameters are drawn from their priors"
    )
    still = f"; {len(moved)} of them moved with the weights all the same, the most: {named}" if named else ""
    return f"{NOT_INFORMED_MEANS} {drawn} and called not informed{still}."


def _trust(fit: Fit) -> list[list[str]]:
    covered = {row.name: row for row in fit.coverage}
    rows = []
    for row in fit.recovered:
        mine = covered.get(row.name)
        share = [f"{mine.covered:.0%} of {mine.truths}", three_digits(mine.uniform)] if mine else ["–", "–"]
        rows.append(
            [
                row.name,
                *share,
                three_digits(row.truth),
                f"{three_digits(row.low)} to {three_digits(row.high)}",
                row.verdict,
            ]
        )
    return rows


def sentences(fit: Fit) -> list[str]:
    """Return the sentences that stand before a fit's tables."""
    config, weights = fit.config, fit.weights
    missed = [p.target.id for p in fit.predictions if p.verdict == "missed"]
    far = [p.target.id for p in fit.predictions if p.far_off]
    families = {p.target.family for p in fit.predictions}
    good = "good" if weights.k_hat <= GOOD_K else f"above {GOOD_K}: not to be trusted without more draws"
    tail = (
        f"k-hat {weights.k_hat:.2f}, {good}"
        if isfinite(weights.k_hat)
        else "k-hat unknown with so few draws: not to be trusted without more"
    )
    return [
        f"{config.title}. Set of targets: {config.set} ({config.all_targets.sets.get(config.set, 'all')}).",
        (
            f"{words.count(len(fit.predictions), 'report')} in "
            f"{words.count(len(families), 'family', 'families')}; {len(missed)} "
            f"missed{': ' + ', '.join(missed) if missed else ''}. The median is off by more than {FAR_OFF:g} times for "
            f"{len(far)}{': ' + ', '.join(far) if far else ''}."
        ),
        (
            f"{len(fit.ensemble.unit):,} draws in {words.count(fit.waves, 'wave')}, {config.people_per_agent} "
            f"people per agent, {fit.ensemble.failed:,} runs failed (a draw without any run counts nothing)."
        ),
        (
            f"{weights.effective:.0f} draws are "
            f"effective{'' if weights.effective >= config.enough else f', fewer than the {config.enough} asked for'}; "
            f"{tail}."
        ),
    ]
