"""Weights of the draws, given reports; how far they can be trusted; and the posterior that policies are compared under."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import logsumexp

from calibration.targets.targets import Target
from experiments.design.draws import Draws, write_draws
from model.registry.parameters import BY_NAME
from scenarios.evidence.reports import EvidenceError

from .ensemble import Ensemble
from .likelihood import over_replicates, total_log_likelihood

GOOD_K = 0.7  # Vehtari et al. 2024: with a heavier tail, importance weights are not to be trusted


@dataclass(frozen=True)
class Weights:
    """Weights of an ensemble's draws: `log_families` holds the log-likelihood by family, (N) each; `weights` add up to 1."""

    log_families: Mapping[str, np.ndarray]
    log_weights: np.ndarray
    weights: np.ndarray

    @property
    def effective(self) -> float:
        """How many equally weighted draws are worth as much (Kish)."""
        return effective(self.weights)

    @property
    def k_hat(self) -> float:
        """Shape of the tail of the weights: above 0.7 they are not to be trusted."""
        return pareto_k(self.log_weights)


def weigh(ensemble: Ensemble, targets: Sequence[Target], without: Sequence[str] = ()) -> Weights:
    """Return the draws' weights given the targets, those of the families `without` left out.

    A draw's likelihood is the mean over its runs of the product over families.
    """
    used = [target for target in targets if target.family not in without]
    of_runs = total_log_likelihood(used, ensemble.observed) if used else {}
    total = sum(of_runs.values()) if of_runs else np.zeros_like(next(iter(ensemble.observed.values())))
    log_weights = over_replicates(total) + ensemble.log_ratio
    return Weights(
        {family: over_replicates(values) for family, values in of_runs.items()}, log_weights, normalised(log_weights)
    )


def normalised(log_weights: np.ndarray) -> np.ndarray:
    highest = np.max(log_weights)
    if not np.isfinite(highest):
        raise EvidenceError(
            "no draw can have made these reports: all runs failed, or every weight is zero; look at runs.parquet of the waves"
        )
    return np.exp(log_weights - logsumexp(log_weights))


def effective(weights: np.ndarray) -> float:
    return float(1.0 / np.sum(weights**2))


def pareto_k(log_weights: np.ndarray) -> float:
    """Return k-hat of the largest weights, as Vehtari et al. (2024) define it; ArviZ gives the same number.

    Not a number where too few weights differ from zero to tell.
    """
    finite = log_weights[np.isfinite(log_weights)]
    if len(finite) < 25:
        return float("nan")
    count = len(finite) // 5 if len(finite) <= 225 else int(3.0 * np.sqrt(len(finite)))
    weights = np.sort(np.exp(finite - finite.max()))
    return _shape(weights[-count:] - weights[-count - 1])


def _shape(tail: np.ndarray) -> float:
    """Return the shape of the generalised Pareto distribution of `tail`, in rising order (Zhang and Stephens 2009), drawn weakly to 0.5."""
    count = len(tail)
    quartile = tail[int(count / 4 + 0.5) - 1]
    if quartile <= tail[0]:
        return float("nan")
    grid = 30 + int(np.sqrt(count))
    b = (1.0 - np.sqrt(grid / (np.arange(grid) + 0.5))) / (3.0 * quartile) + 1.0 / tail[-1]
    k = np.log1p(-b[:, None] * tail).mean(axis=1)
    log_likelihood = count * (np.log(-b / k) - k - 1.0)
    chance = np.exp(log_likelihood - logsumexp(log_likelihood))
    fitted = np.log1p(-(chance @ b) * tail).mean()
    return float((count * fitted + 10 * 0.5) / (count + 10))


def trusted(source: Mapping) -> bool:
    """Tell whether a posterior, by what is kept of its origin, rests on as many effective draws as were asked for and a light tail."""
    return source["effective"] >= source["enough"] and source["k_hat"] is not None and source["k_hat"] <= GOOD_K


def resample(weights: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return which draws stand for the posterior, (count): systematic resampling, in random order so that the first n do too."""
    rng = np.random.default_rng([seed, count])
    points = (np.arange(count) + rng.random()) / count
    return rng.permutation(np.minimum(np.searchsorted(np.cumsum(weights), points), len(weights) - 1))


def quantile(values: np.ndarray, weights: np.ndarray, at: Sequence[float]) -> np.ndarray:
    """Return weighted quantiles of `values` (N), not a number where none is known."""
    known = np.isfinite(values)
    if not known.any():
        return np.full(len(at), np.nan)
    order = np.argsort(values[known])
    share = np.cumsum(weights[known][order])
    middle = (share - 0.5 * weights[known][order]) / share[-1]
    return np.interp(at, middle, values[known][order])


def moments(values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return weighted mean and variance over the first axis."""
    mean = weights @ values
    return mean, weights @ (values - mean) ** 2


# --- for use elsewhere ------------------------------------------------------------------------------------


def save(path: Path, ensemble: Ensemble, weights: Weights, count: int, seed: int, source: Mapping):
    """Write `count` equally likely draws of the posterior, with `source` as their provenance, to six digits."""
    which = resample(weights.weights, count, seed)
    draws = [{name: float(f"{value:.6g}") for name, value in draw.items()} for draw in ensemble.values(which)]
    clipped = [
        {name: min(max(value, BY_NAME[name].low), BY_NAME[name].high) for name, value in draw.items()} for draw in draws
    ]
    write_draws(path, Draws(tuple(clipped), {"kind": "posterior", "distinct": len(set(which.tolist())), **source}))


def to_arviz(path: Path):
    """Return the posterior in a file as ArviZ's DataTree (extra [calibrate]); one chain, with what is known of its origin."""
    from arviz_base import from_dict

    from experiments.design.draws import read_draws

    draws = read_draws(path)
    posterior = {name: np.array([[draw[name] for draw in draws.values]]) for name in draws.values[0]}
    made = from_dict({"posterior": posterior})
    made.attrs["displace"] = json.dumps(dict(draws.source), sort_keys=True)
    return made
