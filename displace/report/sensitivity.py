"""The page of a sensitivity analysis, and its section of a comparison's report: self-contained HTML from its tables."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from displace.figures import sensitivity as figures
from displace.figures.drawing import Picture
from displace.wording import words
from displace.wording.sensitivity import (
    AMONG,
    ILLUSTRATIVE_PRIORS,
    NOT_DRIVERS,
    SCALE_WORDS,
    Answers,
    decimal,
    in_words,
    index,
    placebo,
)
from experiments.results.folder import REPORT, write_whole
from model.registry.outcomes import OUTCOMES
from model.registry.parameters import PARAMETERS

REFERENCE_ANALYSIS = Path(__file__).parents[2] / "outputs" / "reference" / "sensitivity"


def write(analysis) -> Path:
    """Write `OUT/report.html`, whole or not at all, and return its path."""
    path = analysis.folder / REPORT
    write_whole(path, render(analysis).encode())
    return path


def render(analysis) -> str:
    """Return the page as HTML. The same tables give the same bytes."""
    pages = Environment(
        loader=PackageLoader("displace.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = Markup(pages.loader.get_source(pages, "report.css")[0])
    return pages.get_template("sensitivity.html").render(style=style, **context(analysis))


def section() -> dict:
    """Return what a comparison's report says of the committed reference analysis.

    Where there is none that can be read: `missing`, which says what is wrong with it and what to run.
    """
    from experiments.results.reader import ResultsError
    from experiments.sensitivity.analysis import read_analysis

    try:
        answers = Answers(read_analysis(REFERENCE_ANALYSIS))
    except ResultsError as error:
        return {"missing": _missing(error)}
    return {
        "missing": "",
        "title": answers.manifest["title"],
        "in_short": answers.in_short(),
        "pictures": [heat(answers)],
        "stamp": stamp(answers),
    }


def _missing(error: Exception) -> str:
    """Say that the committed analysis can't be shown, why, and what makes it anew."""
    why = str(error).split("; expected ")[0].partition(": ")[2].replace(" (", ": ").rstrip(")")
    return (
        "On which assumptions a policy's effect depends is not shown here, since this version can't read the "
        f"sensitivity analysis that was made beforehand. outputs/reference/sensitivity {why}. To make it anew, run "
        "`make reference-sensitivity`; for an analysis of your own, `displace sensitivity`."
    )


def context(analysis) -> dict:
    answers = Answers(analysis)
    page = {
        "title": answers.manifest["title"],
        "question": answers.manifest["question"],
        "banner": ILLUSTRATIVE_PRIORS,
        "facts": _facts(answers),
        "in_short": answers.in_short(),
        "how_sure": answers.how_sure(),
        "drives": [tornado(answers), heat(answers)],
        "deciding": _deciding(answers),
        "ranks": [
            (words.start(OUTCOMES[o].label), *answers.rank_table(o))
            for o in dict.fromkeys(row["outcome"] for row in answers.rows("robustness"))
        ],
        "metrics": list(dict.fromkeys((row["metric"], row["says"]) for row in answers.rows("robustness"))),
        "agreement": _agreement(answers),
        "tradeoffs": _tradeoffs(answers),
        "tradeoff_pictures": [tradeoffs(answers)],
        "breakeven": answers.breakeven_table(),
        "dose_pictures": [doses(answers)],
        "boxes": boxes(answers),
        "opinions": _opinions(answers),
        "interactions": _interactions(answers),
        "screening": _screening(answers),
        "noise": _noise(answers),
        "factors": answers.rows("factors"),
        "made": _made(answers),
        "stamp": stamp(answers),
    }
    grids = ("deciding", "tradeoffs", "opinions", "interactions", "screening", "noise")
    return page | {name: [list(row.values()) for row in page[name]] for name in grids}


# --- pictures ---------------------------------------------------------------------------------------


def tornado(answers: Answers) -> Picture:
    """Return the tornado of the first outcome's relative change, and of displacement where a policy enforces."""
    wanted = [(arm, answers.primary, "relative") for arm in answers.policies] + [
        (arm, "people_held", "balance") for arm in answers.enforcing
    ]
    panels = []
    for arm, outcome, measure in wanted:
        total = answers.drivers(arm, outcome, measure)
        if total:
            first = {in_words(row["factor"]): row["value"] for row in answers.drivers(arm, outcome, measure, "first")}
            panels.append(
                figures.Bars(
                    answers.quantity(total[0]),
                    [row | {"factor": in_words(row["factor"])} for row in total],
                    first,
                    answers.chance(arm, outcome, measure),
                )
            )
    title = "What drives each policy's effect"
    alt = "; ".join(
        f"{panel.title}: the longest bar is {panel.total[0]['factor']}, {decimal(panel.total[0]['value'])}"
        for panel in panels
    )
    caption = (
        "Bars: total index, the share of the variance that would go if the factor were known, its "
        "interactions included; lines: 95 % interval from independent scrambles; "
        "orange marks: the factor alone (first order). Dashed: the noise floor, the upper end of the index of a dummy "
        "without any effect; hollow bars are not distinguishable from the dummy, scramble by scramble. "
        "'Deterred or displaced': the balance of changes at the target and elsewhere."
    )
    return Picture(
        title, Markup(figures.tornado(panels, title=title, alt=alt, stamp=stamp(answers)) if panels else ""), caption
    )


