"""Weights of the draws given reports, how far to trust them, and the posterior that policies are compared under."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from calibration.targets.targets import Target
from experiments.design.draws import Draws, read_draws, write_draws
from model.registry.parameters import PARAMETERS

from .ensemble import Ensemble
from .likelihood import over_replicates, total_log_likelihood
from .weights import effective, normalised, pareto_k, resample

GOOD_K = 0.7  # Vehtari et al. 2024: with a heavier tail, importance weights are not to be trusted


@dataclass(frozen=True)
class Weights:
    """Weights of an ensemble's draws. `log_families`: the log-likelihood by family, (N) each; `weights` add up to 1."""

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


def trusted(source: Mapping) -> bool:
    """Return whether a posterior rests on as many effective draws as were asked for, with a light tail of weights."""
    return source["effective"] >= source["enough"] and source["k_hat"] is not None and source["k_hat"] <= GOOD_K


# --- for use elsewhere ------------------------------------------------------------------------------------


def save(path: Path, ensemble: Ensemble, weights: Weights, count: int, seed: int, source: Mapping):
    """Write `count` equally likely draws of the posterior, with `source` as their provenance, to six digits."""
    which = resample(weights.weights, count, seed)
    draws = [{name: float(f"{value:.6g}") for name, value in draw.items()} for draw in ensemble.values(which)]
    clipped = [
        {name: min(max(value, PARAMETERS[name].low), PARAMETERS[name].high) for name, value in draw.items()}
        for draw in draws
    ]
    write_draws(path, Draws(tuple(clipped), {"kind": "posterior", "distinct": len(set(which.tolist())), **source}))


def to_arviz(path: Path):
    """Return the posterior in a file as ArviZ's DataTree (extra [calibrate]): one chain, its origin as an attribute."""
    from arviz_base import from_dict

    draws = read_draws(path)
    posterior = {name: np.array([[draw[name] for draw in draws.values]]) for name in draws.values[0]}
    made = from_dict({"posterior": posterior})
    made.attrs["displace"] = json.dumps(dict(draws.source), sort_keys=True)
    return made
