"""Where the parameters behind a comparison come from, and what is therefore to be said before any of its figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from . import words
from .effects_table import Line

DIFFERENCES = "Read differences between policies and the assumptions behind them, not levels."


@dataclass(frozen=True)
class Standing:
    """`head`: one sentence for banners. `text`: what it means. `targets`: the reports behind the fit, (id, label)."""

    head: str
    text: str
    targets: tuple[tuple[str, str], ...] = ()


def standing(plan: Mapping) -> Standing:
    """Return it for the plan of a comparison."""
    source = plan.get("draws_from") or {}
    match source.get("kind"):
        case "posterior":
            return _fitted(source, plan)
        case "prior":
            return Standing(
                "Illustrative: parameters drawn from their priors.", f"Nothing here is fitted to data. {DIFFERENCES}"
            )
    return Standing(words.ILLUSTRATIVE, f"Nothing here is fitted to data. {DIFFERENCES}")


def _fitted(source: Mapping, plan: Mapping) -> Standing:
    from calibration.fit.posterior import trusted
    from experiments.batch.versions import code_hash

    targets, missed = source["targets"], source["missed"]
    informed = len(source["free"]) - len(source["not_informed"])
    fitted = words.count(len(source["free"]), "fitted parameter")
    inform = (
        f"The reports are few and uncertain, and inform {informed} of {fitted}"
        if informed
        else f"Not informed by the reports ({fitted})"
    )
    sentences = [f"{inform}; {_of_others(source)}. {DIFFERENCES}"]
    if missed:
        sentences.append(f"The fit misses {words.count(len(missed), 'report')}: {words.listed(missed)}.")
    by_hand = plan["arms"][plan["baseline"]].get("parameters") or {}
    against, instead = (
        [name for name in by_hand if name in source["free"]],
        [name for name in by_hand if name not in source["free"]],
    )
    if against:
        sentences.append(f"Then set by hand, against the fit: {words.listed(against)}.")
    if instead:
        sentences.append(f"Set by hand, and not fitted: {words.listed(instead)}.")
    if source["code"] != code_hash():
        sentences.append("It was made by another version of the model.")
    head = (
        f"{'Fitted' if informed else 'Not informed by the reports, though fitted'} to reported estimates "
        f"({words.count(len(targets), 'target')} in "
        f"{words.count(len(source['families']), 'family', 'families')})"
    )
    if "effective" in source and not trusted(source):
        head += f", and not to be trusted without more {_worth(source)}"
    return Standing(f"{head}.", " ".join(sentences), tuple(targets.items()))


def _worth(source: Mapping) -> str:
    """Say of what a posterior has too few, how many it has, and how near it came to the reports' likelihood."""
    effective = f"{source['effective']:.0f} are effective (asked for: {source['enough']})"
    if source.get("method") == "abc":
        temperature = source["temperature"]
        exact = "the likelihood itself" if temperature <= 1 else f"a likelihood weakened {temperature:.3g} times"
        return f"particles of ABC: {effective}, accepted by {exact}"
    k_hat = "unknown" if source["k_hat"] is None else format(source["k_hat"], ".2f")
    return f"draws: {effective}, k-hat {k_hat}"


def _of_others(source: Mapping) -> str:
    """Say where the unfitted parameters come from; in a posterior that does not say so, from their priors."""
    drawn, kept = "drawn from their priors", "stay as set by hand"
    match source.get("rest", "priors"), source.get("levers", "priors"):
        case "priors", "priors":
            return f"all others are {drawn}"
        case "priors", _:
            return f"all others are {drawn}, but the effects of policies {kept}"
        case _, "priors":
            return f"the effects of policies are {drawn}, all others {kept}"
    return f"all others {kept}"


def between_draws(paired: Sequence[Mapping], answer: Sequence[Line]) -> list[tuple[str, str, list[str]]]:
    """Return (outcome, unit, range of effects in nine of ten draws by policy), with the parameters' share if known."""
    known = {
        (row["arm"], row["outcome"], row["aggregate"]): row
        for row in paired
        if not row["place"] and row["draws_low"] is not None
    }
    rows = []
    for line in answer:
        cells = [
            _between_draws(known.get((cell.arm, cell.outcome.name, cell.outcome.aggregate)), cell.outcome.unit)
            for cell in line.cells
        ]
        rows.append((line.outcome.label, line.unit, cells))
    return rows if known else []


def _between_draws(row: Mapping | None, unit: str) -> str:
    if row is None:
        return "–"
    text = words.change(row["difference"], row["draws_low"], row["draws_high"], unit)[1]
    share = row["parameter_share"]
    return text if share is None else f"{text} ({words.percent(share)} parameters)"
