"""Weights of the draws given reports, how far to trust them, and the posterior that policies are compared under."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import logsumexp

from calibration.targets.targets import Target
from experiments.design.draws import HELD, Draws, read_draws, write_draws
from model.registry.parameters import PARAMETERS

from .ensemble import Ensemble
from .joint import over_replicates, total_log_likelihood
from .weights import effective, normalised, pareto_k, resample

GOOD_K = 0.7  # Vehtari et al. 2024: with a heavier tail, importance weights are not to be trusted


@dataclass(frozen=True)
class Weights:
    """Weights of an ensemble's draws, (N): `weights` add up to 1."""

    log_weights: np.ndarray
    weights: np.ndarray

    @property
    def evidence(self) -> float:
        """Log of what the reports' likelihood is on average, up to what is the same for all sets of reports."""
        return float(logsumexp(self.log_weights))

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

    A draw's likelihood is the mean over its runs.
    """
    used = [target for target in targets if target.family not in without]
    log_weights = over_replicates(total_log_likelihood(used, ensemble.expected)) + ensemble.log_ratio
    return Weights(log_weights, normalised(log_weights))


def trusted(source: Mapping) -> bool:
    """Return whether a posterior rests on as many effective draws as were asked for, with a light tail of weights.

    One of ABC has no such tail; it must have been accepted at a temperature of 1, the exact likelihood.
    """
    if source["effective"] < source["enough"]:
        return False
    if source.get("method") == "abc":
        return source["temperature"] <= 1.0
    return source["k_hat"] is not None and source["k_hat"] <= GOOD_K


# --- for use elsewhere ------------------------------------------------------------------------------------


def save(path: Path, ensemble: Ensemble, weights: Weights, count: int, seed: int, source: Mapping):
    """Write `count` equally likely draws of the posterior, with `source` as their provenance, to six digits.

    With each stand the people held in its world, by whose order some of them can be spread over all.
    """
    which = resample(weights.weights, count, seed)
    held = tuple(np.nanmean(ensemble.expected[HELD][which], axis=1).tolist())
    draws = [{name: float(f"{value:.6g}") for name, value in draw.items()} for draw in ensemble.values(which)]
    clipped = [
        {name: min(max(value, PARAMETERS[name].low), PARAMETERS[name].high) for name, value in draw.items()}
        for draw in draws
    ]
    origin = {"kind": "posterior", "distinct": len(set(which.tolist())), **source}
    write_draws(path, Draws(tuple(clipped), origin, held))


def to_arviz(path: Path):
    """Return the posterior in a file as ArviZ's DataTree (extra [calibrate]): one chain, its origin as an attribute."""
    from arviz_base import from_dict

    draws = read_draws(path)
    posterior = {name: np.array([[draw[name] for draw in draws.values]]) for name in draws.values[0]}
    made = from_dict({"posterior": posterior})
    made.attrs["displace"] = json.dumps(dict(draws.source), sort_keys=True)
    return made
