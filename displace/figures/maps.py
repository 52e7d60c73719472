"""Maps on country outlines: where people are held and operations move, and what each policy changes of it."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from displace.wording.study import Flow, Spot
from displace.wording.words import INDISTINCT, number

from .drawing import BLUE, GREY, INK, LAND, ORANGE, PALE, SEA, VERMILLION, columns_of, drawing, wrapped
from .outlines import rings

REGION = (88.5, 128.5, -12.0, 29.0)  # west, east, south, north
INSET = (101.9, 107.2, 9.9, 15.0)  # where places of the paper lie too close together
BIGGEST = 900.0  # square points: the disc of the largest number on the large map


@dataclass(frozen=True)
class Change:
    """One policy's map: change in people held by place, as (change, is it clear), and the relocation that it adds."""

    title: str
    held: Mapping[str, tuple[float, bool]]
    flows: Sequence[Flow] = ()


# --- the ground ------------------------------------------------------------------------------------


def _ground(axes, window, fineness):
    axes.add_collection(
        PolyCollection(
            [ring for _, ring in rings(window, fineness)], facecolor=LAND, edgecolor="#b6bec8", linewidth=0.5, zorder=0
        )
    )
    axes.set_facecolor(SEA)
    axes.set(xlim=window[:2], ylim=window[2:], xticks=[], yticks=[])
    axes.set_aspect(1 / math.cos(math.radians((window[2] + window[3]) / 2)))
    for spine in axes.spines.values():
        spine.set(visible=True, color=PALE)


# --- places, arcs and names -------------------------------------------------------------------------


def laid_out(spots: Sequence[Spot]) -> dict[str, tuple[float, float]]:
    """Return where each place is drawn: continents beyond the region stand in a column at the map's foot."""
    beyond = [spot for spot in spots if spot.kind == "beyond"]
    at = {spot.id: (spot.longitude, spot.latitude) for spot in spots}
    at |= {spot.id: (90.2, -1.5 - 2.2 * i) for i, spot in enumerate(beyond)}
    return at


def _name_column(axes, size):
    axes.text(89.0, 0.4, "beyond the region", fontsize=size, color=GREY, style="italic")


def _inside(point, window) -> bool:
    return window[0] <= point[0] <= window[1] and window[2] <= point[1] <= window[3]


def _disc(axes, point, value, largest, colour, coarse, biggest, **style):
    """Draw `value` as a disc of that area; a place that is not a location has a dashed rim."""
    if value <= 0 or largest <= 0:
        return
    look = {
        "facecolor": colour,
        "edgecolor": colour,
        "alpha": 0.3 if coarse else 0.55,
        "linewidth": 0.9,
        "zorder": 4,
    } | style
    axes.scatter(*point, s=max(4.0, biggest * value / largest), linestyle=(0, (2, 1.5)) if coarse else "-", **look)


def _arc(axes, start, end, width, colour):
    """Draw an arrow that bends upwards, so that it stays on the map."""
    bend = -0.22 if end[0] > start[0] else 0.22
    axes.add_patch(
        FancyArrowPatch(
            start, end, connectionstyle=f"arc3,rad={bend}", arrowstyle="-|>", mutation_scale=5 + 2.2 * width,
            linewidth=width, color=colour, alpha=0.75, shrinkA=3, shrinkB=3, zorder=3, clip_on=True,
        )
    )  # fmt: skip


def _flows(axes, flows, at, largest, colour, keep: Callable = lambda a, b: True):
    for flow in sorted(flows, key=lambda f: f.people):
        if keep(at[flow.source], at[flow.target]):
            _arc(axes, at[flow.source], at[flow.target], 0.5 + 3.0 * flow.people / largest, colour)


