"""`report.html`: one self-contained page that a minister can read in five minutes, made from a results folder.

Words and tables are put together here, pictures in `pictures.py`, the page in `templates/`. Nothing
is fetched when it is read: style, pictures and tables for download are inside. What is never shown
(the prices, room, routes and beliefs of a real place) is not read in the first place.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from experiments.design import PLACEBO
from experiments.fates import MEASURES
from experiments.store import REPORT
from experiments.store import write as write_whole

from . import assumed, maps, pictures, sensitivity_report, words
from .displaced import Moved, moved
from .headline import Cell, Line, lines
from .study import Study

FORMULA = ("=", "+", "-", "@", "\t", "\r")
ILLUSTRATIVE = "Illustrative: hand-set parameters."
NOT_FITTED = "Nothing here is fitted to data. Read differences between policies and the assumptions behind them, not levels."
PUBLISHED_AT = 10  # people an agent, at most
NATIONALITIES = 12  # shown in the table of changed fates


def write(study: Study) -> Path:
    """Write `OUT/report.html`, whole or not at all, and return its path."""
    path = study.folder / REPORT
    write_whole(path, render(study).encode())
    return path


def write_picture(study: Study, path: Path):
    """Write the headline picture of a comparison: for a slide, a page, a README."""
    answer = lines(study.paired, list(study.titles), study.plan["outcomes"])
    pictures.save_headline(study, answer, path, _stamp(study), f"{ILLUSTRATIVE} {_trial(study)}".strip())


def render(study: Study) -> str:
    """Return the page as HTML. The same results give the same bytes."""
    pages = Environment(loader=PackageLoader("displace"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    style = Markup(pages.loader.get_source(pages, "report.css")[0])
    return pages.get_template("report.html").render(style=style, **_context(study))


def _context(study: Study) -> dict:
    answer = lines(study.paired, list(study.titles), study.plan["outcomes"])
    displacement = moved(study)
    places = _places(study)
    groups = assumed.groups({name: arm["parameters"] for name, arm in study.plan["arms"].items()})
    stamp = _stamp(study)
    return {
        "banner": {"head": ILLUSTRATIVE, "text": f"{NOT_FITTED} {pictures.CONDITIONAL} {_trial(study)}".strip()},
        "title": study.plan["title"],
        "question": study.plan["question"],
        "facts": _facts(study),
        "level": study.level,
        "window": study.window,
        "policies": [_policy(study, name, answer, displacement) for name in study.titles],
        "answer": answer,
        "comparisons": sum(len(line.cells) for line in answer),
        "timing": _timing(study, answer),
        "pictures": {
            "outcomes": [pictures.outcomes(study, answer, stamp)],
            "relocation": pictures.relocation(study, stamp),
            "years": pictures.years(study, stamp),
        },
        "fates": _fates(study),
        "moved": displacement,
        "places": places,
        "history": study.history,
        "drives": sensitivity_report.section(),
        "assumed": {"groups": groups, "sources": assumed.cited(), "sentence": _how_much(groups)},
        "limits": assumed.limits(),
        "made": {"command": _command(study), "rows": _made(study), "stamp": stamp},
        "outlines": maps.outlines_source(),
        "tables": _tables(study, answer, displacement, groups),
    }


# --- tables to download -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """A table as a link that carries its own CSV."""

    name: str
    href: str


def csv_table(name: str, rows: Sequence[Mapping]) -> Table:
    """Return the table as a `data:` link. Text that a spreadsheet would run as a formula gets an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    if rows:
        writer.writerow(rows[0])
    writer.writerows([[_safe(value) for value in row.values()] for row in rows])
    return Table(name, "data:text/csv;charset=utf-8," + quote(text.getvalue()))


def _safe(value):
    if isinstance(value, str) and value.startswith(FORMULA):
        return "'" + value
    return "" if value is None else value


