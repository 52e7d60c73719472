"""What the terminal and docs/patterns.md say of patterns in the same words: titles of their kinds, and numbers."""

import math

from calibration.patterns.patterns import QUESTION, REPORTED, UNIT

TITLES = {
    REPORTED: "Evidence: what reports describe and the model is not built to repeat",
    UNIT: "Unit checks: what holds nearly by construction",
    QUESTION: "The question itself: shown, never used to choose anything",
}


def rounded(x: float) -> str:
    """Return a number with three significant digits, more where it may be a ratio near 1; a dash for none."""
    if not math.isfinite(x):
        return "–"
    return f"{x:,.0f}" if abs(x) >= 100 else f"{x:.3f}" if 0.1 <= abs(x) < 10 else f"{x:.3g}"
