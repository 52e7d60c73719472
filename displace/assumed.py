"""What a report says about its assumptions: every parameter by label, with the sources it cites."""

import csv
import re
from collections.abc import Mapping
from pathlib import Path

from model.levers import channels
from model.parameters import PARAMETERS

from . import words

EVIDENCE = Path(__file__).parent.parent / "calibration" / "evidence.csv"
LIMITS = Path(__file__).parent.parent / "docs" / "limits.md"

LABELS = {
    "evidence": "A source gives the value or its bounds.",
    "derived": "Computed from sources, with a step of reasoning between.",
    "assumption": "No source gives these. They are chosen by hand, and a result that hangs on one is only as good as it is.",
}
CHANNELS = "The effect of each channel at strength 1. All are assumptions, and the plausible range of each includes none."


def groups(overrides: Mapping[str, Mapping[str, float]]) -> list[dict]:
    """Return the report's tables of parameters: by label, the assumptions by topic, and the levers' channels last.

    `overrides` is {arm: {parameter: value}}: what some arm sets differently is marked.
    """
    helps = {f"{lever.name}.{channel.name}": helps for lever, channel, helps in channels()}
    changed = {name: sorted(arm for arm in overrides if name in overrides[arm]) for names in overrides.values() for name in names}
    tables: dict[str, dict] = {}
    for label, meaning in LABELS.items():
        for p in PARAMETERS:
            if p.name in helps or p.label != label:
                continue
            title = words.start(f"{label}: {p.topic}" if label == "assumption" else label)
            table = tables.setdefault(title, {"title": title, "meaning": meaning, "rows": [], "open": label != "assumption"})
            table["rows"].append(_row(p, changed))
    for which, title in ((True, "How strongly each policy may help"), (False, "How strongly each policy may hurt")):
        rows = [_row(p, changed) for p in PARAMETERS if helps.get(p.name) is which]
        tables[title] = {"title": title, "meaning": CHANNELS, "rows": rows, "open": False}
    return list(tables.values())


def _row(parameter, changed) -> dict:
    if parameter.choices:
        value, span = parameter.choices[int(parameter.default)], ", ".join(parameter.choices)
    else:
        value, span = f"{parameter.default:g}", _range(parameter)
    return {
        "name": parameter.name,
        "value": value,
        "changed": ", ".join(changed.get(parameter.name, ())),
        "range": span,
        "unit": parameter.unit,
        "meaning": parameter.meaning,
        "label": parameter.label,
        "source": ", ".join([*parameter.evidence, *([parameter.section] if parameter.section else [])]),
    }


def _range(parameter) -> str:
    if not parameter.prior:
        return "fixed"
    _, low, high = parameter.prior
    return f"{low:g} to {high:g}"


def cited() -> list[tuple[str, str]]:
    """Return (id, source) for every row of `calibration/evidence.csv` that a parameter cites."""
    wanted = {key for parameter in PARAMETERS for key in parameter.evidence}
    with EVIDENCE.open(encoding="utf-8", newline="") as file:
        return [(row["id"], row["source"]) for row in csv.DictReader(file) if row["id"] in wanted]


def limits() -> list[tuple[str, str]]:
    """Return (lead, text) for each point of the section 'In short' of `docs/limits.md`."""
    section = LIMITS.read_text(encoding="utf-8").split("## In short", 1)[1].split("\n## ", 1)[0]
    points = [" ".join(point.split()) for point in re.split(r"^- ", section, flags=re.MULTILINE)[1:]]
    return [tuple(re.fullmatch(r"\*\*(.+?)\*\* (.+)", point).groups()) for point in points]
