"""What the priors alone say of 2023, before any fit: `python -m benchmarks.prior_predictive --draws 60`.

Runs the baseline up to mid-2023 under draws from the priors of all parameters and prints, over draws, the people held,
their deaths, how many of the newly held were trafficked before, and the stranded; then the shares of draws that are
near the reports and far beyond them.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from calibration.fit.ensemble import expected_in
from calibration.fit.prior_predictive import PRESENT_TO, PriorPredictive, counts_wanted, in_words, prior_predictive
from experiments.batch.runner import execute
from experiments.comparison.read import read
from experiments.design.design import Design
from experiments.design.draws import prior_draws
from scenarios.loading import load


def simulated(draws: int, people_per_agent: int, workers: int | None, seed: int, folder: Path) -> PriorPredictive:
    """Return the prior predictive of so many draws, one run each, whose results are left in `folder`."""
    design = Design(
        "Prior predictive",
        "What do the priors alone say?",
        {"prior": replace(load("baseline"), stop=PRESENT_TO)},
        "prior",
        replicates=1,
        seed=seed,
        people_per_agent=people_per_agent,
        draws=tuple(prior_draws(draws, seed)),
        record="expected_reports",
        groups=False,
        expected_reports=counts_wanted(),
    )
    execute(design, folder, workers_wanted=workers)
    return prior_predictive(expected_in(read(folder)))


def shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"


def table(found: PriorPredictive) -> str:
    """Return the table of quantities and the sentence below it."""
    lines = [("quantity", "5 %", "median", "95 %"), ("---",) * 4]
    lines += [(name, *map(shown, values)) for name, *values in found.rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n\n" + in_words(found)


def main():
    """Run what is asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=60)
    parser.add_argument("--people-per-agent", type=int, default=100)
    parser.add_argument("--workers", type=int, default=None, help="none: as many as there are cores")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        found = simulated(asked.draws, asked.people_per_agent, asked.workers, asked.seed, Path(folder) / "runs")
    print(table(found))


if __name__ == "__main__":
    main()
