"""What stops growth: what operations keep per person held, against how many are held in the world."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from model.registry.parameters import complete

from .drawing import GREEN, GREY, INK, PALE, save

SHARES_LET = (0.0, 0.8, 0.95)  # of protected room: none, as in a boom, nearly all


def margins(values: Mapping[str, float], held: np.ndarray, share_let: float, protection: float) -> np.ndarray:
    """Return the margin per person-week, USD, by people held worldwide, at the demand of 2019 where infrastructure is
    best, when so much of the protected room is let (`accounts.price_places`, `landlords.rent_of`)."""
    v = complete(values)
    kept, cost = v["revenue"] * (1 - v["laundering_cost"]) * v["operator_share"], v["upkeep"] + protection
    times, power = kept / cost, v["market_saturation"]
    size = v["vanishing_stock"] / (times ** (1 / power) - 1) if times > 1 and power > 0 else np.inf
    surplus = kept * (1 + held / size) ** -power - cost
    return surplus - np.maximum(0.0, surplus) * share_let ** v["rent_power"]


def save_ceiling(draws: Sequence[Mapping[str, float]], held: tuple[float, float, float], protection: float, path: Path):
    """Draw it into a file. `held`: people held worldwide in 2023, 5 %, median and 95 % of the draws."""
    save(_ceiling, path, draws, held, protection)


def _ceiling(draws, held, protection) -> Figure:
    total = np.linspace(0, 1_200_000, 121)
    figure = Figure(figsize=(7.2, 3.6))
    axes = figure.add_axes((0.1, 0.14, 0.87, 0.8))
    axes.axvspan(held[0], held[2], color=PALE, zorder=0)
    axes.axvline(held[1], color=GREY, linewidth=1)
    for share, colour, style in zip(SHARES_LET, (INK, GREEN, GREEN), ("-", "--", "-")):
        lines = np.array([margins(values, total, share, protection) for values in draws])
        low, middle, high = np.quantile(lines, (0.05, 0.5, 0.95), axis=0)
        if share == 0.0:
            axes.fill_between(total, low, high, color=GREY, alpha=0.15, linewidth=0)
        axes.plot(total, middle, style, color=colour, linewidth=1.6, label=f"{share:.0%} of protected room let")
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set(xlim=(0, total[-1]), xlabel="people held in the world", ylabel="USD per person and week")
    axes.set_ylim(-300, None)
    axes.xaxis.set_major_formatter(lambda x, _: f"{x / 1000:,.0f}k")
    axes.legend(frameon=False, fontsize=8, title="What an operation keeps, median of draws", title_fontsize=8)
    return figure
