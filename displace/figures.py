"""The report's pictures: plain arrays in, one SVG string out.

Drawn with matplotlib's Figure objects alone (no pyplot, no state), with nothing random and no date in
them, so that the same results give the same bytes. Text stays text: it can be searched, copied and read
aloud. Colours are Okabe and Ito's, safe for colour-blind readers; nothing is told by colour alone.
"""

import io
import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from .words import BETTER, UNDETERMINED, WORSE, number

INK, GREY, PALE, SEA, LAND, DUSK = "#1b1f24", "#6b7280", "#d5d9df", "#eef3f7", "#ffffff", "#f4f1ea"
BLUE, VERMILLION, ORANGE, GREEN = "#0072B2", "#D55E00", "#E69F00", "#007A59"  # green a shade darker, for thin lines
COLOUR = {BETTER: BLUE, WORSE: VERMILLION, UNDETERMINED: GREY}
MARKER = {BETTER: "o", WORSE: "D", UNDETERMINED: "o"}

REGION = (88.5, 128.5, -12.0, 29.0)  # west, east, south, north: the map of the report
INSET = (101.9, 107.2, 9.9, 15.0)  # where places of the paper lie too close to be told apart

STYLE = {
    "svg.fonttype": "none",
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans", "Arial", "Helvetica"],
    "font.size": 9,
    "text.parse_math": False,  # a title is text, whatever characters it holds
    "text.color": INK,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
}


# --- from a figure to inline SVG --------------------------------------------------------------------


def drawing(name: str):
    """Make of a function that fills a Figure one that returns its SVG.

    The decorated function takes `title`, `alt` and `stamp` besides its own arguments: what a screen
    reader says (short and long), and the small print of where the figure comes from. Where it is
    drawn more than once on a page, `key` tells the drawings' ids apart.
    """

    def decorate(fill: Callable[..., Figure]):
        def draw(*args, title: str, alt: str, stamp: str, key: str = name, **kwargs) -> str:
            with matplotlib.rc_context(STYLE | {"svg.hashsalt": key}):
                figure = fill(*args, **kwargs)
                figure.text(0.995, 0.004, stamp, ha="right", va="bottom", fontsize=6, color=GREY)
                return _inline(figure, key, title, alt)

        draw.__doc__ = fill.__doc__
        return draw

    return decorate


def _inline(figure: Figure, name: str, title: str, alt: str) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<g id=\"[^\"]*\"", "<g", svg)  # two figures on a page would repeat them
    svg = re.sub(r"(\d\.\d)\d+(?=[ ,\"\nLMQCz])", r"\1", svg)  # a tenth of a point is fine enough
    head = f'<svg role="img" aria-labelledby="{name}-title {name}-desc" class="figure" '
    words = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(alt)}</desc>'
    svg = re.sub(r"^<svg ", head, svg)
    svg = re.sub(r' (width|height)="[\d.]+pt"', "", svg, count=2)
    return re.sub(r"(^<svg[^>]*>)", lambda found: found.group(1) + words, svg, count=1).strip()


def _short(value: float, _position=None) -> str:
    """Return an axis label: 12k, 1.5M, with a true minus sign."""
    for size, letter in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:g}{letter}".replace("-", "\N{MINUS SIGN}")
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")


SHORT = FuncFormatter(_short)


# --- maps -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Spot:
    """A place on a map: `coarse` ones stand for the rest of a country or continent, not for a location."""

    id: str
    name: str
    kind: str
    longitude: float
    latitude: float

    @property
    def coarse(self) -> bool:
        return self.kind in ("elsewhere", "beyond")


@dataclass(frozen=True)
class Flow:
    """People carried along by operations from one place to another, a year."""

    source: str
    target: str
    people: float


@cache
def _atlas() -> dict:
    file = Path(__file__).parent / "assets" / "outlines.json"
    return json.loads(file.read_text(encoding="utf-8"))


def outlines_source() -> str:
    """Return where the country outlines come from."""
    return _atlas()["source"]


@cache
def _outlines() -> list[np.ndarray]:
    return [np.array(ring) for country in _atlas()["countries"] for ring in country["rings"]]