def heat(answers: Answers) -> Picture:
    """Return the heat map of total indices, outcome by factor, one panel per policy."""
    rows = [
        row for row in answers.rows("indices", order="total", measure="difference") if row["factor"] not in NOT_DRIVERS
    ]
    factors = list(dict.fromkeys(row["factor"] for row in rows))
    outcomes = list(dict.fromkeys(row["outcome"] for row in rows))
    arms = list(dict.fromkeys(row["arm"] for row in rows))
    shape = (len(arms), len(outcomes), len(factors))
    values, above_floor = np.full(shape, np.nan), np.zeros(shape, bool)
    for row in rows:
        at = arms.index(row["arm"]), outcomes.index(row["outcome"]), factors.index(row["factor"])
        values[at], above_floor[at] = row["value"], row["above_floor"]
    title = "Which factor drives which outcome of which policy"
    alt = "A table of total indices, outcomes by factors, one for each policy; the numbers are in indices.parquet."
    labels = [words.start(OUTCOMES[outcome].label) for outcome in outcomes]
    svg = (
        figures.heat(
            [answers.title(arm) for arm in arms],
            labels,
            [in_words(factor) for factor in factors],
            values,
            above_floor,
            title=title,
            alt=alt,
            stamp=stamp(answers),
        )
        if rows
        else ""
    )
    return Picture(
        title,
        Markup(svg),
        (
            "Total index of each factor on the policy's change against the baseline; a dot: not "
            "distinguishable from the noise floor."
        ),
    )


def tradeoffs(answers: Answers) -> Picture:
    """Return policies by people's outcomes against money defrauded (or the first outcome of others)."""
    means = {(row["arm"], row["outcome"]): row for row in answers.rows("noise", measure="difference")}
    there = list(dict.fromkeys(outcome for _, outcome in means))
    others = [o for o in there if OUTCOMES[o].whose not in ("the person", "the child") and OUTCOMES[o].better]
    people = [o for o in there if OUTCOMES[o].whose in ("the person", "the child") and OUTCOMES[o].better]
    if not others or not people:
        return Picture("Trade-offs", Markup(""), "Nothing is traded: only one side's outcomes are in the design.")
    efficient = {row["policy"]: row["efficient"] for row in answers.rows("tradeoffs", among="people")}

    def at(arm, outcome):
        row = means.get((arm, outcome))
        return (
            None
            if row is None
            else (
                words.scaled(row["mean"], OUTCOMES[outcome].unit),
                words.scaled(1.96 * row["sd"] / np.sqrt(row["worlds"]), OUTCOMES[outcome].unit),
            )
        )

    across = others[0]
    panels = []
    for outcome in people:
        points = [
            figures.Point(answers.title(arm), at(arm, across), at(arm, outcome), efficient.get(arm, False))
            for arm in answers.policies
            if at(arm, across) and at(arm, outcome)
        ]
        panels.append((_axis(across), _axis(outcome), points))
    title = "What is traded for what"
    alt = "Policies by their mean change of people's outcomes against that of others; the numbers are in noise.parquet."
    caption = (
        "Mean change over worlds with its 95 % interval. Filled: no other policy is as good in all of "
        "people's outcomes and better in one. No weighing of one outcome against another is made."
    )
    return Picture(title, Markup(figures.tradeoffs(panels, title=title, alt=alt, stamp=stamp(answers))), caption)


def _axis(outcome: str) -> str:
    o = OUTCOMES[outcome]
    return (
        f"{words.start(o.label)}: change, {words.unit_of(o.unit, change=True)} "
        f"({'lower' if o.better == 'down' else 'higher'} is better)"
    )


