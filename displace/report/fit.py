"""A fit and its checks as a page of Markdown, which stands beside the posterior."""

from calibration.fit.fit import Fit
from displace.wording.fit import sentences, tables

FIT_PAGE = "fit.md"


def page(fit: Fit) -> str:
    """Return a fit as Markdown."""
    parts = [f"# {fit.config.title}", *sentences(fit)]
    for title, columns, rows, note in tables(fit):
        lines = [columns, ["---"] * len(columns), *rows]
        parts += [
            f"## {title}",
            "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines),
            note,
        ]
    return "\n\n".join(parts) + "\n"
