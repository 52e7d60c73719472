"""From the runs of each stage to rows of tables: what drives a quantity, who holds up, how effective, when harmful."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from experiments.comparison.displacement import target_of
from experiments.comparison.intervals import Pairs
from experiments.comparison.strength import agreement
from model.registry.outcomes import OUTCOMES
from model.registry.parameters import PARAMETERS

from . import breakeven, discovery, indices, robustness
from .factors import DUMMY, SEED_FACTOR, Column
from .indices import Constant, NotFinite
from .quantities import DIFFERENCE, DISPLACEMENT, LEVEL, Quantity
from .samples import Sample
from .stages import StagedDesign

Values = Mapping[Quantity, np.ndarray]  # (rows of the sample, replicates)
ABOUT_PEOPLE = ("the person", "the child")
VOTE = "more outcomes worse than better"
MOST_KNOWN = 0.5  # of worlds must have an outcome for trade-offs to weigh it
DECIDING = 12  # single parameters in the table of what decides displacement


class Findings:
    """Rows by table, gathered stage by stage; what has no index is kept with its reason."""

    def __init__(self, staged: StagedDesign):
        self.staged = staged
        self.rows: dict[str, list[dict]] = {}
        self.notes: list[str] = []

    def add(self, table: str, rows: Sequence[dict]):
        self.rows.setdefault(table, []).extend(rows)

    def each(self, stage: str, values: Values) -> Iterator[tuple[Quantity, np.ndarray]]:
        """Yield the quantities that have indices; note the others."""
        for quantity, of_quantity in values.items():
            try:
                indices.refuse(of_quantity)
                yield quantity, of_quantity
            except (NotFinite, Constant) as error:
                self.add("refused", [quantity.key | {"stage": stage, "why": str(error)}])


# --- the ensemble: noise and the second opinion -----------------------------------------------------


def noise(found: Findings, values: Values):
    """Add the noise of every quantity over worlds."""
    for quantity, of_quantity in found.each("ensemble", values):
        n = indices.noise(of_quantity)
        found.add(
            "noise",
            [
                quantity.key
                | {
                    "mean": n.mean,
                    "sd": n.sd,
                    "noise_share": n.share,
                    "floor_if_independent": n.floor_if_independent,
                    "replicates_wanted": n.replicates_wanted,
                    "replicates": n.replicates,
                    "worlds": len(of_quantity),
                }
            ],
        )


def pawn(found: Findings, sample: Sample, values: Values, names: Sequence[str]):
    """Add PAWN indices of the single parameters among `names`."""
    columns, unit = single(sample, names)
    for quantity, of_quantity in values.items():
        if quantity.measure == LEVEL:
            continue
        try:
            value, floor = indices.pawn(unit, of_quantity.mean(axis=1), found.staged.design.seed)
        except (NotFinite, Constant):
            continue  # `noise` says why
        found.add(
            "pawn",
            [
                quantity.key
                | {"factor": column.name, "value": float(v), "floor": floor, "above_floor": bool(v > floor)}
                for column, v in zip(columns, value)
            ],
        )


def single(sample: Sample, names: Sequence[str]) -> tuple[list[Column], np.ndarray]:
    """Return the columns among `names` (no dummy, no seed), and where the sample has them, float64 (rows, columns)."""
    columns = [column for column in sample.columns if column.name in names and column.kind not in ("dummy", "seed")]
    return columns, sample.unit[:, [sample.columns.index(column) for column in columns]]


# --- screening and indices --------------------------------------------------------------------------


def screening(found: Findings, sample: Sample, values: Values) -> list[str]:
    """Add Morris' measures, and return factors by their part in all quantities, the largest first.

    Factors within noise are left out.
    """
    part: dict[str, list[float]] = {}
    for quantity, of_quantity in found.each("screening", values):
        effects = indices.screening(
            sample, of_quantity.mean(axis=1), found.staged.settings.levels, found.staged.design.seed
        )
        floor = next(e.high for e in effects if e.factor == DUMMY)
        total = sum(e.mu_star for e in effects if e.factor not in (SEED_FACTOR, DUMMY)) or 1.0
        for e in effects:
            found.add(
                "screening",
                [
                    quantity.key
                    | {
                        "factor": e.factor,
                        "mu_star": e.mu_star,
                        "low": e.low,
                        "high": e.high,
                        "sigma": e.sigma,
                        "floor": floor,
                        "above_floor": bool(e.above > 0),
                    }
                ],
            )
            part.setdefault(e.factor, []).append(e.mu_star / total if e.mu_star > floor else 0.0)
    score = {name: float(np.mean(shares)) for name, shares in part.items() if name not in (DUMMY, SEED_FACTOR)}
    return sorted((name for name in score if score[name] > 0), key=lambda name: (-score[name], name))


def sobol(found: Findings, sample: Sample, values: Values):
    """Add first, total and second orders with intervals, floor and convergence."""
    pairs = found.staged.pairs
    scramble = np.unique(sample.base) // found.staged.settings.points
    for quantity, of_quantity in found.each("indices", values):
        rows = of_quantity.mean(axis=1).reshape(len(scramble), -1)
        found_indices = indices.sobol(sample.names, pairs, [rows[scramble == m] for m in np.unique(scramble)])
        floors = {order: indices.floor(found_indices, order) for order in indices.ORDERS}
        found.add(
            "indices",
            [
                quantity.key
                | {
                    "factor": i.factor,
                    "other": i.other,
                    "order": i.order,
                    "value": i.value,
                    "low": i.low,
                    "high": i.high,
                    "half": i.half,
                    "explained": i.explained,
                    "floor": floors[i.order],
                    "above_floor": bool(i.above > 0),
                }
                for i in found_indices
            ],
        )


# --- what decides displacement ----------------------------------------------------------------------


def deciding(found: Findings, manifest: Mapping, sample: Sample, values: Values, names: Sequence[str]):
    """Add displacement by thirds of each single parameter's range, all else drawn from its prior."""
    columns, unit = single(sample, names)
    for arm in dict.fromkeys(q.arm for q in values if q.measure in DISPLACEMENT):
        inside, outside = (values[Quantity(arm, "people_held", measure)] for measure in ("at_target", "elsewhere"))
        whole = np.isfinite(inside + outside).all(axis=1)
        target = target_of(manifest, arm)
        if target is None or not whole.any():
            continue
        for column, u in list(zip(columns, unit.T))[:DECIDING]:
            for name, start, stop in _parts(column):
                which = whole & (u >= start) & ((u < stop) | (stop == 1.0))
                if which.sum() < 4:
                    continue
                pairs = Pairs(np.repeat(np.arange(which.sum()), inside.shape[1]), manifest["plan"]["seed"])
                fall, rise = -inside[which].reshape(-1, 1), outside[which].reshape(-1, 1)
                ratio = pairs.ratio(rise, fall)
                fell = fall.mean() > 0
                value, low, high = (float(x[0]) if fell else np.nan for x in (ratio.mean, ratio.low, ratio.high))
                ends = (
                    (np.nan, np.nan)
                    if column.kind in ("choice", "feedbacks")
                    else (column.value(start), column.value(stop))
                )
                found.add(
                    "deciding",
                    [
                        {
                            "arm": arm,
                            "factor": column.name,
                            "third": name,
                            "from": ends[0],
                            "to": ends[1],
                            "at_target": -float(fall.mean()),
                            "elsewhere": float(rise.mean()),
                            "ratio": value,
                            "low": low,
                            "high": high,
                            "worlds": int(which.sum()),
                        }
                    ],
                )


