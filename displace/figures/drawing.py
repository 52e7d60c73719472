"""How the report's pictures are drawn: matplotlib's Figure objects alone (no pyplot, no state) to one SVG string.

Nothing random and no date is in them, so that the same results give the same bytes. Text stays text: it can be
searched, copied and read aloud. Colours are Okabe and Ito's, safe for colour-blind readers; nothing is shown by
colour alone.
"""

import io
import logging
import re
import textwrap
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path

import matplotlib
from markupsafe import Markup
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from displace.wording.words import BETTER, INDISTINCT, UNCHANGED, WORSE
from scenarios.plain_text import printable

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # not that it keeps what it knows of fonts elsewhere
INK, GREY, PALE, SEA, LAND, DUSK = "#1b1f24", "#6b7280", "#d5d9df", "#eef3f7", "#ffffff", "#f4f1ea"
BLUE, VERMILLION, ORANGE, GREEN = "#0072B2", "#D55E00", "#E69F00", "#007A59"  # green a shade darker, for thin lines
COLOUR = {BETTER: BLUE, WORSE: VERMILLION, INDISTINCT: GREY, UNCHANGED: GREY}
MARKER = {BETTER: "o", WORSE: "D", INDISTINCT: "o", UNCHANGED: "o"}

OTHER_SCRIPTS = tuple(f"Noto Sans {script}" for script in ("Thai", "Khmer", "Myanmar", "Lao", "CJK SC", "SC"))
NO_GLYPH = r"Glyph (\d+) .*missing from font|Matplotlib currently does not support"

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


@dataclass(frozen=True)
class Picture:
    """A drawing on a page, with what stands above and below it; a folded one opens on demand."""

    title: str
    svg: Markup
    caption: str
    folded: bool = False


# --- from a figure to inline SVG --------------------------------------------------------------------


def drawing(name: str):
    """Make of a function that fills a Figure one that returns its SVG.

    The decorated function takes `title`, `alt` and `stamp` besides its own arguments: what a screen
    reader says (short and long), and the small print of where the figure comes from. Where it is
    drawn more than once on a page, `key` keeps the drawings' ids apart.
    """

    def decorate(fill: Callable[..., Figure]):
        def draw(*args, title: str, alt: str, stamp: str, key: str = name, **kwargs) -> str:
            with matplotlib.rc_context(STYLE | {"svg.hashsalt": key}):
                figure = fill(*args, **kwargs)
                sign(figure, stamp)
                with warnings.catch_warnings():
                    warnings.filterwarnings("ignore", NO_GLYPH)  # the browser has fonts of its own
                    return _inline(figure, key, title, alt)

        draw.__doc__ = fill.__doc__
        return draw

    return decorate


def sign(figure: Figure, stamp: str):
    """Write the small print at a figure's foot."""
    figure.text(0.995, 0.004, stamp, ha="right", va="bottom", fontsize=6, color=GREY)


def save(fill: Callable[..., Figure], path: Path, *args) -> str:
    """Draw a figure into a file, in the format of its suffix (.png, .svg, .pdf). The same data give the same bytes.

    Return the letters for which there is no font here; an .svg file is drawn with the fonts of whoever opens it.
    """
    kind = path.suffix.lower().removeprefix(".")
    nothing = {
        "png": ("Software",),
        "svg": ("Creator", "Date", "Format", "Type"),
        "pdf": ("Creator", "Producer", "CreationDate"),
    }[kind]
    there = set(font_manager.get_font_names())
    fonts = ["DejaVu Sans", *(name for name in OTHER_SCRIPTS if name in there)]
    family = {} if kind == "svg" else {"font.family": fonts}
    with (
        matplotlib.rc_context(STYLE | {"svg.hashsalt": "picture"} | family),
        warnings.catch_warnings(record=True) as seen,
    ):
        warnings.filterwarnings("always", NO_GLYPH)
        fill(*args).savefig(path, format=kind, dpi=160, metadata=dict.fromkeys(nothing))
    codes = [re.match(NO_GLYPH, str(warning.message)) for warning in seen]
    return "" if kind == "svg" else "".join(sorted({chr(int(code[1])) for code in codes if code and code[1]}))


def _inline(figure: Figure, name: str, title: str, alt: str) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    svg = buffer.getvalue()
    svg = printable(svg[svg.index("<svg") :])  # XML has no place for control characters
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<g id=\"[^\"]*\"", "<g", svg)  # two figures on a page would repeat them
    svg = re.sub(r'\b(?:d|x|y|cx|cy|r|points|width|height)="[^"]*"', _shorter, svg)
    head = f'<svg role="img" aria-labelledby="{name}-title {name}-desc" class="figure" '
    title, alt = escape(printable(title)), escape(printable(alt))
    words = f'<title id="{name}-title">{title}</title><desc id="{name}-desc">{alt}</desc>'
    svg = re.sub(r"^<svg ", head, svg)
    svg = re.sub(r' (width|height)="[\d.]+pt"', "", svg, count=2)
    return re.sub(r"(^<svg[^>]*>)", lambda found: found.group(1) + words, svg, count=1).strip()


def _shorter(attribute: re.Match) -> str:
    """Return a coordinate or path to a tenth of a point, which is fine enough; no number in a text is touched."""
    return re.sub(r"(\d\.\d)\d+", r"\1", attribute[0])


def _short(value: float, _position=None) -> str:
    """Return an axis label: 12k, 1.5M, with a true minus sign."""
    for size, letter in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:g}{letter}".replace("-", "\N{MINUS SIGN}")
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")


SHORT_NUMBERS = FuncFormatter(_short)


def wrapped(text: str, width: int) -> str:
    """Return `text` on at most two lines of `width` letters."""
    return "\n".join(textwrap.wrap(text, max(12, width), max_lines=2, placeholder=" …"))


def columns_of(panels: int) -> int:
    """Return how many panels stand side by side."""
    return 1 if panels == 1 else 2 if panels in (2, 4) else 3 if panels in (3, 5, 6, 9) else 4
