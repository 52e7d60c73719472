"""The tables of a sensitivity analysis, declared once: columns with type, unit and meaning."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from experiments.results.schema import Column

FILE = "sensitivity.json"  # by which the folder of an analysis is known
STRING, FLOAT, INTEGER, YES_NO = pa.string(), pa.float64(), pa.int32(), pa.bool_()

QUANTITY = (
    Column("arm", STRING, "", "the arm; of a level the baseline"),
    Column("outcome", STRING, "", "the outcome's name"),
    Column(
        "measure",
        STRING,
        "",
        "level; difference from the baseline, or relative (over the mean of both); at_target, elsewhere, "
        "balance of people held",
    ),
    Column("unit", STRING, "", "the unit of the quantity"),
)
FACTOR = Column("factor", STRING, "", "the factor: a parameter or a named group (table factors)")
INDEX_INTERVAL = (Column("low", FLOAT, "", "lower end of the 95 % interval"), Column("high", FLOAT, "", "upper end"))
FLOOR = (
    Column("floor", FLOAT, "", "what noise alone shows: upper end of the interval of the same of a dummy"),
    Column("above_floor", YES_NO, "", "larger than the dummy's; the interval of the difference excludes none"),
)
POLICY = Column("policy", STRING, "", "the arm; the baseline is one of them, but under satisficing")
INDEX_OUTCOME = Column("outcome", STRING, "", "the outcome's name")

SENSITIVITY_TABLES: dict[str, tuple[str, tuple[Column, ...]]] = {
    "factors": (
        "what is varied, and in which stages",
        (
            FACTOR,
            Column("meaning", STRING, "", "in words"),
            Column("parameters", STRING, "", "the parameters that it moves"),
            Column("low", FLOAT, "that of the parameter", "lower end of a single parameter's prior"),
            Column("high", FLOAT, "that of the parameter", "upper end"),
            Column("screened", YES_NO, "", "a factor of the screening"),
            Column("judged", YES_NO, "", "a factor of the Sobol stage"),
        ),
    ),
    "noise": (
        "variance of each quantity over worlds, and of it what chance makes",
        (
            *QUANTITY,
            Column("mean", FLOAT, "that of the quantity", "over worlds and seeds"),
            Column("sd", FLOAT, "that of the quantity", "over worlds and seeds"),
            Column("noise_share", FLOAT, "share", "of one run's variance, what its seed makes"),
            Column(
                "floor_if_independent",
                FLOAT,
                "share",
                "total index that a dummy would have without common random numbers",
            ),
            Column(
                "replicates_wanted",
                FLOAT,
                "seeds",
                "for noise of at most 5 % of the parameters' variance; null = no number",
            ),
            Column("replicates", INTEGER, "seeds", "a world"),
            Column("worlds", INTEGER, "", "worlds"),
        ),
    ),
    "screening": (
        "Morris: mean size of the effect of a step in each factor",
        (
            *QUANTITY,
            FACTOR,
            Column("mu_star", FLOAT, "standard deviations of the quantity", "mean size of elementary effects"),
            *INDEX_INTERVAL,
            Column(
                "sigma",
                FLOAT,
                "standard deviations of the quantity",
                "of elementary effects: curvature and interactions; null for a group",
            ),
            *FLOOR,
        ),
    ),
    "indices": (
        "Sobol' indices",
        (
            *QUANTITY,
            FACTOR,
            Column("other", STRING, "", "of a second order the other factor"),
            Column("order", STRING, "", "first, total or second"),
            Column("value", FLOAT, "share of variance", "the index"),
            *INDEX_INTERVAL,
            Column("half", FLOAT, "share of variance", "the same from half of the base rows"),
            Column("explained", FLOAT, "share", "of the variance that parameters explain, the seed's part left out"),
            *FLOOR,
        ),
    ),
    "pawn": (
        "PAWN: a second opinion for skewed quantities",
        (
            *QUANTITY,
            FACTOR,
            Column("value", FLOAT, "distance", "median Kolmogorov-Smirnov distance"),
            Column("floor", FLOAT, "distance", "95th percentile of twenty dummies"),
            Column("above_floor", YES_NO, "", "the value is larger"),
        ),
    ),
    "deciding": (
        "displacement by thirds of a factor's range, over all other assumptions",
        (
            Column("arm", STRING, "", "the arm"),
            FACTOR,
            Column("third", STRING, "", "low, middle or high third of the prior; of a choice its name"),
            Column("from", FLOAT, "that of the parameter", "start of the third"),
            Column("to", FLOAT, "that of the parameter", "its end"),
            Column("at_target", FLOAT, "persons", "mean change in people held at the target"),
            Column("elsewhere", FLOAT, "persons", "mean change elsewhere"),
            Column("ratio", FLOAT, "ratio", "rise elsewhere over fall at the target; null where the fall is not clear"),
            *INDEX_INTERVAL,
            Column("worlds", INTEGER, "", "worlds"),
        ),
    ),
    "robustness": (
        "every policy and the baseline under every robustness metric, by the outcome itself in each world, more is "
        "better; under satisficing, policies by their change against the baseline",
        (
            INDEX_OUTCOME,
            Column("metric", STRING, "", "the metric"),
            Column("says", STRING, "", "what it asks"),
            POLICY,
            Column("value", FLOAT, "that of the metric", "more is better"),
            Column("rank", FLOAT, "", "1 = best; ties share"),
            Column("probability_first", FLOAT, "share", "of resamples of worlds in which it ranks first"),
            Column("worlds", INTEGER, "", "worlds"),
        ),
    ),
    "rank_probabilities": (
        "how sure each rank is",
        (
            INDEX_OUTCOME,
            Column("metric", STRING, "", "the metric"),
            POLICY,
            Column("rank", INTEGER, "", "1 = best"),
            Column("probability", FLOAT, "share", "of resamples of worlds"),
        ),
    ),
    "agreement": (
        "do metrics agree on the ranking?",
        (
            INDEX_OUTCOME,
            Column("metric", STRING, "", "a metric"),
            Column("other", STRING, "", "another"),
            Column("tau", FLOAT, "", "Kendall's tau-b; null where one does not rank"),
        ),
    ),
    "tradeoffs": (
        "who is dominated, among people's outcomes, others' and all",
        (
            POLICY,
            Column("among", STRING, "", "people, others or all: whose outcomes are weighed"),
            Column("efficient", YES_NO, "", "no other policy is as good in all and better in one"),
            Column("probability", FLOAT, "share", "of resamples of worlds in which it is efficient"),
            Column("better", STRING, "", "outcomes that are likely or clearly better, by the worlds that agree"),
            Column("worse", STRING, "", "outcomes that are likely or clearly worse, likewise"),
        ),
    ),
    "doses": (
        "the benefit of each part of a policy's dose, against the baseline and each rival in full",
        (
            Column("arm", STRING, "", "the policy"),
            Column("scale", STRING, "", "strength: all channels; effectiveness: helping channels only"),
            Column("dose", FLOAT, "share", "of the design's; above 1, channels stop at their bounds"),
            INDEX_OUTCOME,
            Column("rival", STRING, "", "the baseline or another policy in full"),
            Column("benefit", FLOAT, "that of the outcome", "more is better"),
            *INDEX_INTERVAL,
            Column("wins", FLOAT, "share", "of pairs in which it is better; ties count half"),
        ),
    ),
    "breakeven": (
        "how effective a policy must be",
        (
            Column("arm", STRING, "", "the policy"),
            Column("scale", STRING, "", "strength or effectiveness"),
            INDEX_OUTCOME,
            Column("rival", STRING, "", "the baseline or another policy in full"),
            Column("least", FLOAT, "share", "least dose from which the mean benefit stays above none; null = nowhere"),
            Column("low", FLOAT, "share", "lower end of its 95 % interval: there the policy may be no worse"),
            Column("high", FLOAT, "share", "upper end: from there it is shown to be better; null = nowhere"),
            Column("says", STRING, "", "in words"),
        ),
    ),
    "boxes": (
        "assumptions under which a policy does more harm than good",
        (
            Column("arm", STRING, "", "the policy"),
            Column("harm", STRING, "", "what counts as harm"),
            FACTOR,
            Column("low", FLOAT, "that of the parameter", "null = open"),
            Column("high", FLOAT, "that of the parameter", "null = open"),
            Column("says", STRING, "", "in words"),
            Column("coverage", FLOAT, "share", "of harmful worlds in the box"),
            Column("density", FLOAT, "share", "of the box's worlds that are harmful"),
            Column("mass", FLOAT, "share", "of all worlds in the box"),
            Column("base", FLOAT, "share", "of all worlds that are harmful"),
            Column("placebo", FLOAT, "share", "of searches after harm is shuffled over worlds that find a box, too"),
            Column("placebos", INTEGER, "", "such searches"),
        ),
    ),
    "refused": (
        "quantities of which nothing is reported, and why",
        (*QUANTITY, Column("stage", STRING, "", "the stage"), Column("why", STRING, "", "the reason")),
    ),
}


def made(name: str, rows: Sequence[Mapping], metadata: Mapping[str, str]) -> pa.Table:
    """Return table `name` from rows; what a row does not have, or is not finite, is null."""
    meaning, columns = SENSITIVITY_TABLES[name]
    fields = [pa.field(c.name, c.type, metadata={"unit": c.unit, "meaning": c.meaning}) for c in columns]
    schema = pa.schema(fields, metadata={**metadata, "displace.table": meaning})
    unknown = {key for row in rows for key in row} - {c.name for c in columns}
    if unknown:
        raise KeyError(f"table {name} has no column {', '.join(sorted(unknown))}")
    return pa.table([pa.array([_plain(row.get(c.name)) for row in rows], c.type) for c in columns], schema=schema)


def _plain(value):
    return None if isinstance(value, float) and not -1e300 < value < 1e300 else value