def _label(axes, texts, boxes, window, size=7.0):
    """Write the places' names where they hide least: each tries positions all about its disc, near and far."""
    scale = size / 7 * (window[1] - window[0]) * 0.64 * 10.6 / (axes.get_position().width * axes.figure.get_figwidth())
    letter, line = scale * 0.0085, scale * 0.022
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
                tried.append((hidden + 0.02 * line * line * distance, len(tried), box, distance > 1.0))
        _, _, box, far = min(tried)
        boxes.append(box)
        if far:
            _lead(axes, box, (x, y))
        axes.text(
            (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, text, fontsize=size, ha="center", va="center", zorder=6,
            style="italic" if coarse else "normal", color=GREY if coarse else INK,
        )  # fmt: skip


def _lead(axes, box, point):
    """Draw a thin line from a name to the place that it names."""
    x, y = (min(max(at, low), high) for at, low, high in zip(point, box[:2], box[2:]))
    axes.plot((x, point[0]), (y, point[1]), color=INK, linewidth=0.6, zorder=5)


def _overlap(a, b) -> float:
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def _outside(box, window) -> float:
    return (
        max(0, window[0] - box[0])
        + max(0, box[2] - window[1])
        + max(0, window[2] - box[1])
        + max(0, box[3] - window[3])
    )


def _reach(axes, window, value, largest, biggest) -> float:
    """Return the radius of a disc in degrees."""
    points = axes.get_position().width * axes.figure.get_figwidth() * 72
    return math.sqrt(max(4.0, biggest * value / largest if largest else 0) / math.pi) / points * (window[1] - window[0])


# --- one world --------------------------------------------------------------------------------------


@drawing("map")
def people_map(spots: Sequence[Spot], held: Mapping[str, float], flows: Sequence[Flow]) -> Figure:
    """People held by place (area of the discs) and relocation between places (arcs), in one world."""
    figure = Figure(figsize=(10.6, 7.3))
    main = figure.add_axes((0.005, 0.03, 0.64, 0.95))
    inset = figure.add_axes((0.655, 0.385, 0.34, 0.595))
    at, largest = laid_out(spots), max(held.values(), default=0.0)
    widest = max((flow.people for flow in flows), default=1.0)
    _ground(main, REGION, 0.12)
    _ground(inset, INSET, 0.02)
    west, east, south, north = INSET
    main.add_patch(
        Rectangle((west, south), east - west, north - south, fill=False, edgecolor=INK, linewidth=0.8, zorder=5)
    )
    _flows(main, flows, at, widest, ORANGE, lambda a, b: not (_inside(a, INSET) and _inside(b, INSET)))
    _flows(inset, flows, at, widest, ORANGE, lambda a, b: _inside(a, INSET) and _inside(b, INSET))
    for axes, window in ((main, REGION), (inset, INSET)):
        _places(axes, window, spots, at, held, largest)
    _name_column(main, 7.0)
    inset.set_title("Cambodia and its borders (the frame)", fontsize=8.5, pad=-12, x=0.02)
    _map_key(figure.add_axes((0.655, 0.03, 0.34, 0.33)), largest, widest)
    return figure


def _places(axes, window, spots, at, held, largest):
    texts, boxes = [], []
    for spot in spots:
        if not _inside(at[spot.id], window):
            continue
        value = held.get(spot.id, 0.0)
        _disc(axes, at[spot.id], value, largest, BLUE, spot.coarse, BIGGEST)
        reach, (x, y) = _reach(axes, window, value, largest, BIGGEST), at[spot.id]
        boxes.append((x - reach, y - reach, x + reach, y + reach))
        if window == INSET or not _inside((x, y), INSET):
            texts.append((spot.short, (x, y), reach, spot.coarse))
    _label(axes, texts, boxes, window)


def _map_key(axes, largest, widest):
    axes.set(xlim=(0, 10), ylim=(0, 5))
    axes.axis("off")
    axes.text(0, 4.6, "People held (area of the disc)", fontweight="bold", fontsize=8.5)
    x = 0.7
    for share in (1.0, 0.3, 0.05):
        _disc(axes, (x, 3.6), share * largest, largest, BLUE, False, BIGGEST)
        axes.text(x + 0.8, 3.6, number(share * largest), va="center", fontsize=8)
        x += 3.2
    axes.scatter(0.7, 2.25, s=120, facecolor=BLUE, edgecolor=BLUE, alpha=0.3, linestyle=(0, (2, 1.5)))
    axes.text(1.5, 2.25, "pale, italic: the rest of a country or continent,\nnot a location", va="center", fontsize=8)
    _arc(axes, (0.2, 0.95), (2.4, 0.95), 3.5, ORANGE)
    axes.text(
        2.7,
        1.05,
        f"people carried along when operations\nmove; the widest: {number(widest)} a year",
        va="center",
        fontsize=8,
    )


# --- what policies change ---------------------------------------------------------------------------


@drawing("changes")
def change_maps(spots: Sequence[Spot], arms: Sequence[Change]) -> Figure:
    """Change in people held by place, one small map a policy, and the relocation it adds."""
    columns = columns_of(len(arms))
    rows = math.ceil(len(arms) / columns)
    wide = min(10.6 / columns, 5.0)  # inches
    figure = Figure(figsize=(10.6, rows * (wide * 1.05 + 0.35) + 0.5))
    height = figure.get_figheight()
    grid = figure.subplots(rows, columns, squeeze=False)
    figure.subplots_adjust(0.005, 0.5 / height, wide * columns / 10.6 - 0.005, 1 - 0.25 / height, 0.03, 0.14)
    for axes in grid.flat[len(arms) :]:
        axes.axis("off")
    largest, widest = scale_of(arms)
    for axes, arm in zip(grid.flat, arms):
        change_map(axes, spots, arm, largest, widest, 207.0 * wide)
        axes.set_title(wrapped(arm.title, int(wide * 12.5)), fontsize=8.5)
    change_key(figure.add_axes((0.0, 0.15 / height, 1.0, 0.28 / height)), largest, any(arm.flows for arm in arms))
    return figure


def scale_of(arms: Sequence[Change]) -> tuple[float, float]:
    """Return the largest change in people held and the widest flow of all maps."""
    largest = max((abs(change) for arm in arms for change, _ in arm.held.values()), default=0.0)
    return largest, max((flow.people for arm in arms for flow in arm.flows), default=1.0)


def change_map(axes, spots: Sequence[Spot], arm: Change, largest: float, widest: float, biggest: float, names: int = 3):
    """Draw one policy's map; the places that clearly gain most are named."""
    at, boxes, gains = laid_out(spots), [], []
    _ground(axes, REGION, 0.35)
    _flows(axes, arm.flows, at, widest, INK)
    _name_column(axes, 5.5)
    for spot in spots:
        change, clear = arm.held.get(spot.id, (0.0, False))
        more = change > 0
        colour = VERMILLION if more else BLUE
        _disc(
            axes,
            at[spot.id],
            abs(change),
            largest,
            colour if clear else "none",
            spot.coarse,
            biggest,
            marker="D" if more else "o",
            edgecolor=colour,
        )
        if clear:
            reach, (x, y) = _reach(axes, REGION, abs(change), largest, biggest), at[spot.id]
            boxes.append((x - reach, y - reach, x + reach, y + reach))
            gains += [(change, (spot.short, (x, y), reach, spot.coarse))] * more
    named = sorted(gains, key=lambda gain: -gain[0])[:names]
    _label(axes, [text for _, text in named], boxes, REGION, 6.5)


def change_key(axes, largest: float, arrows: bool):
    """Draw the key of a map of changes: discs, diamonds, rims, arrows if there are any, and the largest mark's size."""
    axes.set(xlim=(0, 100), ylim=(0, 1))
    axes.axis("off")
    for x, colour, marker, filled, rim, text in (
        (1, BLUE, "o", True, "-", "fewer people held"),
        (13.5, VERMILLION, "D", True, "-", "more people held"),
        (25.5, GREY, "o", False, "-", INDISTINCT),
        (40, GREY, "o", False, (0, (2, 1.5)), "the rest of a country or continent"),
    ):
        axes.scatter(
            x,
            0.5,
            s=55,
            facecolor=colour if filled else "none",
            edgecolor=colour,
            alpha=0.6,
            marker=marker,
            linestyle=rim,
        )
        axes.text(x + 1.2, 0.5, text, va="center", fontsize=8)
    axes.text(60, 0.5, f"largest: {number(largest)} people", va="center", fontsize=8)
    if arrows:
        _arc(axes, (79, 0.4), (82, 0.4), 1.5, INK)
        axes.text(83, 0.5, "added relocation", va="center", fontsize=8)
