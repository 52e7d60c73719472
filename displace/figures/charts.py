"""Charts: what each policy changes, outcome by outcome, and how outcomes go through the years."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from displace.wording.words import BETTER, INDISTINCT, WORSE

from .drawing import COLOUR, DUSK, GREEN, GREY, INK, MARKER, PALE, SHORT_NUMBERS, columns_of, drawing, wrapped

# --- outcomes by policy -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Dots:
    """One outcome's panel: for each policy (middle, low, high, verdict), in per cent or points."""

    title: str
    unit: str
    rows: Sequence[tuple[float | None, float | None, float | None, str]]


@drawing("outcomes")
def dots(policies: Sequence[str], panels: Sequence[Dots]) -> Figure:
    """Relative changes against the baseline, a panel an outcome, a row a policy, with the range of draws."""
    columns = min(4, len(panels))
    rows = math.ceil(len(panels) / columns)
    plot, gap = max(0.6, 0.25 * len(policies)), 0.78  # inches: a panel, and between two for title and axis
    figure = Figure(figsize=(10.6, rows * (plot + gap) + 0.45))
    grid = figure.subplots(rows, columns, squeeze=False, sharey=True)
    height = figure.get_figheight()
    figure.subplots_adjust(0.22, 0.8 / height, 0.985, 1 - 0.42 / height, 0.14, gap / plot)
    for axes in grid.flat[len(panels) :]:
        axes.axis("off")
    for axes, panel in zip(grid.flat, panels):
        dots_of(axes, policies, panel)
    dots_key(figure.add_axes((0.22, 0.14 / height, 0.77, 0.25 / height)))
    return figure


def dots_of(axes, policies: Sequence[str], panel: Dots):
    """Draw one outcome's panel."""
    names = [wrapped(name, 38) for name in policies]
    axes.axvline(0, color=INK, linewidth=0.9, zorder=1)
    for y, (middle, low, high, says) in enumerate(panel.rows):
        colour = COLOUR.get(says, GREY)
        if low is not None:
            axes.plot((low, high), (y, y), color=colour, linewidth=1.6, solid_capstyle="butt", zorder=2)
        face = "white" if says not in (BETTER, WORSE) else colour
        axes.scatter(
            middle, y, s=26, marker=MARKER.get(says, "o"), facecolor=face, edgecolor=colour, linewidth=1.3, zorder=3
        )
    if not any(value for row in panel.rows for value in row[:3]):
        axes.set_xlim(-1, 1)
        axes.set_xticks([0])
    else:
        axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.set_title(wrapped(panel.title, 30), fontsize=8)
    axes.set_xlabel(panel.unit, fontsize=7.5, color=GREY, labelpad=1)
    axes.set_yticks(range(len(names)), names, fontsize=7.5, linespacing=0.95)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.xaxis.set_major_formatter(SHORT_NUMBERS)
    axes.grid(axis="x", color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(left=False)


def dots_key(axes):
    """Write what the marks mean."""
    axes.set(xlim=(0, 100), ylim=(0, 1))
    axes.axis("off")
    for x, says, text in (
        (0, BETTER, "better, likely or clearly"),
        (36, WORSE, "worse, likewise"),
        (55, INDISTINCT, INDISTINCT),
    ):
        colour = COLOUR[says]
        axes.scatter(
            x + 1,
            0.6,
            s=26,
            marker=MARKER[says],
            facecolor="white" if says == INDISTINCT else colour,
            edgecolor=colour,
            linewidth=1.3,
        )
        axes.text(x + 2.6, 0.6, text, va="center", fontsize=8)


# --- through the years ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Band:
    """A series over time with its band, and the years in which its policies start or end."""

    title: str
    middle: np.ndarray
    low: np.ndarray
    high: np.ndarray
    dates: Sequence[float] = field(default=())


@drawing("series")
def bands(
    years: np.ndarray, baseline: Band | None, arms: Sequence[Band], unit: str, known_until: float, words: str
) -> Figure:
    """One outcome over time, one panel per policy: its level beside the baseline's, or its difference around zero.

    `years` are decimal years; the world's history ends at `known_until`. `words` names the policy's line.
    """
    columns = columns_of(len(arms))
    rows = math.ceil(len(arms) / columns)
    figure = Figure(figsize=(10.6, rows * 1.95 + 0.55))
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    height = figure.get_figheight()
    figure.subplots_adjust(0.065, 0.55 / height, 0.99, 1 - 0.42 / height, 0.06, 0.42)
    drawn = np.concatenate([[band.low, band.middle, band.high] for band in (baseline, *arms) if band is not None])
    top = 1.06 * float(np.nanmax(drawn))
    foot = 0.0 if baseline is not None else 1.06 * float(np.nanmin(drawn))
    for axes in grid.flat[len(arms) :]:
        axes.axis("off")
    for i, (axes, arm) in enumerate(zip(grid.flat, arms)):
        axes.axvspan(max(known_until, years[0]), years[-1], color=DUSK, zorder=0, linewidth=0)
        for year in arm.dates:
            axes.axvline(year, color=INK, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
        if baseline is None:
            axes.axhline(0, color=INK, linewidth=0.8, zorder=1)
        for band, colour, line in ((baseline, GREY, (0, (5, 1.5))), (arm, GREEN, "-")):
            if band is not None:
                axes.fill_between(years, band.low, band.high, color=colour, alpha=0.22, linewidth=0, zorder=2)
                axes.plot(years, band.middle, color=colour, linewidth=1.3, linestyle=line, zorder=3)
        axes.set_title(wrapped(arm.title, int(128 / columns)), fontsize=8.5)
        axes.set(xlim=(years[0], years[-1]), ylim=(foot, top if top > foot else foot + 1))
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.yaxis.set_major_formatter(SHORT_NUMBERS)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.grid(axis="y", color=PALE, linewidth=0.5)
        if i % columns == 0:
            axes.set_ylabel(unit, fontsize=7.5, color=GREY)
    _series_key(figure, height, baseline is not None, words)
    return figure


def _series_key(figure, height, levels, words):
    key = figure.add_axes((0.065, 0.1 / height, 0.72, 0.25 / height))
    key.set(xlim=(0, 100), ylim=(0, 1))
    key.axis("off")
    lines = [(GREY, (0, (5, 1.5)), "baseline")] * levels + [
        (GREEN, "-", words),
        (INK, (0, (3, 2)), "a policy starts or ends"),
    ]
    x = 0.0
    for colour, style, text in lines:
        key.plot((x, x + 3), (0.6, 0.6), color=colour, linestyle=style, linewidth=1.4)
        key.text(x + 3.8, 0.6, text, va="center", fontsize=8)
        x += 7 + 0.95 * len(text)
    key.add_patch(Rectangle((x, 0.2), 3, 0.8, color=DUSK, linewidth=0))
    key.text(
        x + 3.8, 0.6, "after August 2023 this is a conditional world: nothing else happens", va="center", fontsize=8
    )
