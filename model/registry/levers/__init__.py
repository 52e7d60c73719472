"""Every lever, declared once: a table for each kind, all of them by number and by name, and what can be asked of them.

A lever names the institutions that it moves and the channels by which it may help and may hurt (`lever.py`). A policy
(`policy.py`) is a lever pulled somewhere for some time. The tables know nothing of agents, and nothing in the model but
the registries knows them.
"""

from .cooperation import COOPERATION_LEVERS
from .enforcement import ENFORCEMENT_LEVERS
from .prevention import PREVENTION_LEVERS
from .protection import PROTECTION_LEVERS

LEVERS = {
    lever.name: lever for lever in (*ENFORCEMENT_LEVERS, *PREVENTION_LEVERS, *PROTECTION_LEVERS, *COOPERATION_LEVERS)
}
INDEX = {name: i for i, name in enumerate(LEVERS)}

# Recommendations of the paper that no lever moves, and why.
CONTEXT_ONLY = {
    "E3": "lawful investigation and privacy: no mechanism at this scale",
    "E6": "safeguards in cybercrime law: no mechanism at this scale",
    "G10": "coherent technology policy and remediation gaps: no mechanism at this scale",
}


def heeds_announcement(policy) -> bool:
    """Say whether anybody acts on a policy before it starts: operations expect raids that are announced.

    `policies_in_force.announce` is where they do.
    """
    lever = LEVERS[policy.lever]
    return policy.when is None and any(
        c.moves == "raids" and c.mode == "add" for c in (*lever.helps_by, *lever.hurts_by)
    )


def acted_on_from(policy) -> int:
    """Return the first week in which anybody may act otherwise for a policy: heeded, when it is announced."""
    return min(policy.start, policy.announced) if heeds_announcement(policy) else policy.start


def channels():
    """Yield `(lever, channel, helps)` for every channel of every lever, in registry order."""
    for lever in LEVERS.values():
        for channel in lever.helps_by:
            yield lever, channel, True
        for channel in lever.hurts_by:
            yield lever, channel, False
