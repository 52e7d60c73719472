"""The tables of a sensitivity analysis, declared once: columns with type, unit and meaning."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

FILE = "sensitivity.json"  # by which the folder of an analysis is known

from experiments.results.schema import Column

T, F, I, Y = pa.string(), pa.float64(), pa.int32(), pa.bool_()

QUANTITY = (
    Column("arm", T, "", "the arm; of a level the baseline"),
    Column("outcome", T, "", "the outcome's name"),
    Column(
        "measure",
        T,
        "",
        "level; difference from the baseline, or relative (over the mean of both); at_target, elsewhere, balance of people held",
    ),
    Column("unit", T, "", "the unit of the quantity"),
)
FACTOR = Column("factor", T, "", "the factor: a parameter or a named group (table factors)")
INTERVAL = (Column("low", F, "", "lower end of the 95 % interval"), Column("high", F, "", "upper end"))
FLOOR = (
    Column("floor", F, "", "the same of the dummy: what noise alone shows"),
    Column("above_floor", Y, "", "the interval lies above the floor"),
)
POLICY = Column("policy", T, "", "the arm; the baseline is one of them")
OUTCOME = Column("outcome", T, "", "the outcome's name")

TABLES: dict[str, tuple[str, tuple[Column, ...]]] = {
    "factors": ("what is varied, and in which stages", (
        FACTOR, Column("meaning", T, "", "in words"), Column("parameters", T, "", "the parameters that it moves"),
        Column("low", F, "that of the parameter", "lower end of a single parameter's prior"), Column("high", F, "that of the parameter", "upper end"),
        Column("screened", Y, "", "a factor of the screening"), Column("judged", Y, "", "a factor of the Sobol stage"))),
    "noise": ("variance of each quantity over worlds, and of it what chance makes", (
        *QUANTITY, Column("mean", F, "that of the quantity", "over worlds and seeds"), Column("sd", F, "that of the quantity", "over worlds and seeds"),
        Column("noise_share", F, "share", "of one run's variance, what its seed makes"),
        Column("floor_if_independent", F, "share", "total index that a dummy would have without common random numbers"),
        Column("replicates_wanted", F, "seeds", "for noise of at most 5 % of the parameters' variance; null = no number"),
        Column("replicates", I, "seeds", "a world"), Column("worlds", I, "", "worlds"))),
    "screening": ("Morris: mean size of the effect of a step in each factor", (
        *QUANTITY, FACTOR, Column("mu_star", F, "standard deviations of the quantity", "mean size of elementary effects"), *INTERVAL,
        Column("sigma", F, "standard deviations of the quantity", "of elementary effects: curvature and interactions; null for a group"), *FLOOR)),
    "indices": ("Sobol' indices", (
        *QUANTITY, FACTOR, Column("other", T, "", "of a second order the other factor"), Column("order", T, "", "first, total or second"),
        Column("value", F, "share of variance", "the index"), *INTERVAL, Column("half", F, "share of variance", "the same from half of the base rows"),
        Column("explained", F, "share", "of the variance that parameters explain, the seed's part left out"), *FLOOR)),
    "pawn": ("PAWN: a second opinion for skewed quantities", (*QUANTITY, FACTOR, Column("value", F, "distance", "median Kolmogorov-Smirnov distance"), *FLOOR)),
    "deciding": ("displacement by thirds of a factor's range, over all other assumptions", (
        Column("arm", T, "", "the arm"), FACTOR, Column("third", T, "", "low, middle or high third of the prior; of a choice its name"),
        Column("from", F, "that of the parameter", "start of the third"), Column("to", F, "that of the parameter", "its end"),
        Column("at_target", F, "persons", "mean change in people held at the target"), Column("elsewhere", F, "persons", "mean change elsewhere"),
        Column("ratio", F, "ratio", "rise elsewhere over fall at the target; null where the fall is not clear"), *INTERVAL, Column("worlds", I, "", "worlds"))),
    "robustness": ("every policy under every robustness metric, on its change against the baseline in the same world, more is better", (
        OUTCOME, Column("metric", T, "", "the metric"), Column("says", T, "", "what it asks"), POLICY, Column("value", F, "that of the metric", "more is better"),
        Column("rank", F, "", "1 = best; ties share"), Column("probability_first", F, "share", "of resamples of worlds in which it ranks first"),
        Column("worlds", I, "", "worlds"))),
    "rank_probabilities": ("how sure each rank is", (
        OUTCOME, Column("metric", T, "", "the metric"), POLICY, Column("rank", I, "", "1 = best"), Column("probability", F, "share", "of resamples of worlds"))),
    "agreement": ("do metrics agree on the ranking?", (
        OUTCOME, Column("metric", T, "", "a metric"), Column("other", T, "", "another"), Column("tau", F, "", "Kendall's tau-b; null where one does not rank"))),
    "tradeoffs": ("who is dominated, among people's outcomes, others' and all", (
        POLICY, Column("among", T, "", "people, others or all: whose outcomes are weighed"), Column("efficient", Y, "", "no other policy is as good in all and better in one"),
        Column("probability", F, "share", "of resamples of worlds in which it is efficient"),
        Column("better", T, "", "outcomes that improve in at least three quarters of worlds"), Column("worse", T, "", "outcomes that worsen in as many"))),
    "doses": ("the benefit of each part of a policy's dose, against the baseline and each rival in full", (
        Column("arm", T, "", "the policy"), Column("scale", T, "", "strength: all channels; effectiveness: helping channels only"), Column("dose", F, "share", "of the design's; above 1, channels stop at their bounds"),
        OUTCOME, Column("rival", T, "", "the baseline or another policy in full"), Column("benefit", F, "that of the outcome", "more is better"), *INTERVAL,
        Column("wins", F, "share", "of pairs in which it is better; ties count half"))),
    "breakeven": ("how effective a policy must be", (
        Column("arm", T, "", "the policy"), Column("scale", T, "", "strength or effectiveness"), OUTCOME, Column("rival", T, "", "the baseline or another policy in full"),
        Column("least", F, "share", "least dose from which the mean benefit stays above none; null = nowhere"),
        Column("clear", F, "share", "least dose tried whose interval excludes none"), Column("says", T, "", "in words"))),
    "boxes": ("assumptions under which a policy does more harm than good", (
        Column("arm", T, "", "the policy"), Column("harm", T, "", "what counts as harm"), FACTOR, Column("low", F, "that of the parameter", "null = open"),
        Column("high", F, "that of the parameter", "null = open"), Column("says", T, "", "in words"), Column("coverage", F, "share", "of harmful worlds in the box"),
        Column("density", F, "share", "of the box's worlds that are harmful"), Column("mass", F, "share", "of all worlds in the box"),
        Column("base", F, "share", "of all worlds that are harmful"))),
    "refused": ("quantities of which nothing is told, and why", (*QUANTITY, Column("stage", T, "", "the stage"), Column("why", T, "", "the reason"))),
}  # fmt: skip


def made(name: str, rows: Sequence[Mapping], metadata: Mapping[str, str]) -> pa.Table:
    """Return table `name` from rows; what a row does not have, or is not finite, is null."""
    meaning, columns = TABLES[name]
    fields = [pa.field(c.name, c.type, metadata={"unit": c.unit, "meaning": c.meaning}) for c in columns]
    schema = pa.schema(fields, metadata={**metadata, "displace.table": meaning})
    unknown = {key for row in rows for key in row} - {c.name for c in columns}
    if unknown:
        raise KeyError(f"table {name} has no column {', '.join(sorted(unknown))}")
    return pa.table([pa.array([_plain(row.get(c.name)) for row in rows], c.type) for c in columns], schema=schema)


def _plain(value):
    return None if isinstance(value, float) and not -1e300 < value < 1e300 else value
