"""What the command line prints of a sensitivity analysis: its plan, and the questions with their answers."""

from collections.abc import Sequence

from displace.wording import words
from displace.wording.sensitivity import ILLUSTRATIVE_PRIORS, Answers
from experiments.batch.workers import usable_cores
from experiments.sensitivity.stages import STAGES
from model.registry.outcomes import OUTCOMES

from . import terminal


def show_plan(plan, workers: int | None):
    """Print how many runs each stage takes at most, how long and how much disk."""
    runs = plan.runs()
    cores = workers or usable_cores()
    rows = [[stage, f"{count:,}", STAGES[stage]] for stage, count in runs.items()]
    room = words.room(plan.bytes_on_disk())
    rows.append(
        [
            "all",
            f"{sum(runs.values()):,}",
            f"{words.duration(plan.seconds() / cores)} with {words.count(cores, 'worker')}, {room} of disk",
        ]
    )
    terminal.show_table(("stage", "runs at most", ""), rows)


def show_answer(analysis):
    """Print the questions and their answers, and the table of break-evens."""
    answers = Answers(analysis)
    print()
    print(answers.manifest["title"])
    print(
        f"{ILLUSTRATIVE_PRIORS} {answers.manifest['people_per_agent']} people per agent; "
        f"{sum(stage['runs'] for stage in answers.manifest['stages'].values()):,} runs."
    )
    for question, texts in answers.in_short():
        print(f"\n{question}")
        for answer in texts:
            print(f"  {answer}")
    print()
    columns, rows = answers.breakeven_table()
    terminal.show_table(
        columns,
        _primary(answers, rows),
        title="Least effectiveness of the helping channels at which a policy is better",
    )
    print("\nHow sure?")
    for sentence in answers.how_sure():
        print(f"  {sentence}")
    print()


def _primary(answers: Answers, rows: Sequence[Sequence[str]]) -> list:
    label = OUTCOMES[answers.primary].label
    return [row for row in rows if row[1] == label]
