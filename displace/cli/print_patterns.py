"""What `displace check patterns` prints: the patterns and their verdicts, and rival rules on the same patterns."""

import math
import sys
import time
from collections.abc import Mapping, Sequence

from calibration.patterns.arms import PATTERN_ARMS
from calibration.patterns.check import RULE_MEANINGS, Judged, of_kind
from calibration.patterns.judge import FAILS, FALSE_ALARM, HOLDS, UNDECIDED
from calibration.patterns.patterns import LEFT_OUT, PATTERNS, QUESTION, REPORTED, UNIT
from displace.wording.patterns import TITLES, rounded
from scenarios.evidence.reports import evidence_ids

from .terminal import SECONDS_BETWEEN_LINES, show_table

VERDICT_WORDS = {HOLDS: "holds", FAILS: "FAILS", UNDECIDED: "?"}


def progress(quiet: bool):
    """Return what prints how far the runs are, at most every few seconds, to standard error."""
    last = time.monotonic()

    def tell(done, total):
        nonlocal last
        if not quiet and (done == total or time.monotonic() - last >= SECONDS_BETWEEN_LINES):
            last = time.monotonic()
            print(f"{done} of {total} seeds", file=sys.stderr, flush=True)

    return tell


def interval(row: Judged) -> str:
    seen = row.ratio
    return f"{rounded(seen.value)} [{rounded(seen.low)}, {rounded(seen.high)}]"


def rows_of(judged: Sequence[Judged], kind: str) -> list[list[str]]:
    """Return the table's rows: pattern, expected, simulated, verdict, section."""
    rows = []
    for pattern in PATTERNS:
        mine = [row for row in judged if row.pattern == pattern and row.clause.kind == kind]
        for k, row in enumerate(mine):
            name = f"{pattern.id}{' °' if pattern.separates else ''}" if k == 0 else ""
            rows.append(
                [
                    name,
                    row.clause.what,
                    row.clause.window,
                    row.clause.expected,
                    interval(row),
                    row.verdict,
                    pattern.use,
                    pattern.section,
                ]
            )
    return rows


def show(judged: Sequence[Judged], seeds: int, people_per_agent: int):
    """Print what was found under the model's own rules."""
    for kind in (REPORTED, UNIT, QUESTION):
        columns = ("pattern", "what is seen", "within", "expected", "simulated", "verdict", "use", "section")
        show_table(columns, rows_of(judged, kind), TITLES[kind])
        print()
    for kind in (REPORTED, UNIT):
        print(f"{kind.capitalize()}: {_count(of_kind(judged, kind))}.")
    print(_method(seeds, people_per_agent))
    print()
    show_table(("left out", "why"), [[what, why] for what, why in LEFT_OUT.items()])


def _count(verdicts: Mapping[str, str]) -> str:
    parts = []
    for verdict in (HOLDS, FAILS, UNDECIDED):
        ids = [id for id, found in verdicts.items() if found == verdict]
        parts.append(
            f"{len(ids)} {verdict if verdict != HOLDS or len(ids) == 1 else 'hold'}"
            + (f" ({', '.join(ids)})" if ids else "")
        )
    return "; ".join(parts).replace("does not hold", "do not hold")


def _method(seeds, people_per_agent):
    return (
        f"{seeds} paired seeds, {people_per_agent} people per agent, hand-set parameters. Ratios of means "
        "with Fieller's interval; 'holds' and 'does not hold'\n"
        f"where the whole interval says so. Were all {len(PATTERNS)} patterns true, one of them would be "
        f"called false with a probability of at most {FALSE_ALARM:g}.\n"
        "* a bound chosen here, since the source is ordinal. ° a pattern that separates rival rules."
    )


def show_rivals(by_rule: Mapping[str, Sequence[Judged]], seeds: int, people_per_agent: int):
    """Print the same patterns under the model's own rule and the rival ones, side by side."""
    rules = list(by_rule)
    for kind in (REPORTED, UNIT, QUESTION):
        rows = []
        for across in zip(*by_rule.values()):
            clause, pattern = across[0].clause, across[0].pattern
            if clause.kind == kind:
                cells = [f"{VERDICT_WORDS[row.verdict]} {rounded(row.ratio.value)}" for row in across]
                rows.append([f"{pattern.id}{' °' if pattern.separates else ''}", clause.what, clause.expected, *cells])
        show_table(("pattern", "what is seen", "expected", *rules), rows, TITLES[kind])
        print()
    counted = {"all": PATTERNS, "that separate rules": [p for p in PATTERNS if p.separates]}
    rows = []
    for what, patterns in counted.items():
        ids = {pattern.id for pattern in patterns}
        verdicts = {
            rule: [v for id, v in of_kind(judged, REPORTED).items() if id in ids] for rule, judged in by_rule.items()
        }
        for verdict in (HOLDS, FAILS, UNDECIDED):
            rows.append(
                [f"evidence patterns {what}: {verdict}", *(str(verdicts[rule].count(verdict)) for rule in rules)]
            )
    show_table(("count", *rules), rows)
    print()
    show_table(("rule", "meaning"), [[rule, RULE_MEANINGS[rule]] for rule in rules])
    print(_method(seeds, people_per_agent))


def as_json(by_rule: Mapping[str, Sequence[Judged]], seeds: int, people_per_agent: int) -> dict:
    """Return all of it as plain values: None where nothing can be said."""
    return {
        "seeds": seeds,
        "people_per_agent": people_per_agent,
        "false_alarm": FALSE_ALARM,
        "worlds": {name: arm.does for name, arm in PATTERN_ARMS.items()},
        "rules": {
            rule: {
                "meaning": RULE_MEANINGS[rule],
                "patterns": of_kind(judged, REPORTED),
                "clauses": [_plain(row) for row in judged],
            }
            for rule, judged in by_rule.items()
        },
        "left_out": dict(LEFT_OUT),
    }


def _plain(row: Judged) -> dict:
    pattern, clause, seen = row.pattern, row.clause, row.ratio
    value, low, high = (x if math.isfinite(x) else None for x in (seen.value, seen.low, seen.high))
    expected_low, expected_high = (x if math.isfinite(x) else None for x in (clause.low, clause.high))
    return {
        "pattern": pattern.id,
        "title": pattern.title,
        "worlds": list(pattern.arms),
        "what": clause.what,
        "window": clause.window,
        "kind": clause.kind,
        "expected_low": expected_low,
        "expected_high": expected_high,
        "bound_chosen_here": clause.starred,
        "simulated": value,
        "low": low,
        "high": high,
        "seeds": seen.seeds,
        "verdict": row.verdict,
        "evidence": evidence_ids(pattern.evidence),
        "section": pattern.section,
        "use": pattern.use,
        "separates_rules": pattern.separates,
    }


def failing(judged: Sequence[Judged]) -> list[str]:
    """Return the patterns that do not hold by their evidence."""
    return [id for id, verdict in of_kind(judged, REPORTED).items() if verdict == FAILS]
