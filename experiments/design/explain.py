"""A design read back as plain sentences: what is compared, on how many runs, and what each arm changes."""

from collections.abc import Collection, Iterable, Iterator

from model.registry.levers import LEVERS
from model.registry.policy import Policy
from scenarios.diff import besides_policies
from scenarios.explain import day_of, parameter_in_words, sentence, special_timing, where_of, whom
from scenarios.scenario import Scenario

from .design import Design

PLANNED = (
    "Strengths are set so that every arm is planned to cost {:,.3g} million USD a year: at the middle of "
    "every unit cost, if all capacity that it adds is used and "
    "every raid gets in. What is spent in the simulation differs."
)


def explain(design: Design) -> list[str]:
    """Return the sentences, one paragraph an item: the question, the runs, what holds in all arms, each arm."""
    shared = set.intersection(*({*arm.parameters.items()} for arm in design.arms.values()))
    return [
        f"{design.title}: {design.question}",
        f"{design.runs:,} runs at {design.people_per_agent} people an agent: {len(design.arms)} arms, seeds: "
        f"{design.replicates}{_repeated(design)}, draws of the parameters: {len(design.draws)}. "
        f"Every arm is compared with '{design.baseline}'.",
        *([PLANNED.format(design.budget)] if design.budget else []),
        *[parameter_in_words(name, value, "all arms") for name, value in sorted(shared)],
        *[_arm(name, arm, design.arms[design.baseline]) for name, arm in design.arms.items()],
    ]


def _repeated(design: Design) -> str:
    all_repeated = len(design.blocks) == len(design.draws) * design.replicates
    return "" if all_repeated else f" on {design.repeated_draws} of the draws and one on the others"


def _arm(name: str, arm: Scenario, baseline: Scenario) -> str:
    sentences = [*policies_in_words(arm.policies, baseline.policies), *besides_policies(baseline, arm)]
    return "\n".join(
        [
            f"{name}: {arm.title}",
            *(
                f"  {text}"
                for text in sentences or ["The baseline, as it is." if arm is baseline else "Nothing is changed."]
            ),
        ]
    )


def policies_in_words(policies: Collection[Policy], baseline: Collection[Policy]) -> list[str]:
    """Return the sentences on what an arm pulls beyond its baseline, and on what it leaves out of it."""
    added, left_out = (
        [policy for policy in one if policy not in other] for one, other in ((policies, baseline), (baseline, policies))
    )
    return [*_policies(added), *(f"Left out: {text}" for text in _policies(left_out))]


def _policies(policies: Iterable[Policy]) -> Iterator[str]:
    """Yield one sentence for all levers that are pulled alike: where, from when, how strongly, for whom."""
    alike: dict[tuple, list[str]] = {}
    for policy in sorted(policies, key=lambda p: (p.start, p.lever, p.states)):
        key = (where_of(policy), day_of(policy.start), f"{policy.strength:.3g}{whom(policy)}", special_timing(policy))
        alike.setdefault(key, []).append(LEVERS[policy.lever].summary)
    for (where, day, strength, how), levers in alike.items():
        yield sentence(f"in {where}, from {day}, at strength {strength}: {'; '.join(levers)}") + (
            f" {sentence(how)}" if how else ""
        )
