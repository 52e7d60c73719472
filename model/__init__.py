"""The simulation: parameters in, weekly records out. It reads no scenario and no data, and writes only checkpoints.

`python -m model` compiles it.

Names are loaded when they are first used, so that registries can be listed without the compiler.
"""

_HOME = {
    "Inputs": "model",
    "Simulation": "model",
    "AuditError": "model",
    "first_difference": "model",
    "Result": "run.results",
    "compile_world": "world.places",
    "World": "world.places",
    "ScamModel": "mesa_views.scam_model",
    "ScamScenario": "mesa_views.scam_model",
    "Compound": "mesa_views.agents",
    "Operation": "mesa_views.agents",
    "Recruiter": "mesa_views.agents",
    "BorderPost": "mesa_views.agents",
    "State": "mesa_views.agents",
    "Migrant": "mesa_views.agents",
    "Policy": "registry.policy",
    "Shock": "registry.policy",
    "Trigger": "registry.policy",
}

__all__ = list(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module 'model' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"model.{_HOME[name]}"), name)
