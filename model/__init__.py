"""The simulation: parameters in, weekly records out. No files, no clock, no command line.

Names are loaded when they are first used, so that registries can be listed without the compiler.
"""

_HOME = {
    "Inputs": "model", "Simulation": "model", "Result": "model", "AuditError": "model", "first_difference": "model",
    "compile_world": "world", "World": "world", "ScamModel": "views", "ScamScenario": "views", "Compound": "views",
    "Operation": "views", "Recruiter": "views", "BorderPost": "views", "State": "views", "Migrant": "views",
    "Policy": "policy", "Shock": "policy", "Trigger": "policy",
}  # fmt: skip

__all__ = list(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module 'model' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"model.{_HOME[name]}"), name)