def doses(answers: Answers) -> Picture:
    """Return dose curves of the first outcome and of the first that concerns others, on both scales."""
    panels = []
    for outcome in dict.fromkeys(row["outcome"] for row in answers.rows("doses")):
        for scale in SCALE_WORDS:
            curves = [
                answers.rows("doses", arm=arm, scale=scale, outcome=outcome, rival=answers.baseline)
                for arm in answers.policies
            ]
            panels.append(
                (f"{words.start(OUTCOMES[outcome].label)}; {SCALE_WORDS[scale]}", OUTCOMES[outcome].unit, curves)
            )
    title = "How effective must a policy be?"
    alt = "Dose curves of each policy; the numbers are in doses.parquet and the break-evens in the table below."
    caption = (
        "Mean benefit against the baseline (above the line is better) with its 95 % interval, over draws "
        "of all assumptions but the channels' strengths."
    )
    return Picture(
        title,
        Markup(
            figures.doses(
                [answers.title(arm) for arm in answers.policies], panels, title=title, alt=alt, stamp=stamp(answers)
            )
            if panels
            else ""
        ),
        caption,
    )


def boxes(answers: Answers) -> dict:
    """Return the picture of boxes (None without any) and a sentence on each policy without one."""
    panels, none = [], []
    keys = dict.fromkeys((row["arm"], row["harm"]) for row in answers.rows("boxes"))
    for arm, harm in keys:
        rows = answers.rows("boxes", arm=arm, harm=harm)
        if not rows[0]["factor"]:
            none.append(
                f"{answers.title(arm)}, {harm} ({words.percent(rows[0]['base'])} of worlds): {rows[0]['says']}."
            )
            continue
        text = (
            f"{harm}; {words.percent(rows[0]['density'])} of these worlds against "
            f"{words.percent(rows[0]['base'])} of all; {words.percent(rows[0]['coverage'])} of the harmful "
            f"ones; {placebo(rows[0])}"
        )
        panels.append((answers.title(arm), text, [_side(answers, row) for row in rows]))
    title = "Assumptions under which a policy harms"
    alt = "; ".join(f"{name}: {text}, with {', '.join(side.says for side in sides)}" for name, text, sides in panels)
    svg = Markup(figures.boxes(panels, title=title, alt=alt, stamp=stamp(answers))) if panels else None
    caption = (
        "Grey: the prior's range; red: the part of it that the box holds (PRIM: at most three "
        "restrictions, each distinguishable from chance)."
    )
    return {"pictures": [Picture(title, svg, caption)] if svg else [], "none": none}


def _side(answers: Answers, row: dict) -> figures.Side:
    low, high = PARAMETERS[row["factor"]].prior[1:]
    log = PARAMETERS[row["factor"]].prior[0] == "loguniform"

    def part(value):
        return float(np.log(value / low) / np.log(high / low)) if log else float((value - low) / (high - low))

    return figures.Side(
        in_words(row["factor"]),
        0.0 if row["low"] is None else part(row["low"]),
        1.0 if row["high"] is None else part(row["high"]),
        answers.restriction(row),
    )


# --- tables -----------------------------------------------------------------------------------------


def _facts(answers: Answers) -> list[tuple[str, str]]:
    m = answers.manifest
    return [
        ("Policies", f"{len(answers.policies)}"),
        ("Window", f"{m['window']['start']} to {m['window']['end']}"),
        ("Runs", f"{sum(stage['runs'] for stage in m['stages'].values()):,}"),
        ("Scale", f"{m['people_per_agent']} people per agent"),
        ("Factors screened", f"{sum(row['screened'] for row in answers.rows('factors'))}"),
    ]


def _deciding(answers: Answers) -> list[dict]:
    """Return the table of displacement by thirds, the factors by what they explain."""
    table = []
    for arm in answers.enforcing:
        order = [row["factor"] for row in answers.drivers(arm, "people_held", "balance")]
        factors = dict.fromkeys(row["factor"] for row in answers.rows("deciding", arm=arm))
        for factor in sorted(factors, key=lambda f: order.index(f) if f in order else len(order)):
            for row in answers.rows("deciding", arm=arm, factor=factor):
                span = (
                    ""
                    if row["from"] is None
                    else (
                        f"{words.number(row['from'], step=words.step_of(row['from']))} to "
                        f"{words.number(row['to'], step=words.step_of(row['to']))}"
                    )
                )
                known = row["ratio"] is not None and row["low"] is not None
                ratio = (
                    f"{decimal(row['ratio'])} ({decimal(row['low'])} to {decimal(row['high'])})"
                    if known
                    else "the fall is not clear"
                )
                table.append(
                    {
                        "policy": answers.title(arm),
                        "factor": in_words(factor),
                        "third": in_words(row["third"]),
                        "span": span,
                        "target": words.number(row["at_target"]),
                        "elsewhere": words.number(row["elsewhere"]),
                        "ratio": ratio,
                        "worlds": row["worlds"],
                    }
                )
    return table