@cache
def _coast(window: tuple[float, float, float, float], fineness: float) -> list[np.ndarray]:
    """Return the outlines inside `window`, thinned to `fineness` degrees; specks are left out."""
    west, east, south, north = window
    kept = []
    for ring in _outlines():
        (left, bottom), (right, top) = ring.min(axis=0), ring.max(axis=0)
        if right < west or left > east or top < south or bottom > north or max(right - left, top - bottom) < 2 * fineness:
            continue
        cells = np.round(ring / fineness)
        moved = np.r_[True, np.any(np.diff(cells, axis=0) != 0, axis=1)]
        if moved.sum() > 3:
            kept.append(np.clip(ring[moved], (west - 1, south - 1), (east + 1, north + 1)))
    return kept


def _ground(axes, window, fineness):
    axes.add_collection(PolyCollection(_coast(window, fineness), facecolor=LAND, edgecolor="#b6bec8", linewidth=0.5, zorder=0))
    axes.set_facecolor(SEA)
    axes.set(xlim=window[:2], ylim=window[2:], xticks=[], yticks=[])
    axes.set_aspect(1 / math.cos(math.radians((window[2] + window[3]) / 2)))
    for spine in axes.spines.values():
        spine.set(visible=True, color=PALE)


def laid_out(spots: Sequence[Spot]) -> dict[str, tuple[float, float]]:
    """Return where each place is drawn: continents beyond the region stand in a column at the map's foot."""
    beyond = [spot for spot in spots if spot.kind == "beyond"]
    at = {spot.id: (spot.longitude, spot.latitude) for spot in spots}
    at |= {spot.id: (90.2, -1.5 - 2.2 * i) for i, spot in enumerate(beyond)}
    return at


def _inside(point, window) -> bool:
    return window[0] <= point[0] <= window[1] and window[2] <= point[1] <= window[3]


def _disc(axes, point, value, largest, colour, coarse, biggest, **style):
    """Draw `value` as a disc of that area; a place that is not a location has a dashed rim."""
    if value <= 0 or largest <= 0:
        return
    look = {"facecolor": colour, "edgecolor": colour, "alpha": 0.3 if coarse else 0.55, "linewidth": 0.9, "zorder": 4} | style
    axes.scatter(*point, s=max(4.0, biggest * value / largest), linestyle=(0, (2, 1.5)) if coarse else "-", **look)


def _arc(axes, start, end, width, colour, alpha=0.75):
    axes.add_patch(
        FancyArrowPatch(
            start, end, connectionstyle="arc3,rad=0.22", arrowstyle="-|>", mutation_scale=5 + 2.2 * width,
            linewidth=width, color=colour, alpha=alpha, shrinkA=3, shrinkB=3, zorder=3, clip_on=True,
        )
    )  # fmt: skip


def _label(axes, texts, boxes, window):
    """Write the places' names where they hide least: each tries positions all about its disc, near and far."""
    width = window[1] - window[0]
    letter, line = width * 0.0105, width * 0.022
    for text, (x, y), reach, coarse in sorted(texts, key=lambda t: -t[2]):
        wide = letter * len(text)
        tried = []
        for distance in (0.35, 1.2, 2.2):
            for angle in np.radians(np.arange(0, 360, 30)):
                dx, dy = math.cos(angle), math.sin(angle)
                left = x + dx * (reach + line * distance) - wide * (1 - dx) / 2
                bottom = y + dy * (reach + line * (distance + 0.2)) - line / 2
                box = (left, bottom, left + wide, bottom + line)
                hidden = sum(_overlap(box, other) for other in boxes) + 10 * _outside(box, window)
                tried.append((hidden + 0.02 * line * line * distance, len(tried), box))
        box = min(tried)[2]
        boxes.append(box)
        axes.text(
            box[0], (box[1] + box[3]) / 2, text, fontsize=7, va="center", zorder=6,
            style="italic" if coarse else "normal", color=GREY if coarse else INK,
        )  # fmt: skip


def _overlap(a, b) -> float:
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def _outside(box, window) -> float:
    return max(0, window[0] - box[0]) + max(0, box[2] - window[1]) + max(0, window[2] - box[1]) + max(0, box[3] - window[3])


