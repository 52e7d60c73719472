"""What a name or path given to a command means: a scenario or a design."""

from pathlib import Path


def scenario_of(name: str):
    """Return the scenario. Raises ScenarioError; of a design it says which commands take one."""
    from scenarios.errors import ScenarioError, Where
    from scenarios.loading import load

    try:
        return load(name)
    except ScenarioError:
        if design_of(name) is None:
            raise
        wanted = f"one scenario (`displace explain {name}` says what its arms are, `displace compare {name}` runs them)"
        raise Where(name).error("is a design, of several arms", wanted) from None


def design_of(name: str) -> Path | None:
    """Return the path of the design that a name or path means, or None."""
    from experiments.design.files import design_path
    from scenarios.errors import ScenarioError

    try:
        return design_path(name)
    except ScenarioError:
        return None
