"""An emulator of what runs say of the reports: expected reports as smooth functions of the parameters.

One run of a draw is one throw of chance, and with many reports that chance decides which draws weigh most. So each
expected report is emulated over all draws of a fit: the log of it as a ridge regression (Hoerl and Kennard 1970) on the
normal scores of all parameters drawn, with squares and products of the free ones. A draw is then weighed by what the
others say of it (leaving itself out), and what the emulator is off by, chance among it, is added to the errors of the
reports, as in history matching (Vernon, Goldstein and Bower 2010).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from calibration.targets.targets import Target

from .ensemble import Ensemble, normal_scores

PENALTIES = np.logspace(0, 5, 21)
FEWEST_DRAWS = 200  # for an emulator to be worth more than the runs themselves


@dataclass(frozen=True)
class Emulated:
    """Runs smoothed, and reports that know by how much. `explained`: share of the variance of logs, by report name."""

    ensemble: Ensemble
    off: dict[str, np.ndarray]
    explained: dict[str, float]

    def judging(self, targets: Sequence[Target]) -> tuple[Target, ...]:
        """Return the targets with the emulator's error in theirs: in shares and ratios that of the log of the ratio."""
        return tuple(
            replace(t, reporting_error=float(np.hypot(t.reporting_error, np.nanstd(self._off(t))))) for t in targets
        )

    def _off(self, target: Target) -> np.ndarray:
        first, *others = (self.off[part.name] for part in target.parts)
        return first - others[0] if others else first


def emulate(ensemble: Ensemble, free: int, targets: Sequence[Target]) -> Emulated:
    """Return an ensemble's expected reports of `targets` as the emulator has them, one value a draw.

    `free`: how many of the first parameters also enter by squares and products. Draws whose run failed stay unknown.
    Coarse counts are smoothed by half a simulated agent, so that none is the log of zero.
    """
    half = {part.name: max(0.5, target.grain / 2) for target in targets for part in target.parts}
    logs = {name: np.log(np.nanmean(ensemble.expected[name], axis=1) + half[name]) for name in half}
    known = np.all([np.isfinite(log) for log in logs.values()], axis=0)
    basis, scales = _basis(normal_scores(ensemble.unit), free, known)
    off, smooth, explained = {}, {}, {}
    for name, log in logs.items():
        residual = np.full(len(log), np.nan)
        residual[known] = _left_out(basis, scales, log[known] - log[known].mean())
        off[name], spread = residual, np.var(log[known])
        explained[name] = float(1.0 - np.mean(residual[known] ** 2) / spread) if spread > 0 else 0.0
        smooth[name] = np.maximum(0.0, np.exp(log - residual) - half[name])[:, None]
    return Emulated(replace(ensemble, expected=ensemble.expected | smooth), off, explained)


def _basis(scores: np.ndarray, free: int, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return an orthonormal basis of what a report is regressed on, (known draws, features), and its scales."""
    first, second = np.triu_indices(free)
    features = np.column_stack([scores, scores[:, first] * scores[:, second]])[known]
    features = features - features.mean(axis=0)
    spread = features.std(axis=0)
    basis, scales, _ = np.linalg.svd(features[:, spread > 0] / spread[spread > 0], full_matrices=False)
    return basis, scales


def _left_out(basis: np.ndarray, scales: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return by how much each y is off from what the other draws say, under the penalty that is best at that."""
    along = basis.T @ y
    least, best = np.inf, y
    for penalty in PENALTIES:
        kept = scales**2 / (scales**2 + penalty)
        leverage = np.minimum(0.99, basis**2 @ kept + 1.0 / len(y))
        residual = (y - basis @ (kept * along)) / (1.0 - leverage)
        if np.mean(residual**2) < least:
            least, best = np.mean(residual**2), residual
    return best
