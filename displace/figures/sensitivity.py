"""Pictures of a sensitivity analysis: tornado, heat map, trade-offs, dose curves, boxes. Rows come from its tables."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from .drawing import BLUE, GREEN, GREY, INK, ORANGE, PALE, SHORT_NUMBERS, VERMILLION, drawing, wrapped

COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, "#CC79A7", "#56B4E9", INK)
MARKERS = ("o", "D", "s", "^", "v", "P", "X")
SHOWN = 10  # factors of a tornado


@dataclass(frozen=True)
class Bars:
    """One tornado: total-order rows of table `indices`, largest first; first orders by factor; the index of chance."""

    title: str
    total: Sequence[dict]
    first: Mapping[str, float]
    chance: float | None


@drawing("tornado")
def tornado(panels: Sequence[Bars]) -> Figure:
    """Total indices with intervals, the alone part as a mark, the noise floor as a line; a panel a quantity."""
    columns = min(2, len(panels))
    rows = math.ceil(len(panels) / columns)
    count = max(len(panel.total[:SHOWN]) for panel in panels)
    figure = Figure(figsize=(10.6, rows * (0.24 * count + 0.95) + 0.35))
    grid = figure.subplots(rows, columns, squeeze=False)
    height = figure.get_figheight()
    figure.subplots_adjust(0.19, 0.75 / height, 0.985, 1 - 0.4 / height, 0.62, 0.85 / (0.24 * count))
    for axes in grid.flat[len(panels) :]:
        axes.axis("off")
    for axes, panel in zip(grid.flat, panels):
        _bars(axes, panel)
    return figure


def _bars(axes, panel: Bars):
    rows = panel.total[:SHOWN]
    y = np.arange(len(rows))
    above_floor = [row["above_floor"] for row in rows]
    axes.barh(
        y,
        [max(0.0, row["value"]) for row in rows],
        0.62,
        color=[BLUE if t else "white" for t in above_floor],
        edgecolor=[BLUE if t else GREY for t in above_floor],
        linewidth=0.8,
    )
    for i, row in enumerate(rows):
        axes.plot((max(0.0, row["low"]), row["high"]), (i, i), color=INK, linewidth=1.1)
        if row["factor"] in panel.first:
            axes.scatter(
                max(0.0, panel.first[row["factor"]]), i, s=16, marker="|", color=ORANGE, linewidth=2.2, zorder=3
            )
    if rows and rows[0]["floor"] is not None:
        axes.axvline(rows[0]["floor"], color=VERMILLION, linestyle="--", linewidth=1.0)
    chance = "" if panel.chance is None else f"; chance {panel.chance:.2f}"
    axes.set_title(wrapped(panel.title, 52), fontsize=8)
    axes.set_xlabel(f"share of variance (total index{chance})", fontsize=7.5, color=GREY)
    axes.set_yticks(y, [wrapped(row["factor"], 26) for row in rows], fontsize=7.5)
    axes.set_ylim(max(len(rows), 1) - 0.4, -0.6)
    axes.set_xlim(0, 1.02)  # what is estimated above 1 is noise
    axes.grid(axis="x", color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(left=False)


@drawing("heat")
def heat(
    arms: Sequence[str], outcomes: Sequence[str], factors: Sequence[str], values: np.ndarray, above_floor: np.ndarray
) -> Figure:
    """Total index of each factor (columns) on each outcome (rows), one panel per policy.

    `values` (float64) and `above_floor` (bool) have shape (arms, outcomes, factors)."""
    figure = Figure(figsize=(10.6, len(arms) * (0.24 * len(outcomes) + 0.5) + 1.7))
    grid = figure.subplots(len(arms), 1, squeeze=False, sharex=True)
    height = figure.get_figheight()
    figure.subplots_adjust(0.27, 1.55 / height, 0.99, 1 - 0.35 / height, 0, 0.45 / (0.24 * len(outcomes)))
    for axes, title, of_arm, is_above in zip(grid.flat, arms, values, above_floor):
        axes.imshow(
            np.where(is_above, np.clip(np.nan_to_num(of_arm), 0, 1), 0.0), aspect="auto", cmap="Blues", vmin=0, vmax=1
        )
        for i, j in np.argwhere(np.isfinite(of_arm)):
            text = f"{min(1.0, max(0.0, of_arm[i, j])):.2f}".removeprefix("0") if is_above[i, j] else "·"
            axes.text(
                j,
                i,
                text,
                ha="center",
                va="center",
                fontsize=7,
                color="white" if is_above[i, j] and of_arm[i, j] > 0.55 else INK,
            )
        axes.set_title(wrapped(title, 90), fontsize=8.5)
        axes.set_yticks(range(len(outcomes)), [wrapped(outcome, 40) for outcome in outcomes], fontsize=7.5)
        axes.set_xticks(
            range(len(factors)), [wrapped(factor, 22) for factor in factors], rotation=40, ha="right", fontsize=7.5
        )
        axes.tick_params(left=False, bottom=False)
        axes.spines[:].set_visible(False)
    return figure


@dataclass(frozen=True)
class Point:
    """One policy in a trade-off: (mean, half-width of its interval) on both axes."""

    title: str
    x: tuple[float, float]
    y: tuple[float, float]
    efficient: bool


@drawing("tradeoffs")
def tradeoffs(panels: Sequence[tuple[str, str, Sequence[Point]]]) -> Figure:
    """Policies by their change for people (up) and others (across), one panel per outcome; filled: not dominated."""
    columns = min(3, len(panels))
    rows = math.ceil(len(panels) / columns)
    figure = Figure(figsize=(10.6, rows * 2.7 + 0.7))
    grid = figure.subplots(rows, columns, squeeze=False)
    height = figure.get_figheight()
    figure.subplots_adjust(0.085, 1.05 / height, 0.985, 1 - 0.35 / height, 0.34, 0.42)
    for axes in grid.flat[len(panels) :]:
        axes.axis("off")
    for axes, (across, up, points) in zip(grid.flat, panels):
        axes.axhline(0, color=GREY, linewidth=0.7)
        axes.axvline(0, color=GREY, linewidth=0.7)
        for i, point in enumerate(points):
            colour, marker = COLOURS[i % 7], MARKERS[i % 7]
            axes.errorbar(point.x[0], point.y[0], point.y[1], point.x[1], fmt="none", ecolor=colour, linewidth=1.0)
            axes.scatter(
                point.x[0],
                point.y[0],
                s=30,
                marker=marker,
                facecolor=colour if point.efficient else "white",
                edgecolor=colour,
                label=point.title,
                zorder=3,
            )
        axes.set_xlabel(wrapped(across, 38), fontsize=7.5)
        axes.set_ylabel(wrapped(up, 30), fontsize=7.5)
        axes.xaxis.set_major_formatter(SHORT_NUMBERS)
        axes.yaxis.set_major_formatter(SHORT_NUMBERS)
    handles, labels = grid.flat[0].get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="lower center",
        ncols=min(4, len(labels)),
        fontsize=7.5,
        frameon=False,
        bbox_to_anchor=(0.5, 0.15 / height),
    )
    return figure


@drawing("doses")
def doses(titles: Sequence[str], panels: Sequence[tuple[str, str, Sequence[Sequence[dict]]]]) -> Figure:
    """Dose curves against the baseline, with intervals: panels by outcome and scale, lines by policy; up is better."""
    columns = min(2, len(panels))
    rows = math.ceil(len(panels) / columns)
    figure = Figure(figsize=(10.6, rows * 2.6 + 0.6))
    grid = figure.subplots(rows, columns, squeeze=False)
    height = figure.get_figheight()
    figure.subplots_adjust(0.085, 0.95 / height, 0.985, 1 - 0.35 / height, 0.22, 0.5)
    for axes in grid.flat[len(panels) :]:
        axes.axis("off")
    for axes, (title, unit, curves) in zip(grid.flat, panels):
        axes.axhline(0, color=INK, linewidth=0.8)
        for i, (name, curve) in enumerate(zip(titles, curves)):
            dose = [100 * row["dose"] for row in curve]
            axes.fill_between(
                dose,
                [row["low"] for row in curve],
                [row["high"] for row in curve],
                color=COLOURS[i % 7],
                alpha=0.13,
                linewidth=0,
            )
            axes.plot(
                dose,
                [row["benefit"] for row in curve],
                color=COLOURS[i % 7],
                marker=MARKERS[i % 7],
                markersize=3.5,
                linewidth=1.3,
                label=name,
            )
        axes.set_title(wrapped(title, 60), fontsize=8)
        axes.set_xlabel("% of the design's dose", fontsize=7.5)
        axes.set_ylabel(wrapped(f"benefit, {unit}", 30), fontsize=7.5)
        axes.yaxis.set_major_formatter(SHORT_NUMBERS)
        axes.grid(color=PALE, linewidth=0.5)
        axes.set_axisbelow(True)
    handles, labels = grid.flat[0].get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="lower center",
        ncols=min(4, len(labels)),
        fontsize=7.5,
        frameon=False,
        bbox_to_anchor=(0.5, 0.12 / height),
    )
    return figure


@dataclass(frozen=True)
class Side:
    """One restriction of a box as parts (0 to 1) of the prior's range, with the bound in words."""

    factor: str
    start: float
    stop: float
    says: str