def _tables(study: Study, answer: list[Line], displacement: list[Moved], groups: list[dict]) -> dict[str, Table]:
    worldwide = [row for row in study.paired if not row["place"]]
    headline = {line.outcome.name for line in answer}
    held = [row for row in study.paired if row["place"] in study.spots and row["outcome"] == "people_held"]
    parameters = [{key: row[key] for key in ("name", "value", "range", "unit", "label", "meaning", "source")} for group in groups for row in group["rows"]]
    return {
        "answer": csv_table("answer", [row for row in worldwide if row["outcome"] in headline]),
        "worldwide": csv_table("all-outcomes", worldwide),
        "places": csv_table("people-held-by-place", held),
        "displacement": csv_table("displacement", [row.numbers for row in displacement]),
        "fates": csv_table("changed-fates", study.results.fates_compared.to_pylist()),
        "assumptions": csv_table("parameters", parameters),
    }


# --- the parts of the page --------------------------------------------------------------------------


def _facts(study: Study) -> list[tuple[str, str]]:
    plan = study.plan
    planned = plan["replicates"] * plan["draws"]
    return [
        ("Compared with the baseline", words.count(len(study.titles), "policy", "policies")),
        ("Window", study.window),
        ("Pairs of runs", f"{study.pairs}" if study.pairs == planned else f"{study.pairs} of {planned} so far"),
        ("Scale", f"{plan['people_per_agent']} people an agent"),
        ("Parameters", "hand-set" if plan["draws"] == 1 else f"{plan['draws']} draws"),
    ]


def _policy(study: Study, name: str, answer: list[Line], displacement: list[Moved]) -> dict:
    cells = [cell for line in answer for cell in line.cells if cell.arm == name]
    levers = study.levers(name)
    return {
        "title": study.titles[name],
        "question": study.plan["arms"][name]["question"],
        "summary": _summary(cells),
        "floor": study.floor(name),
        "displacement": next((row.short for row in displacement if row.arm == name), None),
        "pulled": _pulled(study, name),
        "sentences": study.sentences(name),
        "helps": list(dict.fromkeys(channel.why for lever in levers for channel in lever.helps_by)),
        "hurts": list(dict.fromkeys(channel.why for lever in levers for channel in lever.hurts_by)),
    }


def _summary(cells: Sequence[Cell]) -> list[tuple[str, str]]:
    """Return (verdict, outcomes) in words, for the verdicts that a policy has; many undetermined are only counted."""
    said = []
    for verdict in (words.BETTER, words.WORSE, words.UNDETERMINED):
        labels = [cell.outcome.label for cell in cells if cell.verdict == verdict]
        if verdict == words.UNDETERMINED and len(labels) > 3:
            said.append((verdict, f"{len(labels)} of {len(cells)} outcomes"))
        elif labels:
            said.append((verdict, "; ".join(labels)))
    return said


def _pulled(study: Study, name: str) -> list[str]:
    """Return one sentence for all levers that are pulled in the same states, from the same day, as strongly."""
    alike: dict[tuple, list[str]] = {}
    for lever in study.levers(name):
        entries = [policy for policy in study.policies(name) if policy["lever"] == lever.name]
        where = words.listed(sorted({study.place_names.get(id, id) for entry in entries for id in (*entry["states"], *entry["places"])}) or ["all states"])
        strengths = sorted({entry["strength"] for entry in entries})
        strength = " to ".join(f"{s:g}" for s in dict.fromkeys((strengths[0], strengths[-1])))
        alike.setdefault((where, min(entry["start"] for entry in entries), strength), []).append(lever.summary)
    return [f"{where}, from {words.day(since)}, at strength {strength}: {'; '.join(said)}." for (where, since, strength), said in alike.items()]


def _timing(study: Study, answer: list[Line]) -> list[tuple[str, list[str]]]:
    """Return when each effect is first told from chance, a row an outcome; outcomes without any are left out."""
    rows = [(line.outcome.label, [study.first_effect(name, line.outcome.name) for name in study.titles]) for line in answer]
    return [row for row in rows if any(row[1])]


