"""What a sensitivity analysis says, in words: the same sentences for terminal, report and docs/sensitivity.md."""

from model.registry.outcomes import OUTCOMES
from model.registry.parameters import PARAMETERS

from . import words

NOT_DRIVERS = ("dummy", "seed")
PRIMARY = "people_held"
HALF_THE_VARIANCE = 0.5  # of the variance: what one factor must explain alone for a result to hang on it
MEASURE_WORDS = {
    "level": "in the baseline",
    "difference": "change against the baseline",
    "relative": "relative change",
    "at_target": "change at the target",
    "elsewhere": "change elsewhere",
    "balance": "deterred or displaced",
}
AMONG = {
    "people": "outcomes of people held or out",
    "others": "outcomes of others (defrauded people, travellers)",
    "all": "all outcomes",
}
SCALE_WORDS = {"strength": "all channels together", "effectiveness": "helping channels alone, hurting channels in full"}
ILLUSTRATIVE_PRIORS = "Illustrative: hand-set priors, nothing here is fitted to data."


class Answers:
    """An analysis (`experiments.sensitivity.analysis.Analysis`) as a reader meets it."""

    def __init__(self, analysis):
        self.analysis, self.manifest = analysis, analysis.manifest
        self.baseline = self.manifest["baseline"]
        self.titles = {name: arm["title"] for name, arm in self.manifest["arms"].items()}
        self.policies = [name for name in self.titles if name != self.baseline]
        self.outcomes = list(self.manifest["settings"]["outcomes"])
        self.meanings = {row["factor"]: row["meaning"] for row in analysis.rows("factors")}
        self._rows = {name: analysis.rows(name) for name in analysis.tables}

    def rows(self, table: str, **wanted) -> list[dict]:
        """Return the rows of a table in which every given column has the given value."""
        return [row for row in self._rows[table] if all(row[key] == value for key, value in wanted.items())]

    def one(self, table: str, **wanted) -> dict | None:
        return next(iter(self.rows(table, **wanted)), None)

    @property
    def primary(self) -> str:
        """The outcome that comes first."""
        return PRIMARY if PRIMARY in self.outcomes else self.outcomes[0]

    def title(self, arm: str) -> str:
        return self.titles[arm]

    def quantity(self, row: dict) -> str:
        """Return a quantity in words."""
        label = words.start(OUTCOMES[row["outcome"]].label)
        arm = "" if row["measure"] == "level" else f"{self.title(row['arm'])}: "
        return f"{arm}{label}, {MEASURE_WORDS[row['measure']]}"

    def meaning(self, name: str) -> str:
        """Return what a factor is, as words: without its unit and its own name."""
        unit = PARAMETERS[name].unit if name in PARAMETERS else ""
        return self.meanings.get(name, "").removesuffix(f" ({unit})").removesuffix(f": {name}").replace("_", " ")

    def factor(self, name: str, more: str = "") -> str:
        """Return a factor's name as words, in brackets its meaning and what `more` there is to say."""
        brackets = "; ".join(filter(None, (self.meaning(name), more)))
        return f"{in_words(name)} ({brackets})" if brackets else in_words(name)

    def drivers(self, arm: str, outcome: str, measure: str, order: str = "total") -> list[dict]:
        """Return the indices of one quantity, the largest first, without the dummy and the seed."""
        rows = [
            row
            for row in self.rows("indices", arm=arm, outcome=outcome, measure=measure, order=order)
            if row["factor"] not in NOT_DRIVERS
        ]
        return sorted(rows, key=lambda row: -row["value"])

    def chance(self, arm: str, outcome: str, measure: str) -> float | None:
        """Return the seed's total index: what chance explains."""
        row = self.one("indices", arm=arm, outcome=outcome, measure=measure, order="total", factor="seed")
        return row["value"] if row else None

    @property
    def enforcing(self) -> list[str]:
        """The policies that enforce somewhere, so that something may be displaced."""
        there = {row["arm"] for row in self.rows("noise", measure="balance")}
        return [arm for arm in self.policies if arm in there]

    @property
    def metrics(self) -> list[str]:
        return list(dict.fromkeys(row["metric"] for row in self.rows("robustness")))

    # --- sentences ----------------------------------------------------------------------------------

    def in_short(self) -> list[tuple[str, list[str]]]:
        """Return (question, answers): what a minister or a sceptic asks first."""
        asked = [
            (
                "Which assumption decides whether a crackdown displaces or deters?",
                [self._displacement(arm) for arm in self.enforcing],
            ),
            ("Does the result hang on one assumption?", [self._hangs(arm) for arm in self.policies]),
            (
                "Which policy holds up, whatever the assumptions?",
                [
                    self._holds_up(outcome)
                    for outcome in self.outcomes[:1] + [o for o in self.outcomes[1:] if OUTCOMES[o].floor]
                    if self.rows("robustness", outcome=outcome)
                ],
            ),
            ("How effective must it be?", [self._effective(arm) for arm in self.policies]),
            (
                "When does it do more harm than good?",
                [text for arm in self.policies if (text := self._harmful(arm))] or list(self.manifest["notes"]),
            ),
        ]
        return [(question, [a for a in answers if a]) for question, answers in asked if any(answers)]

    def _displacement(self, arm: str) -> str:
        above = [row for row in self.drivers(arm, "people_held", "balance") if row["above_floor"]]
        if not above:
            return f"{self.title(arm)}: no factor is distinguishable from noise."
        first, rest = above[0], above[1:3]
        text = (
            f"{self.title(arm)}: of the factors distinguishable from noise, most of all "
            f"{self.factor(first['factor'])}, {index(first)}"
        )
        text += (
            f"; then {words.listed([self.factor(row['factor'], decimal(row['value'])) for row in rest])}"
            if rest
            else ""
        )
        return f"{text}{self._larger(arm, 'people_held', 'balance', first)}." + self._thirds(
            arm, next((row["factor"] for row in above if self.rows("deciding", arm=arm, factor=row["factor"])), "")
        )

    def _larger(self, arm: str, outcome: str, measure: str, first: dict) -> str:
        """Say which factors have a larger index than the first, but are not distinguishable from noise."""
        larger = [
            f"{in_words(row['factor'])} ({decimal(row['value'])})"
            for row in self.drivers(arm, outcome, measure)
            if row["value"] > first["value"]
        ]
        return f"; larger, but not distinguishable from noise: {words.listed(larger)}" if larger else ""

    def _thirds(self, arm: str, factor: str) -> str:
        rows = [row for row in self.rows("deciding", arm=arm, factor=factor) if row["ratio"] is not None]
        if len(rows) < 2:
            return ""
        parts = [f"{decimal(row['ratio'])} where it is {in_words(row['third'])}" for row in rows]
        return (
            f" Of {in_words(factor)}: the share of what left the target that reappeared elsewhere is "
            f"{words.listed(parts)}."
        )

    def _hangs(self, arm: str) -> str:
        outcome = self.primary
        share = self.one("robustness", outcome=outcome, metric="satisficing", policy=arm)
        if share is None:
            return ""
        better = "fewer" if OUTCOMES[outcome].better == "down" else "more"
        sign = (
            f"{self.title(arm)}: {better} {OUTCOMES[outcome].label} in {words.percent(share['value'])} of "
            "worlds drawn from all priors"
        )
        drivers = [row for row in self.drivers(arm, outcome, "relative") if row["above_floor"]]
        if not drivers:
            return f"{sign}; no factor distinguishable from noise explains how many, relative to the baseline."
        first = drivers[0]
        alone = self.one("indices", arm=arm, outcome=outcome, measure="relative", order="first", factor=first["factor"])
        hangs = (
            "the size hangs on one assumption"
            if alone["low"] is not None and alone["low"] > HALF_THE_VARIANCE
            else "no single assumption is shown to explain half of the size"
        )
        alone = f"alone {decimal(alone['value'])}, {decimal(alone['low'])} to {decimal(alone['high'])}"
        text = (
            f"{sign}; {hangs}: of the factors distinguishable from noise, most of all "
            f"{self.factor(first['factor'])}, {index(first)}, {alone}"
        )
        return f"{text}{self._larger(arm, outcome, 'relative', first)}."

    def _holds_up(self, outcome: str) -> str:
        rows = self.rows("robustness", outcome=outcome)
        best = min(
            (row for row in rows if row["metric"] == "expected value"),
            key=lambda row: (row["rank"], -row["probability_first"]),
        )
        firsts = {policy: sum(row["rank"] < 1.5 for row in rows if row["policy"] == policy) for policy in self.titles}
        other = max((policy for policy in firsts if policy != best["policy"]), key=lambda policy: firsts[policy])
        text = (
            f"{words.start(OUTCOMES[outcome].label)}: on average over worlds {self.title(best['policy'])} "
            f"(first in {words.percent(best['probability_first'])} of resamples)"
        )
        text += f"; it is first under {firsts[best['policy']]} of {len(self.metrics)} robustness metrics"
        return text + (f", {self.title(other)} under {firsts[other]}." if firsts[other] else ".")

    def _effective(self, arm: str) -> str:
        row = self.one("breakeven", arm=arm, scale="effectiveness", outcome=self.primary, rival=self.baseline)
        if not row:
            return ""
        return (
            f"{self.title(arm)}, on {OUTCOMES[self.primary].label}: on average better than the baseline "
            f"{least(row)}, of the assumed effectiveness."
        )

    def _harmful(self, arm: str) -> str:
        rows = self.rows("boxes", arm=arm)
        if not rows:
            return ""
        what = rows[0]["harm"]
        rows = [row for row in rows if row["harm"] == what]
        base = f"{self.title(arm)}: {what} for people in {words.percent(rows[0]['base'])} of worlds"
        if not rows[0]["factor"]:
            return f"{base}; {rows[0]['says']}."
        return (
            f"{base}. In {words.percent(rows[0]['density'])} of those with "
            f"{words.listed([self.restriction(row) for row in rows])}, which hold "
            f"{words.percent(rows[0]['coverage'])} of all harmful ones; {placebo(rows[0])}."
        )

    def restriction(self, row: dict) -> str:
        """Return one side of a box, as words."""
        return row["says"].replace(row["factor"], in_words(row["factor"]))

    # --- tables -------------------------------------------------------------------------------------

    def breakeven_table(self) -> tuple[list[str], list[list[str]]]:
        """Return, as a table, the least effectiveness at which each policy beats its rivals, by outcome."""
        columns = ["policy", "outcome", *(f"beats {self.title(rival)}" for rival in self.titles)]
        rows = []
        for arm in self.policies:
            for outcome in dict.fromkeys(row["outcome"] for row in self.rows("breakeven", arm=arm)):
                by_rival = {
                    row["rival"]: least(row)
                    for row in self.rows("breakeven", arm=arm, outcome=outcome, scale="effectiveness")
                }
                rows.append(
                    [self.title(arm), OUTCOMES[outcome].label, *(by_rival.get(rival, "–") for rival in self.titles)]
                )
        return columns, rows

    def rank_table(self, outcome: str) -> tuple[list[str], list[list[str]]]:
        """Return ranks of policies (rows) under each metric (columns), with the chance of being first."""
        rows = []
        for policy in self.titles:
            mine = {row["metric"]: row for row in self.rows("robustness", outcome=outcome, policy=policy)}
            if mine:
                rows.append(
                    [
                        self.title(policy),
                        *(
                            f"{mine[metric]['rank']:g} ({words.percent(mine[metric]['probability_first'])})"
                            if metric in mine
                            else "–"
                            for metric in self.metrics
                        ),
                    ]
                )
        return ["policy", *self.metrics], rows

    def how_sure(self) -> list[str]:
        """Return what was left out, refused and not converged, in sentences."""
        text = []
        for name, stage in self.manifest["stages"].items():
            if stage["left_out"]:
                text.append(
                    f"Stage {name}: {stage['left_out']} of {stage['bases']} base rows hold a run that could not be "
                    f"simulated and are left out, so the results hold for the others ({stage['why'].rstrip('.')})."
                )
        above = self.rows("indices", order="total")
        moved = [row for row in above if row["factor"] not in NOT_DRIVERS and row["above_floor"]]
        if moved:
            far = [row for row in moved if not row["low"] <= row["half"] <= row["high"]]
            text.append(
                f"Doubling the base rows moved {len(far)} of {len(moved)} total indices above the floor out of "
                "their interval."
            )
        noise = self.rows("noise", measure="difference", outcome=self.primary)
        if noise:
            text.append(
                "Of one run's variance over worlds, chance accounts for "
                + words.listed([f"{words.percent(row['noise_share'])} ({self.title(row['arm'])})" for row in noise])
                + f" of the change in {OUTCOMES[self.primary].label}."
            )
        refused: dict[tuple[str, str], list[str]] = {}
        for row in self.rows("refused"):
            refused.setdefault((row["stage"], OUTCOMES[row["outcome"]].label), []).append(row["why"])
        text += [
            f"Stage {stage} gives no index for {label} ({words.count(len(why), 'quantity', 'quantities')}): {why[0]}."
            for (stage, label), why in refused.items()
        ]
        return [*text, *self.manifest["notes"]]


