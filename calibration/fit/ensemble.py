"""Draws of the parameters with the expected reports under each: run by the batch runner, in waves, and kept.

A wave is a file `wave-1.npz`, with its points and where they were proposed from, beside the results folder `wave-1/`.
The first wave is drawn from the priors, later ones around the better draws of the waves before. All waves count
together (each draw is weighed against the mixture of all proposals), so a changed report, error or set needs no new
run.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import logsumexp, ndtr, ndtri

from calibration.targets.targets import expected_reports_of
from experiments.batch.runner import Interrupted, execute
from experiments.batch.store import StoreError, forget, refuse_foreign
from experiments.comparison.read import read
from experiments.design.design import Design
from experiments.design.draws import HELD, scaled, unit_sample
from experiments.design.expected_reports import ExpectedReport
from experiments.results.folder import put_aside, write_whole

from .config import Config
from .prior_predictive import counts_wanted
from .weights import effective, normalised

FIRST, POSTERIOR = "wave-1.npz", "posterior.parquet"
FROM_PRIOR = 0.2  # of a later wave, so that no weight can be large
UNIT_EDGE = 1e-9
# of where a later wave is proposed: what processors add up differently lies far below, so all propose the same points
DIGITS = 6
LAST_WEEKS = 52  # over which people held are averaged


@dataclass(frozen=True)
class Wave:
    """`unit`: points, (N, D), each parameter as the prior's quantile.

    Proposed around `centres` (M, F) of the free ones, in normal scores, each with its `chance` (M) and the `spread` (F,
    F); without centres: drawn from the priors.
    """

    unit: np.ndarray
    centres: np.ndarray
    chance: np.ndarray
    spread: np.ndarray

    def log_density(self, z: np.ndarray) -> np.ndarray:
        """Return the log of the proposal's density over the prior's, at normal scores `z` (N, F)."""
        if not len(self.centres):
            return np.zeros(len(z))
        root = np.linalg.cholesky(self.spread)
        inside = np.linalg.solve(root, (z[:, None, :] - self.centres[None]).reshape(-1, z.shape[1]).T)
        log_kernel = -0.5 * (inside**2).sum(axis=0).reshape(len(z), -1) - np.log(np.diag(root)).sum()
        mixture = logsumexp(log_kernel, b=self.chance[None], axis=1)
        return np.logaddexp(np.log(FROM_PRIOR), np.log(1.0 - FROM_PRIOR) + mixture + 0.5 * (z**2).sum(axis=1))


@dataclass(frozen=True)
class Ensemble:
    """All waves together: N draws of D parameters, R runs a draw.

    `expected`: expected reports by name, (N, R) each, not a number where a run failed. `log_ratio`: log of prior over
    proposal, (N).
    `first`: how many draws come from the first wave, the priors'.
    """

    names: tuple[str, ...]
    unit: np.ndarray
    expected: Mapping[str, np.ndarray]
    log_ratio: np.ndarray
    first: int
    failed: int

    def values(self, which=slice(None)) -> list[dict[str, float]]:
        """Return draws as parameters by name."""
        return scaled(self.names, self.unit[which])

    def only(self, which) -> "Ensemble":
        """Return some of the draws."""
        expected = {name: values[which] for name, values in self.expected.items()}
        return Ensemble(self.names, self.unit[which], expected, self.log_ratio[which], len(self.unit[which]), 0)


def normal_scores(unit: np.ndarray) -> np.ndarray:
    return ndtri(np.clip(unit, UNIT_EDGE, 1.0 - UNIT_EDGE))


def claim(out: Path, replace: bool | None):
    """Raise StoreBusy if the folder holds no calibration, StoreError if its posterior is not to be replaced."""
    refuse_foreign(out, (FIRST, POSTERIOR), (), "a calibration")
    if (out / POSTERIOR).exists() and not replace:
        raise StoreError(
            f"{out}: holds a posterior that no run there would give again; use another --out, or --overwrite "
            "to replace it"
        )


def forget_later_waves(out: Path):
    """Remove the waves after the first.

    They were proposed around its better draws, and mean nothing beside another first.
    """
    for path in sorted(out.glob("wave-*")):
        if path.is_dir() and path.name != "wave-1":
            forget(path)
        elif path.suffix == ".npz" and path.name != FIRST:
            path.unlink()


# --- waves ----------------------------------------------------------------------------------------------


def first_wave(config: Config) -> Wave:
    """Return points drawn from the priors."""
    free = len(config.free)
    unit = unit_sample(len(config.drawn), config.draws, config.seed)
    return Wave(unit, np.zeros((0, free)), np.zeros(0), np.eye(free))


def next_wave(config: Config, number: int, so_far: Ensemble, log_weights: np.ndarray) -> Wave:
    """Return points around the better draws so far: where it is not implausible that the reports came from.

    Weights are tempered until a twentieth of a wave's draws, at least, stand behind the mean and the spread of free
    parameters in normal scores, and both are drawn back to the prior's as far as so few could show them by luck. Both
    are rounded, and no matrix library multiplies what they are applied to: its last digits depend on the processor.
    """
    wanted = max(20.0, config.draws / 20)
    possible = np.isfinite(log_weights)
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if effective(normalised(middle * log_weights)) >= wanted else (low, middle)
    weights = normalised(np.multiply(low, log_weights, out=np.full(len(log_weights), -np.inf), where=possible))
    free = len(config.free)
    z = normal_scores(so_far.unit[:, :free])
    mean = weights @ z
    covariance = (z - mean).T @ ((z - mean) * weights[:, None])
    trust = wanted / (wanted + 2.0 * free)
    mean, spread = np.round(trust * mean, DIGITS), np.round(trust * covariance + (1.0 - trust) * np.eye(free), DIGITS)
    root = np.round(np.linalg.cholesky(spread), DIGITS)
    unit = unit_sample(len(config.drawn) + 1, config.draws, config.seed + number)
    from_prior, unit = unit[:, :1] < FROM_PRIOR, unit[:, 1:].copy()
    around = mean + (normal_scores(unit[:, None, :free]) * root).sum(axis=2)
    unit[:, :free] = np.where(from_prior, unit[:, :free], ndtr(around))
    return Wave(np.clip(unit, UNIT_EDGE, 1.0 - UNIT_EDGE), mean[None], np.ones(1), spread)


def design_of(config: Config, wave: Wave, number: int) -> Design:
    """Return the batch that runs a wave: one world, up to the last report, nothing kept but its expected reports."""
    return Design(
        f"{config.title}: wave {number}",
        "What would reporters have reported?",
        {"fit": config.scenario_to_last_report()},
        "fit",
        replicates=config.replicates,
        seed=config.seed + 1000 * number,
        people_per_agent=config.people_per_agent,
        draws=tuple(scaled(config.drawn, wave.unit)),
        record="expected_reports",
        groups=False,
        expected_reports=(*expected_reports_of(config.all_targets.targets), people_held(config), *counts_wanted()),
    )


def people_held(config: Config) -> ExpectedReport:
    """Return what a run hands back of its world's size: people held everywhere, in the year before the last report."""
    return ExpectedReport(HELD, HELD, max(0, config.stop - LAST_WEEKS), config.stop, aggregate="mean")