def _fates(study: Study) -> dict | None:
    """Return whose time in captivity the policies and the placebo change: in all, and the net by nationality."""
    rows = {(row["arm"], row["nationality"], row["measure"]): row for row in study.results.fates_compared.to_pylist()}
    if not rows:
        return None
    titles = {PLACEBO: "No policy: one irrelevant change"} | study.titles
    gross = {nation: row["value"] for (arm, nation, measure), row in rows.items() if nation and arm == PLACEBO and measure == "held_in_one_world_only"}

    def said(arm, nation, measure):
        row = rows[arm, nation, measure]
        if measure == "held_in_one_world_only":
            return words.number(row["value"]), words.between(row["low"], row["high"])
        return words.change(row["value"], row["low"], row["high"], row["unit"])

    nations = sorted(gross, key=lambda nation: -gross[nation])[:NATIONALITIES]
    return {
        "rows": [(title, [said(arm, "", measure) for measure in MEASURES]) for arm, title in titles.items()],
        "titles": list(titles.values()),
        "nations": [(study.place_names.get(nation, nation), [said(arm, nation, "net_held") for arm in titles]) for nation in nations],
    }


def _places(study: Study) -> list[dict]:
    """Return people held by place: the baseline, and the change under each policy with its interval."""
    table = []
    for id, by_arm in study.held_by_place.items():
        level = next(iter(by_arm.values()))["baseline"]
        cells = [words.change(row["difference"], row["low"], row["high"], "persons") for row in by_arm.values()]
        table.append({"name": study.spots[id].name, "level": words.number(level), "cells": cells})
    return table


def _trial(study: Study) -> str:
    scale = study.plan["people_per_agent"]
    return f"A trial at {scale} people an agent: publish at {PUBLISHED_AT} or less." if scale > PUBLISHED_AT else ""


def _how_much(groups: list[dict]) -> str:
    count = {label: sum(row["label"] == label for group in groups for row in group["rows"]) for label in assumed.LABELS}
    total = sum(count.values())
    return f"Of {total} parameters, {count['evidence']} have a source, {count['derived']} are derived from sources, and {count['assumption']} are assumptions."


# --- where it comes from ----------------------------------------------------------------------------


def _stamp(study: Study) -> str:
    """Return the small print of every figure: version, commit, scenarios, seed, pairs, scale."""
    manifest, plan = study.manifest, study.plan
    parts = [
        f"displace {manifest['version']}",
        f"commit {manifest['commit'][:10] or 'unknown'}",
        f"plan {plan['hash'][:10]}",
        f"scenarios {study.scenarios_hash[:10]}",
        f"seed {plan['seed']}",
        words.count(study.pairs, "pair"),
        f"{plan['people_per_agent']} people an agent",
    ]
    return " · ".join(parts)


def _command(study: Study) -> str:
    plan = study.plan
    names = [name for name in plan["arms"] if name != plan["baseline"]]
    return (
        f"displace compare {' '.join(names)} --baseline {plan['baseline']} \\\n"
        f"    --replicates {plan['replicates']} --seed {plan['seed']} --people-per-agent {plan['people_per_agent']}"
    )


def _made(study: Study) -> list[tuple[str, str]]:
    manifest, plan = study.manifest, study.plan
    return [
        ("commit (+ = changed since)", manifest["commit"] or "unknown"),
        ("code (model, scenarios, lock)", plan["code"]),
        ("plan", plan["hash"]),
        ("lock of the packages", manifest["lock"]),
        ("versions", ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())),
        ("machine", manifest["machine"]),
        ("created", manifest["created"]),
        *((f"scenario {name}", arm["hash"]) for name, arm in plan["arms"].items()),
        ("draws of the parameters", f"{plan['draws']}, {plan['draws_hash']}"),
    ]