def in_words(name: str) -> str:
    """Return the name of a factor or of a choice as words: `tip off`, `crackdown: raids`."""
    return name.replace("_", " ").replace(".", ": ")


def decimal(value: float) -> str:
    """Return an index or a ratio."""
    return words.number(value, step=0.01)


def least(row: dict) -> str:
    """Return from which part of its effectiveness a policy is better, as words, with the interval over draws."""
    text = row["says"].replace("%", f"{words.SPACE}%")
    if row["low"] is None or row["low"] == row["high"]:
        return text  # worse, or better, at every dose that matters
    high = "beyond those tried" if row["high"] is None else words.percent(row["high"])
    return f"{text} (95{words.SPACE}% interval {words.percent(row['low'])} to {high})"


def placebo(row: dict) -> str:
    """Return how often the search for a box finds one where there is nothing, as words."""
    found = round(row["placebo"] * row["placebos"])
    return f"with harm shuffled over worlds, {found} of {row['placebos']} searches find a box"


def index(row: dict) -> str:
    """Return an index with its interval and floor: `total index 0.41 (0.35 to 0.47; noise floor 0.01)`."""
    value, low, high, floor = (decimal(row[key]) for key in ("value", "low", "high", "floor"))
    return f"{row['order']} index {value} ({low} to {high}; noise floor {floor})"