def gather(config: Config, out: Path, number: int, so_far, log_weights, tell, *, overwrite=False, **running) -> Wave:
    """Run wave `number` into `out`, or read it if it is there, and return it. `running`: as `experiments.execute`.

    A file of points that is not whole is set aside, which `tell` is called with, and made again: the same points.
    """
    path = out / f"wave-{number}.npz"
    wave = None if overwrite else _read(path, config, tell)
    if wave is None:
        wave = first_wave(config) if number == 1 else next_wave(config, number, so_far, log_weights)
        out.mkdir(parents=True, exist_ok=True)
        _write(path, wave, config)
    try:
        execute(design_of(config, wave, number), out / f"wave-{number}", overwrite=overwrite, **running)
    except Interrupted as stopped:
        raise Interrupted(out, stopped.done, stopped.total, f"wave {number}") from None
    return wave


def together(config: Config, out: Path, waves: Sequence[Wave]) -> Ensemble:
    """Return all waves with the expected reports of their runs."""
    unit = np.concatenate([wave.unit for wave in waves])
    z = normal_scores(unit[:, : len(config.free)])
    size = np.array([len(wave.unit) for wave in waves])
    density = logsumexp([wave.log_density(z) for wave in waves], b=(size / size.sum())[:, None], axis=0)
    parts_of: dict[str, list[np.ndarray]] = {}
    failed = 0
    for number in range(1, len(waves) + 1):
        results = read(out / f"wave-{number}")
        failed += results.failed
        for name, values in expected_in(results).items():
            parts_of.setdefault(name, []).append(values)
    return Ensemble(
        config.drawn,
        unit,
        {name: np.concatenate(parts) for name, parts in parts_of.items()},
        -density,
        int(size[0]),
        failed,
    )


def expected_in(results) -> dict[str, np.ndarray]:
    """Return the expected reports of a batch of one arm, float64 (draws, replicates) by name."""
    plan = results.manifest["plan"]
    values_of = {q["name"]: np.full((plan["draws"], plan["replicates"]), np.nan) for q in plan["expected_reports"]}
    for part in results.each("expected_reports"):
        column = part["quantity"].combine_chunks()
        names = np.array(column.dictionary.to_pylist(), object)[np.asarray(column.indices)] if len(column) else []
        for name, draw, replicate, value in zip(
            names, part["draw"].to_numpy(), part["replicate"].to_numpy(), part["value"].to_numpy()
        ):
            values_of[name][draw, replicate] = value
    return values_of


def _write(path: Path, wave: Wave, config: Config):
    sink = io.BytesIO()
    np.savez_compressed(
        sink,
        names=np.array(config.drawn),
        free=len(config.free),
        seed=config.seed,
        **vars(wave),
    )
    write_whole(path, sink.getvalue())


def _read(path: Path, config: Config, tell: Callable[[str], None]) -> Wave | None:
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as kept:
            made = tuple(kept["names"]), int(kept["free"]), int(kept["seed"])
            wave = Wave(*(kept[name] for name in ("unit", "centres", "chance", "spread")))
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError):
        tell(f"{path}: not whole, set aside as {put_aside(path)}; it is made again")
        return None
    if made != (config.drawn, len(config.free), config.seed) or len(wave.unit) != config.draws:
        raise StoreError(
            f"{path}: holds draws of another calibration (other parameters, number or seed); use "
            "another --out, or --overwrite to replace them (with make: RESULTS=--overwrite)"
        )
    return wave
