"""Run the worlds of all patterns over paired seeds and judge them, under the model's own rules and under rival ones."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass

from experiments.batch import workers

from .arms import PATTERN_ARMS, simulate
from .judge import FALSE_ALARM, Ratio, ratio_of_means, together, verdict
from .patterns import PATTERNS, QUESTION, REPORTED, Clause, Pattern

SEEDS, PATTERNS_SCALE = 40, 100
LEARNING = ("feedback_learning", "feedback_own_experience", "feedback_announcement", "feedback_recruiters")

RULES: Mapping[str, Mapping[str, float]] = {
    "learned": {},
    "none": {"relocation_rule": 1},
    "random": {"relocation_rule": 2},
    "nearest": {"relocation_rule": 3},
    "most permissive": {"relocation_rule": 4},
    "no adaptation": dict.fromkeys(LEARNING, 0),
    "no refill": {"feedback_refill": 0, "refill_elasticity": 0},
}
RULE_MEANINGS = {
    "learned": "the model's own rule: operations weigh revenue, price of protection, learned risk, moving cost "
    "and ties",
    "none": "rival: nobody moves",
    "random": "rival and null: movers go anywhere with equal chance",
    "nearest": "rival: movers go near",
    "most permissive": "rival: movers go where control is weakest",
    "no adaptation": "null: neither operations nor recruiters learn",
    "no refill": "null: a higher fee brings no more recruits",
}


@dataclass(frozen=True)
class Judged:
    """One clause of a pattern under one rule, as simulated and judged."""

    pattern: Pattern
    clause: Clause
    ratio: Ratio
    verdict: str


def seen_on_one_seed(
    seed: int, people_per_agent: int, parameters: Mapping[str, float], ids: Sequence[str]
) -> list[tuple[float, float]]:
    """Simulate the worlds that the patterns `ids` need and return (numerator, denominator) of each of their clauses."""
    chosen = [pattern for pattern in PATTERNS if pattern.id in ids]
    needed = {arm for pattern in chosen for arm in pattern.arms}
    worlds = {arm: simulate(arm, seed, people_per_agent, parameters) for arm in PATTERN_ARMS if arm in needed}
    return [clause.seen(worlds) for pattern in chosen for clause in pattern.clauses]


def gather(
    rules: Iterable[str] = ("learned",),
    seeds: int = SEEDS,
    people_per_agent: int = PATTERNS_SCALE,
    workers_wanted: int | None = None,
    ids: Sequence[str] = tuple(pattern.id for pattern in PATTERNS),
    parameters: Mapping[str, float] = {},
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, list[Judged]]:
    """Judge every clause over the seeds 1 to `seeds`, by rule.

    `parameters` hold under every rule; `tell` hears how many runs are done.
    """
    jobs = [(rule, seed) for seed in range(1, seeds + 1) for rule in rules]
    seen: dict[str, dict[int, list]] = {rule: {} for rule in rules}
    executor = workers.local(min(len(jobs), workers_wanted or workers.usable_cores()))
    try:
        futures = {
            executor.submit(seen_on_one_seed, seed, people_per_agent, {**parameters, **RULES[rule]}, ids): (rule, seed)
            for rule, seed in jobs
        }
        for done, future in enumerate(as_completed(futures), start=1):
            rule, seed = futures[future]
            seen[rule][seed] = future.result()
            tell(done, len(jobs))
    except BaseException:
        executor.end()
        raise
    executor.shutdown()
    return {rule: judge([of_seed[seed] for seed in sorted(of_seed)], ids) for rule, of_seed in seen.items()}


def judge(seen: Sequence[Sequence[tuple[float, float]]], ids: Sequence[str]) -> list[Judged]:
    """Judge clauses by what was seen of them, one list a seed."""
    chosen = [pattern for pattern in PATTERNS if pattern.id in ids]
    clauses = [(pattern, clause) for pattern in chosen for clause in pattern.clauses]
    judged = []
    for k, (pattern, clause) in enumerate(clauses):
        numbers = [of_seed[k] for of_seed in seen]
        ratio = ratio_of_means([n for n, _ in numbers], [d for _, d in numbers], alarm_of(pattern))
        judged.append(Judged(pattern, clause, ratio, verdict(ratio, clause.low, clause.high)))
    return judged


def alarm_of(pattern: Pattern) -> float:
    """Return the chance on either side that one clause has.

    Patterns share `FALSE_ALARM`, clauses their pattern's part.
    """
    return FALSE_ALARM / len(PATTERNS) / len(pattern.clauses)


def of_kind(judged: Sequence[Judged], kind: str) -> dict[str, str]:
    """Return the verdict on each pattern by its clauses of one kind."""
    verdicts: dict[str, list[str]] = {}
    for row in judged:
        if row.clause.kind == kind:
            verdicts.setdefault(row.pattern.id, []).append(row.verdict)
    return {id: together(found) for id, found in verdicts.items()}


__all__ = ["QUESTION", "REPORTED", "RULES", "Judged", "alarm_of", "gather", "judge", "of_kind"]
