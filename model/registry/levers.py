"""Every policy, declared once: all levers by number and by name, and what can be asked of them."""

from .policies import ALL

LEVERS = {lever.name: lever for lever in ALL}
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


def channels():
    """Yield `(lever, channel, helps)` for every channel of every lever, in registry order."""
    for lever in LEVERS.values():
        for channel in lever.helps_by:
            yield lever, channel, True
        for channel in lever.hurts_by:
            yield lever, channel, False
