"""A calibration from start to end: waves of runs, weights, checks, and the posterior that is kept."""

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from experiments.batch.versions import code_hash, provenance
from experiments.results.folder import write_whole

from . import checks as fit_checks
from .config import Config, as_simulated
from .emulator import FEWEST_DRAWS, emulate
from .ensemble import FIRST, POSTERIOR, Ensemble, claim, forget_later_waves, gather, together
from .posterior import Weights, save, weigh
from .predictions import Prediction, predictions
from .prior_predictive import PriorPredictive, prior_predictive

FIT = "fit.json"


@dataclass(frozen=True)
class Fit:
    """A calibration that is done: its draws, their weights, and what they are worth."""

    config: Config
    ensemble: Ensemble
    weights: Weights
    waves: int
    prior: PriorPredictive
    predictions: list[Prediction]
    learnt: list[fit_checks.Learnt]
    sensitivity: list[fit_checks.Dropped]
    coverage: list[fit_checks.Coverage]
    judged: float
    recovered: list[fit_checks.Recovered]
    recovered_from: float
    explained: dict[str, float]


def calibrate(config: Config, out: Path, tell: Callable[[str], None] = lambda text: None, **running) -> Fit:
    """Run waves into `out` until enough draws are effective, check the fit, and write the posterior and `fit.json`.

    `running`: workers_wanted, executor, resume, overwrite and progress of `experiments.execute`. Waves that are there
    already are only weighed: with changed reports, errors or sets nothing is run. Raises what `execute` raises.
    """
    claim(out, (out / FIRST).exists() or running.get("resume") or running.get("overwrite"))
    if running.get("overwrite"):
        forget_later_waves(out)
    waves, ensemble, weights = [], None, None
    for number in range(1, config.waves + 1):
        log_weights = None if weights is None else weights.log_weights
        waves.append(gather(config, out, number, ensemble, log_weights, tell, **running))
        ensemble = together(config, out, waves)
        judged, targets, _ = as_judged(config, ensemble)
        weights = weigh(judged, targets(config.chosen))
        tell(
            f"wave {number}: {weights.effective:.0f} of {len(ensemble.unit)} draws are effective, k-hat "
            f"{weights.k_hat:.2f}"
        )
        if weights.effective >= config.enough:
            break
    fit = checked(config, ensemble, weights, len(waves))
    save(out / POSTERIOR, ensemble, weights, config.posterior, config.seed, source(fit))
    write_whole(out / FIT, (json.dumps(as_json(fit), indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())
    return fit


def as_judged(config: Config, ensemble: Ensemble):
    """Return the ensemble by which draws are weighed, a function from targets to those that judge it, and what the
    emulator explains of each report: none where runs are weighed as they are."""
    if not config.emulate or len(ensemble.unit) < FEWEST_DRAWS:
        return ensemble, tuple, {}
    every = as_simulated(config.all_targets.targets, config.discrepancy, config.understatement, config.people_per_agent)
    emulated = emulate(ensemble, len(config.free), every)
    return emulated.ensemble, emulated.judging, emulated.explained


def checked(config: Config, ensemble: Ensemble, weights: Weights, waves: int) -> Fit:
    """Return the fit with all its checks."""
    free, w = config.free, weights.weights
    judged_by, judging, explained = as_judged(config, ensemble)
    targets = judging(config.chosen)
    others = {name: judging(config.of_set(name)) for name in config.all_targets.sets if name != config.set}
    covered, judged = fit_checks.coverage(judged_by, targets, weights, free, config.seed)
    recovered, recovered_from = fit_checks.recovery(judged_by, targets, weights, free, config.seed)
    return Fit(
        config,
        ensemble,
        weights,
        waves,
        prior_predictive({name: values[: ensemble.first] for name, values in ensemble.expected.items()}),
        predictions(ensemble, config.chosen, w, config.seed),
        fit_checks.learnt(ensemble, w, free, config.products),
        fit_checks.sensitivity(judged_by, targets, weights, free, others),
        covered,
        judged,
        recovered,
        recovered_from,
        explained,
    )


def source(fit: Fit) -> dict:
    """Return what a posterior says of its origin, as plain values."""
    config = fit.config
    return {
        "title": config.title,
        "set": config.set,
        "targets": {p.target.id: f"{p.target.says}: {p.report} ({p.target.source})" for p in fit.predictions},
        "missed": [p.target.id for p in fit.predictions if p.verdict == "missed"],
        "far_off": [p.target.id for p in fit.predictions if p.far_off],
        "families": sorted({target.family for target in config.chosen}),
        "free": list(config.free),
        **config.others,
        "not_informed": [row.name for row in fit.learnt if row.name in config.free and row.verdict == "not informed"],
        "effective": round(fit.weights.effective, 1),
        "enough": config.enough,
        "k_hat": round(fit.weights.k_hat, 3) if math.isfinite(fit.weights.k_hat) else None,  # too few draws to tell
        "runs": int(fit.ensemble.unit.shape[0]) * config.replicates,
        "people_per_agent": config.people_per_agent,
        "scenario": config.scenario,
        "seed": config.seed,
        "discrepancy": config.discrepancy,
        "understatement": list(config.understatement),
        "code": code_hash(),
        **{key: value for key, value in provenance().items() if key in ("version", "commit")},
    }


def as_json(fit: Fit) -> dict:
    """Return all that was found as plain values; None where nothing can be said."""
    rows = {
        "predictions": [
            {
                "id": p.target.id,
                "says": p.target.says,
                "family": p.target.family,
                "source": p.target.source,
                "told": p.report,
                "prior": asdict(p.prior),
                "posterior": asdict(p.posterior),
                "verdict": p.verdict,
                "median_off_by": p.off,
            }
            for p in fit.predictions
        ],
        "learnt": [asdict(row) | {"said": row.verdict} for row in fit.learnt],
        "sensitivity": [asdict(row) for row in fit.sensitivity],
        "coverage": [asdict(row) for row in fit.coverage],
        "recovered": [asdict(row) | {"said": row.verdict} for row in fit.recovered],
    }
    return plain(
        {
            **source(fit),
            "waves": fit.waves,
            "prior_predictive": asdict(fit.prior),
            "failed_runs": fit.ensemble.failed,
            "pseudo_truths_judged": fit.judged,
            "recovered_from": fit.recovered_from,
            "emulator_explains": fit.explained,
            **rows,
        }
    )


def plain(value):
    """Return a value as JSON can hold it: lists for tuples, None for what is not a finite number."""
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
