"""The alternative where importance weights starve: ABC-SMC by pyABC (extra `[calibrate]`), with the same likelihood.

Its stochastic acceptor (Schälte et al. 2020) accepts runs by their likelihood, tempered down to 1: no distance, no
tolerance, no reporting error dropped. Which runs are made depends on timing, so two calls differ by chance.
"""

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from calibration.targets.targets import expected_reports_of
from experiments.batch.versions import code_hash
from experiments.batch.workers import usable_cores
from experiments.design.draws import HELD, Draws, scaled, write_draws
from experiments.design.expected_reports import expected_numbers, needs_groups
from model.registry.parameters import PARAMETERS, complete
from scenarios.evidence.reports import EvidenceError

from .checks import of_quantiles
from .config import Config
from .ensemble import POSTERIOR, Ensemble, claim, people_held
from .joint import total_log_likelihood
from .predictions import Prediction, predictions
from .weights import effective, resample

POPULATIONS = 8
LEAST = -1e6  # log-likelihood of a run that failed


class Likelihood:
    """The log-likelihood of one run by the free parameters' prior quantiles.

    The other parameters follow from them by hash.
    """

    def __init__(self, config: Config):
        self.config, self.scenario = config, config.scenario_to_last_report()
        self.asked = (*expected_reports_of(config.chosen), people_held(config))

    def values(self, unit: dict) -> dict[str, float]:
        free = [unit[name] for name in self.config.free]
        digest = hashlib.sha256(np.array([self.config.seed, *free]).tobytes()).digest()
        rest = np.random.default_rng(int.from_bytes(digest[:8], "big")).random(len(self.config.drawn) - len(free))
        return scaled(self.config.drawn, np.array([[*free, *rest]]))[0]

    def expected(self, unit: dict) -> dict[str, np.ndarray]:
        """Return the expected reports of one run, (1, 1) each, and people held; not a number where it failed."""
        from model.model import AuditError, Simulation

        values = self.values(unit)
        seed = int.from_bytes(hashlib.sha256(repr(sorted(unit.items())).encode()).digest()[:6], "big")
        inputs = self.scenario.inputs(
            seed, self.config.people_per_agent, values, record="places", groups=needs_groups(self.asked)
        )
        try:
            result = Simulation(inputs).advance().result()
        except AuditError:
            return {q.name: np.full((1, 1), np.nan) for q in self.asked}
        numbers = expected_numbers(
            self.asked, result, self.scenario.world, complete({**values, **self.scenario.parameters})
        )
        return {q.name: np.array([[value]]) for q, value in zip(self.asked, numbers)}

    def __call__(self, unit: dict) -> dict[str, float]:
        found = total_log_likelihood(self.config.chosen, self.expected(unit))[0, 0]
        return {"log_likelihood": float(max(found, LEAST)) if np.isfinite(found) else LEAST}


def calibrate(
    config: Config,
    out: Path,
    workers: int | None = None,
    tell: Callable[[str], None] = lambda text: None,
    populations: int = POPULATIONS,
    overwrite: bool = False,
) -> Path:
    """Run ABC-SMC with populations of `config.posterior`, write `posterior.parquet` into `out` and return its path.

    Raises EvidenceError if pyABC is not installed, StoreBusy if `out` holds something else, StoreError if it holds a
    posterior and not `overwrite`.
    """
    claim(out, overwrite)
    try:
        import pyabc
    except ImportError:
        raise EvidenceError(
            "method = 'abc': pyABC is not installed; expected the extra [calibrate], which `make extras` "
            "installs, or method = 'importance'"
        ) from None

    prior = pyabc.Distribution(**{name: pyabc.RV("uniform", 0, 1) for name in config.free})
    kernel = pyabc.distance.FunctionKernel(
        lambda x, x_0, t=None, par=None: x["log_likelihood"], ret_scale=pyabc.distance.SCALE_LOG
    )
    fit = pyabc.ABCSMC(
        Likelihood(config),
        prior,
        kernel,
        population_size=config.posterior,
        eps=pyabc.Temperature(),
        acceptor=pyabc.StochasticAcceptor(),
        sampler=pyabc.MulticoreEvalParallelSampler(workers or usable_cores()),
    )
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        fit.new(f"sqlite:///{folder}/abc.db", {"log_likelihood": 0.0})
        history = fit.run(max_nr_populations=populations)
        frame, weights = history.get_distribution()
        runs, temperature = history.total_nr_simulations, float(history.get_all_populations()["epsilon"].iloc[-1])
    weights = np.asarray(weights)
    worth = effective(weights / weights.sum())
    tell(
        f"{runs} runs; last temperature {temperature:.3g} (1 = exact); {worth:.0f} particles are effective"
        + ("" if worth >= config.enough else f", fewer than the {config.enough} asked for: not to be trusted")
    )
    learnt = [of_quantiles(name, frame[name].to_numpy(), weights / weights.sum()) for name in config.free]
    chosen = resample(weights, config.posterior, config.seed)
    likelihood = Likelihood(config)
    draws = [likelihood.values(frame.iloc[k].to_dict()) for k in chosen]
    runs_of = {k: likelihood.expected(frame.iloc[k].to_dict()) for k in sorted(set(chosen.tolist()))}  # made once more
    observed = {q.name: np.concatenate([runs_of[k][q.name] for k in chosen]) for q in likelihood.asked}
    judged = _judged(config, observed, len(draws))
    draws = [
        {name: min(max(value, PARAMETERS[name].low), PARAMETERS[name].high) for name, value in draw.items()}
        for draw in draws
    ]
    source = {
        "kind": "posterior",
        "method": "abc",
        "title": config.title,
        "set": config.set,
        "missed": [p.target.id for p in judged if p.verdict == "missed"],
        "far_off": [p.target.id for p in judged if p.far_off],
        "not_informed": [row.name for row in learnt if row.verdict == "not informed"],
        "effective": round(worth, 1),
        "enough": config.enough,
        "k_hat": None,
        "discrepancy": config.discrepancy,
        "understatement": list(config.understatement),
        "free": list(config.free),
        **config.others,
        "targets": {p.target.id: f"{p.target.says}: {p.report} ({p.target.source})" for p in judged},
        "families": sorted({t.family for t in config.chosen}),
        "runs": int(runs),
        "temperature": temperature,
        "people_per_agent": config.people_per_agent,
        "code": code_hash(),
    }
    write_draws(out / POSTERIOR, Draws(tuple(draws), source, tuple(observed[HELD][:, 0].tolist())))
    return out / POSTERIOR


def _judged(config: Config, observed: dict[str, np.ndarray], count: int) -> list[Prediction]:
    """Return what the particles that were kept predict of the reports; of the prior nothing is known."""
    kept = Ensemble(config.drawn, np.zeros((count, len(config.drawn))), observed, np.zeros(count), count, 0)
    return predictions(kept, config.chosen, np.full(count, 1 / count), config.seed)