def _flows(axes, flows, at, largest, colour, keep):
    for flow in sorted(flows, key=lambda f: f.people):
        if keep(at[flow.source], at[flow.target]):
            _arc(axes, at[flow.source], at[flow.target], 0.5 + 3.0 * flow.people / largest, colour)


@drawing("map")
def people_map(spots: Sequence[Spot], held: dict[str, float], flows: Sequence[Flow]) -> Figure:
    """People held by place (area of the discs) and relocation between places (arcs), in one world."""
    figure = Figure(figsize=(10.6, 7.3))
    main = figure.add_axes((0.005, 0.03, 0.64, 0.95))
    inset = figure.add_axes((0.655, 0.385, 0.34, 0.595))
    key = figure.add_axes((0.655, 0.03, 0.34, 0.33))
    at, largest = laid_out(spots), max(held.values(), default=0.0)
    widest = max((flow.people for flow in flows), default=1.0)
    _ground(main, REGION, 0.12)
    _ground(inset, INSET, 0.02)
    main.add_patch(
        Rectangle((INSET[0], INSET[2]), INSET[1] - INSET[0], INSET[3] - INSET[2], fill=False, edgecolor=INK, linewidth=0.8, zorder=5)
    )
    _flows(main, flows, at, widest, ORANGE, lambda a, b: not (_inside(a, INSET) and _inside(b, INSET)))
    _flows(inset, flows, at, widest, ORANGE, lambda a, b: _inside(a, INSET) and _inside(b, INSET))
    for axes, window, biggest in ((main, REGION, 900.0), (inset, INSET, 900.0)):
        texts, boxes = [], []
        points = axes.get_position().width * figure.get_figwidth() * 72
        for spot in spots:
            if axes is inset and not _inside(at[spot.id], INSET):
                continue
            value = held.get(spot.id, 0.0)
            _disc(axes, at[spot.id], value, largest, BLUE, spot.coarse, biggest)
            reach = math.sqrt(max(4.0, biggest * value / largest if largest else 0) / math.pi) / points * (window[1] - window[0])
            x, y = at[spot.id]
            boxes.append((x - reach, y - reach, x + reach, y + reach))
            if axes is inset or not _inside(at[spot.id], INSET):
                texts.append((spot.name.removeprefix("beyond the region: "), at[spot.id], reach, spot.coarse))
        _label(axes, texts, boxes, window)
    main.text(89.0, 0.4, "beyond the region", fontsize=7, color=GREY, style="italic")
    inset.set_title("Cambodia and its borders", fontsize=8.5, pad=-12, x=0.02)
    _map_key(key, largest, widest)
    return figure


def _map_key(axes, largest, widest):
    axes.set(xlim=(0, 10), ylim=(0, 5))
    axes.axis("off")
    axes.text(0, 4.6, "People held (area of the disc)", fontweight="bold", fontsize=8.5)
    x = 0.7
    for share in (1.0, 0.3, 0.05):
        _disc(axes, (x, 3.6), share * largest, largest, BLUE, False, 900.0)
        axes.text(x + 0.8, 3.6, number(share * largest), va="center", fontsize=8)
        x += 3.2
    axes.scatter(0.7, 2.25, s=120, facecolor=BLUE, edgecolor=BLUE, alpha=0.3, linestyle=(0, (2, 1.5)))
    axes.text(1.5, 2.25, "pale, italic: the rest of a country or continent,\nnot a location", va="center", fontsize=8)
    _arc(axes, (0.2, 0.95), (2.4, 0.95), 3.5, ORANGE)
    axes.text(2.7, 1.05, f"people carried along when operations\nmove; the widest: {number(widest)} a year", va="center", fontsize=8)


@dataclass(frozen=True)
class Change:
    """One policy's map: change in people held by place, and relocation beyond the baseline's."""

    title: str
    held: dict[str, float]
    flows: Sequence[Flow] = ()


def _columns(panels: int) -> int:
    return 1 if panels == 1 else 2 if panels in (2, 4) else 3 if panels in (3, 5, 6, 9) else 4


