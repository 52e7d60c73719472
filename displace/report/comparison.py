"""`report.html`: one self-contained page that a minister can read in five minutes, made from a results folder.

Words and tables are put together here, pictures in `figures/comparison.py`, the page in `templates/`. Nothing
is fetched when it is read: style, pictures and tables for download are inside. What is never shown
(the prices, room, routes and beliefs of a real place) is not read in the first place.
"""

import csv
import io
import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import batched
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from displace.figures import comparison as pictures
from displace.figures import outlines
from displace.wording import words
from displace.wording.displacement import Moved, moved
from displace.wording.effects_table import Cell, Line, lines
from displace.wording.limits import LIMITS
from displace.wording.parameter_sources import between_draws
from displace.wording.reasons import reason
from displace.wording.study import Study
from experiments.comparison.fates import FATE_MEASURES
from experiments.comparison.strength import FEWEST_VOTES, INDISTINCT
from experiments.design.explain import PLANNED
from experiments.results.folder import PLACEBO, REPORT, write_whole
from model.registry.lever import Lever

from . import assumptions as assumed
from . import further_tables as further
from . import sensitivity as sensitivity_report

FORMULA = ("=", "+", "-", "@", "\t", "\r")
PUBLISHED_AT = 10  # people per agent, at most
AT_ONCE = 8  # policies side by side in the table of the answer
SIZES_SHOWN = 5  # outcomes with their sizes on a policy's card, for each verdict
NATIONALITIES = 12  # shown in the table of changed fates


def write(study: Study) -> Path:
    """Write `OUT/report.html`, whole or not at all, and return its path."""
    path = study.folder / REPORT
    write_whole(path, render(study).encode())
    return path


def write_picture(study: Study, path: Path) -> str:
    """Write the headline picture of a comparison: for a slide, a page, a README. Return letters without a font here."""
    answer = lines(study.paired, list(study.titles), study.plan["outcomes"])
    return pictures.save_headline(study, answer, path, _stamp(study), f"{study.standing.head} {_trial(study)}".strip())


