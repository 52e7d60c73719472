"""Reports that were not used: what the posterior predicts of them, beside the prior's prediction and naive forecasts.

The prior's runs are made with the posterior's, of as many draws. Reports and families are scored as those of the fit
are (`predictions`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.special import logsumexp

from calibration.targets.targets import Target, Targets, expected_reports_of, last_week
from experiments.batch.runner import execute
from experiments.design.design import Design
from experiments.design.draws import Draws, prior_draws, uncertain
from scenarios import loading
from scenarios.evidence.reports import Row

from .config import as_simulated
from .ensemble import expected_in
from .joint import total_log_likelihood
from .likelihood import UNDERSTATED, predicted, simulated
from .predictions import FAR_OFF, Predicted, distance, judge, report_in_words, verdict

MODEL_NEARER, NAIVE_NEARER, NEITHER_NEARER = "model", "naive", "neither"


@dataclass(frozen=True)
class Scored:
    """One held-out report: its number, what the prior and the draws predict of it, and a naive forecast.

    `naive` is None where no earlier report could persist.
    """

    target: Target
    report: str
    prior: Predicted
    posterior: Predicted
    naive: float | None

    @property
    def verdict(self) -> str:
        return verdict(self.target, self.posterior.interval)

    @property
    def error(self) -> float:
        """Absolute log of the median that is predicted over the report, 0 inside bounds."""
        return distance(self.target, self.posterior.interval[1])

    @property
    def naive_error(self) -> float | None:
        """The same of the naive forecast."""
        return None if self.naive is None else distance(self.target, self.naive)

    @property
    def far_off(self) -> bool:
        """Whether the median is off by more than a factor of FAR_OFF."""
        return math.exp(self.error) > FAR_OFF

    @property
    def nearer(self) -> str:
        """Which forecast came nearer."""
        if self.naive_error is None:
            return ""
        if math.isclose(self.error, self.naive_error, abs_tol=1e-9):
            return NEITHER_NEARER
        return MODEL_NEARER if self.error < self.naive_error else NAIVE_NEARER


@dataclass(frozen=True)
class ScoredFamily:
    """The held-out reports of a family: log scores of all together, and mean CRPS of those that have one, else NaN."""

    family: str
    reports: int
    prior_log_score: float
    log_score: float
    prior_crps: float
    crps: float


@dataclass(frozen=True)
class Holdout:
    """All held-out reports that could be predicted, by themselves and by family, and why each other could not."""

    scored: list[Scored]
    families: list[ScoredFamily]
    unmapped: dict[str, str]
    draws: int

    @property
    def covered(self) -> int:
        return sum(row.verdict == "met" for row in self.scored)

    def nearer(self, which: str) -> list[str]:
        return [row.target.id for row in self.scored if row.nearer == which]


def held_out(rows: Mapping[str, Row], mapping: Targets, all_rows: bool) -> dict[str, str]:
    """Return why rows are not predicted, by id: of the rows whose use is `holdout`, or of all rows of another file."""
    mapped = {id for target in mapping.targets for id in target.evidence}
    asked = [id for id, row in rows.items() if all_rows or row.use == "holdout"]
    return {id: mapping.unmapped.get(id, "no target is mapped to it") for id in asked if id not in mapped}


def check(
    draws: Draws,
    rows: Mapping[str, Row],
    mapping: Targets,
    out: Path,
    *,
    all_rows=False,
    scenario="baseline",
    people_per_agent=100,
    replicates=2,
    seed=1,
    **running,
) -> Holdout:
    """Run the draws, and as many of the prior, up to the last held-out report into `out` and score the reports.

    `running`: as `experiments.execute`.
    """
    source = draws.source  # as in the fit
    targets = as_simulated(
        mapping.targets, source.get("discrepancy", 0.0), source.get("understatement", (UNDERSTATED,)), people_per_agent
    )
    loaded = loading.load(scenario)
    shortened = replace(loaded, stop=min(loaded.stop, last_week(targets)))
    before = prior_of(draws, seed)
    design = Design(
        "Reports that were not used",
        "What would reporters have reported?",
        {"fit": shortened},
        "fit",
        replicates=replicates,
        seed=seed,
        people_per_agent=people_per_agent,
        draws=(*draws.values, *before),
        draws_from={"kind": "held out", "after": dict(draws.source), "before": len(before)},
        record="expected_reports",
        groups=False,
        expected_reports=expected_reports_of(targets),
    )
    results = execute(design, out, **running)
    observed, count = expected_in(results), len(draws.values)
    after = {name: values[:count] for name, values in observed.items()}
    first = {name: values[count:] for name, values in observed.items()} if before else after
    scored = [
        Scored(t, report_in_words(t), predict(t, first, seed), predict(t, after, seed), persistence(t, rows))
        for t in targets
    ]
    return Holdout(scored, by_family(scored, first, after), held_out(rows, mapping, all_rows), count)


def prior_of(draws: Draws, seed: int) -> tuple[Mapping[str, float], ...]:
    """Return as many draws of the prior as there are draws: of what they draw, or of all that is uncertain.

    None where the draws are the prior's.
    """
    if draws.source.get("kind") == "prior":
        return ()
    drawn = [name for name in uncertain() if name in draws.values[0]]
    return tuple(prior_draws(len(draws.values), seed, drawn or None))


def predict(target: Target, observed: Mapping[str, np.ndarray], seed: int) -> Predicted:
    """Return what runs that count alike predict of one report, and how good that is. `observed`: (N, R) each."""
    x = simulated(target, observed)
    x = x.reshape(-1, x.shape[-1]) if target.kind == "multinomial" else x.ravel()
    x = x[np.isfinite(x).reshape(len(x), -1).all(axis=1)]
    rng = np.random.default_rng([seed, 4])
    shift = rng.normal(size=len(x)) * target.discrepancy if target.of_level else 0.0
    reports = predicted(target, x, rng, shift, rng.choice(target.understatement, len(x)))
    alike = np.full(len(x), 1 / max(1, len(x)))
    return judge(target, reports, alike, log_score([target], observed))


def log_score(targets: Sequence[Target], observed: Mapping[str, np.ndarray]) -> float:
    """Return the log of the mean likelihood of reports over the runs that did not fail, not a number without any."""
    found = total_log_likelihood(targets, dict(observed)).ravel()
    found = found[~np.isnan(found)]
    return float(logsumexp(found) - math.log(len(found))) if len(found) else math.nan


def by_family(scored: Sequence[Scored], before: Mapping, after: Mapping) -> list[ScoredFamily]:
    """Return how well the reports of each family are predicted together: what they share counts once (`joint`)."""
    families: dict[str, list[Scored]] = {}
    for row in scored:
        families.setdefault(row.target.family, []).append(row)
    made = []
    for family, own in families.items():
        targets = [row.target for row in own]
        score = [
            [each.crps for each in of if math.isfinite(each.crps)] for of in zip(*((r.prior, r.posterior) for r in own))
        ]
        made.append(
            ScoredFamily(
                family,
                len(own),
                log_score(targets, before),
                log_score(targets, after),
                *(float(np.mean(each)) if each else math.nan for each in score),
            )
        )
    return made


def persistence(target: Target, rows: Mapping[str, Row]) -> float | None:
    """Return the naive forecast: the earlier report persists.

    Of flows, at the same rate over the new window (`per_earlier`).
    """
    if not target.earlier:
        return None
    row = rows[target.earlier[0]]
    known = [v for v in (row.low, row.central, row.high) if v]
    if not known:
        return None
    value = row.central or math.exp(sum(map(math.log, known)) / len(known))
    return value * target.per_earlier


def summary(scored: Sequence[Scored]) -> tuple[float, float | None]:
    """Return the median error of the model and, where there is a naive forecast, of both: (model on those, naive)."""
    both = [row for row in scored if row.naive_error is not None]
    if not both:
        return float("nan"), None
    return float(np.median([row.error for row in both])), float(np.median([row.naive_error for row in both]))
