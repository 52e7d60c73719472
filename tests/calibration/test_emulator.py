"""The emulator recovers what reports depend on, leaves a draw itself out, and says what it is off by."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.fit.config import read_config
from calibration.fit.emulator import emulate
from calibration.fit.ensemble import Ensemble, normal_scores

COUNT, NOISE = 600, 0.3


def made(noise: float) -> tuple:
    """Return an emulation of one report, 1,000 exp(0.5 z0 + 0.2 z0 z1 + noise), and its true logs."""
    target = next(t for t in read_config().chosen if t.id == "E001")
    rng = np.random.default_rng(3)
    unit = rng.random((COUNT, 8))
    z = normal_scores(unit)
    truth = np.log(100_000.0) + 0.5 * z[:, 0] + 0.2 * z[:, 0] * z[:, 1]
    runs = np.exp(truth + noise * rng.normal(size=COUNT))[:, None]
    ensemble = Ensemble(tuple("abcdefgh"), unit, {target.parts[0].name: runs}, np.zeros(COUNT), COUNT, 0)
    return emulate(ensemble, 3, [replace(target, grain=0.0)]), truth, target


def test_it_is_nearer_to_the_truth_than_the_runs_and_knows_its_error():
    found, truth, target = made(NOISE)
    name = target.parts[0].name
    smooth = np.log(found.ensemble.expected[name][:, 0])
    assert np.std(smooth - truth) < 0.35 * NOISE
    assert np.std(found.off[name]) == pytest.approx(NOISE, rel=0.15)
    (judging,) = found.judging([target])
    assert judging.reporting_error == pytest.approx(np.hypot(target.reporting_error, np.std(found.off[name])))


def test_without_chance_it_explains_all_and_with_chance_alone_nothing():
    assert made(0.0)[0].explained["E001"] > 0.999
    assert made(20.0)[0].explained["E001"] < 0.1