def render(study: Study) -> str:
    """Return the page as HTML. The same results give the same bytes."""
    pages = Environment(
        loader=PackageLoader("displace.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["count"] = words.count
    style = Markup(pages.loader.get_source(pages, "report.css")[0])
    return pages.get_template("report.html").render(style=style, **_context(study))


def _context(study: Study) -> dict:
    answer = lines(study.paired, list(study.titles), study.plan["outcomes"])
    displacement = moved(study)
    places = _places(study)
    groups = assumed.groups({name: arm["parameters"] for name, arm in study.plan["arms"].items()}, study.drawn or {})
    stamp = _stamp(study)
    return {
        "unfinished": study.unfinished,
        "lost": study.lost,
        "cautions": study.cautions,
        "banner": {
            "head": study.standing.head,
            "text": f"{study.standing.text} {pictures.CONDITIONAL} {_trial(study)}".strip(),
        },
        "title": study.plan["title"],
        "question": study.plan["question"],
        "planned": PLANNED.format(study.plan["budget"]) if study.plan.get("budget") else "",
        "facts": _facts(study),
        "levels": study.levels,
        "level": study.level,
        "fewest": FEWEST_VOTES,
        "window": study.window,
        "policies": [_policy(study, name, answer, displacement) for name in study.titles],
        "answers": [(list(names.values()), _only(answer, names)) for names in _batches(study.titles)],
        "comparisons": sum(len(line.cells) for line in answer),
        "timing": _timing(study, answer),
        "months": further.months(study),
        "worse_before": further.worse_before(study),
        "endings": further.endings(study),
        "contributions": further.contributions(study),
        "burden": further.burden(study),
        "costs": further.costs(study),
        "unit_costs": further.unit_cost_rows(),
        "between_draws": between_draws(study.paired, answer),
        "pictures": {
            "outcomes": [pictures.outcomes(study, answer, stamp)],
            "relocation": pictures.relocation(study, stamp),
            "years": pictures.years(study, stamp),
            "no_years": pictures.no_years(study),
        },
        "fates": _fates(study),
        "moved": displacement,
        "places": places,
        "by_place": study.results.recorded_by_place,
        "history": study.history,
        "baseline": {
            "title": study.plan["arms"][study.baseline]["title"],
            "pulls": bool(study.of_baseline),
            "only_some": study.only_some,
        },
        "drives": sensitivity_report.section(),
        "assumed": {
            "groups": groups,
            "head": assumed.VALUE if study.drawn is not None else assumed.HAND_SET,
            "sources": assumed.cited(),
            "untraced": assumed.untraced(),
            "targets": study.standing.targets,
            "sentence": _how_much(groups),
        },
        "limits": LIMITS,
        "made": {"command": _command(study), "rows": _made(study), "stamp": stamp},
        "outlines": outlines.source(),
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
    columns = ("name", "value", "differs", "hand_set", "range", "unit", "label", "meaning", "source")
    parameters = [
        {assumed.HAND_SET if key == "value" and study.drawn is None else key: row[key] for key in columns}
        for group in groups
        for row in group["rows"]
    ]
    return {
        "answer": csv_table("answer", [row for row in worldwide if row["outcome"] in headline]),
        "worldwide": csv_table("all-outcomes", worldwide),
        "places": csv_table("people-held-by-place", held),
        "displacement": csv_table("displacement", [row.numbers for row in displacement]),
        "effects": csv_table("effects-by-month", study.results.effects.to_pylist()),
        "timing": csv_table("timing", study.results.timing.to_pylist()),
        "endings": csv_table("after-a-policy-ends", study.results.endings.to_pylist()),
        "contributions": csv_table("what-each-adds", study.results.contributions.to_pylist()),
        "burden": csv_table(
            "by-group", [row for row in study.results.by_group.to_pylist() if row["outcome"] in further.BORNE]
        ),
        "costs": csv_table("costs", study.results.costs.to_pylist()),
        "fates": csv_table("changed-fates", study.results.fates_compared.to_pylist()),
        "assumptions": csv_table("parameters", parameters),
    }


# --- the parts of the page --------------------------------------------------------------------------


def _facts(study: Study) -> list[tuple[str, str]]:
    plan = study.plan
    return [
        ("Compared with the baseline", words.count(len(study.titles), "policy", "policies")),
        ("Window", study.window),
        ("Pairs of runs", _pairs(study)),
        ("Scale", f"{plan['people_per_agent']} people per agent"),
        (
            "Parameters",
            "hand-set"
            if plan["draws"] == 1 and not plan.get("draws_from")
            else f"{words.count(plan['draws'], 'draw')}, {_drawn(plan)}",
        ),
    ]


def _batches(titles: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the policies in batches that fit side by side, as even as can be."""
    count = math.ceil(len(titles) / AT_ONCE)
    return [dict(batch) for batch in batched(titles.items(), math.ceil(len(titles) / count))]


def _only(answer: list[Line], arms: Mapping[str, str]) -> list[Line]:
    return [replace(line, cells=tuple(cell for cell in line.cells if cell.arm in arms)) for line in answer]


def _pairs(study: Study) -> str:
    """Return the number of pairs in words: each draw of the parameters is a world of its own, each seed is not."""
    if study.pairs != study.planned:
        return f"{study.pairs} of {study.planned}" + ("" if study.results.finished else " so far")
    return f"{study.pairs} ({words.seeds_of_draws(study.plan)})" if study.plan["draws"] > 1 else f"{study.pairs}"


def _drawn(plan) -> str:
    return {"posterior": "fitted to reports", "prior": "from their priors"}.get(
        plan.get("draws_from", {}).get("kind"), "as given"
    )


def _policy(study: Study, name: str, answer: list[Line], displacement: list[Moved]) -> dict:
    cells = [cell for line in answer for cell in line.cells if cell.arm == name]
    levers = study.levers(name)
    return {
        "title": study.titles[name],
        "question": study.plan["arms"][name]["question"],
        "summary": _summary(cells, levers),
        "floor": study.floor(name),
        "no_floor": study.no_floor(name),
        "displacement": next((row.short for row in displacement if row.arm == name), None),
        "pulled": study.pulled(name),
        "sentences": study.sentences(name),
        "helps": list(dict.fromkeys(channel.why for lever in levers for channel in lever.helps_by)),
        "hurts": list(dict.fromkeys(channel.why for lever in levers for channel in lever.hurts_by)),
    }


def _summary(cells: Sequence[Cell], levers: Sequence[Lever]) -> list[tuple[str, list[dict]]]:
    """Return (verdict, outcomes with their sizes and any direct reason) for each verdict that a policy has."""
    by_verdict = []
    for verdict in (words.BETTER, words.WORSE):
        mine = [cell for cell in cells if cell.verdict == verdict]
        shown = [
            {"label": cell.outcome.label, "size": _size(cell), "why": reason(levers, cell.outcome.name, verdict)}
            for cell in mine[:SIZES_SHOWN]
        ]
        if len(mine) > SIZES_SHOWN:
            shown.append({"label": f"and {len(mine) - SIZES_SHOWN} more, in the table below", "size": "", "why": ""})
        if shown:
            by_verdict.append((verdict, shown))
    others = [cell.outcome.label for cell in cells if cell.verdict == INDISTINCT]
    if others:
        label = "; ".join(others) if len(others) <= 3 else f"{len(others)} of {len(cells)} outcomes"
        by_verdict.append((INDISTINCT, [{"label": label, "size": "", "why": ""}]))
    return by_verdict


def _size(cell: Cell) -> str:
    return ", ".join(filter(None, (f"{cell.relative} {cell.range}".strip(), cell.median, cell.says)))


def _timing(study: Study, answer: list[Line]) -> list[tuple[str, list[str]]]:
    """Return when each effect is first distinguishable from chance, one row per outcome that has one."""
    rows = []
    for line in answer:
        cells = {cell.arm: study.first_effect(cell) for cell in line.cells}
        rows.append((line.outcome.label, [cells.get(name, "") for name in study.titles]))
    return [row for row in rows if any(row[1])]


def _fates(study: Study) -> dict | None:
    """Return whose time in captivity the policies and the placebo change: in all, and the net by nationality."""
    rows = {(row["arm"], row["nationality"], row["measure"]): row for row in study.results.fates_compared.to_pylist()}
    if not rows:
        return None
    titles = {PLACEBO: "No policy: one irrelevant change"} | study.titles
    gross = {
        nation: row["value"]
        for (arm, nation, measure), row in rows.items()
        if nation and arm == PLACEBO and measure == "held_in_one_world_only"
    }

    def text_of(arm, nation, measure):
        row = rows[arm, nation, measure]
        if arm != PLACEBO:
            return words.change(row["excess"], row["excess_low"], row["excess_high"], row["unit"])
        if measure == "held_in_one_world_only":
            return words.number(row["value"]), words.between(row["low"], row["high"])
        return words.change(row["value"], row["low"], row["high"], row["unit"])

    nations = sorted(gross, key=lambda nation: -gross[nation])[:NATIONALITIES]
    return {
        "rows": [(title, [text_of(arm, "", measure) for measure in FATE_MEASURES]) for arm, title in titles.items()],
        "titles": list(titles.values()),
        "nations": [
            (study.place_names.get(nation, nation), [text_of(arm, nation, "net_held") for arm in titles])
            for nation in nations
        ],
    }


def _places(study: Study) -> list[dict]:
    """Return people held by place: the baseline, and the change under each policy."""
    table = []
    for id, by_arm in study.held_by_place.items():
        level = next(iter(by_arm.values()))["baseline"]
        cells = [further.cell(row) for row in by_arm.values()]
        table.append({"name": study.spots[id].name, "level": words.number(level), "cells": cells})
    return table


def _trial(study: Study) -> str:
    scale = study.plan["people_per_agent"]
    return f"A trial at {scale} people per agent: publish at {PUBLISHED_AT} or less." if scale > PUBLISHED_AT else ""


def _how_much(groups: list[dict]) -> str:
    count = {label: sum(row["label"] == label for group in groups for row in group["rows"]) for label in assumed.LABELS}
    total = sum(count.values())
    return (
        f"Of {total} parameters, {count['evidence']} have a source, {count['derived']} are derived from "
        f"sources, and {count['assumption']} are assumptions."
    )


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
        f"{plan['people_per_agent']} people per agent",
    ]
    return " · ".join(parts)


def _command(study: Study) -> str:
    plan = study.plan
    asked = study.manifest.get("asked") or [name for name in plan["arms"] if name != plan["baseline"]]
    seeds = "" if plan["repeated_draws"] else f"--replicates {plan['replicates']} "  # else the design gives both
    return (
        f"displace compare {shlex.join(asked)} --baseline {plan['baseline']} \\\n"
        f"    {seeds}--seed {plan['seed']} --people-per-agent "
        f"{plan['people_per_agent']}{_draws_option(study)} --out outputs/again"
    )


def _draws_option(study: Study) -> str:
    """Return the draws as they were asked for; an older folder knows only their kind."""
    source = study.plan.get("draws_from") or {}
    name = study.manifest.get("draws_asked") or (f"{source['kind']}:{source['draws']}" if source.get("kind") else "")
    return f" \\\n    --draws {shlex.quote(name)}" if name else ""


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
