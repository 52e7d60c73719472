"""How likely reports are together: what they share, and what of them tells of the same people.

The model is off in every level of a tier alike: one latent shift e of the log of persons, sites, firms or money, normal
with an sd of `discrepancy`, in place of an error for each report (Brynjarsdottir and O'Hagan 2014). How much lower
bounds of a tier leave out on average is unknown too (`understatement`, alike likely means of delta). Both move levels,
so they are marginalised together, run by run.

Reports of a family about the same people are averaged, those about different people multiplied.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from calibration.targets.targets import Target

from .likelihood import draw_report, error, log_likelihood, simulated

FARTHEST = 8.0  # sd to which the shared shift is followed


@dataclass(frozen=True)
class Shared:
    """What the reports of one tier share, on a grid: log-likelihood (M, K, N, R), `means` (M), `shifts` (K).

    `log_prior`: (K), of the shifts; the means are alike likely.
    """

    log_likelihood: np.ndarray
    means: np.ndarray
    shifts: np.ndarray
    log_prior: np.ndarray

    def marginal(self) -> np.ndarray:
        """Return the log-likelihood over all that is shared, (N, R)."""
        return logsumexp(self.log_likelihood + self.log_prior[:, None, None], axis=(0, 1)) - np.log(len(self.means))

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return a shift and a mean for each draw's first run, (N) each, as likely as its reports make them."""
        log = (self.log_likelihood[..., 0] + self.log_prior[:, None]).reshape(-1, self.log_likelihood.shape[2])
        log = np.where(np.isfinite(log), log, -np.inf)
        highest = log.max(axis=0)
        chance = np.cumsum(np.exp(log - np.where(np.isfinite(highest), highest, 0.0)), axis=0)
        which = (chance < rng.random(log.shape[1]) * chance[-1]).sum(axis=0)
        mean, shift = np.divmod(np.minimum(which, len(log) - 1), len(self.shifts))
        return self.shifts[shift], self.means[mean]


def things(targets: Sequence[Target]) -> Iterator[list[Target]]:
    """Yield the reports that are about the same people, sites, firms or money, together."""
    found: dict[tuple, list[Target]] = {}
    for target in targets:
        found.setdefault((target.tier, target.family, target.about), []).append(target)
    yield from found.values()


def tiers(targets: Sequence[Target]) -> dict[str, list[Target]]:
    """Return the reports by tier."""
    return {tier: [t for t in targets if t.tier == tier] for tier in dict.fromkeys(t.tier for t in targets)}


def shared(targets: Sequence[Target], expected: dict[str, np.ndarray], reports: Mapping = {}) -> Shared:
    """Return what reports of one tier say of each run under every shift and mean. `expected`: (N, R) each."""
    shifts, log_prior = _shifts([t for t in targets if t.of_level])
    bounds = [t for t in targets if t.kind == "at_least"]
    means = np.array(bounds[0].understatement if bounds else (1.0,))
    total = np.zeros((len(means), len(shifts), *next(iter(expected.values())).shape))
    for same in things(targets):
        for target in same:
            moved = shifts[:, None, None] if target.of_level else 0.0
            found = log_likelihood(
                target, simulated(target, expected), reports.get(target.id), moved, means[:, None, None, None]
            )
            total += found / len(same)
    return Shared(total, means, shifts, log_prior)


def _shifts(levels: Sequence[Target]) -> tuple[np.ndarray, np.ndarray]:
    """Return a grid of shifts and their log prior, (K) each.

    Its step is the smallest sd that reports can leave a shift, with which the trapezoidal rule is exact to 1e-8.
    """
    discrepancy = levels[0].discrepancy if levels else 0.0
    if discrepancy <= 0:
        return np.zeros(1), np.zeros(1)
    step = (1 / discrepancy**2 + sum(1 / error(t) ** 2 for t in levels)) ** -0.5
    half = int(np.ceil(FARTHEST * discrepancy / step))
    shifts = step * np.arange(-half, half + 1)
    log = -0.5 * (shifts / discrepancy) ** 2
    return shifts, log - logsumexp(log)


def total_log_likelihood(
    targets: Sequence[Target], expected: dict[str, np.ndarray], reports: Mapping = {}
) -> np.ndarray:
    """Return the log-likelihood of all reports, (N, R).

    `reports`: others than the targets' own, by target. A run that failed, of which nothing is known, has none: not a
    number.
    """
    failed = np.all([np.isnan(values) for values in expected.values()], axis=0)
    found = sum((shared(of, expected, reports).marginal() for of in tiers(targets).values()), np.zeros(failed.shape))
    return np.where(failed, np.nan, found)


def draw_reports(targets: Sequence[Target], x: Mapping[str, np.ndarray], run: int, rng: np.random.Generator) -> dict:
    """Return reports that one run could have made, by target: one shift and mean a tier, one error about each thing.

    `x`: what the runs say of each target, by its id.
    """
    reports = {}
    for of in tiers(targets).values():
        shift = rng.normal() * of[0].discrepancy
        mean = rng.choice(of[0].understatement)
        for same in things(of):
            u, left_out = rng.random(), rng.standard_exponential() * mean
            for target in same:
                moved = shift if target.of_level else 0.0
                reports[target.id] = draw_report(target, x[target.id][run], u, rng, moved, left_out)
    return reports


def over_replicates(log_likelihoods: np.ndarray) -> np.ndarray:
    """Return the log of the mean likelihood over replicates, (draws) from (draws, replicates).

    Unlike the likelihood of the mean run it is unbiased.
    """
    known = np.where(np.isfinite(log_likelihoods), log_likelihoods, -np.inf)
    highest = known.max(axis=1)
    safe = np.where(np.isfinite(highest), highest, 0.0)
    with np.errstate(divide="ignore"):
        return np.log(np.exp(known - safe[:, None]).mean(axis=1)) + safe
