"""How far results depend on how many persons one simulated person stands for: `python -m benchmarks.sizes`.

Runs the baseline at several sizes with some seeds and prints a table: mean and spread over seeds, and by how much the
mean differs from that of the smallest size. Sizes share no luck, so differences within a few standard errors mean
nothing.
"""

import argparse
from math import sqrt
from statistics import mean, stdev

from model import Simulation
from model.registry.calendar import WEEK_0, WEEKS, week_of
from model.registry.outcomes import O
from scenarios.loading import load

MID_2023 = week_of(WEEK_0.replace(year=2023, month=7))
YEARS = WEEKS / 52.18
MEASURED = {
    "people held, mid-2023": lambda totals: totals[MID_2023, O.people_held],
    "people held, end of 2030": lambda totals: totals[-1, O.people_held],
    "newly held, a year": lambda totals: totals[:, O.newly_held].sum() / YEARS,
    "trafficked again, a year": lambda totals: totals[:, O.retrafficked].sum() / YEARS,
    "came out, a year": lambda totals: totals[:, O.out].sum() / YEARS,
    "operations, end of 2030": lambda totals: totals[-1, O.operations],
    "deaths, a year": lambda totals: totals[:, O.deaths].sum() / YEARS,
    "children taken into detention, a year": lambda totals: totals[:, O.children_detained].sum() / YEARS,
}


def measure(size: int, seeds: int) -> dict[str, list[float]]:
    """Return every figure of the baseline at a size, one a seed."""
    scenario = load("baseline")
    runs = [
        Simulation(scenario.inputs(seed, size, record="totals")).advance().result().weekly
        for seed in range(1, seeds + 1)
    ]
    return {name: [float(figure(totals)) for totals in runs] for name, figure in MEASURED.items()}


def shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"


def table(found: dict[int, dict[str, list[float]]]) -> str:
    """Return the table: mean (sd over seeds) by size, and differences from the smallest size (standard error)."""
    smallest, *larger = sorted(found)
    header = [
        "figure",
        *(f"{size}: mean (sd)" for size in sorted(found)),
        *(f"{size} against {smallest}, % (se)" for size in larger),
    ]
    lines = [header, ["---"] * len(header)]
    for name in MEASURED:
        line = [name]
        for size in sorted(found):
            values = found[size][name]
            line.append(f"{shown(mean(values))} ({shown(stdev(values))})")
        base = found[smallest][name]
        for size in larger:
            values = found[size][name]
            error = sqrt(stdev(values) ** 2 / len(values) + stdev(base) ** 2 / len(base))
            line.append(f"{100 * (mean(values) / mean(base) - 1):+.1f} ({100 * error / mean(base):.1f})")
        lines.append(line)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100], help="persons an agent")
    parser.add_argument("--seeds", type=int, default=4, help="runs at each size, 2 or more")
    options = parser.parse_args()
    print(table({size: measure(size, options.seeds) for size in options.sizes}))


if __name__ == "__main__":
    main()
