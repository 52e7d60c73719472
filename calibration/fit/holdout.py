"""Reports that were not used: what the posterior predicted of them, beside naive forecasts."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from calibration.targets.targets import Target, Targets, expected_reports_of, last_week
from experiments.batch.runner import execute
from experiments.design.design import Design
from experiments.design.draws import Draws
from scenarios import loading
from scenarios.evidence.reports import Row

from .config import as_simulated
from .ensemble import expected_in
from .likelihood import UNDERSTATED, predicted, simulated
from .predictions import REPORT_QUANTILES, distance, report_in_words, verdict
from .weights import weighted_quantiles

MODEL_NEARER, NAIVE_NEARER, NEITHER_NEARER = "model", "naive", "neither"


@dataclass(frozen=True)
class Scored:
    """One held-out report: its number, what was predicted (5th, 50th, 95th percentile), and a naive forecast.

    `error`, `naive_error`: absolute log of forecast over report, 0 inside bounds; None where there is no naive
    forecast.
    """

    target: Target
    report: str
    predicted: tuple[float, float, float]
    verdict: str
    error: float
    naive: float | None
    naive_error: float | None

    @property
    def nearer(self) -> str:
        """Which forecast came nearer."""
        if self.naive_error is None:
            return ""
        if math.isclose(self.error, self.naive_error, abs_tol=1e-9):
            return NEITHER_NEARER
        return MODEL_NEARER if self.error < self.naive_error else NAIVE_NEARER


@dataclass(frozen=True)
class Holdout:
    """All held-out reports that could be predicted, and the reason for each that could not."""

    scored: list[Scored]
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
    """Run the draws up to the last held-out report into `out` and score the reports.

    `running`: as `experiments.execute`.
    """
    source = draws.source  # as in the fit
    targets = as_simulated(
        mapping.targets, source.get("discrepancy", 0.0), source.get("understatement", (UNDERSTATED,)), people_per_agent
    )
    loaded = loading.load(scenario)
    shortened = replace(loaded, stop=min(loaded.stop, last_week(targets)))
    design = Design(
        "Reports that were not used",
        "What would reporters have reported?",
        {"fit": shortened},
        "fit",
        replicates=replicates,
        seed=seed,
        people_per_agent=people_per_agent,
        draws=draws.values,
        draws_from=draws.source,
        record="expected_reports",
        groups=False,
        expected_reports=expected_reports_of(targets),
    )
    results = execute(design, out, **running)
    expected = expected_in(results)
    scored = [score(target, expected, rows, seed) for target in targets]
    return Holdout(scored, held_out(rows, mapping, all_rows), len(draws.values))


def score(target: Target, expected: Mapping[str, np.ndarray], rows: Mapping[str, Row], seed: int) -> Scored:
    """Return how well one report was predicted."""
    x = simulated(target, expected)
    x = x.reshape(-1, x.shape[-1]) if target.kind == "multinomial" else x.ravel()
    x = x[np.isfinite(x).reshape(len(x), -1).all(axis=1)]
    rng = np.random.default_rng([seed, 4])
    shift = rng.normal(size=len(x)) * target.discrepancy if target.of_level else 0.0
    reports = predicted(target, x, rng, shift, rng.choice(target.understatement, len(x)))
    interval = tuple(
        float(v) for v in weighted_quantiles(reports, np.full(len(reports), 1 / max(1, len(reports))), REPORT_QUANTILES)
    )
    naive = persistence(target, rows)
    return Scored(
        target,
        report_in_words(target),
        interval,
        verdict(target, interval),
        distance(target, interval[1]),
        naive,
        None if naive is None else distance(target, naive),
    )


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