@drawing("changes")
def change_maps(spots: Sequence[Spot], arms: Sequence[Change]) -> Figure:
    """Change in people held by place, one small map a policy, and the relocation it adds."""
    columns = _columns(len(arms))
    rows = math.ceil(len(arms) / columns)
    wide = 10.6 / columns
    figure = Figure(figsize=(10.6, rows * (wide * 1.05 + 0.35) + 0.5))
    at = laid_out(spots)
    largest = max((abs(v) for arm in arms for v in arm.held.values()), default=0.0)
    widest = max((flow.people for arm in arms for flow in arm.flows), default=1.0)
    biggest = 2200.0 / columns
    grid = figure.subplots(rows, columns, squeeze=False)
    figure.subplots_adjust(0.005, 0.5 / figure.get_figheight(), 0.995, 1 - 0.25 / figure.get_figheight(), 0.03, 0.14)
    for axes in grid.flat[len(arms) :]:
        axes.axis("off")
    for axes, arm in zip(grid.flat, arms):
        _ground(axes, REGION, 0.35)
        axes.set_title(_wrapped(arm.title, int(wide * 12.5)), fontsize=8.5)
        _flows(axes, arm.flows, at, widest, INK, lambda a, b: True)
        for spot in spots:
            change = arm.held.get(spot.id, 0.0)
            more = change > 0
            look = {"marker": "D" if more else "o"}
            _disc(axes, at[spot.id], abs(change), largest, VERMILLION if more else BLUE, spot.coarse, biggest, **look)
    foot = figure.add_axes((0.0, 0.02, 0.8, 0.36 / figure.get_figheight()))
    foot.set(xlim=(0, 100), ylim=(0, 1))
    foot.axis("off")
    for x, colour, marker, text in ((1.5, BLUE, "o", "fewer people held"), (22, VERMILLION, "D", "more people held")):
        foot.scatter(x, 0.5, s=60, color=colour, alpha=0.55, marker=marker)
        foot.text(x + 1.5, 0.5, text, va="center", fontsize=8)
    _arc(foot, (44, 0.5), (48, 0.5), 1.5, INK)
    foot.text(49, 0.5, f"relocation beyond the baseline's; largest disc {number(largest)} people", va="center", fontsize=8)
    return figure


def _wrapped(text: str, width: int) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, max(12, width), max_lines=2, placeholder=" …"))


# --- outcomes by policy -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Dots:
    """One outcome's panel: for each policy (difference, low, high, verdict), in the printed unit."""

    title: str
    unit: str
    rows: Sequence[tuple[float, float | None, float | None, str]]


@drawing("outcomes")
def dots(policies: Sequence[str], panels: Sequence[Dots]) -> Figure:
    """Paired differences against the baseline, a panel an outcome, a row a policy, with intervals."""
    columns = min(4, len(panels))
    rows = math.ceil(len(panels) / columns)
    plot, gap = 0.25 * len(policies), 0.78  # inches: a panel, and between two for title and axis
    figure = Figure(figsize=(10.6, rows * (plot + gap) + 0.45))
    grid = figure.subplots(rows, columns, squeeze=False, sharey=True)
    height = figure.get_figheight()
    figure.subplots_adjust(0.165, 0.8 / height, 0.985, 1 - 0.42 / height, 0.14, gap / plot)
    names = [_wrapped(name, 24) for name in policies]
    for axes in grid.flat[len(panels) :]:
        axes.axis("off")
    for axes, panel in zip(grid.flat, panels):
        axes.axvline(0, color=INK, linewidth=0.9, zorder=1)
        for y, (middle, low, high, says) in enumerate(panel.rows):
            colour = COLOUR.get(says, GREY)
            if low is not None:
                axes.plot((low, high), (y, y), color=colour, linewidth=1.6, solid_capstyle="butt", zorder=2)
            face = "white" if says not in (BETTER, WORSE) else colour
            axes.scatter(middle, y, s=26, marker=MARKER.get(says, "o"), facecolor=face, edgecolor=colour, linewidth=1.3, zorder=3)
        axes.set_title(_wrapped(panel.title, 30), fontsize=8)
        axes.set_xlabel(panel.unit, fontsize=7.5, color=GREY, labelpad=1)
        axes.set_yticks(range(len(names)), names, fontsize=7.5, linespacing=0.95)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.xaxis.set_major_locator(MaxNLocator(3))
        axes.xaxis.set_major_formatter(SHORT)
        axes.grid(axis="x", color=PALE, linewidth=0.5)
        axes.set_axisbelow(True)
        axes.tick_params(left=False)
    foot = figure.add_axes((0.2, 0.1 / height, 0.7, 0.25 / height))
    foot.set(xlim=(0, 100), ylim=(0, 1))
    foot.axis("off")
    words = ((0, BETTER, "better: the interval excludes no change"), (37, WORSE, "worse: likewise"), (58, UNDETERMINED, "undetermined: it includes no change"))
    for x, says, text in words:
        colour = COLOUR[says]
        foot.scatter(x + 1, 0.6, s=26, marker=MARKER[says], facecolor="white" if says == UNDETERMINED else colour, edgecolor=colour, linewidth=1.3)
        foot.text(x + 2.6, 0.6, text, va="center", fontsize=8)
    return figure


