"""What a report says about its assumptions: every parameter by label, with the sources it cites."""

from collections.abc import Mapping, Sequence

from calibration.targets.evidence_uses import parameters_citing
from displace.wording import words
from model.registry.levers import channels
from model.registry.parameters import PARAMETERS
from scenarios.evidence.reports import Row, read_evidence

UNTRACED = "UNVERIFIED"  # the source_key of a row whose source is not known

LABELS = {
    "evidence": "A source gives the value or its bounds.",
    "derived": "Computed from sources, with a step of reasoning between.",
    "assumption": (
        "No source gives these. They are set by hand, and a result that hangs on one is only as good as "
        "that assumption."
    ),
}
VALUE, HAND_SET = "Value used", "Hand-set value (not used where drawn)"
CHANNELS = (
    "The effect of each channel at strength 1. All are assumptions, and the plausible range of each includes none."
)


def groups(arms: Mapping[str, Mapping[str, float]], drawn: Mapping[str, Sequence[float]]) -> list[dict]:
    """Return the report's tables of parameters: by label, the assumptions by topic, and the levers' channels last.

    `arms` is {arm: {parameter: value}}, what each sets itself; `drawn` is {parameter: (lowest, highest)} over draws.
    """
    helps = {f"{lever.name}.{channel.name}": helps for lever, channel, helps in channels()}
    tables: dict[str, dict] = {}
    for label, meaning in LABELS.items():
        for p in PARAMETERS.values():
            if p.name in helps or p.label != label:
                continue
            title = words.start(f"{label}: {p.topic}" if label == "assumption" else label)
            table = tables.setdefault(
                title, {"title": title, "meaning": meaning, "rows": [], "open": label != "assumption"}
            )
            table["rows"].append(_row(p, arms, drawn))
    for which, title in ((True, "How strongly each policy may help"), (False, "How strongly each policy may hurt")):
        rows = [_row(p, arms, drawn) for p in PARAMETERS.values() if helps.get(p.name) is which]
        tables[title] = {"title": title, "meaning": CHANNELS, "rows": rows, "open": False}
    return list(tables.values())


def _row(parameter, arms, drawn) -> dict:
    value, *others = _used(parameter, arms, drawn).items()
    hand_set = _shown(parameter, parameter.default)
    return {
        "name": parameter.name,
        "value": value[0],
        "differs": "; ".join(f"{text} in {words.listed(those)}" for text, those in others),
        "hand_set": hand_set,
        "moved": hand_set not in (value[0], *(text for text, _ in others)),
        "range": ", ".join(parameter.choices) if parameter.choices else _range(parameter),
        "unit": parameter.unit,
        "meaning": parameter.meaning,
        "label": parameter.label,
        "source": ", ".join([*parameter.evidence, *([parameter.section] if parameter.section else [])]),
    }


def _used(parameter, arms, drawn) -> dict[str, list[str]]:
    """Return {value as text: arms that use it}, first the usual value. An arm's own value wins over the draws."""
    low, high = drawn.get(parameter.name, (parameter.default, parameter.default))
    usual = " to ".join(dict.fromkeys(_shown(parameter, end) for end in (low, high))) + (
        ", drawn" if parameter.name in drawn else ""
    )
    used: dict[str, list[str]] = {usual: []}
    for arm, own in arms.items():
        used.setdefault(_shown(parameter, own[parameter.name]) if parameter.name in own else usual, []).append(arm)
    return {text: those for text, those in used.items() if those}


def _shown(parameter, value) -> str:
    return parameter.choices[int(value)] if parameter.choices else f"{value:g}"


def _range(parameter) -> str:
    if not parameter.prior:
        return "fixed"
    _, low, high = parameter.prior
    return f"{low:g} to {high:g}"


def cited() -> list[tuple[str, str]]:
    """Return (id, source) for every report that a parameter cites and whose source is known."""
    return [(row.id, row.source) for row in _cited() if row.source_key != UNTRACED]


def untraced() -> list[tuple[str, str]]:
    """Return (id, its note and the parameters that cite it) for every such report that is not traced to a source."""
    rows = [row for row in _cited() if row.source_key == UNTRACED]
    return [(row.id, f"{row.note} (for {words.listed(parameters_citing(row.id))})") for row in rows]


def _cited() -> list[Row]:
    return [row for row in read_evidence().values() if parameters_citing(row.id)]
