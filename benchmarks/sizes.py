"""How far results depend on how many persons one simulated person stands for: `python -m benchmarks.sizes`.

Runs the baseline at several sizes with some seeds and prints a table: mean and spread over seeds, and by how much the
mean differs from that of the smallest size. With `--effects` it compares policies with the baseline instead, in the
same worlds of the posterior at each size, and prints by how much levels and effects differ, world by world. Sizes share
no luck, so differences within a few standard errors mean nothing.
"""

import argparse
from math import sqrt
from statistics import mean, stdev
from tempfile import TemporaryDirectory

import numpy as np

from experiments import compare
from experiments.comparison.paired import cube
from model import Simulation
from model.registry.calendar import WEEK_0, WEEKS, week_of
from model.registry.outcomes import OUTCOMES, O
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


POLICIES = ("unilateral-crackdown", "rights-package")
COMPARED = ("people_held", "newly_held", "retrafficked", "deaths", "in_detention", "punished_share")


def worlds(size: int, draws: int, seeds: int) -> dict[tuple[str, str], np.ndarray]:
    """Return window values by (arm, outcome) in the same draws of the posterior, float64 (draws); means over seeds."""
    with TemporaryDirectory() as folder:
        results = compare(
            *POLICIES,
            out=f"{folder}/out",
            draws=f"posterior:{draws}",
            replicates=seeds,
            people_per_agent=size,
            record="summary",
            groups=False,
        )
        runs = cube(results, set())
        at = {outcome: runs.keys.index((outcome, "", OUTCOMES[outcome].aggregate)) for outcome in COMPARED}
        return {
            (arm, outcome): runs.values[i, :, at[outcome]].reshape(draws, seeds).mean(axis=1)
            for i, arm in enumerate(results.arms)
            for outcome in COMPARED
        }


def table_of_effects(found: dict[int, dict[tuple[str, str], np.ndarray]]) -> str:
    """Return how levels and effects differ from those at the smallest size: mean over worlds (standard error).

    Levels in per cent; effects, which are relative to the baseline, in percentage points; of shares both in points.
    """
    smallest, *larger = sorted(found)
    lines = [["figure", f"mean at {smallest}", *(f"{size} against {smallest} (se)" for size in larger)]]
    lines.append(["---"] * len(lines[0]))
    for arm in ("baseline", *POLICIES):
        for outcome in COMPARED:
            by_size = {size: _figure(values, arm, outcome) for size, values in found.items()}
            base = by_size[smallest]
            level = found[smallest][arm, outcome].mean()
            shown_base = shown(level) if arm == "baseline" else f"{base.mean():+.1f} %"
            line = [f"{OUTCOMES[outcome].label}: {'level' if arm == 'baseline' else f'effect of {arm}'}", shown_base]
            for size in larger:
                moved = by_size[size] - base
                line.append(f"{moved.mean():+.1f} ({moved.std(ddof=1) / sqrt(len(moved)):.1f})")
            lines.append(line)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _figure(values, arm: str, outcome: str) -> np.ndarray:
    """Return a level or an effect of every world: 100 times its log or log ratio, of a share itself or its change."""
    of_arm, of_baseline = values[arm, outcome], values["baseline", outcome]
    if OUTCOMES[outcome].kind == "ratio":
        return 100 * (of_arm if arm == "baseline" else of_arm - of_baseline)
    return 100 * np.log(of_arm if arm == "baseline" else of_arm / of_baseline)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100], help="persons an agent")
    parser.add_argument("--seeds", type=int, default=4, help="runs at each size, 2 or more; with --effects a world, 1")
    parser.add_argument("--effects", action="store_true", help="levels and effects in worlds of the posterior")
    parser.add_argument("--draws", type=int, default=8, help="worlds of --effects, 2 or more")
    options = parser.parse_args()
    if options.effects:
        print(table_of_effects({size: worlds(size, options.draws, options.seeds) for size in options.sizes}))
        return
    print(table({size: measure(size, options.seeds) for size in options.sizes}))


if __name__ == "__main__":
    main()