# --- through the years ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Band:
    """A series over time with its band, and the years in which its policies start."""

    title: str
    middle: np.ndarray
    low: np.ndarray
    high: np.ndarray
    starts: Sequence[float] = field(default=())


@drawing("series")
def bands(years: np.ndarray, baseline: Band | None, arms: Sequence[Band], unit: str, known_until: float, words: str) -> Figure:
    """One outcome over time, a panel a policy: its level beside the baseline's, or without one a difference around zero.

    `years` are decimal years; after `known_until` nothing of the world's history is put in. `words` names the policy's line.
    """
    columns = _columns(len(arms))
    rows = math.ceil(len(arms) / columns)
    figure = Figure(figsize=(10.6, rows * 1.95 + 0.55))
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    height = figure.get_figheight()
    figure.subplots_adjust(0.065, 0.55 / height, 0.99, 1 - 0.42 / height, 0.06, 0.42)
    drawn = [band for band in (baseline, *arms) if band is not None]
    top = 1.06 * max(float(np.nanmax(band.high)) for band in drawn)
    foot = 0.0 if baseline is not None else 1.06 * min(float(np.nanmin(band.low)) for band in drawn)
    for axes in grid.flat[len(arms) :]:
        axes.axis("off")
    for i, (axes, arm) in enumerate(zip(grid.flat, arms)):
        axes.axvspan(max(known_until, years[0]), years[-1], color=DUSK, zorder=0, linewidth=0)
        for year in arm.starts:
            axes.axvline(year, color=INK, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
        if baseline is None:
            axes.axhline(0, color=INK, linewidth=0.8, zorder=1)
        for band, colour, line in ((baseline, GREY, (0, (5, 1.5))), (arm, GREEN, "-")):
            if band is not None:
                axes.fill_between(years, band.low, band.high, color=colour, alpha=0.22, linewidth=0, zorder=2)
                axes.plot(years, band.middle, color=colour, linewidth=1.3, linestyle=line, zorder=3)
        axes.set_title(_wrapped(arm.title, int(128 / columns)), fontsize=8.5)
        axes.set(xlim=(years[0], years[-1]), ylim=(foot, top if top > foot else foot + 1))
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.yaxis.set_major_formatter(SHORT)
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
    lines = [(GREY, (0, (5, 1.5)), "baseline")] * levels + [(GREEN, "-", words), (INK, (0, (3, 2)), "a policy starts")]
    x = 0.0
    for colour, style, text in lines:
        key.plot((x, x + 3), (0.6, 0.6), color=colour, linestyle=style, linewidth=1.4)
        key.text(x + 3.8, 0.6, text, va="center", fontsize=8)
        x += 7 + 0.95 * len(text)
    key.add_patch(Rectangle((x, 0.2), 3, 0.8, color=DUSK, linewidth=0))
    key.text(x + 3.8, 0.6, "after August 2023 this is a conditional world: nothing else happens", va="center", fontsize=8)