def _agreement(answers: Answers) -> list[tuple[str, str]]:
    """Return (outcome, sentence): how far metrics agree on the ranking."""
    table = []
    for outcome in dict.fromkeys(row["outcome"] for row in answers.rows("agreement")):
        taus = [row for row in answers.rows("agreement", outcome=outcome) if row["tau"] is not None]
        if taus:
            low = min(taus, key=lambda row: row["tau"])
            text = (
                f"mean tau {np.mean([row['tau'] for row in taus]):.2f} over pairs of metrics; they disagree most "
                f"between {low['metric']} and {low['other']} ({decimal(low['tau'])})"
            )
            table.append((words.start(OUTCOMES[outcome].label), text))
    return table


def _tradeoffs(answers: Answers) -> list[dict]:
    def labels(names):
        return words.start(words.listed([OUTCOMES[name].label for name in names.split(", ")])) if names else "none"

    return [
        {
            "policy": answers.title(row["policy"]),
            "among": AMONG[row["among"]],
            "efficient": "yes" if row["efficient"] else "no, another is as good in all and better in one",
            "probability": words.percent(row["probability"]),
            "better": labels(row["better"]),
            "worse": labels(row["worse"]),
        }
        for row in answers.rows("tradeoffs")
    ]


def _opinions(answers: Answers) -> list[dict]:
    """Return what Sobol and PAWN each put first, for every difference and displacement."""
    table = []
    keys = dict.fromkeys(
        (row["arm"], row["outcome"], row["measure"])
        for row in answers.rows("pawn")
        if row["measure"] in ("difference", "balance")
    )
    for arm, outcome, measure in keys:
        rows = sorted(answers.rows("pawn", arm=arm, outcome=outcome, measure=measure), key=lambda row: -row["value"])[
            :3
        ]
        sobol = [row for row in answers.drivers(arm, outcome, measure) if row["above_floor"]][:3]
        table.append({
            "quantity": answers.quantity(rows[0]),
            "sobol": _by_value(sobol),
            "pawn": _by_value(row for row in rows if row["above_floor"]),
            "floor": f"{rows[0]['floor']:.2f}",
        })  # fmt: skip
    return table


def _by_value(rows: Iterable[dict]) -> str:
    factors = [f"{in_words(row['factor'])} {decimal(row['value'])}" for row in rows]
    return ", ".join(factors) or "none above the floor"


def _interactions(answers: Answers) -> list[dict]:
    rows = [
        row
        for row in answers.rows("indices", order="second")
        if row["measure"] in ("difference", "balance") and row["above_floor"]
    ]
    return [
        {
            "quantity": answers.quantity(row),
            "pair": f"{in_words(row['factor'])} and {in_words(row['other'])}",
            "index": index(row),
        }
        for row in sorted(rows, key=lambda row: -row["value"])
    ]


def _screening(answers: Answers) -> list[dict]:
    """Return every screened factor with its largest mu* over differences, and where."""
    best: dict[str, dict] = {}
    for row in answers.rows("screening", measure="difference"):
        if row["factor"] not in best or row["mu_star"] > best[row["factor"]]["mu_star"]:
            best[row["factor"]] = row
    rows = sorted(best.values(), key=lambda row: -row["mu_star"])
    return [
        {
            "factor": in_words(row["factor"]),
            "meaning": answers.meaning(row["factor"]),
            "mu": f"{row['mu_star']:.2f}",
            "floor": f"{row['floor']:.2f}",
            "where": answers.quantity(row),
            "above_floor": "yes" if row["above_floor"] else "no",
        }
        for row in rows
    ]


def _noise(answers: Answers) -> list[dict]:
    return [
        {
            "quantity": answers.quantity(row),
            "mean": words.number(row["mean"], row["unit"] if row["measure"] != "balance" else ""),
            "share": words.percent(row["noise_share"]),
            "floor": f"{row['floor_if_independent']:.2f}",
            "wanted": "no number" if row["replicates_wanted"] is None else f"{row['replicates_wanted']:.0f}",
        }
        for row in answers.rows("noise")
    ]


def _made(answers: Answers) -> list[tuple[str, str]]:
    m = answers.manifest
    stages = [
        (
            f"stage {name}",
            f"{stage['runs']:,} runs, {stage['failed']} failed; plan {stage['plan'][:16]}: {stage['says']}",
        )
        for name, stage in m["stages"].items()
    ]
    return [
        ("design", m["design"]),
        ("commit (+ = changed since)", m["commit"] or "unknown"),
        ("code (model, scenarios, lock)", m["code"]),
        ("plan", m["plan"]),
        *stages,
        ("settings", str(m["settings"])),
        ("machine", m["machine"]),
    ]


def stamp(answers: Answers) -> str:
    """Return the small print of every figure."""
    m = answers.manifest
    return (
        f"displace {m['version']} · commit {m['commit'][:10] or 'unknown'} · plan {m['plan'][:10]} · seed "
        f"{m['seed']} · {m['people_per_agent']} people per agent"
    )
