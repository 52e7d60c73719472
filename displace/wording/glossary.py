"""The words of the field and of this project, in one place: own terms, and those that the registries declare."""

WORDS = {
    "arm": "one scenario of a comparison: the same simulated world with its policies",
    "baseline": (
        "the arm that the others are compared with: what happens if no State does more than it did in August 2023"
    ),
    "pair": (
        "one run of an arm and one of the baseline, with the same seed and parameters: what differs "
        "between them is the policy's"
    ),
    "replicate": "one seed; the same in every arm",
    "draw": "one set of values for all parameters; the same in every arm",
    "window": (
        "the weeks over which effects are summed up: from the earliest policy date of any arm to the "
        "end, the same for all"
    ),
    "people per agent": "how many persons one simulated person stands for; institutions are never scaled",
    "common random numbers": (
        "every random number is a function of seed, purpose, week and identity, so that two worlds "
        "differ only by what a policy changes"
    ),
    "placebo": "an arm that differs from the baseline by one irrelevant change: how many fates change by chance alone",
    "rights floor": (
        "outcomes whose worsening is flagged whatever else a policy does: deaths, coerced returns, "
        "detention of children, punishment of trafficked people"
    ),
    "strength": "how hard a lever is pulled: 0 is as now, 1 what a committed State could plausibly reach in 24 months",
    "lever": (
        "something that a policy can change; it moves institutions through channels, some of which may "
        "help and some of which may hurt"
    ),
    "channel": "one way in which a lever may help or hurt, with an effect that is an assumption and may be none",
    "institution": (
        "what agents read of a place in a week: a law in practice, a number of beds, a chance of being stopped"
    ),
    "shock": "a dated change of an institution that is nobody's policy",
    "scenario": "a file that says what is simulated: what it builds on, policies, shocks, assumptions",
    "design": "a file that says which arms are compared, on how many seeds",
    "factorial": "a design with an arm for every combination of several policies, or a balanced fraction of them",
    "trafficked": (
        "recruited, moved or held by deceit, force or abuse of need, for exploitation; for a child the "
        "means do not matter; who entered willingly and cannot leave is trafficked too"
    ),
    "forced criminality": "being made to commit crimes, here to defraud others online",
    "re-trafficked": "trafficked again after having come out",
    "identified": "recognised by the authorities as trafficked",
    "misidentified": "trafficked, and taken for an offender or for nobody in particular",
    "non-punishment": (
        "the principle that a trafficked person is not detained, charged or penalised for what they were made to do"
    ),
    "firewall": "a wall between services and immigration control or police: help can be sought without being reported",
    "coerced return": "a return from custody, or without an alternative to it",
    "compound": "a site in which people are held; operations rent it, raids find it",
    "operation": "a firm that holds people and defrauds others; it can move, split, grow and close",
    "displacement": "what leaves a place under enforcement and reappears elsewhere",
    "diffusion of benefits": (
        "fewer people held elsewhere too, where nothing was enforced: a displacement ratio below zero, a WDQ above zero"
    ),
    "conditional world": (
        "the years after August 2023: they show what the assumptions imply if nothing else happens, not "
        "what will happen"
    ),
    "interval": (
        "the range in which the mean effect lies in 95 of 100 such comparisons, given the model and its parameters"
    ),
    "clear, likely": (
        "how strongly an effect is shown: the share of draws that agree on its sign has a 95 % Jeffreys interval from "
        "0.9 up (clear) or from 0.67 up (likely); else the effect is not distinguishable"
    ),
    "first-order index": "the share of an outcome's variance that one parameter explains alone (Sobol)",
    "total-order index": "the share that it explains alone and together with others",
    "ABC-SMC": (
        "approximate Bayesian computation by sequential Monte Carlo: parameters are kept whose runs look "
        "like what was reported"
    ),
    "ODD": "Overview, Design concepts, Details: the protocol by which agent-based models are described",
}


def terms() -> dict[str, str]:
    """Return {term: meaning}: own terms, statuses of a person, and the measures of displacement and of costs."""
    from experiments.comparison import costs, displacement
    from model.registry.life_course import STATUSES

    measures = {
        name: f"{meaning} ({unit})"
        for registry in (displacement.DISPLACEMENT_MEASURES, costs.COST_MEASURES)
        for name, (unit, meaning) in registry.items()
    }
    return WORDS | {f"status: {name}": meaning for name, meaning in STATUSES} | measures
