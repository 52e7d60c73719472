"""The region's country outlines (`assets/outlines.json`), thinned for a map of the report or the browser page."""

import json
from functools import cache
from pathlib import Path

import numpy as np


@cache
def _atlas() -> dict:
    file = Path(__file__).parent / "assets" / "outlines.json"
    return json.loads(file.read_text(encoding="utf-8"))


def source() -> str:
    """Return where the outlines come from."""
    return _atlas()["source"]


@cache
def _rings() -> list[tuple[str | None, np.ndarray]]:
    return [(country["iso3"], np.array(ring)) for country in _atlas()["countries"] for ring in country["rings"]]


@cache
def rings(window: tuple[float, float, float, float], fineness: float) -> list[tuple[str | None, np.ndarray]]:
    """Return (ISO code or None, ring) for the outlines inside `window` (west, east, south, north, in degrees).

    Rings are float64 (points, 2) of longitude and latitude, thinned to `fineness` degrees; specks are left out.
    """
    west, east, south, north = window
    kept = []
    for iso3, ring in _rings():
        (left, bottom), (right, top) = ring.min(axis=0), ring.max(axis=0)
        if (
            right < west
            or left > east
            or top < south
            or bottom > north
            or max(right - left, top - bottom) < 2 * fineness
        ):
            continue
        cells = np.round(ring / fineness)
        moved = np.r_[True, np.any(np.diff(cells, axis=0) != 0, axis=1)]
        if moved.sum() > 3:
            kept.append((iso3, np.clip(ring[moved], (west - 1, south - 1), (east + 1, north + 1))))
    return kept