def _parts(column: Column) -> list[tuple[str, float, float]]:
    """Return (name, start, stop) of the parts into which a column's unit interval is cut."""
    if column.kind == "choice":
        names = PARAMETERS[column.name].choices
        return [(name, i / len(names), (i + 1) / len(names)) for i, name in enumerate(names)]
    if column.kind == "feedbacks":
        return [("all on", 0.0, 0.5), ("one off", 0.5, 1.0)]
    return [("low", 0.0, 1 / 3), ("middle", 1 / 3, 2 / 3), ("high", 2 / 3, 1.0)]


# --- who holds up -----------------------------------------------------------------------------------


def performance(found: Findings, values: Values, outcome: str) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the policies, the baseline first, and their performance in each world, (policies, worlds), more is better.

    Performance is the outcome itself (McPhail et al. 2018), not its change: by that the baseline would be 0 in every
    world, and so the steadiest of all by construction. Worlds without a value are left out.
    """
    design = found.staged.design
    baseline = signed(values, design.baseline, outcome, LEVEL)
    table = np.array([baseline, *(baseline + signed(values, arm, outcome) for arm in design.compared)])
    return (design.baseline, *design.compared), table[:, np.isfinite(table).all(axis=0)]


def signed(values: Values, arm: str, outcome: str, measure: str = DIFFERENCE) -> np.ndarray:
    """Return an arm's change against the baseline, or the baseline's level, (worlds), more is better.

    Mean over replicates.
    """
    value = values[Quantity(arm, outcome, measure)].mean(axis=1)
    return value if OUTCOMES[outcome].better == "up" else -value


def robust(found: Findings, values: Values):
    """Add every robustness metric, rank probabilities, and agreement between metrics, outcome by outcome."""
    seed = found.staged.design.seed
    for outcome in directed(found):
        policies, table = performance(found, values, outcome)
        if table.shape[1] < 4:
            continue
        by_metric = {}
        for metric in robustness.METRICS:
            first = int(metric.beside_baseline)  # which is no rival of itself
            judged = table[1:] - table[0] if metric.beside_baseline else table
            scores = metric.of(judged)
            by_metric[metric.name] = np.append(np.full(first, np.nan), scores)
            chance = robustness.rank_probabilities(metric, judged, seed)
            ranked = zip(policies[first:], scores, robustness.ranks(scores), chance)
            for policy, value, rank, probabilities in ranked:
                key = {"outcome": outcome, "metric": metric.name, "policy": policy}
                found.add(
                    "robustness",
                    [
                        key
                        | {
                            "says": metric.says,
                            "value": float(value),
                            "rank": float(rank),
                            "probability_first": float(probabilities[0]),
                            "worlds": table.shape[1],
                        }
                    ],
                )
                found.add(
                    "rank_probabilities",
                    [key | {"rank": r, "probability": float(p)} for r, p in enumerate(probabilities, start=1)],
                )
        found.add(
            "agreement",
            [
                {"outcome": outcome, "metric": a, "other": b, "tau": tau}
                for a, b, tau in robustness.agreement(by_metric)
            ],
        )


def directed(found: Findings) -> list[str]:
    """Return the outcomes that have a better direction."""
    return [name for name in found.staged.settings.outcomes if OUTCOMES[name].better]


def tradeoffs(found: Findings, values: Values):
    """Add who is dominated: among outcomes of people held or out, among those of others, and among all."""
    arms = found.staged.design.compared
    policies = (found.staged.design.baseline, *arms)
    changes = {o: np.array([signed(values, arm, o) for arm in arms]) for o in directed(found)}
    changes = {o: change for o, change in changes.items() if np.isfinite(change).all(axis=0).mean() >= MOST_KNOWN}
    known = np.all([np.isfinite(change).all(axis=0) for change in changes.values()], axis=0)
    tables = {o: np.vstack([np.zeros(known.sum()), change[:, known]]) for o, change in changes.items()}
    shown = {o: agreement(table.T).shown() for o, table in tables.items()}
    people = [outcome for outcome in tables if OUTCOMES[outcome].whose in ABOUT_PEOPLE]
    for among, outcomes in (
        ("people", people),
        ("others", [o for o in tables if o not in people]),
        ("all", list(tables)),
    ):
        if not outcomes or known.sum() < 4:
            continue
        part = [tables[outcome] for outcome in outcomes]
        good = robustness.efficient(np.column_stack([table.mean(axis=1) for table in part]))
        chance = robustness.efficient_probability(part, found.staged.design.seed)
        for p, policy in enumerate(policies):
            better = [outcome for outcome in outcomes if shown[outcome][p] > 0]
            worse = [outcome for outcome in outcomes if shown[outcome][p] < 0]
            row = {"policy": policy, "among": among, "efficient": bool(good[p]), "probability": float(chance[p])}
            found.add("tradeoffs", [row | {"better": ", ".join(better), "worse": ", ".join(worse)}])


# --- how effective ----------------------------------------------------------------------------------


def doses(found: Findings, steps: Sequence[breakeven.Dose], values: Values, baseline: str):
    """Add dose curves and break-evens for every outcome with a direction."""
    for outcome in directed(found):
        sign = 1.0 if OUTCOMES[outcome].better == "up" else -1.0
        benefit = {step.name: sign * values[Quantity(step.name, outcome, DIFFERENCE)].ravel() for step in steps}
        known = np.all([np.isfinite(gain) for gain in benefit.values()], axis=0)
        if known.sum() < 2:
            continue
        benefit = {name: gain[known] for name, gain in benefit.items()}
        pairs = Pairs(np.arange(known.sum()), found.staged.design.seed)
        for points in breakeven.curves(steps, benefit, baseline, pairs):
            found.add(
                "doses",
                [
                    {
                        "arm": p.step.arm,
                        "scale": p.step.scale,
                        "dose": p.step.dose,
                        "outcome": outcome,
                        "rival": p.rival,
                        "benefit": p.benefit,
                        "low": p.low,
                        "high": p.high,
                        "wins": p.wins,
                    }
                    for p in points
                ],
            )
            even = breakeven.break_even(points)
            found.add(
                "breakeven",
                [
                    {
                        "arm": even.arm,
                        "scale": even.scale,
                        "outcome": outcome,
                        "rival": even.rival,
                        "least": even.least,
                        "low": even.low,
                        "high": even.high,
                        "says": even.says,
                    }
                ],
            )


# --- when harmful -----------------------------------------------------------------------------------


def boxes(found: Findings, sample: Sample, values: Values, names: Sequence[str]):
    """Add the boxes of assumptions in which each policy harms people, and in which it raises the number held."""
    columns, unit = single(sample, names)
    ordered = [column.kind in ("uniform", "loguniform") for column in columns]
    columns, unit = [column for column, is_ordered in zip(columns, ordered) if is_ordered], unit[:, ordered]
    people = [outcome for outcome in directed(found) if OUTCOMES[outcome].whose in ABOUT_PEOPLE]
    for arm in found.staged.design.compared:
        gains = np.column_stack([signed(values, arm, outcome) for outcome in people])
        gains = np.nan_to_num(gains)  # an outcome that a world does not have says nothing of harm
        harms = {VOTE: discovery.harmful(gains)} | {
            f"worse: {OUTCOMES[o].label}": gains[:, i] < 0 for i, o in enumerate(people) if o == "people_held"
        }
        for what, harm in harms.items():
            try:
                box = discovery.box(columns, unit, harm)
            except discovery.NotInstalled as error:
                found.notes.append(str(error))
                return
            base = {"arm": arm, "harm": what, "base": float(harm.mean())}
            if box is None:
                found.add(
                    "boxes",
                    [base | {"factor": "", "says": "no box of assumptions that is distinguishable from chance"}],
                )
                continue
            base |= {"coverage": box.coverage, "density": box.density, "mass": box.mass}
            base |= {
                "placebo": discovery.placebo(columns, unit, harm, found.staged.design.seed),
                "placebos": discovery.PLACEBOS,
            }
            for bound in box.bounds:
                row = {"factor": bound.column.name, "low": bound.low, "high": bound.high, "says": says(bound)}
                found.add("boxes", [base | row])


def says(bound: discovery.Bound) -> str:
    """Return a bound as words: `refill_elasticity above 0.9 exponent`."""
    unit = PARAMETERS[bound.column.name].unit if bound.column.name in PARAMETERS else ""
    unit = "" if unit.startswith("effect on") else f" {unit}"
    if bound.low is not None and bound.high is not None:
        return f"{bound.column.name} between {bound.low:.3g} and {bound.high:.3g}{unit}"
    return (
        f"{bound.column.name} {'above' if bound.high is None else 'below'} "
        f"{bound.low if bound.high is None else bound.high:.3g}{unit}"
    )
