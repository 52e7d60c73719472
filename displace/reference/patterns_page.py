"""The tables of docs/patterns.md, made from the registry and from what `displace check patterns --json` printed.

    displace check patterns --json > patterns.json
    displace check patterns --rivals --json > rivals.json
    python -m displace.reference.patterns_page patterns.json rivals.json

Text between the tables is written by hand and kept.
"""

import json
import re
import sys
from pathlib import Path

from calibration.patterns.arms import PATTERN_ARMS
from calibration.patterns.check import RULE_MEANINGS
from calibration.patterns.judge import FAILS, HOLDS, UNDECIDED
from calibration.patterns.patterns import LEFT_OUT, PATTERNS, QUESTION, REPORTED, UNIT, kinds
from displace.wording.patterns import TITLES, rounded

PATTERNS_PAGE = Path(__file__).parents[2] / "docs" / "patterns.md"
MARK = {HOLDS: "+", FAILS: "**−**", UNDECIDED: "?"}


def table(columns, rows) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(columns) + " |", "| " + " | ".join("---" for _ in columns) + " |"]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def worlds() -> str:
    return table(("world", "what is done"), [(name, arm.does) for name, arm in PATTERN_ARMS.items()])


def patterns() -> str:
    rows = []
    for p in PATTERNS:
        compared = p.arms[0] if len(p.arms) == 1 else f"{p.arms[0]} against {', '.join(p.arms[1:])}"
        rows.append(
            (p.id + (" °" if p.separates else ""), p.title, compared, "; ".join(kinds(p)), p.use, p.evidence, p.section)
        )
    return table(("pattern", "what is described", "worlds", "kind", "use", "evidence", "section"), rows)


def left_out() -> str:
    return table(("left out", "why"), LEFT_OUT.items())


def results(found: dict) -> str:
    """Return the table of the model's own rules, by kind."""
    clauses = found["rules"]["learned"]["clauses"]
    parts = [f"{found['seeds']} paired seeds, {found['people_per_agent']} people per agent."]
    for kind in (REPORTED, UNIT, QUESTION):
        rows = [
            (
                c["pattern"],
                c["what"],
                c["window"],
                expected(c),
                f"{say(c['simulated'])} [{say(c['low'])}, {say(c['high'])}]",
                c["verdict"] if c["verdict"] != FAILS else f"**{FAILS}**",
                c["section"],
            )
            for c in clauses
            if c["kind"] == kind
        ]
        parts.append(
            f"**{TITLES[kind]}**\n\n"
            + table(("pattern", "what is seen", "within", "expected", "simulated", "verdict", "section"), rows)
        )
    return "\n\n".join(parts)


def rivals(found: dict) -> str:
    """Return the table of rival rules, one column each."""
    rules = list(found["rules"])
    rows = []
    for across in zip(*(found["rules"][rule]["clauses"] for rule in rules)):
        c = across[0]
        if c["kind"] != UNIT:
            rows.append(
                (
                    c["pattern"] + (" °" if c["separates_rules"] else ""),
                    c["what"],
                    expected(c),
                    *(f"{MARK[r['verdict']]} {say(r['simulated'])}" for r in across),
                )
            )
    separating = {p.id for p in PATTERNS if p.separates}
    for what, ids in (("all", {p.id for p in PATTERNS}), ("that separate rules", separating)):
        for verdict in (HOLDS, FAILS, UNDECIDED):
            counts = [
                sum(v == verdict for id, v in found["rules"][rule]["patterns"].items() if id in ids) for rule in rules
            ]
            rows.append(("", f"evidence patterns {what}: {verdict}", "", *counts))
    meaning = table(("rule", "meaning"), RULE_MEANINGS.items())
    return (
        f"{found['seeds']} paired seeds. + holds, **−** does not hold, ? undecided or without meaning.\n\n"
        + table(("pattern", "what is seen", "expected", *rules), rows)
        + "\n\n"
        + meaning
    )


def expected(clause: dict) -> str:
    low, high, star = clause["expected_low"], clause["expected_high"], "*" if clause["bound_chosen_here"] else ""
    if low is not None and high is not None:
        return f"{low:.3g} to {high:.3g}{star}"
    return f"above {low:.3g}{star}" if low is not None else f"below {high:.3g}{star}"


def say(x) -> str:
    return rounded(float("nan") if x is None else x)


def filled(text: str, parts: dict[str, str]) -> str:
    """Return the page with each marked part replaced."""
    for name, part in parts.items():
        text, count = re.subn(
            rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)",
            lambda m, part=part: m[1] + part + "\n" + m[2],
            text,
            flags=re.DOTALL,
        )
        if count != 1:
            raise ValueError(f"{PATTERNS_PAGE.name}: expected the part '{name}' once, found it {count} times")
    return text


if __name__ == "__main__":
    ours, theirs = (json.loads(Path(path).read_text(encoding="utf-8")) for path in sys.argv[1:3])
    parts = {
        "worlds": worlds(),
        "patterns": patterns(),
        "left out": left_out(),
        "results": results(ours),
        "rivals": rivals(theirs),
    }
    PATTERNS_PAGE.write_text(filled(PATTERNS_PAGE.read_text(encoding="utf-8"), parts), encoding="utf-8")