@drawing("boxes")
def boxes(panels: Sequence[tuple[str, str, Sequence[Side]]]) -> Figure:
    """The region of assumptions in which a policy harms: each prior's range, and the part of it that the box holds."""
    count = sum(len(sides) for *_, sides in panels)
    figure = Figure(figsize=(10.6, 0.42 * count + 0.75 * len(panels) + 0.35))
    height = figure.get_figheight()
    top = 1 - 0.1 / height
    for title, text, sides in panels:
        tall = (0.42 * len(sides)) / height
        axes = figure.add_axes((0.24, top - tall - 0.5 / height, 0.72, tall))
        for y, side in enumerate(sides):
            axes.barh(y, 1, 0.5, color=PALE)
            axes.barh(y, side.stop - side.start, 0.5, side.start, color=VERMILLION)
            axes.text(1.0, y - 0.34, side.says, ha="right", va="bottom", fontsize=7)
        axes.set_title(f"{title}: {text}", fontsize=8)
        axes.set_yticks(range(len(sides)), [wrapped(side.factor, 30) for side in sides], fontsize=7.5)
        axes.set_ylim(len(sides) - 0.5, -0.65)
        axes.set_xlim(0, 1)
        axes.set_xticks([0, 1], ["low end of the prior", "high end"], fontsize=7)
        axes.tick_params(left=False, bottom=False)
        axes.spines[:].set_visible(False)
        top -= tall + 0.75 / height
    return figure
